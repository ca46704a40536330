"""An adopted table as a whole master: settings, first ratings, and the sheets that say what was taken and what not."""

from collections.abc import Iterable, Mapping

from xl_outcomes.adopt.ledger import Note
from xl_outcomes.adopt.result import FIRST_ROW, Adopted
from xl_outcomes.adopt.times import ended_before
from xl_outcomes.contract import RATINGS, SPECS
from xl_outcomes.periods import Month, Quarter, parse_period
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.reporting.views import make_views
from xl_outcomes.steps import Now, rate
from xl_outcomes.tables import Table, Tables, blank, frame, get

QUARTERS_RATED = 6
_NOTES = ("What it is", "Sheet", "Cell", "It says", "What was done", "Ref")
_NOTE_WIDTHS = (16, 22, 12, 48, 64, 12)
_THEIRS = ("Ref", "Title", "Period", "Theirs", "Told by", "Calculated here", "Sheet", "Cell")
_THEIRS_WIDTHS = (12, 48, 12, 12, 10, 16, 22, 10)


def as_master(adopted: Adopted, settings: Table, now: Now) -> tuple[dict[str, Table], tuple[ViewSheet, ...]]:
    """Every table of the contract, and the sheets to read, for `create_master`.

    `settings` are a new master's usual ones. The last quarters with figures are rated for a first look; the tables
    of the council are not changed by that.
    """
    quarters = _quarters(adopted.tables["Observations"])
    current = quarters[-1] if quarters else ended_before(now.today)
    tables: dict[str, Table] = {name: blank(name) for name in SPECS}
    tables |= {name: get(adopted.tables, name) for name in adopted.tables}
    tables["Settings"] = _settings(settings, adopted, current)
    for quarter in quarters[-QUARTERS_RATED:]:
        _, step = rate(tables, quarter, now)
        tables |= {name: table for name, table in step.changed.items() if name in ("Results", "Rollup")}
    views = make_views(rate_quarter(tables, current, now.today), tables)
    return tables, (*views, *account_sheets(adopted, tables))


def account_sheets(adopted: Adopted, tables: Tables) -> tuple[ViewSheet, ...]:
    """The account of every cell that was guessed, not understood or left out, and their ratings beside ours."""
    rows = [_note_row(note) for note in adopted.notes]
    account = View("Adopted", frame(_NOTES, rows), _NOTE_WIDTHS)
    note = (
        f"{adopted.summary()} Every cell of {adopted.source} that is not listed here is in the tables of this "
        "workbook. Go through the list from the top, correct the tables, then delete this sheet."
    )
    sheets = [ViewSheet("Adopted", f"What was taken from {adopted.source}", note, (account,))]
    if adopted.theirs:
        compared = View("Adopted_ratings", frame(_THEIRS, _compared(adopted, tables)), _THEIRS_WIDTHS, _RATED)
        note = (
            "The ratings that the table showed, by a word or by a colour. They are kept to compare and are no ratings "
            "here: those are always calculated from figure and target."
        )
        sheets.append(ViewSheet("Adopted ratings", f"Ratings in {adopted.source}", note, (compared,)))
    return tuple(sheets)


_RATED = ("Theirs", "Calculated here")


def _note_row(note: Note) -> tuple[object, ...]:
    return (note.kind, note.sheet, note.cell, note.says, note.done, note.ref)


def _compared(adopted: Adopted, tables: Tables) -> Iterable[tuple[object, ...]]:
    ours = _ours(tables)
    for their in adopted.theirs:
        rating = ours.get((their.ref, their.period))
        yield their.ref, their.title, their.period, their.rating, their.told_by, rating, their.sheet, their.cell


def _ours(tables: Tables) -> Mapping[tuple[str, str], object]:
    """The calculated ratings by ref and period."""
    results = {(r["Indicator"], r["Period"]): r["Rating"] for r in get(tables, "Results").rows()}
    rollup = {(r["Ref"], r["Period"]): r["Rating"] for r in get(tables, "Rollup").rows()}
    return {key: rating for key, rating in {**results, **rollup}.items() if rating in RATINGS}


def _quarters(observations: Table) -> list[Quarter]:
    """The quarters that have figures, first to last."""
    periods = {parse_period(text) for text in observations.frame["Period"]}
    return sorted({p.quarter if isinstance(p, Month) else p for p in periods})


def _settings(usual: Table, adopted: Adopted, current: Quarter) -> Table:
    """The usual settings with the council's name and period, what it calls its tiers, and a name of the framework."""
    name = "".join(c if c.isalnum() else "-" for c in adopted.source.rsplit(".", 1)[0].casefold())
    known: dict[str, object] = {
        "Council": adopted.council or None,
        "Framework": "-".join(part for part in name.split("-") if part) or "adopted",
        "Current period": str(current),
        **{f"Tier {tier} name": title for tier, title in adopted.tier_names.items()},
    }
    headings = SPECS["Settings"].headings
    rows = [
        [known.get(str(row["Setting"]), row["Value"]) if h == "Value" else row.get(h) for h in headings]
        for row in usual.rows()
    ]
    return Table("Settings", frame(headings, rows, range(FIRST_ROW, FIRST_ROW + len(rows))))
