"""What is new in the fresh report and goes into a draft: rows, paragraphs, tables, each beside what it stands beside.

A new thing is put behind the one that comes before it in the fresh report, if the draft still has that; in a list or
table also beside another item of it. What finds no such place is left out and told.
"""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.refresh.fit import Fit, cleaned, new_row
from xl_outcomes.refresh.spots import CELL, CONTENT, CONTROL, PARAGRAPH, ROW, TABLE, W, tag_parts
from xl_outcomes.refresh.stamp import Draft, keys_of_atoms
from xl_outcomes.refresh.units import blocks, keys_in, list_of, pattern, unit_id


@dataclass(frozen=True, slots=True)
class Both:
    """A draft and the fresh report, both in the fresh report's keys.

    `ours` and `theirs` give the key of each atom of the draft and of the fresh report; `known` are the keys that the
    draft was generated with; `names` has the keys behind the digits.
    """

    draft: Draft
    fresh: Draft
    ours: Mapping[Any, str]
    theirs: Mapping[Any, str]
    known: frozenset[str]
    names: Mapping[str, str]


@dataclass(slots=True)
class Placed:
    """What was put into the draft, as elements and as keys, and the keys that found no place."""

    elements: list[Any]
    inserted: list[str]
    unreachable: list[str]


def both(draft: Draft, fresh: Draft, same: Mapping[str, str], names: Mapping[str, str]) -> Both:
    """A draft and the fresh report, by the pairs of their keys."""
    ours = {atom: same.get(key, f"-{key}") for atom, key in keys_of_atoms(draft.spots).items()}
    return Both(draft, fresh, ours, keys_of_atoms(fresh.spots), frozenset(same.values()), names)


def insert_new(given: Both) -> Placed:
    """Puts what is new into the draft's main text."""
    placed = Placed([], [], [])
    fit = Fit(given.draft, given.fresh)
    pages = _Pages(given)
    for block, place in pages.tables():
        _insert_rows(given, block, place, fit, placed)
    _insert_in_cells(given, fit, placed)
    for group in pages.new_groups():
        _insert_blocks(given, group, pages, fit, placed)
    return placed


# ---- paragraphs and tables of the text ----


class _Pages:
    """The blocks of both texts, and where in the draft each of the fresh report's stands."""

    def __init__(self, given: Both) -> None:
        self.given = given
        self.fresh = list(blocks([given.fresh.trees[given.fresh.main]]))
        self.draft = list(blocks([given.draft.trees[given.draft.main]]))
        self.keys = [tuple(keys_in(block, given.theirs)) for block in self.fresh]
        self.owners = Counter(key for keys in self.keys for key in set(keys))
        self.by_key = _first_of((key, block) for block in self.draft for key in keys_in(block, given.ours))
        self.ids = [unit_id(block, given.theirs, given.names) for block in self.fresh]
        self.by_id: dict[str, list[Any]] = {}
        for block in self.draft:
            self.by_id.setdefault(unit_id(block, given.ours, given.names), []).append(block)
        self.by_tag = _tables_by_tag(given.draft.trees[given.draft.main])
        self.found = [self._find(number) for number in range(len(self.fresh))]

    def tables(self) -> Iterator[tuple[Any, Any]]:
        """The tables that stand in both."""
        for block, place in zip(self.fresh, self.found, strict=True):
            if place is not None and block.tag == place.tag == TABLE:
                yield block, place

    def new_groups(self) -> Iterator[list[int]]:
        """New blocks that stand together; fixed text alone, without anything that was generated, is no reason."""
        group: list[int] = []
        for number in range(len(self.fresh) + 1):
            if number < len(self.fresh) and self._is_new(number):
                group.append(number)
                continue
            if any(self._has_new_key(n) for n in group):
                yield group
            group = []

    def _find(self, number: int) -> Any:
        block, own = self.fresh[number], self.own(number)
        for key in own:
            if key in self.by_key:
                return self.by_key[key]
        if block.tag == TABLE:
            return self.by_tag.get(self.ids[number])
        if own:
            return None
        alike = self.by_id.get(self.ids[number], [])
        place = self.ids[:number].count(self.ids[number])
        return alike[place] if len(alike) == self.ids.count(self.ids[number]) else None

    def own(self, number: int) -> list[str]:
        """The keys of a block that stand in no other."""
        return [key for key in self.keys[number] if self.owners[key] == 1]

    def _has_new_key(self, number: int) -> bool:
        return any(key not in self.given.known for key in self.keys[number])

    def _is_new(self, number: int) -> bool:
        if self.found[number] is not None:
            return False
        own = self.own(number)
        if own:
            return not any(key in self.given.known for key in own)
        return self.ids[number] not in self.given.draft.stamp.units


