"""An officer's own workbook, full of what she made, becomes a master: nothing of hers is lost."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from examples.lossless_folder import work_on
from tests.conftest import Validate
from xl_outcomes.workbook.file import read_master

LABEL = (
    '<?xml version="1.0" encoding="utf-8" standalone="yes"?><clbl:labelList '
    'xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"><clbl:label '
    'id="{11111111-2222-3333-4444-555555555555}" enabled="1" method="Privileged" '
    'siteId="{66666666-7777-8888-9999-000000000000}" contentBits="0" removed="0"/></clbl:labelList>'
)
LABEL_RELATION = "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"


def picture() -> io.BytesIO:
    """A red square as a PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\x00" + b"\xb3\x26\x1e" * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b""))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def her_workbook(path: Path) -> Path:
    """Charts, a picture, a note, a text box, a checkbox, sparklines, rules, names, formulas, and a label."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("My figures")
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "£#,##0.00"})
    for row in range(1, 30):
        sheet.write_row(row, 0, [f"Ward {row}", row * 3.5], bold if row % 2 else None)
        sheet.write_formula(row, 2, f"=B{row + 1}*2", money, row * 7)
    sheet.write_rich_string("E1", "Made by ", bold, "the officer", " herself")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "='My figures'!$A$2:$A$30", "values": "='My figures'!$B$2:$B$30"})
    sheet.insert_chart("G2", chart)
    sheet.insert_image("G20", "square.png", {"image_data": picture(), "description": "A square"})
    sheet.write_comment("A2", "Ask about this one")
    sheet.insert_textbox("K2", "Mind the wards")
    sheet.insert_checkbox("E3", True)
    sheet.add_sparkline("F2", {"range": "B2:B30", "markers": True})
    sheet.conditional_format("B2:B30", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("C2:C30", {"type": "icon_set", "icon_style": "3_traffic_lights"})
    sheet.data_validation("D2:D30", {"validate": "list", "source": ["Yes", "No"]})
    sheet.add_table("N2:O5", {"name": "Hers", "columns": [{"header": "What"}, {"header": "How many"}]})
    book.define_name("Wards", "='My figures'!$A$2:$A$30")
    book.add_chartsheet("My chart").set_chart(_line(book))
    book.set_custom_property("Owner", "Performance")
    book.close()
    return _with_label(path)


def _line(book: xlsxwriter.Workbook) -> object:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='My figures'!$C$2:$C$30"})
    return chart


def _with_label(path: Path) -> Path:
    """The workbook with a sensitivity label, as Microsoft 365 writes it."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    relation = (
        f'<Relationship Id="rIdLabel" Type="{LABEL_RELATION}" Target="docMetadata/LabelInfo.xml"/></Relationships>'
    )
    kind = "application/vnd.ms-office.classificationlabels+xml"
    override = f'<Override PartName="/docMetadata/LabelInfo.xml" ContentType="{kind}"/></Types>'
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", relation.encode())
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in {**parts, "docMetadata/LabelInfo.xml": LABEL.encode()}.items():
            target.writestr(name, data)
    return path


@pytest.fixture
def hers(tmp_path: Path) -> Path:
    return her_workbook(tmp_path / "hers.xlsx")


def test_every_part_of_hers_is_there_byte_for_byte(hers: Path, tmp_path: Path) -> None:
    outcome = work_on(hers, tmp_path / "out")
    assert outcome.problems == ()
    assert {name.rpartition("/")[2] for name in outcome.changed} == {
        "[Content_Types].xml",
        "workbook.xml",
        "workbook.xml.rels",
        "styles.xml",
    }
    assert outcome.parts - outcome.identical == 4
    with zipfile.ZipFile(tmp_path / "out" / "hers" / "hers.xlsx") as after:
        assert after.read("docMetadata/LabelInfo.xml") == LABEL.encode()


def test_the_validator_finds_nothing_new(hers: Path, tmp_path: Path, validator: Validate) -> None:
    before = validator(hers)
    work_on(hers, tmp_path / "out")
    assert validator(tmp_path / "out" / "hers" / "hers.xlsx") == before


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning:openpyxl")
def test_her_formulas_are_calculated_anew_and_her_tables_are_hers(hers: Path, tmp_path: Path) -> None:
    work_on(hers, tmp_path / "out")
    path = tmp_path / "out" / "hers" / "hers.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.calculation.fullCalcOnLoad
    assert book["My figures"]["C5"].value == "=B5*2"
    assert "hers" in read_master(path).named
    assert book.defined_names["Wards"].value == "'My figures'!$A$2:$A$30"


@pytest.mark.parametrize("style", ["0%", "yyyy-mm-dd", "@"])
def test_numbers_stay_numbers_whatever_her_workbooks_own_style_is(style: str, tmp_path: Path) -> None:
    path = tmp_path / "styled.xlsx"
    book = openpyxl.Workbook()
    book._cell_styles[0].numFmtId = {"0%": 9, "yyyy-mm-dd": 14, "@": 49}[style]
    book.save(path)
    assert work_on(path, tmp_path / "out").problems == ()
