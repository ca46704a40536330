"""The report by which a council adopts its framework: what is asked, why, the implications, the framework as annex."""

from collections.abc import Mapping, Sequence
from typing import Any

from xl_outcomes.crosswalk import RELATIONS, OtherFramework
from xl_outcomes.exact import show
from xl_outcomes.framework import Outcome
from xl_outcomes.quality import NOT_ASSESSED, TESTS
from xl_outcomes.reporting.adoption_facts import (
    COMMISSIONING,
    Adopted,
    AdoptionFacts,
    Chosen,
    Strategy,
    adoption_facts,
    objectives,
)
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.narrative import own_sections
from xl_outcomes.reporting.prose import Lists, described, said
from xl_outcomes.reporting.quality_report import tests_words
from xl_outcomes.settings import Settings
from xl_outcomes.wording import be, counted, listed, many

Values = dict[str, Any]

NAME = "council-adoption"

_OUTCOME = {
    "ref": "Its ref.",
    "title": "Its title.",
    "statement": "Its statement; blank where there is none.",
    "people": "Who answers for it, and the council's role and partners: a paragraph each.",
    "below_intro": "A sentence that leads to the outcomes under it.",
    "below": "The outcomes under it with their statements, a paragraph each.",
    "strategies": "The commissioning strategies that serve it, a paragraph each.",
    "indicators_intro": "A sentence that says how many indicators there are.",
    "indicators": "Its indicators.",
    "indicators.name": "The indicator's ref and title.",
    "indicators.definition": "What is counted.",
    "indicators.why": "Paragraphs: why it was chosen, and the three selection tests.",
    "indicators.state": "Paragraphs: how far definition and data quality have come; its status where it is not live.",
}
_LISTS: Lists = {
    "glance": (
        "The council's outcomes of tier 1 in brief.",
        {
            "title": "The outcome.",
            "below": "How many outcomes stand right under it.",
            "indicators": "How many indicators it has.",
            "holder": "The portfolio holder.",
        },
    ),
    "own": ("The council's outcomes of tier 1.", _OUTCOME),
    "apart": ("The tier 1 outcomes of organisational measures.", _OUTCOME),
    "tests": (
        "The three selection tests.",
        {
            "name": "Its name.",
            "yes": "How many indicators pass.",
            "no": "How many fail.",
            "blank": "How many have no answer.",
        },
    ),
    "replaced": ("The frameworks that this one replaces or answers to.", {"name": "The framework's name."}),
    "replaced.rows": (
        "Its objectives.",
        {"theirs": "The objective.", "ours": "What stands for it here, a paragraph each."},
    ),
}
FIELDS: Mapping[str, str] = described(
    {
        "vision": "The vision (Settings); blank where there is none.",
        "framework_line": 'What the framework consists of: "7 outcomes, 21 supporting outcomes and 65 indicators".',
        "tier_name": "What the council calls an outcome of tier 1.",
        "below_name": "What it calls outcomes of tier 2, in the plural.",
        "tier": "What the council calls an outcome of tier 1, in small letters.",
        "tiers": "The same in the plural.",
        "purpose": "Narrative, section Purpose.",
        "recommendations": "Narrative, section Recommendation.",
        "proposal": "Narrative, section Background; a sentence to complete where there is none.",
        "framework_summary": "Paragraphs on what the framework consists of.",
        "choice_summary": "Paragraphs on how indicators were chosen, defined and assessed; may be empty.",
        "replaced_heading": "What the framework replaces; How the framework stands to others, where it replaces none.",
        "replaced_summary": "Paragraphs on what the framework replaces; empty where that is not recorded.",
        "strategy_summary": "Paragraphs on the commissioning strategies; empty where there are none.",
        "staffing": "Narrative, section Staffing.",
        "financial": "Narrative, section Financial.",
        "legal": "Narrative, section Legal.",
        "equality": "Narrative, section Equality; else the duty of section 149, to be completed.",
    },
    _LISTS,
)


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    return (Document(report_values(source, adoption_facts(source.rated, source.tables))),)


def report_values(source: Source, found: AdoptionFacts) -> Values:
    """The report's own fields."""
    settings, council = source.rated.settings, source.facts.council
    said_ = own_sections(source.tables, source.rated.period, NAME)
    tier = settings.tier_1_name.lower()
    return {
        "vision": settings.vision,
        "tier": tier,
        "tier_name": settings.tier_1_name,
        "below_name": many(settings.tier_name(2)),
        "tiers": many(tier),
        "framework_line": _consists(found, settings),
        "purpose": said(said_, "purpose", f"This report asks {council} to adopt the outcomes framework in the Annex."),
        "recommendations": said(said_, "recommendation", _ADOPT),
        "proposal": said(said_, "background", _PROPOSAL.format(council=council)),
        "framework_summary": _framework_summary(found, settings),
        "choice_summary": _choice_summary(found, settings),
        "tests": [{"name": t, "yes": y, "no": n, "blank": b} for t, (y, n, b) in found.tests.items() if y + n],
        "replaced_heading": _replaced_heading(found),
        "replaced_summary": _replaced_summary(found),
        "strategy_summary": _strategy_summary(found, tier),
        "glance": [_glance(o) for o in found.own],
        "own": [_outcome(o, settings) for o in found.own],
        "apart": [_outcome(o, settings) for o in found.apart],
        "replaced": _crosswalks(found),
        "financial": said(said_, "financial"),
        "legal": said(said_, "legal"),
        "equality": said(said_, "equalit", _DUTY),
        "staffing": said(said_, "staffing"),
    }


