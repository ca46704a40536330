"""The rules about a document as a whole: title, language, length, what is left in it."""

from collections.abc import Iterator
from itertools import islice
from math import ceil

from xl_outcomes.accessibility.findings import Hit
from xl_outcomes.accessibility.model import Block, Document, Paragraph, Place, Table
from xl_outcomes.accessibility.rules import CHANGES_LEFT, FORM_FIELD, LANGUAGE, NO_CONTENTS, TITLE, WATERMARK

_WHOLE = Place(0, "the whole document")
_FILE_ENDINGS = (".doc", ".docx", ".docm", ".dot", ".dotx", ".odt", ".pdf", ".rtf", ".txt", ".tmp")
_NO_TITLES = ("word document", "microsoft word document", "untitled", "title")
_WORDS_PER_PAGE = 400
_LINES_PER_PAGE = 35
_WORDS_PER_LINE = 10  # of a table as wide as the page
_PAGES_PER_PICTURE = 1 / 3
_PAGES_PER_BREAK = 1 / 2
_LONG = 10


def document_hits(document: Document) -> Iterator[Hit]:
    """Where a document as a whole breaks a rule."""
    yield from _title(document)
    if not document.language:
        yield Hit(LANGUAGE, _WHOLE, "no language is set")
    yield from _contents(document)
    yield from _left(document)
    yield from (Hit(WATERMARK, place, "words or a picture drawn over the page") for place in document.watermarks)
    yield from (Hit(FORM_FIELD, place, "no help text") for place in document.fields)


def estimated_pages(document: Document) -> float:
    """About how many A4 pages a document has; only Word knows, so this goes by words, tables, pictures and breaks."""
    return sum(map(_pages, document.body)) + len(document.pictures) * _PAGES_PER_PICTURE


def is_file_name(title: str) -> bool:
    """Whether a title is a file name, or what a program put there by itself."""
    lower = title.strip().lower()
    made = lower.startswith("microsoft word -") or lower.rstrip("0123456789") == "document" or lower in _NO_TITLES
    return made or lower.endswith(_FILE_ENDINGS) or ("_" in lower and " " not in lower)


def _title(document: Document) -> Iterator[Hit]:
    if not document.title:
        yield Hit(TITLE, _WHOLE, "the title property is blank")
    elif is_file_name(document.title):
        yield Hit(TITLE, _WHOLE, f'the title property is "{document.title}", a file name and not a title')


def _contents(document: Document) -> Iterator[Hit]:
    pages = estimated_pages(document)
    if pages > _LONG and not document.contents:
        yield Hit(NO_CONTENTS, _WHOLE, f"an estimated {ceil(pages)} pages and no contents list")


def _left(document: Document) -> Iterator[Hit]:
    if document.changes:
        yield Hit(CHANGES_LEFT, _WHOLE, f"tracked changes: {document.changes:,}")
    if document.comments:
        yield Hit(CHANGES_LEFT, _WHOLE, f"comments: {document.comments:,}")


def _pages(block: Block) -> float:
    if isinstance(block, Paragraph):
        return len(block.text.split()) / _WORDS_PER_PAGE + block.breaks * _PAGES_PER_BREAK
    return sum(_lines(block)) / _LINES_PER_PAGE


def _lines(table: Table) -> Iterator[int]:
    for row in table.rows:
        wide = max(1, _WORDS_PER_LINE / max(1, len(row.cells)))
        yield max((ceil(len(cell.text.split()) / wide) for cell in islice(row.cells, 100)), default=1) or 1
