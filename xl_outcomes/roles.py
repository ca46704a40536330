"""The council's role in each outcome, its partners and strategies, and what each portfolio holder answers for.

Several values in one cell are parted by semicolons (docs/rules/roles.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Framework, Indicator, Outcome, ref_text
from xl_outcomes.quarter import Rated
from xl_outcomes.rollup import Leaf, Part, Tally, Verdict, leaf, outcome_part, part, rows_by, tally, verdict
from xl_outcomes.tables import Table, Tables, get

ROLES = SPECS["Outcomes"].column("Council role").words
NO_ROLE = "Not given"
STRATEGIES = {"partner strategy": "partner strategy", "commissioning strategy": "commissioning strategy"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutcomeRole:
    """An outcome of any tier: the council's role in it (blank: not given), with whom, by what, and its rating.

    `coverage` counts the parts of the outcome that are rated: "5 of 6".
    """

    ref: str
    tier: int
    title: str
    role: str
    partners: tuple[str, ...]
    strategies: tuple[str, ...]
    holders: tuple[str, ...]
    verdict: Verdict
    coverage: str


@dataclass(frozen=True, slots=True)
class RoleCount:
    """How many outcomes the council has that role in, and how they are rated; `no_rating` counts the others."""

    role: str
    outcomes: int
    tally: Tally
    no_rating: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that a portfolio holder answers for together with others."""

    ref: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HolderFact:
    """What a portfolio holder answers for: outcomes of any tier and indicators, what is shared with others among them.

    `outcomes_tally` is of the outcomes with something due under them, `tally` of the indicators that are due, of any
    weight; `reds` are the red indicators, by their rating or the one calculated before an override.
    """

    holder: str
    outcomes: tuple[str, ...]
    indicators: tuple[str, ...]
    outcomes_tally: Tally
    tally: Tally
    reds: tuple[str, ...]
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """Roles, partners and holders in a quarter; `outcomes` in the order of the tree, `holders` as first named."""

    outcomes: tuple[OutcomeRole, ...]
    counts: tuple[RoleCount, ...]
    holders: tuple[HolderFact, ...]

    @property
    def used(self) -> bool:
        """Whether the master says more than that each thing has one portfolio holder."""
        said = any(o.role or o.partners or o.strategies for o in self.outcomes)
        return said or any(h.shared for h in self.holders)


def holders(text: object) -> tuple[str, ...]:
    """The portfolio holders that a cell names, semicolons between; each once, in their order."""
    return several(text)


def several(text: object) -> tuple[str, ...]:
    """The values of a cell with semicolons between them; each once, whatever its capitals, as first written."""
    found: dict[str, str] = {}
    for value in "" if text is None else ref_text(text).split(";"):
        if value.strip():
            found.setdefault(plain(value), " ".join(value.split()))
    return tuple(found.values())


def plain(text: object) -> str:
    """A name for comparing: without capitals and needless blanks."""
    return "" if text is None else " ".join(ref_text(text).casefold().split())


def indicator_holders(framework: Framework, indicator: Indicator) -> tuple[str, ...]:
    """Who answers for an indicator: its own portfolio holders, else those of the nearest outcome above that has any."""
    above = (outcome.portfolio_holder for outcome in framework.up(indicator.ref))
    return next(filter(None, map(holders, (indicator.portfolio_holder, *above))), ())


def role_facts(rated: Rated, tables: Tables) -> RoleFacts:
    """The roles, partners, strategies and portfolio holders of a rated quarter."""
    rollup = rows_by(rated.rollup, "Ref")
    cells = {ref_text(row["Ref"]): row for row in tables["Outcomes"].rows() if row["Ref"] is not None}
    strategies = _strategies(get(tables, "Crosswalk"))
    shown = [o for o in rated.framework.down() if o.ref in rollup]
    outcomes = tuple(_outcome_role(o, cells[o.ref], strategies.get(o.ref, ()), rollup[o.ref]) for o in shown)
    parts = {o.ref: outcome_part(rollup[o.ref]) for o in shown}
    return RoleFacts(outcomes, _counts(outcomes, parts), _holder_facts(rated, shown, parts))


