"""The report that adopts a framework: its numbers come from the framework, its figures and table show all of it."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn

from tests.conftest import Validate
from tests.support import indicator, setting, tables
from xl_outcomes import resources
from xl_outcomes.golden_thread import follow
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting import adoption_report
from xl_outcomes.reporting.chart_specs import TheoryOfChange, TopTiers
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.fields import fields
from xl_outcomes.reporting.roadmap import Block, Step, roadmap, top_tiers
from xl_outcomes.starters import build_starter
from xl_outcomes.tables import Tables
from xl_outcomes.word import render, used_names
from xl_outcomes.workbook.file import read_master

PERIOD = parse_quarter("2025/26 Q1")
NAME = "framework-adoption"
TEMPLATE = resources.template("framework-adoption.docx")
HEADINGS = (
    *("Purpose of report", "Options considered", "Recommendations", "Key information", "Links to the Corporate Plan"),
    *("Financial implications", "Legal implications", "Risk management", "Consultations", "Equality analysis"),
    *("Environmental implications", "Appendices", "Background documents"),
)
OUTCOMES: list[dict[str, Any]] = [
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", "Statement": "A home for all.", "Portfolio holder": "Member"},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes"},
    {"Ref": "A-1.1", "Tier": 3.0, "Parent": "A-1", "Title": "Land is found"},
    {"Ref": "A-1.2", "Tier": 3.0, "Parent": "A-1", "Title": "Plans are quick"},
    {"Ref": "A-1.2.1", "Tier": 4.0, "Parent": "A-1.2", "Title": "Forms are short"},
    {"Ref": "B", "Tier": 1.0, "Title": "Places"},
]
NAMES = [
    setting("Tier 1 name", "Priority"),
    setting("Tier 2 name", "Strategic outcome"),
    setting("Tier 3 name", "Intermediate outcome"),
    setting("Vision", "Good places"),
]
RISKS = [{"Ref": f"R{n}", "Risk": f"Risk {n}", "Likelihood": "Unlikely", "Impact": "Bad"} for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The tables of the framework that ships with the report."""
    path = tmp_path_factory.mktemp("starter") / "master.xlsx"
    path.write_bytes(build_starter("mid-suffolk-2022"))
    return read_master(path).tables


def _small(**more: list[dict[str, Any]]) -> dict[str, Any]:
    measured = [indicator("A-1.1a", Outcome="A-1.1"), indicator("A-1.1b", Outcome="A-1.1", Status="Baseline year")]
    return tables(Settings=NAMES, Outcomes=OUTCOMES, Indicators=measured, **more)


def _rated(held: Tables) -> Rated:
    return rate_quarter(held, PERIOD, dt.date(2025, 8, 1))


def _made(held: Tables) -> tuple[Source, Document]:
    rated = _rated(held)
    source = Source(rated, held, gather(rated, held, NAME))
    [made] = adoption_report.documents(source)
    return source, made


def _written(held: Tables) -> tuple[bytes, list[str]]:
    source, made = _made(held)
    pictures = {name: draw(chart) for name, chart in made.charts.items()}
    content = render(TEMPLATE, {**fields(source.facts), **made.values}, pictures, title="Outcomes framework")
    return content, list(_paragraphs(content))


def _paragraphs(content: bytes) -> Iterator[str]:
    for paragraph in WordDocument(io.BytesIO(content)).element.body.iter(qn("w:p")):
        pictures = ["[picture]" for _ in paragraph.iter(qn("w:drawing"))]
        yield "".join([*(t.text or "" for t in paragraph.iter(qn("w:t"))), *pictures])


# ---- the framework in numbers and figures ----


def test_numbers_are_those_of_the_framework_down_to_tier_3() -> None:
    values = _made(_small())[1].values
    assert values["tiers"] == "2 priorities, 1 strategic outcome and 2 intermediate outcomes"
    assert [row["ref"] for row in values["tree"]] == ["A", "A-1", "A-1.1", "A-1.2", "B"]
    assert values["measures"] == [
        "2 indicators are proposed for the framework. 1 of them cannot be rated yet: 1 in a first year of figures, "
        "which sets the baseline for a target. Nothing measures A-1.2.1 and B so far.",
        "Of the live indicators, 0 of 2 are defined, with a data quality assessment that is signed off "
        "(0% of 2, aim 90%: 2 more needed).",
    ]


