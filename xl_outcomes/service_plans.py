"""Performance measures by service plan: how much, how well, and is anyone better off (docs/rules/service-plans.md).

In Outcome Based Accountability the indicators of a population hang on outcomes; what a service itself does is measured
in its service plan. A measure finds its plan through its service.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.roles import plain, several
from xl_outcomes.rollup import Leaf, Tally, Verdict, Whole, combine, leaf, part, rows_by, tally, verdict
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get
from xl_outcomes.targets import held_to, in_force

QUESTIONS: Mapping[str, str] = {
    "How much": "How much did we do?",
    "How well": "How well did we do it?",
    "Better off": "Is anyone better off?",
}
NO_GROUP = "No group given"
Row = Mapping[str, Any]
_POSTS = ("Head of service", "Assistant director", "Director", "Portfolio holder", "Scrutiny committee")
_NOT_LISTED = {**dict.fromkeys(SPECS["Results"].headings), "State": "Not due"}


@dataclass(frozen=True, slots=True)
class Posts:
    """Who answers for a plan, over all of its services: posts, never people; none where Services is blank."""

    heads_of_service: tuple[str, ...] = ()
    assistant_directors: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    portfolio_holders: tuple[str, ...] = ()
    scrutiny_committees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A performance measure in the quarter; `question` is How much, How well or Better off.

    `figure` and `target` are for people, blank where there is none to show. `unplanned` says why it is in no service
    plan; it is blank where it is in one.
    """

    ref: str
    title: str
    question: str
    outcome: str
    service: str
    owner: str
    state: str
    verdict: Verdict
    figure: str
    target: str
    direction: str
    reason: str
    leaf: Leaf
    unplanned: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Measures rolled up, each counting 1: `questions` has a count for each question that some measure asks.

    `reds` are the refs of those that are Red by their rating, or by the one calculated before an override.
    """

    whole: Whole
    tally: Tally
    questions: Mapping[str, Tally]
    reds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A service plan with its services, who answers for it, and its measures by question."""

    plan: str
    group: str
    services: tuple[str, ...]
    posts: Posts
    summary: Summary
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A group of service plans; its summary is of all their measures."""

    group: str
    plans: tuple[PlanFact, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class ServicePlanFacts:
    """The service plans of a quarter by group, in the order of Services; `unplanned` measures are in no plan."""

    groups: tuple[GroupFact, ...]
    unplanned: tuple[Measure, ...]
    questions: Mapping[str, Tally]

    @property
    def plans(self) -> tuple[PlanFact, ...]:
        """The plans of all groups."""
        return tuple(plan for group in self.groups for plan in group.plans)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every performance measure: by plan, those in no plan at the end."""
        return (*(m for plan in self.plans for m in plan.measures), *self.unplanned)


def service_plan_facts(rated: Rated, tables: Tables) -> ServicePlanFacts:
    """The service plans of a rated quarter with their performance measures; deleted measures are left out."""
    measures = list(_measures(rated, tables))
    plans: dict[str, list[Row]] = {}
    for row in _counting_rows(get(tables, "Services")):
        if row["Plan"] is not None:
            plans.setdefault(plain(row["Plan"]), []).append(row)
    facts = [_plan(rows, measures, rated.settings) for rows in plans.values()]
    groups = dict.fromkeys(plain(plan.group) for plan in facts)
    return ServicePlanFacts(
        tuple(_group([p for p in facts if plain(p.group) == group], rated.settings) for group in groups),
        tuple(m for m in measures if m.unplanned),
        _by_question(measures),
    )


def service_plans_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """Where performance measures find no service plan, and where Services is at odds with itself.

    There are none for a council without performance measures.
    """
    asked = [row for row, _, i in _performance_rows(tables["Indicators"], framework) if i is None or i.expected()]
    if not asked:
        return ()
    services = get(tables, "Services")
    used = {plain(row["Service"]) for row in asked}
    return (*_measure_issues(tables["Indicators"], asked, services), *_service_issues(services, used))


# ---- measures ----


def _performance_rows(table: Table, framework: Framework) -> Iterator[tuple[Row, str, Indicator | None]]:
    """The rows of measures that ask one of the questions, with the question; no indicator where the row is wrong."""
    column, status = SPECS["Indicators"].column("Measure"), SPECS["Indicators"].column("Status")
    for row in table.rows():
        question = str(column.tidy(row["Measure"]))
        if question in QUESTIONS and row["Ref"] is not None and status.tidy(row["Status"]) != "Deleted":
            yield row, question, framework.indicators.get(ref_text(row["Ref"]))


def _measures(rated: Rated, tables: Tables) -> Iterator[Measure]:
    results = rows_by(rated.results, "Indicator")
    services = _first_rows(get(tables, "Services"))
    for row, question, indicator in _performance_rows(tables["Indicators"], rated.framework):
        ref = ref_text(row["Ref"])
        result = results.get(ref, _NOT_LISTED)
        yield Measure(
            ref,
            _text(row["Indicator"]) or ref,
            question,
            _text(row["Outcome"]),
            _text(row["Service"]),
            _text(row["Data owner"]),
            str(result["State"]),
            verdict(result),
            _figure(result, indicator),
            _target(rated, result, indicator),
            _direction(result),
            str(result["Reason"] or ""),
            leaf(result, indicator),
            _why_unplanned(row, services),
        )


