"""What the checker says: rules, findings, and how findings are printed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xl_outcomes.accessibility.model import Place
from xl_outcomes.wording import counted

_PLACES_NAMED = 5


class Severity(StrEnum):
    """A fault shuts somebody out and is to be mended; a look is for a person to decide."""

    FAULT = "Fault"
    LOOK = "Look"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the published list: what it checks, the WCAG 2.2 criterion behind it, how to mend it in Word."""

    id: str
    title: str
    severity: Severity
    checks: str
    criterion: str
    fix: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a document breaks: where (page-independent, the first places by name), what was found, what to do."""

    rule: str
    title: str
    severity: Severity
    where: str
    found: str
    fix: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule is broken, before like ones are put together."""

    rule: Rule
    place: Place
    found: str


def findings(hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """The findings by rule, then by place; the places where the same was found are put together in one."""
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(hits, key=lambda h: (h.rule.id, h.place.order)):
        groups.setdefault((hit.rule.id, hit.found), []).append(hit)
    return tuple(_finding(group) for group in groups.values())


def has_faults(found: Sequence[Finding]) -> bool:
    """Whether the check fails (exit code 1): at least one Fault; looks alone pass."""
    return any(finding.severity is Severity.FAULT for finding in found)


def lines(found: Sequence[Finding]) -> list[str]:
    """The findings for printing: a line for what was found, one for where, one for what to do; then the count."""
    if not found:
        return []
    faults = sum(finding.severity is Severity.FAULT for finding in found)
    return [line for finding in found for line in _printed(finding)] + [
        f"{counted(faults, 'fault')} to mend, {counted(len(found) - faults, 'point')} to look at."
    ]


def _finding(group: Sequence[Hit]) -> Finding:
    rule = group[0].rule
    places = list(dict.fromkeys(hit.place.words for hit in group))
    more = len(places) - _PLACES_NAMED
    where = "; ".join(places[:_PLACES_NAMED]) + (f"; and {counted(more, 'more place')}" if more > 0 else "")
    return Finding(rule.id, rule.title, rule.severity, where, group[0].found, rule.fix, rule.criterion)


def _printed(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity} {finding.rule}: {finding.title}. Found: {finding.found}."
    yield f"  Where: {finding.where}."
    yield f"  What to do: {finding.fix} ({finding.criterion})"
