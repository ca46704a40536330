"""The starter of the Joint Strategic Plan, and the table of changes that its two versions give."""

from collections import Counter
from pathlib import Path

import pytest

from xl_outcomes import resources
from xl_outcomes.changes import REFINED, Comparison, compare, summary_text
from xl_outcomes.contract import SPECS
from xl_outcomes.framework import ref_text
from xl_outcomes.starters import read_source
from xl_outcomes.steps import check
from xl_outcomes.tables import Table

FOLDER = resources.source_tables("mid-suffolk-2017")
COLUMNS = ("Theme", "New", "To be confirmed", "Deleted", "Refined", "Amended targets", "Total")
BULLETIN = (
    ("Waste & Environment", 10, 0, 4, 2, 0, 21),
    ("Enabled & Efficient Organisation", 16, 5, 2, 0, 2, 33),
    ("Housing Delivery", 3, 0, 2, 3, 1, 25),
    ("Community Capacity Building & Engagement", 2, 0, 0, 0, 0, 19),
    ("Business Growth & Productivity", 0, 0, 0, 0, 0, 0),
    ("Assets & Investments", 6, 0, 0, 0, 1, 15),
)
REASONS = {
    "Mitigates a high risk",
    "Key to delivery",
    "Financial sensitivity",
    "Political sensitivity",
    "Reputational sensitivity",
}


@pytest.fixture(scope="module")
def starter() -> dict[str, Table]:
    return read_source(FOLDER)


@pytest.fixture(scope="module")
def earlier(starter: dict[str, Table]) -> dict[str, Table]:
    """The version of June 2017: its own tables over those of the starter."""
    own = read_source(FOLDER / "earlier")
    return {**starter, **{name: own[name] for name in _files(FOLDER / "earlier")}}


def test_the_council_has_its_six_themes_and_its_words(starter: dict[str, Table]) -> None:
    settings = {row["Setting"]: row["Value"] for row in starter["Settings"].rows()}
    wanted = ("Council", "Framework", "Current period", "Tier 1 name", "Tier 2 name", "Tier 3 name")
    council = ("Mid Suffolk District Council", "mid-suffolk-2017", "2016/17 Q4", "Theme", "Outcome", "Output")
    assert tuple(settings[name] for name in wanted) == council
    tops = [(row["Ref"], row["Title"]) for row in starter["Outcomes"].rows() if row["Tier"] == 1]
    assert [ref for ref, _ in tops] == ["WE", "EO", "HD", "CC", "BG", "AI"]
    assert [title for _, title in tops] == [theme for theme, *_ in BULLETIN]


def test_113_indicators_are_in_use_and_5_are_to_be_confirmed(starter: dict[str, Table]) -> None:
    statuses = Counter(str(row["Status"]) for row in starter["Indicators"].rows())
    assert statuses["Live"] + statuses["Baseline year"] == 113
    assert statuses["Proposed"] + statuses["In development"] == 5
    waiting = [row for row in starter["Indicators"].rows() if row["Status"] in ("Proposed", "In development")]
    assert all(str(row["Outcome"]).startswith("EO") for row in waiting)


def test_outcomes_are_tracked_and_outputs_influenced(starter: dict[str, Table]) -> None:
    tiers = {row["Ref"]: row["Tier"] for row in starter["Outcomes"].rows()}
    found = {(tiers[row["Outcome"]], row["Kind"]) for row in starter["Indicators"].rows()}
    assert found == {(2, "Tracking"), (3, "Influencing")}


def test_every_indicator_says_why_it_was_chosen(starter: dict[str, Table]) -> None:
    reasons = [set(str(row["Why chosen"]).split("; ")) for row in starter["Indicators"].rows()]
    assert all(given and given <= REASONS for given in reasons)
    assert set().union(*reasons) == REASONS


def test_portfolio_holders_share_outputs(starter: dict[str, Table]) -> None:
    shared = [row for row in starter["Outcomes"].rows() if row["Tier"] == 3 and ";" in str(row["Portfolio holder"])]
    assert len(shared) > 10


@pytest.mark.parametrize("period", ["2016/17 Q4", "2017/18 Q1", "2017/18 Q2", "2017/18 Q3", "2017/18 Q4"])
def test_the_two_versions_give_the_table_of_the_bulletin(
    starter: dict[str, Table], earlier: dict[str, Table], period: str
) -> None:
    found = compare(earlier, _moved(starter, period))
    assert found.summary == [dict(zip(COLUMNS, row, strict=True)) for row in BULLETIN]
    assert [summary_text(row) for row in found.summary] == ["10", "16 + 5 to be confirmed", "3", "2", "0", "6"]
    assert [theme.note for theme in found.themes] == ["", "", "", "", "", "housing only"]
    assert found.issues == ()


