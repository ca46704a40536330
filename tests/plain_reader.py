"""A second reader of .xlsx and .ods cells, written as plainly as possible, for comparing with the real one.

It reads the whole of each part with ElementTree and follows the formats' rules word for word. It guards against
nothing, so it is for files that the real reader has accepted.
"""

import math
import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
P = "{http://schemas.openxmlformats.org/package/2006/relationships}"
F = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

Cells = dict[tuple[int, int], "PlainCell"]


@dataclass(frozen=True)
class PlainCell:
    """A cell: `what` is number, text or other (dates, errors, truth values); a percentage is marked."""

    what: str
    value: float | str
    percent: bool = False


def read_plainly(path: Path) -> list[tuple[str, Cells]]:
    """The sheets of a file with their cells by (row, column)."""
    with zipfile.ZipFile(path) as archive:
        parts = _Parts({name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}, archive)
        return _ods(parts) if "content.xml" in parts else _xlsx(parts)


class _Parts:
    """The parts of an archive by lower-case name; only those that are asked for are unpacked."""

    def __init__(self, names: dict[str, str], archive: zipfile.ZipFile) -> None:
        self.names, self.archive = names, archive

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> bytes:
        return self.archive.read(self.names[name])


def _xlsx(parts: _Parts) -> list[tuple[str, Cells]]:
    book = next(target for _, kind, target in _relations(parts, "") if kind == "officeDocument")
    related = _relations(parts, book)
    texts = _shared(parts, related)
    percents, dates = _formats(parts, related)
    sheets = {key: target for key, kind, target in related if kind == "worksheet"}
    listed = ElementTree.fromstring(parts[book]).iter(f"{M}sheet")
    wanted = [(s.get("name", ""), s.get(f"{R}id", "")) for s in listed]
    return [(name, _cells(parts[sheets[key]], texts, percents, dates)) for name, key in wanted if key in sheets]


def _relations(parts: _Parts, part: str) -> list[tuple[str, str, str]]:
    folder, _, name = part.rpartition("/")
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if source not in parts:
        return []
    found = []
    for r in ElementTree.fromstring(parts[source]).iter(f"{P}Relationship"):
        if r.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, r.get("Target", ""))).lstrip("/").lower()
            found.append((r.get("Id", ""), r.get("Type", "").rpartition("/")[2], target))
    return found


def _shared(parts: _Parts, related: list[tuple[str, str, str]]) -> list[str]:
    part = next((target for _, kind, target in related if kind == "sharedStrings"), None)
    return [_words(si) for si in ElementTree.fromstring(parts[part]).iter(f"{M}si")] if part else []


def _words(item: ElementTree.Element) -> str:
    """The text of an `si` or `is`: its own `t`s and those of its runs, without phonetic guides."""
    if item.tag == f"{M}rPh":
        return ""
    own = (item.text or "") if item.tag == f"{M}t" else ""
    return _unescaped(own + "".join(_words(child) for child in item))


def _unescaped(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _formats(parts: _Parts, related: list[tuple[str, str, str]]) -> tuple[set[str], set[str]]:
    """The style numbers that show percentages, and those that show dates."""
    part = next((target for _, kind, target in related if kind == "styles"), None)
    if part is None:
        return set(), set()
    root = ElementTree.fromstring(parts[part])
    codes = {f.get("numFmtId", ""): f.get("formatCode", "") for f in root.iter(f"{M}numFmt")}
    ids = [xf.get("numFmtId", "0") for group in root.iter(f"{M}cellXfs") for xf in group.iter(f"{M}xf")]
    percents = {str(n) for n, i in enumerate(ids) if "%" in codes.get(i, "%" if i in ("9", "10") else "")}
    dates = {str(n) for n, i in enumerate(ids) if i in {str(d) for d in (*range(14, 23), 45, 46, 47)}}
    return percents, dates


def _cells(part: bytes, texts: list[str], percents: set[str], dates: set[str]) -> Cells:
    cells: Cells = {}
    number = 0
    for data in ElementTree.fromstring(part).findall(f"{M}sheetData"):
        for row in data.findall(f"{M}row"):
            number = int(row.get("r") or number + 1)
            column = 0
            for c in row.findall(f"{M}c"):
                place = _place(c.get("r", "")) or (number, column + 1)
                column = place[1]
                cell = _cell(c, texts, percents, dates)
                if cell is not None:
                    cells[place] = cell
    return cells


def _place(address: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d+)", address)
    if not found:
        return None
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _cell(c: ElementTree.Element, texts: list[str], percents: set[str], dates: set[str]) -> PlainCell | None:
    kind, style = c.get("t", "n"), c.get("s", "0")
    inline = c.find(f"{M}is")
    value = c.findtext(f"{M}v")
    if kind == "inlineStr":
        return PlainCell("text", _words(inline)) if inline is not None else None
    if value is None or value == "":
        return None
    if kind == "s":
        return PlainCell("text", texts[int(value)])
    if kind in ("b", "e", "d"):
        return PlainCell("other", value)
    if kind != "n":
        return PlainCell("text", _unescaped(value))
    number = _number(value)
    if number is None:
        return PlainCell("text", value)
    return PlainCell("other", value) if style in dates else PlainCell("number", number, style in percents)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _ods(parts: _Parts) -> list[tuple[str, Cells]]:
    root = ElementTree.fromstring(parts["content.xml"])
    return [(t.get(f"{T}name", ""), _ods_cells(t)) for t in root.findall(f"{F}body/{F}spreadsheet/{T}table")]


def _ods_cells(table: ElementTree.Element) -> Cells:
    cells: Cells = {}
    first_row = 1
    for row in table.findall(f"{T}table-row"):
        rows = int(row.get(f"{T}number-rows-repeated", "1"))
        first_column = 1
        for c in (c for c in row if c.tag in (f"{T}table-cell", f"{T}covered-table-cell")):
            columns = int(c.get(f"{T}number-columns-repeated", "1"))
            cell = _ods_cell(c)
            if cell is not None:
                spots = ((r, k) for r in range(first_row, first_row + rows) for k in range(columns))
                cells |= {(r, first_column + k): cell for r, k in spots}
            first_column += columns
        first_row += rows
    return cells


def _ods_cell(c: ElementTree.Element) -> PlainCell | None:
    kind = c.get(f"{F}value-type")
    text = "\n".join("".join(p.itertext()) for p in c.findall(f"{X}p"))
    if kind in ("float", "currency", "percentage"):
        number = _number(c.get(f"{F}value", ""))
        if number is not None:
            return PlainCell("number", number, kind == "percentage")
    if kind in ("date", "time", "boolean"):
        return PlainCell("other", text)
    if kind is not None:
        text = c.get(f"{F}string-value", text) if kind not in ("float", "currency", "percentage") else text
    return PlainCell("text", text) if text else None
