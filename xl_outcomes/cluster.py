"""A crew of workers on a Dask cluster that exists already (docs/scale.md)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from xl_outcomes import __version__
from xl_outcomes.batch import Item, Result, Shared, Submit, Task
from xl_outcomes.errors import InputError

_PATIENCE = "15s"


@contextmanager
def workers(
    task: Task[Shared, Item, Result], address: str, posted: Callable[[Item], Item]
) -> Iterator[tuple[Submit[Item, Result], int]]:
    """A crew of all the workers of a cluster; `posted` turns an item into what can be done on another machine.

    What the task shares is sent to each worker once. Raises InputError where there is no cluster at that address, or
    one that cannot do this work.
    """
    client = _connected(address)
    try:
        count = _able(client, address)
        shared = client.scatter(task.shared, broadcast=True, hash=False)
        executor = client.get_executor(pure=False)

        def submit(piece: Sequence[Item]) -> Any:
            return executor.submit(task.step, shared, [posted(item) for item in piece])

        try:
            yield submit, count
        finally:
            executor.shutdown(wait=False)
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=2)


def version() -> str:
    """The version of xl-outcomes that a worker has."""
    return __version__


def _connected(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError(
            "The library for Dask clusters is not installed here.", 'Install it: pip install "xl-outcomes[cluster]"'
        ) from None
    try:
        begin: Any = distributed.Client
        return begin(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        fix = "Give the scheduler's address, such as tcp://10.0.0.5:8786, and see whether it runs."
        raise InputError(f"There is no Dask cluster at {address} ({_first_line(error)}).", fix) from None


def _able(client: Any, address: str) -> int:
    """How many workers there are, each with our version."""
    try:
        versions = client.run(version)
    except Exception as error:  # whatever a worker without us, or with another Python, answers
        raise InputError(
            f"The workers of the cluster at {address} cannot run xl-outcomes ({_first_line(error)}).",
            f"Install xl-outcomes {__version__} in their environment, with the same Python as here.",
        ) from None
    if not versions:
        raise InputError(f"The cluster at {address} has no workers.", "Start some: dask worker ADDRESS.")
    others = sorted(set(versions.values()) - {__version__})
    if others:
        raise InputError(
            f"Workers of the cluster at {address} have xl-outcomes {', '.join(others)}; here it is {__version__}.",
            "Install the same version on all of them.",
        )
    return len(versions)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
