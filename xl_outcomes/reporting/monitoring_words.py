"""The words of the quarterly monitoring report for areas, money and the data that has come."""

from collections.abc import Sequence
from fractions import Fraction

from xl_outcomes.chasing import Chase, Debtor
from xl_outcomes.house_style import AMBER, GREEN, RED, HouseStyle
from xl_outcomes.money import CORNERS, Line, Placed, Total
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.monitoring_facts import (
    AreaFact,
    Arrival,
    MoneyFacts,
    MoneyRow,
    MonitoringFacts,
    outcome_name,
)
from xl_outcomes.reporting.prose import colour, per_cent, pounds, thousands
from xl_outcomes.wording import be, counted, day_words, listed

_MOST_NAMED = 5
_NOT_COMPARED = "Not compared"
_POOR = CORNERS[True, False]

Values = dict[str, object]
_NO_MONEY: Values = dict.fromkeys(("budget", "forecast", "variance", "share"), "No money")


def area_fields(found: MonitoringFacts, style: HouseStyle) -> Values:
    """The section on areas: its paragraphs and tables; empty where no figure that is due has an area."""
    return {
        "whole": found.whole,
        "area_summary": _area_summary(found, style) if found.areas else [],
        "hidden_areas": [_hidden_row(a, style) for a in found.areas if a.hidden],
        "areas": [_area_row(a, style) for a in found.areas],
    }


def money_fields(found: MonitoringFacts, rated: Rated, style: HouseStyle) -> Values:
    """The section on money: its paragraphs and tables; empty where Resources has nothing."""
    money = found.money
    if money is None:
        return {"money_summary": [], "money": [], "money_total": _NO_MONEY, "holdings": []}
    return {
        "money_summary": _money_summary(money, rated, style),
        "money": [_money_row(r, style) for r in money.rows] if money.whole.lines else [],
        "money_total": _amounts(money.whole, Fraction(1)),
        "holdings": [_holding(r) for r in money.rows if r.assets[0] + r.contracts[0]],
    }


def data_fields(chase: Chase, arrivals: Sequence[Arrival]) -> Values:
    """The section on the data that has come, is late or missing."""
    return {
        "completeness": chase.completeness.words,
        "data_summary": _data_summary(chase, arrivals),
        "owing": [_owing(d) for d in chase.debtors if d.owed],
    }


def owed_state(debtor: Debtor) -> str:
    """By when an owner's figures were or are due, and how late they are."""
    when = day_words(debtor.due)
    return f"{when}: {counted(debtor.days_late, 'day')} late" if debtor.days_late else f"{when}: not yet late"


# ---- areas ----


def hidden_sentence(found: MonitoringFacts, style: HouseStyle) -> str:
    """For how many indicators the whole is Green while an area is Red; blank where nothing has areas."""
    hidden = [a for a in found.areas if a.hidden]
    green, red, whole = style.printed(GREEN), style.printed(RED), found.whole.lower()
    if not found.areas:
        return ""
    if not hidden:
        return f"Where figures by area are due, no area is {red} while {whole} is {green}."
    names = listed([f"{a.ref} {a.title}" for a in hidden])
    return f"For {counted(len(hidden), 'indicator')} {whole} is {green} while at least one area is {red}: {names}."


def _area_summary(found: MonitoringFacts, style: HouseStyle) -> list[str]:
    number = len(found.areas)
    opening = (
        f"{counted(number, 'indicator')} that {be(number)} due this quarter {'has' if number == 1 else 'have'} figures "
        f"by area. Each area is held to the council's own target by the same rules as {found.whole.lower()}. Counts "
        "and sums are not rated by area, because their target is for the whole."
    )
    widest = max(found.areas, key=lambda a: len(a.reds))
    most = (
        f"{style.printed(RED)} areas are most frequent in {widest.ref} {widest.title}: {len(widest.reds)} of "
        f"{counted(widest.rated, 'area')} that have a rating."
    )
    return [opening, hidden_sentence(found, style), *([most] if len(widest.reds) > 1 else [])]


def _hidden_row(area: AreaFact, style: HouseStyle) -> Values:
    return {**_area_row(area, style), "red_areas": listed(area.reds)}


def _area_row(area: AreaFact, style: HouseStyle) -> Values:
    compared = bool(area.worst or area.best or area.rated)
    return {
        "ref": area.ref,
        "title": area.title,
        "figure": area.figure,
        "target": area.target,
        "rating": style.printed(area.rating),
        "colour": colour(area.word, style),
        "worst": area.worst or (_NOT_COMPARED if not compared else "All the same"),
        "best": area.best or (_NOT_COMPARED if not compared else "All the same"),
        "red": f"{len(area.reds)} of {area.rated}" if area.rated else "Not rated",
    }


# ---- money ----


def _money_summary(money: MoneyFacts, rated: Rated, style: HouseStyle) -> list[str]:
    if not money.whole.lines:
        return ["No revenue or capital money is recorded against the outcomes for this year yet."]
    known = [f"The year's budget for revenue and capital is {pounds(money.whole.budget)}. {_forecast(money.whole)}"]
    gaps = _gaps(money.whole)
    return [*known, *([gaps] if gaps else []), *_overspent(money.over, rated), *_where(money, rated, style)]