_ADOPT = "That the outcomes framework set out in the Annex be adopted."
_PROPOSAL = (
    "[Author to complete: why {council} needs one set of outcomes, how the framework was made and with whom, and what "
    "follows from it.]"
)
_DUTY = (
    "Under section 149 of the Equality Act 2010 the council must, in all that it does, have due regard to the need to "
    "end unlawful discrimination, harassment and victimisation, to advance equality of opportunity, and to foster good "
    "relations between people who share a protected characteristic and those who do not. [Author to complete: what "
    "the framework means for people who share a protected characteristic, and when an assessment follows.]"
)


# ---- the framework in numbers ----


def _consists(found: AdoptionFacts, settings: Settings) -> str:
    """7 outcomes, 21 supporting outcomes and 65 indicators."""
    levels = [counted(number, settings.tier_name(tier).lower()) for tier, number in found.tiers.items()]
    return listed([*levels, counted(_indicators(found.own), "indicator")])


def _indicators(outcomes: Sequence[Adopted]) -> int:
    return sum(len(o.indicators) for o in outcomes)


def _framework_summary(found: AdoptionFacts, settings: Settings) -> list[str]:
    if not found.own:
        return ["The framework has no outcomes yet."]
    texts = [f"The framework consists of {_consists(found, settings)}. It is set out in full in the Annex."]
    others = {s: n for s, n in found.statuses.items() if s != "Live"}
    if others:
        live = found.statuses.get("Live", 0)
        parts = [f"{number} {be(number)} {_STATUS_WORDS[status]}" for status, number in others.items()]
        texts.append(f"{counted(live, 'indicator')} {be(live)} live; {listed(parts)}, and cannot be rated yet.")
    if found.apart:
        number = counted(_indicators(found.apart), "organisational measure")
        texts.append(f"{number} on how the council runs itself stand beside the framework and are counted apart.")
    return texts


_STATUS_WORDS = {
    "Baseline year": "in the first year of figures",
    "Proposed": "proposed",
    "In development": "in development",
}


def _choice_summary(found: AdoptionFacts, settings: Settings) -> list[str]:
    """What the three selection tests and the assessments have found, where there are any."""
    answered = {name: counts for name, counts in found.tests.items() if counts[0] + counts[1]}
    progress, aim = found.progress, show(settings.assessment_aim)
    texts = []
    if answered:
        failing = [f"{n} {_fail(n)} that of {name.lower()}" for name, (_, n, _) in answered.items() if n]
        outcome = (
            f"Of {counted(_indicators(found.own), 'indicator')}, {listed(failing)}" if failing else "No indicator fails"
        )
        texts.append(f"Each indicator is held against three tests: {listed([t.lower() for t in TESTS])}. {outcome}.")
    if answered and progress.share is not None:
        with_measures = ", organisational measures among them," if found.apart else ""
        reached = f"{progress.needed} more {be(progress.needed)} needed" if progress.needed else "the aim is met"
        texts.append(
            f"The aim is that {aim}% of indicators have a complete definition and a signed-off assessment of their "
            f"data. {progress.done} of {len(progress.live)} live indicators{with_measures} have both, which is "
            f"{show(progress.share)}%; {reached}."
        )
    return texts


def _fail(number: int) -> str:
    return "fails" if number == 1 else "fail"


def _replaced_summary(found: AdoptionFacts) -> list[str]:
    texts = [_replaced(other) for other in found.replaced if _replaces(other)]
    others = [other.name for other in found.replaced if not _replaces(other)]
    also = "also " if texts else ""
    return [
        *texts,
        *([f"The Annex {also}says what here stands for or contributes to: {listed(others)}."] if others else []),
    ]


def _replaced(other: OtherFramework) -> str:
    """How many objectives of a framework that is replaced live on here, which do not, and what here is new."""
    number, without = len(other.theirs), other.without
    kept = number - len(without)
    told = f"{kept} of {counted(number, 'objective')} of {other.name} {_have(kept)} a counterpart here."
    if without:
        told += f" {len(without)} {_have(len(without))} none: {listed(without)}."
    if other.unmapped:
        new = counted(len(other.unmapped), "part of the framework", "parts of the framework")
        told += f" {new} {'is' if len(other.unmapped) == 1 else 'are'} new: {listed(other.unmapped)}."
    return told


