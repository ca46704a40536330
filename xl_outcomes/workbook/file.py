"""A closed master workbook: its tables read into frames, changed tables patched back into the file.

Only the tables that changed are written; every other part of the file stays byte for byte.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from xl_outcomes.contract import NEEDED, SPECS, Spec
from xl_outcomes.errors import FileError, InputError, WorkbookError
from xl_outcomes.periods import parse_quarter
from xl_outcomes.reporting.view import INDICATOR_TABLES, View, ViewSheet
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.workbook.add_sheet import NewSheet
from xl_outcomes.workbook.cells import Cell, NamedTable, Sheet, read_book
from xl_outcomes.workbook.patch import KEEP, Row, TableWrite, patch
from xl_outcomes.workbook.safe_write import Seen, look, replace
from xl_outcomes.workbook.view_rows import row_heights, view_widths


@dataclass(frozen=True, slots=True)
class Master:
    """A master as read: its file, the contract's tables, and every named table of the workbook with its sheet."""

    path: Path
    data: bytes
    seen: Seen
    tables: Tables
    named: Mapping[str, tuple[Sheet, NamedTable]]
    _found: dict[str, Table] = field(default_factory=dict, repr=False, compare=False)

    def find(self, name: str) -> Table | None:
        """A table of the workbook by its display name, ours or not, as it stands."""
        key = name.casefold()
        if key in self.named and key not in self._found:
            self._found[key] = _read(*self.named[key])
        return self._found.get(key)


def read_master(path: Path) -> Master:
    """Reads a master workbook.

    Raises FileError where the file cannot be read, WorkbookError where a table or a needed heading is missing.
    """
    if not path.is_file():
        raise FileError(
            "file-missing", f"There is no workbook {path}.", "Check the name, or make one: xl-outcomes new."
        )
    data, seen = look(path)
    book = read_book(path)
    if book.format not in ("xlsx", "xlsm"):
        raise FileError("file-format", f"{path.name} is a .{book.format} file.", "Save the master as .xlsx first.")
    named = {t.name.casefold(): (sheet, t) for sheet in book.sheets for t in sheet.tables}
    missing = [name for name in NEEDED if name.casefold() not in named]
    if missing:
        raise _no_table(path, missing, [t.name for _, t in named.values()])
    raw = {name: _read(*named[name.casefold()]) for name in SPECS if name.casefold() in named}
    tables = {name: _fitted(name, table) for name, table in raw.items()}
    return Master(path, data, seen, tables, named, {name.casefold(): table for name, table in raw.items()})


def indicator_tables(master: Master) -> list[Table]:
    """The tables of the indicator sheets as they stand."""
    found = (master.find(name) for name in master.named if name.startswith(INDICATOR_TABLES.casefold()))
    return [table for table in found if table is not None]


def updated(master: Master, changed: Tables, views: Sequence[ViewSheet] = ()) -> bytes:
    """The bytes of the master with changed tables and views; the same bytes where nothing differs."""
    writes: list[TableWrite] = []
    additions: list[NewSheet] = []
    for name, table in changed.items():
        found = master.find(name)
        if found is None:
            additions.append(_new_table(SPECS[name], table))
        elif write := _write(name, found, table):
            writes.append(write)
    for sheet in views:
        widths = view_widths(sheet.views)
        for view in sheet.views:
            shown = master.find(view.table)
            if shown is None:
                additions.append(_new_view(sheet, view))
            else:
                first = master.named[view.table.casefold()][1].first_row + 1
                writes.append(_write_view(view, shown, widths, first))
    return patch(master.data, writes, additions) if writes or additions else master.data


def save(master: Master, data: bytes, now: dt.datetime, *, allow_synced: bool = False) -> None:
    """Puts the new bytes in the place of the master, in one step, with a backup; nothing to do where they are equal."""
    if data != master.data:
        replace(master.path, data, master.seen, now=now, allow_synced=allow_synced)


def _read(sheet: Sheet, named: NamedTable) -> Table:
    first, last = named.first_row + named.header_rows, named.last_row - named.totals_rows
    columns = range(named.first_column, named.first_column + len(named.headings))
    wanted = range(first, last + 1)
    by_row: dict[int, dict[int, object]] = {}
    for row, column in sheet.cells:
        if row in wanted and column in columns and (value := _value(sheet.cells[row, column])) is not None:
            by_row.setdefault(row, {})[column] = value
    rows = [[cells.get(c) for c in columns] for cells in by_row.values()]
    data = frame(named.headings, rows, by_row)
    return Table(named.name, data, sheet.name, dict(zip(named.headings, columns, strict=True)))


def _value(cell: Cell) -> object:
    if cell.kind == "text":
        return cell.value if str(cell.value).strip() else None
    return f"{cell.value} (not calculated)" if cell.kind == "uncalculated" else cell.value


