"""Put the add-in where Excel finds it, look whether it can work there, and take it away again. Needs no administrator.

The add-in is copied to the user's start-up folder of Excel, and the path of the Python that it starts is written under
HKCU, where the add-in reads it. Nothing else is changed on the computer. docs/deploy.md tells IT the rest.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath

import xl_outcomes
from xl_outcomes.addin.windows import (
    KEY,
    OFFICE,
    POLICIES,
    Finding,
    Machine,
    parts,
    real_machine,
    registry_value,
    ribbon_python,
    startup_copy,
)
from xl_outcomes.errors import FileError, InputError, OutcomesError

__all__ = ["KEY", "Finding", "Machine", "install", "real_machine", "remove", "startup_copy", "status"]

IMPORTS = "import xl_outcomes.addin"
REACHES_EXCEL = "import xlwings, win32com.client"
_SYNCED = ("onedrive", "sharepoint", "dropbox", "google drive", "googledrive", "icloud")


def install(machine: Machine) -> list[Finding]:
    """Install the add-in for this user, and tell what was done and what still stands in its way.

    May be repeated, also to update. Raises InputError where this Python or system cannot be used, and FileError
    where the add-in cannot be written (file-open: Excel has it open); then nothing has been changed.
    """
    _windows_only(machine)
    interpreter = _usable_interpreter(machine)
    done = [_copied(machine), _recorded(machine, interpreter)]
    return [*done, *(f for f in status(machine) if f.verdict in ("Attention", "Problem"))]


def status(machine: Machine) -> list[Finding]:
    """Whether the add-in is installed, and whether anything that can be read stops it. Changes nothing.

    Raises InputError on other systems than Windows.
    """
    _windows_only(machine)
    return [_looked_at(machine, topic, check) for topic, check in CHECKS]


def remove(machine: Machine) -> list[Finding]:
    """Remove the add-in and its registry key, and tell what was removed; the log stays.

    May be repeated. Raises InputError on other systems than Windows, and FileError file-open while Excel has it open.
    """
    _windows_only(machine)
    copy = startup_copy(machine)
    there, recorded = copy.is_file(), bool(machine.registry.values("HKCU", KEY))
    if there:
        _free(machine, copy)
        with _plainly(copy):
            copy.unlink()
    with _registry_words():
        machine.registry.delete(KEY)
    return [
        Finding("Add-in", f"Removed: {copy}." if there else f"There was none at {copy}.", "OK"),
        Finding("Registry", f"Removed: HKCU\\{KEY}." if recorded else f"There was no HKCU\\{KEY}.", "OK"),
        Finding("Log", f"Left: {machine.log}, and beside it what Undo needs. Delete the folder if nobody does.", "OK"),
    ]


def _windows_only(machine: Machine) -> None:
    if machine.system != "Windows":
        name = {"Darwin": "macOS"}.get(machine.system, machine.system)
        fix = "Everything else works here from the command line: xl-outcomes --help."
        raise InputError(f"The ribbon needs Excel for Windows, and this is {name or 'another system'}.", fix)


def _usable_interpreter(machine: Machine) -> Path:
    """The pythonw.exe beside this Python, after every reason why Excel could not start it has been excluded."""
    if _from_store(machine):
        what = "This Python comes from the Microsoft Store, which hides from Excel what it writes."
        fix = "Install Python from python.org or ask IT for it, and install xl-outcomes there."
        raise InputError(what, fix)
    if machine.package.is_relative_to(machine.user_site):
        what = f"xl-outcomes is installed in your user folder ({machine.user_site}), which the add-in does not look at."
        raise InputError(what, "Install it in an environment of its own (python -m venv) and run this again there.")
    interpreter = machine.interpreter.with_name("pythonw.exe")
    if not interpreter.is_file():
        what = f"There is no pythonw.exe in {interpreter.parent}, and the ribbon starts Python by it."
        raise InputError(what, "Make a new environment (python -m venv), install xl-outcomes there, and try again.")
    if why := _fails(machine, interpreter, IMPORTS):
        what = f"{interpreter} does not find xl-outcomes when it is started as the ribbon starts it: {why}."
        fix = "Install xl-outcomes with pip in that environment. If Windows refuses to start it, ask IT to allow it."
        raise InputError(what, fix)
    return interpreter


def _copied(machine: Machine) -> Finding:
    copy, data = startup_copy(machine), _shipped(machine)
    with _plainly(copy):
        old = copy.read_bytes() if copy.is_file() else None
    if old == data or (old is not None and _signed_copy(old, data)):
        return Finding("Add-in", f"{copy} is there already, in this version.", "OK")
    _free(machine, copy)
    # Excel opens whatever lies in XLSTART, so a file that is not complete yet waits in the folder above.
    waiting = copy.parent.parent / f".~{copy.name}"
    with _plainly(copy):
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            waiting.write_bytes(data)
            waiting.replace(copy)
        finally:
            with contextlib.suppress(OSError):
                waiting.unlink(missing_ok=True)
    done = "Copied to" if old is None else "Another version was replaced:"
    return Finding("Add-in", f"{done} {copy}. Start Excel, and the tab Outcomes is there.", "OK")


def _recorded(machine: Machine, interpreter: Path) -> Finding:
    with _registry_words():
        machine.registry.write(KEY, "Interpreter", str(interpreter))
        machine.registry.write(KEY, "Version", xl_outcomes.__version__)
    return Finding("Python", f"The ribbon starts {interpreter} (written under HKCU\\{KEY}).", "OK")


def _shipped(machine: Machine) -> bytes:
    try:
        return machine.addin.read_bytes()
    except OSError:
        what = f"The add-in {machine.addin.name} is missing in {machine.addin.parent}."
        raise FileError("file-missing", what, "Install xl-outcomes again.") from None


def _free(machine: Machine, copy: Path) -> None:
    if machine.is_held(copy):
        raise _held(copy)


def _held(copy: Path) -> FileError:
    fix = "Close Excel and run it again. If no Excel is open, look whether the file is write-protected."
    return FileError("file-open", f"Excel has the add-in open: {copy}.", fix)


@contextlib.contextmanager
def _plainly(copy: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise _held(copy) from None
    except OSError as error:
        what = f"{copy} cannot be written: {error.strerror}."
        raise FileError("file-unwritable", what, "Look whether the folder can be reached, and try again.") from None


@contextlib.contextmanager
def _registry_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"The registry key HKCU\\{KEY} cannot be changed: {error.strerror}."
        raise OutcomesError(what, "Ask IT whether a policy stops you from changing your own registry.") from None


def _looked_at(machine: Machine, topic: str, check: Callable[[Machine], Finding]) -> Finding:
    try:
        return check(machine)
    except OSError as error:
        if isinstance(error, OutcomesError):
            raise
        found = f"Windows does not let you read this ({error.strerror or error})."
        return Finding(topic, found, "Not readable", f"Ask whether this is in order for the add-in: {topic}.")


def _excel(machine: Machine) -> Finding:
    click = machine.registry.values("HKLM", r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration")
    program = registry_value(machine, "HKLM", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe", "")
    program = program or registry_value(machine, "HKLM", r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot", "Path")
    if not program:
        ask = "Ask for Excel as a program on this computer; Excel in the browser cannot show the ribbon."
        return Finding("Excel", "No Excel was found.", "Problem", ask)
    version, bits = click.get("VersionToReport"), {"x86": "32-bit", "x64": "64-bit"}.get(str(click.get("Platform")))
    if not version:
        return Finding("Excel", f"Excel is at {program}; its version cannot be read. 2016 or later is needed.", "OK")
    return Finding("Excel", f"Excel {version}{f', {bits}' if bits else ''}: either 32-bit or 64-bit will do.", "OK")


def _addin(machine: Machine) -> Finding:
    copy, shipped = startup_copy(machine), _shipped(machine)
    if not copy.is_file():
        return Finding("Add-in", f"Not installed: there is no {copy}. {_AGAIN}", "Problem")
    data = copy.read_bytes()
    if hashlib.sha256(data).digest() == hashlib.sha256(shipped).digest():
        return Finding("Add-in", f"{copy} is the one of this version.", "OK")
    if _signed_copy(data, shipped):
        return Finding("Add-in", f"{copy} is the one of this version, with a signature.", "OK")
    return Finding("Add-in", f"{copy} is another version, or was changed. {_AGAIN}", "Attention")


def _other_copies(machine: Machine) -> Finding:
    name = machine.addin.name
    folders = [
        registry_value(machine, "HKCU", rf"{OFFICE}\Excel\Options", "AltStartup"),
        registry_value(machine, "HKLM", r"SOFTWARE\Microsoft\Office\16.0\Excel\InstallRoot", "Path"),
    ]
    places = [Path(str(folder)) / sub / name for folder, sub in zip(folders, ("", "XLSTART"), strict=True) if folder]
    others = [str(p) for p in places if p != startup_copy(machine) and p.is_file()]
    if not others:
        return Finding("Other copies", "No second copy was found where Excel starts.", "OK")
    found = f"Excel also opens {' and '.join(others)}, and cannot have two add-ins of one name."
    return Finding("Other copies", found, "Attention", "Ask for one of the copies to be removed.")


def _disabled(machine: Machine) -> Finding:
    items = machine.registry.values("HKCU", rf"{OFFICE}\Excel\Resiliency\DisabledItems").values()
    texts = [item[12:].decode("utf-16-le", "ignore").casefold() for item in items if isinstance(item, bytes)]
    if not any(machine.addin.name in text for text in texts):
        return Finding("Disabled items", "Excel has not disabled the add-in.", "OK")
    found = "Excel disabled the add-in after a crash. Enable it: File, Options, Add-ins, Manage: Disabled Items, Go."
    return Finding("Disabled items", found, "Problem")


def _python(machine: Machine) -> Finding:
    recorded, version = (registry_value(machine, "HKCU", KEY, name) for name in ("Interpreter", "Version"))
    this = machine.interpreter.with_name("pythonw.exe")
    if not recorded:
        return Finding("Python", f"Nothing says which Python the ribbon starts. {_AGAIN}", "Problem")
    if not Path(str(recorded)).is_file():
        return Finding("Python", f"The ribbon starts {recorded}, which is not there any more. {_AGAIN}", "Problem")
    if str(recorded).casefold() != str(this).casefold():
        found = f"The ribbon starts {recorded}; this command runs in {this.parent}. To change that: {_AGAIN}"
        return Finding("Python", found, "Attention")
    if version != xl_outcomes.__version__:
        found = f"Installed by version {version or 'unknown'}; this is {xl_outcomes.__version__}. {_AGAIN}"
        return Finding("Python", found, "Attention")
    return Finding("Python", f"The ribbon starts {recorded}, version {version}.", "OK")


def _python_starts(machine: Machine) -> Finding:
    topic, interpreter = "Python starts", ribbon_python(machine)
    if not interpreter.is_file():
        return Finding(topic, "Not tried: there is no Python to start.", "Problem")
    if why := _fails(machine, interpreter, IMPORTS):
        ask = f"Ask whether a rule stops {interpreter} from being started."
        return Finding(topic, f"It does not find xl-outcomes as the ribbon starts it: {why}. {_AGAIN}", "Problem", ask)
    if why := _fails(machine, interpreter, REACHES_EXCEL):
        found = f"It cannot reach Excel, since xlwings or pywin32 does not load: {why}. Install both with pip."
        return Finding(topic, found, "Problem")
    return Finding(topic, "It starts, finds xl-outcomes, and has what it needs to reach Excel.", "OK")


def _place(machine: Machine) -> Finding:
    topic, interpreter = "Python's place", ribbon_python(machine)
    if _from_store(machine):
        found = "Python from the Microsoft Store: it hides from Excel what it writes, so the ribbon cannot find it."
        return Finding(topic, found, "Problem", "Ask for Python from python.org, or from your software centre.")
    if str(interpreter).startswith("\\\\") or machine.on_network(interpreter):
        found = f"{interpreter} is on the network: every click waits for it, and Windows may refuse to start it."
        return Finding(topic, found, "Attention", "Ask for a folder on this computer where programs may run.")
    if any(part.casefold().startswith(_SYNCED) for part in PureWindowsPath(interpreter).parts):
        found = f"{interpreter} is in a synced folder, where files may be absent or changing. Move the environment."
        return Finding(topic, found, "Attention", "Ask for a folder outside OneDrive where programs may run.")
    return Finding(topic, "Python is on this computer, outside synced folders.", "OK")


def _log(machine: Machine) -> Finding:
    return Finding("Log", f"What goes wrong behind a button is written to {machine.log}.", "OK")


def _from_store(machine: Machine) -> bool:
    paths = (machine.interpreter, machine.base)
    return any("windowsapps" in (part.casefold() for part in PureWindowsPath(p).parts) for p in paths)


def _fails(machine: Machine, interpreter: Path, code: str) -> str:
    """Why a Python that is started as the ribbon starts it cannot run this; blank if it can."""
    try:
        ended = machine.run([str(interpreter), "-I", "-c", code])
    except OSError as error:
        return f"Windows does not start it ({error.strerror or error})"
    return f"it ended with {ended}" if ended else ""


def _signed_copy(data: bytes, shipped: bytes) -> bool:
    """Whether this is the shipped add-in with a signature: the same macros and ribbon, and a signature beside them."""
    one, other = parts(data), parts(shipped)
    signed = any("vbaprojectsignature" in name for name in one)
    content = [
        {n: c for n, c in p.items() if n == "xl/vbaproject.bin" or n.startswith("customui/")} for p in (one, other)
    ]
    return signed and bool(content[1]) and content[0] == content[1]


_AGAIN = "Run `xl-outcomes addin install`."
CHECKS: tuple[tuple[str, Callable[[Machine], Finding]], ...] = (
    ("Excel", _excel),
    ("Add-in", _addin),
    ("Other copies", _other_copies),
    ("Disabled items", _disabled),
    ("Python", _python),
    ("Python starts", _python_starts),
    ("Python's place", _place),
    *POLICIES,
    ("Log", _log),
)
