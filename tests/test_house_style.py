"""The council's look: what a theme file may say, where it comes from, and that everything made carries it."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image, ImageDraw

from tests.conftest import Validate
from tests.test_create import CREATED
from tests.test_facts import PERIOD, rate, small_facts, small_master
from xl_outcomes import steps
from xl_outcomes.errors import InputError
from xl_outcomes.house_file import copy_beside, find_house_style, house_style, read_house_style, shipped
from xl_outcomes.house_style import SHIPPED, HouseStyle, contrast, difference, doubts, mix, parse
from xl_outcomes.reporting.charts import rag_chart
from xl_outcomes.reporting.documents import documents
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.reporting.views import make_views
from xl_outcomes.returns.expected import Form
from xl_outcomes.settings import Settings
from xl_outcomes.word import render
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.forms import create_form
from xl_outcomes.workbook.package import Package
from xl_outcomes.workbook.package_styles import Styles
from xl_outcomes.workbook.styles import ACCENT, ENTRY, HEADER, INK, NOTE, TITLE, Book, build, put, put_logo

CABINET = Path(__file__).parent.parent / "docx_templates" / "cabinet-performance.docx"
GARISH_FILE = """
[fonts]
headings = "Georgia"
body = "DejaVu Serif"
size = 11

[colours]
main = "#7A0099"
accent = "#8A3B00"
tint = "#FFE9A8"
text = "#330011"
note = "#5A2D00"
line = "#FF66CC"
entry = "#CCFFEE"

[ratings]
Green = {background = "#005F73", text = "#FFFFFF", mark = "◐", printed = "On track"}
Amber = {background = "#EE9B00", text = "#000000", printed = "Watch"}
Red = {background = "#FFD6FF", text = "#5F0000", paper = "#FFE0FF", printed = "Act now"}
"Insufficient data" = {background = "#222222", text = "#FFFF00", printed = "Cannot say"}

