"""From a rated quarter to what a report may say of it: facts first, words second.

Everything here is plain text or a number, formatted for people; there are no files and no Word. Confidential figures
never get in, and one set of counts is used throughout.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xl_outcomes.contract import RATINGS, SHORTHAND, SPECS
from xl_outcomes.exact import show, to_number
from xl_outcomes.figures import Observed, count_observations
from xl_outcomes.framework import Indicator, Outcome, ref_text
from xl_outcomes.organisational import apart_last, refs_apart
from xl_outcomes.periods import Month, Period, Quarter
from xl_outcomes.quarter import Rated
from xl_outcomes.rating import display
from xl_outcomes.reporting.narrative import Narrative, read_narrative
from xl_outcomes.reporting.registry import (
    TO_BE_CONFIRMED,
    Header,
    Risk,
    Texts,
    month_words,
    period_words,
    read_header,
    read_risks,
    text,
)
from xl_outcomes.rollup import NOTHING_DUE, Tally
from xl_outcomes.standing import DUE_STATES
from xl_outcomes.tables import Tables, blank

MISSING_STATES = ("Overdue", "Awaiting", "Incomplete", "Unavailable")
IMPROVEMENT_STATES = ("Target to be confirmed", "Baseline year", "In development", "Framework error")

_STATE_CODES = {"Unavailable": "x", "Not applicable": "z", "Confidential": "c"}


@dataclass(frozen=True, slots=True)
class IndicatorFact:
    """An indicator in the quarter: `word` is the plain rating (blank without one), `rating` what people read.

    `counts` says whether it is among those that are due, and so in every "5 of 6"; `apart` that it is under a priority
    of organisational measures, and so not in the council's own counts.
    """

    ref: str
    title: str
    priority: str
    owner: str
    state: str
    word: str
    rating: str
    figure: str
    target: str
    direction: str
    movement: str
    reason: str
    commentary: Texts
    actions: Texts
    carried_from: str
    codes: Texts
    calculated: str
    overridden: bool
    counts: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Counts(Tally):
    """How many of the indicators that are due have which rating; `carried` of them from an earlier quarter."""

    carried: int = 0

    def share(self, number: int) -> str:
        """Per cent of the rated ones, such as 53%; blank where nothing is rated."""
        return f"{show(Fraction(number * 100, self.rated), 0)}%" if self.rated else ""


@dataclass(frozen=True, slots=True)
class PriorityFact:
    """A tier 1 outcome with the indicators under it and the words about it.

    `apart` says that it holds organisational measures only, and is not in the council's own counts.
    """

    ref: str
    title: str
    word: str
    rating: str
    reason: str
    counts: Counts
    masked: tuple[IndicatorFact, ...]
    indicators: tuple[IndicatorFact, ...]
    commentary: Texts
    achievements: Texts
    impacts: Texts
    apart: bool

    def fresh(self, word: str) -> tuple[IndicatorFact, ...]:
        """Those rated so on a figure of this quarter."""
        return tuple(i for i in self.indicators if i.state == "Rated" and i.word == word)

    def moved(self, direction: str) -> tuple[IndicatorFact, ...]:
        """Those Improving or Worsening against the figure before."""
        return tuple(i for i in self.indicators if i.direction.startswith(direction))


@dataclass(frozen=True, slots=True)
class OutcomeFact:
    """An outcome of any tier in the quarter; `coverage` is of the indicators under it."""

    ref: str
    tier: int
    title: str
    word: str
    rating: str
    coverage: str
    reason: str
    calculated: str
    overridden: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report may say of a quarter; `narrative` has the authors' paragraphs by section.

    `counts` are of the council's own outcomes; organisational measures that stand apart are in `organisational`.
    """

    council: str
    period: str
    period_words: str
    header: Header
    counts: Counts
    organisational: Counts
    priorities: tuple[PriorityFact, ...]
    indicators: tuple[IndicatorFact, ...]
    outcomes: tuple[OutcomeFact, ...]
    risks: tuple[Risk, ...]
    narrative: Mapping[str, Texts]
    shorthand: tuple[tuple[str, str], ...]

    @property
    def also(self) -> str:
        """What the headline says beside its counts: "and 9 of 10 organisational measures"; blank without such."""
        held = any(priority.apart for priority in self.priorities)
        return f"and {self.organisational.coverage} organisational measures" if held else ""

    def in_states(self, states: Sequence[str]) -> tuple[IndicatorFact, ...]:
        """The indicators in those states, in the order of the states."""
        return tuple(i for state in states for i in self.indicators if i.state == state)


