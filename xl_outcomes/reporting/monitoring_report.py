"""The quarterly monitoring report: outcome by outcome, organisational measures apart, areas, money, data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xl_outcomes.actions import Action
from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import AMBER, RED, HouseStyle
from xl_outcomes.organisational import refs_apart
from xl_outcomes.quality import NOT_ASSESSED
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.chart_specs import RatingBars
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import Facts, IndicatorFact
from xl_outcomes.reporting.fields import FIELDS as COMMON
from xl_outcomes.reporting.fields import fields
from xl_outcomes.reporting.monitoring_facts import MonitoringFacts, monitoring_facts
from xl_outcomes.reporting.monitoring_words import area_fields, data_fields, hidden_sentence, money_fields
from xl_outcomes.reporting.prose import Lists, described, said
from xl_outcomes.settings import Settings
from xl_outcomes.wording import be, counted, day_words, listed, many

Values = dict[str, Any]

_SECTIONS = {
    "purpose": "Purpose of report",
    "recommendations": "Recommendations",
    "summary": "Summary",
    "outcomes": "The outcomes in turn",
    "organisational": "Organisational performance measures",
    "areas": "Figures by area",
    "money": "Money against outcomes",
    "data": "Data received, late and missing",
    "risks": "Significant risks",
    "financial": "Financial implications",
    "legal": "Legal implications",
    "equality": "Equality and diversity implications",
    "staffing": "Staffing and other resource implications",
    "background": "Background documents",
}
_SCHEMES = {
    "Tolerance": "{green}: on target. {amber}: off target, within the tolerance. {red}: off target, beyond it.",
    "Floor": "{green}: on target. {amber}: off target, not below the floor standard. {red}: below it.",
    "Direction": "{green}: on target, or within the tolerance of it. {amber}: off target, but no worse than a year "
    "before. {red}: off target and worse than a year before.",
}
_ROW = {
    **{
        name.removeprefix("priorities.indicators."): meaning
        for name, meaning in COMMON.items()
        if name.startswith("priorities.indicators.")
    },
    "quality": 'What the last data quality assessment says: "Good", "Poor, provisional"; Not assessed.',
}
_OUTCOME = {
    **{
        name.removeprefix("priorities."): meaning
        for name, meaning in COMMON.items()
        if name.startswith("priorities.") and name.count(".") == 1
    },
    "below": "A sentence with the rating of each outcome right under it; blank where there is none.",
    "moved": "Paragraphs: what is better and what is worse than when it was last measured.",
    "unexplained": "A sentence with the Ambers for which no commentary came; blank without such.",
    "explained": "The Reds, and the Ambers with a commentary or an action; carried Reds with their open actions.",
}
_OUTCOME_LISTS = {
    "indicators": _ROW,
    "missing": _ROW,
    "explained": {**_ROW, "doing": "Corrective actions returned, and open actions."},
}
_AREA = {
    "ref": "The indicator's ref.",
    "title": "Its title.",
    "figure": "The council's own figure.",
    "target": "The target; None where areas are not held to it.",
    "rating": "The council's own rating.",
    "colour": "The colour that goes with it.",
    "worst": "The worst area with its figure.",
    "best": "The best area with its figure.",
    "red": 'How many areas are Red: "3 of 12".',
}
_AMOUNTS = {
    "budget": "The year's budget in thousands of pounds.",
    "forecast": "The forecast for the year end, in thousands.",
    "variance": "Forecast less budget; above 0 is an overspend.",
    "share": "Its share of the budget.",
}
_MONEY = {"title": "The outcome.", "rating": "Its rating.", "colour": "The colour that goes with it.", **_AMOUNTS}
_HOLDING = {
    "title": "The outcome.",
    "assets": "How many assets are held for it.",
    "value": "Their value in thousands.",
    "contracts": "How many contracts serve it.",
    "each": "Their value a year in thousands.",
}
_OWING = {
    "owner": "The data owner.",
    "missing": 'How many figures are missing: "2 of 5".',
    "due": "The day on which they were due, and how late they are.",
    "figures": "The missing figures, a paragraph each.",
}
_LISTS: Lists = {
    "in_turn": ("The council's own outcomes of tier 1.", _OUTCOME),
    "apart": ("The tier 1 outcomes of organisational measures.", _OUTCOME),
    **{f"{top}.{name}": ("", inner) for top in ("in_turn", "apart") for name, inner in _OUTCOME_LISTS.items()},
    "hidden_areas": (
        "Indicators that are Green for the whole while an area is Red.",
        {**_AREA, "red_areas": "The areas that are Red."},
    ),
    "areas": ("All indicators with figures by area that are due.", _AREA),
    "money": ("The money of each outcome of tier 1.", _MONEY),
    "money_total": (
        "The sums of all money.",
        {n: m for n, m in _MONEY.items() if n not in ("title", "rating", "colour")},
    ),
    "holdings": ("Assets and contracts by outcome.", _HOLDING),
    "owing": ("The data owners whose figures have not all come.", _OWING),
}
_PLAIN = {
    "tier_name": "What the council calls an outcome of tier 1.",
    "tier": "What the council calls an outcome of tier 1, in small letters.",
    "tiers": "The same in the plural.",
    "headline": "Paragraphs of section Summary: outcomes, moves, organisational measures, areas, data.",
    "assessed": "Whether any data quality assessment is recorded.",
    "reading": "Paragraphs that explain the tables.",
    "apart_line": "The counts of the organisational measures in a line.",
    "whole": 'What the council\'s own figure is for: "The county".',
    "area_summary": "Paragraphs on figures by area; empty where none are due.",
    "money_summary": "Paragraphs on money; empty where none is recorded.",
    "completeness": 'How much of the data has come: "112 of 119 figures received (94%)".',
    "data_summary": "Paragraphs on data received and late.",
    "staffing": "Narrative, section Staffing.",
    "number": "The numbers of the sections, as some are left out where there is nothing to show.",
    **{f"number.{name}": f"The number of the section {title}." for name, title in _SECTIONS.items()},
}
FIELDS: Mapping[str, str] = described(_PLAIN, _LISTS)


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    own = _of_outcomes(source.facts, source.rated)
    found = monitoring_facts(source.rated, source.tables, source.facts)
    values = report_values(source, own, found)
    return (Document(values, {"rag_chart": RatingBars(own)}),)


def report_values(source: Source, own: Facts, found: MonitoringFacts) -> Values:
    """The report's own fields; `own` are the facts without organisational measures."""
    rated, style, settings = source.rated, source.style, source.rated.settings
    parts = {
        **area_fields(found, style),
        **money_fields(found, rated, style),
        **data_fields(found.chase, found.arrivals),
    }
    values: Values = {
        **parts,
        "tier_name": settings.tier_1_name,
        "tier": settings.tier_1_name.lower(),
        "tiers": many(settings.tier_1_name.lower()),
        "summary": fields(own, style)["summary"],
        "headline": _headline(source, own, found),
        "assessed": bool(found.quality),
        "reading": _reading(found, settings, style),
        "apart_line": fields(replace(source.facts, counts=source.facts.organisational), style)["counts_line"],
        "in_turn": _outcomes(source, found, apart=False),
        "apart": _outcomes(source, found, apart=True),
        "staffing": said(source.facts.narrative, "staffing"),
    }
    return {**values, "number": _numbers(values, source.facts)}


