"""What real returns bring: each known case, planted in a real form, with our words for it and nothing else lost.

The cases are numbered. Each goes the whole way: file, reading, checks and, where it matters, taking in; and the good
rows beside a fault go in.
"""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from tests.handmade import compound, worksheet, xlsb, xlsx
from tests.hostile import book as hostile_book
from tests.hostile import repeated, sheet
from tests.returns_world import GOOD, IN_TIME, OWNER, PERIOD, World, accepted, council, find, of_code, put
from tests.support import setting
from xl_outcomes import steps
from xl_outcomes.cli import main
from xl_outcomes.errors import InputError, TemplateError
from xl_outcomes.files import find_returns
from xl_outcomes.output import returns_json
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.relations import ACCEPTED, PART, REJECTED, WITH_WARNINGS, Context
from xl_outcomes.returns.sendback import corrected_form
from xl_outcomes.returns.settle import ACCEPT, Decision
from xl_outcomes.tables import get
from xl_outcomes.word import render
from xl_outcomes.workbook.forms import create_form

ALL = {"P1", "C1", "R1"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


def refused(world: World, path: Path) -> tuple[str, str]:
    """The message and fix of a file that is refused as a whole; a good return beside it goes in."""
    bad, good = world.check(path, world.send(name="good.xlsx"))
    (issue,) = bad.issues
    assert (bad.status, good.status) == (REJECTED, ACCEPTED)
    assert issue.severity == "error"
    assert issue.file == path.name
    return issue.message, issue.fix


def test_01_password_protected(world: World) -> None:
    path = compound(world.folder / "locked.xlsx", "EncryptedPackage", "EncryptionInfo")
    message, fix = refused(world, path)
    assert message == "locked.xlsx is password-protected, so it cannot be read."
    assert fix == (
        "Open it in Excel, remove the password (File > Info > Protect Workbook > Encrypt with Password, clear the "
        "box), save it and send it again."
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Ref,Value\nP1,52\n", "a text file with values separated by commas (CSV)"),
        (b"<html><table><tr><td>P1</td></tr></table></html>", "a web page (HTML)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"", "an empty file (0 bytes)"),
    ],
)
def test_02_another_format_renamed(world: World, content: bytes, found: str) -> None:
    path = world.folder / "renamed.xlsx"
    path.write_bytes(content)
    message, fix = refused(world, path)
    assert message == f"renamed.xlsx is not a spreadsheet that can be read: it is {found}."
    assert fix


def test_02_a_workbook_named_csv_is_read(world: World) -> None:
    path = world.send(name="return.csv")
    assert find_returns([str(world.folder)]) == [path]
    (checked,) = world.check(path)
    assert (checked.status, accepted(checked)) == (ACCEPTED, ALL)


def test_03_untouched_form(world: World) -> None:
    message, fix = refused(world, world.send({ref: {} for ref in GOOD}, name="blank.xlsx"))
    assert message == "The form is empty: no figure, shorthand or text has been filled in."
    assert fix == "Fill in the form and send it again."


def test_04_old_form(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        stamp = sheet.parent["xl-outcomes stamp"]
        next(row for row in stamp.iter_rows() if row[0].value == "Form version")[1].value = "0"

    message, _ = refused(world, world.send(edit=edit))
    assert message == 'The form is made with another version of the form: it says "0", and "1" is expected.'


def test_04_wholly_another_workbook(world: World) -> None:
    path = world.folder / "budget.xlsx"
    book = openpyxl.Workbook()
    assert book.active
    book.active.title = "Budget"
    book.create_sheet("Notes")["A1"] = "Ref"
    book.save(path)
    message, fix = refused(world, path)
    assert message == (
        'No table of a return was found. The sheets are: "Budget", "Notes"; none has the headings Ref, Period, Value …'
    )
    assert fix == "Fill in the form that was sent, without deleting its headings, and send it again."


def test_05_sheet_renamed_is_read_and_deleted_is_said(world: World) -> None:
    def rename(sheet: Worksheet) -> None:
        sheet.title = "My figures"

    (checked,) = world.check(world.send(edit=rename))
    assert accepted(checked) == ALL

    def delete(sheet: Worksheet) -> None:
        del sheet.parent["Return"]

    message, _ = refused(world, world.send(edit=delete, name="deleted.xlsx"))
    assert message.startswith('No table of a return was found. The sheets are: "Revisions"; ')


def test_06_tables_and_names_destroyed_and_stray_ones(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.tables.clear()
        names = sheet.parent.defined_names
        names.clear()
        names["_xlnm._FilterDatabase"] = DefinedName(
            "_xlnm._FilterDatabase", attr_text="Return!$A$1:$ZZ$9", hidden=True
        )
        names["Value"] = DefinedName("Value", attr_text="#REF!", hidden=True)

    (checked,) = world.check(world.send(edit=edit))
    assert (checked.status, accepted(checked)) == (ACCEPTED, ALL)


def test_06_a_heading_destroyed(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        find(sheet, "Numerator").value = None

    message, fix = refused(world, world.send(edit=edit))
    assert message == 'The heading row (row 8 of Return) has no column "Numerator".'
    assert fix == "Put the heading back as it was, or copy your figures into the form that was sent."


def _stack(sheet: Worksheet, *, fill: bool) -> None:
    """Puts a row over the headings: Figures above Value, Numerator and Denominator; the others over both rows."""
    header = find(sheet, "Ref").row
    sheet.tables.clear()
    sheet.data_validations.dataValidation = []
    sheet.insert_rows(header)
    for column in range(1, 15):
        lower = sheet.cell(header + 1, column)
        if lower.value not in ("Value", "Numerator", "Denominator"):
            sheet.cell(header, column).value, lower.value = lower.value, None
            sheet.merge_cells(start_row=header, end_row=header + 1, start_column=column, end_column=column)
    if fill:
        sheet.cell(header, 8).value = "Figures"
        sheet.merge_cells(start_row=header, end_row=header, start_column=8, end_column=10)


@pytest.mark.parametrize("fill", [True, False])
def test_07_merged_and_stacked_headings(world: World, fill: bool) -> None:
    def edit(sheet: Worksheet) -> None:
        _stack(sheet, fill=fill)
        find(sheet, "Value").offset(row=2).value = "oops"

    path = world.send(edit=edit)
    (checked,) = world.check(path)
    (issue,) = of_code(checked, "value-not-number")
    assert (issue.cell, issue.ref) == ("H11", "C1")
    assert issue.message == 'H11 (Value) is "oops"; a number was expected.'
    assert accepted(checked) == {"P1", "R1"}


def test_07_a_word_above_the_headings_is_no_heading(world: World) -> None:
    """Without a merged cell that ties the rows together, a heading's word in a title stays a word."""

    def edit(sheet: Worksheet) -> None:
        header = find(sheet, "Shorthand")
        header.offset(row=-1).value, header.value = "Shorthand", "Code"

    message, _ = refused(world, world.send(edit=edit))
    assert message == 'The heading row (row 8 of Return) has no column "Shorthand".'


def test_08_blank_row_in_the_table(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.tables.clear()
        sheet.insert_rows(find(sheet, "Ref", "C1").row)
        find(sheet, "Value", "C1").value = "oops"

    (checked,) = world.check(world.send(edit=edit))
    assert [i.cell for i in of_code(checked, "value-not-number")] == ["H11"]
    assert accepted(checked) == {"P1", "R1"}


def test_09_stray_character_in_the_last_cell(world: World) -> None:
    (checked,) = world.check(world.send(edit=lambda s: s.cell(1048576, 16384, " ") and None))
    (issue,) = of_code(checked, "stray-cell")
    assert (issue.severity, issue.cell) == ("warning", "XFD1048576")
    assert issue.message == "There is something far outside the table, in XFD1048576."
    assert issue.fix == "It was left out. If it belongs to the return, move it into the table."
    assert accepted(checked) == ALL


def test_10_wrong_dimension(world: World) -> None:
    path = _edit_part(world.send(), "xl/worksheets/sheet1.xml", _dimension)
    (checked,) = world.check(path)
    assert (checked.status, accepted(checked)) == (ACCEPTED, ALL)


@pytest.mark.parametrize("shown", ["#REF!", "#DIV/0!", "#N/A"])
def test_11_formula_errors(world: World, shown: str) -> None:
    def edit(sheet: Worksheet) -> None:
        cell = find(sheet, "Value", "P1")
        cell.value, cell.data_type = shown, "e"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "value-formula-error")
    assert issue.message == f"H9 holds {shown}, which Excel shows when a formula fails."
    assert issue.fix == "Mend the formula. Type the number alone, such as 82.1."
    assert accepted(checked) == {"C1", "R1"}


def test_12_formula_never_calculated(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Value", "P1", "=40+5")))
    (issue,) = of_code(checked, "value-not-calculated")
    assert issue.message == "H9 holds a formula whose result was never worked out."
    assert issue.fix == "Open the file in Excel, save it, and send it again; or type the number alone."
    assert accepted(checked) == {"C1", "R1"}


@pytest.mark.parametrize("heading", ["Commentary", "Corrective action"])
def test_12_formula_never_calculated_in_words(world: World, heading: str) -> None:
    column = {"Commentary": "N", "Corrective action": "O"}[heading]
    (checked,) = world.check(world.send(edit=put(heading, "P1", '="a"&"b"')))
    (issue,) = of_code(checked, "value-not-calculated")
    assert issue.message == f"{column}9 holds a formula whose result was never worked out."
    assert issue.fix == "Open the file in Excel, save it, and send it again; or type the words alone."
    assert accepted(checked) == {"C1", "R1"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("03/04/2026", 'H9 (Value) is "03/04/2026"; a number was expected.'),
        (dt.datetime(2026, 4, 3), "H9 (Value) is the date 2026-04-03 00:00:00; a number was expected."),
    ],
)
def test_13_date_in_a_number_cell(world: World, typed: object, said: str) -> None:
    (checked,) = world.check(world.send(edit=put("Value", "P1", typed)))
    assert [i.message for i in of_code(checked, "value-not-number")] == [said]
    assert accepted(checked) == {"C1", "R1"}


def test_13_date_in_the_period(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Period", "P1", dt.datetime(2025, 6, 30))))
    (issue,) = of_code(checked, "row-not-due")
    assert issue.message == 'P1 is due for 2025/26 Q1; the row is for "2025-06-30 00:00:00".'
    assert accepted(checked) == {"C1", "R1"}


def test_14_date_serial_in_a_general_cell(world: World) -> None:
    (checked,) = world.check(world.send({"C1": {"Value": 46112.0}}))
    (issue,) = of_code(checked, "value-implausible")
    assert issue.message == (
        "46,112 is more than 10 times, or less than one part in 10, of what it usually is (101). "
        "It may be a date: Excel stores 31/03/2026 as 46112."
    )
    assert issue.severity == "query"
    assert accepted(checked) == {"P1", "R1"}


@pytest.mark.parametrize(
    ("typed", "read"), [("1,234", "1,234"), ("£1,000", "1,000"), ("(12.5)", "-12.5"), ("１０８", "108"), ("45%", "45")]
)
def test_15_numbers_typed_as_text(world: World, typed: str, read: str) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": typed}}))
    (issue,) = of_code(checked, "value-converted")
    assert issue.message == f'Value was typed as the text "{typed}" and read as the number {read}.'
    assert issue.severity == "warning"
    assert accepted(checked) >= {"C1", "R1"}


def test_15_per_cent_typed_as_a_fraction(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": 0.45}}))
    assert [i.message for i in of_code(checked, "value-scale")] == ["0.45% looks like a fraction: it was 47.3 before."]
    assert accepted(checked) == {"C1", "R1"}


def test_16_decimals_in_a_whole_number(world: World) -> None:
    (checked,) = world.check(world.send({"C1": {"Value": 1.5}}))
    (issue,) = of_code(checked, "value-not-whole")
    assert issue.message == "1.5 is not a whole number; C1 counts things."
    assert accepted(checked) == {"P1", "R1"}


@pytest.mark.parametrize("typed", ["N/A", "n/a", "-", "TBC", "nil", "NULL", "nan", "None"])
def test_17_words_for_nothing_are_no_codes(world: World, typed: str) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": typed}}))
    (issue,) = of_code(checked, "value-not-number")
    assert (issue.value, issue.message) == (typed, f'H9 (Value) is "{typed}"; a number was expected.')
    assert accepted(checked) == {"C1", "R1"}


@pytest.mark.parametrize(
    ("heading", "typed", "code", "value"),
    [
        ("Value", "52.1\u00a0", "", 52.1),
        ("Value", "\u200b52.1\ufeff", "", 52.1),
        ("Value", " ５２．１ ", "", 52.1),
        ("Ref", "\u00a0P1\u200b ", "", 52.1),
        ("Ref", "Ｐ１", "", 52.1),
        ("Period", "2025/26\u00a0Q1", "", 52.1),
        ("Shorthand", "ｐ\u00a0", "p", 52.1),
        ("Shorthand", "[P]", "p", 52.1),
        ("Shorthand", "< Select >", "", 52.1),
        ("Commentary", "\u00a0\u200b", "", 52.1),
    ],
)
def test_18_invisible_and_wide_characters(world: World, heading: str, typed: str, code: str, value: float) -> None:
    (checked,) = world.check(world.send(edit=put(heading, "P1", typed)))
    claim = next(c for c in checked.accepted if c.indicator.ref == "P1")
    assert (float(claim.value or 0), claim.code, claim.commentary) == (value, code, "")
    assert accepted(checked) == ALL
    assert {i.code for i in checked.issues} <= {"value-converted", "locked-changed"}


def test_18_a_name_left_to_select_is_blank(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": "< Select >"}, "C1": {"Value": "Please select…"}}))
    assert {i.ref for i in of_code(checked, "value-missing")} == {"P1", "C1"}
    assert accepted(checked) == {"R1"}


def test_19_pasted_over_a_dropdown(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.data_validations.dataValidation = []
        find(sheet, "Shorthand", "P1").value = "provisional"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "shorthand-unknown")
    assert issue.message == 'The shorthand "provisional" is not one of p, e, r, x, z, c.'
    assert issue.fix == (
        "Use p provisional, e estimated, r revised, x unavailable, z not applicable or c confidential; else clear it."
    )
    assert accepted(checked) == {"C1", "R1"}


def test_20_hidden_rows_and_sheets(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.row_dimensions[10].hidden = True
        notes = sheet.parent.create_sheet("Old")
        notes["A1"], notes.sheet_state = "last year", "hidden"

    (checked,) = world.check(world.send(edit=edit))
    assert {i.code: i.message for i in checked.issues} == {
        "hidden-rows": "Rows of the table are hidden and were read all the same: 10.",
        "hidden-sheet": "The workbook has a hidden sheet that is not ours, Old; it was read like the others.",
    }
    assert (checked.status, accepted(checked)) == (WITH_WARNINGS, ALL)


def test_21_duplicate_rows(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "C1", "P1")))
    assert [(i.cell, i.message) for i in of_code(checked, "row-duplicate")] == [
        (cell, "P1 for 2025/26 Q1 stands in the return 2 times: Return!A9 and Return!A10.") for cell in ("A9", "A10")
    ]
    assert accepted(checked) == {"R1"}


def test_22_resubmission(world: World) -> None:
    after = world.take_in(world.send())
    (checked,) = after.check(after.send({"P1": {"Value": 55.0}}, name="again.xlsx"))
    (issue,) = of_code(checked, "resubmission")
    assert issue.message == ("A return was taken in before (return.xlsx). What differs: P1 2025/26 Q1: 52.1% to 55.0%.")
    then = after.take_in(world.folder / "again.xlsx")
    rows = [r for r in then.tables["Observations"].rows() if (r["Indicator"], r["Period"]) == ("P1", str(PERIOD))]
    assert [(r["Value"], r["Superseded"]) for r in rows] == [(52.1, "Yes"), (55.0, None)]


def test_23_another_owners_row_and_return(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "P1", "F1")))
    assert [i.message for i in of_code(checked, "row-not-yours")] == ["F1 belongs to Finance, not to Housing."]
    assert accepted(checked) == {"C1", "R1"}


def test_24_lock_files_and_odd_names(world: World) -> None:
    lock = world.folder / "~$return.xlsx"
    lock.write_bytes(b"\x07Officer")
    odd = world.send(name="Réturn [bold]=cmd|' (final)%20\N{GRINNING FACE} 100%.XLSX")
    assert find_returns([str(world.folder)]) == [odd]
    message, fix = refused(world, lock)
    assert message == "~$return.xlsx is not a workbook: Excel keeps it beside a workbook that is open."
    assert fix == "Send return.xlsx instead, once it is closed in Excel."
    (checked,) = world.check(odd)
    assert (checked.status, checked.source.file) == (ACCEPTED, odd.name)
    after = world.take_in(odd)
    assert next(r for r in after.tables["Returns"].rows() if r["Data owner"] == OWNER)["File"] == odd.name


def test_24_an_owner_with_an_odd_name_gets_a_safe_file(world: World) -> None:
    form = replace(world.form(), owner='../..\\=cmd|"Parks" <&> CON: \N{GRINNING FACE}')
    assert form.file_name == "cmd Parks CON 2025-26-Q1.xlsx"
    assert create_form(form, created=IN_TIME.at)


def test_25_an_exemption_is_settled_with_who_and_why(world: World) -> None:
    after = world.take_in(world.send({"C1": {"Value": 5000.0}}))
    (query,) = [r for r in after.tables["Issues"].rows() if r["Severity"] == "query"]
    with pytest.raises(InputError, match="A query is settled with a note that says why"):
        steps.settle(after.tables, query["Issue"], Decision(ACCEPT, " ", "Officer"), PERIOD, IN_TIME)
    decision = Decision(ACCEPT, "New depot opened.", "Officer")
    step = steps.settle(after.tables, query["Issue"], decision, PERIOD, IN_TIME)
    (row,) = [r for r in step.changed["Issues"].rows() if r["Severity"] == "query"]
    assert (row["Status"], row["By"], row["Note"]) == ("Settled", "Officer", "New depot opened.")


def test_26_a_text_hides_no_fault_of_another_row(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": 120.0}, "C1": {"Value": "n/a"}}))
    assert {(i.code, i.ref) for i in checked.issues} == {("value-out-of-range", "P1"), ("value-not-number", "C1")}
    assert accepted(checked) == {"R1"}


def test_27_columns_of_texts_numbers_and_blanks(world: World) -> None:
    """Whatever pandas makes of a column, a text stays a text and a blank a blank."""
    after = world.take_in(world.send({"P1": {"Value": 52.1, "Commentary": "1.10"}, "C1": {"Shorthand": "x"}}))
    rows = {r["Indicator"]: r for r in after.tables["Observations"].rows() if r["Period"] == str(PERIOD)}
    assert (rows["P1"]["Commentary"], rows["P1"]["Shorthand"]) == ("1.10", None)
    assert (rows["C1"]["Value"], rows["C1"]["Shorthand"]) == (None, "x")


def test_28_zip_bomb(world: World) -> None:
    path = hostile_book(world.folder / "bomb.xlsx", **{"xl/media/a.bin": repeated(b"\0", 450_000_000)})
    message, _ = refused(world, path)
    assert message == "bomb.xlsx is too large to read: it unpacks to 429 MB or more; the limit is 400 MB."


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "docProps/app.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_29_entities(world: World, part: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    path = _edit_part(world.send(), part, lambda data: data.replace(b"?>", b"?>" + bomb, 1), "unsafe.xlsx")
    message, fix = refused(world, path)
    assert (
        message
        == (
            f"unsafe.xlsx is not safe to read: its part {part.lower()} holds a document type (DOCTYPE) or entity "
            "declaration, which no spreadsheet program writes."
        )
        or part in message
    )
    assert fix == "Do not open it. Ask the sender how it was made, and for a fresh file saved from Excel."


INJECTED = ("=cmd|'/C calc'!A0", "+1+1", "-5 days", "@SUM(1)", "\t=1", '=HYPERLINK("http://x")', "{=1+1}")


@pytest.mark.parametrize("text", INJECTED)
def test_30_formulas_in_texts_stay_texts(world: World, text: str) -> None:
    typed = {"Value": 30.0, "Commentary": text, "Corrective action": text}
    path = world.send({"P1": typed, "C1": {"Value": "oops", "Commentary": text}})
    (checked,) = world.check(path)
    # In the form that goes back, in JSON, and in the workbook's tables.
    form = corrected_form(checked, _context(world))
    assert form is not None
    back = openpyxl.load_workbook(io.BytesIO(create_form(form, created=IN_TIME.at)))
    found = [c for s in back for row in s.iter_rows() for c in row if str(c.value).strip() == text.strip()]
    assert len(found) >= 3
    assert {c.data_type for c in found} == {"s"}
    assert json.loads(json.dumps(returns_json([checked])))["returns"][0]["accepted_rows"] == 2
    after = world.take_in(path)
    row = next(r for r in after.tables["Observations"].rows() if (r["Indicator"], r["Period"]) == ("P1", str(PERIOD)))
    assert (row["Commentary"], row["Corrective action"]) == (text.strip(), text.strip())


def test_30_formulas_in_every_column_are_only_ever_told(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        for heading in ("Indicator", "Definition", "Unit", "Target", "Period", "Shorthand", "Value"):
            cell = find(sheet, heading, "P1")
            cell.value, cell.data_type = "=1+cmd", "s"

    (checked,) = world.check(world.send(edit=edit))
    assert accepted(checked) == {"C1", "R1"}
    assert [i.message for i in of_code(checked, "row-not-due")] == [
        'P1 is due for 2025/26 Q1; the row is for "=1+cmd".'
    ]


def test_31_hostile_word_templates(tmp_path: Path) -> None:
    for text in ("{{ ''.__class__.__mro__ }}", "{{ cycler.__init__.__globals__.os.popen('id') }}", "{{ nme }}"):
        with pytest.raises(TemplateError) as caught:
            render(_template(tmp_path, text), {"name": "x"}, {}, title="T")
        assert caught.value.message.startswith('In the template "template.docx", ')
        assert text in caught.value.message
    shown = Document(io.BytesIO(render(_template(tmp_path, "{{ name }}"), {"name": "A & B <5%"}, {}, title="T")))
    assert shown.paragraphs[0].text == "A & B <5%"


def test_32_large_word_table(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(3, 1)
    for row, text in zip(table.rows, ("{%tr for r in rows %}", "{{ r.name }}", "{%tr endfor %}"), strict=True):
        row.cells[0].text = text
    document.save(str(tmp_path / "table.docx"))
    rows = [{"name": f"Row {n}"} for n in range(2_000)]
    start = dt.datetime.now()
    shown = Document(io.BytesIO(render(tmp_path / "table.docx", {"rows": rows}, {}, title="T")))
    assert len(shown.tables[0].rows) == 2_000
    assert dt.datetime.now() - start < dt.timedelta(seconds=20)


def test_33_word_tags_that_are_not_closed(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        render(_template(tmp_path, "{%p for r in rows %}"), {"rows": []}, {}, title="T")
    assert '"{%p for r in rows %}"' in caught.value.message


@pytest.mark.parametrize("size", [0, 1, 10, 1_000, 20_000])
def test_34_files_cut_short_are_an_issue_and_kept(world: World, size: int) -> None:
    whole = world.send().read_bytes()
    path = world.folder / "cut.xlsx"
    path.write_bytes(whole[: min(size, len(whole) - 30)])
    message, fix = refused(world, path)
    assert message.startswith("cut.xlsx is ")
    assert fix
    after = world.take_in(path)
    (row,) = [r for r in after.tables["Returns"].rows() if r["File"] == "cut.xlsx"]
    assert (row["Status"], len(row["SHA-256"])) == (REJECTED, 64)


def test_old_and_binary_workbooks_go_the_same_way(world: World) -> None:
    path = xlsb(world.folder / "r.xlsx", {1: {1: "Ref", 2: "Value"}, 2: {1: "P1", 2: 5.0}})
    message, _ = refused(world, path)
    assert message.startswith("No table of a return was found.")


def test_the_command_line_ends_with_1_and_json(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Every fault above in one run beside a good return: one JSON object, no traceback, the good one accepted."""
    from tests.openpyxl_master import write_master

    tables = {name: table.frame.to_dict("records") for name, table in world.tables.items()}
    master = write_master(tmp_path / "master.xlsx", tables)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.xlsx").write_bytes(world.send().read_bytes())
    (folder / "cut.xlsx").write_bytes(world.send().read_bytes()[:3000])
    (folder / "text.xlsx").write_text("Ref,Value")
    (folder / "~$good.xlsx").write_bytes(b"lock")
    xlsx(folder / "strange.xlsx", parts={"xl/worksheets/sheet1.xml": worksheet("<row><row/></row>")})
    hostile_book(folder / "deep.xlsx", sheet=sheet(repeated("<a>", 2_000_000)))
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(master), str(folder), "--period", "2025/26 Q1", "--today", "2025-07-10", "--json"])
    found = {r["file"]: r for r in json.loads(capsys.readouterr().out)["returns"]}
    assert ended.value.code == 1
    assert {name: r["status"] for name, r in found.items()} == {
        **dict.fromkeys(("cut.xlsx", "deep.xlsx", "strange.xlsx", "text.xlsx"), REJECTED),
        "good.xlsx": ACCEPTED,
    }


def test_several_faults_of_one_return_are_all_told(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        put("Value", "P1", "=1+1")(sheet)
        put("Value", "C1", "1,234 homes")(sheet)
        put("Numerator", "R1", "83\u00a0")(sheet)
        sheet.cell(900, 40, "x")

    (checked,) = world.check(world.send(edit=edit))
    assert sorted(i.code for i in checked.issues) == [
        "stray-cell", "value-converted", "value-not-calculated", "value-not-number"
    ]  # fmt: skip
    assert (checked.status, accepted(checked)) == (PART, {"R1"})


def test_council_settings_change_nothing_of_the_reading(world: World) -> None:
    strict = replace(world, tables=council(setting("Accept", "Whole returns")))
    (checked,) = strict.check(strict.send({"P1": {"Value": "\u200b"}}))
    assert [i.code for i in of_code(checked, "value-missing")] == ["value-missing"]


def _edit_part(path: Path, part: str, edit: Callable[[bytes], bytes], name: str = "edited.xlsx") -> Path:
    target = path.with_name(name)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for each in source.namelist():
            out.writestr(each, edit(source.read(each)) if each == part else source.read(each))
    return target


def _dimension(data: bytes) -> bytes:
    start = data.index(b"<dimension")
    end = data.index(b"/>", start) + 2
    return data[:start] + b'<dimension ref="A1:B2"/>' + data[end:]


def _template(folder: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(folder / "template.docx"))
    return folder / "template.docx"


def _context(world: World) -> Context:
    history = prepare(world.tables, PERIOD, IN_TIME.today).history
    return Context(history, PERIOD, IN_TIME.today, get(world.tables, "Returns"))
