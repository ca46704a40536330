"""Performance clinics: who has which pack, what comes up from below, the questions, and a Word file for each."""

import datetime as dt
from pathlib import Path

import pytest

from tests.conftest import Validate
from tests.support import indicator, observation, tables, target
from tests.test_report_briefings import (
    ACTIONS,
    PERIOD,
    SERVICES,
    TODAY,
    demand_clean,
    held_of,
    master,
    money,
    result,
    rows_of_indicators,
    starter,
    texts,
    written,
)
from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.clinic_questions import MOST, Question, foremost, questions
from xl_outcomes.reporting.clinics import Clinic, clinics
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.tables import Tables
from xl_outcomes.word import used_names

KIND = find_report("clinic-packs")


def clinics_of(own: Tables) -> dict[str, Clinic]:
    return {c.remit.post: c for c in clinics(held_of(own, KIND.name))}


def asked(own: Tables, post: str) -> list[str]:
    held = held_of(own, KIND.name)
    clinic = next(c for c in clinics(held) if c.remit.post == post)
    return [f"{q.text} -> {q.to}" for q in questions(held, clinic, SHIPPED)]


def made_of(own: Tables) -> dict[str, Document]:
    return {d.suffix: d for d in documents(KIND, rate_quarter(own, PERIOD, TODAY), own)}


# ---- levels ----


def test_there_is_a_clinic_for_each_person_at_three_levels() -> None:
    found = clinics_of(master())
    assert [(c.level, post) for post, c in found.items()] == [
        (1, "AD, Homes"),
        (1, "AD, Care"),
        (1, "Head of Housing"),
        (1, "Head of Repairs"),
        (2, "Director, Place"),
        (2, "Director, People"),
        (3, "Chief Executive"),
    ]


def test_a_head_of_service_with_the_same_services_shares_the_pack() -> None:
    found = clinics_of(master())
    assert (found["AD, Care"].beside, found["AD, Care"].below) == (("Head of Care",), ())
    assert [r.post for r in found["AD, Homes"].below] == ["Head of Housing", "Head of Repairs"]


def test_each_level_sees_its_own_services() -> None:
    found = clinics_of(master())
    seen = {post: [i.ref for i in c.remit.items] for post, c in found.items()}
    assert seen["Head of Repairs"] == ["REP-1"]
    assert seen["AD, Homes"] == ["A-1a", "HOU-1", "HOU-2", "HOU-3", "REP-1"]
    assert seen["Director, Place"] == seen["AD, Homes"]
    assert seen["Director, People"] == ["B-1a", "CAR-1"]
    assert len(seen["Chief Executive"]) == 7
    assert [o.fact.ref for o in found["Director, Place"].remit.outcomes] == ["A", "A-1"]


def test_the_chief_executive_sees_reds_and_ambers_that_last() -> None:
    found = clinics_of(master())
    assert [i.ref for i in found["Director, Place"].raised] == ["HOU-2", "REP-1"]
    assert [i.ref for i in found["Chief Executive"].raised] == ["HOU-2"]
    lasting = [result("REP-1", p, "Amber") for p in ("2025/26 Q1", "2024/25 Q4")]
    assert [i.ref for i in clinics_of(master(Results=lasting))["Chief Executive"].raised] == ["HOU-2", "REP-1"]


def test_a_chief_executive_named_as_director_has_one_pack_with_those_below() -> None:
    services = [{**SERVICES[0], "Director": "chief executive"}, *SERVICES[1:]]
    found = clinics_of(master(Services=services))
    assert [post for post, c in found.items() if c.level > 1] == [
        "Director, Place",
        "Director, People",
        "Chief Executive",
    ]
    assert [r.post for r in found["Chief Executive"].below] == ["Director, Place", "Director, People", "AD, Homes"]


def test_services_without_an_assistant_director_are_brought_by_their_heads() -> None:
    services = [{**row, "Assistant director": None} for row in SERVICES]
    found = clinics_of(master(Services=services))
    assert [r.post for r in found["Director, Place"].below] == ["Head of Housing", "Head of Repairs"]


def test_a_master_without_posts_has_no_clinics() -> None:
    own = master(Services=[{"Service": "Housing", "Plan": "Housing plan"}])
    assert clinics_of(own) == {}
    with pytest.raises(InputError, match="nothing to put into clinic-packs"):
        documents(KIND, rate_quarter(own, PERIOD, TODAY), own)


def test_a_master_without_services_says_which_table_is_empty() -> None:
    own = tables(Indicators=[indicator()])
    with pytest.raises(InputError, match="Services"):
        documents(KIND, rate_quarter(own, PERIOD, TODAY), own)


# ---- questions ----


def test_questions_follow_from_facts() -> None:
    assert asked(master(), "AD, Homes") == [
        "Why has “Visits on time” (HOU-2) been Red for three quarters in a row? -> Head of Housing",
        "What holds up ACT-1 on “Visits on time” (HOU-2)? It was due on 30 September 2025. -> Head of Housing",
        "Can ACT-3 be closed, now that “Homes built” (A-1a) is on target? -> ",
        "Why is “Grants” forecast £60,000 under its budget, and what follows for A-1? -> ",
    ]


