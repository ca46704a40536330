"""Replace a master in one step, or not at all: lock and change detection, backups, and plain words when it fails.

Stopped at any point, the master is either the old or the new one. The steps: write the new one beside it, keep the old
one in `.backups`, look once more whether anybody changed it, and rename. What fails after that is only tidying.
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
_SYNCED_ON_A_MAC = frozenset({"cloudstorage", "mobile documents"})
_TEMPORARY = ".~xl-outcomes-"
# Some file systems count time in steps of two seconds.
_STEP_OF_TIME = 2_000_000_000


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
    """Replace a file in one step and return the path of the old one's backup (the file itself if there was no old one).

    `seen` is what `look` gave; with None the file is replaced whatever it holds. The newest `backups` copies are kept.
    A link stays a link, and the file keeps its mode. Raises FileError: file-open, file-changed, file-missing,
    file-synced, file-read-only, file-unwritable or disk-full; then the old file stands.
    """
    try:
        target = Path(path).resolve()
        _refuse_synced(target, allow_synced)
        for place in dict.fromkeys((Path(path).absolute(), target)):
            _refuse_open(place)
        _refuse_read_only(target)
        with _alone(target):
            return _replace(target, data, seen, now, backups)
    except FileError:
        raise
    except OSError as error:
        raise _in_plain_words(error, Path(path)) from None
    except RuntimeError:
        # Older versions of Python raise this, and no OSError, for links in a circle.
        raise _in_plain_words(OSError(errno.ELOOP, os.strerror(errno.ELOOP)), Path(path)) from None


def backups_of(path: Path) -> tuple[Path, ...]:
    """The backups of a master, the newest first, in the order of writing even if the clock has gone backwards."""
    target = Path(path).resolve()
    folder = target.parent / BACKUPS
    files = [f for f in folder.iterdir() if _is_backup(f, target)] if folder.is_dir() else []
    return tuple(sorted(files, key=lambda f: (f.stat().st_mtime_ns, f.name), reverse=True))


def leftovers(path: Path) -> tuple[Path, ...]:
    """Files that a crash in the middle of a write of this master left; the next successful write removes them."""
    target = Path(path).resolve()
    folders = [f for f in (target.parent, target.parent / BACKUPS) if f.is_dir()]
    return tuple(sorted(f for folder in folders for f in folder.iterdir() if f.name.startswith(_start(target))))


def recovery_note(path: Path) -> str:
    """What a person should know after a write of this master was cut off, in a few sentences; else blank.

    To be asked before the next write, which removes what was left. Never raises; blank while a write is under way.
    """
    try:
        target = Path(path).resolve()
        left = leftovers(target)
        if not left or _being_written(target):
            return ""
        cut_off = dt.datetime.fromtimestamp(max(f.stat().st_mtime for f in left))
        return _note(target, cut_off, next(iter(backups_of(target)), None), left)
    except (OSError, RuntimeError):
        return ""


def _note(target: Path, cut_off: dt.datetime, backup: Path | None, left: tuple[Path, ...]) -> str:
    name = target.name
    state = f"{name} is whole, as it was before" if target.exists() else f"there is no {name} yet"
    kept = f"Its last backup is {backup}." if backup else "It has no backup yet."
    names = ", ".join(f.name for f in left)
    return (
        f"A write of {name} was cut off on {cut_off:%Y-%m-%d} at {cut_off:%H:%M}: nothing of it went in, and {state}. "
        f"{kept} What you did then has to be done again. The next write removes what was left behind: {names}."
    )


def _replace(target: Path, data: bytes, seen: Seen | None, now: dt.datetime, keep: int) -> Path:
    old = _old_bytes(target, seen)
    with _written(target.with_name(_temporary_name(target)), data, target if old is not None else None) as temporary:
        backup = target if old is None else _back_up(target, old, now)
        _refuse_open(target)
        if _old_bytes(target, seen) != old:
            raise _changed(target)
        _rename(temporary, target)
    _finish(target, keep)
    return backup


@contextlib.contextmanager
def _written(path: Path, data: bytes, like: Path | None) -> Iterator[Path]:
    """A new file with the mode of another, on the disk for certain; gone again unless it has been renamed."""
    try:
        path.unlink(missing_ok=True)
        with path.open("xb") as stream:
            if like:
                # Before the first byte goes in, so that nobody reads a copy who may not read the master.
                _same_owner(path, like)
                shutil.copymode(like, path)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


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


def _back_up(target: Path, old: bytes, now: dt.datetime) -> Path:
    """Keep the old bytes; a write that failed at its last step has kept them already, and is not to push out others."""
    mark = hashlib.sha256(old).hexdigest()[:8]
    newest = next(iter(backups_of(target)), None)
    if newest and newest.stem.endswith(mark) and _read_or_nothing(newest) == old:
        return newest
    backup = target.parent / BACKUPS / f"{target.stem} {now:%Y%m%d-%H%M%S}-{mark}{target.suffix}"
    with _written(backup.with_name(_temporary_name(target)), old, target) as temporary:
        if newest:
            _make_newer(temporary, newest)
        temporary.replace(backup)
    _flush_folder(backup.parent)
    return backup


def _make_newer(file: Path, than: Path) -> None:
    """Backups are in the order of their times, also when the clock has gone backwards or stood still."""
    before, after = than.stat().st_mtime_ns, file.stat().st_mtime_ns
    if after <= before:
        os.utime(file, ns=(before + _STEP_OF_TIME, before + _STEP_OF_TIME))


def _finish(target: Path, keep: int) -> None:
    """Make the rename last, remove the oldest backups and what crashes left; it does no harm where this fails."""
    with contextlib.suppress(OSError):
        _flush_folder(target.parent)
        for file in (*backups_of(target)[keep:], *leftovers(target)):
            with contextlib.suppress(OSError):
                file.unlink()


def _is_backup(file: Path, target: Path) -> bool:
    """Whether a file is named as a backup of this master: stem, space, 15 characters of time, dash, 8 of SHA-256."""
    rest = file.stem.removeprefix(f"{target.stem} ")
    return file.suffix == target.suffix and rest != file.stem and [len(p) for p in rest.split("-")] == [8, 6, 8]


def _temporary_name(target: Path) -> str:
    return f"{_start(target)}{os.getpid()}.tmp"


def _start(target: Path) -> str:
    """How temporary files of this master begin; a mark, not its name, which may be as long as names can be."""
    return f"{_TEMPORARY}{hashlib.sha256(target.name.encode(errors='surrogatepass')).hexdigest()[:8]}-"


@contextlib.contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees even if the program dies."""
    lock = (_backup_folder(target) / ".lock").open("a+b")
    try:
        _lock_or_refuse(lock.fileno(), target)
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.close()


