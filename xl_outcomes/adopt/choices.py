"""The choices that an indicator needs (unit, decimals, polarity, frequency …), each with what it rests on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from xl_outcomes.adopt.amounts import NEITHER, Aim, Amount, decimals_of
from xl_outcomes.adopt.drafts import IndicatorDraft
from xl_outcomes.adopt.ledger import DEFAULT, GUESSED, READ
from xl_outcomes.adopt.times import read_key
from xl_outcomes.adopt.words import (
    frequency_of,
    polarity_hint,
    polarity_of,
    polarity_within,
    polarity_word,
    tidy,
    time_word,
    unit_of,
)
from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_number
from xl_outcomes.periods import Month, Period, Quarter

REPORT_AS, YEAR_TO_DATE = "Report as", "Year to date"
_CUMULATIVE = re.compile(r"\b(?:ytd|cumulative|year to date|to date)\b")
FROM_FIGURES = "as many as its figures have"
_MOST_DECIMALS = 3
_BETTER = {1: "Higher is better", -1: "Lower is better"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen under a heading, and why; `kind` says whether it was read, guessed or is the default."""

    heading: str
    value: str | int
    kind: str
    why: str


Defaults = Mapping[str, str | int]


def choose(indicator: IndicatorDraft, defaults: Defaults) -> tuple[Choice, ...]:
    """Everything that an indicator needs besides its words, in the order of the contract."""
    unit = _unit(indicator, defaults)
    frequency = _frequency(indicator, defaults)
    aims = {aim.kind for _, _, aim in indicator.aims}
    return (
        _worded("Kind", indicator, defaults),
        _worded("Measure", indicator, defaults),
        unit,
        _decimals(indicator, defaults),
        _polarity(indicator, defaults),
        frequency,
        _default("Calculation", defaults),
        *_adding_up(indicator, unit, frequency, defaults),
        *([Choice("Status", "Baseline year", GUESSED, "its target says baseline")] if "baseline" in aims else []),
    )


def _default(heading: str, defaults: Defaults) -> Choice:
    return Choice(heading, defaults[heading], DEFAULT, "the table does not say")


def _worded(heading: str, indicator: IndicatorDraft, defaults: Defaults) -> Choice:
    cell, column = indicator.texts.get(heading), SPECS["Indicators"].column(heading)
    if cell is None:
        return _default(heading, defaults)
    word = column.tidy(cell.text)
    if word in column.words:
        return Choice(heading, str(word), READ, f"{cell.address} says so")
    return Choice(heading, defaults[heading], DEFAULT, f"{cell.address} says {cell.text!r}, which is none of its words")


def _unit(indicator: IndicatorDraft, defaults: Defaults) -> Choice:
    cell = indicator.texts.get("Unit")
    if cell is not None:
        named = SPECS["Indicators"].column("Unit").tidy(cell.text)
        unit = named if named in SPECS["Indicators"].column("Unit").words else unit_of(cell.text)
        if unit is not None:
            return Choice("Unit", str(unit), READ, f"{cell.address} says {cell.text!r}")
        return Choice("Unit", "Other", GUESSED, f"{cell.address} says {cell.text!r}, which is kept as the unit's label")
    shown: list[Amount | Aim] = [amount for _, _, amount in indicator.amounts]
    shown += [aim for _, _, aim in indicator.aims]
    if any(x.percent for x in shown):
        return Choice("Unit", "Percentage", READ, "its cells are shown with a per cent sign")
    if any(x.money for x in shown):
        return Choice("Unit", "Money", READ, "its cells are shown in pounds")
    behind = next((amount.behind for _, _, amount in indicator.amounts if amount.behind), "")
    if behind and (unit := unit_of(behind)):
        return Choice("Unit", unit, GUESSED, f"{behind!r} stands behind its figures")
    return _unit_of_title(indicator.title) or _default("Unit", defaults)


def _unit_of_title(title: str) -> Choice | None:
    plain = tidy(title)
    counted = plain.startswith(("number of", "no. of", "no of", "total number")) and " per " not in plain
    unit = "Count" if counted and not time_word(plain.split(" of ", 1)[-1].split(" ")[0]) else unit_of(plain)
    return Choice("Unit", unit, GUESSED, "its title suggests it") if unit else None


