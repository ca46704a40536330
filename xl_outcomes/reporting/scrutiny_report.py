"""The scrutiny commission's performance report: outcome by outcome, with roles, comparison, money and delivery."""

from collections.abc import Mapping, Sequence
from typing import cast

from xl_outcomes.house_style import AMBER, RED, HouseStyle
from xl_outcomes.reporting.benchmark_facts import NO_RANK, QUARTILES, Benchmarked
from xl_outcomes.reporting.chart_specs import BenchmarkStrips, FourCorners, RatingBars
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import IndicatorFact
from xl_outcomes.reporting.fields import AUTHOR, NONE
from xl_outcomes.reporting.fields import fields as common_fields
from xl_outcomes.reporting.narrative import words_as_written
from xl_outcomes.reporting.prose import colour, said
from xl_outcomes.reporting.registry import TO_BE_CONFIRMED
from xl_outcomes.reporting.scrutiny_facts import ScrutinyFacts, Section, Supporting, scrutiny_facts
from xl_outcomes.reporting.scrutiny_fields import FIELDS as FIELDS
from xl_outcomes.reporting.scrutiny_fields import MOST_CHARTS
from xl_outcomes.reporting.scrutiny_means import means, means_fields
from xl_outcomes.roles import NO_ROLE
from xl_outcomes.wording import be, counted, listed

Row = dict[str, object]


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the commission."""
    found = scrutiny_facts(source.rated, source.tables, source.facts)
    sections = _sections(source, found)
    apart = [s for s, own in zip(sections, found.sections, strict=True) if own.priority.apart]
    values: dict[str, object] = {
        **_heads(source),
        **_written(source),
        "has_organisation": "yes" if apart else "",
        "organisation_counts": _organisation(source),
        "organisation_rows": apart,
        "council_rows": [s for s in sections if s not in apart],
        "outcome_sections": sections,
        "comparison": _comparison(found, source.facts.council),
        "quartiles": _quartiles(found.benchmarks),
        **means_fields(source, found),
        **{f"benchmark_chart_{n}": "" for n in range(1, MOST_CHARTS + 1)},
        "corner_chart": "",
    }
    return (Document(values, _charts(source, found)),)


def _heads(source: Source) -> Row:
    head, settings = source.facts.header, source.rated.settings
    unknown = head.to == TO_BE_CONFIRMED and head.meeting_date == TO_BE_CONFIRMED
    return {
        "committee_line": "Committee and date to be confirmed" if unknown else f"{head.to}: {head.meeting_date}",
        "report_of": f"Report of the {head.sender}" if head.sender != TO_BE_CONFIRMED else "Report of: to be confirmed",
        "outcome_word": settings.tier_name(1),
        "supporting_word": settings.tier_name(2),
    }


def _written(source: Source) -> Row:
    """What authors wrote under headings that only this report has."""
    narrative = source.facts.narrative
    as_written = words_as_written(source.tables, source.rated.period, "scrutiny-performance")
    papers = [
        t for name, texts in as_written.items() if name.startswith(("background d", "background p")) for t in texts
    ]
    council = source.facts.council
    policy = f"The report follows the outcomes framework of {council}. {AUTHOR}"
    background = f"The framework says what {council} wants to achieve, and how it will know. {AUTHOR}"
    partners = f"Partners in each outcome are named in the section on it. {AUTHOR}"
    return {
        "policy": said(narrative, "policy", policy),
        "scrutiny_background": list(as_written.get("background", ())) or [background],
        "background_papers": papers or [NONE],
        "timetable": list(next((texts for name, texts in narrative.items() if name.startswith("timetable")), ())),
        "circulation": said(narrative, "circulation", "There is none."),
        "partnership": said(narrative, "partnership", partners),
    }


def _organisation(source: Source) -> str:
    counts, style = source.facts.organisational, source.style
    shares = (f"{n} {style.printed(w)}" for w, n in (("Green", counts.green), (AMBER, counts.amber), (RED, counts.red)))
    return f"{counts.coverage} rated: {listed(list(shares))}" if counts.due else "Nothing due"


def _charts(source: Source, found: ScrutinyFacts) -> Mapping[str, object]:
    council = source.facts.council
    strips = {
        f"benchmark_chart_{n}": BenchmarkStrips(tuple(b.whole for b in section.benchmarks), council)
        for n, section in enumerate(found.sections[:MOST_CHARTS], 1)
        if section.benchmarks
    }
    green_at = float(source.rated.settings.green_at)
    corners = {"corner_chart": FourCorners(found.money.corners, green_at)} if found.money else {}
    return {"rag_chart": RatingBars(source.facts), **strips, **corners}


# ---- outcome by outcome ----


def _sections(source: Source, found: ScrutinyFacts) -> list[Row]:
    common = cast(Sequence[Row], common_fields(source.facts, source.style)["priorities"])
    first = next((s.priority.ref for s in found.sections if s.priority.apart), "")
    return [
        {
            **row,
            "number": n,
            "opens_apart": "yes" if own.priority.ref == first else "",
            "has_roles": "yes" if found.has_roles else "",
            **_support(own, source),
            **_attention(own, row, source.style),
            **_moved(own),
            **_benchmarks(own),
            **means(own, found),
        }
        for n, (own, row) in enumerate(zip(found.sections, common, strict=True), 1)
    ]


def _support(own: Section, source: Source) -> Row:
    noun = source.rated.settings.tier_name(2).lower()
    roles = [s.role.role for s in own.supporting if s.role.role]
    parts = [f"{role.lower()} in {roles.count(role)}" for role in dict.fromkeys(roles)]
    role = f" The council's role is to {listed(parts)}." if parts else ""
    return {
        "aim": f"The aim: {own.aim}" if own.aim else "",
        "support_intro": f"It has {counted(len(own.supporting), noun)}.{role}" if own.supporting else "",
        "supporting": [_supporting(s, source.style) for s in own.supporting],
        "partners": f"Partners in the outcome as a whole: {listed(own.role.partners)}." if own.role.partners else "",
        "strategies": [f"{s.name}, {s.kind}: {', '.join(s.refs)}" for s in own.strategies],
    }


def _supporting(place: Supporting, style: HouseStyle) -> Row:
    fact = place.fact
    return {
        "ref": fact.ref,
        "title": fact.title,
        "role": place.role.role or NO_ROLE,
        "rating": style.printed(fact.rating),
        "colour": colour(fact.word, style),
        "coverage": fact.coverage,
        "partners": "; ".join(place.role.partners) or "Not named",
    }


def _attention(own: Section, row: Row, style: HouseStyle) -> Row:
    """Red and Amber on this quarter's figures, with what was returned; then those that are carried."""
    rows = [*cast(Sequence[Row], row["reds"]), *cast(Sequence[Row], row["ambers"])]
    reds, ambers = len(own.priority.fresh(RED)), len(own.priority.fresh(AMBER))
    parts = [f"{n} {be(n)} {style.printed(word)}" for n, word in ((reds, RED), (ambers, AMBER)) if n]
    intro = f"On this quarter's figures, {listed(parts)}:" if parts else ""
    none = f"No indicator is {style.printed(RED)} or {style.printed(AMBER)} on a figure of this quarter."
    kept = [i for i in own.priority.indicators if i.carried_from and i.word in (RED, AMBER)]
    return {
        "attention_intro": intro or none,
        "attention": rows,
        "carried_lines": [f"{i.ref} {i.title}: {style.printed(i.word)} in {i.carried_from}" for i in kept],
    }


