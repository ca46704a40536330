"""Closing a quarter: its rows of Results and Rollup stand from then on, and an edit of them is found.

What was closed comes as `kept`, the tables of the archived master; this module reads no file (docs/rules/closing.md).
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.errors import InputError, WorkbookError
from xl_outcomes.framework import ref_text
from xl_outcomes.periods import Month, Quarter, parse_period
from xl_outcomes.quarter import Rated
from xl_outcomes.returns.intake import log
from xl_outcomes.returns.queries import is_open_query
from xl_outcomes.returns.register import AWAITING, OVERDUE
from xl_outcomes.rollup import INSUFFICIENT, NOTHING_DUE
from xl_outcomes.tables import Table, Tables, blank, change, extend, get
from xl_outcomes.wording import day_words

TABLES = {"Results": "Indicator", "Rollup": "Ref"}
CLOSED, REVISED, REOPENED = "Closed", "Revised", "Reopened"
_RATING_WORDS = (*RATINGS, INSUFFICIENT, NOTHING_DUE)


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing in force: its row of the table Closed, its archive's folder, the SHA-256 of manifest and rows."""

    quarter: Quarter
    row: int
    archive: str
    manifest: str
    fingerprint: str
    at: dt.datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an action changes, and what it says it did."""

    changed: dict[str, Table]
    summary: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that is not as it was closed; `heading` is blank where a whole row is gone or has been added."""

    table: str
    cell: str
    ref: str
    heading: str = ""
    was: object = None
    now: object = None

    @property
    def line(self) -> str:
        """For people: "Results G12, HOU-1a, Rating: was "Red", is "Green"."."""
        if self.heading:
            place = f"{self.table} {self.cell}".strip()
            return f"{place}, {self.ref}, {self.heading}: was {_show(self.was)}, is {_show(self.now)}."
        if self.cell:
            return f"{self.table} {self.cell}: a row of {self.ref} has been added."
        return f"{self.table}: the row of {self.ref} is gone."


def closings(tables: Tables) -> dict[Quarter, Closing]:
    """The closings in force by quarter; raises WorkbookError for a row of Closed whose period cannot be read.

    A row has ended only where its Status says so and Ended and Reason are filled in.
    """
    found = {}
    table = get(tables, "Closed")
    for row in table.rows():
        quarter = _quarter(row["Period"])
        if quarter is None:
            place = f"{table.sheet or 'Closed'} {table.cell(row['row'], 'Period')}".strip()
            fix = "Put the quarter back that stood there; the sheet Log says which were closed."
            raise WorkbookError(f'{place}: "{row["Period"] or ""}" is not a quarter.', fix)
        if row["Status"] in (REVISED, REOPENED) and row["Ended"] is not None and row["Reason"] is not None:
            continue
        archive, manifest, rows = (str(row[h] or "").strip() for h in ("Archive", "Manifest", "Fingerprint"))
        by = str(row["By"] or "somebody")
        found[quarter] = Closing(quarter, row["row"], archive, manifest, rows, to_date(row["Closed"]), by)
    return found


def closed_quarters(tables: Tables) -> frozenset[Quarter]:
    """The quarters that are read from Results and never rated again."""
    return frozenset(closings(tables))


def demand_open(tables: Tables, quarter: Quarter) -> None:
    """Raises InputError where a quarter is closed."""
    closing = closings(tables).get(quarter)
    if closing is not None:
        when = f" on {day_words(closing.at)}" if closing.at else ""
        fix = "To change it, reopen the quarter and say why."
        raise InputError(f"{quarter} was closed by {closing.by}{when}; its figures and ratings stand.", fix)


def fingerprint(tables: Tables, quarter: Quarter) -> str:
    """The SHA-256 of a quarter's rows of Results and Rollup: numbers at 15 digits, in whatever order they stand."""
    # Blank cells are left out, so that a heading that comes later changes no fingerprint.
    rows = {
        name: sorted(
            json.dumps(sorted(c for c in row.canonical.items() if c[1])) for row in _rows_of(tables, name, quarter)
        )
        for name in TABLES
    }
    return hashlib.sha256(json.dumps(rows).encode("ascii")).hexdigest()