[logo]
file = "crest.png"
alt = "The crest of Anyshire"
"""
SHIPPED_COLOURS = ("1F3A4D", "1E7B34", "FFBF00", "B3261E")


def picture(width: int = 300, height: int = 90) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (width, height), "#7A0099")
    ImageDraw.Draw(image).ellipse((10, 10, height - 10, height - 10), fill="#FFE9A8")
    image.save(out, format="PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def garish_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("style") / "garish.toml"
    path.write_text(GARISH_FILE, encoding="utf-8")
    path.with_name("crest.png").write_bytes(picture())
    return path


@pytest.fixture(scope="module")
def garish(garish_file: Path) -> HouseStyle:
    return read_house_style(garish_file)


# ---- what a file may say ----


def test_the_shipped_file_says_what_the_code_does() -> None:
    assert read_house_style(shipped()) == SHIPPED == parse({})
    assert doubts(SHIPPED) == ()


def test_what_is_left_out_is_as_shipped(garish: HouseStyle) -> None:
    assert garish.look("Amber*").mark == SHIPPED.look("Amber").mark
    assert garish.look("Nothing due") == SHIPPED.look("Nothing due")
    assert garish.fonts.fallbacks == SHIPPED.fonts.fallbacks
    assert garish.logo is not None
    assert garish.logo.image == picture()


@pytest.mark.parametrize(
    ("given", "message", "fix"),
    [
        ({"colors": {}}, 'x.toml: "colors" is not known.', 'Did you mean "colours"?'),
        ({"banana": {}}, 'x.toml: "banana" is not known.', "Known are: fonts, colours, ratings, logo."),
        ({"colours": {"Mian": "#000000"}}, 'x.toml: "Mian" in [colours] is not known.', 'Did you mean "main"?'),
        ({"ratings": {"green": {}}}, 'x.toml: "green" in [ratings] is not known.', 'Did you mean "Green"?'),
        (
            {"ratings": {"Red": {"colour": "#000000"}}},
            '"colour" in [ratings.Red] is not known.',
            "Known are: background",
        ),
        (
            {"colours": "blue"},
            "x.toml: colours is one value and has to be a section.",
            "Begin it with a line [colours].",
        ),
        ({"colours": {"main": "blue"}}, 'x.toml: colours.main is "blue", which is not a colour.', '"#1F3A4D"'),
        ({"colours": {"main": "#12345"}}, 'colours.main is "#12345", which is not a colour.', "six digits"),
        ({"colours": {"main": 123456}}, "colours.main is 123456, which is not a colour.", "six digits"),
        ({"colours": {"main": "#１23456"}}, "which is not a colour.", "six digits"),
        ({"fonts": {"body": ""}}, 'fonts.body is "".', "Write 1 to 31 characters"),
        ({"fonts": {"body": "A\nB"}}, "fonts.body is", "in one line"),
        ({"fonts": {"size": 99}}, "fonts.size is 99.", "8 to 11"),
        ({"fonts": {"fallbacks": "Arial"}}, "fonts.fallbacks is to be a list.", '["Arial", "DejaVu Sans"]'),
        ({"ratings": {"Red": {"mark": "XXX"}}}, 'ratings.Red.mark is "XXX".', "Write 1 to 2 characters"),
        ({"ratings": {"Red": {"printed": "green"}}}, 'Red is printed as "green", which is the word for Green.', "own"),
        ({"logo": {"file": "a.png"}}, "the logo has no words for people who cannot see it.", "alt"),
        (
            {"ratings": {"Amber": {"text": "#FFFFFF"}}},
            "x.toml: the text of Amber on its background (#FFFFFF on #FFBF00) is hard to read: "
            "its contrast is 1.65 to 1, and 4.5 to 1 is needed.",
            "Make one of the two colours lighter or darker.",
        ),
        ({"colours": {"main": "#777777"}}, "white text on the colour main", "its contrast is 4.47 to 1"),
        ({"colours": {"tint": "#444444"}}, "the colour text on the colour tint (#000000 on #444444)", "lighter"),
    ],
)
def test_a_wrong_value_is_refused_in_plain_words(given: dict[str, Any], message: str, fix: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(given, "x.toml")
    assert message in caught.value.message
    assert fix in f"{caught.value.fix} {caught.value.message}"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#FFFFFF", 21), ("#FFFFFF", "#FFFFFF", 1), ("#767676", "#FFFFFF", 4.54), ("#FF0000", "#FFFFFF", 4.0)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_ratings_that_colour_blind_people_confuse_are_doubted() -> None:
    traffic = {
        "Green": {"background": "#00FF00", "text": "#000000"},
        "Red": {"background": "#FF0000", "text": "#000000"},
    }
    found = doubts(parse({"ratings": traffic}))
    assert [d.split(" look alike")[0] for d in found] == ["Green (#00FF00) and Amber (#FFBF00)"]
    assert "green-blind (deuteranopia)" in found[0]
    assert difference("#808080", "#808080", "red-blind (protanopia)") == 0


def test_colours_are_mixed() -> None:
    assert (mix("#000000", "#FFFFFF", 0.5), mix("#102030", "#FFFFFF", 1)) == ("#808080", "#102030")


def test_words_for_ratings_are_printed_only_where_a_rating_is_meant(garish: HouseStyle) -> None:
    assert [garish.printed(w) for w in ("Red", "Red*", "Red, carried", "Redcar")] == [
        "Act now",
        "Act now*",
        "Act now, carried",
        "Redcar",
    ]
    assert garish.reason("Amber, held down by a Red: 3 of 4 Green Lane services rated.") == (
        "Watch, held down by a Act now: 3 of 4 Green Lane services rated."
    )
    assert garish.reason("9 Green Flags against 8. Green* by override; calculated Red. Reason: Green by 2030.") == (
        "9 Green Flags against 8. On track* by override; calculated Act now. Reason: Green by 2030."
    )


# ---- where it comes from ----


def test_the_setting_comes_first_then_the_file_beside_the_master_then_the_shipped_one(tmp_path: Path) -> None:
    master = tmp_path / "master.xlsx"
    assert find_house_style("", master) == find_house_style("") == shipped()
    (tmp_path / "house-style.toml").write_text('[colours]\nmain = "#111111"\n', encoding="utf-8-sig")
    assert house_style(Settings(), master).colours.main == "#111111"
    (tmp_path / "look").mkdir()
    (tmp_path / "look" / "ours.TOML").write_text('[colours]\nmain = "#222222"\n', encoding="utf-8")
    assert house_style(Settings(house_style="look\\ours.TOML"), master).colours.main == "#222222"
    assert find_house_style(str(tmp_path / "look" / "ours.TOML")) == tmp_path / "look" / "ours.TOML"


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("absent.toml", "cannot be read: no such file or directory."),
        ("style.txt", 'The setting House style is "style.txt", which is not a .toml file.'),
        ("\\\\server\\share\\style.toml", "is on another server than the master, so it is not opened."),
        ("//server/share/style.toml", "is on another server than the master"),
        ("\\\\?\\C:\\style.toml", "is on another server than the master"),
    ],
)
def test_a_setting_that_leads_nowhere_is_refused(tmp_path: Path, named: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        house_style(Settings(house_style=named), tmp_path / "master.xlsx")
    assert message in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[colours]\nmain = #1F3A4D\n", "cannot be read: invalid value (line 2, column 8)."),
        (b'[colours]\nmain = "#1F3A4D"\nmain = "#000000"\n', "cannot be read: cannot overwrite a value"),
        ('[logo]\nalt = "Crête"\n'.encode("cp1252"), "is not saved as UTF-8."),
        (b"#" * 100_001, "is larger than 100,000 bytes."),
        (b'[logo]\nfile = "../crest.png"\nalt = "A"', "the logo ../crest.png is not in the folder of the house style."),
        (b'[logo]\nfile = "/crest.png"\nalt = "A"', "is not in the folder"),
        (b"[logo]\nfile = 'C:\\crest.png'\nalt = 'A'", "is not in the folder"),
        (b'[logo]\nfile = "absent.png"\nalt = "A"', "cannot be read"),
        (b'[logo]\nfile = "text.png"\nalt = "A"', "the logo text.png is not a picture."),
        (b'[logo]\nfile = "cut.png"\nalt = "A"', "the logo cut.png is not a picture."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "text.png").write_bytes(b"not a picture")
    (tmp_path / "cut.png").write_bytes(picture()[:20])
    path = tmp_path / "house-style.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_house_style(path)
    assert message in caught.value.message
    assert caught.value.fix


def test_a_style_is_copied_beside_a_new_master_with_its_logo(
    garish_file: Path, garish: HouseStyle, tmp_path: Path
) -> None:
    master = tmp_path / "new" / "master.xlsx"
    copied = copy_beside(garish_file, master)
    assert [p.name for p in copied] == ["house-style.toml", "crest.png"]
    assert house_style(Settings(), master) == garish
    assert copy_beside(master.with_name("house-style.toml"), master) == [master.with_name("crest.png")]


# ---- that everything carries it ----


@pytest.mark.parametrize("kind", ["master", "form"])
def test_a_workbook_carries_it(garish: HouseStyle, kind: str, tmp_path: Path, validator: Validate) -> None:
    data = {
        "master": lambda: master(garish),
        "form": lambda: create_form(form(), created=CREATED, style=garish),
    }[kind]()
    package = Package(data)
    theme = package.read("xl/theme/theme1.xml").decode()
    assert {"DejaVu Serif", "Georgia", "FF7A0099", "FF5A2D00", "FF330011"} <= set(attributes(package, "xl/styles.xml"))
    assert 'accent1><a:srgbClr val="7A0099"' in theme
    assert 'typeface="Georgia"' in theme
    if kind == "master":
        assert {f"FF{look.background[1:]}" for look in garish.ratings.values()} <= set(
            attributes(package, "xl/styles.xml", "dxfs")
        )
        assert any("/drawing" in name for name in parts(data))
    for name, content in parts(data).items():
        assert not [colour for colour in SHIPPED_COLOURS if colour in content], name
    (tmp_path / "made.xlsx").write_bytes(data)
    assert validator(tmp_path / "made.xlsx") == []


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".vml"))}


def master(style: HouseStyle) -> bytes:
    tables = small_master()
    views = make_views(rate(tables), tables)
    return create_master({n: t.frame for n, t in tables.items()}, views, title="A", created=CREATED, style=style)


def form() -> Form:
    made, _ = steps.forms(small_master(), PERIOD, steps.Now(CREATED, "Officer"))
    return made[0]


def attributes(package: Package, part: str, under: str = "") -> list[str]:
    root = package.tree(part)
    roots = [e for e in root if e.tag.endswith("}" + under)] if under else [root]
    return [value for top in roots for e in top.iter() for value in e.attrib.values()]


def test_roles_are_the_books_own_and_the_logo_keeps_to_its_place(garish: HouseStyle) -> None:
    def fill(book: Book) -> None:
        sheet = book.sheet("Front")
        assert (book.own(INK), book.own(ACCENT), book.own("#123456")) == ("#7A0099", "#8A3B00", "#123456")
        assert book.rating("Red") == {"bg_color": "#FFD6FF", "font_color": "#5F0000"}
        assert book.rating("Overdue") == {}
        for row, look in enumerate((TITLE, HEADER, NOTE, {"bg_color": ENTRY}), 1):
            put(sheet, row, 0, "Text", book.look(look))
        assert put_logo(book, sheet, 0, 4, most=(120, 40))

    package = Package(build(fill, title="T", subject="S", created=CREATED, style=garish))
    look = package.read("xl/styles.xml").decode()
    assert not [colour for colour in SHIPPED_COLOURS if colour in look]
    assert "CCFFEE" in look
    drawing = package.tree("xl/drawings/drawing1.xml")
    size = next(e for e in drawing.iter() if e.tag.endswith("}ext"))
    assert (int(size.get("cx", "0")) // 9525, int(size.get("cy", "0")) // 9525) == (120, 36)
    assert [e.get("descr") for e in drawing.iter() if e.tag.endswith("}cNvPr")] == ["The crest of Anyshire"]


def test_without_a_logo_nothing_is_put() -> None:
    put_in: list[bool] = []
    build(lambda book: put_in.append(put_logo(book, book.sheet("A"), 0, 0)), title="T", subject="S", created=CREATED)
    assert put_in == [False]


def test_a_workbook_of_somebody_else_takes_its_colours_and_keeps_its_fonts(garish: HouseStyle) -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    package = Package(out.getvalue())
    styles = Styles(package, garish)
    styles.header()
    assert (styles.rating("Green"), styles.rating("Cannot")) == (0, 1)
    look = package.read("xl/styles.xml").decode()
    assert "FFFFE9A8" in look
    assert "FF005F73" in look
    assert "Georgia" not in look


def test_a_chart_carries_it(garish: HouseStyle) -> None:
    facts = small_facts()
    chart = rag_chart(facts, garish)
    shown = pixels(chart.png)
    for word in ("Green", "Red", "Insufficient data"):
        assert shown.get(garish.look(word).background, 0) > 500, word
    assert not {f"#{colour}" for colour in SHIPPED_COLOURS} & set(shown)
    assert "1 On track, 0 Watch, 2 Act now, 1 Not rated" in chart.alt
    assert rag_chart(facts).alt.count(" Green") == 3
    assert chart == rag_chart(facts, garish)


def pixels(png: bytes) -> dict[str, int]:
    counted = Image.open(io.BytesIO(png)).convert("RGB").getcolors(10**6) or []
    return {"#{:02X}{:02X}{:02X}".format(*colour): count for count, colour in counted}


def cabinet_values(style: HouseStyle) -> Mapping[str, object]:
    tables = small_master()
    [made] = documents(find_report("cabinet-performance"), rate(tables), tables, style)
    return made.values


def test_a_report_carries_it(garish: HouseStyle, tmp_path: Path, validator: Validate) -> None:
    facts = small_facts()
    chart = rag_chart(facts, garish)
    content = render(CABINET, cabinet_values(garish), {"rag_chart": chart}, title="Report", style=garish)
    document = Document(io.BytesIO(content))
    table = next(t for t in document.tables if t.cell(0, 0).text == "Priority")
    assert [table.cell(n, 1).text for n in (1, 2)] == ["Act now", "On track"]
    assert [shading(table.cell(n, 1)) for n in (0, 1, 2)] == ["7A0099", "FFE0FF", mix("#005F73", "#FFFFFF", 0.35)[1:]]
    assert {"On track", "Watch", "Act now"} <= {cell.text for cell in table.rows[0].cells}
    heading, plain = document.styles["Heading 1"], document.styles.element.find(f".//{qn('w:docDefaults')}")
    assert (heading.font.name, str(heading.font.color.rgb)) == ("Georgia", "7A0099")
    assert next(plain.iter(qn("w:rFonts"))).get(qn("w:ascii")) == "DejaVu Serif"
    assert next(plain.iter(qn("w:color"))).get(qn("w:val")) == "330011"
    text = "\n".join(p.text for p in document.paragraphs)
    assert "2 On track (50%), 0 Watch (0%) and 2 Act now (50%)" in text
    assert not [look.paper for look in SHIPPED.ratings.values() if look.paper[1:] in document.element.xml]
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []


def test_the_logo_stands_in_the_header_with_its_words(garish: HouseStyle) -> None:
    pictures = {"rag_chart": rag_chart(small_facts())}
    content = render(CABINET, cabinet_values(garish), pictures, title="Report", style=garish)
    header = Document(io.BytesIO(content)).sections[0].header
    inline = next(header._element.iter(qn("wp:inline")))
    assert inline.docPr.get("descr") == "The crest of Anyshire"
    assert (inline.extent.cx / 36000, inline.extent.cy / 36000) == (pytest.approx(46.7, abs=0.1), pytest.approx(14))
    assert [p.text[:5] for p in header.paragraphs] == ["", "DRAFT"]


def shading(cell: Any) -> str:
    return str(cell._tc.tcPr.find(qn("w:shd")).get(qn("w:fill")))
