"""Workbooks made to attack: they start nothing, choose nothing, and what they hold stays text."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.addin_vba import BUTTONS, Excel, excel, expected_command
from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.returns_world import IN_TIME, PERIOD, World, council
from tests.ribbon_world import Script
from xl_outcomes.addin import __main__ as door
from xl_outcomes.addin.desk import Desk
from xl_outcomes.addin.memory import Memory
from xl_outcomes.workbook.excel_app import PlainApp

ELSEWHERE = r"\\198.51.100.7\share\python.exe"
CONFIGURATIONS = ("xlwings.conf", "outcomes.conf", "xl-outcomes.conf", "_xlwings.conf")
NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "007", "1/2", "MAR-3", "TRUE", "#N/A", "'quoted", '=HYPERLINK("http://x")')


@pytest.mark.parametrize("button", BUTTONS)
def test_settings_in_a_workbook_choose_neither_the_program_nor_the_action(
    button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office: Excel = excel(monkeypatch)
    office.settings(
        ("Interpreter", ELSEWHERE),
        ("INTERPRETER_WIN", ELSEWHERE),
        ("PYTHONPATH", r"\\198.51.100.7\share"),
        ("Current period", '2025/26 Q1" & calc.exe & "'),
    )
    office.name("Q1.xlsx")
    office.click(button)
    assert office.computer.commands == [expected_command(BUTTONS[button], "Q1.xlsx")]


@pytest.mark.parametrize("period", ['2025/26 Q1" & calc', "2025/26 Q1 --wb=other", "cmd|'/C calc'!A0", "Q" * 300])
def test_a_period_in_a_workbook_is_offered_only_if_it_is_one(period: str, monkeypatch: pytest.MonkeyPatch) -> None:
    office = excel(monkeypatch)
    office.settings(("Current period", period))
    labels, _, _ = office.period_items()
    assert labels == ["No period set"]


def test_files_beside_a_workbook_are_never_run(tmp_path: Path) -> None:
    for name in ("pandas", "xlwings", "xl_outcomes", "sitecustomize", "usercustomize", "typing", "json"):
        (tmp_path / f"{name}.py").write_text(f"open(r'{tmp_path / 'ran'}', 'w').write('{name}')\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "json.py")}
    environment |= {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "own"), "LOCALAPPDATA": str(tmp_path)}
    command = [sys.executable, "-I", "-m", "xl_outcomes.addin", "rate", "--wb=Q1.xlsx", "--from_xl=1", "--hwnd=1"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert not (tmp_path / "ran").exists()
    assert (ended.returncode != 0, ended.stdout, "Traceback" in ended.stderr) == (True, "", False)


def _hostile_master(world: World, path: Path) -> Path:
    rows = {name: list(table.frame.to_dict("records")) for name, table in world.tables.items()}
    for row, text in zip(rows["Indicators"], NASTY, strict=False):
        row["Definition"] = row["Indicator"] = text
    return write_master(path, rows)


def test_what_looks_like_a_formula_stays_text_through_a_whole_quarter(tmp_path: Path) -> None:
    world = World(council({"Setting": "Current period", "Value": str(PERIOD)}), tmp_path)
    office = RemoteExcel(_hostile_master(world, tmp_path / "a & b = 'c' %TEMP%.xlsx"))
    for number, name in enumerate(CONFIGURATIONS):
        sheet = office.workbook.create_sheet(name)
        sheet.append(["INTERPRETER_WIN", ELSEWHERE])
        sheet.title = name if number else "it's & <b> =1+1 \U0001f600"
    for cell in (cell for column in office.workbook["Indicators"]["C:D"] for cell in column):
        cell.data_type = "s"  # text that begins with "=", which openpyxl has written as a formula
    memory = Memory(tmp_path / "own")
    comments = {
        ref: {"Commentary": text, "Corrective action": text} for ref, text in zip(("P1", "C1"), NASTY, strict=False)
    }
    typed = {ref: {"Value": 51.0, **words} for ref, words in comments.items()}
    sent = world.send({**typed, "R1": {"Numerator": 83.0, "Denominator": 100.0, "Commentary": NASTY[-1]}})
    for action, answers in (("import", [[sent], True]), ("rate", [True]), ("check", [True]), ("undo", [True])):
        script, book = Script(list(answers)), office.book()  # type: ignore[arg-type]
        desk = Desk(book, PlainApp(), script, memory, IN_TIME.at, '=Officer "x"')
        assert door.act(door.Click(action), lambda desk=desk: desk, memory) == 0
        office.apply(book)
        assert script.answers == [], script.said
    cells = [cell for sheet in office.workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    texts = {cell.value for cell in cells}
    assert {"=1+1", "+1", '=HYPERLINK("http://x")', '=Officer "x"'} <= texts
    assert not memory.log.exists()
