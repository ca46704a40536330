"""Each button's VBA up to the command that it starts, run by pyOpenVBA's interpreter; and what it tells the officer."""

import pytest

from tests.addin_vba import (
    ACTIONS,
    BUTTONS,
    INTERPRETER,
    WITHOUT_A_WORKBOOK,
    Excel,
    excel,
    expected_command,
    expected_name,
    utf16,
)
from xl_outcomes.reporting.registry import reports

NAMES = (
    "Book1",
    "Outcomes master 2025-26 (final)_v2.xlsx",
    "Q1=final & 100%.xlsx",
    "%COMSPEC%.xlsx",
    '" & calc.exe & ".xlsx',
    "--hwnd=1 +0041 $(x) `y` ^|<>!;,'~#@[]{}.xlsx",
    "Отчёт за квартал.xlsx",
    "Ratings 🟢🔴 £ – é.xlsx",
    "\uffff\u8000\u7fff.xlsx",
    "x" * 250 + ".xlsx",
    "Ж" * 250 + ".xlsx",
)
NINE = ["2024/25 Q2", "2024/25 Q3", "2024/25 Q4", "2025/26 Q1", "2025/26 Q2"]
NINE += ["2025/26 Q3", "2025/26 Q4", "2026/27 Q1", "2026/27 Q2"]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Excel:
    return excel(monkeypatch)


@pytest.mark.parametrize(("button", "action"), BUTTONS.items())
def test_a_button_starts_its_action_and_waits(office: Excel, button: str, action: str) -> None:
    office.name("Master.xlsx")
    office.click(button)
    assert office.computer.commands == [expected_command(action, "Master.xlsx")]
    assert office.computer.styles == [(0, True)]
    assert office.computer.values_read == [r"HKCU\Software\xl-outcomes\Interpreter"]
    assert office.told() == []


@pytest.mark.parametrize("name", NAMES, ids=lambda name: expected_name(name)[:30])
def test_a_workbooks_name_never_reaches_the_command_line_as_it_is(office: Excel, name: str) -> None:
    office.name(name)
    office.click("rateAndRollUp")
    (command,) = office.computer.commands
    assert command == expected_command("rate", name)
    assert command.count('"') == 4
    assert "%" not in command
    assert command.isascii()
    assert len(command) < 2000


@pytest.mark.parametrize("name", NAMES, ids=lambda name: expected_name(name)[:30])
def test_python_reads_the_name_back(office: Excel, name: str) -> None:
    from xl_outcomes.addin.__main__ import Click, read_click

    office.name(name)
    office.click("checkFramework")
    _, _, _, _, rest = office.computer.commands[0].removeprefix(f'"{INTERPRETER}"').split(" ", 4)
    action, _, options = rest.partition(' --wb="')
    book, _, others = options.partition('" ')
    assert read_click([action, f"--wb={book}", *others.split()]) == Click("check", name, 4242)


@pytest.mark.parametrize("button", WITHOUT_A_WORKBOOK)
def test_help_works_without_a_workbook(office: Excel, button: str) -> None:
    office.close_all()
    office.click(button)
    assert office.computer.commands == [expected_command(BUTTONS[button], "")]
    assert '--wb="" ' in office.computer.commands[0]


@pytest.mark.parametrize("button", [b for b in BUTTONS if b not in WITHOUT_A_WORKBOOK])
def test_the_others_ask_for_a_workbook(office: Excel, button: str) -> None:
    office.close_all()
    office.click(button)
    assert (office.computer.commands, office.told()) == ([], ["Open a workbook first."])


def test_a_workbook_in_protected_view_must_be_enabled(office: Excel) -> None:
    office.close_all()
    office.computer.protected_views = 1
    office.click("importReturns")
    assert office.computer.commands == []
    assert office.told() == ["Enable editing first: this workbook is open in Protected View."]


def test_a_protected_view_beside_an_open_workbook_is_no_hindrance(office: Excel) -> None:
    office.computer.protected_views = 1
    office.click("importReturns")
    assert len(office.computer.commands) == 1


