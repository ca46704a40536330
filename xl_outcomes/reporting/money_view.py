"""The sheet Money: the council's money by outcome, where it overspends, and spend against results in four corners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xl_outcomes.exact import at_least, show, to_float
from xl_outcomes.framework import Outcome
from xl_outcomes.money import (
    ASSET,
    CAPITAL,
    CONTRACT,
    CORNERS,
    REVENUE,
    Corners,
    Line,
    Placed,
    Total,
    money_lines,
    money_of,
    overspends,
    spend_and_results,
    total,
    under,
)
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import INDENT
from xl_outcomes.reporting.shown import marked, padded, records, shortened
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame, get

COUNCIL, OUTCOMES, OVER, HELD = "Money_council", "Money_outcomes", "Money_overspends", "Money_held"
AT_A_GLANCE, LISTED = "Money_corners", "Money_results"
MOST_OVER = 10
NOTE = (
    "Amounts are in thousands of pounds, rounded, so that sums may differ by one. Budget: for the whole year. "
    "Forecast: expected at the year end. Spent so far: from April to the quarter's end. Over or under: forecast less "
    "budget; above 0 is an overspend. Each line of the table Resources counts as its latest quarter of the year has "
    "it. An outcome's money is its own and that of all below it, Revenue and Capital together; assets and contracts "
    "are listed apart.\n"
    "The four corners: high spend is a share of the budget above the median (half of the outcomes with money have "
    "less, half more); a share on the median is low. A good result is Green, or a score that reaches Green; any other "
    "rating is a poor one. Outcomes without a rating or without money have no corner. An asterisk marks a rating by "
    "override."
)
_GRID = (11.0, 40.0, 15.0, 11.0, 11.0, 11.0, 11.0, 9.0, 10.0, 12.0, 44.0)
_SUMS = ("Budget", "Forecast", "Spent so far", "Over or under", "Per cent")
_GOOD = (CORNERS[True, True], CORNERS[False, True])
_UNTIED = "Not tied to a live outcome"
_NOTHING_OVER = "No line is forecast above its budget"


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the tables are made from; `rollup` is by ref."""

    rated: Rated
    rollup: Mapping[str, dict[str, Any]]
    lines: tuple[Line, ...]
    corners: Corners

    @property
    def money(self) -> tuple[Line, ...]:
        """Revenue and Capital."""
        return money_of(self.lines)

    @property
    def budget(self) -> Fraction:
        """The whole budget, tied to an outcome or not."""
        return total(self.money, self.rated.period).budget

    def rating(self, ref: str) -> str | None:
        """An outcome's rating as people see it."""
        return marked(self.rollup[ref]) if ref in self.rollup else None

    def total(self, ref: str) -> Total:
        """The money of an outcome and all below it."""
        return total(under(self.money, self.rated.framework, ref), self.rated.period)


