"""A workbook as a zip package: its entries, content types and relationships.

What is not changed is copied as it stands: compressed bytes, header fields and order. Part names are those of the
zip entries, without a leading slash; they are looked up without regard to case, as Office does.
"""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.zip_entries import SAVE_AS, assemble, damaged, expand, key_of, opened

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Relation:
    """One inner relationship of a part: `kind` is the last word of its type, `target` a part's name."""

    id: str
    kind: str
    target: str


class Package:
    """A workbook's parts, read from `source`; changes stay in memory until `build`.

    Raises FileError (file-password, file-format, file-damaged, file-too-large) where the source is not a sound package.
    """

    __slots__ = (
        "_archive",
        "_changed",
        "_dropped",
        "_entries",
        "_names",
        "_prologs",
        "_relations",
        "_source",
        "_touched",
        "_trees",
    )

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._archive, self._entries = opened(source)
        self._names = {key_of(name): name for name in self._entries}
        self._changed: dict[str, bytes] = {}
        self._dropped: set[str] = set()
        self._trees: dict[str, etree._Element] = {}
        self._prologs: dict[str, bytes] = {}
        self._touched: set[str] = set()
        self._relations: dict[str, tuple[Relation, ...]] = {}

    @property
    def changed(self) -> bool:
        """Whether anything has been put, touched or dropped."""
        return bool(self._changed or self._touched or self._dropped)

    def find(self, name: str) -> str | None:
        """The part's name as the package spells it, or None if it lacks the part."""
        return self._names.get(key_of(name)) or (self._names.get(key_of(unquote(name))) if "%" in name else None)

    def unused(self, pattern: str) -> str:
        """The first free part name of a pattern such as "xl/tables/table{}.xml"."""
        return next(name for number in range(1, 10**6) if not self.find(name := pattern.format(number)))

    def read(self, name: str) -> bytes:
        """A part's expanded bytes as they stand now."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part's expanded bytes as they stand now, a piece at a time."""
        if name in self._touched:
            self._settle(name)
        if name in self._changed:
            yield self._changed[name]
        else:
            yield from expand(self._archive, self._entries[name].info)

    def tree(self, name: str) -> etree._Element:
        """A part's root element, parsed once; call `touch` after a change to it."""
        if name not in self._trees:
            data = self.read(name)
            self._prologs[name] = _prolog(data)
            self._trees[name] = parse(data, name)
        return self._trees[name]

    def touch(self, name: str) -> None:
        """Say that a part's tree was changed."""
        self._touched.add(name)
        if key_of(name).endswith(".rels"):
            self._relations.clear()

    def put(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        self._names.setdefault(key_of(name), name)
        self._dropped.discard(name)
        self._trees.pop(name, None)
        self._relations.clear()
        self._changed[name] = data

    def drop(self, name: str) -> None:
        """Leave a part out, with its content type; relationships to it are the caller's."""
        self._names.pop(key_of(name), None)
        self._changed.pop(name, None)
        self._touched.discard(name)
        self._relations.clear()
        self._dropped.add(name)
        self._remove(self._types(), "{*}Override", "PartName", lambda value: key_of(value) == key_of(name))

    def relations(self, part: str) -> tuple[Relation, ...]:
        """The inner relationships of a part ("" is the package itself), in order."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def related(self, part: str, kind: str) -> str | None:
        """The existing part that `part` refers to by a relationship of a kind, or None."""
        targets = (self.find(relation.target) for relation in self.relations(part) if relation.kind == kind)
        return next((target for target in targets if target), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship from one part to another; returns its new id."""
        name = self.find(_relations_name(part))
        if name is None:
            name = _relations_name(part)
            self.put(name, _DECLARATION + f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
        root = self.tree(name)
        taken = {item.get("Id") for item in root}
        new_id = next(i for number in range(1, 10**6) if (i := f"rId{number}") not in taken)
        relative = posixpath.relpath(target, posixpath.dirname(part) or ".")
        etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", Id=new_id, Type=f"{OFFICE}/{kind}", Target=relative)
        self.touch(name)
        return new_id

    def unrelate(self, part: str, target: str) -> None:
        """Remove the relationships from one part to another."""
        name = self.find(_relations_name(part))
        if name:
            self._remove(
                name, "{*}Relationship", "Target", lambda value: key_of(_resolve(part, value)) == key_of(target)
            )

    def declare(self, part: str, kind: str) -> None:
        """Give a part the content type of a kind of spreadsheet part, such as "table"."""
        name, content = self._types(), f"{_CONTENT}{kind}+xml"
        etree.SubElement(self.tree(name), f"{{{_TYPES}}}Override", PartName=f"/{part}", ContentType=content)
        self.touch(name)

    def build(self) -> bytes:
        """The package with its changes; the source itself where nothing changed. New parts stand at the end."""
        for name in sorted(self._touched):
            self._settle(name)
        if not self.changed:
            return self._source
        kept = [name for name in self._entries if name not in self._dropped]
        return assemble(self._source, [self._entries[name] for name in kept], kept, self._changed)

    def _read_relations(self, part: str) -> tuple[Relation, ...]:
        found = self.find(_relations_name(part))
        if found is None:
            return ()
        items = [item for item in self.tree(found).iter("{*}Relationship") if item.get("TargetMode") != "External"]
        kinds = [item.get("Type", "").rsplit("/", 1)[-1] for item in items]
        targets = [_resolve(part, item.get("Target", "")) for item in items]
        return tuple(Relation(item.get("Id", ""), *ends) for item, *ends in zip(items, kinds, targets, strict=True))

    def _types(self) -> str:
        return self.find("[Content_Types].xml") or "[Content_Types].xml"

    def _remove(self, part: str, tag: str, attribute: str, doomed: Callable[[str], bool]) -> None:
        root = self.tree(part)
        for item in [item for item in root.iterchildren(tag) if doomed(item.get(attribute, ""))]:
            root.remove(item)
            self.touch(part)

    def _settle(self, name: str) -> None:
        tree = self._trees[name].getroottree()
        self._changed[name] = self._prologs[name] + etree.tostring(tree, encoding="UTF-8", xml_declaration=False)
        self._touched.discard(name)


def parse(data: bytes, name: str) -> etree._Element:
    """The root element of a part, with no entities resolved and nothing fetched.

    Raises FileError: file-unsafe for a DOCTYPE, file-damaged for what is not XML.
    """
    text = _as_utf8(data)
    if b"<!DOCTYPE" in text:
        raise _unsafe(name)
    try:
        # The size of a part is bounded where it is expanded, so huge trees do no harm.
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, collect_ids=False
        )
        return etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(f"its part {name} is not sound XML ({error})") from None


def stream(package: Package, name: str, tag: str) -> Iterator[etree._Element]:
    """The elements of a tag right below a part's root, piece by piece; each is gone soon after the next comes."""
    parser = etree.XMLPullParser(
        events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        for piece in package.chunks(name):
            parser.feed(piece)
            items = [item for _, item in parser.read_events() if isinstance(item, etree._Element)]
            if any(item.getroottree().docinfo.internalDTD is not None for item in items[:1]):
                raise _unsafe(name)
            yield from items
            parent = items[-1].getparent() if items else None
            if parent is not None:
                del parent[:-1]
    except etree.XMLSyntaxError as error:
        raise damaged(f"its part {name} is not sound XML ({error})") from None


def workbook_part(package: Package) -> str:
    """The name of the workbook part.

    Raises FileError (file-format) for a package that is not a workbook or is a strict one.
    """
    name = package.related("", "officeDocument")
    namespace = etree.QName(package.tree(name)).namespace if name else None
    if namespace == STRICT:
        raise FileError("file-format", "This workbook was saved as Strict Open XML.", SAVE_AS)
    if name is None or namespace != MAIN:
        raise FileError("file-format", "This file is not an .xlsx or .xlsm workbook.", SAVE_AS)
    return name


def worksheets(package: Package) -> list[tuple[str, str]]:
    """The worksheets in the order of their tabs: (name, part). Chart sheets and missing parts are left out."""
    workbook = workbook_part(package)
    targets = {r.id: package.find(r.target) for r in package.relations(workbook) if r.kind == "worksheet"}
    found = (
        (item.get("name", ""), targets.get(item.get(f"{{{OFFICE}}}id", "")))
        for item in package.tree(workbook).iterfind(f"{{{MAIN}}}sheets/{{{MAIN}}}sheet")
    )
    return [(name, part) for name, part in found if part]


def table_parts(package: Package, sheet: str) -> list[str]:
    """The table parts of a worksheet part, in order."""
    found = (package.find(relation.target) for relation in package.relations(sheet) if relation.kind == "table")
    return [part for part in found if part]


def _prolog(data: bytes) -> bytes:
    """The XML declaration and white space before the root, as the part has them."""
    text = data.removeprefix(b"\xef\xbb\xbf")
    end = text.find(b"?>") + 2
    if not text.startswith(b"<?xml ") or b"utf-8" not in text[:end].lower():
        return _DECLARATION
    return text[: text.index(b"<", end)]


def _as_utf8(data: bytes) -> bytes:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16").encode() if wide else data.removeprefix(b"\xef\xbb\xbf")
    except UnicodeError as error:
        raise damaged(str(error)) from None


def _resolve(part: str, target: str) -> str:
    plain = target.replace("\\", "/").split("#", 1)[0]
    if plain.startswith("/"):
        return plain.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), plain))


def _relations_name(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _unsafe(name: str) -> FileError:
    return FileError("file-unsafe", f"The workbook's part {name} declares a DOCTYPE, which no spreadsheet needs.")
