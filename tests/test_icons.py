"""Every button's icon: drawn at every size that Excel asks for, sharp, distinct, and visible on light and dark."""

import importlib.metadata
import importlib.util
import itertools
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from tests.conftest import need
from xl_outcomes.addin import icons
from xl_outcomes.errors import InputError

FRAMEWORK = ("check", "thread", "compare")
RETURNS = ("forms", "validate", "import", "settle", "send-back", "withdraw", "who-is-late")
PERFORMANCE = ("rate", "why", "override", "dashboard")
REST = ("report", "open-last", "period", "close", "undo", "guide", "about", "log")
NAMES = (*FRAMEWORK, *RETURNS, *PERFORMANCE, *REST)
SIZES = tuple(icons.STROKES)
EVERY_PNG = [(name, size) for name in NAMES for size in SIZES]
# Lines, the house blue, the white that keeps lines visible on dark themes; red, amber and green.
PALETTE = ("#3B3A39", "#1F5C99", "#FFFFFF", "#B3261E", "#E8A200", "#1B7F4B")
RIBBONS = {"white": "#FFFFFF", "colourful": "#F3F2F1", "dark grey": "#505050", "black": "#262626"}
MOST_BYTES = 3000
# The share of the pixels that show anything which have a pure colour of the palette: the roundest icon has 0.43.
SHARP = 0.42


def drawing(name: str) -> bytes:
    return (icons.FOLDER / f"{name}.svg").read_bytes()


def pixels(name: str, size: int) -> Any:
    with Image.open(icons.png_path(name, size)) as image:
        return np.asarray(image)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + length]
        at += length + 12


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def test_there_is_a_drawing_and_a_png_of_each_size_for_every_icon_and_nothing_else() -> None:
    wanted = {f"{name}.svg" for name in NAMES} | {f"{name}-{size}.png" for name, size in EVERY_PNG}
    assert {path.name for path in icons.FOLDER.iterdir()} == wanted
    assert [path.stem for path in icons.drawings()] == sorted(NAMES)


@pytest.mark.parametrize(("name", "size"), EVERY_PNG)
def test_a_png_has_its_size_and_alpha_and_no_metadata(name: str, size: int) -> None:
    data = icons.png_path(name, size).read_bytes()
    found = dict(chunks(data))
    width, height, depth, colours = struct.unpack(">IIBB", found[b"IHDR"][:10])
    assert (width, height, depth, colours) == (size, size, 8, 6)
    assert set(found) == {b"IHDR", b"IDAT", b"IEND"}
    assert len(data) <= MOST_BYTES


@pytest.mark.parametrize(("name", "size"), EVERY_PNG)
def test_an_icon_is_neither_empty_nor_a_full_square(name: str, size: int) -> None:
    assert 0.1 < (pixels(name, size)[..., 3] > 0).mean() <= 0.9


def test_at_16_pixels_any_two_icons_differ_in_a_quarter_of_their_pixels_at_least() -> None:
    pictures = {name: pixels(name, 16) for name in NAMES}
    alike = [
        (one, other)
        for one, other in itertools.combinations(NAMES, 2)
        if (pictures[one] != pictures[other]).any(axis=2).mean() < 0.25
    ]
    assert alike == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ribbon", RIBBONS)
def test_an_icon_stands_out_from_every_ribbon(name: str, ribbon: str) -> None:
    ground = np.array(rgb(RIBBONS[ribbon]))
    picture = pixels(name, 16)
    alpha = picture[..., 3:] / 255
    seen = _luminance(picture[..., :3] * alpha + ground * (1 - alpha))
    behind = _luminance(ground)
    contrast = (np.maximum(seen, behind) + 0.05) / (np.minimum(seen, behind) + 0.05)
    assert (contrast >= 3).mean() >= 0.15


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_sharp(name: str, size: int) -> None:
    assert _pure(pixels(name, size)) >= SHARP


