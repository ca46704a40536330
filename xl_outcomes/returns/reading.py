"""Finding the tables of a return in whatever workbook came back (docs/rules/returns.md).

Columns are found by heading, in any order, on any sheet; rows keep the row numbers of the file.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from xl_outcomes.issues import Issue
from xl_outcomes.returns.expected import HEADINGS, OPEN, REVISION_HEADINGS, STAMP, STAMP_SHEET, normal
from xl_outcomes.returns.headers import Header, best_header, find_headers
from xl_outcomes.workbook.cell_types import Book, Cell, Sheet, column_letters

NEEDED = ("Ref", "Period", "Value", "Numerator", "Denominator", "Shorthand")
MOST_ROWS = 20_000
LONGEST_SHOWN = 1_000
_MOST_LISTED = 20
_LONGEST_GAP = 100
_FAR_ROWS, _FAR_COLUMNS = 20, 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a return as it stands in the file: its non-blank cells by heading."""

    sheet: str
    row: int
    cells: Mapping[str, Cell]
    columns: Mapping[str, int]

    def address(self, heading: str) -> str:
        """Where a heading's cell of this row is, such as "H12"; blank where the column is gone."""
        return f"{column_letters(self.columns[heading])}{self.row}" if heading in self.columns else ""

    def text(self, heading: str) -> str:
        """A cell as tidy text; blank where there is nothing."""
        cell = self.cells.get(heading)
        return "" if cell is None else cell_text(cell)


