"""Figures by area beside the council's own, so that an average cannot hide the worst place (docs/rules/areas.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from xl_outcomes.benchmarks import goodness
from xl_outcomes.exact import to_number
from xl_outcomes.figures import Counted, figure, is_yes
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Month, Quarter, quarter_of, read_period
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.settings import Settings
from xl_outcomes.standing import SHOWN_STATES, History, Standing, assess
from xl_outcomes.tables import Table, Tables
from xl_outcomes.targets import Held

WITHHELD, NOT_RATED = "Withheld", "Not rated"
KEPT = 4  # quarters for which a place stays listed after its last figure
_COMPARABLE_UNITS = ("Percentage", "Rate", "Time", "Score", "Other")
_NO_FIGURE = {"Overdue": "No figure", "Awaiting": "No figure yet"}
_UNSHOWN = ("Framework error", "Deleted", "In development", "Not due")
_WHOLES = ("county", "borough", "district", "city")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """An area's figure in a quarter, as displayed; a figure that may not be shown is not here.

    `state` is one of those of results, No figure, Withheld, or Not rated (a figure that the council's target is not
    for).
    """

    area: str
    state: str
    value: Fraction | None = None
    rating: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An indicator's areas in a quarter, the worst first where one is better than another, those without figure last.

    `value` and `rating` are the council's own; `worst` and `best` name the places among those shown, several where
    they are equal. `hidden` says so where the council is Green and a place is Red.
    """

    indicator: Indicator
    state: str
    value: Fraction | None
    rating: str | None
    overridden: bool
    reason: str
    places: tuple[Place, ...]
    worst: tuple[str, ...] = ()
    best: tuple[str, ...] = ()
    hidden: str = ""
    held: Held | None = None


def breakdowns(rated: Rated) -> tuple[Breakdown, ...]:
    """The indicators with figures by area that are due in a rated quarter, in framework order."""
    framework, results = rated.framework, rated.results
    listed = (dict(zip(results.columns, v, strict=True)) for v in results.itertuples(index=False, name=None))
    rows = {str(row["Indicator"]): row for row in listed}
    ordered = (i for o in framework.down() for i in framework.measures(o.ref))
    shown = (i for i in ordered if i.ref in rows and rows[i.ref]["State"] not in _UNSHOWN)
    found = (_breakdown(rated, i, rows[i.ref]) for i in shown if i.due_in(rated.period))
    return tuple(b for b in found if b is not None)


def comparable(indicator: Indicator) -> bool:
    """Whether an area's figure can be held to the council's target: a count of a part is not one of the whole."""
    if indicator.calculation == "Ratio":
        return True
    return indicator.unit in _COMPARABLE_UNITS and indicator.aggregation != "Sum"


def the_whole(settings: Settings) -> str:
    """What the council's own figure is for, by the council's name: "The county"."""
    words = settings.council.casefold().split()
    return next((f"The {whole}" for whole in _WHOLES if whole in words), "The whole area")


def has_areas(rated: Rated) -> bool:
    """Whether there is any figure by area."""
    return any(area for areas in rated.history.observed.values() for area in areas)


