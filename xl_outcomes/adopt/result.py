"""A council's table taken over by its mapping: the tables of a master, and the account of every cell."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xl_outcomes.adopt.choices import FROM_FIGURES, Choice, choose, unit_label
from xl_outcomes.adopt.drafts import Drafts, IndicatorDraft
from xl_outcomes.adopt.figures import Chosen, Row, observation_rows, target_rows
from xl_outcomes.adopt.ledger import DEFAULT, GUESSED, LEFT, READ, UNCLEAR, Ledger, Note
from xl_outcomes.adopt.mapping import DEFAULTS, BookMap, TableMap
from xl_outcomes.adopt.refs import Refs, give_refs
from xl_outcomes.adopt.rows import NOWHERE, read_table
from xl_outcomes.adopt.shapes import Sheet, Source, without_hidden
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError, WorkbookError
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_period
from xl_outcomes.tables import Table, Tables, frame
from xl_outcomes.thread import check_framework

FIRST_ROW = 5  # of a table in a new master
_WORDS = ("Definition", "Data owner", "Service", "Responsible officer", "Portfolio holder", "Why chosen", "Data source")
_USUAL = ("Kind", "Measure", "Calculation", "Aggregation", "Report as")
_NOT_SAID = "the table does not say"


@dataclass(frozen=True, slots=True)
class TheirRating:
    """A rating that the council's table shows, kept to compare; it never becomes a rating here."""

    ref: str
    title: str
    period: str
    rating: str
    told_by: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a workbook gave.

    `tables` has Outcomes, Indicators, Targets, Observations and Owners; `notes` the account of every cell that was
    not taken word for word; `issues` what the check of the framework finds in the tables.
    """

    source: str
    council: str
    tables: Tables
    notes: tuple[Note, ...]
    theirs: tuple[TheirRating, ...]
    issues: tuple[Issue, ...]
    last_quarter: Quarter | None
    tier_names: Mapping[int, str]

    def summary(self) -> str:
        """What was taken over, in one sentence, and how much there is to look at."""
        rows = {name: len(table.frame) for name, table in self.tables.items()}
        tiers = len(set(self.tables["Outcomes"].frame["Tier"]))
        kinds = Counter(note.kind for note in self.notes)
        taken = (
            f"{rows['Outcomes']} outcomes in {tiers} tiers, {rows['Indicators']} indicators, "
            f"{rows['Targets']} targets, {rows['Observations']} figures"
        )
        doubts = f"{kinds[GUESSED]} guesses, {kinds[DEFAULT]} defaults, {kinds[UNCLEAR]} cells or rows not understood"
        return f"{taken}. To look at on the sheet Adopted: {doubts}, {kinds[LEFT]} left out."


def adopt(book: Source, mapping: BookMap) -> Adopted:
    """The tables of a master that a workbook gives under a mapping; nothing of the workbook is lost without a note.

    Raises InputError where the mapping names a sheet that is not there, WorkbookError where no row can be taken.
    """
    ledger, drafts = Ledger(), Drafts()
    for table, sheet in _tables(book, mapping):
        read_table(sheet, table, drafts, ledger)
    if not drafts.outcomes and not drafts.indicators:
        fix = "Look at first_row, at which column is Title, and at tiers in the mapping (--write-mapping writes it)."
        raise WorkbookError(f"Under this mapping {book.name} has no outcome and no indicator.", fix)
    refs = give_refs(drafts, ledger)
    chosen = [_chosen(d, ref, mapping, ledger) for d, ref in zip(drafts.indicators, refs.indicators, strict=True)]
    _note_usual_defaults(mapping, len(chosen), ledger)
    tables = _filled(drafts, refs, chosen, ledger)
    _account_for_rest(book, mapping, ledger)
    issues = check_framework(tables).issues
    return Adopted(
        book.name,
        mapping.council,
        tables,
        ledger.ordered(),
        tuple(_theirs(drafts, refs)),
        issues,
        _last_quarter(tables["Observations"]),
        _tier_names(mapping),
    )


def _tables(book: Source, mapping: BookMap) -> Iterable[tuple[TableMap, Sheet]]:
    for table in mapping.tables:
        for name in table.sheets:
            sheet = book.sheet(name)
            if sheet is None:
                fix = f"Its sheets are: {', '.join(s.name for s in book.sheets)}."
                raise InputError(f'{book.name} has no sheet "{name}", which the mapping names.', fix)
            yield table, without_hidden(sheet) if mapping.hidden == "Leave" else sheet


def _chosen(draft: IndicatorDraft, ref: str, mapping: BookMap, ledger: Ledger) -> Chosen:
    choices = choose(draft, mapping.defaults)
    for choice in choices:
        _note_choice(choice, draft, ref, ledger)
    return Chosen(draft, ref, {choice.heading: choice.value for choice in choices})


def _note_choice(choice: Choice, draft: IndicatorDraft, ref: str, ledger: Ledger) -> None:
    """A choice that the table does not plainly make is listed, with the cell that it was not read from."""
    cell = draft.texts.get(choice.heading)
    if choice.kind == READ and (cell is None or cell.address in choice.why):
        return
    done = f"{choice.heading}: {choice.value}, because {choice.why}."
    if cell is not None:
        understood = choice.kind != DEFAULT and cell.address in choice.why
        ledger.add(GUESSED if understood else UNCLEAR, draft.sheet, cell.address, cell.text, done, ref)
    elif choice.why != FROM_FIGURES and not (choice.heading in _USUAL and choice.why == _NOT_SAID):
        ledger.add(choice.kind, draft.sheet, draft.cell.address, draft.title, done, ref)


def _note_usual_defaults(mapping: BookMap, count: int, ledger: Ledger) -> None:
    """What stands the same in nearly every row is said once."""
    if count:
        said = ", ".join(f"{heading}: {mapping.defaults.get(heading, DEFAULTS[heading])}" for heading in _USUAL)
        done = f"{said}, wherever {_NOT_SAID} otherwise."
        ledger.add(DEFAULT, "", "", "Indicators", done)
        done = f"Decimals: {FROM_FIGURES}, where neither a column nor a number format says how many."
        ledger.add(GUESSED, "", "", "Indicators", done)


def _filled(drafts: Drafts, refs: Refs, chosen: list[Chosen], ledger: Ledger) -> Tables:
    indicators = [_indicator_row(c, refs, ledger) for c in chosen]
    owners = dict.fromkeys(row["Data owner"] for row in indicators if row.get("Data owner"))
    rows: dict[str, list[Row]] = {
        "Outcomes": [_outcome_row(path, drafts, refs) for path in drafts.outcomes],
        "Indicators": indicators,
        "Targets": [row for c in chosen for row in target_rows(c, ledger)],
        "Observations": [row for c in chosen for row in observation_rows(c, ledger)],
        "Owners": [{"Data owner": owner} for owner in owners],
    }
    if any(outcome.title == NOWHERE for outcome in drafts.outcomes.values()):
        done = "A place for indicators that stand under no outcome: give each the ref of its outcome."
        ledger.add(DEFAULT, "", "", NOWHERE, done, refs.outcomes.get((NOWHERE.casefold(),), ""))
    return {name: _table(name, listed) for name, listed in rows.items()}


def _outcome_row(path: tuple[str, ...], drafts: Drafts, refs: Refs) -> Row:
    outcome = drafts.outcomes[path]
    return {
        "Ref": refs.outcomes[path],
        "Tier": len(path),
        "Parent": refs.outcomes.get(path[:-1]),
        "Title": outcome.title,
        "Statement": outcome.texts.get("Definition"),
        "Responsible officer": outcome.texts.get("Responsible officer"),
        "Portfolio holder": outcome.texts.get("Portfolio holder"),
        "Status": "Live",
    }


def _indicator_row(chosen: Chosen, refs: Refs, ledger: Ledger) -> Row:
    draft = chosen.draft
    words = {use: _words(draft.texts[use].value) for use in _WORDS if use in draft.texts}
    label = unit_label(draft, chosen.choices["Unit"])
    return {
        "Ref": chosen.ref,
        "Outcome": refs.outcomes[draft.outcome],
        "Indicator": draft.title,
        **words,
        **chosen.choices,
        "Unit label": label or None,
        "Status": _status(chosen, ledger),
    }


def _status(chosen: Chosen, ledger: Ledger) -> str:
    cell, said = chosen.draft.texts.get("Status"), str(chosen.choices.get("Status", "Live"))
    if cell is None:
        return said
    column = SPECS["Indicators"].column("Status")
    word = column.tidy(cell.text)
    if word in column.words:
        return str(word)
    done = f"Status: {said}, because this is none of {', '.join(column.words)}."
    ledger.note(UNCLEAR, chosen.draft.sheet, cell, done, chosen.ref)
    return said


def _words(value: object) -> str:
    return value.strip() if isinstance(value, str) else str(value)


def _table(name: str, rows: list[Row]) -> Table:
    headings = SPECS[name].headings
    listed = [[row.get(heading) for heading in headings] for row in rows]
    return Table(name, frame(headings, listed, range(FIRST_ROW, FIRST_ROW + len(rows))))


def _theirs(drafts: Drafts, refs: Refs) -> Iterable[TheirRating]:
    for theirs in drafts.theirs:
        if isinstance(theirs.key, int):
            ref, title = refs.indicators[theirs.key], drafts.indicators[theirs.key].title
        else:
            ref, title = refs.outcomes[theirs.key], drafts.outcomes[theirs.key].title
        yield TheirRating(ref, title, theirs.period, theirs.rating, theirs.told_by, theirs.sheet, theirs.cell.address)


def _account_for_rest(book: Source, mapping: BookMap, ledger: Ledger) -> None:
    """What nobody has looked at: hidden rows and columns, words around the tables, whole sheets."""
    taken = {name.casefold() for table in mapping.tables for name in table.sheets}
    for sheet in book.sheets:
        if sheet.name.casefold() not in taken:
            why = "no table of this sheet is taken" if sheet.visible else "the sheet is hidden"
            ledger.rest(sheet, LEFT, f"Not taken: {why}. It stays in {book.name}.")
            continue
        seen = without_hidden(sheet).cells if mapping.hidden == "Leave" else sheet.cells
        hidden = {place: cell for place, cell in sheet.cells.items() if place not in seen}
        ledger.rest(replace(sheet, cells=hidden), LEFT, "Not taken: the row or column is hidden.")
        ledger.rest(sheet, LEFT, "Words beside the table, not a row of it.")
    if book.notes:
        done = f"Its cells have notes (comments); those are not read. They stay in {book.name}."
        ledger.add(LEFT, "", "", book.name, done)


def _last_quarter(observations: Table) -> Quarter | None:
    periods = (parse_period(text) for text in observations.frame["Period"])
    return max((p if isinstance(p, Quarter) else p.quarter for p in periods), default=None)


def _tier_names(mapping: BookMap) -> dict[int, str]:
    """What the council calls its tiers, where they have columns of their own."""
    uses = {f"Tier {n}": n for n in range(1, 5)}
    shift = 1 if any(table.top for table in mapping.tables) else 0
    named = ((uses[c.use] + shift, c.heading) for table in mapping.tables for c in table.uses(*uses))
    return {tier: heading for tier, heading in named if tier <= 4 and heading and not heading.startswith("Tier ")}
