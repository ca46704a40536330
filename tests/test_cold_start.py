"""A button loads only what it needs, and the command line's help loads nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cold_start import HEAVY, WITHOUT_A_WORKBOOK, run_action
from tests.openpyxl_master import write_master
from tests.remote_excel import RemoteExcel
from tests.returns_world import PERIOD, council
from xl_outcomes.addin.listed import ACTIONS

BARE = {"pandas", "xlwings", "matplotlib"}  # xlwings itself loads the others, where they are installed
CHECKING = {"pandera"}
CHECKED_FIRST = {"check", "thread", "forms", "rate", "report"}


@pytest.fixture(scope="module")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cold")
    tables = council({"Setting": "Current period", "Value": str(PERIOD)})
    rows = {name: list(table.frame.to_dict("records")) for name, table in tables.items()}
    office = RemoteExcel(write_master(folder / "master.xlsx", rows))
    file = folder / "payload.json"
    file.write_text(json.dumps(office.payload(), default=str), encoding="utf-8")
    return file


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_loads_only_what_it_needs(action: str, payload: Path) -> None:
    _, loaded = run_action(action, payload)
    needed = set() if action in WITHOUT_A_WORKBOOK else BARE
    assert set(loaded) <= needed | (CHECKING if action in CHECKED_FIRST else set())


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['xl-outcomes', '--help']\nfrom xl_outcomes.cli import main\ntry: main()\nfinally: "
    code += f"print([n for n in {HEAVY!r} if n in sys.modules], file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == "[]"
