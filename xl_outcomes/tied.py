"""The checks of every table whose rows are tied to outcomes or indicators, in the order of the tables."""

from collections.abc import Callable

from xl_outcomes.actions import action_issues
from xl_outcomes.activities import activity_issues
from xl_outcomes.areas import areas_issues
from xl_outcomes.benchmarks import benchmark_issues
from xl_outcomes.crosswalk import crosswalk_issues
from xl_outcomes.framework import Framework
from xl_outcomes.issues import Issue
from xl_outcomes.money import money_issues
from xl_outcomes.quality import quality_issues
from xl_outcomes.risks import risk_issues
from xl_outcomes.service_plans import service_plans_issues
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Tables
from xl_outcomes.tags import tags_issues

Check = Callable[[Tables, Framework, Settings], tuple[Issue, ...]]

TIED: tuple[Check, ...] = (
    tags_issues,
    areas_issues,
    service_plans_issues,
    risk_issues,
    activity_issues,
    money_issues,
    action_issues,
    benchmark_issues,
    quality_issues,
    crosswalk_issues,
)
