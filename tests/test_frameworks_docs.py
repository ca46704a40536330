"""The pages about the five frameworks name nothing that is not there, and count as the starters do."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import typer
from lxml import etree

from xl_outcomes import resources
from xl_outcomes.cli import app
from xl_outcomes.contract import SPECS
from xl_outcomes.reporting.registry import reports
from xl_outcomes.settings import KINDS
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Tables

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "frameworks.md"
PAGES = sorted((ROOT / "docs" / "frameworks").glob("*.md"))
COMMANDS = typer.main.get_command(app).commands
REPORTS = {kind.name for kind in reports()}
ASKED = "what the report asks"
# One report was there before the councils' own: these names are held to the registry as soon as it has theirs.


def table_rows(text: str, first: str) -> list[list[str]]:
    """The rows, cell by cell, of all tables whose first heading is this."""
    found, wanted = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        wanted = bool(cells) and (wanted or cells[0] == first)
        found += [cells] if wanted and cells[0] != first and set(cells[0]) != {"-"} else []
    return found


@pytest.fixture(scope="module")
def features() -> list[list[str]]:
    return table_rows(PAGE.read_text(encoding="utf-8"), ASKED)


@pytest.fixture(scope="module")
def answers(features: list[list[str]]) -> str:
    return "\n".join(row[2] for row in features)


@pytest.fixture(scope="module")
def code(answers: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", answers))


@pytest.fixture(scope="module")
def sheets() -> set[str]:
    """The names of the sheets that the views make, and of those of the tables."""
    modules = (ROOT / "xl_outcomes" / "reporting").glob("*.py")
    calls = [node for path in modules for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [c.args[0] for c in calls if isinstance(c.func, ast.Name) and c.func.id == "ViewSheet" and c.args]
    return {str(a.value) for a in named if isinstance(a, ast.Constant)} | {spec.sheet for spec in SPECS.values()}


def test_every_feature_says_who_asks_and_what_answers_it(features: list[list[str]]) -> None:
    assert len(features) > 100
    for row in features:
        assert len(row) == 4, row
        assert all(row[:3]), row
        assert re.match(r"(M22|M17|E|L|D)\b", row[1]), row


def test_every_council_is_asked_for(features: list[list[str]]) -> None:
    asked = Counter(council for row in features for council in re.findall(r"M22|M17|(?<!\w)[ELD](?!\w)", row[1]))
    assert set(asked) == {"M22", "M17", "E", "L", "D"}
    assert min(asked.values()) >= 20


def test_every_sheet_that_the_features_name_is_made(answers: str, sheets: set[str]) -> None:
    named = set(re.findall(r"\*\*(.+?)\*\*", answers))
    assert named - sheets == set()


def test_every_sheet_that_a_quarter_can_have_is_named(answers: str, sheets: set[str]) -> None:
    own = sheets - {spec.sheet for spec in SPECS.values()} - {"Check of returns"}
    assert own - set(re.findall(r"\*\*(.+?)\*\*", answers)) == set()


def test_every_command_report_table_and_setting_that_the_features_name_is_there(code: set[str]) -> None:
    for name in code:
        words, (table, _, heading) = name.split(), name.partition(".")
        if words[0] == "xl-outcomes":
            assert words[1] in COMMANDS, name
        elif heading:
            assert heading in SPECS[table].headings, name
        elif name[0].isupper():
            assert name in SPECS or name in KINDS, name
        else:
            assert name.startswith("--") or re.fullmatch(r"[a-z]+(-[a-z]+)+", name), name


def test_every_report_that_is_registered_is_named(code: set[str]) -> None:
    assert code >= REPORTS


def test_every_report_that_is_named_is_registered(code: set[str]) -> None:
    assert {name for name in code if re.fullmatch(r"[a-z]+(-[a-z]+)+", name)} - REPORTS == set()


def test_the_councils_own_reports_are_those_that_their_starters_plan(code: set[str]) -> None:
    planned = {str(row["Report"]) for name in resources.frameworks() for row in source(name)["Reports"].rows()}
    assert planned - code == set()


def test_every_button_that_the_features_name_is_on_the_ribbon(answers: str) -> None:
    ribbon = etree.fromstring((ROOT / "xl_outcomes" / "addin" / "ribbon.xml").read_bytes())
    labels = {str(element.get("label")).replace("&&", "&") for element in ribbon.iter()}
    listed = [part for found in re.findall(r"buttons? ([^;|\n]+)", answers) for part in found.split(", ")]
    named = {re.sub(r" ?\(.*", "", part).strip() for part in listed}
    assert named
    assert named - labels == set()


@pytest.mark.parametrize("name", resources.frameworks())
def test_the_numbers_of_a_framework_are_those_of_its_starter(name: str) -> None:
    tables = source(name)
    row = next(r for r in table_rows(PAGE.read_text(encoding="utf-8"), "framework") if f"[{name}]" in r[0])
    tiers = Counter(int(r["Tier"]) for r in tables["Outcomes"].rows())
    settings = {r["Setting"]: r["Value"] for r in tables["Settings"].rows()}
    assert row[1] == settings["Council"]
    assert {row[2]} == {str(r["Period"]).partition(" ")[0] for r in tables["Reports"].rows()}
    assert [int(n) for n in row[3].split(" / ")] == [tiers[tier] for tier in sorted(tiers)]
    assert int(row[4]) == len(tables["Indicators"].frame)
    assert row[5:7] == [settings["RAG scheme"], settings["Roll-up"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_of_a_framework_shows_its_own_year(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    (year,) = {str(r["Period"]).partition(" ")[0] for r in source(page.stem)["Reports"].rows()}
    assert f"xl-outcomes demo trial --framework {page.stem}" in text
    assert [row[0] for row in table_rows(text, "quarter")] == [f"{year} Q{n}" for n in (1, 2, 3, 4)] * 2
    tops = [str(r["Title"]) for r in source(page.stem)["Outcomes"].rows() if r["Tier"] == 1]
    tier = str(next(r["Value"] for r in source(page.stem)["Settings"].rows() if r["Setting"] == "Tier 1 name"))
    assert [row[0] for row in table_rows(text, tier.lower())] == tops
    assert all(int(r[1]) == sum(int(n) for n in r[2:5]) for r in table_rows(text, "quarter") if len(r) == 5)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_page_of_a_framework_has_its_pictures_with_their_words(page: Path) -> None:
    shown = re.findall(r"!\[([^\]]*)\]\(\.\./pictures/([\w-]+)\.png\)", page.read_text(encoding="utf-8"))
    assert 2 <= len(shown) <= 5
    for words, name in shown:
        assert name.startswith(f"{page.stem}-")
        assert len(words) > 40
        assert (ROOT / "docs" / "pictures" / f"{name}.png").stat().st_size < 150_000


def test_there_is_a_page_for_every_framework() -> None:
    assert {page.stem for page in PAGES} == set(resources.frameworks())


def source(name: str) -> Tables:
    return read_source(resources.source_tables(name))
