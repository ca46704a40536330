"""A proposal: how a workbook's tables are to be understood, with the reasons."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from xl_outcomes.adopt.columns import Context, column_uses
from xl_outcomes.adopt.headings import Block, find_block
from xl_outcomes.adopt.mapping import SHEET_NAME, BookMap, ColumnUse, TableMap
from xl_outcomes.adopt.shapes import Cell, Sheet, Source, without_hidden
from xl_outcomes.adopt.tiers import how_tiers_are_told, lines_of
from xl_outcomes.adopt.times import read_when, read_year
from xl_outcomes.adopt.words import TIER_USES
from xl_outcomes.errors import WorkbookError
from xl_outcomes.periods import Quarter

_TELLING = ("Target", "Polarity", "Rating", "Frequency", "Data owner", "Amber")
_NAMED = re.compile(r"indicator|measure|\bk?pis?\b|metric|outcome|priorit|objective|theme|ambition")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was understood, or not: where (sheet, or sheet and column), what, and whether it is certain."""

    where: str
    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to use or to edit, and what there is to say about it."""

    mapping: BookMap
    remarks: tuple[Remark, ...]

    @property
    def doubts(self) -> tuple[Remark, ...]:
        """What was not certain."""
        return tuple(remark for remark in self.remarks if not remark.sure)


def propose(book: Source, now: Quarter) -> Proposal:
    """How the workbook's tables are to be understood; `now` gives the year where the workbook names none.

    Raises WorkbookError where no sheet has headings of a table of outcomes or indicators.
    """
    found = [
        (sheet, table)
        for sheet in map(without_hidden, book.sheets)
        if sheet.visible and (table := _table(book, sheet, now)) is not None
    ]
    if not found:
        raise WorkbookError(
            f"No sheet of {book.name} has a table of outcomes or indicators that can be made out.",
            "It needs a row of headings such as Ref, Indicator, Target, Q1 2024/25 above its rows. Hidden sheets are "
            "not looked at.",
        )
    tables = _told(_with_tops(_joined(found), found), {sheet.name: sheet for sheet, _ in found})
    mapping = BookMap(book.name, tuple(tables), council=_council(found))
    skipped = [s for s in book.sheets if s.name not in {n for t in tables for n in t.sheets}]
    return Proposal(mapping, tuple(_remarks(tables, skipped)))


def title_cells(sheet: Sheet, heading_rows: Sequence[int]) -> list[Cell]:
    """The texts above a table's headings, nearest first."""
    top = min(heading_rows, default=1)
    above = [cell for cell in sheet.filled() if cell.row < top and cell.kind == "text"]
    return sorted(above, key=lambda cell: (-cell.row, cell.column))


def _table(book: Source, sheet: Sheet, now: Quarter) -> TableMap | None:
    block = find_block(sheet)
    if block is None:
        return None
    columns = column_uses(sheet, block, _context(book, sheet, block, now))
    if not _is_of_indicators(columns):
        return None
    return TableMap((sheet.name,), block.rows, block.first_row, columns)


def _is_of_indicators(columns: Sequence[ColumnUse]) -> bool:
    """Whether headings are those of outcomes or indicators, and not of any list that has names in it."""
    titles = [c for c in columns if c.use in ("Title", *TIER_USES)]
    if any(c.sure and _NAMED.search(c.heading.casefold()) for c in titles):
        return True
    return bool(titles) and any(c.use in _TELLING and c.sure for c in columns)


def _context(book: Source, sheet: Sheet, block: Block, now: Quarter) -> Context:
    """The time that the words above the table give, else the sheet's name, else the file's."""
    above = [(cell.text, f"the words in {cell.address}") for cell in title_cells(sheet, block.rows)]
    named = [*above, (sheet.name, "the sheet's name"), (book.name, "the file's name")]
    whens = [(when, where) for text, where in named if (when := read_when(text))]
    timed = next(((w, where) for w, where in whens if w.span in ("quarter", "month")), None)
    year = next(((year, where) for text, where in named if (year := read_year(text)) is not None), None)
    if year is None:
        year = next(((w.year, where) for w, where in whens if w.year is not None), None)
    if year is None:
        return Context(now.year, "today's date", sure=False, when=None)
    return Context(year[0], timed[1] if timed else year[1], when=timed[0] if timed else None)


