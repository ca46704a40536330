"""Small words that reports share: numbers with their nouns, lists, money, the names of fields."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xl_outcomes.contract import SPECS
from xl_outcomes.exact import show
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.fields import AUTHOR, NONE
from xl_outcomes.reporting.registry import Texts, read_narrative, text
from xl_outcomes.tables import Tables, get

Lists = Mapping[str, tuple[str, Mapping[str, str]]]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 indicator", "2 indicators", "2 priorities"."""
    return f"{number} {noun if number == 1 else plural or many(noun)}"


def many(noun: str) -> str:
    """A noun in the plural: outcomes, priorities."""
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"


def be(number: int) -> str:
    """Is or are."""
    return "is" if number == 1 else "are"


def listed(parts: Sequence[str]) -> str:
    """A list in words: a, b and c; semicolons where a part has a comma of its own."""
    if len(parts) < 2:
        return "".join(parts)
    apart = "; " if any("," in p or "; " in p for p in parts) else ", "
    return f"{apart.join(parts[:-1])}{';' if apart == '; ' else ''} and {parts[-1]}"


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


def own_sections(tables: Tables, quarter: Quarter, report: str) -> dict[str, Texts]:
    """What authors wrote for one report, by section.

    Sections without a report's name belong to the quarter's performance report, and so count for another one only
    where it is the one report that the quarter has in Reports.
    """
    every, plain = read_narrative(tables, quarter, report), read_narrative(tables, quarter)
    tidy = SPECS["Reports"].column("Period").tidy
    rows = (r for r in get(tables, "Reports").rows() if tidy(r["Period"]) == str(quarter))
    alone = {text(r["Report"]).casefold() for r in rows} == {report}
    return {key: found for (ref, key), found in every.items() if not ref and (alone or plain.get((ref, key)) != found)}


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
