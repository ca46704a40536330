"""Keys of what is generated: each value of a report carries its path in the facts, down to a control in the document.

A template's fields are marked while they are filled in, by characters that no text may hold. Afterwards each marked
value is put into a content control of Word, tagged with its key, with a hidden bookmark of the same key around it for
programs that drop tags.
"""

import copy
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from lxml import etree
from markupsafe import Markup

NAMESPACE = "urn:xl-outcomes:report"
CHART = "chart:"
BOOKMARK = "_xlo_"  # the underscore hides it from Word's lists of bookmarks
TAG = "xlo:"
NONCHARACTERS = range(0xFDD0, 0xFDF0)  # Unicode keeps them for a program's own use; texts must not hold them

_START, _MIDDLE, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_OPENING, _CLOSING = "opening", "closing"  # elements that stand for marks while a part is worked on
_MARK = re.compile(f"({_START}[0-9]+{_MIDDLE}|{_END})")
_IDENTITIES = ("ref", "code", "name", "title")
_ATTRIBUTE = "_xlo_key"  # the sandbox of templates keeps out of names with an underscore in front
_LONGEST_NAME = 64  # of an alias or tag in Word
_TEXT, _LOOK, _DRAWING = qn("w:t"), qn("w:rPr"), qn("w:drawing")
_TEXTUAL = (_TEXT, _LOOK, qn("w:br"), qn("w:tab"))
_CONTROL, _PROPERTIES, _CONTENT = qn("w:sdt"), qn("w:sdtPr"), qn("w:sdtContent")
_ALIAS, _TAG = qn("w:alias"), qn("w:tag")
_BOOKMARK_START, _BOOKMARK_END = qn("w:bookmarkStart"), qn("w:bookmarkEnd")
_ID, _NAME, _VALUE = qn("w:id"), qn("w:name"), qn("w:val")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_FIRST_ID = 1_000_001
_ABOUT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
    '<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" '
    'ds:itemID="{5B0C9C5E-6C39-4A57-9A0E-2F3D8E7B6A11}">'
    f'<ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
)
_PLAIN = str.maketrans("[]", "()")


class KeyedText(str):
    """A text with the key of where it comes from."""

    _xlo_key: str

    def __new__(cls, text: str, key: str) -> "KeyedText":
        """A copy of the text that has the key."""
        made = super().__new__(cls, text)
        made._xlo_key = key
        return made


class KeyedNumber(int):
    """A whole number with its key."""

    _xlo_key: str

    def __new__(cls, number: int, key: str) -> "KeyedNumber":
        """A copy of the number that has the key."""
        made = super().__new__(cls, number)
        made._xlo_key = key
        return made


class KeyedList(list[object]):
    """A list with its key."""

    _xlo_key: str

    def __init__(self, items: Sequence[object], key: str) -> None:
        super().__init__(items)
        self._xlo_key = key


@dataclass(slots=True)
class Marks:
    """The keys that were met while a template was filled in; a mark in the text has the number of its key."""

    numbers: dict[str, int] = field(default_factory=dict)

    def around(self, value: object, shown: str) -> Markup | str:
        """What stands in the document for a value, marked if the value has a key."""
        key = key_of(value)
        if not key:
            return shown
        number = self.numbers.setdefault(key, len(self.numbers))
        return Markup(f"{_START}{number}{_MIDDLE}{shown}{_END}")  # `shown` is escaped already

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the order of their numbers."""
        return tuple(self.numbers)


@dataclass(slots=True)
class Places:
    """What must be told apart over all parts of a document: ids, and bookmarks of one key."""

    ids: Iterator[int] = field(default_factory=lambda: count(_FIRST_ID))
    seen: Counter[str] = field(default_factory=Counter)

    def name(self, key: str) -> str:
        """A free bookmark name for a key."""
        self.seen[key] += 1
        number = self.seen[key]
        return f"{BOOKMARK}{key_print(key)}{f'_{number}' if number > 1 else ''}"


# ---- values ----


def keyed(value: object, path: str = "") -> Any:
    """Values with their keys: `priorities[HOU].reds[HOU-1a].reason`.

    Items of a list are known by their ref, code, name or title, else by their number; a second of one name by `#2`.
    """
    if isinstance(value, str):
        return KeyedText(value, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return KeyedNumber(value, path)
    if isinstance(value, Mapping):
        return {name: keyed(inner, f"{path}.{name}".lstrip(".")) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        names = _names(value)
        return KeyedList([keyed(inner, f"{path}[{name}]") for name, inner in zip(names, value, strict=True)], path)
    return value


def with_key(value: Any, key: str) -> Any:
    """An object, such as a picture, that now carries a key."""
    setattr(value, _ATTRIBUTE, key)
    return value


def key_of(value: object) -> str:
    """The key that a value carries; blank if it has none."""
    return str(getattr(value, _ATTRIBUTE, ""))


def keeping_key(name: str, kept: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of templates whose result has the key of what was filtered, and the filter's name."""

    @functools.wraps(kept)  # with the marks by which Jinja knows what to pass
    def keeping(*given: Any, **named: Any) -> Any:
        result = kept(*given, **named)
        key = next((key for one in given if (key := key_of(one))), "")
        if not key or key_of(result) or isinstance(result, Markup):
            return result
        return keyed(result, f"{key}|{name}") if isinstance(result, str | int) else result

    return keeping


