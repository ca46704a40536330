"""The corporate plan on a page: vision, priorities, outcomes, imperatives, how they are measured, plans that deliver.

A priority is a tag of the tier 1 outcomes: where each of them has exactly one and there are at least two different
ones, the plan is in that order; else it is not grouped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.framework import Framework, Indicator, Outcome, ref_text
from xl_outcomes.organisational import refs_apart
from xl_outcomes.roles import plain
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.tables import Tables, get
from xl_outcomes.tags import tags_of

_MOST_PRIORITIES = 4  # more tags than these are no priorities of a plan on a page

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """A tier 1 outcome: what it needs (tier 2), how many indicators and measures it has, and who delivers it.

    `measures` ask how much, how well or is anyone better off; `indicators` are the others. Both are those that data
    owners are asked for, on the outcome or anything below it.
    """

    ref: str
    title: str
    statement: str
    officer: str
    imperatives: tuple[str, ...]
    indicators: int
    measures: int
    plans: tuple[str, ...]
    apart: bool


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The outcomes of a priority; blank where the plan is not grouped."""

    priority: str
    outcomes: tuple[PlanOutcome, ...]


@dataclass(frozen=True, slots=True)
class CorporatePlan:
    """The plan: what it leads to, its groups, and every service plan with its group."""

    vision: str
    groups: tuple[PlanGroup, ...]
    plans: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def outcomes(self) -> tuple[PlanOutcome, ...]:
        """Those of all groups."""
        return tuple(outcome for group in self.groups for outcome in group.outcomes)


def corporate_plan(framework: Framework, tables: Tables, vision: str) -> CorporatePlan:
    """The plan of a framework, organisational outcomes at the end."""
    rows = {ref_text(row["Ref"]): row for row in tables["Outcomes"].rows() if row["Ref"] is not None}
    services = [row for row in get(tables, "Services").rows() if row["Service"] is not None and row["Plan"] is not None]
    questions = {ref_text(r["Ref"]): r["Measure"] for r in tables["Indicators"].rows() if r["Ref"] is not None}
    plans = {plain(row["Service"]): short_plan(ref_text(row["Plan"])) for row in services}
    apart = refs_apart(framework)
    tops = sorted(framework.children(None), key=lambda o: o.ref in apart)
    made = {o.ref: _outcome(framework, o, questions, plans, o.ref in apart) for o in tops}
    priorities = _priorities(tops, rows)
    groups = [
        PlanGroup(name, tuple(made[o.ref] for o in tops if priorities.get(o.ref, "") == name))
        for name in dict.fromkeys(priorities.get(o.ref, "") for o in tops)
    ]
    return CorporatePlan(vision, tuple(groups), _plans(services))


def short_plan(plan: str) -> str:
    """A plan by what sets it apart: without "Service plan 2018/19" before a colon, or "(Illustrative)" at the end."""
    before, colon, after = plan.partition(":")
    name = after.strip() if colon and before.casefold().startswith("service plan") and after.strip() else plan
    return name.removesuffix("(Illustrative)").strip() or name


def _outcome(
    framework: Framework, top: Outcome, questions: Mapping[str, object], plans: Mapping[str, str], apart: bool
) -> PlanOutcome:
    held = [framework.indicators[ref] for ref in framework.indicators_under(top.ref)]
    live = [i for i in held if i.expected()]
    asking = sum(questions.get(i.ref) in QUESTIONS for i in live)
    return PlanOutcome(
        top.ref,
        top.title,
        top.statement,
        top.responsible_officer,
        tuple(o.title for o in framework.children(top.ref)),
        len(live) - asking,
        asking,
        _delivering(live, plans),
        apart,
    )


def _delivering(live: Sequence[Indicator], plans: Mapping[str, str]) -> tuple[str, ...]:
    """The service plans that measure something of an outcome, in the order of Services."""
    named = {plans[plain(i.service)] for i in live if plain(i.service) in plans}
    return tuple(plan for plan in dict.fromkeys(plans.values()) if plan in named)


def _priorities(tops: Sequence[Outcome], rows: Mapping[str, Row]) -> dict[str, str]:
    """The priority of each outcome by its ref; nothing where tags are none."""
    tags = {o.ref: tags_of(rows[o.ref]["Tags"]) for o in tops if o.ref in rows}
    names = {plain(own[0]): own[0] for own in reversed(tags.values()) if len(own) == 1}
    grouped = all(len(own) == 1 for own in tags.values()) and 2 <= len(names) <= _MOST_PRIORITIES
    return {ref: names[plain(own[0])] for ref, own in tags.items()} if grouped else {}


def _plans(services: Sequence[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, dict[str, None]] = {}
    for row in services:
        groups.setdefault(ref_text(row["Group"] or ""), {})[short_plan(ref_text(row["Plan"]))] = None
    return tuple((group, tuple(names)) for group, names in groups.items())
