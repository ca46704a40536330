"""The year so far: quarters as they were rated, and no forecast mistaken for a result."""

import datetime as dt

from tests.support import indicator, observation, tables, target
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.year_view import year_sheet
from xl_outcomes.steps import Now, rate
from xl_outcomes.tables import Table

SEEN = [
    observation("2025/26 Q1", 82.0, Forecast=90.0),
    observation("2025/26 Q2", 60.0),
    observation("2024/25 Q4", 75.0),
]


def shown(seen: list[dict[str, object]] | None = None, **cells: object) -> dict[str, dict[str, object]]:
    held: dict[str, Table] = tables(
        Indicators=[indicator(**cells)], Targets=[target(80.0)], Observations=SEEN if seen is None else seen
    )
    for quarter in (Quarter(2024, 4), Quarter(2025, 1), Quarter(2025, 2)):
        _, step = rate(held, quarter, Now(dt.datetime(2025, 11, 1), "Officer"))
        held |= step.changed
    views = year_sheet(rate_quarter(held, Quarter(2025, 2), dt.date(2025, 11, 1)), held).views
    return {row["Ref"]: row for view in views for row in view.frame.to_dict("records")}


def test_each_quarter_has_its_figure_and_rating_and_what_is_to_come_is_blank() -> None:
    row = shown()["A-1.1a"]
    assert [row[h] for h in ("Q1 figure", "Q1", "Q2 figure", "Q2, half year")] == [82.0, "Green", 60.0, "Red"]
    assert [row[h] for h in ("Q3 figure", "Q3", "Q4 figure", "Q4, year end")] == [None] * 4


def test_the_forecast_stands_apart_with_the_target_of_the_year_end() -> None:
    row = shown()["A-1.1a"]
    assert (row["Target for the year end"], row["Forecast for the year end"], row["Forecast rating"]) == (
        *(80.0, 90.0),
        "Green",
    )
    assert row["Last year end"] == 75.0


def test_outcomes_say_which_quarters_have_not_come() -> None:
    row = shown()["A"]
    assert [row[h] for h in ("Q1", "Q2, half year", "Q3", "Q4, year end")] == ["Green", "Red", "Not yet", "Not yet"]


def test_a_confidential_figure_is_a_word_and_a_missing_one_says_so() -> None:
    seen = [observation("2025/26 Q1", 82.0, Shorthand="c")]
    row = shown(seen=seen)["A-1.1a"]
    assert (row["Q1 figure"], row["Q2 figure"]) == ("Confidential", "Overdue")


def test_a_range_is_shown_as_one() -> None:
    held = tables(
        Indicators=[indicator(Polarity="In range")],
        Targets=[target(None, Lower=40.0, Upper=60.0)],
        Observations=[observation("2025/26 Q1", 50.0)],
    )
    views = year_sheet(rate_quarter(held, Quarter(2025, 1), dt.date(2025, 8, 1)), held).views
    assert list(views[0].frame["Target for the year end"])[-1] == "40 to 60"
