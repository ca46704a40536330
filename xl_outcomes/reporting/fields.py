"""The names that Word templates may use, and the words that stand behind them.

Facts come in as numbers and texts; here they become the sentences, lists and colours of a report. FIELDS is the whole
list of names: docs/templates.md is made from it, and no template may use another.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import AMBER, RED, SHIPPED, HouseStyle, mix
from xl_outcomes.reporting.facts import (
    IMPROVEMENT_STATES,
    MISSING_STATES,
    Counts,
    Facts,
    IndicatorFact,
    OutcomeFact,
    PriorityFact,
)
from xl_outcomes.reporting.registry import Texts
from xl_outcomes.rollup import NOTHING_DUE
from xl_outcomes.wording import be, counted, listed

_UNRATED = {
    **{state: state.lower() for state in MISSING_STATES},
    "Awaiting": "awaited",
    "Target to be confirmed": "without a confirmed target",
}
NONE = "There are none to report."
AUTHOR = "[Author to complete]"

_ROW = {
    "ref": "Its ref.",
    "title": "Its title.",
    "owner": "The team that sends its figure.",
    "state": "Its state, such as Rated, Overdue or Baseline year.",
    "figure": "The figure with its unit and shorthand; the state where there is none. Never a confidential figure.",
    "target": "The target with its unit; To be confirmed, or No target.",
    "rating": "Its rating in words, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating, for {% cellbg … %}.",
    "direction": "Improving, Worsening, No change …; No comparison where there is no earlier figure.",
    "movement": "From which figure to which; blank without a comparison.",
    "reason": "The rating, or why there is none, in a sentence.",
    "commentary": "The commentaries returned for the quarter, a paragraph each.",
    "actions": "The corrective actions returned for the quarter, a paragraph each.",
    "carried_from": "The quarter that a carried rating comes from; blank otherwise.",
}
_COUNTS = {
    "green": "How many indicators are Green.",
    "amber": "How many are Amber.",
    "red": "How many are Red.",
    "not_rated": "How many are due without a rating.",
    "rated": "How many are rated.",
    "due": "How many are due, or keep an earlier rating.",
    "coverage": 'Rated and due in words: "38 of 46".',
    "counts_line": 'The counts in a line: "38 of 46 rated: 20 Green (53%), 10 Amber (26%), 8 Red (21%)".',
}
_PRIORITY = {
    "ref": "The priority's ref.",
    "title": "Its title.",
    "rating": "Its rating in words, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating.",
    **_COUNTS,
    "summary": "Paragraphs: the rating and its reason, the counts, the Reds that the rating masks.",
    "commentary": "Paragraphs: Narrative, section Commentary, of the priority and all under it.",
    "achievements": "Narrative, section Achievement.",
    "impacts": "Narrative, section Impact.",
    "red_intro": "A sentence that leads to the Reds, or says that there are none.",
    "amber_intro": "A sentence that leads to the Ambers.",
    "improved_intro": "A sentence that leads to what improved.",
    "worsened_intro": "A sentence that leads to what worsened.",
    "missing_intro": "A sentence that leads to the missing data.",
    "reds": "Indicators rated Red on this quarter's figures.",
    "ambers": "Indicators rated Amber on this quarter's figures.",
    "improved": "Indicators whose figure is better than the one before.",
    "worsened": "Indicators whose figure is worse than the one before.",
    "missing": "Indicators that are overdue, awaited, incomplete or unavailable.",
    "indicators": "All indicators under the priority.",
    "well": "A few sentences: what went well.",
    "attention": "A few sentences: what needs attention.",
}
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "priorities": ("The tier 1 outcomes, in framework order.", _PRIORITY),
    **{
        f"priorities.{name}": ("", _ROW) for name in ("reds", "ambers", "improved", "worsened", "missing", "indicators")
    },
    "outcomes": (
        "The outcomes of tiers 1 to 3, each before those under it.",
        {
            "ref": "Its ref.",
            "tier": "Its tier: 1, 2 or 3.",
            "title": "Its title.",
            "rating": "Its rating in words.",
            "colour": "The colour that goes with the rating.",
            "band": "A shade for the row: stronger for higher tiers.",
            "coverage": "How many of the indicators under it are rated.",
        },
    ),
    "unplaced": ("Indicators that hang on no priority, because a row fails the checks.", _ROW),
    "missing": ("All indicators that are overdue, awaited, incomplete or unavailable.", _ROW),
    "carried": ("All indicators whose rating is carried from an earlier quarter.", _ROW),
    "data_improvement": ("Indicators without a target, in their baseline year, in development or faulty.", _ROW),
    "overrides": (
        "Ratings that an officer replaced, outcomes first.",
        {
            "ref": "The ref of the outcome or indicator.",
            "title": "Its title.",
            "rating": "The rating that stands, with its asterisk.",
            "colour": "The colour that goes with it.",
            "calculated": "The rating that was calculated.",
            "reason": "Why, and who approved it.",
        },
    ),
    "risks": (
        "The significant risks, in register order.",
        {
            "ref": "Its number in the register.",
            "risk": "The risk.",
            "likelihood": "Its likelihood in words.",
            "impact": "Its impact in words.",
            "mitigation": "What is done about it.",
        },
    ),
    "shorthand": ("The shorthand in this report.", {"code": "The letter.", "meaning": "What it stands for."}),
}
_SECTIONS = {
    "purpose": "Section 1; Narrative, section Purpose.",
    "options": "Section 2; Narrative, section Options considered.",
    "recommendations": "Section 3; Narrative, section Recommendation.",
    "reasons": "Section 3; Narrative, section Reason for decision.",
    "key_information": "Section 4; Narrative, sections Key information, Achievement and Impact without a ref.",
    "links": "Section 5; Narrative, section Links to the Corporate Plan.",
    "financial": "Section 6; Narrative, section Financial.",
    "legal": "Section 7; Narrative, section Legal.",
    "risk_management": "Section 8; Narrative, section Risk management.",
    "consultations": "Section 9; Narrative, section Consultations.",
    "equality": "Section 10; Narrative, section Equality.",
    "environment": "Section 11; Narrative, section Environmental.",
    "background": "Section 13; Narrative, section Background documents.",
}
PICTURES = {"rag_chart": "Picture: bars of Green, Amber, Red and not rated by priority."}
FIELDS: Mapping[str, str] = {
    "council": "The council's name (Settings).",
    "period": 'The quarter\'s key, such as "2025/26 Q1".',
    "period_words": 'The quarter in words: "Quarter 1 of 2025/26 (April to June 2025)".',
    "report_number": "The report's number (Reports).",
    "report_to": "Whom the report is to (Reports).",
    "report_from": "Whom the report is from (Reports).",
    "officer": "The responsible officer's post (Reports).",
    "meeting_date": "The date of the meeting in words (Reports).",
    "key_decision": "The key decision reference (Reports).",
    **_COUNTS,
    **{f"{word.lower()}_word": f"What this report calls {word}." for word in RATINGS},
    "summary": "Paragraphs on the quarter as a whole: counts, what is missing or carried, how figures moved.",
    **{name: f"Paragraphs of {words}" for name, words in _SECTIONS.items()},
    **PICTURES,
    **{
        key: meaning
        for name, (words, inner) in _LISTS.items()
        for key, meaning in ((name, words), *((f"{name}.{n}", m) for n, m in inner.items()))
        if meaning
    },
}


def describe() -> tuple[tuple[str, str], ...]:
    """Every name that a template may use with its meaning; the name before a dot is a list to loop over."""
    return tuple(FIELDS.items())


def fields(facts: Facts, style: HouseStyle = SHIPPED) -> dict[str, object]:
    """The values of all names but the pictures, as plain values; the style gives colours and words for the ratings."""
    head = facts.header
    placed = {i.ref for p in facts.priorities for i in p.indicators}
    return {
        "council": facts.council,
        "period": facts.period,
        "period_words": facts.period_words,
        "report_number": head.report_number,
        "report_to": head.to,
        "report_from": head.sender,
        "officer": head.officer,
        "meeting_date": head.meeting_date,
        "key_decision": head.key_decision,
        **_counts(facts.counts, style),
        **{f"{word.lower()}_word": style.printed(word) for word in RATINGS},
        "summary": _summary(facts, style),
        **_sections(facts),
        "priorities": [_priority(p, style) for p in facts.priorities],
        "outcomes": [_outcome(o, style) for o in facts.outcomes if o.tier <= 3],
        "unplaced": _rows((i for i in facts.indicators if i.ref not in placed), style),
        "missing": _rows(facts.in_states(MISSING_STATES), style),
        "carried": _rows((i for i in facts.indicators if i.carried_from), style),
        "data_improvement": _rows(facts.in_states(IMPROVEMENT_STATES), style),
        "overrides": [_override(o, style) for o in _overridden(facts)],
        "risks": [{name: getattr(risk, name) for name in _LISTS["risks"][1]} for risk in facts.risks],
        "shorthand": [{"code": code, "meaning": meaning} for code, meaning in facts.shorthand],
    }


# ---- the quarter as a whole ----


def _summary(facts: Facts, style: HouseStyle) -> list[str]:
    counts = facts.counts
    if not counts.due:
        also = f" {facts.also.removeprefix('and ').capitalize()} are rated." if facts.also else ""
        return [f"No indicator is due in {facts.period_words}, so nothing is rated.{also}"]
    fresh, carried = counts.due - counts.carried, counts.carried
    paragraphs = [
        f"In {facts.period_words}, {counted(counts.due, 'indicator')} {be(counts.due)} counted in the ratings: "
        f"{fresh} due this quarter, and {carried} with a rating carried from an earlier quarter. "
        f"{counts.coverage}{f' {facts.also}' if facts.also else ''} {be(counts.rated)} rated: "
        f"{_shares(counts, style)}. "
        "Percentages are of rated indicators only."
    ]
    return [*paragraphs, *_gaps(facts), *_moves(facts)]


def _gaps(facts: Facts) -> list[str]:
    """What is not rated, and which ratings are not the calculated ones."""
    unrated = [i for i in facts.indicators if i.counts and not i.apart and not i.word]
    states = {words: sum(i.state == state for i in unrated) for state, words in _UNRATED.items()}
    named = listed([f"{n} {words}" for words, n in states.items() if n])
    texts = [f"{counted(len(unrated), 'indicator')} {be(len(unrated))} not rated: {named}."] if unrated else []
    replaced = len(_overridden(facts))
    if replaced:
        have = "has" if replaced == 1 else "have"
        texts.append(f"{counted(replaced, 'rating')} {have} been replaced by an officer and {have} an asterisk (*).")
    return [" ".join([*texts, "The details are given below and in Appendix (a)."])] if texts else []


def _moves(facts: Facts) -> list[str]:
    better, worse = (
        len([i for i in facts.indicators if i.direction.startswith(d)]) for d in ("Improving", "Worsening")
    )
    if not better + worse:
        return []
    return [
        f"Of the figures that can be compared with an earlier one, {better} improved and {worse} worsened. "
        "The comparison is with the last quarter in which each was due; for year-to-date figures, with a year ago."
    ]


def _sections(facts: Facts) -> dict[str, list[str]]:
    said, nothing = facts.narrative, f"{NONE} {AUTHOR}"
    noted = f"That the performance reported for {facts.period_words} be noted. {AUTHOR}"
    whole = [f"{s.title()}: {t}" for s in ("achievement", "impact") for t in said.get(s, ())]
    risks = "The significant risks linked to the outcomes framework are set out in the table below."
    purpose = f"This report sets out the performance of {facts.council} against its outcomes framework in "
    return {
        "purpose": _said(said, "purpose", f"{purpose}{facts.period_words}."),
        "options": _said(said, "options", nothing),
        "recommendations": _said(said, "recommendation", noted),
        "reasons": _said(said, "reason", f"So that members can see how the council performs and why. {AUTHOR}"),
        "key_information": [*said.get("key information", ()), *whole],
        "links": _said(said, "links", f"The report follows the priorities of the Corporate Plan. {AUTHOR}"),
        "financial": _said(said, "financial", nothing),
        "legal": _said(said, "legal", nothing),
        "risk_management": _said(said, "risk", risks if facts.risks else nothing),
        "consultations": _said(said, "consultation", nothing),
        "equality": _said(said, "equalit", nothing),
        "environment": _said(said, "environment", nothing),
        "background": _said(said, "background", NONE),
    }


def _said(narrative: Mapping[str, Texts], section: str, otherwise: str) -> list[str]:
    return list(narrative.get(section, ())) or [otherwise]


# ---- priorities and rows ----


def _priority(p: PriorityFact, style: HouseStyle) -> dict[str, object]:
    reds, ambers = p.fresh(RED), p.fresh(AMBER)
    improved, worsened = p.moved("Improving"), p.moved("Worsening")
    missing = [i for i in p.indicators if i.state in MISSING_STATES]
    red, amber = style.printed(RED), style.printed(AMBER)
    no_red = f"No indicator is {red} on a figure of this quarter."
    return {
        "ref": p.ref,
        "title": p.title,
        "rating": style.printed(p.rating),
        "colour": _colour(p.word, style),
        **_counts(p.counts, style),
        "summary": _priority_summary(p, style),
        "commentary": list(p.commentary),
        "achievements": list(p.achievements),
        "impacts": list(p.impacts),
        "red_intro": f"{counted(len(reds), 'indicator')} {be(len(reds))} {red} on this quarter's figures."
        if reds
        else no_red,
        "amber_intro": f"{counted(len(ambers), 'indicator')} {be(len(ambers))} {amber} on this quarter's figures:",
        "improved_intro": f"{counted(len(improved), 'indicator')} improved:",
        "worsened_intro": f"{counted(len(worsened), 'indicator')} worsened:",
        "missing_intro": f"{counted(len(missing), 'figure')} {be(len(missing))} missing or incomplete:",
        "reds": _rows(reds, style),
        "ambers": _rows(ambers, style),
        "improved": _rows(improved, style),
        "worsened": _rows(worsened, style),
        "missing": _rows(missing, style),
        "indicators": _rows(p.indicators, style),
        "well": _sentences([*p.achievements, f"{counted(len(improved), 'indicator')} improved." if improved else ""]),
        "attention": _attention(p, len(worsened), len(missing), red),
    }


def _priority_summary(p: PriorityFact, style: HouseStyle) -> list[str]:
    """The rating with its reason and counts; then the Reds that it masks."""
    if p.word in RATINGS:
        opening = f"{p.title} is rated {style.reason(p.reason).replace(' rated', ' have a rating', 1)}"
    elif p.word == NOTHING_DUE:
        opening = f"Nothing is due under {p.title} this quarter."
    else:
        opening = f"There is not enough data to rate {p.title}: {p.reason.partition(': ')[2]}"
    carried = p.counts.carried
    note = f" {counted(carried, 'rating')} {be(carried)} carried from an earlier quarter." if carried else ""
    counts = f" Of the indicators, {p.counts.coverage} are rated: {_shares(p.counts, style)}." if p.counts.due else ""
    paragraphs = [f"{opening}{counts}{note}"]
    if p.masked:
        names = listed([f"{i.ref} {i.title} (carried)" if i.carried_from else i.ref for i in p.masked])
        paragraphs.append(
            f"The rating of the priority masks {counted(len(p.masked), f'{style.printed(RED)} indicator')}: {names}."
        )
    return paragraphs


def _attention(p: PriorityFact, worsened: int, missing: int, red: str) -> str:
    reds = [i.title for i in p.indicators if i.word == RED]
    return _sentences(
        [
            f"{red}: {listed(reds)}." if reds else "",
            f"{counted(worsened, 'indicator')} worsened." if worsened else "",
            f"{counted(missing, 'figure')} missing or incomplete." if missing else "",
        ]
    )


def _rows(indicators: Iterable[IndicatorFact], style: HouseStyle) -> list[dict[str, object]]:
    return [
        {
            **{name: getattr(i, name) for name in _ROW if name not in ("colour", "commentary", "actions")},
            "colour": _colour(i.word, style),
            "rating": style.printed(i.rating),
            "reason": style.reason(i.reason),
            "commentary": list(i.commentary) or ["No commentary was returned."],
            "actions": list(i.actions) or ["No corrective action was returned."],
        }
        for i in indicators
    ]


def _outcome(o: OutcomeFact, style: HouseStyle) -> dict[str, object]:
    band = mix(style.colours.tint, "#FFFFFF", {1: 1.0, 2: 0.5}.get(o.tier, 0.0)).removeprefix("#")
    own = {name: getattr(o, name) for name in ("ref", "tier", "title", "coverage")}
    return {**own, "rating": style.printed(o.rating), "colour": _colour(o.word, style), "band": band}


def _overridden(facts: Facts) -> list[OutcomeFact | IndicatorFact]:
    return [*(o for o in facts.outcomes if o.overridden), *(i for i in facts.indicators if i.overridden)]


def _override(o: OutcomeFact | IndicatorFact, style: HouseStyle) -> dict[str, object]:
    reason = o.reason.partition(" Reason: ")[2] or o.reason
    ratings = {name: style.printed(getattr(o, name)) for name in ("rating", "calculated")}
    return {"ref": o.ref, "title": o.title, **ratings, "colour": _colour(o.word, style), "reason": reason}


def _counts(counts: Counts, style: HouseStyle) -> dict[str, object]:
    own: dict[str, Any] = {name: getattr(counts, name) for name in _COUNTS if name != "counts_line"}
    line = f"{counts.coverage} rated: {_shares(counts, style)}" if counts.due else style.printed(NOTHING_DUE)
    return {**own, "counts_line": line}


def _shares(counts: Counts, style: HouseStyle) -> str:
    numbers = (counts.green, counts.amber, counts.red)
    shares = [f" ({counts.share(n)})" if counts.rated else "" for n in numbers]
    words = [style.printed(word) for word in RATINGS]
    return listed([f"{n} {word}{share}" for n, word, share in zip(numbers, words, shares, strict=True)])


def _colour(word: str, style: HouseStyle) -> str:
    return style.look(word).paper.removeprefix("#")


# ---- words ----


def _sentences(texts: Sequence[str]) -> str:
    return " ".join(t for t in texts if t) or NONE
