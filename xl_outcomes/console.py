"""What a terminal shows, whatever is done: tables that wrap, words in their colour, progress."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table as Grid

if TYPE_CHECKING:
    from xl_outcomes.addin.install import Finding

Item = TypeVar("Item")
_STYLES = {
    "error": "bold red",
    "query": "yellow",
    "warning": "cyan",
    "Red": "bold red",
    "Amber": "yellow",
    "Problem": "bold red",
    "Attention": "yellow",
}


def empty_grid(*headings: str, title: str | None = None) -> Grid:
    """A table whose cells wrap where they must, and are never cut."""
    made = Grid(title=title, title_justify="left")
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def coloured(word: str) -> str:
    """A severity, rating or verdict in its colour, which a terminal without colours leaves out."""
    style = _STYLES.get(word.rstrip("*"))
    return f"[{style}]{escape(word)}[/]" if style else escape(word)


def show_findings(findings: "Iterable[Finding]") -> None:
    """What was found about the add-in, and what to ask IT for, for people."""
    shown = empty_grid("Topic", "Verdict", "Found", "What to ask IT for")
    for f in findings:
        shown.add_row(escape(f.topic), coloured(f.verdict), escape(f.found), escape(f.ask))
    Console().print(shown)


def track(items: Sequence[Item], what: str, *, quiet: bool = False) -> Iterator[Item]:
    """The items, with a progress bar on stderr where a person is watching."""
    console = Console(stderr=True)
    if quiet or not sys.stderr.isatty() or len(items) < 3:
        yield from items
        return
    with Progress(console=console) as progress:
        yield from progress.track(items, description=what)


@contextmanager
def progress(total: int, what: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr where a person is watching, moved on by what it hears."""
    if quiet or not sys.stderr.isatty() or total < 3:
        yield lambda _: None
        return
    bar = Progress(console=Console(stderr=True))
    task = bar.add_task(what, total=total)

    def told(more: int) -> None:
        # It begins with the first that are done: its thread must not run while processes are being started.
        if not bar.live.is_started:
            bar.start()
        bar.advance(task, more)

    try:
        yield told
    finally:
        bar.stop()
