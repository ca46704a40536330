"""Checks of the golden thread: every error and warning with its cell."""

from functools import cache
from typing import Any

import pytest

from xl_outcomes.errors import WorkbookError
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter
from xl_outcomes.thread import Checked, check_framework, demand_tree

from .support import INDICATOR, OUTCOMES, YEAR_TO_DATE, indicator, places, tables, target

Found = dict[int, list[Issue]]

NOW = Quarter(2025, 2)
TOP, BELOW = OUTCOMES
LOOSE: dict[str, Any] = {"Tier": 2, "Title": "Loose", "Responsible officer": "D", "Portfolio holder": "M"}
DEMANDED = {
    "Kind": "E",
    "Measure": "F",
    "Unit": "G",
    "Decimals": "I",
    "Polarity": "J",
    "Frequency": "K",
    "Calculation": "O",
    "Aggregation": "Q",
    "Report as": "R",
}
WRONG_PARENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"Parent": None}, "parent-missing", "There is no parent."),
    ({"Parent": "Z"}, "parent-missing", 'The parent "Z" is not in the table.'),
    ({"Parent": "A-1"}, "parent-tier", "The parent A-1 is at tier 2, not one tier up from tier 2."),
    ({"Parent": "A", "Tier": 3}, "parent-tier", "The parent A is at tier 1, not one tier up from tier 3."),
    ({"Parent": "B"}, "parent-not-live", "The parent B is not live (its status is Proposed)."),
    ({"Parent": "C"}, "parent-not-live", "The parent C is not live (its status is Deleted)."),
]
WRONG_WORDS = [
    ("Kind", "Vague", "E", "Tracking, Influencing, Contextual, Organisational"),
    ("Measure", "Guess", "F", "Outcome, Output, Input, How much, How well, Better off"),
    ("Unit", "Inches", "G", "Count, Percentage, Money, Rate, Time, Score, Other"),
    ("Polarity", "Up", "J", "Higher is better, Lower is better, In range, Neither"),
    ("Frequency", "Weekly", "K", "Monthly, Quarterly, Half-yearly, Annual"),
    ("Due quarter", "Q5", "L", "Q1, Q2, Q3, Q4"),
    ("Calculation", "Sum", "O", "Value, Ratio"),
    ("Aggregation", "Median", "Q", "Latest, Sum, Mean"),
    ("Report as", "Rolling", "R", "In period, Year to date"),
    ("Status", "Dead", "X", "Live, Baseline year, Proposed, In development, Deleted"),
]
WRONG_NUMBERS = [
    ("Decimals", 1.5, "I"),
    ("Decimals", -1, "I"),
    ("Live from", "2025/27 Q1", "M"),
    ("Live from", "2025/26 M04", "M"),
    ("Lag days", -5, "N"),
    ("Lag days", 2.5, "N"),
    ("Per", "thousand", "P"),
    ("Weight", -1, "W"),
    ("Weight", "double", "W"),
    ("Lowest plausible", "low", "Y"),
    ("Highest plausible", "high", "Z"),
]
AMBERS = [
    ("Higher is better", 86, True),
    ("Higher is better", 85, False),
    ("Higher is better", 70, False),
    ("Lower is better", 84, True),
    ("Lower is better", 85, False),
    ("Lower is better", 90, False),
    ("Neither", 90, False),
]
WRONG_TARGETS: list[tuple[dict[str, Any], str, str]] = [
    ({"From": None}, "choice-blank", "B"),
    ({"From": "2025"}, "word-wrong", "B"),
    ({"From": "2025/26 M04"}, "word-wrong", "B"),
    ({"Target": "lots"}, "word-wrong", "C"),
    ({"Amber": "some"}, "word-wrong", "D"),
    ({"Lower": "low"}, "word-wrong", "E"),
    ({"Upper": "high"}, "word-wrong", "F"),
    ({"Tolerance": -1}, "word-wrong", "G"),
    ({"Tolerance kind": "Percent"}, "word-wrong", "H"),
    ({"Profile": "Odd"}, "word-wrong", "I"),
    ({"Indicator": None}, "ref-blank", "A"),
]
PROFILES: list[tuple[dict[str, Any], list[dict[str, Any]], bool]] = [
    ({}, [target(100, "2025/26 Q1")], True),
    ({"Frequency": "Monthly"}, [target(100, "2025/26 Q1")], True),
    ({"Frequency": "Half-yearly"}, [target(100, "2025/26 Q1")], True),
    ({"Frequency": "Half-yearly"}, [target(50, "2025/26 Q1"), target(100, "2025/26 Q3")], False),
    ({}, [target(25 * n, f"2025/26 Q{n}") for n in (1, 2, 3, 4)], False),
    ({}, [target(25, "2025/26 Q1"), target(100, "2025/26 Q2")], True),
    ({}, [target(100, "2025/26 Q1", Profile="Even")], False),
    ({"Frequency": "Annual"}, [target(100, "2025/26 Q1")], False),
    ({"Aggregation": "Mean"}, [target(100, "2025/26 Q1")], False),
    ({"Aggregation": "Latest"}, [target(100, "2025/26 Q1")], False),
    ({"Calculation": "Ratio"}, [target(100, "2025/26 Q1")], False),
    ({"Report as": "In period"}, [target(100, "2025/26 Q1")], False),
    ({"Live from": "2025/26 Q4"}, [target(100, "2025/26 Q1")], False),
    ({}, [target("TBC", "2025/26 Q1")], False),
]
PLAIN = {"Unit label": None, "Due quarter": None, "Live from": None, "Lag days": None, "Per": None, "Weight": None}


