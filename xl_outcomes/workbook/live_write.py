"""The rows of one table written into an open workbook by Excel's own operations, each of which can be taken back.

Rows are deleted, moved and inserted across the whole width of the table, so that formats, validations, notes and the
officer's own columns travel with them. Of the cells, only those of ours that change are written: never a column of the
officer's, and never a cell that may hold a formula.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.live_place import Place, area
from xl_outcomes.workbook.live_rows import Shift, shifts
from xl_outcomes.workbook.typed_text import as_typed
from xl_outcomes.workbook.writes import Keep, Links, Row, TableWrite, Value, clean

if TYPE_CHECKING:
    import xlwings as xw

# Excel refuses a block in which a text is longer than this, though not the text alone.
_LONGEST_IN_A_BLOCK = 8_000
_MANY_BLOCKS = 12


@dataclass(frozen=True, slots=True)
class Linked:
    """Cells that are to lead somewhere: the links of a table by heading, with its first row, columns and values.

    `stays` says which cells were there before with the same value; their links are right unless their target moved.
    """

    sheet: "xw.Sheet"
    first: int
    columns: Mapping[str, int]
    values: Mapping[str, Sequence[Any]]
    links: Links
    stays: Mapping[str, Sequence[bool]] = field(default_factory=dict)


class Journal:
    """How to take back what has been done, the last first; and the links, which wait until every sheet is there."""

    def __init__(self) -> None:
        self._back: list[Callable[[], None]] = []
        self.links: list[Linked] = []
        self.moved: set[str] = set()

    def did(self, *back: Callable[[], None]) -> None:
        """Note how something is taken back, in one step or several."""
        self._back.extend(reversed(back))

    def put_back(self) -> None:
        """Take everything back."""
        while self._back:
            self._back.pop()()


@dataclass(slots=True)
class TableWriter:
    """One table with what it held, and what is to be written; `place` follows what has been done so far."""

    sheet: "xw.Sheet"
    place: Place
    task: TableWrite
    values: list[list[Any]]
    formulas: list[list[Any]] | None
    has_below: bool
    journal: Journal = field(init=False)
    before: Place = field(init=False)
    rows: tuple[Row, ...] = field(init=False)
    origins: list[int | None] = field(init=False)
    missing: list[str] = field(init=False)
    wanted: list[int | None] = field(init=False)
    shifts: list[Shift] = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.place
        known = {self.task.renamed.get(heading, heading).casefold() for heading in self.headings}
        self.missing = [heading for heading in self.task.headings if heading.casefold() not in known]
        self.rows = self.task.rows or (Row((None,) * len(self.task.headings)),)
        self.origins, spare = _with_blank_rows(_origins(self.rows, self.place.rows), self._blank_rows())
        self.wanted = [*self.origins, *spare]
        self.shifts = shifts(self.place.rows, self.wanted)

    @property
    def headings(self) -> list[str]:
        """The headings as they stand."""
        return [str(heading) for heading in self.values[0]]

    @property
    def growth(self) -> int:
        """How many rows the table gets longer."""
        return max(0, len(self.wanted) - len(self.before.rows))

    @property
    def cuts(self) -> bool:
        """Whether rows are cut, put in or taken out anywhere but at the end."""
        size = len(self.before.rows)
        for shift in self.shifts:
            end = shift.at + (shift.count if shift.kind == "delete" else 0)
            if shift.kind == "move" or self.before.totals or end < size:
                return True
            size += shift.count if shift.kind == "insert" else -shift.count
        return False

    def write(self, journal: Journal) -> None:
        """Writes headings, rows and cells; each step is noted, so that it can be taken back."""
        self.journal = journal
        for old, new in _in_turn(self.task.renamed, self.headings, self.place):
            self._rename(old, new)
        if self.missing:
            self._widen()
        for shift in self.shifts:
            self._shift(shift)
        for block in self._blocks():
            self._put(self.place.top + 1 + block.top, block.left, block.after, block.before)
        self._fit_heights()
        if self.shifts:
            journal.moved.add(self.place.name.casefold())
        if self.task.links:
            journal.links.append(self._linked())

    def _linked(self) -> Linked:
        columns = {heading.casefold(): column for column, heading in self._columns().items()}
        places = {heading: self.task.headings.index(heading) for heading in self.task.links}
        values = {heading: [row.values[at] for row in self.rows] for heading, at in places.items()}
        ours = {heading: columns[heading.casefold()] for heading in places}
        stays = {
            heading: [isinstance(self._new(n, row, at, ours[heading]), Keep) for n, row in enumerate(self.rows)]
            for heading, at in places.items()
        }
        return Linked(self.sheet, self.place.top + 1, ours, values, self.task.links, stays)

    def _rename(self, old: str, new: str) -> None:
        column = next(at for at, heading in self._columns().items() if heading.casefold() == old.casefold())
        self._put(self.place.top, column, [[as_typed(new)]], [[as_typed(old)]])
        self.values[0][column - self.place.left] = new

    def _widen(self) -> None:
        right, count = self.place.right, len(self.missing)
        self._resize(replace(self.place, right=right + count))
        self._put(self.place.top, right + 1, [[as_typed(heading) for heading in self.missing]], [[None] * count])
        for row in self.values:
            row.extend([None] * count)
        for formulas in self.formulas or ():
            formulas.extend([""] * count)
        self.values[0][-count:] = self.missing

    def _shift(self, shift: Shift) -> None:
        if shift.kind == "move":
            self._move(shift.at, shift.to)
        elif shift.kind == "delete":
            self._delete(shift.at, shift.count)
        else:
            self._insert(shift.at, shift.count)

    def _insert(self, at: int, count: int) -> None:
        """Rows put in; at the end of a table without totals the table grows, looking like its last row."""
        size = len(self.place.rows)
        if at == size and not self.place.totals:
            self._resize(replace(self.place, bottom=self.place.bottom + count))
            self._body(size - 1).autofill(self._body(size - 1, count + 1), "fill_formats")
            return
        if self.has_below:
            self._take_out(self._under(count))
        self._put_in(self._body(at, count), below_headings=not at)
        self._longer(count)

    def _delete(self, at: int, count: int) -> None:
        """Rows taken out; at the end of a table without totals the table shrinks, and what is left is cleared."""
        first = self.place.top + 1 + at
        # Rows are deleted before all else, from the end, so they still stand where they stood.
        held = [self._held(row) for row in range(first, first + count)]
        if at + count == len(self.place.rows) and not self.place.totals:
            gone = self._body(at, count)
            self._resize(replace(self.place, bottom=self.place.bottom - count))
            self.journal.did(lambda: put(self.sheet, first, self.place.left, held))
            gone.clear()
            return
        if self.has_below:
            self._put_in(self._under(count))
        self._take_out(self._body(at, count), lambda: put(self.sheet, first, self.place.left, held))
        self._longer(-count)

    def _move(self, source: int, to: int) -> None:
        """A row cut and put in elsewhere; what is below the table moves down by a row and up again.

        Cells put in below the last row would not be the table's, so a row gets there by changing places with the last.
        """
        last = len(self.place.rows) - 1
        if to == last and source != last and not self.place.totals:
            if source != last - 1:
                self._move(source, last - 1)
            source, to = last, last - 1
        gap = to if to < source else to + 1
        self._put_in(self._body(gap), below_headings=not gap)
        source += gap <= source
        origin, target = self._body(source), self._body(gap)
        origin.move(target)
        self.journal.did(lambda: target.move(origin))
        self._take_out(origin)

    def _put_in(self, cells: "xw.Range", *, below_headings: bool = False) -> None:
        cells.insert("down", "format_from_right_or_below" if below_headings else "format_from_left_or_above")
        self.journal.did(lambda: cells.delete("up"))

    def _take_out(self, cells: "xw.Range", *back: Callable[[], None]) -> None:
        cells.delete("up")
        self.journal.did(lambda: cells.insert("down", "format_from_left_or_above"), *back)

    def _longer(self, count: int) -> None:
        self.place = replace(self.place, bottom=self.place.bottom + count)

    def _resize(self, new: Place) -> None:
        table, old = self.sheet.tables[self.place.name], self.place
        table.resize(area(self.sheet, new.top, new.left, new.end, new.right))
        self.journal.did(lambda: table.resize(area(self.sheet, old.top, old.left, old.end, old.right)))
        for added in _beyond(old, new):
            # What Excel fills in by itself, such as formulas that go on.
            self.journal.did(area(self.sheet, added.top, added.left, added.bottom, added.right).clear)
        self.place = new

    def _body(self, at: int, count: int = 1) -> "xw.Range":
        top = self.place.top + 1 + at
        return area(self.sheet, top, self.place.left, top + count - 1, self.place.right)

    def _under(self, count: int) -> "xw.Range":
        return area(self.sheet, self.place.end + 1, self.place.left, self.place.end + count, self.place.right)

    def _blank_rows(self) -> list[int]:
        """The rows at the end of the table that hold nothing."""
        rows = self.place.rows
        holds = [row for row in rows if any(value is not None for value in self.values[row - self.place.top])]
        return [row for row in rows if not holds or row > holds[-1]]

    def _columns(self) -> dict[int, str]:
        return dict(enumerate(self.headings, self.place.left))

    def _held(self, row: int | None) -> list[Any]:
        """What a row held, as it would be typed; nothing for a new row."""
        if row is None:
            return [None] * len(self.values[0])
        at = row - self.before.top
        formulas = self.formulas[at] if self.formulas else [None] * len(self.values[at])
        pairs = zip(self.values[at], formulas, strict=True)
        return [formula if _is_formula(formula, value) else _typed(value) for value, formula in pairs]

    def _blocks(self) -> Iterator["_Block"]:
        """The cells that change as blocks of cells that all change; as one block where formulas can be told apart."""
        columns = {heading.casefold(): column for column, heading in self._columns().items()}
        ours = {columns[heading.casefold()]: at for at, heading in enumerate(self.task.headings)}
        for run in _runs(sorted(ours)):
            new = [[self._new(n, row, ours[column], column) for column in run] for n, row in enumerate(self.rows)]
            blocks = list(_rectangles(new, run[0]))
            if len(blocks) > _MANY_BLOCKS and self.formulas:
                blocks = [_around(blocks)]
            yield from (self._filled(block, new, run[0]) for block in blocks)

    def _new(self, number: int, row: Row, at: int, column: int) -> Any:
        """What is to be typed into a cell, KEEP where it stays as it is."""
        origin, value = self.origins[number], row.values[at]
        if isinstance(value, Keep):
            return value
        wanted = clean(value)
        if origin is not None and _same(wanted, self.values[origin - self.before.top][column - self.place.left]):
            return Keep.KEEP
        return _typed(wanted)

    def _filled(self, block: "_Block", new: Sequence[Sequence[Any]], left: int) -> "_Block":
        rows = range(block.top, block.top + block.height)
        held = {n: self._held(self.origins[n]) for n in rows}
        columns = range(block.left, block.left + block.width)
        before = [[held[n][c - self.place.left] for c in columns] for n in rows]
        cells = [[new[n][c - left] for c in columns] for n in rows]
        after = [
            [old if isinstance(value, Keep) else value for value, old in zip(*pair, strict=True)]
            for pair in zip(cells, before, strict=True)
        ]
        return replace(block, before=before, after=after)

    def _put(self, top: int, left: int, after: Sequence[Sequence[Any]], before: Sequence[Sequence[Any]]) -> None:
        self.journal.did(lambda: put(self.sheet, top, left, before))
        put(self.sheet, top, left, after)

    def _fit_heights(self) -> None:
        """Lets Excel fit the rows whose texts have changed."""
        for run in _runs([n for n, row in enumerate(self.rows) if row.height is not None]):
            self._body(run[0], len(run)).rows.autofit()


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of cells: its first row of data (from 0), its first column on the sheet, its size, old and new cells."""

    top: int
    left: int
    height: int
    width: int
    before: Sequence[Sequence[Any]] = ()
    after: Sequence[Sequence[Any]] = ()


