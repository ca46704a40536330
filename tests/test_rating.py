"""Figure and target to rating, variance and reason."""

from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter
from xl_outcomes.rating import display, distance, meets_target, no_worse, rate, reason, variance
from xl_outcomes.settings import Settings
from xl_outcomes.targets import Held, Target, held_to

from .support import measure

SCHEMES = ("Tolerance", "Floor", "Direction")
HIGHER, LOWER, RANGE = "Higher is better", "Lower is better", "In range"
COUNT = {"Unit": "Count", "Decimals": 0}
ORDER = ("Red", "Amber", "Green")


# ---- Tolerance ----


@pytest.mark.parametrize(
    ("polarity", "value", "rating"),
    [
        (HIGHER, "85", "Green"),
        (HIGHER, "99", "Green"),
        (HIGHER, "84.9", "Amber"),
        (HIGHER, "76.5", "Amber"),
        (HIGHER, "76.4", "Red"),
        (LOWER, "85", "Green"),
        (LOWER, "2", "Green"),
        (LOWER, "85.1", "Amber"),
        (LOWER, "93.5", "Amber"),
        (LOWER, "93.6", "Red"),
    ],
)
def test_a_value_exactly_on_the_limit_takes_the_better_status(polarity: str, value: str, rating: str) -> None:
    assert _rate(polarity, value) == rating


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        ("20", "Green"),
        ("40", "Green"),
        ("30", "Green"),
        ("18", "Amber"),
        ("17.9", "Red"),
        ("44", "Amber"),
        ("44.1", "Red"),
        ("40.1", "Amber"),
    ],
)
def test_in_range_is_green_inside_and_amber_within_the_tolerance_of_the_nearer_limit(value: str, rating: str) -> None:
    assert _rate(RANGE, value, lower=20, upper=40) == rating


def test_in_range_takes_points_outside_either_limit() -> None:
    points = {"lower": 20, "upper": 40, "tolerance": 3, "tolerance_kind": "Points"}
    assert [_rate(RANGE, v, **points) for v in ("17", "16.9", "43", "43.1")] == ["Amber", "Red", "Amber", "Red"]


def test_in_range_uses_neither_target_nor_amber() -> None:
    assert _rate(RANGE, "30", lower=20, upper=40, target=90, amber=80) == "Green"


@pytest.mark.parametrize(("value", "rating"), [("0", "Green"), ("-0.1", "Red")])
def test_a_target_of_0_with_a_per_cent_tolerance_has_no_amber_band(value: str, rating: str) -> None:
    assert _rate(HIGHER, value, target=0) == rating


def test_a_target_of_0_with_points_has_an_amber_band() -> None:
    assert _rate(HIGHER, "-2", target=0, tolerance=2, tolerance_kind="Points") == "Amber"


def test_the_tolerance_of_a_target_below_0_is_on_its_red_side() -> None:
    assert [_rate(HIGHER, v, target=-10) for v in ("-10", "-11", "-11.1")] == ["Green", "Amber", "Red"]
    assert [_rate(LOWER, v, target=-10) for v in ("-10", "-9", "-8.9")] == ["Green", "Amber", "Red"]


@pytest.mark.parametrize(("value", "rating"), [("80", "Amber"), ("79.9", "Red")])
def test_an_explicit_amber_stands_in_place_of_the_tolerance(value: str, rating: str) -> None:
    assert _rate(HIGHER, value, amber=80) == rating


def test_an_amber_equal_to_the_target_leaves_green_and_red() -> None:
    assert [_rate(HIGHER, v, amber=85) for v in ("85", "84.9")] == ["Green", "Red"]


def test_the_amber_limit_is_not_rounded() -> None:
    assert [_rate(HIGHER, v, target="33.3", tolerance=7) for v in ("31.0", "30.9")] == ["Amber", "Red"]


def test_a_value_a_hair_below_the_limit_is_on_it() -> None:
    assert _rate(HIGHER, Fraction(1, 3), target=Fraction("0.333333333333333")) == "Green"
    assert _rate(HIGHER, Fraction("0.3333333333333333"), target=Fraction(1, 3)) == "Green"
    assert _rate(HIGHER, "0.33333333333333", target=Fraction(1, 3), tolerance=0) == "Red"


# ---- Floor ----


@pytest.mark.parametrize(
    ("amber", "value", "rating"),
    [
        (70, "85", "Green"),
        (70, "70", "Amber"),
        (70, "69.9", "Red"),
        (None, "85", "Green"),
        (None, "84.9", "Red"),
    ],
)
def test_under_floor_only_an_explicit_amber_makes_amber(amber: int | None, value: str, rating: str) -> None:
    assert _rate(HIGHER, value, scheme="Floor", amber=amber) == rating


