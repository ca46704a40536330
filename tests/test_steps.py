"""Actions: what they say is what the log keeps, and an override stands only where it can."""

import datetime as dt

import pytest

from tests.support import indicator, observation, tables, target
from xl_outcomes import steps
from xl_outcomes.errors import InputError
from xl_outcomes.overrides import Replacement
from xl_outcomes.periods import parse_quarter
from xl_outcomes.tables import Tables

Q1, Q2 = parse_quarter("2025/26 Q1"), parse_quarter("2025/26 Q2")
NOW = steps.Now(dt.datetime(2025, 8, 1, 12), "Officer")
ASKED = Replacement("A-1.1a", "Green", "A late return was left out.", "Director", Q1, Q2)


def _master() -> Tables:
    given = tables(
        Indicators=[indicator(), indicator("A-1.1b", Indicator="Empty homes")],
        Targets=[target(85), target(85, ref="A-1.1b")],
        Observations=[observation(str(Q1), 20)],
    )
    _, step = steps.rate(given, Q1, NOW)
    return {**given, **step.changed}


def test_an_override_is_written_rated_and_logged_with_its_reason() -> None:
    rated, step = steps.override(_master(), ASKED, NOW)
    ratings = dict(zip(rated.results["Indicator"], rated.results["Rating"], strict=True))
    assert ratings["A-1.1a"] == "Green"
    (row,) = step.changed["Overrides"].rows()
    assert (row["Ref"], row["Period"], row["Last period"], row["Approved by"]) == (
        "A-1.1a",
        str(Q1),
        str(Q2),
        "Director",
    )
    assert step.summary.startswith("A-1.1a is Green by override until 2025/26 Q2. 2025/26 Q1: 1 indicators rated")
    assert "A-1.1a Red to Green" in step.summary
    assert step.views
    *_, line = step.changed["Log"].rows()
    assert (line["Action"], line["Who"]) == ("Override rating", "Officer")
    assert line["Detail"] == f"{step.summary} Reason: A late return was left out. Approved by Director."


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Replacement("A-1.1b", "Green", "Why not.", "Director", Q1, Q1), "its state is Overdue, not Rated"),
        (Replacement("A-1.1a", "Green", " ", "Director", Q1, Q1), "Reason is blank"),
        (Replacement("A-1.1a", "Green", "Late data.", "", Q1, Q1), "Approved by is blank"),
        (Replacement("A-1.1a", "Green", "Late data.", "Director", Q2, Q1), "it ended with 2025/26 Q1"),
        (Replacement("X", "Green", "Late data.", "Director", Q1, Q1), "its ref is not that of a live outcome"),
    ],
)
def test_an_override_that_would_do_nothing_is_refused(asked: Replacement, why: str) -> None:
    with pytest.raises(InputError, match=why):
        steps.override(_master(), asked, NOW)
