"""The officer closes a quarter: nothing changes it from then on without being told."""

from pathlib import Path

import openpyxl
import pytest

from tests.openpyxl_master import write_master
from tests.returns_world import PERIOD, World, council
from xl_outcomes.cli import main
from xl_outcomes.workbook.file import read_master

QUARTER = ("--period", str(PERIOD))
DAY = ("--today", "2025-08-01", "--by", "Officer")


@pytest.fixture
def master(tmp_path: Path) -> Path:
    world = World(council(), tmp_path)
    rows = {name: list(table.frame.to_dict("records")) for name, table in world.tables.items()}
    path = write_master(tmp_path / "master.xlsx", rows)
    run("import", path, world.send(), *QUARTER, *DAY)
    run("rate", path, *QUARTER, *DAY)
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def ratings(master: Path) -> dict[str, object]:
    rows = read_master(master).tables["Results"].rows()
    return {r["Indicator"]: r["Rating"] for r in rows if r["Period"] == str(PERIOD)}


def edit(master: Path, ref: str, rating: str) -> None:
    book = openpyxl.load_workbook(master)
    sheet = book["Results"]
    columns = {cell.value: cell.column for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    row = next(c.row for c in sheet[openpyxl.utils.get_column_letter(columns["Indicator"])] if c.value == ref)
    sheet.cell(row, columns["Rating"]).value = rating
    book.save(master)


def test_a_closed_quarter_is_read_and_never_rated_again(master: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ratings(master)
    assert run("close", master, *QUARTER, *DAY) == 0
    assert run("verify", master.parent / "master archive" / "2025-26-Q1", "--master", master) == 0
    assert "unchanged since it was made" in capsys.readouterr().out
    book = openpyxl.load_workbook(master)
    sheet = book["Targets"]
    for row in sheet.iter_rows(min_row=2):
        row[2].value = 1000.0
    book.save(master)
    assert run("rate", master, *QUARTER, *DAY) == 0
    assert ratings(master) == before
    assert run("close", master, *QUARTER, *DAY) == 2
    assert "was closed by Officer on 1 August 2025" in capsys.readouterr().err


def test_an_edit_is_told_and_put_back_or_recorded(master: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ratings(master)
    run("close", master, *QUARTER, *DAY)
    edit(master, "P1", "Red")
    run("check", master)
    run("validate", master, master.parent / "return.xlsx", *QUARTER)
    said = capsys.readouterr().err
    assert 'P1, Rating: was "Green", is "Red".' in said
    assert run("close", master, *QUARTER, "--put-back", *DAY) == 0
    assert ratings(master) == before
    edit(master, "P1", "Red")
    assert run("close", master, *QUARTER, "--revise", "The survey was recounted", *DAY) == 0
    flags = {r["Indicator"]: r["Flags"] for r in read_master(master).tables["Results"].rows() if r["Rating"] == "Red"}
    assert flags["P1"] == "r"
    archives = sorted(p.name for p in (master.parent / "master archive").iterdir())
    assert archives == ["2025-26-Q1", "2025-26-Q1 (2)"]
    log = [r["Action"] for r in read_master(master).tables["Log"].rows()]
    assert log[-3:] == ["Close quarter", "Put back closed quarter", "Revise closed quarter"]


def test_reopening_needs_a_reason_and_rates_again(master: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("close", master, *QUARTER, *DAY)
    assert run("close", master, *QUARTER, "--reopen", " ", *DAY) == 2
    assert run("close", master, *QUARTER, "--reopen", "A return had been left out", *DAY) == 0
    edit(master, "P1", "Red")
    assert run("rate", master, *QUARTER, *DAY) == 0
    assert ratings(master)["P1"] == "Green"
    assert run("close", master, *QUARTER, "--put-back", "--reopen", "x") == 2


def test_a_changed_archive_is_found_out(master: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("close", master, *QUARTER, *DAY)
    folder = master.parent / "master archive" / "2025-26-Q1"
    kept = folder / "master.xlsx"
    kept.chmod(0o644)
    kept.write_bytes(kept.read_bytes() + b" ")
    assert run("verify", folder) == 1
    assert "master.xlsx" in capsys.readouterr().out
    assert run("verify", folder.parent) == 2
