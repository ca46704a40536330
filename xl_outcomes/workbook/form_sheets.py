"""The other sheets of a form: revisions, what to correct, the hidden stamp; and what they share with the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xl_outcomes.contract import SHORTHAND
from xl_outcomes.figures import NO_FIGURE
from xl_outcomes.returns.expected import FIGURES, REVISION_HEADINGS, STAMP_SHEET, Fault, Form
from xl_outcomes.workbook.entry_help import Lists, Rule, dropdown, length_check, message, number_check
from xl_outcomes.workbook.styles import NOTE, RIGHT, TITLE, Book, add_table, link, put, set_height, text_height, words

SEVERITY_LOOKS = {
    "error": {"bg_color": "#FDE0DD", "border_color": "#B3261E"},
    "query": {"bg_color": "#FFF3CD", "border_color": "#8A6D00"},
    "warning": {"bg_color": "#E3F0FF", "border_color": "#2F5D8C"},
}
SEVERITY_MEANINGS = (
    "Error: the row cannot be taken in until it is corrected.",
    "Query: the figure looks odd, so the row is held. Correct it, or say in Commentary why it is right.",
    "Warning: the row is taken in; please look at it.",
)
CORRECTION_HEADINGS = ("Cell", "Indicator", "Severity", "What we found")
BLANK_REVISIONS = 20
CELL = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#C3CCD2"}
OPEN_CELL = {"locked": False, "bg_color": "#E9F4EC"}
FREE = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}
_TOP = 3
_REVISION_WIDTHS = (14, 14, 14, 14, 16, 60)
_CORRECTION_WIDTHS = (14, 14, 12, 100)
_LIMITED = ("Commentary", "Corrective action", "Reason")
_MESSAGES = {
    "Value": "The figure for the period, as a plain number.",
    "Numerator": "For a ratio: the top number.",
    "Denominator": "For a ratio: the bottom number, of which the numerator is a part.",
    "Shorthand": "With a figure: {given}. Instead of a figure: {instead}. Blank: a final figure.",
    "Forecast": "The figure that you expect at the year end, if you have one.",
    "Commentary": "Where the figure is off target, why. At most {limit:,} characters.",
    "Corrective action": "Where the figure is off target, what is done about it. At most {limit:,} characters.",
    "Ref": "The ref of the indicator, as on the sheet Return.",
    "Period": 'The earlier period, such as "2025/26 Q1" or "2025/26 M04".',
    "Reason": "Why the earlier figure changes. At most {limit:,} characters.",
}


@dataclass(frozen=True, slots=True)
class Noted:
    """A fault with its cell on the sheet Return (both numbers 0-based) and the ref of its row."""

    row: int
    column: int
    ref: str
    fault: Fault


def shorthand() -> tuple[str, str]:
    """The codes with their meanings: those that go with a figure, those that stand instead of one."""
    given = ", ".join(f"{code} {word}" for code, word in SHORTHAND.items() if code not in NO_FIGURE)
    return given, ", ".join(f"{code} {word}" for code, word in SHORTHAND.items() if code in NO_FIGURE)


def severity_look(severity: str) -> dict[str, Any]:
    """Fill and border of a faulty cell."""
    return {**SEVERITY_LOOKS.get(severity, SEVERITY_LOOKS["error"]), "border": 1}


def said(fault: Fault) -> str:
    """A fault with its severity in front, in one line or more."""
    return words(f"{fault.severity.capitalize()}: {fault.message}", 2000)


def open_help(book: Book, form: Form, heading: str, *, whole: bool = False) -> Rule:
    """What helps in an open cell: a dropdown, a check, and the message."""
    given, instead = shorthand()
    limit = form.commentary_limit
    shown = message(heading, _MESSAGES[heading].format(given=given, instead=instead, limit=limit))
    if heading == "Shorthand":
        return {**dropdown(Lists(book), tuple(SHORTHAND)), **shown}
    if heading in (*FIGURES, "Forecast"):
        return {**number_check(whole=whole), **shown}
    return {**(length_check(limit) if heading in _LIMITED else {"validate": "any"}), **shown}


def write_revisions(book: Book, form: Form) -> None:
    """The table for figures of earlier periods, with open rows to spare."""
    note = "Only where a figure that you gave for an earlier period has changed: one row for each, with the reason."
    sheet = _sheet(book, "Revisions", "Revisions to earlier periods", note, _REVISION_WIDTHS)
    count = max(BLANK_REVISIONS, len(form.revisions) + 5)
    aligned = {heading: "right" if heading in FIGURES else "left" for heading in REVISION_HEADINGS}
    add_table(book, sheet, _TOP, aligned, count, name="Revisions")
    rows: list[Mapping[str, object]] = [*form.revisions, *({} for _ in range(count - len(form.revisions)))]
    for at, row in enumerate(rows, _TOP + 1):
        values = [row.get(heading) for heading in REVISION_HEADINGS]
        for column, (heading, value) in enumerate(zip(REVISION_HEADINGS, values, strict=True)):
            kind = RIGHT if heading in FIGURES else {"num_format": "@"}
            put(sheet, at, column, value, book.look(CELL, OPEN_CELL, kind))
        set_height(sheet, at, zip(values, _REVISION_WIDTHS, strict=True))
    for column, heading in enumerate(REVISION_HEADINGS):
        sheet.data_validation(_TOP + 1, column, _TOP + count, column, open_help(book, form, heading))
    sheet.ignore_errors({"number_stored_as_text": f"A{_TOP + 2}:F{_TOP + count + 1}"})


def write_corrections(book: Book, form: Form, noted: Sequence[Noted], target: str) -> None:
    """The list of all that was found, each with a link to its cell on the sheet `target`."""
    note = " ".join(SEVERITY_MEANINGS)
    sheet = _sheet(book, "What to correct", "What to correct", note, _CORRECTION_WIDTHS)
    found = [*(Noted(0, 0, "", fault) for fault in form.faults), *sorted(noted, key=lambda n: (n.row, n.column))]
    add_table(book, sheet, _TOP, dict.fromkeys(CORRECTION_HEADINGS, "left"), len(found), name="Corrections")
    for at, n in enumerate(found, _TOP + 1):
        look = book.look(CELL, severity_look(n.fault.severity))
        _write_cell_link(book, sheet, at, n, target, severity_look(n.fault.severity))
        message_text = words(n.fault.message, 2000)
        for column, value in enumerate((n.ref or "All", n.fault.severity.capitalize(), message_text), 1):
            put(sheet, at, column, value, look)
        set_height(sheet, at, [(message_text, _CORRECTION_WIDTHS[-1])])


def write_stamp(book: Book, form: Form) -> None:
    """The hidden sheet that says where the form belongs."""
    sheet = book.sheet(STAMP_SHEET)
    sheet.set_column(0, 1, 30)
    for row, (label, value) in enumerate(form.stamp.items()):
        put(sheet, row, 0, label, None)
        put(sheet, row, 1, value, book.look(num_format="@"))
    sheet.protect()
    sheet.very_hidden()


def _sheet(book: Book, name: str, title: str, note: str, widths: Sequence[float]) -> Any:
    sheet = book.sheet(name)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    put(sheet, 0, 0, title, book.look(TITLE, text_wrap=False))
    sheet.merge_range(1, 0, 1, len(widths) - 1, "", book.look(NOTE))
    put(sheet, 1, 0, note, book.look(NOTE))
    sheet.set_row(1, text_height([(note, sum(widths))]) or 18)
    sheet.freeze_panes(_TOP + 1, 0)
    sheet.repeat_rows(_TOP)
    sheet.protect("", FREE)
    return sheet


def _write_cell_link(book: Book, sheet: Any, at: int, n: Noted, target: str, look: dict[str, Any]) -> None:
    if not n.row:
        put(sheet, at, 0, "Whole return", book.look(CELL, look))
        return
    cell = xl_rowcol_to_cell(n.row, n.column)
    sheet.write_url(at, 0, link(target, cell), book.look(CELL, look, font_color="#0B5394", underline=1), cell)
