"""The add-in is installed, looked at and removed on a Windows that is stood in for, and refused elsewhere."""

import dataclasses
import io
import sys
import types
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

import xl_outcomes
from xl_outcomes.addin import windows
from xl_outcomes.addin.install import CHECKS, KEY, Finding, install, remove, startup_copy, status
from xl_outcomes.addin.windows import Hive, Machine, WindowsRegistry, real_machine
from xl_outcomes.errors import FileError, InputError, OutcomesError

CLICK_TO_RUN = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
APP_PATHS = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
OFFICE = r"Software\Microsoft\Office\16.0"
POLICY = r"Software\Policies\Microsoft\Office\16.0"
CLOUD = r"Software\Policies\Microsoft\Cloud\Office\16.0"
DEFENDER = r"SOFTWARE\Policies\Microsoft\Windows Defender"
GUARD = rf"{DEFENDER}\Windows Defender Exploit Guard\ASR"
RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
FINE = {
    ("HKLM", CLICK_TO_RUN): {"VersionToReport": "16.0.18025.20160", "Platform": "x64"},
    ("HKLM", APP_PATHS): {"": "EXCEL.EXE"},
}


class FakeRegistry:
    """A registry in a dictionary, with keys that ignore case as those of Windows do."""

    def __init__(self, content: Mapping[tuple[str, str], Mapping[str, object]], closed: tuple[str, ...] = ()) -> None:
        self.content = {(h, k.casefold()): dict(v) for (h, k), v in content.items()}
        self.closed = closed

    def values(self, hive: Hive, key: str) -> Mapping[str, object]:
        if any(word in key for word in self.closed):
            raise PermissionError(13, "Access is denied")
        return self.content.get((hive, key.casefold()), {})

    def write(self, key: str, name: str, text: str) -> None:
        if "write" in self.closed:
            raise PermissionError(13, "Access is denied")
        self.content.setdefault(("HKCU", key.casefold()), {})[name] = text

    def delete(self, key: str) -> None:
        self.content.pop(("HKCU", key.casefold()), None)


class Started:
    """Keeps what was started, and answers with an exit code for each program that fails."""

    def __init__(self, fails: Mapping[str, int | OSError] | None = None) -> None:
        self.commands: list[Sequence[str]] = []
        self.fails = fails or {}

    def __call__(self, command: Sequence[str]) -> int:
        self.commands.append(command)
        code = next((code for word, code in self.fails.items() if word in " ".join(command)), 0)
        if isinstance(code, OSError):
            raise code
        return code


def package(signature: bool = False, macros: bytes = b"macros") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("customUI/customUI14.xml", b"<customUI/>")
        archive.writestr("xl/vbaProject.bin", macros)
        if signature:
            archive.writestr("xl/vbaProjectSignatureV3.bin", b"signed")
    return out.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    """A computer where all is in order and nothing is installed."""
    scripts, base = tmp_path / "env" / "Scripts", tmp_path / "Python311"
    for folder in (scripts, base, tmp_path / "Roaming", tmp_path / "package"):
        folder.mkdir(parents=True)
    for program in (scripts / "python.exe", scripts / "pythonw.exe", base / "pythonw.exe"):
        program.touch()
    shipped = tmp_path / "package" / "xl_outcomes.xlam"
    shipped.write_bytes(package())
    return Machine(
        system="Windows",
        environment={"APPDATA": str(tmp_path / "Roaming")},
        interpreter=scripts / "python.exe",
        base=base,
        package=tmp_path / "env" / "Lib" / "site-packages" / "xl_outcomes",
        user_site=tmp_path / "Roaming" / "Python" / "Python311" / "site-packages",
        addin=shipped,
        log=tmp_path / "Local" / "addin.log",
        registry=FakeRegistry(FINE),
        run=Started(),
        is_held=lambda path: False,
        on_network=lambda path: False,
    )


def having(desk: Machine, *, closed: tuple[str, ...] = (), **values: Mapping[str, object]) -> Machine:
    """The same computer with more in its registry: hive and key are one word, HKCU|key."""
    old = desk.registry
    assert isinstance(old, FakeRegistry)
    more = {tuple(where.split("|", 1)): values_ for where, values_ in values.items()}
    return dataclasses.replace(desk, registry=FakeRegistry({**old.content, **more}, closed))


