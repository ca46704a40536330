"""The data quality report: how far the work has come, what it found, which ratings rest on poor data, who does what."""

from collections.abc import Mapping, Sequence
from typing import Any

from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import show
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.quality import DIMENSIONS, SCORES, TESTS, Improvement, Progress
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import Facts, PriorityFact
from xl_outcomes.reporting.fields import NONE
from xl_outcomes.reporting.monitoring_words import data_fields
from xl_outcomes.reporting.narrative import own_sections
from xl_outcomes.reporting.prose import colour, said
from xl_outcomes.reporting.quality_facts import NAME, Answers, Judged, QualityFacts, Since, quality_facts
from xl_outcomes.reporting.quality_fields import NAMES
from xl_outcomes.settings import Settings
from xl_outcomes.wording import be, counted, day_words, listed, many

Values = dict[str, Any]

_ASKS = {
    "Central importance": "Does it say something that matters most to the outcome?",
    "Common sense": "Do people outside the council understand it?",
    "Sound data": "Is the data accurate, reliable, consistent and timely?",
    "Accuracy": "Close enough to the truth for its use?",
    "Validity": "Counted as its definition says?",
    "Reliability": "Counted in the same way by everyone, every time?",
    "Timeliness": "There soon enough to act on?",
    "Relevance": "Does it tell about the outcome?",
    "Completeness": "Is everything counted that should be?",
}

FIELDS: Mapping[str, str] = NAMES


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    found = quality_facts(source.rated, source.tables, source.facts)
    return (Document(report_values(source, found)),)


def report_values(source: Source, found: QualityFacts) -> Values:
    """The report's own fields."""
    facts, style, settings = source.facts, source.style, source.rated.settings
    tier, sections = settings.tier_1_name.lower(), own_sections(source.tables, source.rated.period, NAME)
    own = {
        "tier_name": settings.tier_1_name,
        "tier": tier,
        "tiers": many(tier),
        "aim": f"{show(settings.assessment_aim)}%",
        "assessed": found.assessed,
        "data_quality": list(facts.narrative.get("data quality", ())),
        **{name: said(sections, section, other) for name, (section, other) in _SECTIONS.items()},
        "purpose": said(sections, "purpose", _PURPOSE.format(period=facts.period_words)),
    }
    return {
        **own,
        **data_fields(found.chase, found.arrivals),
        **_progress_fields(found, settings),
        **_found_fields(found),
        **_reading_fields(found, facts, style),
        **_improvement_fields(found),
        **_since_fields(found),
        **_unfinished_fields(found),
        "all_by_outcome": _by_outcome(found, facts) if found.assessed else [],
    }


_PURPOSE = (
    "This report says how far the data behind the outcomes framework can be trusted in {period}, what is being done to "
    "improve it, and what to bear in mind when reading the ratings."
)
_SECTIONS = {
    "recommendations": ("recommendation", "That the state of data quality and the improvement actions be noted."),
    "financial": ("financial", ""),
    "legal": ("legal", ""),
    "equality": ("equalit", ""),
    "staffing": ("staffing", ""),
    "background": ("background", NONE),
}


# ---- against the aim ----


def _progress_fields(found: QualityFacts, settings: Settings) -> Values:
    whole = found.found.progress[-1]
    measures = sum(j.indicator.ref in found.apart for j in found.judged)
    among = f" ({counted(measures, 'organisational measure')} among them)" if measures else ""
    if whole.share is None:
        return {"progress_summary": ["No indicator is live, so there is nothing to define or assess."], "progress": []}
    aim, live = show(settings.assessment_aim), counted(len(whole.live), "live indicator")
    needed = f"{whole.needed} more {be(whole.needed)} needed to reach the aim" if whole.needed else "The aim is met"
    reached = f"{whole.done} of {live}{among} {'has' if whole.done == 1 else 'have'} all three"
    opening = (
        f"The aim is that {aim}% of indicators have a complete definition and a complete data quality assessment that "
        f"is signed off. {reached}, which is {show(whole.share)}%. {needed}."
    )
    parts = {
        "complete definition": whole.undefined,
        "complete assessment": whole.unassessed,
        "sign-off": whole.unsigned,
    }
    lacking = [f"{len(refs)} {be(len(refs))} without a {name}" for name, refs in parts.items() if refs]
    more = (
        [f"Of all live indicators, {listed(lacking)}; one indicator may lack more than one of them."] if lacking else []
    )
    tops = [p for p in found.found.progress[:-1] if p.live]
    return {"progress_summary": [opening, *more], "progress": [_progress_row(p) for p in (*tops, whole)]}


def _progress_row(progress: Progress) -> Values:
    live = len(progress.live)
    share = "No live one" if progress.share is None else f"{show(progress.share)}%"
    return {
        "title": progress.title if progress.ref else "All",
        "live": live,
        "defined": live - len(progress.undefined),
        "scored": live - len(progress.unassessed),
        "signed": live - len(progress.unsigned),
        "done": progress.done,
        "share": share,
    }


