"""What an information bulletin says of how the framework is made: changes, who approves, reviews, reasons, archives."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xl_outcomes.closing import closed_quarters
from xl_outcomes.columns import to_date
from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Outcome
from xl_outcomes.periods import Quarter, is_quarter, parse_quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.recorded_changes import RecordedVersion, recorded_version
from xl_outcomes.reporting.cabinet_facts import Sureness, sureness
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.registry import text
from xl_outcomes.review import Review, reviews
from xl_outcomes.tables import Tables, get


@dataclass(frozen=True, slots=True)
class Meeting:
    """A row of Reports: which report of which quarter goes to whom, and when (None: to be confirmed)."""

    report: str
    number: str
    to: str
    period: Quarter
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class BulletinFacts:
    """The framework in the making: `reasons` count why live indicators were chosen, `bare` are themes without any.

    `shared` are outcomes with several portfolio holders; `earlier` and `later` are meetings before and after this one.
    """

    changes: RecordedVersion | None
    reviews: tuple[Review, ...]
    reasons: Mapping[str, int]
    unexplained: int
    owners: int
    bare: tuple[Outcome, ...]
    shared: tuple[Outcome, ...]
    sureness: Sureness
    closed: tuple[Quarter, ...]
    earlier: tuple[Meeting, ...]
    later: tuple[Meeting, ...]


def bulletin_facts(rated: Rated, tables: Tables, facts: Facts, name: str) -> BulletinFacts:
    """The facts of a bulletin of a quarter; `name` is the report's, whose meeting parts earlier from later ones."""
    framework, history = rated.framework, rated.history
    found = reviews(tables, framework, history.timelines, rated.period)
    reasons = [tuple(part for word in r.why_chosen.split(";") if (part := word.strip())) for r in found]
    meetings = tuple(_meetings(tables))
    here = next((m.day for m in reversed(meetings) if m.report == name and m.period == rated.period), None)
    return BulletinFacts(
        changes=recorded_version(tables),
        reviews=found,
        reasons=dict(Counter(reason for own in reasons for reason in own).most_common()),
        unexplained=sum(not own for own in reasons),
        owners=len({i.data_owner for i in framework.indicators.values() if i.expected() and i.data_owner}),
        bare=tuple(o for o in framework.children(None) if not _measured(rated, o.ref)),
        shared=tuple(o for o in framework.down() if ";" in o.portfolio_holder),
        sureness=sureness(rated, tables, facts),
        closed=tuple(sorted(closed_quarters(tables))),
        earlier=tuple(m for m in meetings if here and m.day and m.day < here),
        later=tuple(m for m in meetings if here and m.day and m.day > here),
    )


def _measured(rated: Rated, ref: str) -> bool:
    return any(rated.framework.indicators[i].expected() for i in rated.framework.indicators_under(ref))


def _meetings(tables: Tables) -> Iterator[Meeting]:
    """The rows of Reports that have a quarter, by day; those without a day come last."""
    tidy = SPECS["Reports"].column("Period").tidy
    rows = [r for r in get(tables, "Reports").rows() if is_quarter(tidy(r["Period"]))]
    found = []
    for row in rows:
        day = to_date(row["Meeting date"])
        to = text(row["To"]) or text(row["Committee"])
        name, number = text(row["Report"]).casefold(), text(row["Report number"])
        period = parse_quarter(tidy(row["Period"]))
        found.append(Meeting(name, number, to, period, day.date() if day else None))
    yield from sorted(found, key=lambda m: (m.day is None, m.day or dt.date.max))
