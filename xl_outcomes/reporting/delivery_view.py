"""The sheet Delivery plan: activities and milestones beside the ratings of the outcomes that they serve."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.activities import COMPLETE, STATUSES, Activity, DeliveryPlan, read_plan, without_work
from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import show
from xl_outcomes.framework import Outcome
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import INDENT
from xl_outcomes.reporting.shown import marked, padded, records, shortened
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame, get

BOTH, IDLE, LISTED = "Delivery_outcomes", "Delivery_gaps", "Delivery_activities"
MOST_IDLE = 12
NOTE = (
    "Ratings of outcomes are this quarter's; what is said of activities is as the table Activities stands on the day "
    "named in the first table. Delivery is the status in a rating's words: On track and Complete are Green, At risk is "
    "Amber, Delayed is Red; Not started, Cancelled and a blank say nothing. Overdue: the due date has passed, and the "
    "activity is neither Complete nor Cancelled. An activity counts once under each tier 1 outcome that it is tied to, "
    "itself or further down. Milestones stand under their activity; cancelled ones are not counted. An asterisk marks "
    "a rating by override."
)
_GRID = (9.0, 38.0, 12.5, 10.0, 9.5, 10.0, 11.0, 10.5, 10.5, 10.0, 10.5, 21.0, 34.0)
_UNTIED, _ALL = "Tied to no live outcome", "All activities"
_NO_GAP = "None: every Red or Amber outcome has work under way"


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the tables are made from; `rollup` is by ref, `today` the day that overdue is counted to."""

    rated: Rated
    rollup: Mapping[str, dict[str, Any]]
    plan: DeliveryPlan
    today: dt.date

    def rating(self, ref: str) -> str | None:
        """An outcome's rating as people see it."""
        return marked(self.rollup[ref]) if ref in self.rollup else None

    def titled(self, outcome: Outcome) -> str:
        """An outcome's title, no longer than its column bears."""
        return shortened(outcome.title, 100)


