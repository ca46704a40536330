"""The cabinet report by exception, with money: what is off target, why, what is done, and what it costs."""

from collections.abc import Mapping, Sequence

from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.organisational import MARK, refs_apart
from xl_outcomes.reporting.chart_specs import RatingBars
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import PriorityFact
from xl_outcomes.reporting.fields import AUTHOR
from xl_outcomes.reporting.prose import colour, said
from xl_outcomes.reporting.remit import Council, Owned, Remit, council, tallied, whole
from xl_outcomes.reporting.remit_fields import EXCEPTION, MEASURE, TALLY, remit_values, shorthand_rows
from xl_outcomes.reporting.remit_fields import FIELDS as REMIT
from xl_outcomes.reporting.remit_follow_up import action_rows, earlier_actions, money_words
from xl_outcomes.reporting.remit_items import RED, Item
from xl_outcomes.reporting.remit_words import exception_rows, measure_rows, noun, tally_row, tally_words
from xl_outcomes.service_plans import PlanFact, service_plan_facts
from xl_outcomes.wording import be, counted, listed

NAME = "cabinet-exception"
STRATEGY = "Community strategy"
IMPACTS = (
    *("S17 Crime and Disorder", "Health and Well Being", "Carbon Impact", "Diversity", "Wards Affected"),
    *("Groups Affected", "Budget and Policy Framework", "Key Decision", "Urgent Decision", STRATEGY, "Efficiency"),
)
_LONGEST_NAME = 60  # of a vision that stands as a row's name
FIELDS: Mapping[str, str] = {
    **REMIT,
    "summary_texts": "Paragraphs: Narrative, section Summary, then the counts and the money in a few sentences.",
    "impacts_table": "The impact table, from S17 Crime and Disorder to Efficiency (Narrative, sections Impact: …).",
    "impacts_table.name": "What is affected.",
    "impacts_table.text": "How, as written in Narrative; else for the author to complete.",
    "analysis": "Paragraphs: how exceptions are chosen, what came in, what is counted.",
    "outcome_counts": "Paragraphs: the indicators of outcomes in numbers.",
    "outcome_rows": "The tier 1 outcomes with their ratings and the counts of their indicators.",
    **{f"outcome_rows.{name}": meaning for name, meaning in TALLY.items()},
    "outcome_rows.rating": "Its rating in words.",
    "outcome_rows.colour": "The colour that goes with the rating.",
    "outcome_rows.was": "Its rating in the quarter before.",
    "plan_counts": "Paragraphs: the performance measures in numbers; empty where there are none.",
    "plan_rows": "The service plans with their ratings and counts.",
    **{f"plan_rows.{name}": meaning for name, meaning in TALLY.items()},
    "plan_rows.group": "Its group.",
    "plan_rows.rating": "Its rating in words.",
    "plan_rows.colour": "The colour that goes with the rating.",
    "outcome_groups": "The outcomes under which something is off target.",
    "plan_groups": "The groups of service plans in which something is off target.",
    **{
        f"{groups}.{name}": meaning
        for groups in ("outcome_groups", "plan_groups")
        for name, meaning in (
            ("title", "The outcome with its rating, or the group."),
            ("intro", "A sentence with its counts."),
            ("exceptions", "What is Red or Amber there."),
            *((f"exceptions.{n}", m) for n, m in EXCEPTION.items()),
        )
    },
    "outcomes_clear": "A sentence: the outcomes under which nothing is off target; blank where there are none.",
    "plans_clear": "A sentence: the service plans in which nothing is off target; blank where there are none.",
    "actions_left_out": "A sentence on the open actions that the table leaves out; blank where it has all.",
    "achieved": "Lines: each tier 1 outcome with its achievements and impacts (Narrative).",
    "outcome_appendix": "Every tier 1 outcome with all its indicators.",
    "outcome_appendix.title": "The outcome.",
    "outcome_appendix.measures": "Its indicators.",
    **{f"outcome_appendix.measures.{name}": meaning for name, meaning in MEASURE.items()},
}


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    held = council(source.rated, source.tables, source.facts, NAME)
    own, style = whole(held), source.style
    plans = service_plan_facts(source.rated, source.tables).plans if held.two_kinds else ()
    values = {
        **remit_values(held, own, style, own.exceptions),
        "shorthand": shorthand_rows(own.items),
        "recommendations": said(held.facts.narrative, "recommendation", f"That the exceptions be noted. {AUTHOR}"),
        "summary_texts": _summary(held, own, style),
        "impacts_table": _impacts(held),
        "achieved": [
            f"{p.title}: {' '.join((*p.achievements, *p.impacts))}" for p in held.facts.priorities if _told(p)
        ],
        **_analysis(held, own, bool(plans), style),
        **_outcomes(held, own, style),
        **_plans(held, own, plans, style),
        **_actions(held, own, style),
    }
    return (Document(values, {"rag_chart": RatingBars(source.facts)}),)


