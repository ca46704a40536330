"""How Dashboard, Priorities and Framework stand in a new workbook, and that they go on standing so when rated anew."""

import datetime as dt
import io
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import range_boundaries

from tests.conftest import Validate
from tests.support import indicator, observation, tables, target
from xl_outcomes import steps
from xl_outcomes.contract import SPECS
from xl_outcomes.periods import parse_quarter
from xl_outcomes.reporting.view import Link, View, ViewSheet
from xl_outcomes.tables import Table, frame, get
from xl_outcomes.workbook.create import create_master, create_sheets
from xl_outcomes.workbook.file import read_master, updated
from xl_outcomes.workbook.package import Package

# openpyxl leaves out sparklines and data bars, and areas of whole columns, and says so.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

Q1, Q2 = "2025/26 Q1", "2025/26 Q2"
NOW = steps.Now(dt.datetime(2025, 11, 20, 9), "Officer")
LONG = "A title that somebody typed as if it were the whole strategy of the council, its partners and people. " * 3
PEOPLE = {"Responsible officer": "Director", "Portfolio holder": "Member"}
ACROSS = 1880  # pixels: what a screen of 1920 shows beside the row numbers


def council(priorities: int, outcomes: int, indicators: int, *, title: str = "", worst: bool = False) -> dict[str, Any]:
    """A master's tables: so many priorities, outcomes of each, indicators of each outcome, two quarters of figures."""
    tops = [f"P{n + 1}" for n in range(priorities)]
    seconds = [(f"{top}-{n + 1}", top) for top in tops for n in range(outcomes)]
    refs = [(f"{ref}.{n + 1}", ref) for ref, _ in seconds for n in range(indicators)]
    rows = [{"Ref": r, "Tier": 1.0, "Title": title or f"Priority {r}", "Statement": LONG, **PEOPLE} for r in tops]
    rows += [{"Ref": r, "Tier": 2.0, "Parent": top, "Title": title or f"Outcome {r}", **PEOPLE} for r, top in seconds]
    figures = {Q1: 90.0, Q2: 50.0 if worst else 75.0}
    held = tables(
        Settings=[{"Setting": "Council", "Value": "Anyshire"}],
        Outcomes=rows,
        Indicators=[indicator(ref, Outcome=home, Indicator=title or f"Indicator {ref}") for ref, home in refs],
        Targets=[target(80.0, ref=ref) for ref, _ in refs],
        Observations=[
            observation(quarter, value if worst or number % 2 else 90.0, ref, **{"Corrective action": "We act. " * 12})
            for number, (ref, _) in enumerate(refs)
            for quarter, value in figures.items()
        ],
    )
    return {name: get(held, name) for name in SPECS}


def rated(held: dict[str, Table], *quarters: str) -> tuple[dict[str, Table], tuple[ViewSheet, ...]]:
    views: tuple[ViewSheet, ...] = ()
    for quarter in quarters:
        _, step = steps.rate(held, parse_quarter(quarter), NOW)
        held, views = {**held, **step.changed}, step.views
    return held, views


def master(held: dict[str, Table], views: tuple[ViewSheet, ...]) -> bytes:
    return create_master({n: t.frame for n, t in held.items()}, views, title="Master", created=NOW.at)


@cache
def usual() -> bytes:
    return master(*rated(council(6, 3, 2), Q1, Q2))


@cache
def opened() -> Any:
    return openpyxl.load_workbook(io.BytesIO(usual()))


def areas(sheet: Any) -> dict[str, tuple[int, int, int, int]]:
    """The tables of a sheet: left, top, right, bottom."""
    return {name: range_boundaries(table.ref) for name, table in dict.items(sheet.tables)}


def heights(sheet: Any) -> dict[int, float | None]:
    return {row: sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)}


def texts(data: bytes, part: str, name: str) -> list[str]:
    """The texts of all elements of a name in a part."""
    return [e.text or "" for e in Package(data).tree(part).iter(f"{{*}}{name}")]


# ---- the dashboard's place on screen and page ----


def test_the_tables_of_the_dashboard_keep_apart_and_only_the_last_may_grow() -> None:
    places = areas(opened()["Dashboard"])
    assert next(iter(places)) == "Dashboard_quarter"
    for (one, a), (other, b) in combinations(places.items(), 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] - 1 or b[3] < a[1] - 1, (one, other)
    assert max(places, key=lambda name: places[name][3]) == "Dashboard_reds"


def test_the_dashboard_fits_a_screen_and_two_pages() -> None:
    sheet = opened()["Dashboard"]
    widths = [d.width * 7 + 5 for d in sheet.column_dimensions.values() for _ in range(d.min, d.max + 1)]
    assert sum(widths) < ACROSS
    assert sheet.sheet_view.zoomScale in (None, 100)
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
    (page_break,) = sheet.row_breaks.brk
    assert page_break.id == areas(sheet)["Dashboard_changes"][1] - 2
    page = [height or 15 for row, height in heights(sheet).items() if row <= page_break.id]
    assert sum(page) < sum(widths) * 0.75 * (210 - 0.9 * 25.4) / (297 - 0.8 * 25.4)
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$1:$1")


