"""What we add to a workbook that somebody else made: cell values, styles, and whole sheets with a table.

Existing style indexes, ids and names are never disturbed: everything new is appended.
"""

import copy
import datetime as dt
import itertools
import math
import numbers
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import get_column_letter

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.package import MAIN, OFFICE, Package, table_parts, workbook_part, worksheets

Value = None | bool | float | int | str | dt.date | dt.datetime

TEXT_LIMIT = 32_767
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LIKE_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_EASTERN_DATES = frozenset({*range(27, 37), *range(50, 59)})
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STYLE_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
_FONT_ORDER = " b i strike condense extend outline shadow u vertAlign sz color name family charset scheme "
_PLAIN_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
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
_RATINGS = {"Green": ("FF1E7B34", "FFFFFFFF"), "Amber": ("FFFFBF00", "FF000000"), "Red": ("FFB3261E", "FFFFFFFF")}


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet that the package lacks, with one table.

    `name` is made unique where it is taken; `table` must be unused. A `title` stands in row 1 and moves the table to
    row 3. Cells under the headings in `ratings` are coloured by the words Green, Amber and Red, with or without "*".
    """

    name: str
    table: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: str = ""
    widths: tuple[float, ...] = ()
    ratings: tuple[str, ...] = ()
    hidden: bool = False


def add_sheets(package: Package, additions: Sequence[NewSheet]) -> None:
    """Append sheets, each with its table, to a package.

    Raises WorkbookError where a table's name is taken or its headings are not distinct.
    """
    styles = Styles(package)
    for sheet in additions:
        _add_sheet(package, styles, sheet)


def is_1904(package: Package) -> bool:
    """Whether the workbook counts its days from 1904."""
    settings = package.tree(workbook_part(package)).findall(tag("workbookPr"))
    return any(item.get("date1904") in {"1", "true"} for item in settings)


def tag(name: str) -> str:
    """A name in the main spreadsheet namespace."""
    return f"{{{MAIN}}}{name}"


def clean(value: Value) -> Value:
    """A value as a cell can hold it: plain types; blank text, NaN and NaT are None.

    Raises WorkbookError for infinite numbers and for text longer than a cell holds.
    """
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, str) and len(value.encode("utf-16-le", "surrogatepass")) // 2 > TEXT_LIMIT:
        raise WorkbookError(
            f'A cell holds at most {TEXT_LIMIT:,} characters; "{value[:40]}…" is longer.', "Shorten it."
        )
    if isinstance(value, dt.datetime):
        return dt.datetime.fromisoformat(value.isoformat()).replace(tzinfo=None)
    if isinstance(value, bool | str | dt.date):
        return value
    if isinstance(value, numbers.Integral) and abs(int(value)) < 2**53:
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    raise WorkbookError(f"A cell cannot hold {value!r}.", "Use a number, text, a date, or Yes and No.")


def serial(value: dt.date, base_1904: bool) -> float | None:
    """The day number of a date (and time), None for dates that Excel cannot count."""
    moment = value.replace(tzinfo=None) if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])
    days = (moment - dt.datetime(1904, 1, 1)) / dt.timedelta(days=1)
    if not base_1904:
        days = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        # Excel believes in 29 February 1900, so earlier days are one lower.
        days -= days < 61
    return days if days >= 1 else None


def fill(cell: etree._Element, value: Value, base_1904: bool) -> None:
    """Put a clean value into an empty cell element, text always as text."""
    plain = serial(value, base_1904) or str(value) if isinstance(value, dt.date) else value
    if isinstance(plain, str):
        cell.set("t", "inlineStr")
        _put_text(etree.SubElement(etree.SubElement(cell, tag("is")), tag("t")), plain)
    elif isinstance(plain, bool):
        cell.set("t", "b")
        etree.SubElement(cell, tag("v")).text = str(int(plain))
    elif plain is not None:
        whole = abs(plain) < 2**53 and plain == int(plain)
        etree.SubElement(cell, tag("v")).text = str(int(plain)) if whole else repr(plain)


def escape(text: str) -> str:
    """Text with what XML cannot hold written the _xHHHH_ way, and such words themselves protected."""
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", _LIKE_ESCAPE.sub("_x005F_", text))


def unescape(text: str) -> str:
    """The text that a cell or name with _xHHHH_ escapes shows."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def column_name(heading: str) -> str:
    """A heading as the `name` of a tableColumn, where line breaks are escaped too."""
    return escape(heading).replace("\n", "_x000a_").replace("\t", "_x0009_")


