"""How an indicator stands in a quarter: state, figure, rating, directions."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.settings import Settings
from xl_outcomes.standing import Standing, assess, deadline, recent_figures

from .support import IN_RANGE, YEAR_TO_DATE, history, indicator, measure, observation, settings_of, stand, target

Q1, Q2, Q3, Q4 = (f"2025/26 Q{n}" for n in (1, 2, 3, 4))
LAST_YEAR, OLD_Q4 = "2024/25 Q1", "2024/25 Q4"
GOAL = [target(85)]
MONTHLY = {"Frequency": "Monthly", "Aggregation": "Sum"}
MONTHS = ("2025/26 M01", "2025/26 M02", "2025/26 M03")
ANNUAL = {"Frequency": "Annual"}


# ---- states: the first match wins ----

FIGURE = [observation(Q1, 82.1)]
STATES: list[tuple[str, dict[str, Any], list[dict[str, object]], list[dict[str, object]], str, str]] = [
    ("deleted", {"Status": "Deleted", "Live from": Q4}, GOAL, FIGURE, "Deleted", "Deleted from the framework."),
    (
        "in development",
        {"Status": "In development", **ANNUAL},
        GOAL,
        FIGURE,
        "In development",
        "In development: no figure is asked for yet.",
    ),
    (
        "proposed",
        {"Status": "Proposed"},
        GOAL,
        FIGURE,
        "In development",
        "In development: no figure is asked for yet.",
    ),
    (
        "before Live from",
        {"Live from": Q2},
        GOAL,
        FIGURE,
        "In development",
        "In development: no figure is asked for yet.",
    ),
    ("not due", ANNUAL, GOAL, FIGURE, "Not due", "Not due this quarter."),
    ("no observation", {}, GOAL, [], "Overdue", "No figure: it was due by 20 July 2025."),
    (
        "confidential",
        {},
        GOAL,
        [observation(Q1, None, Shorthand="c")],
        "Confidential",
        "The figure is confidential.",
    ),
    (
        "not applicable",
        {},
        GOAL,
        [observation(Q1, None, Shorthand="z")],
        "Not applicable",
        "Not applicable: there was nothing to count.",
    ),
    ("unavailable", {}, GOAL, [observation(Q1, None, Shorthand="x")], "Unavailable", "The figure is unavailable."),
    (
        "incomplete",
        MONTHLY,
        GOAL,
        [observation(m, 1) for m in MONTHS[1:]],
        "Incomplete",
        "Incomplete: 2 of 3 months.",
    ),
    (
        "baseline year",
        {"Status": "Baseline year", "Kind": "Contextual"},
        GOAL,
        FIGURE,
        "Baseline year",
        "82.1%: its baseline year, so there is no target yet.",
    ),
    ("contextual", {"Kind": "Contextual"}, [], FIGURE, "Data only", "82.1%: for information, not rated."),
    ("neither", {"Polarity": "Neither"}, GOAL, FIGURE, "Data only", "82.1%: for information, not rated."),
    (
        "no row in force",
        {},
        [target(85, Q2)],
        FIGURE,
        "Target to be confirmed",
        "82.1%: the target is to be confirmed.",
    ),
    ("TBC", {}, [target("TBC")], FIGURE, "Target to be confirmed", "82.1%: the target is to be confirmed."),
    ("blank", {}, [target(None)], FIGURE, "Target to be confirmed", "82.1%: the target is to be confirmed."),
    (
        "a range without its upper limit",
        IN_RANGE,
        [target(85, Lower=20)],
        FIGURE,
        "Target to be confirmed",
        "82.1%: the target is to be confirmed.",
    ),
    (
        "a range with a limit to be confirmed",
        IN_RANGE,
        [target(85, Lower="TBC", Upper=40)],
        FIGURE,
        "Target to be confirmed",
        "82.1%: the target is to be confirmed.",
    ),
    (
        "rated",
        {},
        GOAL,
        FIGURE,
        "Rated",
        "82.1% against a target of 85%: within the 10% tolerance (76.5% or more).",
    ),
]


@pytest.mark.parametrize("case", STATES, ids=[case[0] for case in STATES])
def test_the_first_state_that_fits_is_taken_and_said(case: Any) -> None:
    _, cells, goals, rows, state, words = case
    got = stand(Q1, Indicators=[indicator(**cells)], Targets=goals, Observations=rows)
    assert (got.state, got.reason) == (state, words)


@pytest.mark.parametrize("case", STATES, ids=[case[0] for case in STATES])
def test_only_rated_has_a_rating_and_only_the_last_four_states_show_the_figure(case: Any) -> None:
    _, cells, goals, rows, state, _ = case
    rows = [*rows, observation("2024/25 Q4", 80), observation(LAST_YEAR, 90)]
    got = _stand(Q1, rows, cells, Targets=goals, Settings=settings_of(Carry_forward=0))
    assert (got.rating is not None) == (got.calculated is not None) == (state == "Rated")
    assert (got.variance is not None) == (state == "Rated")
    shown = state in ("Baseline year", "Data only", "Target to be confirmed", "Rated")
    assert (got.value, got.previous, got.last_year) == (
        (Fraction("82.1"), Fraction(80), Fraction(90)) if shown else (None, None, None)
    )
    if not shown:
        assert (got.direction, got.direction_on_year) == (None, None)


def test_a_ref_whose_row_is_wrong_is_a_framework_error() -> None:
    got = assess(history(), "bad", Quarter(2025, 1))
    assert got == Standing("bad", "Framework error", "Its row fails the checks of the framework.")


@pytest.mark.parametrize("cells", [{}, {"Status": "Deleted"}, {"Status": "Proposed"}, ANNUAL])
def test_a_wrong_target_row_is_a_framework_error_before_all_else_but_only_while_in_force(cells: dict[str, Any]) -> None:
    goals = [target(85, OLD_Q4), target("lots", Q1), target(85, Q2)]
    got = [stand(q, wrong=[("Targets", 3)], Indicators=[indicator(**cells)], Targets=goals) for q in (OLD_Q4, Q1, Q2)]
    assert [s.state == "Framework error" for s in got] == [False, True, False]
    assert got[1] == Standing("A-1.1a", "Framework error", "The target in force fails the checks of the framework.")


def test_incomplete_quarters_are_counted_as_quarters() -> None:
    got = _stand(Q2, [observation(Q2, 1)], YEAR_TO_DATE)
    assert got.reason == "Incomplete: 1 of 2 quarters."


# ---- the deadline ----


@pytest.mark.parametrize(
    ("quarter", "lag", "days", "day"),
    [
        (Q1, None, 20, dt.date(2025, 7, 20)),
        (Q2, None, 20, dt.date(2025, 10, 20)),
        (Q3, None, 20, dt.date(2026, 1, 20)),
        (Q4, None, 20, dt.date(2026, 4, 20)),
        (Q2, 14, 20, dt.date(2025, 11, 3)),
        (Q2, None, 0, dt.date(2025, 9, 30)),
        (Q2, 0, 31, dt.date(2025, 10, 31)),
    ],
)
def test_the_deadline_is_the_due_days_and_the_lag_after_the_quarter(
    quarter: str, lag: int | None, days: int, day: dt.date
) -> None:
    indicator_ = measure(**{"Lag days": lag})
    assert deadline(indicator_, parse_quarter(quarter), Settings(return_due_days=days)) == day


@pytest.mark.parametrize(
    ("today", "state", "words"),
    [
        (dt.date(2025, 9, 1), "Awaiting", "No figure yet: it is due by 20 October 2025."),
        (dt.date(2025, 10, 20), "Awaiting", "No figure yet: it is due by 20 October 2025."),
        (dt.date(2025, 10, 21), "Overdue", "No figure: it was due by 20 October 2025."),
    ],
)
def test_a_figure_is_overdue_from_the_day_after_the_deadline(today: dt.date, state: str, words: str) -> None:
    got = stand(Q2, today, Targets=GOAL)
    assert (got.state, got.reason) == (state, words)


def test_a_figure_that_came_late_is_rated_all_the_same() -> None:
    assert stand(Q1, dt.date(2025, 5, 1), Targets=GOAL, Observations=FIGURE).rating == "Amber"


# ---- figure and rating ----


@pytest.mark.parametrize(("rate_on", "rating"), [("As displayed", "Green"), ("Unrounded", "Amber")])
def test_the_figure_is_rounded_before_it_is_rated_unless_the_council_chose_otherwise(rate_on: str, rating: str) -> None:
    got = _stand(Q1, [observation(Q1, 84.95)], Settings=settings_of(Rate_on=rate_on))
    assert (got.value, got.rating) == (85, rating)


def test_a_rated_quarter_has_target_limit_variance_and_flags() -> None:
    got = _stand(Q1, [observation(Q1, 82.1, Shorthand="p")])
    assert got.held is not None
    assert (got.held.target, got.held.amber, str(got.held.start)) == (85, Fraction("76.5"), "2022/23 Q1")
    assert (got.variance, got.flags, got.calculated) == (Fraction("-2.9"), ("p",), "Amber")


@pytest.mark.parametrize("code", ["p", "e", "r"])
def test_provisional_estimated_and_revised_figures_are_rated(code: str) -> None:
    got = _stand(Q1, [observation(Q1, 90, Shorthand=code)])
    assert (got.rating, got.flags) == ("Green", (code,))


def test_a_past_quarter_is_rated_with_the_row_then_in_force() -> None:
    goals = [target(85, "2024/25 Q1"), target(95, "2025/26 Q1")]
    rows = [observation(OLD_Q4, 90), observation(Q1, 90)]
    assert [_stand(q, rows, Targets=goals).rating for q in (OLD_Q4, Q1)] == ["Green", "Amber"]


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    st.integers(50, 120),
    st.integers(50, 120),
    st.integers(1, 8),
    st.sampled_from(["Higher is better", "Lower is better"]),
    st.sampled_from(["In period", "Year to date"]),
)
def test_a_rating_never_depends_on_a_later_target_row(
    value: int, later: int, quarters: int, polarity: str, report_as: str
) -> None:
    cells = {"Polarity": polarity, "Report as": report_as}
    rows = [observation(LAST_YEAR, 80), observation(Q1, value)]
    now, then = target(85, Q1), target(later, str(Quarter(2025, 1).shift(quarters)))
    assert _stand(Q1, rows, cells, Targets=[now]) == _stand(Q1, rows, cells, Targets=[now, then])


def test_an_older_row_does_not_hold_a_year_to_date_figure_in_the_next_year() -> None:
    rows = [observation(Q1, 90)]
    assert _stand(Q1, rows, YEAR_TO_DATE, Targets=[target(85, OLD_Q4)]).state == "Target to be confirmed"
    assert _stand(Q1, rows, Targets=[target(85, OLD_Q4)]).state == "Rated"


# ---- comparators ----


@pytest.mark.parametrize(
    ("cells", "quarter", "previous"),
    [
        ({}, Q1, OLD_Q4),
        ({}, Q2, Q1),
        ({"Frequency": "Half-yearly"}, Q2, OLD_Q4),
        ({"Frequency": "Half-yearly"}, Q4, Q2),
        (ANNUAL, Q4, OLD_Q4),
        ({**ANNUAL, "Due quarter": "Q2"}, Q2, "2024/25 Q2"),
    ],
)
def test_the_direction_is_against_the_previous_due_quarter(cells: dict[str, Any], quarter: str, previous: str) -> None:
    keys = dict.fromkeys([quarter, previous, *(f"2024/25 Q{n}" for n in (1, 2, 3, 4)), Q1, Q2, Q3])
    rows = [observation(key, {quarter: 90, previous: 80}.get(key, 99)) for key in keys]
    got = _stand(quarter, rows, cells)
    assert (got.previous, got.direction) == (80, "Improving")


def test_none_further_back_than_the_previous_due_quarter() -> None:
    got = _stand(Q2, [observation(Q2, 90), observation(OLD_Q4, 80)])
    assert (got.previous, got.direction) == (None, None)


def test_the_direction_on_year_is_against_the_same_quarter_last_year() -> None:
    got = _stand(Q1, [observation(Q1, 90), observation(LAST_YEAR, 95)])
    assert (got.last_year, got.direction_on_year, got.direction) == (95, "Worsening", None)


@pytest.mark.parametrize("code", ["c", "x", "z"])
def test_a_comparator_without_a_figure_leaves_the_direction_blank(code: str) -> None:
    rows = [observation(Q1, 90), observation(OLD_Q4, 80, Shorthand=code), observation(LAST_YEAR, 70, Shorthand=code)]
    got = _stand(Q1, rows)
    assert (got.previous, got.direction, got.last_year, got.direction_on_year) == (None, None, None, None)


def test_a_confidential_figure_is_shown_nowhere() -> None:
    rows = [observation(Q1, 90, Shorthand="c", Forecast=95, Commentary="Ninety."), observation(OLD_Q4, 80)]
    got = _stand(Q1, rows)
    assert (got.value, got.variance, got.previous, got.forecast, got.direction) == (None,) * 5


def test_quarters_before_live_from_give_no_comparator() -> None:
    rows = [observation(Q2, 90), observation(Q1, 80), observation("2024/25 Q2", 70)]
    got = _stand(Q2, rows, {"Live from": Q2})
    assert (got.state, got.previous, got.last_year) == ("Rated", None, None)


def test_displayed_figures_are_compared() -> None:
    got = _stand(Q1, [observation(Q1, 84.96), observation(OLD_Q4, 85.04), observation(LAST_YEAR, 84.94)])
    assert (got.value, got.previous, got.last_year) == (85, 85, Fraction("84.9"))
    assert (got.direction, got.direction_on_year) == ("No change", "Improving")


def test_the_no_change_band_is_the_councils_choice() -> None:
    rows = [observation(Q1, 82), observation(OLD_Q4, 80)]
    assert _stand(Q1, rows, Settings=settings_of(**{"No-change_band": 2.5})).direction == "No change"
    assert _stand(Q1, rows, Settings=settings_of(**{"No-change_band": 2.4})).direction == "Improving"


def test_year_to_date_figures_have_only_a_direction_on_year() -> None:
    rows = [observation(q, 10) for q in (LAST_YEAR, "2024/25 Q2", Q1, Q2)]
    got = _stand(Q2, rows, YEAR_TO_DATE)
    assert (got.previous, got.direction) == (None, None)
    assert (got.value, got.last_year, got.direction_on_year) == (20, 20, "No change")


def test_a_year_to_date_figure_is_compared_only_over_the_same_periods() -> None:
    rows = [observation(q, 10) for q in ("2024/25 Q2", "2024/25 Q3", Q1, Q2, "2026/27 Q1", "2026/27 Q2")]
    cells = {**YEAR_TO_DATE, "Live from": "2024/25 Q2"}
    goals = [target(85, "2025/26 Q1"), target(85, "2026/27 Q1")]
    first, second = (_stand(q, rows, cells, Targets=goals) for q in (Q2, "2026/27 Q2"))
    assert (first.value, first.last_year, first.direction_on_year) == (20, None, None)
    assert (second.last_year, second.direction_on_year) == (20, "No change")


def test_in_range_compares_distances_to_the_range_in_force_for_the_rated_quarter() -> None:
    goals = [target(None, Lower=0, Upper=10), target(None, Q1, Lower=20, Upper=40)]
    got = _stand(Q1, [observation(Q1, 19), observation(OLD_Q4, 5)], IN_RANGE, Targets=goals)
    assert (got.previous, got.direction, got.variance) == (5, "Improving", -1)


def test_in_range_without_a_range_in_force_has_no_direction() -> None:
    got = _stand(Q1, [observation(Q1, 19), observation(OLD_Q4, 5)], IN_RANGE, Targets=[])
    assert (got.previous, got.direction) == (5, None)


def test_polarity_neither_is_increasing_or_decreasing() -> None:
    rows = [observation(Q1, 19), observation(OLD_Q4, 5), observation(LAST_YEAR, 30)]
    got = _stand(Q1, rows, {"Polarity": "Neither"})
    assert (got.direction, got.direction_on_year) == ("Increasing", "Decreasing")


@pytest.mark.parametrize(("rate_on", "rating"), [("As displayed", "Amber"), ("Unrounded", "Red")])
def test_the_direction_scheme_compares_both_figures_on_the_basis_of_rate_on(rate_on: str, rating: str) -> None:
    choices = settings_of(RAG_scheme="Direction", Rate_on=rate_on)
    assert _stand(Q1, [observation(Q1, 70.02), observation(LAST_YEAR, 70.04)], Settings=choices).rating == rating


def test_the_direction_scheme_has_no_such_figure_where_the_windows_differ() -> None:
    rows = [observation("2024/25 Q2", 99), observation(Q1, 30), observation(Q2, 30)]
    cells = {**YEAR_TO_DATE, "Live from": "2024/25 Q2"}
    got = _stand(Q2, rows, cells, Targets=[target(85, Q1)], Settings=settings_of(RAG_scheme="Direction"))
    assert got.rating == "Amber"


def test_without_last_years_figure_the_direction_scheme_does_not_claim_one() -> None:
    got = _stand(Q1, [observation(Q1, 70)], Settings=settings_of(RAG_scheme="Direction"))
    assert got.rating == "Amber"
    assert got.reason == ("70.0% against a target of 85%: off target, with no figure of a year before to compare with.")


def test_with_last_years_figure_the_direction_scheme_says_how_it_compares() -> None:
    rows = [observation(Q1, 70), observation(LAST_YEAR, 71)]
    got = _stand(Q1, rows, Settings=settings_of(RAG_scheme="Direction"))
    assert got.reason == "70.0% against a target of 85%: off target and worse than last year."


def test_recent_figures_are_those_that_quarters_show() -> None:
    rows = [observation(Q1, 80), observation(Q2, 82.14, Shorthand="c"), observation(Q3, 82.16)]
    held = history(Targets=GOAL, Observations=rows)
    own = held.framework.indicators["A-1.1a"]
    wanted = [Quarter(2025, n) for n in (1, 2, 3, 4)]
    assert recent_figures(held, own, wanted) == [80, None, Fraction("82.2"), None]


# ---- the forecast ----


def test_the_forecast_is_rated_against_the_row_in_force_in_q4() -> None:
    goals = [target(85), target(95, Q4)]
    got = _stand(Q1, [observation(Q1, 90, Forecast=90.04)], Targets=goals)
    assert (got.rating, got.forecast, got.forecast_rating) == ("Green", 90, "Amber")


def test_the_forecast_is_rated_against_the_whole_years_target() -> None:
    goals = [target(100, Q1, Profile="Even")]
    got = _stand(Q1, [observation(Q1, 25, Forecast=95)], YEAR_TO_DATE, Targets=goals)
    assert (got.rating, got.forecast_rating) == ("Green", "Amber")


@pytest.mark.parametrize(("rate_on", "rating"), [("As displayed", "Green"), ("Unrounded", "Amber")])
def test_the_forecast_is_rated_on_the_same_basis(rate_on: str, rating: str) -> None:
    got = _stand(Q1, [observation(Q1, 90, Forecast=84.95)], Settings=settings_of(Rate_on=rate_on))
    assert (got.forecast, got.forecast_rating) == (85, rating)


def test_under_direction_the_forecast_is_compared_with_last_years_q4() -> None:
    rows = [observation(Q1, 90, Forecast=70), observation(OLD_Q4, 71), observation(LAST_YEAR, 10)]
    assert _stand(Q1, rows, Settings=settings_of(RAG_scheme="Direction")).forecast_rating == "Red"


@pytest.mark.parametrize(
    ("cells", "goals"),
    [
        ({"Kind": "Contextual"}, GOAL),
        ({"Polarity": "Neither"}, GOAL),
        ({"Status": "Baseline year"}, GOAL),
        ({}, []),
        ({}, [target(85), target("TBC", Q4)]),
        (IN_RANGE, [target(85, Lower=1)]),
    ],
)
def test_a_forecast_that_cannot_be_rated_is_shown_without_a_rating(
    cells: dict[str, Any], goals: list[dict[str, object]]
) -> None:
    got = _stand(Q1, [observation(Q1, 90, Forecast=88)], cells, Targets=goals)
    assert (got.forecast, got.forecast_rating) == (88, None)


def test_a_wrong_target_row_in_q4_leaves_the_forecast_unrated() -> None:
    goals = [target(85), target("lots", Q4)]
    got = _stand(Q1, [observation(Q1, 90, Forecast=88)], Targets=goals, wrong=[("Targets", 3)])
    assert (got.rating, got.forecast, got.forecast_rating) == ("Green", 88, None)


def test_a_forecast_is_given_also_where_the_figure_is_incomplete_or_unavailable() -> None:
    rows = [observation(MONTHS[0], 1, Forecast=88)]
    assert _stand(Q1, rows, MONTHLY).forecast_rating == "Green"
    assert _stand(Q1, [observation(Q1, None, Shorthand="x", Forecast=88)]).forecast_rating == "Green"


# ---- carried ratings ----


@pytest.mark.parametrize(
    ("cells", "quarter", "carry", "carried"),
    [
        (ANNUAL, Q1, 3, OLD_Q4),
        (ANNUAL, Q3, 3, OLD_Q4),
        (ANNUAL, Q3, 2, None),
        (ANNUAL, Q1, 0, None),
        ({"Frequency": "Half-yearly"}, Q1, 3, OLD_Q4),
        ({"Frequency": "Half-yearly"}, Q1, 1, OLD_Q4),
        ({"Frequency": "Half-yearly"}, Q3, 3, None),
    ],
)
def test_an_indicator_that_is_not_due_keeps_its_last_due_rating_for_a_while(
    cells: dict[str, Any], quarter: str, carry: int, carried: str | None
) -> None:
    choices = settings_of(Carry_forward=carry)
    got = _stand(quarter, [observation(OLD_Q4, 82.1, Shorthand="p")], cells, Settings=choices)
    assert (got.state, got.carried_from) == ("Not due", parse_quarter(carried) if carried else None)
    assert (got.rating, got.calculated) == (("Amber", "Amber") if carried else (None, None))
    words = f"Not due this quarter: Amber is carried from {carried}." if carried else "Not due this quarter."
    assert got.reason == words


def test_a_carried_rating_has_neither_figure_nor_directions() -> None:
    got = _stand(Q1, [observation(OLD_Q4, 82.1, Forecast=90), observation("2023/24 Q4", 80)], ANNUAL)
    assert got.rating == "Amber"
    assert (got.value, got.previous, got.last_year, got.direction, got.direction_on_year) == (None,) * 5
    assert (got.variance, got.forecast, got.flags) == (None, None, ())


@pytest.mark.parametrize("rows", [[], [observation(OLD_Q4, 80, Shorthand="c")]])
def test_only_a_rated_quarter_is_carried_and_none_further_back(rows: list[dict[str, object]]) -> None:
    older = observation("2024/25 Q2", 90)
    got = _stand(Q1, [*rows, older], {"Frequency": "Half-yearly"})
    assert (got.rating, got.carried_from) == (None, None)


def test_a_baseline_or_contextual_figure_is_not_carried() -> None:
    for cells in ({"Status": "Baseline year"}, {"Kind": "Contextual"}):
        assert _stand(Q1, [observation(OLD_Q4, 82.1)], {**ANNUAL, **cells}).rating is None


def test_quarters_before_live_from_are_not_carried() -> None:
    got = _stand(Q1, [observation(OLD_Q4, 82.1)], {**ANNUAL, "Live from": Q1})
    assert (got.state, got.rating) == ("Not due", None)


def test_the_carried_rating_is_that_of_the_target_then_in_force() -> None:
    goals = [target(80, "2024/25 Q1"), target(200, Q1)]
    assert _stand(Q1, [observation(OLD_Q4, 82.1)], ANNUAL, Targets=goals).rating == "Green"


def test_under_direction_the_carried_rating_looks_at_its_own_last_year() -> None:
    rows = [observation(OLD_Q4, 70), observation("2023/24 Q4", 71)]
    assert _stand(Q1, rows, ANNUAL, Settings=settings_of(RAG_scheme="Direction")).rating == "Red"


# ---- closed quarters ----


@pytest.mark.parametrize(("cells", "closed"), [({}, OLD_Q4), ({}, LAST_YEAR)])
def test_the_comparator_of_a_closed_quarter_is_its_results_figure(cells: dict[str, Any], closed: str) -> None:
    rows = [observation(Q1, 82), observation(OLD_Q4, 70), observation(LAST_YEAR, 70)]
    got = _stand(Q1, rows, cells, closed=_closed(closed, 90.0, "Rated", "Green"))
    assert (got.previous, got.direction) == ((90, "Worsening") if closed == OLD_Q4 else (70, "Improving"))
    assert (got.last_year, got.direction_on_year) == ((90, "Worsening") if closed == LAST_YEAR else (70, "Improving"))


@pytest.mark.parametrize("state", ["Confidential", "Overdue", "Not due", "Framework error"])
def test_a_closed_quarter_without_a_figure_is_no_comparator_whatever_came_since(state: str) -> None:
    rows = [observation(Q1, 82), observation(OLD_Q4, 70)]
    got = _stand(Q1, rows, closed=_closed(OLD_Q4, None, state, None))
    assert (got.previous, got.direction) == (None, None)


def test_an_indicator_that_a_closed_quarter_did_not_have_has_no_comparator_there() -> None:
    rows = [observation(Q1, 82), observation(OLD_Q4, 70)]
    assert _stand(Q1, rows, closed={parse_quarter(OLD_Q4): {}}).previous is None


@pytest.mark.parametrize(("figure", "rating"), [(70.0, "Amber"), (71.0, "Red")])
def test_the_direction_scheme_takes_last_year_from_the_closed_results(figure: float, rating: str) -> None:
    rows = [observation(Q1, 70), observation(LAST_YEAR, 1)]
    choices = settings_of(RAG_scheme="Direction")
    closed = _closed(LAST_YEAR, figure, "Rated", "Red")
    assert _stand(Q1, rows, Settings=choices, closed=closed).rating == rating


def test_a_carried_rating_of_a_closed_quarter_is_its_calculated_rating_never_rated_again() -> None:
    rows = [observation(OLD_Q4, 99)]
    got = _stand(Q1, rows, ANNUAL, closed=_closed(OLD_Q4, 60.0, "Rated", "Red", rating="Amber"))
    assert (got.rating, got.calculated, str(got.carried_from)) == ("Red", "Red", OLD_Q4)


def test_a_closed_quarter_that_was_not_rated_is_not_carried() -> None:
    got = _stand(Q1, [observation(OLD_Q4, 99)], ANNUAL, closed=_closed(OLD_Q4, None, "Overdue", None))
    assert (got.rating, got.carried_from) == (None, None)


def _stand(quarter: str, rows: list[dict[str, object]], cells: dict[str, Any] | None = None, **more: Any) -> Standing:
    given_ = {"Targets": GOAL, "Indicators": [indicator(**(cells or {}))], **more}
    return stand(quarter, Observations=rows, **given_)


def _closed(quarter: str, value: float | None, state: str, calculated: str | None, rating: str | None = None) -> Any:
    row = {"Value": value, "State": state, "Rating": rating or calculated, "Calculated rating": calculated}
    return {parse_quarter(quarter): {"A-1.1a": row}}
