"""What refers to a table's rows, or stands on them, stays with them; everything else on the sheet stays as it is."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from lxml import etree

from tests.conftest import Convert, Validate
from tests.test_package import rezipped
from tests.test_patch import (
    HEADINGS,
    ROWS,
    SHEET,
    TABLE,
    Build,
    changed,
    opened,
    part,
    prefixed,
    ref,
    same,
    table,
    with_part,
    workbook,
    write,
)
from xl_outcomes.errors import FileError, WorkbookError
from xl_outcomes.workbook.grid import Area
from xl_outcomes.workbook.package import MAIN, STRICT, Package
from xl_outcomes.workbook.patch import Row, patch

Sheet = xlsxwriter.worksheet.Worksheet
EXCEL = "{http://schemas.microsoft.com/office/excel/2006/main}"
NEW = Row(("A-9", 9, None, None))
ONE, TWO, THREE = same()

# openpyxl, which reads the results here, warns about extensions that it would not write back.
pytestmark = pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")


def names(data: bytes) -> dict[str, str]:
    found = part(data, "xl/workbook.xml").iter("{*}definedName")
    return {f"{name.get('name')}{name.get('localSheetId', '')}": name.text or "" for name in found}


NAMES = {
    # as it is, with five rows, with one row
    "all": ("'Data sheet'!$B$4:$G$6", "'Data sheet'!$B$4:$G$8", "'Data sheet'!$B$4:$G$4"),
    "column": ("'Data sheet'!$C$4:$C$6", "'Data sheet'!$C$4:$C$8", "'Data sheet'!$C$4:$C$4"),
    "columns": ("'DATA sheet'!C4:D6", "'DATA sheet'!C4:D8", "'DATA sheet'!C4:D4"),
    "headed": ("'Data sheet'!$B$3:$G$6", "'Data sheet'!$B$3:$G$8", "'Data sheet'!$B$3:$G$4"),
    "two": (
        "'Data sheet'!$C$4:$C$6,'Data sheet'!$E$4:$E$6",
        "'Data sheet'!$C$4:$C$8,'Data sheet'!$E$4:$E$8",
        "'Data sheet'!$C$4:$C$4,'Data sheet'!$E$4:$E$4",
    ),
}
OTHER_NAMES = {
    "part": "'Data sheet'!$C$4:$C$5",
    "wider": "'Data sheet'!$A$4:$C$6",
    "higher": "'Data sheet'!$B$1:$G$6",
    "deeper": "'Data sheet'!$B$4:$G$7",
    "elsewhere": "Cover!$B$4:$G$6",
    "abroad": "'[1]Data sheet'!$B$4:$G$6",
    "single": "'Data sheet'!$C$6",
    "whole": "'Data sheet'!$C:$C",
    "lost": "'Data sheet'!#REF!:$C$6",
    "sum": "SUM('Data sheet'!$C$4:$C$6)",
    "text": "\"'Data sheet'!$C$4:$C$6\"",
}


def named() -> bytes:
    def more(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        for name, text in {name: texts[0] for name, texts in NAMES.items()}.items() | OTHER_NAMES.items():
            book.define_name(f"n_{name}", f"={text}")
        book.define_name("'Data sheet'!n_local", "='Data sheet'!$D$4:$D$6")
        sheet.print_area("B3:G6")
        sheet.repeat_rows(2)

    return workbook(more)


@pytest.mark.parametrize(("rows", "at", "end"), [((*same(), NEW, NEW), 1, 8), ((ONE,), 2, 4), ((), 2, 4)])
def test_names_of_the_table_grow_and_shrink_with_it(rows: tuple[Row, ...], at: int, end: int) -> None:
    source = named()
    found = names(patch(source, [write(*rows)]))
    assert {name: found[f"n_{name}"] for name in NAMES} == {name: texts[at] for name, texts in NAMES.items()}
    assert {name: found[f"n_{name}"] for name in OTHER_NAMES} == OTHER_NAMES
    assert found["n_local1"] == f"'Data sheet'!$D$4:$D${end}"
    assert found["_xlnm.Print_Area1"] == f"'Data sheet'!$B$3:$G${end}"
    assert found["_xlnm.Print_Titles1"] == names(source)["_xlnm.Print_Titles1"]


def test_names_come_back_with_the_rows_and_quotes_in_sheet_names_are_read() -> None:
    source = named()
    assert names(patch(patch(source, [write(ONE)]), [write(ONE, NEW, NEW)])) == names(source)
    quoted = rezipped(
        source, lambda name, data: data.replace(b"Data sheet", b"Data''s") if "workbook.x" in name else data
    )
    quoted = with_part(quoted, "xl/workbook.xml", lambda root: root.find("{*}sheets")[1].set("name", "Data's"))
    assert names(patch(quoted, [write(ONE)]))["n_all"] == "'Data''s'!$B$4:$G$4"


def test_a_name_of_the_table_with_its_totals_row_keeps_it() -> None:
    def more(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        book.define_name("whole", "='Data sheet'!$B$3:$G$7")
        book.define_name("data", "='Data sheet'!$B$4:$G$6")

    found = names(patch(workbook(more, totals=True), [write(*same(), NEW)]))
    assert found == {"whole": "'Data sheet'!$B$3:$G$8", "data": "'Data sheet'!$B$4:$G$7"}


def test_protected_ranges_and_ignored_errors_follow_the_table() -> None:
    def more(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
        sheet.protect("secret")
        sheet.unprotect_range("C4:C6", "Figures")
        sheet.ignore_errors({"number_stored_as_text": "B4:B6"})

    source = workbook(more)
    result = patch(source, [write(*same(), NEW)])
    root = part(result, SHEET)
    assert [root.find(f".//{{*}}{n}").get("sqref") for n in ("protectedRange", "ignoredError")] == ["C4:C7", "B4:B7"]
    protection = [etree.tostring(part(data, SHEET).find("{*}sheetProtection")) for data in (source, result)]
    assert protection[0] == protection[1]
    assert changed(source, result) == {SHEET, TABLE}


def noted(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    """A note, a link and a sparkline in each of rows 4 and 6, and a note and a link elsewhere."""
    for row in (3, 5):
        sheet.write_comment(row, 2, f"note {row + 1}")
        sheet.write_url(row, 5, f"https://example.org/{row + 1}", string=f"link {row + 1}")
        sheet.add_sparkline(row, 4, {"range": f"'Data sheet'!C{row + 1}:D{row + 1}"})
    sheet.write_comment("I4", "beside")
    sheet.write_url("A2", "internal:Cover!A1", string="up")


def test_notes_links_and_sparklines_travel_with_their_rows() -> None:
    result = patch(threaded(workbook(noted)), [write(THREE, NEW, ONE, TWO)])
    sheet = opened(result)["Data sheet"]
    comments = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert comments == {"C6": "note 4", "C4": "note 6", "I4": "beside"}
    links = {cell.coordinate: cell.hyperlink.target for row in sheet for cell in row if cell.hyperlink}
    assert links == {"F6": "https://example.org/4", "F4": "https://example.org/6", "A2": None}
    assert [sheet[name].value for name in ("F6", "F4")] == ["link 4", "link 6"]
    lines = part(result, SHEET).iter("{*}sparkline")
    assert sorted(tuple(line.itertext()) for line in lines) == [
        ("'Data sheet'!C4:D4", "E4"),
        ("'Data sheet'!C6:D6", "E6"),
    ]
    assert [note.get("ref") for note in part(result, "xl/threadedComments/threadedComment1.xml")] == ["C6"]


def test_the_boxes_of_notes_travel_with_them() -> None:
    source = workbook(noted)
    before, after = boxes(source), boxes(patch(source, [write(TWO, THREE, ONE, NEW)]))
    assert [box[:2] for box in before] == [("3", "2"), ("3", "8"), ("5", "2")]
    assert [box[:2] for box in after] == [("5", "2"), ("3", "8"), ("4", "2")]
    assert before[1] == after[1]
    moved = [[a - b for a, b in zip(new[2], old[2], strict=True)] for old, new in zip(before, after, strict=True)]
    assert moved == [[0, 0, 2, 0, 0, 0, 2, 0], [0] * 8, [0, 0, -1, 0, 0, 0, -1, 0]]


def boxes(data: bytes) -> list[tuple[str, str, list[int]]]:
    """Row, column and anchor of the notes' boxes."""
    items = part(data, "xl/drawings/vmlDrawing1.vml").iter("{*}ClientData")
    texts = [[item.findtext(f"{{*}}{name}") or "" for name in ("Row", "Column", "Anchor")] for item in items]
    return [(row, column, [int(n) for n in anchor.split(",")]) for row, column, anchor in texts]


