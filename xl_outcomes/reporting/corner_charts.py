"""Spend against results in four corners: points with their refs, readable without colour and in words."""

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.house_style import HouseStyle
from xl_outcomes.money import CORNERS, Corners, Placed
from xl_outcomes.reporting.picture import DPI, MM_PER_INCH, PAGE_MM, Picture, look
from xl_outcomes.reporting.prose import per_cent
from xl_outcomes.rollup import POINTS

_HEIGHT_MM = 132.0
_POINT, _LABEL = 46.0, 8.0  # area of a mark; size of its label
_MARKERS = {"Green": "o", "Amber": "D", "Red": "^"}
_LEAST_SHARE = 0.0002  # where the axis begins at most: shares are shown by their size, so that none can be 0
_REACH = (6.0, 11.0, 17.0, 24.0, 32.0, 41.0)  # points from a mark to its label, the nearest first
_LINKED = 9.0  # points from which on a label has a line to its mark
_AROUND = (0, 180, 90, 270, 67, 293, 113, 247, 45, 315, 135, 225)  # degrees
_DOTS = DPI / 72  # to the point

_Box = tuple[float, float, float, float]
_Spot = tuple[float, float]


def corner_chart(corners: Corners, green_at: float, style: HouseStyle) -> Picture:
    """Each outcome with money and a rating as a point: its share of the budget against its score.

    Shares are on a scale on which each step to the right is ten times as much; `green_at` (0 to 1) parts good results
    from poor ones.
    """
    return Picture(_draw(corners, green_at, style), _alt(corners), PAGE_MM)