@dataclass(frozen=True, slots=True)
class Return:
    """A return as read: its stamp by label, the rows of its table and of its revisions, and what was odd.

    `issues` with severity error mean that no row of it can be trusted.
    """

    file: str
    sha256: str
    stamp: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    revisions: tuple[Entry, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_return(book: Book, file: str, sha256: str) -> Return:
    """The return that a workbook holds."""
    sheets = [s for s in book.sheets if s.name != STAMP_SHEET]
    headers = [header for sheet in sheets for header in find_headers(sheet)]
    main, revisions = best_header(headers, HEADINGS, "Shorthand"), best_header(headers, REVISION_HEADINGS, "Reason")
    stamp = _stamp(book)
    if main is None:
        return Return(file, sha256, stamp, issues=(_nothing_recognised(sheets, file),))
    missing = [h for h in NEEDED if h not in main.columns]
    if missing:
        return Return(file, sha256, stamp, issues=(_missing_columns(main, missing, file),))
    entries, last = _entries(main)
    more = _entries(revisions)[0] if revisions else ()
    if len(entries) + len(more) > MOST_ROWS:
        return Return(file, sha256, stamp, issues=(_too_many_rows(main, len(entries) + len(more), file),))
    odd = [*_stray(main, last, file), *_hidden_rows(main.sheet, entries, file), *_hidden_sheets(sheets, file)]
    return Return(file, sha256, stamp, entries, more, tuple(odd))


def cell_text(cell: Cell) -> str:
    """A cell's value as tidy text: normalised, without invisible characters, numbers at 15 digits."""
    return format(cell.value, ".15g") if isinstance(cell.value, float) else tidy(str(cell.value))


def tidy(text: str) -> str:
    """A text normalised (NFKC), without invisible characters, stripped; a "< Select >" left standing is blank."""
    plain = normal(text)
    unseen = [] if plain.isascii() else [c for c in set(plain) if unicodedata.category(c) == "Cf"]
    kept = (plain.translate(dict.fromkeys(map(ord, unseen))) if unseen else plain).strip()
    return "" if len(kept) < 40 and kept.strip("<>. …").casefold() in ("select", "please select") else kept


def _says_something(text: str) -> bool:
    # Most texts begin with a letter or a figure and cannot be a "< Select >"; only the others need a closer look.
    first = text[:1]
    return (first.isascii() and first.isalnum() and first not in "sSpP") or bool(tidy(text))


def _entries(found: Header) -> tuple[tuple[Entry, ...], int]:
    """The rows under a header that hold anything, and the last row of the table."""
    by_row: dict[int, dict[str, Cell]] = {}
    headings = {column: heading for heading, column in found.columns.items()}
    for cell in found.sheet.cells.below(found.row, headings):
        if cell.kind != "text" or _says_something(str(cell.value)):
            by_row.setdefault(cell.row, {})[headings[cell.column]] = cell
    entries, last = [], found.row
    for row in sorted(by_row):
        if row - last > _LONGEST_GAP:
            break
        last = row
        if {"Ref", *OPEN, "Reason"} & set(by_row[row]):
            entries.append(Entry(found.sheet.name, row, by_row[row], found.columns))
    return tuple(entries), last


def _stamp(book: Book) -> dict[str, str]:
    sheet = next((s for s in book.sheets if s.name == STAMP_SHEET), None)
    if sheet is None:
        return {}
    rows, values = (
        {row: cell_text(cell) for (row, column), cell in sheet.cells.items() if column == number} for number in (1, 2)
    )
    return {label: values.get(row, "") for row, label in rows.items() if label in STAMP}


def _nothing_recognised(sheets: list[Sheet], file: str) -> Issue:
    names = ", ".join(f'"{s.name}"' for s in sheets[:_MOST_LISTED]) or "none"
    names += f" and {len(sheets) - _MOST_LISTED:,} more" if len(sheets) > _MOST_LISTED else ""
    message = f"No table of a return was found. The sheets are: {names}; none has the headings Ref, Period, Value …"
    fix = "Fill in the form that was sent, without deleting its headings, and send it again."
    return Issue("form-missing-sheet", "error", message, fix, file=file)


def _missing_columns(found: Header, missing: list[str], file: str) -> Issue:
    names = ", ".join(f'"{h}"' for h in missing)
    message = f"The heading row (row {found.row} of {found.sheet.name}) has no column {names}."
    fix = "Put the heading back as it was, or copy your figures into the form that was sent."
    return Issue("form-missing-column", "error", message, fix, sheet=found.sheet.name, file=file)


def _too_many_rows(found: Header, rows: int, file: str) -> Issue:
    message = f"The table has {rows:,} rows that are filled in; a return has at most {MOST_ROWS:,}."
    fix = "Copy your figures into the form that was sent."
    return Issue("file-too-large", "error", message, fix, sheet=found.sheet.name, file=file)


def _stray(found: Header, last: int, file: str) -> list[Issue]:
    right = max(found.columns.values())
    far = (
        cell
        for cell in found.sheet.cells
        if cell[0] > last + _FAR_ROWS or (cell[1] > right + _FAR_COLUMNS and cell[0] > found.row)
    )
    place, count = next(far, None), 1 + sum(1 for _ in far)
    if place is None:
        return []
    first = f"{column_letters(place[1])}{place[0]}"
    message = f"There is something far outside the table, in {first}" + (
        f" and {count - 1:,} more." if count > 1 else "."
    )
    fix = "It was left out. If it belongs to the return, move it into the table."
    shown = cell_text(found.sheet.cells[place])[:LONGEST_SHOWN]
    return [Issue("stray-cell", "warning", message, fix, sheet=found.sheet.name, cell=first, value=shown, file=file)]


def _hidden_rows(sheet: Sheet, entries: tuple[Entry, ...], file: str) -> list[Issue]:
    rows = [e.row for e in entries if e.row in sheet.hidden_rows]
    if not rows:
        return []
    listed = ", ".join(map(str, rows[:_MOST_LISTED]))
    listed += f" and {len(rows) - _MOST_LISTED:,} more" if len(rows) > _MOST_LISTED else ""
    message = f"Rows of the table are hidden and were read all the same: {listed}."
    fix = "Unhide them and look whether they are right."
    return [Issue("hidden-rows", "warning", message, fix, sheet=sheet.name, cell=f"A{rows[0]}", file=file)]


def _hidden_sheets(sheets: list[Sheet], file: str) -> list[Issue]:
    hidden = [s.name for s in sheets if not s.visible and s.cells]
    if not hidden:
        return []
    names = ", ".join(hidden[:_MOST_LISTED])
    message = f"The workbook has a hidden sheet that is not ours, {names}; it was read like the others."
    fix = "Unhide it and look whether it belongs to the return."
    return [Issue("hidden-sheet", "warning", message, fix, sheet=hidden[0], file=file)]
