"""Files that are made for people: written, and never over one that somebody may have worked on."""

from pathlib import Path

from xl_outcomes.errors import FileError, InputError


def write_new(path: Path, data: bytes) -> Path:
    """Writes a file, making its folder; another of that name goes into the folder `earlier` beside it.

    For somebody may have filled it in or edited it. Raises FileError in plain words.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() != data:
            _keep_earlier(path)
        path.write_bytes(data)
    except OSError as error:
        fix = "Close it if it is open, or choose another folder."
        raise FileError("file-open", f"{path} cannot be written: {error.strerror}.", fix) from error
    return path


def demand_free(path: Path) -> None:
    """Raises where a new master cannot have that path."""
    if path.exists():
        raise FileError("file-open", f"{path} is there already.", "Choose another name, or move it away.")
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"A master is an .xlsx workbook, and {path.name} is not.", "Give it a name ending in .xlsx.")


def _keep_earlier(path: Path) -> None:
    folder = path.parent / "earlier"
    folder.mkdir(exist_ok=True)
    names = (f"{path.stem} ({number}){path.suffix}" for number in range(1, 10_000))
    path.rename(next(folder / name for name in names if not (folder / name).exists()))