@pytest.mark.parametrize(("value", "rating"), [("20", "Green"), ("19.9", "Red"), ("40.1", "Red")])
def test_under_floor_a_range_has_green_and_red(value: str, rating: str) -> None:
    assert _rate(RANGE, value, scheme="Floor", lower=20, upper=40) == rating


# ---- Direction ----


@pytest.mark.parametrize(
    ("polarity", "value", "last_year", "rating"),
    [
        (HIGHER, "85", "99", "Green"),
        (HIGHER, "76.5", "99", "Green"),
        (HIGHER, "76.4", "76.3", "Amber"),
        (HIGHER, "76.4", "76.4", "Amber"),
        (HIGHER, "76.4", "76.5", "Red"),
        (HIGHER, "76.4", None, "Amber"),
        (LOWER, "93.5", "1", "Green"),
        (LOWER, "93.6", "93.6", "Amber"),
        (LOWER, "93.6", "93.5", "Red"),
        (LOWER, "93.6", None, "Amber"),
    ],
)
def test_under_direction_amber_is_no_worse_than_last_year_or_without_such_a_figure(
    polarity: str, value: str, last_year: str | None, rating: str
) -> None:
    assert _rate(polarity, value, scheme="Direction", last_year=last_year) == rating


def test_under_direction_the_explicit_amber_makes_green() -> None:
    assert [_rate(HIGHER, v, scheme="Direction", amber=80, last_year="99") for v in ("80", "79.9")] == ["Green", "Red"]


@pytest.mark.parametrize(
    ("value", "last_year", "rating"),
    [
        ("18", "30", "Green"),
        ("17", "42", "Red"),
        ("17", "43", "Amber"),
        ("15", "45", "Amber"),
        ("17", "10", "Amber"),
        ("15", "30", "Red"),
    ],
)
def test_under_direction_a_range_is_amber_no_farther_from_it_than_last_year(
    value: str, last_year: str, rating: str
) -> None:
    assert _rate(RANGE, value, scheme="Direction", last_year=last_year, lower=20, upper=40) == rating


# ---- properties ----

figures = st.decimals(min_value=-200, max_value=200, places=1).map(Fraction)
amounts = st.decimals(min_value=0, max_value=50, places=1).map(Fraction)
rows = st.builds(
    dict,
    target=figures,
    tolerance=amounts,
    tolerance_kind=st.sampled_from(["Per cent", "Points"]),
    margin=st.none() | amounts,
)
repeatable = settings(derandomize=True, max_examples=100, deadline=None)


@repeatable
@given(st.sampled_from(SCHEMES), st.sampled_from([HIGHER, LOWER]), rows, figures, figures, st.none() | figures)
def test_a_better_figure_never_gives_a_worse_rating(
    scheme: str, polarity: str, row: dict[str, Any], one: Fraction, other: Fraction, last_year: Fraction | None
) -> None:
    margin, side = row.pop("margin"), -1 if polarity == HIGHER else 1
    row["amber"] = None if margin is None else row["target"] + side * margin
    worse, better = sorted((one, other), reverse=polarity == LOWER)
    got = [_rate(polarity, value, scheme=scheme, last_year=last_year, **row) for value in (worse, better)]
    assert ORDER.index(got[0]) <= ORDER.index(got[1])


@repeatable
@given(st.sampled_from(SCHEMES), figures, amounts, rows, figures, figures, st.none() | figures)
def test_on_one_side_of_a_range_a_nearer_figure_never_gives_a_worse_rating(
    scheme: str, lower: Fraction, width: Fraction, row: dict[str, Any], one: Fraction, other: Fraction, last: Any
) -> None:
    row = {**row, "lower": lower, "upper": lower + width}
    del row["margin"]
    held = _held(RANGE, scheme, **row)
    middle = lower + width / 2
    one, other = (middle + abs(v - middle) for v in (one, other))
    near, far = sorted((one, other), key=lambda v: distance(v, held))
    got = [_rate(RANGE, value, scheme=scheme, last_year=last, **row) for value in (far, near)]
    assert ORDER.index(got[0]) <= ORDER.index(got[1])


@repeatable
@given(st.sampled_from(["Tolerance", "Floor"]), st.sampled_from([HIGHER, LOWER]), rows, figures)
def test_last_year_matters_to_the_direction_scheme_alone(
    scheme: str, polarity: str, row: dict[str, Any], value: Fraction
) -> None:
    del row["margin"]
    got = {_rate(polarity, value, scheme=scheme, last_year=last, **row) for last in (None, -500, 500)}
    assert len(got) == 1


