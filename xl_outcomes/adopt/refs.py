"""Refs of outcomes and indicators: the table's own where they can be used, readable new ones where not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from xl_outcomes.adopt.drafts import Drafts, Path
from xl_outcomes.adopt.ledger import GUESSED, Ledger

_SMALL = ("the", "a", "an", "of", "and", "our", "for", "in", "to", "all", "priority", "outcome", "theme", "aim", "goal")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Refs:
    """The ref of each outcome by its path, and of each indicator in order."""

    outcomes: Mapping[Path, str]
    indicators: tuple[str, ...]


def give_refs(drafts: Drafts, ledger: Ledger) -> Refs:
    """A ref for every outcome and indicator, no two the same; the ledger says which are not the table's own.

    New ones show where they belong: HOU, HOU-1, HOU-1.2 for outcomes, HOU-1.2a for indicators.
    """
    given = [o.given for o in drafts.outcomes.values()] + [i.given for i in drafts.indicators]
    counts = Counter(ref.casefold() for ref in given if ref)
    again = {ref for ref, number in counts.items() if number > 1}
    taken: set[str] = set()
    outcomes: dict[Path, str] = {}
    children: Counter[Path] = Counter()
    for path, outcome in drafts.outcomes.items():
        children[path[:-1]] += 1
        usable = _usable(outcome.given, again, outcomes.get(path[:1], ""))
        ref = _free(usable or _outcome_ref(path, outcome.title, children[path[:-1]], outcomes), taken)
        outcomes[path] = ref
        _tell(ledger, outcome.sheet, outcome.cell.address if outcome.cell else "", outcome.title, outcome.given, ref)
    below: Counter[Path] = Counter()
    indicators: list[str] = []
    for indicator in drafts.indicators:
        below[indicator.outcome] += 1
        usable = _usable(indicator.given, again, outcomes[indicator.outcome[:1]])
        new = outcomes[indicator.outcome] + _letters(below[indicator.outcome])
        ref = _free(usable or new, taken)
        indicators.append(ref)
        _tell(ledger, indicator.sheet, indicator.cell.address, indicator.title, indicator.given, ref)
    return Refs(outcomes, tuple(indicators))


def _usable(given: str, again: Collection[str], top: str) -> str:
    """The table's own ref; a number that stands there more than once gets the letters of its tier 1 before it."""
    if not given or len(given) > _LONGEST:
        return ""
    return f"{top}-{given}" if given.casefold() in again and top else given


def _outcome_ref(path: Path, title: str, number: int, refs: Mapping[Path, str]) -> str:
    above = refs.get(path[:-1])
    if above is None:
        return _initials(title)
    return f"{above}-{number}" if len(path) == 2 else f"{above}.{number}"


def _initials(title: str) -> str:
    """Three letters of a title: of its first word that says something."""
    words = ["".join(c for c in word if c.isalpha()) for word in title.split()]
    telling = [word for word in words if word and word.casefold() not in _SMALL]
    return (telling or words or ["OUT"])[0][:3].upper() or "OUT"


def _letters(number: int) -> str:
    """a, b … z, aa, ab …"""
    text = ""
    while number > 0:
        number, place = divmod(number - 1, 26)
        text = _LETTERS[place] + text
    return text


def _free(wanted: str, taken: set[str]) -> str:
    """The ref, with another number behind it where it is taken; it is taken from now on."""
    ref = next(r for r in _candidates(wanted) if r.casefold() not in taken)
    taken.add(ref.casefold())
    return ref


def _candidates(wanted: str) -> Iterator[str]:
    yield wanted
    # HOM2 is another tier 1 outcome; HOM-2 would be the second one under HOM.
    joint = "" if wanted.isalpha() else "-"
    yield from (f"{wanted}{joint}{number}" for number in count(2))


def _tell(ledger: Ledger, sheet: str, cell: str, title: str, given: str, ref: str) -> None:
    if given and given != ref:
        done = f"Its ref there, {given}, stands there more than once or is too long; here it is {ref}."
        ledger.add(GUESSED, sheet, cell, title, done, ref)
