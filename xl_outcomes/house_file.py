"""The file of a house style: which one holds for a master, and how it and its logo are read (docs/house-style.md)."""

import tomllib
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.house_style import HouseStyle, Logo, parse
from xl_outcomes.new_files import write_new
from xl_outcomes.settings import Settings

NAME = "house-style.toml"
_MOST_TEXT, _MOST_IMAGE = 100_000, 2_000_000  # bytes
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def house_style(settings: Settings, master: Path | None = None) -> HouseStyle:
    """The house style of a master; raises InputError in plain words for a file that cannot be used."""
    return read_house_style(find_house_style(settings.house_style, master))


def find_house_style(named: str, master: Path | None = None) -> Path:
    """The file that holds: the one that the setting names (from the master's folder on), else the one beside the
    master, else the shipped one.
    """
    folder = master.parent if master else Path()
    if named.strip():
        return folder / _allowed(named.strip(), master)
    beside = folder / NAME
    return beside if master and beside.is_file() else shipped()


def shipped() -> Path:
    """The file of the shipped style."""
    return resources.folder("workbooks") / NAME


def read_house_style(path: Path) -> HouseStyle:
    """The house style of a TOML file, with the bytes of its logo; raises InputError in plain words."""
    try:
        given = tomllib.loads(_bytes(path, _MOST_TEXT, "house style").decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        message = f"The house style {path} is not saved as UTF-8."
        raise InputError(message, 'In the editor choose Save as, Encoding "UTF-8".') from fault
    except tomllib.TOMLDecodeError as fault:
        fix = 'A value stands after = and, unless it is a number, in quotation marks: main = "#1F3A4D".'
        raise InputError(f"The house style {path} cannot be read: {_said(fault)}.", fix) from fault
    style = parse(given, path.name)
    return replace(style, logo=_with_image(style.logo, path)) if style.logo else style


def copy_beside(path: Path, master: Path) -> list[Path]:
    """Copies a house style and its logo beside a master, where forms and reports find them; the files written."""
    style = read_house_style(path)
    copies = [(master.parent / NAME, path.read_bytes())]
    if style.logo:
        copies.append((master.parent / style.logo.file, style.logo.image))
    return [write_new(to, data) for to, data in copies if not (to.is_file() and to.samefile(path))]


def _allowed(named: str, master: Path | None) -> str:
    """The path as it stands in the setting; one on a server other than the master's is not looked up."""
    server = PureWindowsPath(named).drive if named.startswith(("\\\\", "//")) else ""
    if server and (master is None or PureWindowsPath(master).drive.casefold() != server.casefold()):
        fix = "Copy the file and its logo beside the master, and clear the setting House style."
        raise InputError(f"The house style {named} is on another server than the master, so it is not opened.", fix)
    if not named.casefold().endswith(".toml"):
        message = f'The setting House style is "{named}", which is not a .toml file.'
        raise InputError(message, f"Give the path of a file such as {NAME}, or clear the cell.")
    return named if PureWindowsPath(named).drive else named.replace("\\", "/")


def _with_image(logo: Logo, path: Path) -> Logo:
    """The logo with its bytes; only from the folder of the style's file, so that a style brings no other files in."""
    parts = PurePosixPath(logo.file.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in logo.file:
        fix = f"Copy the picture beside {path.name} and give its name alone."
        raise InputError(f"{path.name}: the logo {logo.file} is not in the folder of the house style.", fix)
    image = _bytes(path.parent / parts, _MOST_IMAGE, "logo")
    if not image.startswith((_PNG, _JPEG)) or not _has_size(image):
        raise InputError(f"{path.name}: the logo {logo.file} is not a picture.", "Save it as a PNG or JPEG file.")
    return replace(logo, file=str(parts), image=image)


def _has_size(image: bytes) -> bool:
    """Whether the picture says how wide and high it is, as Word and Excel have to know."""
    import io

    from docx.image.exceptions import InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError
    from docx.image.image import Image

    try:
        read = Image.from_file(io.BytesIO(image))
        return bool(read.px_width and read.px_height)
    except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError, KeyError, ValueError):
        return False


def _bytes(path: Path, most: int, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as fault:
        message = f"The {what} {path} cannot be read: {(fault.strerror or 'not a file').lower()}."
        raise InputError(message, "Check that it is there and how its name is spelt.") from fault
    if len(content) > most:
        raise InputError(f"The {what} {path} is larger than {most:,} bytes.", "Choose a smaller file.")
    return content


def _said(fault: tomllib.TOMLDecodeError) -> str:
    words = str(fault)
    return words[:1].lower() + words[1:].replace("(at ", "(").replace(" statement", "")
