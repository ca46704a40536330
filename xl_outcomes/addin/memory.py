"""What the add-in remembers for one person: how the tables stood before the last action, and the last report.

Kept in the user's own folder, never in the workbook; the log stands there too.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

LOG = "addin.log"
_MOST_LOGGED = 1_000_000


@dataclass(frozen=True, slots=True)
class Before:
    """How tables of a workbook stood before an action, and the mark of how it left them.

    `widths` are the column widths of those that are views.
    """

    action: str
    frames: "Mapping[str, pd.DataFrame]"
    after: str
    widths: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """The folder of one person's add-in."""

    folder: Path

    @property
    def log(self) -> Path:
        """The file with what failed, by reference."""
        return self.folder / LOG

    def keep(self, book: str, before: Before) -> None:
        """Remember how a workbook's tables stood; one action back is kept for each workbook."""
        frames = {name: _packed(frame) for name, frame in before.frames.items()}
        content = {"action": before.action, "after": before.after, "frames": frames, "widths": before.widths}
        self._write(self._undo_file(book), json.dumps(content, ensure_ascii=False))

    def recall(self, book: str) -> Before | None:
        """How the tables of a workbook stood before the last action; None where nothing is remembered."""
        try:
            content = json.loads(self._undo_file(book).read_text(encoding="utf-8"))
            frames = {name: _unpacked(packed) for name, packed in content["frames"].items()}
            return Before(content["action"], frames, content["after"], content["widths"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_report(self, path: Path) -> None:
        """Remember the last report that was written."""
        self._write(self.folder / "last-report.txt", str(path))

    def last_report(self) -> Path | None:
        """The last report that was written, if it is still there."""
        try:
            path = Path((self.folder / "last-report.txt").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return path if path.is_file() else None

    def note(self, at: dt.datetime, text: str) -> int:
        """Write something that failed into the log; returns the reference under which it stands."""
        reference = 1000 + secrets.randbelow(9000)
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.log.is_file() and self.log.stat().st_size > _MOST_LOGGED:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{at:%Y-%m-%d %H:%M:%S}  Reference {reference}\n{text.rstrip()}\n\n")
        return reference

    def _undo_file(self, book: str) -> Path:
        return self.folder / "undo" / f"{hashlib.sha256(book.casefold().encode()).hexdigest()[:24]}.json"

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(path)


def own_memory() -> Memory:
    """The memory of the person who is logged in."""
    import platformdirs

    return Memory(Path(platformdirs.user_log_dir("xl-outcomes", appauthor=False)))


def mark_of(frames: "Mapping[str, pd.DataFrame]") -> str:
    """A short text that is the same for the same headings and values only, wherever the tables stand."""
    packed = [[name, [str(h) for h in frames[name].columns], _values(frames[name])] for name in sorted(frames)]
    return hashlib.sha256(json.dumps(packed, ensure_ascii=False).encode()).hexdigest()


def _values(frame: "pd.DataFrame") -> list[list[object]]:
    rows = ([_cell(v) for v in values] for values in frame.itertuples(index=False, name=None))
    return [[_same(v) for v in row] for row in rows]


def _same(value: object) -> object:
    # Excel gives every number as a float, and keeps 15 digits of it.
    return value if isinstance(value, bool) or not isinstance(value, int | float) else format(float(value), ".15g")


def _packed(frame: "pd.DataFrame") -> dict[str, Any]:
    rows = [[_cell(v) for v in values] for values in frame.itertuples(index=False, name=None)]
    return {"headings": [str(h) for h in frame.columns], "rows": rows, "index": [int(n) for n in frame.index]}


def _unpacked(packed: Mapping[str, Any]) -> "pd.DataFrame":
    from xl_outcomes.tables import frame

    return frame(packed["headings"], [[_value(v) for v in row] for row in packed["rows"]], packed["index"])


def _cell(value: object) -> object:
    if isinstance(value, dt.datetime):
        # Excel keeps moments as fractions of a day, which are seconds give or take a little.
        return {"day": (value + dt.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()}
    if isinstance(value, dt.date):
        return {"day": dt.datetime.combine(value, dt.time()).isoformat()}
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _value(value: Any) -> object:
    return dt.datetime.fromisoformat(value["day"]) if isinstance(value, dict) else value
