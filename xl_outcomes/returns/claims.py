"""From the typed cells of a return to typed values: what a data owner claims for an indicator and period."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.exact import exact, read_number, show
from xl_outcomes.figures import read_code
from xl_outcomes.framework import Indicator
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Period
from xl_outcomes.returns.expected import row_figure
from xl_outcomes.returns.reading import LONGEST_SHOWN, Entry, cell_text
from xl_outcomes.workbook.cell_types import Cell

TEXTS = ("Commentary", "Corrective action", "Reason")
NUMBERS = ("Value", "Numerator", "Denominator", "Forecast")
_EXAMPLE = "Type the number alone, such as 82.1."


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of a return whose indicator and period are known; numbers are exact, `bad` names cells without one.

    `last` are the earlier figures (newest last) and `target` what the quarter is held to, for the plausibility checks.
    A `revision` corrects an earlier period and carries its reason.
    """

    file: str
    owner: str
    entry: Entry
    indicator: Indicator
    period: Period
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    forecast: Fraction | None
    code: str
    commentary: str
    corrective_action: str
    bad: frozenset[str]
    last: tuple[Fraction, ...] = ()
    target: Fraction | None = None
    revision: bool = False

    @property
    def pair(self) -> tuple[Fraction, Fraction] | None:
        """Numerator and denominator where both are given."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.numerator, self.denominator

    @property
    def figure(self) -> Fraction | None:
        """The figure that the row gives; a ratio's is worked out from its pair."""
        if self.indicator.calculation == "Ratio":
            return row_figure(self.indicator, None, self.pair)
        return self.value

    @property
    def given(self) -> bool:
        """Whether any figure is typed, readable or not."""
        return any(h in self.entry.cells for h in ("Value", "Numerator", "Denominator"))

    @property
    def filled(self) -> bool:
        """Whether the owner has filled in anything."""
        return self.given or bool(self.code or self.commentary or self.corrective_action or self.forecast is not None)

    @property
    def main_heading(self) -> str:
        """The column of the cell that holds the figure."""
        if self.indicator.calculation == "Ratio" and "Value" not in self.entry.cells:
            return "Numerator"
        return "Value"

    def issue(self, code: str, severity: str, heading: str, message: str, fix: str) -> Issue:
        """An issue that names a cell of this row."""
        return entry_issue(self.entry, code, severity, heading, message, fix, self.file, self.owner, self.indicator.ref)


def entry_issue(
    entry: Entry,
    code: str,
    severity: str,
    heading: str,
    message: str,
    fix: str,
    file: str = "",
    owner: str = "",
    ref: str = "",
) -> Issue:
    """An issue that names a cell of a row of a return, with what was typed there."""
    return Issue(
        code=code,
        severity=severity,
        message=message,
        fix=fix,
        sheet=entry.sheet,
        cell=entry.address(heading),
        ref=ref or shortened(entry.text("Ref")),
        value=_as_typed(entry.cells.get(heading)),
        owner=owner,
        file=file,
    )


def make_claim(
    file: str,
    owner: str,
    entry: Entry,
    indicator: Indicator,
    period: Period,
    last: tuple[Fraction, ...] = (),
    target: Fraction | None = None,
    *,
    revision: bool = False,
) -> tuple[Claim, tuple[Issue, ...]]:
    """The claim of a row and what its cells' types give rise to: errors, and numbers that had to be converted."""
    numbers: dict[str, Fraction | None] = {}
    issues: list[Issue] = []
    for heading in NUMBERS:
        number, found = _number(entry, heading)
        numbers[heading] = number
        issues += [_named(issue, file, owner, indicator.ref) for issue in found]
    issues += [_named(issue, file, owner, indicator.ref) for issue in _broken_formulas(entry)]
    typed = entry.text("Shorthand")
    code = read_code(typed)
    if typed and not code:
        issues.append(_unknown_code(entry, typed, file, owner, indicator.ref))
    bad = frozenset(h for h in NUMBERS if h in entry.cells and numbers[h] is None)
    claim = Claim(
        file,
        owner,
        entry,
        indicator,
        period,
        numbers["Value"],
        numbers["Numerator"],
        numbers["Denominator"],
        numbers["Forecast"],
        "r" if revision else code,
        entry.text("Reason") if revision else entry.text("Commentary"),
        entry.text("Corrective action"),
        bad | ({"Shorthand"} if typed and not code else frozenset()),
        last,
        target,
        revision,
    )
    return claim, tuple(issues)


