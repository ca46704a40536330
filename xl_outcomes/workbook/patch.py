"""Write frames into named tables of a closed workbook; every part that is not ours is copied byte for byte.

A cell whose value stays the same keeps its XML, and a part in which nothing changes keeps its bytes. Cells of the
officer's own columns travel with the row that they stood in.
"""

import copy
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import NamedTuple
from xml.sax.saxutils import escape as xml_escape

from lxml import etree
from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.add_sheet import (
    NewSheet,
    Styles,
    Value,
    add_sheets,
    clean,
    column_name,
    fill,
    insert_in_order,
    is_1904,
    serial,
    tag,
    unescape,
)
from xl_outcomes.workbook.package import Package, stream, table_parts, workbook_part, worksheets

__all__ = ["KEEP", "Keep", "NewSheet", "Row", "TableWrite", "Value", "patch"]

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_FORMULA_MARKS = (b"<f>", b"<f ", b":f>", b":f ")
_WORKBOOK_ORDER = (
    "calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr "
    "webPublishObjects extLst"
)
_X14_AREAS = "{http://schemas.microsoft.com/office/excel/2006/main}sqref"
_FORMULA_TAGS = tuple(
    f"{{*}}{name}"
    for name in ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula")
)


class Keep(Enum):
    """In place of a value: leave the cell as it stands, formula and all."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one value per heading of the write, and the sheet row where it stood before (None: new).

    KEEP in place of a value leaves the cell of the origin row as it is.
    """

    values: tuple[Value | Keep, ...]
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class TableWrite:
    """All rows of one table, under our headings; other columns belong to the officer and keep their cells.

    `table` is the display name, in any case. `renamed` maps old headings to new ones, which `headings` uses already.
    """

    table: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)


def patch(source: bytes, writes: Sequence[TableWrite], additions: Sequence[NewSheet] = ()) -> bytes:
    """The workbook with the tables written in place and new sheets added; `source` itself if nothing changes.

    Raises WorkbookError where a table is missing or what is below or beside it is in the way, FileError where the
    source is not a sound workbook.
    """
    package = Package(source)
    book = _Book(package)
    for write in writes:
        _put_rows(_with_headings(_find_table(book, write.table), write), write)
    book.save()
    if additions:
        add_sheets(package, additions)
    _ask_for_recalculation(package)
    return package.build()


class _Area(NamedTuple):
    """A rectangle of cells, ends included."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, text: str) -> "_Area":
        left, top, right, bottom = range_boundaries(text)
        return cls(left or 1, top or 1, right or _LAST_COLUMN, bottom or _LAST_ROW)

    def __str__(self) -> str:
        first, last = _name(self.top, self.left), _name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def meets(self, other: "_Area") -> bool:
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


class _Sheet:
    """A worksheet's rows and cells by number; `save` puts the changed ones back in order."""

    def __init__(self, name: str, part: str, root: etree._Element) -> None:
        self.name, self.part, self.root = name, part, root
        self.data = root.findall(tag("sheetData"))[0]
        self.rows: dict[int, etree._Element] = {}
        self.reshaped = self.lost_formula = False
        self._changed: set[int] = set()
        self._cells: dict[int, dict[int, etree._Element]] = {}
        number = 0
        for row in self.data.iterchildren(tag("row")):
            number = int(row.get("r", number + 1))
            row.set("r", str(number))
            self.rows[number] = row

    def cells(self, number: int) -> dict[int, etree._Element]:
        """The cells of a row by column number; each knows its own name afterwards."""
        if number not in self._cells:
            found: dict[int, etree._Element] = {}
            row, column = self.rows.get(number), 0
            for cell in () if row is None else row.iterchildren(tag("c")):
                column = coordinate_to_tuple(cell.get("r", _name(number, column + 1)))[1]
                cell.set("r", _name(number, column))
                found[column] = cell
            self._cells[number] = found
        return self._cells[number]

    def put(self, number: int, column: int, cell: etree._Element | None) -> None:
        """Put a cell in its place (None: clear it), unless what stands there says the same."""
        old = self.cells(number).get(column)
        if old is cell or (old is not None and cell is not None and _same(old, cell)):
            return
        self.cells(number).pop(column, None)
        if cell is not None:
            self.cells(number)[column] = cell
        self.lost_formula |= _formula(old) is not None and _formula(cell) is None
        self._changed.add(number)

    def save(self) -> bool:
        """Put changed rows in order; whether the part differs from what it was."""
        for number in self._changed:
            self._save_row(number)
        if self._changed:
            self.data[:] = [self.rows[number] for number in sorted(self.rows)]
            self._measure()
        return bool(self._changed) or self.reshaped

    def _save_row(self, number: int) -> None:
        cells = self.cells(number)
        row = self.rows.setdefault(number, etree.Element(tag("row"), r=str(number)))
        row.attrib.pop("spans", "")
        row[:] = [cells[column] for column in sorted(cells)] + [item for item in row if item.tag != tag("c")]
        if len(row) == 0 and {etree.QName(name).localname for name in row.attrib} <= {"r", "dyDescent"}:
            del self.rows[number]

    def _measure(self) -> None:
        dimension = self.root.find(tag("dimension"))
        ends = [(number, *_ends(row)) for number, row in self.rows.items() if row.find(tag("c")) is not None]
        if dimension is not None and ends:
            rows, firsts, lasts = zip(*ends, strict=True)
            dimension.set("ref", str(_Area(min(firsts), min(rows), max(lasts), max(rows))))


