"""The starter workbook equals its readable source tables, and is what the council's report counts."""

import zipfile
from collections import Counter
from io import BytesIO

import pytest

from tests.conftest import Validate
from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.starters import build_starter, read_source
from xl_outcomes.steps import check
from xl_outcomes.workbook.file import read_master

NAMES = resources.frameworks()
# A theme without indicators is what that council had in 2017; the check says so, and nothing else.
WARNED = {"mid-suffolk-2017": [("priority-unmeasured", "warning", "BG")]}


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_workbook_equals_its_sources(name: str) -> None:
    shipped, built = (zipfile.ZipFile(BytesIO(d)) for d in (resources.starter(name).read_bytes(), build_starter(name)))
    assert shipped.namelist() == built.namelist()
    for part in shipped.namelist():
        same = shipped.read(part) == built.read(part)
        assert same, f"{part} is not what the sources give: run python -m xl_outcomes.starters"


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_has_nothing_to_correct(name: str) -> None:
    found = check(read_master(resources.starter(name)).tables)
    assert [(i.code, i.severity, i.ref) for i in found] == WARNED.get(name, [])


def test_a_starter_is_valid_open_xml(validator: Validate) -> None:
    assert [validator(resources.starter(name)) for name in NAMES] == [[]] * len(NAMES)


def test_mid_suffolk_has_6_priorities_18_strategic_and_66_intermediate_outcomes() -> None:
    tables = read_source(resources.source_tables("mid-suffolk-2022"))
    assert Counter(tables["Outcomes"].frame["Tier"]) == {1.0: 6, 2.0: 18, 3.0: 66}
    titles = [r["Title"] for r in tables["Outcomes"].rows() if r["Tier"] == 1.0]
    assert titles == ["Customer", "Well-being", "Environment", "Economy", "Community", "Housing"]
    assert 90 <= len(tables["Indicators"].frame) <= 120
    assert all(str(r["E-mail"]).endswith("example.org") for r in tables["Owners"].rows())


def test_an_unknown_framework_lists_those_that_there_are() -> None:
    with pytest.raises(InputError, match="mid-suffolk-2022"):
        resources.starter("nowhere")
