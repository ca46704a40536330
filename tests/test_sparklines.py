"""Where every row of a table has a sparkline, every row has one after it is written."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Convert, Validate
from tests.test_patch import changed
from xl_outcomes.errors import WorkbookError
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.patch import Row, TableWrite, patch

HEADINGS = ("Ref", "Q1", "Q2", "Trend")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: int = 3, *, all_rows: bool = True, grouped: bool = False) -> bytes:
    """A table at B3 with a sparkline in each row, or in its first only, and one elsewhere."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        sheet.add_table(2, 1, 2 + rows, 4, {"name": "Data", "columns": [{"header": h} for h in HEADINGS]})
        for number in range(3, 3 + rows):
            sheet.write_row(number, 1, (f"A-{number - 2}", number, 2 * number))
        lines = range(4, 4 + (rows if all_rows else 1))
        if grouped:
            sheet.add_sparkline(
                "E4", {"location": [f"E{n}" for n in lines], "range": [f"Data!C{n}:D{n}" for n in lines]}
            )
        for number in () if grouped else lines:
            sheet.add_sparkline(f"E{number}", {"range": f"Data!C{number}:D{number}", "high_point": True})
        sheet.add_sparkline("J2", {"range": "Data!$C$4:$D$4"})
    return out.getvalue()


def write(*origins: int | None) -> TableWrite:
    rows = (Row((f"A-{n}" if n is None else f"A-{n - 3}", 1, 2), n) for n in origins)
    return TableWrite("Data", HEADINGS[:3], tuple(rows))


def lines(data: bytes) -> list[tuple[str, str]]:
    """Every sparkline: where it stands and what it shows."""
    found = Package(data).tree(SHEET).iter("{*}sparkline")
    pairs = ((line.findtext("{*}sqref") or "", line.findtext("{*}f") or "") for line in found)
    return sorted(pairs, key=lambda pair: (pair[0][:1], int(pair[0][1:])))


def own(*rows: int) -> list[tuple[str, str]]:
    return [*((f"E{n}", f"Data!C{n}:D{n}") for n in rows), ("J2", "Data!C4:D4")]


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("origins", [(4, 5, 6, None), (None, 6, None, 4), (5,), (None, None, None), (None,), ()])
def test_every_row_has_a_sparkline_of_its_own_cells(origins: tuple[int | None, ...], grouped: bool) -> None:
    task = write(*origins)
    result = patch(workbook(grouped=grouped), [task])
    assert lines(result) == own(*range(4, 4 + max(1, len(origins))))
    assert all(len(item) for item in Package(result).tree(SHEET).iter("{*}sparklineGroup", "{*}sparklines"))
    assert patch(result, [replace(task, rows=tuple(replace(row, origin=None) for row in task.rows))]) is result


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 5), st.data())
def test_any_order_of_rows(rows: int, data: st.DataObject) -> None:
    old = data.draw(st.lists(st.sampled_from(range(4, 4 + rows)), unique=True, max_size=5))
    origins = data.draw(st.permutations([*old, *[None] * data.draw(st.integers(0, 4))]))
    result = patch(workbook(rows), [write(*origins)])
    assert lines(result) == own(*range(4, 4 + max(1, len(origins))))


def test_a_sparkline_on_one_row_only_is_an_officers() -> None:
    source = workbook(all_rows=False)
    assert lines(patch(source, [write(5, 4, None)])) == own(5)
    with pytest.raises(WorkbookError, match="a sparkline in E4"):
        patch(source, [write(5, 6)])


def test_what_is_written_is_sound(tmp_path: Path, validator: Validate, libreoffice: Convert) -> None:
    file = tmp_path / "lines.xlsx"
    source = workbook(grouped=True)
    file.write_bytes(patch(source, [write(6, None, 4, None, None)]))
    assert changed(source, file.read_bytes()) == {SHEET, "xl/tables/table1.xml"}
    assert validator(file) == []
    assert libreoffice(file, "pdf").stat().st_size
