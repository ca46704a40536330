"""What a button says to the officer and asks of her, through Excel's own dialogues.

Excel's message box cuts texts off after about 1,000 characters and its input box after 255; longer ones are shown
a page at a time, and shortened where they would take more than three.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import xlwings as xw

TITLE = "Outcomes"
PAGE, QUESTION, PAGES = 900, 250, 3
_TEXT, _FILE_PICKER, _FOLDER_PICKER = 2, 3, 4


class Talk(Protocol):
    """The dialogues of a button; None or False where the officer chose Cancel."""

    def tell(self, text: str) -> None:
        """Say something."""

    def confirm(self, text: str) -> bool:
        """Say what would happen, with OK and Cancel."""

    def ask(self, question: str, default: str = "") -> str | None:
        """Ask for a line of text."""

    def choose_files(self, title: str, folder: str) -> list[Path]:
        """Ask for files, beginning in a folder; none where she chose Cancel."""

    def choose_folder(self, title: str, folder: str) -> Path | None:
        """Ask for a folder."""

    def show(self, path: Path) -> None:
        """Open a file with the program that it belongs to."""


class ExcelTalk:
    """Dialogues shown by the Excel that the button was clicked in."""

    def __init__(self, app: "xw.App") -> None:
        self._app = app

    def tell(self, text: str) -> None:
        """Say something, a page at a time."""
        for page in pages(text):
            self._app.alert(page, TITLE, "ok", "info")

    def confirm(self, text: str) -> bool:
        """Say what would happen, with OK and Cancel on each page; Cancel on any of them stops it."""
        return all(self._app.alert(page, TITLE, "ok_cancel", "info") == "ok" for page in pages(text))

    def ask(self, question: str, default: str = "") -> str | None:
        """Ask for a line of text; a question too long for the box is told first."""
        if len(question) > QUESTION:
            self.tell(question)
            question = question.rstrip().rsplit("\n", 1)[-1][-QUESTION:]
        # Application.InputBox, with type 2 for text, gives False for Cancel.
        given: Any = self._app.api.InputBox(question, TITLE, default, None, None, None, None, _TEXT)
        return None if given is False else str(given).strip()

    def choose_files(self, title: str, folder: str) -> list[Path]:
        """Ask for return files."""
        dialogue = self._picker(_FILE_PICKER, title, folder)
        dialogue.AllowMultiSelect = True
        return _chosen(dialogue)

    def choose_folder(self, title: str, folder: str) -> Path | None:
        """Ask for a folder."""
        return next(iter(_chosen(self._picker(_FOLDER_PICKER, title, folder))), None)

    def show(self, path: Path) -> None:
        """Open a file with the program that it belongs to."""
        if sys.platform == "win32":
            os.startfile(path)

    def _picker(self, kind: int, title: str, folder: str) -> Any:
        dialogue = self._app.api.FileDialog(kind)
        dialogue.Title = title
        if folder:
            dialogue.InitialFileName = folder.rstrip("\\/") + "\\"
        return dialogue


def choose(talk: Talk, question: str, options: Sequence[str]) -> int | None:
    """Ask for one of several options by its number; None where she chose Cancel. A wrong number is asked again."""
    listed = "\n".join(f"{n}  {option}" for n, option in enumerate(options, 1))
    while True:
        given = talk.ask(f"{question}\n{listed}\nNumber (1 to {len(options)}):")
        if given is None:
            return None
        if given.isascii() and given.isdigit() and 1 <= int(given) <= len(options):
            return int(given) - 1


def pages(text: str) -> list[str]:
    """A text in pages that a message box shows whole, broken between lines; what is left out in the end is said."""
    found, page = [], ""
    for line in text.splitlines():
        line = line if len(line) <= PAGE // 2 else line[: PAGE // 2] + "…"
        if page and len(page) + len(line) >= PAGE:
            found.append(page)
            page = ""
        page = f"{page}\n{line}" if page else line
    found.append(page)
    if len(found) > PAGES:
        left = sum(len(p.splitlines()) for p in found[PAGES:])
        found = [*found[: PAGES - 1], f"{found[PAGES - 1]}\n… and {left} lines more."]
    return found if len(found) == 1 else [f"{p}\n\n({n} of {len(found)})" for n, p in enumerate(found, 1)]


def _chosen(dialogue: Any) -> list[Path]:
    if not dialogue.Show():
        return []
    items = dialogue.SelectedItems
    return [Path(str(items.Item(number))) for number in range(1, items.Count + 1)]
