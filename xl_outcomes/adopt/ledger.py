"""The account of every cell: what became of it, so that nothing of a council's table is lost without being said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xl_outcomes.adopt.shapes import Cell, Place, Sheet
from xl_outcomes.workbook.cell_types import column_letters

READ, GUESSED, DEFAULT, LEFT, UNCLEAR = "Read as", "Guessed", "Default", "Left out", "Not understood"
KINDS = (UNCLEAR, GUESSED, DEFAULT, LEFT, READ)
_MOST_ROWS = 3000  # rows of sheets without a table that are listed one by one


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the account: its kind, the cell, what it says, what was done, and the ref that it is about."""

    kind: str
    sheet: str
    cell: str
    says: str
    done: str
    ref: str = ""


@dataclass(slots=True)
class Ledger:
    """What has been used and noted so far; it grows while a table is taken over, cell by cell."""

    notes: list[Note] = field(default_factory=list)
    seen: set[tuple[str, Place]] = field(default_factory=set)

    def use(self, sheet: str, *cells: Cell | None) -> None:
        """These cells are in the master, word for word or as what they stand for."""
        self.seen |= {(sheet, (cell.row, cell.column)) for cell in cells if cell is not None}

    def note(self, kind: str, sheet: str, cell: Cell, done: str, ref: str = "") -> None:
        """What a cell says is listed, with what was done."""
        self.use(sheet, cell)
        self.notes.append(Note(kind, sheet, cell.address, cell.text, done, ref))

    def add(self, kind: str, sheet: str, where: str, says: str, done: str, ref: str = "") -> None:
        """A line that is about no single cell, or about one that is used."""
        self.notes.append(Note(kind, sheet, where, says, done, ref))

    def rest(self, sheet: Sheet, kind: str, done: str) -> None:
        """Every cell of a sheet that nobody has seen yet, row by row; a sheet of endless rows as one area."""
        left = [cell for cell in sheet.filled() if (sheet.name, (cell.row, cell.column)) not in self.seen]
        self.use(sheet.name, *left)
        rows = list(_by_row(left))
        if len(rows) > _MOST_ROWS:
            says = f"{len(left):,} cells in {len(rows):,} rows, from {left[0].text!r} on"
            self.add(kind, sheet.name, area(left), says, done)
            return
        for cells in rows:
            self.add(kind, sheet.name, area(cells), " | ".join(cell.text for cell in cells), done)

    def ordered(self) -> tuple[Note, ...]:
        """The account: what was not understood first, in the order of the sheet otherwise."""
        return tuple(sorted(self.notes, key=lambda note: KINDS.index(note.kind)))


def area(cells: Iterable[Cell]) -> str:
    """The addresses of cells, from the first to the last."""
    listed = list(cells)
    columns, rows = [cell.column for cell in listed], [cell.row for cell in listed]
    first = f"{column_letters(min(columns))}{min(rows)}"
    last = f"{column_letters(max(columns))}{max(rows)}"
    return first if first == last else f"{first}:{last}"


def _by_row(cells: Iterable[Cell]) -> Iterator[list[Cell]]:
    row: list[Cell] = []
    for cell in cells:
        if row and cell.row != row[0].row:
            yield row
            row = []
        row.append(cell)
    if row:
        yield row
