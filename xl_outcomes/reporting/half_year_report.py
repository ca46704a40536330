"""The half-yearly report: figures of April to September, or of the whole year, with those of the quarters inside."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.half_year import Span, SpanFigure, directions, quotes, span_figures, span_of
from xl_outcomes.house_style import AMBER, RED, HouseStyle
from xl_outcomes.periods import Quarter, year_name
from xl_outcomes.quarter import Rated
from xl_outcomes.recorded_changes import recorded_version
from xl_outcomes.reporting.bulletin_report import change_intro
from xl_outcomes.reporting.cabinet_facts import risk_facts, sureness
from xl_outcomes.reporting.cabinet_words import ambers_line, received_words, risk_rows, target_cell
from xl_outcomes.reporting.chart_specs import RatingBars
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import IndicatorFact, PriorityFact
from xl_outcomes.reporting.fields import fields
from xl_outcomes.reporting.prose import colour
from xl_outcomes.reporting.registry import text
from xl_outcomes.tables import Tables, get
from xl_outcomes.wording import be, counted, listed

_MONTHS = {2: "April to September", 4: "April to March"}
_NOT_COMPARED = "Not compared"
_ATTENTION = {
    "name": "The indicator's ref and title.",
    "rating": "Its rating in the last quarter.",
    "colour": "The colour that goes with the rating.",
    "result": "Paragraphs: the figure of the span, and the last quarter's against its target.",
    "comments": "The commentaries of the last two quarters, a paragraph each.",
    "actions": "The corrective actions of the last two quarters, a paragraph each.",
}
_ROW = {
    "name": "The indicator's ref and title, with its unit.",
    "q1": "What quarter 1 reports.",
    "q2": "What quarter 2 reports.",
    "q3": "What quarter 3 reports; blank in the report of the first half.",
    "q4": "What quarter 4 reports; blank in the report of the first half.",
    "figure": "The figure of the span: April to September, or the year.",
    "target": "The last quarter's target.",
    "rating": "The last quarter's rating.",
    "colour": "The colour that goes with the rating.",
    "trend": "The change of the span's figure since the same months a year before, with the figure then.",
}
_THEME = {
    "title": "The theme.",
    "rating": "Its rating in the last quarter.",
    "colour": "The colour that goes with the rating.",
    "summary": "Paragraphs: how many figures there are, how they moved, the ratings.",
    "achievements": "Narrative, section Achievement.",
    "impacts": "Narrative, section Impact.",
    "attention": "Its Red indicators.",
    **{f"attention.{name}": meaning for name, meaning in _ATTENTION.items()},
    "ambers": "A sentence that names its Ambers; blank without one.",
    "comments": "Lines: what data owners said of the others.",
    "rows": "All its indicators.",
    **{f"rows.{name}": meaning for name, meaning in _ROW.items()},
}
_BY_QUARTER = {
    "title": "The theme; also all themes.",
    "first": "Its rating in quarter 1; Not rated where there is none.",
    "second": "Its rating in quarter 2.",
    "third": "Its rating in quarter 3; blank in the report of the first half.",
    "last": "Its rating in the last quarter.",
    "colour": "The colour that goes with the last quarter's rating.",
    "coverage": "How many of its indicators are rated in the last quarter.",
}
FIELDS: Mapping[str, str] = {
    "report_title": "The report's title: of the half year, or of the year.",
    "span": 'The months that it is about: "April to September 2017", "April 2017 to March 2018".',
    "span_name": 'What the figure of the span is called over a column: "April to September" or "Whole year".',
    "whole_year": "1 in the report of the year, 0 in that of its first half.",
    "last_quarter": 'The last quarter in words: "quarter 2".',
    "overview": "Paragraphs: what the report covers, how the figures moved, the ratings, what came.",
    "rating_rows": "The themes with their ratings quarter by quarter.",
    **{f"rating_rows.{name}": meaning for name, meaning in _BY_QUARTER.items()},
    "themes": "The outcomes of tier 1.",
    **{f"themes.{name}": meaning for name, meaning in _THEME.items()},
    "risks.level": "High, Medium or Low on the council's own scale.",
}


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the report is made of: the source, its span, and the figures of the span by ref."""

    source: Source
    span: Span
    figures: Mapping[str, SpanFigure]

    @property
    def style(self) -> HouseStyle:
        """The house style."""
        return self.source.style

    @property
    def rated(self) -> Rated:
        """The rated quarter."""
        return self.source.rated

    def of(self, priority: PriorityFact) -> dict[str, SpanFigure]:
        """The figures under a theme."""
        refs = [i.ref for i in priority.indicators]
        return {ref: self.figures[ref] for ref in refs if ref in self.figures}


