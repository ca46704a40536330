"""The indicator sheets: one for each tier 1 outcome, a row for each indicator under it, outcome by outcome.

Confidential figures are shown nowhere: neither among the quarters nor in what the trend is drawn from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.exact import show, to_float, to_number
from xl_outcomes.framework import Indicator, Outcome, ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.quality import NOT_ASSESSED, quality_words
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.readback import INPUTS, Words, standing_rows
from xl_outcomes.reporting.shown import marked, shortened, word
from xl_outcomes.reporting.view import INDICATOR_TABLES, Link, View, ViewSheet
from xl_outcomes.standing import recent_figures, variance_in
from xl_outcomes.tables import Table, Tables, frame, get
from xl_outcomes.targets import held_to, in_force

NO_INDICATOR = "No indicator is attached to this priority yet"
NOT_RATED = "Not rated"
NOTE = (
    "Type in the green columns, Commentary and Corrective action: the next rating takes your words in. A blank figure "
    "was not due, not in, or may not be shown. Trend has a bar for each of the last eight quarters: above the line the "
    "target was met, below it missed. The + signs over the columns open definition and polarity and, far right, what "
    "the trend is drawn from."
)
QUARTERS = 4
TREND_QUARTERS = 8
DETAIL = ("Definition", "Polarity")
TREND_DATA = (
    *(f"{n} quarter{'' if n == 1 else 's'} before" for n in range(TREND_QUARTERS - 1, 0, -1)),
    "This quarter",
)
TARGET_FORMAT, FIGURE_FORMAT = "Target as", "Figures as"
_BEFORE = {
    "Outcome": 18,
    "RAG": 5,
    "Ref": 10,
    "Indicator": 32,
    "Definition": 90,
    "Polarity": 22,
    "Unit": 10,
    "Target": 9,
}
_QUARTER_WIDTH = 9.5
_RATED = {
    "Rating": 11.5,
    "Direction": 12,
    "Trend": 15,
    "Commentary": 48,
    "Corrective action": 48,
}
_QUALITY = {"Data quality": 18}
_MORE = {
    "Forecast": 10,
    "Forecast rating": 10,
    "Direction on year": 13,
    "Reason": 44,
    "Return": 30,
}
_KEPT = dict.fromkeys((*TREND_DATA, TARGET_FORMAT, FIGURE_FORMAT), 10)
_WORDS_OF_STATES = {"Rated": "", "Baseline year": "Baseline year", "Data only": "For information"}
_ARROWS = {"Improving": "↑", "Worsening": "↓", "No change": "→", "Increasing": "↑", "Decreasing": "↓"}
_POLARITIES = {"In range": "Inside a range is better", "Neither": "Neither: for information"}
_LINKED = ("Ref", "Polarity", "Return", "Data quality")
_LONGEST_OUTCOME = 120
_SHORTEST = Fraction(1, 20)
_NOT_LISTED = {**dict.fromkeys(SPECS["Results"].headings), "State": "Not due"}


def priority_table(ref: str) -> str:
    """The display name of a priority's indicator table: letters, digits and underscores only."""
    return INDICATOR_TABLES + "".join(c if c.isalnum() else "_" for c in ref)


def indicator_sheet(
    rated: Rated, top: Outcome, results: Mapping[str, dict[str, Any]], words: Words, tables: Tables
) -> ViewSheet:
    """The sheet of a tier 1 outcome in a rated quarter; `results` and `words` are by ref."""
    came = tables["Observations"], get(tables, "Returns")
    sources = _Sources(rated, results, words, _came_with(*came, rated.period), quality_words(tables))
    widths = _widths(rated.period, assessed=bool(sources.quality))
    indicators = [i for o in (top, *rated.framework.down(top.ref)) for i in rated.framework.measures(o.ref)]
    rows = [_indicator_row(sources, i) for i in indicators] or [{"Indicator": NO_INDICATOR}]
    data = frame(widths, [[row.get(heading) for heading in widths] for row in rows])
    ratings = ("Rating", "Forecast rating")
    links = _links(sources, indicators) if indicators else dict.fromkeys(_LINKED, (None,))
    links = {heading: places for heading, places in links.items() if heading in widths}
    view = View(priority_table(top.ref), data, tuple(widths.values()), ratings, links=links)
    return ViewSheet(top.title[:31], top.title, NOTE, (view,))


