"""Peer review: members and officers sign off the indicators of a theme as they are defined (docs/rules/changes.md).

A sign-off is a row of the table Changes; it holds a mark of the definition and target that was signed, so that a
later change shows.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.errors import InputError
from xl_outcomes.exact import show
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.tables import Table, Tables, extend, get
from xl_outcomes.targets import Target, Timelines, in_force

REVIEWED = "Peer reviewed"
SIGNED, CHANGED, NOT_YET = "Signed off", "Changed since", "Not yet reviewed"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Review:
    """How an indicator stands in peer review: `state` is one of the three above; by whom and when it was signed."""

    ref: str
    title: str
    theme: str
    theme_ref: str
    why_chosen: str
    state: str
    by: str = ""
    on: dt.date | None = None


def reviews(tables: Tables, framework: Framework, timelines: Timelines, period: Quarter) -> tuple[Review, ...]:
    """Every live indicator with its last sign-off, in table order."""
    signed = _signed(get(tables, "Changes"))
    why = {ref_text(r["Ref"]): str(r["Why chosen"] or "") for r in tables["Indicators"].rows() if r["Ref"] is not None}
    live = (i for i in framework.indicators.values() if i.expected())
    return tuple(
        _review(i, framework, why.get(i.ref, ""), signed.get(i.ref), mark(i, in_force(timelines, i, period)))
        for i in live
    )


def sign_off(
    tables: Tables,
    framework: Framework,
    timelines: Timelines,
    period: Quarter,
    *,
    theme: str | None,
    by: str,
    note: str,
    on: dt.date,
) -> tuple[Table, tuple[str, ...]]:
    """Changes with a sign-off for each live indicator of a theme (None: of all) that is not signed off as it stands.

    Also their refs. Raises InputError without `by`, or for a theme that is no tier 1 outcome.
    """
    if not by.strip():
        raise InputError("It is not said who signs off.", 'Give the post, such as --approved-by "Cabinet Member".')
    tops = [o.ref for o in framework.children(None)]
    if theme is not None and theme not in tops:
        raise InputError(f'"{theme}" is not the ref of a tier 1 outcome.', f"Choose one of: {', '.join(tops)}.")
    due = [
        r
        for r in reviews(tables, framework, timelines, period)
        if r.state != SIGNED and (theme is None or r.theme_ref == theme)
    ]
    rows = [
        {
            "Version": str(period),
            "Ref": r.ref,
            "Change": REVIEWED,
            "New": mark(framework.indicators[r.ref], in_force(timelines, framework.indicators[r.ref], period)),
            "Approved by": by.strip(),
            "Date": dt.datetime.combine(on, dt.time()),
            "Note": note.strip() or None,
        }
        for r in due
    ]
    return extend(get(tables, "Changes"), rows), tuple(r.ref for r in due)


def mark(indicator: Indicator, target: Target | None) -> str:
    """A short mark of all that a sign-off is about: definition, unit, polarity, outcome and target in force."""
    parts = (indicator.title, indicator.definition, indicator.outcome, indicator.unit, indicator.unit_label)
    ways = (indicator.polarity, indicator.frequency, indicator.calculation, indicator.aggregation, indicator.report_as)
    figures = (target.target, target.amber, target.lower, target.upper) if target else ()
    plain = [" ".join(w.split()).casefold() for w in (*parts, *ways)]
    content = json.dumps([*plain, [None if f is None else show(f, 6) for f in figures]])
    return f"As defined ({hashlib.sha256(content.encode()).hexdigest()[:8]})"


def _review(indicator: Indicator, framework: Framework, why: str, signed: Row | None, now: str) -> Review:
    above = framework.up(indicator.ref)
    theme = above[-1] if above else None
    known = (indicator.ref, indicator.title, theme.title if theme else "", theme.ref if theme else "", why)
    if signed is None:
        return Review(*known, NOT_YET)
    on = to_date(signed["Date"])
    state = SIGNED if signed["New"] == now else CHANGED
    return Review(*known, state, str(signed["Approved by"]), on.date() if on else None)


def _signed(table: Table) -> dict[str, Row]:
    """The last sign-off of each indicator; one without approver is none."""
    return {ref_text(row["Ref"]): row for row in _sign_offs(table)}


def _sign_offs(table: Table) -> Iterator[Row]:
    for row in table.rows():
        word = " ".join(str(row["Change"] or "").split()).casefold()
        if row["Ref"] is not None and word == REVIEWED.casefold() and str(row["Approved by"] or "").strip():
            yield row


def counted(found: tuple[Review, ...]) -> str:
    """How far the review is, in a sentence."""
    done = sum(r.state == SIGNED for r in found)
    changed = sum(r.state == CHANGED for r in found)
    text = f"{done} of {len(found)} indicators are signed off as they stand"
    return f"{text}; {changed} have changed since they were." if changed else f"{text}."
