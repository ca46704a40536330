"""Trends of some indicators for small charts: figures and targets, quarter by quarter."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.standing import History, recent_figures
from xl_outcomes.targets import Held, held_to, in_force

QUARTERS = 8  # up to the rated one
MOST = 12  # side by side on one page


@dataclass(frozen=True, slots=True)
class Trend:
    """An indicator over the quarters, the oldest first; None where it was not due or has no figure to show.

    `lows` and `highs` are the limits of a range; with one target, both are that. `latest`, `aim` and `first` are the
    last and first figure and the last target as people read them, the first with its quarter.
    """

    ref: str
    title: str
    quarters: tuple[str, ...]
    figures: tuple[Fraction | None, ...]
    lows: tuple[Fraction | None, ...]
    highs: tuple[Fraction | None, ...]
    latest: str
    first: str
    aim: str


def trends(rated: Rated, refs: Iterable[str]) -> tuple[Trend, ...]:
    """The trends of those of the indicators that have at least two figures."""
    found = (_trend(rated.history, rated.framework.indicators[ref], rated.period) for ref in refs)
    return tuple(t for t in found if sum(f is not None for f in t.figures) > 1)


def _trend(history: History, indicator: Indicator, period: Quarter) -> Trend:
    quarters = [period.shift(-n) for n in range(QUARTERS - 1, -1, -1)]
    figures = recent_figures(history, indicator, quarters)
    held = [_held(history, indicator, quarter) for quarter in quarters]
    known = [(q, f) for q, f in zip(quarters, figures, strict=True) if f is not None]
    return Trend(
        indicator.ref,
        indicator.title,
        tuple(map(str, quarters)),
        tuple(figures),
        tuple(None if h is None else h.target if h.lower is None else h.lower for h in held),
        tuple(None if h is None else h.target if h.upper is None else h.upper for h in held),
        display(known[-1][1], indicator) if known else "",
        f"{display(known[0][1], indicator)} in {known[0][0]}" if known else "",
        _aim(next((h for h in reversed(held) if h is not None), None), indicator),
    )


def _held(history: History, indicator: Indicator, quarter: Quarter) -> Held | None:
    """What the figure of a quarter is held to; None in quarters when it is not due."""
    target = in_force(history.timelines, indicator, quarter) if indicator.due_in(quarter) else None
    if target is None or target.wrong:
        return None
    held = held_to(target, indicator, quarter, history.settings)
    return held if held.confirmed(indicator.polarity) else None


def _aim(held: Held | None, indicator: Indicator) -> str:
    limits = () if held is None else (held.target,) if held.lower is None else (held.lower, held.upper)
    shown = [display(limit, indicator, in_full=True) for limit in limits if limit is not None]
    return " to ".join(shown) or "no target"
