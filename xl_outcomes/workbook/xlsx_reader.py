"""Excel workbooks (.xlsx, .xlsm and their templates) read as a stream within limits, without opening Excel.

Relationships say where each part is; external links, macros and whatever else cells do not need are never followed.
Chart, dialog and macro sheets are left out. A formula is read by its stored result.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import Book, NamedTable, PackedCells, Sheet, area_positions
from xl_outcomes.workbook.number_formats import Shown, shown_as
from xl_outcomes.workbook.plain_parts import plain_texts
from xl_outcomes.workbook.safe_package import (
    Attributes,
    SafePackage,
    elements,
    parse,
    parser_for,
    vocabulary,
)
from xl_outcomes.workbook.xlsx_sheet import MAIN_NAMESPACES, is_run, read_sheet
from xl_outcomes.workbook.xlsx_values import TRUE_WORDS, Surroundings, unescaped

_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_LINK_NAMESPACES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_LONGEST_ATTRIBUTE = 2_000
_LINKS = {f"{namespace} id": "r:id" for namespace in _LINK_NAMESPACES}
_BOOK_WORDS = vocabulary(("workbookPr", "sheet"), *MAIN_NAMESPACES) | _LINKS
_STYLE_PLACES = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
_STYLE_WORDS = vocabulary(("numFmt", "xf", *_STYLE_PLACES), *MAIN_NAMESPACES)
_TEXT_WORDS = vocabulary(("sst", "si", "r", "t", "rPh"), *MAIN_NAMESPACES)
_TABLE_WORDS = vocabulary(("table", "tableColumn"), *MAIN_NAMESPACES)

Formats = Mapping[str | None, Shown]


@dataclass(frozen=True, slots=True)
class Relation:
    """One inner relationship of a part: `kind` is the last word of its type, `target` a part's name."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """A worksheet as the workbook part lists it."""

    name: str
    visible: bool
    part: str


def read_xlsx(package: SafePackage, file_format: str) -> Book:
    """The workbook in an open package; errors `file-damaged`, `file-too-large`, `file-unsafe`."""
    workbook = workbook_part(package)
    relations = relations_of(package, workbook)
    since_1904, listed = _workbook(package, workbook, relations)
    surroundings = Surroundings(
        texts=_shared_texts(package, _target(relations, "sharedStrings")),
        shown=_number_formats(package, _target(relations, "styles")),
        since_1904=since_1904,
    )
    return Book(file_format, tuple(_sheet(package, sheet, surroundings) for sheet in listed))


def workbook_part(package: SafePackage) -> str:
    """The name of the part that the package's own relationships call its document; error `file-damaged`."""
    part = _target(relations_of(package, ""), "officeDocument")
    if part is None or part not in package:
        raise package.budget.damaged("its workbook part is missing")
    return part


def relations_of(package: SafePackage, part: str) -> tuple[Relation, ...]:
    """The relationships of a part ("" for the package) to parts inside the package."""
    folder, _, name = part.rpartition("/")
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if source not in package:
        return ()
    found = elements(package, source, vocabulary(("Relationship",), _RELATIONSHIPS))
    return tuple(_relation(attributes, folder) for _, attributes in found if attributes.get("TargetMode") != "External")


def _relation(attributes: Attributes, folder: str) -> Relation:
    target = unquote(attributes.get("Target", "")[:_LONGEST_ATTRIBUTE]).replace("\\", "/")
    # A leading slash is the root of the package, and no `..` leads out of it.
    inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    name, kind = (attributes.get(word, "")[:_LONGEST_ATTRIBUTE] for word in ("Id", "Type"))
    return Relation(name, kind.rpartition("/")[2], inside)


def _target(relations: tuple[Relation, ...], kind: str) -> str | None:
    return next((relation.target for relation in relations if relation.kind == kind), None)


def _workbook(package: SafePackage, part: str, relations: tuple[Relation, ...]) -> tuple[bool, tuple[_Listed, ...]]:
    since_1904 = False
    worksheets = {relation.id: relation.target for relation in relations if relation.kind == "worksheet"}
    known = {relation.id for relation in relations}
    listed: list[_Listed] = []
    sheets = 0
    for name, attributes in elements(package, part, _BOOK_WORDS):
        if name == "workbookPr":
            since_1904 = attributes.get("date1904") in TRUE_WORDS
        elif name == "sheet":
            sheets += 1
            title, link = unescaped(attributes.get("name", "")), attributes.get("r:id", "")
            if link not in known:
                raise package.budget.damaged(f"its sheet {title} is missing")
            if link in worksheets:
                package.budget.check_sheets(len(listed) + 1, title)
                visible = attributes.get("state", "visible") == "visible"
                listed.append(_Listed(title, visible, worksheets[link]))
    if not sheets:
        raise package.budget.damaged("it holds no sheet")
    return since_1904, tuple(listed)


