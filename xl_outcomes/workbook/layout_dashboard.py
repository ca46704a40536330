"""The sheet Dashboard of a new workbook: two pages of A4 across, and a screen's width (XlsxWriter).

On the left stand key numbers, tiles and changes; on the right charts and small tables. All tables share one set of
columns. Of the tables only the last grows; what a new outcome needs is left free below the tiles.
"""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import mix
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.workbook.layout_views import (
    USUAL_LAST_ROW,
    VIEW_BODY,
    Placed,
    Where,
    colour_rated,
    make_table,
    value_look,
    write_caption,
    write_cells,
    write_lines,
)
from xl_outcomes.workbook.styles import INK, LINE, TEXT, TINT, Book, put_logo
from xl_outcomes.workbook.text_size import text_height

DASHBOARD = "Dashboard_quarter"
_SIDE = 12  # the first column on the right
_MARGIN = (17, 18)  # two narrow columns at the right end
_NARROW = 1.0
_NUMBERS_ROW = 2
_SPACER, _CAPTION, _HEADER, _NUMBERS_HEADER, _HELD = 9.0, 21.0, 25.5, 27.0, 16.5
# Points for three lines of text, two and one: what these rows are given whenever the sheet is written anew.
_NUMBERS, _TILE, _LINE = 45.0, 30.0, 15.0
_LEAST_CHART = 280  # pixels
_ROOM_FOR_PRIORITIES, _ROOM_FOR_OUTCOMES = 2, 4  # blank rows, in which outcomes that are added find room
_CENTRED = (
    *("RAG", "Rating", "Is", "Was", "Change", "Rated", "Status", "Share rated", "Under", "Carried from"),
    "Hidden under",
)
_FIGURES = ("Value", "Target", "Previous", "Last year")
_COUNTS = (*RATINGS, "Not rated", "Hidden reds", "Quarters red", "Rows held", "Open queries", "Figures missing")
_PADDED = ("Dashboard_returns", "Dashboard_quarters", "Dashboard_changes")
_APART = {"left": 5, "left_color": "#FFFFFF", "indent": 1}  # keeps a table on the right off the one on the left
_BIG = "[>=1000]#,##0;[<=-1000]-#,##0;General"


def dashboard_places(view_sheet: ViewSheet) -> list[Placed]:
    """Where the tables of the sheet stand."""
    views = {view.table: view for view in view_sheet.views}
    numbers = Placed(views[DASHBOARD], _NUMBERS_ROW)
    priorities = Placed(views["Dashboard_priorities"], numbers.end + 2)
    top = priorities.end + max(_ROOM_FOR_PRIORITIES, _rows_for_chart(priorities))
    outcomes = Placed(views["Dashboard_outcomes"], top + 1)
    returns = Placed(views["Dashboard_returns"], top + 1, _SIDE)
    quarters = Placed(views["Dashboard_quarters"], returns.end + 2, _SIDE)
    page_two = max(outcomes.end + _ROOM_FOR_OUTCOMES, quarters.end + 1)
    changes = Placed(views["Dashboard_changes"], page_two + 1)
    reds = Placed(views["Dashboard_reds"], changes.end + 2)
    return [numbers, priorities, outcomes, returns, quarters, changes, reds]


def write_dashboard(book: Book, view_sheet: ViewSheet, name: str, where: Where) -> None:
    """The sheet with its tables and charts."""
    sheet = book.sheet(name)
    numbers, priorities, outcomes, returns, quarters, changes, reds = places = dashboard_places(view_sheet)
    widths = _set_columns(sheet, places)
    write_lines(book, sheet, view_sheet, widths[:_SIDE])
    put_logo(book, sheet, 0, _SIDE)
    heights = _set_rows(sheet, places, widths)
    _write_numbers(book, sheet, numbers, where)
    for placed, size in ((priorities, 14), (outcomes, 10), (returns, 10), (quarters, 10), (changes, 10), (reds, 10)):
        _write_table(book, sheet, placed, size, where, last=placed is reds)
    charts = _Charts(book, sheet, name, widths, heights)
    charts.by_priority(priorities, (_NUMBERS_ROW, priorities.end))
    charts.by_quarter(quarters, (changes.header - 1, changes.end))
    _set_page(sheet, numbers, changes)


# ---- columns, rows and page ----


def _set_columns(sheet: Any, places: Sequence[Placed]) -> list[float]:
    """The widths of all columns: the widest that any table asks for."""
    widths = [0.0] * _MARGIN[0] + [_NARROW] * len(_MARGIN)
    for placed in places:
        for column, width in enumerate(placed.view.widths, placed.left):
            widths[column] = max(widths[column], width)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    return widths


