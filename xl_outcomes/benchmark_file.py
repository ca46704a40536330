"""Other councils' figures from a CSV file: its bytes to rows under the headings of the Benchmarks table.

Excel, publishers and data portals write them in UTF-8 or Windows-1252, with commas, semicolons or tabs.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from xl_outcomes.contract import SPECS
from xl_outcomes.errors import FileError, InputError
from xl_outcomes.workbook.cell_types import MEGABYTE, column_letters

MOST_BYTES = 20 * MEGABYTE
MOST_ROWS = 200_000
MOST_COLUMNS = 100
LONGEST = 2_000  # characters in one cell
_SEPARATORS = ",;\t"
_OTHER_FORMATS = {
    b"PK": "an Excel workbook or another zip file",
    b"\xd0\xcf": "an old Excel workbook",
    b"%PDF": "a PDF",
}
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "Indicator": ("indicator ref", "indicator code", "ref", "code", "measure", "indicator name"),
    "Period": ("quarter", "year", "financial year", "time period", "reporting period"),
    "Comparator": ("council", "authority", "local authority", "organisation", "area name", "area", "comparator name"),
    "Group": ("groups", "family group", "family", "comparator group", "neighbour group"),
    "Value": ("figure", "values", "result", "indicator value"),
    "Shorthand": ("shorthand code", "symbol"),
    "Source": ("data source", "publisher", "published by"),
}


def benchmark_rows(stream: BinaryIO, name: str) -> list[dict[str, Any]]:
    """The rows of a CSV file by contract heading, blank cells as None; under "row" and "cells" where they stand.

    `name` is the file's name. Headings may be spelt as publishers spell them (docs/rules/benchmarks.md). Raises
    FileError for what is not a CSV file or too large, InputError where a needed heading is missing.
    """
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        fix = "Keep only the rows of the indicators that you need, and save it again."
        raise FileError("file-too-large", f"{name} is larger than {MOST_BYTES // MEGABYTE} MB.", fix)
    records = _records(_text(data, name), name)
    if not records:
        raise InputError(f"{name} is empty.", _wanted())
    (_, headings), *rows = records
    columns = _columns(headings, name)
    for number, cells in rows:
        if any(map(str.strip, cells[len(headings) :])):
            fix = 'A figure with a comma in it, such as "1,234", needs quotation marks about it, or no comma.'
            raise InputError(f"Row {number} of {name} has more cells than there are headings.", fix)
    return [_row(number, cells, columns) for number, cells in rows if any(map(str.strip, cells))]


def _text(data: bytes, name: str) -> str:
    for start, what in _OTHER_FORMATS.items():
        if data.startswith(start):
            fix = "Open it in Excel, choose Save as, CSV UTF-8, and import that file."
            raise FileError("file-format", f"{name} is {what}, not a CSV file.", fix)
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    fix = "In Excel choose Save as, CSV UTF-8, and import that file."
    raise FileError("file-damaged", f"{name} is not a text file that can be read.", fix)


def _records(text: str, name: str) -> list[tuple[int, list[str]]]:
    """The records with the sheet row that each has when Excel opens the file."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').casefold()
    if told.startswith("sep=") and len(told) == 5:
        text, separator, skipped = rest, told[-1], 1
    else:
        heading = next((line for line in text.split("\n") if line.strip()), "")
        separator, skipped = max(_SEPARATORS, key=heading.count), 0
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            _check_size(number, cells, name)
            found += [(number, cells)] if found or any(map(str.strip, cells)) else []
    except csv.Error as error:
        fix = "Look for a quotation mark that is not closed; or open it in Excel and save it as CSV again."
        raise FileError("file-damaged", f"{name} cannot be read at line {reader.line_num}: {error}.", fix) from None
    return found


def _check_size(number: int, cells: Sequence[str], name: str) -> None:
    if number > MOST_ROWS:
        raise FileError("file-too-large", f"{name} has more than {MOST_ROWS:,} rows.", "Split it into several files.")
    if len(cells) > MOST_COLUMNS:
        raise FileError("file-too-large", f"Row {number} of {name} has over {MOST_COLUMNS} columns.", _wanted())
    if any(len(cell) > LONGEST for cell in cells):
        fix = "Look for a quotation mark that is not closed, or shorten the text."
        raise FileError("file-too-large", f"Row {number} of {name} has a cell of over {LONGEST:,} characters.", fix)


def _columns(headings: Sequence[str], name: str) -> dict[str, int]:
    """The place of each contract heading among a file's headings; its own name goes before other spellings."""
    folded = [" ".join(h.casefold().replace("_", " ").split()) for h in headings]
    found: dict[str, int] = {}
    for heading, others in _SPELLINGS.items():
        place = next((folded.index(h) for h in (heading.casefold(), *others) if h in folded), None)
        if place is not None and folded.count(folded[place]) > 1:
            message = f'{name} has the heading "{headings[place].strip()}" twice.'
            raise InputError(message, "Keep the column that is meant, and delete the other.")
        found |= {} if place is None else {heading: place}
    missing = [c.heading for c in SPECS["Benchmarks"].columns if c.needed and c.heading not in found]
    if missing:
        has = ", ".join(h.strip()[:40] for h in headings[:12] if h.strip())
        raise InputError(f"{name} has no column {' and no column '.join(missing)}; its columns are: {has}.", _wanted())
    return found


def _row(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, Any]:
    texts = {h: cells[at].strip() if at < len(cells) else "" for h, at in columns.items()}
    places = {h: f"{column_letters(at + 1)}{number}" for h, at in columns.items()}
    return {**{h: text or None for h, text in texts.items()}, "row": number, "cells": places}


def _wanted(headings: Iterable[str] = ("Indicator", "Period", "Comparator", "Value")) -> str:
    return f"The first row must have the headings {', '.join(headings)}; Group, Shorthand and Source may follow."
