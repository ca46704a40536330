"""The names that the XML of Word documents uses, and the few steps that every reader of it takes."""

from collections.abc import Iterator

from lxml import etree

Element = etree._Element

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
PLACED = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
DECORATIVE = "http://schemas.microsoft.com/office/drawing/2017/decorative"
VML = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
CORE = "http://purl.org/dc/elements/1.1/"
MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"

_OFF = ("0", "false", "off", "none")
_DROPPED = (f"{{{WORD}}}del", f"{{{WORD}}}moveFrom", f"{{{CHOICES}}}Fallback")
_WRAPPERS = (
    *(f"{{{WORD}}}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "dir", "bdo")),
    f"{{{CHOICES}}}AlternateContent",
    f"{{{CHOICES}}}Choice",
)


def w(name: str) -> str:
    """The full name of an element or attribute of WordprocessingML."""
    return f"{{{WORD}}}{name}"


def value(parent: Element | None, *path: str, attribute: str = "val") -> str | None:
    """The attribute (`val` unless said) of the element that a path of names leads to; None where it is missing."""
    for name in path:
        parent = parent.find(w(name)) if parent is not None else None
    return str(parent.get(w(attribute)) or "") if parent is not None else None


def switch(parent: Element | None, name: str) -> bool | None:
    """An on-off property such as bold: None where it is not said."""
    found = value(parent, name)
    return None if found is None else found not in _OFF


def number(text: str | None) -> float | None:
    """A number as Word writes it; None for anything else."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def children(parent: Element) -> Iterator[Element]:
    """The elements of a part's content, those in content controls and kept changes too; deleted text is left out."""
    for child in parent:
        if child.tag in _WRAPPERS:
            yield from children(child)
        elif isinstance(child.tag, str) and child.tag not in _DROPPED:
            yield child
