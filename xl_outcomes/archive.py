"""The archive of a closed quarter: a folder with the master, returns, reports and a manifest of SHA-256 sums.

It is written beside and renamed in one step, and never over one that is there (docs/rules/closing.md).
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_outcomes import __version__
from xl_outcomes.closing import Closing, altered, closings, differences
from xl_outcomes.errors import FileError, InputError, OutcomesError
from xl_outcomes.originals import originals_folder
from xl_outcomes.periods import Quarter
from xl_outcomes.settings import Settings, sound_settings
from xl_outcomes.tables import Tables, get
from xl_outcomes.workbook.file import read_master

MANIFEST, SUM = "manifest.json", "manifest.sha256"
_FORMAT = 1
_MOST_BYTES = 16 * 1024 * 1024
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
# What Excel, LibreOffice and the desktops leave in a folder that is only looked at.
_NOT_OURS = ("~$", ".~lock.", "Thumbs.db", "desktop.ini", ".DS_Store")


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes into an archive: the master under its name, and other files by their names in the archive.

    `master` is where the master itself lies (None where that is no folder of this computer), `lacking` the returns of
    the register of which no copy was kept.
    """

    closing: Closing
    folder: Path
    master: Path | None
    name: str
    files: Mapping[str, Path]
    lacking: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What is archived, in a sentence or two."""
        kinds = [name.partition("/")[0] for name in self.files]
        counts = ", ".join(f"{_count(kinds.count(k), k)}" for k in ("returns", "reports"))
        lacking = f" Returns of which no copy was kept: {', '.join(self.lacking)}." if self.lacking else ""
        return f"Archived in {self.folder}: {self.name}, {counts}, {MANIFEST}.{lacking}"


def archive_place(tables: Tables, master: Path | None) -> Path:
    """The folder of all archives: the Archive folder of the settings, else one beside the master.

    Raises InputError where there is neither.
    """
    given = _settings(tables).archive_folder
    if master is not None:
        return master.parent / (given or f"{master.stem} archive")
    if not Path(given).is_absolute():
        fix = "Fill in Archive folder on the Settings sheet, with its whole path."
        raise InputError("It is not said where archives go, and the master lies in no folder of this computer.", fix)
    return Path(given)


def plan_archive(
    tables: Tables,
    quarter: Quarter,
    master: Path | None,
    reports: Sequence[Path] = (),
    *,
    name: str = "master.xlsx",
) -> Plan:
    """What the archive of a closing holds; `tables` have its row of Closed, so it can be said before it is done.

    `reports` are files, or folders whose files with the quarter in their name are meant; those in the Reports folder
    are taken too. `name` is for a master without a path. Raises FileError where a report is missing, or the archive is
    there already.
    """
    settings, closing = _settings(tables), closings(tables)[quarter]
    place = archive_place(tables, master)
    _demand_free(place / closing.archive)
    kept = originals_folder(str(place) if settings.archive_folder else "", master, quarter)
    returns = _files_in(kept) if kept else []
    found = {**_named("returns", returns), **_named("reports", _reports(settings, quarter, master, reports))}
    own = master.name if master else name
    return Plan(closing, place / closing.archive, master, own, found, _lacking(tables, quarter, returns))


@contextlib.contextmanager
def archived(plan: Plan, data: bytes) -> Iterator[str]:
    """Writes an archive with the master's bytes `data` and gives the SHA-256 of its manifest, to be put into Closed.

    Where the writing of the master then fails, the archive is taken away again.
    """
    digest = write_archive(plan, data)
    try:
        yield digest
    except BaseException:
        if plan.master is not None and not _is_listed(plan.master, digest):
            _remove(plan.folder)
        raise


def write_archive(plan: Plan, data: bytes) -> str:
    """Writes an archive and returns the SHA-256 of its manifest; raises FileError, and then there is no archive."""
    start = f".~{plan.folder.name}-"
    beside = plan.folder.with_name(f"{start}{os.getpid()}")
    try:
        _demand_free(plan.folder)
        for left in plan.folder.parent.glob(f"{start}*"):
            _remove(left)
        beside.mkdir(parents=True)
        digest = _fill(beside, plan, data)
        beside.rename(plan.folder)
    except FileError:
        raise
    except OSError as error:
        what = f"The archive {plan.folder} could not be written: {error.strerror or error}."
        raise FileError("file-unwritable", what, "Nothing was closed. Look at the folder and its drive.") from error
    finally:
        _remove(beside)
    return digest


def verify(folder: Path, digests: Collection[str] | None = None) -> list[str]:
    """What differs in an archive from what was written, a sentence each; no sentence proves it unchanged.

    `digests` are those that the master lists (`listed_digests`): with them a manifest that was changed together with
    the files is found too. Raises FileError where there is no archive or its manifest cannot be read.
    """
    raw, manifest = _manifest(folder)
    digest = hashlib.sha256(raw).hexdigest()
    found = []
    if digests is not None and digest not in digests:
        found.append(f"{MANIFEST} is not the one that the master lists for this archive.")
    if _text(folder / SUM).split() != [digest, MANIFEST]:
        found.append(f"{MANIFEST} or {SUM} has been changed since it was written: they do not agree.")
    return found + _compared(folder, {_normal(e["file"]): (e["bytes"], e["sha256"]) for e in manifest["files"]})


def listed_digests(tables: Tables, name: str) -> frozenset[str]:
    """The SHA-256 of manifests that a master lists: of the archive of that name, of all where it lists none such."""
    rows = [(str(r["Archive"]), str(r["Manifest"])) for r in get(tables, "Closed").rows() if r["Manifest"] is not None]
    own = frozenset(digest for archive, digest in rows if archive.casefold() == name.casefold())
    return own or frozenset(digest for _, digest in rows)


def read_kept(tables: Tables, closing: Closing, master: Path | None) -> Tables:
    """The tables of the archived master of a closing; raises FileError where it is gone or has been changed."""
    folder = archive_place(tables, master) / (Path(closing.archive).name or "nothing")
    raw, manifest = _manifest(folder)
    path = folder / Path(str(manifest["master"])).name
    sums = {_normal(e["file"]): e["sha256"] for e in manifest["files"]}
    listed = not closing.manifest or hashlib.sha256(raw).hexdigest() == closing.manifest
    if not listed or not path.is_file() or _digest(path) != sums.get(_normal(path.name)):
        what = f"The archive {folder} is not as it was written when {closing.quarter} was closed."
        raise FileError("file-changed", what, "Verify it, and bring back an unchanged copy of it.")
    return read_master(path).tables


def edits(tables: Tables, master: Path | None, most: int = 5) -> tuple[str, ...]:
    """What to tell an officer before any action: closed quarters whose rows have been edited, cell by cell."""
    return tuple(_edited(tables, closing, master, most) for closing in altered(tables))


def unlisted(tables: Tables, master: Path) -> tuple[str, ...]:
    """Archives of this master that its table Closed does not list: a row was deleted, or a closing undone."""
    listed = {str(row["Archive"]).casefold() for row in get(tables, "Closed").rows()}
    place = archive_place(tables, master)
    folders = sorted(f.parent for f in place.glob(f"*/{MANIFEST}")) if place.is_dir() else []
    return tuple(
        f"{folder} is an archive of this master, but its table Closed has no row for it: the row was deleted, or the "
        f"closing was undone or broken off. Put the row back, or move that folder away."
        for folder in folders
        if folder.name.casefold() not in listed and not folder.name.startswith(".") and _is_of(folder, master)
    )


def _fill(folder: Path, plan: Plan, data: bytes) -> str:
    entries = [_put(folder, plan.name, data)]
    entries += [_put(folder, name, path.read_bytes()) for name, path in plan.files.items()]
    closing = plan.closing
    manifest = {
        "format": _FORMAT,
        "program": f"xl-outcomes {__version__}",
        "period": str(closing.quarter),
        "closed": closing.at.isoformat() if closing.at else None,
        "by": closing.by,
        "archive": closing.archive,
        "master": plan.name,
        "fingerprint": closing.fingerprint,
        "files": sorted(entries, key=lambda e: str(e["file"])),
    }
    raw = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "surrogateescape")
    digest = str(_put(folder, MANIFEST, raw)["sha256"])
    # As the program sha256sum writes and checks it.
    _put(folder, SUM, f"{digest}  {MANIFEST}\n".encode("ascii"))
    return digest


def _put(folder: Path, name: str, data: bytes) -> dict[str, object]:
    """Writes a file, for certain and to be read only; returns its entry in the manifest."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    # Excel then opens it to be looked at, and does not save over it.
    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_WRITABLE)
    return {"file": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _demand_free(folder: Path) -> None:
    if folder.exists() or folder.is_symlink():
        fix = (
            "If a closing was undone or broken off, or it is of another master, move that folder away and close again."
        )
        raise FileError("file-open", f"There is an archive {folder} already, and none is ever written over.", fix)


def _remove(folder: Path) -> None:
    """Takes away a folder that was written here, as far as that can be done."""
    with contextlib.suppress(OSError):
        for path in folder.rglob("*"):
            path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)


