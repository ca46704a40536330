"""The looks that a table's style gives to a cell, by where the cell stands: first row, last column, every other row."""

from collections.abc import Iterator
from dataclasses import dataclass

from xl_outcomes.accessibility.colours import Theme, ground_colour
from xl_outcomes.accessibility.names import Element, value, w
from xl_outcomes.accessibility.styles import RunLook, Style, run_look, run_over

_FLAGS = {
    "firstRow": 0x20,
    "lastRow": 0x40,
    "firstColumn": 0x80,
    "lastColumn": 0x100,
    "noHBand": 0x200,
    "noVBand": 0x400,
}
_EDGES = ("top", "left", "start", "bottom", "right", "end", "insideH", "insideV")
_NO_EDGE = ("nil", "none")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a cell stands: its row and column from 0, and how many there are of each."""

    row: int
    column: int
    rows: int
    columns: int


def cell_look(style: Style, table: Element, position: Position, theme: Theme) -> RunLook:
    """The look of text in a cell, its ground included, as the table's style and its options give it."""
    properties = table.find(w("tblPr"))
    own = RunLook(ground=_ground(properties, theme))
    looks = [run_over(style.run, *(RunLook(ground=_ground(e.find(w("tblPr")), theme)) for e in style.chain), own)]
    looks += [RunLook(ground=_ground(e.find(w("tcPr")), theme)) for e in style.chain]
    for part in _parts(_options(properties), position):
        for element in style.chain:
            looks += [
                run_over(run_look(e.find(w("rPr")), theme), RunLook(ground=_ground(e.find(w("tcPr")), theme)))
                for e in element.findall(w("tblStylePr"))
                if e.get(w("type")) == part
            ]
    return run_over(RunLook(), *looks)


def is_bordered(style: Style, table: Element) -> bool:
    """Whether a table has any line at all: its own, of its style, or of one of its cells."""
    own = [table.find(w("tblPr")), *(e.find(w("tblPr")) for e in style.chain)]
    said = next((b for p in own if p is not None and (b := p.find(w("tblBorders"))) is not None), None)
    parts = [p.find(w("tcPr")) for e in style.chain for p in e.findall(w("tblStylePr"))]
    cells = [cell.find(w("tcPr")) for row in table.findall(w("tr")) for cell in row.findall(w("tc"))]
    return _has_edge(said) or any(_has_edge(p.find(w("tcBorders"))) for p in (*parts, *cells) if p is not None)


def _has_edge(borders: Element | None) -> bool:
    return any((value(borders, edge) or "nil") not in _NO_EDGE for edge in _EDGES)


def _ground(properties: Element | None, theme: Theme) -> str | None:
    return ground_colour(properties.find(w("shd")), theme) if properties is not None else None


def _options(properties: Element | None) -> dict[str, bool]:
    look = properties.find(w("tblLook")) if properties is not None else None
    if look is None:
        return {name: name in ("noHBand", "noVBand") for name in _FLAGS}
    mask = str(look.get(w("val")) or "0")
    bits = int(mask, 16) if _is_hexadecimal(mask) else 0
    return {name: _said(look.get(w(name)), bool(bits & bit)) for name, bit in _FLAGS.items()}


def _said(text: str | None, otherwise: bool) -> bool:
    return otherwise if text is None else text in ("1", "true", "on")


def _is_hexadecimal(text: str) -> bool:
    return 0 < len(text) <= 8 and all(sign in "0123456789abcdefABCDEF" for sign in text)


def _parts(options: dict[str, bool], at: Position) -> Iterator[str]:
    # The parts of a style that a cell takes, each over those before.
    if not options["noVBand"]:
        yield f"band{(at.column - options['firstColumn']) % 2 + 1}Vert"
    if not options["noHBand"]:
        yield f"band{(at.row - options['firstRow']) % 2 + 1}Horz"
    places = (
        ("firstCol", options["firstColumn"] and at.column == 0),
        ("lastCol", options["lastColumn"] and at.column == at.columns - 1),
        ("firstRow", options["firstRow"] and at.row == 0),
        ("lastRow", options["lastRow"] and at.row == at.rows - 1),
    )
    yield from (name for name, taken in places if taken)