def areas_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in the rows of Observations with an Area, up to the current period, each a warning."""
    table = tables["Observations"]
    last = settings.current_period
    rows = [r for r in table.rows() if r["Indicator"] is not None and not is_yes(r["Superseded"])]
    rows = [r for r in rows if (q := _quarter(r["Period"])) is not None and (last is None or q <= last)]
    return (*_spellings(table, rows), *_without_whole(table, rows, framework))


# ---- one indicator ----


def _breakdown(rated: Rated, indicator: Indicator, row: Mapping[str, Any]) -> Breakdown | None:
    observed = rated.history.observed.get(indicator.ref, {})
    areas = {area: c for area, c in observed.items() if area and _lately(c, rated.period)}
    if not areas:
        return None
    standings = {
        a: assess(_as_if_whole(rated.history, indicator, c), indicator.ref, rated.period) for a, c in areas.items()
    }
    withheld = _withheld(indicator, areas, standings, str(row["State"]), rated.period)
    held = next((s.held for s in standings.values() if s.held), None)
    places = [_place(indicator, area, s, withheld) for area, s in standings.items()]
    order = {p.area: _goodness(indicator, p.value, held) for p in places}
    shown = sorted((p for p in places if p.value is not None), key=lambda p: order[p.area] or Fraction(0))
    ranked = [(p.area, good) for p in shown if (good := order[p.area]) is not None]
    apart = bool(ranked) and ranked[0][1] != ranked[-1][1]
    return Breakdown(
        indicator,
        state=str(row["State"]),
        value=to_number(row["Value"]),
        rating=row["Rating"],
        overridden="override" in str(row["Flags"] or ""),
        reason=str(row["Reason"] or ""),
        places=(*shown, *(p for p in places if p.value is None)),
        worst=tuple(a for a, good in ranked if apart and good == ranked[0][1]),
        best=tuple(a for a, good in ranked if apart and good == ranked[-1][1]),
        hidden=_hidden(rated.settings, indicator, row, shown),
        held=held,
    )


def _lately(counted: Counted, quarter: Quarter) -> bool:
    """Whether an area had a row in the last year up to a quarter; one that has ceased to be is no longer listed."""
    found = (p.quarter if isinstance(p, Month) else p for p in counted)
    return any(quarter.shift(-KEPT) <= q <= quarter for q in found)


def _as_if_whole(history: History, indicator: Indicator, counted: Counted) -> History:
    """The history in which an area's figures are the council's, so that the same rules give its figure and rating."""
    return replace(history, observed={indicator.ref: {"": counted}}, closed={})


def _goodness(indicator: Indicator, value: Fraction | None, held: Held | None) -> Fraction | None:
    return goodness(value, indicator.polarity, held) if value is not None and comparable(indicator) else None


def _place(indicator: Indicator, area: str, standing: Standing, withheld: Mapping[str, str]) -> Place:
    if area in withheld:
        return Place(area, WITHHELD, reason=withheld[area])
    if standing.state not in SHOWN_STATES:
        state = _NO_FIGURE.get(standing.state, standing.state)
        return Place(area, state, reason=f"{state}." if state in _NO_FIGURE.values() else standing.reason)
    if standing.state in ("Rated", "Target to be confirmed") and not comparable(indicator):
        words = "the target is for the whole, so a part of it is not rated"
        return Place(area, NOT_RATED, standing.value, reason=f"{_said(standing.value, indicator)}: {words}.")
    return Place(area, standing.state, standing.value, standing.rating, standing.reason)


def _hidden(settings: Settings, indicator: Indicator, row: Mapping[str, Any], shown: Sequence[Place]) -> str:
    """ "The county is Green at 84%; Tendring is Red at 71%."; blank where nothing is hidden."""
    red = [p for p in shown if p.rating == "Red"]
    if row["Rating"] != "Green" or not red:
        return ""
    told = [f"{p.area} is Red at {_said(p.value, indicator)}" for p in red[:_MOST_NAMED]]
    more = len(red) - len(told)
    told += [f"{more} more {'are' if more > 1 else 'is'} Red"] if more else []
    return f"{the_whole(settings)} is Green at {_said(to_number(row['Value']), indicator)}; {', '.join(told)}."


def _said(value: Fraction | None, indicator: Indicator) -> str:
    return "" if value is None else display(value, indicator)


# ---- what may not be shown ----


def _withheld(
    indicator: Indicator, areas: Mapping[str, Counted], standings: Mapping[str, Standing], whole: str, quarter: Quarter
) -> dict[str, str]:
    """The areas whose figures would give a confidential one away, with the reason.

    A confidential area among others that are shown is the whole less the others, so one more is withheld: the
    smallest. Where the whole is confidential the areas would add up to it.
    """
    shown = [area for area, s in standings.items() if s.state in SHOWN_STATES]
    secret = [area for area, s in standings.items() if s.state == "Confidential"]
    if whole == "Confidential":
        return dict.fromkeys(shown, "Withheld: the areas would add up to a confidential figure.")
    if len(secret) != 1 or not shown or whole not in SHOWN_STATES:
        return {}
    smallest = min(shown, key=lambda area: (_size(indicator, areas[area], quarter), area))
    return {smallest: "Withheld: with it, the confidential figure of another area could be worked out."}


def _size(indicator: Indicator, counted: Counted, quarter: Quarter) -> Fraction:
    """How large a place is, as far as its figure tells: the denominator of a ratio, else the figure."""
    found = figure(indicator, counted, quarter)
    bottoms = [o.pair[1] for o in found.used if o.pair]
    return abs(sum(bottoms, Fraction(0))) if bottoms else abs(found.value or Fraction(0))


# ---- what is odd ----


def _quarter(text: object) -> Quarter | None:
    period = read_period(text)
    return None if period is None else quarter_of(period)


def _spellings(table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[Issue]:
    """Areas that differ in spacing or capitals only, each once."""
    known: dict[str, str] = {}
    said: set[str] = set()
    for row in rows:
        area = str(row["Area"] or "").strip()
        first = known.setdefault(" ".join(area.casefold().split()), area)
        if area != first and area not in said:
            said.add(area)
            message = f'"{area}" and "{first}" are taken as two places.'
            yield _issue(table, row, "area-spelling", message, "Spell the area in one way.")


def _without_whole(table: Table, rows: Sequence[Mapping[str, Any]], framework: Framework) -> Iterator[Issue]:
    """Indicators with figures by area for a period that has none for the whole council, each once, the last row."""
    whole = {(ref_text(r["Indicator"]), str(r["Period"])) for r in rows if not str(r["Area"] or "").strip()}
    alone = {
        ref: row
        for row in rows
        if str(row["Area"] or "").strip()
        and (ref := ref_text(row["Indicator"])) in framework.indicators
        and (ref, str(row["Period"])) not in whole
    }
    for ref, row in alone.items():
        message = f"{ref} has figures by area for {row['Period']}, but none for the whole council."
        yield _issue(
            table, row, "area-without-whole", message, "Give the council's own figure: areas are not added up."
        )


def _issue(table: Table, row: Mapping[str, Any], code: str, message: str, fix: str) -> Issue:
    area, cell = str(row["Area"] or ""), table.cell(row["row"], "Area")
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, ref_text(row["Indicator"]), area)
