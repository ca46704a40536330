"""A master open in Excel, read and written: what is the officer's travels with its rows, and nothing is half done."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.openpyxl_master import write_master
from tests.remote_excel import RefusedError, RemoteExcel, typed
from tests.returns_world import council
from xl_outcomes.errors import WorkbookError
from xl_outcomes.issues import Issue
from xl_outcomes.tables import blank, change, extend
from xl_outcomes.workbook.excel_app import PlainApp
from xl_outcomes.workbook.live import LiveMaster, mark, read_live, unmark, write_live
from xl_outcomes.workbook.live_ready import prepared
from xl_outcomes.workbook.live_rows import Shift, shifts
from xl_outcomes.workbook.live_write import Journal, TableWriter
from xl_outcomes.workbook.typed_text import as_typed
from xl_outcomes.workbook.writes import KEEP, Row, TableWrite

TABLE = "Observations"
NEW = {"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tables = {name: table.frame.to_dict("records") for name, table in council().items()}
    return write_master(tmp_path / "master.xlsx", tables)


@pytest.fixture
def excel(path: Path) -> RemoteExcel:
    return RemoteExcel(path)


def edited(path: Path, edit: Callable[[Worksheet], None], results: Mapping[str, object] | None = None) -> RemoteExcel:
    """The master with its sheet Observations edited, open in Excel."""
    book = openpyxl.load_workbook(path)
    edit(book[TABLE])
    book.save(path)
    return RemoteExcel(path, results)


def sheet_of(excel: RemoteExcel) -> Worksheet:
    sheet: Worksheet = excel.workbook[TABLE]
    return sheet


def column(excel: RemoteExcel, letter: str, first: int = 2, last: int = 9) -> list[object]:
    return [sheet_of(excel)[f"{letter}{row}"].value for row in range(first, last + 1)]


def grow(live: LiveMaster, count: int = 1) -> None:
    write_live(live, {TABLE: extend(live.tables[TABLE], [NEW] * count)})


def keep(live: LiveMaster, rows: list[int], new: int = 0) -> None:
    """Some rows of the table, in a given order, with new ones at the end."""
    table = live.tables[TABLE]
    write_live(live, {TABLE: extend(table.with_frame(table.frame.loc[rows]), [NEW] * new)})


def with_own_column(sheet: Worksheet) -> None:
    """An officer's column of formulas in the middle of the table, with formats and a note."""
    sheet.move_range("E1:M7", cols=1)
    sheet["E1"] = "Doubled"
    for row in range(2, 8):
        sheet[f"E{row}"] = f"=D{row}*2"
        sheet[f"E{row}"].fill = PatternFill("solid", fgColor=f"FF0000{row:02}")
    sheet["E4"].comment = Comment("Mine.", "Officer")
    del sheet.tables[TABLE]
    sheet.add_table(Table(displayName=TABLE, ref="A1:N7"))


# ---- rows ----


def test_rows_come_at_the_end_and_look_like_those_above(path: Path) -> None:
    def bold(sheet: Worksheet) -> None:
        sheet["D7"].number_format = "0.00"

    excel = edited(path, bold)
    excel.run(lambda book: grow(read_live(book), 2))
    assert column(excel, "D", 7) == [104, 51, 51]
    assert sheet_of(excel)["D9"].number_format == "0.00"
    assert sheet_of(excel).tables[TABLE].ref == "A1:M9"


def test_nothing_is_done_where_nothing_differs(excel: RemoteExcel) -> None:
    book = excel.book()
    live = read_live(book)
    assert not write_live(live, live.tables)
    assert book.json()["actions"] == []


def test_only_the_cells_that_change_are_written(excel: RemoteExcel) -> None:
    book = excel.book()
    live = read_live(book)
    write_live(live, {TABLE: change(live.tables[TABLE], {3: {"Value": 1.0, "Commentary": "New."}})})
    written = [(a["start_row"], a["start_column"], a["values"]) for a in book.json()["actions"]]
    assert written == [(2, 3, [[1.0]]), (2, 8, [["New."]])]


