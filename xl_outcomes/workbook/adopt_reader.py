"""A workbook that somebody else made, read for adoption: values by our own bounded reader, looks by openpyxl.

The values, their kinds, merged areas and what is hidden come from `read_book`, which refuses a file over its limits
before openpyxl sees it; openpyxl then streams the same cells for fills, bold, indents and number formats.
"""

import colorsys
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils.exceptions import InvalidFileException

from xl_outcomes.adopt.shapes import Area, Cell, Look, Place, Sheet, Source
from xl_outcomes.errors import FileError
from xl_outcomes.workbook import cell_types
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits
from xl_outcomes.workbook.cells import read_book

LIMITS = Limits(unpacked_bytes=60 * MEGABYTE, rows=20_000, cells=200_000, sheets=200, text_bytes=32 * MEGABYTE)
_MOST_LOOKED_AT = 300_000  # cells of a sheet's rectangle, blank ones too; of a larger one the upper left is looked at
_ROWS_LOOKED_AT, _COLUMNS_LOOKED_AT = 3_000, 100
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
_WHITE = "FFFFFF"
_PLAIN = Look()
_UNREADABLE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, etree.LxmlError, SyntaxError, InvalidFileException),
)


def read_source(path: Path, limits: Limits = LIMITS) -> Source:
    """A council's workbook with its cells, their looks, merged areas and what is hidden.

    Formulas give the values that Excel last calculated. Raises FileError as `read_book` does, and `file-format` for a
    workbook that is neither .xlsx nor .xlsm.
    """
    book = read_book(path, limits)
    if book.format not in ("xlsx", "xlsm"):
        message = f"{path.name} is a .{book.format} workbook, whose formats cannot be read here."
        raise FileError("file-format", message, "Open it in Excel, save it as an Excel workbook (.xlsx), adopt that.")
    try:
        looks = _looks(path, book)
        with zipfile.ZipFile(path) as package:
            notes = any("comments" in name.casefold() for name in package.namelist())
    except _UNREADABLE as error:
        message = f"{path.name} has formats that cannot be read ({type(error).__name__})."
        fix = "Open it in Excel, save it as a new .xlsx file and adopt that."
        raise FileError("file-damaged", message, fix) from error
    return Source(path.name, tuple(_sheet(sheet, looks.get(sheet.name, {})) for sheet in book.sheets), notes)


def _sheet(sheet: cell_types.Sheet, looks: Mapping[Place, Look]) -> Sheet:
    cells = {
        place: Cell(*place, cell.value, cell.kind, looks.get(place, _PLAIN), cell.percent)
        for place, cell in sheet.cells.items()
        if not (isinstance(cell.value, str) and not cell.value.strip())
    }
    coloured = {
        place: Cell(*place, None, None, look) for place, look in looks.items() if look.fill and place not in cells
    }
    bottom, right = _corner(sheet)
    merged = tuple(_clipped(area, bottom, right) for area in sheet.merged if area[0] <= bottom and area[1] <= right)
    return Sheet(sheet.name, sheet.visible, {**cells, **coloured}, merged, sheet.hidden_rows, sheet.hidden_columns)


def _corner(sheet: cell_types.Sheet) -> Place:
    """The last row and the last column that hold something."""
    return max((row for row, _ in sheet.cells), default=0), max((column for _, column in sheet.cells), default=0)


def _clipped(area: Area, bottom: int, right: int) -> Area:
    # A merged heading may go beyond the last cell that holds something by a few columns that count.
    return area[0], area[1], min(area[2], bottom), min(area[3], right)


def _looks(path: Path, book: cell_types.Book) -> dict[str, dict[Place, Look]]:
    """The looks of the cells of each sheet, of coloured blank ones too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl cannot keep does not matter: nothing is saved
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            theme = _theme(workbook.loaded_theme)
            known: dict[object, Look] = {}
            return {sheet.name: _sheet_looks(workbook, sheet, theme, known) for sheet in book.sheets if sheet.cells}
        finally:
            workbook.close()


def _sheet_looks(
    workbook: Any, sheet: cell_types.Sheet, theme: tuple[str, ...], known: dict[object, Look]
) -> dict[Place, Look]:
    bottom, right = _corner(sheet)
    if bottom * right > _MOST_LOOKED_AT:
        bottom, right = min(bottom, _ROWS_LOOKED_AT), min(right, _COLUMNS_LOOKED_AT)
    found: dict[Place, Look] = {}
    for row in workbook[sheet.name].iter_rows(min_row=1, max_row=bottom, min_col=1, max_col=right):
        for cell in row:
            if not hasattr(cell, "style_array"):
                continue  # what openpyxl puts where there is no cell
            style = tuple(cell.style_array)
            if style not in known:
                known[style] = _look(cell, theme)
            if known[style] != _PLAIN:
                found[cell.row, cell.column] = known[style]
    return found


def _look(cell: Any, theme: tuple[str, ...]) -> Look:
    solid = cell.fill is not None and cell.fill.fill_type == "solid"
    fill = _colour(cell.fill.fgColor, theme) if solid else ""
    return Look(
        bold=bool(cell.font.bold),
        indent=int(cell.alignment.indent or 0),
        fill="" if fill == _WHITE else fill,
        ink=_colour(cell.font.color, theme) if cell.font.color is not None else "",
        size=float(cell.font.size or 0),
        format=str(cell.number_format or "General")[:255],
    )


def _colour(colour: Any, theme: tuple[str, ...]) -> str:
    """A colour as RRGGBB; blank where it is the system's, or cannot be told."""
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:].upper()
    if colour.type == "indexed" and 0 <= colour.indexed < len(COLOR_INDEX):
        return str(COLOR_INDEX[colour.indexed])[-6:].upper()
    if colour.type == "theme" and 0 <= colour.theme < len(theme):
        return _tinted(theme[colour.theme], float(colour.tint or 0))
    return ""


def _tinted(colour: str, tint: float) -> str:
    """A colour of the theme made lighter (tint over 0) or darker, as Excel does it: by its lightness."""
    if len(colour) != 6 or not tint:
        return colour
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    parts = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light)), saturation)
    return "".join(f"{round(part * 255):02X}" for part in parts)


def _theme(part: bytes | None) -> tuple[str, ...]:
    """The colours of the workbook's theme, in the order in which cells number them."""
    if not part:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    scheme = etree.fromstring(part, parser).find(f".//{_DRAWING}clrScheme")
    if scheme is None:
        return ()
    colours = {etree.QName(child).localname: _theme_colour(child) for child in scheme}
    return tuple(colours.get(name, "") for name in _THEME)


def _theme_colour(child: etree._Element) -> str:
    inner = next(iter(child), None)
    value = "" if inner is None else inner.get("lastClr") or inner.get("val") or ""
    return value.upper() if len(value) == 6 else ""
