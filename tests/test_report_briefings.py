"""Cabinet members' briefings: what belongs to a post, its exceptions, actions and money, and a Word file for each."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests.conftest import Validate
from tests.support import indicator, observation, setting, tables, target
from xl_outcomes import resources
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.registry import ReportKind, find_report
from xl_outcomes.reporting.remit import Council, Remit, council, member_remits, money_exceptions, whole
from xl_outcomes.reporting.remit_follow_up import action_rows, action_words, earlier_actions, money_rows, money_words
from xl_outcomes.reporting.remit_words import (
    better_words,
    exception_rows,
    glance,
    held_rows,
    rating_note,
    tally_rows,
    tally_words,
    waiting_words,
    worse_intro,
    worse_words,
)
from xl_outcomes.roles import role_facts
from xl_outcomes.rollup import Tally
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Tables
from xl_outcomes.word import render, used_names

KIND = find_report("member-briefings")
PERIOD, TODAY = parse_quarter("2025/26 Q2"), dt.date(2025, 11, 1)
SECRET = 4242.0
HOUSING = {"Service": "Housing", "Portfolio holder": "Member, Homes"}
OFFICER, HOLDER = "Responsible officer", "Portfolio holder"
OUTCOMES = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes", OFFICER: "Director, Place", HOLDER: "Member, Homes; Leader"},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes", OFFICER: "AD, Homes", HOLDER: "Leader"},
    {"Ref": "B", "Tier": 1.0, "Title": "Health", OFFICER: "Director, People", HOLDER: "Leader"},
)
SERVICES = (
    {"Service": "Housing", "Plan": "Housing plan", "Group": "Place", "Head of service": "Head of Housing",
     "Assistant director": "AD, Homes", "Director": "Director, Place", "Portfolio holder": "Member, Homes"},
    {"Service": "Repairs", "Plan": "Repairs plan", "Group": "Place", "Head of service": "Head of Repairs",
     "Assistant director": "AD, Homes", "Director": "Director, Place", "Portfolio holder": "Member, Homes"},
    {"Service": "Care", "Plan": "Care plan", "Group": "People", "Head of service": "Head of Care",
     "Assistant director": "AD, Care", "Director": "Director, People", "Portfolio holder": "Leader"},
)  # fmt: skip


ACTIONS = (
    {"Ref": "ACT-1", "Indicator": "HOU-2", "Raised": "2025/26 Q1", "Action": "Plan routes.", "Status": "Open",
     "Owner": "Head of Housing", "Due": dt.datetime(2025, 9, 30), "Progress": "2025/26 Q1: half are planned."},
    {"Ref": "ACT-2", "Indicator": "HOU-2", "Raised": "2025/26 Q2", "Action": "Hire vans.", "Status": "Open"},
    {"Ref": "ACT-3", "Indicator": "A-1a", "Raised": "2024/25 Q1", "Action": "Sell land.", "Status": "Open"},
    {"Ref": "ACT-4", "Indicator": "REP-1", "Raised": "2024/25 Q1", "Action": "Train.", "Status": "Done"},
)  # fmt: skip


def rows_of_indicators() -> list[dict[str, object]]:
    """Two population indicators, five performance measures in three plans; HOU-3 is confidential."""
    care = {"Service": "Care", "Outcome": "B", "Weight": 0.0, "Responsible officer": "Head of Care"}
    homes = {**HOUSING, "Weight": 0.0, "Responsible officer": "Head of Housing"}
    return [
        indicator("A-1a", **{"Indicator": "Homes built", "Service": "Housing", "Responsible officer": "AD, Homes"}),
        indicator("B-1a", Outcome="B", Indicator="Healthy people", Service="Care", Frequency="Annual"),
        indicator("HOU-1", Measure="How much", Polarity="Neither", Indicator="Visits made", **homes),
        indicator("HOU-2", Measure="How well", Indicator="Visits on time", **homes),
        indicator("HOU-3", Measure="Better off", Indicator="Secret results", **homes),
        indicator("REP-1", Measure="How well", Indicator="Repairs on time", **{**homes, "Service": "Repairs"}),
        indicator("CAR-1", Measure="Better off", Indicator="Carers at ease", **care),
    ]


def result(ref: str, period: str, rating: str | None, state: str = "Rated") -> dict[str, object]:
    """A row of Results as an earlier quarter left it."""
    return {"Indicator": ref, "Period": period, "State": state, "Rating": rating}


def master(**changed: Any) -> Tables:
    """A small council with two members: HOU-2 is Red, REP-1 Amber, B-1a Red and not due, CAR-1 overdue."""
    told = {"Commentary": "Two vans broke down.", "Corrective action": "Hire vans."}
    given: dict[str, Any] = {
        "Settings": [setting("RAG scheme", "Tolerance"), setting("Council", "Anyshire Council")],
        "Outcomes": OUTCOMES,
        "Indicators": rows_of_indicators(),
        "Services": SERVICES,
        "Targets": [target(90.0, ref=ref) for ref in ("A-1a", "B-1a", "HOU-2", "HOU-3", "REP-1", "CAR-1")],
        "Observations": [
            observation("2025/26 Q1", 91.0, "A-1a"),
            observation("2025/26 Q2", 92.0, "A-1a"),
            observation("2024/25 Q4", 50.0, "B-1a"),
            observation("2025/26 Q2", 300.0, "HOU-1"),
            observation("2025/26 Q1", 75.0, "HOU-2"),
            observation("2025/26 Q2", 70.0, "HOU-2", Shorthand="p", Forecast=85.0, **told),
            observation("2025/26 Q2", SECRET, "HOU-3", Shorthand="c", Commentary=f"It was {SECRET}."),
            observation("2025/26 Q1", 95.0, "REP-1"),
            observation("2025/26 Q2", 88.0, "REP-1"),
        ],
        "Results": [
            *(result("HOU-2", p, "Red") for p in ("2024/25 Q4", "2025/26 Q1")),
            result("HOU-2", "2024/25 Q3", "Amber"),
            result("REP-1", "2025/26 Q1", "Green"),
        ],
        "Actions": ACTIONS,
        "Resources": [
            money("A", 1e6, 1.01e6), money("A-1", 1e6, 9.4e5, "Grants"), money("B", 1e6, 9.9e5),
        ],
        "Narrative": [{"Period": "2025/26 Q2", "Ref": "A-1", "Section": "Achievement", "Text": "Ten homes opened."}],
    }  # fmt: skip
    return tables(**{**given, **changed})


def money(ref: str, budget: float | None, forecast: float | None, what: str = "Services") -> dict[str, object]:
    """A row of Resources for the quarter."""
    own = {"Linked to": ref, "Period": "2025/26 Q2", "Kind": "Revenue", "Description": what}
    return {**own, "Budget": budget, "Forecast": forecast}


def held_of(own: Tables, name: str = KIND.name) -> Council:
    """The council of a master in the quarter."""
    rated = rate_quarter(own, PERIOD, TODAY)
    return council(rated, own, gather(rated, own, name), name)


def remit_of(held: Council, post: str) -> Remit:
    """The remit of a cabinet member."""
    return next(r for r in member_remits(held) if r.post == post)


def written(kind: ReportKind, made: Document) -> bytes:
    """A document in Word."""
    pictures = {field: draw(chart) for field, chart in made.charts.items()}
    return render(resources.template(kind.template), made.values, pictures, title=made.title)


def texts(content: bytes) -> list[str]:
    """The paragraphs of a document."""
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


def demand_clean(content: bytes) -> None:
    """No trace of a missing value or of a tag; None stands only where there is no target or no paper."""
    for text in texts(content):
        assert not {"{{", "{%", "}}", "%}", "nan", "NaN"} & set(text.split())
        assert "None" not in text.split()


@cache
def starter() -> tuple[Tables, Rated]:
    """Darlington's starter with the last quarter that has figures."""
    own = read_source(resources.folder("workbooks") / "darlington-2012")
    return own, rate_quarter(own, parse_quarter("2011/12 Q4"), dt.date(2012, 5, 1))


