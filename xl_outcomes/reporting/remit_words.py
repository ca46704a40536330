"""The words of briefings and clinics: what the facts of a remit become in a Word template.

Sentences are plain and say no more than the facts; rows are dictionaries that templates loop over.
"""

from collections.abc import Iterable, Mapping, Sequence

from xl_outcomes.actions import Action
from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.facts import Counts, IndicatorFact
from xl_outcomes.reporting.prose import colour
from xl_outcomes.reporting.remit import Council, Owned, Plan, Remit, tallied
from xl_outcomes.reporting.remit_follow_up import MOST_REFS, due_words, in_words
from xl_outcomes.reporting.remit_items import RED, Item
from xl_outcomes.reporting.shown import BETTER, movement
from xl_outcomes.rollup import Tally
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.wording import be, counted, listed

Row = Mapping[str, object]
NO_REASON = "No reason was returned."
NO_ACTION = "No remedial action was returned, and none is open."
FEW = 10  # rated ones, below which a percentage says less than the number
MOST_HELD = 10  # outcomes listed whatever their tier
MOST_MOVED = 4  # improved or worsened figures told in full in one list
_SCHEMES = {
    "Tolerance": "Green is on target. Amber is off target within the tolerance, or within the measure's own amber "
    "limit. Red is further off.",
    "Floor": "Green is on target. Amber is off target, but not beyond the measure's floor standard. Red is beyond it, "
    "or off target where there is none.",
    "Direction": "Green is on target or within the tolerance. Amber is further off, but no worse than a year before. "
    "Red is further off and worse, or has no figure of a year before.",
}
_EACH_QUARTER = ("Monthly", "Quarterly")


def noun(held: Council) -> str:
    """What stands for indicators and performance measures together."""
    return "measure" if held.two_kinds else "indicator"


# ---- counts ----


def tally_words(count: Tally, style: HouseStyle) -> str:
    """The ratings in a line: "26 of 27 rated: 18 Green (69%), 5 Amber (19%) and 3 Red (12%)"; few without shares."""
    if not count.due:
        return style.printed("Nothing due")
    counts = Counts(*count.numbers, 0)
    shares = [f" ({counts.share(n)})" if _has_shares(count) else "" for n in count.numbers]
    parts = [f"{n} {style.printed(w)}{s}" for w, n, s in zip(RATINGS, count.numbers, shares, strict=False) if n]
    return f"{count.coverage} rated{': ' if parts else ''}{listed(parts)}"


def _has_shares(count: Tally) -> bool:
    return count.rated >= FEW


def short_tally(count: Tally, style: HouseStyle) -> str:
    """The ratings in a table cell: "3 Green, 1 Red, 1 not rated"."""
    named = zip((*map(style.printed, RATINGS), "not rated"), count.numbers, strict=True)
    return ", ".join(f"{n} {word}" for word, n in named if n) or "Nothing due"


def tally_row(name: str, count: Tally) -> Row:
    """A row of counts."""
    green, amber, red, not_rated = count.numbers
    numbers = {"green": green, "amber": amber, "red": red, "not_rated": not_rated}
    return {"name": name, **numbers, "coverage": count.coverage if count.due else "Nothing due"}


def tally_rows(held: Council, remit: Remit) -> list[Row]:
    """Counts of the indicators of outcomes, of each service plan and what is in none of them, and of all."""
    rows: list[Row] = []
    in_plans = {i.ref for plan in remit.plans for i in plan.items}
    if held.two_kinds and remit.population:
        rows.append(tally_row("Population indicators", tallied(remit.population)))
    rows += [tally_row(plan.title, plan.tally) for plan in remit.plans if plan.items]
    rest = [i for i in remit.items if i.ref not in in_plans and (i.performance or not held.two_kinds)]
    if rest and (in_plans or held.two_kinds):
        rows.append(tally_row("In other service plans", tallied(rest)))
    return [*rows, tally_row("All", remit.tally)] if len(rows) != 1 else rows


def glance(held: Council, remit: Remit, style: HouseStyle) -> list[str]:
    """The quarter in a few paragraphs: ratings, what came in, how figures and ratings moved."""
    things = f"{noun(held)}s"
    if not remit.tally.due:
        first = f"Not one of the {counted(len(remit.items), noun(held))} is due for a rating in this quarter."
    else:
        told = tally_words(remit.tally, style).replace(" rated", " are rated", 1)
        of_what = " Percentages are of those rated." if _has_shares(remit.tally) else ""
        first = f"Of the {things} that are due, {told}.{of_what}"
    carried = sum(bool(i.fact.carried_from) for i in remit.items)
    kept = f" {in_words(carried)} of them {'keeps' if carried == 1 else 'keep'} the rating of an earlier quarter,"
    first += f"{kept} because no figure is due." if carried else ""
    return [first, *_moves(remit)]


def received_words(remit: Remit) -> str:
    """What came in: "32 of 32 figures received (100%)", and how many wait for a query."""
    done = remit.completeness
    held = f"; {counted(done.queries, 'figure')} held by an open query" if done.queries else ""
    return f"{done.words}{held}"


