"""The theory of change laid out: which boxes stand where on which sheets of paper, and the lines between them.

All lengths are millimetres from the top left corner; how wide a text is is asked of whoever draws it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from xl_outcomes.golden_thread import GoldenThread, Lane

OVERVIEW = "overview"
A4, A3 = (297.0, 210.0), (420.0, 297.0)  # landscape
MARGIN, PAD = 10.0, 1.6
MM_PER_POINT = 25.4 / 72
FOOT_SIZE, TITLE_MORE, MOST_HEAD = 8.0, 5.0, 10.0  # points
LINE = 1.28  # height of a line, in sizes of the text
_SIZES = (12.0, 11.0, 10.0, 9.0, 8.0, 7.5, 7.0)  # points: smaller is not readable in print
_TRIES = (*((A4, size) for size in _SIZES), *((A3, size) for size in _SIZES))
_SAFETY = 0.97  # small letters are drawn a little wider than they measure
_TOP, _FOOT = 31.0, 14.0  # for the title and the heads of the columns, and for the line at the foot
_BETWEEN = 9.0  # between two columns, where the lines run
_TIGHT = 0.7
_LOOSER = (4.0, 3.0, 2.4, 1.8, 1.4, 1.0, _TIGHT)  # the gaps are made wider while there is room
_GAPS = {"vision": 3.2, "1": 2.6, "2": 2.0, "3": 1.4, "4": 1.4}  # between what leads to such a box
_STACK = 1.0
_SHARES = {"activity": 1.25, "output": 1.0, "4": 1.1, "3": 1.1, "2": 1.1, "1": 0.75, "vision": 0.8}
_BOLD = ("1", "vision")
_MOST_LINES = {"vision": 16}
_MOST_ACTIVITIES, _MOST_OUTPUTS = 5, 6  # of one outcome; what is more is counted

Point = tuple[float, float]
WidthOf = Callable[[str, bool], float]  # a text's width in sizes of the text; whether it is bold


@dataclass(frozen=True, slots=True)
class Box:
    """A box in its place with its lines of text; `role` is activity, output, a tier ("1" to "4") or vision."""

    role: str
    left: float
    middle: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def bold(self) -> bool:
        """Whether its text is bold."""
        return self.role in _BOLD


@dataclass(frozen=True, slots=True)
class Page:
    """A figure ready to be drawn: `heads` are left edge, width and text of the columns; `size` is in points.

    The title is `TITLE_MORE` points larger than that; heads are `MOST_HEAD` points large at most, the foot `FOOT_SIZE`.
    """

    name: str
    title: str
    alt: str
    foot: tuple[str, ...] = ()
    paper: tuple[float, float] = A4
    size: float = 10.0
    heads: tuple[tuple[float, float, str], ...] = ()
    boxes: tuple[Box, ...] = ()
    lines: tuple[tuple[Point, Point], ...] = ()
    arrows: tuple[Point, ...] = ()


def pages(thread: GoldenThread, width_of: WidthOf) -> list[Page]:
    """Every figure of a framework: the top two tiers, then each tier 1 outcome on as many sheets as it takes.

    A tier 1 outcome of which the overview shows everything has none of its own.
    """
    framework = thread.framework
    tops = framework.children(None)
    if not tops:
        return [Page(OVERVIEW, "Theory of change", "An empty figure: the framework has no outcomes yet.")]
    brief = [Lane((), (), (o, *framework.up(o.ref))) for top in tops for o in framework.children(top.ref) or (top,)]
    council = thread.settings.council
    found = [*_sheets(OVERVIEW, council or "the top of the framework", brief, thread, width_of)]
    for top in tops:
        lanes = [lane for lane in thread.lanes if lane.outcomes[-1].ref == top.ref]
        if any(lane.activities or lane.outputs or lane.outcomes[0].tier > 2 for lane in lanes):
            found += _sheets(top.ref, f"{top.ref} {top.title}", lanes, thread, width_of)
    return found


def wrapped(text: str, width: float, most: int, width_of: WidthOf, *, bold: bool = False) -> tuple[str, ...]:
    """A text in lines no wider than `width` (in sizes of the text), at most so many; what is cut ends with "…"."""
    space = width_of("n n", bold) - width_of("nn", bold)
    lines, used = [""], -space
    for piece in (piece for word in text.split() for piece in _pieces(word, width, width_of, bold)):
        wide = width_of(piece, bold)
        if not lines[-1] or used + space + wide <= width:
            lines[-1] = f"{lines[-1]} {piece}".strip()
            used += space + wide
        else:
            lines.append(piece)
            used = wide
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and width_of(f"{last}…", bold) > width:
        last = last[:-1].rstrip(" ,;:.")
    return (*lines[: most - 1], f"{last}…")


def _pieces(word: str, width: float, width_of: WidthOf, bold: bool) -> Iterator[str]:
    """A word, in pieces where it is wider than a line."""
    while width_of(word, bold) > width and len(word) > 1:
        kept = next((n for n in range(len(word) - 1, 1, -1) if width_of(word[:n], bold) <= width), 1)
        yield word[:kept]
        word = word[kept:]
    yield word


# ---- what leads to what ----


@dataclass(frozen=True, slots=True)
class _Stack:
    """The activities and outputs that lead to an outcome, as texts."""

    activities: tuple[str, ...]
    outputs: tuple[str, ...]

    def columns(self) -> list[tuple[str, tuple[str, ...]]]:
        """Role and texts of each column that is not empty, from the left."""
        return [(r, texts) for r, texts in (("activity", self.activities), ("output", self.outputs)) if texts]


@dataclass(frozen=True, slots=True)
class _Node:
    """An outcome (or the vision) with what leads to it, from top to bottom."""

    role: str
    text: str
    parts: "tuple[_Node | _Stack, ...]" = ()

    def roles(self) -> set[str]:
        """The columns that the tree needs."""
        outcomes = [part.roles() for part in self.parts if isinstance(part, _Node)]
        return {self.role, *(role for stack in self.stacks() for role, _ in stack.columns())}.union(*outcomes)

    def stacks(self) -> "Iterator[_Stack]":
        """All activities and outputs of the tree."""
        for part in self.parts:
            yield from part.stacks() if isinstance(part, _Node) else (part,)


def _tree(lanes: Sequence[Lane], vision: str) -> _Node:
    return _Node("vision", vision, tuple(_parts(lanes, 1)))


def _parts(lanes: Sequence[Lane], tier: int) -> Iterator[_Node]:
    for own in _grouped(lanes, tier):
        outcome = own[0].outcomes[-tier]
        stacks = [_stack(lane) for lane in own if len(lane.outcomes) == tier and (lane.activities or lane.outputs)]
        deeper = _parts([lane for lane in own if len(lane.outcomes) > tier], tier + 1)
        yield _Node(str(outcome.tier), f"{outcome.ref} {outcome.title}", (*stacks, *deeper))


def _grouped(lanes: Sequence[Lane], tier: int) -> list[list[Lane]]:
    """The paths by their outcome at a tier; one that ends above it is in a group of its own."""
    groups: dict[str, list[Lane]] = {}
    for lane in lanes:
        groups.setdefault(lane.outcomes[-min(tier, len(lane.outcomes))].ref, []).append(lane)
    return list(groups.values())


def _stack(lane: Lane) -> _Stack:
    activities = []
    for activity in lane.activities:
        others = [ref for ref in activity.outcomes if ref != lane.outcomes[0].ref]
        also = f" (also for {', '.join(others)})" if others else ""
        activities.append(f"{activity.ref} {activity.title}{also}")
    outputs = [f"{i.ref} {i.title}" + (f" ({i.status})" if i.status != "Live" else "") for i in lane.outputs]
    return _Stack(_capped(activities, _MOST_ACTIVITIES), _capped(outputs, _MOST_OUTPUTS))


def _capped(texts: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(texts) if len(texts) <= most else (*texts[: most - 1], f"… and {len(texts) - most + 1} more")


# ---- on which paper ----


def _sheets(name: str, what: str, lanes: Sequence[Lane], thread: GoldenThread, width_of: WidthOf) -> Iterator[Page]:
    """The figures of some paths: one where they fit on A3, else as many as it takes."""
    chunks = _chunks(lanes, thread.vision, width_of)
    for number, chunk in enumerate(chunks, 1):
        part = f" ({number} of {len(chunks)})" if len(chunks) > 1 else ""
        tree = _tree(chunk, thread.vision)
        layout = _fitting(tree, width_of) or _Layout.of(tree, *_TRIES[-1], width_of)
        drawing = layout.drawing(tree)
        yield Page(
            f"{name} {number}" if number > 1 else name,
            _title(f"Theory of change: {what}", part, layout),
            _alt(f"{what}{part}", tree),
            wrapped(_foot(chunk), layout.across(FOOT_SIZE), 2, width_of),
            layout.paper,
            layout.size,
            tuple(layout.heads(thread)),
            tuple(drawing.boxes),
            tuple(drawing.lines),
            tuple(drawing.arrows),
        )


def _chunks(lanes: Sequence[Lane], vision: str, width_of: WidthOf) -> list[list[Lane]]:
    """The paths as they come on sheets: what does not fit on one is parted, as high up in the framework as can be."""

    def fits(some: Sequence[Lane]) -> bool:
        tree = _tree(some, vision)
        return _Layout.of(tree, *_TRIES[-1], width_of).fits(tree)

    if fits(lanes):
        return [list(lanes)]
    tier = 1 if len({lane.outcomes[-1].ref for lane in lanes}) > 1 else 2
    chunks: list[list[Lane]] = [[]]
    for group in _grouped(lanes, tier):
        for piece in [group] if fits(group) else [[lane] for lane in group]:
            if chunks[-1] and not fits([*chunks[-1], *piece]):
                chunks.append([])
            chunks[-1] += piece
    return chunks


def _fitting(tree: _Node, width_of: WidthOf) -> "_Layout | None":
    """The layout with the smallest paper, then the largest text, then the widest gaps; None where all are too small."""
    for paper, size in _TRIES:
        if _Layout.of(tree, paper, size, width_of).fits(tree):
            layouts = (_Layout.of(tree, paper, size, width_of, air) for air in _LOOSER)
            return next(layout for layout in layouts if layout.fits(tree))
    return None


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Boxes, lines and the points of arrows as they come to stand."""

    boxes: list[Box] = field(default_factory=list)
    lines: list[tuple[Point, Point]] = field(default_factory=list)
    arrows: list[Point] = field(default_factory=list)

    def join(self, sources: Sequence[Point], boxes: Sequence[Box]) -> None:
        """Lines from each point to an upright before the boxes, and from that to each of them."""
        ends = [(box.left, box.middle) for box in boxes]
        x, heights = boxes[0].left - _BETWEEN / 2, [y for _, y in (*sources, *ends)]
        self.lines.extend([*(((a, b), (x, b)) for a, b in sources), *(((x, b), (a, b)) for a, b in ends)])
        if max(heights) - min(heights) > 0.01:
            self.lines.append(((x, min(heights)), (x, max(heights))))
        self.arrows.extend(ends)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A sheet of paper with columns (left edge and width by role), for text of one size in points."""

    paper: tuple[float, float]
    size: float
    air: float
    columns: dict[str, tuple[float, float]]
    width_of: WidthOf

    @classmethod
    def of(
        cls, tree: _Node, paper: tuple[float, float], size: float, width_of: WidthOf, air: float = _TIGHT
    ) -> "_Layout":
        """The layout with the columns that a tree needs."""
        needed = tree.roles()
        roles = [role for role in _SHARES if role in needed]
        share = (paper[0] - 2 * MARGIN - _BETWEEN * (len(roles) - 1)) / sum(_SHARES[role] for role in roles)
        columns, left = {}, MARGIN
        for role in roles:
            columns[role] = (left, share * _SHARES[role])
            left += share * _SHARES[role] + _BETWEEN
        return cls(paper, size, air, columns, width_of)

    def fits(self, tree: _Node) -> bool:
        """Whether the paper is high enough for a tree."""
        return self._height(tree) <= self._room()

    def drawing(self, tree: _Node) -> _Drawing:
        """A tree in its place."""
        drawing = _Drawing()
        self._node(tree, _TOP, max(self._room(), self._height(tree)), drawing)
        return drawing

    def across(self, size: float) -> float:
        """The width between the margins, in sizes of a text."""
        return _SAFETY * (self.paper[0] - 2 * MARGIN) / MM_PER_POINT / size

    def heads(self, thread: GoldenThread) -> Iterator[tuple[float, float, str]]:
        """Left edge, width and text of what stands over each column."""
        for role, (left, width) in self.columns.items():
            room = (width + _BETWEEN - PAD) / MM_PER_POINT / min(self.size, MOST_HEAD)
            yield left, width, wrapped(_head(role, thread), room, 1, self.width_of, bold=True)[0]

    def _room(self) -> float:
        return self.paper[1] - _TOP - _FOOT

    def _node(self, node: _Node, top: float, height: float, drawing: _Drawing) -> list[Point]:
        """Puts a node and what leads to it between two heights; the point from which a line leads on."""
        heights, gap = [self._height(part) for part in node.parts], _GAPS[node.role] * self.air
        y = top + (height - sum(heights) - gap * (len(heights) - 1)) / 2
        sources: list[Point] = []
        middles: list[float] = []
        for part, tall in zip(node.parts, heights, strict=True):
            place = (y, tall, drawing)
            found = self._stack(part, *place) if isinstance(part, _Stack) else self._node(part, *place)
            sources += found
            middles.append((found[0][1] + found[-1][1]) / 2)
            y += tall + gap
        half = self._box(node.role, node.text).height / 2
        wanted = (middles[0] + middles[-1]) / 2 if middles else top + height / 2
        box = self._box(node.role, node.text, min(max(wanted, top + half), top + height - half))
        drawing.boxes.append(box)
        if sources:
            drawing.join(sources, [box])
        return [_right(box)]

    def _stack(self, stack: _Stack, top: float, height: float, drawing: _Drawing) -> list[Point]:
        """Puts activities and outputs between two heights; the points from which lines lead on."""
        columns = [self._column(role, texts, top, height) for role, texts in stack.columns()]
        for before, after in pairwise(columns):
            drawing.join([_right(box) for box in before], after)
        drawing.boxes.extend(box for column in columns for box in column)
        return [_right(box) for box in columns[-1]]

    def _column(self, role: str, texts: Sequence[str], top: float, height: float) -> list[Box]:
        """Boxes one below the other, in the middle between two heights."""
        sizes = [self._box(role, text).height for text in texts]
        y = top + (height - sum(sizes) - _STACK * (len(sizes) - 1)) / 2
        found = []
        for text, tall in zip(texts, sizes, strict=True):
            found.append(self._box(role, text, y + tall / 2))
            y += tall + _STACK
        return found

    def _height(self, part: _Node | _Stack) -> float:
        if isinstance(part, _Stack):
            sizes = [[self._box(role, text).height + _STACK for text in texts] for role, texts in part.columns()]
            return max(map(sum, sizes)) - _STACK
        gaps = _GAPS[part.role] * self.air * max(len(part.parts) - 1, 0)
        return max(self._box(part.role, part.text).height, sum(map(self._height, part.parts)) + gaps)

    def _box(self, role: str, text: str, middle: float = 0.0) -> Box:
        left, width = self.columns[role]
        across = _SAFETY * (width - 2 * PAD) / MM_PER_POINT / self.size
        lines = wrapped(text, across, _MOST_LINES.get(role, 6), self.width_of, bold=role in _BOLD)
        height = len(lines) * self.size * LINE * MM_PER_POINT + PAD
        return Box(role, left, middle, width, height, lines)


def _right(box: Box) -> Point:
    return box.left + box.width, box.middle


def _title(text: str, part: str, layout: _Layout) -> str:
    """A title of one line, cut before the words that number the sheet."""
    room = layout.across(layout.size + TITLE_MORE) - layout.width_of(part, True)
    return wrapped(text, room, 1, layout.width_of, bold=True)[0] + part


def _head(role: str, thread: GoldenThread) -> str:
    """What stands over a column."""
    own = {"activity": "Activities", "output": "Outputs", "vision": "Vision"}
    return own[role] if role in own else thread.settings.tier_name(int(role))


def _foot(lanes: Sequence[Lane]) -> str:
    """What has to be known to read a figure."""
    active, outputs = any(x.activities for x in lanes), any(x.outputs for x in lanes)
    told = ["Read from left to right: what stands on the left is meant to lead to what stands on its right."]
    if active and outputs:
        told.append("Activities and outputs are joined where they are tied to the same outcome.")
    if active or outputs:
        told.append("Outputs are indicators of what the council does." if outputs else "No outputs are listed yet.")
        told += [] if active else ["No activities are listed yet."]
    elif max(lane.outcomes[0].tier for lane in lanes) > 2:
        told.append("No activities and no outputs are listed yet.")
    return " ".join(told)


def _alt(what: str, tree: _Node) -> str:
    """The figure in words, from the vision to what leads to it."""
    told = f"Theory of change, {what}: boxes in columns, joined from left to right. The vision: {tree.text}. "
    told += f"What leads to it: {'; '.join(_told(part) for part in tree.parts if isinstance(part, _Node))}."
    stacks = list(tree.stacks())
    held = [(sum(len(s.activities) for s in stacks), "activities"), (sum(len(s.outputs) for s in stacks), "outputs")]
    left = " and ".join(f"{number} box{'es' if number > 1 else ''} for {what}" for number, what in held if number)
    return f"{told} On the left: {left}." if left else told


def _told(node: _Node) -> str:
    inner = "; ".join(_told(part) for part in node.parts if isinstance(part, _Node))
    return f"{node.text} (from {inner})" if inner else node.text
