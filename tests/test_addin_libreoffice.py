"""A second opinion on the VBA: LibreOffice loads the add-in and gives the same answers as pyOpenVBA's interpreter."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.addin_vba import INTERPRETER, expected_command, expected_name
from tests.conftest import need
from xl_outcomes.addin import build
from xl_outcomes.reporting.registry import reports

NAMES = (
    *("Book1", "Q1=final & 100%.xlsx", "%COMSPEC%.xlsx", '" & calc & ".xlsx', "Отчёт за квартал.xlsx", ""),
    *("Ratings 🟢🔴 £ – é.xlsx", "\u7fff\u8000\uffef", "Ж" * 250 + ".xlsx", "+0041 a_b-(1).xlsx"),
)
TOKENS = {"2025-26-Q2": True, "a": True, "": False, "a b": False, "é": False, '"': False, "a/b": False, "%": False}
QUARTERS = {
    "2025/26 Q2": "2025-26-Q2",
    "q2 2025-26": "2025-26-Q2",
    "2025/2026 Q2": "2025-26-Q2",
    "2025–26, Q2": "2025-26-Q2",
    "1999/00 Q4": "1999-00-Q4",
    "1999/2000 Q4": "1999-00-Q4",
    "2025/27 Q2": "",
    "2025/1926 Q2": "",
    "2025/26 Q5": "",
    "2025/26 Q0": "",
    "2025/26": "",
    "soon": "",
    "": "",
    "2025/26 M04": "",
    "1800/01 Q1": "",
    "45000": "",
    "Q2": "",
    "2025/26 Q22": "",
    "2025-26-Q2": "2025-26-Q2",
}
NINE = "1998/99 Q3|1998/99 Q4|1999/00 Q1|1999/00 Q2|1999/00 Q3|1999/00 Q4|2000/01 Q1|2000/01 Q2|2000/01 Q3"
CODES = {0: "", 1: "is not installed for it", 1000: "Reference 1000 is in", 4821: "Reference 4821 is", -9: "(code -9)"}


def expectations() -> Iterator[tuple[list[Any], Any]]:
    """Calls with what they must give; whole numbers travel as floats, which LibreOffice passes on to a Long."""
    yield from ((["Texts.EncodedName", name], expected_name(name)) for name in NAMES)
    yield from ((["Texts.IsToken", text], answer) for text, answer in TOKENS.items())
    yield from ((["Texts.QuarterToken", text], answer) for text, answer in QUARTERS.items())
    yield ["Texts.QuarterLabel", "q2 2025-26"], "2025/26 Q2"
    yield ["Texts.QuarterList", "Q3 1999/2000"], NINE
    yield ["Texts.QuarterList", "soon"], ""
    yield ["Texts.XmlText", "<a & 'b' \">"], "&lt;a &amp; 'b' &quot;&gt;"
    for name in NAMES:
        yield ["Launcher.CommandLine", INTERPRETER, "rate", name, "4242", ""], expected_command("rate", name)
    yield ["Launcher.CommandLine", INTERPRETER, "report", "a", "4242", "x-1"], expected_command("report", "a", "x-1")
    yield ["Reports.ReportCount"], len(reports())
    for number, kind in enumerate(reports(), 1):
        yield ["Reports.ReportName", float(number)], kind.name
        yield ["Reports.ReportTitle", float(number)], kind.title
    yield ["Ribbon.RibbonIsLoaded"], False


@pytest.fixture(scope="module")
def answers() -> list[Any]:
    need("LibreOffice", shutil.which("soffice"), "install it to run this test (apt-get install libreoffice-calc)")
    how = "install LibreOffice's Python bridge to run this test (apt-get install python3-uno)"
    python = next(filter(_has_uno, ("/usr/bin/python3", shutil.which("python3") or "")), None)
    need("Python with uno", python, how)
    calls = [call for call, _ in expectations()] + [["Launcher.OutcomeText", float(c), "rating"] for c in CODES]
    script = Path(__file__).with_name("addin_uno.py")
    ran = subprocess.run(
        [str(python), str(script), str(build.ADDIN)],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return list(json.loads(ran.stdout))


def test_libreoffice_gives_the_same_answers(answers: list[Any]) -> None:
    given = [(call, answer) for (call, _), answer in zip(expectations(), answers, strict=False)]
    assert given == list(expectations())


def test_libreoffice_tells_the_same_of_exit_codes(answers: list[Any]) -> None:
    for (code, words), told in zip(CODES.items(), answers[-len(CODES) :], strict=True):
        assert isinstance(told, str), "null: the VBA has an error"
        assert words in told, code
        assert bool(told) == bool(code)


def test_the_interpreter_gives_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.addin_vba import excel, utf16

    office = excel(monkeypatch)
    for (macro, *arguments), answer in expectations():
        texts = [utf16(a) if isinstance(a, str) else int(a) for a in arguments]
        assert office.app.run(macro.partition(".")[2], *texts) == answer, (macro, arguments)


def _has_uno(python: str) -> bool:
    tried = [python, "-c", "import uno"]
    return bool(python) and subprocess.run(tried, capture_output=True, check=False, timeout=60).returncode == 0
