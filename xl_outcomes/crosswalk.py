"""Other frameworks beside ours: which of their objectives stands for what here (docs/rules/crosswalk.md)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.framework import Framework, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.quarter import Rated
from xl_outcomes.roles import STRATEGIES, plain
from xl_outcomes.rollup import Verdict, rows_by, verdict
from xl_outcomes.settings import Settings
from xl_outcomes.tables import Table, Tables, get

RELATIONS = ("Replaces", "Same as", "Part of", "Contributes to")
NO_COUNTERPART = "None recorded"
NOT_OURS = "Not in the framework"

Row = Mapping[str, Any]
_KNOWN = {plain(word): word for word in RELATIONS}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the crosswalk: something of theirs and what is recorded of ours; `ref` is blank where nothing is.

    `tier` is 1 to 4 for an outcome, 0 for an indicator. `verdict` is how ours stands in the quarter.
    """

    framework: str
    their_ref: str
    their_title: str
    relation: str
    ref: str
    title: str
    tier: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class OtherFramework:
    """Another framework as far as the table holds it.

    `theirs` are its entries (refs, or titles where there is no ref), `without` those that no live outcome or indicator
    of ours is recorded for. `unmapped` are our outcomes that lead to nothing of theirs: neither they, nor an outcome
    above them, nor anything under them; one whose parent is unmapped too is not named again.
    """

    name: str
    lines: tuple[Line, ...]
    theirs: tuple[str, ...]
    without: tuple[str, ...]
    mapped: tuple[str, ...]
    unmapped: tuple[str, ...]


def crosswalk_facts(rated: Rated, tables: Tables) -> tuple[OtherFramework, ...]:
    """The other frameworks of the crosswalk in a rated quarter, in table order."""
    rows = [row for row in get(tables, "Crosswalk").rows() if _mapping(row)]
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(plain(row["Framework"]), _text(row["Framework"]))
    standing = {**rows_by(rated.results, "Indicator"), **rows_by(rated.rollup, "Ref")}
    lines = [(plain(row["Framework"]), _line(rated.framework, row, standing)) for row in rows]
    return tuple(
        _other(rated.framework, name, [line for key, line in lines if key == wanted]) for wanted, name in names.items()
    )


def crosswalk_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """The rows of Crosswalk with an unknown ref or word, with something missing, or that stand there twice."""
    table = get(tables, "Crosswalk")
    counts = Counter(_key(row) for row in table.rows())
    return tuple(issue for row in table.rows() for issue in _row_issues(table, row, framework, counts))


# ---- facts ----


def _mapping(row: Row) -> bool:
    """Whether a row belongs on the sheet: another framework's entry with one of the four relations, or with nothing."""
    related = plain(row["Relation"]) in _KNOWN or (row["Relation"] is None and row["Ref"] is None)
    return related and row["Framework"] is not None and bool(_theirs(row))


def _line(framework: Framework, row: Row, standing: Mapping[str, Row]) -> Line:
    ref = _text(row["Ref"])
    ours = (framework.outcomes.get(ref) or framework.indicators.get(ref)) if _is_ours(framework, ref) else None
    stands = verdict(standing[ref]) if ours and ref in standing else Verdict(NOT_OURS if ref else NO_COUNTERPART)
    return Line(
        _text(row["Framework"]),
        _text(row["Their ref"]),
        _text(row["Their title"]),
        _KNOWN.get(plain(row["Relation"]), ""),
        ref,
        ours.title if ours else "",
        framework.outcomes[ref].tier if ref in framework.outcomes else 0,
        stands,
    )


def _is_ours(framework: Framework, ref: str) -> bool:
    """Whether a ref is that of a live outcome, or of an indicator that is not deleted."""
    indicator = framework.indicators.get(ref)
    return ref in framework.outcomes or (indicator is not None and indicator.status != "Deleted")


def _other(framework: Framework, name: str, lines: list[Line]) -> OtherFramework:
    theirs = dict.fromkeys(line.their_ref or line.their_title for line in lines)
    ours = [line for line in lines if _is_ours(framework, line.ref)]
    found = {line.their_ref or line.their_title for line in ours}
    mapped = dict.fromkeys(line.ref for line in ours)
    without = tuple(t for t in theirs if t not in found)
    return OtherFramework(name, tuple(lines), tuple(theirs), without, tuple(mapped), _unmapped(framework, mapped))


def _unmapped(framework: Framework, mapped: Mapping[str, None]) -> tuple[str, ...]:
    """The outcomes from which nothing leads to the other framework, the highest of each branch."""
    leading = {o.ref for ref in mapped for o in framework.up(ref)}
    under = {o.ref for ref in mapped if ref in framework.outcomes for o in framework.down(ref)}
    led = {*mapped, *leading, *under}
    free = [o for o in framework.down() if o.ref not in led]
    return tuple(o.ref for o in free if o.parent is None or o.parent in led)


# ---- issues ----


def _row_issues(table: Table, row: Row, framework: Framework, counts: Counter[tuple[str, ...]]) -> Iterator[Issue]:
    if not any(_key(row)):
        return
    yield from _ref_issues(table, row, framework)
    yield from _relation_issues(table, row)
    if row["Framework"] is None:
        message = "The row does not say which framework or strategy it is about, so it is left out."
        yield _warn(table, row, "crosswalk-framework", "Framework", message, "Type its name.")
    if plain(row["Relation"]) not in STRATEGIES and not _theirs(row):
        message = "The row names nothing of the other framework, so it is left out."
        yield _warn(table, row, "crosswalk-theirs", "Their ref", message, "Give their ref or title.")
    if counts[_key(row)] > 1:
        yield _warn(table, row, "crosswalk-twice", "Ref", "The same row stands here twice.", "Delete one of them.")


def _ref_issues(table: Table, row: Row, framework: Framework) -> Iterator[Issue]:
    ref = _text(row["Ref"])
    if plain(row["Relation"]) in STRATEGIES and ref not in framework.outcomes:
        found = f'"{ref}" is not a live outcome' if ref else "The row names no outcome"
        message = f"{found}, so the strategy is not shown beside any."
        yield _warn(
            table, row, "crosswalk-ref", "Ref", message, "Give the ref of the outcome that the strategy serves."
        )
    elif ref and not _is_ours(framework, ref):
        message = f'"{ref}" is not a live outcome or indicator of this framework.'
        yield _warn(table, row, "crosswalk-ref", "Ref", message, "Correct the ref, or clear it.")


def _relation_issues(table: Table, row: Row) -> Iterator[Issue]:
    """A relation must be one of the words; where nothing of ours is named, it may be blank."""
    relation = plain(row["Relation"])
    if relation not in {"", *_KNOWN, *STRATEGIES} or (row["Ref"] is not None and not relation):
        found = f'The relation is "{_text(row["Relation"])}"' if relation else "There is no relation"
        words = ", ".join((*RELATIONS, *(s.capitalize() for s in STRATEGIES)))
        fix = f"Type one of: {words}."
        yield _warn(table, row, "crosswalk-relation", "Relation", f"{found}, so the row is left out.", fix)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(plain(row[h]) for h in ("Ref", "Framework", "Their ref", "Their title", "Relation"))


def _theirs(row: Row) -> str:
    return _text(row["Their ref"]) or _text(row["Their title"])


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)


def _warn(table: Table, row: Row, code: str, heading: str, message: str, fix: str) -> Issue:
    place = (table.name, table.sheet, table.cell(row["row"], heading))
    return Issue(code, "warning", message, fix, *place, _text(row["Ref"]), _text(row[heading]))
