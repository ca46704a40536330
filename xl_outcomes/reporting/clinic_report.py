"""The packs of the performance clinics: one document for each person at each of the three levels."""

from collections.abc import Iterable, Mapping, Sequence

from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.clinic_questions import MOST, foremost, questions
from xl_outcomes.reporting.clinics import ASSISTANTS, CHIEF, DIRECTORS, LEVELS, LONG, Clinic, clinics
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.remit import Council, Remit, council
from xl_outcomes.reporting.remit_fields import EXCEPTION, file_suffix, remit_values, shorthand_rows
from xl_outcomes.reporting.remit_fields import FIELDS as REMIT
from xl_outcomes.reporting.remit_follow_up import action_rows, earlier_actions, in_words
from xl_outcomes.reporting.remit_items import AMBER, RED, Item
from xl_outcomes.reporting.remit_words import exception_rows, noun, tally_words
from xl_outcomes.wording import be, counted, listed

NAME = "clinic-packs"
MANY = 20  # measures, beyond which a pack has a contents list
PLAN = {name.removeprefix("plans."): meaning for name, meaning in REMIT.items() if name.startswith("plans.")}
FIELDS: Mapping[str, str] = {
    **REMIT,
    "level": "1 for assistant directors and heads of service, 2 for directors, 3 for the Chief Executive.",
    "level_words": "The clinic's level in words.",
    "long": "True where the pack is so long that it has a contents list.",
    "kind_word": "What the first column of measures says: Question and measure, or Kind and indicator.",
    "who": "Paragraphs: whose clinic it is, who is in it, and what it sees.",
    "by_question": "The service plans where the ratings by question are shown: the two upper levels.",
    "in_full": "The service plans whose measures are shown one by one: the two lower levels.",
    **{f"{copy}.{name}": meaning for copy in ("by_question", "in_full") for name, meaning in PLAN.items()},
    "groups": "What is off target, by the post that brings it to the clinic.",
    "groups.title": "A heading for the post; blank where there is one group.",
    "groups.intro": "A sentence: how many of its measures are Red and Amber.",
    "groups.exceptions": "Its exceptions.",
    **{f"groups.exceptions.{name}": meaning for name, meaning in EXCEPTION.items()},
    "left_out": "A sentence on what is off target and not listed at this level; blank where nothing is.",
    "actions_left_out": "A sentence on the open actions that are not listed at this level; blank where all are.",
    "questions": "The questions to ask, Reds first; some of each kind where there are many.",
    "questions.text": "The question.",
    "questions.to": "The post to which it goes, in brackets; blank where none is known.",
    "questions_intro": "A sentence that leads to them.",
}


def documents(source: Source) -> tuple[Document, ...]:
    """A pack for each clinic: assistant directors and heads of service, directors, the Chief Executive."""
    held = council(source.rated, source.tables, source.facts, NAME)
    return tuple(_pack(held, clinic, source.style) for clinic in clinics(held))


def _pack(held: Council, clinic: Clinic, style: HouseStyle) -> Document:
    remit, raised = clinic.remit, clinic.raised
    asked = questions(held, clinic, style)
    values = {
        **remit_values(held, remit, style, raised),
        "shorthand": shorthand_rows(remit.items if clinic.level < CHIEF else raised),
        "level": clinic.level,
        "level_words": LEVELS[clinic.level],
        "long": int(clinic.level > ASSISTANTS or len(remit.items) > MANY),
        "kind_word": "Question and measure" if held.two_kinds else "Kind and indicator",
        "who": _who(held, clinic),
        "groups": _groups(held, clinic, style),
        "left_out": _left_out(held, clinic, style),
        "questions": [{"text": q.text, "to": f" ({q.to})" if q.to else ""} for q in foremost(asked)],
        "questions_intro": _questions_intro(len(asked)),
        **_actions(held, clinic, style),
    }
    upper, lower = clinic.level > ASSISTANTS and held.two_kinds, clinic.level < CHIEF
    values |= {"by_question": values["plans"] if upper else [], "in_full": values["plans"] if lower else []}
    values |= {"population": values["population"] if lower else []}
    return Document(values, {}, file_suffix(remit.post), f"{LEVELS[clinic.level]}: {remit.post}")


