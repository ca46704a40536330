"""Small charts side by side: each shows one indicator over the quarters, with its target."""

import io
import textwrap
from collections.abc import Sequence
from typing import Any

from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.picture import DPI, MM_PER_INCH, PAGE_MM, Picture, look
from xl_outcomes.reporting.trends import MOST, Trend

_ACROSS = 3
_ROW_MM = 42.0
_LEGEND_MM = 10.0
_TITLE_WIDTH, _TITLE_LINES = 28, 2  # characters, lines
_BAND = 0.25  # how dark a range is
_DASHES = (0, (4, 2))


def trend_charts(trends: Sequence[Trend], style: HouseStyle) -> Picture:
    """A chart for each trend (the first `MOST`), three to a row: the figures as a line, the target as another."""
    shown = trends[:MOST]
    return Picture(_draw(shown, style), _alt(shown), PAGE_MM)


def _draw(trends: Sequence[Trend], style: HouseStyle) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    rows = max(1, -(-len(trends) // _ACROSS))
    size = (PAGE_MM / MM_PER_INCH, (_LEGEND_MM + rows * _ROW_MM) / MM_PER_INCH)
    with matplotlib.style.context(["default", {**look(style), "font.size": 8}]):
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        places = list(figure.subplots(rows, _ACROSS, squeeze=False).flat)
        for place, trend in zip(places, trends, strict=False):
            _one(place, trend, style)
        for place in places[len(trends) :]:
            place.set_axis_off()
        _legend(figure, style)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _one(axes: Any, trend: Trend, style: HouseStyle) -> None:
    places = range(len(trend.quarters))
    main, note = style.colours.main, style.colours.note
    figures = [(x, float(f)) for x, f in zip(places, trend.figures, strict=True) if f is not None]
    axes.plot(*zip(*figures, strict=True), color=main, marker="o", markersize=3.5, linewidth=1.4)
    _aims(axes, trend, note)
    lines = textwrap.wrap(f"{trend.ref} {trend.title}", _TITLE_WIDTH, max_lines=_TITLE_LINES, placeholder=" …")
    axes.set_title("\n".join(lines), loc="left", fontsize=8, fontweight="bold", pad=16)
    axes.text(0, 1.05, f"{trend.latest}, target {trend.aim}", transform=axes.transAxes, fontsize=8)
    axes.set_xticks(list(places), _ticks(trend.quarters), fontsize=7.5)
    axes.set_xlim(-0.4, len(trend.quarters) - 0.6)
    axes.margins(y=0.22)
    axes.yaxis.set_major_locator(_few_ticks())
    axes.yaxis.set_major_formatter(_short_numbers())
    axes.tick_params(length=2)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _aims(axes: Any, trend: Trend, colour: str) -> None:
    """The target as a dashed line through the quarters that have one; a range as a band between two."""
    aims = [
        (x, float(low), float(high))
        for x, (low, high) in enumerate(zip(trend.lows, trend.highs, strict=True))
        if low is not None and high is not None
    ]
    if not aims:
        return
    xs, lows, highs = ([aim[n] for aim in aims] for n in range(3))
    for limits in (lows, highs) if lows != highs else (lows,):
        axes.plot(xs, limits, color=colour, linestyle=_DASHES, linewidth=1.2, drawstyle="steps-mid")
    if lows != highs:
        axes.fill_between(xs, lows, highs, color=colour, alpha=_BAND, linewidth=0, step="mid")


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4)


def _short_numbers() -> Any:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, _: _short(value))


def _short(value: float) -> str:
    """A number for an axis: 95, 12.5, 40k, 1.25m."""
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:g}m"
    return f"{value / 1_000:g}k" if abs(value) >= 10_000 else f"{value:g}"


def _legend(figure: Any, style: HouseStyle) -> None:
    from matplotlib.lines import Line2D

    figures = Line2D([], [], color=style.colours.main, marker="o", markersize=4, linewidth=1.4, label="Figure")
    aims = Line2D([], [], color=style.colours.note, linestyle=_DASHES, linewidth=1.2, label="Target")
    figure.legend(handles=[figures, aims], ncols=2, loc="outside upper left", frameon=False, fontsize=9)


def _ticks(quarters: Sequence[str]) -> list[str]:
    """Q1 … Q4, the first of each year with the year below."""
    parts = [quarter.partition(" ") for quarter in quarters]
    return [f"{number}\n{year[2:]}" if number == "Q1" else number for year, _, number in parts]


def _alt(trends: Sequence[Trend]) -> str:
    if not trends:
        return "An empty figure: there is no trend to show."
    charts = "; ".join(f"{t.ref} {t.title}: from {t.first} to {t.latest}, target {t.aim}" for t in trends)
    count = "A line chart" if len(trends) == 1 else f"{len(trends)} line charts"
    return f"{count} of figures and targets over {len(trends[0].quarters)} quarters. {charts}."
