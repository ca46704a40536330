"""The indicator sheets: what a row says, what confidential figures leave behind, and how the sheet stands on page."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from tests.conftest import Validate
from tests.support import IN_RANGE, LATE, OUTCOMES, indicator, observation, override, tables, target
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.reporting.indicator_view import DETAIL, NO_INDICATOR, TREND_DATA, indicator_sheet
from xl_outcomes.reporting.readback import read_back, words_given
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Table
from xl_outcomes.workbook.layout_indicators import write_indicators
from xl_outcomes.workbook.package import Package, worksheets
from xl_outcomes.workbook.patch import patch
from xl_outcomes.workbook.plan import planned
from xl_outcomes.workbook.styles import build, link

QUARTER = "2025/26 Q2"
LOWER = {"Polarity": "Lower is better"}
SECRET = 98765.4
MADE = dt.datetime(2025, 10, 21, 9)

# openpyxl leaves out sparklines, and areas of whole columns, and says so.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def sheet(period: str = QUARTER, closed: Iterable[Quarter] = (), **rows: Any) -> ViewSheet:
    """The first priority's sheet of a small master."""
    held = tables(**{"Indicators": [indicator()], **rows})
    rated = rate_quarter(held, parse_quarter(period), LATE, frozenset(closed))
    results = {row["Indicator"]: row for row in records(rated.results)}
    words = words_given(held["Observations"], rated.period)
    return indicator_sheet(rated, rated.framework.children(None)[0], results, words, held)


def shown(period: str = QUARTER, **rows: Any) -> dict[str, Any]:
    """The first row of the sheet by heading."""
    return records(sheet(period, **rows).views[0].frame)[0]


def figures(*values: float, ref: str = "A-1.1a", **cells: object) -> list[dict[str, object]]:
    """Observations up to the quarter, the last of them the quarter's own."""
    last = parse_quarter(QUARTER)
    return [observation(str(last.shift(n + 1 - len(values))), v, ref, **cells) for n, v in enumerate(values)]


def made(view_sheet: ViewSheet) -> bytes:
    """A workbook of that sheet alone, whose links all lead to one cell."""

    def fill(book: Any) -> None:
        write_indicators(book, view_sheet, "Homes", lambda _: link("Homes", "A1"))

    return build(fill, title="", subject="", created=MADE)


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))["Homes"]


def many(count: int, text: str = "") -> Mapping[str, Any]:
    refs = [f"A-1.{n}" for n in range(count)]
    words = {"Commentary": text or None, "Corrective action": text or None}
    return {
        "Indicators": [indicator(ref, Indicator=text[:300] or f"Indicator {ref}") for ref in refs],
        "Targets": [target(50.0, ref=ref) for ref in refs],
        "Observations": [o for ref in refs for o in figures(40.0, 45.5, ref=ref, **words)],
    }


def test_indicators_stand_under_their_outcomes_in_the_order_of_the_framework() -> None:
    outcomes = [*OUTCOMES, {**OUTCOMES[1], "Ref": "A-2", "Title": "Good homes"}]
    indicators = [indicator("Z", Outcome="A-2"), indicator("Y"), indicator("X", Outcome="A"), indicator("W")]
    frame = sheet(Outcomes=outcomes, Indicators=indicators).views[0].frame
    assert list(frame["Ref"]) == ["X", "Y", "W", "Z"]
    assert list(frame["Outcome"]) == ["A Homes", "A-1 New homes", "A-1 New homes", "A-2 Good homes"]


def test_a_row_says_how_the_indicator_stands() -> None:
    row = shown(Targets=[target(50.0)], Observations=figures(40.0, 45.5, 49.0, Forecast=51.0))
    assert [row[h] for h in ("RAG", "Rating", "Direction", "Forecast", "Forecast rating")] == [
        "Amber",
        "Amber",
        "↑ Improving",
        51.0,
        "Green",
    ]
    assert [row[q] for q in ("2024/25 Q3", "2024/25 Q4", "2025/26 Q1", QUARTER)] == [None, 40.0, 45.5, 49.0]
    assert row["Reason"].startswith("49.0% against a target of 50%")


