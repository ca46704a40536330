"""How the workbooks that we create look, and how values get into their cells (XlsxWriter).

Looks name colours and fonts by their role (`House`): the book that they are used in puts the council's own in.
"""

import datetime as dt
import io
import math
import numbers
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, count
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from lxml import etree
from xlsxwriter.image import Image

from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.cell_values import TEXT_LIMIT
from xl_outcomes.workbook.package import MAIN, Package, workbook_part, worksheets
from xl_outcomes.workbook.text_size import text_height


class House(str):
    """A colour or font of the house style by its role; as a text it is the shipped one."""

    __slots__ = ("role",)
    role: str

    def __new__(cls, role: str) -> "House":
        """The value of that role."""
        made = super().__new__(cls, SHIPPED.value(role))
        made.role = role
        return made


INK, ACCENT, TINT, TEXT = House("main"), House("accent"), House("tint"), House("text")
QUIET, LINE, ENTRY = House("note"), House("line"), House("entry")
HEADINGS_FONT = House("headings")
RATING_COLOURS = {word: (House(f"{word} background"), House(f"{word} text")) for word in SHIPPED.ratings}
TITLE = {
    "bold": True,
    "font_size": 16,
    "font_name": HEADINGS_FONT,
    "font_color": INK,
    "text_wrap": True,
    "valign": "vcenter",
}
HEADER = {
    "bold": True,
    "font_name": HEADINGS_FONT,
    "font_color": "#FFFFFF",
    "bg_color": INK,
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": LINE,
}
RIGHT = {"align": "right", "indent": 1}
NOTE = {"font_color": QUIET, "text_wrap": True, "valign": "top"}
_RESERVED = ("history",)  # Excel keeps this name to itself
_PROPERTIES = "docProps/core.xml"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
# How wide Excel makes a column of a new sheet, in pixels, with a font at 11 points or less: charts are placed by it.
_BROAD_FONTS = {"arial": 72, "segoe ui": 72, "tahoma": 72, "trebuchet ms": 72, "verdana": 80}


class _Exact(float):
    """A number that XlsxWriter writes with all its digits: at its own 16, 0.8333333 becomes 0.8333333000000001."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return str(int(self)) if self.is_integer() and abs(self) < 2**53 else float.__repr__(self)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being made, in a house style; `look` gives its cell formats, each made once."""

    workbook: Any
    style: HouseStyle = SHIPPED
    _looks: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def look(self, *parts: dict[str, Any], **more: object) -> Any:
        """The cell format with these XlsxWriter properties, later ones over earlier ones."""
        properties: dict[str, object] = {}
        for part in (*parts, more):
            properties |= {name: self.own(value) for name, value in part.items()}
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            self._looks[key] = self.workbook.add_format(properties)
        return self._looks[key]

    def own(self, value: Any) -> Any:
        """What this book has for a role of the house style (INK, ACCENT …); any other value as it is."""
        return self.style.value(value.role) if isinstance(value, House) else value

    def rating(self, word: str) -> dict[str, str]:
        """The colours of a rating as properties of a cell format; none for a word that is no rating."""
        look = self.style.ratings.get(word)
        return {"bg_color": look.background, "font_color": look.text} if look else {}

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


def build(
    fill: Callable[[Book], None], *, title: str, subject: str, created: dt.datetime, style: HouseStyle = SHIPPED
) -> bytes:
    """The bytes of a workbook that `fill` has filled: the same input gives the same bytes."""
    made = created.astimezone(dt.UTC).replace(tzinfo=None) if created.tzinfo else created
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **_defaults(style)}) as workbook:
        workbook.set_properties({"title": words(title, 255), "subject": words(subject, 255), "created": made})
        fill(Book(workbook, style))
    package = Package(buffer.getvalue())
    _let_rows_grow(package)
    _paint_theme(package, style)
    _say_language(package)
    return package.build()


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


def set_height(sheet: Any, row: int, texts: Iterable[tuple[object, float]]) -> None:
    """Make a row as high as its texts need."""
    height = text_height(texts)
    if height is not None:
        sheet.set_row(row, height)


