"""The house style in a Word document: fonts, colours, words for ratings and the logo, over what the template has."""

import io
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm

from xl_outcomes.house_style import HouseStyle, Logo

TEMPLATE_MAIN = "1B364F"  # what templates are drawn in; the house style's main colour takes its place
_LOGO_MM = (60, 14)  # no wider and no higher
_FONT_KINDS = ("ascii", "hAnsi", "eastAsia", "cs")


def dress(document: Any, style: HouseStyle) -> None:
    """Puts the house style into a template that is not filled yet: fonts, main colour, logo on top of every page."""
    _put_fonts(document.styles.element, style)
    headers = [section.header for section in document.sections if not section.header.is_linked_to_previous]
    feet = [section.footer for section in document.sections if not section.footer.is_linked_to_previous]
    for root in (document.styles.element, document.element, *(part._element for part in (*headers, *feet))):
        _put_main(root, _plain(style.colours.main))
    if style.logo:
        for header in headers:
            _put_logo(header, style.logo)


def put_words(body: Any, style: HouseStyle) -> None:
    """Puts the council's words for the ratings over the columns of a filled document, where templates name them."""
    for row in body.iter(qn("w:tr")):
        if row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is not None:
            for text in row.iter(qn("w:t")):
                text.text = style.printed(text.text or "")


def _put_main(root: Any, main: str) -> None:
    for drawn in root.iter(qn("w:color"), qn("w:shd")):
        name = qn("w:val") if drawn.tag == qn("w:color") else qn("w:fill")
        if drawn.get(name) == TEMPLATE_MAIN:
            drawn.set(name, main)


def _put_fonts(styles: Any, style: HouseStyle) -> None:
    """The body font as what all styles begin from, the other one for headings and titles."""
    for properties in styles.iterfind(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}"):
        _name_font(properties, style.fonts.body)
        if style.colours.text != "#000000":  # black stays automatic, for who reverses colours
            properties.get_or_add_color().set(qn("w:val"), _plain(style.colours.text))
    for item in styles.iter(qn("w:style")):
        name = str(item.name_val or "").casefold()
        if name.startswith("heading ") or name.endswith("heading") or name in ("title", "subtitle", "council"):
            _name_font(item.get_or_add_rPr(), style.fonts.headings)


def _name_font(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for kind in _FONT_KINDS:
        fonts.set(qn(f"w:{kind}"), font)


def _put_logo(header: Any, logo: Logo) -> None:
    first = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
    shape = first.insert_paragraph_before().add_run().add_picture(io.BytesIO(logo.image))
    scale = min(Mm(_LOGO_MM[0]) / shape.width, Mm(_LOGO_MM[1]) / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    properties = shape._inline.docPr
    properties.set("name", "logo")
    properties.set("descr", logo.alt)


def _plain(colour: str) -> str:
    return colour.removeprefix("#")
