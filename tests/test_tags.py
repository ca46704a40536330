"""Outcomes seen together by their tags: each counted once, rated by the council's own roll-up, deciding nothing."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from tests.frameworks import random_period, random_tables, random_today
from tests.support import LATE, from_plain, indicator, observation, places, setting, tables, target
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.tags_view import tags_sheet
from xl_outcomes.tables import Table
from xl_outcomes.tags import TagFact, tag_facts, tags_issues, tags_of
from xl_outcomes.workbook.create import create_sheets

Q2 = "2025/26 Q2"
OUTCOMES = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", "Tags": "Rural, Open"},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes", "Tags": "rural", "Weight": 0.0},
    {"Ref": "B", "Tier": 1.0, "Title": "Health"},
    {"Ref": "B-1", "Tier": 2.0, "Parent": "B", "Title": "Active lives", "Tags": "RURAL , young people"},
    {"Ref": "B-2", "Tier": 2.0, "Parent": "B", "Title": "Food", "Tags": "young  people"},
)
REFS = {"a1": ("A", 90.0), "a2": ("A-1", 10.0), "b1": ("B-1", 10.0), "b2": ("B-2", 90.0)}


def world(**rows: Any) -> tuple[Rated, dict[str, Table]]:
    usual = {
        "Outcomes": OUTCOMES,
        "Indicators": [indicator(ref, Outcome=home) for ref, (home, _) in REFS.items()],
        "Targets": [target(80.0, ref=ref) for ref in REFS],
        "Observations": [observation(Q2, value, ref) for ref, (_, value) in REFS.items()],
    }
    held = tables(**{**usual, **rows})
    return rate_quarter(held, parse_quarter(Q2), LATE), held


def facts(**rows: Any) -> dict[str, TagFact]:
    return {fact.tag: fact for fact in tag_facts(*world(**rows))}


@pytest.mark.parametrize(
    ("text", "tags"),
    [(None, ()), (" , ", ()), ("Open", ("Open",)), ("Open, open,OPEN ,  Fair  play", ("Open", "Fair play"))],
)
def test_tags_are_parted_by_commas_whatever_their_capitals(text: str | None, tags: tuple[str, ...]) -> None:
    assert tags_of(text) == tags


def test_each_tag_has_its_outcomes_of_any_tier_in_the_order_of_the_tree() -> None:
    found = facts()
    assert list(found) == ["Rural", "Open", "young people"]
    assert [o.ref for o in found["Rural"].outcomes] == ["A", "A-1", "B-1"]


def test_an_outcome_under_a_tagged_outcome_is_not_counted_twice() -> None:
    rural = facts()["Rural"]
    assert [(o.ref, o.within) for o in rural.outcomes] == [("A", ""), ("A-1", "A"), ("B-1", "")]
    assert [o.ref for o in rural.counted] == ["A", "B-1"]
    assert (rural.tally.numbers, rural.coverage) == ((1, 0, 1, 0), "2 of 2")


def test_a_tag_is_rated_by_the_councils_own_method() -> None:
    assert (facts()["Rural"].whole.rating, facts()["Rural"].whole.score) == ("Amber", Fraction(1, 2))
    assert facts(Settings=[setting("Roll-up", "Worst")])["Rural"].whole.rating == "Red"
    assert facts(Settings=[setting("Roll-up", "Share green"), setting("Amber at", 0.6)])["Rural"].whole.rating == "Red"
    assert facts()["Open"].whole.rating == "Green"


def test_missing_data_is_not_rated_and_can_leave_too_little() -> None:
    found = facts(Observations=[observation(Q2, 90.0, "b2")])
    assert (found["young people"].coverage, found["young people"].whole.rating) == ("1 of 2", "Green")
    assert (found["Rural"].coverage, found["Rural"].whole.rating) == ("0 of 2", "Insufficient data")
    assert facts(Indicators=[])["Rural"].whole.rating == "Nothing due"


def test_red_indicators_are_named_also_under_an_outcome_that_is_listed_only() -> None:
    assert facts()["Rural"].reds == ("a2", "b1")
    assert [o.reds for o in facts()["Rural"].outcomes] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(6))
def test_a_tag_on_every_tier_1_outcome_counts_just_those(seed: int) -> None:
    held = from_plain(random_tables(seed, 10))
    outcomes = held["Outcomes"].frame.copy()
    outcomes["Tags"] = "All"
    held["Outcomes"] = held["Outcomes"].with_frame(outcomes)
    rated = rate_quarter(held, parse_quarter(random_period(seed)), random_today(seed))
    for fact in tag_facts(rated, held):
        tops = rated.framework.children(None)
        assert [o.ref for o in fact.counted] == [o.ref for o in tops]
        assert fact.tally.due == fact.whole.due <= len(tops)


# ---- the sheet ----


def test_the_sheet_has_tags_and_their_outcomes_and_says_that_tags_decide_nothing() -> None:
    sheet = tags_sheet(*world())
    assert sheet is not None
    assert "no target" in sheet.note
    assert "decides nothing" in sheet.note
    tags, outcomes = (records(view.frame) for view in sheet.views)
    assert (tags[0]["Rating"], tags[0]["Rated"], tags[0]["Outcomes that count"]) == ("Amber", "2 of 2", "A, B-1")
    assert (tags[0]["Red outcomes"], tags[0]["Red indicators under them"]) == ("A-1, B-1", "a2, b1")
    assert [(o["Ref"], o["Counts"]) for o in outcomes[:3]] == [("A", "Yes"), ("A-1", "In A"), ("B-1", "Yes")]
    assert all(len(view.widths) == len(view.frame.columns) for view in sheet.views)
    assert create_sheets([sheet], title="Tags", created=dt.datetime(2025, 11, 1))[:2] == b"PK"


def test_without_tags_there_is_no_sheet() -> None:
    assert tags_sheet(*world(Outcomes=[{**o, "Tags": None} for o in OUTCOMES])) is None


def test_tags_with_other_signs_between_them_are_an_issue() -> None:
    rated, held = world(Outcomes=[{**OUTCOMES[0], "Tags": "Rural; Open"}, *OUTCOMES[1:]])
    found = tags_issues(held, rated.framework, rated.settings)
    assert places(found) == [("tags-separator", "Outcomes", "J2")]
    assert found[0].ref == "A"
