import pickle
import struct
import zipfile
from pathlib import Path

import pytest

from tests.handmade import compound, content_types, ods, relations, xlsx, zipped
from xl_outcomes.errors import FileError
from xl_outcomes.workbook.cells import Cell, Limits, read_book

HTML = "<html><body><table><tr><td>HOU-1</td><td>12</td></tr></table></body></html>"


def refusal(path: Path, limits: Limits | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read_book(path, limits or Limits())
    assert path.name in caught.value.message
    assert caught.value.fix
    return caught.value


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty file"),
        (bytes(5000), "nothing but zeros"),
        (HTML, "web page"),
        ("\ufeff  " + HTML, "web page"),
        ('<?xml version="1.0"?><html xmlns="x"><body/></html>', "web page"),
        ("Ref,Value\r\nHOU-1,12\r\nHOU-2,13\r\n", "commas (CSV)"),
        ("Ref;Value\nHOU-1;12\n", "semicolons (CSV)"),
        ("Ref\tValue\nHOU-1\t12\n".encode("utf-16"), "tabs (CSV)"),
        ("Dear all,\nplease find attached\nregards\n", "a text file"),
        ('{"returns": []}', "JSON"),
        ('[{"ref": "HOU-1"}]', "JSON"),
        ("%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\0\0\0\x18ftypheic", "picture"),
        ("{\\rtf1\\ansi", "Word document"),
        (b"\x09\x08\x10\x00\x00\x06\x01\0", "unknown kind"),
        (b"\x09\x04\x06\x00\x00\x00\x10\0", "Excel 4"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML spreadsheet"),
        ('<?xml version="1.0"?><office:document/>', "flat OpenDocument"),
        ('<?xml version="1.0"?><data/>', "XML file"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related", "single-file web page"),
    ],
)
def test_what_is_no_spreadsheet_is_named_whatever_its_ending(tmp_path: Path, content: bytes | str, found: str) -> None:
    error = refusal(written(tmp_path, "return.xlsx", content))
    assert error.code == "file-format"
    assert found in error.message


def test_other_documents_of_office_and_of_apple_are_named(tmp_path: Path) -> None:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    slides = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    odt: dict[str, str | bytes | None] = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}
    packages: dict[str, dict[str, str | bytes | None]] = {
        "Word document": {"[Content_Types].xml": content_types(word)},
        "PowerPoint": {"[Content_Types].xml": content_types(slides)},
        "Numbers": {"Index/Document.iwa": b"1"},
        "zip archive": {"HOU.xlsx": b"1"},
        "OpenDocument text": odt,
    }
    for found, parts in packages.items():
        error = refusal(zipped(tmp_path / "return.xlsx", parts))
        assert (error.code, found in error.message) == ("file-format", True), error.message
    assert "Word document" in refusal(compound(tmp_path / "a.xls", "WordDocument")).message
    assert "Outlook" in refusal(compound(tmp_path / "a.xls", "__properties_version1.0")).message
    assert "older Office" in refusal(compound(tmp_path / "a.xls")).message


def test_encrypted_workbooks_say_so(tmp_path: Path) -> None:
    locked = refusal(compound(tmp_path / "a.xlsx", "EncryptionInfo", "EncryptedPackage", "\x06DataSpaces"))
    assert (locked.code, "password-protected" in locked.message) == ("file-password", True)
    managed = refusal(compound(tmp_path / "b.xlsx", "EncryptedPackage", "\x06DataSpaces"))
    assert (managed.code, "rights-managed" in managed.message) == ("file-password", True)
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )
    assert refusal(ods(tmp_path / "c.ods", "", {"META-INF/manifest.xml": manifest})).code == "file-password"
    assert refusal(_zip_encrypted(tmp_path / "d.xlsx")).code == "file-password"


def _zip_encrypted(path: Path) -> Path:
    content = bytearray(xlsx(path).read_bytes())
    place = content.find(b"PK\x01\x02")
    struct.pack_into("<H", content, place + 8, 1)
    path.write_bytes(content)
    return path


def test_compound_file_cut_short_is_damaged_or_still_known_as_encrypted(tmp_path: Path) -> None:
    whole = compound(tmp_path / "a.xls", "Workbook").read_bytes()
    assert refusal(written(tmp_path, "b.xls", whole[:600])).code == "file-damaged"
    assert refusal(written(tmp_path, "c.xls", whole[:64])).code == "file-damaged"
    marked = whole[:512] + "EncryptedPackage".encode("utf-16-le")
    assert refusal(written(tmp_path, "d.xlsx", marked)).code == "file-password"


def test_missing_file_folder_and_lock_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx").code == "file-missing"
    assert "folder" in refusal(tmp_path).message
    lock = refusal(written(tmp_path, "~$return.xlsx", b"\x04Name"))
    assert (lock.code, "return.xlsx instead" in lock.fix) == ("file-format", True)


