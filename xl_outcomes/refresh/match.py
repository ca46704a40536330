"""Which value of a draft is which of the fresh report, and whether every one that can be seen can be reached."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

from xl_outcomes.errors import InputError
from xl_outcomes.refresh.spots import PARAGRAPH, shown
from xl_outcomes.refresh.stamp import Draft, Origin, Stamp, keys_of_atoms
from xl_outcomes.refresh.units import keys_in, list_of
from xl_outcomes.refresh.words import name_of, quoted
from xl_outcomes.word_keys import text_print

_DIGITS = str.maketrans("", "", "0123456789")
_TELLING = 25  # characters from which a text is not met by chance
_MOST_TOLD, _MOST_MATCHED = 10, 1_000


def demand_same(draft: Origin, fresh: Origin, name: str) -> None:
    """Raises InputError where a draft is of another framework, report, period or template than the fresh one."""
    for words, ours, theirs in (
        ("of the framework", draft.framework, fresh.framework),
        ("of the report", draft.report, fresh.report),
        ("of the period", draft.period, fresh.period),
        ("the one for", draft.suffix, fresh.suffix),
    ):
        if ours != theirs:
            message = f'{name} is {words} "{ours}", and what it would be refreshed from is "{theirs}".'
            raise InputError(f"{message} Nothing was refreshed.", "Choose the master and the period of the draft.")
    if draft.template != fresh.template and draft.digest != fresh.digest:
        message = f'{name} was made with the template "{draft.template}", not with "{fresh.template}".'
        raise InputError(f"{message} Nothing was refreshed.", "Name that template with --template.")


def pairs(old: Stamp, new: Stamp) -> dict[str, str]:
    """The key of the fresh report for each of the draft's that it still has.

    Keys are the same, except in lists of paragraphs: these are known by number, so they are matched by their words.
    """
    same = {key: key for key in old.values if key in new.values}
    ours, theirs = _numbered(old), _numbered(new)
    for name in ours.keys() & theirs.keys():
        for key in ours[name]:
            same.pop(key, None)
        same |= _by_words(ours[name], theirs[name], old, new)
    return same


def demand_reach(draft: Draft, name: str) -> None:
    """Raises InputError where a figure that the draft still shows as generated has lost its control and bookmark."""
    found = list(dict.fromkeys(_lost(draft)))
    if not found:
        return
    told = [f"{name_of(value.key)} ({quoted(value.text)})" for key in found if (value := draft.stamp.values.get(key))]
    rest = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    what = "1 figure or text of it has" if len(told) == 1 else f"{len(told)} figures and texts of it have"
    message = f"{name} was not refreshed, for {what} lost the marks by which they are found"
    fix = (
        "A program other than Word may have saved it, or a control was removed. Refresh a copy from before, delete "
        "these texts, or write the report anew and put your own words into it."
    )
    raise InputError(f"{message}: {'; '.join(told[:_MOST_TOLD])}{rest}.", fix)


# ---- lists of paragraphs ----


def _numbered(stamp: Stamp) -> dict[str, list[str]]:
    """The keys of each list of paragraphs, in order, by the list's name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for print_, value in stamp.values.items():
        number = value.key.rpartition("[")[2].removesuffix("]")
        if value.key.endswith("]") and number.isdecimal() and len(number) < 6:
            found.setdefault(list_of(value.key), []).append((int(number), print_))
    return {name: [print_ for _, print_ in sorted(keys)] for name, keys in found.items()}


def _by_words(ours: Sequence[str], theirs: Sequence[str], old: Stamp, new: Stamp) -> Iterator[tuple[str, str]]:
    """Pairs of keys: texts that differ in figures only belong together, others by their place between those."""
    if max(len(ours), len(theirs)) > _MOST_MATCHED:
        yield from zip(ours, theirs, strict=False)
        return
    shapes = [old.values[key].text.translate(_DIGITS) for key in ours]
    others = [new.values[key].text.translate(_DIGITS) for key in theirs]
    for what, i, j, m, n in difflib.SequenceMatcher(None, shapes, others, autojunk=False).get_opcodes():
        if what in ("equal", "replace"):
            yield from zip(ours[i:j], theirs[m:n], strict=False)


# ---- what is seen and cannot be reached ----


def _lost(draft: Draft) -> Iterator[str]:
    """The keys of values that stand in the draft as they were generated, and can no longer be found by a mark."""
    before = Counter(key for _, keys in draft.stamp.paragraphs for key in keys)
    now = Counter(spot.key for spot in draft.spots)
    missing = {key for key, number in before.items() if now[key] < number}
    if not missing:
        return
    texts = list(_texts(draft))
    yield from _verbatim(draft.stamp.paragraphs, texts, missing)
    bare = "\n".join(text for text, here in texts if not here)
    for key in sorted(missing):
        value = draft.stamp.values.get(key)
        if value and len(value.text) >= _TELLING and not now[key] and value.text in bare:
            yield key


def _texts(draft: Draft) -> Iterator[tuple[str, Counter[str]]]:
    """The text of each paragraph of the draft, with the keys that can be reached in it."""
    keys = keys_of_atoms(draft.spots)
    for tree in draft.trees.values():
        for paragraph in tree.iter(PARAGRAPH):
            text = shown(paragraph)
            if text.strip():
                yield text, Counter(keys_in(paragraph, keys))


def _verbatim(
    before: Sequence[tuple[str, tuple[str, ...]]], texts: Sequence[tuple[str, Counter[str]]], missing: set[str]
) -> Iterator[str]:
    """The missing keys of paragraphs that are word for word as they were; a short one counts with a neighbour."""
    places: dict[str, list[int]] = {}
    for number, (digest, keys) in enumerate(before):
        if keys:
            places.setdefault(digest, []).append(number)
    generated, digests = [digest for digest, _ in before], [text_print(text) for text, _ in texts]
    for number, (text, here) in enumerate(texts):
        met = places.get(digests[number], [])
        if any(Counter(before[n][1]) <= here for n in met):
            continue
        near = _around(digests, number)
        for n in met:
            others = _around(generated, n)
            if missing.intersection(before[n][1]) and (
                len(text) >= _TELLING or near[0] == others[0] or near[1] == others[1]
            ):
                yield from (key for key in before[n][1] if key in missing and here[key] < before[n][1].count(key))
                break


def _around(digests: Sequence[str], number: int) -> tuple[str | None, str | None]:
    """What stands before and behind; None at the ends."""
    before = digests[number - 1] if number else None
    behind = digests[number + 1] if number + 1 < len(digests) else None
    return before, behind


def names_of(*stamps: Stamp) -> dict[str, str]:
    """The keys behind their digits."""
    return {print_: value.key for stamp in stamps for print_, value in stamp.values.items()}
