"""Money against outcomes: what is spent on each, and whether it is spent where results are wanted.

Revenue and Capital are money; assets and contracts are listed apart and never added to it (docs/rules/money.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Any

from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.exact import at_least, to_number
from xl_outcomes.framework import Framework, Outcome, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get, misfits

REVENUE, CAPITAL, ASSET, CONTRACT = "Revenue", "Capital", "Asset", "Contract"
MONEY = (REVENUE, CAPITAL)
AMOUNTS = ("Budget", "Forecast", "Actual")
CORNERS = {
    (True, False): "High spend, poor result",
    (False, False): "Low spend, poor result",
    (True, True): "High spend, good result",
    (False, True): "Low spend, good result",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of money, asset or contract as last known in the financial year: pounds, None where not given.

    `outcome` is blank where the row is tied to no live outcome.
    """

    outcome: str
    kind: str
    description: str
    period: Quarter
    budget: Fraction | None
    forecast: Fraction | None
    actual: Fraction | None
    row: int

    @property
    def variance(self) -> Fraction | None:
        """Forecast less budget: above 0 is an overspend; None where either is missing."""
        return None if self.forecast is None or self.budget is None else self.forecast - self.budget


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of some lines as far as they are given, in pounds.

    `variance` is over the lines that have both forecast and budget, `compared` their budget; the counts say how many
    lines there are, and how many lack a budget or forecast or stand as an earlier quarter knew them.
    """

    budget: Fraction
    forecast: Fraction
    actual: Fraction
    variance: Fraction
    compared: Fraction
    capital: Fraction
    lines: int
    without_budget: int
    without_forecast: int
    older: int

    @property
    def variance_share(self) -> Fraction | None:
        """The variance as a share of the budget that it is over; None where that is nothing."""
        return self.variance / self.compared if self.compared else None


@dataclass(frozen=True, slots=True)
class Placed:
    """An outcome that has money: its share of the budget and its result; `corner` is blank where it is not rated."""

    outcome: Outcome
    budget: Fraction
    share: Fraction
    rating: str
    score: Fraction | None
    corner: str


@dataclass(frozen=True, slots=True)
class Corners:
    """Spend against results at one tier: what has money, corner by corner, the rest, and where high spend begins.

    `without` are the outcomes without money, `elsewhere` the budget that is not tied to this tier or below.
    """

    tier: int
    median: Fraction
    placed: tuple[Placed, ...]
    unrated: tuple[Placed, ...]
    without: tuple[Outcome, ...]
    elsewhere: Fraction


def money_lines(table: Table, framework: Framework, period: Quarter) -> tuple[Line, ...]:
    """The lines of Resources in force in a quarter: of each, the latest row of its financial year up to the quarter.

    A line is known by Linked to, Kind and Description; of two rows for one quarter the lower one counts. Rows without
    a readable kind or period are left out (`money_issues` names them).
    """
    latest: dict[tuple[str, str, str], Line] = {}
    for row in table.rows():
        found = _line(row, framework)
        if found is None or found.period.year != period.year or found.period > period:
            continue
        key = _key(row)
        if key not in latest or latest[key].period <= found.period:
            latest[key] = found
    return tuple(latest.values())


def money_of(lines: Iterable[Line], *kinds: str) -> tuple[Line, ...]:
    """The lines of some kinds; without any given, those of money (Revenue and Capital)."""
    return tuple(line for line in lines if line.kind in (kinds or MONEY))


def under(lines: Iterable[Line], framework: Framework, ref: str) -> tuple[Line, ...]:
    """The lines of an outcome: its own and those of everything below it."""
    below = {ref, *(o.ref for o in framework.down(ref))}
    return tuple(line for line in lines if line.outcome in below)


def total(lines: Sequence[Line], period: Quarter) -> Total:
    """The sums of some lines as they stand in a quarter."""
    both = [line for line in lines if line.variance is not None]
    return Total(
        budget=_sum(line.budget for line in lines),
        forecast=_sum(line.forecast for line in lines),
        actual=_sum(line.actual for line in lines),
        variance=_sum(line.variance for line in both),
        compared=_sum(line.budget for line in both),
        capital=_sum(line.budget for line in lines if line.kind == CAPITAL),
        lines=len(lines),
        without_budget=sum(line.budget is None for line in lines),
        without_forecast=sum(line.forecast is None for line in lines),
        older=sum(line.period < period for line in lines),
    )


def overspends(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of money whose forecast is above the budget, the largest overspend first."""
    over = [line for line in money_of(lines) if line.variance is not None and line.variance > 0]
    return tuple(sorted(over, key=lambda line: -(line.variance or 0)))


