"""The documentation tells the truth: every table, command, option and issue code is there, and every link leads on."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from xl_outcomes.cli import app
from xl_outcomes.contract import SEVERITIES, SPECS
from xl_outcomes.settings import KINDS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "xl_outcomes"
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
COMMANDS = typer.main.get_command(app).commands
RETURNS_CODE = [*(PACKAGE / "returns").glob("*.py")]
READERS = [p for p in (PACKAGE / "workbook").glob("*.py") if p.name not in ("safe_write.py", "file.py", "undo.py")]
CODE = re.compile(r"[a-z]+(-[a-z]+)*")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def sections(page: Path) -> dict[str, str]:
    """The text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", read(page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def tables() -> dict[str, str]:
    return sections(ROOT / "docs" / "tables.md")


@pytest.fixture(scope="module")
def commands() -> dict[str, str]:
    return sections(ROOT / "docs" / "commands.md")


@pytest.mark.parametrize("name", SPECS)
def test_the_page_of_tables_has_every_heading_in_its_order_with_its_words(name: str, tables: dict[str, str]) -> None:
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in tables[name].splitlines() if line.startswith("|")]
    listed = {row[0]: row for row in rows[2:]}
    assert list(listed) == list(SPECS[name].headings)
    for column in SPECS[name].columns:
        _, kind, needed, words, meaning = listed[column.heading]
        assert kind.startswith("whole number" if column.kind == "whole" else column.kind)
        assert (needed == "yes") == column.needed
        assert words == ", ".join(column.words)
        assert meaning, f"{name}, {column.heading}: the page does not say what it means"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_commands_has_every_option_of_every_command(name: str, commands: dict[str, str]) -> None:
    text = commands[name]
    options = [p for p in COMMANDS[name].params if p.param_type_name == "option"]
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, flags=re.MULTILINE)) == {p.opts[0] for p in options}
    assert COMMANDS[name].help in text
    for argument in (p for p in COMMANDS[name].params if p.param_type_name == "argument"):
        assert str(argument.metavar) in text


def test_the_page_of_commands_has_no_command_that_is_gone(commands: dict[str, str]) -> None:
    shared = {"Options of the program", "Exit codes", "What commands share"}
    assert set(commands) - shared == set(COMMANDS)


def test_every_command_that_a_page_shows_exists_with_its_options() -> None:
    for page in PAGES:
        for name, rest in re.findall(
            r"(?:^    |`|&& |bin/|Scripts\\)xl-outcomes ([a-z][a-z-]*)([^`\n]*)", read(page), re.M
        ):
            assert name in COMMANDS, f"{page.name}: there is no command {name}"
            known = {o for p in COMMANDS[name].params for o in p.opts}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= {*known, "--help", "--debug"}, (
                f"{page.name}: {name}{rest}"
            )


def test_the_readme_shows_every_command() -> None:
    shown = set(re.findall(r"xl-outcomes ([a-z-]+)", read(ROOT / "README.md")))
    assert set(COMMANDS) <= shown


def test_the_page_of_returns_has_every_issue_code() -> None:
    listed = codes_listed(ROOT / "docs" / "rules" / "returns.md")
    used = {code for path in RETURNS_CODE for code in issue_codes(path)}
    used |= {code for path in READERS for code in file_codes(path)}
    assert used - listed == set(), "codes without a row on the page"
    assert listed - used == set(), "rows of codes that are gone"
    assert {"value-scale", "form-period", "late", "row-unknown", "file-format", "locked-changed"} <= used


def test_every_other_issue_code_is_explained_somewhere() -> None:
    pages = [*(ROOT / "docs" / "rules").glob("*.md"), ROOT / "docs" / "guide.md"]
    listed = {code for page in pages for code in codes_listed(page)}
    used = {code for path in PACKAGE.rglob("*.py") for code in (*issue_codes(path), *file_codes(path))}
    assert used - listed == set()


def test_the_page_of_settings_has_every_setting_with_what_it_allows() -> None:
    text = read(ROOT / "docs" / "rules" / "settings.md")
    rows = {cells[0]: cells[1] for cells in re.findall(r"^\| ([^|`]+?) \| ([^|]+?) \|", text, flags=re.MULTILINE)}
    assert set(KINDS) <= set(rows)
    for name, kind in KINDS.items():
        for word in kind.allowed.removeprefix("one of: ").split(", ") if kind.allowed.startswith("one of") else ():
            assert word in rows[name]


def test_every_page_that_the_code_names_exists() -> None:
    named = {m for path in PACKAGE.rglob("*.py") for m in re.findall(r"docs/rules/[\w-]+\.md", read(path))}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_module_that_a_page_names_exists() -> None:
    for page in DOCS:
        for name in re.findall(r"`((?:xl_outcomes|tests)/[\w/.]+)`", read(page)):
            assert (ROOT / name).exists(), f"{page.name} names {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", read(page))
    local = [link.partition("#")[0] for link in links if not link.startswith(("http://", "https://", "#"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_is_reached_from_the_index_or_the_readme() -> None:
    linked = {
        (page.parent / link).resolve()
        for page in (ROOT / "docs" / "index.md", ROOT / "README.md")
        for link in re.findall(r"\]\(([^)\s#]+)", read(page))
        if not link.startswith("http")
    }
    unlinked = [page.name for page in DOCS if page.resolve() not in linked]
    assert unlinked == [], "link them in docs/index.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_is_unfinished_or_knows_a_machine(page: Path) -> None:
    text = read(page)
    assert "TODO" not in text
    assert re.findall(r"(?:/home/|/Users/|/tmp/|/root/|/work/|[A-Z]:\\)[\w./\\-]*", text) == []


def test_every_dependency_has_its_reason_and_licence() -> None:
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    text = read(ROOT / "docs" / "decisions" / "0010-dependencies.md")
    listed = set(re.findall(r"^\| ([\w-]+) \| [^|]+ \| [^|]+ \|$", text, flags=re.MULTILINE)) - {"package", "---"}
    assert listed == {re.split(r"[^\w-]", wanted)[0] for wanted in project["dependencies"]}


def codes_listed(page: Path) -> set[str]:
    """The codes in the first column of a page's tables."""
    first = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", read(page), flags=re.MULTILINE)
    return {code for cell in first for code in re.findall(r"`([a-z-]+)`", cell) if len(code) > 1}


def issue_codes(path: Path) -> Iterator[str]:
    """The string literals that are passed as a code: before a severity, or as the first of what makes an issue."""
    makers = {"refuse", "_error", "_warn", "_at", "_located", "observed"}
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Call):
            texts = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
            pairs = pairwise(texts)
            yield from (str(one) for one, two in pairs if two in SEVERITIES and is_code(one))
            if _name(node) in makers:
                yield from (str(t) for t in texts[:3] if is_code(t) and "-" in str(t))
        elif isinstance(node, ast.Dict):
            keys = [k.value for k in node.keys if isinstance(k, ast.Constant)]
            yield from (str(k) for k in keys if is_code(k) and str(k).startswith("form-"))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
            first = node.value.elts[0]
            if isinstance(first, ast.Constant) and str(first.value).startswith("observation-"):
                yield str(first.value)


def file_codes(path: Path) -> Iterator[str]:
    """The codes of the errors about files."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Call) and _name(node) == "FileError" and node.args:
            code = node.args[0]
            if isinstance(code, ast.Constant) and is_code(code.value):
                yield str(code.value)


def is_code(text: object) -> bool:
    return isinstance(text, str) and CODE.fullmatch(text) is not None


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
