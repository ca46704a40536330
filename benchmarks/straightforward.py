"""What a careful analyst writes in an afternoon: pandas reads the master and each return, pandera checks each.

    python -m benchmarks.straightforward MASTER FOLDER

It knows where the tables of our forms begin. It finds refs that are unknown or another's, another period, words where
a number belongs, figures that are not plausible, and ratios that do not hold. It has no list of what is missing, late
or sent twice, knows no shorthand, stamp, hidden rows or formulas, and stops at the first file that it cannot read.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from benchmarks.workload import PERIOD

_AS_TYPED: dict[str, Any] = {"engine": "openpyxl", "keep_default_na": False, "na_values": [""]}
_MASTER_HEADINGS, _FORM_HEADINGS = 3, 7  # rows above the headings


def main(master: Path, folder: Path) -> None:
    """Checks every return in a folder and prints what fails as JSON."""
    known = _known(master)
    schema = _schema()
    failures = {}
    for path in sorted(folder.glob("*.xlsx")):
        rows = pd.read_excel(path, sheet_name="Return", header=_FORM_HEADINGS, **_AS_TYPED).dropna(subset=["Ref"])
        rows = rows.merge(known, on="Ref", how="left", suffixes=("", " of master"))
        rows["Owner of file"] = path.stem.rsplit(" ", 1)[0]
        try:
            schema.validate(rows, lazy=True)
        except pandera.errors.SchemaErrors as found:
            cases = found.failure_cases[["index", "column", "check", "failure_case"]]
            failures[path.name] = cases.astype(str).to_dict("records")
    print(json.dumps(failures))


def _known(master: Path) -> pd.DataFrame:
    """The indicators with their targets and latest figures."""
    wanted = ["Indicators", "Targets", "Observations"]
    sheets = pd.read_excel(master, sheet_name=wanted, header=_MASTER_HEADINGS, **_AS_TYPED)
    last = sheets["Observations"].drop_duplicates("Indicator", keep="last")[["Indicator", "Value"]]
    latest = last.rename(columns={"Indicator": "Ref", "Value": "Latest"})
    aims = sheets["Targets"][["Indicator", "Target"]].rename(columns={"Indicator": "Ref", "Target": "Aim"})
    needed = ["Ref", "Data owner", "Calculation", "Per", "Decimals", "Lowest plausible", "Highest plausible"]
    return sheets["Indicators"][needed].merge(aims, on="Ref", how="left").merge(latest, on="Ref", how="left")


def _schema() -> pa.DataFrameSchema:
    def number(heading: str) -> pa.Column:
        check = pa.Check(lambda column: pd.to_numeric(column, errors="coerce").notna() | column.isna(), name="number")
        return pa.Column(checks=check, nullable=True)

    return pa.DataFrameSchema(
        {
            "Ref": pa.Column(unique=True),
            "Period": pa.Column(checks=pa.Check.eq(str(PERIOD))),
            "Data owner": pa.Column(nullable=False),
            "Value": number("Value"),
            "Numerator": number("Numerator"),
            "Denominator": number("Denominator"),
        },
        checks=[
            pa.Check(lambda rows: rows["Data owner"] == rows["Owner of file"], name="the file's owner"),
            pa.Check(_plausible, name="plausible"),
            pa.Check(_ratio_holds, name="ratio"),
            pa.Check(lambda rows: ~(_figure(rows) > rows["Latest"] * 5), name="much more than before"),
        ],
    )


def _figure(rows: pd.DataFrame) -> "pd.Series[float]":
    pair = _number(rows, "Numerator") / _number(rows, "Denominator") * rows["Per"]
    return _number(rows, "Value").where(rows["Calculation"] == "Value", pair)


def _plausible(rows: pd.DataFrame) -> "pd.Series[bool]":
    figure = _figure(rows)
    return figure.isna() | figure.between(rows["Lowest plausible"], rows["Highest plausible"])


def _ratio_holds(rows: pd.DataFrame) -> "pd.Series[bool]":
    given, worked_out = _number(rows, "Value"), _figure(rows)
    return given.isna() | worked_out.isna() | ((given - worked_out).abs() < 0.1)


def _number(rows: pd.DataFrame, heading: str) -> "pd.Series[float]":
    return pd.to_numeric(rows[heading], errors="coerce")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
