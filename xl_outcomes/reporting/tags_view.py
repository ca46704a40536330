"""The sheet Cross-cutting: principles and cross-cutting priorities, by the tags of outcomes."""

import textwrap
from collections.abc import Sequence
from typing import Any

from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import TREE
from xl_outcomes.reporting.shown import abridged
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Tables, frame
from xl_outcomes.tags import TagFact, Tagged, tag_facts

# The tables stand below one another, so each column serves both.
_WIDTHS = (26.0, 10.0, 10.0, 9.0, 9.0, 10.5, 14.0, 39.0, 25.0, 32.0, 11.0)
_TAGS = (
    *("Tag", "Rated", "Green", "Amber", "Red", "Not rated", "Rating", "Outcomes that count", "Red outcomes"),
    "Red indicators under them",
    "Period",
)
_OUTCOMES = ("Tag", "Ref", "Counts", "Rated", "Tier", "Red", "Rating", "Outcome", "Tier name", "Portfolio holder")
_MOST_REFS, _ACROSS = 6, (37, 23, 30)  # refs, and characters of a line of them in each column
NOTE = (
    "A tag is a way of seeing outcomes together that belong to different priorities. It has no target of its own, and "
    "its rating decides nothing: no other rating follows from it. It is worked out from the ratings of the outcomes "
    "that have the tag, by the council's own roll-up as its settings have it; each counts the same. An outcome under "
    "another with the same tag is listed, but not counted twice. In the first table, Rated (5 of 6) counts outcomes "
    "that are due; in the second, the indicators under each outcome, and Red those of them that are red."
)


def tags_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet of a rated quarter; None for a master whose outcomes have no tags."""
    facts = tag_facts(rated, tables)
    if not facts:
        return None
    views = (_tags(facts, rated.period), _outcomes(facts, rated.settings))
    return ViewSheet("Cross-cutting", "Principles and cross-cutting priorities", NOTE, views)


def _tags(facts: Sequence[TagFact], period: Quarter) -> View:
    rows = [_tag(fact, period) for fact in facts]
    return View("Tag_ratings", frame(_TAGS, rows), _WIDTHS, ("Rating",), "Each tag")


def _tag(fact: TagFact, period: Quarter) -> list[Any]:
    counted = [o.ref for o in fact.counted]
    red = [o.ref for o in fact.outcomes if o.verdict.word == "Red"]
    refs = (_refs(listed, across) for listed, across in zip((counted, red, fact.reds), _ACROSS, strict=True))
    return [fact.tag, fact.coverage, *fact.tally.numbers, fact.whole.rating, *refs, str(period)]


def _refs(refs: Sequence[str], across: int) -> str | None:
    return textwrap.fill(abridged(", ".join(refs), _MOST_REFS) or "", across, break_on_hyphens=False) or None


def _outcomes(facts: Sequence[TagFact], settings: Settings) -> View:
    listed = [(fact.tag, o) for fact in facts for o in fact.outcomes]
    rows = [_outcome(tag, o, settings) for tag, o in listed]
    links = {"Ref": [Link(TREE, "Ref", o.ref) for _, o in listed]}
    return View(
        "Tag_outcomes",
        frame(_OUTCOMES, rows),
        _WIDTHS[: len(_OUTCOMES)],
        ("Rating",),
        "The outcomes of each tag",
        links,
    )


def _outcome(tag: str, o: Tagged, settings: Settings) -> list[Any]:
    rated = f"{o.indicators_rated} of {o.indicators_due}"
    counts = f"In {o.within}" if o.within else "Yes"
    told = [o.title, settings.tier_name(o.tier), o.portfolio_holder or None]
    return [tag, o.ref, counts, rated, o.tier, o.reds, o.verdict.shown, *told]
