"""What charts of a closed workbook remember of the cells that they show, brought up to date after tables are written.

Excel reads the cells anew when it opens a file; previews, mail programs and converters show what a chart remembers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from xl_outcomes.workbook.cell_values import escape
from xl_outcomes.workbook.grid import Area, GridBook, GridSheet, cell_name, formula_of
from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.package import Package, workbook_part

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_SERIES = tuple(f"{_C}{name}" for name in ("cat", "val", "xVal", "yVal", "bubbleSize"))
_CACHES = {f"{_C}numRef": f"{_C}numCache", f"{_C}strRef": f"{_C}strCache"}
_LEVELS = f"{_C}multiLvlStrRef"
_LIMIT = 32_000  # points that Excel shows of a series in two dimensions

Point = tuple[int, str | float]


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written: its sheet, and where it stood and stands, from the headings to the last row of data."""

    sheet: GridSheet
    old: Area
    new: Area


def refresh_charts(book: GridBook, tables: Sequence[Written]) -> None:
    """Let the charts that show cells of these tables show them as they are now.

    A range that is exactly the rows of data of a column follows the table. To be called once the cells are in place;
    a chart that shows nothing of the tables, or remembers it rightly, keeps its bytes.
    """
    for part in _charts(book.package) if tables else ():
        for formula in book.package.tree(part).iter(f"{_C}f"):
            found = _shown(formula, tables)
            if found is not None and _refresh(book, formula, *found):
                book.package.touch(part)


def _charts(package: Package) -> Iterator[str]:
    """The chart parts that stand on sheets."""
    sheets = (r for r in package.relations(workbook_part(package)) if r.kind in ("worksheet", "chartsheet"))
    seen: set[str] = set()
    for sheet in filter(None, (package.find(relation.target) for relation in sheets)):
        drawing = package.related(sheet, "drawing")
        for relation in package.relations(drawing) if drawing else ():
            part = package.find(relation.target) if relation.kind == "chart" else None
            if part and part not in seen:
                seen.add(part)
                yield part


def _shown(formula: etree._Element, tables: Sequence[Written]) -> tuple[Written, Area, Area] | None:
    """The table of which a formula shows cells, with the cells that it names and those that it is to name."""
    place, bang, cells = (formula.text or "").rpartition("!")
    name = place[1:-1].replace("''", "'") if place.startswith("'") else place
    known = [table for table in tables if table.sheet.name.casefold() == name.casefold()] if bang else []
    area = _area(cells) if known else None
    for table in known if area else ():
        if area and (area.meets(table.old) or area.meets(table.new)):
            return table, area, _followed(area, table) if _is_series(formula) else area
    return None


def _area(cells: str) -> Area | None:
    """A plain reference to cells; None for whole columns and rows, unions and anything else."""
    ends = cells.replace("$", "").split(":")
    plain = all(end.isalnum() and end[:1].isalpha() and end[-1:].isdecimal() for end in ends)
    try:
        return Area.of(":".join(ends)) if plain and len(ends) <= 2 else None
    except ValueError:
        return None


def _is_series(formula: etree._Element) -> bool:
    reference = formula.getparent()
    owner = None if reference is None else reference.getparent()
    return owner is not None and owner.tag in _SERIES


def _followed(area: Area, table: Written) -> Area:
    """A range of exactly the rows of data as it is after the table's; along a single row it is not one of a column."""
    old = table.old
    inside = old.left <= area.left and area.right <= old.right
    whole = (area.top, area.bottom) == (old.top + 1, old.bottom)
    is_column = area.left == area.right or area.top < area.bottom
    return area._replace(bottom=table.new.bottom) if inside and whole and is_column else area


def _refresh(book: GridBook, formula: etree._Element, table: Written, old: Area, new: Area) -> bool:
    """Bring a formula and what is remembered beside it up to date; whether anything differed."""
    reference = formula.getparent()
    if reference is None or (new.right - new.left + 1) * (new.bottom - new.top + 1) > _LIMIT:
        return False
    if new != old:
        formula.text = _text(formula.text or "", new)
    if reference.tag == _LEVELS:
        return _remember_levels(book, reference, table.sheet, new) or new != old
    values = [value for column in _columns(book, table.sheet, new) for value in column]
    return _remember(reference, values) or new != old


