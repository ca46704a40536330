"""What the add-in remembers for undo, its last report, and its log."""

import datetime as dt
from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from xl_outcomes.addin.memory import Before, Memory, mark_of
from xl_outcomes.tables import frame

NOON = dt.datetime(2025, 7, 21, 12)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), st.text(),
    st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2090, 1, 1)).map(lambda d: d.replace(microsecond=0)),
)  # fmt: skip


def _frame(*rows: list[object]) -> pd.DataFrame:
    return frame(("Ref", "Value"), rows, range(5, 5 + len(rows)))


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=6))
def test_tables_come_back_as_they_stood(tmp_path_factory: object, rows: list[list[object]]) -> None:
    memory = Memory(Path(tmp_path_factory.mktemp("memory")))  # type: ignore[attr-defined]
    kept = _frame(*rows)
    memory.keep("C:/Master.xlsx", Before("Rate: 3 rated.", {"Results": kept}, "mark"))
    before = memory.recall("c:/master.XLSX")
    assert before is not None
    assert (before.action, before.after) == ("Rate: 3 rated.", "mark")
    pd.testing.assert_frame_equal(before.frames["Results"], kept)


def test_another_workbook_or_a_spoilt_file_is_as_if_nothing_were_remembered(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert memory.recall("a") is None
    memory.keep("a", Before("Rate", {}, ""))
    assert memory.recall("b") is None
    (file,) = (tmp_path / "undo").iterdir()
    file.write_text("{", encoding="utf-8")
    assert memory.recall("a") is None


def test_the_mark_is_of_the_values_as_excel_gives_them_back() -> None:
    kept = _frame(["A-1", 12], ["A-2", NOON])
    given_back = frame(("Ref", "Value"), [["A-1", 12.0], ["A-2", NOON - dt.timedelta(microseconds=3)]], (9, 10))
    assert mark_of({"Results": kept}) == mark_of({"Results": given_back})
    assert mark_of({"Results": kept}) != mark_of({"Results": _frame(["A-1", 12], ["A-2", None])})
    assert mark_of({"Results": _frame(["A-1", "1"])}) != mark_of({"Results": _frame(["A-1", True])})


def test_the_last_report_is_remembered_while_it_is_there(tmp_path: Path) -> None:
    memory, report = Memory(tmp_path / "own"), tmp_path / "Bericht ü.docx"
    assert memory.last_report() is None
    report.write_bytes(b"")
    memory.keep_report(report)
    assert memory.last_report() == report
    report.unlink()
    assert memory.last_report() is None


def test_a_failure_is_found_in_the_log_by_its_reference(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "own")
    first, second = memory.note(NOON, "rate: KeyError"), memory.note(NOON, "check: OSError")
    text = memory.log.read_text(encoding="utf-8")
    assert f"2025-07-21 12:00:00  Reference {first}\nrate: KeyError" in text
    assert f"Reference {second}\ncheck: OSError" in text
    assert 1000 <= first <= 9999


def test_a_log_that_has_grown_too_long_is_put_aside(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note(NOON, "x" * 1_000_001)
    memory.note(NOON, "new")
    assert "new" in memory.log.read_text(encoding="utf-8")
    assert memory.log.with_suffix(".old.log").stat().st_size > 1_000_000
