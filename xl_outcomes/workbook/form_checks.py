"""What the column Check says beside a row of a form: a formula that follows the typing, and what it says now.

Nothing from the master stands in a formula but numbers; texts are referred to by their cells. Every condition is
written twice, for the spreadsheet and for now, so that the stored result is right before anything recalculates.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.contract import SHORTHAND
from xl_outcomes.exact import exact, rounded, show
from xl_outcomes.figures import NO_FIGURE
from xl_outcomes.returns.expected import FormRow
from xl_outcomes.workbook.form_looks import address
from xl_outcomes.workbook.styles import cell_value, words

TO_DO, DONE, MISSING = "To do", "Done", "missing"
_ALONE = "Type the number alone"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that Check may say: when, as a condition of a formula and as it is now; the words in both ways."""

    when: str
    holds: bool
    says: str
    said: str


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the form on the sheet Return: its row there (0-based), and those of its indicator, first and last.

    `commented` says whether any of the indicator's rows has a commentary now.
    """

    row: FormRow
    at: int
    first: int
    last: int
    commented: bool

    def cell(self, heading: str) -> str:
        """The address of a cell of the row."""
        return address(self.at, heading)

    def text(self, *headings: str) -> str:
        """What is typed under some headings, put together."""
        values = (cell_value(self.row.typed.get(h)) for h in headings)
        return "".join("" if v is None else str(v) for v in values).strip()

    def number(self, heading: str) -> Fraction | None:
        """The number that is typed under a heading; texts that only look like one are none."""
        value = cell_value(self.row.typed.get(heading))
        return exact(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def live_check(place: Place) -> tuple[str, str]:
    """The formula (without its =) that looks at a row while it is filled in, and its present result."""
    notices = [*_notices(place)]
    formula = notices[-1].says
    for notice in reversed(notices[:-1]):
        formula = f"IF({notice.when},{notice.says},{formula})"
    return formula, next(n.said for n in notices if n.holds)


def literal(number: Fraction) -> str:
    """A number as a formula holds it."""
    return format(float(number), ".15g").upper()


def quoted(text: str) -> str:
    """A text as a formula holds it."""
    return '"' + text.replace('"', '""') + '"'


def _notices(place: Place) -> Iterator[Notice]:
    """In the order in which they count; the last one always holds."""
    figures = ("Numerator", "Denominator") if place.row.ratio else ("Value",)
    yield from _before_any_figure(place, figures)
    figure = _ratio(place) if place.row.ratio else _value(place)
    yield from (_ratio_notices if place.row.ratio else _value_notices)(place, figure)
    yield _forecast(place)
    if any(limit is not None for limit in place.row.aim):
        yield _off_target(place, figure)
    yield Notice("TRUE", True, *figure.words(place, DONE, ""))


@dataclass(frozen=True, slots=True)
class _Figure:
    """The figure of a row, as a formula and as it is now."""

    formula: str
    now: Fraction | None

    def words(self, place: Place, before: str, after: str) -> tuple[str, str]:
        """Words for a formula and for now; a ratio's have the figure, as it is worked out, in their midst."""
        if not place.row.ratio:
            said = before + after
            return quoted(said), said
        indicator = place.row.indicator
        opening = f"{before}: the ratio is " if before else "The ratio is "
        opening += "£" if indicator.unit == "Money" else ""
        number, unit, unit_now = show(self.now or Fraction(0), indicator.decimals), "", ""
        if indicator.unit == "Percentage":
            unit, unit_now = '&"%"', "%"
        elif indicator.unit != "Money" and indicator.unit_label:
            unit, unit_now = f'&" "&{place.cell("Unit")}', f" {words(indicator.unit_label, 200)}"
        says = f"{quoted(opening)}&FIXED({self.formula},{indicator.decimals}){unit}" + (
            f"&{quoted(after)}" if after else ""
        )
        return says, opening + number + unit_now + after


def _before_any_figure(place: Place, figures: tuple[str, ...]) -> Iterator[Notice]:
    typed, code = "&".join(map(place.cell, figures)), place.cell("Shorthand")
    yield _plain(f"ISERROR({typed})", False, _ALONE)
    yield _plain(_blank(f"{typed}&{code}"), not place.text(*figures, "Shorthand"), TO_DO)
    now = place.text("Shorthand").lower()
    unknown = bool(now) and now not in SHORTHAND
    yield _plain(f"ISERROR({_among(code, ('', *SHORTHAND))})", unknown, "Shorthand: choose from the list")
    conflict = f"A code stands instead of a figure: leave {'both numbers' if place.row.ratio else 'Value'} blank"
    says = f"IF({_blank(typed)},{quoted(DONE)},{quoted(conflict)})"
    said = conflict if place.text(*figures) else DONE
    yield Notice(f"ISNUMBER({_among(code, NO_FIGURE)})", now in NO_FIGURE, says, said)
    for heading in figures:
        missing = f"{heading if place.row.ratio else 'Figure'} {MISSING}"
        yield _plain(_blank(place.cell(heading)), not place.text(heading), missing)
    for heading in figures:
        said = f"{heading}: numbers only" if place.row.ratio else _ALONE
        yield _plain(_no_number(place, heading), place.number(heading) is None, said)


def _blank(cells: str) -> str:
    return f'TRIM({cells})=""'


def _among(cell: str, codes: Iterable[str]) -> str:
    """The place of a code among others, an error where it is none of them; capitals count for the same."""
    return f'SEARCH("!"&TRIM({cell})&"!",{quoted("".join(f"!{code}" for code in codes) + "!")})'