def _text(old: str, area: Area) -> str:
    place, mark = old.rpartition("!")[0], "$" if "$" in old.rpartition("!")[2] else ""
    letters = [cell_name(1, column)[:-1] for column in (area.left, area.right)]
    ends = [f"{mark}{word}{mark}{row}" for word, row in zip(letters, (area.top, area.bottom), strict=True)]
    return f"{place}!{':'.join(dict.fromkeys(ends))}"


def _columns(book: GridBook, sheet: GridSheet, area: Area) -> Iterator[list[str | float | None]]:
    for column in range(area.left, area.right + 1):
        yield [_value(book, sheet.cells(row).get(column)) for row in range(area.top, area.bottom + 1)]


def _value(book: GridBook, cell: etree._Element | None) -> str | float | None:
    """What a cell shows in a chart: a number or text, of a formula what it last came to."""
    if formula_of(cell) is not None and cell is not None:
        shown, kind = cell.findtext(tag("v")), cell.get("t", "n")
        return (float(shown) if kind == "n" else shown) if shown and kind in ("n", "str") else None
    kind, value = book.content(cell) or ("", None)
    if isinstance(value, str):
        return escape(value) if kind == "text" else None
    return float(value) if isinstance(value, bool | float) else None


def _remember(reference: etree._Element, values: Sequence[str | float | None]) -> bool:
    """Rewrite the values remembered beside a formula, if there are any and they differ."""
    cache = reference.find(_CACHES.get(reference.tag, ""))
    if cache is None:
        return False
    turned = _turn_to_text(reference, cache, values)
    is_text = reference.tag == f"{_C}strRef"
    held = [(n, value) for n, value in enumerate(values) if value is not None]
    # Among numbers, Excel draws a text as nought.
    points: list[Point] = [(n, _words(v) if is_text else v if isinstance(v, float) else 0.0) for n, v in held]
    return _fill(cache, cache, points, len(values)) or turned


def _turn_to_text(reference: etree._Element, cache: etree._Element, values: Sequence[str | float | None]) -> bool:
    """Categories that were numbers or blank and are words now are remembered as words."""
    owner = reference.getparent()
    is_numeric = owner is not None and owner.tag == f"{_C}cat" and reference.tag == f"{_C}numRef"
    if not is_numeric or not any(isinstance(value, str) for value in values):
        return False
    reference.tag, cache.tag = f"{_C}strRef", f"{_C}strCache"
    for code in cache.findall(f"{_C}formatCode"):
        cache.remove(code)
    return True


def _remember_levels(book: GridBook, reference: etree._Element, sheet: GridSheet, area: Area) -> bool:
    """The same for categories in several columns, the last of which is the first level."""
    cache = reference.find(f"{_C}multiLvlStrCache")
    levels = [] if cache is None else cache.findall(f"{_C}lvl")
    columns = list(_columns(book, sheet, area))[::-1]
    if cache is None or len(levels) != len(columns):
        return False
    points = [[(n, _words(value)) for n, value in enumerate(column) if value is not None] for column in columns]
    changes = [_fill(cache, *pair, len(columns[0])) for pair in zip(levels, points, strict=True)]
    return any(changes)


def _fill(cache: etree._Element, holder: etree._Element, points: Sequence[Point], count: int) -> bool:
    """Put points into a list of points unless it says the same."""
    counted, old = cache.find(f"{_C}ptCount"), holder.findall(f"{_C}pt")
    said = [(int(pt.get("idx", "0")), pt.findtext(f"{_C}v") or "") for pt in old]
    if counted is not None and counted.get("val") == str(count) and _alike(said, points):
        return False
    if counted is None:
        counted = etree.Element(f"{_C}ptCount")
        cache.insert(len(cache.findall(f"{_C}formatCode")), counted)
    counted.set("val", str(count))
    for pt in old:
        holder.remove(pt)
    at = 0 if holder is not cache else holder.index(counted) + 1
    for number, (index, value) in enumerate(points, at):
        pt = etree.Element(f"{_C}pt", idx=str(index))
        etree.SubElement(pt, f"{_C}v").text = _words(value)
        holder.insert(number, pt)
    return True


def _alike(said: Sequence[tuple[int, str]], points: Sequence[Point]) -> bool:
    return len(said) == len(points) and all(
        one == other and (text == value if isinstance(value, str) else _number(text) == value)
        for (one, text), (other, value) in zip(said, points, strict=True)
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _words(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
