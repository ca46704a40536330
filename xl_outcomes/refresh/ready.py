"""Reports as they are written to files: rendered, with the appendix of sources if it is wanted, and stamped."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xl_outcomes import __version__, resources
from xl_outcomes.errors import InputError
from xl_outcomes.refresh.stamp import Origin, digest_of, seal
from xl_outcomes.reporting.registry import ReportKind, find_report

if TYPE_CHECKING:
    from xl_outcomes.house_style import HouseStyle
    from xl_outcomes.quarter import Rated
    from xl_outcomes.reporting.documents import Document
    from xl_outcomes.tables import Tables


def made(
    kind: ReportKind,
    documents: "Sequence[Document]",
    rated: "Rated",
    tables: "Tables",
    style: "HouseStyle",
    template: Path | None = None,
    *,
    with_sources: bool = False,
) -> list[bytes]:
    """The files of a report, one for each document, ready to be written and to be refreshed later."""
    source = template or resources.template(kind.template)
    contents = [_rendered(source, document, style) for document in documents]
    if with_sources:
        contents = _with_sources(contents, rated, tables, kind.name)
    digest = digest_of(source.read_bytes())
    origins = [_origin(kind, document, rated, source, digest, sources=with_sources) for document in documents]
    return [seal(content, origin) for content, origin in zip(contents, origins, strict=True)]


def made_like(
    origin: Origin, rated: "Rated", tables: "Tables", style: "HouseStyle", template: Path | None = None
) -> bytes:
    """The file of a report made anew like the one of that origin, from a rated quarter.

    Raises InputError where there is no such report any more, or its template is not known.
    """
    from xl_outcomes.reporting.documents import documents

    kind = find_report(origin.report)
    if template is None and origin.template != kind.template:
        message = f'The draft was made with a template of your own, "{origin.template}".'
        raise InputError(message, "Name that file with --template.")
    found = [d for d in documents(kind, rated, tables, style) if d.suffix == origin.suffix]
    if not found:
        message = f'The report {kind.name} has no file for "{origin.suffix}" any more.'
        raise InputError(message, "Write the report anew: xl-outcomes report MASTER NAME --out DIR.")
    return made(kind, found[:1], rated, tables, style, template, with_sources=origin.sources)[0]


def _origin(
    kind: ReportKind, document: "Document", rated: "Rated", template: Path, digest: str, *, sources: bool
) -> Origin:
    framework = " – ".join(filter(None, (rated.settings.council, rated.settings.framework)))
    return Origin(
        framework, kind.name, str(rated.period), template.name, document.suffix, digest, __version__, sources=sources
    )


def _rendered(template: Path, document: "Document", style: "HouseStyle") -> bytes:
    from xl_outcomes.reporting.charts import draw
    from xl_outcomes.word import render

    pictures = {field: draw(chart, style) for field, chart in document.charts.items()}
    return render(template, document.values, pictures, title=document.title, style=style, controls=True)


def _with_sources(contents: Sequence[bytes], rated: "Rated", tables: "Tables", name: str) -> list[bytes]:
    from xl_outcomes.reporting.facts import gather
    from xl_outcomes.reporting.sources import sources
    from xl_outcomes.word_sources import append_sources

    found = sources(rated, tables, gather(rated, tables, name).indicators)
    return [append_sources(content, found) for content in contents]
