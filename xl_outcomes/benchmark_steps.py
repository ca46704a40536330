"""The step that takes other councils' figures in (docs/rules/benchmarks.md)."""

from collections.abc import Mapping, Sequence

from xl_outcomes.benchmarks import import_benchmarks
from xl_outcomes.issues import Issue
from xl_outcomes.returns.intake import log
from xl_outcomes.settings import sound_settings
from xl_outcomes.steps import Now, Step
from xl_outcomes.tables import Tables, get
from xl_outcomes.thread import check_framework


def take_in(
    tables: Tables, rows: Sequence[Mapping[str, object]], file: str, now: Now
) -> tuple[Step, tuple[Issue, ...]]:
    """The rows of a file in Benchmarks, and what was odd in them; nothing changes where all of them stand there."""
    settings = sound_settings(tables["Settings"])
    indicators = check_framework(tables, settings.current_period).framework.indicators
    found = import_benchmarks(get(tables, "Benchmarks"), rows, indicators, council=settings.council, file=file)
    if found.table.frame.equals(get(tables, "Benchmarks").frame):
        return Step({}, found.summary), found.issues
    logged = log(tables, now.at, now.who, "Import benchmarks", found.summary)
    return Step({"Benchmarks": found.table, "Log": logged}, found.summary), found.issues
