"""A stand-in for Excel: an .xlsx file as a remote book of xlwings, and the actions of that book replayed on the file.

It takes what is typed as Excel does: "=…" is a formula, "007" a number, "MAR-3" a date, and an apostrophe makes text.
Tables grow with rows put into them, their columns have the names in their header cells, and columns that are formulas
all the way down go on in new rows. What Excel refuses raises `RefusedError`, an action that it does not know raises
`UnknownError`.
"""

import copy
import datetime as dt
import io
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.formula.translate import Translator
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

xw = pytest.importorskip("xlwings", reason="xlwings is not installed: pip install -e '.[test]'")

Action = dict[str, Any]
Box = tuple[int, int, int, int]
VISIBLE = {"visible": "Visible", "hidden": "Hidden", "veryHidden": "VeryHidden"}
# Said by Excel for nothing that changes what a file holds.
_SILENT = {
    "setAutofit", "setSheetAutofit", "rangeSelect", "setScreenUpdating", "setCalculation", "calculate", "save",
    "setShowGridlines",
}  # fmt: skip


class RefusedError(Exception):
    """Excel would not do it."""


class UnknownError(Exception):
    """An action that this stand-in does not know."""


class RemoteExcel:
    """A workbook open in "Excel". `selection` is an address on the active sheet, `alerts` what was shown.

    `results` gives what formulas show, by their text; a formula that is not named there shows what the file says.
    """

    def __init__(self, source: Path | bytes, results: Mapping[str, object] | None = None) -> None:
        data = source.read_bytes() if isinstance(source, Path) else source
        self.name = source.name if isinstance(source, Path) else "master.xlsx"
        with warnings.catch_warnings():
            # It says that it does not know sparklines and data bars, which are not looked at here.
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            self.workbook = openpyxl.load_workbook(io.BytesIO(data))
            self._cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        self.results = dict(results or {})
        self.selection = "A1"
        self.alerts: list[list[Any]] = []
        self._data = data

    @cached_property
    def _cached(self) -> openpyxl.Workbook:
        """The workbook with what its formulas showed when it was saved."""
        return openpyxl.load_workbook(io.BytesIO(self._data), data_only=True)

    def book(self) -> Any:
        """The workbook as it stands, as the book that a function is given."""
        return xw.Book(json=self.payload())

    def apply(self, book: Any) -> None:
        """Carries out what was done to the book."""
        actions: list[Action] = book.json()["actions"]
        for number, action in enumerate(actions):
            if action["func"] in _SILENT:
                continue
            do = _DOING.get(action["func"])
            if do is None:
                raise UnknownError(f"action {number}: {action['func']} {action['args']}")
            do(self, action)

    def run(self, act: Callable[[Any], Any]) -> Any:
        """Gives a function the book and carries out what it did; returns what it returned."""
        book = self.book()
        try:
            result = act(book)
            self.apply(book)
        finally:
            book.close()
        return result

    def save(self, path: Path) -> Path:
        """Saves the workbook."""
        self.workbook.save(path)
        return path

    def payload(self) -> dict[str, Any]:
        """What Excel tells a function of the workbook."""
        book, sheets = self.workbook, [self._sheet(sheet) for sheet in self.workbook.worksheets]
        active = book.worksheets.index(book.active)
        about = {
            "name": self.name,
            "active_sheet_index": active,
            "selection": self.selection,
            "calculation": "Automatic",
        }
        return {
            "client": "Office.js",
            "version": xw.__version__,
            "book": about,
            "names": list(self._names()),
            "sheets": sheets,
        }

    def _names(self) -> Iterator[dict[str, Any]]:
        for name, defined in self.workbook.defined_names.items():
            sheet, address = next(iter(defined.destinations), (None, None))
            if sheet in self.workbook.sheetnames:
                yield {
                    "name": name,
                    "refers_to": f"={defined.attr_text}",
                    "type": "Range",
                    "sheet_index": self.workbook.sheetnames.index(sheet),
                    "address": str(address).replace("$", ""),
                    "scope_sheet_name": None,
                    "scope_sheet_index": None,
                    "book_scope": True,
                }

    def _sheet(self, sheet: Worksheet) -> dict[str, Any]:
        rows, columns = sheet.max_row, sheet.max_column
        values = [[self._shown(sheet, cell) for cell in row] for row in sheet.iter_rows(1, rows, 1, columns)]
        is_empty = values == [[""]]
        return {
            "name": sheet.title,
            "visibility": VISIBLE[sheet.sheet_state],
            "show_gridlines": True,
            "print_area": None,
            "notes": [{"address": c.coordinate} for row in sheet.iter_rows() for c in row if c.comment],
            "notes_supported": True,
            "used_range_address": None if is_empty else f"A1:{get_column_letter(columns)}{rows}",
            "used_range_row_count": 0 if is_empty else rows,
            "used_range_column_count": 0 if is_empty else columns,
            "values": values,
            "tables": [_table(table) for table in sheet.tables.values()],
            **{name: [] for name in ("pictures", "shapes", "charts", "pivot_tables")},
        }

    def _shown(self, sheet: Worksheet, cell: Any) -> Any:
        value = getattr(cell.value, "text", cell.value)
        if isinstance(value, str) and value.startswith("=") and cell.data_type == "f":
            known = self._cached[sheet.title] if sheet.title in self._cached.sheetnames else None
            value = self.results.get(value, None if known is None else known.cell(cell.row, cell.column).value)
        if isinstance(value, dt.date):
            moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
            return moment.isoformat(timespec="milliseconds") + "Z"
        return "" if value is None else value


