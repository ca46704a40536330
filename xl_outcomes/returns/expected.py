"""What is due from whom in a quarter, and what a return form holds (docs/rules/returns.md)."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from xl_outcomes.exact import show, to_float
from xl_outcomes.figures import NO_FIGURE, window
from xl_outcomes.framework import Framework, Indicator
from xl_outcomes.periods import Month, Period, Quarter
from xl_outcomes.rating import display
from xl_outcomes.settings import Settings
from xl_outcomes.standing import History, deadline
from xl_outcomes.targets import Held, held_to, in_force

FORM_VERSION = "1"
LOCKED = ("Ref", "Period", "Indicator", "Definition", "Unit", "Target", "Last value")
FIGURES = ("Value", "Numerator", "Denominator")
OPEN = (*FIGURES, "Shorthand", "Forecast", "Commentary", "Corrective action")
HEADINGS = (*LOCKED, *OPEN)
REVISION_HEADINGS = ("Ref", "Period", "Value", "Numerator", "Denominator", "Reason")
_PIECE = 64
STAMP_SHEET = "xl-outcomes stamp"
STAMP = ("Framework", "Period", "Data owner", "Form version", "Checksum")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault noted beside a cell of a form that goes back: `heading` is the cell's, severity as in the checks."""

    heading: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a form: the `locked` cells as sent, what the owner `typed` in the open ones, the faults found.

    `locked` and `typed` are by heading. `ratio` rows take a numerator and denominator, others a value. `aim` is the
    least and the most that is on target, each None where there is no such limit; both are None too where this row alone
    does not make the quarter's figure.
    """

    indicator: Indicator
    period: Period
    locked: Mapping[str, object]
    ratio: bool
    typed: Mapping[str, object] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    aim: tuple[Fraction | None, Fraction | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Form:
    """A return form: one data owner's rows for one quarter, with the stamp that says where it belongs.

    A form that goes back has `faults` of the whole return, and `typed` and `faults` on its rows; `revisions` are the
    typed rows of its second table by heading.
    """

    council: str
    framework: str
    period: Quarter
    owner: str
    due: dt.date
    rows: tuple[FormRow, ...]
    commentary_limit: int = 2000
    faults: tuple[Fault, ...] = ()
    revisions: tuple[Mapping[str, object], ...] = ()

    @property
    def stamp(self) -> dict[str, str]:
        """What the hidden stamp holds, by label."""
        values = (self.framework, str(self.period), self.owner, FORM_VERSION, checksum(r.locked for r in self.rows))
        return dict(zip(STAMP, values, strict=True))

    @property
    def file_name(self) -> str:
        """A safe file name: letters, digits, spaces and hyphens of the owner, then the period."""
        safe = "".join(c if c.isalnum() or c in " -" else " " for c in self.owner)
        return f"{' '.join(safe.split())[:80] or 'Return'} {self.period.file_name}.xlsx"


def make_forms(history: History, period: Quarter) -> tuple[Form, ...]:
    """A blank form for each data owner from whom something is due, owners in alphabetical order."""
    due = due_by_owner(history.framework, period)
    return tuple(form_for(history, owner, due[owner], period) for owner in sorted(due) if owner)


def make_form(history: History, owner: str, period: Quarter) -> Form:
    """One owner's blank form."""
    return form_for(history, owner, due_by_owner(history.framework, period).get(owner, ()), period)


def form_for(history: History, owner: str, due: Sequence[Indicator], period: Quarter) -> Form:
    """The blank form of an owner from whom these are due: a row for each, for monthly ones a row a month."""
    settings = history.settings
    rows = [_form_row(history, indicator, p, period) for indicator, p in due_rows(due, period)]
    day, limit = due_date(due, period, settings), settings.commentary_limit
    return Form(settings.council, settings.framework, period, owner, day, tuple(rows), limit)


def due_indicators(framework: Framework, period: Quarter) -> tuple[Indicator, ...]:
    """The indicators for which a figure is asked in a quarter, in table order."""
    return tuple(i for i in framework.indicators.values() if i.expected() and i.due_in(period))


def due_by_owner(framework: Framework, period: Quarter) -> dict[str, list[Indicator]]:
    """The indicators for which a figure is asked in a quarter, by data owner, each in table order."""
    due: dict[str, list[Indicator]] = {}
    for indicator in due_indicators(framework, period):
        due.setdefault(indicator.data_owner, []).append(indicator)
    return due


def due_rows(due: Iterable[Indicator], period: Quarter) -> list[tuple[Indicator, Period]]:
    """The rows of a form for indicators that are due: indicator and period."""
    return [(i, p) for i in due for p in periods_of(i, period)]


def periods_of(indicator: Indicator, quarter: Quarter) -> tuple[Period, ...]:
    """The periods that a return of a quarter holds for an indicator: the quarter, or its months."""
    if indicator.frequency == "Monthly":
        return tuple(p for p in window(indicator, quarter) if isinstance(p, Month) and p.quarter == quarter)
    return (quarter,)


