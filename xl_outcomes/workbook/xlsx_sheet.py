"""One worksheet part of an .xlsx file, read as a stream: its cells, hidden rows and columns, and merged areas."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import (
    LAST_COLUMN,
    LAST_ROW,
    Packed,
    area_positions,
    cell_position,
    kind_of,
)
from xl_outcomes.workbook.number_formats import Shown, date_of
from xl_outcomes.workbook.safe_package import Attributes, SafePackage, parse, parser_for, vocabulary

MAIN_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
TRUE_WORDS = frozenset(("1", "true", "on"))
_WORDS = vocabulary(("worksheet", "row", "c", "v", "f", "is", "t", "rPh", "col", "mergeCell"), *MAIN_NAMESPACES)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the cells of a workbook refer to: shared texts and number formats by their index as written, and dates."""

    texts: Mapping[str | None, str]
    shown: Mapping[str | None, Shown]
    since_1904: bool


@dataclass(slots=True)
class SheetContent:
    """What a worksheet part holds."""

    rows: dict[int, dict[int, Packed]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read_sheet(package: SafePackage, part: str, surroundings: Surroundings) -> SheetContent:
    """The content of a worksheet part; errors `file-damaged`, `file-too-large`, `file-unsafe`."""
    reader = _SheetReader(part, surroundings, package.budget)
    parser = parser_for(_WORDS, part, package.budget)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parse(parser, package, part)
    if not reader.is_worksheet:
        raise package.budget.damaged(f"its part {part} is no worksheet")
    return reader.content


def unescaped(text: str) -> str:
    """Text with Excel's `_x000D_` escapes decoded."""
    return _joined_surrogates(_ESCAPE.sub(_character, text)) if "_x" in text else text


class _SheetReader:
    # Called once for each element, so it keeps its state in slots and does as little as it can for each cell.

    __slots__ = (
        "_attributes",
        "_budget",
        "_column_of",
        "_columns",
        "_formula",
        "_limit",
        "_part",
        "_phonetic",
        "_previous",
        "_row",
        "_row_digits",
        "_row_text",
        "_shown",
        "_since_1904",
        "_text",
        "_texts",
        "_value",
        "content",
        "is_worksheet",
    )

    def __init__(self, part: str, surroundings: Surroundings, budget: Budget) -> None:
        self.content = SheetContent()
        self.is_worksheet = False
        self._part, self._budget, self._limit = part, budget, budget.limits.text
        self._texts, self._shown, self._since_1904 = surroundings.texts, surroundings.shown, surroundings.since_1904
        self._column_of: dict[str, int] = {}
        self._columns: dict[int, Packed] = {}
        self._row, self._row_text, self._row_digits = 0, "", 0
        self._attributes: Attributes = {}
        self._previous: str | int = 0
        self._text = ""
        self._value: str | None = None
        self._formula: str | None = None
        self._phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        self._text = ""
        if name == "c":
            self._attributes = attributes
            self._value = self._formula = None
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._phonetic = True
        elif name == "col":
            self._hide_columns(attributes)
        elif name == "mergeCell":
            self._merge(attributes)
        elif name == "worksheet":
            self.is_worksheet = True

    def data(self, text: str) -> None:
        self._text += text
        if len(self._text) > self._limit:
            self._budget.check_text(len(self._text))

    def end(self, name: str) -> None:
        if name == "v":
            self._value = self._text
        elif name == "c":
            self._end_cell()
        elif name == "f":
            self._formula = self._text
        elif name == "t":
            if not self._phonetic:
                self._value = (self._value or "") + self._text
                self._budget.check_text(len(self._value))
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic = False

    def _end_cell(self) -> None:
        attributes, value = self._attributes, self._value
        address = self._previous = attributes.get("r") or self._next_column()
        if value is None and self._formula is None:
            return
        packed: Packed | None = self._texts.get(value) if attributes.get("t") == "s" else None
        if packed is None:
            packed = self._packed(attributes, value)
        if packed is None or packed == "":
            return
        if self._formula is not None:
            packed = _with_formula(packed)
        digits = self._row_digits
        if isinstance(address, str) and address[-digits:] == self._row_text:
            column = self._column_of.get(address[:-digits])
            if column is not None:
                self._columns[column] = packed
                return
        self._store(address, packed)

    def _packed(self, attributes: Attributes, value: str | None) -> Packed | None:
        kind = attributes.get("t", "n")
        shown = self._shown.get(attributes.get("s"), Shown.NUMBER)
        if not value and (value is None or kind != "str"):
            percent = shown is Shown.PERCENT
            return None if self._formula is None else (f"={self._formula}", "uncalculated", True, percent)
        if kind != "n":
            return self._shared_text(value) if kind == "s" else _PACKED_BY_TYPE.get(kind, unescaped)(value)
        try:
            number = float(value)
        except ValueError:
            return value.strip()
        if not isfinite(number) or "_" in value:
            return value
        return number if shown is Shown.NUMBER else self._formatted(number, shown)

    def _formatted(self, number: float, shown: Shown) -> Packed:
        if shown is Shown.PERCENT:
            return (number, "number", False, True)
        date = date_of(number, self._since_1904)
        return number if date is None else date

    def _shared_text(self, index: str) -> str:
        # Not as the index is usually written: with spaces, leading zeros, or pointing nowhere.
        text = self._texts.get(index.strip().lstrip("0") or "0")
        if text is None:
            raise self._budget.damaged(f"a cell in row {self._row} of {self._part} refers to a text that is missing")
        return text

    def _store(self, address: str | int, packed: Packed) -> None:
        # A column not met before, a cell without an address, or one that names another row than its own.
        row, column = (self._row, address) if isinstance(address, int) else self._position(address)
        self._budget.check_column(column)
        if row == self._row and row:
            self._columns[column] = packed
            if isinstance(address, str) and address.endswith(self._row_text):
                self._column_of[address[: -self._row_digits]] = column
            return
        columns = self.content.rows.setdefault(row, {})
        self._budget.add_rows(0 if columns else 1, 0 if column in columns else 1)
        columns[column] = packed

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
        if attributes.get("hidden") in TRUE_WORDS:
            self.content.hidden_rows.add(row)

    def _end_row(self) -> None:
        if not self._columns:
            return
        stored = self.content.rows.get(self._row)
        if stored is None:
            self.content.rows[self._row] = self._columns
            self._budget.add_row(len(self._columns))
        else:
            stored.update(self._columns)
            self._budget.add_rows(0, len(self._columns))
        self._columns = {}

    def _hide_columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in TRUE_WORDS:
            first, last = self._whole(attributes.get("min", "")), self._whole(attributes.get("max", ""))
            self.content.hidden_columns.update(range(max(1, first), min(last, LAST_COLUMN) + 1))

    def _merge(self, attributes: Attributes) -> None:
        merged = self.content.merged
        if len(merged) >= self._budget.limits.cells:
            raise self._budget.too_large(f"it merges more than {len(merged):,} areas", f"{len(merged):,}")
        try:
            merged.append(area_positions(attributes.get("ref", "")))
        except ValueError as error:
            raise self._budget.damaged(f"{self._part} has a merged area that is no address") from error

    def _whole(self, text: str) -> int:
        try:
            return int(text)
        except ValueError as error:
            raise self._budget.damaged(f"{self._part} has {text[:20]!r} where a number belongs") from error


def _with_formula(packed: Packed) -> Packed:
    if isinstance(packed, tuple):
        value, kind, _, percent = packed
        return (value, kind, True, percent)
    return (packed, kind_of(packed), True, False)


def _boolean(value: str) -> Packed:
    return value.strip().lower() in TRUE_WORDS


def _error(value: str) -> Packed:
    return (value.strip(), "error", False, False)


def _iso_date(value: str) -> Packed:
    try:
        return datetime.datetime.fromisoformat(value.strip()).replace(tzinfo=None)
    except ValueError:
        return value


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _joined_surrogates(text: str) -> str:
    # Two escapes can make up one character; half of one is replaced, as it could not be written anywhere.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_PACKED_BY_TYPE: dict[str, Callable[[str], Packed]] = {"b": _boolean, "e": _error, "d": _iso_date}
