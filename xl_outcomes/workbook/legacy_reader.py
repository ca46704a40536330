"""Older and binary Excel workbooks (.xls, .xlsb), read by python-calamine in a child process with limits.

Calamine sets up the whole rectangle of a sheet at once, so one cell far below can ask for more memory than there is
and end the process; therefore it runs in a child, with a memory limit (not on Windows) and a time limit. What it does
not show, and what is therefore not in these books: whether a cell holds a formula, its number format (a percentage
comes as 0.45, unmarked), formula errors and formulas that were never calculated (both come as blank), hidden rows and
columns, named tables, and merged areas of .xlsb. Excel's newer format (.xlsx) has none of these gaps.
"""

import datetime
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget, sized
from xl_outcomes.workbook.cell_types import Book, Packed, PackedCells, Sheet

_CHILD = Path(__file__).with_name("legacy_child.py")
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
# How a process ends whose memory ran out: Python's own error, or the reader's abort.
_OUT_OF_MEMORY = (b"MemoryError", b"memory allocation", b"capacity overflow")
_ABORTED = frozenset((-6, 134, 3, 0xC0000409))
_UNITS = {
    "rows": "rows that hold something",
    "cells": "cells that hold something",
    "columns": "columns",
    "text": "characters in a cell",
    "text_bytes": "bytes of text",
    "sheets": "sheets",
    "details": "merged areas",
}


def read_legacy(path: Path, file_format: str, budget: Budget) -> Book:
    """The workbook in a file; errors `file-damaged`, `file-too-large`, `file-password`."""
    with tempfile.TemporaryDirectory(prefix="xl-outcomes-") as folder:
        # Calamine goes by a file's ending, which may be wrong.
        copy, answer = Path(folder, f"workbook.{file_format}"), Path(folder, "answer")
        shutil.copyfile(path, copy)
        _run(copy, answer, budget)
        with answer.open(encoding="ascii") as lines:
            return Book(file_format, tuple(_sheets((json.loads(line) for line in lines), budget)))


def _run(path: Path, answer: Path, budget: Budget) -> None:
    limits = json.dumps(asdict(budget.limits))
    command = [sys.executable, "-I", str(_CHILD), str(path), str(answer), _library(), limits]
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=budget.seconds_left(),
            creationflags=_NO_WINDOW,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise budget.too_slow() from error
    if ended.returncode:
        raise _breakdown(ended.returncode, ended.stderr, budget)


def _library() -> str:
    # An isolated Python does not look into a user's own packages, where python-calamine may be.
    found = importlib.util.find_spec("python_calamine")
    return str(Path(found.origin).parent.parent) if found and found.origin else ""


def _breakdown(code: int, said: bytes, budget: Budget) -> FileError:
    if code in _ABORTED or any(sign in said for sign in _OUT_OF_MEMORY):
        size = sized(budget.limits.memory_bytes)
        return budget.too_large(f"opening it takes more than {size} of memory", f"{size} of memory")
    return budget.damaged("its content is not as Excel writes it, and the reader broke down on it")


def _sheets(lines: Iterator[list[Any]], budget: Budget) -> Iterator[Sheet]:
    heading: list[Any] | None = None
    rows: dict[int, dict[int, Packed]] = {}
    for what, *content in lines:
        if what == "row":
            number, cells = content
            rows[number] = {column: _packed(kind, value) for column, kind, value in cells}
            budget.check_clock()
            budget.add_row(len(cells))
            continue
        if heading is not None:
            yield _sheet(heading, rows)
        heading, rows = content, {}
        if what == "end":
            return
        if what == "fault":
            raise _fault(content[0], content[1], budget)
    raise budget.damaged("reading it stopped half-way")


def _sheet(heading: list[Any], rows: dict[int, dict[int, Packed]]) -> Sheet:
    name, visible, merged = heading
    return Sheet(
        name=name,
        visible=visible,
        cells=PackedCells(rows),
        hidden_rows=frozenset(),
        hidden_columns=frozenset(),
        merged=tuple((top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged),
        tables=(),
    )


def _packed(kind: str, value: Any) -> Packed:
    packed: Packed = datetime.datetime.fromisoformat(value) if kind == "date" else value
    return packed


def _fault(what: str, found: int, budget: Budget) -> FileError:
    if what == "password":
        return budget.password()
    if what == "damaged":
        return budget.damaged("its content is cut short or is not as Excel writes it")
    allowed = int(asdict(budget.limits)[what])
    return budget.too_large(f"it has {found:,} {_UNITS[what]} or more", f"{allowed:,} {_UNITS[what]}", what)
