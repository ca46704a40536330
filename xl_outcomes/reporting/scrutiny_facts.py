"""What a scrutiny report says outcome by outcome: roles, partners, comparison with others, money, delivery, risks.

Facts only, each empty or None where the master has no rows for it; `scrutiny_report.py` has the words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.activities import Activity, read_plan
from xl_outcomes.framework import Framework, ref_text
from xl_outcomes.money import Line, Total, money_lines, money_of, overspends, under
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.benchmark_facts import Benchmarked, benchmarked
from xl_outcomes.reporting.cabinet_facts import (
    Delivery,
    Money,
    Sureness,
    delivery_facts,
    money_facts,
    sureness,
)
from xl_outcomes.reporting.facts import Facts, OutcomeFact, PriorityFact
from xl_outcomes.risks import Risk, read_risks, risks_under
from xl_outcomes.roles import NO_ROLE, ROLES, STRATEGIES, OutcomeRole, plain, role_facts
from xl_outcomes.rollup import Tally
from xl_outcomes.tables import Table, Tables, get
from xl_outcomes.tags import TagFact, tag_facts


@dataclass(frozen=True, slots=True)
class Supporting:
    """A tier 2 outcome: how it is rated, and the council's part in it."""

    fact: OutcomeFact
    role: OutcomeRole


@dataclass(frozen=True, slots=True)
class Strategy:
    """Another plan that outcomes are tied to: its name, whether it is a partner's, and the refs of the outcomes."""

    name: str
    kind: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoleMoney:
    """The outcomes in which the council has a role, the budget tied to them, and how they are rated."""

    role: str
    outcomes: int
    budget: Fraction
    tally: Tally


@dataclass(frozen=True, slots=True)
class Section:
    """A tier 1 outcome with all that is known of it.

    `money` is None where none is tied to it; `overspends` are its lines with a forecast above the budget. `activities`
    are those of the delivery plan under it, `troubled` the ones at risk, delayed or overdue, with the days over.
    """

    priority: PriorityFact
    aim: str
    role: OutcomeRole
    supporting: tuple[Supporting, ...]
    strategies: tuple[Strategy, ...]
    benchmarks: tuple[Benchmarked, ...]
    money: Total | None
    overspends: tuple[Line, ...]
    activities: tuple[Activity, ...]
    troubled: tuple[tuple[Activity, int], ...]
    risks: tuple[Risk, ...]


@dataclass(frozen=True, slots=True)
class ScrutinyFacts:
    """All of it; `shared` is the budget tied to outcomes with partners, and `roles` has it by the council's role."""

    sections: tuple[Section, ...]
    benchmarks: tuple[Benchmarked, ...]
    money: Money | None
    roles: tuple[RoleMoney, ...]
    shared: Fraction
    delivery: Delivery | None
    risks: tuple[Risk, ...]
    tags: tuple[TagFact, ...]
    sureness: Sureness

    @property
    def has_roles(self) -> bool:
        """Whether any outcome says what the council's part in it is, or who its partners are."""
        places = [*(s.role for s in self.sections), *(u.role for s in self.sections for u in s.supporting)]
        return any(place.role or place.partners for place in places)


