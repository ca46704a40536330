"""The contract of the master workbook: every table, its headings, their types, units and allowed words.

This is the one place that knows a heading. A table is an Excel table (ListObject) with the display name and headings
below; officers may add columns and move tables.
"""

from collections.abc import Mapping

from xl_outcomes.contract.given import GIVEN
from xl_outcomes.contract.shapes import Spec
from xl_outcomes.contract.words import (
    FREQUENCIES,
    LIVE,
    POLARITIES,
    RATINGS,
    ROLL_UPS,
    SEVERITIES,
    SHORTHAND,
    TOLERANCE_KINDS,
    YES_NO,
)
from xl_outcomes.contract.written import WRITTEN

__all__ = [
    "FREQUENCIES",
    "LIVE",
    "NEEDED",
    "POLARITIES",
    "RATINGS",
    "ROLL_UPS",
    "SEVERITIES",
    "SHORTHAND",
    "SPECS",
    "TOLERANCE_KINDS",
    "YES_NO",
    "Spec",
]

SPECS: Mapping[str, Spec] = {spec.name: spec for spec in (*GIVEN, *WRITTEN)}
NEEDED = ("Settings", "Outcomes", "Indicators", "Targets", "Observations")
