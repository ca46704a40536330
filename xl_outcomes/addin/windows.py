"""Windows as the installation of the add-in sees it: one port that can be stood in for, and what its policies allow."""

import contextlib
import importlib
import io
import os
import platform
import site
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import platformdirs

from xl_outcomes.errors import InputError

Hive = Literal["HKCU", "HKLM"]
Verdict = Literal["OK", "Attention", "Problem", "Not readable"]
KEY = r"Software\xl-outcomes"
OFFICE = r"Software\Microsoft\Office\16.0"
# What Microsoft's cloud policy says goes before what a group policy says.
_POLICIES = (r"Software\Policies\Microsoft\Cloud\Office\16.0", r"Software\Policies\Microsoft\Office\16.0")
_TRUSTED = r"Security\Trusted Locations"
_DEFENDER = r"SOFTWARE\Policies\Microsoft\Windows Defender"
_GUARD = r"Windows Defender Exploit Guard\ASR"
_LOCAL_GUARD = r"SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
# "Block all Office applications from creating child processes".
_RULE = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
_LEVELS = {
    1: "All macros run.",
    2: "Excel asks before it runs macros.",
    3: "Only signed macros run.",
    4: "Macros are disabled without a question.",
}
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found and what it means, and what to ask IT for (or blank)."""

    topic: str
    found: str
    verdict: Verdict
    ask: str = ""


class Registry(Protocol):
    """The registry: read anywhere, written only in the user's own part."""

    def values(self, hive: Hive, key: str) -> Mapping[str, object]:
        """The values of a key by name; none if there is no such key. Raises PermissionError."""
        ...

    def write(self, key: str, name: str, text: str) -> None:
        """Put a text into a key of HKCU, which is made if it is not there. Raises OSError."""
        ...

    def delete(self, key: str) -> None:
        """Remove a key of HKCU with its values; nothing happens if it is not there. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked of the computer.

    `interpreter` is the Python that runs now, `base` the folder of the Python that its environment was made from,
    `package` the folder that xl_outcomes was imported from. `run` starts a program without a shell and gives its exit
    code; it raises OSError where the program does not start or does not end.
    """

    system: str
    environment: Mapping[str, str]
    interpreter: Path
    base: Path
    package: Path
    user_site: Path
    addin: Path
    log: Path
    registry: Registry
    run: Callable[[Sequence[str]], int]
    is_held: Callable[[Path], bool]
    on_network: Callable[[Path], bool]


def real_machine() -> Machine:
    """This computer; on other systems than Windows it can be made, and what needs Windows refuses it."""
    here = Path(__file__).parent
    return Machine(
        system=platform.system(),
        environment=os.environ,
        interpreter=Path(sys.executable),
        base=Path(sys.base_prefix),
        package=here.parent,
        user_site=Path(site.getusersitepackages()),
        addin=here / "xl_outcomes.xlam",
        log=Path(platformdirs.user_log_dir("xl-outcomes", appauthor=False)) / "addin.log",
        registry=WindowsRegistry(),
        run=run,
        is_held=is_held,
        on_network=on_network,
    )


class WindowsRegistry:
    """The registry of this computer; `winreg`, which only Windows has, is imported when it is first used."""

    def values(self, hive: Hive, key: str) -> Mapping[str, object]:
        """The values of a key by name, from the 64-bit and the 32-bit part of the registry."""
        winreg = _winreg()
        views = (winreg.KEY_WOW64_32KEY, winreg.KEY_WOW64_64KEY) if hive == "HKLM" else (0,)
        root = winreg.HKEY_LOCAL_MACHINE if hive == "HKLM" else winreg.HKEY_CURRENT_USER
        return {name: value for view in views for name, value in _listed(winreg, root, key, view)}

    def write(self, key: str, name: str, text: str) -> None:
        """Put a text into a key of HKCU."""
        winreg = _winreg()
        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

    def delete(self, key: str) -> None:
        """Remove a key of HKCU."""
        winreg = _winreg()
        with contextlib.suppress(FileNotFoundError):
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)


def run(command: Sequence[str]) -> int:
    """Start a program without a shell, wait for its end, and give its exit code."""
    try:
        return subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"it did not end within {_PATIENCE} seconds") from None


def is_held(path: Path) -> bool:
    """Whether a file is there and cannot be written now, as when Excel has it open."""
    try:
        with path.open("r+b"):
            return False
    except FileNotFoundError:
        return False
    except OSError:
        return True


def on_network(path: Path) -> bool:
    """Whether a path is on a drive that Windows calls remote."""
    remote = 4
    kernel: Any = importlib.import_module("ctypes").windll.kernel32
    return bool(kernel.GetDriveTypeW(f"{path.drive}\\") == remote)