class Styles:
    """The package's styles part, made if it is missing; asks for styles by what they look like, as indexes."""

    __slots__ = ("_dates", "_package", "_part", "_root")

    def __init__(self, package: Package) -> None:
        workbook = workbook_part(package)
        if not package.related(workbook, "styles"):
            usual = posixpath.join(posixpath.dirname(workbook), "styles.xml")
            name = package.unused(usual.replace(".xml", "{}.xml")) if package.find(usual) else usual
            _add_part(package, workbook, "styles", name, _element(_PLAIN_STYLES))
        self._package, self._part = package, package.related(workbook, "styles") or ""
        self._root = package.tree(self._part)
        self._dates: dict[int, bool] = {}

    def is_date(self, style: int) -> bool:
        """Whether a cell style (an index into cellXfs) shows numbers as dates."""
        if style not in self._dates:
            number = int(self._base(style).get("numFmtId", "0"))
            custom = {int(i.get("numFmtId", "0")): i.get("formatCode", "") for i in self._find("numFmts")}
            code = custom.get(number) or BUILTIN_FORMATS.get(number, "")
            self._dates[style] = number in _EASTERN_DATES or is_date_format(code)
        return self._dates[style]

    def dated(self, style: int, with_time: bool) -> int:
        """The same style, showing numbers as yyyy-mm-dd or yyyy-mm-dd hh:mm."""
        code = "yyyy-mm-dd hh:mm" if with_time else "yyyy-mm-dd"
        return self._variant(style, {"numFmtId": str(self._number_format(code)), "applyNumberFormat": "1"})

    def body(self) -> int:
        """Wrapped text at the top of its cell."""
        return self._variant(0, {"applyAlignment": "1"}, {"vertical": "top", "wrapText": "1"})

    def header(self) -> int:
        """Bold on a light fill, wrapped."""
        fill = '<patternFill patternType="solid"><fgColor rgb="FFDDE3EA"/><bgColor indexed="64"/></patternFill>'
        looks = {"fontId": self._bold(""), "fillId": self._append("fills", _element(f"<fill>{fill}</fill>"))}
        given = {name: str(index) for name, index in looks.items()}
        applied = {"applyFont": "1", "applyFill": "1", "applyAlignment": "1"}
        return self._variant(0, given | applied, {"vertical": "center", "wrapText": "1"})

    def title(self) -> int:
        """Bold and large."""
        return self._variant(0, {"fontId": str(self._bold("14")), "applyFont": "1"})

    def rating(self, word: str) -> int:
        """The differential style (an index into dxfs) of a rating."""
        back, front = _RATINGS[word]
        fill = f'<patternFill patternType="solid"><fgColor rgb="{back}"/><bgColor rgb="{back}"/></patternFill>'
        return self._append("dxfs", _element(f'<dxf><font><color rgb="{front}"/></font><fill>{fill}</fill></dxf>'))

    def _variant(self, style: int, given: Mapping[str, str], alignment: Mapping[str, str] | None = None) -> int:
        changed = copy.deepcopy(self._base(style))
        for name, value in given.items():
            changed.set(name, value)
        if alignment:
            for old in changed.findall(tag("alignment")):
                changed.remove(old)
            changed.insert(0, etree.Element(tag("alignment"), dict(alignment)))
        return self._append("cellXfs", changed)

    def _base(self, style: int) -> etree._Element:
        styles = self._group("cellXfs")
        return styles[style if style < len(styles) else 0]

    def _bold(self, size: str) -> int:
        fonts = self._group("fonts")
        number = int(self._base(0).get("fontId", "0"))
        font = copy.deepcopy(fonts[number if number < len(fonts) else 0])
        for old in font.findall(tag("b")):
            font.remove(old)
        font.append(etree.Element(tag("b")))
        # Some programs write these out of order, which Excel forgives and strict readers do not.
        font[:] = sorted(font, key=lambda item: _FONT_ORDER.find(f" {etree.QName(item).localname} "))
        for item in font.findall(tag("sz")) if size else ():
            item.set("val", size)
        return self._append("fonts", font)

    def _number_format(self, code: str) -> int:
        known = {item.get("formatCode"): int(item.get("numFmtId", "0")) for item in self._find("numFmts")}
        if code in known:
            return known[code]
        new = max([163, *known.values()]) + 1
        self._append("numFmts", etree.Element(tag("numFmt"), numFmtId=str(new), formatCode=code))
        return new

    def _append(self, group: str, item: etree._Element) -> int:
        """The index of an item in a group: of one that says the same, or of a new one at the end."""
        items = self._group(group)
        wanted = _canonical(item)
        index = next((at for at, old in enumerate(items) if _canonical(old) == wanted), len(items))
        if index == len(items):
            items.append(item)
            items.set("count", str(len(items)))
            self._package.touch(self._part)
        return index

    def _find(self, group: str) -> Sequence[etree._Element]:
        return self._root.findall(f"{tag(group)}/*")

    def _group(self, group: str) -> etree._Element:
        found = self._root.find(tag(group))
        if found is None:
            plain = _element(_PLAIN_STYLES).find(tag(group))
            found = etree.Element(tag(group)) if plain is None else plain
            insert_in_order(self._root, found, _STYLE_ORDER)
        return found