def test_file_in_use_is_said_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "sharing violation")

    path = xlsx(tmp_path / "a.xlsx")
    monkeypatch.setattr(Path, "open", held)
    assert refusal(path).code == "file-open"


def test_damaged_archives(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>').read_bytes()
    assert refusal(written(tmp_path, "half.xlsx", whole[: len(whole) // 2])).code == "file-damaged"
    assert refusal(written(tmp_path, "end.xlsx", whole[:-30])).code == "file-damaged"
    assert refusal(written(tmp_path, "start.xlsx", b"PK\x03\x04" + bytes(200))).code == "file-damaged"
    assert (
        refusal(zipped(tmp_path / "b.xlsx", {"[Content_Types].xml": "<Types", "xl/a.xml": ""})).code == "file-damaged"
    )


def test_wrong_checksum_is_damage(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", parts={"xl/texts.xml": None})
    with zipfile.ZipFile(path) as archive:
        crc = archive.getinfo("xl/worksheets/sheet1.xml").CRC
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", crc), struct.pack("<L", crc ^ 1)))
    assert refusal(path).code == "file-damaged"


def test_limits_say_what_was_found_and_what_is_allowed(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c></row>' for r in range(1, 31)))
    for limits, found in [
        (Limits(file_bytes=1000), "1000 bytes"),
        (Limits(unpacked_bytes=2000), "unpacks to"),
        (Limits(entries=3), "7 parts"),
        (Limits(rows=29), "30 rows"),
        (Limits(cells=29), "30 cells"),
        (Limits(seconds=0), "0 seconds"),
    ]:
        error = refusal(path, limits)
        assert (error.code, found in error.message) == ("file-too-large", True), error.message
    assert len(read_book(path, Limits(rows=30, cells=30, entries=7)).sheets[0].cells) == 30


def test_archive_with_an_endless_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.xlsx", {f"{number:0100}.bin": b"" for number in range(200)})
    assert refusal(path, Limits(entries=10)).code == "file-too-large"


@pytest.mark.parametrize(
    "name",
    ["xl/workbook.xml", "xl/theme/theme1.xml", "docProps/core.xml", "_rels/.rels", "xl/drawings/v.vml", "odd.bin"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_in_any_part_is_refused(tmp_path: Path, name: str, encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!--{"x" * 3000}--><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    error = refusal(xlsx(tmp_path / "a.xlsx", parts={name: bomb.encode(encoding)}))
    assert (error.code, name.lower() in error.message) == ("file-unsafe", True)


def test_document_type_in_open_document_parts_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
    for name in ("content.xml", "styles.xml", "META-INF/manifest.xml"):
        assert refusal(ods(tmp_path / "a.ods", "", {name: bomb})).code == "file-unsafe"


def test_parts_that_look_broken_but_are_never_read_do_no_harm(tmp_path: Path) -> None:
    parts: dict[str, str | bytes | None] = {
        "customXml/item1.xml": "",
        "xl/drawings/v.vml": "<xml><br></xml>",
        "xl/media/a.png": b"\x89PNG",
    }
    assert read_book(xlsx(tmp_path / "a.xlsx", parts=parts)).format == "xlsx"


def test_format_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    macros = content_types("application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert read_book(xlsx(tmp_path / "a.csv")).format == "xlsx"
    assert read_book(xlsx(tmp_path / "a.xlsx", parts={"[Content_Types].xml": macros})).format == "xlsm"
    assert read_book(ods(tmp_path / "b.xlsx", "")).format == "ods"


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    assert refusal(xlsx(tmp_path / "a.xlsx", parts={"XL/Workbook.xml": "<a/>"})).code == "file-damaged"


def test_names_inside_the_archive_are_never_paths(tmp_path: Path) -> None:
    outside = relations(("officeDocument", "../../../xl/workbook.xml"))
    book = read_book(xlsx(tmp_path / "a.xlsx", parts={"_rels/.rels": outside, "../../evil.xml": "<a/>"}))
    assert [sheet.name for sheet in book.sheets] == ["Data"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_cells_behave_as_a_mapping(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="AB2"><v>1</v></c><c r="A2" t="b"><v>1</v></c></row>'
    cells = read_book(xlsx(tmp_path / "a.xlsx", rows)).sheets[0].cells
    assert list(cells) == [(2, 1), (2, 28)]
    assert cells[2, 28] == Cell(2, 28, 1.0, "number")
    assert cells[2, 28].address == "AB2"
    assert (cells.get((1, 1)), (2, 1) in cells, (1, 1) in cells, len(cells)) == (None, True, False, 2)
    assert pickle.loads(pickle.dumps(cells)) == cells
    assert cells == {(2, 28): Cell(2, 28, 1.0, "number"), (2, 1): Cell(2, 1, True, "boolean")}
