"""What holds in exported tables: keys, relations, lists of words, least values; and what does not, in plain words.

A master may be messy and is exported all the same: what its rows do not meet is left out of the schema, and said.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_outcomes.export_columns import Field, Plain, plain_text
from xl_outcomes.wording import some_of

PERIODS = "Periods"
KEYS: Mapping[str, tuple[str, ...]] = {
    "Settings": ("Setting",),
    "Outcomes": ("Ref",),
    "Indicators": ("Ref",),
    "Targets": ("Indicator", "From"),
    "Overrides": ("Ref", "Period"),
    "Owners": ("Data owner",),
    "Services": ("Service",),
    "Reports": ("Report", "Period"),
    "Risks": ("Ref",),
    "Activities": ("Ref",),
    "Actions": ("Ref",),
    "Quality": ("Indicator",),
    "Results": ("Period", "Indicator"),
    "Rollup": ("Period", "Ref"),
    "Issues": ("Issue",),
    PERIODS: ("Period",),
}
_MEASURED = ("Targets", "Observations", "Results", "Held", "Issues", "Actions", "Benchmarks", "Quality")
RELATIONS: Mapping[tuple[str, str], str] = {
    ("Outcomes", "Parent"): "Outcomes",
    ("Indicators", "Outcome"): "Outcomes",
    ("Indicators", "Data owner"): "Owners",
    ("Indicators", "Service"): "Services",
    ("Owners", "Service"): "Services",
    ("Rollup", "Ref"): "Outcomes",
    ("Returns", "Data owner"): "Owners",
    **{(name, "Indicator"): "Indicators" for name in _MEASURED},
}
REFS = frozenset({*RELATIONS, *((name, heading) for name, headings in KEYS.items() for heading in headings)})
# Needed columns whose cells may well be blank: defaults, top tiers, a shorthand or a ratio instead of a figure.
_MAY_BE_BLANK = {
    "Settings": "Value",
    "Outcomes": "Parent",
    "Targets": "Target",
    "Observations": "Value",
    "Benchmarks": "Value",
    "Crosswalk": "Ref",
}
_MOST_ROWS = 6


@dataclass(frozen=True, slots=True)
class Relation:
    """Every value under a heading stands under the key of another table, or of the same one."""

    heading: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table to be exported: what it is for, its fields, and the sheet row of each of its rows.

    `key` and `relations` are those that its rows meet.
    """

    name: str
    purpose: str
    fields: tuple[Field, ...]
    rows: tuple[int, ...]
    key: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()

    def field(self, heading: str) -> Field:
        """The field of that name."""
        return next(f for f in self.fields if f.name == heading)


def with_what_holds(tables: Sequence[ExportTable]) -> tuple[tuple[ExportTable, ...], tuple[str, ...]]:
    """The tables with the keys, relations and constraints that all their rows meet; and what they do not, in lines."""
    notes: list[str] = []
    keyed = [_keyed(_constrained(table, notes), notes) for table in tables]
    by_name = {table.name: table for table in keyed}
    related = tuple(replace(t, relations=tuple(_relations(t, by_name, notes))) for t in keyed)
    return related, tuple(notes)


def _constrained(table: ExportTable, notes: list[str]) -> ExportTable:
    return replace(table, fields=tuple(_with_constraints(table, one, notes) for one in table.fields))


def _with_constraints(table: ExportTable, field: Field, notes: list[str]) -> Field:
    held: dict[str, object] = {}
    for name, wanted, fits, words in _wanted(table, field):
        wrong = [n for n, value in enumerate(field.values) if not fits(value)]
        if wrong:
            notes.append(_note(table, field, wrong, words))
        else:
            held[name] = wanted
    return replace(field, constraints=held)


def _wanted(table: ExportTable, field: Field) -> Iterator[tuple[str, object, Callable[[Plain], bool], str]]:
    """The constraints of a column of the contract: name, value, what fits, and what is said otherwise."""
    column = field.column
    if column is None:
        return
    if column.needed and _MAY_BE_BLANK.get(table.name) != field.name:
        yield "required", True, lambda v: v is not None, "is blank in {rows}, so it is not marked as required"
    if column.kind == "choice":
        words = column.words
        yield "enum", list(words), lambda v: v in (None, *words), "holds another word in {rows}, so no list is given"
    if column.least is not None:
        least = column.least
        told = f"is less than {plain_text(least)} in {{rows}}, so no least value is given"
        number = int(least) if field.type == "integer" else least
        yield "minimum", number, lambda v: not isinstance(v, int | float) or v >= least, told


def _keyed(table: ExportTable, notes: list[str]) -> ExportTable:
    key = KEYS.get(table.name, ())
    if not key:
        return table
    values = list(zip(*(table.field(h).values for h in key), strict=True))
    counts = Counter(values)
    wrong = [n for n, value in enumerate(values) if None in value or counts[value] > 1]
    if not wrong:
        return replace(table, key=key)
    blank = any(None in values[n] for n in wrong)
    what = "is blank" if blank and len(key) == 1 else "are not filled in" if blank else "is there before"
    first = values[wrong[0]]
    told = " ".join(str(v) for v in first if v is not None)
    where = _rows(table, wrong)
    notes.append(f"{table.name}: {' and '.join(key)} {what} in {where} ({told or 'blank'}), so the table has no key.")
    return table


def _relations(table: ExportTable, tables: Mapping[str, ExportTable], notes: list[str]) -> Iterator[Relation]:
    for field in table.fields:
        target = tables.get(_target(table, field))
        if target is None or len(target.key) != 1:
            continue
        known = {*target.field(target.key[0]).values, None}
        wrong = [n for n, value in enumerate(field.values) if value not in known]
        if wrong:
            notes.append(_note(table, field, wrong, f"is not in {target.name} in {{rows}}, so no relation is given"))
        else:
            yield Relation(field.name, target.name, target.key[0])


def _target(table: ExportTable, field: Field) -> str:
    if field.column is None:
        return ""
    of_periods = field.column.kind in ("quarter", "period") and (table.name, field.name) != (PERIODS, "Period")
    return PERIODS if of_periods else RELATIONS.get((table.name, field.name), "")


def _note(table: ExportTable, field: Field, wrong: Sequence[int], words: str) -> str:
    first = plain_text(field.values[wrong[0]])
    shown = f' ("{first[:40]}")' if first is not None else ""
    return f"{table.name}: {field.name} {words.format(rows=_rows(table, wrong) + shown)}."


def _rows(table: ExportTable, places: Sequence[int]) -> str:
    numbers = [str(table.rows[n]) for n in places]
    return f"row{'s' * (len(numbers) > 1)} {some_of(numbers, _MOST_ROWS)}"
