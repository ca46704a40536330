"""From observations to the figure that a quarter reports."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from xl_outcomes.figures import Figure, Observed, count_observations, figure, is_yes, read_code, window
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_period, parse_quarter

from .support import RATIO, YEAR_TO_DATE, history, indicator, measure, observation, places, table

Q1, Q2, Q3, Q4 = (f"2025/26 Q{n}" for n in (1, 2, 3, 4))
MONTHLY = {"Frequency": "Monthly", "Aggregation": "Sum"}
M1, M2, M3 = "2025/26 M01", "2025/26 M02", "2025/26 M03"


# ---- which observations count ----


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ({"Value": 80}, True),
        ({"Value": 0}, True),
        ({"Value": "1,234"}, True),
        ({"Value": 80, "Superseded": "Yes"}, False),
        ({"Value": 80, "Superseded": "yes "}, False),
        ({"Value": 80, "Superseded": "No"}, True),
        ({"Value": None}, False),
        ({"Value": "n/a"}, False),
        ({"Value": None, "Commentary": "Late.", "Forecast": 90}, False),
        ({"Value": None, "Shorthand": "x"}, True),
        ({"Value": None, "Shorthand": "z"}, True),
        ({"Value": None, "Shorthand": "[c]"}, True),
        ({"Value": None, "Shorthand": "p"}, False),
        ({"Value": None, "Shorthand": "?"}, False),
        ({"Value": 80, "Shorthand": "?"}, True),
        ({"Value": None, "Shorthand": "x", "Superseded": "Yes"}, False),
        ({"Numerator": 1, "Denominator": 2}, False),
    ],
)
def test_an_observation_counts_with_a_usable_figure_or_a_code_unless_superseded(
    cells: dict[str, object], counts: bool
) -> None:
    assert bool(_counted([observation(Q1, **{"value": None, **_lower(cells)})])) is counts


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ({"Numerator": 1, "Denominator": 2}, True),
        ({"Numerator": 0, "Denominator": 0}, True),
        ({"Numerator": 1, "Denominator": 0}, False),
        ({"Numerator": 1, "Denominator": 0, "Value": 50}, False),
        ({"Numerator": 1, "Denominator": 0, "Shorthand": "x"}, True),
        ({"Numerator": 1}, False),
        ({"Denominator": 1}, False),
        ({"Value": 50}, True),
    ],
)
def test_a_ratio_counts_by_its_pair_or_value_but_not_with_a_numerator_over_0(
    cells: dict[str, object], counts: bool
) -> None:
    assert bool(_counted([observation(Q1, **{"value": None, **_lower(cells)})], **RATIO)) is counts


@pytest.mark.parametrize("code", ["x", "z", "c"])
def test_a_code_beside_a_figure_stands(code: str) -> None:
    outcomes = {"x": "Unavailable", "z": "Not applicable", "c": "Confidential"}
    assert _figure(Q1, [observation(Q1, 80, Shorthand=code)]).outcome == outcomes[code]


@pytest.mark.parametrize(
    ("received", "used"),
    [
        ((None, None), 2),
        (("2025-07-02", "2025-07-01"), 1),
        (("2025-07-01", "2025-07-02"), 2),
        (("2025-07-01", None), 1),
        ((None, "2025-07-01"), 2),
        (("2025-07-01", "2025-07-01"), 2),
        (("2025-07-01T12:00", "2025-07-01T09:00"), 1),
        ((dt.date(2025, 7, 2), "2025-07-01"), 1),
    ],
)
def test_of_two_rows_the_later_received_counts_then_the_later_row(received: tuple[object, object], used: int) -> None:
    rows = [observation(Q1, n, Received=when) for n, when in enumerate(received, 1)]
    assert _figure(Q1, rows).value == used


def test_two_rows_for_one_indicator_period_and_area_are_an_issue() -> None:
    issues = _issues([observation(Q1, 1), observation("q1 2025-26", 2)])
    assert places(issues, "warning") == [("observation-twice", "Observations", "B3")]
    assert issues[0].message == "Rows 2 and 3 both give A-1.1a for 2025/26 Q1; row 3 is used."
    assert issues[0].fix == "Mark the row that is wrong as superseded."


def test_the_issue_says_which_row_is_used_where_it_is_the_earlier() -> None:
    (issue,) = _issues([observation(Q1, 1, Received="2025-07-02"), observation(Q1, 2)])
    assert issue.message == "Rows 3 and 2 both give A-1.1a for 2025/26 Q1; row 2 is used."


@pytest.mark.parametrize(
    "second", [observation(Q1, 2, Superseded="Yes"), observation(Q1, None), observation(Q1, 2, Area="North")]
)
def test_rows_that_do_not_count_or_are_for_another_area_are_no_second_rows(second: dict[str, object]) -> None:
    rows = [observation(Q1, 1), second]
    assert _issues(rows) == []
    assert _figure(Q1, rows).value == 1


def test_rows_with_an_area_are_breakdowns_and_never_part_of_the_councils_own_figure() -> None:
    rows = [observation(Q1, 10, Area="North"), observation(Q1, 20, Area="South")]
    assert _figure(Q1, rows).outcome == "none"
    areas = _observed(rows)["A-1.1a"]
    assert {area: counted[parse_period(Q1)].value for area, counted in areas.items()} == {"North": 10, "South": 20}


@pytest.mark.parametrize(
    ("frequency", "period", "message"),
    [
        ("Quarterly", M1, "A-1.1a is reported by quarters; the row for 2025/26 M01 is left out."),
        ("Monthly", Q1, "A-1.1a is reported by months; the row for 2025/26 Q1 is left out."),
        ("Annual", M1, "A-1.1a is reported by quarters; the row for 2025/26 M01 is left out."),
    ],
)
def test_a_period_that_does_not_fit_the_frequency_is_ignored_with_an_issue(
    frequency: str, period: str, message: str
) -> None:
    (issue,) = _issues([observation(period, 80)], Frequency=frequency)
    assert (issue.code, issue.severity, issue.cell, issue.message) == (
        "observation-frequency",
        "warning",
        "B2",
        message,
    )
    assert _counted([observation(period, 80)], Frequency=frequency) == {}


@pytest.mark.parametrize(
    ("row", "code", "cell", "message"),
    [
        (
            observation(Q1, 1, ref="Z"),
            "observation-unknown",
            "A2",
            '"Z" is not in the Indicators table; the row is left out.',
        ),
        (
            observation(Q1, 1, ref=None),
            "observation-unknown",
            "A2",
            '"" is not in the Indicators table; the row is left out.',
        ),
        (observation("June", 1), "observation-period", "B2", '"June" is not a period; the row is left out.'),
        (
            observation("2025/27 Q1", 1),
            "observation-period",
            "B2",
            '"2025/27 Q1" is not a period; the row is left out.',
        ),
        (observation(None, 1), "observation-period", "B2", '"" is not a period; the row is left out.'),
    ],
)
def test_a_row_that_belongs_nowhere_is_an_issue(row: dict[str, object], code: str, cell: str, message: str) -> None:
    (issue,) = _issues([row])
    assert (issue.code, issue.severity, issue.cell, issue.message) == (code, "warning", cell, message)


def test_an_empty_row_is_no_issue() -> None:
    assert _issues([{}]) == []


# ---- the window ----


@pytest.mark.parametrize(
    ("cells", "quarter", "periods"),
    [
        ({}, Q2, [Q2]),
        ({"Frequency": "Monthly"}, Q1, [M1, M2, M3]),
        ({"Frequency": "Half-yearly"}, Q4, [Q4]),
        ({"Frequency": "Annual"}, Q4, [Q4]),
        (YEAR_TO_DATE, Q3, [Q1, Q2, Q3]),
        (YEAR_TO_DATE, Q1, [Q1]),
        ({**YEAR_TO_DATE, "Frequency": "Half-yearly"}, Q4, [Q2, Q4]),
        ({**YEAR_TO_DATE, "Frequency": "Annual"}, Q4, [Q4]),
        ({**YEAR_TO_DATE, "Frequency": "Monthly"}, Q2, [f"2025/26 M0{n}" for n in range(1, 7)]),
        ({**YEAR_TO_DATE, "Live from": Q2}, Q3, [Q2, Q3]),
        ({**YEAR_TO_DATE, "Live from": "2024/25 Q2"}, Q2, [Q1, Q2]),
    ],
)
def test_the_window_is_the_quarter_or_the_due_periods_from_april_or_live_from(
    cells: dict[str, Any], quarter: str, periods: list[str]
) -> None:
    assert [str(p) for p in window(measure(**cells), parse_quarter(quarter))] == periods


# ---- what it gives ----


def test_a_value_is_the_number_as_given() -> None:
    assert _figure(Q1, [observation(Q1, 1.255 * 100)]).value == Fraction(251, 2)


@pytest.mark.parametrize(
    ("per", "unit", "value"), [(None, "Percentage", 25), (None, "Count", "0.25"), (1000, "Rate", 250)]
)
def test_a_ratio_is_numerator_over_denominator_times_per(per: int | None, unit: str, value: object) -> None:
    rows = [observation(Q1, 99, Numerator=1, Denominator=4)]
    assert _figure(Q1, rows, **{**RATIO, "Per": per, "Unit": unit}).value == Fraction(str(value))


def test_a_ratio_row_without_a_pair_counts_by_its_value_where_one_period_is_needed() -> None:
    assert _figure(Q1, [observation(Q1, 42)], **RATIO).value == 42
    assert _figure(Q1, [observation(Q1, 42)], **{**RATIO, "Aggregation": "Latest"}).value == 42


def test_a_ratio_row_without_a_pair_makes_a_longer_window_incomplete() -> None:
    rows = [observation(Q1, 42), observation(Q2, None, Numerator=1, Denominator=2)]
    found = _figure(Q2, rows, **{**RATIO, **YEAR_TO_DATE})
    assert (found.outcome, found.have, found.needed) == ("Incomplete", 1, 2)


def test_a_ratio_row_without_a_pair_is_used_where_the_other_periods_are_not_applicable() -> None:
    rows = [observation(M1, None, Shorthand="z"), observation(M2, None, Shorthand="z"), observation(M3, 42)]
    assert _figure(Q1, rows, **{**MONTHLY, **RATIO}).value == 42


def test_a_sum_of_ratios_is_the_ratio_of_the_sums_never_a_mean_of_ratios() -> None:
    rows = [observation(Q1, None, Numerator=1, Denominator=10), observation(Q2, None, Numerator=9, Denominator=10)]
    rows += [observation(Q3, None, Numerator=0, Denominator=20)]
    assert _figure(Q3, rows, **{**RATIO, **YEAR_TO_DATE}).value == 25


@pytest.mark.parametrize(("aggregation", "value"), [("Sum", 12), ("Mean", 4), ("Latest", 6)])
def test_months_are_added_averaged_or_the_latest_taken(aggregation: str, value: int) -> None:
    rows = [observation(M1, 1), observation(M2, 5), observation(M3, 6)]
    assert _figure(Q1, rows, **{**MONTHLY, "Aggregation": aggregation}).value == value


def test_a_mean_is_exact() -> None:
    rows = [observation(M1, 1), observation(M2, 1), observation(M3, 2)]
    assert _figure(Q1, rows, **{**MONTHLY, "Aggregation": "Mean"}).value == Fraction(4, 3)


def test_latest_looks_only_at_the_windows_last_due_period() -> None:
    only_before = [observation(M1, 1), observation(M2, 5)]
    latest = {**MONTHLY, "Aggregation": "Latest"}
    assert _figure(Q1, only_before, **latest).outcome == "none"
    assert _figure(Q1, [observation(M1, None, Shorthand="c"), observation(M3, 6)], **latest).value == 6


def test_year_to_date_adds_up_from_april() -> None:
    rows = [observation("2024/25 Q4", 100), observation(Q1, 10), observation(Q2, 20), observation(Q3, 30)]
    assert [_figure(q, rows, **YEAR_TO_DATE).value for q in (Q1, Q2, Q3)] == [10, 30, 60]


def test_in_period_takes_the_one_observation_of_a_half_yearly_indicator() -> None:
    rows = [observation(Q1, 5), observation(Q2, 7)]
    assert _figure(Q2, rows, Frequency="Half-yearly", Aggregation="Sum").value == 7


# ---- first match wins ----


@pytest.mark.parametrize(
    ("months", "outcome"),
    [
        (("", "", ""), "none"),
        (("1", "c", ""), "Confidential"),
        (("x", "c", "z"), "Confidential"),
        (("z", "z", "z"), "Not applicable"),
        (("x", "x", "x"), "Unavailable"),
        (("z", "x", "x"), "Unavailable"),
        (("z", "z", "x"), "Unavailable"),
        (("1", "x", "3"), "Incomplete"),
        (("1", "", "3"), "Incomplete"),
        (("x", "", "x"), "Incomplete"),
        (("z", "", "z"), "Incomplete"),
        (("1", "z", "3"), "figure"),
        (("z", "z", "3"), "figure"),
        (("1", "2", "3"), "figure"),
    ],
)
def test_what_the_window_gives_is_the_first_that_fits(months: tuple[str, str, str], outcome: str) -> None:
    rows = [_typed(period, text) for period, text in zip((M1, M2, M3), months, strict=True) if text]
    assert _figure(Q1, rows, **MONTHLY).outcome == outcome


def test_a_period_marked_not_applicable_is_not_needed() -> None:
    rows = [_typed(M1, "1"), _typed(M2, "z"), _typed(M3, "3")]
    assert _figure(Q1, rows, **MONTHLY).value == 4
    assert _figure(Q1, rows, **{**MONTHLY, "Aggregation": "Mean"}).value == 2


def test_nothing_in_the_reported_quarter_itself_is_no_observation() -> None:
    assert _figure(Q2, [observation(Q1, 10)], **YEAR_TO_DATE).outcome == "none"
    assert _figure(Q2, [observation(Q1, None, Shorthand="c")], **YEAR_TO_DATE).outcome == "none"


def test_a_confidential_quarter_hides_the_years_figure() -> None:
    rows = [observation(Q1, None, Shorthand="c"), observation(Q2, 5)]
    assert _figure(Q2, rows, **YEAR_TO_DATE).outcome == "Confidential"


def test_an_incomplete_window_says_how_many_of_how_many() -> None:
    found = _figure(Q1, [_typed(M1, "1"), _typed(M3, "3")], **MONTHLY)
    assert (found.outcome, found.have, found.needed) == ("Incomplete", 2, 3)
    less = _figure(Q1, [_typed(M1, "1"), _typed(M2, "z")], **MONTHLY)
    assert (less.have, less.needed) == (1, 2)


def test_numerators_and_denominators_that_sum_to_0_are_not_applicable() -> None:
    rows = [observation(q, None, Numerator=0, Denominator=0) for q in (Q1, Q2)]
    assert _figure(Q2, rows, **{**RATIO, **YEAR_TO_DATE}).outcome == "Not applicable"


def test_one_quarter_of_0_over_0_leaves_the_years_ratio() -> None:
    rows = [observation(Q1, None, Numerator=0, Denominator=0), observation(Q2, None, Numerator=1, Denominator=2)]
    assert _figure(Q2, rows, **{**RATIO, **YEAR_TO_DATE}).value == 50


def test_p_e_and_r_of_any_observation_used_are_carried_as_flags() -> None:
    rows = [observation(M1, 1, Shorthand="R"), observation(M2, 2, Shorthand="[p]"), observation(M3, 3, Shorthand="p")]
    found = _figure(Q1, rows, **MONTHLY)
    assert (found.value, found.codes) == (6, ("p", "r"))
    assert _figure(Q1, rows, **{**MONTHLY, "Aggregation": "Latest"}).codes == ("p",)


def test_without_a_figure_there_are_no_flags() -> None:
    assert _figure(Q1, [observation(M1, 1, Shorthand="p")], **MONTHLY).codes == ()


def test_the_figure_is_shown_at_the_indicators_decimals_half_away_from_zero() -> None:
    assert Figure("figure", Fraction("84.95")).shown(1) == 85
    assert Figure("figure", Fraction("-0.25")).shown(1) == Fraction("-0.3")
    assert Figure("Incomplete").shown(1) is None


# ---- the forecast ----


def test_the_forecast_is_the_latest_that_came_with_the_reported_quarter() -> None:
    rows = [observation(M1, 1, Forecast=90), observation(M2, 2, Forecast=91), observation(M3, 3)]
    assert _figure(Q1, rows, **MONTHLY).forecast == 91


def test_a_forecast_beside_a_confidential_figure_is_not_taken() -> None:
    rows = [observation(M2, 2, Shorthand="c", Forecast=91), observation(M3, 3)]
    assert _figure(Q1, rows, **{**MONTHLY, "Aggregation": "Latest"}).forecast is None


def test_an_earlier_quarters_forecast_is_not_repeated() -> None:
    rows = [observation(Q1, 1, Forecast=90), observation(Q2, 2)]
    assert _figure(Q2, rows, **YEAR_TO_DATE).forecast is None


# ---- small words ----


@pytest.mark.parametrize(
    ("cell", "code"), [("p", "p"), (" [C] ", "c"), ("X", "x"), ("[z]", "z"), ("provisional", ""), (None, ""), (5, "")]
)
def test_a_code_is_one_letter_with_or_without_brackets(cell: object, code: str) -> None:
    assert read_code(cell) == code


@pytest.mark.parametrize(("cell", "yes"), [("Yes", True), (" yes ", True), (True, True), ("No", False), (None, False)])
def test_superseded_is_yes_or_not(cell: object, yes: bool) -> None:
    assert is_yes(cell) is yes


def _lower(cells: dict[str, object]) -> dict[str, object]:
    return {("value" if h == "Value" else h): v for h, v in cells.items()}


def _typed(period: str, text: str) -> dict[str, object]:
    return observation(period, float(text)) if text.isdigit() else observation(period, None, Shorthand=text)


def _figure(quarter: str, rows: list[dict[str, object]], **cells: object) -> Figure:
    held = history(Indicators=[indicator(**cells)], Observations=rows)
    own = held.framework.indicators["A-1.1a"]
    return figure(own, held.council_figures(own), parse_quarter(quarter))


def _observed(rows: list[dict[str, object]], **cells: object) -> Observed:
    return history(Indicators=[indicator(**cells)], Observations=rows).observed


def _counted(rows: list[dict[str, object]], **cells: object) -> Any:
    return _observed(rows, **cells).get("A-1.1a", {}).get("", {})


def _issues(rows: list[dict[str, object]], **cells: object) -> list[Issue]:
    tree = history(Indicators=[indicator(**cells)]).framework
    return list(count_observations(table("Observations", rows), tree)[1])


def test_the_figure_of_a_quarter_with_no_rows_at_all_is_none() -> None:
    assert figure(measure(), {}, Quarter(2025, 1)) == Figure("none", needed=1)
