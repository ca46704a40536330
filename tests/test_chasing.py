"""Who owes what by when: counted once, said in words that can be sent, told upwards when it stays away."""

import datetime as dt
from typing import Any

from tests.support import indicator, observation, setting, tables, target
from xl_outcomes.chasing import (
    COMPLETE,
    LATE,
    NOT_YET,
    PART,
    Chase,
    Completeness,
    chase,
    escalation,
    messages,
    reminder,
    summary_lines,
)
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.chase_view import chase_sheet
from xl_outcomes.reporting.timetable_view import timetable_sheet
from xl_outcomes.timetable import timetable

Q1 = Quarter(2025, 1)
IN_TIME, LATER, MUCH_LATER = dt.date(2025, 7, 10), dt.date(2025, 7, 22), dt.date(2025, 8, 1)
PEOPLE = [{"Data owner": "Housing", "Post": "Data Officer", "E-mail": "housing@example.org"}]
ASKED = [
    indicator("H1", **{"Responsible officer": "Director"}),
    indicator("H2", **{"Responsible officer": "Director", "Lag days": 30.0}),
    indicator("P1", **{"Data owner": "Planning"}),
]


def chased(day: dt.date, *seen: dict[str, object], **rows: Any) -> Chase:
    held = tables(
        Settings=[setting("Council", "Example Borough")],
        Indicators=ASKED,
        Targets=[target(80.0, ref=r) for r in ("H1", "H2", "P1")],
        Observations=seen,
        Owners=PEOPLE,
        **rows,
    )
    return chase(rate_quarter(held, Q1, day), held)


def test_before_the_day_everybody_is_in_time() -> None:
    found = chased(IN_TIME)
    assert [(d.owner, d.status, len(d.owed), d.figures) for d in found.debtors] == [
        ("Housing", NOT_YET, 2, 2),
        ("Planning", NOT_YET, 1, 1),
    ]
    assert found.completeness.words == "0 of 3 figures received (0%)"
    assert found.late == ()


def test_a_figure_with_a_later_day_is_not_late_with_the_rest() -> None:
    found = chased(LATER, observation("2025/26 Q1", 82.0, "H1"))
    assert [(d.owner, d.status, d.days_late) for d in found.debtors] == [("Housing", PART, 0), ("Planning", LATE, 2)]
    assert found.completeness.words == "1 of 3 figures received (33%)"
    assert found.escalated == ()


def test_an_owner_who_has_sent_all_is_complete_even_where_no_figure_exists() -> None:
    found = chased(MUCH_LATER, observation("2025/26 Q1", None, "P1", Shorthand="x"))
    assert {d.owner: d.status for d in found.debtors} == {"Housing": LATE, "Planning": COMPLETE}


def test_the_message_can_be_sent_as_it_stands() -> None:
    found = chased(LATER)
    text = reminder(found.debtors[0], found)
    assert text.splitlines()[:3] == [
        "To: housing@example.org",
        "Subject: Example Borough: figures for 2025/26 Q1 (overdue)",
        "",
    ]
    assert "Dear Data Officer," in text
    assert "was due on 20 July 2025 and is 2 days late. Still missing (2 of 2):" in text
    assert "  - H1 Homes built\n  - H2 Homes built, by 19 August 2025" in text
    assert [owner for owner, _ in messages(found)] == ["Housing", "Planning"]


def test_a_reminder_before_the_day_does_not_scold() -> None:
    found = chased(IN_TIME)
    text = reminder(found.debtors[1], found)
    assert text.startswith("To: Planning\nSubject: Example Borough: figures for 2025/26 Q1 (reminder)")
    assert "Dear Planning team," in text
    assert "is due on 20 July 2025. Still missing (1 of 1):" in text


def test_what_stays_away_is_told_to_the_responsible_officer_with_its_refs() -> None:
    found = chased(MUCH_LATER)
    assert [d.owner for d in found.escalated] == ["Housing", "Planning"]
    assert escalation(found).splitlines() == [
        "Director",
        "  - Housing, 12 days late: H1, H2",
        "No responsible officer is named",
        "  - Planning, 12 days late: P1",
    ]


def test_open_queries_are_asked_about_in_the_same_message() -> None:
    query = {"Issue": "1", "Period": "2025/26 Q1", "Data owner": "Housing", "File": "h.xlsx", "Severity": "query"}
    found = chased(IN_TIME, Issues=[{**query, "Status": "Open", "Indicator": "H1"}])
    assert found.completeness.queries == 1
    assert "We also have a question about: H1." in reminder(found.debtors[0], found)
    assert "1 figures wait for a query to be settled." in "\n".join(summary_lines(found))


def test_nearly_all_is_never_rounded_up_to_all() -> None:
    assert Completeness(400, 399, 9, 8, 0).share == "99%"
    assert Completeness(400, 400, 9, 9, 0).share == "100%"
    assert Completeness(0, 0, 0, 0, 0).words == "No figure is due"


def test_the_sheet_shows_the_latest_first_and_what_was_counted() -> None:
    sheet = chase_sheet(chased(LATER, observation("2025/26 Q1", 82.0, "H1")))
    assert sheet is not None
    progress, owners = (view.frame for view in sheet.views)
    assert dict(zip(progress["Progress"], progress["Now"], strict=True))["Share received"] == "33%"
    assert list(owners["Data owner"]) == ["Planning", "Housing"]
    assert list(owners["Which"]) == ["P1 Homes built", "H2 Homes built"]


def test_where_nobody_is_asked_there_is_no_sheet() -> None:
    held = tables(Indicators=[indicator(**{"Data owner": None})])
    assert chase_sheet(chase(rate_quarter(held, Q1, IN_TIME), held)) is None


def test_the_timetable_has_every_day_of_the_year_in_order_and_open_days_last() -> None:
    meetings = [
        {"Report": "cabinet", "Period": "2025/26 Q1", "Committee": "Cabinet", "Meeting date": dt.datetime(2025, 9, 8)},
        {"Report": "cabinet", "Period": "2025/26 Q2", "Committee": "Cabinet"},
    ]
    held = tables(Indicators=ASKED, Targets=[target(80.0, ref="H1")], Reports=meetings)
    rated = rate_quarter(held, Q1, IN_TIME)
    events = timetable(held, rated.framework, rated.settings, 2025)
    days = [e.day for e in events if e.day]
    assert days == sorted(days)
    first = [(e.day, e.what) for e in events if e.period == Q1]
    assert first == [
        (dt.date(2025, 6, 30), "The quarter ends; return forms go out"),
        (dt.date(2025, 7, 20), "Returns are due: 2 figures"),
        (dt.date(2025, 8, 19), "Returns are due: 1 figure, published later"),
        (dt.date(2025, 9, 8), "Report: cabinet"),
    ]
    assert [(e.day, e.what) for e in events][-1] == (None, "Report: cabinet")
    sheet = timetable_sheet(rated, held)
    assert sheet is not None
    shown = sheet.views[0].frame
    assert list(shown["Day"])[-1] == "To be confirmed"
