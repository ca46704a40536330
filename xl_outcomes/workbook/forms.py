"""A return form as a workbook: what is due from one data owner, with open cells for what they fill in.

The column Check says beside each row, while it is filled in, what is missing or odd. A form that goes back holds what
the owner typed, a note and a colour at each cell to correct, and a list of them.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.returns.expected import FIGURES, HEADINGS, LOCKED, OPEN, Form, FormRow
from xl_outcomes.workbook.entry_help import open_help
from xl_outcomes.workbook.form_checks import Place, live_check
from xl_outcomes.workbook.form_corrections import (
    FORM_TOP,
    Noted,
    list_top,
    noted_faults,
    with_faults,
    write_corrections,
    write_list,
    write_notes,
)
from xl_outcomes.workbook.form_looks import (
    AS_ABOVE,
    CELL,
    CHECK,
    COLUMNS,
    FREE,
    SEVERITY_LOOKS,
    Widths,
    address,
    form_table,
    group_look,
    kind_look,
    live_rules,
    openness,
    page_footer,
    row_height,
    severity_look,
    severity_rank,
    used,
    widths,
)
from xl_outcomes.workbook.form_sheets import write_revisions, write_stamp
from xl_outcomes.workbook.form_top import form_title, plain_date, write_top
from xl_outcomes.workbook.styles import Book, build, cell_value, put

__all__ = ["create_form", "plain_date"]

Looks = dict[tuple[object, ...], Sequence[Any]]
_FROZEN = 3  # ref, period and title stay in sight


def create_form(form: Form, *, created: dt.datetime, style: HouseStyle = SHIPPED) -> bytes:
    """A return form as the bytes of an .xlsx file; the same form gives the same bytes.

    `created` is the time in the file's properties. The locked cells are protected without a password.
    """

    def fill(book: Book) -> None:
        noted = noted_faults(form)
        _write_return(book, form, noted)
        write_revisions(book, form)
        write_corrections(book, form, noted)
        write_stamp(book, form)

    return build(fill, title=form_title(form), subject=f"Return from {form.owner}", created=created, style=style)


def _write_return(book: Book, form: Form, noted: Sequence[Noted]) -> None:
    """The first sheet: what to do, what to correct, the table."""
    sheet = book.sheet("Return")
    top, wide = list_top(form), widths(form)
    _set_up(sheet, form, top, wide)
    checks = [
        with_faults([n for n in noted if n.row == place.at], live_check(place)) for place in _places(form, top + 1)
    ]
    write_top(book, sheet, form, wide, top, [now for _, now in checks])
    write_list(book, sheet, form, wide, noted)
    said = f"What is due from {form.owner} for {form.period}: a row for each figure"
    form_table(book, sheet, top, COLUMNS, len(form.rows), "Return", said)
    sheet.set_row(top, 20)
    looks: Looks = {}
    for place, check in zip(_places(form, top + 1), checks, strict=True):
        mine = [n for n in noted if n.row == place.at]
        _write_row(book, sheet, place, check, wide, _row_looks(book, place, mine, looks))
    write_notes(sheet, form, noted)
    _add_help(book, sheet, form, top)
    _add_live_looks(book, sheet, top + 1, top + max(len(form.rows), 1))


def _set_up(sheet: Any, form: Form, top: int, wide: Widths) -> None:
    """Widths, print, protection, and where the eye and the cursor begin."""
    sheet.hide_gridlines(2)
    for column, width in enumerate(wide.values()):
        sheet.set_column(column, column, width or None, None, {"hidden": not width})
    # A long list of faults above must not be frozen: it would fill the screen.
    sheet.freeze_panes(top + 1 if top == FORM_TOP else 0, _FROZEN)
    sheet.repeat_rows(top)
    sheet.set_footer(page_footer(form))
    last = top + len(form.rows) + 2
    check = f"{address(top + 1, CHECK)}:{address(last - 1, CHECK)}"
    texts = f"A{top + 2}:{address(last - 1, COLUMNS[-1])}"
    sheet.ignore_errors({"number_stored_as_text": texts, "formula_differs": check, "calculated_column": check})
    sheet.protect("", FREE)
    if form.rows:
        first = address(top + 1, next(h for h in OPEN if used(form.rows[0], h)))
        sheet.set_selection(first)


def _places(form: Form, first: int) -> list[Place]:
    """The rows of the form with their rows on the sheet; those of one indicator are next to each other."""
    places: list[Place] = []
    for _, group in groupby(form.rows, key=lambda row: row.indicator.ref):
        rows = list(group)
        at = first + len(places)
        commented = any(cell_value(row.typed.get("Commentary")) is not None for row in rows)
        places += [Place(row, at + number, at, at + len(rows) - 1, commented) for number, row in enumerate(rows)]
    return places


def _write_row(
    book: Book, sheet: Any, place: Place, check: tuple[str, str], wide: Widths, looks: Sequence[Any]
) -> None:
    """A row of the table: the locked cells as sent, what was typed in the open ones, Check as a formula."""
    row, at = place.row, place.at
    values = {h: row.locked.get(h) if h in LOCKED else row.typed.get(h) for h in HEADINGS}
    for column, (heading, look) in enumerate(zip(COLUMNS, looks, strict=True)):
        if heading == CHECK:
            sheet.write_formula(at, column, f"={check[0]}", look, check[1])
        else:
            put(sheet, at, column, values[heading], look)
    shown = {**values, CHECK: check[1], **({"Definition": None} if at > place.first else {})}
    sheet.set_row(at, row_height(book, ((shown[h], wide[h]) for h in COLUMNS)))


def _row_looks(book: Book, place: Place, noted: Sequence[Noted], known: Looks) -> Sequence[Any]:
    """The looks of a row's cells, faulty cells coloured; rows of one kind share them."""
    row, first, last = place.row, place.at == place.first, place.at == place.last
    typed = tuple(cell_value(row.typed.get(h)) is not None for h in FIGURES)
    kind = (row.ratio, row.indicator.decimals, first, last, *typed)
    if kind in known and not noted:
        return known[kind]
    marks = {n.heading: _mark(noted, n.heading) for n in noted}
    found = [
        book.look(
            CELL,
            kind_look(row, heading),
            openness(row, heading, typed=heading in FIGURES and typed[FIGURES.index(heading)]),
            {} if first or heading != "Definition" else AS_ABOVE,
            {} if heading in marks or _due(row, heading) else group_look(first=first, last=last),
            marks.get(heading, {}),
        )
        for heading in COLUMNS
    ]
    return found if noted else known.setdefault(kind, found)


