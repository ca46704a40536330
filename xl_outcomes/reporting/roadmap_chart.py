"""A whole framework as a figure for a page: its theory of change step by step, and its top two tiers."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.house_style import WHITE, HouseStyle
from xl_outcomes.reporting.picture import DPI, MM_PER_INCH, PAGE_MM, Picture, look
from xl_outcomes.reporting.roadmap import Block, Step

_LABEL_MM, _LINE_MM, _PAD_MM = 46.0, 5.2, 5.0
_ARROW_MM, _GAP_MM = 6.0, 2.0
_LABEL_CHARACTERS, _TEXT_CHARACTERS, _MOST_LINES = 20, 58, 12
_SIZE = 10.5  # points


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the figure: a dark box with a name and beside it a box with lines of text; `last` is the vision's."""

    name: tuple[str, ...]
    lines: tuple[str, ...]
    last: bool = False

    @property
    def height(self) -> float:
        """How high it is, in millimetres."""
        return max(len(self.name), len(self.lines)) * _LINE_MM + _PAD_MM


def roadmap_chart(steps: Sequence[Step], style: HouseStyle) -> Picture:
    """The steps from the first at the top to the vision at the bottom, joined by arrows."""
    rows = [_row(s.name, [s.meaning, *([f"Such as: {s.example}"] if s.example else [])]) for s in steps[:-1]]
    rows += [_row(s.name, [s.meaning], last=True) for s in steps[-1:]]
    alt = f"Theory of change: {len(steps)} steps, each leading to the next. {'; then '.join(map(_told, steps))}."
    return Picture(_draw(rows, style, _ARROW_MM), alt, PAGE_MM)


def top_tiers_chart(vision: str, blocks: Sequence[Block], style: HouseStyle) -> Picture:
    """A row for each outcome of tier 1 with those of tier 2 under it, and the vision at the bottom."""
    rows = [_row(b.title, [f"{title}" for title in b.below]) for b in blocks]
    told = "; ".join(f"{b.title}: {', '.join(b.below) or 'nothing below it yet'}" for b in blocks)
    alt = f"The top two tiers of the framework, and the vision that they lead to: {vision}. {told}."
    return Picture(_draw([*rows, _row("The vision", [vision], last=True)], style, _GAP_MM), alt, PAGE_MM)


def _row(name: str, texts: Sequence[str], *, last: bool = False) -> _Row:
    lines = [line for text in texts for line in textwrap.wrap(text, _TEXT_CHARACTERS)]
    kept = lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"]
    return _Row(tuple(textwrap.wrap(name, _LABEL_CHARACTERS)), tuple(kept), last)


def _draw(rows: Sequence[_Row], style: HouseStyle, gap: float) -> bytes:
    import matplotlib.style
    from matplotlib.figure import Figure

    height = sum(row.height + gap for row in rows) - gap + 1
    with matplotlib.style.context(["default", look(style)]):
        figure = Figure(figsize=(PAGE_MM / MM_PER_INCH, height / MM_PER_INCH), dpi=DPI, facecolor=WHITE)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, PAGE_MM)
        axes.set_ylim(height, 0)
        top = 0.5
        for row in rows:
            _boxes(axes, row, top, style)
            if gap >= _ARROW_MM and not row.last:
                _arrow(axes, top + row.height, gap, style)
            top += row.height + gap
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _boxes(axes: Any, row: _Row, top: float, style: HouseStyle) -> None:
    from matplotlib.patches import Rectangle

    colours, middle, beside = style.colours, top + row.height / 2, _LABEL_MM + 1.5
    fill = colours.tint if row.last else WHITE
    axes.add_patch(Rectangle((0.5, top), _LABEL_MM, row.height, facecolor=colours.main, edgecolor=colours.main))
    axes.add_patch(Rectangle((beside, top), PAGE_MM - beside - 0.5, row.height, facecolor=fill, edgecolor=colours.note))
    text = {"fontsize": _SIZE, "va": "center", "linespacing": 1.25}
    axes.text(3, middle, "\n".join(row.name), color=WHITE, fontweight="bold", **text)
    weight = "bold" if row.last else "normal"
    axes.text(beside + 2.5, middle, "\n".join(row.lines), color=colours.text, fontweight=weight, **text)


def _arrow(axes: Any, top: float, gap: float, style: HouseStyle) -> None:
    x, bottom = _LABEL_MM / 2, top + gap - 1
    axes.fill((x - 3, x + 3, x), (top + 1, top + 1, bottom), color=style.colours.note, linewidth=0)


def _told(step: Step) -> str:
    example = f", such as {step.example}" if step.example else ""
    return f"{step.name}: {step.meaning.rstrip('.')}{example}"
