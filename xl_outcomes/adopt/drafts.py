"""Outcomes and indicators as a table's rows give them, before refs and choices: each value with its cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xl_outcomes.adopt.amounts import Aim, Amount
from xl_outcomes.adopt.mapping import ColumnUse
from xl_outcomes.adopt.shapes import Cell

Path = tuple[str, ...]
LOWEST = 4


@dataclass(frozen=True, slots=True)
class OutcomeDraft:
    """An outcome: `path` holds the titles from tier 1 down to its own, as keys."""

    path: Path
    title: str
    sheet: str
    cell: Cell | None
    given: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Theirs:
    """A rating in the council's table, told by a word or by a colour; `key` is the outcome's path or the indicator's
    place among the drafts."""

    key: Path | int
    period: str
    rating: str
    told_by: str
    sheet: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """An indicator with what its row holds, each with its column and cell."""

    outcome: Path
    title: str
    sheet: str
    cell: Cell
    given: str
    texts: Mapping[str, Cell]
    amounts: tuple[tuple[ColumnUse, Cell, Amount], ...]
    aims: tuple[tuple[ColumnUse, Cell, Aim], ...]
    words: tuple[tuple[ColumnUse, Cell], ...]
    forecasts: tuple[tuple[ColumnUse, Cell, Amount], ...]
    theirs: tuple[Theirs, ...]
    figure_columns: tuple[ColumnUse, ...]


@dataclass(slots=True)
class Drafts:
    """What the tables of a workbook give, in their order; outcomes by their path, each once."""

    outcomes: dict[Path, OutcomeDraft] = field(default_factory=dict)
    indicators: list[IndicatorDraft] = field(default_factory=list)
    theirs: list[Theirs] = field(default_factory=list)
