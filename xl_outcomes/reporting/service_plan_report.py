"""The summary of measures by service plan and group: how much, how well, and is anyone better off."""

from collections.abc import Iterable, Mapping, Sequence

from xl_outcomes.chasing import chase
from xl_outcomes.house_style import HouseStyle, mix
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.fields import AUTHOR
from xl_outcomes.reporting.narrative import own_words
from xl_outcomes.reporting.plan_facts import Counted, Plan, Planned, Plans, plans
from xl_outcomes.reporting.prose import colour, said
from xl_outcomes.rollup import Tally
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.wording import be, counted, listed

Row = dict[str, object]
_COUNTS = {
    "rating": "Its rating, rolled up from its measures.",
    "colour": "The colour that goes with it.",
    "green": "How many measures are Green.",
    "amber": "How many are Amber.",
    "red": "How many are Red.",
    "not_rated": "How many are due without a rating.",
    "coverage": "How many of those due are rated: 5 of 6.",
    "band": "A shade for the row: stronger for a group.",
}
_MEASURE = {
    "ref": "Its ref.",
    "title": "Its title.",
    "question": "The question that it answers; for other indicators their kind.",
    "figure": "The figure with its unit; never a confidential one.",
    "target": "The target with its unit.",
    "rating": "Its rating in words, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating.",
    "direction": "Improving, Worsening, No change …",
}
_RED = {
    "ref": "Its ref.",
    "title": "Its title.",
    "plan": "Its service plan.",
    "question": "The question that it answers.",
    "result": "Its rating and the reason.",
    "colour": "The colour that goes with the rating.",
    "commentary": "The reason for the variance as returned, a paragraph each.",
    "actions": "Corrective actions and open actions, a paragraph each.",
}
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "plan_rows": ("Each group, followed by its plans; all at the end.", {"name": "Its name.", **_COUNTS}),
    "question_rows": (
        "The three questions; empty where no measure asks one.",
        {"name": "The question.", **{n: m for n, m in _COUNTS.items() if n not in ("rating", "colour", "band")}},
    ),
    "red_rows": ("The Red measures, plan by plan.", _RED),
    "groups": ("The groups of service plans.", {"title": "Its name.", "summary": "Its counts in a sentence."}),
    "groups.plans": (
        "Its plans.",
        {"title": "Its name.", "summary": "Its counts and posts in sentences.", "rating": "Its rating."},
    ),
    "groups.plans.measures": ("Its measures, by question.", _MEASURE),
    "unplanned": ("Measures in no service plan.", {**_MEASURE, "why": "Why it is in none."}),
}
FIELDS: Mapping[str, str] = {
    "plan_purpose": 'Narrative, section "service-plan-summary: Purpose"; else a sentence on what this is.',
    "plan_summary": 'Narrative, section "service-plan-summary: Summary", and paragraphs on the counts.',
    "red_intro": "A sentence that leads to the Red measures, or says that there are none.",
    "asks": "Not blank where measures ask how much, how well or is anyone better off.",
    "completeness": "How many figures came in.",
    **{
        key: meaning
        for name, (words, inner) in _LISTS.items()
        for key, meaning in ((name, words), *((f"{name}.{n}", m) for n, m in inner.items()))
    },
}
_NAME = "service-plan-summary"
_OTHER = "Indicator"


def documents(source: Source) -> tuple[Document, ...]:
    """One document for all groups."""
    found = plans(source.rated, source.tables, source.facts)
    style, period = source.style, source.rated.period
    own = own_words(source.tables, period, _NAME)
    purpose = (
        f"To summarise the measures of the service plans in {source.facts.period_words}: how much was done, how well, "
        "and whether anyone is better off."
    )
    values: Row = {
        "plan_purpose": said(own, "purpose", purpose),
        "plan_summary": [*own.get("summary", ()), *_summary(found, source)],
        "asks": "yes" if found.asks else "",
        "question_rows": [{"name": QUESTIONS[q], **_tally(t)} for q, t in found.questions.items()],
        "plan_rows": list(_plan_rows(found, style)),
        "red_intro": _red_intro(found, style),
        "red_rows": [_red(plan, m, style) for plan, m in found.reds],
        "groups": [
            {
                "title": g.group,
                "summary": f"{counted(len(g.plans), 'plan')}. {_words(g.counted, style)}",
                "plans": [_plan(p, style) for p in g.plans],
            }
            for g in found.groups
        ],
        "unplanned": [{**_measure(m, style), "why": m.unplanned} for m in found.unplanned],
        "completeness": f"{chase(source.rated, source.tables).completeness.words} for {period}.",
    }
    return (Document(values),)


# ---- counts ----


