"""The Dashboard: the quarter at a glance, on two pages.

Only its last table may change its number of rows from quarter to quarter: the others have a row for each outcome, or
are padded with blank ones, because they stand above and beside one another.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.contract import RATINGS
from xl_outcomes.framework import Outcome
from xl_outcomes.organisational import NOTE, apart_last, marked_title, refs_apart
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.framework_view import TREE
from xl_outcomes.reporting.indicator_view import priority_table
from xl_outcomes.reporting.readback import Words
from xl_outcomes.reporting.shown import (
    BETTER,
    NONE_YET,
    WORSE,
    Earlier,
    abridged,
    coverage,
    how_many,
    marked,
    movement,
    padded,
    rows_of,
    shape,
    shortened,
    since,
    word,
)
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.returns.register import AWAITING, OVERDUE
from xl_outcomes.standing import DUE_STATES
from xl_outcomes.tables import Tables, frame, get

QUARTERS, CHANGES, RETURNS = 6, 12, 12
MISSING = ("Overdue", "Awaiting")
_Rows = Mapping[str, dict[str, Any]]
_Line = Sequence[Any]

# What stands below one another shares its columns: headings with their widths in characters.
_GRID = (11.0, 37.0, 6.5, 13.0, 9.5, 7.5, 7.5, 7.5, 7.5, 7.5, 25.0, 13.0)
_SIDE = (30.0, 9.5, 7.5, 7.5, 7.5)
_NUMBERS = (
    *("Period", "Indicators", "Open queries", "Returns in", "Figures missing", *RATINGS, "Not rated", "Figures held"),
    *("Headline", "Completeness"),
)
_COUNTED = ("RAG", "Rating", "Rated", *RATINGS, "Not rated")
_CHANGED = ("Ref", "Title", "RAG", "Is", "Was", "Change")
_OWNERS = ("Data owner", "Status", "Rows held", "Open queries", "Figures missing")
_REDS = (
    *("Ref", "Indicator", "RAG", "Rating", "Value", "Target", "Previous", "Last year", "Quarters red"),
    *("Carried from", "Reason", "Hidden under", "Corrective action"),
)
_LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the tables of the sheet are made from; `results`, `rollup` and `words` are by ref.

    `apart` has the refs of outcomes and indicators that are not among the council's headline counts.
    """

    rated: Rated
    results: _Rows
    rollup: _Rows
    tables: Tables
    words: Words
    earlier: Earlier
    apart: frozenset[str]

    def outcomes(self, tier: int) -> list[Outcome]:
        """The outcomes of a tier, in the order of the tree; organisational ones last."""
        shown = [o for o in self.rated.framework.down() if o.tier == tier and o.ref in self.rollup]
        return apart_last(shown, self.apart)

    def ratings(self, refs: Sequence[str]) -> Counter[str]:
        """How many of some indicators that count in the roll-up have which rating."""
        return Counter(self.results[ref]["Rating"] for ref in refs if ref in self.results and self.counts(ref))

    def counts(self, ref: str) -> bool:
        """Whether an indicator is among those of "5 of 6 rated"."""
        return ref in self.rated.framework.indicators and self.rated.framework.counts(ref)

    def link(self, ref: str) -> Link | None:
        """Where a ref leads: an indicator to its row on its priority's sheet, an outcome to its row in the tree."""
        framework = self.rated.framework
        if ref not in framework.indicators:
            return Link(TREE, "Ref", ref) if ref in framework.outcomes else None
        above = framework.up(ref)
        return Link(priority_table(above[-1].ref), "Ref", ref) if above else None


def dashboard(rated: Rated, results: _Rows, rollup: _Rows, tables: Tables, words: Words, earlier: Earlier) -> ViewSheet:
    """The sheet Dashboard of a rated quarter; `results`, `rollup` and `words` are by ref."""
    sources = _Sources(rated, results, rollup, tables, words, earlier, refs_apart(rated.framework))
    council, framework = rated.settings.council or "Outcomes", rated.settings.framework
    note = (
        f"{f'Framework {framework}, as' if framework else 'As'} last rated. An asterisk marks a rating that an officer "
        f"replaced, with reason and approval. Underlined cells lead to the rows behind.{NOTE if sources.apart else ''}"
    )
    views = (
        _key_numbers(sources),
        _priorities(sources),
        _strategic(sources),
        _returns(sources),
        _quarters(sources),
        _changes(sources),
        _reds(sources),
    )
    return ViewSheet("Dashboard", f"{council}: dashboard", note, views)


# ---- key numbers ----


