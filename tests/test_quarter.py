"""The story of a quarter, and its agreement with the naive implementation."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import pandas as pd
import pytest

from xl_outcomes.contract import SPECS
from xl_outcomes.errors import WorkbookError
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import Rated, prepare, rate_quarter

from . import naive
from .frameworks import random_period, random_tables, random_today
from .support import (
    INDICATOR,
    LATE,
    OUTCOMES,
    from_plain,
    indicator,
    observation,
    override,
    places,
    setting,
    table,
    tables,
    target,
)

Q1, Q2, OLD_Q4 = "2025/26 Q1", "2025/26 Q2", "2024/25 Q4"
CHUNK, FRAMEWORKS = 25, 300
DEFAULT: dict[str, Any] = {
    "Indicators": [INDICATOR],
    "Targets": [target(85)],
    "Observations": [observation(Q1, 82.1, Shorthand="p", Forecast=90)],
}


# ---- agreement ----


@pytest.mark.parametrize("first", range(0, FRAMEWORKS, CHUNK))
def test_every_field_of_random_frameworks_agrees_with_the_naive_implementation(first: int) -> None:
    assert [found for seed in range(first, first + CHUNK) for found in _differences(seed)] == []


def _differences(seed: int) -> Iterator[str]:
    expected, got = naive.rate(*_random(seed)), _random_rated(seed)
    for kind, key, found in (("results", "Indicator", got.results), ("rollup", "Ref", got.rollup)):
        rows = {row[key]: row for row in found.to_dict("records")}
        wanted = {row[key]: row for row in expected[kind]}
        if list(rows) != list(wanted):
            yield f"seed {seed}: {kind} of {list(rows)}, not {list(wanted)}"
        for ref in rows.keys() & wanted.keys():
            for field, value in wanted[ref].items():
                if not _agree(field, rows[ref][field], value):
                    yield f"seed {seed}: {ref} {field} is {rows[ref][field]!r}, not {value!r}"
    said = {issue.ref for issue in got.issues if issue.severity == "error"}
    for ref in (row["Indicator"] for row in expected["results"] if row["State"] == "Framework error"):
        if ref not in said:
            yield f"seed {seed}: no error says what is wrong with {ref}"


@cache
def _random(seed: int) -> tuple[dict[str, Any], str, dt.date]:
    """Every second framework is half as large, to save time."""
    return random_tables(seed, 12 if seed % 2 else 6), random_period(seed), random_today(seed)


@cache
def _random_rated(seed: int) -> Rated:
    raw, period, today = _random(seed)
    return rate_quarter(from_plain(raw), parse_quarter(period), today)


def _agree(field: str, got: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float | Fraction):
        if got is None or pd.isna(got):
            return False
        slack = 5.1e-7 if field in ("Score", "Coverage") else 1e-9 * abs(float(wanted))
        return abs(float(got) - float(wanted)) <= slack
    return bool(got == wanted)


# ---- order does not matter ----


@pytest.mark.parametrize("seed", range(1000, 1008))
def test_the_order_of_rows_never_matters(seed: int) -> None:
    raw, period, today = random_tables(seed, indicators=5), random_period(seed), random_today(seed)
    for number, row in enumerate(raw["Observations"]):
        row["Received"] = dt.datetime(2025, 1, 1) + dt.timedelta(minutes=number * 7919 % 10007)
    shuffled = {name: list(rows) for name, rows in raw.items()}
    for name in ("Observations", "Targets", "Indicators", "Outcomes"):
        random.Random(seed).shuffle(shuffled[name])
    one, other = (rate_quarter(from_plain(t), parse_quarter(period), today) for t in (raw, shuffled))
    assert _by(one.results, "Indicator") == _by(other.results, "Indicator")
    assert _unordered(one.rollup) == _unordered(other.rollup)


def _by(rows: pd.DataFrame, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in rows.to_dict("records")}


def _unordered(rollup: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Roll-up rows without the two texts that name refs in the order of the table, but with the refs masked."""
    rows = _by(rollup.drop(columns=["Reason"]), "Ref")
    return {ref: {**row, "Masked reds": set((row["Masked reds"] or "").split(", "))} for ref, row in rows.items()}


