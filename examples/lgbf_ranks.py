"""Published ranks worked out again: every council in turn is us, and all the others are its comparators.

Takes a folder of CSV files; those with the columns Code, Council, Family group, Period, Value, Rank and Family rank are
read. For each council a small master is made: its own figures as observations, all others taken in by the import of
benchmarks. The rank of each of its figures, among all councils and within its family group, must be the published one.

    python examples/lgbf_ranks.py DIR

Whether more or less is better is not in the files. It follows from the published ranks: where the councils in first
place have the largest value of their quarter, higher is better, where they have the smallest, lower is. An indicator of
which neither is true everywhere is a difference. Exit code 1 if anything differs, 2 if nothing was found. The data is
not part of the project.
"""

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xl_outcomes.benchmark_file import benchmark_rows
from xl_outcomes.benchmarks import ALL, compare, import_benchmarks
from xl_outcomes.contract import SPECS
from xl_outcomes.exact import exact
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import prepare, rate_prepared
from xl_outcomes.tables import Table, blank, frame

COLUMNS = ("Code", "Council", "Family group", "Period", "Value", "Rank", "Family rank")
LATE = dt.date(2100, 1, 1)

Row = Mapping[str, str]
Ranks = dict[tuple[str, str, str], tuple[int, int]]  # by code, council and period: among all, in the family


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    checked, wrong = 0, 0
    for file in sorted(parser.parse_args().folder.rglob("*.csv")):
        rows = published(file)
        if rows:
            differences = list(check(file, rows))
            print("\n".join([*differences, f"{file.name}: {len(rows)} rows, {len(differences)} differences"]))
            checked, wrong = checked + len(rows), wrong + len(differences)
    print(f"{checked} rows checked, {wrong} differences")
    sys.exit(1 if wrong else 0 if checked else 2)


def published(file: Path) -> list[Row]:
    """The rows of a file with its figures and ranks; none of a file that has no ranks."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader) if set(COLUMNS) <= set(reader.fieldnames or ()) else []


def check(file: Path, rows: Sequence[Row]) -> Iterator[str]:
    """What differs between the published ranks and ours, a line each."""
    polarities = {code: polarity_of([r for r in rows if r["Code"] == code]) for code in {r["Code"] for r in rows}}
    for code, polarity in sorted(polarities.items()):
        print(f"{code}: {polarity}")
        if polarity == "Neither":
            yield f"{code}: the published ranks follow neither the largest nor the smallest values"
    ours = ranks_of_all(file, rows, polarities)
    for row in rows:
        wanted = int(float(row["Rank"])), int(float(row["Family rank"]))
        found = ours.get((row["Code"], row["Council"], row["Period"]))
        if found != wanted:
            yield f"{row['Code']}, {row['Council']}, {row['Period']}: {found} worked out, {wanted} published"


def polarity_of(rows: Iterable[Row]) -> str:
    """What the published ranks of an indicator say about it."""
    quarters: dict[str, list[Row]] = {}
    for row in rows:
        quarters.setdefault(row["Period"], []).append(row)
    for polarity, best in (("Higher is better", max), ("Lower is better", min)):
        top = [(best(float(r["Value"]) for r in q), q) for q in quarters.values()]
        if all(float(r["Value"]) == value for value, q in top for r in q if float(r["Rank"]) == 1):
            return polarity
    return "Neither"


def ranks_of_all(file: Path, rows: Sequence[Row], polarities: Mapping[str, str]) -> Ranks:
    """Our ranks of every figure, each council in its own master."""
    found: Ranks = {}
    with file.open("rb") as stream:
        taken = benchmark_rows(stream, file.name)
    last = max(parse_quarter(r["Period"]) for r in rows)
    for council in sorted({r["Council"] for r in rows}):
        tables = master(council, rows, polarities)
        prepared = prepare(tables, last, LATE)
        indicators = prepared.history.framework.indicators
        tables["Benchmarks"] = import_benchmarks(blank("Benchmarks"), taken, indicators, council=council).table
        rated = rate_prepared(prepared, tables, last)
        family = next(r["Family group"] for r in rows if r["Council"] == council)
        places = {
            (c.indicator.ref, c.group, str(p.period)): p.rank for c in compare(rated, tables) for p in c.positions
        }
        for row in (r for r in rows if r["Council"] == council):
            code, period = row["Code"], row["Period"]
            key = places.get((code, ALL, period)), places.get((code, family, period))
            found[code, council, period] = (key[0] or 0, key[1] or 0)
    return found


def master(council: str, rows: Sequence[Row], polarities: Mapping[str, str]) -> dict[str, Table]:
    """A council's tables: one outcome, an indicator for each code, and its own figures."""
    own = [r for r in rows if r["Council"] == council]
    given: dict[str, list[dict[str, object]]] = {
        "Settings": [{"Setting": "Council", "Value": council}],
        "Outcomes": [{"Ref": "P", "Tier": 1.0, "Title": "Published figures"}],
        "Indicators": [indicator(code, rows, polarity) for code, polarity in sorted(polarities.items())],
        "Targets": [],
        "Observations": [{"Indicator": r["Code"], "Period": r["Period"], "Value": float(r["Value"])} for r in own],
    }
    return {name: table(name, listed) for name, listed in given.items()}


def indicator(code: str, rows: Sequence[Row], polarity: str) -> dict[str, object]:
    """An indicator as it is published: its decimals are the most that any value has."""
    values = [exact(float(r["Value"])) for r in rows if r["Code"] == code]
    decimals = next(n for n in range(16) if all((v * 10**n).denominator == 1 for v in values))
    return {
        "Ref": code,
        "Outcome": "P",
        "Indicator": f"Published measure {code}",
        "Kind": "Tracking",
        "Measure": "Outcome",
        "Unit": "Other",
        "Decimals": float(decimals),
        "Polarity": polarity,
        "Frequency": "Quarterly",
        "Calculation": "Value",
        "Aggregation": "Latest",
        "Report as": "In period",
        "Data owner": "Publisher",
    }


def table(name: str, rows: Sequence[Mapping[str, object]]) -> Table:
    headings = SPECS[name].headings
    return Table(name, frame(headings, [[r.get(h) for h in headings] for r in rows], range(2, 2 + len(rows))))


if __name__ == "__main__":
    main()