def _moves(remit: Remit) -> list[str]:
    better, worse = (len(remit.moved(word)) for word in ("Improving", "Worsening"))
    said = []
    if better + worse:
        said.append(
            f"{counted(better, 'figure')} improved and {worse} worsened since they were last due; year-to-date figures "
            "are compared with a year ago."
        )
    changed = [i for i in remit.items if i.fresh and movement(i.was, i.fact.word)]
    if changed:
        up = [i for i in changed if RATINGS.index(i.fact.word) < RATINGS.index(i.was)]
        said.append(
            f"Against the quarter before, {counted(len(up), 'rating')} {be(len(up))} better and "
            f"{len(changed) - len(up)} worse."
        )
    return [" ".join(said)] if said else []


# ---- outcomes and measures ----


def held_rows(held: Council, remit: Remit, style: HouseStyle) -> list[Row]:
    """The outcomes of a remit, with those who share them and the rating of this quarter and the one before."""
    return [
        {
            "ref": o.fact.ref,
            "title": o.fact.title,
            "tier": held.rated.settings.tier_name(o.fact.tier),
            "shared": "; ".join(n for n in o.holders if n.casefold() != remit.post.casefold()) or "Nobody",
            "rating": style.printed(o.fact.rating),
            "colour": colour(o.fact.word, style),
            "coverage": o.fact.coverage,
            "was": style.printed(o.was) or "Not rated",
        }
        for o in _shown(remit.outcomes)
    ]


def _shown(outcomes: Sequence[Owned]) -> Sequence[Owned]:
    """All of a few outcomes; of many, those of the top two tiers among them, or of the top one."""
    tiers = sorted({o.fact.tier for o in outcomes})
    tops = ([o for o in outcomes if o.fact.tier in tiers[:number]] for number in (len(tiers), 2))
    few = next((found for found in tops if len(found) <= MOST_HELD), None)
    return [o for o in outcomes if o.fact.tier in tiers[:1]] if few is None else few


def measure_rows(items: Iterable[Item], style: HouseStyle) -> list[Row]:
    """Measures, a row each."""
    return [
        {
            **{name: getattr(i.fact, name) for name in ("ref", "title", "figure", "target", "direction")},
            "question": i.question or "Not said",
            "rating": style.printed(i.fact.rating),
            "colour": colour(i.fact.word, style),
        }
        for i in items
    ]


def plan_rows(plans: Sequence[Plan], style: HouseStyle) -> list[Row]:
    """Service plans with their counts, by question, and their measures."""
    return [
        {
            **tally_row(plan.title, plan.tally),
            "title": plan.title,
            "group": plan.group or "No group",
            "heads": listed(plan.heads) or "No head of service is named",
            "counts": tally_words(plan.tally, style),
            **{key: _asked(plan, question, style) for question, key in _KEYS.items()},
            "measures": measure_rows(plan.items, style),
        }
        for plan in plans
        if plan.items
    ]


_KEYS = {question: question.casefold().replace(" ", "_") for question in QUESTIONS}


def _asked(plan: Plan, question: str, style: HouseStyle) -> str:
    own = [i for i in plan.items if i.question == question]
    unrated = f"{len(own)} without a rating" if own else "No measure"
    count = tallied(own)
    return short_tally(count, style) if count.due else unrated


# ---- off target ----


def exception_rows(held: Council, items: Iterable[Item], style: HouseStyle) -> list[Row]:
    """What is off target: the result, the reason for the variance, and what is being done."""
    return [
        {
            "ref": i.ref,
            "title": i.fact.title,
            "officer": i.officer or i.fact.owner,
            "rating": style.printed(i.fact.rating),
            "colour": colour(i.fact.word, style),
            "result": _result(i, style),
            "reasons": list(i.fact.commentary) or [NO_REASON],
            "actions": _what_is_done(i, held) or [NO_ACTION if i.fact.word == RED else "No action was returned."],
        }
        for i in items
    ]


def _result(item: Item, style: HouseStyle) -> str:
    fact = item.fact
    aim = f"a {'range' if item.ranged else 'target'} of {fact.target}"
    figure = style.reason(fact.reason) if fact.overridden else f"{fact.figure} against {aim}."
    run = f"{style.printed(fact.word)} {run_words(item.run, item)}." if item.run > 1 else ""
    off = f"Off target {run_words(item.off_target, item)}." if item.off_target > max(item.run, 1) else ""
    expected, word = item.forecast
    ahead = f"Forecast for the year end: {expected}{f', {style.printed(word)}' if word else ''}." if expected else ""
    return " ".join(text for text in (figure, _direction(item), run, off, ahead) if text)


def _direction(item: Item) -> str:
    """Worsening, from 36.1%; blank where there is nothing to compare with."""
    if not item.before:
        return ""
    same = item.fact.direction.startswith("No change")
    return f"{item.fact.direction}{'' if same else f', from {item.before}'}."