def _widths(period: Quarter, *, assessed: bool) -> dict[str, float]:
    """The headings with their widths; where data quality is assessed, it is printed with the ratings."""
    quarters = {str(q): _QUARTER_WIDTH for q in _quarters(period, QUARTERS)}
    after = {**_QUALITY, **_MORE} if assessed else _MORE
    return {**_BEFORE, **quarters, **_RATED, **after, **_KEPT}


@dataclass(frozen=True, slots=True)
class _Return:
    """What a figure came with: the name of the file, and the row of the register that it has."""

    file: str
    registered: Link | None


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the rows of a sheet are made from; all but `rated` by ref."""

    rated: Rated
    results: Mapping[str, Mapping[str, Any]]
    words: Words
    returns: Mapping[str, _Return]
    quality: Mapping[str, str]

    def result(self, ref: str) -> Mapping[str, Any]:
        """The row of Results; one without figures where a closed quarter has none."""
        return self.results.get(ref, _NOT_LISTED)


def _indicator_row(sources: _Sources, indicator: Indicator) -> dict[str, object]:
    row, words = sources.result(indicator.ref), sources.words
    came = sources.returns.get(indicator.ref)
    return {
        **_who_and_what(sources.rated, indicator),
        **_figures(sources.rated, indicator, row),
        **_standing(row),
        **{heading: word(words, indicator.ref, heading) for heading in INPUTS},
        "Data quality": sources.quality.get(indicator.ref, NOT_ASSESSED),
        "Return": came.file if came else None,
        **_trend(sources.rated, indicator, row),
    }


def _who_and_what(rated: Rated, indicator: Indicator) -> dict[str, object]:
    outcome = rated.framework.outcomes[indicator.outcome]
    return {
        "Outcome": shortened(f"{outcome.ref} {outcome.title}", _LONGEST_OUTCOME),
        "Ref": indicator.ref,
        "Indicator": indicator.title,
        "Definition": indicator.definition or None,
        "Polarity": _POLARITIES.get(indicator.polarity, indicator.polarity),
        "Unit": indicator.unit_label or indicator.unit,
    }


def _figures(rated: Rated, indicator: Indicator, row: Mapping[str, Any]) -> dict[str, object]:
    """Target, the last quarters and the forecast, and how they are to be shown."""
    quarters = _quarters(rated.period, QUARTERS)
    earlier = recent_figures(rated.history, indicator, quarters[:-1])
    target = row["Target"] if row["Target"] is not None else _target_in_words(rated, indicator, row["State"])
    decimals = max(indicator.decimals, _decimals(target))
    return {
        "Target": target,
        **{str(q): to_float(f) for q, f in zip(quarters, earlier, strict=False)},
        str(rated.period): row["Value"],
        "Forecast": row["Forecast"],
        TARGET_FORMAT: number_format(indicator.unit, decimals),
        FIGURE_FORMAT: number_format(indicator.unit, indicator.decimals),
    }


def number_format(unit: str, decimals: int) -> str:
    """How a figure is shown, in words that a rule of the sheet knows: 0, 0.0%, £0.00 …"""
    number = f"0.{'0' * decimals}" if decimals else "0"
    return {"Percentage": f"{number}%", "Money": f"£{number}"}.get(unit, number)


def _decimals(target: object) -> int:
    number = to_number(target)
    return 0 if number is None else len(show(number).partition(".")[2])


def _target_in_words(rated: Rated, indicator: Indicator, state: str) -> str | None:
    """The range, where it is one; that it is still to come, where it is."""
    found = in_force(rated.history.timelines, indicator, rated.period)
    if found and not found.wrong and indicator.polarity == "In range":
        held = held_to(found, indicator, rated.period, rated.settings)
        if held.lower is not None and held.upper is not None:
            return " to ".join(_limit(limit, indicator) for limit in (held.lower, held.upper))
    return "TBC" if state == "Target to be confirmed" else None


def _limit(limit: Fraction, indicator: Indicator) -> str:
    return display(limit, indicator, in_full=True).removesuffix(f" {indicator.unit_label}")


def _standing(row: Mapping[str, Any]) -> dict[str, object]:
    rating = marked(row) or _WORDS_OF_STATES.get(row["State"], row["State"])
    return {
        "RAG": row["Rating"] if row["Rating"] in RATINGS else NOT_RATED,
        "Rating": rating,
        "Direction": _arrow(row["Direction"]),
        "Direction on year": _arrow(row["Direction on year"]),
        "Forecast rating": row["Forecast rating"],
        "Reason": row["Reason"],
    }


def _arrow(direction: str | None) -> str | None:
    return f"{_ARROWS[direction]} {direction}" if direction in _ARROWS else direction


# ---- trend ----


def _trend(rated: Rated, indicator: Indicator, row: Mapping[str, Any]) -> dict[str, object]:
    """Bars that show how far the last quarters were from their targets: a plus is met, and the farthest of all is 1."""
    *earlier, _ = _quarters(rated.period, TREND_QUARTERS)
    gaps = [*(_variance(rated, indicator, q) for q in earlier), to_number(row["Variance"])]
    good = [None if gap is None else _better(gap, indicator.polarity) for gap in gaps]
    farthest = max((abs(g) for g in good if g is not None), default=Fraction(0)) or Fraction(1)
    return {h: None if g is None else _bar(g / farthest) for h, g in zip(TREND_DATA, good, strict=True)}


def _bar(share: Fraction) -> float | None:
    """The length of a bar; one that would be nothing is still seen, above the line where the target is met."""
    return to_float(max(share, _SHORTEST) if share >= 0 else min(share, -_SHORTEST), 3)


def _variance(rated: Rated, indicator: Indicator, quarter: Quarter) -> Fraction | None:
    """An earlier quarter's figure less its target, as Results would have it."""
    closed = rated.history.closed.get(quarter)
    if closed is not None:
        return to_number(closed.get(indicator.ref, _NOT_LISTED)["Variance"])
    return variance_in(rated.history, indicator, quarter)