def refs(items: Sequence[Any]) -> list[str]:
    return [i.ref for i in items]


# ---- what belongs to a member ----


def test_a_member_has_their_outcomes_plans_and_measures() -> None:
    homes = remit_of(held_of(master()), "Member, Homes")
    assert [o.fact.ref for o in homes.outcomes] == ["A"]
    assert [(p.title, refs(p.items)) for p in homes.plans] == [
        ("Housing plan", ["HOU-1", "HOU-2", "HOU-3"]),
        ("Repairs plan", ["REP-1"]),
    ]
    assert refs(homes.items) == ["HOU-1", "HOU-2", "HOU-3", "REP-1"]


def test_population_and_performance_are_apart_and_in_order_of_the_questions() -> None:
    leader = remit_of(held_of(master()), "Leader")
    assert (refs(leader.population), refs(leader.performance)) == (["A-1a", "B-1a"], ["CAR-1"])


def test_members_are_compared_without_capitals_and_blanks() -> None:
    services = [{**SERVICES[0], "Portfolio holder": " member,  HOMES "}, *SERVICES[1:]]
    assert [r.post for r in member_remits(held_of(master(Services=services)))] == ["Member, Homes", "Leader"]


def test_counts_are_those_of_the_sheet_of_roles() -> None:
    own, rated = starter()
    held = council(rated, own, gather(rated, own, KIND.name), KIND.name)
    by_role = {h.holder: h.tally for h in role_facts(rated, own).holders}
    assert {r.post: r.tally for r in member_remits(held)} == by_role
    assert len(by_role) == 8


