"""The cabinet report beyond the ratings: what changed, how sure it is, money, delivery, risks, actions, trends."""

import datetime as dt
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn

from tests.conftest import Validate
from tests.support import indicator, observation, setting, tables, target
from xl_outcomes import resources
from xl_outcomes.closing import closed_quarters
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting import cabinet_words as words
from xl_outcomes.reporting.cabinet_facts import CabinetFacts, cabinet_facts, high_with_reds
from xl_outcomes.reporting.chart_specs import Trends
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import documents
from xl_outcomes.reporting.facts import Facts, gather
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.reporting.trends import trends
from xl_outcomes.steps import current_period
from xl_outcomes.tables import Tables
from xl_outcomes.word import render
from xl_outcomes.workbook.file import read_master

PERIOD = parse_quarter("2024/25 Q2")
TODAY = dt.date(2024, 11, 1)
NAME = "cabinet-performance"
QUARTERS = ("2023/24 Q3", "2023/24 Q4", "2024/25 Q1", "2024/25 Q2")
SECRET = 4242.0

INDICATORS = [
    indicator("A-1.1a", Indicator="Repairs on time", **{"Data owner": "Repairs"}),
    indicator("A-1.1b", Indicator="Homes let"),
    indicator("A-1.1c", Indicator="Secret"),
    indicator("A-1.1d", Indicator="Never sent"),
]
FIGURES = {"A-1.1a": (95.0, 92.0, 91.0, 70.0), "A-1.1b": (70.0, 60.0, 60.0, 93.0)}
OBSERVATIONS = [
    *(observation(q, v, ref) for ref, values in FIGURES.items() for q, v in zip(QUARTERS, values, strict=True)),
    *(observation(q, SECRET, "A-1.1c", Shorthand="c") for q in QUARTERS),
]
MORE: dict[str, list[dict[str, Any]]] = {
    "Resources": [
        {"Linked to": "A-1", "Period": "2024/25 Q2", "Kind": "Revenue", "Description": "Team", "Budget": 2_000_000.0,
         "Forecast": 2_100_000.0, "Actual": 900_000.0},
        {"Linked to": "A-1", "Period": "2024/25 Q1", "Kind": "Capital", "Description": "Vans", "Budget": 500_000.0},
    ],
    "Activities": [
        {"Ref": "P1", "Activity": "Build", "Linked to": "A-1", "Status": "At risk", "Due": "2024-10-02",
         "Comment": "Late start."},
        {"Ref": "P2", "Activity": "Plan", "Linked to": "A-1", "Status": "Complete", "Progress": "100%"},
        {"Ref": "P1.1", "Activity": "Drawings", "Linked to": "P1", "Status": "Complete", "Due": "2024-06-30"},
    ],
    "Actions": [
        {"Ref": "ACT-1", "Indicator": "A-1.1a", "Raised": "2024/25 Q1", "Action": "Hire two.", "Status": "Open",
         "Due": "2024-10-31", "Progress": "2024/25 Q1: One hired."},
        {"Ref": "ACT-2", "Indicator": "A-1.1b", "Raised": "2024/25 Q1", "Action": "Advertise.", "Status": "Open"},
        {"Ref": "ACT-3", "Indicator": "A-1.1a", "Raised": "2024/25 Q2", "Action": "New today.", "Status": "Open"},
        {"Ref": "ACT-4", "Indicator": "A-1.1a", "Raised": "2024/25 Q1", "Action": "Over.", "Status": "Done"},
    ],
    "Risks": [
        {"Ref": "R1", "Risk": "Homes unsafe", "Likelihood": "Probable", "Impact": "Disaster", "Linked to": "A"},
        {"Ref": "R2", "Risk": "No land", "Likelihood": "Unlikely", "Impact": "Minor", "Linked to": "A"},
    ],
    "Quality": [{"Indicator": "A-1.1a", "Accuracy": "Poor"}],
}  # fmt: skip


def _tables(**more: list[dict[str, Any]]) -> dict[str, Any]:
    aims = [*(target(90.0, "2023/24 Q1", f"A-1.1{x}") for x in "abcd"), target(92.0, "2024/25 Q2", "A-1.1b")]
    council = [setting("Council", "Anyshire Council")]
    return tables(Settings=council, Indicators=INDICATORS, Targets=aims, Observations=OBSERVATIONS, **more)