def _numbers(values: Values, facts: Facts) -> dict[str, int]:
    left_out = {
        "organisational": not values["apart"],
        "areas": not values["area_summary"],
        "money": not values["money_summary"],
        "risks": not facts.risks,
    }
    shown = [name for name in _SECTIONS if not left_out.get(name)]
    return {name: shown.index(name) + 1 if name in shown else 0 for name in _SECTIONS}


def _of_outcomes(facts: Facts, rated: Rated) -> Facts:
    """The facts of the council's own outcomes, without the organisational measures."""
    refs = refs_apart(rated.framework)
    return replace(
        facts,
        priorities=tuple(p for p in facts.priorities if not p.apart),
        indicators=tuple(i for i in facts.indicators if not i.apart),
        outcomes=tuple(o for o in facts.outcomes if o.ref not in refs),
    )


# ---- the summary ----


def _headline(source: Source, own: Facts, found: MonitoringFacts) -> list[str]:
    style = source.style
    texts = [
        *(said(source.facts.narrative, "commentary") if source.facts.narrative.get("commentary") else ()),
        _by_rating(own, source.rated.settings, style),
        *_moves(found, style),
        _measures_apart(source.facts, style),
        hidden_sentence(found, style),
        _beside(own),
        f"Data: {found.chase.completeness.words}." if found.chase.completeness.due else "",
    ]
    return [text for text in texts if text]


