"""What is to be written into a workbook, open or closed: rows of tables and new sheets. Nothing here knows a file."""

import datetime as dt
import itertools
import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal
from urllib.parse import quote

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.cell_types import column_letters
from xl_outcomes.workbook.text_size import heading_width, text_height

Value = None | bool | float | int | str | dt.date | dt.datetime

Side = Literal["left", "apart", "center", "right"]

TEXT_LIMIT = 32_767
TITLE_SIZE, CAPTION_SIZE, BODY_SIZE = 14.0, 12.0, 11.0  # points
_WEB = ("http://", "https://", "mailto:", "file:")


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
class Goto:
    """Where a cell leads: a row of a table as it stands once all is written (0 the first), its headings, or a file.

    `place` is a cell in that file, such as 'Return'!H9.
    """

    table: str = ""
    row: int | None = None
    file: str = ""
    place: str = ""


Links = Mapping[str, tuple[Goto | None, ...]]


@dataclass(frozen=True, slots=True)
class TableWrite:
    """All rows of one table, under our headings; other columns belong to the officer and keep their cells.

    `table` is the display name, in any case. `renamed` maps old headings to new ones, which `headings` uses already.
    `links` says where the cells under some headings lead, a place for each row; every link under those headings is
    ours. `levels` are the outline levels of the rows. A `loose` write goes without the headings that the table lacks
    and has no room for.
    """

    table: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    levels: tuple[int, ...] = ()
    loose: bool = False

    def without(self, missing: Collection[str]) -> "TableWrite":
        """The same rows under fewer headings."""
        kept = [at for at, heading in enumerate(self.headings) if heading not in missing]
        rows = tuple(replace(row, values=tuple(row.values[at] for at in kept)) for row in self.rows)
        links = {heading: places for heading, places in self.links.items() if heading not in missing}
        return replace(self, headings=tuple(self.headings[at] for at in kept), rows=rows, links=links)


@dataclass(frozen=True, slots=True)
class Block:
    """A table on a new sheet, under its caption if it has one.

    `table` must be unused. Cells under the headings in `ratings` are coloured by the words Green, Amber and Red, with
    or without "*". `widths` are in characters; where they end, the texts decide. `links` and `levels` are those of a
    TableWrite.
    """

    table: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    caption: str = ""
    widths: tuple[float, ...] = ()
    ratings: tuple[str, ...] = ()
    links: Links = field(default_factory=dict)
    levels: tuple[int, ...] = ()

    @property
    def sides(self) -> list[Side]:
        """To which side each column leans: ratings to the middle, numbers alone to the right, all else to the left.

        What stands to the right of numbers or ratings is set apart from them.
        """
        columns = zip(self.headings, itertools.zip_longest(*self.rows), strict=False)
        numbers = {heading for heading, values in columns if _all_numbers(values)}
        sides: list[Side] = []
        for heading in self.headings:
            usual: Side = "apart" if sides and sides[-1] in ("center", "right") else "left"
            sides.append("center" if heading in self.ratings else "right" if heading in numbers else usual)
        return sides

    @property
    def depth(self) -> int:
        """How many rows of data it takes: a table without any has a blank one."""
        return max(1, len(self.rows))

    @property
    def all_widths(self) -> list[float]:
        """A width in characters for each column: the one given, else one that fits the texts."""
        texts = [[str(value) for value in column] for column in itertools.zip_longest(self.headings, *self.rows[:200])]
        guessed = [min(60, max(10, 3 + max(map(len, column)))) for column in texts[len(self.widths) :]]
        return [*self.widths, *guessed]


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet that the workbook lacks: title, note, and its tables one below the other; only the last can grow.

    `name` is made unique where it is taken.
    """

    name: str
    blocks: tuple[Block, ...]
    title: str = ""
    note: str = ""
    hidden: bool = False

    @property
    def lines(self) -> list[tuple[str, float]]:
        """Title and note as far as there are any, from row 1 on, each with its size in points."""
        return [(text, size) for text, size in ((self.title, TITLE_SIZE), (self.note, BODY_SIZE)) if text]

    @property
    def tops(self) -> list[int]:
        """The row of headings of each block; a blank row stands above each caption, or table without one."""
        tops, free = [], len(self.lines) + 2 if self.lines else 1
        for block in self.blocks:
            tops.append(free + bool(block.caption))
            free = tops[-1] + block.depth + 2
        return tops

    @property
    def is_single(self) -> bool:
        """Whether there is one table alone, which then has filter buttons."""
        return len(self.blocks) == 1

    @property
    def frozen(self) -> int:
        """The row down to which all stays in sight: the headings of a single table, else the title; 0 for none."""
        return self.tops[0] if self.is_single else int(bool(self.title))

    @property
    def all_widths(self) -> list[float]:
        """A width in characters for each column, in which the widest of the tables has room."""
        widths = [0.0] * max(len(block.headings) for block in self.blocks)
        for block in self.blocks:
            for column, (heading, width) in enumerate(zip(block.headings, block.all_widths, strict=True)):
                needed = heading_width(heading, width, filters=self.is_single)
                widths[column] = max(widths[column], needed)
        return widths

    def line_heights(self, widths: Sequence[float]) -> list[float]:
        """The heights in points of the rows of title and note, which go across all columns."""
        return [text_height([(text, sum(widths))], size=size) or size * 1.6 for text, size in self.lines]

    def check(self, taken: Collection[str]) -> set[str]:
        """The names of its tables (lower case).

        Raises WorkbookError where one is among those taken (lower case) or given twice, or where headings repeat.
        """
        names: set[str] = set()
        for block in self.blocks:
            name = block.table.casefold()
            if name in taken or name in names:
                raise WorkbookError(
                    f'The workbook already has a table or name "{block.table}".', "Rename or remove it."
                )
            headings = {heading.casefold() for heading in block.headings}
            if not all(headings) or len(headings) < len(block.headings):
                raise WorkbookError(f'The headings of the new table "{block.table}" are not distinct.')
            names.add(name)
        return names


def _all_numbers(values: Sequence[Value]) -> bool:
    held = [value for value in values if value is not None]
    return bool(held) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in held)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A sheet name that Excel allows and that nobody has (lower case): at most 31 characters, none of []:*?/\\."""
    plain = "".join("-" if c in "[]:*?/\\" or not c.isprintable() else c for c in wanted).strip("' ") or "Sheet"
    endings = itertools.chain([""], (f" ({number})" for number in range(2, 10_000)))
    names = (plain[: 31 - len(ending)].rstrip("' ") + ending for ending in endings)
    return next(name for name in names if name.casefold() not in taken)


def location(sheet: str, row: int, column: int) -> str:
    """A cell as the target of a link inside the workbook, such as 'Framework'!A12."""
    return "'{}'!{}{}".format(sheet.replace("'", "''"), column_letters(column), row)


def file_address(path: str) -> str:
    """A file as the target of a link: a path of Windows or relative to the workbook, or an address of the web."""
    if path.casefold().startswith(_WEB):
        return quote(path, safe="%:/?#[]@!$&'()*+,;=~")
    plain = quote(path.replace("\\", "/"), safe="/!$&'()+,;=~")
    if path[1:2] == ":":
        return f"file:///{path[0]}:{plain[4:]}"
    if plain.startswith("/"):
        return f"file:{plain}" if plain.startswith("//") else f"file://{plain}"
    return plain


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