def threaded(source: bytes) -> bytes:
    """The workbook with a threaded comment in C4 of the data sheet."""
    package, name = Package(source), "xl/threadedComments/threadedComment1.xml"
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    package.put(
        name, f'<ThreadedComments xmlns="{space}"><threadedComment ref="C4" id="{{1}}"/></ThreadedComments>'.encode()
    )
    package.relate(SHEET, "threadedComment", name)
    return package.build()


def test_what_stands_on_rows_that_stay_keeps_its_bytes() -> None:
    source = threaded(workbook(noted))
    assert changed(source, patch(source, [write(*same(), NEW)])) == {SHEET, TABLE}
    plain = [Row(row.values) for row in same()]
    assert changed(source, patch(source, [write(NEW, *plain[1:])])) == {SHEET}


def note(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    sheet.write_comment("C6", "mine")


def link(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    sheet.write_url("F6", "https://example.org", string="mine 3")


def sparkline(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    sheet.add_sparkline("E6", {"range": "Cover!A1:C1"})


@pytest.mark.parametrize(
    ("more", "what"), [(note, "a note in C6"), (link, "a link in F6"), (sparkline, "a sparkline in E6")]
)
@pytest.mark.parametrize("rows", [(ONE, TWO), (TWO, ONE, NEW), (NEW, NEW), ()])
def test_a_row_with_something_on_it_never_goes(more: Build, what: str, rows: tuple[Row, ...]) -> None:
    with pytest.raises(WorkbookError, match=f'Row 6 of the table "Data" on sheet "Data sheet" is to go, but .* {what}'):
        patch(workbook(more), [write(*rows)])


def test_a_link_over_several_rows_stays_or_stops() -> None:
    def stretch(root: etree._Element) -> None:
        root.find("{*}hyperlinks")[0].set("ref", "F4:F6")

    source = with_part(workbook(link), SHEET, stretch)
    assert ref(patch(source, [write(*same(), NEW)])) == "B3:G7"
    with pytest.raises(WorkbookError, match="a link covers F4:F6"):
        patch(source, [write(TWO, ONE, THREE)])


def test_a_note_on_no_cell_is_left_alone() -> None:
    source = with_part(workbook(note), "xl/comments1.xml", lambda root: root.find(".//{*}comment").set("ref", "#REF!"))
    assert part(patch(source, [write(ONE)]), TABLE).get("ref") == "B3:G4"


@pytest.mark.parametrize(("more", "what"), [(note, "a note"), (sparkline, "a sparkline")])
def test_a_table_does_not_grow_over_what_stands_below(more: Build, what: str) -> None:
    source = patch_below(workbook(more))
    with pytest.raises(WorkbookError, match=f"row 8 holds {what} in [CE]8"):
        patch(source, [write(*same(), NEW, NEW)])
    assert ref(patch(source, [write(*same(), NEW)])) == "B3:G7"


def patch_below(source: bytes) -> bytes:
    """The workbook with what stands in row 6 put into row 8."""
    for name in {SHEET, "xl/comments1.xml"} & set(Package(source)._entries):
        source = with_part(source, name, lower)
    return source


def lower(root: etree._Element) -> None:
    for item in root.iter("{*}comment", f"{EXCEL}sqref"):
        if item.get("ref"):
            item.set("ref", "C8")
        else:
            item.text = "E8"


def test_notes_whose_drawing_cannot_be_read_stop_a_move_only() -> None:
    source = rezipped(
        workbook(noted), lambda name, data: data.replace(b"</xml>", b"<br></xml>") if ".vml" in name else data
    )
    assert ref(patch(source, [write(*same(), NEW)])) == "B3:G7"
    with pytest.raises(WorkbookError, match=r"Notes in the table .* cannot move"):
        patch(source, [write(THREE, TWO, ONE)])


def filtered(source: bytes) -> bytes:
    """The workbook with a filter on Ref that hides row 5."""

    def choose(root: etree._Element) -> None:
        column = etree.SubElement(root.find("{*}autoFilter"), f"{{{MAIN}}}filterColumn", colId="0")
        filters = etree.SubElement(column, f"{{{MAIN}}}filters")
        for text in ("A-1", "A-3"):
            etree.SubElement(filters, f"{{{MAIN}}}filter", val=text)

    def hide(root: etree._Element) -> None:
        next(row for row in root.iter("{*}row") if row.get("r") == "5").set("hidden", "1")

    return with_part(with_part(source, TABLE, choose), SHEET, hide)


def hidden(data: bytes) -> list[str]:
    return [row.get("r") for row in part(data, SHEET).iter("{*}row") if row.get("hidden") == "1"]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((*same(), NEW, NEW), ["5"]),
        ((TWO, ONE, THREE), ["4"]),
        ((ONE, THREE, TWO, NEW), ["6"]),
        ((ONE, NEW, THREE, TWO), ["7"]),
        ((ONE, NEW, THREE), []),
        ((ONE,), []),
        ((NEW, NEW, NEW, NEW), ["5"]),
    ],
)
@pytest.mark.parametrize("totals", [False, True])
def test_hidden_rows_stay_hidden_and_new_ones_show(rows: tuple[Row, ...], found: list[str], totals: bool) -> None:
    source = filtered(workbook(totals=totals))
    result = patch(source, [write(*rows)])
    assert hidden(result) == found
    assert [row[0] for row in table(result)[1 : len(rows) + 1]] == [row.values[0] for row in rows]
    before, after = (etree.tostring(part(data, TABLE).find("{*}autoFilter")[0]) for data in (source, result))
    assert before == after
    assert part(result, TABLE).find("{*}autoFilter").get("ref") == f"B3:G{3 + len(rows)}"


def test_a_filter_with_nothing_to_write_keeps_its_bytes() -> None:
    source = filtered(workbook())
    assert patch(source, [write(*same())]) is source


def test_a_table_that_a_query_fills_is_refused() -> None:
    source = with_part(workbook(), TABLE, lambda root: root.set("tableType", "queryTable"))
    with pytest.raises(WorkbookError, match=r'A query fills the table "Data".*Unlink'):
        patch(source, [write(*same(), NEW)])


def test_a_strict_workbook_is_refused() -> None:
    strict = rezipped(workbook(), lambda _, data: data.replace(MAIN.encode(), STRICT.encode()))
    with pytest.raises(FileError, match=r"saved as Strict Open XML\. Save it in Excel as Excel Workbook"):
        patch(strict, [write(*same())])


def with_rules(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    """Old and new conditional formats, validations, a drawing, columns, a header and breaks on the data sheet."""
    sheet.conditional_format("D4:D6", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("L4:L6", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.conditional_format("L8:L9", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("L4", {"validate": "list", "source": ["Yes", "No"]})
    sheet.add_sparkline("L10", {"range": "Cover!A1:C1"})
    sheet.insert_textbox("L12", "kept")
    sheet.set_column("L:M", 20, None, {"level": 1})
    sheet.set_header("&LOurs")
    sheet.set_h_pagebreaks([20])
    sheet.freeze_panes(3, 0)


def extended(source: bytes) -> bytes:
    """The workbook with extra namespaces, some to be ignored, and attributes and elements in them on the sheet."""

    def more(name: str, data: bytes) -> bytes:
        head = b'<worksheet xmlns:q="urn:q" xmlns:zz="urn:unused" q:own="1" '
        data = data.replace(b'mc:Ignorable="x14ac"', b'mc:Ignorable="x14ac q zz"')
        data = data.replace(b"<worksheet ", head).replace(b'<row r="4" ', b'<row r="4" q:kept="1" ')
        return data.replace(b"</sheetData>", b'</sheetData><q:own q:a="1">kept<!-- and --><?this too?></q:own>')

    return rezipped(source, lambda name, data: more(name, data) if name == SHEET else data)


def rest(data: bytes, name: str) -> list[tuple[object, ...]]:
    """Every element of a part, in order, without the cells of B3:G8; references that meet those are all alike."""
    root = part(data, name)
    for cell in [cell for cell in root.iter("{*}c") if in_table(cell.get("r"))]:
        cell.getparent().remove(cell)
    for row in root.findall("{*}sheetData/{*}row"):
        row.attrib.pop("spans", "")
        if len(row) == 0 and set(row.attrib) == {"r"}:
            row.getparent().remove(row)
    for item in root.iter(f"{EXCEL}sqref"):
        item.text = "ours" if in_table(item.text) else item.text
    return [(item.tag, alike(item), item.text, item.nsmap) for item in root.iter()]


def alike(item: etree._Element) -> dict[str, str]:
    found = {str(key): str(value) for key, value in item.attrib.items()}
    return {k: "ours" if k in {"ref", "sqref"} and in_table(v) else v for k, v in found.items()}


def in_table(cells: str | None) -> bool:
    return Area.of(cells or "A1").meets(Area.of("B3:G8"))


KINDS: dict[str, Callable[[], tuple[bytes, str]]] = {
    "rules": lambda: (workbook(with_rules), SHEET),
    "1904": lambda: (workbook(with_rules, date_1904=True), SHEET),
    "prefix": lambda: (prefixed(workbook(with_rules)), "data/odd 2.xml"),
    "extra namespaces": lambda: (extended(workbook(with_rules)), SHEET),
    "notes": lambda: (workbook(noted), SHEET),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [(*same(), NEW, NEW), (NEW, NEW, NEW), (ONE, TWO, THREE, NEW)])
def test_the_rest_of_a_sheet_is_kept_element_by_element(kind: str, rows: tuple[Row, ...]) -> None:
    source, name = KINDS[kind]()
    result = patch(source, [write(*rows)])
    assert rest(source, name) == rest(result, name)
    assert rest(source, TABLE) == rest(result, TABLE)
    assert changed(source, result) <= {name, TABLE}
    assert patch(result, [write(*rows)]) is result


def plain_master() -> bytes:
    """A table without structured references, because LibreOffice writes those in its own way."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        book.add_worksheet("Cover").write("A1", "Kept")
        sheet = book.add_worksheet("Data sheet")
        sheet.add_table("B3:F6", {"name": "Data", "columns": [{"header": heading} for heading in HEADINGS]})
        for number, row in enumerate(ROWS, 3):
            sheet.write_row(number, 1, row)
        sheet.data_validation("E4:E6", {"validate": "list", "source": ["Yes", "No"]})
        sheet.conditional_format("C4:C6", {"type": "cell", "criteria": ">", "value": 1, "format": book.add_format()})
        book.define_name("Figures", "='Data sheet'!$C$4:$C$6")
        noted(book, sheet)
    return stream.getvalue()


def test_a_master_saved_by_libreoffice(libreoffice: Convert, validator: Validate, tmp_path: Path) -> None:
    made = tmp_path / "made.xlsx"
    made.write_bytes(plain_master())
    saved = libreoffice(made, "xlsx").read_bytes()
    assert patch(saved, [write(*same())]) is saved
    longer = patch(saved, [write(THREE, ONE, TWO, NEW, NEW)])
    shorter = patch(longer, [write(*(Row(row[:4], at) for row, at in ((ROWS[2], 4), (ROWS[0], 5))))])
    assert [ref(data) for data in (saved, longer, shorter)] == ["B3:F6", "B3:F8", "B3:F5"]
    assert [row[0] for row in table(longer)[1:]] == ["A-3", "A-1", "A-2", "A-9", "A-9"]
    assert table(shorter)[1:] == [("A-3", None, None, None, "link 6"), ("A-1", 1, ROWS[0][2], "=TRUE()", "link 4")]
    assert names(shorter)["Figures"].replace("'", "") == "Data sheet!$C$4:$C$5"
    sheet = opened(shorter)["Data sheet"]
    assert {c.coordinate: c.comment.text for row in sheet for c in row if c.comment} == {
        "C4": "note 6",
        "C5": "note 4",
        "I4": "beside",
    }
    assert {c.coordinate for row in sheet for c in row if c.hyperlink} == {"A2", "F4", "F5"}
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["E4:E5"]
    assert found_by(validator, tmp_path, longer) <= found_by(validator, tmp_path, saved)
    assert found_by(validator, tmp_path, shorter) <= found_by(validator, tmp_path, saved)


def found_by(validator: Validate, folder: Path, data: bytes) -> set[str]:
    file = folder / "checked.xlsx"
    file.write_bytes(data)
    return set(validator(file))