def _due(row: FormRow, heading: str) -> bool:
    return heading in FIGURES and used(row, heading)


def _mark(noted: Sequence[Noted], heading: str) -> dict[str, Any]:
    """The colour and border of a faulty cell, by the worst of its faults."""
    severities = (n.fault.severity for n in noted if n.heading == heading)
    return {**severity_look(min(severities, key=severity_rank)), "border": 2}


def _add_help(book: Book, sheet: Any, form: Form, top: int) -> None:
    """Dropdowns, checks that only warn, and messages, for the open cells of each kind together."""
    cells: dict[tuple[str, bool, str], list[int]] = {}
    for at, row in enumerate(form.rows, top + 1):
        for heading in OPEN:
            if heading not in ("Numerator", "Denominator") or row.ratio:
                unit = row.indicator.unit if heading == "Value" and not row.ratio else ""
                cells.setdefault((heading, row.ratio, unit), []).append(at)
    for (heading, ratio, unit), rows in cells.items():
        rule = open_help(book, heading, form.commentary_limit, unit=unit, ratio=ratio)
        column = COLUMNS.index(heading)
        spans = [[first, column, last, column] for first, last in _spans(rows)]
        sheet.data_validation(*spans[0], {**rule, "other_cells": spans[1:]})


def _spans(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive rows together, as first and last."""
    spans: list[tuple[int, int]] = []
    for row in rows:
        spans = [*spans[:-1], (spans[-1][0], row)] if spans and spans[-1][1] == row - 1 else [*spans, (row, row)]
    return spans


def _add_live_looks(book: Book, sheet: Any, first: int, last: int) -> None:
    """Colours that follow the words of Check: its own cell, and the commentary that it asks for."""
    check = address(first, CHECK)
    for rule in live_rules(book, check):
        sheet.conditional_format(f"{check}:{address(last, CHECK)}", rule)
    asked = f'=OR(RIGHT(${check},14)="please comment",RIGHT(${check},7)="say why")'
    look = book.look(bg_color=SEVERITY_LOOKS["query"]["bg_color"])
    area = f"{address(first, 'Commentary')}:{address(last, 'Commentary')}"
    sheet.conditional_format(area, {"type": "formula", "criteria": asked, "format": look})
