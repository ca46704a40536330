"""The outcomes framework as a tree: outcomes in tiers, the indicators that hang on them, the way up and down.

Built from the right rows only; `thread.py` finds the wrong ones (docs/rules/golden-thread.md).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from xl_outcomes.contract import LIVE, SPECS
from xl_outcomes.exact import to_number
from xl_outcomes.periods import Quarter, due_numbers, parse_quarter
from xl_outcomes.tables import Table

_ONE, _HUNDRED = Fraction(1), Fraction(100)
_COLUMNS = {(table, column.heading): column for table in ("Outcomes", "Indicators") for column in SPECS[table].columns}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A live outcome of any tier."""

    ref: str
    tier: int
    parent: str | None
    title: str
    weight: Fraction = Fraction(1)
    roll_up: str | None = None
    responsible_officer: str = ""
    portfolio_holder: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator whose row is right, whatever its status."""

    ref: str
    outcome: str
    title: str
    kind: str
    unit: str
    decimals: int
    polarity: str
    frequency: str
    calculation: str
    aggregation: str
    report_as: str
    per: Fraction = Fraction(1)
    due_quarter: int = 4
    live_from: Quarter | None = None
    lag_days: int = 0
    weight: Fraction = Fraction(1)
    status: str = "Live"
    unit_label: str = ""
    definition: str = ""
    data_owner: str = ""
    service: str = ""
    responsible_officer: str = ""
    portfolio_holder: str = ""
    lowest: Fraction | None = None
    highest: Fraction | None = None

    @property
    def year_to_date(self) -> bool:
        """Whether it is reported from April on."""
        return self.report_as == "Year to date"

    @property
    def scored(self) -> bool:
        """Whether it can have a rating at all: neither contextual, without polarity, nor in its baseline year."""
        return self.kind != "Contextual" and self.polarity != "Neither" and self.status != "Baseline year"

    def live_in(self, quarter: Quarter) -> bool:
        """Whether it has begun by that quarter."""
        return self.live_from is None or self.live_from <= quarter

    def due_in(self, quarter: Quarter) -> bool:
        """Whether a figure is due for that quarter."""
        return self.live_in(quarter) and quarter.number in due_numbers(self.frequency, self.due_quarter)

    def expected(self) -> bool:
        """Whether data owners are asked for it: Live or in its baseline year."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True, eq=False)
class Framework:
    """The tree: live right outcomes and right indicators in table order, and the refs of the wrong indicators."""

    outcomes: Mapping[str, Outcome]
    indicators: Mapping[str, Indicator]
    indicator_refs: tuple[str, ...]
    _children: Mapping[str | None, tuple[str, ...]] = field(repr=False)
    _measures: Mapping[str, tuple[str, ...]] = field(repr=False)
    _places: Mapping[str, int] = field(repr=False)

    def children(self, ref: str | None) -> tuple[Outcome, ...]:
        """The outcomes one tier down; of None, the tier 1 outcomes."""
        return tuple(self.outcomes[c] for c in self._children.get(ref, ()))

    def measures(self, ref: str) -> tuple[Indicator, ...]:
        """The indicators attached to an outcome itself."""
        return tuple(self.indicators[m] for m in self._measures.get(ref, ()))

    def up(self, ref: str) -> tuple[Outcome, ...]:
        """The golden thread from an outcome or indicator up to tier 1, nearest first."""
        above = self.indicators[ref].outcome if ref in self.indicators else self.outcomes[ref].parent
        found: list[Outcome] = []
        # Only outcomes from here on: an indicator may have the ref of the outcome that it hangs on.
        while above is not None and above in self.outcomes:
            found.append(self.outcomes[above])
            above = self.outcomes[above].parent
        return tuple(found)

    def down(self, ref: str | None = None) -> Iterator[Outcome]:
        """The outcomes under one (of None: all), each before those under it."""
        for child in self.children(ref):
            yield child
            yield from self.down(child.ref)

    def indicators_under(self, ref: str) -> tuple[str, ...]:
        """The refs of all indicators under an outcome, in table order."""
        below = (ref, *(o.ref for o in self.down(ref)))
        return tuple(sorted((m for r in below for m in self._measures.get(r, ())), key=self._places.__getitem__))

    def counts(self, ref: str) -> bool:
        """Whether an indicator counts in the roll-up: neither it nor an outcome between it and tier 1 has weight 0."""
        above = self.up(ref)
        return self.indicators[ref].weight != 0 and all(o.weight != 0 for o in above[:-1])

    def bottom_up(self) -> list[Outcome]:
        """The outcomes so ordered that each comes after those under it."""
        return sorted(self.outcomes.values(), key=lambda o: -o.tier)