# ---- what the assessments say ----


def _found_fields(found: QualityFacts) -> Values:
    if not found.assessed:
        return {
            "found_summary": ["No assessment is recorded, so nothing can be said about the quality of the data."],
            **{name: [] for name in ("quality_words", "tests", "dimensions")},
        }
    words = [f"{number} {word if word in SCORES else word.lower()}" for word, number in found.words.items() if number]
    texts = [f"Of {counted(len(found.judged), 'live indicator')}, the data is: {listed(words)}. {_WORDS}"]
    worst = max(found.dimensions, key=lambda d: d.counts["Poor"])
    if worst.counts["Poor"]:
        texts.append(
            f"The weakest dimension is {worst.name.lower()}: {worst.counts['Poor']} of the indicators are Poor on it."
        )
    return {
        "found_summary": texts,
        "quality_words": [{"word": word, "number": number} for word, number in found.words.items()],
        "tests": [{**_answers(t), "yes": t.counts["Yes"], "no": t.counts["No"]} for t in found.tests],
        "dimensions": [{**_answers(d), **{s.lower(): d.counts[s] for s in SCORES}} for d in found.dimensions],
    }


_WORDS = (
    "Poor: at least one of the six dimensions is. Good: at least five are, and none is Poor. Acceptable: anything "
    "between. Until all six are scored and signed off, the word is provisional."
)


def _answers(answers: Answers) -> Values:
    worst = ", ".join(answers.worst) or "Not one"
    return {"name": answers.name, "asks": _ASKS[answers.name], "blank": answers.blank, "worst": worst}


# ---- reading the ratings ----


def _reading_fields(found: QualityFacts, facts: Facts, style: HouseStyle) -> Values:
    resting = sorted(found.resting, key=lambda j: -RATINGS.index(j.fact.word))
    return {
        "reading": _reading(found, resting, style),
        "footing": [_footing(p, found, style) for p in facts.priorities] if found.assessed else [],
        "resting": [_resting(j, style) for j in resting],
    }


def _reading(found: QualityFacts, resting: Sequence[Judged], style: HouseStyle) -> list[str]:
    rated = len(found.rated)
    if not rated:
        return ["No indicator is rated this quarter."]
    if not found.assessed:
        return [f"{counted(rated, 'indicator')} {be(rated)} rated, all on data that has not been assessed."]
    parts = [f"{n} {style.printed(word)}" for word in RATINGS if (n := sum(j.fact.word == word for j in resting))]
    stand = "rests" if len(resting) == 1 else "rest"
    first = f"{len(resting)} of {counted(rated, 'rated indicator')} {stand} on Poor data"
    texts = [f"{first}: {listed(parts)}." if resting else f"{first}."]
    found_words = {j.fact.word for j in resting}
    texts += [
        f"A {style.printed(word)} that rests on poor data {_CAUTIONS[word]}"
        for word in _CAUTIONS
        if word in found_words
    ]
    if found.unknown:
        rest = "rests" if len(found.unknown) == 1 else "rest"
        names = listed([j.indicator.ref for j in found.unknown])
        texts.append(f"{counted(len(found.unknown), 'rating')} {rest} on data that was never assessed: {names}.")
    return texts


_CAUTIONS = {
    "Green": "may hide a problem; it should not be the ground for moving money or attention elsewhere.",
    "Red": "may be a fault of the data; ask about the data before an action is judged.",
}


def _footing(priority: PriorityFact, found: QualityFacts, style: HouseStyle) -> Values:
    own = {i.ref for i in priority.indicators}
    words = [j.assessment.word for j in found.rated if j.indicator.ref in own]
    poor = words.count("Poor")
    sound = words.count("Good") + words.count("Acceptable")
    return {
        "title": priority.title,
        "rating": style.printed(priority.rating),
        "colour": colour(priority.word, style),
        "rated": len(words),
        "sound": sound,
        "poor": poor,
        "open": len(words) - sound - poor,
    }


def _resting(judged: Judged, style: HouseStyle) -> Values:
    return {
        **_named(judged),
        "rating": style.printed(judged.fact.rating),
        "colour": colour(judged.fact.word, style),
        "figure": judged.fact.figure,
        "poor": listed(judged.assessment.poor),
        "action": judged.assessment.improvement or "Not recorded yet.",
    }


# ---- improvements, changes, what is left ----


def _improvement_fields(found: QualityFacts) -> Values:
    faulty = [i for i in found.improvements if _faults(i, found)]
    others = [i for i in found.improvements if i not in faulty]
    if not faulty and not others:
        return {"improvement_summary": "No improvement action is recorded.", "improvements": []}
    without = sum(not i.action for i in faulty)
    whole = counted(len(faulty) + len(others), "indicator")
    text = f"{whole} {be(len(faulty) + len(others))} on the data improvement list: {len(faulty)} because the data is "
    text += f"Poor or fails a test, and {len(others)} with another improvement under way."
    text += f" {counted(without, 'has', 'have')} no action recorded yet." if without else ""
    rows = [_improvement(i, found) for i in (*faulty, *others)]
    return {"improvement_summary": text, "improvements": rows}


