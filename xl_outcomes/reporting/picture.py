"""A picture for a document, and what all pictures take from the house style."""

from dataclasses import dataclass
from typing import Any

from xl_outcomes.house_style import HouseStyle

PAGE_MM = 166.0  # the width of a text on a page
DPI = 200
MM_PER_INCH = 25.4
_PLAIN = {"font.size": 10, "hatch.linewidth": 0.8, "text.parse_math": False}
_LAST_FONT = "DejaVu Sans"  # comes with matplotlib


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a document: PNG bytes, what it shows in words, and its width on the page in millimetres."""

    png: bytes
    alt: str
    width_mm: float


def look(style: HouseStyle) -> dict[str, Any]:
    """What matplotlib takes from the style; fonts that this computer lacks are left out, as it would complain."""
    from matplotlib.font_manager import fontManager

    wanted = (style.fonts.body, *style.fonts.fallbacks, _LAST_FONT)
    here = {entry.name for entry in fontManager.ttflist}
    names = ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor")
    colours = {**dict.fromkeys(names, style.colours.text), "axes.edgecolor": style.colours.note}
    return {**_PLAIN, **colours, "font.family": list(dict.fromkeys(font for font in wanted if font in here))}
