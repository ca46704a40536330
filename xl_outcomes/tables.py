"""Every table of the master workbook: headings, types, allowed words and pandera schemas.

This is the one place that knows a heading. A table is an Excel table (ListObject) with the display name and headings
below; officers may add columns and move tables. In memory a table is a frame with one column per heading, object
dtype, blanks as None, indexed by the row number on the sheet.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from xl_outcomes.errors import InputError
from xl_outcomes.exact import to_number
from xl_outcomes.periods import parse_period, parse_quarter
from xl_outcomes.workbook.cell_types import column_letters

if TYPE_CHECKING:
    import pandera.pandas as pa

RATINGS = ("Green", "Amber", "Red")
SEVERITIES = ("error", "query", "warning")
SHORTHAND = {
    "p": "provisional",
    "e": "estimated",
    "r": "revised",
    "x": "unavailable",
    "z": "not applicable",
    "c": "confidential",
}
YES_NO = ("Yes", "No")
POLARITIES = ("Higher is better", "Lower is better", "In range", "Neither")
FREQUENCIES = ("Monthly", "Quarterly", "Half-yearly", "Annual")
TOLERANCE_KINDS = ("Per cent", "Points")
ROLL_UPS = ("Average", "Worst", "Majority", "Share green")
LIVE = ("Live", "Baseline year")


@dataclass(frozen=True, slots=True)
class Column:
    """One heading; `needed` columns must be there.

    `kind` is text, number, whole, figure (a number, or what was typed for one), target (a number or TBC), choice,
    date, quarter or period.
    """

    heading: str
    kind: str = "text"
    words: tuple[str, ...] = ()
    needed: bool = False
    meaning: str = ""
    width: float = 14
    least: float | None = None

    def fits(self, value: object) -> bool:
        """Whether a cell's value is of this column's kind; blank always fits."""
        return value is None or _FITS[self.kind](self, value)

    def tidy(self, value: object) -> object:
        """The value as it is written here: an allowed word in its own capitals, a period as its key."""
        if self.kind == "choice" and isinstance(value, str):
            return next((w for w in self.words if w.casefold() == " ".join(value.casefold().split())), value)
        if self.kind in ("quarter", "period") and isinstance(value, str) and self.fits(value):
            return str(parse_period(value))
        return value


@dataclass(frozen=True, slots=True)
class Spec:
    """The contract of one table: its name, its sheet in a new master, its columns, and what it is for."""

    name: str
    sheet: str
    columns: tuple[Column, ...]
    purpose: str
    ours: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in their order."""
        return tuple(c.heading for c in self.columns)

    def column(self, heading: str) -> Column:
        """The column of that heading; KeyError where there is none."""
        return next(c for c in self.columns if c.heading == heading)

    def empty(self) -> pd.DataFrame:
        """A frame of this table without rows."""
        return frame(self.headings, [])


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: its frame (index: sheet rows), the sheet it stands on and the column number of each heading."""

    name: str
    frame: pd.DataFrame
    sheet: str = ""
    columns: Mapping[str, int] = field(default_factory=dict)

    def cell(self, row: object, heading: str) -> str:
        """The address of a cell such as "D4"; blank where the table has no place on a sheet."""
        return f"{column_letters(self.columns[heading])}{row}" if heading in self.columns else ""

    def rows(self) -> Iterable[dict[str, Any]]:
        """The rows as dictionaries by heading, with the sheet row under "row"."""
        columns = list(self.frame.columns)
        for row, *values in self.frame.itertuples(name=None):
            yield {**dict(zip(columns, values, strict=True)), "row": row}

    def with_frame(self, new: pd.DataFrame) -> "Table":
        """The same table holding other rows."""
        return replace(self, frame=new)


Tables = Mapping[str, Table]


def frame(
    headings: Iterable[str], rows: Iterable[Iterable[object]], index: Iterable[int] | None = None
) -> pd.DataFrame:
    """A frame of object columns with blanks as None."""
    listed = [tuple(r) for r in rows]
    return pd.DataFrame(listed, columns=list(headings), dtype=object, index=None if index is None else list(index))


def extend(table: Table, rows: Iterable[Mapping[str, object]]) -> Table:
    """The table with new rows at the end; they are numbered -1, -2 … until they have a place on the sheet."""
    listed = list(rows)
    if not listed:
        return table
    first = min([0, *table.frame.index]) - 1
    index = range(first, first - len(listed), -1)
    headings = list(table.frame.columns)
    old = table.frame.itertuples(index=False, name=None)
    new = ([row.get(h) for h in headings] for row in listed)
    return table.with_frame(frame(headings, [*old, *new], [*table.frame.index, *index]))


def change(table: Table, cells: Mapping[int, Mapping[str, Any]]) -> Table:
    """The table with some cells changed: by row number, then heading."""
    new = table.frame.copy()
    for row, values in cells.items():
        for heading, value in values.items():
            new.at[row, heading] = value
    return table.with_frame(new)


def get(tables: Tables, name: str) -> Table:
    """A table of a master; without rows where the master lacks it."""
    return tables[name] if name in tables else blank(name)


def blank(name: str) -> Table:
    """The table of that name without rows."""
    return Table(name, SPECS[name].empty())


@cache
def schema(name: str) -> "pa.DataFrameSchema":
    """The pandera schema of a table: its headings, and for each column the kind or words that its cells must have."""
    import pandera.pandas as pa

    def column(c: Column) -> "pa.Column":
        return pa.Column(checks=pa.Check(c.fits, name=c.kind, element_wise=True), nullable=True, required=c.needed)

    return pa.DataFrameSchema({c.heading: column(c) for c in SPECS[name].columns}, strict=False)


def misfits(table: Table) -> list[tuple[int, str]]:
    """The cells that do not fit their column, as (sheet row, heading), in reading order."""
    import pandera.errors

    try:
        schema(table.name).validate(table.frame, lazy=True)
    except pandera.errors.SchemaErrors as found:
        cases = found.failure_cases[["index", "column"]].itertuples(index=False, name=None)
        order = {h: n for n, h in enumerate(SPECS[table.name].headings)}
        return sorted({(int(row), str(heading)) for row, heading in cases}, key=lambda c: (c[0], order[c[1]]))
    return []


def to_be_confirmed(value: object) -> bool:
    """Whether a target is still to come: blank or TBC."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in ("tbc", "to be confirmed"))


