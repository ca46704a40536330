"""A whole quarter by clicks in Excel leaves the cells that the command line leaves, table by table."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tests.ribbon_world import Officer
from xl_outcomes import commands, report_commands, resources, steps
from xl_outcomes.contract import SPECS
from xl_outcomes.demo import owners
from xl_outcomes.overrides import Replacement
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.expected import make_forms
from xl_outcomes.tables import Table
from xl_outcomes.workbook.file import Master, read_master, save, updated
from xl_outcomes.workbook.forms import create_form

# openpyxl says that it does not know sparklines and data bars, which these tests do not look at.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

PERIOD = Quarter(2025, 1)
AT = dt.datetime(2025, 7, 10, 12)
MISTAKES = [(owners.NOT_A_NUMBER,), (owners.FRACTION,), (owners.MISMATCH,), (owners.WITH_COMMAS, owners.NOTHING)]


class Desk:
    """The same officer at the command line, with a master of her own."""

    def __init__(self, master: Path) -> None:
        self.path = master

    def run(self) -> commands.Run:
        return commands.Run(self.path, str(PERIOD), AT.date().isoformat(), "Officer")

    def do(self, step: steps.Step) -> None:
        """A step that has no command of its own."""
        self.run().write(read_master(self.path), step, self.run().now())


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return Path(shutil.copy(resources.starter("mid-suffolk-2022"), tmp_path / "start.xlsx"))


@pytest.fixture
def officer(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Officer:
    clicking = Officer(start, tmp_path, monkeypatch)
    clicking.at = AT
    return clicking


@pytest.fixture
def typing(start: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copy(start, tmp_path / "typed.xlsx")))


def _returns(master: Path, folder: Path) -> list[Path]:
    """What the owners send: most of it right, some of it not."""
    folder.mkdir()
    history = prepare(read_master(master).tables, PERIOD, AT.date()).history
    for number, form in enumerate(make_forms(history, PERIOD)):
        mistakes = MISTAKES[number] if number < len(MISTAKES) else ()
        spoilt, _ = owners.spoil(owners.fill(form, history), mistakes)
        (folder / form.file_name).write_bytes(create_form(spoilt, created=AT))
    return sorted(folder.iterdir())


def _values(table: Table | None) -> list[list[object]]:
    return [] if table is None else [list(r) for r in table.frame.itertuples(index=False, name=None)]


def _same(officer: Officer, typing: Desk, folder: Path) -> None:
    clicked, typed = read_master(officer.excel.save(folder / "clicked.xlsx")), read_master(typing.path)
    assert set(clicked.names()) == set(typed.names())
    for name in {*SPECS, *typed.names()}:
        assert _values(clicked.find(name)) == _values(typed.find(name)), name


def _select(officer: Officer, master: Master, name: str, **cells: object) -> None:
    """Selects a cell in the first row of a table that has those values."""
    table = master.find(name)
    assert table is not None
    row = next(r["row"] for r in table.rows() if all(r[h] == v for h, v in cells.items()))
    officer.excel.workbook.active = officer.excel.workbook[table.sheet]
    officer.excel.selection = table.cell(row, next(iter(cells)))


def test_a_quarter_clicked_and_a_quarter_typed_leave_the_same_tables(
    officer: Officer, typing: Desk, tmp_path: Path
) -> None:
    # The quarter is chosen.
    said = officer.choose_period("period_2025_26_Q1", True).said
    assert said == ["The current period is 2025/26 Q1.\n\nGo on?"]
    typing.do(steps.choose_period(read_master(typing.path).tables, PERIOD, typing.run().now()))
    _same(officer, typing, tmp_path)

    # Forms go out.
    said = officer.click("makeForms", tmp_path / "forms", True).said
    assert said[-1].startswith("14 return forms for 2025/26 Q1, ")
    commands.make_forms(typing.run(), tmp_path / "forms typed")
    forms = {p.name: p.read_bytes() for p in (tmp_path / "forms").iterdir()}
    assert forms == {p.name: p.read_bytes() for p in (tmp_path / "forms typed").iterdir()}
    _same(officer, typing, tmp_path)

    # Returns come in; they are checked first, which changes nothing, and what is wrong goes back.
    returns = _returns(typing.path, tmp_path / "returns")
    before = officer.excel.payload()
    checking = officer.click("checkReturns", returns)
    assert officer.excel.payload() == before
    assert [p.name for p in checking.opened] == ["Check of returns.xlsx"]
    officer.click("sendBack", returns, tmp_path / "back")
    said = officer.click("importReturns", returns, True).said
    _, summary, sent = commands.import_returns(
        typing.run(), [str(tmp_path / "returns")], tmp_path / "back typed", quiet=True
    )
    assert said[-1].startswith(summary)
    back = {p.name: p.read_bytes() for p in (tmp_path / "back").iterdir()}
    assert back == {p.name: p.read_bytes() for p in sent}
    _same(officer, typing, tmp_path)
    assert officer.click("importReturns", returns).said[-1].startswith("Nothing is to be done. 0 figures in, 0 held")

    # A query is settled, a return withdrawn and taken in again.
    query = next(r for r in read_master(typing.path).tables["Issues"].rows() if r["Severity"] == "query")
    _select(officer, read_master(typing.path), "Issues", Issue=query["Issue"])
    officer.click("settleQuery", "2", "45.5", "The percentage was meant.", True)
    commands.settle(
        typing.run(), str(query["Issue"]), "The percentage was meant.", accept=False, value="45.5", reject=False
    )
    _same(officer, typing, tmp_path)
    listed = officer.click("withdrawReturn", None).said[-1]
    owner = listed.splitlines()[1].split("  ", 1)[1]
    officer.click("withdrawReturn", "1", True)
    commands.withdraw(typing.run(), owner)
    _same(officer, typing, tmp_path)
    officer.click("importReturns", returns, True)
    commands.import_returns(typing.run(), [str(tmp_path / "returns")], None, quiet=True)
    _same(officer, typing, tmp_path)

    # The quarter is rated, a rating replaced, and that taken back.
    said = officer.click("rateAndRollUp", True).said
    _, step = commands.rate(typing.run())
    assert said == [f"{step.summary}\n\nGo on?"]
    _same(officer, typing, tmp_path)
    results = [r for r in read_master(typing.path).tables["Results"].rows() if r["Period"] == str(PERIOD)]
    red = next(r for r in results if (r["Rating"], r["State"]) == ("Red", "Rated"))
    _select(officer, read_master(typing.path), "Results", Indicator=red["Indicator"], Period=str(PERIOD))
    why = officer.click("whyThisColour").said[-1]
    assert str(red["Reason"]) in why
    said = officer.click("overrideRating", "2", "Illustrative: a late return.", "Director", "2025/26 Q2", True).said
    assert said[-1].startswith(f"{red['Indicator']} is Amber by override until 2025/26 Q2. ")
    wanted = Replacement(
        str(red["Indicator"]), "Amber", "Illustrative: a late return.", "Director", PERIOD, PERIOD.shift(1)
    )
    master = read_master(typing.path)
    _, step = steps.override(master.tables, wanted, typing.run().now())
    save(master, updated(master, step.changed, step.views), AT)
    commands.remember(typing.path, typing.path.read_bytes())
    _same(officer, typing, tmp_path)
    (undone,) = officer.click("undoLast", True).said
    assert undone.startswith("Undone: Override rating. It was: ")
    commands.undo(typing.run())
    _same(officer, typing, tmp_path)

    # The report is written and opened, and can be opened again.
    script = officer.click("report1", tmp_path / "reports", True, callback="OutcomesReport")
    wanted = report_commands.Wanted(["cabinet-performance"], tmp_path / "reports typed")
    (typed,) = report_commands.report(typing.run(), wanted)
    (clicked,) = script.opened
    assert clicked.name == typed.name
    assert officer.click("openLast").opened == [clicked]
    assert officer.vba.told() == []
