"""Checks a Word template before anybody relies on it: every tag readable, every name known, every mistake at once."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_outcomes.errors import TemplateError
from xl_outcomes.reporting.documents import field_list
from xl_outcomes.reporting.registry import ReportKind, find_report, reports
from xl_outcomes.word import used_names

_LONGEST = 100
_PARTS = {"first", "last", "index", "length"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in a template: what it is, the paragraph where it stands, and what to do."""

    what: str
    paragraph: str
    fix: str

    @property
    def line(self) -> str:
        """For people."""
        place = f' In the paragraph "{self.paragraph}".' if self.paragraph else ""
        return f"{self.what}{place} {self.fix}"


def check_template(template: Path, report: str | None = None) -> tuple[Mistake, ...]:
    """Every mistake in a template of a report, in reading order.

    `report` names the report; without it the template's file name does, else it may use the names of every report.
    """
    known = _known(template, report)
    try:
        used = used_names(template)
    except TemplateError as fault:
        return (Mistake(fault.message, "", fault.fix),)
    return tuple(_mistake(u.name, u.paragraph, known) for u in used if not _is_known(u.name, known))


def _known(template: Path, report: str | None) -> Mapping[str, str]:
    kinds = [find_report(report)] if report else [k for k in reports() if k.template == template.name] or reports()
    return {name: meaning for kind in kinds for name, meaning in _fields(kind).items()}


def _fields(kind: ReportKind) -> Mapping[str, str]:
    return field_list(kind)


def _is_known(name: str, known: Mapping[str, str]) -> bool:
    above, _, last = name.rpartition(".")
    return name in known or (above in known and last in _PARTS)


def _mistake(name: str, paragraph: str, known: Mapping[str, str]) -> Mistake:
    above, _, last = name.rpartition(".")
    near = _near(last, (k.rpartition(".")[2] for k in known if k.rpartition(".")[0] == above)) or _near(name, known)
    fix = f'Did you mean "{near}"?' if near else "docs/templates.md lists the names that there are."
    words = paragraph if len(paragraph) <= _LONGEST else f"{paragraph[: _LONGEST - 1]}…"
    return Mistake(f'The field "{name}" is not known.', words, fix)


def _near(word: str, choices: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)), "")
