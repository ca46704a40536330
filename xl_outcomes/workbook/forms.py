"""A return form as a workbook: what is due from one data owner, with open cells for what they fill in.

A form that goes back holds what the owner typed, a note and a colour at each cell to correct, and a list of them.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xl_outcomes.contract import SEVERITIES
from xl_outcomes.periods import Month
from xl_outcomes.returns.expected import FIGURES, HEADINGS, LOCKED, OPEN, Fault, Form, FormRow
from xl_outcomes.workbook.entry_help import message
from xl_outcomes.workbook.form_sheets import (
    CELL,
    FREE,
    OPEN_CELL,
    Noted,
    open_help,
    said,
    severity_look,
    shorthand,
    write_corrections,
    write_revisions,
    write_stamp,
)
from xl_outcomes.workbook.styles import NOTE, RIGHT, TITLE, Book, add_table, build, put, set_height, text_height, words

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WIDTHS = (10, 13, 22, 32, 11, 13, 11, 11, 12, 14, 11, 11, 36, 32)
_TABLE_TOP = 7
_LEFT, _RIGHT = 2, 3  # the title block's last column, and the first of the instructions
_OPTIONAL = {"locked": False, "bg_color": "#F6F8F9"}
_NOT_NEEDED = {"pattern": 14, "fg_color": "#B8C0C5", "bg_color": "#EEF1F2"}


def create_form(form: Form, *, created: dt.datetime) -> bytes:
    """A return form as the bytes of an .xlsx file; the same form gives the same bytes.

    `created` is the time in the file's properties. The locked cells are protected without a password.
    """
    title = f"{form.council}: return for {form.period}".removeprefix(": ")

    def fill(book: Book) -> None:
        noted = _noted(form)
        name = _write_return(book, form, title, noted)
        write_revisions(book, form)
        if noted or form.faults:
            write_corrections(book, form, noted, name)
        write_stamp(book, form)

    return build(fill, title=title, subject=f"Return from {form.owner}", created=created)


def plain_date(day: dt.date) -> str:
    """A date in words: 20 July 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _noted(form: Form) -> list[Noted]:
    """The faults of the rows, each at its cell; one that names no cell of the table stands at the ref."""
    top = _top(form)
    return [
        Noted(top + at, HEADINGS.index(f.heading) if f.heading in HEADINGS else 0, str(row.locked.get("Ref", "")), f)
        for at, row in enumerate(form.rows, 1)
        for f in row.faults
    ]


def _top(form: Form) -> int:
    """The row (0-based) of the main table's header: below the faults of the whole return."""
    going_back = bool(form.faults or any(row.faults for row in form.rows))
    return _TABLE_TOP + (len(form.faults) + 2 if going_back else 0)


def _write_return(book: Book, form: Form, title: str, noted: Sequence[Noted]) -> str:
    """The first sheet: title and instructions, the faults of the whole return, the table; gives its name."""
    sheet = book.sheet("Return")
    top = _top(form)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    _write_title(book, sheet, form, title, top)
    _write_instructions(book, sheet, form)
    if top > _TABLE_TOP:
        _write_faults(book, sheet, form, len(noted))
    aligned = {heading: "right" if heading in ("Last value", *FIGURES, "Forecast") else "left" for heading in HEADINGS}
    add_table(book, sheet, top, aligned, len(form.rows), name="Return")
    for at, row in enumerate(form.rows, top + 1):
        _write_row(book, sheet, at, row, [n for n in noted if n.row == at])
    _write_notes(sheet, form, noted)
    _add_help(book, sheet, form, top)
    # A long list of faults above must not be frozen: it would fill the screen.
    sheet.freeze_panes(top + 1 if top == _TABLE_TOP else 0, _RIGHT)
    sheet.repeat_rows(top)
    sheet.ignore_errors({"number_stored_as_text": f"A{top + 2}:N{top + len(form.rows) + 2}"})
    sheet.protect("", FREE)
    return str(sheet.get_name())


