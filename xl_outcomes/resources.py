"""What travels with the package: starter frameworks and report templates, from a wheel or an editable install."""

from pathlib import Path

from xl_outcomes.errors import InputError

_HERE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder `workbooks`, `docx_templates` or `docs`: inside an installed package, or beside it in a checkout."""
    shipped = _HERE / "_shipped" / name
    return shipped if shipped.is_dir() else _HERE.parent / name


def frameworks() -> tuple[str, ...]:
    """The names of the starter frameworks."""
    return tuple(sorted(p.name for p in folder("workbooks").iterdir() if (p / "Settings.csv").is_file()))


def source_tables(name: str) -> Path:
    """The folder of a framework's source tables; raises InputError for a name that is not among them."""
    if name not in frameworks():
        raise InputError(f'There is no framework "{name}".', f"Choose one of: {', '.join(frameworks())}.")
    return folder("workbooks") / name


def starter(name: str) -> Path:
    """The starter workbook of a framework; raises InputError for a name that is not among them."""
    return source_tables(name).parent / f"{name}.xlsx"


def earlier_tables(name: str) -> Path | None:
    """The folder of the tables in which a framework's version before differs; None where none is kept."""
    found = source_tables(name) / "earlier"
    return found if found.is_dir() else None


def guide() -> str:
    """The guide for officers, as Markdown."""
    return (folder("docs") / "guide.md").read_text(encoding="utf-8")


def template(file: str) -> Path:
    """A report's Word template."""
    return folder("docx_templates") / file
