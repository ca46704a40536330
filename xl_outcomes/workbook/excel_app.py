"""What only Excel on Windows can do, behind one port: `WindowsApp` for it, `PlainApp` for every other engine.

Windows is reached through the COM objects that xlwings hands out, so nothing of it is imported here.
"""

import contextlib
import importlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from xl_outcomes.errors import WorkbookError

if TYPE_CHECKING:
    import xlwings as xw

    from xl_outcomes.workbook.live_place import Place

T = TypeVar("T")

BUSY = "Excel is waiting for you to finish typing in a cell. Press Enter or Escape in Excel, then choose OK here."
# 0x800AC472, 0x80010001 and 0x8001010A: Excel answers no call, because a cell is being typed in or a dialogue is open.
_BUSY_CODES = {-2146777998, -2147418111, -2147417846}
_TRIES, _PAUSE = 5, 0.2  # seconds between tries, before the officer is asked
_COM_ATTEMPTS = 2_000
_MANUAL = -4135
_QUERY = 3
_POINTS_A_CHARACTER, _POINTS_OF_PADDING = 5.25, 3.75
_ALLOWED = (
    "AllowFormattingCells",
    "AllowFormattingColumns",
    "AllowFormattingRows",
    "AllowInsertingColumns",
    "AllowInsertingRows",
    "AllowInsertingHyperlinks",
    "AllowDeletingColumns",
    "AllowDeletingRows",
    "AllowSorting",
    "AllowFiltering",
    "AllowUsingPivotTables",
)


class ExcelApp(Protocol):
    """What a write asks of the program that has the workbook open."""

    def status(self, text: str | None) -> None:
        """Show a text in the status bar; None gives it back to Excel."""

    def quiet(self) -> AbstractContextManager[None]:
        """No calculation, no events and no drawing meanwhile; all as it was afterwards, whatever happens."""

    def writable(self, book: "xw.Book", places: "Sequence[Place]") -> AbstractContextManager[None]:
        """Sheets without protection and tables without filters meanwhile; both as they were afterwards."""

    def formulas(self, cells: "xw.Range") -> list[list[Any]] | None:
        """The formulas of a block of cells (values where there is none); None where the engine cannot tell."""

    def is_filled_by_query(self, sheet: "xw.Sheet", table: str) -> bool:
        """Whether a query fills a table."""

    def is_structure_locked(self, book: "xw.Book") -> bool:
        """Whether no sheet can be added, as far as the engine can tell."""

    def is_read_only(self, book: "xw.Book") -> bool:
        """Whether the workbook cannot be saved where it lies, as far as the engine can tell."""

    def width(self, characters: float) -> float:
        """A width in characters as this engine takes it."""

    def freeze(self, sheet: "xw.Sheet", row: int) -> None:
        """Keep the rows down to this one in sight."""

    def colour(self, cell: "xw.Range") -> str | None:
        """A cell's fill such as "#FFC7CE", blank for none; None where the engine cannot tell."""

    def note_text(self, cell: "xw.Range") -> str | None:
        """The text of a cell's note; None where the engine cannot tell or there is none."""


def app_of(app: "xw.App") -> ExcelApp:
    """The port of a program that xlwings has hold of: Excel on Windows, or any other."""
    return WindowsApp(app) if sys.platform == "win32" else PlainApp()


def folder_of(book: "xw.Book") -> Path | None:
    """The folder in which a workbook lies; None where it was never saved or lies in the cloud."""
    name = str(book.fullname)
    if "://" in name or not any(slash in name for slash in "/\\"):
        return None
    return Path(name).parent


