"""A draft that an author has edited, brought up to date: what was generated becomes new, what she did stays.

Every value that is still as it was generated takes the fresh report's; words that she put around it stay. What she
rewrote is left and told, with what the master says. What she deleted stays deleted. What is new goes in beside what it
stands beside in the fresh report. Where a figure that can be seen cannot be reached, nothing is refreshed at all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xl_outcomes.errors import FileError
from xl_outcomes.new_files import write_new
from xl_outcomes.refresh.insert import Placed, both, insert_new
from xl_outcomes.refresh.match import demand_reach, demand_same, names_of, pairs
from xl_outcomes.refresh.renew import Outcome, renew
from xl_outcomes.refresh.spots import PARAGRAPH, RUN, highlight, shown
from xl_outcomes.refresh.stamp import (
    MOST_BYTES,
    Draft,
    Stamp,
    Value,
    by_key,
    keys_of_atoms,
    opened,
    paragraphs,
    read_again,
    without_stamp,
    write,
)
from xl_outcomes.refresh.units import keys_in
from xl_outcomes.refresh.words import Change, Kept, Refreshed, name_of, quoted
from xl_outcomes.word import number_captions

if TYPE_CHECKING:
    from xl_outcomes.house_style import HouseStyle
    from xl_outcomes.quarter import Rated
    from xl_outcomes.tables import Tables

_TELLING = 25  # characters from which a text is not met by chance


def refresh(draft: bytes, fresh: bytes, *, mark: bool = False, name: str = "The draft") -> Refreshed:
    """A draft with what the same report, rendered anew as `fresh`, now says; `mark` shows in yellow what changed.

    Raises InputError where the draft is no report of ours, is of another framework, report or period, or shows figures
    that cannot be reached; FileError where it cannot be read. Nothing is changed then.
    """
    old, new = opened(draft, name), opened(fresh, "The fresh report")
    demand_same(old.stamp.origin, new.stamp.origin, name)
    demand_reach(old, name)
    same, names = pairs(old.stamp, new.stamp), names_of(old.stamp, new.stamp)
    placed = insert_new(both(old, new, same, names))
    outcomes = renew(old, new, same, mark=mark)
    _finish(old, placed, mark=mark)
    now = read_again(old)
    values = _values(now, new, placed)
    stamp = Stamp(new.stamp.origin, values, paragraphs(now), new.stamp.units)
    told = _told(outcomes, _deleted(old, same), _elsewhere(now, outcomes))
    inserted, unreachable = ([names[key] for key in keys] for keys in (placed.inserted, placed.unreachable))
    return replace(told, content=write(now, stamp), inserted=tuple(inserted), unreachable=tuple(unreachable))


def refresh_file(
    draft: Path,
    rated: "Rated",
    tables: "Tables",
    style: "HouseStyle",
    *,
    template: Path | None = None,
    mark: bool = False,
    out: Path | None = None,
) -> tuple[Path, list[str]]:
    """Refreshes a draft on disk from a rated quarter; returns where it was written, and what there is to tell.

    The draft as it was goes into the folder `earlier` beside it, unless `out` names another file; where nothing has
    changed it is not touched. `template` is the one it was made with, where that is not the shipped one. Errors as for
    `refresh`.
    """
    from xl_outcomes.refresh.ready import made_like

    content = _read(draft)
    origin = opened(content, draft.name).stamp.origin
    fresh = made_like(origin, rated, tables, style, template)
    found = refresh(content, fresh, mark=mark, name=draft.name)
    if out is None and not (found.changed or found.inserted):
        return draft, found.lines
    return write_new(out or draft, found.content), found.lines


def finish(content: bytes, *, name: str = "The draft") -> bytes:
    """A draft as it may be published: as the author has it, without controls, bookmarks and stamp.

    It cannot be refreshed any more. Raises InputError where it is no report of ours, FileError where it cannot be read.
    """
    return without_stamp(opened(content, name))


def _read(draft: Path) -> bytes:
    owner_files = (draft.with_name(f"~${draft.name}"), draft.with_name(f"~${draft.name[2:]}"))
    if any(path.exists() for path in owner_files):
        raise FileError("file-open", f"{draft.name} is open in Word.", "Save and close it there, and try again.")
    try:
        content = draft.read_bytes() if draft.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise FileError("file-open", f"{draft} cannot be read: {error.strerror}.", "Check its name.") from error
    if not content:
        raise FileError("file-too-large", f"{draft.name} is empty, or too large to be a report.", "Check the file.")
    return content


def _finish(draft: Draft, placed: Placed, *, mark: bool) -> None:
    """Marks what was put in, and numbers the captions of its tables with the others."""
    for element in placed.elements:
        for run in element.iter(RUN) if mark else ():
            highlight(run)
    if placed.elements:
        number_captions(draft.trees[draft.main])


def _values(now: Draft, fresh: Draft, placed: Placed) -> dict[str, Value]:
    """The values of the next stamp: the fresh ones, without the text of those that the draft has not."""
    here = {key: not all(spot.empty for spot in found) for key, found in by_key(now.spots).items()}
    left = {key: now.stamp.values[key] for key in here if key in now.stamp.values and key not in fresh.stamp.values}
    values = {}
    for key, value in fresh.stamp.values.items():
        blank = not value.text.strip() and not value.picture
        if here.get(key) or (blank and key in here):
            values[key] = value
        elif key not in placed.unreachable:
            values[key] = Value(value.key, absent=True)
    return {**values, **left}


def _deleted(old: Draft, same: Mapping[str, str]) -> int:
    """How many values the author took out since the last time."""
    here = {spot.key for spot in old.spots if not spot.empty}
    known = ((key, value) for key, value in old.stamp.values.items() if key in same and not value.absent)
    return sum(bool(value.text.strip() or value.picture) and key not in here for key, value in known)


def _told(outcomes: Sequence[Outcome], deleted: int, notes: Iterable[str]) -> Refreshed:
    def of(kind: str) -> Iterator[Outcome]:
        return (outcome for outcome in outcomes if outcome.kind == kind)

    changed = dict.fromkeys(Change(o.key, o.was, o.now) for o in of("changed"))
    kept = dict.fromkeys(Kept(o.key, o.was, o.now) for o in of("kept"))
    gone = dict.fromkeys(o.key for o in of("gone"))
    said = dict.fromkeys([*(o.note for o in outcomes if o.note), *notes])
    return Refreshed(
        b"",
        tuple(changed),
        kept=tuple(kept),
        gone=tuple(gone),
        deleted=deleted,
        rewritten=len({o.key for o in of("rewritten")}),
        notes=tuple(said),
    )


def _elsewhere(now: Draft, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Sentences that the author copied as plain text: they keep what they say, so she is told."""
    keys = keys_of_atoms(now.spots)
    all_paragraphs = (paragraph for tree in now.trees.values() for paragraph in tree.iter(PARAGRAPH))
    own = "\n".join(shown(paragraph) for paragraph in all_paragraphs if not any(keys_in(paragraph, keys)))
    for outcome in outcomes:
        if outcome.kind == "changed" and len(outcome.was) >= _TELLING and outcome.was in own:
            yield f"{name_of(outcome.key)} also stands as text of your own, which stays: {quoted(outcome.was)}"
