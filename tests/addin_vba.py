"""The add-in without Excel: its ribbon as elements, its VBA as text, and its VBA run by pyOpenVBA's interpreter."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.conftest import need
from xl_outcomes.addin import build

INTERPRETER = r"C:\Program Files\Python 3.13\pythonw.exe"
SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._()-")
HOW = f"pip install pyOpenVBA=={build.PYOPENVBA}"

# Every control of the ribbon by its id, with the action that it starts.
BUTTONS = {
    "checkFramework": "check",
    "goldenThread": "thread",
    "compareVersions": "compare",
    "makeForms": "forms",
    "checkReturns": "validate",
    "importReturns": "import",
    "settleQuery": "settle",
    "sendBack": "send-back",
    "withdrawReturn": "withdraw",
    "whoIsLate": "who-is-late",
    "rateAndRollUp": "rate",
    "whyThisColour": "why",
    "overrideRating": "override",
    "dashboard": "dashboard",
    "openLast": "open-last",
    "closeQuarter": "close",
    "undoLast": "undo",
    "guide": "guide",
    "about": "about",
    "openLog": "log",
}
WITHOUT_A_WORKBOOK = ("guide", "about", "openLog")
ACTIONS = {*BUTTONS.values(), "report", "period"}

Procedures = dict[str, tuple[str, ...]]


def controls(kind: str = "*") -> list[etree._Element]:
    """The elements of the ribbon, all or of one kind, in order."""
    root = etree.fromstring(build.ribbon(), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    return [element for element in root.iter(f"{{{root.nsmap[None]}}}{kind}") if isinstance(element.tag, str)]


def kind_of(element: etree._Element) -> str:
    return etree.QName(element).localname


def procedures() -> Procedures:
    """The public procedures of the VBA with their parameters, as written."""
    found = re.finditer(r"(?m)^Public (?:Sub|Function) (\w+)\((.*)\)", "\n".join(build.sources().values()))
    return {match[1]: tuple(p.strip() for p in match[2].split(",") if p.strip()) for match in found}


def expected_name(name: str) -> str:
    """A workbook's name as the command line must carry it."""

    def escaped(character: str) -> Iterator[str]:
        data = character.encode("utf-16-be", "surrogatepass")
        yield from (f"+{data[n] * 256 + data[n + 1]:04X}" for n in range(0, len(data), 2))

    return "".join(c if c in SAFE else "".join(escaped(c)) for c in name)


def expected_command(action: str, book: str, choice: str = "") -> str:
    command = f'"{INTERPRETER}" -I -m xl_outcomes.addin {action} --wb="{expected_name(book)}" --from_xl=1 --hwnd=4242'
    return f"{command} --choice={choice}" if choice else command


def utf16(text: str) -> str:
    """A text as VBA holds it: a character beyond the first 65,536 is two."""
    data = text.encode("utf-16-be")
    return "".join(chr(data[n] * 256 + data[n + 1]) for n in range(0, len(data), 2))


@dataclass(slots=True)
class Computer:
    """What the VBA meets outside Excel: the registry's value, and how Run ends (a code, or the error it raises)."""

    interpreter: str | None = INTERPRETER
    code: int | str = 0
    protected_views: int = 0
    meanwhile: Callable[[], object] = lambda: None
    commands: list[str] = field(default_factory=list)
    styles: list[tuple[int, bool]] = field(default_factory=list)
    values_read: list[str] = field(default_factory=list)
    status: list[object] = field(default_factory=list)
    refreshed: int = 0


