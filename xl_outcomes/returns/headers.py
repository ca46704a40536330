"""The heading row of a return: on any sheet, in any order, also where headings are stacked or merged."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xl_outcomes.returns.expected import HEADINGS, REVISION_HEADINGS, plain
from xl_outcomes.workbook.cell_types import Sheet

_KNOWN = {heading.casefold(): heading for heading in (*HEADINGS, *REVISION_HEADINGS)}
_LONGEST = 60
_LIKELY = 4
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Header:
    """A heading row: its sheet, its row (the lowest, where headings are stacked), and the column of each heading."""

    sheet: Sheet
    row: int
    columns: Mapping[str, int]


def find_headers(sheet: Sheet) -> Iterator[Header]:
    """The rows of a sheet that hold known headings, and rows that are stacked by merged cells, put together."""
    rows: dict[int, dict[str, int]] = {}
    for row, column, text in sheet.cells.texts():
        if len(text) <= _LONGEST:
            heading = _heading(text)
            if heading:
                rows.setdefault(row, {}).setdefault(heading, column)
    for row, columns in rows.items():
        yield Header(sheet, row, columns)
    for row in _stacked(sheet, rows):
        yield Header(sheet, row + 1, {**rows[row], **rows[row + 1]})


def best_header(headers: Iterable[Header], headings: tuple[str, ...], needs: str) -> Header | None:
    """The header with most of the headings: at least four of them, or there is none."""
    best: Header | None = None
    for header in headers:
        columns = {h: c for h, c in header.columns.items() if h in headings}
        likely = len(columns) >= _LIKELY and (needs in columns or (needs == "Shorthand" and _is_main(columns)))
        if likely and (best is None or len(columns) > len(best.columns)):
            best = Header(header.sheet, header.row, columns)
    return best


@lru_cache(maxsize=16_384)
def _heading(text: str) -> str | None:
    """The known heading that a text is, give or take capitals, stars and what cannot be seen."""
    return _KNOWN.get(plain(text.translate(_UNSEEN)).rstrip("*: ").casefold())


def _is_main(columns: Mapping[str, int]) -> bool:
    return bool({"Commentary", "Forecast", "Definition", "Target", "Last value"} & set(columns))


def _stacked(sheet: Sheet, rows: Mapping[int, Mapping[str, int]]) -> list[int]:
    """The upper of two rows of headings that a merged cell ties together: one over both rows, or one over columns."""
    tied = {
        row
        for top, left, bottom, right in sheet.merged
        if (bottom == top and right > left) or bottom == top + 1
        for row in (top,)
        if row in rows and row + 1 in rows
    }
    return sorted(row for row in tied if not set(rows[row].values()) & set(rows[row + 1].values()))
