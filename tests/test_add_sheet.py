"""Our sheets and tables fit into workbooks that somebody else made."""

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from tests.conftest import Validate
from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.add_sheet import Block, NewSheet
from xl_outcomes.workbook.cell_values import Value, clean, escape, unescape
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.package_styles import Styles
from xl_outcomes.workbook.patch import Row, TableWrite, patch

TABLE = Block(
    "Results",
    ("Ref", "Rating", "When", "Read at", "Value", "Sure"),
    (
        ("H-1", "Green*", dt.date(2026, 3, 31), dt.datetime(2026, 4, 1, 9, 30), 0.1, True),
        ("=H-2", "Red", None, None, 12, None),
    ),
    widths=(12, 30),
    ratings=("Rating",),
)
RESULTS = NewSheet("Results", (TABLE,), title="Results <2025/26>")
SUMS = Block(
    "Sums",
    ("Money", "Budget", "In words"),
    (("Revenue", 120, "As planned"), ("Capital", 30.5, None)),
    caption="The council's money",
    widths=(12, 10, 30),
)
LINES = Block(
    "Lines",
    ("Ref", "Rating", "As at"),
    (("H-1", "Red*", dt.date(2026, 3, 31)),),
    caption="Each line",
    widths=(20, 12, 12),
    ratings=("Rating",),
)
MONEY = NewSheet("Money", (SUMS, replace(SUMS, table="Shares", caption=""), LINES), "Money", "What it means. " * 20)


