"""Figures by area: the council's own rules, the worst place named, and nothing confidential worked out."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Validate
from tests.support import (
    IN_RANGE,
    LATE,
    RATIO,
    YEAR_TO_DATE,
    indicator,
    observation,
    override,
    places,
    setting,
    tables,
    target,
)
from xl_outcomes.areas import Breakdown, areas_issues, breakdowns
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import prepare, rate_quarter
from xl_outcomes.reporting.areas_view import NONE_DUE, NONE_HIDDEN, areas_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.workbook.create import create_sheets

QUARTER = "2025/26 Q2"
ESSEX = [setting("Council", "Anyshire County Council")]
LOWER = {"Polarity": "Lower is better"}


def area(name: str, value: object = None, period: str = QUARTER, **cells: Any) -> dict[str, object]:
    return observation(period, value, Area=name, **cells)


def whole(value: object = None, **cells: Any) -> dict[str, object]:
    return observation(QUARTER, value, **cells)


def given_tables(*observed: dict[str, object], **rows: Any) -> dict[str, Any]:
    defaults = {"Settings": ESSEX, "Indicators": [indicator()], "Targets": [target(80.0)], "Observations": observed}
    return tables(**{**defaults, **rows})


def broken_down(*observed: dict[str, object], period: str = QUARTER, **rows: Any) -> Breakdown:
    (found,) = breakdowns(rate_quarter(given_tables(*observed, **rows), parse_quarter(period), LATE))
    return found


def shown(found: Breakdown) -> list[tuple[str, str, object, str | None]]:
    return [(p.area, p.state, None if p.value is None else float(p.value), p.rating) for p in found.places]


def sheet(*observed: dict[str, object], period: str = QUARTER, **rows: Any) -> ViewSheet | None:
    held = given_tables(*observed, **rows)
    return areas_sheet(rate_quarter(held, parse_quarter(period), LATE), held)


def issues(*observed: dict[str, object]) -> list[tuple[str, str, str]]:
    held = given_tables(*observed, Settings=[setting("Current period", QUARTER)])
    history = prepare(held, None, LATE).history
    return places(areas_issues(held, history.framework, history.settings))


def test_places_are_held_to_the_councils_target_the_worst_first() -> None:
    found = broken_down(whole(84.0), area("Maldon", 92.0), area("Tendring", 71.04), area("Harlow", 75.0))
    assert shown(found) == [
        ("Tendring", "Rated", 71.0, "Red"),
        ("Harlow", "Rated", 75.0, "Amber"),
        ("Maldon", "Rated", 92.0, "Green"),
    ]
    assert (found.value, found.rating) == (Fraction(84), "Green")
    assert (*found.worst, *found.best) == ("Tendring", "Maldon")
    assert found.hidden == "The county is Green at 84.0%; Tendring is Red at 71.0%."
    assert found.places[0].reason == "71.0% against a target of 80%: outside the 10% tolerance (72% or more)."


def test_lower_is_better_and_in_range_turn_the_order() -> None:
    rows = (whole(84.0), area("B", 60.0), area("C", 90.0))
    assert broken_down(*rows, Indicators=[indicator(**LOWER)]).worst == ("C",)
    goal = [target(Lower=80.0, Upper=100.0)]
    assert broken_down(*rows, Indicators=[indicator(**IN_RANGE)], Targets=goal).worst == ("B",)


def test_equal_places_are_all_named_and_places_alike_have_no_worst() -> None:
    found = broken_down(whole(84.0), area("B", 60.0), area("C", 60.0), area("D", 90.0))
    assert (found.worst, found.best) == (("B", "C"), ("D",))
    assert found.hidden == "The county is Green at 84.0%; B is Red at 60.0%, C is Red at 60.0%."
    alike = broken_down(whole(60.0), area("B", 60.0), area("C", 60.0))
    assert (alike.worst, alike.best, alike.hidden) == ((), (), "")


def test_many_red_places_are_counted() -> None:
    found = broken_down(whole(84.0), *(area(name, 50.0) for name in "BCDEF"))
    assert found.hidden.endswith("D is Red at 50.0%, 2 more are Red.")


def test_the_rules_of_window_and_aggregation_are_the_councils() -> None:
    months = {"Frequency": "Monthly", **RATIO}
    rows = [
        area("B", None, month, Numerator=top, Denominator=10.0)
        for month, top in (("2025/26 M04", 9.0), ("2025/26 M05", 8.0), ("2025/26 M06", 4.0))
    ]
    found = broken_down(
        *rows, area("C", None, "2025/26 M04", Numerator=1.0, Denominator=2.0), Indicators=[indicator(**months)]
    )
    assert shown(found) == [("B", "Rated", 70.0, "Red"), ("C", "Incomplete", None, None)]
    assert found.state == "Overdue"
    to_date = [area("B", 85.0, "2025/26 Q1"), area("B", 95.0)]
    found = broken_down(*to_date, Indicators=[indicator(**YEAR_TO_DATE, Unit="Count")])
    assert shown(found) == [("B", "Not rated", 180.0, None)]


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({"Unit": "Count"}, "Not rated"),
        ({"Unit": "Money"}, "Not rated"),
        ({"Unit": "Time", "Aggregation": "Sum"}, "Not rated"),
        ({"Unit": "Time"}, "Rated"),
        ({"Kind": "Contextual"}, "Data only"),
        ({"Unit": "Count", "Polarity": "Neither"}, "Data only"),
        ({"Status": "Baseline year"}, "Baseline year"),
    ],
)
def test_only_figures_that_the_target_is_for_are_rated(cells: dict[str, Any], state: str) -> None:
    found = broken_down(whole(84.0), area("B", 10.0), area("C", 20.0), Indicators=[indicator(**cells)])
    assert {p.state for p in found.places} == {state}
    assert found.hidden == (
        "The county is Green at 84.0; B is Red at 10.0, C is Red at 20.0." if state == "Rated" else ""
    )


def test_an_annual_figure_shows_for_its_due_quarter_only() -> None:
    rows: dict[str, Any] = {"Indicators": [indicator(Frequency="Annual", **{"Due quarter": "Q2"})]}
    assert broken_down(whole(84.0), area("B", 60.0), **rows).worst == ()
    later = sheet(whole(84.0), area("B", 60.0), period="2025/26 Q3", **rows)
    assert later is not None
    assert [next(iter(v.frame["Indicator"])) for v in later.views] == [NONE_HIDDEN, NONE_DUE]


def test_a_place_without_a_figure_is_listed_for_a_year() -> None:
    found = broken_down(whole(84.0), area("B", 90.0), area("C", 80.0, "2024/25 Q3"), area("D", 1.0, "2023/24 Q1"))
    assert shown(found) == [("B", "Rated", 90.0, "Green"), ("C", "No figure", None, None)]


def test_an_override_of_the_whole_hides_too_and_is_marked() -> None:
    made = sheet(whole(60.0), area("B", 60.0), area("C", 70.0), Overrides=[override("A-1.1a", "Green", QUARTER)])
    assert made is not None
    hidden, figures = (records(v.frame) for v in made.views)
    assert hidden[0]["What the whole hides"] == "The county is Green at 60.0%; B is Red at 60.0%, C is Red at 70.0%."
    assert [row["Rating"] for row in figures] == ["Green*", "Red", "Red"]


# ---- confidential ----

SECRET = area("S", 98765.4, Shorthand="c")


def test_one_confidential_place_takes_the_smallest_other_with_it() -> None:
    found = broken_down(whole(84.0), SECRET, area("B", 60.0), area("C", 90.0))
    assert shown(found) == [
        ("C", "Rated", 90.0, "Green"),
        ("S", "Confidential", None, None),
        ("B", "Withheld", None, None),
    ]
    assert (found.hidden, found.worst) == ("", ())
    ratio = [area(n, None, Numerator=t, Denominator=b) for n, t, b in (("B", 5.0, 90.0), ("C", 9.0, 10.0))]
    found = broken_down(whole(None, Numerator=8.0, Denominator=10.0), SECRET, *ratio, Indicators=[indicator(**RATIO)])
    assert [p.area for p in found.places if p.state == "Withheld"] == ["C"]


def test_two_confidential_places_hide_each_other() -> None:
    found = broken_down(whole(84.0), SECRET, area("T", Shorthand="c"), area("C", 90.0))
    assert [p.state for p in found.places] == ["Rated", "Confidential", "Confidential"]


def test_places_do_not_add_up_to_a_confidential_whole() -> None:
    found = broken_down(whole(84.0, Shorthand="c"), area("B", 60.0), area("C", 90.0))
    assert [(p.state, p.value) for p in found.places] == [("Withheld", None)] * 2


@given(st.lists(st.tuples(st.integers(1, 99), st.booleans()), min_size=2, max_size=6), st.booleans())
def test_no_confidential_figure_follows_from_the_others(parts: list[tuple[int, bool]], closed: bool) -> None:
    count = indicator(Unit="Count", Aggregation="Sum")
    rows = [area(f"P{n}", float(v), Shorthand="c" if secret else None) for n, (v, secret) in enumerate(parts)]
    total = whole(float(sum(v for v, _ in parts)), Shorthand="c" if closed else None)
    found = broken_down(total, *rows, Indicators=[count])
    unseen = [p for p in found.places if p.value is None]
    if closed:
        assert len(unseen) == len(parts)
    elif any(secret for _, secret in parts):
        assert len(unseen) >= 2
    else:
        assert unseen == []
    assert all(p.value == Fraction(parts[int(p.area[1:])][0]) for p in found.places if p.value is not None)


def test_what_is_not_shown_is_nowhere_on_the_sheet(validator: Validate, tmp_path: Path) -> None:
    made = sheet(whole(84.0), SECRET, area("B", 61.7), area("C", 90.0), area("D", 70.0))
    assert made is not None
    (tmp_path / "areas.xlsx").write_bytes(create_sheets([made], title="A", created=dt.datetime(2025, 10, 1)))
    assert validator(tmp_path / "areas.xlsx") == []
    said = " ".join(str(v) for view in made.views for v in view.frame.to_numpy().ravel())
    assert "98765" not in said
    assert "98,765" not in said
    assert "61.7" not in said


# ---- the sheet ----


def test_the_sheet_has_the_whole_beside_its_places() -> None:
    assert sheet(whole(84.0)) is None
    made = sheet(whole(84.0), area("Maldon", 92.0), area("Tendring", 71.0), area("Harlow"))
    assert made is not None
    hidden, figures = (records(v.frame) for v in made.views)
    assert (len(hidden), hidden[0]["Worst place"], hidden[0]["Its figure"]) == (6, "Tendring", "71.0%")
    headings = ("Place", "Target", "Figure", "Rating", "Against the whole")
    assert [[row[h] for h in headings] for row in figures] == [
        ["The county", "80%", "84.0%", "Green", None],
        ["Tendring (worst)", "80%", "71.0%", "Red", "13.0 worse"],
        ["Maldon (best)", "80%", "92.0%", "Green", "8.0 better"],
    ]


@pytest.mark.parametrize(
    ("council", "said"),
    [("Mid Somewhere District Council", "The district"), ("Anytown", "The whole area"), ("City of X", "The city")],
)
def test_the_whole_has_the_name_of_its_kind(council: str, said: str) -> None:
    made = sheet(whole(84.0), area("B", 92.0), Settings=[setting("Council", council)])
    assert made is not None
    assert records(made.views[1].frame)[0]["Place"] == said


def test_what_is_odd_is_said_once_with_its_cell() -> None:
    rows = [
        whole(84.0),
        area("Harlow", 1.0),
        area("harlow ", 2.0),
        area("harlow", 2.0, "2025/26 Q1"),
        area("B", 1.0, "2024/25 Q1"),
    ]
    assert issues(*rows) == [("area-spelling", "Observations", "C4"), ("area-without-whole", "Observations", "C6")]
    assert issues(whole(84.0), area("Harlow", 1.0)) == []
    assert issues(area("Harlow", 1.0, "2030/31 Q1"), area("Harlow", 1.0, "soon")) == []
