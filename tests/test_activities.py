"""The delivery plan: activities, milestones, what is overdue, outcomes without work, issues and the sheet."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import indicator, observation, table, tables, target
from xl_outcomes.activities import (
    STATUSES,
    Activity,
    DeliveryPlan,
    activity_issues,
    read_plan,
    refs_in,
    without_work,
)
from xl_outcomes.framework import build
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.delivery_view import BOTH, IDLE, LISTED, MOST_IDLE, delivery_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import View
from xl_outcomes.settings import Settings

Q2, TODAY = "2025/26 Q2", dt.date(2025, 11, 1)
POST = {"Responsible officer": "Director", "Portfolio holder": "Member"}
TREE = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", **POST},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes", **POST},
    {"Ref": "A-2", "Tier": 2.0, "Parent": "A", "Title": "Old homes", **POST},
    {"Ref": "B", "Tier": 1.0, "Title": "Jobs", **POST},
)
FRAMEWORK = build(table("Outcomes", TREE), table("Indicators", []), frozenset())


def activity(ref: str | None = "X1", linked: object = "A-1", **cells: object) -> dict[str, object]:
    """A row of Activities: on track from April to March, half done, but for the cells given."""
    own = {"Ref": ref, "Activity": "Build", "Linked to": linked, "Status": "On track", "Progress": "50%"}
    return {**own, "Start": dt.datetime(2025, 4, 1), "Due": dt.datetime(2026, 3, 31), **cells}


def plan(*rows: Mapping[str, Any]) -> DeliveryPlan:
    return read_plan(table("Activities", rows), FRAMEWORK)


def one(**cells: object) -> Activity:
    return plan(activity(**cells)).activities[0]


def codes(*rows: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(i.code, i.cell) for i in activity_issues(tables(Activities=rows), FRAMEWORK, Settings())]


def views(*rows: Mapping[str, Any]) -> dict[str, View]:
    held = tables(
        Outcomes=TREE,
        Indicators=[indicator("a", Outcome="A-1"), indicator("b", Outcome="A-2"), indicator("c", Outcome="B")],
        Targets=[target(80.0, ref=ref) for ref in "abc"],
        Observations=[observation(Q2, value, ref) for ref, value in (("a", 10.0), ("b", 75.0), ("c", 90.0))],
        Activities=rows,
    )
    sheet = delivery_sheet(rate_quarter(held, parse_quarter(Q2), TODAY), held)
    return {view.table: view for view in sheet.views} if sheet else {}


def rows_of(view: View) -> list[dict[str, Any]]:
    return records(view.frame)


# ---- activities and milestones ----


def test_a_row_tied_to_another_row_is_its_milestone() -> None:
    found = plan(activity(), activity("X1.1", "X1"), activity("X2", "A-1, A-2"))
    assert [a.ref for a in found.activities] == ["X1", "X2"]
    assert [m.ref for m in found.milestones["X1"]] == ["X1.1"]
    assert found.activities[1].outcomes == ("A-1", "A-2")


def test_a_milestone_of_a_milestone_belongs_to_the_activity_at_the_top() -> None:
    found = plan(activity("X1.1.1", "X1.1"), activity("X1.1", "X1"), activity())
    assert [m.ref for m in found.milestones["X1"]] == ["X1.1.1", "X1.1"]


def test_links_in_a_circle_make_activities_that_are_tied_to_nothing() -> None:
    found = plan(activity("X1", "X2"), activity("X2", "X1"), activity("X3", "X3"), activity("X4", "X1"))
    assert [(a.ref, a.outcomes, a.unknown) for a in found.activities] == [(f"X{n}", (), ()) for n in (1, 2, 3, 4)]


@given(st.lists(st.sampled_from(("X0", "X1", "X2", "X3", "A", "A-1", "Nowhere", "X1, A", None)), max_size=8))
def test_every_row_is_an_activity_or_a_milestone_of_one(links: list[str | None]) -> None:
    found = plan(*(activity(f"X{n}", link) for n, link in enumerate(links)))
    tops = {a.ref for a in found.activities}
    below = [m.ref for held in found.milestones.values() for m in held]
    assert len(tops) + len(below) == len(links)
    assert set(found.milestones) <= tops


def test_refs_in_a_cell() -> None:
    assert refs_in(" A-1, B ,,A-1") == ("A-1", "B")
    assert refs_in(1.1) == ("1.1",)
    assert refs_in(None) == ()


def test_an_activity_counts_under_everything_above_what_it_is_tied_to() -> None:
    found = plan(activity("X1", "A-1, A-2"), activity("X2", "A"), activity("X3", "B"))
    assert {ref: [a.ref for a in found.under(FRAMEWORK, ref)] for ref in ("A", "A-1", "B")} == {
        "A": ["X1", "X2"],
        "A-1": ["X1"],
        "B": ["X3"],
    }


# ---- status, progress, overdue ----


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        ("on TRACK ", "Green"),
        ("Complete", "Green"),
        ("At risk", "Amber"),
        ("Delayed", "Red"),
        ("Not started", None),
        ("Cancelled", None),
        ("Fine", None),
        (None, None),
    ],
)
def test_delivery_follows_from_the_status_alone(status: str | None, delivery: str | None) -> None:
    late = one(Status=status, Due=dt.datetime(2020, 1, 1), Progress="0%")
    assert late.delivery == delivery


@pytest.mark.parametrize(
    ("typed", "progress"),
    [
        ("60%", 60),
        ("60", 60),
        (0.6, 60),
        (1.0, 100),
        (60.0, 60),
        (0.0, 0),
        ("0.5%", Fraction(1, 2)),
        ("110%", None),
        ("half", None),
        (None, None),
    ],
)
def test_progress_is_per_cent_however_it_is_typed(typed: object, progress: object) -> None:
    assert one(Progress=typed).progress == progress


@given(st.sampled_from((*STATUSES, None)), st.integers(-400, 400))
def test_overdue_is_after_the_due_day_and_never_once_ended(status: str | None, days: int) -> None:
    due = dt.datetime.combine(TODAY, dt.time()) - dt.timedelta(days=days)
    expected = 0 if status in ("Complete", "Cancelled") else max(0, days)
    assert one(Status=status, Due=due).days_over(TODAY) == expected


def test_without_a_date_nothing_is_overdue() -> None:
    assert one(Due=None).days_over(TODAY) == 0


# ---- outcomes without work ----


def test_red_before_amber_and_the_higher_tier_first() -> None:
    ratings = {"A": "Amber", "A-1": "Red", "A-2": "Amber", "B": "Red"}
    found = without_work(plan(), FRAMEWORK, ratings)
    assert [(o.ref, rating) for o, rating in found] == [("B", "Red"), ("A-1", "Red"), ("A", "Amber"), ("A-2", "Amber")]


def test_work_that_has_ended_is_no_work_and_a_blank_status_is_not_an_end() -> None:
    ratings = {"A-1": "Red", "A-2": "Red", "B": "Green"}
    found = plan(activity("X1", "A-1", Status="Complete"), activity("X2", "A-2", Status=None))
    assert [o.ref for o, _ in without_work(found, FRAMEWORK, ratings)] == ["A-1"]


# ---- issues ----


def test_a_good_plan_has_no_issue() -> None:
    rows = (activity(), activity("X1.1", "X1", Status="Complete", Progress="100%"), dict.fromkeys(("Ref", "Status")))
    assert codes(*rows) == []


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (activity(None), "activity-ref", "A2"),
        (activity(linked=None), "activity-outcome", "C2"),
        (activity(linked="A-1, Nowhere"), "activity-outcome", "C2"),
        (activity(linked="X1"), "activity-circular", "C2"),
        (activity(Status=None), "activity-status", "I2"),
        (activity(Status="Fine"), "activity-status", "I2"),
        (activity(Progress="lots"), "activity-progress", "H2"),
        (activity(Status="Complete"), "activity-progress", "H2"),
        (activity(Due="soon"), "activity-date", "G2"),
        (activity(Due=dt.datetime(2025, 3, 1)), "activity-date", "G2"),
    ],
)
def test_what_is_odd_is_named_with_its_cell(row: dict[str, Any], code: str, cell: str) -> None:
    assert codes(row) == [(code, cell)]


def test_a_ref_that_stands_twice_is_named_both_times() -> None:
    assert codes(activity(), activity()) == [("activity-ref", "A2"), ("activity-ref", "A3")]


# ---- the sheet ----


def test_without_activities_there_is_no_sheet() -> None:
    assert views() == {}


def test_progress_on_both_counts_each_activity_under_each_outcome() -> None:
    shown = views(
        activity("X1", "A-1, B"),
        activity("X2", "A", Status="Delayed", Due=dt.datetime(2025, 10, 30)),
        activity("X3", None),
        activity("X1.1", "X1", Status="Complete", Progress="100%"),
        activity("X1.2", "X1", Due=dt.datetime(2025, 9, 30)),
        activity("X1.3", "X1", Status="Cancelled"),
    )
    rows = {row["Ref"] or row["Outcome"]: row for row in rows_of(shown[BOTH])}
    assert {k: r["Activities"] for k, r in rows.items()} == {
        "A": 2,
        "B": 1,
        "Tied to no live outcome": 1,
        "All activities": 3,
    }
    assert (rows["A"]["Rating"], rows["A"]["Delayed"], rows["A"]["Overdue"]) == ("Red", 1, 1)
    assert rows["A"]["Milestones met"] == "1 of 2"
    assert rows["A"]["In words"] == "On 2025-11-01: 1 milestone overdue"


def test_the_list_has_milestones_under_their_activity_in_the_order_of_the_tree() -> None:
    shown = views(activity("X1", "B"), activity("X2", "A-2"), activity("X2.1", "X2"), activity("X3", "Nowhere"))
    rows = rows_of(shown[LISTED])
    assert [row["Ref"] for row in rows] == ["X2", "X2.1", "X1", "X3"]
    assert (rows[0]["Worst rating"], rows[0]["Delivery"], rows[0]["Progress"]) == ("Amber", "Green", "50%")
    assert rows[3]["Tied to"] == "Nowhere (not known)"


def test_poor_outcomes_without_work_are_flagged_in_a_table_of_fixed_size() -> None:
    shown = views(activity("X1", "B"))
    assert [row["Ref"] for row in rows_of(shown[IDLE])][:4] == ["A", "A-1", "A-2", None]
    assert len(shown[IDLE].frame) == len(views(activity("X1", "A-1, A-2"))[IDLE].frame) == MOST_IDLE


def test_all_but_the_last_table_keep_their_number_of_rows() -> None:
    few, many = views(activity()), views(*(activity(f"X{n}") for n in range(30)))
    assert all(len(few[name].frame) == len(many[name].frame) for name in list(few)[:-1])
