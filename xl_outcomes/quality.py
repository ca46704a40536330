"""How far each indicator's data can be trusted: scores, tests, sign-off and what is to be improved.

The rules are in docs/rules/data-quality.md.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import YES_NO
from xl_outcomes.exact import rounded, show, to_number
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.quarter import Rated
from xl_outcomes.settings import Settings
from xl_outcomes.standing import recent_figures
from xl_outcomes.tables import Table, Tables, get

DIMENSIONS = ("Accuracy", "Validity", "Reliability", "Timeliness", "Relevance", "Completeness")
TESTS = ("Central importance", "Common sense", "Sound data")
SCORES = ("Good", "Acceptable", "Poor")
DEFINED = ("Complete", "In progress", "Not started")
DRAFT = "Draft"  # another word for In progress
NOT_ASSESSED = "Not assessed"
WORDS = (*SCORES, "Part assessed", NOT_ASSESSED)
GOOD_FROM = 5  # of the six dimensions, none of them Poor
MISSING_STATES = ("Overdue", "Incomplete", "Unavailable")
_OTHER_SCALES = (
    ("very poor", "very low", "none", "no", "fail"),
    ("poor", "low", "weak", "red", "inadequate"),
    ("fair", "medium", "moderate", "partly", "amber", "adequate", "satisfactory", "acceptable"),
    ("good", "high", "strong", "green", "yes", "pass"),
    ("very good", "very high", "excellent"),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A row of Quality: the scores and answers that are among the allowed words, by heading.

    `other_scale` is the lowest score where a council scores on a scale of its own: "Fair (Timeliness)".
    """

    ref: str
    scores: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)
    signed_off: bool = False
    improvement: str = ""
    other_scale: str = ""

    @property
    def complete(self) -> bool:
        """Whether all six dimensions are scored."""
        return len(self.scores) == len(DIMENSIONS)

    @property
    def poor(self) -> tuple[str, ...]:
        """The dimensions that are Poor."""
        return tuple(d for d in DIMENSIONS if self.scores.get(d) == "Poor")

    @property
    def failed(self) -> tuple[str, ...]:
        """The selection tests that are answered with No."""
        return tuple(t for t in TESTS if self.tests.get(t) == "No")

    @property
    def word(self) -> str:
        """One of `WORDS`."""
        if not self.scores:
            return NOT_ASSESSED
        if self.poor:
            return "Poor"
        if not self.complete:
            return "Part assessed"
        return "Good" if list(self.scores.values()).count("Good") >= GOOD_FROM else "Acceptable"

    @property
    def label(self) -> str:
        """The word with what people need beside it: "Poor (Timeliness)", "Good, provisional"."""
        if self.other_scale:
            return self.other_scale
        if self.word == "Part assessed":
            return f"Part assessed ({len(self.scores)} of {len(DIMENSIONS)})"
        if self.word == NOT_ASSESSED:
            return NOT_ASSESSED
        about = f" ({', '.join(self.poor)})" if self.poor else ""
        return f"{self.word}{about}" + ("" if self.signed_off and self.complete else ", provisional")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far definitions and assessments have come under a tier 1 outcome (ref blank: all): refs of live indicators.

    `aim` is per cent; an indicator is done when it is defined, assessed and signed off.
    """

    ref: str
    title: str
    live: tuple[str, ...]
    undefined: tuple[str, ...]
    unassessed: tuple[str, ...]
    unsigned: tuple[str, ...]
    aim: Fraction

    @property
    def done(self) -> int:
        """How many live indicators are defined, assessed and signed off."""
        return len(set(self.live) - {*self.undefined, *self.unassessed, *self.unsigned})

    @property
    def needed(self) -> int:
        """How many more must be done to reach the aim; 0 where it is met."""
        return max(0, math.ceil(self.aim * len(self.live) / 100) - self.done)

    @property
    def share(self) -> Fraction | None:
        """Per cent done, to the nearest whole one that does not claim the aim too early; None of no indicators."""
        if not self.live:
            return None
        exactly = Fraction(100 * self.done, len(self.live))
        near = rounded(exactly, 0)
        return Fraction(math.floor(exactly)) if self.needed and near >= self.aim else near

    def words(self) -> str:
        """The share in words: "86% of 77, aim 90%: 4 more needed"."""
        if self.share is None:
            return "No live indicators"
        told = f"{show(self.share)}% of {len(self.live)}, aim {show(self.aim)}%"
        return f"{told}: {self.needed} more needed" if self.needed else f"{told}: met"


@dataclass(frozen=True, slots=True)
class Improvement:
    """An indicator on the data improvement list: the reasons why it is there, and the action recorded."""

    indicator: Indicator
    label: str
    state: str
    reasons: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What a sheet or report says about the data: `live` indicators, assessments by ref, the rest in framework order.

    The last of `progress` is the whole framework.
    """

    live: tuple[str, ...]
    assessments: Mapping[str, Assessment]
    progress: tuple[Progress, ...]
    improvements: tuple[Improvement, ...]

    def word(self, ref: str) -> str:
        """The quality word of an indicator."""
        return self.assessments[ref].word if ref in self.assessments else NOT_ASSESSED


