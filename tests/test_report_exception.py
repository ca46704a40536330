"""The cabinet report by exception: the impact table, outcomes and service plans apart, money, actions, appendices."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Validate
from tests.support import indicator, observation, settings_of, tables, target
from tests.test_report_briefings import (
    PERIOD,
    TODAY,
    demand_clean,
    held_of,
    master,
    rows_of_indicators,
    starter,
    texts,
    written,
)
from xl_outcomes import resources
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.exception_report import IMPACTS
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.reporting.remit import whole
from xl_outcomes.service_plans import service_plan_facts
from xl_outcomes.tables import Tables
from xl_outcomes.word import used_names

KIND = find_report("cabinet-exception")


def made_of(own: Tables) -> Document:
    (made,) = documents(KIND, rate_quarter(own, PERIOD, TODAY), own)
    return made


def rows(made: Document, name: str) -> list[Mapping[str, Any]]:
    found = made.values[name]
    assert isinstance(found, list)
    return found


def said(section: str, text: str) -> dict[str, str]:
    return {"Period": "2025/26 Q2", "Section": section, "Text": text}


# ---- the impact table ----


def test_the_impact_table_has_the_councils_rows_in_order() -> None:
    told = [said("Impact: Efficiency", "Saves time."), said("Impact: Carbon Impact", "Less carbon.")]
    made = rows(made_of(master(Narrative=told)), "impacts_table")
    assert [r["name"] for r in made] == list(IMPACTS)
    texts_by_name = {r["name"]: r["text"] for r in made}
    assert (texts_by_name["Carbon Impact"], texts_by_name["Efficiency"]) == ("Less carbon.", "Saves time.")
    assert texts_by_name["Diversity"] == "[Author to complete]"


def test_the_vision_has_its_row_before_efficiency_and_other_rows_follow() -> None:
    told = [said("Impact: One Town: Well Placed", "Follows it."), said("Impact: Rural areas", "None.")]
    own = master(Narrative=told, Settings=settings_of(Vision="One Town: Well Placed"))
    made = rows(made_of(own), "impacts_table")
    assert [(r["name"], r["text"]) for r in made[-3:]] == [
        ("One Town: Well Placed", "Follows it."),
        ("Efficiency", "[Author to complete]"),
        ("Rural areas", "None."),
    ]


def test_the_key_decision_is_that_of_the_head() -> None:
    head = {"Report": KIND.name, "Period": "2025/26 Q2", "Key decision": "No"}
    made = rows(made_of(master(Reports=[head])), "impacts_table")
    assert next(r["text"] for r in made if r["name"] == "Key Decision") == "No"


# ---- exceptions ----


def test_outcomes_and_service_plans_are_counted_apart() -> None:
    made = made_of(master())
    assert made.values["outcome_counts"] == [
        "Of the population indicators that are due, 2 of 2 are rated: 1 Green and 1 Red. "
        "1 rating is carried from an earlier quarter."
    ]
    assert made.values["plan_counts"] == [
        "Of the performance measures that are due, 2 of 3 are rated: 1 Amber and 1 Red."
    ]
    assert [(r["name"], r["coverage"]) for r in rows(made, "outcome_rows")] == [
        ("Homes", "1 of 1"),
        ("Health", "1 of 1"),
    ]


def test_counts_and_ratings_are_those_of_the_facts() -> None:
    own, rated = starter()
    (made,) = documents(KIND, rated, own)
    plans = {p.plan: p.summary for p in service_plan_facts(rated, own).plans}
    for row in rows(made, "plan_rows"):
        assert row["rating"] == plans[row["name"]].whole.rating
        assert (row["green"], row["amber"], row["red"]) == plans[row["name"]].tally.numbers[:3]
    counts = gather(rated, own, KIND.name).counts
    for name in ("green", "amber", "red", "not_rated"):
        assert sum(r[name] for r in rows(made, "outcome_rows")) == getattr(counts, name)


def test_only_what_is_off_target_is_described_and_the_rest_is_named() -> None:
    made = made_of(master())
    assert [(g["title"], [e["ref"] for e in g["exceptions"]]) for g in rows(made, "plan_groups")] == [
        ("Place group", ["HOU-2", "REP-1"])
    ]
    assert rows(made, "outcome_groups") == []
    assert made.values["outcomes_clear"] == "Not one of the population indicators is off target under Homes and Health."
    assert made.values["plans_clear"] == "Nothing is off target in Care plan."


def test_every_exception_is_described_once() -> None:
    held = held_of(master(), KIND.name)
    made = made_of(master())
    listed = [e["ref"] for name in ("outcome_groups", "plan_groups") for g in rows(made, name) for e in g["exceptions"]]
    assert sorted(listed) == sorted(i.ref for i in whole(held).exceptions)


def test_a_council_without_performance_measures_has_indicators_by_outcome_only() -> None:
    own = master(Indicators=[{**row, "Measure": "Output", "Weight": None} for row in rows_of_indicators()])
    made = made_of(own)
    assert (made.values["plan_rows"], made.values["plans"]) == ([], [])
    told = texts(written(KIND, made))
    assert "Service plans and their performance measures, 2025/26 Q2" not in "".join(told)
    assert any(t.startswith("Of the indicators that are due, 4 of 5 are rated") for t in told)


def test_actions_that_are_late_and_off_target_are_listed_and_others_counted() -> None:
    made = made_of(master())
    assert [r["ref"] for r in rows(made, "earlier_actions")] == ["ACT-1"]
    assert made.values["actions_left_out"] == (
        "The table has the overdue ones whose measure is still off target; 1 other is followed in the clinics and in "
        "the briefings of cabinet members."
    )


def test_the_summary_has_what_the_author_wrote_then_counts_and_money() -> None:
    made = made_of(master(Narrative=[said("Summary", "A mixed quarter.")]))
    paragraphs = made.values["summary_texts"]
    assert isinstance(paragraphs, list)
    first, counts, spent = paragraphs
    assert first == "A mixed quarter."
    assert counts.endswith("Of the performance measures that are due, 2 of 3 are rated: 1 Amber and 1 Red.")
    assert (
        spent
        == "The budget for the year is £3.0 million, the forecast for the year end £2.9 million: £60,000 (2.0%) under."
    )


# ---- the document ----


def test_the_template_uses_known_names_only() -> None:
    known = set(field_list(KIND))
    assert {used.name for used in used_names(resources.template(KIND.template))} <= known


def test_no_confidential_figure_is_in_the_report() -> None:
    told = "\n".join(texts(written(KIND, made_of(master()))))
    assert "4242" not in told
    assert "4,242" not in told
    assert "Secret results (HOU-3)" in told


def test_the_report_of_the_starter_is_clean_and_valid(tmp_path: Path, validator: Validate) -> None:
    own, rated = starter()
    (made,) = documents(KIND, rated, own)
    content = written(KIND, made)
    demand_clean(content)
    told = texts(content)
    for heading in ("Summary report", "Purpose of the report", "Main report", "Information and analysis"):
        assert heading in told
    path = tmp_path / "report.docx"
    path.write_bytes(content)
    assert validator(path) == []


def test_a_small_master_gives_a_small_report() -> None:
    own = tables(Indicators=[indicator()], Targets=[target(90.0)], Observations=[observation("2025/26 Q2", 95.0)])
    told = texts(written(KIND, made_of(own)))
    assert "Not one of the indicators is off target under Homes." in told
    assert "That the exceptions be noted. [Author to complete]" in told


@pytest.mark.parametrize("name", ["Carbon Impact", "Wards Affected"])
def test_a_row_that_nobody_wrote_is_for_the_author(name: str) -> None:
    made = rows(made_of(master()), "impacts_table")
    assert next(r["text"] for r in made if r["name"] == name) == "[Author to complete]"
