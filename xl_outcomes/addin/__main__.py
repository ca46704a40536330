"""The door from Excel: `python -I -m xl_outcomes.addin ACTION --wb=NAME --from_xl=1 --hwnd=N [--choice=TOKEN]`.

The launcher in the add-in writes NAME with every character outside letters, digits, space and `._()-` as `+` and the
four hexadecimal digits of its UTF-16 code unit. Exit codes: 0 done, or the officer has been told what went wrong;
from 1000 up, a failure that could not be shown, and the number is its reference in the log.
"""

import datetime as dt
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xl_outcomes.addin.listed import ACTIONS, run
from xl_outcomes.addin.memory import Memory, own_memory
from xl_outcomes.errors import InputError, OutcomesError

if TYPE_CHECKING:
    import xlwings as xw

    from xl_outcomes.addin.desk import Desk
    from xl_outcomes.addin.talk import Talk

_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_ESCAPED = re.compile(r"\+([0-9A-F]{4})")


@dataclass(frozen=True, slots=True)
class Click:
    """What the launcher says: the action, the workbook's name (blank: none is open), Excel's window, the choice."""

    action: str
    book: str = ""
    hwnd: int = 0
    choice: str = ""


def main(arguments: Sequence[str]) -> int:
    """A button's command: the exit code says how it ended."""
    memory = own_memory()
    try:
        clicked = read_click(arguments)
    except InputError as error:
        return memory.note(dt.datetime.now(), f"{error}\n{' '.join(arguments)}")
    return act(clicked, lambda: _desk(clicked, memory), memory)


def click(action: str) -> int:
    """An action from RunPython, on the workbook whose macro calls it."""
    import xlwings as xw

    memory = own_memory()
    return act(Click(action), lambda: _at_desk(xw.Book.caller(), memory, ""), memory)


def act(clicked: Click, desk_of: "Callable[[], Desk]", memory: Memory) -> int:
    """Does an action; what goes wrong is told in plain words, else noted under the reference that is returned."""
    desk: Desk | None = None
    try:
        desk = desk_of()
        run(clicked.action, desk)
    except OutcomesError as error:
        return _tell(desk, memory, f"{error.message}\n{error.fix}".strip(), str(error))
    except Exception as error:
        found = f"{clicked.action}: {type(error).__name__}"
        reference = memory.note(dt.datetime.now(), f"{found}\n{traceback.format_exc()}")
        text = (
            f"Something unforeseen went wrong, and nothing more has been written.\n"
            f"Reference {reference} is in the log (Help, Open log): send it to whoever looks after Outcomes."
        )
        return _tell(desk, memory, text, found, reference)
    finally:
        if desk is not None:
            desk.excel.status(None)
    return 0


def read_click(arguments: Sequence[str]) -> Click:
    """What the launcher says; raises InputError for anything that is not of its fixed form."""
    action, *options = arguments or ("",)
    if action not in ACTIONS:
        raise InputError(f'"{action}" is not an action of the ribbon.', f"Actions: {', '.join(ACTIONS)}.")
    given = dict(option.removeprefix("--").partition("=")[::2] for option in options)
    unknown = given.keys() - {"wb", "from_xl", "hwnd", "choice"}
    choice, hwnd = given.get("choice", ""), given.get("hwnd", "0")
    if unknown or (choice and not _TOKEN.fullmatch(choice)) or not (hwnd.isascii() and hwnd.isdigit()):
        raise InputError("The button sent something that is not of its fixed form.")
    return Click(action, decoded(given.get("wb", "")), int(hwnd), choice)


def decoded(name: str) -> str:
    """A workbook's name as the launcher wrote it, read back."""
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tell(desk: "Desk | None", memory: Memory, text: str, found: str, reference: int = 0) -> int:
    """Tells the officer; where Excel does not answer, the reference of the log is the exit code."""
    try:
        if desk is not None:
            desk.talk.tell(text)
            return 0
    except Exception:
        found = f"{found}\nThe message could not be shown:\n{traceback.format_exc()}"
    return reference or memory.note(dt.datetime.now(), f"{text}\n{found}")


def _desk(clicked: Click, memory: Memory) -> "Desk":
    """The desk of a click: the workbook of that name in the Excel with that window."""
    import xlwings as xw

    if sys.platform != "win32":
        return _at_desk(xw.Book.caller(), memory, clicked.choice)
    app = next((app for app in xw.apps if app.hwnd == clicked.hwnd), None)
    if app is None:
        raise InputError("The Excel that the button was clicked in does not answer.", "Close its dialogues, and retry.")
    book = next((book for book in app.books if book.name == clicked.book), None)
    if book is None and clicked.book:
        raise InputError(f'The workbook "{clicked.book}" is no longer open.', "Open it, and click again.")
    return _desk_in(app, book, memory, clicked.choice)


def _at_desk(book: "xw.Book", memory: Memory, choice: str) -> "Desk":
    return _desk_in(book.app, book, memory, choice)


def _desk_in(app: "xw.App", book: "xw.Book | None", memory: Memory, choice: str) -> "Desk":
    from xl_outcomes.addin.desk import Desk, user
    from xl_outcomes.addin.talk import ExcelTalk
    from xl_outcomes.workbook.excel_app import app_of

    talk: Talk = ExcelTalk(app)
    now = dt.datetime.now().replace(microsecond=0)
    return Desk(book, app_of(app), talk, memory, now, user(), choice)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