def _draw(corners: Corners, green_at: float, style: HouseStyle) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    with matplotlib.style.context(["default", {**look(style), "font.size": 9}]):
        figure = Figure(figsize=(PAGE_MM / MM_PER_INCH, _HEIGHT_MM / MM_PER_INCH), dpi=DPI)
        axes = figure.add_axes((0.09, 0.11, 0.895, 0.8))
        if corners.placed:
            _frame(axes, corners, green_at, style)
            _points(figure, axes, corners.placed, style)
            _legend(figure, style)
        else:
            axes.set_axis_off()
            axes.text(0.5, 0.5, "No outcome has both money and a rating, so there is nothing to show.", ha="center")
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _frame(axes: Any, corners: Corners, green_at: float, style: HouseStyle) -> None:
    """Axes, the two lines that part the corners, and the name of each corner."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    shares = [_share(p) for p in corners.placed]
    low, high = min(shares) / 1.8, max(max(shares) * 1.8, float(corners.median) * 4)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(-0.16, 1.2)
    ticks = [t for e in range(-4, 1) for t in (10.0**e, 3 * 10.0**e) if low <= t <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x * 100:g}%"))
    axes.set_yticks([0, 0.5, 1], ["Red\n(0)", "Amber\n(0.5)", "Green\n(1)"])
    axes.set_xlabel("Share of the budget (a wide scale: small and large budgets can both be seen)")
    axes.axhline(green_at, color=style.colours.text, linewidth=1.1, linestyle=(0, (5, 3)))
    axes.axvline(max(float(corners.median), low), color=style.colours.text, linewidth=1.1, linestyle=(0, (5, 3)))
    plain = {"fontweight": "bold", "color": style.colours.main, "fontsize": 9.5, "transform": axes.transAxes}
    for (high_spend, good), name in CORNERS.items():
        side, edge = ("right", 0.988) if high_spend else ("left", 0.012)
        axes.text(edge, 0.985 if good else 0.015, name, ha=side, va="top" if good else "bottom", **plain)


def _points(figure: Any, axes: Any, placed: Sequence[Placed], style: HouseStyle) -> None:
    """The marks, then their labels, each where it covers nothing and is nearest to its own mark."""
    figure.canvas.draw()
    spots = [tuple(axes.transData.transform((_share(p), _score(p)))) for p in placed]
    for point in placed:
        ink, marker = style.look(point.rating), _MARKERS.get(point.rating, "s")
        plain = {"color": ink.background, "edgecolors": style.colours.text, "linewidths": 0.7, "zorder": 3}
        axes.scatter([_share(point)], [_score(point)], s=_POINT, marker=marker, **plain)
    across, down = (line.get_window_extent().extents for line in axes.lines)
    room = _Room(tuple(axes.get_window_extent().extents), (down[0], across[1]), tuple(spots))
    boxes = _labels(room, [len(p.outcome.ref) for p in placed], _drawn(axes))
    line = {"arrowstyle": "-", "color": style.colours.note, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
    for point, spot, box in zip(placed, spots, boxes, strict=True):
        where = {"xytext": ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), "textcoords": "figure pixels"}
        arrow = line if _gap(box, *spot) > _LINKED * _DOTS else None
        at = (_share(point), _score(point))
        axes.annotate(point.outcome.ref, at, fontsize=_LABEL, arrowprops=arrow, ha="center", va="center", **where)


@dataclass(frozen=True, slots=True)
class _Room:
    """The room for labels in dots: the edges of the picture, where its corners meet, and the marks."""

    inside: _Box
    middle: _Spot
    spots: tuple[_Spot, ...]


def _labels(room: _Room, letters: Sequence[int], drawn: Sequence[_Box]) -> list[_Box]:
    """The nearest free place for the label of each mark, the marks taken from left to right."""
    half = 4.5 * _DOTS
    taken = [*drawn, *((x - half, y - half, x + half, y + half) for x, y in room.spots)]
    found: dict[int, _Box] = {}
    for n in sorted(range(len(room.spots)), key=lambda n: room.spots[n]):
        spot = room.spots[n]
        boxes = list(_around(*spot, 0.62 * _LABEL * letters[n] * _DOTS, 1.15 * _LABEL * _DOTS))
        found[n] = next((b for b in boxes if _is_free(room, b, spot, taken)), boxes[0])
        taken.append(found[n])
    return [found[n] for n in range(len(room.spots))]


def _is_free(room: _Room, box: _Box, spot: _Spot, taken: Sequence[_Box]) -> bool:
    """Whether a label there lies in its mark's own corner, covers nothing, and is plainly that mark's."""
    low, bottom, high, top = room.inside
    own = _gap(box, *spot)
    clear = low < box[0] and bottom < box[1] and box[2] < high and box[3] < top
    home = all((a + b > 2 * m) == (s > m) for a, b, s, m in zip(box[:2], box[2:], spot, room.middle, strict=True))
    plain = own > _LINKED * _DOTS or all(own <= _gap(box, *other) for other in room.spots)
    return clear and home and plain and not any(_meet(box, other) for other in taken)


def _around(x: float, y: float, width: float, height: float) -> Iterator[_Box]:
    for reach in _REACH:
        for angle in _AROUND if reach < _LINKED else _AROUND[2:]:
            cx = x + math.cos(math.radians(angle)) * (reach * _DOTS + width / 2)
            cy = y + math.sin(math.radians(angle)) * (reach * _DOTS + height / 2)
            yield cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2


def _drawn(axes: Any) -> list[_Box]:
    """What labels keep clear of besides the marks: the names of the corners, and the two lines."""
    names = [tuple(text.get_window_extent().extents) for text in axes.texts]
    return [*names, *(tuple(line.get_window_extent().padded(2).extents) for line in axes.lines)]


def _gap(box: _Box, x: float, y: float) -> float:
    return math.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3]))


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(figure: Any, style: HouseStyle) -> None:
    from matplotlib.lines import Line2D

    edge = style.colours.text
    plain: dict[str, Any] = {"linestyle": "none", "markersize": 6, "markeredgecolor": edge, "markeredgewidth": 0.7}
    handles = [
        Line2D([], [], marker=marker, color=style.look(word).background, label=style.look(word).printed, **plain)
        for word, marker in _MARKERS.items()
    ]
    lines: dict[str, Any] = {"color": style.colours.text, "linewidth": 1.1, "linestyle": (0, (5, 3))}
    handles.append(Line2D([], [], label="Where high spend and good results begin", **lines))
    figure.legend(handles=handles, ncols=4, loc="upper left", frameon=False, borderaxespad=0.2, columnspacing=1.4)


def _share(point: Placed) -> float:
    return max(float(point.share), _LEAST_SHARE)


def _score(point: Placed) -> float:
    return float(POINTS[point.rating] if point.score is None else point.score)


def _alt(corners: Corners) -> str:
    """The corners in words, high spend on poor results first and with titles, the others by ref."""
    if not corners.placed:
        return "An empty figure: no outcome has both money and a rating."
    named = [f"{name}: {_named(corners, name, full=not n)}" for n, name in enumerate(CORNERS.values())]
    return (
        f"Share of the budget against result, an outcome a point, in four corners. {'. '.join(named)}. High spend is "
        f"over {per_cent(corners.median, 1)} of the budget."
    )


def _named(corners: Corners, corner: str, *, full: bool) -> str:
    found = [p.outcome for p in corners.placed if p.corner == corner]
    texts = (f"{o.ref} {o.title}" if full else o.ref for o in found)
    return ("; " if full else ", ").join(texts) or "none"
