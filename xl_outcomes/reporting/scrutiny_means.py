"""What the scrutiny report says about the means: money, the delivery plan, risks, principles, and the data itself."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from xl_outcomes.activities import Activity
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.money import CORNERS, Corners, Total
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.cabinet_facts import Delivery, DeliveryRow, Money
from xl_outcomes.reporting.documents import Source
from xl_outcomes.reporting.fields import NONE
from xl_outcomes.reporting.prose import colour, per_cent, pounds, thousands
from xl_outcomes.reporting.scrutiny_facts import RoleMoney, ScrutinyFacts, Section
from xl_outcomes.risks import HIGH, LEVELS, Risk
from xl_outcomes.tags import TagFact
from xl_outcomes.wording import be, counted, in_days, listed

Row = dict[str, object]
_STATUSES: Mapping[str, str] = {
    "complete": "Complete",
    "on_track": "On track",
    "at_risk": "At risk",
    "delayed": "Delayed",
    "not_started": "Not started",
}
_MOST_NAMED = 3  # lines over budget that a sentence names


def means_fields(source: Source, found: ScrutinyFacts) -> Row:
    """The fields on money, delivery, risks, principles and data for the council as a whole."""
    style, period = source.style, source.rated.period
    return {
        "money_intro": _money_intro(found.money, period) if found.money else [],
        "money_rows": _money_rows(found.money, style) if found.money else [],
        **_roles(found, style),
        **_corners(found.money.corners if found.money else None, source),
        "delivery_intro": _delivery_intro(found.delivery) if found.delivery else [],
        "delivery_rows": _delivery_rows(found.delivery) if found.delivery else [],
        **_risks(found.risks),
        "tag_intro": _tag_intro(found.tags),
        "tag_rows": [_tag(tag, style) for tag in found.tags],
        "completeness": f"{found.sureness.completeness.words} for {period}.",
        "data_paragraphs": _data(source, found),
    }


def means(own: Section, found: ScrutinyFacts) -> Row:
    """The fields on an outcome's money, activities and risks."""
    named = listed([f"{r.ref} ({r.level or 'no level'})" for r in own.risks])
    risks = f"{counted(len(own.risks), 'risk')} {be(len(own.risks))} tied to it: {named}." if own.risks else ""
    return {
        "money_words": _money_words(own, found.money) if found.money else "",
        "delivery_words": _activity_words(own) if own.activities else "",
        "delivery_lines": _delivery_lines(own),
        "risk_words": risks,
    }


def _delivery_lines(own: Section) -> list[str]:
    """An outcome's activities that are at risk or delayed, then those past their date whose status says otherwise."""
    lines = [
        f"{a.ref} {a.title}: {a.status}{f', {in_days(days)} past its date' if days else ''}.{_comment(a)}"
        for a, days in own.troubled
        if a.status in ("At risk", "Delayed")
    ]
    other = [(a, days) for a, days in own.troubled if a.status not in ("At risk", "Delayed")]
    named = listed([f"{a.ref} ({a.status or 'no status'}, {in_days(days)} over)" for a, days in other])
    return [*lines, f"Past the date, though the status does not say so: {named}."] if other else lines


# ---- money ----


def _money_words(own: Section, money: Money) -> str:
    sums = own.money
    if sums is None:
        return ""
    share = (
        f", {per_cent(sums.budget / money.whole.budget)} of the money in the table below" if money.whole.budget else ""
    )
    over = own.overspends[:_MOST_NAMED]
    named = [f"{line.description or line.outcome} ({pounds(line.variance or Fraction(0))})" for line in over]
    more = len(own.overspends) - len(over)
    rest = f" and {more} more" if more else ""
    lines = f" Over budget: {'; '.join(named)}{rest}." if named else ""
    return f"{pounds(sums.budget)} of this year's budget is tied to it{share}. {_forecast(sums)}{lines}"


def _forecast(sums: Total) -> str:
    """What is expected at the year end against the budget, and which lines lack what."""
    if not sums.compared:
        said = "There is no forecast to set against it."
    elif not sums.variance:
        said = f"The forecast for the year end, {pounds(sums.forecast)}, is what was budgeted."
    else:
        side = "over" if sums.variance > 0 else "under"
        share = f" ({per_cent(abs(sums.variance) / abs(sums.compared), 1)})"
        said = (
            f"The forecast for the year end, {pounds(sums.forecast)}, is {pounds(abs(sums.variance))} {side} it{share}."
        )
    lacking = (sums.without_budget, "budget"), (sums.without_forecast, "forecast")
    return said + "".join(f" {counted(n, 'line')} {'has' if n == 1 else 'have'} no {what}." for n, what in lacking if n)


