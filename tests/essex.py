"""What the tests of Essex's reports share: its starter, rated for its last quarter, and a report's texts."""

import datetime as dt
import io

import docx
import pytest
from docx.oxml.ns import qn

from xl_outcomes import resources
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Table


@pytest.fixture(scope="module")
def starter() -> dict[str, Table]:
    return read_source(resources.source_tables("essex-2014"))


@pytest.fixture(scope="module")
def rated(starter: dict[str, Table]) -> Rated:
    return rate_quarter(starter, parse_quarter("2013/14 Q4"), dt.date(2014, 5, 12))


def texts(content: bytes) -> list[str]:
    """The text of each paragraph of a document."""
    body = docx.Document(io.BytesIO(content)).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
