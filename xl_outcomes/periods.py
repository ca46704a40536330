"""Financial years (April to March), their quarters and months (docs/rules/periods.md).

Keys are written "2025/26 Q2" and "2025/26 M04" (M01 is April); people may type other forms.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from xl_outcomes.errors import InputError

_YEAR = r"(?P<first>\d{4})\s*[/\-–]\s*(?P<second>\d{4}|\d{2})"
_PART = r"(?P<kind>[QM])\s*(?P<number>\d{1,2})"
_FORMS = tuple(re.compile(f) for f in (rf"{_YEAR}[\s\-,]*{_PART}", rf"{_PART}[\s\-,]*{_YEAR}"))
_DUE = {"Monthly": (1, 2, 3, 4), "Quarterly": (1, 2, 3, 4), "Half-yearly": (2, 4)}
_SHAPE = 'Write a quarter as "2025/26 Q2" (July to September 2025) or a month as "2025/26 M04" (July 2025).'


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a financial year: `year` is the calendar year of its April, `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def at(cls, index: int) -> Self:
        """The quarter at a running index (the inverse of `index`)."""
        return cls(index // 4, index % 4 + 1)

    @property
    def index(self) -> int:
        """A running number: consecutive quarters differ by one."""
        return self.year * 4 + self.number - 1

    @property
    def end(self) -> dt.date:
        """The last day of the quarter."""
        after = (self.number * 3 + 3) % 12 + 1
        return dt.date(self.year + (self.number >= 3), after, 1) - dt.timedelta(days=1)

    @property
    def months(self) -> tuple["Month", ...]:
        """Its three months."""
        return tuple(Month(self.year, self.number * 3 - 2 + n) for n in range(3))

    @property
    def file_name(self) -> str:
        """The key as file names carry it: 2025-26-Q2."""
        return str(self).replace("/", "-").replace(" ", "-")

    def shift(self, quarters: int) -> Self:
        """The quarter so many later (earlier where negative)."""
        return self.at(self.index + quarters)

    def __str__(self) -> str:
        return f"{year_name(self.year)} Q{self.number}"


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of a financial year: `number` 1 is April, 12 is March."""

    year: int
    number: int

    @property
    def quarter(self) -> Quarter:
        """The quarter that it lies in."""
        return Quarter(self.year, (self.number + 2) // 3)

    def __str__(self) -> str:
        return f"{year_name(self.year)} M{self.number:02d}"


Period = Quarter | Month


def year_name(year: int) -> str:
    """The financial year that begins in April of `year`: 2025/26."""
    return f"{year}/{(year + 1) % 100:02d}"


@lru_cache(maxsize=4096)
def read_period(text: object) -> Period | None:
    """A quarter or a month from what people type; None where it is neither."""
    try:
        return parse_period(text)
    except InputError:
        return None


def quarter_of(period: Period) -> Quarter:
    """The quarter itself, or the one in which a month lies."""
    return period if isinstance(period, Quarter) else period.quarter


def parse_period(text: object) -> Period:
    """A quarter or a month from what people type: "2025-26 Q2", "Q2 2025/26", "2025/26 m04".

    Raises InputError for any other text, a wrong pair of years, Q5 or M13.
    """
    match = next((m for form in _FORMS if (m := form.fullmatch(str(text or "").strip().upper()))), None)
    if not match:
        raise InputError(f'"{_short(text)}" is not a period.', _SHAPE)
    year, second, number = int(match["first"]), match["second"], int(match["number"])
    if int(second) != (year + 1) % 10 ** len(second):
        raise InputError(f'"{_short(text)}" joins two years that do not follow each other.', _SHAPE)
    if not 1 <= number <= (4 if match["kind"] == "Q" else 12):
        raise InputError(f'"{_short(text)}" has no such quarter or month.', _SHAPE)
    return Quarter(year, number) if match["kind"] == "Q" else Month(year, number)


def parse_quarter(text: object) -> Quarter:
    """A quarter from what people type; raises InputError for anything else."""
    period = parse_period(text)
    if isinstance(period, Month):
        raise InputError(f'"{_short(text)}" is a month; a quarter is needed here.', _SHAPE)
    return period


def is_quarter(text: object) -> bool:
    """Whether a text names a quarter."""
    try:
        parse_quarter(text)
    except InputError:
        return False
    return True


def due_numbers(frequency: str, due_quarter: int) -> tuple[int, ...]:
    """The quarters of a year (1 to 4) in which an indicator of that frequency is due."""
    return _DUE.get(frequency) or (due_quarter,)


def _short(text: object) -> str:
    return str(text if text is not None else "")[:40]
