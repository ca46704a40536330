"""The sheets that officers read: dashboard, top tiers, framework as a tree, one indicator sheet per tier 1 priority.

Each is a set of named tables of values, so that what is seen without recalculating is what was rated.
"""

from xl_outcomes.chasing import chase
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.actions_view import actions_sheet
from xl_outcomes.reporting.areas_view import areas_sheet
from xl_outcomes.reporting.benchmark_view import benchmark_sheet
from xl_outcomes.reporting.chase_view import chase_sheet
from xl_outcomes.reporting.crosswalk_view import crosswalk_sheet
from xl_outcomes.reporting.dashboard import dashboard
from xl_outcomes.reporting.delivery_view import delivery_sheet
from xl_outcomes.reporting.framework_view import framework_sheet, priorities_sheet
from xl_outcomes.reporting.indicator_view import indicator_sheet
from xl_outcomes.reporting.money_view import money_sheet
from xl_outcomes.reporting.quality_view import quality_sheet
from xl_outcomes.reporting.readback import words_given
from xl_outcomes.reporting.review_view import review_sheet
from xl_outcomes.reporting.risk_view import risk_sheet
from xl_outcomes.reporting.roles_view import roles_sheet
from xl_outcomes.reporting.service_plans_view import service_plans_sheet
from xl_outcomes.reporting.shown import earlier_ratings, records
from xl_outcomes.reporting.tags_view import tags_sheet
from xl_outcomes.reporting.thread_view import theory_sheet, thread_sheet
from xl_outcomes.reporting.timetable_view import timetable_sheet
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.reporting.year_view import year_sheet
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
        *_more(rated, tables),
    )


def _more(rated: Rated, tables: Tables) -> tuple[ViewSheet, ...]:
    """The sheets that a master has where it uses the tables behind them."""
    made = (
        year_sheet(rated, tables),
        areas_sheet(rated, tables),
        benchmark_sheet(rated, tables),
        service_plans_sheet(rated, tables),
        thread_sheet(rated, tables),
        theory_sheet(rated, tables),
        delivery_sheet(rated, tables),
        actions_sheet(rated, tables),
        money_sheet(rated, tables),
        risk_sheet(rated, tables),
        quality_sheet(rated, tables),
        roles_sheet(rated, tables),
        tags_sheet(rated, tables),
        crosswalk_sheet(rated, tables),
        review_sheet(rated, tables),
        chase_sheet(chase(rated, tables)),
        timetable_sheet(rated, tables),
    )
    return tuple(sheet for sheet in made if sheet is not None)
