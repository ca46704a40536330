"""Worksheets and shared texts as Excel, LibreOffice and we write them: recognised whole, at several times the speed.

A part is plain where patterns of the usual words, in their usual order, cover its rows (or texts) to the last byte,
and what is left without them is sound XML. Whatever is not plain gives nothing, and the careful readers of
`xlsx_sheet` and `xlsx_reader` decide what it is: so this module finds no faults. Of a plain part both give the same,
which tests/test_plain_parts.py proves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import LAST_ROW, Packed, area_positions, column_letters, column_number
from xl_outcomes.workbook.safe_package import NOT_XML, Attributes, SafePackage, parser_for, vocabulary
from xl_outcomes.workbook.xlsx_values import (
    TRUE_WORDS,
    SheetContent,
    StoredValues,
    Surroundings,
    unescaped,
    with_formula,
)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_WORDS = vocabulary(
    ("worksheet", "sheetData", "row", "c", "v", "f", "is", "r", "t", "rPh", "col", "mergeCell"), _MAIN
)
_TEXT_WORDS = vocabulary(("sst", "si", "r", "t", "rPh"), _MAIN)
_ROW = re.compile(
    r'<row r="([1-9]\d{0,6})"(?: spans="[\d: ]*")?(?: s="\d+")?(?: customFormat="\w+")?(?: ht="[\d.]+")?'
    r'(?: hidden="(\w+)")?(?: customHeight="\w+")?(?: outlineLevel="\d+")?(?: collapsed="\w+")?(?: thickTop="\w+")?'
    r'(?: thickBot="\w+")?( x14ac:dyDescent="[\d.]+")?(/?)>',
    re.ASCII,
)
_CELL = re.compile(
    r'(<c r="([A-Z]{1,3})([1-9]\d{0,6})"(?: s="(\d+)")?(?: t="(\w+)")?'
    r'(?:/>|>(?:(<f(?: t="\w+")?(?: aca="\w+")?(?: ref="[A-Z\d:]+")?(?: ca="\w+")?(?: si="\d+")?)'
    r"(?:/>|>([^<]*)</f>))?(?:(<v>)([^<]*)</v>)?</c>"
    r'|>(<is>)<t(?: xml:space="preserve")?>([^<]*)</t></is></c>))',
    re.ASCII,
)
_TEXT = r'<t(?: xml:space="preserve")?>([^<]*)</t>'
_RUN = r'<r>(?:<rPr>(?:<\w+(?: \w+="[^"<&]*")?/>)*</rPr>)?<t(?: xml:space="preserve")?>[^<]*</t></r>'
_ITEM = re.compile(rf"(<si>(?:{_TEXT}|<t/>|((?:{_RUN})+))</si>)", re.ASCII)
_RUN_TEXT = re.compile(_TEXT)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}  # the last one last
_NEVER = bytes({*range(32)} - {9, 10})
_NEVER_WORDS = ("]]>", "\ufffe", "\uffff")
_OTHER_ENTITY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;)")
_DECLARED = re.compile(rb'<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?(?: standalone="\w+")?\?>\s*')
_MOST_HELD = 2_000_000


class _NotPlainError(Exception):
    """Something that the careful reader has to look at."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a part is taken apart: how its units begin and end, what comes after the last, and what has to be around."""

    first: bytes
    end: bytes
    after: bytes
    words: dict[str, str]
    around: tuple[str, ...]


_SHEET = _Kind(b"<row ", b"</row>", b"</sheetData>", _SHEET_WORDS, ("worksheet", "sheetData"))
_STRINGS = _Kind(b"<si>", b"</si>", b"</sst>", _TEXT_WORDS, ("sst",))
_Found = tuple[int, str, Attributes]
_T = TypeVar("_T")


def plain_sheet(package: SafePackage, part: str, surroundings: Surroundings) -> SheetContent | None:
    """The content of a worksheet part; None where it is not plain, with the budget as it was before."""
    return _or_none(package.budget, lambda: _sheet(package, part, surroundings))


def plain_texts(package: SafePackage, part: str) -> dict[str | None, str] | None:
    """The shared texts of a workbook by their index as written; None where one of them is not plain."""
    return _or_none(package.budget, lambda: _texts(package, part))


def _or_none(budget: Budget, read: Callable[[], _T]) -> _T | None:
    before = budget.used()
    try:
        return read()
    except (_NotPlainError, *NOT_XML):
        budget.take_back(before)
        return None


def _sheet(package: SafePackage, part: str, surroundings: Surroundings) -> SheetContent:
    rows = _Rows(package.budget, surroundings)
    left = _without_units(package, part, _SHEET, rows.take)
    if rows.prefixed and b' xmlns:x14ac="' not in left:
        raise _NotPlainError
    content = rows.content
    for _, name, attributes in _around(left, part, _SHEET, package.budget):
        if name == "col" and attributes.get("hidden") in TRUE_WORDS:
            package.budget.add_details(1)
            content.hidden_columns.add(int(attributes.get("min", "")), int(attributes.get("max", "")))
        elif name == "mergeCell":
            package.budget.add_details(1)
            content.merged.append(area_positions(attributes.get("ref", "")))
    return content


