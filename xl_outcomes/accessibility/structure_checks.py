"""The rules about headings, lists, links and the spacing between paragraphs."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from xl_outcomes.accessibility.findings import Hit
from xl_outcomes.accessibility.model import Block, Document, Link, Paragraph, Place, flows_of, paragraphs_of
from xl_outcomes.accessibility.rules import (
    EMPTY_HEADING,
    EMPTY_PARAGRAPHS,
    FAKE_HEADING,
    LINK_TEXT,
    NO_HEADING,
    SKIPPED_LEVEL,
    TYPED_LIST,
    TYPED_SPACES,
)

_WHOLE = Place(0, "the whole document")
_SHORT = 12
_LARGER = 2
_SENTENCE_ENDS = (".", "!", "?", ";", ",")
_ORDINARY = ("normal", "body text", "no spacing", "list paragraph", "plain text", "default", "standard", "text body")
_NUMBER = re.compile(
    r"""\s*(?:
        \(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)\s+\S       # (a) or 1)
        | (?:\d{1,2}|[a-z]|[ivx]{2,4})\.\s+\S        # 1. or a. (a capital may be an initial)
        | \d{1,2}(?:\.\d{1,2}){1,3}\.?(?:\t|\s+(?=[A-Z]))\s*\S    # 1.1 The
        | \d{1,2}\t+\S
    )""",
    re.VERBOSE,
)
_BULLET = re.compile(r"\s*(?:[•·▪◦●○■□►➢❖\uf0b7\uf0a7\uf0d8]\s*\w|[-–—*]\s+[^\W\d]|o\t+\w)")
_BULLET_IN_TABLE = re.compile(r"\s*(?:[•·▪◦\uf0b7\uf0a7]\s*\w|[-–*]\s+[^\W\d])")  # ● and ■ may stand for ratings
_EMPTY_LINES = re.compile(r"\n[ \t]*\n[ \t]*\n")
_LAYOUT_SPACES = re.compile(r"[ \u00a0]{3,}|\t[ ]*\t")
_EMPTY_WORDS = {
    "here",
    "click here",
    "click",
    "link",
    "this link",
    "this page",
    "this",
    "more",
    "read more",
    "find out more",
    "more information",
    "see here",
    "website",
    "web page",
    "download",
}


def structure_hits(document: Document) -> Iterator[Hit]:
    """Where headings, lists, links and spacing break a rule."""
    paragraphs = tuple(paragraphs_of(document.body))
    yield from _headings([p for p in paragraphs if p.level])
    ordinary = {p.style for p in paragraphs if _is_prose(p)} | set(_ORDINARY)
    for flow in flows_of(document.body):
        yield from _empty_runs(flow)
    yield from _fake_headings(document.body, ordinary)
    yield from _typed_lists(paragraphs)
    yield from (Hit(TYPED_SPACES, p.place, found) for p in paragraphs if (found := _layout_spaces(p)))
    for paragraph in (*paragraphs, *document.headers):
        yield from _links(paragraph)


def _headings(headings: list[Paragraph]) -> Iterator[Hit]:
    if not any(p.level == 1 and not p.blank for p in headings):
        yield Hit(NO_HEADING, _WHOLE, "no heading of level 1")
    yield from (Hit(EMPTY_HEADING, p.place, f"an empty heading of level {p.level}") for p in headings if p.blank)
    filled = [p for p in headings if not p.blank]
    for above, heading in pairwise([None, *filled]):
        before = above.level if above else 0
        if heading is not None and heading.level > before + 1 and any(p.level == 1 for p in filled):
            after = f"after level {before}" if before else "as the first heading"
            yield Hit(SKIPPED_LEVEL, heading.place, f"level {heading.level} {after}")


def _fake_headings(body: tuple[Block, ...], ordinary: set[str]) -> Iterator[Hit]:
    filled = [b for b in body if not (isinstance(b, Paragraph) and b.blank)]
    for block, after in pairwise(filled):
        if isinstance(block, Paragraph) and isinstance(after, Paragraph) and _looks_like_heading(block, ordinary):
            text = after.kind == "body" and not after.level and not _stands_out(after)
            if text and after.text.strip():
                yield Hit(FAKE_HEADING, block.place, f"a short {_stands_out(block)} paragraph above ordinary text")


def _looks_like_heading(paragraph: Paragraph, ordinary: set[str]) -> bool:
    text = paragraph.text.strip()
    short = 0 < len(text.split()) <= _SHORT and any(sign.isalpha() for sign in text)
    plain = paragraph.kind == "body" and not paragraph.level and not paragraph.holds and not paragraph.links
    return (
        short
        and plain
        and paragraph.style in ordinary
        and not text.endswith(_SENTENCE_ENDS)
        and bool(_stands_out(paragraph))
    )


def _stands_out(paragraph: Paragraph) -> str:
    # How a paragraph differs from its own style; blank where it does not.
    runs = [run for run in paragraph.runs if run.text.strip()]
    if runs and not paragraph.style_bold and all(run.bold for run in runs):
        return "bold"
    return "enlarged" if runs and all(r.size >= paragraph.style_size + _LARGER for r in runs) else ""


def _is_prose(paragraph: Paragraph) -> bool:
    text = paragraph.text.strip()
    return paragraph.kind == "body" and not paragraph.level and text.endswith(".") and len(text.split()) > _SHORT


def _typed_lists(paragraphs: Iterable[Paragraph]) -> Iterator[Hit]:
    # Of a list only its first paragraph is named.
    for typed, group in groupby(paragraphs, key=_typed_mark):
        members = list(group)
        if typed:
            more = f", and in {len(members) - 1} more below it" if len(members) > 1 else ""
            yield Hit(TYPED_LIST, members[0].place, f"a typed {typed} at the start of the paragraph or of a line{more}")


def _typed_mark(paragraph: Paragraph) -> str:
    if paragraph.level or paragraph.kind in ("contents", "caption", "header"):
        return ""
    lines = paragraph.text.split("\n")
    bullet = _BULLET_IN_TABLE if paragraph.kind == "table" else _BULLET
    if any(map(bullet.match, lines)):
        return "bullet"
    numbered = paragraph.kind == "body" and any(map(_NUMBER.match, lines))
    return "number" if numbered else ""


def _empty_runs(flow: tuple[Block, ...]) -> Iterator[Hit]:
    for blank, group in groupby(flow, key=lambda block: isinstance(block, Paragraph) and block.blank):
        members = list(group)
        if blank and len(members) > 1:
            yield Hit(EMPTY_PARAGRAPHS, members[0].place, f"{len(members)} empty paragraphs in a row")
    for block in flow:
        if isinstance(block, Paragraph) and not block.blank and _EMPTY_LINES.search(block.text):
            yield Hit(EMPTY_PARAGRAPHS, block.place, "three or more line breaks in a row")


def _layout_spaces(paragraph: Paragraph) -> str:
    if paragraph.blank or paragraph.kind == "contents":
        return ""
    found = _LAYOUT_SPACES.search(paragraph.text)
    return "" if found is None else "tabs in a row" if "\t" in found.group() else "spaces in a row"


def _links(paragraph: Paragraph) -> Iterator[Hit]:
    for link in paragraph.links:
        found = _poor_words(link)
        if found:
            yield Hit(LINK_TEXT, paragraph.place, found)


def _poor_words(link: Link) -> str:
    text = " ".join(link.text.split())
    lower = text.lower().rstrip(".:!>» ")
    if not text:
        return "" if link.pictured or not link.target else "a link without words"
    if lower.startswith(("http://", "https://", "www.", "ftp://", "file:")):
        return "a bare address as the words of a link"
    return f'a link whose words are "{text}"' if lower in _EMPTY_WORDS else ""
