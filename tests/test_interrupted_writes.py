"""Whatever interrupts a write, and wherever, the master is the old or the new one, and the next write works."""

import dataclasses
import datetime as dt
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.file_operations import At, Died, counted, watched
from xl_outcomes.errors import FileError
from xl_outcomes.workbook import safe_write
from xl_outcomes.workbook.safe_write import BACKUPS, backups_of, leftovers, look, recovery_note, replace

NOW = dt.datetime(2026, 4, 30, 9, 15)
KEPT = 3
OLD, NEW, AFTER = b"old " * 1000, b"new " * 1000, b"after " * 1000
PAST = [f"past {n} ".encode() * 1000 for n in range(KEPT)]


@dataclass(frozen=True)
class Case:
    """A folder with a master about to be written."""

    path: Path
    old: bytes | None
    kept: tuple[bytes, ...] = ()

    def write(self) -> Path:
        seen = look(self.path)[1] if self.old is not None else None
        return replace(self.path, NEW, seen, now=NOW, backups=KEPT)

    def now(self) -> bytes | None:
        return self.path.read_bytes() if self.path.exists() else None


def with_history(folder: Path) -> Case:
    """As many backups as are kept, so that one has to go, and what an earlier crash left."""
    path = folder / "Master.xlsx"
    path.write_bytes(PAST[0])
    for n, data in enumerate([*PAST[1:], OLD]):
        replace(path, data, None, now=NOW - dt.timedelta(days=9 - n), backups=KEPT)
    leave(path)
    return Case(path, OLD, tuple(reversed(PAST)))


def first_write(folder: Path) -> Case:
    """A master that nobody has written here yet: no folder of backups."""
    path = folder / "Master.xlsx"
    path.write_bytes(OLD)
    return Case(path, OLD)


def by_a_link(folder: Path) -> Case:
    """A link to a master in another folder."""
    case, link = first_write(made(folder / "real")), folder / "Link.xlsx"
    link.symlink_to(case.path)
    return Case(link, OLD)


def new_file(folder: Path) -> Case:
    """A name under which there is no file yet."""
    return Case(folder / "Master.xlsx", None)


LINKS = pytest.param(by_a_link, marks=pytest.mark.skipif(os.name == "nt", reason="a link needs rights on Windows"))
CASES = pytest.mark.parametrize("make", [with_history, first_write, LINKS, new_file])


def fails(error: int) -> Callable[[], None]:
    def act() -> None:
        raise OSError(error, os.strerror(error))

    return act


def dies() -> None:
    raise Died


def is_stopped() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one, for thousands of writes."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not on the disk for certain survives the end of a process all the same; only waiting is saved."""
    monkeypatch.setattr(os, "fsync", lambda number: None)


@CASES
def test_a_write_has_many_operations_and_all_of_them_are_counted(folder: Path, make: Callable[[Path], Case]) -> None:
    case = make(folder)
    names = counted(case.write)
    assert case.now() == NEW
    assert {"open file", "write", "flush", "fsync", "replace", "close file", "lock", "mkdir"} <= set(names)
    assert len(names) > 20


@CASES
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES])
def test_a_failure_at_any_operation(folder: Path, make: Callable[[Path], Case], error: int) -> None:
    for number, case in each_operation(folder, make):
        wanted = NEW
        with watched(At(number, fails(error))):
            try:
                case.write()
            except FileError:
                wanted = case.old
        assert case.now() == wanted, number
        check(case, number)


@CASES
def test_a_person_who_stops_it_at_any_operation(folder: Path, make: Callable[[Path], Case]) -> None:
    for number, case in each_operation(folder, make):
        with pytest.raises(KeyboardInterrupt), watched(At(number, is_stopped)):
            case.write()
        check(case, number)


@CASES
def test_a_death_at_any_operation(folder: Path, make: Callable[[Path], Case]) -> None:
    for number, case in each_operation(folder, make):
        with pytest.raises(Died), watched(At(number, dies, dead=True)):
            case.write()
        check(case, number)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("make", [with_history, by_a_link])
def test_a_process_that_ends_at_any_operation(folder: Path, make: Callable[[Path], Case]) -> None:
    # A process of its own forks, because it has imported nothing that has threads.
    command = [sys.executable, "-m", "tests.test_interrupted_writes", str(folder), make.__name__]
    ran = subprocess.run(command, check=True, capture_output=True, timeout=60, text=True)
    model = make(made(folder / "model"))
    ended = sorted(folder.glob("at-*"))
    assert len(ended) == int(ran.stdout) > 30
    for number, place in enumerate(ended):
        check(dataclasses.replace(model, path=place / model.path.name), number)


@pytest.fixture
def master(tmp_path: Path) -> Path:
    path = tmp_path / "Master.xlsx"
    path.write_bytes(OLD)
    return path


