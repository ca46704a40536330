"""Performance clinics at three levels: who sits in which, what it sees, and what comes up from the level below.

The posts are those of the table Services (docs/rules/briefings.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xl_outcomes.reporting.registry import Texts
from xl_outcomes.reporting.remit import Council, Remit, Service, is_named, remit, whole
from xl_outcomes.reporting.remit_items import RED, Item
from xl_outcomes.roles import plain

ASSISTANTS, DIRECTORS, CHIEF = 1, 2, 3
LEVELS = {
    ASSISTANTS: "Assistant director and head of service clinic",
    DIRECTORS: "Director clinic",
    CHIEF: "Chief Executive clinic",
}
CHIEF_EXECUTIVE = "Chief Executive"
LONG = 3  # figures in a row off target after which an Amber goes up to the Chief Executive


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic: what its post answers for, and what those below it do, each with their own remit.

    `beside` are the heads of service who share it because they answer for just the same services.
    """

    level: int
    remit: Remit
    beside: Texts
    below: tuple[Remit, ...]

    @property
    def raised(self) -> tuple[Item, ...]:
        """The exceptions that it deals with: all, and for the Chief Executive all Reds and the Ambers that last."""
        return tuple(i for i in self.remit.exceptions if self.level < CHIEF or i.fact.word == RED or lasting(i))


def lasting(item: Item) -> bool:
    """Whether it has been off target so long that an Amber goes up to the Chief Executive."""
    return item.off_target >= LONG


def clinics(held: Council) -> tuple[Clinic, ...]:
    """The clinics of a quarter: assistant directors, heads of service who share none, directors, Chief Executive.

    There are none where Services names no officer.
    """
    services = [s for s in held.services if s.heads or s.assistants or s.directors]
    if not services:
        return ()
    assistants = [_assistant(held, post, services) for post in _posts(services, "assistants")]
    sharing = {plain(head) for clinic in assistants for head in clinic.beside}
    heads = [_head(held, post, services) for post in _posts(services, "heads") if plain(post) not in sharing]
    directors = [post for post in _posts(services, "directors") if not _is_chief(post)]
    return (*assistants, *heads, *(_director(held, post, services) for post in directors), _chief(held, services))


# ---- the levels ----


def _assistant(held: Council, post: str, services: Sequence[Service]) -> Clinic:
    own = [s for s in services if is_named(post, s.assistants)]
    heads = _posts(own, "heads")
    beside = tuple(h for h in heads if _same(own, [s for s in services if is_named(h, s.heads)]))
    below = [h for h in heads if h not in beside]
    return Clinic(ASSISTANTS, _officer(held, post, own, beside), beside, _remits(held, below, own, "heads"))


def _head(held: Council, post: str, services: Sequence[Service]) -> Clinic:
    return Clinic(ASSISTANTS, _officer(held, post, [s for s in services if is_named(post, s.heads)]), (), ())


def _director(held: Council, post: str, services: Sequence[Service]) -> Clinic:
    own = [s for s in services if is_named(post, s.directors)]
    return Clinic(DIRECTORS, _officer(held, post, own, _below_all(own)), (), _reports(held, own))


def _chief(held: Council, services: Sequence[Service]) -> Clinic:
    """The whole council; directors report to it, and those who have no director above them."""
    directors = [post for post in _posts(services, "directors") if not _is_chief(post)]
    direct = [s for s in services if not any(is_named(post, s.directors) for post in directors)]
    posts = _remits(held, directors, services, "directors")
    own = replace(whole(held), post=CHIEF_EXECUTIVE)
    return Clinic(CHIEF, own, (), (*posts, *_reports(held, direct)))


def _reports(held: Council, services: Sequence[Service]) -> tuple[Remit, ...]:
    """The assistant directors of services, and the heads of those that have none."""
    without = [s for s in services if not s.assistants]
    assistants = _remits(held, _posts(services, "assistants"), services, "assistants")
    return (*assistants, *_remits(held, _posts(without, "heads"), without, "heads"))


def _remits(held: Council, posts: Sequence[str], services: Sequence[Service], rank: str) -> tuple[Remit, ...]:
    found = []
    for post in posts:
        own = [s for s in services if is_named(post, getattr(s, rank))]
        found.append(_officer(held, post, own, _below_all(own) if rank == "directors" else ()))
    return tuple(found)


def _officer(held: Council, post: str, services: Sequence[Service], others: Sequence[str] = ()) -> Remit:
    """What an officer answers for, with others in whose stead they do: services, outcomes and measures they lead."""
    posts = {plain(p) for p in (post, *others)}
    outcomes = [o for o in held.outcomes if plain(o.officer) in posts]
    return remit(held, post, outcomes, services, lambda item: plain(item.officer) in posts)


def _below_all(services: Sequence[Service]) -> tuple[str, ...]:
    return (*_posts(services, "assistants"), *_posts(services, "heads"))


def _posts(services: Sequence[Service], rank: str) -> tuple[str, ...]:
    """The posts of a rank, as first named."""
    found: dict[str, str] = {}
    for name in (name for service in services for name in getattr(service, rank)):
        found.setdefault(plain(name), name)
    return tuple(found.values())


def _same(one: Sequence[Service], other: Sequence[Service]) -> bool:
    return {s.name for s in one} == {s.name for s in other}


def _is_chief(post: str) -> bool:
    return plain(post) == plain(CHIEF_EXECUTIVE)
