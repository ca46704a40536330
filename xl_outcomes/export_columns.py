"""Columns of a master as other programs want them: one type to a column, and words apart from numbers and dates."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from xl_outcomes.columns import NUMERIC, Column, to_date
from xl_outcomes.exact import to_number
from xl_outcomes.framework import ref_text

Plain = str | float | int | bool | dt.date | None
_EXACT = 2**53  # up to here every whole number is a number of its own in a cell
_MOMENTS = ("Received", "When", "Closed", "Ended")
_HOLD_WORDS = ("figure", "target")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an export: its name and values, a type of Table Schema, and what is said of it.

    Types are string, number, integer, boolean, date and datetime. `column` is that of the contract; None for others.
    """

    name: str
    type: str
    values: tuple[Plain, ...]
    description: str = ""
    column: Column | None = None
    constraints: Mapping[str, object] = field(default_factory=dict)

    @property
    def filled(self) -> tuple[Plain, ...]:
        """The values that are not blank."""
        return tuple(v for v in self.values if v is not None)


def contract_fields(column: Column, values: Sequence[object], *, is_ref: bool = False) -> list[Field]:
    """A column of the contract: the field under its heading and, where words can stand there, one with those.

    Figures and targets always have the second field, so that it does not come and go; numbers and dates have it where
    something in them is none.
    """
    kind = _type(column)
    if kind == "string":
        texts = tuple(_word(column, v, is_ref=is_ref) for v in values)
        return [Field(column.heading, kind, texts, column.meaning, column)]
    read = tuple(_READERS[kind](v) for v in values)
    words = tuple(plain_text(v) if r is None else None for v, r in zip(values, read, strict=True))
    found = [Field(column.heading, kind, read, column.meaning, column)]
    if column.kind in _HOLD_WORDS or any(w is not None for w in words):
        what = "number" if column.kind in NUMERIC else "date"
        told = f"What is written under {column.heading} where that is no {'whole ' * (kind == 'integer')}{what}."
        found.append(Field(f"{column.heading} as written", "string", words, told))
    return found


def own_field(heading: str, values: Sequence[object]) -> Field:
    """A column that an officer added, under its heading in one line: of the type of its cells if that is one."""
    name = " ".join(heading.split()) or "Column"
    told = "A column that was added to the table."
    there = [v for v in values if v is not None]
    if there and all(isinstance(v, bool) for v in there):
        return Field(name, "boolean", tuple(v if isinstance(v, bool) else None for v in values), told)
    for kind in ("number", "date", "datetime"):
        if there and not any(isinstance(v, str) or _READERS[kind](v) is None for v in there):
            return Field(name, kind, tuple(_READERS[kind](v) for v in values), told)
    return Field(name, "string", tuple(plain_text(v) for v in values), told)


def with_names(fields: Iterable[Field]) -> list[tuple[str, Field]]:
    """Each field with a name that no other has, whatever the capitals: a second one gets a number."""
    taken: set[str] = set()
    found = []
    for one in fields:
        names = chain((one.name,), (f"{one.name} ({n})" for n in count(2)))
        name = next(n for n in names if n.casefold() not in taken)
        taken.add(name.casefold())
        found.append((name, one))
    return found


def plain_text(value: object) -> str | None:
    """A cell's value as text: numbers as short as they can be, dates as ISO has them; blank stays blank."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return (value.date() if value.time() == dt.time() else value).isoformat()
    return shortest(value) if isinstance(value, int | float) else str(value)


def shortest(number: float) -> str:
    """The shortest text that is read back as the same number, whole ones without a point."""
    return str(int(number)) if abs(number) < _EXACT and number == int(number) else repr(number)


def _type(column: Column) -> str:
    if column.kind == "date":
        return "datetime" if column.heading in _MOMENTS else "date"
    if column.kind == "whole":
        return "integer"
    return "number" if column.kind in NUMERIC else "string"


def _word(column: Column, value: object, *, is_ref: bool) -> str | None:
    if isinstance(value, bool) and "Yes" in column.words:
        return "Yes" if value else "No"
    if is_ref and isinstance(value, str | float):
        return ref_text(value)
    return plain_text(column.tidy(value))


def _number(value: object) -> float | None:
    """The number itself where the cell holds one; a text that is plainly a number is read."""
    number = to_number(value)
    if number is None:
        return None
    try:
        if isinstance(value, int | float):
            return float(value)
        return float(number)
    except OverflowError:
        return None


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and abs(number) < _EXACT and number == int(number) else None


def _date(value: object) -> dt.date | None:
    moment = to_date(value)
    return moment.date() if moment is not None and moment.time() == dt.time() else None


_READERS = {"number": _number, "integer": _whole, "date": _date, "datetime": to_date}
