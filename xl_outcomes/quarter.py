"""The story of a quarter: framework checked, figures built, rated, rolled up.

Everything here is a function of the master's tables, the period and the day; nothing is read or written.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_float
from xl_outcomes.figures import count_observations
from xl_outcomes.framework import Framework
from xl_outcomes.issues import Issue
from xl_outcomes.overrides import Override, ignored, overrides_in
from xl_outcomes.periods import Quarter
from xl_outcomes.rollup import Leaf, Rolled, outcome_reason, roll_up
from xl_outcomes.settings import Settings, demand, read_settings
from xl_outcomes.standing import DUE_STATES, History, Standing, assess
from xl_outcomes.tables import Table, Tables, frame, get
from xl_outcomes.thread import check_framework, demand_tree


@dataclass(frozen=True, slots=True)
class Rated:
    """A quarter rated: its rows of Results and Rollup, and what was odd on the way."""

    period: Quarter
    results: pd.DataFrame
    rollup: pd.DataFrame
    issues: tuple[Issue, ...]
    history: History

    @property
    def settings(self) -> Settings:
        """The council's choices."""
        return self.history.settings

    @property
    def framework(self) -> Framework:
        """The tree."""
        return self.history.framework


@dataclass(frozen=True, slots=True)
class Prepared:
    """A master's tables read for rating: the history that ratings are worked out from, and what was odd."""

    history: History
    issues: tuple[Issue, ...]


def prepare(
    tables: Tables, period: Quarter | None, today: dt.date, closed: frozenset[Quarter] = frozenset()
) -> Prepared:
    """Reads settings, framework, targets and observations, as it stands on the day `today`.

    Raises WorkbookError for a wrong setting or a circular tree; wrong rows are left out and are among the issues.
    """
    settings, odd_settings = read_settings(tables["Settings"])
    demand(odd_settings)
    checked = check_framework(tables, period)
    demand_tree(checked)
    observed, odd_rows = count_observations(tables["Observations"], checked.framework)
    results = _closed_results(tables, closed)
    history = History(checked.framework, checked.timelines, observed, settings, today, results)
    return Prepared(history, (*odd_settings, *checked.issues, *odd_rows))


def with_observations(prepared: Prepared, observations: Table) -> Prepared:
    """The same framework, settings and targets with other observations; what was odd in them is left out."""
    observed, _ = count_observations(observations, prepared.history.framework)
    return replace(prepared, history=replace(prepared.history, observed=observed))


def rate_quarter(tables: Tables, period: Quarter, today: dt.date, closed: frozenset[Quarter] = frozenset()) -> Rated:
    """Rates one quarter of a master, as it stands on the day `today`.

    `closed` quarters are read from Results, never rated again. Raises what `prepare` raises.
    """
    return rate_prepared(prepare(tables, period, today, closed), tables, period)


def rate_prepared(prepared: Prepared, tables: Tables, period: Quarter) -> Rated:
    """Rates one quarter of a master that is prepared already."""
    history, framework = prepared.history, prepared.history.framework
    if period in history.closed:
        results, rollup = (_closed_rows(tables, name, period) for name in ("Results", "Rollup"))
        return Rated(period, results, rollup, (), history)
    overrides, odd_overrides = overrides_in(get(tables, "Overrides"), framework, period)
    standings = {ref: assess(history, ref, period) for ref in framework.indicator_refs}
    rated = {ref: _overridden(s, overrides.get(ref)) for ref, s in standings.items()}
    leaves = {ref: _leaf(framework, s) for ref, s in rated.items()}
    rolled = roll_up(framework, leaves, overrides, history.settings)
    issues = (*prepared.issues, *odd_overrides, *_unused(tables, overrides, standings, rolled))
    rollup = _rollup_frame(period, rolled, framework, history.settings)
    return Rated(period, _results_frame(period, rated), rollup, issues, history)


def _overridden(standing: Standing, override: Override | None) -> Standing:
    if override is None or standing.state != "Rated":
        return standing
    words = f"{override.rating} by override; calculated {standing.calculated}."
    approval = f"Reason: {override.reason.rstrip('.')}. Approved by {override.approved_by}."
    reason = f"{standing.reason} {words} {approval}"
    return standing.replaced(override.rating, reason)


