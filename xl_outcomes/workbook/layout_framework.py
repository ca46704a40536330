"""The sheets Framework and Priorities of a new workbook: the tree that folds, and its top two tiers as a poster."""

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_range

from xl_outcomes.reporting.framework_view import TOP as TOP_TIERS
from xl_outcomes.reporting.framework_view import TREE
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.workbook.layout_views import (
    TOP,
    USUAL_LAST_ROW,
    VIEW_BODY,
    Placed,
    Where,
    colour_rated,
    make_table,
    write_cells,
    write_lines,
)
from xl_outcomes.workbook.styles import INK, TEXT, TINT, TITLE, Book, put, put_logo, words
from xl_outcomes.workbook.text_size import text_height
from xl_outcomes.workbook.view_rows import view_widths

__all__ = ["TOP_TIERS", "TREE", "write_framework", "write_priorities"]

_CENTRED = ("Tier", "RAG", "Rating", "Rated", "Hidden reds")
_LARGE = ("Ref", "Outcome", "RAG", "Rating")
_DEEPEST = 7  # levels that Excel can fold
_ROW, _POSTER_ROW, _HEADER = 15.0, 30.0, 24.0  # points, as a refreshed sheet has them
_POSTER_TITLE, _POSTER_BAND, _POSTER_OUTCOME = 22, 13, 11
_TREE_BANDS: Mapping[int, Mapping[str, Any]] = {
    1: {"bg_color": TINT, "font_color": TEXT, "top": 1, "top_color": INK},
    2: {},
}
_POSTER_BANDS: Mapping[int, Mapping[str, Any]] = {1: {"bg_color": INK, "font_color": "#FFFFFF"}}


def write_framework(book: Book, view_sheet: ViewSheet, name: str, where: Where) -> None:
    """The tree: a row for each outcome, folded by its tiers."""
    sheet, placed, widths = _begin(book, view_sheet, name)
    write_lines(book, sheet, view_sheet, widths)
    sheet.outline_settings(True, False, True, False)
    make_table(book, sheet, placed, _header_looks(placed), filters=True)
    write_cells(book, sheet, placed, lambda heading, *_: {**VIEW_BODY, "valign": "vcenter", **_own(heading)}, where)
    rows = placed.view.frame.itertuples(index=False, name=None)
    for row, (level, values) in enumerate(zip(placed.view.levels, rows, strict=False), placed.first):
        sheet.set_row(row, _height(values, widths, _ROW), None, {"level": min(level, _DEEPEST)})
    _colour(book, sheet, placed, _TREE_BANDS)
    sheet.freeze_panes(placed.header + 1, 0)
    sheet.repeat_rows(placed.header)


def write_priorities(book: Book, view_sheet: ViewSheet, name: str, where: Where) -> None:
    """The top two tiers: a band for each priority with its outcomes below it, on one page."""
    sheet, placed, widths = _begin(book, view_sheet, name)
    write_lines(book, sheet, view_sheet, widths)
    put(sheet, 0, 0, words(view_sheet.title, 1000), book.look(TITLE, font_size=_POSTER_TITLE))
    sheet.set_row(0, text_height([(view_sheet.title, sum(widths))], size=_POSTER_TITLE) or _POSTER_TITLE * 1.7)
    put_logo(book, sheet, 0, len(widths) - 1)
    tiers = list(placed.view.frame["Tier"])
    make_table(book, sheet, placed, _header_looks(placed))
    write_cells(book, sheet, placed, lambda heading, _, number: _poster_look(heading, tiers[number]), where)
    for row, values in enumerate(placed.view.frame.itertuples(index=False, name=None), placed.first):
        sheet.set_row(row, _height(values, widths, _POSTER_ROW))
    _colour(book, sheet, placed, _POSTER_BANDS)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.freeze_panes(placed.header + 1, 0)
    sheet.repeat_rows(placed.header)


def _begin(book: Book, view_sheet: ViewSheet, name: str) -> tuple[Any, Placed, list[float]]:
    """The sheet with its columns, and its one view in its place."""
    sheet = book.sheet(name)
    sheet.hide_gridlines(2)
    placed, widths = Placed(view_sheet.views[0], TOP), view_widths(view_sheet.views)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(placed.header, _HEADER)
    sheet.ignore_errors({"number_stored_as_text": xl_range(placed.first, 0, USUAL_LAST_ROW, len(widths) - 1)})
    return sheet, placed, widths


def _header_looks(placed: Placed) -> list[Mapping[str, Any]]:
    return [{"align": "center" if heading in _CENTRED else "left"} for heading in placed.headings]


def _own(heading: str) -> dict[str, Any]:
    """What sets a column apart: a rating is bold and made smaller rather than broken in two lines."""
    if heading == "Rating":
        return {"align": "center", "bold": True, "text_wrap": False, "shrink": True}
    return {"align": "center"} if heading in _CENTRED else {}


def _poster_look(heading: str, tier: object) -> dict[str, Any]:
    look = {**VIEW_BODY, "valign": "vcenter", **_own(heading)}
    if heading not in _LARGE:
        return look
    return {**look, "font_size": _POSTER_BAND if tier == 1 else _POSTER_OUTCOME}


def _height(values: Sequence[object], widths: Sequence[float], least: float) -> float:
    return max(text_height(zip(values, widths, strict=True)) or 0, least)


def _colour(book: Book, sheet: Any, placed: Placed, bands: Mapping[int, Mapping[str, Any]]) -> None:
    """Ratings by their words, rows by their tier: as rules, so that both follow the rows."""
    last = max(USUAL_LAST_ROW, placed.end)
    colour_rated(book, sheet, placed, last)
    tier, bold, right = xl_col_to_name(placed.column("Tier")), placed.column("Outcome"), len(placed.headings) - 1
    for number, band in bands.items():
        rule = {"type": "formula", "criteria": f"=${tier}{placed.first + 1}={number}"}
        # The rules for ratings come first, so that a rating keeps its own colour on the band.
        sheet.conditional_format(placed.first, 0, last, bold, {**rule, "format": book.look(dict(band), bold=True)})
        if band:
            sheet.conditional_format(placed.first, bold + 1, last, right, {**rule, "format": book.look(dict(band))})
