"""What each row of a table is: an outcome of some tier, an indicator, or no row; and how the tiers are told."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_outcomes.adopt.headings import repeats
from xl_outcomes.adopt.mapping import ColumnUse, TableMap
from xl_outcomes.adopt.shapes import Cell, Look, Sheet
from xl_outcomes.adopt.words import ROW_KIND, TIER_USES, row_kind_of, tidy

INDICATOR, OUTCOME, LEAVE = "Indicator", "Outcome", "Leave"
_MEASURED = ("Figure", "Target", "Amber", "Tolerance", "Forecast", "Unit", "Unit label", "Polarity", "Frequency")
_NUMBER = re.compile(r"[A-Za-z]{0,6}[- ]?(\d+(?:\.\d+)*)\.?[a-z]?")
_NUMBERED = re.compile(r"(\d+(?:\.\d+)+|\d+[.)])[.):]?\s+(\S.*)", re.DOTALL)
_NOTE = re.compile(
    r"[*†‡§¹²³]|(?:notes?|source|key|n\.?b\.?|footnotes?)\s*(?::|$)|n\.?b\.? "
    r"|(?:last updated|produced by|please note|note that)\b"
)
_TOTAL = re.compile(
    r"(?:sub-?|grand )?(?:total|average|mean)s?(?: (?:for|of all|all)\b.*)?"
    r"|(?:total|all) indicators|overall(?: (?:total|average|performance|rag))?"
)
_LONG = 250


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; `name` is its title without numbering, `measured` that it has figures, a target or a unit."""

    sheet: str
    row: int
    cells: tuple[Cell, ...]
    title: Cell | None
    name: str
    number: str
    measured: bool

    @property
    def look(self) -> Look:
        """How its title looks."""
        return self.title.look if self.title else Look()

    @property
    def indent(self) -> int:
        """How far its title is indented, by format or by blanks before it."""
        value = self.title.value if self.title else None
        blanks = len(value) - len(value.lstrip(" \u00a0\t")) if isinstance(value, str) else 0
        return self.look.indent * 2 + blanks

    @property
    def depth(self) -> int:
        """How many parts its number has."""
        return self.number.count(".") + 1 if self.number else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row is: `kind` Outcome, Indicator or Leave; `level` orders outcomes; `why` if not plain."""

    kind: str
    level: int = 0
    why: str = ""
    tier: int = 0


def lines_of(sheet: Sheet, table: TableMap) -> tuple[Line, ...]:
    """The rows of a table on a sheet, below its headings, that hold something."""
    by_row: dict[int, list[Cell]] = {}
    for cell in sheet.filled():
        if cell.row >= table.first_row and (not table.last_row or cell.row <= table.last_row):
            by_row.setdefault(cell.row, []).append(cell)
    lines = [_line(sheet, table, row, tuple(cells)) for row, cells in by_row.items()]
    return tuple(_joined(lines) if table.uses(ROW_KIND) else lines)


def held(line: Line, table: TableMap) -> tuple[tuple[ColumnUse, Cell], ...]:
    """The cells of a row with what their columns are; a column of row kinds says it of the figures beside it."""
    uses = {c.column: c for c in table.columns}
    said = {column.column for column in table.uses(ROW_KIND)}
    kinds = {cell.row: row_kind_of(cell.text) or LEAVE for cell in line.cells if cell.column in said}
    found = [(uses[cell.column], cell) for cell in line.cells if cell.column in uses]
    return tuple((replace(c, use=kinds.get(x.row, c.use)) if c.use == "Figure" else c, x) for c, x in found)


def _joined(lines: Iterable[Line]) -> list[Line]:
    """Rows without a title as part of the indicator above them, whose target, actual figure or rating they hold."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined else None
        if above is not None and above.measured and line.measured and line.title is None:
            joined[-1] = replace(above, cells=(*above.cells, *line.cells))
        else:
            joined.append(line)
    return joined


def how_tiers_are_told(lines: Sequence[Line], table: TableMap) -> tuple[str, str, bool]:
    """The way in which rows show their tier, the reason, and whether that is certain."""
    if table.uses(*TIER_USES):
        return "columns", "the tiers have columns of their own", True
    named = [line for line in lines if line.name and not _aside(line.name)]
    outcomes = [line for line in named if not line.measured]
    indicators = [line for line in named if line.measured]
    if not outcomes:
        return "none", "no row stands without figures, target or unit, so none is an outcome", bool(indicators)
    depths = {line.depth for line in named if line.depth}
    if sum(bool(line.number) for line in outcomes) * 5 >= len(outcomes) * 4 and len(depths) > 1:
        return "numbering", "the rows are numbered in " + " and ".join(map(str, sorted(depths))) + " parts", True
    if len({line.indent for line in named}) > 1:
        return "indent", "the titles are indented by different amounts", True
    if {_signature(line) for line in outcomes} - {_signature(line) for line in indicators}:
        return "look", "titles of outcomes look different: bold, size or colour", True
    return "figures", "rows without figures, target or unit are taken for outcomes", False


