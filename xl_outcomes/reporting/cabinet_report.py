"""The cabinet performance report: the ratings, and what stands beside them where the master has it."""

from collections.abc import Mapping
from typing import Any

from xl_outcomes.reporting import cabinet_words as words
from xl_outcomes.reporting.cabinet_facts import CabinetFacts, cabinet_facts
from xl_outcomes.reporting.chart_specs import RatingBars, Trends
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.fields import AUTHOR, fields
from xl_outcomes.reporting.trends import MOST, Trend, trends

_ACTION = {
    "ref": "The action's ref.",
    "indicator": "The indicator that it is for.",
    "raised": "The quarter in which it was raised.",
    "action": "What is to be done.",
    "progress": "The last line of its progress.",
    "owner": "Who does it.",
    "due": "By when, and how many days it is over.",
}
_MONEY = {
    "title": "The priority; also money tied to none, and all money.",
    "rating": "The priority's rating in words.",
    "colour": "The colour that goes with the rating.",
    "budget": "The year's budget in thousands of pounds.",
    "forecast": "The forecast for the year end in thousands of pounds.",
    "variance": "Forecast less budget in thousands of pounds.",
}
_DELIVERY = {
    "title": "The priority; also all activities, each counted once.",
    "rating": "The priority's rating in words.",
    "colour": "The colour that goes with the rating.",
    "activities": "How many activities are tied to it or to anything below.",
    "on_track": "How many of them are On track.",
    "at_risk": "How many are At risk.",
    "delayed": "How many are Delayed.",
    "not_started": "How many are Not started.",
    "complete": "How many are Complete.",
}
FIELDS: Mapping[str, str] = {
    "sureness": "Paragraphs: how many figures came, who is late, how far the data can be trusted.",
    "moves": "Paragraphs: ratings that changed, what is newly Red, and what is Red no longer.",
    "priorities.changes": "Lines: the ratings under the priority that changed, with the figures.",
    "priorities.ambers_line": "The Ambers in a sentence; blank without one.",
    "priorities.moved_line": "How many figures improved and worsened, and what leads to the changes; may be blank.",
    "priorities.indicators.seen": "The figure and the one before; of a carried rating the quarter that it comes from.",
    "unplaced.seen": "As of the indicators of a priority.",
    "trends_intro": "A sentence that leads to the trends of the Reds; blank without one.",
    "trends": "Picture: small charts of the Red indicators with their targets; blank without one.",
    "money": "Paragraphs on money against outcomes; none where Resources is empty.",
    "money_rows": "Money by priority.",
    **{f"money_rows.{name}": meaning for name, meaning in _MONEY.items()},
    "delivery": "Paragraphs on the delivery plan; none where Activities is empty.",
    "delivery_rows": "The delivery plan by priority.",
    **{f"delivery_rows.{name}": meaning for name, meaning in _DELIVERY.items()},
    "troubled": "Lines: the activities at risk, delayed or past their due date.",
    "risk_reds": "Lines: High risks with Red indicators under what they are tied to.",
    "risks.level": "High, Medium or Low on the council's own scale.",
    "actions": "Paragraphs on actions of earlier quarters that are still open.",
    "action_rows": "Those of them for indicators that are Red now.",
    **{f"action_rows.{name}": meaning for name, meaning in _ACTION.items()},
}


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    found = cabinet_facts(source.rated, source.tables, source.facts)
    shown = trends(source.rated, words.reds_of(source.facts))
    charts: dict[str, object] = {"rag_chart": RatingBars(source.facts)}
    if shown:
        charts["trends"] = Trends(shown)
    return (Document(values(source, found, shown), charts),)


def values(source: Source, found: CabinetFacts, shown: tuple[Trend, ...]) -> dict[str, object]:
    """The values of FIELDS, and of the common fields that say more here; a picture that is not drawn is blank."""
    facts, style = source.facts, source.style
    common = fields(facts, style)
    return {
        "sureness": words.sureness_words(found.sureness, style),
        "moves": words.moves_words(found.changes, style),
        **_indicators(facts, found, source, common),
        "trends_intro": words.trends_words(min(len(shown), MOST), len(words.reds_of(facts)), style),
        "trends": "",
        "money": words.money_words(found.money, facts.period_words, style) if found.money else [],
        "money_rows": words.money_rows(found.money, style) if found.money else [],
        "financial": _financial(facts, found, common),
        "delivery": words.delivery_words(found.delivery, style) if found.delivery else [],
        "delivery_rows": words.delivery_rows(found.delivery, style) if found.delivery else [],
        "troubled": words.troubled_lines(found.delivery) if found.delivery else [],
        "risk_reds": words.risk_words(found.risks, style),
        "risks": words.risk_rows(found.risks),
        "actions": words.action_words(found, style),
        "action_rows": words.action_rows(found, style),
    }


def _indicators(facts: Facts, found: CabinetFacts, source: Source, common: Mapping[str, Any]) -> dict[str, object]:
    """The priorities and what hangs on none of them, with what this report says more of each."""
    known = {i.ref: i for group in (facts.indicators, *(p.indicators for p in facts.priorities)) for i in group}

    def rows(listed: list[dict[str, object]]) -> list[dict[str, object]]:
        held = [known[str(row["ref"])] for row in listed]
        more = [{"seen": words.figure_cell(i, found), "target": words.target_cell(i)} for i in held]
        return [{**row, **own} for row, own in zip(listed, more, strict=True)]

    lines = [words.change_lines(found.changes, priority, source.style) for priority in facts.priorities]
    priorities = [
        {
            **shown,
            "indicators": rows(shown["indicators"]),
            "changes": changes,
            "ambers_line": words.ambers_line(priority, source.style),
            "moved_line": words.moved_line(priority, len(changes)),
        }
        for shown, priority, changes in zip(common["priorities"], facts.priorities, lines, strict=True)
    ]
    return {"priorities": priorities, "unplaced": rows(common["unplaced"])}


def _financial(facts: Facts, found: CabinetFacts, common: Mapping[str, Any]) -> object:
    """What authors wrote; where they did not, that there is money to look at."""
    if found.money is None or facts.narrative.get("financial"):
        return common["financial"]
    return [f"What is budgeted and forecast for the outcomes is set out below. {AUTHOR}"]
