"""Every command that the README shows does what it says, one after the other, as an officer would type them."""

import datetime as dt
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.adopt_examples import indented
from xl_outcomes.cli import main
from xl_outcomes.demo import owners
from xl_outcomes.new_files import write_new
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.expected import make_forms
from xl_outcomes.steps import Now, choose_period
from xl_outcomes.workbook.file import read_master, save, updated
from xl_outcomes.workbook.forms import create_form

README = Path(__file__).parents[2] / "README.md"
PERIOD = Quarter(2025, 1)
COMPARATORS = "Indicator,Period,Comparator,Value\nCUS-1.1a,2025/26 Q1,Comparator A (Illustrative),79.5\n"


def commands() -> list[list[str]]:
    """The xl-outcomes commands of the README's table, in order, as words."""
    shown = re.findall(r"^\| `xl-outcomes ([^`]+)`", README.read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line) for line in shown]


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


def send_returns(master: Path, folder: Path) -> None:
    """What the owners send, with one figure that must be queried."""
    history = prepare(read_master(master).tables, PERIOD, PERIOD.end).history
    for form in make_forms(history, PERIOD):
        filled = owners.fill(form, history)
        if form.owner == "Communities":
            filled, _ = owners.spoil(filled, (owners.FRACTION,))
        write_new(folder / form.file_name, create_form(filled, created=dt.datetime.combine(PERIOD.end, dt.time(12))))


def last_quarter(path: Path) -> None:
    """The officer has come to the end of the year."""
    master = read_master(path)
    now = Now(dt.datetime(2026, 4, 30, 12), "Officer")
    save(
        master, updated(master, choose_period(master.tables, Quarter(2025, 4), now).changed), now.at, allow_synced=True
    )


def test_every_command_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = commands()
    assert [words[0] for words in shown] == [
        *("new", "adopt", "check", "forms", "validate", "import", "settle", "withdraw", "undo", "rate", "report"),
        *("refresh", "chase", "close", "compare", "review", "export", "thread", "theory", "benchmarks", "new-year"),
        "addin",
    ]
    for words in shown:
        if words[0] == "addin" and sys.platform == "win32":
            continue  # a test does not put anything into the user's own Excel
        code = run(*_told(words))
        assert code == _ends(words), words
    assert list(Path("reports").glob("*.docx"))
    assert list(Path("to correct").glob("*.xlsx"))
    assert Path("theory-of-change.pdf").stat().st_size > 10_000


def _ends(words: list[str]) -> int:
    """The exit code: returns with a query give 1, and the ribbon is refused where there is no Excel for Windows."""
    return {"validate": 1, "import": 1, "addin": 2}.get(words[0], 0)


def _told(words: list[str]) -> list[str]:
    """The words as typed; before returns are needed they are sent, and the query's number is looked up."""
    if words[0] == "adopt":
        indented(Path("ours.xlsx"))
        return words
    if words[0] == "validate":
        send_returns(Path("master.xlsx"), Path("returns"))
    if words[0] == "settle":
        issues = read_master(Path("master.xlsx")).tables["Issues"].rows()
        number = next(r["Issue"] for r in issues if r["Severity"] == "query" and r["Status"] == "Open")
        words = [words[0], words[1], number, *words[3:]]
    if words[0] == "compare":
        shutil.copy("master.xlsx", "old.xlsx")
    if words[0] == "benchmarks":
        Path("comparators.csv").write_text(COMPARATORS, encoding="utf-8")
    if words[0] == "new-year":
        last_quarter(Path("master.xlsx"))
    if words[0] in ("compare", "addin", "export", "thread", "theory", "benchmarks"):
        return words
    period = () if words[0] in ("new", "check", "withdraw", "undo", "close", "new-year") else ("--period", str(PERIOD))
    day = () if words[0] in ("new", "check") else ("--today", "2025-07-15")
    return [*words, *period, *day]