def typed(value: Any, number_format: str = "General") -> Any:
    """What a cell holds once a value has been typed into it."""
    if not isinstance(value, str) or number_format == "@":
        return value
    if value == "":
        return None
    if value.startswith("'"):
        return value[1:]
    text = value.strip()
    plain = text.strip("£$€%() ").replace(",", "")
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if text.startswith(("=", "+", "-", "@")) and len(text) > 1 and not _number(text):
        return "=" + text.lstrip("=+@")
    if _number(plain) is not None:
        return _number(plain)
    moment = _moment(text)
    return value if moment is None else moment


def _number(text: str) -> float | None:
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
        return float(text)
    return None


def _moment(text: str) -> dt.datetime | dt.time | None:
    """A date or time, as it is written or read by an Excel in English."""
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    with_time = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?", text)
    if with_time:
        return dt.datetime(*(int(part or 0) for part in with_time.groups()))
    if re.fullmatch(r"\d\d?:\d\d(:\d\d)?( ?[ap]m)?", text, re.IGNORECASE):
        return dt.time(int(text.split(":")[0]) % 24)
    if re.fullmatch(r"\d{1,2}[/-]\d{1,2}([/-]\d{2,4})?", text):
        return dt.datetime(2025, 1, 1)
    words = [word for word in re.split(r"[\s,/-]+", text.casefold()) if word]
    names = [word for word in words if word[:3] in months and word.isalpha()]
    if len(names) == 1 and 2 <= len(words) <= 3 and all(word.isdigit() for word in words if word not in names):
        return dt.datetime(2025, months.index(names[0][:3]) + 1, 1)
    return None


def box(sheet: Worksheet, action: Action) -> Box:
    """First row, first column, last row and last column of an action's range."""
    top, left = action["start_row"] + 1, action["start_column"] + 1
    return top, left, top + action["row_count"] - 1, left + action["column_count"] - 1


def _area(address: str) -> Box:
    left, top, right, bottom = range_boundaries(address.replace("$", ""))
    return int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)


def _ref(area: Box) -> str:
    top, left, bottom, right = area
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


def _table(table: Table) -> dict[str, Any]:
    top, left, bottom, right = _area(table.ref)
    head, total = table.headerRowCount != 0, bool(table.totalsRowCount)
    return {
        "name": table.displayName,
        "range_address": table.ref,
        "row_count": bottom - top + 1,
        "column_count": right - left + 1,
        "columns": [column.name for column in table.tableColumns],
        "header_row_range_address": _ref((top, left, top, right)) if head else None,
        "data_body_range_address": _ref((top + head, left, bottom - total, right)),
        "total_row_range_address": _ref((bottom, left, bottom, right)) if total else None,
        "show_headers": head,
        "show_totals": total,
        "table_style": table.tableStyleInfo.name if table.tableStyleInfo else None,
        "show_autofilter": table.autoFilter is not None,
        "show_table_style_first_column": False,
        "show_table_style_last_column": False,
        "show_table_style_row_stripes": True,
        "show_table_style_column_stripes": False,
    }


# ---- what each action does ----
Doing = Callable[[RemoteExcel, Action], None]
_DOING: dict[str, Doing] = {}


def doing(*names: str) -> Callable[[Doing], Doing]:
    def register(do: Doing) -> Doing:
        _DOING.update(dict.fromkeys(names, do))
        return do

    return register


