"""The golden thread: every end, every gap, the sheets, the words and the files."""

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest

from tests.plain_reader import read_plainly
from tests.support import LATE, indicator, setting, tables
from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.golden_thread import GAPS, GoldenThread, read_thread
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.explain import golden_thread, thread_text
from xl_outcomes.reporting.thread_view import (
    in_short,
    theory_page,
    theory_sheet,
    thread_page,
    thread_sheet,
    thread_summary,
)
from xl_outcomes.starters import read_source
from xl_outcomes.thread_file import write_thread

PEOPLE = {"Responsible officer": "Director", "Portfolio holder": "Member"}
MADE = dt.datetime(2025, 7, 21, 12)
OUTCOMES = [
    {"Ref": "A", "Tier": 1, "Title": "Homes", **PEOPLE},
    {"Ref": "A-1", "Tier": 2, "Parent": "A", "Title": "New homes", **PEOPLE},
    {"Ref": "A-1.1", "Tier": 3, "Parent": "A-1", "Title": "Enough homes", **PEOPLE},
    {"Ref": "A-1.2", "Tier": 3, "Parent": "A-1", "Title": "Good homes", **PEOPLE},
]
INDICATORS = [
    indicator("a", Outcome="A-1.1", Measure="Output", Service="Housing", **PEOPLE),
    indicator("b", Outcome="A-1.1", Indicator="Homes lived in", Service="housing ", **PEOPLE),
    indicator("c", Outcome="A-1.2", Indicator="Homes inspected", Measure="how much", Service="Housing", **PEOPLE),
]
SERVICES = [{"Service": "Housing", "Plan": "Housing plan"}]
ACTIVITIES = [
    {"Ref": "X1", "Activity": "Buy land", "Linked to": "A-1.1, A-1.2", "Lead": "Head", "Status": "On track"},
    {"Ref": "X2", "Activity": "Sign the contract", "Linked to": "X1", "Status": "On track"},
    {"Ref": "X3", "Activity": "Write a plan", "Linked to": "A-1", "Status": "Complete"},
    {"Ref": "X4", "Activity": "Dropped", "Linked to": "A-1.1", "Status": "Cancelled"},
]


def _thread(**rows: object) -> GoldenThread:
    return read_thread(_tables(**rows))


def _tables(**rows: object) -> dict:
    vision = [setting("Council", "Anyshire"), setting("Vision", "A place for all")]
    whole = {"Settings": vision, "Outcomes": OUTCOMES, "Indicators": INDICATORS, "Services": SERVICES}
    return tables(**{**whole, "Activities": ACTIVITIES, **rows})


def _kinds(thread: GoldenThread) -> list[tuple[str, str]]:
    return [(gap.ref, gap.kind) for gap in thread.gaps]


def _with(rows: list[dict], place: int, **cells: object) -> list[dict]:
    return [{**row, **cells} if number == place else row for number, row in enumerate(rows)]


# ---- ends ----


def test_every_indicator_is_the_end_of_a_thread_from_tier_1_down() -> None:
    ends = _thread().ends
    assert [[o.ref for o in end.outcomes] for end in ends] == [["A", "A-1", "A-1.1"]] * 2 + [["A", "A-1", "A-1.2"]]
    assert [end.indicator.ref for end in ends if end.indicator] == ["a", "b", "c"]
    assert {end.plan for end in ends} == {"Housing plan"}


def test_a_thread_has_the_activities_of_every_level_but_no_milestones_and_nothing_cancelled() -> None:
    assert [[a.ref for a in end.activities] for end in _thread().ends] == [["X3", "X1"]] * 3


def test_a_sound_framework_has_no_gaps() -> None:
    assert _thread().gaps == ()
    assert in_short(_thread()) == "3 threads end in an indicator; no gaps."


def test_the_crosswalk_says_what_a_thread_serves_but_not_what_it_replaced() -> None:
    rows = [
        {"Ref": "A-1", "Framework": "County plan", "Their ref": "C2", "Their title": "Homes", "Relation": "part of"},
        {"Ref": "A-1", "Framework": "Old plan", "Their title": "Houses", "Relation": "Replaces"},
    ]
    assert {end.strategies for end in _thread(Crosswalk=rows).ends} == {("Part of County plan: C2 Homes",)}


def test_deleted_indicators_end_no_thread() -> None:
    thread = _thread(Indicators=_with(INDICATORS, 1, Status="Deleted"))
    assert [end.indicator.ref for end in thread.ends if end.indicator] == ["a", "c"]
    assert thread.gaps == ()


