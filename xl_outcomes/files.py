"""Return files on disk: finding them and reading them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from xl_outcomes.errors import FileError, InputError
from xl_outcomes.issues import Issue
from xl_outcomes.returns.reading import Return, read_return
from xl_outcomes.settings import Settings, changed
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits
from xl_outcomes.workbook.cells import read_book

_SETTING_OF = {
    "file_bytes": "Return file limit (MB)",
    "unpacked_bytes": "Return unpacked limit (MB)",
    "entries": "Return parts limit",
    "rows": "Return rows limit",
    "cells": "Return cells limit",
    "text_bytes": "Return text limit (MB)",
}
_SAVE_ANEW = "Meanwhile open it in Excel, save it as a new .xlsx and send that."
_MOST_HASHED = 1024 * MEGABYTE
_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv")


def limits_from(settings: Settings) -> Limits:
    """The limits of reading a return that a council has set; those it has lowered have the name of their setting."""
    lowered = changed(settings)
    return Limits(
        file_bytes=settings.return_file_limit_mb * MEGABYTE,
        unpacked_bytes=settings.return_unpacked_limit_mb * MEGABYTE,
        entries=settings.return_parts_limit,
        rows=settings.return_rows_limit,
        cells=settings.return_cells_limit,
        text_bytes=settings.return_text_limit_mb * MEGABYTE,
        settings=tuple((limit, name) for limit, name in _SETTING_OF.items() if name in lowered),
    )


# A return is one owner's table; a master may be larger.
RETURN_LIMITS = limits_from(Settings())


def find_returns(given: Sequence[str]) -> list[Path]:
    """The files that a list of files, folders and globs stands for, in order, each once.

    Raises InputError where one of them stands for nothing.
    """
    found: dict[Path, None] = {}
    for text in given:
        found |= dict.fromkeys(_files(text))
    return list(found)


def read_one(path: Path, limits: Limits | None = None) -> Return:
    """The return in a file, within limits (`RETURN_LIMITS`); what cannot be read is a return with that issue alone."""
    try:
        return read_return(read_book(path, limits or RETURN_LIMITS), path.name, _digest(path))
    except FileError as error:
        issue = Issue(error.code, "error", error.message, error.fix, file=path.name)
    except OSError as error:
        issue = Issue("file-damaged", "error", f"The file cannot be read: {error.strerror}.", "Send it again.")
    except Exception as error:  # one file, whatever it holds, must not stop the others
        issue = unforeseen(error, path.name, _digest(path))
    return Return(path.name, _digest(path), issues=(issue,))


def unforeseen(error: Exception, name: str, sha256: str) -> Issue:
    """The issue of a file that met an error of ours: it is refused alone, and can be reported."""
    reference = f"{type(error).__name__}, {sha256[:8]}"
    message = f"{name} could not be read, for a reason that nobody foresaw (reference: {reference})."
    return Issue("file-damaged", "error", message, f"Keep the file and report the reference. {_SAVE_ANEW}", file=name)


def lost(path: Path) -> Return:
    """The return in a file that stopped the program that read it, so that nothing is known of it."""
    message = f"{path.name} could not be read: it stopped the program that read it, twice."
    issue = Issue("file-damaged", "error", message, f"Keep the file and report it. {_SAVE_ANEW}", file=path.name)
    return Return(path.name, _digest(path), issues=(issue,))


def _files(text: str) -> list[Path]:
    path = Path(text)
    if path.is_file():
        return [path]
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if _is_return(p))
        if not files:
            raise InputError(f"The folder {path} holds no returns.", f"Returns end in {', '.join(_ENDINGS)}.")
        return files
    anchor = Path(path.anchor or ".")
    pattern = str(path.relative_to(path.anchor)) if path.anchor else text
    files = sorted(p for p in anchor.glob(pattern) if _is_return(p)) if any(c in text for c in "*?[") else []
    if not files:
        raise InputError(f'There is no file or folder "{text}".', "Check the name; a glob needs its quotes.")
    return files


def _is_return(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _ENDINGS and not path.name.startswith(("~$", "."))


def _digest(path: Path) -> str:
    # In pieces; a file of gigabytes, which is refused anyhow, would take minutes.
    try:
        if not path.is_file() or path.stat().st_size > _MOST_HASHED:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
