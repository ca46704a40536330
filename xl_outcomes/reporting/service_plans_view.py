"""The sheet Service plans: performance measures by the three questions, by group and plan, and one by one."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from xl_outcomes.framework import Framework
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.indicator_view import priority_table
from xl_outcomes.reporting.shown import abridged
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.rollup import Tally
from xl_outcomes.service_plans import QUESTIONS, Measure, PlanFact, ServicePlanFacts, Summary, service_plan_facts
from xl_outcomes.tables import Tables, frame

NO_MEASURE, NO_PLAN, WHOLE_GROUP = "no measure", "No service plan", "The whole group"
# The tables stand below one another, so each column serves all three.
_WIDTHS = (22.0, 31.0, 9.0, 10.0, 10.0, 11.0, 10.0, 13.0, 19.0, 19.0, 19.0, 21.0)
_COUNTS = ("Rated", "Green", "Amber", "Red", "Not rated")
_ASKED = tuple(words.removesuffix("?") for words in QUESTIONS.values())
_QUESTIONS = ("Question", "What it tells", *_COUNTS, "Measures", "Period")
_PLANS = ("Group", "Plan", *_COUNTS, "Rating", *_ASKED, "Reds")
_MEASURES = (
    *("Plan", "Measure", "Ref", "Figure", "Target", "Direction", "Outcome", "Rating", "Question", "Service"),
    *("Data owner", "Why it is rated so"),
)
_TELLS = {
    "How much": "The amount of work: people seen, visits made, homes repaired",
    "How well": "Its quality: on time, at what cost, to whose satisfaction",
    "Better off": "What difference it made to the people whom the service works with",
}
_MOST_REDS, _REDS_ACROSS = 6, 20
NOTE = (
    "Performance measures say what a service does itself. They are the indicators whose Measure is How much, How well "
    "or Better off, and they reach their plan through their service. In a plan and in a group each measure counts the "
    "same; ratings follow the council's own roll-up, as its settings have it. In the column Rated, 5 of 6 means that "
    "five of the six measures due are rated; Not rated counts the sixth. Reds names the measures that are Red, or were "
    "before an officer replaced the rating. An asterisk marks a rating that was replaced."
)


def service_plans_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet of a rated quarter; None for a master without performance measures."""
    facts = service_plan_facts(rated, tables)
    if not facts.measures:
        return None
    views = (_questions(facts, rated.period), _plans(facts), _measures(facts, rated.framework))
    return ViewSheet(
        "Service plans",
        "Service plans: what services do, and whether anyone is better off",
        NOTE,
        views,
    )


# ---- the three questions ----


def _questions(facts: ServicePlanFacts, period: Quarter) -> View:
    rows = [[words, _TELLS[q], *_question(facts, q), str(period)] for q, words in QUESTIONS.items()]
    return View(
        "Service_questions", frame(_QUESTIONS, rows), _WIDTHS[: len(_QUESTIONS)], (), "All performance measures"
    )


def _question(facts: ServicePlanFacts, question: str) -> list[Any]:
    count = facts.questions.get(question, Tally())
    return [count.coverage, *count.numbers, sum(m.question == question for m in facts.measures)]


# ---- groups and plans ----


def _plans(facts: ServicePlanFacts) -> View:
    """A row for each group, and below it one for each of its plans; at the end the measures that are in no plan."""
    rows: list[Sequence[Any]] = []
    for group in facts.groups:
        rows.append([group.group, _whole_group(group.plans), *_summary(group.summary)])
        rows += [[group.group, plan.plan, *_summary(plan.summary)] for plan in group.plans]
    if not rows:
        rows = [[None, "No service has a plan in the table Services yet", *[None] * (len(_PLANS) - 2)]]
    caption = "Groups and their service plans"
    return View("Service_plans", frame(_PLANS, rows), _WIDTHS, ("Rating",), caption)


def _whole_group(plans: Sequence[PlanFact]) -> str:
    return f"{WHOLE_GROUP}: {len(plans)} plan{'' if len(plans) == 1 else 's'}"


def _summary(summary: Summary) -> list[Any]:
    asked = (summary.questions.get(q) for q in QUESTIONS)
    words = [NO_MEASURE if count is None else count.words for count in asked]
    reds = textwrap.fill(abridged(", ".join(summary.reds), _MOST_REDS) or "", _REDS_ACROSS, break_on_hyphens=False)
    return [summary.tally.coverage, *summary.tally.numbers, summary.whole.rating, *words, reds or None]


# ---- measures ----


def _measures(facts: ServicePlanFacts, framework: Framework) -> View:
    planned = [(plan.plan, m) for plan in facts.plans for m in plan.measures]
    listed = [*planned, *((NO_PLAN, m) for m in facts.unplanned)]
    rows = [_measure(plan, m) for plan, m in listed]
    links = {"Ref": [_link(framework, m.ref) for _, m in listed]}
    caption = "The measures, by plan and question"
    return View("Service_measures", frame(_MEASURES, rows), _WIDTHS, ("Rating",), caption, links)


def _measure(plan: str, m: Measure) -> list[Any]:
    figures = [m.figure or None, m.target or None, m.direction or None]
    told = [QUESTIONS[m.question], m.service or None, m.owner or None]
    why = " ".join(_sentences((m.unplanned, m.reason)))
    return [plan, m.title, m.ref, *figures, m.outcome or None, m.verdict.shown, *told, why or None]


def _sentences(texts: Iterable[str]) -> list[str]:
    return [f"{text.rstrip('.')}." for text in texts if text]


def _link(framework: Framework, ref: str) -> Link | None:
    """Where a ref leads: its row on its priority's sheet."""
    above = framework.up(ref) if ref in framework.indicators else ()
    return Link(priority_table(above[-1].ref), "Ref", ref) if above else None
