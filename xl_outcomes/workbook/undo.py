"""Taking back the last write of a master from its backup, where nobody has changed the master since."""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.file import Master, read_master
from xl_outcomes.workbook.safe_write import BACKUPS, backups_of


@dataclass(frozen=True, slots=True)
class Undoable:
    """A master as it is, and as it was before the last write."""

    now: Master
    before: Master


def remember(path: Path, data: bytes) -> None:
    """Notes which bytes were written last, so that an undo can tell whether somebody has changed them since.

    Where the note cannot be written there is no undo; what was written stands all the same.
    """
    with contextlib.suppress(OSError):
        _note(path).write_text(hashlib.sha256(data).hexdigest(), encoding="ascii")


def last_write(path: Path) -> Undoable:
    """The master before and after the last write.

    Raises FileError where there is none, or where the master has been changed since: its changes would be lost.
    """
    now = read_master(path)
    backup = _newest_backup(path, now.data)
    if backup is None or not _note(path).is_file():
        raise FileError("file-missing", f"There is nothing to undo: {path.name} has no backup.", "")
    if _note(path).read_text(encoding="ascii") != hashlib.sha256(now.data).hexdigest():
        fix = f"To go back all the same, copy {backup} over it: what was changed since is lost then."
        raise FileError("file-changed", f"{path.name} has been changed since the last action.", fix)
    return Undoable(now, read_master(backup))


def _newest_backup(path: Path, now: bytes) -> Path | None:
    """The newest backup that is not the master as it stands, as one is that a broken-off write has left."""
    return next((b for b in backups_of(path) if b.read_bytes() != now), None)


def _note(path: Path) -> Path:
    real = path.resolve()
    return real.parent / BACKUPS / f"{real.stem}.last-written"
