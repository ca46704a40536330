"""Starter workbooks, made from the readable source tables in workbooks/NAME/*.csv.

`python -m xl_outcomes.starters` makes them all anew; a test proves that the shipped ones equal their sources.
"""

import csv
import datetime as dt
from pathlib import Path

from xl_outcomes import resources
from xl_outcomes.columns import NUMERIC, Column
from xl_outcomes.contract import SPECS
from xl_outcomes.exact import to_float, to_number
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.views import make_views
from xl_outcomes.settings import read_settings
from xl_outcomes.steps import Now, rate_tables
from xl_outcomes.tables import Table, Tables, empty, frame
from xl_outcomes.workbook.create import create_master

QUARTERS_OF_HISTORY = 6
_RATED = ("Results", "Rollup")
_EPOCH = dt.datetime(2000, 1, 1)
_RATED_AFTER = dt.timedelta(days=25, hours=9)


def read_source(folder: Path) -> dict[str, Table]:
    """The tables of a folder of CSV files, rows numbered from 5 as in a new master; every table of the contract."""
    return {name: _table(folder / f"{name}.csv", name) for name in SPECS}


def build_starter(name: str, style: HouseStyle = SHIPPED) -> bytes:
    """The starter workbook of a framework: its tables, and its quarters of history rated up to the Current period."""
    tables: dict[str, Table] = read_source(resources.source_tables(name))
    settings, _ = read_settings(tables["Settings"])
    if settings.current_period is None:
        raise ValueError(f"{name}: Settings.csv gives no Current period")
    last = settings.current_period
    made = dt.datetime.combine(last.end, dt.time()) + _RATED_AFTER
    for back in range(QUARTERS_OF_HISTORY - 1, -1, -1):
        _, step = rate_tables(tables, last.shift(-back), Now(made, "xl-outcomes"))
        tables |= {n: t for n, t in step.changed.items() if n in _RATED or (n == "Actions" and not back)}
    views = make_views(rate_quarter(tables, last, made.date()), tables)
    frames = {n: t.frame for n, t in tables.items()}
    return create_master(frames, views, title=_title(tables), created=made, style=style)


def build_earlier(name: str) -> bytes | None:
    """The version of a framework before its starter, unrated, as a workbook; None where none is kept."""
    folder = resources.earlier_tables(name)
    if folder is None:
        return None
    tables = {**read_source(resources.source_tables(name)), **_differing(folder)}
    settings, _ = read_settings(tables["Settings"])
    created = dt.datetime.combine(settings.current_period.end, dt.time()) if settings.current_period else _EPOCH
    return create_master({n: t.frame for n, t in tables.items()}, (), title=_title(tables), created=created)


def _differing(folder: Path) -> dict[str, Table]:
    return {path.stem: _table(path, path.stem) for path in sorted(folder.glob("*.csv"))}


def _title(tables: Tables) -> str:
    settings, _ = read_settings(tables["Settings"])
    return f"{settings.council}: outcomes framework"


def _table(path: Path, name: str) -> Table:
    spec = SPECS[name]
    if not path.is_file():
        return Table(name, empty(name))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [[_cell(c, row.get(c.heading)) for c in spec.columns] for row in csv.DictReader(file)]
    return Table(name, frame(spec.headings, rows, range(5, 5 + len(rows))))


def _cell(column: Column, text: str | None) -> object:
    if not text or not text.strip():
        return None
    if column.kind in NUMERIC or column.heading == "Value":
        number = to_float(to_number(text))
        return text if number is None else number
    return dt.datetime.fromisoformat(text) if column.kind == "date" else text


def main() -> None:
    """Makes every starter workbook anew."""
    for name in resources.frameworks():
        resources.starter(name).write_bytes(build_starter(name))


if __name__ == "__main__":
    main()
