"""Rating takes time in proportion to the indicators: by counts, which are the same on every machine.

Where one of these fails, something looks at all indicators (or rows) for each indicator. Look at what the message
names: build a dictionary by ref once, before the loop, and look each ref up in it.
"""

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import rating
from benchmarks.measure import TINY
from benchmarks.workload import PERIOD, SENT, tables
from tests.counting import calls, walks
from xl_outcomes import figures, quarter, thread
from xl_outcomes.steps import Now, rate, rate_tables
from xl_outcomes.tables import Table, blank, change

FEW, TIMES = 40, 4  # indicators; and how many times as many they are compared with
ALLOWED = 1.5  # what does not grow evenly, such as how many happen to be red; a square would be TIMES times too much
LAST, NOW = PERIOD.shift(-1), Now(SENT, "Officer")
# How often the rows of a table may be gone through to rate a quarter for the first time, and to rate it again.
FIRST = {"Outcomes": 4, "Indicators": 4, "Targets": 3, "Observations": 2, "Results": 1, "Rollup": 1, "Actions": 2}
AGAIN = {"Outcomes": 1, "Indicators": 1, "Targets": 1, "Observations": 2, "Results": 1, "Rollup": 1, "Actions": 2}

Master = dict[str, Table]


def test_four_times_the_indicators_take_four_times_the_calls() -> None:
    few, many = (calls(_with_sheets(_master(count))) for count in (FEW, FEW * TIMES))
    allowed = {name: TIMES * ALLOWED * few[name] + FEW for name in many}
    worse = {name: f"{few[name]:,} to {count:,}" for name, count in many.items() if count > allowed[name]}
    assert not worse, f"called more than {TIMES} times as often for {TIMES} times the indicators: {worse}"


@pytest.mark.parametrize("count", [FEW, FEW * TIMES])
def test_the_rows_of_a_table_are_gone_through_a_few_times(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    held = _master(count)
    first, again = (_walks(held, monkeypatch) for _ in range(2))
    for found, most in ((first, FIRST), (again, AGAIN)):
        more = {name: f"{found[name]:.1f} times" for name in most if found[name] > most[name]}
        assert not more, f"gone through more often than before, for {count} indicators: {more}"


def test_a_rating_reads_the_framework_once_and_the_next_one_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    held = _master(FEW)
    prepared: list[object] = []
    prepare = quarter.prepare
    monkeypatch.setattr(quarter, "prepare", lambda *given: prepared.append(given) or prepare(*given))
    caches = (thread._built, figures.count_observations)
    before = [cache.cache_info().misses for cache in caches]
    for period in (LAST.shift(-1), LAST):
        _, step = rate_tables(held, period, NOW)
        held |= step.changed
    assert len(prepared) == 2
    assert [cache.cache_info().misses - n for cache, n in zip(caches, before, strict=True)] == [1, 1]


def test_the_script_that_is_the_floor_differs_only_on_limits() -> None:
    """In binary fractions a figure that is exactly on a limit may fall beside it."""
    made = rating.made(FEW)
    ours = rating.ours(made)["Results"].frame
    plain = rating.script(made)
    words = plain["Points"].map({1.0: "Green", 0.5: "Amber", 0.0: "Red"})
    theirs = dict(zip(zip(plain["Ref"], plain["Period"], strict=True), words, strict=True))
    found = dict(zip(zip(ours["Indicator"], ours["Period"], strict=True), ours["Rating"], strict=True))
    assert len(found) == FEW * rating.QUARTERS
    assert sum(rating != theirs[key] for key, rating in found.items()) <= len(found) / 100


def test_rating_is_measured_on_a_small_scale(tmp_path: Any) -> None:
    section = rating.measure(tmp_path, 1, TINY)
    assert [r.way for r in section.runs] == [rating.FLOOR, rating.OURS, rating.LAST_FLOOR, rating.LAST]
    assert section.curve[rating.OURS][0][0] == TINY.indicators[0] * rating.QUARTERS
    assert len(section.targets) == 3


def _master(count: int) -> Master:
    """A master as read from a file, all quarters but the last rated, an action asked for with every figure."""
    made = tables(count // 10, 10, rating.QUARTERS)
    words = {
        int(row["row"]): {"Corrective action": f"Do more in {row['Period']}"} for row in made["Observations"].rows()
    }
    made |= {"Observations": change(made["Observations"], words), "Actions": blank("Actions")}
    kept: Master = pickle.loads(pickle.dumps(dict(rating.ours(made, rating.QUARTERS - 1))))
    return kept


def _with_sheets(held: Master) -> Callable[[], object]:
    return lambda: rate(held, LAST, NOW)


def _walks(held: Master, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """How many times the rows of each table are gone through while the last quarter is rated."""
    walked = walks(lambda: rate_tables(held, LAST, NOW), monkeypatch)
    return {name: walked[name] / max(1, len(held[name].frame)) for name in FIRST}
