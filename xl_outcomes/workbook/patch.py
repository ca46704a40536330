"""Write frames into named tables of a closed workbook; every part that is not ours is copied byte for byte.

A cell whose value stays the same keeps its XML, and a part in which nothing changes keeps its bytes. Cells of the
officer's own columns travel with the row that they stood in, and so do notes, links, sparklines and being hidden.
Our own links and outline levels are written with their rows, and charts of what was written are brought up to date.
"""

import copy
import datetime as dt
from collections.abc import Sequence

from lxml import etree

from xl_outcomes.errors import WorkbookError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.add_sheet import add_sheets
from xl_outcomes.workbook.chart_caches import Written, refresh_charts
from xl_outcomes.workbook.formulas import moved_to, spell_out, total_at, translated
from xl_outcomes.workbook.grid import Area, GridBook, GridSheet, cell_name, formula_of
from xl_outcomes.workbook.links import Spots, drop_links, linked_columns, put_links
from xl_outcomes.workbook.markup import insert_in_order, tag
from xl_outcomes.workbook.package import Package, workbook_part, worksheets
from xl_outcomes.workbook.placed_table import PlacedTable, carry, check_room, find_table, resize, widened
from xl_outcomes.workbook.rename import rename_headings
from xl_outcomes.workbook.sparklines import Sparklines
from xl_outcomes.workbook.writes import KEEP, Block, Keep, NewSheet, Row, TableWrite, Value, clean

__all__ = ["KEEP", "Block", "Keep", "NewSheet", "Row", "TableWrite", "Value", "patch"]

_FORMULA_MARKS = (b"<f>", b"<f ", b":f>", b":f ")
_LEVEL = "outlineLevel"
_WORKBOOK_ORDER = (
    "calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr "
    "webPublishObjects extLst"
)


def patch(
    source: bytes, writes: Sequence[TableWrite], additions: Sequence[NewSheet] = (), style: HouseStyle = SHIPPED
) -> bytes:
    """The workbook with the tables written in place and new sheets added; `source` itself if nothing changes.

    Raises WorkbookError where a table is missing or filled by a query, where what is below or beside it is in the way,
    or where a row that is to go holds a note, link or sparkline; FileError where the source is not a sound workbook.
    """
    package = Package(source)
    book = GridBook(package)
    rename_headings([(find_table(book, write.table), write.renamed) for write in writes])
    written = [_put_rows(*_with_room(find_table(book, write.table), write)) for write in writes]
    if book.save():
        _drop_calculation_chain(package)
    if additions:
        add_sheets(package, additions, style)
    spots: Spots = {}
    tables: list[TableWrite | Block] = [*(write for write, _ in written)]
    tables += [block for sheet in additions for block in sheet.blocks]
    for each in tables:
        put_links(book, each.table, each.links, spots)
        _put_levels(book, each)
    refresh_charts(book, [change for _, change in written if change])
    _ask_for_recalculation(package)
    return package.build()


def _with_room(table: PlacedTable, write: TableWrite) -> tuple[PlacedTable, TableWrite]:
    """The table with all headings of a write; a loose write without those for which there is no room."""
    try:
        return widened(table, write.headings, len(write.rows)), write
    except WorkbookError:
        known = table.columns()
        missing = [heading for heading in write.headings if heading.casefold() not in known]
        if not write.loose or len(missing) == len(write.headings):
            raise
        return table, write.without(missing)


def _put_rows(table: PlacedTable, write: TableWrite) -> tuple[TableWrite, Written | None]:
    """Put all rows of a write; gives what was written and, if cells changed, where the table stood and stands."""
    left, top, right, bottom = table.area
    rows = write.rows or (Row((None,) * len(write.headings)),)
    end, totals = top + len(rows), table.totals
    if end > bottom:
        check_room(table, Area(left, bottom + totals + 1, right, end + totals))
    moves, linked = _moves(table, rows), linked_columns(table, write.links)
    sparklines = Sparklines(table, [row for row, target in moves.items() if target is None])
    carry(table, moves, end, linked)
    sparklines.fill(end)
    drop_links(table, linked, end)
    _clear_levels(table, write, end)
    writer = _RowWriter(table, write.headings)
    writer.unshare(rows)
    for number, row in enumerate(rows, top + 1):
        writer.put(number, row)
    writer.move_totals(end)
    writer.clear(range(end + totals + 1, bottom + totals + 1))
    writer.forget_formulas(rows)
    resize(table, end)
    changed = write.renamed or table.added or end != bottom or writer.has_changed()
    return write, Written(table.sheet, table.area, table.area._replace(bottom=end)) if changed else None


def _clear_levels(table: PlacedTable, write: TableWrite, end: int) -> None:
    """Take the outline levels off rows that the table leaves."""
    for number in range(end + 1, table.area.bottom + 1) if write.levels else ():
        row = table.sheet.rows.get(number)
        if row is not None and row.attrib.pop(_LEVEL, ""):
            table.sheet.reshaped = True


