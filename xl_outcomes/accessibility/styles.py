"""The looks that styles give: every property of a run or paragraph, worked out as Word does.

Defaults of the document, then the table's style, the paragraph's, the character style, then what was set by hand; a
style stands on the style that it is based on. Bold and the like are switches: two styles that both set them undo each
other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

from xl_outcomes.accessibility.colours import Theme, ground_colour, highlight_colour, text_colour
from xl_outcomes.accessibility.names import Element, number, switch, value, w

_WORDS_OWN_SIZE = 20.0  # half-points: what Word takes where nothing says a size
_LONGEST_CHAIN = 50
_LOOKS_KEPT = 4_096  # a document has few looks, and each is worked out for thousands of runs


@dataclass(frozen=True, slots=True)
class RunLook:
    """What is said about the look of text; None where nothing is. Size in half-points."""

    size: float | None = None
    colour: str | None = None
    ground: str | None = None
    underline: str | None = None
    language: str | None = None
    bold: bool | None = None
    capitals: bool | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """What is said about a paragraph; None where nothing is. Spacing and its rule as Word stores them."""

    alignment: str | None = None
    line: float | None = None
    line_rule: str | None = None
    outline: float | None = None
    numbering: str | None = None
    ground: str | None = None
    page_break: bool | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A style by its name in lower case, with the looks of those that it is based on already in it."""

    name: str = ""
    run: RunLook = RunLook()
    paragraph: ParagraphLook = ParagraphLook()
    chain: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Styles:
    """All styles of a document by kind and id, its defaults and its theme."""

    theme: Theme
    run: RunLook
    paragraph: ParagraphLook
    known: Mapping[tuple[str, str], Style]
    standard: Mapping[str, str]

    def style(self, kind: str, name: str | None) -> Style:
        """The style of a kind ("paragraph", "character", "table") with this id, else the standard one."""
        return self.known.get((kind, name or self.standard.get(kind, "")), Style())


def read_styles(root: Element | None, theme: Theme) -> Styles:
    """The styles of a document; it may have none."""
    if root is None:
        return Styles(theme, RunLook(), ParagraphLook(), {}, {})
    found = {(str(e.get(w("type")) or ""), str(e.get(w("styleId")) or "")): e for e in root.iter(w("style"))}
    standard = {kind: name for (kind, name), e in found.items() if str(e.get(w("default")) or "0") in ("1", "true")}
    defaults = root.find(w("docDefaults"))
    run, paragraph = (_inner(defaults, f"{part}PrDefault", f"{part}Pr") for part in ("r", "p"))
    known = {key: _style(key, found, theme) for key in found}
    return Styles(theme, run_look(run, theme), paragraph_look(paragraph, theme), known, standard)


def run_look(element: Element | None, theme: Theme) -> RunLook:
    """What a w:rPr says."""
    if element is None:
        return RunLook()
    marked = highlight_colour(value(element, "highlight"))
    return RunLook(
        size=number(value(element, "sz")),
        colour=text_colour(element.find(w("color")), theme),
        ground=marked or ground_colour(element.find(w("shd")), theme) or None,  # no shading lets the cell's be seen
        underline=value(element, "u"),
        language=value(element, "lang"),
        bold=switch(element, "b"),
        capitals=switch(element, "caps"),
        hidden=switch(element, "vanish"),
    )


def paragraph_look(element: Element | None, theme: Theme) -> ParagraphLook:
    """What a w:pPr says."""
    if element is None:
        return ParagraphLook()
    return ParagraphLook(
        alignment=value(element, "jc"),
        line=number(value(element, "spacing", attribute="line")),
        line_rule=value(element, "spacing", attribute="lineRule") or None,
        outline=number(value(element, "outlineLvl")),
        numbering=value(element, "numPr", "numId"),
        ground=ground_colour(element.find(w("shd")), theme),
        page_break=switch(element, "pageBreakBefore"),
    )


@lru_cache(maxsize=_LOOKS_KEPT)
def run_over(below: RunLook, *above: RunLook) -> RunLook:
    """Looks laid over one another: what a later one says counts."""
    for look in above:
        below = replace(below, **_said(look))
    return below


@lru_cache(maxsize=_LOOKS_KEPT)
def paragraph_over(below: ParagraphLook, *above: ParagraphLook) -> ParagraphLook:
    """Looks laid over one another: what a later one says counts."""
    for look in above:
        below = replace(below, **_said(look))
    return below


def text_look(styles: Styles, table: RunLook, paragraph: Style, character: str | None, own: RunLook) -> RunLook:
    """The look of a run in a cell (or in none), in a paragraph style, with a character style and what is set on it."""
    named = styles.known.get(("character", character or ""), Style()).run
    return _text_look(styles.run, (table, paragraph.run, named), own)


@lru_cache(maxsize=_LOOKS_KEPT)
def _text_look(defaults: RunLook, layers: tuple[RunLook, ...], own: RunLook) -> RunLook:
    look = run_over(defaults, *layers, own)
    return replace(
        look,
        size=look.size or _WORDS_OWN_SIZE,
        bold=_switched(defaults.bold, [layer.bold for layer in layers], own.bold),
        capitals=_switched(defaults.capitals, [layer.capitals for layer in layers], own.capitals),
        hidden=_switched(defaults.hidden, [layer.hidden for layer in layers], own.hidden),
    )


def _switched(default: bool | None, layers: list[bool | None], own: bool | None) -> bool:
    if own is not None:
        return own
    return bool(default) or sum(bool(layer) for layer in layers) % 2 == 1


def _said(look: RunLook | ParagraphLook) -> dict[str, Any]:
    return {f.name: v for f in fields(look) if (v := getattr(look, f.name)) is not None}


def _style(key: tuple[str, str], found: Mapping[tuple[str, str], Element], theme: Theme) -> Style:
    chain = tuple(_chain(key, found))[::-1]
    return Style(
        name=(value(found[key], "name") or key[1]).lower(),
        run=run_over(RunLook(), *(run_look(e.find(w("rPr")), theme) for e in chain)),
        paragraph=paragraph_over(ParagraphLook(), *(paragraph_look(e.find(w("pPr")), theme) for e in chain)),
        chain=chain,
    )


def _chain(key: tuple[str, str], found: Mapping[tuple[str, str], Element]) -> Iterator[Element]:
    # A style, the one that it is based on, and so on; styles that stand on each other end the chain.
    seen: set[tuple[str, str]] = set()
    while key in found and key not in seen and len(seen) < _LONGEST_CHAIN:
        seen.add(key)
        yield found[key]
        key = (key[0], value(found[key], "basedOn") or "")


def _inner(parent: Element | None, *path: str) -> Element | None:
    for name in path:
        parent = parent.find(w(name)) if parent is not None else None
    return parent