def found(desk: Machine, topic: str) -> Finding:
    [finding] = [f for f in status(desk) if f.topic == topic]
    return finding


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_first_installation_copies_the_add_in_and_records_the_python(desk: Machine) -> None:
    done = install(desk)
    copy = startup_copy(desk)
    assert copy.parts[-4:] == ("Microsoft", "Excel", "XLSTART", "xl_outcomes.xlam")
    assert copy.read_bytes() == desk.addin.read_bytes()
    pythonw = desk.interpreter.with_name("pythonw.exe")
    assert desk.registry.values("HKCU", KEY) == {"Interpreter": str(pythonw), "Version": xl_outcomes.__version__}
    assert [(f.topic, f.verdict) for f in done] == [("Add-in", "OK"), ("Python", "OK")]
    assert list(contents(Path(desk.environment["APPDATA"]))) == ["Microsoft/Excel/XLSTART/xl_outcomes.xlam"]


def test_python_is_tried_as_the_ribbon_starts_it_and_without_a_shell(desk: Machine) -> None:
    install(desk)
    assert isinstance(desk.run, Started)
    pythonw = str(desk.interpreter.with_name("pythonw.exe"))
    assert desk.run.commands[0] == [pythonw, "-I", "-c", "import xl_outcomes.addin"]


def test_a_status_after_it_is_in_order_and_changes_nothing(desk: Machine, tmp_path: Path) -> None:
    install(desk)
    before = contents(tmp_path)
    findings = status(desk)
    assert [f.topic for f in findings] == [topic for topic, _ in CHECKS]
    assert {f.topic: f.verdict for f in findings if f.verdict != "OK"} == {"Application control": "Not readable"}
    assert contents(tmp_path) == before
    assert all(f.found.endswith(".") and f.ask.endswith(("", ".")) for f in findings)


def test_a_second_installation_changes_nothing_even_while_excel_is_open(desk: Machine) -> None:
    install(desk)
    stamp = startup_copy(desk).stat().st_mtime_ns
    [first, *_] = install(dataclasses.replace(desk, is_held=lambda path: True))
    assert "already" in first.found
    assert startup_copy(desk).stat().st_mtime_ns == stamp


def test_another_version_is_seen_and_replaced(desk: Machine) -> None:
    install(desk)
    startup_copy(desk).write_bytes(package(macros=b"of last year"))
    desk.registry.write(KEY, "Version", "0.0.1")
    assert found(desk, "Add-in").verdict == found(desk, "Python").verdict == "Attention"
    assert "0.0.1" in found(desk, "Python").found
    [first, *rest] = install(desk)
    assert "replaced" in first.found
    assert [f.topic for f in rest] == ["Python"]
    assert startup_copy(desk).read_bytes() == desk.addin.read_bytes()


def test_a_copy_that_it_signed_stays_while_its_macros_are_the_shipped_ones(desk: Machine) -> None:
    startup_copy(desk).parent.mkdir(parents=True)
    startup_copy(desk).write_bytes(package(signature=True))
    install(desk)
    assert startup_copy(desk).read_bytes() == package(signature=True)
    assert "with a signature" in found(desk, "Add-in").found
    startup_copy(desk).write_bytes(package(signature=True, macros=b"other macros"))
    assert found(desk, "Add-in").verdict == "Attention"
    install(desk)
    assert startup_copy(desk).read_bytes() == package()


@pytest.mark.parametrize("do", [install, remove])
def test_while_excel_has_it_open_nothing_is_changed(desk: Machine, do: Callable[[Machine], object]) -> None:
    install(desk)
    startup_copy(desk).write_bytes(b"another version")
    desk.registry.write(KEY, "Version", "0.0.1")
    with pytest.raises(FileError, match=r"Excel has the add-in open.*Close Excel and run it again") as caught:
        do(dataclasses.replace(desk, is_held=lambda path: True))
    assert caught.value.code == "file-open"
    assert startup_copy(desk).read_bytes() == b"another version"
    assert desk.registry.values("HKCU", KEY)["Version"] == "0.0.1"


