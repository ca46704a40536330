"""Where each figure of a report comes from: its period, ref, return and the day on which it was received."""

from collections.abc import Iterator
from dataclasses import dataclass

from xl_outcomes.figures import NO_FIGURE, Observation, figure
from xl_outcomes.framework import Indicator
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.facts import IndicatorFact
from xl_outcomes.reporting.registry import text
from xl_outcomes.standing import SHOWN_STATES
from xl_outcomes.tables import Table, Tables
from xl_outcomes.wording import day_words

BY_HAND = "Entered in the workbook"
HEADINGS = ("Ref", "Indicator", "Figure", "Period", "Came in", "Received")


@dataclass(frozen=True, slots=True)
class SourceFact:
    """The source of one figure, as people read it; `periods` names a carried rating's own quarter."""

    ref: str
    title: str
    figure: str
    periods: str
    returns: str
    received: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Its row under `HEADINGS`."""
        return self.ref, self.title, self.figure, self.periods, self.returns, self.received


def sources(rated: Rated, tables: Tables, facts: tuple[IndicatorFact, ...]) -> tuple[SourceFact, ...]:
    """The sources of the indicators that show a figure or carry a rating, in table order."""
    return tuple(_sources(rated, tables["Observations"], facts))


def _sources(rated: Rated, observations: Table, facts: tuple[IndicatorFact, ...]) -> Iterator[SourceFact]:
    came = {row["row"]: text(row["Return"]) for row in observations.rows()}
    for fact in facts:
        indicator = rated.framework.indicators.get(fact.ref)
        if indicator is None or not (fact.state in SHOWN_STATES or fact.carried_from):
            continue
        quarter = parse_quarter(fact.carried_from) if fact.carried_from else rated.period
        used = _used(rated, indicator, quarter)
        shown = f"Carried from {fact.carried_from}" if fact.carried_from else fact.figure
        yield SourceFact(fact.ref, fact.title, shown, _periods(used), _returns(used, came), _received(used))


def _used(rated: Rated, indicator: Indicator, quarter: Quarter) -> tuple[Observation, ...]:
    counted = rated.history.council_figures(indicator)
    used = figure(indicator, counted, quarter).used
    return used or tuple(o for p, o in counted.items() if p == quarter and o.code not in NO_FIGURE)


def _periods(used: tuple[Observation, ...]) -> str:
    names = [str(o.period) for o in used]
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}" if names else "Not kept"


def _returns(used: tuple[Observation, ...], came: dict[int, str]) -> str:
    names = dict.fromkeys(came.get(o.row, "").rpartition(" (")[0] or came.get(o.row, "") or BY_HAND for o in used)
    listed = list(names) or ["Not kept"]
    return listed[-1] if len(listed) == 1 else f"{listed[-1]} and {len(listed) - 1} before it"


def _received(used: tuple[Observation, ...]) -> str:
    days = [o.received for o in used if o.received.year > 1]
    return day_words(max(days)) if days else "Not recorded"