def shortened(value: object, most: int = 100) -> str:
    """A value as text for a message, cut short where it would fill the screen."""
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _number(entry: Entry, heading: str) -> tuple[Fraction | None, Iterator[Issue]]:
    cell = entry.cells.get(heading)
    if cell is None:
        return None, iter(())
    number = _read(cell)
    if number is None:
        return None, iter([_unreadable(entry, heading, cell)])
    return number, _converted(entry, heading, cell, number)


def _broken_formulas(entry: Entry) -> Iterator[Issue]:
    """Errors for words that a formula was to give, and has not."""
    for heading in TEXTS:
        cell = entry.cells.get(heading)
        if cell is not None and cell.kind in ("error", "uncalculated"):
            yield _unreadable(entry, heading, cell)


def _read(cell: Cell) -> Fraction | None:
    if cell.kind == "number" and isinstance(cell.value, float):
        return exact(cell.value) * (100 if cell.percent else 1)
    return read_number(cell_text(cell)) if cell.kind == "text" else None


def _converted(entry: Entry, heading: str, cell: Cell, number: Fraction) -> Iterator[Issue]:
    if cell.kind == "text":
        message = f'{heading} was typed as the text "{shortened(cell.value)}" and read as the number {show(number)}.'
    elif cell.percent:
        message = f"{heading} is formatted as a percentage (stored as {cell_text(cell)}): read as {show(number)}."
    else:
        return
    fix = f"If that is not what was meant, correct it. {_EXAMPLE}"
    yield entry_issue(entry, "value-converted", "warning", heading, message, fix)


def _unreadable(entry: Entry, heading: str, cell: Cell) -> Issue:
    where = entry.address(heading)
    example = _EXAMPLE if heading in NUMBERS else "Or type the words alone."
    if cell.kind == "error":
        message = f"{where} holds {cell.value}, which Excel shows when a formula fails."
        return entry_issue(entry, "value-formula-error", "error", heading, message, f"Mend the formula. {example}")
    if cell.kind == "uncalculated":
        message = f"{where} holds a formula whose result was never worked out."
        what = "number" if heading in NUMBERS else "words"
        fix = f"Open the file in Excel, save it, and send it again; or type the {what} alone."
        return entry_issue(entry, "value-not-calculated", "error", heading, message, fix)
    what = f"the date {cell.value}" if cell.kind == "date" else f'"{shortened(cell.value)}"'
    message = f"{where} ({heading}) is {what}; a number was expected."
    return entry_issue(entry, "value-not-number", "error", heading, message, f"{_EXAMPLE} Say why in the commentary.")


def _unknown_code(entry: Entry, typed: str, file: str, owner: str, ref: str) -> Issue:
    message = f'The shorthand "{shortened(typed)}" is not one of p, e, r, x, z, c.'
    fix = "Use p provisional, e estimated, r revised, x unavailable, z not applicable or c confidential; else clear it."
    return entry_issue(entry, "shorthand-unknown", "error", "Shorthand", message, fix, file, owner, ref)


def _named(issue: Issue, file: str, owner: str, ref: str) -> Issue:
    return Issue(
        issue.code, issue.severity, issue.message, issue.fix, "", issue.sheet, issue.cell, ref, issue.value, owner, file
    )


def _as_typed(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return shortened(cell_text(cell) if isinstance(cell.value, float) else cell.value, LONGEST_SHOWN)
