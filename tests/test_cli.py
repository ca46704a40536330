"""The command line: exit codes, JSON alone on stdout, plain sentences, nothing written where it must not be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

from tests.adopt_examples import indented
from tests.openpyxl_master import write_master
from tests.returns_world import GOOD, World, council
from tests.support import INDICATOR
from xl_outcomes.cli import main
from xl_outcomes.workbook.file import read_master

QUARTER = ("--period", "2025/26 Q1", "--today", "2025-07-10")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line and gives its exit code and what it printed."""

    def command(*arguments: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return command


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(council(), tmp_path)


@pytest.fixture
def master(world: World) -> Path:
    """The small council as a workbook file."""
    tables = {name: table.frame.to_dict("records") for name, table in world.tables.items()}
    return write_master(world.folder / "master.xlsx", tables)


def tables_of(path: Path) -> dict[str, Any]:
    return dict(read_master(path).tables)


def test_help_names_every_command(run: Command) -> None:
    ended = run("--help")
    assert ended.code == 0
    for command in ("demo", "new", "check", "forms", "validate", "import", "settle", "withdraw", "rate", "report"):
        assert command in ended.out


def test_frameworks_lists_the_default(run: Command) -> None:
    assert run("frameworks").out.splitlines() == [
        *("darlington-2012", "essex-2014", "leicestershire-2018", "mid-suffolk-2017", "mid-suffolk-2022 (default)"),
    ]


def test_new_copies_a_starter_and_never_overwrites(run: Command, tmp_path: Path) -> None:
    path = tmp_path / "master.xlsx"
    assert run("new", path).code == 0
    assert run("check", path).code == 0
    ended = run("new", path)
    assert ended.code == 2
    assert "there already" in ended.err
    assert run("new", tmp_path / "b.xlsx", "--framework", "nowhere").code == 2
    assert run("new", tmp_path / "b.txt").code == 2


def test_a_quarter_from_forms_to_ratings(run: Command, world: World, master: Path) -> None:
    forms = world.folder / "forms"
    ended = run("forms", master, *QUARTER, "--out", forms)
    assert (ended.code, "2 return forms for 2025/26 Q1" in ended.out) == (0, True)
    assert sorted(p.name for p in forms.iterdir()) == ["Finance 2025-26-Q1.xlsx", "Housing 2025-26-Q1.xlsx"]
    good = world.send()
    before = master.read_bytes()
    checked = run("validate", master, good, *QUARTER, "--json")
    assert checked.code == 0
    assert master.read_bytes() == before
    (entry,) = json.loads(checked.out)["returns"]
    assert (entry["status"], entry["accepted_rows"], entry["held_rows"]) == ("accepted", 3, 0)
    assert run("import", master, good, *QUARTER).code == 0
    rated = run("rate", master, *QUARTER)
    assert (rated.code, "3 indicators rated" in rated.out) == (0, True)
    results = tables_of(master)["Results"].frame.set_index("Indicator")
    assert results.at["P1", "Rating"] == "Green"
    assert results.at["F1", "State"] == "Awaiting"


def test_import_with_faults_ends_with_1_and_sends_back_a_form(run: Command, world: World, master: Path) -> None:
    bad = world.send({"P1": {"Value": "n/a"}, "C1": {"Value": 5000.0}})
    ended = run("import", master, bad, *QUARTER, "--send-back", world.folder / "back", "--json")
    assert ended.code == 1
    found = json.loads(ended.out)
    assert found["summary"].startswith("1 figures in, 1 held")
    issue = next(i for i in found["returns"][0]["issues"] if i["code"] == "value-not-number")
    assert set(issue) == {"code", "severity", "sheet", "cell", "indicator", "value", "message", "fix"}
    assert (issue["indicator"], issue["value"]) == ("P1", "n/a")
    (form,) = (world.folder / "back").iterdir()
    assert "What to correct" in openpyxl.load_workbook(form).sheetnames
    again = run("validate", master, form, *QUARTER, "--json")
    codes = {i["code"] for i in json.loads(again.out)["returns"][0]["issues"]}
    assert {"value-not-number", "value-implausible", "resubmission"} == codes


def test_a_query_is_settled_from_the_command_line(run: Command, world: World, master: Path) -> None:
    run("import", master, world.send({"C1": {"Value": 5000.0}}), *QUARTER)
    number = next(r["Issue"] for r in tables_of(master)["Issues"].rows() if r["Severity"] == "query")
    ended = run("settle", master, number, "--value", "105", "--note", "A slip.", "--by", "Officer", *QUARTER)
    assert (ended.code, "Other value" in ended.out) == (0, True)
    values = [r["Value"] for r in tables_of(master)["Observations"].rows() if r["Period"] == "2025/26 Q1"]
    assert 105.0 in values
    for wrong in ((), ("--accept", "--reject"), ("--value", "much")):
        assert run("settle", master, number, *wrong, "--note", "x", *QUARTER).code == 2


def test_withdraw(run: Command, world: World, master: Path) -> None:
    run("import", master, world.send(), *QUARTER)
    ended = run("withdraw", master, "--owner", "Housing", *QUARTER)
    assert (ended.code, "withdrawn" in ended.out) == (0, True)
    assert run("withdraw", master, "--owner", "Housing", *QUARTER).code == 2


@pytest.mark.parametrize("command", ["forms", "import", "rate", "settle", "withdraw"])
def test_a_dry_run_writes_nothing_and_says_what_it_would_do(
    run: Command, world: World, master: Path, command: str
) -> None:
    run("import", master, world.send({"C1": {"Value": 5000.0}}), *QUARTER)
    before, number = master.read_bytes(), "1"
    arguments = {
        "forms": ("--out", world.folder / "none"),
        "import": (world.send(name="b.xlsx"), "--send-back", world.folder / "none"),
        "rate": (),
        "settle": (number, "--accept", "--note", "x"),
        "withdraw": ("--owner", "Housing"),
    }[command]
    ended = run(command, master, *arguments, *QUARTER, "--dry-run")
    assert ended.code == 0
    assert "Would do, and has not" in ended.out
    assert master.read_bytes() == before
    assert not (world.folder / "none").exists()


def test_check_json_and_exit_code(run: Command, tmp_path: Path) -> None:
    tables = {
        "Settings": [],
        "Outcomes": [{"Ref": "A", "Tier": 1, "Title": "Homes"}],
        "Indicators": [{**INDICATOR, "Outcome": "Z"}],
        "Targets": [],
        "Observations": [],
    }
    ended = run("check", write_master(tmp_path / "m.xlsx", tables), "--json")
    assert ended.code == 1
    issues = json.loads(ended.out)["issues"]
    assert {"code", "severity", "table", "cell", "ref", "message"} == set(issues[0])
    error = next(i for i in issues if i["severity"] == "error")
    assert (error["code"], error["table"], error["cell"], error["ref"]) == (
        "outcome-unknown",
        "Indicators",
        "B2",
        "A-1.1a",
    )


def _without_table(tables: dict[str, Any]) -> None:
    del tables["Targets"]


def _wrong_setting(tables: dict[str, Any]) -> None:
    tables["Settings"] = [{"Setting": "RAG scheme", "Value": "Traffic lights"}]


def _circle(tables: dict[str, Any]) -> None:
    tables["Outcomes"] = [
        {"Ref": "A", "Tier": 2, "Parent": "B", "Title": "a"},
        {"Ref": "B", "Tier": 2, "Parent": "A", "Title": "b"},
    ]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_without_table, "no table called Targets"),
        (_wrong_setting, "one of: Tolerance, Floor, Direction"),
        (_circle, "its own ancestor"),
    ],
)
def test_a_master_that_cannot_be_rated_ends_with_2(
    run: Command, world: World, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    tables = {name: table.frame.to_dict("records") for name, table in world.tables.items()}
    spoil(tables)
    path = write_master(tmp_path / "spoilt.xlsx", tables)
    before = path.read_bytes()
    ended = run("rate", path, *QUARTER)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert path.read_bytes() == before


def test_a_renamed_heading_ends_with_2_and_names_it(run: Command, master: Path) -> None:
    book = openpyxl.load_workbook(master)
    book["Indicators"]["J1"].value = "Direction"
    book["Indicators"].tables["Indicators"].tableColumns = []
    book["Indicators"].tables["Indicators"]._initialise_columns()
    headings = [c.value for c in book["Indicators"][1]]
    for column, heading in zip(book["Indicators"].tables["Indicators"].tableColumns, headings, strict=True):
        column.name = heading
    book.save(master)
    ended = run("rate", master, *QUARTER)
    assert ended.code == 2
    assert "no column" in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rate", "{no}"), "no workbook"),
        (("rate", "{text}"), "text.xlsx"),
        (("rate", "{master}", "--period", "2025/27 Q2"), "do not follow each other"),
        (("rate", "{master}", "--period", "soon"), "not a period"),
        (("rate", "{master}"), "which quarter is meant"),
        (("rate", "{master}", "--period", "2025/26 Q1", "--today", "yesterday"), "not a day"),
        (("validate", "{master}", "{empty}", *QUARTER), "holds no returns"),
        (("validate", "{master}", "{no}", *QUARTER), "no file or folder"),
        (("import", "{master}", "{folder}/*.ods", *QUARTER), "no file or folder"),
        (("report", "{master}", "poetry", "--out", "{folder}", *QUARTER), "cabinet-performance"),
        (("rate",), "Missing argument"),
        (("fly",), "No such command"),
    ],
)
def test_bad_use_ends_with_2_and_a_sentence(
    run: Command, world: World, master: Path, arguments: tuple[str, ...], words: str
) -> None:
    (world.folder / "text.xlsx").write_text("not a workbook")
    (world.folder / "empty").mkdir()
    names = {"no": world.folder / "no.xlsx", "text": world.folder / "text.xlsx", "master": master}
    places = {**names, "empty": world.folder / "empty", "folder": world.folder}
    ended = run(*(a.format(**places) for a in arguments))
    assert (ended.code, ended.out) == (2, "")
    assert words in " ".join(ended.err.split())
    assert "Traceback" not in ended.err