def _better(gap: Fraction, polarity: str) -> Fraction:
    """A variance so turned that more is better; in a range it is 0, and less the farther outside."""
    return -abs(gap) if polarity == "In range" else -gap if polarity == "Lower is better" else gap


# ---- where cells lead ----


def _links(sources: _Sources, indicators: Sequence[Indicator]) -> dict[str, Sequence[Link | None]]:
    """Refs lead to the quarter's results, polarities to the framework, files to the register, quality to its scores."""
    period = str(sources.rated.period)
    came = [sources.returns.get(i.ref) for i in indicators]
    rows = (
        tuple(Link("Results", "Indicator", i.ref, period) for i in indicators),
        tuple(Link("Indicators", "Ref", i.ref) for i in indicators),
        tuple(c.registered if c else None for c in came),
        tuple(Link("Quality", "Indicator", i.ref) for i in indicators),
    )
    return dict(zip(_LINKED, rows, strict=True))


@lru_cache(maxsize=1)  # the sheets of the other priorities ask the same
def _came_with(observations: Table, returns: Table, period: Quarter) -> Mapping[str, _Return]:
    """The return that each indicator's latest figure of a quarter came with, by ref."""
    register = dict(_registered(returns))
    return {
        ref_text(row["Indicator"]): register.get(str(row["Return"])) or _Return(str(row["Return"]), None)
        for row in standing_rows(observations, period)
        if row["Return"] is not None
    }


def _registered(returns: Table) -> Iterator[tuple[str, _Return]]:
    """The returns of the register under the names that observations have for them (see returns/intake.py)."""
    for row in returns.rows():
        sha = str(row["SHA-256"] or "")
        if row["File"] is not None and sha:
            link = Link("Returns", "SHA-256", sha, str(row["Period"]))
            yield f"{row['File']} ({sha[:8]})", _Return(str(row["File"]), link)


def _quarters(period: Quarter, count: int) -> list[Quarter]:
    """So many quarters up to one, the oldest first."""
    return [period.shift(-n) for n in range(count - 1, -1, -1)]
