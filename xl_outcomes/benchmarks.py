"""Where the council stands among others, and other councils' figures from a file (docs/rules/benchmarks.md)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from xl_outcomes.contract import SHORTHAND, SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.exact import rounded, show, to_float, to_number
from xl_outcomes.figures import NO_FIGURE, read_code
from xl_outcomes.framework import Framework, Indicator, ref_text
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import distance
from xl_outcomes.settings import Settings
from xl_outcomes.standing import History, recent_figures
from xl_outcomes.tables import Table, Tables, change, extend, get
from xl_outcomes.targets import Held, held_to, in_force

ALL = "All comparators"
BETTER, SAME, WORSE = "Better", "The same", "Worse"

_Key = tuple[str, Quarter, str]


@dataclass(frozen=True, slots=True)
class Position:
    """The council among the comparators of a group in one quarter; figures are as displayed, in table order.

    `count` is how many figures there are, the council's own among them; `left_out` says who has none, and why. There
    is no rank without a figure of our own or where the polarity says nothing. Mean and median leave the council out.
    """

    period: Quarter
    value: Fraction | None
    rank: int | None
    count: int
    mean: Fraction
    median: Fraction
    against_median: str | None
    figures: tuple[tuple[str, Fraction], ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def quartile(self) -> int | None:
        """1 to 4, 1 the best; None without a rank."""
        return None if self.rank is None else quartile(self.rank, self.count)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An indicator within a group (`ALL`: every comparator), quarter by quarter, the oldest first."""

    indicator: Indicator
    group: str
    positions: tuple[Position, ...]

    @property
    def latest(self) -> Position:
        """The newest quarter for which others' figures are there."""
        return self.positions[-1]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row about another council: its figure, or None with the code (blank, x, z or c) that says why."""

    ref: str
    period: Quarter
    comparator: str
    groups: tuple[str, ...]
    value: Fraction | None
    code: str


@dataclass(frozen=True, slots=True)
class Imported:
    """Benchmarks with a file's rows taken in, how many, and what was found in them."""

    table: Table
    added: int
    replaced: int
    unchanged: int
    left_out: int
    issues: tuple[Issue, ...]

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        counts = (self.added, "new"), (self.replaced, "replaced"), (self.unchanged, "as before")
        return f"{', '.join(f'{n} {what}' for n, what in counts)}, {self.left_out} left out."


def compare(rated: Rated, tables: Tables) -> tuple[Comparison, ...]:
    """Each live indicator with benchmarks, in framework order: within all comparators, then within each group.

    Quarters after the rated one are left out, as are those in which the indicator is not due.
    """
    framework, council = rated.framework, rated.settings.council
    held: dict[str, list[Entry]] = {}
    for entry in _usable(get(tables, "Benchmarks"), framework.indicators, council):
        held.setdefault(entry.ref, []).append(entry)
    ordered = (i for o in rated.framework.down() for i in framework.measures(o.ref))
    found = []
    for indicator in (i for i in ordered if i.expected() and i.ref in held):
        entries = held[indicator.ref]
        for group in (ALL, *dict.fromkeys(g for e in entries for g in e.groups)):
            positions = tuple(_positions(rated, indicator, entries, group))
            found += [Comparison(indicator, group, positions)] if positions else []
    return tuple(found)


def rank(own: Fraction, others: Iterable[Fraction], polarity: str, held: Held | None = None) -> int | None:
    """One more than how many are better, so that equals share the better rank; None where nothing is better or worse.

    In range, nearer to the range `held` is better.
    """
    mine = goodness(own, polarity, held)
    scores = [goodness(other, polarity, held) for other in others]
    return None if mine is None else 1 + sum(score is not None and score > mine for score in scores)


def quartile(place: int, count: int) -> int:
    """The quartile of a rank among so many: 1 (best) to 4."""
    return 1 + 4 * (place - 1) // count


