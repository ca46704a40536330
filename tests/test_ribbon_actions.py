"""Every action of the ribbon at a small master, and what each says where it makes no sense."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.returns_world import IN_TIME, PERIOD, World, council
from tests.ribbon_world import Answer, Script
from xl_outcomes.addin import __main__ as door
from xl_outcomes.addin.desk import Desk
from xl_outcomes.addin.listed import ACTIONS
from xl_outcomes.addin.memory import Memory
from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.excel_app import PlainApp
from xl_outcomes.workbook.file import read_master

Q1 = str(PERIOD)
HELP = ("guide", "about", "log")
Act = Callable[..., Script]


@pytest.fixture
def world(tmp_path: Path) -> World:
    settings = [{"Setting": n, "Value": v} for n, v in {"Current period": Q1, "Green at": 0.5, "Amber at": 0.2}.items()]
    return World(council(*settings), tmp_path)


@pytest.fixture
def excel(world: World) -> RemoteExcel:
    rows = {name: list(table.frame.to_dict("records")) for name, table in world.tables.items()}
    return RemoteExcel(write_master(world.folder / "master.xlsx", rows))


@pytest.fixture
def act(world: World, excel: RemoteExcel) -> Act:
    """Does an action at the open master with answers to its dialogues; what was said comes back."""
    memory = Memory(world.folder / "own")

    def do(action: str, *answers: Answer, choice: str = "", at: dt.datetime = IN_TIME.at) -> Script:
        script = Script(list(answers))
        book = excel.book()
        desk = Desk(book, PlainApp(), script, memory, at, "Officer", choice)
        assert door.act(door.Click(action, choice=choice), lambda: desk, memory) == 0
        excel.apply(book)
        assert script.answers == [], f"not asked for: {script.answers}; said: {script.said}"
        return script

    return do


def select(excel: RemoteExcel, sheet: str, cell: str) -> None:
    excel.workbook.active = excel.workbook[sheet]
    excel.selection = cell


def tables(excel: RemoteExcel, folder: Path) -> dict[str, list[list[object]]]:
    master = read_master(excel.save(folder / "now.xlsx"))
    return {name: [list(r) for r in table.frame.itertuples(index=False)] for name, table in master.tables.items()}


def rated(world: World, act: Act) -> None:
    act("import", [world.send({"C1": {"Value": 50.0}})], True)
    act("rate", True)


# ---- framework ----


def test_a_faulty_framework_is_told_marked_and_listed_with_links(act: Act, excel: RemoteExcel, world: World) -> None:
    excel.workbook["Indicators"]["B2"] = "A-9"
    assert "error" in act("check", False).said[0]
    assert "Check results" not in excel.workbook.sheetnames
    act("check", True)
    listed = excel.workbook["Check results"]
    texts = [str(c.value) for row in listed.iter_rows() for c in row if c.value is not None]
    assert any("A-9" in text for text in texts)
    assert any(c.hyperlink for row in listed.iter_rows() for c in row)
    assert excel.workbook["Indicators"]["B2"].comment is not None
    excel.workbook["Indicators"]["B2"] = "A-1"
    act("check", True)
    assert excel.workbook["Indicators"]["B2"].comment is None


def test_the_golden_thread_of_the_selected_row_is_shown_and_jumped_along(act: Act, excel: RemoteExcel) -> None:
    select(excel, "Indicators", "C3")
    said = act("thread", "A-1").said
    assert said[0].splitlines()[0] == "Anyshire - test"
    assert "> Indicator C1 Repairs <" in said[0]
    assert excel.workbook.active.title == "Outcomes"
    assert act("thread", "Z-9").said[-1] == '"Z-9" is not a ref of this framework.'
    assert len(act("thread", None).said) == 2


def test_two_versions_are_compared_and_the_changes_kept(act: Act, excel: RemoteExcel, world: World) -> None:
    older = excel.save(world.folder / "older.xlsx")
    excel.workbook["Indicators"]["C3"] = "Repairs done"
    said = act("compare", [older], True).said
    assert "Refined 1" in said[-1]
    (row,) = tables(excel, world.folder)["Changes"]
    assert row[1:5] == ["C1", "Refined", "Indicator: Repairs", "Indicator: Repairs done"]
    assert "lists all of it already" in act("compare", [older]).said[-1]
    assert act("compare", []).said == ["The older version of this master"]


# ---- returns ----


def test_who_is_late_is_told_with_the_days(act: Act, world: World) -> None:
    assert "No forms have been made" in act("who-is-late").said[0]
    act("forms", world.folder / "forms", True)
    assert "2 returns have not come" in act("who-is-late", False).said[0]
    late = act("who-is-late", False, at=dt.datetime(2025, 7, 23, 9)).said[0]
    assert "Housing: due 20 July 2025, 3 days late" in late


def test_messages_to_the_late_are_written_for_her_to_send(act: Act, world: World) -> None:
    act("forms", world.folder / "forms", True)
    told = act("who-is-late", True, world.folder / "messages", at=dt.datetime(2025, 7, 23, 9)).said
    assert told[-1].endswith("Nothing has been sent.")
    assert "is 3 days late" in (world.folder / "messages" / "Housing.txt").read_text(encoding="utf-8")


def test_cancel_leaves_everything_as_it_was(act: Act, excel: RemoteExcel, world: World) -> None:
    before = excel.payload()
    act("forms", world.folder / "forms", False)
    act("forms", None)
    act("import", [world.send()], False)
    act("import", [])
    act("rate", False)
    act("period", False, choice="2025-26-Q2")
    assert excel.payload() == before
    assert not (world.folder / "forms").exists()


def test_a_query_is_settled_from_a_list_where_no_row_of_issues_is_selected(
    act: Act, excel: RemoteExcel, world: World
) -> None:
    assert act("settle").said == ["There is no open query."]
    act("import", [world.send({"P1": {"Value": 500.0}})], True)
    said = act("settle", "1", "1", "Confirmed.", True).said
    assert "P1 500" in said[0]
    (held,) = [row for row in tables(excel, world.folder)["Observations"] if row[3] == 500.0]
    assert held[0] == "P1"
    assert act("settle").said == ["There is no open query."]


def test_a_query_is_not_settled_without_a_note(act: Act, excel: RemoteExcel, world: World) -> None:
    act("import", [world.send({"P1": {"Value": 500.0}})], True)
    assert "note that says why" in act("settle", "1", "1", "").said[-1]
    assert act("settle", None).answers == []


def test_withdrawing_needs_a_return(act: Act, world: World) -> None:
    assert "none to withdraw" in act("withdraw").said[0]
    act("import", [world.send()], True)
    said = act("withdraw", "1", True).said
    assert "1  Housing" in said[0]
    assert said[-1].startswith("The return of Housing for 2025/26 Q1 is withdrawn; ")


def test_good_returns_are_not_sent_back(act: Act, world: World) -> None:
    assert "nothing to send back" in act("send-back", [world.send()]).said[-1]


# ---- performance ----


def test_why_says_reason_and_masked_reds_of_the_selected_cell(act: Act, excel: RemoteExcel, world: World) -> None:
    rated(world, act)
    select(excel, "Outcomes", "A3")
    said = act("why").said[0]
    assert "Red beneath this rating (masked): C1." in said
    assert "   C1 Repairs: Red" in said
    select(excel, "Outcomes", "ZZ99")
    assert "is in no row of our tables" in act("why").said[0]


def test_why_before_rating_says_so(act: Act, excel: RemoteExcel) -> None:
    select(excel, "Indicators", "A3")
    assert "has no rating for 2025/26 Q1 yet" in act("why").said[0]


def test_the_dashboard_is_shown_where_there_is_one(act: Act, excel: RemoteExcel, world: World) -> None:
    assert "no dashboard yet" in act("dashboard").said[0]
    rated(world, act)
    excel.workbook.active = excel.workbook["Settings"]
    act("dashboard")
    assert excel.workbook.active.title == "Dashboard"


@pytest.mark.parametrize("answers", [(None,), ("1", None), ("1", "Late.", None), ("1", "Late.", "Director", None)])
def test_an_override_can_be_left_at_every_question(act: Act, excel: RemoteExcel, answers: tuple[Answer, ...]) -> None:
    select(excel, "Indicators", "A3")
    before = excel.payload()
    act("override", *answers)
    assert excel.payload() == before


# ---- reports and quarter ----


def test_a_report_needs_a_rated_quarter_and_a_name_from_the_list(act: Act, world: World) -> None:
    assert "has not been rated" in act("report", choice="cabinet-performance").said[-1]
    assert 'no report called "nonsense"' in act("report", choice="nonsense").said[-1]
    assert "No report has been written" in act("open-last").said[0]


def test_undo_goes_back_one_action_and_forward_again(act: Act, excel: RemoteExcel, world: World) -> None:
    assert act("undo").said == ["There is nothing to undo in this workbook."]
    before = tables(excel, world.folder)
    rated(world, act)
    after = tables(excel, world.folder)
    assert "Undone: Rate." in act("undo", True).said[0]
    assert tables(excel, world.folder)["Results"] == []
    assert tables(excel, world.folder)["Observations"] == after["Observations"] != before["Observations"]
    act("undo", True)
    assert tables(excel, world.folder)["Results"] == after["Results"]
    actions = [row[2] for row in tables(excel, world.folder)["Log"]]
    assert actions == ["Import return", "Import returns", "Rate", "Undo", "Undo"]


def test_undo_never_takes_back_what_was_typed_since(act: Act, excel: RemoteExcel, world: World) -> None:
    act("import", [world.send()], True)
    sheet = excel.workbook["Observations"]
    sheet.cell(sheet.max_row, 4).value = 51.7
    before = excel.payload()
    assert "changed since the last action" in act("undo").said[0]
    assert excel.payload() == before


def test_a_read_only_workbook_is_left_as_it_is(
    act: Act, excel: RemoteExcel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlainApp, "is_read_only", lambda *_: True)
    before = excel.payload()
    said = act("import", [world.send()]).said
    assert said[-1].startswith("master.xlsx is open read-only, so what would be written could not be saved.\nClose it")
    assert excel.payload() == before


def test_a_sheet_with_a_password_is_named(
    act: Act, excel: RemoteExcel, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise WorkbookError('The sheet "Log" is protected with a password, so nothing can be written there.')

    monkeypatch.setattr(PlainApp, "writable", locked)
    before = excel.payload()
    assert 'The sheet "Log" is protected with a password' in act("import", [world.send()], True).said[-1]
    assert excel.payload() == before
    assert act("undo").said == ["There is nothing to undo in this workbook."]


def test_closing_says_how_it_is_done_on_the_saved_file(act: Act, excel: RemoteExcel) -> None:
    before = excel.payload()
    assert act("close").said[0].endswith('xl-outcomes close "master.xlsx" --period "2025/26 Q1"')
    assert excel.payload() == before


# ---- help ----


def test_help_needs_no_workbook(tmp_path: Path) -> None:
    memory, script = Memory(tmp_path / "own"), Script()
    desk = Desk(None, PlainApp(), script, memory, IN_TIME.at, "Officer")
    for action in HELP:
        assert door.act(door.Click(action), lambda: desk, memory) == 0
    (guide,) = script.opened
    assert "<h1>The officer's quarter</h1>" in guide.read_text(encoding="utf-8")
    assert script.said[0].startswith("xl-outcomes ")
    assert sys.executable in script.said[0]
    assert script.said[1].startswith("Nothing has failed so far")
    memory.note(IN_TIME.at, "rate: KeyError")
    assert door.act(door.Click("log"), lambda: desk, memory) == 0
    assert script.opened[-1] == memory.log


# ---- where it makes no sense ----


@pytest.mark.parametrize("action", [a for a in ACTIONS if a not in (*HELP, "open-last")])
def test_without_a_workbook_each_says_so(action: str, tmp_path: Path) -> None:
    memory, script = Memory(tmp_path), Script()
    desk = Desk(None, PlainApp(), script, memory, IN_TIME.at, "Officer", "2025-26-Q1")
    assert door.act(door.Click(action), lambda: desk, memory) == 0
    assert script.said == ["There is no workbook open.\nOpen the master workbook, and click again."]


@pytest.mark.parametrize("action", [a for a in ACTIONS if a not in (*HELP, "open-last")])
def test_a_workbook_that_is_no_master_is_left_alone(action: str, tmp_path: Path) -> None:
    excel = RemoteExcel(_foreign(tmp_path / "budget.xlsx"))
    memory, script = Memory(tmp_path / "own"), Script()
    book = excel.book()
    desk = Desk(book, PlainApp(), script, memory, IN_TIME.at, "Officer", "2025-26-Q1")
    assert door.act(door.Click(action), lambda: desk, memory) == 0
    (said,) = script.said
    assert "budget.xlsx has no table called Settings" in said
    assert "A master has the tables Settings, Outcomes" in said
    assert book.json()["actions"] == []
    assert not memory.log.exists()


def _foreign(path: Path) -> Path:
    book = openpyxl.Workbook()
    book["Sheet"].append(["Budget", 2025])
    book.save(path)
    return path