def _origins(rows: Sequence[Row], held: range) -> list[int | None]:
    """Where each row stood; where no row says so, each takes the place of the one that it is written over."""
    if all(row.origin is None for row in rows):
        return [held[n] if n < len(held) else None for n in range(len(rows))]
    seen: set[int] = set()
    origins: list[int | None] = []
    for row in rows:
        known = row.origin if row.origin in held and row.origin not in seen else None
        origins.append(known)
        seen |= set() if known is None else {known}
    return origins


def _with_blank_rows(origins: list[int | None], blank: Sequence[int]) -> tuple[list[int | None], list[int]]:
    """New rows at the end put into blank rows that the table has there, and the blank rows that are left over."""
    free = [row for row in blank if row not in origins]
    new = 0
    while new < len(origins) and origins[-1 - new] is None:
        new += 1
    used = free[:new]
    at = len(origins) - new
    return [*origins[:at], *used, *origins[at + len(used) :]], free[new:]


def _in_turn(renamed: Mapping[str, str], headings: Sequence[str], place: Place) -> Iterator[tuple[str, str]]:
    """The renames in such an order that no two headings are ever the same; Excel would number the second one."""
    known = {heading.casefold() for heading in headings}
    left = {old: new for old, new in renamed.items() if old != new and old.casefold() in known}
    for old, new in left.items():
        if new.casefold() in known - {other.casefold() for other in left}:
            raise WorkbookError(f'The table "{place.name}" has both "{old}" and "{new}".', "Remove one of the columns.")
    while left:
        free = [old for old, new in left.items() if new.casefold() not in known - {old.casefold()}]
        old = free[0] if free else next(iter(left))
        new = left.pop(old)
        step = new if free else f"{old} (moving)"
        if not free:
            left[step] = new
        known = known - {old.casefold()} | {step.casefold()}
        yield old, step


