"""What an officer does with a closed quarter: close it, put edits back or record them as a revision, open it again."""

from xl_outcomes import closing
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.steps import Now, Step
from xl_outcomes.tables import Tables


def close_quarter(tables: Tables, period: Quarter, now: Now) -> Step:
    """A quarter closed; raises InputError where it is closed already, not rated as it stands, or has open queries."""
    closing.demand_open(tables, period)
    rated = rate_quarter(tables, period, now.today, closing.closed_quarters(tables))
    done = closing.close(tables, rated, now.at, now.who)
    return Step(done.changed, done.summary)


def put_back(tables: Tables, kept: Tables, period: Quarter, now: Now) -> Step:
    """The rows of a closed quarter as its archived master has them."""
    done = closing.put_back(tables, kept, period, now.at, now.who)
    return Step(done.changed, done.summary)


def revise(tables: Tables, kept: Tables, period: Quarter, reason: str, now: Now) -> Step:
    """The edits of a closed quarter recorded as a revision, flagged r, and the quarter closed anew."""
    done = closing.as_revision(tables, kept, period, reason, now.at, now.who)
    return Step(done.changed, done.summary)


def reopen(tables: Tables, period: Quarter, reason: str, now: Now) -> Step:
    """A closed quarter opened again, with the reason."""
    done = closing.reopen(tables, period, reason, now.at, now.who)
    return Step(done.changed, done.summary)