def _put_levels(book: GridBook, write: TableWrite | Block) -> None:
    """Give the rows of a table their outline levels, and the sheet room for the signs beside them."""
    if not write.levels:
        return
    table = find_table(book, write.table)
    rows = [table.sheet.rows.get(number) for number in range(table.area.top + 1, table.area.bottom + 1)]
    wanted = [str(level) if level else None for level in write.levels]
    for row, level in zip(rows, wanted, strict=False):
        if row is not None and row.get(_LEVEL) != level:
            row.attrib.pop(_LEVEL, "")
            row.attrib.update({_LEVEL: level} if level else {})
            book.package.touch(table.sheet.part)
    usual, deepest = table.sheet.root.find(tag("sheetFormatPr")), max(write.levels)
    if usual is not None and int(usual.get("outlineLevelRow", "0")) < deepest:
        usual.set("outlineLevelRow", str(deepest))
        book.package.touch(table.sheet.part)


def _moves(table: PlacedTable, rows: Sequence[Row]) -> dict[int, int | None]:
    """The new places of all rows that do not stay where they are, by their old ones; None for a row that goes.

    Where no row of the write says where it stood, each takes the place of the one that it is written over.
    """
    _, top, _, bottom = table.area
    unknown = all(row.origin is None for row in rows)
    places: dict[int | None, int] = {}
    for number, row in enumerate(rows, top + 1):
        places.setdefault(number if unknown else row.origin, number)
    if table.totals:
        places[bottom + 1] = top + len(rows) + 1
    return {n: places.get(n) for n in range(top + 1, bottom + table.totals + 1) if places.get(n) != n}


class _Before(dict[int, dict[int, etree._Element]]):
    """The cells of rows as they stood before any was put; rows that nobody asks for are never gone through."""

    def __init__(self, sheet: GridSheet) -> None:
        super().__init__()
        self._sheet = sheet

    def __missing__(self, number: int) -> dict[int, etree._Element]:
        self.remember(number)
        return self[number]

    def remember(self, number: int) -> None:
        """Note a row's cells; to be called before the first of them is put."""
        if number not in self:
            self[number] = dict(self._sheet.cells(number))


