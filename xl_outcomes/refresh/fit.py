"""What is copied from the fresh report into a draft, made to fit: ids of its own, the draft's styles and formatting."""

import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from xl_outcomes.refresh.pictures import add_picture
from xl_outcomes.refresh.spots import (
    CELL,
    CONTENT,
    CONTROL,
    DRAWING,
    END,
    LOOK,
    PARAGRAPH,
    PROPERTIES,
    ROW,
    RUN,
    START,
    W,
    key_in,
)
from xl_outcomes.refresh.stamp import Draft, free_ids
from xl_outcomes.word_keys import BOOKMARK
from xl_outcomes.workbook.package import OFFICE

_STYLES = (f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")
_OF_ONE_PLACE = tuple(
    f"{W}{n}"
    for n in (
        *("sectPr", "pPrChange", "rPrChange", "tcPrChange", "trPrChange", "tblPrExChange", "ins", "del"),
        *("moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "highlight"),
    )
)
_BEFORE_SHADING = tuple(f"{W}{n}" for n in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders"))


class Fit:
    """Copies elements of the fresh report so that they fit into the draft."""

    def __init__(self, draft: Draft, fresh: Draft) -> None:
        self.draft, self.fresh = draft, fresh
        self.ids = free_ids(draft.trees.values())
        self.names = {e.get(f"{W}name") for tree in draft.trees.values() for e in tree.iter(START)}
        self.styles = _styles(draft, fresh)

    def copied(self, element: Any) -> Any:
        """A copy that fits; None where it refers to something that cannot be brought along."""
        made = copy.deepcopy(element)
        for picture in made.iter(DRAWING):
            if not add_picture(picture, self.fresh.package, self.fresh.main, self.draft.package, self.draft.main):
                return None
        for each in made.iter():
            if any(name.startswith(f"{{{OFFICE}}}") for name in each.attrib) and not each.tag.endswith("}blip"):
                return None
            self._fit(each)
        self._number(made)
        return made

    def _fit(self, element: Any) -> None:
        if element.tag in _STYLES:
            name = element.get(f"{W}val", "")
            element.set(f"{W}val", self.styles.get(name, name))
        if isinstance(element.tag, str) and element.tag.startswith(W):
            for name in [n for n in element.attrib if n.startswith("{http://schemas.microsoft.com/")]:
                del element.attrib[name]

    def _number(self, made: Any) -> None:
        """Ids and bookmark names that the draft does not have yet."""
        for control in made.iter(CONTROL):
            number = control.find(f"{PROPERTIES}/{W}id")
            if number is not None:
                number.set(f"{W}val", next(self.ids))
        renumbered: dict[str, str] = {}
        for start in made.iter(START):
            number = start.get(f"{W}id", "")
            renumbered[number] = next(self.ids)
            start.set(f"{W}id", renumbered[number])
            start.set(f"{W}name", self._free_name(start))
        for end in made.iter(END):
            end.set(f"{W}id", renumbered.get(end.get(f"{W}id", ""), end.get(f"{W}id", "")))

    def _free_name(self, start: Any) -> str:
        key = key_in(start)
        wanted = f"{BOOKMARK}{key}" if key else start.get(f"{W}name", "")
        names = (wanted, *(f"{wanted}_{number}" for number in range(2, 10_000)))
        free = next(name for name in names if name not in self.names)
        self.names.add(free)
        return free


def new_row(row: Any, model: Any, shows: Callable[[Any], frozenset[str]], fit: Fit) -> Any:
    """A row of the fresh report in the formatting and with the columns of a row of the draft; None if it cannot be.

    `shows` tells what a cell shows; by that a cell is found again where the author moved or took out columns.
    """
    made = fit.copied(row)
    if made is None:
        return None
    theirs, fresh, own = _cells(row), _cells(made), _cells(model)
    places = {said: number for number, cell in enumerate(theirs) if (said := shows(cell))}
    result = cleaned(copy.deepcopy(model))
    for number, (cell, shell) in enumerate(zip(own, _cells(result), strict=True)):
        place = places.get(shows(cell), number if len(theirs) == len(own) and not shows(theirs[number]) else None)
        _fill_cell(shell, fresh[place] if place is not None else None)
    return result


def _fill_cell(shell: Any, fresh: Any) -> None:
    """Puts what the fresh cell says into a copied cell, in its formatting but in the fresh cell's colour."""
    paragraph, run = next(shell.iter(PARAGRAPH), None), _first_run(shell)
    looks = [e.find(tag) if e is not None else None for e, tag in ((paragraph, f"{W}pPr"), (run, LOOK))]
    for child in [c for c in shell if c.tag != f"{W}tcPr"]:
        shell.remove(child)
    _shade(shell, fresh)
    content = [c for c in fresh if c.tag != f"{W}tcPr"] if fresh is not None else [etree.Element(PARAGRAPH)]
    for block in content:
        shell.append(block)
        for each, tag, look in ((PARAGRAPH, f"{W}pPr", looks[0]), (RUN, LOOK, looks[1] if run is not None else None)):
            for element in block.iter(each):
                put_look(element, tag, look)


def put_look(element: Any, tag: str, look: Any) -> None:
    """Gives a paragraph or run the formatting of another, where that has any."""
    if look is None:
        return
    for old in element.findall(tag):
        element.remove(old)
    element.insert(0, cleaned(copy.deepcopy(look)))


def _first_run(cell: Any) -> Any:
    """The first run of what was generated in a cell, else of the cell."""
    runs = [run for control in cell.iter(CONTROL) for run in control.find(CONTENT).iter(RUN)]
    return next(iter(runs), next(cell.iter(RUN), None))


def _shade(shell: Any, fresh: Any) -> None:
    properties = shell.find(f"{W}tcPr")
    if properties is None:
        return
    for old in properties.findall(f"{W}shd"):
        properties.remove(old)
    shading = fresh.find(f"{W}tcPr/{W}shd") if fresh is not None else None
    if shading is not None:
        place = sum(child.tag in _BEFORE_SHADING for child in properties)
        properties.insert(place, copy.deepcopy(shading))


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter(CELL) if next(cell.iterancestors(ROW)) is row]


def _styles(draft: Draft, fresh: Draft) -> dict[str, str]:
    """The draft's id of each style of the fresh report that it has by name; programs give styles new ids."""
    ours, theirs = _style_names(draft), _style_names(fresh)
    ids = {name: number for number, name in ours.items()}
    return {number: ids[name] for number, name in theirs.items() if name in ids}


def _style_names(draft: Draft) -> dict[str, str]:
    part = draft.package.related(draft.main, "styles")
    found: dict[str, str] = {}
    for style in draft.package.tree(part).iterfind(f"{W}style") if part else ():
        name = style.find(f"{W}name")
        if name is not None:
            found[style.get(f"{W}styleId", "")] = name.get(f"{W}val", "").casefold()
    return found


def cleaned(element: Any) -> Any:
    """Formatting without what belongs to one place: tracked changes, section breaks, marks in yellow."""
    for each in [e for e in element.iter(*_OF_ONE_PLACE) if e is not element]:
        if each.getparent() is not None:
            each.getparent().remove(each)
    return element
