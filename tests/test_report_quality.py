"""The data quality report: how far the work has come, what ratings rest on, what changed; then the document."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import essex as essex_year
from tests import support
from tests.conftest import Validate
from tests.essex import texts
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quality import DIMENSIONS, TESTS, data_quality
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.quality_facts import QualityFacts, quality_facts
from xl_outcomes.reporting.quality_report import tests_words as in_words
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.tables import Table, Tables
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = replace(find_report("data-quality"), needs=())  # what it would say of a master where nothing is assessed
QUARTER = parse_quarter("2025/26 Q1")
LATE = dt.date(2025, 8, 1)
SIGNED = {"Signed off by": "Director", "Signed off on": "2025-07-14"}


starter, rated = essex_year.starter, essex_year.rated


@pytest.fixture(scope="module")
def essex(rated: Rated, starter: dict[str, Table]) -> Document:
    [document] = documents(KIND, rated, starter)
    return document


def assessed(ref: str = "A-1.1a", score: str = "Good", **cells: object) -> dict[str, object]:
    return {"Indicator": ref, **dict.fromkeys(DIMENSIONS, score), **dict.fromkeys(TESTS, "Yes"), **SIGNED, **cells}


def small(**rows: Any) -> tuple[Rated, Tables]:
    refs = ("A-1.1a", "A-1.1b", "A-1.1c")
    given = {
        "Indicators": [support.indicator(r, **{"Definition status": "Complete"}) for r in refs],
        "Targets": [support.target(90.0, ref=r) for r in refs],
        "Observations": [
            support.observation("2025/26 Q1", v, ref=r) for r, v in zip(refs, (95.0, 50.0, 95.0), strict=True)
        ],
        "Quality": [assessed(), assessed("A-1.1b", Timeliness="Poor", Improvement="Ask earlier.")],
    }
    tables = support.tables(**{**given, **rows})
    return rate_quarter(tables, QUARTER, LATE), tables


def facts_of(rated: Rated, tables: Tables) -> QualityFacts:
    return quality_facts(rated, tables, gather(rated, tables, KIND.name))


def values_of(rated: Rated, tables: Tables) -> Any:
    [document] = documents(KIND, rated, tables)
    return document.values


def written(document: Document) -> bytes:
    return render(TEMPLATES / KIND.template, document.values, {}, title=KIND.title)


# ---- facts ----


def test_ratings_that_rest_on_poor_or_unassessed_data() -> None:
    found = facts_of(*small())
    assert [j.indicator.ref for j in found.rated] == ["A-1.1a", "A-1.1b", "A-1.1c"]
    assert [j.indicator.ref for j in found.resting] == ["A-1.1b"]
    assert [j.indicator.ref for j in found.unknown] == ["A-1.1c"]
    assert [j.indicator.ref for j in found.open] == ["A-1.1c"]


def test_words_tests_and_dimensions_count_every_live_indicator() -> None:
    found = facts_of(*small())
    assert dict(found.words) == {"Good": 1, "Acceptable": 0, "Poor": 1, "Part assessed": 0, "Not assessed": 1}
    assert all(sum(a.counts.values()) + a.blank == 3 for a in (*found.tests, *found.dimensions))
    [timely] = [d for d in found.dimensions if d.name == "Timeliness"]
    assert (dict(timely.counts), timely.worst) == ({"Good": 1, "Acceptable": 0, "Poor": 1}, ("A-1.1b",))


def test_changes_are_since_the_last_report_of_its_kind() -> None:
    reports = [{"Report": "data-quality", "Period": p} for p in ("2023/24 Q4", "2024/25 Q2", "2025/26 Q1")]
    old = assessed("A-1.1b", **{"Signed off on": "2024-09-30"})
    since = facts_of(*small(Reports=reports, Quality=[assessed(), old])).since
    assert (str(since.quarter), since.reported) == ("2024/25 Q2", True)
    assert [j.indicator.ref for j in since.signed] == ["A-1.1a"]


def test_without_an_earlier_report_changes_are_of_half_a_year() -> None:
    since = facts_of(*small()).since
    assert (str(since.quarter), since.reported, since.rated) == ("2024/25 Q3", False, False)


def test_missing_figures_are_compared_with_the_earlier_quarter() -> None:
    results = [
        {"Period": "2024/25 Q3", "Indicator": "A-1.1a", "State": "Overdue"},
        {"Period": "2024/25 Q3", "Indicator": "A-1.1b", "State": "Rated"},
    ]
    since = facts_of(*small(Results=results, Observations=[support.observation("2025/26 Q1", 95.0)])).since
    assert (since.restored, since.lost) == (("A-1.1a",), ("A-1.1b",))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Not answered"),
        (dict.fromkeys(TESTS, "Yes"), "Passes all three"),
        ({**dict.fromkeys(TESTS, "Yes"), "Sound data": "No"}, "Fails: sound data"),
        ({"Common sense": "Yes"}, "Not answered: central importance and sound data"),
    ],
)
def test_selection_tests_in_words(answers: dict[str, str], words: str) -> None:
    assert in_words(answers) == words


# ---- what the report says ----


def test_the_share_is_that_of_the_sheet(rated: Rated, starter: Tables, essex: Document) -> None:
    whole = data_quality(rated, starter).progress[-1]
    values: Any = essex.values
    assert f"{whole.done} of {len(whole.live)} live indicators" in values["progress_summary"][0]
    assert f"{whole.needed} more are needed to reach the aim." in values["progress_summary"][0]
    assert values["progress"][-1]["done"] == sum(row["done"] for row in values["progress"][:-1]) == whole.done


def test_what_ratings_rest_on_adds_up(rated: Rated, starter: Tables, essex: Document) -> None:
    facts = gather(rated, starter, KIND.name)
    values: Any = essex.values
    for row in values["footing"]:
        assert row["rated"] == row["sound"] + row["poor"] + row["open"]
    counted = facts.counts.rated + facts.organisational.rated
    assert sum(row["rated"] for row in values["footing"]) == counted
    assert sum(row["poor"] for row in values["footing"]) == len(values["resting"])
    assert values["reading"][0].startswith(f"{len(values['resting'])} of {counted} rated indicators")


def test_a_poor_red_and_a_poor_green_have_a_warning_each() -> None:
    green = assessed("A-1.1a", Accuracy="Poor", Improvement="Count again.")
    values = values_of(*small(Quality=[green, assessed("A-1.1b", Timeliness="Poor")]))
    assert [row["rating"] for row in values["resting"]] == ["Red", "Green"]
    assert sum(text.startswith(("A Green that", "A Red that")) for text in values["reading"]) == 2
    assert values["resting"][0]["action"] == "Not recorded yet."


def test_poor_data_stands_first_among_the_improvements(essex: Document) -> None:
    values: Any = essex.values
    poor = [row["why"].startswith(("Poor", "Fails")) for row in values["improvements"]]
    assert any(poor)
    assert poor == sorted(poor, reverse=True)
    assert all(row["officer"] and row["owner"] for row in values["improvements"])


def test_another_report_s_sections_are_not_taken() -> None:
    plain = {"Period": "2025/26 Q1", "Section": "Purpose", "Text": "About performance."}
    both = [{"Report": r, "Period": "2025/26 Q1"} for r in ("data-quality", "cabinet-performance")]
    assert "About performance." not in values_of(*small(Narrative=[plain], Reports=both))["purpose"]
    assert values_of(*small(Narrative=[plain], Reports=both[:1]))["purpose"] == ["About performance."]


def test_nothing_is_claimed_where_nothing_is_assessed() -> None:
    values = values_of(*small(Quality=[]))
    assert values["found_summary"] == [
        "No assessment is recorded, so nothing can be said about the quality of the data."
    ]
    assert (values["resting"], values["footing"], values["all_by_outcome"], values["unfinished"]) == ([], [], [], [])


# ---- the document ----


def test_the_template_uses_only_names_of_the_list(essex: Document) -> None:
    known = field_list(KIND)
    assert [u for u in used_names(TEMPLATES / KIND.template) if u.name not in known] == []
    assert [n for n in known if n.partition(".")[0] not in essex.values and n != "rag_chart"] == []


@pytest.mark.parametrize("which", ["essex", "small", "unassessed", "empty"])
def test_the_document_is_whole_and_valid(which: str, essex: Document, validator: Validate, tmp_path: Path) -> None:
    content = written(essex if which == "essex" else _document(which))
    said = texts(content)
    assert not [t for t in said if not t or "{{" in t or "{%" in t or "nan" in t.split()]
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert validator(path) == []


def _document(which: str) -> Document:
    rows: dict[str, Any] = {"small": {}, "unassessed": {"Quality": []}}.get(which, dict.fromkeys(_EMPTY, ()))
    [document] = documents(KIND, *small(**rows))
    return document


_EMPTY = ("Outcomes", "Indicators", "Targets", "Observations", "Quality")
