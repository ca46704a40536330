"""New masters, read back with openpyxl."""

import datetime as dt
import io
import math
from functools import cache

import numpy
import openpyxl
import pytest
from lxml import etree

from xl_outcomes.columns import Column
from xl_outcomes.contract import SPECS
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.tables import empty, frame
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.entry_help import Lists, column_help
from xl_outcomes.workbook.layout_views import USUAL_LAST_ROW
from xl_outcomes.workbook.package import MAIN, Package, worksheets
from xl_outcomes.workbook.styles import TEXT_LIMIT, build, cell_value, free_name, words

CREATED = dt.datetime(2025, 10, 21, 9, 30)
LONG = "Calls were answered sooner after the change of rota. " * 12


def _tables(**rows):
    return {name: _frame(name, rows.get(name, [])) for name in SPECS}


def _frame(name, rows):
    headings = SPECS[name].headings
    return frame(headings, [[row.get(heading) for heading in headings] for row in rows])


def _view():
    rows = [["Customer", "Green", 0.8333333, "    Indented"], ["A & B <5%", "Amber*", None, "=1+1"]]
    shown = frame(["Priority", "Rating", "Score", "Text"], rows)
    view = View("DashPriorities", shown, (40, 12, 8, 20), ("Rating",), "Priorities")
    empty = View("DashReds", frame(["Ref", "Rating"], []), (10, 10), ("Rating",))
    return ViewSheet("Dashboard", "Outcomes in 2025/26 Q2", "Written when the quarter is rated.", (view, empty))


def _master(tables=None, views=(), title="Example Council: outcomes"):
    return create_master(_tables() if tables is None else tables, views, title=title, created=CREATED)


def _open(data):
    return openpyxl.load_workbook(io.BytesIO(data))


EMPTY = _master()


@cache
def _empty():
    return _open(EMPTY)


def _sheet(name, rows):
    return _open(_master({name: _frame(name, rows)}))[name]


def _rules(sheet, heading, top=4):
    """The validations of the first row under a heading."""
    column = next(c for c in sheet[top] if c.value == heading).column
    cell = sheet.cell(top + 1, column).coordinate
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


def test_sheets_stand_in_the_order_in_which_people_use_them():
    book = _open(_master(views=[_view(), _framework()]))
    assert book.sheetnames == ["Read me", "Dashboard", "Framework", *(spec.sheet for spec in SPECS.values())]


def _framework():
    view = View("FrameworkView", frame(["Outcome", "Rating"], [["  Housing", "Red"]]), (60, 14), ("Rating",))
    return ViewSheet("Framework", "The outcomes framework", "", (view,))


def test_every_table_has_its_name_and_exactly_its_headings():
    book = _empty()
    for spec in SPECS.values():
        table = book[spec.sheet].tables[spec.name]
        assert tuple(column.name for column in table.tableColumns) == spec.headings
        assert tuple(cell.value for cell in book[spec.sheet][4]) == spec.headings
        assert table.ref.endswith("5"), "a table without rows has one blank row"
        assert all(cell.value is None for cell in book[spec.sheet][5])


def test_only_the_tables_that_are_given_get_a_sheet():
    book = _open(_master({name: empty(name) for name in ("Settings", "Outcomes")}))
    assert book.sheetnames == ["Read me", "Settings", "Outcomes"]


def test_same_input_gives_the_same_bytes():
    tables = _tables(Log=[{"When": dt.datetime(2025, 10, 1, 14, 5), "Detail": LONG}])
    assert _master(tables, [_view()]) == _master(tables, [_view()])
    assert _empty().properties.created == CREATED


@pytest.mark.parametrize(
    "text", ["=1+1", "+44", "-5", "@x", "https://example.org", "A & B <5%", "007", "<r>x</r>", "_x0041_", "{=1}", " x"]
)
def test_text_stays_text(text):
    sheet = _sheet("Outcomes", [{"Ref": text, "Title": text}])
    assert sheet["A5"].data_type == "s"
    assert sheet["D5"].value == (text + " " if text.startswith("<r>") else text)
    assert sheet["D5"].hyperlink is None


