"""Sheets of views in a new workbook: the pieces that every layout uses, and the layout of a sheet without its own."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.workbook.styles import (
    HEADER,
    INK,
    LINE,
    NOTE,
    RIGHT,
    TITLE,
    Book,
    cell_value,
    colour_ratings,
    put,
    set_height,
    words,
)
from xl_outcomes.workbook.text_size import text_height
from xl_outcomes.workbook.view_rows import view_widths
from xl_outcomes.workbook.writes import location

USUAL_LAST_ROW = 2000
TOP = 3  # tables start in row 4, under title, note and a blank row
CAPTION = {"bold": True, "font_size": 12, "font_color": INK, "valign": "vcenter"}
VIEW_BODY = {"valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": LINE}
SHAPE = "RAG"
LINKED = {"font_color": INK, "underline": 1}

Where = Callable[[Link], str | None]
LookOf = Callable[[str, object, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a table stands: its sheet, its header row and first column (0-based), and its rows."""

    sheet: str
    header: int
    left: int
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Placed:
    """A view in its place on a sheet: header row and first column, 0-based."""

    view: View
    header: int
    left: int = 0

    @property
    def first(self) -> int:
        """Its first row of data."""
        return self.header + 1

    @property
    def end(self) -> int:
        """The row after its last one; a table without rows has a blank one."""
        return self.header + 1 + max(len(self.view.frame), 1)

    @property
    def headings(self) -> list[str]:
        """Its headings."""
        return [str(heading) for heading in self.view.frame.columns]

    def column(self, heading: str) -> int:
        """The sheet's column of a heading."""
        return self.left + self.headings.index(heading)


def targets(spots: Mapping[str, Spot]) -> Where:
    """Gives the XlsxWriter address that a link leads to, by the spots of all tables; None for a row that is not there.

    A link without heading leads to the table's headings.
    """
    known: dict[tuple[str, str], dict[tuple[str, str], int]] = {}

    def where(link: Link) -> str | None:
        spot = spots.get(link.table)
        if spot is None:
            return None
        if not link.heading:
            return f"internal:{location(spot.sheet, spot.header + 1, spot.left + 1)}"
        at = (link.table, link.heading)
        if at not in known:
            known[at] = _rows_by_key(spot.frame, link.heading)
        row = known[at].get((link.key, link.period))
        return None if row is None else f"internal:{location(spot.sheet, spot.header + 2 + row, spot.left + 1)}"

    return where


def general_places(view_sheet: ViewSheet) -> list[Placed]:
    """Where the views of a sheet without a layout of its own stand: one below the other."""
    places, top = [], TOP
    for view in view_sheet.views:
        places.append(Placed(view, top + 1 if view.caption else top))
        top = places[-1].end + 1
    return places


def write_general(book: Book, view_sheet: ViewSheet, name: str, where: Where) -> None:
    """A sheet of views, one below the other."""
    sheet = book.sheet(name)
    sheet.hide_gridlines(2)
    alone = len(view_sheet.views) == 1
    widths = view_widths(view_sheet.views)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    write_lines(book, sheet, view_sheet, widths)
    header = 0
    for placed in general_places(view_sheet):
        header = placed.header
        _write_view(book, sheet, placed, widths, where, alone=alone, last=placed.view is view_sheet.views[-1])
    # A sheet of several tables keeps its title in sight; one of a single table its header row.
    frozen = header if alone else 0
    sheet.freeze_panes(frozen + 1, 0)
    sheet.repeat_rows(frozen)


def write_lines(book: Book, sheet: Any, view_sheet: ViewSheet, widths: Sequence[float]) -> None:
    """Title and note over these columns, in rows as high as they need."""
    lines = ((words(view_sheet.title, 1000), TITLE, 16.0), (words(view_sheet.note, 2000), NOTE, 11.0))
    for row, (text, look, size) in enumerate(lines):
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", book.look(look))
        put(sheet, row, 0, text, book.look(look))
        sheet.set_row(row, text_height([(text, sum(widths))], size=size) or size * 1.6)


def write_caption(book: Book, sheet: Any, placed: Placed) -> None:
    """The caption of a view, in the row above its headings."""
    if placed.view.caption:
        look = book.look(CAPTION, {"indent": 1} if placed.left else {})
        put(sheet, placed.header - 1, placed.left, words(placed.view.caption, 1000), look)


def make_table(
    book: Book,
    sheet: Any,
    placed: Placed,
    header_looks: Iterable[Mapping[str, Any]],
    *,
    style: str | None = None,
    filters: bool = False,
) -> None:
    """Make the Excel table of a view in its place, with a look for each heading."""
    columns = [
        {"header": heading, "header_format": book.look(HEADER, dict(look))}
        for heading, look in zip(placed.headings, header_looks, strict=True)
    ]
    options = {"name": placed.view.table, "style": style, "autofilter": filters, "columns": columns}
    sheet.add_table(placed.header, placed.left, placed.end - 1, placed.left + len(columns) - 1, options)


