"""The table Issues as a list to work through: what is open stands first, and decisions typed into it are taken up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_float, to_number
from xl_outcomes.framework import ref_text
from xl_outcomes.periods import is_quarter, parse_quarter
from xl_outcomes.reporting.view import Link
from xl_outcomes.returns.settle import USE, Decision
from xl_outcomes.tables import Table


def open_first(issues: Table) -> Table:
    """The issues with the open queries first, then what else is open, then the rest; each group in its old order."""
    ranks = {row["row"]: _rank(row) for row in issues.rows()}
    order = sorted(ranks, key=lambda row: ranks[row])
    return issues if order == list(ranks) else issues.with_frame(issues.frame.loc[order])


def typed_decisions(issues: Table, who: str) -> tuple[dict[str, Decision], list[str]]:
    """The decisions typed beside open queries, by issue number, and why others cannot be carried out yet.

    A decision is by the person named in By, else by `who`.
    """
    decisions: dict[str, Decision] = {}
    doubts = []
    for row in issues.rows():
        if is_open_query(row) and row["Decision"] is not None:
            number = ref_text(row["Issue"])
            doubt = _doubt(row)
            if doubt:
                doubts.append(f"Issue {number} has a decision, but {doubt}.")
            else:
                decisions[number] = _decision(row, who)
    return decisions, doubts


def issue_links(issues: Table, folder: str) -> dict[str, list[Link | None]]:
    """Where File and Cell lead: to the kept originals in a folder, by quarter, and to the cells in them."""
    originals = [(row, _original(row, folder)) for row in issues.rows()]
    return {
        "File": [original for _, original in originals],
        "Cell": [replace(to, place=_place(row)) if to and row["Cell"] else None for row, to in originals],
    }


def is_open_query(row: Mapping[str, Any]) -> bool:
    """Whether a row of Issues is a query that holds a row of a return until an officer decides."""
    return row["Severity"] == "query" and row["Status"] == "Open" and row["File"] is not None


def _original(row: Mapping[str, Any], folder: str) -> Link | None:
    """The kept original of a return named "Housing.xlsx (0123abcd)"."""
    name, _, digest = str(row["File"] or "").rpartition(" (")
    stem, dot, suffix = name.rpartition(".")
    if not (stem and dot and is_quarter(row["Period"])):
        return None
    return Link(file=f"{folder}/{parse_quarter(row['Period']).file_name}/{stem} ({digest}{dot}{suffix}")


def _place(row: Mapping[str, Any]) -> str:
    """A cell of the original as a link names it: 'Return'!H9."""
    sheet = str(row["Sheet"] or "").replace("'", "''")
    return f"'{sheet}'!{row['Cell']}"


def _rank(row: Mapping[str, Any]) -> int:
    if is_open_query(row):
        return 0
    return 1 if row["Status"] == "Open" else 2


def _doubt(row: Mapping[str, Any]) -> str:
    column = SPECS["Issues"].column("Decision")
    if not column.fits(row["Decision"]):
        return f"it is none of {', '.join(column.words)}"
    if row["Note"] is None or not str(row["Note"]).strip():
        return "no note that says why"
    if column.tidy(row["Decision"]) == USE and to_number(row["Settled value"]) is None:
        return "no number under Settled value"
    return ""


def _decision(row: Mapping[str, Any], who: str) -> Decision:
    kind = str(SPECS["Issues"].column("Decision").tidy(row["Decision"]))
    value = to_float(to_number(row["Settled value"])) if kind == USE else None
    return Decision(kind, str(row["Note"]).strip(), str(row["By"] or who), value)
