"""Data quality: the word of an indicator, the share that is done against the aim, and the improvement list."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Validate
from tests.support import LATE, OUTCOMES, indicator, observation, places, setting, tables, target
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quality import (
    DIMENSIONS,
    TESTS,
    WORDS,
    DataQuality,
    Progress,
    assessments,
    data_quality,
    quality_issues,
    quality_words,
)
from xl_outcomes.quarter import prepare, rate_quarter
from xl_outcomes.reporting.quality_view import NONE_LISTED, quality_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.workbook.create import create_sheets

QUARTER = "2025/26 Q2"
SIGNED: dict[str, Any] = {"Signed off by": "Head of Housing", "Signed off on": dt.datetime(2025, 9, 30)}
GOOD: dict[str, Any] = dict.fromkeys(DIMENSIONS, "Good")
PASSED: dict[str, Any] = dict.fromkeys(TESTS, "Yes")


def quality(ref: str = "A-1.1a", **cells: Any) -> dict[str, object]:
    """A row of Quality; an underline stands for a space."""
    return {"Indicator": ref, **{h.replace("_", " "): c for h, c in cells.items()}}


def label(**cells: Any) -> str:
    return quality_words(tables(Quality=[quality(**cells)]))["A-1.1a"]


def found(**rows: Any) -> DataQuality:
    held = tables(**{"Indicators": [indicator()], **rows})
    return data_quality(rate_quarter(held, parse_quarter(QUARTER), LATE), held)


def sheet(**rows: Any) -> ViewSheet | None:
    held = tables(**{"Indicators": [indicator()], **rows})
    return quality_sheet(rate_quarter(held, parse_quarter(QUARTER), LATE), held)


def codes(**rows: Any) -> list[tuple[str, str, str]]:
    held = tables(**{"Indicators": [indicator()], **rows})
    history = prepare(held, None, LATE).history
    return places(quality_issues(held, history.framework, history.settings))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({**GOOD, **SIGNED}, "Good"),
        ({**GOOD, **SIGNED, "Accuracy": "acceptable"}, "Good"),
        ({**GOOD, **SIGNED, "Accuracy": "Acceptable", "Validity": "Acceptable"}, "Acceptable"),
        ({**GOOD, **SIGNED, "Timeliness": "Poor"}, "Poor (Timeliness)"),
        ({**GOOD, **SIGNED, "Timeliness": "Poor", "Accuracy": "POOR"}, "Poor (Accuracy, Timeliness)"),
        (GOOD, "Good, provisional"),
        ({**GOOD, "Signed off by": "Head of Housing"}, "Good, provisional"),
        ({**GOOD, "Timeliness": "Poor"}, "Poor (Timeliness), provisional"),
        ({**SIGNED, "Timeliness": "Poor"}, "Poor (Timeliness), provisional"),
        ({**GOOD, **SIGNED, "Relevance": None}, "Part assessed (5 of 6)"),
        ({**GOOD, **SIGNED, "Relevance": "Godo"}, "Part assessed (5 of 6)"),
        (PASSED, "Not assessed"),
        ({**SIGNED}, "Not assessed"),
        ({"Accuracy": "Good", "Timeliness": "fair"}, "fair (Timeliness)"),
        ({"Accuracy": 4.0, "Validity": 2.0}, "2 (Validity)"),
    ],
)
def test_the_word_that_stands_beside_a_rating(cells: dict[str, Any], said: str) -> None:
    assert label(**cells) == said


@given(st.lists(st.sampled_from(["Good", "Acceptable", "Poor", None]), min_size=6, max_size=6))
def test_no_indicator_is_better_than_its_scores(scores: list[str | None]) -> None:
    cells: dict[str, Any] = dict(zip(DIMENSIONS, scores, strict=True))
    held = tables(Quality=[quality(**cells)])
    word = assessments(held)["A-1.1a"].word
    expected = "Not assessed" if not any(scores) else "Poor" if "Poor" in scores else None
    expected = expected or (
        "Part assessed" if None in scores else "Good" if scores.count("Good") >= 5 else "Acceptable"
    )
    assert word == expected
    assert word in WORDS


def test_the_lower_of_two_rows_counts() -> None:
    assert quality_words(tables(Quality=[quality(**GOOD), quality(Accuracy="Poor")])) == {
        "A-1.1a": "Poor (Accuracy), provisional"
    }


def progress(live: int, done: int, aim: int = 90) -> Progress:
    refs = tuple(map(str, range(live)))
    return Progress("", "All", refs, refs[done:], (), (), Fraction(aim))


@pytest.mark.parametrize(
    ("live", "done", "aim", "said"),
    [
        (77, 66, 90, "86% of 77, aim 90%: 4 more needed"),
        (77, 70, 90, "91% of 77, aim 90%: met"),
        (200, 179, 90, "89% of 200, aim 90%: 1 more needed"),
        (10, 9, 90, "90% of 10, aim 90%: met"),
        (1, 0, 90, "0% of 1, aim 90%: 1 more needed"),
        (0, 0, 90, "No live indicators"),
        (3, 0, 0, "0% of 3, aim 0%: met"),
    ],
)
def test_the_share_against_the_aim_never_claims_it_too_early(live: int, done: int, aim: int, said: str) -> None:
    assert progress(live, done, aim).words() == said


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 100))
def test_so_many_more_reach_the_aim_and_one_fewer_does_not(live: int, done: int, aim: int) -> None:
    done = min(live, done)
    needed = progress(live, done, aim).needed
    assert progress(live, done + needed, aim).needed == 0
    assert needed == 0 or progress(live, done + needed - 1, aim).needed == 1


def test_progress_is_counted_under_each_tier_1_outcome_and_in_all() -> None:
    outcomes = [*OUTCOMES, {"Ref": "B", "Tier": 1.0, "Title": "Work"}]
    complete = {"Definition status": "Complete"}
    indicators = [
        indicator("X", **complete),
        indicator("Y", **complete),
        indicator("Z", Outcome="B", **{"Definition status": "Draft"}),
        indicator("N", Outcome="B", Status="Baseline year", **complete),
        indicator("P", Outcome="B", Status="Proposed", **complete),
    ]
    rows = [quality("X", **GOOD, **SIGNED), quality("Y", **GOOD), quality("Z", **GOOD, **SIGNED)]
    homes, work, everything = found(Outcomes=outcomes, Indicators=indicators, Quality=rows).progress
    assert (homes.title, homes.live, homes.done, homes.unsigned) == ("Homes", ("X", "Y"), 1, ("Y",))
    assert (work.live, work.done, work.undefined, work.unassessed) == (("Z", "N"), 0, ("Z",), ("N",))
    assert (everything.done, len(everything.live), everything.share) == (1, 4, Fraction(25))


def test_the_aim_is_a_setting() -> None:
    rows = {"Settings": [setting("Assessment aim", 50.0)], "Quality": [quality(**GOOD, **SIGNED)]}
    assert (
        found(Indicators=[indicator(**{"Definition status": "Complete"})], **rows)
        .progress[-1]
        .words()
        .endswith("aim 50%: met")
    )


def test_the_improvement_list_says_why_and_what() -> None:
    indicators = [
        indicator("OK"),
        indicator("POOR"),
        indicator("TEST"),
        indicator("BASE", Status="Baseline year"),
        indicator("LATE"),
        indicator("DOING"),
        indicator("GONE", Status="Deleted"),
    ]
    rows = [
        quality("POOR", Timeliness="Poor", Improvement="Monthly extract from June."),
        quality("TEST", **{**PASSED, "Sound data": "No"}),
        quality("DOING", **GOOD, Improvement="New form."),
        quality("GONE", Timeliness="Poor"),
    ]
    observed = [observation(QUARTER, 90.0, ref) for ref in ("OK", "POOR", "TEST", "BASE", "DOING")]
    listed = found(
        Indicators=indicators,
        Quality=rows,
        Observations=observed,
        Targets=[target(85.0, ref=str(i["Ref"])) for i in indicators],
    ).improvements
    assert [(i.indicator.ref, i.reasons, i.action) for i in listed] == [
        ("POOR", ("Poor: Timeliness",), "Monthly extract from June."),
        ("TEST", ("Fails the test: Sound data",), ""),
        ("BASE", ("Baseline year, no target yet: 1 of 2 figures due so far this year are in",), ""),
        ("LATE", ("No whole figure this quarter: Overdue",), ""),
        ("DOING", (), "New form."),
    ]


def test_what_is_odd_is_said_with_its_cell() -> None:
    rows = [
        quality("X", **GOOD),
        quality(Accuracy="Fair", Common_sense="Maybe", Timeliness="Poor"),
        quality(**GOOD, **{"Signed off by": "Head"}),
        quality(**GOOD, **{**SIGNED, "Signed off on": "soon"}),
        quality(Accuracy="Good", **SIGNED),
        {},
        {"Accuracy": "Good"},
    ]
    assert codes(Quality=rows, Indicators=[indicator(**{"Definition status": "Nearly"})]) == [
        ("quality-unknown", "Quality", "A2"),
        ("quality-word", "Quality", "B3"),
        ("quality-test", "Quality", "I3"),
        ("quality-no-action", "Quality", "M3"),
        ("quality-twice", "Quality", "A4"),
        ("quality-sign-off", "Quality", "L4"),
        ("quality-twice", "Quality", "A5"),
        ("quality-sign-off", "Quality", "L5"),
        ("quality-twice", "Quality", "A6"),
        ("quality-sign-off", "Quality", "L6"),
        ("quality-unknown", "Quality", "A8"),
        ("definition-status", "Indicators", "AB2"),
    ]
    assert codes(Quality=[quality(**GOOD, **PASSED, **SIGNED)]) == []
    assert codes() == []


def test_the_sheet_is_there_only_where_it_has_something_to_say() -> None:
    assert sheet() is None
    baseline = sheet(Indicators=[indicator(Status="Baseline year")])
    assert baseline is not None
    assert [v.table for v in baseline.views] == ["Quality_improvements"]
    full = sheet(Quality=[quality(**GOOD, **PASSED, **SIGNED)], Observations=[observation(QUARTER, 9.0)])
    assert full is not None
    assert [len(v.frame) for v in full.views] == [2, 3, 6, 1]
    assert records(full.views[-1].frame)[0]["Indicator"] == NONE_LISTED


def test_the_sheet_counts_tests_and_dimensions() -> None:
    rows = [quality("X", **{**GOOD, "Accuracy": "Poor"}, **{**PASSED, "Sound data": "No"}), quality("Y", **GOOD)]
    made = sheet(Indicators=[indicator(r) for r in "XYZ"], Quality=rows)
    assert made is not None
    progress_rows, tests, dimensions, _ = (records(v.frame) for v in made.views)
    assert progress_rows[-1]["Still to do"] == "3 to define, 1 to score, 3 to sign off"
    assert list(tests[2].values())[2:] == [0, 1, 2, "X"]
    assert list(tests[0].values())[2:] == [1, 0, 2, "None"]
    assert list(dimensions[0].values())[2:] == [1, 0, 1, "X", "1 of 3"]


def test_the_sheet_is_sound(validator: Validate, tmp_path: Path) -> None:
    made = sheet(Quality=[quality(**GOOD, **SIGNED)])
    assert made is not None
    (tmp_path / "quality.xlsx").write_bytes(create_sheets([made], title="Q", created=dt.datetime(2025, 10, 1)))
    assert validator(tmp_path / "quality.xlsx") == []