def test_an_override_is_marked_and_a_figure_without_rating_has_no_shape_of_one() -> None:
    observed = figures(49.0)
    row = shown(Targets=[target(50.0)], Observations=observed, Overrides=[override("A-1.1a", "Red", QUARTER)])
    assert (row["RAG"], row["Rating"]) == ("Red", "Red*")
    assert (shown()["RAG"], shown()["Rating"]) == ("Not rated", "Overdue")


@pytest.mark.parametrize(
    ("polarity", "words"),
    [("In range", "Inside a range is better"), ("Neither", "Neither: for information"), ("Lower is better",) * 2],
)
def test_polarity_is_said_so_that_it_explains_itself(polarity: str, words: str) -> None:
    assert shown(Indicators=[indicator(Polarity=polarity)])["Polarity"] == words


@pytest.mark.parametrize(
    ("cells", "goal", "target_shown", "formats"),
    [
        ({}, {"value": 50.0}, 50.0, ("0.0%", "0.0%")),
        ({}, {"value": 50.25}, 50.25, ("0.00%", "0.0%")),
        ({"Unit": "Money", "Decimals": 0.0}, {"value": 1e6}, 1e6, ("£0", "£0")),
        ({"Unit": "Count", "Decimals": 2.0}, {"value": 3.0}, 3.0, ("0.00", "0.00")),
        ({}, {"value": "TBC"}, "TBC", ("0.0%", "0.0%")),
        (IN_RANGE, {"Lower": 40.0, "Upper": 60.0}, "40% to 60%", ("0.0%", "0.0%")),
    ],
)
def test_targets_and_how_figures_are_shown(
    cells: dict[str, Any], goal: dict[str, Any], target_shown: object, formats: tuple[str, str]
) -> None:
    row = shown(Indicators=[indicator(**cells)], Targets=[target(**goal)], Observations=figures(45.0))
    assert (row["Target"], (row["Target as"], row["Figures as"])) == (target_shown, formats)


@pytest.mark.parametrize(
    ("cells", "goal", "bars"),
    [
        ({}, {"value": 50.0}, [-1.0, 0.5, 0.05]),
        (LOWER, {"value": 50.0}, [1.0, -0.5, 0.05]),
        (IN_RANGE, {"Lower": 45.0, "Upper": 52.0}, [-1.0, -0.6, 0.05]),
    ],
)
def test_the_trend_goes_up_where_the_target_is_met(
    cells: dict[str, Any], goal: dict[str, Any], bars: list[float]
) -> None:
    row = shown(Indicators=[indicator(**cells)], Targets=[target(**goal)], Observations=figures(40.0, 55.0, 50.0))
    assert [row[h] for h in TREND_DATA] == [None] * 5 + bars


def test_a_quarter_without_figure_or_target_has_no_bar() -> None:
    row = shown(Targets=[target(50.0, "2025/26 Q1")], Observations=figures(40.0, 55.0, 50.0))
    assert [row[h] for h in TREND_DATA[-3:]] == [None, 1.0, 0.05]


def test_closed_quarters_keep_the_bars_that_they_were_closed_with() -> None:
    quarter = Quarter(2025, 1)
    result = {"Period": str(quarter), "Indicator": "A-1.1a", "State": "Rated", "Rating": "Red", "Value": 1.0}
    rows: dict[str, Any] = {
        "Targets": [target(50.0)],
        "Observations": figures(55.0, 60.0),
        "Results": [{**result, "Variance": -20.0}],
    }
    row = records(sheet(closed=[quarter], **rows).views[0].frame)[0]
    assert (row[str(quarter)], row[TREND_DATA[-2]], row[TREND_DATA[-1]]) == (1.0, -1.0, 0.5)


