"""The ribbon's icons: the drawings `icons/*.svg` are what people edit, and this makes the PNGs beside them.

    pip install resvg-py==0.5.0
    python -m xl_outcomes.addin.icons

A drawing has 16 by 16 units and holds `g`, `rect`, `circle` and `path`; a path holds absolute M, L, H, V, A and Z,
with spaces between letters and numbers. Lines of one unit run through the middle of a unit (2.5), lines of two between
units (2): so they are sharp at 16, 32, 48 and 64 pixels. For 20, 24 and 40 every point moves to the nearest pixel, as
the hinting of letters does. A thin line is a stroke, never a narrow filled rectangle, because strokes keep their width.
Shapes are filled with white or lie on a wider white line, so that they show on Excel's dark themes.
"""

import importlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lxml import etree

from xl_outcomes.errors import InputError, OutcomesError

FOLDER = Path(__file__).with_name("icons")
UNITS = 16
# How wide a stroke of one unit is, in pixels, at each size that Excel asks for: small and large buttons, 100% to 200%.
STROKES = {16: 1, 20: 1, 24: 1, 32: 2, 40: 2, 48: 3, 64: 4}
# One version only: another may smooth a curve differently, and every PNG would change.
RENDERER, RENDERER_VERSION = "resvg-py", "0.5.0"

_SVG = "{http://www.w3.org/2000/svg}"
_INHERITED = ("stroke", "stroke-width")
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}


@dataclass(frozen=True, slots=True)
class Grid:
    """Pixels for a drawing's units: `scale` pixels a unit, `stroke` pixels for the width of a one-unit stroke."""

    scale: float
    stroke: int

    def snap(self, units: float, width: float) -> float:
        """The nearest place, in pixels, where a stroke of `width` units has sharp edges; 0 units is a fill."""
        # What lies half a unit off the grid, such as the tip of a triangle, stays half a unit off.
        half = (width / 2 + (units - width / 2) % 1) * self.stroke
        return math.floor(units * self.scale - half + 0.5) + half


def main() -> None:
    """Draws every PNG anew; ends with a plain message where the renderer is missing or a drawing cannot be used."""
    try:
        for drawing in drawings():
            for size in STROKES:
                png_path(drawing.stem, size).write_bytes(render(drawing.read_bytes(), size))
    except OutcomesError as error:
        raise SystemExit(str(error)) from None


def drawings() -> list[Path]:
    """The SVG files, by name."""
    return sorted(FOLDER.glob("*.svg"))


def png_path(name: str, size: int) -> Path:
    """Where the PNG of an icon lies: icons/check-16.png."""
    return FOLDER / f"{name}-{size}.png"


def render(svg: bytes, size: int) -> bytes:
    """A PNG of `size` by `size` pixels with alpha; the same drawing always gives the same bytes.

    Raises InputError where the renderer is missing, or the drawing holds what it may not.
    """
    png: bytes = _renderer().svg_to_bytes(svg_string=hinted(svg, size).decode(), skip_system_fonts=True)
    return png


def hinted(svg: bytes, size: int) -> bytes:
    """The drawing as an SVG of `size` pixels, every point moved to the pixel grid; raises InputError as render does."""
    root = _parse(svg)
    _move(root, Grid(size / UNITS, STROKES[size]), {})
    for name, value in {"width": f"{size}", "height": f"{size}", "viewBox": f"0 0 {size} {size}"}.items():
        root.set(name, value)
    return etree.tostring(root)


def _renderer() -> Any:
    try:
        found = version(RENDERER)
    except ImportError:
        found = "not installed"
    if found != RENDERER_VERSION:
        fix = f"Run: pip install {RENDERER}=={RENDERER_VERSION}"
        raise InputError(f"Icons are drawn with {RENDERER} {RENDERER_VERSION}, which is {found} here.", fix)
    return importlib.import_module("resvg_py")


