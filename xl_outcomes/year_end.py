"""The year as each scrutiny committee sees it: which targets its measures met, and which call for intervention.

A committee's remit are the services that name it in Services; a measure belongs to it through its service.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xl_outcomes.exact import to_number
from xl_outcomes.figures import figure
from xl_outcomes.framework import Indicator, Outcome, ref_text
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Prepared, Rated, rate_prepared
from xl_outcomes.rating import display, meets_target
from xl_outcomes.roles import plain, several
from xl_outcomes.rollup import rows_by
from xl_outcomes.standing import DUE_STATES, SHOWN_STATES
from xl_outcomes.tables import Tables, get
from xl_outcomes.targets import Held, held_to, in_force

MET, CLOSE, INTERVENE, WAITING, NOT_COUNTED = "Met", "Close", "Intervene", "No rating", "Not counted"
RESULTS = (MET, CLOSE, INTERVENE, WAITING)
NO_SERVICE = "No service plan"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class YearMeasure:
    """An indicator at the year's end, or as far as the year has come; texts are for people, blank where there is none.

    `quarter` is the last one of the year in which it was due, and `figure`, `target` and `before` (a year earlier) are
    of that quarter. `year` and `year_before` take the quarters of a year together, where that makes a figure. `result`
    is one of RESULTS, or NOT_COUNTED for what has no rating by its nature. `quarters` has its figure in each quarter.
    """

    ref: str
    title: str
    question: str
    top: str
    plan: str
    service: str
    quarter: Quarter | None
    state: str
    figure: str
    target: str
    rating: str
    overridden: bool
    carried: bool
    result: str
    reason: str
    before: str
    direction: str
    year: str
    year_before: str
    quarters: tuple[str, ...]
    commentary: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A measure that a committee chose for its work programme, and the quarter in which it said so.

    `measure` is None where the framework has no such indicator.
    """

    ref: str
    said: Quarter
    measure: YearMeasure | None


@dataclass(frozen=True, slots=True)
class Remit:
    """A scrutiny committee with its services, who answers for them, its measures, and what it chose; blank: none."""

    committee: str
    services: tuple[str, ...]
    plans: tuple[str, ...]
    holders: tuple[str, ...]
    directors: tuple[str, ...]
    measures: tuple[YearMeasure, ...]
    choices: tuple[Choice, ...]

    def with_result(self, *results: str) -> tuple[YearMeasure, ...]:
        """Its measures with one of these results, in the order of its plans."""
        return tuple(m for result in results for m in self.measures if m.result == result)

    @property
    def rated(self) -> int:
        """How many of its measures have a rating."""
        return len(self.with_result(MET, CLOSE, INTERVENE))


def remits(rated: Rated, tables: Tables) -> tuple[Remit, ...]:
    """The remit of each committee that Services names, then (committee blank) what is in nobody's, if anything is.

    Where no service names a committee, the one remit is the whole council's.
    """
    services = [row for row in get(tables, "Services").rows() if row["Service"] is not None]
    names: dict[str, str] = {}
    for name in (name for row in services for name in several(row["Scrutiny committee"])):
        names.setdefault(plain(name), name)
    measures = year_measures(rated, tables)
    choices = _choices(rated, tables, {m.ref: m for m in measures})
    held = [_remit(name, services, measures, choices) for name in names.values()]
    known = {m.ref for remit in held for m in remit.measures}
    rest = tuple(m for m in measures if m.ref not in known)
    if not names:
        return (_whole(services, measures),)
    return (*held, *([Remit("", (), _plans(rest), (), (), rest, ())] if rest else []))


def year_measures(rated: Rated, tables: Tables) -> tuple[YearMeasure, ...]:
    """Every indicator that data owners are asked for, as the year up to the rated quarter leaves it, in tree order."""
    framework = rated.framework
    rows = {quarter: dict(_rows(rated, tables, quarter)) for quarter in _year_to(rated.period)}
    words = {ref_text(r["Ref"]): r for r in tables["Indicators"].rows() if r["Ref"] is not None}
    plans = {plain(r["Service"]): ref_text(r["Plan"] or "") for r in get(tables, "Services").rows() if r["Service"]}
    known = _Year(rated, rows, words, plans)
    ordered = (i for o in framework.down() for i in framework.measures(o.ref))
    return tuple(_measure(known, i) for i in ordered if i.expected())


