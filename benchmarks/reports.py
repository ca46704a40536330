"""Word reports of a rated quarter: ours against the same template only rendered by docxtpl with the same values.

    python -m benchmarks reports

There is nothing that people use instead which would make the same documents. Each run is a process of its own; reading
the master, rating it, and the start of Python with its imports are not in the seconds.
"""

import argparse
import datetime as dt
import importlib
import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import FULL, Section, Size, in_turn, tell

if TYPE_CHECKING:
    from xl_outcomes.quarter import Rated
    from xl_outcomes.reporting.documents import Document
    from xl_outcomes.reporting.registry import ReportKind
    from xl_outcomes.tables import Tables

    Quarter = tuple[Rated, Tables]
    Made = tuple[Path, Document]

NOW = dt.datetime(2025, 7, 10, 12)
CABINET, SET = "cabinet", "set"
STARTERS = {CABINET: "mid-suffolk-2022", SET: "darlington-2012"}
LOADED = (
    *("xl_outcomes.word", "xl_outcomes.reporting.charts", "xl_outcomes.reporting.documents"),
    *("xl_outcomes.refresh.ready", "matplotlib.style", "matplotlib.figure", "matplotlib.backends.backend_agg"),
)
REPORTS = {CABINET: "the cabinet report", SET: "every report of a quarter"}
WAYS = {
    "floor": "docxtpl alone, {}",
    "drawn": "docxtpl and the charts drawn, {}",
    "ours": "xl-outcomes, {}",
}


def measure(folder: Path, times: int, size: Size) -> Section:
    """The cabinet report, and, but for a quick look, the whole set of a quarter."""
    wanted = (CABINET, SET) if size.times >= FULL.times else (CABINET,)
    ways = [(way, name) for name in wanted for way in WAYS]
    for name in wanted:
        (folder / name).write_bytes(pickle.dumps(_rated(name)))
    commands = {_told(*way): ["-m", "benchmarks.reports", *way, str(folder)] for way in ways}
    found = in_turn(commands, times)
    what = " and ".join(_words(name) for name in wanted)
    return Section(
        "Writing reports",
        f"Reports of a quarter that is read and rated already: {what}. The floor fills the same templates "
        "with the same values and puts in "
        "pictures that are drawn already. Ours gathers the facts, draws the charts, checks the template and its "
        "fields, and gives every value and picture a key by which a draft is refreshed. Nothing else makes these "
        "documents, so there is no way that people use instead.",
        tuple(replace(found[_told(*way)], against=_told("floor", way[1])) for way in ways),
        _told("floor", CABINET),
    )


def _words(name: str) -> str:
    return f"{REPORTS[name]} of the starter {STARTERS[name]}"


def _told(way: str, name: str) -> str:
    return WAYS[way].format(REPORTS[name])


def ours(name: str, folder: Path) -> Callable[[], object]:
    """Ours, ready to run: the reports written into a folder."""
    from xl_outcomes.deliver import write_report

    rated, tables = _loaded(name, folder)
    kinds = _kinds(name, tables)
    return lambda: [write_report(kind.name, rated, tables, folder) for kind in kinds]


def floor(name: str, folder: Path) -> Callable[[], object]:
    """The templates, values and drawn charts made ready; filled and written when run."""
    made = _made(name, folder)
    pictures = [_drawn(document) for _, document in made]
    return lambda: [_fill(*of, pngs, folder) for of, pngs in zip(made, pictures, strict=True)]


def drawn(name: str, folder: Path) -> Callable[[], object]:
    """The templates and values made ready; the charts drawn, and all filled and written, when run."""
    made = _made(name, folder)
    return lambda: [_fill(*of, _drawn(of[1]), folder) for of in made]


def _rated(name: str) -> "Quarter":
    """A starter as it stands, rated."""
    from xl_outcomes import resources, steps
    from xl_outcomes.closing import closed_quarters
    from xl_outcomes.quarter import rate_quarter
    from xl_outcomes.workbook.file import read_master

    tables = read_master(resources.starter(STARTERS[name])).tables
    return rate_quarter(tables, steps.current_period(tables, None), NOW.date(), closed_quarters(tables)), tables


def _loaded(name: str, folder: Path) -> "Quarter":
    """What was rated once for all ways; what they use is loaded with it, so that no import is in the seconds."""
    for module in LOADED:
        importlib.import_module(module)
    found: Quarter = pickle.loads((folder / name).read_bytes())
    return found


def _kinds(name: str, tables: "Tables") -> "Sequence[ReportKind]":
    from xl_outcomes.reporting.registry import find_report, offered

    return offered(tables) if name == SET else (find_report("cabinet-performance"),)


def _made(name: str, folder: Path) -> "list[Made]":
    from xl_outcomes import resources
    from xl_outcomes.reporting.documents import documents

    rated, tables = _loaded(name, folder)
    return [(resources.template(k.template), d) for k in _kinds(name, tables) for d in documents(k, rated, tables)]


def _drawn(document: "Document") -> dict[str, bytes]:
    from xl_outcomes.reporting.charts import draw

    return {field: draw(chart).png for field, chart in document.charts.items()}


def _fill(template: Path, document: "Document", pictures: Mapping[str, bytes], folder: Path) -> Path:
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage

    word = DocxTemplate(template)
    images = {name: InlineImage(word, io.BytesIO(png), width=Mm(160)) for name, png in pictures.items()}
    word.render({**document.values, **images}, autoescape=True)
    path = folder / f"{template.stem} {document.suffix}.docx"
    word.save(path)
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("name", choices=REPORTS)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    tell({"ours": ours, "drawn": drawn, "floor": floor}[given.way](given.name, given.folder))
