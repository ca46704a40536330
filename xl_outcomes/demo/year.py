"""The demonstration: a new master, four quarters with their forms, returns, queries, ratings and reports."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes import commands, framework_commands, report_commands, resources, steps
from xl_outcomes.demo import delivery, owners
from xl_outcomes.demo.owners import Mistake
from xl_outcomes.errors import InputError
from xl_outcomes.new_files import write_new
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.reporting.registry import of_period, offered, text
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.expected import Form, make_forms
from xl_outcomes.returns.settle import ACCEPT, REJECT, USE
from xl_outcomes.settings import sound_settings
from xl_outcomes.starters import build_earlier
from xl_outcomes.workbook.file import read_master, save, updated
from xl_outcomes.workbook.forms import create_form

Say = Callable[[str], None]

# Which mistakes are made in which quarter, owner by owner; an owner of None sends a good return, but late.
_PLAN: dict[int, tuple[tuple[Mistake, ...] | None, ...]] = {
    1: ((owners.NOT_A_NUMBER,), (owners.FRACTION,), (owners.MISMATCH,), None, (owners.SILENT,)),
    2: ((owners.UNUSUAL,), (owners.UNKNOWN_CODE,), None, (owners.WITH_COMMAS, owners.NOTHING), (), (owners.UNUSUAL,)),
    3: ((owners.BOTH,), (owners.FRACTION,), (owners.HALF_A_RATIO,), None, (owners.NOT_A_NUMBER,)),
    4: ((owners.NOT_A_NUMBER,), (owners.TOO_LARGE,), (owners.MISMATCH, owners.WITH_COMMAS), (owners.SILENT,), None),
}


@dataclass(frozen=True, slots=True)
class _Quarter:
    """One quarter of the demonstration: where its files are and on which days things happen."""

    master: Path
    folder: Path
    period: Quarter

    def run(self, days: int) -> commands.Run:
        """A command, so many days after the quarter's end."""
        day = self.period.end + dt.timedelta(days=days)
        return commands.Run(self.master, str(self.period), day.isoformat(), "Performance officer")


def run(directory: Path, framework: str, say: Say) -> None:
    """Plays a year into a folder; raises InputError where the folder holds something else."""
    master = _fresh(directory, framework)
    tables = read_master(master).tables
    first = steps.current_period(tables, None).shift(1)
    say(f"{master.name}: a new master of {framework}. Every figure is Illustrative.")
    _compare(master, framework, first, say)
    for n in range(4):
        period = first.shift(n)
        _play(_Quarter(master, directory / period.file_name, period), say)
    top = sound_settings(tables["Settings"]).tier_name(1).lower()
    say(f"\nOpen {master} first: Dashboard, Framework, and a sheet for each {top}.")
    say(f"Forms, returns, forms to correct and reports are in {directory}, a folder for each quarter.")
    say("The first three quarters are closed and archived. Next: xl-outcomes close, then xl-outcomes new-year.")


def _fresh(directory: Path, framework: str) -> Path:
    source = resources.starter(framework)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(f"{directory} is there already.", "Give another folder, or delete that one first.")
    return write_new(directory / f"{framework} master.xlsx", source.read_bytes())


def _compare(master: Path, framework: str, first: Quarter, say: Say) -> None:
    """Compares the framework with its version before, where there is one, and keeps what has changed."""
    earlier = build_earlier(framework)
    if earlier is None:
        return
    older = write_new(master.with_name(f"{framework} earlier version.xlsx"), earlier)
    run = _Quarter(master, master.parent, first.shift(-1)).run(20)
    _, summary = framework_commands.compare_and_keep(run, older)
    say(f"{older.name}: the version before. {summary}")


def _play(quarter: _Quarter, say: Say) -> None:
    say(f"\n{quarter.period}")
    _begin(quarter)
    say("  " + commands.make_forms(quarter.run(1), quarter.folder / "forms"))
    on_time, late, again, stories = _owners_send(quarter)
    for story in stories:
        say(f"  {story}")
    checked, summary, sent = commands.import_returns(
        quarter.run(18), [str(on_time)], quarter.folder / "to correct", quiet=True
    )
    say(f"  Returns taken in on time: {summary}")
    say(f"  Found: {_found(checked)}. {len(sent)} forms go back to be corrected.")
    _settle_all(quarter, say)
    if any(again.iterdir()):
        _, summary, _ = commands.import_returns(quarter.run(21), [str(again)], None, quiet=True)
        say(f"  Corrected returns: {summary}")
    lines, reminders = framework_commands.chase(quarter.run(22), quarter.folder / "reminders")
    say(f"  Chased: {lines[0]} Messages to send: {len(reminders)}.")
    _, summary, _ = commands.import_returns(quarter.run(26), [str(late)], None, quiet=True)
    say(f"  Late returns: {summary}")
    _, step = commands.rate(quarter.run(27))
    say(f"  Rated: {step.summary}")
    reports = _write_reports(quarter)
    for path in reports:
        say(f"  Report: {path}")
    if quarter.period.number < 4:
        say(f"  Closed: {commands.close(quarter.run(40), reports)}")