def test_values_keep_their_types():
    row = {"Indicator": "HOU-1", "Value": 0.8333333, "Numerator": 12, "Received": dt.datetime(2025, 10, 2)}
    sheet = _sheet("Observations", [row, {"Value": True}])
    values = {cell.value: sheet.cell(5, cell.column) for cell in sheet[4]}
    assert values["Value"].value == 0.8333333
    assert values["Numerator"].value == 12
    assert values["Received"].value == dt.datetime(2025, 10, 2)
    assert values["Received"].number_format == "yyyy-mm-dd"
    assert values["Area"].value is None
    assert sheet.cell(6, values["Value"].column).value is True


def test_numbers_are_written_with_all_their_digits():
    for number in (0.1 + 0.2, 1e-7, 123456789012345678.0, -2.5):
        sheet = _sheet("Observations", [{"Value": number}])
        assert sheet["D5"].value == number


def test_dates_with_a_time_show_it():
    log = _sheet("Log", [{"When": dt.datetime(2025, 10, 1, 14, 5)}])
    assert log["A5"].number_format == "yyyy-mm-dd hh:mm"


def test_cell_values_are_plain():
    assert cell_value(numpy.float64(1.5)) == 1.5
    assert cell_value(numpy.int64(3)) == 3
    assert cell_value(numpy.bool_(True)) is True
    assert cell_value(math.nan) is None
    assert cell_value(math.inf) == "inf"
    assert cell_value(dt.date(1066, 10, 14)) == "1066-10-14"
    assert cell_value("a\r\nb") == "a\nb"
    assert cell_value("") is None


def test_long_text_is_cut_at_what_a_cell_holds():
    cut = cell_value("🙂" * TEXT_LIMIT)
    assert isinstance(cut, str)
    assert cut.endswith(" …")
    assert len(cut.encode("utf-16-le")) // 2 <= TEXT_LIMIT
    assert cell_value("x" * TEXT_LIMIT) == "x" * TEXT_LIMIT


def test_choices_are_dropdowns_far_below_the_table():
    sheet = _empty()["Indicators"]
    (rule,) = _rules(sheet, "Polarity")
    assert (rule.type, rule.formula1) == ("list", '"Higher is better,Lower is better,In range,Neither"')
    assert f"{USUAL_LAST_ROW}" in str(rule.sqref)
    (rule,) = _rules(_empty()["Observations"], "Superseded")
    assert "20000" in str(rule.sqref)


def test_figures_are_checked_with_a_warning_only():
    sheet = _empty()["Indicators"]
    assert [(r.type, r.errorStyle) for r in _rules(sheet, "Decimals")] == [("whole", "warning")]
    assert [(r.type, r.errorStyle) for r in _rules(sheet, "Weight")] == [("decimal", "warning")]
    targets = _empty()["Targets"]
    assert [(r.type, r.errorStyle) for r in _rules(targets, "Target")] == [("custom", "warning")]


def test_every_column_says_what_it_is_for():
    book = _empty()
    for spec in SPECS.values():
        for column in spec.columns:
            (rule,) = _rules(book[spec.sheet], column.heading)
            assert rule.promptTitle == column.heading[:32]
            assert rule.prompt
            assert not column.meaning or rule.prompt == column.meaning[:255]


def test_settings_with_a_choice_of_words_are_dropdowns():
    rows = [{"Setting": "Council", "Value": "Example"}, {"Setting": "RAG scheme", "Value": "Floor"}, {"Setting": "Odd"}]
    sheet = _sheet("Settings", rows)
    found = sheet.data_validations.dataValidation
    rules = {cell: rule for rule in found for cell in ("B5", "B6", "B7", "B8") if cell in rule.sqref}
    assert rules["B6"].formula1 == '"Tolerance,Floor,Direction"'
    assert [rules[cell].type for cell in ("B5", "B7", "B8")] == [None] * 3


def test_words_too_long_for_a_rule_stand_on_a_hidden_sheet():
    choices = tuple(f"Choice number {number}, with a comma" for number in range(12))
    rules = []

    def fill(book):
        lists = Lists(book)
        book.sheet("One")
        rules.append(column_help(lists, Column("Long", "choice", choices), "A1"))
        rules.append(column_help(lists, Column("Again", "choice", choices), "B1"))
        lists.write()

    book = _open(build(fill, title="", subject="", created=CREATED))
    assert {rule["source"] for rule in rules} == {"=Lists!$A$1:$A$12"}
    assert book["Lists"].sheet_state == "hidden"
    assert [cell.value for cell in book["Lists"]["A"]] == list(choices)


