"""Figure and target to rating and reason (docs/rules/rating.md)."""

from fractions import Fraction

from xl_outcomes.exact import at_least, show
from xl_outcomes.framework import Indicator
from xl_outcomes.targets import Held


def rate(value: Fraction, held: Held, polarity: str, scheme: str, last_year: Fraction | None = None) -> str:
    """Green, Amber or Red; a value exactly on a limit takes the better.

    `held` is confirmed for the polarity; `scheme` is Tolerance, Floor or Direction; `last_year` is the same quarter's
    figure a year before, which only Direction looks at.
    """
    if meets_target(value, held, polarity):
        return "Green"
    within = _within_tolerance(value, held, polarity)
    if scheme != "Direction":
        return "Amber" if within else "Red"
    if within:
        return "Green"
    return "Amber" if last_year is None or no_worse(value, last_year, held, polarity) else "Red"


def meets_target(value: Fraction, held: Held, polarity: str) -> bool:
    """Whether a figure is on the green side of the target, or in the range."""
    if held.lower is not None and held.upper is not None:
        return at_least(value, held.lower) and at_least(held.upper, value)
    return held.target is not None and _reaches(value, held.target, polarity)


def no_worse(value: Fraction, other: Fraction, held: Held, polarity: str) -> bool:
    """Whether a figure is better than or equal to another; in range, no farther from the range."""
    if held.lower is not None and held.upper is not None:
        return at_least(distance(other, held), distance(value, held))
    return _reaches(value, other, polarity)


def distance(value: Fraction, held: Held) -> Fraction:
    """How far a figure lies outside the range; 0 inside."""
    if held.lower is None or held.upper is None:
        return Fraction(0)
    return max(held.lower - value, value - held.upper, Fraction(0))


def variance(value: Fraction, held: Held) -> Fraction | None:
    """The figure less the target; for a range, how far outside it, below as a minus."""
    if held.lower is not None and held.upper is not None:
        return distance(value, held) * (-1 if value < held.lower else 1)
    return None if held.target is None else value - held.target


def reason(
    value: Fraction, held: Held, rating: str, indicator: Indicator, scheme: str, last_year: Fraction | None = None
) -> str:
    """The rating in a sentence that a member can read aloud; `value` is the figure that was rated."""
    if held.lower is not None and held.upper is not None:
        aim = f"a range of {_limit(held.lower, indicator)} to {_limit(held.upper, indicator)}"
    else:
        aim = f"a target of {_limit(held.target or Fraction(0), indicator)}"
    return f"{display(value, indicator)} against {aim}: {_because(value, held, rating, indicator, scheme, last_year)}."


def display(value: Fraction, indicator: Indicator, *, in_full: bool = False) -> str:
    """A figure as people read it: decimals (for a limit, in full as many as it has), thousands and unit."""
    number = show(value) if in_full else show(value, indicator.decimals)
    if indicator.unit == "Percentage":
        return f"{number}%"
    if indicator.unit == "Money":
        return f"-£{number[1:]}" if number.startswith("-") else f"£{number}"
    return f"{number} {indicator.unit_label}".strip()


def _reaches(value: Fraction, limit: Fraction, polarity: str) -> bool:
    return at_least(limit, value) if polarity == "Lower is better" else at_least(value, limit)


def _within_tolerance(value: Fraction, held: Held, polarity: str) -> bool:
    if held.lower is not None and held.upper is not None:
        return at_least(value, held.lower - held.slack_below) and at_least(held.upper + held.slack_above, value)
    return held.amber is not None and _reaches(value, held.amber, polarity)


def _because(
    value: Fraction, held: Held, rating: str, indicator: Indicator, scheme: str, last_year: Fraction | None
) -> str:
    ranged = held.lower is not None
    if meets_target(value, held, indicator.polarity):
        return "in the range" if ranged else f"on target ({_side(held.target, indicator)})"
    if _within_tolerance(value, held, indicator.polarity):
        return f"outside it, within {_tolerance(held)}" if ranged else f"within {_band(held, indicator)}"
    if scheme == "Direction":
        return _direction_words(rating, last_year)
    if ranged:
        return "outside it" if scheme == "Floor" else f"outside it by more than {_tolerance(held)}"
    return f"outside {_band(held, indicator)}" if held.amber is not None else _missed(indicator)


def _missed(indicator: Indicator) -> str:
    side = "over" if indicator.polarity == "Lower is better" else "short of"
    return f"{side} the target, and there is no amber band"


def _band(held: Held, indicator: Indicator) -> str:
    name = "the amber limit" if held.explicit else _tolerance(held)
    return f"{name} ({_side(held.amber, indicator)})"


def _side(limit: Fraction | None, indicator: Indicator) -> str:
    side = "or less" if indicator.polarity == "Lower is better" else "or more"
    return f"{_limit(limit or Fraction(0), indicator)} {side}"


def _direction_words(rating: str, last_year: Fraction | None) -> str:
    if last_year is None:
        return "off target, with no figure of a year before to compare with"
    return "off target, but no worse than a year before" if rating == "Amber" else "off target and worse than last year"


def _tolerance(held: Held) -> str:
    amount = show(held.tolerance)
    return (
        f"the {amount}% tolerance"
        if held.tolerance_kind == "Per cent"
        else f"the tolerance of {amount} point{'' if amount == '1' else 's'}"
    )


def _limit(value: Fraction, indicator: Indicator) -> str:
    return display(value, indicator, in_full=True)
