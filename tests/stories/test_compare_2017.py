"""The table that officers counted by hand in 2017: two versions of the workbook give it to the digit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import indicator, setting, tables, target
from xl_outcomes.changes import Comparison, compare, summary_text
from xl_outcomes.tables import Tables


@dataclass(frozen=True, slots=True)
class Published:
    """A row of the bulletin of 15 December 2017."""

    ref: str
    theme: str
    new: int
    waiting: int
    deleted: int
    refined: int
    amended: int
    total: int

    @property
    def before(self) -> int:
        """How many indicators the theme had in the June version."""
        return self.total - self.new + self.deleted


BULLETIN = (
    Published("WE", "Waste & Environment", 10, 0, 4, 2, 0, 21),
    Published("EO", "Enabled & Efficient Organisation", 16, 5, 2, 0, 2, 33),
    Published("HD", "Housing Delivery", 3, 0, 2, 3, 1, 25),
    Published("CC", "Community Capacity Building & Engagement", 2, 0, 0, 0, 0, 19),
    Published("BG", "Business Growth & Productivity", 0, 0, 0, 0, 0, 0),
    Published("AI", "Assets & Investments", 6, 0, 0, 0, 1, 15),
)
COLUMNS = ("Theme", "New", "To be confirmed", "Deleted", "Refined", "Amended targets", "Total")
HOUSING_ONLY = {"Version": "December 2017", "Ref": "AI", "Change": "Note", "Note": "housing only"}


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(_june(), _december())


def test_the_summary_is_the_published_table(found: Comparison) -> None:
    published = [
        dict(zip(COLUMNS, (p.theme, p.new, p.waiting, p.deleted, p.refined, p.amended, p.total), strict=True))
        for p in BULLETIN
    ]
    assert found.summary == published
    assert [list(row) for row in found.summary] == [list(COLUMNS)] * 6
    assert sum(row["Total"] for row in found.summary) == 113


def test_new_indicators_read_as_in_the_bulletin(found: Comparison) -> None:
    assert [summary_text(row) for row in found.summary] == ["10", "16 + 5 to be confirmed", "3", "2", "0", "6"]


def test_assets_and_investments_carry_their_note(found: Comparison) -> None:
    assert [theme.note for theme in found.themes] == ["", "", "", "", "", "housing only"]


def test_nothing_else_is_found_and_every_change_has_its_class(found: Comparison) -> None:
    assert found.issues == ()
    assert len(found.changes) == sum(p.new + p.waiting + p.deleted + p.refined + p.amended for p in BULLETIN) + 1
    assert {c.change for c in found.changes if c.klass == "Delegated"} == {"Refined", "Reassigned"}
    assert {c.theme for c in found.changes} == {p.theme for p in BULLETIN} - {"Business Growth & Productivity"}


def test_each_version_against_itself_has_nothing_to_tell() -> None:
    for version in (_june(), _december()):
        assert compare(version, version).changes == ()


def _june() -> Tables:
    """The version of June: Q1; every indicator has a target."""
    rows = [indicator(ref, Outcome=f"{p.ref}-1", Indicator=f"Measure {ref}") for p in BULLETIN for ref in _old(p)]
    return _master("2017/18 Q1", rows, {row["Ref"]: 80 for row in rows})


def _december() -> Tables:
    """The version of December: what the bulletin says has changed, and one indicator with another data owner."""
    rows: list[dict[str, Any]] = [row for p in BULLETIN for row in _changed(p)]
    targets = {row["Ref"]: 80 for row in rows}
    targets |= {ref: 85 for p in BULLETIN for ref in list(_old(p))[p.deleted : p.deleted + p.amended]}
    return _master("2017/18 Q2", rows, targets, [HOUSING_ONLY])


def _changed(p: Published) -> Iterator[dict[str, Any]]:
    for number, ref in enumerate(_old(p)):
        left_out, reworded = number < p.deleted, number - p.deleted < p.refined
        cells = {"Status": "Deleted"} if left_out and number % 2 else {}
        owner = {"Data owner": "Communities"} if ref == "CC-1.1" else {}
        title = f"Refined measure {ref}" if reworded and not left_out else f"  measure {ref.lower()} "
        if cells or not left_out:
            yield indicator(ref, Outcome=f"{p.ref}-1", Indicator=title, **cells, **owner)
    for number in range(p.new + p.waiting):
        status = ("Live", "Baseline year")[number % 2] if number < p.new else ("Proposed", "In development")[number % 2]
        yield indicator(f"{p.ref}-1.n{number}", Outcome=f"{p.ref}-1", Status=status)


def _old(p: Published) -> Iterator[str]:
    return (f"{p.ref}-1.{number}" for number in range(p.before))


def _master(period: str, rows: list[dict[str, Any]], targets: dict[str, int], changes: Any = ()) -> Tables:
    people = {"Responsible officer": "Assistant Director", "Portfolio holder": "Cabinet member"}
    tops = [{"Ref": p.ref, "Tier": 1, "Title": p.theme, **people} for p in BULLETIN]
    below = [{"Ref": f"{p.ref}-1", "Tier": 2, "Parent": p.ref, "Title": "Outputs", **people} for p in BULLETIN]
    return tables(
        Settings=[setting("Current period", period)],
        Outcomes=[*tops, *below],
        Indicators=rows,
        Targets=[target(value, "2017/18 Q1", ref) for ref, value in targets.items()],
        Changes=changes,
    )