def _write_reports(quarter: _Quarter) -> list[Path]:
    """The reports that the council's table Reports has for the quarter."""
    tables = read_master(quarter.master).tables
    planned = {text(row["Report"]) for row in of_period(tables, "Reports", quarter.period)}
    names = [kind.name for kind in offered(tables) if kind.name in planned]
    wanted = report_commands.Wanted(names, quarter.folder / "reports")
    return report_commands.report(quarter.run(27), wanted) if names else []


def _begin(quarter: _Quarter) -> None:
    master, now = read_master(quarter.master), quarter.run(1).now()
    step = steps.choose_period(master.tables, quarter.period, now)
    changed = {**step.changed, **delivery.moved_on(master.tables, quarter.period)}
    save(master, updated(master, changed), now.at, allow_synced=True)


def _owners_send(quarter: _Quarter) -> tuple[Path, Path, Path, list[str]]:
    """Writes what the owners send: in time, late, and again after correcting; also what went wrong, in words."""
    folders = [quarter.folder / "returns" / name for name in ("1 on time", "3 late", "2 corrected")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    on_time, late, again = folders
    now = quarter.run(10).now()
    history = prepare(read_master(quarter.master).tables, quarter.period, now.today).history
    plan = _PLAN[quarter.period.number]
    stories = []
    for number, form in enumerate(make_forms(history, quarter.period)):
        filled = owners.fill(form, history)
        mistakes = plan[number] if number < len(plan) else ()
        if mistakes is None:
            stories.append(f"{form.owner} is late.")
            _send(late, filled, now.at)
            continue
        spoilt, found = owners.spoil(filled, mistakes)
        stories += [f"{form.owner}: {story}." for story in found]
        _send(on_time, spoilt, now.at)
        if any(m in _SENT_AGAIN for m in mistakes) and found:
            _send(again, filled, now.at)
    return on_time, late, again, stories


_SENT_AGAIN = (owners.NOT_A_NUMBER, owners.MISMATCH, owners.UNKNOWN_CODE, owners.HALF_A_RATIO, owners.BOTH)


def _send(folder: Path, form: Form, at: dt.datetime) -> None:
    write_new(folder / form.file_name, create_form(form, created=at))


def _settle_all(quarter: _Quarter, say: Say) -> None:
    """Settles the open queries as a careful officer would: asks the owner, then takes, corrects or leaves out."""
    table = read_master(quarter.master).tables["Issues"]
    queries = [r for r in table.rows() if r["Severity"] == "query" and r["Status"] == "Open"]
    for row in {(r["File"], r["Sheet"], r["Cell"]): r for r in queries}.values():
        kind, value, note = _decision(str(row["Code"]), str(row["Value"]), quarter.period.number)
        run = quarter.run(19)
        accept, reject = kind == ACCEPT, kind == REJECT
        text = commands.settle(run, str(row["Issue"]), note, accept=accept, value=value, reject=reject)
        say(f"  Query {row['Code']} on {row['Indicator']} ({row['Value']}). {text}")


def _decision(code: str, typed: str, number: int) -> tuple[str, str | None, str]:
    """What the officer decides, with the value that she uses instead and the note."""
    if code == "value-scale" and number == 1:
        return USE, f"{float(typed) * 100:.15g}", "Illustrative: the owner confirms that the percentage was meant."
    if code == "value-out-of-range":
        return ACCEPT, None, "Illustrative: the owner has shown the records; the figure is true."
    return REJECT, None, "Illustrative: the owner will look into it and send the figure again."


def _found(checked: Sequence[Checked]) -> str:
    codes = Counter(issue.code for c in checked for issue in c.issues)
    return ", ".join(f"{n} {code}" for code, n in codes.most_common()) or "nothing"
