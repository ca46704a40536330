"""What the commands do on closed files: read the master, run the step, write what changed."""

import datetime as dt
import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes import archive, closing, closing_steps, resources, steps
from xl_outcomes.changes import Comparison
from xl_outcomes.changes import compare as compare_versions
from xl_outcomes.checking import AS_PAYS_OFF, Against, Way, checked_files, verdicts
from xl_outcomes.console import progress, track
from xl_outcomes.deliver import form_files, write_corrected, write_form
from xl_outcomes.errors import InputError
from xl_outcomes.files import find_returns, limits_from
from xl_outcomes.house_file import copy_beside, house_style, read_house_style
from xl_outcomes.house_style import HouseStyle, doubts
from xl_outcomes.issues import Issue
from xl_outcomes.new_files import demand_free, write_new
from xl_outcomes.originals import keep_originals, linked_folder, originals_folder
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.returns.checks import Checked, Verdict, in_sequence
from xl_outcomes.returns.queries import issue_links
from xl_outcomes.returns.settle import ACCEPT, REJECT, USE, Decision, read_value
from xl_outcomes.settings import Settings, sound_settings
from xl_outcomes.tables import Tables, get
from xl_outcomes.workbook.file import Master, indicator_tables, read_master, save, updated
from xl_outcomes.workbook.plan import TableLinks
from xl_outcomes.workbook.safe_write import recovery_note
from xl_outcomes.workbook.undo import last_write, remember


@dataclass(frozen=True, slots=True)
class Run:
    """What a command is told: the master, the period, the day, who, and whether to write."""

    path: Path
    period: str | None = None
    today: str | None = None
    by: str | None = None
    dry_run: bool = False
    allow_synced: bool = False

    def now(self) -> steps.Now:
        """The moment of the command: noon of the day that was given, else the clock."""
        who = self.by or _user()
        if self.today is None:
            return steps.Now(dt.datetime.now().replace(microsecond=0), who)
        try:
            return steps.Now(dt.datetime.combine(dt.date.fromisoformat(self.today), dt.time(12)), who)
        except ValueError:
            raise InputError(f'"{self.today}" is not a day.', "Write it as 2025-07-21.") from None

    def master(self) -> Master:
        """The master; where an earlier write was broken off, stderr says how things stand."""
        note = recovery_note(self.path)
        if note:
            print(note, file=sys.stderr)
        master = read_master(self.path)
        for told in (*archive.edits(master.tables, self.path), *archive.unlisted(master.tables, self.path)):
            print(told, file=sys.stderr)
        return master

    def quarter(self, master: Master) -> Quarter:
        """The period that was given, else the Current period of the settings."""
        return steps.current_period(master.tables, parse_quarter(self.period) if self.period else None)

    def write(self, master: Master, step: steps.Step, now: steps.Now) -> None:
        """Writes what a step changed, unless this is a dry run."""
        style = house_style(_settings(master), master.path)
        data = updated(master, step.changed, step.views, table_links(master, step.changed), style)
        if not self.dry_run and data != master.data:
            save(master, data, now.at, allow_synced=self.allow_synced)
            remember(master.path, data)

    def say(self, text: str) -> str:
        """The summary, saying where nothing was written."""
        return f"Would do, and has not: {text}" if self.dry_run else text


def new_master(run: Run, framework: str, style_file: Path | None = None) -> str:
    """Copies a starter to a path that is free, in a house style if one is given; returns the summary."""
    source, path = resources.starter(framework), run.path
    demand_free(path)
    from xl_outcomes.starters import build_starter

    data = build_starter(framework, read_house_style(style_file)) if style_file else source.read_bytes()
    if not run.dry_run:
        write_new(path, data)
        if style_file:
            copy_beside(style_file, path)
    return run.say(f"{path} is a new master. Open it in Excel, or run xl-outcomes check {path}")


def check(path: Path) -> tuple[Issue, ...]:
    """What the checks find in a master."""
    return steps.check(read_master(path).tables)


