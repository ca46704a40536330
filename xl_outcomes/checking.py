"""Return files read and checked against a master, as many at once as the machine or a cluster allows."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xl_outcomes.batch import Crew, Result, Task, fitting_jobs, here, processes, spread
from xl_outcomes.errors import InputError, OutcomesError
from xl_outcomes.files import lost, read_one, unforeseen
from xl_outcomes.returns.checks import Checked, Verdict, check_each
from xl_outcomes.returns.reading import Return
from xl_outcomes.returns.relations import Context
from xl_outcomes.workbook.cell_types import Limits

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Way:
    """Who does the work: so many processes (None: as many as pay off), or the Dask cluster at an address."""

    jobs: int | None = None
    dask: str | None = None


AS_PAYS_OFF = Way()


@dataclass(frozen=True, slots=True)
class Against:
    """What files are checked against, and the limits within which they are read."""

    context: Context
    limits: Limits


@dataclass(frozen=True, slots=True)
class Posted:
    """A file on its way to another machine."""

    name: str
    content: bytes


Sent = Path | Posted | Return


def checked_files(paths: Sequence[Path], against: Against, way: Way, told: Told) -> list[Checked]:
    """The files, each checked by itself, in the order given; `told` hears how many more are done."""
    return _done(Task(_checked, against, partial(_lost, against)), paths, way, told)


def verdicts(paths: Sequence[Path], against: Against, way: Way, told: Told) -> list[Verdict]:
    """What becomes of the files, each by itself, in the order given; their cells are forgotten as they are done."""
    return _done(Task(_verdicts, against, partial(_lost_verdict, against)), paths, way, told)


def _done(task: Task[Against, Sent, Result], paths: Sequence[Path], way: Way, told: Told) -> list[Result]:
    jobs = fitting_jobs(len(paths)) if way.jobs is None else way.jobs
    with _stoppable():
        if way.dask is None and jobs == 1:
            return here(task, paths, told)
        return spread(task, paths, _crew(task, jobs, way.dask), told)


def _crew(task: Task[Against, Sent, Result], jobs: int, address: str | None) -> Crew[Sent, Result]:
    if address is None:
        return processes(task, jobs)
    from xl_outcomes.cluster import workers

    return workers(task, address, partial(_posted, limits=task.shared.limits))


@contextmanager
def _stoppable() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise InputError("Stopped before all returns were checked.", "Nothing was written.") from None


def _verdicts(against: Against, sent: Sequence[Sent]) -> list[Verdict]:
    return [checked.verdict for checked in _checked(against, sent)]


def _checked(against: Against, sent: Sequence[Sent]) -> list[Checked]:
    returns = [_read(one, against.limits) for one in sent]
    try:
        return check_each(returns, against.context)
    except OutcomesError:
        raise
    except Exception:  # one return, whatever it holds, must not stop the others
        return [_alone(one, against.context) for one in returns]


def _alone(one: Return, context: Context) -> Checked:
    try:
        [checked] = check_each([one], context)
    except Exception as error:
        fault = Return(one.file, one.sha256, issues=(unforeseen(error, one.file, one.sha256),))
        [checked] = check_each([fault], context)
    return checked


def _read(sent: Sent, limits: Limits) -> Return:
    if isinstance(sent, Return):
        return sent
    if isinstance(sent, Path):
        return read_one(sent, limits)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / sent.name
        path.write_bytes(sent.content)
        return read_one(path, limits)


def _posted(sent: Sent, limits: Limits) -> Sent:
    """A file with its bytes; of one that cannot be sent, what is wrong with it."""
    if not isinstance(sent, Path):
        return sent
    try:
        if sent.stat().st_size <= limits.file_bytes:
            return Posted(sent.name, sent.read_bytes())
    except OSError:
        pass
    return read_one(sent, limits)


def _lost(against: Against, sent: Sent) -> Checked:
    """A file that took the process that read it down, twice."""
    path = sent if isinstance(sent, Path) else Path(sent.name if isinstance(sent, Posted) else sent.file)
    [checked] = check_each([lost(path)], against.context)
    return checked


def _lost_verdict(against: Against, sent: Sent) -> Verdict:
    return _lost(against, sent).verdict
