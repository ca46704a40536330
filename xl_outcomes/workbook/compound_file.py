"""The names at the top of a compound file, the container of .xls, .doc and of encrypted workbooks."""

import struct
from collections.abc import Iterator
from typing import IO

from xl_outcomes.workbook.budget import Budget

_ENCRYPTED = "EncryptedPackage"
_ENTRY = 128
_LAST_SECTOR = 0xFFFFFFFA
_NOTHING = 0xFFFFFFFF
_HEADER_TABLE = 109


def root_names(file: IO[bytes], budget: Budget) -> frozenset[str]:
    """The names of the streams and storages in the root of an open compound file; error `file-damaged`.

    What is embedded in the document (a Word text in a sheet, say) lies deeper and is not listed.
    """
    file.seek(0)
    content = file.read(budget.limits.file_bytes)
    file.seek(0)
    try:
        names = frozenset(_names(content))
    except (struct.error, IndexError, ValueError) as error:
        # Cut short, but still plain enough what it is.
        if _ENCRYPTED.encode("utf-16-le") in content:
            return frozenset((_ENCRYPTED,))
        raise budget.damaged("the file is cut short or its directory is broken") from error
    return names


def _names(content: bytes) -> Iterator[str]:
    sector_size = 1 << struct.unpack_from("<H", content, 30)[0]
    if sector_size not in (512, 4096):
        raise ValueError(sector_size)
    table = _allocation(content, sector_size)
    first = struct.unpack_from("<L", content, 48)[0]
    directory = b"".join(_sector(content, number, sector_size) for number in _chain(first, table))
    # The root's entries hang on its child as a binary tree of left and right neighbours.
    waiting = [struct.unpack_from("<L", directory, 76)[0]]
    seen: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number == _NOTHING or number in seen:
            continue
        seen.add(number)
        entry = directory[number * _ENTRY : (number + 1) * _ENTRY]
        size = struct.unpack_from("<H", entry, 64)[0]
        yield entry[: max(0, min(size, 64) - 2)].decode("utf-16-le", "replace")
        waiting.extend(struct.unpack_from("<2L", entry, 68))


def _allocation(content: bytes, sector_size: int) -> list[int]:
    # Which sector follows which; the list of the table's own sectors starts in the header and goes on in a chain.
    places = list(struct.unpack_from(f"<{_HEADER_TABLE}L", content, 76))
    further = struct.unpack_from("<L", content, 68)[0]
    seen: set[int] = set()
    most = len(content) // sector_size
    while further < _LAST_SECTOR and further not in seen and len(places) <= most + _HEADER_TABLE:
        seen.add(further)
        *more, further = _numbers(_sector(content, further, sector_size))
        places.extend(more)
    table: list[int] = []
    for place in places:
        if place < _LAST_SECTOR and len(table) * sector_size <= len(content):
            table.extend(_numbers(_sector(content, place, sector_size)))
    return table


def _chain(first: int, table: list[int]) -> Iterator[int]:
    seen: set[int] = set()
    while first < _LAST_SECTOR and first not in seen:
        seen.add(first)
        yield first
        first = table[first]


def _sector(content: bytes, number: int, size: int) -> bytes:
    # The header takes the place of one sector.
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(sector: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(sector) // 4}L", sector))