def benchmark_issues(tables: Tables, framework: Framework, settings: Settings) -> tuple[Issue, ...]:
    """What is odd in Benchmarks, each a warning: rows that cannot be used, and rows for one figure twice."""
    table, seen, issues = get(tables, "Benchmarks"), set(), []
    for row in table.rows():
        if all(row[h] is None for h in ("Indicator", "Period", "Comparator", "Value")):
            continue
        found = _read(row, framework.indicators, settings.council)
        if isinstance(found, Entry):
            key = _key(found)
            if key in seen:
                message = f"{found.comparator} stands here twice for {found.ref} and {found.period}; the last counts."
                found = _Fault("benchmark-twice", "Comparator", message, "Delete the row that is out of date.")
            elif not framework.indicators[found.ref].due_in(found.period):
                message = f"{found.ref} is not due in {found.period}, so there is no figure to compare with."
                found = _Fault("benchmark-not-due", "Period", message, "Give the quarter in which ours is due.")
            seen.add(key)
        if isinstance(found, _Fault):
            issues.append(_issue(found, row, table.sheet, table.cell(row["row"], found.heading)))
    return tuple(issues)


def import_benchmarks(
    benchmarks: Table,
    rows: Sequence[Mapping[str, Any]],
    indicators: Mapping[str, Indicator],
    *,
    council: str = "",
    file: str = "",
) -> Imported:
    """Benchmarks with other councils' figures taken in; a newer figure replaces the one that is there.

    `rows` have the headings of the contract (optional ones may be missing), under "row" and "cells" where they stand in
    the file. An indicator may be named by its ref or its title, the quarter of an annual one by its year alone. What
    cannot be used is left out, with an issue; the same rows again change nothing.
    """
    names = {**_by_name(indicators), **indicators}
    issues: list[Issue] = []
    new: dict[_Key, tuple[Entry, str | None]] = {}
    for row in rows:
        full = {**dict.fromkeys(SPECS["Benchmarks"].headings), **row}
        found = _read(full, names, council)
        fault = found if isinstance(found, _Fault) else _fresh_fault(found, new)
        if fault:
            issues.append(_issue(fault, full, "", row.get("cells", {}).get(fault.heading, ""), file))
        if isinstance(found, Entry) and (found.value is not None or found.code):
            new[_key(found)] = found, ref_text(full["Source"] or "") or None
    old = {_key(e): (e, row) for row in benchmarks.rows() if isinstance(e := _read(row, indicators, council), Entry)}
    changed = [(e, source, *old[k]) for k, (e, source) in new.items() if k in old and _differs(e, source, *old[k])]
    added = [_cells(entry, source) for key, (entry, source) in new.items() if key not in old]
    cells = {row["row"]: _cells(entry, source, before) for entry, source, before, row in changed}
    issues += [*_scales((e for e, _ in new.values()), indicators, file), *_replacements(changed, file)]
    counts = len(added), len(changed), len(new) - len(added) - len(changed), len(rows) - len(new)
    return Imported(extend(change(benchmarks, cells), added), *counts, tuple(issues))


# ---- positions ----


def _positions(rated: Rated, indicator: Indicator, entries: Sequence[Entry], group: str) -> Iterator[Position]:
    known = dict.fromkeys(e.comparator for e in entries if group == ALL or group in e.groups)
    for quarter in sorted({e.period for e in entries if e.period <= rated.period}):
        here = {e.comparator: e for e in entries if e.period == quarter}
        members = [n for n in known if group == ALL or n not in here or group in here[n].groups]
        figures = [(n, rounded(v, indicator.decimals)) for n in members if (v := _figure(here.get(n))) is not None]
        left_out = [(n, _why(here.get(n))) for n in members if _figure(here.get(n)) is None]
        if figures and indicator.due_in(quarter):
            yield _position(rated.history, indicator, quarter, tuple(figures), tuple(left_out))


