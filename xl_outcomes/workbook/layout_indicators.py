"""The indicator sheets of a new master: made for a meeting's screen and an A3 page (XlsxWriter).

Only values change when a quarter is rated, so all that depends on them is a rule: colours and shapes, the number
format of each figure, the line above an outcome and the hiding of its name where it repeats.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_range

from xl_outcomes.contract import RATINGS
from xl_outcomes.reporting.indicator_view import (
    DETAIL,
    FIGURE_FORMAT,
    NOT_RATED,
    TARGET_FORMAT,
    TREND_DATA,
    number_format,
)
from xl_outcomes.reporting.readback import INPUTS
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.workbook.entry_help import message
from xl_outcomes.workbook.layout_views import (
    TOP,
    USUAL_LAST_ROW,
    VIEW_BODY,
    Placed,
    Where,
    make_table,
    write_cells,
    write_lines,
)
from xl_outcomes.workbook.styles import ACCENT, ENTRY, INK, QUIET, RATING_COLOURS, Book, colour_ratings
from xl_outcomes.workbook.text_size import TALLEST, text_height

FROZEN, LAST_ON_SCREEN, LAST_PRINTED = "Indicator", "Corrective action", "Forecast rating"
_A3 = 8
_FIRST = TOP + 1  # the first row of data
_HEADER_HEIGHT = 44.0  # two lines of a heading, and the filter button below them
_PADDING = 5.0  # points between a row's texts and the next row
_BROAD = 0.92  # how much less goes into a line than in the font that text heights are estimated for
_MOST_DECIMALS = 4
_UNITS = {"": "#,##{}", "Percentage": '#,##{}"%"', "Money": "£#,##{}"}
_INPUT_MESSAGE = (
    "Type here. The next rating keeps your words beside the figures of the last quarter shown and says so in the Log. "
    "A blank cell clears nothing."
)
_SMALL = ("Definition", "Polarity", "Unit", *INPUTS, "Reason", "Return", "Data quality")
_CENTRED = ("RAG", "Rating", "Forecast rating")
_TREND = {
    "type": "column",
    "axis": True,
    "min": -1.1,
    "max": 1.1,
    "series_color": QUIET,
    "negative_points": True,
    "negative_color": RATING_COLOURS["Red"][0],
    "last_point": True,
    "last_color": ACCENT,
    "show_hidden": True,
}


def write_indicators(book: Book, view_sheet: ViewSheet, name: str, where: Where = lambda _: None) -> None:
    """A sheet of indicators with its one table; `where` gives the XlsxWriter address of what a link leads to."""
    placed = Placed(view_sheet.views[0], TOP)
    widths = dict(zip(placed.headings, placed.view.widths, strict=True))
    sheet = book.sheet(name)
    _set_page(sheet, placed.headings)
    _set_columns(sheet, widths)
    write_lines(book, sheet, view_sheet, _screen(widths))
    _write_table(book, sheet, placed, where)
    _set_heights(book, sheet, placed, widths)
    last = max(USUAL_LAST_ROW, placed.end)
    _colour(book, sheet, placed.headings, last)
    _format_figures(book, sheet, placed.headings, last)
    _open_inputs(sheet, placed.headings, last)
    _draw_trends(book, sheet, placed)


# ---- page and columns ----


def _set_page(sheet: Any, headings: Sequence[str]) -> None:
    sheet.set_paper(_A3)
    sheet.set_zoom(100)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(_FIRST, headings.index(FROZEN) + 1)
    sheet.repeat_rows(TOP)
    # Whole columns, so that indicators which come later are printed too.
    sheet.print_area(0, 0, 1_048_575, headings.index(LAST_PRINTED))


def _set_columns(sheet: Any, widths: Mapping[str, float]) -> None:
    """Widths, and the two groups that are closed; the button of a group stands over the column after it."""
    closed = (*DETAIL, *TREND_DATA, TARGET_FORMAT, FIGURE_FORMAT)
    before = ""
    for at, (heading, width) in enumerate(widths.items()):
        group = {"level": 1, "hidden": True} if heading in closed else {"collapsed": before in closed}
        sheet.set_column(at, at, width, None, group)
        before = heading
    sheet.set_column(len(widths), len(widths), None, None, {"collapsed": before in closed})


def _screen(widths: Mapping[str, float]) -> list[float]:
    """The widths of the columns that are on the screen, as far as text goes into them; 0 for closed ones."""
    headings = list(widths)[: list(widths).index(LAST_ON_SCREEN) + 1]
    return [0.0 if heading in DETAIL else widths[heading] * _BROAD for heading in headings]


# ---- table ----


def _write_table(book: Book, sheet: Any, placed: Placed, where: Where) -> None:
    looks = {heading: {**VIEW_BODY, **_place(heading), **_own_look(book, heading)} for heading in placed.headings}
    make_table(book, sheet, placed, [{**_place(h), "valign": "top"} for h in placed.headings], filters=True)
    write_cells(book, sheet, placed, lambda heading, _value, _row: looks[heading], where)
    area = xl_range(placed.first, 0, USUAL_LAST_ROW, len(placed.headings) - 1)
    sheet.ignore_errors({"number_stored_as_text": area})


def _set_heights(book: Book, sheet: Any, placed: Placed, widths: Mapping[str, float]) -> None:
    """Rows as high as the texts that are seen in them: the name of an outcome in the first of its rows."""
    sheet.set_row(placed.header, _HEADER_HEIGHT)
    outcome = None
    for number, values in enumerate(placed.view.frame.itertuples(index=False, name=None), placed.first):
        row = dict(zip(widths, values, strict=True))
        seen = {h: v for h, v in row.items() if h != "Outcome" or v != outcome}
        sheet.set_row(number, _height(book, seen, widths))
        outcome = row["Outcome"]


def _place(heading: str) -> dict[str, Any]:
    """Where a column's texts stand: ratings in the middle, figures to the right."""
    right = heading in (*_figures([heading]), *TREND_DATA)
    return {"align": "center" if heading in _CENTRED else "right" if right else "left"}