def _write_title(book: Book, sheet: Any, form: Form, title: str, top: int) -> None:
    width = sum(_WIDTHS)
    _merge(book, sheet, 0, (0, len(HEADINGS) - 1), words(title, 1000), TITLE, width, 16)
    left = sum(_WIDTHS[: _LEFT + 1])
    bold = {"bold": True, "text_wrap": True, "valign": "top"}
    _merge(book, sheet, 1, (0, _LEFT), words(f"Data owner: {form.owner}", 500), bold, left, 11)
    _merge(book, sheet, 2, (0, _LEFT), f"Please return by {plain_date(form.due)}", bold, left, 11)
    formula, shown = _completeness(form, top)
    sheet.merge_range(3, 0, 3, _LEFT, "", book.look(bold))
    sheet.write_formula(3, 0, formula, book.look(bold), shown)
    months = sorted({row.period for row in form.rows if isinstance(row.period, Month)})
    if months:
        _merge(book, sheet, 4, (0, _LEFT), _months_in_words(months), NOTE, left, 11)


def _merge(
    book: Book, sheet: Any, row: int, columns: tuple[int, int], text: str, look: dict[str, Any], width: float, size: int
) -> None:
    sheet.merge_range(row, columns[0], row, columns[1], "", book.look(look))
    put(sheet, row, columns[0], text, book.look(look))
    sheet.set_row(row, text_height([(text, width)], size=size) or size * 1.45)


def _months_in_words(months: Sequence[Month]) -> str:
    named = ", ".join(f"M{month.number:02d} is {MONTHS[(month.number + 2) % 12]}" for month in months)
    return f"{named}."


def _completeness(form: Form, top: int) -> tuple[str, str]:
    """The formula that counts the rows filled in, and what it gives now."""

    def blank(heading: str) -> str:
        column = HEADINGS.index(heading)
        first, last = (xl_rowcol_to_cell(row, column) for row in (top + 1, top + max(len(form.rows), 1)))
        return f"ISBLANK({first}:{last})"

    value, numerator, denominator, code = map(blank, ("Value", "Numerator", "Denominator", "Shorthand"))
    filled = f"SUMPRODUCT(--((1-{value})+(1-{numerator})*(1-{denominator})+(1-{code})>0))"
    said, rows = "Filled in: ", f" of {len(form.rows)} rows"
    return f'="{said}"&{filled}&"{rows}"', f"{said}{sum(map(_filled, form.rows))}{rows}"


def _filled(row: FormRow) -> bool:
    typed = {heading for heading, value in row.typed.items() if value is not None and value != ""}
    return bool(typed & {"Value", "Shorthand"}) or {"Numerator", "Denominator"} <= typed


def _write_instructions(book: Book, sheet: Any, form: Form) -> None:
    given, instead = shorthand()
    lines = (
        "Fill in the tinted cells: the Value or, where they are tinted, the Numerator and the Denominator. "
        "Hatched cells are not needed.",
        f"Shorthand goes beside a figure: {given}. Or it stands instead of one: {instead}.",
        "Forecast: the figure that you expect at the year end, if you have one.",
        "Where a figure is off target, say why in Commentary and what is done about it in Corrective action "
        f"(each at most {form.commentary_limit:,} characters).",
        "To correct the figure of an earlier period, use the sheet Revisions. Save the workbook and send it back.",
    )
    for row, line in enumerate(lines, 1):
        put(sheet, row, _RIGHT, line, book.look(NOTE, text_wrap=False))


def _write_faults(book: Book, sheet: Any, form: Form, marked: int) -> None:
    """What is wrong with the return as a whole, and how many cells are marked."""
    cells = "one cell is" if marked == 1 else f"{marked} faults are"
    where = f" Below, {cells} marked in the table: rest the pointer there, or see the sheet What to correct."
    lines = [("This return came back to you to correct." + (where if marked else ""), {"bold": True})]
    lines += [(said(fault), severity_look(fault.severity)) for fault in form.faults]
    for row, (text, look) in enumerate(lines, _TABLE_TOP):
        block = {**NOTE, "font_color": "#000000", **look}
        _merge(book, sheet, row, (0, len(HEADINGS) - 1), words(text, 2000), block, sum(_WIDTHS), 11)


