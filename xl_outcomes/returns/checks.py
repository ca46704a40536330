"""Checking returns: the whole form first, then which rows they are, then types, then rules (docs/rules/returns.md).

A fault of the form stops the whole return; an error stops its row; a query holds the row until an officer settles it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from xl_outcomes.framework import Indicator
from xl_outcomes.issues import Issue, count_of
from xl_outcomes.periods import Period, Quarter, quarter_of, read_period
from xl_outcomes.returns.claims import Claim, entry_issue, make_claim, shortened
from xl_outcomes.returns.expected import (
    FORM_VERSION,
    OPEN,
    STAMP,
    last_values,
    periods_of,
    plain,
)
from xl_outcomes.returns.reading import Entry, Return
from xl_outcomes.returns.relations import (
    ACCEPTED,
    PART,
    REJECTED,
    TAKEN_IN,
    WITH_WARNINGS,
    Beside,
    Context,
    Earlier,
    Figures,
    check_relations,
    resubmission,
)
from xl_outcomes.returns.rules import check_claims
from xl_outcomes.targets import held_to, in_force

_MOST_CITED = 10
_MOST_OF_A_CODE = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a return, without its cells; `known` is set for a file that was taken in before.

    `figures` are those of the rows without fault, None for a return whose form was refused.
    """

    file: str
    sha256: str
    owner: str
    period: str
    status: str
    accepted_rows: int
    held_rows: int
    issues: tuple[Issue, ...]
    known: bool
    figures: Figures | None

    def count(self, severity: str) -> int:
        """How many issues have that severity."""
        return count_of(self.issues, severity)


@dataclass(frozen=True, slots=True)
class Checked:
    """A return checked: the claims that go in, those held by a query, and everything found.

    `held` pairs each claim with its queries. `known` is set for a file that was taken in before: nothing is to do.
    """

    source: Return
    owner: str
    period: str
    status: str
    accepted: tuple[Claim, ...] = ()
    held: tuple[tuple[Claim, tuple[Issue, ...]], ...] = ()
    issues: tuple[Issue, ...] = ()
    known: bool = False
    due: dt.date | None = None
    figures: Figures | None = None

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.source.file

    @property
    def sha256(self) -> str:
        """The sum of the file's bytes."""
        return self.source.sha256

    @property
    def accepted_rows(self) -> int:
        """How many rows go in."""
        return len(self.accepted)

    @property
    def held_rows(self) -> int:
        """How many rows wait for a decision."""
        return len(self.held)

    @property
    def verdict(self) -> Verdict:
        """What became of it, without its cells."""
        counts = self.accepted_rows, self.held_rows
        return Verdict(
            self.file, self.sha256, self.owner, self.period, self.status, *counts, self.issues, self.known, self.figures
        )

    def count(self, severity: str) -> int:
        """How many issues have that severity."""
        return count_of(self.issues, severity)


Judged = TypeVar("Judged", Checked, Verdict)


def check_returns(returns: Sequence[Return], context: Context) -> tuple[Checked, ...]:
    """Checks returns together, in the order given; a later one of the same owner is a resubmission."""
    return in_sequence(check_each(returns, context), context)


def check_each(returns: Sequence[Return], context: Context) -> list[Checked]:
    """Checks returns each by itself, as if no other had come with it: so they can be checked in any order."""
    sorted_out = [_sort_out(source, context) for source in returns]
    claims = [claim for s in sorted_out for claim in s.claims]
    found = check_claims(claims, context.history.settings)
    by_claim: dict[int, list[Issue]] = {}
    for position, issue in found:
        by_claim.setdefault(id(claims[position]), []).append(issue)
    return [_conclude(s, by_claim, context) for s in sorted_out]


def in_sequence(judged: Iterable[Judged], context: Context) -> tuple[Judged, ...]:
    """Returns that were checked each by itself, in the order in which they came: later ones know of earlier ones."""
    done: list[Judged] = []
    before: dict[str, list[Earlier]] = {}
    for one in judged:
        after = one if one.figures is None else _after(one, one.figures, before.get(one.owner, ()), context)
        done.append(after)
        if after.figures is not None and after.period == str(context.period) and after.status in TAKEN_IN:
            figures = after.figures if after.accepted_rows else {}
            before.setdefault(after.owner, []).append(Earlier(after.file, after.sha256, figures))
    return tuple(done)


