"""Organisational measures: tier 1 outcomes that hold nothing else are counted apart (docs/rules/roles.md)."""

from collections.abc import Iterable

from xl_outcomes.framework import Framework, Outcome

KIND = "Organisational"
MARK = " (organisational measures)"
NOTE = " Organisational measures are counted apart from the council's outcomes, and stand below them."


def apart(framework: Framework) -> frozenset[str]:
    """The refs of the tier 1 outcomes whose indicators are all Organisational; none where that would be all of them.

    An outcome without indicators is one of the council's outcomes. Deleted indicators do not count.
    """
    tops = framework.children(None)
    found = frozenset(top.ref for top in tops if _kinds(framework, top.ref) == {KIND})
    return found if len(found) < len(tops) else frozenset()


def refs_apart(framework: Framework) -> frozenset[str]:
    """The refs of the tier 1 outcomes that are apart, and of all outcomes and indicators under them."""
    tops = apart(framework)
    outcomes = (o.ref for top in tops for o in framework.down(top))
    return frozenset((*tops, *outcomes, *(ref for top in tops for ref in framework.indicators_under(top))))


def apart_last(outcomes: Iterable[Outcome], refs: frozenset[str]) -> list[Outcome]:
    """The outcomes in their order, those that are apart (by `refs`) behind the others."""
    return sorted(outcomes, key=lambda outcome: outcome.ref in refs)


def marked_title(outcome: Outcome, refs: frozenset[str]) -> str:
    """An outcome's title; a tier 1 outcome that is apart says so."""
    return outcome.title + (MARK if outcome.tier == 1 and outcome.ref in refs else "")


def _kinds(framework: Framework, ref: str) -> set[str]:
    under = (framework.indicators[i] for i in framework.indicators_under(ref))
    return {i.kind for i in under if i.status != "Deleted"}
