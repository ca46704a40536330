"""The styles of a workbook that somebody else made: asked for by what they look like, appended where they lack."""

import copy
import posixpath
from collections.abc import Mapping, Sequence

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.workbook.markup import add_part, element, insert_in_order, tag
from xl_outcomes.workbook.package import MAIN, Package, workbook_part

RATING_COLOURS = SHIPPED.ratings
_EASTERN_DATES = frozenset({*range(27, 37), *range(50, 59)})
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


class Styles:
    """The package's styles part, made if it is missing; asks for styles by what they look like, as indexes.

    Fonts stay those of the workbook; the colours are those of the house style.
    """

    __slots__ = ("_dates", "_house", "_package", "_part", "_root")

    def __init__(self, package: Package, house: HouseStyle = SHIPPED) -> None:
        self._house = house
        workbook = workbook_part(package)
        if not package.related(workbook, "styles"):
            usual = posixpath.join(posixpath.dirname(workbook), "styles.xml")
            name = package.unused(usual.replace(".xml", "{}.xml")) if package.find(usual) else usual
            add_part(package, workbook, "styles", name, element(_PLAIN_STYLES))
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
        """Wrapped text at the top of its cell; numbers as they are, whatever the workbook's own style shows them as."""
        plain = {"numFmtId": "0", "applyNumberFormat": "1", "applyAlignment": "1"}
        return self._variant(0, plain, {"vertical": "top", "wrapText": "1"})

    def header(self) -> int:
        """Bold on the house style's tint, wrapped."""
        tint = _argb(self._house.colours.tint)
        fill = f'<patternFill patternType="solid"><fgColor rgb="{tint}"/><bgColor indexed="64"/></patternFill>'
        looks = {"fontId": self._bold(""), "fillId": self._append("fills", element(f"<fill>{fill}</fill>"))}
        given = {name: str(index) for name, index in looks.items()}
        applied = {"applyFont": "1", "applyFill": "1", "applyAlignment": "1"}
        return self._variant(0, given | applied, {"vertical": "center", "wrapText": "1"})

    def title(self) -> int:
        """Bold and large."""
        return self._variant(0, {"fontId": str(self._bold("14")), "applyFont": "1"})

    def rating(self, word: str) -> int:
        """The differential style (an index into dxfs) of a rating."""
        look = self._house.look(word)
        back, front = _argb(look.background), _argb(look.text)
        fill = f'<patternFill patternType="solid"><fgColor rgb="{back}"/><bgColor rgb="{back}"/></patternFill>'
        return self._append("dxfs", element(f'<dxf><font><color rgb="{front}"/></font><fill>{fill}</fill></dxf>'))

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
            plain = element(_PLAIN_STYLES).find(tag(group))
            found = etree.Element(tag(group)) if plain is None else plain
            insert_in_order(self._root, found, _STYLE_ORDER)
        return found


def _argb(colour: str) -> str:
    return "FF" + colour.removeprefix("#")


def _canonical(item: etree._Element) -> tuple[object, ...]:
    """What an element says, whatever its prefixes."""
    return item.tag, sorted(item.attrib.items()), (item.text or "").strip(), [_canonical(child) for child in item]
