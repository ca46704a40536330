"""Each council's way of working through a whole year: its sheets, its reports, and nothing half-done in any of them."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.conftest import Validate
from xl_outcomes.accessibility import Severity, check_document
from xl_outcomes.demo.year import run
from xl_outcomes.reporting.registry import offered, text
from xl_outcomes.steps import check
from xl_outcomes.workbook.file import Master, read_master

# The year of Mid Suffolk 2022 is played in test_year.py.
COUNCILS = ("mid-suffolk-2017", "essex-2014", "leicestershire-2018", "darlington-2012")
OWN_TABLES = {
    "mid-suffolk-2017": ("Year_quarters", "Delivery_activities", "Chasing_owners"),
    "essex-2014": ("Areas_figures", "Quality_improvements", "Crosswalk_lines", "Money_outcomes"),
    "leicestershire-2018": ("How_we_compare", "Role_outcomes", "Tag_ratings", "Money_results"),
    "darlington-2012": ("Service_plans", "Service_measures", "Golden_thread"),
}
UNRENDERED = re.compile(r"\{\{|\}\}|\{%|%\}|\bnan\b|\bNone\b|\bNaT\b")


@dataclass(frozen=True)
class Year:
    """A played year: its folder, the story that it told, its master as it stands at the end."""

    name: str
    folder: Path
    story: str
    master: Master

    @property
    def reports(self) -> list[Path]:
        """Every Word file that was written, without the copies in the archive."""
        return sorted(p for quarter in self.folder.glob("????-??-Q?") for p in quarter.glob("reports/**/*.docx"))


@pytest.fixture(scope="module", params=COUNCILS)
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = tmp_path_factory.mktemp("demo") / request.param
    lines: list[str] = []
    run(folder, request.param, lines.append)
    return Year(request.param, folder, "\n".join(lines), read_master(folder / f"{request.param} master.xlsx"))


def test_four_quarters_are_rated_and_three_closed(year: Year) -> None:
    assert year.story.count("  Rated: ") == 4
    assert year.story.count("  Closed: ") == 3
    rated = {row["Period"] for row in year.master.tables["Results"].rows()}
    assert {p.name for p in year.folder.iterdir() if re.fullmatch(r"\d{4}-\d\d-Q\d", p.name)} <= {
        p.replace("/", "-").replace(" ", "-") for p in rated
    }


def test_the_master_is_sound_at_the_years_end(year: Year) -> None:
    assert [i for i in check(year.master.tables) if i.severity != "warning"] == []


def test_the_sheets_of_its_way_of_working_are_there(year: Year) -> None:
    for name in OWN_TABLES[year.name]:
        table = year.master.find(name)
        assert table is not None, name
        assert len(table.frame) > 0, name


def test_every_report_that_the_council_planned_is_written(year: Year) -> None:
    planned = {(text(r["Report"]), str(r["Period"])) for r in year.master.tables["Reports"].rows()}
    known = {kind.name for kind in offered(year.master.tables)}
    assert {report for report, _ in planned} <= known
    for report, period in planned:
        place = year.folder / period.replace("/", "-").replace(" ", "-") / "reports"
        assert list(place.rglob(f"{report} *.docx")) or list(place.glob(f"{report} */*.docx")), (report, period)


def test_no_report_holds_what_was_never_filled_in(year: Year) -> None:
    for path in year.reports:
        words = "\n".join(t.text or "" for t in Document(str(path)).element.body.iter(qn("w:t")))
        assert UNRENDERED.findall(words) == [], path.name


def test_no_report_has_an_accessibility_fault(year: Year) -> None:
    for path in year.reports:
        found = [f for f in check_document(path.read_bytes(), path.name) if f.severity is Severity.FAULT]
        assert found == [], path.name


def test_workbook_and_reports_are_valid_open_xml(year: Year, validator: Validate) -> None:
    kinds = {path.parent if re.search(r"-Q\d$", path.parent.name) else path: path for path in year.reports}
    last = [path for path in kinds.values() if "-Q4" in str(path) or "-Q3" in str(path)]
    for path in (*year.folder.glob("*.xlsx"), *last):
        assert validator(path) == [], path.name
