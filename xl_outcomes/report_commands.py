"""What the commands about reports do: read the master, make the documents, write them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes import steps
from xl_outcomes.commands import Run, house_style_of
from xl_outcomes.console import track
from xl_outcomes.deliver import report_path, write_report
from xl_outcomes.errors import InputError
from xl_outcomes.reporting.registry import ReportKind, offered
from xl_outcomes.workbook.file import read_master


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports are to be written, where, by which template of the council's own, and what with them."""

    names: Sequence[str]
    out: Path
    template: Path | None = None
    sources: bool = False
    pdf: bool = False


def reports(path: Path) -> tuple[ReportKind, ...]:
    """The reports that there are for a master."""
    return offered(read_master(path).tables)


def report(run: Run, wanted: Wanted) -> list[Path]:
    """Writes reports into a folder; nothing is written where one of the names is unknown."""
    from xl_outcomes.pdf import demand_libreoffice, write_pdf

    if wanted.template and len(wanted.names) > 1:
        raise InputError("A template of your own is for one report.", "Give one NAME with --template.")
    if wanted.pdf:
        demand_libreoffice()
    master, now = run.master(), run.now()
    period = run.quarter(master)
    paths = [report_path(name, period, wanted.out) for name in wanted.names]
    rated, style = steps.rated_already(master.tables, period, now), house_style_of(master)
    if run.dry_run:
        return paths
    written: list[Path] = []
    for name in track(list(wanted.names), "Writing reports"):
        written += write_report(
            name, rated, master.tables, wanted.out, style, wanted.template, with_sources=wanted.sources
        )
    if wanted.pdf:
        written += [write_pdf(path) for path in track(list(written), "Making PDF files")]
    return written


@dataclass(frozen=True, slots=True)
class Renewal:
    """How a draft is refreshed: by a template of the council's own, with marks, into another file."""

    template: Path | None = None
    mark: bool = False
    out: Path | None = None


def refresh(run: Run, draft: Path, how: Renewal) -> tuple[Path, list[str]]:
    """Brings an edited draft up to date; where it is, and what there is to tell of it, in lines."""
    from xl_outcomes.refresh import refresh_file

    master, now = run.master(), run.now()
    rated = steps.rated_already(master.tables, run.quarter(master), now)
    style = house_style_of(master)
    if not run.dry_run:
        return refresh_file(draft, rated, master.tables, style, template=how.template, mark=how.mark, out=how.out)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / draft.name
        _, lines = refresh_file(draft, rated, master.tables, style, template=how.template, mark=how.mark, out=trial)
    return how.out or draft, lines
