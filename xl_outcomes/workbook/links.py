"""Links of cells in a closed workbook: to rows of its tables and to files, written where they differ and only there."""

import posixpath
from collections.abc import Collection

from lxml import etree

from xl_outcomes.workbook.grid import Area, GridBook, cell_name
from xl_outcomes.workbook.markup import insert_in_order, tag
from xl_outcomes.workbook.package import OFFICE, Package
from xl_outcomes.workbook.placed_table import PlacedTable, find_table
from xl_outcomes.workbook.writes import Goto, Links, file_address, location

_ID = f"{{{OFFICE}}}id"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MOST = 65_530  # links that Excel takes on one sheet
_LONGEST = 2_079  # characters of an address
_ORDER = (
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst"
)

Spots = dict[str, PlacedTable]
_Target = tuple[str, str]  # an address outside the workbook, a place in it


def put_links(book: GridBook, name: str, links: Links, spots: Spots) -> None:
    """Let cells of a table, by heading and row, lead where they are to; other links under those headings go.

    To be called once all tables are written: `spots` remembers where they stand. A link that is right keeps its XML.
    """
    if not links:
        return
    table = _spot(book, name, spots)
    wanted = _wanted(book, table, links, spots)
    columns = linked_columns(table, links)
    for link, area in _links_in(table, columns):
        place = str(area)
        if place in wanted and _says(book, table, link) == (wanted[place], True):
            del wanted[place]
        elif area.bottom <= table.area.bottom:
            _remove(book.package, table, link)
    for place, target in wanted.items():
        _add(book.package, table, place, target)


def drop_links(table: PlacedTable, columns: Collection[int], end: int) -> None:
    """Take away our links in some columns that stand below the new last row of data."""
    for link, area in _links_in(table, columns):
        if end < area.top <= area.bottom <= table.area.bottom:
            _remove(table.book.package, table, link)


def linked_columns(table: PlacedTable, links: Links) -> set[int]:
    """The numbers of the columns under the headings that have links."""
    columns = table.columns()
    return {columns[heading.casefold()] for heading in links}


def _wanted(book: GridBook, table: PlacedTable, links: Links, spots: Spots) -> dict[str, _Target]:
    """The targets of the table's cells, by their names."""
    columns, first = table.columns(), table.area.top + 1
    found: dict[str, _Target] = {}
    for heading, places in links.items():
        for row, goto in enumerate(places, first):
            target = None if goto is None else _target(book, goto, spots)
            if target is not None:
                found[cell_name(row, columns[heading.casefold()])] = target
    return found


def _target(book: GridBook, goto: Goto, spots: Spots) -> _Target | None:
    if goto.file:
        address = file_address(goto.file)
        return (address, goto.place) if len(address) <= _LONGEST else None
    spot = _spot(book, goto.table, spots)
    row = spot.area.top if goto.row is None else spot.area.top + 1 + goto.row
    return "", location(spot.sheet.name, row, spot.area.left)


def _spot(book: GridBook, name: str, spots: Spots) -> PlacedTable:
    key = name.casefold()
    if key not in spots:
        spots[key] = find_table(book, name)
    return spots[key]


def _links_in(table: PlacedTable, columns: Collection[int]) -> list[tuple[etree._Element, Area]]:
    """The sheet's links below the table's headings that stand on these columns and on no other, with their places."""
    found = []
    for link in table.sheet.root.iterfind(f"{tag('hyperlinks')}/{tag('hyperlink')}"):
        try:
            area = Area.of(link.get("ref", ""))
        except ValueError:
            continue
        if set(range(area.left, area.right + 1)) <= set(columns) and area.top > table.area.top:
            found.append((link, area))
    return found


def _says(book: GridBook, table: PlacedTable, link: etree._Element) -> tuple[_Target, bool]:
    """Where a link leads, and whether the text that it remembers is still the cell's."""
    relation = _relation(book.package, table, link.get(_ID))
    outside = "" if relation is None else relation.get("Target", "")
    area = Area.of(link.get("ref", ""))
    held = book.content(table.sheet.cells(area.top).get(area.left))
    remembered = link.get("display")
    fresh = remembered is None or (held is not None and held[1] == remembered)
    return (outside, link.get("location", "").replace("$", "")), fresh


def _add(package: Package, table: PlacedTable, place: str, target: _Target) -> None:
    root = table.sheet.root
    links = root.find(tag("hyperlinks"))
    if links is None:
        links = etree.Element(tag("hyperlinks"))
        insert_in_order(root, links, _ORDER)
    if len(links) >= _MOST:
        return
    address, inside = target
    link = etree.SubElement(links, tag("hyperlink"), ref=place)
    if address:
        link.set(_ID, _relate(package, table, address))
    if inside:
        link.set("location", inside)
    package.touch(table.sheet.part)


def _remove(package: Package, table: PlacedTable, link: etree._Element) -> None:
    """Take a link away, with its relationship if no other link needs that."""
    links = link.getparent()
    if links is None:
        return
    links.remove(link)
    relation = _relation(package, table, link.get(_ID))
    if relation is not None and not any(other.get(_ID) == link.get(_ID) for other in links):
        _relations(package, table).remove(relation)
        package.touch(_relations_name(package, table))
    if len(links) == 0:
        table.sheet.root.remove(links)
    package.touch(table.sheet.part)


def _relation(package: Package, table: PlacedTable, key: str | None) -> etree._Element | None:
    if key is None:
        return None
    return next((item for item in _relations(package, table) if item.get("Id") == key), None)


def _relate(package: Package, table: PlacedTable, address: str) -> str:
    """The id of the sheet's relationship to an address outside; a new one where it has none."""
    root, kind = _relations(package, table), f"{OFFICE}/hyperlink"
    known = (item for item in root if item.get("Type") == kind and item.get("Target") == address)
    relation = next(known, None)
    if relation is None:
        taken = {item.get("Id") for item in root}
        key = next(key for number in range(1, len(taken) + 2) if (key := f"rId{number}") not in taken)
        relation = etree.SubElement(root, _RELATION, Id=key, Type=kind, Target=address, TargetMode="External")
        package.touch(_relations_name(package, table))
    return relation.get("Id", "")


def _relations(package: Package, table: PlacedTable) -> etree._Element:
    return package.tree(_relations_name(package, table))


def _relations_name(package: Package, table: PlacedTable) -> str:
    """The part with the sheet's relationships, which it has because it has a table."""
    folder, name = posixpath.split(table.sheet.part)
    wanted = posixpath.join(folder, "_rels", f"{name}.rels")
    return package.find(wanted) or wanted