@pytest.mark.parametrize("seed", range(0, FRAMEWORKS, 10))
def test_shares_stay_between_0_and_1_and_masked_reds_are_the_reds_under_an_outcome_that_is_not_red(seed: int) -> None:
    got = _random_rated(seed)
    results, tree = _by(got.results, "Indicator"), got.framework
    for ref, row in _by(got.rollup, "Ref").items():
        assert all(row[h] is None or 0 <= row[h] <= 1 for h in ("Score", "Coverage"))
        assert 0 <= row["Rated"] <= row["Due"]
        assert 0 <= row["Indicators rated"] <= row["Indicators due"]
        colours = ("Rating", "Calculated rating")
        reds = [r for r in tree.indicators_under(ref) if "Red" in [results[r][h] for h in colours]]
        assert (row["Masked reds"] or "") == ("" if row["Rating"] == "Red" else ", ".join(reds))


# ---- what a quarter gives ----


def test_a_row_of_results_holds_all_that_its_headings_say() -> None:
    got = _rate(Observations=[*DEFAULT["Observations"], observation(OLD_Q4, 80), observation("2024/25 Q1", 85)])
    assert got.results.to_dict("records") == [
        {
            "Period": Q1,
            "Indicator": "A-1.1a",
            "Value": 82.1,
            "Target": 85.0,
            "Amber limit": 76.5,
            "State": "Rated",
            "Rating": "Amber",
            "Calculated rating": "Amber",
            "Reason": "82.1% against a target of 85%: within the 10% tolerance (76.5% or more).",
            "Variance": -2.9,
            "Previous": 80.0,
            "Direction": "Improving",
            "Last year": 85.0,
            "Direction on year": "Worsening",
            "Forecast": 90.0,
            "Forecast rating": "Green",
            "Carried from": None,
            "Target from": "2022/23 Q1",
            "Flags": "p",
        }
    ]
    assert list(got.results.columns) == list(SPECS["Results"].headings)


def test_a_row_of_the_roll_up_holds_all_that_its_headings_say() -> None:
    got = _rate()
    assert got.rollup.to_dict("records")[1] == {
        "Period": Q1,
        "Ref": "A-1",
        "Tier": 2,
        "Title": "New homes",
        "Rating": "Amber",
        "Calculated rating": "Amber",
        "Score": 0.5,
        "Rated": 1,
        "Due": 1,
        "Coverage": 1.0,
        "Indicators rated": 1,
        "Indicators due": 1,
        "Masked reds": None,
        "Reason": "Amber: 1 of 1 rated.",
        "Flags": None,
    }
    assert list(got.rollup.columns) == list(SPECS["Rollup"].headings)
    assert list(got.rollup["Ref"]) == ["A", "A-1"]


def test_a_score_is_written_to_six_places() -> None:
    rows = [indicator(ref) for ref in "abc"]
    figures = [observation(Q1, value, ref=ref) for ref, value in zip("abc", (90, 90, 80), strict=True)]
    got = _rate(Indicators=rows, Targets=[target(85, ref=ref) for ref in "abc"], Observations=figures)
    assert _by(got.rollup, "Ref")["A"]["Score"] == 0.833333


def test_an_empty_framework_works() -> None:
    got = _rate(Outcomes=(), Indicators=(), Targets=(), Observations=())
    assert (len(got.results), len(got.rollup), got.issues) == (0, 0, ())
    assert list(got.results.columns) == list(SPECS["Results"].headings)


def test_five_tables_are_enough() -> None:
    assert set(tables()) == {"Settings", "Outcomes", "Indicators", "Targets", "Observations"}
    assert _rate().results["State"].to_list() == ["Rated"]


def test_settings_and_the_tree_come_with_the_ratings() -> None:
    got = _rate(Settings=[setting("Council", "Example")])
    assert (got.period, got.settings.council, list(got.framework.indicators)) == (
        Quarter(2025, 1),
        "Example",
        ["A-1.1a"],
    )


def test_today_comes_in_so_that_a_past_quarter_can_be_reproduced() -> None:
    states = [
        rate_quarter(tables(**{**DEFAULT, "Observations": ()}), Quarter(2025, 1), day).results["State"].to_list()
        for day in (dt.date(2025, 7, 20), dt.date(2025, 7, 21))
    ]
    assert states == [["Awaiting"], ["Overdue"]]


# ---- what is wrong ----


def test_a_wrong_row_is_kept_out_and_said() -> None:
    got = _rate(Indicators=[INDICATOR, indicator("bad", Polarity="Up")])
    results, rollup = _by(got.results, "Indicator"), _by(got.rollup, "Ref")
    assert results["bad"]["State"] == "Framework error"
    assert results["bad"]["Reason"] == "Its row fails the checks of the framework."
    assert rollup["A-1"]["Due"] == 1
    assert places(got.issues, "error") == [("word-wrong", "Indicators", "J3")]


