"""What is seen only beside the rest: what a return lacks, what came before it, what its figures will mean.

The checks that look past a single row (docs/rules/returns.md).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from xl_outcomes.figures import Observation
from xl_outcomes.framework import Indicator
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Period, Quarter
from xl_outcomes.rating import display
from xl_outcomes.returns.claims import Claim
from xl_outcomes.returns.expected import (
    LOCKED,
    Form,
    checksum,
    due_by_owner,
    due_date,
    due_rows,
    form_for,
    plain,
    row_figure,
)
from xl_outcomes.returns.reading import Return
from xl_outcomes.standing import History, calculated_rating
from xl_outcomes.tables import Table

ACCEPTED, WITH_WARNINGS, PART, REJECTED = "accepted", "accepted with warnings", "part accepted", "rejected"
TAKEN_IN = (ACCEPTED, WITH_WARNINGS, PART)


@dataclass(frozen=True)
class Context:
    """What returns are checked against: the master's history, the period asked for, the day, and the register.

    What every return asks of them is looked up once, however many returns there are.
    """

    history: History
    period: Quarter
    today: dt.date
    register: Table

    @cached_property
    def owners(self) -> frozenset[str]:
        """The data owners that the framework knows."""
        return frozenset(i.data_owner for i in self.history.framework.indicators.values() if i.data_owner)

    def due_from(self, owner: str) -> Sequence[Indicator]:
        """The indicators for which an owner is asked in the period."""
        return self._due.get(owner, ())

    def due_day(self, owner: str) -> dt.date:
        """The day by which an owner's return is due."""
        return due_date(self.due_from(owner), self.period, self.history.settings)

    def blank_form(self, owner: str) -> Form:
        """An owner's form for the period as it is sent out."""
        return form_for(self.history, owner, self.due_from(owner), self.period)

    def registered(self, owner: str) -> Sequence[Mapping[str, Any]]:
        """The rows of the register for an owner in the period, in order."""
        return self._registered.get(owner, ())

    def known_as(self, sha256: str) -> frozenset[str]:
        """The statuses under which a file of these bytes is in the register."""
        return frozenset(self._statuses.get(sha256, ()))

    @cached_property
    def _due(self) -> Mapping[str, Sequence[Indicator]]:
        return due_by_owner(self.history.framework, self.period)

    @cached_property
    def _registered(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.register.rows():
            if row["Period"] == str(self.period):
                found.setdefault(row["Data owner"], []).append(row)
        return found

    @cached_property
    def _statuses(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.register.rows():
            found.setdefault(row["SHA-256"], set()).add(row["Status"])
        return found


Figures = Mapping[tuple[str, Period], Fraction | None]


@dataclass(frozen=True, slots=True)
class Beside:
    """A return with its rows known: all its claims, and those without an error."""

    source: Return
    owner: str
    claims: Sequence[Claim]
    live: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A file that the same owner sent before in this batch, with the figures of it that went in."""

    file: str
    sha256: str
    figures: Figures


def check_relations(found: Beside, context: Context) -> list[Issue]:
    """What is seen only beside the rest: missing rows, changed locked cells, lateness, comments."""
    return [
        *_missing_rows(found, context),
        *_locked_changed(found, context),
        *_late(found, context),
        *_uncommented(found.live, context),
    ]


def resubmission(
    owner: str, sha256: str, figures: Figures, before: Sequence[Earlier], context: Context
) -> Issue | None:
    """The warning that an owner has sent another return before, in this batch or an earlier one, and what differs."""
    earlier = [
        str(row["File"]) for row in context.registered(owner) if row["Status"] in TAKEN_IN and row["SHA-256"] != sha256
    ]
    earlier += [one.file for one in before if one.sha256 != sha256]
    if not earlier:
        return None
    claimed = {key: figure for one in before for key, figure in one.figures.items()}
    differences = (_difference(key, figure, claimed, context) for key, figure in figures.items())
    changes = [text for text in differences if text]
    message = f"A return was taken in before ({earlier[-1]}). What differs: {'; '.join(changes) or 'nothing'}."
    return Issue("resubmission", "warning", message, "The newer rows are used; the older are kept.")


def _difference(key: tuple[str, Period], figure: Fraction | None, claimed: Figures, context: Context) -> str:
    ref, period = key
    indicator = context.history.framework.indicators[ref]
    old = context.history.council_figures(indicator).get(period)
    before = claimed[key] if key in claimed else row_figure(indicator, old.value, old.pair) if old else None
    if figure == before:
        return ""
    words = ["nothing" if f is None else display(f, indicator) for f in (before, figure)]
    return f"{ref} {period}: {words[0]} to {words[1]}"


def _missing_rows(found: Beside, context: Context) -> list[Issue]:
    present = {(e.text("Ref"), e.text("Period")) for e in found.source.entries}
    claimed = {(c.indicator.ref, c.period) for c in found.claims}
    issues = []
    for indicator, period in due_rows(context.due_from(found.owner), context.period):
        if (indicator.ref, period) not in claimed and (indicator.ref, str(period)) not in present:
            message = f"{indicator.ref} ({indicator.title}) is due for {period} and is not in the return."
            issues.append(Issue("row-missing", "warning", message, "Send its figure.", ref=indicator.ref))
    return issues


def _locked_changed(found: Beside, context: Context) -> list[Issue]:
    came_back = [{h: e.cells[h].value for h in LOCKED if h in e.cells} for e in found.source.entries]
    if checksum(came_back) == found.source.stamp["Checksum"]:
        return []
    form = context.blank_form(found.owner)
    sent = {(row.indicator.ref, row.period): row.locked for row in form.rows}
    issues = []
    for claim in found.claims:
        locked = sent.get((claim.indicator.ref, claim.period), {})
        for heading in LOCKED[2:]:
            cell = claim.entry.cells.get(heading)
            back = cell.value if cell else None
            if not claim.revision and heading in claim.entry.columns and plain(back) != plain(locked.get(heading)):
                message = (
                    f'{heading} came back as "{plain(back)[:80]}"; the master has "{plain(locked.get(heading))[:80]}".'
                )
                fix = "The master's stands. If it is wrong, tell the performance officer."
                issues.append(claim.issue("locked-changed", "warning", heading, message, fix))
    return issues


def _late(found: Beside, context: Context) -> list[Issue]:
    due = context.due_day(found.owner)
    if context.today <= due:
        return []
    days = (context.today - due).days
    message = f"The return was due by {due:%d %B %Y} and came {days} day{'s' if days > 1 else ''} late."
    return [Issue("late", "warning", message, "Nothing to correct.")]


def _uncommented(live: Sequence[Claim], context: Context) -> list[Issue]:
    """Warnings where the quarter's rating with these figures asks for a commentary or a corrective action."""
    groups: dict[str, list[Claim]] = {}
    for claim in live:
        if not claim.revision:
            groups.setdefault(claim.indicator.ref, []).append(claim)
    commented = ("Red",) if context.history.settings.comment_on == "Red" else ("Amber", "Red")
    issues = []
    for ref, claims in groups.items():
        last = claims[-1]
        explained, acted = any(c.commentary for c in claims), any(c.corrective_action for c in claims)
        rating = None if explained and acted else _rating_with(claims, context)
        if rating in commented and not explained:
            message = f"{ref} will be {rating}, and there is no commentary."
            fix = "Say in a sentence or two why, and what it means."
            issues.append(last.issue("commentary-missing", "warning", "Commentary", message, fix))
        if rating == "Red" and not acted:
            message = f"{ref} will be Red, and there is no corrective action."
            fix = "Say what is being done, by whom and by when."
            issues.append(last.issue("action-missing", "warning", "Corrective action", message, fix))
    return issues + [i for c in live if c.revision and not c.commentary for i in [_no_reason(c)]]


def _rating_with(claims: Sequence[Claim], context: Context) -> str | None:
    """The rating that an indicator will have with these figures; None in a quarter that is closed."""
    if context.period in context.history.closed:
        return None
    return calculated_rating(_with_claims(context.history, claims), claims[-1].indicator, context.period)


def _no_reason(claim: Claim) -> Issue:
    message = f"The revision of {claim.indicator.ref} for {claim.period} has no reason."
    return claim.issue("commentary-missing", "warning", "Reason", message, "Say why the figure has changed.")


def _with_claims(history: History, claims: Sequence[Claim]) -> History:
    ref = claims[0].indicator.ref
    areas = history.observed.get(ref, {})
    figures = {**areas.get("", {}), **{c.period: _observation(c) for c in claims if c.given or c.code}}
    return replace(history, observed={ref: {**areas, "": figures}})


def _observation(claim: Claim) -> Observation:
    """A claim as the observation that it becomes."""
    pair: tuple[Fraction, Fraction] | None = claim.pair if claim.indicator.calculation == "Ratio" else None
    return Observation(
        claim.period, "", claim.value, pair, claim.code, claim.forecast, dt.datetime.max, 0, claim.commentary
    )