@pytest.mark.parametrize("found", [None, ""])
def test_a_computer_that_is_not_set_up_says_so(office: Excel, found: str | None) -> None:
    office.computer.interpreter = found
    office.click("guide")
    assert office.computer.commands == []
    assert office.told() == ["Outcomes has not been set up on this computer: run xl-outcomes addin install"]


def test_python_that_is_gone_is_told_with_its_place(office: Excel) -> None:
    office.computer.code = "The system cannot find the file specified."
    office.click("rateAndRollUp")
    (told,) = office.told()
    assert told.startswith(f"Python could not be started at {INTERPRETER} The system cannot find the file specified.")
    assert "run xl-outcomes addin install" in told
    assert office.app.application.status_bar is False


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (0, []),
        (
            1,
            ["Python started, but xl-outcomes is not installed for it. Ask IT to run: xl-outcomes addin status"],
        ),
        (
            1000,
            ["Rating and rolling up could not be finished. Reference 1000 is in the log (Help, Open log)."],
        ),
        (4821, ["Rating and rolling up could not be finished. Reference 4821 is in the log (Help, Open log)."]),
        (
            2,
            [
                "Rating and rolling up stopped unexpectedly (code 2). "
                "Look in the log (Help, Open log) before you try again."
            ],
        ),
        (
            -1073741819,
            [
                "Rating and rolling up stopped unexpectedly (code -1073741819). "
                "Look in the log (Help, Open log) before you try again."
            ],
        ),
    ],
)
def test_an_exit_code_is_told_in_words(office: Excel, code: int, told: list[str]) -> None:
    office.computer.code = code
    office.click("rateAndRollUp")
    assert office.told() == told
    assert office.app.application.status_bar is False


def test_the_status_bar_says_what_is_going_on(office: Excel) -> None:
    office.click("rateAndRollUp")
    assert office.computer.status == ["Outcomes: rating and rolling up..."]
    assert office.app.application.status_bar is False


@pytest.mark.parametrize("first_ends", [0, 4821, "Permission denied"])
def test_a_second_click_waits_for_the_first_and_a_third_works(office: Excel, first_ends: int | str) -> None:
    def second_click() -> None:
        office.computer.meanwhile = lambda: None
        office.click("checkFramework")

    office.computer.meanwhile, office.computer.code = second_click, first_ends
    office.click("rateAndRollUp")
    assert len(office.computer.commands) == 1
    assert office.told()[0] == "Rating and rolling up is still running. Wait until it has finished."
    office.computer.code = 0
    office.click("checkFramework")
    assert office.computer.commands[1:] == [expected_command("check", "Book1")]


def test_an_unknown_button_starts_nothing(office: Excel) -> None:
    office.click("calc.exe")
    assert office.computer.commands == []
    assert office.told() == ["This button is not known here: calc.exe"]


@pytest.mark.parametrize("choice", ['x" & calc', "a b", "%PATH%", "é", "../x", "2025/26 Q2"])
def test_a_choice_that_is_no_token_is_refused(office: Excel, choice: str) -> None:
    office.app.run("StartAction", "report", "writing the report", choice)
    assert office.computer.commands == []
    assert office.told() == ["This choice cannot be passed on. Choose from the list."]


def test_every_report_starts_with_its_name(office: Excel) -> None:
    for number, kind in enumerate(reports(), 1):
        office.click(f"report{number}", "OutcomesReport")
        assert office.computer.commands[-1] == expected_command("report", "Book1", kind.name)
    started = len(office.computer.commands)
    for unknown in ("report0", f"report{len(reports()) + 1}", "report", "report1x", "reports"):
        office.click(unknown, "OutcomesReport")
    assert len(office.computer.commands) == started == len(reports())


def test_the_period_is_that_of_the_settings(office: Excel) -> None:
    office.settings(
        ("Council", "Somewhere"), ("current  period", "x"), (" Current PERIOD ", "2025/26 Q2"), (None, None)
    )
    labels, ids, chosen = office.period_items()
    assert (labels, labels[chosen]) == (NINE, "2025/26 Q2")
    assert (ids[0], ids[-1]) == ("period_2024_25_Q2", "period_2026_27_Q2")


