"""What the data quality report says: how far the work has come, which ratings rest on poor data, what has changed."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.chasing import Chase, chase
from xl_outcomes.columns import to_date
from xl_outcomes.contract import RATINGS
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.organisational import refs_apart
from xl_outcomes.periods import Quarter, is_quarter, parse_quarter
from xl_outcomes.quality import (
    DEFINED,
    DIMENSIONS,
    MISSING_STATES,
    NOT_ASSESSED,
    SCORES,
    TESTS,
    WORDS,
    Assessment,
    DataQuality,
    Improvement,
    data_quality,
)
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.facts import Facts, IndicatorFact
from xl_outcomes.reporting.monitoring_facts import Arrival, arrivals
from xl_outcomes.reporting.registry import text
from xl_outcomes.reporting.shown import rows_of
from xl_outcomes.tables import Tables, get

NAME = "data-quality"
USUAL_GAP = 2  # quarters between two reports where Reports has no earlier one


@dataclass(frozen=True, slots=True)
class Judged:
    """A live indicator with its assessment and what is left to do; `signed` says who signed off and when."""

    indicator: Indicator
    assessment: Assessment
    definition: str
    signed_by: str
    signed_on: dt.date | None
    fact: IndicatorFact
    undefined: bool
    unassessed: bool
    unsigned: bool

    @property
    def open(self) -> bool:
        """Whether it does not count towards the aim yet."""
        return self.undefined or self.unassessed or self.unsigned


@dataclass(frozen=True, slots=True)
class Answers:
    """A dimension or selection test: how many live indicators have which answer, and which have the worst."""

    name: str
    counts: Mapping[str, int]
    worst: tuple[str, ...]
    blank: int


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened since an earlier report: sign-offs, figures that came and that are missing now.

    `rated` says whether the quarter of that report is in Results, so that missing figures can be compared; `reported`
    whether Reports has that report.
    """

    quarter: Quarter
    reported: bool
    rated: bool
    signed: tuple[Judged, ...]
    restored: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """All that the report says; `words` counts the live indicators by quality word, `poor` is the improvement list.

    `resting` are the rated indicators whose data is poor, `unknown` the rated ones whose data is not assessed.
    """

    found: DataQuality
    judged: tuple[Judged, ...]
    words: Mapping[str, int]
    dimensions: tuple[Answers, ...]
    tests: tuple[Answers, ...]
    rated: tuple[Judged, ...]
    since: Since
    chase: Chase
    arrivals: tuple[Arrival, ...]
    apart: frozenset[str]

    @property
    def assessed(self) -> bool:
        """Whether any live indicator has an assessment."""
        return any(j.assessment.word != NOT_ASSESSED for j in self.judged)

    @property
    def resting(self) -> tuple[Judged, ...]:
        """The rated indicators whose data is poor."""
        return tuple(j for j in self.rated if j.assessment.word == "Poor")

    @property
    def unknown(self) -> tuple[Judged, ...]:
        """The rated indicators of which nothing is assessed."""
        return tuple(j for j in self.rated if j.assessment.word == NOT_ASSESSED)

    @property
    def open(self) -> tuple[Judged, ...]:
        """What does not count towards the aim yet."""
        return tuple(j for j in self.judged if j.open)

    @property
    def improvements(self) -> tuple[Improvement, ...]:
        """What is poor, fails a test or has an improvement action; not what is merely late or in its first year."""
        held = self.found.assessments
        return tuple(i for i in self.found.improvements if i.action or _faulty(held.get(i.indicator.ref)))


def quality_facts(rated: Rated, tables: Tables, facts: Facts) -> QualityFacts:
    """The facts of a rated quarter; `facts` are those that all reports share."""
    found = data_quality(rated, tables)
    judged = _judged(rated, tables, facts, found)
    words = {word: sum(j.assessment.word == word for j in judged) for word in WORDS}
    return QualityFacts(
        found=found,
        judged=judged,
        words=words,
        dimensions=tuple(_dimension(d, judged) for d in DIMENSIONS),
        tests=tuple(_test(t, judged) for t in TESTS),
        rated=tuple(j for j in judged if j.fact.counts and j.fact.word in RATINGS),
        since=_since(rated, tables, facts, judged),
        chase=chase(rated, tables),
        arrivals=arrivals(rated, tables),
        apart=refs_apart(rated.framework),
    )


