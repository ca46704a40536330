"""Indicators and performance measures as those who answer for them see them: with past, forecast and actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xl_outcomes.actions import Action, read_actions
from xl_outcomes.chasing import chase
from xl_outcomes.contract import RATINGS
from xl_outcomes.exact import to_number
from xl_outcomes.framework import Indicator, ref_text
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.facts import Facts, IndicatorFact
from xl_outcomes.reporting.registry import Texts
from xl_outcomes.returns.expected import due_indicators
from xl_outcomes.roles import indicator_holders, plain
from xl_outcomes.rollup import Leaf, leaf, rows_by
from xl_outcomes.service_plans import QUESTIONS
from xl_outcomes.tables import Table, Tables, get

GREEN, AMBER, RED = RATINGS
_MEASURES = (*QUESTIONS, "Outcome", "Output", "Input")
_LOOK_BACK = 12  # quarters over which a rating is followed


@dataclass(frozen=True, slots=True)
class Item:
    """An indicator or performance measure as those who answer for it see it.

    `question` is How much, How well or Better off for a performance measure, else its Measure, such as Outcome. `run`
    counts the figures in a row, the quarter's the last, with its rating, `off_target` those that were Red or Amber;
    both are 0 without a rating on a figure of the quarter. `was` is the rating of the quarter before, `before` the
    figure that it is compared with, `forecast` the year-end figure expected with the rating it would have; blank
    without. `ranged` says that it aims at a range, `asked` that a figure is due from a data owner, `queried` that a
    query about it is open. `actions` are those raised by then, whatever their status.
    """

    fact: IndicatorFact
    leaf: Leaf
    question: str
    service: str
    outcome: str
    officer: str
    holders: Texts
    frequency: str
    run: int
    off_target: int
    was: str
    before: str
    forecast: tuple[str, str]
    ranged: bool
    asked: bool
    queried: bool
    actions: tuple[Action, ...]

    @property
    def ref(self) -> str:
        """Its ref."""
        return self.fact.ref

    @property
    def performance(self) -> bool:
        """Whether it is a performance measure, and not an indicator of outcomes."""
        return self.question in QUESTIONS

    @property
    def fresh(self) -> bool:
        """Whether it is rated on a figure of this quarter."""
        return self.fact.state == "Rated" and self.fact.word in RATINGS

    @property
    def exception(self) -> bool:
        """Whether it is Red or Amber on a figure of this quarter."""
        return self.fresh and self.fact.word != GREEN

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """Its actions that are still to be done."""
        return tuple(a for a in self.actions if a.open)


def read_items(rated: Rated, tables: Tables, facts: Facts) -> tuple[Item, ...]:
    """An item for each indicator whose row is right, in table order."""
    sources = _sources(rated, tables)
    return tuple(_item(fact, sources) for fact in facts.indicators if fact.ref in rated.framework.indicators)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What items are made from: rows of Results of the quarter and of all quarters, by ref, and what hangs on refs."""

    rated: Rated
    results: Mapping[str, Mapping[str, Any]]
    past: Mapping[str, Mapping[str, Mapping[str, Any]]]
    questions: Mapping[str, str]
    asked: frozenset[str]
    queried: frozenset[str]
    actions: Mapping[str, tuple[Action, ...]]


def _sources(rated: Rated, tables: Tables) -> _Sources:
    rows = [row for row in tables["Indicators"].rows() if row["Ref"] is not None]
    every = read_actions(get(tables, "Actions"))
    actions = [a for a in every if a.raised is None or a.raised <= rated.period]
    return _Sources(
        rated,
        rows_by(rated.results, "Indicator"),
        _past(get(tables, "Results")),
        {ref_text(row["Ref"]): _question(_text(row["Measure"])) for row in rows},
        frozenset(i.ref for i in due_indicators(rated.framework, rated.period) if i.data_owner),
        frozenset(ref for debtor in chase(rated, tables).debtors for ref in debtor.queried),
        {ref: tuple(a for a in actions if a.indicator == ref) for ref in {a.indicator for a in actions}},
    )


def _item(fact: IndicatorFact, sources: _Sources) -> Item:
    framework = sources.rated.framework
    indicator, row, past = framework.indicators[fact.ref], sources.results[fact.ref], sources.past.get(fact.ref, {})
    run, off_target = _runs(fact, past, sources.rated)
    before = past.get(str(sources.rated.period.shift(-1)), {})
    return Item(
        fact=fact,
        leaf=leaf(row, indicator),
        question=sources.questions[fact.ref],
        service=indicator.service,
        outcome=indicator.outcome,
        officer=indicator.responsible_officer,
        holders=indicator_holders(framework, indicator),
        frequency=indicator.frequency,
        run=run,
        off_target=off_target,
        was=_text(before.get("Rating")),
        before=_before(row, indicator),
        forecast=_forecast(row, indicator),
        ranged=indicator.polarity == "In range",
        asked=fact.ref in sources.asked,
        queried=fact.ref in sources.queried,
        actions=sources.actions.get(fact.ref, ()),
    )


def _question(measure: str) -> str:
    known = {plain(word): word for word in _MEASURES}
    return known.get(plain(measure), measure)


def _past(results: Table) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The rows of Results by indicator and quarter."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in results.rows():
        found.setdefault(_text(row["Indicator"]), {})[_text(row["Period"])] = row
    return found


def _runs(fact: IndicatorFact, past: Mapping[str, Mapping[str, Any]], rated: Rated) -> tuple[int, int]:
    """How many figures in a row had the quarter's rating, and were off target; quarters without one due count not."""
    if fact.state != "Rated" or fact.word not in RATINGS:
        return 0, 0
    words = [fact.word]
    for back in range(1, _LOOK_BACK + 1):
        row = past.get(str(rated.period.shift(-back)))
        if row is None or row["State"] not in ("Rated", "Not due"):
            break
        if row["State"] == "Rated":
            words.append(_text(row["Rating"]))
    return _leading(words, {fact.word}), _leading(words, {AMBER, RED})


def _leading(words: Sequence[str], wanted: set[str]) -> int:
    return next((n for n, word in enumerate(words) if word not in wanted), len(words))


def _before(row: Mapping[str, Any], indicator: Indicator) -> str:
    """The figure that the direction looks back to."""
    then = to_number(row["Previous"] if row["Direction"] else row["Last year"])
    return "" if then is None or row["State"] == "Confidential" else display(then, indicator)


def _forecast(row: Mapping[str, Any], indicator: Indicator) -> tuple[str, str]:
    value = to_number(row["Forecast"])
    return ("", "") if value is None else (display(value, indicator), _text(row["Forecast rating"]))


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)
