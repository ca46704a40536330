"""Returns read and checked: the command against calamine's bare reading, and against what people use instead.

python -m benchmarks returns
"""

import argparse
import io
import shutil
from pathlib import Path

from benchmarks.measure import Runs, Section, Size, Target, at_least, at_most, figure, whole_in_turn

FLOOR = "calamine reads the files"
OURS, ONE = "xl-outcomes validate", "xl-outcomes validate --jobs 1"
SCRIPT, FRICTIONLESS = "openpyxl, pandas and pandera", "frictionless"
_SLOPE, _SLOPE_AIM, _SCRIPT, _SCRIPT_AIM, _JOBS, _MEMORY = 5, 2, 3, 8, 1.6, 1.1
_PROGRAM = "from xl_outcomes.cli import main; main()"
_FEW = 40  # returns that frictionless is given: it takes long


def measure(folder: Path, times: int, size: Size) -> Section:
    """The same collection, with fewer and with more returns; the slope between the two is the cost of one more."""
    from benchmarks.workload import ROWS

    few, many = size.returns[0], size.returns[-1]
    master, folders = _collection(folder, size.returns)
    ways = {
        (way, count): _command(way, master, folders[count]) for way in (FLOOR, OURS, ONE, SCRIPT) for count in folders
    }
    commands = {_name(*key): command for key, command in ways.items()}
    slow = {_name(SCRIPT, count): 1 for count in folders}
    found = whole_in_turn(commands, times, slow, allowed=(0, 1))
    runs = {key: found[_name(*key)] for key in ways}
    other = _frictionless(folder, folders[few], min(few, _FEW))
    shown = [Runs(way, runs[way, many].seconds, runs[way, many].memory) for way in (FLOOR, OURS, ONE, SCRIPT)]
    scaled = Runs(
        f"{FRICTIONLESS}, as for {many:,}", tuple(s * many / min(few, _FEW) for s in other.seconds), other.memory
    )
    return Section(
        "Reading and checking returns",
        f"{many:,} returns of {ROWS} rows against a master of {max(size.returns) * ROWS:,} indicators with two "
        "quarters of figures, as whole commands. The floor reads the same files and nothing else, not even the "
        "master. The script is benchmarks/straightforward.py, which says what it leaves out. frictionless reads the "
        f"table of each return and validates it against a schema alone; it ran on {min(few, _FEW)} returns, and its "
        "seconds are scaled up.",
        (*shown, scaled),
        FLOOR,
        _targets(runs, few, many),
        {way: [(count, _median(runs[way, count])) for count in folders] for way in (FLOOR, OURS, ONE, SCRIPT)},
        "returns",
    )


def _targets(runs: dict[tuple[str, int], Runs], few: int, many: int) -> tuple[Target, ...]:
    def slope(way: str) -> float:
        return (_median(runs[way, many]) - _median(runs[way, few])) / (many - few)

    def times(way: str, other: str) -> float:
        return _median(runs[way, many]) / _median(runs[other, many])

    one_more = f"One more return: at most {_SLOPE} times calamine's reading of it (aim: {_SLOPE_AIM})"
    whole = f"{many:,} returns: at least {_SCRIPT} times as fast as the script (aim: {_SCRIPT_AIM})"
    flat = f"Memory: the same for {many:,} returns as for {few:,}, within {figure((_MEMORY - 1) * 100)}%"
    shared = slope(ONE) / slope(OURS)
    return (
        at_most(one_more, slope(OURS) / slope(FLOOR), _SLOPE, "times"),
        at_most(f"{one_more}, with --jobs 1", slope(ONE) / slope(FLOOR), _SLOPE, "times"),
        at_least(whole, times(SCRIPT, OURS), _SCRIPT, "times"),
        at_least(f"Returns by all processors: at least {_JOBS} times as fast as by one", shared, _JOBS, "times"),
        at_least(f"The whole command, with what is done but once: {_JOBS} times", times(ONE, OURS), _JOBS, "times"),
        at_most(flat, runs[ONE, many].peak / runs[ONE, few].peak, _MEMORY, "times"),
    )


def _collection(folder: Path, counts: tuple[int, ...]) -> tuple[Path, dict[int, Path]]:
    from benchmarks import workload

    tables = workload.tables(max(counts))
    master = workload.write_master(tables, folder / "master.xlsx")
    every = sorted(workload.write_returns(tables, folder / "returns").iterdir())
    folders = {}
    for count in counts:
        folders[count] = folder / f"{count} returns"
        folders[count].mkdir()
        for path in every[:count]:
            shutil.copy(path, folders[count])
    return master, folders


def _command(way: str, master: Path, folder: Path) -> list[str]:
    if way == FLOOR:
        return ["-m", "benchmarks.returns", "calamine", str(folder)]
    if way == SCRIPT:
        return ["-m", "benchmarks.straightforward", str(master), str(folder)]
    from benchmarks.workload import PERIOD, SENT

    jobs = ["--jobs", "1"] if way == ONE else []
    options = ["--period", str(PERIOD), "--today", SENT.date().isoformat(), "--json", *jobs]
    return ["-c", _PROGRAM, "validate", str(master), str(folder), *options]


def _name(way: str, count: int) -> str:
    return f"{way}, {count}"


def _median(runs: Runs) -> float:
    return runs.median


def _frictionless(folder: Path, returns: Path, count: int) -> Runs:
    few = folder / "for frictionless"
    few.mkdir()
    for path in sorted(returns.iterdir())[:count]:
        shutil.copy(path, few)
    command = ["-m", "benchmarks.returns", "frictionless", str(few)]
    return whole_in_turn({FRICTIONLESS: command}, 1)[FRICTIONLESS]


def calamine(folder: Path) -> None:
    """Reads every sheet of every file."""
    import python_calamine

    for path in sorted(folder.iterdir()):
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def frictionless(folder: Path) -> None:
    """Validates the table of every return against a schema."""
    from frictionless import Dialect, Resource, Schema, formats

    described = {"fields": [{"name": h, "type": t} for h, t in _FIELDS]}
    for path in sorted(folder.iterdir()):
        dialect = Dialect(header_rows=[8], controls=[formats.ExcelControl(sheet="Return")])
        resource = Resource(
            path=path.name, basepath=str(folder), dialect=dialect, schema=Schema.from_descriptor(described)
        )
        resource.validate()


_FIELDS = (
    *(("Ref", "string"), ("Period", "string"), ("Indicator", "string"), ("Definition", "string"), ("Unit", "string")),
    *(("Target", "string"), ("Last value", "number"), ("Value", "number"), ("Numerator", "number")),
    *(("Denominator", "number"), ("Shorthand", "string"), ("Forecast", "number"), ("Check", "string")),
    *(("Commentary", "string"), ("Corrective action", "string")),
)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("way", choices=("calamine", "frictionless"))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    (calamine if options.way == "calamine" else frictionless)(options.folder)
