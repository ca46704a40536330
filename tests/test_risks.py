"""The risk register on the council's own scale: scores, the matrix, links, issues and the sheet."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import indicator, observation, settings_of, table, tables, target
from xl_outcomes.framework import build
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.risk_view import MATRIX, OUTCOMES, REGISTER, risk_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import View
from xl_outcomes.risks import Risk, level_of, read_risks, risk_issues, risk_matrix, risks_under
from xl_outcomes.settings import Settings

Q2 = "2025/26 Q2"
POST = {"Responsible officer": "Director", "Portfolio holder": "Member"}
TREE = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", **POST},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes", **POST},
    {"Ref": "B", "Tier": 1.0, "Title": "Jobs", **POST},
)
FRAMEWORK = build(table("Outcomes", TREE), table("Indicators", [indicator()]), frozenset())


def risk(ref: str | None = "R1", linked: object = "A-1", **cells: object) -> dict[str, object]:
    """A row of Risks: Unlikely and Bad, but for the cells given."""
    own = {"Ref": ref, "Risk": "A builder fails", "Likelihood": "Unlikely", "Impact": "Bad", "Linked to": linked}
    return {**own, "Mitigation": "Two builders.", "Owner": "Head of Housing", **cells}


def read(*rows: Mapping[str, Any], settings: Settings | None = None) -> tuple[Risk, ...]:
    return read_risks(table("Risks", rows), FRAMEWORK, settings or Settings())


def codes(*rows: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(i.code, i.cell) for i in risk_issues(tables(Risks=rows), FRAMEWORK, Settings())]


def views(*rows: Mapping[str, Any], settings: list[dict[str, object]] | None = None) -> dict[str, View]:
    held = tables(
        Settings=settings or [],
        Outcomes=TREE,
        Indicators=[indicator()],
        Targets=[target(80.0)],
        Observations=[observation(Q2, 10.0)],
        Risks=rows,
    )
    sheet = risk_sheet(rate_quarter(held, parse_quarter(Q2), dt.date(2025, 11, 1)), held)
    return {view.table: view for view in sheet.views} if sheet else {}


def test_the_score_is_rank_times_rank_and_capitals_do_not_matter() -> None:
    found = read(risk(Likelihood=" highly  PROBABLE", Impact="disaster"))[0]
    assert (found.likelihood, found.impact, found.score, found.level) == ("Highly probable", "Disaster", 16, "High")


@pytest.mark.parametrize(("score", "level"), [(3, "Low"), (4, "Medium"), (7, "Medium"), (8, "High"), (16, "High")])
def test_the_limits_belong_to_the_higher_level(score: int, level: str) -> None:
    assert level_of(score, Settings()) == level


def test_a_council_has_its_own_words_and_limits() -> None:
    own = Settings(risk_likelihoods=("Rare", "Often"), risk_impacts=("Low", "Mid", "Top"), high_risk_from=6)
    assert [r.level for r in read(risk(Likelihood="Often", Impact="Top"), settings=own)] == ["High"]
    assert read(risk(), settings=own)[0].score is None


def test_the_highest_score_comes_first_and_what_has_none_last() -> None:
    rows = [risk("R1", Impact=None), risk("R2"), risk("R3", Impact="Disaster"), risk("R4")]
    assert [r.ref for r in read(*rows)] == ["R3", "R2", "R4", "R1"]


WORDS = st.sampled_from((*Settings().risk_likelihoods, *Settings().risk_impacts, "Sure", None))


@given(st.lists(st.builds(lambda one, two: risk(Likelihood=one, Impact=two), WORDS, WORDS), max_size=12))
def test_the_matrix_holds_each_scored_risk_once(rows: list[dict[str, Any]]) -> None:
    found = read(*rows)
    cells = risk_matrix(found)
    assert sum(len(held) for held in cells.values()) == sum(r.score is not None for r in found)
    assert all(r.score == down * across for (down, across), held in cells.items() for r in held)


def test_links_may_be_outcomes_and_indicators_and_give_what_would_show_it() -> None:
    both, one = read(risk(linked="A, A-1.1a, X-9"), risk("R2", linked="B"))
    assert (both.linked, both.unknown, both.indicators) == (("A", "A-1.1a"), ("X-9",), ("A-1.1a",))
    assert one.indicators == ()
    assert [r.ref for r in risks_under([both, one], FRAMEWORK, "A-1")] == ["R1"]


def test_a_high_risk_that_nothing_measures_is_unwatched() -> None:
    rows = (risk("R1", "B", Impact="Disaster"), risk("R2", "B"), risk("R3", "A-1", Impact="Disaster"))
    assert {r.ref: r.unwatched for r in read(*rows)} == {"R1": True, "R2": False, "R3": False}


# ---- issues ----


def test_a_good_register_has_no_issue() -> None:
    assert codes(risk(), risk("R2", "A, A-1.1a"), dict.fromkeys(("Ref", "Risk"))) == []


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (risk(None), "risk-ref", "A2"),
        (risk(Likelihood="Sure"), "risk-scale", "C2"),
        (risk(Impact=None), "risk-scale", "D2"),
        (risk(linked=None), "risk-outcome", "G2"),
        (risk(linked="A-1, X-9"), "risk-outcome", "G2"),
        (risk(linked="B", Impact="Disaster"), "risk-unmeasured", "G2"),
    ],
)
def test_what_is_odd_is_named_with_its_cell(row: dict[str, Any], code: str, cell: str) -> None:
    assert codes(row) == [(code, cell)]


def test_a_ref_that_stands_twice_is_named_both_times() -> None:
    assert codes(risk(), risk()) == [("risk-ref", "A2"), ("risk-ref", "A3")]


# ---- the sheet ----


def test_without_risks_there_is_no_sheet() -> None:
    assert views() == {}


def test_the_matrix_has_the_risks_in_their_cells_and_always_its_size() -> None:
    one, many = views(risk()), views(*(risk(f"R{n}") for n in range(1, 20)))
    rows = {row["Likelihood"]: row for row in records(one[MATRIX].frame)}
    assert list(rows) == ["Highly probable", "Probable", "Unlikely", "Highly unlikely"]
    assert rows["Unlikely"]["Impact: Bad"] == "6 Medium: R1"
    assert rows["Highly probable"]["Impact: Disaster"] == "16 High"
    assert one[MATRIX].frame.shape == many[MATRIX].frame.shape
    assert records(many[MATRIX].frame)[2]["Impact: Bad"] == "6 Medium: R1, R2, R3, R4, R5 and 14 more"


def test_the_matrix_follows_the_councils_own_scale() -> None:
    own = settings_of(Risk_likelihoods="Rare, Often", Risk_impacts="Low, Mid, Top")
    assert views(risk(), settings=own)[MATRIX].frame.shape == (2, 4)


def test_the_register_shows_ratings_beside_risks() -> None:
    row = records(views(risk(linked="A-1, B"))[REGISTER].frame)[0]
    assert (row["Score"], row["Level"], row["Worst rating"]) == (6, "Medium", "Red")
    assert row["Tied to"] == "A-1 New homes (Red)\nB Jobs (Nothing due)"
    assert row["Indicators, and what to look at"] == "A-1.1a, 1 Red: A-1.1a"
    assert row["Mitigation and owner"] == "Two builders.\nOwner: Head of Housing"


def test_the_register_names_what_to_look_at() -> None:
    rows = views(risk("R1", "B", Impact="Disaster"), risk("R2", None, Likelihood="Sure"))[REGISTER].frame
    told = {row["Ref"]: row["Indicators, and what to look at"] for row in records(rows)}
    assert told["R1"].startswith("High, and no live indicator would show it coming.")
    assert "not a word of the council's scale" in told["R2"]
    assert "Tied to no outcome." in told["R2"]


def test_risks_are_counted_by_outcome() -> None:
    rows = records(views(risk(), risk("R2", "A", Impact="Disaster"))[OUTCOMES].frame)
    counted = [(r["Ref"], r["High"], r["Medium"], r["Highest score"]) for r in rows]
    assert counted == [("A", 1, 1, 8), ("B", 0, 0, None)]
    assert rows[1]["Risks, the highest first"] == "None"
