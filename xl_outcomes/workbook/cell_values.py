"""Values as the cells of a workbook hold them: cleaned, counted as days, and written as XML."""

import datetime as dt
import re

from lxml import etree

from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.package import Package, workbook_part
from xl_outcomes.workbook.writes import TEXT_LIMIT, Value, clean

__all__ = ["TEXT_LIMIT", "Value", "clean", "column_name", "escape", "fill", "is_1904", "serial", "unescape"]

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def serial(value: dt.date, base_1904: bool) -> float | None:
    """The day number of a date (and time), None for dates that Excel cannot count."""
    moment = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])
    days = (moment - dt.datetime(1904, 1, 1)) / dt.timedelta(days=1)
    if not base_1904:
        days = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        # Excel believes in 29 February 1900, so earlier days are one lower.
        days -= days < 61
    return days if days >= 1 else None


def fill(cell: etree._Element, value: Value, base_1904: bool) -> None:
    """Put a clean value into an empty cell element, text always as text."""
    plain = serial(value, base_1904) or str(value) if isinstance(value, dt.date) else value
    if isinstance(plain, str):
        cell.set("t", "inlineStr")
        _put_text(etree.SubElement(etree.SubElement(cell, tag("is")), tag("t")), plain)
    elif isinstance(plain, bool):
        cell.set("t", "b")
        etree.SubElement(cell, tag("v")).text = str(int(plain))
    elif plain is not None:
        whole = abs(plain) < 2**53 and plain == int(plain)
        etree.SubElement(cell, tag("v")).text = str(int(plain)) if whole else repr(plain)


def escape(text: str) -> str:
    """Text with what XML cannot hold written the _xHHHH_ way, and such words themselves protected."""
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPE.sub("_x005F_", text))


def unescape(text: str) -> str:
    """The text that a cell or name with _xHHHH_ escapes shows."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def column_name(heading: str) -> str:
    """A heading as the `name` of a tableColumn, where line breaks are escaped too."""
    return escape(heading).replace("\n", "_x000a_").replace("\t", "_x0009_")


def is_1904(package: Package) -> bool:
    """Whether the workbook counts its days from 1904."""
    settings = package.tree(workbook_part(package)).findall(tag("workbookPr"))
    return any(item.get("date1904") in {"1", "true"} for item in settings)


def _put_text(item: etree._Element, text: str) -> None:
    item.text = escape(text)
    if text != text.strip() or "\n" in text or "\t" in text or "  " in text:
        item.set(_SPACE, "preserve")
