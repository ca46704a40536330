"""Remedial actions: raised by reds, carried from quarter to quarter, never lost; and the tracker that shows them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import indicator, observation, table, tables, target
from xl_outcomes import steps
from xl_outcomes.actions import action_issues, carry, ratings_since, read_actions, unanswered
from xl_outcomes.framework import build
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.actions_view import LISTED, MISSING, MOST_MISSING, actions_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import View
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, change

Q1, Q2, Q3, Q4 = (f"2025/26 Q{n}" for n in (1, 2, 3, 4))
REF, TODAY = "A-1.1a", dt.date(2026, 5, 1)
RED, AMBER, GREEN = 10.0, 75.0, 90.0
World = dict[str, Table]


def given_by(period: str, value: float, action: str | None = None, **cells: object) -> dict[str, object]:
    """An observation with a commentary and a corrective action."""
    return observation(period, value, **{"Commentary": "Too few.", "Corrective action": action, **cells})


def world(*observations: Mapping[str, Any], actions: tuple[Mapping[str, Any], ...] = ()) -> World:
    officer = indicator(**{"Responsible officer": "Head of Housing"})
    return tables(Indicators=[officer], Targets=[target(80.0)], Observations=observations, Actions=actions)


def played(held: World, *quarters: str, today: dt.date = TODAY) -> tuple[Rated, World]:
    """The master after quarters were rated one after the other, with their actions carried."""
    now = steps.Now(dt.datetime.combine(today, dt.time(9)), "Officer")
    for quarter in quarters:
        rated, step = steps.rate(held, parse_quarter(quarter), now)
        held = {**held, **step.changed}
        held["Actions"] = carry(held["Actions"], rated, held)
    return rated, held


def listed(held: World) -> list[tuple[Any, ...]]:
    return [(r["Ref"], r["Raised"], r["Action"], r["Status"], r["Progress"]) for r in held["Actions"].rows()]


def closed(held: World, status: str = "Done") -> World:
    row = next(r["row"] for r in held["Actions"].rows())
    return {**held, "Actions": change(held["Actions"], {row: {"Status": status}})}


# ---- what a quarter adds ----


def test_a_red_with_a_corrective_action_raises_one() -> None:
    _, held = played(world(given_by(Q1, RED, "Hire\ntwo  people.")), Q1)
    assert records(held["Actions"].frame) == [
        {
            "Ref": "ACT-1",
            "Indicator": REF,
            "Raised": Q1,
            "Reason for variance": "Too few.",
            "Action": "Hire two people.",
            "Owner": "Head of Housing",
            "Due": dt.datetime(2025, 10, 20),
            "Status": "Open",
            "Progress": None,
        }
    ]


@pytest.mark.parametrize(("value", "action"), [(AMBER, "Hire."), (GREEN, "Hire."), (RED, None), (RED, "  ")])
def test_nothing_else_raises_one(value: float, action: str | None) -> None:
    _, held = played(world(given_by(Q1, value, action)), Q1)
    assert listed(held) == []


def test_a_red_carried_from_an_earlier_quarter_raises_none() -> None:
    held = world(given_by(Q1, RED, "Hire.")) | {
        "Indicators": table("Indicators", [indicator(Frequency="Annual", **{"Due quarter": "Q1"})])
    }
    rated, held = played(held, Q2)
    assert (rated.results["Rating"][0], listed(held)) == ("Red", [])


def test_the_same_words_in_the_next_quarter_add_nothing() -> None:
    _, held = played(world(given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Hire. ")), Q1, Q2)
    assert listed(held) == [("ACT-1", Q1, "Hire.", "Open", None)]


def test_other_words_become_a_line_of_progress_below_what_an_officer_typed() -> None:
    _, held = played(world(given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Train them.")), Q1)
    row = next(r["row"] for r in held["Actions"].rows())
    held["Actions"] = change(held["Actions"], {row: {"Progress": "Advert is out.\n2025/26 Q2: Eight applied."}})
    _, held = played(held, Q2, Q2)
    typed = "Advert is out.\n2025/26 Q2: Eight applied.\n2025/26 Q2: Train them."
    assert listed(held) == [("ACT-1", Q1, "Hire.", "Open", typed)]


def test_a_corrected_return_gives_the_quarters_line_its_new_text() -> None:
    rows = [given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Train.")]
    _, held = played(world(*rows), Q1, Q2)
    rows = [rows[0], rows[1] | {"Superseded": "Yes"}, given_by(Q2, RED, "Train and pay.")]
    _, held = played({**held, "Observations": table("Observations", rows)}, Q2)
    assert listed(held)[0][-1] == "2025/26 Q2: Train and pay."


def test_the_next_number_follows_the_highest() -> None:
    old = {"Ref": "act-7", "Indicator": "Other", "Action": "x", "Status": "Done"}
    _, held = played(world(given_by(Q1, RED, "Hire."), actions=(old, {**old, "Ref": "P9"})), Q1)
    assert listed(held)[-1][0] == "ACT-8"


# ---- what is ended stays ended ----


@pytest.mark.parametrize("status", ["Done", "Dropped", "done"])
def test_an_ended_action_is_not_raised_again_while_it_stays_red(status: str) -> None:
    rows = [given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Hire.")]
    _, held = played(world(*rows), Q1)
    held = closed(held, status)
    rated, after = played(held, Q1, Q2)
    assert after["Actions"].frame.equals(held["Actions"].frame)
    assert unanswered(read_actions(after["Actions"]), rated) == (REF,)


def test_it_is_raised_anew_for_other_words_or_after_a_recovery() -> None:
    rows = [given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Train."), given_by(Q3, GREEN), given_by(Q4, RED, "Hire.")]
    _, held = played(world(*rows), Q1)
    _, held = played(closed(held), Q2)
    assert [row[:3] for row in listed(held)] == [("ACT-1", Q1, "Hire."), ("ACT-2", Q2, "Train.")]
    held["Actions"] = change(held["Actions"], {r["row"]: {"Status": "Done"} for r in held["Actions"].rows()})
    _, held = played(held, Q3, Q4)
    assert [row[1:4] for row in listed(held)] == [(Q1, "Hire.", "Done"), (Q2, "Train.", "Done"), (Q4, "Hire.", "Open")]


def test_an_earlier_quarter_rated_late_adds_nothing_to_a_later_action() -> None:
    held = world(given_by(Q1, RED, "Hire."), given_by(Q2, RED, "Train."))
    _, held = played(held, Q2, Q1)
    assert listed(held) == [("ACT-1", Q2, "Train.", "Open", None)]


def test_a_closed_quarter_adds_nothing() -> None:
    _, held = played(world(given_by(Q1, RED, "Hire.")), Q1)
    held["Actions"] = table("Actions", [])
    rated = rate_quarter(held, parse_quarter(Q1), TODAY, frozenset({parse_quarter(Q1)}))
    assert rated.results["Rating"][0] == "Red"
    assert len(carry(held["Actions"], rated, held).frame) == 0


QUARTER = st.tuples(st.sampled_from((RED, AMBER, GREEN)), st.sampled_from(("Hire.", "Train.", "Pay.", None)))


@settings(max_examples=10, deadline=None)
@given(st.lists(QUARTER, min_size=4, max_size=4), st.lists(st.booleans(), min_size=4, max_size=4))
def test_rating_twice_changes_nothing_and_nothing_is_ever_lost(
    figures: list[tuple[float, str | None]], ended: list[bool]
) -> None:
    quarters = (Q1, Q2, Q3, Q4)
    held = world(*(given_by(q, value, text) for q, (value, text) in zip(quarters, figures, strict=True)))
    for quarter, end in zip(quarters, ended, strict=True):
        before = listed(held)
        _, held = played(held, quarter)
        _, again = played(held, quarter)
        assert listed(again) == listed(held)
        for was, now in zip(before, listed(held), strict=False):
            assert now[:4] == was[:4]
            assert (now[4] or "").startswith(was[4] or "")
            assert was[3] == "Open" or now == was
        if end:
            held["Actions"] = change(held["Actions"], {r["row"]: {"Status": "Done"} for r in held["Actions"].rows()})


# ---- issues ----


def codes(**cells: object) -> list[tuple[str, str]]:
    good = {"Ref": "ACT-1", "Indicator": REF, "Raised": Q1, "Action": "Hire.", "Status": "Open"}
    held = world(actions=({**good, **cells},))
    framework = build(held["Outcomes"], held["Indicators"], frozenset())
    return [(i.code, i.cell) for i in action_issues(held, framework, Settings())]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({}, []),
        ({"Status": "done"}, []),
        ({"Ref": None}, [("action-ref", "A2")]),
        ({"Indicator": "Nowhere"}, [("action-indicator", "B2")]),
        ({"Indicator": None}, [("action-indicator", "B2")]),
        ({"Status": "Maybe"}, [("action-status", "H2")]),
        ({"Status": None}, [("action-status", "H2")]),
        ({"Due": "soon"}, [("action-date", "G2")]),
        ({"Raised": "soon"}, [("action-date", "C2")]),
    ],
)
def test_what_is_odd_is_named_with_its_cell(cells: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(**cells) == found


# ---- the tracker ----


def views(held: World, *quarters: str, today: dt.date = TODAY) -> dict[str, View]:
    rated, held = played(held, *quarters, today=today)
    sheet = actions_sheet(rated, held)
    return {view.table: view for view in sheet.views} if sheet else {}


def test_without_actions_there_is_no_tracker() -> None:
    assert views(world(given_by(Q1, GREEN)), Q1) == {}


def test_the_tracker_shows_how_long_an_action_is_carried_and_what_became_of_the_rating() -> None:
    held = world(given_by(Q1, RED, "Hire."), given_by(Q2, AMBER), given_by(Q3, GREEN))
    row = records(views(held, Q1, Q2, Q3)[LISTED].frame)[0]
    assert (row["Raised"], row["Ratings since raised"], row["Rating"]) == (
        "2025/26 Q1, 2 quarters ago",
        "R A G",
        "Green",
    )
    assert (row["Status"], row["Look at"]) == ("Open, overdue 193 days", "Back on target: close it?")


def test_ratings_since_it_was_raised_have_a_gap_where_nothing_was_rated() -> None:
    held = world(given_by(Q1, RED, "Hire."), given_by(Q3, RED, "Hire."))
    rated, held = played(held, Q1, Q3)
    found = ratings_since(read_actions(held["Actions"])[0], rated, held)
    assert [rating for _, rating in found] == ["Red", None, "Red"]


def test_open_actions_come_first_the_oldest_at_the_top() -> None:
    old = {"Indicator": REF, "Action": "x"}
    rows = tuple(
        {**old, "Ref": f"ACT-{n}", "Raised": raised, "Status": status}
        for n, (raised, status) in enumerate([(Q1, "Done"), (Q2, "Open"), (Q1, "Open"), (Q2, "Dropped")], 1)
    )
    found = records(views(world(given_by(Q2, GREEN), actions=rows), Q2)[LISTED].frame)
    assert [row["Ref"] for row in found] == ["ACT-3", "ACT-2", "ACT-4", "ACT-1"]


def test_reds_without_an_action_are_listed_in_a_table_of_fixed_size() -> None:
    held = world(given_by(Q1, RED, "Hire."))
    _, held = played(held, Q1)
    missing = records(views(closed(held), Q1)[MISSING].frame)
    assert (missing[0]["Ref"], missing[0]["Commentary"]) == (REF, "Too few.")
    assert missing[0]["What to do"].startswith("ACT-1 is Done, yet it is Red")
    none = records(views(held, Q1)[MISSING].frame)
    assert len(missing) == len(none) == MOST_MISSING
    assert none[0]["Indicator"].startswith("None")