def spend_and_results(
    lines: Iterable[Line], framework: Framework, rollup: Mapping[str, Mapping[str, Any]], settings: Settings
) -> Corners:
    """Each outcome that has money as high or low spend with a good or poor result; `rollup` has the rows by ref.

    High spend is a share of the budget above the median of those that have money; on the median is low. A result is
    good with a rating of Green or a score of at least Green at. An outcome without a rating is placed nowhere.
    """
    money = money_of(lines)
    tier = _tier_of_money(money, framework)
    outcomes = [o for o in framework.down() if o.tier == tier]
    budgets = {o.ref: _budget(under(money, framework, o.ref)) for o in outcomes}
    known = {ref: budget for ref, budget in budgets.items() if budget is not None}
    whole = sum(known.values(), Fraction(0))
    shares = {ref: budget / whole if whole else Fraction(0) for ref, budget in known.items()}
    middle = Fraction(median(shares.values())) if shares else Fraction(0)
    found = [
        _placed(o, known[o.ref], shares[o.ref], middle, rollup.get(o.ref, {}), settings)
        for o in outcomes
        if o.ref in known
    ]
    order = list(CORNERS.values())
    placed = sorted((p for p in found if p.corner), key=lambda p: (order.index(p.corner), -p.share))
    elsewhere = _sum(line.budget for line in money) - whole
    without = tuple(o for o in outcomes if o.ref not in known)
    return Corners(tier, middle, tuple(placed), tuple(p for p in found if not p.corner), without, elsewhere)