def documents(source: Source) -> tuple[Document, ...]:
    """One document; raises InputError for a quarter that does not end a half year."""
    parts = _Parts(source, span_of(source.rated.period), span_figures(source.rated))
    made = values(parts)
    return (Document(made, {"rag_chart": RatingBars(source.facts)}, title=str(made["report_title"])),)


def values(parts: _Parts) -> dict[str, object]:
    """The values of FIELDS."""
    facts, span = parts.source.facts, parts.span
    risks = tuple(risk_facts(parts.rated, parts.source.tables, facts))
    common: dict[str, Any] = fields(facts, parts.style)
    return {
        "report_title": "Performance in the year" if span.whole_year else "Performance in the half year",
        "span": span_words(span),
        "span_name": "Whole year" if span.whole_year else _MONTHS[2],
        "whole_year": int(span.whole_year),
        "last_quarter": f"quarter {span.last.number}",
        "overview": _overview(parts),
        "rating_rows": _rating_rows(parts),
        "themes": [_theme(parts, p, own) for p, own in zip(facts.priorities, common["priorities"], strict=True)],
        "risks": risk_rows(risks),
    }


def span_words(span: Span) -> str:
    """The months of a span: April to September 2017, April 2017 to March 2018."""
    year = span.last.year
    return f"April {year} to March {year + 1}" if span.whole_year else f"{_MONTHS[2]} {year}"


# ---- the whole ----


def _overview(parts: _Parts) -> list[str]:
    facts, span = parts.source.facts, parts.span
    what = "the whole year" if span.whole_year else "the first half of"
    version = recorded_version(parts.source.tables)
    last = f"quarter {span.last.number}"
    ratings = (
        f"Ratings are those of {last}, against its targets: {_ratings(parts)}. Figures of the {_span_noun(span)} have "
        "no rating of their own, unless the indicator is added up from April."
    )
    return [
        f"This report covers {span_words(span)}, {what} {year_name(span.last.year)}. {_counted(parts.figures, span)}",
        *_moved(parts.figures, span),
        ratings,
        f"For {facts.period_words}: {received_words(sureness(parts.rated, parts.source.tables, facts))}",
        *(change_intro(version) if version else []),
    ]


def _ratings(parts: _Parts) -> str:
    return str(fields(parts.source.facts, parts.style)["counts_line"])


def _span_noun(span: Span) -> str:
    return "year" if span.whole_year else "half year"


def _counted(figures: Mapping[str, SpanFigure], span: Span) -> str:
    """How many indicators have a figure for the span, and why the others have none."""
    have = sum(f.value is not None for f in figures.values())
    reasons = Counter(f.shown for f in figures.values() if f.value is None)
    why = listed([f"{n} {reason[:1].lower()}{reason[1:]}" for reason, n in reasons.most_common()])
    months = "the year" if span.whole_year else _MONTHS[2]
    owned = "has" if have == 1 else "have"
    told = f"{have} of the {counted(len(figures), 'indicator')} in use {owned} a figure for {months}"
    return f"{told}; the others: {why}." if why else f"{told}."


def _moved(figures: Mapping[str, SpanFigure], span: Span) -> list[str]:
    """How the figures of the span moved since the same months a year before."""
    counts = Counter(directions(figures))
    if not counts:
        return [f"No figure can be compared with that of {_same_months(span)}."]
    better, worse, same = (counts[d] for d in ("Improving", "Worsening", "No change"))
    other = sum(counts.values()) - better - worse - same
    more = f", and {other} moved where neither way is better" if other else ""
    compared = sum(counts.values())
    return [
        f"{compared} of them can be compared with {_same_months(span)}: {better} improved, {worse} worsened and "
        f"{same} {be(same)} unchanged{more}."
    ]


def _same_months(span: Span) -> str:
    return span_words(Span(tuple(q.shift(-4) for q in span.quarters)))


def _rating_rows(parts: _Parts) -> list[dict[str, object]]:
    """Each theme's ratings, the earlier quarters' as the Rollup has them."""
    facts, style = parts.source.facts, parts.style
    earlier = [_rolled(parts.source.tables, quarter) for quarter in parts.span.quarters[:-1]]
    rows: list[dict[str, object]] = []
    for priority in facts.priorities:
        before = [style.printed(held.get(priority.ref, "Not rated")) for held in earlier]
        first, second, third = [*before, "", "", ""][:3]
        rows.append(
            {
                "title": priority.title,
                "first": first,
                "second": second,
                "third": third,
                "last": style.printed(priority.rating),
                "colour": colour(priority.word, style),
                "coverage": priority.counts.coverage if priority.counts.due else "Nothing due",
            }
        )
    return [*rows, _all_themes(parts)]


