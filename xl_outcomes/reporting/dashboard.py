"""The Dashboard: the quarter at a glance."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from xl_outcomes.contract import RATINGS
from xl_outcomes.framework import Framework
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.readback import Words
from xl_outcomes.reporting.shown import coverage, marked, records, word
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.tables import Tables, frame, get


def dashboard(
    rated: Rated,
    results: Mapping[str, dict[str, Any]],
    rollup: Mapping[str, dict[str, Any]],
    tables: Tables,
    words: Words,
) -> ViewSheet:
    """The sheet Dashboard of a rated quarter."""
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
    tops = [r for r in records(rated.rollup) if r["Tier"] == 1]
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
            word(words, ref, "Corrective action"),
        ]
        for ref, r in results.items()
        if r["Rating"] == "Red"
    ]
    return frame(headings, rows)
