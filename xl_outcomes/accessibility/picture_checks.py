"""The rules about pictures, charts, shapes and text boxes."""

import re
from collections.abc import Iterator

from xl_outcomes.accessibility.findings import Hit
from xl_outcomes.accessibility.model import Document, Picture
from xl_outcomes.accessibility.rules import FILE_NAME_ALT, FLOATING, LONG_ALT, MACHINE_ALT, NO_ALT, TEXT_BOX

_LONGEST_ALT = 250
_FILE_NAME = re.compile(r"\S.*\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp|heic)", re.IGNORECASE)
_MERE_LABEL = re.compile(
    r"(?:a |an |the )?(?:picture|image|chart|graph|graphic|diagram|shape|photo|screenshot|figure|logo|img|object)"
    r"[ _-]*\d*\.?",
    re.IGNORECASE,
)
_MACHINE = ("description automatically generated", "ai-generated content may be incorrect", "generated description")


def picture_hits(document: Document) -> Iterator[Hit]:
    """Where pictures break a rule; decorative ones need no alt text, and a text box breaks its own rule alone."""
    for picture in document.pictures:
        if picture.what == "text box":
            yield Hit(TEXT_BOX, picture.place, "text in a text box")
            continue
        if picture.decorative:
            continue
        if picture.floating:
            yield Hit(FLOATING, picture.place, f"{_a(picture.what)} that floats over or beside the text")
        yield from _alt(picture)


def _alt(picture: Picture) -> Iterator[Hit]:
    alt = picture.alt
    if not alt:
        yield Hit(NO_ALT, picture.place, f"{_a(picture.what)} without alt text")
    elif _FILE_NAME.fullmatch(alt) and "\n" not in alt:
        yield Hit(FILE_NAME_ALT, picture.place, f'the file name "{alt[:80]}" as alt text')
    elif _MERE_LABEL.fullmatch(alt):
        yield Hit(FILE_NAME_ALT, picture.place, f'the mere label "{alt}" as alt text')
    elif len(alt) > _LONGEST_ALT:
        yield Hit(LONG_ALT, picture.place, f"alt text of {len(alt):,} characters")
    if any(words in alt.lower() for words in _MACHINE):
        yield Hit(MACHINE_ALT, picture.place, "alt text made by a program and not corrected")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"
