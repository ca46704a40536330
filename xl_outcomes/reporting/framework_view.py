"""The Framework sheet: the tiers as a tree, with this quarter's ratings."""

from collections.abc import Mapping
from typing import Any

from xl_outcomes.framework import Outcome
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import coverage, marked
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.tables import frame

INDENT = "    "


def framework_sheet(rated: Rated, rollup: Mapping[str, dict[str, Any]]) -> ViewSheet:
    """The sheet Framework of a rated quarter."""
    headings = (
        "Ref",
        "Tier",
        "Outcome",
        "Rating",
        "Rated",
        "Masked reds",
        "Responsible officer",
        "Portfolio holder",
        "Period",
    )
    rows = [[*_tree_row(o, rollup[o.ref]), str(rated.period)] for o in rated.framework.down()]
    names = ", ".join(rated.settings.tier_name(t) for t in sorted({o.tier for o in rated.framework.outcomes.values()}))
    view = View("Framework_tree", frame(headings, rows), (12, 7, 70, 17, 10, 24, 40, 40, 12), ("Rating",))
    note = f"Tiers, from the top: {names}. In the column Rated, 5 of 6 means that five of the six parts due are rated."
    return ViewSheet("Framework", "The outcomes framework", note, (view,))


def _tree_row(outcome: Outcome, row: Mapping[str, Any]) -> list[Any]:
    title = INDENT * (outcome.tier - 1) + outcome.title
    people = [outcome.responsible_officer or None, outcome.portfolio_holder or None]
    return [outcome.ref, outcome.tier, title, marked(row), coverage(row), row["Masked reds"], *people]
