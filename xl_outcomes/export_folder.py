"""The folder of an export: only one of ours is renewed, as a whole, and never one that somebody has worked in."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xl_outcomes.errors import FileError, InputError

PACKAGE = "datapackage.json"
MARK = "xl-outcomes"
_MOST_BYTES = 16 * 1024 * 1024
# What the desktops leave in a folder that is only looked at, and what programs leave beside a file that is open.
_LITTER = ("Thumbs.db", "desktop.ini", ".DS_Store")
_OPEN = ("~$", ".~lock.")
_ELSEWHERE = "Choose another folder with --out, or move what is there away."

Described = Mapping[str, Any]


def demand_renewable(folder: Path, kind: str) -> Described:
    """The data package of the export of that kind that a folder holds; empty where the folder is empty or not there.

    Raises InputError where it holds anything else, an export of another kind, or one that was changed; FileError where
    a file in it is open.
    """
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise InputError(f"{folder} is a file, and an export is a folder.", "Choose another folder with --out.")
    there = {p.name: p for p in folder.iterdir() if p.name not in _LITTER}
    locks = [name for name in there if name.startswith(_OPEN)]
    if locks:
        what = f"A file in {folder} is open: {locks[0]} says so."
        raise FileError("file-open", what, "Close it in Excel or LibreOffice and try again.")
    if not there:
        return {}
    package = _package(folder)
    files = {str(r["path"]): str(r["hash"]) for r in package.get("resources", ())}
    _demand_ours(folder, there, files)
    written = package[MARK].get("as")
    if written != kind:
        raise InputError(f"{folder} holds an export as {written}, not as {kind}.", _ELSEWHERE)
    return package


@contextlib.contextmanager
def renewed(folder: Path) -> Iterator[Path]:
    """A new folder to be filled, which takes the place of another at the end; where that fails the old one stands.

    Raises FileError in plain words.
    """
    beside, old = (folder.with_name(f".~{folder.name}-{what}") for what in ("new", "old"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _tidy(folder, beside, old)
        beside.mkdir()
        try:
            yield beside
            _swap(folder, beside, old)
        finally:
            _remove(beside)
    except FileError:
        raise
    except OSError as error:
        what = f"The export {folder} could not be written: {error.strerror or error}."
        fix = "What was there stands. Close its files where they are open, look at the folder and its drive, try again."
        raise FileError("file-unwritable", what, fix) from error


def recovered(folder: Path) -> None:
    """Puts an export back that was being renewed when the computer or the program was stopped."""
    old = folder.with_name(f".~{folder.name}-old")
    if old.is_dir() and not folder.exists():
        with contextlib.suppress(OSError):
            old.rename(folder)


def _tidy(folder: Path, beside: Path, old: Path) -> None:
    recovered(folder)
    for left in (beside, old):
        _remove(left)


def _swap(folder: Path, beside: Path, old: Path) -> None:
    there = folder.exists()
    if there:
        folder.rename(old)
    try:
        beside.rename(folder)
    except BaseException:
        if there:
            old.rename(folder)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    # It raises some errors although it is told not to.
    with contextlib.suppress(OSError):
        shutil.rmtree(folder, ignore_errors=True)


def _package(folder: Path) -> dict[str, Any]:
    """The data package of an export of ours; raises InputError for anything else."""
    path = folder / PACKAGE
    try:
        package = json.loads(path.read_bytes()) if path.stat().st_size <= _MOST_BYTES else {}
        ours = isinstance(package[MARK], dict) and all(r["path"] and r["hash"] for r in package["resources"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        ours = False
    if not ours:
        raise InputError(f"The folder {folder} holds other files than an export of ours.", _ELSEWHERE)
    return dict(package)


def _demand_ours(folder: Path, there: Iterable[str], files: Mapping[str, str]) -> None:
    others = sorted(set(there) - {PACKAGE, *files})
    if others:
        raise InputError(f"The folder {folder} holds what is not of the export: {others[0]}.", _ELSEWHERE)
    changed = [name for name in sorted(set(there) - {PACKAGE}) if _sum(folder / name) != files[name]]
    if changed:
        what = f"{changed[0]} in {folder} has been changed since it was exported."
        raise InputError(what, "Keep what was changed under another name elsewhere, delete that file and export again.")


def _sum(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
