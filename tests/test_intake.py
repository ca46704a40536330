"""Taking returns in and out again, and settling queries: nothing is lost, nothing changes twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.returns_world import GOOD, IN_TIME, OWNER, PERIOD, TOO_LATE, World, council
from tests.support import setting
from xl_outcomes import steps
from xl_outcomes.errors import InputError
from xl_outcomes.files import read_one
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.returns.settle import ACCEPT, REJECT, USE, Decision
from xl_outcomes.tables import extend, get


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


def rows(world: World, table: str, **wanted: object) -> list[dict[str, Any]]:
    """The rows of a table whose cells equal those wanted (underscores for spaces)."""
    named = {h.replace("_", " "): v for h, v in wanted.items()}
    return [r for r in get(world.tables, table).rows() if all(r[h] == v for h, v in named.items())]


def figure(world: World, ref: str) -> object:
    """The figure that the quarter reports."""
    results = rate_quarter(world.tables, PERIOD, IN_TIME.today).results
    return results.set_index("Indicator").at[ref, "Value"]


def settle(world: World, decision: Decision) -> World:
    (issue,) = rows(world, "Issues", Severity="query", Status="Open")
    step = steps.settle(world.tables, issue["Issue"], decision, PERIOD, IN_TIME)
    return replace(world, tables={**world.tables, **step.changed})


def test_accepted_rows_become_observations_with_their_return_and_day(world: World) -> None:
    after = world.take_in(world.send())
    (row,) = rows(after, "Observations", Indicator="C1", Period="2025/26 Q1")
    assert (row["Value"], row["Received"], row["Superseded"]) == (108.0, IN_TIME.at, None)
    assert row["Return"].startswith("return.xlsx (")
    assert figure(after, "R1") == 83.0


def test_the_register_and_the_log_say_what_came(world: World) -> None:
    after = world.take_in(world.send())
    (entry,) = rows(after, "Returns")
    assert (entry["Data owner"], entry["Status"], entry["Accepted rows"]) == (OWNER, "accepted", 3)
    line, summed_up = rows(after, "Log")
    assert summed_up["Detail"].startswith("3 figures in, 0 held, ")
    assert entry["SHA-256"] in line["Detail"]
    assert "3 figures in, 0 held" in line["Detail"]


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    path = world.send({"C1": {"Value": 5000.0}})
    once = world.take_in(path)
    twice = once.take_in(path)
    for name, table in once.tables.items():
        assert twice.tables[name].frame.equals(table.frame), name


def test_a_newer_return_supersedes_the_older_which_is_kept(world: World) -> None:
    after = world.take_in(world.send()).take_in(world.send({"C1": {"Value": 111.0}}, name="again.xlsx"))
    old, new = rows(after, "Observations", Indicator="C1", Period="2025/26 Q1")
    assert (old["Value"], old["Superseded"]) == (108.0, "Yes")
    assert (new["Value"], new["Superseded"]) == (111.0, None)


def test_withdrawing_brings_back_what_was_replaced(world: World) -> None:
    both = world.take_in(world.send()).take_in(world.send({"C1": {"Value": 111.0}}, name="again.xlsx"))
    assert figure(both, "C1") == 111.0
    step = steps.withdraw_return(both.tables, OWNER, PERIOD, IN_TIME)
    one = replace(both, tables={**both.tables, **step.changed})
    assert figure(one, "C1") == 108.0
    assert step.summary == "The return of Housing for 2025/26 Q1 is withdrawn; no ratings change."
    step = steps.withdraw_return(one.tables, OWNER, PERIOD, TOO_LATE)
    none = replace(one, tables={**one.tables, **step.changed})
    assert figure(none, "C1") is None
    assert len(rows(none, "Observations", Indicator="C1", Period="2025/26 Q1")) == 2
    assert [r["Status"] for r in rows(none, "Returns")][-1] == "overdue"


def test_a_withdrawn_return_may_be_taken_in_again(world: World) -> None:
    path = world.send()
    taken = world.take_in(path)
    step = steps.withdraw_return(taken.tables, OWNER, PERIOD, IN_TIME)
    again = replace(taken, tables={**taken.tables, **step.changed}).take_in(path)
    assert figure(again, "C1") == 108.0


def test_withdrawing_what_is_not_there_says_who_has_sent(world: World) -> None:
    taken = world.take_in(world.send())
    with pytest.raises(InputError, match=r'no return of "Finance".*Housing'):
        steps.withdraw_return(taken.tables, "Finance", PERIOD, IN_TIME)


def test_a_queried_row_waits_and_counts_for_nothing(world: World) -> None:
    after = world.take_in(world.send({"C1": {"Value": 5000.0}}))
    assert figure(after, "C1") is None
    (held,) = rows(after, "Held")
    assert (held["Indicator"], held["Value"], held["Status"]) == ("C1", 5000.0, "Held")
    (query,) = rows(after, "Issues", Severity="query")
    assert (query["Status"], held["Issues"]) == ("Open", query["Issue"])


@pytest.mark.parametrize(
    ("decision", "expected", "status"),
    [
        (Decision(ACCEPT, "The census year.", "Officer"), 5000.0, "Taken in"),
        (Decision(USE, "A slip of the pen.", "Officer", 105.0), 105.0, "Taken in"),
        (Decision(REJECT, "The owner will send it again.", "Officer"), None, "Rejected"),
    ],
)
def test_settling_a_query(world: World, decision: Decision, expected: float | None, status: str) -> None:
    held = world.take_in(world.send({"C1": {"Value": 5000.0, "Commentary": "True."}}))
    after = settle(held, decision)
    assert figure(after, "C1") == expected
    (issue,) = rows(after, "Issues", Severity="query")
    assert (issue["Status"], issue["Decision"], issue["By"]) == ("Settled", decision.kind, "Officer")
    assert (issue["When"], issue["Note"]) == (IN_TIME.at, decision.note)
    assert [r["Status"] for r in rows(after, "Held")] == [status]
    if expected is not None:
        (row,) = rows(after, "Observations", Indicator="C1", Period="2025/26 Q1")
        assert row["Commentary"] == "True."


def test_another_value_for_a_ratio_stands_for_both_numbers(world: World) -> None:
    tables = council(indicators=({"Ref": "R2", "Calculation": "Ratio", "Highest plausible": 100.0},))
    wide = World(tables, world.folder)
    held = wide.take_in(wide.send({"R2": {"Numerator": 150.0, "Denominator": 100.0}}))
    after = settle(held, Decision(USE, "Counted twice.", "Officer", 75.0))
    assert figure(after, "R2") == 75.0


def test_two_queries_on_one_row_are_settled_together(world: World) -> None:
    tables = council(indicators=({"Ref": "C2", "Unit": "Count", "Decimals": 0.0, "Highest plausible": 10.0},))
    tables["Targets"] = council()["Targets"]
    wide = World(tables, world.folder)
    history = [{"Indicator": "C2", "Period": f"2024/25 Q{n}", "Value": 5.0} for n in (2, 3, 4)]
    tables["Observations"] = extend(tables["Observations"], history)
    held = wide.take_in(wide.send({"C2": {"Value": 500.0}}))
    queries = rows(held, "Issues", Severity="query")
    assert {q["Code"] for q in queries} == {"value-out-of-range", "value-implausible"}
    step = steps.settle(held.tables, queries[0]["Issue"], Decision(ACCEPT, "True.", "Officer"), PERIOD, IN_TIME)
    after = replace(held, tables={**held.tables, **step.changed})
    assert {q["Status"] for q in rows(after, "Issues", Severity="query")} == {"Settled"}
    assert figure(after, "C2") == 500.0


@pytest.mark.parametrize(
    ("number", "note", "message"),
    [("99", "why", "no issue 99"), ("1", " ", "with a note"), ("1", "why", "replaced it|no longer waiting")],
)
def test_what_cannot_be_settled_says_why(world: World, number: str, note: str, message: str) -> None:
    held = world.take_in(world.send({"C1": {"Value": 5000.0}}))
    if "waiting" in message:
        table = held.tables["Held"]
        held = replace(held, tables={**held.tables, "Held": table.with_frame(table.frame.iloc[:0])})
    with pytest.raises(InputError, match=message):
        steps.settle(held.tables, number, Decision(ACCEPT, note, "Officer"), PERIOD, IN_TIME)


def test_an_error_is_not_settled_but_corrected(world: World) -> None:
    after = world.take_in(world.send({"P1": {"Value": "n/a"}}))
    (issue,) = rows(after, "Issues", Severity="error")
    with pytest.raises(InputError, match="an error, and only queries are settled"):
        steps.settle(after.tables, issue["Issue"], Decision(ACCEPT, "x", "Officer"), PERIOD, IN_TIME)


def test_a_newer_return_closes_the_open_issues_of_the_older(world: World) -> None:
    held = world.take_in(world.send({"C1": {"Value": 5000.0}}))
    after = held.take_in(world.send(name="again.xlsx"))
    assert {r["Status"] for r in rows(after, "Issues")} == {"Closed"}
    assert [r["Status"] for r in rows(after, "Held")] == ["Replaced"]
    assert figure(after, "C1") == 108.0


def test_whole_returns_wait_together_and_go_in_together(tmp_path: Path) -> None:
    world = World(council(setting("Accept", "Whole returns")), tmp_path)
    held = world.take_in(world.send({"C1": {"Value": 5000.0}}))
    assert figure(held, "P1") is None
    assert len(rows(held, "Held", Status="Held")) == 3
    after = settle(held, Decision(ACCEPT, "True.", "Officer"))
    assert (figure(after, "P1"), figure(after, "C1")) == (52.1, 5000.0)
    assert len(rows(after, "Held", Status="Taken in")) == 3


def test_the_register_awaits_every_form_and_marks_the_late(world: World) -> None:
    _, step = steps.forms(world.tables, PERIOD, IN_TIME)
    awaiting = replace(world, tables={**world.tables, **step.changed})
    assert {r["Data owner"]: r["Status"] for r in rows(awaiting, "Returns")} == {
        "Finance": "awaiting",
        "Housing": "awaiting",
    }
    after = awaiting.take_in(world.send())
    _, step = steps.rate(after.tables, PERIOD, TOO_LATE)
    register = {r["Data owner"]: r["Status"] for r in step.changed["Returns"].rows()}
    assert register == {"Finance": "overdue", "Housing": "accepted"}


def test_a_refused_return_is_listed_and_its_owner_still_awaited(world: World) -> None:
    _, step = steps.forms(world.tables, PERIOD, IN_TIME)
    awaiting = replace(world, tables={**world.tables, **step.changed})
    after = awaiting.take_in(world.send({ref: {} for ref in GOOD}))
    found = sorted((r["Data owner"], r["Status"]) for r in rows(after, "Returns"))
    assert found == [("Finance", "awaiting"), ("Housing", "awaiting"), ("Housing", "rejected")]


def test_the_preview_counts_figures_and_names_changed_ratings(world: World) -> None:
    after = world.take_in(world.send())
    again = world.send({"P1": {"Value": 30.0, "Commentary": "a", "Corrective action": "b"}}, name="again.xlsx")
    _, step = steps.import_returns(after.tables, [read_one(again)], PERIOD, IN_TIME)
    assert step.summary == "3 figures in, 0 held, 1 rating changes: P1 Green to Red."
