"""The year's reporting timetable: when quarters end, returns are due and committees meet (docs/rules/chasing.md)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from xl_outcomes.columns import to_date
from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Framework
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.expected import due_indicators
from xl_outcomes.settings import Settings
from xl_outcomes.standing import deadline
from xl_outcomes.tables import Tables, get


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day of the year (None: to be confirmed), for whom, and about which quarter."""

    day: dt.date | None
    what: str
    who: str
    period: Quarter


def timetable(tables: Tables, framework: Framework, settings: Settings, year: int) -> tuple[Event, ...]:
    """The events of the financial year that begins in `year`, by day; what has no day yet comes last."""
    events: list[Event] = []
    for number in (1, 2, 3, 4):
        quarter = Quarter(year, number)
        events += [*_returns(framework, settings, quarter), *_reports(tables, quarter)]
    return tuple(sorted(events, key=lambda e: (e.day is None, e.day or dt.date.max, e.period)))


def _returns(framework: Framework, settings: Settings, quarter: Quarter) -> Iterator[Event]:
    yield Event(quarter.end, "The quarter ends; return forms go out", "Performance team", quarter)
    days: dict[dt.date, list[str]] = {}
    for indicator in due_indicators(framework, quarter):
        days.setdefault(deadline(indicator, quarter, settings), []).append(indicator.data_owner or "No data owner")
    for day, owners in days.items():
        figures = "1 figure" if len(owners) == 1 else f"{len(owners)} figures"
        late = "" if day == min(days) else ", published later"
        yield Event(day, f"Returns are due: {figures}{late}", _named(owners), quarter)


def _reports(tables: Tables, quarter: Quarter) -> Iterator[Event]:
    tidy = SPECS["Reports"].column("Period").tidy
    for row in get(tables, "Reports").rows():
        if tidy(row["Period"]) == str(quarter):
            day = to_date(row["Meeting date"])
            what = f"Report: {row['Report']}" + (f" ({row['Report number']})" if row["Report number"] else "")
            yield Event(day.date() if day else None, what, str(row["Committee"] or row["To"] or ""), quarter)


def _named(owners: list[str]) -> str:
    names = list(dict.fromkeys(owners))
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} data owners"
