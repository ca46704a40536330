"""Returns spoilt at random, by bytes and by XML, and what must hold for each: no traceback, no hang, no wrong figure.

Every case has a number; the same number gives the same file.
"""

import copy
import io
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import openpyxl
from lxml import etree

from tests.handmade import CALC, ODF
from tests.plain_reader import Cells, PlainCell, read_plainly
from tests.returns_world import GOOD, IN_TIME, PERIOD, World, find
from xl_outcomes.errors import FileError
from xl_outcomes.files import RETURN_LIMITS
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.checks import check_returns
from xl_outcomes.returns.claims import Claim
from xl_outcomes.returns.reading import read_return, tidy
from xl_outcomes.returns.relations import Context
from xl_outcomes.tables import get
from xl_outcomes.workbook.cells import Book, read_book

Parts = dict[str, bytes]
_ODDS = (
    *("", " ", "0", "-1", "1e308", "1e999", "NaN", "52,1", "0x10", "1_000", "٥٢", "<>", "=1+1", "n/a", "46112", "true"),
    *("#REF!", "\u00a052", "P1", "R1", "x", "99999999999999999999", "A1", "XFD1048577", "H9", "rId1", "rId9", "s", "n"),
    *("str", "inlineStr", "b", "e", "d", "../x", "/", "xl/workbook.xml", "1", "2", "15", "_x0035_", "\U0001f600"),
)
_CORE = ("sheet1.xml", "sharedstrings.xml", "content.xml")


@dataclass(frozen=True)
class Seeds:
    """Good returns as parts by name, and what they are checked against."""

    files: tuple[Parts, ...]
    context: Context
    path: Path