def test_the_theory_of_change_counts_each_step_and_shows_one_path() -> None:
    rows = [{"Ref": "P1", "Activity": "Buy land", "Linked to": "A-1.1", "Status": "On track"}]
    held = _small(Activities=rows)
    rated = _rated(held)
    thread = follow(rated.framework, rated.settings, held)
    steps = roadmap(thread)
    assert [s.name for s in steps] == [
        *("1 activity", "1 service outcome", "2 intermediate outcomes", "1 strategic outcome", "2 priorities"),
        "The vision",
    ]
    assert [s.example for s in steps[:3]] == ["P1 Buy land", "", "A-1.1 Land is found"]
    assert top_tiers(thread) == (Block("Homes", ("New homes",)), Block("Places", ()))


def test_figures_are_the_same_each_time_and_say_what_they_show() -> None:
    theory = TheoryOfChange((Step("1 activity", "What is done.", "P1 Buy"), Step("The vision", "Good places")))
    top = TopTiers("Good places", (Block("Homes", ("New homes",)), Block("Places " * 9, ())))
    assert draw(theory) == draw(theory)
    assert draw(theory).alt == (
        "Theory of change: 2 steps, each leading to the next. 1 activity: What is done, such as P1 Buy; then The "
        "vision: Good places."
    )
    assert "Homes: New homes; Places" in draw(top).alt


# ---- sections ----


def test_drafts_recommend_the_tiers_and_are_marked_for_the_author() -> None:
    values = _made(_small())[1].values
    first, second, third = values["recommendations"]
    assert "the first three tiers of the framework (2 priorities, 1 strategic outcome and 2 intermediate" in first
    assert "tier 4 (service outcomes) will be developed with the service plans" in second
    assert third.startswith("That minor changes be delegated")
    assert third.endswith("[Author to complete]")
    assert values["risk_management"] == ["No risk is recorded. [Author to complete]"]


def test_authors_choose_the_risks_by_their_refs() -> None:
    said = [{"Period": "2025/26 Q1", "Section": "Significant risks", "Text": "R3, R1"}]
    assert [r["ref"] for r in _made(_small(Risks=RISKS, Narrative=said))[1].values["risks"]] == ["R3", "R1"]
    assert [r["ref"] for r in _made(_small(Risks=RISKS))[1].values["risks"]] == ["R1", "R2", "R3"]


# ---- the document ----


def test_a_framework_without_outcomes_gives_no_document() -> None:
    held = tables(Outcomes=[])
    rated = _rated(held)
    assert adoption_report.documents(Source(rated, held, gather(rated, held, NAME))) == ()


def test_the_template_uses_only_names_that_are_explained() -> None:
    known = {*fields(gather(_rated(_small()), _small(), NAME)), *adoption_report.FIELDS}
    names = {u.name for u in used_names(TEMPLATE)}
    assert {n for n in names if n.partition(".")[0] not in known} == set()


def test_the_report_is_whole_where_the_master_has_little(tmp_path: Path, validator: Validate) -> None:
    content, paragraphs = _written(_small())
    assert not _leftovers(paragraphs)
    assert "Key risks" not in " ".join(paragraphs)
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []


def test_the_starter_gives_the_report_of_6_18_and_66(starter: Tables, tmp_path: Path, validator: Validate) -> None:
    content, paragraphs = _written(starter)
    text = "\n".join(paragraphs)
    assert "For adoption: 6 priorities, 18 strategic outcomes and 66 intermediate outcomes" in text
    document = WordDocument(io.BytesIO(content))
    assert tuple(p.text for p in document.paragraphs if p.style.name == "Heading 1") == HEADINGS
    assert len(document.tables[-1].rows) == 1 + 6 + 18 + 66
    assert text.count("[picture]") == 2
    assert not _leftovers(paragraphs)
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []
    assert validator(TEMPLATE) == []


def test_the_starter_has_words_of_its_own_for_it(starter: Tables) -> None:
    rows = [row for row in starter["Narrative"].rows() if str(row["Section"]).startswith(f"{NAME}: ")]
    sections = [str(row["Section"]).partition(": ")[2] for row in rows]
    assert {str(row["Period"]) for row in rows} == {"2025/26 Q1"}
    assert sections.count("Recommendation") == 3
    assert next(row["Text"] for row in rows if row["Section"] == f"{NAME}: Significant risks") == "R16, R12, R14"


def _leftovers(paragraphs: list[str]) -> list[str]:
    return [p for p in paragraphs if "{{" in p or "{%" in p or p in ("None", "nan", "NaT", "")]
