"""What the commands about a framework do on closed files: read the master, run the step, write what changed."""

from pathlib import Path

from xl_outcomes import chasing, new_year, review_steps, steps
from xl_outcomes.changes import Comparison
from xl_outcomes.closing import closed_quarters
from xl_outcomes.commands import Run, house_style_of
from xl_outcomes.errors import FileError
from xl_outcomes.issues import Issue
from xl_outcomes.new_files import write_new
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.workbook.file import indicator_tables, read_master

ESCALATION = "To responsible officers.txt"


def compare_and_keep(run: Run, older: Path) -> tuple[Comparison, str]:
    """Compares an older version with the master, whose table Changes keeps what was found; also the summary."""
    master, now = run.master(), run.now()
    comparison, step = steps.compare(read_master(older).tables, master.tables, now)
    run.write(master, step, now)
    return comparison, run.say(step.summary)


def begin_year(run: Run) -> str:
    """Begins the financial year after the master's; returns the summary."""
    master, now = run.master(), run.now()
    step = new_year.new_year(master.tables, now, indicator_tables(master))
    run.write(master, step, now)
    return run.say(step.summary)


def sign_off(run: Run, theme: str | None, approved_by: str, note: str) -> str:
    """Records a peer review; returns the summary."""
    master, now = run.master(), run.now()
    step = review_steps.record(master.tables, run.quarter(master), now, theme=theme, approved_by=approved_by, note=note)
    run.write(master, step, now)
    return run.say(step.summary)


def chase(run: Run, out: Path | None) -> tuple[list[str], list[Path]]:
    """Who owes what for a quarter, in lines; with a folder, the messages written there."""
    master, now = run.master(), run.now()
    tables, period = master.tables, run.quarter(master)
    found = chasing.chase(rate_quarter(tables, period, now.today, closed_quarters(tables)), tables)
    lines = [*chasing.summary_lines(found)]
    escalation = chasing.escalation(found)
    if escalation:
        lines += ["", "To tell:", *escalation.splitlines()]
    if out is None or run.dry_run:
        return lines, []
    return lines, write_messages(found, out / period.file_name)


def write_messages(found: chasing.Chase, folder: Path) -> list[Path]:
    """Writes a message for each data owner who owes something, and the list for the responsible officers."""
    texts = [(f"{_safe(owner)}.txt", text) for owner, text in chasing.messages(found)]
    escalation = chasing.escalation(found)
    texts += [(ESCALATION, escalation)] if escalation else []
    return [write_new(folder / name, f"{text}\n".encode()) for name, text in texts]


def thread(run: Run, ref: str | None) -> str:
    """The golden thread in words: through one ref, or the whole framework with what hangs loose."""
    from xl_outcomes.golden_thread import read_thread
    from xl_outcomes.reporting.explain import golden_thread, thread_text
    from xl_outcomes.reporting.thread_view import thread_summary

    found = read_thread(run.master().tables)
    return thread_text(golden_thread(found.framework, found.settings, ref, found)) if ref else thread_summary(found)


def write_thread(run: Run, path: Path) -> Path:
    """Writes the golden thread as a table, in the format of the file's suffix."""
    from xl_outcomes import thread_file

    master = run.master()
    return thread_file.write_thread(path, master.tables, run.now().at, house_style_of(master))


def draw_theory(run: Run, path: Path) -> tuple[Path, ...]:
    """Draws the theory of change: a file, or a folder of pictures; what was written."""
    from xl_outcomes.golden_thread import read_thread
    from xl_outcomes.reporting.theory_picture import write_theory

    master = run.master()
    return write_theory(path, read_thread(master.tables), house_style_of(master))


def take_benchmarks(run: Run, path: Path) -> tuple[str, tuple[Issue, ...]]:
    """Takes other councils' figures in from a CSV file; the summary, and what was odd."""
    from xl_outcomes.benchmark_file import benchmark_rows
    from xl_outcomes.benchmark_steps import take_in

    master, now = run.master(), run.now()
    try:
        with path.open("rb") as stream:
            rows = benchmark_rows(stream, path.name)
    except OSError as error:
        raise FileError("file-open", f"{path} cannot be read: {error.strerror}.", "Check its name.") from error
    step, issues = take_in(master.tables, rows, path.name, now)
    run.write(master, step, now)
    return run.say(step.summary), issues


def _safe(name: str) -> str:
    """A name as a file's name."""
    return " ".join("".join(c if c.isalnum() or c in " -" else " " for c in name).split())[:80] or "Data owner"