def unit_label(indicator: IndicatorDraft, unit: str | int) -> str:
    """What stands behind the figures: what the unit column says, days, %."""
    if "Unit label" in indicator.texts:
        return indicator.texts["Unit label"].text
    cell = indicator.texts.get("Unit")
    if cell is not None and tidy(cell.text) != tidy(str(unit)):
        return cell.text
    behind = next((amount.behind for _, _, amount in indicator.amounts if amount.behind), "")
    if behind and unit in ("Time", "Count", "Other"):
        return behind
    return {"Percentage": "%", "Money": "£", "Time": time_word(indicator.title)}.get(str(unit), "")


def _decimals(indicator: IndicatorDraft, defaults: Defaults) -> Choice:
    cell = indicator.texts.get("Decimals")
    number = to_number(cell.value) if cell else None
    if cell is not None and number is not None and number.denominator == 1 and 0 <= number <= 10:
        return Choice("Decimals", int(number), READ, f"{cell.address} says so")
    cells = [c for _, c, _ in indicator.amounts] + [c for _, c, aim in indicator.aims if aim.plain]
    shown = [places for c in cells if c.kind == "number" and (places := decimals_of(c)) is not None]
    if shown:
        return Choice("Decimals", max(shown), READ, "the number format of its cells")
    numbers = [amount.number for _, _, amount in indicator.amounts]
    numbers += [aim.number for _, _, aim in indicator.aims if aim.number is not None]
    if numbers:
        return Choice("Decimals", max(map(_places, numbers)), GUESSED, FROM_FIGURES)
    return _default("Decimals", defaults)


def _places(number: Fraction) -> int:
    return next((n for n in range(_MOST_DECIMALS) if (number * 10**n).denominator == 1), _MOST_DECIMALS)


def _polarity(indicator: IndicatorDraft, defaults: Defaults) -> Choice:
    cell = indicator.texts.get("Polarity")
    if cell is not None and (stated := polarity_of(cell.text)):
        kind = GUESSED if polarity_word(cell.text) is None else READ
        return Choice("Polarity", stated, kind, f"{cell.address} says {cell.text!r}")
    for _, at, aim in indicator.aims:
        if aim.polarity:
            kind = GUESSED if aim.polarity == NEITHER else READ
            return Choice("Polarity", aim.polarity, kind, f"the target in {at.address} says {at.text!r}")
    definition = indicator.texts.get("Definition")
    stated = polarity_within(indicator.title) or (polarity_within(definition.text) if definition else None)
    if stated:
        return Choice("Polarity", stated, READ, "its title or definition says so")
    votes = _votes(indicator)
    if votes:
        return Choice("Polarity", _BETTER[votes], GUESSED, "its own ratings beside its figures and targets show it")
    hint = polarity_hint(indicator.title)
    if hint:
        return Choice("Polarity", hint[0], GUESSED, f"its title says {hint[1]!r}")
    why = "nothing says which way is better, and it is not rated until somebody does"
    return Choice("Polarity", defaults["Polarity"], DEFAULT, why)


def _votes(indicator: IndicatorDraft) -> int:
    """1 where the table's own ratings show that more is better, -1 for less; 0 where they show neither, or both."""
    targets = {c.period: aim.number for c, _, aim in indicator.aims if c.use == "Target" and aim.number is not None}
    only = next(iter(targets.values())) if len(set(targets.values())) == 1 else None
    ratings = {theirs.period: theirs.rating for theirs in indicator.theirs}
    votes = set()
    for column, _, amount in indicator.amounts:
        rating = ratings.get(column.period)
        target = targets.get(column.period, only)
        if rating is None or target is None or amount.number == target:
            continue
        above, green = amount.number > target, rating == "Green"
        # Green far below a target may be a year's target with only part of the year gone.
        if above or not green or amount.number * 4 >= target * 3:
            votes.add(1 if above == green else -1)
    return votes.pop() if len(votes) == 1 else 0


def _frequency(indicator: IndicatorDraft, defaults: Defaults) -> Choice:
    cell = indicator.texts.get("Frequency")
    filled = [read_key(c.period) for c, _, _ in indicator.amounts if c.period]
    if cell is not None and (stated := frequency_of(cell.text)):
        if stated == "Monthly" and filled and not any(isinstance(key, Month) for key in filled):
            return Choice(
                "Frequency", "Quarterly", GUESSED, f"its figures are quarterly, though {cell.address} says more"
            )
        return Choice("Frequency", stated, READ, f"{cell.address} says {cell.text!r}")
    return _frequency_of_figures(indicator, filled, defaults)


