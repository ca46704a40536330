"""Paragraphs that authors wrote under sections that only some reports have, by the section's name in full."""

from xl_outcomes.contract import SPECS
from xl_outcomes.framework import ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.registry import Texts
from xl_outcomes.roles import plain
from xl_outcomes.tables import Tables, get

Sections = dict[str, Texts]


def words_as_written(tables: Tables, quarter: Quarter, report: str) -> Sections:
    """The paragraphs of a quarter about the whole report by section, in small letters.

    "name-of-report: Section" is for that report alone and stands there instead of the plain section.
    """
    plainly, own = _read(tables, quarter, report)
    return {**plainly, **own}


def own_words(tables: Tables, quarter: Quarter, report: str) -> Sections:
    """Only those that are for that report alone, without its name; for reports that stand beside the main one."""
    return _read(tables, quarter, report)[1]


def _read(tables: Tables, quarter: Quarter, report: str) -> tuple[Sections, Sections]:
    tidy = SPECS["Narrative"].column("Period").tidy
    plainly: Sections = {}
    own: Sections = {}
    for row in get(tables, "Narrative").rows():
        if tidy(row["Period"]) != str(quarter) or row["Ref"] is not None or row["Section"] is None:
            continue
        name = plain(row["Section"])
        found = own if name.startswith(f"{report}:") else plainly
        lines = tuple(line.strip() for line in ref_text(row["Text"] or "").splitlines() if line.strip())
        key = name.removeprefix(f"{report}:").strip()
        found[key] = (*found.get(key, ()), *lines)
    return plainly, own