def _is_listed(master: Path, digest: str) -> bool:
    """Whether a master lists an archive; also where that cannot be told."""
    try:
        return any(row["Manifest"] == digest for row in get(read_master(master).tables, "Closed").rows())
    except OutcomesError:
        return True


def _reports(settings: Settings, quarter: Quarter, master: Path | None, given: Sequence[Path]) -> list[Path]:
    home = master.parent if master else Path()
    found: dict[Path, None] = {}
    for path in (*([home / settings.reports_folder] if settings.reports_folder else []), *given):
        if path.is_dir():
            found |= dict.fromkeys(p.resolve() for p in _files_in(path) if quarter.file_name in p.name)
        elif path.is_file():
            found[path.resolve()] = None
        elif path in given:
            raise FileError("file-missing", f"There is no report {path}.", "Check its name.")
    return list(found)


def _files_in(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(p for p in found if p.is_file() and not p.name.startswith((".", "~$")))


def _named(part: str, paths: Iterable[Path]) -> dict[str, Path]:
    """Files by their names in the archive, where a second of the same name gets a number."""
    found: dict[str, Path] = {}
    seen: dict[str, int] = {}
    for path in paths:
        seen[path.name.casefold()] = count = seen.get(path.name.casefold(), 0) + 1
        found[f"{part}/{path.name}" if count == 1 else f"{part}/{path.stem} ({count}){path.suffix}"] = path
    return found


def _lacking(tables: Tables, quarter: Quarter, returns: Iterable[Path]) -> tuple[str, ...]:
    kept = {_digest(path) for path in returns}
    listed = [r for r in get(tables, "Returns").rows() if r["Period"] == str(quarter) and r["SHA-256"] is not None]
    return tuple(dict.fromkeys(f"{r['File']} of {r['Data owner']}" for r in listed if r["SHA-256"] not in kept))


def _manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    path = folder / MANIFEST
    if not path.is_file():
        what = f"{folder} is not an archive of xl-outcomes: there is no {MANIFEST} in it."
        raise FileError("file-missing", what, "Give the folder of a quarter, such as 2025-26-Q1.")
    try:
        raw = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else b""
        manifest = json.loads(raw)
        sound = isinstance(manifest["master"], str) and all(_is_entry(e) for e in manifest["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        what = f"{path} cannot be read, so that nothing in the archive can be proved."
        raise FileError("file-damaged", what, "Bring back an unchanged copy of the archive.")
    return raw, manifest


def _is_entry(entry: object) -> bool:
    kinds = {"file": str, "bytes": int, "sha256": str}
    return isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in kinds.items())


def _compared(folder: Path, entries: Mapping[str, tuple[int, str]]) -> list[str]:
    there = dict(_walk(folder))
    found = [f"{name} is missing." for name in entries.keys() - there.keys()]
    for name, path in there.items():
        if name not in entries:
            found.append(f"{name} has been added since.")
        elif path.is_symlink():
            found.append(f"{name} is a link now, not a file.")
        elif (path.stat().st_size, _digest(path)) != entries[name]:
            found.append(f"{name} has been changed since.")
    return sorted(found)


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of an archive by their names in it, links among them; none is followed."""
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for path in (Path(place) / name for name in (*files, *links) if not name.startswith(_NOT_OURS)):
            name = _normal(path.relative_to(folder).as_posix())
            if name not in (MANIFEST, SUM):
                yield name, path


def _edited(tables: Tables, closing: Closing, master: Path | None, most: int) -> str:
    start = f"{closing.quarter} is closed, and its rows of Results or Rollup have been edited since."
    try:
        found = differences(tables, read_kept(tables, closing, master), closing.quarter)
    except OutcomesError as error:
        return f"{start} What stood there cannot be shown: {error}"
    more = f" And {len(found) - most} more." if len(found) > most else ""
    lines = " ".join(d.line for d in found[:most])
    return f"{start} {lines}{more} Put the quarter back, or record the edits as a revision with its reason."


def _is_of(folder: Path, master: Path) -> bool:
    try:
        return str(_manifest(folder)[1]["master"]) == master.name
    except FileError:
        return False


def _settings(tables: Tables) -> Settings:
    return sound_settings(tables["Settings"])


def _digest(path: Path) -> str:
    """The SHA-256 of a file; blank where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii") if path.is_file() and not path.is_symlink() else ""
    except (OSError, ValueError):
        return ""


def _normal(name: str) -> str:
    # Some systems write an accent as a character of its own.
    return unicodedata.normalize("NFC", name)


def _count(number: int, plural: str) -> str:
    return f"1 {plural.removesuffix('s')}" if number == 1 else f"{number} {plural}"
