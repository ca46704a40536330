"""A named table in its sheet: found by name, given room, widened, and resized with the rules and names of its rows.

Notes, links and sparklines that stand on its cells travel with their rows, and hidden rows stay hidden.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from xl_outcomes.errors import FileError, WorkbookError
from xl_outcomes.workbook.cell_values import column_name, unescape
from xl_outcomes.workbook.formulas import is_reference, with_ranges
from xl_outcomes.workbook.grid import LAST_COLUMN, LAST_ROW, Area, GridBook, GridSheet, cell_name
from xl_outcomes.workbook.markup import tag
from xl_outcomes.workbook.package import Package, table_parts, workbook_part, worksheets

_RULES = ("dataValidation", "conditionalFormatting", "protectedRange", "ignoredError")
_X14_AREAS = "{http://schemas.microsoft.com/office/excel/2006/main}sqref"
_X14_FORMULA = "{http://schemas.microsoft.com/office/excel/2006/main}f"
_DRAWN = "{urn:schemas-microsoft-com:office:excel}"
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table in its sheet: `area` from the header row to the last data row, `totals` rows below it.

    The last `added` columns are new.
    """

    book: GridBook
    sheet: GridSheet
    part: str
    root: etree._Element
    area: Area
    totals: int
    added: int = 0

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

    Raises WorkbookError where there is none, it has no header row or a query fills it.
    """
    found = _place(book, wanted.casefold())
    if found is None:
        raise WorkbookError(f'The workbook has no table named "{wanted}".', "Check the table's name in Excel.")
    sheet, sheet_part, part = found
    return _placed(book, book.sheet(sheet, sheet_part), part, book.package.tree(part))


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
    return replace(table, area=Area(left, top, right + len(missing), bottom), added=len(missing))


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
    for thing in _attached(table):
        if thing.area.meets(area):
            raise _in_the_way(table, max(thing.area.top, area.top), f"{thing.what} in {thing.area}")
    for number in sorted(n for n in table.sheet.rows if area.top <= n <= area.bottom):
        for column, cell in sorted(table.sheet.cells(number).items()):
            content = table.book.content(cell) if area.left <= column <= area.right else None
            if content is not None:
                raise _in_the_way(table, number, f"{str(content[1])[:60]!r} in {cell_name(number, column)}")


def carry(table: PlacedTable, moves: Mapping[int, int | None], end: int, linked: Collection[int] = ()) -> None:
    """Take what stands on the cells of rows that move along with them, and keep rows hidden that are; new ones show.

    `moves` leads from old to new sheet rows, to None for rows that go; `end` is the new last row of data. Links in the
    columns `linked` stay where they are. Raises WorkbookError where a row that is to go holds a note, link or
    sparkline, or where one cannot travel.
    """
    things = [thing for thing in _attached(table) if _concerns(thing, table, moves)] if moves else []
    things = [thing for thing in things if thing.what != "a link" or not _within(thing, linked)]
    for thing in things:
        _check_journey(thing, table, moves)
    if any(thing.what == "a note" for thing in things):
        things += [box for box in _boxes(table) if _concerns(box, table, moves)]
    for thing in things:
        target = moves[thing.area.top]
        if target is not None:
            _shift(thing, table, target - thing.area.top)
    _hide_again(table, moves, end)


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
        _stretch_names(table, end)


def _place(book: GridBook, key: str) -> tuple[str, str, str] | None:
    """Where a table is, by its name in lower case; those met on the way to it are remembered."""
    if key not in book.places:
        for sheet, sheet_part in worksheets(book.package):
            for part in table_parts(book.package, sheet_part):
                name = book.package.tree(part).get("displayName", "").casefold()
                book.places.setdefault(name, (sheet, sheet_part, part))
            if key in book.places:
                break
    return book.places.get(key)


def _placed(book: GridBook, sheet: GridSheet, part: str, root: etree._Element) -> PlacedTable:
    if root.get("headerRowCount", "1") != "1":
        raise WorkbookError(
            f'The table "{root.get("displayName")}" has no header row.', "Turn its header row on in Excel."
        )
    if root.get("tableType") == "queryTable":
        raise WorkbookError(
            f'A query fills the table "{root.get("displayName")}", so its next refresh would lose what is written.',
            "In Excel choose Table Design, Unlink, and try again.",
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


def _stretch_names(table: PlacedTable, end: int) -> None:
    """Let defined names, print areas among them, that are exactly columns of the table keep being so."""
    package = table.book.package
    workbook = workbook_part(package)
    for name in package.tree(workbook).iterfind(f"{tag('definedNames')}/{tag('definedName')}"):
        text = name.text or ""
        new = with_ranges(text, lambda operand: _stretched_range(operand, table, end))
        if new != text and is_reference(text):
            name.text = new
            package.touch(workbook)


def _stretched_range(operand: str, table: PlacedTable, end: int) -> str:
    """A range with its sheet; if it covers columns of the table from the header or first row on, to the new end."""
    left, top, right, bottom = table.area
    place, _, cells = operand.rpartition("!")
    letters = cells.rstrip(_DIGITS)
    if ":" not in cells or _unquoted(place).casefold() != table.sheet.name.casefold():
        return operand
    try:
        area = Area.of(cells)
    except ValueError:
        return operand
    ours = left <= area.left and area.right <= right and cells[len(letters) :] == str(area.bottom)
    if ours and area.bottom == bottom and top <= area.top <= top + 1:
        return f"{place}!{letters}{end}"
    if ours and area.bottom == bottom + table.totals and area.top == top:
        return f"{place}!{letters}{end + table.totals}"
    return operand


def _unquoted(place: str) -> str:
    return place[1:-1].replace("''", "'") if place.startswith("'") else place


@dataclass(frozen=True, slots=True)
class _Attached:
    """Something that stands on cells: what to call it, where, the part it is written in and its element."""

    what: str
    area: Area
    part: str
    item: etree._Element


def _attached(table: PlacedTable) -> Iterator[_Attached]:
    """The links, sparklines and notes of the table's sheet."""
    package, part, root = table.book.package, table.sheet.part, table.sheet.root
    for link in root.iterfind(f"{tag('hyperlinks')}/{tag('hyperlink')}"):
        yield from _standing("a link", link.get("ref"), part, link)
    for area in root.iterfind(f"{tag('extLst')}//{{*}}sparkline/{_X14_AREAS}"):
        yield from _standing("a sparkline", area.text, part, area)
    for comments in (*_parts(package, part, "comments"), *_parts(package, part, "threadedComment")):
        for note in package.tree(comments).iter("{*}comment", "{*}threadedComment"):
            yield from _standing("a note", note.get("ref"), comments, note)


