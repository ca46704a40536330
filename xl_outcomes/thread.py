"""Checks of the golden thread: is every row of the framework right, and is nothing hanging loose?

Errors keep a row out of the rating; warnings are for a person to look at (docs/rules/golden-thread.md).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xl_outcomes.columns import Column, to_be_confirmed
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import WorkbookError
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Framework, Indicator, build, is_live, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.tables import Table, Tables, get, misfits
from xl_outcomes.targets import Timelines, profiled, read_targets

Row = Mapping[str, Any]

_DEMANDED = (
    "Kind",
    "Measure",
    "Unit",
    "Decimals",
    "Polarity",
    "Frequency",
    "Calculation",
    "Aggregation",
    "Report as",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A framework with its targets, and what the checks found."""

    framework: Framework
    timelines: Timelines
    issues: tuple[Issue, ...]


def check_framework(tables: Tables, period: Quarter | None = None) -> Checked:
    """Checks Outcomes, Indicators and Targets and builds the tree from the right rows.

    `period` says which year's targets the warnings look at. Issues come in table and row order, errors with code,
    cell and ref. A circular tree is among the issues; `demand_tree` refuses it.
    """
    outcomes, indicators, targets = tables["Outcomes"], tables["Indicators"], get(tables, "Targets")
    return _checked(outcomes, indicators, targets, period.year if period else None)


def demand_tree(checked: Checked) -> None:
    """Raises WorkbookError where the outcomes run in a circle: nothing can be rolled up then."""
    for issue in checked.issues:
        if issue.code == "parent-circular":
            raise WorkbookError(f"Outcomes {issue.cell}: {issue.message}".strip(), issue.fix)


Found = Iterator[tuple[int, Issue]]


# One command looks at the same tables several times, and quarters rated one after the other share them.
@lru_cache(maxsize=2)
def _checked(outcomes: Table, indicators: Table, targets: Table, year: int | None) -> Checked:
    errors, framework, timelines = _built(outcomes, indicators, targets)
    warnings = [*_outcome_warnings(outcomes, framework), *_indicator_warnings(indicators, framework, timelines, year)]
    warnings += _unknown_targets(targets, indicators)
    return Checked(framework, timelines, (*errors, *(issue for _, issue in warnings)))


@lru_cache(maxsize=2)
def _built(outcomes: Table, indicators: Table, targets: Table) -> tuple[tuple[Issue, ...], Framework, Timelines]:
    """The errors in the tables, and what is built from the rows without any."""
    errors = [
        *_outcome_errors(outcomes),
        *_indicator_errors(indicators, outcomes),
        *_target_errors(targets, indicators),
    ]
    wrong = frozenset((issue.table, row) for row, issue in errors)
    found = tuple(issue for _, issue in errors)
    return found, build(outcomes, indicators, wrong), read_targets(targets, wrong)


def _outcome_errors(table: Table) -> Found:
    rows = list(table.rows())
    by_ref = {ref_text(row["Ref"]): row for row in rows if row["Ref"] is not None}
    counts = _counts(table, "Ref")
    circular = _circular(by_ref)
    unfit = _unfit(table)
    for row in rows:
        yield from _ref_errors(table, row, counts, "outcome")
        yield from unfit.get(row["row"], [])
        yield from _parent_errors(table, row, by_ref, circular)


def _parent_errors(table: Table, row: Row, by_ref: Mapping[str, Row], circular: frozenset[str]) -> Found:
    tier, parent = _tier(row), row["Parent"]
    if tier is None:
        message = f'The tier is "{_shown(row["Tier"])}"; it must be 1, 2, 3 or 4.'
        yield _error(table, row, "tier-wrong", "Tier", message, "Type the outcome's tier.")
    elif tier == 1 and parent is not None:
        message = f'A tier 1 outcome has a parent, "{_shown(parent)}"; tier 1 is the top.'
        yield _error(table, row, "parent-at-top", "Parent", message, "Clear the parent, or correct the tier.")
    elif tier > 1 and is_live(row):
        yield from _upward_errors(table, row, tier, by_ref)
    if row["Ref"] is not None and ref_text(row["Ref"]) in circular:
        message = f"{ref_text(row['Ref'])} is its own ancestor: the parents run in a circle."
        yield _error(table, row, "parent-circular", "Parent", message, "Correct the parent of one of them.")


