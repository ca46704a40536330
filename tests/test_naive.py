"""The naive rating against examples worked by hand: each test states the sentence of the rules that it takes."""

import datetime
from fractions import Fraction
from typing import Any

import pytest

from . import naive
from .frameworks import random_period, random_tables, random_today

Row = dict[str, Any]
LATE, Q1, Q2, Q3, Q4 = datetime.date(2027, 1, 1), "2025/26 Q1", "2025/26 Q2", "2025/26 Q3", "2025/26 Q4"


def test_a_value_exactly_on_a_limit_takes_the_better_status() -> None:
    colours = [_only([_ind()], [_goal(85)], [_obs(Q1, v)])["Rating"] for v in (85, 84.9, 76.5, 76.4)]
    assert colours == ["Green", "Amber", "Amber", "Red"]


def test_lower_is_better_and_points_of_tolerance() -> None:
    goal = _goal(10, **{"Tolerance": 2, "Tolerance kind": "Points"})
    colours = [_only([_ind(Polarity="Lower is better")], [goal], [_obs(Q1, v)])["Rating"] for v in (10, 12, 12.1)]
    assert colours == ["Green", "Amber", "Red"]


def test_in_range_uses_per_cent_of_the_nearer_limit() -> None:
    goal = _goal(None, Lower=20, Upper=40)
    got = [_only([_ind(Polarity="In range")], [goal], [_obs(Q1, v)])["Rating"] for v in (20, 18, 17.9, 44, 44.1)]
    assert got == ["Green", "Amber", "Red", "Amber", "Red"]


def test_a_target_of_0_with_a_per_cent_tolerance_has_no_amber_band() -> None:
    result = _only([_ind()], [_goal(0)], [_obs(Q1, -0.1)])
    assert (result["Rating"], result["Amber limit"]) == ("Red", 0)


def test_the_tolerance_is_of_the_absolute_target() -> None:
    assert _only([_ind()], [_goal(-10)], [_obs(Q1, -11)])["Rating"] == "Amber"


def test_only_an_explicit_amber_makes_amber_under_floor() -> None:
    floor = {"RAG scheme": "Floor"}
    with_floor, without = _goal(85, Amber=70), _goal(85)
    assert _only([_ind()], [with_floor], [_obs(Q1, 70)], settings=floor)["Rating"] == "Amber"
    result = _only([_ind()], [without], [_obs(Q1, 84.9)], settings=floor)
    assert (result["Rating"], result["Amber limit"]) == ("Red", None)


@pytest.mark.parametrize(("last", "colour"), [(70, "Amber"), (70.1, "Red"), (None, "Amber")])
def test_direction_is_amber_if_no_worse_than_last_year_or_without_such_a_figure(last: float, colour: str) -> None:
    rows = [_obs("2024/25 Q1", last), _obs(Q1, 70)]
    assert _only([_ind()], [_goal(85)], rows, settings={"RAG scheme": "Direction"})["Rating"] == colour


@pytest.mark.parametrize(("scheme", "colour"), [("As displayed", "Green"), ("Unrounded", "Amber")])
def test_the_figure_is_rounded_half_away_from_zero_before_it_is_rated(scheme: str, colour: str) -> None:
    result = _only([_ind()], [_goal(85)], [_obs(Q1, 84.95)], settings={"Rate on": scheme})
    assert (result["Value"], result["Rating"]) == (85, colour)
    assert _only([_ind()], [_goal(85)], [_obs(Q1, -0.25)])["Value"] == Fraction(-3, 10)


def test_a_ratio_with_sum_is_never_a_mean_of_ratios() -> None:
    rows = [_obs(Q1, n=1, d=2), _obs(Q2, n=0, d=8)]
    result = _only([_ind(**YTD, Calculation="Ratio")], [_goal(10, From=Q1)], rows, Q2)
    assert (result["Value"], result["Rating"]) == (10, "Green")


