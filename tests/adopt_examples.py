"""Workbooks shaped as councils' own tables are: made with openpyxl, of invented councils with invented figures."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

GREEN, AMBER, RED = "C6EFCE", "FFEB9C", "FFC7CE"
STRONG = {"G": "00B050", "A": "FFC000", "R": "FF0000"}
TIER_FILLS = {"outcome": "1F3864", "sub": "D9E2F3"}


def indented(path: Path) -> Path:
    """(a) One sheet: headings over two rows, merged; tiers by indents; quarters across; a hidden row; footnotes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Scorecard"
    sheet["A1"] = "Stourfield District Council – Corporate scorecard 2024/25"
    sheet.merge_cells("A1:K1")
    sheet["A2"] = "Figures as reported to the leadership team"
    upper = ["Outcomes and indicators", "Lead officer", "Good is", "Target 2024/25", "2023/24 outturn", "2024/25"]
    for column, text in zip("ABCDEF", upper, strict=True):
        sheet[f"{column}4"] = text
        if column != "F":
            sheet.merge_cells(f"{column}4:{column}5")
    sheet.merge_cells("F4:I4")
    for column, text in zip("FGHI", ("Q1", "Q2", "Q3", "Q4"), strict=True):
        sheet[f"{column}5"] = text
    sheet["J4"], sheet["K4"] = "Comments", "Trend"
    sheet.merge_cells("J4:J5")
    sheet.merge_cells("K4:K5")
    for row, (indent, values, number_format) in enumerate(_INDENTED, 6):
        _fill(sheet, row, values, number_format)
        sheet.cell(row, 1).alignment = Alignment(indent=indent)
    sheet.row_dimensions[12].hidden = True
    sheet.cell(21, 1, "* Provisional until the national figures are published in June.")
    sheet.cell(22, 1, "Source: service returns")
    return _saved(book, path)


def by_priority(path: Path) -> Path:
    """(b) A sheet for each priority, of one layout: outcomes by fill and bold, ratings by colour; guidance, lists."""
    book = Workbook()
    book.remove(book.active)
    guidance = book.create_sheet("Read this first")
    guidance["A1"] = "Please fill in the white cells by the tenth working day."
    guidance["A2"] = "Ring the performance team with questions."
    for number, (priority, rows) in enumerate(_PRIORITIES.items(), 1):
        sheet = book.create_sheet(priority[:20])
        sheet["A1"] = f"Priority {number}: {priority}"
        sheet["A1"].font = Font(bold=True, size=16)
        sheet["A2"] = "Performance report, quarter 2 of 2025/26"
        for column, text in enumerate(_PRIORITY_HEADINGS, 1):
            sheet.cell(4, column, text).font = Font(bold=True)
        for row, values in enumerate(rows, 5):
            _priority_row(sheet, row, values)
    lists = book.create_sheet("Lists")
    lists.sheet_state = "hidden"
    lists["A1"], lists["A2"] = "On track", "Off track"
    return _saved(book, path)


def numbered(path: Path) -> Path:
    """(c) A flat list with numbers for tiers, targets as words, months across as dates, text among the figures."""
    book = Workbook()
    sheet = book.active
    sheet.title = "KPIs 2024-25"
    headings: list[object] = ["No.", "Performance measure", "Data owner", "Polarity", "Reported", "Target"]
    headings += [dt.datetime(2024 + (month < 4), month, 1) for month in (4, 5, 6, 7, 8, 9)]
    for column, heading in enumerate(headings, 1):
        cell = sheet.cell(1, column, heading)
        cell.number_format = "mmm-yy" if isinstance(heading, dt.datetime) else "General"
    for row, values in enumerate(_NUMBERED, 2):
        _fill(sheet, row, values, "General")
    return _saved(book, path)


def in_columns(path: Path) -> Path:
    """(d) Tiers in columns of their own, merged downwards; quarters by their months; ratings by word; notes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Plan"
    headings = ("Theme", "Strategic outcome", "KPI", "Unit", "Target", "Apr–Jun 2024", "RAG", "Jul–Sep 2024", "RAG")
    for column, text in enumerate((*headings, "Owner", "Notes", "Neighbours"), 1):
        sheet.cell(2, column, text).font = Font(bold=True)
    sheet["A1"] = "Vale of Marden Council: performance framework"
    for row, values in enumerate(_IN_COLUMNS, 3):
        _fill(sheet, row, values, "General")
    sheet.merge_cells("A3:A6")
    sheet.merge_cells("B3:B4")
    sheet.merge_cells("B5:B6")
    return _saved(book, path)


def by_rows(path: Path) -> Path:
    """(e) A row each for target, actual and rating; outcomes in plain rows; a year that only the file's name gives."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Measure", None, "Qtr 1", "Qtr 2", "Qtr 3"])
    for values in _BY_ROWS:
        sheet.append(values)
    sheet.merge_cells("A3:A5")
    return _saved(book, path)


