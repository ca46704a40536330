"""The sheets Golden thread and Theory of change, and the golden thread in words for the command line."""

from collections.abc import Iterable, Sequence
from typing import Any

from xl_outcomes.activities import Activity
from xl_outcomes.framework import Indicator, Outcome
from xl_outcomes.golden_thread import GAPS, End, Gap, GoldenThread, Lane, Loose, follow
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import NONE_YET
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame
from xl_outcomes.wording import counted

THREAD, THEORY = "Golden_thread", "Theory_of_change"
_TIERS = (1, 2, 3, 4)
_UNUSED = 8  # the width of a tier that has no outcomes yet
_TIER_WIDTHS = {1: 13, 2: 17, 3: 20, 4: 18}
_THEORY_WIDTHS = {4: 24, 3: 28, 2: 26, 1: 16}
_LISTED = 8  # gaps of a kind that are printed one by one


def thread_sheet(rated: Rated, tables: Tables) -> ViewSheet:
    """The sheet Golden thread of a rated quarter: one row for each end of a thread, and for each loose end."""
    return thread_page(follow(rated.framework, rated.settings, tables))


def theory_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Theory of change of a rated quarter; None where the framework has no outcomes."""
    return theory_page(follow(rated.framework, rated.settings, tables))


def thread_page(thread: GoldenThread) -> ViewSheet:
    """The sheet Golden thread."""
    tiers = [(f"Tier {t}", _TIER_WIDTHS[t] if t in _used(thread) else _UNUSED) for t in _TIERS]
    after = [("Indicator", 22), ("Who answers", 44), ("Data owner", 13), ("Plans", 19), ("Activities", 20), ("Gap", 18)]
    headings, widths = zip(("Ref", 10), *tiers, *after, strict=True)
    rows = [*(_end_row(end) for end in thread.ends), *(_loose_row(loose) for loose in thread.loose)]
    nothing = [[None, NONE_YET, *[None] * (len(headings) - 2)]]
    links = {"Ref": [*(_end_link(end) for end in thread.ends), *(_loose_link(loose) for loose in thread.loose)]}
    view = View(THREAD, frame(headings, rows or nothing), widths, links=links if rows else {})
    note = (
        f"Each row is a thread from the vision through the tiers ({_tier_names(thread)}) to an "
        "indicator, or to where it breaks off. Who answers names the responsible officer and the portfolio holder of "
        "each level; Plans the service plan and other strategies that the thread serves; Activities those tied to any "
        "level of it. A gap of an outcome stands in the first row under it; rows at the end with blank tiers are loose "
        "ends."
    )
    return ViewSheet("Golden thread", "The golden thread", note, (view,))


def theory_page(thread: GoldenThread) -> ViewSheet | None:
    """The sheet Theory of change; None where there are no outcomes."""
    if not thread.lanes:
        return None
    tiers = [(f"Tier {t}", _THEORY_WIDTHS[t] if t in _used(thread) else _UNUSED) for t in reversed(_TIERS)]
    headings, widths = zip(("Ref", 10), ("Activities", 34), ("Outputs", 30), *tiers, ("Vision", 30), strict=True)
    rows = [_lane_row(lane, thread.vision) for lane in thread.lanes]
    links = {"Ref": [Link("Outcomes", "Ref", lane.outcomes[0].ref) for lane in thread.lanes]}
    view = View(THEORY, frame(headings, rows), widths, links=links)
    note = (
        "Read each row from left to right: what the council does, what that puts out, and the outcomes that this is to "
        f"lead to, up to the vision. Tiers: {_tier_names(thread)}. Activities and outputs stand in "
        "one row because they are tied to the same outcome. Outputs are the indicators whose Measure is Output or How "
        "much. A blank means that none is listed yet. Cancelled activities and milestones are left out."
    )
    return ViewSheet("Theory of change", "Theory of change: from activities to the vision", note, (view,))


def in_short(thread: GoldenThread) -> str:
    """The threads and gaps in a sentence: "66 threads end in an indicator; 3 gaps."."""
    measured = sum(end.indicator is not None for end in thread.ends)
    short = len(thread.ends) - measured
    parts = [f"{counted(measured, 'thread')} {'ends' if measured == 1 else 'end'} in an indicator"]
    parts += [f"{short} {'stops' if short == 1 else 'stop'} at an outcome without one"] if short else []
    return "; ".join([*parts, counted(len(thread.gaps), "gap") if thread.gaps else "no gaps"]) + "."


def thread_summary(thread: GoldenThread) -> str:
    """The golden thread of a master for people to read: what it holds, and every kind of gap with its places."""
    settings, outcomes = thread.settings, thread.framework.outcomes.values()
    tiers = [(t, sum(o.tier == t for o in outcomes)) for t in _used(thread)]
    held = [f"{number} at tier {tier} ({settings.tier_name(tier)})" for tier, number in tiers]
    indicators = sum(end.indicator is not None for end in thread.ends)
    held += [counted(indicators, "indicator"), f"{len(thread.activities)} activities"]
    lines = [f"Vision: {thread.vision}", f"{', '.join(held)}.", in_short(thread)]
    return "\n".join([*lines, *_gap_lines(thread.gaps)])


# ---- rows ----


def _end_row(end: End) -> list[Any]:
    indicator = end.indicator
    last = indicator.ref if indicator else end.outcomes[-1].ref
    plans = _lines(filter(None, (end.plan, *end.strategies)))
    own = {o.ref for o in end.outcomes[-1:]} | {last}
    activities = _lines(_activity(a, own) for a in end.activities)
    measure = _measure(indicator) if indicator else None
    owner = (indicator.data_owner or None) if indicator else None
    return [last, *_placed(end.outcomes, _TIERS), measure, _people(end), owner, plans, activities, _words(end.gaps)]


def _loose_row(loose: Loose) -> list[Any]:
    named = {"Indicator": 5, "Service": 8, "Activity": 9}
    row: list[Any] = [loose.ref if loose.what != "Service" else None, *[None] * 9, _words(loose.gaps)]
    if loose.what in named:
        told = loose.title if loose.what == "Indicator" else f"{loose.ref} {loose.title}".strip()
        row[named[loose.what]] = told or None
    return row


def _lane_row(lane: Lane, vision: str) -> list[Any]:
    activities = _lines(f"{a.ref} {a.title}" for a in lane.activities)
    outputs = _lines(f"{i.ref} {_measure(i)}" for i in lane.outputs)
    return [lane.outcomes[0].ref, activities, outputs, *_placed(lane.outcomes, tuple(reversed(_TIERS))), vision]


def _placed(outcomes: Iterable[Outcome], tiers: Sequence[int]) -> list[str | None]:
    """Refs and titles, each under its tier."""
    by_tier = {o.tier: f"{o.ref} {o.title}" for o in outcomes}
    return [by_tier.get(tier) for tier in tiers]


def _measure(indicator: Indicator) -> str:
    return indicator.title + (f" ({indicator.status})" if indicator.status != "Live" else "")


def _activity(activity: Activity, own: set[str]) -> str:
    """An activity, saying which level it is tied to where that is above the thread's end."""
    above = "" if own & set(activity.outcomes) else f" (for {', '.join(activity.outcomes)})"
    return f"{activity.ref} {activity.title}{above}"