@pytest.mark.parametrize(("error", "code"), [(PermissionError(13, "denied"), "file-open"), (OSError(28, "full"), "")])
def test_a_copy_that_fails_leaves_nothing_behind(
    desk: Machine, monkeypatch: pytest.MonkeyPatch, error: OSError, code: str
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise error

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(FileError) as caught:
        install(desk)
    assert caught.value.code == (code or "file-unwritable")
    assert contents(Path(desk.environment["APPDATA"])) == {}
    assert desk.registry.values("HKCU", KEY) == {}


def _in_user_site(desk: Machine) -> Machine:
    return dataclasses.replace(desk, package=desk.user_site / "xl_outcomes")


def _without_pythonw(desk: Machine) -> Machine:
    desk.interpreter.with_name("pythonw.exe").unlink()
    return desk


def _from_the_store(desk: Machine) -> Machine:
    return dataclasses.replace(desk, base=Path(r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11"))


def _by_the_alias(desk: Machine) -> Machine:
    return dataclasses.replace(desk, interpreter=Path(r"C:\Users\u\AppData\Local\Microsoft\WindowsApps\python.exe"))


def _by_pythonpath(desk: Machine) -> Machine:
    return dataclasses.replace(desk, run=Started({"-I -c import xl_outcomes": 1}))


def _blocked(desk: Machine) -> Machine:
    return dataclasses.replace(desk, run=Started({"pythonw": OSError(1260, "blocked by group policy")}))


def _without_roaming(desk: Machine) -> Machine:
    return dataclasses.replace(desk, environment={})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_in_user_site, "your user folder"),
        (_without_pythonw, "no pythonw.exe"),
        (_from_the_store, "Microsoft Store"),
        (_by_the_alias, "Microsoft Store"),
        (_by_pythonpath, "it ended with 1.*with pip"),
        (_blocked, "blocked by group policy.*ask IT"),
        (_without_roaming, "application data"),
    ],
)
def test_a_python_that_excel_cannot_start_is_refused(
    desk: Machine, change: Callable[[Machine], Machine], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        install(change(desk))
    assert contents(Path(desk.environment["APPDATA"])) == {}
    assert desk.registry.values("HKCU", KEY) == {}


def test_what_is_missing_or_forbidden_is_told_in_plain_words(desk: Machine) -> None:
    with pytest.raises(OutcomesError, match=r"cannot be changed: Access is denied.*Ask IT"):
        install(having(desk, closed=("write",)))
    desk.addin.unlink()
    with pytest.raises(FileError, match="missing"):
        install(desk)
    with pytest.raises(FileError, match="missing"):
        status(desk)


def test_a_status_before_any_installation_says_what_to_do(desk: Machine) -> None:
    problems = {f.topic: f.found for f in status(desk) if f.verdict == "Problem"}
    assert set(problems) == {"Add-in", "Python"}
    assert all("xl-outcomes addin install" in words for words in problems.values())


def test_a_python_that_was_removed_afterwards_is_a_problem(desk: Machine) -> None:
    install(desk)
    desk.interpreter.with_name("pythonw.exe").unlink()
    assert "not there any more" in found(desk, "Python").found
    assert {found(desk, topic).verdict for topic in ("Python", "Python starts")} == {"Problem"}


def test_another_environment_is_told_apart(desk: Machine, tmp_path: Path) -> None:
    install(desk)
    other = tmp_path / "other" / "Scripts" / "python.exe"
    assert found(dataclasses.replace(desk, interpreter=other), "Python").verdict == "Attention"


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        ({"import xl_outcomes": 1}, "does not find xl-outcomes"),
        ({"import xlwings": 1}, "cannot reach Excel"),
        ({"pythonw": OSError(1260, "blocked by group policy")}, "blocked by group policy"),
        ({"pythonw": TimeoutError("it did not end within 60 seconds")}, "did not end"),
    ],
)
def test_a_python_that_does_not_start_is_a_problem(
    desk: Machine, fails: Mapping[str, int | OSError], words: str
) -> None:
    install(desk)
    finding = found(dataclasses.replace(desk, run=Started(fails)), "Python starts")
    assert finding.verdict == "Problem"
    assert words in finding.found


@pytest.mark.parametrize(
    ("place", "verdict", "words"),
    [
        (r"\\server\share\env\Scripts\pythonw.exe", "Attention", "on the network"),
        (r"C:\Users\u\OneDrive - Council\env\Scripts\pythonw.exe", "Attention", "synced"),
        (r"C:\Tools\env\Scripts\pythonw.exe", "OK", "outside synced"),
    ],
)
def test_the_place_of_python_is_judged(desk: Machine, place: str, verdict: str, words: str) -> None:
    finding = found(having(desk, **{f"HKCU|{KEY}": {"Interpreter": place}}), "Python's place")
    assert finding.verdict == verdict
    assert words in finding.found


