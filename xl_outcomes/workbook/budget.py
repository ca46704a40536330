"""What reading one file has used so far, and the plain sentences for a file that cannot be read."""

import sys
import time
from dataclasses import dataclass

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits

_KEEPING = 100  # what Python takes to keep a short text in a table, beside the text itself
_LONGEST_NAME = 255


@dataclass(slots=True)
class Budget:
    """The limits of one reading, and what it has used; every method raises `file-too-large` at the limit."""

    name: str
    limits: Limits
    deadline: float
    unpacked: int = 0
    rows: int = 0
    cells: int = 0
    texts: int = 0
    details: int = 0

    @classmethod
    def begin(cls, name: str, limits: Limits) -> "Budget":
        """Start the clock for the file of that name."""
        return cls(name, limits, time.monotonic() + limits.seconds)

    def used(self) -> tuple[int, int, int, int, int]:
        """What has been counted so far."""
        return self.unpacked, self.rows, self.cells, self.texts, self.details

    def take_back(self, used: tuple[int, int, int, int, int]) -> None:
        """Count again from there: what was read since is left and read in another way."""
        self.unpacked, self.rows, self.cells, self.texts, self.details = used

    def check_file(self, size: int) -> None:
        """Refuse a file of too many bytes."""
        if size > self.limits.file_bytes:
            raise self.too_large(f"it is {sized(size)}", sized(self.limits.file_bytes), "file_bytes")

    def unpack(self, count: int) -> None:
        """Count bytes taken out of the archive, and look at the clock."""
        self.unpacked += count
        self.check_unpacked(self.unpacked)
        self.check_clock()

    def check_clock(self) -> None:
        """Refuse a file that has taken too long."""
        if time.monotonic() > self.deadline:
            raise self.too_slow()

    def seconds_left(self) -> float:
        """The time that is left for the file."""
        return max(0.0, self.deadline - time.monotonic())

    def check_unpacked(self, size: int) -> None:
        """Refuse an archive that unpacks to too much."""
        if size > self.limits.unpacked_bytes:
            found, allowed = f"it unpacks to {sized(size)} or more", sized(self.limits.unpacked_bytes)
            raise self.too_large(found, allowed, "unpacked_bytes")

    def add_row(self, cells: int) -> None:
        """Count a row that holds something, and its cells."""
        self.add_rows(1, cells)

    def add_rows(self, rows: int, cells: int) -> None:
        """Count rows that hold something, and their cells."""
        self.rows += rows
        self.cells += cells
        if self.rows > self.limits.rows:
            raise self.too_large(f"it holds {self.rows:,} rows or more", f"{self.limits.rows:,} rows", "rows")
        if self.cells > self.limits.cells:
            raise self.too_large(f"it holds {self.cells:,} cells or more", f"{self.limits.cells:,} cells", "cells")

    def add_text(self, text: str) -> None:
        """Count the memory of a text that is kept: that of a cell, one that cells share, a heading."""
        self.texts += sys.getsizeof(text) + _KEEPING
        if self.texts > self.limits.text_bytes:
            found, allowed = f"its texts take {sized(self.texts)} or more", sized(self.limits.text_bytes)
            raise self.too_large(found, allowed, "text_bytes")

    def add_details(self, count: int) -> None:
        """Count what is not a cell and yet is kept: merged areas, headings, formats, links."""
        self.details += count
        if self.details > self.limits.details:
            raise self.too_large(
                f"it has {self.details:,} merged areas, headings, formats and links or more",
                f"{self.limits.details:,} of them",
            )

    def check_sheets(self, count: int, name: str) -> None:
        """Refuse too many sheets, and a sheet with an endless name."""
        if count > self.limits.sheets:
            raise self.too_large(f"it has {count:,} sheets or more", f"{self.limits.sheets:,} sheets")
        if len(name) > _LONGEST_NAME:
            raise self.too_large(
                f"the name of a sheet has {len(name):,} characters", f"{_LONGEST_NAME} characters in a name"
            )

    def check_text(self, length: int) -> None:
        """Refuse a cell with more text than Excel can hold."""
        if length > self.limits.text:
            raise self.too_large(
                f"a cell holds {length:,} characters or more", f"{self.limits.text:,} characters in a cell"
            )

    def check_column(self, column: int) -> None:
        """Refuse a cell too far to the right."""
        if column > self.limits.columns:
            raise self.too_large(f"it uses {column:,} columns", f"{self.limits.columns:,} columns")

    def too_large(self, found: str, allowed: str, limit: str = "") -> FileError:
        """The error for a limit: what was found ("it is 60 MB"), what is allowed ("50 MB"), its field in `Limits`."""
        setting = dict(self.limits.settings).get(limit)
        named = f" (setting {setting})" if setting else ""
        return FileError(
            "file-too-large",
            f"{self.name} is too large to read: {found}; the limit is {allowed}{named}.",
            "Delete what does not belong to it (pictures, unused sheets, filled or formatted cells far below or to "
            "the right), save it and send it again.",
        )

    def too_slow(self) -> FileError:
        """The error for a file that takes too long."""
        return self.too_large(
            f"reading it takes more than {self.limits.seconds:g} seconds", f"{self.limits.seconds:g} seconds"
        )

    def damaged(self, detail: str) -> FileError:
        """The error for a broken file; the detail completes "the file is damaged: ..."."""
        return FileError(
            "file-damaged",
            f"{self.name} is damaged: {detail}.",
            "Open it in Excel, save it as a new .xlsx file and send that; if Excel cannot open it, ask for a new copy.",
        )

    def unsafe(self, part: str) -> FileError:
        """The error for a part with a document type or entities, which no spreadsheet program writes."""
        return FileError(
            "file-unsafe",
            f"{self.name} is not safe to read: its part {part} holds a document type (DOCTYPE) or entity declaration, "
            "which no spreadsheet program writes.",
            "Do not open it. Ask the sender how it was made, and for a fresh file saved from Excel.",
        )

    def password(self) -> FileError:
        """The error for an encrypted file."""
        return FileError(
            "file-password",
            f"{self.name} is password-protected, so it cannot be read.",
            "Open it in Excel, remove the password (File > Info > Protect Workbook > Encrypt with Password, clear the "
            "box), save it and send it again.",
        )

    def rights_managed(self) -> FileError:
        """The error for a file under rights management."""
        return FileError(
            "file-password",
            f"{self.name} is rights-managed (restricted access or an encrypting sensitivity label), so it cannot be "
            "read.",
            "Open it in Excel, remove the restriction (File > Info > Protect Workbook > Restrict Access, or choose a "
            "label that does not encrypt), save it and send it again.",
        )

    def wrong_format(self, found: str, fix: str = "") -> FileError:
        """The error for a file that is no spreadsheet; `found` completes "it is ..."."""
        return FileError(
            "file-format",
            f"{self.name} is not a spreadsheet that can be read: it is {found}.",
            fix or "Send the Excel workbook (.xlsx) itself.",
        )


def sized(size: int) -> str:
    """A number of bytes as people say it: 540 MB, 12 KB, 7 bytes."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:,.0f} MB"
    return f"{size / 1024:,.0f} KB" if size >= 1024 else f"{size} bytes"
