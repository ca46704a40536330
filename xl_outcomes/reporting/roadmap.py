"""The theory of change of a whole framework in a few steps: from what the council does to its vision."""

from collections import Counter
from dataclasses import dataclass

from xl_outcomes.golden_thread import GoldenThread, Lane
from xl_outcomes.wording import counted

_MEANINGS = {
    1: "What the council is there to achieve.",
    2: "What changes for people and places in the longer term.",
    3: "What has to change first, in the short and medium term.",
    4: "What each service changes, as its own plan has it.",
}
_MEANING_OF_ACTIVITIES = "What the council does, alone and with partners."
_MEANING_OF_OUTPUTS = "What the activities bring forth, and can be counted soon."


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way: its name with how many there are, what it means, and an example (blank without one)."""

    name: str
    meaning: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """An outcome of tier 1 with the titles of those right below it."""

    title: str
    below: tuple[str, ...]


def top_tiers(thread: GoldenThread) -> tuple[Block, ...]:
    """The outcomes of the top two tiers, in framework order."""
    framework = thread.framework
    return tuple(Block(o.title, tuple(c.title for c in framework.children(o.ref))) for o in framework.children(None))


def roadmap(thread: GoldenThread) -> tuple[Step, ...]:
    """The steps of a framework from activities to the vision, with one path through them as the example.

    A step of which there is nothing is left out.
    """
    path = _path(thread)
    tiers = Counter(o.tier for o in thread.framework.outcomes.values())
    outputs = len({i.ref for lane in thread.lanes for i in lane.outputs})
    steps: list[Step] = []
    if thread.activities:
        example = _named(path.activities[0]) if path and path.activities else ""
        steps.append(Step(counted(len(thread.activities), "activity"), _MEANING_OF_ACTIVITIES, example))
    if outputs:
        example = _named(path.outputs[0]) if path and path.outputs else ""
        steps.append(Step(counted(outputs, "measured output"), _MEANING_OF_OUTPUTS, example))
    for tier in sorted(tiers, reverse=True):
        name = counted(tiers[tier], thread.settings.tier_name(tier).lower())
        on_path = next((o for o in path.outcomes if o.tier == tier), None) if path else None
        steps.append(Step(name, _MEANINGS.get(tier, ""), _named(on_path) if on_path else ""))
    return (*steps, Step("The vision", thread.vision))


def _path(thread: GoldenThread) -> Lane | None:
    """The path that shows most: one with an activity and an output, else with either, else the first."""
    return max(thread.lanes, key=lambda lane: bool(lane.activities) + bool(lane.outputs), default=None)


def _named(one: object) -> str:
    return f"{getattr(one, 'ref', '')} {getattr(one, 'title', '')}".strip()
