"""The list of checks on the rows of returns: one place for code, severity, cell, test and words.

Each check looks at one claim; pandera runs them all over all rows of all returns (docs/rules/returns.md).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

from xl_outcomes.contract import SHORTHAND
from xl_outcomes.exact import rounded, show
from xl_outcomes.figures import NO_FIGURE
from xl_outcomes.issues import Issue
from xl_outcomes.rating import display
from xl_outcomes.returns.claims import Claim
from xl_outcomes.settings import Settings
from xl_outcomes.tables import frame

if TYPE_CHECKING:
    import pandera.pandas as pa

_FIRST_DATE, _LAST_DATE = 36_526, 55_153  # 2000 to 2050, as Excel counts days
Words = Callable[[Claim, Settings], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `fails` says whether a claim has the fault, `heading` names its cell."""

    code: str
    severity: str
    heading: Callable[[Claim], str]
    fails: Callable[[Claim, Settings], bool]
    message: Words
    fix: Words


def check_claims(claims: Sequence[Claim], settings: Settings) -> list[tuple[int, Issue]]:
    """The faults of all claims as (position, issue), in the order of the rows and of the list of checks."""
    import pandera.errors

    if not claims:
        return []
    rows = frame(["claim"], [[claim] for claim in claims])
    try:
        _schema(settings).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases[["index", "check"]].itertuples(index=False, name=None)
        order = sorted((int(index), _position(str(check))) for index, check in cases)
        return [(index, _issue(CHECKS[number], claims[index], settings)) for index, number in order]
    return []


@cache
def _schema(settings: Settings) -> "pa.DataFrameSchema":
    import pandera.pandas as pa

    def passes(check: Check) -> Callable[[Claim], bool]:
        return lambda claim: not check.fails(claim, settings)

    checks = [pa.Check(passes(check), name=str(n), element_wise=True) for n, check in enumerate(CHECKS)]
    return pa.DataFrameSchema({"claim": pa.Column(checks=checks)})


def _position(name: str) -> int:
    return int(name)


def _issue(check: Check, claim: Claim, settings: Settings) -> Issue:
    heading = check.heading(claim)
    return claim.issue(check.code, check.severity, heading, check.message(claim, settings), check.fix(claim, settings))


def _ratio(claim: Claim) -> bool:
    return claim.indicator.calculation == "Ratio"


def _readable(claim: Claim, *headings: str) -> bool:
    return not claim.bad & set(headings or ("Value", "Numerator", "Denominator"))


def _missing(claim: Claim, _: Settings) -> bool:
    return not claim.given and (not claim.code or claim.code in "per") and "Shorthand" not in claim.bad


def _not_whole(claim: Claim, _: Settings) -> bool:
    return claim.indicator.unit == "Count" and claim.value is not None and claim.value.denominator != 1


def _out_of_range(claim: Claim, _: Settings) -> bool:
    figure, low, high = claim.figure, claim.indicator.lowest, claim.indicator.highest
    return figure is not None and ((low is not None and figure < low) or (high is not None and figure > high))


def _wrong_scale(claim: Claim, _: Settings) -> bool:
    """A percentage typed as a fraction or the reverse: a hundredth or a hundredfold of what it was, give or take."""
    usual = claim.last[-1] if claim.last else claim.target
    figure = claim.figure
    if claim.indicator.unit != "Percentage" or not usual or not figure:
        return False
    fraction_now = abs(figure) <= 1 < abs(usual) and _alike(figure * 100, usual)
    return fraction_now or (abs(usual) <= 1 < abs(figure) and _alike(figure, usual * 100))


def _alike(one: Fraction, other: Fraction) -> bool:
    return Fraction(1, 3) <= one / other <= 3


def _implausible(claim: Claim, settings: Settings) -> bool:
    usual = _usual(claim)
    figure, change = claim.figure, settings.plausible_change
    if figure is None or not usual or _wrong_scale(claim, settings):
        return False
    return abs(figure) > abs(usual) * change or abs(figure) < abs(usual) / change


def _usual(claim: Claim) -> Fraction | None:
    return Fraction(median(claim.last)) if len(claim.last) >= 3 else claim.target


def _ratio_incomplete(claim: Claim, _: Settings) -> bool:
    lone = (claim.numerator is None) != (claim.denominator is None)
    value_alone = claim.value is not None and claim.numerator is None and claim.denominator is None
    return _ratio(claim) and _readable(claim, "Numerator", "Denominator") and (lone or value_alone)


def _over_zero(claim: Claim, _: Settings) -> bool:
    return _ratio(claim) and claim.pair is not None and claim.pair[1] == 0 and claim.pair[0] != 0


def _nothing_of_nothing(claim: Claim, _: Settings) -> bool:
    return _ratio(claim) and claim.pair is not None and not any(claim.pair)


def _places_apart(claim: Claim) -> Fraction:
    """How far the given value and the ratio are apart as displayed, in units of the last place."""
    figure = claim.figure
    if not _ratio(claim) or figure is None or claim.value is None:
        return Fraction(0)
    decimals = claim.indicator.decimals
    return abs(rounded(claim.value, decimals) - rounded(figure, decimals)) * Fraction(10) ** decimals


def _ratio_words(claim: Claim, _: Settings) -> str:
    figure, pair = claim.figure or Fraction(0), claim.pair or (Fraction(0), Fraction(1))
    worked_out = f"{show(pair[0])} of {show(pair[1])} is {display(figure, claim.indicator)}"
    return f"The value is {show(claim.value or Fraction(0))}, but {worked_out}."


