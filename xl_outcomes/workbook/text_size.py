"""How wide and high texts are, estimated on the safe side: only Excel knows its fonts."""

import textwrap
from collections.abc import Iterable

ONE_LINE = 15.0  # points: a row in which every text fits on one line
TALLEST = 409.0  # points: Excel's limit for a row


def heading_width(heading: str, width: float, *, filters: bool) -> float:
    """A column width in which no word of the heading is cut, with room for a filter button."""
    longest = max(map(len, heading.split()), default=0)
    return max(width, longest * 1.1 + (4 if filters else 1.5))


def text_height(texts: Iterable[tuple[object, float]], *, size: float = 11) -> float | None:
    """The height in points that a row needs for wrapped texts, each with its column's width; None where one line does.

    An estimate on the safe side: only Excel knows its fonts.
    """
    lines = max((_lines(text, width * 11 / size) for text, width in texts if isinstance(text, str)), default=1)
    return None if lines == 1 else min(TALLEST, lines * size * 1.37)


def _lines(text: str, width: float) -> int:
    across = max(1, int(width * 1.15))
    return sum(_wrapped(line, across) for line in text.split("\n", 100))


def _wrapped(line: str, across: int) -> int:
    if len(line) <= across:
        return 1
    return len(textwrap.wrap(line, across)) if len(line) < 2000 else -(-len(line) // across) + 1
