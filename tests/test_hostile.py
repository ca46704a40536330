"""Reading a return never takes more than 512 MB or 20 seconds, whatever it holds, and never ends the program.

`XL_OUTCOMES_FUZZ` set: every worst case at full size; otherwise smaller, the slow ones with a second.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests import hostile
from tests.handmade import xlsb, xlsx
from tests.returns_world import World, council, find
from xl_outcomes import files
from xl_outcomes.errors import FileError
from xl_outcomes.files import read_one
from xl_outcomes.workbook.cells import Limits, read_book

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="memory is measured on Unix")
FULL = bool(os.environ.get("XL_OUTCOMES_FUZZ"))
MOST_MEGABYTES, MOST_SECONDS = 512, 20
ROOT = Path(__file__).parent.parent
# Well-formed junk without end: only the clock stops it.
SLOW = ("a text of endless runs", "endless elements", "endless rows", "ods: blank cells repeated")


Probe = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def probed() -> Iterator[Probe]:
    """Reads a file in a process of its own: `probed(path)` says what that took."""
    command = [sys.executable, "-m", "tests.reading_probe"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        questions, answers = process.stdin, process.stdout

        def probe(path: Path, seconds: float = 0) -> dict[str, Any]:
            questions.write(json.dumps([str(path), seconds]) + "\n")
            questions.flush()
            found: dict[str, Any] = json.loads(answers.readline() or "{}")
            assert found, "the process that read the file has ended"
            assert found["megabytes"] < MOST_MEGABYTES
            assert found["seconds"] < MOST_SECONDS
            return found

        yield probe
        questions.close()


@pytest.mark.parametrize("name", hostile.WORST)
def test_the_worst_files_stay_within_memory_and_time(name: str, tmp_path: Path, probed: Probe) -> None:
    path = hostile.WORST[name](tmp_path / "worst")
    short = 1 if name in SLOW and not FULL else 0
    found = probed(path, short)
    assert found["issues"], "nothing of this is a return"
    for code, message, fix in found["issues"]:
        assert code in ("file-too-large", "file-damaged", "file-unsafe", "form-missing-sheet")
        assert message
        assert fix
        assert len(message) < 500


def test_a_table_without_end_is_refused(tmp_path: Path, probed: Probe) -> None:
    world = World(council(), tmp_path)

    def edit(sheet: Worksheet) -> None:
        first = find(sheet, "Ref", "P1")
        sheet.tables.clear()
        for row in range(first.row + 5, first.row + 20_010):
            sheet.cell(row, 1, "P1")
            sheet.cell(row, 8, 5)

    found = probed(world.send(edit=edit))
    (issue,) = found["issues"]
    assert issue[1] == "The table has 20,008 rows that are filled in; a return has at most 20,000."


def test_a_thousand_faults_are_summed_up(tmp_path: Path) -> None:
    world = World(council(), tmp_path)

    def edit(sheet: Worksheet) -> None:
        first = find(sheet, "Ref", "P1")
        sheet.tables.clear()
        for row in range(first.row + 5, first.row + 3_005):
            sheet.cell(row, 1, "R1")
            sheet.cell(row, 14, "x" * 900)

    (checked,) = world.check(world.send(edit=edit))
    duplicates = [i for i in checked.issues if i.code == "row-duplicate"]
    assert len(duplicates) == 1_001
    assert "and 2,991 more" in duplicates[0].message
    assert duplicates[-1].message.startswith("The same fault stands in 2,001 more cells, down to A")
    assert {c.indicator.ref for c in checked.accepted} == {"P1", "C1"}


def test_marks_without_end_are_read_in_no_time(tmp_path: Path, probed: Probe) -> None:
    marks = "".join(f"e{chr(0x301) * 8000}{chr(0x316) * 8000}" for _ in range(2))
    world = World(council(), tmp_path)

    def edit(sheet: Worksheet) -> None:
        sheet.tables.clear()
        row = find(sheet, "Ref", "R1").row
        for below in range(1, 101):
            sheet.cell(row + below, 14, f"{below}{marks[:32_000]}")

    found = probed(world.send(edit=edit))
    assert found["rows"] == 103
    assert found["seconds"] < 5


def test_a_text_shared_by_very_many_cells_of_an_old_workbook(tmp_path: Path, probed: Probe) -> None:
    long = "x" * 32_000
    path = xlsb(tmp_path / "a.xlsb", {row: dict.fromkeys(range(1, 60), long) for row in range(1, 60)})
    assert probed(path)["issues"][0][0] == "file-too-large"


def test_the_sum_of_texts_counts_in_old_workbooks(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", {1: {1: "x" * 500, 2: "x" * 500}})
    with pytest.raises(FileError, match="bytes of text"):
        read_book(path, Limits(text_bytes=1000))
    with pytest.raises(FileError, match="1 sheets or more"):
        read_book(path, Limits(sheets=0))


def test_a_file_of_gigabytes_is_refused_by_its_size(tmp_path: Path, probed: Probe) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(3 * 1024**3)
    found = probed(path)
    assert found["issues"][0][1] == "large.xlsx is too large to read: it is 3,072 MB; the limit is 50 MB."
    assert found["seconds"] < 2


def test_a_fault_of_ours_stops_one_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("boo")

    good = World(council(), tmp_path).send()
    monkeypatch.setattr(files, "read_return", broken)
    source = read_one(good)
    (issue,) = source.issues
    assert (issue.code, issue.severity) == ("file-damaged", "error")
    assert issue.message == (
        "return.xlsx could not be read, for a reason that nobody foresaw "
        f"(reference: RecursionError, {source.sha256[:8]})."
    )
    assert issue.fix.startswith("Keep the file and report the reference.")


# What follows: nothing outside the file is ever touched.


def test_links_macros_and_queries_are_never_followed(tmp_path: Path) -> None:
    """A process is told of every file and address that it opens; reading opens the return and nothing else."""
    link = "https://attacker.example/x.xlsx"
    related = (
        f'<Relationship Id="rId9" Type="{hostile.LINKS}/externalLinkPath" Target="{link}" TargetMode="External"/>'
        f'<Relationship Id="rId8" Type="{hostile.LINKS}/oleObject" Target="file:///etc/passwd" TargetMode="External"/>'
        f'<Relationship Id="rId7" Type="{hostile.LINKS}/worksheet" Target="{link}" TargetMode="External"/>'
    )
    world = World(council(), tmp_path)
    path = world.send()
    parts = _parts(path)
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>", related.encode() + b"</Relationships>"
    )
    parts["xl/vbaProject.bin"] = b"Sub Auto_Open()"
    parts["xl/connections.xml"] = f'<connections><connection><webPr url="{link}"/></connection></connections>'.encode()
    parts["../../evil.txt"] = parts["/etc/evil.txt"] = parts["C:\\evil.txt"] = b"evil"
    hostile.write(path, parts)
    opened = tmp_path / "opened.txt"
    code = (
        "import sys; from pathlib import Path; from xl_outcomes.files import read_one\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append((event, str(args[:1]))) if event.split('.')[0] in "
        "('open', 'socket', 'subprocess', 'os', 'shutil', 'urllib', 'ctypes', 'exec') else None)\n"
        "rows = len(read_one(Path(sys.argv[1])).entries)\n"
        "Path(sys.argv[2]).write_text(chr(10).join([str(rows), *(f'{e} {a}' for e, a in seen)]))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path), str(opened)], check=True, cwd=ROOT, timeout=60)
    rows, *events = opened.read_text().splitlines()
    assert rows == "3"
    ours = ("site-packages", "lib/python", "xl_outcomes", str(path), str(opened), "__pycache__", "<frozen", "<string>")
    assert [e for e in events if e.startswith("open") and not any(word in e for word in ours)] == []
    assert [e for e in events if e.startswith(("socket", "subprocess", "urllib"))] == []
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_macros_of_an_xlsm_stay_what_they_are(tmp_path: Path) -> None:
    world = World(council(), tmp_path)
    parts = _parts(world.send())
    main = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(main, macros)
    parts["xl/vbaProject.bin"] = b"\xcc\x61\x00\x00not a project at all"
    path = hostile.write(tmp_path / "with macros.xlsm", parts)
    assert [len(c.accepted) for c in world.check(path)] == [3]


@pytest.mark.parametrize("target", ["../../../../etc/passwd", "file:///etc/passwd", "//server/share/a.xlsx", "C:\\a"])
def test_a_part_is_looked_for_in_the_file_alone(tmp_path: Path, target: str) -> None:
    links = hostile.relations(("worksheet", target))
    source = read_one(xlsx(tmp_path / "a.xlsx", parts={"xl/_rels/workbook.xml.rels": links}))
    assert [i.code for i in source.issues] == ["file-damaged"]


def test_a_cell_twice_or_a_value_in_the_wrong_place_is_damage(tmp_path: Path) -> None:
    for rows in (
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1<x/>2</v></c></row>',
        '<row r="1"><c r="A1"><v><x/>2</v></c></row>',
        '<row r="1"><c r="A1"><c r="B1"><v>2</v></c></c></row>',
        '<row r="1"><c r="A1"><c r="B1"/><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>2</t></is><is><t>3</t></is></c></row>',
        '<row r="1"><c r="A1" t="s"><v> </v></c></row>',
        '<row r="1"><x><c r="A1"><v>2</v></c></x></row>',
        '<row r="1"/><c r="A1"><v>2</v></c>',
        '<row r="1"><c r="A1" t="inlineStr"><t>2</t></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><x><t>2</t></x></is></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>2<x/>3</t></is></c></row>',
        '<row r="1"><row r="2"><c r="A2"><v>2</v></c></row></row>',
    ):
        with pytest.raises(FileError) as caught:
            read_book(xlsx(tmp_path / "a.xlsx", rows))
        assert caught.value.code == "file-damaged", rows


def test_a_value_counts_only_where_its_type_says(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><is><t>52</t></is></c><c r="B1" t="inlineStr"><v>52</v></c><c r="C1"><v>1</v></c></row>'
    )
    assert [c.address for c in read_book(xlsx(tmp_path / "a.xlsx", rows)).sheets[0].cells.values()] == ["C1"]


def test_elements_without_their_namespace_are_none_of_ours(tmp_path: Path) -> None:
    bare = '<row r="1"><c r="A1"><v xmlns="">1</v></c><c r="B1"><v>2</v></c></row><row xmlns="" r="2"/>'
    assert [c.address for c in read_book(xlsx(tmp_path / "a.xlsx", bare)).sheets[0].cells.values()] == ["B1"]
    sheet = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(FileError, match="is no worksheet"):
        read_book(xlsx(tmp_path / "b.xlsx", parts={"xl/worksheets/sheet1.xml": sheet}))


@pytest.mark.parametrize(
    "items", ["<t>a</t>", "<si><t>a<x/>b</t></si>", "<si><x><t>a</t></x></si>", "<si><si><t>a</t></si></si>"]
)
def test_a_list_of_texts_out_of_step_is_damage(tmp_path: Path, items: str) -> None:
    texts = f'<sst xmlns="{hostile.MAIN}"><si><t>x</t></si>{items}<si><t>y</t></si></sst>'
    path = xlsx(tmp_path / "a.xlsx", '<row><c t="s"><v>1</v></c></row>', {"xl/texts.xml": texts})
    with pytest.raises(FileError, match="damaged"):
        read_book(path)


def test_ods_rows_and_cells_out_of_place_are_damage(tmp_path: Path) -> None:
    cell = "<table:table-cell><text:p>a<text:p>b</text:p></text:p></table:table-cell>"
    for inner in (
        f"<table:table-row>{cell}</table:table-row>",
        "<table:table-cell><text:p>a</text:p></table:table-cell>",
        "<table:table-row><table:table-row/></table:table-row>",
        "<table:table-row><table:table-cell><table:table-cell/></table:table-cell></table:table-row>",
        "<table:table-row><table:table-cell><text:p><table:table-row/></text:p></table:table-cell></table:table-row>",
    ):
        path = hostile.document(tmp_path / "a.ods", [f'<table:table table:name="x">{inner}</table:table>'.encode()])
        with pytest.raises(FileError, match="where none belongs"):
            read_book(path)


def test_the_same_return_opens_in_openpyxl_too(tmp_path: Path) -> None:
    """The strictness refuses nothing that well-behaved programs write."""
    path = World(council(), tmp_path).send(edit=lambda sheet: None)
    assert openpyxl.load_workbook(path)["Return"].max_row > 8
    assert read_one(path).issues == ()


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
