"""The sheet Year so far: the quarters of a financial year side by side, with the half year, year end and forecast.

What is so now and what is expected at the year end stand in columns of their own.
"""

from collections.abc import Mapping
from typing import Any

from xl_outcomes.exact import to_float, to_number
from xl_outcomes.framework import Indicator, Outcome, ref_text
from xl_outcomes.periods import Quarter, year_name
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import INDENT
from xl_outcomes.reporting.shown import marked, records
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.standing import SHOWN_STATES
from xl_outcomes.tables import Tables, frame, get
from xl_outcomes.targets import in_force

Row = Mapping[str, Any]
Held = Mapping[tuple[str, str], Row]

_NAMES = ("Q1", "Q2, half year", "Q3", "Q4, year end")
_RATING_WIDTH = 14.0
_FIGURES = tuple(f"{name} figure" for name in ("Q1", "Q2", "Q3", "Q4"))
_WIDTHS = {
    "Ref": 10.0,
    "Outcome or indicator": 52.0,
    **{h: w for f, name in zip(_FIGURES, _NAMES, strict=True) for h, w in ((f, 10.0), (name, _RATING_WIDTH))},
    "Target for the year end": 12.0,
    "Forecast for the year end": 12.0,
    "Forecast rating": 12.0,
    "Last year end": 11.0,
    "Year": 9.0,
}
_NOT_STARTED = "Not yet"


def year_sheet(rated: Rated, tables: Tables) -> ViewSheet:
    """The sheet Year so far, up to a rated quarter."""
    quarters = [Quarter(rated.period.year, n) for n in (1, 2, 3, 4)]
    wanted = {str(q) for q in (*quarters, quarters[0].shift(-1))}
    results, rollup = (
        _held(rated, tables, "Results", "Indicator", wanted),
        _held(rated, tables, "Rollup", "Ref", wanted),
    )
    rows: list[list[Any]] = []
    links: list[Link | None] = []
    for outcome in rated.framework.down():
        rows.append(_outcome(outcome, [rollup.get((str(q), outcome.ref)) for q in quarters], rated.period))
        links.append(Link("Outcomes", "Ref", outcome.ref))
        for indicator in (i for i in rated.framework.measures(outcome.ref) if i.expected()):
            rows.append(_indicator(rated, indicator, outcome.tier, results, quarters))
            links.append(Link("Indicators", "Ref", indicator.ref))
    widths = tuple(_WIDTHS.values())
    view = View("Year_quarters", frame(_WIDTHS, rows), widths, (*_NAMES, "Forecast rating"), links={"Ref": links})
    note = (
        "The quarters of a financial year as they were rated; the column Year says which. The half year is as it stood "
        "at the end of Q2, the year end at the end of Q4. A forecast is what the data owner expects for the year end, "
        "held to the target that is in force then: no rating of today. A blank was not due or has no rating."
    )
    return ViewSheet("Year so far", "The year so far, quarter by quarter", note, (view,))


def _held(rated: Rated, tables: Tables, name: str, key: str, wanted: set[str]) -> dict[tuple[str, str], Row]:
    """The rows of these quarters by period and ref; those of the rated quarter as just rated."""
    now = str(rated.period)
    rows = [r for r in get(tables, name).rows() if r["Period"] in wanted and r["Period"] != now and r[key] is not None]
    fresh = records(rated.results if name == "Results" else rated.rollup)
    return {(str(r["Period"]), ref_text(r[key])): r for r in (*rows, *fresh)}


def _outcome(outcome: Outcome, rows: list[Row | None], now: Quarter) -> list[Any]:
    """An outcome's row: no figures, a rating for each quarter that has come."""
    cells: list[Any] = [outcome.ref, INDENT * (outcome.tier - 1) + outcome.title]
    for number, row in enumerate(rows, 1):
        cells += [None, _NOT_STARTED if number > now.number else marked(row) if row else None]
    return [*cells, None, None, None, None, year_name(now.year)]


def _indicator(rated: Rated, indicator: Indicator, tier: int, results: Held, quarters: list[Quarter]) -> list[Any]:
    cells: list[Any] = [indicator.ref, INDENT * tier + indicator.title]
    for quarter in quarters:
        row = results.get((str(quarter), indicator.ref)) if quarter <= rated.period else None
        cells += [_figure(row, indicator), marked(row) if row else None]
    last = results.get((str(quarters[0].shift(-1)), indicator.ref))
    forecast = _forecast(indicator, results, [q for q in quarters if q <= rated.period])
    return [
        *cells,
        _target(rated, indicator, quarters[-1]),
        *forecast,
        _figure(last, indicator),
        year_name(rated.period.year),
    ]


def _forecast(indicator: Indicator, results: Held, quarters: list[Quarter]) -> list[Any]:
    """The last forecast of these quarters, with its rating."""
    rows = (results.get((str(q), indicator.ref)) for q in reversed(quarters))
    given = next((r for r in rows if r and r["Forecast"] is not None), None)
    return [given["Forecast"], given["Forecast rating"]] if given else [None, None]


def _figure(row: Row | None, indicator: Indicator) -> float | str | None:
    """The figure of a quarter where it may be shown; the state in words where there should be one."""
    if row is None:
        return None
    value = to_number(row["Value"])
    if value is not None and row["State"] in SHOWN_STATES:
        return to_float(value, indicator.decimals)
    return None if row["State"] in (*SHOWN_STATES, "Not due", "In development", "Deleted") else str(row["State"])


def _target(rated: Rated, indicator: Indicator, quarter: Quarter) -> float | str | None:
    """The target in force at the year end, the whole year's; a range in words."""
    found = in_force(rated.history.timelines, indicator, quarter)
    if found is None or found.wrong or not indicator.scored:
        return None
    if indicator.polarity == "In range":
        ends = [to_float(x) for x in (found.lower, found.upper) if x is not None]
        return f"{ends[0]:g} to {ends[1]:g}" if len(ends) == 2 else None
    return to_float(found.target)
