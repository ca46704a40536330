"""Return files made to do harm: each as large, deep or tangled as it can be for its size on disk."""

import os
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from tests.handmade import (
    CALC,
    LINKS,
    MAIN,
    ODF,
    PACKAGE,
    STYLES,
    content_types,
    relations,
    shared_texts,
    workbook,
    worksheet,
)

Part = str | bytes | Iterable[bytes]
_SHEET = "xl/worksheets/sheet1.xml"
_MANY = 350_000_000 if os.environ.get("XL_OUTCOMES_FUZZ") else 30_000_000
_MILLIONS = 10_000_000 if os.environ.get("XL_OUTCOMES_FUZZ") else 1_000_000


def write(path: Path, parts: Mapping[str, Part | None]) -> Path:
    """A zip archive whose parts may be streams of pieces, so that a large one is never held in memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if content is not None:
                _write_part(archive, name, content)
    return path


def book(path: Path, **parts: Part | None) -> Path:
    """A workbook with one sheet; `sheet`, `texts`, `styles`, `workbook`, `links` and others by name replace parts."""
    names = {"sheet": _SHEET, "texts": "xl/texts.xml", "styles": "xl/styles.xml", "workbook": "xl/workbook.xml",
             "links": "xl/_rels/workbook.xml.rels", "sheet_links": "xl/worksheets/_rels/sheet1.xml.rels",
             "table": "xl/t.xml", "types": "[Content_Types].xml"}  # fmt: skip
    standard: dict[str, Part | None] = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "texts.xml")
        ),
        _SHEET: worksheet(""),
        "xl/styles.xml": STYLES,
        "xl/texts.xml": shared_texts("<t>first</t>"),
    }
    return write(path, {**standard, **{names.get(name, name): content for name, content in parts.items()}})


def document(path: Path, *inner: Iterable[bytes], **parts: Part) -> Path:
    """An OpenDocument spreadsheet with these pieces inside `<office:spreadsheet>`."""
    spaces = " ".join(f'xmlns:{word}="{ODF}{word}:1.0"' for word in ("office", "table", "text", "style"))
    start = f'<office:document-content {spaces} xmlns:calcext="{CALC}"><office:body><office:spreadsheet>'
    end = "</office:spreadsheet></office:body></office:document-content>"
    content = _joined([start.encode()], *inner, [end.encode()])
    return write(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, **parts})


def sheet(rows: Iterable[bytes] = (), before: Iterable[bytes] = (), after: Iterable[bytes] = ()) -> Iterator[bytes]:
    """A worksheet part as a stream."""
    start, end = f'<worksheet xmlns="{MAIN}">'.encode(), b"</worksheet>"
    return _joined([start], before, [b"<sheetData>"], rows, [b"</sheetData>"], after, [end])


def repeated(piece: bytes | str, size: int = _MANY) -> Iterator[bytes]:
    """A piece again and again, up to about so many bytes."""
    once = piece.encode() if isinstance(piece, str) else piece
    block = once * max(1, 1_000_000 // len(once))
    for _ in range(max(1, size // len(block))):
        yield block


def numbered(template: str, count: int, size: int = 10_000) -> Iterator[bytes]:
    """A template with `{0}` for each number from 1."""
    for first in range(1, count + 1, size):
        yield "".join([template.format(n) for n in range(first, min(first + size, count + 1))]).encode()


def _joined(*pieces: Iterable[bytes]) -> Iterator[bytes]:
    for some in pieces:
        yield from some


def _write_part(archive: zipfile.ZipFile, name: str, content: Part) -> None:
    if isinstance(content, str | bytes):
        archive.writestr(name, content)
        return
    with archive.open(name, "w", force_zip64=True) as part:
        for piece in content:
            part.write(piece)


def _tags(opening: str) -> Callable[[Path], Path]:
    return lambda path: book(path, sheet=sheet(repeated(opening)))


def _texts(item: str, size: int = _MANY) -> Callable[[Path], Path]:
    start = f'<sst xmlns="{MAIN}">'.encode()
    return lambda path: book(path, texts=_joined([start], repeated(item, size), [b"</sst>"]))


def _cells(piece: str, rows: int) -> Callable[[Path], Path]:
    return lambda path: book(path, sheet=sheet(numbered('<row r="{0}">' + piece + "</row>", rows, 1000)))


def _styles(inner: Iterable[bytes]) -> Iterator[bytes]:
    return _joined([f'<styleSheet xmlns="{MAIN}">'.encode()], inner, [b"</styleSheet>"])


def _sheets(count: int, parts: int = 1) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        listed = numbered('<sheet name="S{0}" sheetId="{0}" r:id="rId1"/>', count)
        start = f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'.encode()
        more = {f"xl/worksheets/more{n}.xml": worksheet("") for n in range(1, parts)}
        return book(path, workbook=_joined([start], listed, [b"</sheets></workbook>"]), **more)

    return make


def _relations(inner: str, count: int) -> Iterator[bytes]:
    return _joined([f'<Relationships xmlns="{PACKAGE}">'.encode()], numbered(inner, count), [b"</Relationships>"])


_TABLE = f'<Relationship Id="r{{0}}" Type="{LINKS}/table" Target="../t.xml"/>'
_LINK = f'<Relationship Id="r{{0}}" Type="{LINKS}/worksheet" Target="' + "../" * 20 + '_rels/workbook.xml.rels"/>'


def _table(columns: int) -> Iterator[bytes]:
    start = f'<table xmlns="{MAIN}" name="T" ref="A1:B2"><tableColumns>'.encode()
    return _joined([start], numbered('<tableColumn name="heading {0}"/>', columns), [b"</tableColumns></table>"])


def _entity_bomb(path: Path) -> Path:
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    start = f'<!DOCTYPE worksheet [<!ENTITY e0 "lol">{declared}]>'
    return book(path, sheet=start + worksheet('<row><c t="str"><v>&e11;</v></c></row>'))


def _wide_text(path: Path) -> Path:
    # One character beyond the basic plane makes Python hold the whole text at four bytes a character.
    return _cells(f'<c t="inlineStr"><is><t>\U0001f600{"x" * 32_000}</t></is></c>', 3_000)(path)


def _lying_sizes(path: Path) -> Path:
    """The directory says that the sheet has 100 bytes; its stream holds 350 MB."""
    book(path, sheet=sheet(repeated(" ")))
    content = bytearray(path.read_bytes())
    place = content.rfind(_SHEET.encode()) - 46
    struct.pack_into("<L", content, place + 24, 100)
    path.write_bytes(content)
    return path


def _overlapping(path: Path) -> Path:
    """A thousand entries whose bytes are one and the same megabyte of blanks."""
    book(path, **{f"xl/media/a{n:04}.xml": "" for n in range(1_000)}, **{"xl/media/zeros.xml": b" " * 1_000_000})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        large, first = archive.getinfo("xl/media/zeros.xml"), archive.start_dir
    place = first
    while content[place : place + 4] == b"PK\x01\x02":
        length, extra, remark = struct.unpack_from("<HHH", content, place + 28)
        if content[place + 46 : place + 56] == b"xl/media/a":
            struct.pack_into("<LLL", content, place + 16, large.CRC, large.compress_size, large.file_size)
            struct.pack_into("<L", content, place + 42, large.header_offset)
        place += 46 + length + extra + remark
    path.write_bytes(content)
    return path


def _many_entries(path: Path) -> Path:
    return book(path, **{f"xl/media/{n}.xml": "<a/>" for n in range(10_000)})


def _compound_chain(path: Path) -> Path:
    """A compound file whose list of sectors runs through every sector of the file."""
    sectors = 90_000
    header = struct.pack("<8s16sHHHHH6xLLLLLLLLLL", bytes.fromhex("d0cf11e0a1b11ae1"), b"", 62, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0, 1, 0)  # fmt: skip
    with path.open("wb") as file:
        file.write(header[:76] + struct.pack("<109L", *range(109)))
        for number in range(sectors):
            file.write(struct.pack("<128L", *range(127), (number + 1) if number + 1 < sectors else 0xFFFFFFFE))
    return path


def _cell(attributes: str = "", inner: str = "") -> str:
    return f"<table:table-cell {attributes}>{inner}</table:table-cell>"


def _ods(rows: Callable[[], Iterable[bytes]]) -> Callable[[Path], Path]:
    return lambda path: document(path, [b'<table:table table:name="Data">'], rows(), [b"</table:table>"])


_ODS_ROW = "<table:table-row{0}>{1}</table:table-row>"
_HIDDEN = ' table:visibility="collapse" table:number-rows-repeated="1048576"'
_HIDDEN_SHEET = f'<table:table table:name="x">{_ODS_ROW.format(_HIDDEN, "")}</table:table>'
_HIDDEN_COLUMNS = (
    '<table:table table:name="x"><table:table-column table:visibility="collapse" '
    'table:number-columns-repeated="16384"/></table:table>'
)

WORST: Mapping[str, Callable[[Path], Path]] = {
    "deep nesting": _tags("<a>"),
    "deep nesting of known elements": _tags("<row><c>"),
    "deep nesting of other parts": lambda p: book(p, styles=_styles(repeated("<a>"))),
    "deep nesting of texts": _texts("<si>"),
    "a million tiny cells": _cells('<c><v>1</v></c><c t="e"><v>#N/A</v></c>' * 50, 9_999),
    "a million formulas": _cells("<c><f>A1</f><v>1.5</v></c>" * 100, 9_999),
    "a million uncalculated formulas": _cells("<c><f>A1+B2</f></c>" * 100, 9_999),
    "a million different numbers": _cells('<c r="A{0}"><v>{0}.25</v></c>' + "<c><v>{0}.5</v></c>" * 4, 199_999),
    "one enormous text": lambda p: book(p, texts=_joined([f'<sst xmlns="{MAIN}"><si><t>'.encode()], repeated("x"))),
    "many long texts": _cells(f'<c t="inlineStr"><is><t>{"x" * 32_000}</t></is></c>', 3_000),
    "many wide texts": _wide_text,
    "many long formulas": _cells(f"<c><f>{'x' * 32_000}</f></c>", 10_000),
    "200,000 shared texts": _texts("<si><t>Some words of a text that is shared.</t></si>", 9_000_000),
    "shared texts of nothing": _texts("<si/>"),
    "shared texts of one character": _texts("<si><t>x</t></si>"),
    "shared texts of wide characters": _texts(f"<si><t>\U0001f600{'x' * 32_000}</t></si>"),
    "a text of endless runs": _texts("<r><t/></r>"),
    "one enormous name": lambda p: book(p, sheet=sheet(_joined([b"<"], repeated("x")))),
    "one enormous attribute": lambda p: book(p, sheet=sheet(_joined([b'<a b="'], repeated("x")))),
    "one enormous comment": lambda p: book(p, sheet=_joined([b"<!--"], repeated("x"))),
    "endless comments": _tags("<!---->"),
    "many names": lambda p: book(p, sheet=sheet(numbered("<n{0}/>", _MILLIONS, 100_000))),
    "many long names": lambda p: book(p, sheet=sheet(numbered(f"<{'x' * 60_000}{{0}}/>", 5_000, 50))),
    "many prefixes": lambda p: book(p, sheet=sheet(numbered('<a xmlns:p{0}="u"/>', _MILLIONS, 100_000))),
    "a long namespace": lambda p: book(
        p, sheet=_joined([b'<worksheet xmlns="', b"x" * 900_000, b'">'], repeated("<a/>"))
    ),
    "endless elements": _tags("<a/>"),
    "endless empty cells": _tags("<c/>"),
    "endless rows": _tags('<row r="1"/>'),
    "hidden rows": lambda p: book(p, sheet=sheet(numbered('<row r="{0}" hidden="1"/>', 1_048_576))),
    "hidden columns on many sheets": lambda p: book(
        _sheets(10_000)(p),
        workbook=_joined(
            [f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'.encode()],
            numbered('<sheet name="S{0}" sheetId="{0}" r:id="rId1"/>', 10_000),
            [b"</sheets></workbook>"],
        ),
        sheet=sheet(before=[b'<cols><col min="1" max="16384" hidden="1"/></cols>']),
    ),
    "hidden columns again and again": lambda p: book(
        p, sheet=sheet(before=_joined([b"<cols>"], repeated('<col min="1" max="16384" hidden="1"/>'), [b"</cols>"]))
    ),
    "merged areas": lambda p: book(p, sheet=sheet(after=repeated('<mergeCell ref="A1:XFD1048576"/>'))),
    "10,000 sheets": _sheets(10_000),
    "a million sheets": _sheets(999_999),
    "10,000 entries": _many_entries,
    "long addresses": lambda p: book(
        p, sheet=sheet(f'<row r="1"><c r="{"$" * n}A1"><v>1</v></c></row>'.encode() for n in range(20_000))
    ),
    "relations without end": lambda p: book(p, links=_relations(_LINK, _MILLIONS // 5)),
    "relations to themselves": lambda p: book(
        p,
        links=_relations(f'<Relationship Id="rId{{0}}" Type="{LINKS}/worksheet" Target="_rels/workbook.xml.rels"/>', 9),
    ),
    "tables without end": lambda p: book(p, sheet_links=_relations(_TABLE, _MILLIONS // 10), table=_table(2)),
    "tables of many headings": lambda p: book(p, sheet_links=_relations(_TABLE, 900), table=_table(900_000)),
    "many cell formats": lambda p: book(
        p, styles=_styles(_joined([b"<cellXfs>"], repeated('<xf numFmtId="14"/>'), [b"</cellXfs>"]))
    ),
    "many number formats": lambda p: book(
        p,
        styles=_styles(
            _joined(
                [b"<numFmts>"],
                numbered('<numFmt numFmtId="{0}" formatCode="0.0;{0}"/>', 990_000),
                [b"</numFmts><cellXfs>"],
                numbered('<xf numFmtId="{0}"/>', 990_000),
                [b"</cellXfs>"],
            )
        ),
    ),
    "slow number formats": lambda p: book(
        p,
        styles=_styles(
            _joined(
                [b"<numFmts>"],
                numbered(f'<numFmt numFmtId="{{0}}" formatCode="{"[" * 60_000}"/>', 50),
                [b"</numFmts><cellXfs>"],
                numbered('<xf numFmtId="{0}"/>', 50),
                [b"</cellXfs>"],
            )
        ),
    ),
    "billion laughs": _entity_bomb,
    "lying sizes": _lying_sizes,
    "overlapping entries": _overlapping,
    "blanks in a part never read": lambda p: book(p, **{"xl/media/blank.xml": repeated(" ")}),
    "a comment in a part never read": lambda p: book(p, **{"xl/media/note.xml": _joined([b"<!--"], repeated("x"))}),
    "a large part never read": lambda p: book(p, **{"xl/media/zeros.bin": repeated(b"\0", 500_000_000)}),
    "compound file in a circle": _compound_chain,
    "ods: deep nesting": _ods(lambda: repeated("<a>")),
    "ods: cells repeated over the sheet": _ods(
        lambda: [
            _ODS_ROW.format(
                ' table:number-rows-repeated="1048576"',
                _cell('table:number-columns-repeated="16384" office:value-type="float" office:value="1"'),
            ).encode()
        ]
    ),
    "ods: a million repeated cells": _ods(
        lambda: repeated(
            _ODS_ROW.format(
                ' table:number-rows-repeated="60"',
                _cell('table:number-columns-repeated="16384" office:value-type="float" office:value="1"'),
            ),
            1,
        )
    ),
    "ods: blank cells repeated": _ods(
        lambda: repeated(
            _ODS_ROW.format(' table:number-rows-repeated="1048576"', _cell('table:number-columns-repeated="999999999"'))
        )
    ),
    "ods: hidden rows": lambda p: document(p, repeated(_HIDDEN_SHEET, 50_000_000)),
    "ods: hidden columns": lambda p: document(p, repeated(_HIDDEN_COLUMNS, 50_000_000)),
    "ods: a cell of endless paragraphs": _ods(
        lambda: _joined([b"<table:table-row><table:table-cell>"], repeated("<text:p/>"))
    ),
    "ods: a cell of long paragraphs": _ods(
        lambda: _joined([b"<table:table-row><table:table-cell>"], repeated(f"<text:p>{'x' * 32_000}</text:p>"))
    ),
    "ods: long values in attributes": _ods(
        lambda: repeated(_ODS_ROW.format("", _cell(f'office:value-type="string" office:string-value="{"x" * 60_000}"')))
    ),
    "ods: many long texts": _ods(lambda: repeated(_ODS_ROW.format("", _cell("", f"<text:p>{'x' * 32_000}</text:p>")))),
    "ods: many long formulas": _ods(
        lambda: repeated(_ODS_ROW.format("", _cell(f'table:formula="of:={"x" * 32_000}"')))
    ),
    "ods: many blanks": _ods(
        lambda: repeated(_ODS_ROW.format("", _cell("", '<text:p><text:s text:c="32000"/></text:p>')))
    ),
    "ods: merged areas": _ods(lambda: repeated(_ODS_ROW.format("", _cell('table:number-rows-spanned="1048576"')))),
    "ods: hidden styles": lambda p: document(
        p,
        numbered(
            f'<style:style style:name="{"x" * 100}{{0}}"><style:table-properties table:display="false"/>'
            "</style:style>".replace("table:display", "table:display"),
            2_000_000,
        ),
    ),
}
