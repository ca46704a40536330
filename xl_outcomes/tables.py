"""Tables in memory: frames under the headings of the contract, with the place where they stand on a sheet.

A frame has one column per heading, object dtype, blanks as None, and is indexed by the row number on the sheet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from xl_outcomes.columns import Column
from xl_outcomes.contract import SPECS
from xl_outcomes.workbook.cell_types import column_letters

if TYPE_CHECKING:
    import pandera.pandas as pa


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as read: its frame (index: sheet rows), the sheet it stands on and the column number of each heading.

    Its frame is never changed in place, so what is worked out from a table holds as long as it does.
    """

    name: str
    frame: pd.DataFrame
    sheet: str = ""
    columns: Mapping[str, int] = field(default_factory=dict)

    def cell(self, row: object, heading: str) -> str:
        """The address of a cell such as "D4"; blank where the table has no place on a sheet."""
        return f"{column_letters(self.columns[heading])}{row}" if heading in self.columns else ""

    def rows(self) -> Iterable[dict[str, Any]]:
        """The rows as dictionaries by heading, with the sheet row under "row"."""
        names = [*self.frame.columns, "row"]
        columns = [self.frame.iloc[:, n].tolist() for n in range(len(names) - 1)]
        for values in zip(*columns, self.frame.index.tolist(), strict=True):
            yield dict(zip(names, values, strict=True))

    def with_frame(self, new: pd.DataFrame) -> "Table":
        """The same table holding other rows."""
        return replace(self, frame=new)


Tables = Mapping[str, Table]


def frame(
    headings: Iterable[str], rows: Iterable[Iterable[object]], index: Iterable[int] | None = None
) -> pd.DataFrame:
    """A frame of object columns with blanks as None."""
    listed = [tuple(r) for r in rows]
    return pd.DataFrame(listed, columns=list(headings), dtype=object, index=None if index is None else list(index))


def extend(table: Table, rows: Iterable[Mapping[str, object]]) -> Table:
    """The table with new rows at the end; they are numbered -1, -2 … until they have a place on the sheet."""
    listed = list(rows)
    if not listed:
        return table
    old = table.frame.index.tolist()
    first = min([0, *old]) - 1
    index = range(first, first - len(listed), -1)
    headings = list(table.frame.columns)
    new = frame(headings, ([row.get(h) for h in headings] for row in listed))
    joined = pd.concat([table.frame.astype(object), new], ignore_index=True)
    return table.with_frame(joined.set_axis([*old, *index]))


def change(table: Table, cells: Mapping[int, Mapping[str, Any]]) -> Table:
    """The table with some cells changed: by row number, then heading."""
    if not cells:
        return table
    old = table.frame
    rows, columns = ({key: n for n, key in enumerate(axis)} for axis in old.axes)
    # One array for all: setting a cell of a frame takes longer than reading a whole row.
    new = old.to_numpy(dtype=object, copy=True)
    for row, changes in cells.items():
        for heading, value in changes.items():
            new[rows[row], columns[heading]] = value
    return table.with_frame(pd.DataFrame(new, old.index, old.columns, dtype=object))


def get(tables: Tables, name: str) -> Table:
    """A table of a master; without rows where the master lacks it."""
    return tables[name] if name in tables else blank(name)


def empty(name: str) -> pd.DataFrame:
    """The frame of a table without rows."""
    return frame(SPECS[name].headings, [])


@cache
def blank(name: str) -> Table:
    """The table of that name without rows."""
    return Table(name, empty(name))


@cache
def schema(name: str) -> "pa.DataFrameSchema":
    """The pandera schema of a table: its headings, and for each column the kind or words that its cells must have."""
    import pandera.pandas as pa

    def column(c: Column) -> "pa.Column":
        return pa.Column(checks=pa.Check(c.fits, name=c.kind, element_wise=True), nullable=True, required=c.needed)

    return pa.DataFrameSchema({c.heading: column(c) for c in SPECS[name].columns}, strict=False)


def misfits(table: Table) -> list[tuple[int, str]]:
    """The cells that do not fit their column, as (sheet row, heading), in reading order."""
    import pandera.errors

    try:
        schema(table.name).validate(table.frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases[["index", "column"]].itertuples(index=False, name=None)
        order = {h: n for n, h in enumerate(SPECS[table.name].headings)}
        return sorted({(int(row), str(heading)) for row, heading in cases}, key=lambda c: (c[0], order[c[1]]))
    return []
