"""Files for other people: return forms, corrected forms and reports, made from a master's tables into a folder."""

from collections.abc import Sequence
from pathlib import Path

from xl_outcomes import steps
from xl_outcomes.closing import closed_quarters
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.new_files import write_new
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import Rated, prepare
from xl_outcomes.returns.checks import Checked
from xl_outcomes.returns.expected import Form
from xl_outcomes.returns.relations import Context
from xl_outcomes.returns.sendback import corrected_form
from xl_outcomes.tables import Tables, get


def form_files(forms: Sequence[Form]) -> list[tuple[Form, str]]:
    """The forms, each with the name of its file."""
    return list(zip(forms, _file_names([f.file_name for f in forms]), strict=True))


def write_form(form: Form, path: Path, now: steps.Now, style: HouseStyle = SHIPPED) -> Path:
    """Writes one return form."""
    from xl_outcomes.workbook.forms import create_form

    return write_new(path, create_form(form, created=now.at, style=style))


def write_corrected(
    checked: Sequence[Checked],
    tables: Tables,
    period: Quarter,
    now: steps.Now,
    folder: Path,
    style: HouseStyle = SHIPPED,
) -> list[Path]:
    """Writes a corrected form for every return that has errors or queries."""
    history = prepare(tables, period, now.today, closed_quarters(tables)).history
    context = Context(history, period, now.today, get(tables, "Returns"))
    made = [(c, form) for c in checked if (form := corrected_form(c, context)) is not None]
    names = _file_names([f"{Path(c.source.file).stem} to correct.xlsx" for c, _ in made])
    return [write_form(form, folder / name, now, style) for (_, form), name in zip(made, names, strict=True)]


def write_findings(checked: Sequence[Checked], path: Path, now: steps.Now, style: HouseStyle = SHIPPED) -> Path:
    """Writes what a check of returns found as a workbook to read."""
    from xl_outcomes.reporting.findings import findings
    from xl_outcomes.workbook.create import create_sheets

    return write_new(path, create_sheets([findings(checked)], title="Check of returns", created=now.at, style=style))


def report_path(name: str, period: Quarter, folder: Path) -> Path:
    """Where a report of a quarter is written, or the folder of one that has several files.

    Raises InputError where there is no report of that name.
    """
    from xl_outcomes.reporting.registry import find_report

    return folder / f"{find_report(name).name} {period.file_name}.docx"


def write_report(
    name: str,
    rated: Rated,
    tables: Tables,
    folder: Path,
    style: HouseStyle = SHIPPED,
    template: Path | None = None,
    *,
    with_sources: bool = False,
) -> list[Path]:
    """Writes a report of a rated quarter: one file, or several in a folder of their own.

    `template` takes the place of the shipped one; `with_sources` appends where each figure comes from. Nothing is
    written where one of the files cannot be made.
    """
    from xl_outcomes.refresh import ready
    from xl_outcomes.reporting.documents import documents
    from xl_outcomes.reporting.registry import find_report

    kind = find_report(name)
    path = report_path(name, rated.period, folder)
    made = documents(kind, rated, tables, style)
    single = len(made) == 1 and not made[0].suffix
    paths = [path] if single else [path.with_suffix("") / n for n in _file_names([f"{d.suffix}.docx" for d in made])]
    contents = ready.made(kind, made, rated, tables, style, template, with_sources=with_sources)
    return [write_new(path, content) for path, content in zip(paths, contents, strict=True)]


def _file_names(wanted: Sequence[str]) -> list[str]:
    """File names, each once: a second of the same name gets a number."""
    seen: dict[str, int] = {}
    names = []
    for name in wanted:
        seen[name.casefold()] = count = seen.get(name.casefold(), 0) + 1
        path = Path(name)
        names.append(name if count == 1 else f"{path.stem} ({count}){path.suffix}")
    return names