def _people(end: End) -> str:
    """Who answers at each level, levels with the same people in one line."""
    groups: dict[str, list[str]] = {}
    places: list[Outcome | Indicator] = [*end.outcomes, *([end.indicator] if end.indicator else [])]
    for place in places:
        people = "; ".join(filter(None, (place.responsible_officer, place.portfolio_holder))) or "nobody is named"
        groups.setdefault(people, []).append(place.ref)
    return "\n".join(f"{', '.join(refs)}: {people}" for people, refs in groups.items())


def _end_link(end: End) -> Link:
    if end.indicator:
        return Link("Indicators", "Ref", end.indicator.ref)
    return Link("Outcomes", "Ref", end.outcomes[-1].ref)


def _loose_link(loose: Loose) -> Link | None:
    tables = {"Outcome": "Outcomes", "Indicator": "Indicators", "Activity": "Activities"}
    return Link(tables[loose.what], "Ref", loose.ref) if loose.what in tables else None


# ---- words ----


def _gap_lines(gaps: Sequence[Gap]) -> list[str]:
    lines = []
    for kind, title in GAPS.items():
        found = [gap for gap in gaps if gap.kind == kind]
        if found:
            lines += ["", f"{title} ({len(found)})", *(f"  {gap.words}" for gap in found[:_LISTED])]
            rest = ", ".join(gap.ref for gap in found[_LISTED:])
            lines += [f"  … and {rest}"] if rest else []
    return lines


def _used(thread: GoldenThread) -> list[int]:
    return sorted({o.tier for o in thread.framework.outcomes.values()})


def _tier_names(thread: GoldenThread) -> str:
    return ", ".join(f"{t} {thread.settings.tier_name(t)}" for t in _used(thread)) or "none yet"


def _words(gaps: Iterable[Gap]) -> str | None:
    return _lines(gap.words for gap in gaps)


def _lines(texts: Iterable[str]) -> str | None:
    return "\n".join(texts) or None
