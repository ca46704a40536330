"""Quarter: choose it, close it, take the last action back."""

from typing import TYPE_CHECKING

from xl_outcomes.addin.desk import Desk, period_of
from xl_outcomes.addin.memory import mark_of
from xl_outcomes.errors import InputError

if TYPE_CHECKING:
    from xl_outcomes.addin.memory import Before
    from xl_outcomes.reporting.view import ViewSheet
    from xl_outcomes.tables import Table
    from xl_outcomes.workbook.live import LiveMaster


def period(desk: Desk) -> None:
    """Makes the quarter that was chosen in the ribbon the current one."""
    from xl_outcomes import steps
    from xl_outcomes.periods import parse_quarter

    master = desk.master()
    chosen = parse_quarter(desk.choice.replace("-", "/", 1).replace("-", " ", 1))
    desk.carry_out(master, steps.choose_period(master.tables, chosen, desk.now()))


def close(desk: Desk) -> None:
    """Says how the quarter is closed: on the saved file, since the archive holds a copy of it."""
    period = period_of(desk.master())
    desk.talk.tell(
        f"{period} is closed on the saved file, because its archive holds a copy of the workbook. Save and close this "
        f'workbook, and run:\n\nxl-outcomes close "{desk.book.name}" --period "{period}"'
    )


def undo(desk: Desk) -> None:
    """Takes the last action back, where nobody has changed its tables since."""
    from xl_outcomes import steps

    master = desk.master()
    before = desk.memory.recall(desk.name)
    if before is None:
        desk.talk.tell("There is nothing to undo in this workbook.")
        return
    _demand_unchanged(master, before)
    earlier = _as_it_was(master, before)
    step = steps.undo(master.tables, {**master.tables, **earlier}, desk.now())
    summary = f"{step.summary} It was: {before.action}"
    desk.carry_out(master, steps.Step({**earlier, **step.changed}, summary, _views(master, before)))


def _demand_unchanged(master: "LiveMaster", before: "Before") -> None:
    from xl_outcomes.contract import SPECS
    from xl_outcomes.tables import get

    now = {name: get(master.tables, name).frame for name in before.frames if name in SPECS}
    if mark_of(now) != before.after:
        raise InputError(
            "The tables have been changed since the last action, so taking it back would lose those changes.",
            "Change them back by hand, or restore an earlier version of the workbook.",
        )


def _as_it_was(master: "LiveMaster", before: "Before") -> "dict[str, Table]":
    from xl_outcomes.contract import SPECS
    from xl_outcomes.tables import get

    return {n: get(master.tables, n).with_frame(f) for n, f in before.frames.items() if n in SPECS}


def _views(master: "LiveMaster", before: "Before") -> "tuple[ViewSheet, ...]":
    """The sheets that officers read, as they were."""
    from xl_outcomes.contract import SPECS
    from xl_outcomes.reporting.view import View, ViewSheet

    sheets: dict[str, list[View]] = {}
    for name, frame in before.frames.items():
        table = master.find(name)
        if name not in SPECS and table is not None:
            sheets.setdefault(table.sheet, []).append(View(name, frame, tuple(before.widths[name])))
    return tuple(ViewSheet(sheet, "", "", tuple(views)) for sheet, views in sheets.items())
