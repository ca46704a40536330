"""Excel's dialogues: pages of a long text, a choice by number, the pickers; Excel itself is a stand-in."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xl_outcomes.addin.talk import PAGE, PAGES, ExcelTalk, choose, pages


class Excel:
    """As much of xlwings' App and of Excel's own object as dialogues use."""

    def __init__(self, *answers: object, chosen: tuple[str, ...] = ()) -> None:
        self.answers, self.chosen = list(answers), chosen
        self.alerts: list[str] = []
        self.questions: list[str] = []
        self.picker: Any = None
        self.api = SimpleNamespace(InputBox=self._input_box, FileDialog=self._file_dialog)

    def alert(self, text: str, title: str, buttons: str, mode: str) -> object:
        assert (title, mode) == ("Outcomes", "info")
        self.alerts.append(text)
        return self.answers.pop(0) if buttons == "ok_cancel" else "ok"

    def _input_box(self, question: str, title: str, default: str, *rest: object) -> object:
        assert (title, rest) == ("Outcomes", (None, None, None, None, 2))
        self.questions.append(question)
        return self.answers.pop(0)

    def _file_dialog(self, kind: int) -> Any:
        items = SimpleNamespace(Count=len(self.chosen), Item=lambda n: self.chosen[n - 1])
        self.picker = SimpleNamespace(kind=kind, Show=lambda: bool(self.chosen), SelectedItems=items)
        return self.picker


def talk(excel: Excel) -> ExcelTalk:
    return ExcelTalk(excel)  # type: ignore[arg-type]


def test_a_short_text_is_one_message() -> None:
    excel = Excel()
    talk(excel).tell("12 figures in.")
    assert excel.alerts == ["12 figures in."]


def test_a_long_text_comes_in_pages_that_excel_does_not_cut() -> None:
    shown = pages("\n".join(f"line {n} " + "x" * 60 for n in range(30)))
    assert len(shown) == 3
    assert all(len(page) < 1024 for page in shown)
    assert shown[0].endswith("\n\n(1 of 3)")
    assert "line 29" in shown[2]


def test_a_text_too_long_for_all_pages_says_how_much_is_left_out() -> None:
    shown = pages("\n".join("y" * 100 for _ in range(200)))
    assert len(shown) == PAGES
    counted = sum(page.count("y" * 100) for page in shown)
    assert f"… and {200 - counted} lines more." in shown[-1]
    assert all(len(page) < 1024 for page in pages("z" * 5 * PAGE))


@pytest.mark.parametrize(("answer", "agreed"), [("ok", True), ("cancel", False)])
def test_a_preview_is_agreed_or_not(answer: str, agreed: bool) -> None:
    assert talk(Excel(answer)).confirm("2 ratings change.") is agreed


def test_cancel_on_the_first_page_ends_a_preview() -> None:
    excel = Excel("cancel", "ok")
    assert not talk(excel).confirm("\n".join("x" * 100 for _ in range(15)))
    assert len(excel.alerts) == 1


@pytest.mark.parametrize(("given", "answer"), [(" Late data ", "Late data"), ("", ""), (False, None)])
def test_an_input_box_gives_text_or_nothing(given: object, answer: str | None) -> None:
    assert talk(Excel(given)).ask("Why?") == answer


def test_a_question_too_long_for_the_box_is_told_first() -> None:
    excel = Excel("1")
    talk(excel).ask("Which?\n" + "an option\n" * 40 + "Number (1 to 40):")
    assert excel.questions == ["Number (1 to 40):"]
    assert excel.alerts[0].startswith("Which?\nan option")


def test_a_choice_is_made_by_number_and_a_wrong_one_is_asked_again() -> None:
    excel = Excel("0", "3", "two", "2")
    assert choose(talk(excel), "Which rating?", ("Green", "Red")) == 1
    assert excel.questions[0] == "Which rating?\n1  Green\n2  Red\nNumber (1 to 2):"
    assert len(excel.questions) == 4
    assert choose(talk(Excel(False)), "Which?", ("Green",)) is None


def test_files_and_folders_are_picked_from_the_folder_of_the_settings() -> None:
    excel = Excel(chosen=("F:\\Returns\\a.xlsx", "F:\\Returns\\b.xlsx"))
    assert [path.as_posix() for path in talk(excel).choose_files("Returns", "F:\\Returns")] == [
        Path("F:\\Returns\\a.xlsx").as_posix(),
        Path("F:\\Returns\\b.xlsx").as_posix(),
    ]
    assert (excel.picker.kind, excel.picker.InitialFileName, excel.picker.AllowMultiSelect) == (
        3,
        "F:\\Returns\\",
        True,
    )
    assert talk(Excel()).choose_files("Returns", "") == []
    assert talk(Excel()).choose_folder("Where?", "") is None
    assert talk(Excel(chosen=("G:\\Out",))).choose_folder("Where?", "") == Path("G:\\Out")
