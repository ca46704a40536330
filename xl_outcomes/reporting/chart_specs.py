"""What pictures show, as data: drawn by `charts.py`, which core modules never import."""

from dataclasses import dataclass

from xl_outcomes.money import Corners
from xl_outcomes.reporting.benchmark_facts import Strip
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.roadmap import Block, Step
from xl_outcomes.reporting.trends import Trend


@dataclass(frozen=True, slots=True)
class RatingBars:
    """Bars of the indicators due under each tier 1 outcome: how many are Green, Amber, Red and not rated."""

    facts: Facts


@dataclass(frozen=True, slots=True)
class Trends:
    """Small charts side by side: some indicators over the quarters, with their targets."""

    trends: tuple[Trend, ...]


@dataclass(frozen=True, slots=True)
class BenchmarkStrips:
    """A strip of dots for each indicator: other councils' figures, their median, and the council among them."""

    strips: tuple[Strip, ...]
    council: str


@dataclass(frozen=True, slots=True)
class FourCorners:
    """Spend against results: a point for each outcome in one of four corners; `green_at` (0 to 1) is a good result."""

    corners: Corners
    green_at: float


@dataclass(frozen=True, slots=True)
class TheoryOfChange:
    """The theory of change of a whole framework in a few steps, from activities to the vision."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TopTiers:
    """The outcomes of tier 1, each with those of tier 2 under it, and the vision that they lead to."""

    vision: str
    blocks: tuple[Block, ...]
