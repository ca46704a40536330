"""From observations to the figure that a quarter reports (docs/rules/figures.md)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import SHORTHAND
from xl_outcomes.errors import InputError
from xl_outcomes.exact import rounded, to_number
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Month, Period, Quarter, due_numbers, parse_period
from xl_outcomes.tables import Table

NO_FIGURE = ("x", "z", "c")


@dataclass(frozen=True, slots=True)
class Observation:
    """A row that counts: a figure (`value`, or a `pair` of numerator and denominator), or one of the codes x, z, c."""

    period: Period
    area: str
    value: Fraction | None
    pair: tuple[Fraction, Fraction] | None
    code: str
    forecast: Fraction | None
    received: dt.datetime
    row: int
    commentary: str = ""
    corrective_action: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a quarter's observations give: an `outcome` of figure, none, or the state that stands in its place.

    `value` is exact and unrounded; `have` and `needed` count the due periods for Incomplete.
    """

    outcome: str
    value: Fraction | None = None
    codes: tuple[str, ...] = ()
    forecast: Fraction | None = None
    have: int = 0
    needed: int = 0
    used: tuple[Observation, ...] = field(default=())

    def shown(self, decimals: int) -> Fraction | None:
        """The figure as displayed."""
        return None if self.value is None else rounded(self.value, decimals)


Counted = Mapping[Period, Observation]
Observed = Mapping[str, Mapping[str, Counted]]


def count_observations(table: Table, framework: Framework) -> tuple[Observed, tuple[Issue, ...]]:
    """The observations that count, by indicator, area ("" is the council's own) and period; and what is odd.

    Rows of unknown indicators, periods that do not fit the frequency and second rows for one period are issues.
    """
    counted: dict[str, dict[str, dict[Period, Observation]]] = {}
    issues: list[Issue] = []
    periods: dict[object, Period | None] = {}
    known = frozenset(framework.indicator_refs)
    for row in table.rows():
        if row["Indicator"] is None and row["Period"] is None:
            continue
        issue = _misplaced(row, framework, known, periods)
        if issue:
            issues.append(_located(table, row, *issue))
            continue
        indicator = framework.indicators.get(ref_text(row["Indicator"]))
        found = _observation(row, indicator, periods[row["Period"]]) if indicator else None
        if indicator and found:
            area = counted.setdefault(indicator.ref, {}).setdefault(found.area, {})
            other = area.get(found.period)
            if other:
                issues.append(_located(table, row, "observation-twice", "Period", _twice(indicator, found, other)))
            area[found.period] = _later(found, other)
    return counted, tuple(issues)


def window(indicator: Indicator, quarter: Quarter) -> tuple[Period, ...]:
    """The due periods that a quarter's figure is built from, first to last."""
    first = Quarter(quarter.year, 1) if indicator.year_to_date else quarter
    if indicator.live_from is not None:
        first = max(first, indicator.live_from)
    due = due_numbers(indicator.frequency, indicator.due_quarter)
    quarters = [Quarter.at(i) for i in range(first.index, quarter.index + 1) if Quarter.at(i).number in due]
    if indicator.frequency == "Monthly":
        return tuple(month for q in quarters for month in q.months)
    return tuple(quarters)


def figure(indicator: Indicator, counted: Counted, quarter: Quarter) -> Figure:
    """The figure of a quarter in which the indicator is due; the first rule that fits gives the outcome."""
    periods = window(indicator, quarter)
    forecast = _forecast(counted, periods, quarter)
    if indicator.aggregation == "Latest":
        periods = periods[-1:]
    reported = [counted[p] for p in periods if p in counted and _quarter(p) == quarter]
    if not reported:
        return Figure("none", needed=len(periods))
    found = [counted[p] for p in periods if p in counted]
    return _outcome(indicator, found, len(periods), forecast)


def _forecast(counted: Counted, periods: Sequence[Period], quarter: Quarter) -> Fraction | None:
    """The latest forecast that came with the reported quarter's figures; none beside a confidential one."""
    rows = [counted[p] for p in reversed(periods) if p in counted and _quarter(p) == quarter]
    return next((o.forecast for o in rows if o.forecast is not None and o.code != "c"), None)