# ---- variance and comparison ----


@pytest.mark.parametrize(("value", "result"), [("82.1", "-2.9"), ("85", "0"), ("90", "5")])
def test_the_variance_is_the_figure_less_the_target(value: str, result: str) -> None:
    assert variance(Fraction(value), _held(HIGHER)) == Fraction(result)


@pytest.mark.parametrize(("value", "result"), [("18", "-2"), ("30", "0"), ("45.5", "5.5")])
def test_the_variance_of_a_range_is_how_far_outside_it(value: str, result: str) -> None:
    assert variance(Fraction(value), _held(RANGE, lower=20, upper=40)) == Fraction(result)


def test_without_a_target_there_is_no_variance() -> None:
    assert variance(Fraction(5), Held(Quarter(2025, 1))) is None


def test_a_figure_with_nothing_to_be_held_to_does_not_meet_it() -> None:
    empty = Held(Quarter(2025, 1))
    assert not meets_target(Fraction(5), empty, HIGHER)
    assert distance(Fraction(5), empty) == 0


def test_no_worse_goes_by_polarity_and_in_range_by_distance() -> None:
    held = _held(RANGE, lower=20, upper=40)
    assert no_worse(Fraction(5), Fraction(4), _held(HIGHER), HIGHER)
    assert not no_worse(Fraction(5), Fraction(4), _held(LOWER), LOWER)
    assert no_worse(Fraction(19), Fraction(41), held, RANGE)
    assert not no_worse(Fraction(18), Fraction(41), held, RANGE)


# ---- the reason ----


@pytest.mark.parametrize(
    ("cells", "row", "value", "words"),
    [
        ({}, {}, "82.1", "82.1% against a target of 85%: within the 10% tolerance (76.5% or more)."),
        ({}, {}, "85", "85.0% against a target of 85%: on target (85% or more)."),
        ({}, {}, "91.3", "91.3% against a target of 85%: on target (85% or more)."),
        ({}, {}, "70", "70.0% against a target of 85%: outside the 10% tolerance (76.5% or more)."),
        ({}, {"amber": 80}, "82.1", "82.1% against a target of 85%: within the amber limit (80% or more)."),
        ({}, {"amber": 80}, "79", "79.0% against a target of 85%: outside the amber limit (80% or more)."),
        (
            {},
            {"tolerance": 2, "tolerance_kind": "Points"},
            "83.5",
            "83.5% against a target of 85%: within the tolerance of 2 points (83% or more).",
        ),
        (
            {},
            {"tolerance": 1, "tolerance_kind": "Points"},
            "80",
            "80.0% against a target of 85%: outside the tolerance of 1 point (84% or more).",
        ),
        (
            {},
            {"tolerance": "2.5"},
            "70",
            "70.0% against a target of 85%: outside the 2.5% tolerance (82.875% or more).",
        ),
        (
            {"Polarity": LOWER, "Unit": "Time", "Unit label": "days", "Decimals": 0},
            {"target": 20},
            "22",
            "22 days against a target of 20 days: within the 10% tolerance (22 days or less).",
        ),
        (
            {"Polarity": LOWER, "Unit": "Money", "Decimals": 2},
            {"target": 1000},
            "900.5",
            "£900.50 against a target of £1,000: on target (£1,000 or less).",
        ),
        (
            COUNT,
            {"target": 1200},
            "1000",
            "1,000 against a target of 1,200: outside the 10% tolerance (1,080 or more).",
        ),
    ],
)
def test_the_reason_can_be_read_aloud(cells: dict[str, Any], row: dict[str, Any], value: str, words: str) -> None:
    assert _reason(cells, row, value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("30", "30 against a range of 20 to 40: in the range."),
        ("18", "18 against a range of 20 to 40: outside it, within the 10% tolerance."),
        ("17", "17 against a range of 20 to 40: outside it by more than the 10% tolerance."),
    ],
)
def test_the_reason_of_a_range_names_both_limits(value: str, words: str) -> None:
    assert _reason({**COUNT, "Polarity": RANGE}, {"lower": 20, "upper": 40}, value) == words


@pytest.mark.parametrize(
    ("row", "value", "words"),
    [
        ({}, "84", "84.0% against a target of 85%: short of the target, and there is no amber band."),
        ({"amber": 70}, "84", "84.0% against a target of 85%: within the amber limit (70% or more)."),
        ({"amber": 70}, "60", "60.0% against a target of 85%: outside the amber limit (70% or more)."),
    ],
)
def test_the_reason_under_floor_says_where_there_is_no_amber_band(row: dict[str, Any], value: str, words: str) -> None:
    assert _reason({}, row, value, "Floor") == words


