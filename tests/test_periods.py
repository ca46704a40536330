"""Financial years, quarters and months."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.errors import InputError
from xl_outcomes.periods import Month, Quarter, due_numbers, parse_period, parse_quarter, year_name

quarters = st.builds(Quarter, st.integers(1900, 2998), st.integers(1, 4))
months = st.builds(Month, st.integers(1900, 2998), st.integers(1, 12))
repeatable = settings(derandomize=True, max_examples=80, deadline=None)


@pytest.mark.parametrize(
    ("number", "end"),
    [
        (1, dt.date(2025, 6, 30)),
        (2, dt.date(2025, 9, 30)),
        (3, dt.date(2025, 12, 31)),
        (4, dt.date(2026, 3, 31)),
    ],
)
def test_a_financial_year_runs_april_to_march(number: int, end: dt.date) -> None:
    assert Quarter(2025, number).end == end


def test_quarters_and_months_are_written_with_both_years() -> None:
    assert str(Quarter(2025, 2)) == "2025/26 Q2"
    assert str(Month(2025, 4)) == "2025/26 M04"
    assert str(Quarter(1999, 4)) == "1999/00 Q4"
    assert year_name(2025) == "2025/26"


def test_file_names_use_hyphens() -> None:
    assert Quarter(2025, 2).file_name == "2025-26-Q2"


def test_month_1_is_april_so_july_is_month_4_and_lies_in_quarter_2() -> None:
    assert Quarter(2025, 2).months == (Month(2025, 4), Month(2025, 5), Month(2025, 6))
    assert [Month(2025, n).quarter.number for n in range(1, 13)] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize(
    "text",
    [
        "2025/26 Q2",
        "2025-26 Q2",
        "Q2 2025/26",
        "2025/26 q2",
        "  2025/26   Q2 ",
        "2025/26Q2",
        "2025–26 Q2",
        "2025/2026 Q2",
        "2025-26-Q2",
        "Q2, 2025/26",
        "2025 / 26 Q 2",
    ],
)
def test_parsing_accepts_what_people_type(text: str) -> None:
    assert parse_period(text) == parse_quarter(text) == Quarter(2025, 2)
    assert str(parse_period(text)) == "2025/26 Q2"


@pytest.mark.parametrize("text", ["2025/26 M04", "2025-26 m4", "M04 2025/26", "2025/26 M4"])
def test_months_are_typed_as_freely(text: str) -> None:
    assert parse_period(text) == Month(2025, 4)


@pytest.mark.parametrize("text", ["2025/27 Q2", "2025/25 Q2", "2025/2027 Q2", "1999/99 Q1"])
def test_two_years_that_do_not_follow_each_other_are_an_error(text: str) -> None:
    with pytest.raises(InputError, match="joins two years that do not follow each other") as caught:
        parse_period(text)
    assert text in caught.value.message


@pytest.mark.parametrize("text", ["2025/26 Q5", "2025/26 Q0", "2025/26 M13", "2025/26 M00"])
def test_q5_and_m13_are_errors(text: str) -> None:
    with pytest.raises(InputError, match="has no such quarter or month") as caught:
        parse_period(text)
    assert text in caught.value.message


@pytest.mark.parametrize("text", ["", None, "2025 Q2", "2025/26", "July 2025", "Q2", 202502, "2025/26 H1", 45000.0])
def test_anything_else_is_not_a_period_and_the_message_shows_how_to_write_one(text: object) -> None:
    with pytest.raises(InputError, match="is not a period") as caught:
        parse_period(text)
    assert "2025/26 Q2" in caught.value.fix
    assert "2025/26 M04" in caught.value.fix


def test_a_long_wrong_text_is_cut_in_the_message() -> None:
    with pytest.raises(InputError) as caught:
        parse_period("x" * 500)
    assert len(caught.value.message) < 80


def test_a_month_where_a_quarter_is_needed_is_an_error() -> None:
    with pytest.raises(InputError, match='"2025/26 M04" is a month; a quarter is needed here'):
        parse_quarter("2025/26 M04")


@repeatable
@given(quarters | months)
def test_a_key_reads_back_as_its_period(period: Quarter | Month) -> None:
    assert parse_period(str(period)) == period


@repeatable
@given(quarters, st.integers(-40, 40))
def test_shifting_there_and_back_changes_nothing(quarter: Quarter, by: int) -> None:
    assert quarter.shift(by).shift(-by) == quarter
    assert quarter.shift(by).index - quarter.index == by
    assert (quarter.shift(by) > quarter) == (by > 0)


def test_the_quarter_after_q4_is_q1_of_the_next_year() -> None:
    assert Quarter(2025, 4).shift(1) == Quarter(2026, 1)
    assert Quarter(2025, 1).shift(-1) == Quarter(2024, 4)


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        ("Monthly", (1, 2, 3, 4)),
        ("Quarterly", (1, 2, 3, 4)),
        ("Half-yearly", (2, 4)),
        ("Annual", (3,)),
    ],
)
def test_the_frequency_says_which_quarters_an_indicator_is_due_in(frequency: str, due: tuple[int, ...]) -> None:
    assert due_numbers(frequency, 3) == due