def _backup_folder(target: Path) -> Path:
    folder = target.parent / BACKUPS
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        what = f"Beside {target.name} is a file {BACKUPS}, where the folder of its backups should be."
        raise FileError("file-unwritable", what, "Move that file away or give it another name.") from None
    return folder


def _lock_or_refuse(number: int, target: Path) -> None:
    try:
        _lock(number)
    except (BlockingIOError, PermissionError):
        what = f"Another xl-outcomes is writing in the folder of {target.name} at this moment."
        raise FileError("file-open", what, "Try again when it is done.") from None


def _being_written(target: Path) -> bool:
    """Whether another xl-outcomes holds the folder's lock; also where that cannot be told."""
    try:
        with (target.parent / BACKUPS / ".lock").open("r+b") as lock:
            _lock(lock.fileno())
            return False
    except OSError as error:
        return not isinstance(error, FileNotFoundError)


if sys.platform == "win32":
    import msvcrt

    def _lock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)

    def _same_owner(path: Path, like: Path) -> None:
        """Nothing to do: a new file has the rights of its folder."""
else:
    import fcntl

    def _lock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _same_owner(path: Path, like: Path) -> None:
        """Give a file the group and owner of another, as far as this user may."""
        status = like.stat()
        for owner, group in ((-1, status.st_gid), (status.st_uid, -1)):
            with contextlib.suppress(OSError):
                os.chown(path, owner, group)


