"""The reports that can be written, and what officers wrote for them in the tables Reports, Narrative and Risks."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_outcomes.columns import to_date
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError
from xl_outcomes.framework import ref_text
from xl_outcomes.periods import Month, Quarter, year_name
from xl_outcomes.tables import Tables, blank
from xl_outcomes.wording import day_words

TO_BE_CONFIRMED = "To be confirmed"
_MONTHS = (
    *("April", "May", "June", "July", "August", "September"),
    *("October", "November", "December", "January", "February", "March"),
)

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report: its name on the command line and in the Reports table, its title, and its template's file name.

    `module` is the module of `reporting` that makes its documents; `needs` are tables without which there is nothing
    to report.
    """

    name: str
    title: str
    template: str
    module: str = "cabinet_report"
    needs: tuple[str, ...] = ()


_REPORTS = (
    ReportKind("cabinet-performance", "Outcomes framework: performance report", "cabinet-performance.docx"),
    ReportKind(
        "framework-adoption", "Outcomes framework: report for adoption", "framework-adoption.docx", "adoption_report"
    ),
    ReportKind(
        "information-bulletin", "Information bulletin", "information-bulletin.docx", "bulletin_report", ("Changes",)
    ),
    ReportKind("half-yearly", "Half-yearly performance report", "half-yearly.docx", "half_year_report"),
    ReportKind(
        "quarterly-monitoring",
        "Outcomes framework: quarterly monitoring",
        "quarterly-monitoring.docx",
        "monitoring_report",
    ),
    ReportKind(
        "data-quality", "Data quality of the outcomes framework", "data-quality.docx", "quality_report", ("Quality",)
    ),
    ReportKind(
        "council-adoption", "Adoption of the outcomes framework", "council-adoption.docx", "council_adoption_report"
    ),
    ReportKind("cabinet-exception", "Performance by exception", "cabinet-exception.docx", "exception_report"),
    ReportKind("member-briefings", "Cabinet member briefings", "member-briefing.docx", "briefing_report"),
    ReportKind("clinic-packs", "Performance clinic packs", "clinic-pack.docx", "clinic_report", ("Services",)),
    ReportKind(
        "scrutiny-performance", "Performance report to scrutiny", "scrutiny-performance.docx", "scrutiny_report"
    ),
    ReportKind(
        "scrutiny-year-end", "Year-end report to scrutiny", "scrutiny-year-end.docx", "year_end_report", ("Services",)
    ),
    ReportKind(
        "service-plan-summary",
        "Measures by service plan",
        "service-plan-summary.docx",
        "service_plan_report",
        ("Services",),
    ),
    ReportKind("corporate-plan", "Corporate plan on a page", "corporate-plan.docx", "corporate_plan_report"),
)


@dataclass(frozen=True, slots=True)
class Header:
    """What the head of the report says; what is not known yet is to be confirmed."""

    report_number: str
    to: str
    sender: str
    officer: str
    meeting_date: str
    key_decision: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A significant risk, in words."""

    ref: str
    risk: str
    likelihood: str
    impact: str
    mitigation: str


def reports() -> tuple[ReportKind, ...]:
    """Every report there is, in the order in which they are listed."""
    return _REPORTS


def offered(tables: Tables) -> tuple[ReportKind, ...]:
    """The reports of a master: those in its table Reports, else all for which it has what they need."""
    own = {text(row["Report"]).casefold() for row in tables.get("Reports", blank("Reports")).rows()}
    listed = tuple(kind for kind in reports() if kind.name in own)
    return listed or tuple(kind for kind in reports() if not lacking(kind, tables))


def lacking(kind: ReportKind, tables: Tables) -> tuple[str, ...]:
    """The tables that a report needs and that hold nothing in a master."""
    return tuple(name for name in kind.needs if not len(tables.get(name, blank(name)).frame))


def find_report(name: str) -> ReportKind:
    """The report of that name; InputError names the nearest or lists them all."""
    known = {kind.name: kind for kind in reports()}
    wanted = name.strip().casefold()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1)
    fix = f'Did you mean "{near[0]}"?' if near else f"There is: {', '.join(known)}."
    raise InputError(f'There is no report called "{name}".', fix)


def read_header(tables: Tables, name: str, quarter: Quarter) -> Header:
    """The head of a report from its last row of Reports for that quarter."""
    rows = [r for r in of_period(tables, "Reports", quarter) if text(r["Report"]).casefold() == name.casefold()]
    row: Mapping[str, Any] = rows[-1] if rows else {}

    def cell(heading: str) -> str:
        return text(row.get(heading)) or TO_BE_CONFIRMED

    day = to_date(row.get("Meeting date"))
    date = day_words(day) if day else cell("Meeting date")
    to = text(row.get("To")) or cell("Committee")
    return Header(cell("Report number"), to, cell("From"), cell("Officer"), date, cell("Key decision"))


def read_risks(tables: Tables) -> tuple[Risk, ...]:
    """The significant risks, in table order; what the register leaves blank is "Not recorded"."""
    rows = [r for r in tables.get("Risks", blank("Risks")).rows() if text(r["Risk"])]
    headings = ("Ref", "Risk", "Likelihood", "Impact", "Mitigation")
    return tuple(Risk(*(text(r.get(h)) or "Not recorded" for h in headings)) for r in rows)


def period_words(quarter: Quarter) -> str:
    """A quarter in words: Quarter 1 of 2025/26 (April to June 2025)."""
    first, last = quarter.months[0], quarter.months[-1]
    months = f"{_MONTHS[first.number - 1]} to {month_words(last)}"
    return f"Quarter {quarter.number} of {year_name(quarter.year)} ({months})"


def month_words(month: Month) -> str:
    """A month in words: April 2025."""
    return f"{_MONTHS[month.number - 1]} {month.year + (month.number > 9)}"


def text(value: object) -> str:
    """A cell as text; blank for an empty one."""
    return "" if value is None or value != value else ref_text(value)


def of_period(tables: Tables, name: str, quarter: Quarter) -> list[dict[str, Any]]:
    """A quarter's rows of a table that holds many quarters, however the quarter is typed."""
    tidy = SPECS[name].column("Period").tidy
    return [r for r in tables.get(name, blank(name)).rows() if tidy(r["Period"]) == str(quarter)]
