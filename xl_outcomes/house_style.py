"""The council's look as data: fonts, colours, rating looks, logo; read from a mapping and checked.

The page docs/house-style.md lists the keys. `HouseStyle()` is the shipped style; what a council leaves out is taken
from it.
"""

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from xl_outcomes.contract import RATINGS
from xl_outcomes.errors import InputError
from xl_outcomes.rollup import INSUFFICIENT, NOTHING_DUE

GREEN, AMBER, RED = RATINGS
WHITE = "#FFFFFF"
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text of ordinary size
_PALE = 0.35
LEAST_DIFFERENCE = 15.0  # between two rating colours, in CIELAB; under 10 they look alike side by side
_LONGEST = {"headings": 31, "body": 31, "mark": 2, "printed": 30, "file": 200, "alt": 250}
# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
_SIGHTS = {
    "red-blind (protanopia)": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "green-blind (deuteranopia)": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
_Light = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Fonts:
    """Fonts by name; `size` is that of a workbook's cells in points; `fallbacks` are for charts alone."""

    headings: str = "Arial"
    body: str = "Arial"
    size: float = 10.0
    fallbacks: tuple[str, ...] = ("Helvetica", "Liberation Sans", "DejaVu Sans")


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours as #RRGGBB, by what they are for."""

    main: str = "#1F3A4D"
    accent: str = "#0B5394"
    tint: str = "#DDE3EA"
    text: str = "#000000"
    note: str = "#44535E"
    line: str = "#C3CCD2"
    entry: str = "#E9F4EC"


@dataclass(frozen=True, slots=True)
class RatingLook:
    """How a rating looks: the colours of its cell, the shape beside it, and the words that reports print for it.

    `paper` is the pale background of Word reports, where sentences stand on it in the text colour of all text.
    """

    background: str
    text: str
    paper: str
    mark: str
    printed: str


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture: its path from the style's file on, what it shows in words, and its bytes once they are read."""

    file: str
    alt: str
    image: bytes = b""


def _shipped_ratings() -> Mapping[str, RatingLook]:
    return {
        GREEN: RatingLook("#1E7B34", WHITE, "#B7E1BF", "●", GREEN),
        AMBER: RatingLook("#FFBF00", "#000000", "#FFD873", "◆", AMBER),
        RED: RatingLook("#B3261E", WHITE, "#F3B1AB", "▲", RED),
        INSUFFICIENT: RatingLook("#C9CDD2", "#000000", "#E3E5E8", "○", INSUFFICIENT),
        NOTHING_DUE: RatingLook("#EDEFF1", "#44535E", "#E3E5E8", "–", NOTHING_DUE),
    }


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """Everything that masters, forms, charts and reports take their look from."""

    fonts: Fonts = Fonts()
    colours: Colours = Colours()
    ratings: Mapping[str, RatingLook] = field(default_factory=_shipped_ratings)
    logo: Logo | None = None

    def look(self, word: str) -> RatingLook:
        """The look of a rating; that of Insufficient data for anything that is no rating."""
        return self.ratings.get(word.rstrip("*"), self.ratings[INSUFFICIENT])

    def value(self, role: str) -> str:
        """The font or colour of a role: headings, body, main …, or a rating and a side: "Green background"."""
        if role in ("headings", "body"):
            return str(getattr(self.fonts, role))
        word, _, side = role.rpartition(" ")
        return str(getattr(self.ratings[word], side) if word else getattr(self.colours, side))

    def printed(self, text: str) -> str:
        """A rating in the words that reports print, also "Red*" and "Red, carried"; another text as it is."""
        return _RATING.sub(lambda found: self.ratings[found.group()].printed, text)

    def reason(self, text: str) -> str:
        """A reason in those words where it names a rating itself; units and what an officer wrote stay as they are."""
        ours, said, theirs = text.partition(" Reason: ")
        return _NAMED.sub(lambda found: self.printed(found.group()), ours) + said + theirs


SHIPPED = HouseStyle()
_WORD = f"(?:{'|'.join(SHIPPED.ratings)})"
_RATING = re.compile(rf"^{_WORD}(?=\*|,|$)")
_NAMED = re.compile(rf"(?:^|(?<=; calculated )|(?<=, held down by a )){_WORD}\b|\b{_WORD}(?=\*? by override;)")
_Part = TypeVar("_Part", Fonts, Colours, RatingLook)


def parse(given: Mapping[str, Any], source: str = "The house style") -> HouseStyle:
    """A house style from the mapping that a TOML file gives; what it leaves out is as shipped.

    The logo has no bytes yet. `source` begins every message. Raises InputError for an unknown key, a value that
    cannot be used, and text that is hard to read on its background.
    """
    known = ("fonts", "colours", "ratings", "logo")
    sections = {name: _section(given[name], name, source) for name in _checked(given, known, "", source)}
    ratings = dict(SHIPPED.ratings)
    for word in _checked(sections.get("ratings", {}), tuple(ratings), "ratings", source):
        row = _section(sections["ratings"][word], f"ratings.{word}", source)
        ratings[word] = _pale(_part(ratings[word], row, f"ratings.{word}", source), row)
    style = HouseStyle(
        _part(SHIPPED.fonts, sections.get("fonts", {}), "fonts", source),
        _part(SHIPPED.colours, sections.get("colours", {}), "colours", source),
        ratings,
        _logo(sections.get("logo", {}), source),
    )
    _demand_readable(style, source)
    _demand_distinct(style, source)
    return style


def doubts(style: HouseStyle) -> tuple[str, ...]:
    """What should be looked at although it can be used: rating colours that colour-blind people cannot tell apart."""
    return tuple(
        f"{one} ({style.look(one).background}) and {two} ({style.look(two).background}) look alike to people who are "
        f"{sight}: make one of them clearly lighter or darker."
        for one, two in itertools.combinations((GREEN, AMBER, RED), 2)
        for sight in _SIGHTS
        if difference(style.look(one).background, style.look(two).background, sight) < LEAST_DIFFERENCE
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours after WCAG, from 1 to 21."""
    darker, lighter = sorted(_luminance(_light(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def difference(one: str, other: str, sight: str) -> float:
    """How far apart two colours are for a kind of colour blindness: their distance in CIELAB."""
    seen = [_lab(_seen(_light(colour), sight)) for colour in (one, other)]
    return float(sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5)


def mix(one: str, other: str, share: float) -> str:
    """A colour between two; `share` (0 to 1) is how much of the first it has."""
    both = zip(_bytes(one), _bytes(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in both)


# ---- reading ----


def _section(value: object, name: str, source: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{source}: {name} is one value and has to be a section.", f"Begin it with a line [{name}].")
    return value


def _checked(given: Mapping[str, Any], known: tuple[str, ...], place: str, source: str) -> tuple[str, ...]:
    """The keys that are given, if all of them are known."""
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key.casefold(), {k.casefold() for k in known}, n=1)
            right = next((k for k in known if near and k.casefold() == near[0]), "")
            where = f"in [{place}] " if place else ""
            fix = f'Did you mean "{right}"?' if right else f"Known are: {', '.join(known)}."
            raise InputError(f'{source}: "{key}" {where}is not known.', fix)
    return tuple(given)


def _part(shipped: _Part, given: Mapping[str, Any], place: str, source: str) -> _Part:
    """A part of the style with the values that are given, each read as what it is."""
    names = _checked(given, tuple(f.name for f in fields(shipped)), place, source)
    values: dict[str, Any] = {name: _value(name, given[name], f"{source}: {place}.{name}") for name in names}
    return replace(shipped, **values)


def _pale(look: RatingLook, given: Mapping[str, Any]) -> RatingLook:
    """A look with a new background has a paper of its own, paler where none is given."""
    own = "background" in given and "paper" not in given
    return replace(look, paper=mix(look.background, WHITE, _PALE)) if own else look


def _value(name: str, value: object, place: str) -> object:
    if name == "fallbacks":
        if not isinstance(value, list):
            raise InputError(f"{place} is to be a list.", 'Write it as ["Arial", "DejaVu Sans"].')
        return tuple(_text("body", item, place) for item in value)
    if name == "size":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 8 <= value <= 11:
            raise InputError(f"{place} is {_shown(value)}.", "It is a number of points from 8 to 11.")
        return float(value)
    return _text(name, value, place) if name in _LONGEST else _colour(value, place)


def _text(name: str, value: object, place: str) -> str:
    most = _LONGEST[name]
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > most or not text.isprintable():
        fix = f"Write 1 to {most} characters, in one line and in quotation marks."
        raise InputError(f"{place} is {_shown(value)}.", fix)
    return text


def _colour(value: object, place: str) -> str:
    text = value.strip().upper() if isinstance(value, str) else ""
    if len(text) != 7 or text[0] != "#" or set(text[1:]) - set("0123456789ABCDEF"):
        fix = 'A colour is a # and six digits from 0 to 9 and A to F, in quotation marks: "#1F3A4D".'
        raise InputError(f"{place} is {_shown(value)}, which is not a colour.", fix)
    return text


def _logo(given: Mapping[str, Any], source: str) -> Logo | None:
    named = {n: str(given[n]).strip() for n in _checked(given, ("file", "alt"), "logo", source)}
    if not named.get("file"):
        return None
    if not named.get("alt"):
        fix = 'Say in [logo], alt, what it shows, such as "Anyshire Council".'
        raise InputError(f"{source}: the logo has no words for people who cannot see it.", fix)
    file, alt = (_text(name, named[name], f"{source}: logo.{name}") for name in ("file", "alt"))
    return Logo(file, alt)


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


# ---- checks ----


def _demand_readable(style: HouseStyle, source: str) -> None:
    for words, fore, back in _pairs(style):
        ratio = contrast(fore, back)
        if ratio < LEAST_CONTRAST:
            shown = f"{int(ratio * 100) / 100:.2f}"
            raise InputError(
                f"{source}: {words} ({fore} on {back}) is hard to read: its contrast is {shown} to 1, "
                f"and {LEAST_CONTRAST:g} to 1 is needed.",
                "Make one of the two colours lighter or darker.",
            )


def _pairs(style: HouseStyle) -> Iterator[tuple[str, str, str]]:
    """All text that is written on a colour: what it is, the text's colour, the background."""
    colours = style.colours
    yield "white text on the colour main, as in the headers of tables,", WHITE, colours.main
    for name in ("accent", "text", "note"):
        yield f"the colour {name} on white", getattr(colours, name), WHITE
    for name in ("tint", "entry"):
        yield f"the colour text on the colour {name}", colours.text, getattr(colours, name)
    for word, look in style.ratings.items():
        yield f"the text of {word} on its background", look.text, look.background
        yield f"the colour text on the paper of {word}", colours.text, look.paper


def _demand_distinct(style: HouseStyle, source: str) -> None:
    """No rating prints the word of another, as a table or a report says it."""
    pairs = list(itertools.permutations(style.ratings, 2))
    in_tables = [(one, two) for one, two in pairs if _same(style.look(one).printed, two)]
    in_print = [(one, two) for one, two in pairs if _same(style.look(one).printed, style.look(two).printed)]
    for one, two in (*in_tables, *in_print):
        raise InputError(
            f'{source}: {one} is printed as "{style.look(one).printed}", which is the word for {two}.',
            "Give every rating words of its own.",
        )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _bytes(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _light(colour: str) -> _Light:
    """Linear red, green and blue, 0 to 1."""
    red, green, blue = (c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _bytes(colour))
    return red, green, blue


def _luminance(light: _Light) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def _seen(light: _Light, sight: str) -> _Light:
    red, green, blue = (min(1.0, max(0.0, _weighed(row, light))) for row in _SIGHTS[sight])
    return red, green, blue


def _lab(light: _Light) -> _Light:
    x = _curve(_weighed((0.4124, 0.3576, 0.1805), light) / 0.95047)
    y = _curve(_luminance(light))
    z = _curve(_weighed((0.0193, 0.1192, 0.9505), light) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _weighed(row: _Light, light: _Light) -> float:
    return row[0] * light[0] + row[1] * light[1] + row[2] * light[2]


def _curve(share: float) -> float:
    return float(share ** (1 / 3)) if share > 0.008856 else 7.787 * share + 16 / 116
