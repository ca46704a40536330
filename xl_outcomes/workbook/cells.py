"""Any spreadsheet file, read safely: the way in, and the types of what comes out.

    book = read_book(Path("return.xlsx"))
    book.sheets[0].cells[4, 2].value

What a file is, is decided by its bytes. Excel's .xlsx and .xlsm and OpenDocument's .ods are read as a stream within
limits; .xls and .xlsb by a child process (what that cannot tell apart, `legacy_reader` says). Nothing is calculated,
no link is followed, no macro is run, and nothing is left open.
"""

from pathlib import Path
from typing import IO

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.cell_types import Book, Cell, Kind, Limits, NamedTable, Sheet
from xl_outcomes.workbook.legacy_reader import read_legacy
from xl_outcomes.workbook.ods_reader import read_ods
from xl_outcomes.workbook.safe_package import SafePackage
from xl_outcomes.workbook.sniffing import container_of, format_of, require_xls
from xl_outcomes.workbook.xlsx_reader import read_xlsx

__all__ = ["Book", "Cell", "Kind", "Limits", "NamedTable", "Sheet", "read_book"]

_LIMITS = Limits()


def read_book(path: Path, limits: Limits = _LIMITS) -> Book:
    """Read a spreadsheet file: every cell that is not blank, on every worksheet.

    Raises FileError: `file-missing`, `file-open` (no access), `file-format` (names what the file is instead),
    `file-password`, `file-damaged`, `file-too-large`, `file-unsafe`.
    """
    budget = Budget.begin(path.name, limits)
    with _opened(path) as file:
        budget.check_file(file.seek(0, 2))
        file.seek(0)
        if container_of(file, budget) == "zip":
            return _read_package(path, SafePackage(file, budget))
        require_xls(file, budget)
    return read_legacy(path, "xls", budget)


def _read_package(path: Path, package: SafePackage) -> Book:
    package.refuse_doctypes()
    file_format = format_of(package)
    if file_format == "ods":
        return read_ods(package)
    if file_format == "xlsb":
        return read_legacy(path, "xlsb", package.budget)
    return read_xlsx(package, file_format)


def _opened(path: Path) -> IO[bytes]:
    if path.name.startswith("~$"):
        raise FileError(
            "file-format",
            f"{path.name} is not a workbook: Excel keeps it beside a workbook that is open.",
            f"Send {path.name[2:]} instead, once it is closed in Excel.",
        )
    if path.is_dir():
        raise FileError("file-format", f"{path.name} is a folder, not a workbook.", "Give the name of a file in it.")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise FileError("file-missing", f"There is no file {path}.", "Check the folder and the name.") from error
    except OSError as error:
        raise FileError(
            "file-open",
            f"{path.name} cannot be opened: another program holds it, or you may not read it.",
            "Close it everywhere and try again; if that does not help, ask for access to the folder.",
        ) from error
