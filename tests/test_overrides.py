"""Ratings that an officer replaced."""

from collections.abc import Mapping

import pytest

from xl_outcomes.issues import Issue
from xl_outcomes.overrides import Override, overrides_in
from xl_outcomes.periods import parse_quarter

from .support import history, override, table

NOW = "2025/26 Q2"


@pytest.mark.parametrize(
    ("start", "last", "holds"),
    [
        (NOW, NOW, True),
        ("2025/26 Q1", "2025/26 Q3", True),
        ("2025/26 Q1", NOW, True),
        (NOW, "2025/26 Q4", True),
        ("2025/26 Q3", "2025/26 Q4", False),
        ("2024/25 Q1", "2025/26 Q1", False),
    ],
)
def test_an_override_holds_from_its_period_to_its_last_period_inclusive(start: str, last: str, holds: bool) -> None:
    assert ("A" in _in_force(override("A", "Green", start, last))[0]) is holds


def test_an_override_keeps_its_rating_reason_approver_and_row() -> None:
    row = override(" A-1.1a ", "amber", "q1 2025-26", NOW)
    (found,) = _in_force(row)[0].values()
    assert found == Override("A-1.1a", parse_quarter("2025/26 Q1"), "Amber", "Late data.", "Director", 2)


@pytest.mark.parametrize(
    ("starts", "used"),
    [(("2025/26 Q1", NOW), "Amber"), ((NOW, "2025/26 Q1"), "Green"), ((NOW, NOW), "Amber")],
)
def test_of_several_the_latest_period_wins_then_the_later_row(starts: tuple[str, str], used: str) -> None:
    rows = [override("A", rating, start, NOW) for rating, start in zip(("Green", "Amber"), starts, strict=True)]
    chosen, issues = _in_force(*rows)
    assert (chosen["A"].rating, issues) == (used, ())


@pytest.mark.parametrize("ref", ["A", "A-1", "A-1.1a"])
def test_outcomes_and_indicators_can_be_overridden(ref: str) -> None:
    assert list(_in_force(override(ref, "Red", NOW))[0]) == [ref]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"Reason": None}, "Reason is blank"),
        ({"Approved by": None}, "Approved by is blank"),
        ({"Last period": None}, "Last period is blank"),
        ({"Period": None}, "Period is blank"),
        ({"Rating": None}, "Rating is blank"),
        ({"Rating": "Blue"}, "Rating is not valid"),
        ({"Rating": "Insufficient data"}, "Rating is not valid"),
        ({"Period": "2025"}, "Period is not valid"),
        ({"Last period": "2025/26 M04"}, "Last period is not valid"),
        ({"Last period": "2025/26 Q1"}, "it ended with 2025/26 Q1"),
    ],
)
def test_an_incomplete_or_expired_override_is_ignored_with_an_issue(cells: dict[str, object], why: str) -> None:
    row = {**override("A-1", "Green", "2025/26 Q1", NOW), **cells}
    chosen, (issue,) = _in_force(row)
    assert chosen == {}
    assert (issue.code, issue.severity, issue.table, issue.cell) == ("override-ignored", "warning", "Overrides", "A2")
    assert issue.message == f"The override of A-1 is ignored: {why}."
    assert issue.fix == "Complete or renew the row, or delete it."


@pytest.mark.parametrize(("ref", "name"), [("Z", "Z"), (None, "nothing"), ("B", "B")])
def test_an_override_of_what_is_not_live_is_ignored_with_an_issue(ref: str | None, name: str) -> None:
    chosen, (issue,) = _in_force({**override("A", "Green", NOW), "Ref": ref})
    assert chosen == {}
    assert issue.message == (
        f"The override of {name} is ignored: its ref is not that of a live outcome or an indicator."
    )


def test_an_override_that_begins_later_is_no_issue() -> None:
    assert _in_force(override("A", "Green", "2025/26 Q3")) == ({}, ())


def test_an_expired_override_that_was_renewed_is_no_issue() -> None:
    chosen, issues = _in_force(override("A", "Green", "2024/25 Q1"), override("A", "Red", NOW))
    assert (chosen["A"].rating, issues) == ("Red", ())


def _in_force(*rows: dict[str, object]) -> tuple[Mapping[str, Override], tuple[Issue, ...]]:
    dead = {"Ref": "B", "Tier": 1, "Status": "Deleted"}
    live = ({"Ref": "A", "Tier": 1}, {"Ref": "A-1", "Tier": 2, "Parent": "A"}, dead)
    return overrides_in(table("Overrides", rows), history(Outcomes=live).framework, parse_quarter(NOW))
