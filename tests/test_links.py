"""Cells of views lead to rows and files, through both doors, and an officer's links stay."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import Convert, Validate
from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.support import indicator, observation, tables
from tests.test_patch import changed
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Table, Tables, extend, frame
from xl_outcomes.workbook.file import read_master, updated
from xl_outcomes.workbook.live import read_live, write_live
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.plan import planned
from xl_outcomes.workbook.writes import file_address, location

REPORT = "Reports\\Q1 & Q2 #1.docx"
TREE, PERIODS = ("A", "A-1", "B"), ("2022/23 Q1", "2023/24 Q1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    held = tables(Indicators=[indicator()], Observations=[observation(PERIODS[0], 50.0)])
    return write_master(tmp_path / "master.xlsx", {name: list(table.rows()) for name, table in held.items()})


def tree(refs: Sequence[str] = TREE, *more: str) -> list[ViewSheet]:
    """A tree of outcomes and, on a sheet of its own, a list of them: every Ref of the list leads into the tree."""
    rows = [[ref, f"Outcome {ref}", None] for ref in refs]
    headings = ("Ref", "File", *map(str, range(len(more))))
    list_rows = [[ref, "=Open" if n else "007", *more] for n, ref in enumerate(reversed(refs))]
    links = {
        "Ref": [Link("Framework_tree", "Ref", row[0]) for row in list_rows],
        "File": [Link(file=REPORT) if n else Link("Outcomes") for n, _ in enumerate(list_rows)],
    }
    views = (
        View(
            "Outcome_list",
            frame(headings, list_rows),
            (9,) * len(headings),
            links=links,
        ),
        View(
            "Framework_tree",
            frame(("Ref", "Title", "Own"), rows),
            (9, 30, 9),
            links={
                "Title": [Link("Outcomes", "Ref", ref) for ref in refs],
                "Own": [Link("Outcomes", "Ref", "A")] * len(refs),
                "Ref": [Link("Observations", "Indicator", "A-1.1a", PERIODS[1])] * len(refs),
            },
            levels=tuple(ref.count("-") for ref in refs),
        ),
    )
    return [ViewSheet(name, "The tree", "", (view,)) for name, view in zip((LIST, FRAMEWORK), views, strict=True)]


def later(master: Tables) -> dict[str, Table]:
    """The observations with one for another quarter, which has no row yet; nothing where it has one."""
    table = master["Observations"]
    return {"Observations": extend(table, [observation(PERIODS[1], 60.0)])} if len(table.frame) < 2 else {}


def rated(path: Path, refs: Sequence[str] = TREE) -> bytes:
    master = read_master(path)
    data = updated(master, later(master.tables), tree(refs))
    path.write_bytes(data)
    return data


def links(data: bytes | Path, sheet: str) -> dict[str, str | None]:
    book = openpyxl.load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data)
    found = [(cell.coordinate, cell.hyperlink) for row in book[sheet] for cell in row]
    return {place: link.target or link.location for place, link in found if link}


LIST, FRAMEWORK = "The officer's tree", "Framework tree"
SHARED = file_address(REPORT)


def test_cells_lead_to_rows_as_they_stand_once_all_is_written(path: Path) -> None:
    data = rated(path)
    assert links(data, LIST) == {
        "A4": "'Framework tree'!A6", "A5": "'Framework tree'!A5", "A6": "'Framework tree'!A4",
        "B4": "'Outcomes'!A1", "B5": SHARED, "B6": SHARED,
    }  # fmt: skip
    # Outcome B has no row, blank cells lead nowhere, and the observation's row came with the same write.
    assert links(data, FRAMEWORK) == {
        **dict.fromkeys(("A4", "A5", "A6"), "'Observations'!A3"),
        "B4": "'Outcomes'!A2",
        "B5": "'Outcomes'!A3",
    }
    again = rated(path)
    assert again == data


def test_links_follow_what_moves_and_go_with_what_goes(path: Path) -> None:
    before, after = rated(path), rated(path, ("B", "A"))
    assert links(after, LIST) == {
        "A4": "'Framework tree'!A5", "A5": "'Framework tree'!A4", "B4": "'Outcomes'!A1", "B5": SHARED,
    }  # fmt: skip
    assert links(after, FRAMEWORK) == {**dict.fromkeys(("A4", "A5"), "'Observations'!A3"), "B5": "'Outcomes'!A2"}
    assert "docProps/core.xml" not in changed(before, after)
    assert rated(path, ("B", "A")) == after
    assert links(rated(path), LIST) == links(before, LIST)


def test_the_links_of_an_officer_stay(path: Path) -> None:
    rated(path)
    book = openpyxl.load_workbook(path)
    sheet = book[LIST]
    sheet["C3"], sheet["C4"] = "Mine", "seen"
    sheet.tables["Outcome_list"].ref = "A3:C6"
    sheet.tables["Outcome_list"].tableColumns.append(TableColumn(id=3, name="Mine"))
    for place in ("C4", "C6", "E9"):
        sheet[place].hyperlink = Hyperlink(ref=place, target=f"https://example.org/{place}")
    book.save(path)
    found = links(rated(path, ("B", "A-1", "A")), LIST)
    assert {place: target for place, target in found.items() if place[0] in "CE"} == {
        "C6": "https://example.org/C4", "C4": "https://example.org/C6", "E9": "https://example.org/E9",
    }  # fmt: skip
    assert found["A4"] == "'Framework tree'!A6"


def test_relationships_that_no_link_needs_go(path: Path) -> None:
    assert outside(rated(path)) == 1
    sheet = tree()[0]
    plain = View("Outcome_list", sheet.views[0].frame, (9, 9), links={"File": [None] * 3, "Ref": [None] * 3})
    path.write_bytes(updated(read_master(path), {}, [ViewSheet(sheet.name, "", "", (plain,))]))
    assert links(path, LIST) == {}
    assert outside(path.read_bytes()) == 0


def outside(data: bytes) -> int:
    """How many relationships lead out of the workbook."""
    package = Package(data)
    return sum(package.read(name).count(b"External") for name in package._entries if name.endswith(".rels"))


def test_both_doors_give_the_same_links_and_values(path: Path) -> None:
    excel = RemoteExcel(path)
    for refs in (TREE, ("B", "A", "A-1", "A-2")):

        def act(book: Any, refs: Sequence[str] = refs) -> None:
            live = read_live(book)
            write_live(live, later(live.tables), tree(refs))

        data = rated(path, refs)
        excel.run(act)
        saved = excel.save(path.with_name("saved.xlsx"))
        for name in (LIST, FRAMEWORK):
            assert links(saved, name) == links(data, name)
            values = [list(openpyxl.load_workbook(p)[name].iter_rows(values_only=True)) for p in (path, saved)]
            assert values[0] == values[1]
    assert [sheet_of(saved)[f"B{n}"].value for n in (4, 5)] == ["007", "=Open"]


def test_rows_get_their_outline_levels(path: Path) -> None:
    rated(path)
    levels = [openpyxl.load_workbook(path)[FRAMEWORK].row_dimensions[n].outlineLevel for n in range(4, 8)]
    assert levels == [0, 1, 0, 0]
    rated(path, ("A", "B", "C-1-1", "C-2"))
    sheet = openpyxl.load_workbook(path)[FRAMEWORK]
    assert [sheet.row_dimensions[n].outlineLevel for n in range(4, 8)] == [0, 0, 2, 1]
    assert sheet.sheet_format.outlineLevelRow == 2
    rated(path, ("A",))
    sheet = openpyxl.load_workbook(path)[FRAMEWORK]
    assert [sheet.row_dimensions[n].outlineLevel for n in range(4, 8)] == [0, 0, 0, 0]


@pytest.mark.parametrize("obstacle", [None, "Mine"])
def test_a_newer_view_has_more_columns_where_there_is_room(path: Path, obstacle: str | None) -> None:
    """The column that is new comes at the right end; beside an officer's cells the view goes without it."""
    rated(path)
    book = openpyxl.load_workbook(path)
    book[LIST]["C5"] = obstacle
    book.save(path)
    excel, newer = RemoteExcel(path), tree(TREE, "new")
    excel.run(lambda book: write_live(read_live(book), {}, newer))
    path.write_bytes(updated(read_master(path), {}, newer))
    for file in (path, excel.save(path.with_name("saved.xlsx"))):
        sheet = openpyxl.load_workbook(file)[LIST]
        assert sheet.tables["Outcome_list"].ref == ("A3:B6" if obstacle else "A3:C6")
        assert [sheet[f"C{n}"].value for n in (3, 4, 5)] == ([None, None, "Mine"] if obstacle else ["0", "new", "new"])
    assert obstacle or sheet_of(path)["C4"].alignment.wrap_text
    assert rated(path)