def test_tables_of_counts_add_up() -> None:
    held = held_of(master())
    for remit in (*member_remits(held), whole(held)):
        rows = tally_rows(held, remit)
        for name in ("green", "amber", "red", "not_rated"):
            assert sum(int(str(r[name])) for r in rows if r["name"] != "All") == rows[-1][name] or len(rows) == 1
        assert len(rows) == 1 or rows[-1]["name"] == "All"


# ---- what is off target ----


def test_exceptions_are_of_this_quarter_and_red_comes_first() -> None:
    held = held_of(master())
    homes, leader = remit_of(held, "Member, Homes"), remit_of(held, "Leader")
    assert refs(homes.exceptions) == ["HOU-2", "REP-1"]
    assert (refs(leader.exceptions), refs(leader.carried_exceptions)) == ([], ["B-1a"])


def test_a_rating_is_followed_back_through_the_quarters() -> None:
    item = whole(held_of(master())).exceptions[0]
    assert (item.ref, item.run, item.off_target, item.was) == ("HOU-2", 3, 4, "Red")


@pytest.mark.parametrize(
    ("rows", "run"),
    [
        ([], 1),
        ([result("HOU-2", "2025/26 Q1", "Red")], 2),
        ([result("HOU-2", "2025/26 Q1", None, "Overdue"), result("HOU-2", "2024/25 Q4", "Red")], 1),
        ([result("HOU-2", "2025/26 Q1", "Red", "Not due"), result("HOU-2", "2024/25 Q4", "Red")], 2),
        ([result("HOU-2", "2024/25 Q4", "Red")], 1),
    ],
)
def test_a_quarter_without_a_figure_ends_the_row_and_one_not_due_is_passed_over(
    rows: list[dict[str, object]], run: int
) -> None:
    assert whole(held_of(master(Results=rows))).exceptions[0].run == run


def test_the_row_of_an_exception_has_result_reason_and_action() -> None:
    held = held_of(master())
    red, amber = exception_rows(held, whole(held).exceptions, SHIPPED)
    assert red["result"] == (
        "70.0% [p] against a target of 90%. Worsening, from 75.0%. Red for three quarters in a row. "
        "Off target for four quarters in a row. Forecast for the year end: 85.0%, Amber."
    )
    assert red["reasons"] == ["Two vans broke down."]
    assert red["actions"] == [
        "ACT-2: Hire vans. No owner is named. No date is set.",
        "ACT-1, raised earlier, is open: see its progress below.",
    ]
    assert (amber["reasons"], amber["actions"]) == (["No reason was returned."], ["No action was returned."])


def test_a_red_without_any_action_says_so() -> None:
    held = held_of(master(Actions=[], Observations=[observation("2025/26 Q2", 10.0, "HOU-2")]))
    (row,) = exception_rows(held, whole(held).exceptions, SHIPPED)
    assert row["actions"] == ["No remedial action was returned, and none is open."]


def test_an_override_gives_its_reason_and_its_mark() -> None:
    override = {
        "Ref": "HOU-2",
        "Period": "2025/26 Q2",
        "Last period": "2025/26 Q2",
        "Rating": "Amber",
        "Reason": "Late data.",
        "Approved by": "Leader",
    }
    held = held_of(master(Overrides=[override]))
    row = next(r for r in exception_rows(held, whole(held).exceptions, SHIPPED) if r["ref"] == "HOU-2")
    assert row["rating"] == "Amber*"
    assert "by override; calculated Red. Reason: Late data. Approved by Leader." in str(row["result"])
    assert "An asterisk" in rating_note(held, whole(held))


