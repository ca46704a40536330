"""Every file operation of a piece of code, counted, and interrupted at the one that a test chooses.

A hook is called before each operation with its name and may raise, sleep or end the process. Files are opened without
a buffer, so that a write that is cut off leaves half of its bytes. Closing always takes place, as it does when a
process dies.
"""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from xl_outcomes.workbook import safe_write

Hook = Callable[[str], None]

_SYSTEM = (
    *("access", "chmod", "chown", "close", "fstat", "fsync", "listdir", "lstat", "mkdir", "open", "readlink"),
    *("remove", "rename", "replace", "rmdir", "scandir", "stat", "unlink", "utime"),
)


class Died(BaseException):
    """The process that a test pretends has died."""


class At:
    """A hook that does something at the operation of a number, counted from 0; and, if dead, at all after it."""

    def __init__(self, number: int, act: Callable[[], object], *, dead: bool = False) -> None:
        self.number, self.act, self.dead = number, act, dead
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        self.names.append(name)
        here = len(self.names) - 1
        if here == self.number or (self.dead and here > self.number):
            self.act()


def counted(run: Callable[[], object]) -> list[str]:
    """The names of the file operations of a run, in order."""
    hook = At(-1, lambda: None)
    with watched(hook):
        run()
    return hook.names


@contextlib.contextmanager
def watched(hook: Hook) -> Iterator[None]:
    """All file operations of the system, of paths, open files and the lock go by the hook."""
    with contextlib.ExitStack() as stack:
        for name in _SYSTEM:
            if hasattr(os, name):
                stack.enter_context(mock.patch.object(os, name, _hooked(name, getattr(os, name), hook)))
        stack.enter_context(mock.patch.object(io, "open", _opening(io.open, hook)))
        stack.enter_context(mock.patch.object(safe_write, "_lock", _hooked("lock", safe_write._lock, hook)))
        yield


def _hooked(name: str, real: Callable[..., Any], hook: Hook) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if name != "close":
            hook(name)
            return real(*args, **kwargs)
        real(*args, **kwargs)
        return hook(name)

    return call


def _opening(real: Callable[..., Any], hook: Hook) -> Callable[..., "_File"]:
    def call(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> _File:
        hook("open file")
        return _File(real(file, mode, buffering=0), hook)

    return call


class _File:
    """A binary file whose operations go by the hook."""

    def __init__(self, file: io.FileIO, hook: Hook) -> None:
        self.file, self.hook = file, hook

    def __enter__(self) -> "_File":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def fileno(self) -> int:
        return self.file.fileno()

    def read(self) -> bytes:
        self.hook("read")
        return self.file.read()

    def write(self, data: bytes) -> None:
        try:
            self.hook("write")
        except BaseException:
            self.file.write(data[: len(data) // 2])
            raise
        self.file.write(data)

    def flush(self) -> None:
        self.hook("flush")

    def close(self) -> None:
        self.file.close()
        self.hook("close file")
