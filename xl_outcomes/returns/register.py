"""The register of returns: what is awaited, what has come, who is late."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from xl_outcomes.columns import to_date
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.expected import Form
from xl_outcomes.tables import Table, change, extend
from xl_outcomes.wording import day_words, in_days

AWAITING, OVERDUE = "awaiting", "overdue"


@dataclass(frozen=True, slots=True)
class Missing:
    """A return that has not come: whose, when it is or was due, and how to reach them (blank where not known)."""

    owner: str
    due: dt.date
    days_late: int
    post: str
    email: str

    @property
    def line(self) -> str:
        """For people: "Housing: due 20 July 2025, 3 days late (Head of housing, housing@…)"."""
        late = f"{in_days(self.days_late)} late" if self.days_late else "not yet due"
        reach = ", ".join(w for w in (self.post, self.email) if w)
        return f"{self.owner}: due {day_words(self.due)}, {late}" + (f" ({reach})" if reach else "")


def missing_returns(register: Table, owners: Table, period: Quarter, today: dt.date) -> tuple[Missing, ...]:
    """The returns of a quarter that are awaited or overdue, the latest first."""
    people = {row["Data owner"]: row for row in owners.rows()}
    found = []
    for row in register.rows():
        due = to_date(row["Due"])
        if row["Period"] == str(period) and row["Status"] in (AWAITING, OVERDUE) and due:
            who = people.get(row["Data owner"], {})
            days = max(0, (today - due.date()).days)
            post, email = (str(who.get(h) or "") for h in ("Post", "E-mail"))
            found.append(Missing(str(row["Data owner"]), due.date(), days, post, email))
    return tuple(sorted(found, key=lambda m: (-m.days_late, m.due, m.owner)))


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
