"""Return forms, read back with openpyxl."""

import datetime as dt
import io
from dataclasses import replace
from functools import cache

import openpyxl
import pytest

from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.expected import HEADINGS, LOCKED, REVISION_HEADINGS, STAMP_SHEET, Fault, Form, FormRow
from xl_outcomes.workbook.form_corrections import CORRECTION_HEADINGS
from xl_outcomes.workbook.form_looks import COLUMNS
from xl_outcomes.workbook.form_sheets import BLANK_REVISIONS
from xl_outcomes.workbook.forms import create_form, plain_date

CREATED = dt.datetime(2025, 10, 1, 9)
Q2 = Quarter(2025, 2)
TOP = 8


def _indicator(ref, *, ratio, unit="Percentage", frequency="Quarterly"):
    calculation = "Ratio" if ratio else "Value"
    return Indicator(
        ref,
        "CUS-1",
        f"Title of {ref}",
        "Tracking",
        unit,
        1,
        "Higher is better",
        frequency,
        calculation,
        "Sum",
        "In period",
        data_owner="Customer Services",
    )


def _row(ref, period=Q2, *, ratio=False, **extra):
    indicator = _indicator(ref, ratio=ratio, unit=extra.pop("unit", "Percentage"))
    values = (ref, str(period), indicator.title, "What is counted. " * 12, "%", "85% or more", 1234.5)
    return FormRow(indicator, period, dict(zip(LOCKED, values, strict=True)), ratio, **extra)


ROWS = (
    _row("CUS-1.1a", Q2.months[0], ratio=True),
    _row("CUS-1.1a", Q2.months[1], ratio=True),
    _row("CUS-1.10"),
    _row("CUS-2.1", unit="Count"),
)
FORM = Form("Example Council", "example-2025", Q2, "Customer Services", dt.date(2025, 10, 20), ROWS)
FAULTY = replace(
    FORM,
    rows=(
        replace(
            ROWS[0],
            typed={"Numerator": "about 50", "Denominator": 60.0, "Commentary": "=1+1", "Elsewhere": "x"},
            faults=(
                Fault("Numerator", "warning", "It was cut."),
                Fault("Numerator", "error", '"about 50" is not a number. Type 50.'),
                Fault("Denominator", "query", "60 is less than usual & <odd>."),
            ),
        ),
        ROWS[1],
        replace(ROWS[2], typed={"Value": 45.25, "Numerator": "7"}, faults=(Fault("", "error", "The row is odd."),)),
        replace(ROWS[3], faults=(Fault("Target", "warning", "The target came back as 90."),)),
    ),
    faults=(Fault("", "error", "The return is for another period."), Fault("", "warning", "It came late.")),
    revisions=({"Ref": "CUS-1.10", "Period": "2025/26 Q1", "Value": "=2", "Reason": "Late data"},),
)


def _load(form):
    return openpyxl.load_workbook(io.BytesIO(create_form(form, created=CREATED)))


@cache
def _open():
    return _load(FORM)


@cache
def _faulty():
    return _load(FAULTY)


def _cells(sheet, row, top=TOP):
    """The cells of a row of the table by heading; row 1 is the first under the header."""
    return {heading.value: sheet.cell(top + row, heading.column) for heading in sheet[top]}


