"""Targets in force, quarter by quarter (docs/rules/targets.md)."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table


@dataclass(frozen=True, slots=True)
class Target:
    """A row of Targets; a `wrong` one stands in its quarters as a framework error."""

    start: Quarter
    target: Fraction | None = None
    amber: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    tolerance: Fraction | None = None
    tolerance_kind: str | None = None
    even: bool = False
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What one quarter's figure is held to, tolerance and yearly profile worked out.

    `amber` is the amber limit (the floor standard in the Floor scheme), None where there is none; `slack_below` and
    `slack_above` are the tolerance outside a range.
    """

    start: Quarter
    target: Fraction | None = None
    amber: Fraction | None = None
    explicit: bool = False
    lower: Fraction | None = None
    upper: Fraction | None = None
    slack_below: Fraction = Fraction(0)
    slack_above: Fraction = Fraction(0)
    tolerance: Fraction = Fraction(0)
    tolerance_kind: str = "Per cent"

    def confirmed(self, polarity: str) -> bool:
        """Whether it says enough to rate with."""
        if polarity == "In range":
            return self.lower is not None and self.upper is not None
        return self.target is not None


Timelines = Mapping[str, tuple[Target, ...]]

_TOLERANCE_KIND = SPECS["Targets"].column("Tolerance kind")
_NONE = Fraction(0)
_UNDATED = Target(Quarter(0, 1), wrong=True)


def read_targets(table: Table, wrong: frozenset[tuple[str, int]]) -> Timelines:
    """The rows of each indicator in order of their From.

    A row without a readable From could be in force at any time, so it makes every quarter a framework error.
    """
    column = SPECS["Targets"].column("From")
    found: dict[str, dict[Quarter, Target]] = {}
    for row in table.rows():
        if row["Indicator"] is None:
            continue
        dated = row["From"] is not None and column.fits(row["From"])
        start = parse_quarter(row["From"]) if dated else _UNDATED.start
        target = Target(start, wrong=True) if ("Targets", row["row"]) in wrong else _target(start, row)
        found.setdefault(ref_text(row["Indicator"]), {})[start] = target
    return {ref: tuple(sorted(rows.values(), key=lambda t: t.start)) for ref, rows in found.items()}


def in_force(timelines: Timelines, indicator: Indicator, quarter: Quarter) -> Target | None:
    """The row in force in a quarter: the latest that began by then; for year-to-date figures, in the same year."""
    rows = timelines.get(indicator.ref, ())
    if rows and rows[0].wrong and rows[0] == _UNDATED:
        return rows[0]
    position = bisect_right(rows, quarter, key=lambda t: t.start)
    found = rows[position - 1] if position else None
    if found and indicator.year_to_date and found.start.year != quarter.year:
        return None
    return found


def held_to(target: Target, indicator: Indicator, quarter: Quarter, settings: Settings) -> Held:
    """What a quarter's figure is held to under a right row."""
    share = Fraction(quarter.number, 4) if target.even and profiled(indicator) else None
    aim, standard = (n if share is None or n is None else n * share for n in (target.target, target.amber))
    tolerance = settings.tolerance if target.tolerance is None else target.tolerance
    kind = target.tolerance_kind or settings.tolerance_kind
    ranged = indicator.polarity == "In range"
    floor = settings.rag_scheme == "Floor"
    explicit = target.amber is not None
    amber = None
    if aim is not None and indicator.polarity in ("Higher is better", "Lower is better"):
        amber = standard if explicit or floor else _by_tolerance(aim, tolerance, kind, indicator.polarity)
    return Held(
        start=target.start,
        target=None if ranged else aim,
        amber=amber,
        explicit=explicit,
        lower=target.lower if ranged else None,
        upper=target.upper if ranged else None,
        slack_below=_NONE if floor or target.lower is None else _slack(target.lower, tolerance, kind),
        slack_above=_NONE if floor or target.upper is None else _slack(target.upper, tolerance, kind),
        tolerance=tolerance,
        tolerance_kind=kind,
    )


def profiled(indicator: Indicator) -> bool:
    """Whether an Even profile has a meaning: a year-to-date sum of values that is not annual."""
    return (
        indicator.year_to_date
        and indicator.aggregation == "Sum"
        and indicator.calculation == "Value"
        and indicator.frequency != "Annual"
    )


def _by_tolerance(aim: Fraction, tolerance: Fraction, kind: str, polarity: str) -> Fraction:
    slack = _slack(aim, tolerance, kind)
    return aim - slack if polarity == "Higher is better" else aim + slack


def _slack(limit: Fraction, tolerance: Fraction, kind: str) -> Fraction:
    if kind != "Per cent":
        return tolerance
    # The product of the two over 100, in one step.
    top = abs(limit.numerator) * tolerance.numerator
    return Fraction(top, limit.denominator * tolerance.denominator * 100)


def _target(start: Quarter, row: dict[str, object]) -> Target:
    kind = None if row["Tolerance kind"] is None else _TOLERANCE_KIND.tidy(row["Tolerance kind"])
    return Target(
        start,
        target=to_number(row["Target"]),
        amber=to_number(row["Amber"]),
        lower=to_number(row["Lower"]),
        upper=to_number(row["Upper"]),
        tolerance=to_number(row["Tolerance"]),
        tolerance_kind=None if kind is None else str(kind),
        even=row["Profile"] is not None,
    )