def _standing(what: str, ref: str | None, part: str, item: etree._Element) -> Iterator[_Attached]:
    """Something on a reference; nothing where the reference names no cells."""
    with contextlib.suppress(ValueError):
        yield _Attached(what, Area.of(ref or ""), part, item)


def _boxes(table: PlacedTable) -> Iterator[_Attached]:
    """The boxes in which the notes of the table's sheet are drawn."""
    package = table.book.package
    for drawing in _parts(package, table.sheet.part, "vmlDrawing"):
        try:
            root = package.tree(drawing)
        except FileError as error:
            raise WorkbookError(
                f'Notes in the table "{table.name}" on sheet "{table.sheet.name}" cannot move with their rows, '
                f"because the drawing that shows them cannot be read. {error.message}",
                "Move them out of the table and try again.",
            ) from None
        for item in root.iter(f"{_DRAWN}ClientData"):
            row, column = (item.findtext(f"{_DRAWN}{name}", "").strip() for name in ("Row", "Column"))
            if item.get("ObjectType") == "Note" and row.isdecimal() and column.isdecimal():
                cell = cell_name(int(row) + 1, int(column) + 1)
                yield _Attached("a box", Area.of(cell), drawing, item)


def _parts(package: Package, sheet: str, kind: str) -> list[str]:
    found = (package.find(relation.target) for relation in package.relations(sheet) if relation.kind == kind)
    return [part for part in found if part]


