"""An officer exports a master; frictionless and DuckDB read back what its tables hold, cell by cell."""

import datetime as dt
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from frictionless import Package, Resource, Schema

from tests.openpyxl_master import write_master
from tests.support import OUTCOMES, indicator, target
from xl_outcomes import resources
from xl_outcomes.cli import main
from xl_outcomes.contract import SPECS
from xl_outcomes.tables import change
from xl_outcomes.workbook.file import read_master, updated

PAGE = Path(__file__).parent.parent.parent / "docs" / "exports.md"
STARTERS = ("essex-2014", "leicestershire-2018", "darlington-2012", "mid-suffolk-2017")
MOMENTS = ("Received", "When", "Closed", "Ended")
Rows = list[dict[str, Any]]
Capture = pytest.CaptureFixture[str]


def run(line: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(line))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the starter as a master, exported as each of the three kinds."""
    folder = tmp_path_factory.mktemp("work")
    shutil.copy(resources.starter("mid-suffolk-2022"), folder / "master.xlsx")
    for kind in ("csv", "parquet", "json"):
        assert run(f"export '{folder}/master.xlsx' --to {kind} --out '{folder}/{kind}' --confidential") == 0
    return folder


def faults(folder: Path) -> list[str]:
    """What frictionless finds wrong with an export, whatever its kind."""
    package = Package(str(folder / "datapackage.json"))
    if package.get_resource("settings").format != "csv":
        package = Package(resources=[inline(folder, r) for r in package.resources])
    report = package.validate()
    return [str(e.note) for e in (*report.errors, *(e for task in report.tasks for e in task.errors))]


def inline(folder: Path, resource: Resource) -> Resource:
    """A resource with its data as DuckDB reads them, for the formats that frictionless cannot open by itself."""
    rows = by_duckdb(folder / str(resource.path), resource.schema)
    names = resource.schema.field_names
    data = [names, *([row[name] for name in names] for row in rows)]
    return Resource(name=resource.name, data=data, schema=resource.schema)


def by_duckdb(path: Path, schema: Schema) -> Rows:
    types = {"string": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "date": "DATE", "datetime": "TIMESTAMP"}
    columns = {f.name: types[f.type] for f in schema.fields}
    read = {
        ".parquet": "read_parquet($1)",
        ".csv": "read_csv($1, columns = $2, header = true, quote = '\"', new_line = '\\r\\n')",
        ".json": "read_json($1, columns = $2)",
    }[path.suffix]
    with duckdb.connect() as connection:
        given = [str(path)] if path.suffix == ".parquet" else [str(path), columns]
        found = connection.execute(f"SELECT * FROM {read}", given)
        kinds = {d[0]: str(d[1]) for d in found.description or ()}
        assert kinds == columns
        return [dict(zip(kinds, row, strict=True)) for row in found.fetchall()]


def by_frictionless(folder: Path) -> Iterator[tuple[str, Rows]]:
    for resource in Package(str(folder / "datapackage.json")).resources:
        yield str(resource.title), [row.to_dict() for row in resource.read_rows()]


def duckdb_tables(folder: Path) -> Iterator[tuple[str, Rows]]:
    for resource in Package(str(folder / "datapackage.json")).resources:
        yield str(resource.title), by_duckdb(folder / str(resource.path), resource.schema)


def cell(row: Mapping[str, Any], heading: str) -> object:
    """A cell as the master has it, put together from what was exported."""
    value = row[heading]
    if value is None:
        value = row.get(f"{heading} as written")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return float(value) if isinstance(value, int) else value


def of_master(value: object, exported: object) -> object:
    """A cell of the master as it is compared: numbers in columns of texts are texts in an export."""
    return format(value, "g") if isinstance(value, float) and isinstance(exported, str) else value


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_frictionless_finds_no_fault(kind: str, work: Path) -> None:
    assert faults(work / kind) == []


@pytest.mark.parametrize(
    ("kind", "read"), [("csv", by_frictionless), *((k, duckdb_tables) for k in ("csv", "json", "parquet"))]
)
def test_every_cell_of_every_table_is_read_back(kind: str, read: Any, work: Path) -> None:
    tables = {n: t for n, t in read_master(work / "master.xlsx").tables.items() if len(t.frame)}
    exported = dict(read(work / kind))
    assert set(exported) == {*tables, "Periods"}
    for name, table in tables.items():
        rows = list(table.rows())
        assert len(rows) == len(exported[name])
        for row, other in zip(rows, exported[name], strict=True):
            found = {h: cell(other, h) for h in SPECS[name].headings}
            assert {h: of_master(row[h], found[h]) for h in found} == found, f"{name} {row['row']}"


def test_the_schema_has_the_relations_of_the_framework(work: Path) -> None:
    package = Package(str(work / "csv" / "datapackage.json"))
    results = package.get_resource("results").schema
    assert results.primary_key == ["Period", "Indicator"]
    known = {(k["fields"][0], k["reference"]["resource"]) for k in results.foreign_keys}
    assert {("Period", "periods"), ("Indicator", "indicators")} <= known
    kind = package.get_resource("indicators").schema.get_field("Kind")
    assert kind.constraints["enum"] == ["Tracking", "Influencing", "Contextual", "Organisational"]
    assert kind.description == "One of: Tracking, Influencing, Contextual, Organisational."
    assert package.get_resource("indicators").schema.get_field("Decimals").constraints["minimum"] == 0


@pytest.mark.parametrize("name", STARTERS)
def test_other_councils_masters_are_exported_too(name: str, tmp_path: Path) -> None:
    assert run(f"export '{resources.starter(name)}' --to csv --out '{tmp_path}/out'") == 0
    assert faults(tmp_path / "out") == []


# ---- a messy master ----


def edited(path: Path, cells: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> Path:
    """The starter with some cells changed: by table, number of the row in the table, heading."""
    master = read_master(resources.starter("mid-suffolk-2022"))
    rows = {name: {int(master.tables[name].frame.index[n]): c for n, c in of.items()} for name, of in cells.items()}
    path.write_bytes(updated(master, {name: change(master.tables[name], of) for name, of in rows.items()}))
    return path


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A master in which much is wrong."""
    wrong = {0: {"Ref": "CUS-1.1b"}, 1: {"Unit": "Furlongs"}, 2: {"Decimals": "two"}, 3: {"Service": "Unheard of"}}
    figures = {0: {"Value": "lots", "Received": "May", "Numerator": None, "Denominator": None}}
    return edited(
        tmp_path / "messy.xlsx", {"Indicators": wrong, "Targets": {0: {"From": "soon"}}, "Observations": figures}
    )


