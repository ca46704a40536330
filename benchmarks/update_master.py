"""One table updated in a large workbook: ours against openpyxl, and against a raw copy plus the parts touched.

    python -m benchmarks.update_master

Makes a workbook of 50 sheets and about 20 MB, then adds rows to one table in it three ways, each in a process of its
own, turn by turn, so that a slow moment of the machine falls on all. Printed: medians of seconds and peak memory, and
the ratios (against the copy: the median of the turns' ratios, each of two runs that stood side by side).
"""

import argparse
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

SHEETS, ROWS, COLUMNS = 50, 2_600, 20
OLD, NEW = 500, 40
WAYS = ("ours", "copy", "openpyxl")


def main() -> None:
    """Makes the workbook, measures and prints; the child processes of this module do the single measurements."""
    options = _options()
    if options.way:
        _measure(options.way, options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.xlsx"
        make_workbook(path, options.sheets)
        print(f"{path.stat().st_size / 1e6:.1f} MB, {options.sheets} sheets of {ROWS} rows and {COLUMNS} columns")
        found = _turns(path, options.times)
    seconds = {way: statistics.median(s for s, _ in runs) for way, runs in found.items()}
    memory = {way: statistics.median(m for _, m in runs) for way, runs in found.items()}
    for way in WAYS:
        spread = [s for s, _ in found[way]]
        print(f"{way}: {seconds[way]:.2f} s ({min(spread):.2f} to {max(spread):.2f}), {memory[way]:.0f} MB")
    print(f"openpyxl / ours: {seconds['openpyxl'] / seconds['ours']:.1f} times the seconds")
    ratios = [ours / copy for (ours, _), (copy, _) in zip(found["ours"], found["copy"], strict=True)]
    print(f"ours / raw copy and parts touched: {statistics.median(ratios):.2f} times the seconds")
    print(f"ours / openpyxl: {memory['ours'] / memory['openpyxl']:.2f} of the memory")


def _turns(path: Path, times: int) -> dict[str, list[tuple[float, float]]]:
    """Seconds and memory of each way's runs; openpyxl, which takes a minute, runs once, the others side by side."""
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for turn in range(times):
        for way in ("ours", "copy") if turn % 2 else ("copy", "ours"):
            found[way].append(_run(way, path))
    found["openpyxl"].append(_run("openpyxl", path))
    return found


def make_workbook(path: Path, sheets: int) -> None:
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


def _run(way: str, path: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.update_master", "--way", way, "--file", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, memory = ran.stdout.split()
    return float(seconds), float(memory)


def _measure(way: str, path: Path) -> None:
    """One way, once: prints its seconds and the peak memory of the process in MB."""
    work = {"ours": _ours, "copy": _copy, "openpyxl": _openpyxl}[way](path)
    start = time.perf_counter()
    work()
    print(time.perf_counter() - start, _peak())


def _peak() -> float:
    """The peak memory of this process in MB; on Linux without what it had before it began this program."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def _ours(path: Path) -> Callable[[], object]:
    from xl_outcomes.workbook.patch import KEEP, Row, TableWrite, patch

    kept = (Row((KEEP, KEEP, KEEP), n + 1) for n in range(1, OLD + 1))
    rows = (*kept, *(Row((f"A-{n}", "2025/26 Q2", n / 7)) for n in range(1, NEW + 1)))
    write = TableWrite("Observations", ("Indicator", "Period", "Value"), rows)
    return lambda: path.with_suffix(".ours").write_bytes(patch(path.read_bytes(), [write]))


def _copy(path: Path) -> Callable[[], object]:
    from lxml import etree

    def work() -> None:
        path.with_suffix(".copy").write_bytes(path.read_bytes())
        with zipfile.ZipFile(path) as package:
            last = max((n for n in package.namelist() if n.startswith("xl/worksheets/sheet")), key=_number)
            zlib.compress(etree.tostring(etree.parse(io.BytesIO(package.read(last)))))

    return work


def _number(name: str) -> int:
    return int("".join(c for c in name if c.isdigit()))


def _openpyxl(path: Path) -> Callable[[], object]:
    import openpyxl

    def work() -> None:
        book = openpyxl.load_workbook(path)
        sheet = book["Observations"]
        for n in range(1, NEW + 1):
            sheet.append((f"A-{n}", "2025/26 Q2", n / 7))
        sheet.tables["Observations"].ref = f"A1:C{1 + OLD + NEW}"
        book.save(path.with_suffix(".openpyxl.xlsx"))

    return work


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=11)
    parser.add_argument("--sheets", type=int, default=SHEETS)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--file", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
