"""The places of a Word document where generated values stand: found by their controls, else by their bookmarks.

A place is a list of atoms, the elements that show text, in reading order; what is struck out by tracked changes, and
what stands in a text box inside, is no part of it.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from xl_outcomes.word_keys import BOOKMARK, CHART, TAG, key_print

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
TEXT, RUN, LOOK, PARAGRAPH, CELL, ROW, TABLE = (f"{W}{n}" for n in ("t", "r", "rPr", "p", "tc", "tr", "tbl"))
CONTROL, PROPERTIES, CONTENT = f"{W}sdt", f"{W}sdtPr", f"{W}sdtContent"
START, END = f"{W}bookmarkStart", f"{W}bookmarkEnd"
DRAWING = f"{W}drawing"
TABLE_TAG = f"{TAG}table:"

_BOX = f"{W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_STRUCK = {f"{W}del", f"{W}moveFrom"}
_GONE = {*_STRUCK, _BOX, _FALLBACK, PROPERTIES}
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011", DRAWING: ""}
_ATOMS = (TEXT, *_SIGNS)
_TOKEN = re.compile(r"\w[\w.,%]*\w%?|\s+|.", re.DOTALL)
_BEFORE_HIGHLIGHT = frozenset(
    f"{W}{n}"
    for n in (
        *("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow"),
        *("emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern"),
        *("position", "sz", "szCs"),
    )
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place: the 12 digits of its key, what its tag says was generated, and what stands there.

    `control` and `start` (of the bookmark) are None where the document lacks them. `told` is blank without a tag.
    """

    key: str
    atoms: tuple[Any, ...]
    control: Any = None
    start: Any = None
    told: str = ""
    fill: str = ""
    chart: str = ""

    @property
    def text(self) -> str:
        """What a reader sees there."""
        return "".join(said(atom) for atom in self.atoms)

    @property
    def empty(self) -> bool:
        """Whether a reader sees nothing there, neither text nor picture."""
        return not self.text.strip() and not any(atom.tag == DRAWING for atom in self.atoms)

    @property
    def cell(self) -> Any:
        """The table cell around its text, or None; Word may put a control around a whole cell."""
        anchor = self.atoms[0] if self.atoms else self.control if self.control is not None else self.start
        return next(anchor.iterancestors(CELL), None)


def spots(root: Any) -> list[Spot]:
    """The places in a part of a document, in reading order of controls, then of bookmarks without a control."""
    names = _names_before(root)
    controls = [spot for element in root.iter(CONTROL) if (spot := _controlled(element, names)) is not None]
    owned = {(spot.key, atom) for spot in controls for atom in spot.atoms}
    covered = {start for spot in controls if (start := spot.start) is not None}
    bare = [
        Spot(key, tuple(atoms), start=start)
        for start, key, atoms in _bookmarked(root)
        if start not in covered and not any((key, atom) in owned for atom in atoms)
    ]
    return [*controls, *(_without_control(spot) for spot in bare)]


def said(atom: Any) -> str:
    """What an atom shows."""
    if atom.tag == TEXT:
        return atom.text or ""
    return "" if atom.get(f"{W}type") in ("page", "column") else _SIGNS[atom.tag]


def shown(element: Any) -> str:
    """What a reader sees in a paragraph or cell, without what is struck out."""
    return "".join(said(atom) for atom in atoms_of(element))


def atoms_of(element: Any) -> Iterator[Any]:
    """The atoms under an element that a reader sees, in reading order."""
    for atom in element.iter(*_ATOMS):
        if atom.getparent().tag == RUN and not _is_gone(atom, element):
            yield atom


def tag_parts(control: Any) -> tuple[str, ...]:
    """The parts of a control's tag of ours, without the leading word; empty for another's."""
    tag = control.find(f"{PROPERTIES}/{W}tag")
    value = tag.get(f"{W}val", "") if tag is not None else ""
    return tuple(value.removeprefix(TAG).split(":")) if value.startswith(TAG) else ()


# ---- new words in a place ----


def replace_text(atoms: Sequence[Any], at: int, old: str, new: str) -> list[Any]:
    """Puts `new` where `old` stands, `at` characters into the place; returns the runs that changed.

    Over several runs, only the words that differ change, so that each keeps the formatting of its run.
    """
    whole = [atom for atom in atoms if said(atom)]
    single = len(_between(whole, at, at + len(old))) <= 1
    edits = [(0, len(old), new)] if single else list(_edits(old, new))
    runs: dict[Any, None] = {}
    for start, end, words in reversed(edits):
        runs |= dict.fromkeys(_splice(whole, at + start, at + end, words))
    return [run for run in runs if run.getparent() is not None]


def highlight(run: Any) -> None:
    """Marks a run in yellow."""
    look = run.find(LOOK)
    if look is None:
        look = etree.Element(LOOK)
        run.insert(0, look)
    for old in look.findall(f"{W}highlight"):
        look.remove(old)
    place = sum(child.tag in _BEFORE_HIGHLIGHT for child in look)
    look.insert(place, etree.Element(f"{W}highlight", {f"{W}val": "yellow"}))


