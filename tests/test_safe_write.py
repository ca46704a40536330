"""A master is replaced in one step or not at all."""

import datetime as dt
import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from xl_outcomes.errors import FileError
from xl_outcomes.workbook import safe_write
from xl_outcomes.workbook.safe_write import leftovers, look, replace

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
    assert leftovers(path.parent) == ()
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
    assert leftovers(master.parent) == ()


def test_a_refused_rename_means_that_somebody_holds_the_file(master: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = look(master)[1]

    def fail(*args: object) -> object:
        raise PermissionError(errno.EACCES, "Access is denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fail)
        with pytest.raises(FileError, match="open in another program"):
            replace(master, b"new", seen, now=NOW)


def test_leftovers_of_a_crash_go_with_the_next_write(master: Path) -> None:
    master.with_name(".~xl-outcomes-Master-123.tmp").write_bytes(b"half")
    assert len(leftovers(master.parent)) == 1
    replace(master, b"new", look(master)[1], now=NOW)
    assert leftovers(master.parent) == ()


def test_another_writer_in_the_folder_is_refused(master: Path) -> None:
    with safe_write._alone(master.resolve()):
        assert "Another xl-outcomes" in refused(master, "file-open").message


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no file Nothing") as caught:
        look(tmp_path / "Nothing.xlsx")
    assert caught.value.code == "file-missing"


@pytest.mark.skipif(sys.platform == "win32", reason="a symbolic link needs rights on Windows")
def test_a_link_stays_a_link(master: Path) -> None:
    link = master.with_name("Link.xlsx")
    link.symlink_to(master)
    replace(link, b"new", look(link)[1], now=NOW)
    assert link.is_symlink()
    assert master.read_bytes() == b"new"


@pytest.mark.parametrize("operation", range(1, 13))
def test_a_process_that_dies_at_any_operation_leaves_the_old_or_the_new_master(master: Path, operation: int) -> None:
    subprocess.run([sys.executable, "-c", DYING, str(master), str(operation)], check=False, timeout=30)
    assert master.read_bytes() in {b"old" * 1000, b"new" * 1000, b"old"}
    replace(master, b"after", look(master)[1], now=NOW)
    assert master.read_bytes() == b"after"
    assert leftovers(master.parent) == ()


DYING = textwrap.dedent("""
    import datetime, os, sys
    from pathlib import Path
    from xl_outcomes.workbook import safe_write

    path, left = Path(sys.argv[1]), int(sys.argv[2])
    path.write_bytes(b"old" * 1000)
    seen = safe_write.look(path)[1]
    FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.listdir", "os.scandir"}

    def die(event, args):
        global left
        if event in FILE_EVENTS:
            left -= 1
            if left == 0:
                os._exit(9)

    sys.addaudithook(die)
    safe_write.replace(path, b"new" * 1000, seen, now=datetime.datetime(2026, 1, 1))
""")
