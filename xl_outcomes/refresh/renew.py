"""One place of a draft made new: what was generated is replaced, what the author wrote stays."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from xl_outcomes.refresh.pictures import is_the_same, picture_of, put_alt, replace_picture
from xl_outcomes.refresh.spots import (
    CONTENT,
    PROPERTIES,
    RUN,
    Spot,
    W,
    highlight,
    replace_text,
    tag_parts,
)
from xl_outcomes.refresh.stamp import Draft, Value, by_key, free_ids
from xl_outcomes.refresh.units import fill_of
from xl_outcomes.word_keys import BOOKMARK, CHART, alias_of, control, key_print, tag_of, text_print

Kind = Literal["same", "changed", "kept", "rewritten", "emptied", "gone", "strange"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a place: its key, what stood there, what the master says, and anything else worth telling."""

    key: str
    kind: Kind
    was: str = ""
    now: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What places are made new from: both documents, the pairs of their keys, whether changes are marked."""

    draft: Draft
    fresh: Draft
    same: Mapping[str, str]
    mark: bool
    ids: Iterator[str]
    theirs: Mapping[str, list[Spot]]


def renew(draft: Draft, fresh: Draft, same: Mapping[str, str], *, mark: bool) -> list[Outcome]:
    """Makes every place of a draft new, as far as the author left it as it was generated."""
    given = Given(draft, fresh, same, mark, free_ids(draft.trees.values()), by_key(fresh.spots))
    return [_renew(given, spot) for spot in draft.spots]


def _renew(given: Given, spot: Spot) -> Outcome:
    old = given.draft.stamp.values.get(spot.key)
    print_ = given.same.get(spot.key) or ("" if old else spot.key)
    new = given.fresh.stamp.values.get(print_)
    if new is None:
        return _left(given, spot, old)
    if new.key.startswith(CHART):
        return _renew_chart(given, spot, old or Value(new.key), new)
    return _renew_text(given, spot, old or Value(new.key, absent=True), new)


def _left(given: Given, spot: Spot, old: Value | None) -> Outcome:
    """A value that the master's report no longer has; its key goes where another value now has that key."""
    if old is None or spot.empty:
        return Outcome(old.key if old else "", "strange")
    if spot.key in given.fresh.stamp.values:
        _forget(spot)
    return Outcome(old.key, "gone", spot.text)


# ---- texts ----


def _renew_text(given: Given, spot: Spot, old: Value, new: Value) -> Outcome:
    was, told = spot.text, spot.told or text_print(old.text)
    generated = was if text_print(was) == told else old.text
    if not was.strip():
        return _renew_blank(given, spot, old, new)
    at = 0 if was == generated else place_of(generated, was)
    if was == new.text or (at < 0 and place_of(new.text, was) >= 0):
        _tag(given, spot, new, text_print(new.text), _colour(given, spot, old, new)[0])
        return Outcome(new.key, "same")
    if at < 0:
        _tag(given, spot, new, told, spot.fill)
        return Outcome(new.key, "rewritten" if told == text_print(new.text) else "kept", was, new.text)
    runs = replace_text(spot.atoms, at, generated, new.text) if generated != new.text else []
    fill, note = _colour(given, spot, old, new)
    _tag(given, spot, new, text_print(new.text), fill)
    if given.mark:
        _mark(runs)
    if not new.text.strip() and len(was) == len(generated):
        _take_off(spot)
    return Outcome(new.key, "changed" if generated != new.text else "same", generated, new.text, note)


def _renew_blank(given: Given, spot: Spot, old: Value, new: Value) -> Outcome:
    """Where nothing stands: filled if nothing was generated either; else the author took it out, and it stays out."""
    if old.text.strip() or old.absent or spot.start is None:
        return Outcome(new.key, "emptied")
    if not new.text.strip():
        return Outcome(new.key, "same")
    model = next((s for s in given.theirs[key_print(new.key)] if s.control is not None), None)
    if model is not None:
        made = control(spot.start.getparent(), new.key, tag_of(new.key, new.text), next(given.ids))
        for run in model.control.find(CONTENT).iter(RUN):
            made[-1].append(_bare(run))
        spot.start.addnext(made)
        _rename(spot, new.key)
        if given.mark:
            _mark(made.iter(RUN))
    return Outcome(new.key, "changed", "", new.text)


def place_of(part: str, whole: str) -> int:
    """Where a generated text stands among the author's words: once, and not inside a word or number; else -1."""
    if not part.strip():
        return -1
    found, at, size = list[int](), whole.find(part), len(part)
    while at >= 0 and len(found) < 2:
        behind = whole[at + size : at + size + 2]
        if not _joined(whole[max(at - 2, 0) : at], part) and not _joined(behind[::-1], part[::-1]):
            found.append(at)
        at = whole.find(part, at + 1)
    return found[0] if len(found) == 1 else -1


def _joined(before: str, part: str) -> bool:
    """Whether a text goes on from the one before it within a word or number: 1|4, 1.|4, Green|er."""
    if not before or not part[0].isalnum():
        return False
    in_number = before[-1] in ".," and before[-2:-1].isdigit() and part[0].isdigit()
    return before[-1].isalnum() or in_number


