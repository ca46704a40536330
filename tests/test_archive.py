"""An archive holds a quarter as it was closed, and what becomes of it later is found."""

import datetime as dt
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Convert, need
from tests.file_operations import At, Died, counted, watched
from tests.openpyxl_master import write_master
from tests.returns_world import PERIOD, World, council
from tests.support import setting
from xl_outcomes import archive, closing, commands, steps
from xl_outcomes.errors import FileError, InputError, OutcomesError
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.tables import Tables, change, get
from xl_outcomes.workbook.file import Master, read_master, save, updated

AT = dt.datetime(2025, 8, 1, 12)
WHO = "Officer"
Spoil = Callable[[Path], object]


@dataclass(frozen=True)
class Desk:
    """A master with a return taken in and its quarter rated, in a folder of its own."""

    path: Path

    @property
    def master(self) -> Master:
        return read_master(self.path)

    @property
    def folder(self) -> Path:
        return self.path.parent / "master archive" / "2025-26-Q1"

    def plan(self, *reports: Path) -> tuple[archive.Plan, Master, dict[str, object]]:
        master = self.master
        rated = rate_quarter(master.tables, PERIOD, AT.date(), closing.closed_quarters(master.tables))
        done = closing.close(master.tables, rated, AT, WHO)
        plan = archive.plan_archive({**master.tables, **done.changed}, PERIOD, self.path, reports)
        return plan, master, dict(done.changed)

    def close(self, *reports: Path) -> archive.Plan:
        plan, master, changed = self.plan(*reports)
        self._seal(plan, master, changed)
        return plan

    def _seal(self, plan: archive.Plan, master: Master, changed: dict[str, object]) -> None:
        with archive.archived(plan, updated(master, changed)) as digest:
            save(master, updated(master, closing.sealed(changed, PERIOD, digest)), AT)

    def revise(self, reason: str) -> None:
        master = self.master
        kept = archive.read_kept(master.tables, closing.closings(master.tables)[PERIOD], self.path)
        done = closing.as_revision(master.tables, kept, PERIOD, reason, AT, WHO)
        plan = archive.plan_archive({**master.tables, **done.changed}, PERIOD, self.path)
        self._seal(plan, master, done.changed)

    def write(self, changed: Tables) -> None:
        master = self.master
        save(master, updated(master, changed), AT)

    def edit(self, heading: str, value: object) -> None:
        """Types into the row of P1 in Results."""
        table = self.master.tables["Results"]
        row = next(r["row"] for r in table.rows() if (r["Indicator"], r["Period"]) == ("P1", str(PERIOD)))
        self.write({"Results": change(table, {row: {heading: value}})})


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to copy: master, kept returns, nothing closed."""
    folder = tmp_path_factory.mktemp("desk")
    tables = {name: table.frame.to_dict("records") for name, table in council().items()}
    path = write_master(folder / "master.xlsx", tables)
    run = commands.Run(path, str(PERIOD), "2025-07-10", WHO)
    commands.import_returns(run, [str(World(council(), folder).send())], None, quiet=True)
    (folder / "return.xlsx").unlink()
    _rate(path)
    return folder


@pytest.fixture
def desk(pattern: Path, tmp_path: Path) -> Desk:
    return Desk(shutil.copytree(pattern, tmp_path / "desk") / "master.xlsx")


def _rate(path: Path) -> None:
    master = read_master(path)
    _, step = steps.rate(master.tables, PERIOD, steps.Now(AT, WHO))
    save(master, updated(master, step.changed), AT)


def _digests(desk: Desk) -> frozenset[str]:
    return archive.listed_digests(desk.master.tables, desk.folder.name)


# ---- what is archived ----


def test_master_returns_and_reports_are_archived_with_their_sums(desk: Desk) -> None:
    reports = desk.path.parent / "reports"
    reports.mkdir()
    for name in ("cabinet 2025-26-Q1.docx", "cabinet 2025-26-Q2.docx", "~$cabinet 2025-26-Q1.docx"):
        (reports / name).write_bytes(b"report")
    note = desk.path.parent / "note.txt"
    note.write_bytes(b"note")
    plan = desk.close(reports, note)
    manifest = json.loads((desk.folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {e["file"]: e for e in manifest["files"]}
    (kept,) = (desk.path.parent / "master returns" / "2025-26-Q1").iterdir()
    assert list(listed) == [
        "master.xlsx", "reports/cabinet 2025-26-Q1.docx", "reports/note.txt", f"returns/{kept.name}",
    ]  # fmt: skip
    for name, entry in listed.items():
        data = (desk.folder / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (desk.folder / "returns" / kept.name).read_bytes() == kept.read_bytes()
    assert (manifest["period"], manifest["by"], manifest["closed"]) == (str(PERIOD), WHO, AT.isoformat())
    assert manifest["program"].startswith("xl-outcomes ")
    assert plan.summary == f"Archived in {desk.folder}: master.xlsx, 1 return, 2 reports, manifest.json."
    assert archive.verify(desk.folder, _digests(desk)) == []


def test_the_archived_master_says_that_the_quarter_is_closed_and_ours_knows_its_manifest(desk: Desk) -> None:
    desk.close()
    ours, theirs = (closing.closings(read_master(p).tables)[PERIOD] for p in (desk.path, desk.folder / "master.xlsx"))
    assert (theirs.fingerprint, theirs.archive, ours.archive) == (ours.fingerprint, "2025-26-Q1", "2025-26-Q1")
    assert theirs.manifest == ""
    assert ours.manifest == hashlib.sha256((desk.folder / "manifest.json").read_bytes()).hexdigest()


def test_sha256sum_proves_the_manifest_too(desk: Desk) -> None:
    desk.close()
    program = shutil.which("sha256sum")
    need("sha256sum", program, "install coreutils to run this test")
    subprocess.run([str(program), "--check", "manifest.sha256"], cwd=desk.folder, check=True, capture_output=True)


def test_a_plan_says_what_would_be_archived_and_writes_nothing(desk: Desk) -> None:
    plan, _, _ = desk.plan()
    assert "master.xlsx, 1 return, 0 reports" in plan.summary
    assert not desk.folder.parent.exists()


def test_a_return_of_which_no_copy_was_kept_is_named(desk: Desk) -> None:
    shutil.rmtree(desk.path.parent / "master returns")
    plan, _, _ = desk.plan()
    assert plan.summary.endswith("Returns of which no copy was kept: return.xlsx of Housing.")


def test_archive_and_reports_folders_of_the_settings_are_used(tmp_path: Path) -> None:
    places = [setting("Archive folder", str(tmp_path / "kept")), setting("Reports folder", "out")]
    tables = council(*places)
    path = write_master(tmp_path / "m.xlsx", {n: t.frame.to_dict("records") for n, t in tables.items()})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cabinet 2025-26-Q1.docx").write_bytes(b"report")
    (tmp_path / "kept" / "returns" / "2025-26-Q1").mkdir(parents=True)
    (tmp_path / "kept" / "returns" / "2025-26-Q1" / "r.xlsx").write_bytes(b"return")
    _rate(path)
    plan = Desk(path).close()
    assert plan.folder == tmp_path / "kept" / "2025-26-Q1"
    assert list(plan.files) == ["returns/r.xlsx", "reports/cabinet 2025-26-Q1.docx"]
    with pytest.raises(InputError, match="where archives go"):
        archive.archive_place(council(), None)
    assert archive.archive_place(tables, None) == tmp_path / "kept"


def test_files_of_the_same_name_are_all_archived(desk: Desk) -> None:
    for folder in ("a", "b"):
        (desk.path.parent / folder).mkdir()
        (desk.path.parent / folder / "Cabinet.docx").write_bytes(folder.encode())
    plan = desk.close(desk.path.parent / "a" / "Cabinet.docx", desk.path.parent / "b" / "Cabinet.docx")
    assert [n for n in plan.files if "Cabinet" in n] == ["reports/Cabinet.docx", "reports/Cabinet (2).docx"]
    assert archive.verify(desk.folder) == []


def test_a_report_that_is_not_there_stops_the_closing(desk: Desk) -> None:
    with pytest.raises(FileError, match="There is no report"):
        desk.plan(Path("nowhere.docx"))


# ---- never over another, never half ----


def test_an_archive_is_never_written_over(desk: Desk) -> None:
    desk.folder.mkdir(parents=True)
    before = desk.path.read_bytes()
    with pytest.raises(FileError, match="already"):
        desk.close()
    assert desk.path.read_bytes() == before
    assert list(desk.folder.iterdir()) == []


def test_where_the_master_cannot_be_written_there_is_no_archive(desk: Desk) -> None:
    (desk.path.parent / "~$master.xlsx").write_bytes(b"\x04Anne")
    with pytest.raises(FileError, match="open in Excel by Anne"):
        desk.close()
    assert list(desk.folder.parent.iterdir()) == []
    (desk.path.parent / "~$master.xlsx").unlink()
    desk.close()
    assert archive.verify(desk.folder, _digests(desk)) == []


def test_what_fails_after_the_master_was_written_leaves_the_archive(desk: Desk) -> None:
    plan, master, changed = desk.plan()

    def stopped() -> None:
        with archive.archived(plan, updated(master, changed)) as digest:
            save(master, updated(master, closing.sealed(changed, PERIOD, digest)), AT)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert archive.verify(desk.folder, _digests(desk)) == []


def test_a_file_that_vanishes_is_told_in_plain_words(desk: Desk) -> None:
    plan, master, changed = desk.plan()
    shutil.rmtree(desk.path.parent / "master returns")
    with pytest.raises(FileError, match="could not be written"):
        archive.write_archive(plan, updated(master, changed))
    assert list(desk.folder.parent.iterdir()) == []


def test_stopped_at_any_moment_there_is_a_whole_archive_or_none(desk: Desk) -> None:
    plan, master, changed = desk.plan()
    data = updated(master, changed)
    number = len(counted(lambda: archive.write_archive(plan, data)))
    archive._remove(plan.folder)

    def dies() -> None:
        raise Died

    for at in range(0, number, 3):
        with pytest.raises(Died), watched(At(at, dies, dead=True)):
            archive.write_archive(plan, data)
        if plan.folder.exists():
            assert archive.verify(plan.folder) == []
            archive._remove(plan.folder)
    archive.write_archive(plan, data)
    assert [p.name for p in plan.folder.parent.iterdir()] == ["2025-26-Q1"]


# ---- verify ----


def _append(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")


def _flip(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda f: (f / "master.xlsx").unlink(), ["master.xlsx is missing."]),
        (lambda f: _append(f / "master.xlsx"), ["master.xlsx has been changed since."]),
        (lambda f: _flip(f / "master.xlsx"), ["master.xlsx has been changed since."]),
        (lambda f: (f / "new.txt").write_bytes(b""), ["new.txt has been added since."]),
        (lambda f: (f / "returns" / "~$r.xlsx").write_bytes(b""), []),
        (lambda f: (f / "manifest.sha256").unlink(), ["manifest.json or manifest.sha256 has been changed"]),
    ],
)
def test_what_becomes_of_an_archive_is_found(desk: Desk, spoil: Spoil, found: list[str]) -> None:
    desk.close()
    spoil(desk.folder)
    said = archive.verify(desk.folder, _digests(desk))
    assert len(said) == len(found)
    assert all(s.startswith(f) for s, f in zip(said, found, strict=True))


def test_a_file_and_the_manifest_changed_together_are_found_with_the_master_at_hand(desk: Desk) -> None:
    desk.close()
    path = desk.folder / "master.xlsx"
    _append(path)
    manifest = json.loads((desk.folder / "manifest.json").read_text(encoding="utf-8"))
    data = path.read_bytes()
    own = {"file": "master.xlsx", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["files"] = [own, *(e for e in manifest["files"] if e["file"] != "master.xlsx")]
    raw = json.dumps(manifest).encode()
    for name, content in (
        ("manifest.json", raw),
        ("manifest.sha256", f"{hashlib.sha256(raw).hexdigest()}  manifest.json\n".encode()),
    ):
        (desk.folder / name).chmod(0o600)
        (desk.folder / name).write_bytes(content)
    assert archive.verify(desk.folder) == []
    assert archive.verify(desk.folder, _digests(desk)) == [
        "manifest.json is not the one that the master lists for this archive."
    ]
    master = desk.master
    with pytest.raises(FileError, match="not as it was written"):
        archive.read_kept(master.tables, closing.closings(master.tables)[PERIOD], desk.path)


def test_a_link_in_the_place_of_a_file_is_found_and_not_followed(desk: Desk) -> None:
    desk.close()
    path = desk.folder / "master.xlsx"
    elsewhere = desk.path.parent / "copy.xlsx"
    path.rename(elsewhere)
    try:
        path.symlink_to(elsewhere)
        (desk.folder / "more").symlink_to(desk.path.parent)
    except OSError:
        pytest.skip("links cannot be made here")
    assert archive.verify(desk.folder) == ["master.xlsx is a link now, not a file.", "more has been added since."]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"[" * 10_000, b'{"master": 1, "files": []}', b'{"master": "m", "files": [{}]}']
)
def test_an_archive_that_cannot_be_read_is_refused_in_plain_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match="not an archive"):
        archive.verify(tmp_path / "none")
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(FileError, match="cannot be read"):
        archive.verify(tmp_path)


def test_a_manifest_leads_nowhere_outside_its_archive(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    entry = {"file": "../secret.txt", "bytes": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "manifest.json").write_text(json.dumps({"master": "../secret.txt", "files": [entry]}))
    assert "../secret.txt is missing." in archive.verify(tmp_path / "a")


# ---- edits of a closed quarter ----


def test_an_edit_is_shown_with_what_stood_there_and_put_back(desk: Desk) -> None:
    desk.close()
    assert archive.edits(desk.master.tables, desk.path) == ()
    desk.edit("Rating", "Red")
    (said,) = archive.edits(desk.master.tables, desk.path)
    assert said.startswith("2025/26 Q1 is closed, and its rows of Results or Rollup have been edited since. Results G")
    assert 'P1, Rating: was "Green", is "Red".' in said
    tables = desk.master.tables
    kept = archive.read_kept(tables, closing.closings(tables)[PERIOD], desk.path)
    desk.write(closing.put_back(tables, kept, PERIOD, AT, WHO).changed)
    assert archive.edits(desk.master.tables, desk.path) == ()


def test_a_revision_has_an_archive_of_its_own_and_both_stay_true(desk: Desk) -> None:
    desk.close()
    desk.edit("Value", 53.0)
    desk.revise("The owner miscounted.")
    tables = desk.master.tables
    assert archive.edits(tables, desk.path) == ()
    for name in ("2025-26-Q1", "2025-26-Q1 (2)"):
        assert archive.verify(desk.folder.with_name(name), archive.listed_digests(tables, name)) == []
    desk.edit("Value", 54.0)
    (said,) = archive.edits(desk.master.tables, desk.path)
    assert "Value: was 53, is 54." in said
    assert archive.unlisted(desk.master.tables, desk.path) == ()


def test_where_the_archive_is_gone_an_edit_is_told_all_the_same(desk: Desk) -> None:
    desk.close()
    desk.edit("Value", 53.0)
    desk.folder.rename(desk.folder.with_name("elsewhere"))
    (said,) = archive.edits(desk.master.tables, desk.path)
    assert "have been edited since. What stood there cannot be shown" in said
    for name in ("../..", "", "C:\\Windows"):
        table = change(
            desk.master.tables["Closed"], {get(desk.master.tables, "Closed").frame.index[0]: {"Archive": name}}
        )
        (said,) = archive.edits({**desk.master.tables, "Closed": table}, desk.path)
        assert "cannot be shown" in said


def test_an_archive_that_the_master_no_longer_lists_is_told(desk: Desk) -> None:
    before = desk.master.tables
    desk.close()
    assert archive.unlisted(desk.master.tables, desk.path) == ()
    (said,) = archive.unlisted(before, desk.path)
    assert "its table Closed has no row for it" in said


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**14), 10**14),
    text=st.text(max_size=30),
)
def test_a_fingerprint_is_the_same_after_saving_and_reading(desk: Desk, number: float, text: str) -> None:
    master = desk.master
    table = master.tables["Results"]
    row = table.frame.index[0]
    typed = change(table, {row: {"Value": number, "Reason": text}})
    wanted = closing.fingerprint({**master.tables, "Results": typed}, PERIOD)
    path = desk.path.with_name("saved.xlsx")
    path.write_bytes(updated(master, {"Results": typed}))
    assert closing.fingerprint(read_master(path).tables, PERIOD) == wanted


def test_a_fingerprint_is_the_same_once_another_program_has_saved_the_master(desk: Desk, libreoffice: Convert) -> None:
    desk.close()
    resaved = read_master(libreoffice(desk.path, "xlsx")).tables
    assert closing.altered(resaved) == ()
    assert closing.closed_quarters(resaved) == {PERIOD}


def test_every_error_here_is_in_plain_words(desk: Desk) -> None:
    desk.close()
    with pytest.raises(OutcomesError, match="2025/26 Q1 was closed by Officer on 1 August 2025"):
        desk.close()
