"""Where things stand, in words that do not hang on pages: the heading above, the table, the start of the paragraph."""

from dataclasses import dataclass, field

from xl_outcomes.accessibility.model import Place

_START = 50


@dataclass(slots=True)
class Whereabouts:
    """What a reader of the document has passed so far; it counts what it names, so one is used from top to end."""

    part: str = ""
    heading: str = ""
    before: str = ""
    cells: list[str] = field(default_factory=list)
    order: int = 0
    tables: int = 0
    pictures: int = 0

    def paragraph(self, text: str, level: int) -> Place:
        """The next paragraph; a heading (level above 0) names what follows it."""
        start = started(text)
        words = f'the paragraph "{start}"' if start else self._after()
        place = self._place(f'the heading "{start}"' if level and start else words, above=not level)
        if start:
            self.before = start
        if start and level and not self.cells and not self.part:
            self.heading = start
        return place

    def table(self) -> Place:
        """The next table."""
        self.tables += 1
        return self._place(f"table {self.tables}", inside=False)

    def picture(self, what: str, name: str) -> Place:
        """The next picture, chart, shape or text box."""
        self.pictures += 1
        return self._place(f'{what} {self.pictures} in the document ("{started(name) or "no name"}")')

    def spot(self, words: str) -> Place:
        """Something else that is met here, in words."""
        return self._place(words)

    def whole(self) -> Place:
        """The document as a whole."""
        return Place(0, "the whole document")

    def _after(self) -> str:
        return f'after "{self.before}"' if self.before else "at the beginning"

    def _place(self, words: str, *, above: bool = True, inside: bool = True) -> Place:
        self.order += 1
        if self.part:
            return Place(self.order, f"{self.part}, {words}")
        if self.cells and inside:
            words = f"{self.cells[-1]}, {words}"
        under = f'under the heading "{self.heading}"' if self.heading else "before the first heading"
        return Place(self.order, f"{words}, {under}" if above else words)


def started(text: str) -> str:
    """The beginning of a text on one line, at most about 50 characters, cut between words."""
    whole = " ".join(text.split()).replace('"', "'")
    if len(whole) <= _START:
        return whole
    return f"{whole[:_START].rpartition(' ')[0] or whole[:_START]} …"
