"""Processes that take returns in are killed, or take them in at once: what was reported as taken in is there.

XL_OUTCOMES_KILLS sets how many are killed.
"""

import contextlib
import itertools
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from tests.openpyxl_master import write_master
from tests.returns_world import GOOD, World, council
from xl_outcomes import commands
from xl_outcomes.cli import main
from xl_outcomes.returns.expected import Form
from xl_outcomes.workbook.file import read_master
from xl_outcomes.workbook.safe_write import leftovers, recovery_note

KILLS = int(os.environ.get("XL_OUTCOMES_KILLS", "20"))
KILLS_OF_A_MASTER = 10
AT_ONCE = 10
REFUSALS = ("was changed", "Another xl-outcomes is writing")
QUARTER, DAY = "2025/26 Q1", "2025-07-10"
SEED = 2025

# A server that has everything loaded and forks is quick; Windows has none.
PROCESSES: Any = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
if hasattr(PROCESSES, "set_forkserver_preload"):
    PROCESSES.set_forkserver_preload([__name__, "tests.warmed_up"])


@dataclass(frozen=True)
class Sender:
    """Makes one return after another for a master in the same folder, each with other figures."""

    folder: Path
    form: Form

    def send(self, number: int) -> Path:
        world = World({}, self.folder)
        return world.send({**GOOD, "P1": {"Value": 50 + number / 100}}, form=self.form, name=f"r{number}.xlsx")


def test_a_killed_import_is_wholly_in_or_not_at_all(tmp_path: Path) -> None:
    chance, found = random.Random(SEED), Counter[str]()
    for kill in range(KILLS):
        master = tmp_path / f"{kill // KILLS_OF_A_MASTER}" / "master.xlsx"
        if not master.exists():
            new_master(master)
        # Every second one is aimed at a write, which else is a small part of the time.
        found[one_kill(master, chance.uniform(0.0, 0.4), in_write=kill % 2 == 1)] += 1
    print(f"{found.total()} kills: {dict(found)}")
    assert found.total() == KILLS


def one_kill(master: Path, after: float, *, in_write: bool) -> str:
    """Kills a process that takes returns in, checks the master and runs the next command; says what the kill left."""
    before = len(taken_in(master))
    reported = killed(master, before, after, in_write=in_write)
    there = taken_in(master)
    assert len(there) - len(reported) - before in (0, 1), "a return that was reported is lost, or more are in"
    left = leftovers(master)
    assert bool(left) == bool(note := recovery_note(master))
    assert not left or "master.xlsx is whole" in note
    take_in(master, Sender(master.parent, form_of()).send(len(there)))
    assert len(taken_in(master)) == len(there) + 1
    assert leftovers(master) == ()
    return "in the middle of a write" if left else "elsewhere"


