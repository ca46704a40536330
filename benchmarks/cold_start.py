"""How long each button takes from the start of Python to the first thing that the officer sees.

    python -m benchmarks.cold_start MASTER.xlsx

Each action runs in a process of its own, on the workbook as xlwings' remote engine gives it, up to its first dialogue.
Printed: medians of seconds, and as a ratio against `python -I -c "import pandas, xlwings"` in the same run. What
Excel itself takes to hand over its cells is not in it.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from xl_outcomes.errors import OutcomesError

os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")
HEAVY = ("pandas", "pandera", "xlwings", "lxml", "openpyxl", "xlsxwriter", "docx", "docxtpl", "matplotlib", "rich")
WITHOUT_A_WORKBOOK = ("guide", "about", "log")
FLOOR = [sys.executable, "-I", "-c", "import pandas, xlwings"]


class SeenError(Exception):
    """The officer sees the first dialogue."""


class FirstDialogue:
    """Dialogues of which the first one ends the action."""

    def __getattr__(self, name: str) -> object:
        def shown(*_: object) -> object:
            raise SeenError(name)

        return shown


def main() -> None:
    """Measures every action, turn by turn; the child processes of this module run one each."""
    options = _options()
    if options.action:
        _child(options.action, options.master)
        return
    from xl_outcomes.addin.listed import ACTIONS

    with tempfile.TemporaryDirectory() as folder:
        payload = Path(folder) / "payload.json"
        payload.write_text(json.dumps(_payload(options.master), default=str), encoding="utf-8")
        floor = statistics.median(_seconds(FLOOR) for _ in range(options.times))
        print(f"python -I -c 'import pandas, xlwings': {floor:.2f} s")
        for action in ACTIONS:
            seen = [run_action(action, payload) for _ in range(options.times)]
            seconds = statistics.median(s for s, _ in seen)
            print(
                f"{action}: {seconds:.2f} s, {seconds / floor:.2f} times that; loads {', '.join(seen[0][1]) or 'none'}"
            )


def run_action(action: str, payload: Path) -> tuple[float, list[str]]:
    """An action in a process of its own: seconds to its first dialogue, and the heavy packages that it loaded."""
    command = [sys.executable, "-m", "benchmarks.cold_start", str(payload), "--action", action]
    start = time.time()
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    moment, *heavy = ran.stdout.split()
    return float(moment) - start, heavy


def _child(action: str, payload: Path) -> None:
    from xl_outcomes.addin.desk import Desk
    from xl_outcomes.addin.listed import run
    from xl_outcomes.addin.memory import Memory
    from xl_outcomes.workbook.excel_app import PlainApp

    book = None
    if action not in WITHOUT_A_WORKBOOK:
        import xlwings as xw

        book = xw.Book(json=json.loads(payload.read_text(encoding="utf-8")))
    talk: Any = FirstDialogue()
    choice = {"report": "cabinet-performance", "period": "2025-26-Q2"}.get(action, "")
    noon = dt.datetime(2025, 7, 10, 12)
    desk = Desk(book, PlainApp(), talk, Memory(payload.parent / "own"), noon, "Officer", choice)
    with contextlib.suppress(SeenError, OutcomesError):
        run(action, desk)
    print(time.time(), *(name for name in HEAVY if name in sys.modules))


def _payload(master: Path) -> dict[str, Any]:
    from tests.remote_excel import RemoteExcel

    office = RemoteExcel(master)
    office.workbook.active = office.workbook["Indicators"]
    office.selection = "A5"
    return office.payload()


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("master", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--action")
    return parser.parse_args()


if __name__ == "__main__":
    main()
