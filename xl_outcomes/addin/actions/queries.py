"""Returns, one at a time: settle a query, take a return out again, see who is late."""

from typing import TYPE_CHECKING, Any

from xl_outcomes.addin.desk import Desk, here, period_of
from xl_outcomes.addin.talk import choose

if TYPE_CHECKING:
    from xl_outcomes.returns.settle import Decision
    from xl_outcomes.workbook.live import LiveMaster


def settle(desk: Desk) -> None:
    """Settles the queries decided on the sheet Issues, else the selected one: accept, use another value, or reject."""
    from xl_outcomes import steps

    master = desk.master()
    typed = steps.settle_typed(master.tables, period_of(master), desk.now())
    if typed.changed:
        desk.carry_out(master, steps.Step(typed.changed, typed.summary.strip()))
        return
    issue = _issue(desk, master)
    if issue is None:
        return
    decision = _decision(desk, issue)
    if decision is not None:
        number = str(issue["Issue"])
        desk.carry_out(master, steps.settle(master.tables, number, decision, period_of(master), desk.now()))


def withdraw(desk: Desk) -> None:
    """Takes the return of the selected row of Returns, or one chosen from a list, out again."""
    from xl_outcomes import steps
    from xl_outcomes.returns.relations import TAKEN_IN
    from xl_outcomes.tables import get

    master = desk.master()
    period = period_of(master)
    rows = [r for r in get(master.tables, "Returns").rows() if r["Period"] == str(period) and r["Status"] in TAKEN_IN]
    owners = sorted({str(r["Data owner"]) for r in rows})
    if not owners:
        desk.talk.tell(f"No return has been taken in for {period}, so there is none to withdraw.")
        return
    number = choose(desk.talk, f"Withdraw which return for {period}? What it replaced comes back.", owners)
    if number is not None:
        desk.carry_out(master, steps.withdraw_return(master.tables, owners[number], period, desk.now()))


def who_is_late(desk: Desk) -> None:
    """Lists the returns that have not come, the latest first; on OK, writes a message to each owner, to be sent."""
    from xl_outcomes.chasing import chase
    from xl_outcomes.closing import closed_quarters
    from xl_outcomes.quarter import rate_quarter
    from xl_outcomes.returns.register import missing_returns
    from xl_outcomes.tables import get

    master = desk.master()
    period, today = period_of(master), desk.at.date()
    register, owners = get(master.tables, "Returns"), get(master.tables, "Owners")
    if not any(r["Period"] == str(period) for r in register.rows()):
        desk.talk.tell(f"No forms have been made for {period} yet, so no return is awaited. Make forms first.")
        return
    found = chase(rate_quarter(master.tables, period, today, closed_quarters(master.tables)), master.tables)
    missing = missing_returns(register, owners, period, today)
    if not any(debtor.owed for debtor in found.debtors):
        desk.talk.tell(f"{period}: all are in.")
        return
    lines = "\n".join(m.line for m in missing)
    told = f"{period}: {len(missing)} returns have not come. {found.completeness.words}.\n\n{lines}"
    if desk.talk.confirm(f"{told}\n\nWrite a message to each owner who owes a figure, for you to send?"):
        folder = desk.talk.choose_folder("Where the messages go", "")
        if folder is not None:
            from xl_outcomes.framework_commands import write_messages

            desk.talk.tell(f"{len(write_messages(found, folder))} messages are in {folder}. Nothing has been sent.")


def _issue(desk: Desk, master: "LiveMaster") -> dict[str, Any] | None:
    """The issue in the selected row, else one chosen from the open queries; None for Cancel, or where there is none."""
    from xl_outcomes.errors import InputError
    from xl_outcomes.returns.queries import is_open_query
    from xl_outcomes.tables import get

    try:
        selected = here(desk, master)
        if selected.table == "Issues":
            return dict(selected.row)
    except InputError:
        pass  # no row is selected: she chooses from a list
    queries = [row for row in get(master.tables, "Issues").rows() if is_open_query(row)]
    if not queries:
        desk.talk.tell("There is no open query.")
        return None
    number = choose(desk.talk, "Settle which query?", [f"{r['Indicator']} {r['Value']} ({r['Code']})" for r in queries])
    return None if number is None else queries[number]


def _decision(desk: Desk, issue: dict[str, Any]) -> "Decision | None":
    from xl_outcomes.returns.settle import ACCEPT, REJECT, USE, Decision, read_value

    desk.talk.tell(f"Issue {issue['Issue']}, {issue['Indicator']} in {issue['File']}:\n{issue['Message']}")
    words = (f"Accept {issue['Value']} as given", "Use another value", "Reject: leave the row out")
    number = choose(desk.talk, "What do you decide?", words)
    if number is None:
        return None
    value = desk.talk.ask("The value to use:") if number == 1 else None
    if number == 1 and value is None:
        return None
    note = desk.talk.ask("Why? This note is kept with the decision.")
    if note is None:
        return None
    kind = (ACCEPT, USE, REJECT)[number]
    return Decision(kind, note, desk.who, read_value(value) if value is not None else None)
