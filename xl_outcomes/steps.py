"""One function for each thing that an officer does: tables in, changed tables and a summary out.

Ribbon, command line and server all call these; none of them reads or writes a file.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from xl_outcomes.actions import carry
from xl_outcomes.changes import Comparison, as_change_rows, merge_changes
from xl_outcomes.changes import compare as compare_versions
from xl_outcomes.closing import closed_quarters, demand_open, told_of_closed
from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.framework import ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.overrides import Replacement
from xl_outcomes.periods import Quarter, year_name
from xl_outcomes.quarter import Prepared, Rated, prepare, rate_prepared, rate_quarter, with_observations
from xl_outcomes.reporting.readback import read_back
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.reporting.views import make_views
from xl_outcomes.returns import settle as settling
from xl_outcomes.returns.checks import Checked, check_returns
from xl_outcomes.returns.expected import Form, make_forms
from xl_outcomes.returns.intake import issue_row, log, next_number, take_in, withdraw
from xl_outcomes.returns.queries import is_open_query, open_first, typed_decisions
from xl_outcomes.returns.reading import Return
from xl_outcomes.returns.register import expect, mark_overdue
from xl_outcomes.returns.relations import Context
from xl_outcomes.settings import read_settings, sound_settings
from xl_outcomes.tables import Table, Tables, change, extend, get
from xl_outcomes.thread import check_framework
from xl_outcomes.tied import TIED


@dataclass(frozen=True, slots=True)
class Now:
    """The moment and the person of an action, given from outside so that results can be reproduced."""

    at: dt.datetime
    who: str

    @property
    def today(self) -> dt.date:
        """The day."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Step:
    """What an action changes: tables, sheets of views, and what it says it did (one sentence)."""

    changed: Tables
    summary: str
    views: tuple[ViewSheet, ...] = ()


def current_period(tables: Tables, given: Quarter | None) -> Quarter:
    """The period asked for, else the Current period of the settings; raises InputError where there is neither."""
    if given is not None:
        return given
    settings = sound_settings(tables["Settings"])
    if settings.current_period is None:
        fix = 'Give it with --period "2025/26 Q1", or fill in Current period on the Settings sheet.'
        raise InputError("It is not said which quarter is meant.", fix)
    return settings.current_period


def choose_period(tables: Tables, period: Quarter, now: Now) -> Step:
    """The Current period of the settings set to another quarter."""
    table = tables["Settings"]
    row = next((r["row"] for r in table.rows() if str(r["Setting"]).casefold() == "current period"), None)
    if row is None:
        table = extend(table, [{"Setting": "Current period", "Value": str(period)}])
    else:
        table = change(table, {row: {"Value": str(period)}})
    summary = f"The current period is {period}."
    return Step({"Settings": table, "Log": _logged(tables, now, "Choose period", summary)}, summary)


def check(tables: Tables) -> tuple[Issue, ...]:
    """Everything that the checks of the settings, the golden thread and the tables tied to it find in a master."""
    settings, odd = read_settings(tables["Settings"])
    checked = check_framework(tables, settings.current_period)
    tied = (issue for find in TIED for issue in find(tables, checked.framework, settings))
    return (*odd, *checked.issues, *tied)


def forms(tables: Tables, period: Quarter, now: Now) -> tuple[tuple[Form, ...], Step]:
    """The return forms of a quarter, and the register that awaits them."""
    made = make_forms(_prepared(tables, period, now).history, period)
    if not made:
        raise InputError(
            f"Nothing is due in {period} from any data owner.", "Look at Frequency, Status and Data owner."
        )
    summary = f"{len(made)} return forms for {period}, {sum(len(f.rows) for f in made)} figures asked for."
    register = expect(get(tables, "Returns"), made, now.today)
    return made, Step({"Returns": register, "Log": _logged(tables, now, "Make forms", summary)}, summary)


def validate(tables: Tables, returns: Sequence[Return], period: Quarter, now: Now) -> tuple[Checked, ...]:
    """Returns checked against the master; nothing changes."""
    return check_returns(returns, checks_of(tables, period, now))


def checks_of(tables: Tables, period: Quarter, now: Now) -> Context:
    """What returns for a quarter are checked against."""
    return _context(_prepared(tables, period, now), tables, period, now)


@dataclass(frozen=True, slots=True)
class Opened:
    """A master about to take returns in: its tables with the typed decisions carried out, and what to check against."""

    tables: Tables
    settled: Step
    prepared: Prepared
    context: Context


def open_import(tables: Tables, period: Quarter, now: Now) -> Opened:
    """A master made ready to take returns in."""
    settled = settle_typed(tables, period, now)
    tables = {**tables, **settled.changed}
    prepared = _prepared(tables, period, now)
    return Opened(tables, settled, prepared, _context(prepared, tables, period, now))


