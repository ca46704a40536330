"""New sheets in an open workbook, each with its tables, cell for cell as the file adapter makes them."""

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
from xl_outcomes.workbook.writes import (
    BODY_SIZE,
    CAPTION_SIZE,
    TITLE_SIZE,
    Block,
    Goto,
    NewSheet,
    Value,
    clean,
    file_address,
    free_name,
    location,
)

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
            taken |= sheet.check(taken)

    def make(self, journal: Journal) -> None:
        """Adds the sheets; then all cells that are to lead somewhere get their links."""
        made = []
        for new in self._additions:
            name = free_name(new.name, {sheet.name.casefold() for sheet in self._book.sheets})
            sheet = self._book.sheets.add(name, after=self._book.sheets[-1])
            journal.did(sheet.delete)
            self._fill(sheet, new)
            for top, block in zip(new.tops, new.blocks, strict=True):
                made.append(Place(block.table, sheet.name, top, 1, top + block.depth, len(block.headings)))
                if block.links:
                    journal.links.append(_linked(sheet, top, block))
        # What Excel says of tables that have just been made differs between engines.
        known = {place.name.casefold(): place for place in (*places(self._book), *made)} if journal.links else {}
        for linked in journal.links:
            _put_links(linked, known, journal.moved)

    def _fill(self, sheet: "xw.Sheet", new: NewSheet) -> None:
        widths = new.all_widths
        # Excel fits rows to the columns as it finds them.
        for column, width in enumerate(widths, 1):
            sheet.range((1, column)).column_width = self._excel.width(width)
        _put_lines(sheet, new, widths)
        for top, block in zip(new.tops, new.blocks, strict=True):
            self._put_block(sheet, top, block, filters=new.is_single)
        if new.frozen:
            self._excel.freeze(sheet, new.frozen)
        sheet.show_gridlines = False
        if new.hidden:
            sheet.visible = False

    def _put_block(self, sheet: "xw.Sheet", top: int, block: Block, *, filters: bool) -> None:
        bottom, right = top + block.depth, len(block.headings)
        whole, body = area(sheet, top, 1, bottom, right), area(sheet, top + 1, 1, bottom, right)
        whole.wrap_text = True
        body.vertical_alignment = "top"
        cells = [[clean(value) for value, _ in itertools.zip_longest(row, block.headings)] for row in block.rows]
        typed = [[as_typed(value) if isinstance(value, str) else value for value in row] for row in cells]
        if block.caption:
            _put_line(sheet.range((top - 1, 1)), block.caption, CAPTION_SIZE)
        put(sheet, top, 1, [[as_typed(heading) for heading in block.headings], *typed])
        table = sheet.tables.add(whole, name=block.table, table_style_name=_TABLE_STYLE)
        if not filters:
            table.show_autofilter = False
        header = area(sheet, top, 1, top, right)
        header.font.bold = True
        header.vertical_alignment = "center"
        header.color = self._style.colours.tint
        _lean(sheet, top, block)
        _show_dates(sheet, top, cells, right)
        _colour_ratings(sheet, top, block, self._style)
        whole.rows.autofit()


def _put_lines(sheet: "xw.Sheet", new: NewSheet, widths: Sequence[float]) -> None:
    """Title and note across all columns, in rows as high as they need: rows of merged cells never fit themselves."""
    for row, ((text, size), height) in enumerate(zip(new.lines, new.line_heights(widths), strict=True), 1):
        line = area(sheet, row, 1, row, len(widths))
        if len(widths) > 1:
            line.merge()
        line.wrap_text = True
        line.vertical_alignment = "center" if size == TITLE_SIZE else "top"
        line.row_height = height
        _put_line(sheet.range((row, 1)), text, size)


def _put_line(cell: "xw.Range", text: str, size: float) -> None:
    """A text in its size; larger than the rest, in bold."""
    cell.value = as_typed(text)
    if size > BODY_SIZE:
        cell.font.bold, cell.font.size = True, size


def _lean(sheet: "xw.Sheet", top: int, block: Block) -> None:
    """Columns of ratings to the middle, those of numbers to the right, away from what stands beside them."""
    for side, run in itertools.groupby(enumerate(block.sides, 1), key=lambda pair: pair[1]):
        columns = [column for column, _ in run]
        cells = area(sheet, top, columns[0], top + block.depth, columns[-1])
        if side != "left":
            cells.horizontal_alignment = "left" if side == "apart" else side
        if side in ("apart", "right"):
            cells.adjust_indent(1)
        if side == "center":
            cells.font.bold = True


def _show_dates(sheet: "xw.Sheet", top: int, cells: Sequence[Sequence[object]], right: int) -> None:
    """Columns of dates, shown as yyyy-mm-dd, with the time where there is one."""
    for column in range(right):
        dates = [row[column] for row in cells if isinstance(row[column], dt.date)]
        if dates:
            timed = any(isinstance(date, dt.datetime) for date in dates)
            rows = area(sheet, top + 1, column + 1, top + len(cells), column + 1)
            rows.number_format = "yyyy-mm-dd hh:mm" if timed else "yyyy-mm-dd"
            rows.horizontal_alignment = "left"


def _linked(sheet: "xw.Sheet", top: int, block: Block) -> Linked:
    columns = {heading: block.headings.index(heading) + 1 for heading in block.links}
    values = {heading: [row[column - 1] for row in block.rows] for heading, column in columns.items()}
    return Linked(sheet, top + 1, columns, values, block.links)


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


def _colour_ratings(sheet: "xw.Sheet", top: int, block: Block, style: HouseStyle) -> None:
    """The colours of the rating words, by conditional formats."""
    for heading in block.ratings:
        column = block.headings.index(heading) + 1
        cells = area(sheet, top + 1, column, top + block.depth, column)
        # Excel reads a relative reference as seen from the active cell, which a whole column and a fixed row avoid.
        first = f"INDEX(${column_letters(column)}:${column_letters(column)},ROW())"
        for word, look in style.ratings.items():
            formula = f'=OR({first}="{word}",{first}="{word}*")'
            cells.conditional_formats.add_custom(formula, fill_color=look.background, font_color=look.text)
