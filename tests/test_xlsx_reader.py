import datetime
import time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.handmade import (
    LINKS,
    MAIN,
    STRICT,
    STRICT_LINKS,
    STYLES,
    relations,
    shared_texts,
    workbook,
    worksheet,
    xlsx,
)
from xl_outcomes.errors import FileError
from xl_outcomes.workbook.cells import Cell, Limits, NamedTable, Sheet, read_book
from xl_outcomes.workbook.number_formats import Shown, shown_by_code


def sheet_of(path: Path) -> Sheet:
    return read_book(path).sheets[0]


def cells_of(folder: Path, rows: str, **parts: str) -> dict[str, Cell]:
    names = {"texts": "xl/texts.xml", "workbook": "xl/workbook.xml", "styles": "xl/styles.xml"}
    path = xlsx(folder / "a.xlsx", rows, {names[name]: content for name, content in parts.items()})
    return {cell.address: cell for cell in sheet_of(path).cells.values()}


def damage(path: Path, limits: Limits | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read_book(path, limits or Limits())
    return caught.value


def test_a_workbook_of_xlsxwriter_comes_back_cell_by_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["Ref", " padded ", "line1\nline2"])
        sheet.write(1, 1, 0.45, book.add_format({"num_format": "0.0%"}))
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 1, "=1+1", book.add_format({"num_format": "0%"}), 2)
        sheet.write(4, 1, True)
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_datetime(5, 1, datetime.datetime(2026, 3, 31, 9, 20), day)
        sheet.write_formula(6, 1, '="a"&"b"', None, "ab")
        sheet.write_blank(7, 1, None, day)
        book.add_worksheet("Charts").very_hidden()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Data!$B$4:$B$5"})
        book.add_chartsheet("Picture").set_chart(chart)
    book_read = read_book(tmp_path / "a.xlsx")
    assert [(sheet.name, sheet.visible) for sheet in book_read.sheets] == [("Data", True), ("Charts", False)]
    assert list(book_read.sheets[0].cells.values()) == [
        Cell(1, 1, "Ref", "text"),
        Cell(1, 2, " padded ", "text"),
        Cell(1, 3, "line1\nline2", "text"),
        Cell(2, 2, 0.45, "number", percent=True),
        Cell(3, 2, "#DIV/0!", "error", formula=True),
        Cell(4, 2, 2.0, "number", formula=True, percent=True),
        Cell(5, 2, True, "boolean"),
        Cell(6, 2, datetime.datetime(2026, 3, 31, 9, 20), "date"),
        Cell(7, 2, "ab", "text", formula=True),
    ]


def test_a_workbook_of_openpyxl_has_uncalculated_formulas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = 1
    book.active["B1"] = "=A1*2"
    book.active["B1"].number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    assert sheet_of(tmp_path / "a.xlsx").cells[1, 2] == Cell(1, 2, "=A1*2", "uncalculated", formula=True, percent=True)


def test_formula_without_a_result_and_formula_with_an_empty_one(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>B1</f></c><c r="B1" t="str"><f>C1</f><v/></c><c r="C1"><f>D1</f><v></v></c>'
        '<c r="D1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E1" t="str"><f>""</f></c>'
        '<c r="F1"><f t="shared" si="0"/><v>3</v></c></row>'
    )
    cells = cells_of(tmp_path, rows)
    assert {address: (cell.value, cell.kind, cell.formula) for address, cell in cells.items()} == {
        "A1": ("=B1", "uncalculated", True),
        "C1": ("=D1", "uncalculated", True),
        "D1": ("#DIV/0!", "error", True),
        "E1": ('=""', "uncalculated", True),
        "F1": (3.0, "number", True),
    }


