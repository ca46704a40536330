"""The sheet Areas: each area's figure and rating beside the council's own, and the places that the whole hides."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from xl_outcomes.areas import Breakdown, Place, breakdowns, comparable, has_areas, the_whole
from xl_outcomes.benchmarks import goodness
from xl_outcomes.exact import show
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.shown import padded
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame

HIDDEN, FIGURES = "Areas_hidden", "Areas_figures"
NONE_HIDDEN = "No place is Red where the whole is Green"
NONE_DUE = "No indicator with figures by area is due this quarter"
NOTE = (
    "Each place is held to the council's own target by the same rules. First the places that are Red although the "
    "whole is Green; then every indicator with figures by area that is due this quarter: the whole, then its places, "
    "the worst first. An asterisk marks a rating that an override replaced. Counts and sums are not rated by place: "
    "their target is for the whole. Withheld: a figure that would give a confidential one away. Worst and best are "
    "among the places shown."
)
_WIDTHS = (10.0, 36.0, 50.0, 24.0, 14.0, 14.0, 13.0, 16.0, 11.0)
_MOST_HIDDEN = 6


def areas_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Areas of a rated quarter; None where no figure has an area."""
    if not has_areas(rated):
        return None
    found = breakdowns(rated)
    return ViewSheet("Areas", "Figures by area", NOTE, (_hidden_view(found), _figures_view(rated, found)))


def _hidden_view(found: tuple[Breakdown, ...]) -> View:
    headings = ("Ref", "Indicator", "What the whole hides", "Worst place", "Its figure")
    rows = [_hidden_row(b) for b in found if b.hidden] or [[None, NONE_HIDDEN, None, None, None]]
    return View(HIDDEN, frame(headings, padded(rows, _MOST_HIDDEN, len(headings), 1)), _WIDTHS[: len(headings)])


def _hidden_row(breakdown: Breakdown) -> list[Any]:
    own, worst = breakdown.indicator, breakdown.places[0]
    figure = None if worst.value is None else display(worst.value, own)
    return [own.ref, own.title, breakdown.hidden, ", ".join(breakdown.worst) or worst.area, figure]


def _figures_view(rated: Rated, found: tuple[Breakdown, ...]) -> View:
    target = "Target"
    headings = ("Ref", "Indicator", "Reason", "Place", target, "Figure", "Rating", "Against the whole", "Period")
    rows = [row for b in found for row in _rows(rated, b)]
    none = [None, NONE_DUE, *[None] * (len(headings) - 3), str(rated.period)]
    links = {"Ref": [Link("Results", "Indicator", str(row[0]), str(rated.period)) for row in rows]} if rows else {}
    caption = "The whole and its places"
    return View(FIGURES, frame(headings, rows or [none]), _WIDTHS, ("Rating",), caption, links)


def _rows(rated: Rated, breakdown: Breakdown) -> Iterator[list[Any]]:
    own, period = breakdown.indicator, str(rated.period)
    names, target = [own.ref, own.title], _target(breakdown)
    rating = breakdown.rating and breakdown.rating + "*" * breakdown.overridden
    figure = None if breakdown.value is None else display(breakdown.value, own)
    whole = the_whole(rated.settings)
    yield [*names, breakdown.reason, whole, target, figure, rating or breakdown.state, None, period]
    for place in breakdown.places:
        shown = None if place.value is None else display(place.value, own)
        goal = target if comparable(own) else None
        against = _against(breakdown, place)
        yield [
            *names,
            place.reason,
            _named(breakdown, place),
            goal,
            shown,
            place.rating or place.state,
            against,
            period,
        ]


def _named(breakdown: Breakdown, place: Place) -> str:
    ends = ((breakdown.worst, "worst"), (breakdown.best, "best"))
    mark = next((f" ({word})" for names, word in ends if place.area in names), "")
    return f"{place.area}{mark}"


def _target(breakdown: Breakdown) -> str | None:
    held, own = breakdown.held, breakdown.indicator
    if held is None or not held.confirmed(own.polarity):
        return None
    if held.lower is not None and held.upper is not None:
        return f"{display(held.lower, own, in_full=True)} to {display(held.upper, own, in_full=True)}"
    return None if held.target is None else display(held.target, own, in_full=True)


def _against(breakdown: Breakdown, place: Place) -> str | None:
    """How much better or worse than the whole: "13.0 worse"; nothing where one of the two is not to be shown."""
    own = breakdown.indicator
    if place.value is None or breakdown.value is None or not comparable(own):
        return None
    here, whole = (goodness(v, own.polarity, breakdown.held) for v in (place.value, breakdown.value))
    if here is None or whole is None:
        return None
    gap: Fraction = here - whole
    side = "better" if gap > 0 else "worse"
    return f"{show(abs(gap), own.decimals)} {side}" if gap else "The same"
