"""Columns of tables: what may stand under a heading, and how it is written."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from xl_outcomes.errors import InputError
from xl_outcomes.exact import to_number
from xl_outcomes.periods import parse_period, parse_quarter

NUMERIC = ("number", "whole", "figure", "target")


@dataclass(frozen=True, slots=True)
class Column:
    """One heading; `needed` columns must be there.

    `kind` is text, number, whole, figure (a number, or what was typed for one), target (a number or TBC), choice,
    date, quarter or period.
    """

    heading: str
    kind: str = "text"
    words: tuple[str, ...] = ()
    needed: bool = False
    meaning: str = ""
    width: float = 14
    least: float | None = None

    def fits(self, value: object) -> bool:
        """Whether a cell's value is of this column's kind; blank always fits."""
        return value is None or _FITS[self.kind](self, value)

    def tidy(self, value: object) -> object:
        """The value as it is written here: an allowed word in its own capitals, a period as its key."""
        if self.kind == "choice" and isinstance(value, str):
            return _word(self.words, value)
        if self.kind in ("quarter", "period") and isinstance(value, str) and self.fits(value):
            return str(parse_period(value))
        return value


def to_be_confirmed(value: object) -> bool:
    """Whether a target is still to come: blank or TBC."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in ("tbc", "to be confirmed"))


@lru_cache(maxsize=4096)
def _word(words: tuple[str, ...], typed: str) -> str:
    """What was typed as one of the words, in its own capitals; as it was typed where it is none of them."""
    plain = " ".join(typed.casefold().split())
    return next((w for w in words if w.casefold() == plain), typed)


def _is_period(parse: Callable[[object], object]) -> Callable[[Column, object], bool]:
    def fits(_: Column, value: object) -> bool:
        try:
            parse(value)
        except InputError:
            return False
        return isinstance(value, str)

    return fits


def _is_number(column: Column, value: object) -> bool:
    number = to_number(value)
    return number is not None and (column.least is None or number >= column.least)


def _is_whole(column: Column, value: object) -> bool:
    number = to_number(value)
    return _is_number(column, value) and number is not None and number.denominator == 1


def _is_date(_: Column, value: object) -> bool:
    return to_date(value) is not None


def to_date(value: object) -> dt.datetime | None:
    """A cell's date (with its time): a real date, or an ISO text such as 2025-10-20; else None."""
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    try:
        return dt.datetime.fromisoformat(value.strip()).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None


_FITS: dict[str, Callable[[Column, object], bool]] = {
    "text": lambda *_: True,
    "figure": lambda *_: True,
    "number": _is_number,
    "whole": _is_whole,
    "target": lambda c, v: to_be_confirmed(v) or _is_number(c, v),
    "choice": lambda c, v: c.tidy(v) in c.words,
    "date": _is_date,
    "quarter": _is_period(parse_quarter),
    "period": _is_period(parse_period),
}