def _by_rating(own: Facts, settings: Settings, style: HouseStyle) -> str:
    """Of 7 outcomes, 2 are Green, 4 are Amber and 1 is Red. Red: …"""
    if not own.priorities:
        return ""
    groups = {word: [p.title for p in own.priorities if p.word == word] for word in RATINGS}
    without = [p.title for p in own.priorities if p.word not in RATINGS]
    parts = [f"{len(t)} {be(len(t))} {style.printed(word)}" for word, t in groups.items() if t]
    parts += [f"{len(without)} {be(len(without))} without a rating"] if without else []
    reds = f" Those that are {style.printed(RED)}: {'; '.join(groups[RED])}." if groups[RED] else ""
    return f"Of {counted(len(own.priorities), settings.tier_1_name.lower())}, {listed(parts)}.{reds}"


def _moves(found: MonitoringFacts, style: HouseStyle) -> list[str]:
    moves, red = found.moves, style.printed(RED)
    if not moves.before:
        return ["The quarter before was not rated here, so no ratings are compared."]
    if not moves.better + moves.worse:
        return [f"No rating on a figure of this quarter differs from that of {moves.before}."]
    changed = (
        f"Against {moves.before}, {counted(moves.better, 'indicator')} {be(moves.better)} rated better on this "
        f"quarter's figures and {moves.worse} worse."
    )
    new = f" Newly {red}: {_named(moves.newly_red)}." if moves.newly_red else ""
    gone = f" No longer {red}: {_named(moves.no_longer_red)}." if moves.no_longer_red else ""
    return [changed + new + gone]


def _named(indicators: Iterable[IndicatorFact]) -> str:
    return listed([f"{i.ref} {i.title}" for i in indicators])


def _measures_apart(facts: Facts, style: HouseStyle) -> str:
    held = any(p.apart for p in facts.priorities)
    line = fields(replace(facts, counts=facts.organisational), style)["counts_line"]
    return f"The organisational measures are counted apart from the outcomes: {line}." if held else ""


def _beside(own: Facts) -> str:
    """How many ratings are in no count; blank where all are."""
    number = sum(bool(i.word) and not i.counts for i in own.indicators)
    stand = "is" if number == 1 else "are"
    return f"{counted(number, 'more rating')} {stand} shown in the tables but in no count (weight 0)." if number else ""


def _reading(found: MonitoringFacts, settings: Settings, style: HouseStyle) -> list[str]:
    """What the columns of the tables mean."""
    words = {word.lower(): style.printed(word) for word in RATINGS}
    texts = [
        f"{_SCHEMES[settings.rag_scheme].format(**words)} An asterisk (*) marks a rating that an officer replaced; "
        "“carried” one of an earlier quarter, kept until the indicator is due again.",
        "Direction compares with the figure before; “on last year” with the same quarter a year ago.",
    ]
    quality = (
        "Data quality is the word of the last assessment: Good, Acceptable or Poor; “provisional” until it is complete "
        "and signed off. A rating that rests on poor data should be read with care."
    )
    return [*texts, *([quality] if found.quality else [])]


# ---- outcome by outcome ----


def _outcomes(source: Source, found: MonitoringFacts, *, apart: bool) -> list[Values]:
    facts, style = source.facts, source.style
    common: Any = fields(facts, style)["priorities"]
    by_ref: Mapping[str, Values] = {p["ref"]: p for p in common}
    return [_outcome(source, found, by_ref[p.ref], p.indicators) for p in facts.priorities if p.apart == apart]


