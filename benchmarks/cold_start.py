"""How long it takes to begin: a command's help, a small piece of work as a whole, a button up to its first dialogue.

    python -m benchmarks start

Everything is a process of its own, from the start of Python. A button works on the workbook as xlwings' remote engine
gives it; what Excel itself takes to hand over its cells is not in it.
"""

import argparse
import contextlib
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.measure import FULL, ROOT, Runs, Section, Size, Target, at_most, turns, whole, whole_in_turn
from xl_outcomes.errors import OutcomesError

os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")
HEAVY = ("pandas", "pandera", "xlwings", "lxml", "openpyxl", "xlsxwriter", "docx", "docxtpl", "matplotlib", "rich")
WITHOUT_A_WORKBOOK = ("guide", "about", "log")
MAIN = ["-c", "from xl_outcomes.cli import main; main()"]
NOTHING, TABLES, EXCEL = "python -c pass", "import pandas", "import pandas, xlwings"
HELP, SLOWEST = "xl-outcomes --help", "xl-outcomes {} --help, the slowest"
FEW_COMMANDS = (["validate"], ["rate"], ["report"])
FEW_BUTTONS = ("rate", "about")
STARTER, PERIOD, TODAY = "mid-suffolk-2022", "2025/26 Q1", "2025-07-10"
AT_MOST = 0.4
NEEDED = "It needs what the tests need: pip install -e '.[test]'."


class SeenError(Exception):
    """The officer sees the first dialogue."""


class FirstDialogue:
    """Dialogues of which the first one ends the action."""

    def __getattr__(self, name: str) -> object:
        def shown(*_: object) -> object:
            raise SeenError(name)

        return shown


def measure(folder: Path, times: int, size: Size) -> Section:
    """Every command's help, three commands at work, and every button (a few for a quick look)."""
    full = size.times >= FULL.times
    helped = _helped(list(every_command()) if full else FEW_COMMANDS, times)
    shown = [helped[NOTHING], helped[HELP], _slowest(helped)]
    worked = _worked(folder, times)
    can = all(map(find_spec, ("xlwings", "pytest", "tests")))
    pushed = _pushed(folder, times, all_of_them=full) if can else ()
    return Section(
        "Starting",
        f"Whole processes, from the start of Python. {len(helped) - 2} commands show their help, of which the slowest "
        f"is listed; check, validate and rate work on the starter {STARTER}, validate on its return forms filled in; "
        "buttons run up to the first thing that the officer sees, without what Excel takes to hand over its cells.",
        (*shown, *worked, *pushed),
        NOTHING,
        tuple(_targets(shown)),
        skipped={} if can else {"the buttons of the ribbon": NEEDED},
    )


def run_action(action: str, payload: Path) -> tuple[float, list[str]]:
    """An action in a process of its own: seconds to its first dialogue, and the heavy packages that it loaded."""
    command = [sys.executable, "-m", "benchmarks.cold_start", action, str(payload)]
    start = time.time()
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    moment, *heavy = ran.stdout.split()
    return float(moment) - start, heavy


def every_command() -> Iterator[list[str]]:
    """The words of every command of the command line, those of a group included."""
    import typer

    from xl_outcomes.cli import app

    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        below = getattr(command, "commands", None)
        yield from ([name, inner] for inner in below) if below else ([name],)


# ---- commands ----


def _helped(commands: Sequence[Sequence[str]], times: int) -> dict[str, Runs]:
    named = {" ".join(words): [*MAIN, *words, "--help"] for words in commands}
    return whole_in_turn({NOTHING: ["-c", "pass"], HELP: [*MAIN, "--help"], **named}, times)


def _slowest(helped: Mapping[str, Runs]) -> Runs:
    slowest = max((r for way, r in helped.items() if way not in (NOTHING, HELP)), key=lambda r: r.median)
    return replace(slowest, way=SLOWEST.format(slowest.way))


def _targets(shown: list[Runs]) -> Iterator[Target]:
    nothing, *helps = shown
    for runs in helps:
        more = statistics.median(a - b for a, b in zip(runs.seconds, nothing.seconds, strict=True))
        yield at_most(f"{runs.way}: at most {AT_MOST} s more than {NOTHING}", more, AT_MOST, "s more")


def _worked(folder: Path, times: int) -> list[Runs]:
    """Commands that work with tables, on the small starter."""
    master, returns = _small(folder)
    told = ["--period", PERIOD, "--today", TODAY]
    commands = {
        TABLES: ["-c", "import pandas"],
        "xl-outcomes check": [*MAIN, "check", master],
        "xl-outcomes validate": [*MAIN, "validate", master, returns, *told],
        "xl-outcomes rate": [*MAIN, "rate", master, *told, "--dry-run"],
    }
    return [replace(runs, against=TABLES) for runs in whole_in_turn(commands, times, allowed=(0, 1)).values()]


def _small(folder: Path) -> tuple[str, str]:
    """A starter's copy, and the returns to it for the quarter."""
    from benchmarks.workload import write_returns
    from xl_outcomes import resources
    from xl_outcomes.workbook.file import read_master

    master = folder / "master.xlsx"
    master.write_bytes(resources.starter(STARTER).read_bytes())
    return str(master), str(write_returns(read_master(master).tables, folder / "returns"))


# ---- buttons ----


def _pushed(folder: Path, times: int, *, all_of_them: bool) -> list[Runs]:
    from xl_outcomes.addin.listed import ACTIONS

    payload = folder / "payload.json"
    payload.write_text(json.dumps(_payload(folder / "master.xlsx"), default=str), encoding="utf-8")
    ways = {f"xl-outcomes, button {action}": action for action in (ACTIONS if all_of_them else FEW_BUTTONS)}
    work = {way: partial(_seconds, action, payload) for way, action in ways.items()}
    found = turns({EXCEL: partial(whole, ["-I", "-c", EXCEL]), **work}, (times + 1) // 2)
    return [replace(runs, against=EXCEL) for runs in found.values()]


def _seconds(action: str, payload: Path) -> tuple[float, float]:
    return run_action(action, payload)[0], 0.0


def _payload(master: Path) -> dict[str, Any]:
    from tests.remote_excel import RemoteExcel

    office = RemoteExcel(master)
    office.workbook.active = office.workbook["Indicators"]
    office.selection = "A5"
    return office.payload()


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action")
    parser.add_argument("payload", type=Path)
    given = parser.parse_args()
    _child(given.action, given.payload)
