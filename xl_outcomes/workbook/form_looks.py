"""How a form looks: its columns and their widths, what a cell's colour and border say, words for faults.

Whatever a colour says stands there in words as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from xl_outcomes.contract import SEVERITIES
from xl_outcomes.house_style import WHITE
from xl_outcomes.returns.expected import FIGURES, LOCKED, Fault, Form, FormRow
from xl_outcomes.workbook.styles import (
    ACCENT,
    ENTRY,
    HEADER,
    LINE,
    QUIET,
    RATING_COLOURS,
    RIGHT,
    TEXT,
    TINT,
    Book,
    put,
    words,
)
from xl_outcomes.workbook.text_size import text_height

CHECK = "Check"
COLUMNS = (*LOCKED, *FIGURES, "Shorthand", "Forecast", CHECK, "Commentary", "Corrective action")
NUMBERS = (*FIGURES, "Forecast")
SEVERITY_LOOKS = {
    "error": {"bg_color": "#FDE0DD", "border_color": "#B3261E"},
    "query": {"bg_color": "#FFF3CD", "border_color": "#8A6D00"},
    "warning": {"bg_color": "#E3F0FF", "border_color": "#2F5D8C"},
}
CELL = {"valign": "top", "text_wrap": True, "border": 1, "border_color": LINE}
IF_NEEDED = {"locked": False, "bg_color": ENTRY}
OPEN_CELL = {**IF_NEEDED, "border": 2, "border_color": QUIET}
# No borders of their own: of two that meet, a spreadsheet shows only one, and it is to be that of the open cell.
WORKED_OUT = {"bg_color": TINT, "border": 0}
NOT_NEEDED = {"pattern": 14, "fg_color": LINE, "bg_color": WHITE, "border": 0}
CHECK_CELL = {"font_color": QUIET}
PADDED = {"align": "left", "indent": 1}
LINK = {"font_color": ACCENT, "underline": 1}
FREE = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}
AS_ABOVE = {"num_format": ';;;"as above"', "italic": True, "font_color": QUIET}
LINES = 3.2  # the least height of a row: what Check may say, and room for words
_WIDTHS = {
    "Ref": 10,
    "Period": 12.5,
    "Indicator": 24,
    "Definition": 34,
    "Unit": 10,
    "Target": 13,
    "Last value": 10.5,
    "Value": 11.5,
    "Numerator": 12,
    "Denominator": 14,
    "Shorthand": 11.5,
    "Forecast": 11,
    CHECK: 25,
    "Commentary": 36,
    "Corrective action": 32,
}
_GROWING = ("Indicator", "Definition", "Commentary", "Corrective action")
_UNBROKEN, _LONGEST_WORD = ("Ref", "Unit", "Target"), 24.0
_LONGEST_TITLE_WIDTH, _WIDEST, _WITH_FAULTS = 45.0, 90.0, 42.0


Widths = Mapping[str, float]


def address(row: int, heading: str) -> str:
    """The address of a heading's cell in a row (0-based) of the sheet Return."""
    return str(xl_rowcol_to_cell(row, COLUMNS.index(heading)))


def widths(form: Form) -> Widths:
    """The width of each column, wider where a text would need more height than a row can have; 0 hides it."""
    found: dict[str, float] = dict(_WIDTHS)
    for heading in _GROWING:
        values = (row.locked.get(heading) or row.typed.get(heading) for row in form.rows)
        longest = max((len(v) for v in values if isinstance(v, str)), default=0)
        most = _LONGEST_TITLE_WIDTH if heading == "Indicator" else _WIDEST
        found[heading] = max(found[heading], min(most, longest / 25))
    for heading in _UNBROKEN:
        texts = (str(row.locked.get(heading) or "") for row in form.rows)
        longest = max((len(word) for text in texts for word in text.split()), default=0)
        found[heading] = max(found[heading], min(_LONGEST_WORD, longest * 1.15 + 2.5))
    if any(row.faults for row in form.rows):
        found[CHECK] = _WITH_FAULTS
    return found | dict.fromkeys(_unused(form), 0.0)


def kind_look(row: FormRow, heading: str) -> dict[str, Any]:
    """Refs, periods and what people write are text, so that "-" or "=" at the front begins no formula."""
    if heading == "Last value":
        decimals = row.indicator.decimals
        return {"num_format": "#,##0" + ("." + "0" * decimals if decimals else ""), **RIGHT}
    # No number format where figures are typed: "45%" then shows as it was typed, and is read so.
    if heading in NUMBERS:
        return RIGHT
    if heading == "Shorthand":
        return {"num_format": "@", "align": "center"}
    return {"num_format": "@", **PADDED, "bold": heading == "Ref"}


