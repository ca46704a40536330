"""A council may lower the limits of reading returns, and never raise them over what the worst files were tried with."""

import json
import os
import re
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.handmade import xlsb
from tests.openpyxl_master import write_master
from tests.returns_world import World, council
from tests.support import setting, table
from xl_outcomes.cli import main
from xl_outcomes.files import RETURN_LIMITS, limits_from, read_one
from xl_outcomes.issues import Issue
from xl_outcomes.settings import Settings, read_settings
from xl_outcomes.workbook.cell_types import MEGABYTE, Limits

QUARTER = ("--period", "2025/26 Q1", "--today", "2025-07-10")
REFUSAL = re.compile(
    r"large\.xlsx is too large to read: it holds 10,0\d\d cells or more; "
    r"the limit is 10,000 cells \(setting Return cells limit\)\."
)
# A setting, what its limit is called, its least and greatest value, and its unit.
SETTINGS = [
    ("Return file limit (MB)", "file_bytes", 1, 50, MEGABYTE),
    ("Return unpacked limit (MB)", "unpacked_bytes", 10, 400, MEGABYTE),
    ("Return parts limit", "entries", 100, 5_000, 1),
    ("Return rows limit", "rows", 1_000, 100_000, 1),
    ("Return cells limit", "cells", 10_000, 500_000, 1),
    ("Return text limit (MB)", "text_bytes", 5, 64, MEGABYTE),
]


def test_a_return_over_a_lowered_limit_is_refused_and_the_others_go_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(council(), tmp_path)
    large = world.send({"F1": {"Value": 91.0}}, _many_cells, form=world.form("Finance"), name="large.xlsx")
    good = world.send(name="good.xlsx")
    usual = _master(tmp_path / "usual.xlsx")
    lowered = _master(tmp_path / "lowered.xlsx", setting("Return cells limit", 10_000.0))

    def run(*arguments: object) -> tuple[int, dict[str, dict[str, Any]]]:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in (*arguments, *QUARTER, "--json")])
        return int(ended.value.code or 0), {r["file"]: r for r in json.loads(capsys.readouterr().out)["returns"]}

    code, found = run("validate", usual, large, good)
    assert (code, [r["status"] for r in found.values()]) == (0, ["accepted", "accepted"])
    for command in ("validate", "import"):
        code, found = run(command, lowered, large, good)
        assert code == 1
        (issue,) = found["large.xlsx"]["issues"]
        assert (issue["code"], issue["severity"]) == ("file-too-large", "error")
        assert REFUSAL.fullmatch(issue["message"])
        assert (found["good.xlsx"]["status"], found["good.xlsx"]["accepted_rows"]) == ("accepted", 3)


def test_a_limit_that_is_not_allowed_stops_the_work_before_a_return_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    master = _master(tmp_path / "master.xlsx", setting("Return cells limit", 500_001.0))
    good = World(council(), tmp_path).send()
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(master), str(good), *QUARTER])
    assert ended.value.code == 2
    assert "it must be a whole number from 10,000 to 500,000." in " ".join(capsys.readouterr().err.split())


def test_a_master_without_these_settings_has_the_limits_that_returns_always_had() -> None:
    assert limits_from(Settings()) == RETURN_LIMITS
    assert Limits(rows=100_000, cells=500_000, text_bytes=64 * MEGABYTE) == RETURN_LIMITS


@pytest.mark.parametrize(("name", "limit", "least", "most", "unit"), SETTINGS)
def test_a_setting_lowers_its_limit_alone_and_never_raises_it(
    name: str, limit: str, least: int, most: int, unit: int
) -> None:
    settings, odd = _settings(name, least)
    limits = limits_from(settings)
    assert (odd, getattr(limits, limit), limits.settings) == ((), least * unit, ((limit, name),))
    others = {f.name for f in fields(Limits)} - {limit, "settings"}
    assert all(getattr(limits, other) == getattr(RETURN_LIMITS, other) for other in others)
    at_most, odd = _settings(name, most)
    assert (odd, limits_from(at_most)) == ((), RETURN_LIMITS)
    for beyond in (least - 1, most + 1, -most, 1e300):
        wrong, (issue,) = _settings(name, beyond)
        assert (issue.code, limits_from(wrong)) == ("setting-wrong", RETURN_LIMITS)
        assert issue.message.endswith(f"; it must be a whole number from {least:,} to {most:,}.")


@pytest.mark.parametrize("name", [s[0] for s in SETTINGS])
def test_every_limit_refuses_at_its_least_what_it_usually_lets_pass(name: str, tmp_path: Path) -> None:
    path = World(council(), tmp_path).send(edit=_EDITS.get(name))
    with zipfile.ZipFile(path, "a") as archive:
        for part, content in _PARTS.get(name, {}).items():
            archive.writestr(part, content, zipfile.ZIP_DEFLATED)
    settings, _ = _settings(name, next(least for known, _, least, *_ in SETTINGS if known == name))
    usual, lowered = read_one(path), read_one(path, limits_from(settings))
    assert (usual.issues, len(usual.entries)) == ((), 3)
    (issue,) = lowered.issues
    assert (issue.code, issue.severity, lowered.entries) == ("file-too-large", "error", ())
    assert issue.message.startswith("return.xlsx is too large to read: ")
    assert issue.message.endswith(f" (setting {name}).")


def test_a_lowered_limit_holds_for_older_workbooks_too(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", {row: {1: float(row)} for row in range(1, 1_002)})
    settings, _ = _settings("Return rows limit", 1_000)
    (issue,) = read_one(path, limits_from(settings)).issues
    assert issue.code == "file-too-large"
    assert "1,000 rows" in issue.message
    assert read_one(path).issues[0].code != "file-too-large"


def _master(path: Path, *rows: dict[str, object]) -> Path:
    return write_master(path, {name: t.frame.to_dict("records") for name, t in council(*rows).items()})


def _settings(name: str, value: float) -> tuple[Settings, tuple[Issue, ...]]:
    return read_settings(table("Settings", [setting(name, value)]))


def _many_cells(sheet: Worksheet) -> None:
    _fill(sheet, 201, 50)


def _fill(sheet: Worksheet, rows: int, columns: int, text: str = "") -> None:
    # A sheet of notes beside the return, which is nothing wrong in itself.
    notes = sheet.parent.create_sheet("Notes")
    for row in range(rows):
        notes.append([f"{row}{text}" if text else column for column in range(columns)])


_EDITS = {
    "Return cells limit": _many_cells,
    "Return rows limit": lambda sheet: _fill(sheet, 1_001, 1),
    "Return text limit (MB)": lambda sheet: _fill(sheet, 200, 1, "x" * 30_000),
}
_PARTS = {
    "Return file limit (MB)": {"xl/media/a.bin": os.urandom(MEGABYTE)},
    "Return unpacked limit (MB)": {"xl/media/a.bin": bytes(10 * MEGABYTE)},
    "Return parts limit": {f"xl/media/{n}.bin": b"" for n in range(100)},
}
