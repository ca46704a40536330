"""The rows of a table, read into drafts of outcomes and indicators; every cell that is met is used or noted."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xl_outcomes.adopt.amounts import Amount, read_aim, read_amount
from xl_outcomes.adopt.colours import rating_of_colour
from xl_outcomes.adopt.drafts import LOWEST, Drafts, IndicatorDraft, OutcomeDraft, Path, Theirs
from xl_outcomes.adopt.ledger import GUESSED, LEFT, READ, UNCLEAR, Ledger
from xl_outcomes.adopt.mapping import SHEET_NAME, ColumnUse, TableMap
from xl_outcomes.adopt.shapes import Cell, Sheet
from xl_outcomes.adopt.tiers import INDICATOR, OUTCOME, Line, Verdict, held, lines_of, split_number, verdicts
from xl_outcomes.adopt.words import LEAVE, ROW_KIND, TEXT_USES, TIER_USES, rating_of, row_kind_of, tidy
from xl_outcomes.workbook.cell_types import cell_position, column_letters

NOWHERE = "Not yet placed"
_OF_OUTCOMES = ("Responsible officer", "Portfolio holder", "Definition")
_AIMED = ("Target", "Amber", "Tolerance")
_WORDS = ("Commentary", "Corrective action")
_WHY_NO_FIGURE = {
    "uncalculated": "the formula was never calculated; open the workbook in Excel, save it and adopt it again",
    "error": "the cell holds an error",
    "date": "the cell holds a date",
    "boolean": "the cell holds TRUE or FALSE",
}


@dataclass(slots=True)
class _Reading:
    """A table on a sheet while it is read: what is open above the row, and where what is found goes."""

    sheet: Sheet
    table: TableMap
    drafts: Drafts
    ledger: Ledger
    base: Path = ()
    levels: list[tuple[int, Path]] = field(default_factory=list)
    tiers: dict[str, str] = field(default_factory=dict)


def read_table(sheet: Sheet, table: TableMap, drafts: Drafts, ledger: Ledger) -> None:
    """Adds what a table on a sheet holds to the drafts, and says in the ledger what became of each cell."""
    at = _Reading(sheet, table, drafts, ledger)
    _account_for_headings(at)
    at.base = _top(at)
    lines = lines_of(sheet, table)
    found = verdicts(lines, table)
    for line in lines:
        _read_line(at, line, found[line.row])


def _read_line(at: _Reading, line: Line, verdict: Verdict) -> None:
    if verdict.kind not in (OUTCOME, INDICATOR) or (line.title is None and at.table.tiers != "columns"):
        for cell in line.cells:
            at.ledger.note(LEFT, line.sheet, cell, f"Not taken as a row: {verdict.why or 'it has no title'}.")
        return
    home = _home_in_columns(at, line) if at.table.tiers == "columns" else _home_by_levels(at, verdict)
    if verdict.kind == INDICATOR and line.title is not None:
        _add_indicator(at, line, line.title, verdict, home)
        _list_rest(at, line, "an indicator")
    else:
        path = home if at.table.tiers == "columns" else _add_outcome(at, line, home)
        at.levels.append((verdict.level, path))
        _complete(at, line, path)
        _list_rest(at, line, "an outcome")


def _account_for_headings(at: _Reading) -> None:
    by_column = {column.column: column for column in at.table.columns}
    rows = at.table.heading_rows
    wide = {area[:2]: area[3] for area in at.sheet.merged if area[0] in rows}
    for cell in at.sheet.filled():
        if cell.row in rows:
            last = min(wide.get((cell.row, cell.column), cell.column), cell.column + 50)
            used = [by_column[n] for n in range(cell.column, last + 1) if n in by_column]
            said = "; ".join(f"{c.letters} is {c.use}{f' of {c.period}' if c.period else ''}" for c in used)
            at.ledger.note(READ, at.sheet.name, cell, f"A heading: {said}." if said else "A heading over nothing.")


def _top(at: _Reading) -> Path:
    """The outcome of tier 1 that the sheet itself is, if it is one."""
    if not at.table.top:
        return ()
    cell = None if at.table.top == SHEET_NAME else at.sheet.cells.get(cell_position(at.table.top))
    at.ledger.use(at.sheet.name, cell)
    return _outcome(at, (), cell.text if cell and cell.text else at.sheet.name, cell)


def _outcome(at: _Reading, above: Path, title: str, cell: Cell | None, number: str = "") -> Path:
    """The path of an outcome; it is new unless it was met before."""
    path = (*above, tidy(title) or title)
    at.drafts.outcomes.setdefault(path, OutcomeDraft(path, title, at.sheet.name, cell, number))
    return path


def _home_in_columns(at: _Reading, line: Line) -> Path:
    """The outcome that a row's tier columns name; a blank one is that of the row above, unless a higher one changes."""
    cells = {cell.column: cell for cell in line.cells}
    path = at.base
    for column in at.table.uses(*TIER_USES):
        cell = cells.get(column.column)
        if cell is not None and cell.text:
            if at.tiers.get(column.use) != cell.text:
                at.tiers = {use: title for use, title in at.tiers.items() if use < column.use}
            at.tiers[column.use] = cell.text
            at.ledger.use(line.sheet, cell)
        number, title = split_number(at.tiers.get(column.use, ""))
        if title and (not path or path[-1] != tidy(title)):
            path = _outcome(at, path[: LOWEST - 1], title, cell, number)
    return path


