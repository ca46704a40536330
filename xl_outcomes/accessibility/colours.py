"""Colours of text and ground: six hexadecimal digits, blank for Word's automatic colour; and the contrast of two."""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, field

from xl_outcomes.accessibility.names import DRAWING, Element, number, w

AUTOMATIC = ""
WHITE = "FFFFFF"
BLACK = "000000"

_HIGHLIGHTS = {
    "black": BLACK,
    "blue": "0000FF",
    "cyan": "00FFFF",
    "green": "00FF00",
    "magenta": "FF00FF",
    "red": "FF0000",
    "yellow": "FFFF00",
    "white": WHITE,
    "darkBlue": "000080",
    "darkCyan": "008080",
    "darkGreen": "008000",
    "darkMagenta": "800080",
    "darkRed": "800000",
    "darkYellow": "808000",
    "darkGray": "808080",
    "lightGray": "C0C0C0",
}
_SCHEME = {
    "dark1": "dk1",
    "light1": "lt1",
    "dark2": "dk2",
    "light2": "lt2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}
_MAPPED = {
    "text1": "t1",
    "background1": "bg1",
    "text2": "t2",
    "background2": "bg2",
}
_STANDARD_MAP = {"t1": "dark1", "bg1": "light1", "t2": "dark2", "bg2": "light2"}


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a document's theme by their names in it, and which of them texts and grounds take."""

    colours: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)

    def colour(self, name: str) -> str | None:
        """The colour that a name such as "accent1" or "text1" stands for; None where the theme does not say."""
        short = _MAPPED.get(name)
        name = self.mapping.get(short, _STANDARD_MAP[short]) if short else name
        return self.colours.get(_SCHEME.get(name, name))


def read_theme(theme: Element | None, settings: Element | None) -> Theme:
    """The theme's colours and the settings' mapping of them; both parts may be missing."""
    scheme = next(theme.iter(f"{{{DRAWING}}}clrScheme"), None) if theme is not None else None
    colours = {}
    for entry in scheme if scheme is not None else ():
        found = str(entry[0].get("lastClr") or entry[0].get("val") or "") if len(entry) else ""
        if is_colour(found):
            colours[str(entry.tag).rpartition("}")[2]] = found.upper()
    mapping = settings.find(w("clrSchemeMapping")) if settings is not None else None
    pairs = mapping.attrib.items() if mapping is not None else ()
    return Theme(colours, {str(k).rpartition("}")[2]: str(v) for k, v in pairs})


def text_colour(element: Element | None, theme: Theme) -> str | None:
    """The colour of a w:color element; AUTOMATIC for Word's own, None where nothing is said."""
    return None if element is None else _resolved(element, theme, "val", "themeColor")


def ground_colour(element: Element | None, theme: Theme) -> str | None:
    """The colour of a w:shd element with its pattern; AUTOMATIC for no shading, None where nothing is said."""
    if element is None:
        return None
    pattern = str(element.get(w("val")) or "clear")
    behind = _resolved(element, theme, "fill", "themeFill")
    front = _resolved(element, theme, "color", "themeColor")
    if pattern == "nil" or (pattern == "clear" and not behind):
        return AUTOMATIC
    if pattern == "solid":
        return front or BLACK
    percent = number(pattern.removeprefix("pct")) if pattern.startswith("pct") else None
    return behind if percent is None else mixed(front or BLACK, behind or WHITE, percent / 100)


def highlight_colour(name: str | None) -> str | None:
    """The colour of a highlighter pen; AUTOMATIC for "none", None where nothing is said."""
    return None if name is None else _HIGHLIGHTS.get(name, AUTOMATIC)


def mixed(front: str, behind: str, share: float) -> str:
    """A colour laid over another with a share of 0 to 1."""
    share = min(1.0, max(0.0, share))
    return "".join(
        f"{round(f * share + b * (1 - share)):02X}" for f, b in zip(_parts(front), _parts(behind), strict=True)
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG 2.2 defines it, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_coloured(colour: str) -> bool:
    """Whether a colour is one that people would name, not white, grey or black."""
    return bool(colour) and max(_parts(colour)) - min(_parts(colour)) >= 24


def is_colour(text: str) -> bool:
    """Whether a text is a colour of six hexadecimal digits."""
    return len(text) == 6 and all(sign in "0123456789abcdefABCDEF" for sign in text)


def _resolved(element: Element, theme: Theme, plain: str, themed: str) -> str:
    prefix = themed.removesuffix("Color")  # themeTint goes with themeColor, themeFillTint with themeFill
    name = str(element.get(w(themed)) or "")
    found = theme.colour(name) if name else None
    if found:
        tinted = _toned(found, element.get(w(f"{prefix}Tint")), lighter=True)
        return _toned(tinted, element.get(w(f"{prefix}Shade")), lighter=False)
    said = str(element.get(w(plain)) or "")
    return said.upper() if is_colour(said) else AUTOMATIC


def _toned(colour: str, tone: str | None, *, lighter: bool) -> str:
    if not tone or not is_colour(f"0000{tone}"):
        return colour
    share = int(tone, 16) / 255
    hue, light, depth = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    light = light * share + (1 - share if lighter else 0)
    return "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, light, depth))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)
