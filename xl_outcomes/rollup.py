"""Ratings up the golden thread, level by level, with coverage and masked reds (docs/rules/roll-up.md)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import at_least, same, show
from xl_outcomes.framework import Framework, Indicator, Outcome, ref_text
from xl_outcomes.overrides import Override
from xl_outcomes.settings import Settings
from xl_outcomes.standing import DUE_STATES

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
class Part:
    """What is rolled up into something: its weight (not 0), whether it is due, its rating and its exact score.

    `rating` is Green, Amber or Red, or None. The counts are those of the indicators that it stands for.
    """

    weight: Fraction
    due: bool
    rating: str | None
    score: Fraction | None
    indicators_rated: int = 0
    indicators_due: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """Parts rolled up: rating, exact score, parts rated and due, and whether a Red part held a Green down.

    `coverage` is by weight, 0 to 1; None where nothing is due.
    """

    rating: str
    score: Fraction | None
    rated: int
    due: int
    coverage: Fraction | None
    capped: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of those that are due have which rating."""

    green: int = 0
    amber: int = 0
    red: int = 0
    not_rated: int = 0

    @property
    def rated(self) -> int:
        """Those with a rating."""
        return self.green + self.amber + self.red

    @property
    def due(self) -> int:
        """Those with or without a rating."""
        return self.rated + self.not_rated

    @property
    def coverage(self) -> str:
        """For people: 5 of 6."""
        return f"{self.rated} of {self.due}"

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """Green, Amber, Red, not rated."""
        return self.green, self.amber, self.red, self.not_rated

    @property
    def words(self) -> str:
        """For people: 3 Green, 1 Red, 1 not rated; none due where nothing is."""
        named = zip((*RATINGS, "not rated"), self.numbers, strict=True)
        return ", ".join(f"{number} {name}" for name, number in named if number) or "none due"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How something stands in a quarter: its rating, or in words why it has none; an officer may have replaced it."""

    word: str
    overridden: bool = False

    @property
    def rated(self) -> bool:
        """Whether it is Green, Amber or Red."""
        return self.word in RATINGS

    @property
    def shown(self) -> str:
        """For people: with an asterisk where it was replaced."""
        return f"{self.word}*" if self.overridden else self.word


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


def leaf(row: Mapping[str, Any], indicator: Indicator | None) -> Leaf:
    """A row of Results as the roll-up sees it: due by its state, or by a rating that is carried."""
    due = row["State"] in DUE_STATES and indicator is not None and indicator.scored
    return Leaf(row["Rating"], row["Calculated rating"], due or row["Carried from"] is not None)


def part(leaf: Leaf, weight: Fraction = Fraction(1)) -> Part:
    """An indicator as a part of something; it counts 1 unless its weight is given."""
    score = POINTS[leaf.rating] if leaf.rating else None
    return Part(weight, leaf.due, leaf.rating, score, int(leaf.rating is not None), int(leaf.due))


def outcome_part(row: Mapping[str, Any]) -> Part:
    """A row of Rollup as a part of something beside the tree: it counts 1, at the points of its rating."""
    rating = row["Rating"] if row["Rating"] in RATINGS else None
    counts = int(row["Indicators rated"]), int(row["Indicators due"])
    return Part(Fraction(1), bool(row["Due"]), rating, POINTS[rating] if rating else None, *counts)


def combine(parts: Iterable[Part], settings: Settings, method: str | None = None) -> Whole:
    """Parts rolled up by a method (None: that of the settings), with the council's thresholds and minimum coverage."""
    due = [p for p in parts if p.due]
    rated = [p for p in due if p.rating]
    weight = _weight(rated)
    coverage = weight / (_weight(due) if len(rated) < len(due) else weight) if due else None
    rating, score, capped = _calculate(rated, weight, coverage, method or settings.roll_up, settings)
    return Whole(rating, score, len(rated), len(due), coverage, capped)


