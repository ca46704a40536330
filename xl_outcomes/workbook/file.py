"""A closed master workbook: its tables read into frames, changed tables patched back into the file.

Only the tables that changed are written; every other part of the file stays byte for byte.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from xl_outcomes.contract import SPECS
from xl_outcomes.errors import FileError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits, Packed
from xl_outcomes.workbook.cells import NamedTable, Sheet, read_book
from xl_outcomes.workbook.patch import patch
from xl_outcomes.workbook.plan import TableLinks, fitted, indicator_tables, planned, require_tables
from xl_outcomes.workbook.safe_write import Seen, look, replace

__all__ = ["Master", "indicator_tables", "read_master", "save", "updated"]

# A master is the council's own, and grows with every quarter: only what no computer could hold is refused.
MASTER_LIMITS = Limits(
    file_bytes=500 * MEGABYTE,
    unpacked_bytes=4_000 * MEGABYTE,
    rows=4_000_000,
    cells=40_000_000,
    text_bytes=2_000 * MEGABYTE,
    details=2_000_000,
    seconds=600,
)


@dataclass(frozen=True, slots=True)
class Master:
    """A master as read: its file, the contract's tables, and every named table of the workbook with its sheet."""

    path: Path
    data: bytes
    seen: Seen
    tables: Tables
    named: Mapping[str, tuple[Sheet, NamedTable]]
    _found: dict[str, Table] = field(default_factory=dict, repr=False, compare=False)

    def names(self) -> Iterable[str]:
        """The names of all its tables, lower case."""
        return self.named

    def find(self, name: str) -> Table | None:
        """A table of the workbook by its display name, ours or not, as it stands."""
        key = name.casefold()
        if key in self.named and key not in self._found:
            self._found[key] = _read(*self.named[key])
        return self._found.get(key)

    def first_row(self, name: str) -> int:
        """The sheet row of a table's first row of data."""
        return self.named[name.casefold()][1].first_row + 1


def read_master(path: Path) -> Master:
    """Reads a master workbook.

    Raises FileError where the file cannot be read, WorkbookError where a table or a needed heading is missing.
    """
    if not path.is_file():
        raise FileError(
            "file-missing", f"There is no workbook {path}.", "Check the name, or make one: xl-outcomes new."
        )
    data, seen = look(path)
    named, raw = _contents(data, path)
    tables = {name: fitted(name, table) for name, table in raw.items()}
    return Master(path, data, seen, tables, named, {name.casefold(): table for name, table in raw.items()})


# A command reads what the one before it wrote; frames are never changed in place, so the same bytes are read once.
@lru_cache(maxsize=2)
def _contents(data: bytes, path: Path) -> tuple[Mapping[str, tuple[Sheet, NamedTable]], Mapping[str, Table]]:
    """The named tables of a file that holds these bytes, and those of the contract as they stand."""
    book = read_book(path, MASTER_LIMITS)
    if book.format not in ("xlsx", "xlsm"):
        raise FileError("file-format", f"{path.name} is a .{book.format} file.", "Save the master as .xlsx first.")
    named = {t.name.casefold(): (sheet, t) for sheet in book.sheets for t in sheet.tables}
    require_tables(path.name, [t.name for _, t in named.values()])
    return named, {name: _read(*named[name.casefold()]) for name in SPECS if name.casefold() in named}


def updated(
    master: Master,
    changed: Tables,
    views: Sequence[ViewSheet] = (),
    links: Mapping[str, TableLinks] | None = None,
    style: HouseStyle = SHIPPED,
) -> bytes:
    """The bytes of the master with changed tables and views; the same bytes where nothing differs.

    `links` says for some tables where their cells lead; new sheets are made in the house style.
    """
    plan = planned(master, changed, views, links)
    return patch(master.data, plan.writes, plan.additions, style) if plan else master.data


def save(master: Master, data: bytes, now: dt.datetime, *, allow_synced: bool = False) -> None:
    """Puts the new bytes in the place of the master, in one step, with a backup; nothing to do where they are equal."""
    if data != master.data:
        replace(master.path, data, master.seen, now=now, allow_synced=allow_synced)


def _read(sheet: Sheet, named: NamedTable) -> Table:
    first, last = named.first_row + named.header_rows, named.last_row - named.totals_rows
    columns = range(named.first_column, named.first_column + len(named.headings))
    found = ((row, [_value(cell) for cell in cells]) for row, cells in sheet.cells.bare(first, last, columns))
    rows = {row: cells for row, cells in found if any(cell is not None for cell in cells)}
    data = frame(named.headings, rows.values(), rows)
    return Table(named.name, data, sheet.name, dict(zip(named.headings, columns, strict=True)))


def _value(cell: Packed | None) -> object:
    if isinstance(cell, tuple):
        value, kind = cell[:2]
        return f"{value} (not calculated)" if kind == "uncalculated" else _value(value)
    return None if isinstance(cell, str) and not cell.strip() else cell
