"""A master that is open in Excel: read in one go a table, and written so that an officer loses nothing of hers.

The same steps work on it as on a closed file: `LiveMaster` has what `file.Master` has. Values are the same through both
doors: numbers as floats, dates without a time zone, blank text as None, an error by its name. A master as read is good
for one write; read it anew for the next.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xl_outcomes.contract import SPECS
from xl_outcomes.errors import WorkbookError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.workbook import plan as planning
from xl_outcomes.workbook.excel_app import ExcelApp, app_of
from xl_outcomes.workbook.live_marks import mark, unmark
from xl_outcomes.workbook.live_place import Place, grid, places
from xl_outcomes.workbook.live_ready import prepared
from xl_outcomes.workbook.live_sheets import SheetMaker
from xl_outcomes.workbook.live_write import Journal, TableWriter
from xl_outcomes.workbook.plan import Plan, TableLinks, fitted, planned, require_tables

if TYPE_CHECKING:
    import xlwings as xw

__all__ = ["LiveMaster", "mark", "read_live", "unmark", "write_live"]


@dataclass(frozen=True, slots=True)
class LiveMaster:
    """A master as read from Excel: the contract's tables, and where every table of the workbook stands."""

    book: "xw.Book"
    tables: Tables
    placed: Mapping[str, Place]
    _found: dict[str, Table] = field(default_factory=dict, repr=False, compare=False)

    def names(self) -> Iterable[str]:
        """The names of all its tables, lower case."""
        return self.placed

    def find(self, name: str) -> Table | None:
        """A table of the workbook by its display name, ours or not, as it stands; read when it is asked for."""
        key = name.casefold()
        if key in self.placed and key not in self._found:
            self._found[key] = _read(self.book, self.placed[key])
        return self._found.get(key)

    def first_row(self, name: str) -> int:
        """The sheet row of a table's first row of data."""
        return self.placed[name.casefold()].top + 1

    def raw_tables(self) -> list[Table]:
        """Every table of the workbook as it stands."""
        return [table for table in map(self.find, self.names()) if table is not None]

    def indicator_tables(self) -> list[Table]:
        """The tables of the indicator sheets as they stand."""
        return planning.indicator_tables(self)


def read_live(book: "xw.Book") -> LiveMaster:
    """Reads a master that is open in Excel.

    Raises WorkbookError where a table or a needed heading is missing.
    """
    placed = {place.name.casefold(): place for place in places(book)}
    require_tables(book.name, [place.name for place in placed.values()])
    raw = {name: _read(book, placed[name.casefold()]) for name in SPECS if name.casefold() in placed}
    tables = {name: fitted(name, table) for name, table in raw.items()}
    return LiveMaster(book, tables, placed, {name.casefold(): table for name, table in raw.items()})


def write_live(
    live: LiveMaster,
    changed: Tables,
    views: Sequence[ViewSheet] = (),
    links: Mapping[str, TableLinks] | None = None,
    style: HouseStyle = SHIPPED,
    *,
    app: ExcelApp | None = None,
) -> Plan:
    """Writes changed tables and views into the open master; returns what was planned, which is nothing if all is equal.

    Everything that may stand in the way is looked at before the first change. Raises WorkbookError where a table has
    been changed since it was read, has no room, or lies on a sheet with a password; whatever fails in the middle, our
    tables are put back as they were. Excel is left unsaved: the officer saves, or closes without saving.
    """
    plan = planned(live, changed, views, links)
    if not plan:
        return plan
    excel = app or app_of(live.book.app)
    concerned = [live.placed[write.table.casefold()] for write in plan.writes]
    active = live.book.sheets.active
    with excel.quiet(), excel.writable(live.book, concerned):
        _check_unchanged(live, concerned)
        writers = [prepared(live.book, live.placed, write, excel) for write in plan.writes]
        maker = SheetMaker(live.book, excel, live.names(), plan.additions, style)
        _carry_out(writers, maker, live.book.name)
        if plan.additions:
            active.activate()
    return plan


def _carry_out(writers: Sequence[TableWriter], maker: SheetMaker, name: str) -> None:
    """Writes everything; puts everything back where anything fails."""
    journal = Journal()
    try:
        for writer in writers:
            writer.write(journal)
        maker.make(journal)
    except BaseException as error:
        reason = error.message if isinstance(error, WorkbookError) else f"Excel stopped the writing: {error}"
        try:
            journal.put_back()
        except Exception:
            raise WorkbookError(
                f"{reason} The tables could not be put back as they were.",
                f"Close {name} without saving, and open it again: it is then as it was last saved.",
            ) from error
        raise WorkbookError(f"{reason} Nothing has been changed.", "Try again.") from error


def _check_unchanged(live: LiveMaster, concerned: Sequence[Place]) -> None:
    """Raises WorkbookError where a table is not as it was read: somebody else has the workbook open too."""
    now = {place.name.casefold(): place for place in places(live.book)}
    for place in concerned:
        before = live.find(place.name)
        same = now.get(place.name.casefold()) == place
        if before is None or not same or not _read(live.book, place).frame.equals(before.frame):
            raise WorkbookError(
                f'The table "{place.name}" on sheet "{place.sheet}" has been changed since it was read.',
                "Nothing has been written. Start the action again.",
            )


def _read(book: "xw.Book", place: Place) -> Table:
    """A table in one read: headings and rows that hold something, indexed by sheet row."""
    cells = grid(book.sheets[place.sheet], place.top, place.left, place.bottom, place.right)
    headings = [_heading(value) for value in cells[0]]
    rows = enumerate(([_value(cell) for cell in row] for row in cells[1:]), place.top + 1)
    by_row = {number: values for number, values in rows if any(value is not None for value in values)}
    columns = dict(zip(headings, range(place.left, place.right + 1), strict=True))
    return Table(place.name, frame(headings, by_row.values(), by_row), place.sheet, columns)


def _heading(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(value: Any) -> object:
    """A cell's value as the file reader gives it."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, dt.datetime):
        moment = value.replace(tzinfo=None)
        return moment.replace(microsecond=0) + dt.timedelta(milliseconds=round(moment.microsecond / 1000))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    return value
