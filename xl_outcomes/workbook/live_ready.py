"""What is looked at before a table of an open workbook is written: nothing has been changed where anything stops it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.excel_app import ExcelApp
from xl_outcomes.workbook.live_place import Place, area, check_room, grid
from xl_outcomes.workbook.live_write import TableWriter
from xl_outcomes.workbook.writes import TableWrite

if TYPE_CHECKING:
    import xlwings as xw


def prepared(book: "xw.Book", placed: Mapping[str, Place], write: TableWrite, excel: ExcelApp) -> TableWriter:
    """The writer of a table, once it is sure that nothing stands in its way.

    Raises WorkbookError where a query fills the table, something is in the way, or a row that is to go holds a note.
    """
    place = placed[write.table.casefold()]
    sheet = book.sheets[place.sheet]
    if excel.is_filled_by_query(sheet, place.name):
        raise WorkbookError(
            f'A query fills the table "{place.name}", so its next refresh would lose what is written.',
            "In Excel choose Table Design, Unlink, and try again.",
        )
    values = grid(sheet, place.top, place.left, place.end, place.right)
    formulas = excel.formulas(area(sheet, place.top, place.left, place.end, place.right))
    others = [other for other in placed.values() if other.sheet == place.sheet and other != place]
    has_below = _has_below(sheet, place, others)
    writer = TableWriter(sheet, place, write, values, formulas, has_below)
    if write.loose and 0 < len(writer.missing) < len(write.headings) and not _has_columns(writer, others):
        writer = TableWriter(sheet, place, write.without(writer.missing), values, formulas, has_below)
    if write.loose and writer.cuts and _wider_below(place, others):
        # Excel moves no rows above a wider table; a view's rows can as well be written where they stand.
        writer = TableWriter(sheet, place, _standing(writer.task, place), values, formulas, has_below)
    _check_room(writer, others)
    _check_notes(writer)
    return writer


def _standing(write: TableWrite, place: Place) -> TableWrite:
    """A write whose rows take over those that stand there, one by one."""
    rows = (replace(row, origin=at if at in place.rows else None) for at, row in enumerate(write.rows, place.top + 1))
    return replace(write, rows=tuple(rows))


def _wider_below(place: Place, others: Sequence[Place]) -> Place | None:
    below = (o for o in others if o.top > place.end and o.left <= place.right and place.left <= o.right)
    return next((o for o in below if o.left < place.left or place.right < o.right), None)


def _check_room(writer: TableWriter, others: Sequence[Place]) -> None:
    place, sheet = writer.place, writer.sheet
    extra = writer.growth
    if extra:
        check_room(sheet, place, others, replace(place, top=place.end + 1, bottom=place.end + extra, totals=0))
    _check_columns(writer, others)
    wider = _wider_below(place, others)
    if writer.cuts and wider:
        raise WorkbookError(
            f'Rows of the table "{place.name}" on sheet "{place.sheet}" are to move or go, which Excel refuses while '
            f'the table "{wider.name}" stands below it and reaches further to the side.',
            "Move one of the two tables to a sheet of its own, and try again.",
        )


def _check_columns(writer: TableWriter, others: Sequence[Place]) -> None:
    place, missing = writer.place, len(writer.missing)
    if missing:
        wanted = replace(place, left=place.right + 1, right=place.right + missing, bottom=place.bottom + writer.growth)
        check_room(writer.sheet, place, others, wanted)


def _has_columns(writer: TableWriter, others: Sequence[Place]) -> bool:
    """Whether there is room for the headings that the table lacks."""
    try:
        _check_columns(writer, others)
    except WorkbookError:
        return False
    return True


def _check_notes(writer: TableWriter) -> None:
    gone = [row for row in writer.place.rows if row not in writer.wanted]
    if not gone or not len(writer.sheet.notes):
        return
    for row in gone:
        for column in range(writer.place.left, writer.place.right + 1):
            cell = writer.sheet.range((row, column))
            if cell.note is not None:
                raise WorkbookError(
                    f'Row {row} of the table "{writer.place.name}" on sheet "{writer.place.sheet}" is to go, '
                    f"but it holds a note in {cell.get_address(False, False)}.",
                    "Move that out of the table, or delete it, and try again.",
                )


def _has_below(sheet: "xw.Sheet", place: Place, others: Sequence[Place]) -> bool:
    """Whether anything stands below a table, in its columns."""
    last = sheet.used_range.last_cell.row
    if any(o.top > place.end and o.left <= place.right and place.left <= o.right for o in others):
        return True
    cells = grid(sheet, place.end + 1, place.left, last, place.right) if last > place.end else []
    return any(value is not None for row in cells for value in row)