def test_the_table_is_the_same_when_both_versions_stand_in_the_new_year(
    starter: dict[str, Table], earlier: dict[str, Table]
) -> None:
    found = compare(_moved(earlier, "2017/18 Q1"), _moved(starter, "2017/18 Q3"))
    assert found.summary == [dict(zip(COLUMNS, row, strict=True)) for row in BULLETIN]


def test_some_refinements_are_wording_and_some_are_for_decision(
    starter: dict[str, Table], earlier: dict[str, Table]
) -> None:
    classes = _classes(compare(earlier, starter))
    assert set(classes) == {"Delegated", "For decision"}


def test_the_earlier_version_holds_only_what_differs() -> None:
    own = _files(FOLDER / "earlier")
    assert own == ["Indicators", "Outcomes", "Targets"]
    for name in own:
        then, now = ((folder / f"{name}.csv").read_bytes() for folder in (FOLDER / "earlier", FOLDER))
        assert then != now


def test_the_check_finds_nothing_but_the_theme_without_indicators(
    starter: dict[str, Table], earlier: dict[str, Table]
) -> None:
    for version in (starter, earlier):
        found = [(issue.severity, issue.code, issue.ref) for issue in check(version)]
        assert found == [("warning", "priority-unmeasured", "BG")]


def test_reports_go_to_scrutiny_and_cabinet_by_turns(starter: dict[str, Table]) -> None:
    found = {row["Period"]: (row["Report"], str(row["Committee"])) for row in starter["Reports"].rows()}
    bulletin = ("information-bulletin", "Overview and Scrutiny Committee")
    half_yearly = ("half-yearly", "Mid Suffolk Cabinet")
    quarters = [f"2017/18 Q{n}" for n in (1, 2, 3, 4)]
    assert [found[q] for q in quarters] == [bulletin, half_yearly, bulletin, half_yearly]


def test_every_theme_has_an_achievement_and_an_impact_in_each_half_year(starter: dict[str, Table]) -> None:
    told = {(row["Period"], row["Ref"], row["Section"]) for row in starter["Narrative"].rows()}
    themes = [row["Ref"] for row in starter["Outcomes"].rows() if row["Tier"] == 1]
    wanted = {
        (f"2017/18 {quarter}", ref, section)
        for quarter in ("Q2", "Q4")
        for ref in themes
        for section in ("Achievement", "Impact")
    }
    assert wanted <= told


def test_what_a_row_refers_to_is_there(starter: dict[str, Table]) -> None:
    indicators = {ref_text(row["Ref"]) for row in starter["Indicators"].rows()}
    for name in ("Targets", "Observations", "Actions"):
        assert {row["Indicator"] for row in starter[name].rows()} <= indicators, name
    owners, services = ({row[0] for row in starter[n].frame.itertuples(index=False)} for n in ("Owners", "Services"))
    for row in starter["Indicators"].rows():
        assert row["Data owner"] in owners
        assert row["Service"] in services


def test_no_figure_is_given_for_the_year_of_the_demonstration(starter: dict[str, Table]) -> None:
    assert {str(row["Period"])[:7] for row in starter["Observations"].rows()} == {"2015/16", "2016/17"}


def test_e_mail_goes_to_example_org_only(starter: dict[str, Table]) -> None:
    assert all(str(row["E-mail"]).endswith("@example.org") for row in starter["Owners"].rows())
    for path in FOLDER.rglob("*.*"):
        words = path.read_text(encoding="utf-8").replace(",", " ").split()
        assert [w for w in words if "@" in w and not w.endswith("@example.org")] == []


def _files(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.csv") if path.stem in SPECS)


def _moved(tables: dict[str, Table], period: str) -> dict[str, Table]:
    """The tables with another Current period."""
    settings = tables["Settings"]
    frame = settings.frame.copy()
    frame.loc[frame["Setting"] == "Current period", "Value"] = period
    return {**tables, "Settings": settings.with_frame(frame)}


def _classes(found: Comparison) -> Counter[str]:
    return Counter(change.klass for change in found.changes if change.change == REFINED)