def write_cells(book: Book, sheet: Any, placed: Placed, look_of: LookOf, where: Where) -> None:
    """The values of a view, each with the look for its heading, value and row (0 the first) and with its link."""
    view = placed.view
    for number, values in enumerate(view.frame.itertuples(index=False, name=None)):
        for column, (heading, value) in enumerate(zip(placed.headings, values, strict=True), placed.left):
            link, plain = view.links[heading][number] if heading in view.links else None, cell_value(value)
            address = where(link) if link and plain is not None else None
            look = book.look(dict(look_of(heading, value, number)), LINKED if address else {})
            if address:
                sheet.write_url(placed.first + number, column, address, look, _key(plain))
            # The link stays when the cell is written again, as the number or text that it is.
            put(sheet, placed.first + number, column, value, look)


def colour_rated(book: Book, sheet: Any, placed: Placed, last: int) -> None:
    """The colours of the ratings down to a row, for each rating and for the shape that stands to its left."""
    for heading in placed.view.ratings:
        column = placed.column(heading)
        colour_ratings(book, sheet, placed.first, last, column)
        if column and placed.headings[column - placed.left - 1] == SHAPE:
            cell = xl_rowcol_to_cell(placed.first, column, col_abs=True)
            for word in book.style.ratings:
                rule = {"type": "formula", "criteria": f'=LEFT({cell},{len(word)})="{word}"'}
                look = book.look(book.rating(word))
                sheet.conditional_format(placed.first, column - 1, last, column - 1, {**rule, "format": look})


def align(view: View, heading: str) -> str:
    """How a heading stands over its column: ratings in the middle, numbers to the right."""
    if heading in view.ratings:
        return "center"
    values = [value for value in map(cell_value, view.frame[heading]) if value is not None]
    return "right" if values and all(isinstance(value, int | float) for value in values) else "left"


def value_look(value: object) -> dict[str, Any]:
    """The look that follows from a value alone: numbers to the right, dates as dates."""
    plain = cell_value(value)
    if isinstance(plain, dt.datetime):
        return {"num_format": date_format(plain), "align": "left"}
    return RIGHT if isinstance(plain, int | float) and not isinstance(plain, bool) else {}


def date_format(moment: dt.datetime) -> str:
    """The number format of a date; a time of day is shown where there is one."""
    return "yyyy-mm-dd" if moment.time() == dt.time() else "yyyy-mm-dd hh:mm"


def _write_view(
    book: Book, sheet: Any, placed: Placed, widths: Sequence[float], where: Where, *, alone: bool, last: bool
) -> None:
    view = placed.view
    write_caption(book, sheet, placed)
    sides = [align(view, heading) for heading in placed.headings]
    apart = _after_numbers(placed.headings, sides)
    looks = [
        RIGHT if side == "right" else _beside(h, side, apart) for h, side in zip(placed.headings, sides, strict=True)
    ]
    make_table(book, sheet, placed, looks, style="Table Style Light 1", filters=alone)
    write_cells(book, sheet, placed, lambda heading, value, _: _general_look(view, heading, value, apart), where)
    # A heading is bold; a table alone on its sheet has filter buttons, each as wide as three characters.
    room = 3 if alone else 0
    set_height(sheet, placed.header, ((h, (w - room) / 1.1) for h, w in zip(placed.headings, widths, strict=False)))
    for row, values in enumerate(view.frame.itertuples(index=False, name=None), placed.first):
        set_height(sheet, row, zip(values, widths, strict=False))
    final = max(USUAL_LAST_ROW, placed.header + len(view.frame)) if last else placed.end - 1
    for heading in view.ratings:
        colour_ratings(book, sheet, placed.first, final, placed.column(heading))


def _after_numbers(headings: Sequence[str], sides: Sequence[str]) -> frozenset[str]:
    """The headings of texts that stand right of numbers, which would touch them."""
    pairs = zip(headings[1:], sides, sides[1:], strict=False)
    return frozenset(heading for heading, before, side in pairs if before == "right" and side == "left")


def _beside(heading: str, side: str, apart: frozenset[str]) -> dict[str, Any]:
    return {"align": side, "indent": 1} if heading in apart else {"align": side}


def _general_look(view: View, heading: str, value: object, apart: frozenset[str]) -> dict[str, Any]:
    own = {"align": "center", "bold": True} if heading in view.ratings else value_look(value)
    if heading in apart and isinstance(value, str):
        own = {**own, "align": "left", "indent": 1}
    return {**VIEW_BODY, **own}


def _rows_by_key(frame: pd.DataFrame, heading: str) -> dict[tuple[str, str], int]:
    """The rows of a table (0 the first) by what they hold under a heading, with and without their period."""
    found: dict[tuple[str, str], int] = {}
    periods = frame["Period"] if "Period" in frame.columns else [None] * len(frame)
    for row, (key, period) in enumerate(zip(frame[heading], periods, strict=True)):
        found.setdefault((_key(key), ""), row)
        found.setdefault((_key(key), _key(period)), row)
    return found


def _key(value: object) -> str:
    plain = cell_value(value)
    return "" if plain is None else f"{plain:g}" if isinstance(plain, float) else str(plain)
