"""What of a master must not travel: confidential figures, what would give them away, and texts that quote them.

A figure is confidential where a row that counts, or waits to be settled, says c (docs/rules/states.md). The same rules
hold here as in reports, and where something cannot be told, more is withheld and not less.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xl_outcomes.areas import WITHHELD, breakdowns
from xl_outcomes.closing import closed_quarters
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import OutcomesError
from xl_outcomes.exact import read_number, rounded, to_number
from xl_outcomes.figures import is_yes, read_code, window
from xl_outcomes.framework import Framework, ref_text
from xl_outcomes.periods import Period, Quarter, quarter_of, read_period
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.tables import Tables, change, get
from xl_outcomes.thread import check_framework

CARRIERS = ("Observations", "Results", "Issues", "Held", "Benchmarks")
_SECRET = "c"
_FIGURES = ("Value", "Numerator", "Denominator", "Forecast")
_WORDS = ("Commentary", "Corrective action")
_OF_RESULTS = ("Value", "Variance", "Forecast", "Reason", "Direction", "Direction on year")
_BEFORE = {"Previous": "Direction", "Last year": "Direction on year"}
_OF_ISSUES = ("Value", "Message", "Fix", "Settled value", "Note")
_SAY_NO_FIGURES = ("Settings", "Outcomes", "Indicators", "Targets", "Owners", "Services", "Returns", "Closed")
_NO_PROSE = ("Ref", "Indicator", "Issue", "Issues", "Waits for", "Area", "Data owner", "Report number")
_SHORTEST_QUOTE = 20
# A number that stands alone: not in a ref (HOU-1.2a), a period (2025/26 Q1) or a date (2025-07-01).
_ALONE = re.compile(r"(?<![\w.,/-])[-−]?£?(\d+(?:,\d{3})*(?:\.\d+)?)(?![\w/]|[.-]\d)")

_Key = tuple[str, Period, str]
_Place = tuple[str, int, str]
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Open:
    """A master's tables that may travel, and the sheet rows in which something was withheld, by table."""

    tables: Tables
    withheld: Mapping[str, tuple[int, ...]]


def without_confidential(tables: Tables) -> Open:
    """The tables with blanks in the place of confidential figures, of what gives them away and what quotes them.

    Columns that officers added are blanked in the same rows, since nobody knows what they hold.
    """
    keys = _keys(tables)
    places = {*_of_observations(tables, {*keys, *_given_away(tables, keys)}), *_of_benchmarks(tables)}
    if places or keys:
        framework = _framework(tables)
        places |= {*_of_results(tables, keys, framework), *_of_issues(tables, keys)}
        places |= set(_quotes(tables, places, framework))
    return _blanked(tables, places)


# ---- which figures are confidential ----


def _keys(tables: Tables) -> set[_Key]:
    """Indicator, period and area of each confidential figure that stands, or waits to be taken in."""
    observed = (r for r in get(tables, "Observations").rows() if not is_yes(r["Superseded"]))
    held = (r for r in get(tables, "Held").rows() if r["Status"] == "Held")
    found = (_key(row) for row in (*observed, *held) if read_code(row["Shorthand"]) == _SECRET)
    return {key for key in found if key is not None}


def _given_away(tables: Tables, keys: set[_Key]) -> set[_Key]:
    """The figures of areas by which a confidential one could be worked out, as the reports withhold them."""
    found: set[_Key] = set()
    areas = _areas(tables) if keys else {}
    for ref, quarter in {(ref, quarter_of(period)) for ref, period, _ in keys}:
        others = areas.get((ref, quarter), set())
        secret = {key for key in keys if key[0] == ref and quarter_of(key[1]) == quarter}
        if not others or all(key in secret for key in others):
            continue
        told = None if any(not area for _, _, area in secret) else _withheld_areas(tables, quarter).get(ref)
        alone = any(sum(p == period for _, p, _ in secret) == 1 for _, period, _ in secret)
        whole = told is None or (alone and not told)
        found |= {key for key in others if whole or key[2] in (told or ())}
    return found


def _areas(tables: Tables) -> dict[tuple[str, Quarter], set[_Key]]:
    """The figures by area that there are, by indicator and quarter."""
    found: dict[tuple[str, Quarter], set[_Key]] = {}
    for row in get(tables, "Observations").rows():
        key = _key(row)
        if key and key[2]:
            found.setdefault((key[0], quarter_of(key[1])), set()).add(key)
    return found