def _rated(held: Tables) -> Rated:
    return rate_quarter(held, PERIOD, TODAY)


@cache
def _whole() -> tuple[Rated, Tables, Facts, CabinetFacts]:
    held = _tables(**MORE)
    rated = _rated(held)
    facts = gather(rated, held, NAME)
    return rated, held, facts, cabinet_facts(rated, held, facts)


def _written(rated: Rated, held: Tables) -> tuple[bytes, str]:
    kind = find_report(NAME)
    [made] = documents(kind, rated, held)
    pictures = {name: draw(chart) for name, chart in made.charts.items()}
    content = render(resources.template(kind.template), made.values, pictures, title=made.title)
    return content, "\n".join(_paragraphs(content))


def _paragraphs(content: bytes) -> Iterator[str]:
    for paragraph in WordDocument(io.BytesIO(content)).element.body.iter(qn("w:p")):
        pictures = ["[picture]" for _ in paragraph.iter(qn("w:drawing"))]
        yield "".join([*(t.text or "" for t in paragraph.iter(qn("w:t"))), *pictures])


# ---- facts ----


def test_what_came_and_who_is_late() -> None:
    sure = _whole()[3].sureness
    assert words.sureness_words(sure, SHIPPED) == [
        "3 of 4 figures received (75%). Late, with the days since each was due: Housing (1 figure, 12 days).",
        "Data quality: indicators with a complete definition and a signed assessment of their data: "
        "0% of 4, aim 90%: 4 more needed. 1 Red rating rests on data assessed as Poor: A-1.1a Repairs on time.",
    ]


def test_ratings_that_changed_say_from_what_and_whether_the_target_is_new() -> None:
    _, _, facts, found = _whole()
    assert [(c.indicator.ref, c.was, c.better, c.new_target) for c in found.changes] == [
        ("A-1.1a", "Green", False, False),
        ("A-1.1b", "Red", True, True),
    ]
    assert words.moves_words(found.changes, SHIPPED) == [
        "1 rating is better than when the indicator was last due, and 1 is worse. "
        "1 of these 2 is against a target that changed in between.",
        "Newly Red: A-1.1a Repairs on time.",
        "No longer Red: A-1.1b Homes let.",
    ]
    assert words.change_lines(found.changes, facts.priorities[0], SHIPPED) == [
        "Better: A-1.1b Homes let, Red to Green (from 60.0% to 93.0%; new target)",
        "Worse: A-1.1a Repairs on time, Green to Red (from 91.0% to 70.0%)",
    ]


def test_an_earlier_rating_is_the_one_that_stands_in_results() -> None:
    row = {"Period": "2024/25 Q1", "Indicator": "A-1.1a", "State": "Rated", "Rating": "Amber", "Target from": "x"}
    held = _tables(Results=[row])
    rated = _rated(held)
    found = cabinet_facts(rated, held, gather(rated, held, NAME))
    assert [(c.indicator.ref, c.was) for c in found.changes] == [("A-1.1a", "Amber")]


def test_money_counts_each_line_and_says_what_is_missing() -> None:
    _, _, facts, found = _whole()
    assert found.money is not None
    assert (found.money.whole.budget, found.money.whole.variance) == (2_500_000, 100_000)
    first, second = words.money_words(found.money, facts.period_words, SHIPPED)
    assert "The budget for the outcomes is £2.5 million for the year, of which £500,000 is capital." in first
    assert "£2.1 million, £100,000 over budget, 5.0%" in first
    assert "1 line has no forecast, and no part in the difference." in first
    assert second.startswith("No outcome has high spend and a poor result. High spend is a share")
    rows = words.money_rows(found.money, SHIPPED)
    assert [(r["title"], r["budget"], r["variance"]) for r in rows] == [
        ("Homes", "2,500", "100"),
        ("All money", "2,500", "100"),
    ]


def test_delivery_counts_by_status_with_milestones_and_what_needs_attention() -> None:
    delivery = _whole()[3].delivery
    assert delivery is not None
    assert words.delivery_words(delivery, SHIPPED)[0] == (
        "The delivery plan has 2 activities: 1 at risk and 1 complete. 1 is past its due date. "
        "1 of the 1 milestone due by now is complete."
    )
    assert words.troubled_lines(delivery) == ["P1 Build: At risk, due 2 October 2024 (30 days ago). Late start."]
    rows = words.delivery_rows(delivery, SHIPPED)
    assert [(r["title"], r["at_risk"], r["complete"], r["activities"]) for r in rows] == [
        ("Homes", 1, 1, 2),
        ("All activities", 1, 1, 2),
    ]