def _faulty(assessment: Assessment | None) -> bool:
    return assessment is not None and bool(assessment.poor or assessment.failed)


# ---- each indicator ----


def _judged(rated: Rated, tables: Tables, facts: Facts, found: DataQuality) -> tuple[Judged, ...]:
    known = {i.ref: i for i in facts.indicators}
    signs = {ref_text(r["Indicator"]): r for r in get(tables, "Quality").rows() if r["Indicator"] is not None}
    rows = {ref_text(r["Ref"]): r for r in tables["Indicators"].rows() if r["Ref"] is not None}
    whole = found.progress[-1]
    undefined, unassessed, unsigned = (set(s) for s in (whole.undefined, whole.unassessed, whole.unsigned))
    return tuple(
        Judged(
            indicator=rated.framework.indicators[ref],
            assessment=found.assessments.get(ref, Assessment(ref)),
            definition=definition_word(rows[ref]),
            signed_by=text(signs.get(ref, {}).get("Signed off by")),
            signed_on=_day(signs.get(ref, {}).get("Signed off on")),
            fact=known[ref],
            undefined=ref in undefined,
            unassessed=ref in unassessed,
            unsigned=ref in unsigned,
        )
        for ref in found.live
        if ref in known
    )


def definition_word(row: Mapping[str, Any]) -> str:
    """How far an indicator's definition has come, as people read it."""
    word = text(row["Definition status"])
    return next((d for d in DEFINED if d.casefold() == word.casefold()), word) or "Not recorded"


def _day(value: object) -> dt.date | None:
    found = to_date(value)
    return found.date() if found else None


# ---- answers ----


def _dimension(name: str, judged: Iterable[Judged]) -> Answers:
    return _answers(name, {j.indicator.ref: j.assessment.scores.get(name, "") for j in judged}, SCORES)


def _test(name: str, judged: Iterable[Judged]) -> Answers:
    return _answers(name, {j.indicator.ref: j.assessment.tests.get(name, "") for j in judged}, ("Yes", "No"))


def _answers(name: str, given: Mapping[str, str], words: tuple[str, ...]) -> Answers:
    counts = {word: sum(answer == word for answer in given.values()) for word in words}
    worst = tuple(ref for ref, answer in given.items() if answer == words[-1])
    return Answers(name, counts, worst, len(given) - sum(counts.values()))


# ---- what has changed ----


def _since(rated: Rated, tables: Tables, facts: Facts, judged: Iterable[Judged]) -> Since:
    before = _last_report(rated, tables)
    quarter = before or rated.period.shift(-USUAL_GAP)
    states = {str(r["Indicator"]): str(r["State"]) for r in rows_of(tables, "Results", str(quarter))}
    was = {ref for ref, state in states.items() if state in MISSING_STATES}
    now = {i.ref for i in facts.indicators if i.state in MISSING_STATES}
    came = {i.ref for i in facts.indicators if i.state in ("Rated", "Target to be confirmed", "Baseline year")}
    start, today = quarter.end, rated.history.today
    signed = tuple(j for j in judged if not j.unsigned and j.signed_on and start < j.signed_on <= today)
    compared = [j.indicator.ref for j in judged if j.indicator.ref in states]
    return Since(
        quarter=quarter,
        reported=before is not None,
        rated=bool(states),
        signed=signed,
        restored=tuple(ref for ref in compared if ref in was and ref in came),
        lost=tuple(ref for ref in compared if ref in now and ref not in was),
    )


def _last_report(rated: Rated, tables: Tables) -> Quarter | None:
    """The last quarter before this one for which Reports has this report."""
    rows = (r for r in get(tables, "Reports").rows() if text(r["Report"]).casefold() == NAME)
    quarters = (parse_quarter(r["Period"]) for r in rows if is_quarter(r["Period"]))
    return max((q for q in quarters if q < rated.period), default=None)