def _moved(own: Section) -> Row:
    shown = {i.ref for word in (RED, AMBER) for i in own.priority.fresh(word)}
    better, worse = (own.priority.moved(word) for word in ("Improving", "Worsening"))
    return {
        "improved_lead": f"{counted(len(better), 'indicator')} improved{_elsewhere(better, shown)}:",
        "worsened_lead": f"{counted(len(worse), 'indicator')} worsened{_elsewhere(worse, shown)}:",
        "improved_lines": [_moved_line(i, shown, "") for i in better],
        "worsened_lines": [_moved_line(i, shown, " No reason was returned.") for i in worse],
    }


def _elsewhere(moved: Sequence[IndicatorFact], shown: set[str]) -> str:
    """Where the commentary on those in the table is."""
    return "; for those in the table above, the commentary stands there" if any(i.ref in shown for i in moved) else ""


def _moved_line(fact: IndicatorFact, shown: set[str], otherwise: str) -> str:
    """An indicator's move, with the commentary where the table of Red and Amber does not have it."""
    line = f"{fact.ref} {fact.title}: {fact.movement}."
    if fact.ref in shown:
        return line
    return f"{line} Commentary: {' '.join(fact.commentary)}" if fact.commentary else f"{line}{otherwise}"


# ---- among other councils ----


def _benchmarks(own: Section) -> Row:
    near = next((b.near.group for b in own.benchmarks if b.near), "Nearest neighbours")
    return {
        "benchmark_intro": _placed(own.benchmarks) if own.benchmarks else "",
        "near_heading": near,
        "benchmarks": [_benchmark(b) for b in own.benchmarks],
    }


def _placed(found: Sequence[Benchmarked]) -> str:
    """How many are in which quartile; those of the top and the bottom one by name."""
    parts = []
    for number, name in enumerate(QUARTILES[1:], 1):
        refs = [b.whole.ref for b in found if b.whole.quartile == number]
        named = f" ({', '.join(refs)})" if refs and number in (1, 4) else ""
        parts += [f"{len(refs)} {be(len(refs))} in the {name.lower()} quartile{named}"] if refs else []
    unranked = sum(not b.whole.quartile for b in found)
    parts += [f"{unranked} cannot be ranked"] if unranked else []
    one = len(found) == 1
    which = "One indicator of the outcome" if one else f"{len(found)} indicators of the outcome"
    return f"{which} can be compared with other councils: {listed(parts)}."


def _benchmark(found: Benchmarked) -> Row:
    whole, near = found.whole, found.near
    names = ("ref", "title", "figure", "period", "mean", "rank")
    return {
        **{name: getattr(whole, name) for name in names},
        "quartile": QUARTILES[whole.quartile] or NO_RANK,
        "near": near.rank if near else "No such group",
    }


def _comparison(found: ScrutinyFacts, council: str) -> list[str]:
    if not found.benchmarks:
        return []
    missing = sum(b.whole.left_out > 0 for b in found.benchmarks)
    gaps = f" For {counted(missing, 'indicator')} some councils have no figure; they are left out." if missing else ""
    return [
        f"{counted(len(found.benchmarks), 'indicator')} can be compared with the figures of other councils, each for "
        f"the newest quarter for which there are any. Ranks count {council} among them, 1st is the best, and equal "
        "figures share the better rank. The top quartile is the best quarter of councils, the bottom quartile the "
        f"worst; the mean and the median are those of the others.{gaps}",
    ]


def _quartiles(found: Sequence[Benchmarked]) -> list[Row]:
    rows: list[Row] = []
    for number in (1, 2, 3, 4, 0):
        own = [b.whole for b in found if b.whole.quartile == number]
        if own or number:
            names = "; ".join(f"{strip.ref} ({strip.rank})" if number else strip.ref for strip in own)
            rows.append({"quartile": QUARTILES[number] or NO_RANK, "count": len(own), "names": names or "No indicator"})
    return rows