def test_texts_join_their_runs_without_phonetic_guides(tmp_path: Path) -> None:
    texts = shared_texts(
        "<r><t>Home</t></r><r><rPr><b/></rPr><t xml:space='preserve'>s built</t></r><rPh sb='0' eb='1'><t>X</t></rPh>",
        "<t>a_x000D_b_x005F_x000D_c_xD83D__xDE00_</t>",
        "<t> </t>",
        "<t/>",
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v> 01</v></c><c r="C1" t="s"><v>2</v></c>'
        '<c r="D1" t="s"><v>3</v></c><c r="E1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r>'
        '<rPh sb="0" eb="1"><t>X</t></rPh></is></c><c r="F1" t="s"><v/></c></row>'
    )
    values = {address: cell.value for address, cell in cells_of(tmp_path, rows, texts=texts).items()}
    assert values == {"A1": "Homes built", "B1": "a\rb_x000D_c\N{GRINNING FACE}", "C1": " ", "E1": "inline"}


def test_positions_may_be_left_out(tmp_path: Path) -> None:
    rows = (
        '<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c r="C2"><v>4</v></c><c><v>5</v></c></row>'
        '<row r="7"><c r="b7"><v>6</v></c><c r="D7" s="1"/><c><v>7</v></c></row>'
    )
    values = {address: cell.value for address, cell in cells_of(tmp_path, rows).items()}
    assert values == {"A1": 1, "C1": 3, "C2": 4, "D2": 5, "B7": 6, "E7": 7}


def test_rows_twice_and_out_of_order_come_out_in_order(tmp_path: Path) -> None:
    rows = (
        '<row r="3"><c r="B3"><v>3</v></c></row><row r="1"><c r="B1"><v>2</v></c><c r="A1"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>4</v></c><c r="A12"><v>5</v></c></row>'
    )
    values = {address: cell.value for address, cell in cells_of(tmp_path, rows).items()}
    assert list(values.items()) == [("A1", 1), ("B1", 2), ("A3", 4), ("B3", 3), ("A12", 5)]


def test_odd_numbers_are_texts_and_never_a_crash(tmp_path: Path) -> None:
    numbers = ["1E+3", "INF", "NaN", "1e999", "12,5", "1_000", " 7 ", "-0.1"]
    row = "".join(f"<c><v>{number}</v></c>" for number in numbers)
    values = [cell.value for cell in cells_of(tmp_path, f"<row>{row}</row>").values()]
    assert values == [1000.0, "INF", "NaN", "1e999", "12,5", "1_000", 7.0, -0.1]


def test_types_that_are_rarely_written(tmp_path: Path) -> None:
    rows = (
        '<row><c t="b"><v>0</v></c><c t="d"><v>2026-03-31T09:30:00Z</v></c><c t="d"><v>soon</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="new"><v>x</v></c><c t="str"><v>a_x0041_</v></c></row>'
    )
    assert [(cell.value, cell.kind) for cell in cells_of(tmp_path, rows).values()] == [
        (False, "boolean"),
        (datetime.datetime(2026, 3, 31, 9, 30), "date"),
        ("soon", "text"),
        ("#N/A", "error"),
        ("x", "text"),
        ("aA", "text"),
    ]


def test_dates_by_number_format_in_both_systems(tmp_path: Path) -> None:
    rows = '<row><c s="2"><v>46112</v></c><c s="2"><v>-1</v></c><c s="3"><v>1.5</v></c><c><v>46112</v></c></row>'
    values = [cell.value for cell in cells_of(tmp_path, rows).values()]
    assert values == [datetime.datetime(2026, 3, 31), -1, 1.5, 46112]
    since_1904 = workbook('<workbookPr date1904="1"/>')
    assert cells_of(tmp_path, rows, workbook=since_1904)["A1"].value == datetime.datetime(2030, 4, 1)


def test_a_cell_without_a_style_has_the_first_one(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="9"/></cellXfs></styleSheet>'
    assert cells_of(tmp_path, "<row><c><v>0.5</v></c></row>", styles=styles)["A1"].percent


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0.0%", Shown.PERCENT),
        ('0" %"', Shown.NUMBER),
        (r"0\%", Shown.NUMBER),
        ("[<1]0%;0", Shown.PERCENT),
        ("[$-F800]dddd, mmmm dd, yyyy", Shown.DATE),
        ("[h]:mm:ss", Shown.NUMBER),
        ("h:mm", Shown.DATE),
        ('0" days"', Shown.NUMBER),
        ("[Red]#,##0.00;General", Shown.NUMBER),
    ],
)
def test_number_formats(code: str, shown: Shown) -> None:
    assert shown_by_code(code) is shown


