"""How the workbooks that we create look, and how values get into their cells (XlsxWriter)."""

import datetime as dt
import io
import math
import numbers
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, count
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from xl_outcomes.workbook.cell_values import TEXT_LIMIT
from xl_outcomes.workbook.package import MAIN, Package, worksheets

TALLEST = 409.0  # points: Excel's limit for a row
INK = "#1F3A4D"
RATING_COLOURS = {"Green": ("#1E7B34", "#FFFFFF"), "Amber": ("#FFBF00", "#000000"), "Red": ("#B3261E", "#FFFFFF")}
TITLE = {"bold": True, "font_size": 16, "font_color": INK, "text_wrap": True, "valign": "vcenter"}
HEADER = {
    "bold": True,
    "font_color": "#FFFFFF",
    "bg_color": INK,
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": "#8A9BA8",
}
RIGHT = {"align": "right", "indent": 1}
NOTE = {"font_color": "#44535E", "text_wrap": True, "valign": "top"}
_RESERVED = ("history",)  # Excel keeps this name to itself


class _Exact(float):
    """A number that XlsxWriter writes with all its digits: at its own 16, 0.8333333 becomes 0.8333333000000001."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return str(int(self)) if self.is_integer() and abs(self) < 2**53 else float.__repr__(self)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being made; `look` gives its cell formats, each made once."""

    workbook: Any
    _looks: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def look(self, *parts: dict[str, Any], **more: object) -> Any:
        """The cell format with these XlsxWriter properties, later ones over earlier ones."""
        properties: dict[str, object] = {}
        for part in (*parts, more):
            properties |= part
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            self._looks[key] = self.workbook.add_format(properties)
        return self._looks[key]

    def sheet(self, wanted: str) -> Any:
        """A new sheet with a name as near to the wanted one as Excel allows, set up for print: A4 across, page wide."""
        sheet = self.workbook.add_worksheet(free_name(wanted, [s.get_name() for s in self.workbook.worksheets()]))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.set_zoom(90)
        return sheet


def build(fill: Callable[[Book], None], *, title: str, subject: str, created: dt.datetime) -> bytes:
    """The bytes of a workbook that `fill` has filled: the same input gives the same bytes."""
    made = created.astimezone(dt.UTC).replace(tzinfo=None) if created.tzinfo else created
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": words(title, 255), "subject": words(subject, 255), "created": made})
        fill(Book(workbook))
    return _let_rows_grow(buffer.getvalue())


