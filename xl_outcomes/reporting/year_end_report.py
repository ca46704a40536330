"""The year-end report: a file for each scrutiny committee, with what its measures came to and what it may look into."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xl_outcomes.actions import Action, read_actions
from xl_outcomes.chasing import chase
from xl_outcomes.framework import Framework
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.periods import Quarter, year_name
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.fields import AUTHOR
from xl_outcomes.reporting.narrative import own_words, read_narrative
from xl_outcomes.reporting.prose import colour, said
from xl_outcomes.reporting.registry import TO_BE_CONFIRMED
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.tables import get
from xl_outcomes.wording import be, counted, listed
from xl_outcomes.year_end import CLOSE, INTERVENE, MET, NOT_COUNTED, WAITING, Choice, Remit, YearMeasure, remits

Row = dict[str, object]
_ROW = {
    "ref": "Its ref.",
    "title": "Its title.",
    "question": "The question that it answers, or what kind of measure it is.",
    "figure": "The figure of its last quarter in the year; the state where there is none.",
    "when": "That quarter, where it is not the last of the year; blank otherwise.",
    "target": "The target for that quarter; No target.",
    "rating": "Its rating in words, or why it has none.",
    "colour": "The colour that goes with the rating.",
    "result": "Met, Missed by little, Needs intervention, or why it is not counted.",
    "before": "The figure of the same quarter a year before; No figure.",
    "direction": "Improving, Worsening or No change on a year before; No comparison.",
    "year": "The quarters of the year together, where they make a figure; Not added up otherwise.",
    "year_before": "The same of the year before.",
    "reason": "The rating's reason, or why there is none.",
    "commentary": "The commentaries returned, a paragraph each.",
    "actions": "Corrective actions returned and those in the table Actions, a paragraph each.",
    "served": "The tier 1 outcome that it serves.",
}
_PLAN = {
    "plan": "The service plan.",
    "measures": "How many measures are in it.",
    "met": "How many met their target.",
    "close": "How many missed it by little.",
    "intervene": "How many need intervention.",
    "waiting": "How many are due without a rating.",
    "not_counted": "How many have no rating by their nature.",
    "coverage": "How many of those that should be rated are: 5 of 6.",
}
_CHOSEN = {
    "ref": "Its ref.",
    "title": "Its title; a note where the framework has no such indicator.",
    "q1": "Its figure in quarter 1.",
    "q2": "Its figure in quarter 2.",
    "q3": "Its figure in quarter 3.",
    "q4": "Its figure in quarter 4.",
    "target": "Its target at the end.",
    "rating": "Its rating in words.",
    "colour": "The colour that goes with it.",
}
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "plans": ("The remit by service plan, and all at the end.", _PLAN),
    "intervene": ("Measures that need intervention: Red at the end of the year.", _ROW),
    "close": ("Measures that missed their target by little.", _ROW),
    "met": ("Measures that met their target.", _ROW),
    "waiting": ("Measures that should be rated and are not.", _ROW),
    "not_counted": ("Measures without a rating by their nature.", _ROW),
    "chosen": ("The measures that the committee chose for its work programme.", _CHOSEN),
    "all_plans": ("The service plans with all of their measures.", {"plan": "The service plan."}),
    "all_plans.measures": ("Its measures.", _ROW),
}
FIELDS: Mapping[str, str] = {
    "committee": "The scrutiny committee.",
    "year": 'The financial year: "2012/13".',
    "cabinet_members": "Whose portfolios the remit touches.",
    "directors": "Whose services are in the remit.",
    "scrutiny_purpose": "Narrative, section Purpose; else a sentence on what this is.",
    "scrutiny_summary": "Paragraphs: what the year came to, in counts.",
    "scrutiny_recommendations": "Narrative, section Recommendation; else what the committee may do.",
    "scrutiny_reasons": "Narrative, section Reason.",
    "remit_words": "A sentence: which services and plans are in the remit.",
    "intervene_intro": "A sentence that leads to the measures that need intervention.",
    "close_intro": "A sentence that leads to those that missed by little.",
    "met_intro": "A sentence that leads to those that met their target.",
    "waiting_intro": "A sentence that leads to those without a rating; blank without any.",
    "not_counted_intro": "A sentence that leads to those with no rating by nature; blank without any.",
    "chosen_intro": "A sentence about the work programme.",
    "consider": "Measures that the committee may want to look into next year, a line each.",
    "achievement_lines": "Achievements of the year, a line each.",
    "impact_lines": "Impacts of the year, a line each.",
    "completeness": "How many figures of the last quarter came in.",
    **{
        key: meaning
        for name, (words, inner) in _LISTS.items()
        for key, meaning in ((name, words), *((f"{name}.{n}", m) for n, m in inner.items()))
        if meaning
    },
}
_RESULTS = {MET: "Met", CLOSE: "Missed by little", INTERVENE: "Needs intervention"}
_WHOLE = "The scrutiny committee"
_NOBODY = "Measures in no committee's remit"
_ADDED = "Not added up"
_INDICATOR = "Indicator of an outcome"
_NAME = "scrutiny-year-end"


@dataclass(frozen=True, slots=True)
class _Pack:
    """What a committee's file is made from; `actions` of the year by indicator.

    `outcomes` are the refs of those under which it has as many measures as any other committee.
    """

    source: Source
    remit: Remit
    name: str
    outcomes: frozenset[str]
    actions: Mapping[str, Sequence[Action]]

    @property
    def the(self) -> str:
        """The committee in a sentence."""
        return self.name if self.name.casefold().startswith("the ") else f"the {self.name}"

    @property
    def when(self) -> str:
        """Up to when it looks: the end of the year, or of the quarter that it is made for."""
        period = self.source.rated.period
        return f"at the end of {year_name(period.year) if period.number == 4 else period}"

    @property
    def style(self) -> HouseStyle:
        """The look."""
        return self.source.style


def documents(source: Source) -> tuple[Document, ...]:
    """A document for each committee; one for all measures where Services names no committee."""
    found = remits(source.rated, source.tables)
    actions: dict[str, list[Action]] = {}
    for action in read_actions(get(source.tables, "Actions")):
        if action.open or _of_year(action.raised, source.rated.period):
            actions.setdefault(action.indicator, []).append(action)
    single = len(found) == 1 and not found[0].committee
    most = _most(found, source.rated.framework)
    packs = [
        _Pack(source, r, r.committee or (_WHOLE if single else _NOBODY), most[r.committee], actions) for r in found
    ]
    return tuple(_document(pack, "" if single else pack.name) for pack in packs)


def _most(found: Sequence[Remit], framework: Framework) -> dict[str, frozenset[str]]:
    """The outcomes that each committee (by name) has the most measures under; each has its achievements once."""
    counts = {r.committee: Counter(o.ref for m in r.measures for o in framework.up(m.ref)) for r in found}
    best = {ref: max(own[ref] for own in counts.values()) for own in counts.values() for ref in own}
    return {name: frozenset(ref for ref, n in own.items() if n == best[ref]) for name, own in counts.items()}


def _of_year(raised: Quarter | None, period: Quarter) -> bool:
    return raised is not None and raised.year == period.year


def _document(pack: _Pack, suffix: str) -> Document:
    year = year_name(pack.source.rated.period.year)
    remit = pack.remit
    values: Row = {
        "committee": pack.name,
        "year": year,
        "cabinet_members": "; ".join(remit.holders) or TO_BE_CONFIRMED,
        "directors": "; ".join(remit.directors) or TO_BE_CONFIRMED,
        **_written(pack, year),
        **_results(pack),
        **_programme(pack),
        **_achieved(pack),
        "completeness": f"{chase(pack.source.rated, pack.source.tables).completeness.words} by the whole council for "
        f"{pack.source.rated.period}.",
        "plans": _plans(remit),
        "all_plans": [
            {"plan": _plan_name(p), "measures": [_row(pack, m) for m in remit.measures if m.plan == p]}
            for p in remit.plans
        ],
    }
    return Document(values, suffix=suffix, title=f"Year-end performance {year}: {pack.name}")


# ---- what authors write, and the counts ----


def _written(pack: _Pack, year: str) -> Row:
    source, remit = pack.source, pack.remit
    own = own_words(source.tables, source.rated.period, _NAME)
    purpose = (
        f"To show {pack.the} how the measures in its remit stood {pack.when}: the targets that were met, and "
        "the measures that call for intervention; and so to help it to shape its work programme."
    )
    asked = (
        f"That the committee notes the results for {year}.",
        f"That the committee says which measures it wants to see as part of its work programme. {AUTHOR}",
    )
    services = (
        f"{counted(len(remit.services), 'service')}: {listed(remit.services)}" if remit.services else "no service"
    )
    return {
        "scrutiny_purpose": said(own, "purpose", purpose),
        "scrutiny_summary": [*own.get("summary", ()), *_summary(remit, pack.when)],
        "scrutiny_recommendations": said(own, "recommendation") if _has(own, "recommendation") else list(asked),
        "scrutiny_reasons": said(own, "reason", f"So that scrutiny looks where the results call for it. {AUTHOR}"),
        "remit_words": f"The remit takes in {services}. {counted(len(remit.measures), 'measure')} belong to it.",
    }


def _has(own: Mapping[str, Sequence[str]], section: str) -> bool:
    return any(name.startswith(section) for name in own)


def _summary(remit: Remit, when: str) -> list[str]:
    number = remit.rated
    waiting, plain = len(remit.with_result(WAITING)), len(remit.with_result(NOT_COUNTED))
    if not number:
        return [f"No measure in the remit has a rating {when}."]
    met, close, red = (len(remit.with_result(result)) for result in (MET, CLOSE, INTERVENE))
    texts = [
        f"Of {counted(number, 'measure')} with a rating {when}, {met} met the target, {close} missed it "
        f"by little and {red} {'calls' if red == 1 else 'call'} for intervention."
    ]
    gaps = [f"{waiting} should be rated and {be(waiting)} not, for want of a figure or a target"] if waiting else []
    gaps += [f"{plain} {be(plain)} for information, in a baseline year or confidential, and not rated"] if plain else []
    return [*texts, *([f"Beside these, {listed(gaps)}."] if gaps else [])]


def _plans(remit: Remit) -> list[Row]:
    rows = [_plan(_plan_name(p), [m for m in remit.measures if m.plan == p]) for p in remit.plans]
    return [*rows, _plan("All", remit.measures)]


def _plan(name: str, measures: Sequence[YearMeasure]) -> Row:
    counts = {result: sum(m.result == result for m in measures) for result in (*_RESULTS, WAITING, NOT_COUNTED)}
    rated = sum(counts[result] for result in _RESULTS)
    return {
        "plan": name,
        "measures": len(measures),
        "met": counts[MET],
        "close": counts[CLOSE],
        "intervene": counts[INTERVENE],
        "waiting": counts[WAITING],
        "not_counted": counts[NOT_COUNTED],
        "coverage": f"{rated} of {rated + counts[WAITING]}",
    }


def _plan_name(plan: str) -> str:
    """A plan by what sets it apart: without the words "Service plan" before a colon."""
    before, colon, after = plan.partition(":")
    return after.strip() if colon and before.casefold().startswith("service plan") and after.strip() else plan


# ---- the measures ----


def _results(pack: _Pack) -> Row:
    lists = {
        name: [_row(pack, m) for m in pack.remit.with_result(result)]
        for name, result in (("intervene", INTERVENE), ("close", CLOSE), ("met", MET), ("waiting", WAITING))
    }
    lists["not_counted"] = [_row(pack, m) for m in pack.remit.with_result(NOT_COUNTED)]
    red, amber = pack.style.printed("Red"), pack.style.printed("Amber")
    numbers = {name: len(rows) for name, rows in lists.items()}
    return {
        **lists,
        "intervene_intro": _intro(numbers["intervene"], "calls", "call", f"for intervention ({red} {pack.when})"),
        "close_intro": _intro(
            numbers["close"],
            "missed its target",
            "missed their target",
            f"by little ({amber}, or within the tolerance)",
        ),
        "met_intro": _intro(numbers["met"], "met its target", "met their target", ""),
        "waiting_intro": _intro(numbers["waiting"], "should have a rating", "should have a rating", "and has none")
        if numbers["waiting"]
        else "",
        "not_counted_intro": _intro(numbers["not_counted"], "is", "are", "not rated, for the reason given")
        if numbers["not_counted"]
        else "",
    }


def _intro(number: int, one: str, more: str, rest: str) -> str:
    what = " ".join(filter(None, (one if number == 1 else more, rest)))
    return f"{counted(number, 'measure')} {what}{':' if number else '.'}"


def _row(pack: _Pack, m: YearMeasure) -> Row:
    style = pack.style
    return {
        "ref": m.ref,
        "title": m.title,
        "question": QUESTIONS.get(m.question, "" if m.question in ("", "Outcome") else m.question) or _INDICATOR,
        "figure": m.figure,
        "when": str(m.quarter) if m.quarter and m.quarter != pack.source.rated.period else "",
        "target": m.target or "No target",
        "rating": _rating(m, style),
        "colour": colour(m.rating, style),
        "result": _RESULTS.get(m.result, m.state),
        "before": m.before or "No figure",
        "direction": m.direction or "No comparison",
        "year": m.year or _ADDED,
        "year_before": m.year_before or _ADDED,
        "reason": style.reason(m.reason),
        "commentary": list(m.commentary) or ["No commentary was returned."],
        "actions": [*m.actions, *(_action(a) for a in pack.actions.get(m.ref, ()))] or ["No action is recorded."],
        "served": m.top,
    }


def _rating(m: YearMeasure, style: HouseStyle) -> str:
    if not m.rating:
        return {"Data only": "For information"}.get(m.state, m.state if m.result == NOT_COUNTED else "Not rated")
    return f"{style.printed(m.rating)}{'*' if m.overridden else ''}"


def _action(action: Action) -> str:
    progress = "; ".join(line.strip() for line in action.progress.splitlines() if line.strip())
    done = f" Progress: {progress}" if progress else ""
    return f"{action.ref} ({action.status}): {action.action}{done}"


# ---- the work programme, achievements ----


def _programme(pack: _Pack) -> Row:
    remit = pack.remit
    number = len(remit.choices)
    none = "The committee has not yet chosen measures for its work programme."
    chosen = f"The committee chose {counted(number, 'measure')} for its work programme of the year:"
    return {
        "chosen_intro": chosen if number else none,
        "chosen": [_chosen(c, pack.style) for c in remit.choices],
        "consider": list(_consider(pack)),
    }


def _chosen(choice: Choice, style: HouseStyle) -> Row:
    m = choice.measure
    if m is None:
        unknown = f"{choice.ref} is named in {choice.said}, but is no indicator that is asked for"
        blank = dict.fromkeys(("q1", "q2", "q3", "q4", "target"), "No figure")
        return {"ref": choice.ref, "title": unknown, **blank, "rating": "Not rated", "colour": colour("", style)}
    figures = [*m.quarters, *["Not yet"] * (4 - len(m.quarters))]
    return {
        "ref": m.ref,
        "title": m.title,
        **{f"q{n}": text for n, text in enumerate(figures, 1)},
        "target": m.target or "No target",
        "rating": _rating(m, style),
        "colour": colour(m.rating, style),
    }


def _consider(pack: _Pack) -> Iterable[str]:
    """Measures that are not in the work programme and give a reason to be: Red, or missed and worse than before."""
    remit, known = pack.remit, {choice.ref for choice in pack.remit.choices}
    for m in remit.with_result(INTERVENE):
        if m.ref not in known:
            yield f"{m.ref} {m.title}: {pack.style.printed(m.rating)} {pack.when}"
    for m in remit.with_result(CLOSE):
        if m.ref not in known and m.direction == "Worsening":
            yield f"{m.ref} {m.title}: missed its target, and worse than a year before ({m.before}, now {m.figure})"


def _achieved(pack: _Pack) -> Row:
    """What was reported in the quarters of the year about the measures and the outcomes above them."""
    framework, period = pack.source.rated.framework, pack.source.rated.period
    refs = {m.ref for m in pack.remit.measures} | pack.outcomes
    found: dict[str, list[str]] = {"achievement": [], "impact": []}
    for quarter in (Quarter(period.year, n) for n in range(1, period.number + 1)):
        for (ref, section), texts in read_narrative(pack.source.tables, quarter, _NAME).items():
            if section in found and ref in refs:
                about = framework.outcomes[ref].title if ref in framework.outcomes else ref
                found[section] += [f"{about}, quarter {quarter.number}: {text}" for text in texts]
    return {"achievement_lines": found["achievement"], "impact_lines": found["impact"]}
