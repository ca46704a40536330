"""Council roles, partners, strategies and portfolio holders, of whom several may share an outcome or an indicator."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import LATE, indicator, observation, override, tables, target
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.roles_view import roles_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.roles import NO_ROLE, HolderFact, Shared, holders, role_facts, several
from xl_outcomes.tables import Table
from xl_outcomes.workbook.create import create_sheets

Q2 = "2025/26 Q2"
OUTCOMES = (
    {"Ref": "HOM", "Tier": 1.0, "Title": "Homes", "Council role": "lead", "Portfolio holder": "Housing"},
    {
        "Ref": "HOM-1",
        "Tier": 2.0,
        "Parent": "HOM",
        "Title": "New homes",
        "Council role": "Influence",
        "Partners": "Developers; Homes agency;; developers",
        "Portfolio holder": "Housing; Planning",
    },
    {"Ref": "HEA", "Tier": 1.0, "Title": "Health", "Portfolio holder": "Health"},
    {"Ref": "HEA-1", "Tier": 2.0, "Parent": "HEA", "Title": "Active lives"},
)
INDICATORS = (
    indicator("h1", Outcome="HOM-1"),
    indicator("h2", Outcome="HOM-1", **{"Portfolio holder": "planning"}),
    indicator("a1", Outcome="HEA-1", Weight=0.0, **{"Portfolio holder": "Health; Housing"}),
    indicator("a2", Outcome="HEA-1", **{"Portfolio holder": ""}),
    indicator("a3", Outcome="HEA-1", Status="Deleted"),
)
FIGURES = {"h1": 90.0, "h2": 10.0, "a1": 10.0}


def world(**rows: Any) -> tuple[Rated, dict[str, Table]]:
    usual = {
        "Outcomes": OUTCOMES,
        "Indicators": INDICATORS,
        "Targets": [target(80.0, ref=ref) for ref in ("h1", "h2", "a1", "a2")],
        "Observations": [observation(Q2, value, ref) for ref, value in FIGURES.items()],
    }
    held = tables(**{**usual, **rows})
    return rate_quarter(held, parse_quarter(Q2), LATE), held


def holder(name: str, **rows: Any) -> HolderFact:
    return next(h for h in role_facts(*world(**rows)).holders if h.holder == name)


# ---- cells with several values ----


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, ()),
        (" ; ", ()),
        ("Cabinet Member, Housing", ("Cabinet Member, Housing",)),
        ("Housing;Planning ; ", ("Housing", "Planning")),
        ("Housing; housing;  HOUSING", ("Housing",)),
    ],
)
def test_holders_are_parted_by_semicolons(text: str | None, named: tuple[str, ...]) -> None:
    assert holders(text) == named


@given(st.lists(st.text("abc, ", min_size=1).filter(str.strip), max_size=5))
def test_what_is_joined_by_semicolons_comes_apart_again(names: list[str]) -> None:
    plain = [" ".join(name.split()) for name in names]
    assert several(";".join(names)) == tuple(dict.fromkeys(plain))


# ---- outcomes and roles ----


def test_each_outcome_has_its_role_partners_holders_and_rating() -> None:
    homes, new, health, active = role_facts(*world()).outcomes
    assert (homes.role, homes.partners, homes.holders) == ("Lead", (), ("Housing",))
    assert (new.role, new.partners) == ("Influence", ("Developers", "Homes agency"))
    assert (new.holders, new.verdict.word, new.coverage) == (("Housing", "Planning"), "Amber", "2 of 2")
    assert (health.role, active.holders) == ("", ())


def test_strategies_come_from_the_crosswalk() -> None:
    crosswalk = [
        {"Ref": "HOM-1", "Framework": "Housing Strategy", "Relation": "commissioning strategy"},
        {"Ref": "HOM-1", "Framework": "Growth Deal", "Their title": "Sites", "Relation": "Partner strategy"},
        {"Ref": "HOM-1", "Framework": "Old plan", "Their ref": "1", "Relation": "Replaces"},
    ]
    outcomes = role_facts(*world(Crosswalk=crosswalk)).outcomes
    expected = ("Housing Strategy (commissioning strategy)", "Growth Deal: Sites (partner strategy)")
    assert [o.strategies for o in outcomes] == [(), expected, (), ()]


def test_outcomes_are_counted_by_role_with_their_ratings() -> None:
    counts = {c.role: (c.outcomes, c.tally.numbers, c.no_rating) for c in role_facts(*world()).counts}
    assert list(counts) == ["Lead", "Support", "Influence", "Advocate", NO_ROLE]
    assert counts["Lead"] == (1, (0, 1, 0, 0), 0)
    assert counts["Support"] == (0, (0, 0, 0, 0), 0)
    assert counts[NO_ROLE] == (2, (0, 0, 0, 2), 2)


# ---- portfolio holders ----


def test_each_of_several_holders_has_what_they_share() -> None:
    housing, planning = holder("Housing"), holder("Planning")
    assert housing.outcomes == ("HOM", "HOM-1")
    assert housing.indicators == ("h1", "a1")
    assert housing.shared == (
        Shared("HOM-1", ("Planning",)),
        Shared("h1", ("Planning",)),
        Shared("a1", ("Health",)),
    )
    assert (planning.outcomes, planning.indicators) == (("HOM-1",), ("h1", "h2"))
    assert [s.ref for s in planning.shared] == ["HOM-1", "h1"]


def test_an_indicator_without_a_holder_is_that_of_the_nearest_outcome_above() -> None:
    assert holder("Health").indicators == ("a1", "a2")


def test_ratings_count_what_is_due_of_any_weight() -> None:
    housing, health = holder("Housing"), holder("Health")
    assert (housing.tally.numbers, housing.reds) == ((1, 0, 1, 0), ("a1",))
    assert (health.tally.coverage, health.tally.numbers) == ("1 of 2", (0, 0, 1, 1))
    assert housing.outcomes_tally.words == "2 Amber"


def test_a_red_that_an_override_hides_is_named() -> None:
    assert holder("Planning", Overrides=[override("h2", "Green", Q2)]).reds == ("h2",)


# ---- the sheet ----


def test_the_sheet_has_roles_holders_and_outcomes() -> None:
    rated, held = world(Overrides=[override("HOM-1", "Green", Q2)])
    sheet = roles_sheet(rated, held)
    assert sheet is not None
    roles, people, outcomes = (records(view.frame) for view in sheet.views)
    assert [r["Outcomes"] for r in roles] == [1, 0, 1, 0, 2]
    housing = people[0]
    assert (housing["Portfolio holder"], housing["Outcomes"], housing["Indicators rated"]) == ("Housing", 2, "2 of 2")
    assert housing["Shared with others"] == "HOM-1, h1 with Planning\na1 with Health"
    assert outcomes[1]["Rating"] == "Green*"
    assert outcomes[1]["Portfolio holders"] == "Housing\nPlanning"
    assert all(len(view.widths) == len(view.frame.columns) for view in sheet.views)
    assert create_sheets([sheet], title="Roles", created=dt.datetime(2025, 11, 1))[:2] == b"PK"


def test_a_master_that_says_nothing_of_it_has_no_sheet() -> None:
    plain = [{**o, "Council role": None, "Partners": None, "Portfolio holder": "Member"} for o in OUTCOMES]
    assert roles_sheet(*world(Outcomes=plain, Indicators=[indicator("h1", Outcome="HOM-1")])) is None


def test_a_shared_holder_alone_makes_the_sheet_appear() -> None:
    bare = [{**o, "Council role": None, "Partners": None} for o in OUTCOMES]
    assert roles_sheet(*world(Outcomes=bare)) is not None


def test_without_any_holder_the_sheet_says_so() -> None:
    bare = [{**o, "Portfolio holder": None} for o in OUTCOMES]
    sheet = roles_sheet(*world(Outcomes=bare, Indicators=[indicator("h1", Outcome="HOM-1")]))
    assert sheet is not None
    assert list(sheet.views[1].frame["Portfolio holder"]) == ["No portfolio holder is given"]
