"""What has to be written into a master, open or closed, for changed tables and views: frames in, table writes out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from xl_outcomes.contract import NEEDED, SPECS, Spec
from xl_outcomes.errors import WorkbookError
from xl_outcomes.periods import is_quarter
from xl_outcomes.reporting.view import INDICATOR_TABLES, Link, View, ViewSheet
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.workbook.text_size import ONE_LINE, heading_width, text_height
from xl_outcomes.workbook.view_rows import row_heights, shortened, view_widths
from xl_outcomes.workbook.writes import KEEP, Block, Goto, Links, NewSheet, Row, TableWrite

TableLinks = Mapping[str, Sequence[Link | None]]


class AsRead(Protocol):
    """A master as read, whether its file is closed or open in Excel."""

    @property
    def tables(self) -> Tables:
        """The contract's tables that it has."""

    def names(self) -> Iterable[str]:
        """The names of all its tables, lower case."""

    def find(self, name: str) -> Table | None:
        """A table by its display name in any case, ours or not, as it stands."""

    def first_row(self, name: str) -> int:
        """The sheet row of a table's first row of data."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rows of tables that the master has, and sheets that it lacks; both empty where nothing differs."""

    writes: tuple[TableWrite, ...] = ()
    additions: tuple[NewSheet, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.writes or self.additions)


def planned(
    master: AsRead, changed: Tables, views: Sequence[ViewSheet] = (), links: Mapping[str, TableLinks] | None = None
) -> Plan:
    """What has to be written for changed tables and views; `links` says where cells of changed tables lead.

    A view that has outgrown the room above the next table is shortened, and says so: a rating never fails for it.
    """
    views = [replace(sheet, views=tuple(_fitting(master, view) for view in sheet.views)) for sheet in views]
    writes: list[TableWrite] = []
    additions: list[NewSheet] = []
    for name, table in changed.items():
        found = master.find(name)
        if found is None:
            additions.append(_new_table(SPECS[name], table, _files(table, (links or {}).get(name, {}))))
        elif write := _write(name, found, table):
            writes.append(replace(write, links=_files(table, (links or {}).get(name, {}))))
    new = {write.table.casefold() for write in writes}
    new |= {block.table.casefold() for sheet in additions for block in sheet.blocks}
    frames = {name.casefold(): table.frame for name, table in changed.items() if name.casefold() in new}
    frames |= {view.table.casefold(): view.frame for sheet in views for view in sheet.views}
    finder = _Finder(master, frames)
    for sheet in views:
        missing = []
        for view in sheet.views:
            shown = master.find(view.table)
            if shown is None:
                missing.append(_new_view(view, finder.links(view)))
            else:
                writes.append(_write_view(sheet, view, shown, master.first_row(view.table), finder.links(view)))
        if missing:
            additions.append(NewSheet(sheet.name, tuple(missing), sheet.title, sheet.note))
    return Plan(tuple(writes), tuple(additions))


def indicator_tables(master: AsRead) -> list[Table]:
    """The tables of the indicator sheets as they stand."""
    found = (master.find(name) for name in master.names() if name.startswith(INDICATOR_TABLES.casefold()))
    return [table for table in found if table is not None]


def require_tables(where: str, names: Sequence[str]) -> None:
    """Raises WorkbookError where tables that a master needs are not among the names that it has."""
    folded = {name.casefold() for name in names}
    missing = [name for name in NEEDED if name.casefold() not in folded]
    if missing:
        has = ", ".join(names) or "none"
        raise WorkbookError(
            f"{where} has no table called {' and none called '.join(missing)}; the tables in it are: {has}.",
            "A master has the tables Settings, Outcomes, Indicators, Targets and Observations; "
            "see Table Design in Excel.",
        )


def fitted(name: str, found: Table) -> Table:
    """The table under the headings of its contract: in their order, missing optional ones blank.

    Raises WorkbookError where a needed heading is missing.
    """
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


