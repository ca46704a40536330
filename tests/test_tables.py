"""The contract of the master's tables."""

import datetime as dt

import pytest

from xl_outcomes.columns import Column, to_be_confirmed, to_date
from xl_outcomes.contract import NEEDED, SPECS
from xl_outcomes.tables import blank, change, extend, frame, get, misfits

from .support import indicator, table

CONTRACT = {
    "Settings": "Setting, Value, Meaning",
    "Outcomes": (
        "Ref, Tier, Parent, Title, Statement, Responsible officer, Portfolio holder, Council role, Partners, Tags, "
        "Weight, Roll-up, Status"
    ),
    "Indicators": (
        "Ref, Outcome, Indicator, Definition, Kind, Measure, Unit, Unit label, Decimals, Polarity, Frequency, "
        "Due quarter, Live from, Lag days, Calculation, Per, Aggregation, Report as, Data owner, Service, "
        "Responsible officer, Portfolio holder, Weight, Status, Lowest plausible, Highest plausible, Why chosen, "
        "Definition status, Data source"
    ),
    "Targets": "Indicator, From, Target, Amber, Lower, Upper, Tolerance, Tolerance kind, Profile, Basis",
    "Observations": (
        "Indicator, Period, Area, Value, Numerator, Denominator, Shorthand, Forecast, Commentary, Corrective action, "
        "Return, Received, Superseded"
    ),
    "Overrides": "Ref, Period, Rating, Reason, Approved by, Last period",
    "Results": (
        "Period, Indicator, Value, Target, Amber limit, State, Rating, Calculated rating, Reason, Variance, Previous, "
        "Direction, Last year, Direction on year, Forecast, Forecast rating, Carried from, Target from, Flags"
    ),
    "Rollup": (
        "Period, Ref, Tier, Title, Rating, Calculated rating, Score, Rated, Due, Coverage, Indicators rated, "
        "Indicators due, Masked reds, Reason, Flags"
    ),
}
WORDS = {
    ("Outcomes", "Council role"): "Lead, Support, Influence, Advocate",
    ("Outcomes", "Roll-up"): "Average, Worst, Majority, Share green",
    ("Outcomes", "Status"): "Live, Proposed, Deleted",
    ("Indicators", "Kind"): "Tracking, Influencing, Contextual, Organisational",
    ("Indicators", "Measure"): "Outcome, Output, Input, How much, How well, Better off",
    ("Indicators", "Unit"): "Count, Percentage, Money, Rate, Time, Score, Other",
    ("Indicators", "Polarity"): "Higher is better, Lower is better, In range, Neither",
    ("Indicators", "Frequency"): "Monthly, Quarterly, Half-yearly, Annual",
    ("Indicators", "Due quarter"): "Q1, Q2, Q3, Q4",
    ("Indicators", "Calculation"): "Value, Ratio",
    ("Indicators", "Aggregation"): "Latest, Sum, Mean",
    ("Indicators", "Report as"): "In period, Year to date",
    ("Indicators", "Status"): "Live, Baseline year, Proposed, In development, Deleted",
    ("Targets", "Tolerance kind"): "Per cent, Points",
    ("Targets", "Profile"): "Even",
    ("Overrides", "Rating"): "Green, Amber, Red",
}


@pytest.mark.parametrize(("name", "headings"), CONTRACT.items())
def test_headings_are_the_contract(name: str, headings: str) -> None:
    assert ", ".join(SPECS[name].headings) == headings


@pytest.mark.parametrize(("place", "words"), WORDS.items())
def test_closed_choices_have_their_words(place: tuple[str, str], words: str) -> None:
    name, heading = place
    assert ", ".join(SPECS[name].column(heading).words) == words


def test_five_tables_make_a_good_master() -> None:
    assert NEEDED == ("Settings", "Outcomes", "Indicators", "Targets", "Observations")


