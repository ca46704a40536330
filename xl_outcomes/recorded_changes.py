"""The changes that are kept in the table Changes, theme by theme: what a report says of the version recorded last.

`changes.py` finds them by comparing two versions; here nothing is compared, so that a report years later tells the
same (docs/rules/recorded-changes.md).
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.changes import CHANGES, COUNTED, DELEGATED, DELETED, NEW, TO_BE_CONFIRMED, Theme, compare
from xl_outcomes.columns import to_date
from xl_outcomes.exact import to_number
from xl_outcomes.framework import ref_text
from xl_outcomes.tables import Tables, get

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change as it was kept; `theme` is the ref of its tier 1 outcome, blank where no way leads to one."""

    ref: str
    title: str
    change: str
    theme: str
    old: str
    new: str
    delegated: bool
    approved_by: str
    note: str

    @property
    def counted(self) -> bool:
        """Whether it is in one of the columns of the summary."""
        return self.change in COUNTED


@dataclass(frozen=True, slots=True)
class RecordedVersion:
    """The version recorded last: its name and day, its changes in table order, and the summary by theme.

    `themes` have the counts of the summary, Total being the indicators that are live now.
    """

    version: str
    day: dt.date | None
    changes: tuple[Recorded, ...]
    themes: tuple[Theme, ...]

    @property
    def unplaced(self) -> tuple[Recorded, ...]:
        """The changes of indicators that count under no theme, because none can be found for them."""
        return tuple(c for c in self.changes if c.counted and not c.theme)

    @property
    def whole(self) -> Mapping[str, int]:
        """The counts of all themes together."""
        return {name: sum(t.counts[name] for t in self.themes) for name in (*COUNTED, "Total")}


def recorded_version(tables: Tables) -> RecordedVersion | None:
    """The changes of the version that was recorded last, by its day, else by its place; None where none is kept.

    Notes and sign-offs are no changes. A change is under the theme of its indicator; for an indicator that is no longer
    in the master, under that of the outcome whose ref its own begins with.
    """
    rows = [r for r in get(tables, "Changes").rows() if _kind(r) and _text(r["Version"])]
    if not rows:
        return None
    last = max(enumerate(rows), key=lambda pair: (_day(pair[1]) or dt.date.min, pair[0]))[1]
    version = _text(last["Version"])
    own = [r for r in rows if _text(r["Version"]) == version]
    places = _Places(tables)
    changes = tuple(_recorded(row, places) for row in own)
    days = [day for row in own if (day := _day(row))]
    return RecordedVersion(version, max(days, default=None), changes, tuple(_themes(tables, changes)))


# ---- themes ----


class _Places:
    """Where outcomes and indicators stand, read once; deleted ones too."""

    def __init__(self, tables: Tables) -> None:
        self.outcomes = {_text(r["Ref"]): r for r in tables["Outcomes"].rows() if _text(r["Ref"])}
        self.indicators = {_text(r["Ref"]): r for r in tables["Indicators"].rows() if _text(r["Ref"])}

    def title(self, ref: str) -> str:
        """The title of an outcome or indicator; blank where the master does not have it."""
        if ref in self.indicators:
            return _text(self.indicators[ref]["Indicator"])
        return _text(self.outcomes[ref]["Title"]) if ref in self.outcomes else ""

    def theme(self, ref: str) -> str:
        """The ref of the tier 1 outcome over an outcome or indicator; blank where there is none."""
        at = _text(self.indicators[ref]["Outcome"]) if ref in self.indicators else ref
        if at not in self.outcomes:
            at = self._nearest(ref)
        seen: set[str] = set()
        while at in self.outcomes and at not in seen:
            if to_number(self.outcomes[at]["Tier"]) == 1:
                return at
            seen.add(at)
            at = _text(self.outcomes[at]["Parent"])
        return ""

    def _nearest(self, ref: str) -> str:
        """The outcome with the longest ref that this one begins with, as WE-1.2 of WE-1.2c; blank without one."""
        found = [o for o in self.outcomes if ref.startswith(o) and not ref[len(o) : len(o) + 1].isdigit()]
        return max(found, key=len, default="")


def _themes(tables: Tables, changes: Iterable[Recorded]) -> Iterable[Theme]:
    """The themes with their counts; titles, notes and totals are those that a comparison of the master has."""
    counts = Counter((c.theme, c.change) for c in changes)
    for theme in compare(tables, tables).themes:
        own = {name: counts[theme.ref, name] for name in COUNTED}
        yield Theme(theme.ref, theme.title, {**own, "Total": theme.counts["Total"]}, theme.note)


def _recorded(row: Row, places: _Places) -> Recorded:
    ref, old, new = (_text(row[h]) for h in ("Ref", "Old", "New"))
    change = _kind(row)
    named = (old or new).removesuffix(" (Baseline year)") if change in _TITLED else ""
    return Recorded(
        ref=ref,
        title=places.title(ref) or named or "no longer in the master",
        change=change,
        theme=places.theme(ref),
        old=old,
        new=new,
        delegated=_plain(row["Class"]) == _plain(DELEGATED),
        approved_by=_text(row["Approved by"]),
        note=_text(row["Note"]),
    )


# ---- cells ----


def _kind(row: Row) -> str:
    """The change as `changes.py` writes it; blank for a note, a sign-off or another word."""
    return _KINDS.get(_plain(row["Change"]), "")


def _day(row: Row) -> dt.date | None:
    found = to_date(row["Date"])
    return found.date() if found else None


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _plain(value: object) -> str:
    return " ".join(_text(value).casefold().split())


_TITLED = (NEW, TO_BE_CONFIRMED, DELETED)  # whose text is a title
_KINDS = {_plain(kind): kind for kind in CHANGES}
