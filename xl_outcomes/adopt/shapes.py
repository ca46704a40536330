"""A workbook as adoption sees it: cells with their values and looks, sheets with merged areas and what is hidden."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xl_outcomes.exact import exact, show
from xl_outcomes.workbook.cell_types import Kind, Value, column_letters

_MOST_IN_AN_AREA = 20_000
_MOST_MERGED = 200_000

Place = tuple[int, int]
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is formatted; colours are RRGGBB or blank, `format` is the number format's code."""

    bold: bool = False
    indent: int = 0
    fill: str = ""
    ink: str = ""
    size: float = 0
    format: str = "General"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something, or (kind None) is only coloured; `percent`: 0.45 stands for 45%."""

    row: int
    column: int
    value: Value | None
    kind: Kind | None
    look: Look = Look()
    percent: bool = False

    @property
    def address(self) -> str:
        """The address as people write it: D4."""
        return f"{column_letters(self.column)}{self.row}"

    @property
    def text(self) -> str:
        """What the cell says, on one line; a blank one says nothing."""
        if self.percent and isinstance(self.value, int | float):
            return f"{show(exact(self.value) * 100).replace(',', '')}%"
        return said(self.value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet by (row, column), both from 1; `merged` holds first row and column, last row and column."""

    name: str
    visible: bool = True
    cells: Mapping[Place, Cell] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def filled(self) -> Iterator[Cell]:
        """The cells that hold a value, row by row."""
        return (self.cells[place] for place in sorted(self.cells) if self.cells[place].value is not None)

    def text(self, row: int, column: int) -> str:
        """What a cell says; nothing where there is none."""
        cell = self.cells.get((row, column))
        return cell.text if cell else ""


@dataclass(frozen=True, slots=True)
class Source:
    """A workbook that somebody else made; `notes` tells that some of its cells have notes, which are not read."""

    name: str
    sheets: tuple[Sheet, ...]
    notes: bool = False

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, in any letter case."""
        return next((s for s in self.sheets if s.name.casefold() == name.casefold()), None)


def said(value: Value | None) -> str:
    """A value as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, int | float):
        return show(exact(value)).replace(",", "")
    return " ".join(value.split())


def anchors(sheet: Sheet) -> dict[Place, Place]:
    """For every cell of a merged area, the cell that speaks for it; areas too large to be headings are left aside."""
    found: dict[Place, Place] = {}
    for top, left, bottom, right in sheet.merged:
        size = (bottom - top + 1) * (right - left + 1)
        if size > _MOST_IN_AN_AREA or len(found) + size > _MOST_MERGED:
            continue
        found |= {(row, column): (top, left) for row in range(top, bottom + 1) for column in range(left, right + 1)}
    return found


def without_hidden(sheet: Sheet) -> Sheet:
    """The sheet as people see it: without the cells of hidden rows and columns."""
    seen = {
        place: cell
        for place, cell in sheet.cells.items()
        if cell.row not in sheet.hidden_rows and cell.column not in sheet.hidden_columns
    }
    return Sheet(sheet.name, sheet.visible, seen, sheet.merged)