def test_an_officers_formulas_formats_and_notes_travel_with_their_rows(path: Path) -> None:
    excel = edited(path, with_own_column, {f"=D{row}*2": row for row in range(2, 8)})
    excel.run(lambda book: keep(read_live(book), [6, 2, 4], new=1))
    assert column(excel, "D", last=5) == [99, 45, 47.3, 51]
    assert column(excel, "E", last=6) == ["=D2*2", "=D3*2", "=D4*2", "=D5*2", None]
    looks = [sheet_of(excel)[f"E{row}"].fill.fgColor.rgb for row in (2, 3, 4)]
    assert looks == ["FF000006", "FF000002", "FF000004"]
    assert sheet_of(excel)["E4"].comment.text == "Mine."
    assert sheet_of(excel).tables[TABLE].ref == "A1:N5"


def test_rows_that_go_to_the_end_stay_in_the_table(path: Path) -> None:
    excel = edited(path, lambda _: None)
    before = column(excel, "D", last=7)
    excel.run(lambda book: keep(read_live(book), [5, 6, 7, 3, 4, 2]))
    assert column(excel, "D", last=7) == [before[at - 2] for at in (5, 6, 7, 3, 4, 2)]
    assert sheet_of(excel).tables[TABLE].ref == "A1:M7"


def test_a_row_that_holds_a_note_does_not_go(path: Path) -> None:
    excel = edited(path, with_own_column)
    book = excel.book()
    with pytest.raises(WorkbookError, match=r"Row 4 of the table .* holds a note in E4\. Move that out"):
        keep(read_live(book), [2, 3, 5])
    assert book.json()["actions"] == []


def test_what_stands_below_a_table_stays_where_it_is(path: Path) -> None:
    def add_source(sheet: Worksheet) -> None:
        sheet["B12"] = "Sources"

    excel = edited(path, add_source)
    excel.run(lambda book: keep(read_live(book), [2, 4, 7], new=2))
    assert sheet_of(excel)["B12"].value == "Sources"
    assert sheet_of(excel).tables[TABLE].ref == "A1:M6"
    excel.run(lambda book: keep(read_live(book), [6, 2, 3]))
    assert (sheet_of(excel)["B12"].value, sheet_of(excel).tables[TABLE].ref) == ("Sources", "A1:M4")


def test_a_wider_table_below_stops_rows_from_moving(path: Path) -> None:
    def add_table(sheet: Worksheet) -> None:
        for number in range(1, 16):
            sheet.cell(12, number, f"H{number}")
        sheet.add_table(Table(displayName="Below", ref="A12:O13"))

    excel = edited(path, add_table)
    book = excel.book()
    with pytest.raises(WorkbookError, match='the table "Below" stands below it and reaches further'):
        keep(read_live(book), [2, 4, 7])
    assert book.json()["actions"] == []
    excel.run(lambda book: grow(read_live(book)))
    assert sheet_of(excel).tables[TABLE].ref == "A1:M8"


def test_a_table_does_not_grow_over_another(path: Path) -> None:
    def add_table(sheet: Worksheet) -> None:
        sheet["B9"] = "Mine"
        sheet.add_table(Table(displayName="Below", ref="B9:B10"))

    book = edited(path, add_table).book()
    with pytest.raises(WorkbookError, match=r'needs more room, but row 9 holds the table "Below"\. Move it down'):
        grow(read_live(book), 2)


def test_blank_rows_at_the_end_are_used_before_the_table_grows(path: Path) -> None:
    def add_blank(sheet: Worksheet) -> None:
        sheet.tables[TABLE].ref = "A1:M10"
        sheet["D8"].number_format = "0.0"

    excel = edited(path, add_blank)
    excel.run(lambda book: grow(read_live(book), 2))
    assert sheet_of(excel).tables[TABLE].ref == "A1:M10"
    assert (column(excel, "D", 7, 10), sheet_of(excel)["D8"].number_format) == ([104, 51, 51, None], "0.0")