def make_seeds(world: World) -> Seeds:
    """The seeds: as our form, as another program saves it, with odd but good cells, and as OpenDocument."""
    plain = world.send({"P1": {**GOOD["P1"], "Commentary": "Mended, & steady", "Forecast": 55.0}})

    def odd(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        cell = find(sheet, "Value", "P1")
        cell.value, cell.number_format = 0.52, "0.0%"
        find(sheet, "Value", "C1").value = "1,08"
        find(sheet, "Commentary", "C1").value = "Two\nlines"

    resaved = world.send(edit=odd, name="resaved.xlsx")
    history = prepare(world.tables, PERIOD, IN_TIME.today).history
    context = Context(history, PERIOD, IN_TIME.today, get(world.tables, "Returns"))
    unzipped = [_unzipped(plain), _unzipped(resaved), _inlined(_unzipped(plain)), _as_ods(read_book(plain))]
    return Seeds(tuple(unzipped), context, world.folder / "case.xlsx")


def run_case(seeds: Seeds, number: int) -> str:
    """Makes the file of a case, reads and checks it; gives what came of it. AssertionError where a figure is wrong."""
    chance = random.Random(number)
    seeds.path.write_bytes(spoilt(chance.choice(seeds.files), chance))
    try:
        book = read_book(seeds.path, RETURN_LIMITS)
    except FileError as error:
        return error.code if error.message and error.fix else "no words"
    (checked,) = check_returns([read_return(book, "case.xlsx", str(number))], seeds.context)
    claims = [*checked.accepted, *(claim for claim, _ in checked.held)]
    if claims:
        sheets = read_plainly(seeds.path)
        for claim in claims:
            _compare(claim, sheets)
    return checked.status if claims or not checked.issues else checked.issues[0].code


def spoilt(parts: Parts, chance: random.Random) -> bytes:
    """A file with one to four faults."""
    parts = dict(parts)
    if chance.random() < 0.15:
        return _spoilt_bytes(_zipped(parts), chance)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        if parts:
            (_spoil_archive if chance.random() < 0.12 else _spoil_part)(parts, chance)
    return _zipped(parts)


def _compare(claim: Claim, sheets: list[tuple[str, Cells]]) -> None:
    """The claim's cells stand in the file as read, under their headings."""
    same_name = [cells for name, cells in sheets if name == claim.entry.sheet]
    assert any(_agrees(claim, cells) for cells in same_name), f"row {claim.entry.row} is not in the file like that"


def _agrees(claim: Claim, cells: Cells) -> bool:
    entry = claim.entry
    numbers = {"Value": claim.value, "Numerator": claim.numerator, "Denominator": claim.denominator,
               "Forecast": claim.forecast}  # fmt: skip
    for heading, column in entry.columns.items():
        cell = cells.get((entry.row, column))
        if not _headed(heading, column, entry.row, cells):
            return False
        if heading in numbers and not _same_number(numbers[heading], cell):
            return False
        if heading == "Commentary" and claim.commentary != ("" if cell is None else _said(cell)):
            return False
    ref = cells.get((entry.row, entry.columns["Ref"]))
    return ref is not None and _said(ref) == claim.indicator.ref


def _headed(heading: str, column: int, row: int, cells: Cells) -> bool:
    above = (cell for (r, c), cell in cells.items() if c == column and r < row and cell.what == "text")
    return any(tidy(str(cell.value)).rstrip("*: ").casefold() == heading.casefold() for cell in above)


def _same_number(number: Fraction | None, cell: PlainCell | None) -> bool:
    if number is None:
        return cell is None or (cell.what == "text" and not _said(cell))
    if cell is None or cell.what == "other":
        return False
    if cell.what == "number":
        shown = Fraction(format(float(cell.value), ".15g")) * (100 if cell.percent else 1)
        return shown == number
    plain = str(cell.value).translate({ord(c): None for c in " ,£%\u00a0()\n\t"})
    return abs(Fraction(plain)) == abs(number)


def _said(cell: PlainCell) -> str:
    return format(cell.value, ".15g") if isinstance(cell.value, float) else tidy(cell.value)


def _spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    content = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        at = chance.randrange(len(content) or 1)
        length = chance.choice((1, 4, 100, 5000))
        kind = chance.randrange(5)
        if kind == 0 and content:
            content[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del content[at : at + length]
        elif kind == 2:
            content[at:at] = content[at : at + length]
        elif kind == 3:
            content[at : at + length] = chance.randbytes(length)
        elif chance.random() < 0.2:
            del content[at:]
    return bytes(content)


def _spoil_archive(parts: Parts, chance: random.Random) -> None:
    names = list(parts)
    one, other = chance.choice(names), chance.choice(names)
    kind = chance.randrange(5)
    if kind == 0:
        del parts[one]
    elif kind == 1:
        parts[one], parts[other] = parts[other], parts[one]
    elif kind == 2:
        parts[one] = parts[other]
    elif kind == 3:
        parts[one[: len(one) // 2] + chance.choice(("", "../", "x", "\\", "/"))] = parts[one]
    else:
        parts[one] = parts[one][: chance.randrange(len(parts[one]) + 1)]


def _spoil_part(parts: Parts, chance: random.Random) -> None:
    core = [name for name in parts if name.lower().endswith(_CORE)]
    name = chance.choice(core if core and chance.random() < 0.75 else list(parts))
    if chance.random() < 0.1:
        parts[name] = _spoilt_bytes(parts[name], chance)
        return
    try:
        root = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        parts[name] = _spoilt_bytes(parts[name], chance)
        return
    for _ in range(chance.choice((1, 1, 2, 5))):
        chance.choice(_XML_FAULTS)(chance.choice([e for e in root.iter() if isinstance(e.tag, str)]), chance)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _change_attribute(element: etree._Element, chance: random.Random) -> None:
    if element.attrib:
        element.set(chance.choice(list(element.attrib)), chance.choice(_ODDS))


def _drop_attribute(element: etree._Element, chance: random.Random) -> None:
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


def _add_attribute(element: etree._Element, chance: random.Random) -> None:
    element.set(chance.choice(("t", "r", "s", "hidden", "ref", "si", "count")), chance.choice(_ODDS))


def _drop(element: etree._Element, _: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _twice(element: etree._Element, _: random.Random) -> None:
    if element.getparent() is not None:
        element.addnext(copy.deepcopy(element))


def _elsewhere(element: etree._Element, chance: random.Random) -> None:
    parent, root = element.getparent(), element.getroottree().getroot()
    targets = [e for e in root.iter() if isinstance(e.tag, str) and element not in (e, *e.iterancestors())]
    if parent is not None and targets:
        chance.choice(targets).insert(0, element)


def _swap(element: etree._Element, chance: random.Random) -> None:
    siblings = [] if element.getparent() is None else list(element.getparent())
    if len(siblings) > 1:
        other = chance.choice(siblings)
        element.text, other.text = other.text, element.text
        element.addnext(other)


def _retext(element: etree._Element, chance: random.Random) -> None:
    element.text = chance.choice(_ODDS)


def _retag(element: etree._Element, chance: random.Random) -> None:
    space = etree.QName(element).namespace
    tag = chance.choice(("v", "f", "t", "is", "c", "row", "sheetData", "si", "x", "table-cell", "p"))
    element.tag = f"{{{space}}}{tag}" if space and chance.random() < 0.8 else tag


def _child(element: etree._Element, chance: random.Random) -> None:
    space = etree.QName(element).namespace or "x"
    child = etree.SubElement(
        element, f"{{{space}}}{chance.choice(('v', 'f', 'c', 'is', 't', 'r', 'rPh', 'row', 'x', 'p'))}"
    )
    child.text, child.tail = chance.choice(_ODDS), chance.choice((None, None, "7"))


def _comment(element: etree._Element, chance: random.Random) -> None:
    text = element.text or ""
    cut = chance.randrange(len(text) + 1)
    element.text = text[:cut]
    added = chance.choice((etree.Comment("9"), etree.ProcessingInstruction("x", "9")))
    added.tail = text[cut:]
    element.insert(0, added)


_XML_FAULTS: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    *(_change_attribute, _change_attribute, _drop_attribute, _add_attribute, _drop, _twice, _elsewhere, _swap),
    *(_retext, _retext, _retag, _child, _comment),
)


def _unzipped(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name or "x"), content)
    return buffer.getvalue()


def _inlined(parts: Parts) -> Parts:
    """The same workbook with its texts in the cells, as some programs write it."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    texts = list(etree.fromstring(parts["xl/sharedStrings.xml"]))
    out = dict(parts)
    for name in (n for n in parts if n.startswith("xl/worksheets/sheet")):
        root = etree.fromstring(parts[name])
        for cell in root.iter(f"{space}c"):
            if cell.get("t") == "s":
                words = copy.deepcopy(texts[int(cell[0].text or "0")])
                words.tag = f"{space}is"
                cell[:] = [words]
                cell.set("t", "inlineStr")
        out[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return out


def _as_ods(book: Book) -> Parts:
    """The cells of a book as an OpenDocument spreadsheet."""
    spaces = {word: f"{ODF}{word}:1.0" for word in ("office", "table", "text", "style")}
    root = etree.Element(f"{{{spaces['office']}}}document-content", nsmap={**spaces, "calcext": CALC})
    body = etree.SubElement(etree.SubElement(root, f"{{{spaces['office']}}}body"), f"{{{spaces['office']}}}spreadsheet")
    for sheet in book.sheets:
        table = etree.SubElement(body, f"{{{spaces['table']}}}table", {f"{{{spaces['table']}}}name": sheet.name})
        last = max((row for row, _ in sheet.cells), default=0)
        for number in range(1, last + 1):
            row = etree.SubElement(table, f"{{{spaces['table']}}}table-row")
            for column in range(1, max((c for r, c in sheet.cells if r == number), default=0) + 1):
                _add_ods_cell(row, sheet.cells.get((number, column)), spaces)
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return {"mimetype": kind, "content.xml": etree.tostring(root, xml_declaration=True, encoding="UTF-8")}


def _add_ods_cell(row: etree._Element, cell: object, spaces: Mapping[str, str]) -> None:
    value = getattr(cell, "value", None)
    made = etree.SubElement(row, f"{{{spaces['table']}}}table-cell")
    if value is None:
        return
    made.set(f"{{{spaces['office']}}}value-type", "float" if isinstance(value, float) else "string")
    if isinstance(value, float):
        made.set(f"{{{spaces['office']}}}value", repr(value))
    for line in str(value).split("\n"):
        etree.SubElement(made, f"{{{spaces['text']}}}p").text = line