# ---- gaps ----


def test_an_outcome_that_nothing_measures_is_an_end_with_a_gap() -> None:
    thread = _thread(Indicators=INDICATORS[:2])
    assert _kinds(thread) == [("A-1.2", "outcome-unmeasured")]
    assert thread.ends[-1].indicator is None
    assert thread.gaps[0].words == "Nothing measures A-1.2 Good homes: no indicator hangs on it."
    deleted = _thread(Indicators=_with(INDICATORS, 2, Status="Deleted"))
    assert deleted.gaps[0].words == "Nothing measures A-1.2 Good homes: its indicators are Deleted."
    assert in_short(thread) == "2 threads end in an indicator; 1 stops at an outcome without one; 1 gap."


def test_an_outcome_above_the_lowest_tier_with_nothing_below_is_empty() -> None:
    more = {"Ref": "A-2", "Tier": 2, "Parent": "A", "Title": "Old homes", **PEOPLE}
    assert _kinds(_thread(Outcomes=[*OUTCOMES, more])) == [("A-2", "outcome-empty")]


@pytest.mark.parametrize("status", ["Proposed", "In development"])
def test_an_outcome_with_only_proposed_indicators_waits(status: str) -> None:
    assert _kinds(_thread(Indicators=_with(INDICATORS, 2, Status=status))) == [("A-1.2", "outcome-waiting")]
    assert _thread(Indicators=_with(INDICATORS, 1, Status=status)).gaps == ()


def test_people_are_asked_of_every_level_and_data_owners_of_indicators() -> None:
    nobody = {"Responsible officer": None, "Portfolio holder": None}
    outcomes = _with(OUTCOMES, 0, **nobody)
    thread = _thread(Outcomes=outcomes, Indicators=_with(INDICATORS, 1, **nobody, **{"Data owner": None}))
    assert _kinds(thread) == [
        ("A", "officer-missing"),
        ("A", "holder-missing"),
        ("b", "officer-missing"),
        ("b", "holder-missing"),
        ("b", "owner-missing"),
    ]
    assert [len(end.gaps) for end in thread.ends] == [2, 3, 0]


@pytest.mark.parametrize(
    ("parent", "why"),
    [
        ({"Status": "Deleted"}, "it hangs on A-1, which is Deleted."),
        ({"Status": "proposed"}, "it hangs on A-1, which is Proposed."),
        ({"Tier": 3}, "it hangs on A-1, which is left out as wrong."),
    ],
)
def test_what_hangs_on_a_dead_or_wrong_outcome_is_broken_off(parent: dict, why: str) -> None:
    thread = _thread(Outcomes=_with(OUTCOMES, 1, **parent), Activities=[])
    broken = {gap.ref: gap.words for gap in thread.gaps if gap.kind == "broken-off"}
    assert broken["A-1.1"] == f"A-1.1 Enough homes does not reach the vision: {why}"
    assert {"a", "b", "c"} <= set(broken)


def test_indicators_on_what_is_not_there_are_broken_off_and_wrong_ones_too() -> None:
    thread = _thread(Indicators=[*INDICATORS, indicator("d", Outcome="Z"), indicator("e", Outcome="A-1.1", Kind=None)])
    words = [gap.words for gap in thread.gaps]
    assert words[0] == "d Homes built does not reach the vision: it hangs on Z, which is not in the framework."
    assert words[1].startswith("e Homes built does not reach the vision: the checks of the framework say why")


def test_services_are_asked_for_only_where_the_master_lists_any() -> None:
    indicators = [*_with(INDICATORS[:2], 0, Service=None), indicator("c", Outcome="A-1.2", Service="Parks", **PEOPLE)]
    assert _thread(Indicators=indicators, Services=[]).gaps == ()
    services = [*SERVICES, {"Service": "Trees", "Plan": "Tree plan"}, {"Service": "Benches"}]
    assert _kinds(_thread(Indicators=indicators, Services=services)) == [
        ("a", "service-missing"),
        ("c", "service-unknown"),
        ("Trees", "service-unmeasured"),
        ("Benches", "service-unmeasured"),
        ("Benches", "plan-missing"),
    ]


