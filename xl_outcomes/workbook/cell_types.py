"""What a spreadsheet file holds once it is read: cells, named tables, sheets, the book, and the limits of reading."""

import datetime
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

Kind = Literal["number", "text", "boolean", "error", "date", "uncalculated"]
Value = float | str | bool | datetime.datetime
Packed = Value | tuple[Value, Kind, bool, bool]

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
MEGABYTE = 1024 * 1024
_LONGEST_ADDRESS = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read at most; whatever goes over is refused, never cut short.

    Bytes, numbers, characters of one cell (`text`), and seconds; `memory_bytes` is for the child process that reads
    .xls and .xlsb. `rows` counts the rows that hold something, `cells` the cells, both over all sheets; `text_bytes`
    is the memory of all texts; `details` counts what is not a cell: merged areas, headings, formats, links. `settings`
    holds pairs, a limit and the council's setting that it comes from, for messages.
    """

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 400 * MEGABYTE
    entries: int = 5_000
    rows: int = 200_000
    cells: int = 1_000_000
    text: int = 32_767
    text_bytes: int = 128 * MEGABYTE
    sheets: int = 1_000
    details: int = 300_000
    columns: int = LAST_COLUMN
    seconds: float = 15.0
    memory_bytes: int = 512 * MEGABYTE
    settings: tuple[tuple[str, str], ...] = ()


class Cell(NamedTuple):
    """A cell that is not blank, with its 1-based row and column and the value as stored.

    A number is the stored double; text is not stripped; an error is its name (`#DIV/0!`); an uncalculated cell holds
    the formula as Excel shows it (`=A1+B1`), `=` alone where the file does not repeat a shared formula. A time of day
    is that time on 31 December 1899. `percent` is set for numbers whose number format shows a percentage.
    """

    row: int
    column: int
    value: Value
    kind: Kind
    formula: bool = False
    percent: bool = False

    @property
    def address(self) -> str:
        """The address as people write it: `D4`."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class NamedTable:
    """An Excel table (ListObject); rows and columns are 1-based and take in the heading row."""

    name: str
    sheet: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int
    headings: tuple[str, ...]
    header_rows: int
    totals_rows: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its cells by (row, column), row by row, without the blank ones.

    `merged` holds (first row, first column, last row, last column). Of the hidden rows and columns, those that hold
    something are kept.
    """

    name: str
    visible: bool
    cells: "PackedCells"
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]
    tables: tuple[NamedTable, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A spreadsheet file as read; `format` is xlsx, xlsm, xlsb, xls or ods, by content."""

    format: str
    sheets: tuple[Sheet, ...]


class PackedCells(Mapping[tuple[int, int], Cell]):
    """Cells by (row, column), kept as bare values and made into a `Cell` when asked for.

    Most cells of a workbook are never looked at, and making a million of them takes longer than reading the file.
    """

    __slots__ = ("_count", "_rows")

    def __init__(self, rows: dict[int, dict[int, Packed]]) -> None:
        self._rows = {row: _in_order(rows[row]) for row in sorted(rows)}
        self._count = sum(map(len, rows.values()))

    def __getitem__(self, key: tuple[int, int]) -> Cell:
        row, column = key
        return _unpacked(row, column, self._rows[row][column])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for row, columns in self._rows.items():
            for column in columns:
                yield row, column

    def texts(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of the cells that hold a text."""
        for row, columns in self._rows.items():
            for column, packed in columns.items():
                value = packed[0] if isinstance(packed, tuple) and packed[1] == "text" else packed
                if isinstance(value, str):
                    yield row, column, value

    def below(self, top: int, columns: Container[int]) -> Iterator[Cell]:
        """The cells of some columns under a row, row by row."""
        for row, cells in self._rows.items():
            if row > top:
                for column, packed in cells.items():
                    if column in columns:
                        yield _unpacked(row, column, packed)

    def bare(self, first: int, last: int, columns: range) -> Iterator[tuple[int, list[Packed | None]]]:
        """The bare values of some rows in some columns, blanks as None; rows without any cell are left out."""
        for row, cells in self._rows.items():
            if first <= row <= last:
                yield row, [cells.get(column) for column in columns]

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and len(key) == 2 and key[1] in self._rows.get(key[0], ())


@cache
def column_letters(column: int) -> str:
    """The letters of a 1-based column: 28 is `AB`."""
    letters = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def column_number(letters: str) -> int:
    """The 1-based column of its letters; 0 if they name no column of a sheet."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        return 0
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number if number <= LAST_COLUMN else 0


def cell_position(address: str) -> tuple[int, int]:
    """The 1-based (row, column) of an address such as `D4` or `$D$4`; a `ValueError` if it is none."""
    plain = address.replace("$", "") if len(address) <= _LONGEST_ADDRESS else ""
    letters = plain.rstrip("0123456789")
    column = column_number(letters)
    digits = plain[len(letters) :]
    row = int(digits) if digits and len(digits) <= 7 else 0
    if not (column and 1 <= row <= LAST_ROW):
        raise ValueError(address)
    return row, column


def area_positions(area: str) -> tuple[int, int, int, int]:
    """First row, first column, last row and last column of `B2:D4` (or of one cell); a `ValueError` if it is none."""
    first, _, last = area.partition(":")
    (top, left), (bottom, right) = cell_position(first), cell_position(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


class HiddenColumns:
    """The hidden columns of a sheet as they are met, span by span."""

    __slots__ = ("_hidden",)

    def __init__(self) -> None:
        self._hidden = bytearray()

    def add(self, first: int, last: int) -> None:
        """Hide the 1-based columns of a span."""
        self._hidden = self._hidden or bytearray(LAST_COLUMN + 1)
        first, last = max(1, first), min(last, LAST_COLUMN)
        self._hidden[first : last + 1] = bytes((1,)) * (last + 1 - first)

    def among(self, rows: Mapping[int, Mapping[int, Packed]]) -> frozenset[int]:
        """The hidden columns that hold something in these rows."""
        if not self._hidden:
            return frozenset()
        used = {column for columns in rows.values() for column in columns}
        return frozenset(column for column in used if self._hidden[column])


def kind_of(value: Value) -> Kind:
    """The kind of a bare value: number, text, boolean or date."""
    return _KINDS[type(value)]


_KINDS: dict[type, Kind] = {float: "number", str: "text", bool: "boolean", datetime.datetime: "date"}


def _unpacked(row: int, column: int, packed: Packed) -> Cell:
    if isinstance(packed, tuple):
        return Cell(row, column, *packed)
    return Cell(row, column, packed, kind_of(packed))


def _in_order(columns: dict[int, Packed]) -> dict[int, Packed]:
    places = list(columns)
    in_order = sorted(places)
    return columns if places == in_order else {column: columns[column] for column in in_order}
