"""The sheet Then and now: what other frameworks had or have beside ours, with our ratings."""

from collections.abc import Iterable, Sequence
from typing import Any

from xl_outcomes.crosswalk import Line, OtherFramework, crosswalk_facts
from xl_outcomes.framework import Framework
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import TREE
from xl_outcomes.reporting.indicator_view import priority_table
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Tables, frame

NOTE = (
    "What the table Crosswalk records, and no more: whether another framework had further objectives, it does not say. "
    "Ours to theirs says how ours stands to theirs, such as: ours Replaces theirs. None recorded: the table has their "
    "entry without one of ours. Ours linked to none: our outcomes from which nothing leads to that framework, neither "
    "they, nor an outcome above, nor anything under them; where that holds for a whole branch, its top is named. "
    "Ratings are ours in this quarter; they say nothing about the other framework."
)
# The tables stand below one another, so each column serves both.
_WIDTHS = (26.0, 11.0, 42.0, 14.0, 10.0, 46.0, 20.0, 17.0)
_FRAMEWORKS = (
    "Framework",
    "Their entries",
    "Entries with none of ours recorded",
    "With ours",
    "Ours linked",
    "Ours linked to none",
    "Period",
)
_LINES = ("Framework", "Their ref", "Theirs", "Ours to theirs", "Our ref", "Ours", "What ours is", "Rating")
_MOST_NAMES = 5


def crosswalk_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet of a rated quarter; None for a master whose crosswalk holds no other framework."""
    facts = crosswalk_facts(rated, tables)
    if not facts:
        return None
    views = (_frameworks(facts, rated), _lines(facts, rated))
    return ViewSheet("Then and now", "Then and now: other frameworks beside ours", NOTE, views)


def _frameworks(facts: Sequence[OtherFramework], rated: Rated) -> View:
    rows = [[*_other(fact, rated.framework), str(rated.period)] for fact in facts]
    return View("Crosswalk_frameworks", frame(_FRAMEWORKS, rows), _WIDTHS[: len(_FRAMEWORKS)], (), "Each framework")


def _other(fact: OtherFramework, framework: Framework) -> list[Any]:
    titles = {line.their_ref: line.their_title for line in fact.lines if line.their_ref}
    without = _named(f"{ref} {titles.get(ref, '')}" for ref in fact.without)
    unmapped = _named(f"{ref} {framework.outcomes[ref].title}" for ref in fact.unmapped)
    counts = [len(fact.theirs) - len(fact.without), len(fact.mapped)]
    return [fact.name, len(fact.theirs), without, *counts, unmapped]


def _named(things: Iterable[str]) -> str:
    """Some names, a line each, and how many more."""
    listed = [thing.strip() for thing in things]
    more = len(listed) - _MOST_NAMES
    if more > 1:
        listed = [*listed[:_MOST_NAMES], f"and {more} more"]
    return "\n".join(listed) or "None"


def _lines(facts: Sequence[OtherFramework], rated: Rated) -> View:
    listed = [line for fact in facts for line in fact.lines]
    rows = [_line(line, rated.settings) for line in listed]
    links = {"Our ref": [_link(rated.framework, line.ref) for line in listed]}
    return View("Crosswalk_lines", frame(_LINES, rows), _WIDTHS, ("Rating",), "Entry by entry", links)


def _line(line: Line, settings: Settings) -> list[Any]:
    kind = settings.tier_name(line.tier) if line.tier else "Indicator" if line.title else None
    theirs = [line.framework, line.their_ref or None, line.their_title or None, line.relation or None]
    return [*theirs, line.ref or None, line.title or None, kind, line.verdict.shown]


def _link(framework: Framework, ref: str) -> Link | None:
    """Where a ref of ours leads: an outcome to its row in the tree, an indicator to its row on its priority's sheet."""
    if ref in framework.outcomes:
        return Link(TREE, "Ref", ref)
    above = framework.up(ref) if ref in framework.indicators else ()
    return Link(priority_table(above[-1].ref), "Ref", ref) if above else None
