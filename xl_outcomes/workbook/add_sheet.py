"""Whole sheets, each with a table, for workbooks that somebody else made.

Existing style indexes, ids and names are never disturbed: everything new is appended.
"""

import datetime as dt
import itertools
import posixpath
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import quoteattr

from lxml import etree
from openpyxl.utils.cell import get_column_letter

from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.cell_values import column_name, fill, is_1904
from xl_outcomes.workbook.markup import add_part, element, tag
from xl_outcomes.workbook.package import MAIN, OFFICE, Package, table_parts, workbook_part, worksheets
from xl_outcomes.workbook.package_styles import RATING_COLOURS, Styles
from xl_outcomes.workbook.writes import TEXT_LIMIT, NewSheet, Value, clean, free_name

__all__ = ["TEXT_LIMIT", "NewSheet", "Value", "add_sheets"]

_SHEET = (
    f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
    '<dimension ref="A1:{end}"/><sheetViews><sheetView workbookViewId="0"><pane ySplit="{top}" topLeftCell="{below}" '
    'activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="{below}" sqref="{below}"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData/>{colours}'
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    '<tableParts count="1"><tablePart r:id="{table}"/></tableParts></worksheet>'
)
_TABLE = (
    f'<table xmlns="{MAIN}" id="{{number}}" name={{name}} displayName={{name}} ref="{{area}}" totalsRowShown="0">'
    '<autoFilter ref="{area}"/><tableColumns count="{count}">{columns}</tableColumns><tableStyleInfo '
    'name="TableStyleLight1" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/></table>'
)


def add_sheets(package: Package, additions: Sequence[NewSheet], style: HouseStyle = SHIPPED) -> None:
    """Append sheets in the house style, each with its table, to a package.

    Raises WorkbookError where a table's name is taken or its headings are not distinct.
    """
    styles = Styles(package, style)
    for sheet in additions:
        _add_sheet(package, styles, sheet)


def _add_sheet(package: Package, styles: Styles, sheet: NewSheet) -> None:
    _check(package, sheet)
    workbook = workbook_part(package)
    folder = posixpath.dirname(workbook)
    part = package.unused(posixpath.join(folder, "worksheets/sheet{}.xml"))
    table_part = package.unused(posixpath.join(folder, "tables/table{}.xml"))
    top = sheet.top
    area = f"A{top}:{get_column_letter(len(sheet.headings))}{top + max(1, len(sheet.rows))}"
    relation = add_part(package, part, "table", table_part, _table(package, sheet, area))
    below, end = f"A{top + 1}", area.split(":")[1]
    widths, colours = _widths(sheet), _colours(styles, sheet, top)
    root = element(_SHEET.format(end=end, top=top, below=below, widths=widths, colours=colours, table=relation))
    _write_cells(root, styles, sheet, top, is_1904(package))
    _list_sheet(package, sheet, add_part(package, workbook, "worksheet", part, root))


def _check(package: Package, sheet: NewSheet) -> None:
    known = {root.get("displayName", "").casefold() for root in _table_roots(package)}
    names = package.tree(workbook_part(package)).iterfind(f"{tag('definedNames')}/{tag('definedName')}")
    sheet.check(known | {name.get("name", "").casefold() for name in names})


def _table_roots(package: Package) -> list[etree._Element]:
    return [package.tree(table) for _, sheet in worksheets(package) for table in table_parts(package, sheet)]


def _write_cells(root: etree._Element, styles: Styles, sheet: NewSheet, top: int, base_1904: bool) -> None:
    data = root.findall(tag("sheetData"))[0]
    if sheet.title:
        _write_row(data, 1, [(sheet.title, styles.title())], base_1904)
    header = styles.header()
    _write_row(data, top, [(heading, header) for heading in sheet.headings], base_1904)
    body = styles.body()
    looks: dict[type, int] = {dt.date: styles.dated(body, False), dt.datetime: styles.dated(body, True)}
    for number, row in enumerate(sheet.rows or [()], top + 1):
        values = [clean(value) for value, _ in itertools.zip_longest(row, sheet.headings)]
        cells = [(value, looks.get(type(value), body)) for value in values]
        _write_row(data, number, cells, base_1904)


def _write_row(data: etree._Element, number: int, cells: Iterable[tuple[Value, int]], base_1904: bool) -> None:
    row = etree.SubElement(data, tag("row"), r=str(number))
    for column, (value, look) in enumerate(cells, 1):
        fill(etree.SubElement(row, tag("c"), r=f"{get_column_letter(column)}{number}", s=str(look)), value, base_1904)


def _widths(sheet: NewSheet) -> str:
    widths = enumerate(sheet.all_widths, 1)
    return "".join(f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1"/>' for at, width in widths)


def _colours(styles: Styles, sheet: NewSheet, top: int) -> str:
    blocks, priority = [], itertools.count(1)
    for heading in sheet.ratings:
        column = get_column_letter(sheet.headings.index(heading) + 1)
        first, last = f"{column}{top + 1}", f"{column}{top + max(1, len(sheet.rows))}"
        rules = "".join(
            f'<cfRule type="expression" dxfId="{styles.rating(word)}" priority="{next(priority)}">'
            f'<formula>OR({first}="{word}",{first}="{word}*")</formula></cfRule>'
            for word in RATING_COLOURS
        )
        blocks.append(f'<conditionalFormatting sqref="{first}:{last}">{rules}</conditionalFormatting>')
    return "".join(blocks)


def _table(package: Package, sheet: NewSheet, area: str) -> etree._Element:
    number = 1 + max((int(root.get("id", "0")) for root in _table_roots(package)), default=0)
    names = enumerate((quoteattr(column_name(heading)) for heading in sheet.headings), 1)
    columns = "".join(f'<tableColumn id="{at}" name={name}/>' for at, name in names)
    name, count = quoteattr(sheet.table), len(sheet.headings)
    return element(_TABLE.format(number=number, name=name, area=area, count=count, columns=columns))


def _list_sheet(package: Package, sheet: NewSheet, relation: str) -> None:
    workbook = workbook_part(package)
    sheets = package.tree(workbook).findall(tag("sheets"))[0]
    number = 1 + max((int(item.get("sheetId", "0")) for item in sheets), default=0)
    name = free_name(sheet.name, {item.get("name", "").casefold() for item in sheets})
    item = etree.SubElement(sheets, tag("sheet"), {"name": name, "sheetId": str(number)})
    if sheet.hidden:
        item.set("state", "hidden")
    item.set(f"{{{OFFICE}}}id", relation)
    package.touch(workbook)