def _conflict(claim: Claim, _: Settings) -> bool:
    return claim.code in NO_FIGURE and claim.given


def _too_long(heading: str) -> Callable[[Claim, Settings], bool]:
    return lambda claim, settings: len(_text(claim, heading)) > settings.commentary_limit


def _text(claim: Claim, heading: str) -> str:
    return claim.corrective_action if heading == "Corrective action" else claim.commentary


def _long_words(heading: str) -> Words:
    return lambda claim, settings: (
        f"{heading} has {len(_text(claim, heading)):,} characters; {settings.commentary_limit:,} are allowed."
    )


def _range_words(claim: Claim, _: Settings) -> str:
    low, high = claim.indicator.lowest, claim.indicator.highest
    span = f"from {'any' if low is None else show(low)} to {'any' if high is None else show(high)}"
    return f"{_shown(claim)} is outside what is plausible for {claim.indicator.ref}, {span}."


def _scale_words(claim: Claim, _: Settings) -> str:
    usual = (claim.last[-1] if claim.last else claim.target) or Fraction(0)
    looks = "a fraction" if abs(usual) > 1 else "a percentage"
    return f"{_shown(claim)} looks like {looks}: it was {show(usual)} before."


def _implausible_words(claim: Claim, settings: Settings) -> str:
    usual = show(rounded(_usual(claim) or Fraction(0), max(claim.indicator.decimals, 1)))
    what = "what it usually is" if len(claim.last) >= 3 else "its target"
    change = show(settings.plausible_change)
    found = f"{_shown(claim)} is more than {change} times, or less than one part in {change}, of {what} ({usual})."
    return f"{found}{_as_date(claim.figure)}"


def _as_date(figure: Fraction | None) -> str:
    """What to say of a number that may be a date in a cell without a date format."""
    if figure is None or figure.denominator != 1 or not _FIRST_DATE <= figure < _LAST_DATE:
        return ""
    day = dt.date(1899, 12, 30) + dt.timedelta(days=int(figure))
    return f" It may be a date: Excel stores {day:%d/%m/%Y} as {int(figure)}."


def _shown(claim: Claim) -> str:
    """The figure as it was typed, or as the ratio is displayed."""
    return display(claim.figure or Fraction(0), claim.indicator, in_full=claim.indicator.calculation == "Value")


def _say(text: str) -> Words:
    return lambda _, __: text


def _figure_cell(claim: Claim) -> str:
    return claim.main_heading


def _at(heading: str) -> Callable[[Claim], str]:
    return lambda _: heading


_SETTLE = "If it is right, say why in the commentary: an officer will settle it. If not, correct it and send it again."

CHECKS: tuple[Check, ...] = (
    Check(
        "value-missing",
        "warning",
        _figure_cell,
        _missing,
        lambda c, _: f"{c.indicator.ref} is due for {c.period}, and there is neither a figure nor a shorthand.",
        _say("Type the figure; if there is none, type x (unavailable) or z (not applicable) under Shorthand."),
    ),
    Check(
        "value-not-whole",
        "error",
        _at("Value"),
        _not_whole,
        lambda c, _: f"{show(c.value or Fraction(0))} is not a whole number; {c.indicator.ref} counts things.",
        _say("Type a whole number, such as 12."),
    ),
    Check("value-out-of-range", "query", _figure_cell, _out_of_range, _range_words, _say(_SETTLE)),
    Check(
        "value-scale", "query", _figure_cell, _wrong_scale, _scale_words, _say("Type 45 for 45 per cent. " + _SETTLE)
    ),
    Check("value-implausible", "query", _figure_cell, _implausible, _implausible_words, _say(_SETTLE)),
    Check(
        "ratio-incomplete",
        "error",
        _figure_cell,
        _ratio_incomplete,
        lambda c, _: f"{c.indicator.ref} is a ratio and needs both its numerator and its denominator.",
        _say("Type both numbers, such as 41 and 50; the value is worked out from them."),
    ),
    Check(
        "ratio-zero",
        "error",
        _at("Denominator"),
        _over_zero,
        lambda c, _: f"The denominator is 0 under a numerator of {show(c.numerator or Fraction(0))}.",
        _say("Correct the denominator; where there was nothing to count, both are 0."),
    ),
    Check(
        "ratio-zero",
        "warning",
        _at("Denominator"),
        _nothing_of_nothing,
        _say("0 of 0: there was nothing to count, so it is taken as not applicable."),
        _say("Nothing to do if that is right."),
    ),
    Check(
        "ratio-mismatch",
        "error",
        _at("Value"),
        lambda c, _: _places_apart(c) > 1,
        _ratio_words,
        _say("Correct the value, the numerator or the denominator, or leave the value blank."),
    ),
    Check(
        "ratio-rounding",
        "warning",
        _at("Value"),
        lambda c, _: _places_apart(c) == 1,
        lambda c, s: f"{_ratio_words(c, s)} The ratio is used.",
        _say("Nothing to do if the counts were rounded; else correct them."),
    ),
    Check(
        "shorthand-conflict",
        "error",
        _at("Shorthand"),
        _conflict,
        lambda c, _: f'The shorthand "{c.code}" ({SHORTHAND[c.code]}) says that there is no figure, but one is given.',
        _say("Clear the figure, or the shorthand."),
    ),
    *(
        Check(
            "text-too-long",
            "error",
            _at(heading),
            _too_long(heading),
            _long_words(heading),
            _say("Shorten the text."),
        )
        for heading in ("Commentary", "Corrective action")
    ),
)