# ---- what moved ----


def test_what_improved_and_what_worsened() -> None:
    held = held_of(master())
    everything = whole(held)
    assert better_words(everything, SHIPPED) == ["Homes built (A-1a): from 91.0% to 92.0%; Green."]
    assert worse_words(everything, SHIPPED) == []
    assert worse_intro(held, everything) == "Of the measures that are off target, 2 worsened."


def test_a_rating_that_goes_the_other_way_than_the_figure_says_yet() -> None:
    held = held_of(master(Results=[result("A-1a", "2025/26 Q1", "Red")], Targets=[target(100.0, ref="A-1a")]))
    assert better_words(whole(held), SHIPPED) == ["Homes built (A-1a): from 91.0% to 92.0%; Red to Amber."]
    worse = held_of(master(Results=[result("A-1a", "2025/26 Q1", "Green")], Targets=[target(100.0, ref="A-1a")]))
    assert better_words(whole(worse), SHIPPED) == ["Homes built (A-1a): from 91.0% to 92.0%, yet Green to Amber."]


def test_the_glance_says_what_is_rated_and_carried() -> None:
    held = held_of(master())
    told = glance(held, whole(held), SHIPPED)
    assert told[0] == (
        "Of the measures that are due, 4 of 5 are rated: 1 Green, 1 Amber and 2 Red. "
        "One of them keeps the rating of an earlier quarter, because no figure is due."
    )
    assert told[1].startswith("1 figure improved and 2 worsened")


def test_few_are_counted_without_percentages() -> None:
    assert tally_words(Tally(6, 2, 1, 0), SHIPPED) == "9 of 9 rated: 6 Green, 2 Amber and 1 Red"
    assert tally_words(Tally(6, 2, 2, 1), SHIPPED) == "10 of 11 rated: 6 Green (60%), 2 Amber (20%) and 2 Red (20%)"


# ---- actions and money ----


def test_actions_of_earlier_quarters_say_what_is_overdue_and_silent() -> None:
    held = held_of(master())
    everything = whole(held)
    rows = action_rows(held, everything, earlier_actions(held, everything), SHIPPED)
    assert [(r["ref"], r["standing"], r["rating"]) for r in rows] == [
        ("ACT-1", "Raised in 2025/26 Q1. Overdue since 30 September 2025.", "Red"),
        ("ACT-3", "Raised in 2024/25 Q1. No date is set. No progress is recorded.", "Green"),
    ]
    assert action_words(held, everything) == [
        "Open actions of earlier quarters: 2, of which 1 is overdue and 1 has no progress recorded. "
        "The measure of ACT-3 is on target again: consider closing it. 1 action was raised this quarter. "
        "Ended: ACT-4 (Done)."
    ]


def test_actions_of_later_quarters_are_not_told() -> None:
    later = {"Ref": "ACT-9", "Indicator": "HOU-2", "Raised": "2025/26 Q3", "Action": "Later.", "Status": "Open"}
    held = held_of(master(Actions=[later]))
    assert whole(held).actions == ()


def test_money_is_by_exception_and_says_what_is_held_for_a_wider_outcome() -> None:
    held = held_of(master())
    leader, homes = remit_of(held, "Leader"), remit_of(held, "Member, Homes")
    assert [r["difference"] for r in money_rows(held, homes)] == ["10 over (1.0%)", "60 under (6.0%)"]
    assert "2 of 2 lines are" in money_words(held, homes)[0]
    assert leader.wider == ()
    only = replace(homes, outcomes=())
    assert money_words(held, replace(only, money=()))[0] == "No money is tied to the outcomes of this post."
    tier_2 = [{**o, "Portfolio holder": "Member, Homes" if o["Ref"] == "A-1" else "Leader"} for o in OUTCOMES]
    below = held_of(master(Outcomes=tier_2))
    assert remit_of(below, "Member, Homes").wider == ("A",)
    assert "The money of A is held for the whole outcome" in money_words(below, remit_of(below, "Member, Homes"))[0]


@pytest.mark.parametrize(
    ("budget", "forecast", "is_one"),
    [(100.0, 100.01, True), (100.0, 100.0, False), (100.0, 95.01, False), (100.0, 95.0, True), (None, 5.0, True)],
)
def test_a_line_is_an_exception_over_its_budget_or_a_twentieth_under(
    budget: float | None, forecast: float, is_one: bool
) -> None:
    held = held_of(master(Resources=[money("A", budget, forecast)]))
    assert bool(money_exceptions(held.lines)) is is_one