def _colour(given: Given, spot: Spot, old: Value, new: Value) -> tuple[str, str]:
    """Gives a cell the colour of its new rating, if it still has the generated one.

    Returns the colour to remember, and a note where the author's own colour stays beside a new rating.
    """
    told = spot.fill or _only(old.fills)
    wanted = told if told in new.fills else _only(new.fills)
    now = fill_of(spot)
    if not told or not wanted or not now or told == wanted:
        return told, ""
    if now != told:
        return told, f"You coloured the cell of {alias_of(new.key)} yourself, so its colour stays."
    spot.cell.find(f"{W}tcPr/{W}shd").set(f"{W}fill", wanted)
    return wanted, ""


def _only(fills: Iterable[str]) -> str:
    found = set(fills) - {""}
    return found.pop() if len(found) == 1 else ""


# ---- charts ----


def _renew_chart(given: Given, spot: Spot, old: Value, new: Value) -> Outcome:
    part, model = given.draft.part_of(spot), given.theirs[key_print(new.key)][0]
    ours = picture_of(spot, given.draft.package, part)
    theirs = picture_of(model, given.fresh.package, given.fresh.part_of(model))
    if ours is None or theirs is None:
        return Outcome(new.key, "emptied")
    _tag(given, spot, new, "", "")
    ratio = old.size[0] / old.size[1] if old.size[1] else 0.0
    if ours.digest != theirs.digest and not is_the_same(ours, old.picture, ratio):
        return Outcome(new.key, "kept", "a picture of your own", new.text)
    note = ""
    if ours.alt in (old.text, ""):
        put_alt(ours, theirs.alt)
    elif ours.alt != theirs.alt:
        note = f"You changed the description of the {alias_of(new.key)}; for the new one we suggest: {theirs.alt}"
    if ours.digest == theirs.digest:
        return Outcome(new.key, "same", note=note)
    replace_picture(ours, theirs, given.draft.package, part, old.size)
    return Outcome(new.key, "changed", note=note)


# ---- marks ----


def _tag(given: Given, spot: Spot, value: Value, told: str, fill: str) -> None:
    """Gives a place the tag and name that it is found by next time; a control that a program dropped comes back."""
    tag = tag_of(value.key) if spot.chart or value.key.startswith(CHART) else _text_tag(value.key, told, fill)
    around = spot.control if spot.control is not None else _around(given, spot, value.key, tag)
    if around is not None:
        _put_property(around, "tag", tag)
        if not tag_parts(around) or spot.control is None or key_print(value.key) != spot.key:
            _put_property(around, "alias", alias_of(value.key))
    _rename(spot, value.key)


def _text_tag(key: str, told: str, fill: str) -> str:
    parts = tag_of(key, fill=fill).split(":")
    return ":".join([*parts[:2], told, *parts[3:]])


def _put_property(element: Any, name: str, value: str) -> None:
    """Sets a property of a control; alias and tag are its first, behind its formatting."""
    properties = element.find(PROPERTIES)
    if properties is None:
        properties = etree.Element(PROPERTIES)
        element.insert(0, properties)
    own = properties.find(f"{W}{name}")
    if own is None:
        own = etree.Element(f"{W}{name}")
        before = (f"{W}rPr",) if name == "alias" else (f"{W}rPr", f"{W}alias")
        properties.insert(sum(child.tag in before for child in properties), own)
    own.set(f"{W}val", value)


def _around(given: Given, spot: Spot, key: str, tag: str) -> Any:
    """A new control around runs that stand together; None where they do not."""
    runs = list(dict.fromkeys(atom.getparent() for atom in spot.atoms))
    parent = runs[0].getparent() if runs else None
    if parent is None or any(run.getparent() is not parent for run in runs):
        return None
    first, last = parent.index(runs[0]), parent.index(runs[-1])
    if last - first != len(runs) - 1:
        return None
    made = control(parent, key, tag, next(given.ids))
    runs[0].addprevious(made)
    made[-1].extend(runs)
    return made


def _rename(spot: Spot, key: str) -> None:
    if spot.start is not None and spot.key != key_print(key):
        name = spot.start.get(f"{W}name", "")
        spot.start.set(f"{W}name", f"{BOOKMARK}{key_print(key)}{name.removeprefix(BOOKMARK)[12:]}")


def _forget(spot: Spot) -> None:
    """Makes a place the author's own: its control and bookmark are no longer ours."""
    if spot.control is not None:
        for name in ("tag", "alias"):
            own = spot.control.find(f"{PROPERTIES}/{W}{name}")
            if own is not None:
                own.getparent().remove(own)
    if spot.start is not None:
        spot.start.set(f"{W}name", spot.start.get(f"{W}name", "").replace(BOOKMARK, "_was_", 1))


def _take_off(spot: Spot) -> None:
    """Takes a control that is now empty off, so that Word does not ask for a text; the bookmark stays."""
    if spot.control is None or spot.start is None or spot.control.getparent() is None:
        return
    for child in spot.control.find(CONTENT):
        spot.control.addprevious(child)
    spot.control.getparent().remove(spot.control)


def _bare(run: Any) -> Any:
    made = etree.Element(RUN)
    for child in run:
        made.append(etree.fromstring(etree.tostring(child)))
    return made


def _mark(runs: Iterable[Any]) -> None:
    for run in list(runs):
        highlight(run)