def _improvement(listed_: Improvement, found: QualityFacts) -> Values:
    own = listed_.indicator
    return {
        "ref": own.ref,
        "title": own.title,
        "why": ". ".join(_faults(listed_, found)) or "Not poor; being improved",
        "action": listed_.action or "Not recorded yet.",
        **_people(own.responsible_officer, own.data_owner),
    }


def _faults(listed_: Improvement, found: QualityFacts) -> list[str]:
    held = found.found.assessments.get(listed_.indicator.ref)
    reasons = [f"Poor: {listed(held.poor)}"] if held and held.poor else []
    return [*reasons, *([f"Fails the test: {listed(held.failed)}"] if held and held.failed else [])]


def _people(officer: str, owner: str) -> Values:
    return {"officer": officer or "No responsible officer", "owner": owner or "No data owner"}


def _since_fields(found: QualityFacts) -> Values:
    since = found.since
    return {
        "since_heading": f"Changes since {since.quarter}",
        "since_summary": _since(since),
        "signed_since": [
            {**_named(j), "quality": j.assessment.label, "by": j.signed_by, "on": day_words(j.signed_on)}
            for j in since.signed
            if j.signed_on
        ],
    }


def _since(since: Since) -> list[str]:
    ground = "the last data quality report" if since.reported else "half a year ago; there is no earlier report"
    number = len(since.signed)
    have = "has" if number == 1 else "have"
    signed = f"{counted(number, 'assessment')} {have}" if number else "No assessment has"
    texts = [f"This compares with the end of {since.quarter} ({ground}). {signed} been signed off since."]
    if not since.rated:
        texts.append(f"{since.quarter} was not rated here, so missing figures are not compared.")
        return texts
    texts += [f"Missing then and here now: {listed(since.restored)}."] if since.restored else []
    texts += [f"Missing now and not then: {listed(since.lost)}."] if since.lost else []
    return texts if since.restored or since.lost else [*texts, "No figure is newly missing, and none has come back."]


def _unfinished_fields(found: QualityFacts) -> Values:
    wanted = found.open if found.assessed else [j for j in found.open if j.undefined]
    rows = [
        {**_named(j), "left": _left(j), **_people(j.indicator.responsible_officer, j.indicator.data_owner)}
        for j in wanted
    ]
    are = f"{counted(len(rows), 'live indicator')} {'does' if len(rows) == 1 else 'do'} not count towards the aim yet."
    if not found.assessed:
        are = "No indicator has been assessed." + (" These lack a complete definition as well." if rows else "")
    elif not rows:
        are = "Every live indicator is defined, assessed and signed off."
    return {"unfinished_summary": are, "unfinished": rows}


def _left(judged: Judged) -> str:
    blank = [d for d in DIMENSIONS if d not in judged.assessment.scores]
    parts = []
    if judged.undefined:
        parts.append(f"definition: {judged.definition.lower()}")
    if judged.unassessed and judged.assessment.scores:
        parts.append(f"to be scored: {', '.join(blank).lower()}")
    elif judged.unassessed:
        parts.append("not assessed")
    if judged.unsigned:
        parts.append("not signed off")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


# ---- all indicators ----


def _by_outcome(found: QualityFacts, facts: Facts) -> list[Values]:
    groups = [(p.title, {i.ref for i in p.indicators}) for p in facts.priorities]
    rows = ((title, [_row(j) for j in found.judged if j.indicator.ref in refs]) for title, refs in groups)
    return [{"title": title, "rows": listed_} for title, listed_ in rows if listed_]


def _row(judged: Judged) -> Values:
    signed = f"{judged.signed_by}, {day_words(judged.signed_on)}" if judged.signed_by and judged.signed_on else ""
    return {
        **_named(judged),
        "definition": judged.definition,
        "quality": judged.assessment.label,
        "tests": tests_words(judged.assessment.tests),
        "signed": signed or "Not signed off",
    }


def tests_words(tests: Mapping[str, str]) -> str:
    """The answers to the three selection tests: "Passes all three", "Fails: sound data"."""
    if not tests:
        return "Not answered"
    failed, blank = ([t.lower() for t in TESTS if tests.get(t, "") == answer] for answer in ("No", ""))
    parts = ([f"Fails: {listed(failed)}"] if failed else []) + ([f"Not answered: {listed(blank)}"] if blank else [])
    return ". ".join(parts) or "Passes all three"


def _named(judged: Judged) -> Values:
    return {"ref": judged.indicator.ref, "title": judged.indicator.title}
