"""Numbers at the fifteen digits that a spreadsheet shows."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.exact import at_least, exact, read_number, rounded, same, show, to_float, to_number

numbers = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)
repeatable = settings(derandomize=True, max_examples=80, deadline=None)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (0.1 + 0.2, Fraction(3, 10)),
        (1.255 * 100, Fraction(251, 2)),
        (-0.7, Fraction(-7, 10)),
        (85, Fraction(85)),
        (1e20, Fraction(10**20)),
        (123456789.123456789, Fraction("123456789.123457")),
    ],
)
def test_a_number_is_taken_at_fifteen_significant_digits(cell: float, number: Fraction) -> None:
    assert exact(cell) == number


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1/3", "0.333333333333333", True),
        ("1/3", "0.33333333333333", False),
        ("2/3", "0.666666666666667", True),
        ("1", "0.9999999999999999", True),
        ("1", "0.999999999999999", False),
        ("0", "1e-30", False),
        ("-1/3", "1/3", False),
        ("-2/3", "-0.666666666666667", True),
        ("100000000000000000", "100000000000000001", True),
    ],
)
def test_two_numbers_are_equal_when_they_agree_to_fifteen_digits(one: str, other: str, equal: bool) -> None:
    assert same(Fraction(one), Fraction(other)) is equal


@repeatable
@given(numbers, numbers)
def test_equality_is_reflexive_and_symmetric(one: Fraction, other: Fraction) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one)


@repeatable
@given(numbers, numbers)
def test_of_two_numbers_one_is_at_least_the_other_and_both_only_where_they_are_equal(
    one: Fraction, other: Fraction
) -> None:
    assert at_least(one, other) or at_least(other, one)
    assert (at_least(one, other) and at_least(other, one)) == same(one, other)


def test_a_number_a_hair_below_a_limit_has_reached_it() -> None:
    assert at_least(Fraction("0.3333333333333333"), Fraction(1, 3))
    assert not at_least(Fraction("0.33333333333333"), Fraction(1, 3))


@pytest.mark.parametrize(
    ("number", "decimals", "result"),
    [
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("2.5", 0, "3"),
        ("84.95", 1, "85"),
        ("84.949", 1, "84.9"),
        ("-0.25", 1, "-0.3"),
        ("2.675", 2, "2.68"),
        ("1/3", 3, "0.333"),
        ("12", 2, "12"),
    ],
)
def test_rounding_is_half_away_from_zero(number: str, decimals: int, result: str) -> None:
    assert rounded(Fraction(number), decimals) == Fraction(result)


@repeatable
@given(st.decimals(min_value=-(10**8), max_value=10**8, places=5), st.integers(0, 5))
def test_rounding_agrees_with_the_decimal_module(number: Decimal, decimals: int) -> None:
    expected = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert rounded(Fraction(number), decimals) == Fraction(expected)


def test_a_blank_number_stays_blank() -> None:
    assert to_float(None) is None
    assert to_float(None, 2) is None


def test_a_cell_gets_the_nearest_number_rounded_where_decimals_are_given() -> None:
    assert to_float(Fraction(1, 3)) == 1 / 3
    assert to_float(Fraction(2, 3), 6) == 0.666667


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        ("1234.5", 2, "1,234.50"),
        ("1234567", 0, "1,234,567"),
        ("-1234.56", 1, "-1,234.6"),
        ("-0.001", 1, "0.0"),
        ("0", 2, "0.00"),
        ("76.5", None, "76.5"),
        ("85", None, "85"),
        ("1000000", None, "1,000,000"),
        ("1/3", None, "0.333333333333333"),
        ("0", None, "0"),
        ("-2.50", None, "-2.5"),
    ],
)
def test_a_number_for_people_has_its_thousands_separated(number: str, decimals: int | None, text: str) -> None:
    assert show(Fraction(number), decimals) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("85", "85"),
        (" 85.5 ", "85.5"),
        ("1,234", "1234"),
        ("1,234,567.89", "1234567.89"),
        ("£1,000", "1000"),
        ("-£1,000", "-1000"),
        ("£ 12", "12"),
        ("45%", "45"),
        ("(12.5)", "-12.5"),
        ("(£3)", "-3"),
        ("１２．５", "12.5"),
        ("−7", "-7"),
        ("+3", "3"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("0.12345678901234567", "0.123456789012346"),
    ],
)
def test_text_that_is_plainly_a_number_is_read_as_one(text: str, number: str) -> None:
    assert read_number(text) == Fraction(number)
    assert to_number(text) == Fraction(number)


@pytest.mark.parametrize(
    "text", ["", "%", "-", "£", "n/a", "12 homes", "1,23", "1234,567", "1.2.3", "(-3)", "--3", "TBC", "()", "1e9999"]
)
def test_any_other_text_is_not_a_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("cell", [None, True, False, float("nan"), float("inf"), float("-inf"), [], "none"])
def test_blanks_truths_and_what_is_no_number_give_none(cell: object) -> None:
    assert to_number(cell) is None


def test_a_number_in_a_cell_is_itself() -> None:
    assert to_number(0.1 + 0.2) == Fraction(3, 10)
    assert to_number(7) == 7
