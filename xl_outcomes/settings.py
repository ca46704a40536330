"""The council's choices: the Settings table as typed values (docs/rules/settings.md)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from xl_outcomes.contract import ROLL_UPS, TOLERANCE_KINDS, YES_NO
from xl_outcomes.errors import InputError, WorkbookError
from xl_outcomes.exact import to_number
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.tables import Table


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; shares are 0 to 1, Tolerance and bands are per cent (or points)."""

    council: str = ""
    framework: str = ""
    vision: str = ""
    current_period: Quarter | None = None
    tier_1_name: str = "Priority"
    tier_2_name: str = "Strategic outcome"
    tier_3_name: str = "Intermediate outcome"
    tier_4_name: str = "Service outcome"
    rag_scheme: str = "Tolerance"
    tolerance: Fraction = Fraction(10)
    tolerance_kind: str = "Per cent"
    rate_on: str = "As displayed"
    no_change_band: Fraction = Fraction(0)
    roll_up: str = "Average"
    green_at: Fraction = Fraction(3, 4)
    amber_at: Fraction = Fraction(2, 5)
    green_over_red: str = "No"
    minimum_coverage: Fraction = Fraction(1, 2)
    carry_forward: int = 3
    return_due_days: int = 20
    escalate_after: int = 5
    plausible_change: Fraction = Fraction(10)
    comment_on: str = "Red"
    commentary_limit: int = 2000
    accept: str = "Good rows"
    returns_folder: str = ""
    reports_folder: str = ""
    archive_folder: str = ""
    house_style: str = ""
    risk_likelihoods: tuple[str, ...] = ("Highly unlikely", "Unlikely", "Probable", "Highly probable")
    risk_impacts: tuple[str, ...] = ("Minor", "Noticeable", "Bad", "Disaster")
    high_risk_from: int = 8
    medium_risk_from: int = 4
    assessment_aim: Fraction = Fraction(90)
    return_file_limit_mb: int = 50
    return_unpacked_limit_mb: int = 400
    return_parts_limit: int = 5_000
    return_rows_limit: int = 100_000
    return_cells_limit: int = 500_000
    return_text_limit_mb: int = 64

    def tier_name(self, tier: int) -> str:
        """What the council calls a tier."""
        return str(getattr(self, f"tier_{tier}_name"))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a setting is read, and the words that say what it allows."""

    read: Callable[[object], object]
    allowed: str


def _words(*words: str) -> _Kind:
    def read(value: object) -> object:
        return next(w for w in words if w.casefold() == " ".join(str(value).casefold().split()))

    return _Kind(read, "one of: " + ", ".join(words))


def _number(least: int, most: int | None, allowed: str, *, whole: bool = False) -> _Kind:
    def read(value: object) -> object:
        number = to_number(value)
        if number is not None and most == 1 and isinstance(value, str) and value.strip().endswith("%"):
            number /= 100
        if number is None or number < least or (most is not None and number > most):
            raise ValueError(value)
        if whole and number.denominator != 1:
            raise ValueError(value)
        return int(number) if whole else number

    return _Kind(read, allowed)


def _scale(value: object) -> object:
    """Words from the least to the most; raises ValueError for fewer than two, or one that stands twice."""
    words = tuple(w.strip() for w in str(value).split(",") if w.strip())
    if len(words) < 2 or len({w.casefold() for w in words}) < len(words):
        raise ValueError(value)
    return words


def _limit(least: int, most: int) -> _Kind:
    return _number(least, most, f"a whole number from {least:,} to {most:,}", whole=True)


_DEFAULTS = Settings()
_TEXT = _Kind(lambda value: str(value).strip(), "any text")
_SHARE = _number(0, 1, "a number from 0 to 1 (0.5 is half)")
_WHOLE = _number(0, None, "a whole number, 0 or more", whole=True)
_AMOUNT = _number(0, None, "a number, 0 or more")
_SCALE = _Kind(_scale, "two or more words, from the least to the most, commas between")

KINDS: Mapping[str, _Kind] = {
    "Council": _TEXT,
    "Framework": _TEXT,
    "Vision": _TEXT,
    "Current period": _Kind(parse_quarter, 'a quarter, such as "2025/26 Q2"'),
    **{f"Tier {n} name": _TEXT for n in (1, 2, 3, 4)},
    "RAG scheme": _words("Tolerance", "Floor", "Direction"),
    "Tolerance": _AMOUNT,
    "Tolerance kind": _words(*TOLERANCE_KINDS),
    "Rate on": _words("As displayed", "Unrounded"),
    "No-change band": _AMOUNT,
    "Roll-up": _words(*ROLL_UPS),
    "Green at": _SHARE,
    "Amber at": _SHARE,
    "Green over red": _words(*YES_NO),
    "Minimum coverage": _SHARE,
    "Carry forward": _WHOLE,
    "Return due days": _WHOLE,
    "Escalate after": _WHOLE,
    "Plausible change": _number(1, None, "a number, 1 or more"),
    "Comment on": _words("Red", "Amber and Red"),
    "Commentary limit": _number(1, None, "a whole number, 1 or more", whole=True),
    "Accept": _words("Good rows", "Whole returns"),
    "Returns folder": _TEXT,
    "Reports folder": _TEXT,
    "Archive folder": _TEXT,
    "House style": _TEXT,
    "Risk likelihoods": _SCALE,
    "Risk impacts": _SCALE,
    "High risk from": _WHOLE,
    "Medium risk from": _WHOLE,
    "Assessment aim": _number(0, 100, "a number from 0 to 100 (per cent)"),
    # No higher than the defaults, with which the worst files were measured; no lower than what a large form needs.
    "Return file limit (MB)": _limit(1, _DEFAULTS.return_file_limit_mb),
    "Return unpacked limit (MB)": _limit(10, _DEFAULTS.return_unpacked_limit_mb),
    "Return parts limit": _limit(100, _DEFAULTS.return_parts_limit),
    "Return rows limit": _limit(1_000, _DEFAULTS.return_rows_limit),
    "Return cells limit": _limit(10_000, _DEFAULTS.return_cells_limit),
    "Return text limit (MB)": _limit(5, _DEFAULTS.return_text_limit_mb),
}
_IN_ATTRIBUTES = str.maketrans({" ": "_", "-": "_", "(": "", ")": ""})


def read_settings(table: Table) -> tuple[Settings, tuple[Issue, ...]]:
    """The settings of a master, and what is odd about them: unknown or wrong rows.

    A wrong value is an error issue and its default stands in; `demand` turns such issues into a refusal.
    """
    values: dict[str, Any] = {}
    issues: list[Issue] = []
    for row in table.rows():
        name, value = _known_name(row["Setting"]), row["Value"]
        if name is None:
            issues += _unknown(table, row)
        elif value is not None:
            if _attribute(name) in values:
                issues.append(
                    _at(
                        table,
                        row,
                        "setting-twice",
                        "warning",
                        f"The setting {name} stands here twice.",
                        "Delete one of the rows; until then the last one counts.",
                    )
                )
            try:
                values[_attribute(name)] = KINDS[name].read(value)
            except (ValueError, InputError, StopIteration):
                issues.append(_wrong(table, row, name))
    settings = Settings(**values)
    return settings, (*issues, *_odd(table, settings))


def demand(issues: tuple[Issue, ...]) -> None:
    """Raises WorkbookError for the first wrong setting, if there is one."""
    for issue in issues:
        if issue.severity == "error":
            raise WorkbookError(f"Settings {issue.cell}: {issue.message}".strip(), issue.fix)


def sound_settings(table: Table) -> Settings:
    """The settings of a master; raises WorkbookError for the first wrong one."""
    settings, issues = read_settings(table)
    demand(issues)
    return settings


def changed(settings: Settings) -> frozenset[str]:
    """The names of the settings that are not at their defaults."""
    return frozenset(n for n in KINDS if getattr(settings, _attribute(n)) != getattr(_DEFAULTS, _attribute(n)))


def _known_name(name: object) -> str | None:
    wanted = " ".join(str(name or "").casefold().split())
    return next((k for k in KINDS if k.casefold() == wanted), None)


def _attribute(name: str) -> str:
    return name.lower().translate(_IN_ATTRIBUTES)


def _unknown(table: Table, row: dict[str, Any]) -> list[Issue]:
    if row["Setting"] is None and row["Value"] is None:
        return []
    message = f'"{row["Setting"] or ""}" is not a setting that is known here, so it does nothing.'
    return [_at(table, row, "setting-unknown", "warning", message, "Check its spelling, or delete the row.", "Setting")]


def _wrong(table: Table, row: dict[str, Any], name: str) -> Issue:
    message = f'{name} is "{row["Value"]}"; it must be {KINDS[name].allowed}.'
    return _at(table, row, "setting-wrong", "error", message, "Type one of the allowed values, or clear the cell.")


def _odd(table: Table, settings: Settings) -> list[Issue]:
    issues = []
    for row in table.rows():
        if _known_name(row["Setting"]) == "Tolerance" and row["Value"] is not None:
            if 0 < settings.tolerance < 1 and settings.tolerance_kind == "Per cent":
                message = f"Tolerance is {row['Value']}, which is less than one per cent of the target."
                fix = 'Type 10 for ten per cent: "10%" in a cell is stored as 0.1.'
                issues.append(_at(table, row, "setting-scale", "query", message, fix))
        elif _known_name(row["Setting"]) == "Amber at" and settings.amber_at > settings.green_at:
            message = "Amber at is above Green at, so nothing could be Amber."
            issues.append(_at(table, row, "setting-wrong", "error", message, "Make Amber at the smaller of the two."))
        elif _known_name(row["Setting"]) == "Medium risk from" and settings.medium_risk_from > settings.high_risk_from:
            message = "Medium risk from is above High risk from, so no risk could be Medium."
            fix = "Make Medium risk from the smaller of the two."
            issues.append(_at(table, row, "setting-wrong", "error", message, fix))
    return issues


def _at(
    table: Table, row: dict[str, Any], code: str, severity: str, message: str, fix: str, heading: str = "Value"
) -> Issue:
    return Issue(
        code,
        severity,
        message,
        fix,
        table.name,
        table.sheet,
        table.cell(row["row"], heading),
        str(row["Setting"] or ""),
        str(row["Value"] if row["Value"] is not None else ""),
    )


assert {_attribute(name) for name in KINDS} == {f.name for f in fields(Settings)}