def workbook(*sheets: str, table: str = "Theirs", name: str = "", plain: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        money = book.add_format({"num_format": "£#,##0", "bold": True, "bg_color": "#ABCDEF"})
        for sheet in sheets or ("Theirs",):
            book.add_worksheet(sheet).write("D1", 12, None if plain else money)
        first = book.worksheets()[0]
        first.add_table("A1:B3", {"name": table})
        if not plain:
            first.conditional_format("D1:D5", {"type": "cell", "criteria": ">", "value": 1, "format": money})
        if name:
            book.define_name(name, "=Theirs!$A$1")
    return out.getvalue()


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_sheet_with_a_table_is_added() -> None:
    book = opened(patch(workbook(), [], [RESULTS]))
    sheet = book["Results"]
    assert book.sheetnames == ["Theirs", "Results"]
    assert sheet["A1"].value == "Results <2025/26>"
    assert sheet.tables["Results"].ref == "A3:F5"
    assert [cell.value for cell in sheet[3]] == list(TABLE.headings)
    assert [cell.value for cell in sheet[4]] == [
        "H-1", "Green*", dt.datetime(2026, 3, 31), dt.datetime(2026, 4, 1, 9, 30), 0.1, True,
    ]  # fmt: skip
    assert (sheet["A5"].value, sheet["A5"].data_type) == ("=H-2", "s")
    assert [sheet[name].number_format for name in ("C4", "D4", "E4")] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm", "General"]


def test_it_looks_right() -> None:
    sheet = opened(patch(workbook(), [], [RESULTS]))["Results"]
    assert sheet.freeze_panes == "A4"
    assert [sheet.column_dimensions[name].width for name in "AB"] == [12, 30]
    assert sheet["A3"].font.b
    assert sheet["A3"].fill.fgColor.rgb == "FFDDE3EA"
    assert sheet["A4"].alignment.wrap_text
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_tables_stand_one_below_the_other_under_title_and_note() -> None:
    sheet = opened(patch(workbook(), [], [MONEY]))["Money"]
    assert [sheet[f"A{n}"].value for n in (1, 2, 3, 4, 5)] == ["Money", MONEY.note, None, SUMS.caption, "Money"]
    places = {table.name: table.ref for table in sheet.tables.values()}
    assert places == {"Sums": "A5:C7", "Shares": "A9:C11", "Lines": "A14:C15"}
    assert [sheet[f"A{n}"].value for n in (8, 12, 13, 14)] == [None, None, "Each line", "Ref"]
    assert [table.autoFilter for table in sheet.tables.values()] == [None] * 3
    assert len({table.id for table in sheet.tables.values()}) == 3
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["B15"]


def test_several_tables_look_right_too() -> None:
    book = opened(patch(workbook(), [], [RESULTS, MONEY]))
    sheet = book["Money"]
    assert sheet.freeze_panes == "A2"
    assert [book[name].print_title_rows for name in ("Results", "Money")] == ["$3:$3", "$1:$1"]
    assert [sheet.column_dimensions[name].width for name in "ABC"] == [20, 12, 30]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:C1", "A2:C2"}
    assert sheet.row_dimensions[2].height > 5 * 15
    assert sheet["A2"].alignment.wrap_text
    looks = [(c.alignment.horizontal, c.alignment.indent) for c in (*sheet[5], *sheet[6])]
    assert looks == [(None, 0), ("right", 1), ("left", 1)] * 2
    fonts = [sheet[cell].font for cell in ("A1", "A4", "A6")]
    assert [(font.b, font.sz) for font in fonts] == [(True, 14), (True, 12), (False, 11)]
    assert (sheet["B15"].alignment.horizontal, sheet["B15"].font.b) == ("center", True)


def test_what_is_added_is_sound(tmp_path: Path, validator: Validate) -> None:
    path = tmp_path / "added.xlsx"
    bare = NewSheet("Bare", (Block("Bare", ("A",), ()), Block("Bare_too", ("A",), ())))
    quoted = NewSheet("It's", (Block("Its", ("A",), ()),))
    path.write_bytes(patch(workbook(name="Mine"), [], [RESULTS, MONEY, bare, quoted]))
    assert validator(path) == []
    assert opened(path.read_bytes())["Bare"].freeze_panes is None


def test_each_table_of_a_sheet_can_be_written_again() -> None:
    """Those above keep their number of rows; the last one grows and shrinks."""
    data = patch(workbook(), [], [MONEY])
    for count in (5, 2, 7):
        sums = tuple(Row((name, count, "Anew")) for name in ("Capital", "Revenue"))
        lines = tuple(Row((f"H-{n}", "Green", None)) for n in range(count))
        data = patch(data, [TableWrite("Sums", SUMS.headings, sums), TableWrite("Lines", LINES.headings, lines)])
        sheet = opened(data)["Money"]
        assert [cell.value for cell in sheet["A"][:15]][4:] == [
            "Money", "Capital", "Revenue", None, "Money", "Revenue", "Capital", None, "Each line", "Ref", "H-0",
        ]  # fmt: skip
        assert {t.name: t.ref for t in sheet.tables.values()} == {
            "Sums": "A5:C7", "Shares": "A9:C11", "Lines": f"A14:C{14 + count}",
        }  # fmt: skip
        assert [str(area.sqref) for area in sheet.conditional_formatting] == [f"B15:B{14 + count}"]
        assert sheet[f"A{15 + count}"].value is None


def test_a_table_above_another_does_not_grow_over_it() -> None:
    added = patch(workbook(), [], [MONEY])
    rows = (Row(("A", 1, None)),) * 4
    with pytest.raises(WorkbookError, match='needs more room, but row 9 holds the table "Shares"'):
        patch(added, [TableWrite("Sums", SUMS.headings, rows)])


def test_one_name_for_two_tables_of_a_sheet_is_refused() -> None:
    with pytest.raises(WorkbookError, match='already has a table or name "sums"'):
        patch(workbook(), [], [NewSheet("Money", (SUMS, replace(SUMS, table="sums")))])


def test_ratings_are_coloured_by_their_words() -> None:
    sheet = opened(patch(workbook(), [], [RESULTS]))["Results"]
    rules = sheet.conditional_formatting["B4:B5"]
    looks = {rule.formula[0]: (rule.dxf.fill.bgColor.rgb, rule.dxf.font.color.rgb) for rule in rules}
    assert looks == {
        'OR(B4="Green",B4="Green*")': ("FF1E7B34", "FFFFFFFF"),
        'OR(B4="Amber",B4="Amber*")': ("FFFFBF00", "FF000000"),
        'OR(B4="Red",B4="Red*")': ("FFB3261E", "FFFFFFFF"),
        'OR(B4="Insufficient data",B4="Insufficient data*")': ("FFC9CDD2", "FF000000"),
        'OR(B4="Nothing due",B4="Nothing due*")': ("FFEDEFF1", "FF44535E"),
    }


def test_their_styles_stay_where_they_are() -> None:
    source = workbook()
    result = patch(source, [], [RESULTS])
    old, new = (Package(data).tree("xl/styles.xml") for data in (source, result))
    for group in ("fonts", "fills", "borders", "cellXfs", "dxfs", "numFmts"):
        before, after = (
            [etree.tostring(item, with_tail=False) for item in root.find(f"{{*}}{group}")] for root in (old, new)
        )
        assert after[: len(before)] == before
        assert new.find(f"{{*}}{group}").get("count") == str(len(after))
    again = patch(result, [], [NewSheet("More", (Block("More", ("A",), (("b",),)),), title="T")])
    assert Package(again).read("xl/styles.xml") == Package(result).read("xl/styles.xml")


def test_names_and_ids_clash_with_nothing() -> None:
    long = "A very long name of a sheet indeed"
    book = workbook("Theirs", "results", "Results (2)", long[:31])
    names = [NewSheet(name, (Block(f"T{at}", ("A",), ()),)) for at, name in enumerate(["Results", long, "a/b:c?", "'"])]
    result = patch(book, [], names)
    assert opened(result).sheetnames[4:] == ["Results (3)", "A very long name of a sheet (2)", "a-b-c-", "Sheet"]
    roots = [Package(result).tree(f"xl/tables/table{number}.xml") for number in range(1, 6)]
    assert sorted(root.get("id") for root in roots) == ["1", "2", "3", "4", "5"]
    sheets = Package(result).tree("xl/workbook.xml").find("{*}sheets")
    assert [item.get("sheetId") for item in sheets] == [str(number) for number in range(1, 9)]


@pytest.mark.parametrize("book", [workbook(table="RESULTS"), workbook(name="results")])
def test_a_taken_table_name_is_refused(book: bytes) -> None:
    with pytest.raises(WorkbookError, match='already has a table or name "Results"'):
        patch(book, [], [RESULTS])


def test_equal_headings_are_refused() -> None:
    with pytest.raises(WorkbookError, match="not distinct"):
        patch(workbook(), [], [NewSheet("A", (Block("A", ("One", "one"), ()),))])


def test_an_added_table_can_be_written_again() -> None:
    added = patch(workbook(), [], [NewSheet("Log", (Block("Log", ("When", "Who\nor what"), ()),), hidden=True)])
    rows = (Row((dt.datetime(2026, 1, 1, 8), "me")), Row((dt.datetime(2026, 1, 2), None)))
    sheet = opened(patch(added, [TableWrite("Log", ("When", "Who\nor what"), rows)]))["Log"]
    assert sheet.sheet_state == "hidden"
    assert sheet["A2"].number_format == "yyyy-mm-dd hh:mm"
    assert [cell.value for row in sheet["A2:B3"] for cell in row] == [rows[0].values[0], "me", rows[1].values[0], None]
    assert sheet["B3"].alignment.wrap_text


def test_colours_grow_with_the_table() -> None:
    added = patch(workbook(), [], [RESULTS])
    rows = tuple(Row((f"H-{n}", "Amber", None, None, n, None)) for n in range(9))
    sheet = opened(patch(added, [TableWrite("Results", TABLE.headings, rows)]))["Results"]
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["B4:B12"]


def test_a_package_without_styles_gets_them() -> None:
    package = Package(workbook(plain=True))
    package.unrelate("xl/workbook.xml", "xl/styles.xml")
    package.drop("xl/styles.xml")
    bare = package.build()
    assert patch(bare, []) is bare
    sheet = opened(patch(bare, [], [RESULTS]))["Results"]
    assert sheet["C4"].number_format == "yyyy-mm-dd"


def test_styles_know_dates() -> None:
    package = Package(workbook())
    styles = Styles(package)
    dated = styles.dated(1, with_time=False)
    assert [styles.is_date(index) for index in (0, 1, dated)] == [False, False, True]
    assert styles.dated(1, with_time=False) == dated
    assert not styles.is_date(10_000)


@pytest.mark.parametrize(
    "text", ["plain", "_x0041_", "_x0041_x0042_", "a_x005F_x", "\x00\x1f\r", "\ufffe", "_x_x00e9_", "é😀"]
)
def test_escapes_go_there_and_back(text: str) -> None:
    assert unescape(escape(text)) == text
    etree.fromstring(f"<a>{escape(text)}</a>")


@pytest.mark.parametrize(("value", "expected"), [("", None), (float("nan"), None), (True, True), (2**60, float(2**60))])
def test_values_are_cleaned(value: Value, expected: Value) -> None:
    assert clean(value) == expected
