"""The top of a form: whose it is, by when, how much is filled in, what to do in three steps, what the looks mean."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xl_outcomes.periods import Month
from xl_outcomes.returns.expected import Form, FormRow
from xl_outcomes.workbook.entry_help import shorthand
from xl_outcomes.workbook.form_checks import DONE, MISSING, TO_DO
from xl_outcomes.workbook.form_looks import (
    CELL,
    CHECK,
    COLUMNS,
    IF_NEEDED,
    NOT_NEEDED,
    OPEN_CELL,
    WORKED_OUT,
    Widths,
    address,
    write_merged,
)
from xl_outcomes.workbook.styles import INK, NOTE, RATING_COLOURS, TITLE, Book, put, put_logo, words

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
STEPS = range(1, 6)
_LEFT = 2  # the last column of the facts; the steps stand beside them
_BOLD = {"bold": True, "text_wrap": True, "valign": "top"}


def write_top(book: Book, sheet: Any, form: Form, widths: Widths, top: int, checks: Sequence[str]) -> None:
    """What stands above the table, whose header is in row `top` (0-based); `checks` is what Check says now."""
    write_merged(book, sheet, 0, (0, len(COLUMNS) - 1), form_title(form), TITLE, widths, 16)
    facts = [f"Data owner: {words(form.owner, 500)}", f"Please return by {plain_date(form.due)}"]
    for row, text in enumerate(facts, 1):
        write_merged(book, sheet, row, (0, _LEFT), text, _BOLD, widths)
    _write_count(book, sheet, form, top, checks)
    months = sorted({row.period for row in form.rows if isinstance(row.period, Month)})
    if months:
        write_merged(book, sheet, 4, (0, _LEFT), _months_in_words(months), NOTE, widths)
    for row, (label, line) in zip(STEPS, _steps(form), strict=True):
        pieces = (book.look(bold=True, font_color=INK), f"{label} ", book.look(NOTE), line)
        sheet.write_rich_string(row, _LEFT + 1, *pieces, book.look(NOTE, text_wrap=False))
    _write_legend(book, sheet, form, top - 1)
    put_logo(book, sheet, 0, len(COLUMNS) - 1, most=(200, 80))


def form_title(form: Form) -> str:
    """The title: Example Council: return for 2025/26 Q2 (July to September 2025)."""
    first, last = (_month_name(month) for month in (form.period.months[0], form.period.months[-1]))
    quarter = f"{form.period} ({first} to {last} {form.period.end.year})"
    return words(f"{form.council}: return for {quarter}".removeprefix(": "), 1000)


def plain_date(day: dt.date) -> str:
    """A date in words: 20 July 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _steps(form: Form) -> list[tuple[str, str]]:
    given, instead = (shorthand(has_figure=has_figure) for has_figure in (True, False))
    return [
        ("1. Fill in", f"the tinted cells of every row: {_figures(form.rows)}."),
        (
            "2. Explain:",
            "where a figure is off target, say why in Commentary, and under Corrective action what is done about it "
            f"(each at most {form.commentary_limit:,} characters).",
        ),
        (
            "3. Send:",
            f"once {CHECK} says {DONE} in every row, save the workbook and send it back. "
            "Questions? Ask the performance officer who sent it to you.",
        ),
        ("No final figure?", f"Choose a Shorthand. Beside a figure: {given}. Instead of one: {instead}."),
        (
            "If you can:",
            "Forecast is the figure that you expect at the year end. "
            "Where a figure of an earlier period has changed, use the sheet Revisions.",
        ),
    ]


def _figures(rows: Sequence[FormRow]) -> str:
    """Which figures are asked for in these rows, in words."""
    pair = "the Numerator and the Denominator (the value is worked out)"
    kinds = {row.ratio for row in rows}
    if kinds == {True}:
        return pair
    return f"the Value; for a ratio, {pair}" if True in kinds else "the Value"


def _months_in_words(months: Sequence[Month]) -> str:
    return f"{', '.join(f'M{month.number:02d} is {_month_name(month)}' for month in months)}."


def _month_name(month: Month) -> str:
    return MONTHS[(month.number + 2) % 12]


def _write_count(book: Book, sheet: Any, form: Form, top: int, checks: Sequence[str]) -> None:
    """How many rows are filled in, as a formula that counts while they are."""
    formula, shown = _completeness(form, top, checks)
    look = book.look(_BOLD, font_size=12, font_color=INK)
    sheet.merge_range(3, 0, 3, _LEFT, "", look)
    sheet.write_formula(3, 0, formula, look, shown)
    sheet.set_row(3, 18)
    green = book.look(font_color=RATING_COLOURS["Green"][0])
    sheet.conditional_format(3, 0, 3, _LEFT, {"type": "formula", "criteria": '=RIGHT($A$4,4)="back"', "format": green})


def _completeness(form: Form, top: int, checks: Sequence[str]) -> tuple[str, str]:
    """The formula that counts the rows filled in, by what Check says of each, and what it gives now."""
    count = len(form.rows)
    if not count:
        return '="Nothing is due"', "Nothing is due"
    cells = f"{address(top + 1, CHECK)}:{address(top + count, CHECK)}"
    to_do, lacking, done = (f'COUNTIF({cells},"{word}")' for word in (f"{TO_DO}*", f"*{MISSING}", f"{DONE}*"))
    ready, of, again = ": ready to send back", f" of {count} filled in", " to look at again"
    filled = f"{count}-{to_do}-{lacking}"
    tail = f'IF({done}={count},"{ready}",IF({filled}>{done},"; "&({filled}-{done})&"{again}",""))'
    now = count - sum(text.startswith(TO_DO) or text.endswith(MISSING) for text in checks)
    right = sum(text.startswith(DONE) for text in checks)
    more = ready if right == count else f"; {now - right}{again}" if now > right else ""
    return f'={filled}&"{of}"&{tail}', f"{now}{of}{more}"


def _write_legend(book: Book, sheet: Any, form: Form, row: int) -> None:
    """What the looks of the cells mean, those that occur, each look with its meaning."""
    looks: dict[str, dict[str, Any]] = {"Fill in": OPEN_CELL, "If needed": IF_NEEDED}
    if len({r.ratio for r in form.rows}) > 1:
        looks |= {"Worked out": WORKED_OUT, "Not needed": NOT_NEEDED}
    put(sheet, row, _LEFT + 1, "What the cells mean: ", book.look(NOTE, text_wrap=False, align="right"))
    for column, (text, look) in enumerate(looks.items(), _LEFT + 2):
        plain = {key: value for key, value in look.items() if key != "locked"}
        put(sheet, row, column, text, book.look(CELL, plain, align="center", text_wrap=False, font_size=9))
