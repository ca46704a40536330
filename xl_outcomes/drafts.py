"""A table while many things happen to it, one after the other, each of which sees what those before it did."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from xl_outcomes.tables import Table, change, extend

Key = TypeVar("Key", bound=Hashable)
Row = dict[str, Any]


class Draft(Generic[Key]):
    """The rows of a table by number, and the numbers of the rows that have a key; new rows have numbers below zero.

    `key` says by what a row is looked up, None for a row that never is. It is asked once for each row.
    """

    def __init__(self, table: Table, key: Callable[[Mapping[str, Any]], Key | None]) -> None:
        self._before, self._key = table, key
        self._rows: dict[int, Row] = {}
        self._numbers: dict[Key, list[int]] = {}
        self._changes: dict[int, Row] = {}
        self._new: list[Row] = []
        for row in table.rows():
            self._place(row)
        self._first = min([0, *self._rows]) - 1

    def rows(self, key: Key) -> list[Row]:
        """The rows that have a key, as they stand now, in order."""
        return [self._rows[number] for number in self._numbers.get(key, ())]

    def add(self, row: Mapping[str, Any]) -> None:
        """Put a row at the end."""
        new = {**dict.fromkeys(self._before.frame.columns), **row, "row": self._first - len(self._new)}
        self._new.append(new)
        self._place(new)

    def set(self, row: Mapping[str, Any], cells: Mapping[str, Any]) -> None:
        """Change cells of a row; its key stays as it was."""
        self._rows[row["row"]].update(cells)
        if row["row"] > self._first:
            self._changes.setdefault(row["row"], {}).update(cells)

    def table(self) -> Table:
        """The table as it stands now."""
        return extend(change(self._before, self._changes), self._new)

    def _place(self, row: Row) -> None:
        self._rows[row["row"]] = row
        key = self._key(row)
        if key is not None:
            self._numbers.setdefault(key, []).append(row["row"])