def _outcome(source: Source, found: MonitoringFacts, common: Values, indicators: Sequence[IndicatorFact]) -> Values:
    tier = source.rated.settings.tier_1_name.lower()
    rows = {r["ref"]: {**r, **_short(r), "quality": _quality(found, r["ref"])} for r in common["indicators"]}
    explained, silent = _worth_explaining(indicators)
    amber = source.style.printed(AMBER)
    return {
        **common,
        "summary": [text.replace("rating of the priority", f"rating of the {tier}") for text in common["summary"]],
        "below": _below(source, common["ref"]),
        "moved": _moved(indicators),
        "indicators": list(rows.values()),
        "explained": [_explained(rows[i.ref], i, found) for i in explained],
        "unexplained": f"{amber} without a commentary: {_named(silent)}." if silent else "",
    }


def _short(row: Values) -> Values:
    """The words that a narrow column has for what there is none of."""
    developing = {"figure": "No figure yet", "rating": "Not rated"} if row["state"] == "In development" else {}
    compared = {} if row["movement"] else {"direction": "Not compared"}
    return {**developing, **compared}


def _quality(found: MonitoringFacts, ref: str) -> str:
    """The word without what it rests on: "Poor, provisional" of "Poor (Timeliness), provisional"."""
    word, _, rest = found.quality.get(ref, NOT_ASSESSED).partition(" (")
    return f"{word}, provisional" if rest.endswith("provisional") else word


def _below(source: Source, ref: str) -> str:
    """Supporting outcomes: Ready to learn is Green; Families that cope is Amber."""
    framework, style = source.rated.framework, source.style
    children = framework.children(ref)
    ratings = {o.ref: style.printed(o.rating) for o in source.facts.outcomes}
    if not children:
        return ""
    parts = [f"{o.title}: {ratings.get(o.ref, 'Not rated')}" for o in children]
    return f"{many(source.rated.settings.tier_name(children[0].tier))}: {'; '.join(parts)}."


def _moved(indicators: Sequence[IndicatorFact]) -> list[str]:
    groups = {"Better": "Improving", "Worse": "Worsening"}
    texts = []
    for words, direction in groups.items():
        own = [f"{i.ref} {i.title} ({i.movement})" for i in indicators if i.direction.startswith(direction)]
        if own:
            texts.append(f"{words} than when last measured ({len(own)}): {'; '.join(own)}.")
    return texts


def _worth_explaining(indicators: Sequence[IndicatorFact]) -> tuple[list[IndicatorFact], list[IndicatorFact]]:
    """The Reds, and the Ambers of this quarter with words; then the Ambers without."""
    reds = [i for i in indicators if i.word == RED]
    ambers = [i for i in indicators if i.word == AMBER and not i.carried_from]
    spoken = [i for i in ambers if i.commentary or i.actions]
    return [*reds, *spoken], [i for i in ambers if i not in spoken]


def _explained(row: Values, indicator: IndicatorFact, found: MonitoringFacts) -> Values:
    actions = found.actions.get(indicator.ref, ())
    tracked = [_tracked(a, indicator, found) for a in actions]
    commentary = ["No new figure is due this quarter."] if indicator.carried_from else row["commentary"]
    returned = list(indicator.actions)
    nothing = "No open action is recorded." if indicator.carried_from else "No corrective action was returned."
    return {**row, "commentary": commentary, "doing": [*returned, *tracked] or [nothing]}


def _tracked(action: Action, indicator: IndicatorFact, found: MonitoringFacts) -> str:
    """ACT-3, raised in 2013/14 Q4 (Head of Service; due 29 August 2014, 12 days over): what it is. Progress: …"""
    days = action.days_over(found.chase.today)
    due = f"due {day_words(action.due)}" if action.due else "no date set"
    over = f", {counted(days, 'day')} over" if days else ""
    who = f"{action.owner}; {due}{over}" if action.owner else f"{due}{over}"
    same = any(" ".join(action.action.split()) in " ".join(t.split()) for t in indicator.actions)
    what = "" if same or not action.action else f" {action.action}"
    progress = f" Progress: {' '.join(action.progress.split())}" if action.progress else ""
    return f"Open action {action.ref} ({who}).{what}{progress}"
