"""The names that templates of briefings and clinics may use for what a post answers for, and their values."""

from collections.abc import Iterable, Mapping

from xl_outcomes.contract import SHORTHAND
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.remit import Council, Remit, texts_of
from xl_outcomes.reporting.remit_follow_up import action_rows, action_words, earlier_actions, money_rows, money_words
from xl_outcomes.reporting.remit_items import Item
from xl_outcomes.reporting.remit_words import (
    better_words,
    carried_words,
    exception_rows,
    glance,
    held_rows,
    measure_rows,
    missing_rows,
    noun,
    plan_rows,
    rating_note,
    received_words,
    tally_rows,
    waiting_words,
    worse_intro,
    worse_words,
)
from xl_outcomes.reporting.shown import shortened

MEASURE = {
    "ref": "Its ref.",
    "title": "Its title.",
    "question": "How much, How well or Better off; for other indicators Outcome, Output or Input.",
    "figure": "The figure with its unit; never a confidential one.",
    "target": "The target with its unit.",
    "rating": "Its rating in words, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating.",
    "direction": "Improving, Worsening, No change …",
}
TALLY = {
    "name": "What is counted.",
    "green": "How many are Green.",
    "amber": "How many are Amber.",
    "red": "How many are Red.",
    "not_rated": "How many are due without a rating.",
    "coverage": 'Rated and due in words: "5 of 6".',
}
EXCEPTION = {
    "ref": "Its ref.",
    "title": "Its title.",
    "officer": "The responsible officer; the data owner where none is named.",
    "rating": "Red or Amber, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating.",
    "result": "Sentences: the figure against its target, how it moved, for how long it is so, and the forecast.",
    "reasons": "Paragraphs: the reason for the variance, as returned.",
    "actions": "Paragraphs: remedial actions with owner and date.",
}
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "held": (
        "The outcomes that the post answers for; where there are many, those of its top two tiers.",
        {
            "ref": "Its ref.",
            "title": "Its title.",
            "tier": "What the council calls its tier.",
            "shared": "The other portfolio holders, or Nobody.",
            "rating": "Its rating in words.",
            "colour": "The colour that goes with the rating.",
            "coverage": "How many of the indicators under it are rated.",
            "was": "Its rating in the quarter before.",
        },
    ),
    "tallies": ("Counts: indicators of outcomes, each service plan, and all.", TALLY),
    "plans": (
        "The service plans of the post, with the measures that it answers for.",
        {
            **TALLY,
            "title": "The plan's title.",
            "group": "Its group.",
            "heads": "Its heads of service.",
            "counts": "The counts in a line.",
            "how_much": "The ratings of its measures of how much was done.",
            "how_well": "Those of how well it was done.",
            "better_off": "Those of whether anyone is better off.",
            "measures": "Its measures, by question.",
        },
    ),
    "plans.measures": ("", MEASURE),
    "population": (
        "The indicators of outcomes that the post answers for, where there are measures beside them.",
        MEASURE,
    ),
    "exceptions": ("What is Red or Amber on this quarter's figures.", EXCEPTION),
    "earlier_actions": (
        "Remedial actions of earlier quarters that are still open, the overdue first.",
        {
            "ref": "Its ref.",
            "measure": "The title of its measure.",
            "action": "What is to be done.",
            "owner": "Who does it.",
            "standing": "When it was raised, by when it is due, whether it is overdue or nothing is known of it.",
            "progress": "Paragraphs: its progress, quarter by quarter.",
            "rating": "The rating of its measure now.",
            "colour": "The colour that goes with the rating.",
        },
    ),
    "financial_exceptions": (
        "Lines of money that are an exception.",
        {
            "outcome": "The outcome that it is tied to.",
            "line": "Its kind and description.",
            "budget": "The budget for the year, in thousands of pounds.",
            "forecast": "The forecast for the year end, in thousands of pounds.",
            "difference": "How much over or under, in thousands of pounds and per cent of the budget.",
        },
    ),
    "late": (
        "Figures that are overdue, awaited, incomplete or unavailable.",
        {"ref": "The ref.", "title": "The title.", "owner": "The data owner.", "reason": "What is missing since when."},
    ),
}
FIELDS: Mapping[str, str] = {
    "post": "The post that the document is for.",
    "measures_word": "What its indicators and measures are called together: measures, or indicators.",
    "two_kinds": "True where there are performance measures beside the indicators of outcomes.",
    "received": 'What came in, in words: "112 of 119 figures received (94%)".',
    "rating_note": "How the colours are told apart, and what an asterisk and “carried” mean where ratings have them.",
    "at_a_glance": "Paragraphs: the counts, and how figures and ratings moved.",
    "carried_exceptions": "Lines: what is Red or Amber by a rating carried from an earlier quarter.",
    "better": "Lines: what improved, a better rating first.",
    "worse": "Lines: what worsened and is not off target, a worse rating first.",
    "worse_intro": "A sentence that leads to them, and counts those that are off target.",
    "achievements": "Narrative, section Achievement, of its outcomes and all below them.",
    "impacts": "Narrative, section Impact, of the same.",
    "actions_intro": "Paragraphs: how many remedial actions there are, and how many are overdue.",
    "money_intro": "Paragraphs on budget and forecast; empty where the master has no money.",
    "waiting": "Lines: what cannot be rated yet, and what waits for a query.",
    **{
        key: meaning
        for name, (words, inner) in _LISTS.items()
        for key, meaning in ((name, words), *((f"{name}.{n}", m) for n, m in inner.items()))
        if meaning
    },
}


def remit_values(held: Council, remit: Remit, style: HouseStyle, shown: tuple[Item, ...]) -> dict[str, object]:
    """The values of all of `FIELDS`; `shown` are the exceptions that the document lists."""
    return {
        "post": remit.post,
        "measures_word": f"{noun(held)}s",
        "two_kinds": int(held.two_kinds),
        "received": received_words(remit),
        "rating_note": rating_note(held, remit),
        "shorthand": shorthand_rows(shown),
        "at_a_glance": glance(held, remit, style),
        "carried_exceptions": carried_words(remit, style),
        "better": better_words(remit, style),
        "worse": worse_words(remit, style),
        "worse_intro": worse_intro(held, remit),
        "achievements": list(texts_of(held, remit, "achievement")),
        "impacts": list(texts_of(held, remit, "impact")),
        "actions_intro": action_words(held, remit),
        "money_intro": money_words(held, remit),
        "waiting": waiting_words(remit),
        "held": held_rows(held, remit, style),
        "tallies": tally_rows(held, remit),
        "plans": plan_rows(remit.plans, style),
        "population": measure_rows(remit.population, style) if held.two_kinds else [],
        "exceptions": exception_rows(held, shown, style),
        "earlier_actions": action_rows(held, remit, earlier_actions(held, remit), style),
        "financial_exceptions": money_rows(held, remit),
        "late": missing_rows(remit),
    }


def shorthand_rows(items: Iterable[Item]) -> list[dict[str, str]]:
    """The shorthand that stands beside the figures of these."""
    used = {code for i in items for code in i.fact.codes}
    return [{"code": code, "meaning": meaning} for code, meaning in SHORTHAND.items() if code in used]


def file_suffix(post: str) -> str:
    """A post as file names carry it: letters, digits, spaces and hyphens."""
    safe = "".join(c if c.isalnum() or c in " -" else " " for c in post if c not in "'’")
    return shortened(" ".join(safe.split()), 80).rstrip("…") or "Post"
