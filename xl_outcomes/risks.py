"""The risks to outcomes, on the council's own scale and matrix (docs/rules/risks.md)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.activities import refs_in
from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Framework, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get

HIGH, MEDIUM, LOW = "High", "Medium", "Low"
LEVELS = (HIGH, MEDIUM, LOW)


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk of the register: ranks count from 1, the least; `score` and `level` need both words on the scale.

    `linked` are refs of live outcomes and of indicators in the order typed, `unknown` those that are neither;
    `indicators` are the live ones linked or under a linked outcome.
    """

    ref: str
    title: str
    likelihood: str
    impact: str
    likelihood_rank: int | None
    impact_rank: int | None
    score: int | None
    level: str
    mitigation: str
    owner: str
    linked: tuple[str, ...]
    unknown: tuple[str, ...]
    indicators: tuple[str, ...]
    row: int

    @property
    def unwatched(self) -> bool:
        """Whether it is high and no live indicator would show it coming."""
        return self.level == HIGH and not self.indicators


def read_risks(table: Table, framework: Framework, settings: Settings) -> tuple[Risk, ...]:
    """The risks of the register, the highest score first; those without a score come last, else in table order."""
    found = [_risk(row, framework, settings) for row in _filled(table)]
    return tuple(sorted(found, key=lambda risk: -(risk.score or 0)))


def risk_matrix(risks: Iterable[Risk]) -> Mapping[tuple[int, int], tuple[Risk, ...]]:
    """The risks of each cell of the matrix, by the rank of likelihood and that of impact; empty cells are left out."""
    cells: dict[tuple[int, int], list[Risk]] = {}
    for risk in risks:
        if risk.likelihood_rank is not None and risk.impact_rank is not None:
            cells.setdefault((risk.likelihood_rank, risk.impact_rank), []).append(risk)
    return {at: tuple(held) for at, held in cells.items()}


def level_of(score: int, settings: Settings) -> str:
    """High, Medium or Low, by the council's limits."""
    if score >= settings.high_risk_from:
        return HIGH
    return MEDIUM if score >= settings.medium_risk_from else LOW


def risks_under(risks: Iterable[Risk], framework: Framework, ref: str) -> tuple[Risk, ...]:
    """The risks to an outcome: linked to it, or to any outcome or indicator below it."""
    below = {ref, *(o.ref for o in framework.down(ref)), *framework.indicators_under(ref)}
    return tuple(risk for risk in risks if below & set(risk.linked))


def risk_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Risks: refs, words that are not on the council's scale, links, high risks that nothing measures.

    All are warnings.
    """
    table = get(tables, "Risks")
    rows = _filled(table)
    counts = Counter(_text(row["Ref"]) for row in rows)
    found: list[Issue] = []
    for row in rows:
        risk = _risk(row, framework, settings)
        found += _ref_issues(table, row, risk, counts)
        found += _word_issues(table, row, risk, settings)
        found += _link_issues(table, row, risk)
    return tuple(found)


# ---- rows ----


def _filled(table: Table) -> list[Mapping[str, Any]]:
    return [row for row in table.rows() if any(row[h] is not None for h in SPECS["Risks"].headings)]


def _risk(row: Mapping[str, Any], framework: Framework, settings: Settings) -> Risk:
    likelihood, impact = _text(row["Likelihood"]), _text(row["Impact"])
    ranks = _rank(likelihood, settings.risk_likelihoods), _rank(impact, settings.risk_impacts)
    score = ranks[0] * ranks[1] if ranks[0] is not None and ranks[1] is not None else None
    refs = refs_in(row["Linked to"])
    linked = tuple(r for r in refs if r in framework.outcomes or r in framework.indicators)
    return Risk(
        ref=_text(row["Ref"]),
        title=_text(row["Risk"]),
        likelihood=settings.risk_likelihoods[ranks[0] - 1] if ranks[0] else likelihood,
        impact=settings.risk_impacts[ranks[1] - 1] if ranks[1] else impact,
        likelihood_rank=ranks[0],
        impact_rank=ranks[1],
        score=score,
        level="" if score is None else level_of(score, settings),
        mitigation=_text(row["Mitigation"]),
        owner=_text(row["Owner"]),
        linked=linked,
        unknown=tuple(r for r in refs if r not in linked),
        indicators=_measuring(linked, framework),
        row=row["row"],
    )


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _rank(word: str, scale: Sequence[str]) -> int | None:
    """Where a word stands on a scale, from 1; None where it is not on it."""
    typed = " ".join(word.casefold().split())
    return next((n for n, known in enumerate(scale, 1) if known.casefold() == typed), None)


def _measuring(linked: Iterable[str], framework: Framework) -> tuple[str, ...]:
    wanted: set[str] = set()
    for ref in linked:
        wanted |= {ref} if ref in framework.indicators else set(framework.indicators_under(ref))
    return tuple(ref for ref, i in framework.indicators.items() if ref in wanted and i.expected())


# ---- issues ----


def _ref_issues(table: Table, row: Mapping[str, Any], risk: Risk, counts: Mapping[str, int]) -> Iterator[Issue]:
    if not risk.ref:
        yield _warn(table, row, "risk-ref", "Ref", "This risk has no ref.", "Give it its number in the register.")
    elif counts[risk.ref] > 1:
        message = f"The ref {risk.ref} stands here {counts[risk.ref]} times."
        yield _warn(table, row, "risk-ref", "Ref", message, "Give each risk its own number.")


def _word_issues(table: Table, row: Mapping[str, Any], risk: Risk, settings: Settings) -> Iterator[Issue]:
    scales = (
        ("Likelihood", risk.likelihood, risk.likelihood_rank, settings.risk_likelihoods),
        ("Impact", risk.impact, risk.impact_rank, settings.risk_impacts),
    )
    for heading, word, rank, scale in scales:
        if rank is None:
            found = f'"{word}", which is not on the scale' if word else "blank"
            message = f"{heading} of {risk.ref or 'this risk'} is {found}, so it has no score."
            fix = f"Choose one of: {', '.join(scale)}; or change the scale in Settings."
            yield _warn(table, row, "risk-scale", heading, message, fix)


def _link_issues(table: Table, row: Mapping[str, Any], risk: Risk) -> Iterator[Issue]:
    name, fix = risk.ref or "This risk", "Give the refs of outcomes or indicators, commas between."
    if risk.unknown:
        message = f"{name} is tied to {', '.join(risk.unknown)}, which is no live outcome and no indicator."
        yield _warn(table, row, "risk-outcome", "Linked to", message, fix)
    elif not risk.linked:
        yield _warn(table, row, "risk-outcome", "Linked to", f"{name} is tied to no outcome.", fix)
    elif risk.unwatched:
        message = f"{name} is High, and no live indicator is under what it is tied to: nothing would show it coming."
        yield _warn(table, row, "risk-unmeasured", "Linked to", message, "Tie it to an outcome that is measured.")


def _warn(table: Table, row: Mapping[str, Any], code: str, heading: str, message: str, fix: str) -> Issue:
    cell = table.cell(row["row"], heading)
    return Issue(code, "warning", message, fix, table.name, table.sheet, cell, _text(row["Ref"]), _text(row[heading]))
