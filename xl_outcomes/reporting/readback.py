"""What officers type on the indicator sheets, read back: commentary and corrective action are inputs there."""

from collections.abc import Iterable, Mapping
from typing import Any

from xl_outcomes.errors import InputError
from xl_outcomes.figures import is_yes
from xl_outcomes.framework import ref_text
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.tables import Table, change, extend

INPUTS = ("Commentary", "Corrective action")
Words = Mapping[str, Mapping[str, str | None]]


def words_given(observations: Table, period: Quarter) -> dict[str, dict[str, str | None]]:
    """The latest commentary and corrective action that stand beside each indicator's figures of a quarter."""
    found: dict[str, dict[str, str | None]] = {}
    for row in standing_rows(observations, period):
        words = found.setdefault(ref_text(row["Indicator"]), dict.fromkeys(INPUTS))
        words.update({h: str(row[h]) for h in INPUTS if row[h] is not None})
    return found


def standing_rows(observations: Table, period: Quarter) -> Iterable[dict[str, Any]]:
    """The rows of a quarter or its months that no later one has replaced, for the whole council."""
    return (row for row in _rows_of(observations, period) if not is_yes(row["Superseded"]))


def read_back(observations: Table, shown: Iterable[Table]) -> tuple[Table, tuple[str, ...]]:
    """Observations with what was typed on indicator sheets since they were written, and what changed in words.

    `shown` are the indicator tables as they stand; the last quarter among their headings says whose words they hold.
    A text that came with any return of the quarter is an older one still shown, and a blank cell clears nothing.
    """
    changes: list[str] = []
    for table in shown:
        period = _period_shown(table)
        if period is None or not {"Ref", *INPUTS} <= set(table.frame.columns):
            continue
        known = _all_words(observations, period)
        for row in table.rows():
            ref = ref_text(row["Ref"] or "")
            typed = {h: _text(row[h]) for h in INPUTS if _text(row[h]) not in known.get(ref, {""})}
            if ref and typed:
                observations = _with_words(observations, ref, period, typed)
                changes.append(f"{' and '.join(typed).lower()} of {ref} for {period}")
    return observations, tuple(changes)


def _all_words(observations: Table, period: Quarter) -> dict[str, set[str]]:
    """Every text that any return of the quarter gave, by indicator; the blank one always."""
    found: dict[str, set[str]] = {}
    for row in _rows_of(observations, period):
        found.setdefault(ref_text(row["Indicator"]), {""}).update(_text(row[h]) for h in INPUTS)
    return found


def _with_words(table: Table, ref: str, period: Quarter, words: Mapping[str, str]) -> Table:
    """The words put beside the quarter's latest figure; on a row of their own where there is no figure yet."""
    rows = [r["row"] for r in standing_rows(table, period) if ref_text(r["Indicator"]) == ref]
    if not rows:
        return extend(table, [{"Indicator": ref, "Period": str(period), **words}])
    return change(table, {rows[-1]: words})


def _rows_of(table: Table, period: Quarter) -> Iterable[dict[str, Any]]:
    """The rows of a quarter or its months, for the whole council."""
    keys = {str(period), *(str(m) for m in period.months)}
    rows = (r for r in table.rows() if r["Period"] in keys and r["Indicator"] is not None)
    return (r for r in rows if not r["Area"])


def _period_shown(table: Table) -> Quarter | None:
    quarters = [q for h in table.frame.columns if (q := _quarter(h)) is not None]
    return max(quarters, default=None)


def _quarter(heading: object) -> Quarter | None:
    try:
        return parse_quarter(heading)
    except InputError:
        return None


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
