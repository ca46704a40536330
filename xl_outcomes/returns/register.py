"""The register of returns: what is awaited, what has come, who is late."""

import datetime as dt
from collections.abc import Sequence

from xl_outcomes.columns import to_date
from xl_outcomes.returns.expected import Form
from xl_outcomes.tables import Table, change, extend

AWAITING, OVERDUE = "awaiting", "overdue"


def expect(table: Table, forms: Sequence[Form], today: dt.date) -> Table:
    """The register with a row for every form that is not in it yet."""
    known = {(row["Data owner"], row["Period"]) for row in table.rows()}
    rows = [
        {"Period": str(f.period), "Data owner": f.owner, "Due": f.due, "Status": AWAITING}
        for f in forms
        if (f.owner, str(f.period)) not in known
    ]
    return mark_overdue(extend(table, rows), today)


def mark_overdue(table: Table, today: dt.date) -> Table:
    """The register with the returns that have not come by their day marked overdue, and the others awaiting."""
    changes: dict[int, dict[str, object]] = {}
    for row in table.rows():
        due = to_date(row["Due"])
        if row["Status"] in (AWAITING, OVERDUE) and due:
            status = OVERDUE if today > due.date() else AWAITING
            if status != row["Status"]:
                changes[row["row"]] = {"Status": status}
    return change(table, changes)