def test_a_space_in_the_last_cell_of_the_sheet_reads_at_once(tmp_path: Path) -> None:
    row = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t> </t></is></c></row>'
    path = xlsx(tmp_path / "a.xlsx", row)
    start = time.perf_counter()
    cells = sheet_of(path).cells
    assert time.perf_counter() - start < 1
    assert list(cells.values()) == [Cell(1_048_576, 16_384, " ", "text")]
    assert next(iter(cells.values())).address == "XFD1048576"


def test_a_wrong_dimension_hides_nothing(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 101))
    sheet = worksheet(rows, before='<dimension ref="A1:B2"/>')
    path = xlsx(tmp_path / "a.xlsx", parts={"xl/worksheets/sheet1.xml": sheet})
    assert len(sheet_of(path).cells) == 100


def test_hidden_rows_and_columns_and_merged_areas(tmp_path: Path) -> None:
    sheet = worksheet(
        '<row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="C2"><v>1</v></c></row><row r="8" hidden="1"/>'
        '<row r="9" hidden="true"><c r="D9"><v>1</v></c></row><row r="10" hidden="0"><c r="F10"><v>1</v></c></row>',
        before='<cols><col min="2" max="4" hidden="1"/><col min="6" max="6"/></cols>',
        after='<mergeCells count="1"><mergeCell ref="A5:C6"/></mergeCells>',
    )
    read = sheet_of(xlsx(tmp_path / "a.xlsx", parts={"xl/worksheets/sheet1.xml": sheet}))
    assert (set(read.hidden_rows), set(read.hidden_columns)) == ({2, 9}, {3, 4})
    assert read.merged == ((5, 1, 6, 3),)