def test_a_messy_master_is_exported_and_what_is_wrong_is_said(messy: Path, capsys: Capture) -> None:
    out = messy.with_name("out")
    assert run(f"export '{messy}' --to csv --out '{out}'") == 0
    told = capsys.readouterr().err
    assert re.search(r"Indicators: Ref is there before in rows \d+, \d+ \(CUS-1.1b\), so the table has no key.", told)
    assert re.search(r'Unit holds another word in row \d+ \("Furlongs"\), so no list is given.', told)
    assert re.search(r'Service is not in Services in row \d+ \("Unheard of"\), so no relation is given.', told)
    assert re.search(r'From is not in Periods in row \d+ \("soon"\), so no relation is given.', told)
    assert faults(out) == []
    read = dict(duckdb_tables(out))
    assert read["Observations"][0]["Value as written"] == "lots"
    assert read["Observations"][0]["Received as written"] == "May"
    assert read["Indicators"][2]["Decimals as written"] == "two"


def test_columns_that_officers_added_come_along(tmp_path: Path) -> None:
    path = write_master(
        tmp_path / "own.xlsx",
        {
            "Settings": [],
            "Outcomes": OUTCOMES,
            "Indicators": [indicator()],
            "Targets": [target("TBC")],
            "Observations": [],
        },
    )
    book = openpyxl.load_workbook(path)
    sheet = book["Targets"]
    right = len(SPECS["Targets"].headings) + 1
    for row, value in enumerate(("Our doubts", "£5 too low"), 1):
        sheet.cell(row, right).value = value
    sheet.tables["Targets"].tableColumns = []
    sheet.tables["Targets"].ref = f"A1:{sheet.cell(2, right).coordinate}"
    book.save(path)
    assert run(f"export '{path}' --to parquet --out '{tmp_path}/out'") == 0
    (row,) = dict(duckdb_tables(tmp_path / "out"))["Targets"]
    assert row["Our doubts"] == "£5 too low"
    assert (row["Target"], row["Target as written"]) == (None, "TBC")


# ---- at the command line ----


def test_confidential_figures_stay_at_home(tmp_path: Path, capsys: Capture) -> None:
    edited(tmp_path / "master.xlsx", {"Observations": {0: {"Shorthand": "c", "Value": 98765.25}}})
    assert run(f"export '{tmp_path}/master.xlsx' --to csv") == 0
    assert "--confidential writes it" in capsys.readouterr().err
    texts = [p.read_text(encoding="utf-8") for p in (tmp_path / "master export").iterdir()]
    assert not [text for text in texts if "98765" in text]
    assert faults(tmp_path / "master export") == []
    assert run(f"export '{tmp_path}/master.xlsx' --to csv --out '{tmp_path}/all' --confidential") == 0
    assert "98765.25" in (tmp_path / "all" / "Observations.csv").read_text(encoding="utf-8")


def test_a_folder_of_other_things_is_refused(work: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert run(f"export '{work}/master.xlsx' --to csv --out '{tmp_path}'") == 2
    assert "Choose another folder with --out" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_page_of_exports_does_what_it_says(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    shutil.copy(work / "master.xlsx", tmp_path / "master.xlsx")
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    for line in re.findall(r"^    xl-outcomes (.+)$", text, flags=re.MULTILINE):
        assert run(line) == 0, line
    assert {p.name for p in Path("results").iterdir()} == {
        "Results.json",
        "Rollup.json",
        "Periods.json",
        "datapackage.json",
    }
    for query in re.findall(r"```sql\n(.+?)```", text, flags=re.DOTALL):
        with duckdb.connect() as connection:
            rows = connection.execute(query).fetchall()
        assert {row[2] for row in rows} == {"Green", "Amber", "Red"}
    capsys.readouterr()
    for snippet in re.findall(r"```python\n(.+?)```", text, flags=re.DOTALL):
        exec(snippet, {})
    said = capsys.readouterr().out
    assert "Data owner" in said
    assert "True {'Period': '2023/24 Q3'" in said
