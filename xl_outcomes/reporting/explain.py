"""Why something has its colour, and the golden thread it stands on: in words that an officer can read aloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.activities import Activity
from xl_outcomes.errors import InputError
from xl_outcomes.framework import Framework, Indicator, Outcome, ref_text
from xl_outcomes.golden_thread import GoldenThread
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.shown import coverage, marked
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """One place on the golden thread: how far it stands below the top, its ref, and the line that shows it."""

    depth: int
    ref: str
    line: str


def why(tables: Tables, framework: Framework, ref: str, period: Quarter) -> str:
    """Why an outcome or indicator has its rating in a quarter, from Results and Rollup as they stand.

    Raises InputError where the ref is unknown, or the quarter has not been rated.
    """
    results, rollup = _rows(tables, "Results", "Indicator", period), _rows(tables, "Rollup", "Ref", period)
    known = _known(framework, ref)
    if ref in results:
        return "\n".join(_of_indicator(framework, results[ref], _observation(tables, ref, period)))
    if ref in rollup:
        return "\n".join(_of_outcome(framework, rollup[ref], results, rollup))
    raise InputError(f"{known} has no rating for {period} yet.", "Rate the quarter first.")


def golden_thread(
    framework: Framework, settings: Settings, ref: str, whole: GoldenThread | None = None
) -> tuple[Link, ...]:
    """The way from a place up to the vision, and all that hangs below it, from the top down.

    With the `whole` thread, data owners, service plans and activities are told too, and the place may be an activity.
    Raises InputError where the ref is unknown.
    """
    activity = next((a for a in whole.activities if a.ref == ref), None) if whole else None
    if whole and activity and ref not in framework.outcomes and ref not in framework.indicators:
        return (_top(settings), *_to_activity(activity, whole))
    _known(framework, ref)
    above = [*reversed(framework.up(ref))]
    here = framework.outcomes.get(ref) or framework.indicators[ref]
    links = [_top(settings), *(_link(n + 1, o, settings, whole) for n, o in enumerate(above))]
    links.append(_link(len(above) + 1, here, settings, whole, here=True))
    links += _activities(ref, len(above) + 2, whole)
    if ref in framework.outcomes:
        links += _below(framework, ref, len(above) + 2, settings, whole)
    return tuple(links)


def thread_text(links: tuple[Link, ...]) -> str:
    """The golden thread as lines, each a step further in than the one above it."""
    return "\n".join("   " * link.depth + link.line for link in links)


def _known(framework: Framework, ref: str) -> str:
    if ref in framework.outcomes or ref in framework.indicators:
        return ref
    raise InputError(
        f'"{ref}" is not the ref of a live outcome or of an indicator.',
        "Choose a row of a table that has a Ref or an Indicator, such as one on the Framework sheet.",
    )


def _rows(tables: Tables, name: str, key: str, period: Quarter) -> dict[str, Row]:
    rows = get(tables, name).rows()
    return {ref_text(r[key]): r for r in rows if r["Period"] == str(period) and r[key] is not None}


def _of_indicator(framework: Framework, row: Row, observed: Row | None) -> list[str]:
    ref = ref_text(row["Indicator"])
    indicator = framework.indicators.get(ref)
    lines = [_headline(ref, indicator.title if indicator else "", row), str(row["Reason"] or "")]
    if row["Carried from"]:
        lines.append(f"Carried from {row['Carried from']}.")
    if observed is not None and observed["Return"]:
        lines.append(f"The figure came in the return {observed['Return']}.")
    above = framework.up(ref) if indicator else ()
    lines += [f"It counts towards {above[0].ref} {above[0].title}."] if above else []
    return lines


def _of_outcome(framework: Framework, row: Row, results: Mapping[str, Row], rollup: Mapping[str, Row]) -> list[str]:
    ref = ref_text(row["Ref"])
    lines = [_headline(ref, str(row["Title"] or ""), row), str(row["Reason"] or "")]
    lines.append(f"{coverage(row)} rated.")
    if row["Masked reds"]:
        lines.append(f"Red beneath this rating (masked): {row['Masked reds']}.")
    children = [(o.ref, o.title, rollup.get(o.ref)) for o in framework.children(ref)]
    children += [(i.ref, i.title, results.get(i.ref)) for i in framework.measures(ref)]
    return lines + (["Under it:"] if children else []) + [f"   {_child(*child)}" for child in children]


def _child(ref: str, title: str, row: Row | None) -> str:
    if row is None:
        return f"{ref} {title}: not in this quarter's results"
    return f"{ref} {title}: {marked(row) or row.get('State') or 'not rated'}"


def _headline(ref: str, title: str, row: Row) -> str:
    rating, calculated = row["Rating"], row["Calculated rating"]
    word = marked(row) or str(row.get("State") or "not rated")
    by_hand = f" (calculated {calculated})" if rating != calculated and calculated else ""
    return f"{ref} {title}, {row['Period']}: {word}{by_hand}."


def _observation(tables: Tables, ref: str, period: Quarter) -> Row | None:
    """The observation in force for the quarter, or for its last month."""
    keys = {str(period), *(str(month) for month in period.months)}
    found = [
        row
        for row in get(tables, "Observations").rows()
        if row["Indicator"] is not None
        and ref_text(row["Indicator"]) == ref
        and str(row["Period"]) in keys
        and row["Superseded"] is None
        and row["Area"] is None
    ]
    return found[-1] if found else None


def _top(settings: Settings) -> Link:
    named = " - ".join(n for n in (settings.council, settings.framework) if n)
    return Link(0, "", f"Vision: {settings.vision}" if settings.vision else named or "The vision")


def _below(framework: Framework, ref: str, depth: int, settings: Settings, whole: GoldenThread | None) -> list[Link]:
    links: list[Link] = []
    places: tuple[Outcome | Indicator, ...] = (*framework.children(ref), *framework.measures(ref))
    for place in places:
        links += [_link(depth, place, settings, whole), *_activities(place.ref, depth + 1, whole)]
        if isinstance(place, Outcome):
            links += _below(framework, place.ref, depth + 1, settings, whole)
    return links


def _activities(ref: str, depth: int, whole: GoldenThread | None) -> list[Link]:
    """The activities that are tied to a place itself."""
    return [Link(depth, a.ref, _activity_line(a)) for a in (whole.activities if whole else ()) if ref in a.outcomes]


def _to_activity(activity: Activity, whole: GoldenThread) -> list[Link]:
    """The ways from the top to an activity: one for each outcome that it is tied to."""
    framework, line = whole.framework, f"> {_activity_line(activity)} <"
    links: list[Link] = []
    for ref in activity.outcomes:
        way = [*reversed(framework.up(ref)), framework.outcomes[ref]]
        links += [_link(depth, outcome, whole.settings, whole) for depth, outcome in enumerate(way, 1)]
        links.append(Link(len(way) + 1, activity.ref, line))
    return links or [Link(1, activity.ref, f"{line} is tied to no outcome")]


def _activity_line(activity: Activity) -> str:
    told = "; ".join(p for p in (activity.lead, activity.status) if p)
    return f"Activity {activity.ref} {activity.title}" + (f" ({told})" if told else "")


def _link(
    depth: int, place: Outcome | Indicator, settings: Settings, whole: GoldenThread | None = None, *, here: bool = False
) -> Link:
    what = settings.tier_name(place.tier) if isinstance(place, Outcome) else "Indicator"
    people = [place.responsible_officer, place.portfolio_holder]
    if whole and isinstance(place, Indicator):
        status = "" if place.status == "Live" else place.status
        data = f"data from {place.data_owner}" if place.data_owner else ""
        people = [status, *people, data, whole.plans.get(place.ref, "")]
    told = ("; " if whole else ", ").join(p for p in people if p)
    line = f"{what} {place.ref} {place.title}" + (f" ({told})" if told else "")
    return Link(depth, place.ref, f"> {line} <" if here else line)


def place_of(tables: Tables, ref: str) -> tuple[str, str] | None:
    """The sheet and cell where a ref has its own row in Outcomes or Indicators; None where it has none."""
    found = (_cell_of(tables[name], ref) for name in ("Outcomes", "Indicators") if name in tables)
    return next((place for place in found if place), None)


def _cell_of(table: Table, ref: str) -> tuple[str, str] | None:
    rows = (r["row"] for r in table.rows() if r["Ref"] is not None and ref_text(r["Ref"]) == ref)
    row = next(rows, None)
    return None if row is None else (table.sheet, table.cell(row, "Ref"))
