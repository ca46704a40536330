"""Where the tables of an open workbook stand, and reading a block of cells at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.cell_types import LAST_COLUMN, LAST_ROW, column_letters

if TYPE_CHECKING:
    import xlwings as xw


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: row of headings, last row of data, columns (all from 1), and rows of totals below."""

    name: str
    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    totals: int = 0

    @property
    def end(self) -> int:
        """The last row with its totals."""
        return self.bottom + self.totals

    @property
    def rows(self) -> range:
        """The sheet rows of data."""
        return range(self.top + 1, self.bottom + 1)

    def meets(self, other: "Place") -> bool:
        """Whether two areas of one sheet have a cell in common, with the rows of totals."""
        across = self.left <= other.right and other.left <= self.right
        return self.sheet == other.sheet and across and self.top <= other.end and other.top <= self.end


def places(book: "xw.Book") -> Iterator[Place]:
    """The tables of a workbook that have a row of headings."""
    for sheet in book.sheets:
        for table in sheet.tables:
            if table.show_headers:
                area, totals = table.range, int(bool(table.show_totals))
                (rows, columns), top, left = area.shape, area.row, area.column
                yield Place(table.name, sheet.name, top, left, top + rows - 1 - totals, left + columns - 1, totals)


def area(sheet: "xw.Sheet", top: int, left: int, bottom: int, right: int) -> "xw.Range":
    """A block of cells."""
    return sheet.range((top, left), (bottom, right))


def grid(sheet: "xw.Sheet", top: int, left: int, bottom: int, right: int) -> list[list[Any]]:
    """The values of a block of cells, read at once; errors by their names."""
    values: list[list[Any]] = area(sheet, top, left, bottom, right).options(ndim=2, err_to_str=True).value
    return values


def check_room(sheet: "xw.Sheet", table: Place, others: Iterable[Place], wanted: Place) -> None:
    """Raises WorkbookError if anything but blank cells stands in an area that a table is to take."""
    if wanted.bottom > LAST_ROW or wanted.right > LAST_COLUMN:
        raise WorkbookError(f'The table "{table.name}" would run off the edge of the sheet "{table.sheet}".')
    for other in others:
        if other != table and other.meets(wanted):
            raise in_the_way(table, max(other.top, wanted.top), f'the table "{other.name}"')
    for number, row in enumerate(grid(sheet, wanted.top, wanted.left, wanted.bottom, wanted.right), wanted.top):
        for column, value in enumerate(row, wanted.left):
            if value is not None:
                raise in_the_way(table, number, f"{str(value)[:60]!r} in {column_letters(column)}{number}")


def in_the_way(table: Place, row: int, what: str) -> WorkbookError:
    """The error of a table that cannot grow."""
    return WorkbookError(
        f'The table "{table.name}" on sheet "{table.sheet}" needs more room, but row {row} holds {what}.',
        "Move it down, or to another place, and try again.",
    )
