"""One worksheet part of an .xlsx file, read as a stream: its cells, hidden rows and columns, and merged areas."""

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import (
    LAST_COLUMN,
    LAST_ROW,
    Packed,
    area_positions,
    cell_position,
    column_letters,
)
from xl_outcomes.workbook.plain_parts import plain_sheet
from xl_outcomes.workbook.safe_package import Attributes, SafePackage, parse, parser_for, vocabulary
from xl_outcomes.workbook.xlsx_values import TRUE_WORDS, SheetContent, StoredValues, Surroundings, with_formula

MAIN_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_WORDS = vocabulary(
    ("worksheet", "sheetData", "row", "c", "v", "f", "is", "r", "t", "rPh", "col", "mergeCell"), *MAIN_NAMESPACES
)
_TEXTS = frozenset(("f", "t"))
_CELL_DEPTH = 4  # worksheet, sheetData, row, c


def read_sheet(package: SafePackage, part: str, surroundings: Surroundings) -> SheetContent:
    """The content of a worksheet part; errors `file-damaged`, `file-too-large`, `file-unsafe`."""
    found = plain_sheet(package, part, surroundings)
    return read_sheet_carefully(package, part, surroundings) if found is None else found


def read_sheet_carefully(package: SafePackage, part: str, surroundings: Surroundings) -> SheetContent:
    """The content of a worksheet part, however it is written; errors as of `read_sheet`."""
    reader = _SheetReader(part, surroundings, package.budget)
    parser = parser_for(_WORDS, part, package.budget)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parse(parser, package, part, reader)
    if not reader.is_worksheet:
        raise package.budget.damaged(f"its part {part} is no worksheet")
    return reader.content


def is_run(depth: int, parent: str) -> bool:
    """Whether a `t` so many levels inside its item belongs to its text: directly, or in a run or phonetic guide."""
    return depth == 1 or (depth == 2 and parent in ("r", "rPh"))