# ---- remits ----


def _remit(
    name: str, services: Sequence[Row], measures: Sequence[YearMeasure], choices: Sequence[tuple[str, Choice]]
) -> Remit:
    own = [row for row in services if plain(name) in map(plain, several(row["Scrutiny committee"]))]
    order = {plain(row["Service"]): n for n, row in enumerate(own)}
    held = tuple(m for m in measures if plain(m.service) in order)
    return Remit(
        name,
        tuple(ref_text(row["Service"]) for row in own),
        _plans(sorted(held, key=lambda m: order[plain(m.service)])),
        _people(own, "Portfolio holder"),
        _people(own, "Director"),
        held,
        tuple(choice for committee, choice in choices if plain(committee) == plain(name)),
    )


def _whole(services: Sequence[Row], measures: tuple[YearMeasure, ...]) -> Remit:
    names = tuple(ref_text(row["Service"]) for row in services)
    holders, directors = (_people(services, heading) for heading in ("Portfolio holder", "Director"))
    return Remit("", names, _plans(measures), holders, directors, measures, ())


def _plans(measures: Sequence[YearMeasure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.plan for m in measures))


def _people(services: Sequence[Row], heading: str) -> tuple[str, ...]:
    return several(";".join(ref_text(row[heading] or "") for row in services))


def _choices(rated: Rated, tables: Tables, known: Mapping[str, YearMeasure]) -> list[tuple[str, Choice]]:
    """What committees chose in any quarter of the year, each measure once for a committee."""
    years = {str(quarter): quarter for quarter in (Quarter(rated.period.year, n) for n in (1, 2, 3, 4))}
    found: dict[tuple[str, str], tuple[str, Choice]] = {}
    for row in get(tables, "Narrative").rows():
        said = years.get(ref_text(row["Period"] or ""))
        if said and plain(row["Section"]).endswith("work programme") and row["Ref"] is not None:
            ref = ref_text(row["Ref"])
            for committee in several(row["Text"]):
                key = plain(committee), ref
                found.setdefault(key, (committee, Choice(ref, said, known.get(ref))))
    return list(found.values())


# ---- measures ----


@dataclass(frozen=True, slots=True)
class _Year:
    """What measures are made from: rows of results by quarter and ref, Indicators by ref, plans by service."""

    rated: Rated
    rows: Mapping[Quarter, Mapping[str, Row]]
    words: Mapping[str, Row]
    plans: Mapping[str, str]


def _year_to(period: Quarter) -> list[Quarter]:
    return [Quarter(period.year, n) for n in range(1, period.number + 1)]


def _rows(rated: Rated, tables: Tables, quarter: Quarter) -> Mapping[str, Row]:
    """A quarter's results by ref: as they stand in Results; worked out where they do not stand there."""
    if quarter == rated.period:
        return rows_by(rated.results, "Indicator")
    held = get(tables, "Results").frame
    rows = held[held["Period"] == str(quarter)]
    if len(rows):
        return rows_by(rows, "Indicator")
    return rows_by(rate_prepared(Prepared(rated.history, ()), tables, quarter).results, "Indicator")


def _measure(known: _Year, indicator: Indicator) -> YearMeasure:
    rated, ref = known.rated, indicator.ref
    due = next((q for q in sorted(known.rows, reverse=True) if indicator.due_in(q)), None)
    last = known.rows[due].get(ref) if due else None
    now = known.rows[rated.period].get(ref) or {}
    stands = now if now.get("Rating") else last or now
    held = _held(rated, indicator, due) if due else None
    before = to_number(last["Last year"]) if last and last["State"] in SHOWN_STATES else None
    return YearMeasure(
        ref=ref,
        title=indicator.title or ref,
        question=ref_text(known.words[ref]["Measure"] or "") if ref in known.words else "",
        top=_top(rated, indicator).title,
        plan=known.plans.get(plain(indicator.service)) or NO_SERVICE,
        service=indicator.service,
        quarter=due,
        state=str(last["State"]) if last else str(now.get("State") or "Not due"),
        figure=_figure(last, indicator),
        target=_target(held, indicator),
        rating=str(stands.get("Rating") or ""),
        overridden="override" in str(stands.get("Flags") or ""),
        carried=bool(now.get("Carried from")),
        result=_result(stands, last, held, indicator),
        reason=str((last or now).get("Reason") or ""),
        before="" if before is None else display(before, indicator),
        direction=str((last or {}).get("Direction on year") or ""),
        year=_whole_year(rated, indicator, due) if due else "",
        year_before=_whole_year(rated, indicator, due.shift(-4)) if due else "",
        quarters=tuple(_figure(known.rows[q].get(ref), indicator) for q in known.rows),
        commentary=_said(rated, indicator, due, "commentary"),
        actions=_said(rated, indicator, due, "corrective_action"),
    )


