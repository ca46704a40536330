"""A master's tables as other programs want them: tidy, typed, with keys and relations that hold (docs/exports.md)."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from xl_outcomes.columns import Column
from xl_outcomes.confidential import CARRIERS, without_confidential
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.export_columns import Field, contract_fields, own_field, with_names
from xl_outcomes.export_keys import PERIODS, REFS, ExportTable, with_what_holds
from xl_outcomes.periods import Month, Period, Quarter, read_period, year_name
from xl_outcomes.tables import Table, Tables, get
from xl_outcomes.wording import counted, listed

CONFIDENTIAL_OUT, CONFIDENTIAL_IN = "left out", "included"
_WITHHELD = "Withheld"
# Columns of texts that hold periods.
_KINDS = {("Held", "Period"): "period", ("Results", "Carried from"): "quarter", ("Results", "Target from"): "quarter"}
_CALENDAR = (
    ("Period", "string", "A quarter or month that a table names."),
    ("Kind", "string", "Quarter or Month."),
    ("Financial year", "string", "April to March."),
    ("Quarter", "string", "The quarter itself, or the one in which the month lies."),
    ("First day", "date", ""),
    ("Last day", "date", ""),
)


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported of a master: tables in the order of the contract, the periods last; what is to be said of it.

    `confidential` says whether confidential figures are left out or included.
    """

    tables: tuple[ExportTable, ...]
    notes: tuple[str, ...]
    confidential: str


def export_tables(tables: Tables, names: Sequence[str] = (), *, confidential: bool = False) -> Export:
    """The tables that have rows, or those named, whether they have or not; their periods as a table of their own.

    Confidential figures are left out unless `confidential`. Raises InputError for a name that is no table's.
    """
    chosen = _chosen(tables, names)
    travel, withheld = (tables, None) if confidential else _that_may_travel(tables)
    made = [_export_table(get(travel, name), withheld) for name in chosen]
    whole, notes = with_what_holds([*made, *_periods(made)])
    state = CONFIDENTIAL_IN if confidential else CONFIDENTIAL_OUT
    return Export(whole, (*_told_withheld(withheld or {}, chosen), *notes), state)


def with_own_columns(tables: Tables, find: Callable[[str], Table | None]) -> dict[str, Table]:
    """The tables with the columns that officers added at the end; `find` gives a table as it stands on its sheet."""
    return {name: _with_own(table, find(name)) for name, table in tables.items()}