def import_checked(opened: Opened, checked: Sequence[Checked], now: Now) -> Step:
    """Checked returns taken in; the summary says how many figures go in or are held, and which ratings change."""
    tables, settled, period = opened.tables, opened.settled, opened.context.period
    changed = take_in(tables, checked, period, now.at, now.who)
    new = [c for c in checked if not c.known]
    counts = f"{sum(c.accepted_rows for c in new)} figures in, {sum(c.held_rows for c in new)} held"
    ratings = _rating_changes(opened.prepared, tables, changed, period)
    again = sum(c.known for c in checked)
    known = f" {again} of {len(checked)} returns had been taken in before." if again else ""
    summary = f"{counts}, {ratings}.{known}{_to_settle(changed)}{told_of_closed(tables, changed)}"
    if changed:
        changed["Log"] = _logged({**tables, **changed}, now, "Import returns", summary)
    return _in_order(Step({**settled.changed, **changed}, f"{summary}{settled.summary}"))


def import_returns(
    tables: Tables, returns: Sequence[Return], period: Quarter, now: Now
) -> tuple[tuple[Checked, ...], Step]:
    """Returns checked and taken in."""
    opened = open_import(tables, period, now)
    checked = check_returns(returns, opened.context)
    return checked, import_checked(opened, checked, now)


def settle(tables: Tables, number: str, decision: settling.Decision, period: Quarter, now: Now) -> Step:
    """A query settled."""
    prepared = _prepared(tables, period, now)
    changed = settling.settle(tables, prepared.history.framework, number, decision, now.at)
    ratings = _rating_changes(prepared, tables, changed, period)
    return _in_order(_told(changed, f"Issue {number}: {decision.kind}; {ratings}.{told_of_closed(tables, changed)}"))


def settle_typed(tables: Tables, period: Quarter, now: Now) -> Step:
    """The queries settled whose decision and note are typed in Issues; the summary is blank where there are none."""
    decisions, doubts = typed_decisions(get(tables, "Issues"), now.who)
    changed: dict[str, Table] = {}
    done = []
    for number, decision in decisions.items():
        current = {**tables, **changed}
        row = next(r for r in current["Issues"].rows() if r["Issue"] is not None and ref_text(r["Issue"]) == number)
        if is_open_query(row):  # a decision on another query of the same row may have settled it
            framework = _prepared(current, period, now).history.framework
            changed |= settling.settle(current, framework, number, decision, now.at)
        done.append(f"{number} {decision.kind}")
    summary = f" Settled from the sheet Issues: {', '.join(done)}." if done else ""
    return _in_order(Step(changed, summary + "".join(f" {doubt}" for doubt in doubts)))


def withdraw_return(tables: Tables, owner: str, period: Quarter, now: Now) -> Step:
    """An owner's latest return of a quarter taken out again."""
    changed = withdraw(tables, owner, period, now.at, now.who)
    changed["Returns"] = mark_overdue(changed["Returns"], now.today)
    ratings = _rating_changes(_prepared(tables, period, now), tables, changed, period)
    summary = f"The return of {owner} for {period} is withdrawn; {ratings}.{told_of_closed(tables, changed)}"
    return _in_order(_told(changed, summary))


def rate(tables: Tables, period: Quarter, now: Now, shown: Sequence[Table] = ()) -> tuple[Rated, Step]:
    """A quarter rated: results, roll-up, the sheets that show them, and what was odd among the issues.

    `shown` are the indicator sheets' tables as they stand: commentary and actions typed there are taken in first.
    """
    rated, step = rate_tables(tables, period, now, shown)
    return rated, replace(step, views=make_views(rated, {**tables, **step.changed}))


def rate_tables(tables: Tables, period: Quarter, now: Now, shown: Sequence[Table] = ()) -> tuple[Rated, Step]:
    """A quarter rated as `rate` does it, without the sheets that show it."""
    settled = settle_typed(tables, period, now)
    tables = {**tables, **settled.changed}
    observations, typed = read_back(tables["Observations"], shown)
    tables = {**tables, "Observations": observations}
    rated = rate_quarter(tables, period, now.today, closed_quarters(tables))
    counts = Counter(r for r in rated.results["Rating"] if r)
    colours = ", ".join(f"{counts[r]} {r}" for r in RATINGS)
    changes = _differences(get(tables, "Results"), rated)
    summary = f"{period}: {sum(counts.values())} indicators rated ({colours}); {changes}."
    summary += f" Taken from the indicator sheets: {', '.join(typed)}." if typed else ""
    summary += settled.summary
    results = _merged(get(tables, "Results"), rated.results, period, "Indicator")
    issues = _rating_issues(get(tables, "Issues"), rated, now.at)
    changed: dict[str, Table] = {
        **settled.changed,
        "Results": results,
        "Rollup": _merged(get(tables, "Rollup"), rated.rollup, period, "Ref"),
        "Issues": issues,
        "Returns": mark_overdue(get(tables, "Returns"), now.today),
    }
    if typed:
        changed["Observations"] = observations
    raised = _actions_raised(tables, changed, rated)
    if raised:
        changed["Actions"] = raised
    if typed or raised or not results.frame.equals(get(tables, "Results").frame):
        changed["Log"] = _logged(tables, now, "Rate", summary)
    return rated, _in_order(Step(changed, summary))