def _write(name: str, found: Table, new: Table) -> TableWrite | None:
    """What has to be written for a changed table; None where every cell is as it was."""
    old = fitted(name, found)
    headings = [h for h in new.frame.columns if h in old.columns or new.frame[h].notna().any()]
    before = dict(zip(old.frame.index, old.frame[headings].itertuples(index=False, name=None), strict=True))
    widths = [heading_width(h, SPECS[name].column(h).width, filters=True) for h in headings]
    first = min((int(n) for n in old.frame.index), default=0)
    rows = tuple(
        _row(values, before.get(index), int(index) if index in before else None, widths, stays=index == number)
        for number, (index, *values) in enumerate(new.frame[headings].itertuples(name=None), first)
    )
    unchanged = list(new.frame.index) == list(old.frame.index) and all(v is KEEP for r in rows for v in r.values)
    spelt = {_folded(h): h for h in found.frame.columns}
    return None if unchanged else TableWrite(found.name, tuple(spelt.get(_folded(h), h) for h in headings), rows)


def _row(
    values: Sequence[object],
    before: Sequence[object] | None,
    origin: int | None,
    widths: Sequence[float],
    *,
    stays: bool,
) -> Row:
    """A row; where its texts change, or it comes to stand elsewhere, as high as they need."""
    old = [None] * len(values) if before is None else before
    cells = tuple(KEEP if origin and _equal(v, o) else _plain(v) for v, o in zip(values, old, strict=True))
    if stays and not any(isinstance(cell, str) for cell in cells):
        return Row(cells, origin)
    return Row(cells, origin, text_height(zip(values, widths, strict=True)) or (None if stays else ONE_LINE))


def _files(table: Table, links: TableLinks) -> Links:
    """The links of a table's cells to files."""
    return {
        heading: tuple(Goto(file=link.file, place=link.place) if link and link.file else None for link in places)
        for heading, places in links.items()
        if heading in table.frame.columns
    }


class _Finder:
    """Finds the rows that links lead to, as they stand once all is written.

    `frames` holds the tables that are written (lower case), whose rows will follow one another; all others stay.
    """

    def __init__(self, master: AsRead, frames: Mapping[str, pd.DataFrame]) -> None:
        self._master, self._frames = master, frames
        self._known: dict[tuple[str, str], dict[tuple[str, str], int]] = {}

    def links(self, view: View) -> Links:
        """Where the cells of a view lead; a blank cell, or one whose row is not to be found, leads nowhere."""
        found: dict[str, tuple[Goto | None, ...]] = {}
        for heading, links in view.links.items():
            pairs = zip(view.frame[heading], links, strict=True)
            found[heading] = tuple(None if _plain(value) is None else self._goto(link) for value, link in pairs)
        return found

    def _goto(self, link: Link | None) -> Goto | None:
        if link is None:
            return None
        if link.file:
            return Goto(file=link.file, place=link.place)
        name = link.table.casefold()
        if name not in self._frames and self._master.find(name) is None:
            return None
        if not link.heading:
            return Goto(link.table)
        row = self._rows(name, _folded(link.heading)).get((link.key, link.period))
        return None if row is None else Goto(link.table, row)

    def _rows(self, name: str, heading: str) -> Mapping[tuple[str, str], int]:
        """The rows of a table (0 the first) by what they hold under a heading, with and without their period."""
        if (name, heading) not in self._known:
            frame, numbers = self._frame(name)
            columns = {_folded(h): frame[h] for h in frame.columns}
            found = self._known[name, heading] = {}
            keys = columns.get(heading, [None] * len(frame))
            for number, key, period in zip(numbers, keys, columns.get("period", [None] * len(frame)), strict=True):
                found.setdefault((_key(key), ""), number)
                found.setdefault((_key(key), _key(period)), number)
            found.pop(("", ""), None)
        return self._known[name, heading]

    def _frame(self, name: str) -> tuple[pd.DataFrame, Sequence[int]]:
        if name in self._frames:
            return self._frames[name], range(len(self._frames[name]))
        table = self._master.find(name)
        data = pd.DataFrame() if table is None else table.frame
        return data, [int(row) - self._master.first_row(name) for row in data.index]


