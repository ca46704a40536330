"""An officer at the ribbon, without Excel: her click goes through the add-in's VBA, the command it starts is carried
out by the real Python, and what that writes goes into a stand-in for Excel.

The dialogues are scripted: each click says beforehand what she answers, and what she is told is kept.
"""

import datetime as dt
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.addin_vba import Excel as Vba
from tests.addin_vba import excel as load_vba
from tests.remote_excel import RemoteExcel
from xl_outcomes.addin import __main__ as door
from xl_outcomes.addin.desk import Desk
from xl_outcomes.addin.memory import Memory
from xl_outcomes.workbook.excel_app import app_of

Answer = bool | str | None | list[Path] | Path


@dataclass
class Script:
    """Dialogues answered from a list; what was said and asked is kept in order."""

    answers: list[Answer] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    opened: list[Path] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.said.append(text)

    def confirm(self, text: str) -> bool:
        self.said.append(text)
        return self._next() is True

    def ask(self, question: str, default: str = "") -> str | None:
        self.said.append(question)
        answer = self._next()
        assert answer is None or isinstance(answer, str), f"{question}: {answer!r}"
        return answer

    def choose_files(self, title: str, folder: str) -> list[Path]:
        self.said.append(title)
        answer = self._next()
        assert isinstance(answer, list), f"{title}: {answer!r}"
        return answer

    def choose_folder(self, title: str, folder: str) -> Path | None:
        self.said.append(title)
        answer = self._next()
        assert answer is None or isinstance(answer, Path), f"{title}: {answer!r}"
        return answer

    def show(self, path: Path) -> None:
        self.opened.append(path)

    def _next(self) -> Answer:
        assert self.answers, f"nobody said what to answer to: {self.said[-1]}"
        return self.answers.pop(0)


class Officer:
    """One officer with one master open in Excel."""

    def __init__(self, master: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.excel = RemoteExcel(master)
        self.memory = Memory(folder / "own")
        self.vba: Vba = load_vba(monkeypatch)
        self.vba.name("Master.xlsx")
        self.at = dt.datetime(2025, 7, 10, 12)
        self.script = Script()

    def click(self, button: str, *answers: Answer, callback: str = "OutcomesAction") -> Script:
        """Clicks a button and answers its dialogues; all answers must have been asked for."""
        return self._start(lambda: self.vba.click(button, callback), answers)

    def choose_period(self, item: str, *answers: Answer) -> Script:
        """Chooses a quarter in the ribbon's list."""
        return self._start(lambda: self.vba.choose_period(item), answers)

    def _start(self, click: "object", answers: Iterable[Answer]) -> Script:
        self.script = Script(list(answers))
        self.vba.computer.meanwhile = self._python
        assert callable(click)
        click()
        assert self.script.answers == [], f"not asked for: {self.script.answers}; said: {self.script.said}"
        return self.script

    def _python(self) -> None:
        """The command that the VBA started, carried out for real."""
        words = shlex.split(self.vba.computer.commands[-1].replace("\\", "/"))
        assert words[1:4] == ["-I", "-m", "xl_outcomes.addin"]
        clicked = door.read_click(words[4:])
        book = self.excel.book()
        desk = Desk(book, app_of(book.app), self.script, self.memory, self.at, "Officer", clicked.choice)
        self.vba.computer.code = door.act(clicked, lambda: desk, self.memory)
        self.excel.apply(book)
