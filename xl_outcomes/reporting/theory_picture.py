"""The theory of change as drawn figures: the same bytes for the same facts, with words for who cannot see them.

One figure of the top two tiers and one for each tier 1 outcome, on A4 landscape, or A3 where A4 is too small.
"""

import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from xl_outcomes.errors import InputError
from xl_outcomes.golden_thread import GoldenThread
from xl_outcomes.house_style import SHIPPED, WHITE, HouseStyle
from xl_outcomes.new_files import write_new
from xl_outcomes.reporting.picture import Picture
from xl_outcomes.reporting.theory_layout import (
    FOOT_SIZE,
    LINE,
    MARGIN,
    MM_PER_POINT,
    MOST_HEAD,
    PAD,
    TITLE_MORE,
    Box,
    Page,
    WidthOf,
    pages,
)

_DPI = 200
_MM_PER_INCH = 25.4
_LAST_FONT = "DejaVu Sans"  # comes with matplotlib
_MEASURED_AT = 100.0  # points
_FORMATS: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def theory_pictures(thread: GoldenThread, style: HouseStyle = SHIPPED) -> tuple[tuple[str, Picture], ...]:
    """The figures with their names: "overview", then the ref of each tier 1 outcome ("HOU", "HOU 2" where it is long).

    A tier 1 outcome of which the overview shows everything has none of its own.
    """
    laid_out = _pages(thread, style)
    return tuple((page.name, Picture(_drawn(page, style, "png"), page.alt, page.paper[0])) for page in laid_out)


def write_theory(path: Path, thread: GoldenThread, style: HouseStyle = SHIPPED) -> tuple[Path, ...]:
    """Writes the figures: all into one .pdf, or each as a .png or .svg whose name ends with that of the figure.

    A path without ending is a folder, which gets the .pdf and the .png files. A file of the same name that differs
    goes into the folder `earlier`. Raises InputError for another ending, FileError where a file cannot be written.
    """
    if path.is_dir() or not path.suffix:
        both = [path / f"theory-of-change{kind}" for kind in (".pdf", ".png")]
        return tuple(made for file in both for made in write_theory(file, thread, style))
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _FORMATS:
        message = f"The theory of change is drawn as PDF, PNG or SVG, and {path.name} ends in {path.suffix}."
        raise InputError(message, "Give a name that ends in .pdf, .png or .svg, or the name of a folder.")
    laid_out = _pages(thread, style)
    if kind == "pdf":
        return (write_new(path, _bound(laid_out, style)),)
    named = zip(laid_out, _file_names(page.name for page in laid_out), strict=True)
    files = [(path.with_name(f"{path.stem} {name}{path.suffix}"), page) for page, name in named]
    return tuple(write_new(file, _drawn(page, style, kind)) for file, page in files)


def _pages(thread: GoldenThread, style: HouseStyle) -> list[Page]:
    with _quiet():
        return pages(thread, _ruler(style))