def due_date(due: Iterable[Indicator], period: Quarter, settings: Settings) -> dt.date:
    """The day by which an owner's return is due: that of the earliest of the indicators that are due from it."""
    days = {i.lag_days: deadline(i, period, settings) for i in due}
    return min(days.values(), default=period.end + dt.timedelta(days=settings.return_due_days))


def last_values(history: History, indicator: Indicator, before: Period, most: int = 8) -> list[Fraction]:
    """The latest figures before a period, as given or worked out from the pair, newest last."""
    counted = history.council_figures(indicator)
    earlier = sorted((p for p in counted if _key(p) < _key(before)), key=_key)
    usable = (counted[p] for p in earlier if counted[p].code not in NO_FIGURE)
    figures = [row_figure(indicator, o.value, o.pair) for o in usable]
    return [f for f in figures if f is not None][-most:]


def row_figure(indicator: Indicator, value: Fraction | None, pair: tuple[Fraction, Fraction] | None) -> Fraction | None:
    """The figure that one row gives: for a ratio with both numbers, the ratio."""
    if indicator.calculation == "Ratio" and pair:
        return pair[0] / pair[1] * indicator.per if pair[1] else None
    return value


def checksum(rows: Iterable[Mapping[str, object]]) -> str:
    """A checksum of the locked cells of a form, the same after any program has saved it again."""
    text = "\n".join("\t".join(plain(row.get(h)) for h in LOCKED) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain(value: object) -> str:
    """A cell's value as text for comparing: numbers at 15 digits, texts normalised, blank as nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(value, ".15g")
    return " ".join(normal(str(value if value is not None else "")).split())


def normal(text: str) -> str:
    """A text normalised (NFKC), word by word and long words in pieces, so that no text takes long.

    The time of normalising grows with the square of a run of combining marks.
    """
    if text.isascii():
        return text
    return " ".join(_normal_word(word) for word in text.split(" "))


def _normal_word(word: str) -> str:
    pieces = (word[start : start + _PIECE] for start in range(0, len(word), _PIECE))
    return "".join(unicodedata.normalize("NFKC", piece) for piece in pieces)


def _form_row(history: History, indicator: Indicator, period: Period, quarter: Quarter) -> FormRow:
    last = last_values(history, indicator, period, most=1)
    locked = {
        "Ref": indicator.ref,
        "Period": str(period),
        "Indicator": indicator.title,
        "Definition": indicator.definition,
        "Unit": indicator.unit_label or indicator.unit,
        "Target": target_text(history, indicator, quarter),
        "Last value": to_float(last[0], indicator.decimals) if last else None,
    }
    aim = _aim(history, indicator, period, quarter)
    return FormRow(indicator, period, locked, indicator.calculation == "Ratio", aim=aim)


def target_text(history: History, indicator: Indicator, quarter: Quarter) -> str:
    """The quarter's target in words: "85% or more", "40 to 60 days", "To be confirmed", or blank."""
    held = _held(history, indicator, quarter)
    if held is None:
        return ""
    if not held.confirmed(indicator.polarity):
        return "To be confirmed"
    if held.lower is not None and held.upper is not None:
        return f"{show(held.lower)} to {display(held.upper, indicator, in_full=True)}"
    side = "or less" if indicator.polarity == "Lower is better" else "or more"
    return f"{display(held.target or Fraction(0), indicator, in_full=True)} {side}"


def _aim(
    history: History, indicator: Indicator, period: Period, quarter: Quarter
) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most that is on target, where one row's figure can be held to the quarter's target."""
    held = _held(history, indicator, quarter)
    if held is None or not held.confirmed(indicator.polarity) or not _by_itself(indicator, period, quarter):
        return None, None
    if held.lower is not None and held.upper is not None:
        return held.lower, held.upper
    return (None, held.target) if indicator.polarity == "Lower is better" else (held.target, None)


def _by_itself(indicator: Indicator, period: Period, quarter: Quarter) -> bool:
    """Whether a row's figure means the same as the quarter's: not so for a month of a sum, or a quarter of a year."""
    periods = window(indicator, quarter)
    if len(periods) == 1 or indicator.aggregation == "Latest":
        return period == periods[-1]
    return not indicator.year_to_date and (indicator.calculation == "Ratio" or indicator.aggregation == "Mean")


def _held(history: History, indicator: Indicator, quarter: Quarter) -> Held | None:
    """What the quarter's figure is held to; None where there is no right target or no rating."""
    target = in_force(history.timelines, indicator, quarter)
    if target is None or target.wrong or not indicator.scored:
        return None
    return held_to(target, indicator, quarter, history.settings)


def _key(period: Period) -> tuple[int, int]:
    return (period.year, period.number) if isinstance(period, Month) else (period.year, period.number * 3)
