"""An update of a master costs what it changes, not what the file holds: by counts, the same on every machine.

Where one of these fails, updates have become slower for large masters. The message names the part or row that was
read, parsed or written though nothing in it changes, or more than once; look for who asks for it.
"""

import io
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
import xlsxwriter

from xl_outcomes import resources
from xl_outcomes.tables import extend
from xl_outcomes.workbook import grid, package, zip_entries
from xl_outcomes.workbook.file import read_master, updated
from xl_outcomes.workbook.patch import KEEP, Row, TableWrite, patch

HEADINGS = ("Indicator", "Period", "Value")
TABLE = "xl/tables/table1.xml"
FOUND_BY = {"_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}


def master(sheets: int, rows: int) -> bytes:
    """A workbook of some sheets, with the table Data of so many rows on one more, the last."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for number in range(sheets):
            sheet = book.add_worksheet(f"Other {number}")
            sheet.write_row(0, 0, ("text", number))
        sheet = book.add_worksheet("Observations")
        sheet.add_table(0, 0, rows, 2, {"name": "Data", "columns": [{"header": h} for h in HEADINGS]})
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, (f"A-{row}", "2025/26 Q1", row))
    return out.getvalue()


def more(rows: int, new: int) -> TableWrite:
    """A write that keeps so many rows as they are and adds some."""
    kept = [Row((KEEP, KEEP, KEEP), number) for number in range(2, rows + 2)]
    return TableWrite("Data", HEADINGS, (*kept, *(Row((f"B-{n}", "2025/26 Q2", n)) for n in range(new))))


@dataclass(frozen=True)
class Counts:
    """How often each part is expanded, parsed and compressed, and the cells of each row are gone through."""

    expanded: Counter[str]
    parsed: Counter[str]
    compressed: Counter[str]
    rows: Counter[int]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    def counted(module: ModuleType, name: str, key: Callable[..., Any]) -> Counter[Any]:
        found: Counter[Any] = Counter()
        real = getattr(module, name)

        def call(*given: Any) -> Any:
            found[key(*given)] += 1
            return real(*given)

        monkeypatch.setattr(module, name, call)
        return found

    return Counts(
        counted(package, "expand", lambda archive, info: info.filename),
        counted(package, "parse", lambda data, name: name),
        counted(zip_entries, "_packed", lambda info, *_: info.filename),
        counted(grid, "_named_cells", lambda row, number: number),
    )


@pytest.mark.parametrize("sheets", [2, 30])
def test_only_what_leads_to_the_table_is_opened(sheets: int, counts: Counts) -> None:
    patch(master(sheets, 20), [more(20, 5)])
    sheet = f"xl/worksheets/sheet{sheets + 1}.xml"
    needed = FOUND_BY | {sheet, f"xl/worksheets/_rels/sheet{sheets + 1}.xml.rels", TABLE}
    other = (counts.expanded.keys() | counts.parsed.keys()) - needed
    assert not other, f"opened though it is not on the way to the table; read it where it is needed: {sorted(other)}"
    assert counts.compressed == Counter({sheet: 1, TABLE: 1}), "a part is compressed anew that could have been copied"


def test_each_part_is_opened_and_parsed_once_however_many_tables_are_written(counts: Counts) -> None:
    held = read_master(resources.starter(resources.frameworks()[0]))
    names = ("Outcomes", "Indicators", "Observations")
    updated(held, {name: extend(held.tables[name], [{held.tables[name].frame.columns[0]: "New"}]) for name in names})
    for what, found in (("expanded", counts.expanded), ("parsed", counts.parsed)):
        again = {name: times for name, times in found.items() if times > 1}
        assert not again, f"{what} more than once; Package.tree remembers what it has parsed: {again}"
    assert len(counts.compressed) >= 2 * len(names)  # so there was something to count


@pytest.mark.parametrize("rows", [20, 200])
def test_rows_that_stay_are_not_gone_through(rows: int, counts: Counts) -> None:
    patch(master(1, rows), [more(rows, 5)])
    # New rows are to look like the last row of data, or else like the first.
    assert sum(counts.rows.values()) <= 2, f"cells looked at in rows in which nothing changes: {sorted(counts.rows)}"


def test_the_file_is_copied_once() -> None:
    """The new bytes take as much memory as the old ones; anything more is a second copy on the way."""
    source = _with_picture(master(2, 20), 8 * 2**20)
    tracemalloc.start()
    try:
        result = patch(source, [more(20, 5)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(result) > len(source)
    assert peak < 1.2 * len(source), f"{peak / len(source):.1f} times the file in memory: see zip_entries.assemble"


def _with_picture(source: bytes, size: int) -> bytes:
    out = io.BytesIO(source)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/image1.png", bytes(size))
    return out.getvalue()
