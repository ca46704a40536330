"""The rows of Targets and Observations that an indicator's cells give."""

from collections.abc import Mapping
from dataclasses import dataclass

from xl_outcomes.adopt.amounts import HIGHER, LOWER, Aim, Amount
from xl_outcomes.adopt.drafts import IndicatorDraft
from xl_outcomes.adopt.ledger import GUESSED, LEFT, UNCLEAR, Ledger
from xl_outcomes.adopt.mapping import ColumnUse
from xl_outcomes.adopt.shapes import Cell
from xl_outcomes.adopt.times import first_quarter, read_key
from xl_outcomes.adopt.words import time_word
from xl_outcomes.exact import to_float
from xl_outcomes.periods import Month, Period, Quarter

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Chosen:
    """An indicator with its ref and what was chosen for it, by heading."""

    draft: IndicatorDraft
    ref: str
    choices: Mapping[str, str | int]


def target_rows(chosen: Chosen, ledger: Ledger) -> list[Row]:
    """The indicator's targets, one row for each quarter from which one is in force."""
    rows: dict[Quarter, Row] = {}
    for column, cell, aim in chosen.draft.aims:
        if not column.period:
            ledger.note(LEFT, chosen.draft.sheet, cell, f"{column.use} without a period: not taken.", chosen.ref)
            continue
        start = first_quarter(read_key(column.period))
        cells = (
            _target(aim, cell, chosen, ledger) if column.use == "Target" else _limit(column, aim, chosen, cell, ledger)
        )
        row = rows.get(start, {})
        if row.keys() & cells.keys():
            ledger.note(LEFT, chosen.draft.sheet, cell, f"There is another {column.use} from {start}.", chosen.ref)
        elif cells:
            even = {"Profile": "Even"} if _whole_years(chosen, column) else {}
            rows[start] = {**row, **cells, **even, "Indicator": chosen.ref, "From": str(start)}
    return [_right_side(row, chosen, ledger) for _, row in sorted(rows.items())]


def observation_rows(chosen: Chosen, ledger: Ledger) -> list[Row]:
    """The indicator's figures, one row for each period, with the words and forecasts that go with them."""
    rows: dict[Period, Row] = {}
    for column, cell, amount in chosen.draft.amounts:
        period = _period(column, cell, chosen, ledger)
        if period is None:
            continue
        if period in rows:
            ledger.note(LEFT, chosen.draft.sheet, cell, f"There is another figure of {period}.", chosen.ref)
            continue
        value = to_float(amount.number)
        rows[period] = {"Indicator": chosen.ref, "Period": str(period), "Value": value}
        rows[period] |= {"Shorthand": amount.shorthand} if amount.shorthand else {}
        _look_at_scale(chosen, cell, amount, ledger)
    for column, cell, amount in chosen.draft.forecasts:
        _beside(rows, column, cell, "Forecast", to_float(amount.number), chosen, ledger)
    for column, cell in chosen.draft.words:
        _beside(rows, column, cell, column.use, _whole(cell), chosen, ledger)
    return [rows[period] for period in sorted(rows, key=_order)]


def _target(aim: Aim, cell: Cell, chosen: Chosen, ledger: Ledger) -> Row:
    """The cells of a target row; the basis keeps the words of one that is more than a number."""
    basis: Row = {} if aim.plain else {"Basis": _whole(cell)}
    sheet, polarity = chosen.draft.sheet, chosen.choices["Polarity"]
    if aim.kind == "number":
        _look_at_time(chosen, cell, ledger)
        return {"Target": to_float(aim.number), **basis}
    if aim.kind == "none":
        ledger.note(GUESSED, sheet, cell, "Taken to mean that it is not held to a target.", chosen.ref)
        return {}
    if aim.kind == "range" and polarity in (HIGHER, LOWER):
        end = aim.lower if polarity == HIGHER else aim.upper
        done = f"The end of the range that counts where {str(polarity).lower()} is the target."
        ledger.note(GUESSED, sheet, cell, done, chosen.ref)
        return {"Target": to_float(end), **basis}
    if aim.kind == "range":
        return {"Lower": to_float(aim.lower), "Upper": to_float(aim.upper), **basis}
    if aim.kind == "unclear":
        ledger.note(UNCLEAR, sheet, cell, "The target is TBC, with these words as its basis.", chosen.ref)
    elif basis and aim.kind == "later" and aim.polarity:
        done = "A direction and no number: the target is TBC, with these words as its basis."
        ledger.note(GUESSED, sheet, cell, done, chosen.ref)
    return {"Target": "TBC", **basis}


def _whole_years(chosen: Chosen, column: ColumnUse) -> bool:
    """Whether the target is the whole year's while figures come in parts that add up."""
    adds_up = (chosen.choices["Report as"], chosen.choices["Aggregation"]) == ("Year to date", "Sum")
    return adds_up and column.use == "Target" and isinstance(read_key(column.period), int)


