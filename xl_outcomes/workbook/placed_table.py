"""A named table in its sheet: found by name, given room, widened, and resized with the rules that cover its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import etree

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.cell_values import column_name, unescape
from xl_outcomes.workbook.grid import LAST_COLUMN, LAST_ROW, Area, GridBook, GridSheet, cell_name
from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.package import table_parts, worksheets

_RULES = ("dataValidation", "conditionalFormatting")
_X14_AREAS = "{http://schemas.microsoft.com/office/excel/2006/main}sqref"


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table in its sheet: `area` from the header row to the last data row, `totals` rows below it."""

    book: GridBook
    sheet: GridSheet
    part: str
    root: etree._Element
    area: Area
    totals: int

    @property
    def name(self) -> str:
        """The display name."""
        return self.root.get("displayName", "")

    def columns(self) -> dict[str, int]:
        """Column numbers by heading, lower case."""
        names = (unescape(item.get("name", "")).casefold() for item in self.column_items())
        return {name: at for at, name in enumerate(names, self.area.left)}

    def column_items(self) -> list[etree._Element]:
        """The elements that describe the columns, in order."""
        return self.root.findall(f"{tag('tableColumns')}/{tag('tableColumn')}")

    def put_heading(self, column: int, heading: str, like: int) -> None:
        """Write a heading into the header row, looking like the one of another column."""
        model = self.sheet.cells(self.area.top).get(like)
        look = None if model is None else model.get("s")
        self.sheet.put(self.area.top, column, self.book.new_cell(self.area.top, column, look, heading))


def find_table(book: GridBook, wanted: str) -> PlacedTable:
    """The table of a display name, in any case, as it stands now.

    Raises WorkbookError where there is none or it has no header row.
    """
    for name, part in worksheets(book.package):
        for table_part in table_parts(book.package, part):
            root = book.package.tree(table_part)
            if root.get("displayName", "").casefold() == wanted.casefold():
                return _placed(book, book.sheet(name, part), table_part, root)
    raise WorkbookError(f'The workbook has no table named "{wanted}".', "Check the table's name in Excel.")


def widened(table: PlacedTable, headings: Sequence[str], rows: int) -> PlacedTable:
    """The table with the headings that it lacks added at its right end, where there is room for so many rows."""
    known = table.columns()
    missing = [heading for heading in headings if heading.casefold() not in known]
    if not missing:
        return table
    left, top, right, bottom = table.area
    depth = max(bottom, top + rows) + table.totals
    check_room(table, Area(right + 1, top, right + len(missing), depth))
    for column, heading in enumerate(missing, right + 1):
        _add_column(table, column, heading)
    return replace(table, area=Area(left, top, right + len(missing), bottom))


def check_room(table: PlacedTable, area: Area) -> None:
    """Raise WorkbookError if anything but blank cells stands in an area that the table is to take."""
    if area.bottom > LAST_ROW or area.right > LAST_COLUMN:
        raise WorkbookError(f'The table "{table.name}" would run off the edge of the sheet "{table.sheet.name}".')
    package = table.book.package
    roots = [package.tree(part) for part in table_parts(package, table.sheet.part)]
    blocks = {
        f'the table "{root.get("displayName")}"': root.get("ref", "A1") for root in roots if root is not table.root
    }
    blocks |= {f"merged cells ({m.get('ref')})": m.get("ref", "A1") for m in table.sheet.root.iter(tag("mergeCell"))}
    for what, ref in blocks.items():
        if Area.of(ref).meets(area):
            raise _in_the_way(table, max(Area.of(ref).top, area.top), what)
    for number in sorted(n for n in table.sheet.rows if area.top <= n <= area.bottom):
        for column, cell in sorted(table.sheet.cells(number).items()):
            content = table.book.content(cell) if area.left <= column <= area.right else None
            if content is not None:
                raise _in_the_way(table, number, f"{str(content[1])[:60]!r} in {cell_name(number, column)}")


def resize(table: PlacedTable, end: int) -> None:
    """Bring the table's ranges, and the rules that cover its columns, to their new last row."""
    left, top, right, bottom = table.area
    whole = Area(left, top, right, end + table.totals)
    if str(whole) != table.root.get("ref"):
        table.root.set("ref", str(whole))
        for item in table.root.iterdescendants():
            if item.get("ref"):
                old = Area.of(item.get("ref", ""))
                is_filter = item.tag == tag("autoFilter")
                item.set("ref", str(Area(old.left, old.top, right if is_filter else old.right, end)))
        table.book.package.touch(table.part)
    if end != bottom:
        _stretch_rules(table, end)


def _placed(book: GridBook, sheet: GridSheet, part: str, root: etree._Element) -> PlacedTable:
    if root.get("headerRowCount", "1") != "1":
        raise WorkbookError(
            f'The table "{root.get("displayName")}" has no header row.', "Turn its header row on in Excel."
        )
    area, totals = Area.of(root.get("ref", "A1")), int(root.get("totalsRowCount", "0"))
    return PlacedTable(book, sheet, part, root, area._replace(bottom=area.bottom - totals), totals)


def _add_column(table: PlacedTable, column: int, heading: str) -> None:
    items = table.column_items()
    number = 1 + max(int(item.get("id", "0")) for item in items)
    new = etree.Element(tag("tableColumn"), id=str(number), name=column_name(heading))
    items[-1].addnext(new)
    table.root.findall(tag("tableColumns"))[0].set("count", str(len(items) + 1))
    table.book.package.touch(table.part)
    table.put_heading(column, heading, like=column - 1)


def _in_the_way(table: PlacedTable, row: int, what: str) -> WorkbookError:
    return WorkbookError(
        f'The table "{table.name}" on sheet "{table.sheet.name}" needs more room, but row {row} holds {what}.',
        "Move it down, or to another place, and try again.",
    )


def _stretch_rules(table: PlacedTable, end: int) -> None:
    """Let validations and conditional formats that cover all data rows of our columns cover the new ones."""
    left, top, right, bottom = table.area

    def stretched(ref: str) -> str:
        area = Area.of(ref)
        covers = left <= area.left and area.right <= right and top <= area.top <= top + 1 and area.bottom == bottom
        return str(area._replace(bottom=end)) if covers else ref

    blocks = [block for block in table.sheet.root if block is not table.sheet.data]
    for item in (item for block in blocks for item in block.iter(etree.Element)):
        if item.tag in map(tag, _RULES) and item.get("sqref"):
            item.set("sqref", " ".join(map(stretched, item.get("sqref", "").split())))
        elif item.tag == _X14_AREAS and _local(item.getparent()) in _RULES:
            item.text = " ".join(map(stretched, (item.text or "").split()))
    table.sheet.reshaped = True


def _local(item: etree._Element | None) -> str:
    return "" if item is None else etree.QName(item).localname