class _Book:
    """A package with the sheets and lists that its cells lean on, each read once and only if needed."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.base_1904 = is_1904(package)
        self._sheets: dict[str, _Sheet] = {}
        self._strings: dict[int, str] = {}

    @cached_property
    def styles(self) -> Styles:
        return Styles(self.package)

    def sheet(self, name: str, part: str) -> _Sheet:
        if part not in self._sheets:
            self._sheets[part] = _Sheet(name, part, self.package.tree(part))
            shared = {
                cell.findtext(tag("v")) for cell in self._sheets[part].data.iter(tag("c")) if cell.get("t") == "s"
            }
            self._strings |= _shared_strings(self.package, {int(index) for index in shared if index})
        return self._sheets[part]

    def save(self) -> None:
        for part, sheet in self._sheets.items():
            if sheet.save():
                self.package.touch(part)
        if any(sheet.lost_formula for sheet in self._sheets.values()):
            _drop_calculation_chain(self.package)

    def content(self, cell: etree._Element | None) -> tuple[str, object] | None:
        """The kind and value of a cell, None if blank; a formula or error is equal to no value of ours."""
        if cell is None or (_formula(cell) is None and cell.find(tag("v")) is None and cell.find(tag("is")) is None):
            return None
        kind, shown = cell.get("t", "n"), cell.findtext(tag("v")) or ""
        # LibreOffice writes a plain truth value as a formula.
        if _formula(cell) not in {None, "TRUE()", "FALSE()"} or kind not in {"n", "s", "str", "b", "inlineStr"}:
            return "other", _formula(cell) or shown
        if kind == "s":
            return "text", self._strings.get(int(shown or -1), "")
        if kind in {"str", "inlineStr"}:
            return "text", unescape(shown) if kind == "str" else _text(cell.find(tag("is")))
        return ("bool", shown in {"1", "true"}) if kind == "b" else ("number", float(shown))

    def wanted(self, value: Value) -> tuple[str, object] | None:
        """A clean value in the same terms as `content`."""
        if isinstance(value, dt.date):
            value = serial(value, self.base_1904) or str(value)
        if value is None:
            return None
        if isinstance(value, bool | str):
            return "text" if isinstance(value, str) else "bool", value
        return "number", float(value)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table in its sheet: `area` from the header row to the last data row, `totals` rows below it."""

    book: _Book
    sheet: _Sheet
    part: str
    root: etree._Element
    area: _Area
    totals: int

    @property
    def name(self) -> str:
        return self.root.get("displayName", "")

    def columns(self) -> dict[str, int]:
        """Column numbers by heading, lower case."""
        return {_folded(item.get("name", "")): at for at, item in enumerate(self.column_items(), self.area.left)}

    def column_items(self) -> list[etree._Element]:
        return self.root.findall(f"{tag('tableColumns')}/{tag('tableColumn')}")