# ---- the summary report ----


def _summary(held: Council, own: Remit, style: HouseStyle) -> list[str]:
    parts = [(_population(held), own.population)]
    parts += [("performance measures", own.performance)] if own.performance else []
    counts = [f"Of the {name} that are due, {_rated(items, style)}." for name, items in parts if tallied(items).due]
    money = [text.partition(" A line is")[0] for text in money_words(held, own)]
    return [*held.facts.narrative.get("summary", ()), " ".join(counts) or "Nothing is due for a rating.", *money]


def _told(priority: PriorityFact) -> bool:
    return bool(priority.achievements or priority.impacts)


def _population(held: Council) -> str:
    return "population indicators" if held.two_kinds else "indicators"


def _rated(items: Sequence[Item], style: HouseStyle) -> str:
    return tally_words(tallied(items), style).replace(" rated", " are rated", 1)


def _impacts(held: Council) -> list[dict[str, str]]:
    """The rows of the impact table in the council's order, then any others that authors wrote."""
    start = "impact: "
    written = {s.removeprefix(start): t for s, t in held.facts.narrative.items() if s.startswith(start)}
    vision = held.rated.settings.vision
    names = {name.casefold(): name for name in IMPACTS}
    if vision and (vision.casefold() in written or len(vision) <= _LONGEST_NAME):
        names[STRATEGY.casefold()] = vision
    rows = [(name, written.pop(name.casefold(), written.get(key, ()))) for key, name in names.items()]
    others = [(key.capitalize(), texts) for key, texts in written.items() if key not in names]
    return [{"name": name, "text": " ".join(texts) or _otherwise(name, held)} for name, texts in (*rows, *others)]


def _otherwise(name: str, held: Council) -> str:
    key = held.facts.header.key_decision
    return key if name == "Key Decision" and key.casefold() in ("yes", "no") else AUTHOR


# ---- information and analysis ----


def _analysis(held: Council, own: Remit, plans: bool, style: HouseStyle) -> dict[str, object]:
    red, amber = (style.printed(word) for word in (RED, RATINGS[1]))
    kinds = f"{_population(held)} and performance measures" if plans else f"{noun(held)}s"
    chosen = (
        f"This report is by exception. It describes the {kinds} that are {red} or {amber} on a figure of this quarter, "
        "with the reason and the remedial action that were returned. The others are counted, and listed in the "
        "appendices."
    )
    once = "Each counts once here, whatever its weight in the rating of an outcome."
    came = f"For this quarter, {own.completeness.words[:1].lower()}{own.completeness.words[1:]}."
    return {"analysis": [f"{chosen} {once}", came]}


