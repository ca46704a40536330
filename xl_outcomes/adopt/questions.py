"""What a person at a terminal is asked about a proposal, and the proposal with the answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from xl_outcomes.adopt.mapping import TIERS, BookMap, ColumnUse, TableMap
from xl_outcomes.adopt.times import read_key
from xl_outcomes.adopt.words import TIMED_USES, USES
from xl_outcomes.errors import InputError


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is allowed (blank: a period, or nothing) and the answer that is proposed."""

    text: str
    allowed: tuple[str, ...]
    proposed: str


Ask = Callable[[Question], str]


def settle_doubts(mapping: BookMap, ask: Ask) -> BookMap:
    """The mapping with a person's answers about every column, and way of telling tiers, that is not certain."""
    return replace(mapping, tables=tuple(_table(table, ask) for table in mapping.tables))


def _table(table: TableMap, ask: Ask) -> TableMap:
    where = ", ".join(table.sheets)
    tiers, sure = table.tiers, table.sure
    if not sure:
        tiers = ask(Question(f"{where}: how are the tiers told ({table.why})?", TIERS, table.tiers))
    columns = tuple(column for old in table.columns for column in _column(where, old, ask))
    return replace(table, tiers=tiers, columns=columns)


def _column(where: str, column: ColumnUse, ask: Ask) -> Iterator[ColumnUse]:
    if column.sure:
        yield column
        return
    text = f'{where}, column {column.letters}, "{column.heading}": what is it ({column.why})?'
    use = ask(Question(text, USES, column.use))
    period = column.period
    if use in TIMED_USES and (use != column.use or not period or use == "Figure"):
        period = _period(
            f"{where}, column {column.letters}: of which period? (2024/25 Q1, 2024/25 M04 or 2024/25)", period, ask
        )
    yield replace(column, use=use, period=period if use in TIMED_USES else "", why="as answered", sure=True)


def _period(text: str, proposed: str, ask: Ask) -> str:
    """A period that can be read; the question comes again until it can, or until it is left blank."""
    while answer := ask(Question(text, (), proposed)).strip():
        try:
            read_key(answer)
        except InputError as error:
            text = f"{error.message} Of which period?"
            continue
        return answer
    return ""
