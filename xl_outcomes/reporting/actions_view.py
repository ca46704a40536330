"""The sheet Action tracker: what is done about reds, from the quarter in which it was raised until it is ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.actions import DONE, DROPPED, Action, by_indicator, ratings_up_to, read_actions, unanswered
from xl_outcomes.contract import RATINGS
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.readback import Words, words_given
from xl_outcomes.reporting.shown import marked, padded, records, shortened, word
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame, get

COUNTED, MISSING, LISTED = "Actions_counted", "Actions_missing", "Actions_listed"
MOST_MISSING = 12
NOTE = (
    "An action is raised by the rating of a quarter: an indicator is Red, its return gives a corrective action, and no "
    "open action says so yet. While it is open, other words in a later return are added to Progress. Officers type "
    "Owner, Due, Progress and Status (Open, Done or Dropped) in the table Actions. Overdue: its date has passed, and "
    "it is open. Ratings since raised has one letter "
    "a quarter, the first at the left: G Green, A Amber, R Red, a dash for none. An asterisk marks a rating by "
    "override."
)
_GRID = (10.5, 27.0, 12.0, 26.0, 28.0, 28.0, 19.0, 10.5, 10.0, 9.5, 9.5, 15.0)
_BACK, _NONE_MISSING = "Back on target: close it?", "None: every red indicator has an open action"


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the tables are made from; `results`, `words` and `own` actions are by the ref of the indicator."""

    rated: Rated
    tables: Tables
    results: Mapping[str, dict[str, Any]]
    words: Words
    actions: tuple[Action, ...]
    own: Mapping[str, Sequence[Action]]

    def title(self, ref: str) -> str:
        """An indicator with its title."""
        indicator = self.rated.framework.indicators.get(ref)
        return f"{ref} {shortened(indicator.title, 90)}" if indicator else f"{ref} (not in the framework)"


