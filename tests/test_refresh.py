"""Refreshing a draft: what was generated becomes new, what the author did survives, and what cannot be done is told."""

import copy
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import Convert, Validate
from tests.test_facts import OBSERVATIONS, PERIOD, rate, small_master
from tests.test_word_keys import ORIGIN, ROWS, VALUES, body, made, picture, template
from xl_outcomes.errors import FileError, InputError
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.periods import parse_quarter
from xl_outcomes.refresh import finish, refresh, refresh_file
from xl_outcomes.refresh.ready import made as report_files
from xl_outcomes.refresh.renew import place_of
from xl_outcomes.refresh.spots import shown
from xl_outcomes.refresh.stamp import Draft, opened, seal, write
from xl_outcomes.refresh.words import Refreshed
from xl_outcomes.reporting.documents import documents
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.word import render

NEW_ROW = {"ref": "HOU-1c", "figure": "7", "rating": "Red", "colour": "F3B1AB", "notes": ["New."]}
LATER: Mapping[str, object] = {
    **VALUES,
    "rated": 4,
    "summary": ["Four are rated.", "One improved.\nSee below.\tNow."],
    "rows": [{**ROWS[0], "figure": "83.4%", "rating": "Green", "colour": "B7E1BF"}, ROWS[1]],
}
Edit = Callable[[Draft], None]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def first(source: Path) -> bytes:
    return made(source)


@pytest.fixture(scope="module")
def later(source: Path) -> bytes:
    return made(source, LATER, picture(shade=200))


def edited(content: bytes, *edits: Edit) -> bytes:
    """The document as Word would save it after these edits; the stamp stays as it is."""
    draft = opened(content, "it")
    for edit in edits:
        edit(draft)
    return write(draft, draft.stamp)


def texts(content: bytes) -> list[str]:
    return [shown(p) for p in body(opened(content, "it")).iter(qn("w:p"))]


def control(draft: Draft, alias: str, number: int = 0) -> Any:
    found = [e for e in body(draft).iter(qn("w:sdt")) if e.find(f".//{qn('w:alias')}").get(qn("w:val")) == alias]
    return found[number]


def run(text: str, *look: str, deleted: bool = False) -> Any:
    made_run = etree.Element(qn("w:r"))
    if look:
        properties = etree.SubElement(made_run, qn("w:rPr"))
        for name in look:
            etree.SubElement(properties, qn(f"w:{name}"))
    piece = etree.SubElement(made_run, qn("w:delText" if deleted else "w:t"))
    piece.text = text
    piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made_run


def tracked(kind: str, *runs: Any) -> Any:
    about = {qn("w:id"): "7", qn("w:author"): "An author", qn("w:date"): "2025-08-01T09:00:00Z"}
    change = etree.Element(qn(f"w:{kind}"), about)
    change.extend(runs)
    return change


def content_of(element: Any) -> Any:
    return element.find(qn("w:sdtContent"))


def retype(alias: str, *runs: Any) -> Edit:
    """Types something else into a control."""

    def edit(draft: Draft) -> None:
        content = content_of(control(draft, alias))
        for child in list(content):
            content.remove(child)
        content.extend(copy.deepcopy(r) for r in runs)

    return edit


def around(alias: str, before: str = "", after: str = "") -> Edit:
    """Types words inside a control, around what is there."""

    def edit(draft: Draft) -> None:
        content = content_of(control(draft, alias))
        if before:
            content.insert(0, run(before))
        if after:
            content.append(run(after))

    return edit


def delete(alias: str) -> Edit:
    """Deletes the paragraph in which a control stands."""

    def edit(draft: Draft) -> None:
        paragraph = next(control(draft, alias).iterancestors(qn("w:p")))
        paragraph.getparent().remove(paragraph)

    return edit


def stripped(draft: Draft, alias: str, number: int = 0, *, bookmark: bool) -> None:
    """Takes a control off, as Word's "Remove Content Control" does; with its bookmark, as other programs do."""
    element = control(draft, alias, number)
    if bookmark:
        start = element.getprevious()
        (end,) = [e for e in body(draft).iter(qn("w:bookmarkEnd")) if e.get(qn("w:id")) == start.get(qn("w:id"))]
        end.getparent().remove(end)
        start.getparent().remove(start)
    for child in content_of(element):
        element.addprevious(child)
    element.getparent().remove(element)