def test_refs_and_periods_are_text_cells_far_below():
    sheet = _sheet("Indicators", [{"Ref": "1.10"}])
    formats = {cell.value: sheet.cell(5, cell.column).number_format for cell in sheet[4]}
    assert {formats[heading] for heading in ("Ref", "Outcome", "Live from")} == {"@"}
    assert {formats[heading] for heading in ("Indicator", "Weight", "Data owner")} == {"General"}
    package = Package(EMPTY)
    columns = next(package.tree(dict(worksheets(package))["Indicators"]).iter(f"{{{MAIN}}}cols"))
    assert columns[0].get("style") not in (None, "0"), "the whole column, for new rows"


def test_ratings_have_a_colour_with_their_word():
    book = _open(_master(views=[_view()]))
    rules = [r for ranges in book["Results"].conditional_formatting for r in ranges.rules]
    words = {r.text: r.dxf.fill.bgColor.rgb for r in rules}
    assert words == {
        "Green": "FF1E7B34",
        "Amber": "FFFFBF00",
        "Red": "FFB3261E",
        "Insufficient data": "FFC9CDD2",
        "Nothing due": "FFEDEFF1",
    }
    assert len(rules) == 3 * len(words)
    assert any("2000" in str(ranges.sqref) for ranges in book["Results"].conditional_formatting)
    shown = [r for ranges in book["Dashboard"].conditional_formatting for r in ranges.rules]
    assert len(shown) == 2 * len(words)


def test_views_stand_below_each_other_with_title_and_note():
    sheet = _open(_master(views=[_view()]))["Dashboard"]
    assert sheet["A1"].value == "Outcomes in 2025/26 Q2"
    assert sheet["A2"].value == "Written when the quarter is rated."
    assert sheet["A4"].value == "Priorities"
    places = {name: table.ref for name, table in dict.items(sheet.tables)}
    assert places == {"DashPriorities": "A5:D7", "DashReds": "A9:B10"}
    assert sheet["D6"].value == "    Indented"
    assert sheet["D7"].value == "=1+1"
    assert sheet["D7"].data_type == "s"


def test_view_sheets_give_way_to_the_tables_and_get_names_that_excel_allows():
    views = [ViewSheet(name, "T", "N", ()) for name in ("Returns", "Who's [a/b]: " + "x" * 40)]
    book = _open(_master(views=views))
    assert book.sheetnames[1] == "Returns (2)"
    assert len(book.sheetnames[2]) <= 31
    links = [cell.hyperlink.location for row in book["Read me"].iter_rows() for cell in row if cell.hyperlink]
    assert "'Returns (2)'!A1" in links
    assert free_name("History", ()) == "History (2)"
    assert free_name("'[]'", ()) == "--"


def test_the_first_page_explains_steps_words_and_sheets():
    cells = [str(c.value) for row in _open(_master(views=[_view()]))["Read me"].iter_rows() for c in row if c.value]
    text = "\n".join(cells)
    for needed in ("Make forms", "Settle", "Green", "Amber", "Red", "Overdue", "Illustrative", "Dashboard", "Rollup"):
        assert needed in text
    assert len(cells) < 140, "one screen"


def test_sheets_print_across_one_page_wide_with_the_header_repeated():
    book = _open(_master(views=[_framework()]))
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert book["Outcomes"].freeze_panes == "B5"
    assert book["Outcomes"].print_title_rows == "$4:$4"
    assert book["Framework"].freeze_panes == "A5"


def test_rows_with_long_text_are_high_enough_and_may_still_grow():
    package = Package(_master(_tables(Outcomes=[{"Ref": "A", "Statement": LONG}])))
    part = dict(worksheets(package))["Outcomes"]
    row = next(r for r in package.tree(part).iter(f"{{{MAIN}}}row") if r.get("r") == "5")
    assert float(row.get("ht", "0")) > 150
    assert row.get("customHeight") is None


def test_titles_of_any_length_and_kind_are_taken():
    data = _master(title="T & <x> \x07 " + "long " * 80)
    assert len(_open(data).properties.title) <= 255
    assert words("a\x00b \t c", 10) == "a b c"
    etree.fromstring(Package(data).read("docProps/core.xml"), etree.XMLParser(resolve_entities=False, no_network=True))