def _home_by_levels(at: _Reading, verdict: Verdict) -> Path:
    """The outcome that a row stands under: the nearest above it that is of a higher level."""
    if verdict.kind == INDICATOR:
        above = [path for level, path in at.levels if level < verdict.level]
        return above[-1] if above else at.levels[-1][1] if at.levels else at.base
    while at.levels and _closed(at.levels[-1], verdict):
        at.levels.pop()
    return at.levels[-1][1] if at.levels else at.base


def _closed(last: tuple[int, Path], verdict: Verdict) -> bool:
    return len(last[1]) >= verdict.tier if verdict.tier else last[0] >= verdict.level


def _add_outcome(at: _Reading, line: Line, home: Path) -> Path:
    at.ledger.use(line.sheet, line.title)
    if home and home[-1] == tidy(line.name):
        return home
    if len(home) >= LOWEST and line.title is not None:
        done = "It is deeper than the fourth tier, the lowest there is: taken as one of the fourth."
        at.ledger.add(GUESSED, line.sheet, line.title.address, line.title.text, done)
    return _outcome(at, home[: LOWEST - 1], line.name, line.title, "")


def _complete(at: _Reading, line: Line, path: Path) -> None:
    """An outcome's own row gives its ref, who answers for it, and its rating."""
    outcome = at.drafts.outcomes.get(path)
    if outcome is None:
        return
    cells = {cell.column: cell for cell in line.cells}
    texts = {c.use: cells[c.column] for c in at.table.uses(*_OF_OUTCOMES) if c.column in cells}
    new = {use: cell for use, cell in texts.items() if use not in outcome.texts and cell is not line.title}
    at.ledger.use(line.sheet, *new.values())
    given = outcome.given or _ref(at, line)
    kept = {**outcome.texts, **{use: cell.text for use, cell in new.items()}}
    at.drafts.outcomes[path] = replace(outcome, given=given, texts=kept)
    at.drafts.theirs += _ratings(at, line, path)


