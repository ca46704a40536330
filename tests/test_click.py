"""The door from Excel: what the launcher says, and what an officer is told when something goes wrong."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from xl_outcomes.addin import __main__ as door
from xl_outcomes.addin import actions
from xl_outcomes.addin.desk import Desk
from xl_outcomes.addin.listed import ACTIONS
from xl_outcomes.addin.memory import Memory
from xl_outcomes.errors import InputError, WorkbookError

SENT = ("--wb=Master+0025.xlsx", "--from_xl=1", "--hwnd=4711")


class Spoken:
    """A stand-in for the dialogues and for what of Excel an action sees here."""

    def __init__(self, *, mute: bool = False) -> None:
        self.told: list[str] = []
        self.mute = mute

    def tell(self, text: str) -> None:
        if self.mute:
            raise OSError("Excel does not answer")
        self.told.append(text)

    def status(self, text: str | None) -> None:
        self.last_status = text


def _desk(spoken: Any, memory: Memory) -> Desk:
    return Desk(None, spoken, spoken, memory, dt.datetime(2025, 7, 21, 12), "Officer")


def _act(memory: Memory, spoken: Spoken, error: Exception | None, monkeypatch: pytest.MonkeyPatch) -> int:
    def fails(_action: str, _desk: Desk) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(door, "run", fails)
    return door.act(door.Click("rate"), lambda: _desk(spoken, memory), memory)


def test_what_the_launcher_says_is_read() -> None:
    assert door.read_click(["rate", *SENT]) == door.Click("rate", "Master%.xlsx", 4711)
    assert door.read_click(["report", *SENT, "--choice=cabinet-performance"]).choice == "cabinet-performance"
    assert door.read_click(["guide", "--wb=", "--from_xl=1", "--hwnd=1"]).book == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["format-disk", *SENT],
        ["rate", "--wb=a", "--hwnd=x"],
        ["rate", *SENT, "--choice=a b"],
        ["rate", *SENT, "--choice=../../x"],
        ["rate", *SENT, "--interpreter=python"],
    ],
)
def test_anything_of_another_form_is_refused_and_noted(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError):
        door.read_click(arguments)
    monkeypatch.setattr(door, "own_memory", lambda: Memory(tmp_path))
    reference = door.main(arguments)
    assert f"Reference {reference}" in Memory(tmp_path).log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Master 2025 (v1.2)_x-y.xlsx", "Master 2025 (v1.2)_x-y.xlsx"),
        ("Q1+003Dfinal.xlsx", "Q1=final.xlsx"),
        ("+0025COMSPEC+0025.xlsx", "%COMSPEC%.xlsx"),
        ("a+002Bb.xlsx", "a+b.xlsx"),
        ("+041E+0442+0447+0451+0442.xlsx", "Отчёт.xlsx"),
        ("+D83D+DE00.xlsx", "😀.xlsx"),
    ],
)
def test_a_workbooks_name_is_read_back(sent: str, name: str) -> None:
    assert door.decoded(sent) == name


def test_what_can_be_said_is_said_and_the_button_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken, memory = Spoken(), Memory(tmp_path)
    error = WorkbookError("There is no table Settings.", "Open the master.")
    assert _act(memory, spoken, error, monkeypatch) == 0
    assert spoken.told == ["There is no table Settings.\nOpen the master."]
    assert spoken.last_status is None
    assert not memory.log.exists()


def test_the_unforeseen_is_said_with_a_reference_that_stands_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken, memory = Spoken(), Memory(tmp_path)
    assert _act(memory, spoken, KeyError("Ref"), monkeypatch) == 0
    (text,) = spoken.told
    assert "Traceback" not in text
    reference = next(word for word in text.split() if word.isdigit())
    log = memory.log.read_text(encoding="utf-8")
    assert f"Reference {reference}\nrate: KeyError" in log
    assert "Traceback" in log


@pytest.mark.parametrize("error", [InputError("No cell is selected."), KeyError("Ref")])
def test_where_excel_does_not_answer_the_exit_code_is_the_reference(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory(tmp_path)
    code = _act(memory, Spoken(mute=True), error, monkeypatch)
    assert code >= 1000
    assert f"Reference {code}" in memory.log.read_text(encoding="utf-8")


def test_where_excel_cannot_be_reached_the_exit_code_is_the_reference(tmp_path: Path) -> None:
    def nobody() -> Desk:
        raise InputError("The Excel that the button was clicked in does not answer.")

    memory = Memory(tmp_path)
    code = door.act(door.Click("rate"), nobody, memory)
    assert "does not answer" in memory.log.read_text(encoding="utf-8")
    assert code >= 1000


def test_every_action_is_a_function_for_runpython_too() -> None:
    functions = {function for _, function in ACTIONS.values()}
    assert all(callable(getattr(actions, name)) for name in functions)
    with pytest.raises(AttributeError):
        _ = actions.format_disk
