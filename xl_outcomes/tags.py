"""Principles and cross-cutting priorities: outcomes seen together by their tags (docs/rules/roles.md).

A tag is a way of looking at outcomes that belong elsewhere: it has no target and decides nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.framework import Framework, is_live, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.quarter import Rated
from xl_outcomes.roles import plain
from xl_outcomes.rollup import Tally, Verdict, Whole, combine, leaf, outcome_part, rows_by, tally, verdict
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A live outcome that has the tag; `within` is the tagged outcome above it with which it is counted, if any.

    `reds` is the number of red indicators under it.
    """

    ref: str
    tier: int
    title: str
    portfolio_holder: str
    verdict: Verdict
    indicators_rated: int
    indicators_due: int
    reds: int
    within: str


@dataclass(frozen=True, slots=True)
class TagFact:
    """A tag with its outcomes, rolled up as the council rolls up.

    `whole` and `tally` are of the outcomes that are counted; `reds` are the red indicators under them, in table order,
    by their rating or the one calculated before an override.
    """

    tag: str
    outcomes: tuple[Tagged, ...]
    whole: Whole
    tally: Tally
    reds: tuple[str, ...]

    @property
    def counted(self) -> tuple[Tagged, ...]:
        """Its outcomes, without those that lie under another of them."""
        return tuple(o for o in self.outcomes if not o.within)

    @property
    def coverage(self) -> str:
        """How many of its outcomes that are due are rated: "5 of 6"."""
        return f"{self.whole.rated} of {self.whole.due}"


def tags_of(text: object) -> tuple[str, ...]:
    """The tags of a cell, commas between; each once, whatever its capitals, as first written."""
    found: dict[str, str] = {}
    for tag in "" if text is None else ref_text(text).split(","):
        if tag.strip():
            found.setdefault(plain(tag), " ".join(tag.split()))
    return tuple(found.values())


def tag_facts(rated: Rated, tables: Tables) -> tuple[TagFact, ...]:
    """The tags of the live outcomes in a rated quarter, in the order of their first use down the tree."""
    cells = {ref_text(row["Ref"]): row["Tags"] for row in tables["Outcomes"].rows() if row["Ref"] is not None}
    rollup = rows_by(rated.rollup, "Ref")
    refs: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for outcome in rated.framework.down():
        for tag in tags_of(cells[outcome.ref]) if outcome.ref in rollup else ():
            names.setdefault(plain(tag), tag)
            refs.setdefault(plain(tag), []).append(outcome.ref)
    results = rows_by(rated.results, "Indicator")
    return tuple(_tag_fact(rated, name, refs[key], rollup, results) for key, name in names.items())


def tags_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """The cells of Tags that look as if several tags had been run together."""
    return tuple(_run_together(tables["Outcomes"]))


def _tag_fact(
    rated: Rated, name: str, refs: list[str], rollup: Mapping[str, Row], results: Mapping[str, Row]
) -> TagFact:
    framework = rated.framework
    red = [r for r, i in framework.indicators.items() if r in results and leaf(results[r], i).red]
    outcomes = tuple(_tagged(framework, ref, refs, rollup[ref], red) for ref in refs)
    parts = [outcome_part(rollup[o.ref]) for o in outcomes if not o.within]
    below = {r for o in outcomes for r in framework.indicators_under(o.ref)}
    return TagFact(name, outcomes, combine(parts, rated.settings), tally(parts), tuple(r for r in red if r in below))


def _tagged(framework: Framework, ref: str, refs: list[str], row: Row, red: list[str]) -> Tagged:
    outcome, above = framework.outcomes[ref], [o.ref for o in framework.up(ref) if o.ref in refs]
    under = framework.indicators_under(ref)
    counts = int(row["Indicators rated"]), int(row["Indicators due"]), sum(r in under for r in red)
    within = above[-1] if above else ""
    return Tagged(ref, outcome.tier, outcome.title, outcome.portfolio_holder, verdict(row), *counts, within)


def _run_together(table: Table) -> Iterator[Issue]:
    for row in table.rows():
        text = "" if row["Tags"] is None else str(row["Tags"])
        if is_live(row) and any(mark in text for mark in (";", "\n")):
            message = f'The tags are "{text}"; tags are parted by commas, so this is read as {len(tags_of(text))}.'
            yield _warn(table, row, "tags-separator", "Tags", message, "Put commas between the tags.")


def _warn(table: Table, row: Row, code: str, heading: str, message: str, fix: str) -> Issue:
    ref = "" if row["Ref"] is None else ref_text(row["Ref"])
    place = (table.name, table.sheet, table.cell(row["row"], heading))
    return Issue(code, "warning", message, fix, *place, ref, str(row[heading] or ""))