def _said(rated: Rated, indicator: Indicator, quarter: Quarter | None, what: str) -> tuple[str, ...]:
    """What the returns of a quarter said, each text once; nothing that came with a confidential figure."""
    counted = sorted(rated.history.council_figures(indicator).items(), key=lambda pair: str(pair[0]))
    own = (o for p, o in counted if (p if isinstance(p, Quarter) else p.quarter) == quarter and o.code != "c")
    return tuple(dict.fromkeys(text for o in own if (text := str(getattr(o, what)).strip())))


def _top(rated: Rated, indicator: Indicator) -> Outcome:
    return rated.framework.up(indicator.ref)[-1]


def _result(stands: Row, last: Row | None, held: Held | None, indicator: Indicator) -> str:
    """What the year comes to, by the rating that stands; on target needs a figure on the green side of the target."""
    rating = stands.get("Rating")
    if not rating:
        due = stands.get("State") in DUE_STATES and indicator.scored
        return WAITING if due else NOT_COUNTED
    if rating == "Red":
        return INTERVENE
    value = to_number(last["Value"]) if last else None
    if value is None or held is None or not held.confirmed(indicator.polarity):
        return MET if rating == "Green" else CLOSE
    return MET if meets_target(value, held, indicator.polarity) else CLOSE


def _figure(row: Row | None, indicator: Indicator) -> str:
    """The figure of a row with its shorthand, or the state in its place; never a confidential one."""
    if row is None:
        return "Not due"
    value = to_number(row["Value"]) if row["State"] in SHOWN_STATES else None
    codes = [f"[{f.strip()}]" for f in str(row["Flags"] or "").split(",") if f.strip() in ("p", "e", "r")]
    return str(row["State"]) if value is None else " ".join([display(value, indicator), *codes])


def _held(rated: Rated, indicator: Indicator, quarter: Quarter) -> Held | None:
    found = in_force(rated.history.timelines, indicator, quarter)
    return held_to(found, indicator, quarter, rated.settings) if found and not found.wrong else None


def _target(held: Held | None, indicator: Indicator) -> str:
    if held is None or not indicator.scored or not held.confirmed(indicator.polarity):
        return ""
    ends = (held.lower, held.upper) if indicator.polarity == "In range" else (held.target,)
    return " to ".join(display(end, indicator, in_full=True) for end in ends if end is not None)


def _whole_year(rated: Rated, indicator: Indicator, quarter: Quarter) -> str:
    """The quarters of a year up to one taken together; blank where that is no figure of a year.

    Counts and money add up, and percentages of counted cases can be worked out anew; a rate of a quarter says nothing
    of a year.
    """
    adds = indicator.calculation == "Value" and indicator.unit in ("Count", "Money")
    pools = indicator.calculation == "Ratio" and indicator.unit == "Percentage"
    late = indicator.live_from is not None and indicator.live_from > Quarter(quarter.year, 1)
    once = indicator.frequency == "Annual" or quarter.number == 1
    joined = indicator.aggregation == "Sum" and (adds or pools) and not late and not once
    if not (joined or indicator.year_to_date):
        return ""
    found = figure(replace(indicator, report_as="Year to date"), rated.history.council_figures(indicator), quarter)
    shown = found.shown(indicator.decimals) if found.outcome == "figure" else None
    return "" if shown is None else display(shown, indicator)
