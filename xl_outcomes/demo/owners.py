"""Simulated data owners: they fill in their forms with made-up figures, and make the mistakes that people make.

Every figure is Illustrative, and the same each time: it depends on the ref and the period alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from xl_outcomes.exact import rounded, to_float, to_number
from xl_outcomes.figures import window
from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Period, Quarter
from xl_outcomes.rating import meets_target
from xl_outcomes.returns.expected import Form, FormRow, last_values
from xl_outcomes.standing import History
from xl_outcomes.targets import held_to, in_force

Typed = dict[str, object]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that an owner makes: what it is, which rows it can befall, and what is typed then."""

    story: str
    befalls: Callable[[FormRow, Typed], bool]
    types: Callable[[FormRow, Typed], Typed]


def fill(form: Form, history: History) -> Form:
    """The form as a careful owner fills it in."""
    return replace(form, rows=tuple(replace(row, typed=_typed(row, form, history)) for row in form.rows))


def spoil(form: Form, mistakes: Sequence[Mistake]) -> tuple[Form, list[str]]:
    """The form with mistakes in it, each in a row of its own, and the stories of those that found a row."""
    rows, stories, used = list(form.rows), [], set[int]()
    for mistake in mistakes:
        for number, row in enumerate(rows):
            if number not in used and mistake.befalls(row, dict(row.typed)):
                rows[number] = replace(row, typed=mistake.types(row, dict(row.typed)))
                stories.append(f"{row.indicator.ref}: {mistake.story}")
                used.add(number)
                break
    return replace(form, rows=tuple(rows)), stories


def _typed(row: FormRow, form: Form, history: History) -> Typed:
    random = Random(f"{row.indicator.ref} {row.period}")
    figure = _figure(row.indicator, row.period, history, random)
    typed: Typed = {}
    if row.ratio:
        bottom = _denominator(row.indicator, history, random)
        top = round(figure / row.indicator.per * bottom)
        typed |= {"Numerator": float(top), "Denominator": float(bottom)}
        figure = Fraction(top, bottom) * row.indicator.per
    else:
        typed["Value"] = to_float(figure)
    return typed | _words(row, form, history, typed, figure)


def _denominator(indicator: Indicator, history: History, random: Random) -> int:
    """About as much as the last time."""
    pairs = [o.pair for o in history.council_figures(indicator).values() if o.pair and o.pair[1]]
    usual = pairs[-1][1] if pairs else Fraction(500)
    return max(1, round(usual * Fraction(random.randint(97, 103), 100)))


def _figure(indicator: Indicator, period: Period, history: History, random: Random) -> Fraction:
    """A figure a little off the one before, within what is plausible."""
    before = last_values(history, indicator, period)
    usual = before[-4] if len(before) >= 4 else before[-1] if before else Fraction(50)
    aim = _aim(indicator, period, history)
    better = random.randint(-35, 50) if aim is not None else random.randint(-15, 110)
    if aim is not None:
        usual += (aim - usual) * Fraction(random.randint(2, 12), 10)
    figure = usual * (1 + Fraction(better, 1000) * (-1 if indicator.polarity == "Lower is better" else 1))
    if indicator.unit == "Percentage":
        figure = min(figure, Fraction(100))
    if indicator.highest is not None:
        figure = min(figure, indicator.highest)
    if indicator.lowest is not None:
        figure = max(figure, indicator.lowest)
    return rounded(figure, 0 if indicator.unit == "Count" else indicator.decimals)


def _aim(indicator: Indicator, period: Period, history: History) -> Fraction | None:
    """The target that one figure by itself is held to, towards which services work; None for sums over time."""
    quarter = period if isinstance(period, Quarter) else period.quarter
    summed = indicator.aggregation == "Sum" and indicator.calculation == "Value" and indicator.frequency == "Monthly"
    target = in_force(history.timelines, indicator, quarter)
    if target is None or target.wrong or indicator.year_to_date or summed:
        return None
    held = held_to(target, indicator, quarter, history.settings)
    return (held.lower + held.upper) / 2 if held.lower is not None and held.upper is not None else held.target


def _words(row: FormRow, form: Form, history: History, typed: Typed, figure: Fraction) -> Typed:
    """Commentary and corrective action where the quarter's figure is known with this row, and misses its target."""
    indicator = row.indicator
    target = in_force(history.timelines, indicator, form.period)
    reported = figure if row.aim != (None, None) else _to_date(row, form, history, typed, figure)
    if target is None or target.wrong or not indicator.scored or reported is None:
        return {}
    held = held_to(target, indicator, form.period, history.settings)
    shown = rounded(reported, indicator.decimals)
    if not held.confirmed(indicator.polarity) or meets_target(shown, held, indicator.polarity):
        return {}
    random = Random(f"words {indicator.ref} {form.period}")
    return {"Commentary": random.choice(_REASONS), "Corrective action": random.choice(_REMEDIES)}