# ---- what was generated ----


def test_nothing_new_changes_nothing_but_says_so(first: bytes) -> None:
    found = refresh(first, first)
    assert found.lines == ["No figure has changed."]
    assert texts(found.content) == texts(first)


def test_an_untouched_draft_becomes_the_fresh_report(first: bytes, later: bytes) -> None:
    found = refresh(first, later)
    assert texts(found.content) == texts(later)
    assert found.lines == [
        "Rated: 3 to 4",
        'Summary, paragraph 1: "Three are rated." to "Four are rated."',
        "Picture chart: drawn anew",
        "HOU-1a figure: 82.1% to 83.4%; rating: Amber to Green",
    ]
    assert [e.get(qn("w:fill")) for e in body(opened(found.content, "it")).iter(qn("w:shd"))] == ["B7E1BF", "B7E1BF"]
    again = refresh(found.content, later)
    assert again.lines == ["No figure has changed."]
    assert texts(again.content) == texts(later)


def test_a_refreshed_file_is_valid(
    first: bytes, later: bytes, source: Path, tmp_path: Path, validator: Validate
) -> None:
    (tmp_path / "one.docx").write_bytes(refresh(first, later, mark=True).content)
    grown = made(source, {**LATER, "rows": [NEW_ROW, *ROWS]}, picture(shade=7))
    (tmp_path / "two.docx").write_bytes(refresh(first, grown, mark=True).content)
    assert validator(tmp_path / "one.docx") == []
    assert validator(tmp_path / "two.docx") == []


def test_words_around_a_figure_stay(first: bytes, later: bytes) -> None:
    draft = edited(first, around("HOU-1a: figure", "about ", " (provisional)"), around("rated", "all "))
    found = refresh(draft, later)
    assert "about 83.4% (provisional)" in texts(found.content)
    assert "Report of Anyshire & <District>: all 4 of 4 rated." in texts(found.content)
    assert "HOU-1a figure: 82.1% to 83.4%; rating: Amber to Green" in found.lines
    assert "about 83.4% (provisional)" in texts(refresh(found.content, later).content)
    back = refresh(found.content, first)
    assert "about 82.1% (provisional)" in texts(back.content)


@pytest.mark.parametrize(
    ("part", "whole", "place"),
    [("4", "4 of 14", 0), ("4", "14 and 24", -1), ("4", "4 or 4", -1), ("82.1", "82.15", -1), ("5", "1.5 5", 4)],
)
def test_a_figure_is_found_once_and_whole(part: str, whole: str, place: int) -> None:
    assert place_of(part, whole) == place


def test_formatting_of_runs_stays_word_by_word(source: Path) -> None:
    old = made(source, {**VALUES, "summary": ["In all, 38 of 46 are rated: 20 Green."]})
    new = made(source, {**VALUES, "summary": ["In all, 39 of 46 are rated: 21 Green."]})
    pieces = (run("In all, "), run("38 of 46", "b"), run(" are rated: "), run("20", "i"), run(" Green."))
    draft = opened(refresh(edited(old, retype("summary, paragraph 1", *pieces)), new).content, "it")
    runs = content_of(control(draft, "summary, paragraph 1")).findall(qn("w:r"))
    assert [shown(r) for r in runs] == ["In all, ", "39 of 46", " are rated: ", "21", " Green."]
    looks = [[e.tag for look in r.findall(qn("w:rPr")) for e in look] for r in runs]
    assert looks == [[], [qn("w:b")], [], [qn("w:i")], []]


def test_text_with_line_breaks_becomes_new(source: Path, first: bytes) -> None:
    new = made(source, {**VALUES, "summary": ["Three are rated.", "Two improved.\nSee\nabove.\tNow."]})
    assert "Two improved.\nSee\nabove.\tNow." in texts(refresh(first, new).content)


def test_a_blank_value_is_filled_and_emptied(source: Path, first: bytes) -> None:
    full = made(source, {**VALUES, "blank": " so far"})
    found = refresh(first, full)
    assert "Report of Anyshire & <District>: 3 of 4 rated so far." in texts(found.content)
    emptied = refresh(found.content, first)
    assert "Report of Anyshire & <District>: 3 of 4 rated." in texts(emptied.content)
    assert "blank" not in {e.get(qn("w:val")) for e in body(opened(emptied.content, "it")).iter(qn("w:alias"))}
    assert "3 of 4 rated so far." in "".join(texts(refresh(emptied.content, full).content))


