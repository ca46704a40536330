"""Every workbook that we make can be used without sight of colours, with a keyboard, and with a screen reader.

The rules are those that publishers of official statistics hold spreadsheets to; docs/accessibility.md lists them.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import range_boundaries

from tests.returns_world import IN_TIME, PERIOD, World, council
from xl_outcomes import resources, steps
from xl_outcomes.files import read_one
from xl_outcomes.quarter import prepare
from xl_outcomes.reporting.findings import findings
from xl_outcomes.returns.relations import Context
from xl_outcomes.returns.sendback import corrected_form
from xl_outcomes.tables import get
from xl_outcomes.workbook.create import create_sheets
from xl_outcomes.workbook.forms import create_form

# openpyxl says that it does not know sparklines and data bars, which these tests do not look at.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

KINDS = ("master", "form", "corrected form", "check of returns")
HIDDEN = {"Lists", "xl-outcomes stamp"}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    world = World(council(), tmp_path_factory.mktemp("files"))
    bad = read_one(world.send({"P1": {"Value": "many"}, "C1": {"Value": 5000.0}}))
    (checked,) = steps.validate(world.tables, [bad], PERIOD, IN_TIME)
    history = prepare(world.tables, PERIOD, IN_TIME.today).history
    context = Context(history, PERIOD, IN_TIME.today, get(world.tables, "Returns"))
    corrected = corrected_form(checked, context)
    assert corrected is not None
    return {
        "master": resources.starter("mid-suffolk-2022").read_bytes(),
        "form": create_form(world.form(), created=IN_TIME.at),
        "corrected form": create_form(corrected, created=IN_TIME.at),
        "check of returns": create_sheets([findings([checked])], title="Check of returns", created=IN_TIME.at),
    }


@pytest.fixture(params=KINDS)
def data(request: pytest.FixtureRequest, files: dict[str, bytes]) -> bytes:
    return files[request.param]


@pytest.fixture
def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def parts(data: bytes, beginning: str) -> Iterator[tuple[str, etree._Element]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.startswith(beginning) and name.endswith(".xml"):
                yield name, etree.fromstring(package.read(name))


def shown(book: Any) -> list[Any]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def test_title_and_language_are_said(book: Any) -> None:
    assert book.properties.title
    assert book.properties.language == "en-GB"


def test_every_sheet_begins_with_its_title_in_the_first_cell(book: Any) -> None:
    assert [s.title for s in shown(book) if not str(s["A1"].value or "").strip()] == []


def test_only_technical_sheets_are_hidden(book: Any) -> None:
    assert {s.title for s in book.worksheets if s.sheet_state != "visible"} <= HIDDEN
    assert book.active.title == shown(book)[0].title


def test_data_stand_in_named_tables_with_a_heading_for_every_column(book: Any) -> None:
    for sheet in shown(book):
        for table in sheet.tables.values():
            assert not table.displayName.startswith("Table")
            headings = [column.name for column in table.tableColumns]
            assert len(set(headings)) == len(headings)
            assert all(h.strip() and not h.startswith("Column") for h in headings), (sheet.title, headings)


def test_no_cell_of_a_table_is_merged(book: Any) -> None:
    for sheet in shown(book):
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            merged = [m for m in sheet.merged_cells.ranges if m.min_row <= bottom and m.max_row >= top]
            assert [str(m) for m in merged if m.min_col <= right and m.max_col >= left] == [], sheet.title


def test_headings_stay_in_sight_and_are_printed_on_every_page(book: Any) -> None:
    for sheet in shown(book):
        if sheet.tables:
            assert sheet.freeze_panes, f"{sheet.title} does not freeze its headings"
            assert sheet.print_title_rows, f"{sheet.title} does not repeat its headings"


def test_every_picture_and_chart_says_in_words_what_it_shows(data: bytes) -> None:
    for name, root in parts(data, "xl/drawings/drawing"):
        for properties in root.iter("{*}cNvPr"):
            assert len(properties.get("descr", "")) > 20, f"{name}: {properties.get('name')} has no alt text"


def test_text_can_be_told_from_its_ground(data: bytes) -> None:
    ((_, styles),) = parts(data, "xl/styles")
    for dxf in styles.iter(f"{MAIN}dxf"):
        font, fill = _colour(dxf, "font"), _colour(dxf, "fill")
        if font and fill:
            assert contrast(font, fill) >= 4.5, (font, fill)
    fonts = [_colour_of(f.find(f"{MAIN}color")) for f in styles.find(f"{MAIN}fonts")]
    fills = [_colour_of(f.find(f".//{MAIN}fgColor")) for f in styles.find(f"{MAIN}fills")]
    for style in styles.find(f"{MAIN}cellXfs"):
        font = fonts[int(style.get("fontId", "0"))] or "000000"
        fill = fills[int(style.get("fillId", "0"))] or "FFFFFF"
        assert contrast(font, fill) >= 4.5, (font, fill)


def test_links_say_where_they_lead(book: Any) -> None:
    for sheet in shown(book):
        for row in sheet.iter_rows():
            for cell in row:
                text = "" if cell.value is None else str(cell.value).strip()
                if cell.hyperlink:
                    assert text, f"{sheet.title} {cell.coordinate}: a link without words"
                    assert not text.startswith(("http", "internal:", "#"))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as the Web Content Accessibility Guidelines define it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts_of = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts_of]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _colour(dxf: etree._Element, kind: str) -> str | None:
    tag = "color" if kind == "font" else "bgColor"
    return _colour_of(dxf.find(f"{MAIN}{kind}//{MAIN}{tag}"))


def _colour_of(element: etree._Element | None) -> str | None:
    rgb = None if element is None else element.get("rgb")
    return rgb[-6:] if rgb else None


def test_the_rules_tell_good_from_bad() -> None:
    assert Path(__file__).is_file()
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("FFC000", "FFFFFF") < 4.5
