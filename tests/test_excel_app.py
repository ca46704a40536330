"""What only Excel on Windows can do, against a stand-in for its COM objects."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any

import pytest

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook import excel_app
from xl_outcomes.workbook.excel_app import BUSY, PlainApp, WindowsApp, app_of, folder_of
from xl_outcomes.workbook.live_place import Place

PLACE = Place("Log", "Diary", 3, 1, 5, 4)
ALLOWED = excel_app._ALLOWED
REJECTED = (-2147418111, "Call was rejected by callee.", None, None)
IN_A_CELL = (-2147352567, "Exception occurred.", (0, "Excel", "", None, 0, -2146777998), None)
REFUSED = (-2147352567, "Exception occurred.", (0, "Excel", "No.", None, 0, -2146827284), None)


class ComError(Exception):
    """As pywintypes.com_error."""


class Application:
    """Excel.Application: settings, and a cell that may be being typed in."""

    def __init__(self, busy: int = 0, code: tuple[Any, ...] = IN_A_CELL) -> None:
        values = {"Calculation": -4105, "ScreenUpdating": True, "EnableEvents": True, "StatusBar": False}
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "busy", busy)
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "ActiveWindow", SimpleNamespace())

    def __getattr__(self, name: str) -> Any:
        return self.values[name]

    def __setattr__(self, name: str, value: object) -> None:
        if self.busy:
            object.__setattr__(self, "busy", self.busy - 1)
            raise ComError(*self.code)
        self.values[name] = value


class Sheet:
    """Worksheet: protection with or without a password, and tables with filters."""

    def __init__(self, password: str | None = None) -> None:
        self.password = password
        self.ProtectContents = password is not None
        self.ProtectDrawingObjects, self.ProtectScenarios = True, False
        self.Protection = SimpleNamespace(**dict.fromkeys(ALLOWED, False))
        self.Protection.AllowFiltering = True
        self.protected_with: tuple[object, ...] | None = None
        self.table = ListObject()
        self.ListObjects = {PLACE.name: self.table}.__getitem__
        self.Unprotect, self.Protect = self.unprotect, self.protect

    def unprotect(self, password: str) -> None:
        if password != self.password:
            raise ComError(*REFUSED)
        self.ProtectContents = False

    def protect(self, *options: object) -> None:
        self.protected_with, self.ProtectContents = options, True


class Filters:
    """AutoFilter.Filters: what each column is filtered by; Excel has no second criterion for most of them."""

    def __init__(self, *filters: tuple[Any, ...]) -> None:
        self.filters, self.Count = filters, len(filters)

    def __call__(self, field: int) -> SimpleNamespace:
        criteria = dict(zip(("Criteria1", "Operator", "Criteria2"), self.filters[field - 1], strict=False))
        return SimpleNamespace(On=bool(criteria), **{"Operator": 0, **criteria})


class ListObject:
    """ListObject with its AutoFilter; a filter by colour cannot be given back."""

    def __init__(self) -> None:
        self.SourceType, self.ShowAutoFilter, self.FilterMode = 1, True, True
        self.AutoFilter = self
        self.Filters = Filters(("=P1",), (), (">1", 1, "<9"), ("x", 8))
        self.applied: list[tuple[Any, ...]] = []
        self.Range = SimpleNamespace(AutoFilter=self.apply)
        self.ShowAllData = self.show_all

    def show_all(self) -> None:
        self.FilterMode = False

    def apply(self, field: int, *criteria: object) -> None:
        if criteria[1:2] == (8,):
            raise ComError(*REFUSED)
        self.FilterMode = True
        self.applied.append((field, *criteria))


def excel(api: Any, ask: Callable[[str], bool] | None = None) -> tuple[WindowsApp, list[float]]:
    waited: list[float] = []
    return WindowsApp(SimpleNamespace(api=api), ask, waited.append), waited


def book(sheet: Sheet) -> Any:
    return SimpleNamespace(sheets={PLACE.sheet: SimpleNamespace(api=sheet)})


def test_excel_is_quiet_meanwhile_and_as_it_was_afterwards() -> None:
    api = Application()
    before = dict(api.values)
    app, _ = excel(api)
    with pytest.raises(ZeroDivisionError):
        fail_while(
            app.quiet(), lambda: (api.Calculation, api.ScreenUpdating, api.EnableEvents) == (-4135, False, False)
        )
    assert api.values == before


def fail_while(inside: AbstractContextManager[None], holds: Callable[[], bool]) -> None:
    with inside:
        assert holds()
        raise ZeroDivisionError


def test_an_excel_that_is_busy_at_the_end_is_waited_for_too() -> None:
    api = Application()
    app, _ = excel(api, lambda text: True)
    with app.quiet():
        object.__setattr__(api, "busy", 7)
    assert (api.Calculation, api.ScreenUpdating) == (-4105, True)
    with pytest.raises(WorkbookError, match="without automatic calculation"):
        fail_to_answer(api)


def fail_to_answer(api: Application) -> None:
    with excel(api, lambda text: False)[0].quiet():
        object.__setattr__(api, "busy", 1_000)


def test_manual_calculation_stays_manual() -> None:
    api = Application()
    api.Calculation = -4135
    with excel(api)[0].quiet():
        pass
    assert api.Calculation == -4135


@pytest.mark.parametrize("code", [REJECTED, IN_A_CELL])
def test_a_cell_that_is_being_typed_in_is_waited_for_then_the_officer_asked(code: tuple[Any, ...]) -> None:
    asked: list[str] = []
    app, waited = excel(Application(busy=7, code=code), lambda text: not asked.append(text))
    with app.quiet():
        pass
    assert asked == [BUSY]
    assert len(waited) == 7


def test_an_officer_who_cancels_or_an_excel_that_never_answers_ends_it() -> None:
    app, _ = excel(Application(busy=1_000), lambda text: False)
    with pytest.raises(WorkbookError, match=r"Excel does not answer; nothing has been changed\. Leave the cell"):
        app.patiently(lambda: setattr(app._api, "EnableEvents", False))
    asked: list[str] = []
    app, _ = excel(Application(busy=1_000), lambda text: not asked.append(text))
    with pytest.raises(WorkbookError), app.quiet():
        pass
    assert len(asked) == 5


def test_any_other_error_is_not_waited_for() -> None:
    app, waited = excel(Application(busy=1, code=REFUSED))
    with pytest.raises(ComError), app.quiet():
        pass
    assert waited == []


def test_the_status_bar_is_given_back_and_never_stops_anything() -> None:
    api = Application()
    app, _ = excel(api)
    app.status("Rating…")
    assert api.StatusBar == "Rating…"
    app.status(None)
    assert api.StatusBar is False
    excel(Application(busy=1))[0].status("Rating…")


def test_a_sheet_without_a_password_is_protected_again_with_the_same_options() -> None:
    sheet, (app, _) = Sheet(""), excel(Application())
    with pytest.raises(ZeroDivisionError):
        fail_while(app.writable(book(sheet), [PLACE]), lambda: not sheet.ProtectContents)
    assert sheet.protected_with is not None
    assert sheet.protected_with[:5] == ("", True, True, False, False)
    assert [bool(option) for option in sheet.protected_with[5:]] == [name == "AllowFiltering" for name in ALLOWED]


def test_a_sheet_with_a_password_is_refused_in_plain_words() -> None:
    sheet, (app, _) = Sheet("secret"), excel(Application())
    with pytest.raises(WorkbookError, match='The sheet "Diary" is protected with a password'):
        app.writable(book(sheet), [PLACE]).__enter__()
    assert sheet.protected_with is None


def test_filters_are_taken_off_and_put_back() -> None:
    sheet, (app, _) = Sheet(), excel(Application())
    with app.writable(book(sheet), [PLACE]):
        assert not sheet.table.FilterMode
    assert sheet.table.applied == [(1, "=P1"), (3, ">1", 1, "<9")]


def test_a_table_without_filters_stays_without() -> None:
    sheet, (app, _) = Sheet(), excel(Application())
    sheet.table.FilterMode = False
    with app.writable(book(sheet), [PLACE]):
        pass
    assert sheet.table.applied == []


def test_what_excel_tells_of_cells_tables_and_workbooks() -> None:
    app, _ = excel(Application())
    block = SimpleNamespace(api=SimpleNamespace(Formula=(("=A1", "x"), ("", 2.0))))
    assert app.formulas(block) == [["=A1", "x"], ["", 2.0]]
    assert app.formulas(SimpleNamespace(api=SimpleNamespace(Formula="=A1"))) == [["=A1"]]
    sheet: Any = SimpleNamespace(api=Sheet())
    assert not app.is_filled_by_query(sheet, "Log")
    sheet.api.table.SourceType = 3
    assert app.is_filled_by_query(sheet, "Log")
    assert app.is_structure_locked(SimpleNamespace(api=SimpleNamespace(ProtectStructure=True)))
    assert app.is_read_only(SimpleNamespace(api=SimpleNamespace(ReadOnly=True)))
    cell: Any = SimpleNamespace(color=(255, 199, 206), note=SimpleNamespace(text="Mine."))
    assert (app.colour(cell), app.note_text(cell), app.width(12)) == ("#FFC7CE", "Mine.", 12)
    assert (app.colour(SimpleNamespace(color=None)), app.note_text(SimpleNamespace(note=None))) == ("", None)


def test_panes_are_frozen_in_the_window_of_the_sheet() -> None:
    api, activated = Application(), []
    app, _ = excel(api)
    app.freeze(SimpleNamespace(activate=lambda: activated.append(True)), 3)
    assert activated == [True]
    assert vars(api.ActiveWindow) == {
        "FreezePanes": True,
        "ScrollRow": 1,
        "ScrollColumn": 1,
        "SplitColumn": 0,
        "SplitRow": 3,
    }


def test_other_engines_have_nothing_to_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    app = app_of(SimpleNamespace())
    assert isinstance(app, PlainApp)
    nothing: Any = None
    app.status("Rating…")
    with app.quiet(), app.writable(nothing, []):
        assert (app.formulas(nothing), app.colour(nothing), app.note_text(nothing)) == (None, None, None)
    assert not app.is_filled_by_query(nothing, "Log")
    assert not app.is_structure_locked(nothing)
    assert not app.is_read_only(nothing)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("https://council.sharepoint.com/sites/x/Master.xlsx", None),
        ("Master1", None),
        ("/home/officer/Master.xlsx", "/home/officer"),
    ],
)
def test_the_folder_of_a_workbook_in_the_cloud_is_not_known(name: str, folder: str | None) -> None:
    found = folder_of(SimpleNamespace(fullname=name))
    assert found == (None if folder is None else Path(PurePath(folder)))


def test_a_button_does_not_wait_for_what_only_files_need() -> None:
    code = (
        "import sys, xl_outcomes.workbook.live; print({'lxml', 'openpyxl', 'xlsxwriter', 'xlwings'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