def _beyond(old: Place, new: Place) -> Iterator[Place]:
    """The rows and the columns that a table has come to take in."""
    if new.bottom > old.bottom:
        yield replace(new, top=old.end + 1, bottom=new.end)
    if new.right > old.right:
        yield replace(new, left=old.right + 1, bottom=new.end)


def _rectangles(cells: Sequence[Sequence[Any]], left: int) -> Iterator[_Block]:
    """The cells that are not KEEP as blocks: runs of each row, joined with the same run of the rows below."""
    opened: dict[tuple[int, int], int] = {}
    for number, row in enumerate([*cells, []]):
        changed = [at for at, value in enumerate(row) if not isinstance(value, Keep)]
        here = {(run[0], len(run)) for run in _runs(changed)}
        for run in [run for run in opened if run not in here]:
            top = opened.pop(run)
            yield _Block(top, left + run[0], number - top, run[1])
        for run in sorted(here):
            opened.setdefault(run, number)


def _around(blocks: Sequence[_Block]) -> _Block:
    top, left = min(b.top for b in blocks), min(b.left for b in blocks)
    bottom, right = max(b.top + b.height for b in blocks), max(b.left + b.width for b in blocks)
    return _Block(top, left, bottom - top, right - left)


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Numbers in rising order, split where one does not follow the last."""
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def put(sheet: "xw.Sheet", top: int, left: int, cells: Sequence[Sequence[Any]]) -> None:
    """A block of cells in one write, very long texts after it."""
    long = {
        (top + n, left + m): value
        for n, row in enumerate(cells)
        for m, value in enumerate(row)
        if isinstance(value, str) and len(value) > _LONGEST_IN_A_BLOCK
    }
    short = [[None if (top + n, left + m) in long else v for m, v in enumerate(row)] for n, row in enumerate(cells)]
    area(sheet, top, left, top + len(short) - 1, left + len(short[0]) - 1).value = short
    for place, value in long.items():
        _set(sheet.range(place), value)


def _set(cell: "xw.Range", value: Any) -> None:
    cell.value = value


def _typed(value: Any) -> Any:
    return as_typed(value) if isinstance(value, str) else value


def _is_formula(formula: Any, value: Any) -> bool:
    return isinstance(formula, str) and formula.startswith("=") and formula != value


def _same(wanted: Value, held: Any) -> bool:
    """Whether a cell holds a value already; a date counts from midnight."""
    if isinstance(wanted, dt.date) and not isinstance(wanted, dt.datetime):
        wanted = dt.datetime.combine(wanted, dt.time())
    if isinstance(wanted, bool) or isinstance(held, bool) or wanted is None or held is None:
        return wanted is held
    return bool(wanted == held)