def insert_in_order(root: etree._Element, item: etree._Element, order: str) -> None:
    """Put a child where the schema wants it: before the first that `order` (names with blanks between) lists later."""
    names = order.split()
    later = [tag(name) for name in names[names.index(etree.QName(item).localname) + 1 :]]
    following = next(root.iterchildren(*later), None)
    if following is None:
        root.append(item)
    else:
        following.addprevious(item)


def _add_sheet(package: Package, styles: Styles, sheet: NewSheet) -> None:
    _check(package, sheet)
    workbook = workbook_part(package)
    folder = posixpath.dirname(workbook)
    part = package.unused(posixpath.join(folder, "worksheets/sheet{}.xml"))
    table_part = package.unused(posixpath.join(folder, "tables/table{}.xml"))
    top = 3 if sheet.title else 1
    area = f"A{top}:{get_column_letter(len(sheet.headings))}{top + max(1, len(sheet.rows))}"
    relation = _add_part(package, part, "table", table_part, _table(package, sheet, area))
    below, end = f"A{top + 1}", area.split(":")[1]
    widths, colours = _widths(sheet), _colours(styles, sheet, top)
    root = _element(_SHEET.format(end=end, top=top, below=below, widths=widths, colours=colours, table=relation))
    _write_cells(root, styles, sheet, top, is_1904(package))
    _list_sheet(package, sheet, _add_part(package, workbook, "worksheet", part, root))