def test_a_right_framework_has_nothing_to_say() -> None:
    checked = _check()
    assert checked.issues == ()
    demand_tree(checked)


def test_an_empty_framework_has_nothing_to_say() -> None:
    assert _check(Outcomes=(), Indicators=(), Targets=()).issues == ()


# ---- refs ----


@pytest.mark.parametrize(
    ("rows", "code", "cell", "message"),
    [
        ([{**BELOW, "Ref": None}], "ref-blank", "A3", "This outcome has no ref."),
        (
            [{**BELOW, "Ref": 1.1}],
            "ref-number",
            "A3",
            "The ref 1.1 is a number; refs are text, since 1.10 as a number becomes 1.1.",
        ),
    ],
)
def test_an_outcomes_ref_is_text_and_not_blank(rows: list[dict[str, Any]], code: str, cell: str, message: str) -> None:
    (issue,) = _check(Outcomes=[TOP, *rows], Indicators=(), Targets=()).issues[:1]
    assert (issue.code, issue.severity, issue.table, issue.cell, issue.message) == (
        code,
        "error",
        "Outcomes",
        cell,
        message,
    )


def test_a_ref_that_two_outcomes_have_is_an_error_at_both() -> None:
    found = _errors(Outcomes=[TOP, BELOW, BELOW])
    assert places(found) == [("ref-duplicate", "Outcomes", "A3"), ("ref-duplicate", "Outcomes", "A4")]
    assert found[0].message == "The ref A-1 stands here 2 times."


def test_a_ref_that_two_indicators_have_is_an_error_at_both() -> None:
    found = _errors(Indicators=[INDICATOR, {**INDICATOR, "Ref": " A-1.1a "}])
    assert places(found) == [("ref-duplicate", "Indicators", "A2"), ("ref-duplicate", "Indicators", "A3")]


def test_an_indicator_without_a_ref_is_an_error() -> None:
    assert places(_errors(Indicators=[{**INDICATOR, "Ref": None}])) == [("ref-blank", "Indicators", "A2")]


def test_an_indicators_ref_that_is_a_number_is_an_error_that_says_how_to_type_it() -> None:
    (issue,) = _errors(Indicators=[{**INDICATOR, "Ref": 1.1}], Targets=())
    assert (issue.code, issue.table, issue.cell) == ("ref-number", "Indicators", "A2")
    assert issue.fix == "Type it with an apostrophe before it: '1.1"


# ---- the tree ----


@pytest.mark.parametrize(("row", "tier"), list(enumerate([0, 5, 1.5, "two", None], 4)))
def test_a_tier_outside_1_to_4_is_an_error(row: int, tier: object) -> None:
    (issue,) = _wrong_tiers()[row]
    assert (issue.code, issue.table, issue.cell) == ("tier-wrong", "Outcomes", f"B{row}")
    assert issue.message == f'The tier is "{"" if tier is None else tier}"; it must be 1, 2, 3 or 4.'


@cache
def _wrong_tiers() -> Found:
    rows = [{**LOOSE, "Ref": f"A-{n}", "Tier": n, "Parent": "A"} for n in (0, 5, 1.5, "two", None)]
    return _by_row(_errors(Outcomes=[TOP, BELOW, *rows]))


