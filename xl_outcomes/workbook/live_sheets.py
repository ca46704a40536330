"""New sheets in an open workbook, each with a table, cell for cell as the file adapter makes them."""

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from xl_outcomes.errors import WorkbookError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.cell_types import column_letters
from xl_outcomes.workbook.excel_app import ExcelApp
from xl_outcomes.workbook.live_place import Place, area, places
from xl_outcomes.workbook.live_write import Journal, Linked, put
from xl_outcomes.workbook.typed_text import as_typed
from xl_outcomes.workbook.writes import Goto, NewSheet, Value, clean, file_address, free_name, location

if TYPE_CHECKING:
    import xlwings as xw

_TABLE_STYLE = "TableStyleLight1"
_LONGEST_SHOWN = 255  # characters of a link's own text


class SheetMaker:
    """Adds sheets at the end of a workbook.

    Raises WorkbookError, before anything is changed, where the workbook's structure is protected, a table's name is
    taken or its headings are not distinct.
    """

    def __init__(
        self,
        book: "xw.Book",
        excel: ExcelApp,
        tables: Iterable[str],
        additions: Sequence[NewSheet],
        style: HouseStyle = SHIPPED,
    ) -> None:
        self._book, self._excel, self._additions, self._style = book, excel, additions, style
        if additions and excel.is_structure_locked(book):
            raise WorkbookError(
                f"The structure of {book.name} is protected, so no sheet can be added to it.",
                "In Excel choose Review, Protect Workbook, and try again.",
            )
        taken = {*tables, *(name.name.casefold() for name in book.names)}
        for sheet in additions:
            sheet.check(taken)
            taken.add(sheet.table.casefold())

    def make(self, journal: Journal) -> None:
        """Adds the sheets; then all cells that are to lead somewhere get their links."""
        made = []
        for new in self._additions:
            name = free_name(new.name, {sheet.name.casefold() for sheet in self._book.sheets})
            sheet = self._book.sheets.add(name, after=self._book.sheets[-1])
            journal.did(sheet.delete)
            self._fill(sheet, new)
            made.append(Place(new.table, sheet.name, new.top, 1, new.top + 1, len(new.headings)))
            if new.links:
                journal.links.append(_linked(sheet, new))
        # What Excel says of tables that have just been made differs between engines.
        known = {place.name.casefold(): place for place in (*places(self._book), *made)} if journal.links else {}
        for linked in journal.links:
            _put_links(linked, known, journal.moved)

    def _fill(self, sheet: "xw.Sheet", new: NewSheet) -> None:
        bottom, right = new.top + max(1, len(new.rows)), len(new.headings)
        whole, body = area(sheet, new.top, 1, bottom, right), area(sheet, new.top + 1, 1, bottom, right)
        whole.wrap_text = True
        body.vertical_alignment = "top"
        cells = [[clean(value) for value, _ in itertools.zip_longest(row, new.headings)] for row in new.rows]
        typed = [[as_typed(value) if isinstance(value, str) else value for value in row] for row in cells]
        put(sheet, new.top, 1, [[as_typed(heading) for heading in new.headings], *typed])
        sheet.tables.add(whole, name=new.table, table_style_name=_TABLE_STYLE)
        self._show_dates(sheet, new, cells)
        self._make_readable(sheet, new)
        _colour_ratings(sheet, new, bottom, self._style)
        if new.hidden:
            sheet.visible = False

    def _show_dates(self, sheet: "xw.Sheet", new: NewSheet, cells: Sequence[Sequence[object]]) -> None:
        """Columns of dates, shown as yyyy-mm-dd, with the time where there is one."""
        for column in range(len(new.headings)):
            dates = [row[column] for row in cells if isinstance(row[column], dt.date)]
            if dates:
                timed = any(isinstance(date, dt.datetime) for date in dates)
                rows = area(sheet, new.top + 1, column + 1, new.top + len(cells), column + 1)
                rows.number_format = "yyyy-mm-dd hh:mm" if timed else "yyyy-mm-dd"

    def _make_readable(self, sheet: "xw.Sheet", new: NewSheet) -> None:
        header = area(sheet, new.top, 1, new.top, len(new.headings))
        header.font.bold = True
        header.color = self._style.colours.tint
        for column, width in enumerate(new.all_widths, 1):
            sheet.range((1, column)).column_width = self._excel.width(width)
        if new.title:
            title = sheet.range((1, 1))
            title.value = as_typed(new.title)
            title.font.bold, title.font.size = True, 14
        self._excel.freeze(sheet, new.top)


def _linked(sheet: "xw.Sheet", new: NewSheet) -> Linked:
    columns = {heading: new.headings.index(heading) + 1 for heading in new.links}
    values = {heading: [row[column - 1] for row in new.rows] for heading, column in columns.items()}
    return Linked(sheet, new.top + 1, columns, values, new.links)


def _put_links(linked: Linked, known: Mapping[str, Place], moved: Collection[str]) -> None:
    """Puts the links of cells that are new, or whose target has moved: Excel takes each by itself, which takes time."""
    for heading, column in linked.columns.items():
        stays = linked.stays.get(heading, ())
        cells = itertools.zip_longest(linked.links[heading], linked.values[heading], stays)
        for row, (goto, value, stay) in enumerate(cells, linked.first):
            if goto is not None and (not stay or goto.table.casefold() in moved):
                _link(linked.sheet.range((row, column)), goto, clean(value), known)


def _link(cell: "xw.Range", goto: Goto, value: Value, known: Mapping[str, Place]) -> None:
    """A link on a cell, which is given the text of the link as its value and may need its own again."""
    typed = as_typed(value) if isinstance(value, str) else value
    shown = str(value)[:_LONGEST_SHOWN]
    cell.add_hyperlink(_address(goto, known), shown, "Open the file" if goto.file else "Go there")
    if typed != shown:
        cell.value = typed


def _address(goto: Goto, known: Mapping[str, Place]) -> str:
    if goto.file:
        return file_address(goto.file) + (f"#{goto.place}" if goto.place else "")
    place = known[goto.table.casefold()]
    return "#" + location(place.sheet, place.top if goto.row is None else place.top + 1 + goto.row, place.left)


def _colour_ratings(sheet: "xw.Sheet", new: NewSheet, bottom: int, style: HouseStyle) -> None:
    """The colours of the rating words, by conditional formats."""
    if not new.ratings:
        return
    for heading in new.ratings:
        column = new.headings.index(heading) + 1
        cells = area(sheet, new.top + 1, column, bottom, column)
        # Excel reads a relative reference as seen from the active cell, which a whole column and a fixed row avoid.
        first = f"INDEX(${column_letters(column)}:${column_letters(column)},ROW())"
        for word, look in style.ratings.items():
            formula = f'=OR({first}="{word}",{first}="{word}*")'
            cells.conditional_formats.add_custom(formula, fill_color=look.background, font_color=look.text)