def test_after_a_crash_it_says_what_happened_and_the_next_write_clears_up(master: Path) -> None:
    backup = replace(master, b"newer", look(master)[1], now=NOW)
    left = leave(master)
    assert leftovers(master) == (left,)
    assert recovery_note(master) == (
        "A write of Master.xlsx was cut off on 2026-04-29 at 17:30: nothing of it went in, and Master.xlsx is whole, "
        f"as it was before. Its last backup is {backup}. What you did then has to be done again. The next write "
        f"removes what was left behind: {left.name}."
    )
    replace(master, b"new", look(master)[1], now=NOW)
    assert leftovers(master) == ()
    assert recovery_note(master) == ""


def test_there_is_nothing_to_say_without_a_crash(master: Path, tmp_path: Path) -> None:
    assert recovery_note(master) == ""
    replace(master, b"new", look(master)[1], now=NOW)
    assert recovery_note(master) == recovery_note(tmp_path / "none" / "Master.xlsx") == ""


def test_what_is_left_of_another_master_is_its_own_matter(master: Path) -> None:
    other = master.with_name("Other.xlsx")
    left = leave(other)
    assert "there is no Other.xlsx yet. It has no backup yet" in recovery_note(other).replace("and ", "")
    assert recovery_note(master) == ""
    replace(master, b"new", look(master)[1], now=NOW)
    assert left.exists()


def test_a_write_that_is_under_way_is_not_taken_for_a_crash(master: Path) -> None:
    leave(master)
    with safe_write._alone(master.resolve()):
        assert recovery_note(master) == ""
    assert recovery_note(master)


def each_operation(folder: Path, make: Callable[[Path], Case]) -> Iterator[tuple[int, Case]]:
    """A fresh case for each operation of its write."""
    count = len(counted(make(made(folder / "count")).write))
    for number in range(count):
        place = made(folder / f"at-{number:03}")
        yield number, make(place)
        shutil.rmtree(place)


def check(case: Case, number: int) -> None:
    """The state after an interrupted write, and after the next one."""
    assert case.now() in (case.old, NEW), number
    sane(case, number)
    told(case, number)
    before, kept = case.now(), [b.read_bytes() for b in backups_of(case.path)]
    backup = replace(case.path, AFTER, None, now=NOW, backups=KEPT)
    assert case.now() == AFTER
    assert before is None or backup.read_bytes() == before == backups_of(case.path)[0].read_bytes()
    now = [b.read_bytes() for b in backups_of(case.path)]
    wanted = [b for b in (before, *kept) if b is not None]
    wanted = wanted[1:] if wanted[:1] == wanted[1:2] else wanted
    assert now == wanted[:KEPT], number
    assert leftovers(case.path) == ()
    assert recovery_note(case.path) == ""


def sane(case: Case, number: int) -> None:
    """Every backup is whole, none that was to stay is lost, and nothing else lies there but what is known as left."""
    folder, left = case.path.resolve().parent / BACKUPS, leftovers(case.path)
    backups = backups_of(case.path)
    for backup in backups:
        assert hashlib.sha256(backup.read_bytes()).hexdigest().startswith(backup.stem[-8:]), number
    others = {f.name for f in folder.iterdir() if f not in (*backups, *left)} if folder.exists() else set()
    assert others <= {".lock"}
    kept = [b.read_bytes() for b in backups]
    if case.now() == NEW and case.old:
        assert kept[0] == case.old, number
    earlier = tuple(k for k in kept if k != case.old)
    assert earlier == case.kept or (case.now() == NEW and earlier == case.kept[: KEPT - 1]), number


def told(case: Case, number: int) -> None:
    note, left, backups = recovery_note(case.path), leftovers(case.path), backups_of(case.path)
    assert bool(note) == bool(left), number
    if left:
        name = case.path.resolve().name
        assert f"A write of {name} was cut off" in note
        assert (f"{name} is whole" if case.now() else f"there is no {name} yet") in note
        assert (str(backups[0]) if backups else "no backup") in note
        assert all(f.name in note for f in left)


def leave(path: Path) -> Path:
    """What a write leaves that was cut off on 29 April 2026 at 17:30."""
    left = path.with_name(f"{safe_write._start(path)}123.tmp")
    left.write_bytes(b"half")
    moment = dt.datetime(2026, 4, 29, 17, 30).timestamp()
    os.utime(left, (moment, moment))
    return left


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def end_at_each_operation(folder: Path, make: Callable[[Path], Case]) -> int:
    """Writes once for each operation in a process of its own, which ends there; returns how many there were."""
    os.fsync = lambda fd: None
    count = len(counted(make(made(folder / "count")).write))
    for number in range(count):
        case = make(made(folder / f"at-{number:03}"))
        child = os.fork()
        if not child:
            with watched(At(number, lambda: os._exit(9))):
                case.write()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    return count


if __name__ == "__main__":
    print(end_at_each_operation(Path(sys.argv[1]), globals()[sys.argv[2]]))
