"""The sheets that officers read: dashboard, top tiers, framework as a tree, one indicator sheet per tier 1 priority.

Each is a set of named tables of values, so that what is seen without recalculating is what was rated.
"""

from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.dashboard import dashboard
from xl_outcomes.reporting.framework_view import framework_sheet, priorities_sheet
from xl_outcomes.reporting.indicator_view import indicator_sheet
from xl_outcomes.reporting.readback import words_given
from xl_outcomes.reporting.shown import earlier_ratings, records
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.tables import Tables


def make_views(rated: Rated, tables: Tables) -> tuple[ViewSheet, ...]:
    """Every sheet of views for a quarter, in the order of the workbook."""
    results = {row["Indicator"]: row for row in records(rated.results)}
    rollup = {row["Ref"]: row for row in records(rated.rollup)}
    words = words_given(tables["Observations"], rated.period)
    earlier = earlier_ratings(tables, rated.period)
    return (
        dashboard(rated, results, rollup, tables, words, earlier),
        priorities_sheet(rated, rollup, earlier),
        framework_sheet(rated, rollup, earlier),
        *(indicator_sheet(rated, top, results, words, tables) for top in rated.framework.children(None)),
    )
