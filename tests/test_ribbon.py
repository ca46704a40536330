"""The ribbon's XML and the text of its VBA: what neither the validator nor the interpreter would notice."""

import itertools
import re

import pytest

from tests.addin_vba import ACTIONS, BUTTONS, controls, folder, kind_of, procedures
from xl_outcomes.addin import build
from xl_outcomes.addin.actions import ACTIONS as KNOWN

GROUPS = {
    "Framework": ["Check framework", "Golden thread", "Compare versions"],
    "Returns": [
        *("Make forms", "Check returns", "Import returns"),
        *("Settle query", "Send back", "Withdraw return", "Who is late"),
    ],
    "Performance": ["Rate && roll up", "Why this colour?", "Override rating", "Dashboard"],
    "Reports": ["Reports", "Open last"],
    "Quarter": ["Period", "Close quarter", "Undo last action"],
    "Help": ["Guide", "About and version", "Open log"],
}
ICONS = (
    *("check", "thread", "compare", "forms", "validate", "import", "settle", "send-back", "withdraw", "who-is-late"),
    *("rate", "why", "override", "dashboard", "report", "open-last", "period", "close", "undo"),
    *("guide", "about", "log"),
)
# What Excel passes to a callback, by the kind of control and the attribute.
PARAMETERS = {
    ("customUI", "onLoad"): ["As Object"],
    ("button", "onAction"): ["As Object"],
    ("dynamicMenu", "getContent"): ["As Object", "ByRef"],
    ("dropDown", "getItemCount"): ["As Object", "ByRef"],
    ("dropDown", "getItemID"): ["As Object", "As Integer", "ByRef"],
    ("dropDown", "getItemLabel"): ["As Object", "As Integer", "ByRef"],
    ("dropDown", "getSelectedItemIndex"): ["As Object", "ByRef"],
    ("dropDown", "onAction"): ["As Object", "As String", "As Integer"],
}
FORBIDDEN = (
    *("Declare ", "PtrSafe", "cmd", "Environ", "GetObject", "Shell(", "Application.Run", "Evaluate", "ExecuteExcel4"),
    *("CallByName", "powershell", "AddressOf", "FileSystemObject", "SaveAs", "VBProject", "SendKeys"),
    *("RegWrite", "RegDelete", "DDE", "FollowHyperlink", "URLDownload", "http:", "\\\\"),
)
LIMITS = {"label": 1024, "screentip": 1024, "supertip": 1024, "keytip": 3}

WORKING = [e for e in controls() if kind_of(e) in ("button", "dropDown", "dynamicMenu")]
MODULES = build.sources()


def test_the_tab_has_its_groups_and_buttons_in_order() -> None:
    (tab,) = controls("tab")
    groups = {g.get("label"): [e.get("label") for e in g if kind_of(e) != "separator"] for g in controls("group")}
    assert tab.get("label") == "Outcomes"
    assert groups == GROUPS
    assert list(groups) == list(GROUPS)


def test_every_button_has_an_action_and_every_action_a_button() -> None:
    assert [e.get("id") for e in controls("button")] == list(BUTTONS)
    assert set(KNOWN) == ACTIONS


def test_the_vba_gives_each_button_its_action() -> None:
    cases = dict(re.findall(r'Case "(\w+)": StartAction "([a-z-]+)", "[a-z ]+"', MODULES["Ribbon"]))
    assert cases == BUTTONS


def test_every_id_is_there_and_there_once() -> None:
    named = [e.get("id") for e in controls() if kind_of(e) not in ("customUI", "ribbon", "tabs")]
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", str(name)) for name in named)
    assert len(named) == len(set(named))


@pytest.mark.parametrize("control", WORKING, ids=lambda e: e.get("id"))
def test_a_control_explains_itself_within_the_limits(control: object) -> None:
    texts = {name: control.get(name) for name in LIMITS}
    assert all(texts.values())
    assert all(len(text) <= LIMITS[name] for name, text in texts.items())
    assert re.fullmatch(r"[A-Z].*[.]", texts["supertip"])
    assert "never" in texts["supertip"], "it says what the button never does"
    assert len(texts["supertip"]) < 220
    assert "&" not in texts["screentip"] + texts["supertip"]
    assert "&" not in texts["label"].replace("&&", "")