def _flush_folder(folder: Path) -> None:
    """Make the rename last; Windows has no such call for folders."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _refuse_synced(target: Path, allowed: bool) -> None:
    roots = (root.name for root in _synced_roots() if target.is_relative_to(root))
    found = next((part for part in target.parts[:-1] if _is_synced(part.casefold())), None) or next(roots, None)
    if found and not allowed:
        what = f"{target.name} lies in the synced folder {found}, where another computer may change it while we write."
        raise FileError("file-synced", what, "Move it to a folder that is not synced, or allow synced folders.")


def _is_synced(part: str) -> bool:
    return part in _SYNCED | _SYNCED_ON_A_MAC or part.startswith(_SYNCED_STARTS)


def _synced_roots() -> Iterator[Path]:
    """What OneDrive says that it synchronises, and its libraries of SharePoint, which have the organisation's name."""
    for variable in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        root = Path(os.environ.get(variable, ""))
        if root.is_absolute() and root.name:
            yield from (root, root.with_name(root.name.removeprefix("OneDrive - ")))


def _refuse_open(target: Path) -> None:
    excel, office = target.with_name(f"~${target.name}"), target.with_name(f".~lock.{target.name}#")
    for lock, program, reader in ((excel, "Excel", _excel_user), (office, "LibreOffice", _office_user)):
        if lock.exists():
            user = reader(lock)
            what = f"{target.name} is open in {program}{f' by {user}' if user else ''}."
            fix = f"Close it there and try again. If nobody has it open, delete the file {lock.name} beside it."
            raise FileError("file-open", what, fix)


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
    there = target.exists()
    marked = there and not target.stat().st_mode & stat.S_IWUSR
    if marked or (not os.access(target if there else target.parent, os.W_OK) and target.parent.exists()):
        raise _read_only(f"{target.name} or its folder")


def _read_only(what: str) -> FileError:
    fix = "Untick Read-only in its properties, or ask for the right to write in the folder."
    return FileError("file-read-only", f"{what} is read-only.", fix)


def _changed(target: Path) -> FileError:
    what = f"{target.name} was changed, moved or deleted since it was read; nothing was written."
    return FileError("file-changed", what, "Run the command again.")


def _held(target: Path) -> FileError:
    return FileError("file-open", f"{target.name} is open in another program.", "Close it there and try again.")


def _in_plain_words(error: OSError, target: Path) -> FileError:
    # By name, because not every system knows every number.
    name, windows = errno.errorcode.get(error.errno or 0, ""), getattr(error, "winerror", None)
    if name in {"ENOSPC", "EDQUOT", "EFBIG"} or windows in {39, 112}:
        return FileError("disk-full", f"The disk is full; {target.name} stays as it was.", "Free some space and retry.")
    if windows in {32, 33} or name in {"EBUSY", "ETXTBSY"}:
        return _held(target)
    if name in {"EACCES", "EPERM", "EROFS"}:
        inside = Path(str(error.filename or "")).parent.name == BACKUPS
        return _read_only(f"The folder {BACKUPS} beside {target.name}" if inside else f"{target.name} or its folder")
    if name == "ENAMETOOLONG" or windows == 206 or (name == "ENOENT" and _too_long_for_windows(target)):
        what = f"The name or path of {target.name[:60]} is too long to write it and its backups."
        return FileError("file-unwritable", what, "Give it a shorter name, or move it nearer to the top of the drive.")
    if name in {"ENOENT", "ENOTDIR", "ESTALE"}:
        what = f"The folder of {target.name} cannot be found, or vanished while it was being written."
        return FileError("file-missing", what, f"Look whether {target.parent} is there and its drive is connected.")
    what = f"{target.name} could not be read or written: {error.strerror or error}."
    return FileError("file-unwritable", what, "Look whether its drive is connected, and try again.")


def _too_long_for_windows(target: Path) -> bool:
    # 260 in all, of which a backup's folder, time and mark take 36.
    return os.name == "nt" and len(str(target)) + 36 >= 260