@pytest.mark.parametrize("typed", ["2025-26 Q2", "q2 2025/26", "2025/2026 Q2", " 2025–26, Q2 "])
def test_a_period_may_be_typed_as_people_do(office: Excel, typed: str) -> None:
    office.settings(("Current period", typed))
    assert office.period_items()[0] == NINE


@pytest.mark.parametrize("typed", [None, "", "soon", "2025/27 Q2", "2025/26 Q5", "2025/26 M04", 45000, True])
def test_no_period_is_said_so(office: Excel, typed: object) -> None:
    office.settings(("Current period", typed))
    assert office.period_items() == (["No period set"], ["period_"], 0)


def test_an_error_in_settings_harms_nothing(office: Excel) -> None:
    office.settings(("x", 1), ("Current period", "2025/26 Q2"))
    office.app.sheet(1).set_value("B4", "=1/0")
    assert office.app.evaluate('IsError(Range("B4").Value)')
    assert office.period_items()[0] == NINE
    office.app.sheet(1).set_value("C5", "=NA()")
    assert office.period_items()[0] == ["No period set"]


@pytest.mark.parametrize("case", ["no workbook", "no table", "another table", "other headings"])
def test_without_a_master_the_list_says_so(office: Excel, case: str) -> None:
    if case == "no workbook":
        office.close_all()
    elif case == "another table":
        office.settings(("Current period", "2025/26 Q2"), table="Options")
    elif case == "other headings":
        office.settings(("Current period", "2025/26 Q2"))
        office.app.sheet(1).set_value("B3", "Name")
    assert office.period_items() == (["No master open"], ["period_"], 0)


def test_choosing_a_quarter_starts_the_change(office: Excel) -> None:
    office.settings(("Current period", "2025/26 Q2"))
    for item, token in zip(office.period_items()[1], ("2024-25-Q2", "2024-25-Q3"), strict=False):
        office.choose_period(item)
        assert office.computer.commands[-1] == expected_command("period", "Book1", token)


@pytest.mark.parametrize("item", ["", "period_", "period_soon", "calc.exe", 'period_2025_26_Q2" x'])
def test_an_item_that_is_no_quarter_starts_nothing(office: Excel, item: str) -> None:
    office.choose_period(item)
    assert (office.computer.commands, office.told()) == ([], [])


def test_labels_beyond_the_list_are_blank(office: Excel) -> None:
    assert [office.app.run("PeriodLabel", n) for n in (0, 8)] == ["", ""]


def test_the_ribbon_is_asked_again_after_each_action(office: Excel) -> None:
    assert office.app.run("RibbonIsLoaded") is False
    office.click("guide")
    office.load_ribbon()
    assert (office.app.run("RibbonIsLoaded"), office.computer.refreshed) == (True, 0)
    office.click("guide")
    office.choose_period("period_")
    office.click("report1", "OutcomesReport")
    assert office.computer.refreshed == 3


def test_another_workbook_in_front_refreshes_the_ribbon(office: Excel) -> None:
    office.load_ribbon()
    office.app.add_module(_ACTIVATED, name="Activated")
    office.app.run("BringForward")
    assert office.computer.refreshed == 1


def test_every_action_has_a_way_to_it(office: Excel) -> None:
    from xl_outcomes.addin.actions import ACTIONS as KNOWN

    for button in BUTTONS:
        office.click(button)
    office.click("report1", "OutcomesReport")
    office.choose_period("period_2025_26_Q2")
    started = {command.partition("xl_outcomes.addin ")[2].partition(" ")[0] for command in office.computer.commands}
    assert started == ACTIONS == set(KNOWN)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: expected_name(name)[:30])
def test_the_encoding_alone(office: Excel, name: str) -> None:
    assert office.app.run("EncodedName", utf16(name)) == expected_name(name)


_ACTIVATED = """
Public Sub BringForward()
    Dim books As OpenBooks
    Set books = New OpenBooks
    books.mExcel_WorkbookActivate ActiveWorkbook
End Sub
"""
