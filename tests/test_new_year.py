"""A new year begun: targets rolled forward as each indicator needs it, and nothing of the old year touched."""

import datetime as dt
from typing import Any

import pytest

from tests.support import YEAR_TO_DATE, indicator, observation, setting, tables, target
from xl_outcomes.errors import InputError
from xl_outcomes.new_year import new_year
from xl_outcomes.periods import parse_quarter
from xl_outcomes.steps import Now, rate
from xl_outcomes.tables import Table

APRIL = Now(dt.datetime(2026, 4, 28, 12), "Performance officer")


def master(*targets: dict[str, object], period: str = "2025/26 Q4", **rows: Any) -> dict[str, Table]:
    return tables(
        **{
            "Settings": [setting("Current period", period), setting("Council", "Example")],
            "Indicators": [indicator()],
            "Targets": targets,
            **rows,
        }
    )


def rolled(held: dict[str, Table]) -> list[tuple[str, object]]:
    changed = new_year(held, APRIL).changed["Targets"]
    return [(r["From"], r["Target"]) for r in changed.rows() if str(r["From"]).startswith("2026/27")]


def test_a_standing_target_is_repeated_once_from_the_first_quarter() -> None:
    assert rolled(master(target(80.0, "2022/23 Q1"), target(85.0, "2025/26 Q2"))) == [("2026/27 Q1", 85.0)]


def test_targets_of_each_quarter_are_repeated_quarter_by_quarter() -> None:
    seasonal = [target(float(n), f"2025/26 Q{n}") for n in (1, 2, 3, 4)]
    assert rolled(master(*seasonal)) == [(f"2026/27 Q{n}", float(n)) for n in (1, 2, 3, 4)]


def test_a_year_to_date_target_is_repeated_though_it_would_have_ended_with_the_year() -> None:
    held = master(
        target(100.0, "2025/26 Q1", Profile="Even"),
        Indicators=[indicator(**YEAR_TO_DATE, Unit="Count", Decimals=0.0)],
    )
    assert rolled(held) == [("2026/27 Q1", 100.0)]
    carried = list(new_year(held, APRIL).changed["Targets"].rows())[-1]
    assert (carried["Profile"], carried["Basis"]) == ("Even", "To be confirmed: as in 2025/26.")


def test_targets_that_the_new_year_has_already_stay_alone() -> None:
    assert rolled(master(target(80.0, "2025/26 Q1"), target(90.0, "2026/27 Q1"))) == [("2026/27 Q1", 90.0)]


def test_what_is_not_live_gets_no_target_but_is_named() -> None:
    held = master(
        target(80.0),
        target(10.0, ref="OLD"),
        Indicators=[
            indicator(),
            indicator("OLD", Status="Deleted"),
            indicator("BASE", Status="Baseline year"),
            indicator("NEXT", Status="Proposed"),
            indicator("BARE"),
        ],
    )
    step = new_year(held, APRIL)
    assert [r["Indicator"] for r in step.changed["Targets"].rows() if r["From"] == "2026/27 Q1"] == ["A-1.1a"]
    assert "Their baseline year is over, so set a target and make them Live: BASE." in step.summary
    assert "Proposed, so make them Live or drop them: NEXT." in step.summary
    assert "No target in 2026/27: BARE." in step.summary


def test_the_year_that_is_not_over_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        new_year(master(target(80.0), period="2025/26 Q3"), APRIL)
    assert caught.value.message == "The current period is 2025/26 Q3, so 2025/26 is not over."


def test_beginning_the_year_twice_is_refused_so_that_no_year_is_skipped() -> None:
    held = master(target(80.0))
    once = {**held, **new_year(held, APRIL).changed}
    with pytest.raises(InputError):
        new_year(once, APRIL)


def test_nothing_of_the_old_year_changes() -> None:
    held = master(target(80.0), Observations=[observation("2025/26 Q4", 82.0)])
    _, step = rate(held, parse_quarter("2025/26 Q4"), APRIL)
    held |= step.changed
    after = {**held, **new_year(held, APRIL).changed}
    for name in ("Results", "Rollup", "Targets", "Observations", "Log"):
        before, now = held[name].frame, after[name].frame
        assert now.head(len(before)).equals(before), name
    assert {r["Period"] for r in after["Results"].rows()} == {"2025/26 Q4", "2026/27 Q1"}
    assert [r["State"] for r in after["Results"].rows() if r["Period"] == "2026/27 Q1"] == ["Awaiting"]


def test_the_summary_says_what_of_the_old_year_is_open_still() -> None:
    held = master(
        target(80.0),
        Observations=[observation("2025/26 Q4", 82.0)],
        Actions=[{"Ref": "ACT-1", "Indicator": "A-1.1a", "Status": "Open"}],
        Issues=[
            {"Issue": "7", "Period": "2025/26 Q4", "File": "a.xlsx", "Severity": "query", "Status": "Open"},
        ],
    )
    _, step = rate(held, parse_quarter("2025/26 Q4"), APRIL)
    summary = new_year({**held, **step.changed}, APRIL).summary
    assert summary.startswith("2026/27 has begun: 1 target rows carried over from 2025/26")
    for words in ("Not closed yet: 2025/26 Q4.", "Queries still to settle: 7.", "new year: ACT-1."):
        assert words in summary


def test_the_reports_of_the_year_are_planned_again_without_their_dates() -> None:
    row = {"Report": "cabinet-performance", "Period": "2025/26 Q1", "Committee": "Cabinet"}
    held = master(target(80.0), Reports=[{**row, "Report number": "12", "Meeting date": dt.datetime(2025, 9, 8)}])
    new = list(new_year(held, APRIL).changed["Reports"].rows())[1]
    assert (new["Period"], new["Committee"], new["Report number"], new["Meeting date"]) == (
        *("2026/27 Q1", "Cabinet"),
        *(None, None),
    )
