"""The half-yearly report: figures of April to September and of the year, beside those of the quarters."""

import datetime as dt
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Validate
from tests.support import RATIO, YEAR_TO_DATE, indicator, observation, tables, target
from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.half_year import SpanFigure, quotes, span_figures, span_of
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting import half_year_report
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.documents import Document, Source
from xl_outcomes.reporting.facts import gather
from xl_outcomes.reporting.fields import fields
from xl_outcomes.tables import Tables
from xl_outcomes.word import render, used_names
from xl_outcomes.workbook.file import read_master

NAME = "half-yearly"
TEMPLATE = resources.template("half-yearly.docx")
COUNT = {"Unit": "Count", "Decimals": 0.0, "Unit label": "homes", "Aggregation": "Sum"}
Rows = list[dict[str, Any]]


def _rated(period: str, observations: Rows, **more: Any) -> tuple[Rated, Tables]:
    held = tables(**{"Indicators": [indicator()], "Targets": [target(90.0)], **more}, Observations=observations)
    return rate_quarter(held, parse_quarter(period), dt.date(2030, 1, 1)), held


def _one(period: str, values: dict[str, Any], **cells: Any) -> SpanFigure:
    """The figure of an indicator over the span that ends with a quarter; a value of None is a confidential one."""
    rows = [
        observation(p, *([4242.0] if v is None else [v]), **({"Shorthand": "c"} if v is None else {}))
        for p, v in values.items()
    ]
    return span_figures(_rated(period, rows, Indicators=[indicator(**cells)])[0])["A-1.1a"]


# ---- figures ----


@pytest.mark.parametrize(("period", "months"), [("2024/25 Q2", 2), ("2024/25 Q4", 4)])
def test_a_span_is_from_april_to_the_quarter(period: str, months: int) -> None:
    span = span_of(parse_quarter(period))
    assert (len(span.quarters), span.whole_year) == (months, months == 4)
    assert span.new == span.quarters[-2:]


@pytest.mark.parametrize("period", ["2024/25 Q1", "2024/25 Q3"])
def test_other_quarters_end_no_half_year(period: str) -> None:
    with pytest.raises(InputError, match="does not end a half year") as caught:
        span_of(parse_quarter(period))
    assert caught.value.fix == "Choose Q2 (April to September) or Q4 (the whole year)."


def test_amounts_are_added_up_and_a_year_holds_four_quarters() -> None:
    values = {"2024/25 Q1": 10.0, "2024/25 Q2": 12.0, "2024/25 Q3": 5.0, "2024/25 Q4": 3.0}
    half = _one("2024/25 Q2", values, **COUNT)
    year = _one("2024/25 Q4", values, **COUNT)
    assert (half.quarters, half.shown) == (("10 homes", "12 homes"), "22 homes")
    assert (len(year.quarters), year.shown) == (4, "30 homes")


def test_shares_are_worked_out_anew_from_their_parts() -> None:
    rows = [
        observation("2024/25 Q1", Numerator=1.0, Denominator=10.0),
        observation("2024/25 Q2", Numerator=90.0, Denominator=90.0),
    ]
    found = span_figures(_rated("2024/25 Q2", rows, Indicators=[indicator(**RATIO)])[0])["A-1.1a"]
    assert (found.quarters, found.shown) == (("10.0%", "100.0%"), "91.0%")


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"Aggregation": "Mean"}, "15.0%"),
        ({"Aggregation": "Latest"}, "20.0%"),
        ({"Aggregation": "Sum"}, "By quarter only"),
        ({"Aggregation": "Sum", "Unit": "Time"}, "By quarter only"),
        ({**YEAR_TO_DATE}, "30.0%"),
        ({"Frequency": "Half-yearly", "Aggregation": "Sum"}, "20.0%"),
        ({"Frequency": "Annual", "Due quarter": "Q1", "Aggregation": "Sum"}, "10.0%"),
        ({"Frequency": "Annual", "Due quarter": "Q3"}, "Not due"),
        ({"Frequency": "Annual", "Due quarter": "Q3", "Aggregation": "Sum"}, "Not due"),
    ],
)
def test_each_rule_has_its_figure(cells: dict[str, Any], shown: str) -> None:
    assert _one("2024/25 Q2", {"2024/25 Q1": 10.0, "2024/25 Q2": 20.0}, **cells).shown == shown