class PlainApp:
    """An engine that has none of it, such as Office.js: nothing to switch off, nothing to ask."""

    def status(self, text: str | None) -> None:
        """There is no status bar."""

    def quiet(self) -> AbstractContextManager[None]:
        """All changes go to Excel at once in any case."""
        return contextlib.nullcontext()

    def writable(self, book: "xw.Book", places: "Sequence[Place]") -> AbstractContextManager[None]:
        """Protection and filters cannot be seen from here; Excel itself refuses what it must."""
        return contextlib.nullcontext()

    def formulas(self, cells: "xw.Range") -> list[list[Any]] | None:
        """Only values are told."""
        return None

    def is_filled_by_query(self, sheet: "xw.Sheet", table: str) -> bool:
        """Not told."""
        return False

    def is_structure_locked(self, book: "xw.Book") -> bool:
        """Not told."""
        return False

    def is_read_only(self, book: "xw.Book") -> bool:
        """Not told."""
        return False

    def width(self, characters: float) -> float:
        """In points."""
        return characters * _POINTS_A_CHARACTER + _POINTS_OF_PADDING

    def freeze(self, sheet: "xw.Sheet", row: int) -> None:
        """Keep the rows down to this one in sight."""
        sheet.freeze_panes.freeze_at(f"1:{row}")

    def colour(self, cell: "xw.Range") -> str | None:
        """Not told."""
        return None

    def note_text(self, cell: "xw.Range") -> str | None:
        """Not told."""
        return None


