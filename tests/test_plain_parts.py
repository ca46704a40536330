"""The fast reader of plain parts gives what the careful one gives, or nothing at all."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_outcomes import resources
from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import Limits
from xl_outcomes.workbook.number_formats import Shown
from xl_outcomes.workbook.plain_parts import plain_sheet, plain_texts
from xl_outcomes.workbook.safe_package import SafePackage
from xl_outcomes.workbook.xlsx_reader import read_texts_carefully
from xl_outcomes.workbook.xlsx_sheet import read_sheet_carefully
from xl_outcomes.workbook.xlsx_values import SheetContent, Surroundings

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
AROUND = Surroundings({str(n): f"text {n}" for n in range(9)}, {"1": Shown.PERCENT, "2": Shown.DATE}, False)
PLAIN_ROWS = (
    '<row r="1" spans="1:15" ht="23.25" customHeight="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1" s="1"/></row>',
    '<row r="2" x14ac:dyDescent="0.25"><c r="A2" s="1"><v>0.45</v></c><c r="B2" s="2"><v>45000</v></c></row>',
    '<row r="3" hidden="1"><c r="A3" t="b"><v>1</v></c><c r="B3" t="e"><v>#DIV/0!</v></c></row>',
    '<row r="4"><c r="A4" t="str"><f>B1&amp;"x"</f><v>a &lt; b</v></c><c r="C4"><f>A1+1</f></c></row>',
    '<row r="5"><c r="A5" t="inlineStr"><is><t xml:space="preserve"> x_x000D_ </t></is></c>'
    '<c r="AB5"><v>1e3</v></c></row>',
    '<row r="6" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" '
    'collapsed="false"/>',
    '<row r="7"><c r="A7"><f t="shared" ref="A7:A9" si="0">B7*2</f><v>4</v></c><c r="B7"><v></v></c></row>',
    '<row r="8"><c r="A8"><f t="shared" si="0"/><v>6</v></c><c r="B8" t="s"><f>A1</f><v>3</v></c></row>',
)
TRICKY_ROWS = (
    '<row r="9"><c r="A9"><v>1</v></c><c r="A9"><v>2</v></c></row>',
    '<row r="9"><c r="B9"><v>1</v></c><c r="A9"><v>2</v></c></row>',
    '<row r="9"><c r="A8"><v>1</v></c></row>',
    '<row r="2"><c r="C2"><v>1</v></c></row>',
    "<row><c><v>1</v></c></row>",
    '<row r="9"><c r="A9"><v>1</v><v>2</v></c></row>',
    '<row r="9"><c r="A9"><!-- --><v>1</v></c></row>',
    '<row r="9"><c r="A9"><v><![CDATA[1]]></v></c></row>',
    '<row r="9"><c r="A9"><v>&#49;</v></c></row>',
    '<row r="9"><c r="A9"><v>&nbsp;</v></c></row>',
    '<row r="9"><c r="A9" t="str"><v>]]></v></c></row>',
    '<row r="9"><c r="A9" t="s"><v>77</v></c></row>',
    '<row r="9"><c r="A9" t="s"><v> 1 </v></c></row>',
    '<row r="9"><c r="A9" t="d"><v>2026-03-31</v></c></row>',
    '<row r="9"><c r="A9"><v>1_0</v></c><c r="B9"><v>nan</v></c><c r="C9"><v>x</v></c></row>',
    '<row r="9"><c r="A9" t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>',
    '<row r="9"><c r="A9" t="n"><is><t>a</t></is></c><c r="B9" t="inlineStr"><v>1</v></c></row>',
    '<row r="9" hidden="1" hidden="0"><c r="A9"><v>1</v></c></row>',
    '<row r="9"><c r="XFE9"><v>1</v></c></row>',
    '<row r="9"><c r="a9"><v>1</v></c></row>',
    '<row r="09"><c r="A09"><v>1</v></c></row>',
    '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
    '<row r="9"><c r="A9"><v>1</v></c></row><row r="9"><c r="B9"><v>1</v></c></row>',
    '<c r="A9"><v>1</v></c>',
    '<row r="9"><c r="A9" t="str"><v>a\r\nb\x85</v></c></row>',
    '<row r="9"><c r="A9" t="str"><v>\x0b</v></c></row>',
    '<row r="9"><c r="A9" xml:space="preserve" t="str"><v> a </v></c></row>',
    '\n  <row r="9">\n <c r="A9"><v>1</v></c>\n</row>',
)
WRAPPINGS = (
    "<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
    '<worksheet {main} xmlns:x14ac="urn:a"><cols><col min="2" max="3" hidden="1"/></cols><sheetData>{rows}</sheetData>'
    '<mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>',
)
TRICKY_WRAPPINGS = (
    "<worksheet {main}><!-- <sheetData>{rows}</sheetData> --><sheetData/></worksheet>",
    "<worksheet {main}><sheetData></sheetData><sheetData>{rows}</sheetData></worksheet>",
    "<worksheet {main}><sheetData>{rows}</sheetData><sheetData><row r='1'/></sheetData></worksheet>",
    "<worksheet {main}><sheetData xmlns='urn:other'>{rows}</sheetData></worksheet>",
    "<worksheet xmlns='urn:other'><sheetData>{rows}</sheetData></worksheet>",
    "<x:worksheet xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>{rows}</sheetData>"
    "</x:worksheet>",
    "<worksheet {main}><sheetData>{rows}</sheetData><v>1</v></worksheet>",
    "<worksheet {main}><ext><sheetData>{rows}</sheetData></ext></worksheet>",
    "<worksheet {main}><sheetData>{rows}</worksheet>",
    "<worksheet {main}><sheetData>{rows}</sheetData><mergeCells><mergeCell ref='??'/></mergeCells></worksheet>",
    "<other {main}><sheetData>{rows}</sheetData></other>",
)


def package_of(content: bytes) -> SafePackage:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("part.xml", content)
    return SafePackage(file, Budget.begin("a.xlsx", Limits()))


def outcome(read: Callable[[SafePackage], object], content: bytes) -> object:
    """What a reader gives of a part, with what it counted; the code of its refusal; or None."""
    package = package_of(content)
    try:
        found = read(package)
    except FileError as error:
        return error.code
    if isinstance(found, SheetContent):
        found = (found.rows, found.hidden_rows, found.hidden_columns.among(found.rows), found.merged)
    return None if found is None else (found, package.budget.used())


def both(content: bytes) -> tuple[object, object]:
    fast = outcome(lambda p: plain_sheet(p, "part.xml", AROUND), content)
    return fast, outcome(lambda p: read_sheet_carefully(p, "part.xml", AROUND), content)


def sheet(*rows: str, wrapping: str = WRAPPINGS[1], declared: str = DECLARED) -> bytes:
    return (declared + wrapping.format(main=MAIN, rows="".join(rows))).encode()


def test_plain_rows_are_read_fast_and_alike() -> None:
    fast, careful = both(sheet(*PLAIN_ROWS))
    assert fast == careful != None  # noqa: E711
    assert isinstance(fast, tuple)
    rows = fast[0][0]
    assert rows[2][1] == (0.45, "number", False, True)
    assert rows[4] == {1: ("a < b", "text", True, False), 3: ("=A1+1", "uncalculated", True, False)}
    assert rows[5] == {1: " x\r ", 28: 1000.0}


@pytest.mark.parametrize("tricky", TRICKY_ROWS)
def test_what_is_not_plain_is_left_to_the_careful_reader_or_read_alike(tricky: str) -> None:
    fast, careful = both(sheet(*PLAIN_ROWS, tricky))
    assert fast in (None, careful)


@pytest.mark.parametrize("wrapping", TRICKY_WRAPPINGS)
def test_rows_in_odd_places_are_left_to_the_careful_reader_or_read_alike(wrapping: str) -> None:
    fast, careful = both(sheet(PLAIN_ROWS[0], wrapping=wrapping))
    assert fast in (None, careful)


@given(
    st.lists(st.sampled_from(PLAIN_ROWS + TRICKY_ROWS), max_size=5),
    st.sampled_from(WRAPPINGS + TRICKY_WRAPPINGS),
    st.sampled_from([DECLARED, "", "\ufeff", '<?xml version="1.0" encoding="ISO-8859-1"?>', '<?xml version="1.1"?>']),
    st.integers(0, 2**32),
    st.integers(0, 3),
)
def test_whatever_is_done_to_a_sheet_both_agree(
    rows: list[str], wrapping: str, declared: str, seed: int, times: int
) -> None:
    content = bytearray(sheet(*rows, wrapping=wrapping, declared=declared))
    chance = random.Random(seed)
    for _ in range(times):
        _spoil(content, chance)
    fast, careful = both(bytes(content))
    assert fast in (None, careful)


def _spoil(content: bytearray, chance: random.Random) -> None:
    """Changes, cuts out, doubles or moves a piece of a few bytes."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((1, 1, 2, 5, 20, 60)))
    piece = bytes(content[start:end])
    how = chance.randrange(4)
    if how == 0:
        content[start:end] = bytes(chance.choice(b"<>/&;\"'= rcv019AB\n\x00\xc3\xff") for _ in piece)
    elif how == 1:
        del content[start:end]
    else:
        place = start if how == 2 else chance.randrange(len(content))
        content[place:place] = piece


