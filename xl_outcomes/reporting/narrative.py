"""What authors wrote for a quarter's reports in the table Narrative: paragraphs by ref and section.

"name-of-report: Purpose" is for that report alone and stands there instead of the plain section.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.registry import Texts, of_period, reports, text
from xl_outcomes.tables import Tables

SECTIONS = (
    *("purpose", "options", "recommendation", "reason", "key information", "links", "financial", "legal", "risk"),
    *("consultation", "equalit", "environment", "background", "achievement", "impact", "commentary"),
)

Narrative = Mapping[tuple[str, str], Texts]


@dataclass(frozen=True, slots=True)
class Written:
    """The paragraphs of a quarter by ref ("" is the whole report) and section, in small letters as it was typed.

    `plain` are for every report, `own` for one alone.
    """

    plain: Narrative
    own: Narrative

    @property
    def all(self) -> dict[tuple[str, str], Texts]:
        """What the report says: its own sections before the plain ones."""
        return {**self.plain, **self.own}


def written(tables: Tables, quarter: Quarter, report: str = "") -> Written:
    """What was written for a report of a quarter, without the sections of others; a line of text is a paragraph."""
    found: tuple[dict[tuple[str, str], Texts], ...] = ({}, {})
    names = {kind.name for kind in reports()}
    for row in of_period(tables, "Narrative", quarter):
        word = " ".join(text(row["Section"]).casefold().split())
        named, _, rest = (part.strip() for part in word.partition(":"))
        for_one = named in names
        if word and (not for_one or named == report.casefold()):
            key = (text(row["Ref"]), rest if for_one else word)
            lines = tuple(line.strip() for line in text(row["Text"]).splitlines() if line.strip())
            found[for_one][key] = (*found[for_one].get(key, ()), *lines)
    return Written(*found)


def read_narrative(tables: Tables, quarter: Quarter, report: str = "") -> Narrative:
    """The paragraphs of a report by ref and known section.

    A section is known by how it begins, so that "Equality analysis" and "Equalities" both get to the `equalit` one.
    """
    found = written(tables, quarter, report)
    return {**_known(found.plain), **_known(found.own)}


def words_as_written(tables: Tables, quarter: Quarter, report: str) -> dict[str, Texts]:
    """The paragraphs about the whole report by the section's name in full."""
    return _whole(written(tables, quarter, report).all)


def own_words(tables: Tables, quarter: Quarter, report: str) -> dict[str, Texts]:
    """Only those for that report alone, by the section's name in full."""
    return _whole(written(tables, quarter, report).own)


def own_sections(tables: Tables, quarter: Quarter, report: str) -> dict[str, Texts]:
    """What authors wrote for one report, by known section.

    Plain sections belong to the quarter's performance report, and so count for another one only where it is the one
    report that the quarter has in Reports.
    """
    found = written(tables, quarter, report)
    alone = {text(r["Report"]).casefold() for r in of_period(tables, "Reports", quarter)} == {report}
    return _whole({**(_known(found.plain) if alone else {}), **_known(found.own)})


def _known(narrative: Narrative) -> dict[tuple[str, str], Texts]:
    found: dict[tuple[str, str], Texts] = {}
    for (ref, word), texts in narrative.items():
        key = (ref, _section(word))
        found[key] = (*found.get(key, ()), *texts)
    return found


def _section(word: str) -> str:
    """The section that a word stands for; a word with a colon in it is its own, as "impact: carbon impact"."""
    return word if ":" in word else next((s for s in SECTIONS if word.startswith(s)), word)


def _whole(narrative: Narrative) -> dict[str, Texts]:
    return {section: texts for (ref, section), texts in narrative.items() if not ref}
