"""The information bulletin for scrutiny: how the framework's indicators are chosen, and what has changed."""

from collections.abc import Mapping

from xl_outcomes.changes import AMENDED, COUNTED, DELETED, NEW, REFINED, TO_BE_CONFIRMED, Theme, summary_text
from xl_outcomes.recorded_changes import Recorded, RecordedVersion
from xl_outcomes.reporting.bulletin_facts import BulletinFacts, Meeting, bulletin_facts
from xl_outcomes.reporting.cabinet_words import received_words
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import Facts
from xl_outcomes.reporting.fields import AUTHOR
from xl_outcomes.reporting.registry import reports
from xl_outcomes.review import SIGNED
from xl_outcomes.review import counted as counted_reviews
from xl_outcomes.wording import be, counted, day_words, listed

NAME = "information-bulletin"
_THEME = {
    "title": "The theme, with its note in brackets; also all themes.",
    "new": 'How many indicators are new: "16 + 5 to be confirmed".',
    "deleted": "How many were deleted.",
    "refined": "How many were refined.",
    "amended": "How many have an amended target.",
    "total": "How many are live now.",
}
_CHANGE = {
    "name": "The indicator's ref and title.",
    "change": "New, To be confirmed, Deleted, Refined or Amended targets.",
    "detail": "What changed, as people read it.",
}
FIELDS: Mapping[str, str] = {
    "subject": "What the bulletin is about; Narrative, section Subject.",
    "background_words": "Paragraphs: why there is a bulletin; Narrative, section Background.",
    "process": "Paragraphs: how the indicators are chosen; Narrative, section Process.",
    "reasons": "Paragraphs: why the indicators were chosen, and what is shared or not measured.",
    "change_intro": "Paragraphs that lead to the table of changes.",
    "themes": "The changes by theme.",
    **{f"themes.{name}": meaning for name, meaning in _THEME.items()},
    "change_notes": "Paragraphs: what the columns mean, and changes that count under no theme.",
    "approval": "Paragraphs: which changes are delegated, which are for decision, and what is approved.",
    "peer_review": "Paragraphs: how far the peer review is; Narrative, section Peer review.",
    "data": "Paragraphs: data owners, how many figures came, who is late.",
    "archive": "Paragraphs: where earlier figures and reports are kept.",
    "next_steps": "Paragraphs: what comes next; Narrative, section Next steps.",
    "changes": "The changes one by one, theme by theme.",
    **{f"changes.{name}": meaning for name, meaning in _CHANGE.items()},
}


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the committee."""
    found = bulletin_facts(source.rated, source.tables, source.facts, NAME)
    return (Document(values(source.facts, found)),)


def values(facts: Facts, found: BulletinFacts) -> dict[str, object]:
    """The values of FIELDS."""
    said, version = facts.narrative, found.changes
    return {
        "subject": _first(facts, "subject", "The performance framework and how its indicators change"),
        "background_words": list(said.get("background", ())) or [f"Why this bulletin is given. {AUTHOR}"],
        "process": list(said.get("process", ())) or [f"How the indicators are chosen and agreed. {AUTHOR}"],
        "reasons": _reasons(found),
        "change_intro": change_intro(version),
        "themes": _theme_rows(version) if version else [],
        "change_notes": _change_notes(version) if version else [],
        "approval": _approval(version) if version else [],
        "peer_review": [*_reviews(found), *said.get("peer review", ())],
        "data": _data(found, facts),
        "archive": _archive(found),
        "next_steps": [*(list(said.get("next steps", ())) or [f"What comes next. {AUTHOR}"]), *_later(found)],
        "changes": _change_rows(version) if version else [],
    }


# ---- indicators ----


def _reasons(found: BulletinFacts) -> list[str]:
    """Why live indicators were chosen; outcomes that several portfolio holders share; themes without indicators."""
    texts = []
    if found.reasons:
        parts = [f"{reason[:1].lower()}{reason[1:]} ({number})" for reason, number in found.reasons.items()]
        blank = f" For {found.unexplained} no reason is recorded." if found.unexplained else ""
        texts.append(
            f"The reasons recorded for the {counted(len(found.reviews), 'live indicator')}, of which one may have "
            f"several, are: {listed(parts)}.{blank}"
        )
    if found.shared:
        have = "has" if len(found.shared) == 1 else "have"
        texts.append(f"{counted(len(found.shared), 'outcome')} {have} several portfolio holders.")
    if found.bare:
        texts.append(f"There are no indicators in use yet for {listed([o.title for o in found.bare])}.")
    return texts


# ---- changes ----


def change_intro(version: RecordedVersion | None) -> list[str]:
    """What changed in the version recorded last, in a paragraph."""
    if version is None:
        return ["No change of the framework is recorded."]
    day = f", recorded on {day_words(version.day)}" if version.day else ""
    whole = version.whole
    waiting = f" and {whole[TO_BE_CONFIRMED]} to be confirmed" if whole[TO_BE_CONFIRMED] else ""
    return [
        f'The version "{version.version}" of the framework{day}, differs from the one before it by '
        f"{counted(whole[NEW], 'new indicator')}{waiting}, {whole[DELETED]} deleted, {whole[REFINED]} refined and "
        f"{whole[AMENDED]} with an amended target. {counted(whole['Total'], 'indicator')} {be(whole['Total'])} in use."
    ]


def _theme_rows(version: RecordedVersion) -> list[dict[str, str | int]]:
    rows = [_theme_row(_titled(theme), theme.counts) for theme in version.themes]
    return [*rows, _theme_row("All themes", version.whole)]


def _theme_row(title: str, counts: Mapping[str, int]) -> dict[str, str | int]:
    return {
        "title": title,
        "new": summary_text(counts),
        "deleted": counts[DELETED],
        "refined": counts[REFINED],
        "amended": counts[AMENDED],
        "total": counts["Total"],
    }


def _titled(theme: Theme) -> str:
    return f"{theme.title} ({theme.note})" if theme.note else theme.title


def _change_notes(version: RecordedVersion) -> list[str]:
    notes = [
        "New: in use now and not in the earlier version. To be confirmed: proposed or in development, and not in use. "
        "Refined: another title, definition, unit or way of counting. Amended targets: another figure for a year that "
        "the earlier version covered. Total: in use now."
    ]
    if version.unplaced:
        names = listed([f"{c.ref} ({c.change.lower()})" for c in version.unplaced])
        notes.append(f"No theme can be found for {names}, so no column above counts them.")
    return notes


def _approval(version: RecordedVersion) -> list[str]:
    delegated = sum(c.delegated for c in version.changes)
    decision = len(version.changes) - delegated
    approvers = dict.fromkeys(c.approved_by for c in version.changes if c.approved_by)
    approved = sum(bool(c.approved_by) for c in version.changes)
    done = f"{approved} of them {be(approved)} recorded as approved, by {listed(list(approvers))}." if approved else ""
    return [
        f"In all, {counted(len(version.changes), 'change')} of outcomes and indicators "
        f"{'is' if len(version.changes) == 1 else 'are'} recorded. {delegated} keep the meaning, such as a new "
        f"responsible officer or plainer words, and are delegated to officers; {decision} "
        f"{be(decision)} for decision by members. {done or 'No approval is recorded yet.'}"
    ]


def _change_rows(version: RecordedVersion) -> list[dict[str, str]]:
    order = {theme.ref: n for n, theme in enumerate(version.themes)}
    own = [c for c in version.changes if c.counted]
    ranked = sorted(own, key=lambda c: (order.get(c.theme, len(order)), COUNTED.index(c.change)))
    return [{"name": f"{c.ref} {c.title}", "change": c.change, "detail": _detail(c)} for c in ranked]


def _detail(change: Recorded) -> str:
    """What changed: for a target both texts, else the names of what reads otherwise."""
    if change.change == AMENDED:
        return f"{change.old} → {change.new.partition(': ')[2] or change.new}" if "\n" not in change.old else change.new
    if change.change == REFINED:
        return listed([line.partition(":")[0].lower() for line in change.new.splitlines() if ":" in line]).capitalize()
    return {NEW: "In use", TO_BE_CONFIRMED: "Waits to be confirmed", DELETED: "No longer asked for"}[change.change]


# ---- reviews, data, archive ----


def _reviews(found: BulletinFacts) -> list[str]:
    if not any(r.state == SIGNED or r.by for r in found.reviews):
        return ["The peer review has not begun: no indicator is signed off yet."] if found.reviews else []
    themes = dict.fromkeys(r.theme for r in found.reviews)
    parts = []
    for theme in themes:
        own = [r for r in found.reviews if r.theme == theme]
        parts.append(f"{theme or 'no theme'} {sum(r.state == SIGNED for r in own)} of {len(own)}")
    return [f"{counted_reviews(found.reviews)} By theme: {listed(parts)}."]


def _data(found: BulletinFacts, facts: Facts) -> list[str]:
    owners = f"{counted(found.owners, 'data owner')} {'answers' if found.owners == 1 else 'answer'} for the figures."
    return [f"{owners} For {facts.period_words}: {received_words(found.sureness)}"]


def _archive(found: BulletinFacts) -> list[str]:
    quarters = listed([str(q) for q in found.closed])
    kept = (
        f"Closed quarters ({quarters}) are kept in the archive with their figures, ratings and reports, and cannot be "
        "changed unseen."
        if found.closed
        else "No quarter has been closed yet: figures may still be corrected, and every change of one is logged."
    )
    went = [_went(m) for m in found.earlier]
    return [f"{kept} Reports before this one: {listed(went)}." if went else kept]


def _later(found: BulletinFacts) -> list[str]:
    if not found.later:
        return []
    return [f"Planned next: {listed([_went(m) for m in found.later])}."]


def _went(meeting: Meeting) -> str:
    titles = {kind.name: kind.title for kind in reports()}
    name = titles.get(meeting.report, meeting.report.replace("-", " ").capitalize())
    day = f", {day_words(meeting.day)}" if meeting.day else ""
    number = f", {meeting.number}" if meeting.number else ""
    return f"{name} on {meeting.period} to {meeting.to or 'its committee'}{day}{number}"


def _first(facts: Facts, section: str, otherwise: str) -> str:
    return " ".join(facts.narrative.get(section, ())) or otherwise