def _key(value: object) -> str:
    plain = _plain(value)
    return "" if plain is None else f"{plain:g}" if isinstance(plain, float) else str(plain)


def _fitting(master: AsRead, view: View) -> View:
    """The view as long as there is room for it above the next table of its sheet and that table's caption."""
    shown = master.find(view.table)
    if shown is None or len(view.frame) <= len(shown.frame):
        return view
    top = master.first_row(view.table)
    others = ((name, master.find(name)) for name in master.names())
    below = [
        master.first_row(name) - 1
        for name, other in others
        if other and other.sheet == shown.sheet and master.first_row(name) > top and _side_by_side(other, shown)
    ]
    most = max(len(shown.frame), min(below, default=top + len(view.frame) + 1) - 1 - top)
    return view if len(view.frame) <= most else shortened(view, most)


def _side_by_side(one: Table, other: Table) -> bool:
    """Whether two tables have a column of the sheet in common."""
    return bool(set(one.columns.values()) & set(other.columns.values()))


def _write_view(sheet: ViewSheet, view: View, shown: Table, first: int, links: Links) -> TableWrite:
    """A view written over what is shown, rows travelling with their Ref, quarters in headings renamed."""
    headings = [str(h) for h in view.frame.columns]
    old_quarters = [h for h in shown.frame.columns if is_quarter(h)]
    new_quarters = [h for h in headings if is_quarter(h)]
    renamed = {o: n for o, n in zip(old_quarters, new_quarters, strict=False) if o != n}
    before = _by_row(shown, renamed)
    at = headings.index("Ref") if "Ref" in headings else 0
    place = {
        values["Ref"]: row for row, values in before.items() if "Ref" in headings and values.get("Ref") is not None
    }
    heights = row_heights(view, view_widths(sheet.views), first, before)
    rows = tuple(
        Row(tuple(_plain(v) for v in values), place.get(values[at]), height)
        for values, height in zip(view.frame.itertuples(index=False, name=None), heights, strict=True)
    )
    return TableWrite(shown.name, tuple(headings), rows, renamed, links, view.levels, loose=True)


def _by_row(shown: Table, renamed: Mapping[str, str]) -> dict[int, dict[str, object]]:
    """What a table shows, by sheet row and new heading."""
    headings = [renamed.get(h, h) for h in shown.frame.columns]
    return {int(row): dict(zip(headings, values, strict=True)) for row, *values in shown.frame.itertuples(name=None)}


def _new_table(spec: Spec, table: Table, links: Links) -> NewSheet:
    rows = tuple(tuple(_plain(v) for v in values) for values in table.frame.itertuples(index=False, name=None))
    ratings = tuple(h for h in spec.headings if h.lower().endswith("rating"))
    widths = tuple(c.width for c in spec.columns)
    block = Block(spec.name, spec.headings, rows, widths=widths, ratings=ratings, links=links)
    return NewSheet(spec.sheet, (block,), spec.sheet, spec.purpose)


def _new_view(view: View, links: Links) -> Block:
    rows = tuple(tuple(_plain(v) for v in values) for values in view.frame.itertuples(index=False, name=None))
    headings = tuple(map(str, view.frame.columns))
    return Block(view.table, headings, rows, view.caption, view.widths, view.ratings, links, view.levels)


def _plain(value: object) -> bool | float | int | str | dt.date | dt.datetime | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool | int | float | str | dt.datetime | dt.date):
        return value
    return str(value)


def _equal(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and one == other)


def _folded(heading: object) -> str:
    return " ".join(str(heading).casefold().split())