def _find_table(book: _Book, wanted: str) -> _Table:
    for name, part in worksheets(book.package):
        for table_part in table_parts(book.package, part):
            root = book.package.tree(table_part)
            if root.get("displayName", "").casefold() == wanted.casefold():
                return _table(book, book.sheet(name, part), table_part, root)
    raise WorkbookError(f'The workbook has no table named "{wanted}".', "Check the table's name in Excel.")


def _table(book: _Book, sheet: _Sheet, part: str, root: etree._Element) -> _Table:
    if root.get("headerRowCount", "1") != "1":
        raise WorkbookError(
            f'The table "{root.get("displayName")}" has no header row.', "Turn its header row on in Excel."
        )
    area, totals = _Area.of(root.get("ref", "A1")), int(root.get("totalsRowCount", "0"))
    return _Table(book, sheet, part, root, area._replace(bottom=area.bottom - totals), totals)


def _with_headings(table: _Table, write: TableWrite) -> _Table:
    """The table with headings renamed, and those that it lacks added at its right end."""
    for old, new in _one_after_another(write.renamed, table):
        _rename(table, table.columns()[old.casefold()], old, new)
    known = table.columns()
    missing = [heading for heading in write.headings if heading.casefold() not in known]
    if not missing:
        return table
    left, top, right, bottom = table.area
    depth = max(bottom, top + len(write.rows)) + table.totals
    _check_room(table, _Area(right + 1, top, right + len(missing), depth))
    for column, heading in enumerate(missing, right + 1):
        _add_column(table, column, heading)
    return replace(table, area=_Area(left, top, right + len(missing), bottom))


def _one_after_another(renamed: Mapping[str, str], table: _Table) -> list[tuple[str, str]]:
    """The renames so ordered that a heading gives way before another takes its name."""
    left = {old: new for old, new in renamed.items() if old != new and old.casefold() in table.columns()}
    ordered: list[tuple[str, str]] = []
    while left:
        taken = {old.casefold() for old in left}
        old = next((o for o, n in left.items() if n.casefold() not in taken - {o.casefold()}), next(iter(left)))
        ordered.append((old, left.pop(old)))
    return ordered


def _add_column(table: _Table, column: int, heading: str) -> None:
    items = table.column_items()
    number = 1 + max(int(item.get("id", "0")) for item in items)
    new = etree.Element(tag("tableColumn"), id=str(number), name=column_name(heading))
    items[-1].addnext(new)
    table.root.findall(tag("tableColumns"))[0].set("count", str(len(items) + 1))
    table.book.package.touch(table.part)
    neighbour = table.sheet.cells(table.area.top).get(column - 1)
    look = None if neighbour is None else neighbour.get("s")
    table.sheet.put(table.area.top, column, _new_cell(table, table.area.top, column, look, heading))


def _rename(table: _Table, column: int, old: str, new: str) -> None:
    if table.columns().get(new.casefold(), column) != column:
        raise WorkbookError(f'The table "{table.name}" has both "{old}" and "{new}".', "Remove one of the columns.")
    table.column_items()[column - table.area.left].set("name", column_name(new))
    table.book.package.touch(table.part)
    header = table.sheet.cells(table.area.top).get(column)
    look = None if header is None else header.get("s")
    table.sheet.put(table.area.top, column, _new_cell(table, table.area.top, column, look, new))
    _rename_in_formulas(table, old, new)


