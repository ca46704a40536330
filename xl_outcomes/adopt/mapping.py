"""How a table is understood: sheets, heading rows, columns, tiers, defaults; written and read as TOML."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from xl_outcomes.adopt.times import read_key
from xl_outcomes.adopt.words import TIER_USES, USES
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.workbook.cell_types import cell_position, column_letters, column_number

VERSION = 1
TIERS = ("columns", "numbering", "indent", "look", "figures", "none")
ROWS = (*TIER_USES, "Indicator", "Leave")
HIDDEN = ("Leave", "Take")
SHEET_NAME = "sheet name"
DEFAULTS: Mapping[str, str | int] = {
    "Kind": "Tracking",
    "Measure": "Outcome",
    "Unit": "Other",
    "Decimals": 0,
    "Polarity": "Neither",
    "Frequency": "Quarterly",
    "Calculation": "Value",
    "Aggregation": "Latest",
    "Report as": "In period",
}
_FIX = "Correct it in the mapping file, or write a new proposal with --write-mapping."


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What a column is: `use` is one of `words.USES`, `period` that of its figures; `why` it was read so."""

    column: int
    heading: str
    use: str
    period: str = ""
    why: str = ""
    sure: bool = True

    @property
    def letters(self) -> str:
        """The letters of the column."""
        return column_letters(self.column)


@dataclass(frozen=True, slots=True)
class TableMap:
    """A table, on one sheet or on several of the same layout.

    `tiers` says how outcomes show their tier; `top` is where tier 1 comes from besides: "sheet name", the address of a
    cell, or blank; `last_row` 0 means to the end; `rows` says for single rows what they are.
    """

    sheets: tuple[str, ...]
    heading_rows: tuple[int, ...]
    first_row: int
    columns: tuple[ColumnUse, ...]
    tiers: str = "none"
    top: str = ""
    last_row: int = 0
    rows: Mapping[int, str] = field(default_factory=dict)
    why: str = ""
    sure: bool = True

    def uses(self, *names: str) -> tuple[ColumnUse, ...]:
        """The columns of these uses, from left to right."""
        return tuple(c for c in self.columns if c.use in names)


@dataclass(frozen=True, slots=True)
class BookMap:
    """How a whole workbook is understood; `defaults` stand where the table says nothing."""

    source: str
    tables: tuple[TableMap, ...]
    defaults: Mapping[str, str | int] = field(default_factory=lambda: dict(DEFAULTS))
    hidden: str = "Leave"
    council: str = ""


def to_toml(mapping: BookMap) -> str:
    """The mapping as a file for people to read and edit."""
    lines = [
        f"# How xl-outcomes understands {_one_line(mapping.source)}. Edit it, then:",
        "#   xl-outcomes adopt THEIRS.xlsx MASTER.xlsx --mapping THIS_FILE",
        f"# A column may be: {', '.join(USES)}.",
        "# Leave: what stands there goes into the list on the sheet Adopted, and nowhere else.",
        "# Row kind: it says whether its row holds the target, the actual figure, the rating …",
        f"# Tiers are told by: {', '.join(TIERS)}. A row may be set to: {', '.join(ROWS)}.",
        "",
        f"version = {VERSION}",
        f"source = {_text(mapping.source)}",
        f"council = {_text(mapping.council)}",
        f"hidden = {_text(mapping.hidden)}  # hidden rows and columns: Leave or Take",
        "",
        "[defaults]  # where the table does not say",
        *(f"{_text(name)} = {_value(value)}" for name, value in mapping.defaults.items()),
    ]
    for table in mapping.tables:
        lines += _table_lines(table)
    return "\n".join(lines) + "\n"