@pytest.mark.parametrize(
    ("linked", "words"),
    [
        (None, "Activity X9 is tied to no outcome."),
        ("Z-1", "Activity X9 is tied to Z-1, which is not in the framework."),
        ("A-1, A-3", "Activity X9 is tied to A-3, which is Deleted."),
        ("a", "Activity X9 is tied to a, which is an indicator: activities are tied to outcomes."),
        ("X9", "Activity X9 is tied to no outcome."),
    ],
)
def test_activities_tied_to_nothing_or_astray_are_loose(linked: str | None, words: str) -> None:
    gone = {"Ref": "A-3", "Tier": 2, "Parent": "A", "Title": "Gone", "Status": "Deleted"}
    own = {"Ref": "X9", "Activity": "Dig", "Linked to": linked, "Status": "On track"}
    thread = _thread(Outcomes=[*OUTCOMES, gone], Activities=[*ACTIVITIES, own])
    assert [gap.words for gap in thread.gaps] == [words]
    assert (thread.loose[0].what, thread.loose[0].ref) == ("Activity", "X9")


def test_an_activity_of_a_service_that_is_not_listed_is_told() -> None:
    thread = _thread(Activities=_with(ACTIVITIES, 0, Service="Parks"))
    assert _kinds(thread) == [("X1", "service-unknown")]


def test_every_kind_of_gap_is_explained_on_the_page() -> None:
    page = Path(__file__).parents[1] / "docs" / "rules" / "golden-thread.md"
    text = page.read_text(encoding="utf-8")
    assert [kind for kind in GAPS if f"`{kind}`" not in text] == []


# ---- theory of change ----


def test_each_lowest_outcome_is_a_path_and_so_is_one_that_activities_are_tied_to() -> None:
    lanes = _thread().lanes
    assert [[o.ref for o in lane.outcomes] for lane in lanes] == [
        ["A-1", "A"],
        ["A-1.1", "A-1", "A"],
        ["A-1.2", "A-1", "A"],
    ]
    assert [[a.ref for a in lane.activities] for lane in lanes] == [["X3"], ["X1"], ["X1"]]
    assert [[i.ref for i in lane.outputs] for lane in lanes] == [[], ["a"], ["c"]]


def test_the_sheet_of_the_theory_reads_from_left_to_right() -> None:
    page = theory_page(_thread())
    assert page is not None
    rows = page.views[0].frame.to_numpy().tolist()
    assert rows[1] == [
        *("A-1.1", "X1 Buy land", "a Homes built", None, "A-1.1 Enough homes", "A-1 New homes", "A Homes"),
        "A place for all",
    ]
    assert theory_page(_thread(Outcomes=[], Indicators=[], Activities=[])) is None


# ---- sheet and words ----


def test_the_sheet_has_a_row_for_each_end_and_each_loose_end() -> None:
    astray = {"Ref": "X9", "Activity": "Dig", "Linked to": "Z", "Status": "On track"}
    services = [*SERVICES, {"Service": "Trees", "Plan": "Tree plan"}]
    page = thread_page(_thread(Activities=[*ACTIVITIES, astray], Services=services))
    rows = page.views[0].frame.to_dict("records")
    assert rows[0] == {
        "Ref": "a",
        "Tier 1": "A Homes",
        "Tier 2": "A-1 New homes",
        "Tier 3": "A-1.1 Enough homes",
        "Tier 4": None,
        "Indicator": "Homes built",
        "Who answers": "A, A-1, A-1.1, a: Director; Member",
        "Data owner": "Housing",
        "Plans": "Housing plan",
        "Activities": "X3 Write a plan (for A-1)\nX1 Buy land",
        "Gap": None,
    }
    assert [(r["Ref"], r["Plans"], r["Activities"]) for r in rows[3:]] == [
        ("X9", None, "X9 Dig"),
        (None, "Trees Tree plan", None),
    ]
    assert rows[4]["Gap"] == "No live indicator belongs to the service Trees."
    assert all(len(links) == len(rows) for links in page.views[0].links.values())


def test_levels_with_other_people_and_with_nobody_are_told_apart() -> None:
    outcomes = _with(OUTCOMES, 0, **{"Responsible officer": None, "Portfolio holder": None})
    shown = thread_page(_thread(Outcomes=outcomes)).views[0].frame["Who answers"][0]
    assert shown == "A: nobody is named\nA-1, A-1.1, a: Director; Member"


def test_an_empty_framework_has_a_sheet_that_says_so() -> None:
    thread = _thread(Outcomes=[], Indicators=[], Activities=[], Services=[])
    assert thread_page(thread).views[0].frame["Tier 1"].tolist() == ["There is none in this framework yet"]
    assert "0 threads end in an indicator" in in_short(thread)


def test_sheets_of_a_rated_quarter_are_the_same() -> None:
    given = _tables()
    rated = rate_quarter(given, parse_quarter("2025/26 Q1"), LATE)
    assert thread_sheet(rated, given).note == thread_page(read_thread(given)).note
    assert theory_sheet(rated, given) is not None