def _insert_blocks(given: Both, group: Sequence[int], pages: _Pages, fit: Fit, placed: Placed) -> None:
    before = pages.found[group[0] - 1] if group[0] else None
    last, behind = (_outer(before), True) if before is not None else _beside_sibling(group, pages)
    keys = [key for n in group for key in pages.keys[n] if key not in given.known]
    elements = [fit.copied(_outer(pages.fresh[n])) for n in group] if last is not None else []
    if last is None or any(element is None for element in elements):
        placed.unreachable += keys
        return
    for number, element in zip(group, elements, strict=True):
        _dress(element, _list_paragraph(given, last, pages.keys[number]))
        if behind:
            last.addnext(element)
            last = element
        else:
            last.addprevious(element)
    placed.elements += elements
    placed.inserted += keys


def _beside_sibling(group: Sequence[int], pages: _Pages) -> tuple[Any, bool]:
    """Where the block before is gone: another item of the same list, and whether the new one goes behind it."""
    lists = {list_of(pages.given.names[key]) for n in group for key in pages.own(n)} - {""}
    alike = [
        n
        for n, place in enumerate(pages.found)
        if place is not None and any(list_of(pages.given.names[key]) in lists for key in pages.own(n))
    ]
    earlier, later = [n for n in alike if n < group[0]], [n for n in alike if n > group[0]]
    if earlier:
        return _outer(pages.found[earlier[-1]]), True
    return (_outer(pages.found[later[0]]), False) if later else (None, True)


# ---- rows ----


def _insert_rows(given: Both, table: Any, place: Any, fit: Fit, placed: Placed) -> None:
    """Puts the new rows of a table behind the rows that they follow, in the formatting of a row beside them."""
    fresh, rows = _rows(table), _rows(place)
    owners = Counter(key for row in fresh for key in set(keys_in(row, given.theirs)))
    by_key = _first_of((key, row) for row in rows for key in keys_in(row, given.ours))
    own = [[key for key in keys_in(row, given.theirs) if owners[key] == 1] for row in fresh]
    found = [next((by_key[key] for key in keys if key in by_key), None) for keys in own]
    last = rows[0] if rows else None
    for number, row in enumerate(fresh):
        if found[number] is not None:
            last = found[number]
        elif own[number] and not any(key in given.known for key in own[number]) and last is not None:
            model = _model(number, found, own)
            made = fit.copied(row) if model is None else _new_row(given, row, model, fit)
            if made is None:
                placed.unreachable += own[number]
                continue
            last.addnext(made)
            last = made
            placed.elements.append(made)
            placed.inserted += own[number]


def _new_row(given: Both, row: Any, model: Any, fit: Fit) -> Any:
    def shows(cell: Any) -> frozenset[str]:
        keys = given.theirs if any(cell is own for own in row.iter(CELL)) else given.ours
        return frozenset(pattern(given.names[key]) for key in keys_in(cell, keys) if key in given.names)

    return new_row(row, model, shows, fit)


