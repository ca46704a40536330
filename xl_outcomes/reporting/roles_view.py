"""The sheet Roles and partners: what part the council has in each outcome, with whom, and who answers for it."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import INDENT, TREE
from xl_outcomes.reporting.shown import NONE_YET, abridged
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.roles import HolderFact, OutcomeRole, RoleCount, RoleFacts, Shared, role_facts
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Tables, frame

NOBODY = "No portfolio holder is given"
# The tables stand below one another, so each column serves all three.
_WIDTHS = (36.0, 10.0, 14.0, 9.5, 10.0, 8.0, 11.5, 28.0, 27.0, 37.0)
_ROLES = ("Council role", "Outcomes", "Green", "Amber", "Red", "No rating", "Period")
_HOLDERS = (
    *("Portfolio holder", "Outcomes", "Indicators rated", "Green", "Amber", "Red", "Not rated"),
    *("Their outcomes", "Red indicators", "Shared with others"),
)
_OUTCOMES = (
    *("Outcome", "Ref", "Rating", "Parts rated", "Role", "Tier", "Holders", "Partners", "Strategies"),
    "Portfolio holders",
)
_MOST_REFS, _ACROSS, _SHARED_ACROSS = 6, 26, 34  # refs, and characters of a line of them


def roles_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet of a rated quarter; None for a master that gives no roles, partners, strategies or shared holders."""
    facts = role_facts(rated, tables)
    if not facts.used:
        return None
    views = (_roles(facts, rated.period), _holders(facts), _outcomes(facts))
    return ViewSheet("Roles and partners", "Roles, partners and portfolio holders", _note(rated.settings), views)


def _note(settings: Settings) -> str:
    tiers = ", ".join(f"{n} {settings.tier_name(n)}" for n in (1, 2, 3, 4))
    return (
        "Council role is the part that the council has in an outcome, from Lead (it answers for the work itself) over "
        "Support and Influence to Advocate (it speaks up for it). No rating counts outcomes with too little data or "
        "nothing due. A portfolio holder has every outcome and indicator that names the post. Where several share one, "
        "each of them has it, so their rows add up to more than the whole. An indicator that names nobody is that of "
        "whoever has the outcome above it. Indicators rated, such as 5 of 6, counts those due, of any weight. An "
        f"asterisk marks a rating that an officer replaced. Tiers: {tiers}."
    )


def _roles(facts: RoleFacts, period: Quarter) -> View:
    rows = [[*_role(count), str(period)] for count in facts.counts]
    return View("Role_counts", frame(_ROLES, rows), _WIDTHS[: len(_ROLES)], (), "Outcomes by the council's role")


def _role(count: RoleCount) -> list[Any]:
    return [count.role, count.outcomes, count.tally.green, count.tally.amber, count.tally.red, count.no_rating]


def _holders(facts: RoleFacts) -> View:
    rows = [_holder(holder) for holder in facts.holders] or [[NOBODY, *[None] * (len(_HOLDERS) - 1)]]
    return View("Role_holders", frame(_HOLDERS, rows), _WIDTHS, (), "Portfolio holders")


def _holder(holder: HolderFact) -> list[Any]:
    outcomes = holder.outcomes_tally.words if holder.outcomes else None
    told = [outcomes, _refs(holder.reds, _ACROSS), _shared(holder.shared)]
    return [holder.holder, len(holder.outcomes), holder.tally.coverage, *holder.tally.numbers, *told]


def _refs(refs: Sequence[str], across: int) -> str | None:
    return textwrap.fill(abridged(", ".join(refs), _MOST_REFS) or "", across, break_on_hyphens=False) or None


def _shared(shared: Sequence[Shared]) -> str | None:
    """What is shared with whom, a line for each of the others."""
    by_others: dict[tuple[str, ...], list[str]] = {}
    for item in shared:
        by_others.setdefault(item.others, []).append(item.ref)
    lines = (
        f"{abridged(', '.join(refs), _MOST_REFS)} with {' and '.join(others)}" for others, refs in by_others.items()
    )
    return "\n".join(textwrap.fill(line, _SHARED_ACROSS, break_on_hyphens=False) for line in lines) or None


def _outcomes(facts: RoleFacts) -> View:
    rows = [_outcome(o) for o in facts.outcomes] or [[NONE_YET, *[None] * (len(_OUTCOMES) - 1)]]
    links: Mapping[str, Sequence[Link | None]] = {"Ref": [Link(TREE, "Ref", o.ref) for o in facts.outcomes]}
    caption = "Each outcome with its partners and strategies"
    shown = links if facts.outcomes else {}
    return View("Role_outcomes", frame(_OUTCOMES, rows), _WIDTHS, ("Rating",), caption, shown)


def _outcome(o: OutcomeRole) -> list[Any]:
    title = INDENT * (o.tier - 1) + o.title
    listed = ("\n".join(texts) or None for texts in (o.partners, o.strategies, o.holders))
    return [title, o.ref, o.verdict.shown, o.coverage, o.role or None, o.tier, len(o.holders), *listed]