def test_confidential_figures_are_nowhere() -> None:
    observed = figures(SECRET, SECRET, Shorthand="c", Forecast=SECRET) + figures(45.0, 45.0, 45.0, 45.0)[:2]
    view_sheet = sheet(Targets=[target(50.0)], Observations=observed)
    row = records(view_sheet.views[0].frame)[0]
    assert row["Rating"] == "Confidential"
    assert [row[h] for h in (*TREND_DATA[-2:], "2025/26 Q1", QUARTER, "Forecast")] == [None] * 5
    with zipfile.ZipFile(io.BytesIO(made(view_sheet))) as parts:
        assert not [name for name in parts.namelist() if b"98765" in parts.read(name) or b"98,765" in parts.read(name)]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"Accuracy": "Good", "Timeliness": "fair", "Relevance": "Excellent"}, "fair (Timeliness)"),
        ({"Accuracy": 4.0, "Validity": 3.0, "Completeness": 2.0}, "2 (Completeness)"),
        ({"Accuracy": "Odd", "Validity": "High"}, "High (Validity)"),
        ({"Sound data": "Poor"}, "Not assessed"),
    ],
)
def test_data_quality_is_the_lowest_of_the_six_scores(scores: dict[str, object], said: str) -> None:
    assert shown(Quality=[{"Indicator": "A-1.1a", **scores}])["Data quality"] == said


def test_the_return_is_that_of_the_figure_that_stands_and_leads_to_the_register() -> None:
    register = {"Period": QUARTER, "Data owner": "Housing", "File": "Housing.xlsx", "SHA-256": "ab12cd34" * 8}
    came = {"Return": "Housing.xlsx (ab12cd34)"}
    older = observation(QUARTER, 1.0, Return="Old.xlsx (00000000)", Superseded="Yes")
    scores = [{"Indicator": "A-1.1a", "Accuracy": "Good"}]
    view = sheet(Returns=[register], Quality=scores, Observations=[older, *figures(45.0, **came)]).views[0]
    assert list(view.frame["Return"]) == ["Housing.xlsx"]
    assert view.links["Return"] == (Link("Returns", "SHA-256", "ab12cd34" * 8, QUARTER),)
    assert view.links["Ref"] == (Link("Results", "Indicator", "A-1.1a", QUARTER),)
    assert view.links["Data quality"] == (Link("Quality", "Indicator", "A-1.1a"),)
    unknown = sheet(Observations=figures(45.0, **came)).views[0]
    assert "Data quality" not in unknown.frame.columns, "nothing is said of it where nothing is assessed"
    assert (list(unknown.frame["Return"]), unknown.links["Return"]) == (["Housing.xlsx (ab12cd34)"], (None,))


def test_a_priority_without_indicators_says_so_and_takes_no_words() -> None:
    view_sheet = sheet(Indicators=[])
    (row,) = records(view_sheet.views[0].frame)
    assert {h: v for h, v in row.items() if v is not None} == {"Indicator": NO_INDICATOR}
    typed = {**row, "Commentary": "Words."}
    table = Table("Sheet_A", view_sheet.views[0].frame.assign(**{h: [v] for h, v in typed.items()}))
    observed = tables()["Observations"]
    assert read_back(observed, [table]) == (observed, ())
    assert opened(made(view_sheet)).tables["Sheet_A"].ref.startswith("A4:")


