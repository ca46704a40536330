"""What charts remember is what the cells hold once a table has been written; other charts keep their bytes."""

import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import Convert, Validate
from tests.test_patch import changed
from xl_outcomes.workbook.grid import Area
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.patch import Row, TableWrite, Value, patch

HEADINGS = ("Ref", "Title", "Green", "Red")
ROWS: tuple[tuple[Value, ...], ...] = (("A", "Homes", 3, 0), ("B", "Roads", 1.5, None), ("C", "Parks", 0, 2))
NAME = "Officer's sheet"
PLACE = "'Officer''s sheet'"
BARS, THEIRS, ROW = (f"xl/charts/chart{n}.xml" for n in (1, 2, 3))


def workbook(rows: tuple[tuple[Value, ...], ...] = ROWS) -> bytes:
    """A table at B3 with a bar chart of its columns, a chart of its top left cell and row, and one of other cells."""
    out, end = io.BytesIO(), 3 + max(1, len(rows))
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, other = book.add_worksheet(NAME), book.add_worksheet("Other")
        columns = [{"header": heading} for heading in HEADINGS]
        sheet.add_table(2, 1, end - 1, 4, {"name": "Data", "columns": columns})
        for number, row in enumerate(rows, 3):
            sheet.write_row(number, 1, row)
        other.write_column("A1", [1, 2, 3])
        bars = book.add_chart({"type": "bar", "subtype": "stacked"})
        for column in "DE":
            cells = {"values": f"={PLACE}!${column}$4:${column}${end}", "name": f"={PLACE}!${column}$3"}
            bars.add_series({**cells, "categories": f"={PLACE}!$C$4:$C${end}"})
        row = book.add_chart({"type": "line"})
        names = {
            "categories": f"={PLACE}!$B$4:$C${end}",
            "categories_data": [[str(r[n]) for r in rows] for n in (0, 1)],
        }
        row.add_series({"values": f"={PLACE}!$D$4:$E$4", **names})
        row.set_title({"name": f"={PLACE}!$C$4"})
        theirs = book.add_chart({"type": "column"})
        theirs.add_series({"values": "=Other!$A$1:$A$3", "categories": f"={PLACE}!$Z$4:$Z$6"})
        for at, chart in enumerate((bars, row, theirs)):
            (other if at == 1 else sheet).insert_chart(1, 8 + 8 * at, chart)
    return out.getvalue()


def write(rows: tuple[tuple[Value, ...], ...]) -> TableWrite:
    return TableWrite("Data", HEADINGS, tuple(map(Row, rows)))


def remembered(data: bytes, part: str) -> dict[str, tuple[int, dict[int, str]]]:
    """The formulas of a chart, with how many points they have and what those are."""
    root = Package(data).tree(part)
    found = {}
    for formula in root.iter("{*}f"):
        cache = next(formula.itersiblings())
        points = {int(pt.get("idx", "")): pt.findtext("{*}v") or "" for pt in cache.iter("{*}pt")}
        counts = [int(item.get("val", "")) for item in cache.iter("{*}ptCount")]
        found[formula.text or ""] = counts[0], points
    return found


def told(data: bytes, formula: str, *, as_text: bool) -> tuple[int, dict[int, str]]:
    """The same of the cells that a formula names."""
    sheet = openpyxl.load_workbook(io.BytesIO(data))[NAME]
    area = Area.of(formula.rpartition("!")[2])
    cells = [cell.value for row in sheet.iter_rows(area.top, area.bottom, area.left, area.right) for cell in row]
    words = {n: str(value) if as_text or not isinstance(value, str) else "0" for n, value in enumerate(cells)}
    return len(cells), {n: word for n, word in words.items() if cells[n] is not None}


def test_nothing_to_write_leaves_every_chart_as_it_is() -> None:
    source = workbook()
    assert patch(source, [write(ROWS)]) is source