def make_forms(run: Run, out: Path) -> str:
    """Writes the forms of a quarter into a folder and registers what is awaited; returns the summary."""
    master, now = run.master(), run.now()
    forms, step = steps.forms(master.tables, run.quarter(master), now)
    style = house_style_of(master)
    if not run.dry_run:
        for form, name in track(form_files(forms), "Making forms"):
            write_form(form, out / name, now, style)
    run.write(master, step, now)
    return run.say(f"{step.summary} They are in {out}.")


def validate(run: Run, returns: Sequence[str], way: Way = AS_PAYS_OFF, *, quiet: bool = False) -> tuple[Verdict, ...]:
    """What becomes of returns, checked against a master; nothing is written."""
    paths, master = find_returns(returns), run.master()
    context = steps.checks_of(master.tables, run.quarter(master), run.now())
    with progress(len(paths), "Checking returns", quiet=quiet) as told:
        each = verdicts(paths, Against(context, limits_from(_settings(master))), way, told)
    return in_sequence(each, context)


def import_returns(
    run: Run, returns: Sequence[str], send_back: Path | None, way: Way = AS_PAYS_OFF, *, quiet: bool = False
) -> tuple[tuple[Checked, ...], str, list[Path]]:
    """Returns checked and taken in; also the summary and the corrected forms that were written."""
    paths, master, now = find_returns(returns), run.master(), run.now()
    period = run.quarter(master)
    opened = steps.open_import(master.tables, period, now)
    with progress(len(paths), "Checking returns", quiet=quiet) as told:
        each = checked_files(paths, Against(opened.context, limits_from(_settings(master))), way, told)
    checked = in_sequence(each, opened.context)
    step = steps.import_checked(opened, checked, now)
    if not run.dry_run:
        _keep(master, paths, checked, period)
    run.write(master, step, now)
    sent: list[Path] = []
    if send_back and not run.dry_run:
        sent = write_corrected(checked, master.tables, period, now, send_back, house_style_of(master))
    return checked, run.say(step.summary), sent


def settle(run: Run, issue: str, note: str, *, accept: bool, value: str | None, reject: bool) -> str:
    """Settles a query; returns the summary."""
    if accept + reject + (value is not None) != 1:
        raise InputError("A query is settled in one of three ways.", "Give --accept, --value X or --reject.")
    master, now = run.master(), run.now()
    kind = ACCEPT if accept else REJECT if reject else USE
    decision = Decision(kind, note, now.who, read_value(value) if value is not None else None)
    step = steps.settle(master.tables, issue, decision, run.quarter(master), now)
    run.write(master, step, now)
    return run.say(step.summary)


def settle_typed(run: Run) -> str:
    """Settles the queries whose decisions are typed on the sheet Issues; returns the summary."""
    master, now = run.master(), run.now()
    step = steps.settle_typed(master.tables, run.quarter(master), now)
    if not step.summary:
        fix = "Choose a Decision there and say why in Note, or give the number of a query here."
        raise InputError("No decision is typed on the sheet Issues.", fix)
    run.write(master, step, now)
    return run.say(step.summary.strip())


def withdraw(run: Run, owner: str) -> str:
    """Takes a return out again; returns the summary."""
    master, now = run.master(), run.now()
    step = steps.withdraw_return(master.tables, owner, run.quarter(master), now)
    run.write(master, step, now)
    return run.say(step.summary)


def rate(run: Run) -> tuple[Rated, steps.Step]:
    """Rates a quarter and writes results, roll-up and the sheets that show them."""
    master, now = run.master(), run.now()
    rated, step = steps.rate(master.tables, run.quarter(master), now, indicator_tables(master))
    run.write(master, step, now)
    return rated, steps.Step(step.changed, run.say(step.summary), step.views)


def undo(run: Run) -> str:
    """Takes the last action back; returns the summary."""
    last, now = last_write(run.path), run.now()
    step = steps.undo(last.now.tables, last.before.tables, now)
    data = updated(last.before, step.changed)
    if not run.dry_run:
        save(last.now, data, now.at, allow_synced=run.allow_synced)
        remember(run.path, data)
    return run.say(step.summary)