def test_0_of_0_is_not_applicable_and_a_numerator_over_0_does_not_count() -> None:
    ratio = _ind(Calculation="Ratio")
    assert _only([ratio], [_goal(85)], [_obs(Q1, n=0, d=0)])["State"] == "Not applicable"
    assert _only([ratio], [_goal(85)], [_obs(Q1, n=3, d=0)])["State"] == "Overdue"


def test_old_history_counts_where_one_period_is_needed_else_incomplete() -> None:
    rows = [_obs(Q1, n=1, d=2), _obs(Q2, 80)]
    assert _only([_ind(Calculation="Ratio")], [_goal(85)], rows, Q2)["Value"] == 80
    assert _only([_ind(**YTD, Calculation="Ratio")], [_goal(85)], rows, Q2)["State"] == "Incomplete"


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        (("x", "c", None), "Confidential"),
        (("z", "z", "z"), "Not applicable"),
        (("z", "x", "x"), "Unavailable"),
        (("x", None, None), "Incomplete"),
        (("z", None, "p"), "Rated"),
        (("missing", None, None), "Incomplete"),
        (("missing", "missing", "missing"), "Overdue"),
    ],
)
def test_what_the_window_gives_first_match_wins(codes: tuple[str | None, ...], state: str) -> None:
    months = [_obs(f"2025/26 M0{n + 1}", 5, Shorthand=code) for n, code in enumerate(codes) if code != "missing"]
    result = _only([_ind(Frequency="Monthly", Aggregation="Sum")], [_goal(10)], months)
    assert result["State"] == state
    assert (result["Value"], result["Flags"]) == ((10, "p") if state == "Rated" else (None, None))


def test_latest_looks_only_at_the_last_due_period() -> None:
    months = [_obs("2025/26 M01", 5, Shorthand="c"), _obs("2025/26 M03", 9)]
    assert _only([_ind(Frequency="Monthly")], [_goal(10)], months)["Value"] == 9
    assert _only([_ind(Frequency="Monthly")], [_goal(10)], months[:1])["State"] == "Overdue"


def test_of_two_rows_the_later_received_then_the_later_row() -> None:
    rows = [
        _obs(Q1, 1, Received="2025-07-02"),
        _obs(Q1, 2, Received=datetime.date(2025, 7, 2)),
        _obs(Q1, 3),
        _obs(Q1, 4, Received="2025-08-01", Superseded="Yes"),
        _obs(Q1, 5, Received="2025-08-01", Area="North"),
        _obs("2025/26 M03", 6, Received="2025-08-01"),
    ]
    assert _only([_ind()], [_goal(10)], rows)["Value"] == 2


def test_text_that_is_plainly_a_number_is_read_as_one() -> None:
    assert _only([_ind()], [_goal(10)], [_obs(Q1, "1,234")])["Value"] == 1234
    typed = {"£1,000": 1000, "45%": 45, "(12.5)": Fraction(-25, 2), "１２": 12, " 7 ": 7, "1,23": None, "ten": None}
    assert {text: naive.number(naive.clean(text)) for text in typed} == typed


def test_overdue_from_the_day_after_the_deadline() -> None:
    days = [datetime.date(2025, 10, 20), datetime.date(2025, 10, 21)]
    assert [_only([_ind()], [], [], Q2, day)["State"] for day in days] == ["Awaiting", "Overdue"]
    assert _only([_ind() | {"Lag days": 1}], [], [], Q2, days[1])["State"] == "Awaiting"


def test_a_quarter_of_an_even_profile_is_held_to_its_share() -> None:
    goal = _goal(100, Amber=80, Profile="Even", From="2025/26 Q1")
    rows = [_obs(Q1, 20), _obs(Q2, 20, Forecast=79.96)]
    result = _only([_ind(**YTD)], [goal], rows, Q2)
    assert (result["Target"], result["Amber limit"], result["Rating"]) == (50, 40, "Amber")
    assert (result["Forecast"], result["Forecast rating"]) == (80, "Amber")


