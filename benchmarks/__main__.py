"""Measures what takes time, against a floor and against what people use instead.

    python -m benchmarks [NAME ...] [--quick] [--times N] [--write]

The names are returns, master, rating, reports and start; without one, all of them. `--write` puts the results into
docs/performance.md, between its markers, with their picture.
"""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.machine import describe
from benchmarks.measure import FULL, QUICK, ROOT, Section, Size
from benchmarks.show import page, put, show
from xl_outcomes import __version__

SECTIONS = {"returns": "returns", "master": "master", "rating": "rating", "reports": "reports", "start": "cold_start"}
PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "pictures" / "performance.png"
ALT = (
    "For each section, bars of how many times its floor each way took, on a logarithmic scale, and beside them curves "
    "of the milliseconds for each row as the number of rows grows; the tables below have the same figures."
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the sections that were asked for, prints each as it is done, and writes the page if that was asked."""
    options = _options(arguments)
    size = QUICK if options.quick else FULL
    times = options.times or size.times
    console = Console(width=None if sys.stdout.isatty() else 140)
    machine = describe()
    console.print(*machine, sep="\n", highlight=False)
    measured = []
    for name in options.names or SECTIONS:
        print(f"Measuring {name} …", file=sys.stderr, flush=True)
        measured.append(measure(name, times, size))
        show(measured[-1], console)
    if options.write:
        write(measured, [*machine, _how(times, size)], PAGE, PICTURE)


def measure(name: str, times: int, size: Size) -> Section:
    """One section by its name, in a scratch folder that is gone afterwards."""
    module = importlib.import_module(f"benchmarks.{SECTIONS[name]}")
    with tempfile.TemporaryDirectory() as folder:
        section: Section = module.measure(Path(folder), times, size)
    return section


def write(sections: Sequence[Section], said: Sequence[str], document: Path, picture: Path) -> None:
    """The results as a page with a picture beside it; what stands around the markers of the page is kept."""
    from benchmarks.picture import draw

    picture.write_bytes(draw(sections))
    where = picture.relative_to(document.parent).as_posix()
    put(document, page(sections, said, f"![{ALT}]({where})"))


def _how(times: int, size: Size) -> str:
    return f"xl-outcomes {__version__}; size {size.name}, {times} turns."


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true", help="small, in about two minutes; for a first look")
    parser.add_argument("--times", type=int, metavar="N", help="how many turns")
    parser.add_argument("--write", action="store_true", help="put the results into docs/performance.md")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    if options.write and options.names:
        parser.error("--write is for all sections of one run: leave the names out")
    if options.times is not None and options.times < 1:
        parser.error("--times is 1 or more")
    return options


if __name__ == "__main__":
    main()
