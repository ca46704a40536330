"""What every sheet of views shares: how ratings and coverage are shown, what they were, and rows by heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_outcomes.contract import RATINGS
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.periods import Quarter
from xl_outcomes.reporting.readback import Words
from xl_outcomes.tables import Tables, get
from xl_outcomes.wording import some_of

NONE_YET = "There is none in this framework yet"
BETTER, WORSE = "↑ Better", "↓ Worse"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The ratings of the quarter before, by ref; both empty where it was not rated."""

    indicators: Mapping[str, str | None]
    outcomes: Mapping[str, str | None]


def earlier_ratings(tables: Tables, period: Quarter) -> Earlier:
    """What was rated in the quarter before `period`."""
    before = str(period.shift(-1))
    return Earlier(_ratings(tables, "Results", "Indicator", before), _ratings(tables, "Rollup", "Ref", before))


def marked(row: Mapping[str, Any]) -> str | None:
    """A rating as people see it: the word, with an asterisk where an override replaced it."""
    rating: str | None = row["Rating"]
    return f"{rating}*" if rating and "override" in str(row["Flags"] or "") else rating


def shape(rating: str | None) -> str | None:
    """The shape that stands beside a rating for people who cannot tell its colour; None for what is no rating."""
    look = SHIPPED.ratings.get(rating or "")
    return look.mark if look else None


def coverage(row: Mapping[str, Any]) -> str:
    """How many of how many were rated: "5 of 6"."""
    return f"{row['Rated']:g} of {row['Due']:g}"


def movement(was: str | None, now: str | None) -> str | None:
    """Better or worse, with an arrow; None where a rating is missing or both are the same."""
    if was not in RATINGS or now not in RATINGS or was == now:
        return None
    return BETTER if RATINGS.index(now) < RATINGS.index(was) else WORSE


def since(earlier: Mapping[str, str | None], ref: str, now: str | None) -> str:
    """What has become of a rating since the quarter before, in a few words."""
    was = earlier.get(ref)
    moved = movement(was, now)
    if moved:
        return f"{moved}: was {was}"
    if now in RATINGS:
        return "No change" if was == now else "New: had no rating"
    return f"Was {was}" if was in RATINGS else "Had no rating either" if earlier else "Not rated before"


def word(words: Words, ref: str, heading: str) -> str | None:
    """What was typed under a heading for an indicator."""
    return words.get(ref, {}).get(heading)


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, cut between words where that is possible; what is cut ends with "…"."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    between = kept.rfind(" ")
    return (kept[:between] if between > most // 2 else kept).rstrip(" ,;:.") + "…"


def abridged(refs: object, most: int = 4) -> str | None:
    """A list of refs as Rollup has it, no longer than so many: "A-1, A-2, A-3 and 9 more"; None where there is none."""
    return some_of(str(refs).split(", "), most) if refs else None


def how_many(refs: object) -> int | None:
    """How many refs a list holds; None where there is none."""
    return len(str(refs).split(", ")) if refs else None


def padded(rows: Sequence[Sequence[Any]], most: int, across: int, at: int) -> list[list[Any]]:
    """Exactly `most` rows of `across` cells: blank ones added, or the last one saying in cell `at` how many more."""
    listed = [list(row) for row in rows]
    if len(listed) > most:
        left = len(listed) - most + 1
        told: list[Any] = [None] * across
        told[at] = f"… and {left} more"
        return [*listed[: most - 1], told]
    return [*listed, *([None] * across for _ in range(most - len(listed)))]


def records(data: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by heading."""
    headings = list(data.columns)
    return [dict(zip(headings, values, strict=True)) for values in data.itertuples(index=False, name=None)]


def rows_of(tables: Tables, name: str, period: str) -> list[dict[str, Any]]:
    """A quarter's rows of a table that holds many quarters."""
    held = get(tables, name).frame
    return records(held[held["Period"] == period])


def _ratings(tables: Tables, name: str, key: str, period: str) -> dict[str, str | None]:
    return {str(row[key]): row["Rating"] for row in rows_of(tables, name, period)}
