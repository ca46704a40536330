"""Words typed on the indicator sheets go beside the quarter's figure; texts that were only out of date do not."""

from typing import Any

import pytest

from tests.support import table
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.readback import read_back, words_given
from xl_outcomes.tables import Table, frame

PERIOD = Quarter(2025, 1)


def observed(*rows: dict[str, Any]) -> Table:
    return table("Observations", [{"Indicator": "P1", "Period": "2025/26 Q1", "Value": 5.0, **r} for r in rows])


def shown(commentary: str | None, action: str | None = None, quarter: str = "2025/26 Q1") -> Table:
    headings = ("Ref", "2024/25 Q4", quarter, "Commentary", "Corrective action")
    return Table("Sheet_A", frame(headings, [["P1", 4.0, 5.0, commentary, action]], [5]))


def words(observations: Table) -> dict[str, str | None]:
    return words_given(observations, PERIOD)["P1"]


def test_what_an_officer_types_goes_beside_the_figure_and_is_said() -> None:
    after, changes = read_back(observed({"Commentary": "Old."}), [shown("Her own words.")])
    assert words(after) == {"Commentary": "Her own words.", "Corrective action": None}
    assert changes == ("commentary of P1 for 2025/26 Q1",)
    assert list(after.frame["Value"]) == [5.0]


def test_what_stands_there_unchanged_changes_nothing() -> None:
    before = observed({"Commentary": "Old.", "Corrective action": "Act."})
    assert read_back(before, [shown("Old.", "Act.")]) == (before, ())


def test_an_older_text_still_shown_after_a_new_return_does_not_come_back() -> None:
    before = observed({"Commentary": "Old.", "Superseded": "Yes"}, {"Commentary": "New."})
    after, changes = read_back(before, [shown("Old.")])
    assert (words(after)["Commentary"], changes) == ("New.", ())


def test_a_cleared_cell_clears_nothing() -> None:
    after, changes = read_back(observed({"Commentary": "Old."}), [shown(None)])
    assert (words(after)["Commentary"], changes) == ("Old.", ())


def test_words_without_a_figure_are_kept_on_a_row_of_their_own() -> None:
    after, changes = read_back(table("Observations", []), [shown("No figure yet.", "Chasing.")])
    assert words(after) == {"Commentary": "No figure yet.", "Corrective action": "Chasing."}
    assert changes == ("commentary and corrective action of P1 for 2025/26 Q1",)


def test_monthly_figures_take_the_words_at_the_last_month() -> None:
    before = observed({"Period": "2025/26 M01"}, {"Period": "2025/26 M02"})
    after, _ = read_back(before, [shown("Words.")])
    assert list(after.frame["Commentary"]) == [None, "Words."]


@pytest.mark.parametrize("quarter", ["This quarter", "2025/26 M01"])
def test_a_table_that_shows_no_quarter_is_left_alone(quarter: str) -> None:
    odd = Table("Sheet_A", frame(("Ref", quarter, "Commentary", "Corrective action"), [["P1", 5.0, "Words.", None]]))
    before = observed({})
    assert read_back(before, [odd]) == (before, ())
