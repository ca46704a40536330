"""The words of the cabinet report for what it says beyond the ratings (`cabinet_facts.py`)."""

from collections.abc import Iterable, Sequence

from xl_outcomes.activities import STATUSES, Activity
from xl_outcomes.house_style import AMBER, GREEN, RED, HouseStyle
from xl_outcomes.money import CORNERS, Corners, Placed, Total
from xl_outcomes.reporting.cabinet_facts import (
    CabinetFacts,
    Carried,
    Delivery,
    DeliveryRow,
    Money,
    RatingChange,
    RiskFact,
    Sureness,
    high_with_reds,
)
from xl_outcomes.reporting.facts import Facts, IndicatorFact, PriorityFact
from xl_outcomes.reporting.prose import colour, per_cent, pounds, thousands
from xl_outcomes.wording import be, counted, day_words, listed

_MOST_NAMED = 3
_NO_SCORE = "No score"
_BUSY = ("On track", "At risk", "Delayed", "Not started", "Complete")


def sureness_words(sure: Sureness, style: HouseStyle) -> list[str]:
    """How much of the quarter's data came, who is late, and how far the data can be trusted."""
    return [received_words(sure), *([_quality(sure, style)] if sure.quality else [])]


def received_words(sure: Sureness) -> str:
    """How many of the figures that are due came, and who is late."""
    return (
        f"{sure.completeness.words}. {_late(sure)}".strip()
        if sure.completeness.due
        else "No figure is due this quarter."
    )


def moves_words(changes: Sequence[RatingChange], style: HouseStyle) -> list[str]:
    """How the ratings of the quarter compare with those of when each indicator was last due."""
    if not changes:
        return []
    better = sum(c.better for c in changes)
    renewed = sum(c.new_target for c in changes)
    found = [
        f"{_ratings(better)} better than when the indicator was last due, and {len(changes) - better} "
        f"{be(len(changes) - better)} worse.{_renewed(renewed, len(changes))}"
    ]
    red = style.printed(RED)
    for words, chosen in (
        (f"Newly {red}", [c for c in changes if c.indicator.word == RED]),
        (f"No longer {red}", [c for c in changes if c.was == RED]),
    ):
        if chosen:
            found.append(f"{words}: {listed([_named(c.indicator) for c in chosen])}.")
    return found


def change_lines(changes: Iterable[RatingChange], priority: PriorityFact, style: HouseStyle) -> list[str]:
    """The ratings under a priority that changed, a line each, the better ones first."""
    own = [c for c in changes if c.indicator.priority == priority.ref]
    return [_change_line(c, style) for c in sorted(own, key=lambda c: not c.better)]


def ambers_line(priority: PriorityFact, style: HouseStyle) -> str:
    """The Ambers of a priority in a sentence; blank where there is none."""
    ambers, word = priority.fresh(AMBER), style.printed(AMBER)
    names = listed([_named(i) for i in ambers])
    count = f"{counted(len(ambers), 'indicator')} {be(len(ambers))} {word} on this quarter's figures"
    return f"{count}: {names}." if ambers else ""


def moved_line(priority: PriorityFact, changes: int) -> str:
    """How many figures of a priority improved and worsened, and what leads to the ratings that changed, if any did."""
    better, worse = (len(priority.moved(d)) for d in ("Improving", "Worsening"))
    lead = "Ratings that changed since the indicator was last due:" if changes else ""
    if not better + worse:
        return lead
    figures = f"Compared with an earlier figure, {counted(better, 'figure')} improved and {worse} worsened."
    return f"{figures} {lead or 'No rating changed since the indicator was last due.'}"


# ---- trends ----


def trends_words(shown: int, reds: int, style: HouseStyle) -> str:
    """What leads to the small charts; blank where there are none."""
    red = style.printed(RED)
    if not shown:
        return ""
    which = f"each {red} indicator" if shown == reds else f"{shown} of the {reds} {red} indicators"
    return (
        f"The figure below shows {which} over the last eight quarters beside its target. Figures that are added up "
        "from April begin again each year."
    )