def _write_row(book: Book, sheet: Any, at: int, row: FormRow, noted: Sequence[Noted]) -> None:
    """A row of the table: the locked cells as sent, what was typed in the open ones, faulty cells coloured."""
    marks = {
        n.column: {**severity_look(_worst(m.fault for m in noted if m.column == n.column)), "border": 2} for n in noted
    }
    values = [row.locked.get(h) if h in LOCKED else row.typed.get(h) for h in HEADINGS]
    for column, (heading, value) in enumerate(zip(HEADINGS, values, strict=True)):
        look = book.look(CELL, _kind_look(row, heading), _openness(row, heading, value), marks.get(column, {}))
        put(sheet, at, column, value, look)
    set_height(sheet, at, zip(values, _WIDTHS, strict=True))


def _kind_look(row: FormRow, heading: str) -> dict[str, Any]:
    """Refs, periods and what people write are text, so that "-" or "=" at the front begins no formula."""
    if heading == "Last value":
        decimals = row.indicator.decimals
        return {"num_format": "#,##0" + ("." + "0" * decimals if decimals else ""), **RIGHT}
    if heading in (*FIGURES, "Forecast"):
        return RIGHT
    return {"num_format": "@", "align": "center"} if heading == "Shorthand" else {"num_format": "@"}


def _openness(row: FormRow, heading: str, value: object) -> dict[str, Any]:
    """Open cells are tinted, those not needed hatched; a cell in which something was typed can be cleared."""
    if heading in LOCKED:
        return {}
    if heading in ("Numerator", "Denominator") and not row.ratio:
        return _NOT_NEEDED if value is None else _OPTIONAL
    return _OPTIONAL if heading == "Value" and row.ratio else OPEN_CELL


def _worst(faults: Iterable[Fault]) -> str:
    rank = {severity: number for number, severity in enumerate(SEVERITIES)}
    return min((fault.severity for fault in faults), key=lambda severity: rank.get(severity, 0))


def _write_notes(sheet: Any, form: Form, noted: Sequence[Noted]) -> None:
    """One note at each faulty cell, with all that was found there."""
    cells: dict[tuple[int, int], list[str]] = {}
    for n in noted:
        cells.setdefault((n.row, n.column), []).append(said(n.fault))
    for (row, column), texts in cells.items():
        text = words("\n\n".join(texts), 3000)
        height = 24 + 15 * sum(1 + len(line) // 42 for line in text.split("\n"))
        look = {"author": words(form.council, 50), "width": 300, "height": min(height, 480), "font_size": 9}
        sheet.write_comment(row, column, text, look)


def _add_help(book: Book, sheet: Any, form: Form, top: int) -> None:
    """Dropdowns, checks that only warn, and messages, for the open cells of each kind together."""
    cells: dict[tuple[str, bool, bool], list[int]] = {}
    for at, row in enumerate(form.rows, top + 1):
        for heading in OPEN:
            if heading not in ("Numerator", "Denominator") or row.ratio:
                whole = row.indicator.unit == "Count" and heading == "Value" and not row.ratio
                cells.setdefault((heading, row.ratio, whole), []).append(at)
    for (heading, ratio, whole), rows in cells.items():
        rule = open_help(book, form, heading, whole=whole)
        if heading == "Value" and ratio:
            rule |= message(heading, "Not needed: it is worked out from the numerator and the denominator.")
        column = HEADINGS.index(heading)
        spans = [[first, column, last, column] for first, last in _spans(rows)]
        sheet.data_validation(*spans[0], {**rule, "other_cells": spans[1:]})


def _spans(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive rows together, as first and last."""
    spans: list[tuple[int, int]] = []
    for row in rows:
        spans = [*spans[:-1], (spans[-1][0], row)] if spans and spans[-1][1] == row - 1 else [*spans, (row, row)]
    return spans
