"""The entries of a workbook's zip archive: placed, expanded within limits, and put together again byte for byte."""

import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xl_outcomes.errors import FileError

PART_LIMIT = 400 * 2**20
ENTRY_LIMIT = 10_000
SAVE_AS = "Save it in Excel as Excel Workbook (*.xlsx) and try again."
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_UTF8_NAME = 0x800


@dataclass(frozen=True, slots=True)
class Entry:
    """A zip entry as it stands: its place in the source (header, data, descriptor) and its directory record."""

    info: zipfile.ZipInfo
    start: int
    end: int
    record: bytes


def opened(source: bytes) -> tuple[zipfile.ZipFile, dict[str, Entry]]:
    """The archive in a workbook's bytes and its entries by name, in order; the archive stays open, in memory only.

    Raises FileError: file-password, file-format, file-damaged or file-too-large.
    """
    if source.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        what = "The workbook is protected by a password (or is an old .xls file)."
        raise FileError("file-password", what, f"Open it in Excel and remove the password. {SAVE_AS}")
    if not source.startswith(b"PK"):
        raise FileError("file-format", "This file is not an .xlsx or .xlsm workbook.", SAVE_AS)
    try:
        # Opened once for all parts, because reading the directory takes longer than reading a part.
        archive = zipfile.ZipFile(io.BytesIO(source))
        return archive, _placed(source, archive.infolist(), archive.start_dir)
    except (zipfile.BadZipFile, struct.error, NotImplementedError, OverflowError, UnicodeDecodeError) as error:
        raise damaged(str(error)) from None


def _placed(source: bytes, infos: Sequence[zipfile.ZipInfo], directory: int) -> dict[str, Entry]:
    if len(infos) > ENTRY_LIMIT:
        raise FileError("file-too-large", f"The workbook has {len(infos)} parts, more than the {ENTRY_LIMIT} allowed.")
    starts = sorted({info.header_offset for info in infos} | {directory})
    ends = dict(itertools.pairwise(starts))
    found: dict[str, Entry] = {}
    for info in infos:
        size = _CENTRAL.size + sum(_CENTRAL.unpack_from(source, directory)[10:13])
        entry = Entry(info, info.header_offset, ends[info.header_offset], source[directory : directory + size])
        if entry.end - entry.start < _LOCAL.size + info.compress_size:
            raise damaged(f"its entries overlap at {info.filename}")
        found[info.filename] = entry
        directory += size
    if len({key_of(name) for name in found}) < len(infos):
        raise damaged("it holds two entries of one name")
    return found


def expand(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, a piece at a time.

    Raises FileError: file-too-large, file-damaged (also where its CRC is wrong) or file-password.
    """
    if info.file_size > PART_LIMIT:
        raise FileError(
            "file-too-large",
            f"The workbook's part {info.filename} expands to {info.file_size / 2**20:,.0f} MB, "
            f"more than the {PART_LIMIT // 2**20} MB allowed.",
        )
    try:
        # zipfile never hands out more than the declared size, so the check above bounds what is expanded.
        with archive.open(info) as stream:
            while piece := stream.read(2**20):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise damaged(f"its part {info.filename} cannot be expanded ({error})") from None
    except RuntimeError:
        raise FileError("file-password", f"The workbook's part {info.filename} is encrypted.") from None


def assemble(source: bytes, entries: Sequence[Entry], names: Sequence[str], changed: Mapping[str, bytes]) -> bytes:
    """An archive of entries of the source (`names` says which), changed where new bytes are given, and of new ones."""
    body: list[bytes | memoryview] = []
    directory: list[bytes] = []
    offset = 0
    new = [Entry(zipfile.ZipInfo(name), 0, 0, b"") for name in changed if name not in names]
    for entry in [*entries, *new]:
        local: bytes | memoryview
        if entry.info.filename in changed:
            local, record = _packed(entry.info, changed[entry.info.filename], offset)
        else:
            local, record = memoryview(source)[entry.start : entry.end], _moved(entry.record, offset)
        body.append(local)
        directory.append(record)
        offset += len(local)
    size, count = sum(map(len, directory)), len(directory)
    if offset + size >= 2**32:
        raise FileError("file-too-large", "The workbook would be larger than 4 GB.")
    return b"".join([*body, *directory, _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)])


def _packed(info: zipfile.ZipInfo, data: bytes, offset: int) -> tuple[bytes, bytes]:
    """A changed part's local entry and directory record, compressed afresh, with its old date and attributes."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = squeeze.compress(data) + squeeze.flush()
    name = info.filename.encode()
    flags = 0 if info.filename.isascii() else _UTF8_NAME
    year, month, day, hour, minute, second = info.date_time
    date, time = (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2
    common = (20, flags, 8, time, date, zlib.crc32(data), len(packed), len(data), len(name))
    local = _LOCAL.pack(b"PK\3\4", *common, 0)
    made_by = info.create_system << 8 | 20
    record = _CENTRAL.pack(b"PK\1\2", made_by, *common, 0, 0, 0, info.internal_attr, info.external_attr, offset)
    return local + name + packed, record + name


def _moved(record: bytes, offset: int) -> bytes:
    """A directory record with a new offset, which a zip64 record keeps in its extra field."""
    if record[42:46] != b"\xff\xff\xff\xff":
        return record[:42] + struct.pack("<I", offset) + record[46:]
    position = _CENTRAL.size + struct.unpack_from("<H", record, 28)[0]
    while struct.unpack_from("<H", record, position)[0] != 1:
        position += 4 + int(struct.unpack_from("<H", record, position + 2)[0])
    position += 4 + 8 * sum(record[at : at + 4] == b"\xff\xff\xff\xff" for at in (20, 24))
    return record[:position] + struct.pack("<Q", offset) + record[position + 8 :]


def key_of(name: str) -> str:
    """A part name as Office compares it: without regard to case, slashes or a leading slash."""
    return name.replace("\\", "/").lstrip("/").casefold()


def damaged(why: str) -> FileError:
    """The error for a workbook that is not sound; `why` completes "damaged: ..."."""
    return FileError("file-damaged", f"The workbook is damaged: {why}.", "Open it in Excel, save it again and retry.")