def scrutiny_facts(rated: Rated, tables: Tables, facts: Facts) -> ScrutinyFacts:
    """The facts of a rated quarter beyond those that all reports share."""
    compared = benchmarked(rated, tables)
    delivery = delivery_facts(rated, tables, facts)
    roles = {o.ref: o for o in role_facts(rated, tables).outcomes}
    lines = money_of(money_lines(get(tables, "Resources"), rated.framework, rated.period))
    risks = tuple(r for r in read_risks(get(tables, "Risks"), rated.framework, rated.settings) if r.title)
    money = money_facts(rated, tables, facts)
    known = _Known(rated, tables, facts, roles, compared, money, lines, delivery, risks)
    return ScrutinyFacts(
        sections=tuple(_section(known, p) for p in facts.priorities),
        benchmarks=compared,
        money=money,
        roles=tuple(_role_money(known)),
        shared=sum((_budget(line) for line in lines if _partners(line, roles, rated.framework)), Fraction(0)),
        delivery=delivery,
        risks=risks,
        tags=tag_facts(rated, tables),
        sureness=sureness(rated, tables, facts),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What sections are made from."""

    rated: Rated
    tables: Tables
    facts: Facts
    roles: Mapping[str, OutcomeRole]
    compared: tuple[Benchmarked, ...]
    money: Money | None
    lines: tuple[Line, ...]
    delivery: Delivery | None
    risks: tuple[Risk, ...]


def _section(known: _Known, priority: PriorityFact) -> Section:
    framework, ref = known.rated.framework, priority.ref
    outcomes = {o.ref: o for o in known.facts.outcomes}
    below = framework.children(ref)
    own = {i.ref for i in priority.indicators}
    sums = next((row.total for row in known.money.rows if row.outcome.ref == ref), None) if known.money else None
    activities = read_plan(get(known.tables, "Activities"), framework).under(framework, ref)
    troubled = known.delivery.troubled if known.delivery else ()
    return Section(
        priority=priority,
        aim=framework.outcomes[ref].statement,
        role=known.roles[ref],
        supporting=tuple(Supporting(outcomes[o.ref], known.roles[o.ref]) for o in below if o.ref in outcomes),
        strategies=_strategies(get(known.tables, "Crosswalk"), framework, ref),
        benchmarks=tuple(b for b in known.compared if b.whole.ref in own),
        money=sums if sums and sums.lines else None,
        overspends=overspends(under(known.lines, framework, ref)),
        activities=activities,
        troubled=tuple((a, days) for a, days in troubled if a in activities),
        risks=risks_under(known.risks, framework, ref),
    )


def _strategies(crosswalk: Table, framework: Framework, ref: str) -> tuple[Strategy, ...]:
    """The strategies that an outcome or one below it is tied to, in table order; each once."""
    below = (ref, *(o.ref for o in framework.down(ref)))
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in crosswalk.rows():
        kind, at = STRATEGIES.get(plain(row["Relation"])), ref_text(row["Ref"] or "")
        if kind and at in below and row["Framework"] is not None:
            found.setdefault((ref_text(row["Framework"]), kind), {})[at] = None
    return tuple(Strategy(name, kind, tuple(refs)) for (name, kind), refs in found.items())


# ---- money by role ----


def _role_money(known: _Known) -> Iterable[RoleMoney]:
    """A row for each role that an outcome below tier 1 has, and one for those without; none where no role is given."""
    places = [r for r in known.roles.values() if r.tier == 2]
    if not any(place.role for place in places):
        return
    for role in (*ROLES, ""):
        own = [place for place in places if place.role == role]
        lines = [line for line in known.lines if _role(line, known) == role]
        if own or lines:
            budget = sum((_budget(line) for line in lines), Fraction(0))
            yield RoleMoney(role or NO_ROLE, len(own), budget, _tally(own))


def _role(line: Line, known: _Known) -> str:
    """The council's role in what a line of money is tied to: that of the nearest outcome that gives one."""
    if not line.outcome:
        return ""
    framework = known.rated.framework
    above = (line.outcome, *(o.ref for o in framework.up(line.outcome)))
    return next((known.roles[ref].role for ref in above if ref in known.roles and known.roles[ref].role), "")


def _partners(line: Line, roles: Mapping[str, OutcomeRole], framework: Framework) -> bool:
    """Whether the outcome that a line is tied to names partners (or, naming none itself, one above it does)."""
    above = (line.outcome, *(o.ref for o in framework.up(line.outcome))) if line.outcome else ()
    return any(roles[ref].partners for ref in above if ref in roles)


def _budget(line: Line) -> Fraction:
    return line.budget or Fraction(0)


def _tally(places: Iterable[OutcomeRole]) -> Tally:
    words = [place.verdict.word for place in places]
    green, amber, red = (words.count(word) for word in ("Green", "Amber", "Red"))
    return Tally(green, amber, red, len(words) - green - amber - red)
