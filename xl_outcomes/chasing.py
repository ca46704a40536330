"""Who owes what by when, what to write to them, and whom to tell when it stays away (docs/rules/chasing.md)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.returns.expected import due_by_owner, due_date
from xl_outcomes.returns.queries import is_open_query
from xl_outcomes.returns.register import AWAITING, OVERDUE
from xl_outcomes.standing import deadline
from xl_outcomes.tables import Tables, get
from xl_outcomes.wording import day_words, in_days

COMPLETE, NOT_YET, PART, LATE = "Complete", "Not yet due", "Part received", "Overdue"
STATUSES = (LATE, PART, NOT_YET, COMPLETE)
_OWED_STATES = ("Overdue", "Awaiting", "Incomplete")


@dataclass(frozen=True, slots=True)
class Owed:
    """A figure that has not come: for which indicator, by when, and what was found of it ("2 of 3 months")."""

    indicator: Indicator
    due: dt.date
    found: str = ""

    @property
    def line(self) -> str:
        """For people: "CUS-1.1a Enquiries settled at first contact (2 of 3 months so far)"."""
        found = f" ({self.found.rstrip('.')})" if self.found else ""
        return f"{self.indicator.ref} {self.indicator.title}{found}"


@dataclass(frozen=True, slots=True)
class Debtor:
    """A data owner in a quarter: how many figures are due, which are owed, and which wait for a query to be settled.

    `post` and `email` are blank where Owners does not have them; `days_late` counts from the earliest figure owed.
    """

    owner: str
    post: str
    email: str
    due: dt.date
    figures: int
    owed: tuple[Owed, ...]
    queried: tuple[str, ...]
    received: bool
    days_late: int

    @property
    def status(self) -> str:
        """One of `STATUSES`."""
        if not self.owed:
            return COMPLETE
        if self.days_late:
            return LATE
        return PART if self.received or len(self.owed) < self.figures else NOT_YET

    @property
    def officers(self) -> tuple[str, ...]:
        """The responsible officers of what is owed, each once."""
        return tuple(
            dict.fromkeys(o.indicator.responsible_officer for o in self.owed if o.indicator.responsible_officer)
        )


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a quarter has come: figures due and received, owners, and open queries."""

    due: int
    received: int
    owners: int
    complete: int
    queries: int

    @property
    def share(self) -> str:
        """Per cent of the figures, rounded down, so that 100% means all of them; blank where nothing is due."""
        return f"{self.received * 100 // self.due}%" if self.due else ""

    @property
    def words(self) -> str:
        """For people: "112 of 119 figures received (94%)"."""
        return f"{self.received} of {self.due} figures received ({self.share})" if self.due else "No figure is due"


@dataclass(frozen=True, slots=True)
class Chase:
    """A quarter as its chaser sees it, on one day; owners in alphabetical order."""

    council: str
    period: Quarter
    today: dt.date
    escalate_after: int
    debtors: tuple[Debtor, ...]
    completeness: Completeness

    @property
    def late(self) -> tuple[Debtor, ...]:
        """Those who owe something after its day, the latest first."""
        return tuple(sorted((d for d in self.debtors if d.days_late), key=lambda d: (-d.days_late, d.owner)))

    @property
    def escalated(self) -> tuple[Debtor, ...]:
        """Those so late that the responsible officers are told."""
        return tuple(d for d in self.late if d.days_late > self.escalate_after)


