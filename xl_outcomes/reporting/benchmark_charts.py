"""The council among others: a strip of dots for each indicator, readable without colour and in words."""

import io
import textwrap
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from xl_outcomes.house_style import HouseStyle, mix
from xl_outcomes.reporting.benchmark_facts import Strip
from xl_outcomes.reporting.picture import DPI, MM_PER_INCH, PAGE_MM, Picture, look

MOST = 14  # on one page
_STRIP_MM, _LEGEND_MM = 15.0, 11.0
_LEFT, _RIGHT = 0.33, 0.86  # where the strips begin and end, of the width
_TITLE_WIDTH, _TITLE_LINES = 33, 2  # characters, lines
_LOWER = "Lower is better"
_MARGIN = 0.06  # of a strip's length, beyond its outermost dots
_MEDIAN = "Median of the others"
_NOTED = {"Neither": "no side is better", "In range": "a range is aimed at"}


def benchmark_chart(strips: Sequence[Strip], council: str, style: HouseStyle) -> Picture:
    """A strip for each indicator (the first `MOST`): the comparators as rings, the council as a filled diamond.

    Better figures are on the right, whether high or low; a line marks the comparators' median.
    """
    shown = strips[:MOST]
    return Picture(_draw(shown, council, style), _alt(shown, council), PAGE_MM)


def _draw(strips: Sequence[Strip], council: str, style: HouseStyle) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    height = _LEGEND_MM + _STRIP_MM * max(len(strips), 1)
    with matplotlib.style.context(["default", {**look(style), "font.size": 8}]):
        figure = Figure(figsize=(PAGE_MM / MM_PER_INCH, height / MM_PER_INCH), dpi=DPI)
        for number, strip in enumerate(strips):
            bottom = 1 - (_LEGEND_MM + _STRIP_MM * (number + 1)) / height
            axes = figure.add_axes((_LEFT, bottom, _RIGHT - _LEFT, _STRIP_MM / height))
            _strip(axes, strip, style)
            _words(figure, strip, bottom + _STRIP_MM / height / 2)
            if number:
                top = bottom + _STRIP_MM / height
                figure.add_artist(_rule(top, style.colours.line))
        _legend(figure, council, style)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _strip(axes: Any, strip: Strip, style: HouseStyle) -> None:
    """One indicator: its own axis from the worst to the best figure."""
    places = _places(strip)
    ink, ring = style.colours.accent, style.colours.note
    axes.set_xlim(-_MARGIN, 1 + _MARGIN)
    axes.set_ylim(-1.15, 1.15)
    axes.set_axis_off()
    axes.plot((0, 1), (0, 0), color=style.colours.line, linewidth=0.8, zorder=1)
    others = [places(value) for value in strip.others]
    fill = mix(ring, "#FFFFFF", 0.25)
    axes.scatter(others, [0] * len(others), s=26, facecolors=fill, edgecolors=ring, linewidths=0.9, zorder=2)
    middle = places(strip.middle)
    axes.plot((middle, middle), (-0.5, 0.5), color=style.colours.text, linewidth=1.4, zorder=3)
    ends = ((places(min(strip.others)), strip.lowest), (places(max(strip.others)), strip.highest))
    for (x, text), side in zip(sorted(ends), ("left", "right"), strict=True):
        axes.text(x, -0.8, text, ha=side, va="center", fontsize=7.5, color=style.colours.note)
    if strip.own is not None:
        x = places(strip.own)
        axes.scatter([x], [0], s=58, marker="D", color=ink, edgecolors="white", linewidths=0.8, zorder=4)
        side = "left" if x < 0.12 else "right" if x > 0.88 else "center"
        axes.text(x, 0.78, strip.figure, ha=side, va="center", fontsize=8, fontweight="bold", color=ink, zorder=5)


def _places(strip: Strip) -> Any:
    """Where a figure lies on the strip: 0 the left end, 1 the right one."""
    known = [*strip.others, *([] if strip.own is None else [strip.own])]
    low, high = min(known), max(known)

    def place(value: Fraction) -> float:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return 1 - share if strip.better == _LOWER else share

    return place


def _words(figure: Any, strip: Strip, height: float) -> None:
    """The title on the left, the rank on the right."""
    title = textwrap.wrap(f"{strip.ref} {strip.title}", _TITLE_WIDTH, max_lines=_TITLE_LINES, placeholder=" …")
    noted = _NOTED.get(strip.better)
    figure.text(0.0, height, "\n".join([*title, *([f"({noted})"] if noted else [])]), ha="left", va="center")
    figure.text(_RIGHT + 0.015, height, strip.rank, ha="left", va="center", fontweight="bold")


def _rule(height: float, colour: str) -> Any:
    """A thin line between two strips."""
    from matplotlib.lines import Line2D

    return Line2D((0, 1), (height, height), color=colour, linewidth=0.5, linestyle=(0, (1, 2)))


def _legend(figure: Any, council: str, style: HouseStyle) -> None:
    from matplotlib.lines import Line2D

    plain: dict[str, Any] = {"linestyle": "none"}
    fill, note = mix(style.colours.note, "#FFFFFF", 0.25), style.colours.note
    handles = [
        Line2D([], [], marker="D", markersize=6, color=style.colours.accent, label=_shortly(council), **plain),
        Line2D([], [], marker="o", markersize=5, markerfacecolor=fill, markeredgecolor=note, label="Others", **plain),
        Line2D([], [], marker="|", markersize=9, markeredgewidth=1.4, color=style.colours.text, label=_MEDIAN, **plain),
    ]
    figure.legend(handles=handles, ncols=3, loc="upper left", frameon=False, borderaxespad=0.1, handletextpad=0.3)
    figure.text(_RIGHT, 0.995, "better →", ha="right", va="top", fontsize=8, fontstyle="italic")


def _shortly(council: str) -> str:
    return textwrap.shorten(council, 40, placeholder=" …")


def _alt(strips: Sequence[Strip], council: str) -> str:
    if not strips:
        return "An empty figure: there are no other councils' figures to show."
    one = len(strips) == 1
    said = "; ".join(_said(strip) for strip in strips)
    return (
        f"{'A strip' if one else f'{len(strips)} strips'} of dots, better figures on the right: {council} among other "
        f"councils. {said}."
    )


def _said(strip: Strip) -> str:
    """A strip in words: the figure, the median of the others and the rank; titles are in the text beside the chart."""
    own = strip.figure if strip.own is not None else "no figure to show"
    return f"{strip.ref} {own} (median {strip.median}), {strip.rank if strip.quartile else 'not ranked'}"
