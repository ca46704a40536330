"""The framework itself, as a council adopts it: outcomes, indicators and why, strategies, what it replaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.crosswalk import OtherFramework, crosswalk_facts
from xl_outcomes.framework import Outcome, ref_text
from xl_outcomes.organisational import refs_apart
from xl_outcomes.quality import TESTS, Assessment, Progress, assessments, data_quality
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.quality_facts import definition_word
from xl_outcomes.reporting.registry import text
from xl_outcomes.roles import plain
from xl_outcomes.tables import Tables, get

_WORDS = {"Replaces": "replaces it", "Part of": "takes up part of it", "Contributes to": "contributes to it"}
COMMISSIONING = "commissioning strategy"
STATUSES = ("Live", "Baseline year", "Proposed", "In development")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An indicator of the framework: what is counted, why it was chosen, and how far definition and data have come."""

    ref: str
    title: str
    definition: str
    why: str
    definition_word: str
    status: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Strategy:
    """A commissioning strategy, or a part of one (`part`), and the outcome that it serves."""

    name: str
    ref: str
    part: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """A tier 1 outcome with all that is under it; `below` are the outcomes of lower tiers, each before its own."""

    outcome: Outcome
    role: str
    partners: str
    below: tuple[Outcome, ...]
    indicators: tuple[Chosen, ...]
    strategies: tuple[Strategy, ...]
    apart: bool


@dataclass(frozen=True, slots=True)
class AdoptionFacts:
    """The framework in numbers and parts; `tests` are the numbers of indicators that pass, fail, or have no answer."""

    outcomes: tuple[Adopted, ...]
    tiers: Mapping[int, int]
    statuses: Mapping[str, int]
    tests: Mapping[str, tuple[int, int, int]]
    progress: Progress
    replaced: tuple[OtherFramework, ...]

    @property
    def own(self) -> tuple[Adopted, ...]:
        """The council's outcomes, without the organisational measures."""
        return tuple(o for o in self.outcomes if not o.apart)

    @property
    def apart(self) -> tuple[Adopted, ...]:
        """The tier 1 outcomes that hold organisational measures only."""
        return tuple(o for o in self.outcomes if o.apart)

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """Every commissioning strategy, in the order of the outcomes."""
        return tuple(s for o in self.outcomes for s in o.strategies)


def adoption_facts(rated: Rated, tables: Tables) -> AdoptionFacts:
    """The framework of a rated quarter; nothing of it depends on a figure."""
    framework, apart = rated.framework, refs_apart(rated.framework)
    outcomes = tuple(_adopted(rated, tables, o, apart) for o in framework.children(None))
    own = [i for o in outcomes if not o.apart for i in o.indicators]
    levels = [o.tier for top in outcomes if not top.apart for o in (top.outcome, *top.below)]
    return AdoptionFacts(
        outcomes=outcomes,
        tiers={tier: levels.count(tier) for tier in sorted(set(levels))},
        statuses={s: n for s in STATUSES if (n := sum(i.status == s for i in own))},
        tests={t: _answers(i.assessment.tests.get(t, "") for i in own) for t in TESTS},
        progress=data_quality(rated, tables).progress[-1],
        replaced=crosswalk_facts(rated, tables),
    )


def objectives(other: OtherFramework) -> list[tuple[str, list[str]]]:
    """Each entry of another framework as people name it, with the refs of ours that are recorded for it."""
    found: dict[str, list[str]] = {}
    for line in other.lines:
        name = f"{line.their_ref} {line.their_title}".strip()
        ours = f"{line.ref} {line.title} ({_WORDS.get(line.relation, line.relation.lower())})"
        found.setdefault(name, []).extend([ours] if line.ref and line.title else [])
    return list(found.items())


def _answers(answers: Iterable[str]) -> tuple[int, int, int]:
    given = list(answers)
    return given.count("Yes"), given.count("No"), given.count("")


def _adopted(rated: Rated, tables: Tables, outcome: Outcome, apart: frozenset[str]) -> Adopted:
    below = tuple(rated.framework.down(outcome.ref))
    cells = next((r for r in tables["Outcomes"].rows() if ref_text(r["Ref"] or "") == outcome.ref), {})
    return Adopted(
        outcome=outcome,
        role=text(cells.get("Council role")),
        partners=text(cells.get("Partners")),
        below=below,
        indicators=_chosen(rated, tables, outcome.ref),
        strategies=_strategies(tables, [outcome.ref, *(o.ref for o in below)]),
        apart=outcome.ref in apart,
    )


def _chosen(rated: Rated, tables: Tables, ref: str) -> tuple[Chosen, ...]:
    """The indicators under a tier 1 outcome that are not deleted, in the order of the tree."""
    framework, held = rated.framework, assessments(tables)
    rows: dict[str, Mapping[str, Any]] = {
        ref_text(r["Ref"]): r for r in tables["Indicators"].rows() if r["Ref"] is not None
    }
    ordered = [i for r in (ref, *(o.ref for o in framework.down(ref))) for i in framework.measures(r)]
    return tuple(
        Chosen(
            i.ref,
            i.title or i.ref,
            i.definition,
            text(rows[i.ref]["Why chosen"]),
            definition_word(rows[i.ref]),
            i.status,
            held.get(i.ref, Assessment(i.ref)),
        )
        for i in ordered
        if i.status != "Deleted"
    )


def _strategies(tables: Tables, refs: list[str]) -> tuple[Strategy, ...]:
    """The commissioning strategies of some outcomes, in the order of the outcomes, then of the table."""
    rows = [r for r in get(tables, "Crosswalk").rows() if plain(r["Relation"]) == COMMISSIONING and r["Framework"]]
    return tuple(
        Strategy(text(r["Framework"]), ref, text(r["Their title"]))
        for ref in refs
        for r in rows
        if r["Ref"] is not None and ref_text(r["Ref"]) == ref
    )
