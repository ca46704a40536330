"""Performance: rate and roll up, say why, replace a rating, show the dashboard."""

from xl_outcomes.addin.desk import Desk, here, period_of
from xl_outcomes.addin.talk import choose
from xl_outcomes.contract.words import RATINGS


def rate(desk: Desk) -> None:
    """Rates the quarter, rolls it up, and on OK writes the results and the sheets that show them."""
    from xl_outcomes import steps

    master = desk.master()
    desk.excel.status("Outcomes: rating…")
    _, step = steps.rate(master.tables, period_of(master), desk.now(), master.indicator_tables())
    desk.carry_out(master, step)


def why(desk: Desk) -> None:
    """Says why the selected row has its rating: the reason, what is under it, masked reds."""
    from xl_outcomes.closing import closed_quarters
    from xl_outcomes.quarter import prepare
    from xl_outcomes.reporting.explain import why as explained

    master = desk.master()
    selected = here(desk, master)
    period = selected.period(period_of(master))
    framework = prepare(master.tables, period, desk.at.date(), closed_quarters(master.tables)).history.framework
    desk.talk.tell(explained(master.tables, framework, selected.ref, period))


def override(desk: Desk) -> None:
    """Replaces the rating of the selected row, with a reason, an approver and a last period, and rates again."""
    from xl_outcomes import steps
    from xl_outcomes.overrides import Replacement
    from xl_outcomes.periods import parse_quarter

    master = desk.master()
    ref, period = here(desk, master).ref, period_of(master)
    number = choose(desk.talk, f"Which rating shall {ref} have from {period}?", RATINGS)
    questions = ("Why? (members may read it)", "Who has approved it?", "Until which quarter, inclusive?")
    answers: list[str] = []
    for question, default in zip(questions, ("", "", str(period)), strict=True):
        given = None if number is None else desk.talk.ask(question, default)
        if given is None:
            return
        answers.append(given)
    reason, approved_by, last = answers
    wanted = Replacement(ref, RATINGS[number or 0], reason, approved_by, period, parse_quarter(last))
    _, step = steps.override(master.tables, wanted, desk.now(), master.indicator_tables())
    desk.carry_out(master, step)


def dashboard(desk: Desk) -> None:
    """Shows the Dashboard."""
    shown = desk.master().find("Dashboard_quarter")
    if shown is None:
        desk.talk.tell("There is no dashboard yet: it is made when a quarter is rated.")
    else:
        desk.book.sheets[shown.sheet].activate()