def _check(package: Package, sheet: NewSheet) -> None:
    known = {root.get("displayName", "").casefold() for root in _table_roots(package)}
    names = package.tree(workbook_part(package)).iterfind(f"{tag('definedNames')}/{tag('definedName')}")
    if sheet.table.casefold() in known | {name.get("name", "").casefold() for name in names}:
        raise WorkbookError(f'The workbook already has a table or name "{sheet.table}".', "Rename or remove it.")
    if not all(sheet.headings) or len({heading.casefold() for heading in sheet.headings}) < len(sheet.headings):
        raise WorkbookError(f'The headings of the new table "{sheet.table}" are not distinct.')


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
    texts = [[str(value) for value in column] for column in itertools.zip_longest(sheet.headings, *sheet.rows[:200])]
    guessed = [min(60, max(10, 3 + max(map(len, column)))) for column in texts]
    widths = enumerate([*sheet.widths, *guessed[len(sheet.widths) :]], 1)
    return "".join(f'<col min="{at}" max="{at}" width="{width:g}" customWidth="1"/>' for at, width in widths)


def _colours(styles: Styles, sheet: NewSheet, top: int) -> str:
    blocks, priority = [], itertools.count(1)
    for heading in sheet.ratings:
        column = get_column_letter(sheet.headings.index(heading) + 1)
        first, last = f"{column}{top + 1}", f"{column}{top + max(1, len(sheet.rows))}"
        rules = "".join(
            f'<cfRule type="expression" dxfId="{styles.rating(word)}" priority="{next(priority)}">'
            f'<formula>OR({first}="{word}",{first}="{word}*")</formula></cfRule>'
            for word in _RATINGS
        )
        blocks.append(f'<conditionalFormatting sqref="{first}:{last}">{rules}</conditionalFormatting>')
    return "".join(blocks)


def _table(package: Package, sheet: NewSheet, area: str) -> etree._Element:
    number = 1 + max((int(root.get("id", "0")) for root in _table_roots(package)), default=0)
    names = enumerate((quoteattr(column_name(heading)) for heading in sheet.headings), 1)
    columns = "".join(f'<tableColumn id="{at}" name={name}/>' for at, name in names)
    name, count = quoteattr(sheet.table), len(sheet.headings)
    return _element(_TABLE.format(number=number, name=name, area=area, count=count, columns=columns))


def _list_sheet(package: Package, sheet: NewSheet, relation: str) -> None:
    workbook = workbook_part(package)
    sheets = package.tree(workbook).findall(tag("sheets"))[0]
    number = 1 + max((int(item.get("sheetId", "0")) for item in sheets), default=0)
    name = _free_name(sheet.name, {item.get("name", "").casefold() for item in sheets})
    item = etree.SubElement(sheets, tag("sheet"), {"name": name, "sheetId": str(number)})
    if sheet.hidden:
        item.set("state", "hidden")
    item.set(f"{{{OFFICE}}}id", relation)
    package.touch(workbook)


def _free_name(wanted: str, taken: set[str]) -> str:
    """A sheet name that Excel allows and that nobody has: at most 31 characters, none of []:*?/\\."""
    plain = "".join("-" if c in "[]:*?/\\" or not c.isprintable() else c for c in wanted).strip("' ") or "Sheet"
    endings = ("", *(f" ({number})" for number in range(2, 10_000)))
    names = (plain[: 31 - len(ending)].rstrip("' ") + ending for ending in endings)
    return next(name for name in names if name.casefold() not in taken)


def _add_part(package: Package, owner: str, kind: str, name: str, root: etree._Element) -> str:
    package.put(name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    package.declare(name, kind)
    return package.relate(owner, kind, name)


def _put_text(item: etree._Element, text: str) -> None:
    item.text = escape(text)
    if text != text.strip() or "\n" in text or "\t" in text or "  " in text:
        item.set(_SPACE, "preserve")


def _element(text: str) -> etree._Element:
    """An element from our own text, in the main namespace where the text names none."""
    return etree.fromstring(f'<all xmlns="{MAIN}">{text}</all>')[0]


def _canonical(item: etree._Element) -> tuple[object, ...]:
    """What an element says, whatever its prefixes."""
    return item.tag, sorted(item.attrib.items()), (item.text or "").strip(), [_canonical(child) for child in item]
