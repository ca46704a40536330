"""Ratings that an officer replaced, with a reason and an approval (docs/rules/overrides.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Framework, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.tables import Table


@dataclass(frozen=True, slots=True)
class Override:
    """An override in force: the rating that stands, why, and who approved it."""

    ref: str
    start: Quarter
    rating: str
    reason: str
    approved_by: str
    row: int


@dataclass(frozen=True, slots=True)
class Replacement:
    """The rating that an officer asks for in place of a calculated one, from one quarter to another, inclusive."""

    ref: str
    rating: str
    reason: str
    approved_by: str
    period: Quarter
    last: Quarter

    def cells(self) -> dict[str, object]:
        """Its row of the table Overrides; words that are missing stay blank."""
        return {
            "Ref": self.ref,
            "Period": str(self.period),
            "Rating": self.rating or None,
            "Reason": self.reason.strip() or None,
            "Approved by": self.approved_by.strip() or None,
            "Last period": str(self.last),
        }


def overrides_in(
    table: Table, framework: Framework, quarter: Quarter
) -> tuple[Mapping[str, Override], tuple[Issue, ...]]:
    """The overrides in force in a quarter by ref, and the rows that were ignored.

    Of several, the latest Period wins, then the later row. Rows that begin later are not issues.
    """
    chosen: dict[str, Override] = {}
    issues: list[Issue] = []
    expired: list[dict[str, Any]] = []
    for row in table.rows():
        missing = _missing(row, framework)
        if missing:
            issues.append(ignored(table, row["row"], row["Ref"], missing))
        elif parse_quarter(row["Last period"]) < quarter:
            expired.append(row)
        elif parse_quarter(row["Period"]) <= quarter:
            found = _override(row)
            other = chosen.get(found.ref)
            if other is None or (found.start, found.row) > (other.start, other.row):
                chosen[found.ref] = found
    for row in expired:
        if ref_text(row["Ref"]) not in chosen:
            issues.append(ignored(table, row["row"], row["Ref"], f"it ended with {row['Last period']}"))
    return chosen, tuple(issues)


def ignored(table: Table, row: int, ref: object, why: str) -> Issue:
    """The issue for an override that does nothing, saying why."""
    name = "" if ref is None else ref_text(ref)
    message = f"The override of {name or 'nothing'} is ignored: {why}."
    fix = "Complete or renew the row, or delete it."
    cell = table.cell(row, "Ref")
    return Issue("override-ignored", "warning", message, fix, "Overrides", table.sheet, cell, name)


def _missing(row: dict[str, Any], framework: Framework) -> str:
    """What an override row lacks, in words; blank where it is complete."""
    spec = SPECS["Overrides"]
    ref = "" if row["Ref"] is None else ref_text(row["Ref"])
    if ref not in framework.outcomes and ref not in framework.indicators:
        return "its ref is not that of a live outcome or an indicator"
    for heading in ("Period", "Last period", "Rating", "Reason", "Approved by"):
        if row[heading] is None or not spec.column(heading).fits(row[heading]):
            return f"{heading} is blank" if row[heading] is None else f"{heading} is not valid"
    return ""


def _override(row: dict[str, Any]) -> Override:
    rating = str(SPECS["Overrides"].column("Rating").tidy(row["Rating"]))
    start = parse_quarter(row["Period"])
    return Override(ref_text(row["Ref"]), start, rating, str(row["Reason"]), str(row["Approved by"]), row["row"])