def _concerns(thing: _Attached, table: PlacedTable, moves: Mapping[int, int | None]) -> bool:
    """Whether something stands on a cell of the table whose row moves or goes."""
    left, top, right, bottom = table.area
    if not thing.area.meets(Area(left, top + 1, right, bottom + table.totals)):
        return False
    return thing.area.top in moves or any(thing.area.top < row <= thing.area.bottom for row in moves)


def _within(thing: _Attached, columns: Collection[int]) -> bool:
    return all(column in columns for column in range(thing.area.left, thing.area.right + 1))


def _check_journey(thing: _Attached, table: PlacedTable, moves: Mapping[int, int | None]) -> None:
    left, _, right, _ = table.area
    where = f'the table "{table.name}" on sheet "{table.sheet.name}"'
    if thing.area.top != thing.area.bottom or not left <= thing.area.left <= thing.area.right <= right:
        raise WorkbookError(
            f"Rows of {where} are to move or go, but {thing.what} covers {thing.area}.",
            "Give each of the cells its own, or remove it, and try again.",
        )
    if moves[thing.area.top] is None:
        raise WorkbookError(
            f"Row {thing.area.top} of {where} is to go, but it holds {thing.what} in {thing.area}.",
            "Move that out of the table, or delete it, and try again.",
        )


def _shift(thing: _Attached, table: PlacedTable, rows: int) -> None:
    """Move something down by so many rows; a sparkline that shows cells of its own row shows those of the new one."""
    old, new = thing.area, thing.area._replace(top=thing.area.top + rows, bottom=thing.area.bottom + rows)
    if thing.what == "a box":
        _shift_box(thing.item, rows)
    elif thing.what == "a sparkline":
        thing.item.text = str(new)
        for shown in thing.item.itersiblings(_X14_FORMULA, preceding=True):
            shown.text = _in_row(shown.text or "", table.sheet.name, old.top, new.top)
    else:
        thing.item.set("ref", str(new))
    if thing.part == table.sheet.part:
        table.sheet.reshaped = True
    else:
        table.book.package.touch(thing.part)


def _shift_box(item: etree._Element, rows: int) -> None:
    for row in item.iterchildren(f"{_DRAWN}Row"):
        row.text = str(int(row.text or "0") + rows)
    for anchor in item.iterchildren(f"{_DRAWN}Anchor"):
        numbers = [part.strip() for part in (anchor.text or "").split(",")]
        if len(numbers) == 8 and all(number.isdecimal() for number in numbers):
            # A box may begin above the row of its cell, but not above the sheet.
            by = max(rows, -int(numbers[2]))
            numbers[2], numbers[6] = str(int(numbers[2]) + by), str(int(numbers[6]) + by)
            anchor.text = ", ".join(numbers)


def _in_row(text: str, sheet: str, old: int, new: int) -> str:
    """A reference to cells of one row of a sheet, moved to another row; any other reference as it is."""
    place, _, cells = text.rpartition("!")
    ends = cells.split(":")
    letters = [end.rstrip(_DIGITS) for end in ends]
    alike = all(end == f"{word}{old}" for end, word in zip(ends, letters, strict=True))
    if not alike or _unquoted(place).casefold() != sheet.casefold():
        return text
    return f"{place}!{':'.join(f'{word}{new}' for word in letters)}"


def _hide_again(table: PlacedTable, moves: Mapping[int, int | None], end: int) -> None:
    _, top, _, bottom = table.area
    rows = range(top + 1, max(bottom, end) + table.totals + 1)
    hidden = {number for number in rows if table.sheet.is_hidden(number)}
    came = {new: old for old, new in moves.items()}
    stays = range(top + 1, bottom + table.totals + 1)
    for number in rows if hidden else ():
        before = came.get(number, number if number in stays and number not in moves else None)
        table.sheet.set_hidden(number, before in hidden)
