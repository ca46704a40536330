"""A stranger's route: every step of docs/first-ten-minutes.md, as it stands there."""

import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from xl_outcomes.cli import main
from xl_outcomes.workbook.file import read_master

PAGE = Path(__file__).parent.parent.parent / "docs" / "first-ten-minutes.md"
ENDS = {"validate": 1, "import": 1}


def steps() -> dict[str, str]:
    """The steps of the page: heading and text."""
    parts = re.split(r"^## (\d+\. .+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def run(line: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(line.removeprefix("xl-outcomes ")))
    return int(ended.value.code or 0)


def fill(form: Path, folder: Path) -> None:
    """Types a figure into the first row of a form, and a word where a number belongs into the second."""
    folder.mkdir(exist_ok=True)
    book = openpyxl.load_workbook(form)
    sheet = book["Return"]
    heading = next(c for row in sheet.iter_rows() for c in row if c.value == "Value")
    below = [sheet.cell(row, heading.column) for row in range(heading.row + 1, sheet.max_row + 1)]
    free = [cell for cell in below if not cell.protection.locked]
    free[0].value = 52.0
    free[1].value = "lots"
    book.save(folder / form.name)


def test_ten_steps_lead_from_nothing_to_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(steps()) == 10
    for title, text in steps().items():
        if title.startswith("6."):
            fill(next(Path("forms").glob("Council Homes*.xlsx")), Path("returns"))
        for line in re.findall(r"^    (xl-outcomes .+)$", text, flags=re.MULTILINE):
            assert run(line) == ENDS.get(line.split()[1], 0), f"{title}: {line}"
    said = capsys.readouterr().out
    assert "lots" in said
    results = [r for r in read_master(Path("master.xlsx")).tables["Results"].rows() if r["Period"] == "2025/26 Q1"]
    assert any(r["Rating"] for r in results)
    assert list(Path("reports").glob("*.docx"))
    assert list(Path("to correct").glob("*.xlsx"))


def test_the_first_step_installs_as_the_readme_does() -> None:
    first = steps()["1. Install"]
    readme = (PAGE.parent.parent / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    (.+)$", first, flags=re.MULTILINE)
    assert line in readme
