"""What a check of returns found, as a sheet to read: each return with its counts, then every fault with its place."""

from collections.abc import Sequence

from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.returns.checks import Checked
from xl_outcomes.tables import frame

_ORDER = ("error", "query", "warning")
_RETURNS = ("File", "Data owner", "Period", "Status", "Figures in", "Figures held", "Errors", "Queries", "Warnings")
_FAULTS = ("File", "Sheet", "Cell", "Indicator", "Severity", "Value", "What was found", "What to do")


def findings(checked: Sequence[Checked]) -> ViewSheet:
    """The sheet for returns that were checked; the worst faults of each return come first."""
    returns = [
        [c.file, c.owner or None, c.period or None, c.status, c.accepted_rows, c.held_rows, *_counts(c)]
        for c in checked
    ]
    faults = [
        [c.file, i.sheet, i.cell, i.ref, i.severity.capitalize(), i.value, i.message, i.fix]
        for c in checked
        for i in sorted(c.issues, key=lambda i: _ORDER.index(i.severity))
    ]
    note = "Nothing has been taken in: this list only says what an import would find."
    widths = (34, 16, 10, 14, 12, 14, 60, 50)
    views = [View("Returns_checked", frame(_RETURNS, returns), (*widths, 10))]
    if faults:
        views.append(
            View("Faults_found", frame(_FAULTS, faults), widths, (), "Every fault, with its place in the file")
        )
    return ViewSheet("Check of returns", "Check of returns", note, tuple(views))


def _counts(checked: Checked) -> list[int]:
    return [checked.count(severity) for severity in _ORDER]
