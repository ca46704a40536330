"""The words about what follows from a quarter: remedial actions from quarter to quarter, and money by exception."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from xl_outcomes.actions import Action
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.money import Line, total
from xl_outcomes.reporting.prose import colour, per_cent, pounds, thousands
from xl_outcomes.reporting.remit import UNDERSPEND, Council, Remit, money_exceptions
from xl_outcomes.reporting.remit_items import GREEN
from xl_outcomes.wording import be, counted, day_words, listed

Row = Mapping[str, object]
MOST_REFS = 5  # refs in one sentence
_SMALL = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


# ---- remedial actions ----


def earlier_actions(held: Council, remit: Remit) -> list[Action]:
    """Open actions that were raised before this quarter: the overdue first, then by their dates."""
    today = held.rated.history.today
    own = [a for a in remit.actions if a.open and (a.raised is None or a.raised < held.rated.period)]
    return sorted(own, key=lambda a: (-a.days_over(today), str(a.due or "9")))


def action_rows(held: Council, remit: Remit, actions: Iterable[Action], style: HouseStyle) -> list[Row]:
    """Actions with owner, date, progress and how their measure is rated now."""
    items = {i.ref: i for i in remit.items}
    return [
        {
            "ref": a.ref or "No ref",
            "measure": items[a.indicator].fact.title,
            "action": a.action or "No action is written down.",
            "owner": a.owner or "No owner is named",
            "standing": _standing(a, held),
            "progress": [line for line in a.progress.splitlines() if line.strip()],
            "rating": style.printed(items[a.indicator].fact.rating),
            "colour": colour(items[a.indicator].fact.word, style),
        }
        for a in actions
    ]


def due_words(action: Action, held: Council) -> str:
    """When it is due, and whether that has passed."""
    if action.due is None:
        return "No date is set."
    late = action.days_over(held.rated.history.today) > 0
    return f"Overdue since {day_words(action.due)}." if late else f"Due {day_words(action.due)}."


def _standing(action: Action, held: Council) -> str:
    """When it was raised, when it is due, and where nothing is known of its progress, that."""
    raised = f"Raised in {action.raised}." if action.raised else "Raised earlier."
    silent = "" if action.progress else "No progress is recorded."
    return " ".join(filter(None, [raised, due_words(action, held), silent]))


def action_words(held: Council, remit: Remit) -> list[str]:
    """How many actions there are, how many are late, without progress or on measures that are on target again."""
    own, earlier = remit.actions, earlier_actions(held, remit)
    if not own:
        return ["No remedial action has been raised for these measures."]
    green = {i.ref for i in remit.items if i.fresh and i.fact.word == GREEN}
    new = sum(a.open and a not in earlier for a in own)
    told = [
        _standings(held, earlier),
        _back([a for a in earlier if a.indicator in green]),
        f"{counted(new, 'action')} {'was' if new == 1 else 'were'} raised this quarter." if new else "",
        _ended([a for a in own if not a.open]),
    ]
    return [" ".join(filter(None, told))]


def _standings(held: Council, earlier: Sequence[Action]) -> str:
    if not earlier:
        return "No action of an earlier quarter is open."
    late = sum(a.days_over(held.rated.history.today) > 0 for a in earlier)
    silent = sum(not a.progress for a in earlier)
    parts = [
        f"{late} {be(late)} overdue" if late else "none is overdue",
        f"{silent} {'has' if silent == 1 else 'have'} no progress recorded" if silent else "",
    ]
    return f"Open actions of earlier quarters: {len(earlier)}, of which {listed(list(filter(None, parts)))}."


def _ended(actions: Sequence[Action]) -> str:
    if len(actions) <= MOST_REFS:
        return f"Ended: {listed([f'{a.ref} ({a.status})' for a in actions])}." if actions else ""
    counts = Counter(a.status for a in actions)
    return f"Ended: {listed([f'{number} {status}' for status, number in counts.items()])}."


def _back(actions: Sequence[Action]) -> str:
    """Those whose measure is Green again."""
    if not actions:
        return ""
    if len(actions) == 1:
        return f"The measure of {actions[0].ref} is on target again: consider closing it."
    refs = listed([a.ref for a in actions]) if len(actions) <= MOST_REFS else f"{len(actions)} of them"
    return f"The measures of {refs} are on target again: consider closing them."


# ---- money ----


def money_words(held: Council, remit: Remit) -> list[str]:
    """The money of a remit in words, by exception; empty where the master has no money at all."""
    if not held.lines:
        return []
    own = [line for line in remit.money if line.outcome not in remit.wider]
    found = money_exceptions(remit.money)
    texts = [_sums(own, held)] if own else ["No money is tied to the outcomes of this post."]
    if remit.wider:
        whole = "the whole outcome" if len(remit.wider) == 1 else "each outcome as a whole"
        texts.append(f"The money of {listed(remit.wider)} is held for {whole}, of which this post has a part.")
    share = per_cent(UNDERSPEND)
    rule = f"A line is an exception if it is forecast over its budget, or under it by {share} or more"
    if remit.money:
        texts.append(f"{rule}: {len(found)} of {counted(len(remit.money), 'line')} {be(len(found))}.")
    return [" ".join(texts)]


def _sums(lines: Sequence[Line], held: Council) -> str:
    sums = total(lines, held.rated.period)
    words = f"The budget for the year is {pounds(sums.budget)}, the forecast for the year end {pounds(sums.forecast)}"
    share = sums.variance_share
    if sums.variance == 0 or share is None:
        return f"{words}."
    side = "over" if sums.variance > 0 else "under"
    return f"{words}: {pounds(abs(sums.variance))} ({per_cent(abs(share), 1)}) {side}."


def money_rows(held: Council, remit: Remit) -> list[Row]:
    """The financial exceptions of a remit."""
    outcomes = held.rated.framework.outcomes
    return [
        {
            "outcome": f"{line.outcome} {outcomes[line.outcome].title}" if line.outcome else "Tied to no outcome",
            "line": f"{line.kind}: {line.description}" if line.description else line.kind,
            "budget": "Not given" if line.budget is None else thousands(line.budget),
            "forecast": "Not given" if line.forecast is None else thousands(line.forecast),
            "difference": _difference(line),
        }
        for line in money_exceptions(remit.money)
    ]


def _difference(line: Line) -> str:
    if line.variance is None:
        return "Not known"
    share = f" ({per_cent(abs(line.variance / line.budget), 1)})" if line.budget else ""
    return f"{thousands(abs(line.variance))} {'over' if line.variance > 0 else 'under'}{share}"


def in_words(number: int) -> str:
    """A number at the beginning of a sentence: Five, 12."""
    return _SMALL[number] if number < len(_SMALL) else str(number)