def test_tiers_1_to_4_are_right() -> None:
    chain = [{**LOOSE, "Ref": f"T{n}", "Tier": n, "Parent": f"T{n - 1}" if n > 1 else None} for n in (1, 2, 3, 4)]
    assert _errors(Outcomes=chain, Indicators=[indicator(Outcome="T4")]) == []


def test_an_outcome_at_tier_1_with_a_parent_is_an_error() -> None:
    (issue,) = _errors(Outcomes=[TOP, BELOW, {**LOOSE, "Ref": "B", "Tier": 1, "Parent": "A"}])
    assert (issue.code, issue.cell) == ("parent-at-top", "C4")
    assert issue.message == 'A tier 1 outcome has a parent, "A"; tier 1 is the top.'


@pytest.mark.parametrize(("row", "case"), list(enumerate(WRONG_PARENTS, 6)))
def test_a_parent_is_live_and_exactly_one_tier_up(row: int, case: tuple[dict[str, Any], str, str]) -> None:
    (issue,) = _wrong_parents()[row]
    assert (issue.code, issue.message) == case[1:]
    assert (issue.table, issue.cell, issue.ref) == ("Outcomes", f"C{row}", f"A-{row}")


@cache
def _wrong_parents() -> Found:
    dead = [{"Ref": "B", "Tier": 1, "Status": "Proposed"}, {"Ref": "C", "Tier": 1, "Status": "Deleted"}]
    rows = [{**LOOSE, "Ref": f"A-{n}", **cells} for n, (cells, *_) in enumerate(WRONG_PARENTS, 6)]
    return _by_row(_errors(Outcomes=[TOP, BELOW, *dead, *rows]))


def test_a_dead_outcome_needs_no_parent() -> None:
    assert _errors(Outcomes=[TOP, BELOW, {**LOOSE, "Ref": "A-2", "Status": "Deleted"}]) == []


def test_outcomes_that_run_in_a_circle_are_errors_and_stop_the_work() -> None:
    circle = [{**LOOSE, "Ref": "P", "Parent": "Q"}, {**LOOSE, "Ref": "Q", "Tier": 3, "Parent": "P"}]
    checked = _check(Outcomes=[TOP, BELOW, *circle])
    found = [i for i in checked.issues if i.code == "parent-circular"]
    assert places(found) == [("parent-circular", "Outcomes", "C4"), ("parent-circular", "Outcomes", "C5")]
    with pytest.raises(WorkbookError) as caught:
        demand_tree(checked)
    assert caught.value.message == "Outcomes C4: P is its own ancestor: the parents run in a circle."
    assert caught.value.fix == "Correct the parent of one of them."


def test_an_outcome_that_is_its_own_parent_is_a_circle() -> None:
    checked = _check(Outcomes=[TOP, BELOW, {**LOOSE, "Ref": "A-2", "Parent": "A-2"}])
    assert ("parent-circular", "Outcomes", "C4") in places(checked.issues)


def test_an_outcome_above_which_there_is_a_circle_is_not_itself_in_it() -> None:
    circle = [
        {**LOOSE, "Ref": "P", "Parent": "P"},
        {**LOOSE, "Ref": "Q", "Tier": 3, "Parent": "P"},
    ]
    found = [i.cell for i in _check(Outcomes=[TOP, BELOW, *circle]).issues if i.code == "parent-circular"]
    assert found == ["C4"]


# ---- indicators ----


@pytest.mark.parametrize(
    ("home", "code", "message"),
    [
        ("Z", "outcome-unknown", 'The outcome "Z" is not in the Outcomes table.'),
        (None, "outcome-unknown", "No outcome is given."),
        ("B", "outcome-dead", "The outcome B is not live."),
    ],
)
def test_an_indicator_on_an_unknown_or_dead_outcome_is_an_error(home: str | None, code: str, message: str) -> None:
    dead = {**LOOSE, "Ref": "B", "Tier": 1, "Status": "Deleted"}
    (issue,) = _errors(Outcomes=[TOP, BELOW, dead], Indicators=[indicator(Outcome=home)])
    assert (issue.code, issue.table, issue.cell, issue.message) == (code, "Indicators", "B2", message)


