"""Whole sheets, each with its tables, for workbooks that somebody else made.

Existing style indexes, ids and names are never disturbed: everything new is appended.
"""

import itertools
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import quoteattr

from lxml import etree
from openpyxl.utils.cell import get_column_letter

from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.cell_values import column_name, fill, is_1904
from xl_outcomes.workbook.grid import Area
from xl_outcomes.workbook.markup import add_part, element, insert_in_order, tag
from xl_outcomes.workbook.new_sheet_looks import Looks, looks_of
from xl_outcomes.workbook.package import MAIN, OFFICE, Package, table_parts, workbook_part, worksheets
from xl_outcomes.workbook.text_size import text_height
from xl_outcomes.workbook.writes import TEXT_LIMIT, Block, NewSheet, Value, clean, free_name

__all__ = ["TEXT_LIMIT", "Block", "NewSheet", "Value", "add_sheets"]

_SHEET = (
    f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    '<dimension ref="{whole}"/><sheetViews><sheetView showGridLines="0" workbookViewId="0">{frozen}</sheetView>'
    "</sheetViews>"
    '<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData/>{merged}{colours}'
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>{tables}</worksheet>"
)
_FROZEN = (
    '<pane ySplit="{row}" topLeftCell="{below}" activePane="bottomLeft" state="frozen"/>'
    '<selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/>'
)
_TABLE = (
    f'<table xmlns="{MAIN}" id="{{number}}" name={{name}} displayName={{name}} ref="{{area}}" totalsRowShown="0">'
    '{filters}<tableColumns count="{count}">{columns}</tableColumns><tableStyleInfo '
    'name="TableStyleLight1" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>'
)
_PRINT_TITLES = "_xlnm.Print_Titles"
_NAMES_ORDER = (
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
)
_INDENTS = {"apart": 1, "right": 1}  # characters
_BOLD, _BUTTON = 1.1, 3  # a heading is so much wider than its text, and its filter button takes so many characters

_Cell = tuple[Value, int]


def add_sheets(package: Package, additions: Sequence[NewSheet], style: HouseStyle = SHIPPED) -> None:
    """Append sheets in the house style, each with its tables, to a package.

    Raises WorkbookError where a table's name is taken or its headings are not distinct.
    """
    roots = [package.tree(table) for _, sheet in worksheets(package) for table in table_parts(package, sheet)]
    taken = {root.get("displayName", "").casefold() for root in roots} | _defined_names(package)
    for sheet in additions:
        taken |= sheet.check(taken)
    numbers = itertools.count(1 + max((int(root.get("id", "0")) for root in roots), default=0))
    looks, base_1904 = looks_of(package, style), is_1904(package)
    for sheet in additions:
        _add_sheet(package, looks, sheet, numbers, base_1904)


def _add_sheet(package: Package, looks: Looks, sheet: NewSheet, numbers: Iterator[int], base_1904: bool) -> None:
    workbook = workbook_part(package)
    folder = posixpath.dirname(workbook)
    part = package.unused(posixpath.join(folder, "worksheets/sheet{}.xml"))
    areas = _areas(sheet)
    relations = []
    for block, area in zip(sheet.blocks, areas, strict=True):
        table = _table(block, area, next(numbers), filters=sheet.is_single)
        name = package.unused(posixpath.join(folder, "tables/table{}.xml"))
        relations.append(add_part(package, part, "table", name, table))
    root = _sheet(sheet, areas, looks, relations)
    _write_cells(root, sheet, looks, base_1904)
    _list_sheet(package, sheet, add_part(package, workbook, "worksheet", part, root))


def _defined_names(package: Package) -> set[str]:
    names = package.tree(workbook_part(package)).iterfind(f"{tag('definedNames')}/{tag('definedName')}")
    return {name.get("name", "").casefold() for name in names}


def _areas(sheet: NewSheet) -> list[Area]:
    """Where each table stands, with its row of headings."""
    pairs = zip(sheet.tops, sheet.blocks, strict=True)
    return [Area(1, top, len(block.headings), top + block.depth) for top, block in pairs]