def _summary(found: Plans, source: Source) -> list[str]:
    if not found.plans:
        return [f"The table Services names no service plan, so there is nothing to summarise. {AUTHOR}"]
    number = sum(len(p.measures) for p in found.plans)
    groups = f" in {counted(len(found.groups), 'group')}" if len(found.groups) > 1 else ""
    first = (
        f"{counted(len(found.plans), 'service plan')}{groups} {'has' if len(found.plans) == 1 else 'have'} "
        f"{counted(number, 'measure')}. {_words(found.whole, source.style)} Each measure counts one here, whatever its "
        "weight in the outcomes."
    )
    texts = [first]
    if not found.asks:
        texts.append(
            "No indicator of this framework asks how much, how well or is anyone better off (the column Measure of "
            "Indicators), so every indicator counts here for the plan of its service."
        )
    left = len(found.unplanned)
    if left:
        texts.append(f"{counted(left, 'measure')} {be(left)} in no service plan, and listed at the end.")
    return texts


def _words(own: Counted, style: HouseStyle) -> str:
    """Counts in a sentence."""
    if not own.tally.due:
        return "Nothing is due this quarter."
    named = zip(own.tally.numbers[:3], ("Green", "Amber", "Red"), strict=True)
    parts = [f"{n} {style.printed(word)}" for n, word in named]
    return f"{own.tally.coverage} that are due, or keep an earlier rating, are rated: {listed(parts)}."


def _plan_rows(found: Plans, style: HouseStyle) -> Iterable[Row]:
    strong, none = (mix(style.colours.tint, "#FFFFFF", share).removeprefix("#") for share in (1.0, 0.0))
    for group in found.groups:
        yield {"name": group.group, **_counts(group.counted, style), "band": strong}
        for plan in group.plans:
            yield {"name": _short(plan.plan), **_counts(plan.counted, style), "band": none}
    whole = {**_counts(found.whole, style), "rating": "Not combined", "colour": "FFFFFF"}
    yield {"name": "All measures", **whole, "band": strong}


def _counts(own: Counted, style: HouseStyle) -> Row:
    rating = own.whole.rating
    return {"rating": style.printed(rating), "colour": colour(rating, style), **_tally(own.tally)}


def _tally(found: Tally) -> Row:
    green, amber, red, not_rated = found.numbers
    coverage = found.coverage if found.due else "Nothing due"
    return {"green": green, "amber": amber, "red": red, "not_rated": not_rated, "coverage": coverage}


def _short(plan: str) -> str:
    """A plan by what sets it apart: without "Service plan 2018/19" before a colon."""
    before, colon, after = plan.partition(":")
    return after.strip() if colon and before.casefold().startswith("service plan") and after.strip() else plan


# ---- measures ----


def _plan(plan: Plan, style: HouseStyle) -> Row:
    posts = (("Head of service", "Heads of service", plan.heads), ("Director", "Directors", plan.directors))
    named = [f"{one if len(held) == 1 else more}: {listed(held)}." for one, more, held in posts if held]
    words = _words(plan.counted, style) if plan.measures else "It has no measures."
    return {
        "title": _short(plan.plan),
        "rating": style.printed(plan.counted.whole.rating),
        "summary": " ".join([words, *named]),
        "measures": [_measure(m, style) for m in plan.measures],
    }


def _measure(m: Planned, style: HouseStyle) -> Row:
    fact = m.fact
    return {
        "ref": fact.ref,
        "title": fact.title,
        "question": m.question or _OTHER,
        "figure": fact.figure,
        "target": fact.target,
        "rating": style.printed(fact.rating),
        "colour": colour(fact.word, style),
        "direction": fact.direction,
    }


def _red_intro(found: Plans, style: HouseStyle) -> str:
    reds, red = found.reds, style.printed("Red")
    if not reds:
        return f"No measure of a service plan is {red}."
    carried = sum(bool(m.fact.carried_from) for _, m in reds)
    kept = f", {carried} of them carried from an earlier quarter" if carried else ""
    return f"{counted(len(reds), 'measure')} of the service plans {be(len(reds))} {red}{kept}:"


def _red(plan: Plan, m: Planned, style: HouseStyle) -> Row:
    fact = m.fact
    waiting = "Carried: the reason was given when it was last due." if fact.carried_from else "No reason was returned."
    return {
        "ref": fact.ref,
        "title": fact.title,
        "plan": _short(plan.plan),
        "question": m.question or _OTHER,
        "result": f"{style.printed(fact.rating)}. {style.reason(fact.reason)}",
        "colour": colour(fact.word, style),
        "commentary": list(fact.commentary) or [waiting],
        "actions": _actions(m),
    }


def _actions(m: Planned) -> Sequence[str]:
    """What the return said is done, and the open actions that say something else."""
    said_before = {" ".join(text.split()) for text in m.fact.actions}
    open_ones = [a for a in m.actions if " ".join(a.action.split()) not in said_before]
    held = [f"{a.ref} ({a.status}): {a.action}{_progress(a.progress)}" for a in open_ones]
    return [*m.fact.actions, *held] or ["No action is recorded."]


def _progress(progress: str) -> str:
    lines = "; ".join(line.strip() for line in progress.splitlines() if line.strip())
    return f" Progress: {lines}" if lines else ""
