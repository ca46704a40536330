"""The delivery plan: activities and their milestones, tied to outcomes (docs/rules/delivery.md)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Framework, Outcome, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get, misfits

STATUSES = ("Not started", "On track", "At risk", "Delayed", "Complete", "Cancelled")
ENDED = ("Complete", "Cancelled")
COMPLETE = "Complete"
DELIVERY = {"On track": "Green", "Complete": "Green", "At risk": "Amber", "Delayed": "Red"}


@dataclass(frozen=True, slots=True)
class Activity:
    """A row of the delivery plan: an activity tied to outcomes, or a milestone of the activity `parent`.

    `status` is one of STATUSES, blank where none of them is given; `progress` is in per cent, None where not readable.
    """

    ref: str
    title: str
    outcomes: tuple[str, ...]
    unknown: tuple[str, ...]
    parent: str
    service: str
    lead: str
    start: dt.date | None
    due: dt.date | None
    progress: Fraction | None
    status: str
    comment: str
    row: int

    @property
    def ended(self) -> bool:
        """Whether it is complete or cancelled, as its status says."""
        return self.status in ENDED

    @property
    def delivery(self) -> str | None:
        """Its delivery as a rating word, from the status alone; None where the status says nothing of it."""
        return DELIVERY.get(self.status)

    def days_over(self, today: dt.date) -> int:
        """How many days it is overdue; 0 where it is not, has no date or has ended."""
        return 0 if self.due is None or self.ended else max(0, (today - self.due).days)


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """The activities in table order, and the milestones of each by its ref."""

    activities: tuple[Activity, ...]
    milestones: Mapping[str, tuple[Activity, ...]]

    def under(self, framework: Framework, ref: str) -> tuple[Activity, ...]:
        """The activities tied to an outcome or to anything below it, each once."""
        below = {ref, *(o.ref for o in framework.down(ref))}
        return tuple(a for a in self.activities if below & set(a.outcomes))

    def steps(self, activities: Iterable[Activity]) -> tuple[Activity, ...]:
        """The milestones of some activities that are not cancelled."""
        return tuple(m for a in activities for m in self.milestones.get(a.ref, ()) if m.status != "Cancelled")


def read_plan(table: Table, framework: Framework) -> DeliveryPlan:
    """The delivery plan as it stands in Activities.

    A row whose Linked to is the ref of one other row is a milestone; that of a milestone belongs to the same activity.
    Rows that lead round in a circle are activities tied to no outcome.
    """
    rows = _filled(table)
    above = _parents(rows)
    found = [_activity(row, framework, above) for row in rows]
    groups: dict[str, list[Activity]] = {}
    for one in found:
        if one.parent:
            groups.setdefault(one.parent, []).append(one)
    return DeliveryPlan(tuple(a for a in found if not a.parent), {ref: tuple(own) for ref, own in groups.items()})


def without_work(
    plan: DeliveryPlan, framework: Framework, ratings: Mapping[str, str | None]
) -> tuple[tuple[Outcome, str], ...]:
    """The Red and then the Amber outcomes that no activity still under way is tied to, nor to anything below.

    Within a rating the higher tier comes first; `ratings` is by the ref of the outcome.
    """
    poor = [(o, r) for o in framework.down() if (r := ratings.get(o.ref)) in ("Red", "Amber")]
    idle = [(o, str(r)) for o, r in poor if all(a.ended for a in plan.under(framework, o.ref))]
    return tuple(sorted(idle, key=lambda pair: (pair[1] != "Red", pair[0].tier)))


def refs_in(value: object) -> tuple[str, ...]:
    """The refs in a cell, commas between, each once."""
    parts = (ref_text(part) for part in ("" if value is None else ref_text(value)).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def activity_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Activities: refs, links that lead nowhere or round in a circle, words, dates and progress.

    All are warnings; `settings` gives the name of the tier that activities are usually tied to.
    """
    table = get(tables, "Activities")
    rows = _filled(table)
    counts = Counter(_ref(row) for row in rows)
    above = _parents(rows)
    unfit = misfits(table)
    found: list[Issue] = []
    for row in rows:
        found += _ref_issues(table, row, counts)
        found += _link_issues(table, row, _activity(row, framework, above), above, settings)
        found += _word_issues(table, row)
        found += _date_issues(table, row, unfit)
    return tuple(found)


# ---- rows ----


def _filled(table: Table) -> list[Mapping[str, Any]]:
    return [row for row in table.rows() if any(row[h] is not None for h in SPECS["Activities"].headings)]


