"""The sheet Risks and outcomes: the council's matrix, the risks to each outcome, and the register by score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.contract import RATINGS
from xl_outcomes.framework import Outcome
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.shown import abridged, marked, records, shortened
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.risks import LEVELS, Risk, level_of, read_risks, risk_matrix, risks_under
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Tables, frame, get

MATRIX, OUTCOMES, REGISTER = "Risk_matrix", "Risk_outcomes", "Risk_register"
NOTE = (
    "Likelihood and impact are in the council's own words (Settings: Risk likelihoods, Risk impacts, from the least to "
    "the most). The score is the rank of the one times the rank of the other; Settings say from which score a risk is "
    "High or Medium. In the matrix each cell has its score and level, and the risks that stand there. Ratings are this "
    "quarter's; an asterisk marks one by override. Worst rating: the worst of the outcomes that a risk is tied to. "
    "Indicators: the live ones tied to the risk or under those outcomes, which would show it coming."
)
_GRID = (13.0, 13.0, 13.0, 13.0, 13.0, 38.0, 11.0, 28.0, 34.0, 22.0)
_NARROW = 13.0
_MOST_REFS = 6


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the tables are made from; `rollup` and `results` are by ref."""

    rated: Rated
    rollup: Mapping[str, dict[str, Any]]
    results: Mapping[str, dict[str, Any]]
    risks: tuple[Risk, ...]

    def rating(self, ref: str) -> str | None:
        """The rating of an outcome or indicator as people see it."""
        row = self.rollup.get(ref) or self.results.get(ref)
        return marked(row) if row else None


def risk_sheet(rated: Rated, tables: Tables) -> ViewSheet | None:
    """The sheet Risks and outcomes of a rated quarter; None where the register has no rows."""
    risks = read_risks(get(tables, "Risks"), rated.framework, rated.settings)
    if not risks:
        return None
    rollup = {row["Ref"]: row for row in records(rated.rollup)}
    results = {row["Indicator"]: row for row in records(rated.results)}
    sources = _Sources(rated, rollup, results, risks)
    views = (_matrix(sources), _outcomes(sources), _register(sources))
    return ViewSheet("Risks and outcomes", "Risks to our outcomes", NOTE, views)


def _matrix(sources: _Sources) -> View:
    """Likelihood down, the most likely first, and impact across: a cell for each pair of words."""
    settings, cells = sources.rated.settings, risk_matrix(sources.risks)
    likelihoods = list(enumerate(settings.risk_likelihoods, 1))
    impacts = list(enumerate(settings.risk_impacts, 1))
    rows = [
        [_upper(word), *(_cell(down * across, cells.get((down, across), ()), settings) for across, _ in impacts)]
        for down, word in reversed(likelihoods)
    ]
    headings = ("Likelihood", *(f"Impact: {word}" for _, word in impacts))
    widths = (*_GRID, *[_NARROW] * len(impacts))[: len(headings)]
    return View(MATRIX, frame(headings, rows), widths, (), "The matrix")


def _cell(score: int, risks: Sequence[Risk], settings: Settings) -> str:
    refs = abridged(", ".join(risk.ref or "(no ref)" for risk in risks), _MOST_REFS)
    return f"{score} {level_of(score, settings)}" + (f": {refs}" if refs else "")


def _outcomes(sources: _Sources) -> View:
    """A row for each outcome of tier 1: how many risks there are to it and all below it, level by level."""
    tops = sources.rated.framework.children(None)
    rows = [_risks_to(sources, top) for top in tops]
    headings = ("Ref", "Rating", *LEVELS, "Outcome", "Highest score", "Risks, the highest first")
    links = {"Ref": [Link("Framework_tree", "Ref", top.ref) for top in tops]}
    caption = "Risks to each outcome and all below it"
    return View(OUTCOMES, frame(headings, rows), _GRID[:8], ("Rating",), caption, links)


def _risks_to(sources: _Sources, top: Outcome) -> list[Any]:
    risks = risks_under(sources.risks, sources.rated.framework, top.ref)
    counts = [sum(risk.level == level for risk in risks) for level in LEVELS]
    highest = max((risk.score for risk in risks if risk.score is not None), default=None)
    refs = abridged(", ".join(risk.ref for risk in risks), _MOST_REFS) or "None"
    return [top.ref, sources.rating(top.ref), *counts, shortened(top.title, 100), highest, refs]


def _register(sources: _Sources) -> View:
    """The register, the highest score first; the one table whose rows may change in number."""
    rows = [_registered(sources, risk) for risk in sources.risks]
    headings = ("Ref", "Likelihood", "Impact", "Score", "Level", "Risk", "Worst rating", "Tied to")
    more = ("Mitigation and owner", "Indicators, and what to look at")
    links = {"Ref": [Link("Risks", "Ref", risk.ref) for risk in sources.risks]}
    caption = "The register, the highest score first"
    return View(REGISTER, frame((*headings, *more), rows), _GRID, ("Worst rating",), caption, links)


def _registered(sources: _Sources, risk: Risk) -> list[Any]:
    words = [_upper(risk.likelihood) or None, _upper(risk.impact) or None]
    about = [risk.ref, *words, risk.score, risk.level or "No score", risk.title or None]
    owner = f"Owner: {risk.owner or 'not given'}"
    mitigation = f"{risk.mitigation or 'No mitigation given.'}\n{owner}"
    watched = "\n".join(filter(None, (_look_at(risk), _indicators(sources, risk))))
    return [*about, _worst(sources, risk), _tied(sources, risk), mitigation, watched]


def _tied(sources: _Sources, risk: Risk) -> str:
    """What a risk is tied to, each with its rating."""
    framework = sources.rated.framework
    told = []
    for ref in risk.linked:
        place = framework.outcomes.get(ref) or framework.indicators[ref]
        told.append(f"{ref} {shortened(place.title, 60)} ({sources.rating(ref) or 'Not rated'})")
    return "\n".join(told) or "Nothing"


def _worst(sources: _Sources, risk: Risk) -> str | None:
    """The worst rating among what it is tied to."""
    ratings = [r for ref in risk.linked if (r := sources.rating(ref)) and r.rstrip("*") in RATINGS]
    return max(ratings, key=lambda r: RATINGS.index(r.rstrip("*")), default=None)


def _indicators(sources: _Sources, risk: Risk) -> str:
    """How many indicators would show it coming, and which of them are red."""
    if not risk.indicators:
        return "No live indicator"
    red = [ref for ref in risk.indicators if (sources.rating(ref) or "").startswith("Red")]
    count = len(risk.indicators)
    named = f", {len(red)} Red: {abridged(', '.join(red))}" if red else ", none Red"
    return (f"{abridged(', '.join(risk.indicators))}" if count <= 4 else f"{count} indicators") + named


def _look_at(risk: Risk) -> str:
    """What an officer should look at; blank where nothing stands out."""
    found = []
    if risk.score is None:
        found.append("Likelihood or impact is not a word of the council's scale")
    if risk.unknown:
        found.append(f"Not in the framework: {', '.join(risk.unknown)}")
    if not risk.linked:
        found.append("Tied to no outcome")
    elif risk.unwatched:
        found.append("High, and no live indicator would show it coming")
    return "".join(f"{one}. " for one in found).strip()


def _upper(word: str) -> str:
    return word[:1].upper() + word[1:]
