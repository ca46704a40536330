"""Replace a master in one step, or not at all: lock and change detection, backups, and plain words when it fails.

Stopped at any point, the master is either the old or the new one. The steps: write the new one beside it, keep the old
one in `.backups`, look once more whether anybody changed it, and rename.
"""

import contextlib
import datetime as dt
import errno
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes.errors import FileError

BACKUPS = ".backups"
_SYNCED = frozenset({"onedrive", "dropbox", "sharepoint", "google drive", "googledrive", "iclouddrive", "icloud drive"})
_SYNCED_STARTS = ("onedrive - ", "onedrive-", "dropbox (", "sharepoint - ", "googledrive-")
_TEMPORARY = ".~xl-outcomes-"


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was when it was read: its bytes' SHA-256, size, and time of change in seconds."""

    path: Path
    sha256: str
    size: int
    modified: float


def look(path: Path) -> tuple[bytes, Seen]:
    """Read a whole file and remember what was seen, for `replace`.

    Raises FileError: file-missing, or file-open where another program holds it.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            data, status = stream.read(), os.fstat(stream.fileno())
    except (FileNotFoundError, IsADirectoryError):
        raise FileError("file-missing", f"There is no file {path.name} in {path.parent}.", "Check its name.") from None
    except PermissionError:
        what = f"{path.name} is open in another program, or you have no right to read it."
        raise FileError("file-open", what, "Close it there and try again.") from None
    except OSError as error:
        raise _in_plain_words(error, path) from None
    return data, Seen(path, hashlib.sha256(data).hexdigest(), len(data), status.st_mtime)


def replace(
    path: Path,
    data: bytes,
    seen: Seen | None,
    *,
    now: dt.datetime,
    allow_synced: bool = False,
    backups: int = 10,
) -> Path:
    """Replace a file in one step and return the path of the old one's backup (`path` itself if there was no old one).

    `seen` is what `look` gave; with None the file is replaced whatever it holds. The newest `backups` copies are kept.
    Raises FileError: file-open, file-changed, file-synced, file-read-only or disk-full; then the old file stands.
    """
    target = Path(path).resolve()
    _refuse_synced(target, allow_synced)
    _refuse_open(target)
    try:
        _refuse_read_only(target)
        with _alone(target):
            return _replace(target, data, seen, now, backups)
    except FileError:
        raise
    except OSError as error:
        raise _in_plain_words(error, target) from None


def leftovers(folder: Path) -> tuple[Path, ...]:
    """Files that a crash in the middle of a write left behind; the next successful write removes them."""
    return tuple(sorted(folder.glob(f"{_TEMPORARY}*.tmp")))


def _replace(target: Path, data: bytes, seen: Seen | None, now: dt.datetime, backups: int) -> Path:
    old = _old_bytes(target, seen)
    with _written_beside(target, data) as temporary:
        backup = target if old is None else _back_up(target, old, now)
        if old is not None:
            shutil.copymode(target, temporary)
        _refuse_open(target)
        if _old_bytes(target, seen) != old:
            raise _changed(target)
        _rename(temporary, target)
    _flush_folder(target.parent)
    _tidy(target, backups)
    return backup


@contextlib.contextmanager
def _written_beside(target: Path, data: bytes) -> Iterator[Path]:
    """A new file beside the target, on the disk for certain; gone again unless it has been renamed."""
    temporary = target.with_name(f"{_TEMPORARY}{target.stem}-{os.getpid()}.tmp")
    try:
        _write(temporary, data)
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _rename(temporary: Path, target: Path) -> None:
    try:
        temporary.replace(target)
    except PermissionError:
        # The folder could be written a moment ago, so it is the target that somebody holds.
        raise _held(target) from None


def _old_bytes(target: Path, seen: Seen | None) -> bytes | None:
    """What the file holds now, None if there is none; raises file-changed if it is not what was seen."""
    old = target.read_bytes() if target.exists() else None
    if seen is not None and (old is None or hashlib.sha256(old).hexdigest() != seen.sha256):
        raise _changed(target)
    return old


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _back_up(target: Path, old: bytes, now: dt.datetime) -> Path:
    mark = hashlib.sha256(old).hexdigest()[:8]
    backup = target.parent / BACKUPS / f"{target.stem} {now:%Y%m%d-%H%M%S}-{mark}{target.suffix}"
    _write(backup, old)
    return backup


def _tidy(target: Path, keep: int) -> None:
    """Remove the oldest backups of this master and what crashes left; that it fails now and then does no harm."""
    kept = sorted(file for file in (target.parent / BACKUPS).iterdir() if _is_backup(file, target))
    for file in (*kept[: max(0, len(kept) - keep)], *leftovers(target.parent)):
        with contextlib.suppress(OSError):
            file.unlink()


def _is_backup(file: Path, target: Path) -> bool:
    """Whether a file is named as a backup of this master: stem, space, 15 characters of time, dash, 8 of SHA-256."""
    rest = file.stem.removeprefix(f"{target.stem} ")
    return file.suffix == target.suffix and rest != file.stem and len(rest) == 24 and rest[8] == rest[15] == "-"


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees even if the program dies."""
    folder = target.parent / BACKUPS
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("a+b") as lock:
        try:
            _lock(lock.fileno())
        except OSError:
            raise FileError(
                "file-open",
                f"Another xl-outcomes is writing {target.name} at this moment.",
                "Try again when it is done.",
            ) from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _flush_folder(folder: Path) -> None:
    """Make the rename last; Windows has no such call for folders."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _refuse_synced(target: Path, allowed: bool) -> None:
    found = next((part for part in target.parts[:-1] if _is_synced(part.casefold())), None)
    if found and not allowed:
        raise FileError(
            "file-synced",
            f"{target.name} lies in the synced folder {found}, where another computer may change it while we write.",
            "Move it to a folder that is not synced, or allow synced folders.",
        )


def _is_synced(part: str) -> bool:
    return part in _SYNCED or part.startswith(_SYNCED_STARTS)


def _refuse_open(target: Path) -> None:
    excel, office = target.with_name(f"~${target.name}"), target.with_name(f".~lock.{target.name}#")
    for lock, program, reader in ((excel, "Excel", _excel_user), (office, "LibreOffice", _office_user)):
        if lock.exists():
            user = reader(lock)
            raise FileError(
                "file-open",
                f"{target.name} is open in {program}{f' by {user}' if user else ''}.",
                f"Close it there and try again. If nobody has it open, delete the file {lock.name} beside it.",
            )


def _excel_user(lock: Path) -> str:
    """The user that Excel's lock file names: one byte of length, then the name, and again as UTF-16 from byte 55."""
    data = _read_or_nothing(lock)
    if not data:
        return ""
    name = data[1 : 1 + data[0]].decode("cp1252", "replace")
    if len(data) >= 57 and not name.isascii():
        length = int.from_bytes(data[55:57], "little")
        name = data[57 : 57 + 2 * length].decode("utf-16-le", "replace")
    return "".join(c for c in name if c.isprintable()).strip()


