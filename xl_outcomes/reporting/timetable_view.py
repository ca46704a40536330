"""The sheet Timetable: the reporting year of a council, day by day."""

from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.tables import Tables, frame, get
from xl_outcomes.timetable import timetable

_HEADINGS = {"Day": 14.0, "Weekday": 12.0, "What": 60.0, "Who": 64.0, "For": 12.0}
_OPEN = "To be confirmed"


def timetable_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Timetable of the financial year of a rated quarter; None where no report is planned."""
    if not len(get(tables, "Reports").frame):
        return None
    year = rated.period.year
    events = timetable(tables, rated.framework, rated.settings, year)
    rows = [[e.day or _OPEN, f"{e.day:%A}" if e.day else None, e.what, e.who or None, str(e.period)] for e in events]
    note = (
        "Returns are due so many days after a quarter ends as the setting Return due days says, later where an "
        "indicator has Lag days. Meetings are those on the sheet Reports; give each its day there."
    )
    views = (View("Timetable_year", frame(_HEADINGS, rows), tuple(_HEADINGS.values())),)
    return ViewSheet("Timetable", "The reporting timetable of the year", note, views)
