"""The child process that reads one .xls or .xlsb file with python-calamine and writes its cells down as JSON lines.

Started by `legacy_reader` as a script of its own, with the standard library and python-calamine only, so that a file
that breaks the reader breaks nothing else. Each line of the answer is a list: `["sheet", name, visible, merged]`, then
for each row that holds something `["row", number, [[column, kind, value], ...]]`; the last line is `["end"]`, or
`["fault", what, found]`, where `what` is `password`, `damaged`, or the limit that was met: `rows`, `cells`, `text`,
`columns`, `text_bytes`, `sheets` or `details`.

Arguments: the file, the answer's file, the folder where python-calamine is installed, the limits as JSON.
"""

import datetime
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

Line = list[Any]
_BYTES_PER_CELL = 100
_KEEPING = 100  # as in `budget`: what keeping a text takes beside the text


class UnreadableError(Exception):
    """The file cannot be read: what is wrong, and how much of it was found."""

    def __init__(self, what: str, found: float = 0) -> None:
        super().__init__(what)
        self.line: Line = ["fault", what, found]


def main(file: str, answer: str, library: str, limits: str) -> None:
    """Read the file and write the answer; the exit code is 0 unless memory ran out or the reader broke down."""
    allowed = json.loads(limits)
    _limit_memory(allowed["memory_bytes"])
    _limit_answer(allowed["text_bytes"] * 3 + allowed["cells"] * _BYTES_PER_CELL)
    sys.path.append(library)
    with Path(answer).open("w", encoding="ascii") as out:
        try:
            for line in _lines(file, allowed):
                _write(out, line)
            _write(out, ["end"])
        except UnreadableError as fault:
            _write(out, fault.line)


def _lines(file: str, allowed: dict[str, int]) -> Iterator[Line]:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(file) as book:
            counted = _Counted(allowed)
            if not book.sheets_metadata:
                raise UnreadableError("damaged")
            counted.check("sheets", len(book.sheets_metadata))
            for metadata in book.sheets_metadata:
                if metadata.typ == calamine.SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_name(metadata.name)
                    visible = metadata.visible == calamine.SheetVisibleEnum.Visible
                    merged = sheet.merged_cell_ranges or []
                    counted.merge(len(merged))
                    yield ["sheet", metadata.name, visible, merged]
                    yield from _rows(sheet, counted)
    except calamine.PasswordError as error:
        raise UnreadableError("password") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableError("damaged") from error


class _Counted:
    # What was found so far, against what is allowed.

    def __init__(self, allowed: dict[str, int]) -> None:
        self.allowed = allowed
        self.rows = self.cells = self.texts = self.merged = 0

    def add(self, cells: list[Line]) -> None:
        self.rows += 1
        self.cells += len(cells)
        texts = [value for _, kind, value in cells if kind == "text"]
        self.texts += sum(sys.getsizeof(text) + _KEEPING for text in texts)
        self.check("rows", self.rows)
        self.check("cells", self.cells)
        self.check("columns", cells[-1][0])
        self.check("text", max(map(len, texts), default=0))
        self.check("text_bytes", self.texts)

    def merge(self, areas: int) -> None:
        self.merged += areas
        self.check("details", self.merged)

    def check(self, what: str, found: int) -> None:
        if found > self.allowed[what]:
            raise UnreadableError(what, found)


def _rows(sheet: Any, counted: _Counted) -> Iterator[Line]:
    # Rows come from the first row of the sheet, also where it is blank.
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [[column, *_cell(value)] for column, value in enumerate(values, start=1) if value != ""]
        if cells:
            counted.add(cells)
            yield ["row", number, cells]


def _cell(value: Any) -> tuple[str, Any]:
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | float):
        return "number", float(value)
    if isinstance(value, datetime.timedelta):
        return "number", value / datetime.timedelta(days=1)
    if isinstance(value, datetime.time):
        return "date", datetime.datetime.combine(datetime.date(1899, 12, 31), value).isoformat()
    if isinstance(value, datetime.date):
        return "date", value.isoformat()
    return "text", str(value)


def _write(out: IO[str], line: Line) -> None:
    out.write(json.dumps(line) + "\n")


def _limit_memory(size: int) -> None:
    # Windows has no such limit for a process to set itself; there the time limit alone holds.
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_answer(size: int) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size * 2, size * 2))


if __name__ == "__main__":
    main(*sys.argv[1:])
