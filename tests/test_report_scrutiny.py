"""The scrutiny report: outcome by outcome with roles, comparison, money and delivery; then the document itself."""

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
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.reporting.scrutiny_facts import ScrutinyFacts, scrutiny_facts
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Table, Tables
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("scrutiny-performance")
QUARTER = parse_quarter("2025/26 Q1")
DAY = dt.date(2025, 8, 1)
PARTS = {"first", "last", "index", "length"}


@pytest.fixture(scope="module")
def starter() -> dict[str, Table]:
    return read_source(resources.source_tables("leicestershire-2018"))


@pytest.fixture(scope="module")
def rated(starter: dict[str, Table]) -> Rated:
    return rate_quarter(starter, parse_quarter("2017/18 Q4"), dt.date(2018, 5, 12))


@pytest.fixture(scope="module")
def county(rated: Rated, starter: dict[str, Table]) -> Document:
    [document] = documents(KIND, rated, starter)
    return document


@pytest.fixture(scope="module")
def content(county: Document) -> bytes:
    return written(county)


def small(**rows: Any) -> tuple[Rated, Tables]:
    given = {
        "Indicators": [support.indicator()],
        "Targets": [support.target(90.0)],
        "Observations": [support.observation("2025/26 Q1", 50.0, Commentary="Rain.")],
        **rows,
    }
    tables = support.tables(**given)
    return rate_quarter(tables, QUARTER, DAY), tables


def facts_of(rated: Rated, tables: Tables) -> ScrutinyFacts:
    return scrutiny_facts(rated, tables, gather(rated, tables, KIND.name))


def values_of(rated: Rated, tables: Tables) -> Any:
    [document] = documents(KIND, rated, tables)
    return document.values


def written(document: Document) -> bytes:
    pictures = {name: draw(chart) for name, chart in document.charts.items()}
    return render(TEMPLATES / KIND.template, document.values, pictures, title=KIND.title)