def _outcomes(held: Council, own: Remit, style: HouseStyle) -> dict[str, object]:
    tops = [o for o in held.outcomes if o.fact.tier == 1]
    under = {top.fact.ref: _under(held, top, own.population) for top in tops}
    clear = [top for top in tops if not any(i.exception for i in under[top.fact.ref])]
    carried = sum(bool(i.fact.carried_from) for i in own.population)
    kept = f" {counted(carried, 'rating')} {be(carried)} carried from an earlier quarter." if carried else ""
    return {
        "outcome_counts": [f"Of the {_population(held)} that are due, {_rated(own.population, style)}.{kept}"],
        "outcome_rows": [_outcome_row(held, top, under[top.fact.ref], style) for top in tops],
        "outcome_groups": [
            _group(held, f"{_title(held, top)}: {style.printed(top.fact.rating)}", under[top.fact.ref], style)
            for top in tops
            if top not in clear
        ],
        "outcomes_clear": _clear(
            f"Not one of the {_population(held)} is off target under", [_title(held, o) for o in clear]
        ),
        "outcome_appendix": [
            {"title": _title(held, top), "measures": measure_rows(under[top.fact.ref], style)}
            for top in tops
            if under[top.fact.ref]
        ],
    }


def _under(held: Council, top: Owned, items: Sequence[Item]) -> tuple[Item, ...]:
    refs = set(held.rated.framework.indicators_under(top.fact.ref))
    return tuple(i for i in items if i.ref in refs)


def _title(held: Council, top: Owned) -> str:
    return top.fact.title + (MARK if top.fact.ref in refs_apart(held.rated.framework) else "")


def _outcome_row(held: Council, top: Owned, items: Sequence[Item], style: HouseStyle) -> dict[str, object]:
    looks = {"rating": style.printed(top.fact.rating), "colour": colour(top.fact.word, style)}
    return {**tally_row(_title(held, top), tallied(items)), **looks, "was": style.printed(top.was) or "Not rated"}


def _group(held: Council, title: str, items: Sequence[Item], style: HouseStyle) -> dict[str, object]:
    shown = sorted((i for i in items if i.exception), key=lambda i: (i.fact.word != RED, -i.off_target))
    intro = f"{tally_words(tallied(items), style)}."
    return {"title": title, "intro": intro, "exceptions": exception_rows(held, shown, style)}


def _clear(words: str, names: Sequence[str]) -> str:
    return f"{words} {listed(names)}." if names else ""


def _plans(held: Council, own: Remit, facts: Sequence[PlanFact], style: HouseStyle) -> dict[str, object]:
    if not facts:
        return {"plan_counts": [], "plan_rows": [], "plan_groups": [], "plans_clear": "", "plans": []}
    ratings = {fact.plan: fact.summary.whole.rating for fact in facts}
    rows = [
        {
            **tally_row(plan.title, plan.tally),
            "group": plan.group or "No group",
            "rating": style.printed(ratings[plan.title]),
            "colour": colour(ratings[plan.title], style),
        }
        for plan in own.plans
        if plan.items
    ]
    groups: dict[str, list[Item]] = {}
    for plan in own.plans:
        groups.setdefault(f"{plan.group} group" if plan.group else "Plans in no group", []).extend(plan.items)
    clear = [p.title for p in own.plans if p.items and not any(i.exception for i in p.items)]
    return {
        "plan_counts": [f"Of the performance measures that are due, {_rated(own.performance, style)}."],
        "plan_rows": rows,
        "plan_groups": [
            _group(held, name, items, style) for name, items in groups.items() if any(i.exception for i in items)
        ],
        "plans_clear": _clear("Nothing is off target in", clear),
    }


def _actions(held: Council, own: Remit, style: HouseStyle) -> dict[str, object]:
    """The overdue actions whose measure is still Red or Amber; the others are counted."""
    off = {i.ref for i in own.items if i.fact.word in RATINGS[1:]}
    every = earlier_actions(held, own)
    shown = [a for a in every if a.indicator in off and a.days_over(held.rated.history.today)]
    rest = len(every) - len(shown)
    text = f"The table has the overdue ones whose {noun(held)} is still off target; {counted(rest, 'other')}"
    left = f"{text} {be(rest)} followed in the clinics and in the briefings of cabinet members." if rest else ""
    return {"earlier_actions": action_rows(held, own, shown, style), "actions_left_out": left}