EXAMPLES: dict[str, Callable[[Path], Path]] = {
    "indented": indented,
    "by_priority": by_priority,
    "numbered": numbered,
    "in_columns": in_columns,
    "by_rows": by_rows,
}

_PERCENT, _WHOLE, _MONEY, _ONE = "0%", "0", '"£"#,##0', "0.0"
_INDENTED: tuple[tuple[int, tuple[object, ...], str], ...] = (
    (0, ("Homes for everyone",), "General"),
    (1, ("More homes that people can afford", "Head of Housing"), "General"),
    (
        2,
        ("New affordable homes completed", "Head of Housing", "High", 120, 96, 22, 31, 28, 35, "On course", "↑"),
        _WHOLE,
    ),
    (2, ("Households in temporary accommodation", "Head of Housing", "Low", 80, 91, 88, 85, 84, 79, None, "→"), _WHOLE),
    (1, ("Safe and warm homes",), "General"),
    (2, ("Council homes with a valid gas certificate", None, None, 1, 0.996, 0.998, 1, 0.997, 1), _PERCENT),
    (2, ("Dropped: homes inspected by post", None, "High", 50, 40, 9, 8, 7, 6), _WHOLE),
    (0, ("A cleaner district",), "General"),
    (1, ("Less waste and more of it recycled",), "General"),
    (2, ("Household waste recycled*", "Head of Waste", "High", 0.48, 0.452, 0.461, 0.47, 0.449, "n/a"), _PERCENT),
    (2, ("Missed bins per 100,000 collections", "Head of Waste", "Low", 40, 44.1, 41.2, 39.5, 52.75, 47), _ONE),
    (2, ("Cost of waste collection per household", "Head of Waste", None, 62, 60, 15, 16, "TBC", 16), _MONEY),
    (1, ("Cleaner streets",), "General"),
    (2, ("Streets that need litter picking", "Head of Streets", "Low", 0.05, 0.06, 0.04, None, None, None), _PERCENT),
    (0, ("Total indicators", None, None, 7), "General"),
)
_BY_ROWS: tuple[tuple[object, ...], ...] = (
    ("Good homes",),
    ("Empty council homes", "Target", 30, 30, 28),
    (None, "Actual", 34, 29, 28),
    (None, "RAG", "Red", "Green", "G"),
    ("Repairs done at the first visit (%)", "Target", 90, 90, 91),
    (None, "Actual", 88.5, 92, 91.5),
    (None, "Variance", -1.5, 2, 0.5),
    ("Open council",),
    ("Decisions published on time (%)", "Target", 100, 100, 100),
    (None, "Actual", 97, 100, "not yet"),
)
_PRIORITY_HEADINGS = (
    *("Ref", "Indicator", "Unit", "Reported", "Annual target", "Q1 actual", "Q1 RAG", "Q2 actual", "Q2 RAG"),
    *("Commentary", "Data provided by", "Baseline"),
)
_PRIORITIES: dict[str, tuple[tuple[object, ...], ...]] = {
    "Thriving economy": (
        ("outcome", "Businesses start and grow here"),
        ("EC1", "New businesses supported", "Number", "Quarterly", 60, 14, "A", 21, "G", "Two cohorts", "Economy", 55),
        ("EC2", "Town centre units empty", "%", "Quarterly", 9, 9.4, "A", 8.7, "G", None, "Economy", 10.1),
        ("outcome", "Skills for the jobs that are here"),
        ("sub", "Apprenticeships"),
        ("EC3", "Apprentices taken on", "Number", "Half-yearly", 20, None, "", 11, "G", "Autumn intake", "HR", 14),
        ("sub", "Adult learning"),
        (
            "EC4",
            "Learners who pass their course",
            "%",
            "Annual",
            "85% or more",
            None,
            "",
            None,
            "",
            None,
            "Learning",
            "–",
        ),
    ),
    "Healthy communities": (
        ("outcome", "People are active"),
        (
            "HC1",
            "Visits to leisure centres",
            "Number",
            "Quarterly",
            90000,
            21876,
            "R",
            23114,
            "A",
            "Pool shut",
            "Leisure",
            1,
        ),
        (
            "HC2",
            "Residents who feel safe after dark",
            "%",
            "Annual",
            "TBC",
            None,
            "",
            None,
            "",
            "Survey",
            "Policy",
            None,
        ),
        ("HC3", "Days to process a grant", "Days", "Quarterly", 20, 26, "R", 19, "G", "New team", "Grants", 31),
    ),
    "Council that works": (
        ("outcome", "Calls and letters are answered"),
        ("CW1", "Calls answered in two minutes", "%", "Monthly", 80, 74.5, "A", 81.2, "G", None, "Contact", 70),
        ("CW2", "Complaints upheld", "Number", "Quarterly", "Monitor only", 4, "", 6, "", None, "Contact", None),
        ("outcome", "Money is well spent"),
        ("CW3", "Council tax collected", "%", "Quarterly", 98.2, 29.1, "G", 57.3, "G", None, "Revenues", 98),
    ),
}
_NUMBERED: tuple[tuple[object, ...], ...] = (
    ("1", "Economy"),
    ("1.1", "Growth"),
    (
        "1.1.1",
        "Planning applications decided in time",
        "Planning",
        "Bigger is better",
        "Monthly",
        ">= 85%",
        88,
        91,
        84,
        86,
        90,
        79,
    ),
    (
        "1.1.2",
        "Days to decide a major application",
        "Planning",
        "Smaller is better",
        "M",
        "13 weeks or less",
        12,
        14,
        11,
        13,
        12,
        15,
    ),
    ("1.2", "Town centres"),
    (
        "1.2.1",
        "Market stalls let",
        "Markets",
        "Aim to maximise",
        "Monthly",
        "Increase",
        41,
        44,
        "45 (p)",
        "closed",
        40,
        39,
    ),
    ("1.2.2", "Footfall", "Markets", "↑", "monthly", "Monitor only", "12,304", "11,950", "13,112", None, None, None),
    ("2", "Environment"),
    ("2.1", "Net zero"),
    (
        "2.1.1",
        "Council carbon emissions",
        "Climate",
        "Smaller is better",
        "Annually",
        "TBC",
        None,
        None,
        None,
        None,
        None,
        None,
    ),
    ("2.1.2", "Energy bill", "Climate", None, "Monthly", "£42,000", "£41,200", "£40,950", "£39,000", None, None, None),
    ("2.1.3", "Room temperature in offices", "Climate", "Plan is best", "Monthly", "18-21", 19, 20, 22, 21, 20, 20),
    ("2.2", "Nature"),
    ("2.2.1", "Trees planted", "Parks", "Goldfish", "when ready", "5,000 by 2027", 10, 0, 0, 0, 0, 25),
)
_IN_COLUMNS: tuple[tuple[object, ...], ...] = (
    (
        "People",
        "Live well",
        "Adults who are active",
        "%",
        64,
        61.5,
        "Amber",
        63.9,
        "Amber",
        "Public Health",
        "Survey",
        62,
    ),
    (None, None, "Falls in care homes", "Number", 30, 34, "R", 28, "G", "Adult Care", None, None),
    (None, "Learn well", "Children ready for school", "%", 72, None, None, 70.2, "Red", "Education", "New test", 71),
    (None, None, "Average GCSE score", "Score", 47.5, None, None, 46.9, "Amber", "Education", None, 46.3),
    (
        "Place",
        "Move easily",
        "Roads in poor condition",
        "%",
        "3% or below",
        3.4,
        "Red",
        2.9,
        "Green",
        "Highways",
        None,
        4,
    ),
    (
        "Place",
        "Move easily",
        "Bus passengers per head",
        "Rate",
        "Improve",
        11.2,
        "Green",
        11.9,
        "Green",
        "Transport",
        "Fares",
        10,
    ),
    (
        "Place",
        "Feel safe",
        "Anti-social behaviour reports",
        "Number",
        "↓",
        210,
        "Red",
        190,
        "Green",
        "Safety",
        None,
        None,
    ),
)


def _fill(sheet: Any, row: int, values: Iterable[object], number_format: str) -> None:
    for column, value in enumerate(values, 1):
        if value is not None:
            cell = sheet.cell(row, column, value)
            if isinstance(value, int | float):
                cell.number_format = number_format


def _priority_row(sheet: Any, row: int, values: tuple[object, ...]) -> None:
    if values[0] in TIER_FILLS:
        kind = str(values[0])
        sheet.cell(row, 1, values[1])
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=12)
        sheet.cell(row, 1).font = Font(bold=True, color="FFFFFF" if kind == "outcome" else "000000")
        sheet.cell(row, 1).fill = PatternFill("solid", fgColor=TIER_FILLS[kind])
        return
    for column, value in enumerate(values, 1):
        if column in (7, 9):
            if value:
                sheet.cell(row, column).fill = PatternFill("solid", fgColor=STRONG[str(value)])
        elif value is not None:
            sheet.cell(row, column, value)


def _saved(book: Workbook, path: Path) -> Path:
    book.properties.created = book.properties.modified = dt.datetime(2025, 10, 1)
    book.save(path)
    book.close()
    return path
