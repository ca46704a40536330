"""The same steps on a closed file and on the workbook open in Excel leave the same tables."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.returns_world import IN_TIME, OWNER, PERIOD, World, council
from xl_outcomes import resources, steps
from xl_outcomes.errors import WorkbookError
from xl_outcomes.files import read_one
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.settle import USE, Decision
from xl_outcomes.tables import Table as OurTable
from xl_outcomes.tables import Tables, change, extend
from xl_outcomes.workbook.file import indicator_tables, read_master, save, updated
from xl_outcomes.workbook.live import read_live, write_live
from xl_outcomes.workbook.plan import AsRead

Act = Callable[[AsRead], steps.Step]


class Doors:
    """One master twice: as a closed file, and open in Excel."""

    def __init__(self, path: Path) -> None:
        self.closed = path
        self.open = RemoteExcel(path)

    def do(self, act: Act) -> steps.Step:
        """Does something through both doors, and compares every table that can be read through either."""
        master = read_master(self.closed)
        step = act(master)
        save(master, updated(master, step.changed, step.views), IN_TIME.at)

        def live(book: Any) -> None:
            seen = read_live(book)
            done = act(seen)
            assert done.summary == step.summary
            write_live(seen, done.changed, done.views)

        self.open.run(live)
        self.compare()
        return step

    def compare(self) -> None:
        master, saved = read_master(self.closed), read_master(self.save())
        book = self.open.book()
        live = read_live(book)
        assert [*master.names()] == [*saved.names()] == [*live.names()]
        for name in master.names():
            tables = [found for door in (master, saved, live) if (found := door.find(name)) is not None]
            same(*tables)
        assert set(master.tables) == set(live.tables)
        book.close()

    def save(self) -> Path:
        """The open workbook saved under another name."""
        return self.open.save(self.closed.with_name("saved.xlsx"))

    def tables(self) -> Tables:
        return read_master(self.closed).tables


def same(first: OurTable, *others: OurTable) -> None:
    for other in others:
        assert (other.name, other.sheet, other.columns) == (first.name, first.sheet, first.columns)
        assert list(other.frame.columns) == list(first.frame.columns)
        assert list(other.frame.index) == list(first.frame.index), first.name
        assert other.frame.to_dict("index") == first.frame.to_dict("index")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


@pytest.fixture
def doors(world: World) -> Doors:
    """The small council: the five tables that a master needs, and no other sheet."""
    tables = {name: table.frame.to_dict("records") for name, table in world.tables.items()}
    return Doors(write_master(world.folder / "master.xlsx", tables))


def rate(period: Quarter) -> Act:
    return lambda master: steps.rate(master.tables, period, IN_TIME, indicator_tables(master))[1]


def test_a_quarter_of_a_whole_framework(tmp_path: Path) -> None:
    path = tmp_path / "master.xlsx"
    shutil.copy(resources.starter("mid-suffolk-2022"), path)
    doors = Doors(path)
    first = doors.do(rate(Quarter(2024, 3)))
    assert {"Results", "Rollup"} <= set(first.changed)
    assert {view.table for sheet in first.views for view in sheet.views} >= {"Dashboard_reds", "Framework_tree"}
    doors.do(rate(Quarter(2024, 4)))


def test_a_quarter_of_returns(doors: Doors, world: World) -> None:
    doors.do(lambda m: steps.choose_period(m.tables, PERIOD, IN_TIME))
    doors.do(lambda m: steps.forms(m.tables, PERIOD, IN_TIME)[1])
    sent = read_one(world.send({"C1": {"Value": 1080.0}}))
    doors.do(lambda m: steps.import_returns(m.tables, [sent], PERIOD, IN_TIME)[1])
    number = next(r["Issue"] for r in doors.tables()["Issues"].rows() if r["Severity"] == "query")
    decision = Decision(USE, "A slip.", "Officer", 108.0)
    doors.do(lambda m: steps.settle(m.tables, number, decision, PERIOD, IN_TIME))
    doors.do(rate(PERIOD))
    before = doors.tables()
    doors.do(lambda m: steps.withdraw_return(m.tables, OWNER, PERIOD, IN_TIME))
    undone = doors.do(lambda m: back(m.tables, before))
    assert undone.summary.startswith("Undone: ")
    for name in ("Observations", "Held", "Returns"):
        assert doors.tables()[name].frame.to_dict("records") == before[name].frame.to_dict("records")


def back(tables: Tables, before: Tables) -> steps.Step:
    """The data of an undo: all tables as they were, and the log going on."""
    step = steps.undo(tables, before, IN_TIME)
    return steps.Step({**before, **step.changed}, step.summary)


def test_what_a_master_lacks_is_added_cell_for_cell(doors: Doors) -> None:
    doors.do(rate(PERIOD))
    closed, opened = (openpyxl.load_workbook(path) for path in (doors.closed, doors.save()))
    assert closed.sheetnames == opened.sheetnames
    assert closed.sheetnames[-1] not in ("Settings", "Observations")
    for one, other in zip(closed.worksheets, opened.worksheets, strict=True):
        assert cells_of(one) == cells_of(other)
        assert {t.name: t.ref for t in one.tables.values()} == {t.name: t.ref for t in other.tables.values()}
    for name in set(opened.sheetnames) - {"Settings", "Outcomes", "Indicators", "Targets", "Observations"}:
        one, other = closed[name], opened[name]
        assert other.freeze_panes == one.freeze_panes
        assert other["A1"].font.b
        widths = [{k: round(d.width, 2) for k, d in s.column_dimensions.items()} for s in (one, other)]
        assert widths[0] == widths[1]
        assert len(other.conditional_formatting) == len(one.conditional_formatting)


def cells_of(sheet: Worksheet) -> dict[str, tuple[object, str]]:
    return {c.coordinate: (c.value, c.data_type) for row in sheet.iter_rows() for c in row if c.value is not None}


def spoil(sheet: Worksheet) -> None:
    """Cells of every kind under the headings of Observations."""
    moment, day = dt.datetime(2025, 7, 10, 12, 30, 15), dt.date(2025, 7, 1)
    for column, value in enumerate(["007", " text ", "   ", "line\nbreak", True, 12, 12.5, "#N/A", day, moment], 1):
        sheet.cell(3, column, value)
    sheet["H3"].data_type = "e"
    sheet["F3"].number_format = "0%"
    for column in range(1, 14):
        sheet.cell(5, column).value = None


def hide(sheet: Worksheet) -> None:
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet.tables["Observations"].autoFilter.add_filter_column(0, ["P1"])


def add_totals(sheet: Worksheet) -> None:
    table = sheet.tables["Observations"]
    sheet["A8"], sheet["D8"] = "Total", 5
    table.ref, table.totalsRowCount = "A1:M8", 1


def rename(sheet: Worksheet) -> None:
    table = sheet.tables.pop("Observations")
    sheet["I1"] = "Comm\nentary"
    sheet["J1"] = "corrective  ACTION"
    sheet.tables.add(Table(displayName="OBSERVATIONS", ref=table.ref))


def empty(sheet: Worksheet) -> None:
    sheet.delete_rows(2, 6)
    sheet.tables["Observations"].ref = "A1:M2"


def move_away(sheet: Worksheet) -> None:
    sheet.move_range("A1:M7", rows=4, cols=2)
    sheet["A1"] = "An officer's title"
    sheet["A1"].fill = PatternFill("solid", fgColor="FFFFFF00")
    sheet.tables["Observations"].ref = "C5:O11"


@pytest.mark.parametrize("edit", [spoil, hide, add_totals, rename, empty, move_away])
def test_both_doors_read_the_same(doors: Doors, edit: Callable[[Worksheet], None]) -> None:
    book = openpyxl.load_workbook(doors.closed)
    edit(book["Observations"])
    book.save(doors.closed)
    doors.open = RemoteExcel(doors.closed)
    doors.compare()
    new = {"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0, "Received": dt.datetime(2025, 7, 10)}
    doors.do(lambda m: steps.Step({"Observations": extend(m.tables["Observations"], [new])}, ""))


def test_both_doors_refuse_in_the_same_words_where_there_is_no_room(doors: Doors) -> None:
    book = openpyxl.load_workbook(doors.closed)
    book["Observations"]["B9"] = "Sources"
    book.save(doors.closed)
    doors.open = RemoteExcel(doors.closed)
    new = [{"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0}] * 3

    def act(master: AsRead) -> steps.Step:
        return steps.Step({"Observations": extend(master.tables["Observations"], new)}, "")

    master = read_master(doors.closed)
    with pytest.raises(WorkbookError) as closed:
        updated(master, act(master).changed)
    book = doors.open.book()
    live = read_live(book)
    with pytest.raises(WorkbookError) as opened:
        write_live(live, act(live).changed)
    messages = [str(error.value) for error in (closed, opened)]
    assert messages[0] == messages[1]
    assert "'Sources' in B9" in messages[0]
    assert book.json()["actions"] == []


def test_rows_that_go_and_rows_that_change_places(doors: Doors) -> None:
    def act(master: AsRead) -> steps.Step:
        table = change(master.tables["Observations"], {2: {"Value": 1.0}, 6: {"Commentary": "=1+1"}})
        frame = table.frame.drop(index=[3, 5])
        frame = frame.loc[[6, 2, 7, 4]]
        return steps.Step({"Observations": extend(table.with_frame(frame), [{"Indicator": "F1"}])}, "")

    doors.do(act)
    assert [r["Indicator"] for r in doors.tables()["Observations"].rows()] == ["C1", "P1", "C1", "P1", "F1"]
