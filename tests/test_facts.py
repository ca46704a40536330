"""What a report may say of a quarter: counts, groups, quotes, gaps; never a confidential figure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from typing import Any

import pytest

from tests.frameworks import random_period, random_tables, random_today
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.exact import to_number
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.facts import Facts, IndicatorFact, gather
from xl_outcomes.reporting.fields import FIELDS, describe, fields
from xl_outcomes.reporting.registry import find_report, period_words, reports
from xl_outcomes.tables import Table, Tables, blank, frame

Row = Mapping[str, Any]
PERIOD = parse_quarter("2025/26 Q1")
NAME = "cabinet-performance"
SECRET = 4242.0


def table(name: str, rows: list[dict[str, Any]]) -> Table:
    headings = SPECS[name].headings
    return Table(name, frame(headings, [[row.get(h) for h in headings] for row in rows], range(2, len(rows) + 2)))


def indicator(ref: str, outcome: str, title: str, **other: Any) -> dict[str, Any]:
    usual = {
        "Ref": ref,
        "Outcome": outcome,
        "Indicator": title,
        "Definition": "What is counted.",
        "Kind": "Tracking",
        "Measure": "Outcome",
        "Unit": "Percentage",
        "Decimals": 1,
        "Polarity": "Higher is better",
        "Frequency": "Quarterly",
        "Calculation": "Value",
        "Aggregation": "Latest",
        "Report as": "In period",
        "Data owner": "Housing team",
    }
    return {**usual, **other}


def seen(ref: str, period: str, value: float | None, **other: Any) -> dict[str, Any]:
    return {"Indicator": ref, "Period": period, "Value": value, **other}


OUTCOMES = [
    {"Ref": "HOU", "Tier": 1, "Title": "Housing & homes"},
    {"Ref": "HOU-1", "Tier": 2, "Parent": "HOU", "Title": "Good homes"},
    {"Ref": "ENV", "Tier": 1, "Title": "Environment"},
    {"Ref": "ENV-1", "Tier": 2, "Parent": "ENV", "Title": "Clean air"},
]
INDICATORS = [
    indicator("HOU-1a", "HOU-1", "Repairs on time"),
    indicator("HOU-1b", "HOU-1", "Tenants satisfied", Frequency="Monthly", Aggregation="Mean"),
    indicator("HOU-1c", "HOU-1", "Rent owed", Unit="Money", Decimals=0, Polarity="Lower is better"),
    indicator("HOU-1d", "HOU-1", "Homes completed", Unit="Count", Decimals=0, **{"Unit label": "homes"}),
    indicator("HOU-1e", "HOU-1", "Damp surveys", Frequency="Annual"),
    indicator("HOU-1f", "HOU-1", "Swap requests", Weight=0),
    indicator("ENV-1a", "ENV-1", "Air quality", Polarity="In range", Decimals=0),
    indicator("ENV-1b", "ENV-1", "Trees planted", Status="Baseline year", **{"Data owner": "Parks team"}),
    indicator("ENV-1c", "ENV-1", "Litter", **{"Data owner": "Parks team"}),
    indicator("ENV-1d", "NOWHERE", "Lost indicator"),
]
TARGETS = [
    *({"Indicator": f"HOU-1{x}", "From": "2024/25 Q1", "Target": 90.0} for x in "abdef"),
    {"Indicator": "HOU-1c", "From": "2024/25 Q1", "Target": 1500.0},
    {"Indicator": "ENV-1a", "From": "2024/25 Q1", "Lower": 40.0, "Upper": 60.5},
    {"Indicator": "ENV-1c", "From": "2024/25 Q1", "Target": "TBC"},
]
OBSERVATIONS = [
    seen("HOU-1a", "2024/25 Q4", 75.0),
    seen("HOU-1a", "2025/26 Q1", 70.0, Commentary="Staff & <plant> {{ short }}", **{"Corrective action": "Hire two."}),
    seen("HOU-1b", "2025/26 M01", 85.0, Commentary="Slow start."),
    seen("HOU-1b", "2025/26 M02", 86.0, Shorthand="p"),
    seen("HOU-1b", "2025/26 M03", 87.0, Commentary="Better."),
    seen("HOU-1c", "2025/26 Q1", SECRET, Shorthand="c", Commentary=f"It is {SECRET}."),
    seen("HOU-1e", "2024/25 Q4", 50.0),
    seen("HOU-1f", "2025/26 Q1", 10.0),
    seen("ENV-1a", "2025/26 Q1", 50.0),
    seen("ENV-1b", "2024/25 Q4", 10.0),
    seen("ENV-1b", "2025/26 Q1", 12.0),
    seen("ENV-1c", "2025/26 Q1", 12.0),
]
NARRATIVE = [
    {"Period": "2025/26 Q1", "Section": "Purpose", "Text": "First paragraph.\nSecond paragraph."},
    {"Period": "2025/26 Q1", "Section": "Purpose", "Text": "Third."},
    {"Period": "2025-26 q1", "Section": "Equality analysis", "Text": "Nobody loses."},
    {"Period": "2024/25 Q4", "Section": "Purpose", "Text": "Last quarter's words."},
    {"Period": "2025/26 Q1", "Ref": "HOU", "Section": "Achievement", "Text": "A new team."},
    {"Period": "2025/26 Q1", "Ref": "HOU-1", "Section": "Impact", "Text": "Warm homes."},
]
OVERRIDE = {
    "Ref": "HOU-1b",
    "Period": "2025/26 Q1",
    "Rating": "Green",
    "Reason": "Figures of one contractor twice",
    "Approved by": "Chief Executive",
    "Last period": "2025/26 Q2",
}
HEAD = {
    "Report": NAME,
    "Period": "2025/26 Q1",
    "Report number": "MCa/25/14",
    "Meeting date": "2025-09-08",
    "To": "Cabinet",
}


def small_master(**changed: list[dict[str, Any]]) -> dict[str, Table]:
    rows = {
        "Settings": [{"Setting": "Council", "Value": "Anyshire Council"}],
        "Outcomes": OUTCOMES,
        "Indicators": INDICATORS,
        "Targets": TARGETS,
        "Observations": OBSERVATIONS,
        "Overrides": [OVERRIDE],
        "Reports": [HEAD],
        "Narrative": NARRATIVE,
        "Risks": [{"Ref": "R12", "Risk": "Weak data", "Likelihood": "Unlikely", "Impact": "Disaster"}],
    }
    return {name: table(name, changed.get(name, own)) for name, own in rows.items()}


def rate(tables: Tables, period: Quarter = PERIOD) -> Rated:
    return rate_quarter(tables, period, dt.date(2025, 8, 1))


def small_facts(**changed: list[dict[str, Any]]) -> Facts:
    tables = small_master(**changed)
    return gather(rate(tables), tables, NAME)


def of(facts: Facts, ref: str) -> IndicatorFact:
    return next(i for i in facts.indicators if i.ref == ref)


def test_header_is_read_and_gaps_are_to_be_confirmed() -> None:
    head = small_facts().header
    assert (head.report_number, head.to, head.meeting_date) == ("MCa/25/14", "Cabinet", "8 September 2025")
    assert (head.sender, head.officer, head.key_decision) == ("To be confirmed",) * 3
    other = {**HEAD, "Period": "2025/26 Q2"}
    assert small_facts(Reports=[other]).header.report_number == "To be confirmed"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2025/26 Q1", "Quarter 1 of 2025/26 (April to June 2025)"),
        ("2025/26 Q3", "Quarter 3 of 2025/26 (October to December 2025)"),
        ("2025/26 Q4", "Quarter 4 of 2025/26 (January to March 2026)"),
    ],
)
def test_period_in_words(period: str, words: str) -> None:
    assert period_words(parse_quarter(period)) == words


def test_counts_are_of_what_is_due_or_carried() -> None:
    facts = small_facts()
    counts = facts.counts
    assert (counts.green, counts.amber, counts.red, counts.not_rated, counts.carried) == (2, 0, 2, 2, 1)
    assert (counts.coverage, counts.share(counts.green)) == ("4 of 6", "50%")
    assert [p.counts.coverage for p in facts.priorities] == ["3 of 4", "1 of 2"]


def test_weight_nought_is_shown_and_not_counted() -> None:
    swap = of(small_facts(), "HOU-1f")
    assert (swap.rating, swap.counts) == ("Red", False)


def test_reds_come_with_reason_commentary_and_action() -> None:
    red = of(small_facts(), "HOU-1a")
    assert red.reason.startswith("70.0% against a target of 90%")
    assert (red.commentary, red.actions) == (("Staff & <plant> {{ short }}",), ("Hire two.",))
    assert (red.direction, red.movement) == ("Worsening", "from 75.0% to 70.0%")
    assert [i.ref for i in small_facts().priorities[0].fresh("Red")] == ["HOU-1a", "HOU-1f"]


def test_monthly_commentaries_name_their_month() -> None:
    assert of(small_facts(), "HOU-1b").commentary == ("April 2025: Slow start.", "June 2025: Better.")


def test_override_has_an_asterisk_and_its_reason() -> None:
    facts = small_facts()
    satisfied = of(facts, "HOU-1b")
    assert (satisfied.rating, satisfied.calculated) == ("Green*", "Amber")
    assert "Green* by override; calculated Amber." in satisfied.reason
    [row] = fields(facts)["overrides"]
    assert row["reason"] == "Figures of one contractor twice. Approved by Chief Executive."


def test_carried_rating_says_so_and_is_no_fresh_red() -> None:
    facts = small_facts()
    damp = of(facts, "HOU-1e")
    assert (damp.rating, damp.figure, damp.carried_from) == ("Red, carried", "Not due", "2024/25 Q4")
    assert damp not in facts.priorities[0].fresh("Red")


def test_confidential_figures_are_nowhere() -> None:
    facts = small_facts()
    assert of(facts, "HOU-1c").figure == "Confidential [c]"
    assert "4242" not in repr(facts)
    assert "4,242" not in repr(facts)


def test_targets_ranges_and_units_read_well() -> None:
    facts = small_facts()
    assert [of(facts, r).target for r in ("HOU-1c", "HOU-1d", "ENV-1a", "ENV-1b", "ENV-1c")] == [
        "£1,500",
        "90 homes",
        "40% to 60.5%",
        "No target",
        "To be confirmed",
    ]


def test_missing_and_unfinished_are_listed_by_name_and_owner() -> None:
    facts = small_facts()
    assert [(i.title, i.owner) for i in facts.in_states(("Overdue",))] == [("Homes completed", "Housing team")]
    listed = fields(facts)["data_improvement"]
    assert [r["ref"] for r in listed] == ["ENV-1c", "ENV-1b", "ENV-1d"]


def test_indicator_with_a_faulty_row_is_named_and_nothing_claimed() -> None:
    lost = of(small_facts(), "ENV-1d")
    assert (lost.title, lost.priority, lost.rating, lost.counts) == ("Lost indicator", "", "Not rated", False)
    assert [r["ref"] for r in fields(small_facts())["unplaced"]] == ["ENV-1d"]


def test_priorities_say_why_and_what_they_mask() -> None:
    housing = small_facts().priorities[0]
    assert housing.reason == f"{housing.word}: 1 of 1 strategic outcomes rated."
    capped = small_facts(Targets=[t for t in TARGETS if t["Indicator"] != "HOU-1a"], Observations=OBSERVATIONS[2:])
    assert capped.priorities[0].rating == "Amber"
    assert [i.ref for i in capped.priorities[0].masked] == ["HOU-1e", "HOU-1f"]
    assert "masks 2 Red indicators: HOU-1e Damp surveys (carried) and HOU-1f." in str(fields(capped))


def test_narrative_keeps_its_paragraphs_and_its_place() -> None:
    facts = small_facts()
    assert facts.narrative["purpose"] == ("First paragraph.", "Second paragraph.", "Third.")
    assert fields(facts)["equality"] == ["Nobody loses."]
    assert facts.priorities[0].achievements == ("A new team.",)
    assert facts.priorities[0].impacts == ("Warm homes.",)


def test_sections_without_words_say_so() -> None:
    given = fields(small_facts(Narrative=[], Risks=[]))
    assert given["financial"] == ["There are none to report. [Author to complete]"]
    assert given["background"] == ["There are none to report."]
    assert "Quarter 1 of 2025/26" in str(given["purpose"])


def test_shorthand_only_where_it_occurs() -> None:
    assert small_facts().shorthand == (("p", "provisional"), ("c", "confidential"))


def test_risks_fill_gaps_in_words() -> None:
    [risk] = small_facts().risks
    assert (risk.ref, risk.impact, risk.mitigation) == ("R12", "Disaster", "Not recorded")


def test_only_the_five_tables_are_needed() -> None:
    tables = {k: v for k, v in small_master().items() if k in ("Settings", "Outcomes", "Indicators", "Targets")}
    tables["Observations"] = blank("Observations")
    facts = gather(rate(tables), tables, NAME)
    assert (facts.counts.rated, facts.risks, facts.narrative) == (0, (), {})


def test_an_empty_framework_has_facts_and_fields() -> None:
    facts = small_facts(Outcomes=[], Indicators=[], Targets=[], Observations=[], Overrides=[])
    assert facts.counts.coverage == "0 of 0"
    assert fields(facts)["summary"] == [
        "No indicator is due in Quarter 1 of 2025/26 (April to June 2025), so nothing is rated."
    ]


@pytest.mark.parametrize("seed", range(25))
def test_counts_agree_with_the_roll_up(seed: int) -> None:
    rows = random_tables(seed)
    tables = {name: table(name, own) for name, own in rows.items()}
    rated = rate_quarter(tables, parse_quarter(random_period(seed)), random_today(seed))
    facts = gather(rated, tables, NAME)
    rolled = {r["Ref"]: r for r in rated.rollup.to_dict("records")}
    for p in facts.priorities:
        assert (p.counts.rated, p.counts.due) == (rolled[p.ref]["Indicators rated"], rolled[p.ref]["Indicators due"])
    assert facts.counts.due == sum(p.counts.due for p in facts.priorities)
    fields(facts)


def test_fields_and_their_description_agree() -> None:
    given = set(_paths(fields(small_facts())))
    described = {name for name, _ in describe()} - {"rag_chart"}
    assert given <= described
    assert {n for n in described if "." not in n} <= given
    assert all(FIELDS.values())


def test_field_names_are_no_methods_of_dictionaries() -> None:
    assert not {part for name in FIELDS for part in name.split(".")} & set(dir({}))


def test_facts_are_plain() -> None:
    assert all(isinstance(v, str | int | bool) for v in _leaves(small_facts()))
    assert to_number(small_facts().counts.green) == 2


def test_reports_are_found_by_name() -> None:
    assert find_report("Cabinet-Performance") == reports()[0]
    with pytest.raises(InputError, match='Did you mean "cabinet-performance"'):
        find_report("cabinet performance")


def _paths(value: object, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [p for name, inner in value.items() for p in _paths(inner, f"{path}.{name}".lstrip("."))]
    inner = [p for v in value for p in _paths(v, path) if isinstance(v, dict)] if isinstance(value, list) else []
    return [path, *inner]


def _leaves(value: object) -> list[object]:
    if is_dataclass(value):
        return [leaf for f in dataclass_fields(value) for leaf in _leaves(getattr(value, f.name))]
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    return [leaf for inner in value for leaf in _leaves(inner)] if isinstance(value, tuple) else [value]
