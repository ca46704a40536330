"""The cells of a closed workbook: sheets by row and column, and what the cells lean on.

A cell whose value stays the same keeps its XML; rows and cells are put back in order when a sheet is saved.
"""

import datetime as dt
from functools import cache, cached_property
from typing import NamedTuple

from lxml import etree
from openpyxl.utils.cell import column_index_from_string, get_column_letter, range_boundaries

from xl_outcomes.workbook.cell_values import Value, fill, is_1904, serial, unescape
from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.package import Package, stream, workbook_part
from xl_outcomes.workbook.package_styles import Styles

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_DIGITS = "0123456789"
_ROW, _CELL, _VALUE, _FORMULA, _INLINE = map(tag, ("row", "c", "v", "f", "is"))
_CONTENT = frozenset({_VALUE, _FORMULA, _INLINE})
_USUAL_HEIGHT = "15"
_TRUE = ("1", "true")


class Area(NamedTuple):
    """A rectangle of cells, ends included."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, text: str) -> "Area":
        """The area of a reference such as B3:F6, to the ends of the sheet where it names none."""
        left, top, right, bottom = range_boundaries(text)
        return cls(left or 1, top or 1, right or LAST_COLUMN, bottom or LAST_ROW)

    def __str__(self) -> str:
        first, last = cell_name(self.top, self.left), cell_name(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    def meets(self, other: "Area") -> bool:
        """Whether the two have a cell in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


class GridSheet:
    """A worksheet's rows and cells by number; `save` puts the changed ones back in order."""

    def __init__(self, name: str, part: str, root: etree._Element) -> None:
        self.name, self.part, self.root = name, part, root
        self.data = root.findall(tag("sheetData"))[0]
        self.rows: dict[int, etree._Element] = {}
        self.reshaped = self.lost_formula = False
        self._changed: set[int] = set()
        self._cells: dict[int, dict[int, etree._Element]] = {}
        number = 0
        for row in self.data.iterchildren(_ROW):
            held = row.get("r")
            number = int(held or number + 1)
            if held != (told := str(number)):
                row.set("r", told)
            self.rows[number] = row

    def cells(self, number: int) -> dict[int, etree._Element]:
        """The cells of a row by column number; each knows its own name afterwards."""
        found = self._cells.get(number)
        if found is None:
            row = self.rows.get(number)
            found = self._cells[number] = {} if row is None else _named_cells(row, number)
        return found

    def put(self, number: int, column: int, cell: etree._Element | None) -> None:
        """Put a cell in its place (None: clear it), unless what stands there says the same."""
        cells = self.cells(number)
        old = cells.get(column)
        if old is cell or (old is not None and cell is not None and _same(old, cell)):
            return
        cells.pop(column, None)
        if cell is not None:
            cells[column] = cell
        self.lost_formula |= formula_of(old) is not None and formula_of(cell) is None
        self._changed.add(number)

    def set_height(self, number: int, height: float) -> None:
        """Give a row its height in points, unless it has that height or one that was chosen by hand."""
        row, wanted = self.rows.get(number), f"{height:g}"
        if row is not None and row.get("customHeight") in _TRUE:
            return
        if f"{float(self._usual_height if row is None else row.get('ht', self._usual_height)):g}" == wanted:
            return
        if row is None:
            row = self.rows[number] = etree.Element(_ROW, r=str(number))
        row.set("ht", wanted)
        self._changed.add(number)

    def has_changed(self, number: int) -> bool:
        """Whether anything was put into a row, or its looks were changed."""
        return number in self._changed

    def is_hidden(self, number: int) -> bool:
        """Whether a row is hidden, by hand or by a filter."""
        row = self.rows.get(number)
        return row is not None and row.get("hidden") in _TRUE

    def set_hidden(self, number: int, hidden: bool) -> None:
        """Hide or show a row."""
        if self.is_hidden(number) == hidden:
            return
        row = self.rows.setdefault(number, etree.Element(_ROW, r=str(number)))
        row.attrib.pop("hidden", "")
        if hidden:
            row.set("hidden", "1")
        self._changed.add(number)

    def column_style(self, column: int) -> str | None:
        """The style that a column gives to cells that nobody has written yet."""
        return next((style for first, last, style in self._column_styles if first <= column <= last), None)

    def save(self) -> bool:
        """Put changed rows in order; whether the part differs from what it was."""
        for number in self._changed:
            self._save_row(number)
        if self._changed:
            self._arrange()
            self._measure()
        return bool(self._changed) or self.reshaped

    @cached_property
    def _usual_height(self) -> str:
        usual = self.root.find(tag("sheetFormatPr"))
        return _USUAL_HEIGHT if usual is None else usual.get("defaultRowHeight", _USUAL_HEIGHT)

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, str | None]]:
        items = self.root.iterfind(f"{tag('cols')}/{tag('col')}")
        return [(int(item.get("min", "0")), int(item.get("max", "0")), item.get("style")) for item in items]

    def _save_row(self, number: int) -> None:
        cells = self.cells(number)
        row = self.rows.get(number)
        if row is None:
            row = self.rows[number] = etree.Element(_ROW, r=str(number))
        row.attrib.pop("spans", "")
        row[:] = [cells[column] for column in sorted(cells)] + [item for item in row if item.tag != _CELL]
        if len(row) == 0 and {etree.QName(name).localname for name in row.attrib} <= {"r", "dyDescent"}:
            del self.rows[number]

    def _arrange(self) -> None:
        """Put the rows in order; those above the first that came, moved or went stay where they are."""
        before, after = list(self.data), [self.rows[number] for number in sorted(self.rows)]
        pairs = enumerate(zip(before, after, strict=False))
        kept = next((at for at, (old, new) in pairs if old is not new), min(len(before), len(after)))
        if len(before) > kept or len(after) > kept:
            self.data[kept:] = after[kept:]

    def _measure(self) -> None:
        dimension = self.root.find(tag("dimension"))
        ends = [(number, *found) for number, row in self.rows.items() if (found := _ends(row))]
        if dimension is not None and ends:
            rows, firsts, lasts = zip(*ends, strict=True)
            dimension.set("ref", str(Area(min(firsts), min(rows), max(lasts), max(rows))))


