"""Keys in documents: every value in a control with a bookmark, and the words as they are without."""

import io
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from tests.conftest import Convert, Validate
from xl_outcomes.refresh.spots import shown
from xl_outcomes.refresh.stamp import Draft, Origin, opened, seal
from xl_outcomes.reporting.picture import Picture
from xl_outcomes.word import render
from xl_outcomes.word_keys import alias_of, key_of, key_print, keyed, segments, tag_of, text_print

ORIGIN = Origin("Anyshire – Outcomes", "quarterly", "2025/26 Q1", "quarterly.docx", version="1")
ROWS: list[dict[str, object]] = [
    {"ref": "HOU-1a", "figure": "82.1%", "rating": "Amber", "colour": "F6D98B", "notes": ["Late.", "Better."]},
    {"ref": "HOU-1b", "figure": "12", "rating": "Green", "colour": "B7E1BF", "notes": []},
]
VALUES: Mapping[str, object] = {
    "council": "Anyshire & <District>",
    "rated": 3,
    "blank": "",
    "summary": ["Three are rated.", "One improved.\nSee below.\tNow."],
    "rows": ROWS,
}


def picture(width: int = 40, shade: int = 90) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (width, 20), (shade, 90, 90)).save(out, format="PNG")
    return Picture(out.getvalue(), f"A chart of shade {shade}.", 40.0)


