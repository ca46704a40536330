"""What pictures show, as data: drawn by `charts.py`, which core modules never import."""

from dataclasses import dataclass

from xl_outcomes.reporting.facts import Facts


@dataclass(frozen=True, slots=True)
class RatingBars:
    """Bars of the indicators due under each tier 1 outcome: how many are Green, Amber, Red and not rated."""

    facts: Facts
