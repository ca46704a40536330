"""The target row in force, and what a quarter's figure is held to."""

from fractions import Fraction
from typing import Any

import pytest

from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.settings import Settings
from xl_outcomes.targets import Held, held_to, in_force, profiled, read_targets

from .support import IN_RANGE, RATIO, YEAR_TO_DATE, measure, table, target

ROWS = [target(85, "2024/25 Q1"), target(90, "2025/26 Q3"), target(70, "2024/25 Q3"), target(1, ref="other")]


@pytest.mark.parametrize(
    ("quarter", "value"),
    [
        ("2023/24 Q4", None),
        ("2024/25 Q1", 85),
        ("2024/25 Q2", 85),
        ("2024/25 Q3", 70),
        ("2025/26 Q2", 70),
        ("2025/26 Q3", 90),
        ("2030/31 Q1", 90),
    ],
)
def test_a_row_is_in_force_from_its_quarter_until_the_next_row(quarter: str, value: int | None) -> None:
    assert _in_force(quarter, measure()) == value


@pytest.mark.parametrize(
    ("quarter", "value"), [("2024/25 Q4", 70), ("2025/26 Q1", None), ("2025/26 Q4", 90), ("2026/27 Q1", None)]
)
def test_for_year_to_date_indicators_a_row_ends_with_its_financial_year(quarter: str, value: int | None) -> None:
    assert _in_force(quarter, measure(**YEAR_TO_DATE)) == value


def test_an_indicator_without_rows_has_none_in_force() -> None:
    assert in_force({}, measure(), Quarter(2025, 1)) is None


def test_a_row_without_an_indicator_is_for_nobody() -> None:
    assert read_targets(table("Targets", [target(85, ref=None)]), frozenset()) == {}


def test_a_row_without_a_readable_from_makes_every_quarter_wrong() -> None:
    rows = [target(85, "2024/25 Q1"), target(90, "soon")]
    timelines = read_targets(table("Targets", rows), frozenset({("Targets", 3)}))
    for quarter in (Quarter(2020, 1), Quarter(2025, 1)):
        found = in_force(timelines, measure(), quarter)
        assert found is not None
        assert found.wrong


def test_figures_are_read_as_plain_numbers_and_tbc_as_none() -> None:
    rows = [target("1,234.5", Amber=None, Lower="TBC", Upper=0.1 + 0.2, Tolerance="5%")]
    (found,) = read_targets(table("Targets", rows), frozenset())["A-1.1a"]
    assert (found.target, found.amber, found.lower) == (Fraction("1234.5"), None, None)
    assert (found.upper, found.tolerance) == (Fraction(3, 10), 5)


# ---- the amber limit ----


@pytest.mark.parametrize(
    ("polarity", "cells", "amber"),
    [
        ("Higher is better", {}, "76.5"),
        ("Lower is better", {}, "93.5"),
        ("Higher is better", {"Tolerance": 20}, "68"),
        ("Higher is better", {"Tolerance": 0}, "85"),
        ("Higher is better", {"Tolerance": 2, "Tolerance kind": "Points"}, "83"),
        ("Lower is better", {"Tolerance kind": "Points"}, "95"),
        ("Higher is better", {"Amber": 80}, "80"),
        ("Higher is better", {"Amber": 80, "Tolerance": 1}, "80"),
    ],
)
def test_the_amber_limit_is_amber_where_given_else_the_target_less_or_plus_the_tolerance(
    polarity: str, cells: dict[str, object], amber: str
) -> None:
    assert _held(measure(Polarity=polarity), **cells).amber == Fraction(amber)


def test_the_amber_limit_is_not_rounded() -> None:
    held = _held(measure(), value=33.3, Tolerance=7)
    assert held.amber == Fraction("33.3") * Fraction(93, 100) == Fraction("30.969")


def test_a_per_cent_tolerance_is_of_the_absolute_target() -> None:
    assert _held(measure(), value=-10).amber == -11
    assert _held(measure(Polarity="Lower is better"), value=-10).amber == -9


def test_a_target_of_0_with_a_per_cent_tolerance_has_no_amber_band() -> None:
    assert _held(measure(), value=0).amber == 0


def test_tolerance_and_its_kind_each_by_itself_come_from_the_settings_where_blank() -> None:
    points = Settings(tolerance=Fraction(4), tolerance_kind="Points")
    assert _held(measure(), settings=points).amber == 81
    assert _held(measure(), settings=points, Tolerance=2).amber == 83
    assert _held(measure(), settings=points, **{"Tolerance kind": "per cent"}).amber == Fraction("81.6")


def test_under_floor_only_an_explicit_amber_makes_an_amber_limit() -> None:
    floor = Settings(rag_scheme="Floor")
    assert _held(measure(), settings=floor).amber is None
    assert _held(measure(), settings=floor, Amber=70).amber == 70


