"""The stamp of a report: what it was made of, and what was generated where, in a custom XML part of the document.

By it a refresh knows a draft as one of ours, and tells the author's words from those that were generated.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from lxml import etree

from xl_outcomes.errors import FileError, InputError
from xl_outcomes.refresh.pictures import picture_of
from xl_outcomes.refresh.spots import (
    CONTENT,
    CONTROL,
    END,
    LOOK,
    PARAGRAPH,
    PROPERTIES,
    RUN,
    START,
    TABLE,
    TABLE_TAG,
    Spot,
    W,
    key_in,
    shown,
    spots,
    tag_parts,
)
from xl_outcomes.refresh.units import blocks, fill_of, keys_in, list_of, table_id, table_words, unit_id
from xl_outcomes.reporting.sources import HEADINGS
from xl_outcomes.word_keys import BOOKMARK, CHART, NAMESPACE, control, enclose, key_print, tag_of, text_print
from xl_outcomes.word_sources import TITLE
from xl_outcomes.workbook.package import Package

_N = f"{{{NAMESPACE}}}"
_MEGABYTE = 2**20
MOST_BYTES, _MOST_XML = 200 * _MEGABYTE, 80 * _MEGABYTE
_TEXT_PARTS = ("header", "footer", "footnotes", "endnotes")
_WORDS = {
    "file-password": ("is protected by a password, or is an old .doc file.", "Open it in Word, take the password off"),
    "file-format": ("is not a Word document.", "Open it in Word"),
    "file-damaged": ("is damaged.", "Open and repair it in Word"),
    "file-too-large": ("is too large to be a report.", "Compress its pictures in Word"),
    "file-unsafe": ("declares a DOCTYPE, which no Word document needs, so it is not read.", "Open it in Word"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a report was made of; `suffix` sets one file of several apart, `digest` is of the template's content."""

    framework: str
    report: str
    period: str
    template: str
    suffix: str = ""
    digest: str = ""
    version: str = ""
    sources: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What was generated for a key: the text, and the cells' colours where it stands, in reading order.

    Of a chart: `text` is its alt text, `picture` the digest of its image and `size` its width and height. A value
    that the author took out is `absent` and has no text any more.
    """

    key: str
    text: str = ""
    fills: tuple[str, ...] = ()
    picture: str = ""
    size: tuple[int, int] = (0, 0)
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """All that a report says of itself: values by the digits of their keys, the document's paragraphs and units.

    `paragraphs` are the document's own, each a digest of its text with the keys in it; `units` are the kinds of
    paragraphs and tables that were generated.
    """

    origin: Origin
    values: Mapping[str, Value]
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """A document of ours opened: its package, the trees of its parts with text, the places in them, its stamp."""

    package: Package
    main: str
    trees: Mapping[str, Any]
    places: Mapping[str, tuple[Spot, ...]]
    item: str
    stamp: Stamp

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The places of all parts."""
        return tuple(spot for found in self.places.values() for spot in found)

    def part_of(self, spot: Spot) -> str:
        """The part in which a place stands."""
        return next(part for part, found in self.places.items() if any(one is spot for one in found))


def opened(content: bytes, name: str) -> Draft:
    """A report's document; raises InputError where it is not one of ours, FileError where it cannot be read."""
    try:
        return _opened(content, name)
    except FileError as error:
        if error.code not in _WORDS:
            raise
        what, fix = _WORDS[error.code]
        raise FileError(error.code, f"{name} {what}", f"{fix}, save it as a Word document (.docx) and retry.") from None


def seal(content: bytes, origin: Origin) -> bytes:
    """A rendered report with its stamp: tags say what was generated, tables stand in controls of their own."""
    draft = opened(content, "The report")
    names = {print_: value.key for print_, value in draft.stamp.values.items()}
    for tree in draft.trees.values():
        names |= _key_sources(tree, names)
    draft = read_again(draft)
    ids = free_ids(draft.trees.values())
    for part, tree in draft.trees.items():
        _enclose_tables(tree, draft.places[part], names, ids)
    for spot in draft.spots:
        if spot.control is not None and not spot.chart:
            put_tag(spot, tag_of(names[spot.key], spot.text, fill_of(spot)))
    return write(draft, Stamp(origin, values_of(draft, names), paragraphs(draft), units_of(draft, names)))


def values_of(draft: Draft, names: Mapping[str, str]) -> dict[str, Value]:
    """What stands in a freshly made document, by the digits of the keys; `names` has the keys themselves."""
    return {print_: _value(names[print_], found, draft) for print_, found in by_key(draft.spots).items()}


def units_of(draft: Draft, names: Mapping[str, str]) -> frozenset[str]:
    """The kinds of paragraphs and tables in a document."""
    keys = keys_of_atoms(draft.spots)
    return frozenset(unit_id(block, keys, names) for block in blocks(draft.trees.values()))


