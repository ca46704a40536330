"""The sheet Chasing: how complete the quarter is, and who owes what by when."""

from typing import Any

from xl_outcomes.chasing import Chase, Debtor
from xl_outcomes.reporting.shown import shortened
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import frame
from xl_outcomes.wording import day_words

_PROGRESS = ("Progress", "Now")
_OWNERS = {
    "Data owner": 28.0,
    "Status": 15.0,
    "Due": 11.0,
    "Days late": 8.0,
    "Owed": 7.0,
    "Of": 6.0,
    "Which": 52.0,
    "Questions on": 14.0,
    "E-mail": 42.0,
    "Tell": 36.0,
}
_LONGEST = 300


def chase_sheet(found: Chase) -> ViewSheet | None:
    """The sheet Chasing of a quarter; None where nothing is due from anybody."""
    if not found.debtors:
        return None
    debtors = sorted(found.debtors, key=_urgency)
    links = {"Data owner": [Link("Owners", "Data owner", d.owner) for d in debtors]}
    owners = frame(_OWNERS, [_row(d, found) for d in debtors])
    views = (
        View("Chasing_progress", frame(_PROGRESS, _progress(found)), (28, 15)),
        View("Chasing_owners", owners, tuple(_OWNERS.values()), caption="Who owes what, the latest first", links=links),
    )
    note = (
        "What has come of this quarter's figures and what has not, on the day on which it was last rated. Late counts "
        "data owners with a figure past its day. Tell names the responsible officers once it is later than the setting "
        "Escalate after allows. xl-outcomes chase writes a message to each owner."
    )
    return ViewSheet("Chasing", "Who owes what by when", note, views)


def _progress(found: Chase) -> list[list[Any]]:
    counted = found.completeness
    return [
        ["Period", str(found.period)],
        ["Looked at on", day_words(found.today)],
        ["Figures due", counted.due],
        ["Figures received", counted.received],
        ["Share received", counted.share or None],
        ["Data owners", counted.owners],
        ["Have sent everything", counted.complete],
        ["Late", len(found.late)],
        ["Questions to settle", counted.queries],
    ]


def _urgency(debtor: Debtor) -> tuple[int, bool, str]:
    return -debtor.days_late, not debtor.owed, debtor.owner


def _row(debtor: Debtor, found: Chase) -> list[Any]:
    which = shortened("; ".join(o.line for o in debtor.owed), _LONGEST)
    tell = "; ".join(debtor.officers) if debtor in found.escalated else ""
    counts = [debtor.days_late or None, len(debtor.owed), debtor.figures]
    people = [debtor.email or debtor.post or None, tell or None]
    queried = ", ".join(debtor.queried)
    return [debtor.owner, debtor.status, debtor.due, *counts, which or None, queried or None, *people]
