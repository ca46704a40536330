"""Organisational measures: counted apart from the council's outcomes, wherever there are such outcomes."""

import datetime as dt
from typing import Any

import pytest

from tests.frameworks import random_tables
from tests.support import LATE, from_plain, indicator, observation, tables, target
from xl_outcomes import steps
from xl_outcomes.framework import Framework, build
from xl_outcomes.organisational import MARK, NOTE, apart, refs_apart
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.facts import Facts, gather
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.tables import Table

Q1, Q2 = "2025/26 Q1", "2025/26 Q2"
ORGANISATIONAL = {"Kind": "Organisational"}
OUTCOMES = (
    {"Ref": "ORG", "Tier": 1.0, "Title": "A well-run council"},
    {"Ref": "ORG-1", "Tier": 2.0, "Parent": "ORG", "Title": "Staff"},
    {"Ref": "HOM", "Tier": 1.0, "Title": "Homes"},
    {"Ref": "HOM-1", "Tier": 2.0, "Parent": "HOM", "Title": "New homes"},
    {"Ref": "NEW", "Tier": 1.0, "Title": "Not measured yet"},
)
INDICATORS = (
    indicator("o1", Outcome="ORG-1", **ORGANISATIONAL),
    indicator("o2", Outcome="ORG", **ORGANISATIONAL),
    indicator("o3", Outcome="ORG", Status="Deleted"),
    indicator("h1", Outcome="HOM-1"),
    indicator("h2", Outcome="HOM-1", **ORGANISATIONAL),
    indicator("h3", Outcome="HOM-1"),
)


def world(**rows: Any) -> dict[str, Table]:
    refs = ("o1", "o2", "h1", "h2", "h3")
    figures = {"o1": 90.0, "h1": 90.0, "h2": 10.0}
    usual = {
        "Outcomes": OUTCOMES,
        "Indicators": INDICATORS,
        "Targets": [target(80.0, ref=ref) for ref in refs],
        "Observations": [observation(q, v, ref) for q in (Q1, Q2) for ref, v in figures.items()],
    }
    return tables(**{**usual, **rows})


def tree(**rows: Any) -> Framework:
    held = world(**rows)
    return build(held["Outcomes"], held["Indicators"], frozenset())


def facts(**rows: Any) -> Facts:
    held = world(**rows)
    return gather(rate_quarter(held, parse_quarter(Q2), LATE), held, "cabinet-performance")


def sheets(**rows: Any) -> dict[str, ViewSheet]:
    held = world(**rows)
    for quarter in (Q1, Q2):
        _, step = steps.rate(held, parse_quarter(quarter), steps.Now(dt.datetime(2025, 11, 20), "Officer"))
        held = {**held, **step.changed}
    return {sheet.name: sheet for sheet in step.views}


def view(sheet: ViewSheet, table: str) -> View:
    return next(v for v in sheet.views if v.table == table)


# ---- which outcomes ----


def test_a_tier_1_outcome_is_apart_if_all_its_indicators_are_organisational() -> None:
    assert apart(tree()) == {"ORG"}
    assert refs_apart(tree()) == {"ORG", "ORG-1", "o1", "o2", "o3"}


def test_one_indicator_of_another_kind_keeps_it_among_the_outcomes() -> None:
    assert apart(tree(Indicators=[*INDICATORS, indicator("o4", Outcome="ORG-1")])) == frozenset()


def test_where_all_would_be_apart_none_is() -> None:
    assert apart(tree(Outcomes=OUTCOMES[:2], Indicators=INDICATORS[:2])) == frozenset()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_apart_has_organisational_indicators_only(seed: int) -> None:
    held = from_plain(random_tables(seed, 10))
    framework = build(held["Outcomes"], held["Indicators"], frozenset())
    for ref in refs_apart(framework) & framework.indicators.keys():
        indicator_found = framework.indicators[ref]
        assert "Organisational" in (indicator_found.kind, "Organisational" * (indicator_found.status == "Deleted"))


# ---- counts in reports ----


def test_the_headline_counts_are_of_the_outcomes_and_the_others_are_said_beside() -> None:
    found = facts()
    assert (found.counts.coverage, found.counts.green, found.counts.red) == ("2 of 3", 1, 1)
    assert (found.organisational.coverage, found.organisational.green) == ("1 of 2", 1)
    assert found.also == "and 1 of 2 organisational measures"
    assert [(p.ref, p.apart, p.counts.coverage) for p in found.priorities] == [
        ("HOM", False, "2 of 3"),
        ("NEW", False, "0 of 0"),
        ("ORG", True, "1 of 2"),
    ]
    assert {i.ref for i in found.indicators if i.apart} == {"o1", "o2"}


def test_without_such_outcomes_nothing_is_said() -> None:
    found = facts(Indicators=INDICATORS[3:])
    assert (found.also, found.organisational.due) == ("", 0)
    assert [p.ref for p in found.priorities] == ["ORG", "HOM", "NEW"]


# ---- Dashboard and Priorities ----


def test_the_dashboard_counts_them_apart_and_shows_them_last() -> None:
    dashboard = sheets()["Dashboard"]
    numbers = records(view(dashboard, "Dashboard_quarter").frame)[0]
    assert numbers["Indicators"] == "2 of 3 rated and 1 of 2 organisational"
    assert [numbers[h] for h in ("Green", "Amber", "Red", "Not rated")] == [1, 0, 1, 1]
    assert numbers["Headline"].startswith("50% of ratings are Green\n1 Red, as many as before")
    tiles = records(view(dashboard, "Dashboard_priorities").frame)
    assert [t["Ref"] for t in tiles] == ["HOM", "NEW", "ORG"]
    assert tiles[-1]["Priority"] == f"A well-run council{MARK}"
    assert [tiles[-1][h] for h in ("Green", "Not rated")] == [1, 1]
    assert [r["Ref"] for r in records(view(dashboard, "Dashboard_outcomes").frame)] == ["HOM-1", "ORG-1"]
    last = records(view(dashboard, "Dashboard_quarters").frame)[-1]
    assert [last[h] for h in ("Green", "Red", "Not rated")] == [1, 1, 1]
    assert dashboard.note.endswith(NOTE)


def test_priorities_has_them_last() -> None:
    top = sheets()["Priorities"]
    rows = records(top.views[0].frame)
    assert [r["Ref"] for r in rows] == ["HOM", "HOM-1", "NEW", "ORG", "ORG-1"]
    assert (rows[3]["Outcome"], rows[4]["Outcome"]) == (f"A well-run council{MARK}", "Staff")
    assert [link and link.key for link in top.views[0].links["Ref"]] == [None, "HOM-1", None, None, "ORG-1"]
    assert top.note.endswith(NOTE)


def test_without_such_outcomes_the_sheets_are_as_ever() -> None:
    found = sheets(Indicators=INDICATORS[3:])
    numbers = records(view(found["Dashboard"], "Dashboard_quarter").frame)[0]
    assert numbers["Indicators"] == "2 of 3 rated"
    assert [r["Ref"] for r in records(found["Priorities"].views[0].frame)] == ["ORG", "ORG-1", "HOM", "HOM-1", "NEW"]
    assert NOTE not in found["Dashboard"].note + found["Priorities"].note
