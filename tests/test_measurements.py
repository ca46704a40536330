"""The harness of `python -m benchmarks`: ratios, turns, processes seen from outside, table, page and picture."""

import getpass
import io
import platform
import struct
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks import cold_start, master
from benchmarks.machine import describe
from benchmarks.measure import (
    TINY,
    Ratio,
    Runs,
    Section,
    Target,
    at_least,
    at_most,
    figure,
    in_turn,
    ratio,
    turns,
    whole,
    whole_in_turn,
)
from benchmarks.picture import draw
from benchmarks.show import BEGIN, END, page, put, show

ROOT = Path(__file__).parent.parent
FLOOR = Runs("copy", (1.0, 2.0, 4.0), (10.0, 12.0, 11.0))
OURS = Runs("xl-outcomes", (2.0, 6.0, 8.0), (30.0, 31.0, 29.0))
SLOW = Runs("openpyxl | load", (50.0,))
OTHER = Runs("import pandas", (0.5, 0.5, 0.5), against="import pandas")
LAST = Runs("xl-outcomes check", (0.4, 0.5, 0.6), against="import pandas")
CURVE = {"copy": [(10, 0.1), (100, 0.8)], "xl-outcomes": [(10, 0.2), (100, 1.7)], "openpyxl | load": [(100, 50.0)]}
MISSED = at_most("At most 2 times", 2.5, 2, "times")
SECTION = Section(
    "Copying", "A file.", (FLOOR, OURS, SLOW, OTHER, LAST), "copy", (MISSED,), CURVE, "rows", {"x": "No y."}
)


def test_a_ratio_is_the_median_of_the_turns_ratios_and_keeps_their_spread() -> None:
    assert ratio(OURS, FLOOR) == Ratio(2.0, 2.0, 3.0)
    assert ratio(SLOW, FLOOR) == Ratio(25.0, 25.0, 25.0)  # not in every turn: against the median
    assert SECTION.ratio_of(LAST) == Ratio(1.0, 0.8, 1.2)
    assert (OURS.median, OURS.peak, SLOW.peak) == (6.0, 31.0, 0)


def test_targets_say_how_far_they_were_missed() -> None:
    assert Target("At most 2 times", "2.50 times", met=False, missed="0.50 times") == MISSED
    assert at_most("", 2, 2, "times").met
    assert at_least("", 3, 3, "times").met
    assert at_least("", 1, 3, "times").missed == "2.00 times"
    assert [figure(n) for n in (0, 0.0123, 0.123, 1.234, 12.34, 123.4, 1234)] == [
        *("0.00", "0.012", "0.12", "1.23", "12.3", "123", "1,234"),
    ]


def test_ways_take_turns_in_alternating_order_and_some_run_less() -> None:
    order: list[str] = []

    def way(name: str) -> tuple[float, float]:
        order.append(name)
        return float(len(order)), 0.0

    found = turns({n: lambda n=n: way(n) for n in "abc"}, 3, {"c": 1})
    assert "".join(order) == "abcbaab"
    assert found["a"] == Runs("a", (1.0, 5.0, 6.0), ())


def test_children_tell_their_seconds_and_memory() -> None:
    tells = "from benchmarks.measure import tell; print('on the way'); tell(lambda: sum(range(1000)))"
    found = in_turn({"sum": ["-c", tells]}, 2)["sum"]
    assert len(found.seconds) == 2
    assert all(0 < s < 5 for s in found.seconds)
    with pytest.raises(RuntimeError, match=r"(?s)exit code 1.*ZeroDivisionError"):
        in_turn({"fault": ["-c", "print(1 / 0)"]}, 1)


def test_a_whole_process_is_measured_from_outside() -> None:
    large = b"." * 200_000_000  # of this process, not of the child
    seconds, memory = whole(["-c", "import time; time.sleep(0.2); print('2 3')"])
    assert 0.2 < seconds < 10
    assert memory < len(large) / 2**20 / 2
    with pytest.raises(RuntimeError, match="exit code 3"):
        whole(["-c", "raise SystemExit(3)"])
    assert set(whole_in_turn({"three": ["-c", "raise SystemExit(3)"]}, 1, allowed=(0, 3))) == {"three"}


