"""The cabinet report that adopts a framework: its tiers as decisions, its theory of change, its master table."""

from collections.abc import Mapping, Sequence

from xl_outcomes.activities import refs_in
from xl_outcomes.framework import Outcome
from xl_outcomes.golden_thread import GoldenThread, follow
from xl_outcomes.house_style import mix
from xl_outcomes.reporting.adoption_facts import Adopted, AdoptionFacts, adoption_facts
from xl_outcomes.reporting.cabinet_facts import RiskFact, risk_facts
from xl_outcomes.reporting.cabinet_words import risk_rows
from xl_outcomes.reporting.chart_specs import TheoryOfChange, TopTiers
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.fields import AUTHOR
from xl_outcomes.reporting.roadmap import roadmap, top_tiers
from xl_outcomes.settings import Settings
from xl_outcomes.wording import be, counted, listed, many

LOWEST = 3  # the lowest tier that is adopted; what is below is developed with the service plans
CHOSEN_RISKS = "significant risks"  # the section of Narrative that names the risks of this report by their refs
_BLOCK = {
    "title": "The outcome of tier 1.",
    "statement": "Its statement; its title where there is none.",
    "people": "Who answers for it.",
    "measures": "How many indicators it has, and how many of them wait for figures.",
    "rows": "The outcomes of tier 2 under it.",
    "rows.title": "The outcome of tier 2.",
    "rows.below": "The outcomes of tier 3 under it, a paragraph each.",
}
_RISK = {
    "level": "High, Medium or Low on the council's own scale.",
}
_ROW = {
    "tier": "Its tier.",
    "ref": "Its ref.",
    "title": "Its title.",
    "officer": "The responsible officer's post.",
    "band": "A shade for the row: stronger for higher tiers.",
}
FIELDS: Mapping[str, str] = {
    "tiers": 'The framework in numbers: "6 priorities, 18 strategic outcomes and 66 intermediate outcomes".',
    "top_name": "What the council calls an outcome of tier 1, in the plural.",
    "middle_name": "What the council calls an outcome of tier 2, in the plural.",
    "lower_name": "What the council calls an outcome of tier 3, in the plural.",
    "lowest_name": "What the council calls an outcome of tier 4, in the plural.",
    "vision": "The vision (Settings), or what stands in for it.",
    "blocks": "The outcomes of tier 1.",
    **{f"blocks.{name}": meaning for name, meaning in _BLOCK.items()},
    "measures": "Paragraphs: how many indicators there are, what cannot be rated yet, how far the data is assessed.",
    **{f"risks.{name}": meaning for name, meaning in _RISK.items()},
    "tree": "The outcomes of tiers 1 to 3, each before those under it.",
    **{f"tree.{name}": meaning for name, meaning in _ROW.items()},
    "theory": "Picture: the theory of change, from activities to the vision.",
    "top_tiers": "Picture: the outcomes of tiers 1 and 2, and the vision.",
}


def documents(source: Source) -> tuple[Document, ...]:
    """One document; none where the framework has no outcomes."""
    thread = follow(source.rated.framework, source.rated.settings, source.tables)
    found = adoption_facts(source.rated, source.tables)
    if not found.outcomes:
        return ()
    charts = {
        "theory": TheoryOfChange(roadmap(thread)),
        "top_tiers": TopTiers(thread.vision, top_tiers(thread)),
    }
    return (Document(_values(source, found, thread), charts),)


def _values(source: Source, found: AdoptionFacts, thread: GoldenThread) -> dict[str, object]:
    settings = source.rated.settings
    names = [many(settings.tier_name(tier).lower()) for tier in (1, 2, 3, 4)]
    adopted = [o for top in found.outcomes for o in (top.outcome, *top.below) if o.tier <= LOWEST]
    risks = _risks(source)
    return {
        "tiers": tiers_words(found, settings),
        **dict(zip(("top_name", "middle_name", "lower_name", "lowest_name"), names, strict=True)),
        "vision": thread.vision,
        "blocks": [_block(top) for top in found.outcomes],
        "measures": measures_words(found, thread),
        "risks": risk_rows(risks),
        "tree": [_row(o, source) for o in adopted],
        **_sections(source.facts, tiers_words(found, settings), risks, names[3]),
    }


def tiers_words(found: AdoptionFacts, settings: Settings) -> str:
    """The tiers that are adopted in numbers, as people say them."""
    return listed([counted(n, settings.tier_name(tier).lower()) for tier, n in found.tiers.items() if tier <= LOWEST])


