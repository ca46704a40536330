"""The parts of a Word document, unpacked within limits and parsed without document types."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from lxml import etree

from xl_outcomes.accessibility.names import RELATIONSHIPS, STRICT, Element
from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget, sized
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits
from xl_outcomes.workbook.compound_file import root_names
from xl_outcomes.workbook.safe_package import SafePackage

_LIMITS = Limits(file_bytes=60 * MEGABYTE, unpacked_bytes=300 * MEGABYTE, seconds=60)
_LARGEST_PART = 40 * MEGABYTE
_MOST_ELEMENTS = 1_500_000
_SAVE_AS = "Open it in Word, choose File > Save As > Word Document (.docx), and check that file."
_OTHERS = (
    (b"%PDF", "a PDF document", "Check the Word document that it was made from."),
    (b"{\\rtf", "a document in Rich Text Format (.rtf)", _SAVE_AS),
)
_NO_DOCUMENT = "Choose the report itself: a .docx that was saved by Word."


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from a part to another part or to an address: its kind ("header"), its target, whether it leads out."""

    kind: str
    target: str
    outside: bool


class WordPackage:
    """An open .docx; every part that is asked for is parsed anew, or None where it is not there."""

    def __init__(self, content: bytes, name: str) -> None:
        self._budget = _WordBudget.begin(name, _LIMITS)
        self._budget.check_file(len(content))
        file = io.BytesIO(content)
        _refuse_others(content[:64], file, self._budget)
        self._package = SafePackage(file, self._budget)
        self._package.refuse_doctypes()
        self.main = self._main_part()

    def parsed(self, part: str) -> Element | None:
        """The root of a part; errors `file-damaged`, `file-too-large`."""
        if part not in self._package:
            return None
        content = b"".join(self._bounded(part))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise self._budget.damaged(f"its part {part} is not well-formed XML or lies too deep") from error
        if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
            raise self._budget.too_large(f"{part} has too many elements", f"{_MOST_ELEMENTS:,}")
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """The links of a part by their id; the targets of those inside are names of parts."""
        folder, name = dirname(part), part.rpartition("/")[2]
        root = self.parsed(join(folder, "_rels", f"{name}.rels"))
        found = root.iter(f"{{{RELATIONSHIPS}}}Relationship") if root is not None else ()
        return {str(e.get("Id") or ""): _relation(e, folder) for e in found}

    def related(self, part: str, *kinds: str) -> Iterator[tuple[str, Element]]:
        """The parts of these kinds that a part links to, parsed, with their names."""
        for relation in self.relations(part).values():
            if relation.kind in kinds and not relation.outside:
                root = self.parsed(relation.target)
                if root is not None:
                    yield relation.target, root

    def first(self, part: str, kind: str) -> Element | None:
        """The first part of a kind that a part links to."""
        return next((root for _, root in self.related(part, kind)), None)

    def _bounded(self, part: str) -> Iterator[bytes]:
        size = 0
        for chunk in self._package.chunks(part):
            size += len(chunk)
            if size > _LARGEST_PART:
                raise self._budget.too_large(f"its part {part} is {sized(size)} or more", sized(_LARGEST_PART))
            yield chunk

    def _main_part(self) -> str:
        found = [r.target for r in self.relations("").values() if r.kind == "officeDocument"]
        root = self.parsed(found[0]) if found else None
        if root is None or not str(root.tag).endswith("}document"):
            raise self._budget.wrong_format("another kind of file")
        if STRICT in str(root.tag):
            raise self._budget.wrong_format("a Strict Open XML document", _SAVE_AS)
        return found[0]


class _WordBudget(Budget):
    # The limits and the clock of the reader of spreadsheets; the sentences are about Word.

    __slots__ = ()

    def damaged(self, detail: str) -> FileError:
        detail = detail.replace("Excel", "Word")
        fix = "Open it in Word, save it as a new .docx, and check that; if Word cannot open it, ask for a new copy."
        return FileError("file-damaged", f"{self.name} is damaged: {detail}.", fix)

    def unsafe(self, part: str) -> FileError:
        what = f"its part {part} holds a document type (DOCTYPE) or entity declaration, which Word never writes"
        fix = "Do not open it. Ask the sender how it was made, and for a fresh file saved from Word."
        return FileError("file-unsafe", f"{self.name} is not safe to read: {what}.", fix)

    def password(self) -> FileError:
        fix = (
            "Open it in Word, remove the password (File > Info > Protect Document > Encrypt with Password, clear the "
            "box) or the restriction, save it and check it again."
        )
        return FileError("file-password", f"{self.name} is encrypted (by a password or a label).", fix)

    def rights_managed(self) -> FileError:
        return self.password()

    def wrong_format(self, found: str, fix: str = "") -> FileError:
        message = f"{self.name} is not a Word document (.docx) that can be checked: it is {found}."
        return FileError("file-format", message, fix or _NO_DOCUMENT)

    def too_large(self, found: str, allowed: str, limit: str = "") -> FileError:
        message = f"{self.name} is too large to check: {found}; the limit is {allowed}."
        return FileError("file-too-large", message, "Make its pictures smaller or divide it, and check it again.")


def _refuse_others(head: bytes, file: io.BytesIO, budget: Budget) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        names = root_names(file, budget)
        if {"EncryptionInfo", "EncryptedPackage", "\x06DataSpaces", "\tDRMContent"} & names:
            raise budget.password()
        what = "a Word 97–2003 document (.doc)" if "WordDocument" in names else "a document of an older Office program"
        raise budget.wrong_format(what, _SAVE_AS)
    for signature, what, fix in _OTHERS:
        if head.startswith(signature):
            raise budget.wrong_format(what, fix)
    if not head.startswith(b"PK"):
        raise budget.wrong_format("an empty file" if not head else "a file of another kind")


def _relation(element: Element, folder: str) -> Relation:
    target, outside = str(element.get("Target") or ""), element.get("TargetMode") == "External"
    if not outside:
        target = normpath(target.lstrip("/") if target.startswith("/") else join(folder, target))
    return Relation(str(element.get("Type") or "").rpartition("/")[2], target, outside)