def test_a_drive_of_the_network_and_the_store_are_told(desk: Machine) -> None:
    assert found(dataclasses.replace(desk, on_network=lambda path: True), "Python's place").verdict == "Attention"
    assert found(_from_the_store(desk), "Python's place").verdict == "Problem"


EVERYWHERE = rf"HKCU|{POLICY}\Excel\Security\Trusted Locations"
BY_POLICY = rf"HKCU|{POLICY}\Common\Security\Trusted Locations"
SECURITY = rf"HKCU|{POLICY}\Excel\Security"
OWN = rf"HKCU|{OFFICE}\Excel\Security"
UNTRUSTED = {EVERYWHERE: {"AllLocationsDisabled": 1}}


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, "OK"),
        ({SECURITY: {"vbawarnings": 4}}, "OK"),
        (UNTRUSTED, "Attention"),
        ({rf"{OWN}\Trusted Locations": {"AllLocationsDisabled": 1}}, "Attention"),
        ({**UNTRUSTED, SECURITY: {"VBAWarnings": 1}}, "OK"),
        ({**UNTRUSTED, SECURITY: {"VBAWarnings": 3}}, "Problem"),
        ({**UNTRUSTED, SECURITY: {"VBAWarnings": 4}}, "Problem"),
        ({**UNTRUSTED, SECURITY: {"VBAWarnings": 4}, OWN: {"VBAWarnings": 1}}, "Problem"),
        ({**UNTRUSTED, OWN: {"VBAWarnings": 4}}, "Problem"),
        ({**UNTRUSTED, SECURITY: {"VBAWarnings": 1}, rf"HKCU|{CLOUD}\Excel\Security": {"VBAWarnings": 4}}, "Problem"),
        ({BY_POLICY: {"allow user locations": 0}}, "Attention"),
        ({BY_POLICY: {"allow user locations": 0}, rf"{EVERYWHERE}\Location3": {"Path": "%APPDATA%/x"}}, "Attention"),
        (
            {
                BY_POLICY: {"allow user locations": 0},
                rf"{EVERYWHERE}\Location3": {"Path": "%APPDATA%\\Microsoft\\Excel\\XLSTART\\"},
            },
            "OK",
        ),
        ({rf"HKLM|{POLICY}\Common": {"VBAOFF": 1}}, "Problem"),
    ],
)
def test_macro_policies_are_read(desk: Machine, values: Mapping[str, Mapping[str, object]], verdict: str) -> None:
    finding = found(having(desk, **values), "Macros")
    assert finding.verdict == verdict
    assert bool(finding.ask) == (verdict != "OK")


@pytest.mark.parametrize(
    "values",
    [
        {rf"HKCU|{POLICY}\Common\Security": {"requirealwaysonmacrosig": 1}},
        {SECURITY: {"RequireAddinSig": 1}},
        {OWN: {"RequireAddinSig": 1}},
    ],
)
def test_a_rule_for_signatures_is_read(desk: Machine, values: Mapping[str, Mapping[str, object]]) -> None:
    install(desk)
    strict = having(desk, **values)
    assert found(strict, "Signatures").verdict == "Problem"
    startup_copy(desk).write_bytes(package(signature=True))
    assert found(strict, "Signatures").verdict == "Attention"
    assert "Signatures" in [f.topic for f in install(strict)]


def test_a_signed_add_in_may_run_where_only_signed_macros_do(desk: Machine) -> None:
    install(desk)
    startup_copy(desk).write_bytes(package(signature=True))
    strict = having(desk, **UNTRUSTED, **{SECURITY: {"VBAWarnings": 3}})
    assert found(strict, "Macros").verdict == "Attention"