def gather(rated: Rated, tables: Tables, name: str) -> Facts:
    """The facts of a rated quarter for the report of that name (as the Reports table has it)."""
    rolled = {str(row["Ref"]): row for row in _records(rated.rollup)}
    results = _records(rated.results)
    indicators = tuple(i for i in _indicator_facts(rated, results, tables) if i.state != "Deleted")
    narrative = read_narrative(tables, rated.period, name)
    tier_1 = apart_last((o for o in rated.framework.children(None) if o.ref in rolled), refs_apart(rated.framework))
    return Facts(
        council=rated.settings.council or "The council",
        period=str(rated.period),
        period_words=period_words(rated.period),
        header=read_header(tables, name, rated.period),
        counts=_count(i for i in indicators if not i.apart),
        organisational=_count(i for i in indicators if i.apart),
        priorities=tuple(_priority(rated, o, rolled[o.ref], indicators, narrative) for o in tier_1),
        indicators=indicators,
        outcomes=tuple(_outcome(rolled[o.ref]) for o in rated.framework.down() if o.ref in rolled),
        risks=read_risks(tables),
        narrative={section: texts for (ref, section), texts in narrative.items() if not ref},
        shorthand=_shorthand(indicators),
    )


# ---- indicators ----


def _indicator_facts(rated: Rated, results: Iterable[Mapping[str, Any]], tables: Tables) -> Iterable[IndicatorFact]:
    framework = rated.framework
    observed, _ = count_observations(tables["Observations"], framework)
    apart = refs_apart(framework)
    titles = {ref_text(r["Ref"]): text(r["Indicator"]) for r in tables["Indicators"].rows() if r["Ref"] is not None}
    for row in results:
        ref = ref_text(row["Indicator"])
        indicator = framework.indicators.get(ref)
        if indicator is None:
            yield _broken(ref, titles.get(ref, ref), row)
        else:
            target = _target(tables, row, indicator)
            yield _indicator_fact(rated, indicator, row, observed, target, apart=ref in apart)


def _indicator_fact(
    rated: Rated, indicator: Indicator, row: Mapping[str, Any], observed: Observed, target: str, *, apart: bool
) -> IndicatorFact:
    above = rated.framework.up(indicator.ref)
    priority = above[-1].ref if above and above[-1].tier == 1 else ""
    flags = [f.strip() for f in text(row["Flags"]).split(",") if f.strip()]
    commentary, actions = _quotes(observed, indicator, rated.period)
    state, word = text(row["State"]), text(row["Rating"])
    codes = tuple(f for f in flags if f in SHORTHAND) or tuple(filter(None, [_STATE_CODES.get(state)]))
    direction, movement = _movement(row, indicator)
    return IndicatorFact(
        ref=indicator.ref,
        title=indicator.title or indicator.ref,
        priority=priority,
        owner=indicator.data_owner or "No data owner",
        state=state,
        word=word,
        rating=_rating_words(row, "override" in flags),
        figure=_figure(row, indicator, codes),
        target=target,
        direction=direction,
        movement=movement,
        reason=_reason(row),
        commentary=commentary,
        actions=actions,
        carried_from=text(row["Carried from"]),
        codes=codes,
        calculated=text(row["Calculated rating"]),
        overridden="override" in flags,
        counts=bool(priority) and _counts(indicator, above, row),
        apart=apart,
    )


