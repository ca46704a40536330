"""Taking checked returns in, and taking one out again: new rows in, older ones superseded, nothing deleted."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xl_outcomes.errors import InputError
from xl_outcomes.exact import to_float
from xl_outcomes.figures import is_yes
from xl_outcomes.framework import ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_period
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.claims import Claim
from xl_outcomes.returns.expected import FIGURES
from xl_outcomes.returns.reading import Return
from xl_outcomes.returns.register import AWAITING, OVERDUE
from xl_outcomes.returns.relations import TAKEN_IN
from xl_outcomes.tables import Table, Tables, change, extend, get

WITHDRAWN = "withdrawn"
Key = tuple[str, str]


def take_in(
    tables: Tables, checked: Sequence[Checked], period: Quarter, now: dt.datetime, who: str
) -> dict[str, Table]:
    """The tables that change when returns are taken in, in the order given; returns known already change nothing.

    Accepted rows become observations and supersede what they replace; held rows wait in Held; every issue is kept.
    """
    changed: dict[str, Table] = {}
    for one in checked:
        if not one.known:
            changed |= _take_one({**tables, **changed}, one, period, now, who)
    return changed


def return_name(source: Return) -> str:
    """The name of a return in Observations: its file name with the start of its SHA-256, so that no two are alike."""
    return f"{source.file} ({source.sha256[:8]})"


def withdraw(tables: Tables, owner: str, period: Quarter, now: dt.datetime, who: str) -> dict[str, Table]:
    """The tables that change when an owner's latest return of a quarter is taken out again.

    Its rows become superseded and what they replaced comes back. Raises InputError where there is none.
    """
    register = get(tables, "Returns")
    taken = [r for r in register.rows() if (r["Data owner"], r["Period"]) == (owner, str(period))]
    row = next((r for r in reversed(taken) if r["Status"] in TAKEN_IN), None)
    if row is None:
        owners = ", ".join(sorted({str(r["Data owner"]) for r in register.rows()})) or "nobody yet"
        raise InputError(
            f'There is no return of "{owner}" for {period} to withdraw.', f"The register has returns of: {owners}."
        )
    name = f"{row['File']} ({str(row['SHA-256'])[:8]})"
    gone = {f"{r['File']} ({str(r['SHA-256'])[:8]})" for r in register.rows() if r["Status"] == WITHDRAWN} | {name}
    observations, count = _put_back(tables["Observations"], name, gone)
    text = f"Return {name} of {owner} for {period} withdrawn: {count} figures out."
    return {
        "Observations": observations,
        "Returns": _awaited_again(change(register, {row["row"]: {"Status": WITHDRAWN}}), row),
        "Issues": close_issues(get(tables, "Issues"), [name], now, "The return was withdrawn."),
        "Held": _end_held(get(tables, "Held"), [name], "Withdrawn"),
        "Log": log(tables, now, who, "Withdraw return", text),
    }


def log(tables: Tables, now: dt.datetime, who: str, action: str, detail: str) -> Table:
    """The log with one row more."""
    return extend(get(tables, "Log"), [{"When": now, "Who": who, "Action": action, "Detail": detail}])


def supersede(table: Table, rows: Iterable[Mapping[str, object]]) -> Table:
    """Observations with new rows; rows in force for the same indicator and period become superseded.

    A row of words alone supersedes nothing.
    """
    listed = list(rows)
    wanted = {_key(r) for r in listed if any(r.get(h) is not None for h in (*FIGURES, "Shorthand"))}
    older = {row: {"Superseded": "Yes"} for key, found in _in_force(table).items() if key in wanted for row in found}
    return extend(change(table, older), listed)


def observation(claim: Claim, name: str, received: dt.datetime) -> dict[str, object]:
    """The Observations row of a claim."""
    return {
        "Indicator": claim.indicator.ref,
        "Period": str(claim.period),
        "Value": to_float(claim.value),
        "Numerator": to_float(claim.numerator),
        "Denominator": to_float(claim.denominator),
        "Shorthand": claim.code or None,
        "Forecast": to_float(claim.forecast),
        "Commentary": claim.commentary or None,
        "Corrective action": claim.corrective_action or None,
        "Return": name,
        "Received": received,
    }


def close_issues(table: Table, names: Sequence[str], now: dt.datetime, note: str) -> Table:
    """Issues with the open ones of some returns closed."""
    rows = [r["row"] for r in table.rows() if r["File"] in names and r["Status"] == "Open"]
    return change(table, {row: {"Status": "Closed", "When": now, "Note": note} for row in rows})


def _take_one(tables: Tables, one: Checked, period: Quarter, now: dt.datetime, who: str) -> dict[str, Table]:
    name = return_name(one.source)
    older = _older_returns(tables, one, period) if one.status in TAKEN_IN else []
    closed = close_issues(get(tables, "Issues"), older, now, f"A newer return came: {name}.")
    issues, numbers = _add_issues(closed, one, name, period)
    text = (
        f"{name} of {one.owner or 'nobody known'} for {one.period or period}: {one.status}, "
        f"{len(one.accepted)} figures in, {len(one.held)} held. SHA-256 {one.source.sha256}."
    )
    return {
        "Observations": supersede(tables["Observations"], [observation(c, name, now) for c in one.accepted]),
        "Issues": issues,
        "Held": _hold(_end_held(get(tables, "Held"), older, "Replaced"), one, numbers, name, now),
        "Returns": _register(get(tables, "Returns"), one, period, now),
        "Log": log(tables, now, who, "Import return", text),
    }


def _older_returns(tables: Tables, one: Checked, period: Quarter) -> list[str]:
    return [
        f"{r['File']} ({str(r['SHA-256'])[:8]})"
        for r in get(tables, "Returns").rows()
        if (r["Data owner"], r["Period"]) == (one.owner, str(period)) and r["File"] is not None
    ]


def _add_issues(table: Table, one: Checked, name: str, period: Quarter) -> tuple[Table, dict[Issue, str]]:
    """Issues with those of a return added, and the number that each was given."""
    first = next_number(table)
    numbers = {issue: str(first + n) for n, issue in enumerate(one.issues)}
    rows = [issue_row(issue, number, name, period, one.owner) for issue, number in numbers.items()]
    return extend(table, rows), numbers


def next_number(table: Table) -> int:
    """The next free issue number."""
    used = [int(text) for v in table.frame["Issue"] if v is not None and (text := ref_text(v)).isdigit()]
    return max(used, default=0) + 1


def issue_row(issue: Issue, number: str, name: str, period: Quarter, owner: str) -> dict[str, object]:
    """The Issues row of something found; warnings are kept, but there is nothing to settle."""
    return {
        "Issue": number,
        "Period": str(period),
        "Data owner": owner or None,
        "File": name or None,
        "Severity": issue.severity,
        "Code": issue.code,
        "Sheet": issue.sheet or None,
        "Cell": issue.cell or None,
        "Indicator": issue.ref or None,
        "Value": issue.value or None,
        "Message": issue.message,
        "Fix": issue.fix,
        "Status": "Closed" if issue.severity == "warning" else "Open",
    }


def _hold(table: Table, one: Checked, numbers: Mapping[Issue, str], name: str, now: dt.datetime) -> Table:
    every = [n for issue, n in numbers.items() if issue.severity == "query"]
    rows = []
    for claim, queries in one.held:
        own = [numbers[q] for q in numbers if q.severity == "query" and _same_query(q, queries)]
        others = [] if own else every
        row = observation(claim, name, now)
        rows.append({**row, "Issues": ", ".join(own), "Waits for": ", ".join(others), "Status": "Held"})
    return extend(table, rows)


def _same_query(issue: Issue, queries: Sequence[Issue]) -> bool:
    return any((q.code, q.sheet, q.cell) == (issue.code, issue.sheet, issue.cell) for q in queries)


def _end_held(table: Table, names: Sequence[str], status: str) -> Table:
    rows = [r["row"] for r in table.rows() if r["Return"] in names and r["Status"] == "Held"]
    return change(table, {row: {"Status": status} for row in rows})


def _register(table: Table, one: Checked, period: Quarter, now: dt.datetime) -> Table:
    entry = {
        "Received": now,
        "Status": one.status,
        "File": one.source.file,
        "SHA-256": one.source.sha256,
        "Accepted rows": len(one.accepted),
        "Held rows": len(one.held),
        "Errors": one.count("error"),
        "Warnings": one.count("warning"),
    }
    awaited = [
        r["row"]
        for r in table.rows()
        if (r["Data owner"], r["Period"]) == (one.owner, str(period)) and r["Status"] in (AWAITING, OVERDUE)
    ]
    if awaited and one.status in TAKEN_IN:
        return change(table, {awaited[0]: entry})
    whose = {"Period": one.period or str(period), "Data owner": one.owner or None, "Due": one.due}
    return extend(table, [{**whose, **entry}])


def _awaited_again(table: Table, row: Mapping[str, Any]) -> Table:
    """The register once a return is withdrawn: where no other stands, the owner's is awaited again."""
    same = [r for r in table.rows() if (r["Data owner"], r["Period"]) == (row["Data owner"], row["Period"])]
    if any(r["Status"] in (*TAKEN_IN, AWAITING, OVERDUE) for r in same):
        return table
    again = {"Period": row["Period"], "Data owner": row["Data owner"], "Due": row["Due"], "Status": AWAITING}
    return extend(table, [again])