def _model(number: int, found: Sequence[Any], own: Sequence[Sequence[str]]) -> Any:
    """The nearest row that the draft has and that shows values of its own: before, else behind."""
    before = [found[n] for n in range(number) if found[n] is not None and own[n]]
    behind = [found[n] for n in range(number + 1, len(found)) if found[n] is not None and own[n]]
    return (before[-1:] or behind[:1] or [None])[0]


def _rows(table: Any) -> list[Any]:
    return [row for row in table.iter(ROW) if next(row.iterancestors(TABLE)) is table]


# ---- paragraphs in cells ----


def _insert_in_cells(given: Both, fit: Fit, placed: Placed) -> None:
    """Puts new paragraphs of a list, such as a second commentary, into the cell in which the others stand."""
    done = {*placed.inserted, *placed.unreachable}
    where = {key: next(atom.iterancestors(PARAGRAPH)) for atom, key in given.ours.items() if key in given.names}
    for paragraph in given.fresh.trees[given.fresh.main].iter(PARAGRAPH):
        keys = [key for key in keys_in(paragraph, given.theirs) if key not in given.known and key not in done]
        numbered = next((key for key in keys if given.names[key].endswith("]")), None)
        if numbered is None or next(paragraph.iterancestors(CELL), None) is None:
            continue
        made, beside = fit.copied(paragraph), _neighbour(numbered, where, given.names)
        if made is None or beside is None:
            row = next(paragraph.iterancestors(ROW))
            placed.unreachable += [key for key in keys if where.keys() & set(keys_in(row, given.theirs))]
            continue
        element, behind = beside
        _dress(made, element)
        (element.addnext if behind else element.addprevious)(made)
        where |= dict.fromkeys(keys, made)
        placed.elements.append(made)
        placed.inserted += keys


def _neighbour(key: str, where: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Any, bool] | None:
    """The paragraph of the same list with the next lower number, behind which a new one goes; else the next higher."""
    own, number = list_of(names[key]), _number(names[key])
    alike = sorted((_number(names[k]), k) for k in where if list_of(names[k]) == own and names[k].endswith("]"))
    lower, higher = [k for n, k in alike if n < number], [k for n, k in alike if n > number]
    if lower:
        return where[lower[-1]], True
    return (where[higher[0]], False) if higher else None


def _number(key: str) -> int:
    number = key.rpartition("[")[2].removesuffix("]")
    return int(number) if number.isdecimal() and len(number) < 6 else 0


# ---- helpers ----


def _first_of(found: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    first: dict[str, Any] = {}
    for key, element in found:
        first.setdefault(key, element)
    return first


def _tables_by_tag(tree: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for element in tree.iter(CONTROL):
        parts = tag_parts(element)
        table = next(element.iter(TABLE), None) if parts[:1] == ("table",) else None
        if table is not None:
            found.setdefault(parts[1], table)
    return found


def _outer(block: Any) -> Any:
    """A table with the control around it; any other block itself."""
    content = block.getparent()
    around = content.getparent() if content is not None and content.tag == CONTENT else None
    return around if around is not None and tag_parts(around)[:1] == ("table",) else block


def _list_paragraph(given: Both, beside: Any, keys: Sequence[str]) -> Any:
    """The paragraph beside which new ones of its list are put, whose formatting they take; None for another's."""
    lists = {list_of(given.names[key]) for key in keys} - {""}
    here = {list_of(given.names.get(key, "")) for key in keys_in(beside, given.ours)}
    return beside if beside.tag == PARAGRAPH and lists & here else None


def _dress(element: Any, model: Any) -> None:
    """Gives a new paragraph the paragraph formatting of one of its list."""
    look = model.find(f"{W}pPr") if model is not None else None
    if look is None or element.tag != PARAGRAPH:
        return
    own = element.find(f"{W}pPr")
    if own is not None:
        element.remove(own)
    element.insert(0, cleaned(copy.deepcopy(look)))
