"""What every measurement shares: ways run in turn, each in a process of its own, and what comes of them."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
Command = Sequence[str]  # what follows `python`

# A child begins with the memory of the process that started it in its account; so a small one starts it.
_OUTSIDE = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
_, status, used = os.wait4(child, 0)
seconds = time.perf_counter() - start
print(seconds, used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10), os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the work is that is made up to be measured, and how often each way is run.

    `returns` are the numbers of returns in a collection, `indicators` those in a framework, `sheets` those in a master;
    the last of each is what a section's ways are compared on, all of them together make its curve.
    """

    name: str
    times: int
    returns: tuple[int, ...]
    indicators: tuple[int, ...]
    sheets: tuple[int, ...]


FULL = Size("full", 5, (150, 600), (1_000, 2_000, 5_000, 10_000), (10, 50))
QUICK = Size("quick", 2, (20, 60), (200, 800), (2, 6))
TINY = Size("tiny", 1, (2,), (20,), (1,))


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one way of doing a thing: seconds of each, and the peak memory of each in MB (none: not known).

    `against` names the way that is its floor, where that is not the floor of the section.
    """

    way: str
    seconds: tuple[float, ...]
    memory: tuple[float, ...] = ()
    against: str = ""

    @property
    def median(self) -> float:
        """The median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def peak(self) -> float:
        """The most memory of any run, in MB; 0 where it is not known."""
        return max(self.memory, default=0)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times a floor something took: the median of the turns' ratios, and the lowest and highest of them."""

    median: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at, in words ("at most 5 times calamine's reading"), what was measured, and how far it missed."""

    wanted: str
    found: str
    met: bool
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the table: what was measured, on what, and the ways with `floor` as the measure of the ratios.

    `curve` has for each way points of a size (in `unit`) and the seconds that all of it took. `skipped` are the ways
    that could not be measured here, with the reason.
    """

    title: str
    what: str
    runs: tuple[Runs, ...]
    floor: str
    targets: tuple[Target, ...] = ()
    curve: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)
    unit: str = "rows"
    skipped: Mapping[str, str] = field(default_factory=dict)

    def ratio_of(self, runs: Runs) -> Ratio:
        """How many times its floor a way took; 1 for the floor itself."""
        floor = runs.against or self.floor
        return ratio(runs, next(r for r in self.runs if r.way == floor))


def ratio(ours: Runs, floor: Runs) -> Ratio:
    """One way against another: turn by turn where both ran in each, else against the median of the other."""
    beside = floor.seconds if len(floor.seconds) == len(ours.seconds) else (floor.median,) * len(ours.seconds)
    found = [a / b for a, b in zip(ours.seconds, beside, strict=True)]
    return Ratio(statistics.median(found), min(found), max(found))


def at_most(wanted: str, found: float, limit: float, unit: str) -> Target:
    """A target that is met by `found` up to `limit`; `unit` is what both are counted in ("times", "s more")."""
    missed = "" if found <= limit else f"{figure(found - limit)} {unit}"
    return Target(wanted, f"{figure(found)} {unit}", found <= limit, missed)


def at_least(wanted: str, found: float, limit: float, unit: str) -> Target:
    """A target that is met by `found` from `limit` on."""
    missed = "" if found >= limit else f"{figure(limit - found)} {unit}"
    return Target(wanted, f"{figure(found)} {unit}", found >= limit, missed)


def figure(number: float) -> str:
    """A measured number as people read it: about three figures from 0.1 on, two below."""
    if 0 < abs(number) < 0.01:
        return f"{number:.2g}"
    if 0 < abs(number) < 0.1:
        return f"{number:.3f}"
    return f"{number:,.{max(0, 3 - len(str(int(abs(number)))))}f}"


# ---- running ----


def in_turn(commands: Mapping[str, Command], times: int, most: Mapping[str, int] | None = None) -> dict[str, Runs]:
    """Runs commands that print seconds and MB (see `tell`), turn by turn: a slow moment of the machine falls on all.

    A command is what follows `python`. Ways named in `most` (those that take very long) run in so many turns only.
    """
    return turns({way: partial(_told, command) for way, command in commands.items()}, times, most)


def whole_in_turn(
    commands: Mapping[str, Command],
    times: int,
    most: Mapping[str, int] | None = None,
    allowed: Container[int] = (0,),
) -> dict[str, Runs]:
    """As `in_turn`, with whole processes measured from outside: from the start of Python to its end."""
    return turns({way: partial(whole, command, allowed) for way, command in commands.items()}, times, most)


def turns(
    ways: Mapping[str, Callable[[], tuple[float, float]]], times: int, most: Mapping[str, int] | None = None
) -> dict[str, Runs]:
    """Ways that give their seconds and MB (0: not known) themselves, turn by turn and in alternating order."""
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for turn in range(times):
        for way in list(ways)[:: -1 if turn % 2 else 1]:
            if turn < (most or {}).get(way, times):
                found[way].append(ways[way]())
    return {w: Runs(w, tuple(s for s, _ in runs), tuple(m for _, m in runs if m)) for w, runs in found.items()}


def whole(command: Command, allowed: Container[int] = (0,)) -> tuple[float, float]:
    """A whole process measured from outside: its seconds, and its peak memory in MB (0 on Windows: not known).

    What it prints is dropped. Raises RuntimeError with its last words where it ends with another code than `allowed`.
    """
    if not hasattr(os, "wait4"):
        start = time.perf_counter()
        ran = _run(command)
        return time.perf_counter() - start, _ended(0.0, ran.returncode, command, ran.stderr, allowed)
    ran = _run(["-I", "-S", "-c", _OUTSIDE, *command])
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command)} could not be started: {ran.stderr[-2000:]}")
    seconds, memory, code = ran.stdout.split()[-3:]
    return float(seconds), _ended(float(memory), int(code), command, ran.stderr, allowed)


def tell(work: Callable[[], object]) -> None:
    """Does some work and prints its seconds and the peak memory of the process, for `in_turn`."""
    start = time.perf_counter()
    work()
    print(time.perf_counter() - start, peak())


def peak() -> float:
    """The peak memory of this process in MB, on Linux without what it had before it began this program; else 0."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    return 0.0


def _told(command: Command) -> tuple[float, float]:
    ran = _run(command)
    _ended(0.0, ran.returncode, command, ran.stderr, (0,))
    seconds, memory = ran.stdout.split()[-2:]
    return float(seconds), float(memory)


def _run(command: Command) -> subprocess.CompletedProcess[str]:
    """Python with arguments, in the folder of the project, so that `-m benchmarks.NAME` is found."""
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False, cwd=ROOT)


def _ended(memory: float, code: int, command: Command, said: str, allowed: Container[int]) -> float:
    if code not in allowed:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {code}: {said[-2000:]}")
    return memory
