"""Masters as another program writes them: the five data tables alone, by openpyxl."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.table import Table

from xl_outcomes.contract import SPECS


def write_master(path: Path, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> Path:
    """A workbook with a sheet and a named table for each of the tables, headings of the contract."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        headings = SPECS[name].headings
        sheet = book.create_sheet(name)
        sheet.append(headings)
        listed = list(rows)
        for row in listed:
            sheet.append([row.get(h) for h in headings])
        last = sheet.cell(max(len(listed), 1) + 1, len(headings)).coordinate
        sheet.add_table(Table(displayName=name, ref=f"A1:{last}"))
    book.save(path)
    return path
