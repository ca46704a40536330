"""How a sheet looks that is added to somebody else's workbook: in its fonts and the colours of the house style."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from xl_outcomes.house_style import HouseStyle
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.package_styles import RATING_COLOURS, Styles
from xl_outcomes.workbook.writes import CAPTION_SIZE, Side


@dataclass(frozen=True, slots=True)
class Looks:
    """Styles as indexes: of cells (headings and what is below by side, dates by type), and of ratings by word."""

    title: int
    note: int
    caption: int
    headers: Mapping[Side, int]
    bodies: Mapping[Side, int]
    dates: Mapping[type, int]
    ratings: Mapping[str, int]


def looks_of(package: Package, house: HouseStyle) -> Looks:
    """The looks in a package, which gets the styles that it lacks."""
    styles = _Styles(package, house)
    body, header = styles.body(), styles.header()
    dated = styles.aligned(body, horizontal="left", vertical="top", wrapText="1")
    return Looks(
        title=styles.aligned(styles.title(), vertical="center", wrapText="1"),
        note=body,
        caption=styles.bold(0, f"{CAPTION_SIZE:g}"),
        headers={
            "left": header,
            "apart": styles.aligned(header, horizontal="left", vertical="center", wrapText="1", indent="1"),
            "center": styles.aligned(header, horizontal="center", vertical="center", wrapText="1"),
            "right": styles.aligned(header, horizontal="right", vertical="center", wrapText="1", indent="1"),
        },
        bodies={
            "left": body,
            "apart": styles.aligned(body, horizontal="left", vertical="top", wrapText="1", indent="1"),
            "center": styles.aligned(styles.bold(body), horizontal="center", vertical="top", wrapText="1"),
            "right": styles.aligned(body, horizontal="right", vertical="top", wrapText="1", indent="1"),
        },
        dates={dt.date: styles.dated(dated, False), dt.datetime: styles.dated(dated, True)},
        ratings={word: styles.rating(word) for word in RATING_COLOURS},
    )


class _Styles(Styles):
    """The styles of a workbook, with variants of them."""

    __slots__ = ()

    def aligned(self, style: int, **alignment: str) -> int:
        """The same style with another alignment."""
        return self._variant(style, {"applyAlignment": "1"}, alignment)

    def bold(self, style: int, size: str = "") -> int:
        """The same style in bold, in a size in points if one is given."""
        return self._variant(style, {"fontId": str(self._bold(size)), "applyFont": "1"})