def _upward_errors(table: Table, row: Row, tier: int, by_ref: Mapping[str, Row]) -> Found:
    parent = None if row["Parent"] is None else ref_text(row["Parent"])
    above = by_ref.get(parent or "")
    if above is None:
        found = f'The parent "{parent}" is not in the table.' if parent else "There is no parent."
        yield _error(table, row, "parent-missing", "Parent", found, f"Give the ref of a tier {tier - 1} outcome.")
    elif not is_live(above):
        message = f"The parent {parent} is not live (its status is {above['Status']})."
        yield _error(table, row, "parent-not-live", "Parent", message, "Move it under a live outcome.")
    elif _tier(above) != tier - 1:
        message = f"The parent {parent} is at tier {_shown(above['Tier'])}, not one tier up from tier {tier}."
        yield _error(table, row, "parent-tier", "Parent", message, f"Give the ref of a tier {tier - 1} outcome.")


def _circular(by_ref: Mapping[str, Row]) -> frozenset[str]:
    above = {ref: ref_text(row["Parent"]) for ref, row in by_ref.items() if row["Parent"] is not None}

    def returns(start: str) -> bool:
        seen, at = set(), above.get(start)
        while at is not None and at not in seen:
            if at == start:
                return True
            seen.add(at)
            at = above.get(at)
        return False

    return frozenset(ref for ref in above if returns(ref))


def _indicator_errors(table: Table, outcomes: Table) -> Found:
    known = {ref_text(row["Ref"]): is_live(row) for row in outcomes.rows() if row["Ref"] is not None}
    counts, unfit = _counts(table, "Ref"), _unfit(table)
    demanded = [h for h in _DEMANDED if h in table.columns or not table.columns]
    calculation, aggregation = (SPECS["Indicators"].column(h) for h in ("Calculation", "Aggregation"))
    for row in table.rows():
        yield from _ref_errors(table, row, counts, "indicator")
        yield from unfit.get(row["row"], [])
        yield from _home_errors(table, row, known)
        for heading in demanded:
            if row[heading] is None:
                yield _error(table, row, "choice-blank", heading, f"{heading} is blank.", _choices(heading))
        if calculation.tidy(row["Calculation"]) == "Ratio" and aggregation.tidy(row["Aggregation"]) == "Mean":
            message = "A ratio cannot be averaged: a mean of ratios is a wrong figure."
            yield _error(table, row, "ratio-mean", "Aggregation", message, "Choose Sum (or Latest).")


def _home_errors(table: Table, row: Row, known: Mapping[str, bool]) -> Found:
    home = "" if row["Outcome"] is None else ref_text(row["Outcome"])
    if home not in known:
        found = f'The outcome "{home}" is not in the Outcomes table.' if home else "No outcome is given."
        yield _error(table, row, "outcome-unknown", "Outcome", found, "Give the ref of a live outcome.")
    elif not known[home]:
        message = f"The outcome {home} is not live."
        yield _error(table, row, "outcome-dead", "Outcome", message, "Move the indicator to a live outcome.")


def _target_errors(table: Table, indicators: Table) -> Found:
    column = SPECS["Indicators"].column("Polarity")
    polarity = {ref_text(r["Ref"]): column.tidy(r["Polarity"]) for r in indicators.rows() if r["Ref"] is not None}
    rows, column_from = list(table.rows()), SPECS["Targets"].column("From")
    starts = [_start(row, column_from) for row in rows]
    counts, unfit = Counter(starts), _unfit(table)
    for row, start in zip(rows, starts, strict=True):
        yield from unfit.get(row["row"], [])
        if row["Indicator"] is None and any(row[h] is not None for h in SPECS["Targets"].headings):
            message = "The row does not say which indicator it is for."
            yield _error(table, row, "ref-blank", "Indicator", message, "Give the indicator's ref, or delete the row.")
        elif row["Indicator"] is not None and row["From"] is None:
            message = "The row does not say from which quarter it is in force."
            yield _error(table, row, "choice-blank", "From", message, 'Type a quarter, such as "2025/26 Q1".')
        if start and counts[start] > 1:
            message = f"{row['Indicator']} has more than one target row from {row['From']}."
            yield _error(table, row, "target-twice", "From", message, "Keep one of them.")
        yield from _limit_errors(table, row, polarity.get(ref_text(row["Indicator"] or ""), ""))


