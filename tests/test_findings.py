"""What a check of returns found, as a workbook to read; and files that are there already when others are written."""

from io import BytesIO
from pathlib import Path

import openpyxl

from tests.returns_world import IN_TIME, PERIOD, World, council
from xl_outcomes import steps
from xl_outcomes.deliver import write_findings
from xl_outcomes.files import read_one
from xl_outcomes.new_files import write_new


def test_returns_and_faults_are_listed_with_their_places(tmp_path: Path) -> None:
    world = World(council(), tmp_path)
    good, bad = world.send(name="good.xlsx"), world.send({"P1": {"Value": "many"}}, name="=bad.xlsx")
    checked = steps.validate(world.tables, [read_one(good), read_one(bad)], PERIOD, IN_TIME)
    path = write_findings(checked, tmp_path / "out" / "Check of returns.xlsx", IN_TIME)
    sheet = openpyxl.load_workbook(BytesIO(path.read_bytes()))["Check of returns"]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert ["good.xlsx", "Housing", str(PERIOD), "accepted", 3, 0, 0, 0, 0] in texts
    (fault,) = [row for row in texts if row[4] == "Error"]
    assert fault[:6] == ["=bad.xlsx", "Return", "H9", "P1", "Error", "many"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_file_that_is_there_already_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "Housing.xlsx"
    write_new(path, b"blank form")
    write_new(path, b"blank form")
    assert not (tmp_path / "earlier").exists()
    path.write_bytes(b"filled in")
    write_new(path, b"blank form")
    write_new(path, b"another form")
    assert path.read_bytes() == b"another form"
    kept = {p.name: p.read_bytes() for p in (tmp_path / "earlier").iterdir()}
    assert kept == {"Housing (1).xlsx": b"filled in", "Housing (2).xlsx": b"blank form"}
