"""Other frameworks beside ours: only what the table holds, what maps to nothing named, odd rows found."""

import datetime as dt
from typing import Any

from tests.support import LATE, indicator, observation, override, places, tables, target
from xl_outcomes.crosswalk import NO_COUNTERPART, NOT_OURS, crosswalk_facts, crosswalk_issues
from xl_outcomes.issues import Issue
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.crosswalk_view import crosswalk_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.tables import Table
from xl_outcomes.workbook.create import create_sheets

Q2 = "2025/26 Q2"
OUTCOMES = (
    {"Ref": "A", "Tier": 1.0, "Title": "Homes"},
    {"Ref": "A-1", "Tier": 2.0, "Parent": "A", "Title": "New homes"},
    {"Ref": "A-2", "Tier": 2.0, "Parent": "A", "Title": "Warm homes"},
    {"Ref": "B", "Tier": 1.0, "Title": "Health"},
    {"Ref": "B-1", "Tier": 2.0, "Parent": "B", "Title": "Active lives"},
    {"Ref": "C", "Tier": 1.0, "Title": "Environment"},
    {"Ref": "C-1", "Tier": 2.0, "Parent": "C", "Title": "Clean air"},
    {"Ref": "D", "Tier": 1.0, "Title": "Economy", "Status": "Deleted"},
)
INDICATORS = (
    indicator("a1", Outcome="A-1"),
    indicator("b1", Outcome="B-1", Polarity="Neither"),
    indicator("c1", Outcome="C-1", Status="Deleted"),
)
OLD = "Old plan"


def row(
    ref: str | None, their: str | None, relation: str | None, name: str | None = OLD, **more: Any
) -> dict[str, Any]:
    return {"Ref": ref, "Framework": name, "Their ref": their, "Relation": relation, **more}


CROSSWALK = (
    row("A-1", "1", "Replaces", **{"Their title": "More houses"}),
    row("a1", "1", "part OF"),
    row("B", "2", "Same as"),
    row(None, "3", None, **{"Their title": "Fewer meetings"}),
    row("D", "4", "Contributes to"),
    row("A", "Z", "Same as", "County plan"),
    row("A", None, "Partner strategy", "Health strategy"),
)


def world(*crosswalk: dict[str, Any], **rows: Any) -> tuple[Rated, dict[str, Table]]:
    usual = {
        "Outcomes": OUTCOMES,
        "Indicators": INDICATORS,
        "Targets": [target(80.0, ref="a1")],
        "Observations": [observation(Q2, 90.0, "a1"), observation(Q2, 5.0, "b1")],
        "Crosswalk": crosswalk,
    }
    held = tables(**{**usual, **rows})
    return rate_quarter(held, parse_quarter(Q2), LATE), held


def issues(*crosswalk: dict[str, Any]) -> tuple[Issue, ...]:
    rated, held = world(*crosswalk)
    return crosswalk_issues(held, rated.framework, rated.settings)


def test_their_entries_stand_beside_ours_with_our_ratings() -> None:
    old, county = crosswalk_facts(*world(*CROSSWALK))
    assert [(line.their_ref, line.relation, line.ref, line.tier, line.verdict.word) for line in old.lines] == [
        ("1", "Replaces", "A-1", 2, "Green"),
        ("1", "Part of", "a1", 0, "Green"),
        ("2", "Same as", "B", 1, "Nothing due"),
        ("3", "", "", 0, NO_COUNTERPART),
        ("4", "Contributes to", "D", 0, NOT_OURS),
    ]
    assert (county.name, [line.ref for line in county.lines]) == ("County plan", ["A"])


def test_only_what_the_table_holds_is_said_to_have_no_counterpart() -> None:
    old, county = crosswalk_facts(*world(*CROSSWALK))
    assert (old.theirs, old.without, old.mapped) == (("1", "2", "3", "4"), ("3", "4"), ("A-1", "a1", "B"))
    assert (county.theirs, county.without) == (("Z",), ())


def test_our_outcomes_that_lead_to_nothing_of_theirs_are_named_at_the_top_of_their_branch() -> None:
    old, county = crosswalk_facts(*world(*CROSSWALK))
    assert old.unmapped == ("A-2", "C")
    assert county.unmapped == ("B", "C")


def test_a_deleted_indicator_of_ours_is_no_counterpart() -> None:
    (old,) = crosswalk_facts(*world(row("c1", "1", "Same as")))
    assert (old.without, old.lines[0].verdict.word, old.unmapped) == (("1",), NOT_OURS, ("A", "B", "C"))


def test_an_overridden_rating_has_its_asterisk() -> None:
    (old,) = crosswalk_facts(*world(row("A-1", "1", "Same as"), Overrides=[override("A-1", "Amber", Q2)]))
    assert old.lines[0].verdict.shown == "Amber*"


# ---- the sheet ----


def test_the_sheet_has_frameworks_and_entries() -> None:
    sheet = crosswalk_sheet(*world(*CROSSWALK))
    assert sheet is not None
    frameworks, lines = (records(view.frame) for view in sheet.views)
    assert [f["Their entries"] for f in frameworks] == [4, 1]
    assert frameworks[0]["Entries with none of ours recorded"] == "3 Fewer meetings\n4"
    assert frameworks[0]["Ours linked to none"] == "A-2 Warm homes\nC Environment"
    assert frameworks[1]["Entries with none of ours recorded"] == "None"
    assert [line["What ours is"] for line in lines[:4]] == ["Strategic outcome", "Indicator", "Priority", None]
    assert all(len(view.widths) == len(view.frame.columns) for view in sheet.views)
    assert create_sheets([sheet], title="Crosswalk", created=dt.datetime(2025, 11, 1))[:2] == b"PK"


def test_strategies_alone_make_no_sheet() -> None:
    assert crosswalk_sheet(*world(CROSSWALK[-1])) is None
    assert crosswalk_sheet(*world()) is None


# ---- issues ----


def test_a_right_crosswalk_has_no_issues() -> None:
    assert issues(*CROSSWALK[:4], *CROSSWALK[5:], {}) == ()


def test_odd_rows_are_found_in_their_place() -> None:
    found = issues(
        row("NOPE", "1", "Replaces"),
        row("A", "1", "Instead of"),
        row("A", "1", None),
        row("A", None, "Same as"),
        row("A", "2", "Same as", None),
        row("a1", None, "Commissioning strategy"),
        row(None, None, "Partner strategy"),
        row("c1", "9", "Same as"),
    )
    assert places(found, "warning") == [
        ("crosswalk-ref", "Crosswalk", "A2"),
        ("crosswalk-relation", "Crosswalk", "E3"),
        ("crosswalk-relation", "Crosswalk", "E4"),
        ("crosswalk-theirs", "Crosswalk", "C5"),
        ("crosswalk-framework", "Crosswalk", "B6"),
        ("crosswalk-ref", "Crosswalk", "A7"),
        ("crosswalk-ref", "Crosswalk", "A8"),
        ("crosswalk-ref", "Crosswalk", "A9"),
    ]
    assert "Partner strategy" in found[1].fix


def test_a_row_that_stands_twice_is_found_and_odd_rows_stop_nothing() -> None:
    again = (row("A", "1", "Same as"), row("A", "1", "same as"), row("A", "2", "???"), row("A", None, None, None))
    assert [i.code for i in issues(*again)] == [
        *("crosswalk-twice", "crosswalk-twice", "crosswalk-relation"),
        *("crosswalk-relation", "crosswalk-framework", "crosswalk-theirs"),
    ]
    (old,) = crosswalk_facts(*world(*again))
    assert (len(old.lines), old.theirs) == (2, ("1",))
