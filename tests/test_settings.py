"""The council's choices."""

import re
from fractions import Fraction

import pytest

from xl_outcomes.errors import WorkbookError
from xl_outcomes.issues import Issue
from xl_outcomes.periods import Quarter
from xl_outcomes.settings import KINDS, Settings, changed, demand, read_settings

from .support import setting, table

DEFAULTS = {
    "RAG scheme": "Tolerance",
    "Tolerance": 10,
    "Tolerance kind": "Per cent",
    "Rate on": "As displayed",
    "No-change band": 0,
    "Roll-up": "Average",
    "Green at": Fraction("0.75"),
    "Amber at": Fraction("0.40"),
    "Green over red": "No",
    "Minimum coverage": Fraction("0.5"),
    "Carry forward": 3,
    "Return due days": 20,
    "Escalate after": 5,
    "Vision": "",
    "Risk likelihoods": ("Highly unlikely", "Unlikely", "Probable", "Highly probable"),
    "Risk impacts": ("Minor", "Noticeable", "Bad", "Disaster"),
    "High risk from": 8,
    "Medium risk from": 4,
    "Assessment aim": 90,
    "Plausible change": 10,
    "Comment on": "Red",
    "Commentary limit": 2000,
    "Accept": "Good rows",
    "Current period": None,
    "Council": "",
    "Framework": "",
    "Returns folder": "",
    "Reports folder": "",
    "Archive folder": "",
    "Return file limit (MB)": 50,
    "Return unpacked limit (MB)": 400,
    "Return parts limit": 5_000,
    "Return rows limit": 100_000,
    "Return cells limit": 500_000,
    "Return text limit (MB)": 64,
}
SHARE = "a number from 0 to 1 (0.5 is half)"
WHOLE = "a whole number, 0 or more"
AMOUNT = "a number, 0 or more"
SCALE = "two or more words, from the least to the most, commas between"
WRONG = [
    ("RAG scheme", "Traffic light", "one of: Tolerance, Floor, Direction"),
    ("Tolerance", -1, AMOUNT),
    ("Tolerance", "some", AMOUNT),
    ("Tolerance kind", "Percent", "one of: Per cent, Points"),
    ("Rate on", "Rounded", "one of: As displayed, Unrounded"),
    ("No-change band", -0.5, AMOUNT),
    ("Roll-up", "Best", "one of: Average, Worst, Majority, Share green"),
    ("Green at", 75, SHARE),
    ("Green at", "high", SHARE),
    ("Amber at", -0.1, SHARE),
    ("Green over red", "Maybe", "one of: Yes, No"),
    ("Minimum coverage", 50, SHARE),
    ("Carry forward", 1.5, WHOLE),
    ("Carry forward", -1, WHOLE),
    ("Return due days", "twenty", WHOLE),
    ("Plausible change", 0.5, "a number, 1 or more"),
    ("Comment on", "Amber", "one of: Red, Amber and Red"),
    ("Commentary limit", 0, "a whole number, 1 or more"),
    ("Commentary limit", 99.5, "a whole number, 1 or more"),
    ("Accept", "Everything", "one of: Good rows, Whole returns"),
    ("Current period", "2025/26 M04", 'a quarter, such as "2025/26 Q2"'),
    ("Current period", "2025/27 Q1", 'a quarter, such as "2025/26 Q2"'),
    ("Escalate after", -1, WHOLE),
    ("Risk likelihoods", "Likely", SCALE),
    ("Risk impacts", "Bad, bad", SCALE),
    ("High risk from", 1.5, WHOLE),
    ("Medium risk from", "four", WHOLE),
    ("Assessment aim", 101, "a number from 0 to 100 (per cent)"),
    ("Return file limit (MB)", 51, "a whole number from 1 to 50"),
    ("Return file limit (MB)", 1.5, "a whole number from 1 to 50"),
    ("Return unpacked limit (MB)", 401, "a whole number from 10 to 400"),
    ("Return parts limit", 99, "a whole number from 100 to 5,000"),
    ("Return rows limit", 100_001, "a whole number from 1,000 to 100,000"),
    ("Return cells limit", 0, "a whole number from 10,000 to 500,000"),
    ("Return cells limit", "unlimited", "a whole number from 10,000 to 500,000"),
    ("Return text limit (MB)", 65, "a whole number from 5 to 64"),
]


@pytest.mark.parametrize(("name", "default"), DEFAULTS.items())
def test_a_setting_that_is_not_given_or_blank_has_its_default(name: str, default: object) -> None:
    attribute = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
    given, issues = _read((name, None))
    assert getattr(Settings(), attribute) == getattr(given, attribute) == default
    assert issues == ()


def test_the_settings_that_are_not_at_their_defaults_are_known_by_name() -> None:
    settings, _ = _read(("Tolerance", 10), ("Return cells limit", 20_000), ("No-change band", 1), ("Roll-up", None))
    assert changed(settings) == {"Return cells limit", "No-change band"}
    assert changed(Settings()) == frozenset()


def test_tiers_have_the_names_that_the_council_gives_them() -> None:
    settings, _ = _read(("Tier 1 name", "Theme"), ("Tier 4 name", " Service plan outcome "))
    assert [settings.tier_name(n) for n in (1, 2, 3, 4)] == [
        "Theme",
        "Strategic outcome",
        "Intermediate outcome",
        "Service plan outcome",
    ]


