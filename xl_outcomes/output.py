"""What the commands print: JSON for programs, tables for people."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table as Grid

from xl_outcomes.changes import COUNTED, Comparison, summary_text
from xl_outcomes.issues import Issue, blocking
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import coverage, marked
from xl_outcomes.returns.checks import Checked, Verdict
from xl_outcomes.returns.relations import PART, REJECTED
from xl_outcomes.steps import Step
from xl_outcomes.wording import counted

if TYPE_CHECKING:
    from xl_outcomes.addin.install import Finding

Item = TypeVar("Item")
_LOG = ("When", "Who", "Action", "Detail")
_STYLES = {
    "error": "bold red",
    "query": "yellow",
    "warning": "cyan",
    "Red": "bold red",
    "Amber": "yellow",
    "Problem": "bold red",
    "Attention": "yellow",
}


def check_json(issues: Iterable[Issue]) -> dict[str, Any]:
    """The JSON of `check`."""
    keys = ("code", "severity", "table", "cell", "ref", "message")
    return {"issues": [{k: getattr(i, k) for k in keys} for i in issues]}


def returns_json(checked: Iterable[Checked | Verdict]) -> dict[str, Any]:
    """The JSON of `validate` and `import`."""
    return {
        "returns": [
            {
                "file": c.file,
                "owner": c.owner,
                "period": c.period,
                "status": c.status,
                "accepted_rows": c.accepted_rows,
                "held_rows": c.held_rows,
                "issues": [_issue_json(i) for i in c.issues],
            }
            for c in checked
        ]
    }


def rate_json(rated: Rated, step: Step) -> dict[str, Any]:
    """The JSON of `rate`: the rows of the tables for the period."""
    issues = step.changed["Issues"].frame
    return {
        "period": str(rated.period),
        "results": _records(rated.results),
        "rollup": _records(rated.rollup),
        "issues": _records(issues[issues["Period"] == str(rated.period)]),
    }


def compare_json(comparison: Comparison) -> dict[str, Any]:
    """The JSON of `compare`."""
    changes = [
        {"Ref": c.ref, "Change": c.change, "Old": c.old, "New": c.new, "Class": c.klass, "Theme": c.theme}
        for c in comparison.changes
    ]
    return {"changes": changes, "summary": comparison.summary}


def show_comparison(comparison: Comparison) -> None:
    """The summary by theme, every change, and what could not be compared, for people."""
    console = Console()
    counted = _grid("Theme", "New", *COUNTED[2:], "Total", title="What has changed, theme by theme")
    for theme in comparison.themes:
        row = {"Theme": theme.title, **theme.counts}
        title = f"{theme.title} ({theme.note})" if theme.note else theme.title
        counted.add_row(escape(title), summary_text(row), *(str(row[k]) for k in (*COUNTED[2:], "Total")))
    console.print(counted)
    if comparison.changes:
        grid = _grid("Ref", "Change", "Old", "New", "Class")
        for c in comparison.changes:
            grid.add_row(*map(escape, (c.ref, c.change, c.old, c.new, c.klass)))
        console.print(grid)
    if comparison.issues:
        show_issues(comparison.issues, "What could not be compared")


def show_findings(findings: "Iterable[Finding]") -> None:
    """What was found about the add-in, and what to ask IT for, for people."""
    grid = _grid("Topic", "Verdict", "Found", "What to ask IT for")
    for f in findings:
        grid.add_row(escape(f.topic), _coloured(f.verdict), escape(f.found), escape(f.ask))
    Console().print(grid)


def log_json(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON of `log`."""
    return {"log": [{h: row[h] for h in _LOG} for row in rows]}


def show_log(rows: Iterable[Mapping[str, Any]]) -> None:
    """The log for people."""
    grid = _grid(*_LOG)
    for row in rows:
        grid.add_row(*(escape(str(row[h] if row[h] is not None else "")) for h in _LOG))
    Console().print(grid)


