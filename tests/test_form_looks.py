"""What a form says while it is filled in, and how it looks: stored results, LibreOffice's own, empty and overfull."""

import datetime as dt
import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import Convert, Validate
from tests.returns_world import OWNER, World, accepted, council
from tests.support import history, indicator
from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.expected import LOCKED, Fault, Form, FormRow, make_form
from xl_outcomes.workbook.forms import create_form

CREATED = dt.datetime(2025, 10, 1, 9)
Q2 = Quarter(2025, 2)
AT_LEAST_85 = (Fraction(85), None)
LONG = "Demand was higher than planned, and two posts were vacant. " * 34
STRANGE = '")&HYPERLINK("http://example.org","x")&("'


def _indicator(ref, *, ratio=False, unit="Percentage", label="%", title="Calls answered"):
    kind = ("Ratio", "Sum") if ratio else ("Value", "Latest")
    percent = Fraction(100) if unit == "Percentage" else Fraction(1)
    plausible = {"lowest": Fraction(0), "highest": Fraction(100)}
    text = {"unit_label": label, "data_owner": "Customer Services"}
    named = (ref, "CUS-1", title, "Tracking", unit, 1, "Higher is better", "Quarterly")
    return Indicator(*named, *kind, "In period", per=percent, **plausible, **text)


def _row(ref="CUS-1", period=Q2, *, faults=(), aim=AT_LEAST_85, definition="What is counted.", **given):
    ratio = given.get("ratio", False)
    look = {k: given.pop(k) for k in ("ratio", "unit", "label", "title") if k in given}
    indicator = _indicator(ref, **look)
    values = (ref, str(period), indicator.title, definition, indicator.unit_label, "85% or more", 84.2)
    typed = {k.replace("_", " "): v for k, v in given.items()}
    return FormRow(indicator, period, dict(zip(LOCKED, values, strict=True)), ratio, typed, tuple(faults), aim)


def _form(*rows, owner="Customer Services", **more):
    return Form("Example Council", "example-2025", Q2, owner, dt.date(2025, 10, 20), tuple(rows), **more)


def _load(form, **how):
    return openpyxl.load_workbook(io.BytesIO(create_form(form, created=CREATED)), **how)


def _checks(sheet):
    header = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Check")
    found = (sheet.cell(row, header.column).value for row in range(header.row + 1, sheet.max_row + 1))
    return [value for value in found if value is not None]