def _sheet_of(excel: RemoteExcel, action: Action) -> Worksheet:
    sheet: Worksheet = excel.workbook.worksheets[action["sheet_position"]]
    return sheet


def _cells(excel: RemoteExcel, action: Action) -> Iterator[Cell]:
    sheet = _sheet_of(excel, action)
    top, left, bottom, right = box(sheet, action)
    for row in sheet.iter_rows(top, bottom, left, right):
        yield from row


@doing("setValues", "setFormula")
def _values(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    top, left, _, _ = box(sheet, action)
    for down, row in enumerate(action["values"]):
        for across, value in enumerate(row):
            cell = sheet.cell(top + down, left + across)
            _put(cell, typed(value, cell.number_format), is_text=isinstance(value, str) and value.startswith("'"))
    _name_columns(sheet)


def _put(cell: Any, value: Any, *, is_text: bool) -> None:
    style = copy.copy(cell._style)
    cell.value = value
    if is_text and isinstance(value, str):
        cell.data_type = "s"
    if not (isinstance(value, dt.date | dt.time) and cell.number_format != "General"):
        cell._style = style if not isinstance(value, dt.date | dt.time) else cell._style


def _name_columns(sheet: Worksheet) -> None:
    """The names of tables' columns follow their header cells; Excel numbers a second one of the same name."""
    for table in sheet.tables.values():
        top, left, _, right = _area(table.ref)
        seen: set[str] = set()
        names = []
        for column in range(left, right + 1):
            wanted = str(sheet.cell(top, column).value or f"Column{column - left + 1}")
            name, number = wanted, 2
            while name.casefold() in seen:
                name, number = f"{wanted}{number}", number + 1
            seen.add(name.casefold())
            sheet.cell(top, column).value = name
            names.append(name)
        formulas = [column.calculatedColumnFormula for column in table.tableColumns]
        table.tableColumns = [TableColumn(id=number, name=name) for number, name in enumerate(names, 1)]
        for column, formula in zip(table.tableColumns, formulas, strict=False):
            column.calculatedColumnFormula = formula


@doing("rangeClearContents", "rangeClear")
def _clear(excel: RemoteExcel, action: Action) -> None:
    for cell in _cells(excel, action):
        cell.value = None
        if action["func"] == "rangeClear":
            cell.style = "Normal"
            cell.hyperlink = None
            cell.comment = None


@doing("resizeTable")
def _resize_table(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    table = list(sheet.tables.values())[action["args"][0]]
    area, old = _area(action["args"][1]), _area(table.ref)
    if area[0] != old[0] or area[2] <= area[0]:
        raise RefusedError("a table keeps its row of headings, and at least one row")
    if table.totalsRowCount and area[2] != old[2]:
        raise RefusedError("a table with totals grows by rows put in")
    if any(_meet(area, _area(other.ref)) for other in sheet.tables.values() if other is not table):
        raise RefusedError("tables cannot overlap")
    table.ref = _ref(area)
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref
    _name_columns(sheet)
    _go_on_calculating(sheet, table, old[2] + 1, area[2])


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _go_on_calculating(sheet: Worksheet, table: Table, first: int, last: int) -> None:
    top, left, bottom, right = _area(table.ref)
    body = [row for row in range(top + 1, bottom + 1 - (table.totalsRowCount or 0)) if not first <= row <= last]
    for column in range(left, right + 1):
        cells = [sheet.cell(row, column) for row in body]
        if cells and all(cell.data_type == "f" for cell in cells):
            for row in range(first, last + 1):
                home, place = cells[-1].coordinate, sheet.cell(row, column).coordinate
                sheet.cell(row, column).value = Translator(str(cells[-1].value), home).translate_formula(place)


@doing("rangeInsert", "rangeDelete")
def _shift(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    top, left, bottom, right = box(sheet, action)
    by = bottom - top + 1
    if action["args"][0] not in ("down", "up"):
        raise UnknownError(f"{action['func']} to the side")
    inserts = action["func"] == "rangeInsert"
    for table in list(sheet.tables.values()):
        _shift_table(table, (top, left, bottom, right), by if inserts else -by)
    if inserts:
        look = {column: sheet.cell(max(1, top - 1), column)._style for column in range(left, right + 1)}
        _carry(sheet, (top, left, sheet.max_row, right), by)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                sheet.cell(row, column)._style = copy.copy(look[column])
    else:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                sheet._cells.pop((row, column), None)
        _carry(sheet, (bottom + 1, left, sheet.max_row, right), -by)
    for table in sheet.tables.values() if inserts else ():
        if _meet(_area(table.ref), (top, left, bottom, right)):
            _go_on_calculating(sheet, table, top, bottom)


def _shift_table(table: Table, area: Box, by: int) -> None:
    top, left, bottom, right = _area(table.ref)
    if bottom < area[0] or right < area[1] or left > area[3]:
        return
    if left < area[1] or right > area[3]:
        raise RefusedError(f"this would shift cells in the table {table.displayName}")
    if (top >= area[0] and by > 0) or top > area[2]:
        top += by
    elif top >= area[0] or (by < 0 and area[2] > bottom):
        raise RefusedError(f"this would take the headings of the table {table.displayName}")
    table.ref = _ref((top, left, bottom + by, right))
    if bottom + by <= top:
        raise RefusedError(f"the table {table.displayName} would have no row")
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref


def _carry(sheet: Worksheet, area: Box, down: int, across: int = 0) -> None:
    """Cells put into other places, with what hangs on them."""
    top, left, bottom, right = area
    places = [(r, c) for r, c in sheet._cells if top <= r <= bottom and left <= c <= right]
    moved = {place: sheet._cells.pop(place) for place in places}
    for (row, column), cell in moved.items():
        home, was_text = cell.coordinate, cell.data_type == "s"
        cell.row, cell.column = row + down, column + across
        if cell.data_type == "f" and isinstance(cell.value, str) and not was_text:
            cell.value = Translator(cell.value, home).translate_formula(cell.coordinate)
        if cell.hyperlink:
            cell.hyperlink.ref = cell.coordinate
        sheet._cells[cell.row, cell.column] = cell


@doing("moveRange")
def _move(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    area, target = box(sheet, action), _area(action["args"][1])
    if action["args"][0] != action["sheet_position"]:
        raise UnknownError("moveRange to another sheet")
    for row in range(target[0], target[0] + area[2] - area[0] + 1):
        for column in range(target[1], target[1] + area[3] - area[1] + 1):
            if not (area[0] <= row <= area[2] and area[1] <= column <= area[3]):
                sheet._cells.pop((row, column), None)
    _carry(sheet, area, target[0] - area[0], target[1] - area[1])


@doing("rangeAutofill")
def _autofill(excel: RemoteExcel, action: Action) -> None:
    address, kind = action["args"]
    if kind != "FillFormats":
        raise UnknownError(f"rangeAutofill {kind}")
    sheet = _sheet_of(excel, action)
    source, (top, left, bottom, right) = box(sheet, action), _area(address)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            sheet.cell(row, column)._style = copy.copy(sheet.cell(source[0], column)._style)


@doing("addTable")
def _add_table(excel: RemoteExcel, action: Action) -> None:
    address, has_headers, style, name = action["args"]
    sheet = _sheet_of(excel, action)
    taken = {table.casefold() for each in excel.workbook.worksheets for table in each.tables}
    if not has_headers or name is None or name.casefold() in taken:
        raise RefusedError(f"a table {name}")
    area = _area(address)
    if any(_meet(area, _area(other.ref)) for other in sheet.tables.values()):
        raise RefusedError("tables cannot overlap")
    table = Table(displayName=name, ref=_ref(area))
    table.tableStyleInfo = TableStyleInfo(name=style, showRowStripes=True)
    table._initialise_columns()
    sheet.add_table(table)
    _name_columns(sheet)


@doing("showAutofilterTable")
def _show_filters(excel: RemoteExcel, action: Action) -> None:
    number, shown = action["args"]
    table = list(_sheet_of(excel, action).tables.values())[number]
    table.autoFilter = AutoFilter(ref=table.ref) if shown else None


@doing("rangeMerge")
def _merge(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    area = box(sheet, action)
    if action["args"][0]:
        raise UnknownError("rangeMerge row by row")
    if any(_meet(area, _area(table.ref)) for table in sheet.tables.values()):
        raise RefusedError("cells of a table cannot be merged")
    sheet.merge_cells(_ref(area))


@doing("addSheet")
def _add_sheet(excel: RemoteExcel, action: Action) -> None:
    excel.workbook.active = excel.workbook.create_sheet(action["args"][1], action["args"][0])


@doing("sheetDelete")
def _delete_sheet(excel: RemoteExcel, action: Action) -> None:
    excel.workbook.remove(_sheet_of(excel, action))


@doing("activateSheet")
def _activate(excel: RemoteExcel, action: Action) -> None:
    excel.workbook.active = int(action["args"][0])


@doing("setSheetVisibility")
def _visibility(excel: RemoteExcel, action: Action) -> None:
    _sheet_of(excel, action).sheet_state = {v: k for k, v in VISIBLE.items()}[action["args"][0]]


@doing("namesAdd")
def _add_name(excel: RemoteExcel, action: Action) -> None:
    name, text = action["args"]
    excel.workbook.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text=text.lstrip("="))


@doing("addNote", "setNoteText")
def _note(excel: RemoteExcel, action: Action) -> None:
    for cell in _cells(excel, action):
        if action["func"] == "addNote" and cell.comment is not None:
            raise RefusedError(f"{cell.coordinate} has a note")
        cell.comment = Comment(action["args"][1], "Excel")


@doing("deleteNote")
def _delete_note(excel: RemoteExcel, action: Action) -> None:
    for cell in _cells(excel, action):
        cell.comment = None


@doing("addHyperlink")
def _link(excel: RemoteExcel, action: Action) -> None:
    address, text, tip = action["args"]
    for cell in _cells(excel, action):
        cell.value = typed(text)
        target = {"location": address[1:]} if address.startswith("#") else {"target": address}
        cell.hyperlink = Hyperlink(ref=cell.coordinate, display=text, tooltip=tip, **target)


@doing("setRangeColor")
def _colour(excel: RemoteExcel, action: Action) -> None:
    rgb = action["args"][0]
    for cell in _cells(excel, action):
        cell.fill = PatternFill("solid", fgColor=f"FF{rgb.lstrip('#').upper()}") if rgb else PatternFill()


@doing("setFontProperty")
def _font(excel: RemoteExcel, action: Action) -> None:
    key, value = action["args"][-2:]
    for cell in _cells(excel, action):
        font = copy.copy(cell.font)
        given = {"bold": {"b": value}, "size": {"sz": value}, "italic": {"i": value}}[key]
        cell.font = Font(**{"name": font.name, "b": font.b, "i": font.i, "sz": font.sz, "color": font.color, **given})


@doing("setNumberFormat")
def _number_format(excel: RemoteExcel, action: Action) -> None:
    for cell in _cells(excel, action):
        cell.number_format = action["args"][0]


@doing("setWrapText", "setVerticalAlignment", "setHorizontalAlignment")
def _align(excel: RemoteExcel, action: Action) -> None:
    name = {"setWrapText": "wrap_text", "setVerticalAlignment": "vertical"}.get(action["func"], "horizontal")
    value = action["args"][0]
    for cell in _cells(excel, action):
        old = {key: getattr(cell.alignment, key) for key in ("wrap_text", "vertical", "horizontal", "indent")}
        cell.alignment = Alignment(**{**old, name: value.lower() if isinstance(value, str) else value})


@doing("rangeAdjustIndent")
def _indent(excel: RemoteExcel, action: Action) -> None:
    for cell in _cells(excel, action):
        alignment = copy.copy(cell.alignment)
        alignment.indent += action["args"][0]
        cell.alignment = alignment


@doing("setColumnWidth", "setRowHeight")
def _size(excel: RemoteExcel, action: Action) -> None:
    sheet = _sheet_of(excel, action)
    top, left, bottom, right = box(sheet, action)
    if action["func"] == "setRowHeight":
        for row in range(top, bottom + 1):
            sheet.row_dimensions[row].height = action["args"][0]
        return
    for column in range(left, right + 1):
        sheet.column_dimensions[get_column_letter(column)].width = (action["args"][0] - 3.75) / 5.25


@doing("addConditionalFormat")
def _conditional(excel: RemoteExcel, action: Action) -> None:
    rule = action["args"][0]
    if rule["type"] != "Custom":
        raise UnknownError(f"conditional format {rule['type']}")
    fill, font = (f"FF{rule[key].lstrip('#').upper()}" for key in ("fill_color", "font_color"))
    sheet = _sheet_of(excel, action)
    looks = FormulaRule([rule["formula"].lstrip("=")], fill=PatternFill(bgColor=fill), font=Font(color=font))
    sheet.conditional_formatting.add(_ref(box(sheet, action)), looks)


@doing("freezePaneAtRange")
def _freeze(excel: RemoteExcel, action: Action) -> None:
    _sheet_of(excel, action).freeze_panes = f"A{int(action['args'][0].split(':')[1]) + 1}"


@doing("alert")
def _alert(excel: RemoteExcel, action: Action) -> None:
    excel.alerts.append(action["args"])