# ---- money ----


def money_words(money: Money, period: str, style: HouseStyle) -> list[str]:
    """The budget as a whole, what is missing from it, and where spend and results do not match."""
    whole = money.whole
    parts = f", of which {pounds(whole.capital)} is capital" if whole.capital else ""
    first = (
        f"The budget for the outcomes is {pounds(whole.budget)} for the year{parts}. In {period} the forecast for the "
        f"year end is {pounds(whole.forecast)}{_variance(whole)}, and {pounds(whole.actual)} has been spent."
    )
    return [f"{first}{_gaps(money)}", *_corners(money.corners, style)]


def money_rows(money: Money, style: HouseStyle) -> list[dict[str, str]]:
    """A row for each priority, for money tied to none, and for the whole."""
    rows = [
        _money_row(row.outcome.title, style.printed(row.outcome.rating), colour(row.outcome.word, style), row.total)
        for row in money.rows
    ]
    plain = colour("", style)
    if money.untied.lines:
        rows.append(_money_row("Not tied to an outcome", "Not rated", plain, money.untied))
    return [*rows, _money_row("All money", "Not combined", plain, money.whole)]


def _money_row(title: str, rating: str, fill: str, sums: Total) -> dict[str, str]:
    amounts = [thousands(a) if sums.lines else "No money" for a in (sums.budget, sums.forecast, sums.variance)]
    names = ("title", "rating", "colour", "budget", "forecast", "variance")
    return dict(zip(names, (title, rating, fill, *amounts), strict=True))


def _variance(sums: Total) -> str:
    """How far the forecast is from the budget, as the end of a clause."""
    if not sums.variance:
        return ", as budgeted"
    side = "over" if sums.variance > 0 else "under"
    share = f", {per_cent(abs(sums.variance_share), 1)}" if sums.variance_share is not None else ""
    return f", {pounds(abs(sums.variance))} {side} budget{share}"


def _gaps(money: Money) -> str:
    """What the sums leave out or take from an earlier quarter."""
    whole = money.whole
    found = [
        f" {counted(count, 'line')} {'has' if count == 1 else 'have'} {what}."
        for count, what in (
            (whole.without_budget, "no budget"),
            (whole.without_forecast, "no forecast, and no part in the difference"),
            (whole.older, "not been brought up to date this quarter"),
        )
        if count
    ]
    return "".join(found)


def _corners(corners: Corners, style: HouseStyle) -> list[str]:
    if not corners.placed:
        return []
    poor = [p for p in corners.placed if p.corner == CORNERS[True, False]]
    meaning = (
        "High spend is a share of the budget above the median of the outcomes that have money; a good result is a "
        f"rating of {style.printed(GREEN)}, or a score that reaches it."
    )
    unrated = f" {counted(len(corners.unrated), 'outcome')} with money {be(len(corners.unrated))} not rated."
    none = "No outcome has high spend and a poor result."
    first = f"{CORNERS[True, False]}: {_placed(poor, style)}." if poor else none
    return [f"{first} {meaning}{unrated if corners.unrated else ''}"]


def _placed(found: Iterable[Placed], style: HouseStyle) -> str:
    return listed(
        [
            f"{p.outcome.ref} {p.outcome.title} ({per_cent(p.share)} of the budget, {style.printed(p.rating)})"
            for p in found
        ]
    )


# ---- delivery ----


def delivery_words(delivery: Delivery, style: HouseStyle) -> list[str]:
    """The delivery plan in a paragraph."""
    whole = delivery.whole
    states = [f"{n} {s.lower()}" for s in STATUSES if (n := whole.statuses.get(s, 0))]
    blank = whole.statuses.get("", 0)
    states += [f"{blank} without a status"] if blank else []
    found = f"The delivery plan has {counted(whole.activities, 'activity', 'activities')}: {listed(states)}."
    if whole.overdue:
        found += f" {whole.overdue} {be(whole.overdue)} past {'its' if whole.overdue == 1 else 'their'} due date."
    if delivery.milestones_due:
        met, due = delivery.milestones_met, delivery.milestones_due
        found += f" {met} of the {counted(due, 'milestone')} due by now {be(met)} complete."
    return [found, *_idle(delivery, style)]


