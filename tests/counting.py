"""Counts that are the same on every machine: how often functions are called, and tables gone through."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest

from xl_outcomes.tables import Table


def calls(work: Callable[[], object]) -> Counter[str]:
    """How often each function of the package is entered, or taken up again where it is a generator."""
    counts: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename.replace("\\", "/").rpartition("/xl_outcomes/")[2]
        if event == "call" and file != frame.f_code.co_filename:
            counts[f"{file} {frame.f_code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counts


def walks(work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many rows of each table are gone through."""
    walked: Counter[str] = Counter()
    rows = Table.rows
    with monkeypatch.context() as patch:
        patch.setattr(Table, "rows", lambda table: walked.update({table.name: len(table.frame)}) or rows(table))
        work()
    return walked