def _joined(found: Iterable[tuple[Sheet, TableMap]]) -> list[TableMap]:
    """Sheets of the same layout as one table; what a column is, most of the sheets decide."""
    tables: list[TableMap] = []
    listed = sorted((table for _, table in found), key=lambda t: str(_layout(t)))
    for _, same in groupby(listed, key=_layout):
        group = list(same)
        names = {name for table in group for name in table.sheets}
        sheets = tuple(sheet.name for sheet, _ in found if sheet.name in names)
        columns = tuple(_most(choices) for choices in zip(*(table.columns for table in group), strict=True))
        tables.append(replace(group[0], sheets=sheets, columns=columns))
    order = [sheet.name for sheet, _ in found]
    return sorted(tables, key=lambda table: order.index(table.sheets[0]))


def _layout(table: TableMap) -> tuple[object, ...]:
    return (table.heading_rows, tuple((c.column, c.heading, c.period) for c in table.columns))


def _most(choices: Sequence[ColumnUse]) -> ColumnUse:
    uses = [c.use for c in choices]
    return max(choices, key=lambda c: (c.sure, uses.count(c.use)))


def _with_tops(tables: Sequence[TableMap], found: Sequence[tuple[Sheet, TableMap]]) -> list[TableMap]:
    """One sheet for each priority: tier 1 is the words above the table where they differ, else the sheet's name."""
    if len(found) < 2 or any(table.uses(*TIER_USES) for table in tables):
        return list(tables)
    titles = {sheet.name: title_cells(sheet, table.heading_rows) for sheet, table in found}
    return [replace(table, top=_top(table, titles)) for table in tables]


def _top(table: TableMap, titles: dict[str, list[Cell]]) -> str:
    """The address of the cell whose words differ from sheet to sheet; the sheet's name where there is none."""
    for cell in reversed(titles[table.sheets[0]]):
        said = [{c.address: c.text for c in titles[name]}.get(cell.address, "") for name in table.sheets]
        if len(said) > 1 and all(said) and len(set(said)) == len(said):
            return cell.address
    return SHEET_NAME


def _told(tables: Iterable[TableMap], sheets: dict[str, Sheet]) -> list[TableMap]:
    """The tables with the way in which their rows show their tier."""
    told: list[TableMap] = []
    for table in tables:
        lines = [line for name in table.sheets for line in lines_of(sheets[name], table)]
        tiers, why, sure = how_tiers_are_told(lines, table)
        top = table.top or ("" if tiers != "none" else _named_after(sheets[table.sheets[0]], table))
        told.append(replace(table, tiers=tiers, top=top, why=why, sure=sure and (tiers != "none" or bool(table.top))))
    return told


def _named_after(sheet: Sheet, table: TableMap) -> str:
    """What a list without outcomes is called: its sheet's name, or its title where the sheet has no name of its own."""
    titles = title_cells(sheet, table.heading_rows)
    unnamed = re.fullmatch(r"(?:sheet|table) ?\d*", sheet.name.casefold())
    return titles[-1].address if unnamed and titles else SHEET_NAME


def _council(found: Iterable[tuple[Sheet, TableMap]]) -> str:
    """The council's name, where a title ends in it or is it."""
    for sheet, table in found:
        for cell in title_cells(sheet, table.heading_rows):
            for part in cell.text.replace("–", "-").replace(":", " - ").replace(",", " - ").split(" - "):
                words = part.split()
                if len(words) in range(2, 7) and words[-1].casefold() == "council" and part.strip()[0].isupper():
                    return part.strip()
    return ""


def _remarks(tables: Iterable[TableMap], skipped: Iterable[Sheet]) -> Iterable[Remark]:
    for table in tables:
        where = ", ".join(table.sheets)
        rows = ", ".join(map(str, table.heading_rows))
        tier_1 = f"; tier 1 is {'the sheet name' if table.top == SHEET_NAME else f'what {table.top} says'}"
        text = f"Headings in row {rows}. Tiers are told by: {table.tiers} ({table.why}){tier_1 if table.top else ''}."
        yield Remark(where, text, table.sure)
        for column in table.columns:
            of = f" of {column.period}" if column.period else ""
            said = f'"{column.heading}"' if column.heading else "without heading"
            yield Remark(f"{where}, column {column.letters}", f"{said}: {column.use}{of}; {column.why}.", column.sure)
    for sheet in skipped:
        why = "it has no table that can be made out" if sheet.visible else "it is hidden"
        if sheet.cells:
            yield Remark(sheet.name, f"Not taken: {why}.", sure=not sheet.visible)
