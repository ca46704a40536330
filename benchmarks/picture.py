"""The picture of what was measured: bars of the ratios to the floor, and curves of the time for each row."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.measure import Ratio, Runs, Section, figure

INK, FAINT, FLOOR, OURS = "#1F2933", "#8A94A0", "#5B6670", "#0B5394"
OTHERS = ("#D55E00", "#009E73", "#7A4B94", "#B8860B")  # told apart by every kind of sight, and by their marks
MARKS = ("s", "^", "D", "v")
OURS_BEGINS = "xl-outcomes"
WIDTH, BAR, ABOVE, BELOW, LEAST = 10.0, 0.28, 0.42, 0.62, 1.5  # inches; the last is the height of curves
LEFT, MIDDLE, CURVE, RIGHT = 0.28, 0.65, 0.735, 0.99  # of the width
DPI = 150
ONE = Ratio(1, 1, 1)
LINE = 0.095  # the height of a line of small text, of the height of the curves
LOOK = {
    "font.family": "DejaVu Sans", "font.size": 9, "axes.edgecolor": FAINT, "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.8,
}  # fmt: skip


def draw(sections: Sequence[Section]) -> bytes:
    """A PNG, the same bytes for the same measurements."""
    import matplotlib.style
    from matplotlib.figure import Figure

    heights = [ABOVE + _height(section) + BELOW for section in sections]
    with matplotlib.style.context(["default", LOOK]):
        whole = Figure(figsize=(WIDTH, sum(heights)), dpi=DPI)
        top = sum(heights)
        for section, height in zip(sections, heights, strict=True):
            _section(whole, section, top - ABOVE, sum(heights))
            top -= height
        out = io.BytesIO()
        whole.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _height(section: Section) -> float:
    return max(BAR * len(section.runs), LEAST if section.curve else 0)


def _section(whole: Any, section: Section, top: float, full: float) -> None:
    """A section whose axes begin `top` inches above the foot of a picture that is `full` inches high."""
    whole.text(0.01, (top + 0.14) / full, section.title, fontsize=11, fontweight="bold", va="baseline")
    height = BAR * len(section.runs)
    right = MIDDLE if section.curve else RIGHT
    _bars(whole.add_axes((LEFT, (top - height) / full, right - LEFT, height / full)), section)
    if section.curve:
        _curves(whole.add_axes((CURVE, (top - LEAST) / full, RIGHT - CURVE, LEAST / full)), section)


# ---- bars ----


def _bars(axes: Any, section: Section) -> None:
    ratios = [_ratio(runs, section) for runs in section.runs]
    low, high = min(r.lowest for r in ratios), max(r.highest for r in ratios)
    for row, (runs, found) in enumerate(zip(section.runs, ratios, strict=True)):
        axes.barh(row, found.median - 1, left=1, height=0.64, color=_colour(runs.way, section))
        axes.plot((found.lowest, found.highest), (row, row), color=INK, linewidth=1.2, path_effects=_halo())
        floor = f"1, the floor: {figure(runs.median)} s" if found == ONE else f"{figure(found.median)} ×"
        axes.annotate(floor, (max(found.highest, 1), row), xytext=(6, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(ratios)), [_short(runs.way, 42) for runs in section.runs])
    axes.set_ylim(len(ratios) - 0.5, -0.5)
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(low * (0.8 if low < 1 else 1), max(high, 2) ** 1.25 * 1.3)
    _few_ticks(axes.xaxis, max(high, 2) / low)
    axes.set_xlabel("times the floor", fontsize=8.5)
    _bare(axes)


def _ratio(runs: Runs, section: Section) -> Ratio:
    return ONE if runs.way == (runs.against or section.floor) else section.ratio_of(runs)


def _halo() -> list[Any]:
    """A thin light edge, by which a dark line is seen on a dark bar."""
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=3, foreground="white"), Normal()]


# ---- curves ----


def _curves(axes: Any, section: Section) -> None:
    ends = []
    for way, points in section.curve.items():
        sizes = [size for size, _ in points]
        each = [1000 * seconds / size for size, seconds in points]
        colour = _colour(way, section)
        axes.plot(sizes, each, color=colour, marker=_mark(way, section), markersize=5, linewidth=1.6)
        ends.append((sizes[-1], each[-1], way, colour))
    axes.set_xscale("log")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    _few_ticks(axes.yaxis, high / low)
    _sizes(axes, section)
    axes.set_xlabel(section.unit, fontsize=8.5)
    axes.set_ylabel("ms for each", fontsize=8.5)
    _name_ends(axes, ends)
    _bare(axes)


def _sizes(axes: Any, section: Section) -> None:
    """Ticks where was measured, and nowhere else; room on the right for the names of the ways."""
    sizes = sorted({size for points in section.curve.values() for size, _ in points})
    # Only the ends have names: those between would run into each other.
    axes.set_xticks(sizes, [_plain(size) if size in (sizes[0], sizes[-1]) else "" for size in sizes])
    axes.set_xticks([], minor=True)
    span = max(sizes[-1] / sizes[0], 2)
    axes.set_xlim(sizes[0] / span**0.1, sizes[-1] * span**1.5)


def _name_ends(axes: Any, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Each way's name at the end of its curve, moved up where it would overlap the one below."""
    to_axes = axes.transData + axes.transAxes.inverted()
    free = 0.0  # of the height, from below
    for size, each, way, colour in sorted(ends, key=lambda end: end[1]):
        name = _short(way, 19)
        half = LINE * (name.count("\n") + 1) / 2
        x, y = to_axes.transform((size, each))
        place = max(y, free + half)
        free = place + half
        axes.text(x + 0.03, place, name, color=colour, va="center", fontsize=8, transform=axes.transAxes)


# ---- what they share ----


def _colour(way: str, section: Section) -> str:
    return _look(way, section, FLOOR, OURS, OTHERS)


def _mark(way: str, section: Section) -> str:
    return _look(way, section, "x", "o", MARKS)


def _look(way: str, section: Section, floor: str, ours: str, others: Sequence[str]) -> str:
    """What belongs to a way: the floor's, ours, or one of the others in their order."""
    if way.startswith(OURS_BEGINS):
        return ours
    floors = {section.floor, *(r.against for r in section.runs)}
    if way in floors:
        return floor
    ways: Mapping[str, None] = dict.fromkeys([*(r.way for r in section.runs), *section.curve])
    rest = [w for w in ways if w not in floors and not w.startswith(OURS_BEGINS)]
    return others[rest.index(way) % len(others)]


def _few_ticks(axis: Any, span: float) -> None:
    from matplotlib.ticker import LogLocator

    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if span < 100 else (1,), numticks=7))
    axis.set_major_formatter(_plain)
    axis.set_minor_formatter("")


def _plain(number: float, _: object = None) -> str:
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"


def _short(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, max_lines=2, placeholder=" …"))


def _bare(axes: Any) -> None:
    axes.tick_params(which="both", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
