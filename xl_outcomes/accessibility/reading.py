"""Reads a .docx into the model: what stands in it in reading order, with every look worked out."""

from collections.abc import Iterator
from dataclasses import dataclass

from xl_outcomes.accessibility.colours import WHITE, is_colour, read_theme
from xl_outcomes.accessibility.model import Document, Paragraph, Place, paragraphs_of
from xl_outcomes.accessibility.names import CORE, Element, switch, w
from xl_outcomes.accessibility.package import WordPackage
from xl_outcomes.accessibility.places import Whereabouts
from xl_outcomes.accessibility.styles import Styles, read_styles
from xl_outcomes.accessibility.walk import Walk

_CHANGES = tuple(
    w(name)
    for name in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "cellIns", "cellDel", "tblPrChange")
)
_NO_LANGUAGE = ("x-none", "zxx", "und")


def read_document(content: bytes, name: str) -> Document:
    """The document in these bytes; raises FileError where they are no sound .docx, in plain words."""
    package = WordPackage(content, name)
    main = package.parsed(package.main)
    if main is None:
        raise AssertionError("the package has checked its main part")
    settings, theme = (package.first(package.main, kind) for kind in ("settings", "theme"))
    styles = read_styles(package.first(package.main, "styles"), read_theme(theme, settings))
    links = {key: r.target for key, r in package.relations(package.main).items()}
    walk = Walk(styles, _page(main, settings), links)
    root = main.find(w("body"))
    body = walk.blocks(root if root is not None else main)
    headers = tuple(_headers(package, styles))
    return Document(
        title=_core(package, "title"),
        language=_language(styles, _core(package, "language"), main),
        body=body,
        headers=tuple(p for each in headers for p in each.paragraphs),
        pictures=tuple(walk.pictures),
        watermarks=tuple(place for each in headers for place in each.watermarks) + tuple(walk.watermarks),
        fields=tuple(walk.form_fields),
        contents=walk.fields.contents,
        changes=sum(1 for _ in main.iter(*_CHANGES)),
        comments=sum(1 for _ in main.iter(w("commentReference"))),
    )


@dataclass(frozen=True, slots=True)
class _Header:
    paragraphs: tuple[Paragraph, ...]
    watermarks: tuple[Place, ...]


def _headers(package: WordPackage, styles: Styles) -> Iterator[_Header]:
    start = 10_000_000  # headers and footers come after the whole text
    for number, (part, root) in enumerate(package.related(package.main, "header", "footer")):
        kind = "Page header" if str(root.tag) == w("hdr") else "Page footer"
        links = {key: r.target for key, r in package.relations(part).items()}
        walk = Walk(styles, WHITE, links, Whereabouts(part=kind, order=start + number * 10_000))
        yield _Header(tuple(paragraphs_of(walk.blocks(root))), tuple(walk.watermarks))


def _core(package: WordPackage, name: str) -> str:
    root = package.first("", "core-properties")
    found = root.find(f"{{{CORE}}}{name}") if root is not None else None
    return (found.text or "").strip() if found is not None else ""


def _language(styles: Styles, stated: str, main: Element) -> str:
    # The defaults of the document, then its body style, then its properties, then what its text is marked as.
    body = styles.style("paragraph", None).run.language
    marked = (str(e.get(w("val")) or "") for e in main.iter(w("lang")))
    said = (styles.run.language or "", body or "", stated, *marked)
    return next((tag for tag in said if tag and tag.lower() not in _NO_LANGUAGE), "")


def _page(main: Element, settings: Element | None) -> str:
    # The colour of the page counts only where the settings say that it is shown.
    background = main.find(w("background")) if switch(settings, "displayBackgroundShape") else None
    colour = str(background.get(w("color")) or "") if background is not None else ""
    return colour.upper() if is_colour(colour) else WHITE