def _key_numbers(sources: _Sources) -> View:
    tables, count = sources.tables, sources.ratings([ref for ref in sources.results if ref not in sources.apart])
    ours, others = _by_side(sources.rollup.values(), "Ref", sources.apart)
    rated, due = (_sum(ours, h) for h in ("Indicators rated", "Indicators due"))
    returns = rows_of(tables, "Returns", str(sources.rated.period))
    owners = {r["Data owner"] for r in returns}
    came = {r["Data owner"] for r in returns if r["File"] is not None}
    missing = sum(r["State"] in MISSING for r in sources.results.values())
    asked = sum(r["State"] in DUE_STATES for r in sources.results.values())
    numbers = [len(_open_queries(tables)), f"{len(came)} of {len(owners)}", missing]
    held = sum(r["Status"] == "Held" for r in get(tables, "Held").rows())
    complete = f"{100 * (asked - missing) // asked}%" if asked else None
    ratings = [count[r] for r in RATINGS]
    also = f" and {_coverage(others)} organisational" if sources.apart else ""
    row = [str(sources.rated.period), f"{rated} of {due} rated{also}", *numbers, *ratings, due - rated, held]
    links = {"Open queries": [Link("Issues")], "Returns in": [Link("Returns")]}
    return View("Dashboard_quarter", frame(_NUMBERS, [[*row, _headline(sources, count), complete]]), _GRID, links=links)


def _headline(sources: _Sources, count: Mapping[str, int]) -> str:
    """Three short lines: the share of green, the reds against last quarter, and how many ratings moved."""
    rated = sum(count[r] for r in RATINGS)
    if not rated:
        return "Nothing is rated yet.\nRatings appear here when\nfigures and targets are in."
    earlier = {r: w for r, w in sources.earlier.indicators.items() if r not in sources.apart and sources.counts(r)}
    before = Counter(earlier.values())
    more = count["Red"] - before["Red"]
    against = f"{abs(more)} {'more' if more > 0 else 'fewer'} than before" if more else "as many as before"
    moved = Counter(movement(earlier.get(ref), row["Rating"]) for ref, row in sources.results.items())
    return "\n".join(
        (
            f"{round(100 * count['Green'] / rated)}% of ratings are Green",
            f"{count['Red']} Red{f', {against}' if any(before[r] for r in RATINGS) else ''}",
            f"{moved[BETTER]} better, {moved[WORSE]} worse",
        )
    )


# ---- tiles ----


def _priorities(sources: _Sources) -> View:
    shown, name = sources.outcomes(1), sources.rated.settings.tier_name(1)
    rows = [
        [*_counted(sources, o), _share(sources, o), _reason(sources, o), abridged(sources.rollup[o.ref]["Masked reds"])]
        for o in shown
    ]
    headings = ("Ref", name, *_COUNTED, "Share rated", "Reason", "Masked reds")
    links = {
        "Ref": [Link(priority_table(o.ref)) for o in shown],
        "Rated": [Link(TREE, "Ref", o.ref) for o in shown],
    }
    return _tiles("Dashboard_priorities", name, headings, rows, links)


def _strategic(sources: _Sources) -> View:
    """The tier 2 outcomes, in the groups of their priorities."""
    shown, name = sources.outcomes(2), sources.rated.settings.tier_name(2)
    earlier, rollup = sources.earlier.outcomes, sources.rollup
    rows = [
        [
            *(*_counted(sources, o), o.parent, since(earlier, o.ref, rollup[o.ref]["Rating"])),
            how_many(rollup[o.ref]["Masked reds"]),
        ]
        for o in shown
    ]
    headings = ("Ref", name, *_COUNTED, "Under", "Since last quarter", "Hidden reds")
    return _tiles("Dashboard_outcomes", name, headings, rows, {"Ref": [Link(TREE, "Ref", o.ref) for o in shown]})


def _tiles(table: str, name: str, headings: _Line, rows: Sequence[_Line], links: dict[str, list[Link]]) -> View:
    """A table with a row for each outcome of a tier; one that says so where there is none."""
    data = frame(headings, rows or [[None, NONE_YET, *[None] * (len(headings) - 2)]])
    return View(table, data, _GRID, ("Rating",), f"Each {name.lower()}", links if rows else {})


def _counted(sources: _Sources, outcome: Outcome) -> list[Any]:
    """Its ref, title, rating, coverage and counts."""
    row = sources.rollup[outcome.ref]
    count = sources.ratings(sources.rated.framework.indicators_under(outcome.ref))
    left = int(row["Indicators due"]) - int(row["Indicators rated"])
    rating = [shape(row["Rating"]), marked(row), coverage(row)]
    title = marked_title(outcome, sources.apart)
    return [outcome.ref, shortened(title, _LONGEST_TITLE), *rating, *(count[r] for r in RATINGS), left]


def _share(sources: _Sources, outcome: Outcome) -> float | None:
    """The share of its indicators due that are rated."""
    row = sources.rollup[outcome.ref]
    due = int(row["Indicators due"])
    return round(int(row["Indicators rated"]) / due, 4) if due else None


