"""Money by outcome: what counts, sums up the tiers, the four corners, and what the sheet Money says."""

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import OUTCOMES, indicator, observation, table, tables, target
from xl_outcomes.framework import Framework, build
from xl_outcomes.money import (
    CORNERS,
    Corners,
    Line,
    money_issues,
    money_lines,
    money_of,
    overspends,
    spend_and_results,
    total,
    under,
)
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.money_view import AT_A_GLANCE, COUNCIL, HELD, LISTED, MOST_OVER, OVER, money_sheet
from xl_outcomes.reporting.money_view import OUTCOMES as BY_OUTCOME
from xl_outcomes.reporting.shown import records
from xl_outcomes.settings import Settings

Q1, Q2, Q3 = "2025/26 Q1", "2025/26 Q2", "2025/26 Q3"
POST = {"Responsible officer": "Director", "Portfolio holder": "Member"}
TREE = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", **POST},
    *({"Ref": f"A-{n}", "Tier": 2.0, "Parent": "A", "Title": f"Homes {n}", **POST} for n in (1, 2)),
    {"Ref": "B", "Tier": 1.0, "Title": "Jobs", **POST},
    *({"Ref": f"B-{n}", "Tier": 2.0, "Parent": "B", "Title": f"Jobs {n}", **POST} for n in (1, 2)),
    {"Ref": "A-1.1", "Tier": 3.0, "Parent": "A-1", "Title": "Deep", **POST},
)


def money(ref: str | None, budget: object = None, period: str = Q1, **cells: object) -> dict[str, object]:
    """A row of Resources: revenue with the forecast on budget, but for the cells given."""
    row = {"Linked to": ref, "Period": period, "Kind": "Revenue", "Description": "Team"}
    return {**row, "Budget": budget, "Forecast": budget, "Actual": 0.0, **cells}


def framework(outcomes: Iterable[Mapping[str, Any]] = TREE) -> Framework:
    return build(table("Outcomes", outcomes), table("Indicators", []), frozenset())


def lines(*rows: Mapping[str, Any], period: str = Q2, outcomes: Iterable[Mapping[str, Any]] = TREE) -> tuple[Line, ...]:
    return money_lines(table("Resources", rows), framework(outcomes), parse_quarter(period))


def corners(*rows: Mapping[str, Any], **ratings: tuple[str, float | None]) -> Corners:
    rollup = {ref.replace("_", "-"): {"Rating": word, "Score": score} for ref, (word, score) in ratings.items()}
    return spend_and_results(lines(*rows), framework(), rollup, Settings())


def placed(found: Corners) -> list[tuple[str, str]]:
    return [(p.outcome.ref, p.corner) for p in found.placed]


def codes(*rows: Mapping[str, Any]) -> list[tuple[str, str]]:
    held = tables(Outcomes=TREE, Resources=rows)
    return [(i.code, i.cell) for i in money_issues(held, framework(), Settings())]


# ---- which row counts ----


def test_a_line_counts_as_its_latest_row_up_to_the_quarter() -> None:
    rows = [money("A-1", 10.0, Q1), money("A-1", 30.0, Q3), money("A-1", 20.0, Q2)]
    assert [line.budget for line in lines(*rows)] == [20]
    assert [line.budget for line in lines(*rows, period=Q1)] == [10]


def test_nothing_is_carried_over_the_end_of_a_year() -> None:
    assert lines(money("A-1", 10.0, "2024/25 Q4")) == ()


def test_lines_differ_by_kind_and_description_but_not_by_capitals() -> None:
    rows = [money("A-1", 1.0), money("A-1", 2.0, Kind="capital"), money("A-1", 3.0, Q2, Description=" team ")]
    assert sorted(str(line.budget) for line in lines(*rows)) == ["2", "3"]


def test_of_two_rows_for_one_quarter_the_lower_counts() -> None:
    assert [line.budget for line in lines(money("A-1", 1.0), money("A-1", 2.0))] == [2]


def test_rows_without_a_readable_kind_or_period_are_left_out() -> None:
    assert lines(money("A-1", 1.0, Kind="Gift"), money("A-1", 1.0, Kind=None), money("A-1", 1.0, "soon")) == ()


# ---- sums ----


def test_an_outcome_has_its_own_money_and_that_of_everything_below_it() -> None:
    found = lines(money("A", 1.0), money("A-1", 10.0), money("A-1.1", 100.0), money("B", 1000.0))
    sums = {ref: total(under(found, framework(), ref), parse_quarter(Q2)).budget for ref in ("A", "A-1", "A-2", "B")}
    assert sums == {"A": 111, "A-1": 110, "A-2": 0, "B": 1000}


def test_a_missing_forecast_is_left_out_of_the_variance_and_counted() -> None:
    rows = (money("A-1", 100.0, Forecast=90.0), money("A-1", 50.0, Forecast=None, Description="Other"))
    sums = total(lines(*rows, period=Q1), parse_quarter(Q1))
    assert (sums.budget, sums.forecast, sums.variance, sums.compared) == (150, 90, -10, 100)
    assert (sums.variance_share, sums.without_forecast, sums.older) == (Fraction(-1, 10), 1, 0)


