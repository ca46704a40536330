"""The cabinet performance report: the common fields say it all."""

from collections.abc import Mapping

from xl_outcomes.reporting.chart_specs import RatingBars
from xl_outcomes.reporting.documents import Document, Source

FIELDS: Mapping[str, str] = {}


def documents(source: Source) -> tuple[Document, ...]:
    """One document for the whole council."""
    return (Document({}, {"rag_chart": RatingBars(source.facts)}),)