def _money_intro(money: Money, period: Quarter) -> list[str]:
    whole, untied = money.whole, money.untied
    first = (
        f"The budget of the year that Resources ties to the framework is {pounds(whole.budget)}. {_forecast(whole)} "
        f"{pounds(whole.actual)} was spent by the end of {period}. Revenue and capital are taken together; contracts "
        "and assets are not added to them."
    )
    older = f" {counted(whole.older, 'line')} {be(whole.older)} as an earlier quarter had them." if whole.older else ""
    apart = f"{pounds(untied.budget)} of it is tied to no outcome of the framework." if untied.lines else ""
    return [first + older, *([apart] if apart else [])]


def _money_rows(money: Money, style: HouseStyle) -> list[Row]:
    rows = [
        {
            "title": row.outcome.title,
            "rating": style.printed(row.outcome.rating),
            "colour": colour(row.outcome.word, style),
            **_amounts(row.total, money.whole.budget),
        }
        for row in money.rows
        if row.total.lines
    ]
    plain = {"rating": "Not combined", "colour": "FFFFFF"}
    untied = {"title": "Tied to no outcome", **plain, **_amounts(money.untied, money.whole.budget)}
    whole = {"title": "All", **plain, **_amounts(money.whole, money.whole.budget)}
    return [*rows, *([untied] if money.untied.lines else []), whole]


def _amounts(sums: Total, whole: Fraction) -> Row:
    return {
        "budget": thousands(sums.budget),
        "forecast": thousands(sums.forecast),
        "spent": thousands(sums.actual),
        "variance": _signed(sums.variance),
        "share": per_cent(sums.budget / whole) if whole else "No budget",
    }


def _signed(amount: Fraction) -> str:
    text = thousands(amount)
    return f"+{text}" if amount > 0 and text != "0" else text


def _roles(found: ScrutinyFacts, style: HouseStyle) -> Row:
    whole = found.money.whole.budget if found.money else Fraction(0)
    if not found.money or not found.roles:
        return {"role_intro": "", "role_rows": []}
    share = f" ({per_cent(found.shared / whole)})" if whole else ""
    intro = (
        f"{pounds(found.shared)} of the budget{share} is tied to outcomes that the council shares with named partners. "
        "The table shows the budget by the council's role."
    )
    return {"role_intro": intro, "role_rows": [_role(row, whole, style) for row in found.roles]}


def _role(row: RoleMoney, whole: Fraction, style: HouseStyle) -> Row:
    words = [
        (n, style.printed(w)) for n, w in zip(row.tally.numbers, ("Green", "Amber", "Red", "not rated"), strict=True)
    ]
    return {
        "role": row.role,
        "outcomes": row.outcomes,
        "budget": thousands(row.budget),
        "share": per_cent(row.budget / whole) if whole else "No budget",
        "ratings": ", ".join(f"{n} {w}" for n, w in words if n) or "No outcome",
    }


def _corners(corners: Corners | None, source: Source) -> Row:
    if corners is None:
        return {"corner_intro": "", "corner_lines": []}
    noun = source.rated.settings.tier_name(corners.tier).lower()
    green = source.style.printed("Green")
    intro = (
        f"Is the money going where results are wanted? Of {counted(len(corners.placed), noun)} with money and a "
        f"rating, those with more than {per_cent(corners.median, 1)} of the budget (the median: half have more, half "
        f"less) are high spend; a good result is {green}, or a score that reaches {green}. High spend on a poor result "
        "is a question to ask, not a finding: need may be high, or the money may not have had time to work."
    )
    named = (
        (name, [p.outcome.ref + " " + p.outcome.title for p in corners.placed if p.corner == name])
        for name in CORNERS.values()
    )
    lines = [f"{name}: {listed(own) if own else 'none'}." for name, own in named]
    unrated = [p.outcome.ref for p in corners.unrated]
    extra = [f"With money but no rating: {', '.join(unrated)}."] if unrated else []
    return {"corner_intro": intro, "corner_lines": [*lines, *extra]}


# ---- the delivery plan ----


def _activity_words(own: Section) -> str:
    parts = _statuses({s: sum(a.status == s for a in own.activities) for s in {a.status for a in own.activities}})
    number = len(own.activities)
    return f"The delivery plan has {counted(number, 'activity', 'activities')} for it: {parts}."