def openness(row: FormRow, heading: str, *, typed: bool) -> dict[str, Any]:
    """Open cells are tinted, with a strong border where a figure is due.

    Grey or hatched ones are locked, unless something was typed there: it can be cleared.
    """
    if heading == CHECK:
        return CHECK_CELL
    if heading in LOCKED:
        return {"right": 0} if heading == "Last value" and not row.ratio else {}
    if heading not in FIGURES:
        return {**IF_NEEDED, "left": 0} if heading == "Shorthand" and row.ratio else IF_NEEDED
    if not used(row, heading):
        spare = WORKED_OUT if row.ratio else NOT_NEEDED
        return IF_NEEDED if typed else spare
    return OPEN_CELL


def group_look(*, first: bool, last: bool) -> dict[str, Any]:
    """A line above the first and below the last of an indicator's rows."""
    line = {"top": 1, "top_color": QUIET} if first else {}
    return {**line, **({"bottom": 1, "bottom_color": QUIET} if last else {})}


def used(row: FormRow, heading: str) -> bool:
    """Whether a row takes that figure: a ratio its numerator and denominator, others their value."""
    return (heading == "Value") != row.ratio


def live_rules(book: Book, first: str) -> list[dict[str, Any]]:
    """Conditional formats for the cells of Check, of which `first` is the topmost; To do has none."""
    green = book.look(font_color=RATING_COLOURS["Green"][0], bold=True)
    fault = book.look(bg_color=SEVERITY_LOOKS["error"]["bg_color"], font_color=TEXT)
    look = book.look(bg_color=SEVERITY_LOOKS["query"]["bg_color"], font_color=TEXT)
    done = f'=AND(LEFT({first},4)="Done",ISERROR(FIND(CHAR(10),{first})))'
    looks = {done: green, f'=LEFT({first},6)="Error:"': fault, f'={first}<>"To do"': look}
    return [
        {"type": "formula", "criteria": when, "format": shape, "stop_if_true": True} for when, shape in looks.items()
    ]


def write_merged(
    book: Book,
    sheet: Any,
    row: int,
    columns: tuple[int, int],
    text: str,
    look: dict[str, Any],
    widths: Widths,
    size: int = 11,
) -> None:
    """A text over several columns, in a row that is high enough for it."""
    width = sum([*widths.values()][columns[0] : columns[1] + 1])
    sheet.merge_range(row, columns[0], row, columns[1], "", book.look(look))
    put(sheet, row, columns[0], text, book.look(look))
    sheet.set_row(row, text_height([(text, width)], size=size) or size * 1.45)


def form_table(book: Book, sheet: Any, top: int, headings: Sequence[str], rows: int, name: str, said: str) -> None:
    """An Excel table with alternative text, its header in row `top` (0-based), of at least one row."""
    columns = [
        {"header": h, "header_format": book.look(HEADER, RIGHT if h in (*NUMBERS, "Last value") else PADDED)}
        for h in headings
    ]
    options = {"name": name, "style": "Table Style Light 1", "autofilter": False, "columns": columns}
    alternative = {"title": words(name, 100), "description": words(said, 500)}
    sheet.add_table(top, 0, top + max(rows, 1), len(headings) - 1, {**options, **alternative})


def page_footer(form: Form) -> str:
    """The footer of each page: whose return of which quarter, which page."""
    return f"&LReturn of {_footer_text(form.owner)}&C{form.period}&RPage &P of &N"


def severity_look(severity: str) -> dict[str, Any]:
    """Fill and border of a faulty cell."""
    return {**SEVERITY_LOOKS.get(severity, SEVERITY_LOOKS["error"]), "border": 1}


def severity_rank(severity: str) -> int:
    """The place of a severity, the gravest first."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0


def said(fault: Fault) -> str:
    """A fault with its severity in front, in one line or more."""
    return words(f"{fault.severity.capitalize()}: {fault.message}", 2000)


def row_height(book: Book, texts: Iterable[tuple[object, float]], lines: float = LINES) -> float:
    """The height in points of a row with wrapped texts, each with its column's width; at least so many lines."""
    size = book.style.fonts.size
    # A cell's padding takes the room of two characters; words break where they like.
    needed = text_height(((text, width - 2) for text, width in texts if width > 2), size=size)
    return max(lines * size * 1.27, needed or 0)


def _unused(form: Form) -> tuple[str, ...]:
    """The columns of figures that no row takes: hidden, as nothing is due there."""
    return tuple(
        h
        for h in FIGURES
        if form.rows
        and not any(used(r, h) or r.typed.get(h) or any(f.heading == h for f in r.faults) for r in form.rows)
    )


def _footer_text(text: str) -> str:
    return words(text, 80).replace("\n", " ").replace("&", "&&")