def _rename_in_formulas(table: _Table, old: str, new: str) -> None:
    """Give structured references, such as Table[Old], the new name in every sheet, table and defined name."""
    package = table.book.package
    sheets = [part for _, part in worksheets(package)]
    parts = [workbook_part(package), *sheets, *(part for sheet in sheets for part in table_parts(package, sheet))]
    before, after = f"[{_in_brackets(old)}]", f"[{_in_brackets(new)}]"
    for part in parts:
        if xml_escape(before).encode() not in package.read(part):
            continue
        for item in package.tree(part).iter(*_FORMULA_TAGS):
            text = _with_tokens(item.text or "", lambda t: _renamed(t, table.name, before, after))
            if text != (item.text or ""):
                item.text = text
                package.touch(part)


def _renamed(operand: str, table: str, before: str, after: str) -> str:
    return operand.replace(before, after) if operand.casefold().startswith(f"{table.casefold()}[") else operand


def _check_room(table: _Table, area: _Area) -> None:
    """Raise WorkbookError if anything but blank cells stands in an area that the table is to take."""
    if area.bottom > _LAST_ROW or area.right > _LAST_COLUMN:
        raise WorkbookError(f'The table "{table.name}" would run off the edge of the sheet "{table.sheet.name}".')
    package = table.book.package
    roots = [package.tree(part) for part in table_parts(package, table.sheet.part)]
    blocks = {
        f'the table "{root.get("displayName")}"': root.get("ref", "A1") for root in roots if root is not table.root
    }
    blocks |= {f"merged cells ({m.get('ref')})": m.get("ref", "A1") for m in table.sheet.root.iter(tag("mergeCell"))}
    for what, ref in blocks.items():
        if _Area.of(ref).meets(area):
            raise _in_the_way(table, max(_Area.of(ref).top, area.top), what)
    for number in sorted(n for n in table.sheet.rows if area.top <= n <= area.bottom):
        for column, cell in sorted(table.sheet.cells(number).items()):
            content = table.book.content(cell)
            if area.left <= column <= area.right and content is not None:
                raise _in_the_way(table, number, f"{str(content[1])[:60]!r} in {_name(number, column)}")


def _in_the_way(table: _Table, row: int, what: str) -> WorkbookError:
    return WorkbookError(
        f'The table "{table.name}" on sheet "{table.sheet.name}" needs more room, but row {row} holds {what}.',
        "Move it down, or to another place, and try again.",
    )


def _put_rows(table: _Table, write: TableWrite) -> None:
    left, top, right, bottom = table.area
    rows = write.rows or (Row((None,) * len(write.headings)),)
    end, totals = top + len(rows), table.totals
    if end > bottom:
        _check_room(table, _Area(left, bottom + totals + 1, right, end + totals))
    writer = _RowWriter(table, write.headings)
    writer.unshare(rows)
    for number, row in enumerate(rows, top + 1):
        writer.put(number, row)
    writer.move_totals(end)
    for number in range(end + totals + 1, bottom + totals + 1):
        for column in range(left, right + 1):
            table.sheet.put(number, column, None)
            writer.forget_formulas(rows)
    _resize(table, end)