@pytest.mark.parametrize(("row", "heading"), list(enumerate(DEMANDED, 2)))
def test_a_blank_choice_is_an_error(row: int, heading: str) -> None:
    (issue,) = _blank_choices()[row]
    assert (issue.code, issue.table, issue.cell) == ("choice-blank", "Indicators", f"{DEMANDED[heading]}{row}")
    assert issue.message == f"{heading} is blank."


@cache
def _blank_choices() -> Found:
    return _by_row(_errors(Indicators=[indicator(h, **{h: None}) for h in DEMANDED]))


def test_the_choices_that_may_be_blank_are_right_when_blank() -> None:
    assert _errors(Indicators=[indicator(**PLAIN, Status=None)]) == []


@pytest.mark.parametrize(("row", "case"), list(enumerate(WRONG_WORDS, 2)))
def test_a_word_that_is_not_among_the_allowed_ones_is_an_error_that_lists_them(
    row: int, case: tuple[str, str, str, str]
) -> None:
    heading, value, column, words = case
    (issue,) = _wrong_cells()[row]
    assert (issue.code, issue.table, issue.cell) == ("word-wrong", "Indicators", f"{column}{row}")
    assert issue.message == f'{heading} is "{value}", which is not allowed here.'
    assert issue.fix == f"Choose one of: {words}."


@pytest.mark.parametrize(("row", "case"), list(enumerate(WRONG_NUMBERS, 2 + len(WRONG_WORDS))))
def test_a_cell_that_holds_no_such_number_or_quarter_is_an_error(row: int, case: tuple[str, object, str]) -> None:
    (issue,) = _wrong_cells()[row]
    assert (issue.code, issue.table, issue.cell) == ("word-wrong", "Indicators", f"{case[2]}{row}")
    assert (issue.value, issue.ref) == (str(case[1]), f"i{row}")


@cache
def _wrong_cells() -> Found:
    cases = [*WRONG_WORDS, *WRONG_NUMBERS]
    return _by_row(_errors(Indicators=[indicator(f"i{n}", **{c[0]: c[1]}) for n, c in enumerate(cases, 2)]))


@pytest.mark.parametrize(
    ("heading", "value", "cell"),
    [("Council role", "Watch", "H3"), ("Weight", -1, "K3"), ("Roll-up", "Best", "L3"), ("Status", "Dead", "M3")],
)
def test_an_outcomes_words_are_checked_too(heading: str, value: object, cell: str) -> None:
    found = _errors(Outcomes=[TOP, {**BELOW, heading: value}], Indicators=(), Targets=())
    assert places(found) == [("word-wrong", "Outcomes", cell)]


def test_words_in_other_capitals_are_right() -> None:
    assert _errors(Indicators=[indicator(Polarity="HIGHER is better", Status="live")]) == []


def test_ratio_with_mean_is_an_error() -> None:
    (issue,) = _errors(Indicators=[indicator(Calculation="ratio", Aggregation="mean")])
    assert (issue.code, issue.cell) == ("ratio-mean", "Q2")
    assert issue.message == "A ratio cannot be averaged: a mean of ratios is a wrong figure."


# ---- targets ----


def test_in_range_with_lower_above_upper_is_an_error() -> None:
    ranged = [indicator(Polarity="In range")]
    (issue,) = _errors(Indicators=ranged, Targets=[target(Lower=40, Upper=20)])
    assert (issue.code, issue.table, issue.cell) == ("range-reversed", "Targets", "E2")
    assert issue.message == "Lower (40) is above Upper (20)."
    assert _errors(Indicators=ranged, Targets=[target(Lower=20, Upper=20)]) == []


@pytest.mark.parametrize(("row", "case"), list(enumerate(AMBERS, 2)))
def test_amber_on_the_green_side_of_the_target_is_an_error(row: int, case: tuple[str, int, bool]) -> None:
    assert places(_ambers().get(row, [])) == ([("amber-side", "Targets", f"D{row}")] if case[2] else [])


@cache
def _ambers() -> Found:
    measures = [indicator(f"i{n}", Polarity=polarity) for n, (polarity, *_) in enumerate(AMBERS)]
    goals = [target(85, ref=f"i{n}", Amber=amber) for n, (_, amber, _) in enumerate(AMBERS)]
    return _by_row(_errors(Indicators=measures, Targets=goals))


def test_the_amber_error_names_both_figures() -> None:
    (issue,) = _errors(Targets=[target(85, Amber=86)])
    assert issue.message == "Amber (86) is on the green side of the target (85)."
    assert issue.fix == "Amber must be no better than the target."