def test_a_line_that_stands_as_an_earlier_quarter_knew_it_is_counted() -> None:
    assert total(lines(money("A-1", 1.0)), parse_quarter(Q2)).older == 1


def test_overspends_are_of_money_alone_and_the_largest_comes_first() -> None:
    found = lines(
        money("A-1", 100.0, Forecast=101.0),
        money("A-2", 100.0, Forecast=150.0),
        money("B-1", 100.0, Forecast=100.0),
        money("B-2", 100.0, Forecast=999.0, Kind="Contract"),
    )
    assert [line.outcome for line in overspends(found)] == ["A-2", "A-1"]


AMOUNTS = st.one_of(st.none(), st.integers(-(10**9), 10**9).map(lambda n: n / 100))
ROWS = st.lists(
    st.builds(
        money,
        st.sampled_from(("A", "A-1", "A-1.1", "A-2", "B", "B-1", "B-2", "Nowhere", None)),
        AMOUNTS,
        st.sampled_from((Q1, Q2, Q3)),
        Forecast=AMOUNTS,
        Kind=st.sampled_from(("Revenue", "Capital", "Asset")),
        Description=st.sampled_from(("One", "Two")),
    ),
    max_size=25,
)


@given(ROWS)
def test_tier_1_and_what_is_tied_to_nothing_make_up_the_whole(rows: list[dict[str, Any]]) -> None:
    found, tree, period = money_of(lines(*rows)), framework(), parse_quarter(Q2)
    parts = [total(under(found, tree, ref), period) for ref in ("A", "B")]
    parts.append(total([line for line in found if not line.outcome], period))
    whole = total(found, period)
    for name in ("budget", "forecast", "variance", "capital", "lines", "without_forecast"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=4))
def test_no_more_than_half_of_the_outcomes_have_high_spend(budgets: list[int]) -> None:
    refs = ("A-1", "A-2", "B-1", "B-2")
    rows = [money(ref, float(budget)) for ref, budget in zip(refs, budgets, strict=False)]
    found = corners(*rows, **{ref.replace("-", "_"): ("Red", 0.0) for ref in refs})
    high = {p.outcome.ref for p in found.placed if p.corner.startswith("High")}
    assert high == {ref for ref, b in zip(refs, budgets, strict=False) if b > median(budgets)}
    assert sum(p.share for p in found.placed) == 1


# ---- the four corners ----


def test_each_outcome_stands_in_its_corner_and_the_worst_come_first() -> None:
    found = corners(
        *(money(ref, amount) for ref, amount in (("A-1", 40.0), ("A-2", 30.0), ("B-1", 20.0), ("B-2", 10.0))),
        A_1=("Green", 1.0),
        A_2=("Amber", 0.6),
        B_1=("Green", 0.8),
        B_2=("Red", 0.1),
    )
    assert found.tier == 2
    assert placed(found) == list(zip(("A-2", "B-2", "A-1", "B-1"), CORNERS.values(), strict=True))


def test_spend_on_the_median_is_low() -> None:
    same = [money(ref, 10.0) for ref in ("A-1", "A-2", "B-1")]
    found = corners(*same, A_1=("Red", 0.0), A_2=("Green", 1.0), B_1=("Amber", 0.5))
    assert {corner.split(" ")[0] for _, corner in placed(found)} == {"Low"}


def test_a_score_that_reaches_green_is_a_good_result_though_a_red_holds_it_down() -> None:
    found = corners(money("A-1", 10.0), money("A-2", 5.0), A_1=("Amber", 0.75), A_2=("Amber", 0.749999))
    assert dict(placed(found)) == {"A-1": "High spend, good result", "A-2": "Low spend, poor result"}


def test_without_a_rating_or_money_there_is_no_corner() -> None:
    found = corners(money("A-1", 10.0), money("A-2", 5.0), A_1=("Insufficient data", None), A_2=("Green", 1.0))
    assert [p.outcome.ref for p in found.unrated] == ["A-1"]
    assert [o.ref for o in found.without] == ["B-1", "B-2"]


@pytest.mark.parametrize(("top", "tier"), [(10.0, 2), (10.5, 1)])
def test_the_tier_is_2_where_at_least_half_of_the_money_is_tied_there(top: float, tier: int) -> None:
    found = corners(money("A", top), money("A-1.1", 10.0))
    assert (found.tier, found.elsewhere) == (tier, Fraction(10) if tier == 2 else 0)


def test_money_tied_to_nothing_is_in_no_corner() -> None:
    found = corners(money("A-1", 10.0), money("Nowhere", 4.0), A_1=("Green", 1.0))
    assert found.elsewhere == 4
    assert found.placed[0].share == 1


def test_no_money_at_all_gives_no_corners() -> None:
    assert corners(money("A-1", 10.0, Kind="Asset")).placed == ()


# ---- issues ----


