"""Frames go into tables in place, and everything else stays."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.add_sheet import Block, NewSheet
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.patch import KEEP, Row, TableWrite, Value, patch

HEADINGS = ("Ref", "Value", "When", "Ok", "Note")
ROWS = (
    ("A-1", 1, dt.datetime(2025, 4, 1), True, "mine 1"),
    ("A-2", 2.5, dt.datetime(2025, 7, 1), False, "mine 2"),
    ("A-3", None, None, None, "mine 3"),
)
OURS = ("Ref", "Value", "When", "Ok")
Build = Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]


def workbook(more: Build | None = None, *, totals: bool = False, date_1904: bool = False) -> bytes:
    """A master with a table "Data" at B3:F6 of its second sheet, "Doubled" calculated, beside other content."""
    stream = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy", "date_1904": date_1904}
    with xlsxwriter.Workbook(stream, options) as book:
        cover = book.add_worksheet("Cover")
        cover.write_rich_string("A1", book.add_format({"bold": True}), "Rich", " text")
        sheet = book.add_worksheet("Data sheet")
        sheet.write("A1", "Title kept")
        sheet.write("J4", "beside")
        columns = [{"header": heading} for heading in HEADINGS] + [
            {"header": "Doubled", "formula": "=Data[[#This Row],[Value]]*2"}
        ]
        if totals:
            columns[1]["total_function"] = "sum"
        sheet.add_table(2, 1, 6 if totals else 5, 6, {"name": "Data", "columns": columns, "total_row": totals})
        for number, row in enumerate(ROWS, 3):
            sheet.write_row(number, 1, row)
        if more:
            more(book, sheet)
    return stream.getvalue()


def write(*rows: Row, headings: tuple[str, ...] = OURS, renamed: Mapping[str, str] | None = None) -> TableWrite:
    return TableWrite("data", headings, rows, renamed or {})


def same() -> tuple[Row, ...]:
    return tuple(Row(row[:4], number) for number, row in enumerate(ROWS, 4))


def entries(data: bytes) -> dict[str, bytes]:
    """Every part's raw bytes, header and all."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        starts = sorted([info.header_offset for info in archive.infolist()] + [archive.start_dir])
        for info in archive.infolist():
            found[info.filename] = data[info.header_offset : starts[starts.index(info.header_offset) + 1]]
    return found