def test_a_year_to_date_row_ends_with_its_financial_year() -> None:
    goal = _goal(10, From="2024/25 Q2")
    states = [_only([_ind(**YTD)], [goal], [_obs(q, 10)], q)["State"] for q in ("2024/25 Q1", Q1)]
    assert states == ["Target to be confirmed", "Target to be confirmed"]
    assert _only([_ind()], [goal], [_obs(Q1, 10)])["Target from"] == "2024/25 Q2"


def test_a_wrong_target_row_spoils_only_the_quarters_in_which_it_is_in_force() -> None:
    goals = [_goal(10), _goal(10, Amber=11, From=Q2), _goal(10, From=Q3)]
    rows = [_obs(q, 10) for q in (Q1, Q2, Q3)]
    states = [_only([_ind()], goals, rows, q)["State"] for q in (Q1, Q2, Q3)]
    assert states == ["Rated", "Framework error", "Rated"]


def test_directions_are_against_the_previous_due_quarter_and_last_year() -> None:
    rows = [_obs("2024/25 Q4", 50), _obs(Q2, 80), _obs(Q3, 99), _obs(Q4, 79.2)]
    half = _only([_ind(Frequency="Half-yearly")], [_goal(85)], rows, Q4, settings={"No-change band": 1})
    assert (half["Previous"], half["Direction"]) == (80, "No change")
    assert (half["Last year"], half["Direction on year"]) == (50, "Improving")


def test_a_confidential_figure_is_no_comparator_and_none_lies_further_back() -> None:
    rows = [_obs(Q1, 10), _obs(Q2, 20, Shorthand="c"), _obs(Q3, 30)]
    result = _only([_ind()], [_goal(85)], rows, Q3)
    assert (result["Previous"], result["Direction"]) == (None, None)


def test_year_to_date_is_compared_only_over_the_same_periods() -> None:
    rows = [_obs(q, 10) for q in ("2024/25 Q1", "2024/25 Q2", Q1, Q2)]
    young, old = _ind(**YTD) | {"Live from": "2024/25 Q2"}, _ind(**YTD)
    assert _only([old], [], rows, Q2)["Direction on year"] == "No change"
    assert _only([young], [], rows, Q2)["Direction on year"] is None
    assert _only([old], [], rows, Q2)["Direction"] is None


def test_carry_forward_keeps_the_calculated_rating_for_so_many_quarters() -> None:
    annual, rows = _ind(Frequency="Annual"), [_obs("2024/25 Q4", 80)]
    over = [_override("I", "2024/25 Q4", "Red", Q4)]
    result = _only([annual], [_goal(85)], rows, Q3, Overrides=over)
    assert (result["State"], result["Rating"], result["Carried from"]) == ("Not due", "Amber", "2024/25 Q4")
    assert _only([annual], [_goal(85)], rows, Q3, settings={"Carry forward": 2})["Rating"] is None


def test_average_with_weights_coverage_and_masked_reds() -> None:
    inds = [_ind("G", Weight=3), _ind("R"), _ind("M"), _ind("W", Weight=0)]
    goals = [_goal(85, Indicator=ref) for ref in "GRMW"]
    rows = [_obs(Q1, 90, ref="G"), _obs(Q1, 1, ref="R"), _obs(Q1, 1, ref="W")]
    top = _rate(inds, goals, rows)["rollup"][0]
    assert (top["Score"], top["Calculated rating"]) == (Fraction(3, 4), "Amber")
    assert (top["Rated"], top["Due"], top["Coverage"]) == (2, 3, Fraction(4, 5))
    assert top["Masked reds"] == "R, W"


@pytest.mark.parametrize(("method", "colour"), [("Worst", "Red"), ("Majority", "Red"), ("Share green", "Amber")])
def test_the_other_methods(method: str, colour: str) -> None:
    inds, goals = [_ind("G"), _ind("R")], [_goal(85, Indicator="G"), _goal(85, Indicator="R")]
    rows = [_obs(Q1, 90, ref="G"), _obs(Q1, 1, ref="R")]
    assert _rate(inds, goals, rows, settings={"Roll-up": method})["rollup"][0]["Rating"] == colour