def _is_period(parse: Callable[[object], object]) -> Callable[[Column, object], bool]:
    def fits(_: Column, value: object) -> bool:
        try:
            parse(value)
        except InputError:
            return False
        return isinstance(value, str)

    return fits


def _is_number(column: Column, value: object) -> bool:
    number = to_number(value)
    return number is not None and (column.least is None or number >= column.least)


def _is_whole(column: Column, value: object) -> bool:
    number = to_number(value)
    return _is_number(column, value) and number is not None and number.denominator == 1


def _is_date(_: Column, value: object) -> bool:
    return to_date(value) is not None


def to_date(value: object) -> dt.datetime | None:
    """A cell's date (with its time): a real date, or an ISO text such as 2025-10-20; else None."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    try:
        return dt.datetime.fromisoformat(value.strip()).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None


_FITS: dict[str, Callable[[Column, object], bool]] = {
    "text": lambda *_: True,
    "figure": lambda *_: True,
    "number": _is_number,
    "whole": _is_whole,
    "target": lambda c, v: to_be_confirmed(v) or _is_number(c, v),
    "choice": lambda c, v: c.tidy(v) in c.words,
    "date": _is_date,
    "quarter": _is_period(parse_quarter),
    "period": _is_period(parse_period),
}


def _text(heading: str, meaning: str = "", *, needed: bool = False, width: float = 16) -> Column:
    return Column(heading, "text", needed=needed, meaning=meaning, width=width)


def _ref(heading: str, meaning: str) -> Column:
    return Column(heading, "text", needed=True, meaning=meaning, width=12)


def _long(heading: str, meaning: str = "") -> Column:
    return Column(heading, "text", meaning=meaning, width=44)


def _number(heading: str, meaning: str = "", *, needed: bool = False, least: float | None = None) -> Column:
    return Column(heading, "number", needed=needed, meaning=meaning, width=12, least=least)


def _whole(heading: str, meaning: str = "", *, needed: bool = False, least: float | None = None) -> Column:
    return Column(heading, "whole", needed=needed, meaning=meaning, width=10, least=least)


def _choice(heading: str, words: tuple[str, ...], meaning: str = "", *, needed: bool = False) -> Column:
    return Column(heading, "choice", words, needed, meaning or f"One of: {', '.join(words)}.", width=16)


def _date(heading: str, meaning: str = "A date.") -> Column:
    return Column(heading, "date", meaning=meaning, width=12)


def _quarter(heading: str, meaning: str, *, needed: bool = False) -> Column:
    return Column(heading, "quarter", needed=needed, meaning=meaning, width=12)


_QUARTER_SHAPE = 'A quarter, such as "2025/26 Q2".'

_SPECS = (
    Spec(
        "Settings",
        "Settings",
        (
            _text("Setting", "The name of the setting.", needed=True, width=24),
            _text("Value", "What your council has chosen; blank takes the default.", needed=True, width=30),
            _long("Meaning", "What the setting does."),
        ),
        "The council's choices.",
    ),
    Spec(
        "Outcomes",
        "Outcomes",
        (
            _ref("Ref", "Text that no other outcome has, such as HOU-1.2."),
            _whole("Tier", "1 is the top: 1, 2, 3 or 4.", needed=True),
            _text("Parent", "The ref of the outcome one tier up; blank at tier 1.", needed=True, width=12),
            Column("Title", "text", needed=True, meaning="A few words.", width=48),
            _long("Statement", "The outcome in a sentence."),
            _text("Responsible officer", "A post, not a person.", width=32),
            _text("Portfolio holder", "A post, not a person.", width=32),
            _choice("Council role", ("Lead", "Support", "Influence", "Advocate")),
            _text("Partners", "Who else the outcome depends on.", width=32),
            _text("Tags", "Cross-cutting themes, commas between.", width=20),
            _number("Weight", "Blank is 1; 0 leaves the outcome out of the roll-up.", least=0),
            _choice("Roll-up", ROLL_UPS, "How the ratings under it are joined; blank takes the Settings."),
            _choice("Status", ("Live", "Proposed", "Deleted"), "Blank is Live."),
        ),
        "The tiers of the outcomes framework.",
    ),
    Spec(
        "Indicators",
        "Indicators",
        (
            _ref("Ref", "Text that no other indicator has, such as HOU-1.2a."),
            _ref("Outcome", "The ref of the outcome it measures."),
            Column("Indicator", "text", needed=True, meaning="Its title.", width=48),
            _long("Definition", "Exactly what is counted, and how."),
            _choice("Kind", ("Tracking", "Influencing", "Contextual", "Organisational"), needed=True),
            _choice("Measure", ("Outcome", "Output", "Input", "How much", "How well", "Better off")),
            _choice("Unit", ("Count", "Percentage", "Money", "Rate", "Time", "Score", "Other"), needed=True),
            _text("Unit label", "What stands behind the figure, such as days or per 1,000."),
            _whole("Decimals", "Decimals shown, and rated with: 0, 1, 2 …", needed=True, least=0),
            _choice("Polarity", POLARITIES, needed=True),
            _choice("Frequency", FREQUENCIES, needed=True),
            _choice("Due quarter", ("Q1", "Q2", "Q3", "Q4"), "For annual indicators; blank is Q4."),
            _quarter("Live from", _QUARTER_SHAPE + " Before it the indicator is in development."),
            _whole("Lag days", "Days that its return may come later than others.", least=0),
            _choice("Calculation", ("Value", "Ratio"), needed=True),
            _number("Per", "What a ratio is multiplied by; blank is 100 for a percentage, else 1.", least=0),
            _choice("Aggregation", ("Latest", "Sum", "Mean"), needed=True),
            _choice("Report as", ("In period", "Year to date"), needed=True),
            _text("Data owner", "The team that sends the return.", width=28),
            _text("Service", width=28),
            _text("Responsible officer", "A post, not a person.", width=32),
            _text("Portfolio holder", "A post, not a person.", width=32),
            _number("Weight", "Blank is 1; 0 leaves it out of the roll-up.", least=0),
            _choice("Status", (*LIVE, "Proposed", "In development", "Deleted"), "Blank is Live."),
            _number("Lowest plausible", "A figure below it is queried."),
            _number("Highest plausible", "A figure above it is queried."),
            _text("Why chosen", width=28),
            _text("Definition status"),
            _text("Data source", width=28),
        ),
        "What is measured, and how.",
    ),
    Spec(
        "Targets",
        "Targets",
        (
            _ref("Indicator", "The ref of the indicator."),
            _quarter("From", _QUARTER_SHAPE + " In force until the next row.", needed=True),
            Column("Target", "target", needed=True, meaning="A number, or TBC.", width=12),
            Column("Amber", "target", meaning="The amber limit, where it is not the tolerance.", width=12),
            Column("Lower", "target", meaning="In range: the lower end, or TBC.", width=12),
            Column("Upper", "target", meaning="In range: the upper end, or TBC.", width=12),
            _number("Tolerance", "Blank takes the Settings.", least=0),
            _choice("Tolerance kind", TOLERANCE_KINDS, "Blank takes the Settings."),
            _choice("Profile", ("Even",), "Even: the target is the whole year's, a quarter of it due each quarter."),
            _long("Basis", "Why this target."),
        ),
        "What each indicator is held to, from which quarter.",
    ),
    Spec(
        "Observations",
        "Observations",
        (
            _ref("Indicator", "The ref of the indicator."),
            Column("Period", "period", needed=True, meaning='A quarter "2025/26 Q2" or month "2025/26 M04".', width=12),
            _text("Area", "Blank for the whole council; else the area that the figure is for."),
            Column("Value", "figure", needed=True, meaning="The figure.", width=12),
            Column("Numerator", "figure", meaning="For ratios: the top.", width=12),
            Column("Denominator", "figure", meaning="For ratios: the bottom.", width=12),
            _text("Shorthand", "p, e, r, x, z or c.", width=10),
            Column("Forecast", "figure", meaning="The figure expected at the year end.", width=12),
            _long("Commentary"),
            _long("Corrective action"),
            _text("Return", "The file that it came in.", width=28),
            _date("Received", "When it came in."),
            _choice("Superseded", YES_NO, "Yes: a later figure has taken its place."),
        ),
        "Every figure ever received; none is ever deleted.",
    ),
    Spec(
        "Overrides",
        "Overrides",
        (
            _ref("Ref", "The ref of an outcome or indicator."),
            _quarter("Period", "The first quarter that it holds for.", needed=True),
            _choice("Rating", RATINGS, needed=True),
            Column("Reason", "text", needed=True, width=44, meaning="Why the calculated rating is not right."),
            Column("Approved by", "text", needed=True, width=24, meaning="The post that approved it."),
            _quarter("Last period", "The last quarter that it holds for.", needed=True),
        ),
        "Ratings that an officer replaced, with the reason and approval.",
    ),
    Spec(
        "Owners",
        "Owners",
        (
            _ref("Data owner", "The team, as in Indicators."),
            _text("Post", width=36),
            _text("Service", width=28),
            _text("E-mail", width=36),
        ),
        "Who sends the returns.",
    ),
    Spec(
        "Services",
        "Services",
        tuple(
            _text(h, width=30, needed=h == "Service")
            for h in (
                "Service",
                "Plan",
                "Group",
                "Head of service",
                "Assistant director",
                "Director",
                "Portfolio holder",
                "Scrutiny committee",
            )
        ),
        "The services and who answers for them.",
    ),
    Spec(
        "Reports",
        "Reports",
        (
            _ref("Report", "The name of the report, as `xl-outcomes reports` lists it."),
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _text("Committee", width=28),
            _text("Report number"),
            _date("Meeting date"),
            _text("Key decision"),
            _text("To", width=28),
            _text("From", width=36),
            _text("Officer", width=36),
        ),
        "What the head of each committee report says.",
    ),
    Spec(
        "Narrative",
        "Narrative",
        (
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _text("Ref", "The outcome or indicator it is about; blank for the whole report.", width=12),
            Column("Section", "text", needed=True, width=22, meaning="Purpose, Achievement, Impact, Legal …"),
            Column("Text", "text", needed=True, width=80, meaning="The words of the report."),
            _text("Author", width=28),
        ),
        "The words of reports that no figure gives.",
    ),
    Spec(
        "Risks",
        "Risks",
        (
            _ref("Ref", "The risk's number in the register."),
            _long("Risk"),
            _text("Likelihood"),
            _text("Impact"),
            _long("Mitigation"),
            _text("Owner", "A post, not a person.", width=28),
            _text("Linked to", "Refs of outcomes, commas between."),
        ),
        "The significant risks tied to outcomes.",
    ),
    Spec(
        "Activities",
        "Activities",
        (
            _ref("Ref", "The activity's number."),
            Column("Activity", "text", width=44),
            _text("Linked to", "Refs of outcomes, commas between."),
            _text("Service", width=24),
            _text("Lead", "A post, not a person.", width=28),
            _date("Start"),
            _date("Due"),
            _text("Progress"),
            _text("Status"),
            _long("Comment"),
        ),
        "The delivery plan's activities.",
    ),
    Spec(
        "Resources",
        "Resources",
        (
            _ref("Linked to", "The ref of an outcome."),
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _choice("Kind", ("Revenue", "Capital", "Asset", "Contract")),
            _text("Description", width=36),
            _number("Budget"),
            _number("Forecast"),
            _number("Actual"),
        ),
        "Money, assets and contracts by outcome.",
    ),
    Spec(
        "Actions",
        "Actions",
        (
            _ref("Ref", "The action's number."),
            _text("Indicator", "The ref of the indicator.", width=12),
            _quarter("Raised", _QUARTER_SHAPE),
            _long("Reason for variance"),
            _long("Action"),
            _text("Owner", "A post, not a person.", width=28),
            _date("Due"),
            _text("Status"),
            _text("Progress", width=28),
        ),
        "Remedial actions, carried from quarter to quarter.",
    ),
    Spec(
        "Benchmarks",
        "Benchmarks",
        (
            _ref("Indicator", "The ref of the indicator."),
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            Column("Comparator", "text", needed=True, width=28, meaning="The other council."),
            _text("Group", "Nearest neighbours, family group …", width=24),
            _number("Value", needed=True),
            _text("Shorthand", width=10),
            _text("Source", width=28),
        ),
        "Other councils' figures.",
    ),
    Spec(
        "Quality",
        "Quality",
        (
            _ref("Indicator", "The ref of the indicator."),
            *(
                _text(h, width=13)
                for h in (
                    "Accuracy",
                    "Validity",
                    "Reliability",
                    "Timeliness",
                    "Relevance",
                    "Completeness",
                    "Central importance",
                    "Common sense",
                    "Sound data",
                )
            ),
            _text("Signed off by", "A post, not a person.", width=28),
            _date("Signed off on"),
            _long("Improvement"),
        ),
        "How far each indicator's data can be trusted.",
    ),
    Spec(
        "Crosswalk",
        "Crosswalk",
        (
            _ref("Ref", "The ref of an outcome or indicator."),
            _text("Framework", width=24),
            _text("Their ref", width=12),
            _text("Their title", width=44),
            _text("Relation"),
        ),
        "What stands for what in another framework.",
    ),
    Spec(
        "Results",
        "Results",
        (
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _ref("Indicator", "The ref of the indicator."),
            _number("Value"),
            _number("Target"),
            _number("Amber limit"),
            _text("State", width=20),
            _text("Rating", width=12),
            _text("Calculated rating", width=12),
            _long("Reason"),
            _number("Variance"),
            _number("Previous"),
            _text("Direction", width=12),
            _number("Last year"),
            _text("Direction on year", width=12),
            _number("Forecast"),
            _text("Forecast rating", width=12),
            _text("Carried from", width=12),
            _text("Target from", width=12),
            _text("Flags", width=12),
        ),
        "The rating of every indicator in every quarter rated.",
        ours=True,
    ),
    Spec(
        "Rollup",
        "Rollup",
        (
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _ref("Ref", "The ref of the outcome."),
            _whole("Tier"),
            Column("Title", "text", width=48),
            _text("Rating", width=17),
            _text("Calculated rating", width=17),
            _number("Score"),
            _whole("Rated"),
            _whole("Due"),
            _number("Coverage"),
            _whole("Indicators rated"),
            _whole("Indicators due"),
            _text("Masked reds", width=24),
            _long("Reason"),
            _text("Flags", width=12),
        ),
        "The rating of every outcome in every quarter rated.",
        ours=True,
    ),
    Spec(
        "Returns",
        "Returns",
        (
            _quarter("Period", _QUARTER_SHAPE, needed=True),
            _ref("Data owner", "The team, as in Indicators."),
            _date("Due"),
            _date("Received"),
            _text("Status", width=22),
            _text("File", width=36),
            _text("SHA-256", width=20),
            _whole("Accepted rows"),
            _whole("Held rows"),
            _whole("Errors"),
            _whole("Warnings"),
        ),
        "The register of returns: who has sent what, and who is late.",
        ours=True,
    ),
    Spec(
        "Issues",
        "Issues",
        (
            _ref("Issue", "Its number."),
            _quarter("Period", _QUARTER_SHAPE),
            _text("Data owner", width=24),
            _text("File", width=32),
            _text("Severity", width=10),
            _text("Code", width=20),
            _text("Sheet", width=16),
            _text("Cell", width=8),
            _text("Indicator", width=12),
            _text("Value", width=16),
            _long("Message"),
            _long("Fix"),
            _choice("Status", ("Open", "Settled", "Closed")),
            _text("Decision", width=14),
            Column("Settled value", "figure", width=12),
            _text("By", width=20),
            _date("When"),
            _long("Note"),
        ),
        "What the checks found, and how each query was settled.",
        ours=True,
    ),
    Spec(
        "Held",
        "Held",
        (
            _text("Issues", "The queries that hold the row, commas between.", needed=True),
            _text("Waits for", "Queries of other rows that it waits for, where whole returns are accepted."),
            _ref("Indicator", "The ref of the indicator."),
            _text("Period", width=12),
            *(Column(h, "figure", width=12) for h in ("Value", "Numerator", "Denominator")),
            _text("Shorthand", width=10),
            Column("Forecast", "figure", width=12),
            _long("Commentary"),
            _long("Corrective action"),
            _text("Return", "The return that it came in.", width=36),
            _date("Received"),
            _choice("Status", ("Held", "Taken in", "Rejected", "Replaced", "Withdrawn")),
        ),
        "Rows of returns that wait for an officer to settle a query.",
        ours=True,
    ),
    Spec(
        "Changes",
        "Changes",
        (
            _text("Version", width=20),
            _ref("Ref", "The ref of the outcome or indicator."),
            _text("Change", width=18),
            _long("Old"),
            _long("New"),
            _text("Class", width=14),
            _text("Approved by", width=24),
            _date("Date"),
            _long("Note"),
        ),
        "What differs from the last version of the framework.",
        ours=True,
    ),
    Spec(
        "Log",
        "Log",
        (_date("When"), _text("Who", width=20), _text("Action", width=20), Column("Detail", "text", width=100)),
        "What was done to this workbook, when and by whom.",
        ours=True,
    ),
)

SPECS: Mapping[str, Spec] = {spec.name: spec for spec in _SPECS}
NUMERIC = ("number", "whole", "figure", "target")
NEEDED = ("Settings", "Outcomes", "Indicators", "Targets", "Observations")