def test_the_summary_counts_and_names_gaps_by_kind() -> None:
    many = [{"Ref": f"S{n}", "Activity": "Dig", "Linked to": None, "Status": "On track"} for n in range(10)]
    said = thread_summary(_thread(Activities=many)).splitlines()
    assert said[:3] == [
        "Vision: A place for all",
        "1 at tier 1 (Priority), 1 at tier 2 (Strategic outcome), 2 at tier 3 (Intermediate outcome), 3 indicators, "
        "10 activities.",
        "3 threads end in an indicator; 10 gaps.",
    ]
    assert said[4] == "Activities tied to nothing (10)"
    assert said[-1] == "  … and S8, S9"


def test_the_way_up_and_down_tells_people_plans_and_activities() -> None:
    whole = _thread()
    assert thread_text(golden_thread(whole.framework, whole.settings, "A-1.1", whole)).splitlines() == [
        "Vision: A place for all",
        "   Priority A Homes (Director; Member)",
        "      Strategic outcome A-1 New homes (Director; Member)",
        "         > Intermediate outcome A-1.1 Enough homes (Director; Member) <",
        "            Activity X1 Buy land (Head; On track)",
        "            Indicator a Homes built (Director; Member; data from Housing; Housing plan)",
        "            Indicator b Homes lived in (Director; Member; data from Housing; Housing plan)",
    ]
    links = golden_thread(whole.framework, whole.settings, "X1", whole)
    assert [link.ref for link in links] == ["", "A", "A-1", "A-1.1", "X1", "A", "A-1", "A-1.2", "X1"]
    with pytest.raises(InputError, match='"Z" is not the ref'):
        golden_thread(whole.framework, whole.settings, "Z", whole)


# ---- files ----


def test_the_csv_file_has_refs_titles_and_people_of_every_tier_and_no_formulas(tmp_path: Path) -> None:
    given = _tables(Outcomes=_with(OUTCOMES, 0, Title="=1+1"))
    path = write_thread(tmp_path / "thread.csv", given, MADE)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert len(rows) == 3
    assert rows[0]["Tier 1 title"] == "'=1+1"
    assert (rows[2]["Tier 3 ref"], rows[2]["Tier 3 portfolio holder"]) == ("A-1.2", "Member")
    assert (rows[2]["Indicator ref"], rows[2]["Service plan"]) == ("c", "Housing plan")


def test_the_json_file_holds_the_same_threads_and_gaps(tmp_path: Path) -> None:
    path = write_thread(tmp_path / "thread.json", _tables(Indicators=INDICATORS[:2]), MADE)
    held = json.loads(path.read_text(encoding="utf-8"))
    assert [t["indicator"] and t["indicator"]["ref"] for t in held["threads"]] == ["a", "b", None]
    assert held["gaps"] == [
        {
            "ref": "A-1.2",
            "kind": "outcome-unmeasured",
            "words": "Nothing measures A-1.2 Good homes: no indicator hangs on it.",
        }
    ]
    assert held["vision"] == "A place for all"


def test_the_workbook_has_both_sheets_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    path = write_thread(tmp_path / "thread.xlsx", _tables(), MADE)
    assert [name for name, _ in read_plainly(path)] == ["Golden thread", "Theory of change"]
    assert write_thread(tmp_path / "again.xlsx", _tables(), MADE).read_bytes() == path.read_bytes()


def test_another_file_of_the_name_is_kept_and_other_endings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "thread.csv"
    path.write_text("mine", encoding="utf-8")
    write_thread(path, _tables(), MADE)
    assert (tmp_path / "earlier" / "thread (1).csv").read_text(encoding="utf-8") == "mine"
    for name, found in (("thread.docx", "ends in .docx"), ("thread", "has no ending")):
        with pytest.raises(InputError, match=found) as refused:
            write_thread(tmp_path / name, _tables(), MADE)
        assert ".json" in refused.value.fix


def test_the_starter_has_an_end_for_each_indicator_and_all_its_lowest_outcomes_are_reached() -> None:
    thread = read_thread(read_source(resources.source_tables("mid-suffolk-2022")))
    lowest = {end.outcomes[-1].ref for end in thread.ends if end.indicator}
    assert len(lowest) == sum(o.tier == 3 for o in thread.framework.outcomes.values()) == 66
    assert len(thread.ends) == sum(i.status != "Deleted" for i in thread.framework.indicators.values())
