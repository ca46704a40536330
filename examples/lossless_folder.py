"""Is anything lost? Gives other people's workbooks our tables, works on them, and compares every part.

Takes a folder of .xlsx and .xlsm files. Each is copied and given the five data tables of a small council; then a
return is taken in and the quarter rated. Every part that was there before must be there still, byte for byte, but for
the few that list sheets and styles; with --validator the Open XML SDK must find nothing that it did not find before,
and with --libreoffice the file must open.

    python examples/lossless_folder.py FOLDER --out DIR [--validator .tools/node_modules/.bin/ooxml-validator]
"""

import argparse
import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from xl_outcomes import commands
from xl_outcomes.contract import NEEDED, SPECS
from xl_outcomes.errors import OutcomesError
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.expected import make_form
from xl_outcomes.workbook.file import read_master
from xl_outcomes.workbook.forms import create_form
from xl_outcomes.workbook.patch import Block, NewSheet, patch

PERIOD, DAY = Quarter(2025, 1), "2025-07-10"
LISTS = ("[Content_Types].xml", "workbook.xml", "workbook.xml.rels", "styles.xml")
ROWS = {
    "Settings": [{"Setting": "Framework", "Value": "small"}, {"Setting": "Current period", "Value": "2025/26 Q1"}],
    "Outcomes": [
        {"Ref": "A", "Tier": 1.0, "Title": "Homes"},
        {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New"},
    ],
    "Indicators": [
        {
            "Ref": f"A-1.{n}",
            "Outcome": "A-1",
            "Indicator": f"Indicator {n}",
            "Kind": "Tracking",
            "Measure": "Outcome",
            "Unit": "Percentage",
            "Decimals": 1.0,
            "Polarity": "Higher is better",
            "Frequency": "Quarterly",
            "Calculation": "Value",
            "Aggregation": "Latest",
            "Report as": "In period",
            "Data owner": "Housing",
        }
        for n in range(1, 6)
    ],
    "Targets": [{"Indicator": f"A-1.{n}", "From": "2025/26 Q1", "Target": 50.0} for n in range(1, 6)],
    "Observations": [{"Indicator": f"A-1.{n}", "Period": "2024/25 Q4", "Value": 40.0 + n} for n in range(1, 6)],
}


@dataclass(frozen=True)
class Outcome:
    """What became of one workbook: parts before, parts identical after, and those changed or lost."""

    name: str
    parts: int
    identical: int
    changed: tuple[str, ...]
    problems: tuple[str, ...]


def main() -> None:
    options = _options()
    files = sorted(p for p in options.folder.iterdir() if p.suffix.lower() in (".xlsx", ".xlsm"))
    outcomes = [work_on(path, options.out, options.validator, options.libreoffice) for path in files]
    for o in outcomes:
        print(f"{o.name}: {o.identical} of {o.parts} parts identical; {'; '.join(o.problems) or 'nothing lost'}")
    bad = sum(bool(o.problems) for o in outcomes)
    same, all_parts = sum(o.identical for o in outcomes), sum(o.parts for o in outcomes)
    print(f"{len(outcomes)} workbooks, {same} of {all_parts} parts identical, {bad} with problems.")
    sys.exit(1 if bad else 0)


def work_on(path: Path, out: Path, validator: Path | None = None, libreoffice: str | None = None) -> Outcome:
    """One workbook given our tables, a return taken in, the quarter rated; and what was lost."""
    copy = out / path.stem / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy.write_bytes(patch(path.read_bytes(), (), [_sheet(name) for name in NEEDED]))
        _quarter(copy)
    except OutcomesError as error:
        return Outcome(path.name, 0, 0, (), (str(error),))
    before, after = _parts(path), _parts(copy)
    changed = tuple(name for name in before if after.get(name) != before[name])
    problems = [f"{name} differs" for name in changed if not name.endswith(LISTS)]
    if validator:
        problems += _new_errors(validator, path, copy)
    if libreoffice and not _opens(libreoffice, copy):
        problems.append("LibreOffice does not open it")
    return Outcome(path.name, len(before), len(before) - len(changed), changed, tuple(problems))


def _sheet(name: str) -> NewSheet:
    headings = SPECS[name].headings
    rows = tuple(tuple(row.get(h) for h in headings) for row in ROWS[name])
    return NewSheet(name, (Block(name, headings, rows),))


def _quarter(master: Path) -> None:
    run = commands.Run(master, str(PERIOD), DAY, "Example", allow_synced=True)
    history = prepare(read_master(master).tables, PERIOD, run.now().today).history
    form = make_form(history, "Housing", PERIOD)
    filled = replace(form, rows=tuple(replace(r, typed={"Value": 51.0}) for r in form.rows))
    path = master.parent / "return.xlsx"
    path.write_bytes(create_form(filled, created=run.now().at))
    commands.rate(run)
    commands.import_returns(run, [str(path)], None, quiet=True)
    commands.rate(run)
    results = read_master(master).tables["Results"].frame
    if list(results["Rating"]) != ["Green"] * 5:
        raise OutcomesError("The ratings are not what they should be.")


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _new_errors(validator: Path, before: Path, after: Path) -> list[str]:
    old, new = (_errors(validator, path) for path in (before, after))
    return [f"{count} new: {text}" for text, count in (new - old).items()]


def _errors(validator: Path, path: Path) -> Counter[str]:
    ran = subprocess.run([str(validator), str(path)], capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout).get("errors", [])
    return Counter(f"{e.get('id', '')} {e.get('description', '')}"[:160] for e in found)


def _opens(program: str, path: Path) -> bool:
    command = [program, "--headless", "--convert-to", "ods", "--outdir", str(path.parent / "opened"), str(path)]
    subprocess.run(command, capture_output=True, timeout=300, check=False)
    return (path.parent / "opened" / f"{path.stem}.ods").is_file()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--validator", type=Path)
    parser.add_argument("--libreoffice", nargs="?", const=shutil.which("soffice"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
