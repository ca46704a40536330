"""Questions for a clinic: each follows from a fact of the quarter, and claims nothing beyond it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from xl_outcomes.actions import Action
from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.clinics import CHIEF, Clinic
from xl_outcomes.reporting.facts import MISSING_STATES
from xl_outcomes.reporting.prose import pounds
from xl_outcomes.reporting.remit import Council, money_exceptions
from xl_outcomes.reporting.remit_follow_up import earlier_actions
from xl_outcomes.reporting.remit_items import AMBER, GREEN, RED, Item
from xl_outcomes.reporting.remit_words import run_words
from xl_outcomes.wording import day_words

MOST = 12  # questions for one clinic
LATE_DAYS = 90  # from then on an overdue action is asked for at the Chief Executive's clinic
_SHARES = {
    "red": 5,
    "amber": 2,
    "action": 2,
    "missing": 1,
    "money": 1,
    "slipping": 1,
}  # of the most, where there are more


@dataclass(frozen=True, slots=True)
class Question:
    """A question, to whom it goes (a post; blank where none is known), and the ref of what it is about.

    `kind` is one of red, amber, action, missing, money, slipping.
    """

    text: str
    to: str
    ref: str
    kind: str


def questions(held: Council, clinic: Clinic, style: HouseStyle) -> tuple[Question, ...]:
    """The questions of a clinic, by kind; a measure is asked about once, as is an action."""
    found: dict[str, Question] = {}
    every = (_reds(clinic, style), _ambers(clinic), _actions(held, clinic), _missing(clinic), _money(clinic))
    for question in (*chain(*every), *(_slipping(clinic.remit.items, style) if clinic.level < CHIEF else ())):
        found.setdefault(question.ref, question)
    return tuple(found.values())


def foremost(every: Sequence[Question]) -> tuple[Question, ...]:
    """No more than `MOST` of the questions, in their order: the first of each kind, then others as they come."""
    first = [q for kind, most in _SHARES.items() for q in [q for q in every if q.kind == kind][:most]]
    rest = [q for q in every if q not in first]
    kept = {q.ref for q in [*first, *rest][:MOST]}
    return tuple(q for q in every if q.ref in kept)


# ---- kinds ----


def _reds(clinic: Clinic, style: HouseStyle) -> Iterator[Question]:
    for item in sorted((i for i in clinic.raised if i.fact.word == RED), key=lambda i: -i.run):
        yield Question(_why_red(item, style), item.officer, item.ref, "red")


def _ambers(clinic: Clinic) -> Iterator[Question]:
    for item in (i for i in clinic.raised if i.fact.word == AMBER and i.off_target > 1):
        text = f"What would bring {_name(item)} back to its target? It has been off target"
        yield Question(f"{text} {run_words(item.off_target, item)}.", item.officer, item.ref, "amber")


def _why_red(item: Item, style: HouseStyle) -> str:
    red = style.printed(RED)
    if item.run > 1:
        text = f"Why has {_name(item)} been {red} {run_words(item.run, item)}?"
    elif item.was in (GREEN, AMBER):
        text = f"Why has {_name(item)} gone from {style.printed(item.was)} to {red}?"
    else:
        text = f"Why is {_name(item)} {red}?"
    return text if item.open_actions else f"{text} No action is open: what will be done, by whom and by when?"


def _actions(held: Council, clinic: Clinic) -> Iterator[Question]:
    """What holds up an overdue action; then whether those can be closed whose measure is on target again."""
    items, today = {i.ref: i for i in clinic.remit.items}, held.rated.history.today
    least = LATE_DAYS if clinic.level == CHIEF else 1
    pairs = [(a, items[a.indicator]) for a in earlier_actions(held, clinic.remit)]
    done = [(a, i) for a, i in pairs if i.fresh and i.fact.word == GREEN]
    for action, item in (pair for pair in pairs if pair not in done):
        if action.days_over(today) >= least:
            yield Question(_held_up(action, item), action.owner, action.ref, "action")
    for action, item in done if clinic.level < CHIEF else ():
        text = f"Can {action.ref} be closed, now that {_name(item)} is on target?"
        yield Question(text, action.owner, action.ref, "action")


def _held_up(action: Action, item: Item) -> str:
    since = f"It was due on {day_words(action.due)}" if action.due else "It has no date"
    silent = "" if action.progress else ", and no progress is recorded"
    return f"What holds up {action.ref} on {_name(item)}? {since}{silent}."


def _missing(clinic: Clinic) -> Iterator[Question]:
    for item in (i for i in clinic.remit.items if i.fact.state in MISSING_STATES[:3]):
        text = f"When will the figure for {_name(item)} come? {item.fact.reason}"
        yield Question(text, item.officer or item.fact.owner, item.ref, "missing")


def _money(clinic: Clinic) -> Iterator[Question]:
    """Over or under budget; what is held for a wider outcome is asked where the whole of it is led."""
    own = [line for line in clinic.remit.money if line.outcome not in clinic.remit.wider]
    for line in money_exceptions(own):
        if line.variance:
            side = "over" if line.variance > 0 else "under"
            text = f"Why is “{line.description or line.kind}” forecast {pounds(abs(line.variance))} {side} its budget"
            yield Question(
                f"{text}, and what follows for {line.outcome or 'results'}?", "", f"line {line.row}", "money"
            )


def _slipping(items: Sequence[Item], style: HouseStyle) -> Iterator[Question]:
    """Forecasts that are off target, what worsens while it is Green, and targets that are wanting."""
    for item in items:
        expected, word = item.forecast
        text = ""
        if item.fresh and word in (AMBER, RED):
            text = f"What can still change the year end of {_name(item)}? The forecast, {expected}, would be"
            text += f" {style.printed(word)}."
        elif item.fresh and item.fact.word == GREEN and item.fact.direction.startswith("Worsening"):
            text = f"Will {_name(item)} hold its target? It is on target, and worsened from {item.before}."
        elif item.fact.state == "Target to be confirmed":
            text = f"When will {_name(item)} have a target?"
        if text:
            yield Question(text, item.officer, item.ref, "slipping")


def _name(item: Item) -> str:
    return f"“{item.fact.title}” ({item.ref})"