def data_quality(rated: Rated, tables: Tables) -> DataQuality:
    """How far the data of a rated quarter can be trusted, and what is to be improved."""
    held = assessments(tables)
    live = tuple(i for o in rated.framework.down() for i in rated.framework.measures(o.ref) if i.expected())
    defined = _defined(tables)
    tops = [
        (o.ref, o.title, frozenset(rated.framework.indicators_under(o.ref))) for o in rated.framework.children(None)
    ]
    refs = tuple(i.ref for i in live)
    groups = [*((ref, title, [r for r in refs if r in under]) for ref, title, under in tops), ("", "All", refs)]
    progress = [_progress(*group, held, defined, rated.settings.assessment_aim) for group in groups]
    return DataQuality(refs, held, tuple(progress), tuple(_improvements(rated, live, held)))


def quality_words(tables: Tables) -> dict[str, str]:
    """The quality word of each indicator that has a row in Quality, as it may stand beside a rating."""
    return {ref: assessment.label for ref, assessment in assessments(tables).items()}


def assessments(tables: Tables) -> dict[str, Assessment]:
    """The rows of Quality by ref; of two rows for an indicator the lower one counts."""
    rows = get(tables, "Quality").rows()
    return {a.ref: a for row in rows if row["Indicator"] is not None for a in [_assessment(row)]}


def quality_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Quality and under Definition status, each a warning; nothing of it stops a rating.

    No setting changes it: `settings` is there because all such lists take the same.
    """
    return (*_quality_rows(get(tables, "Quality"), framework), *_definitions(tables["Indicators"]))


# ---- one row ----


def _assessment(row: Mapping[str, Any]) -> Assessment:
    scores = {d: word for d in DIMENSIONS if (word := _among(row[d], SCORES))}
    tests = {t: word for t in TESTS if (word := _among(row[t], YES_NO))}
    others = [d for d in DIMENSIONS if row[d] is not None and d not in scores]
    signed = row["Signed off by"] is not None and to_date(row["Signed off on"]) is not None
    scale = _lowest(row) if any(_known_elsewhere(row[d]) for d in others) else ""
    return Assessment(ref_text(row["Indicator"] or ""), scores, tests, signed, _text(row["Improvement"]), scale)


def _among(value: object, words: Sequence[str]) -> str:
    plain = _text(value).casefold()
    return next((w for w in words if w.casefold() == plain), "")


def _lowest(row: Mapping[str, Any]) -> str:
    """The lowest score on a council's own scale, with what it is the score of."""
    *_, dimension = min((_grade(row[d]), n, d) for n, d in enumerate(DIMENSIONS) if row[d] is not None)
    score = to_number(row[dimension])
    return f"{_text(row[dimension]) if score is None else show(score)} ({dimension})"


def _grade(score: object) -> Fraction:
    """Where a score stands among the others: by its number, else by its word; a word that is not known comes last."""
    number, plain = to_number(score), _text(score).casefold()
    known = next((n for n, words in enumerate(_OTHER_SCALES, 1) if plain in words), len(_OTHER_SCALES) + 1)
    return Fraction(known) if number is None else number


def _known_elsewhere(score: object) -> bool:
    return to_number(score) is not None or _grade(score) <= len(_OTHER_SCALES)


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


# ---- progress and improvements ----


def _progress(
    ref: str,
    title: str,
    live: Sequence[str],
    held: Mapping[str, Assessment],
    defined: frozenset[str],
    aim: Fraction,
) -> Progress:
    none = Assessment("")
    undefined = tuple(r for r in live if r not in defined)
    unassessed = tuple(r for r in live if not held.get(r, none).complete)
    unsigned = tuple(r for r in live if not held.get(r, none).signed_off)
    return Progress(ref, title, tuple(live), undefined, unassessed, unsigned, aim)


def _defined(tables: Tables) -> frozenset[str]:
    """The refs of the indicators whose definition is complete."""
    rows = (row for row in tables["Indicators"].rows() if row["Ref"] is not None)
    return frozenset(ref_text(row["Ref"]) for row in rows if _among(row["Definition status"], DEFINED) == "Complete")