def tally(parts: Iterable[Part]) -> Tally:
    """How many of the parts that are due have which rating, each counting 1."""
    count = Counter(p.rating for p in parts if p.due)
    green, amber, red = (count[word] for word in RATINGS)
    return Tally(green, amber, red, count[None])


def rows_by(frame: pd.DataFrame, heading: str) -> dict[str, dict[str, Any]]:
    """The rows of Results or Rollup by what stands under a heading, such as Ref; the last one counts."""
    headings = list(frame.columns)
    listed = (dict(zip(headings, values, strict=True)) for values in frame.itertuples(index=False, name=None))
    return {ref_text(row[heading]): row for row in listed}


def verdict(row: Mapping[str, Any]) -> Verdict:
    """What a row of Results or Rollup says of its indicator or outcome."""
    state = row.get("State")
    word = row["Rating"] or ("For information" if state == "Data only" else state)
    return Verdict(str(word or ""), "override" in str(row["Flags"] or ""))


def _children(
    framework: Framework, outcome: Outcome, leaves: Mapping[str, Leaf], rolled: Mapping[str, Rolled]
) -> list[Part]:
    below = [_outcome_part(o.weight, rolled[o.ref]) for o in framework.children(outcome.ref)]
    measured = [part(leaves[i.ref], i.weight) for i in framework.measures(outcome.ref)]
    return [child for child in (*below, *measured) if child.weight]


def _outcome_part(weight: Fraction, rolled: Rolled) -> Part:
    rating = rolled.rating if rolled.rating in RATINGS else None
    return Part(weight, rolled.due > 0, rating, rolled.score, rolled.indicators_rated, rolled.indicators_due)


def _roll(
    framework: Framework,
    outcome: Outcome,
    children: Sequence[Part],
    leaves: Mapping[str, Leaf],
    override: Override | None,
    settings: Settings,
) -> Rolled:
    own = combine(children, settings, outcome.roll_up)
    stands = override if own.rating != NOTHING_DUE else None
    rating = stands.rating if stands else own.rating
    score = POINTS[stands.rating] if stands else own.score
    reds = tuple(r for r in framework.indicators_under(outcome.ref) if leaves[r].red) if rating != "Red" else ()
    counts = sum(c.indicators_rated for c in children), sum(c.indicators_due for c in children)
    told = (own.rated, own.due, own.coverage, *counts, reds, stands, own.capped)
    return Rolled(outcome.ref, rating, own.rating, score, *told)


def _calculate(
    rated: Sequence[Part], weight: Fraction, coverage: Fraction | None, method: str, settings: Settings
) -> tuple[str, Fraction | None, bool]:
    """The rating, its score, and whether a Red child held a Green down."""
    if coverage is None:
        return NOTHING_DUE, None, False
    if not rated or not at_least(coverage, settings.minimum_coverage):
        return INSUFFICIENT, None, False
    rating, score = _by_method(rated, weight, method, settings)
    capped = rating == "Green" and settings.green_over_red == "No" and any(c.rating == "Red" for c in rated)
    return "Amber" if capped else rating, score, capped


def _by_method(rated: Sequence[Part], weight: Fraction, method: str, settings: Settings) -> tuple[str, Fraction]:
    if method == "Worst":
        rating = next(r for r in reversed(RATINGS) if any(c.rating == r for c in rated))
        return rating, POINTS[rating]
    if method == "Majority":
        weights = {r: _weight([c for c in rated if c.rating == r]) for r in RATINGS}
        most = max(weights.values())
        rating = next(r for r in reversed(RATINGS) if same(weights[r], most))
        return rating, POINTS[rating]
    if method == "Share green":
        score = _weight([c for c in rated if c.rating == "Green"]) / weight
    else:
        score = sum((c.weight * c.score for c in rated if c.score), Fraction(0)) / weight
    if at_least(score, settings.green_at):
        return "Green", score
    return ("Amber" if at_least(score, settings.amber_at) else "Red"), score


def _weight(children: Sequence[Part]) -> Fraction:
    return sum((c.weight for c in children), Fraction(0))
