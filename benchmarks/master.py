"""One table updated in a large workbook: ours against a raw copy plus the parts touched, and against openpyxl.

    python -m benchmarks master

Makes workbooks of up to 50 sheets and about 20 MB, then changes one table in each three ways, each in a process of its
own. Python's start and the imports are not in the seconds.
"""

import argparse
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.measure import Runs, Section, Size, Target, at_most, in_turn, ratio, tell

ROWS, COLUMNS = 2_600, 20
OLD, NEW = 500, 40
FLOOR, OURS, OPENPYXL = "raw copy, and the part touched", "xl-outcomes", "openpyxl load and save"
WAYS = {"copy": FLOOR, "ours": OURS, "openpyxl": OPENPYXL}
MORE = 3  # turns of what takes a moment, for each of what takes a minute
AT_MOST = 2.0


def measure(folder: Path, times: int, size: Size) -> Section:
    """The ways on workbooks of growing size; on the largest they are compared."""
    paths = {sheets: make_workbook(folder / f"{sheets}.xlsx", sheets) for sheets in size.sheets}
    found = {sheets: _turns(path, times) for sheets, path in paths.items()}
    largest = paths[size.sheets[-1]]
    runs = found[size.sheets[-1]]
    mb = largest.stat().st_size / 1e6
    return Section(
        "Updating a master",
        f"A workbook of {size.sheets[-1]} sheets of {ROWS:,} rows and {COLUMNS} columns, {mb:.1f} MB: {NEW} rows are "
        f"added to a table of {OLD} on a sheet of its own. The floor copies the file's bytes, and reads, writes and "
        "compresses that one sheet. openpyxl does the same work, but drops what it does not know from the file; it "
        "takes so long that it runs once.",
        tuple(runs.values()),
        FLOOR,
        _targets(runs),
        {way: [(sheets * ROWS, of[way].median) for sheets, of in found.items()] for way in runs},
        "rows in the workbook",
    )


def make_workbook(path: Path, sheets: int) -> Path:
    """A workbook of many sheets of numbers and texts; the last also holds the table Observations."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    for number in range(sheets):
        sheet = book.add_worksheet(f"Data {number + 1}")
        for row in range(ROWS):
            figures = ((row * 7919 + column * 104729) % 99991 / 7 for column in range(1, COLUMNS))
            sheet.write_row(row, 0, [f"row {row}", *figures])
    sheet = book.add_worksheet("Observations")
    columns = [{"header": h} for h in ("Indicator", "Period", "Value")]
    sheet.add_table(0, 0, OLD, 2, {"name": "Observations", "columns": columns})
    for row in range(1, OLD + 1):
        sheet.write_row(row, 0, [f"A-{row}", "2025/26 Q1", row / 3])
    book.close()
    return path


def _targets(runs: Mapping[str, Runs]) -> tuple[Target, ...]:
    wanted = f"Update a master in at most {AT_MOST:g} times a raw copy of the file plus the part rewritten"
    return (at_most(wanted, ratio(runs[OURS], runs[FLOOR]).median, AT_MOST, "times"),)


def _turns(path: Path, times: int) -> dict[str, Runs]:
    commands = {told: ["-m", "benchmarks.master", way, str(path)] for way, told in WAYS.items()}
    return in_turn(commands, MORE * times, {OPENPYXL: 1})


def ours(path: Path) -> Callable[[], object]:
    """Ours, ready to run."""
    from xl_outcomes.workbook.patch import KEEP, Row, TableWrite, patch

    kept = (Row((KEEP, KEEP, KEEP), n + 1) for n in range(1, OLD + 1))
    rows = (*kept, *(Row((f"A-{n}", "2025/26 Q2", n / 7)) for n in range(1, NEW + 1)))
    write = TableWrite("Observations", ("Indicator", "Period", "Value"), rows)
    new = _fresh(path, ".ours")
    return lambda: new.write_bytes(patch(path.read_bytes(), [write]))


def copy(path: Path) -> Callable[[], object]:
    """The floor: the file's bytes copied, and the sheet that is touched read, written and compressed."""
    from lxml import etree

    new = _fresh(path, ".copy")

    def work() -> None:
        new.write_bytes(path.read_bytes())
        with zipfile.ZipFile(path) as package:
            last = max((n for n in package.namelist() if n.startswith("xl/worksheets/sheet")), key=_number)
            zlib.compress(etree.tostring(etree.parse(io.BytesIO(package.read(last)))))

    return work


def openpyxl(path: Path) -> Callable[[], object]:
    """What people use instead."""
    from openpyxl import load_workbook

    def work() -> None:
        book = load_workbook(path)
        sheet = book["Observations"]
        for n in range(1, NEW + 1):
            sheet.append((f"A-{n}", "2025/26 Q2", n / 7))
        sheet.tables["Observations"].ref = f"A1:C{1 + OLD + NEW}"
        book.save(path.with_suffix(".openpyxl.xlsx"))

    return work


def _fresh(path: Path, ending: str) -> Path:
    """A file that is not there yet, as a master is saved: emptying an old one would take longer than the work."""
    new = path.with_suffix(ending)
    new.unlink(missing_ok=True)
    return new


def _number(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    tell({"ours": ours, "copy": copy, "openpyxl": openpyxl}[given.way](given.file))