def sheet_of(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)[LIST]


def test_a_column_that_a_newer_view_lacks_stays_as_it_is(path: Path) -> None:
    path.write_bytes(updated(read_master(path), {}, tree(TREE, "old")))
    rated(path, ("B", "A-1", "A"))
    assert [sheet_of(path)[f"C{n}"].value for n in range(3, 7)] == ["0", "old", "old", "old"]


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("C:\\Reports\\Q 1.docx", "file:///C:/Reports/Q%201.docx"),
        ("\\\\server\\share\\a.docx", "file://server/share/a.docx"),
        ("/home/me/a.docx", "file:///home/me/a.docx"),
        ("https://example.org/a b?c=%20#d", "https://example.org/a%20b?c=%20#d"),
        ("javascript:alert(1)", "javascript%3Aalert(1)"),
    ],
)
def test_files_have_addresses(file: str, address: str) -> None:
    assert file_address(file) == address


def test_places_are_quoted() -> None:
    assert location("The officer's tree", 12, 28) == "'The officer''s tree'!AB12"


def test_what_is_written_is_sound(path: Path, validator: Validate, libreoffice: Convert) -> None:
    before = validator(path)
    rated(path)
    rated(path, ("B", "A", "A-1", "A-2"))
    assert len(validator(path)) <= len(before)
    assert libreoffice(path, "ods").stat().st_size
    assert planned(read_master(path), {}, tree()).additions == ()
