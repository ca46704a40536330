"""The first page of a master: what each sheet is, how a quarter runs, what the words mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.workbook.styles import INK, RATING_COLOURS, TITLE, Book, link, put, words

STEPS = (
    ("1  Make forms", "A return form for each data owner, with what is due from them this quarter."),
    ("2  Check", "The returns that came back are read; a faulty one goes back with a note at each cell to correct."),
    ("3  Import", "What is right goes into Observations; what looks odd is held and listed in Issues."),
    ("4  Settle", "You decide on each query: take the figure as given, use another, or reject it."),
    ("5  Rate", "Every indicator is rated, and the ratings are joined up the framework to the priorities."),
    ("6  Report", "The committee reports are written in Word, from these ratings."),
)
RATINGS = (
    ("Green", "On target or better."),
    ("Amber", "Off target, but within the tolerance (or better than the amber limit, where there is one)."),
    ("Red", "Off target by more than that."),
    ("Insufficient data", "Too few of the indicators that are due have a rating, so the outcome has none."),
    ("Nothing due", "No indicator under this outcome is due this quarter."),
    ("* (asterisk)", "An approved rating stands in place of the calculated one; Overrides says why."),
)
STATES = (
    ("Rated", "There is a figure and a target, so there is a rating."),
    ("Not due", "No figure is due this quarter; the last rating may be carried forward."),
    ("Awaiting", "A figure is due and can still come in time."),
    ("Overdue", "A figure is due and late."),
    ("Incomplete", "Some months or quarters of the figure are missing."),
    ("Unavailable", "The owner said x: there is no figure."),
    ("Not applicable", "The owner said z: there is nothing to count."),
    ("Confidential", "The owner said c: the figure must not be shown."),
    ("Baseline year", "Measured for the first time; not rated yet."),
    ("Data only", "Shown for context; never rated."),
    ("Target to be confirmed", "There is a figure, but no target to hold it to yet."),
    ("In development", "Not measured yet."),
    ("Deleted", "No longer measured."),
    ("Framework error", "The indicator's row has a fault; see the check of the framework."),
)
_ADVICE = (
    "Every figure marked Illustrative is made up: replace it with your own before you report.",
    "You may add columns, sheets, charts and notes, and move things; only keep the headings of the tables as they are.",
)
_WIDTHS = (24, 88, 3, 27, 68)
_LABEL = {"bold": True, "valign": "top"}
_HEADING = {"bold": True, "font_size": 12, "font_color": INK, "bottom": 2, "bottom_color": INK}


@dataclass(frozen=True, slots=True)
class Entry:
    """A sheet as the page lists it: under which heading, its name, what it is."""

    group: str
    sheet: str
    purpose: str


def write_read_me(book: Book, title: str, entries: Sequence[Entry]) -> None:
    """Write the page as the first sheet: what to do on the left, the sheets with links on the right."""
    sheet = book.sheet("Read me")
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    put(sheet, 0, 0, words(title, 120), book.look(TITLE, text_wrap=False))
    for row, line in enumerate(_ADVICE, 1):
        put(sheet, row, 0, line, book.look(bold=row == 1))
    row = 4
    for heading, lines in (
        ("How a quarter runs", STEPS),
        ("What a rating means", RATINGS),
        ("What a state means", STATES),
    ):
        row = _write_lines(book, sheet, row, heading, lines)
    _write_entries(book, sheet, entries)


def _write_lines(book: Book, sheet: Any, row: int, heading: str, lines: Sequence[tuple[str, str]]) -> int:
    """A heading and its lines on the left; gives the row after the blank one below."""
    for column in (0, 1):
        put(sheet, row, column, None if column else heading, book.look(_HEADING))
    for at, (label, text) in enumerate(lines, row + 1):
        put(sheet, at, 0, label, book.look(_LABEL, _rating_look(label)))
        put(sheet, at, 1, text, book.look(text_wrap=True, valign="top"))
    return row + len(lines) + 2


def _rating_look(label: str) -> dict[str, Any]:
    if label not in RATING_COLOURS:
        return {}
    back, fore = RATING_COLOURS[label]
    return {"bg_color": back, "font_color": fore}


def _write_entries(book: Book, sheet: Any, entries: Sequence[Entry]) -> None:
    row, group = 3, ""
    for entry in entries:
        if entry.group != group:
            row, group = row + 1, entry.group
            for column in (3, 4):
                put(sheet, row, column, None if column == 4 else f"Sheets: {group.lower()}", book.look(_HEADING))
            row += 1
        look = book.look(font_color="#0B5394", underline=1, valign="top")
        sheet.write_url(row, 3, link(entry.sheet), look, words(entry.sheet, 31))
        put(sheet, row, 4, words(entry.purpose, 160), book.look(text_wrap=True, valign="top"))
        row += 1