def test_the_mark_of_the_web_is_seen(desk: Machine) -> None:
    install(desk)
    assert "Excel blocks" in found(desk, "Mark of the web").found
    blocking = having(desk, **{SECURITY: {"blockcontentexecutionfrominternet": 1}})
    assert found(blocking, "Mark of the web").verdict == "OK"
    Path(f"{startup_copy(desk)}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    assert found(blocking, "Mark of the web").verdict == "Problem"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({rf"HKLM|{GUARD}\Rules": {RULE: "1"}}, "Problem"),
        ({rf"HKLM|{GUARD}\Rules": {RULE.lower(): 1}}, "Problem"),
        ({rf"HKLM|{GUARD}\Rules": {RULE: "6"}}, "Attention"),
        ({rf"HKLM|{GUARD}\Rules": {RULE: "2"}}, "Attention"),
        ({rf"HKLM|{GUARD}\Rules": {RULE: "0"}}, "OK"),
        ({rf"HKLM|{GUARD}\Rules": {RULE: "5"}}, "OK"),
        ({rf"HKLM|{DEFENDER}\Policy Manager": {"ASRRules": f"{RULE.lower()}=1|x=2"}}, "Problem"),
        ({rf"HKLM|{DEFENDER}\Policy Manager": {"ASRRules": f"{RULE}=2"}}, "Attention"),
    ],
)
def test_the_rule_about_child_processes_is_read(
    desk: Machine, values: Mapping[str, Mapping[str, object]], verdict: str
) -> None:
    finding = found(having(desk, **values), "Child processes")
    assert finding.verdict == verdict
    if verdict != "OK":
        assert str(desk.interpreter.with_name("pythonw.exe")) in finding.ask
        assert str(desk.base / "pythonw.exe") in finding.ask


def test_an_excluded_python_is_no_problem(desk: Machine) -> None:
    blocked = having(desk, **{rf"HKLM|{GUARD}\Rules": {RULE: "1"}})
    assert "Child processes" in [f.topic for f in install(blocked) if f.verdict == "Problem"]
    group = having(blocked, **{rf"HKLM|{GUARD}\ASROnlyExclusions": {str(desk.interpreter.parent): "0"}})
    paths = f"other=0|{desk.interpreter.with_name('pythonw.exe')}=0"
    managed = having(blocked, **{rf"HKLM|{DEFENDER}\Policy Manager": {"ASROnlyExclusions": paths}})
    assert found(group, "Child processes").verdict == found(managed, "Child processes").verdict == "OK"


def test_a_registry_that_may_not_be_read_is_said_to_be_so(desk: Machine) -> None:
    install(desk)
    finding = found(having(desk, closed=("Windows Defender",)), "Child processes")
    assert (finding.verdict, "Access is denied" in finding.found) == ("Not readable", True)


def test_an_add_in_that_excel_disabled_is_seen(desk: Machine) -> None:
    item = b"\2\0\0\0" + b"\0" * 8 + r"c:\users\u\xlstart\xl_outcomes.xlam".encode("utf-16-le") + b"\0\0"
    key = rf"HKCU|{OFFICE}\Excel\Resiliency\DisabledItems"
    assert found(having(desk, **{key: {"A1B2": item}}), "Disabled items").verdict == "Problem"
    assert found(having(desk, **{key: {"A1B2": item[:40], "C": "text"}}), "Disabled items").verdict == "OK"


def test_a_second_copy_is_seen(desk: Machine, tmp_path: Path) -> None:
    install(desk)
    options = having(desk, **{rf"HKCU|{OFFICE}\Excel\Options": {"AltStartup": str(tmp_path / "alt")}})
    assert found(options, "Other copies").verdict == "OK"
    (tmp_path / "alt").mkdir()
    (tmp_path / "alt" / "xl_outcomes.xlam").touch()
    assert found(options, "Other copies").verdict == "Attention"


