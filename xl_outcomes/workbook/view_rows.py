"""How high the rows of a view are when it is refreshed: as high as in a sheet that is made anew (see `create.py`)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xl_outcomes.reporting.view import View
from xl_outcomes.tables import frame
from xl_outcomes.workbook.text_size import ONE_LINE, heading_width, text_height


def view_widths(views: Sequence[View]) -> list[float]:
    """A width for each column of a sheet of views, in which the widest of them has room; a view alone has filters."""
    widths = [0.0] * max((len(view.widths) for view in views), default=1)
    for view in views:
        for column, (heading, width) in enumerate(zip(view.frame.columns, view.widths, strict=True)):
            needed = heading_width(str(heading), width, filters=len(views) == 1)
            widths[column] = max(widths[column], needed)
    return widths


def row_heights(
    view: View, widths: Sequence[float], first: int, shown: Mapping[int, Mapping[str, object]]
) -> list[float | None]:
    """The height in points of each row of a view; None where the texts in its place stay as they are.

    `first` is the sheet row of the view's first row, `shown` what stands on the sheet: values by sheet row and heading.
    A row with the same texts keeps its height, because Excel or the officer may have fitted it better than we can.
    """
    headings = [str(heading) for heading in view.frame.columns]
    heights: list[float | None] = []
    for number, values in enumerate(view.frame.itertuples(index=False, name=None), first):
        old = shown.get(number)
        stays = old is not None and _texts([old.get(heading) for heading in headings]) == _texts(values)
        needed = text_height(zip(values, widths, strict=False)) or ONE_LINE
        heights.append(None if stays else _whole_pixels(needed))
    return heights


def shortened(view: View, most: int) -> View:
    """The view in so many rows; the last one says how many more there are, and what makes room for them."""
    left = len(view.frame) - most + 1
    told: list[object] = [None] * len(view.frame.columns)
    told[min(1, len(told) - 1)] = f"… and {left} more: move what stands below this table down, and rate again"
    rows = [*view.frame.head(most - 1).itertuples(index=False, name=None), told]
    links = {heading: [*places[: most - 1], None] for heading, places in view.links.items()}
    levels = (*view.levels[: most - 1], 0) if view.levels else ()
    return replace(view, frame=frame(map(str, view.frame.columns), rows), links=links, levels=levels)


def _whole_pixels(height: float) -> float:
    """A height as XlsxWriter writes it."""
    return int(height * 4 / 3 + 0.5) * 0.75


def _texts(values: Sequence[object]) -> list[str | None]:
    return [value if isinstance(value, str) and value.strip() else None for value in values]
