"""A Word document as the rules see it: what stands in it, in reading order, with every look worked out.

Colours are six hexadecimal digits; a blank colour is Word's automatic one (black or white, whichever can be read).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["body", "table", "caption", "header", "contents"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: its order in the document, and in words without page numbers."""

    order: int
    words: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look: size in points, colour of the text and of the ground behind it."""

    text: str
    size: float
    bold: bool
    capitals: bool
    underlined: bool
    linked: bool
    colour: str
    ground: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link: the words that are shown and the address or bookmark that it leads to; a picture may be its words."""

    text: str
    target: str
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its style's name in lower case, heading level (1 to 9, 0 for text), and look.

    `line` is the line spacing as a multiple of single spacing. `holds` says that it has something other than text (a
    picture, a formula, a page or section break); `style_bold` and `style_size` are the style's own.
    """

    place: Place
    kind: Kind
    style: str
    level: int
    listed: bool
    runs: tuple[Run, ...]
    links: tuple[Link, ...]
    style_bold: bool
    style_size: float
    alignment: str
    line: float
    holds: bool
    breaks: int

    @property
    def text(self) -> str:
        """The text with tabs and line breaks."""
        return "".join(run.text for run in self.runs)

    @property
    def blank(self) -> bool:
        """True where there is nothing to read or see."""
        return not self.holds and not self.text.strip()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; `shade` is the colour that it was given itself, not by its table's style."""

    blocks: "tuple[Block, ...]"
    merged: bool
    shade: str

    @property
    def text(self) -> str:
        """The text of its paragraphs, and of tables inside it."""
        return "\n".join(p.text for p in paragraphs_of(self.blocks))

    @property
    def blank(self) -> bool:
        """True where there is nothing to read or see."""
        return all(p.blank for p in paragraphs_of(self.blocks))


@dataclass(frozen=True, slots=True)
class Row:
    """A row: whether it is a header row, whether it stays on one page, whether it has cells left out at its ends."""

    cells: tuple[Cell, ...]
    header: bool
    whole: bool
    ragged: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its number in the document; `described` where it has alt text, `captioned` where a caption."""

    place: Place
    rows: tuple[Row, ...]
    bordered: bool
    described: bool
    captioned: bool
    nested: bool


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Picture:
    """Something drawn: `what` it is in plain words ("picture", "chart", "text box"), and its alt text."""

    place: Place
    what: str
    alt: str
    decorative: bool
    floating: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document; `headers` are the paragraphs of headers and footers, `language` the tag of its language."""

    title: str
    language: str
    body: tuple[Block, ...]
    headers: tuple[Paragraph, ...]
    pictures: tuple[Picture, ...]
    watermarks: tuple[Place, ...]
    fields: tuple[Place, ...]
    contents: bool
    changes: int
    comments: int


def paragraphs_of(blocks: tuple[Block, ...]) -> Iterator[Paragraph]:
    """Every paragraph in these blocks, those in tables too, in reading order."""
    for flow in flows_of(blocks):
        yield from (block for block in flow if isinstance(block, Paragraph))


def tables_of(blocks: tuple[Block, ...]) -> Iterator[Table]:
    """Every table in these blocks, each before those inside it."""
    for block in blocks:
        if isinstance(block, Table):
            yield block
            for row in block.rows:
                for cell in row.cells:
                    yield from tables_of(cell.blocks)


def flows_of(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """The blocks that follow one another: those of the body, then of each cell of each table."""
    yield blocks
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from flows_of(cell.blocks)
