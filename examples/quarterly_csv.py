"""Real quarterly figures through the whole path: forms, returns, checks, ratings.

Takes a CSV with the columns Code, Council, Period, Value (a share: 0.98), Numerator, Denominator. Each council becomes
the data owner of one ratio indicator for each code; its forms are filled with the published figures, imported quarter
by quarter, and rated. Printed at the end: what the checks found in how many figures, and the ratings.

    python examples/quarterly_csv.py quarterly.csv --out DIR --target "CORP 09=95" --target "CORP 10=80"

The data is not part of the project.
"""

import argparse
import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from xl_outcomes import commands, steps
from xl_outcomes.contract import SPECS
from xl_outcomes.exact import exact, to_float
from xl_outcomes.files import write_new
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.expected import Form, FormRow, make_forms
from xl_outcomes.tables import frame
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.file import read_master, save, updated
from xl_outcomes.workbook.forms import create_form

Published = Mapping[tuple[str, str], Mapping[str, str]]
MADE = dt.datetime(2024, 1, 1, 9)


def main() -> None:
    options = _options()
    with options.csv.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    targets = dict(text.rsplit("=", 1) for text in options.target)
    master = options.out / "master.xlsx"
    write_new(master, make_master(rows, targets))
    found: Counter[str] = Counter()
    ratings: Counter[str] = Counter()
    for period in sorted({parse_quarter(r["Period"]) for r in rows}):
        published = {(r["Code"], r["Council"]): r for r in rows if parse_quarter(r["Period"]) == period}
        checked = send_and_import(master, options.out / period.file_name, period, published)
        found += tally(checked)
        run = commands.Run(master, str(period), (period.end + dt.timedelta(days=12)).isoformat(), "Example")
        rated, step = commands.rate(run)
        ratings += Counter(r for r in rated.results["Rating"] if r)
        print(step.summary)
    print(f"{sum(found.values())} figures: " + ", ".join(f"{n} {what}" for what, n in sorted(found.items())))
    print("Ratings: " + ", ".join(f"{n} {rating}" for rating, n in sorted(ratings.items())))


def make_master(rows: Iterable[Mapping[str, str]], targets: Mapping[str, str]) -> bytes:
    """A master with one outcome, and one ratio indicator for each code and council."""
    pairs = sorted({(r["Code"], r["Council"]) for r in rows})
    first = min(parse_quarter(r["Period"]) for r in rows)
    given = {
        "Settings": [
            {"Setting": "Council", "Value": "Published figures"},
            {"Setting": "Framework", "Value": "published"},
            {"Setting": "Current period", "Value": str(first)},
        ],
        "Outcomes": [{"Ref": "P", "Tier": 1.0, "Title": "Help in a crisis comes in time"}],
        "Indicators": [_indicator(code, council) for code, council in pairs],
        "Targets": [
            {"Indicator": _ref(code, council), "From": str(first), "Target": float(targets[code])}
            for code, council in pairs
        ],
    }
    frames = {
        name: frame(spec.headings, [[row.get(h) for h in spec.headings] for row in given.get(name, [])])
        for name, spec in SPECS.items()
    }
    return create_master(frames, (), title="Published figures", created=MADE)


def send_and_import(master: Path, folder: Path, period: Quarter, published: Published) -> tuple[Checked, ...]:
    """The forms of a quarter filled in with the published figures and taken in."""
    run = commands.Run(master, str(period), (period.end + dt.timedelta(days=10)).isoformat(), "Example")
    now = run.now()
    before = read_master(master)
    step = steps.choose_period(before.tables, period, now)
    save(before, updated(before, step.changed), now.at, allow_synced=True)
    history = prepare(read_master(master).tables, period, now.today).history
    for form in make_forms(history, period):
        filled = replace(form, rows=tuple(_filled(row, form, published) for row in form.rows))
        write_new(folder / form.file_name, create_form(filled, created=now.at))
    return commands.import_returns(run, [str(folder)], None, quiet=True)[0]


def tally(checked: Iterable[Checked]) -> Counter[str]:
    """How many figures came in as they were, with a warning, or were refused, by what was found in the row."""
    counts: Counter[str] = Counter()
    for one in checked:
        codes = {(i.sheet, i.cell[1:]): i.code for i in one.issues if i.code.startswith("ratio-")}
        counts["refused: ratio-mismatch"] += sum(code == "ratio-mismatch" for code in codes.values())
        for claim in one.accepted:
            found = codes.get((claim.entry.sheet, str(claim.entry.row)))
            counts[f"in, with {found}" if found else "in, and agree"] += 1
        counts["held"] += len(one.held)
    return counts


def _indicator(code: str, council: str) -> dict[str, object]:
    return {
        "Ref": _ref(code, council),
        "Outcome": "P",
        "Indicator": f"{code}: decisions made in time, {council}",
        "Definition": "Decisions made in time as a share of all decisions.",
        "Kind": "Tracking",
        "Measure": "How well",
        "Unit": "Percentage",
        "Decimals": 0.0,
        "Polarity": "Higher is better",
        "Frequency": "Quarterly",
        "Calculation": "Ratio",
        "Per": 100.0,
        "Aggregation": "Latest",
        "Report as": "In period",
        "Data owner": council,
    }


def _ref(code: str, council: str) -> str:
    return f"{code} {council}"


def _filled(row: FormRow, form: Form, published: Published) -> FormRow:
    code = row.indicator.ref.removesuffix(form.owner).strip()
    figures = published.get((code, form.owner))
    if figures is None:
        return row
    value = to_float(exact(float(figures["Value"])) * 100)
    typed = {"Value": value, **{h: float(figures[h]) for h in ("Numerator", "Denominator")}}
    return replace(row, typed=typed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("csv", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--target", action="append", default=[], metavar="CODE=PERCENT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
