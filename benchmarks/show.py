"""What was measured, as tables: for a terminal, and for docs/performance.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.measure import Runs, Section, Target, figure

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEADINGS = ("Way", "Runs", "Seconds", "Lowest to highest", "Times its floor", "Lowest to highest", "MB")


def show(section: Section, console: Console) -> None:
    """A section for people at a terminal."""
    grid = Table(title=section.title, title_justify="left", title_style="bold")
    for number, heading in enumerate(HEADINGS):
        grid.add_column(heading, overflow="fold", justify="right" if number else "left")
    for row in _rows(section):
        grid.add_row(*map(escape, row))
    console.print(grid)
    console.print(escape(section.what), highlight=False)
    for target in section.targets:
        console.print(f"- {escape(_told(target))}", highlight=False, style="" if target.met else "bold")
    for way, reason in section.skipped.items():
        console.print(f"- Not measured: {escape(way)}. {escape(reason)}", highlight=False)
    console.print()


def page(sections: Sequence[Section], said: Iterable[str], picture: str) -> str:
    """What stands between the markers: the machine and how it was run (`said`), targets, picture, and every section."""
    parts = [" ".join(said), _targets(sections), picture, *map(_section, sections)]
    return "\n\n".join(filter(None, parts))


def put(path: Path, text: str) -> None:
    """Writes a text between the markers of a page; everything around it stays. Raises ValueError without markers."""
    old = path.read_text(encoding="utf-8")
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} needs the lines {BEGIN} and {END}, between which the results are written.")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _rows(section: Section) -> Iterator[tuple[str, ...]]:
    above = ""
    for runs in section.runs:
        floor = runs.against or section.floor
        above = runs.way if runs.way == floor else above
        span = f"{figure(min(runs.seconds))} to {figure(max(runs.seconds))}" if len(runs.seconds) > 1 else ""
        memory = figure(runs.peak) if runs.peak else "–"
        yield (
            runs.way,
            str(len(runs.seconds)),
            figure(runs.median),
            span,
            *_ratio(runs, section, "" if floor == above else floor),
            memory,
        )


def _ratio(runs: Runs, section: Section, told: str) -> tuple[str, str]:
    """The ratio and its spread; the floor is `told` where it is not the last one above."""
    if runs.way == (runs.against or section.floor):
        return "1", "(a floor)"
    found = section.ratio_of(runs)
    spread = f"{figure(found.lowest)} to {figure(found.highest)}" if found.lowest != found.highest else ""
    return f"{figure(found.median)} × {told}".strip(), spread


def _told(target: Target) -> str:
    return f"{target.wanted}: {target.found}, {_verdict(target)}"


def _verdict(target: Target) -> str:
    return "met" if target.met else f"missed by {target.missed}" if target.missed else "missed"


def _targets(sections: Sequence[Section]) -> str:
    rows = [(s.title, t.wanted, t.found, _verdict(t)) for s in sections for t in s.targets]
    return _markdown(("", "Target", "Measured", ""), rows, numbers=0) if rows else ""


def _section(section: Section) -> str:
    parts = [f"## {section.title}", section.what, _markdown(HEADINGS, _rows(section), numbers=6), _curve(section)]
    parts += [f"Not measured here: {way}. {reason}" for way, reason in section.skipped.items()]
    return "\n\n".join(filter(None, parts))


def _curve(section: Section) -> str:
    """Milliseconds for each row (or other unit), by how many there are."""
    sizes = sorted({size for points in section.curve.values() for size, _ in points})
    known: Mapping[str, Mapping[float, float]] = {way: dict(points) for way, points in section.curve.items()}
    rows = [
        (f"{size:,.0f}", *(figure(1000 * at[size] / size) if size in at else "–" for at in known.values()))
        for size in sizes
    ]
    if not rows:
        return ""
    headings = (section.unit.capitalize(), *known)
    return f"Milliseconds for each of the {section.unit}:\n\n{_markdown(headings, rows, numbers=len(known))}"


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: int) -> str:
    """A table of Markdown whose last columns, so many of them, are numbers."""
    marks = ["---"] * (len(headings) - numbers) + ["---:"] * numbers
    lines = (headings, marks, *([_cell(c) for c in row] for row in rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
