"""The golden thread as a file for other programs and people: .xlsx, .csv or .json."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

from xl_outcomes.activities import Activity
from xl_outcomes.errors import InputError
from xl_outcomes.framework import Indicator, Outcome
from xl_outcomes.golden_thread import End, Gap, GoldenThread, Loose, read_thread
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.new_files import write_new
from xl_outcomes.reporting.thread_view import theory_page, thread_page
from xl_outcomes.tables import Tables

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula in a CSV file


def write_thread(path: Path, tables: Tables, created: dt.datetime, style: HouseStyle = SHIPPED) -> Path:
    """Writes the golden thread of a master's tables; a file of that name that differs goes into the folder `earlier`.

    `created` is the time in the properties of a workbook. Raises InputError for an ending other than .xlsx, .csv and
    .json, WorkbookError for a wrong setting or a circular tree, FileError where the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".xlsx", ".csv", ".json"):
        found = f"ends in {path.suffix}" if path.suffix else "has no ending"
        message = f"The golden thread is written as a workbook, CSV or JSON, and {path.name} {found}."
        raise InputError(message, "Give the file a name that ends in .xlsx, .csv or .json.")
    thread = read_thread(tables)
    if kind == ".json":
        return write_new(path, _json(thread))
    return write_new(path, _csv(thread) if kind == ".csv" else _workbook(thread, created, style))


def _workbook(thread: GoldenThread, created: dt.datetime, style: HouseStyle) -> bytes:
    from xl_outcomes.workbook.create import create_sheets

    sheets = [page for page in (thread_page(thread), theory_page(thread)) if page]
    named = thread.settings.council or thread.settings.framework
    title = f"{named}: the golden thread" if named else "The golden thread"
    return create_sheets(sheets, title=title, created=created, style=style)


def _csv(thread: GoldenThread) -> bytes:
    """One line for each end and loose end, in UTF-8 with the mark by which Excel knows it."""
    lines = [*(_end_line(end, thread.vision) for end in thread.ends), *map(_loose_line, thread.loose)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _HEADINGS, restval="")
    writer.writeheader()
    writer.writerows({heading: _harmless(text) for heading, text in line.items()} for line in lines)
    return out.getvalue().encode("utf-8-sig")


_WHO = ("responsible officer", "portfolio holder")
_HEADINGS = (
    "Vision",
    *(f"Tier {tier} {what}" for tier in (1, 2, 3, 4) for what in ("ref", "title", *_WHO)),
    *("Indicator ref", "Indicator", "Indicator status", "Responsible officer", "Portfolio holder", "Data owner"),
    *("Service", "Service plan", "Other plans", "Activities", "Loose", "Gap"),
)


def _end_line(end: End, vision: str) -> dict[str, str]:
    line = {"Vision": vision}
    for o in end.outcomes:
        told = zip(("ref", "title", *_WHO), (o.ref, o.title, o.responsible_officer, o.portfolio_holder), strict=True)
        line |= {f"Tier {o.tier} {what}": text for what, text in told}
    if end.indicator:
        i = end.indicator
        line |= {"Indicator ref": i.ref, "Indicator": i.title, "Indicator status": i.status, "Data owner": i.data_owner}
        line |= {"Responsible officer": i.responsible_officer, "Portfolio holder": i.portfolio_holder}
        line |= {"Service": i.service, "Service plan": end.plan}
    activities = "; ".join(f"{a.ref} {a.title}" for a in end.activities)
    return line | {"Other plans": "; ".join(end.strategies), "Activities": activities, "Gap": _told(end.gaps)}


def _loose_line(loose: Loose) -> dict[str, str]:
    return {"Loose": f"{loose.what} {loose.ref}", "Gap": _told(loose.gaps)}


def _told(gaps: tuple[Gap, ...]) -> str:
    return " ".join(gap.words for gap in gaps)


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(thread: GoldenThread) -> bytes:
    settings, gaps = thread.settings, [_gap(gap) for gap in thread.gaps]
    tiers = {str(tier): settings.tier_name(tier) for tier in (1, 2, 3, 4)}
    told = {"council": settings.council, "framework": settings.framework, "vision": settings.vision, "tiers": tiers}
    whole = {**told, "threads": [_end_json(end) for end in thread.ends], "gaps": gaps}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _end_json(end: End) -> dict[str, Any]:
    return {
        "outcomes": [_outcome(o) for o in end.outcomes],
        "indicator": _indicator(end.indicator, end.plan) if end.indicator else None,
        "other_plans": list(end.strategies),
        "activities": [_activity(a) for a in end.activities],
        "gaps": [_gap(gap) for gap in end.gaps],
    }


def _outcome(o: Outcome) -> dict[str, Any]:
    people = {"responsible_officer": o.responsible_officer or None, "portfolio_holder": o.portfolio_holder or None}
    return {"ref": o.ref, "tier": o.tier, "title": o.title, **people}


def _indicator(i: Indicator, plan: str) -> dict[str, Any]:
    people = {"responsible_officer": i.responsible_officer or None, "portfolio_holder": i.portfolio_holder or None}
    service = {"data_owner": i.data_owner or None, "service": i.service or None, "service_plan": plan or None}
    return {"ref": i.ref, "title": i.title, "status": i.status, **people, **service}


def _activity(a: Activity) -> dict[str, Any]:
    told = {"ref": a.ref, "activity": a.title, "lead": a.lead or None, "status": a.status or None}
    return {**told, "tied_to": list(a.outcomes)}


def _gap(gap: Gap) -> dict[str, str]:
    return {"ref": gap.ref, "kind": gap.kind, "words": gap.words}
