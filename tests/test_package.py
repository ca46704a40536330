"""A package's untouched entries keep their bytes, and unsound packages are refused in plain words."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from xl_outcomes.errors import FileError
from xl_outcomes.workbook import package as module
from xl_outcomes.workbook import zip_entries
from xl_outcomes.workbook.package import Package, parse, stream, table_parts, workbook_part, worksheets


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Données")
        sheet.write("A1", "text & more")
        sheet.add_table("A3:B5", {"name": "T"})
        book.add_chartsheet("Chart").set_chart(_chart(book))
        book.add_worksheet("Last")
    return out.getvalue()


def _chart(book: xlsxwriter.Workbook) -> xlsxwriter.chart.Chart:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Last!$A$1:$A$3"})
    return chart


def rezipped(source: bytes, change: Callable[[str, bytes], bytes] = lambda _, data: data, **options: int) -> bytes:
    """The same parts in a zip written anew, optionally changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", **options) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(info.filename, old.read(info)))
    return out.getvalue()


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors behind the entries, as streaming programs do."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


def streamed(source: bytes) -> bytes:
    out = Unseekable()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            with new.open(info.filename, "w", force_zip64=info.filename.endswith("styles.xml")) as entry:
                entry.write(old.read(info))
    return bytes(out.data)


def raw(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        starts = sorted([info.header_offset for info in archive.infolist()] + [archive.start_dir])
        spans = {info.filename: info.header_offset for info in archive.infolist()}
    return {name: data[at : starts[starts.index(at) + 1]] for name, at in spans.items()}


SOURCES = {
    "xlsxwriter": workbook,
    "stored": lambda: rezipped(workbook(), compression=zipfile.ZIP_STORED),
    "streamed": lambda: streamed(workbook()),
    "with something before it": lambda: b"PK" + b"." * 99 + workbook(),
}


@pytest.mark.parametrize("maker", SOURCES)
def test_untouched_entries_keep_bytes_and_order(maker: str) -> None:
    source = SOURCES[maker]()
    package = Package(source)
    assert package.build() is source
    package.put("xl/worksheets/sheet1.xml", b"<new/>")
    package.put("xl/added.xml", b"<added/>")
    package.drop("docProps/app.xml")
    result = package.build()
    old, new = raw(source), raw(result)
    touched = {"xl/worksheets/sheet1.xml", "docProps/app.xml", "[Content_Types].xml"}
    assert list(new) == [name for name in old if name != "docProps/app.xml"] + ["xl/added.xml"]
    assert {name for name in old if old[name] != new.get(name)} == touched
    assert Package(result).read("xl/added.xml") == b"<added/>"
    assert b"app.xml" not in Package(result).read("[Content_Types].xml")


def test_a_zip64_record_keeps_its_sizes_when_it_moves() -> None:
    record = bytearray(zip_entries._CENTRAL.pack(b"PK\1\2", *[0] * 7, 7, 0xFFFFFFFF, 1, 28, *[0] * 4, 0xFFFFFFFF))
    record += b"n" + struct.pack("<HHQ", 9, 8, 1) + struct.pack("<HHQ", 1, 16, 99)[:4] + struct.pack("<QQ", 99, 5)
    record[28:32] = struct.pack("<HH", 1, 12 + 20)
    moved = zip_entries._moved(bytes(record), 1234)
    assert struct.unpack("<QQ", moved[-16:]) == (99, 1234)
    assert moved[:-8] == record[:-8]


def test_a_touched_part_keeps_its_declaration_and_prefixes() -> None:
    text = (
        b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n"
        b'<x:a xmlns:x="urn:x" xmlns:mc="urn:mc" mc:Ignorable="z" xmlns:z="urn:z"><x:b t="1&#10;2"/>&amp;</x:a>'
    )
    package = Package(workbook())
    package.put("xl/odd.xml", text)
    package.tree("xl/odd.xml")[0].set("u", "é")
    package.touch("xl/odd.xml")
    result = package.read("xl/odd.xml")
    assert result.startswith(text[: text.index(b"<x:a")] + b"<x:a xmlns:x=")
    assert 'mc:Ignorable="z"><x:b t="1&#10;2" u="é"/>&amp;</x:a>'.encode() in result


def test_relations_and_sheets_are_followed() -> None:
    package = Package(workbook())
    assert workbook_part(package) == "xl/workbook.xml"
    assert worksheets(package) == [("Données", "xl/worksheets/sheet1.xml"), ("Last", "xl/worksheets/sheet2.xml")]
    assert table_parts(package, "xl/worksheets/sheet1.xml") == ["xl/tables/table1.xml"]
    assert package.find("/XL/Workbook.xml") == "xl/workbook.xml"
    new = package.relate("xl/worksheets/sheet2.xml", "table", "xl/tables/table9.xml")
    assert [(r.id, r.target) for r in package.relations("xl/worksheets/sheet2.xml")] == [(new, "xl/tables/table9.xml")]
    package.unrelate("xl/worksheets/sheet2.xml", "xl/tables/table9.xml")
    assert package.relations("xl/worksheets/sheet2.xml") == ()
    assert package.unused("xl/tables/table{}.xml") == "xl/tables/table2.xml"


def test_relations_follow_every_change() -> None:
    package = Package(workbook())
    sheet, relations = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
    assert table_parts(package, sheet) == ["xl/tables/table1.xml"]
    package.tree(relations)[0].set("Target", "../tables/table2.xml")
    package.touch(relations)
    assert [relation.target for relation in package.relations(sheet)] == ["xl/tables/table2.xml"]
    package.put(relations, package.read(relations).replace(b"table2", b"table1"))
    assert table_parts(package, sheet) == ["xl/tables/table1.xml"]
    package.drop(relations)
    assert package.relations(sheet) == ()


def test_the_archive_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package(workbook())
    monkeypatch.setattr(zip_entries.zipfile, "ZipFile", None)
    assert [len(package.read(name)) > 0 for name in ("xl/workbook.xml", "xl/styles.xml")] == [True, True]


def test_shared_strings_stream() -> None:
    package = Package(workbook())
    items = stream(package, "xl/sharedStrings.xml", f"{{{module.MAIN}}}si")
    assert "text & more" in ["".join(item.itertext()) for item in items]


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def doubled() -> bytes:
    out = io.BytesIO(workbook())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/workbook.xml", b"<again/>")
    return out.getvalue()


def strict() -> bytes:
    return rezipped(workbook(), lambda _, data: data.replace(module.MAIN.encode(), module.STRICT.encode()))


def with_doctype() -> bytes:
    return rezipped(workbook(), lambda _, data: data.replace(b"<workbook ", b"<!DOCTYPE workbook><workbook "))


def not_a_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", b"<w/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (encrypted, "file-password", "protected by a password"),
        (lambda: b"Ref,Value\n", "file-format", "not an .xlsx"),
        (lambda: workbook()[:-300], "file-damaged", "damaged"),
        (doubled, "file-damaged", "two entries of one name"),
        (strict, "file-format", "Strict Open XML"),
        (with_doctype, "file-unsafe", "DOCTYPE"),
        (not_a_workbook, "file-format", "not an .xlsx"),
        (lambda: rezipped(workbook(), lambda _, data: data[:-9]), "file-damaged", "not sound XML"),
    ],
)
def test_unsound_packages_are_refused(make: Callable[[], bytes], code: str, words: str) -> None:
    with pytest.raises(FileError, match=words) as caught:
        worksheets(Package(make()))
    assert caught.value.code == code


