"""The delivery plan moves on: simulated leads report how far their activities are, the same each time."""

import datetime as dt
from random import Random
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.periods import Quarter
from xl_outcomes.tables import Table, Tables, change, get

_ENDED = ("Complete", "Cancelled")


def moved_on(tables: Tables, period: Quarter) -> dict[str, Table]:
    """Activities as their leads report them at the end of a quarter, and actions that have done their work."""
    return {**_activities(tables, period), **_actions(tables, period)}


def _activities(tables: Tables, period: Quarter) -> dict[str, Table]:
    table = get(tables, "Activities")
    cells = {row["row"]: _report(row, period) for row in table.rows() if row["Status"] not in _ENDED}
    changes = {row: values for row, values in cells.items() if values}
    return {"Activities": change(table, changes)} if changes else {}


def _actions(tables: Tables, period: Quarter) -> dict[str, Table]:
    """An action is done once its indicator was back on target in the quarter before."""
    before = str(period.shift(-1))
    green = {r["Indicator"] for r in get(tables, "Results").rows() if r["Period"] == before and r["Rating"] == "Green"}
    table = get(tables, "Actions")
    done = {r["row"]: {"Status": "Done"} for r in table.rows() if r["Status"] == "Open" and r["Indicator"] in green}
    return {"Actions": change(table, done)} if done else {}


def _report(row: dict[str, Any], period: Quarter) -> dict[str, Any]:
    start, due = to_date(row["Start"]), to_date(row["Due"])
    if due is None:
        return {}
    chance = Random(f"{row['Ref']} {period}").random()
    if due.date() <= period.end:
        return {"Status": "Complete", "Progress": "100%"} if chance < 0.8 else {"Status": "Delayed", "Progress": "85%"}
    if start is not None and start.date() > period.end:
        return {}
    done = _share(start.date() if start else period.shift(-1).end, due.date(), period.end)
    return {"Status": "On track" if chance < 0.85 else "At risk", "Progress": f"{done}%"}


def _share(start: dt.date, due: dt.date, now: dt.date) -> int:
    """How much of its time has gone, in steps of five per cent."""
    return max(5, min(95, round((now - start).days / max((due - start).days, 1) * 20) * 5))
