"""The parts of a zip-based spreadsheet, unpacked within limits, and their XML, parsed without document types.

Parts are only ever streams of bytes: nothing is written to disk, and the names inside an archive are never used as
paths. The XML parser is expat: on cells it is no slower than lxml's iterparse, and it reports a DOCTYPE as it meets
one, before an entity could do harm.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import IO, Protocol
from xml.parsers import expat

from xl_outcomes.errors import FileError
from xl_outcomes.workbook.budget import Budget

CHUNK = 65_536
_HEAD = 1_024
_DIRECTORY_BYTES_PER_ENTRY = 512
_MOST_NAMES = 5_000
_MOST_NAME_BYTES = 4_000_000
_MOST_PREFIXES = 1_000
_LONGEST_NAMESPACE = 1_000
_DEEPEST = 250
_ATTRIBUTES = frozenset(("r", "t"))  # words that name an attribute as well as an element
_LONGEST_TAG = 1_000_000
_LONGEST_PROLOG = 200_000
_ENCRYPTED = 0x1
_UTF8 = 0x800
_LOCAL = struct.Struct("<4s5H3I2H")
_SMALL = 262_144
_IN_ZIP64 = 0xFFFFFFFF
_XML_ENDINGS = (".xml", ".rels", ".vml")
# An element has begun, so no DOCTYPE can follow.
_BEGUN = re.compile(
    rb'(\xef\xbb\xbf)?(<\?xml version="1\.0"( encoding="(UTF|utf)-8")?( standalone="\w+")?\?>)?\s*<[A-Za-z]'
)
_DECLARATIONS = ("<!doctype", "<!entity")
_WIDE_TEXT = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, OSError, ValueError)
# Expat's own error, or Python's for an encoding that does not exist or is not of single bytes.
NOT_XML = (expat.ExpatError, LookupError, ValueError)

Attributes = dict[str, str]
Vocabulary = dict[str, str]


_REMEMBERED: dict[tuple[bytes, tuple[str, ...]], tuple[tuple[str, Attributes], ...]] = {}
_MOST_PARTS, _MOST_REMEMBERED = 100, 12_000


class Reader(Protocol):
    """What `parse` fills: its handlers count how many elements are open."""

    depth: int


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
        self._file = file
        self._small: dict[str, bytes | None] = {}

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
        small = self._inflated(entry)
        if small is not None:
            for start in range(0, len(small), size):
                self.budget.unpack(len(small[start : start + size]))
                yield small[start : start + size]
            return
        try:
            with self._archive.open(entry) as part:
                while chunk := part.read(size):
                    self.budget.unpack(len(chunk))
                    yield chunk
        except FileError:
            raise
        except _BROKEN as error:
            raise self.budget.damaged(f"its part {name} cannot be unpacked") from error

    def whole(self, name: str, most: int) -> bytes | None:
        """All the bytes of a part; None for a part of more than so many."""
        entry = self._entries.get(_part_name(name))
        return None if entry is None or entry.file_size > most else b"".join(self.chunks(name))

    def head(self, name: str) -> bytes:
        """The first bytes of a part."""
        chunks = self.chunks(name, _HEAD)
        try:
            return next(chunks, b"")
        finally:
            chunks.close()

    def _inflated(self, entry: zipfile.ZipInfo) -> bytes | None:
        """The bytes of a small part, taken out once; None for one that is large, or odd in any way."""
        if entry.filename not in self._small:
            fits = entry.file_size <= _SMALL and entry.compress_size <= _SMALL
            self._small[entry.filename] = self._taken_out(entry) if fits else None
        return self._small[entry.filename]

    def _taken_out(self, entry: zipfile.ZipInfo) -> bytes | None:
        try:
            return _taken_out(self._file, entry)
        except (OSError, ValueError, OverflowError, zlib.error):
            return None

    def refuse_doctypes(self) -> None:
        """Raise `file-unsafe` if any part that is XML, read by us or not, has a DOCTYPE before its first element."""
        for name in self._entries:
            head = self.head(name)
            if (name.endswith(_XML_ENDINGS) or _looks_like_xml(head)) and not _BEGUN.match(head):
                _refuse_doctype(self, name)


def _taken_out(file: IO[bytes], entry: zipfile.ZipInfo) -> bytes | None:
    # What zipfile does, without its layers, which take longer than a small part does. It decides what is odd here.
    file.seek(entry.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        return None
    magic, *_, name_length, extra_length = _LOCAL.unpack(head)
    name = file.read(name_length)
    file.seek(extra_length, 1)
    packed = file.read(entry.compress_size)
    if magic != b"PK\3\4" or name != entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8 else "cp437"):
        return None
    if entry.compress_type == zipfile.ZIP_STORED:
        part = packed
    else:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        part = inflate.decompress(packed, entry.file_size + 1)
        if not inflate.eof or inflate.unused_data:
            return None
    return part if len(part) == entry.file_size and zlib.crc32(part) == entry.CRC else None


def vocabulary(names: Iterable[str], *namespaces: str) -> Vocabulary:
    """The short names under which `parse` reports the elements or attributes of these namespaces."""
    return {f"{namespace} {name}": name for namespace in namespaces for name in names}


def parser_for(words: Vocabulary, part: str, budget: Budget) -> expat.XMLParserType:
    """A namespace-aware parser that reports words of the vocabulary by their short names, others as `uri name`."""
    # Expat looks every name up in its `intern` table; putting the short names there costs nothing per element.
    # A name without a namespace must not pass for one of them; attributes have none, so theirs stay.
    bare = {word: f"- {word}" for word in words.values() if word not in _ATTRIBUTES}
    parser = expat.ParserCreate(namespace_separator=" ", intern={**bare, **words})
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_declaration: object) -> None:
        raise budget.unsafe(part)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    _bound_namespaces(parser, part, budget)
    return parser


def parse(parser: expat.XMLParserType, package: SafePackage, part: str, reader: Reader) -> None:
    """Feed a part to a parser to its end; errors `file-damaged`, `file-unsafe`, `file-too-large`."""
    for _ in _steps(parser, package.chunks(part), part, package.budget, reader):
        pass


def elements(package: SafePackage, part: str, words: Vocabulary) -> Iterator[tuple[str, Attributes]]:
    """The elements of a part that the vocabulary knows, in order, each with its attributes."""
    # The small parts of the forms of a collection are the same to the byte, so each is read once.
    data = package.whole(part, _MOST_REMEMBERED)
    if data is None:
        return elements_in(package.chunks(part), part, words, package.budget)
    key = data, tuple(words)
    if key not in _REMEMBERED:
        if len(_REMEMBERED) >= _MOST_PARTS:
            _REMEMBERED.clear()
        _REMEMBERED[key] = tuple(elements_in((data,), part, words, package.budget))
    else:
        package.budget.add_details(len(_REMEMBERED[key]))
    return iter(_REMEMBERED[key])


def elements_in(
    chunks: Iterable[bytes], part: str, words: Vocabulary, budget: Budget
) -> Iterator[tuple[str, Attributes]]:
    """The elements in the bytes of a part that the vocabulary knows, in order, each with its attributes."""
    parser = parser_for(words, part, budget)
    finder = _Finder(words)
    parser.StartElementHandler = finder.start
    parser.EndElementHandler = finder.end
    for _ in _steps(parser, chunks, part, budget, finder):
        budget.add_details(len(finder.found))
        yield from finder.found
        finder.found.clear()


class _Finder:
    __slots__ = ("_known", "depth", "found")

    def __init__(self, words: Vocabulary) -> None:
        self.depth = 0
        self.found: list[tuple[str, Attributes]] = []
        self._known = frozenset(words.values())

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name in self._known:
            self.found.append((name, attributes))

    def end(self, _name: str) -> None:
        self.depth -= 1


def _steps(
    parser: expat.XMLParserType, chunks: Iterable[bytes], part: str, budget: Budget, reader: Reader
) -> Iterator[None]:
    # After each step the caller takes what its handlers found, so that nothing piles up.
    fed = 0
    names = _Names(part, budget)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            # Expat keeps what is open: elements within elements, and a tag or comment that has not ended.
            if reader.depth > _DEEPEST:
                raise budget.too_large(f"{part} has {reader.depth:,} elements inside each other", f"{_DEEPEST}")
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise budget.too_large(f"{part} has a tag or comment without end", f"{_LONGEST_TAG:,} bytes")
            names.check(parser.intern)
            yield
        parser.Parse(b"", True)
        yield
    except NOT_XML as error:
        line = parser.CurrentLineNumber
        raise budget.damaged(f"its part {part} is not well-formed XML (line {line})") from error


class _Names:
    # Expat and Python keep every name that a part uses.

    __slots__ = ("_budget", "_bytes", "_count", "_part")

    def __init__(self, part: str, budget: Budget) -> None:
        self._part, self._budget, self._count, self._bytes = part, budget, 0, 0

    def check(self, names: Vocabulary) -> None:
        count = len(names)
        if count == self._count:
            return
        self._bytes += sum(len(name or "") for name in islice(names, self._count, None))
        self._count = count
        if count > _MOST_NAMES or self._bytes > _MOST_NAME_BYTES:
            found = f"{self._part} uses {count:,} names of {self._bytes:,} characters"
            raise self._budget.too_large(found, f"{_MOST_NAMES:,} names of {_MOST_NAME_BYTES:,} characters")


def _bound_namespaces(parser: expat.XMLParserType, part: str, budget: Budget) -> None:
    # Each prefix is kept; and each element's name is spelt out with its namespace, however long that is.
    prefixes: set[str | None] = set()

    def declared(prefix: str | None, namespace: str | None) -> None:
        prefixes.add(prefix)
        if len(prefixes) > _MOST_PREFIXES or len(namespace or "") > _LONGEST_NAMESPACE:
            found = f"{part} declares {len(prefixes):,} namespaces, the last of {len(namespace or ''):,} characters"
            raise budget.too_large(found, f"{_MOST_PREFIXES:,} namespaces of {_LONGEST_NAMESPACE:,} characters")

    parser.StartNamespaceDeclHandler = declared


def _refuse_doctype(package: SafePackage, part: str) -> None:
    # A DOCTYPE can only stand before the first element; reading stops there.
    parser = parser_for({}, part, package.budget)
    begun: list[str] = []

    def start(name: str, _attributes: Attributes) -> None:
        begun.append(name)

    parser.StartElementHandler = start
    fed = 0
    for chunk in package.chunks(part, _HEAD):
        if begun or not _parsed(parser, chunk, _refusal(chunk, part, package.budget)):
            return
        fed += len(chunk)
        if fed > _LONGEST_PROLOG:
            raise package.budget.too_large(f"{part} begins with comments or blanks without end", f"{fed:,} bytes")


def _parsed(parser: expat.XMLParserType, chunk: bytes, refuse: Callable[[], None]) -> bool:
    # A part that is not well-formed but is never read by us does no harm, unless it is a DOCTYPE that broke it.
    try:
        parser.Parse(chunk, False)
    except NOT_XML:
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
        raise budget.too_large(f"it consists of {entries:,} parts", f"{budget.limits.entries:,} parts", "entries")


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
        raise budget.too_large("its list of parts is far too long", f"{budget.limits.entries:,} parts", "entries")


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
