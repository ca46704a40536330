"""Small masters for tests: tables from plain rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from xl_outcomes.tables import SPECS, Table, frame

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
