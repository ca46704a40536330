"""The indicator sheets: one for each tier 1 outcome, a row for each indicator under it."""

from collections.abc import Mapping, Sequence
from typing import Any

from xl_outcomes.exact import to_float
from xl_outcomes.framework import Indicator, Outcome
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.readback import Words
from xl_outcomes.reporting.shown import marked, word
from xl_outcomes.reporting.view import INDICATOR_TABLES, View, ViewSheet
from xl_outcomes.standing import recent_figures
from xl_outcomes.tables import frame

_WORDS_OF_STATES = {"Rated": "", "Baseline year": "Baseline year", "Data only": "For information"}


def priority_table(ref: str) -> str:
    """The display name of a priority's indicator table: letters, digits and underscores only."""
    return INDICATOR_TABLES + "".join(c if c.isalnum() else "_" for c in ref)


def indicator_sheet(
    rated: Rated,
    top: Outcome,
    results: Mapping[str, dict[str, Any]],
    words: Words,
) -> ViewSheet:
    """The sheet of a tier 1 outcome in a rated quarter."""
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
        word(words, indicator.ref, "Commentary"),
        word(words, indicator.ref, "Corrective action"),
    ]
