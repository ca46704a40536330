"""The corrected form: a fresh form prefilled with what the owner typed, each fault noted in place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xl_outcomes.issues import Issue, blocking
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.expected import OPEN, REVISION_HEADINGS, Fault, Form, FormRow, plain
from xl_outcomes.returns.reading import Entry, tidy
from xl_outcomes.returns.relations import Context
from xl_outcomes.workbook.cell_types import Cell


def corrected_form(checked: Checked, context: Context) -> Form | None:
    """The form to send back for a return with errors or queries; None where there are none or its owner is unknown."""
    if not blocking(checked.issues) or checked.owner not in context.owners:
        return None
    blank = context.blank_form(checked.owner)
    entries = {(e.text("Ref"), _period(e, blank)): e for e in checked.source.entries}
    rows = tuple(_filled(row, entries.get((row.indicator.ref, str(row.period))), checked.issues) for row in blank.rows)
    noted = {(f.severity, f.message) for row in rows for f in row.faults}
    general = tuple(_general(i) for i in checked.issues if (i.severity, _words(i)) not in noted)
    revisions = tuple(
        {h: typed_value(e.cells[h]) for h in REVISION_HEADINGS if h in e.cells} for e in checked.source.revisions
    )
    return replace(blank, rows=rows, faults=general, revisions=revisions)


def typed_value(cell: Cell) -> object:
    """What the owner typed, as a value for the new form: numbers as shown, everything else as text."""
    if cell.kind == "number" and isinstance(cell.value, float):
        return float(format(cell.value * 100, ".15g")) if cell.percent else cell.value
    if isinstance(cell.value, dt.datetime):
        return f"{cell.value:%d/%m/%Y}"
    return tidy(str(cell.value))


def _period(entry: Entry, form: Form) -> str:
    return plain(entry.text("Period")) or str(form.period)


def _filled(row: FormRow, entry: Entry | None, issues: Sequence[Issue]) -> FormRow:
    if entry is None:
        faults = [_fault(i, "Ref") for i in issues if i.code == "row-missing" and i.ref == row.indicator.ref]
        return replace(row, faults=tuple(faults))
    typed = {h: typed_value(entry.cells[h]) for h in OPEN if h in entry.cells}
    return replace(row, typed=typed, faults=tuple(_faults_of(entry, issues)))


def _faults_of(entry: Entry, issues: Sequence[Issue]) -> list[Fault]:
    headings: Mapping[str, str] = {entry.address(h): h for h in entry.columns}
    mine = (i for i in issues if i.sheet == entry.sheet and i.cell in headings)
    return [_fault(i, headings[i.cell]) for i in mine]


def _fault(issue: Issue, heading: str) -> Fault:
    return Fault(heading, issue.severity, _words(issue))


def _general(issue: Issue) -> Fault:
    where = f"{issue.sheet} {issue.cell}: ".lstrip() if issue.cell else ""
    return Fault("", issue.severity, f"{where}{_words(issue)}")


def _words(issue: Issue) -> str:
    return f"{issue.message} {issue.fix}".strip()
