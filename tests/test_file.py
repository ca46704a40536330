"""A closed master read and written: what is not ours stays, what an officer put among ours stays too."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from tests.openpyxl_master import write_master
from tests.returns_world import IN_TIME, PERIOD, council
from xl_outcomes import steps
from xl_outcomes.errors import FileError, WorkbookError
from xl_outcomes.tables import extend
from xl_outcomes.workbook.file import read_master, save, updated


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tables = {name: table.frame.to_dict("records") for name, table in council().items()}
    return write_master(tmp_path / "master.xlsx", tables)


def widen(path: Path, sheet_name: str, heading: str, values: list[object]) -> None:
    """Adds an officer's own column to a table."""
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_name]
    column = sheet.max_column + 1
    for row, value in enumerate([heading, *values], 1):
        sheet.cell(row, column, value)
    del sheet.tables[sheet_name]
    sheet.add_table(Table(displayName=sheet_name, ref=f"A1:{sheet.cell(sheet.max_row, column).coordinate}"))
    book.save(path)


def rate(path: Path) -> None:
    master = read_master(path)
    _, step = steps.rate(master.tables, PERIOD, IN_TIME)
    save(master, updated(master, step.changed, step.views), IN_TIME.at)


def test_tables_are_read_with_their_sheet_rows(path: Path) -> None:
    table = read_master(path).tables["Indicators"]
    assert list(table.frame.index) == [2, 3, 4, 5, 6]
    assert table.cell(3, "Ref") == "A3"
    assert table.frame.at[2, "Ref"] == "P1"


def test_what_a_master_lacks_of_ours_is_made_when_it_is_needed(path: Path) -> None:
    assert set(read_master(path).tables) == {"Settings", "Outcomes", "Indicators", "Targets", "Observations"}
    rate(path)
    master = read_master(path)
    assert {"Results", "Rollup", "Issues", "Returns", "Log"} <= set(master.tables)
    assert {"dashboard_priorities", "framework_tree", "sheet_a"} <= set(master.named)
    assert len(master.tables["Results"].frame) == 5


def test_writing_the_same_again_leaves_the_file_as_it_was(path: Path) -> None:
    rate(path)
    before = path.read_bytes()
    rate(path)
    assert path.read_bytes() == before


def test_an_officers_own_column_travels_with_its_rows(path: Path) -> None:
    widen(path, "Observations", "My note", [f"note {n}" for n in range(1, 7)])
    master = read_master(path)
    table = extend(master.tables["Observations"], [{"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0}])
    save(master, updated(master, {"Observations": table}), IN_TIME.at)
    sheet = openpyxl.load_workbook(path)["Observations"]
    column = next(c.column for c in sheet[1] if c.value == "My note")
    assert [sheet.cell(r, column).value for r in range(2, 9)] == [*(f"note {n}" for n in range(1, 7)), None]
    assert sheet.tables["Observations"].ref == "A1:N8"


def test_a_formula_that_an_officer_put_among_the_figures_is_kept(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["Observations"]["D2"] = "=40+5"
    book.save(path)
    master = read_master(path)
    table = extend(master.tables["Observations"], [{"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0}])
    save(master, updated(master, {"Observations": table}), IN_TIME.at)
    sheet = openpyxl.load_workbook(path)["Observations"]
    assert (sheet["D2"].value, sheet["D8"].value) == ("=40+5", 51)


def test_optional_columns_may_be_missing_and_come_when_they_are_needed(tmp_path: Path) -> None:
    tables = {name: table.frame.to_dict("records") for name, table in council().items()}
    path = write_master(tmp_path / "master.xlsx", tables)
    book = openpyxl.load_workbook(path)
    sheet = book["Observations"]
    for column in (13, 12, 11, 10, 9, 8, 7, 6, 5):
        sheet.delete_cols(column)
    del sheet.tables["Observations"]
    sheet.add_table(Table(displayName="Observations", ref="A1:D7"))
    book.save(path)
    master = read_master(path)
    received = dt.datetime(2025, 7, 10)
    new = {"Indicator": "P1", "Period": "2025/26 Q1", "Value": 51.0, "Received": received}
    save(master, updated(master, {"Observations": extend(master.tables["Observations"], [new])}), IN_TIME.at)
    frame = read_master(path).tables["Observations"].frame
    assert frame.iloc[-1]["Received"] == received
    assert frame["Commentary"].isna().all()


def test_a_master_without_a_table_names_it_and_those_it_has(tmp_path: Path) -> None:
    path = write_master(tmp_path / "m.xlsx", {"Settings": [], "Outcomes": []})
    with pytest.raises(WorkbookError, match=r"no table called Indicators.*Settings, Outcomes"):
        read_master(path)


def test_what_is_no_master_is_refused_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no workbook"):
        read_master(tmp_path / "none.xlsx")
    (tmp_path / "text.xlsx").write_text("hello")
    with pytest.raises(FileError, match="text"):
        read_master(tmp_path / "text.xlsx")


def test_a_master_changed_by_somebody_else_meanwhile_is_not_overwritten(path: Path) -> None:
    master = read_master(path)
    rate(path)
    theirs = path.read_bytes()
    _, step = steps.rate(master.tables, PERIOD, IN_TIME)
    with pytest.raises(FileError, match="changed"):
        save(master, updated(master, step.changed, step.views), IN_TIME.at)
    assert path.read_bytes() == theirs


def test_every_write_leaves_a_backup(path: Path) -> None:
    before = path.read_bytes()
    rate(path)
    (backup,) = (path.parent / ".backups").glob("*.xlsx")
    assert backup.read_bytes() == before