def _forecast(sums: Total) -> str:
    if sums.without_forecast == sums.lines:
        return "No forecast has been given."
    if not sums.variance:
        return "The forecast for the year end is on budget."
    share = f" ({per_cent(abs(sums.variance_share), 1)})" if sums.variance_share is not None else ""
    side = "over" if sums.variance > 0 else "under"
    return f"The forecast for the year end is {pounds(abs(sums.variance))} {side} it{share}."


def _gaps(sums: Total) -> str:
    parts = {"budget": sums.without_budget, "forecast": sums.without_forecast}
    named = [f"{counted(n, 'line')} {'has' if n == 1 else 'have'} no {what}" for what, n in parts.items() if n]
    if sums.older:
        named.append(f"{counted(sums.older, 'line')} {be(sums.older)} as an earlier quarter knew {_them(sums.older)}")
    return f"Of {counted(sums.lines, 'line')} of money, {listed(named)}." if named else ""


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _overspent(over: Sequence[Line], rated: Rated) -> list[str]:
    if not over:
        return ["No line of the budget is forecast to overspend."]
    most = [f"{_line_name(line, rated)} by {pounds(line.variance or Fraction(0))}" for line in over]
    more = len(over) - _MOST_NAMED
    named = most[:_MOST_NAMED] + ([f"{more} more by less"] if more > 0 else [])
    return [f"{counted(len(over), 'line')} of the budget {be(len(over))} forecast to overspend: {listed(named)}."]


def _line_name(line: Line, rated: Rated) -> str:
    what = line.description or line.kind
    return f"{what} ({line.outcome})" if line.outcome in rated.framework.outcomes else f"{what} (tied to no outcome)"


def _where(money: MoneyFacts, rated: Rated, style: HouseStyle) -> list[str]:
    """What takes much money and is not where it should be; it says where to look, not that money is badly spent."""
    corners = money.corners
    tier = rated.settings.tier_name(corners.tier).lower()
    dear = [p for p in corners.placed if p.corner == _POOR]
    if not corners.placed:
        return []
    looked = (
        f"{counted(len(corners.placed), tier)} with money {'has' if len(corners.placed) == 1 else 'have'} a rating."
    )
    if not dear:
        return [f"{looked} Not one of them takes more than the middle share of the budget with a poor result."]
    named = listed([_placed(p, rated, style) for p in dear[:_MOST_NAMED]])
    first = f" The {_MOST_NAMED} largest are" if len(dear) > _MOST_NAMED else ""
    take = "takes" if len(dear) == 1 else "take"
    result = f"{style.printed(AMBER)} or {style.printed(RED)}"
    return [
        f"{looked} {len(dear)} of them {take} more than the middle (median) share of the budget and {be(len(dear))} "
        f"{result}{'.' if first else ':'}{first} {named}. This shows where to look first; it does not show that the "
        "money is spent badly."
    ]


def _placed(placed: Placed, rated: Rated, style: HouseStyle) -> str:
    name = outcome_name(rated.framework, placed.outcome.ref)
    return f"{name} ({style.printed(placed.rating)}, {per_cent(placed.share, 1)} of the budget)"


def _money_row(row: MoneyRow, style: HouseStyle) -> Values:
    names = {"title": row.title, "rating": style.printed(row.rating), "colour": colour(row.word, style)}
    return {**names, **_amounts(row.sums, row.share)}


def _amounts(sums: Total, share: Fraction | None) -> Values:
    if not sums.lines:
        return _NO_MONEY
    unknown = sums.without_forecast == sums.lines
    sign = "+" if sums.variance > 0 else ""
    return {
        "budget": thousands(sums.budget),
        "forecast": "Not given" if unknown else thousands(sums.forecast),
        "variance": "Not known" if unknown else f"{sign}{thousands(sums.variance)}",
        "share": per_cent(share, 1) if share is not None else "Not given",
    }


def _holding(row: MoneyRow) -> Values:
    (assets, value), (contracts, each) = row.assets, row.contracts
    return {
        "title": row.title,
        "assets": assets,
        "value": thousands(value),
        "contracts": contracts,
        "each": thousands(each),
    }


# ---- data ----


def _data_summary(chase: Chase, arrivals: Sequence[Arrival]) -> list[str]:
    counts, late = chase.completeness, sorted((a for a in arrivals if a.days > 0), key=lambda a: (-a.days, a.owner))
    if not counts.due:
        return ["No figure is due this quarter."]
    owners = f"{counts.complete} of {counted(counts.owners, 'data owner')} {_has(counts.complete)} sent all of theirs"
    paragraphs = [
        f"On {day_words(chase.today)}: {counts.words}; {owners}. A figure that its owner reports as not available "
        "counts as received. Indicators that are not due this quarter are not among these."
    ]
    if late:
        named = [f"{a.owner} ({counted(a.days, 'day')})" for a in late]
        paragraphs.append(f"{counted(len(named), 'return')} came in after {_its(len(named))} day: {listed(named)}.")
    elif len({a.owner for a in arrivals}) >= counts.owners:
        paragraphs.append("Every return came in by its day.")
    if counts.queries:
        wait = "waits" if counts.queries == 1 else "wait"
        paragraphs.append(f"{counted(counts.queries, 'figure')} {wait} for a query to be settled with the data owner.")
    return paragraphs


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _its(number: int) -> str:
    return "its" if number == 1 else "their"


def _owing(debtor: Debtor) -> Values:
    return {
        "owner": debtor.owner,
        "missing": f"{len(debtor.owed)} of {debtor.figures}",
        "due": owed_state(debtor),
        "figures": [owed.line for owed in debtor.owed],
    }
