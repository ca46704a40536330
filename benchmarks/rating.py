"""Rating and rolling up: quarters rated one after the other, against a plain pandas script that knows no rules.

    python -m benchmarks rating

Each run is a process of its own; making up the tables, and the start of Python with its imports, are not in the
seconds, but are in the memory.
"""

import argparse
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import FULL, Runs, Section, Size, Target, at_most, in_turn, tell

if TYPE_CHECKING:
    import pandas as pd

    from xl_outcomes.tables import Table

    Made = Mapping[str, Table]

QUARTERS = 12
COUNTS = (1_000, 2_000, 5_000, 10_000)  # what the target speaks of
OURS, FLOOR = f"xl-outcomes, {QUARTERS} quarters in order", f"pandas script, {QUARTERS} quarters in order"
LAST, LAST_FLOOR = "xl-outcomes, the last quarter alone", "pandas script, the last quarter alone"
SECONDS, MEGABYTES, STEADY = 20, 1_000, 1.25


def measure(folder: Path, times: int, size: Size) -> Section:
    """Frameworks of growing size; on the largest, the last quarter is also rated by itself."""
    counts = COUNTS if size.name == FULL.name else size.indicators
    found = {count: _in_order(count, times) for count in counts}
    runs = found[counts[-1]]
    last = _alone(folder / "rated.pickle", counts[-1], times)
    rows = {count: count * QUARTERS for count in counts}
    return Section(
        "Rating and rolling up",
        f"A framework of {counts[-1]:,} indicators under three tiers, with a target each and {QUARTERS} quarters of "
        f"figures: {rows[counts[-1]]:,} rows of Observations, and as many of Results at the end. The floor is what a "
        "plain script does: it joins figures with targets, compares, and takes means up the tiers (in binary "
        "fractions, so that some figures exactly on a limit fall beside it). Ours also checks "
        "every row of the framework, counts in exact fractions, and works out states, directions, forecasts, carried "
        "ratings and overrides, coverage and masked reds, a reason in words for every rating, and what has changed. "
        "One quarter alone begins with nothing worked out before.",
        (*runs.values(), *last.values()),
        FLOOR,
        _targets(found),
        {way: [(rows[count], of[way].median) for count, of in found.items()] for way in (FLOOR, OURS)},
        "ratings (an indicator in a quarter)",
    )


def _in_order(count: int, times: int) -> dict[str, Runs]:
    commands = {FLOOR: _command("script", count), OURS: _command("ours", count)}
    return in_turn(commands, times)


def _alone(path: Path, count: int, times: int) -> dict[str, Runs]:
    """The last of the quarters, where all before it are rated already: their tables are kept in a file."""
    in_turn({"rated": _command("keep", count, path)}, 1)
    commands = {LAST_FLOOR: _command("script-last", count, path), LAST: _command("ours-last", count, path)}
    found = in_turn(commands, times)
    return {way: Runs(way, runs.seconds, runs.memory, LAST_FLOOR) for way, runs in found.items()}


def _command(way: str, count: int, path: Path | None = None) -> list[str]:
    return ["-m", "benchmarks.rating", way, str(count), *([str(path)] if path else [])]


def _targets(found: Mapping[int, Mapping[str, Runs]]) -> tuple[Target, ...]:
    least, most = min(found), max(found)
    what = f"{most:,} indicators × {QUARTERS} quarters"
    per_row = {count: found[count][OURS].median / count for count in (least, most)}
    steady = f"Time per rating at {most:,} indicators at most {STEADY:g} times that at {least:,}"
    return (
        at_most(f"{what} within {SECONDS} s", found[most][OURS].median, SECONDS, "s"),
        at_most(f"{what} within 1 GB", found[most][OURS].peak, MEGABYTES, "MB"),
        at_most(steady, per_row[most] / per_row[least], STEADY, "times"),
    )


# ---- the ways ----