def from_toml(text: str, name: str = "the mapping") -> BookMap:
    """The mapping of a file; raises InputError that says what is wrong, where, and what is allowed."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is not a TOML file that can be read: {error}.", _FIX) from None
    _known(data, ("version", "source", "council", "hidden", "defaults", "table"), name)
    if data.get("version") != VERSION:
        raise InputError(f"{name} is of version {data.get('version')!r}; this program reads version {VERSION}.", _FIX)
    tables = data.get("table", [])
    if not isinstance(tables, list) or not tables:
        raise InputError(f"{name} has no [[table]], so there is nothing to adopt.", _FIX)
    return BookMap(
        source=_string(data, "source", name),
        tables=tuple(_table(t, f"{name}, table {n}") for n, t in enumerate(tables, 1)),
        defaults=_defaults(data.get("defaults", {}), name),
        hidden=_one_of(_string(data, "hidden", name, "Leave"), HIDDEN, f"{name}, hidden"),
        council=_string(data, "council", name),
    )


def _table_lines(table: TableMap) -> list[str]:
    lines = [
        "",
        "[[table]]" + (f"  # {_one_line(table.why)}" if table.why else ""),
        f"sheets = [{', '.join(map(_text, table.sheets))}]",
        f"heading_rows = [{', '.join(map(str, table.heading_rows))}]",
        f"first_row = {table.first_row}",
        f"last_row = {table.last_row}  # 0: to the end",
        f"tiers = {_text(table.tiers)}",
        f'top = {_text(table.top)}  # tier 1 besides: "{SHEET_NAME}", a cell such as "A1", or blank',
    ]
    for column in table.columns:
        lines += ["", f"[[table.column]]  # {_one_line(column.why)}" + ("" if column.sure else " NOT SURE")]
        lines += [f"column = {_text(column.letters)}", f"heading = {_text(column.heading)}"]
        lines += [f"is = {_text(column.use)}"]
        lines += [f"period = {_text(column.period)}"] if column.period else []
    rows = [f"{row} = {_text(use)}" for row, use in table.rows.items()]
    return [*lines, "", '[table.rows]  # for single rows, such as: 17 = "Tier 2"', *rows]


def _table(data: Any, where: str) -> TableMap:
    _known(data, ("sheets", "heading_rows", "first_row", "last_row", "tiers", "top", "column", "rows"), where)
    columns = tuple(_column(c, f"{where}, column {n}") for n, c in enumerate(data.get("column", []), 1))
    twice = {c.letters for c in columns if sum(o.column == c.column for o in columns) > 1}
    if twice:
        raise InputError(f"{where}: column {min(twice)} stands there twice.", _FIX)
    if not any(c.use in ("Title", *TIER_USES) for c in columns):
        raise InputError(f'{where}: no column is "Title" or a tier, so no row has a name.', _FIX)
    sheets = data.get("sheets")
    if not isinstance(sheets, list) or not sheets or not all(isinstance(s, str) for s in sheets):
        raise InputError(f"{where}: sheets must be a list of sheet names.", _FIX)
    top = _string(data, "top", where)
    if top and top != SHEET_NAME:
        _position(top, where)
    return TableMap(
        sheets=tuple(sheets),
        heading_rows=tuple(_whole(n, f"{where}, heading_rows") for n in data.get("heading_rows", [])),
        first_row=_whole(data.get("first_row"), f"{where}, first_row"),
        columns=columns,
        tiers=_one_of(_string(data, "tiers", where, "none"), TIERS, f"{where}, tiers"),
        top=top,
        last_row=_whole(data.get("last_row", 0), f"{where}, last_row"),
        rows=_rows(data.get("rows", {}), where),
    )


def _rows(data: Any, where: str) -> dict[int, str]:
    if not isinstance(data, dict) or not all(row.isdigit() for row in data):
        raise InputError(f'{where}: [table.rows] must have lines such as 17 = "Tier 2".', _FIX)
    return {int(row): _one_of(use, ROWS, f"{where}, row {row}") for row, use in data.items()}


def _column(data: Any, where: str) -> ColumnUse:
    _known(data, ("column", "heading", "is", "period"), where)
    column = column_number(_string(data, "column", where))
    if not column:
        raise InputError(f"{where}: {data.get('column')!r} is no column; write its letters, such as C.", _FIX)
    use = _one_of(_string(data, "is", where), USES, f"{where}, is")
    period = _string(data, "period", where)
    if period:
        try:
            read_key(period)
        except InputError as error:
            raise InputError(f"{where}: {error.message}", error.fix) from None
    return ColumnUse(column, _string(data, "heading", where), use, period, "as the mapping says")


def _defaults(data: Any, name: str) -> dict[str, str | int]:
    _known(data, DEFAULTS, f"{name}, defaults")
    for heading, value in data.items():
        column = SPECS["Indicators"].column(heading)
        if isinstance(value, bool) or not isinstance(value, str | int) or not column.fits(value):
            allowed = ", ".join(column.words) or "a whole number, 0 or more"
            raise InputError(f"{name}, defaults: {heading} is {value!r}, which is not allowed.", f"Allowed: {allowed}.")
    return {**DEFAULTS, **data}


def _known(data: Any, keys: Iterable[str], where: str) -> None:
    if not isinstance(data, dict):
        raise InputError(f"{where} is not written as a table of names and values.", _FIX)
    strange = [key for key in data if key not in keys]
    if strange:
        raise InputError(f'{where}: "{strange[0]}" is not known here.', f"Known are: {', '.join(keys)}.")


def _string(data: Mapping[str, Any], key: str, where: str, default: str = "") -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise InputError(f'{where}: {key} is {value!r}; it must be a text in "quotation marks".', _FIX)
    return value


def _one_of(value: object, allowed: tuple[str, ...], where: str) -> str:
    found = next((word for word in allowed if word.casefold() == str(value).casefold().strip()), None)
    if found is None:
        raise InputError(f"{where} is {value!r}, which is not allowed.", f"Allowed: {', '.join(allowed)}.")
    return found


def _whole(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_048_576:
        raise InputError(f"{where} is {value!r}; it must be the number of a row.", _FIX)
    return value


def _position(address: str, where: str) -> None:
    try:
        cell_position(address)
    except ValueError:
        fix = f'Write "{SHEET_NAME}", the address of a cell such as "A1", or nothing.'
        raise InputError(f"{where}: top is {address!r}, which is no cell.", fix) from None


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: str | int) -> str:
    return _text(value) if isinstance(value, str) else str(value)


def _one_line(text: str) -> str:
    """A text for a comment of the file, without what may not stand in one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
