"""Many at once: the same results in the same order, whoever does the work and whatever dies on the way."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import workload
from tests import batch_steps
from tests.batch_steps import FATAL
from xl_outcomes import batch, steps
from xl_outcomes.batch import PIECE, Task, here, processes, spread
from xl_outcomes.checking import Against, Posted, Way, checked_files, verdicts
from xl_outcomes.cluster import workers
from xl_outcomes.errors import InputError
from xl_outcomes.files import RETURN_LIMITS
from xl_outcomes.returns.checks import in_sequence

ROOT = Path(__file__).parent.parent
NUMBERS = list(range(110))


def task(step: Callable[[Any, Sequence[int]], Sequence[int]], shared: object = 2) -> Task[Any, int, int]:
    return Task(step, shared, batch_steps.lost)


def ignore(_: int) -> None:
    """Hears how many more are done."""


@contextmanager
def in_any_order(work: Task[Any, int, int], seed: int) -> Iterator[tuple[Any, int]]:
    """A crew whose pieces take their time, so that they are done in any order."""
    chance = random.Random(seed)

    def do(piece: Sequence[int], pause: float) -> Sequence[int]:
        time.sleep(pause)
        return work.step(work.shared, piece)

    with ThreadPoolExecutor(4) as threads:
        yield lambda piece: threads.submit(do, piece, chance.random() / 500), 4


@given(st.lists(st.integers(), max_size=90), st.integers())
@settings(max_examples=30, deadline=None)
def test_results_come_in_the_order_of_the_items(items: list[int], seed: int) -> None:
    work, heard = task(batch_steps.doubled), []
    assert spread(work, items, in_any_order(work, seed), heard.append) == [2 * i for i in items]
    assert here(work, items, ignore) == [2 * i for i in items]
    assert sum(heard) == len(items)


def test_processes_give_what_one_gives() -> None:
    work = task(batch_steps.doubled)
    assert spread(work, NUMBERS, processes(work, 2), ignore) == here(work, NUMBERS, ignore)


def test_an_item_that_takes_its_process_down_is_given_up_alone() -> None:
    work = task(batch_steps.fatal)
    done = spread(work, NUMBERS[:50], processes(work, 2), ignore)
    assert done == [-n if n == FATAL else n for n in NUMBERS[:50]]


def test_what_a_step_raises_is_raised() -> None:
    work = task(batch_steps.failing)
    with pytest.raises(ZeroDivisionError):
        spread(work, NUMBERS, processes(work, 2), ignore)


def test_a_batch_that_is_stopped_does_not_begin_the_rest(tmp_path: Path) -> None:
    work, many = task(batch_steps.marked, tmp_path), list(range(PIECE * 60))

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spread(work, many, processes(work, 2), stop)
    assert 0 < len(list(tmp_path.iterdir())) < 20


@pytest.mark.parametrize(("items", "cores", "jobs"), [(14, 8, 1), (120, 8, 2), (6_000, 8, 8), (6_000, 1, 1)])
def test_as_many_processes_as_pay_off(items: int, cores: int, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_processors", lambda: cores)
    monkeypatch.setattr(batch, "_PAYS_OFF", 50)
    assert batch.fitting_jobs(items) == jobs


# ---- returns: 60 of them, some that cannot be read, some sent twice ----


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Against]:
    folder = tmp_path_factory.mktemp("collection")
    tables = workload.tables(60, rows=3)
    files = sorted(workload.write_returns(tables, folder / "returns").iterdir())
    again = folder / "sent again.xlsx"
    again.write_bytes(files[11].read_bytes())
    other = folder / "Owner 00001 corrected.xlsx"
    other.write_bytes(files[0].read_bytes() + b"\0")
    for name, content in {
        "empty.xlsx": b"",
        "words.xlsx": b"not a workbook",
        "cut.xlsx": files[5].read_bytes()[:9000],
    }.items():
        (folder / name).write_bytes(content)
    odd = [folder / name for name in ("empty.xlsx", "words.xlsx", "cut.xlsx", "not there.xlsx")]
    context = steps.checks_of(tables, workload.PERIOD, steps.Now(workload.SENT, "Officer"))
    return [*files[:30], *odd, *files[30:], again, other], Against(context, RETURN_LIMITS)


def test_returns_checked_by_processes_are_checked_as_by_one(collection: tuple[list[Path], Against]) -> None:
    paths, against = collection
    alone, together = (verdicts(paths, against, Way(jobs), ignore) for jobs in (1, 2))
    assert alone == together
    found = in_sequence(alone, against.context)
    assert [i.code for v in found[30:34] for i in v.issues] == [
        "file-format",
        "file-format",
        "file-damaged",
        "file-missing",
    ]
    assert [i.code for i in found[-1].issues if i.code == "resubmission"] == ["resubmission"]
    assert [i.code for i in found[-2].issues] == []  # the very same file: not a resubmission
    assert sum(v.accepted_rows for v in found) > 150


def test_whole_checks_come_back_from_processes_too(collection: tuple[list[Path], Against]) -> None:
    paths, against = collection
    alone, together = (checked_files(paths, against, Way(jobs), ignore) for jobs in (1, 2))
    assert alone == together


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_check_that_is_stopped_says_that_nothing_was_written(
    jobs: int, collection: tuple[list[Path], Against]
) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InputError, match="Stopped before all returns were checked") as stopped:
        verdicts(*collection, Way(jobs), stop)
    assert stopped.value.fix == "Nothing was written."


# ---- a real cluster on loopback ----


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("distributed", reason='Dask is not installed: pip install "xl-outcomes[cluster]"')
    place = tmp_path_factory.mktemp("dask") / "scheduler.json"
    with _program("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place)):
        _wait_for(place.is_file)
        from json import loads

        yield loads(place.read_text(encoding="utf-8"))["address"]


@contextmanager
def dask_workers(address: str, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Worker processes of a cluster, once the scheduler knows them."""
    started = [
        _start("dask_worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny") for _ in range(count)
    ]
    try:
        _wait_for(lambda: _known(address) == count)
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
        _wait_for(lambda: _known(address) == 0)


