"""Marks on cells at fault in an open workbook, and the list of them with links; both can be taken off again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xl_outcomes.issues import Issue
from xl_outcomes.workbook.excel_app import ExcelApp, app_of
from xl_outcomes.workbook.live_place import Place, area, grid, places
from xl_outcomes.workbook.live_ready import prepared
from xl_outcomes.workbook.live_sheets import SheetMaker
from xl_outcomes.workbook.live_write import Journal
from xl_outcomes.workbook.writes import Block, NewSheet, Row, TableWrite

if TYPE_CHECKING:
    import xlwings as xw

SHEET, TABLE, TITLE = "Check results", "Check_results", "What the checks found"
HEADINGS = ("Severity", "Sheet", "Cell", "Message", "Fix", "Link", "Colour before", "Note")
_WIDTHS = (10, 20, 8, 60, 50, 24, 14, 8)
_COLOURS = {"error": "#FFC7CE", "query": "#FFE699", "warning": "#FFF2CC"}
_NO_FILL, _UNKNOWN, _OURS, _THEIRS = "none", "unknown", "ours", "theirs"


@dataclass(frozen=True, slots=True)
class _Marked:
    """A cell that was marked: its fill before, and whether its note is ours."""

    sheet: str
    cell: str
    colour: str
    note: str


def mark(book: "xw.Book", issues: Sequence[Issue], *, app: ExcelApp | None = None) -> None:
    """Colours and notes the cells of issues, and lists all issues on the sheet Check results, with links.

    Marks of an earlier check are taken off first. A cell that has a note already keeps it, and is coloured only.
    """
    excel = app or app_of(book.app)
    with excel.quiet(), excel.writable(book, _touched(book, issues)):
        active = book.sheets.active
        _take_off(book, excel)
        marked = _put_on(book, excel, issues)
        _list(book, excel, issues, marked)
        active.activate()


def unmark(book: "xw.Book", *, app: ExcelApp | None = None) -> None:
    """Takes the marks of the last check off, and empties the list."""
    excel = app or app_of(book.app)
    if _list_place(book) is None:
        return
    with excel.quiet(), excel.writable(book, _touched(book, ())):
        _take_off(book, excel)
        _list(book, excel, (), {})


def _put_on(book: "xw.Book", excel: ExcelApp, issues: Sequence[Issue]) -> dict[tuple[str, str], _Marked]:
    """Marks each cell once, in the colour of its gravest issue, with the messages of all in one note."""
    sheets = {sheet.name for sheet in book.sheets}
    by_cell: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.sheet in sheets and issue.cell:
            by_cell.setdefault((issue.sheet, issue.cell), []).append(issue)
    return {place: _mark_cell(book, excel, place, found) for place, found in by_cell.items()}


def _mark_cell(book: "xw.Book", excel: ExcelApp, place: tuple[str, str], found: Sequence[Issue]) -> _Marked:
    sheet, address = place
    cell = book.sheets[sheet].range(address)
    colour = excel.colour(cell)
    was = _UNKNOWN if colour is None else colour or _NO_FILL
    severities = {issue.severity for issue in found}
    cell.color = next((fill for severity, fill in _COLOURS.items() if severity in severities), _COLOURS["error"])
    is_free = cell.note is None
    if is_free:
        cell.add_note(_note(found))
    return _Marked(sheet, address, was, _OURS if is_free else _THEIRS)


def _note(found: Sequence[Issue]) -> str:
    return "\n".join(f"{issue.message} {issue.fix}".strip() for issue in found)


def _take_off(book: "xw.Book", excel: ExcelApp) -> None:
    """Gives marked cells the fill that they had, none where that is not known, and deletes our notes."""
    sheets = {sheet.name for sheet in book.sheets}
    notes = _notes_listed(book)
    for place, marked in _marks(book).items():
        if marked.sheet in sheets:
            cell = book.sheets[marked.sheet].range(marked.cell)
            cell.color = marked.colour if marked.colour.startswith("#") else None
            note = cell.note
            if note is not None and marked.note == _OURS and excel.note_text(cell) in (None, notes[place]):
                note.delete()


def _list(book: "xw.Book", excel: ExcelApp, issues: Sequence[Issue], marked: dict[tuple[str, str], _Marked]) -> None:
    """Writes the list of issues over the last one, or on a new sheet."""
    rows = tuple(_listed(issue, marked.get((issue.sheet, issue.cell))) for issue in issues)
    place = _list_place(book)
    if place is None:
        new = NewSheet(SHEET, (Block(TABLE, HEADINGS, rows, widths=_WIDTHS),), TITLE)
        SheetMaker(book, excel, (), [new]).make(Journal())
        place = Place(TABLE, book.sheets[-1].name, new.tops[0], 1, new.tops[0] + len(rows), len(HEADINGS))
    else:
        placed = {each.name.casefold(): each for each in places(book)}
        prepared(book, placed, TableWrite(TABLE, HEADINGS, tuple(map(Row, rows))), excel).write(Journal())
    _link(book.sheets[place.sheet], place, issues)


def _link(sheet: "xw.Sheet", place: Place, issues: Sequence[Issue]) -> None:
    """Gives each row of the list a link to its cell; old links go where there is none."""
    left, right = place.left, place.left + len(HEADINGS) - 1
    for row, issue in enumerate(issues, place.top + 1):
        cell = sheet.range((row, left + HEADINGS.index("Link")))
        if _link_text(issue):
            target = "#'{}'!{}".format(issue.sheet.replace("'", "''"), issue.cell)
            cell.add_hyperlink(target, _link_text(issue), "Go to the cell")
        else:
            cell.clear()
    if not issues:
        area(sheet, place.top + 1, left, place.top + 1, right).clear()
    area(sheet, place.top + 1, left, place.top + max(1, len(issues)), right).wrap_text = True


def _listed(issue: Issue, marked: _Marked | None) -> tuple[str | None, ...]:
    kept = (marked.colour, marked.note) if marked else (None, None)
    return (issue.severity, issue.sheet, issue.cell, issue.message, issue.fix, _link_text(issue), *kept)


def _link_text(issue: Issue) -> str | None:
    return f"Go to {issue.sheet} {issue.cell}" if issue.sheet and issue.cell else None


def _marks(book: "xw.Book") -> dict[tuple[str, str], _Marked]:
    """The cells that the list says are marked."""
    rows = [row for row in _rows(book) if row["Sheet"] and row["Cell"] and row["Colour before"]]
    return {
        (str(row["Sheet"]), str(row["Cell"])): _Marked(
            str(row["Sheet"]), str(row["Cell"]), str(row["Colour before"]), str(row["Note"])
        )
        for row in rows
    }


def _notes_listed(book: "xw.Book") -> dict[tuple[str, str], str]:
    """The notes as they were written, by cell."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in _rows(book):
        text = " ".join(str(row[heading]) for heading in ("Message", "Fix") if row[heading])
        found.setdefault((str(row["Sheet"]), str(row["Cell"])), []).append(text)
    return {place: "\n".join(texts) for place, texts in found.items()}


def _rows(book: "xw.Book") -> Iterable[dict[str, Any]]:
    place = _list_place(book)
    if place is None:
        return []
    cells = grid(book.sheets[place.sheet], place.top, place.left, place.bottom, place.right)
    rows = (dict(zip(map(str, cells[0]), row, strict=True)) for row in cells[1:])
    return [row for row in rows if row.keys() >= set(HEADINGS)]


def _list_place(book: "xw.Book") -> Place | None:
    return next((place for place in places(book) if place.name.casefold() == TABLE.casefold()), None)


def _touched(book: "xw.Book", issues: Sequence[Issue]) -> list[Place]:
    """The tables on all sheets that are marked now or are to be."""
    sheets = {issue.sheet for issue in issues} | {sheet for sheet, _ in _marks(book)} | {SHEET}
    return [place for place in places(book) if place.sheet in sheets]