def _sheet(package: SafePackage, listed: _Listed, surroundings: Surroundings) -> Sheet:
    content = read_sheet(package, listed.part, surroundings)
    related = relations_of(package, listed.part)
    return Sheet(
        name=listed.name,
        visible=listed.visible,
        cells=PackedCells(content.rows),
        hidden_rows=frozenset(content.hidden_rows),
        hidden_columns=content.hidden_columns.among(content.rows),
        merged=tuple(content.merged),
        tables=tuple(_table(package, relation.target, listed.name) for relation in related if relation.kind == "table"),
    )


def _table(package: SafePackage, part: str, sheet: str) -> NamedTable:
    found = list(elements(package, part, _TABLE_WORDS))
    tables = [attributes for name, attributes in found if name == "table"]
    headings = tuple(unescaped(attributes.get("name", "")) for name, attributes in found if name == "tableColumn")
    for heading in headings:
        package.budget.add_text(heading)
    try:
        [table] = tables
        first_row, first_column, last_row, last_column = area_positions(table.get("ref", ""))
        return NamedTable(
            name=table.get("displayName") or table.get("name", ""),
            sheet=sheet,
            first_row=first_row,
            first_column=first_column,
            last_row=last_row,
            last_column=last_column,
            headings=headings,
            header_rows=int(table.get("headerRowCount", "1")),
            totals_rows=int(table.get("totalsRowCount", "0")),
        )
    except ValueError as error:
        raise package.budget.damaged(f"its table part {part} does not say where the table is") from error


def _number_formats(package: SafePackage, part: str | None) -> Formats:
    # By the style index as cells write it; a cell without one has the first style.
    if part is None:
        return {}
    custom: dict[int, str] = {}
    format_ids: list[int] = []
    for place, name, attributes in _placed_styles(elements(package, part, _STYLE_WORDS)):
        format_id = attributes.get("numFmtId", "0")
        number = int(format_id) if format_id.isdecimal() and len(format_id) < 10 else 0
        if name == "xf" and place == "cellXfs":
            format_ids.append(number)
        elif name == "numFmt" and place == "numFmts":
            custom[number] = unescaped(attributes.get("formatCode", "")[:_LONGEST_ATTRIBUTE])
    shown = [shown_as(number, custom) for number in format_ids]
    return {**{str(index): how for index, how in enumerate(shown)}, None: shown[0] if shown else Shown.NUMBER}


def _placed_styles(found: Iterable[tuple[str, Attributes]]) -> Iterator[tuple[str, str, Attributes]]:
    # Number formats and cell formats mean something else in conditional formats and named styles.
    place = ""
    for name, attributes in found:
        if name in _STYLE_PLACES:
            place = name
        else:
            yield place, name, attributes


def _shared_texts(package: SafePackage, part: str | None) -> dict[str | None, str]:
    # By the index as cells write it, which saves turning every index into a number.
    if part is None:
        return {}
    found = plain_texts(package, part)
    return read_texts_carefully(package, part) if found is None else found


def read_texts_carefully(package: SafePackage, part: str) -> dict[str | None, str]:
    """The shared texts of a workbook by their index as written, however the part is written."""
    reader = _TextReader(part, package.budget)
    parser = parser_for(_TEXT_WORDS, part, package.budget)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parse(parser, package, part, reader)
    return reader.texts


class _TextReader:
    # Joins the runs of each shared text and leaves phonetic guides out.

    __slots__ = ("_budget", "_part", "_phonetic", "_run", "_runs", "_text", "depth", "texts")

    def __init__(self, part: str, budget: Budget) -> None:
        self.texts: dict[str | None, str] = {}
        self._part, self._budget = part, budget
        self._runs = self._run = ""
        self._text: str | None = None
        self._phonetic = False
        self.depth = 0

    def start(self, name: str, _attributes: Attributes) -> None:
        self.depth += 1
        if name == "t":
            self._text = ""
            return
        self._text = None
        if name == "si":
            self._runs = ""
            self._require(self.depth == 2)
        elif self.depth == 1:
            self._require(name == "sst")
        elif self.depth == 3:
            self._run = name
            self._phonetic = name == "rPh"

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text += text
            self._budget.check_text(len(self._text))

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "t":
            text, self._text = self._text, None
            self._require(text is not None and is_run(self.depth - 1, self._run))
            if not self._phonetic:
                self._runs += text or ""
                self._budget.check_text(len(self._runs))
        elif name == "si":
            text = unescaped(self._runs)
            self._budget.add_text(text)
            self.texts[str(len(self.texts))] = text
        elif name == "rPh":
            self._phonetic = False

    def _require(self, holds: bool) -> None:
        # A text too many or too few would put a wrong one into every cell after it.
        if not holds:
            raise self._budget.damaged(f"its part {self._part} has something that belongs to no list of texts")