def _add_indicator(at: _Reading, line: Line, title: Cell, verdict: Verdict, home: Path) -> None:
    cells = [(column, cell) for column, cell in held(line, at.table) if cell is not title]
    place = len(at.drafts.indicators)
    if verdict.why:
        at.ledger.add(GUESSED, line.sheet, title.address, title.text, f"Taken as an indicator: {verdict.why}.")
    new = IndicatorDraft(
        outcome=home or _outcome(at, (), NOWHERE, None),
        title=line.name,
        sheet=line.sheet,
        cell=title,
        given=_ref(at, line),
        texts={c.use: cell for c, cell in reversed(cells) if c.use in TEXT_USES},
        amounts=_amounts(at, cells, "Figure"),
        aims=tuple((c, cell, read_aim(cell)) for c, cell in cells if c.use in _AIMED),
        words=tuple((c, cell) for c, cell in cells if c.use in _WORDS),
        forecasts=_amounts(at, cells, "Forecast"),
        theirs=tuple(_ratings(at, line, place)),
        figure_columns=at.table.uses("Figure"),
    )
    at.ledger.use(line.sheet, *(cell for c, cell in cells if c.use == ROW_KIND and row_kind_of(cell.text)))
    at.ledger.use(line.sheet, title, *new.texts.values())
    at.ledger.use(line.sheet, *(cell for _, cell, _ in new.aims), *(cell for _, cell in new.words))
    at.drafts.indicators.append(new)
    at.drafts.theirs += new.theirs


def _amounts(
    at: _Reading, cells: Sequence[tuple[ColumnUse, Cell]], use: str
) -> tuple[tuple[ColumnUse, Cell, Amount], ...]:
    found: list[tuple[ColumnUse, Cell, Amount]] = []
    for column, cell in cells:
        if column.use != use:
            continue
        amount = read_amount(cell)
        if amount is None:
            why = _WHY_NO_FIGURE.get(str(cell.kind), "the text is no number")
            at.ledger.note(UNCLEAR, at.sheet.name, cell, f"No figure of {column.period} was taken: {why}.")
            continue
        if amount.remark:
            at.ledger.note(GUESSED, at.sheet.name, cell, f"The figure of {column.period}: {amount.remark}.")
        at.ledger.use(at.sheet.name, cell)
        found.append((column, cell, amount))
    return tuple(found)


def _ref(at: _Reading, line: Line) -> str:
    """The row's own ref: of the ref column, else the number before its title."""
    columns = {c.column for c in at.table.uses("Ref")}
    cell = next((cell for cell in line.cells if cell.column in columns and cell is not line.title), None)
    at.ledger.use(line.sheet, cell)
    return cell.text.rstrip(".") if cell else line.number


def _ratings(at: _Reading, line: Line, key: Path | int) -> list[Theirs]:
    """Ratings by word or by the colour of a cell of a rating column, and by that of a figure."""
    said = {(cell.row, cell.column): column.use for column, cell in held(line, at.table)}
    columns = at.table.uses("Rating", "Figure")
    cells = [(c, at.sheet.cells.get((row, c.column))) for row in _rows(line) for c in columns]
    found: list[Theirs] = []
    for column, cell in cells:
        use = said.get((cell.row, cell.column), column.use) if cell else ""
        word = rating_of(cell.text) if cell and use == "Rating" else None
        if cell is None or use not in ("Rating", "Figure"):
            continue
        if word:
            at.ledger.use(line.sheet, cell)
        plain = line.title is None or cell.look.fill != line.title.look.fill
        colour = rating_of_colour(cell.look.fill) if plain else None
        rating = word or (colour if use == "Figure" or cell.value is None else None)
        if rating:
            found.append(Theirs(key, column.period, rating, "word" if word else "colour", line.sheet, cell))
    return found


def _rows(line: Line) -> list[int]:
    return sorted({cell.row for cell in line.cells})


def _list_rest(at: _Reading, line: Line, what: str) -> None:
    """Notes what the row holds in columns that are left, that nobody named, or that its kind of row does not have."""
    by_column = {column.column: column for column in at.table.columns}
    for cell in line.cells:
        if (line.sheet, (cell.row, cell.column)) in at.ledger.seen:
            continue
        column = by_column.get(cell.column)
        if column is None or column.use == LEAVE:
            heading = f', "{column.heading}",' if column and column.heading else ""
            done = f"Not taken: column {column_letters(cell.column)}{heading} has no place in a master."
            at.ledger.note(LEFT, line.sheet, cell, done)
        else:
            done = f"Not taken as {column.use}: it could not be read so, or {what} has none."
            at.ledger.note(UNCLEAR, line.sheet, cell, done)
