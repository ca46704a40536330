"""How an indicator stands in a quarter: state, figure, rating, directions (docs/rules/states.md)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from xl_outcomes.exact import rounded, to_number
from xl_outcomes.figures import Counted, Figure, Observed, figure, window
from xl_outcomes.framework import Framework, Indicator
from xl_outcomes.periods import Period, Quarter
from xl_outcomes.rating import display, rate, reason, variance
from xl_outcomes.settings import Settings
from xl_outcomes.targets import Held, Target, Timelines, held_to, in_force
from xl_outcomes.travel import direction

DUE_STATES = ("Rated", "Overdue", "Awaiting", "Incomplete", "Unavailable", "Target to be confirmed")
SHOWN_STATES = ("Baseline year", "Data only", "Target to be confirmed", "Rated")


@dataclass(frozen=True, slots=True)
class History:
    """All that ratings are worked out from; `closed` holds the Results rows of closed quarters by ref."""

    framework: Framework
    timelines: Timelines
    observed: Observed
    settings: Settings
    today: dt.date
    closed: Mapping[Quarter, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def council_figures(self, indicator: Indicator) -> Counted:
        """The observations that are for the whole council."""
        return self.observed.get(indicator.ref, {}).get("", {})


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of Results before it is written; figures are exact, `value` and comparators as displayed."""

    ref: str
    state: str
    reason: str
    value: Fraction | None = None
    held: Held | None = None
    rating: str | None = None
    calculated: str | None = None
    variance: Fraction | None = None
    previous: Fraction | None = None
    direction: str | None = None
    last_year: Fraction | None = None
    direction_on_year: str | None = None
    forecast: Fraction | None = None
    forecast_rating: str | None = None
    carried_from: Quarter | None = None
    flags: tuple[str, ...] = ()

    def replaced(self, rating: str, reason: str) -> "Standing":
        """The same with an override's rating; the calculated one stays beside it."""
        return replace(self, rating=rating, reason=reason, flags=(*self.flags, "override"))


def assess(history: History, ref: str, quarter: Quarter) -> Standing:
    """How an indicator stands in a quarter, before any override."""
    indicator = history.framework.indicators.get(ref)
    if indicator is None:
        return Standing(ref, "Framework error", "Its row fails the checks of the framework.")
    now = _now(history, indicator, quarter)
    if now.state in ("Framework error", "Deleted", "In development"):
        return Standing(ref, now.state, _plain_reason(history, indicator, quarter, now))
    standing = Standing(ref, now.state, _plain_reason(history, indicator, quarter, now), held=now.held)
    if now.state == "Not due":
        return _carried(history, indicator, quarter, standing)
    if now.state in SHOWN_STATES:
        standing = _with_figure(history, indicator, quarter, now, standing.reason)
    return _with_forecast(history, indicator, quarter, now, standing)


@dataclass(frozen=True, slots=True)
class _Now:
    """State and figure of one quarter, open or closed; `basis` is the figure that is rated."""

    state: str
    held: Held | None = None
    figure: Figure | None = None
    shown: Fraction | None = None
    basis: Fraction | None = None
    closed_rating: str | None = None


@dataclass(frozen=True, slots=True)
class _Then:
    """An earlier figure to compare with: as it was shown, and as it was rated."""

    shown: Fraction
    basis: Fraction | None


def _now(history: History, indicator: Indicator, quarter: Quarter) -> _Now:
    if quarter in history.closed:
        return _as_closed(history.closed[quarter].get(indicator.ref))
    target = in_force(history.timelines, indicator, quarter)
    state = _not_asked(target, indicator, quarter)
    if state in ("Framework error", "Deleted", "In development"):
        return _Now(state)
    held = held_to(target, indicator, quarter, history.settings) if target else None
    if state:
        return _Now(state, held)
    found = figure(indicator, history.council_figures(indicator), quarter)
    state = _state(history, indicator, quarter, found, held)
    return _Now(state, held, found, *_shown_and_rated(history, indicator, found))