def test_nothing_due_and_insufficient_data() -> None:
    contextual = _rate([_ind(Kind="Contextual")], [], [_obs(Q1, 5)])["rollup"][0]
    assert (contextual["Rating"], contextual["Score"], contextual["Coverage"]) == ("Nothing due", None, None)
    overdue = _rate([_ind()], [_goal(85)], [], Overrides=[_override("A", Q1, "Green", Q1)])["rollup"][0]
    assert (overdue["Calculated rating"], overdue["Rating"]) == ("Insufficient data", "Green")
    assert (overdue["Score"], overdue["Flags"]) == (1, "override")


def test_of_several_overrides_the_latest_period_wins_then_the_later_row() -> None:
    rows = [
        _override("I", Q1, "Amber", Q3),
        _override("I", Q1, "Red", Q3),
        _override("I", "2024/25 Q4", "Amber", Q3),
        _override("I", Q2, "Green", None),
    ]
    colours = [_only([_ind()], [_goal(1)], [_obs(q, 5)], q, Overrides=rows)["Rating"] for q in (Q2, Q3, Q4)]
    assert colours == ["Red", "Red", "Green"]


def test_a_wrong_outcome_has_no_roll_up_and_is_no_child() -> None:
    outcomes = [_out("A"), _out("B", 3, "A"), _out("C", 2, "A", Status="Deleted"), _out("D", 2, "A")]
    got = _rate([_ind(Outcome="B"), _ind("J", Outcome="C", Status="Deleted")], [], [], Outcomes=outcomes)
    assert [row["Ref"] for row in got["rollup"]] == ["A", "D"]
    assert got["bad"] == {"B", "J"}


@pytest.mark.parametrize("seed", range(25))
def test_random_frameworks_are_the_same_for_a_seed_and_can_be_rated(seed: int) -> None:
    tables = random_tables(seed)
    assert tables == random_tables(seed)
    got = naive.rate(tables, random_period(seed), random_today(seed))
    assert len(got["results"]) == sum(row["Ref"] is not None for row in tables["Indicators"])


# ---- small tables ----

YTD = {"Report as": "Year to date", "Aggregation": "Sum"}


def _rate(
    inds: list[Row],
    goals: list[Row],
    rows: list[Row],
    period: str = Q1,
    today: datetime.date = LATE,
    settings: Row | None = None,
    **more: list[Row],
) -> dict[str, Any]:
    tables = {
        "Settings": [{"Setting": name, "Value": value} for name, value in (settings or {}).items()],
        "Outcomes": [_out("A")],
        "Indicators": inds,
        "Targets": goals,
        "Observations": rows,
    }
    return naive.rate(tables | more, period, today)


def _only(*args: Any, **more: Any) -> Row:
    found: Row = _rate(*args, **more)["results"][0]
    return found


def _out(ref: str, tier: int = 1, parent: str | None = None, **more: Any) -> Row:
    return {"Ref": ref, "Tier": tier, "Parent": parent, "Title": ref} | more


def _ind(ref: str = "I", **more: Any) -> Row:
    words = {"Kind": "Tracking", "Measure": "Outcome", "Unit": "Percentage", "Polarity": "Higher is better"}
    how = {"Frequency": "Quarterly", "Calculation": "Value", "Aggregation": "Latest", "Report as": "In period"}
    return {"Ref": ref, "Outcome": "A", "Decimals": 1, **words, **how, **more}


def _goal(target: Any, **more: Any) -> Row:
    return {"Indicator": "I", "From": "2023/24 Q1", "Target": target} | more


def _obs(period: str, value: Any = None, n: Any = None, d: Any = None, ref: str = "I", **more: Any) -> Row:
    return {"Indicator": ref, "Period": period, "Value": value, "Numerator": n, "Denominator": d} | more


def _override(ref: str, period: str, colour: str, last: str | None) -> Row:
    words = {"Reason": "Inspection", "Approved by": "Cabinet"}
    return {"Ref": ref, "Period": period, "Rating": colour, "Last period": last, **words}