def test_changes_are_marked_on_request(first: bytes, later: bytes) -> None:
    tree = body(opened(refresh(first, later, mark=True).content, "it"))
    marked = [shown(next(e.iterancestors(qn("w:r")))) for e in tree.iter(qn("w:highlight"))]
    assert marked == ["4", "Four are rated.", "83.4%", "Green"]


# ---- what the author did ----


def test_what_she_rewrote_is_left_and_told(first: bytes, later: bytes) -> None:
    draft = edited(first, retype("HOU-1a: figure", run("over eighty")), retype("HOU-1b: figure", run("a dozen")))
    found = refresh(draft, later)
    assert {"over eighty", "a dozen"} <= set(texts(found.content))
    assert 'You changed HOU-1a figure to "over eighty"; the master now says "83.4%".' in found.lines
    assert "1 generated text that you rewrote stays as you have it." in found.lines
    again = refresh(found.content, later)
    assert 'You changed HOU-1a figure to "over eighty"; the master now says "83.4%".' in again.lines
    put_right = refresh(edited(again.content, retype("HOU-1a: figure", run("83.4%"))), later)
    assert not put_right.kept
    assert not refresh(put_right.content, later).kept


def test_what_she_deleted_stays_deleted_and_is_told_once(first: bytes, later: bytes) -> None:
    draft = edited(first, delete("summary, paragraph 1"), retype("HOU-1b: figure", run("")))
    found = refresh(draft, later)
    assert not [t for t in texts(found.content) if "are rated" in t]
    assert "2 generated texts that you deleted stay out." in found.lines
    assert "that you deleted" not in "".join(refresh(found.content, later).lines)


def test_a_placeholder_of_word_is_not_a_text(first: bytes, later: bytes) -> None:
    def empty(draft: Draft) -> None:
        element = control(draft, "HOU-1a: figure")
        etree.SubElement(element.find(qn("w:sdtPr")), qn("w:showingPlcHdr"))
        retype("HOU-1a: figure", run("Click or tap here to enter text.", "webHidden"))(draft)

    found = refresh(edited(first, empty), later)
    assert not found.kept
    assert found.deleted == 1


def test_moved_and_added_paragraphs_stay(first: bytes, later: bytes) -> None:
    def move(draft: Draft) -> None:
        paragraph = next(control(draft, "summary, paragraph 1").iterancestors(qn("w:p")))
        body(draft)[0].append(paragraph)
        own = etree.SubElement(body(draft)[0], qn("w:p"))
        own.append(run("My own words: 82.1%."))
        body(draft)[0].append(body(draft)[0].find(qn("w:sectPr")))

    found = texts(refresh(edited(first, move), later).content)
    assert found[-2:] == ["Four are rated.", "My own words: 82.1%."]


def test_tracked_changes_and_comments_stay(first: bytes, later: bytes) -> None:
    def review(draft: Draft) -> None:
        content = content_of(control(draft, "HOU-1a: figure"))
        content.insert(0, tracked("ins", run("nearly ")))
        content.append(tracked("del", run(" exactly", deleted=True)))
        note = content_of(control(draft, "summary, paragraph 1"))
        note.insert(0, etree.Element(qn("w:commentRangeStart"), {qn("w:id"): "0"}))
        note.append(etree.Element(qn("w:commentRangeEnd"), {qn("w:id"): "0"}))
        reference = etree.SubElement(note, qn("w:r"))
        etree.SubElement(reference, qn("w:commentReference"), {qn("w:id"): "0"})

    tree = body(opened(refresh(edited(first, review), later).content, "it"))
    assert [shown(e) for e in tree.iter(qn("w:ins"))] == ["nearly "]
    assert [e.text for e in tree.iter(qn("w:delText"))] == [" exactly"]
    assert "nearly 83.4%" in [shown(p) for p in tree.iter(qn("w:p"))]
    assert [len(list(tree.iter(qn(f"w:comment{n}")))) for n in ("RangeStart", "RangeEnd", "Reference")] == [1, 1, 1]


