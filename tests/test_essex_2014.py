"""The starter of Essex County Council's framework: what the council's report counts, and what the rest promises."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from xl_outcomes import resources
from xl_outcomes.exact import to_number
from xl_outcomes.quality import DIMENSIONS, TESTS
from xl_outcomes.starters import read_source
from xl_outcomes.steps import check
from xl_outcomes.tables import Table

OUTCOMES = [
    "Children in Essex get the best start in life",
    "People in Essex enjoy good health and wellbeing",
    "People have aspirations and achieve their ambitions through education, training and lifelong learning",
    "People in Essex live in safe communities and are protected from harm",
    "Sustainable economic growth for Essex communities and businesses",
    "Places and landscapes across Essex are cared for and last (Illustrative)",
    "People who need support live their lives in their own way (Illustrative)",
]
ORGANISATION = "Our organisation (Illustrative)"
DISTRICTS = {
    *("Basildon", "Braintree", "Brentwood", "Castle Point", "Chelmsford", "Colchester"),
    *("Epping Forest", "Harlow", "Maldon", "Rochford", "Tendring", "Uttlesford"),
}
YEAR = [f"2014/15 Q{n}" for n in (1, 2, 3, 4)]

Row = dict[str, Any]


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return read_source(resources.source_tables("essex-2014"))


def test_there_are_seven_outcomes_and_the_organisation_apart(tables: dict[str, Table]) -> None:
    rows = list(tables["Outcomes"].rows())
    assert [r["Title"] for r in rows if r["Tier"] == 1] == [*OUTCOMES, ORGANISATION]
    below = Counter(r["Parent"] for r in rows if r["Tier"] == 2)
    assert len(below) == 8
    assert all(2 <= n <= 4 for n in below.values())
    assert len(rows) == 8 + sum(below.values())


def test_the_organisation_has_the_twelve_organisational_measures(tables: dict[str, Table]) -> None:
    kinds: dict[bool, Counter[str]] = defaultdict(Counter)
    for row in tables["Indicators"].rows():
        kinds[row["Outcome"].partition("-")[0] == "ORG"][row["Kind"]] += 1
    assert kinds[True] == {"Organisational": 12}
    assert kinds[False].total() == 65
    assert "Organisational" not in kinds[False]


def test_nothing_is_to_be_corrected(tables: dict[str, Table]) -> None:
    assert check(tables) == ()


def test_definitions_and_assessments_are_just_short_of_the_aim(tables: dict[str, Table]) -> None:
    live = [r for r in tables["Indicators"].rows() if r["Status"] in ("Live", "Baseline year")]
    signed = {r["Indicator"] for r in tables["Quality"].rows() if r["Signed off by"] and r["Signed off on"]}
    whole = {r["Indicator"] for r in tables["Quality"].rows() if all(r[h] for h in (*DIMENSIONS, *TESTS))}
    done = [r for r in live if r["Definition status"] == "Complete" and r["Ref"] in signed & whole]
    aim = next(to_number(r["Value"]) for r in tables["Settings"].rows() if r["Setting"] == "Assessment aim")
    assert aim == 90
    assert 85 < Fraction(100 * len(done), len(live)) < aim


def test_poor_data_has_an_improvement(tables: dict[str, Table]) -> None:
    poor = [r for r in tables["Quality"].rows() if "Poor" in (r[d] for d in DIMENSIONS)]
    assert len(poor) >= 4
    assert all(r["Improvement"] for r in poor)


def test_eight_indicators_have_a_figure_for_each_district(tables: dict[str, Table]) -> None:
    found = defaultdict(set)
    for row in _areas(tables):
        found[row["Indicator"], row["Period"]].add(row["Area"])
    assert len({ref for ref, _ in found}) == 8
    assert all(areas == DISTRICTS for areas in found.values())
    assert {period for _, period in found} >= set(YEAR)


def test_the_districts_add_up_to_the_county(tables: dict[str, Table]) -> None:
    parts: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in _areas(tables):
        parts[row["Indicator"], row["Period"]].append(row)
    county = {(r["Indicator"], r["Period"]): r for r in tables["Observations"].rows() if not r["Area"]}
    compared = [(county[key], rows) for key, rows in parts.items() if key in county]
    assert len(compared) > 30
    for whole, rows in compared:
        for heading in ("Value", "Numerator", "Denominator"):
            assert (whole[heading] or 0) == sum(r[heading] or 0 for r in rows)


def test_the_demonstration_s_year_has_figures_for_districts_only(tables: dict[str, Table]) -> None:
    ahead = [r for r in tables["Observations"].rows() if r["Period"].startswith("2014/15")]
    assert ahead
    assert all(r["Area"] and r["Received"].year in (2014, 2015) for r in ahead)


def test_the_old_plan_s_objectives_are_mapped_and_two_are_not(tables: dict[str, Table]) -> None:
    rows = [r for r in tables["Crosswalk"].rows() if r["Framework"] == "Corporate Plan 2012-17 (Illustrative)"]
    mapped = {r["Their ref"] for r in rows if r["Ref"]}
    assert len(mapped) == 12
    assert {r["Their ref"] for r in rows} - mapped == {"O13", "O14"}
    strategies = {r["Ref"] for r in tables["Crosswalk"].rows() if r["Relation"] == "Commissioning strategy"}
    assert {"CHI", "HEA", "LEA", "SAF", "ECO", "ENV", "IND"} <= strategies


def test_the_reports_of_the_year_are_prepared(tables: dict[str, Table]) -> None:
    reports = sorted((r["Report"], r["Period"]) for r in tables["Reports"].rows())
    monitoring = [("quarterly-monitoring", period) for period in YEAR]
    quality = [("data-quality", period) for period in (YEAR[1], YEAR[3])]
    assert reports == [("council-adoption", YEAR[0]), *quality, *monitoring]
    first = {r["Section"] for r in tables["Narrative"].rows() if r["Period"] == YEAR[0] and not r["Ref"]}
    assert first >= {"Purpose", "Recommendation", "Background", "Financial", "Legal", "Equality", "Staffing"}


def test_refs_that_tables_share_are_there(tables: dict[str, Table]) -> None:
    refs = {name: {r["Ref"] for r in tables[name].rows()} for name in ("Outcomes", "Indicators", "Activities")}
    linked = {link for r in tables["Risks"].rows() for link in r["Linked to"].split(", ")}
    linked |= {r["Linked to"] for r in tables["Resources"].rows()}
    assert linked <= refs["Outcomes"]
    work = {link for r in tables["Activities"].rows() for link in r["Linked to"].split(", ")}
    assert work <= refs["Outcomes"] | refs["Activities"]
    assert {r["Indicator"] for name in ("Quality", "Actions") for r in tables[name].rows()} <= refs["Indicators"]


def test_people_are_posts_and_e_mails_are_examples(tables: dict[str, Table]) -> None:
    owners = list(tables["Owners"].rows())
    assert 8 <= len(owners) <= 20
    assert all(str(r["E-mail"]).endswith("@example.org") for r in owners)
    text = "".join(path.read_text(encoding="utf-8") for path in resources.source_tables("essex-2014").glob("*.csv"))
    assert text.count("@") == len(owners)


def _areas(tables: dict[str, Table]) -> Iterator[Row]:
    return (row for row in tables["Observations"].rows() if row["Area"])