def _fitted(name: str, found: Table) -> Table:
    """The table under the headings of its contract: in their order, missing optional ones blank."""
    spec, by_name = SPECS[name], {_folded(h): h for h in found.frame.columns}
    missing = [c.heading for c in spec.columns if c.needed and _folded(c.heading) not in by_name]
    if missing:
        names, has = ", ".join(missing), ", ".join(found.frame.columns)
        raise WorkbookError(
            f"The table {name} on sheet {found.sheet} has no column {names}; it has: {has}.",
            "Put the heading back as it was.",
        )
    actual = {c.heading: by_name[_folded(c.heading)] for c in spec.columns if _folded(c.heading) in by_name}
    blank = [None] * len(found.frame)
    columns = {h: found.frame[actual[h]].to_list() if h in actual else blank for h in spec.headings}
    data = frame(spec.headings, zip(*columns.values(), strict=True), found.frame.index)
    return Table(name, data, found.sheet, {h: found.columns[a] for h, a in actual.items()})


def _no_table(path: Path, missing: Sequence[str], tables: Sequence[str]) -> WorkbookError:
    has = ", ".join(tables) or "none"
    names = f"no table called {' and none called '.join(missing)}"
    return WorkbookError(
        f"{path.name} has {names}; the tables in it are: {has}.",
        "A master has the tables Settings, Outcomes, Indicators, Targets and Observations; see Table Design in Excel.",
    )


def _write(name: str, found: Table, new: Table) -> TableWrite | None:
    """What has to be written for a changed table; None where every cell is as it was."""
    old = _fitted(name, found)
    headings = [h for h in new.frame.columns if h in old.columns or new.frame[h].notna().any()]
    before = dict(zip(old.frame.index, old.frame[headings].itertuples(index=False, name=None), strict=True))
    rows = tuple(
        _row(values, before.get(index), int(index) if index in before else None)
        for index, *values in new.frame[headings].itertuples(name=None)
    )
    unchanged = list(new.frame.index) == list(old.frame.index) and all(v is KEEP for r in rows for v in r.values)
    spelt = {_folded(h): h for h in found.frame.columns}
    return None if unchanged else TableWrite(found.name, tuple(spelt.get(_folded(h), h) for h in headings), rows)


def _row(values: Sequence[object], before: Sequence[object] | None, origin: int | None) -> Row:
    old = [None] * len(values) if before is None else before
    cells = tuple(KEEP if origin and _equal(v, o) else _plain(v) for v, o in zip(values, old, strict=True))
    return Row(cells, origin)


def _write_view(view: View, shown: Table, widths: Sequence[float], first: int) -> TableWrite:
    """A view written over what is shown, rows travelling with their Ref, quarters in headings renamed."""
    headings = [str(h) for h in view.frame.columns]
    old_quarters = [h for h in shown.frame.columns if _is_quarter(h)]
    new_quarters = [h for h in headings if _is_quarter(h)]
    renamed = {o: n for o, n in zip(old_quarters, new_quarters, strict=False) if o != n}
    before = _by_row(shown, renamed)
    at = headings.index("Ref") if "Ref" in headings else 0
    place = {
        values["Ref"]: row for row, values in before.items() if "Ref" in headings and values.get("Ref") is not None
    }
    heights = row_heights(view, widths, first, before)
    rows = tuple(
        Row(tuple(_plain(v) for v in values), place.get(values[at]), height)
        for values, height in zip(view.frame.itertuples(index=False, name=None), heights, strict=True)
    )
    return TableWrite(shown.name, tuple(headings), rows, renamed)


def _by_row(shown: Table, renamed: Mapping[str, str]) -> dict[int, dict[str, object]]:
    """What a table shows, by sheet row and new heading."""
    headings = [renamed.get(h, h) for h in shown.frame.columns]
    return {int(row): dict(zip(headings, values, strict=True)) for row, *values in shown.frame.itertuples(name=None)}


def _new_table(spec: Spec, table: Table) -> NewSheet:
    rows = tuple(tuple(_plain(v) for v in values) for values in table.frame.itertuples(index=False, name=None))
    ratings = tuple(h for h in spec.headings if h.lower().endswith("rating"))
    widths = tuple(c.width for c in spec.columns)
    return NewSheet(spec.sheet, spec.name, spec.headings, rows, spec.purpose, widths, ratings)


def _new_view(sheet: ViewSheet, view: View) -> NewSheet:
    name = sheet.name if view is sheet.views[0] else view.table.replace("_", " ")
    rows = tuple(tuple(_plain(v) for v in values) for values in view.frame.itertuples(index=False, name=None))
    title = view.caption or sheet.title
    return NewSheet(name, view.table, tuple(map(str, view.frame.columns)), rows, title, view.widths, view.ratings)


def _plain(value: object) -> bool | float | int | str | dt.date | dt.datetime | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool | int | float | str | dt.datetime | dt.date):
        return value
    return str(value)


def _equal(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def _is_quarter(heading: object) -> bool:
    try:
        parse_quarter(heading)
    except InputError:
        return False
    return True


def _folded(heading: object) -> str:
    return " ".join(str(heading).casefold().split())
