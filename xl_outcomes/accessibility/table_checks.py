"""The rules about tables."""

from collections.abc import Iterator

from xl_outcomes.accessibility.colours import is_coloured
from xl_outcomes.accessibility.findings import Hit
from xl_outcomes.accessibility.model import Document, Place, Row, Table, tables_of
from xl_outcomes.accessibility.rules import (
    BROKEN_ROWS,
    COLOUR_ALONE,
    EMPTY_HEADER,
    HEADER_ROWS,
    LAYOUT_TABLE,
    MERGED,
    NESTED,
    NO_HEADER_ROW,
    UNDESCRIBED_TABLE,
)


def table_hits(document: Document) -> Iterator[Hit]:
    """Where tables break a rule; a table for layout breaks that rule alone."""
    for table in tables_of(document.body):
        if table.nested:
            yield Hit(NESTED, table.place, "a table in a cell of another table")
        if _is_layout(table):
            yield Hit(LAYOUT_TABLE, table.place, _layout_words(table))
        elif table.rows:
            yield from _structure(table)
            yield from _colours(table)


def _structure(table: Table) -> Iterator[Hit]:
    headers = [row for row in table.rows if row.header]
    if not table.rows[0].header:
        yield Hit(NO_HEADER_ROW, table.place, "the first row is not marked as a header row")
    elif len(headers) > 1:
        yield Hit(HEADER_ROWS, table.place, f"{len(headers)} rows are marked as header rows")
    elif any(cell.blank for cell in table.rows[0].cells):
        yield Hit(EMPTY_HEADER, table.place, "an empty cell in the header row")
    merged = sum(cell.merged for row in table.rows for cell in row.cells)
    if merged:
        yield Hit(MERGED, table.place, f"{merged} merged {'cell' if merged == 1 else 'cells'}")
    elif any(row.ragged for row in table.rows) or len({len(row.cells) for row in table.rows}) > 1:
        yield Hit(MERGED, table.place, "rows with different numbers of cells")
    if any(not row.whole for row in table.rows):
        yield Hit(BROKEN_ROWS, table.place, "rows that may be cut by the end of a page")
    if not table.described and not table.captioned and not table.nested:
        yield Hit(UNDESCRIBED_TABLE, table.place, "neither a caption nor alt text")


def _colours(table: Table) -> Iterator[Hit]:
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row.cells, start=1):
            if cell.blank and is_coloured(cell.shade) and not row.header and not _is_striped(row):
                words = f"row {number}, column {column} of {table.place.words}"
                yield Hit(COLOUR_ALONE, Place(table.place.order, words), "a coloured cell without text")


def _is_striped(row: Row) -> bool:
    # A whole row in one colour is decoration, unless nothing stands in it.
    shades = {cell.shade for cell in row.cells}
    return len(row.cells) > 1 and len(shades) == 1 and not all(cell.blank for cell in row.cells)


def _is_layout(table: Table) -> bool:
    cells = sum(len(row.cells) for row in table.rows)
    return cells == 1 or (not table.bordered and not any(row.header for row in table.rows))


def _layout_words(table: Table) -> str:
    single = sum(len(row.cells) for row in table.rows) == 1
    return "a table of one cell" if single else "a table without lines and without a header row"
