"""No command imports what it does not use: what each newly loads, in one process, from the lightest to the heaviest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cold_start import every_command
from tests.openpyxl_master import write_master
from tests.returns_world import PERIOD, council

HEAVY = (
    *("pandas", "pandera", "openpyxl", "lxml", "xlsxwriter", "python_calamine"),
    *("docx", "docxtpl", "jinja2", "matplotlib", "xlwings", "duckdb", "markdown_it"),
)
TODAY = ["--today", "2025-07-10"]
TABLES = {"pandas", "lxml", "openpyxl"}  # openpyxl knows number formats and coordinates, lxml reads the parts
CHECKS = {"pandera"}
WORD = {"docx", "docxtpl", "jinja2"}
PICTURES = {"matplotlib"}
NEW_FILES = {"xlsxwriter"}

# Reads arguments line by line as JSON, runs each, and prints the heavy modules that it newly loaded.
CHILD = f"""
import contextlib, io, json, sys
from xl_outcomes.cli import main
known = set()
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            main(json.loads(line))
        except SystemExit as end:
            code = end.code
    loaded = {{name for name in {HEAVY!r} if name in sys.modules}}
    print(json.dumps([code, sorted(loaded - known), said.getvalue()]))
    known |= loaded
"""

Run = tuple[int, set[str], str]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tables = council({"Setting": "Current period", "Value": str(PERIOD)})
    rows = {name: list(table.frame.to_dict("records")) for name, table in tables.items()}
    return write_master(tmp_path_factory.mktemp("imports") / "master.xlsx", rows)


def run(*commands: list[str]) -> list[Run]:
    """Commands run one after the other in one new process: exit code, heavy modules newly loaded, what was said."""
    given = "".join(json.dumps(command) + "\n" for command in commands)
    ran = subprocess.run([sys.executable, "-c", CHILD], input=given, capture_output=True, text=True, check=True)
    return [(code, set(loaded), said) for code, loaded, said in map(json.loads, ran.stdout.splitlines())]


def test_the_help_of_no_command_loads_anything_heavy() -> None:
    commands = list(every_command())
    assert ["rate"] in commands
    assert ["addin", "status"] in commands
    for words, found in zip(commands, run(*([*words, "--help"] for words in commands)), strict=True):
        assert found == (0, set(), ""), words


def test_a_command_loads_what_it_uses_and_no_more(master: Path) -> None:
    name, folder = str(master), str(master.parent)
    steps: list[tuple[list[str], set[str]]] = [
        (["frameworks"], set()),
        (["log", name], TABLES),
        (["reports", name], set()),
        (["check", name], CHECKS),
        (["validate", name, name, *TODAY], set()),
        (["rate", name, *TODAY], set()),
        (["compare", name, name], set()),
        (["thread", name], set()),
        (["chase", name, *TODAY], set()),
        (["undo", name, *TODAY], set()),
        (["rate", name, *TODAY], set()),
        (["export", name, "--to", "csv", "--out", f"{folder}/csv"], set()),
        (["export", name, "--to", "parquet", "--out", f"{folder}/parquet"], {"duckdb"}),
        (["report", name, "cabinet-performance", "--out", folder, *TODAY], WORD | PICTURES),
        (["forms", name, "--out", f"{folder}/forms", *TODAY], NEW_FILES),
    ]
    for (words, may), (code, loaded, said) in zip(steps, run(*(words for words, _ in steps)), strict=True):
        assert code in (0, 1), said
        assert loaded <= may, f"{words[0]} loads {sorted(loaded - may)}"


def test_each_door_to_new_workbooks_stands_alone(master: Path) -> None:
    """Forms are made without what Word reports need; in the test above, reports came before them."""
    name, folder = str(master), master.parent
    code, loaded, said = run(["forms", name, "--out", str(folder / "others"), *TODAY])[0]
    assert code == 0, said
    assert loaded <= TABLES | CHECKS | NEW_FILES


def test_what_needs_no_master_loads_no_tables(master: Path, tmp_path: Path) -> None:
    from docx import Document

    letter = tmp_path / "letter.docx"
    Document().save(str(letter))
    found = run(["addin", "status"], ["report", "--accessibility", str(letter)])
    (_, status, _), (_, accessible, said) = found
    assert status == set()
    assert not accessible & {"pandas", "pandera", "matplotlib", "xlsxwriter"}, said
