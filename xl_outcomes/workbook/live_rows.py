"""How the rows of a table come to their new order by deleting, moving and inserting rows, as few as may be."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal


@dataclass(frozen=True, slots=True)
class Shift:
    """`count` rows deleted or inserted at a place (rows count from 0), or the one row there moved `to` another place.

    A moved row stands at `to` once it has been taken out of its old place.
    """

    kind: Literal["delete", "insert", "move"]
    at: int
    count: int = 1
    to: int = 0


def shifts(old: Sequence[int], wanted: Sequence[int | None]) -> list[Shift]:
    """What makes the rows `old` into `wanted`, where None is a new row.

    Each of `wanted` is one of `old`, none is there twice, and there is at least one of them.
    """
    kept = {row for row in wanted if row is not None}
    runs = list(_runs([at for at, row in enumerate(old) if row not in kept]))
    deleted = [Shift("delete", at, count) for at, count in reversed(runs)]
    present = [row for row in old if row in kept]
    order = [row for row in wanted if row is not None]
    new = _runs([at for at, row in enumerate(wanted) if row is None])
    return [*deleted, *_moves(present, order), *(Shift("insert", at, count) for at, count in new)]


def _moves(present: Sequence[int], order: Sequence[int]) -> Iterator[Shift]:
    """As many rows as can be stay; each of the others is moved to stand behind the one that comes before it."""
    rows = list(present)
    place = {row: at for at, row in enumerate(rows)}
    stay = {rows[at] for at in _longest_ascent([place[row] for row in order])}
    before = None
    for row in order:
        if row not in stay:
            source = rows.index(row)
            rows.pop(source)
            to = 0 if before is None else rows.index(before) + 1
            rows.insert(to, row)
            if source != to:
                yield Shift("move", source, to=to)
        before = row


def _longest_ascent(numbers: Sequence[int]) -> list[int]:
    """The longest part of the numbers, taken in their order, that only rises."""
    ends: list[int] = []
    last_at: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        last_at[length : length + 1] = [at]
        before.append(last_at[length - 1] if length else -1)
    found, at = [], last_at[-1] if last_at else -1
    while at >= 0:
        found.append(numbers[at])
        at = before[at]
    return found[::-1]


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First number and length of each run of numbers that follow one another."""
    starts = [0, *(at for at, (a, b) in enumerate(pairwise(places), 1) if b != a + 1)] if places else []
    for first, end in pairwise([*starts, len(places)]):
        yield places[first], end - first