def _improvements(rated: Rated, live: Sequence[Indicator], held: Mapping[str, Assessment]) -> Iterator[Improvement]:
    states = dict(zip(rated.results["Indicator"], rated.results["State"], strict=True))
    for indicator in live:
        own, state = held.get(indicator.ref), str(states.get(indicator.ref) or "Not due")
        reasons = tuple(_reasons(rated, indicator, own, state))
        action = own.improvement if own else ""
        if reasons or action:
            yield Improvement(indicator, own.label if own else NOT_ASSESSED, state, reasons, action)


def _reasons(rated: Rated, indicator: Indicator, own: Assessment | None, state: str) -> Iterator[str]:
    if own and own.poor:
        yield f"Poor: {', '.join(own.poor)}"
    if own and own.failed:
        yield f"Fails the test: {', '.join(own.failed)}"
    if indicator.status == "Baseline year":
        due = [q for n in range(3, -1, -1) if (q := rated.period.shift(-n)).year == rated.period.year]
        due = [q for q in due if indicator.due_in(q)]
        have = sum(f is not None for f in recent_figures(rated.history, indicator, due))
        yield f"Baseline year, no target yet: {have} of {len(due)} figures due so far this year are in"
    if state in MISSING_STATES:
        yield f"No whole figure this quarter: {state}"


# ---- what is odd ----


def _quality_rows(table: Table, framework: Framework) -> Iterator[Issue]:
    seen: set[str] = set()
    for row in table.rows():
        if not any(row[h] is not None for h in table.frame.columns):
            continue
        ref = ref_text(row["Indicator"] or "")
        if ref not in framework.indicator_refs:
            message = f'"{ref}" is not in the Indicators table; the row is left out.'
            yield _warn(table, row, "quality-unknown", "Indicator", message, "Correct the ref, or delete the row.")
        if ref and ref in seen:
            message = f"{ref} stands here twice; the lower row counts."
            yield _warn(table, row, "quality-twice", "Indicator", message, "Delete the row that is out of date.")
        seen.add(ref)
        yield from _words_of(table, row)
        yield from _sign_off(table, row)


def _words_of(table: Table, row: Mapping[str, Any]) -> Iterator[Issue]:
    for headings, words, code in ((DIMENSIONS, SCORES, "quality-word"), (TESTS, YES_NO, "quality-test")):
        for heading in headings:
            if row[heading] is not None and not _among(row[heading], words):
                message = f'{heading} is "{_text(row[heading])}"; it does not count towards the aim.'
                yield _warn(table, row, code, heading, message, f"Choose one of: {', '.join(words)}.")


def _sign_off(table: Table, row: Mapping[str, Any]) -> Iterator[Issue]:
    own, who, when = _assessment(row), row["Signed off by"], row["Signed off on"]
    if (who is None) != (when is None):
        heading = "Signed off by" if who is None else "Signed off on"
        message = f"{own.ref} is not signed off: {heading.lower()} is blank."
        yield _warn(table, row, "quality-sign-off", heading, message, "A sign-off needs a post and a date.")
    elif when is not None and to_date(when) is None:
        message = f'{own.ref} is not signed off: "{_text(when)}" is not a date.'
        yield _warn(table, row, "quality-sign-off", "Signed off on", message, "Type a date, such as 2025-10-20.")
    elif own.signed_off and not own.complete and not own.other_scale:
        blank = ", ".join(d for d in DIMENSIONS if d not in own.scores)
        message = f"{own.ref} is signed off, but these are not scored: {blank}."
        yield _warn(table, row, "quality-sign-off", "Signed off on", message, "Score them, or take the sign-off out.")
    if own.poor and not own.improvement:
        message = f"{own.ref} is Poor on {', '.join(own.poor)}, and no improvement is recorded."
        yield _warn(table, row, "quality-no-action", "Improvement", message, "Say what will be done, and by when.")


def _definitions(table: Table) -> Iterator[Issue]:
    for row in table.rows():
        status = row["Definition status"]
        if row["Ref"] is not None and status is not None and not _among(status, (*DEFINED, DRAFT)):
            message = f'Definition status is "{_text(status)}"; the definition is taken as not complete.'
            fix = f"Choose one of: {', '.join(DEFINED)}."
            yield _warn(table, row, "definition-status", "Definition status", message, fix)


def _warn(table: Table, row: Mapping[str, Any], code: str, heading: str, message: str, fix: str) -> Issue:
    ref = ref_text((row["Indicator"] if table.name == "Quality" else row["Ref"]) or "")
    cell = table.cell(row["row"], heading)
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, ref, _text(row[heading]))