def test_a_master_open_in_excel_is_refused_and_untouched(run: Command, world: World, master: Path) -> None:
    before = master.read_bytes()
    (world.folder / "~$master.xlsx").write_bytes(b"\x07Officer" + b" " * 47)
    ended = run("rate", master, *QUARTER)
    assert ended.code == 2
    assert "open" in ended.err
    assert master.read_bytes() == before


def test_folders_and_globs_stand_for_their_returns_without_lock_files(run: Command, world: World, master: Path) -> None:
    folder = world.folder / "in"
    folder.mkdir()
    path = world.send()
    (folder / "one.xlsx").write_bytes(path.read_bytes())
    (folder / "~$one.xlsx").write_bytes(b"lock")
    for given in (folder, folder / "*.xlsx"):
        entries = json.loads(run("validate", master, given, *QUARTER, "--json").out)["returns"]
        assert [e["file"] for e in entries] == ["one.xlsx"]


def test_debug_shows_the_traceback(world: World, master: Path) -> None:
    with pytest.raises(Exception, match="not a period"):
        main(["rate", str(master), "--period", "soon", "--debug"])


def test_texts_that_look_like_formulas_stay_texts(run: Command, world: World, master: Path) -> None:
    said = "=HYPERLINK(1)"
    path = world.send({**GOOD, "P1": {"Value": 52.0, "Commentary": said, "Corrective action": "@cmd"}})
    run("import", master, path, *QUARTER)
    book = openpyxl.load_workbook(master)
    cells = [c for row in book["Observations"].iter_rows() for c in row if c.value in (said, "@cmd")]
    assert [(c.value, c.data_type) for c in cells] == [(said, "s"), ("@cmd", "s")]