def test_target_rows_twice_for_one_period_are_errors_at_both() -> None:
    found = _errors(Targets=[target(85, "2025/26 Q1"), target(86, "q1 2025-26"), target(87, "2025/26 Q2")])
    assert places(found) == [("target-twice", "Targets", "B2"), ("target-twice", "Targets", "B3")]
    assert found[0].message == "A-1.1a has more than one target row from 2025/26 Q1."


@pytest.mark.parametrize(("row", "case"), list(enumerate(WRONG_TARGETS, 2)))
def test_each_cell_of_a_target_row_is_checked(row: int, case: tuple[dict[str, Any], str, str]) -> None:
    assert places(_wrong_targets()[row]) == [(case[1], "Targets", f"{case[2]}{row}")]


@cache
def _wrong_targets() -> Found:
    goals = [{**target(85, ref=f"i{n}"), **cells} for n, (cells, *_) in enumerate(WRONG_TARGETS)]
    return _by_row(_errors(Indicators=[indicator(f"i{n}") for n in range(len(goals))], Targets=goals))


@pytest.mark.parametrize("value", [None, "TBC", "tbc"])
def test_a_target_to_be_confirmed_is_no_error(value: object) -> None:
    assert _check(Targets=[target(value)]).issues == ()


# ---- warnings ----


def test_an_outcome_of_the_lowest_tier_with_no_indicator_is_a_warning() -> None:
    found = _warnings(Outcomes=[TOP, BELOW, {**LOOSE, "Ref": "A-2", "Parent": "A"}])
    assert places(found) == [("outcome-unmeasured", "Outcomes", "A4")]
    assert found[0].message == "No indicator hangs on A-2."


def test_an_outcome_above_the_lowest_tier_needs_no_indicator() -> None:
    lower = {**LOOSE, "Ref": "A-1.1", "Tier": 3, "Parent": "A-1"}
    assert _warnings(Outcomes=[TOP, BELOW, lower], Indicators=[indicator(Outcome="A-1.1")]) == []


@pytest.mark.parametrize("status", ["Proposed", "In development", "Deleted"])
def test_no_live_indicator_anywhere_under_a_tier_1_outcome_is_a_warning(status: str) -> None:
    found = _warnings(Indicators=[indicator(Status=status)])
    assert places(found) == [("priority-unmeasured", "Outcomes", "A2")]
    assert found[0].message == "No live indicator is under A."


@pytest.mark.parametrize(("heading", "cell"), [("Responsible officer", "F3"), ("Portfolio holder", "G3")])
def test_an_outcome_without_portfolio_holder_or_responsible_officer_is_a_warning(heading: str, cell: str) -> None:
    found = _warnings(Outcomes=[TOP, {**BELOW, heading: None}])
    assert places(found) == [("nobody-responsible", "Outcomes", cell)]
    assert found[0].message == f"A-1 has no {heading.lower()}."


@pytest.mark.parametrize(
    ("heading", "code", "cell"),
    [("Definition", "definition-missing", "D2"), ("Data owner", "owner-missing", "S2")],
)
def test_an_indicator_without_definition_or_data_owner_is_a_warning(heading: str, code: str, cell: str) -> None:
    found = _warnings(Indicators=[indicator(**{heading: None})])
    assert places(found) == [(code, "Indicators", cell)]
    assert found[0].message == f"A-1.1a has no {heading.lower()}."


def test_an_indicator_without_a_target_is_a_warning() -> None:
    found = _warnings(Targets=())
    assert places(found) == [("target-missing", "Indicators", "A2")]
    assert found[0].message == "A-1.1a has no target."


@pytest.mark.parametrize("cells", [{"Kind": "Contextual"}, {"Polarity": "Neither"}, {"Status": "Baseline year"}])
def test_an_indicator_that_is_never_rated_needs_no_target(cells: dict[str, Any]) -> None:
    assert _warnings(Indicators=[indicator(**cells)], Targets=()) == []


def test_an_indicator_that_nobody_is_asked_for_is_not_warned_about() -> None:
    rows = [INDICATOR, indicator("gone", Status="Deleted", Definition=None, **{"Data owner": None})]
    assert _warnings(Indicators=rows) == []


@pytest.mark.parametrize(("row", "case"), list(enumerate(PROFILES, 2)))
def test_a_year_to_date_sum_with_neither_a_profile_nor_a_row_a_quarter_is_a_warning(
    row: int, case: tuple[dict[str, Any], list[dict[str, Any]], bool]
) -> None:
    assert places(_profiles().get(row, [])) == ([("target-profile", "Indicators", f"A{row}")] if case[2] else [])


@cache
def _profiles() -> Found:
    measures = [indicator(f"i{n}", **{**YEAR_TO_DATE, **cells}) for n, (cells, *_) in enumerate(PROFILES)]
    goals = [{**goal, "Indicator": f"i{n}"} for n, (_, rows, _) in enumerate(PROFILES) for goal in rows]
    return _by_row(_warnings(Indicators=measures, Targets=goals))


def test_the_profile_warning_looks_at_the_years_targets_of_the_period() -> None:
    rows = [target(100, "2024/25 Q1"), target(100, "2025/26 Q1", Profile="Even")]
    held = {"Indicators": [indicator(**YEAR_TO_DATE)], "Targets": rows}
    assert places(_check(Quarter(2024, 2), **held).issues) == [("target-profile", "Indicators", "A2")]
    assert _check(Quarter(2025, 2), **held).issues == ()
    assert _check(None, **held).issues == ()


def test_a_target_for_an_unknown_indicator_is_a_warning() -> None:
    found = _warnings(Targets=[target(85), target(90, ref="Z")])
    assert places(found) == [("target-unknown", "Targets", "A3")]
    assert found[0].message == 'The target is for "Z", which is not in the Indicators table.'


# ---- what the checks leave ----


def test_every_issue_names_table_sheet_cell_ref_and_value() -> None:
    (issue,) = _errors(Indicators=[indicator(Polarity="Up")])
    assert (issue.table, issue.sheet, issue.cell, issue.ref, issue.value) == (
        "Indicators",
        "Indicators",
        "J2",
        "A-1.1a",
        "Up",
    )


def test_a_wrong_row_stays_out_of_the_tree_and_its_ref_is_kept() -> None:
    tree = _check(Indicators=[INDICATOR, indicator("bad", Polarity="Up")], Outcomes=[TOP, BELOW, LOOSE]).framework
    assert list(tree.indicators) == ["A-1.1a"]
    assert tree.indicator_refs == ("A-1.1a", "bad")
    assert list(tree.outcomes) == ["A", "A-1"]


def test_a_wrong_target_row_stands_as_wrong_in_its_quarters() -> None:
    rows = _check(Targets=[target(85, "2024/25 Q1"), target("lots", "2025/26 Q1")]).timelines["A-1.1a"]
    assert [(str(t.start), t.wrong) for t in rows] == [("2024/25 Q1", False), ("2025/26 Q1", True)]


def test_one_row_may_have_several_faults_and_all_are_said() -> None:
    found = _errors(Indicators=[indicator(Polarity="Up", Decimals=None, Outcome="Z")])
    assert sorted(places(found)) == [
        ("choice-blank", "Indicators", "I2"),
        ("outcome-unknown", "Indicators", "B2"),
        ("word-wrong", "Indicators", "J2"),
    ]


def test_errors_come_first_in_table_and_row_order() -> None:
    found = _check(
        Outcomes=[TOP, {**BELOW, "Portfolio holder": None, "Weight": -1}],
        Indicators=[indicator(Definition=None), indicator("b", Unit="Inches")],
        Targets=[target(85, Profile="Odd")],
    ).issues
    assert [i.severity for i in found] == sorted(i.severity for i in found)
    assert [i.table for i in found if i.severity == "error"] == ["Outcomes", "Indicators", "Targets"]


def _check(period: Quarter | None = NOW, **rows: Any) -> Checked:
    return check_framework(tables(**{"Indicators": [INDICATOR], "Targets": [target(85)], **rows}), period)


def _errors(**rows: Any) -> list[Issue]:
    return [i for i in _check(**rows).issues if i.severity == "error"]


def _warnings(**rows: Any) -> list[Issue]:
    issues = _check(**rows).issues
    assert {i.severity for i in issues} <= {"warning"}
    return list(issues)


def _by_row(issues: list[Issue]) -> Found:
    """The issues of a master that holds a case in each row."""
    found: Found = {}
    for issue in issues:
        found.setdefault(int(issue.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append(issue)
    return found
