"""The returns as they came, kept beside the master or in the archive folder: nothing that was received is lost."""

from collections.abc import Iterable
from pathlib import Path

from xl_outcomes.new_files import write_new
from xl_outcomes.periods import Quarter
from xl_outcomes.returns.reading import Return


def originals_folder(archive: str, master: Path | None, period: Quarter) -> Path | None:
    """Where a quarter's returns are kept: in the archive folder of the settings, else beside the master.

    None where there is neither, as with a master in the cloud and no archive folder.
    """
    folder = all_originals(archive, master)
    return folder / period.file_name if folder else None


def all_originals(archive: str, master: Path | None) -> Path | None:
    """The folder that holds the kept returns of every quarter."""
    if archive:
        return Path(archive) / "returns"
    return master.parent / f"{master.stem} returns" if master else None


def linked_folder(archive: str, master: Path | None) -> str | None:
    """That folder as links of the master name it: beside the master by its name alone, so that both can move."""
    folder = all_originals(archive, master)
    return None if folder is None else str(folder) if archive else folder.name


def kept_name(source: Return) -> str:
    """The name of a kept return: its own, with the start of its SHA-256, so that no two are alike."""
    path = Path(source.file)
    return f"{path.stem} ({source.sha256[:8]}){path.suffix}"


def keep_originals(pairs: Iterable[tuple[Path, Return]], folder: Path) -> None:
    """Copies returns into a folder; one that is there already is left as it is. Raises FileError in plain words."""
    for path, source in pairs:
        if not (folder / kept_name(source)).exists():
            write_new(folder / kept_name(source), path.read_bytes())