def killed(master: Path, first: int, after: float, *, in_write: bool) -> list[int]:
    """Starts a process that takes in returns from a number on and kills it; the numbers that it reported as in."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    child = started(take_in_forever, master, first, theirs)
    theirs.close()
    assert ours.recv() == "ready"
    give_up = time.monotonic() + 10
    while in_write and not leftovers(master) and time.monotonic() < give_up:
        time.sleep(0.002)
    time.sleep(after / 4 if in_write else after)
    child.kill()
    ended(child)
    reported = []
    with ours, contextlib.suppress(EOFError):
        while True:
            reported.append(ours.recv())
    return reported


def take_in_forever(master: Path, first: int, reports: Connection) -> None:
    """In a process of its own: one return after another, until it is killed."""
    slow_disk()
    sender = Sender(master.parent, form_of())
    reports.send("ready")
    for number in itertools.count(first):
        take_in(master, sender.send(number))
        reports.send(number)


def take_in(master: Path, path: Path) -> None:
    commands.import_returns(commands.Run(master, QUARTER, DAY, "Officer"), [str(path)], None, quiet=True)


def taken_in(master: Path) -> list[int]:
    """The numbers of the returns in a master: each with all its figures, registered and logged, the last one valid."""
    tables = read_master(master).tables
    rows = [r for r in tables["Observations"].rows() if r["Return"]]
    figures = Counter(number_of(r["Return"]) for r in rows)
    listed = [number_of(r["File"]) for r in tables["Returns"].rows() if r["File"]] if "Returns" in tables else []
    actions = Counter(r["Action"] for r in tables["Log"].rows()) if "Log" in tables else Counter()
    assert list(figures) == listed == list(range(len(listed)))
    assert set(figures.values()) <= {len(GOOD)}
    assert actions["Import return"] == actions["Import returns"] == len(listed)
    valid = {number_of(r["Return"]) for r in rows if not r["Superseded"]}
    assert valid == set(listed[-1:])
    assert {r["Value"] for r in rows if r["Indicator"] == "P1"} == {50 + n / 100 for n in listed}
    return listed


def number_of(name: object) -> int:
    return int(str(name).partition(".")[0].removeprefix("r"))


def test_of_two_imports_at_once_none_loses_what_the_other_took_in(tmp_path: Path) -> None:
    world = World(council(), tmp_path)
    sent = {"Housing": world.send(name="housing.xlsx"), "Finance": finance(world)}
    model = new_master(tmp_path / "model" / "master.xlsx")
    masters = [Path(shutil.copy(model, made(tmp_path / f"{n}"))) for n in range(AT_ONCE)]
    found = Counter[str]()
    for number, master in enumerate(masters):
        # On a slow disk they meet at the lock, on a quick one at the look whether the master has changed.
        slow = number % 2 == 0
        found[one_meeting(master, sent, number // 2 * (0.12 if slow else 0.02), slow=slow)] += 1
    print(f"{found.total()} meetings: {dict(found)}")
    assert found.total() == AT_ONCE


def finance(world: World) -> Path:
    return world.send({"F1": {"Value": 91.0}}, form=world.form("Finance"), name="finance.xlsx")


def one_meeting(master: Path, sent: dict[str, Path], later: float, *, slow: bool) -> str:
    """Two processes take returns of two owners in, the second a little later; says how it went."""
    barrier = PROCESSES.Barrier(2)
    delays = dict(zip(sent, (0.0, later), strict=True))
    running = {
        owner: started(run_command, import_of(master, path), barrier, delays[owner], slow, master.with_name(owner))
        for owner, path in sent.items()
    }
    codes = {owner: ended(process) for owner, process in running.items()}
    refusals = set()
    assert set(codes.values()) <= {0, 2}
    assert 0 in codes.values()
    assert owners_in(master) == {owner for owner, code in codes.items() if code == 0}
    for owner in (o for o, code in codes.items() if code == 2):
        said = master.with_name(f"{owner}.err").read_text()
        assert "Traceback" not in said
        refusals |= {why for why in REFUSALS if why in said}
        assert refusals, said
        take_in(master, sent[owner])
    assert owners_in(master) == set(sent)
    return " ".join(refusals) or "both in"


def import_of(master: Path, path: Path) -> list[str]:
    return ["import", str(master), str(path), "--period", QUARTER, "--today", DAY, "--by", "Officer"]


def run_command(arguments: list[str], barrier: Barrier, delay: float, slow: bool, out: Path) -> None:
    """In a process of its own: a command line, begun with another one, its output into files."""
    if slow:
        slow_disk()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(stack.enter_context(out.with_suffix(".out").open("w"))))
        stack.enter_context(contextlib.redirect_stderr(stack.enter_context(out.with_suffix(".err").open("w"))))
        barrier.wait(60)
        time.sleep(delay)
        main(arguments)


def owners_in(master: Path) -> set[str]:
    """The owners whose returns are in, with all their figures."""
    tables = read_master(master).tables
    figures = Counter(str(r["Return"]).partition(".")[0] for r in tables["Observations"].rows() if r["Return"])
    owners = {str(r["Data owner"]) for r in tables["Returns"].rows() if r["File"]}
    assert figures == Counter({o.lower(): {"Housing": 3, "Finance": 1}[o] for o in owners})
    return owners


def started(target: Callable[..., None], *args: object) -> BaseProcess:
    process: BaseProcess = PROCESSES.Process(target=target, args=args)
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    process.join(60)
    code = process.exitcode
    assert code is not None, "it hangs"
    process.close()
    return code


def slow_disk() -> None:
    """Makes the steps of a write so slow that half of the time goes into them."""
    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, _slow(getattr(os, name)))


def _slow(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.01)
        result = real(*args, **kwargs)
        time.sleep(0.01)
        return result

    return call


def new_master(path: Path) -> Path:
    made(path.parent)
    return write_master(path, {name: table.frame.to_dict("records") for name, table in council().items()})


def form_of() -> Form:
    return World(council(), Path()).form()


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
