"""What every sheet of views shares: how a rating and its coverage are shown, and rows by heading."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from xl_outcomes.reporting.readback import Words


def marked(row: Mapping[str, Any]) -> str | None:
    """A rating as people see it: the word, with an asterisk where an override replaced it."""
    rating: str | None = row["Rating"]
    return f"{rating}*" if rating and "override" in str(row["Flags"] or "") else rating


def coverage(row: Mapping[str, Any]) -> str:
    """How many of how many were rated: "5 of 6"."""
    return f"{row['Rated']} of {row['Due']}"


def word(words: Words, ref: str, heading: str) -> str | None:
    """What was typed under a heading for an indicator."""
    return words.get(ref, {}).get(heading)


def records(data: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame by heading."""
    return [dict(zip(data.columns, values, strict=True)) for values in data.itertuples(index=False, name=None)]