def _limit(column: ColumnUse, aim: Aim, chosen: Chosen, cell: Cell, ledger: Ledger) -> Row:
    if aim.kind != "number" or aim.number is None or (column.use == "Tolerance" and aim.number < 0):
        ledger.note(UNCLEAR, chosen.draft.sheet, cell, f"Not taken: no number for {column.use}.", chosen.ref)
        return {}
    if not aim.plain:
        done = f"{column.use}: read as {to_float(aim.number):g}."
        ledger.note(GUESSED, chosen.draft.sheet, cell, done, chosen.ref)
    if column.use == "Amber":
        return {"Amber": to_float(aim.number)}
    kind: Row = {"Tolerance kind": "Per cent"} if aim.percent else {}
    return {"Tolerance": to_float(aim.number), **kind}


def _right_side(row: Row, chosen: Chosen, ledger: Ledger) -> Row:
    """The row without an amber limit that is better than the target, which no rating could use."""
    target, amber = row.get("Target"), row.get("Amber")
    better = {HIGHER: 1, LOWER: -1}.get(str(chosen.choices["Polarity"]), 0)
    if not (isinstance(target, float) and isinstance(amber, float) and (amber - target) * better > 0):
        return row
    done = f"The amber limit {amber:g} is on the green side of the target {target:g}: not taken."
    ledger.add(UNCLEAR, chosen.draft.sheet, chosen.draft.cell.address, chosen.draft.title, done, chosen.ref)
    return {**row, "Amber": None}


def _period(column: ColumnUse, cell: Cell, chosen: Chosen, ledger: Ledger) -> Period | None:
    """The period under which a figure goes in; None, with a note, where the indicator has no such period."""
    frequency, key = chosen.choices["Frequency"], read_key(column.period) if column.period else None
    if isinstance(key, int) and frequency == "Annual":
        return Quarter(key, 4)
    if isinstance(key, Quarter) and frequency != "Monthly":
        return key
    if isinstance(key, Month):
        if frequency == "Monthly":
            return key
        if key.number % 3 == 0:
            done = f"Taken as the figure of {key.quarter}, since the indicator is {str(frequency).lower()}."
            ledger.note(GUESSED, chosen.draft.sheet, cell, done, chosen.ref)
            return key.quarter
    of = f"of {column.period}" if column.period else "without a period"
    done = f"A figure {of} has no place, since the indicator is {str(frequency).lower()}: not taken."
    ledger.note(LEFT, chosen.draft.sheet, cell, done, chosen.ref)
    return None


def _beside(
    rows: dict[Period, Row], column: ColumnUse, cell: Cell, heading: str, value: object, chosen: Chosen, ledger: Ledger
) -> None:
    """Puts words or a forecast beside the figure of their period; without a period, beside the last figure."""
    period = _nearest(rows, column.period)
    if period is None:
        ledger.note(LEFT, chosen.draft.sheet, cell, f"No figure that this {heading} could stand beside.", chosen.ref)
        return
    before = rows[period].get(heading)
    if before is not None and heading == "Forecast":
        ledger.note(LEFT, chosen.draft.sheet, cell, f"There is another forecast beside {period}.", chosen.ref)
        return
    rows[period][heading] = value if before is None else f"{before}\n{value}"
    if not column.period:
        done = f"Its heading names no period: it stands beside {period}, the last figure, as {heading}."
        ledger.note(GUESSED, chosen.draft.sheet, cell, done, chosen.ref)


def _nearest(rows: Mapping[Period, Row], text: str) -> Period | None:
    """The last period with a figure that lies within the one named."""
    key = read_key(text) if text else None
    fitting = [period for period in rows if key is None or key in (period, _quarter(period), _quarter(period).year)]
    if isinstance(key, Month) and not fitting:
        fitting = [period for period in rows if period == key.quarter]
    return max(fitting, key=_order, default=None)


def _look_at_scale(chosen: Chosen, cell: Cell, amount: Amount, ledger: Ledger) -> None:
    """A figure such as 0.45 among percentages may stand for 45."""
    if chosen.choices["Unit"] == "Percentage" and not amount.percent and 0 < abs(amount.number) < 1:
        done = "Taken as it stands, so as less than one per cent; if it means a share of one, multiply it by 100."
        ledger.note(GUESSED, chosen.draft.sheet, cell, done, chosen.ref)


def _look_at_time(chosen: Chosen, cell: Cell, ledger: Ledger) -> None:
    """A target in weeks does not fit figures in days."""
    of_target, of_figures = time_word(cell.text), _time_of_figures(chosen)
    if of_target and of_figures and of_target != of_figures:
        done = f"Taken as it stands, though it is in {of_target} and the figures seem to be in {of_figures}."
        ledger.note(UNCLEAR, chosen.draft.sheet, cell, done, chosen.ref)


def _time_of_figures(chosen: Chosen) -> str:
    unit = chosen.draft.texts.get("Unit")
    return time_word(unit.text) if unit else time_word(chosen.draft.title)


def _quarter(period: Period) -> Quarter:
    return period.quarter if isinstance(period, Month) else period


def _order(period: Period) -> tuple[Quarter, int]:
    return _quarter(period), period.number if isinstance(period, Month) else 0


def _whole(cell: Cell) -> str:
    """What a cell says, with its line breaks."""
    return cell.value.strip() if isinstance(cell.value, str) else cell.text
