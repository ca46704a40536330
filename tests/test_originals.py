"""Returns are kept as they came, whatever becomes of them."""

import urllib.parse
from pathlib import Path

import openpyxl
import pytest

from tests.openpyxl_master import write_master
from tests.returns_world import PERIOD, World, council
from xl_outcomes.cli import main
from xl_outcomes.originals import originals_folder

QUARTER = ("--period", str(PERIOD), "--today", "2025-07-10")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


@pytest.fixture
def master(world: World) -> Path:
    rows = {name: list(table.frame.to_dict("records")) for name, table in world.tables.items()}
    return write_master(world.folder / "master.xlsx", rows)


def take_in(master: Path, *words: object) -> None:
    with pytest.raises(SystemExit):
        main(["import", str(master), *map(str, words), *QUARTER])


def test_a_return_is_kept_byte_for_byte_also_where_it_is_refused(master: Path, world: World) -> None:
    good, letter = world.send(), world.folder / "letter.xlsx"
    letter.write_bytes(b"%PDF-1.7 not a workbook")
    take_in(master, good, letter)
    kept = world.folder / "master returns" / "2025-26-Q1"
    assert sorted(p.read_bytes() for p in kept.iterdir()) == sorted([good.read_bytes(), letter.read_bytes()])
    assert {p.name.split(" (")[0] for p in kept.iterdir()} == {"return", "letter"}
    before = {p.name: p.stat().st_mtime_ns for p in kept.iterdir()}
    take_in(master, good, letter)
    assert {p.name: p.stat().st_mtime_ns for p in kept.iterdir()} == before


def test_another_return_of_the_same_name_is_kept_beside_it(master: Path, world: World) -> None:
    take_in(master, world.send())
    take_in(master, world.send({"C1": {"Value": 111.0}}))
    assert len(list((world.folder / "master returns" / "2025-26-Q1").iterdir())) == 2


def test_a_dry_run_keeps_nothing(master: Path, world: World) -> None:
    take_in(master, world.send(), "--dry-run")
    assert not (world.folder / "master returns").exists()


def test_the_archive_folder_goes_before_the_masters_own(tmp_path: Path) -> None:
    assert originals_folder(str(tmp_path), None, PERIOD) == tmp_path / "returns" / "2025-26-Q1"
    assert originals_folder("", tmp_path / "m.xlsx", PERIOD) == tmp_path / "m returns" / "2025-26-Q1"
    assert originals_folder("", None, PERIOD) is None


def test_each_issue_leads_to_the_kept_original(master: Path, world: World) -> None:
    take_in(master, world.send({"P1": {"Value": "many"}}, name="Housing & more.xlsx"))
    sheet = openpyxl.load_workbook(master)["Issues"]
    heading = next(c for row in sheet.iter_rows() for c in row if c.value == "File")
    cell = sheet.cell(heading.row + 1, heading.column)
    assert str(cell.value).startswith("Housing & more.xlsx (")
    at = next(c for row in sheet.iter_rows() for c in row if c.value == "Cell")
    place = sheet.cell(at.row + 1, at.column)
    assert (place.value, place.hyperlink.location) == ("H9", "'Return'!H9")
    assert place.hyperlink.target == cell.hyperlink.target
    target = urllib.parse.unquote(cell.hyperlink.target)
    assert (master.parent / target).read_bytes() == (world.folder / "Housing & more.xlsx").read_bytes()