def _leaf(framework: Framework, standing: Standing) -> Leaf:
    indicator = framework.indicators.get(standing.ref)
    due = standing.state in DUE_STATES and indicator is not None and indicator.scored
    return Leaf(standing.rating, standing.calculated, due or standing.carried_from is not None)


def _unused(
    tables: Tables, overrides: Mapping[str, Override], standings: Mapping[str, Standing], rolled: Mapping[str, Rolled]
) -> list[Issue]:
    table = get(tables, "Overrides")
    found = []
    for ref, override in overrides.items():
        if ref in rolled and rolled[ref].override is None:
            found.append(ignored(table, override.row, ref, "nothing is due under it this quarter"))
        elif ref not in rolled and ref in standings and standings[ref].state != "Rated":
            found.append(ignored(table, override.row, ref, f"its state is {standings[ref].state}, not Rated"))
    return found


def _results_frame(period: Quarter, standings: Mapping[str, Standing]) -> pd.DataFrame:
    key, headings = str(period), SPECS["Results"].headings
    rows = (_result_row(key, s) for s in standings.values())
    return frame(headings, [[row[h] for h in headings] for row in rows])


def _result_row(period: str, s: Standing) -> dict[str, Any]:
    held = s.held
    return {
        "Period": period,
        "Indicator": s.ref,
        "Value": to_float(s.value),
        "Target": to_float(held.target) if held else None,
        "Amber limit": to_float(held.amber) if held else None,
        "State": s.state,
        "Rating": s.rating,
        "Calculated rating": s.calculated,
        "Reason": s.reason,
        "Variance": to_float(s.variance),
        "Previous": to_float(s.previous),
        "Direction": s.direction,
        "Last year": to_float(s.last_year),
        "Direction on year": s.direction_on_year,
        "Forecast": to_float(s.forecast),
        "Forecast rating": s.forecast_rating,
        "Carried from": str(s.carried_from) if s.carried_from else None,
        "Target from": str(held.start) if held else None,
        "Flags": ", ".join(s.flags) or None,
    }


def _rollup_frame(
    period: Quarter, rolled: Mapping[str, Rolled], framework: Framework, settings: Settings
) -> pd.DataFrame:
    headings = SPECS["Rollup"].headings
    rows = [_rollup_row(period, framework, r, settings) for r in rolled.values()]
    return frame(headings, [[row[h] for h in headings] for row in rows])


def _rollup_row(period: Quarter, framework: Framework, r: Rolled, settings: Settings) -> dict[str, Any]:
    outcome = framework.outcomes[r.ref]
    return {
        "Period": str(period),
        "Ref": r.ref,
        "Tier": outcome.tier,
        "Title": outcome.title,
        "Rating": r.rating,
        "Calculated rating": r.calculated,
        "Score": to_float(r.score, 6),
        "Rated": r.rated,
        "Due": r.due,
        "Coverage": to_float(r.coverage, 6),
        "Indicators rated": r.indicators_rated,
        "Indicators due": r.indicators_due,
        "Masked reds": ", ".join(r.masked) or None,
        "Reason": outcome_reason(r, settings),
        "Flags": "override" if r.override else None,
    }


def _closed_rows(tables: Tables, name: str, period: Quarter) -> pd.DataFrame:
    held = tables[name].frame
    return held[held["Period"] == str(period)].reset_index(drop=True)


def _closed_results(tables: Tables, closed: frozenset[Quarter]) -> dict[Quarter, dict[str, dict[str, Any]]]:
    found: dict[Quarter, dict[str, dict[str, Any]]] = {quarter: {} for quarter in closed}
    keys = {str(quarter): quarter for quarter in closed}
    if keys:  # most rows of Results are of other quarters
        table = get(tables, "Results")
        for row in table.with_frame(table.frame[table.frame["Period"].isin(list(keys))]).rows():
            found[keys[row["Period"]]][str(row["Indicator"])] = row
    return found
