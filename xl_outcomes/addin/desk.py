"""What an action has at hand: the workbook, Excel, the officer, the moment; and how it carries out a change."""

import datetime as dt
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xl_outcomes.addin.memory import Before, Memory, mark_of
from xl_outcomes.addin.selected import Selected, selected_row
from xl_outcomes.addin.talk import Talk
from xl_outcomes.errors import InputError, WorkbookError
from xl_outcomes.periods import is_quarter

if TYPE_CHECKING:
    import pandas as pd
    import xlwings as xw

    from xl_outcomes.house_style import HouseStyle
    from xl_outcomes.periods import Quarter
    from xl_outcomes.reporting.view import View
    from xl_outcomes.settings import Settings
    from xl_outcomes.steps import Now, Step
    from xl_outcomes.workbook.excel_app import ExcelApp
    from xl_outcomes.workbook.live import LiveMaster
    from xl_outcomes.workbook.plan import TableLinks


@dataclass(frozen=True, slots=True)
class Desk:
    """One click of one officer; `choice` is what she chose in the ribbon itself: a report or a quarter."""

    given_book: "xw.Book | None"
    excel: "ExcelApp"
    talk: Talk
    memory: Memory
    at: dt.datetime
    who: str
    choice: str = ""

    @property
    def book(self) -> "xw.Book":
        """The workbook; raises InputError where none is open."""
        if self.given_book is None:
            raise InputError("There is no workbook open.", "Open the master workbook, and click again.")
        return self.given_book

    def now(self) -> "Now":
        """The moment and the person, for the steps."""
        from xl_outcomes.steps import Now

        return Now(self.at, self.who)

    def master(self) -> "LiveMaster":
        """The master as it stands in Excel; raises WorkbookError where the workbook is none."""
        from xl_outcomes.workbook.live import read_live

        self.excel.status("Outcomes: reading the workbook…")
        return read_live(self.book)

    def carry_out(self, master: "LiveMaster", step: "Step", *, first: Callable[[], object] | None = None) -> bool:
        """Says what a step would do and, on OK, does it: `first` (files beside the workbook), then the tables.

        What stood in the tables is remembered, for undo. Nothing is asked or written where nothing would change.
        """
        from xl_outcomes.workbook.live import write_live

        if self.excel.is_read_only(self.book):
            raise WorkbookError(
                f"{self.book.name} is open read-only, so what would be written could not be saved.",
                "Close it and open it for editing, or save it under another name first.",
            )
        if not self.talk.confirm(f"{step.summary}\n\nGo on?"):
            return False
        if first is not None:
            first()
        self.excel.status("Outcomes: writing…")
        before = _before(master, step)
        write_live(master, step.changed, step.views, self._links(master, step), self.style(master), app=self.excel)
        self.memory.keep(self.name, before)
        return True

    @property
    def name(self) -> str:
        """The full name of the workbook, by which its last action is remembered."""
        return str(self.book.fullname)

    def _links(self, master: "LiveMaster", step: "Step") -> "dict[str, TableLinks]":
        """Where cells of changed tables lead: each issue to the kept original of its return."""
        from xl_outcomes.originals import linked_folder
        from xl_outcomes.returns.queries import issue_links

        folder = linked_folder(settings_of(master).archive_folder, self.path)
        return {"Issues": issue_links(step.changed["Issues"], folder)} if "Issues" in step.changed and folder else {}

    def style(self, master: "LiveMaster") -> "HouseStyle":
        """The council's house style."""
        from xl_outcomes.house_file import house_style

        return house_style(settings_of(master), self.path)

    @property
    def path(self) -> Path | None:
        """Where the workbook lies; None where it was never saved or lies in the cloud."""
        from xl_outcomes.workbook.excel_app import folder_of

        folder = folder_of(self.book)
        return folder / self.book.name if folder else None

    def folder(self, given: str, question: str) -> Path | None:
        """A folder from the settings, else the one that the officer chooses; None where she chose Cancel."""
        return Path(given) if given else self.talk.choose_folder(question, "")


def here(desk: Desk, master: "LiveMaster") -> Selected:
    """The row of a table in which the selected cell stands; raises InputError where it stands in none."""
    cell = desk.book.selection
    if cell is None:
        raise InputError("No cell is selected.", "Select a cell in the row that you mean, and click again.")
    return selected_row(master.raw_tables(), cell.sheet.name, cell.row, cell.column)


def settings_of(master: "LiveMaster") -> "Settings":
    """The council's choices; raises WorkbookError where one is wrong."""
    from xl_outcomes.settings import sound_settings

    return sound_settings(master.tables["Settings"])


def period_of(master: "LiveMaster") -> "Quarter":
    """The Current period of the settings, which the ribbon shows."""
    from xl_outcomes.steps import current_period

    return current_period(master.tables, None)


def user() -> str:
    """The name of the person who is logged in."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _before(master: "LiveMaster", step: "Step") -> Before:
    """The tables that a step changes, as they stand, and the mark of how it leaves those of the contract."""
    from xl_outcomes.tables import get

    frames = {name: get(master.tables, name).frame for name in step.changed}
    shown = {view.table: view for sheet in step.views for view in sheet.views if master.find(view.table)}
    widths = {name: view.widths for name, view in shown.items()}
    mark = mark_of({name: table.frame for name, table in step.changed.items()})
    return Before(step.summary, {**frames, **{n: _shown(master, v) for n, v in shown.items()}}, mark, widths)


def _shown(master: "LiveMaster", view: "View") -> "pd.DataFrame":
    """What a view's table shows under our headings, the quarters as they stand; other columns are the officer's."""
    table = master.find(view.table)
    assert table is not None
    ours = [h for h in table.frame.columns if h in view.frame.columns or is_quarter(h)]
    return table.frame[ours]
