"""The figures of half a year, or of a whole one, beside those of its quarters (docs/rules/half-year.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from xl_outcomes.contract import SHORTHAND
from xl_outcomes.errors import InputError
from xl_outcomes.figures import Figure, figure, window
from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Month, Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.standing import History, assess
from xl_outcomes.targets import held_to, in_force
from xl_outcomes.travel import direction

BY_QUARTER = "By quarter only"  # where quarters cannot be put together
_ADDED = ("Count", "Money", "Other")  # units whose figures may be added up
_WORDS = {"none": "No figure"}


@dataclass(frozen=True, slots=True)
class Span:
    """The quarters from April to the last one reported: two (half a year) or four."""

    quarters: tuple[Quarter, ...]

    @property
    def last(self) -> Quarter:
        """The quarter up to which is reported."""
        return self.quarters[-1]

    @property
    def whole_year(self) -> bool:
        """Whether it is the whole year."""
        return len(self.quarters) == 4

    @property
    def new(self) -> tuple[Quarter, ...]:
        """The quarters that the report of the half year before did not have."""
        return self.quarters[-2:]


@dataclass(frozen=True, slots=True)
class SpanFigure:
    """An indicator over a span: what each quarter reports, and the span's own figure as people read it.

    `value` is None where there is no figure, and `shown` says why. `since` is the first quarter of an indicator that
    began later than April. `before` is the figure of the same span a year ago, blank without one; `direction` the
    change since then.
    """

    ref: str
    quarters: tuple[str, ...]
    value: Fraction | None
    shown: str
    since: Quarter | None
    before: str
    direction: str


def span_of(period: Quarter) -> Span:
    """The span that a half-yearly report of a quarter has; InputError for a first or third quarter."""
    if period.number not in (2, 4):
        fix = "Choose Q2 (April to September) or Q4 (the whole year)."
        raise InputError(f"{period} does not end a half year.", fix)
    return Span(tuple(Quarter(period.year, n) for n in range(1, period.number + 1)))


def span_figures(rated: Rated) -> dict[str, SpanFigure]:
    """The figures of the span up to the rated quarter, by ref, of the indicators that are asked for.

    Raises what `span_of` raises. A confidential quarter makes the span confidential.
    """
    span, history = span_of(rated.period), rated.history
    live = (i for i in rated.framework.indicators.values() if i.expected())
    return {i.ref: _span_figure(history, i, span) for i in live}


def quotes(rated: Rated, ref: str, quarters: Sequence[Quarter]) -> tuple[list[str], list[str]]:
    """The commentaries and the corrective actions that came for some quarters, each once, with the quarter in front.

    Those beside confidential figures are left out.
    """
    counted = rated.history.observed.get(ref, {}).get("", {})
    rows = sorted((_quarter(p), str(p), o) for p, o in counted.items() if o.code != "c" and _quarter(p) in quarters)
    comments = [(q, o.commentary) for q, _, o in rows]
    return _said(comments), _said([(q, o.corrective_action) for q, _, o in rows])


def directions(figures: Mapping[str, SpanFigure]) -> Iterator[str]:
    """The directions of the figures that can be compared with a year ago."""
    return (f.direction for f in figures.values() if f.direction)


# ---- one indicator ----


def _span_figure(history: History, indicator: Indicator, span: Span) -> SpanFigure:
    found, began = _figure(history, indicator, span), _began(indicator, span)
    value = found.shown(indicator.decimals) if found else None
    before, moved = _year_before(history, indicator, span, value)
    quarters = tuple(_quarter_text(history, indicator, quarter) for quarter in span.quarters)
    absent = BY_QUARTER if _due(indicator, span) else "Not due"
    shown = _shown(found, value, indicator) if found else absent
    return SpanFigure(indicator.ref, quarters, value, shown, began, before, moved)


def _figure(history: History, indicator: Indicator, span: Span) -> Figure | None:
    """What the span's observations give by the indicator's own rule; None where it is not due or not put together."""
    due = _due(indicator, span)
    if not due or not _joins(indicator, len(due)):
        return None
    return figure(_from_april(indicator), history.council_figures(indicator), due[-1])


def _joins(indicator: Indicator, quarters: int) -> bool:
    """Whether quarters can be put together: by ratio, mean or latest figure, or as amounts that add up."""
    alone = quarters == 1 and indicator.frequency != "Monthly"
    summed = indicator.aggregation == "Sum" and indicator.calculation == "Value"
    return alone or indicator.year_to_date or not summed or indicator.unit in _ADDED


def _from_april(indicator: Indicator) -> Indicator:
    return replace(indicator, report_as="Year to date")


def _year_before(history: History, indicator: Indicator, span: Span, value: Fraction | None) -> tuple[str, str]:
    """The figure of the same span a year ago and the direction since; blanks where they cannot be compared."""
    earlier = Span(tuple(q.shift(-4) for q in span.quarters))
    then = _figure(history, indicator, earlier)
    shown = then.shown(indicator.decimals) if then else None
    if value is None or shown is None or not _alike(indicator, span, earlier):
        return "", ""
    target = in_force(history.timelines, indicator, span.last)
    held = held_to(target, indicator, span.last, history.settings) if target and not target.wrong else None
    moved = direction(value, shown, indicator.polarity, history.settings.no_change_band, held)
    return display(shown, indicator), moved or ""


def _alike(indicator: Indicator, span: Span, earlier: Span) -> bool:
    """Whether both spans are built from the same quarters of the year."""
    windows = (window(_from_april(indicator), s.last) for s in (span, earlier))
    now, then = ([p.number for p in periods] for periods in windows)
    return now == then or indicator.aggregation == "Latest"


def _began(indicator: Indicator, span: Span) -> Quarter | None:
    first, start = span.quarters[0], indicator.live_from
    return start if start is not None and first < start <= span.last and indicator.aggregation != "Latest" else None


def _due(indicator: Indicator, span: Span) -> list[Quarter]:
    return [q for q in span.quarters if indicator.due_in(q)]


def _shown(found: Figure, value: Fraction | None, indicator: Indicator) -> str:
    if value is None:
        return _WORDS.get(found.outcome, found.outcome)
    return " ".join([display(value, indicator), *(f"[{code}]" for code in found.codes)])


def _quarter_text(history: History, indicator: Indicator, quarter: Quarter) -> str:
    """What a quarter reports: its figure with its shorthand, or why it has none."""
    standing = assess(history, indicator.ref, quarter)
    if standing.value is None or standing.state == "Confidential":
        return standing.state
    codes = (f"[{flag}]" for flag in standing.flags if flag in SHORTHAND)
    return " ".join([display(standing.value, indicator), *codes])


# ---- words that came ----


def _said(texts: Sequence[tuple[Quarter, str]]) -> list[str]:
    found: dict[str, Quarter] = {}
    for quarter, text in texts:
        if text.strip():
            found.setdefault(text.strip(), quarter)
    return [f"Q{quarter.number}: {text}" for text, quarter in found.items()]


def _quarter(period: Quarter | Month) -> Quarter:
    return period.quarter if isinstance(period, Month) else period