TEXTS = (
    "<si><t>plain &amp; simple</t></si>",
    '<si><t xml:space="preserve"> padded_x000A_ </t></si>',
    "<si><t/></si>",
    "<si><t></t></si>",
    '<si><r><rPr><b/><sz val="11"/></rPr><t>rich</t></r><r><t xml:space="preserve"> text</t></r></si>',
)
TRICKY_TEXTS = (
    "<si/>",
    "<si><t>a</t><rPh><t>b</t></rPh></si>",
    "<si><t>a</t><t>b</t></si>",
    "<si><si><t>a</t></si></si>",
    "<t>a</t>",
    "<si><t>a<b/></t></si>",
    "<si><t>&bad;</t></si>",
    "\n<si>\n<t>a</t></si>",
)


@given(st.lists(st.sampled_from(TEXTS + TRICKY_TEXTS), max_size=6), st.integers(0, 2**32), st.integers(0, 2))
def test_shared_texts_are_read_alike_or_left(items: list[str], seed: int, times: int) -> None:
    content = bytearray(f'{DECLARED}<sst {MAIN} count="3">{"".join(items)}</sst>'.encode())
    chance = random.Random(seed)
    for _ in range(times):
        _spoil(content, chance)
    fast = outcome(lambda p: plain_texts(p, "part.xml"), bytes(content))
    assert fast in (None, outcome(lambda p: read_texts_carefully(p, "part.xml"), bytes(content)))
    if not times and set(items) <= set(TEXTS):
        assert fast is not None


def test_our_own_workbooks_are_plain() -> None:
    starter = Path(resources.starter("mid-suffolk-2022"))
    with starter.open("rb") as file:
        package = SafePackage(file, Budget.begin(starter.name, Limits()))
        texts = plain_texts(package, "xl/sharedStrings.xml")
        assert texts == read_texts_carefully(package, "xl/sharedStrings.xml")
        around = Surroundings(texts or {}, {}, False)
        for name in package.names:
            if name.startswith("xl/worksheets/sheet"):
                fast, careful = plain_sheet(package, name, around), read_sheet_carefully(package, name, around)
                assert fast is not None
                assert (fast.rows, fast.hidden_rows, fast.merged) == (careful.rows, careful.hidden_rows, careful.merged)


def test_a_part_that_is_left_costs_nothing_of_the_budget() -> None:
    package = package_of(sheet(*PLAIN_ROWS, TRICKY_ROWS[0]))
    assert plain_sheet(package, "part.xml", AROUND) is None
    assert package.budget.used() == (0, 0, 0, 0, 0)
