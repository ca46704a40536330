"""What helps a person to fill in a cell: dropdowns, checks that warn, input messages (XlsxWriter)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from xl_outcomes.columns import Column
from xl_outcomes.contract import SHORTHAND
from xl_outcomes.figures import NO_FIGURE
from xl_outcomes.settings import KINDS
from xl_outcomes.workbook.styles import Book, put, words

Rule = dict[str, Any]

FAR = 10**15
_ONE_OF = "one of: "
_MEANINGS = {
    "text": "Free text.",
    "number": "A number.",
    "whole": "A whole number.",
    "target": "A number, or TBC.",
    "date": "A date.",
    "quarter": 'A quarter, such as "2025/26 Q2".',
    "period": 'A quarter "2025/26 Q2" or a month "2025/26 M04".',
}

_LIMITED = ("Commentary", "Corrective action", "Reason")
_FORM_NUMBERS = ("Value", "Numerator", "Denominator", "Forecast")
_WORKED_OUT = "Not needed: it is worked out from the numerator and the denominator."
_FORM_MESSAGES = {
    "Value": "The figure for the period, as a plain number.",
    "Numerator": "For a ratio: the top number.",
    "Denominator": "For a ratio: the bottom number, of which the numerator is a part.",
    "Shorthand": "With a figure: {given}. Instead of a figure: {instead}. Blank: a final figure.",
    "Forecast": "The figure that you expect at the year end, if you have one.",
    "Commentary": "Where the figure is off target, why. At most {limit:,} characters.",
    "Corrective action": "Where the figure is off target, what is done about it. At most {limit:,} characters.",
    "Ref": "The ref of the indicator, as on the sheet Return.",
    "Period": 'The earlier period, such as "2025/26 Q1" or "2025/26 M04". Choose one, or type another.',
    "Reason": "Why the earlier figure changes. At most {limit:,} characters.",
}
_UNIT_MESSAGES = {
    "Percentage": " Type 45 for 45%.",
    "Count": " A whole number.",
    "Money": " In pounds, in full: 1250000 for £1.25 million.",
}


@dataclass(frozen=True, slots=True)
class Lists:
    """The words of dropdowns; those too long for a rule go to the hidden sheet "Lists", a column each."""

    book: Book
    columns: list[tuple[str, ...]] = field(default_factory=list)

    def source(self, choices: Sequence[str]) -> list[str] | str:
        """What a dropdown offers, as XlsxWriter takes it: the words, or the cells that hold them."""
        if len(",".join(choices).encode("utf-16-le")) <= 2 * 255 and not any("," in choice for choice in choices):
            return list(choices)
        if tuple(choices) not in self.columns:
            self.columns.append(tuple(choices))
        letter = xl_col_to_name(self.columns.index(tuple(choices)))
        return f"=Lists!${letter}$1:${letter}${len(choices)}"

    def write(self) -> None:
        """Write the hidden sheet, where one is needed."""
        if self.columns:
            sheet = self.book.sheet("Lists")
            sheet.hide()
            for column, choices in enumerate(self.columns):
                for row, choice in enumerate(choices):
                    put(sheet, row, column, choice, None)


def column_help(lists: Lists, column: Column, first_cell: str) -> Rule:
    """The rule of a column of a master's table: a dropdown for a choice, a check that only warns for figures."""
    meaning = column.meaning or _MEANINGS.get(column.kind, _MEANINGS["text"])
    return {**_check(lists, column, first_cell), **message(column.heading, meaning)}


def setting_help(lists: Lists, name: object) -> Rule:
    """The rule of one setting's Value: a dropdown where only some words are allowed."""
    wanted = " ".join(str(name or "").casefold().split())
    known = next((key for key in KINDS if key.casefold() == wanted), None)
    if known is None:
        return {"validate": "any", **message(str(name or "Value"), "What your council has chosen.")}
    allowed = KINDS[known].allowed
    shown = message(known, f"{allowed[0].upper()}{allowed[1:]}. Blank takes the default.")
    if not allowed.startswith(_ONE_OF):
        return {"validate": "any", **shown}
    return {**dropdown(lists, allowed.removeprefix(_ONE_OF).split(", ")), **shown}


