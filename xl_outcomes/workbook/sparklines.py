"""Sparklines of a table in which every row has one: new rows get theirs, and rows that go take theirs with them."""

import copy
from collections.abc import Collection
from typing import NamedTuple

from lxml import etree

from xl_outcomes.workbook.grid import Area, cell_name
from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.placed_table import PlacedTable

_EXCEL = "{http://schemas.microsoft.com/office/excel/2006/main}"
_SHOWN, _PLACE = f"{_EXCEL}f", f"{_EXCEL}sqref"
_DIGITS = "0123456789"
_STARTS = "$ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_Cell = tuple[int, int]


class _Line(NamedTuple):
    """A sparkline, the list that it is in, and the row that it is made for."""

    item: etree._Element
    siblings: etree._Element
    row: int


class Sparklines:
    """The columns of a table in which every row has a sparkline.

    To be made before rows move; `fill` is for afterwards, when the sparklines of rows that stay are in their new rows.
    """

    def __init__(self, table: PlacedTable, gone: Collection[int]) -> None:
        self._table = table
        left, top, right, bottom = table.area
        lines, rows = _lines(table), range(top + 1, bottom + 1)
        columns = [c for c in range(left, right + 1) if lines and all((row, c) in lines for row in rows)]
        # Copies, because the sparklines themselves may move.
        self._models = {c: lines[bottom, c]._replace(item=copy.deepcopy(lines[bottom, c].item)) for c in columns}
        self._gone = [lines[row, column] for row in gone if row in rows for column in columns]
        for line in self._gone:
            line.siblings.remove(line.item)
            table.sheet.reshaped = True

    def fill(self, end: int) -> None:
        """Give each row down to the new last one a sparkline like that of the row above."""
        lines, first = _lines(self._table) if self._models else {}, self._table.area.top + 1
        for column, model in self._models.items():
            for row in range(first, end + 1):
                if (row, column) not in lines:
                    lines[row, column] = _copied(lines.get((row - 1, column), model), row, column)
                    self._table.sheet.reshaped = True
        for line in self._gone:
            _tidy(line.siblings)


def _lines(table: PlacedTable) -> dict[_Cell, _Line]:
    """The sheet's sparklines by row and column."""
    found: dict[_Cell, _Line] = {}
    for place in table.sheet.root.iterfind(f"{tag('extLst')}//{{*}}sparkline/{_PLACE}"):
        item = place.getparent()
        siblings = None if item is None else item.getparent()
        try:
            area = Area.of(place.text or "")
        except ValueError:
            continue
        if item is not None and siblings is not None:
            found[area.top, area.left] = _Line(item, siblings, area.top)
    return found


def _copied(model: _Line, row: int, column: int) -> _Line:
    """A sparkline like another in the same list, showing the cells that are as far from its own row."""
    item = copy.deepcopy(model.item)
    for place in item.iterchildren(_PLACE):
        place.text = cell_name(row, column)
    for shown in item.iterchildren(_SHOWN):
        shown.text = _moved(shown.text or "", row - model.row)
    model.siblings.append(item)
    return _Line(item, model.siblings, row)


def _moved(text: str, rows: int) -> str:
    """A reference so many rows lower; rows with a $, and what is no plain reference, stay."""
    place, bang, cells = text.rpartition("!")
    ends = cells.split(":")
    if not all(end.replace("$", "").isalnum() and end[:1] in _STARTS and end[-1:] in _DIGITS for end in ends):
        return text
    return f"{place}{bang}{':'.join(_lower(end, rows) for end in ends)}"


def _lower(end: str, rows: int) -> str:
    letters = end.rstrip(_DIGITS)
    return end if letters.endswith("$") else f"{letters}{int(end[len(letters) :]) + rows}"


def _tidy(siblings: etree._Element) -> None:
    """Take out a list that has become empty, with the group that it is the list of."""
    group = siblings.getparent()
    groups = None if group is None else group.getparent()
    if len(siblings) == 0 and group is not None and groups is not None:
        groups.remove(group)