def _winreg() -> Any:
    return importlib.import_module("winreg")


def _listed(winreg: Any, root: object, key: str, view: int) -> Iterator[tuple[str, object]]:
    try:
        opened = winreg.OpenKey(root, key, 0, winreg.KEY_READ | view)
    except FileNotFoundError:
        return
    with opened:
        for index in range(winreg.QueryInfoKey(opened)[1]):
            name, value, _ = winreg.EnumValue(opened, index)
            yield name, value


def startup_copy(machine: Machine) -> Path:
    """Where the add-in lies once installed: the user's XLSTART, which Excel trusts unless a policy says otherwise.

    The folder "At startup, open all files in" of Excel's options is no substitute: Excel does not trust it by itself.
    """
    roaming = machine.environment.get("APPDATA", "")
    if not roaming:
        raise InputError("Windows does not say where your application data is.", "Sign out, sign in, and try again.")
    return Path(roaming) / "Microsoft" / "Excel" / "XLSTART" / machine.addin.name


def ribbon_python(machine: Machine) -> Path:
    """The Python that the ribbon starts; before the first installation the one that it would start."""
    recorded = registry_value(machine, "HKCU", KEY, "Interpreter")
    return Path(str(recorded)) if recorded else machine.interpreter.with_name("pythonw.exe")


def registry_value(machine: Machine, hive: Hive, key: str, name: str) -> object:
    """One value of a registry key, None if it is not there. Raises PermissionError."""
    named = machine.registry.values(hive, key).items()
    return next((value for other, value in named if other.casefold() == name.casefold()), None)


