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


def reason(value: Fraction, held: Held, rating: str, indicator: Indicator, scheme: str) -> str:
    """The rating in a sentence that a member can read aloud; `value` is the figure that was rated."""
    figure = display(value, indicator)
    if held.lower is not None and held.upper is not None:
        aim = f"a range of {_limit(held.lower, indicator)} to {_limit(held.upper, indicator)}"
        return f"{figure} against {aim}: {_range_words(rating, held, scheme)}."
    target = held.target or Fraction(0)
    words = _target_words(value, held, target, rating, indicator, scheme)
    return f"{figure} against a target of {_limit(target, indicator)}: {words}."


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


def _target_words(value: Fraction, held: Held, target: Fraction, rating: str, indicator: Indicator, scheme: str) -> str:
    lower_is_better = indicator.polarity == "Lower is better"
    side = "or less" if lower_is_better else "or more"
    if _reaches(value, target, indicator.polarity):
        return f"on target ({_limit(target, indicator)} {side})"
    limit = "" if held.amber is None else f"{_limit(held.amber, indicator)} {side}"
    if _within_tolerance(value, held, indicator.polarity):
        return f"within the amber limit ({limit})" if held.explicit else f"within {_tolerance(held)} ({limit})"
    if scheme == "Direction":
        return _direction_words(rating)
    if held.amber is None:
        return "short of the target, and there is no amber band"
    return f"outside the amber limit ({limit})" if held.explicit else f"outside {_tolerance(held)} ({limit})"


def _range_words(rating: str, held: Held, scheme: str) -> str:
    if scheme == "Direction" and rating != "Green":
        return _direction_words(rating)
    words = {"Green": "in the range", "Amber": f"outside it, within {_tolerance(held)}"}
    return words.get(rating, "outside it" if scheme == "Floor" else f"outside it by more than {_tolerance(held)}")


def _direction_words(rating: str) -> str:
    return "off target, but no worse than a year before" if rating == "Amber" else "off target and worse than last year"


def _tolerance(held: Held) -> str:
    amount = show(held.tolerance)
    return f"the {amount}% tolerance" if held.tolerance_kind == "Per cent" else f"the tolerance of {amount} points"


def _limit(value: Fraction, indicator: Indicator) -> str:
    return display(value, indicator, in_full=True)