def _position(
    history: History,
    indicator: Indicator,
    quarter: Quarter,
    figures: tuple[tuple[str, Fraction], ...],
    left_out: tuple[tuple[str, str], ...],
) -> Position:
    (own,) = recent_figures(history, indicator, [quarter])
    target = in_force(history.timelines, indicator, quarter)
    held = held_to(target, indicator, quarter, history.settings) if target and not target.wrong else None
    others = sorted(value for _, value in figures)
    middle = (others[(len(others) - 1) // 2] + others[len(others) // 2]) / 2
    place = None if own is None else rank(own, others, indicator.polarity, held)
    side = None if own is None else _side(own, middle, indicator.polarity, held)
    mean = sum(others, Fraction(0)) / len(others)
    count = len(others) + (own is not None)
    return Position(quarter, own, place, count, mean, middle, side, figures, left_out)


def goodness(value: Fraction, polarity: str, held: Held | None) -> Fraction | None:
    """A number that is larger the better a figure is."""
    if polarity == "In range":
        return -distance(value, held) if held and held.confirmed(polarity) else None
    return {"Higher is better": value, "Lower is better": -value}.get(polarity)


def _side(own: Fraction, middle: Fraction, polarity: str, held: Held | None) -> str | None:
    mine, theirs = goodness(own, polarity, held), goodness(middle, polarity, held)
    if mine is None or theirs is None:
        return None
    return SAME if mine == theirs else BETTER if mine > theirs else WORSE


def _figure(entry: Entry | None) -> Fraction | None:
    return entry.value if entry else None


def _why(entry: Entry | None) -> str:
    return SHORTHAND.get(entry.code, "no figure") if entry else "no figure"


# ---- rows of the table ----


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a row cannot be used, and under which heading."""

    code: str
    heading: str
    message: str
    fix: str


def _usable(table: Table, indicators: Mapping[str, Indicator], council: str) -> list[Entry]:
    """The rows that can be used, names spelt as they were first; of several rows for one figure the last."""
    names: dict[str, str] = {}
    found: dict[_Key, Entry] = {}
    for row in table.rows():
        entry = _read(row, indicators, council)
        if isinstance(entry, Entry):
            groups = tuple(names.setdefault(f"group {g.casefold()}", g) for g in entry.groups)
            comparator = names.setdefault(entry.comparator.casefold(), entry.comparator)
            found[_key(entry)] = replace(entry, comparator=comparator, groups=groups)
    return list(found.values())


def _read(row: Mapping[str, Any], known: Mapping[str, Indicator], council: str) -> Entry | _Fault:
    ref, comparator = ref_text(row["Indicator"] or ""), ref_text(row["Comparator"] or "")
    indicator = known.get(ref) or known.get(ref.casefold())
    if indicator is None:
        message = f'"{ref}" is not an indicator of the framework; the row is left out.'
        return _Fault("benchmark-unknown", "Indicator", message, "Give the indicator's ref.")
    period = _quarter(row["Period"], indicator)
    if period is None:
        message = f'"{ref_text(row["Period"] or "")}" is not a quarter; the row is left out.'
        return _Fault("benchmark-period", "Period", message, 'Write a quarter as "2025/26 Q2".')
    if not comparator:
        return _Fault("benchmark-comparator", "Comparator", "The row does not say whose figure it is.", "Name it.")
    if comparator.casefold() == council.casefold():
        message = f"{comparator} is this council; its figures come from its returns, so the row is left out."
        return _Fault("benchmark-self", "Comparator", message, "Delete the row.")
    code, value = read_code(row["Shorthand"]) or read_code(row["Value"]), to_number(row["Value"])
    if row["Shorthand"] is not None and not code:
        message = f'"{row["Shorthand"]}" is not a shorthand code; the row is left out.'
        return _Fault("benchmark-shorthand", "Shorthand", message, f"Choose one of: {', '.join(SHORTHAND)}.")
    if value is None and row["Value"] is not None and not code:
        message = f'"{row["Value"]}" is not a number; the row is left out.'
        return _Fault("benchmark-value", "Value", message, "Type a number, or a shorthand code (x, z or c).")
    return Entry(indicator.ref, period, comparator, _groups(row["Group"]), None if code in NO_FIGURE else value, code)


def _quarter(text: object, indicator: Indicator) -> Quarter | None:
    """The quarter that a text names; for an annual indicator a year alone stands for its due quarter."""
    year = [f"{text} Q{indicator.due_quarter}"] if indicator.frequency == "Annual" else []
    for form in (text, *year):
        try:
            return parse_quarter(form)
        except InputError:
            continue
    return None


def _groups(value: object) -> tuple[str, ...]:
    """The groups that a text names, each once; "All" is not one of them, since every comparator is in it."""
    names = (" ".join(n.split()) for n in ref_text(value or "").split(","))
    named = {n.casefold(): n for n in names if n and n.casefold() not in ("all", ALL.casefold())}
    return tuple(named.values())


def _key(entry: Entry) -> _Key:
    return entry.ref, entry.period, entry.comparator.casefold()


def _issue(fault: _Fault, row: Mapping[str, Any], sheet: str, cell: str, file: str = "") -> Issue:
    value = "" if row[fault.heading] is None else str(row[fault.heading])
    ref = ref_text(row["Indicator"] or "")
    return Issue(fault.code, "warning", fault.message, fault.fix, "Benchmarks", sheet, cell, ref, value, file=file)


# ---- rows of a file ----


def _by_name(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """The indicators by ref and by title, both folded; a title that two of them have stands for neither."""
    titles: dict[str, list[Indicator]] = {}
    for indicator in indicators.values():
        titles.setdefault(indicator.title.casefold(), []).append(indicator)
    alone = {title: found[0] for title, found in titles.items() if len(found) == 1}
    return {**alone, **{ref.casefold(): indicator for ref, indicator in indicators.items()}}


def _fresh_fault(entry: Entry, new: Collection[_Key]) -> _Fault | None:
    if entry.value is None and not entry.code:
        message = f"There is no figure of {entry.comparator} for {entry.ref} and {entry.period}; the row is left out."
        return _Fault("benchmark-value", "Value", message, "Type a number, or a shorthand code (x, z or c).")
    if _key(entry) in new:
        message = f"The file has {entry.comparator} twice for {entry.ref} and {entry.period}; the last one counts."
        return _Fault("benchmark-twice", "Comparator", message, "Delete one of the rows in the file.")
    return None


def _differs(entry: Entry, source: str | None, before: Entry, row: Mapping[str, Any]) -> bool:
    """Whether an entry says something else than the row that is there; a blank group or source says nothing."""
    figures = (entry.value, entry.code) != (before.value, before.code)
    groups = bool(entry.groups) and entry.groups != before.groups
    return figures or groups or (source is not None and source != row["Source"])


def _cells(entry: Entry, source: str | None, before: Entry | None = None) -> dict[str, Any]:
    """The cells of an entry; of one that replaces another only what the file gives."""
    named = {"Group": ", ".join(entry.groups) or None, "Source": source}
    figure = {"Value": to_float(entry.value), "Shorthand": entry.code or None}
    if before:
        return {**figure, **{h: text for h, text in named.items() if text}}
    return {"Indicator": entry.ref, "Period": str(entry.period), "Comparator": entry.comparator, **named, **figure}


_Change = tuple[Entry, str | None, Entry, Mapping[str, Any]]


def _replacements(changed: Iterable[_Change], file: str) -> Iterator[Issue]:
    for entry, _, before, row in changed:
        one, other = _said(before), _said(entry)
        what = f"{one} becomes {other}" if one != other else "its group or source changes"
        message = f"{entry.ref}, {entry.period}, {before.comparator}: {what}."
        fault = _Fault("benchmark-replaced", "Value", message, "Nothing, if the file is the newer of the two.")
        yield _issue(fault, row, "", "", file)


def _said(entry: Entry) -> str:
    return f"[{entry.code}]" if entry.value is None else f"{show(entry.value)}{f' [{entry.code}]' * bool(entry.code)}"


def _scales(entries: Iterable[Entry], indicators: Mapping[str, Indicator], file: str) -> Iterator[Issue]:
    """Percentages that look like shares: none of several is over 1."""
    values: dict[str, list[Fraction]] = {}
    for entry in entries:
        if entry.value is not None and indicators[entry.ref].unit == "Percentage":
            values.setdefault(entry.ref, []).append(entry.value)
    for ref, found in values.items():
        if len(found) > 1 and any(found) and max(map(abs, found)) <= 1:
            message = f"No figure for {ref} in the file is over 1, although it is a percentage."
            fix = "If they are shares (0.98 for 98%), multiply them by 100 in the file and import it again."
            yield Issue("benchmark-scale", "warning", message, fix, "Benchmarks", ref=ref, file=file)
