"""The report commands: templates of a council's own, sources, PDF, checks, and what is refused in plain words."""

import shutil
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests import test_cli
from tests.conftest import Convert, Validate
from tests.openpyxl_master import write_master
from tests.returns_world import GOOD, World, council
from tests.test_cli import Command
from xl_outcomes import pdf, resources
from xl_outcomes.reporting.registry import reports
from xl_outcomes.reporting.templates_page import templates_page

QUARTER = ("--period", "2025/26 Q1", "--today", "2025-07-10")
CABINET = "cabinet-performance"


run = test_cli.run


@pytest.fixture
def master(tmp_path: Path, run: Command) -> Path:
    """A small council whose first quarter is in and rated."""
    world = World(council(), tmp_path)
    tables = {name: table.frame.to_dict("records") for name, table in world.tables.items()}
    path = write_master(tmp_path / "master.xlsx", tables)
    assert run("import", path, world.send(GOOD), *QUARTER)[0] == 0
    assert run("rate", path, *QUARTER)[0] == 0
    return path


def own_template(folder: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder / "ours.docx"
    document.save(str(path))
    return path


def text_of(path: Path) -> str:
    paragraphs = Document(str(path)).element.body.iter(qn("w:p"))
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paragraphs)


def test_a_template_with_mistakes_is_told_all_of_them_with_paragraph_and_suggestion(
    run: Command, tmp_path: Path
) -> None:
    path = own_template(tmp_path, "For {{ councill }}", "{%p for r in missing %}", "{{ r.titel }}", "{%p endfor %}")
    code, out, _ = run("report", "--check", path)
    assert code == 1
    assert 'The field "councill" is not known. In the paragraph "For {{ councill }}". Did you mean "council"?' in out
    assert 'The field "missing.titel" is not known.' in out
    assert 'Did you mean "title"?' in out


def test_a_broken_loop_and_a_forbidden_expression_are_told_as_well(run: Command, tmp_path: Path) -> None:
    code, out, _ = run("report", "--check", own_template(tmp_path, "{%p for r in missing %}", "{{ r.title }}"))
    assert (code, "{%p for r in missing %}" in out) == (1, True)
    code, out, _ = run("report", "--check", own_template(tmp_path, "{{ ''.__class__.mro() }}"))
    assert (code, "more than a template may do" in out) == (1, True)


def test_every_shipped_template_uses_known_fields_only(run: Command) -> None:
    for kind in reports():
        assert run("report", "--check", resources.template(kind.template))[:2] == (
            0,
            f"{kind.template}: nothing to correct.\n",
        )


def test_the_page_of_templates_is_what_the_code_fills(run: Command) -> None:
    page = Path(__file__).parent.parent / "docs" / "templates.md"
    assert page.read_text(encoding="utf-8") == templates_page(), "run python -m xl_outcomes.templates_page"


def test_a_template_of_ones_own_takes_the_place_of_the_shipped_one(run: Command, master: Path) -> None:
    path = own_template(master.parent, "{{ council }} in {{ period }}: {{ coverage }} rated")
    code, out, _ = run("report", master, CABINET, "--out", master.parent, "--template", path, *QUARTER)
    assert (code, out) == (0, f"Written: {master.parent / f'{CABINET} 2025-26-Q1.docx'}\n")
    assert "in 2025/26 Q1" in text_of(master.parent / f"{CABINET} 2025-26-Q1.docx")


def test_one_template_is_not_for_two_reports(run: Command, master: Path) -> None:
    path = own_template(master.parent, "{{ council }}")
    code, _, err = run("report", master, CABINET, CABINET, "--out", master.parent / "r", "--template", path, *QUARTER)
    assert (code, "for one report" in err, (master.parent / "r").exists()) == (2, True, False)


def test_a_template_with_a_mistake_leaves_no_report(run: Command, master: Path) -> None:
    path = own_template(master.parent, "{{ nonsense }}")
    code, _, err = run("report", master, CABINET, "--out", master.parent / "r", "--template", path, *QUARTER)
    assert (code, "nonsense" in err, (master.parent / "r").exists()) == (2, True, False)


