"""Framework: check it, show the golden thread of a row, compare two versions."""

from collections import Counter

from xl_outcomes.addin.desk import Desk, here, settings_of


def check(desk: Desk) -> None:
    """Checks the golden thread and the tables; on OK, marks what is wrong on the sheets and lists it with links."""
    from xl_outcomes import steps
    from xl_outcomes.workbook.live import mark, unmark

    master = desk.master()
    desk.excel.status("Outcomes: checking the framework…")
    issues = steps.check(master.tables)
    if not issues:
        unmark(desk.book, app=desk.excel)
        desk.talk.tell("The framework is sound: the checks found nothing.")
        return
    counts = Counter(issue.severity for issue in issues)
    found = ", ".join(
        f"{counts[s]} {s}{'s' if counts[s] > 1 else ''}" for s in ("error", "query", "warning") if counts[s]
    )
    listed = "\n".join(f"{i.sheet} {i.cell}: {i.message}" for i in issues)
    if desk.talk.confirm(f"The checks found {found}. Mark them on the sheets, and list them with links?\n\n{listed}"):
        mark(desk.book, issues, app=desk.excel)


def thread(desk: Desk) -> None:
    """Shows the golden thread through the selected row, and jumps to a row of it."""
    from xl_outcomes.closing import closed_quarters
    from xl_outcomes.quarter import prepare
    from xl_outcomes.reporting.explain import golden_thread, place_of, thread_text

    master = desk.master()
    selected = here(desk, master)
    framework = prepare(master.tables, None, desk.at.date(), closed_quarters(master.tables)).history.framework
    links = golden_thread(framework, settings_of(master), selected.ref)
    desk.talk.tell(thread_text(links))
    refs = [link.ref for link in links if link.ref]
    given = desk.talk.ask("Jump to which ref? (Cancel: stay here)", refs[0])
    place = place_of(master.tables, given) if given else None
    if place is not None:
        sheet = desk.book.sheets[place[0]]
        sheet.activate()
        sheet.range(place[1]).select()
    elif given:
        desk.talk.tell(f'"{given}" is not a ref of this framework.')


def compare(desk: Desk) -> None:
    """Compares this framework with an older version, and on OK writes the table Changes."""
    master = desk.master()
    chosen = desk.talk.choose_files("The older version of this master", "")
    if not chosen:
        return
    from xl_outcomes import steps
    from xl_outcomes.workbook.file import read_master

    older = read_master(chosen[0])
    comparison, step = steps.compare(older.tables, master.tables, desk.now())
    lines = (f"{t.title}: " + ", ".join(f"{k} {n}" for k, n in t.counts.items()) for t in comparison.themes)
    text = "\n".join((f"Compared with {chosen[0].name}:", *lines))
    if step.changed:
        desk.carry_out(master, steps.Step(step.changed, f"{step.summary}\n\n{text}"))
    else:
        desk.talk.tell(f"{step.summary}\n\n{text}")