def _outcome(indicator: Indicator, found: Sequence[Observation], due: int, forecast: Fraction | None) -> Figure:
    codes = [o.code for o in found]
    needed = due - codes.count("z")
    by_value = indicator.calculation == "Value" or needed == 1
    usable = [o for o in found if o.code not in NO_FIGURE and (o.pair or by_value)]

    def give(outcome: str, value: Fraction | None = None) -> Figure:
        marks = tuple(dict.fromkeys(c for c in "per" if c in [o.code for o in usable]))
        return Figure(outcome, value, marks if value is not None else (), forecast, len(usable), needed, tuple(found))

    if "c" in codes:
        return give("Confidential")
    if needed == 0:
        return give("Not applicable")
    if codes.count("x") == needed:
        return give("Unavailable")
    if len(usable) < needed:
        return give("Incomplete")
    value = _aggregate(indicator, usable)
    return give("Not applicable") if value is None else give("figure", value)


def _aggregate(indicator: Indicator, usable: Sequence[Observation]) -> Fraction | None:
    """The figure of the window; None where numerators and denominators add up to nothing."""
    if indicator.calculation == "Ratio" and usable[0].pair:
        top = sum((o.pair[0] for o in usable if o.pair), Fraction(0))
        bottom = sum((o.pair[1] for o in usable if o.pair), Fraction(0))
        return top / bottom * indicator.per if bottom else None
    values = [o.value for o in usable if o.value is not None]
    total = sum(values, Fraction(0))
    return total / len(values) if indicator.aggregation == "Mean" else total


def _misplaced(
    row: dict[str, Any], framework: Framework, known: frozenset[str], periods: dict[object, Period | None]
) -> tuple[str, str, str] | None:
    """Code, heading and message where a row belongs to no due period of a known indicator."""
    key, ref = row["Period"], ref_text(row["Indicator"] or "")
    if ref not in known:
        return "observation-unknown", "Indicator", f'"{ref}" is not in the Indicators table; the row is left out.'
    if key not in periods:
        periods[key] = _period(key)
    period, indicator = periods[key], framework.indicators.get(ref)
    if period is None:
        return "observation-period", "Period", f'"{key or ""}" is not a period; the row is left out.'
    if indicator and isinstance(period, Month) != (indicator.frequency == "Monthly"):
        wanted = "months" if indicator.frequency == "Monthly" else "quarters"
        return "observation-frequency", "Period", f"{ref} is reported by {wanted}; the row for {period} is left out."
    return None


def _observation(row: dict[str, Any], indicator: Indicator, period: Period | None) -> Observation | None:
    """The observation of a row that counts; None for one that does not."""
    code = read_code(row["Shorthand"])
    value, pair = to_number(row["Value"]), _pair(row)
    if is_yes(row["Superseded"]) or period is None:
        return None
    if code not in NO_FIGURE:
        if indicator.calculation == "Value":
            pair = None
        elif pair and pair[1] == 0 and pair[0] != 0:
            return None
        if value is None and pair is None:
            return None
    area, received = str(row["Area"] or "").strip(), to_date(row["Received"]) or dt.datetime.min
    forecast = to_number(row["Forecast"])
    words = (str(row["Commentary"] or ""), str(row["Corrective action"] or ""))
    return Observation(period, area, value, pair, code, forecast, received, row["row"], *words)


def read_code(value: object) -> str:
    """A shorthand code as its letter, with or without square brackets; blank where it is none."""
    code = str(value or "").strip().strip("[]").strip().casefold()
    return code if code in SHORTHAND else ""


def is_yes(value: object) -> bool:
    """Whether a cell says Yes."""
    return value is True or str(value or "").strip().casefold() == "yes"


def _pair(row: dict[str, Any]) -> tuple[Fraction, Fraction] | None:
    top, bottom = to_number(row["Numerator"]), to_number(row["Denominator"])
    return None if top is None or bottom is None else (top, bottom)


def _later(one: Observation, other: Observation | None) -> Observation:
    return one if other is None or (one.received, one.row) > (other.received, other.row) else other


def _period(text: object) -> Period | None:
    try:
        return parse_period(text)
    except InputError:
        return None


def _quarter(period: Period) -> Quarter:
    return period.quarter if isinstance(period, Month) else period


def _twice(indicator: Indicator, one: Observation, other: Observation) -> str:
    kept, left = _later(one, other).row, one.row + other.row - _later(one, other).row
    return f"Rows {left} and {kept} both give {indicator.ref} for {one.period}; row {kept} is used."


def _located(table: Table, row: dict[str, Any], code: str, heading: str, message: str) -> Issue:
    fix = "Mark the row that is wrong as superseded." if code == "observation-twice" else "Correct the cell."
    ref = "" if row["Indicator"] is None else ref_text(row["Indicator"])
    value = "" if row[heading] is None else str(row[heading])
    return Issue(
        code, "warning", message, fix, "Observations", table.sheet, table.cell(row["row"], heading), ref, value
    )