def test_a_table_without_rows_keeps_a_blank_one(excel: RemoteExcel) -> None:
    excel.run(lambda book: keep(read_live(book), []))
    assert sheet_of(excel).tables[TABLE].ref == "A1:M2"
    assert column(excel, "A") == [None] * 8
    excel.run(lambda book: grow(read_live(book)))
    assert sheet_of(excel).tables[TABLE].ref == "A1:M2"
    assert column(excel, "A", last=3) == ["P1", None]


def test_a_table_with_totals_grows_and_shrinks_above_them(path: Path) -> None:
    def add_totals(sheet: Worksheet) -> None:
        sheet["A8"], sheet["D8"] = "Total", 5
        sheet.tables[TABLE].ref, sheet.tables[TABLE].totalsRowCount = "A1:M8", 1

    excel = edited(path, add_totals)
    excel.run(lambda book: grow(read_live(book), 2))
    assert column(excel, "A", 8, 10) == ["P1", "P1", "Total"]
    excel.run(lambda book: keep(read_live(book), [2, 3]))
    assert (column(excel, "A", 2, 5), sheet_of(excel).tables[TABLE].ref) == (["P1", "P1", "Total", None], "A1:M4")


def test_headings_give_way_to_one_another_and_new_ones_come_at_the_end(excel: RemoteExcel) -> None:
    renamed = {"Value": "Forecast", "Forecast": "Value", "Area": "Place"}
    write = TableWrite(TABLE, ("Value", "Place", "Extra"), (Row((1.0, KEEP, "x"), 3), Row((2.0, "y", "z"))), renamed)
    excel.run(lambda book: written(book, write))
    headings = [cell.value for cell in sheet_of(excel)[1]]
    assert headings[2:4] + headings[7:8] + headings[13:] == ["Place", "Forecast", "Value", "Extra"]
    assert [c.name for c in sheet_of(excel).tables[TABLE].tableColumns] == headings
    assert (column(excel, "H", last=4), column(excel, "N", last=4)) == ([1, 2, None], ["x", "z", None])


def written(book: Any, write: TableWrite, app: Any = None) -> TableWriter:
    placed = read_live(book).placed
    writer = prepared(book, placed, write, app or PlainApp())
    writer.write(Journal())
    return writer


def test_a_heading_that_is_there_already_is_not_given_twice(excel: RemoteExcel) -> None:
    write = TableWrite(TABLE, ("Forecast",), (), {"Value": "Forecast"})
    with pytest.raises(WorkbookError, match='has both "Value" and "Forecast"'):
        written(excel.book(), write)


@given(st.data())
def test_any_new_order_of_rows_is_reached(data: st.DataObject) -> None:
    old = list(range(2, 2 + data.draw(st.integers(1, 9))))
    wanted: list[int | None] = list(data.draw(st.lists(st.sampled_from(old), min_size=1, unique=True)))
    for at in data.draw(st.lists(st.integers(0, 12), max_size=4)):
        wanted.insert(at, None)
    rows: list[int | None] = [*old]
    for shift in shifts(old, wanted):
        apply(rows, shift)
    assert rows == wanted


def apply(rows: list[int | None], shift: Shift) -> None:
    if shift.kind == "delete":
        del rows[shift.at : shift.at + shift.count]
    elif shift.kind == "insert":
        rows[shift.at : shift.at] = [None] * shift.count
    else:
        rows.insert(shift.to, rows.pop(shift.at))


def test_one_row_that_goes_to_the_end_is_one_move() -> None:
    assert shifts([2, 3, 4, 5], [3, 4, 5, 2]) == [Shift("move", 0, to=3)]


# ---- text ----