@pytest.mark.parametrize("name", NAMES)
def test_the_same_icon_half_a_pixel_off_would_not_count_as_sharp(name: str) -> None:
    assert _pure(_half_a_pixel_off(pixels(name, 16))) < SHARP


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_has_a_title_and_only_colours_of_the_palette(name: str) -> None:
    root = etree.fromstring(drawing(name), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    colours = {e.get(key) for e in root.iter() for key in ("fill", "stroke")} - {None, "none"}
    assert colours <= set(PALETTE)
    assert root[0].tag.endswith("}title")
    assert root[0].text
    assert root.get("viewBox") == "0 0 16 16"
    assert not {"style", "transform", "filter", "opacity", "class"} & {key for e in root.iter() for key in e.attrib}


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_lies_on_the_grid(name: str) -> None:
    assert _numbers(icons.hinted(drawing(name), 16)) == _numbers(drawing(name))


@pytest.mark.parametrize(("name", "size"), [p for p in EVERY_PNG if p[1] in (20, 24, 40)])
def test_at_other_sizes_every_straight_edge_meets_the_pixels(name: str, size: int) -> None:
    root = etree.fromstring(icons.hinted(drawing(name), size))
    for rect in root.iter("{*}rect"):
        width = round(float(rect.get("stroke-width", "0")))
        assert (float(rect.get("x")) + width / 2) % 1 == (float(rect.get("y")) + width / 2) % 1 == 0
        assert float(rect.get("width")) % 1 == float(rect.get("height")) % 1 == 0


def test_a_line_keeps_its_width_and_finds_the_nearest_pixel() -> None:
    slate = 'stroke="#3B3A39"'
    svg = _svg(f'<path d="M 3.5 1.5 V 14.5" {slate}/><path d="M 2 6 A 2 2 0 1 1 4 8" {slate} stroke-width="2"/>')
    line, arc = etree.fromstring(icons.hinted(svg, 20)).iter("{*}path")
    assert (line.get("d"), line.get("stroke-width")) == ("M 4.5 1.5 V 18.5", "1.001")
    assert arc.get("d") == "M 3 8 A 2 2 0 1 1 5 10"


def test_a_circle_stays_round_and_inside() -> None:
    circle = etree.fromstring(icons.hinted(_svg('<circle cx="3.5" cy="13.5" r="2.5"/>'), 20))[0]
    assert [circle.get(key) for key in ("cx", "cy", "r")] == ["4.5", "16.5", "3.5"]


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<text>?</text>", "holds <text>"),
        ('<path d="M 1 1 C 2 2 3 3 4 4"/>', 'has "C" in it'),
        ('<path d="M 1"/>', 'has "M" in it'),
        ("<path", "not well-formed"),
    ],
)
def test_a_drawing_that_cannot_be_used_is_refused_in_plain_words(inside: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        icons.hinted(_svg(inside), 16)


def test_without_its_renderer_the_module_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(icons, "version", missing)
    with pytest.raises(SystemExit, match="pip install resvg-py=="):
        icons.main()


def test_the_pngs_are_what_the_drawings_give_to_the_byte() -> None:
    need("resvg-py", importlib.util.find_spec("resvg_py"), "install it to run this test (pip install resvg-py==0.5.0)")
    stale = [p for p in EVERY_PNG if icons.render(drawing(p[0]), p[1]) != icons.png_path(*p).read_bytes()]
    assert stale == [], "Run: python -m xl_outcomes.addin.icons"


def _luminance(colours: Any) -> Any:
    part = colours / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _pure(picture: Any) -> float:
    """The share of the pixels that show anything which are opaque and have a colour of the palette."""
    pure = np.zeros(picture.shape[:2], dtype=bool)
    for colour in PALETTE:
        pure |= (picture == (*rgb(colour), 255)).all(axis=2)
    return float(pure.sum() / (picture[..., 3] > 0).sum())


def _half_a_pixel_off(picture: Any) -> Any:
    alpha = picture[..., 3:] / 255
    wide = np.pad(np.concatenate([picture[..., :3] * alpha, alpha], axis=2), ((0, 1), (0, 1), (0, 0)))
    mean = (wide[:-1, :-1] + wide[1:, :-1] + wide[:-1, 1:] + wide[1:, 1:]) / 4
    colours = mean[..., :3] / np.maximum(mean[..., 3:], 1e-9)
    return np.concatenate([colours, mean[..., 3:] * 255], axis=2).round().astype(int)


def _numbers(svg: bytes) -> list[float | str]:
    keys = ("x", "y", "width", "height", "cx", "cy", "r", "d")
    texts = [
        e.get(key, "").split() for e in etree.fromstring(svg).iter("{*}rect", "{*}circle", "{*}path") for key in keys
    ]
    return [word if word.isalpha() else float(word) for words in texts for word in words]


def _svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{inside}</svg>'.encode()