def _edits(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """The stretches of the old text that are replaced, with what comes in their place, word by word."""
    ours, theirs = _TOKEN.findall(old), _TOKEN.findall(new)
    for what, i, j, m, n in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if what != "equal":
            start = sum(map(len, ours[:i]))
            yield start, start + sum(map(len, ours[i:j])), "".join(theirs[m:n])


def _between(atoms: Sequence[Any], start: int, end: int) -> list[tuple[Any, int, int]]:
    """The atoms that a stretch touches, each with the stretch's limits inside it."""
    found, place = [], 0
    for atom in atoms:
        size = len(said(atom))
        if place < end and place + size > start:
            found.append((atom, max(start - place, 0), min(end - place, size)))
        place += size
    return found


def _splice(atoms: list[Any], start: int, end: int, words: str) -> list[Any]:
    """Replaces a stretch; the words go into the first text that it touches, else behind the character before it."""
    touched = _between(atoms, start, end) or _between(atoms, start - 1, start) or _between(atoms, start, start + 1)
    if start == end:
        touched = [(atom, n, n) for atom, i, j in touched[:1] for n in ((j,) if start else (i,))]
    runs, written = [], False
    for atom, i, j in touched:
        runs.append(atom.getparent())
        if atom.tag == TEXT:
            text = atom.text or ""
            _put(atom, atoms, text[:i] + ("" if written else words) + text[j:])
            written = True
        elif i < j or not written:
            written = _replace_sign(atom, atoms, "" if written else words, keep=i == j) or written
    return runs


def _replace_sign(atom: Any, atoms: list[Any], words: str, *, keep: bool) -> bool:
    """Puts a text with the words in place of a tab or line break, or behind one that stays; says whether it did."""
    if words:
        text = etree.Element(TEXT)
        atom.addnext(text)
        atoms.insert(atoms.index(atom) + 1, text)
        _put(text, atoms, words)
    if not keep:
        atoms.remove(atom)
        atom.getparent().remove(atom)
    return bool(words)


def _put(text: Any, atoms: list[Any], words: str) -> None:
    """Writes into a text element; line breaks and tabs become elements behind it."""
    first, *rest = re.split(r"([\n\t])", words)
    text.text = first
    text.set(SPACE, "preserve")
    behind = text
    for piece in filter(None, rest):
        made = etree.Element({"\n": f"{W}br", "\t": f"{W}tab"}.get(piece, TEXT))
        if made.tag == TEXT:
            made.text = piece
            made.set(SPACE, "preserve")
        behind.addnext(made)
        atoms.insert(atoms.index(behind) + 1, made)
        behind = made


# ---- finding ----


def _controlled(element: Any, names: Mapping[Any, Any]) -> Spot | None:
    parts = tag_parts(element)
    content = element.find(CONTENT)
    if not parts or content is None or parts[0] == "table" or any(e.tag in _STRUCK for e in element.iterancestors()):
        return None
    chart = ":".join(parts[1:]) if parts[0] == "chart" else ""
    key = key_print(CHART + chart) if chart else parts[0]
    start = names.get(element)
    if start is not None and key_in(start) != key:
        start = None
    blank = element.find(f"{PROPERTIES}/{W}showingPlcHdr") is not None
    atoms = () if blank else tuple(atoms_of(content))
    told, fill = ("", "") if chart else (*parts[1:], "", "")[:2]
    return Spot(key, atoms, element, start, told, fill, chart)


def _names_before(root: Any) -> dict[Any, Any]:
    """The bookmark start of ours that stands right before each control, by control."""
    found = {}
    for start in root.iter(START):
        if start.get(f"{W}name", "").startswith(BOOKMARK):
            after = start.getnext()
            while after is not None and after.tag in (START, END, f"{W}proofErr"):
                after = after.getnext()
            if after is not None and after.tag == CONTROL:
                found[after] = start
    return found


def _bookmarked(root: Any) -> Iterator[tuple[Any, str, list[Any]]]:
    """Each bookmark of ours that has an end: its start, its key and the atoms in it."""
    ended = {end.get(f"{W}id") for end in root.iter(END)}
    under_way: dict[str, tuple[Any, str, list[Any]]] = {}
    for element in root.iter(START, END, *_ATOMS):
        number = element.get(f"{W}id", "")
        if element.tag == START:
            key = key_in(element)
            if key and number in ended:
                under_way[number] = (element, key, [])
        elif element.tag == END:
            if number in under_way:
                yield under_way.pop(number)
        elif under_way and element.getparent().tag == RUN:
            for start, _, atoms in under_way.values():
                if not _is_gone(element, _home(start)):
                    atoms.append(element)


def key_in(start: Any) -> str:
    """The key in the name of a bookmark of ours; blank for another's."""
    name = start.get(f"{W}name", "")
    return name.removeprefix(BOOKMARK)[:12] if name.startswith(BOOKMARK) else ""


def _home(start: Any) -> Any:
    """The text box in which a bookmark stands, or the whole part."""
    return next(start.iterancestors(_BOX), None)


def _is_gone(atom: Any, within: Any) -> bool:
    for above in atom.iterancestors():
        if above is within:
            return False
        if above.tag in _GONE:
            return True
    return False


def _without_control(spot: Spot) -> Spot:
    """A place known by its bookmark alone; a control around it that lost its tag is its own."""
    first = spot.atoms[0] if spot.atoms else None
    around: Iterable[Any] = first.iterancestors(CONTROL) if first is not None else ()
    for element in around:
        content = element.find(CONTENT)
        if not tag_parts(element) and content is not None and set(atoms_of(content)) == set(spot.atoms):
            return Spot(spot.key, spot.atoms, element, spot.start)
    return spot
