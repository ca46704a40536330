"""The Darlington starter holds what the report counts: outcomes, service plans, measures of three kinds."""

import csv
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from xl_outcomes import resources
from xl_outcomes.contract import SPECS
from xl_outcomes.settings import sound_settings
from xl_outcomes.starters import read_source
from xl_outcomes.steps import check
from xl_outcomes.tables import Table, Tables

SOURCE = resources.folder("workbooks") / "darlington-2012"
OUTCOMES = [
    "More people healthy and independent",
    "Children with the best start in life",
    "A safe and caring community",
    "More people active and involved",
    "More businesses and more jobs",
    "More people caring for our environment",
    "Enough support for people when needed",
    "A place designed to thrive",
]
PLANS = {
    "People": ["Children, Families and Learning", "Development and Commissioning", "Adult Social Care"],
    "Place": [
        "Policy and Regeneration",
        "Housing",
        "Revenues and Benefits",
        "Highways, Design and Projects",
        "Community Services",
    ],
    "Resources": ["Finance", "Transformation", "Resources", "Human Resources", "Xentrall"],
}
QUESTIONS = {"How much", "How well", "Better off"}
YEAR = [f"2012/13 Q{n}" for n in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return read_source(SOURCE)


def test_it_is_darlingtons_framework_at_the_end_of_2011_12(tables: Tables) -> None:
    settings = sound_settings(tables["Settings"])
    assert (settings.council, settings.framework) == ("Darlington Borough Council", "darlington-2012")
    assert (settings.vision, str(settings.current_period)) == ("One Darlington: Perfectly Placed", "2011/12 Q4")
    assert (settings.tier_name(1), settings.rag_scheme) == ("Outcome", "Floor")


def test_there_are_eight_outcomes_in_their_order_under_two_priorities(tables: Tables) -> None:
    rows = list(tables["Outcomes"].rows())
    assert [r["Title"] for r in rows if r["Tier"] == 1.0] == OUTCOMES
    assert {r["Tags"] for r in rows} == {"One Darlington", "Perfectly Placed"}
    assert Counter(r["Parent"] for r in rows if r["Tier"] == 2.0) == Counter(
        {r["Ref"]: 2 for r in rows if not r["Parent"]}
    )
    assert all(r["Title"].endswith("(Illustrative)") for r in rows if r["Tier"] == 2.0)


def test_thirteen_service_plans_in_three_groups(tables: Tables) -> None:
    rows = list(tables["Services"].rows())
    assert {g: [r["Service"] for r in rows if r["Group"] == g] for g in PLANS} == PLANS
    assert len(rows) == 13
    assert [r["Plan"] for r in rows] == [f"Service plan: {r['Service']}" for r in rows]
    assert all(r[heading] for r in rows for heading in SPECS["Services"].headings)


def test_every_plan_asks_the_three_questions_and_weighs_nothing_in_the_outcomes(tables: Tables) -> None:
    asked = defaultdict(list)
    for row in _live(tables):
        if row["Measure"] != "Outcome":
            asked[row["Service"]].append(row)
    assert sorted(asked) == sorted(name for names in PLANS.values() for name in names)
    for service, rows in asked.items():
        assert {r["Measure"] for r in rows} == QUESTIONS, service
        assert 5 <= len(rows) <= 6, service
        assert {r["Weight"] for r in rows} == {0}, service


def test_population_indicators_hang_on_every_outcome(tables: Tables) -> None:
    population = [r for r in _live(tables) if r["Measure"] == "Outcome"]
    assert {r["Kind"] for r in population} == {"Tracking"}
    assert all(r["Weight"] is None for r in population)
    counts = Counter(r["Outcome"].split("-")[0] for r in population)
    assert all(3 <= counts[r["Ref"]] <= 5 for r in tables["Outcomes"].rows() if r["Tier"] == 1.0)


def test_about_half_of_the_targets_have_a_floor_standard(tables: Tables) -> None:
    with_target = {r["Indicator"] for r in tables["Targets"].rows()}
    with_floor = {r["Indicator"] for r in tables["Targets"].rows() if r["Amber"] is not None}
    assert 0.4 < len(with_floor) / len(with_target) < 0.7


def test_check_finds_nothing_to_correct(tables: Tables) -> None:
    assert check(tables) == ()


def test_the_reports_of_the_year_are_in_the_timetable(tables: Tables) -> None:
    due = defaultdict(list)
    for row in tables["Reports"].rows():
        due[row["Report"]].append(row["Period"])
    assert dict(due) == {
        "cabinet-exception": YEAR,
        "member-briefings": YEAR,
        "clinic-packs": YEAR,
        "scrutiny-year-end": YEAR[3:],
        "service-plan-summary": [YEAR[1], YEAR[3]],
        "corporate-plan": YEAR[3:],
    }


def test_every_cabinet_report_has_its_impact_table_from_crime_to_efficiency(tables: Tables) -> None:
    impacts = defaultdict(list)
    for row in tables["Narrative"].rows():
        if row["Section"].startswith("Impact: "):
            impacts[row["Period"]].append(row["Section"].removeprefix("Impact: "))
    assert list(impacts) == YEAR
    assert {len(rows) for rows in impacts.values()} == {11}
    assert {(rows[0], rows[-1]) for rows in impacts.values()} == {("S17 Crime and Disorder", "Efficiency")}


def test_scrutiny_committees_chose_measures_that_there_are(tables: Tables) -> None:
    chosen = [r for r in tables["Narrative"].rows() if r["Section"] == "Work programme"]
    committees = {r["Scrutiny committee"] for r in tables["Services"].rows()}
    assert {r["Text"] for r in chosen} == committees
    assert {r["Ref"] for r in chosen} <= {r["Ref"] for r in _live(tables)}


def test_money_covers_every_outcome_in_every_quarter(tables: Tables) -> None:
    revenue = {(r["Linked to"], r["Period"]) for r in tables["Resources"].rows() if r["Kind"] == "Revenue"}
    tops = [r["Ref"] for r in tables["Outcomes"].rows() if r["Tier"] == 1.0]
    assert revenue == {(ref, period) for ref in tops for period in ("2011/12 Q4", *YEAR)}


def test_every_owner_is_a_post_on_the_example_domain(tables: Tables) -> None:
    owners = tables["Owners"].rows()
    assert {r["Data owner"] for r in owners} == {r["Data owner"] for r in tables["Indicators"].rows()}
    assert all(str(r["E-mail"]).endswith("@example.org") for r in owners)


def test_no_other_cell_holds_an_address() -> None:
    assert not [
        cell for path in SOURCE.glob("*.csv") for cell in _cells(path) if "@" in cell and "@example.org" not in cell
    ]


def _live(tables: Tables) -> list[dict[str, Any]]:
    return [r for r in tables["Indicators"].rows() if r["Status"] in ("Live", "Baseline year")]


def _cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]