def _not_asked(target: Target | None, indicator: Indicator, quarter: Quarter) -> str:
    """The state of a quarter in which no figure is looked at; blank where one is."""
    if target and target.wrong:
        return "Framework error"
    if indicator.status == "Deleted":
        return "Deleted"
    if indicator.status in ("Proposed", "In development") or not indicator.live_in(quarter):
        return "In development"
    return "" if indicator.due_in(quarter) else "Not due"


def _shown_and_rated(history: History, indicator: Indicator, found: Figure) -> tuple[Fraction | None, Fraction | None]:
    shown = found.shown(indicator.decimals)
    return shown, shown if history.settings.rate_on == "As displayed" else found.value


def _state(history: History, indicator: Indicator, quarter: Quarter, found: Figure, held: Held | None) -> str:
    if found.outcome == "none":
        return "Overdue" if history.today > deadline(indicator, quarter, history.settings) else "Awaiting"
    if found.outcome != "figure":
        return found.outcome
    if indicator.status == "Baseline year":
        return "Baseline year"
    if indicator.kind == "Contextual" or indicator.polarity == "Neither":
        return "Data only"
    return "Rated" if held and held.confirmed(indicator.polarity) else "Target to be confirmed"


def deadline(indicator: Indicator, quarter: Quarter, settings: Settings) -> dt.date:
    """The last day on which a figure is in time."""
    return quarter.end + dt.timedelta(days=settings.return_due_days + indicator.lag_days)


def variance_in(history: History, indicator: Indicator, quarter: Quarter) -> Fraction | None:
    """The variance of a quarter that is not closed, as its row of Results has it."""
    now = _now(history, indicator, quarter)
    if now.state != "Rated" or now.held is None or now.shown is None or now.basis is None:
        return None
    return variance(now.shown, now.held)


def recent_figures(history: History, indicator: Indicator, quarters: Sequence[Quarter]) -> list[Fraction | None]:
    """The figures that quarters show, None where there is none to show."""
    found = [_comparator(history, indicator, quarter) for quarter in quarters]
    return [then.shown if then else None for then in found]


def _as_closed(row: Mapping[str, Any] | None) -> _Now:
    if row is None:
        return _Now("Not due")
    value = to_number(row["Value"])
    return _Now(str(row["State"]), shown=value, basis=value, closed_rating=row["Calculated rating"])


def _with_figure(history: History, indicator: Indicator, quarter: Quarter, now: _Now, words: str) -> Standing:
    before, year_before = _previous(history, indicator, quarter), _last_year(history, indicator, quarter)
    previous, last_year = (c.shown if c else None for c in (before, year_before))
    band, held, polarity = history.settings.no_change_band, now.held, indicator.polarity
    rating = gap = None
    if now.state == "Rated" and held is not None and now.basis is not None and now.shown is not None:
        scheme = history.settings.rag_scheme
        then = year_before.basis if year_before else None
        rating = rate(now.basis, held, polarity, scheme, then)
        words = reason(now.basis, held, rating, indicator, scheme, then)
        gap = variance(now.shown, held)
    return Standing(
        indicator.ref,
        now.state,
        words,
        value=now.shown,
        held=held,
        rating=rating,
        calculated=rating,
        variance=gap,
        previous=previous,
        direction=direction(now.shown, previous, polarity, band, held),
        last_year=last_year,
        direction_on_year=direction(now.shown, last_year, polarity, band, held),
        flags=now.figure.codes if now.figure else (),
    )


def _previous(history: History, indicator: Indicator, quarter: Quarter) -> _Then | None:
    """The figure of the previous due quarter; none further back, and none for year-to-date figures."""
    if indicator.year_to_date:
        return None
    due = next((quarter.shift(-n) for n in (1, 2, 3, 4) if indicator.due_in(quarter.shift(-n))), None)
    return _comparator(history, indicator, due) if due else None


def _last_year(history: History, indicator: Indicator, quarter: Quarter) -> _Then | None:
    """The same quarter's figure a year before; of year-to-date figures only over the same periods."""
    then = quarter.shift(-4)
    if not indicator.due_in(then) or (
        indicator.year_to_date and _positions(indicator, quarter) != _positions(indicator, then)
    ):
        return None
    return _comparator(history, indicator, then)


