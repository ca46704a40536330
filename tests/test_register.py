"""Who is late."""

import datetime as dt

from tests.support import table
from xl_outcomes.periods import parse_quarter
from xl_outcomes.returns.register import missing_returns

Q1 = parse_quarter("2025/26 Q1")
DUE = dt.datetime(2025, 7, 20)
REGISTER = table(
    "Returns",
    [
        {"Period": str(Q1), "Data owner": "Housing", "Due": DUE, "Status": "overdue"},
        {"Period": str(Q1), "Data owner": "Finance", "Due": DUE, "Status": "accepted"},
        {"Period": str(Q1), "Data owner": "Waste", "Due": DUE - dt.timedelta(days=2), "Status": "overdue"},
        {"Period": "2024/25 Q4", "Data owner": "Roads", "Due": DUE, "Status": "overdue"},
    ],
)
OWNERS = table("Owners", [{"Data owner": "Housing", "Post": "Head of housing", "E-mail": "housing@council.example"}])


def test_the_latest_come_first_with_whom_to_ask() -> None:
    missing = missing_returns(REGISTER, OWNERS, Q1, dt.date(2025, 7, 21))
    assert [m.line for m in missing] == [
        "Waste: due 18 July 2025, 3 days late",
        "Housing: due 20 July 2025, 1 day late (Head of housing, housing@council.example)",
    ]


def test_before_the_day_nobody_is_late() -> None:
    missing = missing_returns(REGISTER, OWNERS, Q1, dt.date(2025, 7, 18))
    assert [(m.owner, m.days_late) for m in missing] == [("Waste", 0), ("Housing", 0)]
    assert missing[0].line.endswith("not yet due")