class Excel:
    """Excel with the add-in loaded and one workbook, as far as pyOpenVBA goes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from pyopenvba.apps.excel import ExcelApplication

        self.computer = Computer()
        _give_what_is_missing(monkeypatch, self.computer)
        self.app = ExcelApplication()
        for name, text in build.sources().items():
            kind = "standard" if text.startswith("Attribute") else "class"
            # The interpreter has no events: the class is loaded without listening, and its handler can be called.
            heard = text.replace("WithEvents ", "").replace("Private Sub mExcel_", "Public Sub mExcel_")
            self.app.add_module(heard, name=name, kind=kind)
        self.app.add_module(_READERS, name="Readers")
        self.app.add_workbook()

    def click(self, control: str, callback: str = "OutcomesAction") -> None:
        self.app.run(callback, _object("IRibbonControl", ID=lambda: control))

    def load_ribbon(self) -> None:
        def invalidate() -> None:
            self.computer.refreshed += 1

        self.app.run("OutcomesLoaded", _object("IRibbonUI", Invalidate=invalidate))

    def told(self) -> list[str]:
        return [text.replace("\r\n", " ") for _, text, _, _ in self.app.dialogs]

    def close_all(self) -> None:
        self.app.application.vba_get("Quit")

    def name(self, book: str) -> None:
        self.app.workbook.name = utf16(book)

    def settings(self, *rows: tuple[object, object], table: str = "Settings") -> None:
        """Gives the workbook in front a table of settings."""
        sheet = self.app.sheet(1)
        for number, row in enumerate((("Setting", "Value"), *rows), 3):
            for column, value in zip("BC", row, strict=True):
                if value is not None:
                    sheet.set_value(f"{column}{number}", value)
        self.app.run("MakeTable", f"B3:C{3 + len(rows)}", table)

    def period_items(self) -> tuple[list[str], list[str], int]:
        """The list of quarters as Excel asks for it: labels, ids, and which is chosen."""
        labels = [self.app.run("PeriodLabel", n) for n in range(int(self.app.run("PeriodCount")))]
        ids = [self.app.run("PeriodId", n) for n in range(len(labels))]
        return labels, ids, int(self.app.run("PeriodIndex"))

    def choose_period(self, item: str, index: int = 0) -> None:
        self.app.run("OutcomesPeriodChosen", _object("IRibbonControl", ID=lambda: "period"), item, index)


def excel(monkeypatch: pytest.MonkeyPatch) -> Excel:
    """Excel with the add-in loaded; skips where pyOpenVBA is missing."""
    need_pyopenvba()
    return Excel(monkeypatch)


def need_pyopenvba() -> None:
    need("pyOpenVBA", util.find_spec("pyopenvba"), HOW)


def folder() -> Path:
    return Path(build.__file__).parent


# A callback gives its answer through a parameter, so each is read through a function.
_READERS = """
Public Function PeriodCount() As Variant
    OutcomesPeriodCount Nothing, PeriodCount
End Function
Public Function PeriodLabel(ByVal index As Integer) As Variant
    OutcomesPeriodLabel Nothing, index, PeriodLabel
End Function
Public Function PeriodId(ByVal index As Integer) As Variant
    OutcomesPeriodId Nothing, index, PeriodId
End Function
Public Function PeriodIndex() As Variant
    OutcomesPeriodIndex Nothing, PeriodIndex
End Function
Public Function ReportMenu() As Variant
    OutcomesReportMenu Nothing, ReportMenu
End Function
Public Sub MakeTable(ByVal place As String, ByVal title As String)
    ActiveSheet.ListObjects.Add(1, ActiveSheet.Range(place), , 1).Name = title
End Sub
"""


def _give_what_is_missing(monkeypatch: pytest.MonkeyPatch, computer: Computer) -> None:
    """WScript.Shell and two members of Application, which the interpreter does not have."""
    from pyopenvba.apps.excel import _bridge, _model
    from pyopenvba.interpreter._objects import MemberSpec
    from pyopenvba.interpreter._values import VBAInt

    def create(bridge: Any, name: str) -> Any:
        assert name.lower() == "wscript.shell"
        return _shell(bridge.application, computer)

    members = {
        "Hwnd": lambda app: VBAInt(4242, "Long"),
        "ProtectedViewWindows": lambda app: _object("ProtectedViewWindows", Count=lambda: computer.protected_views),
    }
    monkeypatch.setattr(_bridge.ExcelBridge, "create", create)
    for name, getter in members.items():
        spec = MemberSpec(name=name, kind="property", getter=getter)
        monkeypatch.setitem(_model.Application._vba_members, name.lower(), spec)


def _shell(application: Any, computer: Computer) -> Any:
    from pyopenvba.interpreter._values import VBAInt, error, to_text

    def read(name: object) -> str:
        computer.values_read.append(to_text(name))
        if computer.interpreter is None:
            raise error(-2147024894 & 0xFFFF, "Invalid root in registry key.")
        return computer.interpreter

    def run(command: object, style: Any, wait: Any) -> object:
        computer.commands.append(to_text(command))
        computer.styles.append((int(style), bool(wait)))
        computer.status.append(application.status_bar)
        computer.meanwhile()
        if isinstance(computer.code, str):
            raise error(70, computer.code)
        return VBAInt(computer.code, "Long")

    return _object("IWshShell3", RegRead=read, Run=run)


def _object(type_name: str, **members: Callable[..., object]) -> Any:
    """An object with those members for VBA."""
    from pyopenvba.interpreter._objects import VBAObject, member

    def passed_on(function: Callable[..., object]) -> Callable[..., object]:
        return lambda self, *arguments: function(*arguments)

    marked = {name: member(passed_on(function), name=name) for name, function in members.items()}
    return type(type_name, (VBAObject,), {"vba_type_name": type_name, **marked})()