def measures_words(found: AdoptionFacts, thread: GoldenThread) -> list[str]:
    """How many indicators there are, what cannot be rated yet, what is not measured, how far the data is assessed."""
    every = sum(found.statuses.values())
    if not every:
        return ["No indicator has been chosen yet."]
    waiting = [f"{n} {word}" for s, word in _WAITING.items() if (n := found.statuses.get(s, 0))]
    total = sum(n for s, n in found.statuses.items() if s in _WAITING)
    new = f" {total} of them cannot be rated yet: {listed(waiting)}." if total else ""
    gaps = [gap.ref for gap in thread.gaps if gap.kind in ("outcome-unmeasured", "outcome-empty")]
    bare = f" Nothing measures {listed(gaps)} so far." if gaps else ""
    progress = found.progress
    quality = (
        f"Of the live indicators, {progress.done} of {len(progress.live)} {be(progress.done)} defined, with a data "
        f"quality assessment that is signed off ({progress.words()})."
    )
    first = f"{counted(every, 'indicator')} {be(every)} proposed for the framework.{new}{bare}"
    return [first, quality] if progress.live else [first]


_WAITING = {
    "Baseline year": "in a first year of figures, which sets the baseline for a target",
    "Proposed": "proposed",
    "In development": "in development",
}


# ---- the framework ----


def _block(top: Adopted) -> dict[str, object]:
    outcome = top.outcome
    waiting = sum(i.status in _WAITING for i in top.indicators)
    more = f", of which {waiting} cannot be rated yet" if waiting else ""
    people = [
        f"{name}: {post}."
        for name, post in (
            ("Portfolio holder", outcome.portfolio_holder),
            ("Responsible officer", outcome.responsible_officer),
        )
        if post
    ]
    return {
        "title": outcome.title,
        "statement": outcome.statement or outcome.title,
        "people": " ".join(people) or "It is not recorded yet who answers for it.",
        "measures": f"{counted(len(top.indicators), 'indicator')}{more}" if top.indicators else "No indicator yet",
        "rows": [_below(o, top.below) for o in top.below if o.parent == outcome.ref],
    }


def _below(outcome: Outcome, below: Sequence[Outcome]) -> dict[str, object]:
    under = [f"{o.ref} {o.title}" for o in below if o.parent == outcome.ref]
    return {"title": f"{outcome.ref} {outcome.title}", "below": under or ["To be developed"]}


def _row(outcome: Outcome, source: Source) -> dict[str, object]:
    shade = {1: 1.0, 2: 0.5}.get(outcome.tier, 0.0)
    return {
        "tier": outcome.tier,
        "ref": outcome.ref,
        "title": outcome.title,
        "officer": outcome.responsible_officer or "To be confirmed",
        "band": mix(source.style.colours.tint, "#FFFFFF", shade).removeprefix("#"),
    }


# ---- sections ----


def _risks(source: Source) -> tuple[RiskFact, ...]:
    """The risks that authors name for this report, in their order; without such, every risk of the register."""
    every = tuple(risk_facts(source.rated, source.tables, source.facts))
    wanted = refs_in(", ".join(source.facts.narrative.get(CHOSEN_RISKS, ())))
    chosen = [r for ref in wanted for r in every if r.risk.ref == ref]
    return tuple(chosen) or every


def _sections(facts: Facts, tiers: str, risks: Sequence[RiskFact], lowest: str) -> dict[str, list[str]]:
    """What authors wrote; where they did not, a draft that holds for any framework, for them to complete."""
    officer = facts.header.officer
    named = f"These risks are most closely linked to the framework: {listed([r.risk.ref for r in risks])}."
    drafts = {
        "purpose": [f"This report asks for the adoption of an outcomes framework for {facts.council}. {AUTHOR}"],
        "options": [
            "Keep the present performance reports as they are.",
            "Keep the present reports and choose new key performance indicators for them.",
            "Adopt a framework that begins with what is to change for residents, as this report proposes. This is the "
            f"preferred option. {AUTHOR}",
        ],
        "recommendation": [
            f"That the first three tiers of the framework ({tiers}) be agreed as the way in which the council sets out "
            "and measures what it achieves.",
            f"That it be noted that tier 4 ({lowest}) will be developed with the service plans.",
            f"That minor changes be delegated ({officer}, in consultation with the portfolio holder). {AUTHOR}",
        ],
        "reason": [f"So that work, money and people follow from what the council wants to achieve. {AUTHOR}"],
        "links": [f"The framework ties the priorities of the Corporate Plan to service plans and people. {AUTHOR}"],
        "financial": [f"The report asks for no money. {AUTHOR}"],
        "legal": [f"No legal consequences are known. {AUTHOR}"],
        "risk": [named if risks else f"No risk is recorded. {AUTHOR}"],
        "equalit": [f"Whether an equality impact assessment is needed is to be said here. {AUTHOR}"],
        "environment": [f"The outcomes that concern the environment are in the appendices. {AUTHOR}"],
    }
    names = {"recommendation": "recommendations", "reason": "reasons", "risk": "risk_management", "equalit": "equality"}
    return {names.get(s, s): list(facts.narrative.get(s, ())) or draft for s, draft in drafts.items()}
