"""The corporate plan on one page of A4."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xl_outcomes.corporate_plan import CorporatePlan, PlanOutcome, corporate_plan
from xl_outcomes.organisational import MARK
from xl_outcomes.periods import year_name
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.narrative import own_words
from xl_outcomes.reporting.registry import TO_BE_CONFIRMED
from xl_outcomes.wording import counted, many

Row = dict[str, object]
_GROUP = {
    "priority": "The priority; blank where the plan is not grouped.",
    "heading": "A heading for it, or for all outcomes where the plan is not grouped.",
}
_OUTCOME = {
    "title": "Its title.",
    "statement": "The outcome in a sentence; blank without one.",
    "needs": "The outcomes below it, a line each; in one line where there are many.",
    "measured": "How many indicators and measures of services it has, a line each.",
    "plans": "The service plans that deliver it.",
    "officer": "The post that answers for it.",
}
FIELDS: Mapping[str, str] = {
    "plan_year": 'The financial year: "2012/13".',
    "vision": "What everything leads to (Settings).",
    "plan_words": 'Narrative, section "corporate-plan: Summary"; else a sentence on how to read the page.',
    "outcomes_word": "What the council calls its tier 1 outcomes.",
    "needs_word": "What the council calls its tier 2 outcomes.",
    "groups": "The priorities; one of them, without a name, where the plan is not grouped.",
    **{f"groups.{name}": meaning for name, meaning in _GROUP.items()},
    "groups.outcomes": "Its outcomes.",
    **{f"groups.outcomes.{name}": meaning for name, meaning in _OUTCOME.items()},
    "plan_groups": "The service plans by group, a line each.",
    "thread": "The golden thread in a sentence.",
}
_MOST_LINES = 3
_NAME, _MADE_UP = "corporate-plan", "(Illustrative)"


def documents(source: Source) -> tuple[Document, ...]:
    """One page for the council."""
    settings, period = source.rated.settings, source.rated.period
    year = year_name(period.year)
    vision = settings.vision or TO_BE_CONFIRMED
    found = corporate_plan(source.rated.framework, source.tables, vision)
    own = own_words(source.tables, period, _NAME)
    needs = settings.tier_name(2)
    values: Row = {
        "plan_year": year,
        "vision": _plainly(vision),
        "plan_words": " ".join(own.get("summary", ())) or _reading(found),
        "outcomes_word": many(settings.tier_name(1)),
        "needs_word": many(needs),
        "groups": [
            {
                "priority": g.priority,
                "heading": f"Priority: {g.priority}" if g.priority else many(settings.tier_name(1)),
                "outcomes": [_outcome(o) for o in g.outcomes],
            }
            for g in found.groups
        ],
        "plan_groups": [f"{group}: {', '.join(names)}" if group else ", ".join(names) for group, names in found.plans],
        "thread": _thread(found),
    }
    return (Document(values, title=f"Corporate Plan {year}"),)


def _reading(found: CorporatePlan) -> str:
    """How to read the page, and that some of it is made up where it is."""
    indicators = sum(o.indicators for o in found.outcomes)
    measures = sum(o.measures for o in found.outcomes)
    asked = f" and {counted(measures, 'service measure')}" if measures else ""
    plans = sum(len(names) for _, names in found.plans)
    said = f"{counted(len(found.outcomes), 'outcome')}, {counted(indicators, 'indicator')}{asked}"
    said += f", {counted(plans, 'service plan')}." if plans else "."
    made_up = any(_MADE_UP in text for o in found.outcomes for text in (o.title, *o.imperatives))
    return f"{said} Some wording is illustrative." if made_up else said


def _thread(found: CorporatePlan) -> str:
    priorities = " to the priorities" if any(g.priority for g in found.groups) else ""
    ends = "to service plans and to the posts that answer for them"
    return f"The golden thread runs from the vision{priorities} to outcomes, {ends}."


def _outcome(found: PlanOutcome) -> Row:
    own = replace(found, title=_plainly(found.title), statement=_plainly(found.statement))
    counts = (own.indicators, "indicator"), (own.measures, "service measure")
    return {
        "title": f"{own.title}{MARK}" if own.apart else own.title,
        "statement": own.statement,
        "needs": _needs([_plainly(title) for title in own.imperatives]),
        "measured": [counted(n, noun) for n, noun in counts if n] or ["To be agreed"],
        "plans": "; ".join(own.plans) or "To be agreed",
        "officer": own.officer or "Not given",
    }


def _needs(titles: Sequence[str]) -> list[str]:
    """A line each; many of them run on, so that the plan keeps to its page."""
    return (list(titles) if len(titles) <= _MOST_LINES else ["; ".join(titles)]) or ["To be agreed"]


def _plainly(text: str) -> str:
    """A text without the mark that it is made up, which the page says once."""
    return text.replace(_MADE_UP, "").strip()