def test_an_indicator_on_a_wrong_outcome_is_rated_but_rolled_up_nowhere() -> None:
    wrong = {"Ref": "X-1", "Tier": 2, "Parent": "Z", "Title": "Lost"}
    got = _rate(Outcomes=[*OUTCOMES, wrong], Indicators=[indicator(Outcome="X-1")])
    assert _by(got.results, "Indicator")["A-1.1a"]["State"] == "Rated"
    assert list(_by(got.rollup, "Ref")) == ["A", "A-1"]
    assert set(got.rollup["Rating"]) == {"Nothing due"}


def test_a_wrong_target_row_makes_its_quarters_framework_errors() -> None:
    got = _rate(Targets=[target(85, "2024/25 Q1"), target(85, Q1, Amber=90)])
    assert got.results["State"].to_list() == ["Framework error"]
    assert got.rollup["Rating"].to_list() == ["Nothing due", "Nothing due"]


def test_a_wrong_setting_stops_the_rating() -> None:
    with pytest.raises(WorkbookError, match=r"RAG scheme is .Traffic light.; it must be one of"):
        _rate(Settings=[setting("RAG scheme", "Traffic light")])


def test_a_circular_tree_stops_the_rating() -> None:
    circle = {"Ref": "B", "Tier": 2, "Parent": "B"}
    with pytest.raises(WorkbookError, match="the parents run in a circle"):
        _rate(Outcomes=[*OUTCOMES, circle])


def test_what_is_odd_in_every_table_is_among_the_issues() -> None:
    got = _rate(
        Settings=[setting("Tolerence", 5), setting("Tolerance", 0.1)],
        Indicators=[indicator(Definition=None)],
        Observations=[observation(Q1, 82.1), observation("June", 1)],
        Overrides=[override("Z", "Green", Q1)],
    )
    assert places(got.issues) == [
        ("setting-unknown", "Settings", "A2"),
        ("setting-scale", "Settings", "B3"),
        ("definition-missing", "Indicators", "D2"),
        ("observation-period", "Observations", "B3"),
        ("override-ignored", "Overrides", "A2"),
    ]


# ---- which indicators are due ----

NOT_DUE = [
    ("Contextual", {"Kind": "Contextual"}, {}),
    ("polarity Neither", {"Polarity": "Neither"}, {}),
    ("baseline year", {"Status": "Baseline year"}, {}),
    ("overdue in its baseline year", {"Status": "Baseline year"}, {"Value": None}),
    ("overdue and contextual", {"Kind": "Contextual"}, {"Value": None}),
    ("confidential", {}, {"Shorthand": "c"}),
    ("not applicable", {}, {"Shorthand": "z"}),
    ("not due", {"Frequency": "Annual"}, {}),
    ("deleted", {"Status": "Deleted"}, {}),
    ("proposed", {"Status": "Proposed"}, {}),
]
DUE = [
    ("rated", {}, {}),
    ("overdue", {}, {"Value": None}),
    ("unavailable", {}, {"Shorthand": "x"}),
    ("incomplete", {"Frequency": "Monthly", "Aggregation": "Sum"}, {"Period": "2025/26 M01"}),
    ("target to be confirmed", {"Polarity": "In range"}, {}),
]


@pytest.mark.parametrize(("case", "due"), [*((c, 0) for c in NOT_DUE), *((c, 1) for c in DUE)])
def test_due_are_the_states_that_wait_for_a_rating_of_what_can_be_rated(case: Any, due: int) -> None:
    results = _by(_states().results, "Indicator")
    row = _by(_states().rollup, "Ref")[f"O {case[0]}"]
    assert (row["Due"], row["Indicators due"]) == (due, due)
    assert row["Rated"] == (results[case[0]]["State"] == "Rated")


def test_an_indicator_that_is_awaited_is_due() -> None:
    got = rate_quarter(tables(**{**DEFAULT, "Observations": ()}), Quarter(2025, 1), dt.date(2025, 7, 1))
    assert got.rollup["Due"].to_list() == [1, 1]


@cache
def _states() -> Rated:
    cases = [*NOT_DUE, *DUE]
    outcomes = [{"Ref": f"O {name}", "Tier": 1, "Title": name} for name, *_ in cases]
    rows = [indicator(name, Outcome=f"O {name}", **cells) for name, cells, _ in cases]
    figures = [{**observation(Q1, 82.1, ref=name), **cells} for name, _, cells in cases]
    return _rate(
        Outcomes=outcomes, Indicators=rows, Targets=[target(85, ref=n) for n, *_ in cases], Observations=figures
    )


