"""Spreadsheet files made by hand, part by part, with what no well-behaved program would write."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>
<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"><extLst><ext uri="a"/></extLst></xf>
<xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>
<dxfs><dxf><numFmt numFmtId="164" formatCode="0%"/></dxf></dxfs></styleSheet>"""


def relations(*links: tuple[str, str], base: str = LINKS) -> str:
    """A relationships part: pairs of kind and target, with the ids rId1, rId2, ..."""
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{base}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def content_types(main: str = SHEET_TYPE, part: str = "/xl/workbook.xml") -> str:
    """A content types part that names the document's main part."""
    return f'<Types xmlns="{TYPES}"><Override PartName="{part}" ContentType="{main}"/></Types>'


def workbook(properties: str = "", state: str = "visible") -> str:
    """A workbook part with one sheet, Data."""
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}<sheets>'
        f'<sheet name="Data" sheetId="1" state="{state}" r:id="rId1"/></sheets></workbook>'
    )


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    """A worksheet part with these rows."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def shared_texts(*items: str) -> str:
    """A shared strings part; each item is what stands between `<si>` and `</si>`."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def xlsx(path: Path, rows: str = "", parts: Mapping[str, str | bytes | None] | None = None) -> Path:
    """A workbook with one sheet of these rows; `parts` adds parts, replaces them, or (None) leaves them out."""
    links = relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "texts.xml"))
    standard: dict[str, str | bytes | None] = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": links,
        "xl/worksheets/sheet1.xml": worksheet(rows),
        "xl/styles.xml": STYLES,
        "xl/texts.xml": shared_texts("<t>first</t>", "<t/>"),
    }
    return zipped(path, {**standard, **(parts or {})})


def zipped(path: Path, parts: Mapping[str, str | bytes | None]) -> Path:
    """A zip archive of these parts; None leaves one out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


ODF = "urn:oasis:names:tc:opendocument:xmlns:"
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def ods(path: Path, rows: str, parts: Mapping[str, str | bytes | None] | None = None) -> Path:
    """An OpenDocument spreadsheet with one sheet, Data, of these rows."""
    spaces = " ".join(f'xmlns:{word}="{ODF}{word}:1.0"' for word in ("office", "table", "text", "style"))
    content = (
        f'<office:document-content {spaces} xmlns:draw="{ODF}drawing:1.0" xmlns:calcext="{CALC}">'
        f'<office:body><office:spreadsheet><table:table table:name="Data">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    standard = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return zipped(path, {**standard, **(parts or {})})


def compound(path: Path, *names: str) -> Path:
    """A compound file (the container of .xls and of encrypted workbooks) with empty streams of these names."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = struct.pack("<8s16sHHHHH6xLLLLLLLLLL", bytes.fromhex("d0cf11e0a1b11ae1"), b"", 62, 3, 0xFFFE, 9, 6,
                         0, 1, 1, 0, 4096, end, 0, end, 0, 0)  # fmt: skip
    header = header[:76] + struct.pack("<109L", 0, *[free] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, end, *[free] * 126)
    entries = [_entry("Root Entry", 5, child=1 if names else free)]
    entries += [_entry(name, 2, right=n + 1 if n < len(names) else free) for n, name in enumerate(names, start=1)]
    path.write_bytes(header + table + b"".join(entries).ljust(512, b"\0"))
    return path


def _entry(name: str, kind: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    wide = name.encode("utf-16-le")
    start = wide.ljust(64, b"\0") + struct.pack("<HBBLLL", len(wide) + 2, kind, 1, 0xFFFFFFFF, right, child)
    return start.ljust(128, b"\0")


def xlsb(path: Path, rows: Mapping[int, Mapping[int, float | str]]) -> Path:
    """A binary workbook with one sheet, Data; rows and columns are 1-based."""
    cells = b"".join(
        _record(0, struct.pack("<LL", row - 1, 0) + bytes(9))
        + b"".join(_binary_cell(column - 1, value) for column, value in columns.items())
        for row, columns in rows.items()
    )
    size = struct.pack("<4L", 0, max(rows) - 1, 0, max(max(columns) for columns in rows.values()) - 1)
    sheet = _record(129) + _record(148, size) + _record(145) + cells + _record(146) + _record(130)
    listed = _record(156, struct.pack("<LL", 0, 1) + _wide("rId1") + _wide("Data"))
    book = _record(131) + _record(143) + listed + _record(144) + _record(132)
    main = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    return zipped(
        path,
        {
            "[Content_Types].xml": content_types(main, "/xl/workbook.bin"),
            "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations(("worksheet", "worksheets/sheet1.bin")),
            "xl/worksheets/sheet1.bin": sheet,
        },
    )


def _binary_cell(column: int, value: float | str) -> bytes:
    place = struct.pack("<LL", column, 0)
    return _record(6, place + _wide(value)) if isinstance(value, str) else _record(5, place + struct.pack("<d", value))


def _wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    return _sevens(kind) + _sevens(len(data)) + data


def _sevens(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes((low | 0x80,)) + _sevens(rest) if rest else bytes((low,))