def _put_back(table: Table, name: str, gone: set[str]) -> tuple[Table, int]:
    """Observations without a return's rows in force, each replaced by the latest one it superseded."""
    out: dict[int, dict[str, object]] = {}
    count = 0
    rows_by_key: dict[Key, list[dict[str, Any]]] = {}
    for row in table.rows():
        rows_by_key.setdefault(_key(row), []).append(row)
    for rows in rows_by_key.values():
        mine = [r for r in rows if r["Return"] == name and not is_yes(r["Superseded"])]
        earlier = [r for r in rows if is_yes(r["Superseded"]) and r["Return"] not in gone]
        out |= {r["row"]: {"Superseded": "Yes"} for r in mine}
        count += len(mine)
        if mine and earlier:
            out[earlier[-1]["row"]] = {"Superseded": None}
    return change(table, out), count


def _in_force(table: Table) -> dict[Key, list[int]]:
    found: dict[Key, list[int]] = {}
    for row in table.rows():
        if row["Indicator"] is not None and not row["Area"] and not is_yes(row["Superseded"]):
            found.setdefault(_key(row), []).append(row["row"])
    return found


def _key(row: Mapping[str, Any]) -> Key:
    try:
        period = str(parse_period(row["Period"]))
    except InputError:
        period = str(row["Period"])
    return ref_text(row["Indicator"] or ""), period