def _parse(svg: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(svg, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"An icon's SVG is not well-formed: {error}.", "Correct the drawing.") from error


def _move(element: Any, grid: Grid, above: Mapping[str, str]) -> None:
    style = {**above, **{name: element.get(name) for name in _INHERITED if element.get(name)}}
    width = float(style.get("stroke-width", "1")) if style.get("stroke", "none") != "none" else 0.0
    for name, value in _moved(element, grid, width).items():
        element.set(name, value)
    if width:
        # The renderer has a way of its own with lines of one pixel or less, which pales the corners.
        element.set("stroke-width", _text(width * grid.stroke + 0.001))
    for child in element:
        _move(child, grid, style)


def _moved(element: Any, grid: Grid, width: float) -> dict[str, str]:
    match element.tag.removeprefix(_SVG):
        case "svg" | "g" | "title":
            return {}
        case "rect":
            return _rect(element, grid, width)
        case "circle":
            return _circle(element, grid, width)
        case "path":
            return {"d": " ".join(_path(element.get("d").split(), grid, width))}
        case other:
            raise InputError(f"An icon's SVG holds <{other}>.", "Use g, rect, circle and path alone.")


def _rect(element: Any, grid: Grid, width: float) -> dict[str, str]:
    x, y, w, h = (float(element.get(name)) for name in ("x", "y", "width", "height"))
    left, top = grid.snap(x, width), grid.snap(y, width)
    right, bottom = grid.snap(x + w, width), grid.snap(y + h, width)
    return _texts(x=left, y=top, width=right - left, height=bottom - top)


def _circle(element: Any, grid: Grid, width: float) -> dict[str, str]:
    x, y, r = (float(element.get(name)) for name in ("cx", "cy", "r"))
    left, right, bottom = grid.snap(x - r, width), grid.snap(x + r, width), grid.snap(y + r, width)
    # It stays round: as high as it is wide, whatever its upper edge would snap to.
    radius = (right - left) / 2
    return _texts(cx=left + radius, cy=bottom - radius, r=radius)


def _path(words: list[str], grid: Grid, width: float) -> Iterator[str]:
    pen = (0.0, 0.0)
    for letter, numbers in _steps(words):
        end = _end(letter, numbers, pen)
        yield letter
        if letter == "A":
            yield from _radii(numbers, [(a, b) for a, b in zip(pen, end, strict=True) if a != b], grid, width)
        yield from (_text(grid.snap(number, width)) for number in numbers[-2:])
        pen = end


def _steps(words: list[str]) -> Iterator[tuple[str, list[float]]]:
    while words:
        letter, rest = words[0], words[1:]
        count = _NUMBERS.get(letter, len(words))
        if len(rest) < count:
            raise InputError(
                f'A path of an icon has "{letter}" in it.', "Use absolute M, L, H, V, A and Z, with spaces."
            )
        yield letter, [float(number) for number in rest[:count]]
        words = rest[count:]


def _end(letter: str, numbers: list[float], pen: tuple[float, float]) -> tuple[float, float]:
    match letter:
        case "H":
            return numbers[0], pen[1]
        case "V":
            return pen[0], numbers[0]
        case "Z":
            return pen  # every path that goes on after Z begins with M
        case _:
            return numbers[-2], numbers[-1]


def _radii(numbers: list[float], moves: list[tuple[float, float]], grid: Grid, width: float) -> Iterator[str]:
    # The radii grow as far as the arc's ends moved apart; the turn and the two flags stay.
    growth = [(grid.snap(b, width) - grid.snap(a, width)) / (b - a) for a, b in moves]
    yield from _texts(x=numbers[0] * growth[0], y=numbers[1] * growth[-1]).values()
    yield from (_text(flag) for flag in numbers[2:5])


def _texts(**numbers: float) -> dict[str, str]:
    return {name: _text(value) for name, value in numbers.items()}


def _text(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    main()