def _ref(row: Mapping[str, Any]) -> str:
    return "" if row["Ref"] is None else ref_text(row["Ref"])


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _parents(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The row that each milestone is tied to."""
    known = {_ref(row) for row in rows} - {""}
    linked = {_ref(row): refs_in(row["Linked to"]) for row in rows}
    return {ref: to[0] for ref, to in linked.items() if ref and len(to) == 1 and to[0] in known}


def _top(ref: str, above: Mapping[str, str]) -> str | None:
    """The activity that a milestone belongs to in the end; blank for an activity, None where it runs in a circle."""
    if ref not in above:
        return ""
    seen, at = {ref}, above[ref]
    while at in above and at not in seen:
        seen.add(at)
        at = above[at]
    return None if at in seen else at


def _activity(row: Mapping[str, Any], framework: Framework, above: Mapping[str, str]) -> Activity:
    linked = () if _ref(row) in above else refs_in(row["Linked to"])
    start, due = (to_date(row[h]) for h in ("Start", "Due"))
    return Activity(
        ref=_ref(row),
        title=_text(row["Activity"]),
        outcomes=tuple(r for r in linked if r in framework.outcomes),
        unknown=tuple(r for r in linked if r not in framework.outcomes),
        parent=_top(_ref(row), above) or "",
        service=_text(row["Service"]),
        lead=_text(row["Lead"]),
        start=start.date() if start else None,
        due=due.date() if due else None,
        progress=_progress(row["Progress"]),
        status=_status(row["Status"]),
        comment=_text(row["Comment"]),
        row=row["row"],
    )


def _status(value: object) -> str:
    typed = " ".join(_text(value).casefold().split())
    return next((s for s in STATUSES if s.casefold() == typed), "")


def _progress(value: object) -> Fraction | None:
    """Per cent from 0 to 100: "60%", 60, or a number up to 1 in a cell that shows it as per cent."""
    number = to_number(value)
    if number is not None and isinstance(value, int | float) and 0 < number <= 1:
        number *= 100
    return number if number is not None and 0 <= number <= 100 else None


# ---- issues ----


def _ref_issues(table: Table, row: Mapping[str, Any], counts: Mapping[str, int]) -> Iterator[Issue]:
    ref = _ref(row)
    if not ref:
        yield _warn(table, row, "activity-ref", "Ref", "This activity has no ref.", "Give it one that no other has.")
    elif counts[ref] > 1:
        message = f"The ref {ref} stands here {counts[ref]} times."
        yield _warn(table, row, "activity-ref", "Ref", message, "Give each activity and milestone its own ref.")


def _link_issues(
    table: Table, row: Mapping[str, Any], activity: Activity, above: Mapping[str, str], settings: Settings
) -> Iterator[Issue]:
    outcome = settings.tier_name(3).lower()
    fix = f"Give the refs of outcomes, such as of an {outcome}," if outcome[:1] in "aeiou" else ""
    fix = fix or f"Give the refs of outcomes, such as of a {outcome},"
    fix += " or for a milestone the ref of its activity alone."
    if _top(activity.ref, above) is None:
        message = f"{activity.ref} is a milestone of itself: the links run in a circle."
        yield _warn(table, row, "activity-circular", "Linked to", message, fix)
    elif activity.unknown:
        message = f"{activity.ref} is tied to {', '.join(activity.unknown)}, which is no live outcome and no activity."
        yield _warn(table, row, "activity-outcome", "Linked to", message, fix)
    elif not activity.parent and not activity.outcomes:
        message = f"{activity.ref or 'This activity'} is tied to no outcome."
        yield _warn(table, row, "activity-outcome", "Linked to", message, fix)


def _word_issues(table: Table, row: Mapping[str, Any]) -> Iterator[Issue]:
    status, progress = _status(row["Status"]), _progress(row["Progress"])
    if not status:
        found = f'Status is "{row["Status"]}".' if _text(row["Status"]) else "Status is blank."
        yield _warn(table, row, "activity-status", "Status", found, f"Choose one of: {', '.join(STATUSES)}.")
    if _text(row["Progress"]) and progress is None:
        message = f'Progress is "{row["Progress"]}".'
        yield _warn(table, row, "activity-progress", "Progress", message, 'Type per cent from 0 to 100, such as "60%".')
    elif status == COMPLETE and progress not in (None, 100):
        message = f"Status is Complete, but Progress is {row['Progress']}."
        yield _warn(table, row, "activity-progress", "Progress", message, "Make the two agree.")


def _date_issues(table: Table, row: Mapping[str, Any], unfit: Sequence[tuple[int, str]]) -> Iterator[Issue]:
    for heading in [h for number, h in unfit if number == row["row"]]:
        message = f'{heading} is "{row[heading]}", which is not a date.'
        yield _warn(table, row, "activity-date", heading, message, "Type a date, such as 31/03/2026.")
    start, due = to_date(row["Start"]), to_date(row["Due"])
    if start and due and due < start:
        message = "It is due before it starts."
        yield _warn(table, row, "activity-date", "Due", message, "Correct one of the two dates.")


def _warn(table: Table, row: Mapping[str, Any], code: str, heading: str, message: str, fix: str) -> Issue:
    cell, value = table.cell(row["row"], heading), row[heading]
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, _ref(row), _text(value))