def test_a_figure_retyped_with_tracked_changes_is_hers(first: bytes, later: bytes) -> None:
    pieces = (tracked("del", run("82.1%", deleted=True)), tracked("ins", run("82%")))
    found = refresh(edited(first, retype("HOU-1a: figure", *pieces)), later)
    assert "82%" in texts(found.content)
    assert [kept.yours for kept in found.kept] == ["82%"]


def test_a_control_in_deleted_or_moved_text_is_let_be(first: bytes, later: bytes) -> None:
    def strike(draft: Draft) -> None:
        element = control(draft, "HOU-1a: figure")
        gone = tracked("moveFrom")
        element.addprevious(gone)
        gone.append(element)

    tree = body(opened(refresh(edited(first, strike), later).content, "it"))
    assert [shown(e.find(f"{qn('w:sdt')}/{qn('w:sdtContent')}")) for e in tree.iter(qn("w:moveFrom"))] == ["82.1%"]


def test_a_text_box_in_a_control_is_hers(first: bytes, later: bytes) -> None:
    def box(draft: Draft) -> None:
        holder = etree.SubElement(content_of(control(draft, "summary, paragraph 1")), qn("w:r"))
        inner = etree.SubElement(etree.SubElement(holder, qn("w:pict")), qn("w:txbxContent"))
        etree.SubElement(inner, qn("w:p")).append(run("Three are rated."))

    found = texts(refresh(edited(first, box), later).content)
    assert "Four are rated." in found
    assert "Three are rated." in found


def test_her_colour_of_a_cell_stays_and_is_told(first: bytes, later: bytes) -> None:
    def colour(draft: Draft) -> None:
        cell = next(control(draft, "HOU-1a: rating").iterancestors(qn("w:tc")))
        cell.find(f"{qn('w:tcPr')}/{qn('w:shd')}").set(qn("w:fill"), "FFFF00")

    found = refresh(edited(first, colour), later)
    fills = [e.get(qn("w:fill")) for e in body(opened(found.content, "it")).iter(qn("w:shd"))]
    assert fills == ["FFFF00", "B7E1BF"]
    assert "You coloured the cell of HOU-1a: rating yourself, so its colour stays." in found.lines


def test_everything_else_survives_to_the_byte(first: bytes, later: bytes) -> None:
    draft = edited(first, around("council", "The "))
    with zipfile.ZipFile(io.BytesIO(draft)) as old, zipfile.ZipFile(io.BytesIO(refresh(draft, later).content)) as new:
        kept = [n for n in old.namelist() if n in new.namelist() and old.read(n) == new.read(n)]
        changed = set(old.namelist()) - set(kept)
    assert {n.split("/")[0] for n in changed} == {"word", "customXml"}
    assert not {n for n in changed if "styles" in n or "numbering" in n or "settings" in n}


# ---- charts ----


