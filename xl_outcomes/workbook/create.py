"""A new master workbook: a page to start from, the sheets that people read, and a sheet for every table.

Made with XlsxWriter from nothing; a master that exists is never saved this way (see `patch.py`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from xl_outcomes.columns import Column
from xl_outcomes.contract import SPECS, Spec
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.workbook.entry_help import Lists, column_help, setting_help
from xl_outcomes.workbook.read_me import Entry, write_read_me
from xl_outcomes.workbook.styles import (
    NOTE,
    RIGHT,
    TITLE,
    Book,
    add_table,
    build,
    cell_value,
    colour_ratings,
    free_name,
    heading_width,
    put,
    set_height,
    text_height,
    words,
)
from xl_outcomes.workbook.view_rows import view_widths

LAST_ROW = {"Observations": 20_000}
USUAL_LAST_ROW = 2000
RATINGS = ("Rating", "Calculated rating", "Forecast rating")
_TOP = 3  # tables start in row 4, under title, note and a blank row
_WIDE = 40  # from this width on, a text column holds sentences
_CODES = (
    *("Ref", "Indicator", "Outcome", "Parent", "Linked to", "Their ref", "Area", "Issue", "Cell"),
    *("Report number", "Version", "SHA-256", "Progress", "Carried from", "Target from"),
)
_FIGURES = ("Value", "Numerator", "Denominator", "Forecast", "Settled value")
_BODY = {"valign": "top"}
_VIEW_BODY = {"valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": "#D5DCE1"}
_CAPTION = {"bold": True, "font_size": 12, "font_color": "#1F3A4D", "valign": "vcenter"}


def create_master(
    tables: Mapping[str, pd.DataFrame], views: Sequence[ViewSheet], *, title: str, created: dt.datetime
) -> bytes:
    """A new master as the bytes of an .xlsx file; the same input gives the same bytes.

    `tables` holds a frame for each table that the master is to have, with the headings of the contract; a frame may
    be empty. `created` is the time in the file's properties.
    """

    def fill(book: Book) -> None:
        specs = [spec for name, spec in SPECS.items() if name in tables]
        names = _view_names(views, specs)
        write_read_me(book, title, _entries(views, names, specs))
        for view_sheet, name in zip(views, names, strict=True):
            _write_views(book, view_sheet, name)
        lists = Lists(book)
        for spec in specs:
            _write_table(book, lists, spec, tables[spec.name])
        lists.write()

    return build(fill, title=title, subject="Outcomes framework: master workbook", created=created)


def create_sheets(views: Sequence[ViewSheet], *, title: str, created: dt.datetime) -> bytes:
    """A workbook of sheets to read alone, as the bytes of an .xlsx file; the same input gives the same bytes."""

    def fill(book: Book) -> None:
        for view_sheet in views:
            _write_views(book, view_sheet, view_sheet.name)

    return build(fill, title=title, subject="Outcomes framework", created=created)


def _view_names(views: Sequence[ViewSheet], specs: Sequence[Spec]) -> list[str]:
    """The sheet names of the views: where one is a table's sheet, the table keeps it."""
    taken = ["Read me", "Lists", *(spec.sheet for spec in specs)]
    names: list[str] = []
    for view_sheet in views:
        names.append(free_name(view_sheet.name, [*taken, *names]))
    return names


def _entries(views: Sequence[ViewSheet], names: Sequence[str], specs: Sequence[Spec]) -> list[Entry]:
    read = [Entry("To read", name, view_sheet.title) for view_sheet, name in zip(views, names, strict=True)]
    ours = [Entry("Kept for you", spec.sheet, spec.purpose) for spec in specs if spec.ours]
    return [*read, *(Entry("To fill in", spec.sheet, spec.purpose) for spec in specs if not spec.ours), *ours]


def _write_views(book: Book, view_sheet: ViewSheet, name: str) -> None:
    sheet = book.sheet(name)
    sheet.hide_gridlines(2)
    alone = len(view_sheet.views) == 1
    widths = view_widths(view_sheet.views)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    _write_line(sheet, 0, words(view_sheet.title, 1000), widths, book.look(TITLE), 16)
    _write_line(sheet, 1, words(view_sheet.note, 2000), widths, book.look(NOTE), 11)
    top, header = _TOP, 0
    for view in view_sheet.views:
        last = view is view_sheet.views[-1]
        header = _write_view(book, sheet, view, top, widths, alone=alone, last=last)
        top = header + max(len(view.frame), 1) + 2
    # A sheet of several tables keeps its title in sight; one of a single table its header row.
    frozen = header if alone else 0
    sheet.freeze_panes(frozen + 1, 0)
    sheet.repeat_rows(frozen)


def _write_line(sheet: Any, row: int, text: str, widths: Sequence[float], look: Any, size: float) -> None:
    """A line of text over all columns, in a row as high as it needs."""
    if len(widths) > 1:
        sheet.merge_range(row, 0, row, len(widths) - 1, "", look)
    put(sheet, row, 0, text, look)
    sheet.set_row(row, text_height([(text, sum(widths))], size=size) or size * 1.6)


