"""Returns: make forms, check returns, take them in, send corrected forms back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xl_outcomes.addin.desk import Desk, period_of, settings_of

if TYPE_CHECKING:
    from xl_outcomes.returns.checks import Checked
    from xl_outcomes.returns.reading import Return
    from xl_outcomes.workbook.live import LiveMaster

_PICK = "Returns to {}: choose one or several"


def forms(desk: Desk) -> None:
    """Makes the quarter's forms, one for each data owner, and registers what is awaited."""
    from xl_outcomes import steps
    from xl_outcomes.deliver import form_files, write_form

    master = desk.master()
    period = period_of(master)
    made, step = steps.forms(master.tables, period, desk.now())
    folder = desk.talk.choose_folder(f"Where the forms for {period} go", settings_of(master).returns_folder)
    if folder is None:
        return

    style = desk.style(master)

    def write() -> None:
        for form, name in form_files(made):
            desk.excel.status(f"Outcomes: writing {name}…")
            write_form(form, folder / name, desk.now(), style)

    told = steps.Step(step.changed, f"{step.summary} They go into {folder}.", step.views)
    desk.carry_out(master, told, first=write)


def validate(desk: Desk) -> None:
    """Checks returns against the master and shows what was found; the master is not changed."""
    from xl_outcomes import steps

    master = desk.master()
    read = _read(desk, master, "check")
    if not read:
        return
    checked = steps.validate(master.tables, list(read.values()), period_of(master), desk.now())
    desk.talk.tell(_told(checked))
    if any(c.issues for c in checked):
        from xl_outcomes.deliver import write_findings

        path = desk.memory.folder / "Check of returns.xlsx"
        desk.talk.show(write_findings(checked, path, desk.now(), desk.style(master)))


def import_returns(desk: Desk) -> None:
    """Checks returns and, on OK, keeps them as they came and takes them in."""
    from xl_outcomes import steps
    from xl_outcomes.originals import keep_originals, originals_folder

    master = desk.master()
    read = _read(desk, master, "import")
    if not read:
        return
    period = period_of(master)
    checked, step = steps.import_returns(master.tables, list(read.values()), period, desk.now())
    if not step.changed:
        desk.talk.tell(f"Nothing is to be done. {step.summary}")
        return
    folder = originals_folder(settings_of(master).archive_folder, desk.path, period)
    known = {c.sha256 for c in checked if c.known}
    new = [(path, source) for path, source in read.items() if source.sha256 not in known]

    def keep() -> None:
        if folder is not None:
            keep_originals(new, folder)

    desk.carry_out(master, steps.Step(step.changed, f"{step.summary}\n\n{_told(checked)}", step.views), first=keep)


def send_back(desk: Desk) -> None:
    """Writes a corrected form for returns with errors or queries, each fault beside its cell."""
    from xl_outcomes import steps
    from xl_outcomes.deliver import write_corrected

    master = desk.master()
    read = _read(desk, master, "send back")
    if not read:
        return
    period = period_of(master)
    checked = steps.validate(master.tables, list(read.values()), period, desk.now())
    faulty = sum(any(i.severity != "warning" for i in c.issues) for c in checked)
    if not faulty:
        desk.talk.tell("These returns have no errors or queries, so there is nothing to send back.")
        return
    folder = desk.talk.choose_folder("Where the corrected forms go", settings_of(master).returns_folder)
    if folder is not None:
        written = write_corrected(checked, master.tables, period, desk.now(), folder, desk.style(master))
        listed = "\n".join(path.name for path in written)
        desk.talk.tell(f"{len(written)} corrected forms are in {folder}, to be sent to their owners:\n{listed}")


def _read(desk: Desk, master: "LiveMaster", what: str) -> "dict[Path, Return]":
    """The returns that the officer chooses, read; none where she chose Cancel."""
    settings = settings_of(master)
    paths: Sequence[Path] = desk.talk.choose_files(_PICK.format(what), settings.returns_folder)
    from xl_outcomes.files import limits_from, read_one

    limits, read = limits_from(settings), {}
    for number, path in enumerate(paths, 1):
        desk.excel.status(f"Outcomes: reading return {number} of {len(paths)}, {path.name}…")
        read[path] = read_one(path, limits)
    return read


def _told(checked: "Sequence[Checked]") -> str:
    """A line for each return: what becomes of it, and its first errors and queries."""
    lines = []
    for c in checked:
        faults = [i for i in c.issues if i.severity != "warning"]
        warnings = len(c.issues) - len(faults)
        lines.append(f"{c.file}: {c.status}, {c.accepted_rows} figures, {c.held_rows} held, {warnings} warnings.")
        lines += [f"   {i.sheet} {i.cell} {i.message}" for i in faults[:5]]
        lines += [f"   … and {len(faults) - 5} more"] if len(faults) > 5 else []
    return "\n".join(lines)