def _reason(sources: _Sources, outcome: Outcome) -> str:
    """Why it is rated so, and below it what it was; the masked reds have a column of their own."""
    row = sources.rollup[outcome.ref]
    reason = str(row["Reason"] or "").removesuffix(f" Masked: {row['Masked reds']} Red.")
    was = sources.earlier.outcomes.get(outcome.ref)
    if not was:
        return f"{reason}\nNot rated last quarter."
    return f"{reason}\n{'As' if was == row['Rating'] else f'Was {was}'} last quarter."


# ---- beside the tiles ----


def _returns(sources: _Sources) -> View:
    """The data owners of whom something is outstanding, the most pressing first."""
    found = _outstanding(sources)
    order = ("Overdue", "Rejected", "Awaiting", "Held", "Query", "Part in", "Not asked")
    listed = sorted((row for row in found if any(row[1:])), key=lambda row: (order.index(row[1]), row[0]))
    shown = padded(listed or [["Nothing is outstanding", *[None] * 4]], RETURNS, len(_OWNERS), 0)
    period = str(sources.rated.period)
    links = {"Data owner": [Link("Returns", "Data owner", row[0], period) if row[1] else None for row in shown]}
    return View("Dashboard_returns", frame(_OWNERS, shown), _SIDE, (), "Returns and figures still to come", links)


def _outstanding(sources: _Sources) -> list[tuple[str, str | None, int, int, int]]:
    """Each data owner with a word for what is outstanding (None: nothing), rows held, open queries, figures missing."""
    tables, period = sources.tables, str(sources.rated.period)
    returns = [r for r in get(tables, "Returns").rows() if r["Data owner"] is not None]
    senders = {f"{r['File']} ({str(r['SHA-256'])[:8]})": str(r["Data owner"]) for r in returns if r["File"] is not None}
    held = Counter(senders.get(str(r["Return"])) for r in get(tables, "Held").rows() if r["Status"] == "Held")
    queries = Counter(r["Data owner"] for r in _open_queries(tables))
    known = {ref: i.data_owner for ref, i in sources.rated.framework.indicators.items() if i.data_owner}
    missing = Counter(known.get(ref) for ref, r in sources.results.items() if r["State"] in MISSING)
    now = {str(r["Data owner"]): str(r["Status"]) for r in returns if r["Period"] == period}
    owners = sorted({str(r["Data owner"]) for r in returns} | set(known.values()))
    counts = {owner: (held[owner], queries[owner], missing[owner]) for owner in owners}
    return [(owner, _pressing(now.get(owner), *counts[owner]), *counts[owner]) for owner in owners]


def _pressing(status: str | None, held: int, queries: int, missing: int) -> str | None:
    """The word for what is most pressing with a data owner whose last return of the quarter has a status."""
    pressing = {OVERDUE: "Overdue", "rejected": "Rejected", AWAITING: "Awaiting"}.get(status or "")
    other = "Held" if held else "Query" if queries else ("Part in" if status else "Not asked") if missing else None
    return pressing or other


def _open_queries(tables: Tables) -> list[dict[str, Any]]:
    return [r for r in get(tables, "Issues").rows() if r["Severity"] == "query" and r["Status"] == "Open"]


def _quarters(sources: _Sources) -> View:
    """How many indicators had which rating in the last quarters, the latest at the end; blank where not rated."""
    quarters = [sources.rated.period.shift(n) for n in range(1 - QUARTERS, 1)]
    rows = [[str(quarter), *_quarter_counts(sources, quarter)] for quarter in quarters]
    return View("Dashboard_quarters", frame(("Quarter", *RATINGS, "Not rated"), rows), _SIDE, (), "The last quarters")


def _quarter_counts(sources: _Sources, quarter: Quarter) -> list[int | None]:
    now = quarter == sources.rated.period
    results = list(sources.results.values()) if now else rows_of(sources.tables, "Results", str(quarter))
    rollup = list(sources.rollup.values()) if now else rows_of(sources.tables, "Rollup", str(quarter))
    if not results:
        return [None] * (len(RATINGS) + 1)
    ours, _ = _by_side(rollup, "Ref", sources.apart)
    ours_rated = _by_side(results, "Indicator", sources.apart)[0]
    count = Counter(row["Rating"] for row in ours_rated if sources.counts(str(row["Indicator"])))
    return [*(count[r] for r in RATINGS), _sum(ours, "Indicators due") - _sum(ours, "Indicators rated")]


# ---- what changed ----


def _changes(sources: _Sources) -> View:
    changed = sorted(_changed(sources), key=lambda pair: pair[0])
    rows = [row for _, row in changed]
    if not rows:
        known = any(sources.earlier.outcomes.values())
        rows = [[None, "No rating has changed" if known else "The quarter before was not rated", *[None] * 4]]
    shown = padded(rows, CHANGES, len(_CHANGED), 1)
    links = {"Ref": [sources.link(str(row[0])) if row[0] else None for row in shown]}
    caption = "What changed since last quarter"
    return View("Dashboard_changes", frame(_CHANGED, shown), _GRID[: len(_CHANGED)], ("Is", "Was"), caption, links)