def _actions_raised(tables: Tables, changed: Tables, rated: Rated) -> Table | None:
    """The table Actions with what the quarter's Reds call for; None where it says so already, or there is no table."""
    if "Actions" not in tables:
        return None
    carried = carry(tables["Actions"], rated, {**tables, **changed})
    return None if carried.frame.equals(tables["Actions"].frame) else carried


def override(tables: Tables, given: Replacement, now: Now, shown: Sequence[Table] = ()) -> tuple[Rated, Step]:
    """A rating replaced by an officer's, and the quarter rated with it.

    Raises InputError where the row is incomplete, or there is nothing that it could replace.
    """
    demand_open(tables, given.period)
    table = extend(get(tables, "Overrides"), [given.cells()])
    row = int(table.frame.index[-1])
    rated, step = rate({**tables, "Overrides": table}, given.period, now, shown)
    for issue in rated.issues:
        if issue.code == "override-ignored" and issue.ref == given.ref and issue.cell == table.cell(row, "Ref"):
            raise InputError(issue.message, "Nothing has been changed.")
    summary = f"{given.ref} is {given.rating} by override until {given.last}. {step.summary}"
    why = f"Reason: {given.reason.strip().rstrip('.')}. Approved by {given.approved_by.strip()}."
    logged = _logged(tables, now, "Override rating", f"{summary} {why}")
    return rated, Step({**step.changed, "Overrides": table, "Log": logged}, summary, step.views)


def compare(older: Tables, tables: Tables, now: Now) -> tuple[Comparison, Step]:
    """Two versions of a framework compared; the step keeps the changes in Changes, with what officers put there.

    The version is named by its framework and financial year.
    """
    settings = sound_settings(tables["Settings"])
    year = year_name(settings.current_period.year) if settings.current_period else ""
    version = ", ".join(w for w in (settings.framework, year) if w) or str(now.today)
    comparison = compare_versions(older, tables)
    rows = as_change_rows(comparison, version, now.today)
    merged, doubts = merge_changes(get(tables, "Changes"), rows, version)
    counts = Counter(change.change for change in comparison.changes)
    found = ", ".join(f"{kind} {number}" for kind, number in counts.items()) or "nothing"
    summary = f"{version} differs from the older version in: {found}. Theme by theme it stands on the sheet Changes."
    summary += "".join(f" {issue.message}" for issue in doubts)
    if merged.frame.equals(get(tables, "Changes").frame):
        return comparison, Step({}, f"{summary} Changes lists all of it already.")
    return comparison, Step({"Changes": merged, "Log": _logged(tables, now, "Compare versions", summary)}, summary)


def undo(now_tables: Tables, before: Tables, now: Now) -> Step:
    """The last action taken back: the log alone goes on, with the rows since and one that says so."""
    known = len(get(before, "Log").frame)
    since = [{h: r[h] for h in SPECS["Log"].headings} for r in list(get(now_tables, "Log").rows())[known:]]
    undone = since[-1]["Action"] if since else "the last action"
    summary = f"Undone: {undone}."
    row = {"When": now.at, "Who": now.who, "Action": "Undo", "Detail": summary}
    return Step({"Log": extend(get(before, "Log"), [*since, row])}, summary)


def rated_already(tables: Tables, period: Quarter, now: Now) -> Rated:
    """A quarter's ratings for a report; raises InputError where Results does not hold the same ones."""
    rated = rate_quarter(tables, period, now.today, closed_quarters(tables))
    listed = get(tables, "Results").frame
    columns = ["Indicator", "Value", "Rating"]
    held, fresh = (f[columns].to_dict("records") for f in (listed[listed["Period"] == str(period)], rated.results))
    if sorted(held, key=str) != sorted(fresh, key=str):
        found = "has not been rated" if not held else "has other figures or ratings now than when it was rated"
        raise InputError(
            f"{period} {found}.", "Rate it first, so that report and workbook say the same: xl-outcomes rate."
        )
    return rated


def _logged(tables: Tables, now: Now, action: str, detail: str) -> Table:
    return log(tables, now.at, now.who, action, detail)


def _in_order(step: Step) -> Step:
    """The step with what is open in Issues first."""
    if "Issues" not in step.changed:
        return step
    return replace(step, changed={**step.changed, "Issues": open_first(step.changed["Issues"])})