def test_charts_show_the_cells_of_the_tables_and_say_what_they_show() -> None:
    places = areas(opened()["Dashboard"])
    for number, table in ((1, "Dashboard_priorities"), (2, "Dashboard_quarters")):
        part = f"xl/charts/chart{number}.xml"
        _, top, _, bottom = places[table]
        values = [f for f in texts(usual(), part, "f") if ":" in f]
        assert len(values) == 8
        assert all(f"${top + 1}:" in f and f.endswith(f"${bottom}") for f in values)
        assert {"Green", "Amber", "Red", "Not rated"} <= set(texts(usual(), part, "v"))
    counts = [v for v in texts(usual(), "xl/charts/chart1.xml", "v") if v.isdigit()]
    assert counts == [*["3"] * 12, *["0"] * 12]
    drawing = Package(usual()).tree("xl/drawings/drawing1.xml")
    told = [p.get("descr", "") for p in drawing.iter("{*}cNvPr")]
    assert len(told) == 2
    assert all("how many indicators" in text for text in told)


def test_ratings_and_their_shapes_are_coloured() -> None:
    sheet = opened()["Dashboard"]
    rules = [(str(ranges.sqref), rule) for ranges in sheet.conditional_formatting for rule in ranges.rules]
    left, top, _, bottom = areas(sheet)["Dashboard_priorities"]
    for column in "CD":
        looks = [rule for area, rule in rules if area == f"{column}{top + 1}:{column}{bottom}"]
        assert len(looks) == 5
    assert sheet.cell(top + 1, left + 2).value in "●◆▲"


# ---- links ----


def test_links_lead_to_the_rows_of_what_they_name() -> None:
    book = opened()
    checked = 0
    for name, heading in (("Dashboard_outcomes", "Ref"), ("Dashboard_reds", "Ref"), ("Framework_tree", "Ref")):
        sheet = next(s for s in book.worksheets if name in s.tables)
        left, top, right, bottom = areas(sheet)[name]
        column = next(c for c in range(left, right + 1) if sheet.cell(top, c).value == heading)
        for row in range(top + 1, bottom + 1):
            cell = sheet.cell(row, column)
            if cell.hyperlink:
                place, _, target_cell = cell.hyperlink.location.rpartition("!")
                line = book[place.strip("'")][openpyxl.utils.cell.coordinate_from_string(target_cell)[1]]
                assert cell.value in [c.value for c in line]
                checked += 1
    assert checked == 18 + 24


def test_a_linked_number_stays_a_number_and_looks_as_its_neighbours() -> None:
    sheet = opened()["Dashboard"]
    cell = sheet["C4"]
    assert (cell.value, cell.data_type, cell.hyperlink.location) == (0, "n", "'Issues'!A4")
    assert cell.font.size == sheet["E4"].font.size == 16


def test_a_link_to_nothing_and_one_in_a_blank_cell_are_left_out() -> None:
    data = frame(("Ref", "Text"), [["A", None], ["B", "text"]])
    links = {"Ref": [Link("Shown", "Ref", "B"), Link("Elsewhere")], "Text": [Link("Shown"), Link("Shown", "Ref", "C")]}
    sheet = ViewSheet("Sheet", "Title", "Note", (View("Shown", data, (10, 20), links=links),))
    book = openpyxl.load_workbook(io.BytesIO(create_sheets([sheet], title="T", created=NOW.at)))
    found = {c.coordinate: c.hyperlink.location for row in book["Sheet"] for c in row if c.hyperlink}
    assert found == {"A5": "'Sheet'!A6"}


# ---- framework and priorities ----


def test_the_tree_folds_by_tiers_from_above() -> None:
    sheet = opened()["Framework"]
    levels = [sheet.row_dimensions[row].outlineLevel for row in range(5, 13)]
    assert levels == [0, 1, 1, 1, 0, 1, 1, 1]
    assert not sheet.sheet_properties.outlinePr.summaryBelow


def test_rows_are_set_apart_by_rules_that_follow_their_tier() -> None:
    for name in ("Framework", "Priorities"):
        rules = [rule for ranges in opened()[name].conditional_formatting for rule in ranges.rules]
        tiers = [rule.formula[0] for rule in rules if rule.formula and rule.formula[0].startswith("$B5=")]
        assert "$B5=1" in tiers
        # Colours of ratings come before those of bands.
        first = min(rule.priority for rule in rules if rule.formula and rule.formula[0].startswith("$B5="))
        assert max(rule.priority for rule in rules if rule.text) < first


def test_priorities_print_on_one_page() -> None:
    setup = opened()["Priorities"].page_setup
    assert (setup.orientation, setup.fitToWidth or 1, setup.fitToHeight or 1) == ("landscape", 1, 1)


# ---- odd frameworks ----

