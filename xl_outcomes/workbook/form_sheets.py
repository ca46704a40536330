"""The other sheets of a form: revisions to earlier periods, and the hidden stamp."""

from collections.abc import Collection, Mapping
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xl_outcomes.periods import Month
from xl_outcomes.returns.expected import FIGURES, REVISION_HEADINGS, STAMP_SHEET, Form
from xl_outcomes.workbook.entry_help import open_help
from xl_outcomes.workbook.form_looks import CELL, FREE, IF_NEEDED, PADDED, form_table, page_footer, row_height
from xl_outcomes.workbook.styles import INK, NOTE, RIGHT, TITLE, Book, cell_value, put, words
from xl_outcomes.workbook.text_size import text_height

BLANK_REVISIONS = 20
_TOP = 4
_WIDTHS = (14, 14, 13, 13, 15, 80)


def write_revisions(book: Book, form: Form) -> None:
    """The table for figures of earlier periods, with open rows to spare."""
    count = max(BLANK_REVISIONS, len(form.revisions) + 5)
    first, last = _TOP + 1, _TOP + count
    sheet = _sheet(book, form, last)
    form_table(book, sheet, _TOP, REVISION_HEADINGS, count, "Revisions", "Figures of earlier periods that have changed")
    looks = [
        book.look(CELL, IF_NEEDED, RIGHT if h in FIGURES else {"num_format": "@", **PADDED}) for h in REVISION_HEADINGS
    ]
    rows: list[Mapping[str, object]] = [*form.revisions, *({} for _ in range(count - len(form.revisions)))]
    for at, row in enumerate(rows, first):
        values = [row.get(heading) for heading in REVISION_HEADINGS]
        for column, (value, look) in enumerate(zip(values, looks, strict=True)):
            put(sheet, at, column, value, look)
        sheet.set_row(at, row_height(book, zip(values, _WIDTHS, strict=True), 1.4))
    earlier = _earlier_periods(form)
    for column, heading in enumerate(REVISION_HEADINGS):
        rule = open_help(book, heading, form.commentary_limit, choices=earlier if heading == "Period" else ())
        sheet.data_validation(first, column, last, column, rule)
    sheet.ignore_errors({"number_stored_as_text": f"A{first + 1}:F{last + 1}"})
    sheet.set_selection(first, 0, first, 0)


def write_stamp(book: Book, form: Form) -> None:
    """The hidden sheet that says where the form belongs."""
    sheet = book.sheet(STAMP_SHEET)
    sheet.set_column(0, 1, 30)
    for row, (label, value) in enumerate(form.stamp.items()):
        put(sheet, row, 0, label, None)
        put(sheet, row, 1, value, book.look(num_format="@"))
    sheet.protect()
    sheet.very_hidden()


def _sheet(book: Book, form: Form, last: int) -> Any:
    """The sheet with what stands above the table, whose last row (0-based) is given."""
    sheet = book.sheet("Revisions")
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    put(sheet, 0, 0, "Revisions to earlier periods", book.look(TITLE, text_wrap=False))
    for row, text in enumerate(_explained(form), 1):
        sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", book.look(NOTE))
        put(sheet, row, 0, text, book.look(NOTE))
        sheet.set_row(row, text_height([(text, sum(_WIDTHS))]) or 18)
    formula, now = _count(form, last)
    sheet.write_formula(_TOP - 1, 0, formula, book.look(bold=True, font_color=INK), now)
    sheet.freeze_panes(_TOP + 1, 0)
    sheet.repeat_rows(_TOP)
    sheet.set_footer(page_footer(form))
    sheet.protect("", FREE)
    return sheet


def _explained(form: Form) -> tuple[str, str]:
    ref = words(str(form.rows[0].locked.get("Ref") or "HOU-1.1a") if form.rows else "HOU-1.1a", 40)
    return (
        "Only where a figure that you gave for an earlier period has changed; leave the sheet blank otherwise. "
        "One row for each: the ref and the period, the new figure (for a ratio its numerator and denominator), "
        "and why it changed. It replaces the earlier figure and counts as revised.",
        f"For example: {ref}, {form.period.shift(-1)}, 84.2, with the reason: two cases were entered late.",
    )


def _earlier_periods(form: Form) -> tuple[str, ...]:
    """The periods to choose from: the year before, in quarters and, where months are due, in months."""
    quarters = [form.period.shift(-n) for n in range(1, 5)]
    monthly = any(isinstance(row.period, Month) for row in form.rows)
    months = [month for q in quarters[:3] for month in reversed(q.months)] if monthly else []
    return tuple(map(str, (*quarters, *months)))


def _count(form: Form, last: int) -> tuple[str, str]:
    """How many rows are begun and how many of them lack something, as a formula and now."""
    ref, period, value, numerator, denominator, reason = (
        f"(LEN({xl_rowcol_to_cell(_TOP + 1, column)}:{xl_rowcol_to_cell(last, column)})>0)" for column in range(6)
    )
    begun = f"SUMPRODUCT(--({'+'.join((ref, period, value, numerator, denominator, reason))}>0))"
    whole = f"SUMPRODUCT(--({ref}*{period}*{reason}*({value}+{numerator}*{denominator})>0))"
    given = [{h for h, v in row.items() if cell_value(v) is not None} for row in form.revisions]
    rows, right = sum(map(bool, given)), sum(map(_whole, given))
    lacking = " in need of a ref, a period, a figure or a reason"
    formula = f'={begun}&" filled in"&IF({begun}>{whole},"; "&({begun}-{whole})&"{lacking}","")'
    return formula, f"{rows} filled in" + (f"; {rows - right}{lacking}" if rows > right else "")


def _whole(headings: Collection[str]) -> bool:
    figure = "Value" in headings or {"Numerator", "Denominator"} <= {*headings}
    return figure and {"Ref", "Period", "Reason"} <= {*headings}
