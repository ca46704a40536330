"""Pictures for reports: readable without colour, the same bytes for the same facts, with words for who cannot see."""

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.house_style import AMBER, GREEN, RED, SHIPPED, HouseStyle, mix
from xl_outcomes.reporting.benchmark_charts import benchmark_chart
from xl_outcomes.reporting.chart_specs import (
    BenchmarkStrips,
    FourCorners,
    RatingBars,
    TheoryOfChange,
    TopTiers,
    Trends,
)
from xl_outcomes.reporting.corner_charts import corner_chart
from xl_outcomes.reporting.facts import Counts, Facts
from xl_outcomes.reporting.picture import DPI, MM_PER_INCH, PAGE_MM, Picture, look
from xl_outcomes.reporting.roadmap_chart import roadmap_chart, top_tiers_chart
from xl_outcomes.reporting.trend_charts import trend_charts
from xl_outcomes.rollup import INSUFFICIENT

_HATCHES = {GREEN: "", AMBER: "...", RED: "////", INSUFFICIENT: "\\\\"}
_BROAD_LEGEND = 50  # characters, over which it takes two lines


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the four parts of a bar: colours of the fill and of the number on it, hatching beside the colour."""

    word: str
    mark: str
    fill: str
    ink: str
    hatch: str
    lines: str


def draw(chart: object, style: HouseStyle = SHIPPED) -> Picture:
    """The picture of what is to be shown (`chart_specs.py`)."""
    return _DRAWN[type(chart)](chart, style)


def rag_chart(facts: Facts, style: HouseStyle = SHIPPED) -> Picture:
    """Bars of the indicators due under each priority: how many are Green, Amber, Red and not rated."""
    rows, parts = [(p.title, p.counts) for p in facts.priorities], _parts(style)
    return Picture(_draw(rows, parts, style), _alt(rows, parts, facts), PAGE_MM)


def _parts(style: HouseStyle) -> list[_Part]:
    looks = {word: style.look(word) for word in _HATCHES}
    shown = {word: "Not rated" if word == INSUFFICIENT else look.printed for word, look in looks.items()}
    return [
        _Part(shown[word], look.mark, look.background, look.text, _HATCHES[word], mix(look.background, look.text, 0.5))
        for word, look in looks.items()
    ]


def _draw(rows: Sequence[tuple[str, Counts]], parts: Sequence[_Part], style: HouseStyle) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    height_mm = 28 + 9 * max(len(rows), 1)
    with matplotlib.style.context(["default", look(style)]):
        figure = Figure(figsize=(PAGE_MM / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=DPI, layout="constrained")
        if rows:
            _bars(figure.add_subplot(), rows, parts)
            broad = sum(len(part.word) for part in parts) > _BROAD_LEGEND
            figure.legend(ncols=2 if broad else 4, loc="outside upper left", frameon=False, handlelength=1.6)
        else:
            _nothing(figure)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _bars(axes: Any, rows: Sequence[tuple[str, Counts]], parts: Sequence[_Part]) -> None:
    places = range(len(rows))
    starts = [0] * len(rows)
    for part, numbers in zip(parts, zip(*(_numbers(c) for _, c in rows), strict=True), strict=True):
        axes.barh(
            places, numbers, left=starts, height=0.68, color=part.fill, hatch=part.hatch, edgecolor=part.lines,
            linewidth=0.6, label=f"{part.mark} {part.word}",
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


def _nothing(figure: Any) -> None:
    figure.text(0.5, 0.5, "The framework has no priorities yet, so there is nothing to show.", ha="center", va="center")


def _alt(rows: Sequence[tuple[str, Counts]], parts: Sequence[_Part], facts: Facts) -> str:
    if not rows:
        return "An empty chart: the framework has no priorities yet."
    bars = "; ".join(f"{title} {_words(counts, parts)}" for title, counts in rows)
    return (
        f"Bar chart of the ratings of indicators by priority in {facts.period_words}. {bars}. "
        f"In all: {_words(facts.counts, parts)}; {facts.counts.coverage} rated."
    )


def _words(counts: Counts, parts: Sequence[_Part]) -> str:
    return ", ".join(f"{number} {part.word}" for part, number in zip(parts, _numbers(counts), strict=True))


def _numbers(counts: Counts) -> tuple[int, int, int, int]:
    return counts.green, counts.amber, counts.red, counts.not_rated


def _short(title: str) -> str:
    """A title that fits beside the bars, over two lines where it is long."""
    return "\n".join(textwrap.wrap(title, 22, max_lines=2, placeholder=" …"))


_DRAWN: Mapping[type, Callable[[Any, HouseStyle], Picture]] = {
    RatingBars: lambda chart, style: rag_chart(chart.facts, style),
    Trends: lambda chart, style: trend_charts(chart.trends, style),
    BenchmarkStrips: lambda chart, style: benchmark_chart(chart.strips, chart.council, style),
    TheoryOfChange: lambda chart, style: roadmap_chart(chart.steps, style),
    TopTiers: lambda chart, style: top_tiers_chart(chart.vision, chart.blocks, style),
    FourCorners: lambda chart, style: corner_chart(chart.corners, chart.green_at, style),
}
