"""Word's fields as they open and close through runs and paragraphs: contents lists, links, cross-references."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xl_outcomes.accessibility.names import Element, value, w

_LINKS = ("HYPERLINK", "REF", "PAGEREF", "NOTEREF")


@dataclass(slots=True)
class _Open:
    instruction: str = ""
    shown: bool = False  # past its separator: what follows is what the reader sees


@dataclass(slots=True)
class Fields:
    """The fields that are open at this point, the outermost first, and whether a contents list was met."""

    open: list[_Open] = field(default_factory=list)
    contents: bool = False

    def mark(self, element: Element) -> None:
        """A w:fldChar: a field begins, shows its result, or ends."""
        kind = str(element.get(w("fldCharType")) or "")
        if kind == "begin":
            self.open.append(_Open())
        elif kind == "separate" and self.open:
            self.open[-1].shown = True
            self.contents = self.contents or is_contents(self.open[-1].instruction)
        elif kind == "end" and self.open:
            ended = self.open.pop()
            self.contents = self.contents or is_contents(ended.instruction)

    def instruct(self, text: str) -> None:
        """A w:instrText: more of the innermost field's instruction."""
        if self.open:
            self.open[-1].instruction += text

    def simple(self, element: Element) -> None:
        """A w:fldSimple begins; `end_simple` ends it."""
        self.open.append(_Open(str(element.get(w("instr")) or ""), shown=True))
        self.contents = self.contents or is_contents(self.open[-1].instruction)

    def end_simple(self) -> None:
        """The innermost field ends."""
        self.open.pop()

    @property
    def hidden(self) -> bool:
        """Whether text at this point is part of an instruction, so that nobody sees it."""
        return any(not each.shown for each in self.open)

    @property
    def in_contents(self) -> bool:
        """Whether this point lies in a list of contents, figures or tables."""
        return any(_first(each.instruction) == "TOC" for each in self.open)

    @property
    def linked(self) -> bool:
        """Whether text at this point is a link or cross-reference."""
        return any(_first(each.instruction) in _LINKS for each in self.open)

    @property
    def target(self) -> str | None:
        """The address of the link that is open here; None where there is none."""
        for each in self.open:
            if _first(each.instruction) == "HYPERLINK":
                return next((word.strip('"') for word in each.instruction.split()[1:] if word[:1] != "\\"), "")
        return None


def is_contents(instruction: str) -> bool:
    """Whether a field lists the document's headings (not its figures or tables only)."""
    words = instruction.split()
    return words[:1] == ["TOC"] and not {"\\c", "\\a"} & set(words)


def untitled_form_field(run: Element) -> str | None:
    """The name of the form field that begins in this run without a help or status text; None for everything else."""
    data = run.find(f"{w('fldChar')}/{w('ffData')}")
    if data is None or _told(data, "helpText") or _told(data, "statusText"):
        return None
    return value(data, "name") or "no name"


def _told(data: Element, name: str) -> bool:
    return bool((value(data, name) or "").strip())


def _first(instruction: str) -> str:
    words: Sequence[str] = instruction.split()
    return words[0].upper() if words else ""