class _RowWriter:
    """Puts rows into a table, leaning on its cells as they stood before."""

    def __init__(self, table: PlacedTable, headings: Sequence[str]) -> None:
        _, top, _, bottom = self.area = table.area
        self.table, self.book, self.sheet = table, table.book, table.sheet
        self.before = _Before(table.sheet)
        self.held = range(top + 1, bottom + table.totals + 1)
        self.data = range(top + 1, bottom + 1)
        columns = table.columns()
        self.ours = {columns[heading.casefold()]: at for at, heading in enumerate(headings)}
        self.columns = range(self.area.left, self.area.right + 1)
        self.places = [(column, self.ours.get(column)) for column in self.columns]
        self.calculated = self._calculations()

    def put(self, number: int, row: Row) -> None:
        if row.origin is not None and row.origin not in self.data:
            raise ValueError(f"row {row.origin} is not a data row of {self.table.name}")
        stays = row.origin == number
        for column, at in self.places:
            value = KEEP if at is None else row.values[at]
            if not isinstance(value, Keep):
                self._put(number, column, self._our_cell(number, column, row.origin, clean(value)))
            elif not stays:
                self._put(number, column, self._their_cell(number, column, row.origin))
        if row.height is not None:
            self.sheet.set_height(number, row.height)

    def has_changed(self) -> bool:
        """Whether a cell in the place of the old rows is another one now."""
        touched = [number for number in self.data if number in self.before and self.sheet.has_changed(number)]
        rows = ((self.before[number], self.sheet.cells(number)) for number in touched)
        return any(old.get(column) is not new.get(column) for old, new in rows for column in self.columns)

    def unshare(self, rows: Sequence[Row]) -> None:
        """Spell out shared formulas where cells that share one are about to move, change or go."""
        if not any(formula.get("t") == "shared" for formula in self.sheet.data.iter(tag("f"))):
            return
        stays = len(rows) == len(self.data)
        stays &= all(row.origin in {None, number} for number, row in enumerate(rows, self.area.top + 1))
        shared = {
            formula.get("si")
            for number in self.held
            for column, cell in self.before[number].items()
            if (formula := cell.find(tag("f"))) is not None and formula.get("t") == "shared"
            if column in self.columns and not (stays and column in self.calculated)
        }
        if shared:
            spell_out(self.sheet, shared)

    def clear(self, numbers: range) -> None:
        """Clear rows that the table leaves."""
        for number in numbers:
            for column in self.columns:
                self._put(number, column, None)

    def move_totals(self, end: int) -> None:
        """Move the totals row, if there is one, to stand below the last row."""
        if not self.table.totals or end == self.area.bottom:
            return
        for column in self.columns:
            cell = self.before[self.area.bottom + 1].get(column)
            moved = None if cell is None else total_at(cell, column, self.area.bottom, end)
            self._put(end + 1, column, moved)

    def forget_formulas(self, rows: Sequence[Row]) -> None:
        """Columns of ours that were calculated hold values from now on, unless some of their cells were kept."""
        items = self.table.column_items()
        for column, at in self.ours.items():
            calculations = items[column - self.area.left].findall(tag("calculatedColumnFormula"))
            if not calculations or any(isinstance(row.values[at], Keep) for row in rows):
                continue
            if any(formula_of(self._old(number, column)) is not None for number in self.data):
                for calculation in calculations:
                    items[column - self.area.left].remove(calculation)
                    self.book.package.touch(self.table.part)

    def _our_cell(self, number: int, column: int, origin: int | None, value: Value) -> etree._Element | None:
        here = self._old(number, column)
        base = here if origin is None else self._old(origin, column)
        wanted = self.book.wanted(value)
        look = self._look(number, column, base)
        if isinstance(value, dt.date) and wanted is not None and wanted[0] == "number":
            look = self._dated(look, isinstance(value, dt.datetime))
        if base is not None and base.get("s") == look and self.book.content(base) == wanted:
            return moved_to(base, number, column)
        if wanted is None and (look is None or (base is None and here is None and number in self.data)):
            return None
        return self.book.new_cell(number, column, look, value)

    def _their_cell(self, number: int, column: int, origin: int | None) -> etree._Element | None:
        here = self._old(number, column)
        if origin is not None:
            base = self._old(origin, column)
            return None if base is None else moved_to(base, number, column)
        if column in self.calculated:
            return here if formula_of(here) is not None else self._calculated_cell(number, column, here)
        if (number in self.data and here is None) or (here is not None and self.book.content(here) is None):
            return here
        look = self._look(number, column, here)
        return None if look is None else self.book.new_cell(number, column, look, None)

    def _calculated_cell(self, number: int, column: int, here: etree._Element | None) -> etree._Element:
        """A cell with the column's formula and no value, which the spreadsheet program works out."""
        cell = self.book.new_cell(number, column, self._look(number, column, here), None)
        formula, last = self.calculated[column], self._old(self.data[-1], column)
        told = formula is not None and formula.text and translated(formula.text, "A1", "C3") == formula.text
        if not told and last is not None and formula_of(last):
            cell.append(copy.deepcopy(moved_to(last, number, column).findall(tag("f"))[0]))
        elif formula is not None:
            is_array = {"t": "array", "ref": cell_name(number, column)} if formula.get("array") in {"1", "true"} else {}
            etree.SubElement(cell, tag("f"), is_array).text = formula.text
        return cell

    def _calculations(self) -> dict[int, etree._Element | None]:
        """The officer's calculated columns: by their table formula, or None where merely every cell has one."""
        found: dict[int, etree._Element | None] = {}
        for column, item in enumerate(self.table.column_items(), self.area.left):
            if column in self.ours:
                continue
            formula = item.find(tag("calculatedColumnFormula"))
            everywhere = all(formula_of(self._old(number, column)) is not None for number in self.data)
            if formula is not None or (everywhere and self.data):
                found[column] = formula
        return found

    def _put(self, number: int, column: int, cell: etree._Element | None) -> None:
        self.before.remember(number)
        self.sheet.put(number, column, cell)

    def _old(self, number: int, column: int) -> etree._Element | None:
        return self.before[number].get(column) if number in self.data else None

    def _look(self, number: int, column: int, base: etree._Element | None) -> str | None:
        """A cell's style: its own, that of the cell in its place, or its column's; plain in a new column."""
        if base is not None:
            return base.get("s")
        if column > self.area.right - self.table.added:
            return str(self.book.styles.body())
        others = (self._old(n, column) for n in (number, *self.data[-1:], *self.data[:1]))
        like = next((cell for cell in others if cell is not None), None)
        return self.sheet.column_style(column) if like is None else like.get("s")

    def _dated(self, look: str | None, with_time: bool) -> str | None:
        style = int(look or 0)
        return look if self.book.styles.is_date(style) else str(self.book.styles.dated(style, with_time))


def _drop_calculation_chain(package: Package) -> None:
    workbook = workbook_part(package)
    chain = package.related(workbook, "calcChain")
    if chain:
        package.unrelate(workbook, chain)
        package.drop(chain)


def _ask_for_recalculation(package: Package) -> None:
    """Have Excel work out all formulas on opening, if there are any."""
    if not package.changed:
        return
    workbook = workbook_part(package)
    root = package.tree(workbook)
    settings = root.find(tag("calcPr"))
    asked = settings is not None and settings.get("fullCalcOnLoad") in {"1", "true"}
    if asked or not _has_formulas(package, workbook):
        return
    if settings is None:
        settings = etree.Element(tag("calcPr"))
        insert_in_order(root, settings, _WORKBOOK_ORDER)
    settings.set("fullCalcOnLoad", "1")
    package.touch(workbook)


def _has_formulas(package: Package, workbook: str) -> bool:
    if package.related(workbook, "calcChain"):
        return True
    for _, part in worksheets(package):
        tail = b""
        for piece in package.chunks(part):
            text = tail + piece
            if any(mark in text for mark in _FORMULA_MARKS):
                return True
            tail = piece[-4:]
    return False