def _limit_errors(table: Table, row: Row, polarity: object) -> Found:
    target, amber, lower, upper = (to_number(row[h]) for h in ("Target", "Amber", "Lower", "Upper"))
    if polarity == "In range" and lower is not None and upper is not None and lower > upper:
        message = f"Lower ({_shown(row['Lower'])}) is above Upper ({_shown(row['Upper'])})."
        yield _error(table, row, "range-reversed", "Lower", message, "Exchange the two.")
    green = {"Higher is better": 1, "Lower is better": -1}.get(str(polarity), 0)
    if target is not None and amber is not None and (amber - target) * green > 0:
        message = f"Amber ({_shown(row['Amber'])}) is on the green side of the target ({_shown(row['Target'])})."
        yield _error(table, row, "amber-side", "Amber", message, "Amber must be no better than the target.")


def _ref_errors(table: Table, row: Row, counts: Counter[str], what: str) -> Found:
    ref = row["Ref"]
    if ref is None:
        yield _error(table, row, "ref-blank", "Ref", f"This {what} has no ref.", "Give it one that no other row has.")
    elif isinstance(ref, float | int):
        message = f"The ref {_shown(ref)} is a number; refs are text, since 1.10 as a number becomes 1.1."
        yield _error(table, row, "ref-number", "Ref", message, f"Type it with an apostrophe before it: '{_shown(ref)}")
    if ref is not None and counts[ref_text(ref)] > 1:
        message = f"The ref {ref_text(ref)} stands here {counts[ref_text(ref)]} times."
        yield _error(table, row, "ref-duplicate", "Ref", message, f"Give each {what} its own ref.")


def _unfit(table: Table) -> dict[int, list[tuple[int, Issue]]]:
    """The cells that are not of their column's kind, by row; the tier has a message of its own."""
    found: dict[int, list[tuple[int, Issue]]] = {}
    for row, heading in misfits(table):
        if heading != "Tier":
            value = table.frame.at[row, heading]
            message = f'{heading} is "{_shown(value)}", which is not allowed here.'
            issue = _error(table, {**dict(table.frame.loc[row]), "row": row}, "word-wrong", heading, message, "")
            found.setdefault(row, []).append((row, _with_fix(issue[1], table.name, heading)))
    return found


def _with_fix(issue: Issue, table: str, heading: str) -> Issue:
    column = SPECS[table].column(heading)
    fix = f"Choose one of: {', '.join(column.words)}." if column.words else column.meaning or "Type a number."
    return Issue(
        issue.code, issue.severity, issue.message, fix, issue.table, issue.sheet, issue.cell, issue.ref, issue.value
    )


def _outcome_warnings(table: Table, framework: Framework) -> Found:
    lowest = max((o.tier for o in framework.outcomes.values()), default=0)
    for row in table.rows():
        outcome = framework.outcomes.get(ref_text(row["Ref"] or ""))
        if outcome is None:
            continue
        if outcome.tier == lowest and not framework.measures(outcome.ref):
            yield _warn(table, row, "outcome-unmeasured", "Ref", f"No indicator hangs on {outcome.ref}.")
        if outcome.tier == 1 and not _live_under(framework, outcome.ref):
            yield _warn(table, row, "priority-unmeasured", "Ref", f"No live indicator is under {outcome.ref}.")
        for heading in ("Responsible officer", "Portfolio holder"):
            if row[heading] is None:
                yield _warn(table, row, "nobody-responsible", heading, f"{outcome.ref} has no {heading.lower()}.")


