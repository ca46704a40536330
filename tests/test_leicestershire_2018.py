"""The Leicestershire starter: five outcomes and the organisation, roles, tags, benchmarks and money by outcome."""

from collections import Counter
from fractions import Fraction
from typing import Any

from xl_outcomes import resources
from xl_outcomes.settings import sound_settings
from xl_outcomes.starters import read_source
from xl_outcomes.steps import check

TABLES = read_source(resources.source_tables("leicestershire-2018"))
QUARTERS = [f"2018/19 Q{n}" for n in (1, 2, 3, 4)]
NEAREST = "Nearest neighbours, English counties"
PRINCIPLES = {"Good Value", "Informed", "High expectations", "Collaborative", "Open", "Responsible"}
PRIORITIES = {"Fair funding", "Prevention", "Commercialism", "Environment", "Rural", "Equality"}


def test_the_settings_are_the_councils() -> None:
    settings = sound_settings(TABLES["Settings"])
    assert settings.council == "Leicestershire County Council"
    assert settings.framework == "leicestershire-2018"
    assert settings.vision == "Working together for the benefit of everyone"
    assert (settings.tier_1_name, settings.tier_2_name) == ("Outcome", "Supporting outcome")
    assert (str(settings.current_period), settings.tolerance) == ("2017/18 Q4", Fraction(5))
    assert (settings.rag_scheme, settings.roll_up, settings.comment_on) == ("Tolerance", "Majority", "Amber and Red")


def test_it_has_five_outcomes_and_the_organisations_own() -> None:
    titles = [r["Title"] for r in _rows("Outcomes") if r["Tier"] == 1]
    assert titles[:5] == [
        "Strong Economy",
        "Wellbeing and Opportunity",
        "Keeping People Safe",
        "Great Communities",
        "Affordable and Quality Homes",
    ]
    assert titles[5:] == ["A sustainable and successful organisation"]
    below = Counter(r["Parent"] for r in _rows("Outcomes") if r["Tier"] == 2)
    assert below == {"ECO": 5, "WEL": 6, "SAF": 6, "COM": 5, "HOM": 5, "ORG": 4}


def test_organisational_measures_hang_on_the_organisations_own_outcome_and_nowhere_else() -> None:
    kinds = Counter((r["Kind"] == "Organisational", str(r["Outcome"]).startswith("ORG")) for r in _rows("Indicators"))
    assert kinds == {(False, False): 79, (True, True): 10}


def test_every_supporting_outcome_has_a_role_partners_and_a_measure_and_all_roles_are_used() -> None:
    supporting = [r for r in _rows("Outcomes") if r["Tier"] == 2]
    assert Counter(r["Council role"] for r in supporting) == {"Lead": 15, "Support": 7, "Influence": 6, "Advocate": 3}
    assert all(r["Partners"] for r in _rows("Outcomes"))
    assert {r["Ref"] for r in supporting} == {r["Outcome"] for r in _rows("Indicators")}


def test_principles_and_priorities_tag_supporting_outcomes() -> None:
    tags = {r["Ref"]: {t.strip() for t in str(r["Tags"]).split(",")} for r in _rows("Outcomes") if r["Tags"]}
    assert set().union(*tags.values()) == PRINCIPLES | PRIORITIES
    assert set(tags) == {r["Ref"] for r in _rows("Outcomes") if r["Tier"] == 2}


def test_every_outcome_has_its_commissioning_and_partner_strategies() -> None:
    found = {(r["Ref"], r["Relation"]) for r in _rows("Crosswalk")}
    for ref in ("ECO", "WEL", "SAF", "COM", "HOM"):
        assert {(ref, "Commissioning strategy"), (ref, "Partner strategy")} <= found


