"""What an officer sees of the results, as tables: the shape shared by creation and updating of a master."""

from dataclasses import dataclass

import pandas as pd

INDICATOR_TABLES = "Sheet_"


@dataclass(frozen=True, slots=True)
class View:
    """A named table of values on a sheet that people read.

    `frame` holds text, numbers and blanks under its headings. `ratings` names the headings whose cells get the
    colours of the rating words; `widths` are in characters, one a heading; long texts wrap.
    """

    table: str
    frame: pd.DataFrame
    widths: tuple[float, ...]
    ratings: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ViewSheet:
    """A sheet of views, one below the other (the one that can grow comes last)."""

    name: str
    title: str
    note: str
    views: tuple[View, ...]
