"""What is to be corrected in a form that goes back: beside each row, in a list on top, and on a sheet of its own.

The sheet What to correct keeps what was typed. Formulas compare it with what stands in the form now, so every fault is
shown as changed once its cell is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.returns.expected import OPEN, Fault, Form, FormRow
from xl_outcomes.workbook.form_checks import quoted
from xl_outcomes.workbook.form_looks import (
    CELL,
    CHECK_CELL,
    COLUMNS,
    FREE,
    LINK,
    PADDED,
    Widths,
    address,
    form_table,
    page_footer,
    row_height,
    said,
    severity_look,
    severity_rank,
    write_merged,
)
from xl_outcomes.workbook.styles import INK, NOTE, TEXT, TITLE, Book, cell_value, link, put, words
from xl_outcomes.workbook.text_size import text_height

SHEET = "What to correct"
CORRECTION_HEADINGS = ("Cell", "Indicator", "Severity", "What we found", "What you typed", "Now")
SEVERITY_MEANINGS = (
    "Error: the row cannot be taken in until it is corrected.",
    "Query: the figure looks odd, so the row is held. Correct it, or say in Commentary why it is right.",
    "Warning: the row is taken in; please look at it.",
)
TO_CORRECT, TO_LOOK_AT, PLEASE_READ, CHANGED = "To correct", "To look at", "Please read", "Changed"
LISTED, IN_CHECK = 8, 6
FORM_TOP = 7  # the row (0-based) of the header of the main table of a form that does not go back
_TOP = 3
_WIDTHS = (13, 14, 11, 84, 36, 13)
_LONGEST = 100
_ALL_CHANGED = "All of it is changed: look once more, then send it back"
_FAULT = {**NOTE, "font_color": TEXT}


@dataclass(frozen=True, slots=True)
class Noted:
    """A fault at a cell of the sheet Return, with its place in the list of What to correct (both rows 0-based)."""

    row: int
    listed: int
    form_row: FormRow
    fault: Fault

    @property
    def heading(self) -> str:
        """The heading of its cell; a fault that names no cell of the table stands at the ref."""
        return self.fault.heading if self.fault.heading in COLUMNS else "Ref"

    @property
    def cell(self) -> str:
        """The address of its cell, such as "H9"."""
        return address(self.row, self.heading)

    @property
    def state(self) -> str:
        """What is to do about it when the form goes back; what the owner cannot change is to be read."""
        if self.heading not in OPEN:
            return PLEASE_READ
        return TO_LOOK_AT if self.fault.severity == "warning" else TO_CORRECT

    def there(self, column: str) -> str:
        """The address of a column of its row on What to correct."""
        return f"'{SHEET}'!${column}${self.listed + 1}"


def noted_faults(form: Form) -> list[Noted]:
    """The faults of the rows, in the order of the rows and columns."""
    top = list_top(form)
    faults = [(at, row, fault) for at, row in enumerate(form.rows, top + 1) for fault in row.faults]
    order = {heading: number for number, heading in enumerate(COLUMNS)}
    faults.sort(key=lambda f: (f[0], order.get(f[2].heading, 0)))
    first = _TOP + 1 + len(form.faults)
    return [Noted(at, first + number, row, fault) for number, (at, row, fault) in enumerate(faults)]


def list_top(form: Form) -> int:
    """The row (0-based) of the table's header: below the list of what is to be corrected, where there is one."""
    at_cells = sum(len(row.faults) for row in form.rows)
    lines = min(at_cells, LISTED) + (at_cells > LISTED) + len(form.faults)
    return FORM_TOP + (lines + 2 if lines else 0)


def with_faults(faults: Sequence[Noted], live: tuple[str, str]) -> tuple[str, str]:
    """The Check of a row, formula and result: its faults until their cells are changed, then what `live` says."""
    shown = faults[:IN_CHECK]
    fixed = [n for n in shown if n.state == PLEASE_READ]
    watched = sorted((n for n in shown if n.state != PLEASE_READ), key=lambda n: severity_rank(n.fault.severity))
    formula, now = live
    if watched:
        unchanged = [f'{n.there("F")}<>"{CHANGED}"' for n in watched]
        lines = "&".join(f'IF({when},CHAR(10)&{_line(n)},"")' for when, n in zip(unchanged, watched, strict=True))
        formula = f"IF(OR({','.join(unchanged)}),MID({lines},2,9999),{formula})"
        now = "\n".join(_said(watched))
    before, after = ([n for n in fixed if (n.fault.severity == "warning") == later] for later in (False, True))
    formulas = [*map(_line, before), formula, *map(_line, after)]
    return "&CHAR(10)&".join(formulas), "\n".join([*_said(before), now, *_said(after)])


