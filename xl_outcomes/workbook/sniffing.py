"""What a file really is, by its bytes: a name's ending is never believed.

Spreadsheets that can be read get their format; everything else gets an error that names what it is.
"""

from collections.abc import Callable, Iterator
from typing import IO, Literal

from xl_outcomes.workbook.budget import Budget
from xl_outcomes.workbook.compound_file import root_names
from xl_outcomes.workbook.safe_package import SafePackage, elements, vocabulary

_HEAD = 65_536
_LONGEST_TYPE = 500
_SAVE_AS = "Open it in Excel, choose File > Save As > Excel Workbook (.xlsx), and send that file."
_ORIGINAL = "Send the Excel workbook (.xlsx) itself."
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"{\\rtf", "a Word document (RTF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed archive (7-Zip)"),
    (b"Rar!", "a compressed archive (RAR)"),
    (b"MZ", "a Windows program"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\0\x01\0\0Standard", "an Access database"),
    (b"PAR1", "a Parquet data file"),
)
# The first record of the workbooks that Excel 2, 3 and 4 wrote, before there were compound files.
_BEFORE_EXCEL_5 = (b"\x09\0\x04\0", b"\x09\0\x06\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0")
_OLE_DOCUMENTS = (
    ("WordDocument", "a Word document (.doc)"),
    ("PowerPoint Document", "a PowerPoint presentation (.ppt)"),
    ("VisioDocument", "a Visio drawing"),
    ("__properties_version1.0", "an Outlook message (.msg)"),
    ("WksSSWorkBook", "a Microsoft Works spreadsheet"),
    ("MatOST", "a Microsoft Works document"),
)
_ZIP_DOCUMENTS = (
    ("index/document.iwa", "a Numbers, Pages or Keynote document (Apple)"),
    ("index.zip", "a Numbers, Pages or Keynote document (Apple)"),
    ("meta-inf/manifest.mf", "a Java archive"),
    ("androidmanifest.xml", "an Android app"),
)
_MAIN_TYPES = (
    ("wordprocessingml", "a Word document (.docx)"),
    ("ms-word", "a Word document (.docm)"),
    ("presentationml", "a PowerPoint presentation (.pptx)"),
    ("ms-powerpoint", "a PowerPoint presentation (.pptm)"),
    ("ms-visio", "a Visio drawing"),
)


def container_of(file: IO[bytes], budget: Budget) -> Literal["zip", "compound"]:
    """How an open file packs its content; error `file-format`, naming the format, if it is no spreadsheet."""
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "compound"
    raise budget.wrong_format(*_named(head))


def require_xls(file: IO[bytes], budget: Budget) -> None:
    """Pass a compound file that is an Excel 97–2003 workbook; errors `file-password`, `file-format`, `file-damaged`."""
    names = root_names(file, budget)
    if "EncryptionInfo" in names:
        raise budget.password()
    if {"\x06DataSpaces", "\tDRMContent"} & names:
        raise budget.rights_managed()
    if "EncryptedPackage" in names:
        raise budget.password()
    if {"Workbook", "Book", "WORKBOOK", "BOOK"} & names:
        return
    for name, what in _OLE_DOCUMENTS:
        if name in names:
            raise budget.wrong_format(what, _ORIGINAL)
    raise budget.wrong_format("a document of an older Office program or an installer", _ORIGINAL)


def format_of(package: SafePackage) -> Literal["xlsx", "xlsm", "xlsb", "ods"]:
    """The format of a zipped spreadsheet; errors `file-format` (naming what it is), `file-password`, `file-damaged`."""
    budget = package.budget
    if "mimetype" in package or "content.xml" in package:
        return _open_document(package)
    if "[content_types].xml" not in package:
        what = next((what for name, what in _ZIP_DOCUMENTS if name in package), "a zip archive")
        raise budget.wrong_format(what, _unzipped(what))
    return _office_format(package)


def _office_format(package: SafePackage) -> Literal["xlsx", "xlsm", "xlsb"]:
    types = [kind.lower() for kind in _content_types(package)]
    if any("ms-excel.sheet.binary" in kind for kind in types):
        return "xlsb"
    mains = [kind for kind in types if kind.endswith("main+xml")]
    if any("macroenabled" in kind for kind in mains if "ms-excel" in kind):
        return "xlsm"
    if any("spreadsheetml" in kind for kind in mains):
        return "xlsx"
    for word, what in _MAIN_TYPES:
        if any(word in kind for kind in types):
            raise package.budget.wrong_format(what, _ORIGINAL)
    if any(name.startswith("xl/") for name in package.names):
        raise package.budget.damaged("its workbook part is missing")
    raise package.budget.wrong_format("a package of another program", _ORIGINAL)