# ---- outcomes and roles ----


def _outcome_role(outcome: Outcome, cells: Row, strategies: tuple[str, ...], row: Row) -> OutcomeRole:
    role = SPECS["Outcomes"].column("Council role").tidy(cells["Council role"])
    return OutcomeRole(
        outcome.ref,
        outcome.tier,
        outcome.title,
        str(role) if role else "",
        several(cells["Partners"]),
        strategies,
        holders(outcome.portfolio_holder),
        verdict(row),
        f"{row['Rated']:g} of {row['Due']:g}",
    )


def _strategies(crosswalk: Table) -> dict[str, tuple[str, ...]]:
    """The strategies that each outcome is tied to, with their kind, in table order."""
    found: dict[str, dict[str, None]] = {}
    for row in crosswalk.rows():
        kind = STRATEGIES.get(plain(row["Relation"]))
        if kind and row["Ref"] is not None and row["Framework"] is not None:
            theirs = f": {ref_text(row['Their title'])}" if row["Their title"] is not None else ""
            name = f"{ref_text(row['Framework'])}{theirs} ({kind})"
            found.setdefault(ref_text(row["Ref"]), {})[name] = None
    return {ref: tuple(names) for ref, names in found.items()}


def _counts(outcomes: Sequence[OutcomeRole], parts: Mapping[str, Part]) -> tuple[RoleCount, ...]:
    """A count for each role of the contract, and one for the outcomes without."""
    found = []
    for role in (*ROLES, ""):
        own = [o for o in outcomes if o.role == role]
        found.append(RoleCount(role or NO_ROLE, len(own), *_tallied([parts[o.ref] for o in own])))
    return tuple(found)


def _tallied(parts: Sequence[Part]) -> tuple[Tally, int]:
    count = tally(parts)
    return count, len(parts) - count.rated


# ---- portfolio holders ----


def _holder_facts(rated: Rated, shown: Sequence[Outcome], parts: Mapping[str, Part]) -> tuple[HolderFact, ...]:
    answered = _answered(rated.framework, shown)
    results = rows_by(rated.results, "Indicator")
    known = (i for i in rated.framework.indicators.values() if i.ref in results)
    leaves = {i.ref: leaf(results[i.ref], i) for i in known}
    names: dict[str, str] = {}
    for name in (name for named in answered.values() for name in named):
        names.setdefault(plain(name), name)
    return tuple(_holder_fact(name, _of(name, answered), parts, leaves) for name in names.values())


def _answered(framework: Framework, shown: Sequence[Outcome]) -> dict[str, tuple[str, ...]]:
    """Who answers for each outcome and indicator, by ref: outcomes first."""
    outcomes = {o.ref: holders(o.portfolio_holder) for o in shown}
    live = (i for i in framework.indicators.values() if i.status != "Deleted")
    return {**outcomes, **{i.ref: indicator_holders(framework, i) for i in live}}


def _of(name: str, answered: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What someone answers for by ref, with those who do so too."""
    theirs = {ref: {plain(n): n for n in named} for ref, named in answered.items()}
    return {
        ref: tuple(n for key, n in named.items() if key != plain(name))
        for ref, named in theirs.items()
        if plain(name) in named
    }


def _holder_fact(
    name: str, own: Mapping[str, tuple[str, ...]], parts: Mapping[str, Part], leaves: Mapping[str, Leaf]
) -> HolderFact:
    outcomes, indicators = [r for r in own if r in parts], [r for r in own if r not in parts]
    measured = {ref: leaves[ref] for ref in indicators if ref in leaves}
    return HolderFact(
        name,
        tuple(outcomes),
        tuple(indicators),
        tally(parts[ref] for ref in outcomes),
        tally(map(part, measured.values())),
        tuple(ref for ref, own_leaf in measured.items() if own_leaf.red),
        tuple(Shared(ref, others) for ref, others in own.items() if others),
    )