def test_a_cluster_gives_what_one_process_gives_though_a_worker_is_stopped_midway(
    scheduler: str, collection: tuple[list[Path], Against]
) -> None:
    paths, against = collection
    alone = verdicts(paths, against, Way(1), ignore)
    with dask_workers(scheduler, 2) as started:
        assert verdicts(paths, against, Way(dask=scheduler), ignore) == alone
        heard: list[int] = []

        def stop_one(more: int) -> None:
            heard.append(more)
            started[0].kill()

        assert verdicts(paths, against, Way(dask=scheduler), stop_one) == alone
        assert (sum(heard), started[0].wait(), started[1].poll()) == (len(paths), -9, None)


def test_work_goes_on_where_a_worker_is_stopped_with_much_left_to_do(scheduler: str) -> None:
    work, many = task(batch_steps.slowly_doubled), list(range(PIECE * 12))
    with dask_workers(scheduler, 2) as started:
        done = spread(work, many, workers(work, scheduler, lambda item: item), lambda _: started[1].kill())
    assert done == [2 * n for n in many]


def test_an_item_that_takes_every_worker_down_is_given_up_alone(scheduler: str) -> None:
    work = task(batch_steps.fatal)
    with dask_workers(scheduler, 1) as started:
        heard: list[int] = []
        items = [FATAL, *range(20, 50)]
        done = spread(work, items, workers(work, scheduler, lambda item: item), heard.append) if started else []
    assert done == [-FATAL, *range(20, 50)]


def test_no_cluster_is_a_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason='Dask is not installed: pip install "xl-outcomes[cluster]"')
    monkeypatch.setattr("xl_outcomes.cluster._PATIENCE", "1s")
    work = task(batch_steps.doubled)
    with pytest.raises(InputError, match=r"There is no Dask cluster at tcp://127\.0\.0\.1:1"):
        spread(work, NUMBERS, workers(work, "tcp://127.0.0.1:1", lambda item: item), ignore)


def test_a_cluster_without_workers_is_a_plain_error(scheduler: str) -> None:
    work = task(batch_steps.doubled)
    with pytest.raises(InputError, match="has no workers"):
        spread(work, NUMBERS, workers(work, scheduler, lambda item: item), ignore)


def test_a_file_travels_by_its_bytes(tmp_path: Path, collection: tuple[list[Path], Against]) -> None:
    paths, against = collection
    sent = Posted(paths[0].name, paths[0].read_bytes())
    from xl_outcomes.checking import _verdicts

    assert _verdicts(against, [sent]) == _verdicts(against, [paths[0]])


def _known(address: str) -> int:
    import distributed

    client: Any = distributed.Client(address, timeout="10s", set_as_default=False)
    try:
        return len(client.scheduler_info(n_workers=-1)["workers"])
    finally:
        client.close()


@contextmanager
def _program(name: str, *arguments: str) -> Iterator[None]:
    process = _start(name, *arguments)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{name}", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_for(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "the cluster did not come up"
        time.sleep(0.1)
