"""The officer's year: one command, and she holds a master, forms, checked returns, ratings and reports."""

import re
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from lxml import etree
from openpyxl.utils import range_boundaries

from tests.conftest import Convert, Validate
from xl_outcomes.cli import main
from xl_outcomes.periods import Quarter
from xl_outcomes.tables import Table, Tables
from xl_outcomes.workbook.cells import read_book
from xl_outcomes.workbook.file import Master, indicator_tables, read_master

# openpyxl says that it does not know sparklines and data bars, which these tests do not look at.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

QUARTERS = [Quarter(2025, n) for n in (1, 2, 3, 4)]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demonstration, and the story that it told."""
    folder = tmp_path_factory.mktemp("demo") / "year"
    lines: list[str] = []
    from xl_outcomes.demo.year import run

    run(folder, "mid-suffolk-2022", lines.append)
    return folder, "\n".join(lines)


@pytest.fixture(scope="module")
def master(year: tuple[Path, str]) -> Master:
    (path,) = year[0].glob("*.xlsx")
    return read_master(path)


def test_every_quarter_has_its_forms_returns_and_report(year: tuple[Path, str]) -> None:
    folder, _ = year
    for quarter in QUARTERS:
        place = folder / quarter.file_name
        assert len(list((place / "forms").glob("*.xlsx"))) == 14
        assert list((place / "returns" / "3 late").glob("*.xlsx"))
        assert list((place / "to correct").glob("*.xlsx"))
        reports = sorted(p.name for p in (place / "reports").iterdir())
        adoption = [f"framework-adoption {quarter.file_name}.docx"] if quarter.number == 1 else []
        assert reports == [f"cabinet-performance {quarter.file_name}.docx", *adoption]
        assert any((place / "reminders").rglob("*.txt"))


def test_the_story_tells_of_faults_caught_queries_settled_and_late_returns(year: tuple[Path, str]) -> None:
    _, story = year
    for code in ("value-not-number", "value-scale", "ratio-mismatch", "shorthand-unknown", "value-out-of-range"):
        assert code in story
    for decision in ("Accepted", "Other value", "Rejected"):
        assert decision in story
    assert story.count(" is late.") == 4
    assert story.count("Report: ") == 5


def test_every_quarter_is_rated_and_nothing_is_left_open(master: Master) -> None:
    results, rollup = master.tables["Results"].frame, master.tables["Rollup"].frame
    for quarter in QUARTERS:
        rated = results[results["Period"] == str(quarter)]
        assert len(rated) == 119
        assert rated["Rating"].isin(["Green", "Amber", "Red"]).sum() > 95
        assert len(rollup[rollup["Period"] == str(quarter)]) == 90
    queries = [r for r in master.tables["Issues"].rows() if r["Severity"] == "query"]
    assert {r["Status"] for r in queries} <= {"Settled", "Closed"}
    assert Counter(r["Status"] for r in master.tables["Returns"].rows())["overdue"] == 0


def test_every_observation_is_kept_and_counts_once(master: Master) -> None:
    frame = master.tables["Observations"].frame
    counting = frame[frame["Superseded"].isna() & frame["Area"].isna() & frame["Value"].notna()]
    assert not counting.duplicated(["Indicator", "Period"]).any()
    assert (frame["Superseded"] == "Yes").any()


def test_what_is_shown_without_recalculating_is_what_was_rated(
    master: Master, libreoffice: Convert, tmp_path: Path
) -> None:
    """LibreOffice opens the master, calculates nothing, and saves what it shows."""
    path = tmp_path / "master.xlsx"
    path.write_bytes(master.data)
    shown = {s.name: s for s in read_book(libreoffice(path, "ods")).sheets}
    for table in (*indicator_tables(master), *(master.find(n) for n in ("Framework_tree", "Dashboard_priorities"))):
        assert table is not None
        for row in table.rows():
            for heading, value in row.items():
                if heading != "row" and value is not None:
                    cell = shown[table.sheet].cells[row["row"], table.columns[heading]]
                    assert cell.value == value or str(cell.value).strip() == str(value).strip()
    _same_as_results(master.tables, indicator_tables(master), str(QUARTERS[-1]))


def _same_as_results(tables: Tables, sheets: list[Table], period: str) -> None:
    results = _of(tables["Results"], period, "Indicator")
    seen: set[object] = set()
    for table in sheets:
        for row in table.rows():
            expected = results[row["Ref"]]
            seen.add(row["Ref"])
            assert row[period] == expected["Value"]
            rating = str(row["Rating"] or "").rstrip("*")
            assert rating == (expected["Rating"] or rating)
            for heading in ("Forecast", "Forecast rating", "Reason"):
                assert row[heading] == expected[heading], (row["Ref"], heading)
            for heading in ("Direction", "Direction on year"):
                assert str(row[heading] or "").lstrip("↑↓→ ") == (expected[heading] or ""), (row["Ref"], heading)
            # A range, or a target that is to be confirmed, stands there in words.
            in_words = expected["Target"] is None and isinstance(row["Target"], str)
            assert in_words or row["Target"] == expected["Target"]
    assert seen == set(results)


def _of(table: Table, period: str, key: str) -> dict[object, dict[str, object]]:
    return {row[key]: row for row in table.rows() if row["Period"] == period}


def test_the_dashboard_counts_what_results_hold(master: Master) -> None:
    period = str(QUARTERS[-1])
    rollup, results = _of(master.tables["Rollup"], period, "Ref"), _of(master.tables["Results"], period, "Indicator")
    priorities = master.find("Dashboard_priorities")
    assert priorities is not None
    for row in priorities.rows():
        under = Counter(r["Rating"] for ref, r in results.items() if str(ref).startswith(f"{row['Ref']}-"))
        assert [row[c] for c in ("Green", "Amber", "Red")] == [under[c] for c in ("Green", "Amber", "Red")]
        assert str(row["Rating"]).rstrip("*") == rollup[row["Ref"]]["Rating"]
        assert row["Masked reds"] == rollup[row["Ref"]]["Masked reds"]
    reds = master.find("Dashboard_reds")
    assert reds is not None
    assert {r["Ref"] for r in reds.rows()} == {ref for ref, r in results.items() if r["Rating"] == "Red"}


def test_the_pdf_of_the_master_shows_the_figures(master: Master, libreoffice: Convert, tmp_path: Path) -> None:
    path = tmp_path / "master.xlsx"
    path.write_bytes(master.data)
    pdf = libreoffice(path, "pdf")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    words = set(re.findall(r"\S+", text))
    results = _of(master.tables["Results"], str(QUARTERS[-1]), "Indicator")
    values = [r["Value"] for r in results.values() if isinstance(r["Value"], float)]
    missing = [v for v in values if f"{v:.15g}" not in words]
    assert not missing


def test_everything_written_is_valid_open_xml(year: tuple[Path, str], validator: Validate) -> None:
    folder, _ = year
    last = folder / QUARTERS[-1].file_name
    files = [*folder.glob("*.xlsx"), *last.glob("reports/*.docx"), *last.glob("to correct/*.xlsx")]
    files += sorted(last.glob("forms/*.xlsx"))[:2]
    assert len(files) > 4
    for file in files:
        assert validator(file) == [], file


def test_the_report_holds_the_figures_and_no_loose_ends(year: tuple[Path, str], master: Master) -> None:
    folder, _ = year
    quarter = QUARTERS[1]
    (path,) = (folder / quarter.file_name / "reports").iterdir()
    body = docx.Document(str(path)).element.body
    words = {p: "".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))}
    cells = {words[p] for cell in body.iter(qn("w:tc")) for p in cell.iter(qn("w:p"))}
    text = "\n".join(words.values())
    assert not re.findall(r"\{\{|\{%|\bnan\b", text)
    rated = [r for r in _of(master.tables["Results"], str(quarter), "Indicator").values() if r["Rating"]]
    assert f"{len(rated)} of " in text
    assert {"Green", "Amber", "Red"} <= cells


def test_a_master_keeps_what_an_officer_adds(year: tuple[Path, str], tmp_path: Path) -> None:
    """She adds a sheet of her own with openpyxl standing in for Excel; rating leaves its part byte for byte."""
    (source,) = year[0].glob("*.xlsx")
    book = openpyxl.load_workbook(source)
    own = book.create_sheet("My notes")
    own["B2"], own["B3"] = "Ask about the bins", "=1+1"
    path = tmp_path / "hers.xlsx"
    book.save(path)
    before = zipfile.ZipFile(path)
    name = next(n for n in before.namelist() if b"Ask about" in before.read(n))
    kept = before.read(name)
    before.close()
    with pytest.raises(SystemExit):
        main(["rate", str(path), "--period", "2025/26 Q3", "--today", "2026-03-01"])
    with zipfile.ZipFile(path) as after:
        assert after.read(name) == kept
    assert read_master(path).tables["Results"].frame["Period"].eq("2025/26 Q3").sum() == 119


def test_commentary_typed_on_an_indicator_sheet_is_read_back(year: tuple[Path, str], tmp_path: Path) -> None:
    (source,) = year[0].glob("*.xlsx")
    path = tmp_path / "typed.xlsx"
    book = openpyxl.load_workbook(source)
    sheet = book["Customer"]
    header = next(row for row in sheet.iter_rows() if any(c.value == "Commentary" for c in row))
    columns = {c.value: c.column for c in header}
    row = next(r for r in range(header[0].row + 1, 60) if sheet.cell(r, columns["Ref"]).value == "CUS-1.1a")
    sheet.cell(row, columns["Commentary"]).value = "The officer's own words."
    book.save(path)
    main_and_end(["rate", str(path), "--today", "2026-05-01"])
    rows = [r for r in read_master(path).tables["Observations"].rows() if r["Indicator"] == "CUS-1.1a"]
    assert [r["Period"] for r in rows if r["Commentary"] == "The officer's own words."] == ["2025/26 M12"]
    assert any("commentary of CUS-1.1a" in str(r["Detail"]) for r in read_master(path).tables["Log"].rows())


def main_and_end(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code in (0, 1)


def test_no_cell_of_the_master_holds_a_formula(master: Master, tmp_path: Path) -> None:
    formulas = [c for s in read_book(master.path).sheets for c in s.cells.values() if c.formula]
    assert formulas == []
    assert isinstance(master.tables["Results"].frame, pd.DataFrame)


def test_every_chart_shows_what_its_cells_hold(master: Master) -> None:
    """Caches are what people see in Protected View and in previewers: each equals the cells that it stands for."""
    sheets = {sheet.name: sheet for sheet in read_book(master.path).sheets}
    points = 0
    with zipfile.ZipFile(master.path) as package:
        for name in (n for n in package.namelist() if n.startswith("xl/charts/chart")):
            for reference in etree.fromstring(package.read(name)).iter("{*}numRef", "{*}strRef"):
                sheet, _, area = str(reference.findtext("{*}f")).rpartition("!")
                left, top, right, bottom = range_boundaries(area.replace("$", ""))
                cells = sheets[sheet.strip("'")].cells
                held = [cells.get((r, c)) for r in range(top, bottom + 1) for c in range(left, right + 1)]
                for point in reference.iter("{*}pt"):
                    cell = held[int(str(point.get("idx")))]
                    assert cell is not None, f"{name}: {area}"
                    shown = str(point.findtext("{*}v"))
                    assert shown == cell.value or float(shown) == cell.value, f"{name}: {area}"
                    points += 1
    assert points > 40
