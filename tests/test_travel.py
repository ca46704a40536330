"""Direction of travel between two displayed figures."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.periods import Quarter
from xl_outcomes.targets import Held
from xl_outcomes.travel import direction

RANGE = Held(Quarter(2025, 1), lower=Fraction(20), upper=Fraction(40))
POLARITIES = ("Higher is better", "Lower is better", "In range", "Neither")


@pytest.mark.parametrize(
    ("polarity", "up", "down"),
    [
        ("Higher is better", "Improving", "Worsening"),
        ("Lower is better", "Worsening", "Improving"),
        ("Neither", "Increasing", "Decreasing"),
    ],
)
def test_the_direction_goes_by_polarity(polarity: str, up: str, down: str) -> None:
    assert _direction("10.1", "10", polarity) == up
    assert _direction("9.9", "10", polarity) == down
    assert _direction("10", "10", polarity) == "No change"


@pytest.mark.parametrize("polarity", POLARITIES)
def test_without_a_comparators_figure_it_is_blank(polarity: str) -> None:
    assert _direction("10", None, polarity) is None
    assert _direction(None, "10", polarity) is None


@pytest.mark.parametrize(
    ("now", "then", "result"),
    [
        ("102", "100", "No change"),
        ("98", "100", "No change"),
        ("102.1", "100", "Improving"),
        ("97.9", "100", "Worsening"),
        ("-102", "-100", "No change"),
        ("-102.1", "-100", "Worsening"),
        ("0.1", "0", "Improving"),
    ],
)
def test_the_no_change_band_is_per_cent_of_the_comparators_absolute_value_edge_included(
    now: str, then: str, result: str
) -> None:
    assert _direction(now, then, "Higher is better", band=2) == result


@pytest.mark.parametrize(
    ("now", "then", "result"),
    [
        ("19", "15", "Improving"),
        ("15", "19", "Worsening"),
        ("19", "41", "No change"),
        ("41", "30", "Worsening"),
        ("30", "41", "Improving"),
        ("21", "39", "No change"),
    ],
)
def test_in_range_compares_the_distances_to_the_range(now: str, then: str, result: str) -> None:
    assert _direction(now, then, "In range") == result


def test_the_no_change_band_is_not_used_for_in_range() -> None:
    assert _direction("44", "45", "In range", band=50) == "Improving"


@pytest.mark.parametrize(
    "held", [None, Held(Quarter(2025, 1), lower=Fraction(1)), Held(Quarter(2025, 1), upper=Fraction(1))]
)
def test_in_range_without_a_range_in_force_is_blank(held: Held | None) -> None:
    assert direction(Fraction(1), Fraction(2), "In range", Fraction(0), held) is None


figures = st.decimals(min_value=-100, max_value=100, places=1).map(Fraction)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(figures, figures, st.sampled_from(POLARITIES))
def test_without_a_band_the_way_back_is_the_opposite(one: Fraction, other: Fraction, polarity: str) -> None:
    opposite = {
        "Improving": "Worsening",
        "Worsening": "Improving",
        "Increasing": "Decreasing",
        "Decreasing": "Increasing",
        "No change": "No change",
    }
    there = direction(one, other, polarity, Fraction(0), RANGE)
    back = direction(other, one, polarity, Fraction(0), RANGE)
    assert there is not None
    assert back == opposite[there]


def _direction(now: str | None, then: str | None, polarity: str, band: int = 0) -> str | None:
    figures = (None if v is None else Fraction(v) for v in (now, then))
    return direction(*figures, polarity, Fraction(band), RANGE)