def delivery_rows(delivery: Delivery, style: HouseStyle) -> list[dict[str, str | int]]:
    """A row for each priority, and one for all activities, each counted once."""
    return [_delivery_row(row, style) for row in (*delivery.rows, delivery.whole)]


def troubled_lines(delivery: Delivery) -> list[str]:
    """The activities at risk or delayed, a line each, and in one line those that are only past their due date."""
    late = [a for a, _ in delivery.troubled if a.status not in ("At risk", "Delayed")]
    lines = [_troubled(a, days) for a, days in delivery.troubled if a not in late]
    if late:
        lines.append(f"Past the due date, with another status: {listed([f'{a.ref} {a.title}' for a in late])}.")
    return lines


def _delivery_row(row: DeliveryRow, style: HouseStyle) -> dict[str, str | int]:
    outcome = row.outcome
    counts = {s.casefold().replace(" ", "_"): row.statuses.get(s, 0) for s in _BUSY}
    return {
        "title": outcome.title if outcome else "All activities",
        "rating": style.printed(outcome.rating) if outcome else "Not combined",
        "colour": colour(outcome.word if outcome else "", style),
        "activities": row.activities,
        **counts,
    }


def _troubled(activity: Activity, days: int) -> str:
    due = f", due {day_words(activity.due)}" if activity.due else ""
    over = f" ({counted(days, 'day')} ago)" if days else ""
    comment = f". {activity.comment}" if activity.comment else ""
    return f"{activity.ref} {activity.title}: {activity.status}{due}{over}{comment}"


def _idle(delivery: Delivery, style: HouseStyle) -> list[str]:
    if not delivery.idle:
        return []
    names = listed([f"{o.ref} {o.title}" for o in delivery.idle])
    return [f"No activity under way is tied to these outcomes, which are rated {style.printed(RED)}: {names}."]


# ---- risks ----


def risk_words(risks: Sequence[RiskFact], style: HouseStyle) -> list[str]:
    """The High risks whose outcomes or indicators are Red now, a line each; nothing where there is none."""
    red = style.printed(RED)
    return [
        f"{r.risk.ref} {r.risk.title}: {counted(len(r.reds), f'{red} indicator')}, {_some(r.reds)}."
        for r in high_with_reds(risks)
    ]


def risk_rows(risks: Iterable[RiskFact]) -> list[dict[str, str]]:
    """The register as the report shows it; what is left blank there is "Not recorded"."""
    return [
        {
            "ref": r.risk.ref or "No number",
            "risk": r.risk.title,
            "likelihood": r.risk.likelihood or "Not recorded",
            "impact": r.risk.impact or "Not recorded",
            "level": r.risk.level or _NO_SCORE,
            "mitigation": r.risk.mitigation or "Not recorded",
        }
        for r in risks
    ]


def _some(reds: Sequence[IndicatorFact]) -> str:
    names = [f"{i.ref} {i.title}" for i in reds]
    if len(names) <= _MOST_NAMED:
        return listed(names)
    return f"among them {listed(names[:_MOST_NAMED])}"


# ---- actions ----


def action_words(facts: CabinetFacts, style: HouseStyle) -> list[str]:
    """How many actions are carried over, how many of them are for what is Red now, and Reds without one."""
    red = style.printed(RED)
    found = []
    if facts.actions:
        still = sum(_still_red(c) for c in facts.actions)
        over = sum(c.days_over > 0 for c in facts.actions)
        late = f" {over} {be(over)} past {'its' if over == 1 else 'their'} due date." if over else ""
        rest = len(facts.actions) - still
        ended = (
            f" {rest} {be(rest)} for {'an indicator that is' if rest == 1 else 'indicators that are'} not {red} now."
        )
        found.append(
            f"{counted(len(facts.actions), 'action')} from earlier quarters {be(len(facts.actions))} still open, "
            f"{still} of them for indicators that are {red} now.{ended if rest else ''}{late}"
        )
    if facts.unanswered:
        names = listed([_named(i) for i in facts.unanswered])
        found.append(f"No open action is recorded for: {names}.")
    return found