def template(folder: Path) -> Path:
    """A template with paragraphs, a list, a table with colours, a picture, a condition and a header."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ council }}"
    document.add_paragraph("Report of {{ council }}: ").add_run("{{ rated }}").bold = True
    document.paragraphs[-1].add_run(" of 4 rated{{ blank }}.")
    for text in ("{%p for text in summary %}", "{{ text }}", "{%p endfor %}"):
        document.add_paragraph(text, style="List Bullet")
    table = document.add_table(4, 4)
    heads, first, last = ["Ref", "Figure", "Rating", "Notes"], "{%tr for r in rows %}", "{%tr endfor %}"
    cells = ["{{ r.ref }}", "{{ r.figure }}", "{% cellbg r.colour %}{{ r.rating }}", ""]
    lines = (heads, [first, "", "", ""], cells, [last, "", "", ""])
    for row, texts in zip(table.rows, lines, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    notes = table.rows[2].cells[3]
    notes.text = "{%p for n in r.notes %}"
    for text in ("{{ n }}", "{%p endfor %}", "End."):
        notes.add_paragraph(text)
    document.add_paragraph("{{ chart }}")
    many = "Many: {{ council|upper }} {{ summary|length }}"
    for text in ("{%p if rated > 2 and council|upper %}", many, "{%p endif %}"):
        document.add_paragraph(text)
    document.sections[0].page_width = Mm(210)
    path = folder / "quarterly.docx"
    document.save(str(path))
    return path


def made(path: Path, values: Mapping[str, object] = VALUES, chart: Picture | None = None) -> bytes:
    return seal(render(path, values, {"chart": chart or picture()}, title="T", controls=True), ORIGIN)


@pytest.fixture(scope="module")
def plain_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def report(plain_template: Path) -> Draft:
    return opened(made(plain_template), "it")


def body(draft: Draft) -> Any:
    return draft.trees[draft.main]


def controls(draft: Draft) -> dict[str, list[str]]:
    """What stands in the controls, by their titles."""
    found: dict[str, list[str]] = {}
    for element in body(draft).iter(qn("w:sdt")):
        alias = element.find(f"{qn('w:sdtPr')}/{qn('w:alias')}").get(qn("w:val"))
        found.setdefault(alias, []).append(shown(element.find(qn("w:sdtContent"))))
    return found


def test_keys_are_paths_with_the_refs_of_rows() -> None:
    values = keyed({"a": {"b": 1}, "rows": [{"ref": "X-1", "t": "x"}, {"ref": "X-1", "t": "y"}, {"n": "z"}, "w"]})
    assert key_of(values["a"]["b"]) == "a.b"
    assert [key_of(row["t"]) for row in values["rows"][:2]] == ["rows[X-1].t", "rows[X-1#2].t"]
    assert key_of(values["rows"][2]["n"]) == "rows[3].n"
    assert key_of(values["rows"][3]) == "rows[4]"
    assert (values["a"]["b"] + 1, values["rows"][3].upper(), keyed(None)) == (2, "W", None)


def test_keys_in_words() -> None:
    assert alias_of("priorities[HOU].reds[HOU-1a].reason") == "HOU-1a: reason"
    assert alias_of("priorities[HOU].summary[2]") == "HOU: summary, paragraph 2"
    assert alias_of("counts_line|upper") == "counts line"
    assert alias_of("chart:rag_chart") == "picture rag chart"
    assert len(alias_of("rows[" + "x" * 90 + "].y")) == 64
    assert segments("a[b.c].d[2]") == [("a", "b.c"), ("d", "2")]


@given(st.text(), st.text(alphabet="ab[].|#0 "))
def test_any_key_has_a_short_tag_and_title(text: str, key: str) -> None:
    assert len(alias_of(key)) <= 64
    assert len(tag_of(key, text, "B7E1BF")) <= 64
    assert isinstance(segments(key), list)


def test_every_value_stands_in_a_control_with_its_title(report: Draft) -> None:
    found = controls(report)
    assert found["council"] == ["Anyshire & <District>", "ANYSHIRE & <DISTRICT>"]
    assert found["rated"] == ["3"]
    assert found["summary, paragraph 2"] == ["One improved.\nSee below.\tNow."]
    assert found["HOU-1a: figure"] == ["82.1%"]
    assert found["HOU-1a: notes, paragraph 2"] == ["Better."]
    assert found["picture chart"] == [""]
    assert found["summary"] == ["2"]
    assert "HOU-1a82.1%Amber" in found["Table: rows"][0]
    assert "blank" not in found


def test_words_formatting_and_colours_are_as_without_controls(plain_template: Path, report: Draft) -> None:
    pictures = {"chart": picture()}
    plain = Document(io.BytesIO(render(plain_template, VALUES, pictures, title="T"))).element.body
    assert [shown(p) for p in body(report).iter(qn("w:p"))] == [shown(p) for p in plain.iter(qn("w:p"))]
    bold = [shown(r) for r in body(report).iter(qn("w:r")) if r.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None]
    assert bold == ["3"]
    fills = [e.get(qn("w:fill")) for e in body(report).iter(qn("w:shd"))]
    assert fills == ["F6D98B", "B7E1BF"]


def test_no_mark_is_left_and_ids_and_names_are_unique(report: Draft) -> None:
    for tree in report.trees.values():
        text = etree.tostring(tree, encoding="unicode")
        assert not {chr(n) for n in range(0xFDD0, 0xFDF0)} & set(text)
    trees = list(report.trees.values())
    for tag, attribute in (("w:bookmarkStart", "w:name"), ("w:bookmarkStart", "w:id")):
        found = [e.get(qn(attribute)) for tree in trees for e in tree.iter(qn(tag))]
        assert len(found) == len(set(found)) > 10
    ids = [e.get(qn("w:val")) for tree in trees for e in tree.iter(qn("w:id"))]
    assert len(ids) == len(set(ids)) == sum(1 for tree in trees for _ in tree.iter(qn("w:sdt")))
    ended = [e.get(qn("w:id")) for tree in trees for e in tree.iter(qn("w:bookmarkEnd"))]
    assert len(ended) == len(set(ended))


def test_bookmarks_stand_around_controls_and_are_hidden(report: Draft) -> None:
    for spot in report.spots:
        assert spot.start is not None
        name = spot.start.get(qn("w:name"))
        assert name.startswith(f"_xlo_{spot.key}")
        assert len(name) <= 40


def test_tags_tell_the_key_the_text_and_the_colour(report: Draft) -> None:
    tags = {e.get(qn("w:val")) for e in body(report).iter(qn("w:tag"))}
    assert f"xlo:{key_print('rows[HOU-1a].rating')}:{text_print('Amber')}:F6D98B" in tags
    assert f"xlo:{key_print('rated')}:{text_print('3')}" in tags
    assert "xlo:chart:chart" in tags
    assert all(len(tag or "") <= 64 for tag in tags)


def test_the_stamp_says_what_was_made_of_what(report: Draft) -> None:
    stamp = report.stamp
    assert stamp.origin == ORIGIN
    values = {value.key: value for value in stamp.values.values()}
    assert values["rows[HOU-1a].rating"].fills == ("F6D98B",)
    assert values["council|upper"].text == "ANYSHIRE & <DISTRICT>"
    assert values["chart:chart"].text == "A chart of shade 90."
    assert values["blank"].text == ""
    assert len(values["chart:chart"].picture) == 16


def test_data_cannot_forge_a_mark(plain_template: Path) -> None:
    forged = {**VALUES, "council": "\ufdd00\ufdd1x\ufdd2 \ue000", "rated": 1}
    assert controls(opened(made(plain_template, forged), "it"))["council"] == ["0x \ue000"]


def test_an_own_bookmark_or_control_of_the_template_stays(tmp_path: Path) -> None:
    path = template(tmp_path)
    document = Document(str(path))
    start = etree.SubElement(
        document.paragraphs[0]._p, qn("w:bookmarkStart"), {qn("w:id"): "1000001", qn("w:name"): "own"}
    )
    start.addnext(etree.Element(qn("w:bookmarkEnd"), {qn("w:id"): "1000001"}))
    document.save(str(path))
    draft = opened(made(path), "it")
    ids = [e.get(qn("w:id")) for e in body(draft).iter(qn("w:bookmarkStart"))]
    assert len(ids) == len(set(ids))
    assert "own" in {e.get(qn("w:name")) for e in body(draft).iter(qn("w:bookmarkStart"))}


def test_the_file_is_valid_and_its_stamp_is_a_custom_part(
    plain_template: Path, tmp_path: Path, validator: Validate
) -> None:
    (tmp_path / "report.docx").write_bytes(made(plain_template))
    assert validator(tmp_path / "report.docx") == []
    with zipfile.ZipFile(tmp_path / "report.docx") as archive:
        parts = [n for n in archive.namelist() if n.startswith("customXml/") and b"urn:xl-outcomes" in archive.read(n)]
    assert len(parts) == 2


def test_a_pdf_of_it_has_no_form_fields(plain_template: Path, tmp_path: Path, libreoffice: Convert) -> None:
    (tmp_path / "report.docx").write_bytes(made(plain_template))
    assert b"/AcroForm" not in libreoffice(tmp_path / "report.docx", "pdf").read_bytes()


def test_controls_take_little_time(plain_template: Path) -> None:
    rows = [{"ref": f"R{n}", "figure": str(n), "rating": "Green", "colour": "B7E1BF", "notes": []} for n in range(400)]
    started = time.process_time()
    assert len(opened(made(plain_template, {**VALUES, "rows": rows}), "it").spots) > 1200
    assert time.process_time() - started < 5