def test_the_sources_of_the_figures_are_appended_on_request(run: Command, master: Path, validator: Validate) -> None:
    assert run("report", master, CABINET, "--out", master.parent / "r", "--sources", *QUARTER)[0] == 0
    path = master.parent / "r" / f"{CABINET} 2025-26-Q1.docx"
    *_, table = Document(str(path)).element.body.iter(qn("w:tbl"))
    rows = [
        ["".join(t.text or "" for t in c.iter(qn("w:t"))) for c in r.iter(qn("w:tc"))] for r in table.iter(qn("w:tr"))
    ]
    assert rows[0] == ["Ref", "Indicator", "Figure", "Period", "Came in", "Received"]
    first = rows[1]
    assert (first[0], first[3], first[5]) == ("P1", "2025/26 Q1", "10 July 2025")
    assert first[4].endswith(".xlsx")
    assert validator(path) == []


def test_a_pdf_is_written_beside_the_report(run: Command, master: Path, libreoffice: Convert) -> None:
    code, out, _ = run("report", master, CABINET, "--out", master.parent / "r", "--pdf", *QUARTER)
    written = master.parent / "r" / f"{CABINET} 2025-26-Q1.pdf"
    assert (code, str(written) in out) == (0, True)
    assert written.read_bytes().startswith(b"%PDF")


def test_without_libreoffice_nothing_is_half_written(
    run: Command, master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(pdf, "_USUAL_PLACES", ())
    code, _, err = run("report", master, CABINET, "--out", master.parent / "r", "--pdf", *QUARTER)
    assert (code, (master.parent / "r").exists()) == (2, False)
    assert "PDF files are made by LibreOffice, and it is not installed here." in err


def test_it_is_said_what_is_missing_on_the_command_line(run: Command, master: Path) -> None:
    code, _, err = run("report", master)
    assert (code, "xl-outcomes reports MASTER lists the names" in err) == (2, True)


def test_a_draft_that_was_edited_gets_new_figures_and_keeps_her_words(run: Command, master: Path) -> None:
    folder = master.parent / "r"
    assert run("report", master, CABINET, "--out", folder, *QUARTER)[0] == 0
    path = folder / f"{CABINET} 2025-26-Q1.docx"
    document = Document(str(path))
    document.add_paragraph("Members asked for this in June.")
    document.save(str(path))
    world = World(council(), master.parent / "again")
    world.folder.mkdir()
    assert run("import", master, world.send({"P1": {"Value": 61.5}}), *QUARTER)[0] == 0
    assert run("rate", master, *QUARTER)[0] == 0
    code, out, _ = run("refresh", path, "--from", master, "--dry-run", *QUARTER)
    assert (code, "61.5" in out, "61.5" in text_of(path)) == (0, True, False)
    code, out, _ = run("refresh", path, "--from", master, *QUARTER)
    assert (code, "P1" in out and "52.1" in out and "61.5" in out) == (0, True)
    words = text_of(path)
    assert "61.5" in words
    assert "Members asked for this in June." in words
    assert "61.5" not in text_of(next((folder / "earlier").iterdir()))


def test_a_copy_to_publish_has_the_same_words_and_no_controls(run: Command, master: Path) -> None:
    assert run("report", master, CABINET, "--out", master.parent, *QUARTER)[0] == 0
    path = master.parent / f"{CABINET} 2025-26-Q1.docx"
    assert run("refresh", path, "--finish")[0] == 0
    copy = path.with_name(f"{path.stem} to publish.docx")
    assert text_of(copy) == text_of(path)
    assert list(Document(str(path)).element.body.iter(qn("w:sdt")))
    assert not list(Document(str(copy)).element.body.iter(qn("w:sdt")))
    code, _, err = run("refresh", path)
    assert (code, "--from MASTER" in err) == (2, True)


def test_a_word_file_that_is_none_of_ours_is_not_refreshed(run: Command, master: Path) -> None:
    path = own_template(master.parent, "Minutes of the meeting.")
    before = path.read_bytes()
    code, _, err = run("refresh", path, "--from", master, *QUARTER)
    assert (code, path.read_bytes() == before, bool(err)) == (2, True, True)


def test_any_word_file_is_held_against_the_rules_of_accessibility(run: Command, master: Path) -> None:
    assert run("report", master, CABINET, "--out", master.parent, *QUARTER)[0] == 0
    assert run("report", "--accessibility", master.parent / f"{CABINET} 2025-26-Q1.docx")[0] == 0
    code, out, _ = run("report", "--accessibility", own_template(master.parent, "No title, no headings."))
    assert (code, "A01" in out) == (1, True)
    code, _, err = run("report", "--accessibility", master.parent / "none.docx")
    assert (code, "cannot be read" in err) == (2, True)