class _SheetReader:
    # Called once for each element, so it keeps its state in slots and does as little as it can for each cell.

    __slots__ = (
        "_attributes",
        "_budget",
        "_column_of",
        "_columns",
        "_formula",
        "_hidden",
        "_in_data",
        "_in_inline",
        "_inline",
        "_limit",
        "_part",
        "_phonetic",
        "_previous",
        "_row",
        "_row_digits",
        "_row_text",
        "_run",
        "_text",
        "_texts",
        "_value",
        "_values",
        "content",
        "depth",
        "is_worksheet",
    )

    def __init__(self, part: str, surroundings: Surroundings, budget: Budget) -> None:
        self.content = SheetContent()
        self.is_worksheet = False
        self.depth = 0
        self._part, self._budget, self._limit = part, budget, budget.limits.text
        self._texts, self._values = surroundings.texts, StoredValues(surroundings, budget)
        self._column_of: dict[str, int] = {}
        self._columns: dict[int, Packed] = {}
        self._row, self._row_text, self._row_digits = 0, "", 0
        self._attributes: Attributes = {}
        self._previous: str | int = 0
        self._text: str | None = None
        self._value: str | None = None
        self._inline: str | None = None
        self._formula: str | None = None
        self._phonetic = self._hidden = self._in_data = self._in_inline = False
        self._run = ""

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "v":
            self._text = ""
        elif name == "c":
            self._attributes = attributes
            self._value = self._inline = self._formula = None
        elif name in _TEXTS:
            self._text = ""
        else:
            self._text = None
            self._start_other(name, attributes)

    def _start_other(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            if self.depth != _CELL_DEPTH - 1 or not self._in_data:
                raise self._misplaced("row")
            self._start_row(attributes)
        elif name == "is":
            if self.depth != _CELL_DEPTH + 1 or self._inline is not None:
                raise self._misplaced("text")
            self._in_inline = True
        elif self._in_inline:
            if self.depth == _CELL_DEPTH + 2:
                self._run = name
                self._phonetic = name == "rPh"
        elif name == "col":
            self._hide_columns(attributes)
        elif name == "mergeCell":
            self._merge(attributes)
        elif name == "sheetData":
            self._in_data = self.depth == _CELL_DEPTH - 2
        elif name == "worksheet":
            self.is_worksheet = True

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text += text
            if len(self._text) > self._limit:
                self._budget.check_text(len(self._text))

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "v":
            if self._value is not None or self._text is None or self.depth != _CELL_DEPTH:
                raise self._misplaced("value")
            self._value, self._text = self._text, None
        elif name == "c":
            if self.depth != _CELL_DEPTH - 1:
                raise self._misplaced("cell")
            self._end_cell()
        elif name in _TEXTS:
            self._end_text(name)
        elif name == "row":
            self._end_row()
        elif name == "is":
            self._in_inline = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "sheetData":
            self._in_data = False

    def _end_text(self, name: str) -> None:
        text, self._text = self._text, None
        if text is None:
            raise self._misplaced("text")
        if name == "f":
            self._formula = text
        elif not self._in_inline or not is_run(self.depth - _CELL_DEPTH, self._run):
            raise self._misplaced("text")
        elif not self._phonetic:
            self._inline = (self._inline or "") + text
            self._budget.check_text(len(self._inline))

    def _misplaced(self, what: str) -> FileError:
        # Excel mends such a file or refuses it; nobody can tell which figure was meant.
        return self._budget.damaged(f"{self._part} has a {what} where none belongs, near row {self._row}")

    def _end_cell(self) -> None:
        attributes, value = self._attributes, self._value
        kind = attributes.get("t", "n")
        if kind == "inlineStr":
            value = self._inline
        address = self._previous = attributes.get("r") or self._next_column()
        if value is None and self._formula is None:
            return
        packed = self._packed(kind, value, attributes.get("s"))
        if packed is None:
            return
        digits = self._row_digits
        if isinstance(address, str) and address[-digits:] == self._row_text:
            column = self._column_of.get(address[:-digits])
            if column is not None:
                if self._columns.setdefault(column, packed) is not packed:
                    raise self._twice(address)
                return
        self._store(address, packed)

    def _packed(self, kind: str, value: str | None, style: str | None) -> Packed | None:
        if kind != "s" or not value:
            return self._values.read(kind, value, style, self._formula)
        text = self._texts.get(value) or self._shared_text(value)
        return None if not text else text if self._formula is None else with_formula(text)

    def _shared_text(self, index: str) -> str:
        # Not as the index is usually written: with spaces, leading zeros, or pointing nowhere.
        digits = index.strip()
        text = self._texts.get(digits.lstrip("0") or digits[:1])
        if text is None:
            raise self._budget.damaged(f"a cell in row {self._row} of {self._part} refers to a text that is missing")
        return text

    def _store(self, address: str | int, packed: Packed) -> None:
        # A column not met before, a cell without an address, or one that names another row than its own.
        if not self._row_text:
            raise self._misplaced("cell")
        row, column = (self._row, address) if isinstance(address, int) else self._position(address)
        self._budget.check_column(column)
        if row == self._row and row:
            if self._columns.setdefault(column, packed) is not packed:
                raise self._twice(f"{column_letters(column)}{row}")
            if isinstance(address, str) and address.endswith(self._row_text):
                self._column_of[address[: -self._row_digits]] = column
            return
        columns = self.content.rows.setdefault(row, {})
        self._budget.add_rows(0 if columns else 1, 1)
        if columns.setdefault(column, packed) is not packed:
            raise self._twice(f"{column_letters(column)}{row}")

    def _twice(self, address: str) -> FileError:
        return self._budget.damaged(f"{self._part} has the cell {address} twice")

    def _next_column(self) -> int:
        previous = self._previous
        column = 1 + (previous if isinstance(previous, int) else self._position(previous)[1])
        if column > LAST_COLUMN or not self._row:
            raise self._budget.damaged(f"row {self._row} of {self._part} has a cell outside the sheet")
        return column

    def _position(self, address: str) -> tuple[int, int]:
        try:
            return cell_position(address)
        except ValueError as error:
            raise self._budget.damaged(f"{self._part} has a cell at {address[:20]}, which is no address") from error

    def _start_row(self, attributes: Attributes) -> None:
        text = attributes.get("r") or str(self._row + 1)
        row = self._whole(text)
        if not 1 <= row <= LAST_ROW:
            raise self._budget.damaged(f"{self._part} has a row {text[:20]}, outside the sheet")
        self._row, self._row_text, self._row_digits, self._previous = row, text, len(text), 0
        self._columns = {}
        self._hidden = attributes.get("hidden") in TRUE_WORDS

    def _end_row(self) -> None:
        self._row_text, self._row_digits = "", 0
        if not self._columns:
            return
        if self._hidden:
            self.content.hidden_rows.add(self._row)
        stored = self.content.rows.get(self._row)
        if stored is None:
            self.content.rows[self._row] = self._columns
            self._budget.add_row(len(self._columns))
        else:
            twice = stored.keys() & self._columns.keys()
            if twice:
                raise self._twice(f"{column_letters(min(twice))}{self._row}")
            stored.update(self._columns)
            self._budget.add_rows(0, len(self._columns))
        self._columns = {}

    def _hide_columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in TRUE_WORDS:
            self._budget.add_details(1)
            first, last = self._whole(attributes.get("min", "")), self._whole(attributes.get("max", ""))
            self.content.hidden_columns.add(first, last)

    def _merge(self, attributes: Attributes) -> None:
        self._budget.add_details(1)
        try:
            self.content.merged.append(area_positions(attributes.get("ref", "")))
        except ValueError as error:
            raise self._budget.damaged(f"{self._part} has a merged area that is no address") from error

    def _whole(self, text: str) -> int:
        try:
            return int(text)
        except ValueError as error:
            raise self._budget.damaged(f"{self._part} has {text[:20]!r} where a number belongs") from error