def run_words(number: int, item: Item) -> str:
    """How long in words: for three quarters in a row; at its last two figures."""
    words = in_words(number).lower()
    return f"for {words} quarters in a row" if item.frequency in _EACH_QUARTER else f"at its last {words} figures"


def _what_is_done(item: Item, held: Council) -> list[str]:
    """The actions of this quarter in full; those raised earlier by name, with what was returned about them now."""
    now = [a for a in item.open_actions if a.raised == held.rated.period]
    earlier = [a for a in item.open_actions if a.raised != held.rated.period]
    raised = [f"{a.ref}: {a.action} {_owner(a)}. {due_words(a, held)}" for a in now]
    known = {" ".join(a.action.split()) for a in now}
    returned = [text for text in item.fact.actions if " ".join(text.split()) not in known]
    return [*raised, *returned, *(f"{a.ref}, raised earlier, is open: see its progress below." for a in earlier)]


def _owner(action: Action) -> str:
    return f"Owner: {action.owner}" if action.owner else "No owner is named"


def rating_note(held: Council, remit: Remit) -> str:
    """How the colours are told apart, after the council's own scheme, and what the marks mean that ratings have."""
    parts = [_SCHEMES[held.rated.settings.rag_scheme]]
    if any(i.fact.overridden for i in remit.items) or any(o.fact.overridden for o in remit.outcomes):
        parts.append("An asterisk (*) marks a rating that an officer replaced.")
    if any(i.fact.carried_from for i in remit.items):
        parts.append("“Carried” marks the rating of an earlier quarter, kept because no figure is due.")
    return " ".join(parts)


def named(items: Iterable[Item | IndicatorFact]) -> str:
    """Measures by title and ref, in words."""
    facts = (i.fact if isinstance(i, Item) else i for i in items)
    return listed([f"{f.title} ({f.ref})" for f in facts])


def carried_words(remit: Remit, style: HouseStyle) -> list[str]:
    """What is off target by a carried rating, a line each."""
    return [
        f"{i.fact.title} ({i.ref}): {style.printed(i.fact.word)} in {i.fact.carried_from}, when it was last due."
        for i in remit.carried_exceptions
    ]


# ---- what moved ----


def better_words(remit: Remit, style: HouseStyle) -> list[str]:
    """What improved, a line each, a changed rating first."""
    return _moved(remit.moved("Improving"), style)


def worse_words(remit: Remit, style: HouseStyle) -> list[str]:
    """What worsened, a line each, a changed rating first; without what is off target, which is told apart."""
    refs = {i.ref for i in remit.exceptions}
    return _moved([i for i in remit.moved("Worsening") if i.ref not in refs], style)


def worse_intro(held: Council, remit: Remit) -> str:
    """A sentence that leads to what worsened."""
    worse, refs = {i.ref for i in remit.moved("Worsening")}, {i.ref for i in remit.exceptions}
    known, rest = len(worse & refs), len(worse - refs)
    if not worse:
        return "No figure worsened."
    first = f"Of the {noun(held)}s that are off target, {known} worsened." if known else ""
    return " ".join(filter(None, [first, "Worsened, but not off target:" if rest else ""]))


def _moved(items: Sequence[Item], style: HouseStyle) -> list[str]:
    """A line for each up to the most; the last line names those beyond."""
    lines = [f"{i.fact.title} ({i.ref}): {i.fact.movement}{_changed(i, style)}." for i in items[:MOST_MOVED]]
    rest = items[MOST_MOVED:]
    more = f"Also {listed([i.ref for i in rest])}." if len(rest) <= MOST_REFS else f"And {len(rest)} others."
    return [*lines, more] if rest else lines


def _changed(item: Item, style: HouseStyle) -> str:
    """The rating now; what it was where it changed, with "yet" where figure and rating went different ways."""
    now, moved = style.printed(item.fact.rating), movement(item.was, item.fact.word)
    if not item.fresh:
        return ""
    if not moved:
        return f"; {now}"
    against = (moved == BETTER) != item.fact.direction.startswith("Improving")
    return f"{', yet' if against else ';'} {style.printed(item.was)} to {now}"


# ---- late or missing ----


def missing_rows(remit: Remit) -> list[Row]:
    """Figures that are overdue, awaited, incomplete or unavailable."""
    return [{n: getattr(i.fact, n) for n in ("ref", "title", "owner", "reason")} for i in remit.missing]


def waiting_words(remit: Remit) -> list[str]:
    """What cannot be rated yet, and which figures wait for a query to be settled."""
    states = {
        "Target to be confirmed": "Without a confirmed target",
        "Baseline year": "In the baseline year, so that there is no target yet",
        "In development": "In development, with no figure asked for",
        "Framework error": "Held out by an error in the framework",
    }
    groups = {words: [i for i in remit.items if i.fact.state == state] for state, words in states.items()}
    groups["Waiting for a query to be settled"] = [i for i in remit.items if i.queried]
    return [f"{words}: {named(items)}." for words, items in groups.items() if items]