def test_a_red_without_an_open_action_is_asked_what_will_be_done() -> None:
    question = asked(master(Actions=[], Results=[result("HOU-2", "2025/26 Q1", "Green")]), "Head of Housing")[0]
    assert question.startswith("Why has “Visits on time” (HOU-2) gone from Green to Red? No action is open: what will")


def test_what_is_missing_or_lasts_is_asked() -> None:
    (missing,) = [q for q in asked(master(), "AD, Care") if "CAR-1" in q]
    assert missing.startswith(
        "When will the figure for “Carers at ease” (CAR-1) come? No figure: it was due by 20 October"
    )
    lasting = asked(master(Results=[result("REP-1", "2025/26 Q1", "Amber")]), "Head of Repairs")
    assert lasting[0].startswith(
        "What would bring “Repairs on time” (REP-1) back to its target? It has been off target for"
    )


def test_what_slips_while_green_is_asked_below_the_chief_executive() -> None:
    seen = [observation("2025/26 Q1", 99.0, "REP-1"), observation("2025/26 Q2", 95.0, "REP-1")]
    own = master(Observations=seen)
    assert any(q.startswith("Will “Repairs on time” (REP-1) hold its target?") for q in asked(own, "Head of Repairs"))
    assert not any("hold its target" in q for q in asked(own, "Chief Executive"))


def test_money_over_budget_is_asked_where_the_outcome_is_led() -> None:
    own = master(Resources=[money("B", 1e6, 1.2e6, "Nursing")])
    assert any(
        q.startswith("Why is “Nursing” forecast £200,000 over its budget") for q in asked(own, "Director, People")
    )
    assert not any("Nursing" in q for q in asked(own, "Director, Place"))


def test_of_many_questions_there_are_some_of_each_kind() -> None:
    kinds = ("red", "amber", "action", "missing", "money", "slipping")
    every = [Question(f"{kind} {n}", "", f"{kind}-{n}", kind) for kind in kinds for n in range(8)]
    shown = foremost(every)
    assert len(shown) == MOST
    assert {q.kind for q in shown} == set(kinds)
    assert list(shown) == [q for q in every if q in shown]
    assert foremost(every[:5]) == tuple(every[:5])


# ---- the documents ----


def test_the_template_uses_known_names_only() -> None:
    known = set(field_list(KIND))
    assert {used.name for used in used_names(resources.template(KIND.template))} <= known


def test_an_assistant_directors_pack_has_measures_by_question_and_who_brings_what() -> None:
    told = texts(written(KIND, made_of(master())["AD Homes"]))
    assert "Assistant director and head of service clinic" in told
    assert "How well: Visits on time (HOU-2)" in told
    assert "From the Head of Housing" in told
    assert "From the Head of Repairs" in told
    assert "Contents" not in told


def test_a_directors_pack_counts_plans_by_question() -> None:
    values = made_of(master())["Director Place"].values
    by_question = values["by_question"]
    assert isinstance(by_question, list)
    assert [(r["title"], r["how_much"], r["how_well"], r["better_off"]) for r in by_question] == [
        ("Housing plan", "1 without a rating", "1 Red", "1 without a rating"),
        ("Repairs plan", "No measure", "1 Amber", "No measure"),
    ]


def test_the_chief_executives_pack_says_what_it_leaves_to_directors() -> None:
    late = {**ACTIONS[0], "Due": dt.datetime(2025, 6, 1)}
    made = made_of(master(Actions=[late, *ACTIONS[1:]]))["Chief Executive"]
    told = texts(written(KIND, made))
    assert any(t.startswith("1 measure is Amber and not listed here: off target at fewer than three") for t in told)
    assert any("1 other is followed at the directors' clinics." in t for t in told)
    assert "ACT-1 Visits on time" in told


def test_no_confidential_figure_is_in_any_value() -> None:
    for made in made_of(master()).values():
        assert "4242" not in repr(made.values)
        assert "4,242" not in repr(made.values)


def test_a_pack_for_a_council_without_performance_measures() -> None:
    rows = [{**row, "Measure": "Output", "Weight": None} for row in rows_of_indicators()]
    told = texts(written(KIND, made_of(master(Indicators=rows))["Head of Housing"]))
    assert "Kind and indicator" in told
    assert "Output: Visits on time (HOU-2)" in told
    assert "Population indicators" not in told


def test_a_word_document_of_each_level_is_clean_and_valid(tmp_path: Path, validator: Validate) -> None:
    own, rated = starter()
    made = documents(KIND, rated, own)
    assert len(made) == len({d.suffix for d in made}) == 19
    for document in (made[0], made[-2], made[-1]):
        content = written(KIND, document)
        demand_clean(content)
    (tmp_path / "pack.docx").write_bytes(content)
    assert validator(tmp_path / "pack.docx") == []


def test_a_small_master_gives_small_packs() -> None:
    services = [{"Service": "Homes", "Plan": "Plan", "Head of service": "Head"}]
    rows = [indicator(Service="Homes")]
    own = tables(
        Indicators=rows, Services=services, Targets=[target(90.0)], Observations=[observation("2025/26 Q2", 95.0)]
    )
    found = made_of(own)
    assert list(found) == ["Head", "Chief Executive"]
    assert "The figures of this quarter suggest no question." in texts(written(KIND, found["Head"]))