def made(count: int) -> "Made":
    """Made-up tables with so many indicators, none of their quarters rated yet."""
    from benchmarks.workload import ROWS, tables

    owners = max(1, count // ROWS)
    return tables(owners, count // owners, QUARTERS)


def ours(tables: "Made", quarters: int = QUARTERS) -> "Made":
    """Quarters rated in order, each from the tables that the one before it left; gives the tables at the end."""
    from benchmarks.workload import PERIOD, SENT
    from xl_outcomes.steps import Now, rate_tables

    for back in range(QUARTERS, QUARTERS - quarters, -1):
        _, step = rate_tables(tables, PERIOD.shift(-back), Now(SENT, "Officer"))
        tables = {**tables, **step.changed}
    return tables


def ours_last(tables: "Made") -> object:
    """The last quarter rated."""
    from benchmarks.workload import PERIOD, SENT
    from xl_outcomes.steps import Now, rate_tables

    return rate_tables(tables, PERIOD.shift(-1), Now(SENT, "Officer"))


def script(tables: "Made", quarters: int = QUARTERS) -> "pd.DataFrame":
    """What a plain script does, quarter by quarter; gives the ratings of all tiers, one below the other."""
    import pandas as pd

    from benchmarks.workload import PERIOD

    found = [_rated_plainly(tables, str(PERIOD.shift(-back))) for back in range(quarters, 0, -1)]
    return pd.concat(found, ignore_index=True)


def _rated_plainly(tables: "Made", period: str) -> "pd.DataFrame":
    """Figures joined with targets and compared, ten per cent off being Amber; then means of points, up to tier 1."""
    import pandas as pd

    figures = tables["Observations"].frame
    figures = figures[figures["Period"] == period][["Indicator", "Value", "Numerator", "Denominator"]]
    goals = tables["Targets"].frame[["Indicator", "Target"]]
    about = tables["Indicators"].frame[["Ref", "Outcome", "Polarity", "Calculation", "Per"]]
    joined = figures.merge(goals, on="Indicator").merge(about, left_on="Indicator", right_on="Ref")
    numbers = {h: pd.to_numeric(joined[h]) for h in ("Value", "Numerator", "Denominator", "Target", "Per")}
    ratio = numbers["Numerator"] / numbers["Denominator"] * numbers["Per"]
    value = numbers["Value"].where(joined["Calculation"] == "Value", ratio).round(1)
    better = (value - numbers["Target"]) * (joined["Polarity"] == "Higher is better").map({True: 1, False: -1})
    points = (better >= 0) * 0.5 + (better >= -0.1 * numbers["Target"]) * 0.5
    level = pd.DataFrame({"Ref": joined["Ref"], "Above": joined["Outcome"], "Points": points})
    parents = tables["Outcomes"].frame.set_index("Ref")["Parent"]
    levels = [level]
    while len(level := level[level["Above"].notna()]):
        means = level.groupby("Above", sort=False)["Points"].mean()
        level = pd.DataFrame({"Ref": means.index, "Above": parents.reindex(means.index).array, "Points": means.array})
        levels.append(level)
    return pd.concat(levels, ignore_index=True).assign(Period=period)


def _ready(way: str, count: int, path: Path | None) -> Callable[[], object]:
    """The work of a child process, with all that it needs loaded and made."""
    if path and way != "keep":
        kept = pickle.loads(path.read_bytes())
        _warm()
        return (lambda: script(kept, 1)) if way == "script-last" else (lambda: ours_last(kept))
    tables = made(count)
    _warm()
    if path:
        return lambda: path.write_bytes(pickle.dumps(dict(ours(tables, QUARTERS - 1))))
    return (lambda: script(tables)) if way == "script" else (lambda: ours(tables))


def _warm() -> None:
    """Both ways once on a few rows, so that what is loaded when it is first needed is; Python set as a command is."""
    from xl_outcomes.cli import look_for_cycles_less_often

    look_for_cycles_less_often()
    few = made(4)
    script(ours(few, 1), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("way", choices=("script", "ours", "keep", "script-last", "ours-last"))
    parser.add_argument("count", type=int)
    parser.add_argument("path", nargs="?", type=Path)
    given = parser.parse_args()
    tell(_ready(given.way, given.count, given.path))