def _all_themes(parts: _Parts) -> dict[str, object]:
    whole = parts.source.facts.counts.coverage
    none = "Not combined"
    shown = [none if n < len(parts.span.quarters) - 1 else "" for n in range(3)]
    names = ("first", "second", "third")
    return {
        "title": "All themes",
        **dict(zip(names, shown, strict=True)),
        "last": none,
        "colour": colour("", parts.style),
        "coverage": whole,
    }


def _rolled(tables: Tables, quarter: Quarter) -> dict[str, str]:
    rows = (row for row in get(tables, "Rollup").rows() if row["Period"] == str(quarter))
    return {str(row["Ref"]): text(row["Rating"]) or "Not rated" for row in rows}


# ---- a theme ----


def _theme(parts: _Parts, priority: PriorityFact, common: Mapping[str, Any]) -> dict[str, object]:
    figures = parts.of(priority)
    reds = [i for i in priority.fresh(RED) if i.ref in figures]
    others = [i for i in priority.indicators if i not in reds and i.ref in figures]
    return {
        "title": priority.title,
        "rating": common["rating"],
        "colour": common["colour"],
        "summary": _theme_summary(parts, priority, figures),
        "achievements": list(priority.achievements),
        "impacts": list(priority.impacts),
        "attention": [_attention(parts, i) for i in reds],
        "ambers": ambers_line(priority, parts.style),
        "comments": list(_comments(parts, others)),
        "rows": [_row(parts, i) for i in priority.indicators if i.ref in figures],
    }


def _theme_summary(parts: _Parts, priority: PriorityFact, figures: Mapping[str, SpanFigure]) -> list[str]:
    if not figures:
        return ["No indicator is in use under this theme, so it has no figures and no rating."]
    counts = _rated_words(parts, priority)
    return [f"{_counted(figures, parts.span)} {' '.join(_moved(figures, parts.span))}", *counts]


def _rated_words(parts: _Parts, priority: PriorityFact) -> list[str]:
    """The ratings of a theme in the last quarter, in a sentence; nothing where none is due."""
    counts, style = priority.counts, parts.style
    if not counts.due:
        return [f"No indicator of the theme is due in quarter {parts.span.last.number}."]
    numbers = [f"{n} {style.printed(w)}" for n, w in _by_word(counts.green, counts.amber, counts.red)]
    return [f"In quarter {parts.span.last.number}, {counts.coverage} are rated: {listed(numbers)}."]


def _by_word(green: int, amber: int, red: int) -> Iterable[tuple[int, str]]:
    return zip((green, amber, red), ("Green", AMBER, RED), strict=True)


def _attention(parts: _Parts, fact: IndicatorFact) -> dict[str, object]:
    own, span = parts.figures[fact.ref], parts.span
    comments, actions = quotes(parts.rated, fact.ref, span.new)
    whole = "The year" if span.whole_year else _MONTHS[2]
    return {
        "name": f"{fact.ref} {fact.title}",
        "rating": parts.style.printed(fact.rating),
        "colour": colour(fact.word, parts.style),
        "result": [f"{whole}: {own.shown}.", f"Q{span.last.number}: {parts.style.reason(fact.reason)}"],
        "comments": comments or ["No commentary was returned."],
        "actions": actions or ["No corrective action was returned."],
    }


def _comments(parts: _Parts, others: Sequence[IndicatorFact]) -> Iterable[str]:
    for fact in others:
        comments, _ = quotes(parts.rated, fact.ref, parts.span.new)
        if comments:
            rating = f" ({parts.style.printed(fact.rating)})" if fact.word else ""
            yield f"{fact.ref} {fact.title}{rating}. {' '.join(comments)}"


def _row(parts: _Parts, fact: IndicatorFact) -> dict[str, object]:
    own = parts.figures[fact.ref]
    indicator = parts.rated.framework.indicators[fact.ref]
    label, plain = indicator.unit_label, indicator.unit in ("Percentage", "Money")
    notes = [*([label] if label and not plain else []), *(["from April"] if indicator.year_to_date else [])]
    unit = f" ({', '.join(notes)})" if notes else ""
    shown = [_bare(figure, label) for figure in own.quarters]
    since = f" (from {own.since})" if own.since else ""
    trend = f"{own.direction}, was {_bare(own.before, label)}" if own.direction else _NOT_COMPARED
    return {
        "name": f"{fact.ref} {fact.title}{unit}",
        **dict(zip(("q1", "q2", "q3", "q4"), [*shown, "", ""][:4], strict=True)),
        "figure": f"{_bare(own.shown, label)}{since}",
        "target": _bare(target_cell(fact), label),
        "rating": parts.style.printed(fact.rating),
        "colour": colour(fact.word, parts.style),
        "trend": trend,
    }


def _bare(figure: str, label: str) -> str:
    """A figure without the unit that stands beside the indicator's title."""
    return figure.replace(f" {label}", "") if label else figure
