"""A council's own table turned into a master: read, understood, written; their workbook is only read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes import resources
from xl_outcomes.adopt.finish import as_master
from xl_outcomes.adopt.guessing import Remark, propose
from xl_outcomes.adopt.mapping import BookMap, from_toml, to_toml
from xl_outcomes.adopt.questions import Question, settle_doubts
from xl_outcomes.adopt.result import adopt as adopt_table
from xl_outcomes.adopt.shapes import Source
from xl_outcomes.adopt.times import ended_before
from xl_outcomes.commands import Run
from xl_outcomes.errors import FileError
from xl_outcomes.new_files import demand_free, write_new
from xl_outcomes.starters import read_source as read_starter
from xl_outcomes.workbook.adopt_reader import read_source
from xl_outcomes.workbook.create import create_master

USUAL = "mid-suffolk-2022"  # whose settings a new master begins with


@dataclass(frozen=True, slots=True)
class Adoption:
    """What `adopt` understood of a table (nothing to say of a mapping that was given), and what it did."""

    remarks: tuple[Remark, ...]
    summary: str


def adopt(
    run: Run, theirs: Path, mapping: Path | None, write_mapping: Path | None, ask: Callable[[Question], str] | None
) -> Adoption:
    """Makes a master of a council's own table, or only writes how it is understood; the table is only read."""
    if write_mapping is None:
        demand_free(run.path)
    source = read_source(theirs)
    if mapping is not None:
        return _adopted(run, theirs, source, from_toml(_text(mapping), mapping.name), ())
    proposal = propose(source, ended_before(run.now().today))
    if write_mapping is not None:
        if not run.dry_run:
            write_new(write_mapping, to_toml(proposal.mapping).encode())
        told = f"{write_mapping} says how {theirs.name} is understood. Edit it, then use it with --mapping."
        return Adoption(proposal.remarks, run.say(told))
    chosen = settle_doubts(proposal.mapping, ask) if ask else proposal.mapping
    return _adopted(run, theirs, source, chosen, proposal.remarks)


def _adopted(run: Run, theirs: Path, source: Source, mapping: BookMap, remarks: tuple[Remark, ...]) -> Adoption:
    adopted, now = adopt_table(source, mapping), run.now()
    usual = read_starter(resources.source_tables(USUAL))["Settings"]
    tables, views = as_master(adopted, usual, now)
    title = f"{adopted.council or theirs.stem}: outcomes framework"
    data = create_master({n: t.frame for n, t in tables.items()}, views, title=title, created=now.at)
    if not run.dry_run:
        write_new(run.path, data)
    return Adoption(remarks, run.say(f"{run.path}: {adopted.summary()}"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("file-format", f"{path.name} is not a text file.", "Save it as UTF-8.") from None
    except OSError as error:
        raise FileError("file-missing", f"{path} cannot be read: {error.strerror}.", "Check the name.") from None