def _after(one: Judged, figures: Figures, before: Sequence[Earlier], context: Context) -> Judged:
    found = resubmission(one.owner, one.sha256, figures, before, context)
    if found is None:
        return one
    # As a warning of the whole return it stands before those of cells.
    whole: int = sum(not issue.cell and not issue.sheet for issue in one.issues)
    issue = replace(found, owner=one.owner, file=one.file)
    status = WITH_WARNINGS if one.status == ACCEPTED else one.status
    return replace(one, issues=(*one.issues[:whole], issue, *one.issues[whole:]), status=status)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A return with its rows identified and typed; `stopped` rows are those with an error already."""

    source: Return
    claims: tuple[Claim, ...] = ()
    issues: tuple[Issue, ...] = ()
    stopped: frozenset[int] = frozenset()
    refused: bool = False

    @property
    def owner(self) -> str:
        return self.source.stamp.get("Data owner", "")


def _sort_out(source: Return, context: Context) -> _Sorted:
    faults = [i for i in source.issues if i.severity == "error"] or _form_faults(source, context)
    if faults:
        return _Sorted(source, issues=tuple(faults), refused=True)
    owner = source.stamp["Data owner"]
    claims: list[Claim] = []
    issues: list[Issue] = list(source.issues)
    stopped: set[int] = set()
    for entry, revision in [(e, False) for e in source.entries] + [(e, True) for e in source.revisions]:
        known = _identify(entry, owner, context, source.file, revision=revision)
        if isinstance(known, Issue):
            issues.append(known)
            continue
        claim, odd = _claim(source.file, owner, entry, known, context, revision=revision)
        issues += odd
        claims.append(claim)
        if any(i.severity == "error" for i in odd):
            stopped.add(id(claim))
    twice, again = _duplicates(claims)
    return _Sorted(source, tuple(claims), (*issues, *twice), frozenset(stopped | again))


def _form_faults(source: Return, context: Context) -> list[Issue]:
    stamp, settings = source.stamp, context.history.settings
    if any(not stamp.get(label) and label != "Framework" for label in STAMP):
        message = "The hidden stamp of the form is missing, so it cannot be told whose return this is."
        fix = f"Copy the figures into the form that was sent (version {FORM_VERSION}) and send that."
        return [Issue("form-version", "error", message, fix, file=source.file)]
    wanted = {
        "form-version": ("Form version", FORM_VERSION, "made with another version of the form"),
        "form-framework": ("Framework", settings.framework, "for another framework"),
        "form-period": ("Period", str(context.period), "for another period"),
    }
    faults = [
        _other_form(code, what, stamp.get(label, ""), expected, source.file)
        for code, (label, expected, what) in wanted.items()
        if plain(stamp.get(label, "")) != plain(expected)
    ]
    if stamp["Data owner"] not in context.owners:
        names = ", ".join(sorted(context.owners)[:12])
        message = f'The data owner "{stamp["Data owner"]}" is not in the framework; it knows: {names}.'
        fix = "Make the form anew from the present master."
        faults.append(Issue("form-owner", "error", message, fix, value=stamp["Data owner"], file=source.file))
    if not faults and not source.revisions and not any(set(OPEN) & set(e.cells) for e in source.entries):
        message = "The form is empty: no figure, shorthand or text has been filled in."
        faults.append(Issue("form-empty", "error", message, "Fill in the form and send it again.", file=source.file))
    return faults


def _other_form(code: str, what: str, found: str, expected: str, file: str) -> Issue:
    message = f'The form is {what}: it says "{found}", and "{expected}" is expected.'
    fix = "Send the form of the period and version asked for, or choose that period when taking it in."
    return Issue(code, "error", message, fix, value=found, file=file)


def _identify(
    entry: Entry, owner: str, context: Context, file: str, *, revision: bool
) -> tuple[Indicator, Period] | Issue:
    """The indicator and period of a row, or the error that says why it has none."""
    framework, ref = context.history.framework, entry.text("Ref")

    def refuse(code: str, heading: str, message: str, fix: str) -> Issue:
        return entry_issue(entry, code, "error", heading, message, fix, file, owner, shortened(ref))

    indicator = framework.indicators.get(ref)
    if indicator is None:
        found = f'"{shortened(ref)}" is not an indicator of the framework.' if ref else "The row has no ref."
        return refuse("row-unknown", "Ref", found, "Put back the ref that was in the form.")
    if indicator.data_owner != owner:
        message = f"{ref} belongs to {indicator.data_owner or 'nobody'}, not to {owner}."
        return refuse("row-not-yours", "Ref", message, "Delete the row; its owner sends it.")
    period = _period(entry.text("Period"), indicator, context.period)
    if revision and period is not None and _earlier(period, context.period) and _fits(indicator, period):
        return indicator, period
    if revision or period is None or not _due(indicator, period, context.period):
        wanted = ", ".join(str(p) for p in periods_of(indicator, context.period))
        asked = f"due for {wanted}" if _asked(indicator, context.period) else f"not due in {context.period}"
        message = f'{ref} is {asked}; the row is for "{shortened(entry.text("Period"))}".'
        fix = "Give an earlier period of this indicator." if revision else "Put back the period that was in the form."
        return refuse("row-not-due", "Period", message, fix)
    return indicator, period


def _period(text: str, indicator: Indicator, quarter: Quarter) -> Period | None:
    if not text:
        return quarter if indicator.frequency != "Monthly" else None
    return read_period(text)


def _asked(indicator: Indicator, quarter: Quarter) -> bool:
    return indicator.expected() and indicator.due_in(quarter)


def _due(indicator: Indicator, period: Period, quarter: Quarter) -> bool:
    return _asked(indicator, quarter) and period in periods_of(indicator, quarter)


def _earlier(period: Period, quarter: Quarter) -> bool:
    return quarter_of(period) < quarter


def _fits(indicator: Indicator, period: Period) -> bool:
    quarter = quarter_of(period)
    return indicator.due_in(quarter) and period in periods_of(indicator, quarter)


def _claim(
    file: str, owner: str, entry: Entry, known: tuple[Indicator, Period], context: Context, *, revision: bool
) -> tuple[Claim, tuple[Issue, ...]]:
    indicator, period = known
    history, quarter = context.history, quarter_of(period)
    target = in_force(history.timelines, indicator, quarter)
    held = held_to(target, indicator, quarter, history.settings) if target and not target.wrong else None
    last = tuple(last_values(history, indicator, period))
    aim = held.target if held else None
    return make_claim(file, owner, entry, indicator, period, last, aim, revision=revision)


def _duplicates(claims: Sequence[Claim]) -> tuple[list[Issue], set[int]]:
    """Errors for rows that give the same ref and period, and the claims that are stopped by it."""
    groups: dict[tuple[str, Period], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.indicator.ref, claim.period), []).append(claim)
    issues, stopped = [], set()
    for (ref, period), group in groups.items():
        if len(group) > 1:
            cells = " and ".join(f"{c.entry.sheet}!{c.entry.address('Ref')}" for c in group[:_MOST_CITED])
            cells += f" and {len(group) - _MOST_CITED:,} more" if len(group) > _MOST_CITED else ""
            message = f"{ref} for {period} stands in the return {len(group)} times: {cells}."
            issues += [c.issue("row-duplicate", "error", "Ref", message, "Keep the right row only.") for c in group]
            stopped |= {id(c) for c in group}
    return issues, stopped


def _conclude(found: _Sorted, by_claim: Mapping[int, list[Issue]], context: Context) -> Checked:
    owner, period = found.owner, found.source.stamp.get("Period", "")
    seen = context.known_as(found.source.sha256)
    if found.refused:
        return Checked(found.source, owner, period, REJECTED, issues=found.issues, known=REJECTED in seen)
    rule_issues = [i for c in found.claims for i in by_claim.get(id(c), [])]
    stopped = found.stopped | {
        id(c) for c in found.claims if any(i.severity == "error" for i in by_claim.get(id(c), []))
    }
    live = [c for c in found.claims if id(c) not in stopped and c.filled]
    queries = {id(c): tuple(i for i in by_claim.get(id(c), []) if i.severity == "query") for c in live}
    accepted = tuple(c for c in live if not queries[id(c)])
    held = tuple((c, queries[id(c)]) for c in live if queries[id(c)])
    figures = {(c.indicator.ref, c.period): c.figure for c in accepted}
    beside = Beside(found.source, owner, found.claims, live)
    issues = (*found.issues, *rule_issues, *check_relations(beside, context))
    issues = _in_order(tuple(replace(i, owner=owner, file=found.source.file) for i in issues))
    issues = _summed_up(issues)
    whole = context.history.settings.accept == "Whole returns"
    if whole and any(i.severity == "error" for i in issues):
        accepted, held = (), ()
    elif whole and held:
        accepted, held = (), tuple((c, queries[id(c)]) for c in live)
    status = _status(accepted, held, issues)
    known = bool(seen & {*TAKEN_IN, status})
    return Checked(found.source, owner, period, status, accepted, held, issues, known, context.due_day(owner), figures)


def _summed_up(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """The issues, where one code comes thousands of times its last ones as one; queries stay, each is settled."""
    if len(issues) <= _MOST_OF_A_CODE:
        return issues
    kept: list[Issue] = []
    further: dict[tuple[str, str], list[Issue]] = {}
    count: Counter[tuple[str, str]] = Counter()
    for issue in issues:
        kind = issue.code, issue.severity
        count[kind] += 1
        if issue.severity == "query" or count[kind] <= _MOST_OF_A_CODE:
            kept.append(issue)
        else:
            further.setdefault(kind, []).append(issue)
    return (*kept, *(_and_more(more) for more in further.values()))


def _and_more(issues: Sequence[Issue]) -> Issue:
    message = f"The same fault stands in {len(issues):,} more cells, down to {issues[-1].cell}."
    return replace(issues[0], message=message, value="", ref="")


def _status(accepted: Sequence[Claim], held: Sequence[tuple[Claim, tuple[Issue, ...]]], issues: Iterable[Issue]) -> str:
    severities = {i.severity for i in issues}
    if not accepted and not held:
        return REJECTED if "error" in severities else WITH_WARNINGS
    if held or "error" in severities:
        return PART
    return WITH_WARNINGS if severities else ACCEPTED


def _in_order(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Issues by the place in the file, those without a cell first."""

    def place(issue: Issue) -> tuple[str, int, str]:
        digits = "".join(c for c in issue.cell if c.isdigit())
        return issue.sheet, int(digits or 0), issue.cell

    return tuple(sorted(dict.fromkeys(issues), key=place))
