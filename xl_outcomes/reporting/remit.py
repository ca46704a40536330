"""What belongs to a post in a quarter: outcomes, service plans, measures, actions and money.

Facts only, gathered once for the whole council and then parted by post, so that a member's briefing, a clinic and the
cabinet report say the same (docs/rules/briefings.md).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xl_outcomes.actions import Action
from xl_outcomes.chasing import Completeness
from xl_outcomes.exact import at_least
from xl_outcomes.framework import Framework, Outcome, ref_text
from xl_outcomes.money import Line, money_lines, money_of, overspends, under
from xl_outcomes.organisational import refs_apart
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.facts import MISSING_STATES, Facts, OutcomeFact
from xl_outcomes.reporting.narrative import Narrative, read_narrative
from xl_outcomes.reporting.registry import Texts
from xl_outcomes.reporting.remit_items import AMBER, RED, Item, read_items
from xl_outcomes.reporting.shown import earlier_ratings
from xl_outcomes.roles import holders, plain, several
from xl_outcomes.rollup import Tally, part, tally
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.tables import Table, Tables, get

UNDERSPEND = Fraction(1, 20)  # of its budget: from this on a line is an exception


@dataclass(frozen=True, slots=True)
class Owned:
    """An outcome with those who answer for it; `was` is its rating in the quarter before, `above` the refs over it."""

    fact: OutcomeFact
    holders: Texts
    officer: str
    was: str
    above: Texts


@dataclass(frozen=True, slots=True)
class Service:
    """A row of Services: posts, never people; several where the cell names several."""

    name: str
    plan: str
    group: str
    heads: Texts
    assistants: Texts
    directors: Texts
    holders: Texts


@dataclass(frozen=True, slots=True)
class Plan:
    """A service plan, or the part of it that a post answers for, with its measures by question."""

    title: str
    group: str
    heads: Texts
    services: Texts
    items: tuple[Item, ...]

    @property
    def tally(self) -> Tally:
        """How its measures are rated, each counting 1."""
        return tallied(self.items)


@dataclass(frozen=True, slots=True)
class Remit:
    """What a post answers for; `money` has the lines of its outcomes, and of those above them (refs in `wider`)."""

    post: str
    outcomes: tuple[Owned, ...]
    plans: tuple[Plan, ...]
    items: tuple[Item, ...]
    money: tuple[Line, ...]
    wider: Texts

    @property
    def tally(self) -> Tally:
        """How all of it is rated: every indicator and measure that is due counts 1, whatever its weight."""
        return tallied(self.items)

    @property
    def population(self) -> tuple[Item, ...]:
        """The indicators of outcomes."""
        return tuple(i for i in self.items if not i.performance)

    @property
    def performance(self) -> tuple[Item, ...]:
        """The performance measures."""
        return tuple(i for i in self.items if i.performance)

    @property
    def exceptions(self) -> tuple[Item, ...]:
        """Red, then Amber, on figures of this quarter; those off target longest first."""
        own = [i for i in self.items if i.exception]
        return tuple(sorted(own, key=lambda i: (i.fact.word != RED, -i.off_target)))

    @property
    def carried_exceptions(self) -> tuple[Item, ...]:
        """Red or Amber by a rating that is carried from an earlier quarter."""
        return tuple(i for i in self.items if i.fact.carried_from and i.fact.word in (AMBER, RED))

    @property
    def missing(self) -> tuple[Item, ...]:
        """Those whose figure is overdue, awaited, incomplete or unavailable, in that order."""
        return tuple(i for state in MISSING_STATES for i in self.items if i.fact.state == state)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The remedial actions of its measures, in table order."""
        return tuple(sorted((a for i in self.items for a in i.actions), key=lambda a: a.row))

    @property
    def completeness(self) -> Completeness:
        """How many of the figures that are due have come."""
        asked = [i for i in self.items if i.asked]
        owed = sum(i.fact.state in MISSING_STATES[:3] for i in asked)
        return Completeness(len(asked), len(asked) - owed, 0, 0, sum(i.queried for i in self.items))

    def moved(self, direction: str) -> tuple[Item, ...]:
        """Those whose figure is Improving or Worsening; a changed rating first."""
        own = [i for i in self.items if i.fact.direction.startswith(direction)]
        return tuple(sorted(own, key=lambda i: i.was == i.fact.word))


@dataclass(frozen=True, slots=True)
class Council:
    """The quarter of the whole council, before it is parted by post."""

    rated: Rated
    facts: Facts
    items: tuple[Item, ...]
    outcomes: tuple[Owned, ...]
    services: tuple[Service, ...]
    lines: tuple[Line, ...]
    narrative: Narrative

    @property
    def two_kinds(self) -> bool:
        """Whether there are performance measures beside the indicators of outcomes."""
        return any(i.performance for i in self.items)


Belongs = Callable[[Item], bool]


def council(rated: Rated, tables: Tables, facts: Facts, report: str) -> Council:
    """All that posts answer for, of a rated quarter; `report` is the name by which Narrative may speak of it."""
    return Council(
        rated,
        facts,
        read_items(rated, tables, facts),
        _owned(rated, tables, facts),
        read_services(get(tables, "Services")),
        money_of(money_lines(get(tables, "Resources"), rated.framework, rated.period)),
        read_narrative(tables, rated.period, report),
    )


def whole(held: Council) -> Remit:
    """What the council as a whole answers for."""
    return remit(held, held.facts.council, held.outcomes, held.services, lambda _: True)