def close(tables: Tables, rated: Rated, at: dt.datetime, who: str) -> Done:
    """A quarter closed; `rated` is the quarter rated afresh, which its rows must agree with.

    The row's Manifest is filled in by `sealed`, once the archive is written. Raises InputError where the quarter is
    closed already, is not rated as its figures now say, or has open queries.
    """
    quarter = rated.period
    demand_open(tables, quarter)
    _demand_rated(tables, rated)
    _demand_settled(tables, quarter)
    counts = " and ".join(f"{len(_rows_of(tables, name, quarter))} rows of {name}" for name in TABLES)
    summary = f"{quarter} is closed with {counts}.{_missing(tables, quarter)}"
    table = extend(get(tables, "Closed"), [_closed_row(tables, quarter, at, who)])
    return Done({"Closed": table, "Log": log(tables, at, who, "Close quarter", summary)}, summary)


def sealed(changed: Tables, quarter: Quarter, manifest: str) -> dict[str, Table]:
    """What a closing or a revision changes, with the SHA-256 of its archive's manifest."""
    row = closings(changed)[quarter].row
    return {**changed, "Closed": change(changed["Closed"], {row: {"Manifest": manifest}})}


def altered(tables: Tables) -> tuple[Closing, ...]:
    """The closings whose rows are no longer as they were closed, the earliest quarter first."""
    return tuple(c for q, c in sorted(closings(tables).items()) if fingerprint(tables, q) != c.fingerprint)


def differences(tables: Tables, kept: Tables, quarter: Quarter) -> tuple[Difference, ...]:
    """Cell by cell, what of a closed quarter is not as it is in the archived master; raises what `put_back` raises."""
    _trusted(tables, kept, quarter)
    return _differences(tables, _pairs(tables, kept, quarter))


def put_back(tables: Tables, kept: Tables, quarter: Quarter, at: dt.datetime, who: str) -> Done:
    """A closed quarter's rows as they were closed; the rows of other quarters stay as they are.

    Raises InputError where the quarter is not closed or nothing differs, WorkbookError where the archived master does
    not hold what was closed.
    """
    pairs, found = _edits(tables, kept, quarter)
    changed = {name: _restored(get(tables, name), pairs[name]) for name in {d.table: None for d in found}}
    summary = f"{quarter} is put back as it was closed. {_listed(found)}"
    return Done({**changed, "Log": log(tables, at, who, "Put back closed quarter", summary)}, summary)


def as_revision(tables: Tables, kept: Tables, quarter: Quarter, reason: str, at: dt.datetime, who: str) -> Done:
    """The edits of a closed quarter kept, as a revision: flagged r, logged with the reason, the quarter closed anew.

    Its new row of Closed needs an archive of its own (`sealed`). Raises what `put_back` raises, and InputError without
    a reason, or where an edit is none that a revision can be.
    """
    pairs, found = _edits(tables, kept, quarter)
    for difference in found:
        _demand_revisable(difference)
    changed = {name: _flagged(get(tables, name), pairs[name]) for name in {d.table: None for d in found}}
    ended = _ended(tables, _in_force(tables, quarter), REVISED, reason, at)
    row = _closed_row({**tables, **changed}, quarter, at, who)
    summary = f"{quarter} is revised after closing. {_listed(found)} Reason: {reason.strip()}"
    logged = log(tables, at, who, "Revise closed quarter", summary)
    return Done({**changed, "Closed": extend(ended, [row]), "Log": logged}, summary)


def reopen(tables: Tables, quarter: Quarter, reason: str, at: dt.datetime, who: str) -> Done:
    """A closed quarter opened again, to be rated as its figures now say; its row of Closed and its archive stay.

    Raises InputError without a reason, or where the quarter is not closed.
    """
    closing = _in_force(tables, quarter)
    later = ", ".join(str(q) for q in sorted(closings(tables)) if q > quarter)
    stay = f" Closed quarters after it stay as they are: {later}." if later else ""
    summary = f"{quarter} is open again. Its archive {closing.archive} is kept.{stay} Reason: {reason.strip()}"
    ended = _ended(tables, closing, REOPENED, reason, at)
    return Done({"Closed": ended, "Log": log(tables, at, who, "Reopen quarter", summary)}, summary)


