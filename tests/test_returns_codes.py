"""Every code of the returns checks: the fault planted in a real form file, and the good neighbour passing."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.returns_world import (
    GOOD,
    OWNER,
    PERIOD,
    TOO_LATE,
    World,
    accepted,
    council,
    find,
    of_code,
    put,
)
from tests.support import setting
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.expected import STAMP_SHEET
from xl_outcomes.returns.relations import ACCEPTED, PART, REJECTED, WITH_WARNINGS


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


def test_a_good_return_is_accepted_without_a_word(world: World) -> None:
    (checked,) = world.check(world.send())
    assert (checked.status, checked.issues) == (ACCEPTED, ())
    assert accepted(checked) == {"P1", "C1", "R1"}
    assert (checked.owner, checked.period) == (OWNER, "2025/26 Q1")


# A fault in one cell: what is typed, which code it gives, and what the message must say.
_CELL_FAULTS = [
    ("value-not-number", "error", "Value", {"P1": {"Value": "n/a"}}, '"n/a"'),
    ("value-not-whole", "error", "Value", {"C1": {"Value": 1.5}}, "1.5 is not a whole number"),
    ("value-out-of-range", "query", "Value", {"P1": {"Value": 120.0}}, "from 0 to 100"),
    ("value-scale", "query", "Value", {"P1": {"Value": 0.52}}, "looks like a fraction: it was 47.3"),
    ("value-implausible", "query", "Value", {"C1": {"Value": 2000.0}}, "more than 10 times"),
    ("ratio-mismatch", "error", "Value", {"R1": {**GOOD["R1"], "Value": 60.0}}, "83 of 100 is 83%"),
    ("ratio-incomplete", "error", "Numerator", {"R1": {"Numerator": 83.0}}, "both"),
    ("ratio-incomplete", "error", "Value", {"R1": {"Value": 83.0}}, "both"),
    ("ratio-zero", "error", "Denominator", {"R1": {"Numerator": 3.0, "Denominator": 0.0}}, "numerator of 3"),
    ("shorthand-unknown", "error", "Shorthand", {"P1": {"Value": 52.1, "Shorthand": "q"}}, '"q"'),
    ("shorthand-conflict", "error", "Shorthand", {"P1": {"Value": 52.1, "Shorthand": "x"}}, "unavailable"),
    ("text-too-long", "error", "Commentary", {"P1": {"Value": 52.1, "Commentary": "x" * 2001}}, "2,001 characters"),
]


@pytest.mark.parametrize(("code", "severity", "heading", "typed", "words"), _CELL_FAULTS)
def test_a_fault_in_a_cell_is_named_with_its_cell_and_stops_its_row_alone(
    world: World, code: str, severity: str, heading: str, typed: dict[str, dict[str, object]], words: str
) -> None:
    path = world.send(typed)
    (ref,) = typed
    (checked,) = world.check(path)
    (issue,) = of_code(checked, code)
    sheet = openpyxl.load_workbook(path)["Return"]
    assert (issue.severity, issue.ref, issue.sheet) == (severity, ref, "Return")
    assert issue.cell == find(sheet, heading, ref).coordinate
    assert words in issue.message
    assert issue.fix
    assert accepted(checked) == {"P1", "C1", "R1"} - {ref}
    assert [c.indicator.ref for c, _ in checked.held] == ([ref] if severity == "query" else [])
    assert checked.status == PART


def test_value_missing_warns_and_the_neighbours_go_in(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {}}))
    (issue,) = of_code(checked, "value-missing")
    assert (issue.severity, issue.ref) == ("warning", "P1")
    assert accepted(checked) == {"C1", "R1"}


def test_a_shorthand_alone_is_no_missing_value(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Shorthand": "x"}}))
    assert checked.issues == ()
    assert accepted(checked) == {"P1", "C1", "R1"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1,234", 1234),
        ("£1,000", 1000),
        ("１２３４", 1234),
        (" 1 234 ", 1234),
        ("1,234\u00a0", 1234),
    ],
)
def test_value_converted_says_what_was_read(world: World, typed: str, number: int) -> None:
    loose = replace(world, tables=council(setting("Plausible change", 100.0)))
    (checked,) = loose.check(loose.send({"C1": {"Value": typed}}))
    (issue,) = of_code(checked, "value-converted")
    assert issue.severity == "warning"
    assert f"{number:,}" in issue.message
    assert next(c for c in checked.accepted if c.indicator.ref == "C1").value == number


def test_a_bracketed_number_is_negative_and_a_per_cent_sign_changes_nothing(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": "45%"}, "C1": {"Value": "(120)"}}))
    assert len(of_code(checked, "value-converted")) == 2
    values = {c.indicator.ref: c.value for c in checked.accepted}
    assert (values["P1"], values["C1"]) == (45, -120)


def test_a_cell_formatted_as_a_percentage_is_read_as_it_shows(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        cell = find(sheet, "Value", "P1")
        cell.value, cell.number_format = 0.45, "0%"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "value-converted")
    assert "read as 45" in issue.message
    assert next(c for c in checked.accepted if c.indicator.ref == "P1").value == 45


def test_value_formula_error_names_the_error(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        cell = find(sheet, "Value", "P1")
        cell.value, cell.data_type = "#DIV/0!", "e"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "value-formula-error")
    assert "#DIV/0!" in issue.message
    assert issue.value == "#DIV/0!"
    assert accepted(checked) == {"C1", "R1"}


def test_value_not_calculated_is_told_from_a_blank(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Value", "P1", "=40+5")))
    (issue,) = of_code(checked, "value-not-calculated")
    assert "save it" in issue.fix
    assert accepted(checked) == {"C1", "R1"}


def test_ratio_rounding_warns_and_uses_the_ratio(world: World) -> None:
    (checked,) = world.check(world.send({"R1": {**GOOD["R1"], "Value": 84.0}}))
    (issue,) = of_code(checked, "ratio-rounding")
    assert issue.severity == "warning"
    assert next(c for c in checked.accepted if c.indicator.ref == "R1").figure == 83


def test_nothing_of_nothing_is_not_applicable_with_a_warning(world: World) -> None:
    (checked,) = world.check(world.send({"R1": {"Numerator": 0.0, "Denominator": 0.0}}))
    (issue,) = of_code(checked, "ratio-zero")
    assert issue.severity == "warning"
    assert "R1" in accepted(checked)


def test_commentary_and_action_are_asked_for_where_the_figure_is_red(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": 30.0}}))
    found = {i.code: i for i in checked.issues}
    assert set(found) == {"commentary-missing", "action-missing"}
    assert all(i.severity == "warning" and i.ref == "P1" for i in found.values())
    assert "P1" in accepted(checked)
    said = {"Value": 30.0, "Commentary": "Fewer staff.", "Corrective action": "Two posts filled."}
    (checked,) = world.check(world.send({"P1": said}))
    assert checked.issues == ()


def test_amber_asks_for_commentary_only_where_the_council_says_so(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": 48.0}}))
    assert checked.issues == ()
    strict = replace(world, tables=council(setting("Comment on", "Amber and Red")))
    (checked,) = strict.check(strict.send({"P1": {"Value": 48.0}}))
    assert [i.code for i in checked.issues] == ["commentary-missing"]


def test_row_unknown(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "P1", "ZZ9")))
    (issue,) = of_code(checked, "row-unknown")
    assert (issue.severity, issue.value) == ("error", "ZZ9")
    assert accepted(checked) == {"C1", "R1"}
    assert [i.ref for i in of_code(checked, "row-missing")] == ["P1"]


def test_row_not_yours(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "P1", "F1")))
    (issue,) = of_code(checked, "row-not-yours")
    assert "Finance" in issue.message
    assert accepted(checked) == {"C1", "R1"}


def test_row_not_due(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "P1", "A1")))
    (issue,) = of_code(checked, "row-not-due")
    assert "not due in 2025/26 Q1" in issue.message
    assert accepted(checked) == {"C1", "R1"}


def test_row_duplicate_cites_both_cells_and_stops_both(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Ref", "C1", "P1")))
    issues = of_code(checked, "row-duplicate")
    assert len(issues) == 2
    assert all(issue.cell in issues[0].message for issue in issues)
    assert accepted(checked) == {"R1"}


def test_row_missing_warns(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        row = find(sheet, "Ref", "P1").row
        for cell in sheet[row]:
            cell.value = None

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "row-missing")
    assert (issue.severity, issue.ref) == ("warning", "P1")
    assert accepted(checked) == {"C1", "R1"}


def test_rows_after_a_blank_row_keep_their_row_numbers(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.tables.clear()
        sheet.insert_rows(find(sheet, "Ref", "C1").row)
        find(sheet, "Value", "R1").value = "oops"

    path = world.send(edit=edit)
    (checked,) = world.check(path)
    (issue,) = of_code(checked, "value-not-number")
    assert issue.cell == find(openpyxl.load_workbook(path)["Return"], "Value", "R1").coordinate
    assert accepted(checked) == {"P1", "C1"}


def test_columns_are_found_by_heading_in_any_order_on_any_sheet(world: World) -> None:
    path = world.send()
    book = openpyxl.load_workbook(path)
    old = book["Return"]
    new = book.create_sheet("Somewhere else", 0)
    header = find(old, "Ref").row
    rows = [[c.value for c in row] for row in old.iter_rows(min_row=header)]
    for number, values in enumerate(rows, 9):
        for column, value in enumerate(reversed(values), 4):
            new.cell(number, column, value)
    del book["Return"]
    book.save(path)
    (checked,) = world.check(path)
    assert accepted(checked) == {"P1", "C1", "R1"}


def test_locked_changed_names_what_came_back_different(world: World) -> None:
    (checked,) = world.check(world.send(edit=put("Target", "P1", "10% or more")))
    (issue,) = of_code(checked, "locked-changed")
    assert (issue.severity, issue.ref) == ("warning", "P1")
    assert "50% or more" in issue.message
    assert accepted(checked) == {"P1", "C1", "R1"}


def test_stray_cell_far_below_is_left_out(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.cell(900, 30, " ")

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "stray-cell")
    assert (issue.severity, issue.cell) == ("warning", "AD900")
    assert accepted(checked) == {"P1", "C1", "R1"}


def test_hidden_rows_are_read_and_said(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.row_dimensions[find(sheet, "Ref", "C1").row].hidden = True

    (checked,) = world.check(world.send(edit=edit))
    assert [i.severity for i in of_code(checked, "hidden-rows")] == ["warning"]
    assert accepted(checked) == {"P1", "C1", "R1"}


def test_hidden_sheet_is_said(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        notes = sheet.parent.create_sheet("Private notes")
        notes["A1"], notes.sheet_state = "not for the officer", "hidden"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "hidden-sheet")
    assert "Private notes" in issue.message
    assert accepted(checked) == {"P1", "C1", "R1"}


def test_late_is_said_and_taken_in(world: World) -> None:
    (checked,) = world.check(world.send(), now=TOO_LATE)
    (issue,) = of_code(checked, "late")
    assert (issue.severity, checked.status) == ("warning", WITH_WARNINGS)
    assert "2 days late" in issue.message
    assert len(checked.accepted) == 3


def test_resubmission_lists_what_differs(world: World) -> None:
    after = world.take_in(world.send())
    (checked,) = after.check(world.send({"P1": {"Value": 55.0}}, name="again.xlsx"))
    (issue,) = of_code(checked, "resubmission")
    assert (issue.severity, checked.status) == ("warning", WITH_WARNINGS)
    assert "P1 2025/26 Q1: 52.1% to 55.0%" in issue.message
    assert len(checked.accepted) == 3


def test_form_empty(world: World) -> None:
    (checked,) = world.check(world.send({ref: {} for ref in GOOD}))
    assert [i.code for i in checked.issues] == ["form-empty"]
    assert (checked.status, checked.accepted) == (REJECTED, ())


def test_form_missing_sheet(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.parent.create_sheet("Other")["A1"] = "hello"
        del sheet.parent["Return"]

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "form-missing-sheet")
    assert "Other" in issue.message
    assert checked.status == REJECTED


def test_form_missing_column(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        find(sheet, "Numerator").value = "Top"

    (checked,) = world.check(world.send(edit=edit))
    (issue,) = of_code(checked, "form-missing-column")
    assert '"Numerator"' in issue.message
    assert checked.status == REJECTED


def _stamp(label: str, value: str | None) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        stamp = sheet.parent[STAMP_SHEET]
        next(row for row in stamp.iter_rows() if row[0].value == label)[1].value = value

    return edit


@pytest.mark.parametrize(
    ("label", "code", "found", "expected"),
    [
        ("Form version", "form-version", "0", '"1"'),
        ("Framework", "form-framework", "elsewhere", '"test"'),
        ("Period", "form-period", "2024/25 Q4", '"2025/26 Q1"'),
        ("Data owner", "form-owner", "Parks", "Finance, Housing"),
    ],
)
def test_a_form_of_another_kind_says_both(world: World, label: str, code: str, found: str, expected: str) -> None:
    (checked,) = world.check(world.send(edit=_stamp(label, found)))
    (issue,) = checked.issues
    assert (issue.code, issue.severity, checked.status) == (code, "error", REJECTED)
    assert found in issue.message
    assert expected in issue.message


def test_a_form_without_its_stamp_is_refused(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        del sheet.parent[STAMP_SHEET]

    (checked,) = world.check(world.send(edit=edit))
    assert [i.code for i in checked.issues] == ["form-version"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Ref,Value\nP1,52\n", "file-format"),
        (b"<html><table><tr><td>P1</td></tr></table></html>", "file-format"),
        (b"", "file-format"),
        (b"PK\x03\x04 cut off", "file-damaged"),
    ],
)
def test_what_is_no_spreadsheet_is_an_issue_and_no_stop(world: World, content: bytes, code: str) -> None:
    bad = world.folder / "bad.xlsx"
    bad.write_bytes(content)
    first, second = world.check(bad, world.send())
    assert [i.code for i in first.issues] == [code]
    assert first.status == REJECTED
    assert second.status == ACCEPTED


def test_a_doctype_in_any_part_is_unsafe(world: World) -> None:
    good, bad = world.send(), world.folder / "doctype.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "boo">]><worksheet', 1)
            target.writestr(name, data)
    (checked,) = world.check(bad)
    assert [i.code for i in checked.issues] == ["file-unsafe"]


def test_a_stray_cell_in_the_last_corner_costs_nothing(world: World) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.cell(1048576, 16384, " ")

    (checked,) = world.check(world.send(edit=edit))
    assert [i.cell for i in of_code(checked, "stray-cell")] == ["XFD1048576"]


def test_whole_returns_are_refused_for_one_error(tmp_path: Path) -> None:
    world = World(council(setting("Accept", "Whole returns")), tmp_path)
    (checked,) = world.check(world.send({"P1": {"Value": "n/a"}}))
    assert (checked.status, checked.accepted, checked.held) == (REJECTED, (), ())


def test_one_bad_cell_never_hides_another(world: World) -> None:
    (checked,) = world.check(world.send({"P1": {"Value": "n/a", "Shorthand": "q", "Forecast": "soon"}}))
    assert sorted(i.code for i in checked.issues) == ["shorthand-unknown", "value-not-number", "value-not-number"]


def test_revisions_correct_earlier_periods(world: World) -> None:
    form = replace(
        world.form(),
        revisions=({"Ref": "P1", "Period": "2024/25 Q4", "Value": 47.0, "Reason": "Late cases counted."},),
    )
    (checked,) = world.check(world.send(form=form))
    (revision,) = [c for c in checked.accepted if c.revision]
    assert (str(revision.period), revision.value, revision.code) == ("2024/25 Q4", 47, "r")
    assert revision.commentary == "Late cases counted."


def test_a_revision_of_this_or_a_later_quarter_is_refused(world: World) -> None:
    form = replace(world.form(), revisions=({"Ref": "P1", "Period": "2025/26 Q2", "Value": 47.0, "Reason": "x"},))
    (checked,) = world.check(world.send(form=form))
    assert [i.code for i in checked.issues] == ["row-not-due"]


def test_the_form_of_another_quarter_is_taken_when_that_quarter_is_chosen(world: World) -> None:
    last = Quarter(2024, 4)
    path = world.send(form=world.form(period=last))
    assert [i.code for i in world.check(path)[0].issues] == ["form-period"]
    assert world.check(path, period=last)[0].owner == OWNER
    assert last != PERIOD