def money_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Money of a rated quarter; None where Resources has nothing for its financial year up to it."""
    lines = money_lines(get(tables, "Resources"), rated.framework, rated.period)
    if not lines:
        return None
    rollup = {row["Ref"]: row for row in records(rated.rollup)}
    corners = spend_and_results(lines, rated.framework, rollup, rated.settings)
    sources = _Sources(rated, rollup, lines, corners)
    views = (_council(sources), _by_outcome(sources), _overspent(sources), _held(sources))
    return ViewSheet("Money", "Money and outcomes", NOTE, (*views, _at_a_glance(sources), _results(sources)))


# ---- sums ----


def _council(sources: _Sources) -> View:
    """Revenue, capital and both: three rows."""
    period, rows = sources.rated.period, []
    for name, kinds in ((REVENUE, (REVENUE,)), (CAPITAL, (CAPITAL,)), ("Both", (REVENUE, CAPITAL))):
        sums = total(money_of(sources.lines, *kinds), period)
        rows.append([name, _sentence(sums), str(period), *_amounts(sums)])
    headings = ("Money", "In words", "Quarter", *_SUMS)
    return View(COUNCIL, frame(headings, rows), _GRID[:8], (), "The council's money")


def _by_outcome(sources: _Sources) -> View:
    """A row for each outcome of tiers 1 and 2, for what is tied to none, and for the whole."""
    framework, period = sources.rated.framework, sources.rated.period
    shown = [o for o in framework.down() if o.tier <= 2]
    rows = [[o.ref, _indented(o), sources.rating(o.ref), *_row(sources, sources.total(o.ref))] for o in shown]
    untied = total(tuple(line for line in sources.money if not line.outcome), period)
    rows.append([None, _UNTIED, None, *_row(sources, untied)])
    rows.append([None, "All money", None, *_row(sources, total(sources.money, period))])
    headings = ("Ref", "Outcome", "Rating", *_SUMS, "Of it capital", "Share of money %", "In words")
    links = {"Ref": [*(Link("Framework_tree", "Ref", o.ref) for o in shown), None, None]}
    caption = "Is the money going where the outcomes are?"
    return View(OUTCOMES, frame(headings, rows), _GRID, ("Rating",), caption, links)


def _row(sources: _Sources, sums: Total) -> list[Any]:
    share = _percent(sums.budget / sources.budget) if sources.budget and sums.lines else None
    capital = _thousands(sums.capital) if sums.lines else None
    return [*_amounts(sums), capital, share, _sentence(sums)]


def _amounts(sums: Total) -> list[float | None]:
    """Budget, forecast, spent so far, variance and its per cent; blanks where there is no line."""
    if not sums.lines:
        return [None] * len(_SUMS)
    amounts = [_thousands(a) for a in (sums.budget, sums.forecast, sums.actual, sums.variance)]
    return [*amounts, _percent(sums.variance_share)]


def _sentence(sums: Total) -> str:
    """The variance in words, and what is missing from it."""
    if not sums.lines:
        return "No money is tied to it"
    missing = [
        f"{count} {'line has' if count == 1 else 'lines have'} no {what}"
        for count, what in ((sums.without_budget, "budget"), (sums.without_forecast, "forecast"))
        if count
    ]
    if sums.older:
        missing.append(f"{sums.older} of {sums.lines} lines not brought up to date this quarter")
    known = sums.without_budget < sums.lines and sums.without_forecast < sums.lines
    return ". ".join([_variance(sums.variance, sums.variance_share) if known else "Not known", *missing])


def _variance(amount: Fraction, share: Fraction | None) -> str:
    if amount == 0:
        return "Forecast on budget"
    part = f", {show(abs(share) * 100, 1)}%" if share is not None else ""
    return f"Forecast {_pounds(abs(amount))} {'over' if amount > 0 else 'under'} budget{part}"


# ---- overspends, assets, contracts ----


def _overspent(sources: _Sources) -> View:
    """The lines that overspend most: a fixed number of rows."""
    found = overspends(sources.lines)
    rows = [_overspend(sources, line) for line in found] or [[None, _NOTHING_OVER, *[None] * 9]]
    shown = padded(rows, MOST_OVER, len(_GRID), 1)
    headings = ("Ref", "Line", "Kind", *_SUMS, "As at", "Rating", "Outcome")
    links = {"Ref": [Link("Framework_tree", "Ref", row[0]) if row[0] else None for row in shown]}
    caption = "Forecast above budget, the largest overspend first"
    return View(OVER, frame(headings, shown), _GRID, ("Rating",), caption, links)


def _overspend(sources: _Sources, line: Line) -> list[Any]:
    outcome = sources.rated.framework.outcomes.get(line.outcome)
    title = outcome.title if outcome else _UNTIED
    sums = total((line,), sources.rated.period)
    rating = sources.rating(line.outcome)
    as_at = str(line.period)
    return [line.outcome or None, line.description or title, line.kind, *_amounts(sums), as_at, rating, title]


def _held(sources: _Sources) -> View:
    """Assets and contracts: a row for each tier 1 outcome, and for what is tied to none."""
    framework = sources.rated.framework
    rows = [
        _holding_row(o.ref, o.title, sources.rating(o.ref), under(sources.lines, framework, o.ref))
        for o in framework.children(None)
    ]
    rows.append(_holding_row(None, _UNTIED, None, [line for line in sources.lines if not line.outcome]))
    headings = ("Ref", "Assets and contracts", "Rating", "Assets", "Value", "Contracts", "Value a year")
    caption = "Assets held and contracts let, by outcome (in no sum above)"
    return View(HELD, frame(headings, rows), _GRID[:7], ("Rating",), caption)


def _holding_row(ref: str | None, title: str, rating: str | None, lines: Sequence[Line]) -> list[Any]:
    """What is held, in words; then the number of assets and their value, and the same of contracts."""
    assets, contracts = money_of(lines, ASSET), money_of(lines, CONTRACT)
    told = [*(_holding(line, "") for line in assets), *(_holding(line, " a year") for line in contracts)]
    values: list[Any] = []
    for held in (assets, contracts):
        amounts = [line.budget for line in held if line.budget is not None]
        values += [len(held), _thousands(sum(amounts, Fraction(0))) if amounts else None]
    return [ref, "\n".join([title, *told]) if told else f"{title}: none listed", rating, *values]


def _holding(line: Line, each: str) -> str:
    value = "value not given" if line.budget is None else f"{_pounds(line.budget)}{each}"
    return f"{line.description or line.kind}: {value}"


# ---- the four corners ----


def _at_a_glance(sources: _Sources) -> View:
    """The four corners and what stands in none of them: seven rows."""
    corners = sources.corners
    rows = [_corner(name, [p for p in corners.placed if p.corner == name]) for name in CORNERS.values()]
    rows.append(_corner("Not rated: no corner", corners.unrated))
    without = [f"{o.ref} {o.title}" for o in corners.without]
    rows.append(["No money given", "\n".join(without) or "None", len(without), None, None])
    tier = sources.rated.settings.tier_name(corners.tier)
    above = f"Tied to no {tier.lower()} or anything below one"
    rows.append(["Elsewhere", above, None, _thousands(corners.elsewhere), None])
    headings = ("Corner", "Outcomes", "How many", "Budget", "Share %")
    return View(AT_A_GLANCE, frame(headings, rows), _GRID[:5], (), "Spend against results: the four corners")


def _corner(name: str, placed: Sequence[Placed]) -> list[Any]:
    told = "\n".join(f"{p.outcome.ref} {p.outcome.title} ({p.rating})" for p in placed)
    budget, share = sum((p.budget for p in placed), Fraction(0)), sum((p.share for p in placed), Fraction(0))
    return [name, told or "None", len(placed), _thousands(budget), _percent(share)]


def _results(sources: _Sources) -> View:
    """The outcomes that have money, corner by corner; the one table whose rows may change in number."""
    corners = sources.corners
    placed = (*corners.placed, *corners.unrated)
    rows = [_result(sources, p) for p in placed] or [[None, "No money is tied to an outcome", *[None] * 9]]
    headings = ("Ref", "Outcome", "Rating", *_SUMS, "Share %", "Corner", "In words")
    links = {"Ref": [Link("Framework_tree", "Ref", p.outcome.ref) for p in placed]} if placed else {}
    caption = "Spend against results, outcome by outcome: high spend with a poor result first"
    return View(LISTED, frame(headings, rows), _GRID, ("Rating",), caption, links)


def _result(sources: _Sources, placed: Placed) -> list[Any]:
    outcome = placed.outcome
    title = shortened(outcome.title, 100)
    amounts = _amounts(sources.total(outcome.ref))
    corner = placed.corner or "Not rated"
    told = _in_words(sources, placed)
    return [outcome.ref, title, sources.rating(outcome.ref), *amounts, _percent(placed.share), corner, told]


def _in_words(sources: _Sources, placed: Placed) -> str:
    spend = _spend(placed.share, sources.corners.median)
    if not placed.corner:
        return f"{spend}; its rating is {placed.rating or 'not known'}, so it has no corner."
    if placed.rating == "Green":
        return f"{spend}, and is Green."
    score = f", with a score of {show(placed.score, 2)}" if placed.score is not None else ""
    green = show(sources.rated.settings.green_at)
    against = f" against {green} for Green" if score else ""
    though = ", which reaches it" if placed.corner in _GOOD else ""
    return f"{spend}, and is {placed.rating}{score}{against}{though}."


def _spend(share: Fraction, middle: Fraction) -> str:
    """A share against the median, with as many decimals as show which is the larger."""
    side = "above" if not at_least(middle, share) else "on" if at_least(share, middle) else "below"
    decimals = next((n for n in (1, 2, 3) if side == "on" or show(share * 100, n) != show(middle * 100, n)), 4)
    shown, against = (f"{show(number * 100, decimals)}%" for number in (share, middle))
    return f"It has {shown} of the budget, {side} the median of {against}"


# ---- small words ----


def _indented(outcome: Outcome) -> str:
    return INDENT * (outcome.tier - 1) + shortened(outcome.title, 100)


def _thousands(amount: Fraction) -> float | None:
    return to_float(amount / 1000, 0)


def _percent(share: Fraction | None) -> float | None:
    return None if share is None else to_float(share * 100, 1)


def _pounds(amount: Fraction) -> str:
    number = show(amount, 0)
    return f"-£{number[1:]}" if number.startswith("-") else f"£{number}"