def _content_types(package: SafePackage) -> Iterator[str]:
    words = vocabulary(("Default", "Override"), _TYPES)
    for _, attributes in elements(package, "[Content_Types].xml", words):
        yield attributes.get("ContentType", "")[:_LONGEST_TYPE]


def _open_document(package: SafePackage) -> Literal["ods"]:
    kind = package.head("mimetype").decode("latin-1").strip() if "mimetype" in package else _ODS
    budget = package.budget
    if not kind.startswith(_ODS):
        what = kind.rpartition("opendocument.")[2] if "opendocument." in kind else ""
        raise budget.wrong_format(f"an OpenDocument {what}" if what else "a zip archive", _SAVE_AS)
    if _is_encrypted(package):
        raise budget.password()
    if "content.xml" not in package:
        raise budget.damaged("its part content.xml is missing")
    return "ods"


def _is_encrypted(package: SafePackage) -> bool:
    if "encrypted-package" in package:
        return True
    if "META-INF/manifest.xml" not in package:
        return False
    found = elements(package, "META-INF/manifest.xml", vocabulary(("encryption-data",), _MANIFEST))
    return any(True for _ in found)


def _unzipped(what: str) -> str:
    if "Apple" in what:
        return "In Numbers choose File > Export To > Excel, and send that file."
    return "Unpack it and send the Excel workbook (.xlsx) in it." if what == "a zip archive" else _ORIGINAL


def _named(head: bytes) -> tuple[str, str]:
    # What a file is that neither zip nor compound file packs, and what to do about it.
    if not head:
        return "an empty file (0 bytes)", "Save the workbook again and check that it was copied whole."
    if not head.strip(b"\0"):
        return (
            "an empty file (nothing but zeros)",
            "It may not have been downloaded from the cloud. Open it in Excel, wait until it has loaded, and save it.",
        )
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            return what, _ORIGINAL
    if head.startswith(_BEFORE_EXCEL_5):
        return "a workbook of Excel 4 or older", _SAVE_AS
    if head[4:12] in (b"ftypheic", b"ftypmif1") or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "a picture", _ORIGINAL
    text = _decoded(head)
    return ("a file of an unknown kind", _ORIGINAL) if text is None else _named_text(text)


def _decoded(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return None if b"\0" in head else head.decode("utf-8-sig", "replace")


def _named_text(text: str) -> tuple[str, str]:
    start = text.lstrip()
    lower = start[:4096].lower()
    for is_it, what, fix in _TEXTS:
        if is_it(lower):
            return what, fix
    delimiter = _delimiter(start)
    if delimiter:
        return f"a text file with values separated by {delimiter} (CSV)", _SAVE_AS
    return "a text file", _ORIGINAL


def _is_html(lower: str) -> bool:
    return lower.startswith("<") and any(mark in lower for mark in ("<!doctype html", "<html", "<table"))


def _is_mail(lower: str) -> bool:
    return lower.startswith(("mime-version:", "received:", "return-path:", "from: ", "delivered-to:"))


def _is_json(lower: str) -> bool:
    return lower.startswith(("{", "[")) and lower[1:].lstrip()[:1] in ('"', "{", "[", "}", "]")


_TEXTS: tuple[tuple[Callable[[str], bool], str, str], ...] = (
    (lambda lower: "urn:schemas-microsoft-com:office:spreadsheet" in lower, "an XML spreadsheet of 2003", _SAVE_AS),
    (lambda lower: "<office:document" in lower, "a flat OpenDocument file", _SAVE_AS),
    (_is_html, "a web page (HTML)", _SAVE_AS),
    (lambda lower: lower.startswith("<?xml"), "an XML file", _ORIGINAL),
    (_is_mail, "an e-mail or a single-file web page", _SAVE_AS),
    (_is_json, "a JSON data file", _ORIGINAL),
    (lambda lower: lower.startswith("id;p"), "a SYLK spreadsheet", _SAVE_AS),
)


def _delimiter(text: str) -> str:
    # The sign that stands in every one of the first lines, if there is one.
    lines = [line for line in text[:8192].splitlines()[:20] if line.strip()]
    lines = lines[:-1] if len(text) > 8192 else lines
    for sign, name in ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if lines and all(sign in line for line in lines):
            return name
    return ""
