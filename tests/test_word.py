"""Reports in Word: what is filled in, what is refused, and how the document is built."""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.conftest import Convert, Validate
from tests.test_facts import rate, small_facts, small_master
from xl_outcomes.errors import TemplateError
from xl_outcomes.reporting.cabinet_facts import cabinet_facts
from xl_outcomes.reporting.cabinet_report import values
from xl_outcomes.reporting.charts import Picture, rag_chart
from xl_outcomes.reporting.documents import Source, field_list
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.fields import fields
from xl_outcomes.reporting.registry import reports
from xl_outcomes.word import render, used_names

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
CABINET = TEMPLATES / "cabinet-performance.docx"
HEADINGS = (
    "Purpose of report",
    "Options considered",
    "Recommendations",
    "Key information",
    "Links to the Corporate Plan",
    "Financial implications",
    "Legal implications",
    "Risk management",
    "Consultations",
    "Equality analysis",
    "Environmental implications",
    "Appendices",
    "Background documents",
)
Make = Callable[..., Path]


@pytest.fixture(scope="module")
def chart() -> Picture:
    return rag_chart(small_facts())


@pytest.fixture(scope="module")
def cabinet(chart: Picture) -> bytes:
    return _cabinet(small_facts(), chart)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a template with these paragraphs."""

    def made(*paragraphs: str) -> Path:
        document = Document()
        for text in paragraphs:
            document.add_paragraph(text)
        path = tmp_path / "template.docx"
        document.save(str(path))
        return path

    return made


def _cabinet(facts: Facts, chart: Picture) -> bytes:
    tables = small_master()
    source = Source(rate(tables), tables, facts)
    own = values(source, cabinet_facts(source.rated, tables, facts), ())
    return render(CABINET, {**fields(facts), **own}, {"rag_chart": chart}, title="Performance report")


def _read(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def _texts(content: bytes) -> list[str]:
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in _read(content).element.body.iter(qn("w:p"))]


def _filled(template: Path, **values: object) -> list[str]:
    return _texts(render(template, values, {}, title="A title"))


# ---- the cabinet report ----


def test_every_report_has_its_template() -> None:
    assert all((TEMPLATES / kind.template).is_file() for kind in reports())


def test_templates_use_only_names_of_the_list() -> None:
    for kind in reports():
        assert [u for u in used_names(TEMPLATES / kind.template) if u.name not in field_list(kind)] == []


def test_thirteen_numbered_headings_and_three_appendices(cabinet: bytes) -> None:
    paragraphs = _read(cabinet).paragraphs
    assert tuple(p.text for p in paragraphs if p.style.name == "Heading 1") == HEADINGS
    appendices = [p.text for p in paragraphs if p.style.name == "Appendix heading"]
    assert [a[:12] for a in appendices] == ["Appendix (a)", "Appendix (b)", "Appendix (c)"]


def test_headings_and_paragraphs_share_one_multilevel_list(cabinet: bytes) -> None:
    document = _read(cabinet)
    numbers = {name: document.styles[name].element.pPr.numPr for name in ("Heading 1", "Numbered paragraph")}
    assert {n: (p.numId.val, p.ilvl.val if p.ilvl is not None else 0) for n, p in numbers.items()} == {
        "Heading 1": (1, 0),
        "Numbered paragraph": (1, 1),
    }
    assert "Numbered paragraph" in {p.style.name for p in document.paragraphs}


def test_facts_are_in_it_and_nothing_is_left_unfilled(cabinet: bytes) -> None:
    text = "\n".join(_texts(cabinet))
    assert "4 of 6 are rated: 2 Green (50%), 0 Amber (0%) and 2 Red (50%)" in text
    assert "Staff & <plant> {{ short }}" in text
    assert "MCa/25/14" in text
    assert "4242" not in text
    assert "{%" not in text
    assert "nan" not in text.split()


def test_no_paragraph_or_cell_is_empty(cabinet: bytes) -> None:
    body = _read(cabinet).element.body
    shown = [
        [e.text or "" for e in p.iter(qn("w:t"))] + ["picture" for _ in p.iter(qn("w:drawing"))]
        for p in body.iter(qn("w:p"))
    ]
    assert all("".join(texts).strip() for texts in shown)


def test_tables_have_one_header_row_and_no_merged_cells(cabinet: bytes) -> None:
    for table in _read(cabinet).tables:
        rows = table._tbl.findall(qn("w:tr"))
        heads = [r for r in rows if r.trPr is not None and r.trPr.find(qn("w:tblHeader")) is not None]
        assert heads == rows[:1]
        assert not list(table._tbl.iter(qn("w:gridSpan"), qn("w:vMerge")))
        assert {len(r.findall(qn("w:tc"))) for r in rows} == {len(table.columns)}


def test_ratings_are_a_word_in_a_coloured_cell(cabinet: bytes) -> None:
    table = next(t for t in _read(cabinet).tables if t.cell(0, 0).text == "Priority")
    shading = [table.cell(n, 1)._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")) for n in (1, 2)]
    assert [table.cell(n, 1).text for n in (1, 2)] == ["Red", "Green"]
    assert shading == ["F3B1AB", "B7E1BF"]


def test_captions_are_numbered_through_loops(cabinet: bytes) -> None:
    captions = [t for t in _texts(cabinet) if t.startswith("Table ")]
    assert [c.split(":")[0] for c in captions] == [f"Table {n + 1}" for n in range(len(captions))]


def test_picture_has_its_alt_text_and_title_and_language_are_set(cabinet: bytes, chart: Picture) -> None:
    document = _read(cabinet)
    assert [p.get("descr") for p in document.element.body.iter(qn("wp:docPr"))] == [chart.alt]
    assert (document.core_properties.title, document.core_properties.language) == ("Performance report", "en-GB")
    assert {e.get(qn("w:val")) for e in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}


def test_page_says_draft_and_its_number(cabinet: bytes) -> None:
    section = _read(cabinet).sections[0]
    assert section.header.paragraphs[0].text.startswith("DRAFT")
    fields_shown = [f.get(qn("w:instr")).strip() for f in section.footer._element.iter(qn("w:fldSimple"))]
    assert fields_shown == ["PAGE", "NUMPAGES"]
    assert (round(section.page_width.cm, 1), round(section.left_margin.cm, 1)) == (21.0, 2.2)


def test_an_empty_framework_gives_a_report() -> None:
    facts = small_facts(Outcomes=[], Indicators=[], Targets=[], Observations=[], Overrides=[], Risks=[], Narrative=[])
    text = "\n".join(_texts(_cabinet(facts, rag_chart(facts))))
    assert "No indicator is due in Quarter 1 of 2025/26" in text


def test_a_long_appendix_takes_little_time(chart: Picture) -> None:
    facts = small_facts()
    first = facts.priorities[0]
    many = tuple(replace(first.indicators[0], ref=f"HOU-{n}") for n in range(110))
    started = time.perf_counter()
    content = _cabinet(replace(facts, priorities=(replace(first, indicators=many),)), chart)
    assert time.perf_counter() - started < 5
    assert any(text.startswith("HOU-109 ") for text in _texts(content))


def test_libreoffice_opens_it(cabinet: bytes, tmp_path: Path, libreoffice: Convert) -> None:
    (tmp_path / "report.docx").write_bytes(cabinet)
    assert libreoffice(tmp_path / "report.docx", "pdf").stat().st_size > 20_000


def test_template_and_report_are_valid(cabinet: bytes, tmp_path: Path, validator: Validate) -> None:
    (tmp_path / "report.docx").write_bytes(cabinet)
    assert validator(tmp_path / "report.docx") == []
    assert validator(CABINET) == []


# ---- data is only ever shown ----


@pytest.mark.parametrize(
    "text",
    [
        "R&D <b>bold</b> \"quotes\" 'single' &amp; &lt;",
        "{{ secret }} {% for x in y %} {# note #} {%p if a %}",
        "{_{ {_% %_} }_}",
        "£ – ’ 日本 😀",
        "]]> <!-- --> <?xml?>",
    ],
)
def test_data_is_shown_as_it_is(make: Make, text: str) -> None:
    assert text in _filled(make("{{ text }}"), text=text, secret="SECRET")


def test_line_breaks_stay_and_control_characters_go(make: Make) -> None:
    content = render(make("{{ text }}"), {"text": "one\r\ntwo\x07\x0b\x0c\x00\ud800three"}, {}, title="T")
    paragraph = _read(content).paragraphs[0]
    assert paragraph.text == "one\ntwothree"
    assert len(_read(content).paragraphs) == 1


def test_braces_in_the_title_are_not_evaluated(make: Make) -> None:
    content = render(make("x"), {}, {}, title="{{ 1 }} & {% if %}")
    assert _read(content).core_properties.title == "{{ 1 }} & {% if %}"


def test_headers_and_split_runs_are_filled(make: Make, tmp_path: Path) -> None:
    document = Document(str(make("Dear ")))
    for part in ("{", "{ na", "me }", "}"):
        document.paragraphs[0].add_run(part)
    document.sections[0].header.paragraphs[0].text = "Head {{ name }}"
    path = tmp_path / "split.docx"
    document.save(str(path))
    content = render(path, {"name": "A & B"}, {}, title="T")
    assert _read(content).paragraphs[0].text == "Dear A & B"
    assert _read(content).sections[0].header.paragraphs[0].text == "Head A & B"


# ---- mistakes in templates ----

VALUES: Mapping[str, object] = {"council": "Any", "rows": [{"title": "x", "figure": "1"}], "nothing": [], "text": "t"}


@pytest.mark.parametrize(
    ("paragraphs", "message", "fix"),
    [
        (
            ["Fine.", "By {{ coucil }}."],
            'the field "coucil" is not known, in the paragraph "By {{ coucil }}."',
            "council",
        ),
        (["{%p for r in rows %}", "A {{ r.titel }}", "{%p endfor %}"], 'the field "rows.titel" is not known', "title"),
        (["{{ rag_chart }}"], 'the field "rag_chart" is not known', "guide"),
        (["{%p fro r in rows %}", "{%p endfor %}"], "unknown tag 'fro'", 'Did you mean "for"?'),
        (["a", "{%p for r in rows %}", "b", "c"], 'in the paragraph "{%p for r in rows %}"', "whole paragraphs"),
        (["a", "{{ council"], 'in the paragraph "{{ council"', ""),
        (["{%p endfor %}"], "endfor", ""),
        (["{{ council.__class__.__mro__ }}"], "is not known", ""),
        (["{{ ''.__class__ }}"], "in the paragraph \"{{ ''.__class__ }}\"", ""),
        (["{{ range(9) }}"], "asks for more than a template may do", "functions"),
        (["{{ 'a' * 999999999 }}"], "asks for more than a template may do", "sums"),
        (["{% include 'other.docx' %}"], "asks for more than a template may do", ""),
        (["{{ text|tojson }}"], "No filter named 'tojson'", ""),
        (["{{ rows[9].title }}"], 'in the paragraph "{{ rows[9].title }}"', ""),
    ],
)
def test_mistakes_name_the_place_and_what_to_do(make: Make, paragraphs: list[str], message: str, fix: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(make(*paragraphs), VALUES, {}, title="T")
    assert message in caught.value.message
    assert fix in caught.value.fix
    assert caught.value.message.startswith('In the template "template.docx", ')


def test_a_mistake_in_a_loop_over_nothing_is_found_by_its_name(make: Make) -> None:
    template = make("{%p for r in nothing %}", "{{ r.whatever }}", "{%p endfor %}")
    assert [(u.name, u.paragraph) for u in used_names(template)] == [
        ("nothing", "{%p for r in nothing %}"),
        ("nothing.whatever", "{{ r.whatever }}"),
    ]


def test_a_mistake_in_the_header_is_found(make: Make, tmp_path: Path) -> None:
    document = Document(str(make("x")))
    document.sections[0].header.paragraphs[0].text = "{{ wrong }}"
    path = tmp_path / "header.docx"
    document.save(str(path))
    with pytest.raises(TemplateError, match="wrong"):
        render(path, VALUES, {}, title="T")


def test_a_condition_across_cells_is_refused(make: Make, tmp_path: Path) -> None:
    document = Document(str(make("x")))
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = "{% if nothing %}a", "b{% endif %}"
    document.add_paragraph("{% for r in rows %}").add_run("x")
    document.add_table(1, 1).cell(0, 0).text = "{% endfor %}"
    path = tmp_path / "cells.docx"
    document.save(str(path))
    with pytest.raises(TemplateError, match="cannot be filled"):
        render(path, {**VALUES, "rows": []}, {}, title="T")


def test_what_is_no_template_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.docx"
    wrong.write_bytes(b"not a document")
    with pytest.raises(TemplateError, match="is not a Word document"):
        render(wrong, {}, {}, title="T")
    with pytest.raises(TemplateError, match="cannot be read"):
        render(tmp_path / "absent.docx", {}, {}, title="T")
