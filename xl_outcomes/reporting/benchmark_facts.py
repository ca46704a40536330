"""Where the council stands among others, as reports say and draw it (docs/rules/benchmarks.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.benchmarks import ALL, Comparison, Position, compare
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.tables import Tables

NO_FIGURE, NO_RANK = "No figure to show", "Not ranked"
QUARTILES = ("", "Top", "Second", "Third", "Bottom")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class Strip:
    """An indicator among a group's figures in its newest quarter.

    `own` is None where the council has no figure to show; `others` are the comparators' figures in table order, never
    empty. The texts are for people; `quartile` is 1 (best) to 4, 0 without a rank. `better` is the polarity.
    """

    ref: str
    title: str
    group: str
    period: str
    own: Fraction | None
    others: tuple[Fraction, ...]
    middle: Fraction
    better: str
    figure: str
    mean: str
    median: str
    lowest: str
    highest: str
    rank: str
    quartile: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Benchmarked:
    """An indicator among all comparators, and within the nearest neighbours or the narrowest other group, if any."""

    whole: Strip
    near: Strip | None


def benchmarked(rated: Rated, tables: Tables) -> tuple[Benchmarked, ...]:
    """The indicators with other councils' figures, in framework order."""
    found: dict[str, list[Comparison]] = {}
    for comparison in compare(rated, tables):
        found.setdefault(comparison.indicator.ref, []).append(comparison)
    return tuple(_benchmarked(own) for own in found.values() if own[0].group == ALL)


def in_quartile(found: Iterable[Benchmarked], number: int) -> tuple[Benchmarked, ...]:
    """Those in a quartile among all comparators: 1 is the best."""
    return tuple(b for b in found if b.whole.quartile == number)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th …"""
    ending = "th" if 10 < number % 100 < 14 else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def _benchmarked(own: Sequence[Comparison]) -> Benchmarked:
    near = next((c for c in own[1:] if "neighbour" in c.group.casefold()), None)
    if near is None:
        narrower = [c for c in own[1:] if len(c.latest.figures) < len(own[0].latest.figures)]
        near = min(narrower, key=lambda c: len(c.latest.figures), default=None)
    return Benchmarked(_strip(own[0]), _strip(near) if near else None)


def _strip(comparison: Comparison) -> Strip:
    indicator, position = comparison.indicator, comparison.latest
    others = tuple(value for _, value in position.figures)
    return Strip(
        ref=indicator.ref,
        title=indicator.title or indicator.ref,
        group=comparison.group,
        period=str(position.period),
        own=position.value,
        others=others,
        middle=position.median,
        better=indicator.polarity,
        figure=NO_FIGURE if position.value is None else display(position.value, indicator),
        mean=display(position.mean, indicator),
        median=display(position.median, indicator),
        lowest=display(min(others), indicator),
        highest=display(max(others), indicator),
        rank=_rank(position),
        quartile=position.quartile or 0,
        left_out=len(position.left_out),
    )


def _rank(position: Position) -> str:
    return NO_RANK if position.rank is None else f"{ordinal(position.rank)} of {position.count}"
