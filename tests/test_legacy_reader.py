import datetime
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from tests.handmade import compound, ods, xlsb
from xl_outcomes.errors import FileError
from xl_outcomes.workbook import legacy_reader
from xl_outcomes.workbook.cells import Book, Cell, Limits, read_book

Convert = Callable[[Path, str], Path]


def refusal(path: Path, limits: Limits | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read_book(path, limits or Limits())
    return caught.value


def values_of(book: Book) -> dict[str, object]:
    return {cell.address: cell.value for cell in book.sheets[0].cells.values()}


def ods_cells(folder: Path, rows: str) -> list[Cell]:
    return list(read_book(ods(folder / "a.ods", rows)).sheets[0].cells.values())


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A small workbook of Excel's kind, to be converted."""
    with xlsxwriter.Workbook(tmp_path / "source.xlsx") as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row("A1", ["Ref", "Value", "padded  twice "])
        sheet.write("B2", 0.45, book.add_format({"num_format": "0.0%"}))
        sheet.write_formula("B3", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B4", "=1+1", None, 2)
        sheet.write_datetime("B5", datetime.datetime(2026, 3, 31), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write("B6", True)
        sheet.write("B7", "line1\nline2")
        sheet.write_datetime("B8", datetime.time(10, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.merge_range("A9:C10", "merged")
        sheet.write_column("A12", [7, 7, 7])
        sheet.write_comment("A1", "a note")
        sheet.insert_textbox("E2", "a box")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column("D:D", None, None, {"hidden": True})
        sheet.write("D1", "out of sight")
        book.add_worksheet("Lists").hide()
    return tmp_path / "source.xlsx"


def test_open_document_comes_back_as_it_was(workbook: Path, libreoffice: Convert) -> None:
    book = read_book(libreoffice(workbook, "ods"))
    sheet = book.sheets[0]
    assert (book.format, [(sheet.name, sheet.visible) for sheet in book.sheets]) == (
        "ods",
        [("Data", True), ("Lists", False)],
    )
    assert list(sheet.cells.values()) == [
        Cell(1, 1, "Ref", "text"),
        Cell(1, 2, "Value", "text"),
        Cell(1, 3, "padded  twice ", "text"),
        Cell(1, 4, "out of sight", "text"),
        Cell(2, 2, 0.45, "number", percent=True),
        Cell(3, 2, "#DIV/0!", "error", formula=True),
        Cell(4, 2, 2.0, "number", formula=True),
        Cell(5, 2, datetime.datetime(2026, 3, 31), "date"),
        sheet.cells[6, 2],
        Cell(7, 2, "line1\nline2", "text"),
        Cell(8, 2, datetime.datetime(1899, 12, 31, 10, 30), "date"),
        Cell(9, 1, "merged", "text"),
        *(Cell(row, 1, 7.0, "number") for row in (12, 13, 14)),
    ]
    assert sheet.cells[6, 2].value == 1
    assert (set(sheet.hidden_rows), set(sheet.hidden_columns)) == ({4}, {4})
    assert sheet.merged == ((9, 1, 10, 3),)


def test_old_excel_comes_back_with_what_calamine_shows(workbook: Path, libreoffice: Convert) -> None:
    book = read_book(libreoffice(workbook, "xls"))
    assert (book.format, [sheet.visible for sheet in book.sheets]) == ("xls", [True, False])
    assert values_of(book) == {
        **dict.fromkeys(("A12", "A13", "A14"), 7),
        "A1": "Ref",
        "B1": "Value",
        "C1": "padded  twice ",
        "D1": "out of sight",
        "B2": 0.45,
        "B4": 2,
        "B5": datetime.datetime(2026, 3, 31),
        "B6": True,
        "B7": "line1\nline2",
        "B8": datetime.datetime(1899, 12, 31, 10, 30),
        "A9": "merged",
    }
    assert book.sheets[0].cells[2, 2].kind == "number"
    assert book.sheets[0].merged == ((9, 1, 10, 3),)


def test_old_excel_is_read_by_content_cut_short_and_encrypted(workbook: Path, libreoffice: Convert) -> None:
    path = libreoffice(workbook, "xls")
    content = path.read_bytes()
    renamed = path.with_name("renamed.xlsx")
    renamed.write_bytes(content)
    assert read_book(renamed).format == "xls"
    # The first record says what stream this is; a record of number 47 after it, that the rest is encrypted.
    start = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    renamed.write_bytes(content[:start] + b"\x2f\x00" + content[start + 2 :])
    assert refusal(renamed).code == "file-password"
    renamed.write_bytes(content[:1200])
    assert refusal(renamed).code == "file-damaged"


def test_binary_workbook_keeps_its_places(tmp_path: Path) -> None:
    book = read_book(xlsb(tmp_path / "a.xlsb", {1: {1: "Ref", 2: "Value"}, 3: {1: " ", 2: 0.45}}))
    assert book.format == "xlsb"
    assert values_of(book) == {"A1": "Ref", "B1": "Value", "A3": " ", "B3": 0.45}


@pytest.mark.skipif(sys.platform == "win32", reason="no memory limit for a child process on Windows")
def test_a_space_in_the_last_cell_of_a_binary_workbook_ends_the_child_only(tmp_path: Path) -> None:
    error = refusal(xlsb(tmp_path / "a.xlsb", {1: {1: "Ref"}, 1_048_576: {16_384: " "}}))
    assert (error.code, "512 MB of memory" in error.message) == ("file-too-large", True)


def test_limits_hold_for_binary_workbooks(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", {1: {1: "Ref", 2: "Value"}, 2: {1: "HOU-1", 2: 5.0}})
    for limits, found in [
        (Limits(rows=1), "2 rows"),
        (Limits(cells=3), "4 cells"),
        (Limits(columns=1), "2 columns"),
        (Limits(text=4), "5 characters"),
        (Limits(seconds=0.001), "0.001 seconds"),
    ]:
        error = refusal(path, limits)
        assert (error.code, found in error.message) == ("file-too-large", True), error.message
    assert len(read_book(path, Limits(rows=2, cells=4, columns=2, text=5)).sheets[0].cells) == 4


def test_broken_binary_workbooks_are_damage(tmp_path: Path) -> None:
    assert refusal(compound(tmp_path / "a.xls", "Workbook")).code == "file-damaged"
    content = xlsb(tmp_path / "a.xlsb", {1: {1: "Ref"}}).read_bytes()
    (tmp_path / "b.xlsb").write_bytes(content[: len(content) // 2])
    assert refusal(tmp_path / "b.xlsb").code == "file-damaged"


def test_a_child_that_breaks_down_or_stops_half_way_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsb(tmp_path / "a.xlsb", {1: {1: "Ref"}})
    child = tmp_path / "child.py"
    monkeypatch.setattr(legacy_reader, "_CHILD", child)
    child.write_text("raise SystemExit('broken')")
    assert refusal(path).code == "file-damaged"
    child.write_text("import sys, pathlib; pathlib.Path(sys.argv[2]).write_text('')")
    assert "half-way" in refusal(path).message
    child.write_text("raise MemoryError")
    assert refusal(path).code == "file-too-large"


def test_repeated_rows_and_cells_are_written_out(tmp_path: Path) -> None:
    number = '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="7"/>'
    rows = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        f'<table:table-row table:number-rows-repeated="2"><table:table-cell/>{number}</table:table-row>'
    )
    assert [cell.address for cell in ods_cells(tmp_path, rows)] == ["B4", "C4", "B5", "C5"]


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 16_384), (1_048_576, 1), (900_000_000, 900_000_000)])
def test_a_cell_repeated_over_the_sheet_is_refused_at_once(tmp_path: Path, rows: int, columns: int) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="{columns}"><text:p> </text:p></table:table-cell>'
    path = ods(tmp_path / "a.ods", f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')
    start = time.perf_counter()
    assert refusal(path).code == "file-too-large"
    assert time.perf_counter() - start < 1


def test_a_space_in_the_last_cell_of_an_open_document_reads_at_once(tmp_path: Path) -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="16383"/><table:table-cell><text:p> </text:p>'
        "</table:table-cell></table:table-row>"
    )
    start = time.perf_counter()
    assert ods_cells(tmp_path, rows) == [Cell(1_048_576, 16_384, " ", "text")]
    assert time.perf_counter() - start < 1


def test_what_open_document_cells_hold(tmp_path: Path) -> None:
    def cell(attributes: str, text: str = "") -> str:
        return f"<table:table-cell {attributes}>{text}</table:table-cell>"

    cells = [
        cell('table:formula="of:=[.A9]"'),
        cell('table:formula="of:=&quot;&quot;"', "<text:p/>"),
        cell('table:formula="of:=1/0" office:value-type="float" office:value="0"', "<text:p>#DIV/0!</text:p>"),
        cell('office:value-type="boolean" office:boolean-value="true"', "<text:p>TRUE</text:p>"),
        cell('office:value-type="date" office:date-value="2026-03-31T09:30:00"'),
        cell('office:value-type="time" office:time-value="PT36H00M00S"'),
        cell('office:value-type="currency" office:value="1000"', "<text:p>£1,000</text:p>"),
        cell('office:value-type="float" office:value="many"', "<text:p>many</text:p>"),
        cell('office:value-type="date" office:date-value="soon"', "<text:p>soon</text:p>"),
        cell(
            'office:value-type="string"', "<text:p>a<text:s text:c='2'/>b\n  c<text:tab/>d</text:p><text:p>e</text:p>"
        ),
        cell(
            'office:value-type="string"',
            "<office:annotation><text:p>note</text:p></office:annotation><text:p>f</text:p>",
        ),
        cell("", "<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>"),
    ]
    read = ods_cells(tmp_path, f"<table:table-row>{''.join(cells)}</table:table-row>")
    assert [(cell.column, cell.value, cell.kind, cell.formula) for cell in read] == [
        (1, "=[.A9]", "uncalculated", True),
        (3, "#DIV/0!", "error", True),
        (4, True, "boolean", False),
        (5, datetime.datetime(2026, 3, 31, 9, 30), "date", False),
        (6, 1.5, "number", False),
        (7, 1000.0, "number", False),
        (8, "many", "text", False),
        (9, "soon", "text", False),
        (10, "a  b c\td\ne", "text", False),
        (11, "f", "text", False),
    ]


@pytest.mark.parametrize("count", ["x", "-1", "9999999999", ""])
def test_repeats_that_are_no_numbers_are_damage(tmp_path: Path, count: str) -> None:
    rows = f'<table:table-row table:number-rows-repeated="{count}"/>'
    assert refusal(ods(tmp_path / "a.ods", rows)).code == "file-damaged"


def test_open_document_without_content_is_damage(tmp_path: Path) -> None:
    assert refusal(ods(tmp_path / "a.ods", "", {"content.xml": None})).code == "file-damaged"
    assert refusal(ods(tmp_path / "a.ods", "", {"content.xml": "<a/>"})).code == "file-damaged"
    assert refusal(ods(tmp_path / "a.ods", "", {"content.xml": "<a>"})).code == "file-damaged"
