"""The rules about how text looks: size, contrast, capitals, underlining, alignment, line spacing."""

from collections.abc import Iterator

from xl_outcomes.accessibility.colours import contrast
from xl_outcomes.accessibility.findings import Hit, Rule
from xl_outcomes.accessibility.model import Document, Paragraph, Run, paragraphs_of
from xl_outcomes.accessibility.rules import (
    CAPITALS,
    CONTRAST,
    JUSTIFIED,
    SMALL_BODY,
    SMALL_TEXT,
    TIGHT_LINES,
    TINY_TEXT,
    UNDERLINED,
)

_BODY, _SMALL, _TINY = 12, 11, 9
_LARGE, _LARGE_BOLD = 18, 14
_ENOUGH, _ENOUGH_IF_LARGE = 4.5, 3.0
_MOST_CAPITALS = 5
_SINGLE = 0.99  # a little below single, for what Word rounds


def look_hits(document: Document) -> Iterator[Hit]:
    """Where the look of text breaks a rule, in the body, in tables, and in headers and footers."""
    for paragraph in (*paragraphs_of(document.body), *document.headers):
        runs = [run for run in paragraph.runs if any(sign.isalnum() for sign in run.text)]
        if not runs:
            continue
        yield from _sizes(paragraph, runs)
        yield from _contrasts(paragraph, runs)
        yield from (Hit(rule, paragraph.place, found) for rule, found in _habits(paragraph, runs))


def _sizes(paragraph: Paragraph, runs: list[Run]) -> Iterator[Hit]:
    size = min(run.size for run in runs)
    if paragraph.kind in ("body", "contents"):
        if size < _BODY:
            yield Hit(SMALL_BODY, paragraph.place, f"body text of {size:g} point")
    elif size < _SMALL:
        what = {"table": "text in a table", "caption": "a caption", "header": "a header or footer"}[paragraph.kind]
        yield Hit(TINY_TEXT if size < _TINY else SMALL_TEXT, paragraph.place, f"{what} of {size:g} point")


def _contrasts(paragraph: Paragraph, runs: list[Run]) -> Iterator[Hit]:
    for run in runs:
        large = run.size >= _LARGE or (run.size >= _LARGE_BOLD and run.bold)
        needed = _ENOUGH_IF_LARGE if large else _ENOUGH
        ratio = contrast(run.colour, run.ground) if run.colour else needed
        if ratio < needed:
            # Cut, not rounded: 4.49 is not 4.5.
            shown = int(ratio * 10) / 10
            found = f"colour #{run.colour} on #{run.ground}, {shown:.1f} to 1; {needed:g} to 1 is needed"
            yield Hit(CONTRAST, paragraph.place, found)


def _habits(paragraph: Paragraph, runs: list[Run]) -> Iterator[tuple[Rule, str]]:
    if _longest_capitals(paragraph) > _MOST_CAPITALS:
        yield CAPITALS, f"more than {_MOST_CAPITALS} words in capitals"
    if any(run.underlined and not run.linked for run in runs) and paragraph.kind != "contents":
        yield UNDERLINED, "underlined words that are no link"
    if paragraph.alignment in ("both", "distribute"):
        yield JUSTIFIED, "text stretched to both margins"
    if paragraph.line < _SINGLE:
        yield TIGHT_LINES, "less than single line spacing"


def _longest_capitals(paragraph: Paragraph) -> int:
    # The longest row of words in capitals. In a heading the letters under Font > All caps are read out well.
    text = "".join(r.text.upper() if r.capitals and not paragraph.level else r.text for r in paragraph.runs)
    longest = row = 0
    for word in text.split():
        if any(sign.isalpha() for sign in word):
            row = row + 1 if word == word.upper() and len(word) > 1 else 0
            longest = max(longest, row)
    return longest
