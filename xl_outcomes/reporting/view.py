"""What an officer sees of the results, as tables: the shape shared by creation and updating of a master."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

INDICATOR_TABLES = "Sheet_"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a cell leads: the row of a table in which a heading has a value, or a file (and a `place` in it)."""

    table: str = ""
    heading: str = ""
    key: str = ""
    period: str = ""
    file: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A named table of values on a sheet that people read.

    `frame` holds text, numbers and blanks under its headings. `ratings` names the headings whose cells get the
    colours of the rating words; `widths` are in characters, one a heading; long texts wrap. `links` says for some
    headings where each row's cell leads (None: nowhere); `levels` is the outline level of each row, 0 the top.
    """

    table: str
    frame: pd.DataFrame
    widths: tuple[float, ...]
    ratings: tuple[str, ...] = ()
    caption: str = ""
    links: Mapping[str, Sequence[Link | None]] = field(default_factory=dict)
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewSheet:
    """A sheet of views, one below the other (the one that can grow comes last)."""

    name: str
    title: str
    note: str
    views: tuple[View, ...]
