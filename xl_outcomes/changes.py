"""Two versions of a framework compared: what is new, deleted, refined, amended, reassigned (docs/rules/changes.md)."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from xl_outcomes.contract import LIVE, SPECS
from xl_outcomes.exact import show, to_number
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter
from xl_outcomes.rating import display
from xl_outcomes.settings import read_settings
from xl_outcomes.tables import Table, Tables, change, extend, get
from xl_outcomes.targets import Target, Timelines, in_force, read_targets
from xl_outcomes.thread import check_framework

NEW, TO_BE_CONFIRMED, DELETED, REFINED, AMENDED = "New", "To be confirmed", "Deleted", "Refined", "Amended targets"
COUNTED = (NEW, TO_BE_CONFIRMED, DELETED, REFINED, AMENDED)
NOTE = "Note"
DELEGATED, FOR_DECISION = "Delegated", "For decision"

_WAITING = ("Proposed", "In development")
_PEOPLE = ("Data owner", "Service", "Responsible officer", "Portfolio holder")
_WORDING = ("Indicator", "Definition", "Title", "Statement")
_REFS = ("Outcome", "Parent")
_NUMBERS = ("Decimals", "Per", "Tier")
_WAYS = ("Unit", "Decimals", "Polarity", "Frequency", "Calculation", "Per", "Aggregation", "Report as", "Kind")
_KINDS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Outcomes": (
        ("Outcome reworded", ("Title", "Statement")),
        ("Outcome moved", ("Parent", "Tier")),
        ("Outcome reassigned", ("Responsible officer", "Portfolio holder")),
        ("Outcome status", ("Status",)),
    ),
    "Indicators": (
        (REFINED, ("Indicator", "Definition", *_WAYS, "Outcome")),
        ("Reassigned", _PEOPLE),
        ("Status", ("Status",)),
    ),
}
CHANGES = ("Outcome added", "Outcome removed", *COUNTED, *(kind for kinds in _KINDS.values() for kind, _ in kinds))
_UNCERTAIN = ("ref-blank", "ref-number", "ref-duplicate", "word-wrong", "choice-blank", "target-twice")
_LONGEST = 16_000  # characters of Old and New: a cell holds twice as many, and some count as two
_NO_FIGURES = Target(Quarter(0, 1))

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One column, or one target row, in both versions, as people read it."""

    heading: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change of one outcome or indicator; `theme` is the title of its tier 1 outcome, blank without one."""

    ref: str
    change: str
    klass: str
    old: str = ""
    new: str = ""
    theme: str = ""
    theme_ref: str = ""
    details: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A tier 1 outcome with what changed under it; `counts` by the headings of the summary, Total the last."""

    ref: str
    title: str
    counts: Mapping[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions, the themes in framework order, and what could not be compared."""

    changes: tuple[Change, ...]
    themes: tuple[Theme, ...]
    issues: tuple[Issue, ...]

    @property
    def summary(self) -> list[dict[str, Any]]:
        """A row per theme: Theme, New, To be confirmed, Deleted, Refined, Amended targets, Total."""
        return [{"Theme": theme.title, **theme.counts} for theme in self.themes]


def compare(old: Tables, new: Tables) -> Comparison:
    """Compares two versions of a framework by ref: outcomes first, then indicators, each in NEW's order.

    Never refuses: a row that cannot be compared is among the issues.
    """
    pair = _pair(_version(old, "old"), _version(new, "new"))
    changes = (*_compared(pair, "Outcomes"), *_compared(pair, "Indicators"))
    issues = (*_faults(pair.before), *_faults(pair.after), *_without_theme(pair))
    return Comparison(changes, _themes(pair, changes), issues)


def summary_text(row: Row) -> str:
    """The new indicators of a summary row in words: "16", or "16 + 5 to be confirmed"."""
    waiting = row[TO_BE_CONFIRMED]
    return f"{row[NEW]} + {waiting} to be confirmed" if waiting else str(row[NEW])


def as_change_rows(comparison: Comparison, version: str, today: dt.date) -> list[dict[str, object]]:
    """The changes as rows of the table Changes, not yet approved."""
    texts = ((c, (version, c.ref, c.change, _cell(c.old), _cell(c.new))) for c in comparison.changes)
    headings = SPECS["Changes"].headings
    return [dict(zip(headings, (*known, c.klass, None, today, None), strict=True)) for c, known in texts]


def merge_changes(table: Table, rows: Sequence[Row], version: str) -> tuple[Table, tuple[Issue, ...]]:
    """The table Changes with a version's rows brought up to date: what an officer put in stays.

    Rows are the same by Version, Ref and Change. Those found no more go, unless they hold an approver or a note. The
    issues name approvals of a text that has changed since, and approved or noted changes that are found no more.
    """
    fresh = {_row_key(row): row for row in rows}
    listed = [r for r in table.rows() if _row_key(r)[0] == _ref(version) and _row_key(r)[2] in _CHANGE_KEYS]
    gone = [r for r in listed if _row_key(r) not in fresh]
    held = [r for r in gone if _ref(r["Approved by"]) or _ref(r["Note"])]
    there = [r for r in listed if _row_key(r) in fresh]
    kept = table.with_frame(table.frame.drop(index=[r["row"] for r in gone if r not in held]))
    changed = change(kept, {r["row"]: _renewed(r, fresh[_row_key(r)]) for r in there})
    known = {_row_key(r) for r in there}
    merged = extend(changed, [row for key, row in fresh.items() if key not in known])
    return merged, tuple(_doubts(table, there, fresh, held))


# ---- the two versions ----


@dataclass(frozen=True, slots=True)
class _Version:
    """A version's rows by table and ref, without deleted ones, which stand only in `every_outcome`."""

    name: str
    tables: Tables
    rows: Mapping[str, Mapping[str, Row]]
    every_outcome: Mapping[str, Row]
    timelines: Timelines
    year: int | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both versions, the titles of the themes by ref, and the financial years that they stand in."""

    before: _Version
    after: _Version
    themes: Mapping[str, str]
    old_year: int
    new_year: int


def _version(tables: Tables, name: str) -> _Version:
    every = {table: _by_ref(tables[table]) for table in _KINDS}
    rows = {t: {ref: row for ref, row in of.items() if _status(t, row) != "Deleted"} for t, of in every.items()}
    targets, column = get(tables, "Targets"), SPECS["Targets"].column("From")
    dated = [row["row"] for row in targets.rows() if row["From"] is not None and column.fits(row["From"])]
    timelines = read_targets(targets.with_frame(targets.frame.loc[dated]), frozenset())
    period = read_settings(get(tables, "Settings"))[0].current_period
    return _Version(name, tables, rows, every["Outcomes"], timelines, period.year if period else None)


def _pair(before: _Version, after: _Version) -> _Pair:
    tops = {
        v.name: [ref for ref, row in v.rows["Outcomes"].items() if to_number(row["Tier"]) == 1] for v in (after, before)
    }
    rows = {**before.rows["Outcomes"], **after.rows["Outcomes"]}
    themes = {ref: _title("Outcomes", rows[ref]) or ref for refs in tops.values() for ref in refs}
    latest = max((t.start.year for targets in after.timelines.values() for t in targets), default=0)
    new_year = next((y for y in (after.year, before.year) if y is not None), latest)
    return _Pair(before, after, themes, new_year if before.year is None else before.year, new_year)


def _by_ref(table: Table) -> dict[str, Row]:
    """The rows in table order by ref; of equal refs the first that is not deleted."""
    found: dict[str, Row] = {}
    for row in table.rows():
        there = found.get(_ref(row["Ref"]))
        if there is None or _status(table.name, there) == "Deleted":
            found[_ref(row["Ref"])] = row
    return {ref: row for ref, row in found.items() if ref}


def _theme(version: _Version, name: str, ref: str) -> str:
    """The ref of the tier 1 outcome over an outcome or indicator; blank where no way leads up to one."""
    at = ref if name == "Outcomes" else _ref(version.rows[name][ref]["Outcome"])
    seen: set[str] = set()
    while at in version.every_outcome and at not in seen:
        row = version.every_outcome[at]
        if to_number(row["Tier"]) == 1:
            return at
        seen.add(at)
        at = _ref(row["Parent"])
    return ""


# ---- what differs ----


def _compared(pair: _Pair, name: str) -> Iterator[Change]:
    olds, news = pair.before.rows[name], pair.after.rows[name]
    for ref in dict.fromkeys((*news, *olds)):
        was, now = olds.get(ref), news.get(ref)
        if was and now:
            yield from _altered(pair, name, ref, was, now)
        elif now and (kind := _arrival(name, now)):
            yield _with_theme(pair, name, Change(ref, kind, FOR_DECISION, new=_titled(name, now)))
        elif was:
            kind = "Outcome removed" if name == "Outcomes" else DELETED if _status(name, was) in LIVE else "Status"
            yield _with_theme(pair, name, Change(ref, kind, FOR_DECISION, old=_titled(name, was)))


def _arrival(name: str, row: Row) -> str:
    if name == "Outcomes":
        return "Outcome added"
    status = _status(name, row)
    return NEW if status in LIVE else TO_BE_CONFIRMED if status in _WAITING else ""


def _altered(pair: _Pair, name: str, ref: str, was: Row, now: Row) -> Iterator[Change]:
    for kind, headings in _KINDS[name]:
        if details := tuple(_differences(name, headings, was, now)):
            kept = all(_keeps_meaning(pair, d.heading, was, now) for d in details)
            yield _with_theme(pair, name, _change(ref, kind, DELEGATED if kept else FOR_DECISION, details))
    if name == "Indicators" and (details := tuple(_amendments(pair, _measure(ref, was), _measure(ref, now)))):
        yield _with_theme(pair, name, _change(ref, AMENDED, FOR_DECISION, details))


def _change(ref: str, kind: str, klass: str, details: tuple[Difference, ...]) -> Change:
    old, new = ("\n".join(f"{d.heading}: {getattr(d, side)}" for d in details) for side in ("old", "new"))
    return Change(ref, kind, klass, old, new, details=details)


def _with_theme(pair: _Pair, name: str, found: Change) -> Change:
    version = pair.after if found.ref in pair.after.rows[name] else pair.before
    theme = _theme(version, name, found.ref)
    return replace(found, theme=pair.themes.get(theme, ""), theme_ref=theme if theme in pair.themes else "")


def _differences(name: str, headings: Iterable[str], was: Row, now: Row) -> Iterator[Difference]:
    for heading in headings:
        filled = _ref(was.get(heading)) or _ref(now.get(heading))
        if filled and _key(name, heading, was) != _key(name, heading, now):
            yield Difference(heading, _shown(name, heading, was), _shown(name, heading, now))


def _keeps_meaning(pair: _Pair, heading: str, was: Row, now: Row) -> bool:
    """Whether an officer may make the change: people, a renumbered outcome, or wording with the same numbers."""
    if heading in _WORDING:
        old, new = _ref(was[heading]), _ref(now[heading])
        return bool(old and new) and _numbers(old) == _numbers(new)
    return heading in _PEOPLE or (heading in _REFS and _renumbered(pair, _ref(was[heading]), _ref(now[heading])))


def _renumbered(pair: _Pair, old: str, new: str) -> bool:
    """Whether one outcome has only another ref: each is in one version alone, and the titles are the same."""
    olds, news = pair.before.rows["Outcomes"], pair.after.rows["Outcomes"]
    alone = old in olds and new in news and old not in news and new not in olds
    return alone and _plain(olds[old]["Title"]) == _plain(news[new]["Title"]) != ""


def _amendments(pair: _Pair, was: Indicator, now: Indicator) -> Iterator[Difference]:
    """The target rows in force in NEW's year that have other figures, or that one version alone has."""
    olds = {t.start: t for t in pair.before.timelines.get(was.ref, ())}
    news = {t.start: t for t in pair.after.timelines.get(now.ref, ())}
    covered = max([pair.old_year, *(start.year for start in olds)])
    starts: set[Quarter] = set()
    for quarter in (Quarter(pair.new_year, n) for n in (1, 2, 3, 4)):
        old, new = in_force(pair.before.timelines, was, quarter), in_force(pair.after.timelines, now, quarter)
        if _figures(old) == _figures(new):
            continue
        if new and (_figures(olds[new.start]) != _figures(new) if new.start in olds else new.start.year <= covered):
            starts.add(new.start)
        if old and old.start not in news:
            starts.add(old.start)
    for start in sorted(starts):
        yield Difference(f"From {start}", _target_text(olds.get(start), was), _target_text(news.get(start), now))


def _figures(target: Target | None) -> Target | None:
    """A target row without its quarter; none where it holds no figure."""
    figures = None if target is None else replace(target, start=_NO_FIGURES.start)
    return None if figures == _NO_FIGURES else figures


# ---- themes and issues ----


def _themes(pair: _Pair, changes: Iterable[Change]) -> tuple[Theme, ...]:
    changed = Counter((c.theme_ref, c.change) for c in changes)
    after = pair.after.rows["Indicators"]
    live = Counter(_theme(pair.after, "Indicators", ref) for ref in after if _status("Indicators", after[ref]) in LIVE)
    listed = get(pair.after.tables, "Changes").rows()
    notes = {_ref(row["Ref"]): _ref(row["Note"]) for row in listed if _plain(row["Change"]) == _plain(NOTE)}
    return tuple(
        Theme(ref, title, {**{c: changed[ref, c] for c in COUNTED}, "Total": live[ref]}, notes.get(ref, ""))
        for ref, title in pair.themes.items()
    )


def _faults(version: _Version) -> Iterator[Issue]:
    """What the checks of the framework find in a version that makes the comparison uncertain."""
    for issue in check_framework(version.tables).issues:
        if issue.code in _UNCERTAIN:
            yield replace(issue, message=f"In the {version.name} version: {issue.message}")
    if version.year is None:
        message = f"The Current period of the {version.name} version is blank or cannot be read."
        fix = "Fill it in on the Settings sheet: it says which year's targets are compared."
        yield Issue("period-unset", "warning", message, fix, "Settings", ref="Current period")


def _without_theme(pair: _Pair) -> Iterator[Issue]:
    """The indicators of NEW, and those deleted since OLD, that count in no theme."""
    after = pair.after.rows["Indicators"]
    for version in (pair.after, pair.before):
        for ref, row in version.rows["Indicators"].items():
            counts = version is pair.after or (ref not in after and _status("Indicators", row) in LIVE)
            if counts and _theme(version, "Indicators", ref) not in pair.themes:
                above = f'no way leads up from its outcome "{_ref(row["Outcome"])}" in the {version.name} version.'
                fix = "Correct its outcome, or the parents above it, and compare again."
                table, message = version.tables["Indicators"], f"{ref} counts in no theme: {above}"
                yield _issue(table, row, "theme-unknown", "error", "Outcome", message, fix)


def _issue(table: Table, row: Row, code: str, severity: str, heading: str, message: str, fix: str) -> Issue:
    cell = table.cell(row["row"], heading)
    return Issue(code, severity, message, fix, table.name, table.sheet, cell, _ref(row["Ref"]))


# ---- rows of the table Changes ----


def _row_key(row: Row) -> tuple[str, str, str]:
    return _ref(row["Version"]), _ref(row["Ref"]), _plain(row["Change"])


def _renewed(there: Row, fresh: Row) -> dict[str, object]:
    """The cells of a row that are written again: the texts, and what an officer has left blank."""
    blanks = {h: fresh[h] for h in ("Class", "Date") if not _ref(there[h])}
    return {"Old": fresh["Old"], "New": fresh["New"], **blanks}


def _doubts(table: Table, there: Iterable[Row], fresh: Mapping[Any, Row], held: Iterable[Row]) -> Iterator[Issue]:
    for row in there:
        same = all(_plain(row[h]) == _plain(fresh[_row_key(row)][h]) for h in ("Old", "New"))
        if not same and _ref(row["Approved by"]):
            now = f"it reads otherwise now than when {row['Approved by']} approved it."
            fix = "See whether the approval still holds; if not, clear Approved by."
            message = f"{_ref(row['Ref'])}, {_ref(row['Change'])}: {now}"
            yield _issue(table, row, "change-overtaken", "warning", "Approved by", message, fix)
    for row in held:
        message = f"{_ref(row['Ref'])}, {_ref(row['Change'])}: the versions no longer differ in this. The row stays."
        yield _issue(table, row, "change-gone", "warning", "Change", message, "Delete the row if it is not needed.")


# ---- cells ----


def _status(name: str, row: Row) -> str:
    return str(SPECS[name].column("Status").tidy(_filled("Status", row)))


def _title(name: str, row: Row) -> str:
    return _ref(row["Title" if name == "Outcomes" else "Indicator"])


def _titled(name: str, row: Row) -> str:
    status = _status(name, row)
    return _title(name, row) + ("" if status == "Live" else f" ({status})")


def _measure(ref: str, row: Row) -> Indicator:
    """What is needed of an indicator to find its targets in force and to show them."""
    words = {h: str(SPECS["Indicators"].column(h).tidy(_ref(row[h]))) for h in ("Unit", "Polarity", "Report as")}
    unit, polarity, report_as = words.values()
    return Indicator(ref, "", "", "", unit, 0, polarity, "", "", "", report_as, unit_label=_ref(row["Unit label"]))


def _target_text(target: Target | None, measure: Indicator) -> str:
    if target is None:
        return "(none)"
    limits = {"Target": target.target, "Amber": target.amber, "Lower": target.lower, "Upper": target.upper}
    parts = [f"{name} {display(n, measure, in_full=True)}" for name, n in limits.items() if n is not None]
    if target.target is None and target.lower is None and target.upper is None:
        parts.insert(0, "Target to be confirmed")
    tolerance = "" if target.tolerance is None else f"Tolerance {show(target.tolerance)}"
    kind = f"Tolerance kind {target.tolerance_kind}" if target.tolerance_kind else ""
    return ", ".join(filter(None, (*parts, tolerance, kind, "Profile Even" if target.even else "")))


def _key(name: str, heading: str, row: Row) -> str | Fraction:
    """What a cell is compared by: a number, a ref, or a text without spacing and capitals."""
    value = _filled(heading, row)
    number = to_number(value) if heading in _NUMBERS else None
    return number if number is not None else _ref(value) if heading in _REFS else _plain(value)


def _shown(name: str, heading: str, row: Row) -> str:
    value = SPECS[name].column(heading).tidy(_filled(heading, row))
    number = to_number(value) if heading in _NUMBERS else None
    return show(number) if number is not None else _ref(value) or "(blank)"


def _filled(heading: str, row: Row) -> object:
    """A cell's value, with what a blank stands for."""
    if _ref(row.get(heading)):
        return row[heading]
    return {"Status": "Live", "Per": 100 if _plain(row.get("Unit")) == "percentage" else 1}.get(heading)


def _numbers(text: str) -> list[str]:
    return [n.replace(",", "") for n in re.findall(r"\d+(?:[.,]\d+)*", unicodedata.normalize("NFKC", text))]


def _plain(value: object) -> str:
    """A text without what is no change of wording: spacing, invisible marks and capitals."""
    return "".join(c for c in _ref(value).casefold() if c.isprintable() and not c.isspace())


def _ref(value: object) -> str:
    return "" if value is None else ref_text(value)


def _cell(text: str) -> str | None:
    return text[:_LONGEST] + (" …" if len(text) > _LONGEST else "") or None


_CHANGE_KEYS = frozenset(_plain(kind) for kind in CHANGES)
