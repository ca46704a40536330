"""A view that is refreshed has rows as high as one that is made anew."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.returns_world import IN_TIME, council
from xl_outcomes.reporting.view import View, ViewSheet
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.file import read_master, save, updated
from xl_outcomes.workbook.package import Package, worksheets

LONG = "This commentary takes more than a line in a column of its width. " * 4
HEADINGS = ["Ref", "Commentary", "2025/26 Q1"]


def view(rows: Sequence[tuple[object, ...]], table: str = "Shown_a", quarter: str = "2025/26 Q1") -> View:
    frame = pd.DataFrame(list(rows), columns=[*HEADINGS[:2], quarter], dtype=object)
    return View(table, frame, (8, 30, 10))


def sheet(*views: View) -> ViewSheet:
    return ViewSheet("A sheet", "A sheet of views", "A note", views)


def master(path: Path, *sheets: ViewSheet) -> Path:
    tables = {name: table.frame for name, table in council().items()}
    path.write_bytes(create_master(tables, sheets, title="Master", created=IN_TIME.at))
    return path


def heights(data: bytes) -> dict[str, str | None]:
    package = Package(data)
    part = dict(worksheets(package))["A sheet"]
    return {row.get("r", ""): row.get("ht") for row in package.tree(part).iter("{*}row")}


def refreshed(path: Path, *sheets: ViewSheet) -> bytes:
    found = read_master(path)
    return updated(found, {}, sheets)


BEFORE = [("A-1", LONG, 1.0), ("A-2", "short", 2.0), ("A-3", LONG * 2, 3.0)]
AFTER = [("A-3", "short", 3.5), ("A-1", LONG, 1.5), ("A-2", LONG * 3, None), ("A-4", LONG, "n/a")]


def same_look(one: dict[str, str | None], other: dict[str, str | None]) -> bool:
    """Whether rows are as high, in whole pixels; a row without a height has that of one line."""
    pixels = [{number: round(float(height or 15) * 4 / 3) for number, height in rows.items()} for rows in (one, other)]
    return pixels[0] == pixels[1]


def test_a_refreshed_view_has_the_heights_of_a_new_one(tmp_path: Path) -> None:
    path = master(tmp_path / "old.xlsx", sheet(view(BEFORE)))
    after = sheet(view(AFTER, quarter="2025/26 Q2"))
    data = refreshed(path, after)
    new = heights(master(tmp_path / "new.xlsx", after).read_bytes())
    assert same_look(heights(data), new)
    assert len({*new.values()}) > 3
    assert not same_look(heights(path.read_bytes()), new)


def test_views_that_share_a_sheet_share_its_widths(tmp_path: Path) -> None:
    wide = dataclasses.replace(view(BEFORE, "Shown_b"), widths=(8, 60, 10))
    path = master(tmp_path / "old.xlsx", sheet(view(BEFORE), wide))
    after = sheet(view(AFTER[:3]), dataclasses.replace(wide, frame=view(AFTER).frame))
    new = heights(master(tmp_path / "new.xlsx", after).read_bytes())
    assert same_look(heights(refreshed(path, after)), new)


def test_rows_whose_texts_stay_keep_the_height_that_excel_gave_them(tmp_path: Path) -> None:
    path = master(tmp_path / "old.xlsx", sheet(view(BEFORE)))
    package = Package(path.read_bytes())
    part = dict(worksheets(package))["A sheet"]
    first = read_master(path).named["shown_a"][1].first_row + 1
    for row in package.tree(part).iter("{*}row"):
        if row.get("r") in {str(first), str(first + 2)}:
            row.set("ht", "71.25")
    package.touch(part)
    path.write_bytes(package.build())
    assert refreshed(path, sheet(view(BEFORE))) == path.read_bytes()
    found = heights(refreshed(path, sheet(view([("A-1", LONG, 9.0), *BEFORE[1:2], ("A-3", "short", 3.0)]))))
    assert (found[str(first)], found[str(first + 2)]) == ("71.25", "15")


def test_a_refreshed_master_is_stable(tmp_path: Path) -> None:
    path = master(tmp_path / "old.xlsx", sheet(view(BEFORE)))
    found = read_master(path)
    save(found, updated(found, {}, [sheet(view(AFTER))]), IN_TIME.at + dt.timedelta(days=1))
    assert refreshed(path, sheet(view(AFTER))) == path.read_bytes()