class _RowWriter:
    """Puts rows into a table, leaning on its cells as they stood before."""

    def __init__(self, table: _Table, headings: Sequence[str]) -> None:
        _, top, _, bottom = self.area = table.area
        self.table, self.book, self.sheet = table, table.book, table.sheet
        self.before = {n: dict(table.sheet.cells(n)) for n in range(top + 1, bottom + table.totals + 1)}
        self.data = range(top + 1, bottom + 1)
        columns = table.columns()
        self.ours = {columns[heading.casefold()]: at for at, heading in enumerate(headings)}
        self.calculated = self._calculations()

    def put(self, number: int, row: Row) -> None:
        if row.origin is not None and row.origin not in self.data:
            raise ValueError(f"row {row.origin} is not a data row of {self.table.name}")
        for column in range(self.area.left, self.area.right + 1):
            value = row.values[self.ours[column]] if column in self.ours else KEEP
            if isinstance(value, Keep):
                cell = self._their_cell(number, column, row.origin)
            else:
                cell = self._our_cell(number, column, row.origin, clean(value))
            self.sheet.put(number, column, cell)

    def unshare(self, rows: Sequence[Row]) -> None:
        """Spell out shared formulas where cells that share one are about to move, change or go."""
        stays = len(rows) == len(self.data)
        stays &= all(row.origin in {None, number} for number, row in enumerate(rows, self.area.top + 1))
        shared = {
            formula.get("si")
            for number in self.before
            for column, cell in self.before[number].items()
            if (formula := cell.find(tag("f"))) is not None and formula.get("t") == "shared"
            if self.area.left <= column <= self.area.right and not (stays and column in self.calculated)
        }
        if shared:
            _spell_out(self.sheet, shared)

    def move_totals(self, end: int) -> None:
        """Move the totals row, if there is one, to stand below the last row."""
        if not self.table.totals or end == self.area.bottom:
            return
        for column in range(self.area.left, self.area.right + 1):
            cell = self.before[self.area.bottom + 1].get(column)
            moved = None if cell is None else _total_at(cell, column, self.area.bottom, end)
            self.sheet.put(end + 1, column, moved)

    def forget_formulas(self, rows: Sequence[Row]) -> None:
        """Columns of ours that were calculated hold values from now on, unless some of their cells were kept."""
        items = self.table.column_items()
        for column, at in self.ours.items():
            if any(isinstance(row.values[at], Keep) for row in rows):
                continue
            if any(_formula(self.before[number].get(column)) is not None for number in self.data):
                for calculation in items[column - self.area.left].findall(tag("calculatedColumnFormula")):
                    items[column - self.area.left].remove(calculation)
                    self.book.package.touch(self.table.part)

    def _our_cell(self, number: int, column: int, origin: int | None, value: Value) -> etree._Element | None:
        here = self._old(number, column)
        base = here if origin is None else self._old(origin, column)
        wanted = self.book.wanted(value)
        look = self._look(number, column, base)
        if isinstance(value, dt.date) and wanted is not None and wanted[0] == "number":
            look = self._dated(look, isinstance(value, dt.datetime))
        if base is not None and base.get("s") == look and self.book.content(base) == wanted:
            return _at(base, number, column)
        if wanted is None and (look is None or (base is None and here is None and number in self.data)):
            return None
        return _new_cell(self.table, number, column, look, value)

    def _their_cell(self, number: int, column: int, origin: int | None) -> etree._Element | None:
        here = self._old(number, column)
        if origin is not None:
            base = self._old(origin, column)
            return None if base is None else _at(base, number, column)
        if column in self.calculated:
            return here if _formula(here) is not None else self._calculated_cell(number, column, here)
        if (number in self.data and here is None) or (here is not None and self.book.content(here) is None):
            return here
        look = self._look(number, column, here)
        return None if look is None else _new_cell(self.table, number, column, look, None)

    def _calculated_cell(self, number: int, column: int, here: etree._Element | None) -> etree._Element:
        """A cell with the column's formula and no value, which the spreadsheet program works out."""
        cell = _new_cell(self.table, number, column, self._look(number, column, here), None)
        formula, last = self.calculated[column], self._old(self.data[-1], column)
        told = formula is not None and formula.text and _translated(formula.text, "A1", "C3") == formula.text
        if not told and last is not None and _formula(last):
            cell.append(copy.deepcopy(_at(last, number, column).findall(tag("f"))[0]))
        elif formula is not None:
            is_array = {"t": "array", "ref": _name(number, column)} if formula.get("array") in {"1", "true"} else {}
            etree.SubElement(cell, tag("f"), is_array).text = formula.text
        return cell

    def _calculations(self) -> dict[int, etree._Element | None]:
        """The officer's calculated columns: by their table formula, or None where merely every cell has one."""
        found: dict[int, etree._Element | None] = {}
        for column, item in enumerate(self.table.column_items(), self.area.left):
            formula = item.find(tag("calculatedColumnFormula"))
            everywhere = all(_formula(self.before[number].get(column)) is not None for number in self.data)
            if column not in self.ours and (formula is not None or (everywhere and self.data)):
                found[column] = formula
        return found

    def _old(self, number: int, column: int) -> etree._Element | None:
        return self.before[number].get(column) if number in self.data else None

    def _look(self, number: int, column: int, base: etree._Element | None) -> str | None:
        """A cell's style: its own, that of the cell in its place, or the column's in the last or first data row."""
        if base is not None:
            return base.get("s")
        others = (self._old(n, column) for n in (number, *self.data[-1:], *self.data[:1]))
        return next((cell.get("s") for cell in others if cell is not None), None)

    def _dated(self, look: str | None, with_time: bool) -> str | None:
        style = int(look or 0)
        return look if self.book.styles.is_date(style) else str(self.book.styles.dated(style, with_time))