def _set_rows(sheet: Any, places: Sequence[Placed], widths: Sequence[float]) -> list[float]:
    """The heights of all rows above the last table's, in points."""
    numbers, priorities, outcomes, _, _, changes, reds = places
    heights = [0.0, 0.0] + [_HELD] * (reds.end - 2)
    for placed in places:
        heights[placed.header - 1] = _CAPTION
        heights[placed.header] = _HEADER
    heights[numbers.header - 1 : numbers.end + 1] = [0.0, _NUMBERS_HEADER, _NUMBERS, _SPACER]
    for placed, least in ((priorities, _TILE), (outcomes, _HELD), (changes, _LINE), (reds, _TILE)):
        for row, values in enumerate(placed.view.frame.itertuples(index=False, name=None), placed.first):
            # A rating is made smaller rather than broken in two lines.
            texts = [
                (value, width)
                for heading, value, width in zip(placed.headings, values, widths, strict=False)
                if heading not in placed.view.ratings
            ]
            heights[row] = max(text_height(texts) or 0, least)
    for row, height in enumerate(heights):
        if height:
            sheet.set_row(row, height)
    _hold(sheet, range(outcomes.header, changes.header - 1))
    return heights


def _hold(sheet: Any, rows: range) -> None:
    """Keep the heights of rows in which two tables stand side by side: neither is to fit them to its texts alone."""
    for row in rows:
        sheet.merge_range(row, _MARGIN[0], row, _MARGIN[1], "")


def _rows_for_chart(priorities: Placed) -> int:
    """How many rows a chart beside few priorities needs below them."""
    points = _NUMBERS_HEADER + _NUMBERS + _SPACER + _CAPTION + _HEADER + _TILE * len(priorities.view.frame)
    return int(-((points - _LEAST_CHART * 0.75) // _HELD)) + 1


def _set_page(sheet: Any, numbers: Placed, changes: Placed) -> None:
    sheet.hide_gridlines(2)
    sheet.set_zoom(100)
    sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.5)
    sheet.freeze_panes(numbers.end, 0)
    sheet.repeat_rows(0)
    sheet.set_h_pagebreaks([changes.header - 1])
    sheet.center_horizontally()
    sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, USUAL_LAST_ROW, _MARGIN[1])})


# ---- tables ----


def _write_numbers(book: Book, sheet: Any, placed: Placed, where: Where) -> None:
    """The key numbers as cards: a small heading over a large number."""
    card = {"border": 1, "border_color": LINE, "align": "center", "valign": "vcenter", "font_color": INK}
    header = {**card, "bold": False, "font_size": 9, "bg_color": TINT, "font_color": TEXT}

    def look(heading: str, *_: object) -> dict[str, Any]:
        if heading == "Headline":
            return {**card, "font_size": 10, "text_wrap": True, "align": "left", "indent": 1}
        size = 11 if heading == "Period" else 16
        return {**card, "bold": True, "font_size": size, "shrink": True, **book.rating(heading)}

    make_table(book, sheet, placed, [header] * len(placed.headings))
    write_cells(book, sheet, placed, look, where)


def _write_table(book: Book, sheet: Any, placed: Placed, size: int, where: Where, *, last: bool) -> None:
    """A table under its caption; `size` is that of its ratings in points."""
    write_caption(book, sheet, placed)
    sides = [_side(heading) for heading in placed.headings]
    apart = {placed.headings[0]: _APART} if placed.left else {}
    looks = [{**side, "font_size": 9, **apart.get(h, {})} for h, side in zip(placed.headings, sides, strict=True)]
    make_table(book, sheet, placed, looks)

    def look(heading: str, value: object, _: int) -> dict[str, Any]:
        return {**_look(placed.view, heading, value, size), **apart.get(heading, {})}

    write_cells(book, sheet, placed, look, where)
    final = max(USUAL_LAST_ROW, placed.end) if last else placed.end - 1
    colour_rated(book, sheet, placed, final)
    _rule_lines(book, sheet, placed)
    if "Share rated" in placed.headings:
        column = placed.column("Share rated")
        sheet.conditional_format(placed.first, column, final, column, _share_bar(book))


def _side(heading: str) -> dict[str, Any]:
    if heading in (*_CENTRED, *_COUNTS):
        return {"align": "center"}
    return {"align": "right"} if heading in _FIGURES else {"align": "left"}


def _look(view: View, heading: str, value: object, size: int) -> dict[str, Any]:
    look = {**VIEW_BODY, "valign": "vcenter", **value_look(value), "indent": 0, **_side(heading)}
    if view.table in _PADDED:
        look["bottom"] = 0
    if heading in view.ratings or heading == "RAG":
        return {**look, "bold": True, "font_size": size, "text_wrap": False, "shrink": True}
    if heading in _FIGURES:
        return {**look, "num_format": _BIG, "text_wrap": False, "shrink": True}
    if heading == "Share rated":
        return {**look, "num_format": "0%"}
    if size > 10 and heading == view.frame.columns[1]:
        return {**look, "bold": True, "font_size": 12}
    return look


def _share_bar(book: Book) -> dict[str, Any]:
    return {
        "type": "data_bar",
        "data_bar_2010": True,
        "bar_solid": True,
        "bar_color": book.own(TINT),
        "bar_border_color": book.own(LINE),
        "min_type": "num",
        "max_type": "num",
        "min_value": 0,
        "max_value": 1,
    }