@pytest.mark.parametrize("control", WORKING, ids=lambda e: e.get("id"))
def test_a_control_is_always_enabled(control: object) -> None:
    assert not {"enabled", "getEnabled", "visible", "getVisible", "imageMso", "getImage"} & set(control.keys())


def test_no_keytip_begins_another() -> None:
    tips = [e.get("keytip") for e in WORKING]
    assert all(re.fullmatch(r"[A-Z]{1,3}", tip) for tip in tips)
    assert not [(a, b) for a, b in itertools.permutations(tips, 2) if b.startswith(a)]


def test_every_group_has_something_large_but_the_one_of_the_period() -> None:
    large = {g.get("label"): sum(e.get("size") == "large" for e in g) for g in controls("group")}
    assert [label for label, count in large.items() if not count] == ["Quarter"]


def test_the_icons_are_those_that_are_drawn() -> None:
    assert sorted(str(e.get("image")) for e in WORKING) == sorted(ICONS)


def test_every_callback_is_there_with_the_parameters_that_excel_passes() -> None:
    known = procedures()
    called = [(kind_of(e), a, v) for e in controls() for a, v in e.items() if a.startswith(("on", "get"))]
    called.append(("button", "onAction", "OutcomesReport"))
    assert {(kind, attribute) for kind, attribute, _ in called} == set(PARAMETERS)
    for kind, attribute, name in called:
        wanted = PARAMETERS[kind, attribute]
        assert len(known[name]) == len(wanted), name
        for parameter, form in zip(known[name], wanted, strict=True):
            assert parameter.endswith(form) or parameter.startswith(form), name


def test_no_callback_has_a_name_that_another_add_in_could_have() -> None:
    names = [v for e in controls() for a, v in e.items() if a.startswith(("on", "get"))]
    assert all(name.startswith("Outcomes") for name in names)


@pytest.mark.parametrize("name", MODULES)
def test_the_vba_holds_nothing_that_a_scanner_would_look_for(name: str) -> None:
    text = MODULES[name].replace("http://schemas.microsoft.com/office/2009/07/customui", "")
    assert [word for word in FORBIDDEN if word.casefold() in _code(text).casefold()] == []


def test_only_the_launcher_starts_anything_and_only_through_the_shell_object() -> None:
    objects = {name: re.findall(r'CreateObject\("([^"]*)"\)\.(\w+)', text) for name, text in MODULES.items()}
    assert {name: found for name, found in objects.items() if found} == {
        "Launcher": [("WScript.Shell", "RegRead"), ("WScript.Shell", "Run")]
    }
    assert sum(text.count("CreateObject") for text in MODULES.values()) == 2


def test_the_interpreter_comes_from_the_registry_alone() -> None:
    (key,) = re.findall(r'"(HK[^"]*)"', "".join(MODULES.values()))
    assert key == r"HKCU\Software\xl-outcomes\Interpreter"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_declares_its_variables_and_stays_within_what_vba_reads(name: str) -> None:
    lines = MODULES[name].splitlines()
    assert "Option Explicit" in lines[:2]
    assert lines[0] == f'Attribute VB_Name = "{name}"' or name == "OpenBooks"
    assert MODULES[name].isascii()
    assert max(map(len, lines)) <= 120
    assert len(lines) < 150


def test_a_workbook_gives_its_name_and_its_settings_and_nothing_else() -> None:
    uses = {name: re.findall(r"ActiveWorkbook\.(\w+)", text) for name, text in MODULES.items()}
    assert {name: found for name, found in uses.items() if found} == {"Launcher": ["Name"], "Period": ["Worksheets"]}


def test_the_list_of_reports_is_that_of_the_registry() -> None:
    assert (folder() / "vba" / "Reports.bas").read_text(encoding="ascii") == build.reports_module()


def _code(text: str) -> str:
    """The text without its comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("'"))