def test_a_carried_rating_is_due_rated_and_can_be_masked() -> None:
    held = {
        "Indicators": [INDICATOR, indicator("year", Frequency="Annual")],
        "Targets": [target(50), target(85, ref="year")],
        "Observations": [*DEFAULT["Observations"], observation(OLD_Q4, 10, ref="year")],
    }
    got = _rate(**held)
    row = _by(got.rollup, "Ref")["A-1"]
    assert (row["Rated"], row["Due"], row["Score"], row["Masked reds"]) == (2, 2, 0.5, "year")
    assert _by(got.results, "Indicator")["year"]["Carried from"] == OLD_Q4


# ---- overrides ----


def test_an_overridden_indicator_keeps_its_calculated_rating_beside_it() -> None:
    got = _rate(Overrides=[override("A-1.1a", "Red", Q1)])
    row = _by(got.results, "Indicator")["A-1.1a"]
    assert (row["Rating"], row["Calculated rating"], row["Flags"]) == ("Red", "Amber", "p, override")
    assert row["Reason"] == (
        "82.1% against a target of 85%: within the 10% tolerance (76.5% or more). "
        "Red by override; calculated Amber. Reason: Late data. Approved by Director."
    )
    assert got.rollup["Rating"].to_list() == ["Red", "Red"]
    assert got.issues == ()


def test_a_reason_without_a_full_stop_gets_one() -> None:
    got = _rate(Overrides=[override("A-1.1a", "Red", Q1, Reason="Late data")])
    assert got.results["Reason"][0].endswith("Reason: Late data. Approved by Director.")


def test_an_overridden_outcome_is_flagged_and_everything_above_follows() -> None:
    rows = _by(_rate(Overrides=[override("A-1", "Green", Q1)]).rollup, "Ref")
    assert (rows["A-1"]["Rating"], rows["A-1"]["Calculated rating"], rows["A-1"]["Flags"]) == (
        "Green",
        "Amber",
        "override",
    )
    assert (rows["A"]["Rating"], rows["A"]["Score"], rows["A"]["Flags"]) == ("Green", 1.0, None)
    assert rows["A-1"]["Reason"] == (
        "Green by override; calculated Amber, 1 of 1 rated. Reason: Late data. Approved by Director."
    )


@pytest.mark.parametrize(
    ("cells", "figure", "state"),
    [
        ({"Kind": "Contextual"}, observation(Q1, 82.1), "Data only"),
        ({}, observation(Q1, None, Shorthand="c"), "Confidential"),
        ({}, observation(Q2, 1), "Overdue"),
        ({"Frequency": "Annual"}, observation(OLD_Q4, 82.1), "Not due"),
    ],
)
def test_an_indicators_override_needs_state_rated(
    cells: Mapping[str, object], figure: Mapping[str, object], state: str
) -> None:
    overrides = [override("A-1.1a", "Red", Q1)]
    got = _rate(Indicators=[indicator(**cells)], Observations=[figure], Overrides=overrides)
    row = _by(got.results, "Indicator")["A-1.1a"]
    assert (row["State"], row["Rating"] == "Red", row["Flags"]) == (state, False, None)
    found = [i for i in got.issues if i.code == "override-ignored"]
    assert places(found, "warning") == [("override-ignored", "Overrides", "A2")]
    assert found[0].message == f"The override of A-1.1a is ignored: its state is {state}, not Rated."


def test_an_outcomes_override_replaces_insufficient_data() -> None:
    rows = _by(_rate(Observations=(), Overrides=[override("A-1", "Amber", Q1)]).rollup, "Ref")
    assert (rows["A-1"]["Rating"], rows["A-1"]["Calculated rating"], rows["A"]["Rating"]) == (
        "Amber",
        "Insufficient data",
        "Amber",
    )


def test_an_outcomes_override_does_not_replace_nothing_due() -> None:
    got = _rate(Indicators=[indicator(Kind="Contextual")], Overrides=[override("A-1", "Amber", Q1)])
    assert got.rollup["Rating"].to_list() == ["Nothing due", "Nothing due"]
    assert [i.message for i in got.issues] == ["The override of A-1 is ignored: nothing is due under it this quarter."]


def test_a_carried_rating_is_the_calculated_one_not_that_of_an_override() -> None:
    got = _rate(
        Indicators=[indicator(Frequency="Annual")],
        Observations=[observation(OLD_Q4, 82.1)],
        Overrides=[override("A-1.1a", "Red", OLD_Q4)],
    )
    row = _by(got.results, "Indicator")["A-1.1a"]
    assert (row["Rating"], row["Calculated rating"], row["Carried from"]) == ("Amber", "Amber", OLD_Q4)