def _no_number(place: Place, heading: str) -> str:
    """A date in place of a value is a number to a formula; the format that it took on tells it."""
    cell = place.cell(heading)
    number = f"NOT(ISNUMBER({cell}))"
    return f'OR({number},LEFT(CELL("format",{cell}))="D")' if heading == "Value" else number


def _value(place: Place) -> _Figure:
    """A value as it shows: in a cell that turned into a percentage, 45% is stored as 0.45."""
    cell, now = place.cell("Value"), place.number("Value")
    if place.row.indicator.unit != "Percentage":
        return _Figure(cell, now)
    return _Figure(f'{cell}*IF(LEFT(CELL("format",{cell}))="P",100,1)', now)


def _value_notices(place: Place, figure: _Figure) -> Iterator[Notice]:
    indicator, now = place.row.indicator, figure.now
    if indicator.unit == "Count":
        whole = now is None or now.denominator == 1
        yield _plain(f"{figure.formula}<>INT({figure.formula})", not whole, "Whole numbers only")
    usual = cell_value(place.row.locked.get("Last value"))
    if indicator.unit == "Percentage" and isinstance(usual, int | float) and abs(usual) > 1:
        yield _fraction(place, now, exact(usual))
    yield from _outside(place, figure)


def _fraction(place: Place, now: Fraction | None, usual: Fraction) -> Notice:
    """A percentage as a fraction: within a factor of three of a hundredth of the last value, as the check takes it."""
    cell, last = place.cell("Value"), place.cell("Last value")
    scale = f'ABS({cell})<=1,{cell}*300/{last}>=1,{cell}*100/{last}<=3,LEFT(CELL("format",{cell}))<>"P"'
    small = now is not None and abs(now) <= 1 and Fraction(1, 3) <= now * 100 / usual <= 3
    asked = "Looks like a fraction: type 45 for 45%, or say why"
    return _plain(f"AND({scale},{_silent(place)})", small and not place.commented, asked)


def _ratio(place: Place) -> _Figure:
    top, bottom, per = place.number("Numerator"), place.number("Denominator"), place.row.indicator.per
    times = "" if per == 1 else f"*{literal(per)}"
    now = None if top is None or not bottom else top / bottom * per
    return _Figure(f"{place.cell('Numerator')}/{place.cell('Denominator')}{times}", now)


def _ratio_notices(place: Place, figure: _Figure) -> Iterator[Notice]:
    top, bottom = place.cell("Numerator"), place.cell("Denominator")
    nothing = place.number("Denominator") == 0
    none_of_none = nothing and place.number("Numerator") == 0
    yield _plain(f"AND({bottom}=0,{top}=0)", none_of_none, f"{DONE}: 0 of 0, nothing to count")
    yield _plain(f"{bottom}=0", nothing, "The denominator is 0: look again")
    if place.text("Value"):
        given = f"NOT({_blank(place.cell('Value'))})"
        yield Notice(given, True, *figure.words(place, "", ": leave Value blank"))
    yield from _outside(place, figure)


def _outside(place: Place, figure: _Figure) -> Iterator[Notice]:
    """A figure beyond what is plausible, unless a commentary says why."""
    low, high = place.row.indicator.lowest, place.row.indicator.highest
    if low is None and high is None:
        return
    where = f"below {show(low)}" if low is not None and high is None else f"above {show(high or Fraction(0))}"
    if low is not None and high is not None:
        where = f"outside {show(low)} to {show(high)}"
    after = ": look again or say why"
    in_ratio = figure.words(place, "", f", {where}{after}") if place.row.ratio else None
    plain = f"{where.capitalize()}{after}"
    beyond, now = _beyond(figure.formula, figure.now, low, high)
    when = f"AND({beyond},{_silent(place)})"
    yield Notice(when, now and not place.commented, *(in_ratio or (quoted(plain), plain)))


def _forecast(place: Place) -> Notice:
    wrong = isinstance(cell_value(place.row.typed.get("Forecast")), str)
    return _plain(f"ISTEXT({place.cell('Forecast')})", wrong, "Forecast: numbers only")


def _off_target(place: Place, figure: _Figure) -> Notice:
    """Off target as it will be displayed, and no commentary in any row of the indicator."""
    decimals = place.row.indicator.decimals
    now = None if figure.now is None else rounded(figure.now, decimals)
    beyond, off = _beyond(f"ROUND({figure.formula},{decimals})", now, *place.row.aim)
    ask = ", off target: please comment" if place.row.ratio else "Off target: please comment"
    said = figure.words(place, "", ask)
    return Notice(f"AND({beyond},{_silent(place)})", off and not place.commented, *said)


def _beyond(formula: str, now: Fraction | None, low: Fraction | None, high: Fraction | None) -> tuple[str, bool]:
    """Whether a figure is below the one limit or above the other, as a condition and now."""
    parts = [f"{formula}<{literal(low)}"] if low is not None else []
    parts += [f"{formula}>{literal(high)}"] if high is not None else []
    beyond = now is not None and ((low is not None and now < low) or (high is not None and now > high))
    return f"OR({','.join(parts)})" if len(parts) > 1 else "".join(parts), beyond


def _silent(place: Place) -> str:
    """The conditions, with commas between, that no row of the indicator has a commentary."""
    return ",".join(f'{address(at, "Commentary")}=""' for at in range(place.first, place.last + 1))


def _plain(when: str, holds: bool, said: str) -> Notice:
    return Notice(when, holds, quoted(said), said)