def told_of_closed(tables: Tables, changed: Tables) -> str:
    """A sentence about changed figures that belong to closed quarters, which stay as they are; blank if there are none.

    `tables` are the master's before the action, `changed` what it changes.
    """
    closed = closed_quarters(tables)
    if not closed or "Observations" not in changed:
        return ""
    before = {row["row"]: _canonical("Observations", row) for row in tables["Observations"].rows()}
    found: dict[Quarter, dict[str, None]] = {}
    for row in changed["Observations"].rows():
        quarter = _quarter(row["Period"])
        if quarter in closed and before.get(row["row"]) != _canonical("Observations", row):
            found.setdefault(quarter, {})[ref_text(row["Indicator"] or "")] = None
    listed = "; ".join(f"{quarter}: {', '.join(refs)}" for quarter, refs in sorted(found.items()))
    stand = "Recorded, but for closed quarters, which stand as they were reported"
    return f" {stand} ({listed}). Reopen a quarter to rate it again." if listed else ""


def archive_name(tables: Tables, quarter: Quarter) -> str:
    """The folder of the next archive of a quarter: 2025-26-Q1, and for later ones 2025-26-Q1 (2)."""
    taken = {str(row["Archive"] or "").casefold() for row in get(tables, "Closed").rows()}
    names = (quarter.file_name + (f" ({n})" if n > 1 else "") for n in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in taken)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of Results or Rollup: its sheet row, ref, cells, and the same cells as they are compared."""

    number: int
    ref: str
    cells: Mapping[str, Any]
    canonical: Mapping[str, Any]

    def differing(self, other: "_Row") -> list[str]:
        return [heading for heading, value in self.canonical.items() if value != other.canonical[heading]]


# A row as it stands and the row as it was closed; None where there is none.
_Pair = tuple[_Row | None, _Row | None]
_Pairs = dict[str, list[_Pair]]


def _demand_rated(tables: Tables, rated: Rated) -> None:
    quarter = rated.period
    if not _rows_of(tables, "Results", quarter):
        raise InputError(f"{quarter} has not been rated.", "Rate it first, and look at it once more.")
    fresh = {n: blank(n).with_frame(f) for n, f in (("Results", rated.results), ("Rollup", rated.rollup))}
    if fingerprint(fresh, quarter) != fingerprint(tables, quarter):
        found = _differences(fresh, _pairs(fresh, tables, quarter))
        fix = f"Rate it again, look at what changes, then close it. {_listed(found, 3)}"
        raise InputError(f"{quarter} has other figures or ratings now than when it was rated.", fix)


def _demand_settled(tables: Tables, quarter: Quarter) -> None:
    held = [r for r in get(tables, "Held").rows() if r["Status"] == "Held" and _quarter(r["Period"]) == quarter]
    waited = {n.strip() for r in held for n in ref_text(r["Issues"] or "").split(",")}
    queries = [r for r in get(tables, "Issues").rows() if is_open_query(r)]
    listed = {ref_text(r["Issue"]): _quarter(r["Period"]) for r in queries if r["Issue"] is not None}
    numbers = [n for n, period in listed.items() if n in waited or period == quarter]
    if numbers:
        raise InputError(f"{quarter} has open queries: {', '.join(numbers)}.", "Settle them, rate it, then close it.")


def _missing(tables: Tables, quarter: Quarter) -> str:
    """What had not come when the quarter was closed, in a sentence."""
    of_quarter = [r for r in get(tables, "Returns").rows() if r["Period"] == str(quarter)]
    owners = [str(r["Data owner"]) for r in of_quarter if r["Status"] in (AWAITING, OVERDUE)]
    rows = _rows_of(tables, "Results", quarter)
    refs = [r.ref for r in rows if str(r.cells["State"]).casefold() in (AWAITING, OVERDUE)]
    parts = [f"{what} {', '.join(names)}" for what, names in (("returns of", owners), ("figures for", refs)) if names]
    return f" Missing when it was closed: {'; '.join(parts)}." if parts else ""


def _closed_row(tables: Tables, quarter: Quarter, at: dt.datetime, who: str) -> dict[str, object]:
    return {
        "Period": str(quarter),
        "Closed": at,
        "By": who,
        "Archive": archive_name(tables, quarter),
        "Fingerprint": fingerprint(tables, quarter),
        "Status": CLOSED,
    }


def _ended(tables: Tables, closing: Closing, status: str, reason: str, at: dt.datetime) -> Table:
    """The table Closed with a closing ended; raises InputError where nobody says why."""
    if not reason.strip():
        raise InputError(
            f"It must be said why {closing.quarter} is {status.lower()}.", "Give a reason; the log keeps it."
        )
    return change(tables["Closed"], {closing.row: {"Status": status, "Ended": at, "Reason": reason.strip()}})


def _in_force(tables: Tables, quarter: Quarter) -> Closing:
    found = closings(tables)
    if quarter not in found:
        listed = ", ".join(map(str, sorted(found))) or "none"
        raise InputError(f"{quarter} is not closed.", f"Closed quarters: {listed}.")
    return found[quarter]


def _trusted(tables: Tables, kept: Tables, quarter: Quarter) -> None:
    """Raises WorkbookError where the archived master does not hold what was closed."""
    closing = _in_force(tables, quarter)
    if fingerprint(kept, quarter) != closing.fingerprint:
        table = tables["Closed"]
        place = f"{table.sheet or 'Closed'} {table.cell(closing.row, 'Fingerprint')}".strip()
        raise WorkbookError(
            f"The archive {closing.archive} does not hold {quarter} with the fingerprint that stands in {place}.",
            "Verify the archive. If it is whole, put that cell back as the table Closed of the archived master has it.",
        )


def _edits(tables: Tables, kept: Tables, quarter: Quarter) -> tuple[_Pairs, tuple[Difference, ...]]:
    """What has been edited since closing; raises InputError where nothing has."""
    _trusted(tables, kept, quarter)
    pairs = _pairs(tables, kept, quarter)
    found = _differences(tables, pairs)
    if not found:
        raise InputError(f"{quarter} is as it was closed.", "There is nothing to put back or to record.")
    return pairs, found


def _demand_revisable(found: Difference) -> None:
    """A revision has other figures or words in the same rows: nothing else."""
    fix = "Put the quarter back as it was, or reopen it."
    if found.heading in ("", "Period", TABLES[found.table]):
        raise InputError(f"A revision keeps the rows of a quarter. {found.line}", fix)
    fits = SPECS[found.table].column(found.heading).fits(found.now)
    if not fits or (found.heading.lower().endswith("rating") and found.now not in (None, *_RATING_WORDS)):
        raise InputError(f"This cannot be a revision: {found.line}", f"Type what {found.heading} can hold. {fix}")


def _rows_of(tables: Tables, name: str, quarter: Quarter | None = None) -> list[_Row]:
    table, key = get(tables, name), TABLES[name]
    held = table.with_frame(table.frame[table.frame["Period"] == str(quarter)]) if quarter else table
    return [_Row(r["row"], ref_text(r[key] or "nothing"), r, _canonical(name, r)) for r in held.rows()]


def _canonical(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {heading: _plain(row[heading]) for heading in SPECS[name].headings}


def _plain(value: object) -> tuple[str, str] | None:
    """A value as it is compared: of its kind, numbers at 15 digits, blank texts and NaN as None."""
    if value is None or value != value or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", format(value or 0, ".15g")
    if isinstance(value, dt.date):
        return "date", value.isoformat()
    return "text", str(value).replace("\r\n", "\n").replace("\r", "\n")


def _pairs(tables: Tables, kept: Tables, quarter: Quarter) -> _Pairs:
    """Rows as they stand beside rows as they were closed: by ref, then those that left the quarter, then the likest."""
    now, then = ({name: _rows_of(t, name, quarter) for name in TABLES} for t in (tables, kept))
    same = {name: _joined(now[name], then[name], lambda one, other: one.ref == other.ref) for name in TABLES}
    strays = _strays(tables, {name: gone for name, (_, _, gone) in same.items()}, quarter)
    found = {}
    for name, (pairs, rest, gone) in same.items():
        moved, _, gone = _joined(strays[name], gone, lambda one, other: one.differing(other) == ["Period"])
        alike, rest, gone = _joined(rest, gone, lambda one, other: 2 * len(one.differing(other)) <= len(one.canonical))
        found[name] = [*pairs, *moved, *alike, *((row, None) for row in rest), *((None, row) for row in gone)]
    return found


def _joined(
    now: Sequence[_Row], then: Sequence[_Row], fits: Callable[[_Row, _Row], bool]
) -> tuple[list[_Pair], list[_Row], list[_Row]]:
    """Each row that was closed with the likest that fits and stands, and those of both that are left over."""
    pairs: list[_Pair] = []
    left, gone = list(now), []
    for row in then:
        fitting = [other for other in left if fits(other, row)]
        if fitting:
            best = min(fitting, key=lambda other: len(other.differing(row)))
            left.remove(best)
            pairs.append((best, row))
        else:
            gone.append(row)
    return pairs, left, gone


def _strays(tables: Tables, lost: Mapping[str, list[_Row]], quarter: Quarter) -> dict[str, list[_Row]]:
    """Rows outside the quarter that are its own but for an edited Period; never one that its own quarter can claim.

    A row is its own quarter's where that quarter has been rated and has no other row for the ref.
    """
    others = {n: [r for r in _rows_of(tables, n) if r.cells["Period"] != str(quarter)] for n in TABLES}
    alike = {n: [r for r in others[n] if any(r.differing(row) == ["Period"] for row in lost[n])] for n in TABLES}
    periods = Counter(r.canonical["Period"] for n in TABLES for r in others[n])
    periods.subtract(r.canonical["Period"] for n in TABLES for r in alike[n])
    refs = {n: Counter((r.canonical["Period"], r.ref) for r in others[n]) for n in TABLES}

    def is_stray(name: str, row: _Row) -> bool:
        period = row.canonical["Period"]
        claimed = _quarter(row.cells["Period"]) not in (None, quarter) and periods[period] > 0
        return not claimed or refs[name][period, row.ref] > 1

    return {name: [row for row in alike[name] if is_stray(name, row)] for name in TABLES}


def _differences(tables: Tables, pairs: _Pairs) -> tuple[Difference, ...]:
    found = []
    for table, now, then in ((get(tables, name), *pair) for name in TABLES for pair in pairs[name]):
        if now and then:
            for h in now.differing(then):
                cell = table.cell(now.number, h)
                found.append(Difference(table.name, cell, then.ref, h, then.cells[h], now.cells[h]))
        elif now:
            found.append(Difference(table.name, table.cell(now.number, TABLES[table.name]) or "row", now.ref))
        elif then:
            found.append(Difference(table.name, "", then.ref))
    return tuple(found)


def _restored(table: Table, pairs: Sequence[_Pair]) -> Table:
    cells = {now.number: {h: then.cells[h] for h in now.differing(then)} for now, then in pairs if now and then}
    added = [now.number for now, then in pairs if now and not then]
    missing = [then.cells for now, then in pairs if then and not now]
    return extend(change(table.with_frame(table.frame.drop(index=added)), cells), missing)


def _flagged(table: Table, pairs: Sequence[_Pair]) -> Table:
    edited = [now for now, then in pairs if now and then and now.differing(then)]
    flags = {row.number: [w.strip() for w in str(row.cells["Flags"] or "").split(",") if w.strip()] for row in edited}
    return change(table, {row: {"Flags": ", ".join(dict.fromkeys(["r", *words]))} for row, words in flags.items()})


def _listed(found: Sequence[Difference], most: int = 20) -> str:
    more = f" And {len(found) - most} more." if len(found) > most else ""
    return " ".join(d.line for d in found[:most]) + more


def _quarter(period: object) -> Quarter | None:
    try:
        read = parse_period(period)
    except InputError:
        return None
    return read.quarter if isinstance(read, Month) else read


def _show(value: object) -> str:
    kind, text = _plain(value) or ("", "blank")
    return f'"{text[:80]}{"…" if len(text) > 80 else ""}"' if kind == "text" else text