def put(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    """Write a value as what it is: text is never taken for a formula or a link, blank stays blank."""
    match cell_value(value):
        case None:
            sheet.write_blank(row, column, None, look)
        case bool(truth):
            sheet.write_boolean(row, column, truth, look)
        case int(number) | float(number):
            sheet.write_number(row, column, _Exact(number), look)
        case dt.datetime() as moment:
            sheet.write_datetime(row, column, moment, look)
        case str(text):
            sheet.write_string(row, column, text, look)


def cell_value(value: Any) -> bool | float | int | str | dt.datetime | None:
    """A value as a cell can hold it: plain types, NaN and empty text as None, long text cut with " …"."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (not isinstance(value, str) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, dt.date):
        return _date(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, numbers.Real | Decimal):
        return float(value) if math.isfinite(value) else str(value)
    text = fit(str(value).replace("\r\n", "\n").replace("\r", "\n"), TEXT_LIMIT)
    # XlsxWriter would copy such a text into the file as markup; a space at the end keeps it text.
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text or None


def fit(text: str, most: int) -> str:
    """Text of at most so many UTF-16 units, as Excel counts; what is cut ends with " …"."""
    kept = text.encode("utf-16-le", "ignore").decode("utf-16-le")
    if len(kept.encode("utf-16-le")) <= 2 * most:
        return kept
    return kept.encode("utf-16-le")[: 2 * (most - 2)].decode("utf-16-le", "ignore") + " …"


def words(text: str, most: int) -> str:
    """Text for a title, note or message: one line each, without control characters, at most so long."""
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return fit("\n".join(" ".join(line.split()) for line in clean.split("\n")).strip(), most)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """A sheet name that Excel allows and nobody has: at most 31 characters, none of []:*?/\\."""
    plain = "".join("-" if c in "[]:*?/\\" or not c.isprintable() else c for c in wanted).strip("' ") or "Sheet"
    used = {*(name.casefold() for name in taken), *_RESERVED}
    endings = chain([""], (f" ({number})" for number in count(2)))
    names = (_short(plain, 31 - len(ending)) + ending for ending in endings)
    return next(name for name in names if name.casefold() not in used)


def link(sheet_name: str, cell: str = "A1") -> str:
    """The address of a cell in this workbook, as XlsxWriter takes it."""
    return f"internal:'{sheet_name.replace(chr(39), chr(39) * 2)}'!{cell}"


def add_table(
    book: Book,
    sheet: Any,
    top: int,
    headings: Mapping[str, str],
    rows: int,
    *,
    name: str,
    style: str = "Table Style Light 1",
    filters: bool = False,
) -> None:
    """Make an Excel table with its header in row `top` (0-based); without rows it has one blank row.

    `headings` holds the alignment of each heading: left, center or right.
    """
    options = {
        "name": name,
        "style": style,
        "autofilter": filters,
        "columns": [
            {"header": heading, "header_format": book.look(HEADER, RIGHT if align == "right" else {"align": align})}
            for heading, align in headings.items()
        ],
    }
    sheet.add_table(top, 0, top + max(rows, 1), len(headings) - 1, options)


def heading_width(heading: str, width: float, *, filters: bool) -> float:
    """A column width in which no word of the heading is cut, with room for a filter button."""
    longest = max(map(len, heading.split()), default=0)
    return max(width, longest * 1.1 + (4 if filters else 1.5))


def text_height(texts: Iterable[tuple[object, float]], *, size: float = 11) -> float | None:
    """The height in points that a row needs for wrapped texts, each with its column's width; None where one line does.

    An estimate on the safe side: only Excel knows its fonts.
    """
    lines = max((_lines(text, width * 11 / size) for text, width in texts if isinstance(text, str)), default=1)
    return None if lines == 1 else min(TALLEST, lines * size * 1.37)


def set_height(sheet: Any, row: int, texts: Iterable[tuple[object, float]]) -> None:
    """Make a row as high as its texts need."""
    height = text_height(texts)
    if height is not None:
        sheet.set_row(row, height)


def colour_ratings(book: Book, sheet: Any, first: int, last: int, column: int) -> None:
    """Give the cells of a column (0-based, both rows included) the colours of the words that they begin with."""
    for word, (back, fore) in RATING_COLOURS.items():
        look = book.look(bg_color=back, font_color=fore)
        rule = {"type": "text", "criteria": "begins with", "value": word, "format": look}
        sheet.conditional_format(first, column, last, column, rule)


def _let_rows_grow(data: bytes) -> bytes:
    """The workbook with its row heights as starting values: a row grows and shrinks with what is typed in it.

    XlsxWriter marks every height as chosen by hand. Rows of merged cells keep that mark: they never fit themselves.
    """
    package = Package(data)
    for _, part in worksheets(package):
        root = package.tree(part)
        merged = {cell_area.get("ref", "").split(":")[0] for cell_area in root.iter(f"{{{MAIN}}}mergeCell")}
        held = {address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for address in merged}
        rows = [r for r in root.iter(f"{{{MAIN}}}row") if r.get("customHeight") and r.get("r") not in held]
        for row in rows:
            del row.attrib["customHeight"]
        if rows:
            package.touch(part)
    return package.build()


def _lines(text: str, width: float) -> int:
    across = max(1, int(width * 1.15))
    return sum(_wrapped(line, across) for line in text.split("\n", 100))


def _wrapped(line: str, across: int) -> int:
    if len(line) <= across:
        return 1
    return len(textwrap.wrap(line, across)) if len(line) < 2000 else -(-len(line) // across) + 1


def _date(value: dt.date) -> dt.datetime | str:
    moment = dt.datetime.fromisoformat(value.isoformat()).replace(tzinfo=None)
    return moment if moment.year >= 1900 else value.isoformat()


def _short(name: str, most: int) -> str:
    return name.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip("' ")