def test_good_rows_have_no_issue() -> None:
    rows = [money("A-1", 1.0), money("A-1", 1.0, Q2), money("B", 5.0, Kind="Contract", Forecast=None, Actual=None)]
    assert codes(*rows) == []


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"Linked to": "Nowhere"}, "resource-outcome", "A2"),
        ({"Linked to": None}, "resource-outcome", "A2"),
        ({"Linked to": "A-1, A-2"}, "resource-outcome", "A2"),
        ({"Forecast": None}, "resource-forecast", "F2"),
        ({"Budget": None}, "resource-budget", "E2"),
        ({"Kind": "Gift"}, "resource-wrong", "C2"),
        ({"Kind": None}, "resource-wrong", "C2"),
        ({"Period": "soon"}, "resource-wrong", "B2"),
        ({"Actual": "lots"}, "resource-wrong", "G2"),
    ],
)
def test_what_is_odd_is_named_with_its_cell(cells: dict[str, Any], code: str, cell: str) -> None:
    assert codes(money("A-1", 1.0) | cells) == [(code, cell)]


def test_a_line_that_stands_twice_is_named_both_times() -> None:
    assert codes(money("A-1", 1.0), money("A-1", 2.0)) == [("resource-twice", "D2"), ("resource-twice", "D3")]


# ---- the sheet ----


def rated(*resources: Mapping[str, Any]) -> tuple[Rated, dict[str, Any]]:
    held = tables(
        Outcomes=TREE,
        Indicators=[indicator(), indicator("B-1a", Outcome="B-1")],
        Targets=[target(80.0), target(80.0, ref="B-1a")],
        Observations=[observation(Q2, 90.0), observation(Q2, 10.0, "B-1a")],
        Resources=resources,
    )
    return rate_quarter(held, parse_quarter(Q2), dt.date(2025, 11, 1)), held


def views(*resources: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    sheet = money_sheet(*rated(*resources))
    assert sheet is not None
    return {view.table: records(view.frame) for view in sheet.views}


def test_without_money_there_is_no_sheet() -> None:
    assert money_sheet(*rated()) is None
    assert money_sheet(*rated(money("A-1", 1.0, "2024/25 Q4"))) is None


def test_the_sheet_says_what_is_spent_in_thousands_and_in_words() -> None:
    shown = views(money("A-1", 200_000.0, Q2, Forecast=230_000.0), money("B-1", 600_000.0, Q1, Kind="Capital"))
    council = {row["Money"]: row for row in shown[COUNCIL]}
    assert (council["Both"]["Budget"], council["Both"]["Over or under"], council["Both"]["Per cent"]) == (800, 30, 3.8)
    assert council["Revenue"]["In words"] == "Forecast £30,000 over budget, 15.0%"
    outcomes = {row["Ref"] or row["Outcome"]: row for row in shown[BY_OUTCOME]}
    assert (outcomes["A"]["Share of money %"], outcomes["B"]["Share of money %"]) == (25, 75)
    assert outcomes["B"]["In words"].endswith("1 of 1 lines not brought up to date this quarter")
    assert outcomes["A-2"]["In words"] == "No money is tied to it"
    assert [row["Rating"] for row in shown[LISTED]] == ["Red", "Green"]
    assert shown[LISTED][0]["Corner"] == "High spend, poor result"
    assert "75.0% of the budget, above the median of 50.0%" in shown[LISTED][0]["In words"]


def test_all_but_the_last_table_keep_their_number_of_rows() -> None:
    few = views(money("A-1", 1.0))
    many = views(*(money("B-2", 1.0, Q2, Description=f"Line {n}", Forecast=n + 2.0) for n in range(20)))
    assert list(few) == list(many)
    assert all(len(few[name]) == len(many[name]) for name in list(few)[:-1])
    assert len(many[OVER]) == MOST_OVER
    assert many[OVER][-1]["Line"] == "… and 11 more"


def test_assets_and_contracts_stand_apart() -> None:
    shown = views(
        money("A-1", 1000.0), money("A-1", 5e6, Kind="Asset", Description="Depot"), money("B", 2000.0, Kind="Contract")
    )
    held = {row["Ref"]: row for row in shown[HELD]}
    assert (held["A"]["Assets"], held["A"]["Value"], held["B"]["Contracts"]) == (1, 5000, 1)
    assert held["A"]["Assets and contracts"] == "Homes\nDepot: £5,000,000"
    assert shown[COUNCIL][2]["Budget"] == 1


def test_shares_that_look_alike_are_shown_with_more_decimals() -> None:
    shown = views(money("A-1", 500_100.0), money("B-1", 500_000.0))
    assert "50.00% of the budget, above the median of 50.00%" not in shown[LISTED][0]["In words"]
    assert "above" in shown[LISTED][0]["In words"] + shown[LISTED][1]["In words"]


def test_every_corner_is_listed_though_empty() -> None:
    assert [row["Corner"] for row in views(money("A-1", 1.0))[AT_A_GLANCE]] == [
        *CORNERS.values(),
        "Not rated: no corner",
        "No money given",
        "Elsewhere",
    ]


def test_the_smallest_tree_works() -> None:
    assert lines(money("A-1", 1.0), outcomes=OUTCOMES)[0].outcome == "A-1"
