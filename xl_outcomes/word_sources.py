"""The appendix of sources, put at the end of a written report."""

import copy
import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table

from xl_outcomes.reporting.sources import HEADINGS, SourceFact

TITLE = "Sources of the figures"
INTRODUCTION = (
    "For each figure in this report: the period that it is for, the return in which it came and the day on which that "
    "was received. The kept original of each return is in the council's archive."
)
_WIDTHS = (11, 27, 15, 14, 20, 13)  # per cent of the page
_PAGE = 9354  # twentieths of a point between the margins


def append_sources(content: bytes, found: Sequence[SourceFact]) -> bytes:
    """The document with an appendix that names the source of each figure whose ref or title stands in it."""
    document = Document(io.BytesIO(content))
    words = "\n".join(t.text or "" for t in document.element.body.iter(qn("w:t")))
    shown = [source for source in found if source.ref in words or source.title in words]
    if shown:
        last = _closing(document)
        for element in _appendix(document, shown):
            last.addprevious(element)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _closing(document: Any) -> Any:
    """What comes last and stays there: the closing words, else the page set-up."""
    final = document.element.body.sectPr
    paragraphs = document.paragraphs
    if paragraphs and paragraphs[-1].style.name == "Closing" and paragraphs[-1]._p.getnext() is final:
        return paragraphs[-1]._p
    return final


def _appendix(document: Any, found: Sequence[SourceFact]) -> list[Any]:
    names = {style.name for style in document.styles}
    heading = document.add_paragraph(TITLE, "Appendix heading" if "Appendix heading" in names else "Heading 1")
    text = document.add_paragraph(INTRODUCTION, "Table introduction" if "Table introduction" in names else None)
    return [heading._p, text._p, _table(document, found)]


def _table(document: Any, found: Sequence[SourceFact]) -> Any:
    tables = (Table(element, document) for element in document.element.body.iter(qn("w:tbl")))
    model = next((t for t in tables if t._tbl.find(f".//{qn('w:tblHeader')}") is not None), None)
    table = document.add_table(rows=1 + len(found), cols=len(HEADINGS))
    if model is None:
        table.style = "Table Grid"
    else:
        table._tbl.replace(table._tbl.tblPr, copy.deepcopy(model._tbl.tblPr))
    _describe(table._tbl.tblPr)
    for row, cells in zip(table.rows, (HEADINGS, *(source.cells for source in found)), strict=True):
        for cell, text, width in zip(row.cells, cells, _WIDTHS, strict=True):
            cell.text = text
            _width(cell, width)
            if model is not None:
                cell.paragraphs[0].style = model.rows[-1].cells[0].paragraphs[0].style
        _keep_together(row)
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), _WIDTHS, strict=True):
        column.set(qn("w:w"), str(_PAGE * width // 100))
    _head(table.rows[0], model)
    return table._tbl


def _describe(properties: Any) -> None:
    for kind, text in (("w:tblCaption", TITLE), ("w:tblDescription", INTRODUCTION)):
        for old in properties.findall(qn(kind)):
            properties.remove(old)
        element = OxmlElement(kind)
        element.set(qn("w:val"), text)
        properties.append(element)


def _width(cell: Any, per_cent: int) -> None:
    properties = cell._tc.get_or_add_tcPr()
    width = properties.find(qn("w:tcW"))
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), str(per_cent * 50))


def _keep_together(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _head(row: Any, model: Any) -> None:
    """The header row: repeated over pages, and looking like that of the other tables."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    shading = model.rows[0].cells[0]._tc.find(f".//{qn('w:shd')}") if model is not None else None
    look = model.rows[0].cells[0]._tc.find(f".//{qn('w:rPr')}") if model is not None else None
    for cell in row.cells:
        if shading is not None:
            cell._tc.get_or_add_tcPr().append(copy.deepcopy(shading))
        for run in cell.paragraphs[0].runs:
            if look is not None:
                run._r.insert(0, copy.deepcopy(look))
            else:
                run.bold = True
