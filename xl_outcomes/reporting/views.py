"""The sheets that officers read: dashboard, framework as a tree, one indicator sheet per tier 1 priority.

Each is a set of named tables of values, so that what is seen without recalculating is what was rated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from xl_outcomes.exact import to_float
from xl_outcomes.figures import is_yes
from xl_outcomes.framework import Framework, Indicator, Outcome, ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.standing import recent_figures
from xl_outcomes.tables import RATINGS, Tables, frame, get

INDENT = "    "
_WORDS_OF_STATES = {"Rated": "", "Baseline year": "Baseline year", "Data only": "For information"}


def make_views(rated: Rated, tables: Tables) -> tuple[ViewSheet, ...]:
    """Every sheet of views for a quarter, in the order of the workbook."""
    results = {row["Indicator"]: row for row in _records(rated.results)}
    rollup = {row["Ref"]: row for row in _records(rated.rollup)}
    words = _words_given(tables, rated.period)
    return (
        _dashboard(rated, results, rollup, tables, words),
        _framework(rated, rollup),
        *(_priority(rated, top, results, words) for top in rated.framework.children(None)),
    )


def priority_table(ref: str) -> str:
    """The display name of a priority's indicator table: letters, digits and underscores only."""
    return "Sheet_" + "".join(c if c.isalnum() else "_" for c in ref)


def marked(row: Mapping[str, Any]) -> str | None:
    """A rating as people see it: the word, with an asterisk where an override replaced it."""
    rating: str | None = row["Rating"]
    return f"{rating}*" if rating and "override" in str(row["Flags"] or "") else rating


def coverage(row: Mapping[str, Any]) -> str:
    """How many of how many were rated: "5 of 6"."""
    return f"{row['Rated']} of {row['Due']}"


def _dashboard(
    rated: Rated,
    results: Mapping[str, dict[str, Any]],
    rollup: Mapping[str, dict[str, Any]],
    tables: Tables,
    words: Mapping[str, tuple[str | None, str | None]],
) -> ViewSheet:
    tier = rated.settings.tier_1_name
    note = "An asterisk marks a rating that an officer has replaced, with a reason and an approval."
    views = (
        View("Dashboard_quarter", _quarter_frame(rated, results, tables), (14, 18, 18, 16, 16, 16, 16)),
        View(
            "Dashboard_priorities",
            _priorities_frame(rated, results, rollup),
            (10, 36, 17, 12, 10, 10, 10, 12, 30, 60),
            ("Rating",),
            f"Each {tier.lower()}",
        ),
        View(
            "Dashboard_reds",
            _reds_frame(rated.framework, results, words),
            (12, 44, 12, 14, 14, 60, 60),
            ("Rating",),
            "Every red indicator, with the reason and what is being done",
        ),
    )
    return ViewSheet("Dashboard", f"{rated.settings.council or 'Outcomes'}: dashboard", note, views)


def _quarter_frame(rated: Rated, results: Mapping[str, dict[str, Any]], tables: Tables) -> pd.DataFrame:
    tops = [r for r in _records(rated.rollup) if r["Tier"] == 1]
    returns = [r for r in get(tables, "Returns").rows() if r["Period"] == str(rated.period)]
    owners = {r["Data owner"] for r in returns}
    came = {r["Data owner"] for r in returns if r["File"] is not None}
    queries = [r for r in get(tables, "Issues").rows() if r["Severity"] == "query" and r["Status"] == "Open"]
    missing = sum(r["State"] in ("Overdue", "Awaiting") for r in results.values())
    headings = (
        "Period",
        "Indicators rated",
        "Indicators due",
        "Figures missing",
        "Returns in",
        "Returns due",
        "Open queries",
    )
    counts = [sum(r[h] for r in tops) for h in headings[1:3]]
    return frame(headings, [[str(rated.period), *counts, missing, len(came), len(owners), len(queries)]])


def _priorities_frame(
    rated: Rated, results: Mapping[str, dict[str, Any]], rollup: Mapping[str, dict[str, Any]]
) -> pd.DataFrame:
    headings = (
        "Ref",
        rated.settings.tier_1_name,
        "Rating",
        "Rated",
        *RATINGS,
        "Not rated",
        "Masked reds",
        "Reason",
    )
    rows = []
    for top in rated.framework.children(None):
        row, under = rollup[top.ref], rated.framework.indicators_under(top.ref)
        count = Counter(results[ref]["Rating"] for ref in under)
        due = row["Indicators due"] - row["Indicators rated"]
        colours = [count[r] for r in RATINGS]
        reasons = (row["Masked reds"], row["Reason"])
        rows.append([top.ref, top.title, marked(row), coverage(row), *colours, due, *reasons])
    return frame(headings, rows)