def money_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Resources: rows tied to nothing or unreadable, amounts that are missing, rows that stand twice.

    All are warnings; `settings` gives the name of the tier that outcomes without a place are compared with.
    """
    table = get(tables, "Resources")
    rows = [row for row in table.rows() if any(row[h] is not None for h in SPECS["Resources"].headings)]
    counts = Counter((_key(row), _period(row)) for row in rows)
    unfit = misfits(table)
    return tuple(
        issue
        for row in rows
        for issue in (
            *_unread(table, row, unfit),
            *_untied(table, row, framework, settings),
            *_unfilled(table, row),
            *_twice(table, row, counts[_key(row), _period(row)]),
        )
    )


# ---- lines ----


def _line(row: Mapping[str, Any], framework: Framework) -> Line | None:
    kind, period = _kind(row), _period(row)
    if kind is None or period is None:
        return None
    ref = ref_text(row["Linked to"] or "")
    budget, forecast, actual = (to_number(row[heading]) for heading in AMOUNTS)
    text = str(row["Description"] or "").strip()
    home = ref if ref in framework.outcomes else ""
    return Line(home, kind, text, period, budget, forecast, actual, row["row"])


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    description = " ".join(str(row["Description"] or "").casefold().split())
    return ref_text(row["Linked to"] or ""), _kind(row) or "", description


def _kind(row: Mapping[str, Any]) -> str | None:
    column = SPECS["Resources"].column("Kind")
    return str(column.tidy(row["Kind"])) if row["Kind"] is not None and column.fits(row["Kind"]) else None


def _period(row: Mapping[str, Any]) -> Quarter | None:
    value = row["Period"]
    return parse_quarter(value) if value is not None and SPECS["Resources"].column("Period").fits(value) else None


def _sum(amounts: Iterable[Fraction | None]) -> Fraction:
    return sum((a for a in amounts if a is not None), Fraction(0))


def _budget(lines: Sequence[Line]) -> Fraction | None:
    """The budget of some lines; None where none of them has one."""
    given = [line.budget for line in lines if line.budget is not None]
    return sum(given, Fraction(0)) if given else None


# ---- the four corners ----


def _tier_of_money(money: Sequence[Line], framework: Framework) -> int:
    """Tier 2 where at least half of the budget is tied to it or below; else tier 1."""
    below = [line for line in money if line.outcome and framework.outcomes[line.outcome].tier >= 2]
    whole = _sum(line.budget for line in money)
    return 2 if below and at_least(2 * _sum(line.budget for line in below), whole) else 1


def _placed(
    outcome: Outcome,
    budget: Fraction,
    share: Fraction,
    middle: Fraction,
    row: Mapping[str, Any],
    settings: Settings,
) -> Placed:
    rating, score = str(row.get("Rating") or ""), to_number(row.get("Score"))
    good = rating == RATINGS[0] or (score is not None and at_least(score, settings.green_at))
    corner = CORNERS[not at_least(middle, share), good] if rating in RATINGS else ""
    return Placed(outcome, budget, share, rating, score, corner)


# ---- issues ----


def _unread(table: Table, row: Mapping[str, Any], unfit: Sequence[tuple[int, str]]) -> Iterator[Issue]:
    for heading in [h for number, h in unfit if number == row["row"]]:
        fix = SPECS["Resources"].column(heading).meaning or "Type a number in pounds, without words."
        yield _warn(table, row, "resource-wrong", heading, f'{heading} is "{row[heading]}".', fix)
    for heading in ("Kind", "Period"):
        if row[heading] is None:
            message = f"{heading} is blank, so the row is left out."
            fix = SPECS["Resources"].column(heading).meaning
            yield _warn(table, row, "resource-wrong", heading, message, fix)


def _untied(table: Table, row: Mapping[str, Any], framework: Framework, settings: Settings) -> Iterator[Issue]:
    ref = ref_text(row["Linked to"] or "")
    if ref not in framework.outcomes:
        found = f'"{ref}" is not a live outcome' if ref else "The row is tied to no outcome"
        fix = f"Give the ref of one outcome, such as a {settings.tier_name(2).lower()}; divide a shared sum into rows."
        yield _warn(table, row, "resource-outcome", "Linked to", f"{found}, so its money is shown apart.", fix)


def _unfilled(table: Table, row: Mapping[str, Any]) -> Iterator[Issue]:
    wanted = {REVENUE: ("Budget", "Forecast"), CAPITAL: ("Budget", "Forecast"), ASSET: ("Budget",)}
    for heading in wanted.get(_kind(row) or "", ("Budget",)):
        if row[heading] is None:
            name = row["Description"] or ref_text(row["Linked to"] or "") or "this row"
            message = f"{heading} is not given for {name} in {row['Period'] or 'no quarter'}."
            code = "resource-forecast" if heading == "Forecast" else "resource-budget"
            yield _warn(table, row, code, heading, message, "Give it; until then the sums leave it out and say so.")


def _twice(table: Table, row: Mapping[str, Any], times: int) -> Iterator[Issue]:
    if times > 1:
        message = f"{times} rows have the same outcome, kind, description and quarter; the lowest one counts."
        yield _warn(table, row, "resource-twice", "Description", message, "Give each its own description, or keep one.")


def _warn(table: Table, row: Mapping[str, Any], code: str, heading: str, message: str, fix: str) -> Issue:
    ref, value = ref_text(row["Linked to"] or ""), row[heading]
    cell = table.cell(row["row"], heading)
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, ref, "" if value is None else str(value))