def _withheld_areas(tables: Tables, quarter: Quarter) -> dict[str, set[str]]:
    """The areas that reports of a quarter withhold, by indicator; nothing where it cannot be rated."""
    try:
        # The day decides only between overdue and awaited, which does not matter here.
        rated = rate_quarter(tables, quarter, quarter.end + dt.timedelta(days=366), closed_quarters(tables))
    except OutcomesError:
        return {}
    return {b.indicator.ref: {p.area for p in b.places if p.state == WITHHELD} for b in breakdowns(rated)}


def _quarters(ref: str, period: Period, framework: Framework | None) -> set[Quarter]:
    """The quarters whose figure is built from that of a period; the rest of its year where that is unknown."""
    own = quarter_of(period)
    rest = {Quarter(own.year, number) for number in range(own.number, 5)}
    indicator = framework.indicators.get(ref) if framework else None
    if indicator is None:
        return rest
    latest = indicator.aggregation == "Latest"
    return {q for q in rest if period in (window(indicator, q)[-1:] if latest else window(indicator, q))}


# ---- where they stand ----


def _of_observations(tables: Tables, keys: set[_Key]) -> Iterator[_Place]:
    """Rows of confidential figures, also those that a confidential row has replaced."""
    for name in ("Observations", "Held"):
        headings = (*_FIGURES, *_WORDS, *_own(tables, name))
        for row in get(tables, name).rows():
            if read_code(row["Shorthand"]) == _SECRET or _key(row) in keys:
                yield from ((name, row["row"], heading) for heading in headings)


def _of_results(tables: Tables, keys: set[_Key], framework: Framework | None) -> Iterator[_Place]:
    """Results that were worked out before the figure became confidential, and those compared with them."""
    secret = {(ref, q) for ref, period, area in keys if not area for q in _quarters(ref, period, framework)}
    for row in get(tables, "Results").rows():
        ref, period = ref_text(row["Indicator"] or ""), read_period(row["Period"])
        if not isinstance(period, Quarter):
            continue
        headings = {h for h, q in _compared(ref, period, framework) if (ref, q) in secret}
        headings |= {_BEFORE[h] for h in headings}
        if (ref, period) in secret and row["State"] != "Confidential":
            headings |= {*_OF_RESULTS, *_own(tables, "Results")}
        yield from (("Results", row["row"], heading) for heading in headings)


def _compared(ref: str, quarter: Quarter, framework: Framework | None) -> Iterator[tuple[str, Quarter]]:
    """With which earlier quarters a result is compared, under which headings."""
    indicator = framework.indicators.get(ref) if framework else None
    for back in (1, 2, 3, 4):
        yield "Previous", quarter.shift(-back)
        if indicator and indicator.due_in(quarter.shift(-back)):
            break
    yield "Last year", quarter.shift(-4)


def _of_issues(tables: Tables, keys: set[_Key]) -> Iterator[_Place]:
    secret = {(ref, quarter_of(period)) for ref, period, _ in keys}
    headings = (*_OF_ISSUES, *_own(tables, "Issues"))
    for row in get(tables, "Issues").rows():
        period = read_period(row["Period"])
        if period and (ref_text(row["Indicator"] or ""), quarter_of(period)) in secret:
            yield from (("Issues", row["row"], heading) for heading in headings)


def _of_benchmarks(tables: Tables) -> Iterator[_Place]:
    headings = ("Value", *_own(tables, "Benchmarks"))
    for row in get(tables, "Benchmarks").rows():
        if read_code(row["Shorthand"]) == _SECRET:
            yield from (("Benchmarks", row["row"], heading) for heading in headings)


# ---- what quotes them ----


@dataclass(frozen=True, slots=True)
class _Said:
    """What must not be quoted of an indicator: figures, without their sign, and whole texts."""

    numbers: frozenset[Fraction]
    texts: tuple[str, ...]

    def quoted_in(self, value: object) -> bool:
        if not isinstance(value, str):
            number = to_number(value)
            return number is not None and abs(number) in self.numbers
        told = (read_number(found) for found in _ALONE.findall(value))
        return any(number in self.numbers for number in told) or any(text in value for text in self.texts)


