"""The golden thread: from the vision down to each outcome, indicator, service plan and activity, and where it breaks.

Everything here is a function of the master's tables (docs/rules/golden-thread.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.activities import Activity, read_plan
from xl_outcomes.contract import SPECS
from xl_outcomes.framework import Framework, Indicator, Outcome, is_live, ref_text
from xl_outcomes.settings import Settings, sound_settings
from xl_outcomes.tables import Tables, get
from xl_outcomes.thread import check_framework, demand_tree

OUTPUTS = ("Output", "How much")  # what the council does, as the column Measure says it
GAPS: Mapping[str, str] = {
    "outcome-unmeasured": "Outcomes that no indicator measures",
    "outcome-empty": "Outcomes with nothing below them",
    "outcome-waiting": "Outcomes measured only by what is proposed or in development",
    "broken-off": "Outcomes and indicators that do not reach the vision",
    "officer-missing": "No responsible officer",
    "holder-missing": "No portfolio holder",
    "owner-missing": "Indicators without a data owner",
    "service-missing": "Indicators without a service",
    "service-unknown": "Services that are named but are not in Services",
    "service-unmeasured": "Services without a live indicator",
    "plan-missing": "Services without a service plan",
    "activity-untied": "Activities tied to nothing",
    "activity-astray": "Activities tied to what the framework does not have",
}
_UPWARD = ("Part of", "Contributes to", "Partner strategy", "Commissioning strategy")


_Tied = Mapping[str, list[Activity]]


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where the thread is broken: the ref, the kind (a key of GAPS) and one sentence."""

    ref: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class End:
    """Where a thread from the vision ends: its outcomes from tier 1 down, and the indicator if there is one.

    `activities` are those tied to anything on the way; `strategies` say which other plans it serves. An outcome's own
    gaps are told at the first end under it, so that each gap stands once.
    """

    outcomes: tuple[Outcome, ...]
    indicator: Indicator | None
    plan: str
    strategies: tuple[str, ...]
    activities: tuple[Activity, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Loose:
    """What hangs on no thread, or spoils one: an Outcome, Indicator, Activity or Service, with its gaps."""

    what: str
    ref: str
    title: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """A path of the theory of change: activities and outputs that lead to an outcome, and the way from it to tier 1.

    `outcomes` begins with that outcome and ends with the one at tier 1.
    """

    activities: tuple[Activity, ...]
    outputs: tuple[Indicator, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class GoldenThread:
    """All threads of a framework, in its order, and what is loose."""

    framework: Framework
    settings: Settings
    ends: tuple[End, ...]
    loose: tuple[Loose, ...]
    lanes: tuple[Lane, ...]
    plans: Mapping[str, str]
    activities: tuple[Activity, ...]

    @property
    def vision(self) -> str:
        """What every thread leads to: the vision, or what stands in for it."""
        named = " - ".join(n for n in (self.settings.council, self.settings.framework) if n)
        return self.settings.vision or named or "The vision"

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Every gap, those of the threads before those of what is loose."""
        return (*(gap for end in self.ends for gap in end.gaps), *(gap for place in self.loose for gap in place.gaps))


def read_thread(tables: Tables) -> GoldenThread:
    """The golden thread of a master's tables.

    Raises WorkbookError for a wrong setting or a circular tree.
    """
    settings = sound_settings(tables["Settings"])
    checked = check_framework(tables, settings.current_period)
    demand_tree(checked)
    return follow(checked.framework, settings, tables)


def follow(framework: Framework, settings: Settings, tables: Tables) -> GoldenThread:
    """The golden thread of a framework that has been checked, with the services and activities of its tables."""
    links = _Links(tables, framework)
    tied = _tied(links.activities)
    ends = tuple(_ends(framework, links, tied))
    loose = (*_broken_off(links), *_loose_activities(links), *_loose_services(links))
    lanes = tuple(_lanes(framework, links, tied))
    plans = {i.ref: links.plan(i.service) for i in framework.indicators.values()}
    return GoldenThread(framework, settings, ends, loose, lanes, plans, links.activities)


class _Links:
    """The rows that tie things together, by ref, read once."""

    def __init__(self, tables: Tables, framework: Framework) -> None:
        self.framework = framework
        self.outcomes = _by_ref(tables, "Outcomes")
        self.indicators = _by_ref(tables, "Indicators")
        self.services = {_folded(r["Service"]): r for r in get(tables, "Services").rows() if r["Service"] is not None}
        tidy = SPECS["Indicators"].column("Measure").tidy
        self.outputs = frozenset(ref for ref, row in self.indicators.items() if tidy(row["Measure"]) in OUTPUTS)
        planned = read_plan(get(tables, "Activities"), framework).activities
        self.activities = tuple(a for a in planned if a.status != "Cancelled")
        self.strategies = _strategies(tables)

    def plan(self, service: str) -> str:
        """The service plan of a service; blank where it has none."""
        row = self.services.get(_folded(service))
        return _text(row["Plan"]) if row else ""

    def fault(self, ref: str) -> str:
        """Why a ref does not lead to the vision, as in "X, which is Deleted"; blank where it does."""
        indicator = self.framework.indicators.get(ref)
        if ref in self.framework.outcomes:
            return "" if _reaches(self.framework, ref) else "which does not reach the vision itself"
        if indicator is not None and indicator.status != "Deleted":
            return self.fault(indicator.outcome)
        row = self.outcomes.get(ref) or self.indicators.get(ref)
        if row is None:
            return "which is not in the framework"
        status = _folded(row["Status"])
        return "which is left out as wrong" if status in ("", "live") else f"which is {status.capitalize()}"


# ---- threads ----


def _ends(framework: Framework, links: _Links, tied: _Tied) -> Iterator[End]:
    lowest = max((o.tier for o in framework.outcomes.values()), default=0)
    waiting: tuple[Gap, ...] = ()
    for outcome in framework.down():
        way = _way(framework, outcome)
        measured = _measured(framework, outcome)
        waiting = (*waiting, *_outcome_gaps(framework, outcome, measured, lowest))
        ends: Iterable[Indicator | None] = measured or ([] if framework.children(outcome.ref) else [None])
        for indicator in ends:
            own = () if indicator is None else tuple(_indicator_gaps(indicator, links))
            yield _end(way, indicator, links, tied, (*waiting, *own))
            waiting = ()


def _end(
    way: tuple[Outcome, ...],
    indicator: Indicator | None,
    links: _Links,
    tied: _Tied,
    gaps: tuple[Gap, ...],
) -> End:
    refs = [*(o.ref for o in way), *([indicator.ref] if indicator else [])]
    plan = links.plan(indicator.service) if indicator else ""
    strategies = tuple(dict.fromkeys(s for ref in refs for s in links.strategies.get(ref, ())))
    return End(way, indicator, plan, strategies, _of(refs, tied), gaps)


def _outcome_gaps(framework: Framework, outcome: Outcome, measured: list[Indicator], lowest: int) -> Iterator[Gap]:
    ref, named = outcome.ref, f"{outcome.ref} {outcome.title}"
    yield from _people(ref, named, outcome.responsible_officer, outcome.portfolio_holder)
    if framework.children(ref):
        return
    if not measured and outcome.tier == lowest:
        why = "its indicators are Deleted" if framework.measures(ref) else "no indicator hangs on it"
        yield Gap(ref, "outcome-unmeasured", f"Nothing measures {named}: {why}.")
    elif not measured:
        yield Gap(ref, "outcome-empty", f"{named} has neither an outcome nor an indicator below it.")
    elif not any(i.expected() for i in measured):
        yield Gap(ref, "outcome-waiting", f"{named} has only indicators that are proposed or in development.")


def _indicator_gaps(indicator: Indicator, links: _Links) -> Iterator[Gap]:
    ref, named = indicator.ref, f"{indicator.ref} {indicator.title}"
    if not indicator.expected():
        return
    yield from _people(ref, named, indicator.responsible_officer, indicator.portfolio_holder)
    if not indicator.data_owner:
        yield Gap(ref, "owner-missing", f"{named} has no data owner.")
    if links.services and not indicator.service:
        yield Gap(ref, "service-missing", f"{named} belongs to no service, so to no service plan.")
    elif links.services and _folded(indicator.service) not in links.services:
        yield Gap(ref, "service-unknown", f"{named} names the service {indicator.service}, which is not in Services.")


def _people(ref: str, named: str, officer: str, holder: str) -> Iterator[Gap]:
    if not officer:
        yield Gap(ref, "officer-missing", f"{named} has no responsible officer.")
    if not holder:
        yield Gap(ref, "holder-missing", f"{named} has no portfolio holder.")


def _way(framework: Framework, outcome: Outcome) -> tuple[Outcome, ...]:
    return (*reversed(framework.up(outcome.ref)), outcome)


def _measured(framework: Framework, outcome: Outcome) -> list[Indicator]:
    return [i for i in framework.measures(outcome.ref) if i.status != "Deleted"]


# ---- what is loose ----


def _broken_off(links: _Links) -> Iterator[Loose]:
    for ref, row in links.outcomes.items():
        if is_live(row) and links.fault(ref):
            yield _broken("Outcome", ref, row["Title"], _text(row["Parent"]), links)
    for ref, row in links.indicators.items():
        if _folded(row["Status"]) != "deleted" and links.fault(ref):
            yield _broken("Indicator", ref, row["Indicator"], _text(row["Outcome"]), links)


def _broken(what: str, ref: str, title: object, above: str, links: _Links) -> Loose:
    fault = links.fault(above) if above else ""
    why = f"it hangs on {above}, {fault}" if fault else "the checks of the framework say why (xl-outcomes check)"
    words = f"{ref} {_text(title)} does not reach the vision: {why}."
    return Loose(what, ref, _text(title), (Gap(ref, "broken-off", words),))


def _loose_activities(links: _Links) -> Iterator[Loose]:
    for activity in links.activities:
        gaps = tuple(_activity_gaps(activity, links))
        if gaps:
            yield Loose("Activity", activity.ref, activity.title, gaps)


def _activity_gaps(activity: Activity, links: _Links) -> Iterator[Gap]:
    ref, named = activity.ref, f"Activity {activity.ref or activity.title}"
    if not activity.outcomes and not activity.unknown:
        yield Gap(ref, "activity-untied", f"{named} is tied to no outcome.")
    for other in (*activity.outcomes, *activity.unknown):
        fault = links.fault(other)
        if fault or other not in links.framework.outcomes:
            why = fault or "which is an indicator: activities are tied to outcomes"
            yield Gap(ref, "activity-astray", f"{named} is tied to {other}, {why}.")
    if links.services and activity.service and _folded(activity.service) not in links.services:
        words = f"{named} names the service {activity.service}, which is not in Services."
        yield Gap(ref, "service-unknown", words)


def _loose_services(links: _Links) -> Iterator[Loose]:
    used = {_folded(i.service) for i in links.framework.indicators.values() if i.expected()}
    for folded, row in links.services.items():
        name = _text(row["Service"])
        gaps = []
        if folded not in used:
            gaps.append(Gap(name, "service-unmeasured", f"No live indicator belongs to the service {name}."))
        if not _text(row["Plan"]):
            gaps.append(Gap(name, "plan-missing", f"The service {name} has no service plan."))
        if gaps:
            yield Loose("Service", name, _text(row["Plan"]), tuple(gaps))


# ---- theory of change ----


def _lanes(framework: Framework, links: _Links, tied: _Tied) -> Iterator[Lane]:
    for outcome in framework.down():
        measured = _measured(framework, outcome)
        activities = tuple(tied.get(outcome.ref, ()))
        outputs = tuple(i for i in measured if i.ref in links.outputs)
        if activities or outputs or not framework.children(outcome.ref):
            yield Lane(activities, outputs, (outcome, *framework.up(outcome.ref)))


# ---- reading ----


def _tied(activities: Iterable[Activity]) -> _Tied:
    """The activities that are tied to each ref."""
    found: dict[str, list[Activity]] = {}
    for activity in activities:
        for ref in activity.outcomes:
            found.setdefault(ref, []).append(activity)
    return found


def _of(refs: Iterable[str], tied: _Tied) -> tuple[Activity, ...]:
    """The activities that are tied to any of some refs, each once."""
    return tuple(dict.fromkeys(activity for ref in refs for activity in tied.get(ref, ())))


def _by_ref(tables: Tables, name: str) -> dict[str, dict[str, Any]]:
    return {ref_text(row["Ref"]): row for row in get(tables, name).rows() if row["Ref"] is not None}


def _strategies(tables: Tables) -> dict[str, list[str]]:
    """What the crosswalk says that a ref is part of or serves, in words."""
    found: dict[str, list[str]] = {}
    for row in get(tables, "Crosswalk").rows():
        relation = next((r for r in _UPWARD if _folded(row["Relation"]) == r.casefold()), None)
        if relation and row["Ref"] is not None:
            theirs = " ".join(filter(None, (_text(row["Their ref"]), _text(row["Their title"]))))
            words = ": ".join(filter(None, (f"{relation} {_text(row['Framework'])}".strip(), theirs)))
            found.setdefault(ref_text(row["Ref"]), []).append(words)
    return found


def _reaches(framework: Framework, ref: str) -> bool:
    return (framework.outcomes[ref], *framework.up(ref))[-1].tier == 1


def _folded(value: object) -> str:
    return " ".join(_text(value).casefold().split())


def _text(value: object) -> str:
    return "" if value is None else ref_text(value)