def test_a_resized_chart_keeps_its_size_and_gets_the_new_picture(source: Path, first: bytes) -> None:
    def resize(draft: Draft) -> None:
        for extent in (
            *body(draft).iter(qn("wp:extent")),
            *(x.find(qn("a:ext")) for x in body(draft).iter(qn("a:xfrm"))),
        ):
            extent.set("cx", str(int(extent.get("cx")) // 2))
            extent.set("cy", str(int(extent.get("cy")) // 2))

    new = picture(width=80, shade=200)
    found = refresh(edited(first, resize), made(source, VALUES, new))
    draft = opened(found.content, "it")
    extent = next(body(draft).iter(qn("wp:extent")))
    assert (int(extent.get("cx")), int(extent.get("cy"))) == (720_000, 180_000)
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        assert [archive.read(n) for n in archive.namelist() if "media" in n] == [new.png]
    assert [e.get("descr") for e in body(draft).iter(qn("wp:docPr"))] == [new.alt]


def test_her_own_picture_and_description_stay(source: Path, first: bytes, later: bytes) -> None:
    other = made(source, VALUES, picture(width=90))
    restamped = opened(other, "it")
    own = write(restamped, opened(first, "it").stamp)
    found = refresh(own, later)
    assert any("picture of your own" in line for line in found.lines)

    def describe(draft: Draft) -> None:
        next(body(draft).iter(qn("wp:docPr"))).set("descr", "My words.")

    described = refresh(edited(first, describe), later)
    assert [e.get("descr") for e in body(opened(described.content, "it")).iter(qn("wp:docPr"))] == ["My words."]
    assert any("suggest: A chart of shade 200." in line for line in described.lines)


# ---- what is new or gone ----


def test_a_new_row_goes_in_behind_the_one_it_follows(source: Path, first: bytes) -> None:
    def reformat(draft: Draft) -> None:
        cell = next(control(draft, "HOU-1a: figure").iterancestors(qn("w:tc")))
        look = etree.SubElement(etree.Element(qn("w:p")), qn("w:pPr"))
        etree.SubElement(look, qn("w:jc"), {qn("w:val"): "right"})
        cell.find(qn("w:p")).insert(0, look)
        row = cell.getparent()
        row.remove(row.findall(qn("w:tc"))[3])
        row.findall(qn("w:tc"))[2].find(f"{qn('w:tcPr')}/{qn('w:shd')}").set(qn("w:fill"), "FFFF00")

    new = made(source, {**VALUES, "rows": [ROWS[0], NEW_ROW, ROWS[1]]})
    found = refresh(edited(first, reformat), new)
    rows = [[shown(c) for c in row.iter(qn("w:tc"))] for row in body(opened(found.content, "it")).iter(qn("w:tr"))]
    assert rows[2] == ["HOU-1c", "7", "Red"]
    assert [row[0] for row in rows] == ["Ref", "HOU-1a", "HOU-1c", "HOU-1b"]
    tree = body(opened(found.content, "it"))
    assert [e.get(qn("w:fill")) for e in tree.iter(qn("w:shd"))] == ["FFFF00", "F3B1AB", "B7E1BF"]
    assert [shown(next(e.iterancestors(qn("w:p")))) for e in tree.iter(qn("w:jc"))] == ["82.1%", "7"]
    assert "New: HOU-1c in rows." in found.lines
    assert refresh(found.content, new).lines == ["No figure has changed.", *found.lines[2:]]


def test_a_row_that_is_gone_is_left_and_told(source: Path, first: bytes) -> None:
    found = refresh(first, made(source, {**VALUES, "rows": ROWS[1:]}))
    assert "82.1%" in texts(found.content)
    assert "No longer in the master's report, left in yours: HOU-1a in rows." in found.lines


def test_a_deleted_table_stays_deleted_with_its_new_rows(source: Path, first: bytes) -> None:
    def cut(draft: Draft) -> None:
        table = control(draft, "Table: rows")
        table.getparent().remove(table)

    found = refresh(edited(first, cut), made(source, {**VALUES, "rows": [*ROWS, NEW_ROW]}))
    assert not list(body(opened(found.content, "it")).iter(qn("w:tbl")))
    assert found.deleted == 8


def test_a_new_paragraph_joins_its_list_and_keeps_its_look(source: Path, first: bytes) -> None:
    def indent(draft: Draft) -> None:
        for alias in ("summary, paragraph 1", "summary, paragraph 2"):
            look = next(control(draft, alias).iterancestors(qn("w:p"))).find(qn("w:pPr"))
            etree.SubElement(look, qn("w:keepNext"))

    summary = ["Three are rated.", "Two are late.", "One improved.\nSee below.\tNow."]
    new = made(source, {**VALUES, "summary": summary})
    found = refresh(edited(first, indent, around("summary, paragraph 2", "Good: ")), new)
    at = texts(found.content).index("Three are rated.")
    assert texts(found.content)[at + 1 : at + 3] == ["Two are late.", "Good: One improved.\nSee below.\tNow."]
    assert len(list(body(opened(found.content, "it")).iter(qn("w:keepNext")))) == 3
    shorter = refresh(found.content, made(source, {**VALUES, "summary": summary[2:]}))
    assert not shorter.kept
    assert len(shorter.gone) == 2


def test_a_new_paragraph_in_a_cell_and_one_without_a_place(source: Path, first: bytes) -> None:
    grown = {**ROWS[0], "notes": ["First of all.", "Late.", "Better."]}
    found = refresh(first, made(source, {**VALUES, "rows": [grown, {**ROWS[1], "notes": ["Only."]}]}))
    at = texts(found.content).index("First of all.")
    assert texts(found.content)[at : at + 3] == ["First of all.", "Late.", "Better."]
    assert any(line.startswith("New in the master, with no place in your draft: HOU-1b notes") for line in found.lines)


def test_a_new_conditional_part_comes_in(source: Path) -> None:
    few = made(source, {**VALUES, "rated": 2})
    found = refresh(few, made(source))
    assert texts(found.content)[-1] == "Many: ANYSHIRE & <DISTRICT> 2"
    gone = refresh(made(source), few)
    assert "Many: ANYSHIRE & <DISTRICT> 2" in texts(gone.content)


# ---- other programs ----


def test_a_control_that_was_removed_is_found_by_its_bookmark_and_comes_back(first: bytes, later: bytes) -> None:
    draft = edited(first, lambda d: stripped(d, "HOU-1a: figure", bookmark=False))
    found = refresh(draft, later)
    assert texts(found.content) == texts(later)
    assert shown(content_of(control(opened(found.content, "it"), "HOU-1a: figure"))) == "83.4%"


def test_a_figure_that_cannot_be_reached_stops_everything(first: bytes, later: bytes) -> None:
    draft = edited(first, lambda d: stripped(d, "HOU-1a: figure", bookmark=True))
    with pytest.raises(InputError) as caught:
        refresh(draft, later, name="draft.docx")
    assert 'HOU-1a figure ("82.1%")' in caught.value.message
    assert caught.value.message.startswith("draft.docx was not refreshed, for 1 figure or text of it has lost")
    assert caught.value.fix


def test_one_of_two_places_in_a_paragraph_that_lost_its_marks_is_missed(tmp_path: Path) -> None:
    path = template(tmp_path)
    document = Document(str(path))
    document.add_paragraph("{{ rated }} then, {{ rated }} now.")
    document.save(str(path))
    draft = edited(made(path), lambda d: stripped(d, "rated", 2, bookmark=True))
    with pytest.raises(InputError, match=r'rated \("3"\)'):
        refresh(draft, made(path, LATER))


def test_a_control_around_a_whole_cell_is_reached(first: bytes, later: bytes) -> None:
    def widen(draft: Draft) -> None:
        element = control(draft, "HOU-1a: rating")
        cell, content = next(element.iterancestors(qn("w:tc"))), content_of(element)
        for child in list(content):
            element.addprevious(child)
        element.getparent().remove(element)
        cell.addprevious(element)
        content.append(cell)

    found = refresh(edited(first, widen), later)
    assert texts(found.content) == texts(later)
    assert [e.get(qn("w:fill")) for e in body(opened(found.content, "it")).iter(qn("w:shd"))] == ["B7E1BF", "B7E1BF"]


def test_a_finished_report_has_no_controls_and_no_stamp(first: bytes, tmp_path: Path, validator: Validate) -> None:
    content = finish(edited(first, around("council", "The ")))
    path = tmp_path / "finished.docx"
    path.write_bytes(content)
    assert validator(path) == []
    said = [p.text for p in Document(str(path)).paragraphs]
    assert "Report of The Anyshire & <District>: 3 of 4 rated." in said
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not [mark for mark in (b"xlo", b"w:sdt", b"urn:xl-outcomes") if mark in everything]
    with pytest.raises(InputError, match="was not written by xl-outcomes"):
        finish(content)


def test_a_draft_without_any_marks_is_refused_with_a_list(first: bytes, later: bytes) -> None:
    def bare(draft: Draft) -> None:
        aliases = [e.get(qn("w:val")) for e in body(draft).iter(qn("w:alias"))]
        for alias in reversed(aliases):
            stripped(draft, alias, bookmark=not alias.startswith("Table"))

    with pytest.raises(InputError, match="and 4 more"):
        refresh(edited(first, bare), later)


def test_a_long_text_with_her_words_around_that_lost_its_marks_is_refused(source: Path) -> None:
    old = made(source, {**VALUES, "summary": ["A sentence that is long enough to be known: 38 of 46."]})

    def lose(draft: Draft) -> None:
        paragraph = next(control(draft, "summary, paragraph 1").iterancestors(qn("w:p")))
        stripped(draft, "summary, paragraph 1", bookmark=True)
        paragraph.append(run(" And a word of mine."))

    with pytest.raises(InputError, match="A sentence that is long"):
        refresh(edited(old, lose), old)


def test_a_copy_as_plain_text_is_told(source: Path) -> None:
    old = made(source, {**VALUES, "summary": ["A sentence that is long enough to be known: 38 of 46."]})
    new = made(source, {**VALUES, "summary": ["A sentence that is long enough to be known: 39 of 46."]})

    def quote(draft: Draft) -> None:
        etree.SubElement(body(draft)[0], qn("w:p")).append(run("A sentence that is long enough to be known: 38 of 46."))

    assert any("also stands as text of your own" in line for line in refresh(edited(old, quote), new).lines)


def test_a_round_trip_through_libreoffice_simply_works(
    first: bytes, later: bytes, tmp_path: Path, libreoffice: Convert
) -> None:
    draft = edited(first, around("HOU-1a: figure", "about "), retype("HOU-1b: figure", run("a dozen")))
    (tmp_path / "draft.docx").write_bytes(draft)
    converted = libreoffice(tmp_path / "draft.docx", "docx").read_bytes()
    found = refresh(converted, later)
    expected = [t.replace("83.4%", "about 83.4%").replace("12", "a dozen") for t in texts(later)]
    assert [t for t in texts(found.content) if t.strip()] == [t for t in expected if t.strip()]
    assert [e.get(qn("w:fill")) for e in body(opened(found.content, "it")).iter(qn("w:shd"))][:2] == ["B7E1BF"] * 2


# ---- refusals ----


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(ORIGIN, framework="Otherham"), 'is of the framework "Anyshire – Outcomes", and what'),
        (replace(ORIGIN, report="annual"), 'is of the report "quarterly"'),
        (
            replace(ORIGIN, period="2025/26 Q2"),
            'is of the period "2025/26 Q1", and what it would be refreshed from is "2025/26 Q2"',
        ),
        (replace(ORIGIN, suffix="Leader"), "is the one for"),
        (replace(ORIGIN, template="own.docx", digest="1"), 'was made with the template "quarterly.docx"'),
    ],
)
def test_a_draft_of_something_else_is_refused(first: bytes, source: Path, other: Any, message: str) -> None:
    content = render(source, VALUES, {"chart": picture()}, title="T", controls=True)
    with pytest.raises(InputError) as caught:
        refresh(first, seal(content, other))
    assert message in caught.value.message


def test_a_file_that_is_not_ours_is_refused(source: Path, later: bytes) -> None:
    with pytest.raises(InputError, match="was not written by xl-outcomes"):
        refresh(source.read_bytes(), later, name="other.docx")


def test_strict_open_xml_is_refused(first: bytes, later: bytes) -> None:
    strict = b'<document xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
    with pytest.raises(InputError, match="not saved in the usual form of Word"):
        refresh(zipped([("word/document.xml", strict)], first), later)


def zipped(entries: Iterable[tuple[str, bytes]], content: bytes) -> bytes:
    out = io.BytesIO()
    put = dict(entries)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, put.get(name, old.read(name)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-password"),
        (lambda _: b"not a document", "file-format"),
        (lambda c: c[:900], "file-damaged"),
        (lambda c: zipped([("word/document.xml", b"<w:document>")], c), "file-damaged"),
        (lambda c: zipped([("word/document.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')], c), "file-unsafe"),
        (lambda c: zipped([("word/document.xml", b" " * 90_000_000)], c), "file-too-large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(
    first: bytes, later: bytes, spoil: Callable[[bytes], bytes], code: str
) -> None:
    with pytest.raises(FileError) as caught:
        refresh(spoil(first), later, name="draft.docx")
    assert caught.value.code == code
    assert caught.value.message.startswith("draft.docx ")
    assert "workbook" not in str(caught.value)
    assert "Excel" not in str(caught.value)


# ---- whatever the author does ----

FIGURES = (("rated", "3", "4"), ("HOU-1a: figure", "82.1%", "83.4%"), ("HOU-1a: rating", "Amber", "Green"))
ALIASES = (*(alias for alias, _, _ in FIGURES), "council", "summary, paragraph 1", "HOU-1b: figure", "HOU-1b: ref")


def _edit(kind: int, alias: str, word: str) -> Edit:
    def beside(draft: Draft) -> None:
        control(draft, alias).getprevious().addprevious(run(word, "b"))

    def own(draft: Draft) -> None:
        paragraph = etree.Element(qn("w:p"))
        paragraph.append(run(word))
        next(control(draft, alias).iterancestors(qn("w:p"))).addnext(paragraph)

    def split(draft: Draft) -> None:
        content = content_of(control(draft, alias))
        piece = next(iter(content.iter(qn("w:t"))), None)
        if piece is not None and len(piece.text or "") > 1:
            runs = (run(piece.text[:1], "b"), run(piece.text[1:]))
            piece.getparent().getparent().replace(piece.getparent(), runs[0])
            runs[0].addnext(runs[1])

    def insert(draft: Draft) -> None:
        content_of(control(draft, alias)).append(tracked("ins", run(f" {word}")))

    own_words = (around(alias, f"{word} "), around(alias, "", f" {word}"), retype(alias, run(word)))
    return (*own_words, beside, own, split, insert)[kind]


@cache
def _pair(path: Path) -> tuple[bytes, bytes]:
    return made(path), made(path, LATER)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 6), st.sampled_from(ALIASES)), max_size=8))
def test_everything_of_hers_survives_and_every_figure_is_new(source: Path, edits: list[tuple[int, str]]) -> None:
    first, later = _pair(source)
    words = [f"Hers{letter}" for letter in "abcdefgh"[: len(edits)]]
    draft = edited(first, *(_edit(kind, alias, word) for (kind, alias), word in zip(edits, words, strict=True)))
    before, found = "\n".join(texts(draft)), refresh(draft, later)
    after, new = "\n".join(texts(found.content)), opened(found.content, "it")
    assert [word for word in words if before.count(word) != after.count(word)] == []
    rewritten = {alias for kind, alias in edits if kind == 2}
    for alias, was, now in FIGURES:
        said = shown(content_of(control(new, alias)))
        assert (now in said and was not in said) or alias in rewritten
    assert not refresh(found.content, later).changed


# ---- files ----


def test_a_draft_on_disk_is_refreshed_and_the_earlier_one_kept(tmp_path: Path) -> None:
    tables = small_master()
    rated, kind = rate(tables), find_report("cabinet-performance")
    (content,) = report_files(kind, documents(kind, rated, tables), rated, tables, SHIPPED, with_sources=True)
    draft = tmp_path / "draft.docx"
    draft.write_bytes(edited(content, around("council", "The ")))
    rows = [
        {**o, "Value": 92.0} if (o["Indicator"], o["Period"]) == ("HOU-1a", str(PERIOD)) else o for o in OBSERVATIONS
    ]
    other = small_master(Observations=rows)
    path, lines = refresh_file(draft, rate(other), other, SHIPPED)
    assert path == draft
    assert [p.name for p in (tmp_path / "earlier").iterdir()] == ["draft (1).docx"]
    assert any(line.startswith("HOU-1a") and "figure: 70.0% to 92.0%" in line for line in lines)
    said = texts(path.read_bytes())
    assert "The Anyshire Council" in said
    assert "92.0%" in said
    out, _ = refresh_file(draft, rate(other), other, SHIPPED, out=tmp_path / "new.docx", mark=True)
    assert out.name == "new.docx"


def test_files_that_cannot_be_refreshed_are_refused(tmp_path: Path) -> None:
    tables = small_master()
    rated, kind = rate(tables), find_report("cabinet-performance")
    with pytest.raises(FileError, match="cannot be read"):
        refresh_file(tmp_path / "absent.docx", rated, tables, SHIPPED)
    (content,) = report_files(kind, documents(kind, rated, tables), rated, tables, SHIPPED)
    draft = tmp_path / "draft.docx"
    draft.write_bytes(content)
    with pytest.raises(InputError, match="of the period"):
        refresh_file(draft, rate(tables, parse_quarter("2024/25 Q4")), tables, SHIPPED)
    (tmp_path / "~$aft.docx").write_bytes(b"")
    with pytest.raises(FileError, match="is open in Word"):
        refresh_file(draft, rated, tables, SHIPPED)
    assert draft.read_bytes() == content


def test_a_refresh_without_changes_has_plain_lines() -> None:
    assert Refreshed(b"", rewritten=2, deleted=1).lines == [
        "No figure has changed.",
        "2 generated texts that you rewrote stay as you have them.",
        "1 generated text that you deleted stays out.",
    ]
