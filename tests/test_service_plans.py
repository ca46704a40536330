"""Performance measures by service plan: counted by the three questions, rated by the council's own roll-up."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import LATE, indicator, observation, override, places, setting, settings_of, tables, target
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.service_plans_view import NO_MEASURE, NO_PLAN, service_plans_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.rollup import POINTS, combine, part
from xl_outcomes.rollup import Leaf as RollUpLeaf
from xl_outcomes.service_plans import NO_GROUP, ServicePlanFacts, service_plan_facts, service_plans_issues
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table
from xl_outcomes.workbook.create import create_sheets

Q2 = "2025/26 Q2"
FIGURES = {"G": 90.0, "A": 75.0, "R": 10.0}
SERVICES = (
    {
        "Service": "Adult Social Care",
        "Plan": "Adults plan",
        "Group": "People",
        "Head of service": "Head of Adult Care",
        "Assistant director": "Assistant Director, Adults",
        "Director": "Director of People",
        "Portfolio holder": "Cabinet Member, Adults; Cabinet Member, Health",
        "Scrutiny committee": "Adults Scrutiny",
    },
    {
        "Service": "Day Centres",
        "Plan": "adults PLAN",
        "Head of service": "Head of Day Centres",
        "Director": "Director of People",
    },
    {"Service": "Highways", "Plan": "Roads plan", "Group": "Place"},
    {"Service": "Parks", "Plan": "Parks plan", "Group": "Place"},
    {"Service": "Post Room"},
)


def measure(ref: str, question: str, service: str | None, **cells: object) -> dict[str, object]:
    return indicator(ref, Measure=question, Service=service, Weight=0.0, **cells)


def world(*measures: dict[str, object], figures: dict[str, str], **rows: Any) -> tuple[Rated, dict[str, Table]]:
    """A rated quarter; `figures` has G, A or R for the refs whose figures are in."""
    refs = [str(m["Ref"]) for m in measures]
    given_rows = {
        "Services": SERVICES,
        "Indicators": measures,
        "Targets": [target(80.0, ref=ref) for ref in refs],
        "Observations": [observation(Q2, FIGURES[word], ref) for ref, word in figures.items()],
    }
    held = tables(**{**given_rows, **rows})
    return rate_quarter(held, parse_quarter(Q2), LATE), held


MEASURES = (
    measure("S-1", "How much", "Adult Social Care"),
    measure("S-2", "How well", "day  centres"),
    measure("S-3", "better off", "Adult Social Care"),
    measure("S-4", "Better off", "Adult Social Care"),
    measure("H-1", "How well", "Highways"),
    measure("H-2", "How well", "Highways", Polarity="Neither"),
    indicator("POP-1", Measure="Outcome", Service="Highways"),
    measure("X-1", "How much", "Nobody's Service"),
    measure("X-2", "How much", None),
    measure("X-3", "How much", "Post Room"),
    measure("X-4", "How much", "Highways", Status="Deleted"),
)
WORDS = {"S-1": "G", "S-2": "R", "S-3": "G", "H-1": "G", "POP-1": "R", "X-1": "A"}


def facts(**rows: Any) -> ServicePlanFacts:
    return service_plan_facts(*world(*MEASURES, figures=WORDS, **rows))


def test_measures_reach_their_plan_and_group_through_their_service() -> None:
    found = facts()
    assert [(g.group, [p.plan for p in g.plans]) for g in found.groups] == [
        ("People", ["Adults plan"]),
        ("Place", ["Roads plan", "Parks plan"]),
    ]
    adults, roads, parks = found.plans
    assert [m.ref for m in adults.measures] == ["S-1", "S-2", "S-3", "S-4"]
    assert [m.ref for m in roads.measures] == ["H-1", "H-2"]
    assert parks.measures == ()
    assert adults.services == ("Adult Social Care", "Day Centres")


def test_the_three_questions_are_counted_green_amber_red_and_not_rated() -> None:
    adults, roads, parks = facts().plans
    assert {q: t.numbers for q, t in adults.summary.questions.items()} == {
        "How much": (1, 0, 0, 0),
        "How well": (0, 0, 1, 0),
        "Better off": (1, 0, 0, 1),
    }
    assert adults.summary.tally.coverage == "3 of 4"
    assert roads.summary.tally.numbers == (1, 0, 0, 0)
    assert parks.summary.questions == {}
    assert facts().questions["How much"].coverage == "2 of 4"


def test_plans_are_rated_by_the_councils_roll_up_whatever_the_weights() -> None:
    adults, roads, parks = facts().plans
    assert (adults.summary.whole.rating, adults.summary.whole.score) == ("Amber", Fraction(2, 3))
    assert adults.summary.whole.coverage == Fraction(3, 4)
    assert (roads.summary.whole.rating, parks.summary.whole.rating) == ("Green", "Nothing due")
    assert [g.summary.whole.rating for g in facts().groups] == ["Amber", "Green"]


@pytest.mark.parametrize(
    ("settings", "rating"),
    [
        ([setting("Roll-up", "Worst")], "Red"),
        ([setting("Roll-up", "Majority")], "Amber"),
        ([setting("Roll-up", "Majority"), setting("Green over red", "Yes")], "Green"),
        (settings_of(Minimum_coverage=0.8), "Insufficient data"),
        (settings_of(Amber_at=0.7, Green_at=0.9), "Red"),
    ],
)
def test_method_thresholds_green_over_red_and_minimum_coverage_are_the_councils(settings: Any, rating: str) -> None:
    assert facts(Settings=settings).plans[0].summary.whole.rating == rating


def test_reds_are_named_also_where_an_override_hides_them() -> None:
    found = facts(Overrides=[override("S-2", "Green", Q2)])
    assert found.plans[0].summary.reds == ("S-2",)
    assert found.plans[0].measures[1].verdict.shown == "Green*"
    assert found.plans[0].summary.tally.numbers == (3, 0, 0, 1)


def test_measures_without_a_plan_are_named_with_the_reason() -> None:
    assert {m.ref: m.unplanned for m in facts().unplanned} == {
        "X-1": "Nobody's Service is not among the services",
        "X-2": "No service is given",
        "X-3": "Post Room has no service plan",
    }


def test_a_plan_says_who_answers_for_it_over_all_its_services() -> None:
    posts = facts().plans[0].posts
    assert posts.heads_of_service == ("Head of Adult Care", "Head of Day Centres")
    assert posts.directors == ("Director of People",)
    assert posts.portfolio_holders == ("Cabinet Member, Adults", "Cabinet Member, Health")
    assert posts.scrutiny_committees == ("Adults Scrutiny",)
    assert posts.assistant_directors == ("Assistant Director, Adults",)


def test_a_plan_without_a_group_is_shown_as_such() -> None:
    found = facts(Services=[{"Service": "Highways", "Plan": "Roads plan"}])
    assert [g.group for g in found.groups] == [NO_GROUP]


def test_a_confidential_figure_is_shown_nowhere() -> None:
    secret = observation(Q2, 4242.0, "S-1", Shorthand="c")
    rated, held = world(*MEASURES, figures={}, Observations=[secret])
    assert service_plan_facts(rated, held).plans[0].measures[0].figure == ""
    sheet = service_plans_sheet(rated, held)
    assert sheet is not None
    assert all("4242" not in view.frame.to_string() and "4,242" not in view.frame.to_string() for view in sheet.views)


def test_a_range_and_a_wrong_row_are_told() -> None:
    limits = {"Indicator": "S-1", "From": "2022/23 Q1", "Lower": 40.0, "Upper": 60.5}
    wrong = measure("S-9", "How well", "Highways", Unit="Furlongs")
    ranged = measure("S-1", "How much", "Highways", Polarity="In range")
    rated, held = world(ranged, wrong, figures={"S-1": "A"}, Targets=[limits])
    first, second = service_plan_facts(rated, held).plans[1].measures
    assert (first.figure, first.target) == ("75.0%", "40% to 60.5%")
    assert (second.state, second.figure, second.target) == ("Framework error", "", "")


# ---- the sheet ----


def test_the_sheet_has_questions_plans_and_measures() -> None:
    sheet = service_plans_sheet(*world(*MEASURES, figures=WORDS))
    assert sheet is not None
    questions, plans, measures = (records(view.frame) for view in sheet.views)
    assert [q["Measures"] for q in questions] == [4, 3, 2]
    adults = plans[1]
    assert (plans[0]["Plan"], adults["Plan"]) == ("The whole group: 1 plan", "Adults plan")
    assert (adults["Rating"], adults["Rated"], adults["Red"], adults["Reds"]) == ("Amber", "3 of 4", 1, "S-2")
    assert adults["Is anyone better off"] == "1 Green, 1 not rated"
    assert plans[-1]["How much did we do"] == NO_MEASURE
    assert [m["Ref"] for m in measures][-3:] == ["X-1", "X-2", "X-3"]
    assert {m["Plan"] for m in measures[-3:]} == {NO_PLAN}
    assert all(len(view.widths) == len(view.frame.columns) for view in sheet.views)
    assert create_sheets([sheet], title="Service plans", created=dt.datetime(2025, 11, 1))[:2] == b"PK"


def test_a_council_without_performance_measures_has_no_sheet() -> None:
    rated, held = world(indicator("POP-1", Measure="Output", Service="Highways"), figures={"POP-1": "G"})
    assert service_plans_sheet(rated, held) is None
    assert service_plan_facts(rated, held).measures == ()
    assert service_plans_issues(held, rated.framework, rated.settings) == ()


def test_measures_without_any_services_still_have_a_sheet() -> None:
    sheet = service_plans_sheet(*world(*MEASURES, figures=WORDS, Services=[]))
    assert sheet is not None
    assert len(sheet.views[1].frame) == 1
    assert set(sheet.views[2].frame["Plan"]) == {NO_PLAN}


# ---- issues ----


def test_what_is_odd_is_found() -> None:
    services = [
        *SERVICES,
        {"Service": "Highways", "Plan": "Parks plan", "Group": "Place"},
        {"Service": "Bridges", "Plan": "Roads plan", "Group": "People"},
    ]
    rated, held = world(*MEASURES, figures=WORDS, Services=services)
    found = service_plans_issues(held, rated.framework, rated.settings)
    assert places(found, "warning") == [
        ("service-unknown", "Indicators", "T9"),
        ("service-missing", "Indicators", "T10"),
        ("plan-missing", "Services", "B6"),
        ("service-twice", "Services", "A7"),
        ("plan-groups", "Services", "C8"),
    ]
    assert [p.plan for p in service_plan_facts(rated, held).plans] == ["Adults plan", "Roads plan", "Parks plan"]
    assert [m.ref for m in service_plan_facts(rated, held).plans[2].measures] == []


# ---- arithmetic ----


@given(st.lists(st.sampled_from(["Green", "Amber", "Red", None]), max_size=12))
def test_the_average_of_equal_measures_is_the_mean_of_their_points(words: list[str | None]) -> None:
    whole = combine([part(RollUpLeaf(word, word, True)) for word in words], Settings(minimum_coverage=Fraction(0)))
    points = [POINTS[word] for word in words if word]
    assert (whole.rated, whole.due) == (len(points), len(words))
    assert whole.score == (sum(points, Fraction(0)) / len(points) if points else None)
