"""Where a table's headings stand: the rows of its heading block, and what they say over each column."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xl_outcomes.adopt.shapes import Cell, Place, Sheet, anchors
from xl_outcomes.adopt.times import of_date, read_when
from xl_outcomes.adopt.words import tidy, use_of

_LOOKED_AT = 80
_LONGEST = 80
_LEAST = 2
_MOST_ROWS = 6


@dataclass(frozen=True, slots=True)
class Block:
    """The heading rows of a table, and for each of its columns the texts over it, from top to bottom."""

    rows: tuple[int, ...]
    headings: Mapping[int, tuple[str, ...]]

    @property
    def first_row(self) -> int:
        """The first row below the headings."""
        return self.rows[-1] + 1


def find_block(sheet: Sheet) -> Block | None:
    """The heading block of the sheet's table; None where no row looks like headings over at least one row."""
    by_row = _by_row(sheet)
    scores = {row: _score(cells) for row, cells in list(by_row.items())[:_LOOKED_AT]}
    best = max(scores, key=lambda row: (scores[row], -row), default=0)
    if scores.get(best, 0) < _LEAST or max(by_row) == best:
        return None
    first_column = min(cell.column for cell in by_row[best])
    merged = anchors(sheet)
    rows = [best]
    while len(rows) < _MOST_ROWS and _is_upper(by_row.get(rows[0] - 1, ()), sheet, first_column):
        rows.insert(0, rows[0] - 1)
    while len(rows) < _MOST_ROWS and _is_lower(by_row.get(rows[-1] + 1, ()), merged, sheet):
        rows.append(rows[-1] + 1)
    columns = sorted({cell.column for cell in sheet.cells.values() if cell.row >= rows[0]} | _covered(sheet, rows))
    headings = {column: _texts(sheet, rows, column, merged) for column in columns}
    return Block(tuple(rows), headings)


def heading_text(parts: Iterable[str]) -> str:
    """The texts over a column as one."""
    return " | ".join(parts)


def repeats(cells: Iterable[Cell], headings: Mapping[int, str]) -> bool:
    """Whether a row says again what the headings say, as on a second printed page."""
    texts = [(cell.column, tidy(cell.text)) for cell in cells]
    again = sum(text == tidy(headings.get(column, "").split(" | ")[-1]) for column, text in texts)
    return again >= _LEAST and again * 2 > len(texts)


def _by_row(sheet: Sheet) -> dict[int, tuple[Cell, ...]]:
    rows: dict[int, list[Cell]] = {}
    for cell in sheet.filled():
        rows.setdefault(cell.row, []).append(cell)
    return {row: tuple(cells) for row, cells in rows.items()}


def _score(cells: Iterable[Cell]) -> int:
    """How many cells of a row are headings; none where the row holds figures."""
    listed = list(cells)
    if any(cell.kind in ("number", "boolean", "error", "uncalculated") and not _is_year(cell) for cell in listed):
        return 0
    return sum(map(_signals, listed))


def _signals(cell: Cell) -> bool:
    if cell.kind == "date" or _is_year(cell):
        return True
    if cell.kind != "text" or len(cell.text) > _LONGEST:
        return False
    use = use_of(cell.text)
    if use is not None and use[1]:
        return True
    when = read_when(cell.text)
    return when is not None and (not when.rest or use_of(when.rest) is not None)


def _is_year(cell: Cell) -> bool:
    return cell.kind == "number" and isinstance(cell.value, int | float) and cell.value in range(2000, 2101)


def _is_upper(cells: tuple[Cell, ...], sheet: Sheet, first_column: int) -> bool:
    """Whether a row above headings groups them: something in it stands over several columns, and it is no title."""
    if not cells or _score(cells) == 0:
        return False
    right = [cell for cell in cells if cell.column > first_column and _signals(cell)]
    wide = [cell for cell in right if _width(cell, sheet) > 1]
    return bool(wide) or len(right) >= _LEAST or (len(cells) == 1 and bool(right))


def _is_lower(cells: tuple[Cell, ...], merged: Mapping[Place, Place], sheet: Sheet) -> bool:
    """Whether a row below headings goes on with them: all that stands in it is headings too."""
    if not cells or _score(cells) < len(cells):
        return False
    under_group = [c for c in cells if _width(sheet.cells.get(merged.get((c.row - 1, c.column), (0, 0))), sheet) > 1]
    return len(cells) >= _LEAST or bool(under_group)


def _width(cell: Cell | None, sheet: Sheet) -> int:
    if cell is None:
        return 0
    areas = (a for a in sheet.merged if a[:2] == (cell.row, cell.column))
    return next((right - left + 1 for _, left, _, right in areas), 1)


def _covered(sheet: Sheet, rows: list[int]) -> set[int]:
    """Columns that a merged heading covers; one that covers the whole width of a sheet is none."""
    areas = (a for a in sheet.merged if a[0] in rows and a[3] - a[1] < _LOOKED_AT)
    return {column for _, left, _, right in areas for column in range(left, right + 1)}


def _texts(sheet: Sheet, rows: list[int], column: int, merged: Mapping[Place, Place]) -> tuple[str, ...]:
    texts: list[str] = []
    for row in rows:
        cell = sheet.cells.get(merged.get((row, column), (row, column)))
        text = _heading(cell)
        if not text and row != rows[-1] and (row, column) not in merged:
            text = _from_the_left(sheet, row, column, merged)
        if text and text not in texts:
            texts.append(text)
    return tuple(texts)


def _from_the_left(sheet: Sheet, row: int, column: int, merged: Mapping[Place, Place]) -> str:
    """A period that stands once at the left of the columns that it is over, without being merged over them."""
    for left in range(column - 1, max(0, column - 13), -1):
        cell = sheet.cells.get((row, left))
        if cell is not None and cell.value is not None:
            when = read_when(cell.text) if (row, left) not in merged else None
            return cell.text if when and not when.rest else ""
    return ""


def _heading(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return of_date(cell.value).key(0) if isinstance(cell.value, dt.datetime) else cell.text