def test_a_section_is_shown_with_ratios_spread_and_targets() -> None:
    console = Console(width=160)
    with console.capture() as said:
        show(SECTION, console)
    text = said.get()
    for words in (
        "Copying",
        "2.00 ×",
        "2.00 to 3.00",
        "25.0 ×",
        "(a floor)",
        "missed by 0.50 times",
        "Not measured: x",
    ):
        assert words in text
    assert "import pandas" in text


def test_the_page_has_tables_and_keeps_what_stands_around_them(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", encoding="utf-8")
    picture = tmp_path / "pictures" / "performance.png"
    picture.parent.mkdir()
    program.write([SECTION], ["A machine.", "Some versions."], document, picture)
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"Before.\n\n{BEGIN}\n\nA machine. Some versions.\n")
    assert text.endswith(f"\n\n{END}\n\nAfter.\n")
    assert "old" not in text
    assert "| Copying | At most 2 times | 2.50 times | missed by 0.50 times |" in text
    assert "| xl-outcomes | 3 | 6.00 | 2.00 to 8.00 | 2.00 × | 2.00 to 3.00 | 31.0 |" in text
    assert "| openpyxl \\| load | 1 | 50.0 |" in text
    assert "| 10 | 10.0 | 20.0 | – |" in text
    assert "(pictures/performance.png)" in text
    again = page([SECTION], ["A machine."], "")
    put(document, again)
    assert document.read_text(encoding="utf-8").count(BEGIN) == 1


def test_a_page_without_its_markers_is_left_as_it_is(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("Nothing.", encoding="utf-8")
    with pytest.raises(ValueError, match="needs the lines"):
        put(document, "text")
    assert document.read_text(encoding="utf-8") == "Nothing."


def test_the_projects_page_has_the_markers() -> None:
    text = program.PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


def test_the_picture_is_one_and_always_the_same() -> None:
    png = draw([SECTION, Section("Alone", "", (FLOOR, OURS), "copy")])
    width, height = struct.unpack(">II", png[16:24])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert width == 1500
    assert 400 < height < 2000
    assert png == draw([SECTION, Section("Alone", "", (FLOOR, OURS), "copy")])


def test_the_machine_is_told_without_names() -> None:
    text = " ".join(describe())
    assert "CPython" in text
    assert "no such-library" in " ".join(describe(["such-library"]))
    for name in (platform.node(), getpass.getuser(), str(Path.home()), str(ROOT)):
        assert len(name) < 4 or name not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rates"], "no section rates; there are returns, master, rating, reports, start"),
        (["master", "--write"], "leave the names out"),
        (["--times", "0"], "1 or more"),
    ],
)
def test_wrong_arguments_are_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(arguments)
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_master_is_measured_on_a_small_scale() -> None:
    section = program.measure("master", 1, TINY)
    assert [r.way for r in section.runs] == [master.FLOOR, master.OURS, master.OPENPYXL]
    assert {way: len(points) for way, points in section.curve.items()} == dict.fromkeys(section.curve, 1)
    assert section.ratio_of(section.runs[2]).median > 1
    assert len(section.targets) == 1


def test_ours_and_openpyxl_make_the_same_table(tmp_path: Path) -> None:
    path = master.make_workbook(tmp_path / "book.xlsx", 0)
    for work in (master.ours(path), master.openpyxl(path)):
        work()
    books = [openpyxl.load_workbook(io.BytesIO(path.with_suffix(s).read_bytes())) for s in (".ours", ".openpyxl.xlsx")]
    ours, theirs = (list(book["Observations"].values) for book in books)
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    numbers = [[row[2] for row in rows[1:]] for rows in (ours, theirs)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-14)  # openpyxl writes a digit less
    assert len(ours) == 1 + master.OLD + master.NEW
    assert [book["Observations"].tables["Observations"].ref for book in books] == ["A1:C541"] * 2


def test_the_slowest_help_is_the_one_that_is_listed() -> None:
    helped = cold_start._helped([["rate"], ["addin", "status"]], 1)
    assert set(helped) == {cold_start.NOTHING, cold_start.HELP, "rate", "addin status"}
    slow = cold_start._slowest({**helped, "rate": Runs("rate", (99.0,))})
    assert slow.way == "xl-outcomes rate --help, the slowest"
    targets = list(cold_start._targets([Runs("n", (0.1,)), Runs("xl-outcomes --help", (0.3,)), slow]))
    assert [t.met for t in targets] == [True, False]