def _names(items: Sequence[object]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for number, item in enumerate(items, 1):
        own = next((str(item[n]) for n in _IDENTITIES if item.get(n)), "") if isinstance(item, Mapping) else ""
        name = own.translate(_PLAIN) or str(number)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


# ---- what a key is in a document ----


def key_print(key: str) -> str:
    """The 12 hexadecimal digits that stand for a key in a document."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def text_print(text: str) -> str:
    """The 8 hexadecimal digits that tell whether a text is still as it was generated."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def tag_of(key: str, text: str = "", fill: str = "") -> str:
    """The tag of a control: the key, what was generated, and the colour of its cell."""
    if key.startswith(CHART):
        return f"{TAG}{key}"[:_LONGEST_NAME]
    return f"{TAG}{key_print(key)}:{text_print(text)}{f':{fill}' if fill else ''}"


def segments(key: str) -> list[tuple[str, str]]:
    """A key in its parts, each a name and the item of it: [("priorities", "HOU"), ("rating", "")]."""
    parts, rest = [], key.partition("|")[0]
    while rest:
        name = rest[: min((at for c in ".[" if (at := rest.find(c)) >= 0), default=len(rest))]
        rest = rest[len(name) :]
        item, _, rest = rest[1:].partition("]") if rest.startswith("[") else ("", "", rest)
        rest = rest.removeprefix(".")
        parts.append((name, item))
    return parts


def owner_of(key: str) -> tuple[str, str]:
    """Whose value it is and which, in words: ("HOU-1a", "reason"), ("", "summary, paragraph 1")."""
    if key.startswith(CHART):
        return "", f"picture {key.removeprefix(CHART).replace('_', ' ')}"
    parts = segments(key)
    at = max((n for n, (_, item) in enumerate(parts) if item and not item.isdigit()), default=-1)
    names = [f"{name}, paragraph {item}" if item else name for name, item in parts[at + 1 :]]
    words = " ".join(names).replace("_", " ")
    return (parts[at][1], words or parts[at][0]) if at >= 0 else ("", words)


def alias_of(key: str) -> str:
    """What Word shows over a control: "HOU-1a: reason"."""
    owner, words = owner_of(key)
    return (f"{owner}: {words}" if owner else words)[:_LONGEST_NAME]


# ---- a filled part of a document ----


def put_controls(root: Any, keys: Sequence[str], places: Places) -> None:
    """Puts each marked value of a filled part into a control with its bookmark; a blank one has the bookmark alone."""
    taken = {e.get(_ID) for e in root.iter(_BOOKMARK_START)} | {e.get(_VALUE) for e in root.iter(_ID)}
    ids = (text for number in places.ids if (text := str(number)) not in taken)
    marked = (t.getparent() for t in root.iter(_TEXT) if t.text and (_START in t.text or _END in t.text))
    for run in dict.fromkeys(marked):
        number = _whole(run)
        if number is None:
            _cut(run)
        else:
            enclose((run,), keys[number], places.name(keys[number]), ids)
    for start in list(root.iter(_OPENING)):
        key = keys[int(start.get("key"))]
        inside = list(takewhile(lambda e: e.tag != _CLOSING, start.itersiblings()))
        enclose(inside or (start,), key, places.name(key), ids)
    for mark in list(root.iter(_OPENING, _CLOSING)):
        mark.getparent().remove(mark)
    _drop_marks(root)


def enclose(runs: Sequence[Any], key: str, name: str, ids: Iterator[str]) -> None:
    """Puts runs that stand together into a control with a bookmark around it; blank ones into the bookmark alone."""
    number, parent = next(ids), runs[0].getparent()
    start = etree.SubElement(parent, _BOOKMARK_START, {_ID: number, _NAME: name})
    end = etree.SubElement(parent, _BOOKMARK_END, {_ID: number})
    runs[0].addprevious(start)
    runs[-1].addnext(end)
    if any(child.tag == _DRAWING or (child.text or "").strip() for run in runs for child in run):
        made = control(parent, key, tag_of(key), next(ids))
        start.addnext(made)
        made[-1].extend(runs)


def control(parent: Any, key: str, tag: str, number: str) -> Any:
    """An empty control at the end of an element; its own last element takes the content."""
    made = etree.SubElement(parent, _CONTROL)
    properties = etree.SubElement(made, _PROPERTIES)
    for name, value in ((_ALIAS, alias_of(key)), (_TAG, tag), (_ID, number)):
        etree.SubElement(properties, name, {_VALUE: value})
    etree.SubElement(made, _CONTENT)
    return made


def _whole(run: Any) -> int | None:
    """The number of the one value that is all that a run holds, its marks taken away; None where it is not so."""
    texts = run.findall(_TEXT)
    said = "".join(t.text or "" for t in texts)
    if not said.startswith(_START) or said.find(_END) != len(said) - 1 or not (texts[0].text or "").startswith(_START):
        return None
    if said.count(_START) != 1 or any(child.tag not in _TEXTUAL for child in run):
        return None
    number, _, texts[0].text = texts[0].text[1:].partition(_MIDDLE)
    texts[-1].text = texts[-1].text.removesuffix(_END)
    return int(number)


def _cut(run: Any) -> None:
    """Cuts a run at its marks; between the pieces stand elements that say where a value begins and ends."""
    pieces = [_like(run)]
    for child in list(run):
        if child.tag == _LOOK:
            continue
        if child.tag != _TEXT or not _MARK.search(child.text or ""):
            pieces[-1].append(child)
            continue
        for part in _MARK.split(child.text):
            if part.startswith((_START, _END)):
                pieces += [_mark(part), _like(run)]
            elif part:
                etree.SubElement(pieces[-1], _TEXT, {_SPACE: "preserve"}).text = part
    for piece in pieces:
        if piece.tag != run.tag or any(child.tag != _LOOK for child in piece):
            run.addprevious(piece)
    run.getparent().remove(run)


def _like(run: Any) -> Any:
    """An empty run in the formatting of another."""
    made = etree.Element(run.tag, dict(run.attrib))
    properties = run.find(_LOOK)
    if properties is not None:
        made.append(copy.deepcopy(properties))
    return made


def _mark(text: str) -> Any:
    return etree.Element(_CLOSING) if text == _END else etree.Element(_OPENING, key=text[1:-1])


def _drop_marks(root: Any) -> None:
    """Marks in attributes, such as a cell's colour, and in texts of drawings and fields lead to no control."""
    for element in root.iter():
        if element.text and (_START in element.text or _END in element.text):
            element.text = _MARK.sub("", element.text)
        for name, value in element.items():
            if _START in value:
                element.set(name, _MARK.sub("", value))


# ---- the list of keys that travels with the document ----


def keep_keys(document: Any, keys: Sequence[str]) -> None:
    """Puts the list of keys into a document as a custom XML part; `refresh_stamp.seal` completes it."""
    package = document.part.package
    root = etree.fromstring(f'<report xmlns="{NAMESPACE}"/>')
    for key in keys:
        etree.SubElement(root, f"{{{NAMESPACE}}}value", key=key)
    name = package.next_partname("/customXml/item%d.xml")
    item = Part(name, CONTENT_TYPE.XML, etree.tostring(root, encoding="UTF-8", xml_declaration=True), package)
    about = PackURI(name.replace("/item", "/itemProps"))
    properties = Part(about, CONTENT_TYPE.OFC_CUSTOM_XML_PROPERTIES, _ABOUT.encode(), package)
    item.relate_to(properties, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    document.part.relate_to(item, RELATIONSHIP_TYPE.CUSTOM_XML)
