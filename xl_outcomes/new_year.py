"""A new financial year begun: targets and reports rolled forward, decisions asked for (docs/rules/new-year.md)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xl_outcomes.actions import read_actions
from xl_outcomes.closing import closed_quarters
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.periods import Quarter, parse_quarter, year_name
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.intake import log
from xl_outcomes.returns.queries import is_open_query
from xl_outcomes.steps import Now, Step, choose_period, current_period, rate
from xl_outcomes.tables import Table, Tables, extend, get
from xl_outcomes.wording import some_of

_KEPT_OF_REPORTS = ("Report", "Committee", "To", "From", "Officer")
_LISTED = 6  # refs named in a sentence

Row = Mapping[str, Any]


def new_year(tables: Tables, now: Now, shown: Sequence[Table] = ()) -> Step:
    """The year after that of the Current period begun: every target and report rolled forward, Q1 shown.

    The Current period must be a Q4. Nothing of the old year changes. Targets that the new year has already stay as
    they are. Raises InputError where the year is not over.
    """
    period = current_period(tables, None)
    if period.number != 4:
        fix = f"A new year follows {year_name(period.year)} Q4. Choose that period first, once it has been rated."
        raise InputError(f"The current period is {period}, so {year_name(period.year)} is not over.", fix)
    first = period.shift(1)
    framework = prepare(tables, period, now.today, closed_quarters(tables)).history.framework
    targets = roll_targets(get(tables, "Targets"), framework, period)
    reports = roll_reports(get(tables, "Reports"), period)
    changed: dict[str, Table] = {"Targets": targets, **({"Reports": reports} if "Reports" in tables else {})}
    changed |= choose_period({**tables, **changed}, first, now).changed
    _, rated = rate({**tables, **changed}, first, now, shown)
    changed |= rated.changed
    summary = " ".join(_told(tables, changed, framework, period))
    logged = log(tables, now.at, now.who, "New year", summary)
    return Step({**changed, "Log": logged}, summary, rated.views)


def roll_targets(table: Table, framework: Framework, period: Quarter) -> Table:
    """Targets with a row in the new year for every live indicator that has none there yet, to be confirmed.

    Year-to-date targets, and those with a row for each quarter, are repeated quarter by quarter; of others the row in
    force at the end of the year is repeated. The figures are the old ones.
    """
    by_ref = _dated(table)
    live = (i for i in framework.indicators.values() if i.expected())
    return extend(table, [row for i in live for row in _next(i, by_ref.get(i.ref, {}), period)])


def roll_reports(table: Table, period: Quarter) -> Table:
    """Reports with a row in the new year for each of the old one: number, date and key decision are still to come."""
    rows = [(q, row) for row in table.rows() if (q := _quarter(row["Period"]))]
    known = {(row["Report"], q) for q, row in rows}
    new = [
        {**{h: row[h] for h in _KEPT_OF_REPORTS}, "Period": str(q.shift(4))}
        for q, row in rows
        if q.year == period.year and (row["Report"], q.shift(4)) not in known
    ]
    return extend(table, new)


def _next(indicator: Indicator, rows: Mapping[Quarter, Row], period: Quarter) -> Iterator[dict[str, Any]]:
    """The rows of the new year for one indicator; none where it has some already, or never had any."""
    year = period.year
    if any(q.year == year + 1 for q in rows):
        return
    in_year = {q: row for q, row in sorted(rows.items()) if q.year == year}
    if indicator.year_to_date or len(in_year) == 4:
        yield from (_repeated(row, q.shift(4), year) for q, row in in_year.items())
        return
    last = max((q for q in rows if q <= period), default=None)
    if last is not None:
        yield _repeated(rows[last], period.shift(1), year)


def _repeated(row: Row, start: Quarter, year: int) -> dict[str, Any]:
    basis = f"To be confirmed: as in {year_name(year)}. {row['Basis'] or ''}".strip()
    return {**{h: row[h] for h in SPECS["Targets"].headings}, "From": str(start), "Basis": basis}


def _dated(table: Table) -> dict[str, dict[Quarter, Row]]:
    found: dict[str, dict[Quarter, Row]] = {}
    for row in table.rows():
        quarter = _quarter(row["From"])
        if quarter and row["Indicator"] is not None:
            found.setdefault(ref_text(row["Indicator"]), {})[quarter] = row
    return found


def _quarter(value: object) -> Quarter | None:
    return parse_quarter(value) if value is not None and SPECS["Targets"].column("From").fits(value) else None


# ---- what the officer is told ----


def _told(tables: Tables, changed: Tables, framework: Framework, period: Quarter) -> Iterator[str]:
    year, following = year_name(period.year), year_name(period.year + 1)
    new = len(changed["Targets"].frame) - len(get(tables, "Targets").frame)
    yield f"{following} has begun: {new} target rows carried over from {year}, to be confirmed on the sheet Targets."
    reports = len(get(changed, "Reports").frame) - len(get(tables, "Reports").frame) if "Reports" in changed else 0
    if reports:
        yield f"{reports} reports are planned as in {year}: fill in number and date on the sheet Reports."
    yield from _to_decide(framework, _dated(changed["Targets"]), period)
    yield from _left_over(tables, period)


def _to_decide(framework: Framework, targets: Mapping[str, Any], period: Quarter) -> Iterator[str]:
    """What only people can decide: measures that have run their baseline year, wait, or have no target."""
    indicators = framework.indicators.values()
    groups = (
        ("Their baseline year is over, so set a target and make them Live", "Baseline year"),
        ("Proposed, so make them Live or drop them", "Proposed"),
        ("In development, so say from when they are live", "In development"),
    )
    for words, status in groups:
        refs = [i.ref for i in indicators if i.status == status]
        if refs:
            yield f"{words}: {some_of(refs, _LISTED)}."
    without = [i.ref for i in indicators if i.status == "Live" and i.scored and i.ref not in targets]
    if without:
        yield f"No target in {year_name(period.year + 1)}: {some_of(without, _LISTED)}."


def _left_over(tables: Tables, period: Quarter) -> Iterator[str]:
    """What of the old year is still open."""
    year = [Quarter(period.year, n) for n in (1, 2, 3, 4)]
    rated = {row["Period"] for row in get(tables, "Results").rows()}
    closed = closed_quarters(tables)
    still_open = [str(q) for q in year if str(q) in rated and q not in closed]
    if still_open:
        yield f"Not closed yet: {', '.join(still_open)}."
    queries = [str(row["Issue"]) for row in get(tables, "Issues").rows() if is_open_query(row)]
    if queries:
        yield f"Queries still to settle: {some_of(queries, _LISTED)}."
    actions = [action.ref for action in read_actions(get(tables, "Actions")) if action.open]
    if actions:
        yield f"Actions carried into the new year: {some_of(actions, _LISTED)}."
