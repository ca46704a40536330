"""The sheets that officers read: dashboard, framework as a tree, one indicator sheet per tier 1 priority.

Each is a set of named tables of values, so that what is seen without recalculating is what was rated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import to_float
from xl_outcomes.framework import Framework, Indicator, Outcome
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.readback import Words, words_given
from xl_outcomes.reporting.view import INDICATOR_TABLES, View, ViewSheet
from xl_outcomes.standing import recent_figures
from xl_outcomes.tables import Tables, frame, get

INDENT = "    "
_WORDS_OF_STATES = {"Rated": "", "Baseline year": "Baseline year", "Data only": "For information"}


def make_views(rated: Rated, tables: Tables) -> tuple[ViewSheet, ...]:
    """Every sheet of views for a quarter, in the order of the workbook."""
    results = {row["Indicator"]: row for row in _records(rated.results)}
    rollup = {row["Ref"]: row for row in _records(rated.rollup)}
    words = words_given(tables["Observations"], rated.period)
    return (
        _dashboard(rated, results, rollup, tables, words),
        _framework(rated, rollup),
        *(_priority(rated, top, results, words) for top in rated.framework.children(None)),
    )


def priority_table(ref: str) -> str:
    """The display name of a priority's indicator table: letters, digits and underscores only."""
    return INDICATOR_TABLES + "".join(c if c.isalnum() else "_" for c in ref)


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
    words: Words,
) -> ViewSheet:
    tier = rated.settings.tier_1_name
    note = "An asterisk marks a rating that an officer has replaced, with a reason and an approval."
    views = (
        View("Dashboard_quarter", _quarter_frame(rated, results, tables), (12, 44, 17, 14, 14)),
        View(
            "Dashboard_priorities",
            _priorities_frame(rated, results, rollup),
            (12, 44, 17, 14, 14, 60, 60, 9, 9, 9),
            ("Rating",),
            f"Each {tier.lower()}",
        ),
        View(
            "Dashboard_reds",
            _reds_frame(rated.framework, results, words),
            (12, 44, 17, 14, 14, 60, 60),
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
    indicators = [sum(r[h] for r in tops) for h in ("Indicators rated", "Indicators due")]
    headings = ("Period", "Indicators", "Figures missing", "Open queries", "Returns in")
    counts = [f"{indicators[0]} of {indicators[1]} rated", missing, len(queries), f"{len(came)} of {len(owners)}"]
    return frame(headings, [[str(rated.period), *counts]])


def _priorities_frame(
    rated: Rated, results: Mapping[str, dict[str, Any]], rollup: Mapping[str, dict[str, Any]]
) -> pd.DataFrame:
    headings = ("Ref", rated.settings.tier_1_name, "Rating", "Rated", "Not rated", "Reason", "Masked reds", *RATINGS)
    rows = []
    for top in rated.framework.children(None):
        row, under = rollup[top.ref], rated.framework.indicators_under(top.ref)
        count = Counter(results[ref]["Rating"] for ref in under)
        left = row["Indicators due"] - row["Indicators rated"]
        shown = [top.ref, top.title, marked(row), coverage(row), left, row["Reason"], row["Masked reds"]]
        rows.append([*shown, *(count[r] for r in RATINGS)])
    return frame(headings, rows)


def _reds_frame(
    framework: Framework,
    results: Mapping[str, dict[str, Any]],
    words: Words,
) -> pd.DataFrame:
    headings = ("Ref", "Indicator", "Rating", "Value", "Target", "Reason", "Corrective action")
    rows = [
        [
            ref,
            framework.indicators[ref].title,
            marked(r),
            r["Value"],
            r["Target"],
            r["Reason"],
            _word(words, ref, "Corrective action"),
        ]
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
    words: Words,
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
    widths = (12, 12, 40, 44, 14, 17, 12, 13, 13, 13, 13, 17, 13, 18, 12, 16, 44, 50, 50)
    view = View(priority_table(top.ref), frame(headings, rows), widths, ("Rating", "Forecast rating"))
    note = "The last four quarters of every indicator. A blank figure was not due, not in, or may not be shown."
    return ViewSheet(top.title[:31], top.title, note, (view,))


def _indicator_row(
    rated: Rated,
    indicator: Indicator,
    row: Mapping[str, Any],
    quarters: Sequence[Quarter],
    words: Words,
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
        _word(words, indicator.ref, "Commentary"),
        _word(words, indicator.ref, "Corrective action"),
    ]


def _word(words: Words, ref: str, heading: str) -> str | None:
    return words.get(ref, {}).get(heading)


def _records(data: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(data.columns, values, strict=True)) for values in data.itertuples(index=False, name=None)]
