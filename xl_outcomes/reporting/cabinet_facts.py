"""What a cabinet report says beyond the ratings: what changed, how sure it is, money, delivery, risks and actions.

Facts only, each empty or None where the master has no rows for it; `cabinet_report.py` has the words.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xl_outcomes.actions import Action, read_actions, unanswered
from xl_outcomes.activities import COMPLETE, Activity, DeliveryPlan, read_plan, without_work
from xl_outcomes.chasing import Completeness, Debtor, chase
from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Indicator, Outcome
from xl_outcomes.money import Corners, Total, money_lines, money_of, spend_and_results, total, under
from xl_outcomes.periods import Quarter
from xl_outcomes.quality import Progress, data_quality
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.facts import Facts, IndicatorFact, OutcomeFact
from xl_outcomes.reporting.shown import records
from xl_outcomes.risks import HIGH, Risk, read_risks
from xl_outcomes.standing import assess
from xl_outcomes.tables import Tables, get


@dataclass(frozen=True, slots=True)
class RatingChange:
    """An indicator whose rating is another than when it was last due; `new_target` if the target changed since."""

    indicator: IndicatorFact
    was: str
    then: Quarter
    new_target: bool

    @property
    def better(self) -> bool:
        """Whether the rating is better now."""
        return RATINGS.index(self.indicator.word) < RATINGS.index(self.was)


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure the figures are: what came in, who is late, the assessment of data (None: none), Reds on poor data."""

    completeness: Completeness
    late: tuple[Debtor, ...]
    quality: Progress | None
    poor_reds: tuple[IndicatorFact, ...]


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """The money of a tier 1 outcome and all below it."""

    outcome: OutcomeFact
    total: Total


