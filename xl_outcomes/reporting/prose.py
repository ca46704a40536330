"""What the modules of reports share: money in words, what authors wrote, the names of fields."""

from collections.abc import Mapping
from fractions import Fraction

from xl_outcomes.exact import show
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.fields import AUTHOR, NONE
from xl_outcomes.reporting.registry import Texts

Lists = Mapping[str, tuple[str, Mapping[str, str]]]


def pounds(amount: Fraction) -> str:
    """An amount for sentences: £850, £12,400 in full; from a million on in millions with one decimal."""
    sign, size = "-" if amount < 0 else "", abs(amount)
    return f"{sign}£{show(size / 1_000_000, 1)} million" if size >= 1_000_000 else f"{sign}£{show(size, 0)}"


def thousands(amount: Fraction) -> str:
    """An amount for tables, in thousands of pounds without the sign for pounds."""
    return show(amount / 1000, 0)


def per_cent(share: Fraction, decimals: int = 0) -> str:
    """A share of 1 as per cent."""
    return f"{show(share * 100, decimals)}%"


def said(narrative: Mapping[str, Texts], section: str, otherwise: str = "") -> list[str]:
    """What authors wrote under a section, known by how its name begins; else a sentence for them to complete."""
    found = next((texts for name, texts in narrative.items() if name.startswith(section) and texts), ())
    return list(found) or [otherwise or f"{NONE} {AUTHOR}"]


def colour(word: str, style: HouseStyle) -> str:
    """The background of a rating on paper, for a table cell."""
    return style.look(word).paper.removeprefix("#")


def described(plain: Mapping[str, str], lists: Lists) -> dict[str, str]:
    """The names that a template may use, each with its meaning: the plain ones, the lists, and what is in each list."""
    inside = {
        key: meaning
        for name, (words, inner) in lists.items()
        for key, meaning in ((name, words), *((f"{name}.{n}", m) for n, m in inner.items()))
        if meaning
    }
    return {**plain, **inside}