def close(run: Run, reports: Sequence[Path] = ()) -> str:
    """Closes a quarter: its rows are kept as they are, and an archive proves it; returns the summary."""
    master, now = run.master(), run.now()
    period = run.quarter(master)
    return _sealed(run, master, closing_steps.close_quarter(master.tables, period, now), period, reports)


def put_back(run: Run) -> str:
    """Puts edits of a closed quarter back as they were closed; returns the summary."""
    master, now = run.master(), run.now()
    period = run.quarter(master)
    step = closing_steps.put_back(master.tables, _kept(master, period), period, now)
    run.write(master, step, now)
    return run.say(step.summary)


def revise(run: Run, reason: str) -> str:
    """Records edits of a closed quarter as a revision, with an archive of its own; returns the summary."""
    master, now = run.master(), run.now()
    period = run.quarter(master)
    step = closing_steps.revise(master.tables, _kept(master, period), period, reason, now)
    return _sealed(run, master, step, period, ())


def reopen(run: Run, reason: str) -> str:
    """Opens a closed quarter again; returns the summary."""
    master, now = run.master(), run.now()
    step = closing_steps.reopen(master.tables, run.quarter(master), reason, now)
    run.write(master, step, now)
    return run.say(step.summary)


def verify(folder: Path, master: Path | None) -> list[str]:
    """What differs in an archive from the day of its closing; nothing where it is unchanged."""
    digests = archive.listed_digests(read_master(master).tables, folder.resolve().name) if master else None
    return archive.verify(folder, digests)


def _sealed(run: Run, master: Master, step: steps.Step, period: Quarter, reports: Sequence[Path]) -> str:
    """Writes the archive, then the master with the archive's sum; where that fails the archive is taken away."""
    plan = archive.plan_archive({**master.tables, **step.changed}, period, run.path, reports)
    if not run.dry_run:
        with archive.archived(plan, updated(master, step.changed)) as digest:
            run.write(master, steps.Step(closing.sealed(step.changed, period, digest), ""), run.now())
    return run.say(f"{step.summary} {plan.summary}")


def _kept(master: Master, period: Quarter) -> Tables:
    closings = closing.closings(master.tables)
    if period not in closings:
        raise InputError(f"{period} is not closed.", "xl-outcomes log shows which quarters have been closed.")
    return archive.read_kept(master.tables, closings[period], master.path)


def compare(old: Path, new: Path) -> Comparison:
    """What differs between two versions of a master."""
    return compare_versions(read_master(old).tables, read_master(new).tables)


def log(path: Path) -> list[dict[str, object]]:
    """The rows of a master's log, oldest first."""
    return [dict(row) for row in get(read_master(path).tables, "Log").rows()]


def table_links(master: Master, changed: Tables) -> dict[str, TableLinks]:
    """Where cells of changed tables lead: each issue to the kept original of its return."""
    folder = linked_folder(_settings(master).archive_folder, master.path)
    return {"Issues": issue_links(changed["Issues"], folder)} if "Issues" in changed and folder else {}


def _keep(master: Master, paths: Sequence[Path], checked: Sequence[Checked], period: Quarter) -> None:
    """Keeps the returns that are new as they came, before anything of them is written."""
    folder = originals_folder(_settings(master).archive_folder, master.path, period)
    if folder is not None:
        known = {c.sha256 for c in checked if c.known}
        came = zip(paths, (c.source for c in checked), strict=True)
        keep_originals([(path, source) for path, source in came if source.sha256 not in known], folder)


def house_style_of(master: Master) -> HouseStyle:
    """The council's house style; what is doubtful in it is said on stderr."""
    style = house_style(_settings(master), master.path)
    for doubt in doubts(style):
        print(doubt, file=sys.stderr)
    return style


def _settings(master: Master) -> Settings:
    return sound_settings(master.tables["Settings"])


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