def test_exceptions_of_money_begin_with_the_largest_overspend() -> None:
    amounts: list[tuple[float, float | None, str]] = [
        (10.0, 11.0, "a"),
        (10.0, 5.0, "b"),
        (10.0, 15.0, "c"),
        (1.0, None, "d"),
    ]
    rows = [money("A", *amount) for amount in amounts]
    found = money_exceptions(held_of(master(Resources=rows)).lines)
    assert [line.description for line in found] == ["c", "a", "b", "d"]
    assert found[0].variance == Fraction(5)


# ---- the documents ----


def made_of(own: Tables) -> tuple[Document, ...]:
    return documents(KIND, rate_quarter(own, PERIOD, TODAY), own)


def test_there_is_a_file_for_each_member() -> None:
    made = made_of(master())
    assert [(d.suffix, d.title) for d in made] == [
        ("Member Homes", "Briefing: Member, Homes"),
        ("Leader", "Briefing: Leader"),
    ]


def test_the_template_uses_known_names_only() -> None:
    known = set(field_list(KIND))
    assert {used.name for used in used_names(resources.template(KIND.template))} <= known


def test_a_briefing_reads_well_and_agrees_with_the_facts() -> None:
    homes, leader = (texts(written(KIND, d)) for d in made_of(master()))
    assert "This portfolio answers for 1 priority, 2 service plans and 4 measures." in homes
    assert "Of the measures that are due, 2 of 2 are rated: 1 Amber and 1 Red." in homes
    assert "4 of 4 figures received (100%)." in homes
    assert any("Carers at ease (CAR-1), from Housing: No figure: it was due by 20 October 2025." in t for t in leader)
    assert "Achievement: Ten homes opened." in leader
    assert "[p] provisional" in homes


def test_the_row_of_a_shared_outcome_names_the_others() -> None:
    held = held_of(master())
    assert [r["shared"] for r in held_rows(held, remit_of(held, "Member, Homes"), SHIPPED)] == ["Leader"]


def test_shared_measures_are_named() -> None:
    rows = rows_of_indicators()
    rows[0] |= {"Portfolio holder": "Leader; Member, Homes"}
    assert "With Leader: 1 measure (A-1a)." in texts(written(KIND, made_of(master(Indicators=rows))[0]))


def test_no_confidential_figure_is_in_any_value() -> None:
    for made in made_of(master()):
        assert "4242" not in repr(made.values)
        assert "4,242" not in repr(made.values)


def test_word_documents_are_clean_and_valid(tmp_path: Path, validator: Validate) -> None:
    own, rated = starter()
    made = documents(KIND, rated, own)
    assert len(made) == 8
    for document in made[-3:]:
        content = written(KIND, document)
        demand_clean(content)
    path = tmp_path / "briefing.docx"
    path.write_bytes(content)
    assert validator(path) == []


def test_a_master_with_little_in_it_gives_a_short_briefing() -> None:
    own = tables(Indicators=[indicator()], Targets=[target(90.0)], Observations=[observation("2025/26 Q2", 95.0)])
    (made,) = made_of(own)
    told = texts(written(KIND, made))
    assert made.suffix == "Member"
    assert "Nothing is off target on a figure of this quarter." in told
    assert "No money is recorded against outcomes for this year." in told
    assert "No remedial action has been raised for these measures." in told


def test_what_cannot_be_rated_yet_is_named() -> None:
    rows = [indicator(), indicator("A-1b", Status="In development", Indicator="New one")]
    held = held_of(tables(Indicators=rows, Observations=[observation("2025/26 Q2", 95.0)]))
    assert waiting_words(whole(held)) == [
        "Without a confirmed target: Homes built (A-1.1a).",
        "In development, with no figure asked for: New one (A-1b).",
    ]


def test_open_queries_are_told() -> None:
    query = {"Issue": 1.0, "Severity": "query", "Code": "value-scale", "Indicator": "CAR-1", "Status": "Open"}
    held = held_of(master(Issues=[{**query, "Period": "2025/26 Q2", "Data owner": "Housing", "File": "h.xlsx"}]))
    assert "Waiting for a query to be settled: Carers at ease (CAR-1)." in waiting_words(whole(held))