def parts(data: bytes) -> dict[str, int]:
    """The parts of an add-in with their checksums; none if it is not a package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {info.filename.casefold(): info.CRC for info in archive.infolist()}
    except zipfile.BadZipFile:
        return {}


def _macros(machine: Machine) -> Finding:
    if _number(_policy(machine, "Common", "VBAOFF")) == 1:
        ask = 'Ask for the policy "Disable VBA for Office applications" to be lifted for you.'
        return Finding("Macros", "VBA is switched off for all of Office by a policy.", "Problem", ask)
    level = _number(_setting(machine, r"Excel\Security", "VBAWarnings")) or 2
    words = _LEVELS.get(level, f"The macro setting is {level}, which is not known.")
    if not (why := _why_untrusted(machine)):
        found = f"{words} That does not concern the add-in: Excel trusts its start-up folder."
        return Finding("Macros", found, "OK")
    ask = f"Ask for {startup_copy(machine).parent} as a trusted location, or for the add-in to be signed."
    if level == 1:
        return Finding("Macros", f"{why} {words}", "OK")
    if level == 2 or (level == 3 and _installed_signed(machine)):
        found = f"{why} {words} The add-in may be left out until you or IT trust it."
        return Finding("Macros", found, "Attention", ask)
    return Finding("Macros", f"{why} {words} The add-in does not run.", "Problem", ask)


def _signatures(machine: Machine) -> Finding:
    always = _number(_policy(machine, r"Common\Security", "requirealwaysonmacrosig")) == 1
    if not always and _number(_setting(machine, r"Excel\Security", "RequireAddinSig")) != 1:
        return Finding("Signatures", "No rule asks for signed add-ins.", "OK")
    rule = "Excel loads only add-ins that are signed by a trusted publisher"
    ask = "Ask IT to sign the add-in with the council's certificate and to make that a trusted publisher."
    if _installed_signed(machine):
        return Finding("Signatures", f"{rule}; this one is signed. Its publisher must be trusted.", "Attention", ask)
    return Finding("Signatures", f"{rule}, and this one is not signed.", "Problem", ask)


def _mark_of_the_web(machine: Machine) -> Finding:
    blocks = _number(_policy(machine, r"Excel\Security", "blockcontentexecutionfrominternet")) == 1
    rule = "A policy blocks macros from the internet" if blocks else "Excel blocks macros from the internet"
    if not Path(f"{startup_copy(machine)}:Zone.Identifier").is_file():
        return Finding("Mark of the web", f"{rule}; the add-in does not carry the mark, so it is not concerned.", "OK")
    found = f"{rule}, and the add-in is marked as coming from there. Remove it and install it again."
    return Finding("Mark of the web", found, "Problem", "Ask IT rather than unblocking files yourself.")


def _child_processes(machine: Machine) -> Finding:
    topic, state = "Child processes", _rule_state(machine)
    programs = " and ".join(str(p) for p in _programs(machine))
    ask = f"Ask for an exclusion from the rule {_RULE} for exactly this: {programs}."
    rule = 'The Defender rule "Block all Office applications from creating child processes"'
    if state in (1, 2, 6) and _excluded(machine):
        return Finding(topic, f"{rule} is on, and the Python of the ribbon is excluded from it.", "OK")
    if state == 1:
        return Finding(topic, f"{rule} is on: Excel may not start Python, so no button works.", "Problem", ask)
    if state == 6:
        return Finding(topic, f"{rule} warns: Windows asks when a button is clicked.", "Attention", ask)
    if state == 2:
        found = f"{rule} only keeps a record now. If it is switched on, no button works."
        return Finding(topic, found, "Attention", ask)
    return Finding(topic, f"{rule} is not on, as far as can be read.", "OK")


def _application_control(machine: Machine) -> Finding:
    found = "AppLocker and Windows application control cannot be read by a program like this."
    ask = f"If a button does nothing, ask whether these may be started: {' and '.join(map(str, _programs(machine)))}."
    return Finding("Application control", found, "Not readable", ask)


def _programs(machine: Machine) -> list[Path]:
    """The programs that a click starts: the pythonw.exe of an environment only hands over to that of its base."""
    return list(dict.fromkeys((ribbon_python(machine), machine.base / "pythonw.exe")))


def _why_untrusted(machine: Machine) -> str:
    """Why Excel does not trust its start-up folder; blank if it does."""
    if _number(_setting(machine, rf"Excel\{_TRUSTED}", "AllLocationsDisabled")) == 1:
        return "Trusted locations are switched off."
    if _number(_policy(machine, rf"Common\{_TRUSTED}", "Allow User Locations")) != 0:
        return ""
    folder = _flat(str(startup_copy(machine).parent))
    if any(_flat(path) == folder for path in _policy_locations(machine)):
        return ""
    return "Only locations that a policy names are trusted, and the start-up folder is not among them."


def _policy_locations(machine: Machine) -> Iterator[str]:
    for number in range(21):
        for program in ("Excel", "Common"):
            if path := _policy(machine, rf"{program}\{_TRUSTED}\Location{number}", "Path"):
                yield str(path).replace("%APPDATA%", machine.environment["APPDATA"])


def _flat(path: str) -> str:
    return path.casefold().replace("/", "\\").rstrip("\\")


def _rule_state(machine: Machine) -> int | None:
    """The strictest state of the rule that is set anywhere: 1 block, 6 warn, 2 audit, 0 off, None unknown."""
    managed = str(registry_value(machine, "HKLM", rf"{_DEFENDER}\Policy Manager", "ASRRules") or "")
    pairs = dict(pair.casefold().partition("=")[::2] for pair in managed.split("|"))
    found = {
        _number(registry_value(machine, "HKLM", rf"{_DEFENDER}\{_GUARD}\Rules", _RULE)),
        _number(pairs.get(_RULE)),
        _number(registry_value(machine, "HKLM", _LOCAL_GUARD, _RULE)),
    }
    return next((state for state in (1, 6, 2, 0) if state in found), None)


def _excluded(machine: Machine) -> bool:
    group = machine.registry.values("HKLM", rf"{_DEFENDER}\{_GUARD}\ASROnlyExclusions")
    managed = str(registry_value(machine, "HKLM", rf"{_DEFENDER}\Policy Manager", "ASROnlyExclusions") or "")
    paths = {_flat(path.partition("=")[0]) for path in (*group, *managed.split("|")) if path}
    places = [_flat(str(p)) for p in (ribbon_python(machine), *ribbon_python(machine).parents)]
    return any(place in paths for place in places)


def _policy(machine: Machine, path: str, name: str) -> object:
    hives: tuple[Hive, ...] = ("HKCU", "HKLM")
    found = (registry_value(machine, hive, rf"{root}\{path}", name) for root in _POLICIES for hive in hives)
    return next((value for value in found if value is not None), None)


def _setting(machine: Machine, path: str, name: str) -> object:
    """What a policy says, else what the user has chosen."""
    ordered = _policy(machine, path, name)
    return registry_value(machine, "HKCU", rf"{OFFICE}\{path}", name) if ordered is None else ordered


def _number(value: object) -> int | None:
    """Policies keep numbers as numbers or as texts."""
    return int(str(value)) if str(value).isascii() and str(value).isdigit() else None


def _installed_signed(machine: Machine) -> bool:
    copy = startup_copy(machine)
    return copy.is_file() and any("vbaprojectsignature" in name for name in parts(copy.read_bytes()))


POLICIES: tuple[tuple[str, Callable[[Machine], Finding]], ...] = (
    ("Macros", _macros),
    ("Signatures", _signatures),
    ("Mark of the web", _mark_of_the_web),
    ("Child processes", _child_processes),
    ("Application control", _application_control),
)