def table_schema(table: ExportTable) -> dict[str, Any]:
    """The Table Schema of an exported table (version 1 of the specification)."""
    schema: dict[str, Any] = {"fields": [_field_schema(f) for f in table.fields], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.relations:
        schema["foreignKeys"] = [
            # The specification calls a table itself by an empty name.
            _foreign_key(r.heading, "" if r.table == table.name else resource_name(r.table), r.key)
            for r in table.relations
        ]
    return schema


def resource_name(table: str) -> str:
    """The name of a table in a data package, which is in small letters."""
    return table.casefold()


# ---- tables ----


def _chosen(tables: Tables, names: Sequence[str]) -> list[str]:
    by_name = {name.casefold(): name for name in SPECS}
    unknown = [name for name in names if name.casefold() not in by_name]
    if unknown:
        raise InputError(f'There is no table "{unknown[0]}".', f"Choose from {', '.join(SPECS)}.")
    wanted = {by_name[name.casefold()] for name in names}
    return [name for name in SPECS if (name in wanted if wanted else len(get(tables, name).frame) > 0)]


def _that_may_travel(tables: Tables) -> tuple[Tables, Mapping[str, tuple[int, ...]]]:
    found = without_confidential(tables)
    return found.tables, found.withheld


def _with_own(table: Table, found: Table | None) -> Table:
    """A table with the columns that the contract does not have, as they stand on its sheet."""
    if found is None:
        return table
    ours = set(table.columns.values())
    own = [h for h in found.frame.columns if found.columns[h] not in ours]
    if not own:
        return table
    data = pd.concat([table.frame, found.frame[own]], axis=1)
    return replace(table, frame=data, columns={**table.columns, **{h: found.columns[h] for h in own}})


def _export_table(table: Table, withheld: Mapping[str, tuple[int, ...]] | None) -> ExportTable:
    """A table with typed fields; `withheld` are the rows in which figures were withheld, None where none may be."""
    spec, data = SPECS[table.name], table.frame
    fields = [
        f
        for c in spec.columns
        for f in contract_fields(
            _kind(table.name, c), data[c.heading].to_list(), is_ref=(table.name, c.heading) in REFS
        )
    ]
    fields += [own_field(h, data[h].to_list()) for h in data.columns if h not in spec.headings]
    rows = tuple(int(row) for row in data.index)
    hidden = frozenset((withheld or {}).get(table.name, ()))
    if withheld is not None and (hidden or table.name in CARRIERS):
        marks = tuple("Yes" if row in hidden else None for row in rows)
        fields.append(Field(_WITHHELD, "string", marks, "Yes: something of the row is left out as confidential."))
    return ExportTable(table.name, spec.purpose, tuple(replace(f, name=name) for name, f in with_names(fields)), rows)


def _kind(table: str, column: Column) -> Column:
    kind = _KINDS.get((table, column.heading))
    return replace(column, kind=kind) if kind else column


# ---- the calendar ----


def _periods(tables: Iterable[ExportTable]) -> Iterator[ExportTable]:
    """The table of every period that the tables name, and of the quarters of months; none where they name none."""
    fields = (f for table in tables for f in table.fields if f.column and f.column.kind in ("quarter", "period"))
    texts = dict.fromkeys(value for f in fields for value in f.filled)
    if texts:
        named = {period for text in texts if (period := read_period(text)) is not None}
        every = sorted({*named, *(p.quarter for p in named if isinstance(p, Month))}, key=_order)
        yield _calendar(every)


def _calendar(periods: Sequence[Period]) -> ExportTable:
    columns = list(zip(*(_calendar_row(p) for p in periods), strict=True)) or [()] * len(_CALENDAR)
    keys = {"Period": Column("Period", "period", needed=True), "Quarter": Column("Quarter", "quarter", needed=True)}
    made = tuple(
        Field(name, kind, tuple(values), told, keys.get(name))
        for (name, kind, told), values in zip(_CALENDAR, columns, strict=True)
    )
    rows = tuple(range(2, len(periods) + 2))
    return ExportTable(PERIODS, "The calendar: every period that the tables name.", made, rows)


def _order(period: Period) -> tuple[int, int, int]:
    """Quarters stand before their months."""
    if isinstance(period, Month):
        return period.year, period.quarter.number, period.number
    return period.year, period.number, 0


def _calendar_row(period: Period) -> tuple[Any, ...]:
    quarter = period.quarter if isinstance(period, Month) else period
    first, last = _first_day(period), _last_day(period)
    kind = "Month" if isinstance(period, Month) else "Quarter"
    return str(period), kind, year_name(period.year), str(quarter), first, last


def _first_day(period: Period) -> dt.date:
    number = period.number if isinstance(period, Month) else period.number * 3 - 2
    return dt.date(period.year + (number > 9), (number + 2) % 12 + 1, 1)


def _last_day(period: Period) -> dt.date:
    if isinstance(period, Quarter):
        return period.end
    following = Month(period.year + period.number // 12, period.number % 12 + 1)
    return _first_day(following) - dt.timedelta(days=1)


# ---- words and schemas ----


def _told_withheld(withheld: Mapping[str, tuple[int, ...]], chosen: Sequence[str]) -> list[str]:
    rows = {name: len(withheld[name]) for name in chosen if withheld.get(name)}
    if not rows:
        return []
    parts = listed([f"{counted(number, 'row')} of {name}" for name, number in rows.items()])
    return [f"Confidential, or giving away what is, and left out: something in {parts}. --confidential writes it."]


def _field_schema(field: Field) -> dict[str, Any]:
    told = {"description": field.description} if field.description else {}
    # Frictionless reads binary fractions as such, and not as decimals, where this says so.
    exact = {"floatNumber": True} if field.type == "number" else {}
    constraints = {"constraints": dict(field.constraints)} if field.constraints else {}
    return {"name": field.name, "type": field.type, **told, **exact, **constraints}


def _foreign_key(heading: str, resource: str, key: str) -> dict[str, Any]:
    return {"fields": [heading], "reference": {"resource": resource, "fields": [key]}}
