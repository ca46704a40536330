"""Ratings up the golden thread."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.framework import Framework
from xl_outcomes.overrides import Override
from xl_outcomes.periods import Quarter
from xl_outcomes.rollup import Leaf, Rolled, outcome_reason, roll_up
from xl_outcomes.settings import Settings

from .support import history, indicator

METHODS = ("Average", "Worst", "Majority", "Share green")
WORDS = {"G": "Green", "A": "Amber", "R": "Red"}
TREE = (
    {"Ref": "T", "Tier": 1},
    {"Ref": "T-1", "Tier": 2, "Parent": "T"},
    {"Ref": "T-2", "Tier": 2, "Parent": "T"},
)


# ---- the methods ----


@pytest.mark.parametrize(
    ("children", "score", "rating"),
    [
        ("GGG", "1", "Green"),
        ("GA", "3/4", "Green"),
        ("GGAAA", "7/10", "Amber"),
        ("AAAAR", "2/5", "Amber"),
        ("AAR", "1/3", "Red"),
        ("GR", "1/2", "Amber"),
        ("RR", "0", "Red"),
    ],
)
def test_average_is_the_mean_of_the_points_green_at_three_quarters_amber_at_two_fifths(
    children: str, score: str, rating: str
) -> None:
    got = _one(children)
    assert (got.score, got.calculated, got.rating) == (Fraction(score), rating, rating)


@pytest.mark.parametrize(
    ("weights", "score"),
    [((1, 1), "1/2"), ((3, 1), "3/4"), ((None, 3), "1/4"), ((0.5, 2), "1/5"), ((2.5, None), "5/7")],
)
def test_the_mean_is_weighted_and_a_blank_weight_is_1(weights: Sequence[float | None], score: str) -> None:
    assert _one("GR", weights=weights).score == Fraction(score)


@pytest.mark.parametrize(("children", "rating"), [("GGG", "Green"), ("GGA", "Amber"), ("GAR", "Red")])
def test_worst_is_the_worst_rated_child(children: str, rating: str) -> None:
    assert _one(children, roll_up="Worst").rating == rating


@pytest.mark.parametrize(
    ("children", "weights", "rating"),
    [
        ("GGA", (), "Green"),
        ("GA", (), "Amber"),
        ("AR", (), "Red"),
        ("GAR", (), "Red"),
        ("AAR", (), "Amber"),
        ("GAA", (3, 1, 1), "Green"),
        ("GAA", (2, 1, 1), "Amber"),
    ],
)
def test_majority_is_the_colour_with_most_weight_ties_to_the_worse(
    children: str, weights: tuple[float, ...], rating: str
) -> None:
    assert _one(children, weights=weights, roll_up="Majority").rating == rating


@pytest.mark.parametrize(
    ("children", "weights", "score", "rating"),
    [
        ("GGGA", (), "3/4", "Green"),
        ("GGAAA", (), "2/5", "Amber"),
        ("GAA", (), "1/3", "Red"),
        ("AAA", (), "0", "Red"),
        ("GA", (3, 1), "3/4", "Green"),
    ],
)
def test_share_green_is_the_weight_of_green_children_on_the_same_thresholds(
    children: str, weights: tuple[float, ...], score: str, rating: str
) -> None:
    got = _one(children, weights=weights, roll_up="Share green")
    assert (got.score, got.rating) == (Fraction(score), rating)


def test_the_thresholds_are_the_councils_choice() -> None:
    assert _one("GR", green_at=Fraction(1, 2), green_over_red="Yes").rating == "Green"
    assert _one("GR", amber_at=Fraction(3, 5)).rating == "Red"


def test_an_outcomes_own_method_stands_in_place_of_the_settings() -> None:
    assert _one("GGGA", own="Worst").rating == "Amber"
    assert _one("GGGA", own="Average", roll_up="Worst").rating == "Green"


# ---- green over red ----


@pytest.mark.parametrize(
    ("method", "children", "score"),
    [("Average", "GGGR", "3/4"), ("Share green", "GGGR", "3/4"), ("Majority", "GGR", "1")],
)
def test_an_outcome_with_a_red_child_is_at_best_amber_and_the_score_stays(
    method: str, children: str, score: str
) -> None:
    got = _one(children, roll_up=method)
    assert (got.rating, got.calculated, got.score, got.capped) == ("Amber", "Amber", Fraction(score), True)
    free = _one(children, roll_up=method, green_over_red="Yes")
    assert (free.rating, free.score, free.capped) == ("Green", Fraction(score), False)


def test_a_red_child_of_weight_0_holds_nothing_down() -> None:
    assert _one("GGR", weights=(1, 1, 0)).rating == "Green"


def test_a_red_child_outcome_holds_its_parent_down() -> None:
    got = _two("GGGG", "R", weights=(9, 1), method="Average")["T"]
    assert (got.score, got.rating) == (Fraction(9, 10), "Amber")


# ---- scores from level to level ----


def test_an_average_goes_up_unrounded() -> None:
    got = _two("GGA", "AAR")
    assert (got["T-1"].score, got["T-2"].score) == (Fraction(5, 6), Fraction(1, 3))
    assert got["T"].score == Fraction(7, 12)


def test_a_share_goes_up_as_the_outcomes_score() -> None:
    rolled = _two("GGA", "GGA", own=("Share green", None))
    assert rolled["T"].score == (Fraction(2, 3) + Fraction(5, 6)) / 2


@pytest.mark.parametrize(("method", "score"), [("Worst", "1/2"), ("Majority", "1")])
def test_under_worst_and_majority_the_points_of_the_colour_go_up(method: str, score: str) -> None:
    assert _two("GGA", "", own=(method, None))["T"].score == Fraction(score)


def test_the_points_of_majority_are_those_before_green_over_red() -> None:
    got = _two("GGR", "", own=("Majority", None))
    assert (got["T-1"].rating, got["T-1"].score, got["T"].score) == ("Amber", 1, 1)


def test_the_points_of_an_override_go_up_whatever_the_method() -> None:
    got = _two("RRR", "", overrides={"T-1": "Green"})
    assert (got["T-1"].rating, got["T-1"].calculated, got["T-1"].score) == ("Green", "Red", 1)
    assert (got["T"].score, got["T"].rating) == (1, "Green")


# ---- due, rated, coverage ----


@pytest.mark.parametrize(
    ("children", "rated", "due", "coverage", "rating"),
    [
        ("GG", 2, 2, "1", "Green"),
        ("G.", 1, 2, "1/2", "Green"),
        ("G..", 1, 3, "1/3", "Insufficient data"),
        ("G-", 1, 1, "1", "Green"),
        ("..", 0, 2, "0", "Insufficient data"),
    ],
)
def test_coverage_is_the_weight_of_rated_over_due_children(
    children: str, rated: int, due: int, coverage: str, rating: str
) -> None:
    got = _one(children)
    assert (got.rated, got.due, got.coverage, got.rating) == (rated, due, Fraction(coverage), rating)


def test_coverage_goes_by_weight_while_rated_and_due_count_the_children() -> None:
    got = _one("G.", weights=(1, 3))
    assert (got.rated, got.due, got.coverage, got.rating) == (1, 2, Fraction(1, 4), "Insufficient data")


def test_nothing_rated_is_insufficient_whatever_the_minimum() -> None:
    got = _one("..", minimum_coverage=Fraction(0))
    assert (got.rating, got.score) == ("Insufficient data", None)


@pytest.mark.parametrize("children", ["", "-", "--"])
def test_nothing_due_gives_nothing_due_without_score_or_coverage(children: str) -> None:
    got = _one(children)
    assert (got.rating, got.calculated, got.score, got.coverage) == ("Nothing due", "Nothing due", None, None)


def test_an_outcome_with_insufficient_data_is_due_but_not_rated_one_level_up() -> None:
    got = _two("GG", "G..")["T"]
    assert (got.rated, got.due, got.coverage, got.rating) == (1, 2, Fraction(1, 2), "Green")


def test_an_outcome_with_nothing_due_is_not_due_one_level_up() -> None:
    got = _two("GG", "--")["T"]
    assert (got.rated, got.due, got.coverage) == (1, 1, 1)


def test_weight_0_leaves_a_child_out() -> None:
    got = _one("GR", weights=(1, 0))
    assert (got.score, got.rated, got.due) == (1, 1, 1)
    assert _two("GG", "RR", weights=(1, 0))["T"].score == 1


def test_an_outcome_is_due_only_by_children_of_weight_other_than_0() -> None:
    assert _one(".", weights=(0,)).rating == "Nothing due"


def test_indicators_rated_and_due_count_all_the_way_down() -> None:
    top = _two("GA.", "R-")["T"]
    assert (top.indicators_rated, top.indicators_due) == (3, 4)


def test_indicators_of_weight_0_or_under_an_outcome_of_weight_0_are_not_counted() -> None:
    top = _two("GA.", "RR", weights=(1, 0))["T"]
    assert (top.indicators_rated, top.indicators_due) == (2, 3)
    one = _one("GA.", weights=(1, 0, 0))
    assert (one.indicators_rated, one.indicators_due) == (1, 1)


def test_indicators_under_an_outcome_with_insufficient_data_still_count() -> None:
    top = _two("GG", "G..")["T"]
    assert (top.indicators_rated, top.indicators_due) == (3, 5)


def test_every_live_outcome_has_a_row_in_table_order() -> None:
    assert list(_two("G", "A")) == ["T", "T-1", "T-2"]


# ---- masked reds ----


def test_masked_reds_names_the_reds_under_an_outcome_that_is_not_red_in_table_order() -> None:
    got = _two("GGGR", "GRGG")
    assert got["T"].masked == ("T-1.3", "T-2.1")
    assert (got["T-1"].masked, got["T-2"].masked) == (("T-1.3",), ("T-2.1",))


def test_a_red_outcome_masks_nothing() -> None:
    assert _one("RR").masked == ()


def test_indicators_of_any_weight_are_masked() -> None:
    assert _one("GR", weights=(1, 0)).masked == ("T-1.1",)
    assert _two("GG", "RR", weights=(1, 0))["T"].masked == ("T-2.0", "T-2.1")


@pytest.mark.parametrize(("rating", "calculated"), [("Red", "Green"), ("Green", "Red"), ("Red", "Red")])
def test_a_red_is_masked_by_its_rating_or_its_calculated_rating(rating: str, calculated: str) -> None:
    leaves = {"a": Leaf("Green", "Green", True), "b": Leaf(rating, calculated, True)}
    got = roll_up(_tree(("a", "b")), leaves, {}, Settings(amber_at=Fraction(0)))["T"]
    assert got.masked == ("b",)


def test_reds_are_masked_also_where_there_is_too_little_data() -> None:
    got = _one("R...")
    assert (got.rating, got.masked) == ("Insufficient data", ("T-1.0",))


# ---- overrides ----


def test_an_override_replaces_the_rating_and_everything_above_follows() -> None:
    got = _two("GG", "GG", overrides={"T-1": "Red"})
    assert (got["T-1"].rating, got["T-1"].calculated) == ("Red", "Green")
    assert (got["T"].score, got["T"].rating) == (Fraction(1, 2), "Amber")


def test_an_override_may_replace_insufficient_data_and_counts_as_rated_above() -> None:
    got = _two("..", "GG", overrides={"T-1": "Amber"})
    assert (got["T-1"].rating, got["T-1"].calculated, got["T-1"].score) == (
        "Amber",
        "Insufficient data",
        Fraction(1, 2),
    )
    assert (got["T"].rated, got["T"].score) == (2, Fraction(3, 4))


def test_an_override_may_not_replace_nothing_due() -> None:
    got = _two("--", "GG", overrides={"T-1": "Red"})
    assert (got["T-1"].rating, got["T-1"].override, got["T-1"].score) == ("Nothing due", None, None)


def test_an_override_to_green_is_not_held_down_by_a_red_child() -> None:
    assert _two("GR", "", overrides={"T-1": "Green"})["T-1"].rating == "Green"


# ---- the reason ----


@pytest.mark.parametrize(
    ("children", "choices", "words"),
    [
        ("GG", {}, "Green: 2 of 2 rated."),
        ("GGAAA.", {}, "Amber: 5 of 6 rated."),
        ("GAR", {}, "Amber: 3 of 3 rated. Masked: T-1.2 Red."),
        ("RAR", {}, "Red: 3 of 3 rated."),
        ("GGGR", {}, "Amber, held down by a Red: 4 of 4 rated. Masked: T-1.3 Red."),
        ("GGGGGGRR", {}, "Amber, held down by a Red: 8 of 8 rated. Masked: T-1.6, T-1.7 Red."),
        ("G..", {}, "Insufficient data: 1 of 3 rated, 50% is needed."),
        ("R..", {}, "Insufficient data: 1 of 3 rated, 50% is needed. Masked: T-1.0 Red."),
        ("G.", {"minimum_coverage": Fraction(2, 3)}, "Insufficient data: 1 of 2 rated, 66.6666666666667% is needed."),
        ("--", {}, "Nothing due this quarter."),
    ],
)
def test_every_roll_up_says_how_many_of_how_many_were_rated(children: str, choices: dict[str, Any], words: str) -> None:
    assert outcome_reason(_one(children, **choices), Settings(**choices)) == words


def test_an_override_is_said_with_its_reason_and_approver() -> None:
    got = _two("GR", "", overrides={"T-1": "Green"})["T-1"]
    assert outcome_reason(got, Settings()) == (
        "Green by override; calculated Amber, 2 of 2 rated. Reason: Late data. Approved by Director. Masked: T-1.1 Red."
    )


# ---- properties ----

leaves_drawn = st.lists(
    st.tuples(st.sampled_from("GAR.-"), st.sampled_from("GAR"), st.sampled_from([None, 0, 0.5, 1, 3])),
    min_size=1,
    max_size=6,
)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(leaves_drawn, st.sampled_from(METHODS), st.sampled_from(["Yes", "No"]))
def test_coverage_and_score_stay_between_0_and_1_and_masked_reds_are_the_reds_under_a_rating_that_is_not_red(
    drawn: list[tuple[str, str, float | None]], method: str, cap: str
) -> None:
    refs = tuple(f"i{n}" for n in range(len(drawn)))
    leaves = {ref: _leaf(text, calculated) for ref, (text, calculated, _) in zip(refs, drawn, strict=True)}
    tree = _tree(refs, tuple(weight for *_, weight in drawn))
    for got in roll_up(tree, leaves, {}, Settings(roll_up=method, green_over_red=cap)).values():
        assert got.coverage is None or 0 <= got.coverage <= 1
        assert got.score is None or 0 <= got.score <= 1
        assert 0 <= got.indicators_rated <= got.indicators_due <= len(refs)
        under = tree.indicators_under(got.ref)
        reds = [r for r in refs if r in under and "Red" in (leaves[r].rating, leaves[r].calculated)]
        assert list(got.masked) == ([] if got.rating == "Red" else reds)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text("GAR", min_size=1, max_size=6), st.sampled_from(["Average", "Worst", "Share green"]), st.data())
def test_but_for_majority_a_better_child_never_gives_a_worse_outcome(
    children: str, method: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(children) - 1))
    better = children[:place] + {"R": "A", "A": "G", "G": "G"}[children[place]] + children[place + 1 :]
    order = ("Red", "Amber", "Green")
    before, after = (_one(text, roll_up=method).rating for text in (children, better))
    assert order.index(before) <= order.index(after)


def test_an_empty_framework_rolls_up_to_nothing() -> None:
    assert roll_up(_tree(()), {}, {}, Settings())["T"].rating == "Nothing due"
    empty = history(Outcomes=(), Indicators=()).framework
    assert roll_up(empty, {}, {}, Settings()) == {}


def _one(children: str, *, weights: Sequence[float | None] = (), own: str | None = None, **choices: Any) -> Rolled:
    """One outcome over indicators: G, A, R, due without a rating (.), not due (-)."""
    refs = tuple(f"T-1.{n}" for n in range(len(children)))
    tree = _tree(refs, tuple(weights), own)
    return roll_up(tree, {r: _leaf(t) for r, t in zip(refs, children, strict=True)}, {}, Settings(**choices))["T"]


def _two(
    first: str,
    second: str,
    *,
    weights: tuple[float | None, float | None] = (None, None),
    own: tuple[str | None, str | None] = (None, None),
    method: str = "Average",
    overrides: Mapping[str, str] | None = None,
) -> dict[str, Rolled]:
    """A tier 1 outcome over two outcomes with their indicators."""
    top, *below = TREE
    outcomes = [top, *({**o, "Weight": w, "Roll-up": m} for o, w, m in zip(below, weights, own, strict=True))]
    homes = [(f"{home}.{n}", home, t) for home, text in (("T-1", first), ("T-2", second)) for n, t in enumerate(text)]
    tree = history(Outcomes=outcomes, Indicators=[indicator(r, Outcome=home) for r, home, _ in homes]).framework
    given_ = {r: Override(r, Quarter(2025, 1), c, "Late data.", "Director", 2) for r, c in (overrides or {}).items()}
    return roll_up(tree, {ref: _leaf(text) for ref, _, text in homes}, given_, Settings(roll_up=method))


@cache
def _tree(refs: tuple[str, ...], weights: tuple[float | None, ...] = (), own: str | None = None) -> Framework:
    each = weights or (None,) * len(refs)
    rows = [indicator(ref, Outcome="T", Weight=weight) for ref, weight in zip(refs, each, strict=True)]
    return history(Outcomes=[{"Ref": "T", "Tier": 1, "Roll-up": own}], Indicators=rows).framework


def _leaf(text: str, calculated: str | None = None) -> Leaf:
    rating = WORDS.get(text)
    return Leaf(rating, WORDS.get(calculated or text) if rating else None, text != "-")