def test_named_tables(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        columns = [{"header": "Ref"}, {"header": "Last\nvalue"}, {"header": "Value", "total_function": "sum"}]
        book.add_worksheet("Data").add_table("B3:D6", {"name": "Returns", "columns": columns, "total_row": True})
    tables = sheet_of(tmp_path / "a.xlsx").tables
    assert tables == (NamedTable("Returns", "Data", 3, 2, 6, 4, ("Ref", "Last\nvalue", "Value"), 1, 1),)


@pytest.mark.parametrize("target", ["/odd/place/book.xml", "odd/place/book.xml", "odd/x/../place/book.xml"])
def test_parts_are_found_by_relationships(tmp_path: Path, target: str) -> None:
    parts = {
        "_rels/.rels": relations(("officeDocument", target)),
        "odd/place/book.xml": workbook(),
        "odd/place/_rels/book.xml.rels": relations(("worksheet", "../first%20sheet.xml")),
        "odd/first sheet.xml": worksheet("<row><c><v>1</v></c></row>"),
        "xl/workbook.xml": None,
        "xl/_rels/workbook.xml.rels": None,
    }
    assert len(sheet_of(xlsx(tmp_path / "a.xlsx", parts=parts)).cells) == 1


def test_external_targets_are_never_followed(tmp_path: Path) -> None:
    links = relations(("worksheet", "worksheets/sheet1.xml"), ("externalLink", "file:///etc/passwd"))
    outside = links.replace('passwd"', 'passwd" TargetMode="External"')
    assert len(read_book(xlsx(tmp_path / "a.xlsx", parts={"xl/_rels/workbook.xml.rels": outside})).sheets) == 1


def test_the_strict_form_and_prefixes_are_read_alike(tmp_path: Path) -> None:
    def strict(part: str) -> str:
        return part.replace(MAIN, STRICT).replace(LINKS, STRICT_LINKS)

    sheet = f'<x:worksheet xmlns:x="{STRICT}"><x:sheetData><x:row r="1"><x:c r="A1" s="1"><x:v>0.5</x:v></x:c></x:row>'
    parts = {
        "_rels/.rels": strict(relations(("officeDocument", "xl/workbook.xml"))),
        "xl/workbook.xml": strict(workbook()),
        "xl/_rels/workbook.xml.rels": strict(
            relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"))
        ),
        "xl/styles.xml": strict(STYLES),
        "xl/worksheets/sheet1.xml": f"{sheet}</x:sheetData></x:worksheet>",
    }
    assert list(sheet_of(xlsx(tmp_path / "a.xlsx", parts=parts)).cells.values()) == [
        Cell(1, 1, 0.5, "number", percent=True)
    ]


def test_pretty_printed_parts_keep_their_values(tmp_path: Path) -> None:
    rows = f'<row r="1">\n  <c r="A1" t="str">\n   <v>a b</v>\n  </c>\n</row>{" " * 400}\n<row r="2"/>'
    assert cells_of(tmp_path, rows, workbook=workbook().replace("><", ">\n<"))["A1"].value == "a b"


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c></row>",
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="nowhere"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"/><c><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        "<c><v>1</v></c>",
        "<row><c><v>&nothing;</v></c></row>",
    ],
)
def test_broken_worksheets_are_damage(tmp_path: Path, rows: str) -> None:
    assert damage(xlsx(tmp_path / "a.xlsx", rows)).code == "file-damaged"


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": None},
        {"_rels/.rels": None},
        {"xl/worksheets/sheet1.xml": None},
        {"xl/_rels/workbook.xml.rels": None},
        {"xl/styles.xml": "<styleSheet"},
        {"xl/styles.xml": '<?xml version="1.0" encoding="UTF-5"?><styleSheet/>'},
        {"xl/styles.xml": '<?xml version="1.0" encoding="gb2312"?><styleSheet/>'},
        {"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'},
        {"xl/worksheets/sheet1.xml": f'<chartsheet xmlns="{MAIN}"/>'},
        {"xl/worksheets/sheet1.xml": worksheet("", after='<mergeCells><mergeCell ref="A1:?"/></mergeCells>')},
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("table", "../t.xml")),
            "xl/t.xml": f'<table xmlns="{MAIN}"/>',
        },
    ],
)
def test_missing_or_broken_parts_are_damage(tmp_path: Path, parts: dict[str, str | None]) -> None:
    error = damage(xlsx(tmp_path / "a.xlsx", parts=parts))
    assert error.code == "file-damaged"
    assert "Open it in Excel" in error.fix


def test_limits_hold_inside_the_sheet(tmp_path: Path) -> None:
    long = f"<is><r><t>{'x' * 20}</t></r><r><t>{'y' * 20}</t></r></is>"
    row = f'<row><c t="inlineStr">{long}</c><c r="Z1"><v>1</v></c></row>'
    path = xlsx(tmp_path / "a.xlsx", row, {"xl/texts.xml": shared_texts("<t>abcdef</t>", "<t>ghijkl</t>")})
    assert "30 characters" in damage(path, Limits(text=30)).message
    assert "25 columns" in damage(path, Limits(columns=25)).message
    assert "its texts take" in damage(path, Limits(text_bytes=200)).message
    assert len(sheet_of(path).cells) == 2


def test_a_bomb_is_refused_by_its_declared_and_by_its_real_size(tmp_path: Path) -> None:
    bomb = xlsx(tmp_path / "a.xlsx", parts={"xl/media/zeros.bin": bytes(30_000_000)})
    assert bomb.stat().st_size < 40_000
    error = damage(bomb, Limits(unpacked_bytes=20_000_000))
    assert (error.code, "29 MB" in error.message) == ("file-too-large", True)
    once = worksheet(f"<row><c><v>1</v></c></row>{' ' * 3_000_000}")
    listed = '<sheet name="Data" sheetId="1" state="visible" r:id="rId1"/>'
    parts = {"xl/worksheets/sheet1.xml": once, "xl/workbook.xml": workbook().replace(listed, listed * 10)}
    again = xlsx(tmp_path / "b.xlsx", parts=parts)
    assert damage(again, Limits(unpacked_bytes=20_000_000, text=10_000_000)).code == "file-too-large"
