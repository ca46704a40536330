"""The accessibility checker: a good document has no finding, and each planted fault is found as itself alone."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from tests.conftest import Convert
from tests.handmade import compound
from tests.test_facts import rate, small_master
from xl_outcomes.accessibility import RULES, Finding, Severity, check_document, has_faults, lines
from xl_outcomes.accessibility.colours import contrast
from xl_outcomes.errors import FileError
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import documents
from xl_outcomes.reporting.registry import offered
from xl_outcomes.word import render

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "accessible-documents.md"
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
PROSE = "The council's plans for homes went well this quarter, and more of them were finished than in the last year."
Plant = Callable[[Any], None]


# ---- a good document ----


def good() -> Any:
    """A document without any finding: title, headings, a list, a link, a captioned table and a picture."""
    document = Document()
    document.core_properties.title = "Performance in the first quarter"
    document.styles["Normal"].font.size = Pt(12)
    document.styles["Caption"].font.size = Pt(12)
    for style in ("Caption", "Heading 2", "Heading 3"):
        document.styles[style].font.color.rgb = RGBColor(0x1B, 0x36, 0x4F)
    document.sections[0].header.paragraphs[0].text = "DRAFT"
    document.add_heading("Key information", 1)
    document.add_paragraph(PROSE)
    document.add_heading("Homes", 2)
    document.add_paragraph("Homes were finished in Eye.", style="List Bullet")
    _add_link(document.add_paragraph("More is in "), "the housing strategy")
    document.add_paragraph("Table 1: Homes by quarter", style="Caption")
    _add_table(document)
    document.add_paragraph(PROSE)
    run = document.add_paragraph().add_run()
    run.add_picture(io.BytesIO(_png()))
    _drawing(document).set("descr", "Homes finished rose from 20 to 31 in a year.")
    document.add_paragraph(PROSE)
    return document


def _add_table(document: Any) -> None:
    table = document.add_table(3, 2, style="Table Grid")
    for row, texts in zip(table.rows, (("Quarter", "Homes"), ("Q1", "20"), ("Q2", "31")), strict=True):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.rows[0]._tr.trPr.append(OxmlElement("w:tblHeader"))


def _add_link(paragraph: Any, text: str) -> None:
    target = paragraph.part.relate_to("https://www.example.org/housing", LINK, is_external=True)
    link = parse_xml(f'<w:hyperlink {nsdecls("w", "r")} r:id="{target}"><w:r><w:t>{text}</w:t></w:r></w:hyperlink>')
    paragraph._p.append(link)


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
    )


def _drawing(document: Any) -> Any:
    return next(document.element.body.iter(qn("wp:docPr")))


def _check(document: Any) -> tuple[Finding, ...]:
    out = io.BytesIO()
    document.save(out)
    return check_document(out.getvalue())


def _rules(document: Any) -> list[str]:
    return sorted({finding.rule for finding in _check(document)})


def test_a_good_document_has_no_finding() -> None:
    assert lines(_check(good())) == []


# ---- planted faults ----


def _body(index: int) -> Callable[[Any], Any]:
    return lambda document: document.paragraphs[index]


def _insert(text: str = "", style: str | None = None, before: int = 2) -> Callable[[Any], Any]:
    return lambda document: document.paragraphs[before].insert_paragraph_before(text, style)


def _no_title(document: Any) -> None:
    document.core_properties.title = ""


def _file_title(document: Any) -> None:
    document.core_properties.title = "Q1_report_final.docx"


def _no_language(document: Any) -> None:
    for language in list(document.styles.element.iter(qn("w:lang"))):
        language.getparent().remove(language)


def _no_heading(document: Any) -> None:
    for index in (0, 2):
        document.paragraphs[index].style = "Normal"


def _skipped(document: Any) -> None:
    document.paragraphs[2].style = "Heading 3"


def _bold_line(document: Any) -> None:
    _insert()(document).add_run("Homes for all").bold = True


def _large_line(document: Any) -> None:
    _insert(before=1)(document).add_run("Homes for all:").font.size = Pt(18)


def _typed_lines(document: Any) -> None:
    _insert("We will:\n- build homes\n- mend roofs")(document)


def _table(document: Any) -> Any:
    return document.tables[0]


def _no_header_row(document: Any) -> None:
    properties = _table(document).rows[0]._tr.trPr
    properties.remove(properties.find(qn("w:tblHeader")))


def _two_header_rows(document: Any) -> None:
    _table(document).rows[1]._tr.trPr.append(OxmlElement("w:tblHeader"))


def _merge(document: Any) -> None:
    _table(document).cell(1, 0).merge(_table(document).cell(1, 1))


def _merge_down(document: Any) -> None:
    _table(document).cell(1, 0).merge(_table(document).cell(2, 0))


def _short_row(document: Any) -> None:
    row = _table(document).rows[2]._tr
    row.remove(row.findall(qn("w:tc"))[1])


def _empty_header(document: Any) -> None:
    _table(document).cell(0, 1).text = ""


def _nest(document: Any) -> None:
    inner = _table(document)._tbl
    _add_table(document)
    outer, cell = document.tables[-1], document.tables[-1].cell(1, 1)._tc
    inner.addprevious(outer._tbl)
    cell.insert(1, inner)


def _layout(document: Any) -> None:
    _no_header_row(document)
    _table(document).style = "Normal Table"


def _box(document: Any) -> None:
    table = document.add_table(1, 1, style="Table Grid")
    table.cell(0, 0).text = "Remember: homes come first."


def _rows_break(document: Any) -> None:
    properties = _table(document).rows[1]._tr.trPr
    properties.remove(properties.find(qn("w:cantSplit")))


def _no_caption(document: Any) -> None:
    caption = next(p for p in document.paragraphs if p.style.name == "Caption")
    caption._p.getparent().remove(caption._p)


def _alt(text: str) -> Plant:
    return lambda document: _drawing(document).set("descr", text)


def _float(document: Any) -> None:
    inline = next(document.element.body.iter(qn("wp:inline")))
    inline.tag = qn("wp:anchor")


def _pict(document: Any, inner: str, where: Any = None) -> None:
    run = (where or document.paragraphs[1]).add_run()
    run._r.append(parse_xml(f"<w:pict {nsdecls('w')} {VML}>{inner}</w:pict>"))


def _text_box(document: Any) -> None:
    words = "<v:textbox><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></v:textbox>"
    _pict(document, f'<v:shape id="box">{words}</v:shape>')


def _old_picture(document: Any) -> None:
    _pict(document, '<v:shape id="p1"><v:imagedata/></v:shape>')


def _chart(document: Any) -> None:
    properties = _drawing(document)
    properties.set("descr", "")
    data = next(document.element.body.iter(qn("a:graphicData")))
    data.set("uri", "http://schemas.openxmlformats.org/drawingml/2006/chart")


def _empty_pair(document: Any) -> None:
    for _ in range(2):
        _insert()(document)


def _line_breaks(document: Any) -> None:
    document.paragraphs[1].add_run("\n\n\nAnd so on.")


def _small_body(document: Any) -> None:
    document.paragraphs[1].runs[0].font.size = Pt(11)


def _cell_size(points: int) -> Plant:
    def plant(document: Any) -> None:
        _table(document).cell(1, 1).paragraphs[0].runs[0].font.size = Pt(points)

    return plant


def _small_header(document: Any) -> None:
    document.sections[0].header.paragraphs[0].runs[0].font.size = Pt(10)


def _all_caps(document: Any) -> None:
    document.paragraphs[1].runs[0].font.all_caps = True


def _underline(document: Any) -> None:
    document.paragraphs[1].runs[0].underline = True


def _justify(document: Any) -> None:
    document.paragraphs[1].alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _tight(document: Any) -> None:
    document.paragraphs[1].paragraph_format.line_spacing = 0.8


def _exact(document: Any) -> None:
    document.paragraphs[1].paragraph_format.line_spacing = Pt(12)


def _pale(document: Any) -> None:
    document.paragraphs[1].runs[0].font.color.rgb = RGBColor(0x99, 0x99, 0x99)


def _shade(cell: Any, fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{fill}"/>'))


def _pale_on_shade(document: Any) -> None:
    _shade(_table(document).cell(1, 1), "FFC000")
    _table(document).cell(1, 1).paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)


def _pale_by_theme(document: Any) -> None:
    colour = f'<w:color {nsdecls("w")} w:val="000000" w:themeColor="accent1" w:themeTint="66"/>'
    document.paragraphs[1].runs[0]._r.get_or_add_rPr().append(parse_xml(colour))


def _pale_by_table_style(document: Any) -> None:
    _table(document).style = "Medium Grid 3 Accent 6"
    _table(document).cell(0, 0).paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)


def _colour_alone(document: Any) -> None:
    _table(document).cell(1, 1).text = ""
    _shade(_table(document).cell(1, 1), "FF0000")


def _link(text: str) -> Plant:
    return lambda document: _add_link(document.paragraphs[1], text)


def _field_link(document: Any) -> None:
    marks = [f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end")]
    inner = (
        marks[0],
        '<w:instrText> HYPERLINK "https://example.org" </w:instrText>',
        marks[1],
        "<w:t>here</w:t>",
        marks[2],
    )
    for part in inner:
        document.paragraphs[1]._p.append(parse_xml(f"<w:r {nsdecls('w')}>{part}</w:r>"))


def _long(document: Any) -> None:
    for _ in range(230):
        document.add_paragraph(PROSE)


def _many_breaks(document: Any) -> None:
    for _ in range(22):
        document.add_paragraph(PROSE).add_run().add_break(WD_BREAK.PAGE)


def _tracked(document: Any) -> None:
    run = document.paragraphs[1].runs[0]._r
    change = parse_xml(f'<w:ins {nsdecls("w")} w:id="9" w:author="A post"/>')
    run.addprevious(change)
    change.append(run)


def _comment(document: Any) -> None:
    document.paragraphs[1].runs[0]._r.append(parse_xml(f'<w:commentReference {nsdecls("w")} w:id="0"/>'))


def _watermark(document: Any) -> None:
    shape = '<v:shape id="PowerPlusWaterMarkObject1"><v:textpath string="DRAFT"/></v:shape>'
    _pict(document, shape, document.sections[0].header.paragraphs[0])


def _form_field(document: Any) -> None:
    data = '<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Text1"/></w:ffData></w:fldChar>'
    run = document.paragraphs[1].add_run()._r
    run.append(parse_xml(data.replace("<w:fldChar ", f"<w:fldChar {nsdecls('w')} ")))
    run.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="end"/>'))


PLANTS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("A01", "no title", _no_title),
    ("A01", "file name as title", _file_title),
    ("A02", "no language", _no_language),
    ("A03", "no heading", _no_heading),
    ("A04", "skipped level", _skipped),
    ("A05", "empty heading", _insert("", "Heading 2")),
    ("A06", "bold line", lambda d: _bold_line(_moved(d))),
    ("A06", "large line", _large_line),
    ("A07", "typed number", _insert("1.1 The council will build.")),
    ("A07", "typed letter", _insert("(a) homes in Eye")),
    ("A07", "typed bullet", _insert("• homes in Eye")),
    ("A07", "typed lines", _typed_lines),
    ("A07", "typed bullet in a cell", lambda d: setattr(_table(d).cell(1, 1), "text", "• homes")),
    ("A08", "no header row", _no_header_row),
    ("A09", "two header rows", _two_header_rows),
    ("A10", "merged across", _merge),
    ("A10", "merged down", _merge_down),
    ("A10", "a row with fewer cells", _short_row),
    ("A11", "empty header cell", _empty_header),
    ("A12", "nested table", _nest),
    ("A13", "layout table", _layout),
    ("A13", "box", _box),
    ("A14", "rows break", _rows_break),
    ("A15", "no caption", _no_caption),
    ("A16", "no alt text", _alt("")),
    ("A16", "old picture without alt text", _old_picture),
    ("A16", "chart without alt text", _chart),
    ("A17", "file name as alt text", _alt("image1.png")),
    ("A17", "label as alt text", _alt("Picture 3")),
    ("A18", "long alt text", _alt("Homes rose. " * 30)),
    ("A19", "alt text by a program", _alt("A graph of homes Description automatically generated")),
    ("A20", "floating", _float),
    ("A21", "text box", _text_box),
    ("A22", "empty paragraphs", _empty_pair),
    ("A22", "line breaks", _line_breaks),
    ("A23", "spaces", _insert("Homes:     20")),
    ("A23", "tabs", _insert("Homes\t\t20")),
    ("A24", "small body", _small_body),
    ("A25", "tiny cell", _cell_size(8)),
    ("A26", "small cell", _cell_size(10)),
    ("A26", "small header", _small_header),
    ("A27", "all caps", _all_caps),
    ("A27", "typed capitals", _insert("THIS IS WHAT THE COUNCIL WILL DO.")),
    ("A28", "underlined", _underline),
    ("A29", "justified", _justify),
    ("A30", "tight lines", _tight),
    ("A30", "exact lines", _exact),
    ("A31", "pale text", _pale),
    ("A31", "pale on shading", _pale_on_shade),
    ("A31", "pale theme colour", _pale_by_theme),
    ("A31", "pale on a table style", _pale_by_table_style),
    ("A32", "colour alone", _colour_alone),
    ("A33", "address", _link("https://www.example.org/housing")),
    ("A33", "here", _link("Click here")),
    ("A33", "a link by a field", _field_link),
    ("A34", "long by words", _long),
    ("A34", "long by breaks", _many_breaks),
    ("A35", "tracked", _tracked),
    ("A35", "comment", _comment),
    ("A36", "watermark", _watermark),
    ("A37", "form field", _form_field),
)


def _moved(document: Any) -> Any:
    """A second paragraph of ordinary text before the heading, so that something can stand above it."""
    document.paragraphs[2].insert_paragraph_before(PROSE)
    return document


@pytest.mark.parametrize(("rule", "plant"), [p[::2] for p in PLANTS], ids=[f"{p[0]} {p[1]}" for p in PLANTS])
def test_a_planted_fault_is_found_as_itself_alone(rule: str, plant: Callable[[Any], Any]) -> None:
    document = good()
    plant(document)
    assert _rules(document) == [rule]


def test_every_rule_has_a_planted_fault() -> None:
    assert {p[0] for p in PLANTS} == {rule.id for rule in RULES}


# ---- what is no fault ----


def _decorative(document: Any) -> None:
    _alt("")(document)
    mark = '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
    extension = f'<a:extLst {nsdecls("a")}><a:ext uri="x">{mark}</a:ext></a:extLst>'
    _drawing(document).append(parse_xml(extension))


def _other_language(document: Any) -> None:
    properties = document.paragraphs[1].add_run(" Croeso.")._r.get_or_add_rPr()
    properties.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="cy-GB"/>'))


def _long_with_contents(document: Any) -> None:
    _long(document)
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr=" TOC \\o &quot;1-2&quot; "><w:r><w:t>Key</w:t></w:r></w:fldSimple>'
    )
    _insert()(document)._p.append(field)


def _large_pale(document: Any) -> None:
    run = document.paragraphs[0].runs[0]
    run.font.size, run.font.color.rgb = Pt(18), RGBColor(0x80, 0x80, 0x80)


def _white_on_dark(document: Any) -> None:
    cell = _table(document).cell(0, 0)
    _shade(cell, "1B364F")
    cell.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)


def _hidden(document: Any) -> None:
    run = document.paragraphs[1].add_run("tiny")
    run.font.size, run.font.hidden = Pt(4), True


def _protected(document: Any) -> None:
    document.settings.element.append(parse_xml(f'<w:documentProtection {nsdecls("w")} w:edit="readOnly"/>'))


def _content_control(document: Any) -> None:
    paragraph = document.paragraphs[1]._p
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent/></w:sdt>")
    paragraph.addprevious(control)
    control[1].append(paragraph)


def _both_drawings(document: Any) -> None:
    """Word writes new shapes twice, the second time for old programs."""
    drawing = next(document.element.body.iter(qn("w:drawing")))
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    choice = parse_xml(f'<mc:AlternateContent xmlns:mc="{space}"><mc:Choice Requires="wps"/></mc:AlternateContent>')
    old = parse_xml(f'<mc:Fallback xmlns:mc="{space}"><w:pict {nsdecls("w")} {VML}><v:shape/></w:pict></mc:Fallback>')
    drawing.addprevious(choice)
    choice[0].append(drawing)
    choice.append(old)


FINE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("decorative picture", _decorative),
    ("a phrase in Welsh", _other_language),
    ("long with a contents list", _long_with_contents),
    ("large text needs less contrast", _large_pale),
    ("white on a dark cell", _white_on_dark),
    ("hidden text", _hidden),
    ("protected", _protected),
    ("content control", _content_control),
    ("a drawing in two forms", _both_drawings),
    ("one empty paragraph", _insert()),
    ("a figure at the start", _insert("1.5 million pounds were spent, and 12 homes were finished.")),
    ("an initial at the start", _insert("J. Smith, a post that is made up.")),
    ("a year at the start", _insert("2025. That year was good.")),
    ("a bold sentence", lambda d: setattr(_insert("")(d).add_run("This is bold."), "bold", True)),
    ("a shape beside a rating", lambda d: setattr(_table(d).cell(1, 1), "text", "● Green")),
    ("a short word in capitals", _insert("The RAG of MSDC, BDC and SCC is in the table.")),
    ("an e-mail address as a link", _link("performance@example.org")),
    ("a rule across the page", lambda d: _pict(d, '<v:rect id="r" o:hr="t"/>')),
    ("an 11 point cell", _cell_size(11)),
)


@pytest.mark.parametrize("plant", [f[1] for f in FINE], ids=[f[0] for f in FINE])
def test_what_is_right_is_not_reported(plant: Callable[[Any], Any]) -> None:
    document = good()
    plant(document)
    assert lines(_check(document)) == []


# ---- whole documents ----


@pytest.mark.parametrize("name", [kind.name for kind in offered(small_master())])
def test_our_own_reports_have_no_fault(name: str) -> None:
    tables = small_master()
    kind = next(k for k in offered(tables) if k.name == name)
    for made in documents(kind, rate(tables), tables):
        pictures = {field: draw(chart) for field, chart in made.charts.items()}
        content = render(ROOT / "docx_templates" / kind.template, made.values, pictures, title=made.title)
        assert [line for f in check_document(content) if f.severity is Severity.FAULT for line in lines([f])] == []


@pytest.mark.parametrize("template", sorted((ROOT / "docx_templates").glob("*.docx")), ids=lambda p: p.stem)
def test_our_templates_have_no_fault(template: Path) -> None:
    assert [f for f in check_document(template.read_bytes()) if f.severity is Severity.FAULT] == []


def test_the_defaults_of_a_program_are_told() -> None:
    document = Document()
    document.add_heading("A report", 1)
    document.add_paragraph(PROSE)
    document.add_table(2, 2).cell(0, 0).text = "Homes"
    assert _rules(document) == ["A01", "A13", "A24"]


def test_a_document_of_libreoffice_is_read(tmp_path: Path, libreoffice: Convert) -> None:
    document = good()
    _small_body(document)
    _alt("")(document)
    document.save(str(tmp_path / "report.docx"))
    odt = libreoffice(tmp_path / "report.docx", "odt")
    faults = [f for f in check_document(libreoffice(odt, "docx").read_bytes()) if f.severity is Severity.FAULT]
    assert sorted(f.rule for f in faults) == ["A16", "A24"]


def test_an_empty_document_has_no_heading() -> None:
    assert _rules(Document()) == ["A01", "A03"]


# ---- how it is said ----


def test_findings_say_where_what_and_what_to_do() -> None:
    document = good()
    _small_body(document)
    (finding,) = _check(document)
    assert finding.where == (
        'the paragraph "The council\'s plans for homes went well this …", under the heading "Key information"'
    )
    assert finding.found == "body text of 11 point"
    assert finding.fix.startswith("Home > Styles")
    assert "clear print" in finding.criterion


def test_findings_come_by_rule_then_by_place_and_like_ones_together() -> None:
    document = good()
    for index in range(1, 9):
        _insert(f"Line {index} is small.", before=2)(document).runs[0].font.size = Pt(10)
    _insert("Another size.", before=2)(document).runs[0].font.size = Pt(9)
    _no_title(document)
    found = _check(document)
    assert [(f.rule, f.found) for f in found][1:] == [("A24", "body text of 9 point"), ("A24", "body text of 10 point")]
    assert found[0].rule == "A01"
    assert found[2].where.endswith("; and 3 more places")


def test_faults_fail_and_looks_do_not() -> None:
    document = good()
    _justify(document)
    assert not has_faults(_check(document))
    assert lines(_check(document))[-1] == "0 faults to mend, 1 point to look at."
    _no_title(document)
    assert has_faults(_check(document))
    assert lines(_check(document))[0].startswith("Fault A01: Document without a title. Found: ")


def test_a_place_names_table_row_and_column() -> None:
    document = good()
    _cell_size(10)(document)
    assert _check(document)[0].where.startswith('table 1, row 2, column 2, the paragraph "20"')


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("767676", "FFFFFF") == pytest.approx(4.54, abs=0.01)
    assert contrast("FF0000", "FFFFFF") == pytest.approx(4.0, abs=0.01)


# ---- the published list ----


def test_the_page_and_the_rules_agree() -> None:
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in PAGE.read_text(encoding="utf-8").splitlines()]
    listed = sorted(row for row in rows if len(row) == 6 and row[0][1:].isdigit())
    assert listed == [[r.id, r.title, str(r.severity), r.checks, r.criterion, r.fix] for r in RULES]
    assert [r.id for r in RULES] == [f"A{n:02}" for n in range(1, len(RULES) + 1)]


# ---- what is refused ----


def _repacked(**parts: bytes | None) -> bytes:
    """A good document in which parts are replaced; names by their last word."""
    source, out = io.BytesIO(), io.BytesIO()
    good().save(source)
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            short = name.rpartition("/")[2].removesuffix(".xml")
            content = parts.get(short, before.read(name)) if short in parts else before.read(name)
            if content is not None:
                after.writestr(name, content)
    return out.getvalue()


def _refusal(content: bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        check_document(content, "Report.docx")
    assert "Excel" not in f"{caught.value}"
    assert "spreadsheet" not in f"{caught.value}"
    assert caught.value.message.startswith("Report.docx is ")
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file-format", "an empty file"),
        (b"%PDF-1.7", "file-format", "a PDF document"),
        (b"{\\rtf1 x}", "file-format", "Rich Text Format"),
        (b"plain text", "file-format", "a file of another kind"),
        (b"PK\x03\x04 and no more", "file-damaged", "cut short"),
    ],
)
def test_other_files_are_refused_in_plain_words(content: bytes, code: str, words: str) -> None:
    refused = _refusal(content)
    assert refused.code == code
    assert words in refused.message


def test_old_and_encrypted_documents_are_told(tmp_path: Path) -> None:
    old = _refusal(compound(tmp_path / "a.doc", "WordDocument").read_bytes())
    assert "Word 97–2003" in old.message
    assert "Save As" in old.fix
    locked = _refusal(compound(tmp_path / "b.docx", "EncryptionInfo", "EncryptedPackage").read_bytes())
    assert (locked.code, "password" in locked.message) == ("file-password", True)


def test_entities_broken_xml_and_other_packages_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document xmlns:w="x">&a;</w:document>'
    assert _refusal(_repacked(document=bomb)).code == "file-unsafe"
    assert _refusal(_repacked(document=b"<w:document")).code == "file-damaged"
    assert _refusal(_repacked(document=b"<other/>")).code == "file-format"
    strict = b'<d:document xmlns:d="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
    assert "Strict" in _refusal(_repacked(document=strict)).message


def test_bombs_are_refused() -> None:
    start = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    assert _refusal(_repacked(document=start + b" " * 45_000_000)).code == "file-too-large"
    assert _refusal(_repacked(document=start + b"<w:p>" * 400)).code == "file-damaged"
    inner = b"<w:tbl><w:tr><w:tc>" * 80 + b"</w:tc></w:tr></w:tbl>" * 80
    deep = check_document(_repacked(document=start + b"<w:body>" + inner + b"</w:body></w:document>"))
    assert "A12" in {f.rule for f in deep}


def test_a_document_without_styles_or_theme_is_read() -> None:
    words = {f.rule for f in check_document(_repacked(styles=None, theme1=None, settings=None))}
    assert {"A02", "A03", "A24"} <= words
