"""Ratings up the golden thread, level by level, with coverage and masked reds (docs/rules/roll-up.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import at_least, same, show
from xl_outcomes.framework import Framework, Outcome
from xl_outcomes.overrides import Override
from xl_outcomes.settings import Settings

INSUFFICIENT, NOTHING_DUE = "Insufficient data", "Nothing due"
POINTS = {"Green": Fraction(1), "Amber": Fraction(1, 2), "Red": Fraction(0)}


@dataclass(frozen=True, slots=True)
class Leaf:
    """An indicator as the roll-up sees it: its ratings, and whether it is due."""

    rating: str | None
    calculated: str | None
    due: bool

    @property
    def red(self) -> bool:
        """Whether its rating, or the one calculated before an override, is Red."""
        return "Red" in (self.rating, self.calculated)


@dataclass(frozen=True, slots=True)
class Rolled:
    """An outcome's rating in a quarter; `score` is exact, `coverage` None where nothing is due."""

    ref: str
    rating: str
    calculated: str
    score: Fraction | None
    rated: int
    due: int
    coverage: Fraction | None
    indicators_rated: int
    indicators_due: int
    masked: tuple[str, ...]
    override: Override | None
    capped: bool


@dataclass(frozen=True, slots=True)
class _Child:
    weight: Fraction
    due: bool
    rating: str | None
    score: Fraction | None
    indicators_rated: int
    indicators_due: int


def roll_up(
    framework: Framework, leaves: Mapping[str, Leaf], overrides: Mapping[str, Override], settings: Settings
) -> dict[str, Rolled]:
    """The rating of every live outcome, in table order; `leaves` has every right indicator by ref."""
    rolled: dict[str, Rolled] = {}
    for outcome in framework.bottom_up():
        children = _children(framework, outcome, leaves, rolled)
        rolled[outcome.ref] = _roll(framework, outcome, children, leaves, overrides.get(outcome.ref), settings)
    return {ref: rolled[ref] for ref in framework.outcomes if ref in rolled}


def outcome_reason(rolled: Rolled, settings: Settings) -> str:
    """The roll-up in a sentence or two: how many of how many, what capped or replaced it, which reds it masks."""
    count = f"{rolled.rated} of {rolled.due} rated"
    text = f"{rolled.rating}: {count}."
    if rolled.rating == NOTHING_DUE:
        text = "Nothing due this quarter."
    elif rolled.rating == INSUFFICIENT:
        needed = f", {show(settings.minimum_coverage * 100)}% is needed" if rolled.rated else ""
        text = f"Insufficient data: {count}{needed}."
    elif rolled.override:
        words = f"Reason: {rolled.override.reason.rstrip('.')}. Approved by {rolled.override.approved_by}."
        text = f"{rolled.rating} by override; calculated {rolled.calculated}, {count}. {words}"
    elif rolled.capped:
        text = f"{rolled.rating}, held down by a Red: {count}."
    return f"{text} Masked: {', '.join(rolled.masked)} Red." if rolled.masked else text


def _children(
    framework: Framework, outcome: Outcome, leaves: Mapping[str, Leaf], rolled: Mapping[str, Rolled]
) -> list[_Child]:
    below = [_outcome_child(o.weight, rolled[o.ref]) for o in framework.children(outcome.ref)]
    measured = [_indicator_child(i.weight, leaves[i.ref]) for i in framework.measures(outcome.ref)]
    return [child for child in (*below, *measured) if child.weight]


def _outcome_child(weight: Fraction, rolled: Rolled) -> _Child:
    rating = rolled.rating if rolled.rating in RATINGS else None
    return _Child(weight, rolled.due > 0, rating, rolled.score, rolled.indicators_rated, rolled.indicators_due)


def _indicator_child(weight: Fraction, leaf: Leaf) -> _Child:
    score = POINTS[leaf.rating] if leaf.rating else None
    return _Child(weight, leaf.due, leaf.rating, score, int(leaf.rating is not None), int(leaf.due))


def _roll(
    framework: Framework,
    outcome: Outcome,
    children: Sequence[_Child],
    leaves: Mapping[str, Leaf],
    override: Override | None,
    settings: Settings,
) -> Rolled:
    due = [c for c in children if c.due]
    rated = [c for c in due if c.rating]
    coverage = _weight(rated) / _weight(due) if due else None
    calculated, score, capped = _calculate(rated, coverage, outcome.roll_up or settings.roll_up, settings)
    stands = override if calculated != NOTHING_DUE else None
    rating = stands.rating if stands else calculated
    score = POINTS[stands.rating] if stands else score
    reds = tuple(r for r in framework.indicators_under(outcome.ref) if leaves[r].red) if rating != "Red" else ()
    counts = sum(c.indicators_rated for c in children), sum(c.indicators_due for c in children)
    return Rolled(outcome.ref, rating, calculated, score, len(rated), len(due), coverage, *counts, reds, stands, capped)


def _calculate(
    rated: Sequence[_Child], coverage: Fraction | None, method: str, settings: Settings
) -> tuple[str, Fraction | None, bool]:
    """The rating, its score, and whether a Red child held a Green down."""
    if coverage is None:
        return NOTHING_DUE, None, False
    if not rated or not at_least(coverage, settings.minimum_coverage):
        return INSUFFICIENT, None, False
    rating, score = _by_method(rated, method, settings)
    capped = rating == "Green" and settings.green_over_red == "No" and any(c.rating == "Red" for c in rated)
    return "Amber" if capped else rating, score, capped


def _by_method(rated: Sequence[_Child], method: str, settings: Settings) -> tuple[str, Fraction]:
    weights = {r: _weight([c for c in rated if c.rating == r]) for r in RATINGS}
    if method == "Worst":
        rating = next(r for r in reversed(RATINGS) if any(c.rating == r for c in rated))
        return rating, POINTS[rating]
    if method == "Majority":
        most = max(weights.values())
        rating = next(r for r in reversed(RATINGS) if same(weights[r], most))
        return rating, POINTS[rating]
    if method == "Share green":
        score = weights["Green"] / _weight(rated)
    else:
        score = sum((c.weight * c.score for c in rated if c.score is not None), Fraction(0)) / _weight(rated)
    if at_least(score, settings.green_at):
        return "Green", score
    return ("Amber" if at_least(score, settings.amber_at) else "Red"), score


def _weight(children: Sequence[_Child]) -> Fraction:
    return sum((c.weight for c in children), Fraction(0))