def test_the_sheet_is_set_for_a_meeting() -> None:
    data = made(sheet(**many(3)))
    sheet_made = opened(data)
    headings = [cell.value for cell in sheet_made[4]]
    columns = sheet_made.column_dimensions
    letters = {h: get_column_letter(n) for n, h in enumerate(headings, 1)}
    hidden = {h for h in headings if _column(columns, letters[h]).hidden}
    assert hidden == {*DETAIL, *TREND_DATA, "Target as", "Figures as"}
    assert all(_column(columns, letters[h]).outlineLevel == 1 for h in hidden)
    on_screen = [h for h in headings[: headings.index("Corrective action") + 1] if h not in hidden]
    assert sum(7 * int(_column(columns, letters[h]).width) + 5 for h in on_screen) < 1890
    assert sheet_made.freeze_panes == f"{letters['Definition']}5"
    assert (sheet_made.print_title_rows, sheet_made.page_setup.paperSize) == ("$4:$4", 8)
    assert f"Homes!$A:${letters['Forecast rating']}<" in Package(data).read("xl/workbook.xml").decode()


def _column(columns: Any, letter: str) -> Any:
    """The settings of a column, which openpyxl keeps at the first of a run of like ones."""
    number = column_index_from_string(letter)
    return next(c for c in columns.values() if c.min and c.min <= number <= c.max)


def test_inputs_say_what_becomes_of_what_is_typed() -> None:
    sheet_made = opened(made(sheet(**many(1))))
    rules = {rule.promptTitle: rule for rule in sheet_made.data_validations.dataValidation}
    assert set(rules) == {"Commentary", "Corrective action"}
    assert all("2001" in str(rule.sqref) and rule.prompt.startswith("Type here") for rule in rules.values())


def test_long_texts_are_seen_whole() -> None:
    text = "The contractor changed its rota in May, and three of the eight posts were vacant until July. " * 22
    sheet_made = opened(made(sheet(**many(2, text[:2000]))))
    assert 350 < sheet_made.row_dimensions[5].height <= 409
    short = opened(made(sheet(**many(2))))
    assert short.row_dimensions[6].height <= 30


def test_a_full_sheet_is_sound(validator: Validate, tmp_path: Path) -> None:
    file = tmp_path / "full.xlsx"
    file.write_bytes(made(sheet(**many(200, "All of it went wrong. " * 90))))
    assert validator(file) == []


class _AsRead:
    """A master that has the one view, as it was made."""

    def __init__(self, view: View) -> None:
        data = view.frame.set_axis(range(5, 5 + len(view.frame)))
        self.table = Table(view.table, data, "Homes", {str(h): n for n, h in enumerate(data.columns, 1)})
        self.tables: dict[str, Table] = {}

    def names(self) -> list[str]:
        return [self.table.name.casefold()]

    def find(self, name: str) -> Table | None:
        return self.table if name.casefold() == self.table.name.casefold() else None

    def first_row(self, _: str) -> int:
        return 5


@pytest.mark.parametrize(("before", "after"), [(3, 5), (3, 2), (0, 2), (2, 0)])
def test_a_sheet_that_is_rated_again_keeps_its_layout(before: int, after: int, tmp_path: Path) -> None:
    old = sheet(**many(before))
    new = sheet("2025/26 Q3", **many(after))
    plan = planned(_AsRead(old.views[0]), {}, [new])
    data = patch(made(old), plan.writes)
    sheet_made = opened(data)
    rows = max(after, 1)
    assert sheet_made.tables["Sheet_A"].ref == f"A4:{_last(new.views[0])}{4 + rows}"
    assert [c.value for c in sheet_made[4]] == [str(h) for h in new.views[0].frame.columns]
    assert sheet_made["C5"].value == (new.views[0].frame["Ref"][0])
    (part,) = [part for name, part in worksheets(Package(data)) if name == "Homes"]
    lines = [str(line.findtext("{*}sqref")) for line in Package(data).tree(part).iter("{*}sparkline")]
    assert sorted(lines) == sorted(f"{_letter(new.views[0], 'Trend')}{row}" for row in range(5, 5 + rows))


def _last(view: View) -> str:
    return str(get_column_letter(len(view.frame.columns)))


def _letter(view: View, heading: str) -> str:
    return str(get_column_letter(list(view.frame.columns).index(heading) + 1))