def test_without_a_better_side_there_is_no_amber_limit() -> None:
    assert _held(measure(Polarity="Neither")).amber is None


def test_in_range_uses_lower_and_upper_with_per_cent_of_each_limit() -> None:
    held = _held(measure(**IN_RANGE), value=30, Amber=10, Lower=20, Upper=-40)
    assert (held.target, held.amber, held.lower, held.upper) == (None, None, 20, -40)
    assert (held.slack_below, held.slack_above) == (2, 4)


def test_in_range_has_points_outside_both_limits_and_none_under_floor() -> None:
    cells = {"Lower": 20, "Upper": 40, "Tolerance": 3, "Tolerance kind": "Points"}
    held = _held(measure(**IN_RANGE), **cells)
    assert (held.slack_below, held.slack_above) == (3, 3)
    floor = _held(measure(**IN_RANGE), settings=Settings(rag_scheme="Floor"), **cells)
    assert (floor.slack_below, floor.slack_above) == (0, 0)


@pytest.mark.parametrize(
    ("cells", "value", "confirmed"),
    [({}, 85, True), ({}, None, False), ({}, "TBC", False), ({"Lower": 1, "Upper": 2}, None, False)],
)
def test_a_target_that_is_blank_or_tbc_is_not_confirmed(
    cells: dict[str, object], value: object, confirmed: bool
) -> None:
    assert _held(measure(), value=value, **cells).confirmed("Higher is better") is confirmed


@pytest.mark.parametrize(
    ("lower", "upper", "confirmed"), [(20, 40, True), (20, None, False), (None, 40, False), ("TBC", 40, False)]
)
def test_a_range_needs_both_its_limits_to_be_confirmed(lower: object, upper: object, confirmed: bool) -> None:
    assert _held(measure(**IN_RANGE), value=85, Lower=lower, Upper=upper).confirmed("In range") is confirmed


# ---- the profile ----


@pytest.mark.parametrize(("number", "share"), [(1, 25), (2, 50), (3, 75), (4, 100)])
def test_under_an_even_profile_quarter_n_is_held_to_n_fourths_of_target_and_amber(number: int, share: int) -> None:
    held = _held(measure(**YEAR_TO_DATE), f"2025/26 Q{number}", value=100, Amber=80, Profile="Even")
    assert (held.target, held.amber) == (share, Fraction(share * 8, 10))


def test_an_even_profile_scales_a_per_cent_tolerance_but_not_points() -> None:
    per_cent = _held(measure(**YEAR_TO_DATE), "2025/26 Q1", value=100, Profile="Even")
    points = _held(measure(**YEAR_TO_DATE), "2025/26 Q1", value=100, Profile="Even", **{"Tolerance kind": "Points"})
    assert (per_cent.amber, points.amber) == (Fraction("22.5"), 15)


def test_a_blank_profile_holds_every_quarter_to_the_whole_target() -> None:
    assert _held(measure(**YEAR_TO_DATE), "2025/26 Q1", value=100).target == 100


def test_quarters_are_counted_from_april_whatever_live_from_says() -> None:
    late = measure(**YEAR_TO_DATE, **{"Live from": "2025/26 Q3"})
    assert _held(late, "2025/26 Q3", value=100, Profile="Even").target == 75


@pytest.mark.parametrize(
    ("cells", "scaled"),
    [
        ({}, True),
        ({"Frequency": "Monthly"}, True),
        ({"Frequency": "Half-yearly"}, True),
        ({"Frequency": "Annual"}, False),
        ({"Aggregation": "Latest"}, False),
        ({"Aggregation": "Mean"}, False),
        ({"Report as": "In period"}, False),
        (RATIO, False),
    ],
)
def test_a_profile_is_only_for_a_year_to_date_sum_of_values_that_is_not_annual(
    cells: dict[str, Any], scaled: bool
) -> None:
    indicator = measure(**{**YEAR_TO_DATE, **cells})
    assert profiled(indicator) is scaled
    assert _held(indicator, "2025/26 Q2", value=100, Profile="Even").target == (50 if scaled else 100)


def _in_force(quarter: str, indicator: Indicator) -> Fraction | None:
    found = in_force(read_targets(table("Targets", ROWS), frozenset()), indicator, parse_quarter(quarter))
    return found.target if found else None


def _held(
    indicator: Indicator,
    quarter: str = "2025/26 Q1",
    settings: Settings | None = None,
    value: object = 85,
    **cells: object,
) -> Held:
    (row,) = read_targets(table("Targets", [target(value, "2025/26 Q1", **cells)]), frozenset())["A-1.1a"]
    return held_to(row, indicator, parse_quarter(quarter), settings or Settings())
