"""New names for the headings of tables, in their header rows and in every formula that refers to them."""

from collections.abc import Collection, Mapping, Sequence

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.cell_values import column_name
from xl_outcomes.workbook.formulas import with_ranges
from xl_outcomes.workbook.package import Package, table_parts, workbook_part, worksheets
from xl_outcomes.workbook.placed_table import PlacedTable

_FORMULA_TAGS = tuple(
    f"{{*}}{name}"
    for name in ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula")
)


def rename_headings(renames: Sequence[tuple[PlacedTable, Mapping[str, str]]]) -> None:
    """Give headings of tables their new names (for each table: old to new); headings that it lacks are passed over.

    To be called before any row is put. Raises WorkbookError where a table has both the old heading and the new one.
    """
    tables = {table.name.casefold() for table, renamed in renames if renamed}
    mentions: dict[str, list[str]] = {}
    for table, renamed in renames:
        for old, new in _one_after_another(renamed, table):
            mentions = mentions or _mentions(table.book.package, tables)
            _rename(table, old, new)
            _rename_in_formulas(table, mentions[table.name.casefold()], old, new)


def _one_after_another(renamed: Mapping[str, str], table: PlacedTable) -> list[tuple[str, str]]:
    """The renames so ordered that a heading gives way before another takes its name."""
    known = table.columns()
    left = {old: new for old, new in renamed.items() if old != new and old.casefold() in known}
    ordered: list[tuple[str, str]] = []
    while left:
        taken = {old.casefold() for old in left}
        old = next((o for o, n in left.items() if n.casefold() not in taken - {o.casefold()}), next(iter(left)))
        ordered.append((old, left.pop(old)))
    return ordered


def _mentions(package: Package, tables: Collection[str]) -> dict[str, list[str]]:
    """The parts that may refer to the columns of each table (lower case): one look at every part for all of them."""
    found: dict[str, list[str]] = {table: [] for table in tables}
    sheets = [part for _, part in worksheets(package)]
    for part in (workbook_part(package), *sheets, *(part for sheet in sheets for part in table_parts(package, sheet))):
        text = package.read(part).decode("utf-8", "ignore").casefold()
        for table, parts in found.items():
            if f"{table}[" in text:
                parts.append(part)
    return found


def _rename(table: PlacedTable, old: str, new: str) -> None:
    columns = table.columns()
    column = columns[old.casefold()]
    if columns.get(new.casefold(), column) != column:
        raise WorkbookError(f'The table "{table.name}" has both "{old}" and "{new}".', "Remove one of the columns.")
    table.column_items()[column - table.area.left].set("name", column_name(new))
    table.book.package.touch(table.part)
    table.put_heading(column, new, like=column)


def _rename_in_formulas(table: PlacedTable, parts: Collection[str], old: str, new: str) -> None:
    """Give structured references, such as Table[Old], the new name in every sheet, table and defined name."""
    package = table.book.package
    before, after = f"[{_in_brackets(old)}]", f"[{_in_brackets(new)}]"
    for part in parts:
        for item in package.tree(part).iter(*_FORMULA_TAGS):
            if before not in (item.text or ""):
                continue
            text = with_ranges(item.text or "", lambda t: _renamed(t, table.name, before, after))
            if text != item.text:
                item.text = text
                package.touch(part)


def _renamed(operand: str, table: str, before: str, after: str) -> str:
    return operand.replace(before, after) if operand.casefold().startswith(f"{table.casefold()}[") else operand


def _in_brackets(heading: str) -> str:
    return "".join(f"'{c}" if c in "[]#'" else c for c in heading)