def _statuses(counts: Mapping[str, int]) -> str:
    order = (*_STATUSES.values(), "Cancelled", "")
    return listed([f"{counts[s]} {s.lower() or 'without a status'}" for s in order if counts.get(s)])


def _delivery_intro(delivery: Delivery) -> list[str]:
    whole = delivery.whole
    first = (
        f"The delivery plan has {counted(whole.activities, 'activity', 'activities')}: {_statuses(whole.statuses)}. "
        "Each stands here with the status that its lead officer gave it."
    )
    over = whole.overdue
    second = f" {counted(over, 'activity', 'activities')} {be(over)} past the date and not complete." if over else ""
    due, met = delivery.milestones_due, delivery.milestones_met
    third = f" {met} of {due} milestones that were due {be(met)} complete." if due else ""
    texts = [first + second + third]
    if delivery.idle:
        named = listed([f"{o.ref} {o.title}" for o in delivery.idle])
        texts.append(f"No activity is under way for these outcomes, though they are Red: {named}.")
    return texts


def _delivery_rows(delivery: Delivery) -> list[Row]:
    return [_delivery(row) for row in (*(r for r in delivery.rows if r.activities), delivery.whole)]


def _delivery(row: DeliveryRow) -> Row:
    title = row.outcome.title if row.outcome else "All (each counted once)"
    counts = {name: row.statuses.get(status, 0) for name, status in _STATUSES.items()}
    return {"title": title, "all": row.activities, **counts}


def _comment(activity: Activity) -> str:
    return f" {activity.comment}" if activity.comment else ""


# ---- risks, principles, data ----


def _risks(risks: Sequence[Risk]) -> Row:
    counts = [(sum(r.level == level for r in risks), level) for level in (*LEVELS, "")]
    parts = listed([f"{n} {level or 'without a level'}" for n, level in counts if n])
    intro = f"{counted(len(risks), 'risk')} {be(len(risks))} tied to the outcomes: {parts}." if risks else NONE
    high = listed([r.ref for r in risks if r.level == HIGH])
    return {"risk_intro": intro + (f" {HIGH}: {high}." if high else ""), "risk_rows": [_risk(r) for r in risks]}


def _risk(risk: Risk) -> Row:
    scale = ", ".join(filter(None, (risk.likelihood, risk.impact)))
    level = f"{risk.level} ({scale})" if risk.level and scale else scale or "Not recorded"
    return {
        "ref": risk.ref or "No ref",
        "risk": risk.title,
        "level": level,
        "mitigation": risk.mitigation or "Not recorded",
        "outcomes": ", ".join(risk.linked) or "Not tied",
    }


def _tag_intro(tags: Sequence[TagFact]) -> str:
    if not tags:
        return ""
    return (
        "Principles and cross-cutting priorities do not own outcomes: they are seen in outcomes that belong elsewhere. "
        "The table joins the ratings of the outcomes that carry each of them."
    )


def _tag(tag: TagFact, style: HouseStyle) -> Row:
    return {
        "tag": tag.tag,
        "outcomes": len(tag.counted),
        "rating": style.printed(tag.whole.rating),
        "colour": colour(tag.whole.rating, style),
        "ratings": _words(tag, style),
        "reds": len(tag.reds),
    }


def _words(tag: TagFact, style: HouseStyle) -> str:
    named = zip(tag.tally.numbers, ("Green", "Amber", "Red", "not rated"), strict=True)
    return ", ".join(f"{n} {style.printed(word)}" for n, word in named if n) or "Nothing due"


def _data(source: Source, found: ScrutinyFacts) -> list[str]:
    """How complete the figures are, who is late, and how sure their quality is."""
    sure = found.sureness
    texts = [f"{sure.completeness.words} for {source.rated.period}."]
    if sure.late:
        owners = listed(
            [f"{d.owner} ({counted(len(d.owed), 'figure')}, {in_days(d.days_late)} late)" for d in sure.late]
        )
        texts[0] += f" Overdue: {owners}."
    if sure.completeness.queries:
        texts[0] += f" {counted(sure.completeness.queries, 'figure')} wait for a query to be settled."
    if sure.quality:
        done, live = sure.quality.done, len(sure.quality.live)
        texts.append(f"{done} of {live} indicators are defined, and their data assessed and signed off.")
    carried = sum(bool(i.carried_from) for i in source.facts.indicators)
    if carried:
        texts.append(
            f"{counted(carried, 'rating')} {be(carried)} carried from an earlier quarter, because the indicator is not "
            "due in this one. Appendix (a) lists what is missing, carried, replaced or still to be improved."
        )
    return texts