def test_overlapping_entries_are_refused() -> None:
    source = bytearray(workbook())
    first = source.index(b"PK\1\2")
    second = source.index(b"PK\1\2", first + 4)
    source[second + 42 : second + 46] = struct.pack("<I", 10)
    with pytest.raises(FileError) as caught:
        Package(bytes(source))
    assert caught.value.code == "file-damaged"


def test_a_bomb_is_refused_before_it_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    source = rezipped(workbook(), lambda name, data: data + b" " * 10**6, compression=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(zip_entries, "PART_LIMIT", 10**6)
    with pytest.raises(FileError, match="expands to 1 MB") as caught:
        worksheets(Package(source))
    assert caught.value.code == "file-too-large"


def test_an_entry_that_lies_about_its_contents_is_refused() -> None:
    source = bytearray(rezipped(workbook(), compression=zipfile.ZIP_STORED))
    at = source.index(b"<workbook ")
    source[at + 1 : at + 3] = b"xx"
    with pytest.raises(FileError, match="cannot be expanded"):
        worksheets(Package(bytes(source)))


def test_wide_text_is_read_and_its_doctype_found() -> None:
    assert parse('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"), "a.xml").text == "é"
    with pytest.raises(FileError, match="DOCTYPE"):
        parse("<!DOCTYPE a><a/>".encode("utf-16"), "a.xml")