# ---- closed quarters ----


def test_a_closed_quarter_is_read_from_results_and_never_rated_again() -> None:
    kept = [_result(Q1, 12.5, "Green"), _result(OLD_Q4, 1.0, "Red")]
    rolled = [{"Period": Q1, "Ref": "A", "Rating": "Red"}, {"Period": OLD_Q4, "Ref": "A", "Rating": "Green"}]
    got = _rate(closed=frozenset({Quarter(2025, 1)}), Results=kept, Rollup=rolled)
    assert got.results.to_dict("records") == [{**dict.fromkeys(SPECS["Results"].headings), **kept[0]}]
    assert got.rollup[["Period", "Ref", "Rating"]].to_dict("records") == [rolled[0]]


def test_changing_targets_observations_or_overrides_changes_nothing_in_a_closed_quarter() -> None:
    held = {"Results": [_result(Q1, 12.5, "Green")], "Rollup": [{"Period": Q1, "Ref": "A", "Rating": "Green"}]}
    closed = frozenset({Quarter(2025, 1)})
    other = {"Targets": [target(99)], "Observations": (), "Overrides": [override("A", "Red", Q1)]}
    one, two = _rate(closed=closed, **held), _rate(closed=closed, **held, **other)
    assert one.results.equals(two.results)
    assert one.rollup.equals(two.rollup)


def test_a_quarter_that_is_not_closed_is_rated_whatever_results_says() -> None:
    got = _rate(Results=[_result(Q1, 12.5, "Green")])
    assert (got.results["Value"][0], got.results["Rating"][0]) == (82.1, "Amber")


def test_the_comparators_of_an_open_quarter_come_from_the_results_of_closed_ones() -> None:
    figures = [observation(Q1, 82.1), observation(OLD_Q4, 50), observation("2024/25 Q1", 50)]
    kept = [_result(OLD_Q4, 90.0, "Green"), _result("2024/25 Q1", 82.1, "Amber")]
    closed = frozenset({parse_quarter(OLD_Q4), parse_quarter("2024/25 Q1")})
    row = _rate(closed=closed, Observations=figures, Results=kept).results.iloc[0]
    assert (row["Previous"], row["Direction"]) == (90.0, "Worsening")
    assert (row["Last year"], row["Direction on year"]) == (82.1, "No change")


def test_a_rating_is_carried_from_a_closed_quarters_calculated_rating() -> None:
    kept = {**_result(OLD_Q4, 90.0, "Green"), "Calculated rating": "Red"}
    got = _rate(
        closed=frozenset({parse_quarter(OLD_Q4)}),
        Indicators=[indicator(Frequency="Annual")],
        Observations=[observation(OLD_Q4, 99)],
        Results=[kept],
    )
    assert (got.results["Rating"][0], got.results["Carried from"][0]) == ("Red", OLD_Q4)
    assert got.rollup["Rating"].to_list() == ["Red", "Red"]


def test_results_of_other_quarters_are_left_alone_by_closing() -> None:
    prepared = prepare(tables(**DEFAULT), None, LATE, frozenset({Quarter(2024, 4)}))
    assert prepared.history.closed == {Quarter(2024, 4): {}}
    assert prepared.issues == ()


def test_rating_a_quarter_changes_none_of_the_tables_given() -> None:
    held = tables(**DEFAULT, Overrides=[override("A", "Red", Q1)])
    before = {name: t.frame.copy() for name, t in held.items()}
    rate_quarter(held, Quarter(2025, 1), LATE)
    assert all(held[name].frame.equals(old) for name, old in before.items())


def test_a_figure_typed_as_text_is_read_as_the_number_it_plainly_is() -> None:
    got = _rate(Observations=[observation(Q1, "82.1%")])
    assert got.results["Value"][0] == 82.1
    assert table("Observations", [observation(Q1, "82.1%")]).frame["Value"][2] == "82.1%"


def _rate(closed: frozenset[Quarter] = frozenset(), **rows: Any) -> Rated:
    return rate_quarter(tables(**{**DEFAULT, **rows}), Quarter(2025, 1), LATE, closed)


def _result(period: str, value: float, rating: str) -> dict[str, object]:
    own = {"Period": period, "Indicator": "A-1.1a", "Value": value, "State": "Rated"}
    return {**own, "Rating": rating, "Calculated rating": rating}
