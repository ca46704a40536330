"""The documents of a report: each kind of report has a module that makes them of a rated quarter.

A kind's module has FIELDS, the names that its template may use beyond the common ones, each with its meaning, and
`documents`, which gives a document for each file that the report consists of.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xl_outcomes.errors import InputError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.quarter import Rated
from xl_outcomes.reporting.facts import Facts, gather
from xl_outcomes.reporting.fields import FIELDS
from xl_outcomes.reporting.fields import fields as common_fields
from xl_outcomes.reporting.registry import ReportKind, lacking
from xl_outcomes.tables import Tables


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is made of: the rated quarter, the master's tables, the facts that all reports share, the style."""

    rated: Rated
    tables: Tables
    facts: Facts
    style: HouseStyle = SHIPPED


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a report.

    `suffix` sets its file name apart (blank where the report is one file); `values` are the fields of its template;
    `charts` say what is to be drawn (`charts.py`), by field name.
    """

    values: Mapping[str, object]
    charts: Mapping[str, object] = field(default_factory=dict)
    suffix: str = ""
    title: str = ""


def documents(kind: ReportKind, rated: Rated, tables: Tables, style: HouseStyle = SHIPPED) -> tuple[Document, ...]:
    """Every document of a report of a rated quarter, with the common fields and its own.

    Raises InputError where the master lacks what the report is about.
    """
    missing = lacking(kind, tables)
    if missing:
        fix = f"Fill in the table {missing[0]}, or choose another report: xl-outcomes reports."
        raise InputError(f"There is nothing to put into {kind.name}: the table {missing[0]} is empty.", fix)
    source = Source(rated, tables, gather(rated, tables, kind.name), style)
    common = common_fields(source.facts, style)
    made: Sequence[Document] = _module(kind).documents(source)
    if not made:
        fix = "xl-outcomes reports lists the reports that there are for this master."
        raise InputError(f"There is nothing to put into {kind.name} for {rated.period}.", fix)
    return tuple(Document({**common, **own.values}, own.charts, own.suffix, own.title or kind.title) for own in made)


def field_list(kind: ReportKind) -> Mapping[str, str]:
    """Every name that a template of this report may use, with its meaning."""
    return {**FIELDS, **_module(kind).FIELDS}


def _module(kind: ReportKind) -> Any:
    return importlib.import_module(f"xl_outcomes.reporting.{kind.module}")