_SAID = [
    ({}, "To do"),
    ({"Commentary": "Nothing yet."}, "To do"),
    ({"Value": 90.0}, "Done"),
    ({"Value": 120.0}, "Outside 0 to 100: look again or say why"),
    ({"Value": 120.0, "Commentary": "Counted twice on purpose."}, "Done"),
    ({"Value": 0.9}, "Looks like a fraction: type 45 for 45%, or say why"),
    ({"Value": 70.0}, "Off target: please comment"),
    ({"Value": 84.95}, "Done"),
    ({"Value": 70.0, "Commentary": "Two posts are vacant."}, "Done"),
    ({"Value": 70.0, "Shorthand": "x"}, "A code stands instead of a figure: leave Value blank"),
    ({"Shorthand": "Z"}, "Done"),
    ({"Shorthand": "p"}, "Figure missing"),
    ({"Value": 90.0, "Shorthand": "q"}, "Shorthand: choose from the list"),
    ({"Value": "n/a"}, "Type the number alone"),
    ({"Value": 90.0, "Forecast": "about 90"}, "Forecast: numbers only"),
    ({"Value": 12.5, "unit": "Count"}, "Whole numbers only"),
    ({"ratio": True, "Numerator": 83.0}, "Denominator missing"),
    ({"ratio": True, "Denominator": 100.0}, "Numerator missing"),
    ({"ratio": True, "Numerator": 83.0, "Denominator": "x"}, "Denominator: numbers only"),
    ({"ratio": True, "Numerator": 831.0, "Denominator": 1000.0}, "The ratio is 83.1%, off target: please comment"),
    ({"ratio": True, "Numerator": 931.0, "Denominator": 1000.0}, "Done: the ratio is 93.1%"),
    (
        {"ratio": True, "Numerator": 3.0, "Denominator": 1.0},
        "The ratio is 300.0%, outside 0 to 100: look again or say why",
    ),
    ({"ratio": True, "Numerator": 0.0, "Denominator": 0.0}, "Done: 0 of 0, nothing to count"),
    ({"ratio": True, "Numerator": 3.0, "Denominator": 0.0}, "The denominator is 0: look again"),
    ({"ratio": True, "Numerator": 9.0, "Denominator": 10.0, "Value": 9.0}, "The ratio is 90.0%: leave Value blank"),
    (
        {"ratio": True, "Numerator": 9.0, "Shorthand": "c"},
        "A code stands instead of a figure: leave both numbers blank",
    ),
    ({"ratio": True, "unit": "Money", "Numerator": 180.0, "Denominator": 2.0}, "Done: the ratio is £90.0"),
    (
        {"ratio": True, "unit": "Rate", "label": "days", "Numerator": 180.0, "Denominator": 2.0},
        "Done: the ratio is 90.0 days",
    ),
]
TYPED = _form(*(_row(f"CUS-{n}", **given) for n, (given, _) in enumerate(_SAID)))
FAULTS = _form(
    _row(
        Numerator="about 50",
        Denominator=60.0,
        ratio=True,
        faults=[Fault("Denominator", "query", "60 is low."), Fault("Numerator", "error", "Not a number.")],
    ),
    _row("CUS-2", Value=120.0, faults=[Fault("Value", "query", "120 is outside.")]),
    _row("CUS-3", Value=90.0, Commentary=LONG, faults=[Fault("Commentary", "error", "Too long.")]),
    _row("CUS-4", Value=90.0, faults=[Fault("Target", "warning", "The target came back as 90.")]),
    faults=(Fault("", "warning", "It came late."),),
    revisions=(
        {"Ref": "CUS-1", "Value": 3.0},
        {"Ref": "CUS-2", "Period": "2025/26 Q1", "Value": 3.0, "Reason": "Late."},
    ),
)


def test_check_says_what_is_missing_or_odd() -> None:
    assert _checks(_load(TYPED, data_only=True)["Return"]) == [said for _, said in _SAID]


def test_the_top_counts_what_is_filled_in() -> None:
    counts = [
        (_form(_row(), _row("CUS-2")), "0 of 2 filled in"),
        (_form(_row(Value=90.0), _row("CUS-2")), "1 of 2 filled in"),
        (_form(_row(Value=70.0), _row("CUS-2", Shorthand="p")), "1 of 2 filled in; 1 to look at again"),
        (_form(_row(Value=90.0), _row("CUS-2", Shorthand="x")), "2 of 2 filled in: ready to send back"),
        (_form(), "Nothing is due"),
    ]
    assert [_load(form, data_only=True)["Return"]["A4"].value for form, _ in counts] == [said for _, said in counts]


def test_one_commentary_speaks_for_all_months_of_an_indicator() -> None:
    months = [_row("CUS-1", month, Value=70.0) for month in Q2.months]
    asked = _checks(_load(_form(*months), data_only=True)["Return"])
    months[1] = _row("CUS-1", Q2.months[1], Value=70.0, Commentary="Two posts are vacant.")
    assert (asked, _checks(_load(_form(*months), data_only=True)["Return"])) == (
        ["Off target: please comment"] * 3,
        ["Done"] * 3,
    )


def test_the_months_of_an_indicator_repeat_no_definition() -> None:
    sheet = _load(_form(*(_row("CUS-1", month) for month in Q2.months)))["Return"]
    assert [sheet.cell(row, 4).number_format for row in (9, 10, 11)] == ["@", ';;;"as above"', ';;;"as above"']
    assert sheet["D10"].value == "What is counted."
    assert [sheet.cell(row, 1).border.top.color.rgb for row in (9, 10)] != [None, None]
    assert sheet["A9"].border.top.color.rgb != sheet["A10"].border.top.color.rgb


