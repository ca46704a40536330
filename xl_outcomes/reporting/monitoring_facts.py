"""What the quarterly monitoring report says beyond the facts of every report: moves, areas, money, open actions."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from xl_outcomes.actions import Action, read_actions
from xl_outcomes.areas import Breakdown, Place, breakdowns, comparable, the_whole
from xl_outcomes.chasing import Chase, chase
from xl_outcomes.columns import to_date
from xl_outcomes.exact import show
from xl_outcomes.framework import Framework, Outcome
from xl_outcomes.money import (
    ASSET,
    CONTRACT,
    Corners,
    Line,
    Total,
    money_lines,
    money_of,
    overspends,
    spend_and_results,
    total,
    under,
)
from xl_outcomes.quality import quality_words
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.facts import Facts, IndicatorFact
from xl_outcomes.reporting.registry import text
from xl_outcomes.reporting.shown import earlier_ratings, marked
from xl_outcomes.rollup import rows_by
from xl_outcomes.tables import Tables, get


@dataclass(frozen=True, slots=True)
class Moves:
    """Ratings on figures of this quarter against the quarter before (`before` blank: it was not rated)."""

    before: str = ""
    newly_red: tuple[IndicatorFact, ...] = ()
    no_longer_red: tuple[IndicatorFact, ...] = ()
    better: int = 0
    worse: int = 0


@dataclass(frozen=True, slots=True)
class AreaFact:
    """An indicator with figures by area: the council's own figure, the worst and the best place, those that are Red.

    `rated` counts the places with a rating; `hidden` says that the council is Green and a place is Red. A figure that
    may not be shown is not here.
    """

    ref: str
    title: str
    figure: str
    target: str
    word: str
    rating: str
    worst: str
    best: str
    reds: tuple[str, ...]
    rated: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """An outcome's money with its rating; of what is tied to none, ref and rating are blank. `share` is of the whole.

    Assets and contracts are a number and a value (a year for contracts) each, in no sum.
    """

    ref: str
    title: str
    word: str
    rating: str
    sums: Total
    share: Fraction | None
    assets: tuple[int, Fraction] = (0, Fraction(0))
    contracts: tuple[int, Fraction] = (0, Fraction(0))


@dataclass(frozen=True, slots=True)
class MoneyFacts:
    """The council's money against its outcomes in a quarter; the last of `rows` may be what is tied to no outcome."""

    rows: tuple[MoneyRow, ...]
    whole: Total
    over: tuple[Line, ...]
    corners: Corners


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a return was due and when it came in."""

    owner: str
    due: dt.date
    received: dt.date

    @property
    def days(self) -> int:
        """How many days after its day; below 0 is before."""
        return (self.received - self.due).days


@dataclass(frozen=True, slots=True)
class MonitoringFacts:
    """All that the report adds; `quality` has the data quality word by ref (empty: nothing is assessed)."""

    whole: str
    moves: Moves
    areas: tuple[AreaFact, ...]
    chase: Chase
    arrivals: tuple[Arrival, ...] = ()
    money: MoneyFacts | None = None
    quality: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, tuple[Action, ...]] = field(default_factory=dict)


def monitoring_facts(rated: Rated, tables: Tables, facts: Facts) -> MonitoringFacts:
    """The facts of a rated quarter; `facts` are those that all reports share."""
    return MonitoringFacts(
        whole=the_whole(rated.settings),
        moves=_moves(rated, tables, facts),
        areas=tuple(_area(b) for b in breakdowns(rated)),
        chase=chase(rated, tables),
        arrivals=arrivals(rated, tables),
        money=_money(rated, tables),
        quality=quality_words(tables),
        actions=_open_actions(tables),
    )


def arrivals(rated: Rated, tables: Tables) -> tuple[Arrival, ...]:
    """The returns of a quarter of which both days are known, in table order."""
    found = []
    for row in get(tables, "Returns").rows():
        due, received = to_date(row["Due"]), to_date(row["Received"])
        if row["Period"] == str(rated.period) and due and received:
            found.append(Arrival(text(row["Data owner"]), due.date(), received.date()))
    return tuple(found)


def outcome_name(framework: Framework, ref: str) -> str:
    """An outcome as sentences name it: its ref and title."""
    return f"{ref} {framework.outcomes[ref].title}" if ref in framework.outcomes else ref


# ---- moves and actions ----


def _moves(rated: Rated, tables: Tables, facts: Facts) -> Moves:
    was = earlier_ratings(tables, rated.period).indicators
    fresh = [i for i in facts.indicators if i.counts and not i.apart and i.word and not i.carried_from]
    moved = [i for i in fresh if was.get(i.ref) and was[i.ref] != i.word]
    order = ("Green", "Amber", "Red")
    better = sum(order.index(i.word) < order.index(str(was[i.ref])) for i in moved)
    return Moves(
        before=str(rated.period.shift(-1)) if was else "",
        newly_red=tuple(i for i in moved if i.word == "Red"),
        no_longer_red=tuple(i for i in moved if was[i.ref] == "Red"),
        better=better,
        worse=len(moved) - better,
    )


def _open_actions(tables: Tables) -> dict[str, tuple[Action, ...]]:
    """The actions still to be done, by indicator."""
    found: dict[str, tuple[Action, ...]] = {}
    for action in read_actions(get(tables, "Actions")):
        if action.open:
            found[action.indicator] = (*found.get(action.indicator, ()), action)
    return found


# ---- areas ----


def _area(found: Breakdown) -> AreaFact:
    own = found.indicator
    named = {p.area: _with_figure(p, found) for p in found.places}
    return AreaFact(
        ref=own.ref,
        title=own.title or own.ref,
        figure=found.state if found.value is None else display(found.value, own),
        target=_target(found),
        word=found.rating or "",
        rating=f"{found.rating}{'*' * found.overridden}" if found.rating else "Not rated",
        worst="; ".join(named[a] for a in found.worst),
        best="; ".join(named[a] for a in found.best),
        reds=tuple(named[p.area] for p in found.places if p.rating == "Red"),
        rated=sum(p.rating is not None for p in found.places),
        hidden=bool(found.hidden),
    )


def _with_figure(place: Place, found: Breakdown) -> str:
    return place.area if place.value is None else f"{place.area} {display(place.value, found.indicator)}"


def _target(found: Breakdown) -> str:
    held, own = found.held, found.indicator
    if held is None or not held.confirmed(own.polarity) or not comparable(own):
        return "No target"
    if held.lower is not None and held.upper is not None:
        return f"{show(held.lower)} to {display(held.upper, own, in_full=True)}"
    return "No target" if held.target is None else display(held.target, own, in_full=True)


# ---- money ----


def _money(rated: Rated, tables: Tables) -> MoneyFacts | None:
    """The money of a quarter; None where Resources has nothing for its year up to it."""
    lines = money_lines(get(tables, "Resources"), rated.framework, rated.period)
    if not lines:
        return None
    whole = total(money_of(lines), rated.period)
    rollup = rows_by(rated.rollup, "Ref")
    tops = rated.framework.children(None)
    rows = [_money_row(o, under(lines, rated.framework, o.ref), whole, rated) for o in tops]
    untied = tuple(line for line in lines if not line.outcome)
    rows += [_money_row(None, untied, whole, rated)] if untied else []
    corners = spend_and_results(lines, rated.framework, rollup, rated.settings)
    return MoneyFacts(tuple(rows), whole, overspends(lines), corners)


def _money_row(outcome: Outcome | None, lines: tuple[Line, ...], whole: Total, rated: Rated) -> MoneyRow:
    sums = total(money_of(lines), rated.period)
    row = rows_by(rated.rollup, "Ref").get(outcome.ref) if outcome else None
    return MoneyRow(
        ref=outcome.ref if outcome else "",
        title=outcome.title if outcome else "Tied to no outcome",
        word=str(row["Rating"] or "") if row else "",
        rating=(marked(row) or "Not rated") if row else "Not rated",
        sums=sums,
        share=sums.budget / whole.budget if whole.budget and sums.lines else None,
        assets=_held(lines, ASSET),
        contracts=_held(lines, CONTRACT),
    )


def _held(lines: tuple[Line, ...], kind: str) -> tuple[int, Fraction]:
    held = money_of(lines, kind)
    return len(held), sum((line.budget for line in held if line.budget is not None), Fraction(0))