def _to_date(row: FormRow, form: Form, history: History, typed: Typed, figure: Fraction) -> Fraction | None:
    """The figure of all periods up to this row's, which is the last of them; None where others are still to come."""
    indicator, periods = row.indicator, window(row.indicator, form.period)
    counted = history.council_figures(indicator)
    if row.period != periods[-1] or any(p not in counted for p in periods[:-1]):
        return None
    earlier = [counted[p] for p in periods[:-1]]
    if row.ratio:
        pairs = [o.pair for o in earlier if o.pair] + [(_exact(typed["Numerator"]), _exact(typed["Denominator"]))]
        bottom = sum((pair[1] for pair in pairs), Fraction(0))
        return sum((pair[0] for pair in pairs), Fraction(0)) / bottom * indicator.per if bottom else None
    values = [o.value for o in earlier if o.value is not None] + [figure]
    total = sum(values, Fraction(0))
    return total / len(values) if indicator.aggregation == "Mean" else total


def _exact(value: object) -> Fraction:
    return to_number(value) or Fraction(0)


# True of a figure that misses its target, whichever side is the better one.
_REASONS = (
    "Illustrative: demand was higher than planned this quarter, and two posts were vacant until its last month.",
    "Illustrative: a new system went live in the first month, and the work of the changeover is still felt.",
    "Illustrative: bad weather stopped the work for eleven days, which could not be made up within the quarter.",
    "Illustrative: a contractor fell behind and was replaced in the second month; results have begun to recover.",
    "Illustrative: several large cases from last year were closed this quarter and weigh on the figure.",
)
_REMEDIES = (
    "Illustrative: the service has moved staff to the backlog, and its head reviews the figure every month.",
    "Illustrative: both posts are filled from next month; overtime is agreed until then.",
    "Illustrative: a recovery plan with weekly milestones is agreed with the contractor.",
    "Illustrative: the way the work is booked is being changed, with the first teams from next month.",
    "Illustrative: the director takes the cases that are over target every fortnight until they are cleared.",
)


def _is_value(row: FormRow, typed: Mapping[str, object]) -> bool:
    return not row.ratio and isinstance(typed.get("Value"), float)


def _is_percentage(row: FormRow, typed: Mapping[str, object]) -> bool:
    value = typed.get("Value")
    return row.indicator.unit == "Percentage" and isinstance(value, float) and value > 20


def _is_ratio(row: FormRow, typed: Mapping[str, object]) -> bool:
    return row.ratio and row.indicator.unit == "Percentage" and bool(typed.get("Numerator"))


def _has_most(row: FormRow, typed: Mapping[str, object]) -> bool:
    value, most = typed.get("Value"), row.indicator.highest
    better = row.indicator.polarity == "Higher is better"
    return better and not row.ratio and isinstance(value, float) and most is not None and most < Fraction(value) * 4


def _just_above(row: FormRow) -> float | None:
    most = (row.indicator.highest or Fraction(0)) * Fraction(21, 20)
    return to_float(rounded(most, row.indicator.decimals) + Fraction(1, 10**row.indicator.decimals))


def _is_large(row: FormRow, typed: Mapping[str, object]) -> bool:
    value = typed.get("Value")
    return isinstance(value, float) and value >= 1000


def _times(typed: Typed, factor: float) -> Typed:
    value = typed["Value"]
    return {**typed, "Value": value * factor if isinstance(value, float) else value}


def _has_action(row: FormRow, typed: Mapping[str, object]) -> bool:
    return "Corrective action" in typed


NOT_A_NUMBER = Mistake('typed "n/a" for the figure', _is_value, lambda _, t: {**t, "Value": "n/a"})
FRACTION = Mistake(
    "typed a percentage as a fraction", _is_percentage, lambda _, t: _times(t, 0.01) | {"Commentary": "As reported."}
)
UNUSUAL = Mistake(
    "had a figure just above what is plausible, and it is true",
    lambda r, t: _has_most(r, t) and r.indicator.unit != "Percentage",
    lambda row, t: {**t, "Value": _just_above(row), "Commentary": "Illustrative: a single large scheme was finished."},
)
TOO_LARGE = Mistake("typed a nought too many, and another", _is_value, lambda _, t: _times(t, 100))
MISMATCH = Mistake("gave a value that is not the ratio", _is_ratio, lambda _, t: {**t, "Value": 12.0})
HALF_A_RATIO = Mistake("left out the denominator", _is_ratio, lambda _, t: {**t, "Denominator": None})
WITH_COMMAS = Mistake(
    "typed the thousands with a comma, as text",
    _is_large,
    lambda _, t: {**t, "Value": f"{t['Value']:,.0f}"},
)
UNKNOWN_CODE = Mistake('used a shorthand of its own, "q"', _is_value, lambda _, t: {**t, "Shorthand": "q"})
BOTH = Mistake("gave a figure and said that there is none", _is_value, lambda _, t: {**t, "Shorthand": "x"})
NOTHING = Mistake("left the row blank", _is_value, lambda *_: {})
SILENT = Mistake(
    "said nothing about a figure off target",
    _has_action,
    lambda _, t: {h: v for h, v in t.items() if h not in ("Commentary", "Corrective action")},
)