def _indicator_warnings(table: Table, framework: Framework, timelines: Timelines, year: int | None) -> Found:
    for row in table.rows():
        indicator = framework.indicators.get(ref_text(row["Ref"] or ""))
        if indicator is None or not indicator.expected():
            continue
        for heading, text in (("Definition", indicator.definition), ("Data owner", indicator.data_owner)):
            if not text:
                code = "definition-missing" if heading == "Definition" else "owner-missing"
                yield _warn(table, row, code, heading, f"{indicator.ref} has no {heading.lower()}.")
        if indicator.scored and indicator.ref not in timelines:
            yield _warn(table, row, "target-missing", "Ref", f"{indicator.ref} has no target.")
        if _annual_for_each_quarter(indicator, timelines, year):
            message = (
                f"{indicator.ref} adds up from April, and one target row stands for more than one quarter: "
                "the whole year's target would rate Q1 Red."
            )
            yield _warn(table, row, "target-profile", "Ref", message, "Set Profile to Even, or give a row a quarter.")


def _annual_for_each_quarter(indicator: Indicator, timelines: Timelines, year: int | None) -> bool:
    if not (indicator.year_to_date and indicator.aggregation == "Sum" and indicator.frequency != "Annual"):
        return False
    rows = timelines.get(indicator.ref, ())
    year = max((t.start.year for t in rows), default=0) if year is None else year
    this_year = [t for t in rows if t.start.year == year and (t.target is not None or t.lower is not None)]
    due = [n for n in (1, 2, 3, 4) if this_year and indicator.due_in(Quarter(year, n))]
    rated_by = [max((t for t in this_year if t.start.number <= n), key=lambda t: t.start, default=None) for n in due]
    plain = Counter(t.start for t in rated_by if t and not (t.even and profiled(indicator)))
    return indicator.calculation == "Value" and any(n > 1 for n in plain.values())


def _unknown_targets(table: Table, indicators: Table) -> Found:
    known = {ref_text(v) for v in indicators.frame["Ref"] if v is not None}
    for row in table.rows():
        if row["Indicator"] is not None and ref_text(row["Indicator"]) not in known:
            message = f'The target is for "{_shown(row["Indicator"])}", which is not in the Indicators table.'
            yield _warn(table, row, "target-unknown", "Indicator", message, "Correct the ref, or delete the row.")


def _live_under(framework: Framework, ref: str) -> bool:
    return any(framework.indicators[i].expected() for i in framework.indicators_under(ref))


def _counts(table: Table, heading: str) -> Counter[str]:
    return Counter(ref_text(v) for v in table.frame[heading] if v is not None)


def _start(row: Row, column: Column) -> tuple[str, Quarter] | None:
    if row["Indicator"] is None or row["From"] is None or not column.fits(row["From"]):
        return None
    return ref_text(row["Indicator"]), parse_quarter(row["From"])


def _tier(row: Row) -> int | None:
    number = to_number(row["Tier"])
    return int(number) if number in (1, 2, 3, 4) else None


def _choices(heading: str) -> str:
    words = SPECS["Indicators"].column(heading).words
    return f"Choose one of: {', '.join(words)}." if words else "Type 0, 1, 2 …"


def _shown(value: object) -> str:
    if to_be_confirmed(value):
        return "" if value is None else str(value)
    return ref_text(value)


def _error(table: Table, row: Row, code: str, heading: str, message: str, fix: str) -> tuple[int, Issue]:
    return row["row"], _issue(table, row, code, "error", heading, message, fix)


def _warn(table: Table, row: Row, code: str, heading: str, message: str, fix: str = "") -> tuple[int, Issue]:
    return row["row"], _issue(table, row, code, "warning", heading, message, fix or "Fill it in when it is known.")


def _issue(table: Table, row: Row, code: str, severity: str, heading: str, message: str, fix: str) -> Issue:
    own = row.get("Ref", row.get("Indicator"))
    ref = "" if own is None else ref_text(own)
    cell = table.cell(row["row"], heading)
    return Issue(code, severity, message, fix, table.name, table.sheet, cell, ref, _shown(row.get(heading)))
