"""OpenDocument spreadsheets (.ods), read as a stream within limits.

Repeated rows and cells are counted before they are written out, so a cell repeated over a whole sheet is refused at
once. Unlike Excel's formats, .ods stores percentages as such. What cannot be told apart: a formula that gives an empty
text and one that was never calculated, unless the program that wrote it left the text out altogether; a time of day
and a duration under 24 hours (both are read as a time of day; longer ones as a number of days). Named tables do not
exist in the format.
"""

import datetime
import re
from dataclasses import dataclass, field
from math import isfinite

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import LAST_ROW, Book, HiddenColumns, Packed, PackedCells, Sheet, kind_of
from xl_outcomes.workbook.safe_package import Attributes, SafePackage, parse, parser_for

_CONTENT = "content.xml"
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:"
_DRAWING = f"{_OPEN_DOCUMENT}drawing:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_WORDS = {
    f"{_OPEN_DOCUMENT}{space}:1.0 {name}": f"{space}:{name}"
    for space, names in {
        "table": (
            *(
                "table",
                "table-row-group",
                "table-header-rows",
                "table-rows",
                "table-row",
                "table-column",
                "table-cell",
                "covered-table-cell",
                "shapes",
            ),
            *("name", "style-name", "visibility", "display", "formula"),
            *("number-rows-repeated", "number-columns-repeated", "number-rows-spanned", "number-columns-spanned"),
        ),
        "office": (
            *(
                "body",
                "spreadsheet",
                "annotation",
                "value-type",
                "value",
                "date-value",
                "time-value",
                "boolean-value",
                "string-value",
            ),
        ),
        "text": ("p", "s", "c", "tab", "line-break"),
        "style": ("style", "name", "table-properties"),
    }.items()
    for name in names
} | {f"{_CALC} value-type": "calcext:value-type"}
_CELLS = frozenset(("table:table-cell", "table:covered-table-cell"))
_NOT_OF_THE_CELL = frozenset(("office:annotation", "table:shapes"))
_TABLE_DEPTH = 4
_GROUPS = frozenset(("table:table-row-group", "table:table-header-rows", "table:table-rows"))
_FRAME = ("office:body", "office:spreadsheet")
_HIDING = frozenset(("collapse", "filter"))
_NUMBERS = frozenset(("float", "percentage", "currency"))
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
_SPACES = re.compile(r"[ \t\r\n]+")
_TIME = re.compile(r"PT(\d{1,9})H(\d{1,9})M(\d{1,9}(?:\.\d*)?)S", re.IGNORECASE)
_TIME_DAY = datetime.datetime(1899, 12, 31)


def read_ods(package: SafePackage) -> Book:
    """The spreadsheet in an open package; errors `file-damaged`, `file-too-large`, `file-unsafe`."""
    reader = _ContentReader(package.budget)
    parser = parser_for(_WORDS, _CONTENT, package.budget)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parse(parser, package, _CONTENT, reader)
    if not reader.tables:
        raise package.budget.damaged("it holds no sheet")
    return Book("ods", tuple(_sheet(table) for table in reader.tables))


