"""Forms that come back from other programs: the same figures, the same findings."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import Convert
from tests.returns_world import World, accepted, council, find, of_code

CHECK = """
import resource, sys
from pathlib import Path
from xl_outcomes.files import read_one
found = read_one(Path(sys.argv[1]))
assert found.entries, found.issues
own = Path("/proc/self/status")  # what Linux counts otherwise begins with the program that started this one
peak = [line.split()[1] for line in own.read_text().splitlines() if line.startswith("VmHWM")] if own.exists() else []
print(*(peak or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


@pytest.mark.parametrize("extension", ["ods", "xls", "xlsx", "xlsm:Calc MS Excel 2007 VBA XML"])
def test_a_form_saved_by_libreoffice_is_read(extension: str, tmp_path: Path, libreoffice: Convert) -> None:
    world = World(council(), tmp_path)
    typed = {"P1": {"Value": "n/a"}, "C1": {"Value": 108.0, "Commentary": "As planned – no change."}}
    (checked,) = world.check(libreoffice(world.send(typed), extension))
    assert accepted(checked) == {"C1", "R1"}
    assert [i.code for i in checked.issues] == ["value-not-number"]
    assert next(c for c in checked.accepted if c.indicator.ref == "C1").commentary == "As planned – no change."


def test_a_percentage_and_an_error_survive_open_document(tmp_path: Path, libreoffice: Convert) -> None:
    world = World(council(), tmp_path)

    def edit(sheet: Worksheet) -> None:
        percent, broken = find(sheet, "Value", "P1"), find(sheet, "Value", "C1")
        percent.value, percent.number_format = 0.45, "0%"
        broken.value = "=1/0"

    (checked,) = world.check(libreoffice(world.send(edit=edit), "ods"))
    assert next(c for c in checked.accepted if c.indicator.ref == "P1").value == 45
    assert [i.value for i in of_code(checked, "value-formula-error")] == ["#DIV/0!"]


def _last_corner(sheet: Worksheet) -> None:
    sheet.cell(1048576, 16384, " ")


def _percentage(sheet: Worksheet) -> None:
    cell = find(sheet, "Value", "P1")
    cell.value, cell.number_format = 0.45, "0%"


def _broken(sheet: Worksheet) -> None:
    cell = find(sheet, "Value", "P1")
    cell.value, cell.data_type = "#DIV/0!", "e"


def _uncalculated(sheet: Worksheet) -> None:
    find(sheet, "Value", "P1").value = "=40+5"


@pytest.mark.parametrize("edit", [_last_corner, _percentage, _broken, _uncalculated])
def test_an_awkward_form_is_read_in_under_a_second_and_300_megabytes(
    edit: Callable[[Worksheet], None], tmp_path: Path
) -> None:
    world = World(council(), tmp_path)
    path = world.send(edit=edit)
    start = time.process_time()
    world.check(path)
    assert time.process_time() - start < 1.0
    ran = subprocess.run([sys.executable, "-c", CHECK, str(path)], capture_output=True, text=True, check=True)
    assert int(ran.stdout) < 300 * 1024 * (1024 if sys.platform == "darwin" else 1)