def _frequency_of_figures(indicator: IndicatorDraft, filled: Sequence[Period | int], defaults: Defaults) -> Choice:
    columns = [read_key(c.period) for c in indicator.figure_columns if c.period]
    if any(isinstance(key, Month) for key in filled):
        return Choice("Frequency", "Monthly", READ, "it has figures in columns of months")
    quarters = {key.number for key in filled if isinstance(key, Quarter)}
    of_all = {key.number for key in columns if isinstance(key, Quarter)}
    if quarters & {1, 3} or (quarters and of_all != {1, 2, 3, 4} and of_all != {2, 4}):
        return Choice("Frequency", "Quarterly", READ, "it has figures in columns of quarters")
    if quarters == {2, 4} or (quarters and of_all == {2, 4}):
        return Choice("Frequency", "Half-yearly", GUESSED, "it has figures for Q2 and Q4 only")
    if quarters == {4}:
        return Choice("Frequency", "Annual", GUESSED, "of the four quarters, only Q4 has a figure")
    if quarters:
        return Choice("Frequency", "Quarterly", GUESSED, "it has a figure in a column of a quarter")
    if filled:
        return Choice("Frequency", "Annual", READ, "it has figures of whole years only")
    if columns and all(isinstance(key, Month) for key in columns):
        return Choice("Frequency", "Monthly", GUESSED, "the columns for figures are months")
    return _default("Frequency", defaults)


def _adding_up(indicator: IndicatorDraft, unit: Choice, frequency: Choice, defaults: Defaults) -> tuple[Choice, Choice]:
    """Aggregation and Report as: a year's target that single quarters add up to is reported from April on."""
    if unit.value in ("Count", "Money", "Other") and _adds_up_to_target(indicator, frequency):
        why = "its figures are far below the year's target and would add up to it"
        return Choice("Aggregation", "Sum", GUESSED, why), Choice(REPORT_AS, YEAR_TO_DATE, GUESSED, why)
    report = _default(REPORT_AS, defaults)
    if any(_CUMULATIVE.search(column.heading.casefold()) for column, _, _ in indicator.amounts):
        why = "its figures are from April on already, and are held to the target as they stand"
        return _default("Aggregation", defaults), Choice(REPORT_AS, "In period", GUESSED, why)
    if frequency.value == "Monthly" and unit.value in ("Count", "Money"):
        if _as_large_as_target(indicator):
            return Choice("Aggregation", "Mean", GUESSED, "each month is about as large as the target"), report
        return Choice("Aggregation", "Sum", GUESSED, "months of a count or of money add up to the quarter"), report
    return _default("Aggregation", defaults), report


def _as_large_as_target(indicator: IndicatorDraft) -> bool:
    targets = [aim.number for column, _, aim in indicator.aims if column.use == "Target" and aim.number]
    figures = [amount.number for _, _, amount in indicator.amounts]
    if not targets or not figures:
        return False
    mean = sum(figures, Fraction(0)) / len(figures)
    return mean * 2 >= targets[0] and mean <= targets[0] * 2


def _adds_up_to_target(indicator: IndicatorDraft, frequency: Choice) -> bool:
    """Whether the figures of a year, each well below its target, would come to about the target at its end."""
    parts = {"Monthly": 12, "Quarterly": 4}.get(str(frequency.value), 0)
    for column, _, aim in indicator.aims:
        year = read_key(column.period) if column.period else None
        if column.use != "Target" or not isinstance(year, int) or aim.number is None or not parts:
            continue
        figures = [amount.number for c, _, amount in indicator.amounts if _year_of(c.period) == year]
        if figures and max(figures) * parts < aim.number * 2:
            expected = sum(figures, Fraction(0)) * parts / len(figures)
            if aim.number <= expected * 2 and expected <= aim.number * 2:
                return True
    return False


def _year_of(period: str) -> int | None:
    key = read_key(period) if period else None
    return key.year if isinstance(key, Quarter | Month) else None
