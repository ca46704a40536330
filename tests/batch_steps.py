"""Steps for tests of batches, in a module so that other processes find them."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

FATAL = 13


def doubled(shared: int, items: Sequence[int]) -> list[int]:
    """Each item times what is shared."""
    return [shared * item for item in items]


def slowly_doubled(shared: int, items: Sequence[int]) -> list[int]:
    """The same, with time to be interrupted in."""
    time.sleep(0.1)
    return doubled(shared, items)


def marked(folder: Path, items: Sequence[int]) -> list[int]:
    """Leaves a file for each piece that was begun."""
    (folder / str(items[0])).touch()
    time.sleep(0.05)
    return list(items)


def fatal(_: int, items: Sequence[int]) -> list[int]:
    """Takes its process down at one item."""
    if FATAL in items:
        os._exit(9)
    return list(items)


def failing(_: int, items: Sequence[int]) -> list[int]:
    """Fails at one item, as a mistake in a step would."""
    if FATAL in items:
        raise ZeroDivisionError(FATAL)
    return list(items)


def lost(item: int) -> int:
    """What becomes of an item that cannot be done."""
    return -item
