"""A master is replaced in one step or not at all."""

import datetime as dt
import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xl_outcomes.errors import FileError
from xl_outcomes.workbook import safe_write
from xl_outcomes.workbook.safe_write import BACKUPS, backups_of, leftovers, look, recovery_note, replace

NOW = dt.datetime(2026, 4, 30, 9, 15, 0)


@pytest.fixture
def master(tmp_path: Path) -> Path:
    path = tmp_path / "Master.xlsx"
    path.write_bytes(b"old")
    return path


def refused(path: Path, code: str, data: bytes = b"new", **options: object) -> FileError:
    before = path.read_bytes()
    with pytest.raises(FileError) as caught:
        replace(path, data, options.pop("seen", look(path)[1]), now=NOW, **options)
    assert caught.value.code == code
    assert path.read_bytes() == before
    assert leftovers(path) == ()
    return caught.value


def test_a_replaced_master_leaves_a_backup(master: Path) -> None:
    data, seen = look(master)
    backup = replace(master, b"new", seen, now=NOW)
    assert data == backup.read_bytes() == b"old"
    assert master.read_bytes() == b"new"
    assert backup.name == f"Master 20260430-091500-{seen.sha256[:8]}.xlsx"
    assert backup.parent.name == ".backups"


def test_a_new_master_needs_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "New.xlsx"
    assert replace(path, b"new", None, now=NOW) == path.resolve()
    assert path.read_bytes() == b"new"


def test_only_the_newest_backups_of_this_master_are_kept(master: Path) -> None:
    other = master.with_name("Master 2.xlsx")
    other.write_bytes(b"other")
    theirs = replace(other, b"other 2", look(other)[1], now=NOW - dt.timedelta(days=1))
    made = [
        replace(master, f"{n}".encode(), look(master)[1], now=NOW + dt.timedelta(minutes=n), backups=3)
        for n in range(6)
    ]
    assert [path.exists() for path in made] == [False] * 3 + [True] * 3
    assert theirs.exists()


def test_a_change_since_the_reading_is_refused(master: Path) -> None:
    seen = look(master)[1]
    master.write_bytes(b"changed")
    assert "changed" in refused(master, "file-changed", seen=seen).message


def test_a_change_during_the_writing_is_refused(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up = safe_write._back_up

    def slow(*args: object) -> Path:
        master.write_bytes(b"quick")
        return back_up(*args)

    monkeypatch.setattr(safe_write, "_back_up", slow)
    with pytest.raises(FileError, match="was changed"):
        replace(master, b"new", look(master)[1], now=NOW)
    assert master.read_bytes() == b"quick"


def test_a_deleted_master_is_not_made_again(master: Path) -> None:
    seen = look(master)[1]
    master.unlink()
    with pytest.raises(FileError, match="deleted"):
        replace(master, b"new", seen, now=NOW)
    assert not master.exists()


def excel_lock(name: str) -> bytes:
    plain, wide = name.encode("cp1252"), name.encode("utf-16-le")
    return bytes([len(plain)]) + plain.ljust(54) + len(name).to_bytes(2, "little") + wide.ljust(108, b" ")


@pytest.mark.parametrize("user", ["Jo Bloggs", "Zoë Smith"])
def test_a_master_open_in_excel_is_refused_with_the_name(master: Path, user: str) -> None:
    master.with_name("~$Master.xlsx").write_bytes(excel_lock(user))
    assert refused(master, "file-open").message == f"Master.xlsx is open in Excel by {user}."


def test_an_empty_lock_file_still_counts(master: Path) -> None:
    master.with_name("~$Master.xlsx").write_bytes(b"")
    assert refused(master, "file-open").message == "Master.xlsx is open in Excel."


def test_a_master_open_in_libreoffice_is_refused(master: Path) -> None:
    master.with_name(".~lock.Master.xlsx#").write_text(",jbloggs,pc-17,30.04.2026 09:00,file:///x;")
    assert "LibreOffice by jbloggs" in refused(master, "file-open").message


@pytest.mark.parametrize("folder", ["OneDrive", "OneDrive - Anytown Council", "Dropbox", "Google Drive", "iCloudDrive"])
def test_synced_folders_are_refused_unless_allowed(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "Master.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"old")
    assert folder in refused(path, "file-synced").message
    replace(path, b"new", look(path)[1], now=NOW, allow_synced=True)
    assert path.read_bytes() == b"new"


def test_a_read_only_master_is_refused(master: Path) -> None:
    master.chmod(0o444)
    assert "Untick" in refused(master, "file-read-only").fix


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EROFS, "file-read-only"),
        (errno.EBUSY, "file-open"),
        (errno.EIO, "file-unwritable"),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "open", "replace"])
