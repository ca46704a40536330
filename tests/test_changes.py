"""Two versions of a framework compared: every kind of change, its class, the summary and the table Changes."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_outcomes.changes import Change, Comparison, as_change_rows, compare, merge_changes, summary_text
from xl_outcomes.tables import Table, Tables

from .frameworks import random_tables
from .support import OUTCOMES, YEAR_TO_DATE, from_plain, indicator, places, setting, table, tables, target

Rows = Iterable[Mapping[str, Any]]

PERIOD = (setting("Current period", "2025/26 Q2"),)
TODAY = dt.date(2025, 12, 15)
TOP, BELOW = OUTCOMES
B, B_1 = {**TOP, "Ref": "B", "Title": "Air"}, {**BELOW, "Ref": "B-1", "Parent": "B", "Title": "Clean air"}
NOTHING = {"New": 0, "To be confirmed": 0, "Deleted": 0, "Refined": 0, "Amended targets": 0, "Total": 0}
seeds = st.integers(0, 10**6)


def test_a_framework_without_changes_has_its_themes_with_zeros() -> None:
    found = _compare([indicator()], [indicator()])
    assert (found.changes, found.issues) == ((), ())
    assert found.summary == [{"Theme": "Homes", **NOTHING, "Total": 1}]


# ---- new, to be confirmed, deleted ----


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (None, None, None),
        (None, "Live", "New"),
        (None, "", "New"),
        (None, "baseline year", "New"),
        (None, "Proposed", "To be confirmed"),
        (None, "In development", "To be confirmed"),
        (None, "Deleted", None),
        ("Deleted", "Live", "New"),
        ("Deleted", "Proposed", "To be confirmed"),
        ("Deleted", None, None),
        ("Deleted", "Deleted", None),
        ("Live", None, "Deleted"),
        ("", "deleted", "Deleted"),
        ("Baseline year", "Deleted", "Deleted"),
        ("Live", "", None),
        ("Live", "Baseline year", "Status"),
        ("Proposed", "Live", "Status"),
        ("Live", "In development", "Status"),
        ("Proposed", None, "Status"),
        ("In development", "Deleted", "Status"),
    ],
)
def test_status_and_presence_say_what_is_new_and_deleted(old: str | None, new: str | None, kind: str | None) -> None:
    olds, news = ([] if s is None else [indicator(Status=s or None)] for s in (old, new))
    found = _compare(olds, news)
    assert _kinds(found) == ([("A-1.1a", kind)] if kind else [])
    assert all(c.klass == "For decision" for c in found.changes)
    assert found.summary[0]["Total"] == (new in ("Live", "", "baseline year", "Baseline year"))


def test_what_came_and_went_is_shown_by_its_title_and_status() -> None:
    found = _compare([indicator("x", Indicator="Old")], [indicator("y", Indicator="Young", Status="Proposed")])
    assert [(c.ref, c.old, c.new) for c in found.changes] == [("y", "", "Young (Proposed)"), ("x", "Old", "")]


def test_refs_are_text_without_blanks_at_the_ends_and_capitals_count() -> None:
    assert _compare([indicator(" a "), indicator(1.1)], [indicator("a"), indicator("1.1")]).changes == ()
    assert _kinds(_compare([indicator("a")], [indicator("A")])) == [("A", "New"), ("a", "Deleted")]


# ---- refined and reassigned ----


@pytest.mark.parametrize(
    ("heading", "old", "new", "klass"),
    [
        ("Indicator", "Homes built", "Homes finished", "Delegated"),
        ("Indicator", "Decided in 8 weeks", "Decided in 10 weeks", "For decision"),
        ("Definition", "Over 1,000 homes", "More than 1000 dwellings", "Delegated"),
        ("Definition", None, "Homes completed.", "For decision"),
        ("Unit", "Percentage", "Count", "For decision"),
        ("Decimals", 1.0, 0.0, "For decision"),
        ("Polarity", "Higher is better", "Neither", "For decision"),
        ("Frequency", "Quarterly", "Annual", "For decision"),
        ("Calculation", "Value", "Ratio", "For decision"),
        ("Per", None, 1000.0, "For decision"),
        ("Aggregation", "Latest", "Sum", "For decision"),
        ("Report as", "In period", "Year to date", "For decision"),
        ("Kind", "Tracking", "Influencing", "For decision"),
        ("Outcome", "A-1", "A", "For decision"),
    ],
)
def test_each_of_these_columns_refines(heading: str, old: object, new: object, klass: str) -> None:
    (found,) = _compare([indicator(**{heading: old})], [indicator(**{heading: new})]).changes
    assert (found.change, found.klass, [d.heading for d in found.details]) == ("Refined", klass, [heading])
    assert found.old.startswith(f"{heading}: ")


@pytest.mark.parametrize("heading", ["Data owner", "Service", "Responsible officer", "Portfolio holder"])
def test_people_and_services_are_reassigned_which_is_not_refined(heading: str) -> None:
    found = _compare([indicator(**{heading: "Planning"})], [indicator(**{heading: "Growth"})])
    (change,) = found.changes
    assert (change.change, change.klass) == ("Reassigned", "Delegated")
    assert (change.old, change.new) == (f"{heading}: Planning", f"{heading}: Growth")
    assert found.summary[0]["Refined"] == 0


@pytest.mark.parametrize(
    ("heading", "old", "new"),
    [
        ("Indicator", "Homes built", " homes \u00a0BUILT "),
        ("Definition", "Homes per\u00adcent", "Homes per cent"),
        ("Definition", "area in m²", "Area in m2"),
        ("Unit", "percentage", "Percentage"),
        ("Decimals", "1", 1.0),
        ("Per", None, 100.0),
        ("Per", 0.1 + 0.2, 0.3),
        ("Data owner", "HOUSING", "Housing"),
        ("Data source", "Survey", "Register"),
        ("Status", None, "live"),
    ],
)
def test_spacing_capitals_and_what_a_blank_stands_for_are_no_change(heading: str, old: object, new: object) -> None:
    assert _compare([indicator(**{heading: old})], [indicator(**{heading: new})]).changes == ()


def test_an_indicator_has_one_row_for_each_kind_of_change_with_old_and_new_as_displayed() -> None:
    new = indicator(Indicator="Dwellings", Per=1000.0, Definition=None, Service="Growth", Status="Baseline year")
    found = _compare([indicator()], [new], [target(80)], [target(85)])
    assert _kinds(found) == [("A-1.1a", k) for k in ("Refined", "Reassigned", "Status", "Amended targets")]
    refined = found.changes[0]
    assert refined.old == "Indicator: Homes built\nDefinition: Homes completed in the period.\nPer: 100"
    assert refined.new == "Indicator: Dwellings\nDefinition: (blank)\nPer: 1,000"
    assert found.summary == [{"Theme": "Homes", **NOTHING, "Refined": 1, "Amended targets": 1, "Total": 1}]


def test_an_outcome_with_a_new_ref_and_the_same_title_is_an_officers_matter() -> None:
    other = {**BELOW, "Ref": "A-01"}
    found = _compare([indicator()], [indicator(Outcome="A-01")], outcomes=((TOP, BELOW), (TOP, other)))
    assert [(c.change, c.klass) for c in found.changes if c.ref == "A-1.1a"] == [("Refined", "Delegated")]
    moved = _compare([indicator()], [indicator(Outcome="A-01")], outcomes=((TOP, BELOW), (TOP, BELOW, other)))
    assert [(c.change, c.klass) for c in moved.changes if c.ref == "A-1.1a"] == [("Refined", "For decision")]


# ---- amended targets ----


@pytest.mark.parametrize(
    ("cells", "old", "new"),
    [
        ({"Target": 1234.5}, "Target 80%", "Target 1,234.5%"),
        ({"Target": "TBC"}, "Target 80%", "Target to be confirmed"),
        ({"Amber": 70.0}, "Target 80%", "Target 80%, Amber 70%"),
        ({"Lower": 1.0, "Upper": 2.0}, "Target 80%", "Target 80%, Lower 1%, Upper 2%"),
        ({"Tolerance": 5.0}, "Target 80%", "Target 80%, Tolerance 5"),
        ({"Tolerance kind": "points"}, "Target 80%", "Target 80%, Tolerance kind Points"),
        ({"Profile": "Even"}, "Target 80%", "Target 80%, Profile Even"),
    ],
)
def test_other_figures_of_a_row_in_force_amend_it(cells: dict[str, Any], old: str, new: str) -> None:
    changed = {**target(80), **cells}
    (found,) = _compare([indicator()], [indicator()], [target(80)], [changed]).changes
    assert (found.change, found.klass) == ("Amended targets", "For decision")
    assert (found.old, found.new) == (f"From 2022/23 Q1: {old}", f"From 2022/23 Q1: {new}")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([target(80)], [target("80")]),
        ([target(80.1)], [target(80.1 + 1e-14)]),
        ([target(80)], [target(80, Basis="Because")]),
        ([target("TBC")], [target(None)]),
        ([], [target("TBC")]),
        ([target(80)], [target(80), target(80, "2025/26 Q1")]),
        ([target(80, "2025/26 Q1")], [target(80, "2024/25 Q1")]),
        ([target(70, "2020/21 Q1"), target(80)], [target(75, "2020/21 Q1"), target(80)]),
        ([target(80)], [target(80), target(90, "2026/27 Q1")]),
        ([target(80)], [target(80), {**target(90), "From": None}]),
    ],
)
def test_the_same_figures_in_force_this_year_are_no_amendment(old: Rows, new: Rows) -> None:
    assert _compare([indicator()], [indicator()], old, new).changes == ()


@pytest.mark.parametrize(
    ("old", "new", "starts"),
    [
        ([], [target(80)], ["2022/23 Q1"]),
        ([target(80)], [], ["2022/23 Q1"]),
        ([target(80)], [target(80), target(90, "2025/26 Q3")], ["2025/26 Q3"]),
        ([target(80), target(90, "2025/26 Q3")], [target(80)], ["2025/26 Q3"]),
        ([target(80)], [target(80), target(85, "2025/26 Q1"), target(90, "2025/26 Q3")], ["2025/26 Q1", "2025/26 Q3"]),
    ],
)
def test_rows_added_or_removed_for_this_year_amend_it_once(old: Rows, new: Rows, starts: list[str]) -> None:
    found = _compare([indicator()], [indicator()], old, new)
    assert [d.heading for d in found.changes[0].details] == [f"From {s}" for s in starts]
    assert found.summary[0]["Amended targets"] == 1


@pytest.mark.parametrize(
    ("old_rows", "amended"),
    [
        ([target(80)], False),
        ([target(80), target(90, "2025/26 Q1")], False),
        ([target(80), target(85, "2025/26 Q1")], True),
        ([target(80), target(80, "2025/26 Q2")], True),
        ([target(80), target(95, "2025/26 Q4")], True),
    ],
)
def test_a_target_for_a_year_that_the_old_version_does_not_cover_is_no_amendment(old_rows: Rows, amended: bool) -> None:
    last_year = [setting("Current period", "2024/25 Q4")]
    old = tables(Settings=last_year, Indicators=[indicator()], Targets=old_rows)
    new = tables(
        Settings=PERIOD,
        Indicators=[indicator()],
        Targets=[target(80), target(90, "2025/26 Q1"), target(95, "2025/26 Q4")],
    )
    assert ("From 2025/26 Q1" in _starts(compare(old, new))) is amended


def test_a_year_to_date_row_is_in_force_no_longer_than_its_year() -> None:
    one = indicator(**YEAR_TO_DATE)
    assert _compare([one], [one], [target(80)], [target(90)]).changes == ()
    assert _compare([one], [one], [target(80, "2025/26 Q1")], [target(90, "2025/26 Q1")]).changes


def test_new_and_deleted_indicators_have_no_amended_targets() -> None:
    found = _compare([indicator("x")], [indicator("y")], [target(80, ref="x")], [target(80, ref="y")])
    assert _kinds(found) == [("y", "New"), ("x", "Deleted")]


def test_without_a_current_period_the_other_versions_year_is_taken_and_said() -> None:
    old = tables(Settings=PERIOD, Indicators=[indicator()], Targets=[target(80)])
    new = tables(Indicators=[indicator()], Targets=[target(85)])
    for one, other, name in ((old, new, "new"), (new, old, "old")):
        found = compare(one, other)
        assert _kinds(found) == [("A-1.1a", "Amended targets")]
        assert [(i.code, i.severity) for i in found.issues] == [("period-unset", "warning")]
        assert f"the {name} version" in found.issues[0].message
    assert _kinds(compare(new, tables(Indicators=[indicator()], Targets=[target(80)]))) == [
        ("A-1.1a", "Amended targets")
    ]


# ---- outcomes and themes ----


@pytest.mark.parametrize(
    ("old", "new", "kind", "klass"),
    [
        (None, {}, "Outcome added", "For decision"),
        ({"Status": "Deleted"}, {}, "Outcome added", "For decision"),
        ({}, None, "Outcome removed", "For decision"),
        ({}, {"Status": "Deleted"}, "Outcome removed", "For decision"),
        ({}, {"Title": "Homes anew"}, "Outcome reworded", "Delegated"),
        ({"Statement": "Build 100"}, {"Statement": "Build 200"}, "Outcome reworded", "For decision"),
        ({}, {"Parent": "B"}, "Outcome moved", "For decision"),
        ({}, {"Portfolio holder": "Leader"}, "Outcome reassigned", "Delegated"),
        ({"Status": "Proposed"}, {}, "Outcome status", "For decision"),
        ({}, {"Title": "NEW homes ", "Tags": "Green"}, None, ""),
        ({"Status": "Deleted"}, None, None, ""),
    ],
)
def test_outcomes_added_removed_reworded_and_moved_are_listed(
    old: dict[str, Any] | None, new: dict[str, Any] | None, kind: str | None, klass: str
) -> None:
    olds, news = ([TOP, B, *([] if cells is None else [{**BELOW, **cells}])] for cells in (old, new))
    found = _compare([], [], outcomes=(olds, news))
    assert [(c.ref, c.change, c.klass) for c in found.changes] == ([("A-1", kind, klass)] if kind else [])


def test_a_moved_indicator_counts_in_the_theme_where_it_is_now_and_a_deleted_one_where_it_was() -> None:
    outcomes = (TOP, BELOW, B, B_1)
    old, new = [indicator("m"), indicator("d")], [indicator("m", Outcome="B-1"), indicator("n", Outcome="B-1")]
    found = _compare(old, new, outcomes=(outcomes, outcomes))
    assert found.summary == [
        {"Theme": "Homes", **NOTHING, "Deleted": 1},
        {"Theme": "Air", **NOTHING, "New": 1, "Refined": 1, "Total": 2},
    ]
    assert [(c.ref, c.theme, c.theme_ref) for c in found.changes] == [
        ("m", "Air", "B"),
        ("n", "Air", "B"),
        ("d", "Homes", "A"),
    ]


def test_themes_stand_in_the_new_order_then_those_that_only_the_old_version_has() -> None:
    old = (TOP, BELOW, B, B_1)
    new = ({**B, "Title": "Clean air"}, {**TOP, "Status": "Deleted"}, {**TOP, "Ref": "C", "Title": "Jobs"})
    found = _compare([indicator()], [], outcomes=(old, new))
    assert [t.ref for t in found.themes] == ["B", "C", "A"]
    assert [row["Theme"] for row in found.summary] == ["Clean air", "Jobs", "Homes"]
    assert found.summary[2] == {"Theme": "Homes", **NOTHING, "Deleted": 1}


def test_two_themes_of_one_title_are_counted_apart() -> None:
    outcomes = (TOP, BELOW, {**B, "Title": "Homes"}, B_1)
    found = _compare([], [indicator(Outcome="B-1")], outcomes=(outcomes, outcomes))
    assert [row["New"] for row in found.summary] == [0, 1]


def test_an_indicator_that_leads_to_no_theme_is_named_and_counts_nowhere() -> None:
    circle = ({**BELOW, "Ref": "X", "Parent": "Y"}, {**BELOW, "Ref": "Y", "Parent": "X"})
    new = [indicator("u", Outcome="Z"), indicator("o", Outcome="X"), indicator("b", Outcome=None)]
    found = _compare([indicator("d", Outcome="Z")], new, outcomes=(OUTCOMES, (*OUTCOMES, *circle)))
    assert found.summary == [{"Theme": "Homes", **NOTHING}]
    named = [i for i in found.issues if i.code == "theme-unknown"]
    assert [(i.ref, i.severity, i.cell) for i in named] == [
        (r, "error", c) for r, c in zip("uobd", ["B2", "B3", "B4", "B2"], strict=True)
    ]
    assert named[0].message == 'u counts in no theme: no way leads up from its outcome "Z" in the new version.'


def test_a_theme_carries_the_last_note_that_the_new_version_has_for_it() -> None:
    notes = [{"Ref": "A", "Change": "Note", "Note": "all"}, {"Ref": "A", "Change": "note", "Note": "housing only"}]
    new = tables(Settings=PERIOD, Indicators=[], Changes=notes)
    assert compare(tables(Settings=PERIOD), new).themes[0].note == "housing only"
    assert compare(new, tables(Settings=PERIOD)).themes[0].note == ""


@pytest.mark.parametrize(("waiting", "text"), [(0, "16"), (5, "16 + 5 to be confirmed")])
def test_new_indicators_in_words(waiting: int, text: str) -> None:
    assert summary_text({"New": 16, "To be confirmed": waiting}) == text


# ---- what is wrong in a version ----


def test_blank_and_duplicate_refs_are_said_of_either_version_and_the_first_row_is_compared() -> None:
    twice = [indicator(Status="Deleted"), indicator(), indicator(Indicator="Other"), {**indicator(), "Ref": None}]
    for old, new, name in ((twice, [indicator()], "old"), ([indicator()], twice, "new")):
        found = _compare(old, new)
        assert found.changes == ()
        assert found.summary[0]["Total"] == 1
        codes = [(code, cell) for code, _, cell in places(found.issues, "error")]
        assert codes == [("ref-duplicate", "A2"), ("ref-duplicate", "A3"), ("ref-duplicate", "A4"), ("ref-blank", "A5")]
        assert found.issues[0].message == f"In the {name} version: The ref A-1.1a stands here 3 times."


@pytest.mark.parametrize("status", ["Dead", 5.0])
def test_an_unknown_status_is_neither_live_nor_to_be_confirmed_and_is_said(status: object) -> None:
    found = _compare([], [indicator(Status=status)])
    assert (found.changes, found.summary[0]["Total"]) == ((), 0)
    assert places(found.issues, "error") == [("word-wrong", "Indicators", "X2")]


def test_target_rows_given_twice_or_without_a_quarter_are_said() -> None:
    rows = [target(80, "2025/26 Q1"), target(80, "2025/26 Q1"), target(90, "2025"), {**target(90), "From": None}]
    found = _compare([indicator()], [indicator()], [target(80, "2025/26 Q1")], rows)
    assert found.changes == ()
    assert {code for code, _, _ in places(found.issues)} == {"target-twice", "word-wrong", "choice-blank"}


# ---- the table Changes ----


def test_changes_become_rows_of_the_table() -> None:
    rows = as_change_rows(_compare([indicator("x")], [indicator("y")]), "2026", TODAY)
    blank = {"Approved by": None, "Date": TODAY, "Note": None}
    assert rows == [
        {
            "Version": "2026",
            "Ref": "y",
            "Change": "New",
            "Old": None,
            "New": "Homes built",
            "Class": "For decision",
            **blank,
        },
        {
            "Version": "2026",
            "Ref": "x",
            "Change": "Deleted",
            "Old": "Homes built",
            "New": None,
            "Class": "For decision",
            **blank,
        },
    ]


def test_texts_longer_than_a_cell_are_cut() -> None:
    found = Comparison((Change("a", "Refined", "Delegated", "x" * 40_000, "y"),), (), ())
    (row,) = as_change_rows(found, "2026", TODAY)
    assert str(row["Old"]).endswith("x …")
    assert len(str(row["Old"])) < 20_000


def test_what_an_officer_put_in_stays_and_the_texts_are_brought_up_to_date() -> None:
    first, _ = _merged(table("Changes", []), [indicator(Indicator="Dwellings")])
    typed = {**_row(first, "A-1.1a"), "Version": 2026.0, "Change": "refined ", "Class": "For decision"}
    typed |= {"Approved by": "Leader", "Date": dt.date(2026, 1, 1), "Note": "Minute 12"}
    own = {"Version": "2026", "Ref": "A", "Change": "Note", "Note": "housing only"}
    older = {"Version": "2025", "Ref": "q", "Change": "New", "New": "Quality"}
    merged, issues = _merged(table("Changes", [own, typed, older]), [indicator(Indicator="Flats"), indicator("n")])
    assert [r["Ref"] for r in merged.rows()] == ["A", "A-1.1a", "q", "n"]
    assert _row(merged, "A-1.1a") == {**typed, "New": "Indicator: Flats"}
    assert _row(merged, "n")["Date"] == TODAY
    assert places(issues) == [("change-overtaken", "Changes", "G3")]
    assert issues[0].message == "A-1.1a, refined: it reads otherwise now than when Leader approved it."


def test_merging_twice_changes_nothing_more() -> None:
    new = [indicator(Indicator="Dwellings"), indicator("n")]
    once, _ = _merged(table("Changes", []), new)
    later, issues = _merged(once, new, dt.date(2026, 6, 1))
    assert (later.frame.equals(once.frame), issues) == (True, ())


def test_a_row_that_stands_there_twice_is_brought_up_to_date_twice() -> None:
    once, _ = _merged(table("Changes", []), [indicator(Indicator="Dwellings")])
    merged, _ = _merged(table("Changes", [_row(once, "A-1.1a")] * 2), [indicator(Indicator="Flats")])
    assert [r["New"] for r in merged.rows()] == ["Indicator: Flats"] * 2


def test_a_blank_class_or_date_is_filled_again() -> None:
    once, _ = _merged(table("Changes", []), [indicator("n"), indicator()])
    emptied = table("Changes", [{**_row(once, "n"), "Class": None, "Date": None}])
    assert _row(_merged(emptied, [indicator("n"), indicator()])[0], "n") == _row(once, "n")


def test_a_change_found_no_more_goes_unless_it_was_approved_or_noted() -> None:
    gone = {"Version": "2026", "Change": "New"}
    held = [{**gone, "Ref": "p", "Approved by": "Leader"}, {**gone, "Ref": "q", "Note": "Ask"}]
    others = [{**gone, "Ref": "r", "Change": "Remark"}, {**gone, "Ref": "s", "Version": "2025"}]
    merged, issues = _merged(table("Changes", [{**gone, "Ref": "o"}, *held, *others]), [indicator()])
    assert [r["Ref"] for r in merged.rows()] == ["p", "q", "r", "s"]
    assert places(issues, "warning") == [("change-gone", "Changes", "C3"), ("change-gone", "Changes", "C4")]


# ---- any framework ----


@given(seeds)
@settings(max_examples=12, deadline=None)
def test_a_framework_compared_with_itself_has_no_changes(seed: int) -> None:
    one = from_plain(random_tables(seed))
    found = compare(one, one)
    assert found.changes == ()
    assert all(not row[h] for row in found.summary for h in NOTHING if h != "Total")


@given(seeds, seeds)
@settings(max_examples=12, deadline=None)
def test_the_other_way_round_new_and_deleted_change_places(one: int, other: int) -> None:
    old, new = (from_plain(random_tables(seed, n)) for seed, n in ((one, 8), (other, 14)))
    there, back = compare(old, new), compare(new, old)
    assert _refs(there, "New") == _refs(back, "Deleted")
    assert _refs(there, "Deleted") == _refs(back, "New")
    assert all(_refs(there, kind) == _refs(back, kind) for kind in ("Refined", "Reassigned", "Outcome moved"))
    assert _refs(there, "Outcome added") == _refs(back, "Outcome removed")


@given(seeds, seeds)
@settings(max_examples=12, deadline=None)
def test_the_summary_adds_up_to_the_changes_and_the_live_indicators(one: int, other: int) -> None:
    old, new = from_plain(random_tables(one, 8)), from_plain(random_tables(other, 14))
    found = compare(old, new)
    lost = {i.ref for i in found.issues if i.code == "theme-unknown"}
    for heading in ("New", "To be confirmed", "Deleted", "Refined", "Amended targets"):
        assert sum(row[heading] for row in found.summary) == len(_refs(found, heading) - lost)
    if not any(i.code.startswith("ref-") and "new version" in i.message for i in found.issues):
        live = {r["Ref"] for r in new["Indicators"].rows() if (r["Status"] or "Live") in ("Live", "Baseline year")}
        assert sum(row["Total"] for row in found.summary) == len(live - lost)


def _compare(
    old: Rows,
    new: Rows,
    old_targets: Rows = (),
    new_targets: Rows = (),
    outcomes: tuple[Rows, Rows] = (OUTCOMES, OUTCOMES),
) -> Comparison:
    before: Tables = tables(Settings=PERIOD, Outcomes=outcomes[0], Indicators=old, Targets=old_targets)
    after: Tables = tables(Settings=PERIOD, Outcomes=outcomes[1], Indicators=new, Targets=new_targets)
    return compare(before, after)


def _merged(listed: Table, new: Rows, today: dt.date = TODAY) -> tuple[Table, Any]:
    rows = as_change_rows(_compare([indicator()], new), "2026", today)
    return merge_changes(listed, rows, "2026")


def _row(listed: Table, ref: str) -> dict[str, Any]:
    return next({h: v for h, v in r.items() if h != "row"} for r in listed.rows() if r["Ref"] == ref)


def _starts(found: Comparison) -> list[str]:
    return [d.heading for c in found.changes for d in c.details]


def _kinds(found: Comparison) -> list[tuple[str, str]]:
    return [(c.ref, c.change) for c in found.changes]


def _refs(found: Comparison, kind: str) -> set[str]:
    return {c.ref for c in found.changes if c.change == kind}