def test_benchmarks_compare_with_fifteen_areas_of_which_eight_are_nearest_neighbours() -> None:
    rows = _rows("Benchmarks")
    groups = {r["Comparator"]: r["Group"] for r in rows}
    assert Counter(groups.values()) == {NEAREST: 8, "English counties": 7}
    assert all(str(c).startswith("Comparator ") and str(c).endswith(" (Illustrative)") for c in groups)
    assert Counter(r["Shorthand"] for r in rows if r["Value"] is None).keys() == {"x", "c"}
    assert all(r["Shorthand"] is None for r in rows if r["Value"] is not None)
    assert {"2016/17 Q4", "2017/18 Q4", *QUARTERS} <= {str(r["Period"]) for r in rows}
    assert len({r["Indicator"] for r in rows}) == 27


def test_every_benchmark_is_complete_for_its_period() -> None:
    rows = _rows("Benchmarks")
    assert set(Counter((r["Indicator"], r["Period"]) for r in rows).values()) == {15}
    assert len({(r["Indicator"], r["Period"], r["Comparator"]) for r in rows}) == len(rows)


def test_money_stands_against_every_supporting_outcome_in_every_quarter() -> None:
    supporting = {r["Ref"] for r in _rows("Outcomes") if r["Tier"] == 2}
    for period in ("2017/18 Q4", *QUARTERS):
        revenue = {r["Linked to"] for r in _rows("Resources") if (r["Period"], r["Kind"]) == (period, "Revenue")}
        assert revenue == supporting
    assert {r["Kind"] for r in _rows("Resources")} == {"Revenue", "Capital", "Contract"}


def test_delivery_plans_have_milestones_and_every_link_leads_somewhere() -> None:
    outcomes, activities = ({r["Ref"] for r in _rows(name)} for name in ("Outcomes", "Activities"))
    links = [_several(r["Linked to"]) for r in _rows("Activities")]
    assert sum(set(link) <= activities for link in links) == 14
    assert all(set(link) <= outcomes | activities for link in links)
    assert {ref for r in _rows("Risks") for ref in _several(r["Linked to"])} <= outcomes
    assert len(_rows("Risks")) == 8


def test_the_scrutiny_report_has_its_rows_and_words_for_all_four_quarters() -> None:
    assert [(r["Report"], r["Period"]) for r in _rows("Reports")] == [("scrutiny-performance", q) for q in QUARTERS]
    tops = {r["Ref"] for r in _rows("Outcomes") if r["Tier"] == 1}
    for quarter in QUARTERS:
        words = {(r["Ref"], r["Section"]) for r in _rows("Narrative") if r["Period"] == quarter}
        assert {(None, s) for s in ("Purpose", "Policy framework", "Background", "Recommendation")} <= words
        assert {(ref, s) for ref in tops for s in ("Commentary", "Achievement", "Impact")} <= words


def test_what_is_made_up_says_so() -> None:
    assert all("Illustrative" in str(r["Data source"]) for r in _rows("Indicators"))
    assert all(str(r["Basis"]).startswith("Illustrative") for r in _rows("Targets"))
    assert all(str(r["Text"]).startswith("Illustrative") for r in _rows("Narrative") if r["Ref"])
    said = [r[h] for r in _rows("Observations") for h in ("Commentary", "Corrective action") if r[h]]
    assert all(str(text).startswith("Illustrative") for text in said)
    assert all("(Illustrative)" in str(r["Description"]) for r in _rows("Resources"))


def test_people_are_posts_and_addresses_are_examples() -> None:
    owners = {r["Data owner"] for r in _rows("Owners")}
    assert owners == {r["Data owner"] for r in _rows("Indicators")}
    assert all(str(r["E-mail"]).endswith("@example.org") for r in _rows("Owners"))
    cells = [str(v) for name in TABLES for row in _rows(name) for v in row.values() if "@" in str(v)]
    assert len(cells) == len(owners)


def test_there_is_nothing_to_correct() -> None:
    assert [i for i in check(TABLES) if i.severity == "error"] == []


def _rows(name: str) -> list[dict[str, Any]]:
    return list(TABLES[name].rows())


def _several(text: object) -> list[str]:
    return [ref.strip() for ref in str(text).split(",")]
