"""The sheet Peer review: which indicators members and officers have signed off as they are defined now."""

from typing import Any

from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.review import CHANGED, REVIEWED, SIGNED, Review, reviews
from xl_outcomes.tables import Tables, frame, get

_THEMES = ("Theme", "Indicators", SIGNED, CHANGED, "Not yet")
_LIST = {
    "Ref": 12.0,
    "Indicator": 52.0,
    "Theme": 36.0,
    "Why chosen": 36.0,
    "Review": 18.0,
    "Signed off by": 36.0,
    "On": 12.0,
}


def review_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Peer review; None where nothing has ever been signed off."""
    words = {" ".join(str(row["Change"] or "").split()).casefold() for row in get(tables, "Changes").rows()}
    if REVIEWED.casefold() not in words:
        return None
    found = reviews(tables, rated.framework, rated.history.timelines, rated.period)
    themes = [_theme(o.title, [r for r in found if r.theme_ref == o.ref]) for o in rated.framework.children(None)]
    links = {"Ref": [Link("Indicators", "Ref", r.ref) for r in found]}
    listed = frame(_LIST, [_row(r) for r in found])
    views = (
        View("Review_themes", frame(_THEMES, themes), (48, 12, 14, 14, 12)),
        View("Review_indicators", listed, tuple(_LIST.values()), caption="Indicator by indicator", links=links),
    )
    note = (
        "A sign-off holds for the definition, unit, polarity, outcome and target that were signed; "
        "where one of them has changed since, it says so. xl-outcomes review records a session; its rows stand on the "
        "sheet Changes."
    )
    return ViewSheet("Peer review", "Peer review of the indicators", note, views)


def _theme(title: str, found: list[Review]) -> list[Any]:
    signed, changed = (sum(r.state == state for r in found) for state in (SIGNED, CHANGED))
    return [title, len(found), signed, changed, len(found) - signed - changed]


def _row(r: Review) -> list[Any]:
    return [r.ref, r.title, r.theme or None, r.why_chosen or None, r.state, r.by or None, r.on]