def _sheet(sheet: NewSheet, areas: Sequence[Area], looks: Looks, relations: Sequence[str]) -> etree._Element:
    """The sheet without its cells."""
    widths = enumerate(sheet.all_widths, 1)
    right = max(area.right for area in areas)
    merged = [f'<mergeCell ref="{Area(1, row, right, row)}"/>' for row in range(1, len(sheet.lines) + 1) if right > 1]
    tables = "".join(f'<tablePart r:id="{relation}"/>' for relation in relations)
    text = _SHEET.format(
        whole=Area(1, 1, right, areas[-1].bottom),
        frozen=_FROZEN.format(row=sheet.frozen, below=f"A{sheet.frozen + 1}") if sheet.frozen else "",
        widths="".join(f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1"/>' for at, width in widths),
        merged=f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>' if merged else "",
        colours=_colours(sheet, areas, looks.ratings),
        tables=f'<tableParts count="{len(relations)}">{tables}</tableParts>',
    )
    return element(text)


def _write_cells(root: etree._Element, sheet: NewSheet, looks: Looks, base_1904: bool) -> None:
    data = root.findall(tag("sheetData"))[0]
    widths = sheet.all_widths
    lines = zip(sheet.lines, sheet.line_heights(widths), (looks.title, looks.note), strict=False)
    for row, ((text, _), height, look) in enumerate(lines, 1):
        # Rows of merged cells never fit themselves.
        _write_row(data, row, [(text, look)], base_1904, height).set("customHeight", "1")
    for top, block in zip(sheet.tops, sheet.blocks, strict=True):
        if block.caption:
            _write_row(data, top - 1, [(block.caption, looks.caption)], base_1904)
        _write_block(data, top, block, widths, looks, base_1904, _BUTTON if sheet.is_single else 0)


def _write_block(
    data: etree._Element,
    top: int,
    block: Block,
    widths: Sequence[float],
    looks: Looks,
    base_1904: bool,
    button: float,
) -> None:
    rows = [[clean(value) for value, _ in itertools.zip_longest(row, block.headings)] for row in block.rows or [()]]
    sides = block.sides
    headers, bodies = [looks.headers[side] for side in sides], [looks.bodies[side] for side in sides]
    taken = [button + _INDENTS.get(side, 0) for side in sides]
    room = [(width - less) / _BOLD for width, less in zip(widths, taken, strict=False)]
    height = text_height(zip(block.headings, room, strict=False))
    _write_row(data, top, zip(block.headings, headers, strict=True), base_1904, height)
    for number, values in enumerate(rows, top + 1):
        cells = [(value, looks.dates.get(type(value), body)) for value, body in zip(values, bodies, strict=True)]
        _write_row(data, number, cells, base_1904, text_height(zip(values, widths, strict=False)))


def _write_row(
    data: etree._Element, number: int, cells: Iterable[_Cell], base_1904: bool, height: float | None = None
) -> etree._Element:
    """A row, as high as given; Excel may fit it better."""
    row = etree.SubElement(data, tag("row"), r=str(number))
    if height is not None:
        row.set("ht", f"{height:g}")
    for column, (value, look) in enumerate(cells, 1):
        fill(etree.SubElement(row, tag("c"), r=f"{get_column_letter(column)}{number}", s=str(look)), value, base_1904)
    return row


def _colours(sheet: NewSheet, areas: Sequence[Area], ratings: Mapping[str, int]) -> str:
    blocks, priority = [], itertools.count(1)
    rated = ((b, area, heading) for b, area in zip(sheet.blocks, areas, strict=True) for heading in b.ratings)
    for block, area, heading in rated:
        column = get_column_letter(block.headings.index(heading) + 1)
        first, last = f"{column}{area.top + 1}", f"{column}{area.bottom}"
        rules = "".join(
            f'<cfRule type="expression" dxfId="{look}" priority="{next(priority)}">'
            f'<formula>OR({first}="{word}",{first}="{word}*")</formula></cfRule>'
            for word, look in ratings.items()
        )
        blocks.append(f'<conditionalFormatting sqref="{first}:{last}">{rules}</conditionalFormatting>')
    return "".join(blocks)


def _table(block: Block, area: Area, number: int, *, filters: bool) -> etree._Element:
    names = enumerate((quoteattr(column_name(heading)) for heading in block.headings), 1)
    columns = "".join(f'<tableColumn id="{at}" name={name}/>' for at, name in names)
    name, count = quoteattr(block.table), len(block.headings)
    buttons = f'<autoFilter ref="{area}"/>' if filters else ""
    return element(_TABLE.format(number=number, name=name, area=area, filters=buttons, count=count, columns=columns))


def _list_sheet(package: Package, sheet: NewSheet, relation: str) -> None:
    workbook = workbook_part(package)
    root = package.tree(workbook)
    sheets = root.findall(tag("sheets"))[0]
    number = 1 + max((int(item.get("sheetId", "0")) for item in sheets), default=0)
    name = free_name(sheet.name, {item.get("name", "").casefold() for item in sheets})
    item = etree.SubElement(sheets, tag("sheet"), {"name": name, "sheetId": str(number)})
    if sheet.hidden:
        item.set("state", "hidden")
    item.set(f"{{{OFFICE}}}id", relation)
    if sheet.frozen:
        _repeat_in_print(root, len(sheets) - 1, name, sheet.frozen)
    package.touch(workbook)


def _repeat_in_print(root: etree._Element, sheet: int, name: str, row: int) -> None:
    """Print a row on each page of a sheet (0 the first)."""
    names = root.find(tag("definedNames"))
    if names is None:
        names = etree.Element(tag("definedNames"))
        insert_in_order(root, names, _NAMES_ORDER)
    repeated = etree.SubElement(names, tag("definedName"), name=_PRINT_TITLES, localSheetId=str(sheet))
    repeated.text = "'{}'!${}:${}".format(name.replace("'", "''"), row, row)