def test_a_report_needs_the_ratings_that_the_workbook_shows(run: Command, world: World, master: Path) -> None:
    out = world.folder / "reports"
    ended = run("report", master, "cabinet-performance", "--out", out, *QUARTER)
    assert (ended.code, "has not been rated" in ended.err) == (2, True)
    run("rate", master, *QUARTER)
    assert run("report", master, "cabinet-performance", "--out", out, *QUARTER, "--dry-run").code == 0
    assert not out.exists()
    assert run("report", master, "cabinet-performance", "--out", out, *QUARTER).code == 0
    assert [p.name for p in out.iterdir()] == ["cabinet-performance 2025-26-Q1.docx"]
    run("import", master, world.send(), *QUARTER)
    ended = run("report", master, "cabinet-performance", "--out", out, *QUARTER)
    assert (ended.code, "other figures or ratings" in ended.err) == (2, True)


def test_the_demo_needs_a_folder_of_its_own(run: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    ended = run("demo", tmp_path)
    assert (ended.code, "there already" in ended.err) == (2, True)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_undo_takes_the_last_action_back_and_the_log_goes_on(run: Command, world: World, master: Path) -> None:
    before = {n: t.frame for n, t in tables_of(master).items()}
    run("import", master, world.send(), *QUARTER, "--by", "Officer")
    ended = run("undo", master, "--today", "2025-07-11", "--by", "Manager")
    assert (ended.code, ended.out) == (0, "Undone: Import returns.\n")
    after = tables_of(master)
    assert after["Observations"].frame.equals(before["Observations"])
    log = json.loads(run("log", master, "--json").out)["log"]
    officer = [("Officer", "Import return"), ("Officer", "Import returns")]
    assert [(r["Who"], r["Action"]) for r in log] == [*officer, ("Manager", "Undo")]
    assert "Undone: Import returns." in " ".join(run("log", master).out.split())
    assert run("undo", master).code == 0
    assert len(tables_of(master)["Observations"].frame) == len(before["Observations"]) + 3


def test_undo_refuses_where_the_master_has_been_changed_since(run: Command, world: World, master: Path) -> None:
    assert run("undo", master).code == 2
    run("import", master, world.send(), *QUARTER)
    book = openpyxl.load_workbook(master)
    book["Settings"]["B3"] = "Changed by the officer"
    book.save(master)
    changed = master.read_bytes()
    ended = run("undo", master)
    assert (ended.code, "changed since the last action" in ended.err) == (2, True)
    assert master.read_bytes() == changed


def test_a_write_that_was_cut_off_is_told_at_the_next_command(
    run: Command, world: World, master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("xl_outcomes.workbook.safe_write.os.replace", dies)
        patched.setattr("xl_outcomes.workbook.safe_write.Path.unlink", lambda *_, **__: None)
        with pytest.raises((SystemExit, KeyboardInterrupt)):
            main(["import", str(master), str(world.send()), *QUARTER])
    ended = run("rate", master, *QUARTER)
    assert ended.code == 0
    assert "was cut off" in ended.err
    assert run("rate", master, *QUARTER).err == ""


def test_a_councils_own_table_is_adopted_after_its_mapping_was_looked_at(run: Command, tmp_path: Path) -> None:
    theirs = indented(tmp_path / "ours.xlsx")
    before = theirs.read_bytes()
    proposed = run("adopt", theirs, "--write-mapping", tmp_path / "ours.toml", "--today", "2025-07-10")
    assert (proposed.code, (tmp_path / "ours.toml").is_file()) == (0, True)
    assert "says how ours.xlsx is understood" in proposed.out
    assert "Headings in row 4, 5. Tiers are told by: indent" in proposed.err
    master = tmp_path / "master.xlsx"
    made = run("adopt", theirs, master, "--mapping", tmp_path / "ours.toml", "--today", "2025-07-10")
    assert made.code == 0
    assert run("check", master).code == 0
    assert theirs.read_bytes() == before
    assert run("adopt", theirs, master).code == 2
    (tmp_path / "ours.toml").write_text("sheet = [", encoding="utf-8")
    spoilt = run("adopt", theirs, tmp_path / "other.xlsx", "--mapping", tmp_path / "ours.toml")
    assert (spoilt.code, "Traceback" in spoilt.err) == (2, False)