def test_what_is_missing_gives_no_figure() -> None:
    assert _one("2024/25 Q2", {"2024/25 Q1": 10.0}, **COUNT).shown == "No figure"
    assert _one("2024/25 Q2", {"2024/25 Q2": 10.0}, **COUNT).shown == "Incomplete"
    assert _one("2024/25 Q2", {"2024/25 Q2": 10.0}, **COUNT).value is None


def test_a_confidential_quarter_makes_the_span_confidential() -> None:
    found = _one("2024/25 Q4", {"2024/25 Q1": 1.0, "2024/25 Q2": None, "2024/25 Q3": 1.0, "2024/25 Q4": 1.0}, **COUNT)
    assert (found.shown, found.quarters[1]) == ("Confidential", "Confidential")
    assert "4242" not in str(found)


def test_what_began_later_says_from_when() -> None:
    values = {"2024/25 Q2": 5.0, "2024/25 Q3": 6.0, "2024/25 Q4": 7.0}
    found = _one("2024/25 Q4", values, **COUNT, **{"Live from": "2024/25 Q2"})
    assert (found.shown, str(found.since)) == ("18 homes", "2024/25 Q2")


def test_trend_is_against_the_same_months_a_year_before() -> None:
    values = {"2023/24 Q1": 10.0, "2023/24 Q2": 10.0, "2023/24 Q4": 90.0, "2024/25 Q1": 12.0, "2024/25 Q2": 12.0}
    found = _one("2024/25 Q2", values, **COUNT)
    assert (found.before, found.direction) == ("20 homes", "Improving")
    without = _one("2024/25 Q2", {"2023/24 Q1": 10.0, "2024/25 Q1": 12.0, "2024/25 Q2": 12.0}, **COUNT)
    assert (without.before, without.direction) == ("", "")


@settings(max_examples=20)
@given(st.lists(st.integers(-(10**6), 10**6), min_size=4, max_size=4))
def test_the_year_is_the_sum_of_its_quarters_and_the_half_of_its_first_two(numbers: list[int]) -> None:
    values = {f"2024/25 Q{n}": float(v) for n, v in enumerate(numbers, 1)}
    assert _one("2024/25 Q2", values, **COUNT).value == Fraction(sum(numbers[:2]))
    assert _one("2024/25 Q4", values, **COUNT).value == Fraction(sum(numbers))


def test_words_come_with_their_quarter_each_once_and_not_beside_a_secret() -> None:
    rows = [
        observation("2024/25 Q1", 1.0, Commentary="Slow start.", **{"Corrective action": "Hire."}),
        observation("2024/25 Q2", 1.0, Commentary="Slow start."),
        observation("2023/24 Q4", 1.0, Commentary="Last year."),
        observation("2024/25 Q2", None, "A-1.1b", Shorthand="c", Commentary="Only 3 people."),
    ]
    rated, _ = _rated("2024/25 Q2", rows, Indicators=[indicator(), indicator("A-1.1b")])
    span = span_of(rated.period)
    assert quotes(rated, "A-1.1a", span.new) == (["Q1: Slow start."], ["Q1: Hire."])
    assert quotes(rated, "A-1.1b", span.new) == ([], [])


# ---- the report ----


def _source(period: str) -> Source:
    rows = [
        *(observation(f"{y} Q{q}", v) for y, v in (("2023/24", 95.0), ("2024/25", 80.0)) for q in (1, 2, 3, 4)),
        observation("2024/25 Q2", 95.0, "A-1.1b", Commentary="Steady."),
    ]
    said = [
        {"Period": period, "Ref": "A", "Section": "Achievement", "Text": "Doors fitted."},
        {"Period": period, "Ref": "A", "Section": "Impact", "Text": "Warmer homes."},
    ]
    measured = [indicator(), indicator("A-1.1b", Indicator="Homes let")]
    targets = [target(90.0), target(90.0, ref="A-1.1b")]
    rollup = [{"Period": "2024/25 Q1", "Ref": "A", "Rating": "Amber"}]
    rated, held = _rated(period, rows, Indicators=measured, Targets=targets, Narrative=said, Rollup=rollup)
    return Source(rated, held, gather(rated, held, NAME))


def _made(source: Source) -> Document:
    [made] = half_year_report.documents(source)
    return made


