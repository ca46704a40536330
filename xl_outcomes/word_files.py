"""What is done with a Word file by itself, without a master: checked, or finished for publishing."""

from pathlib import Path

from xl_outcomes.errors import FileError
from xl_outcomes.new_files import write_new


def finish(draft: Path, out: Path | None) -> Path:
    """Writes a copy of a draft to publish, beside it unless it is said where; returns its path."""
    from xl_outcomes.refresh import finish as finished

    path = out or draft.with_name(f"{draft.stem} to publish.docx")
    return write_new(path, finished(_content(draft), name=draft.name))


def check(template: Path, name: str | None) -> list[str]:
    """The mistakes in a template, in lines."""
    from xl_outcomes.template_check import check_template

    return [mistake.line for mistake in check_template(template, name)]


def accessibility(document: Path) -> tuple[list[str], bool]:
    """What the rules of accessibility find in a Word file, in lines, and whether any of it is a fault."""
    from xl_outcomes.accessibility import check_document, has_faults, lines

    found = check_document(_content(document), document.name)
    return lines(found), has_faults(found)


def _content(document: Path) -> bytes:
    try:
        return document.read_bytes()
    except OSError as error:
        raise FileError("file-open", f"{document} cannot be read: {error.strerror}.", "Check its name.") from error
