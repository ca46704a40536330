"""What each column of a table is, from its headings and from what stands below them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_outcomes.adopt.colours import rating_of_colour
from xl_outcomes.adopt.headings import Block, heading_text
from xl_outcomes.adopt.mapping import ColumnUse
from xl_outcomes.adopt.shapes import Cell, Sheet
from xl_outcomes.adopt.times import When, read_when
from xl_outcomes.adopt.words import (
    LEAVE,
    ROW_KIND,
    TIER,
    TIER_USES,
    TIMED_USES,
    polarity_of,
    rating_of,
    row_kind_of,
    tidy,
    unit_of,
    use_of,
)
from xl_outcomes.periods import year_name

_NEEDS_PERIOD = ("Figure", "Rating")
_FIRST_OF = ("Ref", "Polarity", "Frequency", "Unit", "Definition", "Data owner", "Responsible officer")


@dataclass(frozen=True, slots=True)
class Context:
    """What the words around a table say of its time: a year, a quarter or month, and where that was read.

    `sure` is False where nothing says it and the current financial year stands in.
    """

    year: int
    where: str
    sure: bool = True
    when: When | None = None


def column_uses(sheet: Sheet, block: Block, context: Context) -> tuple[ColumnUse, ...]:
    """What each column is, from left to right, each with the reason."""
    below: dict[int, list[Cell]] = {}
    for cell in sheet.cells.values():
        if cell.row >= block.first_row:
            below.setdefault(cell.column, []).append(cell)
    whens = {column: _when(parts) for column, parts in block.headings.items()}
    context = _known_year(whens.values(), context)
    found = [
        _column(column, parts, whens[column], below.get(column, []), context)
        for column, parts in block.headings.items()
        if parts or column in below
    ]
    return tuple(_timed_targets(_tiers(_titles(_firsts(_beside_figures(found)), below)), context))


def _when(parts: Sequence[str]) -> When | None:
    """The time that the texts over a column give together, or the lowest of them that gives one."""
    whole = read_when(" ".join(parts))
    return whole or next((when for part in reversed(parts) if (when := read_when(part))), None)


def _known_year(whens: Iterable[When | None], context: Context) -> Context:
    """Where the surroundings name no year, that of another column stands in for headings without one."""
    if context.sure:
        return context
    years = [when.year for when in whens if when and when.year is not None]
    return Context(max(years), "the other headings", when=context.when) if years else context


def _column(column: int, parts: Sequence[str], when: When | None, cells: Sequence[Cell], context: Context) -> ColumnUse:
    heading = heading_text(parts)
    use, why, sure = _use(parts, when, cells)
    plain = ColumnUse(column, heading, use, "", why, sure)
    if use not in TIMED_USES:
        return plain
    if when is not None:
        return _at(plain, when, context)
    if use not in _NEEDS_PERIOD:
        return plain
    if context.when is not None:
        return replace(_at(plain, context.when, context), why=f"{why}; the period from {context.where}")
    if use == "Rating":
        return plain
    missing = f'{why}, but nothing says of which period: give the period and write is = "Figure"'
    return replace(plain, use=LEAVE, why=missing, sure=False)


def _at(column: ColumnUse, when: When, context: Context) -> ColumnUse:
    """The column with its period; the reason says where the year comes from, if not from the heading."""
    key, why, sure = when.key(context.year), column.why, column.sure and not when.guessed
    if when.year is None:
        why, sure = f"{why}; the year {year_name(context.year)} from {context.where}", sure and context.sure
    if when.span == "half":
        why = f"{why}; a half-year's figure is that of its last quarter"
    if when.guessed:
        why = f"{why}; the period is a guess from {column.heading!r}"
    return replace(column, period=key, why=why, sure=sure)


def _use(parts: Sequence[str], when: When | None, cells: Sequence[Cell]) -> tuple[str, str, bool]:
    """The use of a column, the reason, and whether it is certain."""
    texts = [cell.text for cell in cells if cell.value is not None]
    known = [found for part in reversed(parts) if (found := use_of(part))]
    known += [found for part in reversed(parts) if (w := read_when(part)) and w.rest and (found := use_of(w.rest))]
    use, sure = next((found for found in known if found[1]), known[0] if known else ("", False))
    kinds = [row_kind_of(text) for text in texts]
    if {"Figure", "Target"} <= set(kinds) and sum(kind is not None for kind in kinds) * 5 >= len(kinds) * 4:
        return ROW_KIND, "its cells say Target and Actual, row by row", True
    if use in _CHECKED:
        use = _CHECKED[use](use, texts)
    if use in ("Title", TIER, *TIER_USES) and when is not None and not any(read_when(p) is None for p in parts):
        use = "Figure"
    ratings = sum(rating_of(text) is not None for text in texts)
    if use in ("", "Figure", LEAVE, TIER) and texts and ratings * 2 > len(texts):
        return "Rating", "most of its cells are Red, Amber or Green", bool(parts)
    if use:
        return use, "its heading says so" if sure else "its heading hints at it", sure
    return _by_content(parts, when, cells, texts)


def _by_content(
    parts: Sequence[str], when: When | None, cells: Sequence[Cell], texts: Sequence[str]
) -> tuple[str, str, bool]:
    if not texts and any(rating_of_colour(cell.look.fill) for cell in cells):
        return "Rating", "its cells are blank and red, amber or green", True
    long = sum(len(text) > 30 for text in texts)
    if when is not None:
        if long * 2 > len(texts):
            return "Commentary", "its heading is a period and its cells are sentences", False
        return "Figure", "its heading is a period", True
    numbered = sum(text.replace(".", "").isdigit() for text in texts)
    if not parts and texts and numbered * 2 > len(texts) and all(len(t) < 12 for t in texts if t[0].isdigit()):
        return "Ref", "it has no heading, and its cells are numbers of rows", False
    return LEAVE, "its heading is not known here" if parts else "it has no heading", not texts


def _beside_figures(columns: Sequence[ColumnUse]) -> list[ColumnUse]:
    """A rating whose heading names no period is that of the nearest figure at its left; so are words, if repeated."""
    repeated = sum(c.use == "Commentary" for c in columns) > 1
    kept: list[ColumnUse] = []
    for column in columns:
        left = next((c for c in reversed(kept) if c.use == "Figure" and c.period), None)
        untimed = column.use == "Rating" or (column.use == "Commentary" and repeated)
        if left is None or column.period or not untimed:
            kept.append(column)
            continue
        why = f"{column.why}; of {left.period}, as column {left.letters} before it"
        kept.append(replace(column, period=left.period, why=why, sure=column.sure and left.sure))
    return kept


def _polarity_or(use: str, texts: Sequence[str]) -> str:
    found = sum(polarity_of(text) is not None for text in texts)
    return "Polarity" if texts and found * 2 > len(texts) else use


def _unit_or(use: str, texts: Sequence[str]) -> str:
    words = [text for text in texts if text]
    units = sum(unit_of(text) is not None and len(text) < 15 for text in words)
    return "Unit" if words and units * 2 > len(words) else use


_CHECKED: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    TIER: _polarity_or,
    LEAVE: _polarity_or,
    "Measure": _unit_or,
    "Kind": _unit_or,
}


def _firsts(columns: Iterable[ColumnUse]) -> list[ColumnUse]:
    """Of uses that can stand once only, the first column keeps it."""
    taken: set[str] = set()
    kept: list[ColumnUse] = []
    for column in columns:
        twice = column.use in _FIRST_OF and column.use in taken
        taken.add(column.use)
        why = f"another column is {column.use} already"
        kept.append(replace(column, use=LEAVE, why=why, sure=False) if twice else column)
    return kept


def _titles(columns: Sequence[ColumnUse], below: Mapping[int, Sequence[Cell]]) -> list[ColumnUse]:
    """One column is the title: the one that says indicator or measure; a description beside it is a definition."""
    titles = [c for c in columns if c.use == "Title"]
    if not titles:
        return _last_tier_as_title(columns) or _longest_as_title(columns, below)
    described = [c for c in titles if "description" not in tidy(c.heading)]
    title = (described or titles)[0]
    uses = iter([] if any(c.use == "Definition" for c in columns) else ["Definition"])
    why = f"column {title.letters} is the title already"
    return [
        replace(c, use=next(uses, LEAVE), why=why, sure=False) if c.use == "Title" and c is not title else c
        for c in columns
    ]


def _last_tier_as_title(columns: Sequence[ColumnUse]) -> list[ColumnUse] | None:
    """Without a column of indicators the last column of outcomes holds both."""
    tiers = [c for c in columns if c.use == TIER]
    if not tiers:
        return None
    why = "it is the last column of outcomes, and there is none of indicators"
    return [replace(c, use="Title", why=why, sure=len(tiers) == 1) if c is tiers[-1] else c for c in columns]


def _longest_as_title(columns: Sequence[ColumnUse], below: Mapping[int, Sequence[Cell]]) -> list[ColumnUse]:
    free = [c for c in columns if c.use == LEAVE]
    words = {c.column: [x.text for x in below.get(c.column, ()) if x.kind == "text"] for c in free}
    means = {column: sum(map(len, texts)) / len(texts) for column, texts in words.items() if len(texts) > 1}
    if not means:
        return list(columns)
    best = max(means, key=lambda column: (means[column], -column))
    why = "no heading says indicator, and this column has the longest texts"
    return [replace(c, use="Title", why=why, sure=False) if c.column == best else c for c in columns]


def _tiers(columns: Iterable[ColumnUse]) -> list[ColumnUse]:
    """The columns of outcomes, from left to right, are tiers 1 to 4."""
    names = iter(TIER_USES)
    from_left = "columns of outcomes count from the left"
    return [replace(c, use=next(names, LEAVE), why=f"{c.why}; {from_left}") if c.use == TIER else c for c in columns]


def _timed_targets(columns: Sequence[ColumnUse], context: Context) -> list[ColumnUse]:
    """A target whose heading names no period is in force from the first year that the table has figures of."""
    figures = [c.period for c in columns if c.use == "Figure" and " " in c.period]
    first = min((period.split(" ")[0] for period in figures), default="")
    year = first or year_name(context.year)
    where = "the first year of the figures" if first else context.where
    sure = bool(first) or context.sure
    return [
        replace(c, period=year, why=f"{c.why}; from {year}, {where}", sure=c.sure and sure)
        if c.use in ("Target", "Amber", "Tolerance") and not c.period
        else c
        for c in columns
    ]