def _told(changed: dict[str, Table], summary: str) -> Step:
    """A step whose row of the log ends with the summary that the officer is shown."""
    table = changed["Log"]
    last = int(table.frame.index[-1])
    detail = table.frame["Detail"].iloc[-1]
    told = change(table, {last: {"Detail": f"{detail} {summary}"}})
    return Step({**changed, "Log": told}, summary)


def _to_settle(changed: Tables) -> str:
    """The new queries by number, so that they can be settled from here."""
    rows = changed["Issues"].rows() if "Issues" in changed else ()
    queries = [
        f"{r['Issue']} ({r['Indicator']} {r['Code']})"
        for r in rows
        if r["row"] < 0 and r["Status"] == "Open" and r["Severity"] == "query"
    ]
    return f" Queries to settle: {', '.join(queries)}." if queries else ""


def _prepared(tables: Tables, period: Quarter, now: Now) -> Prepared:
    """A master read for rating: quarters that are closed are read from Results."""
    return prepare(tables, period, now.today, closed_quarters(tables))


def _context(prepared: Prepared, tables: Tables, period: Quarter, now: Now) -> Context:
    return Context(prepared.history, period, now.today, get(tables, "Returns"))


def _rating_changes(prepared: Prepared, tables: Tables, changed: Tables, period: Quarter) -> str:
    """Which ratings the changed observations give, against those before."""
    if "Observations" not in changed:
        return "no ratings change"
    after = with_observations(prepared, changed["Observations"])
    old, new = (rate_prepared(p, tables, period).results for p in (prepared, after))
    return _changes_in_words(_ratings(old), _ratings(new))


def _differences(results: Table, rated: Rated) -> str:
    old = results.frame[results.frame["Period"] == str(rated.period)]
    return _changes_in_words(_ratings(old), _ratings(rated.results))


def _ratings(results: pd.DataFrame) -> dict[str, str | None]:
    return dict(zip(results["Indicator"], results["Rating"], strict=True))


def _changes_in_words(old: dict[str, str | None], new: dict[str, str | None], most: int = 5) -> str:
    """New ratings by number, changed ones by name: "12 newly rated, 2 ratings change: HOU-3 Amber to Red, …"."""
    newly = sum(rating is not None and old.get(ref) is None for ref, rating in new.items())
    changes = [
        f"{ref} {old[ref]} to {rating or 'not rated'}"
        for ref, rating in new.items()
        if old.get(ref) is not None and old[ref] != rating
    ]
    more = f" and {len(changes) - most} more" if len(changes) > most else ""
    verb = "1 rating changes" if len(changes) == 1 else f"{len(changes) or 'no'} ratings change"
    named = f"{verb}: {', '.join(changes[:most])}{more}" if changes else verb
    return f"{newly} newly rated, {named}" if newly else named


def _merged(table: Table, new: pd.DataFrame, period: Quarter, key: str) -> Table:
    """A table of results with one period's rows replaced: rows keep their place, new ones come at the end."""
    fresh = {row[key]: row for row in Table(table.name, new).rows()}
    rows = list(table.with_frame(table.frame[table.frame["Period"] == str(period)]).rows())
    gone = [r["row"] for r in rows if r[key] not in fresh]
    there = {r[key]: r["row"] for r in rows if r[key] in fresh}
    kept = table.with_frame(table.frame.drop(index=gone)) if gone else table
    changed = change(kept, {row: {h: fresh[ref][h] for h in new.columns} for ref, row in there.items()})
    return extend(changed, [row for ref, row in fresh.items() if ref not in there])


def _rating_issues(table: Table, rated: Rated, at: dt.datetime) -> Table:
    """Issues with what the rating found: new ones open, those found no more closed, the rest as they are."""
    found = {_identity(i.code, i.cell, i.ref): i for i in rated.issues if _is_for_results(i)}
    listed = {
        _identity(r["Code"], r["Cell"], r["Indicator"]): r
        for r in table.rows()
        if r["File"] is None and r["Period"] == str(rated.period) and r["Status"] == "Open"
    }
    ended = {r["row"]: {"Status": "Closed", "When": at} for key, r in listed.items() if key not in found}
    first = next_number(table)
    fresh = [issue for key, issue in found.items() if key not in listed]
    rows = [{**issue_row(i, str(first + n), "", rated.period, ""), "Status": "Open"} for n, i in enumerate(fresh)]
    return extend(change(table, ended), rows)


def _is_for_results(issue: Issue) -> bool:
    return issue.severity != "warning" or issue.code.startswith(("observation", "override"))


def _identity(code: object, cell: object, ref: object) -> tuple[str, str, str]:
    return str(code or ""), str(cell or ""), str(ref or "")