def member_remits(held: Council) -> tuple[Remit, ...]:
    """A remit for each portfolio holder, as first named in Outcomes, Indicators, Services."""
    named = (*(o.holders for o in held.outcomes), *(i.holders for i in held.items), *(s.holders for s in held.services))
    posts: dict[str, str] = {}
    for name in (name for names in named for name in names):
        posts.setdefault(plain(name), name)
    return tuple(_member(held, post) for post in posts.values())


def remit(held: Council, post: str, outcomes: Sequence[Owned], services: Sequence[Service], belongs: Belongs) -> Remit:
    """The remit of a post with these outcomes and services, and the items that belong to it beside the services'."""
    names = {plain(s.name) for s in services}
    items = tuple(i for i in held.items if belongs(i) or (plain(i.service) in names and i.service))
    money, wider = _money(held, outcomes)
    return Remit(post, tuple(outcomes), _plans(held, services, items), items, money, wider)


def is_named(post: str, names: Iterable[str]) -> bool:
    """Whether a post is among some names, whatever their capitals and blanks."""
    return plain(post) in map(plain, names)


def tallied(items: Iterable[Item]) -> Tally:
    """How items are rated, each that is due counting 1."""
    return tally(part(i.leaf) for i in items)


def read_services(table: Table) -> tuple[Service, ...]:
    """The services with those who answer for them; of two rows for one service the first counts."""
    found: dict[str, Service] = {}
    for row in table.rows():
        if row["Service"] is not None:
            found.setdefault(plain(row["Service"]), _service(row))
    return tuple(found.values())


def texts_of(held: Council, owner: Remit, section: str) -> Texts:
    """What Narrative says in a section about the outcomes of a remit, all below them, and its measures."""
    down = held.rated.framework.down
    outcomes = (ref for o in owner.outcomes for ref in (o.fact.ref, *(below.ref for below in down(o.fact.ref))))
    refs = dict.fromkeys((*outcomes, *(i.ref for i in owner.items)))
    return tuple(text for ref in refs for text in held.narrative.get((ref, section), ()))


def money_exceptions(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines forecast over their budget, then those under it by a twentieth or more, the largest first; then unknown."""
    known = [line for line in lines if line.variance is not None]
    less = [line for line in known if line.budget and at_least(-(line.variance or 0) / abs(line.budget), UNDERSPEND)]
    unknown = [line for line in lines if line.variance is None]
    return (*overspends(known), *sorted(less, key=lambda line: line.variance or 0), *unknown)


# ---- remits ----


def _member(held: Council, post: str) -> Remit:
    services = [s for s in held.services if is_named(post, s.holders)]
    names = {plain(s.name) for s in services}
    own = [o for o in held.outcomes if is_named(post, o.holders)]

    def belongs(item: Item) -> bool:
        return is_named(post, item.holders) or (item.performance and plain(item.service) in names)

    found = remit(held, post, own, (), belongs)
    measures = found.performance if held.two_kinds else found.items
    return Remit(post, found.outcomes, _plans(held, services, measures), found.items, found.money, found.wider)


def _plans(held: Council, services: Sequence[Service], items: Sequence[Item]) -> tuple[Plan, ...]:
    """The plans of services; where there are performance measures, a plan has no other ones."""
    plans: dict[str, list[Service]] = {}
    for service in services:
        if service.plan:
            plans.setdefault(plain(service.plan), []).append(service)
    order = list(QUESTIONS)
    shown = sorted(
        (i for i in items if i.performance or not held.two_kinds),
        key=lambda i: order.index(i.question) if i.performance else 0,
    )
    return tuple(_plan(own, shown) for own in plans.values())


def _plan(services: Sequence[Service], items: Sequence[Item]) -> Plan:
    names = {plain(s.name): s.name for s in services}
    heads = several(";".join(h for s in services for h in s.heads))
    group = next((s.group for s in services if s.group), "")
    own = tuple(i for i in items if i.service and plain(i.service) in names)
    return Plan(services[0].plan, group, heads, tuple(names.values()), own)


def _money(held: Council, outcomes: Sequence[Owned]) -> tuple[tuple[Line, ...], Texts]:
    """The lines of outcomes and all below them, and of those above; lines tied to nothing are the whole council's."""
    framework, own = held.rated.framework, [o.fact.ref for o in outcomes]
    below = {line.row for ref in own for line in under(held.lines, framework, ref)}
    below |= {line.row for line in held.lines if not line.outcome and len(own) == len(held.outcomes)}
    over = dict.fromkeys(ref for o in outcomes for ref in o.above if ref not in own)
    above = {line.row for line in held.lines if line.outcome in over}
    wider = tuple(ref for ref in over if any(line.outcome == ref for line in held.lines))
    return tuple(line for line in held.lines if line.row in below | above), wider


# ---- outcomes and services ----


def _owned(rated: Rated, tables: Tables, facts: Facts) -> tuple[Owned, ...]:
    known = {o.ref: o for o in facts.outcomes}
    earlier = earlier_ratings(tables, rated.period).outcomes
    apart = refs_apart(rated.framework)
    listed = sorted((o for o in rated.framework.down() if o.ref in known), key=lambda o: o.ref in apart)
    return tuple(_own(o, known[o.ref], rated.framework, earlier.get(o.ref) or "") for o in listed)


def _own(outcome: Outcome, fact: OutcomeFact, framework: Framework, was: str) -> Owned:
    above = tuple(o.ref for o in framework.up(outcome.ref))
    return Owned(fact, holders(outcome.portfolio_holder), outcome.responsible_officer, was, above)


def _service(row: Mapping[str, Any]) -> Service:
    headings = ("Head of service", "Assistant director", "Director", "Portfolio holder")
    return Service(_text(row["Service"]), _text(row["Plan"]), _text(row["Group"]), *(several(row[h]) for h in headings))


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)