def chase(rated: Rated, tables: Tables) -> Chase:
    """Who owes what for a rated quarter, on the day for which it was rated."""
    states = {str(r["Indicator"]): r for r in rated.results.to_dict("records")}
    due = due_by_owner(rated.framework, rated.period)
    by_owner = {o: [i for i in due[o] if i.ref in states] for o in sorted(due) if o}
    asked = [i for owned in by_owner.values() for i in owned]
    known = _Known(_people(tables), _queried(tables, rated.period), _received(tables, rated.period))
    debtors = tuple(_debtor(o, by_owner[o], due[o], states, rated, known) for o in by_owner if by_owner[o])
    owed = sum(len(d.owed) for d in debtors)
    done = sum(d.status == COMPLETE for d in debtors)
    queries = sum(len(d.queried) for d in debtors)
    completeness = Completeness(len(asked), len(asked) - owed, len(debtors), done, queries)
    settings = rated.settings
    council = settings.council or "The council"
    return Chase(council, rated.period, rated.history.today, settings.escalate_after, debtors, completeness)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of data owners: their rows of Owners, the refs with open queries, and who has sent something."""

    people: Mapping[str, Mapping[str, Any]]
    queried: Mapping[str, tuple[str, ...]]
    received: frozenset[str]


def _debtor(
    owner: str,
    asked: Sequence[Indicator],
    due: Sequence[Indicator],
    states: Mapping[str, Mapping[Any, Any]],
    rated: Rated,
    known: _Known,
) -> Debtor:
    settings, today = rated.settings, rated.history.today
    person = known.people.get(owner, {})
    owed = tuple(
        Owed(i, deadline(i, rated.period, settings), _found(states[i.ref]))
        for i in asked
        if states[i.ref]["State"] in _OWED_STATES
    )
    days = max(((today - o.due).days for o in owed), default=0)
    return Debtor(
        owner,
        str(person.get("Post") or ""),
        str(person.get("E-mail") or ""),
        due_date(due, rated.period, settings),
        len(asked),
        owed,
        known.queried.get(owner, ()),
        owner in known.received,
        max(days, 0),
    )


def _found(row: Mapping[Any, Any]) -> str:
    return str(row["Reason"] or "") if row["State"] == "Incomplete" else ""


def _people(tables: Tables) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for row in get(tables, "Owners").rows():
        found.setdefault(str(row["Data owner"] or "").strip(), row)
    return found


def _queried(tables: Tables, period: Quarter) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in get(tables, "Issues").rows():
        if is_open_query(row) and row["Period"] == str(period) and row["Indicator"] is not None:
            found.setdefault(row["Data owner"], {})[ref_text(row["Indicator"])] = None
    return {owner: tuple(refs) for owner, refs in found.items()}


def _received(tables: Tables, period: Quarter) -> frozenset[str]:
    rows = (r for r in get(tables, "Returns").rows() if r["Period"] == str(period))
    return frozenset(r["Data owner"] for r in rows if r["Status"] not in (AWAITING, OVERDUE) and to_date(r["Received"]))


# ---- the words ----


def reminder(debtor: Debtor, found: Chase) -> str:
    """A message to a data owner, ready to paste: subject, what is owed by when, and what to do."""
    when = f"was due on {day_words(debtor.due)}" if debtor.days_late else f"is due on {day_words(debtor.due)}"
    late = f" and is {in_days(debtor.days_late)} late" if debtor.days_late else ""
    to = f"To: {debtor.email or debtor.post or debtor.owner}"
    subject = f"Subject: {found.council}: figures for {found.period} ({'overdue' if debtor.days_late else 'reminder'})"
    asked = f"Your return for {found.period} {when}{late}. Still missing ({len(debtor.owed)} of {debtor.figures}):"
    queries = [f"We also have a question about: {', '.join(debtor.queried)}.", ""] if debtor.queried else []
    close = (
        "Please fill in the form that you were sent and return it. Where there is no figure, put x (not available) or "
        "z (not applicable) under Shorthand and say why under Commentary."
    )
    greeting = f"Dear {debtor.post or f'{debtor.owner} team'},"
    lines = [f"  - {o.line}{_own_day(o, debtor)}" for o in debtor.owed]
    return "\n".join([to, subject, "", greeting, "", asked, *lines, "", *queries, close, "", "Performance team"])


def escalation(found: Chase) -> str:
    """The list for the responsible officers: who is later than allowed, with what; blank where nobody is."""
    officers: dict[str, list[str]] = {}
    for debtor in found.escalated:
        for officer in debtor.officers or ("No responsible officer is named",):
            refs = [o.indicator.ref for o in debtor.owed if o.indicator.responsible_officer == officer]
            named = ", ".join(refs or (o.indicator.ref for o in debtor.owed))
            officers.setdefault(officer, []).append(f"  - {debtor.owner}, {in_days(debtor.days_late)} late: {named}")
    lines = (line for officer, owed in officers.items() for line in (officer, *owed))
    return "\n".join(lines)


def messages(found: Chase) -> tuple[tuple[str, str], ...]:
    """A reminder for each owner who owes something, as (owner, text)."""
    return tuple((d.owner, reminder(d, found)) for d in found.debtors if d.owed)


def _own_day(owed: Owed, debtor: Debtor) -> str:
    """The day of a figure whose day is not that of the whole return."""
    return "" if owed.due == debtor.due else f", by {day_words(owed.due)}"


def summary_lines(found: Chase) -> Iterable[str]:
    """The quarter in a few sentences."""
    counted = found.completeness
    owners = f"{counted.complete} of {counted.owners} data owners have sent all of theirs"
    yield f"{found.period} on {day_words(found.today)}: {counted.words}; {owners}."
    if counted.queries:
        yield f"{counted.queries} figures wait for a query to be settled."
    for debtor in found.late:
        yield f"{debtor.owner}: {len(debtor.owed)} of {debtor.figures} missing, {in_days(debtor.days_late)} late."