def test_the_half_year_and_the_year_are_told_apart() -> None:
    half, year = _made(_source("2024/25 Q2")), _made(_source("2024/25 Q4"))
    assert (half.title, half.values["span"], half.values["whole_year"]) == (
        *("Performance in the half year", "April to September 2024"),
        0,
    )
    assert (year.title, year.values["span"], year.values["span_name"]) == (
        *("Performance in the year", "April 2024 to March 2025"),
        "Whole year",
    )
    [theme] = half.values["themes"]
    [row, _] = theme["rows"]
    assert (row["q1"], row["q2"], row["q3"], row["figure"]) == ("80.0%", "80.0%", "", "80.0%")
    assert row["trend"] == "Worsening, was 95.0%"


def test_a_theme_has_reds_with_words_and_the_others_comments() -> None:
    [theme] = _made(_source("2024/25 Q2")).values["themes"]
    [red] = theme["attention"]
    assert (red["name"], red["rating"]) == ("A-1.1a Homes built", "Red")
    assert red["result"][0] == "April to September: 80.0%."
    assert red["result"][1].startswith("Q2: 80.0% against a target of 90%")
    assert theme["comments"] == ["A-1.1b Homes let (Green). Q2: Steady."]
    assert (theme["achievements"], theme["impacts"]) == (["Doors fitted."], ["Warmer homes."])


def test_ratings_of_the_quarters_stand_side_by_side() -> None:
    source = _source("2024/25 Q2")
    theme, whole = _made(source).values["rating_rows"]
    assert (theme["first"], theme["second"], theme["coverage"]) == ("Amber", "", "2 of 2")
    assert (theme["last"], whole["coverage"]) == (source.facts.priorities[0].rating, source.facts.counts.coverage)


def test_the_overview_counts_figures_and_moves() -> None:
    first, second, third, *_ = _made(_source("2024/25 Q2")).values["overview"]
    assert first == (
        "This report covers April to September 2024, the first half of 2024/25. 2 of the 2 indicators in use have a "
        "figure for April to September."
    )
    assert second.startswith("1 of them can be compared with April to September 2023: 0 improved, 1 worsened")
    assert third.startswith("Ratings are those of quarter 2, against its targets: 2 of 2 rated:")


def test_the_template_uses_only_names_that_are_explained() -> None:
    source = _source("2024/25 Q2")
    known = {*fields(source.facts), *half_year_report.FIELDS, "rag_chart"}
    assert {u.name for u in used_names(TEMPLATE) if u.name.partition(".")[0] not in known} == set()


@pytest.mark.parametrize("period", ["2024/25 Q2", "2024/25 Q4"])
def test_the_document_is_whole(period: str, tmp_path: Path, validator: Validate) -> None:
    content = _written(_source(period))
    text = list(_paragraphs(content))
    assert not _leftovers(text)
    assert ("April to September" in text) is (period.endswith("Q2"))
    assert ("Whole year" in text) is (period.endswith("Q4"))
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []


def test_a_master_that_has_only_begun_gives_a_report() -> None:
    rated, held = _rated("2024/25 Q2", [], Indicators=[], Targets=[])
    content = _written(Source(rated, held, gather(rated, held, NAME)))
    assert not _leftovers(list(_paragraphs(content)))


def test_the_starter_gives_the_report(tmp_path: Path, validator: Validate) -> None:
    held = read_master(resources.starter("mid-suffolk-2017")).tables
    period = parse_quarter("2016/17 Q4")
    rated = rate_quarter(held, period, dt.date(2017, 5, 1))
    source = Source(rated, held, gather(rated, held, NAME))
    content = _written(source)
    text = "\n".join(_paragraphs(content))
    assert source.facts.counts.coverage in text
    assert "[picture]" in text
    assert not _leftovers(text.splitlines())
    (tmp_path / "report.docx").write_bytes(content)
    assert validator(tmp_path / "report.docx") == []
    assert validator(TEMPLATE) == []


def _written(source: Source) -> bytes:
    made = _made(source)
    pictures = {name: draw(chart) for name, chart in made.charts.items()}
    return render(TEMPLATE, {**fields(source.facts), **made.values}, pictures, title=made.title)


def _paragraphs(content: bytes) -> Iterator[str]:
    for paragraph in WordDocument(io.BytesIO(content)).element.body.iter(qn("w:p")):
        pictures = ["[picture]" for _ in paragraph.iter(qn("w:drawing"))]
        yield "".join([*(t.text or "" for t in paragraph.iter(qn("w:t"))), *pictures])


def _leftovers(paragraphs: list[str]) -> list[str]:
    return [p for p in paragraphs if "{{" in p or "{%" in p or p in ("None", "nan", "NaT", "")]
