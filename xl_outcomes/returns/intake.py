"""Taking checked returns in, and taking one out again: new rows in, older ones superseded, nothing deleted."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xl_outcomes.drafts import Draft
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
    new = [one for one in checked if not one.known]
    if not new:
        return {}
    books = _Books(tables)
    for one in new:
        _take_one(books, one, period, now)
    lines = [{"When": now, "Who": who, "Action": "Import return", "Detail": _detail(one, period)} for one in new]
    return {**books.tables(), "Log": extend(get(tables, "Log"), lines)}


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
    issues, held = Draft(get(tables, "Issues"), _file), Draft(get(tables, "Held"), _return)
    _close_issues(issues, name, now, "The return was withdrawn.")
    _end_held(held, name, "Withdrawn")
    return {
        "Observations": observations,
        "Returns": _awaited_again(change(register, {row["row"]: {"Status": WITHDRAWN}}), row),
        "Issues": issues.table(),
        "Held": held.table(),
        "Log": log(tables, now, who, "Withdraw return", text),
    }


def log(tables: Tables, now: dt.datetime, who: str, action: str, detail: str) -> Table:
    """The log with one row more."""
    return extend(get(tables, "Log"), [{"When": now, "Who": who, "Action": action, "Detail": detail}])


def supersede(table: Table, rows: Iterable[Mapping[str, object]]) -> Table:
    """Observations with new rows; rows in force for the same indicator and period become superseded.

    A row of words alone supersedes nothing.
    """
    draft = Draft(table, _place)
    _add_observations(draft, rows)
    return draft.table()


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


class _Books:
    """The tables that returns are entered in, while they are."""

    def __init__(self, tables: Tables) -> None:
        self.observations = Draft(tables["Observations"], _place)
        self.issues = Draft(get(tables, "Issues"), _file)
        self.held = Draft(get(tables, "Held"), _return)
        self.register = Draft(get(tables, "Returns"), lambda row: (row["Data owner"], row["Period"]))
        self.number = next_number(get(tables, "Issues"))

    def tables(self) -> dict[str, Table]:
        """The tables as they stand now."""
        return {
            "Observations": self.observations.table(),
            "Issues": self.issues.table(),
            "Held": self.held.table(),
            "Returns": self.register.table(),
        }


def _take_one(books: _Books, one: Checked, period: Quarter, now: dt.datetime) -> None:
    name = return_name(one.source)
    older = _older_returns(books.register, one, period) if one.status in TAKEN_IN else []
    for earlier in older:
        _close_issues(books.issues, earlier, now, f"A newer return came: {name}.")
        _end_held(books.held, earlier, "Replaced")
    numbers = _add_issues(books, one, name, period)
    _add_observations(books.observations, [observation(c, name, now) for c in one.accepted])
    _hold(books.held, one, numbers, name, now)
    _enter(books.register, one, period, now)


def _detail(one: Checked, period: Quarter) -> str:
    return (
        f"{return_name(one.source)} of {one.owner or 'nobody known'} for {one.period or period}: {one.status}, "
        f"{one.accepted_rows} figures in, {one.held_rows} held. SHA-256 {one.sha256}."
    )


def _older_returns(register: Draft[tuple[str, str]], one: Checked, period: Quarter) -> list[str]:
    rows = register.rows((one.owner, str(period)))
    names = (f"{r['File']} ({str(r['SHA-256'])[:8]})" for r in rows if r["File"] is not None)
    return list(dict.fromkeys(names))


def _add_issues(books: _Books, one: Checked, name: str, period: Quarter) -> dict[Issue, str]:
    """Puts the issues of a return in, and says what number each was given."""
    numbers = {issue: str(books.number + n) for n, issue in enumerate(one.issues)}
    books.number += len(one.issues)
    for issue, number in numbers.items():
        books.issues.add(issue_row(issue, number, name, period, one.owner))
    return numbers


def _add_observations(draft: Draft[Key], rows: Iterable[Mapping[str, object]]) -> None:
    listed = list(rows)
    wanted = {_key(r) for r in listed if any(r.get(h) is not None for h in (*FIGURES, "Shorthand"))}
    for key in wanted:
        for older in draft.rows(key):
            if not is_yes(older["Superseded"]):
                draft.set(older, {"Superseded": "Yes"})
    for row in listed:
        draft.add(row)


def _close_issues(draft: Draft[str], name: str, now: dt.datetime, note: str) -> None:
    for row in draft.rows(name):
        if row["Status"] == "Open":
            draft.set(row, {"Status": "Closed", "When": now, "Note": note})


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


def _hold(draft: Draft[str], one: Checked, numbers: Mapping[Issue, str], name: str, now: dt.datetime) -> None:
    every = [n for issue, n in numbers.items() if issue.severity == "query"]
    for claim, queries in one.held:
        own = [numbers[q] for q in numbers if q.severity == "query" and _same_query(q, queries)]
        others = [] if own else every
        row = observation(claim, name, now)
        draft.add({**row, "Issues": ", ".join(own), "Waits for": ", ".join(others), "Status": "Held"})


def _same_query(issue: Issue, queries: Sequence[Issue]) -> bool:
    return any((q.code, q.sheet, q.cell) == (issue.code, issue.sheet, issue.cell) for q in queries)


def _end_held(draft: Draft[str], name: str, status: str) -> None:
    for row in draft.rows(name):
        if row["Status"] == "Held":
            draft.set(row, {"Status": status})


def _enter(draft: Draft[tuple[str, str]], one: Checked, period: Quarter, now: dt.datetime) -> None:
    """Enters a return in the register, in the row where it was awaited if there is one."""
    entry = {
        "Received": now,
        "Status": one.status,
        "File": one.file,
        "SHA-256": one.sha256,
        "Accepted rows": one.accepted_rows,
        "Held rows": one.held_rows,
        "Errors": one.count("error"),
        "Warnings": one.count("warning"),
    }
    rows = draft.rows((one.owner, str(period)))
    awaited = [r for r in rows if r["Status"] in (AWAITING, OVERDUE)]
    if awaited and one.status in TAKEN_IN:
        draft.set(awaited[0], entry)
    else:
        whose = {"Period": one.period or str(period), "Data owner": one.owner or None, "Due": one.due}
        draft.add({**whose, **entry})


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


def _file(row: Mapping[str, Any]) -> str | None:
    return None if row["File"] is None else str(row["File"])


def _return(row: Mapping[str, Any]) -> str | None:
    return None if row["Return"] is None else str(row["Return"])


def _place(row: Mapping[str, Any]) -> Key | None:
    """By what an observation is superseded: its indicator and period, if it is the council's own and in force."""
    return None if row["Indicator"] is None or row["Area"] or is_yes(row["Superseded"]) else _key(row)


def _key(row: Mapping[str, Any]) -> Key:
    try:
        period = str(parse_period(row["Period"]))
    except InputError:
        period = str(row["Period"])
    return ref_text(row["Indicator"] or ""), period
