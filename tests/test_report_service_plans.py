"""The summary by service plan: counts that agree, Reds with reason and action, and councils that ask no questions."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests import support
from tests.conftest import Validate
from tests.test_facts import SECRET, small_master
from xl_outcomes import resources
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.plan_facts import Plans, plans
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Tables
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("service-plan-summary")
QUARTER = parse_quarter("2025/26 Q1")
DAY = dt.date(2025, 8, 1)
SERVICES = (
    {"Service": "Homes", "Plan": "Service plan: Homes", "Group": "Place", "Head of service": "Head of Homes"},
    {"Service": "Care", "Plan": "Service plan: Care", "Group": "People"},
)
PARTS = {"first", "last", "index", "length"}


def master(asks: bool, **rows: Any) -> tuple[Rated, Tables]:
    """Three indicators, rated Red, Green and Green: two in plans, one whose service has none."""
    questions = ("How much", "Better off", "How well") if asks else ("Outcome",) * 3
    places = zip(("A-1.1a", "A-1.1b", "A-1.1c"), ("Homes", "Care", "Elsewhere"), questions, strict=True)
    indicators = [support.indicator(ref, Service=service, Measure=question) for ref, service, question in places]
    values = {"A-1.1a": 10.0, "A-1.1b": 95.0, "A-1.1c": 95.0}
    given = {
        "Targets": [support.target(90.0, ref=ref) for ref in values],
        "Observations": [
            support.observation("2025/26 Q1", value, ref, **({"Commentary": "Rain."} if value == 10.0 else {}))
            for ref, value in values.items()
        ],
        "Services": SERVICES,
        **rows,
    }
    tables = support.tables(Indicators=indicators, **given)
    return rate_quarter(tables, QUARTER, DAY), tables


def facts_of(rated: Rated, tables: Tables) -> Plans:
    return plans(rated, tables, gather(rated, tables, KIND.name))


def values_of(rated: Rated, tables: Tables) -> Any:
    [document] = documents(KIND, rated, tables)
    return document.values


def written(document: Document) -> bytes:
    return render(TEMPLATES / KIND.template, document.values, {}, title=KIND.title)


def texts(content: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


@pytest.mark.parametrize("asks", [True, False])
def test_plans_groups_and_all_count_each_measure_once(asks: bool) -> None:
    found = facts_of(*master(asks))
    assert (found.asks, [g.group for g in found.groups]) == (asks, ["Place", "People"])
    assert [p.counted.tally.numbers for p in found.plans] == [(0, 0, 1, 0), (1, 0, 0, 0)]
    assert [p.counted.whole.rating for p in found.plans] == ["Red", "Green"]
    assert found.whole.tally.numbers == (2, 0, 1, 0)
    assert [(m.fact.ref, bool(m.unplanned)) for m in found.unplanned] == [("A-1.1c", True)]
    assert [(plan.plan, m.fact.ref) for plan, m in found.reds] == [("Service plan: Homes", "A-1.1a")]


def test_the_three_questions_have_counts_and_without_them_the_report_says_so() -> None:
    asked, not_asked = values_of(*master(asks=True)), values_of(*master(asks=False))
    assert [(q["name"], q["coverage"]) for q in asked["question_rows"]] == [
        ("How much did we do?", "1 of 1"),
        ("How well did we do it?", "1 of 1"),
        ("Is anyone better off?", "1 of 1"),
    ]
    assert not_asked["question_rows"] == []
    assert "every indicator counts here for the plan of its service" in " ".join(not_asked["plan_summary"])


def test_a_red_measure_has_its_reason_and_the_open_actions() -> None:
    held = {"Indicator": "A-1.1a", "Raised": "2024/25 Q4"}
    actions = [
        {**held, "Ref": "ACT-1", "Action": "Hire two.", "Status": "Open", "Progress": "One came."},
        {**held, "Ref": "ACT-2", "Action": "Done with.", "Status": "Done"},
    ]
    [red] = values_of(*master(asks=True, Actions=actions))["red_rows"]
    assert (red["plan"], red["question"], red["commentary"]) == ("Homes", "How much did we do?", ["Rain."])
    assert red["actions"] == ["ACT-1 (Open): Hire two. Progress: One came."]


def test_group_rows_stand_before_their_plans_and_all_at_the_end() -> None:
    rows = values_of(*master(asks=True))["plan_rows"]
    assert [r["name"] for r in rows] == ["Place", "Homes", "People", "Care", "All measures"]
    assert (rows[-1]["rating"], rows[-1]["coverage"]) == ("Not combined", "3 of 3")


@pytest.mark.parametrize("name", ["darlington-2012", "leicestershire-2018"])
def test_the_starters_give_sound_documents(name: str, tmp_path: Path, validator: Validate) -> None:
    tables = read_source(resources.source_tables(name))
    year = {"darlington-2012": "2011/12", "leicestershire-2018": "2017/18"}[name]
    rated = rate_quarter(tables, parse_quarter(f"{year} Q4"), dt.date(int(year[:4]) + 1, 5, 12))
    [document] = documents(KIND, rated, tables)
    content = written(document)
    path = tmp_path / "summary.docx"
    path.write_bytes(content)
    assert validator(path) == []
    assert not [t for t in texts(content) if t in ("", "nan") or "{{" in t or "{%" in t]
    values: Any = document.values
    plan_rows = [
        r for r in values["plan_rows"][:-1] if r["name"] in {p["title"] for g in values["groups"] for p in g["plans"]}
    ]
    assert sum(len(p["measures"]) for g in values["groups"] for p in g["plans"]) > 50
    assert plan_rows


def test_the_template_uses_known_names_only() -> None:
    known = field_list(KIND)
    used = {u.name for u in used_names(TEMPLATES / KIND.template)}
    assert not [
        n for n in used if n not in known and not (n.rpartition(".")[0] in known and n.rpartition(".")[2] in PARTS)
    ]


def test_nothing_confidential_and_nothing_to_summarise() -> None:
    tables = {**small_master(), "Services": support.table("Services", [{"Service": "Homes"}])}
    [document] = documents(KIND, rate_quarter(tables, QUARTER, DAY), tables)
    said = texts(written(document))
    assert f"{SECRET:,.0f}" not in " ".join(said)
    assert any("names no service plan" in t for t in said)