def test_charts_follow_the_table_and_others_keep_their_bytes() -> None:
    source = workbook()
    rows = (*ROWS[:2], ("C", "Parks & woods", 7, 1), ("D", None, 0.1, 4))
    result = patch(source, [write(rows)])
    bars = remembered(result, BARS)
    assert bars == {
        f"{PLACE}!$D$3": (1, {0: "Green"}),
        f"{PLACE}!$E$3": (1, {0: "Red"}),
        f"{PLACE}!$C$4:$C$7": (4, {0: "Homes", 1: "Roads", 2: "Parks & woods"}),
        f"{PLACE}!$D$4:$D$7": (4, {0: "3", 1: "1.5", 2: "7", 3: "0.1"}),
        f"{PLACE}!$E$4:$E$7": (4, {0: "0", 2: "1", 3: "4"}),
    }
    row = Package(result).tree(ROW)
    assert [(f.text or "").rpartition("!")[2] for f in row.iter("{*}f")] == ["$C$4", "$B$4:$C$7", "$D$4:$E$4"]
    levels = [[pt.findtext("{*}v") for pt in level] for level in row.iter("{*}lvl")]
    assert levels == [["Homes", "Roads", "Parks & woods"], ["A", "B", "C", "D"]]
    assert THEIRS not in changed(source, result)
    assert patch(result, [write(rows)]) is result
    assert remembered(patch(result, [write(ROWS)]), BARS) == remembered(source, BARS)


def test_a_chart_of_no_rows_gets_its_names_and_its_range() -> None:
    result = patch(workbook(()), [write(ROWS)])
    root = Package(result).tree(BARS)
    assert {etree.QName(item[0]).localname for item in root.iter("{*}cat")} == {"strRef"}
    assert remembered(result, BARS) == remembered(workbook(), BARS)


def test_formulas_that_are_no_plain_ranges_are_left_alone() -> None:
    package = Package(workbook())
    odd = (
        f"({PLACE}!$C$4,{PLACE}!$C$6)",
        f"{PLACE}!$C:$C",
        "Names",
        "[1]Data!$C$4:$C$6",
        "#REF!",
        f"{PLACE}!R1C1:R2",
        "",
    )
    for formula, text in zip(package.tree(BARS).iter("{*}f"), odd, strict=False):
        formula.text = text
    package.touch(BARS)
    source = package.build()
    assert BARS not in changed(source, patch(source, [write((*ROWS, ("D", "New", 1, 1)))]))


NUMBERS = st.none() | st.integers(-(2**50), 2**50) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.none() | st.text(st.characters(categories=["L", "N", "P"], exclude_characters="_"), min_size=1, max_size=9)
TABLES = st.lists(st.tuples(TEXTS, TEXTS, NUMBERS, NUMBERS | TEXTS), min_size=1, max_size=7).map(tuple)


@settings(max_examples=15, deadline=None)
@given(TABLES, TABLES)
def test_what_is_remembered_is_what_the_cells_hold(
    old: tuple[tuple[Value, ...], ...], new: tuple[tuple[Value, ...], ...]
) -> None:
    source = workbook(old)
    result = patch(source, [write(new)])
    for formula, (count, points) in remembered(result, BARS).items():
        expected = told(result, formula, as_text="$D$4" not in formula and "$E$4" not in formula)
        assert (count, points.keys()) == (expected[0], expected[1].keys())
        assert all(points[n] == word or float(points[n]) == float(word) for n, word in expected[1].items())
        assert formula.endswith(f"${3 + len(new)}") or count == 1
    assert {THEIRS, "xl/drawings/drawing1.xml", "xl/worksheets/sheet2.xml"}.isdisjoint(changed(source, result))
    assert patch(result, [write(new)]) is result


@pytest.mark.parametrize("rows", [(*ROWS, ("D", "New", 1, 1)), ROWS[:1]])
def test_what_is_written_is_sound(
    rows: tuple[tuple[Value, ...], ...], tmp_path: Path, validator: Validate, libreoffice: Convert
) -> None:
    file = tmp_path / "charts.xlsx"
    file.write_bytes(patch(workbook(), [write(rows)]))
    assert validator(file) == []
    assert libreoffice(file, "pdf").stat().st_size
