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
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.reporting.view import INDICATOR_TABLES, ViewSheet
from xl_outcomes.workbook.entry_help import Lists, column_help, setting_help
from xl_outcomes.workbook.layout_dashboard import DASHBOARD, dashboard_places, write_dashboard
from xl_outcomes.workbook.layout_framework import TOP_TIERS, TREE, write_framework, write_priorities
from xl_outcomes.workbook.layout_indicators import write_indicators
from xl_outcomes.workbook.layout_views import (
    TOP,
    USUAL_LAST_ROW,
    Placed,
    Spot,
    Where,
    date_format,
    general_places,
    targets,
    write_general,
)
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
    put,
    set_height,
)
from xl_outcomes.workbook.text_size import heading_width

LAST_ROW = {"Observations": 20_000}
RATINGS = ("Rating", "Calculated rating", "Forecast rating")
_WIDE = 40  # from this width on, a text column holds sentences
_CODES = (
    *("Ref", "Indicator", "Outcome", "Parent", "Linked to", "Their ref", "Area", "Issue", "Cell"),
    *("Report number", "Version", "SHA-256", "Progress", "Carried from", "Target from"),
)
_FIGURES = ("Value", "Numerator", "Denominator", "Forecast", "Settled value")
_BODY = {"valign": "top"}
_LAYOUTS = {DASHBOARD: write_dashboard, TOP_TIERS: write_priorities, TREE: write_framework}


def create_master(
    tables: Mapping[str, pd.DataFrame],
    views: Sequence[ViewSheet],
    *,
    title: str,
    created: dt.datetime,
    style: HouseStyle = SHIPPED,
) -> bytes:
    """A new master as the bytes of an .xlsx file; the same input gives the same bytes.

    `tables` holds a frame for each table that the master is to have, with the headings of the contract; a frame may
    be empty. `created` is the time in the file's properties.
    """

    def fill(book: Book) -> None:
        specs = [spec for name, spec in SPECS.items() if name in tables]
        names = _view_names(views, specs)
        write_read_me(book, title, _entries(views, names, specs))
        kept = {spec.name: Spot(spec.sheet, TOP, 0, tables[spec.name]) for spec in specs}
        _write_views(book, views, names, kept)
        lists = Lists(book)
        for spec in specs:
            _write_table(book, lists, spec, tables[spec.name])
        lists.write()

    return build(fill, title=title, subject="Outcomes framework: master workbook", created=created, style=style)


def create_sheets(
    views: Sequence[ViewSheet], *, title: str, created: dt.datetime, style: HouseStyle = SHIPPED
) -> bytes:
    """A workbook of sheets to read alone, as the bytes of an .xlsx file; the same input gives the same bytes."""

    def fill(book: Book) -> None:
        _write_views(book, views, [view_sheet.name for view_sheet in views], {})

    return build(fill, title=title, subject="Outcomes framework", created=created, style=style)


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


def _write_views(book: Book, views: Sequence[ViewSheet], names: Sequence[str], kept: Mapping[str, Spot]) -> None:
    """The sheets of views, whose links lead to one another and to the tables that are `kept` below them."""
    spots = {
        placed.view.table: Spot(name, placed.header, placed.left, placed.view.frame)
        for view_sheet, name in zip(views, names, strict=True)
        for placed in _places(view_sheet)
    }
    where = targets({**kept, **spots})
    for view_sheet, name in zip(views, names, strict=True):
        _write_view_sheet(book, view_sheet, name, where)


def _places(view_sheet: ViewSheet) -> list[Placed]:
    return dashboard_places(view_sheet) if _first_table(view_sheet) == DASHBOARD else general_places(view_sheet)


def _write_view_sheet(book: Book, view_sheet: ViewSheet, name: str, where: Where) -> None:
    """A sheet of views in the layout that it has of its own, else in the general one."""
    first = _first_table(view_sheet)
    if first.startswith(INDICATOR_TABLES):
        write_indicators(book, view_sheet, name, where)
    else:
        _LAYOUTS.get(first, write_general)(book, view_sheet, name, where)


def _first_table(view_sheet: ViewSheet) -> str:
    return view_sheet.views[0].table if view_sheet.views else ""


def _write_table(book: Book, lists: Lists, spec: Spec, frame: pd.DataFrame) -> None:
    """One table's sheet: title, purpose, the table, and what helps to fill it in, far below its last row too."""
    sheet = book.sheet(spec.sheet)
    put(sheet, 0, 0, spec.sheet, book.look(TITLE, text_wrap=False))
    put(sheet, 1, 0, spec.purpose, book.look(NOTE, text_wrap=False))
    last = max(LAST_ROW.get(spec.name, USUAL_LAST_ROW), TOP + len(frame) + 1) - 1
    cells = frame.reindex(columns=list(spec.headings)).astype(object)
    widths = [heading_width(column.heading, column.width, filters=True) for column in spec.columns]
    looks = [_column_look(column, spec) for column in spec.columns]
    for at, (column, width, look) in enumerate(zip(spec.columns, widths, looks, strict=True)):
        sheet.set_column(at, at, width, book.look(look))
        _help(sheet, lists, spec, column, frame, at, (TOP + 1, last))
        if column.heading in RATINGS:
            colour_ratings(book, sheet, TOP + 1, last, at)
    for row, values in enumerate(cells.itertuples(index=False, name=None), TOP + 1):
        for at, (value, look) in enumerate(zip(values, looks, strict=True)):
            put(sheet, row, at, value, book.look(look, _dated(value)))
        set_height(sheet, row, zip(values, widths, strict=True))
    aligned = {heading: str(look.get("align", "left")) for heading, look in zip(spec.headings, looks, strict=True)}
    style = "Table Style Light 1" if spec.ours else "Table Style Light 9"
    add_table(book, sheet, TOP, aligned, len(frame), name=spec.name, style=style, filters=True)
    # A heading is bold, and its filter button takes the room of three characters.
    set_height(sheet, TOP, ((h, (width - 3) / 1.1) for h, width in zip(spec.headings, widths, strict=True)))
    _finish_table(sheet, last)


def _finish_table(sheet: Any, last: int) -> None:
    sheet.ignore_errors({"number_stored_as_text": f"A{TOP + 2}:AZ{last + 1}"})
    sheet.freeze_panes(TOP + 1, 1)
    sheet.repeat_rows(TOP)


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
    return {"num_format": date_format(plain)} if isinstance(plain, dt.datetime) else {}


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