def changed(before: bytes, after: bytes) -> set[str]:
    old, new = entries(before), entries(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def table(data: bytes, name: str = "Data") -> list[tuple[object, ...]]:
    for sheet in opened(data):
        if name in sheet.tables:
            return [tuple(cell.value for cell in row) for row in sheet[sheet.tables[name].ref]]
    raise AssertionError(name)


def ref(data: bytes, name: str = "Data") -> str:
    return next(sheet.tables[name].ref for sheet in opened(data) if name in sheet.tables)


SHEET, TABLE = "xl/worksheets/sheet2.xml", "xl/tables/table1.xml"


def part(data: bytes, name: str) -> etree._Element:
    return Package(data).tree(name)


def test_the_same_frame_gives_the_same_bytes() -> None:
    source = workbook()
    assert patch(source, [write(*same())]) is source


def test_one_changed_value_touches_one_cell() -> None:
    source = workbook()
    rows = (Row(("A-1", 7, ROWS[0][2], True), 4), *same()[1:])
    result = patch(source, [write(*rows)])
    assert changed(source, result) == {SHEET}
    old, new = part(source, SHEET), part(result, SHEET)
    cells = [(etree.tostring(a), b) for a, b in zip(old.iter("{*}c"), new.iter("{*}c"), strict=True)]
    assert [b.get("r") for a, b in cells if a != etree.tostring(b)] == ["C4"]
    assert table(result)[1][:4] == ("A-1", 7, ROWS[0][2], True)


def test_more_rows_take_styles_formulas_and_dates_with_them() -> None:
    new = Row(("=1+1", 0.1, dt.date(2026, 1, 2), False), None)
    result = patch(workbook(), [write(*same(), new, new)])
    assert ref(result) == "B3:G8"
    assert table(result)[4] == ("=1+1", 0.1, dt.datetime(2026, 1, 2), False, None, "=Data[[#This Row],[Value]]*2")
    sheet = opened(result)["Data sheet"]
    assert sheet["B7"].data_type == "s"
    assert sheet["D7"].number_format == sheet["D4"].number_format
    assert sheet.tables["Data"].autoFilter.ref == "B3:G8"
    assert sheet["J4"].value == "beside"
    assert sheet.dimensions == "A1:J8"


def test_fewer_rows_clear_what_they_leave() -> None:
    result = patch(workbook(), [write(same()[2])])
    sheet = opened(result)["Data sheet"]
    assert ref(result) == "B3:G4"
    assert table(result)[1] == ("A-3", None, None, None, "mine 3", "=Data[[#This Row],[Value]]*2")
    assert [cell.value for row in sheet["B5:G6"] for cell in row] == [None] * 12
    assert not sheet["D5"].has_style


def test_no_rows_leave_one_blank_row() -> None:
    result = patch(workbook(), [write()])
    assert ref(result) == "B3:G4"
    assert table(result)[1][:5] == (None,) * 5
    assert opened(result)["Data sheet"]["D4"].number_format == "dd/mm/yyyy"
    assert patch(result, [write()]) is result


def test_officers_cells_travel_with_their_rows() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("F4", "=C4+$J$4")

    one, two, three = same()
    result = patch(workbook(more), [write(three, Row(("N", 9, None, None)), one, two)])
    assert [row[4] for row in table(result)[1:]] == ["mine 3", None, "=C6+$J$4", "mine 2"]
    assert [row[0] for row in table(result)[1:]] == ["A-3", "N", "A-1", "A-2"]


def test_shared_formulas_are_spelt_out_before_they_move() -> None:
    source = with_part(workbook(), SHEET, share)
    one, two, three = same()
    assert patch(source, [write(one, two, three)]) is source
    result = patch(source, [write(three, two, one)])
    assert [row[4] for row in table(result)[1:]] == ["=C4*2", "=C5*2", "=C6*2"]


def share(root: etree._Element) -> None:
    for number, cell in enumerate(c for c in root.iter("{*}c") if c.get("r") in {"F4", "F5", "F6"}):
        cell[:] = []
        cell.attrib.pop("t", "")
        formula = etree.SubElement(cell, etree.QName(root.nsmap[None], "f"), t="shared", si="0")
        if number == 0:
            formula.text = "C4*2"
            formula.set("ref", "F4:F6")


def with_part(source: bytes, name: str, change: Callable[[etree._Element], None]) -> bytes:
    package = Package(source)
    change(package.tree(name))
    package.touch(name)
    return package.build()


def test_a_new_heading_becomes_a_column() -> None:
    result = patch(
        workbook(),
        [write(*(Row((*row.values, n), row.origin) for n, row in enumerate(same())), headings=(*OURS, "N < 1"))],
    )
    assert ref(result) == "B3:H6"
    assert [row[6] for row in table(result)] == ["N < 1", 0, 1, 2]
    assert [column.name for column in opened(result)["Data sheet"].tables["Data"].tableColumns][-1] == "N < 1"


def test_a_new_heading_stops_at_what_is_beside() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("H5", "my note")

    with pytest.raises(WorkbookError, match="row 5 holds 'my note' in H5"):
        patch(workbook(more), [write(*same(), headings=(*OURS[:3], "New"))])


def below_text(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write("C8", "Signed off")


def below_formula(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_formula("C8", "=SUM(C4:C6)")


def below_table(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.add_table("F8:I9", {"name": "Other"})


def below_merged(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.merge_range("A8:B9", "")


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (below_text, "row 8 holds 'Signed off' in C8"),
        (below_formula, r"row 8 holds 'SUM\(C4:C6\)' in C8"),
        (below_table, 'row 8 holds the table "Other"'),
        (below_merged, r"row 8 holds merged cells \(A8:B9\)"),
    ],
)
def test_content_below_is_never_overwritten(more: Build, what: str) -> None:
    source = workbook(more)
    with pytest.raises(WorkbookError, match=what):
        patch(source, [write(*same(), *same()[:2])])
    assert ref(patch(source, [write(*same(), same()[0])])) == "B3:G7"


def test_content_below_but_beside_the_columns_is_no_obstacle() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A8", "left")
        sheet.write("H8", "right")

    result = patch(workbook(more), [write(*same(), *same())])
    assert [opened(result)["Data sheet"][name].value for name in ("A8", "B8", "H8")] == ["left", "A-2", "right"]


def test_the_totals_row_moves_with_the_end() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("F7", "=COUNTA(F4:F6)&$J$4")

    source = workbook(more, totals=True)
    longer = patch(source, [write(*same(), *same()[:2])])
    assert ref(longer) == "B3:G9"
    assert table(longer)[-1][1:5] == ("=SUBTOTAL(109,[Value])", None, None, "=COUNTA(F4:F8)&$J$4")
    shorter = patch(longer, [write(same()[0])])
    assert ref(shorter) == "B3:G5"
    assert table(shorter)[-1][4] == "=COUNTA(F4:F4)&$J$4"
    assert opened(shorter)["Data sheet"].tables["Data"].autoFilter.ref == "B3:G4"
    assert opened(shorter)["Data sheet"].max_row == 5 or opened(shorter)["Data sheet"]["C9"].value is None


def test_rules_grow_and_shrink_with_the_table() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.data_validation("E4:E6", {"validate": "list", "source": ["Yes", "No"]})
        sheet.data_validation("C4:C5", {"validate": "decimal", "criteria": ">", "value": 0})
        sheet.conditional_format("C4:C6", {"type": "cell", "criteria": ">", "value": 1, "multi_range": "C4:C6 J4:J6"})
        sheet.conditional_format("D4:D6", {"type": "data_bar", "data_bar_2010": True})

    result = patch(workbook(more), [write(*same(), *same())])
    text = etree.tostring(part(result, SHEET)).decode()
    for expected in ('sqref="E4:E9"', 'sqref="C4:C5"', 'sqref="C4:C9 J4:J6"', 'sqref="D4:D9"', "sqref>D4:D9<"):
        assert expected in text


def test_a_formula_of_ours_becomes_a_value_and_the_chain_goes() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("C4", "=1+1", None, 2)

    source = with_chain(workbook(more))
    kept = patch(source, [write(*same(), headings=("Ref",))])
    assert kept is source
    result = patch(source, [write(*same())])
    assert changed(source, result) == {"xl/calcChain.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", SHEET}
    assert table(result)[1][1] == 1
    assert b"calcChain" not in Package(result).read("[Content_Types].xml")


def test_recalculation_is_asked_for_where_there_are_formulas() -> None:
    def forget(root: etree._Element) -> None:
        root.remove(root.find("{*}calcPr"))

    source = with_part(workbook(), "xl/workbook.xml", forget)
    result = patch(source, [write(same()[0])])
    assert part(result, "xl/workbook.xml").find("{*}calcPr").get("fullCalcOnLoad") == "1"
    plain = with_part(random_workbook(("text",), [["a"]], 0, 0, True), "xl/workbook.xml", forget)
    result = patch(plain, [TableWrite("Random", ("text 0",), (Row(("b",)),))])
    assert part(result, "xl/workbook.xml").find("{*}calcPr") is None


def our_formula(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """A formula among our figures, in the second row."""
    sheet.write_formula("C5", "=C4*3", None, 3)


def test_a_kept_formula_stays_while_values_change_beside_it() -> None:
    one, _, three = same()
    result = patch(workbook(our_formula), [write(one, Row(("new", KEEP, KEEP, True), 5), three)])
    assert table(result)[2][:4] == ("new", "=C4*3", ROWS[1][2], True)
    stored = [
        next(c for c in part(data, SHEET).iter("{*}c") if c.get("r") == "C5")
        for data in (workbook(our_formula), result)
    ]
    assert etree.tostring(stored[0]) == etree.tostring(stored[1])


def test_a_kept_formula_moves_with_its_row() -> None:
    one, _, three = same()
    result = patch(workbook(our_formula), [write(three, one, Row(("new", KEEP, None, KEEP), 5))])
    assert [row[1] for row in table(result)[1:]] == [None, 1, "=C5*3"]
    assert table(result)[3][:5] == ("new", "=C5*3", None, False, "mine 2")


def test_keeping_everything_gives_the_same_bytes() -> None:
    source = workbook(our_formula)
    assert patch(source, [write(*(Row((KEEP,) * 4, number) for number in (4, 5, 6)))]) is source


@pytest.mark.parametrize(("value", "calculated"), [(KEEP, True), (5, False)])
def test_a_column_is_calculated_as_long_as_a_formula_is_kept(value: Value, calculated: bool) -> None:
    rows = (Row((9,), 4), Row((8,), 5), Row((value,), 6))
    result = patch(workbook(), [write(*rows, headings=("Doubled",))])
    column = next(c for c in part(result, TABLE).iter("{*}tableColumn") if c.get("name") == "Doubled")
    assert (column.find("{*}calculatedColumnFormula") is not None) is calculated
    last = "=Data[[#This Row],[Value]]*2" if calculated else 5
    assert [row[5] for row in table(result)[1:]] == [9, 8, last]


def heights(data: bytes) -> dict[str, str | None]:
    return {row.get("r"): row.get("ht") for row in part(data, SHEET).iter("{*}row")}


def test_a_row_gets_the_height_that_is_asked_for() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.set_row(4, 60)

    chosen = workbook(more)
    assert part(chosen, SHEET).findall("{*}sheetData/{*}row")[3].get("customHeight") == "1"
    fitted = with_part(chosen, SHEET, lambda root: [row.attrib.pop("customHeight", "") for row in root.iter("{*}row")])
    rows = [Row(row.values, row.origin, height) for row, height in zip(same(), (30.14, 15, None), strict=True)]
    new = Row(("A-4", 4, None, None), None, 45)
    found = heights(patch(fitted, [write(*rows, new)]))
    assert [found[number] for number in "4567"] == ["30.14", "15", None, "45"]
    assert heights(patch(chosen, [write(*rows)]))["5"] == "60"


def test_a_row_that_keeps_its_height_keeps_its_xml() -> None:
    source = workbook()
    rows = [Row(row.values, row.origin, 15) for row in same()]
    assert patch(source, [write(*rows)]) is source
    taller = [Row(row.values, row.origin, height) for row, height in zip(same(), (15, 32.5, 15), strict=True)]
    result = patch(source, [write(*taller)])
    assert patch(result, [write(*taller)]) is result
    old, new = (part(data, SHEET).findall("{*}sheetData/{*}row") for data in (source, result))
    differing = [b.get("r") for a, b in zip(old, new, strict=True) if etree.tostring(a) != etree.tostring(b)]
    assert differing == ["5"]
    assert "customHeight" not in new[3].attrib


def with_chain(source: bytes) -> bytes:
    package = Package(source)
    package.put("xl/calcChain.xml", b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>')
    package.declare("xl/calcChain.xml", "calcChain")
    package.relate("xl/workbook.xml", "calcChain", "xl/calcChain.xml")
    return package.build()


def test_a_heading_is_renamed_everywhere() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        book.get_worksheet_by_name("Cover").write_formula("A3", '=SUM(Data[Value])&"[Value]"')
        book.define_name("Total", "=SUM(Data[[#All],[Value]])")

    headings = ("Ref", "Amount #1", "When", "Ok")
    result = patch(workbook(more), [write(*same(), headings=headings, renamed={"Value": "Amount #1"})])
    assert table(result)[0][1] == "Amount #1"
    assert opened(result)["Cover"]["A3"].value == '=SUM(Data[Amount \'#1])&"[Value]"'
    assert table(result)[1][5] == "=Data[[#This Row],[Amount '#1]]*2"
    assert opened(result).defined_names["Total"].value == "SUM(Data[[#All],[Amount '#1]])"
    assert patch(result, [write(*same(), headings=headings, renamed={"Value": "Amount #1"})]) is result


def test_headings_of_several_tables_are_renamed_whatever_the_case_of_the_reference() -> None:
    def more(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        columns = [{"header": "Old"}, {"header": "Sum", "formula": "=SUM(data[Value])"}]
        sheet.add_table("L3:M5", {"name": "Other", "columns": columns})
        book.get_worksheet_by_name("Cover").write_formula("A3", "=SUM(OTHER[Old])+SUM(Data[Old])")

    other = TableWrite("Other", ("New",), (Row((1,), 4), Row((2,), 5), Row((3,))), {"Old": "New"})
    first = write(*same(), headings=("Ref", "Amount", "When", "Ok"), renamed={"Value": "Amount"})
    for writes in ([first, other], [other, first]):
        result = patch(workbook(more), writes)
        assert opened(result)["Cover"]["A3"].value == "=SUM(OTHER[New])+SUM(Data[Old])"
        assert table(result, "Other")[1:] == [(n, "=SUM(data[Amount])") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" spaced ", " spaced "),
        ("a\nb", "a\nb"),
        ("a\x07b\r", "a_x0007_b_x000D_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("\ud800", "_xD800_"),
    ],
)
def test_text_is_stored_as_text(text: str, stored: str) -> None:
    result = patch(workbook(), [write(Row((text, 1, None, None), 4))])
    cell = next(c for c in part(result, SHEET).iter("{*}c") if c.get("r") == "B4")
    assert (cell.get("t"), "".join(cell.itertext())) == ("inlineStr", stored)
    assert cell.find("{*}f") is None
    assert patch(result, [write(Row((text, 1, None, None), 4))]) is result


@pytest.mark.parametrize("value", [float("inf"), "x" * 32_768])
def test_what_no_cell_holds_is_refused(value: Value) -> None:
    with pytest.raises(WorkbookError, match="A cell"):
        patch(workbook(), [write(Row(("A", value, None, None), 4))])


def test_1904_dates_and_cells_without_a_date_format() -> None:
    rows = [Row(("A", dt.date(2026, 3, 31), dt.datetime(2026, 3, 31, 6), None), 4)]
    result = patch(workbook(date_1904=True), [write(*rows)])
    assert table(result)[1][1:3] == (dt.datetime(2026, 3, 31), dt.datetime(2026, 3, 31, 6))
    sheet = opened(result)["Data sheet"]
    assert (sheet["C4"].number_format, sheet["D4"].number_format) == ("yyyy-mm-dd", "dd/mm/yyyy")


def test_days_before_march_1900_and_before_excel() -> None:
    days = (dt.date(1900, 1, 1), dt.date(1900, 2, 28), dt.date(1900, 3, 1), dt.date(1815, 6, 18))
    result = patch(workbook(), [write(*(Row(("A", day, None, None)) for day in days))])
    stored = ["".join(c.itertext()) for c in part(result, SHEET).iter("{*}c") if c.get("r") in {"C4", "C5", "C6", "C7"}]
    assert stored == ["1", "59", "61", "1815-06-18"]


def test_odd_prefixes_and_part_names() -> None:
    source = prefixed(workbook())
    assert patch(source, [write(*same())]) is source
    result = patch(source, [write(*same(), same()[0])], [NewSheet("More", (Block("MoreData", ("A",), ((1,),)),))])
    assert b"<x:worksheet " in Package(result).read("data/odd 2.xml")
    assert b'<x:row r="7"' in Package(result).read("data/odd 2.xml")
    assert part(result, TABLE).get("ref") == "B3:G7"


def prefixed(source: bytes) -> bytes:
    """The workbook with its sheet under another name, an absolute target, and a prefix for the main namespace."""
    package = Package(source)
    text = package.read(SHEET).decode()
    names = sorted({item.tag.split("}")[1] for item in package.tree(SHEET).iter()}, key=len, reverse=True)
    for name in names:
        for before, after in (
            (f"<{name} ", f"<x:{name} "),
            (f"<{name}>", f"<x:{name}>"),
            (f"<{name}/>", f"<x:{name}/>"),
        ):
            text = text.replace(before, after)
        text = text.replace(f"</{name}>", f"</x:{name}>")
    package.put("data/odd 2.xml", text.replace("xmlns=", "xmlns:x=").encode())
    package.put(
        "data/_rels/odd 2.xml.rels",
        package.read("xl/worksheets/_rels/sheet2.xml.rels").replace(b"../tables", b"/xl/tables"),
    )
    for link in package.tree("xl/_rels/workbook.xml.rels"):
        if link.get("Target") == "worksheets/sheet2.xml":
            link.set("Target", "/data/odd%202.xml")
    package.touch("xl/_rels/workbook.xml.rels")
    return package.build()


def test_a_missing_table_is_named() -> None:
    with pytest.raises(WorkbookError, match='no table named "Nothing"'):
        patch(workbook(), [TableWrite("Nothing", ("A",), ())])


CELLS: dict[str, st.SearchStrategy[Value]] = {
    "text": st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff"), max_size=12),
    "number": st.one_of(st.integers(-(2**50), 2**50), st.floats(allow_nan=False, allow_infinity=False, width=32)),
    "bool": st.booleans(),
    "date": st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2199, 12, 31)).map(lambda d: d.replace(microsecond=0)),
}


@st.composite
def frames(draw: st.DrawFn) -> tuple[tuple[str, ...], list[list[Value]], list[list[Value]]]:
    """Column kinds, and two lots of rows."""
    kinds = tuple(draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4)))
    rows = st.lists(st.tuples(*(st.one_of(st.none(), CELLS[kind]) for kind in kinds)), min_size=1, max_size=6)
    return kinds, draw(rows), draw(rows)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(frames(), st.integers(0, 3), st.integers(0, 3), st.booleans())
def test_random_frames_in_random_workbooks(
    frame: tuple[tuple[str, ...], list[list[Value]], list[list[Value]]], top: int, left: int, in_memory: bool
) -> None:
    kinds, old, new = frame
    source = random_workbook(kinds, old, top, left, in_memory)
    headings = tuple(f"{kind} {at}" for at, kind in enumerate(kinds))
    result = patch(source, [TableWrite("Random", headings, tuple(Row(tuple(row)) for row in new))])
    ours = {"xl/worksheets/sheet1.xml", TABLE, "xl/workbook.xml", "xl/styles.xml", "xl/charts/chart1.xml"}
    assert changed(source, result) <= ours
    assert table(result, "Random")[1:] == [tuple(None if value == "" else value for value in row) for row in new]
    assert patch(result, [TableWrite("Random", headings, tuple(Row(tuple(row)) for row in new))]) is result


def random_workbook(kinds: tuple[str, ...], rows: list[list[Value]], top: int, left: int, in_memory: bool) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": in_memory, "default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options | {"strings_to_urls": False}) as book:
        sheet, other = book.add_worksheet(), book.add_worksheet()
        columns = [{"header": f"{kind} {at}"} for at, kind in enumerate(kinds)]
        sheet.add_table(top, left, top + len(rows), left + len(kinds) - 1, {"name": "Random", "columns": columns})
        for number, row in enumerate(rows, top + 1):
            sheet.write_row(number, left, row)
        other.write_comment("B2", "kept")
        other.insert_chart("D2", _chart(book))
    return stream.getvalue()


def _chart(book: xlsxwriter.Workbook) -> xlsxwriter.chart.Chart:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Sheet1!$A$1:$A$5"})
    return chart
