"""The corporate plan: priorities from tags, counts, plans that deliver; and one page, whichever council's it is."""

import datetime as dt
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests import support
from tests.conftest import Convert, Validate, need
from xl_outcomes import resources
from xl_outcomes.corporate_plan import CorporatePlan, corporate_plan, short_plan
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.settings import sound_settings
from xl_outcomes.starters import read_source
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("corporate-plan")
QUARTER = parse_quarter("2025/26 Q4")
DAY = dt.date(2026, 5, 1)
FRAMEWORKS = ("darlington-2012", "essex-2014")  # the one that must fit, and the one with the most to say
PARTS = {"first", "last", "index", "length"}


def outcome(ref: str, tags: str = "", **cells: object) -> dict[str, object]:
    return {**support.OUTCOMES[0], "Ref": ref, "Title": f"Outcome {ref}", "Tags": tags, **cells}


def plan(**rows: Any) -> CorporatePlan:
    tables = support.tables(**rows)
    rated = rate_quarter(tables, QUARTER, DAY)
    return corporate_plan(rated.framework, tables, "A good place")


def starter(name: str) -> Document:
    tables = read_source(resources.source_tables(name))
    settings = sound_settings(tables["Settings"])
    period = settings.current_period or Quarter(2025, 4)
    [document] = documents(KIND, rate_quarter(tables, period, period.end + dt.timedelta(days=40)), tables)
    return document


def written(document: Document) -> bytes:
    return render(TEMPLATES / KIND.template, document.values, {}, title=document.title)


def test_priorities_are_the_tags_where_each_outcome_has_exactly_one() -> None:
    found = plan(Outcomes=[outcome("A", "One"), outcome("B", "Two"), outcome("C", "one")])
    assert [(g.priority, [o.ref for o in g.outcomes]) for g in found.groups] == [("One", ["A", "C"]), ("Two", ["B"])]


@pytest.mark.parametrize("tags", [("", ""), ("One", "One"), ("One", "Two, Three"), ("One", "")])
def test_other_tags_are_no_priorities(tags: tuple[str, str]) -> None:
    found = plan(Outcomes=[outcome("A", tags[0]), outcome("B", tags[1])])
    assert [(g.priority, len(g.outcomes)) for g in found.groups] == [("", 2)]


def test_an_outcome_has_its_imperatives_counts_and_the_plans_that_deliver_it() -> None:
    services = [
        {"Service": "Homes", "Plan": "Service plan 2025/26: Homes (Illustrative)", "Group": "Place"},
        {"Service": "Care", "Plan": "Service plan 2025/26: Care", "Group": "People"},
    ]
    indicators = [
        support.indicator("A-1.1a", Service="Homes"),
        support.indicator("A-1.1b", Service="homes", Measure="How well"),
        support.indicator("A-1.1c", Service="Care", Measure="How much", Status="Proposed"),
    ]
    found = plan(Indicators=indicators, Services=services)
    [own] = found.outcomes
    assert (own.imperatives, own.indicators, own.measures, own.plans) == (("New homes",), 1, 1, ("Homes",))
    assert found.plans == (("Place", ("Homes",)), ("People", ("Care",)))


@pytest.mark.parametrize(
    ("plan", "short"),
    [
        ("Service plan: Homes", "Homes"),
        ("Homes", "Homes"),
        ("Service plan:", "Service plan:"),
        ("Care: homes", "Care: homes"),
    ],
)
def test_plans_are_named_by_what_sets_them_apart(plan: str, short: str) -> None:
    assert short_plan(plan) == short


def test_darlington_has_two_priorities_and_eight_outcomes() -> None:
    values: Any = starter("darlington-2012").values
    assert [(g["priority"], len(g["outcomes"])) for g in values["groups"]] == [
        ("One Darlington", 5),
        ("Perfectly Placed", 3),
    ]
    assert values["vision"] == "One Darlington: Perfectly Placed"
    assert all(o["plans"] and o["needs"] for g in values["groups"] for o in g["outcomes"])


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_it_is_one_page(name: str, tmp_path: Path, libreoffice: Convert) -> None:
    program = shutil.which("pdfinfo")
    need("pdfinfo", program, "install it to run this test (apt-get install poppler-utils)")
    path = tmp_path / "plan.docx"
    path.write_bytes(written(starter(name)))
    told = subprocess.run([str(program), str(libreoffice(path, "pdf"))], capture_output=True, text=True, check=True)
    assert "Pages:           1" in told.stdout.splitlines()


def test_it_is_a_sound_document_that_can_be_read(tmp_path: Path, validator: Validate) -> None:
    content = written(starter("darlington-2012"))
    path = tmp_path / "plan.docx"
    path.write_bytes(content)
    assert validator(path) == []
    document = docx.Document(io.BytesIO(content))
    assert min(style.font.size.pt for style in document.styles if getattr(style, "font", None) and style.font.size) >= 9
    said = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]
    assert not [t for t in said if t in ("", "None", "nan") or "{{" in t or "{%" in t]


def test_the_template_uses_known_names_only() -> None:
    known = field_list(KIND)
    used = {u.name for u in used_names(TEMPLATES / KIND.template)}
    assert not [
        n for n in used if n not in known and not (n.rpartition(".")[0] in known and n.rpartition(".")[2] in PARTS)
    ]
