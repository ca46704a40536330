"""The machine that was measured on, in words: no names of hosts, users or folders."""

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    *("pandas", "pandera", "openpyxl", "python-calamine", "lxml", "XlsxWriter", "docxtpl", "matplotlib"),
    *("frictionless", "xlwings"),
)


def describe(libraries: Sequence[str] = LIBRARIES) -> tuple[str, str]:
    """Two sentences: the processor, its cores, memory and system; and the versions of Python and the libraries."""
    cores = os.cpu_count() or 1
    found = [_processor(), f"{cores} core{'s' * (cores > 1)}", *_memory(), _system()]
    versions = [f"{platform.python_implementation()} {platform.python_version()}", *map(_version, libraries)]
    return f"{', '.join(found)}.", f"{', '.join(versions)}."


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _memory() -> Iterator[str]:
    """GB of memory, where the system tells it."""
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        yield f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB"


def _system() -> str:
    if platform.system() == "Linux":
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except OSError:
            return "Linux"
    return f"{'macOS' if platform.system() == 'Darwin' else platform.system()} {platform.release()}".strip()


def _version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"
