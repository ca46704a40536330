"""Figures and targets as cells of councils' tables hold them, in numbers or in words."""

import re
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.adopt.shapes import Cell
from xl_outcomes.adopt.words import polarity_of, polarity_within, tidy
from xl_outcomes.exact import read_number, to_number

HIGHER, LOWER, IN_RANGE, NEITHER = "Higher is better", "Lower is better", "In range", "Neither"
_NUMBER = r"(?:£\s?)?-?\d[\d,]*(?:\.\d+)?\s?%?"
_AT_LEAST = re.compile(
    rf"(?:>=?|=>|≥|at least|minimum(?: of)?|min\.?|no less than|more than|over|above|from) ?({_NUMBER})(.*)"
)
_AT_MOST = re.compile(
    r"(?:<=?|=<|≤|at most|maximum(?: of)?|max\.?|no more than|less than|fewer than|under|below|up to|within)"
    rf" ?({_NUMBER})(.*)"
)
_OR_MORE = re.compile(
    rf"({_NUMBER})([^\d]*?)(?:\+|or (?:more|above|higher|over|better)|and (?:above|over)|minimum|min\.?)(.*)"
)
_OR_LESS = re.compile(
    rf"({_NUMBER})([^\d]*?)(?:or (?:less|fewer|below|lower|under)|and (?:below|under)|maximum|max\.?)(.*)"
)
_BETWEEN = re.compile(rf"(?:between )?({_NUMBER}) ?(?:-|to|and) ?({_NUMBER})([^\d]*)")
_PLAIN = re.compile(rf"({_NUMBER}) ?([^\d]{{0,40}})")
_UNKNOWN_YET = (
    "tbc",
    "to be confirmed",
    "tba",
    "tbd",
    "to be agreed",
    "to be set",
    "to be determined",
    "not yet set",
    "?",
)
_BASELINE = ("baseline", "baseline year", "baselining", "establish baseline", "baseline to be set", "set baseline")
_NONE = (
    *("monitor only", "monitoring only", "monitor", "monitoring", "no target", "not set", "none", "n/a", "na", "-"),
    *("not applicable", "data only", "contextual", "context", "for information", "information only", "not targeted"),
)
_UP = re.compile(r"\b(?:increas\w+|rise|grow\w*|improv\w+|maximis\w+|higher|more)\b|↑|▲")
_DOWN = re.compile(r"\b(?:decreas\w+|reduc\w+|fall|minimis\w+|lower|fewer|less)\b|↓|▼")
_MARKS = {"p": "p", "provisional": "p", "prov": "p", "e": "e", "estimate": "e", "estimated": "e", "est": "e", "r": "r"}
_DECIMALS = re.compile(r"[0#?]\.(0+)")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a cell; `behind` is what stands behind the number, `remark` how it was read if not plainly."""

    number: Fraction
    percent: bool = False
    money: bool = False
    behind: str = ""
    shorthand: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """A target as a cell gives it.

    `kind` is number, range, later (to be confirmed, or only a direction), baseline, none (not held to a target) or
    unclear. `plain` where the cell holds just a number.
    """

    kind: str
    number: Fraction | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None
    polarity: str | None = None
    percent: bool = False
    money: bool = False
    plain: bool = False


def read_amount(cell: Cell) -> Amount | None:
    """The figure of a cell; None where it holds none."""
    money = "£" in cell.look.format
    if cell.kind == "number":
        number = to_number(cell.value)
        return None if number is None else Amount(number * (100 if cell.percent else 1), cell.percent, money)
    if cell.kind != "text":
        return None
    text = cell.text
    number = read_number(text)
    if number is not None:
        return Amount(number, "%" in text, "£" in text)
    match = re.fullmatch(rf"({_NUMBER})\s?\(?([^\d()]{{1,20}})\)?", text.casefold())
    number = read_number(match[1]) if match else None
    if match is None or number is None:
        return None
    behind = tidy(match[2])
    mark = _MARKS.get(behind, "")
    remark = f"read as {match[1].strip()}" + (f", {behind}" if mark else f", with {match[2].strip()!r} left aside")
    return Amount(number, "%" in match[1], "£" in match[1], "" if mark else behind, mark, remark)


def read_aim(cell: Cell) -> Aim:
    """The target of a cell, in numbers or in words."""
    plain = read_amount(cell)
    if plain is not None and not plain.remark:
        return Aim("number", plain.number, percent=plain.percent, money=plain.money, plain=True)
    if cell.kind != "text":
        return Aim("unclear")
    text = " ".join(cell.text.casefold().replace("–", "-").replace("—", "-").split())
    return _worded(text) or _directed(text) or _bounded(text) or Aim("unclear", polarity=polarity_within(text))


def decimals_of(cell: Cell) -> int | None:
    """The decimals that a number format shows; None where the format does not say."""
    code = _QUOTED.sub("", cell.look.format).split(";")[0]
    if "0" not in code and "#" not in code:
        return None
    match = _DECIMALS.search(code)
    return len(match[1]) if match else 0


def _worded(text: str) -> Aim | None:
    plain = tidy(text)
    if plain in _UNKNOWN_YET or text == "?":
        return Aim("later")
    if plain in _BASELINE:
        return Aim("baseline")
    return Aim("none", polarity=NEITHER) if plain in _NONE or text == "-" else None


def _directed(text: str) -> Aim | None:
    """A direction without a number: Increase, aim to maximise, ↓."""
    if any(c.isdigit() for c in text):
        return None
    stated = polarity_of(text)
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    if stated in (HIGHER, LOWER):
        return Aim("later", polarity=stated)
    return Aim("later", polarity=HIGHER if up else LOWER) if up != down else None


def _bounded(text: str) -> Aim | None:
    if match := _BETWEEN.fullmatch(text):
        low, high = read_number(match[1]), read_number(match[2])
        if low is not None and high is not None and low < high:
            return Aim("range", None, low, high, IN_RANGE, "%" in text, "£" in text)
    for pattern, polarity in ((_AT_LEAST, HIGHER), (_AT_MOST, LOWER), (_OR_MORE, HIGHER), (_OR_LESS, LOWER)):
        if match := pattern.fullmatch(text):
            return _number(match[1], text, polarity, "".join(match.groups()[1:]))
    if match := _PLAIN.fullmatch(text):
        return _number(match[1], text, polarity_within(text), "")
    return None


def _number(number: str, text: str, polarity: str | None, behind: str) -> Aim | None:
    found = read_number(number)
    if found is None or any(c.isdigit() for c in behind):
        return None
    return Aim("number", found, None, None, polarity, "%" in text, "£" in text)
