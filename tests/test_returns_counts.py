"""Returns take time in proportion to their number: by counts, which are the same on every machine.

Where one of these fails, something is done again for each return (or row) that need be done once: look at what the
message names, and take it out of the loop.
"""

import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pandera.pandas as pa
import pytest

from benchmarks import workload
from tests.counting import calls, walks
from xl_outcomes import batch, steps
from xl_outcomes.checking import Against, Way, checked_files, verdicts
from xl_outcomes.files import RETURN_LIMITS, read_one
from xl_outcomes.returns.checks import in_sequence
from xl_outcomes.workbook import xlsx_sheet
from xl_outcomes.workbook.file import read_master

NOW = steps.Now(workload.SENT, "Officer")
FEW, MANY = 10, 30
ALLOWED = 1.3  # what does not grow evenly: a third of the returns has a mistake, now and then
ONE = Way(jobs=1)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = workload.write_returns(workload.tables(MANY, rows=4), tmp_path_factory.mktemp("returns"))
    return sorted(folder.iterdir())


def against(owners: int) -> Against:
    tables = workload.tables(owners, rows=4)
    return Against(steps.checks_of(tables, workload.PERIOD, NOW), RETURN_LIMITS)


def ignore(_: int) -> None:
    """Hears how many more are done."""


def test_a_return_is_opened_twice_and_each_of_its_parts_is_unpacked_once(
    returns: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_one(returns[1])
    opened: list[object] = []
    unpacked: list[object] = []
    opens, inflates = Path.open, zlib.decompressobj
    monkeypatch.setattr(Path, "open", lambda self, *how, **more: opened.append(self) or opens(self, *how, **more))
    monkeypatch.setattr(zlib, "decompressobj", lambda *how: unpacked.append(how) or inflates(*how))
    read_one(returns[0])
    with zipfile.ZipFile(returns[0]) as archive:
        parts = len(archive.namelist())
    assert len(opened) <= 2, "a return is opened to be read, and once more for its sum"
    assert len(unpacked) <= parts, f"{len(unpacked)} parts unpacked of a workbook that has {parts}"


def test_our_forms_and_masters_are_read_the_fast_way(returns: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    careful: list[str] = []
    read = xlsx_sheet.read_sheet_carefully
    monkeypatch.setattr(xlsx_sheet, "read_sheet_carefully", lambda *of: careful.append(of[1]) or read(*of))
    read_one(returns[0])
    read_master(Path(__file__).parent.parent / "workbooks" / "darlington-2012.xlsx")
    assert careful == [], "these sheets were not plain: plain_parts.py does not know how they are written now"


def test_pandera_is_called_once_for_each_piece_of_a_batch(returns: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    context, calls = against(MANY), list[int]()
    validate = pa.DataFrameSchema.validate
    monkeypatch.setattr(
        pa.DataFrameSchema, "validate", lambda self, rows, **how: calls.append(len(rows)) or validate(self, rows, **how)
    )
    verdicts(returns, context, ONE, ignore)
    pieces = -(-len(returns) // batch.PIECE)
    assert len(calls) == pieces, f"pandera ran {len(calls)} times over {len(returns)} returns in {pieces} pieces"


def test_three_times_the_returns_take_three_times_thecalls(returns: list[Path]) -> None:
    context = against(MANY)
    verdicts(returns, context, ONE, ignore)  # what is looked up once is looked up
    few, many = (calls(lambda n=n: verdicts(returns[:n], context, ONE, ignore)) for n in (FEW, MANY))
    worse = _worse(few, many, MANY / FEW)
    assert not worse, f"called more than {MANY // FEW} times as often for {MANY // FEW} times the returns: {worse}"


def test_three_times_the_indicators_cost_a_return_nothing(returns: list[Path]) -> None:
    small, large = against(FEW), against(MANY)
    for context in (small, large):
        verdicts(returns[:1], context, ONE, ignore)
    few, many = (calls(lambda c=c: verdicts(returns[:FEW], c, ONE, ignore)) for c in (small, large))
    assert not _worse(few, many, 1), "a return costs more in a larger framework"


def test_taking_in_goes_through_each_table_a_few_times(returns: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through = {}
    for count in (FEW, MANY):
        opened = steps.open_import(workload.tables(MANY, rows=4), workload.PERIOD, NOW)
        each = checked_files(returns[:count], Against(opened.context, RETURN_LIMITS), ONE, ignore)
        checked = in_sequence(each, opened.context)
        gone_through[count] = walks(lambda o=opened, c=checked: steps.import_checked(o, c, NOW), monkeypatch)
    few, many = (sum(gone_through[n].values()) for n in (FEW, MANY))
    assert many < few * 2, "tables are gone through again for each return that is taken in"


def _worse(few: Counter[str], many: Counter[str], times: float) -> dict[str, str]:
    allowed = {name: times * ALLOWED * few[name] + FEW for name in many}
    return {name: f"{few[name]:,} to {count:,}" for name, count in many.items() if count > allowed[name]}
