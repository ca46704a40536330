"""Remedial actions: raised by the reds of a quarter, carried on until somebody ends them (docs/rules/delivery.md)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, is_quarter, parse_quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.readback import words_given
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, change, extend, get, misfits

OPEN, DONE, DROPPED = "Open", "Done", "Dropped"
STATUSES = (OPEN, DONE, DROPPED)
PREFIX = "ACT-"
_TEXT, _WHY = "Corrective action", "Commentary"


@dataclass(frozen=True, slots=True)
class Action:
    """A row of Actions; `status` is Open unless Done or Dropped is typed, `raised` None where it is no quarter."""

    ref: str
    indicator: str
    raised: Quarter | None
    variance: str
    action: str
    owner: str
    due: dt.date | None
    status: str
    progress: str
    row: int

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.status == OPEN

    def days_over(self, today: dt.date) -> int:
        """How many days it is overdue; 0 where it is not, has no date or has ended."""
        return 0 if self.due is None or not self.open else max(0, (today - self.due).days)

    def texts(self) -> frozenset[str]:
        """What has been said of it: the action, and each line of its progress without the quarter before it."""
        lines = (line.partition(": ") for line in self.progress.splitlines())
        said = (after for quarter, _, after in lines if is_quarter(quarter))
        return frozenset(filter(None, map(_plain, (self.action, self.progress, *said))))


def carry(actions: Table, rated: Rated, tables: Tables) -> Table:
    """Actions with what a rated quarter adds: a row for each red with a corrective action that has no open one yet.

    Where the indicator has an open action and the return says something else, that becomes a line of its progress.
    Doing it again adds nothing; nothing is ever removed, and an action that is Done or Dropped is not touched. A
    closed quarter adds nothing.
    """
    if rated.period in rated.history.closed:
        return actions
    words = words_given(tables["Observations"], rated.period)
    held, last = by_indicator(read_actions(actions)), _last_number(actions)
    changes: dict[int, dict[str, Any]] = {}
    new: list[dict[str, object]] = []
    for ref in _reds(rated, only_rated=True):
        text = _plain(words.get(ref, {}).get(_TEXT))
        own = held.get(ref, [])
        if not text or _is_known(own, text, rated.period, tables):
            continue
        latest = next((a for a in reversed(own) if a.open), None)
        if latest:
            changes[latest.row] = {"Progress": _with_line(latest, text, rated.period, tables)}
        else:
            why = words[ref].get(_WHY)
            new.append(_row(last + len(new) + 1, rated.framework.indicators[ref], rated, why, text))
    return extend(change(actions, changes) if changes else actions, new)


def read_actions(table: Table) -> tuple[Action, ...]:
    """The actions in table order, whatever their status."""
    return tuple(_action(row) for row in _filled(table))


def by_indicator(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """The actions of each indicator, in their order."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(action.indicator, []).append(action)
    return found


def unanswered(actions: Iterable[Action], rated: Rated) -> tuple[str, ...]:
    """The red indicators of a quarter, carried ones among them, that have no open action."""
    answered = {a.indicator for a in actions if a.open}
    return tuple(ref for ref in _reds(rated, only_rated=False) if ref not in answered)


def ratings_since(action: Action, rated: Rated, tables: Tables) -> tuple[tuple[Quarter, str | None], ...]:
    """The ratings of an action's indicator from the quarter in which it was raised up to the rated one."""
    now = dict(zip(rated.results["Indicator"], rated.results["Rating"], strict=True))
    return ratings_up_to(action, rated.period, now.get(action.indicator), tables)


def ratings_up_to(
    action: Action, period: Quarter, now: str | None, tables: Tables
) -> tuple[tuple[Quarter, str | None], ...]:
    """The same where the rating in the last quarter is known."""
    first = action.raised or period
    known = {**_ratings(get(tables, "Results")).get(action.indicator, {}), str(period): now}
    quarters = (Quarter.at(n) for n in range(first.index, period.index + 1))
    return tuple((quarter, known.get(str(quarter))) for quarter in quarters)