def action_rows(facts: CabinetFacts, style: HouseStyle) -> list[dict[str, str]]:
    """The open actions of earlier quarters for indicators that are Red now."""
    return [_action_row(c, style) for c in facts.actions if _still_red(c)]


def _still_red(carried: Carried) -> bool:
    return carried.indicator is not None and carried.indicator.word == RED


def _action_row(carried: Carried, style: HouseStyle) -> dict[str, str]:
    action, fact = carried.action, carried.indicator
    lines = action.progress.splitlines()
    due = day_words(action.due) if action.due else "No date"
    return {
        "ref": action.ref,
        "indicator": f"{fact.ref} {fact.title}" if fact else action.indicator,
        "raised": str(action.raised) if action.raised else "Not recorded",
        "action": action.action,
        "progress": lines[-1] if lines else "Not recorded.",
        "owner": action.owner or "No owner",
        "due": f"{due} ({counted(carried.days_over, 'day')} over)" if carried.days_over else due,
    }


# ---- small parts ----


def figure_cell(indicator: IndicatorFact, facts: CabinetFacts) -> str:
    """The figure for the table of all indicators: with that before, or the quarter that a carried rating is of."""
    if indicator.carried_from:
        return f"{indicator.figure}; rated {indicator.carried_from}"
    before = facts.before.get(indicator.ref, "")
    return f"{indicator.figure}, was {before}" if before else indicator.figure


def target_cell(indicator: IndicatorFact) -> str:
    """The target for the table of all indicators."""
    return indicator.target


def reds_of(facts: Facts) -> list[str]:
    """The refs of the indicators that are Red on a figure of this quarter, in framework order."""
    return [i.ref for p in facts.priorities for i in p.fresh(RED)]


def _named(indicator: IndicatorFact) -> str:
    return f"{indicator.ref} {indicator.title}"


def _change_line(change: RatingChange, style: HouseStyle) -> str:
    fact = change.indicator
    figures = "; ".join(filter(None, [fact.movement, "new target" if change.new_target else ""]))
    ratings = f"{style.printed(change.was)} to {style.printed(fact.rating)}"
    way = "Better" if change.better else "Worse"
    return f"{way}: {_named(fact)}, {ratings}{f' ({figures})' if figures else ''}"


def _ratings(number: int) -> str:
    return f"{counted(number, 'rating')} {be(number)}"


def _renewed(renewed: int, all_changes: int) -> str:
    if not renewed:
        return ""
    whole = "All" if renewed == all_changes else f"{renewed}"
    return f" {whole} of these {all_changes} {be(renewed)} against a target that changed in between."


def _late(sure: Sureness) -> str:
    if not sure.late:
        return "No figure is late." if sure.completeness.received < sure.completeness.due else ""
    late = [f"{d.owner} ({counted(len(d.owed), 'figure')}, {counted(d.days_late, 'day')})" for d in sure.late]
    return f"Late, with the days since each was due: {listed(late)}."


def _quality(sure: Sureness, style: HouseStyle) -> str:
    quality = sure.quality
    words = (
        "Data quality: indicators with a complete definition and a signed assessment of their data: "
        f"{quality.words() if quality else ''}."
    )
    if sure.poor_reds:
        rest = "rests" if len(sure.poor_reds) == 1 else "rest"
        count = counted(len(sure.poor_reds), f"{style.printed(RED)} rating")
        words += f" {count} {rest} on data assessed as Poor: {listed([_named(i) for i in sure.poor_reds])}."
    return words