ODD = """=1+1|+1|-x|@a|'quoted|007|1/2|5%|£5|1e5|MAR-3|mar 2025|3 March 2025|TRUE|false|#N/A|2025-04-01|12:30|
2025-07-10 12:00|(5)|1,000|.5|½|12 PM|Monday 3|  7|EUR 5|2025/26|-""".replace("\n", "").split("|")
PLAIN = (
    "2025/26 Q1",
    "2025/26 M04",
    "plain words",
    "HOU-1.2a",
    "Q1",
    "10 days",
    "x",
    "e",
    "TBC",
    "May we?",
    "Don't",
    "",
)


@pytest.mark.parametrize("text", ODD)
def test_text_that_excel_would_take_for_something_else_has_an_apostrophe(text: str) -> None:
    assert as_typed(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_has_none(text: str) -> None:
    assert as_typed(text) == text


@given(st.text(alphabet="0123456789.,:/-+=@'#%£() eEaApPmMrRyY", max_size=8) | st.text(max_size=12))
def test_text_stays_text(text: str) -> None:
    held = typed(as_typed(text))
    assert held == (text or None)


def test_odd_texts_are_read_back_as_they_were(excel: RemoteExcel) -> None:
    rows = [{**NEW, "Commentary": text} for text in ODD]
    excel.run(lambda book: write_rows(read_live(book), rows))
    book = excel.book()
    assert list(read_live(book).tables[TABLE].frame["Commentary"])[6:] == ODD


def write_rows(live: LiveMaster, rows: list[dict[str, Any]]) -> None:
    write_live(live, {TABLE: extend(live.tables[TABLE], rows)})


def test_very_long_texts_go_in_one_by_one(excel: RemoteExcel) -> None:
    book = excel.book()
    write_rows(read_live(book), [{**NEW, "Commentary": "x" * 9_000}])
    blocks = [a["values"] for a in book.json()["actions"] if a["func"] == "setValues"]
    assert [[len(str(v)) for v in row if len(str(v)) > 100] for block in blocks for row in block] == [[], [9_000]]


def test_text_longer_than_a_cell_is_refused_and_nothing_is_left_behind(excel: RemoteExcel) -> None:
    before = excel.payload()
    with pytest.raises(WorkbookError, match=r"at most 32,767 characters.* Nothing has been changed"):
        excel.run(lambda book: write_rows(read_live(book), [{**NEW, "Commentary": "x" * 40_000}]))
    assert excel.payload() == before


# ---- formulas ----


class Telling(PlainApp):
    """An engine that can tell formulas, as Excel on Windows can."""

    def __init__(self, excel: RemoteExcel) -> None:
        self._excel = excel

    def formulas(self, cells: Any) -> list[list[Any]]:
        sheet = self._excel.workbook[cells.sheet.name]
        rows = sheet.iter_rows(cells.row, cells.last_cell.row, cells.column, cells.last_cell.column)
        return [["" if c.value is None else c.value for c in row] for row in rows]


def test_many_changes_are_one_block_where_formulas_can_be_told(path: Path) -> None:
    def add_formula(sheet: Worksheet) -> None:
        sheet["D4"] = "=40+5"
        sheet["I4"] = "'=not one"
        for row in range(2, 40):
            sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"K{row}"] = "P1", f"2010/11 Q{row % 4 + 1}", f"{row:03}"
        sheet.tables[TABLE].ref = "A1:M39"

    excel = edited(path, add_formula, {"=40+5": 45})
    book = excel.book()
    live = read_live(book)
    cells = {row: {"Value": 1.0, "Commentary": "New."} for row in range(2, 40, 2) if row != 4}
    write_live(live, {TABLE: change(live.tables[TABLE], cells)}, app=Telling(excel))
    (block,) = (a for a in book.json()["actions"] if a["func"] == "setValues")
    assert (block["row_count"], block["column_count"]) == (37, 6)
    excel.apply(book)
    assert sheet_of(excel)["D4"].value == "=40+5"
    assert sheet_of(excel)["K4"].value == "004"
    assert column(excel, "D", 2, 6) == [1, 46.2, "=40+5", 101, 1]