@dataclass(slots=True)
class _Table:
    name: str
    visible: bool
    rows: dict[int, dict[int, Packed]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: HiddenColumns = field(default_factory=HiddenColumns)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def _sheet(table: _Table) -> Sheet:
    return Sheet(
        name=table.name,
        visible=table.visible,
        cells=PackedCells(table.rows),
        hidden_rows=frozenset(table.hidden_rows),
        hidden_columns=table.hidden_columns.among(table.rows),
        merged=tuple(table.merged),
        tables=(),
    )


class _ContentReader:
    # Called once for each element. What lies in comments and drawings is passed over.

    __slots__ = (
        "_attributes",
        "_budget",
        "_column",
        "_columns",
        "_defined_columns",
        "_frame",
        "_hidden_styles",
        "_in_text",
        "_length",
        "_paragraphs",
        "_row",
        "_row_attributes",
        "_row_depth",
        "_rows_depth",
        "_skipped",
        "_style",
        "_table",
        "depth",
        "tables",
    )

    def __init__(self, budget: Budget) -> None:
        self.tables: list[_Table] = []
        self.depth = 0
        self._budget = budget
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._table: _Table | None = None
        self._frame: list[tuple[int, str]] = []
        self._rows_depth = _TABLE_DEPTH
        self._skipped = self._row_depth = self._row = self._column = self._defined_columns = 0
        self._columns: dict[int, Packed] = {}
        self._row_attributes: Attributes = {}
        self._attributes: Attributes | None = None
        self._paragraphs: list[str] = []
        self._in_text = False
        self._length = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if self._skipped or name in _NOT_OF_THE_CELL or name.startswith(_DRAWING):
            self._skipped += 1
        elif self._attributes is not None:
            self._start_text(name, attributes)
        elif name in _CELLS:
            if self.depth != self._row_depth + 1:
                raise self._misplaced(name)
            self._attributes, self._paragraphs, self._length = attributes, [], 0
        elif name == "table:table-row":
            if self._table is None or self.depth != self._rows_depth + 1:
                raise self._misplaced(name)
            self._row_depth = self.depth
            self._row_attributes, self._columns, self._column = attributes, {}, 1
        elif name == "table:table-column":
            self._define_columns(attributes)
        elif name == "table:table":
            self._start_table(attributes)
        elif name in _GROUPS:
            self._rows_depth += self.depth == self._rows_depth + 1
        elif name in _FRAME and len(self._frame) <= len(_FRAME):
            self._frame.append((self.depth, name))
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._budget.add_details(1)
            self._budget.add_text(self._style)
            self._hidden_styles.add(self._style)

    def data(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self._add_text(_SPACES.sub(" ", text))

    def end(self, name: str) -> None:
        self.depth -= 1
        if self._skipped:
            self._skipped -= 1
        elif name == "text:p":
            self._in_text = False
        elif name in _CELLS and self._attributes is not None:
            self._end_cell(self._attributes)
            self._attributes = None
        elif name == "table:table-row":
            self._row_depth = 0
            self._end_row(self._row_attributes)
        elif name in _GROUPS:
            self._rows_depth -= self.depth == self._rows_depth - 1
        elif name == "table:table":
            self._table = None

    def _start_text(self, name: str, attributes: Attributes) -> None:
        if name == "text:p":
            if self._in_text:
                raise self._misplaced(name)
            self._paragraphs.append("")
            self._lengthen(1)
            self._in_text = True
        elif name == "text:s":
            count = self._count(attributes, "text:c")
            self._budget.check_text(count)
            self._add_text(" " * count)
        elif name == "text:tab":
            self._add_text("\t")
        elif name == "text:line-break":
            self._add_text("\n")
        elif name in _CELLS or name == "table:table-row":
            raise self._misplaced(name)
        elif name == "table:table":
            # A table inside a cell is not a sheet.
            self._skipped = 1

    def _add_text(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1] += text
            self._lengthen(len(text))

    def _lengthen(self, length: int) -> None:
        # The line breaks between paragraphs count, so the first one may come on top.
        self._length += length
        self._budget.check_text(self._length - 1)

    def _start_table(self, attributes: Attributes) -> None:
        if self._frame != [(2, "office:body"), (3, "office:spreadsheet")] or self.depth != _TABLE_DEPTH:
            # No sheet, but what a link to another program has fetched, say.
            self._skipped = 1
            return
        visible, name = attributes.get("table:style-name") not in self._hidden_styles, attributes.get("table:name", "")
        self._budget.check_sheets(len(self.tables) + 1, name)
        self._table = _Table(name, visible)
        self.tables.append(self._table)
        self._row = self._defined_columns = 1

    def _misplaced(self, name: str) -> FileError:
        return self._budget.damaged(f"{_CONTENT} has a {name} where none belongs, near row {self._row}")

    def _define_columns(self, attributes: Attributes) -> None:
        first = self._defined_columns
        self._defined_columns += self._count(attributes, "table:number-columns-repeated")
        if self._table is not None and attributes.get("table:visibility") in _HIDING:
            self._budget.add_details(1)
            self._table.hidden_columns.add(first, self._defined_columns - 1)

    def _end_cell(self, attributes: Attributes) -> None:
        count = self._count(attributes, "table:number-columns-repeated")
        text = "\n".join(self._paragraphs)
        packed = _packed(attributes, text, bool(self._paragraphs))
        first, self._column = self._column, self._column + count
        if "table:number-columns-spanned" in attributes or "table:number-rows-spanned" in attributes:
            self._merge(attributes, first)
        if packed is None:
            return
        self._keep(packed[0] if isinstance(packed, tuple) else packed)
        self._budget.check_column(self._column - 1)
        for column in range(first, self._column):
            self._columns[column] = packed

    def _keep(self, value: object) -> None:
        if isinstance(value, str):
            self._budget.check_text(len(value))
            self._budget.add_text(value)

    def _merge(self, attributes: Attributes, column: int) -> None:
        rows = self._count(attributes, "table:number-rows-spanned")
        columns = self._count(attributes, "table:number-columns-spanned")
        if self._table is None or rows * columns == 1:
            return
        self._budget.add_details(1)
        self._table.merged.append((self._row, column, self._row + rows - 1, column + columns - 1))

    def _end_row(self, attributes: Attributes) -> None:
        first = self._row
        count = self._count(attributes, "table:number-rows-repeated")
        self._row += count
        if self._table is None:
            return
        if not self._columns:
            return
        self._budget.add_rows(count, count * len(self._columns))
        if self._row - 1 > LAST_ROW:
            raise self._budget.damaged(f"a sheet has more than {LAST_ROW:,} rows")
        if attributes.get("table:visibility") in _HIDING:
            self._table.hidden_rows.update(range(first, self._row))
        for row in range(first, self._row):
            self._table.rows[row] = self._columns

    def _count(self, attributes: Attributes, name: str) -> int:
        text = attributes.get(name, "1")
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise self._budget.damaged(f"{_CONTENT} has {text[:20]!r} where a number belongs")
        return max(1, int(text))


def _packed(attributes: Attributes, text: str, has_text: bool) -> Packed | None:
    formula = attributes.get("table:formula")
    kind = attributes.get("office:value-type")
    if _is_error(attributes, text):
        return (text, "error", formula is not None, False)
    if kind is None:
        if formula is not None and not has_text:
            return (f"={formula.partition('=')[2]}", "uncalculated", True, False)
        value: Packed = text
    else:
        value = _value(kind, attributes, text)
    if value == "":
        return None
    if kind == "percentage" and isinstance(value, float):
        return (value, "number", formula is not None, True)
    if formula is None or isinstance(value, tuple):
        return value
    return (value, kind_of(value), True, False)


def _is_error(attributes: Attributes, text: str) -> bool:
    # LibreOffice marks errors; other programs store 0 or the text beside a formula.
    if attributes.get("calcext:value-type") == "error":
        return bool(text)
    return "table:formula" in attributes and (text in _ERRORS or text.startswith("Err:"))


def _value(kind: str, attributes: Attributes, text: str) -> Packed:
    if kind in _NUMBERS:
        return _number(attributes.get("office:value", ""), text)
    if kind == "date":
        return _date(attributes.get("office:date-value", ""), text)
    if kind == "time":
        return _time(attributes.get("office:time-value", ""), text)
    if kind == "boolean":
        return attributes.get("office:boolean-value") == "true"
    return attributes.get("office:string-value", text)


def _number(stored: str, text: str) -> Packed:
    try:
        number = float(stored)
    except ValueError:
        return text
    return number if isfinite(number) and "_" not in stored else text


def _date(stored: str, text: str) -> Packed:
    try:
        return datetime.datetime.fromisoformat(stored).replace(tzinfo=None)
    except ValueError:
        return text or stored


def _time(stored: str, text: str) -> Packed:
    found = _TIME.fullmatch(stored)
    if found is None:
        return text or stored
    hours, minutes, seconds = (float(part) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return _TIME_DAY + datetime.timedelta(seconds=total) if total < 86_400 else total / 86_400
