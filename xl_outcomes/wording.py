"""Small words that sheets, reports, messages and commands share: numbers with their nouns, lists, days."""

import datetime as dt
from collections.abc import Sequence


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 indicator", "2 indicators", "2 priorities"."""
    return f"{number:,} {noun if number == 1 else plural or many(noun)}"


def many(noun: str) -> str:
    """A noun in the plural: outcomes, priorities."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def be(number: int) -> str:
    """Is or are."""
    return "is" if number == 1 else "are"


def listed(parts: Sequence[str]) -> str:
    """A list in words: a, b and c; semicolons where a part has a comma of its own."""
    if len(parts) < 2:
        return "".join(parts)
    apart = "; " if any("," in p or "; " in p for p in parts) else ", "
    return f"{apart.join(parts[:-1])}{';' if apart == '; ' else ''} and {parts[-1]}"


def some_of(refs: Sequence[str], most: int) -> str:
    """Refs no longer than so many: "A-1, A-2, A-3 and 9 more"."""
    if len(refs) <= most:
        return ", ".join(refs)
    return f"{', '.join(refs[: most - 1])} and {len(refs) - most + 1} more"


def day_words(day: dt.date) -> str:
    """A day for people: 20 October 2025."""
    return f"{day.day} {day:%B %Y}"


def in_days(number: int) -> str:
    """A number of days: 1 day, 3 days."""
    return counted(number, "day")