def test_a_formula_among_our_cells_is_kept_where_it_cannot_be_told(path: Path) -> None:
    def add_formula(sheet: Worksheet) -> None:
        sheet["D4"] = "=40+5"

    excel = edited(path, add_formula, {"=40+5": 45})
    excel.run(lambda book: keep(read_live(book), [3, 4, 5, 6], new=3))
    assert column(excel, "D", 2, 5) == [46.2, "=40+5", 101, 99]


# ---- failing ----


def test_a_table_changed_since_it_was_read_is_left_alone(excel: RemoteExcel) -> None:
    book = excel.book()
    live = read_live(book)
    live.book.sheets[TABLE].impl.api["values"][3][3] = 99.0
    with pytest.raises(WorkbookError, match="has been changed since it was read"):
        grow(live)
    assert book.json()["actions"] == []


@contextlib.contextmanager
def failing(book: Any, call: int) -> Iterator[None]:
    """Excel fails at the n-th thing that it is told to do, once."""
    inner, count = book.impl.append_json_action, 0

    def tell(**action: Any) -> None:
        nonlocal count
        count += 1
        if count == call:
            raise RefusedError("Excel has had enough")
        inner(**action)

    book.impl.append_json_action = tell
    yield
    book.impl.append_json_action = inner


@pytest.mark.parametrize("call", range(1, 12))
def test_wherever_it_fails_the_tables_are_put_back(path: Path, call: int) -> None:
    def add_source(sheet: Worksheet) -> None:
        sheet["B14"] = "Sources"

    excel = edited(path, add_source)
    before, book = contents(excel), excel.book()
    live = read_live(book)
    table = change(live.tables[TABLE], {4: {"Value": 1.0, "Commentary": "=1"}})
    changed = {TABLE: extend(table.with_frame(table.frame.loc[[6, 2, 4]]), [NEW] * 5)}
    with failing(book, call), pytest.raises(WorkbookError, match=r"had enough\.? Nothing has been changed\. Try again"):
        write_live(live, {**changed, "Log": extend(blank_log(), [{"Who": "Officer"}])})
    excel.apply(book)
    assert contents(excel) == before


def blank_log() -> Any:
    return blank("Log")


def contents(excel: RemoteExcel) -> dict[str, Any]:
    sheets = excel.workbook.worksheets
    cells = {s.title: {c.coordinate: c.value for r in s.iter_rows() for c in r if c.value is not None} for s in sheets}
    return {"cells": cells, "tables": {t.displayName: t.ref for s in sheets for t in s.tables.values()}}


def test_where_even_that_fails_the_officer_is_told_what_to_do(excel: RemoteExcel) -> None:
    book = excel.book()
    live = read_live(book)

    def refuse(**action: Any) -> None:
        raise RefusedError("no")

    book.impl.append_json_action = refuse
    with pytest.raises(WorkbookError, match=r"could not be put back.*Close master\.xlsx without saving"):
        write_live(live, {TABLE: change(live.tables[TABLE], {2: {"Value": 1.0}})})