def _rule_lines(book: Book, sheet: Any, placed: Placed) -> None:
    """A line below each row of a padded table that holds something, and above the first outcome of each priority."""
    area = (placed.first, placed.left, placed.end - 1, placed.left + len(placed.headings) - 1)
    if placed.view.table in _PADDED:
        column = placed.left + ("Title" in placed.headings)
        cell = xl_rowcol_to_cell(placed.first, column, col_abs=True)
        line, rule = {"bottom": 1, "bottom_color": LINE}, f'={cell}<>""'
    elif "Under" in placed.headings:
        here, above = (xl_rowcol_to_cell(r, placed.column("Under"), col_abs=True) for r in (area[0], area[0] - 1))
        line, rule = {"top": 1, "top_color": INK}, f"={here}<>{above}"
    else:
        return
    sheet.conditional_format(*area, {"type": "formula", "criteria": rule, "format": book.look(line)})


# ---- charts ----


class _Charts:
    """Draws the charts of a sheet beside its tables; `widths` are in characters, `heights` in points."""

    def __init__(self, book: Book, sheet: Any, name: str, widths: Sequence[float], heights: Sequence[float]) -> None:
        self._book, self._sheet, self._name = book, sheet, name
        self._widths, self._heights = widths, heights

    def by_priority(self, placed: Placed, rows: tuple[int, int]) -> None:
        """Stacked bars: the ratings under each priority."""
        headings = placed.headings
        titles = placed.view.frame.iloc[:, 1]
        label = headings[1] if all(len(str(title)) <= 26 for title in titles) else "Ref"
        chart = self._stacked("bar", placed, label)
        chart.set_title(self._title(f"Indicators under each {headings[1].lower()}, by rating"))
        chart.set_y_axis({"reverse": True, "num_font": self._font(9), "line": {"none": True}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        told = "how many indicators are Green, Amber, Red and not rated. The numbers are in the table beside it."
        self._insert(chart, rows, _SIDE, f"Stacked bars: for each {headings[1].lower()}, {told}")

    def by_quarter(self, placed: Placed, rows: tuple[int, int]) -> None:
        """Stacked columns: the ratings quarter by quarter."""
        chart = self._stacked("column", placed, placed.headings[0])
        chart.set_title(self._title("Indicators by rating, quarter by quarter"))
        chart.set_x_axis({"num_font": self._font(9), "line": {"color": self._book.own(LINE)}})
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
        told = "how many indicators were Green, Amber, Red and not rated. The numbers are in the table on page one."
        self._insert(chart, rows, 7, f"Stacked columns: for each of the last quarters, {told}")

    def _stacked(self, kind: str, placed: Placed, label: str) -> Any:
        chart = self._book.workbook.add_chart({"type": kind, "subtype": "stacked"})
        rows = (placed.first, placed.end - 1)

        def cells(heading: str) -> list[Any]:
            column = placed.column(heading)
            return [self._name, rows[0], column, rows[1], column]

        for heading in (*RATINGS, "Not rated"):
            chart.add_series(
                {
                    "name": [self._name, placed.header, placed.column(heading)],
                    "categories": cells(label),
                    "values": cells(heading),
                    "gap": 35,
                    "overlap": 100,
                    **self._series_look(heading),
                }
            )
        chart.set_legend({"position": "bottom", "font": self._font(9)})
        chart.set_chartarea({"border": {"color": self._book.own(LINE)}})
        return chart

    def _series_look(self, heading: str) -> dict[str, Any]:
        """Colours that also differ in black and white: red is hatched, what is not rated is hollow."""
        look = self._book.rating(heading)
        ink = look.get("font_color", self._book.own(TEXT))
        labels = {"value": True, "num_format": "0;;;", "font": {**self._font(9), "bold": True, "color": ink}}
        if not look:
            line = {"color": self._book.own(INK), "width": 0.75, "dash_type": "dash"}
            return {"fill": {"color": "#FFFFFF"}, "border": line, "data_labels": labels}
        fill: dict[str, Any] = {"fill": {"color": look["bg_color"]}}
        if heading == "Red":
            darker = mix(look["bg_color"], self._book.own(TEXT), 0.55)
            hatch = {"pattern": "wide_upward_diagonal", "fg_color": darker, "bg_color": look["bg_color"]}
            fill = {"pattern": hatch}
        return {**fill, "border": {"color": "#FFFFFF", "width": 0.75}, "data_labels": labels}

    def _title(self, text: str) -> dict[str, Any]:
        font = {**self._font(11), "bold": True, "color": self._book.own(INK)}
        return {"name": text, "name_font": font, "overlay": False}

    def _font(self, size: int) -> dict[str, Any]:
        return {"name": self._book.style.fonts.body, "size": size, "color": self._book.own(TEXT)}

    def _insert(self, chart: Any, rows: tuple[int, int], column: int, description: str) -> None:
        """Over the columns from this one to the right end, and these rows (the second one left free)."""
        across = sum(int(width * 7 + 5.5) for width in self._widths[column:])
        down = sum(self._heights[rows[0] : rows[1]]) * 4 / 3
        chart.set_size({"width": across - 12, "height": down - 4})
        options = {"x_offset": 10, "y_offset": 2, "object_position": 2, "description": description}
        self._sheet.insert_chart(rows[0], column, chart, options)
