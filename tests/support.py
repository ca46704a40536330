"""Small masters for tests: tables from plain rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.figures import count_observations
from xl_outcomes.framework import Indicator, build
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.settings import read_settings
from xl_outcomes.standing import History, Standing, assess
from xl_outcomes.tables import Table, frame
from xl_outcomes.targets import read_targets

LATE = dt.date(2030, 1, 1)
YEAR_TO_DATE = {"Report as": "Year to date", "Aggregation": "Sum"}
RATIO = {"Calculation": "Ratio", "Aggregation": "Sum"}
IN_RANGE = {"Polarity": "In range"}

INDICATOR = {
    "Ref": "A-1.1a",
    "Outcome": "A-1",
    "Indicator": "Homes built",
    "Definition": "Homes completed in the period.",
    "Kind": "Tracking",
    "Measure": "Outcome",
    "Unit": "Percentage",
    "Decimals": 1.0,
    "Polarity": "Higher is better",
    "Frequency": "Quarterly",
    "Calculation": "Value",
    "Aggregation": "Latest",
    "Report as": "In period",
    "Data owner": "Housing",
}
OUTCOMES = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", "Responsible officer": "Director", "Portfolio holder": "Member"},
    {
        "Ref": "A-1",
        "Tier": 2.0,
        "Parent": "A",
        "Title": "New homes",
        "Responsible officer": "Director",
        "Portfolio holder": "Member",
    },
)


def table(name: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    """A table of the contract from rows by heading; sheet rows count from 2."""
    listed = list(rows)
    headings = SPECS[name].headings
    unknown = {h for row in listed for h in row} - set(headings)
    assert not unknown, f"{name} has no heading {unknown}"
    values = [[row.get(h) for h in headings] for row in listed]
    columns = {h: n for n, h in enumerate(headings, 1)}
    return Table(name, frame(headings, values, range(2, 2 + len(listed))), name, columns)


def tables(**rows: Iterable[Mapping[str, Any]]) -> dict[str, Table]:
    """A master's tables: the five that a master needs, blank where not given, and others that are given.

    Outcomes default to one priority A with one outcome A-1.
    """
    given = {"Outcomes": OUTCOMES, **rows}
    needed = ("Settings", "Outcomes", "Indicators", "Targets", "Observations")
    return {name: table(name, given.get(name, ())) for name in dict.fromkeys((*needed, *given))}


def setting(name: str, value: object) -> dict[str, object]:
    """A row of Settings."""
    return {"Setting": name, "Value": value}


def from_plain(raw: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Table]:
    """Tables from the plain rows of the random frameworks."""
    return {name: table(name, rows) for name, rows in raw.items()}


def indicator(ref: str = "A-1.1a", **cells: object) -> dict[str, object]:
    """A row of Indicators: a quarterly percentage with one decimal, higher is better, but for the cells given."""
    return {**INDICATOR, "Ref": ref, **cells}


def target(value: object = None, start: str = "2022/23 Q1", ref: str = "A-1.1a", **cells: object) -> dict[str, object]:
    """A row of Targets."""
    return {"Indicator": ref, "From": start, "Target": value, **cells}


def observation(period: str, value: object = None, ref: str = "A-1.1a", **cells: object) -> dict[str, object]:
    """A row of Observations."""
    return {"Indicator": ref, "Period": period, "Value": value, **cells}


def override(ref: str, rating: str, start: str, last: str | None = None, **cells: object) -> dict[str, object]:
    """A complete row of Overrides, for one quarter unless its last is given."""
    own = {"Ref": ref, "Period": start, "Rating": rating, "Last period": last or start}
    return {**own, "Reason": "Late data.", "Approved by": "Director", **cells}


def settings_of(**values: object) -> list[dict[str, object]]:
    """Rows of Settings; an underline stands for a space: RAG_scheme="Floor"."""
    return [setting(name.replace("_", " "), value) for name, value in values.items()]


def history(
    today: dt.date = LATE,
    closed: Mapping[Quarter, Mapping[str, Mapping[str, Any]]] | None = None,
    wrong: Iterable[tuple[str, int]] = (),
    **rows: Any,
) -> History:
    """What ratings are worked out from, of a small master; nothing is checked, `wrong` names the wrong rows."""
    held = tables(**{"Indicators": [indicator()], **rows})
    settings, _ = read_settings(held["Settings"])
    framework = build(held["Outcomes"], held["Indicators"], frozenset(wrong))
    observed, _ = count_observations(held["Observations"], framework)
    timelines = read_targets(held["Targets"], frozenset(wrong))
    return History(framework, timelines, observed, settings, today, closed or {})


def stand(quarter: str, today: dt.date = LATE, ref: str = "A-1.1a", **rows: Any) -> Standing:
    """How an indicator of a small master stands in a quarter."""
    return assess(history(today, **rows), ref, parse_quarter(quarter))


def measure(**cells: object) -> Indicator:
    """An indicator as the tree holds it."""
    return history(Indicators=[indicator(**cells)]).framework.indicators["A-1.1a"]


def places(issues: Iterable[Issue], severity: str | None = None) -> list[tuple[str, str, str]]:
    """Code, table and cell of each issue, all or of one severity."""
    return [(i.code, i.table, i.cell) for i in issues if severity in (None, i.severity)]
