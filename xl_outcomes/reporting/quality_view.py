"""The sheet Data quality: how many indicators can be trusted, on what they fall short, and what is being done."""

from collections.abc import Iterable, Sequence
from typing import Any

from xl_outcomes.exact import to_float
from xl_outcomes.quality import DIMENSIONS, SCORES, TESTS, DataQuality, Improvement, Progress, data_quality
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import abridged
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Tables, frame

PROGRESS, TESTED, SCORED, LISTED = "Quality_progress", "Quality_tests", "Quality_dimensions", "Quality_improvements"
NONE_LISTED = "Nothing is on the list this quarter"
NOTE = (
    "An indicator is done when its definition is complete, all six dimensions are scored and a post has signed it off "
    "with a date. Good: at least five dimensions Good and none Poor. Poor: any dimension Poor (named in brackets). "
    "Acceptable: all others with all six scored. Part assessed: some are still to be scored. Provisional: not complete "
    "or not signed off yet. The list at the foot has the indicators whose data is poor, fails a selection test, is in "
    "its baseline year, is missing this quarter, or has an improvement action."
)
LIST_NOTE = (
    "The indicators whose data is in its baseline year or missing this quarter. Data quality assessments "
    "(table Quality) are not recorded yet."
)
_ASKS = {
    "Central importance": "Is it of central importance to the outcome?",
    "Common sense": "Does it make sense to a broad audience?",
    "Sound data": "Is there accurate, reliable, consistent and timely data?",
    "Accuracy": "Is the figure close enough to the truth for its use?",
    "Validity": "Is it counted as its definition says?",
    "Reliability": "Is it counted in the same way over time and by everyone?",
    "Timeliness": "Is it there soon enough to act on?",
    "Relevance": "Does it tell about the outcome?",
    "Completeness": "Is everything counted that should be?",
}
_NARROW = 13.0
_WIDTHS = (16.0, 40.0, _NARROW, _NARROW, _NARROW, 44.0, 44.0)
_MOST_REFS = 9


def quality_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Data quality of a rated quarter; None where nothing is assessed and no indicator sets a baseline.

    Without any assessment it has the data improvement list alone.
    """
    found = data_quality(rated, tables)
    assessed = any(found.assessments)
    baseline = any(i.status == "Baseline year" for i in rated.framework.indicators.values())
    if not assessed and not baseline:
        return None
    listed = _listed(found.improvements, str(rated.period), "Data improvement list" if assessed else "")
    views = (_progress_view(found), _tests_view(found), _dimensions_view(found), listed) if assessed else (listed,)
    return ViewSheet("Data quality", "Data quality", NOTE if assessed else LIST_NOTE, views)


def _progress_view(found: DataQuality) -> View:
    headings = ("Ref", "Outcome", "Live indicators", "Done", "Per cent done", "Against the aim", "Still to do")
    rows = [
        [p.ref or "All", p.title, len(p.live), p.done, to_float(p.share), p.words(), _still(p)] for p in found.progress
    ]
    links = {"Ref": [Link("Outcomes", "Ref", p.ref) if p.ref else None for p in found.progress]}
    caption = "Definitions and assessments complete and signed off, by tier 1 outcome"
    return View(PROGRESS, frame(headings, rows), _WIDTHS, caption=caption, links=links)


def _still(progress: Progress) -> str:
    parts = {"define": progress.undefined, "score": progress.unassessed, "sign off": progress.unsigned}
    told = [f"{len(refs)} to {what}" for what, refs in parts.items() if refs]
    return ", ".join(told).capitalize() if told else "Nothing"


def _tests_view(found: DataQuality) -> View:
    headings = ("Selection test", "What it asks", "Yes", "No", "Not answered", "Indicators that fail it")
    rows = []
    for test in TESTS:
        answers = {ref: a.tests.get(test, "") for ref, a in _live(found)}
        failing = [ref for ref, answer in answers.items() if answer == "No"]
        yes = sum(answer == "Yes" for answer in answers.values())
        rows.append([test, _ASKS[test], yes, len(failing), len(found.live) - yes - len(failing), _refs(failing)])
    return View(TESTED, frame(headings, rows), _WIDTHS[:6], caption="The three selection tests")


def _dimensions_view(found: DataQuality) -> View:
    headings = ("Dimension", "What it asks", *SCORES, "Poor on it", "Not scored")
    rows = []
    for dimension in DIMENSIONS:
        scores = {ref: a.scores.get(dimension, "") for ref, a in _live(found)}
        counts = [sum(score == word for score in scores.values()) for word in SCORES]
        poor = [ref for ref, score in scores.items() if score == "Poor"]
        left = f"{len(found.live) - sum(counts)} of {len(found.live)}"
        rows.append([dimension, _ASKS[dimension], *counts, _refs(poor), left])
    return View(SCORED, frame(headings, rows), _WIDTHS, caption="The six dimensions")


def _listed(improvements: Sequence[Improvement], period: str, caption: str) -> View:
    headings = ("Ref", "Indicator", "Data quality", "State", "Period", "Why it is listed", "Improvement action")
    rows = [_list_row(i, period) for i in improvements]
    none: list[Any] = [None, NONE_LISTED, None, None, period, None, None]
    links = {"Ref": [Link("Quality", "Indicator", i.indicator.ref) for i in improvements]} if rows else {}
    return View(LISTED, frame(headings, rows or [none]), _WIDTHS, caption=caption, links=links)


def _list_row(listed: Improvement, period: str) -> list[Any]:
    own, why = listed.indicator, ". ".join(listed.reasons) or "An improvement is recorded"
    action = listed.action or "None recorded yet"
    return [own.ref, own.title, listed.label, listed.state, period, why, action]


def _live(found: DataQuality) -> list[tuple[str, Any]]:
    return [(ref, found.assessments[ref]) for ref in found.live if ref in found.assessments]


def _refs(refs: Iterable[str]) -> str:
    return abridged(", ".join(refs), _MOST_REFS) or "None"
