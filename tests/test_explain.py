"""Why something has its colour, and the golden thread through it."""

import datetime as dt

import pytest

from tests.support import LATE, indicator, observation, override, setting, tables, target
from xl_outcomes import steps
from xl_outcomes.errors import InputError
from xl_outcomes.framework import Framework
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.reporting.explain import golden_thread, place_of, thread_text, why
from xl_outcomes.settings import read_settings
from xl_outcomes.tables import Tables

Q1 = "2025/26 Q1"
NOW = steps.Now(dt.datetime(2025, 8, 1, 12), "Officer")


def _rated(**rows: object) -> Tables:
    given = tables(
        **{
            "Settings": [setting("Council", "Anyshire"), setting("Framework", "Homes 2025")],
            "Indicators": [indicator(), indicator("A-1.1b", Indicator="Empty homes")],
            "Targets": [target(85), target(50, ref="A-1.1b")],
            "Observations": [observation(Q1, 82.1, Return="homes.xlsx (0123abcd)"), observation(Q1, 20, ref="A-1.1b")],
            **rows,
        }
    )
    _, step = steps.rate(given, parse_quarter(Q1), NOW)
    return {**given, **step.changed}


def _tree(given: Tables) -> Framework:
    return prepare(given, parse_quarter(Q1), LATE).history.framework


def _why(given: Tables, ref: str, period: str = Q1) -> list[str]:
    return why(given, _tree(given), ref, parse_quarter(period)).splitlines()


def test_an_indicator_says_its_reason_its_return_and_what_it_counts_towards() -> None:
    assert _why(_rated(), "A-1.1a") == [
        "A-1.1a Homes built, 2025/26 Q1: Amber.",
        "82.1% against a target of 85%: within the 10% tolerance (76.5% or more).",
        "The figure came in the return homes.xlsx (0123abcd).",
        "It counts towards A-1 New homes.",
    ]


def test_an_outcome_says_what_is_under_it_and_which_reds_its_colour_hides() -> None:
    said = _why(_rated(Settings=[setting("Green at", 0.2), setting("Amber at", 0.1)]), "A-1")
    assert said[0] == "A-1 New homes, 2025/26 Q1: Amber."
    assert "2 of 2 rated." in said
    assert "Red beneath this rating (masked): A-1.1b." in said
    assert said[-3:] == ["Under it:", "   A-1.1a Homes built: Amber", "   A-1.1b Empty homes: Red"]


def test_an_overridden_rating_carries_its_asterisk_and_the_calculated_one() -> None:
    said = _why(_rated(Overrides=[override("A-1.1b", "Green", Q1)]), "A-1.1b")
    assert said[0] == "A-1.1b Empty homes, 2025/26 Q1: Green* (calculated Red)."
    assert "Approved by Director." in said[1]


def test_what_has_no_rating_is_named_by_its_state() -> None:
    said = _why(_rated(Observations=[observation(Q1, 82.1)]), "A-1")
    assert said[-1] == "   A-1.1b Empty homes: Overdue"


def test_a_confidential_figure_is_not_told() -> None:
    given = _rated(Observations=[observation(Q1, 82.1, Shorthand="c")])
    assert "82.1" not in " ".join(_why(given, "A-1.1a"))


@pytest.mark.parametrize(
    ("ref", "period", "found"),
    [("X-9", Q1, '"X-9" is not the ref'), ("A-1", "2024/25 Q1", "A-1 has no rating for 2024/25 Q1 yet.")],
)
def test_an_unknown_ref_and_an_unrated_quarter_are_said(ref: str, period: str, found: str) -> None:
    with pytest.raises(InputError, match=found.replace(".", r"\.")):
        _why(_rated(), ref, period)


def test_the_golden_thread_runs_from_the_vision_through_the_place_to_the_measures() -> None:
    given = _rated()
    settings, _ = read_settings(given["Settings"])
    links = golden_thread(_tree(given), settings, "A-1")
    assert thread_text(links).splitlines() == [
        "Anyshire - Homes 2025",
        "   Priority A Homes (Director, Member)",
        "      > Strategic outcome A-1 New homes (Director, Member) <",
        "         Indicator A-1.1a Homes built",
        "         Indicator A-1.1b Empty homes",
    ]
    assert [link.ref for link in golden_thread(_tree(given), settings, "A-1.1b")] == ["", "A", "A-1", "A-1.1b"]


def test_a_ref_is_found_on_its_sheet() -> None:
    given = _rated()
    assert place_of(given, "A-1") == ("Outcomes", "A3")
    assert place_of(given, "A-1.1b") == ("Indicators", "A3")
    assert place_of(given, "X") is None
