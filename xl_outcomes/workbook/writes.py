"""What is to be written into a workbook, open or closed: rows of tables and new sheets. Nothing here knows a file."""

import datetime as dt
import itertools
import math
import numbers
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from xl_outcomes.errors import WorkbookError

Value = None | bool | float | int | str | dt.date | dt.datetime

TEXT_LIMIT = 32_767


class Keep(Enum):
    """In place of a value: leave the cell as it stands, formula and all."""

    KEEP = "keep"


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one value per heading of the write, and the sheet row where it stood before (None: new).

    KEEP in place of a value leaves the cell of the origin row as it is. A `height` in points is for the sheet row that
    is written; None leaves that row as high as it is, and so does a height that somebody chose by hand.
    """

    values: tuple[Value | Keep, ...]
    origin: int | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class TableWrite:
    """All rows of one table, under our headings; other columns belong to the officer and keep their cells.

    `table` is the display name, in any case. `renamed` maps old headings to new ones, which `headings` uses already.
    """

    table: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet that the package lacks, with one table.

    `name` is made unique where it is taken; `table` must be unused. A `title` stands in row 1 and moves the table to
    row 3. Cells under the headings in `ratings` are coloured by the words Green, Amber and Red, with or without "*".
    """

    name: str
    table: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: str = ""
    widths: tuple[float, ...] = ()
    ratings: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def top(self) -> int:
        """The row of the headings."""
        return 3 if self.title else 1

    @property
    def all_widths(self) -> list[float]:
        """A width in characters for each column: the one given, else one that fits the texts."""
        texts = [[str(value) for value in column] for column in itertools.zip_longest(self.headings, *self.rows[:200])]
        guessed = [min(60, max(10, 3 + max(map(len, column)))) for column in texts]
        return [*self.widths, *guessed[len(self.widths) :]]

    def check(self, taken: Collection[str]) -> None:
        """Raise WorkbookError where the table's name is among those taken (lower case), or its headings repeat."""
        if self.table.casefold() in taken:
            raise WorkbookError(f'The workbook already has a table or name "{self.table}".', "Rename or remove it.")
        if not all(self.headings) or len({heading.casefold() for heading in self.headings}) < len(self.headings):
            raise WorkbookError(f'The headings of the new table "{self.table}" are not distinct.')


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A sheet name that Excel allows and that nobody has (lower case): at most 31 characters, none of []:*?/\\."""
    plain = "".join("-" if c in "[]:*?/\\" or not c.isprintable() else c for c in wanted).strip("' ") or "Sheet"
    endings = itertools.chain([""], (f" ({number})" for number in range(2, 10_000)))
    names = (plain[: 31 - len(ending)].rstrip("' ") + ending for ending in endings)
    return next(name for name in names if name.casefold() not in taken)


def clean(value: Value) -> Value:
    """A value as a cell can hold it: plain types; blank text, NaN and NaT are None.

    Raises WorkbookError for infinite numbers and for text longer than a cell holds.
    """
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, str) and len(value.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
        raise WorkbookError(
            f'A cell holds at most {TEXT_LIMIT:,} characters; "{value[:40]}…" is longer.', "Shorten it."
        )
    if isinstance(value, dt.datetime):
        return dt.datetime.fromisoformat(value.isoformat()).replace(tzinfo=None)
    if isinstance(value, bool | str | dt.date):
        return value
    if isinstance(value, numbers.Integral) and abs(int(value)) < 2**53:
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    raise WorkbookError(f"A cell cannot hold {value!r}.", "Use a number, text, a date, or Yes and No.")
