"""Peer review: a sign-off holds for what was signed, and shows when that has changed since."""

import datetime as dt
from typing import Any

import pytest

from tests.support import history, indicator, table, tables, target
from xl_outcomes.errors import InputError
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.review_view import review_sheet
from xl_outcomes.review import CHANGED, NOT_YET, SIGNED, Review, counted, reviews, sign_off
from xl_outcomes.tables import Table

MARCH = dt.date(2018, 3, 5)
Q4 = Quarter(2017, 4)
TWO = [indicator(), indicator("A-1.1b", Indicator="Homes empty")]


def found(held: dict[str, Table]) -> tuple[Review, ...]:
    past = history(Indicators=_plain(held, "Indicators"), Targets=_plain(held, "Targets"))
    return reviews(held, past.framework, past.timelines, Q4)


def _plain(held: dict[str, Table], name: str) -> list[dict[str, Any]]:
    return [{h: v for h, v in row.items() if h != "row"} for row in held[name].rows()]


def signed(held: dict[str, Table], theme: str | None = "A", by: str = "Cabinet Member") -> dict[str, Table]:
    past = history(Indicators=_plain(held, "Indicators"), Targets=_plain(held, "Targets"))
    changes, _ = sign_off(held, past.framework, past.timelines, Q4, theme=theme, by=by, note="Session", on=MARCH)
    return {**held, "Changes": changes}


def test_before_the_review_nothing_is_signed_off() -> None:
    held = tables(Indicators=TWO)
    assert [r.state for r in found(held)] == [NOT_YET, NOT_YET]
    assert counted(found(held)) == "0 of 2 indicators are signed off as they stand."


def test_a_session_signs_off_a_theme_with_who_and_when() -> None:
    after = found(signed(tables(Indicators=TWO)))
    assert [(r.state, r.by, r.on) for r in after] == [(SIGNED, "Cabinet Member", MARCH)] * 2
    assert [r.theme for r in after] == ["Homes", "Homes"]


@pytest.mark.parametrize(
    "changed",
    [{"Definition": "Homes begun."}, {"Polarity": "Lower is better"}, {"Unit label": "flats"}, {"Frequency": "Annual"}],
)
def test_a_changed_definition_needs_to_be_signed_again(changed: dict[str, str]) -> None:
    held = signed(tables(Indicators=TWO))
    held["Indicators"] = table("Indicators", [indicator(**changed), TWO[1]])
    assert [r.state for r in found(held)] == [CHANGED, SIGNED]
    assert counted(found(held)) == "1 of 2 indicators are signed off as they stand; 1 have changed since they were."


def test_so_does_a_changed_target_but_not_another_spacing_or_owner() -> None:
    held = signed(tables(Indicators=TWO, Targets=[target(80.0, "2017/18 Q1")]))
    held["Targets"] = table("Targets", [target(85.0, "2017/18 Q1")])
    held["Indicators"] = table("Indicators", [TWO[0], {**TWO[1], "Indicator": " homes  EMPTY", "Data owner": "Other"}])
    assert [r.state for r in found(held)] == [CHANGED, SIGNED]


def test_signing_again_adds_rows_only_for_what_is_not_signed_as_it_stands() -> None:
    once = signed(tables(Indicators=TWO))
    assert len(signed(once)["Changes"].frame) == 2
    once["Indicators"] = table("Indicators", [indicator(Definition="Homes begun."), TWO[1]])
    again = signed(once)
    assert [r["Ref"] for r in again["Changes"].rows()] == ["A-1.1a", "A-1.1b", "A-1.1a"]
    assert [r.state for r in found(again)] == [SIGNED, SIGNED]


def test_a_sign_off_needs_somebody_and_a_theme_that_there_is() -> None:
    with pytest.raises(InputError, match="who signs off"):
        signed(tables(Indicators=TWO), by=" ")
    with pytest.raises(InputError, match="not the ref of a tier 1 outcome"):
        signed(tables(Indicators=TWO), theme="A-1")


def test_a_row_without_approver_signs_nothing() -> None:
    held = signed(tables(Indicators=TWO))
    rows = [{**row, "Approved by": None} for row in _plain(held, "Changes")]
    assert [r.state for r in found({**held, "Changes": table("Changes", rows)})] == [NOT_YET, NOT_YET]


def test_the_sheet_counts_theme_by_theme_once_there_has_been_a_review() -> None:
    held = tables(Indicators=TWO)
    assert review_sheet(rate_quarter(held, Q4, MARCH), held) is None
    held = signed(held)
    held["Indicators"] = table("Indicators", [indicator(Definition="Homes begun."), TWO[1]])
    sheet = review_sheet(rate_quarter(held, Q4, MARCH), held)
    assert sheet is not None
    themes, listed = (view.frame.to_dict("records") for view in sheet.views)
    assert themes == [{"Theme": "Homes", "Indicators": 2, "Signed off": 1, "Changed since": 1, "Not yet": 0}]
    assert [(r["Ref"], r["Review"], r["On"]) for r in listed] == [
        ("A-1.1a", "Changed since", MARCH),
        ("A-1.1b", "Signed off", MARCH),
    ]
