"""One step over many items: in this process, by several processes of this machine, or by a Dask cluster.

The work goes through the interface of `concurrent.futures`. Results come in the order of the items, whoever worked on
them and whenever they were done. Where a worker dies, what it had is done again, item by item; an item that takes
its process down once more is given up, alone (docs/scale.md).
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Generic, TypeVar

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Step = Callable[[Shared, Sequence[Item]], Sequence[Result]]
Submit = Callable[[Sequence[Item]], Future[Sequence[Result]]]
Crew = AbstractContextManager[tuple[Submit[Item, Result], int]]

PIECE = 20  # items that are done at a time
_AHEAD = 3  # pieces that wait for each worker, so that none is idle and memory does not grow with the items
_PAYS_OFF = 50 if sys.platform == "linux" else 300  # items for each process: elsewhere one takes seconds to start


@dataclass(frozen=True, slots=True)
class Task(Generic[Shared, Item, Result]):
    """A step, what all of it shares, and the result of an item that took its process down twice.

    `step` is a function of a module, so that other processes find it; with the same items it gives the same results.
    """

    step: Step[Shared, Item, Result]
    shared: Shared
    lost: Callable[[Item], Result]


def fitting_jobs(items: int) -> int:
    """As many processes as pay off for so many items, at most one for each processor that this program may use."""
    return max(1, min(_processors(), items // _PAYS_OFF))


def here(task: Task[Shared, Item, Result], items: Sequence[Item], told: Callable[[int], None]) -> list[Result]:
    """The results of a task done in this process, some items at a time; `told` hears how many more are done."""
    done: list[Result] = []
    for piece in _pieces(items):
        done += task.step(task.shared, piece)
        told(len(piece))
    return done


def spread(
    task: Task[Shared, Item, Result], items: Sequence[Item], crew: Crew[Item, Result], told: Callable[[int], None]
) -> list[Result]:
    """The results of a task done by a crew, in the order of the items; `told` hears how many more are done.

    Whatever `told` raises (Ctrl-C, say) cancels what has not begun. What the step itself raises is raised here.
    """
    pieces = _pieces(items)
    done: dict[int, Sequence[Result]] = {}
    with crew as (submit, workers):
        for number, results in _as_done(pieces, submit, workers * _AHEAD):
            done[number] = results
            told(len(results))
    for number, results in _again(task, [(n, piece) for n, piece in enumerate(pieces) if n not in done]):
        done[number] = results
        told(len(results))
    return [result for number in range(len(pieces)) for result in done[number]]


@contextmanager
def processes(task: Task[Shared, Item, Result], jobs: int) -> Iterator[tuple[Submit[Item, Result], int]]:
    """A crew of so many processes of this machine."""
    executor = ProcessPoolExecutor(jobs, get_context(_start_method()), _begin, (task.step, task.shared))
    try:
        yield lambda piece: executor.submit(_do, piece), jobs
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _as_done(
    pieces: Sequence[Sequence[Item]], submit: Submit[Item, Result], most: int
) -> Iterator[tuple[int, Sequence[Result]]]:
    """The results of pieces as they come, with the piece's number; those whose worker died are left out."""
    running: dict[Future[Sequence[Result]], int] = {}
    queue = list(enumerate(pieces))[::-1]
    while queue or running:
        while queue and len(running) < most:
            number, piece = queue.pop()
            try:
                running[submit(piece)] = number
            except BrokenProcessPool:
                queue.clear()
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            number = running.pop(future)
            error = future.exception() if not future.cancelled() else None
            if error is None and not future.cancelled():
                yield number, future.result()
            elif error is not None and not _died(error):
                raise error


def _died(error: BaseException) -> bool:
    """Whether an error says that a worker was lost, and nothing of the work itself."""
    return isinstance(error, BrokenProcessPool) or type(error).__module__.startswith("distributed")


def _again(
    task: Task[Shared, Item, Result], left: Sequence[tuple[int, Sequence[Item]]]
) -> Iterator[tuple[int, Sequence[Result]]]:
    """The results of pieces whose worker died, by one process of this machine; item by item where that dies too."""
    queue = list(left)[::-1]
    while queue:
        with processes(task, 1) as (submit, _):
            while queue:
                number, piece = queue.pop()
                try:
                    yield number, submit(piece).result()
                except BrokenProcessPool:
                    yield number, [_by_itself(task, item) for item in piece]
                    break


def _by_itself(task: Task[Shared, Item, Result], item: Item) -> Result:
    """The result of an item in a process of its own; the task's `lost` where that dies too."""
    with processes(task, 1) as (submit, _):
        try:
            [result] = submit([item]).result()
        except BrokenProcessPool:
            return task.lost(item)
        return result


def _pieces(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[start : start + PIECE] for start in range(0, len(items), PIECE)]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_method() -> str:
    # A forked process has everything from the start; but it must not be forked beside threads, nor on every system.
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


_work: list[Any] = []


def _begin(step: Step[Any, Any, Any], shared: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that the person started
    gc.freeze()  # what was there before need not be looked through again and again
    _work[:] = [step, shared]


def _do(piece: Sequence[Any]) -> Sequence[Any]:
    step, shared = _work
    done: Sequence[Any] = step(shared, piece)
    return done