class _Rows:
    """Takes rows, piece by piece, in their order; nothing passes but what it knows."""

    __slots__ = ("_budget", "_column_of", "_last", "_limit", "_texts", "_values", "content", "prefixed")

    def __init__(self, budget: Budget, surroundings: Surroundings) -> None:
        self.content = SheetContent()
        self.prefixed = False
        self._budget, self._limit = budget, budget.limits.text
        self._texts, self._values = surroundings.texts, StoredValues(surroundings, budget)
        self._column_of: dict[str, int] = {}
        self._last = 0

    def take(self, piece: str) -> None:
        """Keep the cells of some rows."""
        at = 0
        while at < len(piece):
            row = _demand(_ROW.match(piece, at))
            name, hidden, prefixed, empty = row.groups()
            self.prefixed = self.prefixed or prefixed is not None
            at = row.end()
            if not empty:
                end = piece.find("</row>", at)
                self._keep(name, hidden, self._columns(piece[at:end], name))
                at = end + len("</row>")
            else:
                self._keep(name, hidden, {})

    def _keep(self, name: str, hidden: str | None, columns: dict[int, Packed]) -> None:
        number = int(name)
        if not self._last < number <= LAST_ROW:
            raise _NotPlainError
        self._last = number
        if columns:
            self.content.rows[number] = columns
            if hidden in TRUE_WORDS:
                self.content.hidden_rows.add(number)
            self._budget.add_row(len(columns))

    def _columns(self, cells: str, name: str) -> dict[int, Packed]:
        columns: dict[int, Packed] = {}
        length, previous, texts, known = 0, 0, self._texts, self._column_of
        for whole, letters, row, style, kind, formula, words, value, stored, inline, text in _CELL.findall(cells):
            column = known.get(letters) or self._column(letters)
            if row != name or column <= previous:
                raise _NotPlainError
            length, previous = length + len(whole), column
            packed: Packed | None
            if value and kind == "s":
                packed = texts.get(stored)
                if packed is None:
                    raise _NotPlainError
                if packed and formula:
                    packed = with_formula(packed)
            elif value or formula:
                held = _decoded(stored) if value else None
                packed = self._read(kind, held, style, _decoded(words) if formula else None)
            elif inline:
                packed = self._read(kind, _decoded(text), style, None, "inlineStr")
            else:
                continue
            if packed is not None and packed != "":
                columns[column] = packed
        if length != len(cells):
            raise _NotPlainError
        return columns

    def _column(self, letters: str) -> int:
        column = column_number(letters)
        if not 0 < column <= self._budget.limits.columns or column_letters(column) != letters:
            raise _NotPlainError
        self._column_of[letters] = column
        return column

    def _read(
        self, kind: str, stored: str | None, style: str, formula: str | None, wanted: str | None = None
    ) -> Packed | None:
        # A text stands in its cell where the cell says so, and only there.
        if (kind == "inlineStr") != (wanted == "inlineStr") or len(stored or "") > self._limit:
            raise _NotPlainError
        return self._values.read(kind or "n", stored, style or None, formula)


def _texts(package: SafePackage, part: str) -> dict[str | None, str]:
    texts: dict[str | None, str] = {}
    budget = package.budget

    def take(piece: str) -> None:
        found = _ITEM.findall(piece)
        if sum(len(whole) for whole, _, _ in found) != len(piece):
            raise _NotPlainError
        for _, plain, runs in found:
            text = _decoded("".join(_RUN_TEXT.findall(runs)) if runs else plain)
            if len(text) > budget.limits.text:
                raise _NotPlainError
            text = unescaped(text)
            budget.add_text(text)
            texts[str(len(texts))] = text

    _around(_without_units(package, part, _STRINGS, take), part, _STRINGS, budget)
    return texts


def _without_units(package: SafePackage, part: str, kind: _Kind, take: Callable[[str], None]) -> bytes:
    """Hands the units of a part on, some at a time, and gives what is left without them."""
    head, held, ended = b"", b"", False
    for chunk in package.chunks(part):
        held += chunk
        if not head and (start := held.find(kind.first)) >= 0:
            head, held = held[:start], held[start:]
        if head and not ended:
            after = held.find(kind.after)
            ended = after >= 0
            cut = after if ended else held.rfind(kind.end) + len(kind.end) if kind.end in held else 0
            take(_sound(held[:cut]))
            held = held[cut:]
        if len(held) > _MOST_HELD:
            raise _NotPlainError
    if head and not ended:
        raise _NotPlainError
    return head + held


def _sound(piece: bytes) -> str:
    """A piece of XML as text, if there is nothing in it that XML forbids or has a special meaning."""
    text = piece.decode()
    odd = len(piece.translate(None, _NEVER)) != len(piece) or any(word in text for word in _NEVER_WORDS)
    if odd or (b"&" in piece and _OTHER_ENTITY.search(piece)):
        raise _NotPlainError
    return text


def _around(left: bytes, part: str, kind: _Kind, budget: Budget) -> list[_Found]:
    """The known words of what is left of a part, which has to be sound XML with the units' place in it."""
    declared = _DECLARED.match(left)
    rest = left[declared.end() :] if declared else left
    if b"<!" in rest or b"<?" in rest:
        raise _NotPlainError
    finder = _Finder(frozenset(kind.words.values()))
    parser = parser_for(kind.words, part, budget)
    parser.StartElementHandler, parser.EndElementHandler = finder.start, finder.end
    parser.Parse(left, True)
    places = [(depth, name) for depth, name, _ in finder.found if name not in ("col", "mergeCell")]
    if places != list(enumerate(kind.around, 1)):
        raise _NotPlainError
    return finder.found


class _Finder:
    __slots__ = ("_known", "depth", "found")

    def __init__(self, known: frozenset[str]) -> None:
        self.depth = 0
        self.found: list[_Found] = []
        self._known = known

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name in self._known:
            self.found.append((self.depth, name, attributes))

    def end(self, _name: str) -> None:
        self.depth -= 1


def _decoded(text: str) -> str:
    if "&" in text:
        for entity, character in _ENTITIES.items():
            text = text.replace(entity, character)
    return text


def _demand(found: re.Match[str] | None) -> re.Match[str]:
    if found is None:
        raise _NotPlainError
    return found
