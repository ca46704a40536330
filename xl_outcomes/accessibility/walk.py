"""The walk through a part of a document, from its first paragraph to its last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xl_outcomes.accessibility.colours import AUTOMATIC, ground_colour
from xl_outcomes.accessibility.drawings import Drawn, drawn_in, is_watermark
from xl_outcomes.accessibility.fields import Fields, untitled_form_field
from xl_outcomes.accessibility.model import Block, Cell, Kind, Link, Paragraph, Picture, Place, Row, Run, Table
from xl_outcomes.accessibility.names import LINKS, MATHS, Element, children, number, switch, value, w
from xl_outcomes.accessibility.places import Whereabouts
from xl_outcomes.accessibility.styles import (
    ParagraphLook,
    RunLook,
    Style,
    Styles,
    paragraph_look,
    paragraph_over,
    run_look,
    run_over,
    text_look,
)
from xl_outcomes.accessibility.table_styles import Position, cell_look, is_bordered

_TEXTS = {"tab": "\t", "br": "\n", "ptab": " ", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_BULLETS = ("F0B7", "F0A7", "F0D8", "F076", "F06E")  # of the fonts Symbol and Wingdings
_LEVELS = 9
_HOLDING = (w("footnoteReference"), w("endnoteReference"), w("object"), w("pict"), w("drawing"))


@dataclass(slots=True)
class Walk:
    """The walk: the styles, the colour of the page and the targets of links go in; what was met on the way is kept."""

    styles: Styles
    page: str
    targets: Mapping[str, str]
    at: Whereabouts = field(default_factory=Whereabouts)
    fields: Fields = field(default_factory=Fields)
    pictures: list[Picture] = field(default_factory=list)
    watermarks: list[Place] = field(default_factory=list)
    form_fields: list[Place] = field(default_factory=list)

    def blocks(self, parent: Element, inside: RunLook | None = None) -> tuple[Block, ...]:
        """The paragraphs and tables in an element; `inside` is the look that the cell gives its text."""
        found: list[Block] = []
        for child in children(parent):
            if child.tag == w("p"):
                found.append(self._paragraph(child, inside))
            elif child.tag == w("tbl"):
                found.append(self._table(child, nested=inside is not None))
        return tuple(_with_captions(found))

    # ---- paragraphs ----

    def _paragraph(self, element: Element, inside: RunLook | None) -> Paragraph:
        properties = element.find(w("pPr"))
        style = self.styles.style("paragraph", value(properties, "pStyle"))
        look = paragraph_over(self.styles.paragraph, style.paragraph, paragraph_look(properties, self.styles.theme))
        listing = self.fields.in_contents
        met = _Met(run_over(inside or RunLook(), RunLook(ground=look.ground or None)), style)
        self._content(element, met)
        level = _level(look)
        place = self.at.paragraph("".join(run.text for run in met.runs), level)
        self._keep(met, place)
        plain = text_look(self.styles, met.around, style, None, RunLook())
        size = plain.size or 0
        kind = self._kind(style, inside is not None, listing or self.fields.in_contents)
        return Paragraph(
            place=place,
            kind=kind,
            style=style.name,
            level=level,
            listed=(look.numbering or "0") != "0",
            runs=tuple(met.runs),
            links=() if kind == "contents" else tuple(met.links),
            style_bold=bool(plain.bold),
            style_size=size / 2,
            alignment=look.alignment or "left",
            line=_line(look, max((run.size for run in met.runs), default=size / 2)),
            holds=met.holds or _ends_section(properties),
            breaks=met.breaks + bool(look.page_break) + _ends_section(properties),
        )

    def _kind(self, style: Style, inside: bool, listing: bool) -> Kind:
        if self.at.part:
            return "header"
        if listing or style.name.startswith("toc "):
            return "contents"
        return "caption" if style.name == "caption" else "table" if inside else "body"

    def _content(self, parent: Element, met: "_Met") -> None:
        for child in children(parent):
            if child.tag == w("r"):
                self._run(child, met)
            elif child.tag == w("hyperlink"):
                self._hyperlink(child, met)
            elif child.tag == w("fldSimple"):
                self.fields.simple(child)
                self._content(child, met)
                self.fields.end_simple()
            elif child.tag.startswith(f"{{{MATHS}}}"):
                met.holds = True

    def _hyperlink(self, element: Element, met: "_Met") -> None:
        identity = str(element.get(f"{{{LINKS}}}id") or "")
        target = self.targets.get(identity, "") or str(element.get(w("anchor")) or "")
        runs, drawn, outer = len(met.runs), len(met.drawn), met.target
        met.target = target
        self._content(element, met)
        met.target = outer
        met.links.append(Link("".join(r.text for r in met.runs[runs:]), target, len(met.drawn) > drawn))

    def _run(self, element: Element, met: "_Met") -> None:
        properties = element.find(w("rPr"))
        own = run_look(properties, self.styles.theme)
        look = text_look(self.styles, met.around, met.style, value(properties, "rStyle"), own)
        met.form_fields += [name] if (name := untitled_form_field(element)) is not None else []
        text = "".join(self._texts(element, met))
        if text and not look.hidden:
            met.runs.append(self._made(text, look, met))
            self._link_by_field(text, met)
        met.holds = met.holds or any(child.tag in _HOLDING for child in element.iter())
        met.drawn += drawn_in(element)

    def _texts(self, run: Element, met: "_Met") -> Iterator[str]:
        for child in children(run):
            name = str(child.tag).rpartition("}")[2]
            if name == "fldChar":
                self.fields.mark(child)
            elif name == "instrText":
                self.fields.instruct(child.text or "")
            elif name == "br" and child.get(w("type")) in ("page", "column"):
                met.breaks += child.get(w("type")) == "page"
                met.holds = True
            elif name == "sym" and not self.fields.hidden:
                yield "•" if str(child.get(w("char")) or "").upper() in _BULLETS else "☒"
            elif not self.fields.hidden:
                yield (child.text or "") if name == "t" else _TEXTS.get(name, "")

    def _made(self, text: str, look: RunLook, met: "_Met") -> Run:
        return Run(
            text=text,
            size=(look.size or 0) / 2,
            bold=bool(look.bold),
            capitals=bool(look.capitals),
            underlined=(look.underline or "none") != "none",
            linked=met.target is not None or self.fields.linked,
            colour=look.colour or AUTOMATIC,
            ground=look.ground or self.page,
        )

    def _link_by_field(self, text: str, met: "_Met") -> None:
        target = self.fields.target
        if target is None or met.target is not None:
            return
        before = met.links[-1] if met.links else None
        if before is not None and met.by_field and before.target == target:
            met.links[-1] = replace(before, text=before.text + text)
        else:
            met.links.append(Link(text, target))
        met.by_field = True

    def _keep(self, met: "_Met", place: Place) -> None:
        for drawn in met.drawn:
            if is_watermark(drawn):
                self.watermarks.append(self.at.spot(f'the drawing "{drawn.name or drawn.what}"'))
            else:
                where = self.at.picture(drawn.what, drawn.name)
                self.pictures.append(Picture(where, drawn.what, drawn.alt, drawn.decorative, drawn.floating))
        self.form_fields += [replace(place, words=f'the form field "{n}" in {place.words}') for n in met.form_fields]

    # ---- tables ----

    def _table(self, element: Element, *, nested: bool) -> Table:
        place, number_ = self.at.table(), self.at.tables
        properties = element.find(w("tblPr"))
        style = self.styles.style("table", value(properties, "tblStyle"))
        rows = [e for e in children(element) if e.tag == w("tr")]
        described = any((value(properties, name) or "").strip() for name in ("tblCaption", "tblDescription"))
        return Table(
            place=place,
            rows=tuple(self._row(row, n, len(rows), number_, style, element) for n, row in enumerate(rows)),
            bordered=is_bordered(style, element),
            described=described,
            captioned=False,
            nested=nested,
        )

    def _row(self, row: Element, index: int, count: int, table: int, style: Style, element: Element) -> Row:
        properties = row.find(w("trPr"))
        cells = [e for e in children(row) if e.tag == w("tc")]
        made = []
        for column, cell in enumerate(cells):
            self.at.cells.append(f"table {table}, row {index + 1}, column {column + 1}")
            position = Position(index, column, count, len(cells))
            made.append(self._cell(cell, cell_look(style, element, position, self.styles.theme)))
            self.at.cells.pop()
        uneven = [number(value(properties, name)) or 0 for name in ("gridBefore", "gridAfter")]
        return Row(
            cells=tuple(made),
            header=bool(switch(properties, "tblHeader")),
            whole=bool(switch(properties, "cantSplit")),
            ragged=any(uneven),
        )

    def _cell(self, element: Element, look: RunLook) -> Cell:
        properties = element.find(w("tcPr"))
        shading = properties.find(w("shd")) if properties is not None else None
        own = ground_colour(shading, self.styles.theme)
        spans = number(value(properties, "gridSpan")) or 1
        joined = any(value(properties, name) is not None for name in ("vMerge", "hMerge"))
        inside = run_over(look, RunLook(ground=own))
        return Cell(self.blocks(element, inside), merged=spans > 1 or joined, shade=own or AUTOMATIC)


@dataclass(slots=True)
class _Met:
    # What was met in one paragraph.

    around: RunLook
    style: Style
    runs: list[Run] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    form_fields: list[str] = field(default_factory=list)
    target: str | None = None
    by_field: bool = False
    holds: bool = False
    breaks: int = 0


def _level(look: ParagraphLook) -> int:
    return int(look.outline) + 1 if look.outline is not None and 0 <= look.outline < _LEVELS else 0


def _line(look: ParagraphLook, size: float) -> float:
    # As a multiple of single spacing, which is about 1.2 times the size of the letters.
    if look.line is None or look.line_rule == "atLeast":
        return 1.0
    return look.line / 20 / (size * 1.2) if look.line_rule == "exact" and size else look.line / 240


def _ends_section(properties: Element | None) -> bool:
    return properties is not None and properties.find(w("sectPr")) is not None


def _with_captions(blocks: list[Block]) -> Iterator[Block]:
    for index, block in enumerate(blocks):
        if isinstance(block, Table):
            around = [b for b in blocks[max(0, index - 1) : index + 2] if isinstance(b, Paragraph)]
            yield replace(block, captioned=any(p.kind == "caption" for p in around))
        else:
            yield block