def _broken(ref: str, title: str, row: Mapping[str, Any]) -> IndicatorFact:
    """An indicator whose row fails the checks: named, with nothing claimed about it."""
    state, none, owner = text(row["State"]), "Not reported", "No data owner"
    shown = ("Not rated", none, none, none, "", text(row["Reason"]))
    return IndicatorFact(ref, title, "", owner, state, "", *shown, (), (), "", (), "", False, False, False)


def _counts(indicator: Indicator, above: Sequence[Outcome], row: Mapping[str, Any]) -> bool:
    """Whether the roll-up counts it: due or carried, and of no weight 0 below tier 1."""
    due = row["State"] in DUE_STATES and indicator.scored
    weighs = indicator.weight != 0 and all(o.weight != 0 for o in above[:-1])
    return weighs and (due or bool(text(row["Carried from"])))


def _rating_words(row: Mapping[str, Any], overridden: bool) -> str:
    word, state = text(row["Rating"]), text(row["State"])
    if word:
        return f"{word}{'*' if overridden else ''}{', carried' if text(row['Carried from']) else ''}"
    return {"Data only": "For information", "Baseline year": state, "In development": state}.get(state, "Not rated")


def _figure(row: Mapping[str, Any], indicator: Indicator, codes: Texts) -> str:
    value = to_number(row["Value"])
    shown = text(row["State"]) if value is None or row["State"] == "Confidential" else display(value, indicator)
    return " ".join([shown, *(f"[{code}]" for code in codes)])


def _target(tables: Tables, row: Mapping[str, Any], indicator: Indicator) -> str:
    limits = _range(tables, row) if indicator.polarity == "In range" else (to_number(row["Target"]),)
    shown = [display(limit, indicator, in_full=True) for limit in limits if limit is not None]
    if shown and len(shown) == len(limits):
        return " to ".join(shown)
    return TO_BE_CONFIRMED if row["State"] == "Target to be confirmed" else "No target"


def _range(tables: Tables, row: Mapping[str, Any]) -> tuple[Fraction | None, ...]:
    """The Lower and Upper of the row of Targets that the result names."""
    tidy, start = SPECS["Targets"].column("From").tidy, text(row["Target from"])
    rows = tables.get("Targets", blank("Targets")).rows()
    found = [r for r in rows if r["Indicator"] == row["Indicator"] and start and tidy(r["From"]) == start]
    return tuple(to_number(found[-1].get(h)) for h in ("Lower", "Upper")) if found else (None,)


def _movement(row: Mapping[str, Any], indicator: Indicator) -> tuple[str, str]:
    """The direction as a word, and from which figure to which."""
    now = to_number(row["Value"])
    for direction, before, on in (("Direction", "Previous", ""), ("Direction on year", "Last year", " on last year")):
        then = to_number(row[before])
        if text(row[direction]) and now is not None and then is not None:
            words = f"from {display(then, indicator)} to {display(now, indicator)}"
            words += " (the aim is a range)" if indicator.polarity == "In range" else ""
            return f"{text(row[direction])}{on}", f"{words}{on and ', against the same quarter last year'}"
    return "No comparison", ""


def _quotes(observed: Observed, indicator: Indicator, quarter: Quarter) -> tuple[Texts, Texts]:
    """The commentaries and corrective actions that came with the quarter's own figures."""
    counted = observed.get(indicator.ref, {}).get("", {})
    rows = [o for p, o in sorted(counted.items(), key=lambda c: str(c[0])) if _in(p, quarter) and o.code != "c"]
    comments = [(o.period, o.commentary) for o in rows]
    return _dated(comments), _dated([(o.period, o.corrective_action) for o in rows])


def _dated(texts: Sequence[tuple[Period, str]]) -> Texts:
    """The texts that say something, each once; with the month in front where there are several."""
    said: dict[str, Period] = {}
    for period, words in texts:
        if words.strip():
            said.setdefault(words.strip(), period)
    if len(said) < 2:
        return tuple(said)
    return tuple(f"{month_words(p)}: {t}" if isinstance(p, Month) else t for t, p in said.items())


