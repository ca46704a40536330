"""Exact arithmetic on numbers as a spreadsheet shows them.

Cells hold binary fractions; people see 15 significant digits. Numbers are taken at those digits, computed with as
exact fractions, and two are equal when they agree to 15 significant digits (docs/rules/figures.md).
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite

_LONGEST = 100  # characters of a text that may be a number
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,3})?")


@lru_cache(maxsize=1 << 15)  # the figures of a framework are few, and each is read again every quarter
def exact(number: float) -> Fraction:
    """The number at 15 significant digits, as an exact fraction: 0.1 + 0.2 gives 3/10."""
    return Fraction(Decimal(format(number, ".15g")))


def same(one: Fraction, other: Fraction) -> bool:
    """Whether two numbers agree to 15 significant digits."""
    left, right = _crosswise(one, other)
    if left == right:
        return True
    if abs(left - right) * 10**14 > abs(left) + abs(right):
        return False
    return _fifteen_digits(one) == _fifteen_digits(other)


def at_least(one: Fraction, other: Fraction) -> bool:
    """Whether `one` is greater than `other`, or the same to 15 significant digits."""
    left, right = _crosswise(one, other)
    return left >= right or same(one, other)


def rounded(number: Fraction, decimals: int) -> Fraction:
    """The number at so many decimals, half away from zero."""
    scale = 10**decimals
    # Most figures have no more decimals than are shown.
    return number if scale % number.denominator == 0 else Fraction(_scaled(number, decimals), scale)


def to_float(number: Fraction | None, decimals: int | None = None) -> float | None:
    """The nearest cell value (rounded to `decimals` where given); blank stays blank."""
    if number is None:
        return None
    number = rounded(number, decimals) if decimals is not None else number
    return number.numerator / number.denominator


def show(number: Fraction, decimals: int | None = None) -> str:
    """The number for people, with thousands separated: 1,234.50 at two decimals, no needless zeros at none given."""
    if decimals is not None:
        return f"{Decimal(_scaled(number, decimals)).scaleb(-decimals):,f}" if decimals else f"{_scaled(number, 0):,}"
    digits = _fifteen_digits(number).normalize()
    return f"{digits:,f}"


def read_number(text: str) -> Fraction | None:
    """A text that is plainly a number, such as "1,234.5", "£1,000", "45%" or "(12.5)"; anything else gives None.

    A per cent sign is left out and changes nothing: "45%" is 45.
    """
    if len(text) > _LONGEST:
        return None
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1] if negative else plain
    plain = plain.removesuffix("%")
    sign = "-" if plain.startswith("-") else ""
    plain = sign + plain.removeprefix("-").removeprefix("£")
    if not _NUMBER.fullmatch(plain) or not any(c.isdigit() for c in plain) or (negative and sign):
        return None
    number = Fraction(_FIFTEEN.create_decimal(plain.replace(",", "")))
    return -number if negative else number


def to_number(value: object) -> Fraction | None:
    """A cell's value as an exact number: a number, or a text that is plainly one; else None."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return exact(value) if isfinite(value) else None
    return read_number(value) if isinstance(value, str) else None


def _fifteen_digits(number: Fraction) -> Decimal:
    return _FIFTEEN.divide(Decimal(number.numerator), Decimal(number.denominator))


def _crosswise(one: Fraction, other: Fraction) -> tuple[int, int]:
    """Whole numbers that stand to each other as two fractions do: many times faster to work with than these."""
    return one.numerator * other.denominator, other.numerator * one.denominator


def _scaled(number: Fraction, decimals: int) -> int:
    """The number in units of its last decimal, half away from zero."""
    top, bottom, scale = number.numerator, number.denominator, int(10**decimals)
    whole = (2 * abs(top) * scale + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole
