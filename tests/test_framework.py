"""The golden thread as a tree."""

from fractions import Fraction

import pytest

from xl_outcomes.framework import Framework, is_live, ref_text
from xl_outcomes.periods import Quarter

from .support import history, indicator, measure

TREE = (
    {"Ref": "A", "Tier": 1, "Title": "Homes"},
    {"Ref": "A-1", "Tier": 2, "Parent": "A", "Title": "New homes", "Weight": 2, "Roll-up": "worst"},
    {"Ref": "A-1.1", "Tier": 3, "Parent": "A-1", "Title": "Built"},
    {"Ref": "B", "Tier": 1, "Title": "Air"},
    {"Ref": "A-2", "Tier": 2, "Parent": "A", "Title": "Safe homes", "Status": "live"},
    {"Ref": "A-3", "Tier": 2, "Parent": "A", "Title": "Later", "Status": "Proposed"},
    {"Ref": "A-4", "Tier": 2, "Parent": "A", "Title": "Gone", "Status": "Deleted"},
)


def test_the_children_of_an_outcome_are_the_live_outcomes_whose_parent_it_is() -> None:
    tree = _tree()
    assert [o.ref for o in tree.children(None)] == ["A", "B"]
    assert [o.ref for o in tree.children("A")] == ["A-1", "A-2"]
    assert tree.children("B") == ()


def test_the_indicators_attached_to_an_outcome_are_its_measures() -> None:
    assert [i.ref for i in _tree().measures("A-1")] == ["b"]
    assert [i.ref for i in _tree().measures("A-1.1")] == ["a"]
    assert _tree().measures("A") == ()


def test_the_golden_thread_runs_up_to_tier_1_nearest_first() -> None:
    tree = _tree()
    assert [o.ref for o in tree.up("a")] == ["A-1.1", "A-1", "A"]
    assert [o.ref for o in tree.up("A-1")] == ["A"]
    assert tree.up("A") == ()


def test_the_tree_runs_down_each_outcome_before_those_under_it() -> None:
    assert [o.ref for o in _tree().down()] == ["A", "A-1", "A-1.1", "A-2", "B"]
    assert [o.ref for o in _tree().down("A-1")] == ["A-1.1"]


def test_bottom_up_each_outcome_comes_after_those_under_it() -> None:
    refs = [o.ref for o in _tree().bottom_up()]
    assert refs.index("A-1.1") < refs.index("A-1") < refs.index("A")


def test_the_indicators_under_an_outcome_are_named_in_table_order() -> None:
    assert _tree().indicators_under("A") == ("b", "a")
    assert _tree().indicators_under("A-1.1") == ("a",)
    assert _tree().indicators_under("B") == ()


def test_an_outcomes_status_is_live_or_blank_in_any_capitals() -> None:
    assert list(_tree().outcomes) == ["A", "A-1", "A-1.1", "B", "A-2"]
    assert is_live({"Status": None})
    assert is_live({"Status": "LIVE"})
    assert not is_live({"Status": "Proposed"})


def test_a_blank_weight_is_1_and_an_outcome_may_have_its_own_roll_up() -> None:
    tree = _tree()
    assert (tree.outcomes["A"].weight, tree.outcomes["A-1"].weight) == (1, 2)
    assert (tree.outcomes["A"].roll_up, tree.outcomes["A-1"].roll_up) == (None, "Worst")


@pytest.mark.parametrize(("unit", "per"), [("Percentage", 100), ("Count", 1), ("Rate", 1), ("Money", 1)])
def test_a_blank_per_is_100_for_a_percentage_else_1(unit: str, per: int) -> None:
    assert measure(Unit=unit).per == per
    assert measure(Unit=unit, Per=1000).per == 1000


def test_blank_choices_have_their_defaults() -> None:
    got = measure()
    assert (got.due_quarter, got.live_from, got.lag_days, got.weight, got.status) == (4, None, 0, 1, "Live")


def test_given_choices_are_taken() -> None:
    cells = {"Due quarter": "q2", "Live from": "2025-26 Q1", "Lag days": 10, "Weight": 0.5, "Status": "baseline year"}
    got = measure(**cells)
    assert (got.due_quarter, got.live_from, got.lag_days) == (2, Quarter(2025, 1), 10)
    assert (got.weight, got.status) == (Fraction(1, 2), "Baseline year")


@pytest.mark.parametrize(
    ("cells", "due"),
    [
        ({"Frequency": "Monthly"}, [1, 2, 3, 4]),
        ({"Frequency": "Quarterly"}, [1, 2, 3, 4]),
        ({"Frequency": "Half-yearly"}, [2, 4]),
        ({"Frequency": "Annual"}, [4]),
        ({"Frequency": "Annual", "Due quarter": "Q3"}, [3]),
        ({"Frequency": "Half-yearly", "Due quarter": "Q3"}, [2, 4]),
        ({"Live from": "2025/26 Q3"}, [3, 4]),
    ],
)
def test_frequency_and_live_from_say_when_a_figure_is_due(cells: dict[str, object], due: list[int]) -> None:
    got = measure(**cells)
    assert [n for n in (1, 2, 3, 4) if got.due_in(Quarter(2025, n))] == due


def test_an_indicator_is_live_from_its_quarter_on() -> None:
    got = measure(**{"Live from": "2025/26 Q3"})
    assert [got.live_in(Quarter(2025, n)) for n in (2, 3, 4)] == [False, True, True]


@pytest.mark.parametrize(
    ("cells", "scored"),
    [
        ({}, True),
        ({"Kind": "Influencing"}, True),
        ({"Kind": "Contextual"}, False),
        ({"Polarity": "Neither"}, False),
        ({"Status": "Baseline year"}, False),
    ],
)
def test_contextual_neither_and_baseline_indicators_are_not_scored(cells: dict[str, object], scored: bool) -> None:
    assert measure(**cells).scored is scored


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (None, True),
        ("Live", True),
        ("Baseline year", True),
        ("Proposed", False),
        ("In development", False),
        ("Deleted", False),
    ],
)
def test_owners_are_asked_for_live_and_baseline_indicators(status: str | None, asked: bool) -> None:
    assert measure(Status=status).expected() is asked


@pytest.mark.parametrize(
    ("cell", "text"), [(" A-1 ", "A-1"), (1.1, "1.1"), (12.0, "12"), ("Ａ-1", "A-1"), (0.1 + 0.2, "0.3")]
)
def test_a_ref_is_text_normalised_and_stripped(cell: object, text: str) -> None:
    assert ref_text(cell) == text


def test_an_empty_framework_is_a_tree_without_leaves() -> None:
    tree = history(Outcomes=(), Indicators=()).framework
    assert (tree.children(None), list(tree.down()), tree.bottom_up(), tree.indicator_refs) == ((), [], [], ())


def _tree() -> Framework:
    rows = [indicator("b", Outcome="A-1"), indicator("a", Outcome="A-1.1")]
    return history(Outcomes=TREE, Indicators=rows).framework