def action_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Actions: refs, indicators that are not there, words that are no status, dates and quarters.

    All are warnings; `settings` is not looked at.
    """
    table = get(tables, "Actions")
    rows = _filled(table)
    counts = Counter(_text(row["Ref"]) for row in rows)
    unfit = misfits(table)
    found: list[Issue] = []
    for row in rows:
        found += _ref_issues(table, row, counts)
        found += _cell_issues(table, row, framework, unfit)
    return tuple(found)


# ---- what a quarter adds ----


def _reds(rated: Rated, *, only_rated: bool) -> list[str]:
    rows = zip(rated.results["Indicator"], rated.results["Rating"], rated.results["State"], strict=True)
    red = [str(ref) for ref, rating, state in rows if rating == "Red" and (state == "Rated" or not only_rated)]
    return [ref for ref in red if ref in rated.framework.indicators]


def _is_known(own: Sequence[Action], text: str, period: Quarter, tables: Tables) -> bool:
    """Whether a text needs nothing: it stands in an open action or a later one, or in one ended while still red."""
    said = [a for a in own if text in a.texts()]
    later = any(a.open and a.raised is not None and a.raised > period for a in own)
    return later or any(a.open or not _recovered(a, period, tables) for a in said)


def _recovered(action: Action, period: Quarter, tables: Tables) -> bool:
    """Whether its indicator was rated better than Red in a quarter since it was raised and before this one."""
    ratings = _ratings(get(tables, "Results")).get(action.indicator, {})
    first = action.raised.index + 1 if action.raised else period.index
    return any(ratings.get(str(Quarter.at(n))) in RATINGS[:2] for n in range(first, period.index))


def _with_line(action: Action, text: str, period: Quarter, tables: Tables) -> str:
    """The progress with the quarter's line at its end; an earlier text of the same quarter's returns gives way."""
    start = f"{period}: "
    given = {f"{start}{old}" for old in _texts_given(tables["Observations"], period).get(action.indicator, ())}
    kept = [line for line in action.progress.splitlines() if line.strip() not in given]
    return "\n".join([*kept, f"{start}{text}"])


@lru_cache(maxsize=1)  # every red of a quarter asks for its own
def _texts_given(observations: Table, period: Quarter) -> Mapping[str, set[str]]:
    """Every corrective action that any return of the quarter gave, superseded ones among them, by indicator."""
    keys = {str(period), *map(str, period.months)}
    found: dict[str, set[str]] = {}
    for row in observations.rows():
        if row["Period"] in keys:
            found.setdefault(ref_text(row["Indicator"] or ""), set()).add(_plain(row[_TEXT]))
    return found


def _row(number: int, indicator: Indicator, rated: Rated, why: object, text: str) -> dict[str, object]:
    """A new action; it is due when the next quarter's return is, which is the first to show whether it worked."""
    due = rated.period.shift(1).end + dt.timedelta(days=rated.settings.return_due_days)
    return {
        "Ref": f"{PREFIX}{number}",
        "Indicator": indicator.ref,
        "Raised": str(rated.period),
        "Reason for variance": why,
        "Action": text,
        "Owner": indicator.responsible_officer or indicator.data_owner or None,
        "Due": dt.datetime.combine(due, dt.time()),
        "Status": OPEN,
    }


def _last_number(actions: Table) -> int:
    refs = (_text(row["Ref"]).upper() for row in actions.rows())
    numbers = (ref.removeprefix(PREFIX) for ref in refs if ref.startswith(PREFIX))
    return max((int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 10), default=0)


@lru_cache(maxsize=1)  # every action asks for those of its indicator
def _ratings(results: Table) -> Mapping[str, Mapping[str, str | None]]:
    """The ratings by indicator, then quarter."""
    found: dict[str, dict[str, str | None]] = {}
    columns = (results.frame[heading] for heading in ("Indicator", "Period", "Rating"))
    for ref, period, rating in zip(*columns, strict=True):
        found.setdefault(ref, {})[period] = rating
    return found


# ---- rows ----


def _filled(table: Table) -> list[dict[str, Any]]:
    return [row for row in table.rows() if any(row[h] is not None for h in SPECS["Actions"].headings)]


def _action(row: Mapping[str, Any]) -> Action:
    due, raised = to_date(row["Due"]), row["Raised"]
    fits = raised is not None and SPECS["Actions"].column("Raised").fits(raised)
    return Action(
        ref=_text(row["Ref"]),
        indicator=_text(row["Indicator"]),
        raised=parse_quarter(raised) if fits else None,
        variance=_text(row["Reason for variance"]),
        action=_text(row["Action"]),
        owner=_text(row["Owner"]),
        due=due.date() if due else None,
        status=_status(row["Status"]) or OPEN,
        progress=_text(row["Progress"]),
        row=row["row"],
    )


def _status(value: object) -> str:
    typed = _text(value).casefold()
    return next((s for s in STATUSES if s.casefold() == typed), "")


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _plain(text: object) -> str:
    """A text on one line."""
    return "" if text is None else " ".join(str(text).split())


# ---- issues ----


def _ref_issues(table: Table, row: Mapping[str, Any], counts: Mapping[str, int]) -> Iterator[Issue]:
    ref, fix = _text(row["Ref"]), f"Give it one that no other has, such as {PREFIX}1."
    if not ref:
        yield _warn(table, row, "action-ref", "Ref", "This action has no ref.", fix)
    elif counts[ref] > 1:
        yield _warn(table, row, "action-ref", "Ref", f"The ref {ref} stands here {counts[ref]} times.", fix)


def _cell_issues(
    table: Table, row: Mapping[str, Any], framework: Framework, unfit: Sequence[tuple[int, str]]
) -> Iterator[Issue]:
    ref, name = _text(row["Indicator"]), _text(row["Ref"]) or "This action"
    if ref not in framework.indicators:
        found = f'"{ref}" is not an indicator of the framework' if ref else f"{name} is for no indicator"
        yield _warn(table, row, "action-indicator", "Indicator", f"{found}.", "Give the ref of the indicator.")
    if not _status(row["Status"]):
        found = f'Status is "{row["Status"]}"' if _text(row["Status"]) else "Status is blank"
        fix = f"Choose one of: {', '.join(STATUSES)}."
        yield _warn(table, row, "action-status", "Status", f"{found}, so {name} counts as open.", fix)
    for heading in [h for number, h in unfit if number == row["row"]]:
        what = "a date, such as 31/03/2026" if heading == "Due" else 'a quarter, such as "2025/26 Q2"'
        message = f'{heading} is "{row[heading]}", which cannot be read.'
        yield _warn(table, row, "action-date", heading, message, f"Type {what}.")


def _warn(table: Table, row: Mapping[str, Any], code: str, heading: str, message: str, fix: str) -> Issue:
    cell = table.cell(row["row"], heading)
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, _text(row["Ref"]), _text(row[heading]))
