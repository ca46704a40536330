"""The Framework sheet: the tiers as a tree with this quarter's ratings; and Priorities, its top on one page."""

from collections.abc import Mapping, Sequence
from typing import Any

from xl_outcomes.framework import Outcome
from xl_outcomes.organisational import NOTE, apart_last, marked_title, refs_apart
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import NONE_YET, Earlier, coverage, how_many, marked, shape, since
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import frame
from xl_outcomes.wording import many

INDENT = "    "
TREE, TOP = "Framework_tree", "Framework_top"
_TREE = (
    ("Ref", 10),
    ("Tier", 6),
    ("Outcome", 56),
    ("RAG", 6),
    ("Rating", 17),
    ("Rated", 9),
    ("Masked reds", 18),
    ("Since last quarter", 21),
    ("Responsible officer", 40),
    ("Portfolio holder", 40),
    ("Period", 11),
)
_TOP = (
    ("Ref", 10),
    ("Tier", 6),
    ("Outcome", 44),
    ("What it means", 66),
    ("RAG", 6),
    ("Rating", 17),
    ("Rated", 9),
    ("Since last quarter", 21),
    ("Hidden reds", 11),
    ("Portfolio holder and officer", 44),
)


def framework_sheet(rated: Rated, rollup: Mapping[str, dict[str, Any]], earlier: Earlier) -> ViewSheet:
    """The sheet Framework of a rated quarter: every live outcome, under the one that it belongs to."""
    shown = [o for o in rated.framework.down() if o.ref in rollup]
    rows = [[*_tree_row(o, rollup[o.ref], earlier), str(rated.period)] for o in shown]
    headings, widths = zip(*_TREE, strict=True)
    links = {"Ref": [Link("Outcomes", "Ref", o.ref) for o in shown]}
    levels = tuple(o.tier - 1 for o in shown)
    view = _view(TREE, headings, rows, widths, links, levels)
    note = (
        f"Tiers, from the top: {_tier_names(rated)}. In the column Rated, 5 of 6 means that five of the six parts due "
        "are rated. Masked reds are red indicators under an outcome that is not red. The signs on the left fold the "
        "tree; a Ref leads to its row on Outcomes."
    )
    return ViewSheet("Framework", "The outcomes framework", note, (view,))


def priorities_sheet(rated: Rated, rollup: Mapping[str, dict[str, Any]], earlier: Earlier) -> ViewSheet:
    """The sheet Priorities of a rated quarter: the top two tiers, to be seen at one glance and printed on one page."""
    apart = refs_apart(rated.framework)
    shown = apart_last((o for o in rated.framework.down() if o.tier <= 2 and o.ref in rollup), apart)
    rows = [_top_row(o, marked_title(o, apart), rollup[o.ref], earlier) for o in shown]
    headings, widths = zip(*_TOP, strict=True)
    # Programs that colour links by themselves would hide one on the dark band of a priority.
    links = {"Ref": [Link(TREE, "Ref", o.ref) if o.tier > 1 else None for o in shown]}
    view = _view(TOP, headings, rows, widths, links)
    first, second = rated.settings.tier_name(1), rated.settings.tier_name(2)
    note = (
        f"Each {first.lower()} with its parts: {second.lower()}, rating, and how many of its parts that are due are "
        f"rated. A hidden red is a red indicator under an outcome that is not red.{NOTE if apart else ''}"
    )
    council = rated.settings.council
    title = f"our {many(first.lower())}"
    return ViewSheet("Priorities", f"{council}: {title}" if council else title.capitalize(), note, (view,))


def _view(
    table: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: tuple[float, ...],
    links: Mapping[str, Sequence[Link | None]],
    levels: tuple[int, ...] = (),
) -> View:
    """The table of some outcomes; one that says so where there is none."""
    none = [None, None, NONE_YET, *[None] * (len(headings) - 3)]
    return View(table, frame(headings, rows or [none]), widths, ("Rating",), links=links if rows else {}, levels=levels)


def _tier_names(rated: Rated) -> str:
    return ", ".join(rated.settings.tier_name(t) for t in sorted({o.tier for o in rated.framework.outcomes.values()}))


def _tree_row(outcome: Outcome, row: Mapping[str, Any], earlier: Earlier) -> list[Any]:
    title = INDENT * (outcome.tier - 1) + outcome.title
    people = [outcome.responsible_officer or None, outcome.portfolio_holder or None]
    moved = since(earlier.outcomes, outcome.ref, row["Rating"])
    shown = [shape(row["Rating"]), marked(row), coverage(row), row["Masked reds"], moved]
    return [outcome.ref, outcome.tier, title, *shown, *people]


def _top_row(outcome: Outcome, title: str, row: Mapping[str, Any], earlier: Earlier) -> list[Any]:
    moved = since(earlier.outcomes, outcome.ref, row["Rating"])
    hidden = how_many(row["Masked reds"])
    told = [outcome.ref, outcome.tier, title, outcome.statement or None]
    people = "\n".join(filter(None, (outcome.portfolio_holder, outcome.responsible_officer)))
    return [*told, shape(row["Rating"]), marked(row), coverage(row), moved, hidden, people or None]
