"""Periods as headings of councils' tables name them: quarters, months, halves and whole years."""

import datetime as dt
import re
from dataclasses import dataclass

from xl_outcomes.errors import InputError
from xl_outcomes.periods import Month, Period, Quarter, parse_period, year_name

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMES = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s?[/-]\s?(20\d\d|\d\d)(?!\d)|(?<![\d/])(\d\d)/(\d\d)(?![\d/])")
_LONE_YEAR = re.compile(r"(?<![\d/])(20\d\d)(?![\d/])")
_QUARTER = re.compile(r"\b(?:q|qtr\.?|quarter)\s?([1-4])\b")
_NAMED_QUARTER = re.compile(r"\b(first|second|third|fourth|1st|2nd|3rd|4th) (?:quarter|qtr)\b")
_RANK = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_HALF = re.compile(r"\b(?:h([12])|(first|second) half(?: year)?)\b")
_RANGE = re.compile(
    rf"\b({_NAMES})\b(?:\s+(?:'?(\d\d)|(20\d\d)))?\s?(?:-|to)\s?({_NAMES})\b(?:[\s-]*(?:(20\d\d)|'?(\d\d)))?"
)
_MONTH = re.compile(rf"\b({_NAMES})\b(?:[\s-]*(?:(20\d\d)|'?(\d\d)))?(?!\d)")
_DAY = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?=(?:{_NAMES})\b)")
_NUMBERED = re.compile(r"\bm\s?(\d\d)\b")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class When:
    """A span of time read from a heading.

    `span` is month, quarter, half or year; `number` says which one of its kind; `year` is that of its April, None
    where the heading does not say; `rest` is what else the heading says; `guessed` where a reading was chosen.
    """

    span: str
    number: int
    year: int | None
    rest: str = ""
    guessed: bool = False

    def key(self, year: int) -> str:
        """As mappings write it: 2024/25 Q1, 2024/25 M04, 2024/25; `year` stands in where none was read."""
        of = self.year if self.year is not None else year
        if self.span == "year":
            return year_name(of)
        if self.span == "month":
            return str(Month(of, self.number))
        return str(Quarter(of, self.number * 2 if self.span == "half" else self.number))


def read_when(text: str) -> When | None:
    """The span of time that a heading names; None where it names none.

    "Q1 2024/25", "2024-25 Quarter 1", "Apr–Jun 2024", "April", "Apr-24", "2023/24 outturn", "H1", "M04".
    """
    plain = _plain(text)
    if len(plain) > _LONGEST:
        return None
    year, rest = _year(plain)
    part = _part(_DAY.sub("", rest))
    if part is None and _RANGE.search(rest):
        return None  # months that make up neither a quarter nor a half-year nor a year
    if part is None and year is not None:
        return When("year", 0, year, _tidy(rest))
    if part is None:
        lone = _LONE_YEAR.search(rest)
        return When("year", 0, int(lone[1]), _tidy(_without(rest, lone)), guessed=True) if lone else None
    if part.year is None and year is None and part.span in ("quarter", "half"):
        lone = _LONE_YEAR.search(part.rest)
        if lone:
            return When(part.span, part.number, int(lone[1]), _tidy(_without(part.rest, lone)), guessed=True)
    return When(part.span, part.number, part.year if year is None else year, _tidy(part.rest))


def read_year(text: str) -> int | None:
    """The financial year that a text names, by its April; None where it names none."""
    return _year(_plain(text))[0]


def of_date(date: dt.datetime) -> When:
    """What a date as heading stands for: the end of a quarter for the quarter, any other for its month."""
    number = (date.month - 4) % 12 + 1
    year = date.year - (date.month < 4)
    if date.month % 3 == 0 and date.day >= 28:
        return When("quarter", number // 3, year, guessed=True)
    return When("month", number, year)


def ended_before(day: dt.date) -> Quarter:
    """The last quarter that has ended by a day."""
    return Quarter(day.year - (day.month < 4), (day.month - 4) % 12 // 3 + 1).shift(-1)


def read_key(text: str) -> Period | int:
    """A period as mappings write it; a whole year is the year of its April. Raises InputError for anything else."""
    plain = _plain(text)
    year, rest = _year(plain)
    if year is not None and not rest.strip():
        return year
    try:
        return parse_period(text)
    except InputError as error:
        raise InputError(error.message, f'{error.fix} A whole year is written "2024/25".') from None


def first_quarter(key: Period | int) -> Quarter:
    """The quarter from which a target of that period is in force."""
    if isinstance(key, int):
        return Quarter(key, 1)
    return key.quarter if isinstance(key, Month) else key


def _part(text: str) -> When | None:
    if match := _QUARTER.search(text):
        return When("quarter", int(match[1]), None, _without(text, match))
    if match := _NAMED_QUARTER.search(text):
        return When("quarter", _RANK[match[1]], None, _without(text, match))
    if match := _HALF.search(text):
        number = int(match[1]) if match[1] else _RANK[match[2]]
        return When("half", number, None, _without(text, match))
    if match := _NUMBERED.search(text):
        return When("month", int(match[1]), None, _without(text, match)) if 1 <= int(match[1]) <= 12 else None
    return _range(text) if _RANGE.search(text) else _month(text)


def _range(text: str) -> When | None:
    match = _RANGE.search(text)
    if match is None:
        return None
    first, last = _number(match[1]), _number(match[4])
    calendar = _calendar(match[5] or match[3], match[6] or match[2])
    # The year stands behind the last month, so it is that month's.
    year = None if calendar is None else calendar - (last > 9)
    rest = _without(text, match)
    if last - first == 2 and first % 3 == 1:
        return When("quarter", last // 3, year, rest)
    if last - first == 5 and first % 6 == 1:
        return When("half", last // 6, year, rest)
    if (first, last) == (1, 12):
        return When("year", 0, year, rest) if year is not None else None
    return None


def _month(text: str) -> When | None:
    match = _MONTH.search(text)
    if match is None or len(text.split()) > 4:
        return None
    number, calendar = _number(match[1]), _calendar(match[2], match[3])
    return When("month", number, None if calendar is None else calendar - (number > 9), _without(text, match))


def _number(name: str) -> int:
    """The number of a month in the financial year: April is 1."""
    return (_MONTHS.index(name[:3]) - 3) % 12 + 1


def _calendar(long: str | None, short: str | None) -> int | None:
    return int(long) if long else 2000 + int(short) if short else None


def _year(plain: str) -> tuple[int | None, str]:
    """The pair of years in a text, by the first, and the text without it."""
    for match in _YEAR.finditer(plain):
        first = int(match[1]) if match[1] else 2000 + int(match[3])
        second = match[2] or match[4]
        if int(second) == (first + 1) % 10 ** len(second):
            return first, _without(plain, match)
    return None, plain


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("–", "-").replace("—", "-").replace("_", " ").split())


def _without(text: str, match: re.Match[str]) -> str:
    return " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())


def _tidy(text: str) -> str:
    return text.strip(" -:,().|")