def test_libreoffice_works_out_what_is_stored(libreoffice: Convert, tmp_path: Path) -> None:
    """Saved again by openpyxl, a workbook holds formulas without results, so LibreOffice works out its own."""
    form = replace(TYPED, revisions=FAULTS.revisions)
    formulas, stored = _load(form), _load(form, data_only=True)
    formulas.save(tmp_path / "typed.xlsx")
    found = openpyxl.load_workbook(libreoffice(tmp_path / "typed.xlsx", "xlsx"), data_only=True)
    cells = [c for sheet in formulas for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert len(cells) == len(_SAID) + 2
    for cell in cells:
        at = cell.parent.title, cell.coordinate
        assert (at, found[at[0]][at[1]].value) == (at, stored[at[0]][at[1]].value)


def test_check_follows_the_typing(libreoffice: Convert, tmp_path: Path) -> None:
    book = _load(FAULTS)
    sheet = book["Return"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "Ref")
    sheet[f"I{top + 1}"], sheet[f"N{top + 2}"], sheet[f"N{top + 3}"] = 55, "It is true.", "Short."
    sheet[f"H{top + 4}"], sheet[f"H{top + 4}"].number_format = 0.45, "0%"
    book.save(tmp_path / "corrected.xlsx")
    again = openpyxl.load_workbook(libreoffice(tmp_path / "corrected.xlsx", "xlsx"), data_only=True)
    warning = "\nWarning: The target came back as 90."
    said = ["Query: 60 is low.", "Done", "Done", "Off target: please comment" + warning]
    assert _checks(again["Return"]) == said
    assert again["Return"]["A7"].value == "1 thing to correct"
    states = [cell.value for cell in again["What to correct"]["F"][4:9]]
    assert states == ["Please read", "Changed", "To correct", "Changed", "Changed"]


def test_faults_stand_beside_their_rows_and_on_top_with_links() -> None:
    book = _load(FAULTS, data_only=True)
    sheet = book["Return"]
    first, second, *_ = _checks(sheet)
    assert first == "Error: Not a number.\nQuery: 60 is low."
    assert second == "Query: 120 is outside."
    assert sheet["A7"].value == "4 things to correct"
    assert sheet["A8"].value == "Warning: It came late."
    assert [sheet.cell(row, 1).hyperlink.location for row in (9, 10)] == ["'Return'!I17", "'Return'!J17"]
    assert sheet["B9"].value == "CUS-1, Numerator. Error: Not a number."


def test_many_faults_are_listed_in_part_on_top() -> None:
    rows = [_row(f"CUS-{n}", Value=120.0, faults=[Fault("Value", "query", "Odd.")] * 2) for n in range(20)]
    book = _load(_form(*rows), data_only=True)
    assert book["Return"]["A7"].value == "40 things to correct"
    assert book["Return"]["A16"].value == "and 32 more: see the sheet What to correct"
    assert book["What to correct"].tables["Corrections"].ref == "A4:F44"


def test_only_the_columns_that_are_due_are_shown() -> None:
    def hidden(*rows: FormRow) -> list[str]:
        columns = _load(_form(*rows))["Return"].column_dimensions
        return [letter for letter in "HIJ" if columns[letter].hidden]

    pair = _row("CUS-2", ratio=True)
    assert hidden(_row())[:1] == ["I"]
    assert hidden(pair) == ["H"]
    assert hidden(_row(), pair) == []
    assert hidden(_row(Numerator=7.0)) == ["J"], "what was typed by mistake is seen"


def test_texts_of_the_master_stand_in_no_formula() -> None:
    row = _row(STRANGE, title=STRANGE, label=STRANGE, unit="Rate", ratio=True, Numerator=9.0, Denominator=0.1)
    book = _load(_form(row, owner=STRANGE))
    formulas = [c.value for sheet in book for r in sheet.iter_rows() for c in r if c.data_type == "f"]
    rules = [
        rule.formula[0]
        for sheet in book
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.formula
    ]
    assert len(formulas) == 3
    assert not [text for text in (*formulas, *rules) if "HYPERLINK" in text]
    assert f"90.0 {STRANGE}" in _checks(_load(_form(row), data_only=True)["Return"])[0]


def test_long_texts_widen_their_column_so_that_nothing_is_cut() -> None:
    title = ("A title that nobody dared to shorten, " * 8)[:300]
    sheet = _load(_form(_row(title=title, definition=LONG, Value=70.0, Commentary=LONG[:2000])))["Return"]
    for letter, text in (("C", title), ("D", LONG), ("N", LONG[:2000])):
        lines = sheet.row_dimensions[9].height / 13
        assert len(text) <= (sheet.column_dimensions[letter].width - 2) * 1.15 * lines


def test_a_form_prints_with_its_owner_its_quarter_and_its_headings() -> None:
    sheet = _load(_form(_row(), owner="Parks & Leisure"))["Return"]
    assert sheet.oddFooter.left.text == "Return of Parks && Leisure"
    assert (sheet.oddFooter.center.text, sheet.oddFooter.right.text) == ("2025/26 Q2", "Page &P of &N")
    assert (sheet.print_title_rows, sheet.page_setup.fitToHeight) == ("$8:$8", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_tables_have_alternative_texts() -> None:
    with zipfile.ZipFile(io.BytesIO(create_form(FAULTS, created=CREATED))) as package:
        tables = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/tables/")]
    assert len(tables) == 3
    assert all("altTextSummary=" in table for table in tables)


_AIMS = [
    ({}, [(85, None)]),
    ({"Polarity": "Lower is better"}, [(None, 85)]),
    ({"Polarity": "Neither"}, [(None, None)]),
    ({"Status": "Baseline year"}, [(None, None)]),
    ({"Polarity": "In range"}, [(80, 90)]),
    ({"Frequency": "Monthly"}, [(None, None), (None, None), (85, None)]),
    ({"Frequency": "Monthly", "Aggregation": "Mean"}, [(85, None)] * 3),
    ({"Frequency": "Monthly", "Aggregation": "Sum"}, [(None, None)] * 3),
    ({"Frequency": "Monthly", "Aggregation": "Sum", "Calculation": "Ratio"}, [(85, None)] * 3),
    ({"Aggregation": "Sum", "Report as": "Year to date"}, [(None, None)]),
]


@pytest.mark.parametrize(("cells", "aims"), _AIMS)
def test_a_row_is_held_to_the_target_only_where_it_makes_the_figure(cells: dict[str, object], aims: object) -> None:
    limits = {"Lower": 80.0, "Upper": 90.0} if cells.get("Polarity") == "In range" else {"Target": 85.0}
    aimed = {"Indicator": "A-1.1a", "From": "2025/26 Q1", **limits}
    form = make_form(history(Indicators=[indicator(**cells)], Targets=[aimed]), OWNER, Q2)
    assert [row.aim for row in form.rows] == aims


@pytest.mark.parametrize(("at", "length"), [("P1", 3), ("R1", 3)])
def test_check_is_not_read_as_data(at: str, length: int, tmp_path: Path) -> None:
    world = World(council(), tmp_path)
    (checked,) = world.check(world.send({at: {"Shorthand": "x"}}))
    assert checked.issues == ()
    assert len(accepted(checked)) == length


@pytest.mark.parametrize(
    "form",
    [TYPED, FAULTS, _form(*(_row(f"C-{n}", m) for n in range(50) for m in Q2.months)), _form()],
    ids=["typed", "faults", "150 rows", "empty"],
)
def test_a_form_is_valid_and_the_same_each_time(form: Form, tmp_path: Path, validator: Validate) -> None:
    (tmp_path / "form.xlsx").write_bytes(create_form(form, created=CREATED))
    assert validator(tmp_path / "form.xlsx") == []
    assert create_form(replace(form), created=CREATED) == (tmp_path / "form.xlsx").read_bytes()