def test_under_floor_a_figure_that_is_too_high_is_not_called_short_of_the_target() -> None:
    words = _reason({**COUNT, "Polarity": LOWER}, {"target": 20}, "30", "Floor")
    assert words == "30 against a target of 20: over the target, and there is no amber band."


def test_the_reason_under_floor_has_no_tolerance_outside_a_range() -> None:
    words = _reason({**COUNT, "Polarity": RANGE}, {"lower": 20, "upper": 40}, "19", "Floor")
    assert words == "19 against a range of 20 to 40: outside it."


@pytest.mark.parametrize(
    ("value", "last_year", "words"),
    [
        ("90", "99", "90.0% against a target of 85%: on target (85% or more)."),
        ("80", "99", "80.0% against a target of 85%: within the 10% tolerance (76.5% or more)."),
        ("70", "70", "70.0% against a target of 85%: off target, but no worse than a year before."),
        ("70", "71", "70.0% against a target of 85%: off target and worse than last year."),
        ("70", None, "70.0% against a target of 85%: off target, with no figure of a year before to compare with."),
    ],
)
def test_the_reason_under_direction_tells_of_last_year(value: str, last_year: str | None, words: str) -> None:
    assert _reason({}, {}, value, "Direction", last_year) == words


def test_under_direction_a_green_outside_the_range_is_not_said_to_be_in_it() -> None:
    words = _reason({**COUNT, "Polarity": RANGE}, {"lower": 20, "upper": 40}, "19", "Direction", "30")
    assert words == "19 against a range of 20 to 40: outside it, within the 10% tolerance."


@pytest.mark.parametrize(
    ("value", "last_year", "words"),
    [
        ("15", "45", "off target, but no worse than a year before"),
        ("15", "30", "off target and worse than last year"),
        ("15", None, "off target, with no figure of a year before to compare with"),
        ("30", None, "in the range"),
    ],
)
def test_the_reason_of_a_range_under_direction_tells_of_last_year(
    value: str, last_year: str | None, words: str
) -> None:
    got = _reason({**COUNT, "Polarity": RANGE}, {"lower": 20, "upper": 40}, value, "Direction", last_year)
    assert got == f"{value} against a range of 20 to 40: {words}."


@pytest.mark.parametrize(
    ("cells", "value", "text"),
    [
        ({}, "82.14", "82.1%"),
        ({"Unit": "Money", "Decimals": 0}, "-1234.5", "-£1,235"),
        ({"Unit": "Money", "Decimals": 2}, "1234.5", "£1,234.50"),
        ({"Unit": "Rate", "Unit label": "per 1,000", "Decimals": 1}, "3.25", "3.3 per 1,000"),
        ({"Unit": "Count", "Decimals": 0}, "1234567", "1,234,567"),
    ],
)
def test_a_figure_is_shown_with_decimals_thousands_and_unit(cells: dict[str, Any], value: str, text: str) -> None:
    assert display(Fraction(value), measure(**cells)) == text


def test_a_limit_is_shown_in_full() -> None:
    assert display(Fraction("76.525"), measure(), in_full=True) == "76.525%"


def _held(polarity: str, scheme: str = "Tolerance", target: Any = 85, **row: Any) -> Held:
    kind = row.pop("tolerance_kind", None)
    numbers = {name: None if value is None else Fraction(value) for name, value in row.items()}
    own = Target(Quarter(2025, 1), target=Fraction(target), tolerance_kind=kind, **numbers)
    return held_to(own, _indicator(polarity), Quarter(2025, 1), Settings(rag_scheme=scheme))


@cache
def _indicator(polarity: str) -> Indicator:
    return measure(Polarity=polarity)


def _rate(polarity: str, value: Any, *, scheme: str = "Tolerance", last_year: Any = None, **row: Any) -> str:
    last = None if last_year is None else Fraction(last_year)
    return rate(Fraction(value), _held(polarity, scheme, **row), polarity, scheme, last)


def _reason(
    cells: dict[str, Any], row: dict[str, Any], value: str, scheme: str = "Tolerance", last_year: str | None = None
) -> str:
    indicator = measure(**cells)
    held = _held(indicator.polarity, scheme, **row)
    rating = _rate(indicator.polarity, value, scheme=scheme, last_year=last_year, **row)
    last = None if last_year is None else Fraction(last_year)
    return reason(Fraction(value), held, rating, indicator, scheme, last)