def _texts(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def _rule(sheet, cell):
    (rule,) = [r for r in sheet.data_validations.dataValidation if cell.coordinate in r.sqref]
    return rule


def test_the_main_table_has_its_name_and_its_headings_with_check_among_them():
    sheet = _open()["Return"]
    table = sheet.tables["Return"]
    assert tuple(column.name for column in table.tableColumns) == COLUMNS
    assert tuple(h for h in COLUMNS if h != "Check") == HEADINGS
    assert table.ref == f"A{TOP}:O{TOP + len(ROWS)}"
    cells = _cells(sheet, 3)
    assert {h: cells[h].value for h in LOCKED} == dict(ROWS[2].locked)
    assert cells["Ref"].value == "CUS-1.10"
    assert cells["Ref"].number_format == "@"


def test_the_top_says_who_when_and_how():
    texts = _texts(_open()["Return"])
    assert "Example Council: return for 2025/26 Q2 (July to September 2025)" in texts
    assert "Data owner: Customer Services" in texts
    assert "Please return by 20 October 2025" in texts
    assert any("p provisional" in text and "c confidential" in text for text in texts)
    assert any("Commentary" in text and "2,000 characters" in text for text in texts)
    assert "M04 is July, M05 is August." in texts


def test_dates_are_plain_words():
    assert plain_date(dt.date(2025, 7, 2)) == "2 July 2025"


def test_the_count_of_rows_filled_in_is_a_formula_with_its_value():
    data = create_form(FAULTY, created=CREATED)
    formula = openpyxl.load_workbook(io.BytesIO(data))["Return"]["A4"].value
    shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Return"]["A4"].value
    assert formula.startswith("=4-COUNTIF(")
    assert shown == "2 of 4 filled in; 2 to look at again"


def test_locked_cells_are_locked_and_open_ones_open():
    sheet = _open()["Return"]
    ratio, value = _cells(sheet, 1), _cells(sheet, 3)
    assert all(ratio[h].protection.locked for h in LOCKED)
    assert not any(ratio[h].protection.locked for h in HEADINGS if h not in (*LOCKED, "Value"))
    assert ratio["Value"].protection.locked, "it is worked out"
    assert all(row["Check"].protection.locked for row in (ratio, value))
    assert value["Numerator"].protection.locked
    assert value["Denominator"].protection.locked
    assert not value["Value"].protection.locked
    assert value["Numerator"].fill.patternType == "lightUp"


def test_sheets_are_protected_without_a_password_and_can_be_resized():
    for name in ("Return", "Revisions"):
        protection = _open()[name].protection
        assert protection.sheet
        assert protection.password is None
        assert not protection.formatColumns
        assert not protection.formatRows
        assert not protection.selectLockedCells


def test_shorthand_is_a_dropdown_that_explains_the_codes():
    sheet = _open()["Return"]
    rule = _rule(sheet, _cells(sheet, 2)["Shorthand"])
    assert (rule.type, rule.formula1) == ("list", '"p,e,r,x,z,c"')
    assert "x unavailable" in rule.prompt


def test_figures_are_checked_with_a_warning_and_texts_for_their_length():
    sheet = _load(replace(FORM, commentary_limit=500))["Return"]
    ratio, count = _cells(sheet, 1), _cells(sheet, 4)
    assert [(_rule(sheet, c).type, _rule(sheet, c).errorStyle) for c in (ratio["Numerator"], count["Value"])] == [
        ("decimal", "warning"),
        ("whole", "warning"),
    ]
    rule = _rule(sheet, ratio["Corrective action"])
    assert (rule.type, rule.operator, rule.formula1) == ("textLength", "lessThanOrEqual", "500")


def test_revisions_have_open_rows():
    sheet = _faulty()["Revisions"]
    table = sheet.tables["Revisions"]
    assert tuple(column.name for column in table.tableColumns) == REVISION_HEADINGS
    first = _cells(sheet, 1, top=5)
    typed = [first[h].value for h in ("Ref", "Period", "Value", "Reason")]
    assert typed == ["CUS-1.10", "2025/26 Q1", "=2", "Late data"]
    assert first["Value"].data_type == "s"
    assert table.ref == f"A5:F{5 + BLANK_REVISIONS}"
    assert not any(cell.protection.locked for row in sheet["A6:F25"] for cell in row)
    assert sheet["A4"].value.startswith("=SUMPRODUCT(")


def test_the_stamp_is_very_hidden():
    sheet = _open()[STAMP_SHEET]
    assert sheet.sheet_state == "veryHidden"
    assert {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(1, 6)} == FORM.stamp
    assert sheet.protection.sheet


def test_a_form_without_faults_has_no_sheet_of_corrections():
    assert _open().sheetnames == ["Return", "Revisions", STAMP_SHEET]
    assert _faulty().sheetnames == ["Return", "Revisions", "What to correct", STAMP_SHEET]


def test_what_was_typed_comes_back_as_it_was():
    sheet = _faulty()["Return"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "Ref")
    first, third = _cells(sheet, 1, top), _cells(sheet, 3, top)
    assert [first[h].value for h in ("Numerator", "Denominator", "Commentary")] == ["about 50", 60, "=1+1"]
    assert first["Commentary"].data_type == "s"
    assert third["Value"].value == 45.25
    assert third["Numerator"].value == "7"
    assert not third["Numerator"].protection.locked, "it can be cleared"
    assert "x" not in _texts(sheet)


def test_faults_are_noted_and_coloured_at_their_cells():
    sheet = _faulty()["Return"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "Ref")
    first = _cells(sheet, 1, top)
    assert first["Numerator"].comment.text == 'Warning: It was cut.\n\nError: "about 50" is not a number. Type 50.'
    fills = [first["Numerator"], first["Denominator"], _cells(sheet, 4, top)["Target"], _cells(sheet, 3, top)["Ref"]]
    assert [cell.fill.fgColor.rgb[2:] for cell in fills] == ["FDE0DD", "FFF3CD", "E3F0FF", "FDE0DD"]
    texts = _texts(sheet)
    assert "Error: The return is for another period." in texts
    assert "Warning: It came late." in texts


def test_corrections_are_listed_with_links_to_their_cells():
    book = _faulty()
    sheet = book["What to correct"]
    assert tuple(column.name for column in sheet.tables["Corrections"].tableColumns) == CORRECTION_HEADINGS
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=11)]
    assert rows[0] == ["Whole return", "All", "Error", "The return is for another period.", None, "Please read"]
    top = next(cell.row for cell in book["Return"]["A"] if cell.value == "Ref")
    assert rows[2][:5] == [f"I{top + 1}", "CUS-1.1a", "Warning", "It was cut.", "about 50"]
    assert sheet["A7"].hyperlink.location == f"'Return'!I{top + 1}"
    assert [row[0] for row in rows[4:]] == [f"J{top + 1}", f"A{top + 3}", f"F{top + 4}"]


def test_a_form_without_rows_has_one_blank_row():
    sheet = _load(replace(FORM, rows=()))["Return"]
    assert sheet.tables["Return"].ref == f"A{TOP}:O{TOP + 1}"


@pytest.mark.parametrize("form", [FORM, FAULTY], ids=["blank", "faulty"])
def test_same_form_gives_the_same_bytes(form):
    assert create_form(form, created=CREATED) == create_form(form, created=CREATED)


def test_odd_texts_are_taken():
    odd = replace(FORM, council="A & B's <council> " * 20, owner="=1+1", framework="\x0b" + "x" * 300)
    book = _load(odd)
    assert "Data owner: =1+1" in _texts(book["Return"])


def test_the_form_prints_across_one_page_wide():
    for sheet in _open().worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert _open()["Return"].freeze_panes == f"D{TOP + 1}"
    assert _open()["Return"].print_title_rows == f"${TOP}:${TOP}"
