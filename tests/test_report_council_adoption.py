"""The report that adopts the framework: its numbers come from the framework, its annex has all of it."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import docx
import pytest

from tests import essex as essex_year
from tests import support
from tests.conftest import Validate
from tests.essex import texts
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.adoption_facts import adoption_facts
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.tables import Table, Tables
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("council-adoption")
QUARTER = parse_quarter("2025/26 Q1")
HEADINGS = [
    "Purpose of report",
    "Recommendation",
    "Background and proposal",
    "Financial implications",
    "Legal implications",
    "Equality and diversity implications",
    "Staffing and other resource implications",
]


starter, rated = essex_year.starter, essex_year.rated


@pytest.fixture(scope="module")
def essex(rated: Rated, starter: dict[str, Table]) -> Document:
    [document] = documents(KIND, rated, starter)
    return document


def small(**rows: Any) -> tuple[Rated, Tables]:
    tables = support.tables(**{"Indicators": [support.indicator()], **rows})
    return rate_quarter(tables, QUARTER, dt.date(2025, 8, 1)), tables


def values_of(rated: Rated, tables: Tables) -> Any:
    [document] = documents(KIND, rated, tables)
    return document.values


def written(document: Document) -> bytes:
    return render(TEMPLATES / KIND.template, document.values, {}, title=KIND.title)


# ---- facts ----


def test_numbers_come_from_the_framework(rated: Rated, starter: Tables, essex: Document) -> None:
    found = adoption_facts(rated, starter)
    assert dict(found.tiers) == {1: 7, 2: 20}
    assert sum(found.statuses.values()) == 65
    assert [len(o.indicators) for o in found.apart] == [12]
    values: Any = essex.values
    assert values["framework_line"] == "7 outcomes, 20 supporting outcomes and 65 indicators"
    assert sum(row["indicators"] for row in values["glance"]) == 65


def test_selection_tests_are_of_the_council_s_own_indicators(rated: Rated, starter: Tables) -> None:
    found = adoption_facts(rated, starter)
    assert {sum(counts) for counts in found.tests.values()} == {65}


def test_deleted_indicators_are_not_adopted() -> None:
    rows = [
        support.indicator(),
        support.indicator("A-1.1b", Status="Deleted"),
        support.indicator("A-1.1c", Status="Proposed"),
    ]
    [outcome] = adoption_facts(*small(Indicators=rows)).outcomes
    assert [i.ref for i in outcome.indicators] == ["A-1.1a", "A-1.1c"]


def test_what_replaces_what_and_what_has_no_counterpart(essex: Document) -> None:
    values: Any = essex.values
    assert values["replaced_heading"] == "What the framework replaces"
    assert "12 of 14 objectives" in values["replaced_summary"][0]
    assert "2 have none: O13 and O14." in values["replaced_summary"][0]
    rows = {row["theirs"]: row["ours"] for row in values["replaced"][0]["rows"]}
    assert len(rows) == 14
    assert rows["O13 Make the most of the 2012 Games"] == ["No counterpart"]
    assert len(rows["O1 Give every child a good start"]) == 2


def test_frameworks_that_are_not_replaced_are_named_apart() -> None:
    other = {"Ref": "A", "Framework": "County plan", "Their title": "Homes for all", "Relation": "Contributes to"}
    values = values_of(*small(Crosswalk=[other]))
    assert values["replaced_heading"] == "How the framework stands to others"
    [table] = values["replaced"]
    assert table["rows"] == [{"theirs": "County plan: Homes for all", "ours": ["A Homes (contributes to it)"]}]


def test_commissioning_strategies_stand_under_their_outcome(essex: Document) -> None:
    values: Any = essex.values
    assert values["strategy_summary"][0].startswith("7 commissioning strategies say")
    assert all(outcome["strategies"] for outcome in values["own"])


def test_why_an_indicator_was_chosen_and_which_tests_it_fails() -> None:
    quality = {"Indicator": "A-1.1a", "Central importance": "Yes", "Common sense": "Yes", "Sound data": "No"}
    row = support.indicator(**{"Why chosen": "Mitigates a high risk", "Definition status": "In progress"})
    [outcome] = values_of(*small(Indicators=[row], Quality=[quality]))["own"]
    [shown] = outcome["indicators"]
    assert shown["why"] == ["Mitigates a high risk", "Fails: sound data."]
    assert shown["state"] == ["Definition: in progress.", "Data: not assessed."]


def test_a_plain_master_has_a_draft_with_what_the_author_must_add() -> None:
    values = values_of(*small())
    assert (values["replaced_summary"], values["strategy_summary"], values["choice_summary"]) == ([], [], [])
    assert "section 149" in values["equality"][0]
    assert "[Author to complete" in values["proposal"][0]


def test_sections_of_the_quarter_s_performance_report_are_not_taken() -> None:
    plain = {"Period": "2025/26 Q1", "Section": "Recommendation", "Text": "That the results be noted."}
    assert "That the results be noted." not in values_of(*small(Narrative=[plain]))["recommendations"]


# ---- the document ----


def test_headings_are_the_council_s(essex: Document) -> None:
    paragraphs = docx.Document(io.BytesIO(written(essex))).paragraphs
    assert [p.text for p in paragraphs if p.style.name == "Heading 1"] == HEADINGS
    assert [p.text for p in paragraphs if p.style.name == "Appendix heading"] == ["Annex: The outcomes framework"]


def test_the_template_uses_only_names_of_the_list(essex: Document) -> None:
    known = field_list(KIND)
    assert [u for u in used_names(TEMPLATES / KIND.template) if u.name not in known] == []
    assert [n for n in known if n.partition(".")[0] not in essex.values and n != "rag_chart"] == []


def test_every_indicator_stands_in_the_annex(rated: Rated, essex: Document) -> None:
    said = set(texts(written(essex)))
    live = [i for i in rated.framework.indicators.values() if i.status != "Deleted"]
    assert [i.ref for i in live if f"{i.ref} {i.title}" not in said] == []


@pytest.mark.parametrize("which", ["essex", "small", "empty"])
def test_the_document_is_whole_and_valid(which: str, essex: Document, validator: Validate, tmp_path: Path) -> None:
    rows: dict[str, Any] = {"Outcomes": (), "Indicators": ()} if which == "empty" else {}
    content = written(essex if which == "essex" else documents(KIND, *small(**rows))[0])
    said = texts(content)
    assert not [t for t in said if not t or "{{" in t or "{%" in t or "None" in t.split() or "nan" in t.split()]
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert validator(path) == []