def _ruler(style: HouseStyle) -> WidthOf:
    """Measures texts in the font of the style, in sizes of the text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    fonts = {
        bold: FontProperties(family=_family(style), size=_MEASURED_AT, weight="bold" if bold else 400)
        for bold in (0, 1)
    }

    @cache
    def width_of(text: str, bold: bool) -> float:
        return float(text_to_path.get_text_width_height_descent(text, fonts[bold], ismath=False)[0]) / _MEASURED_AT

    return width_of


def _family(style: HouseStyle) -> list[str]:
    """The fonts of the style that this computer has, and one that is always there."""
    from matplotlib.font_manager import fontManager

    here = {entry.name for entry in fontManager.ttflist}
    wanted = (style.fonts.body, *style.fonts.fallbacks, _LAST_FONT)
    return list(dict.fromkeys(font for font in wanted if font in here))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without matplotlib's remarks about letters that no font has: they are drawn as empty frames."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


# ---- files ----


def _drawn(page: Page, style: HouseStyle, kind: str) -> bytes:
    """A figure as the bytes of a .png or .svg file."""
    told = {"Title": page.title, "Description": page.alt} if kind == "svg" else {}
    out = io.BytesIO()
    with _looks(style):
        _figure(page, style).savefig(out, format=kind, metadata={**_FORMATS[kind], **told})
    return out.getvalue()


def _bound(laid_out: Sequence[Page], style: HouseStyle) -> bytes:
    """All figures as one PDF, whose text can be searched and copied."""
    from matplotlib.backends.backend_pdf import PdfPages

    out = io.BytesIO()
    with _looks(style), PdfPages(out, metadata={**_FORMATS["pdf"], "Title": laid_out[0].title}) as book:
        for page in laid_out:
            book.savefig(_figure(page, style))
    return out.getvalue()


def _file_names(names: Iterable[str]) -> list[str]:
    """Names as files can have them, each once."""
    found: list[str] = []
    for name in names:
        plain = "".join(c if c.isalnum() or c in " .-_" else "-" for c in name).strip(" .") or "outcome"
        number = sum(earlier.casefold().startswith(plain.casefold()) for earlier in found)
        taken = plain.casefold() in (earlier.casefold() for earlier in found)
        found.append(f"{plain} ({number + 1})" if taken else plain)
    return found


@contextmanager
def _looks(style: HouseStyle) -> Iterator[None]:
    import matplotlib.style

    plain = {"text.parse_math": False, "svg.hashsalt": "theory", "pdf.fonttype": 42, "path.simplify": False}
    with _quiet(), matplotlib.style.context(["default", {**plain, "font.family": _family(style)}]):
        yield


# ---- drawing ----


def _figure(page: Page, style: HouseStyle) -> Any:
    from matplotlib.figure import Figure

    width, height = page.paper
    figure = Figure(figsize=(width / _MM_PER_INCH, height / _MM_PER_INCH), dpi=_DPI, facecolor=WHITE)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    colours = style.colours
    axes.text(
        MARGIN, 13, page.title, fontsize=page.size + TITLE_MORE, fontweight="bold", color=colours.main, va="baseline"
    )
    if not page.boxes:
        axes.text(width / 2, height / 2, page.alt, fontsize=12, color=colours.text, ha="center", va="center")
    _heads(axes, page, style)
    _lines(axes, page, style)
    for box in page.boxes:
        _box(axes, box, page.size, style)
    for number, line in enumerate(page.foot):
        y = height - 8 + number * FOOT_SIZE * LINE * MM_PER_POINT
        axes.text(MARGIN, y, line, fontsize=FOOT_SIZE, color=colours.note, va="baseline")
    return figure


def _heads(axes: Any, page: Page, style: HouseStyle) -> None:
    size = min(page.size, MOST_HEAD)
    for left, width, text in page.heads:
        axes.text(left, 22.5, text, fontsize=size, fontweight="bold", color=style.colours.main, va="baseline")
        axes.plot((left, left + width), (24.5, 24.5), color=style.colours.main, linewidth=1.2, solid_capstyle="butt")


def _lines(axes: Any, page: Page, style: HouseStyle) -> None:
    from matplotlib.collections import LineCollection

    axes.add_collection(LineCollection(page.lines, colors=style.colours.note, linewidths=0.9, capstyle="projecting"))
    for x, y in page.arrows:
        axes.fill((x - 1.7, x - 1.7, x), (y - 0.9, y + 0.9, y), color=style.colours.note, linewidth=0)


def _box(axes: Any, box: Box, size: float, style: HouseStyle) -> None:
    from matplotlib.patches import FancyBboxPatch

    fill, ink, edge, dashed, corner = _look(box.role, style)
    top = box.middle - box.height / 2
    axes.add_patch(
        FancyBboxPatch(
            (box.left + corner, top + corner), box.width - 2 * corner, box.height - 2 * corner,
            boxstyle=f"round,pad={corner}" if corner else "square,pad=0",
            facecolor=fill, edgecolor=edge, linewidth=0.8, linestyle=(0, (3, 1.5)) if dashed else "-",
        )
    )  # fmt: skip
    step = size * LINE * MM_PER_POINT
    for number, line in enumerate(box.lines):
        y = box.middle + (number - (len(box.lines) - 1) / 2) * step + 0.36 * size * MM_PER_POINT
        weight = "bold" if box.bold else "normal"
        axes.text(box.left + PAD, y, line, fontsize=size, color=ink, fontweight=weight, va="baseline")


def _look(role: str, style: HouseStyle) -> tuple[str, str, str, bool, float]:
    """Fill, text and edge of a box, whether its edge is dashed, and how round it is: each kind differs in shape too."""
    colours = style.colours
    return {
        "activity": (colours.entry, colours.text, colours.note, False, 1.2),
        "output": (WHITE, colours.text, colours.note, True, 0.0),
        "1": (colours.accent, WHITE, colours.accent, False, 0.0),
        "2": (colours.tint, colours.text, colours.main, False, 0.0),
        "vision": (colours.main, WHITE, colours.main, False, 0.0),
    }.get(role, (WHITE, colours.text, colours.main, False, 0.0))
