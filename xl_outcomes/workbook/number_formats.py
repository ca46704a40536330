"""What number formats say about a number: a date, a percentage, or just a number; and the dates of serial numbers."""

import datetime
import re
from enum import IntEnum
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

# Everything in a format code that is shown as it stands or only steers: quoted, escaped, spaced, filled, bracketed.
_LITERALS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?')
# Ids that Excel keeps for the dates of East Asian and Thai languages; openpyxl does not list them.
_REGIONAL_DATES = frozenset((*range(27, 37), *range(50, 59), *range(71, 82)))
_THAI_PERCENT = frozenset((67, 68))
_FIRST_1904 = datetime.datetime(1904, 1, 1)
_FIRST_1900 = datetime.datetime(1899, 12, 31)
_LEAP_DAY_THAT_NEVER_WAS = 60
_LAST_SERIAL = 2_958_466
_LONGEST_CODE = 255  # Excel's own limit; the patterns that look for dates take long over long codes


class Shown(IntEnum):
    """How a number format shows a number."""

    NUMBER = 0
    DATE = 1
    PERCENT = 2


def shown_as(format_id: int, custom: dict[int, str]) -> Shown:
    """How a number format shows numbers, by its id and the workbook's own formats.

    A duration (`[h]:mm`) is a number, in days.
    """
    code = custom.get(format_id, BUILTIN_FORMATS.get(format_id))
    if code is not None:
        return shown_by_code(code)
    if format_id in _REGIONAL_DATES:
        return Shown.DATE
    return Shown.PERCENT if format_id in _THAI_PERCENT else Shown.NUMBER


@lru_cache(maxsize=1024)
def shown_by_code(code: str) -> Shown:
    """How a format code such as `0.0%` or `dd/mm/yyyy` shows numbers; one too long for Excel shows a number."""
    if len(code) > _LONGEST_CODE:
        return Shown.NUMBER
    if "%" in _LITERALS.sub("", code):
        return Shown.PERCENT
    if is_timedelta_format(code) or code.strip().lower() == "general":
        return Shown.NUMBER
    return Shown.DATE if is_date_format(code) else Shown.NUMBER


@lru_cache(maxsize=16_384)
def date_of(serial: float, since_1904: bool) -> datetime.datetime | None:
    """The date and time of a serial number, to the millisecond; None where Excel shows no date."""
    if not 0 <= serial < _LAST_SERIAL:
        return None
    milliseconds = round(serial * 86_400_000)
    if since_1904:
        first = _FIRST_1904
    elif serial >= _LEAP_DAY_THAT_NEVER_WAS:
        first = _FIRST_1900 - datetime.timedelta(days=1)
    else:
        first = _FIRST_1900
    try:
        return first + datetime.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