def _write_view(
    book: Book, sheet: Any, view: View, top: int, widths: Sequence[float], *, alone: bool, last: bool
) -> int:
    """Write a view from row `top` on; gives the row of its header."""
    header = top + 1 if view.caption else top
    if view.caption:
        put(sheet, top, 0, words(view.caption, 1000), book.look(_CAPTION))
    aligned = {str(heading): _align(view, heading) for heading in view.frame.columns}
    add_table(book, sheet, header, aligned, len(view.frame), name=view.table, filters=alone)
    for row, values in enumerate(view.frame.itertuples(index=False, name=None), header + 1):
        for column, (value, heading) in enumerate(zip(values, aligned, strict=True)):
            put(sheet, row, column, value, book.look(_VIEW_BODY, _view_look(value, heading, view)))
        set_height(sheet, row, zip(values, widths, strict=False))
    final = max(USUAL_LAST_ROW, header + len(view.frame)) if last else header + max(len(view.frame), 1)
    for heading in view.ratings:
        colour_ratings(book, sheet, header + 1, final, list(aligned).index(heading))
    return header


def _align(view: View, heading: Any) -> str:
    """How a heading stands over its column: ratings in the middle, numbers to the right."""
    if heading in view.ratings:
        return "center"
    values = [value for value in map(cell_value, view.frame[heading]) if value is not None]
    return "right" if values and all(isinstance(value, int | float) for value in values) else "left"


def _view_look(value: object, heading: str, view: View) -> dict[str, Any]:
    if heading in view.ratings:
        return {"align": "center", "bold": True}
    plain = cell_value(value)
    if isinstance(plain, dt.datetime):
        return {"num_format": _date_format(plain), "align": "left"}
    return RIGHT if isinstance(plain, int | float) and not isinstance(plain, bool) else {}


def _write_table(book: Book, lists: Lists, spec: Spec, frame: pd.DataFrame) -> None:
    """One table's sheet: title, purpose, the table, and what helps to fill it in, far below its last row too."""
    sheet = book.sheet(spec.sheet)
    put(sheet, 0, 0, spec.sheet, book.look(TITLE, text_wrap=False))
    put(sheet, 1, 0, spec.purpose, book.look(NOTE, text_wrap=False))
    last = max(LAST_ROW.get(spec.name, USUAL_LAST_ROW), _TOP + len(frame) + 1) - 1
    cells = frame.reindex(columns=list(spec.headings)).astype(object)
    widths = [heading_width(column.heading, column.width, filters=True) for column in spec.columns]
    looks = [_column_look(column, spec) for column in spec.columns]
    for at, (column, width, look) in enumerate(zip(spec.columns, widths, looks, strict=True)):
        sheet.set_column(at, at, width, book.look(look))
        _help(sheet, lists, spec, column, frame, at, (_TOP + 1, last))
        if column.heading in RATINGS:
            colour_ratings(book, sheet, _TOP + 1, last, at)
    for row, values in enumerate(cells.itertuples(index=False, name=None), _TOP + 1):
        for at, (value, look) in enumerate(zip(values, looks, strict=True)):
            put(sheet, row, at, value, book.look(look, _dated(value)))
        set_height(sheet, row, zip(values, widths, strict=True))
    aligned = {heading: str(look.get("align", "left")) for heading, look in zip(spec.headings, looks, strict=True)}
    style = "Table Style Light 1" if spec.ours else "Table Style Light 9"
    add_table(book, sheet, _TOP, aligned, len(frame), name=spec.name, style=style, filters=True)
    _finish_table(sheet, last)


def _finish_table(sheet: Any, last: int) -> None:
    sheet.ignore_errors({"number_stored_as_text": f"A{_TOP + 2}:AZ{last + 1}"})
    sheet.freeze_panes(_TOP + 1, 1)
    sheet.repeat_rows(_TOP)


def _column_look(column: Column, spec: Spec) -> dict[str, Any]:
    if column.kind in ("quarter", "period") or (column.heading in _CODES and column.width < _WIDE):
        return {**_BODY, "num_format": "@", "text_wrap": True}
    if column.kind == "date":
        return {**_BODY, "num_format": "yyyy-mm-dd", "align": "left"}
    if column.kind in ("number", "whole", "target") or (spec.name != "Settings" and column.heading in _FIGURES):
        return {**_BODY, **RIGHT}
    if spec.name == "Settings" and column.heading == "Value":
        return {**_BODY, "text_wrap": True, "align": "left"}
    return {**_BODY, "text_wrap": True}


def _dated(value: object) -> dict[str, Any]:
    """A date has its format in any column; a time of day is shown where there is one."""
    plain = cell_value(value) if isinstance(value, dt.date) else None
    return {"num_format": _date_format(plain)} if isinstance(plain, dt.datetime) else {}


def _date_format(moment: dt.datetime) -> str:
    return "yyyy-mm-dd" if moment.time() == dt.time() else "yyyy-mm-dd hh:mm"


def _help(
    sheet: Any, lists: Lists, spec: Spec, column: Column, frame: pd.DataFrame, at: int, rows: tuple[int, int]
) -> None:
    """What helps in a column: a dropdown or check, and the input message; settings have a row each."""
    first, last = rows
    if spec.name == "Settings" and column.heading == "Value":
        for row, name in enumerate(frame["Setting"], first):
            sheet.data_validation(row, at, row, at, setting_help(lists, name))
        first += len(frame)
    if first <= last:
        sheet.data_validation(first, at, last, at, column_help(lists, column, f"{xl_col_to_name(at)}{first + 1}"))