def _in(period: Period, quarter: Quarter) -> bool:
    return (period.quarter if isinstance(period, Month) else period) == quarter


# ---- outcomes and counts ----


def _priority(
    rated: Rated,
    outcome: Outcome,
    row: Mapping[str, Any],
    indicators: Sequence[IndicatorFact],
    narrative: Narrative,
) -> PriorityFact:
    own = tuple(i for i in indicators if i.priority == outcome.ref)
    about = (outcome.ref, *(o.ref for o in rated.framework.down(outcome.ref)), *(i.ref for i in own))
    masked = [ref.strip() for ref in text(row["Masked reds"]).split(",")]

    def texts(section: str) -> Texts:
        return tuple(t for ref in about for t in narrative.get((ref, section), ()))

    return PriorityFact(
        outcome.ref,
        text(row["Title"]),
        text(row["Rating"]),
        _outcome_rating(row),
        _outcome_reason(row, _children(rated, outcome)),
        _count(own),
        tuple(i for i in own if i.ref in masked),
        own,
        texts("commentary"),
        texts("achievement"),
        texts("impact"),
        outcome.ref in refs_apart(rated.framework),
    )


def _outcome(row: Mapping[str, Any]) -> OutcomeFact:
    coverage = _of(row["Indicators rated"], row["Indicators due"])
    return OutcomeFact(
        ref=str(row["Ref"]),
        tier=int(to_number(row["Tier"]) or 0),
        title=text(row["Title"]),
        word=text(row["Rating"]),
        rating=_outcome_rating(row),
        coverage=coverage if row["Indicators due"] else "Nothing due",
        reason=_reason(row),
        calculated=text(row["Calculated rating"]),
        overridden="override" in text(row["Flags"]),
    )


def _outcome_rating(row: Mapping[str, Any]) -> str:
    return text(row["Rating"]) + ("*" if "override" in text(row["Flags"]) else "")


def _outcome_reason(row: Mapping[str, Any], children: str) -> str:
    """The roll-up's reason, saying what it is that is counted."""
    if row["Rating"] == NOTHING_DUE:
        return "Nothing due this quarter."
    count = _of(row["Rated"], row["Due"])
    return _reason(row).replace(f"{count} rated", f"{count} {children} rated", 1)


def _of(some: object, every: object) -> str:
    return f"{show(to_number(some) or Fraction(0))} of {show(to_number(every) or Fraction(0))}"


def _reason(row: Mapping[str, Any]) -> str:
    """The reason as people read it: an override with its asterisk, without the masked reds (they are listed)."""
    unmasked = text(row["Reason"]).removesuffix(f" Masked: {text(row.get('Masked reds'))} Red.")
    return unmasked.replace(f"{row['Rating']} by override", f"{row['Rating']}* by override", 1)


def _children(rated: Rated, outcome: Outcome) -> str:
    """What stands right under an outcome, in the plural."""
    measures = "indicators" if rated.framework.measures(outcome.ref) else ""
    below = rated.settings.tier_name(outcome.tier + 1).lower() + "s" if rated.framework.children(outcome.ref) else ""
    return " and ".join(filter(None, [below, measures])) or "indicators"


def _count(indicators: Iterable[IndicatorFact]) -> Counts:
    due = [i for i in indicators if i.counts]
    green, amber, red = (sum(i.word == word for i in due) for word in RATINGS)
    carried = sum(bool(i.carried_from) for i in due)
    return Counts(green, amber, red, len(due) - green - amber - red, carried)


def _shorthand(indicators: Iterable[IndicatorFact]) -> tuple[tuple[str, str], ...]:
    used = {code for i in indicators for code in i.codes}
    return tuple((code, meaning) for code, meaning in SHORTHAND.items() if code in used)


def _records(frame: Any) -> list[dict[str, Any]]:
    return list(frame.to_dict("records"))
