"""A small council whose returns the tests fill in, spoil, save and check."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.support import INDICATOR, setting, tables
from xl_outcomes import steps
from xl_outcomes.files import read_one
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.expected import Form, make_form
from xl_outcomes.tables import Tables
from xl_outcomes.workbook.forms import create_form

PERIOD = Quarter(2025, 1)
OWNER = "Housing"
IN_TIME = steps.Now(dt.datetime(2025, 7, 10, 12), "Officer")
TOO_LATE = steps.Now(dt.datetime(2025, 7, 22, 12), "Officer")

GOOD: Mapping[str, Mapping[str, object]] = {
    "P1": {"Value": 52.1},
    "C1": {"Value": 108.0},
    "R1": {"Numerator": 83.0, "Denominator": 100.0},
}


def council(*settings: dict[str, object], indicators: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The master's tables: a percentage P1, a count C1, a ratio R1, an annual A1, and F1 of another owner."""
    made = [
        {"Ref": "P1", "Lowest plausible": 0.0, "Highest plausible": 100.0},
        {"Ref": "C1", "Indicator": "Repairs", "Unit": "Count", "Decimals": 0.0},
        {"Ref": "R1", "Indicator": "Repairs in time", "Calculation": "Ratio", "Decimals": 0.0},
        {"Ref": "A1", "Indicator": "Survey", "Frequency": "Annual", "Due quarter": "Q4"},
        {"Ref": "F1", "Indicator": "Council tax", "Data owner": "Finance"},
        *indicators,
    ]
    rows = [{**INDICATOR, **row} for row in made]
    aims = {"P1": 50.0, "C1": 100.0, "R1": 80.0, "F1": 90.0}
    past = {"P1": (45.0, 46.2, 47.3), "C1": (101.0, 99.0, 104.0)}
    quarters = ("2024/25 Q2", "2024/25 Q3", "2024/25 Q4")
    return tables(
        Settings=[setting("Framework", "test"), setting("Council", "Anyshire"), *settings],
        Indicators=rows,
        Targets=[{"Indicator": ref, "From": "2024/25 Q1", "Target": aim} for ref, aim in aims.items()],
        Observations=[
            {"Indicator": ref, "Period": quarter, "Value": value}
            for ref, values in past.items()
            for quarter, value in zip(quarters, values, strict=True)
        ],
    )


@dataclass(frozen=True)
class World:
    """A master's tables and a folder in which returns are made."""

    tables: Tables
    folder: Path

    def form(self, owner: str = OWNER, period: Quarter = PERIOD) -> Form:
        """The owner's blank form."""
        return make_form(prepare(self.tables, period, IN_TIME.today).history, owner, period)

    def send(
        self,
        typed: Mapping[str, Mapping[str, object]] | None = None,
        edit: Callable[[Worksheet], None] | None = None,
        *,
        form: Form | None = None,
        name: str = "return.xlsx",
    ) -> Path:
        """A return filled in (by default well), `typed` changing rows by ref, then edited cell by cell."""
        blank = form or self.form()
        given = {**GOOD, **(typed or {})}
        rows = tuple(replace(row, typed=given.get(row.indicator.ref, row.typed)) for row in blank.rows)
        path = self.folder / name
        path.write_bytes(create_form(replace(blank, rows=rows), created=IN_TIME.at))
        if edit:
            book = openpyxl.load_workbook(path)
            edit(book["Return"])
            book.save(path)
        return path

    def check(self, *paths: Path, now: steps.Now = IN_TIME, period: Quarter = PERIOD) -> tuple[Checked, ...]:
        """The returns checked."""
        return steps.validate(self.tables, [read_one(p) for p in paths], period, now)

    def take_in(self, *paths: Path, now: steps.Now = IN_TIME, period: Quarter = PERIOD) -> "World":
        """The council once the returns are taken in."""
        _, step = steps.import_returns(self.tables, [read_one(p) for p in paths], period, now)
        return replace(self, tables={**self.tables, **step.changed})


def find(sheet: Worksheet, heading: str, ref: str | None = None) -> Any:
    """The cell of a heading: the header cell itself, or the one in an indicator's row."""
    header = next(c for row in sheet.iter_rows() for c in row if c.value == heading)
    if ref is None:
        return header
    column = next(c.column for row in sheet.iter_rows() for c in row if c.value == "Ref" and c.row == header.row)
    row = next(r for r in range(header.row, sheet.max_row + 1) if sheet.cell(r, column).value == ref)
    return sheet.cell(row, header.column)


def put(heading: str, ref: str, value: object) -> Callable[[Worksheet], None]:
    """An edit that types a value into a cell."""

    def edit(sheet: Worksheet) -> None:
        find(sheet, heading, ref).value = value

    return edit


def of_code(checked: Checked, code: str) -> list[Issue]:
    """The issues of a code."""
    return [i for i in checked.issues if i.code == code]


def accepted(checked: Checked) -> set[str]:
    """The refs of the rows that go in."""
    return {c.indicator.ref for c in checked.accepted}