def _comparator(history: History, indicator: Indicator, quarter: Quarter) -> _Then | None:
    """A quarter's figure where it has one to show; what it was held to need not be worked out for that."""
    if quarter in history.closed:
        then = _as_closed(history.closed[quarter].get(indicator.ref))
        shown, basis = (then.shown, then.basis) if then.state in SHOWN_STATES else (None, None)
    elif _not_asked(in_force(history.timelines, indicator, quarter), indicator, quarter):
        return None
    else:
        found = figure(indicator, history.council_figures(indicator), quarter)
        shown, basis = _shown_and_rated(history, indicator, found)
    return None if shown is None else _Then(shown, basis)


def _positions(indicator: Indicator, quarter: Quarter) -> list[int]:
    periods: tuple[Period, ...] = window(indicator, quarter)
    return [p.number for p in periods]


def _with_forecast(history: History, indicator: Indicator, quarter: Quarter, now: _Now, standing: Standing) -> Standing:
    if now.figure is None or now.figure.forecast is None or now.state == "Confidential":
        return standing
    shown = rounded(now.figure.forecast, indicator.decimals)
    year_end = Quarter(quarter.year, 4)
    target = in_force(history.timelines, indicator, year_end)
    held = held_to(target, indicator, year_end, history.settings) if target and not target.wrong else None
    if held is None or not indicator.scored or not held.confirmed(indicator.polarity):
        return replace(standing, forecast=shown)
    basis = shown if history.settings.rate_on == "As displayed" else now.figure.forecast
    year_before = _last_year(history, indicator, year_end)
    rating = rate(
        basis, held, indicator.polarity, history.settings.rag_scheme, year_before.basis if year_before else None
    )
    return replace(standing, forecast=shown, forecast_rating=rating)


def _carried(history: History, indicator: Indicator, quarter: Quarter, standing: Standing) -> Standing:
    """An indicator that is not due keeps the calculated rating of its last due quarter for a while."""
    for back in range(1, history.settings.carry_forward + 1):
        then = quarter.shift(-back)
        if indicator.due_in(then):
            rating = calculated_rating(history, indicator, then)
            if rating is None:
                return standing
            words = f"Not due this quarter: {rating} is carried from {then}."
            return replace(standing, rating=rating, calculated=rating, carried_from=then, reason=words)
    return standing


def calculated_rating(history: History, indicator: Indicator, quarter: Quarter) -> str | None:
    """The calculated rating of a quarter, if it was Rated."""
    then = _now(history, indicator, quarter)
    if then.state != "Rated":
        return None
    if then.held is None or then.basis is None:
        return then.closed_rating
    year_before = _last_year(history, indicator, quarter)
    scheme = history.settings.rag_scheme
    return rate(then.basis, then.held, indicator.polarity, scheme, year_before.basis if year_before else None)


def _plain_reason(history: History, indicator: Indicator, quarter: Quarter, now: _Now) -> str:
    """The state in words, for every state but Rated."""
    if now.state == "Rated":
        return ""
    figures = "" if now.shown is None else display(now.shown, indicator)
    due = f"{deadline(indicator, quarter, history.settings):%d %B %Y}"
    have, needed = (now.figure.have, now.figure.needed) if now.figure else (0, 0)
    periods = "months" if indicator.frequency == "Monthly" else "quarters"
    return {
        "Framework error": "The target in force fails the checks of the framework.",
        "Deleted": "Deleted from the framework.",
        "In development": "In development: no figure is asked for yet.",
        "Not due": "Not due this quarter.",
        "Overdue": f"No figure: it was due by {due}.",
        "Awaiting": f"No figure yet: it is due by {due}.",
        "Confidential": "The figure is confidential.",
        "Not applicable": "Not applicable: there was nothing to count.",
        "Unavailable": "The figure is unavailable.",
        "Incomplete": f"Incomplete: {have} of {needed} {periods}.",
        "Baseline year": f"{figures}: its baseline year, so there is no target yet.",
        "Data only": f"{figures}: for information, not rated.",
        "Target to be confirmed": f"{figures}: the target is to be confirmed.",
    }.get(now.state, "")
