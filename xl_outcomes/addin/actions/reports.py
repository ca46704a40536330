"""Reports: write one in Word, open the last one."""

from pathlib import Path

from xl_outcomes.addin.desk import Desk, period_of, settings_of


def report(desk: Desk) -> None:
    """Writes the report that was chosen in the menu, from the quarter's ratings, and opens it."""
    from xl_outcomes import steps
    from xl_outcomes.deliver import report_path, write_report

    master = desk.master()
    period = period_of(master)
    report_path(desk.choice, period, Path())
    rated = steps.rated_already(master.tables, period, desk.now())
    folder = desk.folder(settings_of(master).reports_folder, "Where the report goes")
    if folder is None or not desk.talk.confirm(f"Write {report_path(desk.choice, period, folder)}?"):
        return
    desk.excel.status("Outcomes: writing the report…")
    path = write_report(desk.choice, rated, master.tables, folder, desk.style(master))[0]
    desk.memory.keep_report(path)
    desk.talk.show(path)


def open_last(desk: Desk) -> None:
    """Opens the last report that was written."""
    path = desk.memory.last_report()
    if path is None:
        desk.talk.tell("No report has been written from here yet, or the last one is no longer where it was.")
    else:
        desk.talk.show(path)