def texts(content: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


# ---- facts ----


def test_a_section_has_role_partners_strategies_money_activities_and_risks() -> None:
    outcomes = [
        {**support.OUTCOMES[0], "Statement": "Good homes.", "Partners": "Landlords"},
        {**support.OUTCOMES[1], "Council role": "Influence", "Partners": "Builders; Landlords"},
    ]
    rated, tables = small(
        Outcomes=outcomes,
        Crosswalk=[{"Ref": "A-1", "Framework": "Homes plan", "Relation": "Partner strategy"}],
        Resources=[
            {"Linked to": "A-1", "Period": "2025/26 Q1", "Kind": "Revenue", "Description": "Grants", "Budget": 100.0,
             "Forecast": 150.0, "Actual": 20.0},
        ],
        Activities=[
            {"Ref": "X1", "Activity": "Build", "Linked to": "A-1", "Status": "Delayed", "Due": dt.datetime(2025, 7, 2)}
        ],
        Risks=[{"Ref": "R1", "Risk": "Costs", "Likelihood": "Unlikely", "Impact": "Bad", "Linked to": "A-1"}],
    )  # fmt: skip
    found = facts_of(rated, tables)
    [section] = found.sections
    assert (section.aim, section.role.partners, section.supporting[0].role.role) == (
        "Good homes.",
        ("Landlords",),
        "Influence",
    )
    assert [(s.name, s.kind, s.refs) for s in section.strategies] == [("Homes plan", "partner strategy", ("A-1",))]
    assert section.money is not None
    assert (section.money.variance, found.shared, [r.role for r in found.roles]) == (50, 100, ["Influence"])
    assert [(a.ref, days) for a, days in section.troubled] == [("X1", 30)]
    assert [r.ref for r in section.risks] == ["R1"]
    [row] = values_of(rated, tables)["outcome_sections"]
    assert row["money_words"] == (
        "£100 of this year's budget is tied to it, 100% of the money in the table below. The forecast for the year "
        "end, £150, is £50 over it (50.0%). Over budget: Grants (£50)."
    )
    assert row["delivery_lines"] == ["X1 Build: Delayed, 30 days past its date."]
    assert row["risk_words"] == "1 risk is tied to it: R1 (Medium)."


def test_where_the_master_says_nothing_nothing_is_claimed() -> None:
    rated, tables = small()
    found, values = facts_of(rated, tables), values_of(rated, tables)
    assert (found.money, found.delivery, found.roles, found.benchmarks, found.has_roles) == (None, None, (), (), False)
    for name in ("money_intro", "delivery_intro", "comparison", "tag_intro", "risk_rows", "timetable", "corner_intro"):
        assert not values[name], name
    [row] = values["outcome_sections"]
    assert (
        not row["money_words"] + row["delivery_words"] + row["risk_words"] + row["benchmark_intro"] + row["has_roles"]
    )


def test_red_comes_with_its_commentary_and_a_worsening_without_reason_says_so() -> None:
    more = support.indicator("A-1.1b", Indicator="Homes let")
    rated, tables = small(
        Indicators=[support.indicator(), more],
        Targets=[support.target(90.0), support.target(90.0, ref="A-1.1b")],
        Observations=[
            support.observation("2025/26 Q1", 50.0, Commentary="Rain."),
            support.observation("2024/25 Q4", 99.0, "A-1.1b"),
            support.observation("2025/26 Q1", 95.0, "A-1.1b"),
        ],
    )
    [row] = values_of(rated, tables)["outcome_sections"]
    assert row["attention_intro"] == "On this quarter's figures, 1 is Red:"
    assert [(r["ref"], r["commentary"]) for r in row["attention"]] == [("A-1.1a", ["Rain."])]
    assert row["worsened_lines"] == ["A-1.1b Homes let: from 99.0% to 95.0%. No reason was returned."]


def test_background_and_background_papers_are_two_sections() -> None:
    narrative = [
        {"Period": "2025/26 Q1", "Section": "Background", "Text": "How it began."},
        {"Period": "2025/26 Q1", "Section": "Background documents", "Text": "The plan."},
        {"Period": "2025/26 Q1", "Section": "Policy framework", "Text": "It is policy."},
    ]
    values = values_of(*small(Narrative=narrative))
    assert (values["scrutiny_background"], values["background_papers"], values["policy"]) == (
        ["How it began."],
        ["The plan."],
        ["It is policy."],
    )


def test_what_is_said_of_other_councils_counts_the_quartiles() -> None:
    others = [
        {"Indicator": "A-1.1a", "Period": "2025/26 Q1", "Comparator": name, "Value": value}
        for name, value in (("B", 60.0), ("C", 70.0), ("D", 80.0))
    ]
    values = values_of(*small(Benchmarks=others))
    [row] = values["outcome_sections"]
    assert row["benchmark_intro"] == (
        "One indicator of the outcome can be compared with other councils: 1 is in the bottom quartile (A-1.1a)."
    )
    assert [(q["quartile"], q["count"]) for q in values["quartiles"]] == [
        ("Top", 0),
        ("Second", 0),
        ("Third", 0),
        ("Bottom", 1),
    ]


# ---- the document ----


def test_the_template_uses_known_names_only() -> None:
    known = field_list(KIND)
    used = {u.name for u in used_names(TEMPLATES / KIND.template)}
    assert not [
        n for n in used if n not in known and not (n.rpartition(".")[0] in known and n.rpartition(".")[2] in PARTS)
    ]


def test_the_county_report_goes_outcome_by_outcome_and_keeps_the_organisation_apart(
    county: Document, content: bytes
) -> None:
    said = texts(content)
    values: Any = county.values
    titles = [s["title"] for s in values["outcome_sections"]]
    assert len(values["council_rows"]) == 5
    assert titles[-1] == "A sustainable and successful organisation"
    assert [t for t in said if t in [f"{s['title']}: {s['rating']}" for s in values["outcome_sections"]]]
    assert said.index("The organisation") < len(said)
    assert sum(s["green"] + s["amber"] + s["red"] for s in values["council_rows"]) == values["rated"]
    assert not [t for t in said if t in ("nan", "NaT") or "{{" in t or "{%" in t]
    body = docx.Document(io.BytesIO(content)).element.body
    assert not [p for p in body.iter(qn("w:p")) if not list(p.iter(qn("w:t"))) and not list(p.iter(qn("w:drawing")))]


def test_the_county_report_is_a_sound_document_with_words_for_its_pictures(
    content: bytes, tmp_path: Path, validator: Validate
) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert validator(path) == []
    pictures = list(docx.Document(io.BytesIO(content)).element.body.iter(qn("wp:docPr")))
    assert len(pictures) > 3
    assert all(len(p.get("descr")) > 40 for p in pictures)


def test_nothing_confidential_gets_into_it() -> None:
    tables = small_master()
    rated = rate_quarter(tables, QUARTER, DAY)
    [document] = documents(KIND, rated, tables)
    said = " ".join(texts(written(document)))
    assert not [form for form in (f"{SECRET:.0f}", f"{SECRET:,.0f}") if form in said]


def test_an_empty_master_gives_a_report_that_says_so() -> None:
    tables = support.tables(Outcomes=[])
    [document] = documents(KIND, rate_quarter(tables, QUARTER, DAY), tables)
    said = texts(written(document))
    assert any("No indicator is due" in t for t in said)
    assert "Committee and date to be confirmed" in said