def test_excel_is_described_or_missed(desk: Machine) -> None:
    assert "16.0.18025.20160, 64-bit" in found(desk, "Excel").found
    without = dataclasses.replace(desk, registry=FakeRegistry({}))
    assert found(without, "Excel").verdict == "Problem"
    classic = FakeRegistry({("HKLM", r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot"): {"Path": "Office16"}})
    assert "Office16" in found(dataclasses.replace(desk, registry=classic), "Excel").found


def test_a_removal_takes_both_away_leaves_the_log_and_can_be_repeated(desk: Machine) -> None:
    desk.log.parent.mkdir()
    desk.log.write_text("kept")
    install(desk)
    first = [f.found for f in remove(desk)]
    assert [words.startswith("Removed") for words in first] == [True, True, False]
    assert str(desk.log) in first[2]
    assert contents(Path(desk.environment["APPDATA"])) == {}
    assert desk.registry.values("HKCU", KEY) == {}
    assert [f.found.startswith("There was no") for f in remove(desk)] == [True, True, False]
    assert desk.log.read_text() == "kept"


@pytest.mark.parametrize(("system", "name"), [("Linux", "Linux"), ("Darwin", "macOS"), ("", "another system")])
@pytest.mark.parametrize("do", [install, status, remove])
def test_elsewhere_it_says_what_works_there(
    desk: Machine, do: Callable[[Machine], object], system: str, name: str
) -> None:
    with pytest.raises(InputError, match=f"needs Excel for Windows, and this is {name}.*xl-outcomes --help"):
        do(dataclasses.replace(desk, system=system))


def test_the_real_computer_can_be_described_everywhere() -> None:
    machine = real_machine()
    assert machine.interpreter == Path(sys.executable)
    assert machine.package == Path(xl_outcomes.__file__).parent
    assert (machine.addin.name, machine.log.name) == ("xl_outcomes.xlam", "addin.log")


def test_programs_are_started_and_files_tried_for_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert windows.run([sys.executable, "-I", "-c", "raise SystemExit(7)"]) == 7
    with pytest.raises(OSError, match="No such file"):
        windows.run([str(tmp_path / "absent.exe")])
    monkeypatch.setattr(windows, "_PATIENCE", 0.01)
    with pytest.raises(TimeoutError, match="did not end"):
        windows.run([sys.executable, "-I", "-c", "import time; time.sleep(5)"])
    (tmp_path / "a").touch()
    assert [windows.is_held(tmp_path / name) for name in ("a", "absent", ".")] == [False, False, True]


def test_the_real_registry_reads_both_views_and_writes_for_the_user_only(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {("HKLM", "K", 0x100): _Key(a=64), ("HKLM", "K", 0x200): _Key(a=32, b=32)}
    monkeypatch.setitem(sys.modules, "winreg", fake_winreg(keys))
    registry = WindowsRegistry()
    assert registry.values("HKLM", "K") == {"a": 64, "b": 32}
    assert registry.values("HKCU", "K") == {}
    registry.write("K", "Interpreter", "pythonw.exe")
    assert registry.values("HKCU", "K") == {"Interpreter": "pythonw.exe"}
    registry.delete("K")
    registry.delete("K")
    assert list(keys) == [("HKLM", "K", 0x100), ("HKLM", "K", 0x200)]


def test_a_remote_drive_is_asked_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = types.SimpleNamespace(GetDriveTypeW=lambda root: 4 if root == "\\" else 3)
    monkeypatch.setattr("ctypes.windll", types.SimpleNamespace(kernel32=kernel), raising=False)
    assert windows.on_network(Path("anything"))


class _Key(dict[str, object]):
    """An opened key."""

    def __enter__(self) -> "_Key":
        return self

    def __exit__(self, *error: object) -> None:
        return None


def fake_winreg(keys: dict[tuple[str, str, int], _Key]) -> types.SimpleNamespace:
    """As much of the module as is used, over a dictionary of hive, key and view."""
    view = 0x300

    def opened(root: str, key: str, _: int, access: int) -> _Key:
        if (root, key, access & view) not in keys:
            raise FileNotFoundError(2, "no such key")
        return keys[root, key, access & view]

    def deleted(root: str, key: str) -> None:
        if keys.pop((root, key, 0), None) is None:
            raise FileNotFoundError(2, "no such key")

    return types.SimpleNamespace(
        HKEY_LOCAL_MACHINE="HKLM",
        HKEY_CURRENT_USER="HKCU",
        KEY_WOW64_64KEY=0x100,
        KEY_WOW64_32KEY=0x200,
        KEY_READ=0x19,
        KEY_SET_VALUE=2,
        REG_SZ=1,
        OpenKey=opened,
        QueryInfoKey=lambda key: (0, len(key), 0),
        EnumValue=lambda key, index: (*list(key.items())[index], 1),
        CreateKeyEx=lambda root, key, _, access: keys.setdefault((root, key, 0), _Key()),
        SetValueEx=lambda key, name, _, kind, text: key.__setitem__(name, text),
        DeleteKey=deleted,
    )