def test_every_setting_is_read_as_typed() -> None:
    settings, issues = _read(
        ("Council", "Example Borough"),
        ("Current period", "q2 2025-26"),
        ("RAG scheme", " floor"),
        ("Tolerance", 5.5),
        ("Tolerance kind", "points"),
        ("Green at", "80%"),
        ("Amber at", 0.5),
        ("Roll-up", "SHARE  GREEN"),
        ("Carry forward", "2"),
        ("Comment on", "amber and red"),
    )
    assert issues == ()
    assert (settings.council, settings.current_period) == ("Example Borough", Quarter(2025, 2))
    assert (settings.rag_scheme, settings.roll_up, settings.tolerance_kind) == ("Floor", "Share green", "Points")
    assert (settings.tolerance, settings.green_at, settings.amber_at) == (
        Fraction(11, 2),
        Fraction(4, 5),
        Fraction(1, 2),
    )
    assert (settings.carry_forward, settings.comment_on) == (2, "Amber and Red")


def test_a_settings_name_may_be_written_in_any_capitals_and_spaces() -> None:
    settings, issues = _read((" rag  SCHEME ", "Direction"))
    assert (settings.rag_scheme, issues) == ("Direction", ())


@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_a_wrong_value_is_an_error_that_lists_the_allowed_ones(name: str, value: object, allowed: str) -> None:
    settings, issues = _read(("Council", "Example"), (name, value))
    assert _told(issues) == [("setting-wrong", "error", "Settings", "B3", name)]
    assert issues[0].message == f'{name} is "{value}"; it must be {allowed}.'
    assert issues[0].value == str(value)
    assert settings == Settings(council="Example")


@pytest.mark.parametrize("name", [n for n in KINDS if n not in {w[0] for w in WRONG}])
def test_what_is_left_takes_any_text(name: str) -> None:
    assert KINDS[name].allowed == "any text"
    assert _read((name, 12.5))[1] == ()


def test_a_wrong_setting_stops_the_work_naming_the_cell_and_the_allowed_values() -> None:
    _, issues = _read(("Roll-up", "Best"))
    with pytest.raises(WorkbookError) as caught:
        demand(issues)
    assert caught.value.message == (
        'Settings B2: Roll-up is "Best"; it must be one of: Average, Worst, Majority, Share green.'
    )
    assert caught.value.fix == "Type one of the allowed values, or clear the cell."


def test_an_unknown_setting_is_a_warning_and_stops_nothing() -> None:
    settings, issues = _read(("Tolerence", 5))
    assert _told(issues) == [("setting-unknown", "warning", "Settings", "A2", "Tolerence")]
    assert issues[0].message == '"Tolerence" is not a setting that is known here, so it does nothing.'
    assert settings == Settings()
    demand(issues)


def test_a_value_without_a_setting_is_a_warning_but_an_empty_row_is_none() -> None:
    assert _told(_read((None, 5))[1]) == [("setting-unknown", "warning", "Settings", "A2", "")]
    assert _read((None, None))[1] == ()


def test_a_setting_given_twice_is_a_warning_and_the_last_counts() -> None:
    settings, issues = _read(("Tolerance", 5), ("tolerance", 8))
    assert settings.tolerance == 8
    assert _told(issues) == [("setting-twice", "warning", "Settings", "B3", "tolerance")]


@pytest.mark.parametrize(("value", "queried"), [(0.1, True), (0.99, True), (1, False), (10, False), ("10%", False)])
def test_a_tolerance_below_1_per_cent_is_queried(value: object, queried: bool) -> None:
    _, issues = _read(("Tolerance", value))
    assert _told(issues) == ([("setting-scale", "query", "Settings", "B2", "Tolerance")] if queried else [])
    demand(issues)


def test_a_tolerance_below_1_point_is_not_queried() -> None:
    assert _read(("Tolerance", 0.1), ("Tolerance kind", "Points"))[1] == ()


def test_the_query_says_what_excel_does_with_10_per_cent() -> None:
    _, (issue,) = _read(("Tolerance", 0.1))
    assert issue.message == "Tolerance is 0.1, which is less than one per cent of the target."
    assert issue.fix == 'Type 10 for ten per cent: "10%" in a cell is stored as 0.1.'


def test_amber_at_above_green_at_is_an_error() -> None:
    _, issues = _read(("Green at", 0.5), ("Amber at", 0.6))
    assert _told(issues) == [("setting-wrong", "error", "Settings", "B3", "Amber at")]
    with pytest.raises(WorkbookError, match="Amber at is above Green at"):
        demand(issues)


def test_amber_at_equal_to_green_at_is_allowed() -> None:
    assert _read(("Green at", 0.5), ("Amber at", 0.5))[1] == ()


def _read(*rows: tuple[str | None, object]) -> tuple[Settings, tuple[Issue, ...]]:
    return read_settings(table("Settings", [setting(name, value) for name, value in rows]))


def _told(issues: tuple[Issue, ...]) -> list[tuple[str, str, str, str, str]]:
    return [(i.code, i.severity, i.table, i.cell, i.ref) for i in issues]