def colour_ratings(book: Book, sheet: Any, first: int, last: int, column: int) -> None:
    """Give the cells of a column (0-based, both rows included) the colours of the words that they begin with."""
    for word in book.style.ratings:
        rule = {"type": "text", "criteria": "begins with", "value": word, "format": book.look(book.rating(word))}
        sheet.conditional_format(first, column, last, column, rule)


def put_logo(book: Book, sheet: Any, row: int, column: int, *, most: tuple[int, int] = (240, 48)) -> bool:
    """Put the house style's logo at a cell, no larger than `most` (pixels across and down); whether there is one."""
    logo = book.style.logo
    if logo is None:
        return False
    image = Image(io.BytesIO(logo.image))
    # XlsxWriter scales what a picture measures at its own dots per inch.
    across, down = image.width * 96 / image.x_dpi, image.height * 96 / image.y_dpi
    scale = min(most[0] / across, most[1] / down)
    placed = {"image_data": io.BytesIO(logo.image), "description": logo.alt, "object_position": 3}
    sheet.insert_image(row, column, logo.file, {**placed, "x_scale": scale, "y_scale": scale})
    return True


def _defaults(style: HouseStyle) -> dict[str, Any]:
    """Font and text colour of the cells that no look was given; black stays automatic, for who reverses colours."""
    fonts = style.fonts
    plain: dict[str, Any] = {"font_name": fonts.body, "font_size": fonts.size}
    if style.colours.text != "#000000":
        plain["font_color"] = style.colours.text
    width = 64 if fonts.size <= 10 else _BROAD_FONTS.get(fonts.body.casefold(), 64)
    return {"default_format_properties": plain, "default_column_width": width}


def _say_language(package: Package) -> None:
    # XlsxWriter has no property for it; screen readers choose their voice by it.
    etree.SubElement(package.tree(_PROPERTIES), "{http://purl.org/dc/elements/1.1/}language").text = "en-GB"
    package.touch(_PROPERTIES)


def _paint_theme(package: Package, style: HouseStyle) -> None:
    """The house colours and fonts as the workbook's theme: table styles, charts and Excel's palettes follow it."""
    part = package.related(workbook_part(package), "theme")
    if part is None:
        return
    root, ours = package.tree(part), _theme_colours(style)
    for place in root.iterfind(f".//{_DRAWING}clrScheme/*"):
        colour = ours.get(etree.QName(place).localname)
        if colour:
            place[:] = [etree.Element(f"{_DRAWING}srgbClr", val=colour.removeprefix("#"))]
    for kind, font in (("major", style.fonts.headings), ("minor", style.fonts.body)):
        for latin in root.iterfind(f".//{_DRAWING}{kind}Font/{_DRAWING}latin"):
            latin.set("typeface", font)
    package.touch(part)


def _theme_colours(style: HouseStyle) -> dict[str, str]:
    colours = style.colours
    ratings = {f"accent{n}": style.look(word).background for n, word in enumerate(("Green", "Amber", "Red"), 3)}
    own = {"dk2": colours.main, "lt2": colours.tint, "accent1": colours.main, "accent2": colours.accent}
    return {**own, **ratings, "accent6": colours.note, "hlink": colours.accent, "folHlink": colours.note}


def _let_rows_grow(package: Package) -> None:
    """Make row heights starting values: a row grows and shrinks with what is typed in it.

    XlsxWriter marks every height as chosen by hand. Rows of merged cells keep that mark: they never fit themselves.
    """
    for _, part in worksheets(package):
        root = package.tree(part)
        merged = {cell_area.get("ref", "").split(":")[0] for cell_area in root.iter(f"{{{MAIN}}}mergeCell")}
        held = {address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for address in merged}
        rows = [r for r in root.iter(f"{{{MAIN}}}row") if r.get("customHeight") and r.get("r") not in held]
        for row in rows:
            del row.attrib["customHeight"]
        if rows:
            package.touch(part)


def _date(value: dt.date) -> dt.datetime | str:
    moment = dt.datetime.fromisoformat(value.isoformat()).replace(tzinfo=None)
    return moment if moment.year >= 1900 else value.isoformat()


def _short(name: str, most: int) -> str:
    return name.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip("' ")