def _spell_out(sheet: _Sheet, shared: set[str | None]) -> None:
    """Turn the shared formulas of some groups into plain ones, all over the sheet."""
    found = [
        (cell, formula)
        for number in sheet.rows
        for cell in sheet.cells(number).values()
        if (formula := cell.find(tag("f"))) is not None
        if formula.get("t") == "shared" and formula.get("si") in shared
    ]
    masters = {f.get("si"): (f.text, cell.get("r", "")) for cell, f in found if f.text}
    for cell, formula in found:
        text, home = masters.get(formula.get("si"), ("", ""))
        formula.text = formula.text or _translated(text or "", home, cell.get("r", ""))
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, "")
    sheet.reshaped = True


def _resize(table: _Table, end: int) -> None:
    """Bring the table's ranges, and the rules that cover its columns, to their new last row."""
    left, top, right, bottom = table.area
    whole = _Area(left, top, right, end + table.totals)
    if str(whole) != table.root.get("ref"):
        table.root.set("ref", str(whole))
        for item in table.root.iterdescendants():
            if item.get("ref"):
                old = _Area.of(item.get("ref", ""))
                is_filter = item.tag == tag("autoFilter")
                item.set("ref", str(_Area(old.left, old.top, right if is_filter else old.right, end)))
        table.book.package.touch(table.part)
    if end != bottom:
        _stretch_rules(table, end)


def _stretch_rules(table: _Table, end: int) -> None:
    """Let validations and conditional formats that cover all data rows of our columns cover the new ones."""
    left, top, right, bottom = table.area

    def stretched(ref: str) -> str:
        area = _Area.of(ref)
        covers = left <= area.left and area.right <= right and top <= area.top <= top + 1 and area.bottom == bottom
        return str(area._replace(bottom=end)) if covers else ref

    blocks = [block for block in table.sheet.root if block is not table.sheet.data]
    for item in (item for block in blocks for item in block.iter(etree.Element)):
        if item.tag in {tag("dataValidation"), tag("conditionalFormatting")} and item.get("sqref"):
            item.set("sqref", " ".join(map(stretched, item.get("sqref", "").split())))
        elif item.tag == _X14_AREAS and _local(item.getparent()) in {"dataValidation", "conditionalFormatting"}:
            item.text = " ".join(map(stretched, (item.text or "").split()))
    table.sheet.reshaped = True


def _total_at(cell: etree._Element, column: int, old: int, new: int) -> etree._Element:
    """A totals cell below a new last row; its ranges that ended at the old last row end at the new one."""

    def resized(operand: str) -> str:
        start, colon, finish = operand.rpartition(":")
        letters = finish.rstrip("0123456789")
        return f"{start}:{letters}{new}" if colon and finish[len(letters) :] == str(old) else operand

    moved = _at(cell, new + 1, column)
    for formula, home in zip(moved.iter(tag("f")), cell.iter(tag("f")), strict=True):
        formula.text = _with_tokens(home.text or "", resized)
    return moved


def _drop_calculation_chain(package: Package) -> None:
    workbook = workbook_part(package)
    chain = package.related(workbook, "calcChain")
    if chain:
        package.unrelate(workbook, chain)
        package.drop(chain)


