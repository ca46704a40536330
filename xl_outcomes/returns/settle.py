"""Settling queries: an officer accepts a held figure, gives another, or rejects it, and says why."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.errors import InputError
from xl_outcomes.exact import exact, to_float, to_number
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.returns.intake import log, supersede
from xl_outcomes.tables import Table, Tables, change, get

ACCEPT, USE, REJECT = "Accepted", "Other value", "Rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """An officer's decision on a query: `kind` is Accepted, Other value (then `value`) or Rejected."""

    kind: str
    note: str
    by: str
    value: float | None = None


def settle(tables: Tables, framework: Framework, number: str, decision: Decision, now: dt.datetime) -> dict[str, Table]:
    """The tables that change when a query is settled, with all queries of the same row.

    Raises InputError where there is no such open query, or the note is blank.
    """
    issues, held = get(tables, "Issues"), get(tables, "Held")
    issue = _open_query(issues, number)
    if not decision.note.strip():
        raise InputError("A query is settled with a note that says why.", 'Add --note "…".')
    row = next((r for r in held.rows() if number in _numbers(r["Issues"]) and r["Status"] == "Held"), None)
    if row is None:
        raise InputError(f"The row that issue {number} holds is no longer waiting.", "A newer return has replaced it.")
    issues = _settled(issues, _numbers(row["Issues"]), decision, now)
    held = change(held, {row["row"]: _decided(row, decision, framework.indicators.get(ref_text(row["Indicator"])))})
    observations, held = _release(tables["Observations"], held, issues)
    text = f"Issue {number} ({issue['Code']}, {issue['Indicator']}): {decision.kind}. {decision.note}"
    logged = log(tables, now, decision.by, "Settle query", text)
    return {"Issues": issues, "Held": held, "Observations": observations, "Log": logged}


def read_value(text: str) -> float:
    """The value of a decision as typed; raises InputError where it is no number."""
    number = to_float(to_number(text))
    if number is None:
        raise InputError(f'"{text}" is not a number.', "Give the value alone, such as --value 82.1.")
    return number


def _open_query(issues: Table, number: str) -> dict[str, Any]:
    row = next((r for r in issues.rows() if r["Issue"] is not None and ref_text(r["Issue"]) == number), None)
    if row is None:
        raise InputError(f"There is no issue {number}.", "The Issues sheet lists them by number.")
    if row["Severity"] != "query":
        raise InputError(f"Issue {number} is {_an(row['Severity'])}, and only queries are settled.", _next_step(row))
    if row["File"] is None:
        raise InputError(
            f"Issue {number} is about the master itself.", "Correct the cell that it names and rate again."
        )
    if row["Status"] != "Open":
        raise InputError(f"Issue {number} is {str(row['Status']).lower()} already.", "Choose an open query.")
    return row


def _an(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _next_step(row: Mapping[str, Any]) -> str:
    return "Ask the data owner for a corrected return." if row["Severity"] == "error" else "Nothing is to be done."


def _settled(issues: Table, numbers: list[str], decision: Decision, now: dt.datetime) -> Table:
    entry = {
        "Status": "Settled",
        "Decision": decision.kind,
        "Settled value": decision.value,
        "By": decision.by,
        "When": now,
        "Note": decision.note,
    }
    rows = [r["row"] for r in issues.rows() if r["Issue"] is not None and ref_text(r["Issue"]) in numbers]
    return change(issues, dict.fromkeys(rows, entry))


def _decided(row: Mapping[str, Any], decision: Decision, indicator: Indicator | None) -> dict[str, object]:
    if decision.kind == REJECT:
        return {"Status": "Rejected"}
    if decision.kind == ACCEPT or decision.value is None:
        return {"Status": row["Status"]}
    bottom = to_number(row["Denominator"])
    if indicator is None or indicator.calculation != "Ratio" or not bottom or not indicator.per:
        return {"Value": decision.value, "Numerator": None, "Denominator": None}
    top = exact(decision.value) * bottom / indicator.per
    return {"Value": decision.value, "Numerator": to_float(top)}


def _release(observations: Table, held: Table, issues: Table) -> tuple[Table, Table]:
    """Takes in the held rows that wait for nothing any more."""
    waiting = {ref_text(r["Issue"]) for r in issues.rows() if r["Severity"] == "query" and r["Status"] == "Open"}
    free = [
        r
        for r in held.rows()
        if r["Status"] == "Held" and not waiting & {*_numbers(r["Issues"]), *_numbers(r["Waits for"])}
    ]
    kept = [{h: r[h] for h in observations.frame.columns if h in r} for r in free]
    return supersede(observations, kept), change(held, {r["row"]: {"Status": "Taken in"} for r in free})


def _numbers(value: object) -> list[str]:
    return [part.strip() for part in ref_text(value).split(",") if part.strip()] if value is not None else []
