"""Exports as files: a CSV, JSON or Parquet file for each table, and a data package of them (docs/exports.md)."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_outcomes.export_columns import Plain, plain_text, shortest
from xl_outcomes.export_folder import MARK, PACKAGE, Described, demand_renewable, recovered, renewed
from xl_outcomes.export_keys import ExportTable
from xl_outcomes.exports import Export, export_tables, resource_name, table_schema, with_own_columns
from xl_outcomes.settings import sound_settings
from xl_outcomes.wording import counted
from xl_outcomes.workbook.file import Master

_FORMAT = 1
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula when it opens a CSV file


@dataclass(frozen=True, slots=True)
class Exported:
    """The folder of an export, the files in it with their numbers of rows, and what there is to say of them."""

    folder: Path
    files: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """Each file with its rows."""
        return [f"{name}: {counted(rows, 'row')}" for name, rows in self.files.items()]

    @property
    def summary(self) -> str:
        """What was written where, in a sentence."""
        rows = counted(sum(self.files.values()), "row")
        return f"{counted(len(self.files), 'table')} with {rows}, described by {PACKAGE}, in {self.folder}."


def default_folder(master: Path) -> Path:
    """Where an export goes when nothing else is said: beside the master."""
    return master.with_name(f"{master.stem} export")


def export_master(
    master: Master,
    kind: str,
    folder: Path,
    names: Sequence[str] = (),
    *,
    confidential: bool = False,
    dry_run: bool = False,
) -> Exported:
    """Writes a master's tables and their data package into a folder, or renews an export that is there.

    The same master gives the same bytes. Raises InputError for a folder that holds anything else, FileError where it
    cannot be written; then what was there stands.
    """
    made = export_tables(with_own_columns(master.tables, master.find), names, confidential=confidential)
    # A link stays a link.
    target = folder.resolve()
    recovered(target)
    before = demand_renewable(target, kind)
    files = {_file(table, kind): len(table.rows) for table in made.tables}
    if not dry_run:
        with renewed(target) as beside:
            _fill(beside, made, kind, master)
    return Exported(folder, files, (*_replaced(before, files, master), *_formulas(made, kind), *made.notes))


def _fill(folder: Path, made: Export, kind: str, master: Master) -> None:
    resources = []
    for table in made.tables:
        path = folder / _file(table, kind)
        _WRITERS[kind](table, path)
        resources.append(_resource(table, kind, path.read_bytes()))
    content = {**_described(made, kind, master), "resources": resources}
    (folder / PACKAGE).write_bytes((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8"))


def _replaced(before: Described, files: Collection[str], master: Master) -> Iterator[str]:
    """What to say of the export that is renewed: whose it was, and what is no longer in it."""
    was = next((str(s.get("title")) for s in before.get("sources", ())), master.path.name)
    if was != master.path.name:
        yield f"This takes the place of an export of {was}."
    gone = [str(r["path"]) for r in before.get("resources", ()) if r["path"] not in files]
    if gone:
        yield f"No longer in the export: {', '.join(gone)}."


def _file(table: ExportTable, kind: str) -> str:
    return f"{table.name}.{kind}"


# ---- the data package ----


def _described(made: Export, kind: str, master: Master) -> dict[str, Any]:
    settings = sound_settings(master.tables["Settings"])
    title = ": ".join(filter(None, (settings.council, settings.framework))) or master.path.stem
    name = re.sub(r"[^a-z0-9]+", "-", master.path.stem.casefold()).strip("-") or "export"
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "description": f"The tables of {master.path.name}. Confidential figures are {made.confidential}.",
        MARK: {"export": _FORMAT, "as": kind, "confidential": made.confidential},
        "sources": [{"title": master.path.name, "sha256": hashlib.sha256(master.data).hexdigest()}],
    }


def _resource(table: ExportTable, kind: str, data: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": resource_name(table.name),
        "title": table.name,
        "description": table.purpose,
        "path": _file(table, kind),
        **_SHAPES[kind],
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": table_schema(table),
    }


_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "csv": {
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
    },
    "json": {"format": "json", "mediatype": "application/json", "encoding": "utf-8"},
    "parquet": {"format": "parquet", "mediatype": "application/vnd.apache.parquet"},
}


# ---- the files ----


def _write_csv(table: ExportTable, path: Path) -> None:
    """In UTF-8 with the mark by which Excel knows it, lines as RFC 4180 ends them, blanks as nothing at all."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(field.name for field in table.fields)
    writer.writerows(_rows(table, _in_csv))
    path.write_bytes(out.getvalue().encode("utf-8-sig"))


def _in_csv(value: Plain) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str) or value is None:
        return plain_text(value)
    return value.isoformat()


def _write_json(table: ExportTable, path: Path) -> None:
    """A list of objects, each on a line of its own."""
    names = [json.dumps(field.name, ensure_ascii=False) for field in table.fields]
    rows = (", ".join(map(": ".join, zip(names, row, strict=True))) for row in _rows(table, _in_json))
    lines = ",\n".join(f"{{{row}}}" for row in rows)
    path.write_bytes(f"[\n{lines}\n]\n".encode() if table.rows else b"[]\n")


def _in_json(value: Plain) -> str:
    if isinstance(value, float):
        return shortest(value)
    plain = value.isoformat() if isinstance(value, dt.date) else value
    return json.dumps(plain, ensure_ascii=False)


_DUCKDB = {
    "string": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
}


def _write_parquet(table: ExportTable, path: Path) -> None:
    """By DuckDB, from lists of values with their types: no text is parsed on the way (docs/decisions/0015)."""
    import duckdb

    columns = ", ".join(
        f"unnest(CAST(${n} AS {_DUCKDB[f.type]}[])) AS {_quoted(f.name)}" for n, f in enumerate(table.fields, 1)
    )
    # One thread writes the same bytes each time.
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        connection.execute(f"CREATE TABLE made AS SELECT {columns}", [list(f.values) for f in table.fields])
        place = str(path).replace("'", "''")
        connection.execute(f"COPY made TO '{place}' (FORMAT parquet)")


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


_WRITERS: Mapping[str, Callable[[ExportTable, Path], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}


def _rows(table: ExportTable, written: Callable[[Plain], str | None]) -> Iterator[list[Any]]:
    for row in zip(*(field.values for field in table.fields), strict=True):
        yield [written(value) for value in row]


def _formulas(made: Export, kind: str) -> list[str]:
    """What to say where Excel, opening a CSV file by itself, would take texts for formulas."""
    if kind != "csv":
        return []
    texts = [
        (t, f, n)
        for t in made.tables
        for f in t.fields
        if f.type == "string"
        for n, v in enumerate(f.values)
        if isinstance(v, str) and v.startswith(_FORMULA)
    ]
    if not texts:
        return []
    table, field, number = texts[0]
    start = f"{counted(len(texts), 'text')} begin with =, +, - or @ (first: {_file(table, kind)}, {field.name}"
    return [f"{start}, row {number + 2}). Open such a file by Data > From Text/CSV, which never calculates."]