def _ask_for_recalculation(package: Package) -> None:
    """Have Excel work out all formulas on opening, if there are any."""
    workbook = workbook_part(package)
    if not package.changed or not _has_formulas(package, workbook):
        return
    root = package.tree(workbook)
    settings = root.find(tag("calcPr"))
    if settings is None:
        settings = etree.Element(tag("calcPr"))
        insert_in_order(root, settings, _WORKBOOK_ORDER)
    if settings.get("fullCalcOnLoad") not in {"1", "true"}:
        settings.set("fullCalcOnLoad", "1")
        package.touch(workbook)


def _has_formulas(package: Package, workbook: str) -> bool:
    if package.related(workbook, "calcChain"):
        return True
    for _, part in worksheets(package):
        tail = b""
        for piece in package.chunks(part):
            if any(mark in tail + piece for mark in _FORMULA_MARKS):
                return True
            tail = piece[-4:]
    return False


def _ends(row: etree._Element) -> tuple[int, int]:
    """The first and last column of a row's cells; cells without a name stand side by side."""
    names = [cell.get("r") for cell in row.iterchildren(tag("c"))]
    first, last = names[0], names[-1]
    return coordinate_to_tuple(first)[1] if first else 1, coordinate_to_tuple(last)[1] if last else len(names)


def _new_cell(table: _Table, number: int, column: int, look: str | None, value: Value) -> etree._Element:
    cell = etree.Element(tag("c"), r=_name(number, column))
    if look is not None:
        cell.set("s", look)
    fill(cell, value, table.book.base_1904)
    return cell


def _at(cell: etree._Element, number: int, column: int) -> etree._Element:
    """The cell itself if it stands there, else a copy whose formula is moved with it."""
    home, place = cell.get("r", ""), _name(number, column)
    if home == place:
        return cell
    moved = copy.deepcopy(cell)
    moved.tail = None
    moved.set("r", place)
    for formula in moved.iter(tag("f")):
        formula.text = _translated(formula.text or "", home, place)
        if formula.get("ref"):
            formula.set("ref", place)
    return moved


def _translated(text: str, home: str, place: str) -> str:
    try:
        return str(Translator(f"={text}", home).translate_formula(place))[1:]
    except (TokenizerError, TranslatorError):
        return text


def _with_tokens(text: str, change: Callable[[str], str]) -> str:
    """A formula with a change made to each of its ranges, structured references among them."""
    try:
        tokens = Tokenizer(f"={text}").items
    except TokenizerError:
        return text
    ranges = {id(token) for token in tokens if token.type == Token.OPERAND and token.subtype == Token.RANGE}
    return "".join(change(token.value) if id(token) in ranges else token.value for token in tokens)


def _formula(cell: etree._Element | None) -> str | None:
    """A cell's formula, "" for one that shares another's, None without one."""
    return None if cell is None else cell.findtext(tag("f"))


def _same(one: etree._Element, other: etree._Element) -> bool:
    alike = one.tag == other.tag and one.attrib == other.attrib and (one.text or "") == (other.text or "")
    return alike and len(one) == len(other) and all(map(_same, one, other))


def _shared_strings(package: Package, wanted: set[int]) -> dict[int, str]:
    """Some shared strings by index, read piece by piece because a workbook may hold millions."""
    part = package.related(workbook_part(package), "sharedStrings")
    found: dict[int, str] = {}
    if part and wanted:
        for index, item in enumerate(stream(package, part, tag("si"))):
            if index in wanted:
                found[index] = _text(item)
            if len(found) == len(wanted):
                break
    return found


def _text(item: etree._Element | None) -> str:
    """The text of a shared or inline string: its runs without the phonetic hints."""
    if item is None:
        return ""
    runs = [item, *item.iterchildren(tag("r"))]
    return unescape("".join(run.findtext(tag("t")) or "" for run in runs))


def _in_brackets(heading: str) -> str:
    return "".join(f"'{c}" if c in "[]#'" else c for c in heading)


def _folded(name: str) -> str:
    return unescape(name).casefold()


def _local(item: etree._Element | None) -> str:
    return "" if item is None else etree.QName(item).localname


def _name(number: int, column: int) -> str:
    return f"{get_column_letter(column)}{number}"
