"""Pictures of charts in a report: which one stands in a place, and how a new one takes it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
from docx.image.image import Image
from lxml import etree

from xl_outcomes.refresh.spots import DRAWING, Spot
from xl_outcomes.workbook.package import OFFICE, Package

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_EMBED = f"{{{OFFICE}}}embed"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_NEAR = 0.02  # of the ratio of width to height, within which it is the same picture, saved smaller


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in a place: its drawing and image element, the image's part, what it holds, and its alt text.

    `size` is width and height on the page in English Metric Units.
    """

    drawing: Any
    blip: Any
    part: str
    content: bytes
    alt: str
    size: tuple[int, int]

    @property
    def digest(self) -> str:
        """What tells one image from another."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def picture_of(spot: Spot, package: Package, part: str) -> Shown | None:
    """The picture in a place of a part; None where there is none of ours any more."""
    drawing = next((atom for atom in spot.atoms if atom.tag == DRAWING), None)
    blip = next(drawing.iter(f"{_A}blip"), None) if drawing is not None else None
    target = next((r.target for r in package.relations(part) if blip is not None and r.id == blip.get(_EMBED)), "")
    name = package.find(target) if target else None
    if drawing is None or name is None:
        return None
    about, extent = next(drawing.iter(f"{_WP}docPr"), None), next(drawing.iter(f"{_WP}extent"), None)
    size = tuple(_number(extent.get(side)) for side in ("cx", "cy")) if extent is not None else (0, 0)
    alt = about.get("descr", "") if about is not None else ""
    return Shown(drawing, blip, name, package.read(name), alt, (size[0], size[-1]))


def is_the_same(shown: Shown, digest: str, ratio: float) -> bool:
    """Whether a picture is the one that was generated: the same bytes, or of its proportions, as Word compresses it."""
    return shown.digest == digest or abs(ratio_of(shown.content) - ratio) <= _NEAR * ratio


def ratio_of(content: bytes) -> float:
    """Width by height of an image in pixels; 0 where it cannot be read."""
    try:
        image = Image.from_blob(content)
    except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, ValueError, KeyError):
        return 0.0
    return float(image.px_width / max(image.px_height, 1))


def replace_picture(shown: Shown, new: Shown, package: Package, part: str, generated: tuple[int, int]) -> None:
    """Puts the new image into the drawing; a size that the author gave stays, its height following the new image."""
    _put_image(shown.blip, new.content, package, part)
    size = new.size if shown.size == generated else _resized(shown.size, generated, new.size)
    for extent in (*shown.drawing.iter(f"{_WP}extent"), *(x.find(f"{_A}ext") for x in shown.drawing.iter(f"{_A}xfrm"))):
        if extent is not None:
            extent.set("cx", str(size[0]))
            extent.set("cy", str(size[1]))
    _drop_unused(shown.part, package, part)


def add_picture(drawing: Any, source: Package, part: str, package: Package, into: str) -> bool:
    """Brings the images of a copied drawing along into another package; False where one cannot be found."""
    for blip in drawing.iter(f"{_A}blip"):
        target = next((r.target for r in source.relations(part) if r.id == blip.get(_EMBED)), "")
        name = source.find(target) if target else None
        if name is None:
            return False
        _put_image(blip, source.read(name), package, into)
    return True


def put_alt(shown: Shown, alt: str) -> None:
    """Gives a picture its alt text."""
    for about in shown.drawing.iter(f"{_WP}docPr"):
        about.set("descr", alt)


def _resized(own: tuple[int, int], generated: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    """The author's width, and a height that is stretched as hers was."""
    if not (own[0] and generated[0] and generated[1] and new[0]):
        return own
    stretch = (own[1] / own[0]) / (generated[1] / generated[0])
    return own[0], round(own[0] * new[1] / new[0] * stretch)


def _put_image(blip: Any, content: bytes, package: Package, part: str) -> None:
    name = package.unused("word/media/outcomes{}.png")
    package.put(name, content)
    _declare_png(package)
    blip.set(_EMBED, package.relate(part, "image", name))


def _declare_png(package: Package) -> None:
    name = package.find("[Content_Types].xml") or "[Content_Types].xml"
    root = package.tree(name)
    if not any(e.get("Extension", "").casefold() == "png" for e in root.iter(f"{{{_TYPES}}}Default")):
        root.insert(0, etree.Element(f"{{{_TYPES}}}Default", Extension="png", ContentType="image/png"))
        package.touch(name)


def _drop_unused(image: str, package: Package, part: str) -> None:
    """Takes an image out of the package if nothing shows it any more."""
    ids = {r.id for r in package.relations(part) if package.find(r.target) == image}
    if any(e.get(_EMBED) in ids for e in package.tree(part).iter(f"{_A}blip")):
        return
    package.unrelate(part, image)
    if image not in set(_reached(package)):
        package.drop(image)


def _reached(package: Package) -> Iterator[str]:
    seen, waiting = set[str](), [""]
    while waiting:
        part = waiting.pop()
        targets = [name for r in package.relations(part) if (name := package.find(r.target)) and name not in seen]
        seen.update(targets)
        waiting += targets
        yield from targets


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0
