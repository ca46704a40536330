"""Made-up collections to measure with: a framework of many data owners, its master, and the returns that they send.

Everything is Illustrative, and the same each time.
"""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from xl_outcomes.contract import SPECS
from xl_outcomes.demo import owners
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.expected import Form, make_forms
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.forms import create_form

PERIOD = Quarter(2025, 1)
SENT = dt.datetime(2025, 7, 10, 12)
ROWS = 40
_PRIORITIES, _BRANCHES = 5, 4
_POLARITIES = ("Higher is better", "Lower is better")

Row = dict[str, Any]


def tables(owners_: int, rows: int = ROWS, history: int = 2) -> dict[str, Table]:
    """The tables of a framework: `rows` quarterly indicators for each owner, `history` quarters of figures."""
    count, last = owners_ * rows, PERIOD.shift(-1)
    return {
        "Settings": _table("Settings", _settings()),
        "Outcomes": _table("Outcomes", _outcomes()),
        "Indicators": _table("Indicators", (_indicator(n, n // rows) for n in range(count))),
        "Targets": _table("Targets", (_target(n, last.shift(1 - history)) for n in range(count))),
        "Observations": _table(
            "Observations", (_observation(n, last.shift(-q)) for q in reversed(range(history)) for n in range(count))
        ),
    }


def write_master(made: Tables, path: Path) -> Path:
    """The tables as a master without any view."""
    frames = {name: table.frame for name, table in made.items()}
    path.write_bytes(create_master(frames, (), title="Illustrative collection", created=SENT))
    return path


def write_returns(made: Tables, folder: Path) -> Path:
    """Every owner's form for `PERIOD`, filled in, one in ten of them with a mistake."""
    history = prepare(made, PERIOD, SENT.date()).history
    folder.mkdir(parents=True, exist_ok=True)
    for number, form in enumerate(make_forms(history, PERIOD)):
        filled = owners.fill(form, history)
        sent = owners.spoil(filled, [owners.NOT_A_NUMBER])[0] if number % 10 == 0 else filled
        _send(sent, folder)
    return folder


def _send(form: Form, folder: Path) -> None:
    (folder / form.file_name).write_bytes(create_form(form, created=SENT))


def _table(name: str, rows: Iterator[Row]) -> Table:
    headings = SPECS[name].headings
    cells = [[row.get(h) for h in headings] for row in rows]
    return Table(name, frame(headings, cells, range(5, 5 + len(cells))))


def _settings() -> Iterator[Row]:
    given = {"Council": "Illustrative Council", "Framework": "illustrative", "Current period": str(PERIOD)}
    return ({"Setting": name, "Value": value} for name, value in given.items())


def _outcomes() -> Iterator[Row]:
    for top in range(1, _PRIORITIES + 1):
        yield {"Ref": f"P{top}", "Tier": 1, "Title": f"Priority {top} (Illustrative)"}
        for middle in range(1, _BRANCHES + 1):
            yield {
                "Ref": f"P{top}.{middle}",
                "Tier": 2,
                "Parent": f"P{top}",
                "Title": f"Strategic outcome {top}.{middle}",
            }
            for low in range(1, _BRANCHES + 1):
                ref, parent = f"P{top}.{middle}.{low}", f"P{top}.{middle}"
                yield {"Ref": ref, "Tier": 3, "Parent": parent, "Title": f"Intermediate outcome {top}.{middle}.{low}"}


def _indicator(number: int, owner: int) -> Row:
    top, rest = number % _PRIORITIES, number // _PRIORITIES
    ratio = number % 4 == 0
    return {
        "Ref": f"I-{number + 1}",
        "Outcome": f"P{top + 1}.{rest % _BRANCHES + 1}.{rest // _BRANCHES % _BRANCHES + 1}",
        "Indicator": f"Illustrative indicator {number + 1}: households helped in time",
        "Definition": f"Cases {number + 1} closed within the time agreed, as a share of all that were closed.",
        "Kind": "Tracking",
        "Measure": "How well",
        "Aggregation": "Latest",
        "Report as": "In period",
        "Status": "Live",
        "Unit": "Percentage",
        "Unit label": "%",
        "Decimals": 1,
        "Polarity": _POLARITIES[number % 2],
        "Frequency": "Quarterly",
        "Calculation": "Ratio" if ratio else "Value",
        "Per": 100 if ratio else None,
        "Data owner": f"Owner {owner + 1:05}",
        "Lowest plausible": 0,
        "Highest plausible": 100,
    }


def _target(number: int, start: Quarter) -> Row:
    return {"Indicator": f"I-{number + 1}", "From": str(start), "Target": float(60 + number % 25)}


def _observation(number: int, quarter: Quarter) -> Row:
    figure = 50 + (number * 37 + quarter.year * 11 + quarter.number * 7) % 450 / 10
    ratio = number % 4 == 0
    top = round(figure * 5)
    return {
        "Indicator": f"I-{number + 1}",
        "Period": str(quarter),
        "Value": float(Fraction(top, 5)) if ratio else figure,
        "Numerator": top if ratio else None,
        "Denominator": 500 if ratio else None,
    }
