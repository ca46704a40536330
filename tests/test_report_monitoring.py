"""The quarterly monitoring report: moves, areas, money and data as facts, then the document that says them."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests import essex as essex_year
from tests import support
from tests.conftest import Validate
from tests.essex import texts
from tests.test_facts import small_master
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.monitoring_facts import MonitoringFacts, monitoring_facts
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.tables import Table, Tables
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("quarterly-monitoring")
QUARTER = parse_quarter("2025/26 Q1")
LATE = dt.date(2025, 8, 1)


starter, rated = essex_year.starter, essex_year.rated


@pytest.fixture(scope="module")
def essex(rated: Rated, starter: dict[str, Table]) -> Document:
    [document] = documents(KIND, rated, starter)
    return document


def small(**rows: Any) -> tuple[Rated, Tables]:
    tables = support.tables(**rows)
    return rate_quarter(tables, QUARTER, LATE), tables


def facts_of(rated: Rated, tables: Tables) -> MonitoringFacts:
    return monitoring_facts(rated, tables, gather(rated, tables, KIND.name))


def written(document: Document) -> bytes:
    pictures = {name: draw(chart) for name, chart in document.charts.items()}
    return render(TEMPLATES / KIND.template, document.values, pictures, title=KIND.title)


# ---- facts ----


def test_a_red_area_behind_a_green_whole_is_named_with_its_figure() -> None:
    areas = [
        support.observation("2025/26 Q1", v, Area=a) for a, v in (("North", 60.0), ("South", 95.0), ("East", 99.0))
    ]
    whole = support.observation("2025/26 Q1", 91.0)
    rated, tables = small(
        Indicators=[support.indicator()], Targets=[support.target(90.0)], Observations=[whole, *areas]
    )
    [found] = facts_of(rated, tables).areas
    assert found.hidden
    assert (found.figure, found.rating, found.target) == ("91.0%", "Green", "90%")
    assert (found.reds, found.rated, found.worst, found.best) == (("North 60.0%",), 3, "North 60.0%", "East 99.0%")


def test_a_confidential_area_is_shown_nowhere() -> None:
    areas = [
        support.observation("2025/26 Q1", v, Area=a) for a, v in (("North", 61.3), ("South", 95.0), ("East", 99.0))
    ]
    areas[0]["Shorthand"] = "c"
    rows = [support.observation("2025/26 Q1", 91.0), *areas]
    rated, tables = small(Indicators=[support.indicator()], Targets=[support.target(90.0)], Observations=rows)
    [document] = documents(KIND, rated, tables)
    assert "61.3" not in repr(document.values)


def test_moves_are_of_fresh_ratings_against_the_quarter_before() -> None:
    rows = [support.observation("2025/26 Q1", 50.0), support.observation("2025/26 Q1", 95.0, ref="A-1.1b")]
    results = [
        {"Period": "2024/25 Q4", "Indicator": "A-1.1a", "Rating": "Green", "State": "Rated"},
        {"Period": "2024/25 Q4", "Indicator": "A-1.1b", "Rating": "Red", "State": "Rated"},
    ]
    targets = [support.target(90.0), support.target(90.0, ref="A-1.1b")]
    indicators = [support.indicator(), support.indicator("A-1.1b")]
    rated, tables = small(Indicators=indicators, Targets=targets, Observations=rows, Results=results)
    moves = facts_of(rated, tables).moves
    assert (moves.before, moves.better, moves.worse) == ("2024/25 Q4", 1, 1)
    assert [i.ref for i in moves.newly_red] == ["A-1.1a"]
    assert [i.ref for i in moves.no_longer_red] == ["A-1.1b"]


def test_money_is_by_outcome_with_what_is_tied_to_none_last() -> None:
    period = "2025/26 Q1"
    money = [
        {
            "Linked to": "A-1",
            "Period": period,
            "Kind": "Revenue",
            "Description": "Grants",
            "Budget": 100.0,
            "Forecast": 130.0,
        },
        {
            "Linked to": "",
            "Period": period,
            "Kind": "Capital",
            "Description": "Depot",
            "Budget": 300.0,
            "Forecast": 300.0,
        },
        {"Linked to": "A", "Period": period, "Kind": "Contract", "Description": "Care", "Budget": 50.0},
    ]
    found = facts_of(*small(Indicators=[support.indicator()], Resources=money)).money
    assert found is not None
    assert [(r.ref, r.sums.budget, r.share, r.contracts[0]) for r in found.rows] == [
        ("A", 100, pytest.approx(0.25), 1),
        ("", 300, pytest.approx(0.75), 0),
    ]
    assert found.whole.budget == sum(r.sums.budget for r in found.rows)
    assert [line.description for line in found.over] == ["Grants"]


def test_returns_that_came_late_are_known() -> None:
    returns = [
        {"Period": "2025/26 Q1", "Data owner": "Housing", "Due": "2025-07-20", "Received": "2025-07-20T17:00:00"},
        {"Period": "2025/26 Q1", "Data owner": "Parks", "Due": "2025-07-20", "Received": "2025-07-23T08:00:00"},
    ]
    found = facts_of(*small(Indicators=[support.indicator()], Returns=returns))
    assert {a.owner: a.days for a in found.arrivals} == {"Housing": 0, "Parks": 3}


# ---- what the report says ----


def test_counts_are_those_of_all_reports_and_measures_stand_apart(
    rated: Rated, starter: Tables, essex: Document
) -> None:
    facts = gather(rated, starter, KIND.name)
    values: Any = essex.values
    assert len(values["in_turn"]) == 7
    assert [o["ref"] for o in values["apart"]] == ["ORG"]
    assert sum(o["rated"] for o in values["in_turn"]) == facts.counts.rated
    assert sum(o["due"] for o in values["in_turn"]) == facts.counts.due
    assert values["apart_line"].startswith(f"{facts.organisational.coverage} rated: ")
    assert f"{facts.counts.coverage} are rated" in values["summary"][0]


def test_every_red_is_explained_and_every_amber_somewhere(rated: Rated, starter: Tables, essex: Document) -> None:
    facts = gather(rated, starter, KIND.name)
    for outcome in _outcomes(essex):
        own = [i for i in facts.indicators if i.priority == outcome["ref"]]
        shown = {row["ref"] for row in outcome["explained"]}
        assert {i.ref for i in own if i.word == "Red"} <= shown
        ambers = {i.ref for i in own if i.word == "Amber" and not i.carried_from}
        assert all(ref in shown or ref in outcome["unexplained"] for ref in ambers)


def test_an_open_action_stands_beside_its_indicator(essex: Document) -> None:
    rows = {row["ref"]: row for o in _outcomes(essex) for row in o["explained"]}
    assert rows["ECO-2b"]["doing"][-1].startswith("Open action ACT-1 (Head of Economic Growth; due 29 May 2015).")


def test_sections_without_content_are_left_out_and_the_others_numbered_on() -> None:
    [document] = documents(KIND, *small(Indicators=[support.indicator()]))
    values: Any = document.values
    numbers = values["number"]
    left_out = {"organisational", "areas", "money", "risks"}
    assert {name for name, number in numbers.items() if not number} == left_out
    assert [n for n in numbers.values() if n] == list(range(1, len(numbers) - len(left_out) + 1))


def test_a_master_without_assessments_has_no_column_for_them() -> None:
    [document] = documents(KIND, *small(Indicators=[support.indicator()]))
    assert "Data quality" not in texts(written(document))


# ---- the document ----


def test_the_template_uses_only_names_of_the_list() -> None:
    known = field_list(KIND)
    assert [u for u in used_names(TEMPLATES / KIND.template) if u.name not in known] == []


def test_every_name_of_the_list_has_a_value(essex: Document) -> None:
    for name in field_list(KIND):
        top = name.partition(".")[0]
        assert top in essex.values or top in essex.charts


@pytest.mark.parametrize("which", ["essex", "small", "empty"])
def test_the_document_is_whole_and_valid(which: str, essex: Document, validator: Validate, tmp_path: Path) -> None:
    content = written(essex if which == "essex" else _small_document(which))
    said = texts(content)
    assert not [t for t in said if "{%" in t or ("{{" in t and "{{ short }}" not in t) or "nan" in t.split()]
    assert not [t for t in said if "None" in t.split()]
    assert all(said[n] or _has_picture(content, n) for n in range(len(said)))
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert validator(path) == []


def test_confidential_figures_are_nowhere() -> None:
    content = written(_small_document("small"))
    assert not [t for t in texts(content) if "4242" in t or "4,242" in t]


def _small_document(which: str) -> Document:
    tables = small_master() if which == "small" else support.tables(Outcomes=[])
    [document] = documents(KIND, rate_quarter(tables, QUARTER, LATE), tables)
    return document


def _has_picture(content: bytes, number: int) -> bool:
    paragraph = list(docx.Document(io.BytesIO(content)).element.body.iter(qn("w:p")))[number]
    return bool(list(paragraph.iter(qn("w:drawing"))))


def _outcomes(document: Document) -> Iterator[Any]:
    values: Any = document.values
    yield from (*values["in_turn"], *values["apart"])
