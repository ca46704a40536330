"""Thousands of spoilt returns: `XL_OUTCOMES_FUZZ=20000 python -m pytest tests/test_fuzz_returns.py` runs so many."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from tests.fuzz_returns import Seeds, make_seeds, run_case
from tests.returns_world import World, council

CASES = int(os.environ.get("XL_OUTCOMES_FUZZ", "2000"))
BLOCK = 100
SECONDS_PER_CASE = 10


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Seeds:
    return make_seeds(World(council(), tmp_path_factory.mktemp("fuzz")))


@pytest.mark.parametrize("first", range(0, CASES, BLOCK))
def test_a_spoilt_return_gives_a_plain_issue_or_the_figures_that_stand_in_it(seeds: Seeds, first: int) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(first, min(first + BLOCK, CASES)):
        try:
            with _watched():
                outcomes[run_case(seeds, number)] += 1
        except Exception as error:
            error.add_note(f"case {number}")
            raise
    assert "no words" not in outcomes
    # Cases that only ever fail, or only ever pass, would prove nothing.
    refused = sum(count for code, count in outcomes.items() if code.startswith("file-"))
    assert CASES < BLOCK or 0 < refused < BLOCK


def test_the_same_number_gives_the_same_file(seeds: Seeds) -> None:
    run_case(seeds, 7)
    first = seeds.path.read_bytes()
    run_case(seeds, 8)
    run_case(seeds, 7)
    assert seeds.path.read_bytes() == first


@contextmanager
def _watched() -> Iterator[None]:
    """Ends a case that hangs (where the system has alarms)."""
    if sys.platform == "win32":
        yield
        return

    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer in {SECONDS_PER_CASE} seconds")

    before = signal.signal(signal.SIGALRM, hung)
    signal.alarm(SECONDS_PER_CASE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