def test_a_failing_file_operation_leaves_the_old_master(
    master: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, step: str
) -> None:
    seen, owner = look(master)[1], {"fsync": os, "open": Path, "replace": Path}[step]
    real = getattr(owner, step)

    def fail(*args: object, **kwargs: object) -> object:
        if step == "open" and "b" in str(args[1:]) and "w" not in str(args[1:]):
            return real(*args, **kwargs)
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, fail)
        with pytest.raises(FileError) as caught:
            replace(master, b"new", seen, now=NOW)
    assert caught.value.code == code
    assert master.read_bytes() == b"old"
    assert leftovers(master) == ()


def test_a_refused_rename_means_that_somebody_holds_the_file(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = look(master)[1]

    real = Path.replace

    def fail(self: Path, other: Path) -> Path:
        if other == master:
            raise PermissionError(errno.EACCES, "Access is denied")
        return real(self, other)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(FileError, match="open in another program"):
            replace(master, b"new", seen, now=NOW)


def test_another_writer_in_the_folder_is_refused(master: Path) -> None:
    with safe_write._alone(master.resolve()):
        assert "Another xl-outcomes" in refused(master, "file-open").message


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no file Nothing") as caught:
        look(tmp_path / "Nothing.xlsx")
    assert caught.value.code == "file-missing"


def written(path: Path, *contents: str, now: dt.datetime = NOW, **options: int) -> list[bytes]:
    """What the backups hold, the newest first, after writing one content after the other."""
    for content in contents:
        replace(path, content.encode(), look(path)[1], now=now, **options)
    return [backup.read_bytes() for backup in backups_of(path)]


def test_backups_of_one_second_stay_in_order(master: Path) -> None:
    assert written(master, "1", "2", "3", "4", backups=3) == [b"3", b"2", b"1"]
    assert written(master, "3", "4", "5", backups=3) == [b"4", b"3", b"2"]


def test_backups_stay_in_order_when_the_clock_goes_backwards(master: Path) -> None:
    written(master, "1", "2", backups=3)
    for backup in backups_of(master):
        later = backup.stat().st_mtime + 86400
        os.utime(backup, (later, later))
    assert written(master, "3", "4", now=NOW - dt.timedelta(days=900), backups=3) == [b"3", b"2", b"1"]


def test_writes_that_fail_at_the_last_step_push_no_backups_out(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, real = written(master, "1", "2", "3", backups=3), os.replace

    def fail(source: Path, other: Path) -> None:
        if Path(other) == master:
            raise PermissionError(errno.EACCES, "Access is denied")
        real(source, other)

    monkeypatch.setattr(os, "replace", fail)
    for minute in range(5):
        with pytest.raises(FileError, match="open in another program"):
            written(master, "4", now=NOW + dt.timedelta(minutes=minute), backups=3)
    monkeypatch.undo()
    assert written(master, "4", backups=3) == [b"3", *kept][:3]


def test_a_file_in_the_place_of_the_backups_is_named(master: Path) -> None:
    master.with_name(BACKUPS).write_text("a file")
    error = refused(master, "file-unwritable")
    assert error.message == "Beside Master.xlsx is a file .backups, where the folder of its backups should be."


def test_backups_that_cannot_be_written_are_named(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    def fail(self: Path, mode: str) -> object:
        if "x" in mode and self.parent.name == BACKUPS:
            raise PermissionError(errno.EACCES, "Access is denied", str(self))
        return real(self, mode)

    monkeypatch.setattr(Path, "open", fail)
    assert refused(master, "file-read-only").message == "The folder .backups beside Master.xlsx is read-only."


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom rights bind")
@pytest.mark.parametrize("closed", [".", BACKUPS])
def test_a_read_only_folder_is_refused(master: Path, closed: str) -> None:
    folder = master.parent / closed
    folder.mkdir(exist_ok=True)
    folder.chmod(0o555)
    error = refused(master, "file-read-only")
    folder.chmod(0o755)
    assert ("The folder .backups" in error.message) == (closed == BACKUPS)


@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_folder_that_vanishes_is_said_to_have_vanished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    path = tmp_path / "folder" / "Master.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"old")
    seen, real = look(path)[1] if moment == "before" else None, safe_write._back_up

    def vanish(*args: object) -> Path:
        shutil.rmtree(path.parent)
        return real(*args)

    if moment == "before":
        shutil.rmtree(path.parent)
    monkeypatch.setattr(safe_write, "_back_up", vanish)
    with pytest.raises(FileError, match="cannot be found, or vanished") as caught:
        replace(path, b"new", seen, now=NOW)
    assert caught.value.code == "file-missing"
    assert str(path.parent) in caught.value.fix
    assert not path.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="names are as long as paths there")
@pytest.mark.parametrize("length", [235, 252, 300])
def test_names_too_long_for_a_backup_are_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / f"{'M' * (length - 5)}.xlsx"
    if length < 255:
        path.write_bytes(b"old")
    with pytest.raises(FileError, match="too long") as caught:
        replace(path, b"new", None, now=NOW)
    assert caught.value.code == "file-unwritable"
    assert length > 255 or (path.read_bytes() == b"old" and leftovers(path) == ())


def test_the_folders_that_onedrive_names_are_synced(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = master.parent / "Anytown Council" / "Performance - Documents"
    library.mkdir(parents=True)
    path = library / "Master.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setenv("OneDriveCommercial", str(master.parent.resolve() / "OneDrive - Anytown Council"))
    assert "synced folder Anytown Council" in refused(path, "file-synced").message
    replace(master, b"new", look(master)[1], now=NOW)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes, and a link needs rights there")


@POSIX
def test_a_link_stays_a_link(master: Path) -> None:
    link = made(master.parent / "links") / "Link.xlsx"
    link.symlink_to(master)
    assert replace(link, b"new", look(link)[1], now=NOW).parent == master.parent / BACKUPS
    assert link.is_symlink()
    assert master.read_bytes() == b"new"
    assert backups_of(link) == backups_of(master)
    assert [p.name for p in link.parent.iterdir()] == ["Link.xlsx"]


@POSIX
def test_a_link_that_is_open_is_refused(master: Path) -> None:
    link = master.with_name("Link.xlsx")
    link.symlink_to(master)
    link.with_name("~$Link.xlsx").write_bytes(b"")
    assert "Link.xlsx is open in Excel" in refused(link, "file-open").message


@POSIX
def test_links_in_a_circle_are_an_error_in_plain_words(tmp_path: Path) -> None:
    one, two = tmp_path / "One.xlsx", tmp_path / "Two.xlsx"
    one.symlink_to(two)
    two.symlink_to(one)
    for act in (lambda: look(one), lambda: replace(one, b"new", None, now=NOW)):
        with pytest.raises(FileError, match="levels of symbolic links"):
            act()
    assert recovery_note(one) == ""


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_is_kept_and_no_copy_is_open_to_more_people(
    master: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    modes, real = [], os.fsync

    def sync(number: int) -> None:
        status = os.fstat(number)
        modes.extend([stat.S_IMODE(status.st_mode)] if stat.S_ISREG(status.st_mode) else [])
        real(number)

    monkeypatch.setattr(os, "fsync", sync)
    master.chmod(mode)
    backup = replace(master, b"new", look(master)[1], now=NOW)
    assert modes == [mode, mode]
    assert [stat.S_IMODE(p.stat().st_mode) for p in (master, backup)] == [mode, mode]


@POSIX
def test_a_disk_that_refuses_more_bytes_is_full(master: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    ran = subprocess.run(writing(limit, master), capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "disk-full, old master True, leftovers 0"


@pytest.mark.parametrize(("size", "full_at"), [(16, "the new file"), (48, "the backup")])
def test_a_small_disk_is_really_full(tmp_path: Path, size: int, full_at: str) -> None:
    folder = made(tmp_path / "disk")
    # A mount that only this process sees, and that ends with it.
    space = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'mount -t tmpfs -o size={size}k none "$0" && "$@"']
    if not shutil.which("unshare") or subprocess.run([*space, folder, "true"], capture_output=True).returncode:
        pytest.skip("no right to mount a disk")
    command = [*space, folder, *writing("", folder / "Master.xlsx")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "disk-full, old master True, leftovers 0", full_at


def writing(before: str, path: Path) -> list[str | Path]:
    """A command that writes 32 kB over 12 kB and prints how that ended."""
    return [sys.executable, "-c", f"{before}\n{WRITING}", path]


WRITING = """
import datetime, pathlib, sys
from xl_outcomes.errors import FileError
from xl_outcomes.workbook.safe_write import leftovers, look, replace

path = pathlib.Path(sys.argv[1])
old = path.read_bytes() if path.exists() else b"o" * 12288
path.write_bytes(old)
try:
    replace(path, b"n" * 32768, look(path)[1], now=datetime.datetime(2026, 1, 1))
except FileError as error:
    print(f"{error.code}, old master {path.read_bytes() == old}, leftovers {len(leftovers(path))}")
"""


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
