"""Service plans for a report: their measures with rating, and what was returned on them.

Where no measure asks how much, how well or is anyone better off, every indicator counts for the plan of its service.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.actions import Action, read_actions
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.facts import Facts, IndicatorFact
from xl_outcomes.roles import plain, several
from xl_outcomes.rollup import Tally, Whole, combine, leaf, part, rows_by, tally
from xl_outcomes.service_plans import NO_GROUP, QUESTIONS, PlanFact, ServicePlanFacts, service_plan_facts
from xl_outcomes.tables import Tables, get

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """A measure of a plan; `question` is in words, blank where it asks none; `red` by its rating or before override."""

    fact: IndicatorFact
    question: str
    red: bool
    actions: tuple[Action, ...]
    unplanned: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Measures rolled up, each counting 1."""

    whole: Whole
    tally: Tally


@dataclass(frozen=True, slots=True)
class Plan:
    """A service plan with the posts that answer for it, its measures, and what they come to."""

    plan: str
    group: str
    heads: tuple[str, ...]
    directors: tuple[str, ...]
    measures: tuple[Planned, ...]
    counted: Counted


@dataclass(frozen=True, slots=True)
class Group:
    """A group of plans, and what all their measures come to."""

    group: str
    plans: tuple[Plan, ...]
    counted: Counted


@dataclass(frozen=True, slots=True)
class Plans:
    """The service plans by group; `asks` says whether measures ask the three questions, with a count for each."""

    groups: tuple[Group, ...]
    unplanned: tuple[Planned, ...]
    questions: Mapping[str, Tally]
    whole: Counted
    asks: bool

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Those of all groups."""
        return tuple(plan for group in self.groups for plan in group.plans)

    @property
    def reds(self) -> tuple[tuple[Plan, Planned], ...]:
        """The Red measures with their plans."""
        return tuple((plan, m) for plan in self.plans for m in plan.measures if m.red)


def plans(rated: Rated, tables: Tables, facts: Facts) -> Plans:
    """The service plans of a rated quarter."""
    found = service_plan_facts(rated, tables)
    known = _Known(rated, {i.ref: i for i in facts.indicators}, _actions(tables))
    return _asked(found, known) if found.measures else _by_service(tables, known)


@dataclass(frozen=True, slots=True)
class _Known:
    """What measures are made from: facts and open actions by ref."""

    rated: Rated
    facts: Mapping[str, IndicatorFact]
    actions: Mapping[str, tuple[Action, ...]]


def _actions(tables: Tables) -> dict[str, tuple[Action, ...]]:
    found: dict[str, tuple[Action, ...]] = {}
    for action in read_actions(get(tables, "Actions")):
        if action.open and action.action:
            found[action.indicator] = (*found.get(action.indicator, ()), action)
    return found


# ---- plans whose measures ask the three questions ----


def _asked(found: ServicePlanFacts, known: _Known) -> Plans:
    groups = tuple(
        Group(group.group, tuple(_plan(plan, known) for plan in group.plans), _counted_of(group.summary))
        for group in found.groups
    )
    unplanned = tuple(_planned(known, m.ref, m.question, m.leaf.red, m.unplanned) for m in found.unplanned)
    parts = [part(m.leaf) for m in found.measures]
    whole = Counted(combine(parts, known.rated.settings), tally(parts))
    return Plans(groups, _there(unplanned), found.questions, whole, asks=True)


def _plan(plan: PlanFact, known: _Known) -> Plan:
    measures = [_planned(known, m.ref, m.question, m.leaf.red) for m in plan.measures]
    posts = plan.posts
    return Plan(
        plan.plan, plan.group, posts.heads_of_service, posts.directors, _there(measures), _counted_of(plan.summary)
    )


def _counted_of(summary: Any) -> Counted:
    return Counted(summary.whole, summary.tally)


def _planned(known: _Known, ref: str, question: str, red: bool, unplanned: str = "") -> Planned | None:
    fact = known.facts.get(ref)
    asked = QUESTIONS.get(question, "")
    return Planned(fact, asked, red, known.actions.get(ref, ()), unplanned) if fact else None


def _there(measures: Iterable[Planned | None]) -> tuple[Planned, ...]:
    return tuple(m for m in measures if m is not None)


# ---- every indicator by its service ----


def _by_service(tables: Tables, known: _Known) -> Plans:
    rows = [row for row in get(tables, "Services").rows() if row["Service"] is not None and row["Plan"] is not None]
    results = rows_by(known.rated.results, "Indicator")
    live = [i for i in known.rated.framework.indicators.values() if i.status != "Deleted" and i.ref in results]
    names: dict[str, list[Row]] = {}
    for row in rows:
        names.setdefault(plain(row["Plan"]), []).append(row)
    made = [_service_plan(own, live, results, known) for own in names.values()]
    groups = tuple(
        Group(group, own, _count([m for p in own for m in p.measures], results, known))
        for group in dict.fromkeys(p.group for p in made)
        for own in (tuple(p for p in made if p.group == group),)
    )
    services = {plain(row["Service"]) for row in rows}
    why = "Its service has no service plan"
    rest = [_planned(known, i.ref, "", _red(i, results), why) for i in live if plain(i.service) not in services]
    every = _there(_planned(known, i.ref, "", _red(i, results)) for i in live)
    return Plans(groups, _there(rest), {}, _count(every, results, known), asks=False)


def _service_plan(rows: Sequence[Row], live: Iterable[Indicator], results: Mapping[str, Row], known: _Known) -> Plan:
    services = {plain(row["Service"]) for row in rows}
    group = next((ref_text(row["Group"]) for row in rows if row["Group"] is not None), NO_GROUP)
    own = _there(_planned(known, i.ref, "", _red(i, results)) for i in live if plain(i.service) in services)
    heads, directors = (
        several(";".join(ref_text(row[h] or "") for row in rows)) for h in ("Head of service", "Director")
    )
    return Plan(ref_text(rows[0]["Plan"]), group, heads, directors, own, _count(own, results, known))


def _count(measures: Iterable[Planned], results: Mapping[str, Row], known: _Known) -> Counted:
    indicators = known.rated.framework.indicators
    parts = [part(leaf(results[m.fact.ref], indicators.get(m.fact.ref))) for m in measures]
    return Counted(combine(parts, known.rated.settings), tally(parts))


def _red(indicator: Indicator, results: Mapping[str, Row]) -> bool:
    return leaf(results[indicator.ref], indicator).red