def _office_user(lock: Path) -> str:
    """The user that LibreOffice's lock file names: full name, account, computer, time, with commas between."""
    fields = _read_or_nothing(lock).decode("utf-8", "replace").split(",")
    return next((field.strip() for field in fields[:2] if field.strip()), "")


def _read_or_nothing(lock: Path) -> bytes:
    # Excel holds its lock file so that others often may not read it.
    try:
        return lock.read_bytes()
    except OSError:
        return b""


def _refuse_read_only(target: Path) -> None:
    marked = target.exists() and not target.stat().st_mode & stat.S_IWUSR
    if marked or not os.access(target if target.exists() else target.parent, os.W_OK):
        raise _read_only(target)


def _read_only(target: Path) -> FileError:
    return FileError(
        "file-read-only",
        f"{target.name} or its folder is read-only.",
        "Untick Read-only in the file's properties, or ask for the right to write in the folder.",
    )


def _changed(target: Path) -> FileError:
    return FileError(
        "file-changed",
        f"{target.name} was changed, moved or deleted since it was read; nothing was written.",
        "Run the command again.",
    )


def _held(target: Path) -> FileError:
    return FileError("file-open", f"{target.name} is open in another program.", "Close it there and try again.")


def _in_plain_words(error: OSError, target: Path) -> FileError:
    # By name, because not every system knows every number.
    name = errno.errorcode.get(error.errno or 0, "")
    if name in {"ENOSPC", "EDQUOT", "EFBIG"}:
        return FileError("disk-full", f"The disk is full; {target.name} stays as it was.", "Free some space and retry.")
    if getattr(error, "winerror", None) in {32, 33} or name in {"EBUSY", "ETXTBSY"}:
        return _held(target)
    if name in {"EACCES", "EPERM", "EROFS"}:
        return _read_only(target)
    return FileError("file-unwritable", f"{target.name} could not be read or written: {error.strerror or error}.")