def _changed(sources: _Sources) -> list[tuple[tuple[int, ...], _Line]]:
    """The rows whose ratings differ, with what they are sorted by: worse comes first, and of that the worst."""
    found: list[tuple[tuple[int, ...], _Line]] = []
    both = ((sources.rollup, sources.earlier.outcomes), (sources.results, sources.earlier.indicators))
    for number, (ref, row, was) in enumerate(
        (ref, row, earlier[ref]) for rows, earlier in both for ref, row in rows.items() if ref in earlier
    ):
        now = row["Rating"]
        moved = movement(was, now) or ("Ended" if was in RATINGS else "New")
        if now != was and (was in RATINGS or now in RATINGS):
            group = (WORSE, BETTER, "Ended", "New").index(moved)
            bad = RATINGS.index(now) if now in RATINGS else -1
            title = shortened(_title(sources, ref), _LONGEST_TITLE)
            line = [ref, title, shape(now), marked(row) or "Not rated", was or "Not rated", moved]
            found.append(((group, -bad, number), line))
    return found


def _title(sources: _Sources, ref: str) -> str:
    framework = sources.rated.framework
    thing = framework.outcomes.get(ref) or framework.indicators.get(ref)
    return thing.title if thing else ref


# ---- reds ----


def _reds(sources: _Sources) -> View:
    """The red indicators; the one table that grows and shrinks."""
    refs = [ref for ref, row in sources.results.items() if row["Rating"] == "Red"]
    red_in, masked = _quarters_red(sources), _masked(sources)
    rows = [_red(sources, ref, red_in.get(ref, ()), masked) for ref in refs]
    rows = rows or [[None, "No indicator is Red", *[None] * (len(_REDS) - 2)]]
    links = {"Ref": [sources.link(ref) for ref in refs]} if refs else {"Ref": [None]}
    caption = "Every red indicator, with the reason and what is being done"
    widths = (*_GRID, _SIDE[0])
    return View("Dashboard_reds", frame(_REDS, rows), widths, ("Rating",), caption, links)


def _red(sources: _Sources, ref: str, red_in: Collection[str], masked: Mapping[str, Collection[str]]) -> _Line:
    row = sources.results[ref]
    figures = [row[h] for h in ("Value", "Target", "Previous", "Last year")]
    since_when = [_red_for(sources, red_in), row["Carried from"]]
    told = [row["Reason"], _hidden_under(sources, ref, masked), word(sources.words, ref, "Corrective action")]
    return [ref, _title(sources, ref), shape("Red"), marked(row), *figures, *since_when, *told]


def _quarters_red(sources: _Sources) -> dict[str, set[str]]:
    """The quarters in which each indicator was red."""
    rows = get(sources.tables, "Results").frame
    red = rows[rows["Rating"] == "Red"]
    found: dict[str, set[str]] = {}
    for ref, period in zip(red["Indicator"], red["Period"], strict=True):
        found.setdefault(ref, set()).add(period)
    return found


def _masked(sources: _Sources) -> dict[str, frozenset[str]]:
    """The reds that each outcome masks."""
    return {ref: frozenset(str(row["Masked reds"] or "").split(", ")) for ref, row in sources.rollup.items()}


def _red_for(sources: _Sources, red_in: Collection[str]) -> int:
    """For how many quarters in a row it has been red, this one among them."""
    count = 1
    while str(sources.rated.period.shift(-count)) in red_in:
        count += 1
    return count


def _hidden_under(sources: _Sources, ref: str, masked: Mapping[str, Collection[str]]) -> str | None:
    """The nearest outcome above it that is not red: "Amber ENV-2"."""
    framework = sources.rated.framework
    for outcome in framework.up(ref) if ref in framework.indicators else ():
        if ref in masked.get(outcome.ref, ()):
            return f"{marked(sources.rollup[outcome.ref])} {outcome.ref}"
    return None


def _by_side(
    rows: Iterable[dict[str, Any]], heading: str, apart: frozenset[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the council's outcomes, and those that are apart, by the ref under a heading."""
    listed = list(rows)
    return [r for r in listed if r[heading] not in apart], [r for r in listed if r[heading] in apart]


def _coverage(rows: Iterable[dict[str, Any]]) -> str:
    listed = list(rows)
    return f"{_sum(listed, 'Indicators rated')} of {_sum(listed, 'Indicators due')}"


def _sum(rows: Any, heading: str) -> int:
    """The sum over the tier 1 outcomes."""
    return int(sum(row[heading] or 0 for row in rows if row["Tier"] == 1))