class GridBook:
    """A package with the sheets and lists that its cells lean on, each read once and only if needed.

    `places` are the tables found so far, by name in lower case: sheet, its part, the table's part.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self.base_1904 = is_1904(package)
        self.places: dict[str, tuple[str, str, str]] = {}
        self._sheets: dict[str, GridSheet] = {}
        self._strings: dict[str, str] = {}

    @cached_property
    def styles(self) -> Styles:
        """The styles of the package."""
        return Styles(self.package)

    def sheet(self, name: str, part: str) -> GridSheet:
        """A worksheet by its name and part."""
        if part not in self._sheets:
            self._sheets[part] = GridSheet(name, part, self.package.tree(part))
        return self._sheets[part]

    def save(self) -> bool:
        """Put what changed back into the package; whether a formula was lost."""
        for part, sheet in self._sheets.items():
            if sheet.save():
                self.package.touch(part)
        return any(sheet.lost_formula for sheet in self._sheets.values())

    def new_cell(self, number: int, column: int, look: str | None, value: Value) -> etree._Element:
        """A cell with a style (None: the plain one) and a clean value."""
        cell = etree.Element(_CELL, r=cell_name(number, column))
        if look is not None:
            cell.set("s", look)
        fill(cell, value, self.base_1904)
        return cell

    def content(self, cell: etree._Element | None) -> tuple[str, object] | None:
        """The kind and value of a cell, None if blank; a formula or error is equal to no value of ours."""
        # One walk over its few elements, because looking for them one by one takes several times as long.
        inside = {} if cell is None else {item.tag: item for item in cell}
        if cell is None or inside.keys().isdisjoint(_CONTENT):
            return None
        kind, shown = cell.get("t", "n"), (inside[_VALUE].text or "") if _VALUE in inside else ""
        formula = formula_of(cell) if _FORMULA in inside else None
        # LibreOffice writes a plain truth value as a formula.
        if formula not in {None, "TRUE()", "FALSE()"} or kind not in {"n", "s", "str", "b", "inlineStr"}:
            return "other", formula or shown
        if kind == "s":
            return "text", self._shared(shown)
        if kind in {"str", "inlineStr"}:
            return "text", unescape(shown) if kind == "str" else _text(inside.get(_INLINE))
        return ("bool", shown in _TRUE) if kind == "b" else ("number", float(shown))

    def wanted(self, value: Value) -> tuple[str, object] | None:
        """A clean value in the same terms as `content`."""
        if isinstance(value, dt.date):
            value = serial(value, self.base_1904) or str(value)
        if value is None:
            return None
        if isinstance(value, bool | str):
            return "text" if isinstance(value, str) else "bool", value
        return "number", float(value)

    def _shared(self, index: str) -> str:
        """A shared string; the first one asked for brings all that the sheets read so far lean on."""
        if index not in self._strings:
            cells = (cell for sheet in self._sheets.values() for cell in sheet.data.iter(_CELL))
            values = (value for cell in cells if cell.get("t") == "s" for value in cell.iterchildren(_VALUE))
            wanted = {index, *(value.text or "" for value in values)}
            found = _shared_strings(self.package, {int(text) for text in wanted if text})
            self._strings |= {text: found.get(int(text or -1), "") for text in wanted}
        return self._strings[index]


def cell_name(number: int, column: int) -> str:
    """The name of a cell by row and column, such as B3."""
    return f"{get_column_letter(column)}{number}"


def formula_of(cell: etree._Element | None) -> str | None:
    """A cell's formula, "" for one that shares another's, None without one."""
    found = None if cell is None else next(cell.iterchildren(_FORMULA), None)
    return None if found is None else found.text or ""


def _named_cells(row: etree._Element, number: int) -> dict[int, etree._Element]:
    found: dict[int, etree._Element] = {}
    column = 0
    for cell in row.iterchildren(_CELL):
        old = cell.get("r")
        column = _column(old) if old else column + 1
        if old != (name := cell_name(number, column)):
            cell.set("r", name)
        found[column] = cell
    return found


def _ends(row: etree._Element) -> tuple[int, int] | None:
    """The first and last column of a row's cells, None without any; cells without a name stand side by side."""
    if len(row) == 0:
        return None
    ends = row[0], row[-1]
    if ends[0].tag != _CELL or ends[1].tag != _CELL:
        cells = row.findall(_CELL)
        if not cells:
            return None
        ends = cells[0], cells[-1]
    first, last = (cell.get("r") for cell in ends)
    return _column(first) if first else 1, _column(last) if last else len(row.findall(_CELL))


def _column(name: str) -> int:
    return _column_of(name.rstrip(_DIGITS))


@cache
def _column_of(letters: str) -> int:
    return column_index_from_string(letters)


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
