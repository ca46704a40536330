"""The shapes that tables are built from: a table's contract, and makers of columns of each kind."""

from dataclasses import dataclass

from xl_outcomes.columns import Column

QUARTER_SHAPE = 'A quarter, such as "2025/26 Q2".'


@dataclass(frozen=True, slots=True)
class Spec:
    """The contract of one table: its name, its sheet in a new master, its columns, and what it is for."""

    name: str
    sheet: str
    columns: tuple[Column, ...]
    purpose: str
    ours: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in their order."""
        return tuple(c.heading for c in self.columns)

    def column(self, heading: str) -> Column:
        """The column of that heading."""
        return next(c for c in self.columns if c.heading == heading)


def text_column(heading: str, meaning: str = "", *, needed: bool = False, width: float = 16) -> Column:
    """A column of short texts."""
    return Column(heading, "text", needed=needed, meaning=meaning, width=width)


def ref_column(heading: str, meaning: str) -> Column:
    """A needed column of refs."""
    return Column(heading, "text", needed=True, meaning=meaning, width=12)


def long_column(heading: str, meaning: str = "") -> Column:
    """A column of texts that wrap."""
    return Column(heading, "text", meaning=meaning, width=44)


def number_column(heading: str, meaning: str = "", *, needed: bool = False, least: float | None = None) -> Column:
    """A column of numbers."""
    return Column(heading, "number", needed=needed, meaning=meaning, width=12, least=least)


def whole_column(heading: str, meaning: str = "", *, needed: bool = False, least: float | None = None) -> Column:
    """A column of whole numbers."""
    return Column(heading, "whole", needed=needed, meaning=meaning, width=10, least=least)


def choice_column(heading: str, words: tuple[str, ...], meaning: str = "", *, needed: bool = False) -> Column:
    """A column whose cells hold one of a few words."""
    return Column(heading, "choice", words, needed, meaning or f"One of: {', '.join(words)}.", width=16)


def date_column(heading: str, meaning: str = "A date.", *, timed: bool = False) -> Column:
    """A column of dates, or of moments."""
    return Column(heading, "date", meaning=meaning, width=17 if timed else 12)


def quarter_column(heading: str, meaning: str, *, needed: bool = False) -> Column:
    """A column of quarters."""
    return Column(heading, "quarter", needed=needed, meaning=meaning, width=12)