def read_again(draft: Draft) -> Draft:
    """The draft with the places that its trees now have."""
    return replace(draft, places={part: tuple(spots(tree)) for part, tree in draft.trees.items()})


def write(draft: Draft, stamp: Stamp) -> bytes:
    """The document with its trees as they now are and a new stamp."""
    for part in draft.trees:
        draft.package.touch(part)
    draft.package.put(draft.item, _written(stamp))
    return draft.package.build()


def without_stamp(draft: Draft) -> bytes:
    """The document as any other: no controls and bookmarks of ours, and no stamp."""
    for tree in draft.trees.values():
        ours = {e.get(f"{W}id") for e in tree.iter(START) if key_in(e)}
        for mark in [e for e in tree.iter(START, END) if e.get(f"{W}id") in ours]:
            mark.getparent().remove(mark)
        for element in [e for e in tree.iter(CONTROL) if tag_parts(e)]:
            for child in list(element.find(CONTENT)):
                element.addprevious(child)
            element.getparent().remove(element)
    about = draft.package.related(draft.item, "customXmlProps")
    folder, _, file = draft.item.rpartition("/")
    for part in (about, draft.item, draft.package.find(f"{folder}/_rels/{file}.rels")):
        if part is not None:
            draft.package.unrelate(draft.main, part)
            draft.package.drop(part)
    for part in draft.trees:
        draft.package.touch(part)
    return draft.package.build()