def write_list(book: Book, sheet: Any, form: Form, widths: Widths, noted: Sequence[Noted]) -> None:
    """The list on top of the form: how many things, the faults of the whole return, links to the first cells."""
    if not (noted or form.faults):
        return
    _write_count(book, sheet, FORM_TOP - 1, noted)
    for row, fault in enumerate(form.faults, FORM_TOP):
        look = {**_FAULT, **severity_look(fault.severity)}
        write_merged(book, sheet, row, (0, len(COLUMNS) - 1), said(fault), look, widths)
    first = FORM_TOP + len(form.faults)
    for row, n in enumerate(noted[:LISTED], first):
        look = {**_FAULT, **severity_look(n.fault.severity)}
        text = words(f"{_ref(n)}, {n.heading}. {said(n.fault)}", 2000)
        write_merged(book, sheet, row, (1, len(COLUMNS) - 1), text, look, widths)
        sheet.write_url(row, 0, link("Return", n.cell), book.look(look, LINK, bold=True), n.cell)
    if len(noted) > LISTED:
        more = f"and {len(noted) - LISTED} more: see the sheet {SHEET}"
        sheet.write_url(first + LISTED, 0, link(SHEET), book.look(LINK), more)


def write_notes(sheet: Any, form: Form, noted: Sequence[Noted]) -> None:
    """One note at each faulty cell, with all that was found there."""
    cells: dict[str, list[str]] = {}
    for n in noted:
        cells.setdefault(n.cell, []).append(said(n.fault))
    for cell, texts in cells.items():
        text = words("\n\n".join(texts), 3000)
        height = 24 + 15 * sum(1 + len(line) // 42 for line in text.split("\n"))
        look = {"author": words(form.council, 50), "width": 300, "height": min(height, 480), "font_size": 9}
        sheet.write_comment(cell, text, look)


def write_corrections(book: Book, form: Form, noted: Sequence[Noted]) -> None:
    """The sheet with all that was found, what was typed, and whether it has changed since."""
    if not (noted or form.faults):
        return
    sheet = _sheet(book, form)
    count = len(form.faults) + len(noted)
    form_table(
        book, sheet, _TOP, CORRECTION_HEADINGS, count, "Corrections", "What was found in the return, cell by cell"
    )
    for at, fault in enumerate(form.faults, _TOP + 1):
        _write_found(book, sheet, at, ("Whole return", "All"), fault, None)
        put(sheet, at, 5, PLEASE_READ, book.look(CELL, PADDED, CHECK_CELL))
    for n in noted:
        typed = _shown(n.form_row.typed.get(n.heading))
        _write_found(book, sheet, n.listed, (n.cell, _ref(n)), n.fault, typed)
        look = book.look(CELL, PADDED, severity_look(n.fault.severity), LINK)
        sheet.write_url(n.listed, 0, link("Return", n.cell), look, n.cell)
        if n.state == PLEASE_READ:
            put(sheet, n.listed, 5, PLEASE_READ, book.look(CELL, PADDED, CHECK_CELL))
        else:
            formula = f'=IF({_unchanged(n)},"{n.state}","{CHANGED}")'
            sheet.write_formula(n.listed, 5, formula, book.look(CELL, PADDED, CHECK_CELL), n.state)
    last = _TOP + 1 + count
    sheet.ignore_errors({"number_stored_as_text": f"A{_TOP + 2}:F{last}", "formula_differs": f"F{_TOP + 2}:F{last}"})


def _sheet(book: Book, form: Form) -> Any:
    sheet = book.sheet(SHEET)
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    put(sheet, 0, 0, SHEET, book.look(TITLE, text_wrap=False))
    note = " ".join(
        (*SEVERITY_MEANINGS, "A click on a cell's address leads to it; Now tells once the cell is changed.")
    )
    sheet.merge_range(1, 0, 1, len(_WIDTHS) - 1, "", book.look(NOTE))
    put(sheet, 1, 0, note, book.look(NOTE))
    sheet.set_row(1, text_height([(note, sum(_WIDTHS))]) or 18)
    sheet.freeze_panes(_TOP + 1, 0)
    sheet.repeat_rows(_TOP)
    sheet.set_footer(page_footer(form))
    sheet.protect("", FREE)
    return sheet


def _write_found(
    book: Book, sheet: Any, at: int, where: tuple[str, str], fault: Fault, typed: bool | float | str | None
) -> None:
    look = book.look(CELL, PADDED, severity_look(fault.severity))
    values = (*where, fault.severity.capitalize(), words(fault.message, 2000))
    for column, value in enumerate(values):
        put(sheet, at, column, value, look)
    put(sheet, at, 4, typed, book.look(CELL, PADDED, {"num_format": "@"} if isinstance(typed, str) else {}))
    sheet.set_row(at, row_height(book, zip((*values, typed), _WIDTHS, strict=False), 1.4))


def _write_count(book: Book, sheet: Any, row: int, noted: Sequence[Noted]) -> None:
    """The number of things to correct, as a formula that counts down as cells are changed."""
    look = book.look(bold=True, font_size=13, font_color=INK)
    sheet.set_row(row, 19)
    now = [n.state for n in noted]
    wrong, odd = now.count(TO_CORRECT), now.count(TO_LOOK_AT)
    if not wrong + odd:
        put(sheet, row, 0, "This return came back to you to correct.", look)
        return
    states = f"{noted[0].there('F')}:{noted[-1].there('F').split('!')[1]}"
    wrong_now, odd_now = (f'COUNTIF({states},"{state}")' for state in (TO_CORRECT, TO_LOOK_AT))
    things = f'{wrong_now}&IF({wrong_now}=1," thing"," things")&" to correct"'
    also = f'IF({odd_now}>0,", "&{odd_now}&" to look at","")'
    formula = f"=IF({wrong_now}+{odd_now}=0,{quoted(_ALL_CHANGED)},{things}&{also})"
    shown = f"{wrong} thing{'' if wrong == 1 else 's'} to correct" + (f", {odd} to look at" if odd else "")
    sheet.write_formula(row, 0, formula, look, shown)


def _said(faults: Sequence[Noted]) -> list[str]:
    return [said(n.fault) for n in faults]


def _line(n: Noted) -> str:
    return f'{n.there("C")}&": "&{n.there("D")}'


def _ref(n: Noted) -> str:
    return str(n.form_row.locked.get("Ref") or "All")


def _shown(value: object) -> bool | float | str | None:
    """What was typed as the list shows it, long texts cut."""
    typed = cell_value(value)
    if isinstance(typed, str) and len(typed) > _LONGEST:
        return f"{typed[:_LONGEST]} …"
    return typed if isinstance(typed, bool | int | float | str | None) else str(typed)


def _unchanged(n: Noted) -> str:
    """The condition that a cell still holds what was typed; of a query, that the commentary is the same too."""
    cell, typed = f"Return!{n.cell}", cell_value(n.form_row.typed.get(n.heading))
    same = f'EXACT({cell}&"",{n.there("E").split("!")[1]}&"")'
    if isinstance(typed, str) and len(typed) > _LONGEST:
        start = f"LEFT({n.there('E').split('!')[1]},{_LONGEST - 1})"
        same = f"AND(EXACT(LEFT({cell},{_LONGEST - 1}),{start}),{_as_long(cell, typed)})"
    if n.fault.severity != "query" or n.heading == "Commentary":
        return f"IF(ISERROR({cell}),FALSE,{same})"
    commentary = address(n.row, "Commentary")
    said_then = cell_value(n.form_row.typed.get("Commentary"))
    silent = _as_long(f"Return!{commentary}", "" if said_then is None else str(said_then))
    return f"IF(ISERROR({cell}),FALSE,AND({same},{silent}))"


def _as_long(cell: str, text: str) -> str:
    """The condition that a cell's text has the length of another, whichever way a program counts characters."""
    lengths = dict.fromkeys((len(text), len(text.encode("utf-16-le")) // 2))
    return f"OR({','.join(f'LEN({cell})={length}' for length in lengths)})"