ODD = {
    "nothing": lambda: council(0, 0, 0),
    "no data": lambda: {**council(3, 2, 2), "Observations": get({}, "Observations")},
    "one priority": lambda: council(1, 1, 1),
    "twelve priorities": lambda: council(12, 1, 1),
    "two hundred indicators, all red": lambda: council(1, 2, 100, worst=True),
    "long titles": lambda: council(2, 2, 2, title=LONG),
    "no strategic outcomes": lambda: council(2, 0, 0),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_frameworks_have_sound_sheets(name: str, validator: Validate, tmp_path: Path) -> None:
    held, views = rated(ODD[name](), Q1, Q2)
    path = tmp_path / "odd.xlsx"
    # The sheets of single indicators have tests of their own.
    path.write_bytes(master({n: held[n] for n in ("Settings", "Outcomes", "Indicators")}, views[:3]))
    assert validator(path) == []
    sheet = openpyxl.load_workbook(path)["Dashboard"]
    assert max(height or 0 for height in heights(sheet).values()) < 200


# ---- rated anew ----


def _refreshed(tmp_path: Path, held: dict[str, Table], quarter: str) -> bytes:
    """The usual master with other tables, rated for a quarter."""
    path = tmp_path / "master.xlsx"
    path.write_bytes(usual())
    _, views = rated(held, quarter)
    return updated(read_master(path), {}, views)


def test_rating_the_same_quarter_changes_nothing(tmp_path: Path) -> None:
    held, _ = rated(council(6, 3, 2), Q1, Q2)
    before, after = Package(usual()), Package(_refreshed(tmp_path, held, Q2))
    for part in ("sheet3", "sheet4"):
        assert after.read(f"xl/worksheets/{part}.xml") == before.read(f"xl/worksheets/{part}.xml")
    # A link on a number loses the words by which new workbooks remember it, and that is all.
    old, new = (p.tree("xl/worksheets/sheet2.xml") for p in (before, after))
    assert [etree.tostring(c) for c in new.iter("{*}c")] == [etree.tostring(c) for c in old.iter("{*}c")]
    places = [{(e.get("ref"), e.get("location")) for e in root.iter("{*}hyperlink")} for root in (old, new)]
    assert places[0] == places[1]


def test_rows_side_by_side_keep_their_heights_whatever_is_rated(tmp_path: Path) -> None:
    held, _ = rated(council(6, 3, 2, worst=True), Q1, Q2)
    old = opened()["Dashboard"]
    new = openpyxl.load_workbook(io.BytesIO(_refreshed(tmp_path, held, Q2)))["Dashboard"]
    first, last = areas(old)["Dashboard_outcomes"][1], areas(old)["Dashboard_changes"][1] - 1
    assert {r: heights(new)[r] for r in range(first, last)} == {r: heights(old)[r] for r in range(first, last)}
    assert areas(new)["Dashboard_reds"][3] - areas(new)["Dashboard_reds"][1] == 36


def test_outcomes_that_are_added_find_room(tmp_path: Path) -> None:
    held = council(6, 3, 2)
    more = {"Tier": 2.0, "Parent": "P6", "Title": "Added", **PEOPLE}
    plain = [{h: v for h, v in row.items() if h != "row"} for row in held["Outcomes"].rows()]
    added = [{**more, "Ref": f"P6-{n}"} for n in range(4, 8)]
    grown = tables(Outcomes=[*plain, *added, {**more, "Ref": "P7", "Tier": 1.0, "Parent": None}])["Outcomes"]
    sheet = openpyxl.load_workbook(io.BytesIO(_refreshed(tmp_path, {**held, "Outcomes": grown}, Q2)))["Dashboard"]
    sizes = {name: bottom - top for name, (_, top, _, bottom) in areas(sheet).items()}
    assert (sizes["Dashboard_priorities"], sizes["Dashboard_outcomes"]) == (7, 22)


def test_a_table_that_outgrows_its_place_says_so_and_the_rating_goes_on(tmp_path: Path) -> None:
    def stacked(rows: int) -> tuple[ViewSheet, ...]:
        above = View("Above", frame(("Ref", "What"), [[f"R{n}", "Row"] for n in range(rows)]), (10, 40))
        below = View("Below", frame(("Ref", "What"), [["Z", "Last"]]), (10, 40), caption="Below it")
        return (ViewSheet("Stack", "A stack", "", (above, below)),)

    held = council(2, 2, 1)
    path = tmp_path / "stack.xlsx"
    frames = {name: table.frame for name, table in held.items()}
    path.write_bytes(create_master(frames, stacked(3), title="Stack", created=dt.datetime(2025, 4, 1)))
    again = tmp_path / "again.xlsx"
    again.write_bytes(updated(read_master(path), {}, stacked(9)))
    shown = read_master(again).find("Above")
    assert shown is not None
    assert list(shown.frame["Ref"]) == ["R0", "R1", "R2", None]
    assert shown.frame["What"].iloc[-1] == "… and 6 more: move what stands below this table down, and rate again"
    below = read_master(again).find("Below")
    assert below is not None
    assert list(below.frame["Ref"]) == ["Z"]