def _replaces(other: OtherFramework) -> bool:
    return any(line.relation == RELATIONS[0] for line in other.lines)


def _replaced_heading(found: AdoptionFacts) -> str:
    replaces = any(_replaces(other) for other in found.replaced)
    return "What the framework replaces" if replaces else "How the framework stands to others"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _strategy_summary(found: AdoptionFacts, tier: str) -> list[str]:
    names = list(dict.fromkeys(_bare(s.name) for s in found.strategies))
    if not names:
        return []
    bare = [o.outcome.title for o in found.own if not o.strategies]
    gap = f" No strategy is recorded yet for: {listed(bare)}." if bare else ""
    are = f"{counted(len(names), 'commissioning strategy')} {'says' if len(names) == 1 else 'say'}"
    return [f"{are} what will be done and bought towards the {many(tier)}: {listed(names)}.{gap}"]


# ---- the annex ----


def _glance(adopted: Adopted) -> Values:
    own = adopted.outcome
    right_under = sum(o.parent == own.ref for o in adopted.below)
    return {
        "title": own.title,
        "below": right_under,
        "indicators": len(adopted.indicators),
        "holder": own.portfolio_holder or "To be confirmed",
    }


def _outcome(adopted: Adopted, settings: Settings) -> Values:
    own, tiers = adopted.outcome, sorted({o.tier for o in adopted.below})
    names = listed([many(settings.tier_name(tier)).lower() for tier in tiers])
    noun = "organisational measure" if adopted.apart else "indicator"
    number = len(adopted.indicators)
    return {
        "ref": own.ref,
        "title": own.title,
        "statement": own.statement,
        "people": _people(adopted),
        "below_intro": f"Its {names}:" if adopted.below else "",
        "below": [_below(o, tiers, settings) for o in adopted.below],
        "strategies": [_strategy(s, own.ref) for s in adopted.strategies],
        "indicators_intro": f"{counted(number, noun)}:" if number else f"No {noun} yet.",
        "indicators": [_indicator(i) for i in adopted.indicators],
    }


def _people(adopted: Adopted) -> list[str]:
    own = adopted.outcome
    texts = [
        f"Portfolio holder: {own.portfolio_holder}." if own.portfolio_holder else "",
        f"Responsible officer: {own.responsible_officer}." if own.responsible_officer else "",
        f"The council's role: {adopted.role.lower()}." if adopted.role else "",
        f"Partners: {adopted.partners}." if adopted.partners else "",
    ]
    return [text for text in texts if text]


def _below(outcome: Outcome, tiers: Sequence[int], settings: Settings) -> str:
    tier = f" ({settings.tier_name(outcome.tier).lower()})" if len(tiers) > 1 else ""
    statement = f": {outcome.statement}" if outcome.statement else ""
    return f"{outcome.ref} {outcome.title}{tier}{statement}"


def _strategy(strategy: Strategy, top: str) -> str:
    part = f": {strategy.part}" if strategy.part else ""
    return f"{_bare(strategy.name)}{part}{'' if strategy.ref == top else f' ({strategy.ref})'}"


def _bare(name: str) -> str:
    """A strategy's name without the words that stand above the list."""
    before, colon, rest = name.partition(": ")
    return f"{rest[:1].upper()}{rest[1:]}" if colon and before.casefold() == COMMISSIONING else name


def _indicator(chosen: Chosen) -> Values:
    held = chosen.assessment
    why = [chosen.why] if _says_more(chosen) else []
    why += [f"{tests_words(held.tests)}{'' if held.failed else ' tests'}."] if held.tests else []
    state = [f"Definition: {chosen.definition_word.lower()}."]
    state += [f"Data: {held.label}."] if held.word != NOT_ASSESSED else ["Data: not assessed."]
    state += [f"{chosen.status}."] if chosen.status != "Live" else []
    return {
        "name": f"{chosen.ref} {chosen.title}",
        "definition": chosen.definition or "No definition is recorded yet.",
        "why": why or ["Not recorded."],
        "state": state,
    }


def _says_more(chosen: Chosen) -> bool:
    """Whether the reason for choosing it says more than the names of the tests, which stand beside it."""
    parts = {part.strip().casefold() for part in chosen.why.split(",")}
    return bool(chosen.why) and not (chosen.assessment.tests and parts <= {t.casefold() for t in TESTS})


def _crosswalks(found: AdoptionFacts) -> list[Values]:
    """A table for each framework that is replaced, and one for all others."""
    groups = [{"name": o.name, "rows": _objectives(o)} for o in found.replaced if _replaces(o)]
    others = [row for o in found.replaced if not _replaces(o) for row in _objectives(o, f"{o.name}: ")]
    return [*groups, *([{"name": "Other plans and strategies", "rows": others}] if others else [])]


def _objectives(other: OtherFramework, before: str = "") -> list[Values]:
    return [{"theirs": f"{before}{theirs}", "ours": ours or ["No counterpart"]} for theirs, ours in objectives(other)]