# ---- who and what ----


def _who(held: Council, clinic: Clinic) -> list[str]:
    remit, below = clinic.remit, [r.post for r in clinic.below]
    beside = f", together with {listed(clinic.beside)}" if clinic.beside else ""
    first = f"This is the clinic of the {remit.post}{beside}."
    parts = [counted(len(remit.plans), "service plan"), counted(len(remit.items), noun(held))]
    sees = f"It sees {listed([p for p in parts if not p.startswith('0 ')] or ['no measures yet'])}"
    brought = f"; what is off target is brought by {listed(below)}." if below else "."
    return [f"{first} {sees}{brought}", *_thread(clinic)]


def _thread(clinic: Clinic) -> list[str]:
    """How clinics feed one another."""
    if clinic.level == CHIEF:
        longest = in_words(LONG).lower()
        return [
            f"Directors bring what is Red, and what is Amber and has been off target at its last {longest} figures or "
            "more."
        ]
    up = "the Chief Executive's clinic" if clinic.level == DIRECTORS else "the director's clinic"
    return [f"What is off target here goes up to {up}, and into the briefings of cabinet members."]


# ---- what is off target ----


def _groups(held: Council, clinic: Clinic, style: HouseStyle) -> list[dict[str, object]]:
    """The exceptions by the post below that brings them; those of none at the end."""
    left = list(clinic.raised)
    groups: list[dict[str, object]] = []
    for below in clinic.below:
        refs = {i.ref for i in below.items}
        own = [i for i in left if i.ref in refs]
        left = [i for i in left if i.ref not in refs]
        groups.append(_group(held, f"From the {below.post}", own, _intro(below, held, style), style))
    if left and clinic.below:
        intro = f"{counted(len(left), noun(held))} of this clinic {be(len(left))} off target beside those."
        groups.append(_group(held, "Beside those", left, intro, style))
    elif left:
        groups.append(_group(held, "", left, "", style))
    return groups


def _group(held: Council, title: str, items: Sequence[Item], intro: str, style: HouseStyle) -> dict[str, object]:
    return {"title": title, "intro": intro, "exceptions": exception_rows(held, items, style)}


def _intro(below: Remit, held: Council, style: HouseStyle) -> str:
    return f"Of the {noun(held)}s that are due, {tally_words(below.tally, style)}."


def _left_out(held: Council, clinic: Clinic, style: HouseStyle) -> str:
    """What the Chief Executive's clinic leaves to the directors."""
    number = len(clinic.remit.exceptions) - len(clinic.raised)
    if not number:
        return ""
    told = f"{counted(number, noun(held))} {be(number)} {style.printed(AMBER)} and not listed here"
    short = f"off target at fewer than {in_words(LONG).lower()} figures in a row"
    return f"{told}: {short}, {'it is' if number == 1 else 'they are'} left to the directors' clinics."


# ---- actions and questions ----


def _actions(held: Council, clinic: Clinic, style: HouseStyle) -> dict[str, object]:
    """Open actions of earlier quarters; for the Chief Executive those that are overdue while their measure is Red."""
    actions = earlier_actions(held, clinic.remit)
    if clinic.level < CHIEF:
        return {"actions_left_out": ""}
    red = {i.ref for i in _red(clinic.remit.items)}
    today = held.rated.history.today
    shown = [a for a in actions if a.indicator in red and a.days_over(today)]
    rest = len(actions) - len(shown)
    text = f"The table has those that are overdue while their {noun(held)} is {style.printed(RED)}"
    left = f"{text}; {counted(rest, 'other')} {be(rest)} followed at the directors' clinics." if rest else ""
    return {"earlier_actions": action_rows(held, clinic.remit, shown, style), "actions_left_out": left}


def _red(items: Iterable[Item]) -> list[Item]:
    return [i for i in items if i.fact.word == RED]


def _questions_intro(number: int) -> str:
    if not number:
        return "The figures of this quarter suggest no question."
    if number > MOST:
        return f"The figures suggest {number} questions. These are {MOST} of them, some of each kind:"
    return "The figures suggest these questions:" if number > 1 else "The figures suggest this question:"