def verdicts(lines: Sequence[Line], table: TableMap) -> dict[int, Verdict]:
    """What each row is, by its number; the mapping's word for a row goes before everything else."""
    if table.tiers == "columns":
        found = {line.row: _in_columns(line, table) for line in lines}
    else:
        levels = _levels(lines, table.tiers)
        found = _by_levels(lines, levels, table)
    return found | {row: _told(use, found[row]) for row, use in table.rows.items() if row in found}


def split_number(title: str) -> tuple[str, str]:
    """The number before a title, such as "1.2" or "3." (blank where there is none), and the title without it."""
    match = _NUMBERED.fullmatch(title)
    return (match[1].strip(".)"), match[2]) if match else ("", title)


def _line(sheet: Sheet, table: TableMap, row: int, cells: tuple[Cell, ...]) -> Line:
    by_column = {cell.column: cell for cell in cells}
    uses = {c.column: c.use for c in table.columns}
    title = next((cell for cell in cells if uses.get(cell.column) == "Title" and cell.kind != "error"), None)
    measured = any(uses.get(cell.column) in _MEASURED for cell in cells)
    if title is None and not measured and table.tiers != "columns":
        title = next((cell for cell in cells if cell.kind == "text" and uses.get(cell.column) != "Ref"), None)
        title = title or next(
            (cell for cell in cells if cell.kind == "text" and not _NUMBER.fullmatch(cell.text)), None
        )
    ref = next((by_column[c.column].text for c in table.uses("Ref") if c.column in by_column), "")
    own, name = split_number(title.text if title else "")
    number = _NUMBER.fullmatch(ref.rstrip("."))
    if title and own and ref and ref.rstrip(".") != own:
        name = title.text  # its number is not the ref, so it stays
    return Line(sheet.name, row, cells, title, name, number[1] if number else own, measured)


def _in_columns(line: Line, table: TableMap) -> Verdict:
    if repeats(line.cells, {c.column: c.heading for c in table.columns}):
        return Verdict(LEAVE, why="the headings once more")
    tiers = {c.column for c in table.uses(*TIER_USES)}
    if line.title is not None:
        return Verdict(LEAVE, why="a total") if _TOTAL.fullmatch(tidy(line.name)) else Verdict(INDICATOR)
    if line.measured or not any(cell.column in tiers for cell in line.cells):
        return Verdict(LEAVE, why="the row has no title")
    alone = len(line.cells) == 1 and _aside(line.cells[0].text)
    return Verdict(LEAVE, why="a note") if alone else Verdict(OUTCOME)


def _by_levels(lines: Sequence[Line], levels: Mapping[int, int], table: TableMap) -> dict[int, Verdict]:
    headings = {c.column: c.heading for c in table.columns}
    measured = [line for line in lines if line.measured and line.title]
    last = max((line.row for line in measured), default=0)
    usual = Counter(levels[line.row] for line in measured).most_common(1)
    found: dict[int, Verdict] = {}
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        level = levels[line.row]
        if repeats(line.cells, headings):
            found[line.row] = Verdict(LEAVE, why="the headings once more")
        elif line.title is None:
            found[line.row] = Verdict(LEAVE, why="the row has no title")
        elif line.measured:
            total = bool(_TOTAL.fullmatch(tidy(line.name)))
            found[line.row] = Verdict(LEAVE, why="a total") if total else Verdict(INDICATOR, level)
        elif _aside(line.name) or (measured and line.row > last and table.tiers in ("look", "figures", "none")):
            found[line.row] = Verdict(LEAVE, why="a note or title, not a row of the table")
        elif usual and level == usual[0][0] and not (after and levels[after.row] > level):
            why = "it looks like the other indicators, though it has no figure and no target"
            found[line.row] = Verdict(INDICATOR, level, why)
        else:
            found[line.row] = Verdict(OUTCOME, level)
    return found


def _levels(lines: Sequence[Line], tiers: str) -> dict[int, int]:
    """A number for each row that is smaller the higher the row stands."""
    if tiers == "numbering":
        deepest = max((line.depth for line in lines), default=0)
        return {line.row: line.depth or deepest + 1 for line in lines}
    if tiers == "indent":
        return {line.row: line.indent for line in lines}
    if tiers == "figures":
        return {line.row: int(line.measured) for line in lines}
    ranks: dict[object, int] = {}
    for line in lines:
        if not line.measured and line.title and not _aside(line.name):
            ranks.setdefault(_signature(line), len(ranks))
    measured = Counter(_signature(line) for line in lines if line.measured and line.title)
    # A look that most indicators have is theirs, even where one of them has no figures.
    theirs = {look for look, count in measured.items() if count * 3 >= measured.total()}
    return {line.row: 99 if _signature(line) in theirs else ranks.get(_signature(line), 99) for line in lines}


def _told(use: str, found: Verdict) -> Verdict:
    if use == LEAVE:
        return Verdict(LEAVE, why="as the mapping says")
    if use == INDICATOR:
        return Verdict(INDICATOR, found.level)
    return Verdict(OUTCOME, found.level, tier=TIER_USES.index(use) + 1)


def _signature(line: Line) -> tuple[object, ...]:
    return (line.look.bold, line.look.fill, line.look.size, line.look.ink)


def _aside(text: str) -> bool:
    """Whether a text is a footnote, a key or a sentence about the table."""
    return bool(_NOTE.match(text.casefold())) or len(text) > _LONG
