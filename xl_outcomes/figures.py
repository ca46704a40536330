"""From observations to the figure that a quarter reports (docs/rules/figures.md)."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from xl_outcomes.columns import to_date
from xl_outcomes.contract import SHORTHAND
from xl_outcomes.exact import rounded, to_number
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Month, Period, Quarter, due_numbers, quarter_of, read_period
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


@lru_cache(maxsize=2)  # quarters rated one after the other share their observations
def count_observations(table: Table, framework: Framework) -> tuple[Observed, tuple[Issue, ...]]:
    """The observations that count, by indicator, area ("" is the council's own) and period; and what is odd.

    Rows of unknown indicators, periods that do not fit the frequency and second rows for one period are issues.
    """
    rows = _Rows.of(table)
    places, odd = _by_indicator(table, rows, framework)
    observed: dict[str, Mapping[str, Counted]] = {}
    for ref, own in places.items():
        indicator = framework.indicators[ref]
        alone = {p: place for place in own if not rows.areas[place] and (p := rows.period(place))}
        if len(alone) == len(own):
            observed[ref] = {"": _Unread(rows, indicator, alone)}
        else:
            observed[ref], twice = _counted(table, rows, indicator, own)
            odd += twice
    return observed, tuple(issue for _, issue in sorted(odd, key=itemgetter(0)))


def window(indicator: Indicator, quarter: Quarter) -> tuple[Period, ...]:
    """The due periods that a quarter's figure is built from, first to last."""
    if not indicator.year_to_date and indicator.frequency != "Monthly":
        return (quarter,) if indicator.due_in(quarter) else ()
    first = Quarter(quarter.year, 1) if indicator.year_to_date else quarter
    if indicator.live_from is not None:
        first = max(first, indicator.live_from)
    return _due_between(first, quarter, indicator.frequency, indicator.due_quarter)


def figure(indicator: Indicator, counted: Counted, quarter: Quarter) -> Figure:
    """The figure of a quarter in which the indicator is due; the first rule that fits gives the outcome."""
    periods = window(indicator, quarter)
    found = {p: o for p in periods if (o := counted.get(p)) is not None}
    reported = [p for p in found if quarter_of(p) == quarter]
    forecast = _forecast([found[p] for p in reported])
    if indicator.aggregation == "Latest" and len(periods) > 1:
        periods = periods[-1:]
        found = {p: found[p] for p in periods if p in found}
        reported = [p for p in reported if p in found]
    if not reported:
        return Figure("none", needed=len(periods))
    return _outcome(indicator, list(found.values()), len(periods), forecast)


@lru_cache(maxsize=4096)
def _due_between(first: Quarter, last: Quarter, frequency: str, due_quarter: int) -> tuple[Period, ...]:
    due = due_numbers(frequency, due_quarter)
    quarters = tuple(q for i in range(first.index, last.index + 1) if (q := Quarter.at(i)).number in due)
    return tuple(month for q in quarters for month in q.months) if frequency == "Monthly" else quarters


def _forecast(reported: Sequence[Observation]) -> Fraction | None:
    """The latest forecast that came with the reported quarter's figures; none beside a confidential one."""
    for observation in reversed(reported):
        if observation.forecast is not None and observation.code != "c":
            return observation.forecast
    return None


def _outcome(indicator: Indicator, found: Sequence[Observation], due: int, forecast: Fraction | None) -> Figure:
    codes = [o.code for o in found]
    needed = due - codes.count("z")
    by_value = indicator.calculation == "Value" or needed == 1
    usable = [o for o in found if o.code not in NO_FIGURE and (o.pair or by_value)]
    state = _without_figure(codes, needed, len(usable))
    value = None if state else _aggregate(indicator, usable)
    outcome = state or ("Not applicable" if value is None else "figure")
    told = [o.code for o in usable if o.code] if value is not None else []
    marks = tuple(c for c in "per" if c in told) if told else ()
    return Figure(outcome, value, marks, forecast, len(usable), needed, tuple(found))


def _without_figure(codes: Sequence[str], needed: int, usable: int) -> str:
    """The outcome that stands in the place of a figure; blank where there can be one."""
    if "c" in codes:
        return "Confidential"
    if needed == 0:
        return "Not applicable"
    if codes.count("x") == needed:
        return "Unavailable"
    return "Incomplete" if usable < needed else ""


def _aggregate(indicator: Indicator, usable: Sequence[Observation]) -> Fraction | None:
    """The figure of the window; None where numerators and denominators add up to nothing."""
    if indicator.calculation == "Ratio" and usable[0].pair:
        top, bottom = (_total([o.pair[n] for o in usable if o.pair]) for n in (0, 1))
        return top / bottom * indicator.per if bottom else None
    values = [o.value for o in usable if o.value is not None]
    total = _total(values)
    return total / len(values) if indicator.aggregation == "Mean" else total


def _total(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers[1:], numbers[0])


class _Row(NamedTuple):
    """The cells of a row that matter here; `number` is its row on the sheet."""

    number: int
    indicator: object
    period: object
    area: object
    value: object
    numerator: object
    denominator: object
    shorthand: object
    forecast: object
    received: object
    superseded: object
    commentary: object
    corrective_action: object


_HEADINGS = tuple(name.capitalize().replace("_", " ") for name in _Row._fields[1:])


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of Observations column by column, and the period that each text under Period stands for."""

    columns: tuple[Any, ...]
    periods: Mapping[object, Period | None]

    @classmethod
    def of(cls, table: Table) -> "_Rows":
        """The rows of the table Observations."""
        columns = (table.frame.index, *(table.frame[heading] for heading in _HEADINGS))
        found = tuple(column.to_numpy(dtype=object) for column in columns)
        return cls(found, {text: read_period(text) for text in set(found[2])})

    @property
    def areas(self) -> Any:
        """The cells under Area."""
        return self.columns[3]

    def __getitem__(self, place: int) -> _Row:
        return _Row._make(column[place] for column in self.columns)

    def period(self, place: int) -> Period | None:
        """The period of a row."""
        return self.periods[self.columns[2][place]]


class _Unread(Mapping[Period, Observation]):
    """The council's own observations, a row for a period, each read when it is asked for.

    There are more rows of observations than of anything else, and a rating looks at few of them.
    """

    __slots__ = ("_indicator", "_places", "_read", "_rows")

    def __init__(self, rows: _Rows, indicator: Indicator, places: Mapping[Period, int]) -> None:
        self._rows, self._indicator, self._places = rows, indicator, places
        self._read: dict[Period, Observation | None] = {}

    def __getitem__(self, period: Period) -> Observation:
        try:
            found = self._read[period]
        except KeyError:
            found = self._read[period] = _observation(self._rows[self._places[period]], self._indicator, period)
        if found is None:
            raise KeyError(period)
        return found

    def __iter__(self) -> Iterator[Period]:
        return (period for period in self._places if period in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _by_indicator(
    table: Table, rows: _Rows, framework: Framework
) -> tuple[dict[str, list[int]], list[tuple[int, Issue]]]:
    """The places of each indicator's rows, from 0; and the rows that belong to none."""
    places: dict[str, list[int]] = {}
    odd: list[tuple[int, Issue]] = []
    known, indicators, periods = frozenset(framework.indicator_refs), framework.indicators, rows.periods
    for place, (cell, text) in enumerate(zip(*rows.columns[1:3], strict=True)):
        if cell is None and text is None:
            continue
        ref, period = ref_text(cell or ""), periods[text]
        indicator = indicators.get(ref)
        if indicator and period and isinstance(period, Month) == (indicator.frequency == "Monthly"):
            places.setdefault(ref, []).append(place)
        elif issue := _misplaced(text, ref, indicator, period, known):
            odd.append((place, _located(table, rows[place], *issue)))
    return places, odd


def _counted(
    table: Table, rows: _Rows, indicator: Indicator, places: Sequence[int]
) -> tuple[dict[str, Counted], list[tuple[int, Issue]]]:
    """An indicator's observations by area and period where rows replace each other, and the second ones."""
    counted: dict[str, dict[Period, Observation]] = {}
    twice: list[tuple[int, Issue]] = []
    for place in places:
        row, period = rows[place], rows.period(place)
        found = _observation(row, indicator, period) if period else None
        if found:
            own = counted.setdefault(found.area, {})
            other = own.setdefault(found.period, found)
            if other is not found:
                message = _twice(indicator, found, other)
                twice.append((place, _located(table, row, "observation-twice", "Period", message)))
                own[found.period] = _later(found, other)
    return dict(counted), twice


def _misplaced(
    text: object, ref: str, indicator: Indicator | None, period: Period | None, known: frozenset[str]
) -> tuple[str, str, str] | None:
    """Code, heading and message where a row belongs to no due period of a known indicator."""
    if ref not in known:
        return "observation-unknown", "Indicator", f'"{ref}" is not in the Indicators table; the row is left out.'
    if period is None:
        return "observation-period", "Period", f'"{text or ""}" is not a period; the row is left out.'
    if indicator and isinstance(period, Month) != (indicator.frequency == "Monthly"):
        wanted = "months" if indicator.frequency == "Monthly" else "quarters"
        return "observation-frequency", "Period", f"{ref} is reported by {wanted}; the row for {period} is left out."
    return None


def _observation(row: _Row, indicator: Indicator, period: Period) -> Observation | None:
    """The observation of a row that counts; None for one that does not."""
    if is_yes(row.superseded):
        return None
    code = read_code(row.shorthand)
    value, pair = to_number(row.value), _pair(row)
    if code not in NO_FIGURE:
        if indicator.calculation == "Value":
            pair = None
        elif pair and pair[1] == 0 and pair[0] != 0:
            return None
        if value is None and pair is None:
            return None
    area, received = str(row.area or "").strip(), to_date(row.received) or dt.datetime.min
    words = (str(row.commentary or ""), str(row.corrective_action or ""))
    return Observation(period, area, value, pair, code, to_number(row.forecast), received, row.number, *words)


def read_code(value: object) -> str:
    """A shorthand code as its letter, with or without square brackets; blank where it is none."""
    if value is None:
        return ""
    code = str(value or "").strip().strip("[]").strip().casefold()
    return code if code in SHORTHAND else ""


def is_yes(value: object) -> bool:
    """Whether a cell says Yes."""
    return value is True or (value is not None and str(value).strip().casefold() == "yes")


def _pair(row: _Row) -> tuple[Fraction, Fraction] | None:
    top, bottom = to_number(row.numerator), to_number(row.denominator)
    return None if top is None or bottom is None else (top, bottom)


def _later(one: Observation, other: Observation | None) -> Observation:
    return one if other is None or (one.received, one.row) > (other.received, other.row) else other


def _twice(indicator: Indicator, one: Observation, other: Observation) -> str:
    kept, left = _later(one, other).row, one.row + other.row - _later(one, other).row
    return f"Rows {left} and {kept} both give {indicator.ref} for {one.period}; row {kept} is used."


def _located(table: Table, row: _Row, code: str, heading: str, message: str) -> Issue:
    fix = "Mark the row that is wrong as superseded." if code == "observation-twice" else "Correct the cell."
    ref = "" if row.indicator is None else ref_text(row.indicator)
    cell = row.indicator if heading == "Indicator" else row.period
    value = "" if cell is None else str(cell)
    return Issue(
        code, "warning", message, fix, "Observations", table.sheet, table.cell(row.number, heading), ref, value
    )