def test_high_risks_are_tied_to_the_reds_below_them() -> None:
    found = _whole()[3]
    assert [r.risk.ref for r in high_with_reds(found.risks)] == ["R1"]
    assert words.risk_words(found.risks, SHIPPED) == ["R1 Homes unsafe: 1 Red indicator, A-1.1a Repairs on time."]
    assert [(r["ref"], r["level"], r["mitigation"]) for r in words.risk_rows(found.risks)] == [
        ("R1", "High", "Not recorded"),
        ("R2", "Low", "Not recorded"),
    ]


def test_only_open_actions_of_earlier_quarters_are_carried_over() -> None:
    found = _whole()[3]
    assert [(c.action.ref, c.days_over) for c in found.actions] == [("ACT-1", 1), ("ACT-2", 0)]
    assert words.action_words(found, SHIPPED) == [
        "2 actions from earlier quarters are still open, 1 of them for indicators that are Red now. "
        "1 is for an indicator that is not Red now. 1 is past its due date."
    ]
    [row] = words.action_rows(found, SHIPPED)
    assert (row["progress"], row["due"]) == ("2024/25 Q1: One hired.", "31 October 2024 (1 day over)")


def test_trends_have_figures_and_targets_and_nothing_confidential() -> None:
    rated = _whole()[0]
    first, second = trends(rated, ["A-1.1a", "A-1.1b", "A-1.1c", "A-1.1d"])
    assert [f for f in first.figures if f is not None] == [95, 92, 91, 70]
    assert (first.first, first.latest, first.aim) == ("95.0% in 2023/24 Q3", "70.0%", "90%")
    assert list(second.lows[-2:]) == [90, 92]
    picture = draw(Trends((first, second)))
    assert picture == draw(Trends((first, second)))
    assert picture.alt == (
        "2 line charts of figures and targets over 8 quarters. A-1.1a Repairs on time: from 95.0% in 2023/24 Q3 to "
        "70.0%, target 90%; A-1.1b Homes let: from 70.0% in 2023/24 Q3 to 93.0%, target 92%."
    )


# ---- the document ----


def test_the_report_says_it_all_and_keeps_what_is_confidential() -> None:
    rated, held, _, _ = _whole()
    text = _written(rated, held)[1]
    for said in ("Money and outcomes", "Progress of the delivery plan", "Actions from earlier quarters", "High risks"):
        assert said in text
    assert "Trends of the Red indicators" in text
    assert "4242" not in text
    assert "70.0%, was 91.0" in text


def test_what_a_master_does_not_have_is_not_in_the_report() -> None:
    held = _tables()
    text = _written(_rated(held), held)[1]
    for absent in ("Money and", "delivery plan", "Actions from", "High risks", "Data quality", "Significant risks"):
        assert absent not in text


def test_a_master_that_has_only_begun_gives_a_report(tmp_path: Path, validator: Validate) -> None:
    held = tables()
    content, text = _written(_rated(held), held)
    assert "No figure is due this quarter." in text
    assert not _leftovers(text)
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []


def test_the_starter_gives_a_whole_report(tmp_path: Path, validator: Validate) -> None:
    held = read_master(resources.starter("mid-suffolk-2022")).tables
    period = current_period(held, None)
    rated = rate_quarter(held, period, period.end + dt.timedelta(days=30), frozenset(closed_quarters(held)))
    content, text = _written(rated, held)
    assert gather(rated, held, NAME).counts.coverage in text
    assert not _leftovers(text)
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []


def _leftovers(text: str) -> list[str]:
    marks = [mark for mark in ("{{", "{%") if mark in text]
    return [*marks, *(line for line in text.splitlines() if line in ("None", "nan", "NaT", ""))]


@pytest.mark.parametrize("name", ["sureness", "moves", "money", "delivery", "troubled", "actions", "trends"])
def test_every_field_of_its_own_is_explained(name: str) -> None:
    from xl_outcomes.reporting.cabinet_report import FIELDS

    assert FIELDS[name]