class WindowsApp:
    """Excel on Windows. `ask` puts a question with OK and Cancel; `pause` waits some seconds."""

    def __init__(
        self,
        app: "xw.App",
        ask: Callable[[str], bool] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app, self._api = app, app.api
        self._ask = ask or self._alert
        self._pause = pause
        _bound_com_attempts()

    def status(self, text: str | None) -> None:
        """Show a text in the status bar; a busy Excel goes without."""
        with contextlib.suppress(Exception):
            self._api.StatusBar = False if text is None else text

    @contextlib.contextmanager
    def quiet(self) -> Iterator[None]:
        """No calculation, no events and no drawing meanwhile."""
        wanted = {"ScreenUpdating": False, "EnableEvents": False, "Calculation": _MANUAL}
        before = self.patiently(lambda: {name: getattr(self._api, name) for name in wanted})
        with contextlib.ExitStack() as after:
            for name, value in wanted.items():
                self._switch(name, value)
                after.callback(self._switch_back, name, before[name])
            yield

    @contextlib.contextmanager
    def writable(self, book: "xw.Book", places: "Sequence[Place]") -> Iterator[None]:
        """Sheets without protection and tables without filters meanwhile."""
        sheets = {place.sheet: book.sheets[place.sheet].api for place in places}
        with contextlib.ExitStack() as after:
            for name, sheet in sheets.items():
                after.callback(_unprotected(sheet, name))
            for place in places:
                after.callback(_unfiltered(sheets[place.sheet].ListObjects(place.name)))
            yield

    def formulas(self, cells: "xw.Range") -> list[list[Any]] | None:
        """The formulas of a block of cells, read at once."""
        found = cells.api.Formula
        return [list(row) for row in found] if isinstance(found, tuple) else [[found]]

    def is_filled_by_query(self, sheet: "xw.Sheet", table: str) -> bool:
        """Whether a query fills a table."""
        return bool(sheet.api.ListObjects(table).SourceType == _QUERY)

    def is_structure_locked(self, book: "xw.Book") -> bool:
        """Whether the workbook's structure is protected."""
        return bool(book.api.ProtectStructure)

    def is_read_only(self, book: "xw.Book") -> bool:
        """Whether the workbook is open read-only."""
        return bool(book.api.ReadOnly)

    def width(self, characters: float) -> float:
        """In characters."""
        return characters

    def freeze(self, sheet: "xw.Sheet", row: int) -> None:
        """Keep the rows down to this one in sight; the sheet becomes the active one."""
        sheet.activate()
        window = self._api.ActiveWindow
        window.FreezePanes = False
        window.ScrollRow, window.ScrollColumn = 1, 1
        window.SplitColumn, window.SplitRow = 0, row
        window.FreezePanes = True

    def colour(self, cell: "xw.Range") -> str | None:
        """A cell's own fill, without conditional formats."""
        found = cell.color
        return "#{:02X}{:02X}{:02X}".format(*found) if found else ""

    def note_text(self, cell: "xw.Range") -> str | None:
        """The text of a cell's note."""
        note = cell.note
        return None if note is None else str(note.text)

    def patiently(self, act: Callable[[], T]) -> T:
        """Does something in Excel; where a cell is being typed in, waits a little, then asks the officer to finish.

        Raises WorkbookError where she chooses Cancel or Excel still does not answer.
        """
        for _ in range(_TRIES):
            for _ in range(_TRIES):
                try:
                    return act()
                except Exception as error:
                    if not _is_busy(error):
                        raise
                self._pause(_PAUSE)
            if not self._ask(BUSY):
                break
        raise WorkbookError("Excel does not answer; nothing has been changed.", "Leave the cell, and try again.")

    def _switch(self, name: str, value: object) -> None:
        self.patiently(lambda: setattr(self._api, name, value))

    def _switch_back(self, name: str, value: object) -> None:
        try:
            self._switch(name, value)
        except WorkbookError:
            raise WorkbookError(
                "Excel does not answer, so it may be left without automatic calculation.",
                "Leave the cell; then choose Formulas, Calculation Options, Automatic.",
            ) from None

    def _alert(self, text: str) -> bool:
        return bool(self._app.alert(text, "Outcomes", "ok_cancel", "info") == "ok")


def _bound_com_attempts() -> None:
    """By itself xlwings tries for ever while a cell is being typed in."""
    if sys.platform == "win32":
        engine: Any = importlib.import_module("xlwings._xlwindows")
        engine.N_COM_ATTEMPTS = engine.N_COM_ATTEMPTS or _COM_ATTEMPTS


def _is_busy(error: Exception) -> bool:
    """Whether an error of COM says that Excel is busy: in its own code, or in the one that it passes on."""
    inner = error.args[2] if len(error.args) > 2 and isinstance(error.args[2], tuple) else ()
    return bool(_BUSY_CODES & {code for code in (*error.args[:1], *inner[-1:]) if isinstance(code, int)})


def _unprotected(sheet: Any, name: str) -> Callable[[], None]:
    """Takes the protection off a sheet; returns what puts it back with the same options.

    Raises WorkbookError where it has a password.
    """
    if not sheet.ProtectContents:
        return lambda: None
    allowed = [bool(getattr(sheet.Protection, option)) for option in _ALLOWED]
    drawings, scenarios = bool(sheet.ProtectDrawingObjects), bool(sheet.ProtectScenarios)
    # Without a password given, Excel would ask for one.
    with contextlib.suppress(Exception):
        sheet.Unprotect("")
    if sheet.ProtectContents:
        raise WorkbookError(
            f'The sheet "{name}" is protected with a password, so nothing can be written there.',
            "In Excel choose Review, Unprotect Sheet, and try again.",
        )
    return lambda: sheet.Protect("", drawings, True, scenarios, False, *allowed)


def _unfiltered(table: Any) -> Callable[[], None]:
    """Shows all rows of a table; returns what filters it again."""
    filters = table.AutoFilter if table.ShowAutoFilter else None
    if filters is None or not filters.FilterMode:
        return lambda: None
    fields = range(1, filters.Filters.Count + 1)
    kept = [(field, _criteria(filters.Filters(field))) for field in fields if filters.Filters(field).On]
    filters.ShowAllData()

    def again() -> None:
        for field, criteria in kept:
            # A filter that Excel does not take back, such as one by colour, stays off.
            with contextlib.suppress(Exception):
                table.Range.AutoFilter(field, *criteria)

    return again


def _criteria(one: Any) -> tuple[Any, ...]:
    """First criterion, operator and second criterion of a column's filter, as far as Excel tells them."""
    operator = one.Operator
    second = None
    with contextlib.suppress(Exception):
        second = one.Criteria2
    if not operator:
        return (one.Criteria1,)
    return (one.Criteria1, operator) if second is None else (one.Criteria1, operator, second)
