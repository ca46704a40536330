"""Pictures for reports: readable without colour, the same bytes for the same facts, with words for who cannot see."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.reporting.facts import Counts, Facts

_STYLE = {"font.family": "DejaVu Sans", "font.size": 10, "hatch.linewidth": 0.8, "text.parse_math": False}
_DPI = 200
_WIDTH_MM = 166.0
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a document: PNG bytes, what it shows in words, and its width on the page in millimetres."""

    png: bytes
    alt: str
    width_mm: float


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the four parts of a bar: colours of the fill and of the number on it, hatching beside the colour."""

    word: str
    fill: str
    ink: str
    hatch: str
    lines: str


_PARTS = (
    _Part("Green", "#1E7B34", "white", "", "white"),
    _Part("Amber", "#FFBF00", "black", "...", "#7A5B00"),
    _Part("Red", "#B3261E", "white", "////", "#E9B8B5"),
    _Part("Not rated", "#C9CDD2", "black", "\\\\", "#8A9099"),
)


def rag_chart(facts: Facts) -> Picture:
    """Bars of the indicators due under each priority: how many are Green, Amber, Red and not rated."""
    rows = [(p.title, p.counts) for p in facts.priorities]
    return Picture(_draw(rows), _alt(rows, facts), _WIDTH_MM)


def _draw(rows: Sequence[tuple[str, Counts]]) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    height_mm = 26 + 9 * max(len(rows), 1)
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(_WIDTH_MM / _MM_PER_INCH, height_mm / _MM_PER_INCH), dpi=_DPI, layout="constrained")
        _bars(figure.add_subplot(), rows) if rows else _nothing(figure)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _bars(axes: Any, rows: Sequence[tuple[str, Counts]]) -> None:
    places = range(len(rows))
    starts = [0] * len(rows)
    for part, numbers in zip(_PARTS, zip(*(_numbers(c) for _, c in rows), strict=True), strict=True):
        axes.barh(
            places, numbers, left=starts, height=0.68, color=part.fill, hatch=part.hatch, edgecolor=part.lines,
            linewidth=0.6, label=part.word,
        )  # fmt: skip
        for place, start, number in zip(places, starts, numbers, strict=True):
            if number:
                _number(axes, start + number / 2, place, number, part)
        starts = [s + n for s, n in zip(starts, numbers, strict=True)]
    _frame(axes, [title for title, _ in rows], max(starts))


def _number(axes: Any, x: float, y: float, number: int, part: _Part) -> None:
    plain = {"facecolor": part.fill, "edgecolor": "none", "boxstyle": "square,pad=0.15"}
    axes.text(x, y, str(number), ha="center", va="center", color=part.ink, fontweight="bold", bbox=plain)


def _frame(axes: Any, titles: Sequence[str], longest: int) -> None:
    axes.set_yticks(range(len(titles)), [_short(t) for t in titles])
    axes.invert_yaxis()
    axes.set_xlim(0, max(longest, 1) * 1.01)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("Indicators due this quarter, and those whose last rating is carried")
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, handlelength=1.6, borderaxespad=0.2)


def _nothing(figure: Any) -> None:
    figure.text(0.5, 0.5, "The framework has no priorities yet, so there is nothing to show.", ha="center", va="center")


def _alt(rows: Sequence[tuple[str, Counts]], facts: Facts) -> str:
    if not rows:
        return "An empty chart: the framework has no priorities yet."
    bars = "; ".join(f"{title} {_words(counts)}" for title, counts in rows)
    return (
        f"Bar chart of the ratings of indicators by priority in {facts.period_words}. {bars}. "
        f"In all: {_words(facts.counts)}; {facts.counts.coverage} rated."
    )


def _words(counts: Counts) -> str:
    return ", ".join(f"{number} {part.word}" for part, number in zip(_PARTS, _numbers(counts), strict=True))


def _numbers(counts: Counts) -> tuple[int, int, int, int]:
    return counts.green, counts.amber, counts.red, counts.not_rated


def _short(title: str) -> str:
    """A title that fits beside the bars, over two lines where it is long."""
    return "\n".join(textwrap.wrap(title, 22, max_lines=2, placeholder=" …"))
