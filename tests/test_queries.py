"""The sheet Issues as a list to work through: what is open stands first, and decisions typed there are carried out."""

from typing import Any

import pytest

from tests.returns_world import IN_TIME, PERIOD, World, council
from xl_outcomes import steps
from xl_outcomes.files import read_one
from xl_outcomes.returns.queries import open_first, typed_decisions
from xl_outcomes.tables import Tables, change

ODD = {"P1": {"Value": 500.0}, "C1": {"Value": 5000.0}, "R1": {"Numerator": "many", "Denominator": 100.0}}


@pytest.fixture
def held(tmp_path: Any) -> Tables:
    world = World(council(), tmp_path)
    _, step = steps.import_returns(world.tables, [read_one(world.send(ODD))], PERIOD, IN_TIME)
    return {**world.tables, **step.changed}


def rows(tables: Tables) -> list[dict[str, Any]]:
    return list(tables["Issues"].rows())


def typed(tables: Tables, ref: str, **cells: object) -> Tables:
    """The tables with cells typed into the open queries of an indicator."""
    numbered = {r["row"]: cells for r in rows(tables) if r["Indicator"] == ref and r["Severity"] == "query"}
    return {**tables, "Issues": change(tables["Issues"], {row: dict(values) for row, values in numbered.items()})}


def test_open_queries_come_first_then_what_else_is_open(held: Tables) -> None:
    kinds = [(r["Severity"], r["Status"]) for r in rows(held)]
    assert kinds == sorted(kinds, key=[("query", "Open"), ("error", "Open"), ("warning", "Closed")].index)
    assert kinds[0] == ("query", "Open")
    assert ("error", "Open") in kinds
    assert open_first(held["Issues"]) is held["Issues"]


def test_a_decision_typed_in_the_sheet_is_carried_out_by_the_next_rating(held: Tables) -> None:
    decided = typed(held, "P1", Decision="accepted", Note="A new site.")
    rated, step = steps.rate(decided, PERIOD, IN_TIME)
    assert " Settled from the sheet Issues: " in step.summary
    results = {r["Indicator"]: r["Value"] for r in rated.results.to_dict("records")}
    assert results["P1"] == 500.0
    (issue,) = [r for r in rows(step.changed) if r["Indicator"] == "P1" and r["Severity"] == "query"][:1]
    assert (issue["Status"], issue["Decision"], issue["By"]) == ("Settled", "Accepted", "Officer")
    assert rows(step.changed)[0]["Indicator"] == "C1"
    assert "Settle query" in [r["Action"] for r in step.changed["Log"].rows()]
    after = {**decided, **step.changed}
    again = steps.rate(after, PERIOD, IN_TIME)[1]
    assert "Settled" not in again.summary


def test_another_value_is_used_and_the_next_import_carries_decisions_out_too(held: Tables) -> None:
    decided = typed(held, "C1", Decision="Other value", **{"Settled value": "1,080"}, Note="A slip.", By="Manager")
    _, step = steps.import_returns(decided, [], PERIOD, IN_TIME)
    (row,) = [r for r in step.changed["Observations"].rows() if r["Value"] == 1080.0]
    assert row["Indicator"] == "C1"
    (issue,) = [r for r in rows(step.changed) if r["Indicator"] == "C1" and r["Code"] == "value-implausible"]
    assert (issue["By"], issue["Settled value"]) == ("Manager", 1080.0)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"Decision": "Accepted"}, "no note that says why"),
        ({"Decision": "Perhaps", "Note": "?"}, "it is none of Accepted, Other value, Rejected"),
        ({"Decision": "Other value", "Note": "A slip.", "Settled value": "lots"}, "no number under Settled value"),
    ],
)
def test_a_decision_that_is_not_complete_is_said_and_left_open(held: Tables, cells: dict[str, Any], why: str) -> None:
    decided = typed(held, "P1", **cells)
    decisions, doubts = typed_decisions(decided["Issues"], "Officer")
    assert decisions == {}
    assert why in doubts[0]
    step = steps.settle_typed(decided, PERIOD, IN_TIME)
    assert (dict(step.changed), why in step.summary) == ({}, True)
    assert why in steps.rate(decided, PERIOD, IN_TIME)[1].summary


def test_decisions_on_settled_queries_and_on_errors_do_nothing(held: Tables) -> None:
    marked = [{**r, "Decision": "Accepted", "Note": "x"} for r in rows(held) if r["Severity"] == "error"]
    table = change(held["Issues"], {r["row"]: {"Decision": "Accepted", "Note": "x"} for r in marked})
    assert typed_decisions(table, "Officer") == ({}, [])