def open_help(
    book: Book, heading: str, limit: int, *, unit: str = "", ratio: bool = False, choices: Sequence[str] = ()
) -> Rule:
    """What helps in an open cell of a form: a dropdown, a check, and the message.

    `unit` is the indicator's where a value is typed, `limit` the most characters of a commentary.
    """
    given, instead = (shorthand(has_figure=has_figure) for has_figure in (True, False))
    text = _WORKED_OUT if ratio and heading == "Value" else _FORM_MESSAGES[heading] + _UNIT_MESSAGES.get(unit, "")
    shown = message(heading, text.format(given=given, instead=instead, limit=limit))
    if heading == "Shorthand":
        return {**dropdown(Lists(book), tuple(SHORTHAND)), **shown}
    if choices:
        return {**dropdown(Lists(book), choices, strict=False), **shown}
    if heading in _FORM_NUMBERS:
        return {**number_check(whole=unit == "Count"), **shown}
    return {**(length_check(limit) if heading in _LIMITED else {"validate": "any"}), **shown}


def dropdown(lists: Lists, choices: Sequence[str], *, strict: bool = True) -> Rule:
    """A list to choose from; anything else is refused, or kept after a warning where the list is not strict."""
    said = words(f"Choose from the list: {', '.join(choices)}.", 255)
    if not strict:
        said = "This is not in the list. Do you want to keep what you typed?"
    kind = "stop" if strict else "warning"
    return {"validate": "list", "source": lists.source(choices), **_error("Not in the list", said, kind)}


def number_check(*, whole: bool = False, least: float | None = None) -> Rule:
    """A check that a figure is a number; what is not one may still be kept."""
    kind = "a whole number" if whole else "a number"
    floor = "" if least is None else f", {least:g} or more"
    said = f"This is to be {kind}{floor}. Do you want to keep what you typed?"
    low = -FAR if least is None else least
    between = {"criteria": "between", "minimum": low, "maximum": FAR}
    return {"validate": "integer" if whole else "decimal", **between, **_error("Not a number", said, "warning")}


def shorthand(*, has_figure: bool) -> str:
    """The codes with their meanings: those that go with a figure, or those that stand instead of one."""
    return ", ".join(f"{code} {word}" for code, word in SHORTHAND.items() if (code not in NO_FIGURE) == has_figure)


def length_check(most: int) -> Rule:
    """A check that a text is not longer than a return may hold."""
    said = f"At most {most:,} characters fit here. Please shorten the text."
    return {"validate": "length", "criteria": "<=", "value": most, **_error("Too long", said, "stop")}


def message(title: str, text: str) -> Rule:
    """What is shown beside a cell that is chosen."""
    return {"input_title": words(title, 32), "input_message": words(text, 255)}


def _check(lists: Lists, column: Column, first_cell: str) -> Rule:
    if column.kind == "choice":
        return dropdown(lists, column.words)
    if column.kind in ("number", "whole"):
        return number_check(whole=column.kind == "whole", least=column.least)
    if column.kind == "date":
        said = "This is to be a date, such as 20/10/2025. Do you want to keep what you typed?"
        since = {"criteria": ">=", "value": dt.date(1900, 1, 1)}
        return {"validate": "date", **since, **_error("Not a date", said, "warning")}
    if column.kind == "target":
        said = "This is to be a number, or TBC. Do you want to keep what you typed?"
        formula = f'=OR(ISNUMBER({first_cell}),UPPER(TRIM({first_cell}))="TBC")'
        return {"validate": "custom", "value": formula, **_error("Not a number", said, "warning")}
    return {"validate": "any"}


def _error(title: str, text: str, kind: str) -> Rule:
    return {"error_title": title, "error_message": text, "error_type": kind}