def actions_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Action tracker of a rated quarter, as on the day of the rating; None where Actions has no rows.

    `tables` hold Actions as `carry` left it.
    """
    actions = read_actions(get(tables, "Actions"))
    if not actions:
        return None
    results = {row["Indicator"]: row for row in records(rated.results)}
    words = words_given(tables["Observations"], rated.period)
    sources = _Sources(rated, tables, results, words, actions, by_indicator(actions))
    views = (_counted(sources), _missing(sources), _listed(sources))
    return ViewSheet("Action tracker", "What is being done about reds", NOTE, views)


def _counted(sources: _Sources) -> View:
    """One row: how many actions there are of each status, overdue, and back on target; and reds without one."""
    actions, today = sources.actions, sources.rated.history.today
    still = [a for a in actions if a.open]
    late = sum(a.days_over(today) > 0 for a in still)
    carried = sum(a.raised is not None and a.raised < sources.rated.period for a in still)
    back = sum(_hint(sources, a) == _BACK for a in still)
    ended = [sum(a.status == status for a in actions) for status in (DONE, DROPPED)]
    told = f"{len(still)} open, {late} of them overdue; {carried} raised before this quarter; {back} back on target"
    missing = len(unanswered(actions, sources.rated))
    row = [str(sources.rated.period), told, len(still), f"{missing} red indicators have no open action"]
    headings = ("Quarter", "In words", "Open", "Reds without one", "Ended")
    return View(COUNTED, frame(headings, [[*row, f"{ended[0]} Done, {ended[1]} Dropped"]]), _GRID[:5])


def _missing(sources: _Sources) -> View:
    """The red indicators that have no open action: a fixed number of rows."""
    refs = unanswered(sources.actions, sources.rated)
    rows = [_unanswered(sources, ref) for ref in refs] or [[None, _NONE_MISSING, *[None] * 4]]
    shown = padded(rows, MOST_MISSING, 6, 1)
    headings = ("Ref", "Indicator", "Rating", "Commentary", "What to do", "Carried from")
    links = {
        "Ref": [Link("Results", "Indicator", row[0], str(sources.rated.period)) if row[0] else None for row in shown]
    }
    caption = "Red, and nothing open is being done about it"
    return View(MISSING, frame(headings, shown), _GRID[:6], ("Rating",), caption, links)


def _unanswered(sources: _Sources, ref: str) -> list[Any]:
    row, ended = sources.results[ref], sources.own.get(ref, ())
    if ended:
        advice = f"{ended[-1].ref} is {ended[-1].status}, yet it is Red: open it again, or ask for a new action."
    elif row["Carried from"] is not None:
        advice = "No figure is due this quarter. Ask whether the last one is still being acted on, and add a row."
    else:
        advice = "Ask the data owner for a corrective action, and type it on the indicator sheet."
    title = sources.title(ref).removeprefix(f"{ref} ")
    return [ref, title, marked(row), word(sources.words, ref, "Commentary"), advice, row["Carried from"]]


def _listed(sources: _Sources) -> View:
    """The open actions, the longest carried first, then the ended ones; the one table that may grow."""
    shown = sorted(sources.actions, key=lambda a: _age(a, sources))
    rows = [_line(sources, a) for a in shown]
    headings = ("Ref", "Indicator", "Raised", "Reason for variance", "Action", "Progress", "Owner", "Due")
    more = ("Status", "Ratings since raised", "Rating", "Look at")
    links = {"Ref": [Link("Actions", "Ref", a.ref) for a in shown]}
    caption = "Open actions, the oldest first; then those that are done or dropped, the latest first"
    return View(LISTED, frame((*headings, *more), rows), _GRID, ("Rating",), caption, links)


def _age(action: Action, sources: _Sources) -> tuple[bool, int]:
    raised = (action.raised or sources.rated.period).index
    return (not action.open, raised if action.open else -raised)


def _line(sources: _Sources, action: Action) -> list[Any]:
    row = sources.results.get(action.indicator)
    about = [action.ref, sources.title(action.indicator), _raised(sources, action), action.variance or None]
    who = [action.action or None, action.progress or None, action.owner or None, action.due, _status(sources, action)]
    return [*about, *who, _letters(sources, action), marked(row) if row else None, _hint(sources, action)]


def _raised(sources: _Sources, action: Action) -> str | None:
    """The quarter in which it was raised, and how long it has been carried since."""
    if action.raised is None:
        return None
    quarters = sources.rated.period.index - action.raised.index
    ago = f", {quarters} quarter{'' if quarters == 1 else 's'} ago" if quarters > 0 else ""
    return f"{action.raised}{ago}"


def _status(sources: _Sources, action: Action) -> str:
    days = action.days_over(sources.rated.history.today)
    return f"{action.status}, overdue {days} day{'' if days == 1 else 's'}" if days else action.status


def _letters(sources: _Sources, action: Action, most: int = 8) -> str:
    """The ratings since it was raised as letters, the last ones where there are many: "R R A"."""
    row = sources.results.get(action.indicator)
    known = ratings_up_to(action, sources.rated.period, row["Rating"] if row else None, sources.tables)
    ratings = [rating for _, rating in known]
    shown = [rating[0] if rating in RATINGS else "–" for rating in ratings[-most:]]
    return " ".join(["…", *shown] if len(ratings) > most else shown)


def _hint(sources: _Sources, action: Action) -> str | None:
    """What an officer should look at; None where nothing stands out."""
    row = sources.results.get(action.indicator)
    rating = row["Rating"] if row else None
    if not action.open:
        return "Ended, yet it is Red" if rating == "Red" and not _others(sources, action) else None
    if row is None:
        return "The indicator is not in the framework"
    if rating == "Green":
        return _BACK
    return "No date" if action.due is None else "No owner" if not action.owner else None


def _others(sources: _Sources, action: Action) -> bool:
    return any(a.open for a in sources.own[action.indicator])