@pytest.mark.parametrize("name", SPECS)
def test_every_column_of_a_table_fits_a_blank_and_every_choice_its_own_words(name: str) -> None:
    assert all(c.fits(None) for c in SPECS[name].columns)
    assert all(c.fits(w) for c in SPECS[name].columns for w in c.words)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["anything", 5.0], []),
        ("number", [5, 1.5, "1,234"], ["many", True, float("nan")]),
        ("whole", [5, 5.0, "5"], [1.5, "five"]),
        ("figure", [5, "n/a"], []),
        ("target", [5, "TBC", "tbc ", "to be confirmed"], ["soon"]),
        ("date", ["2025-10-20", dt.date(2025, 10, 20), dt.datetime(2025, 10, 20, 9)], ["20 October", 45000.0]),
        ("quarter", ["2025/26 Q2", "Q2 2025-26"], ["2025/26 M04", "Q5", 45000.0]),
        ("period", ["2025/26 Q2", "2025/26 M04"], ["2025/26", 45000.0]),
    ],
)
def test_a_cell_fits_its_columns_kind_or_not(kind: str, good: list[object], bad: list[object]) -> None:
    column = Column("Any", kind)
    assert [v for v in good if not column.fits(v)] == []
    assert [v for v in bad if column.fits(v)] == []


def test_a_number_may_have_a_least() -> None:
    column = Column("Weight", "number", least=0)
    assert column.fits(0)
    assert not column.fits(-0.1)


def test_words_and_periods_are_written_as_the_contract_writes_them() -> None:
    polarity, start = SPECS["Indicators"].column("Polarity"), SPECS["Targets"].column("From")
    assert polarity.tidy(" higher  IS better ") == "Higher is better"
    assert polarity.tidy("Up") == "Up"
    assert start.tidy("q2 2025-26") == "2025/26 Q2"
    assert start.tidy("Q9") == "Q9"


def test_a_frame_keeps_blanks_as_none_and_numbers_as_they_are() -> None:
    made = frame(["A", "B"], [[1, None], [2.5, "x"]], [4, 7])
    assert made.to_dict("records") == [{"A": 1, "B": None}, {"A": 2.5, "B": "x"}]
    assert list(made.index) == [4, 7]


def test_rows_carry_their_row_on_the_sheet_and_cells_have_addresses() -> None:
    held = table("Targets", [{"Indicator": "A"}, {"Indicator": "B"}])
    assert [(r["Indicator"], r["row"]) for r in held.rows()] == [("A", 2), ("B", 3)]
    assert held.cell(3, "Amber") == "D3"
    assert held.cell(3, "Unknown") == ""


def test_new_rows_stand_at_the_end_and_are_numbered_below_zero() -> None:
    held = extend(table("Log", [{"Who": "a"}]), [{"Who": "b"}, {"Who": "c", "Action": "rate"}])
    assert list(held.frame["Who"]) == ["a", "b", "c"]
    assert list(held.frame.index) == [2, -1, -2]
    assert list(extend(held, [{"Who": "d"}]).frame.index) == [2, -1, -2, -3]
    assert extend(held, []) is held


def test_changing_cells_leaves_the_table_that_was_given_as_it_was() -> None:
    old = table("Log", [{"Who": "a"}, {"Who": "b"}])
    new = change(old, {3: {"Who": "z"}})
    assert list(new.frame["Who"]) == ["a", "z"]
    assert list(old.frame["Who"]) == ["a", "b"]


def test_a_table_that_a_master_lacks_is_as_if_empty() -> None:
    assert list(get({}, "Overrides").rows()) == []
    assert blank("Results").frame.columns.to_list() == list(SPECS["Results"].headings)


def test_misfits_are_found_in_reading_order() -> None:
    rows = [indicator(Polarity="Up", Decimals=1.5), indicator(Weight=-1, Kind="Vague"), indicator()]
    found = misfits(table("Indicators", rows))
    assert found == [(2, "Decimals"), (2, "Polarity"), (3, "Kind"), (3, "Weight")]


@pytest.mark.parametrize(("cell", "open_"), [(None, True), ("TBC", True), (" tbc", True), (85, False), ("85", False)])
def test_a_blank_or_tbc_target_is_to_be_confirmed(cell: object, open_: bool) -> None:
    assert to_be_confirmed(cell) is open_


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (dt.date(2025, 10, 20), dt.datetime(2025, 10, 20)),
        ("2025-10-20", dt.datetime(2025, 10, 20)),
        (" 2025-10-20 09:30 ", dt.datetime(2025, 10, 20, 9, 30)),
        (dt.datetime(2025, 10, 20, 9, tzinfo=dt.UTC), dt.datetime(2025, 10, 20, 9)),
        ("soon", None),
        (45000.0, None),
        (None, None),
    ],
)
def test_dates_are_real_dates_or_iso_texts(cell: object, moment: dt.datetime | None) -> None:
    assert to_date(cell) == moment