def failed(issues: Iterable[Issue]) -> bool:
    """Whether a check found more than warnings."""
    return bool(blocking(issues))


def refused(checked: Iterable[Checked | Verdict]) -> bool:
    """Whether any return was refused or held in part or whole."""
    return any(c.status in (PART, REJECTED) for c in checked)


def show_issues(issues: Sequence[Issue], title: str) -> None:
    """A table of issues for people."""
    count = Counter(i.severity for i in issues)
    console = Console()
    if issues:
        grid = _grid("Severity", "Where", "Ref", "What was found", "What to do", title=title)
        for i in issues:
            where = " ".join(filter(None, (i.table or i.sheet, i.cell)))
            grid.add_row(_coloured(i.severity), *map(escape, (where, i.ref, i.message, i.fix)))
        console.print(grid)
    told = ", ".join(counted(count[severity], severity) for severity in ("error", "query", "warning"))
    console.print(f"{told}." if issues else f"{escape(title)}: nothing to correct.", highlight=False)


def show_returns(checked: Sequence[Checked | Verdict]) -> None:
    """A table of returns, then the issues of each, for people."""
    console = Console()
    grid = _grid("File", "Data owner", "Status", "In", "Held", "Errors", "Warnings")
    for c in checked:
        status = f"{c.status}, known already" if c.known else c.status
        numbers = (c.accepted_rows, c.held_rows, c.count("error"), c.count("warning"))
        grid.add_row(escape(c.file), escape(c.owner), status, *map(str, numbers))
    console.print(grid)
    for c in checked:
        if c.issues and not c.known:
            show_issues(c.issues, c.file)


def show_rating(rated: Rated) -> None:
    """The tiers with their ratings, for people."""
    console = Console()
    grid = _grid("Ref", "Outcome", "Rating", "Rated", "Masked reds", title=str(rated.period))
    for row in _records(rated.rollup):
        if row["Tier"] <= 2:
            title = "  " * (int(row["Tier"]) - 1) + str(row["Title"])
            grid.add_row(row["Ref"], escape(title), _coloured(marked(row) or ""), coverage(row), row["Masked reds"])
    console.print(grid)
    if blocking(rated.issues):
        show_issues(blocking(rated.issues), "Left out of the rating")


def track(items: Sequence[Item], what: str, *, quiet: bool = False) -> Iterator[Item]:
    """The items, with a progress bar on stderr where a person is watching."""
    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty() or len(items) < 3:
        yield from items
        return
    with Progress(console=console) as progress:
        yield from progress.track(items, description=what)


@contextmanager
def progress(total: int, what: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr where a person is watching, moved on by what it hears."""
    if quiet or not sys.stderr.isatty() or total < 3:
        yield lambda _: None
        return
    bar = Progress(console=Console(stderr=True))
    task = bar.add_task(what, total=total)

    def told(more: int) -> None:
        # It begins with the first that are done: its thread must not run while processes are being started.
        if not bar.live.is_started:
            bar.start()
        bar.advance(task, more)

    try:
        yield told
    finally:
        bar.stop()


def _issue_json(issue: Issue) -> dict[str, str]:
    keys = ("code", "severity", "sheet", "cell", "value", "message", "fix")
    return {**{k: getattr(issue, k) for k in keys}, "indicator": issue.ref}


def _records(data: Any) -> list[dict[str, Any]]:
    return [dict(zip(data.columns, values, strict=True)) for values in data.itertuples(index=False, name=None)]


def _grid(*headings: str, title: str | None = None) -> Grid:
    """A table whose cells wrap where they must, and are never cut."""
    grid = Grid(title=title, title_justify="left")
    for heading in headings:
        grid.add_column(heading, overflow="fold")
    return grid


def _coloured(word: str) -> str:
    style = _STYLES.get(word.rstrip("*"))
    return f"[{style}]{escape(word)}[/]" if style else escape(word)
