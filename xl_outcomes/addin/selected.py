"""The row of a table in which an officer's selected cell stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xl_outcomes.errors import InputError

if TYPE_CHECKING:
    from xl_outcomes.periods import Quarter
    from xl_outcomes.tables import Table

REFS = ("Ref", "Indicator", "Outcome")


@dataclass(frozen=True, slots=True)
class Selected:
    """A table's row: the display name of the table, and the cells by heading."""

    table: str
    row: Mapping[str, Any]

    @property
    def ref(self) -> str:
        """The ref that the row is about; raises InputError where it has none."""
        from xl_outcomes.framework import ref_text

        for heading in REFS:
            if self.row.get(heading) is not None:
                return ref_text(self.row[heading]).strip()
        raise InputError("The selected row is about no outcome or indicator.", _WHERE)

    def period(self, current: "Quarter") -> "Quarter":
        """The quarter that the row is about, else the current one."""
        from xl_outcomes.periods import Month, parse_period

        if self.row.get("Period") is None:
            return current
        period = parse_period(self.row["Period"])
        return period.quarter if isinstance(period, Month) else period


_WHERE = "Select a cell in the row of an outcome or indicator, such as one on the Framework sheet, and click again."


def selected_row(tables: "Iterable[Table]", sheet: str, row: int, column: int) -> Selected:
    """The table's row at a cell (row and column numbers from 1); raises InputError where there is none."""
    for table in tables:
        if table.sheet == sheet and row in table.frame.index and column in table.columns.values():
            cells = next(r for r in table.rows() if r["row"] == row)
            return Selected(table.name, cells)
    raise InputError("The selected cell is in no row of our tables.", _WHERE)