@dataclass(frozen=True, slots=True)
class Money:
    """Money by tier 1 outcome, that tied to none, the whole, and spend against results."""

    rows: tuple[MoneyRow, ...]
    untied: Total
    whole: Total
    corners: Corners


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """The activities under a tier 1 outcome by their status ("" where it is none of the words), and those overdue."""

    outcome: OutcomeFact | None
    statuses: Mapping[str, int]
    overdue: int

    @property
    def activities(self) -> int:
        """How many there are."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery plan: a row per tier 1 outcome and one for all, which counts each activity once.

    `troubled` are at risk, delayed or overdue, with the days that they are over; `idle` are Red outcomes without work.
    """

    rows: tuple[DeliveryRow, ...]
    whole: DeliveryRow
    milestones_due: int
    milestones_met: int
    troubled: tuple[tuple[Activity, int], ...]
    idle: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class RiskFact:
    """A risk with the Red indicators under what it is tied to."""

    risk: Risk
    reds: tuple[IndicatorFact, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """An open action of an earlier quarter, and how many days it is overdue."""

    action: Action
    indicator: IndicatorFact | None
    days_over: int


@dataclass(frozen=True, slots=True)
class CabinetFacts:
    """All of it; `before` has the figure that each indicator is compared with, as people read it, without its unit."""

    sureness: Sureness
    changes: tuple[RatingChange, ...]
    before: Mapping[str, str]
    money: Money | None
    delivery: Delivery | None
    risks: tuple[RiskFact, ...]
    actions: tuple[Carried, ...]
    unanswered: tuple[IndicatorFact, ...]
    today: dt.date


def cabinet_facts(rated: Rated, tables: Tables, facts: Facts) -> CabinetFacts:
    """The facts of a rated quarter beyond those that all reports share."""
    actions = read_actions(get(tables, "Actions"))
    known = {i.ref: i for i in facts.indicators}
    waiting = unanswered(actions, rated) if actions else ()
    return CabinetFacts(
        sureness=sureness(rated, tables, facts),
        changes=tuple(rating_changes(rated, tables, facts.indicators)),
        before=figures_before(rated),
        money=money_facts(rated, tables, facts),
        delivery=delivery_facts(rated, tables, facts),
        risks=tuple(risk_facts(rated, tables, facts)),
        actions=tuple(_carried(actions, rated, known)),
        unanswered=tuple(known[ref] for ref in waiting if ref in known and known[ref].word == "Red"),
        today=rated.history.today,
    )


def sureness(rated: Rated, tables: Tables, facts: Facts) -> Sureness:
    """How sure the figures of a quarter are."""
    chased = chase(rated, tables)
    assessed = len(get(tables, "Quality").frame) > 0
    quality = data_quality(rated, tables) if assessed else None
    reds = (i for i in facts.indicators if i.word == "Red")
    poor = tuple(i for i in reds if quality and quality.word(i.ref) == "Poor")
    return Sureness(chased.completeness, chased.late, quality.progress[-1] if quality else None, poor)


def rating_changes(rated: Rated, tables: Tables, indicators: Iterable[IndicatorFact]) -> Iterator[RatingChange]:
    """The indicators rated on a figure of this quarter whose rating is not that of the quarter when last due.

    The earlier rating is the one in Results; where that quarter is not there at all, it is worked out.
    """
    earlier = {(str(r["Period"]), str(r["Indicator"])): r for r in get(tables, "Results").rows()}
    rated_quarters = {period for period, _ in earlier}
    targets = dict(zip(rated.results["Indicator"], rated.results["Target from"], strict=True))
    for fact in indicators:
        indicator = rated.framework.indicators.get(fact.ref)
        then = _last_due(indicator, rated.period) if indicator and fact.state == "Rated" else None
        if then is None:
            continue
        row = earlier.get((str(then), fact.ref))
        if row is not None and row["State"] == "Rated":
            was, target = row["Rating"], row["Target from"]
        elif str(then) not in rated_quarters:
            standing = assess(rated.history, fact.ref, then)
            was, target = standing.rating, str(standing.held.start) if standing.held else None
        else:
            continue
        if was in RATINGS and was != fact.word:
            yield RatingChange(fact, str(was), then, target != targets.get(fact.ref))


def figures_before(rated: Rated) -> dict[str, str]:
    """The figure that each is compared with, without unit: that of when it was last due, else of a year before."""
    found = {}
    for row in records(rated.results):
        indicator = rated.framework.indicators.get(str(row["Indicator"]))
        then = to_number(row["Previous"]) if row["Direction"] else to_number(row["Last year"])
        if indicator is not None and then is not None and row["State"] != "Confidential":
            found[indicator.ref] = display(then, indicator).removesuffix(f" {indicator.unit_label}")
    return found


def money_facts(rated: Rated, tables: Tables, facts: Facts) -> Money | None:
    """Money against outcomes as known in the quarter; None where there is none."""
    lines = money_lines(get(tables, "Resources"), rated.framework, rated.period)
    money = money_of(lines)
    if not money:
        return None
    rollup = {str(row["Ref"]): row for row in records(rated.rollup)}
    rows = [MoneyRow(o, total(under(money, rated.framework, o.ref), rated.period)) for o in _tops(facts)]
    untied = total([line for line in money if not line.outcome], rated.period)
    corners = spend_and_results(lines, rated.framework, rollup, rated.settings)
    return Money(tuple(rows), untied, total(money, rated.period), corners)


def delivery_facts(rated: Rated, tables: Tables, facts: Facts) -> Delivery | None:
    """How the delivery plan stands; None where there is none."""
    plan = read_plan(get(tables, "Activities"), rated.framework)
    if not plan.activities:
        return None
    today = rated.history.today
    rows = [_delivery_row(o, plan.under(rated.framework, o.ref), today) for o in _tops(facts)]
    steps = [m for m in plan.steps(plan.activities) if m.due is not None and m.due <= today]
    ratings = {o.ref: o.word for o in facts.outcomes}
    return Delivery(
        rows=tuple(rows),
        whole=_delivery_row(None, plan.activities, today),
        milestones_due=len(steps),
        milestones_met=sum(m.status == COMPLETE for m in steps),
        troubled=tuple(_troubled(plan, today)),
        idle=tuple(o for o, rating in without_work(plan, rated.framework, ratings) if rating == "Red"),
    )


def risk_facts(rated: Rated, tables: Tables, facts: Facts) -> Iterator[RiskFact]:
    """The risks of the register, the highest score first, with what is Red under what they are tied to."""
    known = {i.ref: i for i in facts.indicators}
    for risk in read_risks(get(tables, "Risks"), rated.framework, rated.settings):
        if risk.title:
            reds = tuple(known[ref] for ref in risk.indicators if ref in known and known[ref].word == "Red")
            yield RiskFact(risk, reds)


def high_with_reds(risks: Iterable[RiskFact]) -> tuple[RiskFact, ...]:
    """The High risks that have a Red indicator under what they are tied to."""
    return tuple(r for r in risks if r.risk.level == HIGH and r.reds)


# ---- parts ----


def _tops(facts: Facts) -> Sequence[OutcomeFact]:
    refs = [p.ref for p in facts.priorities]
    return sorted((o for o in facts.outcomes if o.tier == 1), key=lambda o: refs.index(o.ref))


def _last_due(indicator: Indicator, period: Quarter) -> Quarter | None:
    return next((q for n in (1, 2, 3, 4) if indicator.due_in(q := period.shift(-n))), None)


def _delivery_row(outcome: OutcomeFact | None, activities: Iterable[Activity], today: dt.date) -> DeliveryRow:
    held = tuple(activities)
    statuses = Counter(a.status for a in held)
    return DeliveryRow(outcome, statuses, sum(a.days_over(today) > 0 for a in held))


def _troubled(plan: DeliveryPlan, today: dt.date) -> Iterator[tuple[Activity, int]]:
    for activity in plan.activities:
        days = activity.days_over(today)
        if activity.status in ("At risk", "Delayed") or days:
            yield activity, days


def _carried(actions: Iterable[Action], rated: Rated, known: Mapping[str, IndicatorFact]) -> Iterator[Carried]:
    for action in actions:
        earlier = action.raised is None or action.raised < rated.period
        if action.open and earlier and action.action:
            yield Carried(action, known.get(action.indicator), action.days_over(rated.history.today))
