"""What is drawn in a paragraph: pictures, charts, diagrams, shapes, text boxes and embedded objects."""

from collections.abc import Iterator
from dataclasses import dataclass

from xl_outcomes.accessibility.names import DECORATIVE, DRAWING, OFFICE, PLACED, VML, Element, w

_KINDS = (
    ("/picture", "picture"),
    ("/chart", "chart"),
    ("/chartex", "chart"),
    ("/diagram", "diagram"),
)
_SHAPES = ("shape", "rect", "roundrect", "oval", "line", "polyline", "group", "arc", "curve", "image")
_WATERMARK = "watermark"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something drawn: what it is in plain words, its name, its alt text, and whether it floats over the text."""

    what: str
    name: str
    alt: str
    decorative: bool
    floating: bool


def drawn_in(run: Element) -> Iterator[Drawn]:
    """What a run holds that is drawn, in order; what lies inside a text box or a group is part of it."""
    for child in _drawings(run):
        if child.tag == w("drawing"):
            yield from (_placed(e) for e in child if e.tag in (_in_line(), _anchored()))
        else:
            yield from (_old_shape(e, child) for e in child if _is_shape(e))


def is_watermark(drawn: Drawn) -> bool:
    """Whether a drawing is Word's watermark, or decorative letters (WordArt) of the same kind."""
    return drawn.what == "WordArt" or _WATERMARK in drawn.name.lower()


def _drawings(parent: Element) -> Iterator[Element]:
    # Word writes a new drawing and an old one for the same thing; the first is taken.
    for child in parent:
        if child.tag in (w("drawing"), w("pict"), w("object")):
            yield child
        elif isinstance(child.tag, str) and child.tag.endswith(("}AlternateContent", "}Choice")):
            yield from _drawings(child)


def _placed(element: Element) -> Drawn:
    properties = element.find(f"{{{PLACED}}}docPr")
    words = (
        {k: str(properties.get(k) or "").strip() for k in ("name", "descr", "title")} if properties is not None else {}
    )
    marks = properties.iter(f"{{{DECORATIVE}}}decorative") if properties is not None else ()
    return Drawn(
        what=_what(element),
        name=words.get("name", ""),
        alt=words.get("descr", "") or words.get("title", ""),
        decorative=any(mark.get("val") in ("1", "true") for mark in marks),
        floating=element.tag == _anchored(),
    )


def _what(element: Element) -> str:
    if next(element.iter(w("txbxContent")), None) is not None:
        return "text box"
    data = next(element.iter(f"{{{DRAWING}}}graphicData"), None)
    address = str(data.get("uri") or "") if data is not None else ""
    return next((what for ending, what in _KINDS if address.endswith(ending)), "shape")


def _old_shape(element: Element, holder: Element) -> Drawn:
    letters = next(element.iter(f"{{{VML}}}textpath"), None)
    boxed = next(element.iter(w("txbxContent")), None) is not None
    pictured = next(element.iter(f"{{{VML}}}imagedata"), None) is not None
    what = "text box" if boxed else "WordArt" if letters is not None else "picture" if pictured else "shape"
    return Drawn(
        what="embedded object" if holder.tag == w("object") and not boxed else what,
        name=str(element.get("id") or ""),
        alt=str(element.get("alt") or "").strip(),
        decorative=False,
        floating="position:absolute" in str(element.get("style") or "").replace(" ", ""),
    )


def _is_shape(element: Element) -> bool:
    # A line across the page (o:hr) is a ruler, not a picture; a shape type is only a pattern for shapes.
    names = [f"{{{VML}}}{name}" for name in _SHAPES]
    return element.tag in names and element.get(f"{{{OFFICE}}}hr") not in ("t", "true")


def _in_line() -> str:
    return f"{{{PLACED}}}inline"


def _anchored() -> str:
    return f"{{{PLACED}}}anchor"
