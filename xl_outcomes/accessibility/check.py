"""The check itself: a document is read once, then every rule looks at it."""

from collections.abc import Callable, Iterator

from xl_outcomes.accessibility.document_checks import document_hits
from xl_outcomes.accessibility.findings import Finding, Hit, findings
from xl_outcomes.accessibility.look_checks import look_hits
from xl_outcomes.accessibility.model import Document
from xl_outcomes.accessibility.picture_checks import picture_hits
from xl_outcomes.accessibility.reading import read_document
from xl_outcomes.accessibility.structure_checks import structure_hits
from xl_outcomes.accessibility.table_checks import table_hits

_CHECKS: tuple[Callable[[Document], Iterator[Hit]], ...] = (
    document_hits,
    structure_hits,
    table_hits,
    picture_hits,
    look_hits,
)


def check_document(content: bytes, name: str = "The document") -> tuple[Finding, ...]:
    """What is wrong with the Word document in these bytes, by rule, then from top to end; empty where nothing is.

    `name` is the file's, for messages. Raises FileError for what is no sound .docx (file-format, file-password,
    file-damaged, file-unsafe, file-too-large).
    """
    document = read_document(content, name)
    return findings(hit for check in _CHECKS for hit in check(document))