def test_a_table_of_the_contract_that_is_missing_is_named(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    del book["Targets"]
    book.save(path)
    with pytest.raises(WorkbookError, match=r"master\.xlsx has no table called Targets; the tables in it are: Set"):
        read_live(RemoteExcel(path).book())


# ---- marks ----

WRONG = Issue("x", "error", "The ref is missing.", "Give one.", "Indicators", "Indicators", "A3")
ODD_TOO = Issue("y", "warning", "=Odd.", "", "Indicators", "Indicators", "A3")
TARGET = Issue("z", "query", "The target is odd.", "Look.", "Targets", "Targets", "C2")
NOWHERE = Issue("n", "error", "No settings.", "Add them.", "Settings", "", "")


def test_cells_at_fault_are_marked_and_listed_with_links(excel: RemoteExcel) -> None:
    excel.workbook["Targets"]["C2"].comment = Comment("Mine.", "Officer")
    excel.run(lambda book: mark(book, [WRONG, ODD_TOO, TARGET, NOWHERE]))
    cell, target = excel.workbook["Indicators"]["A3"], excel.workbook["Targets"]["C2"]
    assert (cell.fill.fgColor.rgb, cell.comment.text) == ("FFFFC7CE", "The ref is missing. Give one.\n=Odd.")
    assert (target.fill.fgColor.rgb, target.comment.text) == ("FFFFE699", "Mine.")
    sheet = excel.workbook["Check results"]
    assert sheet.tables["Check_results"].ref == "A3:H7"
    assert [c.value for c in sheet[5]][:6] == ["warning", "Indicators", "A3", "=Odd.", None, "Go to Indicators A3"]
    assert (sheet["D5"].data_type, sheet["F5"].hyperlink.location, sheet["F7"].value) == (
        "s",
        "#'Indicators'!A3"[1:],
        None,
    )
    assert excel.workbook.active.title == "Settings"


def test_the_next_check_takes_the_last_marks_off_first(excel: RemoteExcel) -> None:
    excel.workbook["Targets"]["C2"].comment = Comment("Mine.", "Officer")
    excel.run(lambda book: mark(book, [WRONG, TARGET]))
    excel.run(lambda book: mark(book, [WRONG]))
    cell, target = excel.workbook["Indicators"]["A3"], excel.workbook["Targets"]["C2"]
    assert (cell.fill.fgColor.rgb, cell.comment.text) == ("FFFFC7CE", "The ref is missing. Give one.")
    assert (target.fill.fill_type, target.comment.text) == (None, "Mine.")
    assert excel.workbook["Check results"].tables["Check_results"].ref == "A3:H4"
    excel.run(unmark)
    assert (cell.fill.fill_type, cell.comment) == (None, None)
    assert [c.value for c in excel.workbook["Check results"][4]] == [None] * 8
    before = excel.payload()
    excel.run(unmark)
    assert excel.payload() == before


def test_a_colour_that_can_be_told_is_given_back_and_a_note_that_was_changed_stays(excel: RemoteExcel) -> None:
    class Seeing(PlainApp):
        def colour(self, cell: Any) -> str | None:
            return "#00FF00"

        def note_text(self, cell: Any) -> str | None:
            return "The ref is missing. Give one. I will."

    excel.run(lambda book: mark(book, [WRONG], app=Seeing()))
    excel.run(lambda book: unmark(book, app=Seeing()))
    cell = excel.workbook["Indicators"]["A3"]
    assert cell.fill.fgColor.rgb == "FF00FF00"
    assert cell.comment is not None


def test_unmarking_what_was_never_marked_does_nothing(excel: RemoteExcel) -> None:
    book = excel.book()
    unmark(book)
    assert book.json()["actions"] == []


def test_a_workbook_whose_structure_is_protected_gets_no_sheet(excel: RemoteExcel) -> None:
    class Locked(PlainApp):
        def is_structure_locked(self, book: Any) -> bool:
            return True

    book = excel.book()
    changed = {"Log": extend(blank_log(), [{"Who": "Officer"}])}
    with pytest.raises(WorkbookError, match="is protected, so no sheet can be added"):
        write_live(read_live(book), changed, app=Locked())
    assert book.json()["actions"] == []


def test_a_table_that_a_query_fills_is_left_alone(excel: RemoteExcel) -> None:
    class Filled(PlainApp):
        def is_filled_by_query(self, sheet: Any, table: str) -> bool:
            return table == TABLE

    live = read_live(excel.book())
    with pytest.raises(WorkbookError, match='A query fills the table "Observations"'):
        write_live(live, {TABLE: extend(live.tables[TABLE], [NEW])}, app=Filled())


def test_dates_are_dates(excel: RemoteExcel) -> None:
    received = dt.datetime(2025, 7, 10, 12, 5)
    excel.run(lambda book: write_rows(read_live(book), [{**NEW, "Received": received}]))
    assert sheet_of(excel)["L8"].value == received
