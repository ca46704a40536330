"""What the commands print: JSON for programs, tables for people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from xl_outcomes.changes import COUNTED, Comparison, summary_text
from xl_outcomes.console import coloured, empty_grid
from xl_outcomes.issues import Issue, blocking
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import coverage, marked
from xl_outcomes.returns.checks import Checked, Verdict
from xl_outcomes.returns.relations import PART, REJECTED
from xl_outcomes.steps import Step
from xl_outcomes.wording import counted

_LOG = ("When", "Who", "Action", "Detail")


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
    counted = empty_grid("Theme", "New", *COUNTED[2:], "Total", title="What has changed, theme by theme")
    for theme in comparison.themes:
        row = {"Theme": theme.title, **theme.counts}
        title = f"{theme.title} ({theme.note})" if theme.note else theme.title
        counted.add_row(escape(title), summary_text(row), *(str(row[k]) for k in (*COUNTED[2:], "Total")))
    console.print(counted)
    if comparison.changes:
        grid = empty_grid("Ref", "Change", "Old", "New", "Class")
        for c in comparison.changes:
            grid.add_row(*map(escape, (c.ref, c.change, c.old, c.new, c.klass)))
        console.print(grid)
    if comparison.issues:
        show_issues(comparison.issues, "What could not be compared")


def log_json(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The JSON of `log`."""
    return {"log": [{h: row[h] for h in _LOG} for row in rows]}


def show_log(rows: Iterable[Mapping[str, Any]]) -> None:
    """The log for people."""
    grid = empty_grid(*_LOG)
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
        grid = empty_grid("Severity", "Where", "Ref", "What was found", "What to do", title=title)
        for i in issues:
            where = " ".join(filter(None, (i.table or i.sheet, i.cell)))
            grid.add_row(coloured(i.severity), *map(escape, (where, i.ref, i.message, i.fix)))
        console.print(grid)
    told = ", ".join(counted(count[severity], severity) for severity in ("error", "query", "warning"))
    console.print(f"{told}." if issues else f"{escape(title)}: nothing to correct.", highlight=False)


def show_returns(checked: Sequence[Checked | Verdict]) -> None:
    """A table of returns, then the issues of each, for people."""
    console = Console()
    grid = empty_grid("File", "Data owner", "Status", "In", "Held", "Errors", "Warnings")
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
    grid = empty_grid("Ref", "Outcome", "Rating", "Rated", "Masked reds", title=str(rated.period))
    for row in _records(rated.rollup):
        if row["Tier"] <= 2:
            title = "  " * (int(row["Tier"]) - 1) + str(row["Title"])
            grid.add_row(row["Ref"], escape(title), coloured(marked(row) or ""), coverage(row), row["Masked reds"])
    console.print(grid)
    if blocking(rated.issues):
        show_issues(blocking(rated.issues), "Left out of the rating")


def _issue_json(issue: Issue) -> dict[str, str]:
    keys = ("code", "severity", "sheet", "cell", "value", "message", "fix")
    return {**{k: getattr(issue, k) for k in keys}, "indicator": issue.ref}


def _records(data: Any) -> list[dict[str, Any]]:
    return [dict(zip(data.columns, values, strict=True)) for values in data.itertuples(index=False, name=None)]
