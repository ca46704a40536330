"""What a cell of an .xlsx file stores, as a value: numbers, texts, dates, errors and formulas without a result."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import HiddenColumns, Packed, kind_of
from xl_outcomes.workbook.number_formats import Shown, date_of

TRUE_WORDS = frozenset(("1", "true", "on"))
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the cells of a workbook refer to: shared texts and number formats by their index as written, and dates."""

    texts: Mapping[str | None, str]
    shown: Mapping[str | None, Shown]
    since_1904: bool


@dataclass(slots=True)
class SheetContent:
    """What a worksheet part holds."""

    rows: dict[int, dict[int, Packed]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: HiddenColumns = field(default_factory=HiddenColumns)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


class StoredValues:
    """Reads the stored texts of cells; each text that is kept is counted in the budget."""

    __slots__ = ("_budget", "_shown", "_since_1904")

    def __init__(self, surroundings: Surroundings, budget: Budget) -> None:
        self._shown, self._since_1904, self._budget = surroundings.shown, surroundings.since_1904, budget

    def read(self, kind: str, stored: str | None, style: str | None, formula: str | None) -> Packed | None:
        """The value of a cell whose text is its own (any kind but a shared text); None for one without a value."""
        packed = self._packed(kind, stored, self._shown.get(style, Shown.NUMBER), formula)
        if packed is None or packed == "":
            return None
        return packed if formula is None else with_formula(packed)

    def _packed(self, kind: str, stored: str | None, shown: Shown, formula: str | None) -> Packed | None:
        if not stored and (stored is None or kind != "str"):
            percent = shown is Shown.PERCENT
            return None if formula is None else (self._kept(f"={formula}"), "uncalculated", True, percent)
        if kind != "n":
            return self._typed(kind, stored)
        try:
            number = float(stored)
        except ValueError:
            return self._kept(stored.strip())
        if not isfinite(number) or "_" in stored:
            return self._kept(stored)
        return number if shown is Shown.NUMBER else self._formatted(number, shown)

    def _typed(self, kind: str, stored: str) -> Packed:
        read = _PACKED_BY_TYPE.get(kind)
        if read is not None:
            packed = read(stored)
            if isinstance(packed, bool | datetime.datetime):
                return packed
            self._budget.add_text(stored)
            return packed
        return self._kept(unescaped(stored))

    def _kept(self, text: str) -> str:
        self._budget.add_text(text)
        return text

    def _formatted(self, number: float, shown: Shown) -> Packed:
        if shown is Shown.PERCENT:
            return (number, "number", False, True)
        date = date_of(number, self._since_1904)
        return number if date is None else date


def with_formula(packed: Packed) -> Packed:
    """The value of a cell that a formula gives."""
    if isinstance(packed, tuple):
        value, kind, _, percent = packed
        return (value, kind, True, percent)
    return (packed, kind_of(packed), True, False)


def unescaped(text: str) -> str:
    """Text with Excel's `_x000D_` escapes decoded."""
    return _joined_surrogates(_ESCAPE.sub(_character, text)) if "_x" in text else text


def _boolean(stored: str) -> Packed:
    return stored.strip().lower() in TRUE_WORDS


def _error(stored: str) -> Packed:
    return (stored.strip(), "error", False, False)


def _iso_date(stored: str) -> Packed:
    try:
        return datetime.datetime.fromisoformat(stored.strip()).replace(tzinfo=None)
    except ValueError:
        return stored


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _joined_surrogates(text: str) -> str:
    # Two escapes can make up one character; half of one is replaced, as it could not be written anywhere.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


_PACKED_BY_TYPE: dict[str, Callable[[str], Packed]] = {"b": _boolean, "e": _error, "d": _iso_date}