def delivery_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Delivery plan of a rated quarter, as on the day of the rating; None where there are no activities."""
    plan = read_plan(get(tables, "Activities"), rated.framework)
    if not plan.activities:
        return None
    rollup = {row["Ref"]: row for row in records(rated.rollup)}
    sources = _Sources(rated, rollup, plan, rated.history.today)
    views = (_both(sources), _gaps(sources), _listed(sources))
    return ViewSheet("Delivery plan", "The delivery plan and its outcomes", NOTE, views)


# ---- progress on both ----


def _both(sources: _Sources) -> View:
    """A row for each tier 1 outcome, for what is tied to none, and for all: rating, and activities by status."""
    framework, plan = sources.rated.framework, sources.plan
    tops = framework.children(None)
    rows = [
        [o.ref, sources.titled(o), sources.rating(o.ref), *_counts(sources, plan.under(framework, o.ref))] for o in tops
    ]
    untied = [a for a in plan.activities if not a.outcomes]
    rows.append([None, _UNTIED, None, *_counts(sources, untied)])
    rows.append([None, _ALL, None, *_counts(sources, plan.activities)])
    headings = ("Ref", "Outcome", "Rating", "Activities", *STATUSES, "Overdue", "Milestones met", "In words")
    links = {"Ref": [*(Link("Framework_tree", "Ref", o.ref) for o in tops), None, None]}
    return View(BOTH, frame(headings, rows), _GRID, ("Rating",), "Progress on both: outcomes and activities", links)


def _counts(sources: _Sources, activities: Sequence[Activity]) -> list[Any]:
    by_status = [sum(a.status == status for a in activities) for status in STATUSES]
    late = sum(a.days_over(sources.today) > 0 for a in activities)
    milestones = sources.plan.steps(activities)
    met = sum(m.status == COMPLETE for m in milestones)
    told = _in_words(activities, milestones, sources)
    return [len(activities), *by_status, late, f"{met} of {len(milestones)}" if milestones else None, told]


def _in_words(activities: Sequence[Activity], milestones: Sequence[Activity], sources: _Sources) -> str:
    """How the activities stand, on the day; what is not known is said."""
    day = sources.today.isoformat()
    if not activities:
        return f"On {day}: no activity"
    late = sum(m.days_over(sources.today) > 0 for m in milestones)
    unknown = sum(not a.status for a in activities)
    found = f"On {day}: {late or 'no'} milestone{'s' if late > 1 else ''} overdue"
    return f"{found}, {unknown} without a status" if unknown else found


def _gaps(sources: _Sources) -> View:
    """The Red and Amber outcomes without work under way: a fixed number of rows."""
    ratings = {ref: row["Rating"] for ref, row in sources.rollup.items()}
    found = without_work(sources.plan, sources.rated.framework, ratings)
    rows = [_gap(sources, outcome) for outcome, _ in found] or [[None, _NO_GAP, None, None]]
    shown = padded(rows, MOST_IDLE, 4, 1)
    links = {"Ref": [Link("Framework_tree", "Ref", row[0]) if row[0] else None for row in shown]}
    caption = "Red or Amber, and no activity under way for it or anything below it: Red first, then the higher tier"
    return View(IDLE, frame(("Ref", "Outcome", "Rating", "Tier"), shown), _GRID[:4], ("Rating",), caption, links)


def _gap(sources: _Sources, outcome: Outcome) -> list[Any]:
    return [outcome.ref, sources.titled(outcome), sources.rating(outcome.ref), outcome.tier]


# ---- activities ----


def _listed(sources: _Sources) -> View:
    """Every activity with its milestones below it, in the order of the framework; the one table that may grow."""
    shown = list(_in_order(sources))
    rows = [_milestone(sources, a) if a.parent else _activity(sources, a) for a in shown]
    headings = ("Ref", "Activity", "Tied to", "Worst rating", "Delivery", "Progress", "Status", "Start", "Due")
    more = ("Overdue", "Milestones met", "Lead", "Comment")
    links = {"Ref": [Link("Activities", "Ref", a.ref) for a in shown]}
    ratings = ("Worst rating", "Delivery")
    caption = "Activities and their milestones"
    return View(LISTED, frame((*headings, *more), rows), _GRID, ratings, caption, links)


def _in_order(sources: _Sources) -> Iterator[Activity]:
    """The activities by the first outcome of the tree that they are tied to, each before its milestones."""
    order = {o.ref: n for n, o in enumerate(sources.rated.framework.down())}
    last = len(order)
    for activity in sorted(
        sources.plan.activities, key=lambda a: min((order.get(r, last) for r in a.outcomes), default=last)
    ):
        yield activity
        yield from sources.plan.milestones.get(activity.ref, ())


def _activity(sources: _Sources, activity: Activity) -> list[Any]:
    milestones = sources.plan.steps((activity,))
    met = sum(m.status == COMPLETE for m in milestones)
    tied = [", ".join((*activity.outcomes, *(f"{ref} (not known)" for ref in activity.unknown))) or "Nothing"]
    count = f"{met} of {len(milestones)}" if milestones else None
    return [activity.ref, activity.title, *tied, _worst(sources, activity), *_state(sources, activity, count)]


def _milestone(sources: _Sources, milestone: Activity) -> list[Any]:
    return [milestone.ref, INDENT + milestone.title, "Milestone", None, *_state(sources, milestone, None)]


def _state(sources: _Sources, activity: Activity, count: str | None) -> list[Any]:
    days = activity.days_over(sources.today)
    late = f"{days} day{'' if days == 1 else 's'}" if days else None
    progress = None if activity.progress is None else f"{show(activity.progress)}%"
    dates = [activity.start, activity.due]
    state = [activity.delivery, progress, activity.status or "Not given", *dates, late, count]
    return [*state, activity.lead or None, activity.comment or None]


def _worst(sources: _Sources, activity: Activity) -> str | None:
    """The worst rating of the outcomes that it is tied to."""
    ratings = [r for ref in activity.outcomes if (r := sources.rating(ref)) and r.rstrip("*") in RATINGS]
    return max(ratings, key=lambda r: RATINGS.index(r.rstrip("*")), default=None)