def _why_unplanned(row: Row, services: Mapping[str, Row]) -> str:
    name = _text(row["Service"])
    if not name:
        return "No service is given"
    found = services.get(plain(name))
    if found is None:
        return f"{name} is not among the services"
    return "" if found["Plan"] is not None else f"{name} has no service plan"


def _figure(result: Row, indicator: Indicator | None) -> str:
    value = to_number(result["Value"])
    return "" if value is None or indicator is None or result["State"] == "Confidential" else display(value, indicator)


def _target(rated: Rated, result: Row, indicator: Indicator | None) -> str:
    if indicator is None:
        return ""
    limits = [to_number(result["Target"])]
    found = in_force(rated.history.timelines, indicator, rated.period)
    if indicator.polarity == "In range" and found and not found.wrong:
        held = held_to(found, indicator, rated.period, rated.settings)
        limits = [held.lower, held.upper]
    shown = [display(limit, indicator, in_full=True) for limit in limits if limit is not None]
    return " to ".join(shown) if len(shown) == len(limits) else ""


def _direction(result: Row) -> str:
    on_year = result["Direction on year"]
    return str(result["Direction"] or (f"{on_year} on last year" if on_year else ""))


# ---- plans and groups ----


def _plan(rows: Sequence[Row], measures: Iterable[Measure], settings: Settings) -> PlanFact:
    """A plan from its rows of Services."""
    services = {plain(row["Service"]): _text(row["Service"]) for row in rows if row["Service"] is not None}
    own = [m for q in QUESTIONS for m in measures if m.question == q and _belongs(m, services)]
    group = next((_text(row["Group"]) for row in rows if row["Group"] is not None), NO_GROUP)
    posts = Posts(*(several(";".join(_text(row[heading]) for row in rows)) for heading in _POSTS))
    return PlanFact(_text(rows[0]["Plan"]), group, tuple(services.values()), posts, _sum_up(own, settings), tuple(own))


def _belongs(measure: Measure, services: Mapping[str, str]) -> bool:
    return not measure.unplanned and plain(measure.service) in services


def _group(plans: Sequence[PlanFact], settings: Settings) -> GroupFact:
    return GroupFact(plans[0].group, tuple(plans), _sum_up([m for p in plans for m in p.measures], settings))


def _sum_up(measures: Sequence[Measure], settings: Settings) -> Summary:
    parts = [part(m.leaf) for m in measures]
    reds = tuple(m.ref for m in measures if m.leaf.red)
    return Summary(combine(parts, settings), tally(parts), _by_question(measures), reds)


def _by_question(measures: Sequence[Measure]) -> dict[str, Tally]:
    asked = {q: [part(m.leaf) for m in measures if m.question == q] for q in QUESTIONS}
    return {question: tally(parts) for question, parts in asked.items() if parts}


def _counting_rows(services: Table) -> list[Row]:
    """The rows of Services without those that name a service again."""
    first = {row["row"] for row in _first_rows(services).values()}
    return [row for row in services.rows() if row["Service"] is None or row["row"] in first]


def _first_rows(services: Table) -> dict[str, Row]:
    """The first row of each service."""
    found: dict[str, Row] = {}
    for row in services.rows():
        if row["Service"] is not None:
            found.setdefault(plain(row["Service"]), row)
    return found


# ---- issues ----


def _measure_issues(table: Table, asked: Sequence[Row], services: Table) -> Iterator[Issue]:
    known = _first_rows(services)
    for row in asked:
        name = _text(row["Service"])
        if not name:
            message = f"The performance measure {_text(row['Ref'])} has no service, so it is in no service plan."
            yield _warn(table, row, "service-missing", "Service", message, "Give the service that answers for it.")
        elif plain(name) not in known:
            message = (
                f'The service "{name}" is not in the table Services, so {_text(row["Ref"])} is in no service plan.'
            )
            yield _warn(table, row, "service-unknown", "Service", message, "Correct the name, or add the service.")


def _service_issues(table: Table, used: set[str]) -> Iterator[Issue]:
    first, groups = _first_rows(table), _groups(table)
    for row in table.rows():
        name, key = _text(row["Service"]), plain(row["Service"])
        if key and first[key]["row"] != row["row"]:
            message = f"{name} stands here twice; the first row counts."
            yield _warn(table, row, "service-twice", "Service", message, "Delete one of the rows.")
        elif row["Plan"] is None and key in used:
            message = f"{name} has performance measures but no service plan."
            yield _warn(table, row, "plan-missing", "Plan", message, "Type the name of its service plan.")
        elif row["Plan"] is not None and plain(row["Group"]) not in ("", groups[plain(row["Plan"])]):
            message = f"{_text(row['Plan'])} is in another group in an earlier row; it is shown once, in that group."
            yield _warn(table, row, "plan-groups", "Group", message, "Give all services of a plan the same group.")


def _groups(services: Table) -> dict[str, str]:
    """The group that each plan is shown in: that of its first row that has one."""
    found: dict[str, str] = {}
    for row in services.rows():
        key = plain(row["Plan"])
        found[key] = found.get(key) or plain(row["Group"])
    return found


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _warn(table: Table, row: Row, code: str, heading: str, message: str, fix: str) -> Issue:
    place = (table.name, table.sheet, table.cell(row["row"], heading))
    return Issue(code, "warning", message, fix, *place, _text(row.get("Ref")), _text(row[heading]))