def build(outcomes: Table, indicators: Table, wrong: frozenset[tuple[str, int]]) -> Framework:
    """The tree of a master; `wrong` holds the (table, sheet row) of each row that fails the checks."""
    right = {
        o.ref: o
        for row in outcomes.rows()
        if ("Outcomes", row["row"]) not in wrong and is_live(row)
        for o in [_outcome(row)]
    }
    measured = {
        i.ref: i for row in indicators.rows() if ("Indicators", row["row"]) not in wrong for i in [_indicator(row)]
    }
    refs = dict.fromkeys(ref_text(v) for v in indicators.frame["Ref"] if v is not None)
    parents = {o.ref: o.parent for o in right.values()}
    homes = {i.ref: i.outcome for i in measured.values()}
    places = {ref: place for place, ref in enumerate(measured)}
    return Framework(right, measured, tuple(refs), _groups(parents), _groups(homes), places)


def is_live(row: Mapping[str, Any]) -> bool:
    """Whether an outcome's row is live: status blank or Live."""
    return bool(_word("Outcomes", row, "Status", "Live") == "Live")


def ref_text(value: object) -> str:
    """A ref as text, normalised and stripped; a number keeps the digits that the cell shows."""
    if isinstance(value, float):
        return format(value, ".15g")
    text = str(value)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def _groups(above: Mapping[str, Any]) -> dict[Any, tuple[str, ...]]:
    groups: dict[str | None, list[str]] = {}
    for ref, parent in above.items():
        groups.setdefault(parent, []).append(ref)
    return {parent: tuple(refs) for parent, refs in groups.items()}


def _outcome(row: Mapping[str, Any]) -> Outcome:
    return Outcome(
        ref_text(row["Ref"]),
        _whole(row["Tier"], 0),
        ref_text(row["Parent"]) if row["Parent"] is not None else None,
        _text(row["Title"]),
        _number(row["Weight"], _ONE),
        _word("Outcomes", row, "Roll-up", None),
        _text(row["Responsible officer"]),
        _text(row["Portfolio holder"]),
        _text(row["Statement"]),
    )


def _indicator(row: Mapping[str, Any]) -> Indicator:
    def word(heading: str, default: str = "") -> str:
        return str(_word("Indicators", row, heading, default))

    unit = word("Unit")
    return Indicator(
        ref=ref_text(row["Ref"]),
        outcome=ref_text(row["Outcome"]),
        title=_text(row["Indicator"]),
        kind=word("Kind"),
        unit=unit,
        decimals=_whole(row["Decimals"], 0),
        polarity=word("Polarity"),
        frequency=word("Frequency"),
        calculation=word("Calculation"),
        aggregation=word("Aggregation"),
        report_as=word("Report as"),
        per=_number(row["Per"], _HUNDRED if unit == "Percentage" else _ONE),
        due_quarter=int(word("Due quarter", "Q4")[1]),
        live_from=parse_quarter(row["Live from"]) if row["Live from"] is not None else None,
        lag_days=_whole(row["Lag days"], 0),
        weight=_number(row["Weight"], _ONE),
        status=word("Status", "Live"),
        unit_label=_text(row["Unit label"]),
        definition=_text(row["Definition"]),
        data_owner=_text(row["Data owner"]),
        service=_text(row["Service"]),
        responsible_officer=_text(row["Responsible officer"]),
        portfolio_holder=_text(row["Portfolio holder"]),
        lowest=to_number(row["Lowest plausible"]),
        highest=to_number(row["Highest plausible"]),
    )


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _word(table: str, row: Mapping[str, Any], heading: str, default: str | None) -> Any:
    value = row[heading]
    return default if value is None else _COLUMNS[table, heading].tidy(value)


def _number(value: object, default: Fraction) -> Fraction:
    number = to_number(value)
    return default if number is None else number


def _whole(value: object, default: int) -> int:
    number = to_number(value)
    return default if number is None else int(number)
