"""What a refresh tells: every value that changed, what was left as the author has it, and what found no place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xl_outcomes.refresh.units import list_of, row_of, table_words
from xl_outcomes.word_keys import owner_of

_SHORT, _LONGEST = 24, 70
_BEFORE = 20  # characters shown before the first difference of two long texts


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is now as the master says; a chart has no texts."""

    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that the author rewrote, so that it was left, while the master says something else."""

    key: str
    yours: str
    master: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A draft brought up to date.

    `inserted` are keys that are new in the draft; `unreachable` are new in the master and found no place; `gone` still
    stand in the draft and no longer in the master. `deleted` counts what the author took out since the last time,
    `rewritten` what she rewrote and the master leaves as it was. `notes` are sentences on anything else.
    """

    content: bytes
    changed: tuple[Change, ...] = ()
    inserted: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    gone: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    deleted: int = 0
    rewritten: int = 0
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """All of it for people, what changed first."""
        return [
            *(change_lines(self.changed) or (["No figure has changed."] if not self.inserted else [])),
            *(f"New: {place}." for place in _places(self.inserted)),
            *(_kept_line(kept) for kept in dict.fromkeys(self.kept)),
            *(f"No longer in the master's report, left in yours: {place}." for place in _places(self.gone)),
            *(f"New in the master, with no place in your draft: {place}." for place in _places(self.unreachable)),
            *self.notes,
            *_counted(self.rewritten, "rewrote", "as you have it", "as you have them"),
            *_counted(self.deleted, "deleted", "out", "out"),
        ]


def change_lines(changed: Iterable[Change]) -> list[str]:
    """The changes, a line for each ref: "HOU-1a figure: 82.1% to 83.4%; rating: Amber to Green"."""
    grouped: dict[str, dict[str, None]] = {}
    for change in changed:
        owner, words = owner_of(change.key)
        grouped.setdefault(owner, {})[f"{words}: {_from_to(change)}"] = None
    lines = []
    for owner, said in grouped.items():
        lines += [f"{owner} {'; '.join(said)}"] if owner else [f"{one[:1].upper()}{one[1:]}" for one in said]
    return lines


def name_of(key: str) -> str:
    """A value in words: "HOU-1a figure"."""
    return " ".join(owner_of(key)).strip()


def quoted(text: str) -> str:
    """A text in quotation marks, on one line, cut where it is long."""
    return f'"{_cut(" ".join(text.split()))}"'


def _from_to(change: Change) -> str:
    old, new = " ".join(change.old.split()), " ".join(change.new.split())
    if not old and not new:
        return "drawn anew"
    if max(len(old), len(new)) <= _SHORT and not (old + new).endswith("."):
        return f"{old or 'blank'} to {new or 'blank'}"
    if max(len(old), len(new)) <= _LONGEST:
        return f'"{old}" to "{new}"'
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = old.rfind(" ", 0, max(at - _BEFORE, 0)) + 1
    lead = "…" if start else ""
    return f'"{lead}{_cut(old[start:])}" to "{lead}{_cut(new[start:])}"'


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _kept_line(kept: Kept) -> str:
    return f"You changed {name_of(kept.key)} to {quoted(kept.yours)}; the master now says {quoted(kept.master)}."


def _places(keys: Sequence[str]) -> list[str]:
    """What keys are of, each once: rows of a list by their refs, other values by their names."""
    found: dict[str, None] = {}
    rows = {row_of(key) for key in keys if not key.endswith("]")}
    for key in keys:
        if key.endswith("]") and row_of(key) in rows:
            continue
        owner, words = owner_of(key)
        in_list = table_words(key).removeprefix("Table: ")
        in_row = owner and list_of(key) and not key.endswith("]")
        found[f"{owner} in {in_list}" if in_row else f"{owner} {words}"] = None
    return [place.strip() for place in found]


def _counted(number: int, done: str, one: str, more: str) -> list[str]:
    if not number:
        return []
    single = number == 1
    what = f"{number} generated text{'' if single else 's'} that you {done}"
    return [f"{what} {f'stays {one}' if single else f'stay {more}'}."]