def paragraphs(draft: Draft) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The paragraphs with text, each as the digest of its text and the keys that stand in it."""
    keys = keys_of_atoms(draft.spots)
    return tuple(
        (text_print(text), tuple(keys_in(paragraph, keys)))
        for tree in draft.trees.values()
        for paragraph in tree.iter(PARAGRAPH)
        if (text := shown(paragraph)).strip()
    )


def keys_of_atoms(found: Iterable[Spot]) -> dict[Any, str]:
    """The key of each atom that stands in a place; that of the innermost where places lie in each other."""
    return {atom: spot.key for spot in found for atom in spot.atoms}


def by_key(found: Iterable[Spot]) -> dict[str, list[Spot]]:
    """The places of each key."""
    grouped: dict[str, list[Spot]] = {}
    for spot in found:
        grouped.setdefault(spot.key, []).append(spot)
    return grouped


def put_tag(spot: Spot, tag: str) -> None:
    """Gives a control its tag."""
    element = spot.control.find(f"{PROPERTIES}/{W}tag")
    if element is not None:
        element.set(f"{W}val", tag)


def free_ids(trees: Iterable[Any]) -> Iterator[str]:
    """Ids for controls and bookmarks that a document does not have yet."""
    taken = {e.get(f"{W}id") for tree in trees for e in tree.iter(f"{W}bookmarkStart")}
    taken |= {e.get(f"{W}val") for tree in trees for e in tree.iter(f"{W}id")}
    return (text for number in count(2_000_001) if (text := str(number)) not in taken)


def digest_of(template: bytes) -> str:
    """What tells one version of a template from another: a digest of its text, not of how it was saved."""
    package = Package(template)
    return hashlib.sha256(package.read(package.related("", "officeDocument") or "")).hexdigest()[:16]


# ---- reading ----


def _opened(content: bytes, name: str) -> Draft:
    sizes = _bounded_sizes(content)
    package = Package(content)
    main = package.related("", "officeDocument")
    if main is None:
        raise FileError("file-format", "")
    _demand_small([main], sizes)
    if package.tree(main).tag != f"{W}document":
        what = f"{name} is not saved in the usual form of Word (it is Strict Open XML, or no document)."
        raise InputError(what, "In Word, save it as a Word document (*.docx) and retry.")
    item = _item(package, main, sizes)
    if item is None:
        what = f"{name} was not written by xl-outcomes, or its stamp has been removed, so it cannot be refreshed."
        raise InputError(what, "Write the report anew: xl-outcomes report MASTER NAME --out DIR.")
    kinds = [r for r in package.relations(main) if r.kind in _TEXT_PARTS]
    parts = [main, *(part for r in kinds if (part := package.find(r.target)) is not None)]
    _demand_small(parts, sizes)
    trees = {part: package.tree(part) for part in dict.fromkeys(parts)}
    places = {part: tuple(spots(tree)) for part, tree in trees.items()}
    return Draft(package, main, trees, places, item, _read(package.tree(item)))


def _bounded_sizes(content: bytes) -> dict[str, int]:
    """The sizes of the parts as they say; refuses what would take too much memory.

    What a part says of its size bounds what is expanded.
    """
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, OverflowError, ValueError) as error:
        raise FileError("file-damaged", str(error)) from None
    if len(content) > MOST_BYTES:
        raise FileError("file-too-large", "")
    _demand_small([name for name in sizes if name.casefold().endswith((".xml", ".rels"))], sizes)
    return sizes


def _demand_small(parts: Iterable[str], sizes: Mapping[str, int]) -> None:
    if sum(sizes.get(part, 0) for part in parts) > _MOST_XML:
        raise FileError("file-too-large", "")


def _item(package: Package, main: str, sizes: Mapping[str, int]) -> str | None:
    for relation in package.relations(main):
        part = package.find(relation.target) if relation.kind == "customXml" else None
        if part is not None:
            _demand_small([part], sizes)
            if package.tree(part).tag == f"{_N}report":
                return part
    return None


def _read(root: Any) -> Stamp:
    names = ("framework", "report", "period", "template", "suffix", "digest", "version")
    origin = replace(Origin(*(root.get(name, "") for name in names[:4])), **{n: root.get(n, "") for n in names[4:]})
    origin = replace(origin, sources=root.get("sources") == "1")
    values = {key_print(e.get("key", "")): _read_value(e) for e in root.iterfind(f"{_N}value")}
    found = tuple((e.get("text", ""), tuple(e.get("keys", "").split())) for e in root.iterfind(f"{_N}paragraph"))
    return Stamp(origin, values, found, frozenset((root.findtext(f"{_N}units") or "").split()))


def _read_value(element: Any) -> Value:
    fills = tuple("" if fill == "-" else fill for fill in element.get("fills", "").split())
    width, _, height = element.get("size", "0 0").partition(" ")
    sound = all(side.isascii() and side.isdigit() and len(side) < 12 for side in (width, height))
    size = (int(width), int(height)) if sound else (0, 0)
    absent = element.get("absent") == "1"
    return Value(element.get("key", ""), element.text or "", fills, element.get("picture", ""), size, absent)


# ---- writing ----


def _written(stamp: Stamp) -> bytes:
    origin = stamp.origin
    names = ("framework", "report", "period", "template", "suffix", "digest", "version")
    root = etree.fromstring(f'<report xmlns="{NAMESPACE}"/>')
    for name in names:
        root.set(name, getattr(origin, name))
    if origin.sources:
        root.set("sources", "1")
    for value in stamp.values.values():
        _put_value(root, value)
    for text, keys in stamp.paragraphs:
        etree.SubElement(root, f"{_N}paragraph", {"text": text, **({"keys": " ".join(keys)} if keys else {})})
    etree.SubElement(root, f"{_N}units").text = " ".join(sorted(stamp.units))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _put_value(root: Any, value: Value) -> None:
    element = etree.SubElement(root, f"{_N}value", key=value.key)
    element.text = value.text
    if any(value.fills):
        element.set("fills", " ".join(fill or "-" for fill in value.fills))
    if value.picture:
        element.set("picture", value.picture)
        element.set("size", f"{value.size[0]} {value.size[1]}")
    if value.absent:
        element.set("absent", "1")


def _value(key: str, found: Sequence[Spot], draft: Draft) -> Value:
    if not key.startswith(CHART):
        return Value(key, found[0].text, tuple(fill_of(spot) for spot in found))
    picture = picture_of(found[0], draft.package, draft.part_of(found[0]))
    return Value(key, picture.alt, (), picture.digest, picture.size) if picture else Value(key)


def _enclose_tables(tree: Any, found: Sequence[Spot], names: Mapping[str, str], ids: Iterator[str]) -> None:
    """Puts each table of generated rows or figures into a control of its own.

    LibreOffice takes direct formatting from the first paragraph of such a control, so a table of fields about the
    report, which often begins with a bold label, has only the controls of its fields.
    """
    keys = keys_of_atoms(found)
    for table in list(tree.iter(TABLE)):
        inside = [names[key] for key in keys_in(table, keys)]
        labelled = next(next(table.iter(PARAGRAPH)).iter(LOOK), None) is not None
        if inside and (any(map(list_of, inside)) or not labelled):
            made = control(table.getparent(), inside[0], f"{TABLE_TAG}{table_id(inside)}", next(ids))
            made.find(f"{PROPERTIES}/{W}alias").set(f"{W}val", table_words(inside[0])[:64])
            table.addprevious(made)
            made.find(CONTENT).append(table)


def _key_sources(tree: Any, names: Mapping[str, str]) -> dict[str, str]:
    """Puts the figures in the appendix of sources into controls; it is written behind a report that is filled in."""
    ids, added = free_ids([tree]), dict[str, str]()
    for table in tree.iter(TABLE):
        caption = table.find(f"{W}tblPr/{W}tblCaption")
        if caption is None or caption.get(f"{W}val") != TITLE:
            continue
        for row in table.findall(f"{W}tr")[1:]:
            cells = row.findall(f"{W}tc")
            ref = shown(cells[0])
            for heading, cell in zip(HEADINGS, cells, strict=False):
                key = f"sources[{ref}].{heading.lower()}"
                runs = list(cell.iter(RUN))
                if runs and key_print(key) not in names and key_print(key) not in added:
                    enclose(runs, key, f"{BOOKMARK}{key_print(key)}", ids)
                    added[key_print(key)] = key
    return added