def _quotes(tables: Tables, places: set[_Place], framework: Framework | None) -> Iterator[_Place]:
    """Texts, and cells of officers' own columns, that quote what is withheld, in rows that name its indicator."""
    said = _said(tables, places, framework)
    for name, table in tables.items():
        if not said or name in _SAY_NO_FIGURES:
            continue
        texts = [c.heading for c in SPECS[name].columns if c.kind == "text" and c.heading not in _NO_PROSE]
        headings = [*texts, *_own(tables, name)]
        cells = zip(*(table.frame[h] for h in headings), strict=True)
        named = zip(*(table.frame[h] for h in table.frame.columns), strict=True)
        for row, values, whole in zip(table.frame.index, cells, named, strict=True):
            about = " ".join(str(v) for v in whole if v is not None)
            for ref in (ref for ref in said if ref in about):
                yield from ((name, row, h) for h, v in zip(headings, values, strict=True) if said[ref].quoted_in(v))


def _said(tables: Tables, places: set[_Place], framework: Framework | None) -> dict[str, _Said]:
    """What is withheld, by indicator: as it stands, and as people round it."""
    numbers: dict[str, set[Fraction]] = {}
    texts: dict[str, set[str]] = {}
    frames = {name: get(tables, name).frame for name in CARRIERS if name != "Benchmarks"}
    for name, row, heading in places:
        if name not in frames or (ref := frames[name].at[row, "Indicator"]) is None:
            continue
        value = frames[name].at[row, heading]
        number = to_number(value)
        if number is not None and heading in SPECS[name].headings:
            numbers.setdefault(ref_text(ref), set()).update(_rounded(number, ref_text(ref), framework))
        elif isinstance(value, str) and heading in _WORDS and len(value.strip()) >= _SHORTEST_QUOTE:
            texts.setdefault(ref_text(ref), set()).add(value.strip())
    for ref, ratio in _ratios(tables, places, framework):
        numbers.setdefault(ref, set()).update(_rounded(ratio, ref, framework))
    refs = sorted({*numbers, *texts})
    return {ref: _Said(frozenset(numbers.get(ref, ())), tuple(sorted(texts.get(ref, ())))) for ref in refs}


def _ratios(tables: Tables, places: set[_Place], framework: Framework | None) -> Iterator[tuple[str, Fraction]]:
    """The figures that withheld numerators and denominators give."""
    for name in ("Observations", "Held"):
        rows = {row for table, row, heading in places if table == name and heading == "Numerator"}
        for row in get(tables, name).rows() if rows else ():
            top, bottom = to_number(row["Numerator"]), to_number(row["Denominator"])
            if row["row"] in rows and top is not None and bottom:
                ref = ref_text(row["Indicator"] or "")
                indicator = framework.indicators.get(ref) if framework else None
                yield ref, top / bottom * (indicator.per if indicator else 100)


def _rounded(number: Fraction, ref: str, framework: Framework | None) -> set[Fraction]:
    indicator = framework.indicators.get(ref) if framework else None
    decimals = indicator.decimals if indicator else 2
    return {abs(number), *(abs(rounded(number, n)) for n in range(decimals + 1))}


# ---- small helpers ----


def _blanked(tables: Tables, places: set[_Place]) -> Open:
    cells: dict[str, dict[int, dict[str, Any]]] = {}
    for name, row, heading in places:
        if name in tables and tables[name].frame.at[row, heading] is not None:
            cells.setdefault(name, {}).setdefault(row, {})[heading] = None
    changed = {name: change(tables[name], rows) for name, rows in cells.items()}
    return Open({**tables, **changed}, {name: tuple(sorted(rows)) for name, rows in cells.items()})


def _framework(tables: Tables) -> Framework | None:
    try:
        return check_framework(tables).framework
    except OutcomesError:
        return None


def _own(tables: Tables, name: str) -> tuple[str, ...]:
    """The headings of columns that officers have added."""
    known = set(SPECS[name].headings)
    return tuple(h for h in get(tables, name).frame.columns if h not in known)


def _key(row: _Row) -> _Key | None:
    period = read_period(row["Period"])
    if period is None or row["Indicator"] is None:
        return None
    return ref_text(row["Indicator"]), period, str(row.get("Area") or "").strip()