def _own_look(book: Book, heading: str) -> dict[str, Any]:
    """What sets a column apart: inputs are tinted, names and ratings bold, and no figure runs into ####."""
    own: dict[str, Any] = {"font_size": _small(book)} if heading in _SMALL else {}
    if heading in INPUTS:
        own |= {"bg_color": ENTRY}
    if heading in ("Outcome", *_CENTRED):
        own |= {"bold": True}
    if heading in _figures([heading]):
        own |= {"text_wrap": False, "shrink": True}
    return own | ({"num_format": "0.00"} if heading in TREND_DATA else {})


def _height(book: Book, seen: Mapping[str, Any], widths: Mapping[str, float]) -> float:
    """The height in points that a row needs for the texts that are seen in it."""
    texts: dict[bool, list[tuple[object, float]]] = {True: [], False: []}
    for heading, value in seen.items():
        texts[heading in _SMALL].append((value, widths[heading] * _BROAD))
    sizes = {True: _small(book), False: book.style.fonts.size}
    needed = [text_height(texts[kind], size=size) or size * 1.37 for kind, size in sizes.items()]
    return min(TALLEST, max(needed) + _PADDING)


def _small(book: Book) -> float:
    return book.style.fonts.size - 1


def _figures(headings: Sequence[str]) -> list[str]:
    """The headings of figures: target, quarters and forecast."""
    return [h for h in headings if h in ("Target", "Forecast") or h[:4].isdigit()]


# ---- what depends on values ----


def _colour(book: Book, sheet: Any, headings: Sequence[str], last: int) -> None:
    """Ratings in their colours, and with their shapes before the ref; outcomes set apart and named once."""
    for heading in ("Rating", "Forecast rating"):
        colour_ratings(book, sheet, _FIRST, last, headings.index(heading))
    rag, outcome = (_letter(headings, heading) for heading in ("RAG", "Outcome"))
    for word in (*RATINGS, NOT_RATED):
        shape = "".join(f"\\{c}" for c in book.style.look(word).mark)
        look = book.look(book.rating(word), num_format=f";;;{shape}")
        _rule(sheet, headings, ["RAG"], f'${rag}{_FIRST + 1}="{word}"', look, last)
    # Where a filter has hidden the row above, the name is shown again.
    repeats = f"AND(NOT({_begins(headings)}),SUBTOTAL(103,${outcome}{_FIRST})>0)"
    _rule(sheet, headings, ["Outcome"], repeats, book.look(num_format=";;;"), last)


def _format_figures(book: Book, sheet: Any, headings: Sequence[str], last: int) -> None:
    """Each row's figures with its own unit and decimals, as "Target as" and "Figures as" say; outcomes set apart.

    The rules of figures bring the line above an outcome along, because LibreOffice heeds one rule of a cell only.
    """
    others = [h for h in _figures(headings) if h != "Target"]
    begins, line = _begins(headings), {**VIEW_BODY, "top": 1, "top_color": INK}
    line = {name: value for name, value in line.items() if name.startswith(("top", "bottom"))}
    for told, shown in ((TARGET_FORMAT, ["Target"]), (FIGURE_FORMAT, others)):
        for unit, decimals in product(_UNITS, range(_MOST_DECIMALS + 1)):
            own = {"num_format": _UNITS[unit].format(number_format("", decimals))}
            told_so = f'${_letter(headings, told)}{_FIRST + 1}="{number_format(unit, decimals)}"'
            _rule(sheet, headings, shown, f"AND({told_so},{begins})", book.look(own, line), last)
            _rule(sheet, headings, shown, told_so, book.look(own), last)
    _rule(sheet, headings, headings, begins, book.look(line), last)


def _begins(headings: Sequence[str]) -> str:
    """Whether a row is the first of its outcome, as a formula of the first row."""
    here, above = (f"${_letter(headings, 'Outcome')}{row}" for row in (_FIRST + 1, _FIRST))
    return f"{here}<>{above}"


def _rule(sheet: Any, headings: Sequence[str], shown: Sequence[str], formula: str, look: Any, last: int) -> None:
    """A conditional format under some headings, in one rule; `formula` is that of the first row."""
    places = [headings.index(heading) for heading in shown]
    runs = [at for at in places if at - 1 not in places]
    ends = [at for at in places if at + 1 not in places]
    areas = [xl_range(_FIRST, left, last, right) for left, right in zip(runs, ends, strict=True)]
    options = {"type": "formula", "criteria": f"={formula}", "format": look, "multi_range": " ".join(areas)}
    sheet.conditional_format(_FIRST, runs[0], last, ends[0], options)


def _letter(headings: Sequence[str], heading: str) -> str:
    return str(xl_col_to_name(headings.index(heading)))


# ---- inputs and trends ----


def _open_inputs(sheet: Any, headings: Sequence[str], last: int) -> None:
    for heading in INPUTS:
        at = headings.index(heading)
        sheet.data_validation(_FIRST, at, last, at, {"validate": "any", **message(heading, _INPUT_MESSAGE)})


def _draw_trends(book: Book, sheet: Any, placed: Placed) -> None:
    """Bars for every row, so that rows which come later get them as well; the line that they stand on is the target."""
    look = {name: book.own(value) for name, value in _TREND.items()}
    first, last = placed.column(TREND_DATA[0]), placed.column(TREND_DATA[-1])
    for number in range(placed.first, placed.end):
        sheet.add_sparkline(number, placed.column("Trend"), {**look, "range": xl_range(number, first, number, last)})
