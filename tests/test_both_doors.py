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

from tests.adopt_examples import EXAMPLES
from tests.conftest import Validate
from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.returns_world import IN_TIME, OWNER, PERIOD, World, council
from xl_outcomes import resources, steps
from xl_outcomes.adopt.finish import as_master
from xl_outcomes.adopt.guessing import propose
from xl_outcomes.adopt.result import adopt
from xl_outcomes.contract import NEEDED, SPECS
from xl_outcomes.errors import WorkbookError
from xl_outcomes.files import read_one
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.returns.settle import USE, Decision
from xl_outcomes.starters import read_source as read_starter
from xl_outcomes.tables import Table as OurTable
from xl_outcomes.tables import Tables, change, extend, frame
from xl_outcomes.workbook.adopt_reader import read_source
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.file import indicator_tables, read_master, save, updated
from xl_outcomes.workbook.live import read_live, write_live
from xl_outcomes.workbook.package import Package, worksheets
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
        assert looks_of(one) == looks_of(other)
        assert frames_of(one) == frames_of(other)


def looks_of(sheet: Worksheet) -> dict[str, tuple[object, ...]]:
    """How cells with a value look; rows of headings in a style of their own."""
    return {
        cell.coordinate: (
            *(getattr(cell.alignment, name) or 0 for name in ("horizontal", "indent", "wrap_text")),
            cell.font.b or False,
            cell.font.sz,
            cell.fill.fgColor.rgb if cell.fill.fill_type else "",
            cell.number_format,
        )
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def frames_of(sheet: Worksheet) -> list[object]:
    """What is merged, how high title and note are, and which tables have filter buttons."""
    heights = [round(sheet.row_dimensions[n].height or 0, 1) for n in (1, 2)]
    filters = {table.name: table.autoFilter is not None for table in sheet.tables.values()}
    return [sorted(map(str, sheet.merged_cells.ranges)), heights, filters]


def stack(count: int, *, flipped: bool = False, name: str = "Money") -> ViewSheet:
    """A sheet of three tables, of which the last has so many rows; the first leads to it, and has levels."""
    refs = ["HOU", "HOU-1", "ECO"]
    shown = refs[::-1] if flipped else refs
    lines = [[f"L{n}", "Red" if n % 2 else "Green*", float(n), day(n)] for n in range(count)]
    outcomes = View(
        "Money_outcomes",
        frame(("Ref", "Outcome", "Rating", "Budget", "In words"), [[r, "x", "Amber", count, "Words"] for r in shown]),
        (10, 20, 9, 9, 60),
        ("Rating",),
        "Each outcome",
        {"Ref": [Link("Money_lines", "Ref", f"L{n}") for n in range(3)]},
        tuple(ref.count("-") for ref in shown),
    )
    held = View("Money_held", frame(("Held", "Sum"), [["Assets", count], [None, None]]), (10, 9), caption="Held")
    last = View("Money_lines", frame(("Ref", "Rating", "Sum", "As at"), lines), (10, 9, 9, 12), ("Rating",), "Lines")
    return ViewSheet(name, "Money and outcomes", "In thousands of pounds, rounded. " * 12, (outcomes, held, last))


def day(number: int) -> dt.datetime:
    return dt.datetime(2025, 7, 1) + dt.timedelta(days=number)


def test_a_sheet_of_several_tables_is_made_and_refreshed_alike(doors: Doors, validator: Validate) -> None:
    found = len(validator(doors.closed))
    for count, flipped in ((4, False), (7, True), (2, False), (5, True)):
        doors.do(lambda m, n=count, f=flipped: steps.Step({}, "", (stack(n, flipped=f),)))
        one, other = (openpyxl.load_workbook(path)["Money"] for path in (doors.closed, doors.save()))
        assert cells_of(one) == cells_of(other)
        assert frames_of(one) == frames_of(other)
        places = {"Money_outcomes": "A5:E8", "Money_held": "A11:B13", "Money_lines": f"A16:D{16 + count}"}
        assert {t.name: t.ref for t in one.tables.values()} == places
        leads = [one[f"A{n}"].hyperlink.location if one[f"A{n}"].hyperlink else None for n in (6, 7, 8)]
        assert leads == [f"'Money'!A{17 + n}" if n < count else None for n in range(3)]
        levels = [one.row_dimensions[n].outlineLevel for n in range(6, 9)]
        assert levels == [0, 1, 0]
    assert len(validator(doors.closed)) <= found


def test_tables_that_an_older_master_lacks_share_a_sheet(doors: Doors) -> None:
    sheet = stack(3)
    doors.do(lambda m: steps.Step({}, "", (ViewSheet(sheet.name, sheet.title, sheet.note, sheet.views[:1]),)))
    doors.do(lambda m: steps.Step({}, "", (sheet,)))
    master = read_master(doors.closed)
    where = {view.table: found.sheet for view in sheet.views if (found := master.find(view.table))}
    assert where == {"Money_outcomes": "Money", "Money_held": "Money (2)", "Money_lines": "Money (2)"}
    doors.do(lambda m: steps.Step({}, "", (stack(6, flipped=True),)))
    assert openpyxl.load_workbook(doors.closed).sheetnames[-2:] == ["Money", "Money (2)"]


def with_money(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """The tables that an officer keeps, with money, activities and risks for each of her outcomes."""
    kept = {n: [*table.rows()] for n, table in tables.items() if not SPECS[n].ours and len(table.frame)}
    refs = [row["Ref"] for row in kept["Outcomes"]]
    money = {"Kind": "Revenue", "Budget": 100.0, "Forecast": 110.0, "Actual": 50.0, "Period": str(PERIOD)}
    kept["Resources"] = [{"Ref": f"R{n}", "Title": "A line", "Linked to": ref, **money} for n, ref in enumerate(refs)]
    work = {"Title": "Work", "Status": "Delayed", "Progress": "60%"}
    kept["Activities"] = [{"Ref": f"A{n}", "Linked to": ref, **work} for n, ref in enumerate(refs)]
    scored = {"Title": "A risk", "Likelihood": "Probable", "Impact": "Bad"}
    kept["Risks"] = [{"Ref": f"K{n}", "Linked to": ref, **scored} for n, ref in enumerate(refs)]
    return {name: [{h: None if v != v else v for h, v in row.items()} for row in rows] for name, rows in kept.items()}


def adopted(folder: Path) -> Path:
    """A council's own table as `adopt` makes a master of it, with money and work added."""
    source = read_source(EXAMPLES["by_priority"](folder / "scorecard 2025-26.xlsx"))
    usual = read_starter(resources.source_tables("mid-suffolk-2022"))["Settings"]
    made = adopt(source, propose(source, Quarter(2025, 3)).mapping)
    tables, views = as_master(made, usual, IN_TIME)
    path = folder / "adopted.xlsx"
    path.write_bytes(create_master({n: t.frame for n, t in tables.items()}, views, title="T", created=IN_TIME.at))
    master = read_master(path)
    rows = with_money({n: t for n, t in master.tables.items() if n in NEEDED})
    more = {name: extend(master.tables[name], rows[name]) for name in ("Resources", "Activities", "Risks")}
    path.write_bytes(updated(master, more))
    return path


def foreign(folder: Path) -> Path:
    """The tables that a master needs, as another program writes them, with money and work added."""
    return write_master(folder / "foreign.xlsx", with_money({name: council()[name] for name in NEEDED}))


def sheets_of(path: Path) -> list[str]:
    return [name for name, _ in worksheets(Package(path.read_bytes()))]


@pytest.mark.parametrize("make", [adopted, foreign])
def test_a_master_gets_at_most_one_new_sheet_for_each_sheet_to_read(
    make: Callable[[Path], Path], tmp_path: Path, validator: Validate
) -> None:
    doors = Doors(make(tmp_path))
    found = len(validator(doors.closed))
    before = sheets_of(doors.closed)
    step = doors.do(rate(PERIOD))
    master = read_master(doors.closed)
    new = [name for name in sheets_of(doors.closed) if name not in before]
    for sheet in step.views:
        places = {table.sheet for view in sheet.views if (table := master.find(view.table))}
        assert len(places & {*new}) <= 1, sheet.name
    assert {"Money", "Delivery plan", "Risks and outcomes"} <= {*new}
    assert len(new) <= len(step.views) + len(step.changed)
    doors.do(rate(PERIOD.shift(1)))
    assert sheets_of(doors.closed) == [*before, *new]
    assert len(validator(doors.closed)) <= found


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
