"""The briefings of cabinet members: one document for each, in the format of the performance clinics."""

from collections import Counter
from collections.abc import Mapping

from xl_outcomes.house_style import HouseStyle
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.remit import Council, Remit, council, member_remits
from xl_outcomes.reporting.remit_fields import FIELDS as REMIT
from xl_outcomes.reporting.remit_fields import file_suffix, remit_values
from xl_outcomes.reporting.remit_words import noun
from xl_outcomes.roles import plain
from xl_outcomes.wording import counted, listed

NAME = "member-briefings"
FIELDS: Mapping[str, str] = {
    **REMIT,
    "responsible_for": "Paragraphs: how many outcomes, service plans and measures the member answers for.",
    "shared": "Lines: the measures that the member answers for together with others.",
}


def documents(source: Source) -> tuple[Document, ...]:
    """A briefing for each portfolio holder that Outcomes, Indicators or Services name."""
    held = council(source.rated, source.tables, source.facts, NAME)
    return tuple(_briefing(held, remit, source.style) for remit in member_remits(held))


def _briefing(held: Council, remit: Remit, style: HouseStyle) -> Document:
    values = {
        **remit_values(held, remit, style, remit.exceptions),
        "responsible_for": _responsible_for(held, remit),
        "shared": _shared(held, remit),
    }
    return Document(values, {}, file_suffix(remit.post), f"Briefing: {remit.post}")


def _responsible_for(held: Council, remit: Remit) -> list[str]:
    tiers = Counter(o.fact.tier for o in remit.outcomes)
    parts = [
        *(counted(number, _tier(held, tier)) for tier, number in sorted(tiers.items())),
        counted(len(remit.plans), "service plan") if remit.plans else "",
        counted(len(remit.items), noun(held)) if remit.items else "",
    ]
    return [f"This portfolio answers for {listed([p for p in parts if p]) or 'nothing that is measured yet'}."]


def _tier(held: Council, tier: int) -> str:
    """What a tier is called in the middle of a sentence; a name with capitals inside is left as it is."""
    name = held.rated.settings.tier_name(tier)
    return name.lower() if name[1:] == name[1:].lower() else name


def _shared(held: Council, remit: Remit) -> list[str]:
    """A line for each set of others with whom measures are shared; shared outcomes say so in their own rows."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for item in remit.items:
        groups.setdefault(_others(item.holders, remit), []).append(item.ref)
    return [
        f"With {listed(others)}: {counted(len(refs), noun(held))} ({', '.join(refs)})."
        for others, refs in groups.items()
        if others
    ]


def _others(holders: tuple[str, ...], remit: Remit) -> tuple[str, ...]:
    """Those who answer beside the member; none where the member is not named, as the service alone ties it."""
    others = tuple(name for name in holders if plain(name) != plain(remit.post))
    return others if len(others) < len(holders) else ()
