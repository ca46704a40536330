"""The parts of a zip-based spreadsheet, unpacked within limits, and their XML, parsed without document types.

Parts are only ever streams of bytes: nothing is written to disk, and the names inside an archive are never used as
paths. The XML parser is expat: on cells it is no slower than lxml's iterparse, and it reports a DOCTYPE as it meets
one, before an entity could do harm.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO
from xml.parsers import expat

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget

CHUNK = 65_536
_HEAD = 1_024
_DIRECTORY_BYTES_PER_ENTRY = 512
_MOST_NAMES = 10_000
_ENCRYPTED = 0x1
_IN_ZIP64 = 0xFFFFFFFF
_XML_ENDINGS = (".xml", ".rels", ".vml")
_DECLARATIONS = ("<!doctype", "<!entity")
_WIDE_TEXT = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, OSError, ValueError)
# Expat's own error, or Python's for an encoding that does not exist or is not of single bytes.
_NOT_XML = (expat.ExpatError, LookupError, ValueError)

Attributes = dict[str, str]
Vocabulary = dict[str, str]


class SafePackage:
    """An open zip archive whose parts come out in counted chunks; part names are found in any letter case."""

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        self.budget = budget
        _check_directory(file, budget)
        try:
            self._archive = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise budget.damaged("the file is cut short or its zip directory is broken") from error
        self._entries = _checked_entries(self._archive, budget)

    @property
    def names(self) -> Iterable[str]:
        """The names of all parts in lower case, without a leading slash."""
        return self._entries.keys()

    def __contains__(self, name: str) -> bool:
        return _part_name(name) in self._entries

    def chunks(self, name: str, size: int = CHUNK) -> Generator[bytes, None, None]:
        """The bytes of a part, piece by piece; errors `file-damaged`, `file-too-large`."""
        entry = self._entries.get(_part_name(name))
        if entry is None:
            raise self.budget.damaged(f"its part {name} is missing")
        try:
            with self._archive.open(entry) as part:
                while chunk := part.read(size):
                    self.budget.unpack(len(chunk))
                    yield chunk
        except FileError:
            raise
        except _BROKEN as error:
            raise self.budget.damaged(f"its part {name} cannot be unpacked") from error

    def head(self, name: str) -> bytes:
        """The first bytes of a part."""
        chunks = self.chunks(name, _HEAD)
        try:
            return next(chunks, b"")
        finally:
            chunks.close()

    def refuse_doctypes(self) -> None:
        """Raise `file-unsafe` if any part that is XML, read by us or not, has a DOCTYPE before its first element."""
        for name in self._entries:
            if name.endswith(_XML_ENDINGS) or _looks_like_xml(self.head(name)):
                _refuse_doctype(self, name)


def vocabulary(names: Iterable[str], *namespaces: str) -> Vocabulary:
    """The short names under which `parse` reports the elements or attributes of these namespaces."""
    return {f"{namespace} {name}": name for namespace in namespaces for name in names}


def parser_for(words: Vocabulary, part: str, budget: Budget) -> expat.XMLParserType:
    """A namespace-aware parser that reports words of the vocabulary by their short names, others as `uri name`."""
    # Expat looks every name up in its `intern` table; putting the short names there costs nothing per element.
    parser = expat.ParserCreate(namespace_separator=" ", intern=dict(words))
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_declaration: object) -> None:
        raise budget.unsafe(part)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, package: SafePackage, part: str) -> None:
    """Feed a part to a parser to its end; errors `file-damaged`, `file-unsafe`, `file-too-large`."""
    for _ in _steps(parser, package, part):
        pass


def elements(package: SafePackage, part: str, words: Vocabulary) -> Iterator[tuple[str, Attributes]]:
    """The elements of a part that the vocabulary knows, in order, each with its attributes."""
    parser = parser_for(words, part, package.budget)
    known = frozenset(words.values())
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if name in known:
            found.append((name, attributes))

    parser.StartElementHandler = start
    count = 0
    for _ in _steps(parser, package, part):
        count += len(found)
        if count > package.budget.limits.cells:
            raise package.budget.too_large(f"{part} lists {count:,} things", f"{package.budget.limits.cells:,}")
        yield from found
        found.clear()


def _steps(parser: expat.XMLParserType, package: SafePackage, part: str) -> Iterator[None]:
    # After each step the caller takes what its handlers found, so that nothing piles up.
    try:
        for chunk in package.chunks(part):
            parser.Parse(chunk, False)
            if len(parser.intern) > _MOST_NAMES:
                raise package.budget.too_large(f"{part} uses {len(parser.intern):,} names", f"{_MOST_NAMES:,}")
            yield
        parser.Parse(b"", True)
        yield
    except _NOT_XML as error:
        line = parser.CurrentLineNumber
        raise package.budget.damaged(f"its part {part} is not well-formed XML (line {line})") from error


def _refuse_doctype(package: SafePackage, part: str) -> None:
    # A DOCTYPE can only stand before the first element; reading stops there.
    parser = parser_for({}, part, package.budget)
    begun: list[str] = []

    def start(name: str, _attributes: Attributes) -> None:
        begun.append(name)

    parser.StartElementHandler = start
    for chunk in package.chunks(part, _HEAD):
        if begun or not _parsed(parser, chunk, _refusal(chunk, part, package.budget)):
            return


def _parsed(parser: expat.XMLParserType, chunk: bytes, refuse: Callable[[], None]) -> bool:
    # A part that is not well-formed but is never read by us does no harm, unless it is a DOCTYPE that broke it.
    try:
        parser.Parse(chunk, False)
    except _NOT_XML:
        refuse()
        return False
    return True


def _refusal(chunk: bytes, part: str, budget: Budget) -> Callable[[], None]:
    def refuse() -> None:
        text = chunk.decode(_WIDE_TEXT.get(chunk[:2], "latin-1"), "replace").lower()
        if any(word in text for word in _DECLARATIONS):
            raise budget.unsafe(part)

    return refuse


def _looks_like_xml(head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return plain.startswith((b"<?xml", b"<!")) or head[:2] in _WIDE_TEXT


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _checked_entries(archive: zipfile.ZipFile, budget: Budget) -> dict[str, zipfile.ZipInfo]:
    listed = [entry for entry in archive.infolist() if not entry.is_dir()]
    _check_count(len(listed), budget)
    budget.check_unpacked(sum(entry.file_size for entry in listed))
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in listed:
        name = _part_name(entry.filename)
        if entry.flag_bits & _ENCRYPTED:
            raise budget.password()
        if entry.compress_type not in _READABLE:
            raise budget.damaged(f"its part {name} is packed in a way that Excel does not use")
        if name in entries:
            raise budget.damaged(f"it holds the part {name} twice")
        entries[name] = entry
    return entries


def _check_count(entries: int, budget: Budget) -> None:
    if entries > budget.limits.entries:
        raise budget.too_large(f"it consists of {entries:,} parts", f"{budget.limits.entries:,} parts")


def _check_directory(file: IO[bytes], budget: Budget) -> None:
    # zipfile reads the whole directory into memory first, so its declared size is looked at before that.
    size = file.seek(0, 2)
    tail_start = max(0, size - 65_557)
    file.seek(tail_start)
    tail = file.read()
    file.seek(0)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + 22:
        raise budget.damaged("the file is cut short, so its end is missing")
    directory = max(struct.unpack_from("<L", tail, place + 12)[0] % _IN_ZIP64, _zip64_directory(file, tail, place))
    most = max(1, budget.limits.entries) * _DIRECTORY_BYTES_PER_ENTRY
    if directory > most:
        raise budget.too_large("its list of parts is far too long", f"{budget.limits.entries:,} parts")


def _zip64_directory(file: IO[bytes], tail: bytes, place: int) -> int:
    # The size of the directory as the 64-bit records state it, 0 without them.
    locator = tail[max(0, place - 20) : place]
    if not locator.startswith(b"PK\x06\x07") or len(locator) < 20:
        return 0
    try:
        file.seek(struct.unpack_from("<Q", locator, 8)[0])
        record = file.read(56)
    except (OSError, OverflowError, ValueError):
        return 0
    finally:
        file.seek(0)
    return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else 0