def _reds_frame(
    framework: Framework,
    results: Mapping[str, dict[str, Any]],
    words: Mapping[str, tuple[str | None, str | None]],
) -> pd.DataFrame:
    headings = ("Ref", "Indicator", "Rating", "Value", "Target", "Reason", "Corrective action")
    rows = [
        [ref, framework.indicators[ref].title, marked(r), r["Value"], r["Target"], r["Reason"], _word(words, ref, 1)]
        for ref, r in results.items()
        if r["Rating"] == "Red"
    ]
    return frame(headings, rows)


def _framework(rated: Rated, rollup: Mapping[str, dict[str, Any]]) -> ViewSheet:
    headings = (
        "Ref",
        "Tier",
        "Outcome",
        "Rating",
        "Rated",
        "Masked reds",
        "Responsible officer",
        "Portfolio holder",
        "Period",
    )
    rows = [[*_tree_row(o, rollup[o.ref]), str(rated.period)] for o in rated.framework.down()]
    names = ", ".join(rated.settings.tier_name(t) for t in sorted({o.tier for o in rated.framework.outcomes.values()}))
    view = View("Framework_tree", frame(headings, rows), (12, 7, 70, 17, 10, 24, 40, 40, 12), ("Rating",))
    note = f"Tiers, from the top: {names}. In the column Rated, 5 of 6 means that five of the six parts due are rated."
    return ViewSheet("Framework", "The outcomes framework", note, (view,))


def _tree_row(outcome: Outcome, row: Mapping[str, Any]) -> list[Any]:
    title = INDENT * (outcome.tier - 1) + outcome.title
    people = [outcome.responsible_officer or None, outcome.portfolio_holder or None]
    return [outcome.ref, outcome.tier, title, marked(row), coverage(row), row["Masked reds"], *people]


def _priority(
    rated: Rated,
    top: Outcome,
    results: Mapping[str, dict[str, Any]],
    words: Mapping[str, tuple[str | None, str | None]],
) -> ViewSheet:
    quarters = [rated.period.shift(-n) for n in (3, 2, 1, 0)]
    headings = (
        "Outcome",
        "Ref",
        "Indicator",
        "Definition",
        "Unit",
        "Polarity",
        "Target",
        *(str(q) for q in quarters),
        "Rating",
        "Direction",
        "Direction on year",
        "Forecast",
        "Forecast rating",
        "Reason",
        "Commentary",
        "Corrective action",
    )
    rows = [
        _indicator_row(rated, rated.framework.indicators[ref], results[ref], quarters, words)
        for ref in rated.framework.indicators_under(top.ref)
    ]
    widths = (12, 12, 40, 44, 14, 16, 11, 12, 12, 12, 12, 17, 13, 13, 11, 11, 44, 50, 50)
    view = View(priority_table(top.ref), frame(headings, rows), widths, ("Rating", "Forecast rating"))
    note = "The last four quarters of every indicator. A blank figure was not due, not in, or may not be shown."
    return ViewSheet(top.title[:31], top.title, note, (view,))


def _indicator_row(
    rated: Rated,
    indicator: Indicator,
    row: Mapping[str, Any],
    quarters: Sequence[Quarter],
    words: Mapping[str, tuple[str | None, str | None]],
) -> list[Any]:
    earlier = recent_figures(rated.history, indicator, quarters[:-1])
    rating = marked(row) or _WORDS_OF_STATES.get(row["State"], row["State"])
    return [
        indicator.outcome,
        indicator.ref,
        indicator.title,
        indicator.definition or None,
        indicator.unit_label or indicator.unit,
        indicator.polarity,
        row["Target"],
        *(to_float(f) for f in earlier),
        row["Value"],
        rating,
        row["Direction"],
        row["Direction on year"],
        row["Forecast"],
        row["Forecast rating"],
        row["Reason"],
        _word(words, indicator.ref, 0),
        _word(words, indicator.ref, 1),
    ]


def _words_given(tables: Tables, period: Quarter) -> dict[str, tuple[str | None, str | None]]:
    """The latest commentary and corrective action that came with each indicator's figures of the quarter."""
    keys = {str(period), *(str(m) for m in period.months)}
    found: dict[str, tuple[str | None, str | None]] = {}
    for row in get(tables, "Observations").rows():
        if row["Period"] in keys and not row["Area"] and not is_yes(row["Superseded"]):
            ref = ref_text(row["Indicator"] or "")
            old = found.get(ref, (None, None))
            found[ref] = (row["Commentary"] or old[0], row["Corrective action"] or old[1])
    return found


def _word(words: Mapping[str, tuple[str | None, str | None]], ref: str, position: int) -> str | None:
    return words.get(ref, (None, None))[position]


def _records(data: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(data.columns, values, strict=True)) for values in data.itertuples(index=False, name=None)]
