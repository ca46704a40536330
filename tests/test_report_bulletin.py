"""The information bulletin: the table of changes from what was kept of a comparison, and who answers for what."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn

from tests.conftest import Validate
from tests.support import indicator, table, tables
from xl_outcomes import resources
from xl_outcomes.changes import as_change_rows, compare, merge_changes, summary_text
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.recorded_changes import RecordedVersion, recorded_version
from xl_outcomes.reporting import bulletin_report
from xl_outcomes.reporting.documents import Source
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.fields import fields
from xl_outcomes.review import REVIEWED
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Table, Tables
from xl_outcomes.word import render, used_names

FOLDER = resources.source_tables("mid-suffolk-2017")
PERIOD = parse_quarter("2017/18 Q3")
TODAY = dt.date(2018, 1, 22)
DAY = dt.date(2017, 12, 4)
VERSION = "December 2017"
TEMPLATE = resources.template("information-bulletin.docx")
COLUMNS = ("New", "Deleted", "Refined", "Amended targets", "Total")
BULLETIN = (
    ("Waste & Environment", "10", 4, 2, 0, 21),
    ("Enabled & Efficient Organisation", "16 + 5 to be confirmed", 2, 0, 2, 33),
    ("Housing Delivery", "3", 2, 3, 1, 25),
    ("Community Capacity Building & Engagement", "2", 0, 0, 0, 19),
    ("Business Growth & Productivity", "0", 0, 0, 0, 0),
    ("Assets & Investments (housing only)", "6", 0, 0, 1, 15),
    ("All themes", "37 + 5 to be confirmed", 8, 5, 4, 113),
)


@pytest.fixture(scope="module")
def kept() -> dict[str, Table]:
    """The starter after its two versions were compared and the changes kept."""
    after = read_source(FOLDER)
    changed = {path.stem for path in (FOLDER / "earlier").glob("*.csv")}
    before = {**after, **{name: t for name, t in read_source(FOLDER / "earlier").items() if name in changed}}
    rows = as_change_rows(compare(before, after), VERSION, DAY)
    return {**after, "Changes": merge_changes(after["Changes"], rows, VERSION)[0]}


@pytest.fixture(scope="module")
def source(kept: Tables) -> Source:
    rated = rate_quarter(kept, PERIOD, TODAY)
    return Source(rated, kept, gather(rated, kept, bulletin_report.NAME))


def _values(source: Source) -> dict[str, Any]:
    [made] = bulletin_report.documents(source)
    return dict(made.values)


def _changes(*rows: dict[str, Any], **more: Any) -> RecordedVersion | None:
    return recorded_version(tables(Indicators=[indicator()], Changes=rows, **more))


def _row(ref: str, change: str, **cells: Any) -> dict[str, Any]:
    return {"Version": "V1", "Ref": ref, "Change": change, "Date": DAY.isoformat(), **cells}


# ---- what was kept ----


def test_the_table_of_2017_comes_from_what_was_kept(source: Source) -> None:
    rows = _values(source)["themes"]
    assert [(r["title"], r["new"], r["deleted"], r["refined"], r["amended"], r["total"]) for r in rows] == [*BULLETIN]


def test_the_summary_is_that_of_the_comparison(kept: Tables) -> None:
    version = recorded_version(kept)
    assert version is not None
    assert (version.version, version.day, version.unplaced) == (VERSION, DAY, ())
    assert [summary_text(theme.counts) for theme in version.themes] == [new for _, new, *_ in BULLETIN[:-1]]
    assert sum(c.counted for c in version.changes) == 37 + 5 + 8 + 5 + 4


def test_the_version_recorded_last_counts_by_its_day_and_notes_and_sign_offs_do_not() -> None:
    version = _changes(
        _row("A-1.1a", "New", Date="2018-03-01", Version="V2"),
        _row("A-1.1a", "Refined"),
        _row("A-1.1a", REVIEWED, Date="2018-06-01", Version="V3", **{"Approved by": "Member"}),
        _row("A", "Note", Date="2018-06-01", Version="V3", Note="only"),
    )
    assert version is not None
    assert (version.version, [c.change for c in version.changes]) == ("V2", ["New"])
    assert [(t.title, t.note, t.counts["New"], t.counts["Total"]) for t in version.themes] == [("Homes", "only", 1, 1)]


def test_without_a_day_the_last_row_tells_the_version() -> None:
    version = _changes(_row("A-1.1a", "New", Date=None), _row("A-1.1a", "Refined", Date=None, Version="V2"))
    assert version is not None
    assert (version.version, version.day) == ("V2", None)


def test_an_indicator_that_is_gone_counts_where_its_ref_belongs() -> None:
    version = _changes(_row("A-1x", "Deleted", Old="Rent (Baseline year)"), _row("Z-9", "Deleted", Old="Lost"))
    assert version is not None
    assert [(c.ref, c.title, c.theme) for c in version.changes] == [("A-1x", "Rent", "A"), ("Z-9", "Lost", "")]
    assert version.themes[0].counts["Deleted"] == 1
    assert [c.ref for c in version.unplaced] == ["Z-9"]


def test_a_ref_does_not_belong_to_one_that_only_looks_alike() -> None:
    version = _changes(_row("A-10x", "Deleted", Old="Rent"), Outcomes=[{"Ref": "A-1", "Tier": 1.0, "Title": "Homes"}])
    assert version is not None
    assert [c.theme for c in version.changes] == [""]


def test_nothing_kept_is_no_version() -> None:
    assert _changes() is None
    assert _changes(_row("A", "Note", Note="only")) is None


# ---- words ----


def test_who_approves_follows_from_the_class_of_each_change(source: Source, kept: Tables) -> None:
    version = recorded_version(kept)
    assert version is not None
    delegated = sum(c.delegated for c in version.changes)
    [words] = _values(source)["approval"]
    assert f"{delegated} keep the meaning" in words
    assert f"{len(version.changes) - delegated} are for decision by members. No approval is recorded yet." in words


def test_approvals_and_sign_offs_are_told(kept: Tables) -> None:
    rows = [
        _row("A-1.1a", "Refined", Old="Definition: x", New="Definition: y", **{"Approved by": "Cabinet"}),
        _row("A-1.1a", REVIEWED, New="As defined (00000000)", **{"Approved by": "Member"}),
    ]
    held = {**tables(Indicators=[indicator()]), "Changes": table("Changes", rows)}
    rated = rate_quarter(held, PERIOD, TODAY)
    values = _values(Source(rated, held, gather(rated, held, bulletin_report.NAME)))
    assert values["approval"][0].endswith("1 of them is recorded as approved, by Cabinet.")
    assert values["peer_review"][0] == (
        "0 of 1 indicators are signed off as they stand; 1 have changed since they were. By theme: Homes 0 of 1."
    )
    assert values["changes"] == [{"name": "A-1.1a Homes built", "change": "Refined", "detail": "Definition"}]


def test_owners_reasons_and_meetings_are_told(source: Source) -> None:
    values = _values(source)
    assert values["data"][0].startswith("16 data owners answer for the figures. For Quarter 3 of 2017/18")
    assert "figures received" in values["data"][0]
    assert "There are no indicators in use yet for Business Growth & Productivity." in values["reasons"]
    assert "reputational sensitivity (45)" in values["reasons"][0]
    assert "4 December 2017, MCa/17/38 (Illustrative)" in values["archive"][0]
    assert "4 June 2018, MCa/18/05 (Illustrative)" in values["next_steps"][-1]
    assert values["peer_review"][0] == "The peer review has not begun: no indicator is signed off yet."


def test_changes_are_listed_one_by_one_in_the_order_of_the_themes(source: Source) -> None:
    changes = _values(source)["changes"]
    assert len(changes) == 59
    assert changes[0]["change"] == "New"
    assert {"name": "EO-1.2b Calls answered", "change": "Amended targets",
            "detail": "From 2016/17 Q4: Target 88%, Amber 83% → Target 90%, Amber 83%"} in changes  # fmt: skip


# ---- the document ----


def test_paragraphs_are_numbered_plainly(source: Source, tmp_path: Path, validator: Validate) -> None:
    content = _written(source)
    document = WordDocument(io.BytesIO(content))
    style = document.styles["Numbered paragraph"].element.pPr.numPr
    level = document.part.numbering_part.element.find(qn("w:abstractNum")).find(qn("w:lvl"))
    assert (style.ilvl.val, level.find(qn("w:lvlText")).get(qn("w:val"))) == (0, "%1.")
    assert document.styles["Heading 1"].element.pPr.numPr is None
    paragraphs = list(_paragraphs(content))
    assert paragraphs[:4] == [
        *("Mid Suffolk District Council", "Overview and Scrutiny Committee", "Information bulletin"),
        "15 December 2017",
    ]
    assert not _leftovers(paragraphs)
    (tmp_path / "bulletin.docx").write_bytes(content)
    assert validator(tmp_path / "bulletin.docx") == []
    assert validator(TEMPLATE) == []


def test_a_small_master_gives_a_bulletin_without_tables() -> None:
    held = tables(Indicators=[indicator()])
    rated = rate_quarter(held, PERIOD, TODAY)
    content = _written(Source(rated, held, gather(rated, held, bulletin_report.NAME)))
    paragraphs = list(_paragraphs(content))
    assert "No change of the framework is recorded." in paragraphs
    assert not _leftovers(paragraphs)
    assert not WordDocument(io.BytesIO(content)).tables


def test_the_template_uses_only_names_that_are_explained(source: Source) -> None:
    known = {*fields(source.facts), *bulletin_report.FIELDS}
    assert {u.name for u in used_names(TEMPLATE) if u.name.partition(".")[0] not in known} == set()
    assert set(_values(source)) == {name for name in bulletin_report.FIELDS if "." not in name}


def _written(source: Source) -> bytes:
    values = {**fields(source.facts), **_values(source)}
    return render(TEMPLATE, values, {}, title="Information bulletin")


def _paragraphs(content: bytes) -> Iterator[str]:
    for paragraph in WordDocument(io.BytesIO(content)).element.body.iter(qn("w:p")):
        yield "".join(t.text or "" for t in paragraph.iter(qn("w:t")))


def _leftovers(paragraphs: list[str]) -> list[str]:
    return [p for p in paragraphs if "{{" in p or "{%" in p or p in ("None", "nan", "NaT", "")]
