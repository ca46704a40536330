"""The sheet How we compare: rank, quartile, mean and median of each indicator within its comparators and groups."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from xl_outcomes.benchmarks import ALL, Comparison, Position, compare
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame, get

COMPARED = "How_we_compare"
NONE_YET = "No other council's figure for a quarter up to this one"
NOTE = (
    "Rank 1 is the best, and equal figures share the better rank; we are among those ranked. Quartile 1 is the best "
    "quarter of them. Mean and median are of the other councils, without us; Others says of how many. Figures are "
    "compared as displayed, each with those of the same quarter. An indicator for which neither more nor less is "
    "better has no rank. Who has no figure, or a confidential one, is left out and named. Over time: our rank of how "
    "many, up to the last four quarters compared, the oldest first."
)
_COLUMNS = (
    ("Ref", 10),
    ("Indicator", 32),
    ("Group", 18),
    ("Quarter", 11),
    ("Our figure", 12),
    ("Rank", 9),
    ("Quartile", 9),
    ("Mean", 11),
    ("Median", 11),
    ("Others", 8),
    ("Against the median", 10),
    ("Over time", 26),
    ("Left out", 24),
)
_QUARTERS = 4


def benchmark_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet How we compare of a rated quarter; None where the master has no benchmarks."""
    if get(tables, "Benchmarks").frame.empty:
        return None
    headings, widths = zip(*_COLUMNS, strict=True)
    shown = worth_showing(compare(rated, tables))
    rows = [_row(c) for c in shown]
    none = [None, NONE_YET, *[None] * (len(headings) - 2)]
    links = {"Ref": [Link("Benchmarks", "Indicator", c.indicator.ref, str(c.latest.period)) for c in shown]}
    view = View(COMPARED, frame(headings, rows or [none]), widths, links=links if rows else {})
    return ViewSheet("How we compare", "How we compare", NOTE, (view,))


def worth_showing(found: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons without those of all comparators that say the same as one of their groups."""
    named = {(c.indicator.ref, c.latest) for c in found if c.group != ALL}
    return [c for c in found if c.group != ALL or (c.indicator.ref, c.latest) not in named]


def _row(comparison: Comparison) -> list[Any]:
    own, now = comparison.indicator, comparison.latest

    def said(figure: Fraction | None) -> str | None:
        return None if figure is None else display(figure, own)

    place = [said(now.value) or "None to show", _rank(now), now.quartile, said(now.mean), said(now.median)]
    over_time = "\n".join(f"{p.period}: {_rank(p) or 'no rank'}" for p in comparison.positions[-_QUARTERS:])
    others = [len(now.figures), now.against_median, over_time, _left_out(now)]
    return [own.ref, own.title, comparison.group, str(now.period), *place, *others]


def _rank(position: Position) -> str | None:
    return None if position.rank is None else f"{position.rank} of {position.count}"


def _left_out(position: Position) -> str:
    if not position.left_out:
        return "None"
    named = ", ".join(f"{name} ({why})" for name, why in position.left_out)
    return f"{len(position.left_out)}: {named}"
