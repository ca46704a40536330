"""The units of a document, paragraphs and tables: what each is, whatever figures it shows, to find it again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from xl_outcomes.refresh.spots import DRAWING, PARAGRAPH, TABLE, TEXT, Spot, W, atoms_of, said
from xl_outcomes.word_keys import key_print, segments

_DIGITS = str.maketrans("", "", "0123456789")  # the numbers of captions differ from report to report


def blocks(trees: Iterable[Any]) -> Iterator[Any]:
    """The paragraphs and tables that stand in no table, in reading order."""
    for tree in trees:
        for child in tree.iterchildren():
            if child.tag in (PARAGRAPH, TABLE):
                yield child
            elif isinstance(child.tag, str):
                yield from blocks([child])


def keys_in(element: Any, keys: Mapping[Any, str]) -> Iterator[str]:
    """The keys under an element, in reading order; one that stands in several runs is given once."""
    last = ""
    for atom in element.iter(TEXT, DRAWING):
        key = keys.get(atom, "")
        if key and key != last:
            yield key
        last = key


def unit_id(unit: Any, keys: Mapping[Any, str], names: Mapping[str, str]) -> str:
    """What a paragraph or table is, in 12 digits: its keys and the fixed text between them, without numbers."""
    if unit.tag == TABLE:
        return table_id([names[key] for key in keys_in(unit, keys) if key in names])
    pieces: list[str] = []
    for atom in atoms_of(unit):
        key = keys.get(atom, "")
        if not key:
            pieces.append(said(atom).translate(_DIGITS))
        elif pieces[-1:] != [f"<{key}>"]:
            pieces.append(f"<{key}>")
    return sha256("".join(pieces).encode()).hexdigest()[:12]


def table_id(keys: Sequence[str]) -> str:
    """What a table is: the lists and fields that its rows show, whichever rows there are."""
    return key_print("|".join(sorted({pattern(key) for key in keys})))


def pattern(key: str) -> str:
    """A key without the row that it is of: `priorities[HOU].reds[*].reason`."""
    parts = segments(key)
    last = max((n for n, (_, item) in enumerate(parts) if item and not item.isdigit()), default=-1)
    named = ((name, "*" if n == last else "" if n > last else item) for n, (name, item) in enumerate(parts))
    return ".".join(f"{name}[{item}]" if item else name for name, item in named)


def row_of(key: str) -> str:
    """The row that a key is of: `priorities[HOU].reds[HOU-1a]`; blank for one of no list."""
    parts = segments(key)
    last = max((n for n, (_, item) in enumerate(parts) if item and not item.isdigit()), default=-1)
    return ".".join(f"{name}[{item}]" if item else name for name, item in parts[: last + 1])


def list_of(key: str) -> str:
    """The list of which a key is an item, or has one: `priorities[HOU].reds`, `summary`; blank for none."""
    parts = segments(key)
    last = max((n for n, (_, item) in enumerate(parts) if item), default=-1)
    if last < 0:
        return ""
    above = [f"{name}[{item}]" if item else name for name, item in parts[:last]]
    return ".".join([*above, parts[last][0]])


def table_words(key: str) -> str:
    """What a table is of, in words: "Table: HOU reds"."""
    parts = segments(list_of(key) or key)
    owner = next((item for _, item in reversed(parts) if item), "")
    return f"Table: {owner} {parts[-1][0].replace('_', ' ')}".replace("  ", " ")


def fill_of(spot: Spot) -> str:
    """The colour of the cell in which a place stands; blank for none."""
    cell = spot.cell
    shading = cell.find(f"{W}tcPr/{W}shd") if cell is not None else None
    fill = str(shading.get(f"{W}fill", "")) if shading is not None else ""
    return "" if fill == "auto" else fill
