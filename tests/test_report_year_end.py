"""The year as each scrutiny committee sees it: remits, results, work programme; then a file for each committee."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests import support
from tests.conftest import Validate
from tests.test_facts import SECRET, small_master
from xl_outcomes import resources
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.documents import Document, documents, field_list
from xl_outcomes.reporting.registry import find_report
from xl_outcomes.starters import read_source
from xl_outcomes.tables import Tables
from xl_outcomes.word import render, used_names
from xl_outcomes.year_end import (
    CLOSE,
    INTERVENE,
    MET,
    NOT_COUNTED,
    WAITING,
    Remit,
    YearMeasure,
    remits,
    year_measures,
)

TEMPLATES = Path(__file__).parent.parent / "docx_templates"
KIND = find_report("scrutiny-year-end")
END = parse_quarter("2025/26 Q4")
DAY = dt.date(2026, 6, 1)
SERVICES = (
    {
        "Service": "Homes",
        "Plan": "Service plan: Homes",
        "Scrutiny committee": "Place Committee",
        "Director": "Director of Place",
    },
    {"Service": "Care", "Plan": "Service plan: Care", "Scrutiny committee": "People Committee; Place Committee"},
)
PARTS = {"first", "last", "index", "length"}


def year(ref: str = "A-1.1a", *values: float, **cells: object) -> list[dict[str, object]]:
    """Observations of the quarters of the year, the last value that of Q4."""
    first = 5 - len(values)
    return [support.observation(f"2025/26 Q{n}", v, ref, **cells) for n, v in enumerate(values, first)]


def master(*indicators: dict[str, object], **rows: Any) -> tuple[Rated, Tables]:
    refs = [str(i["Ref"]) for i in indicators]
    given = {"Targets": [support.target(90.0, ref=r) for r in refs], "Services": SERVICES, **rows}
    tables = support.tables(Indicators=indicators, **given)
    return rate_quarter(tables, END, DAY), tables


def measure(*values: float, cells: dict[str, object] | None = None, **rows: Any) -> YearMeasure:
    found = support.indicator(Service="Homes", **(cells or {}))
    [only] = year_measures(*master(found, **{"Observations": year("A-1.1a", *values), **rows}))
    return only


# ---- what the year came to ----


@pytest.mark.parametrize(("value", "result"), [(90.0, MET), (89.9, CLOSE), (85.0, CLOSE), (10.0, INTERVENE)])
def test_a_target_is_met_by_the_figure_not_by_the_tolerance(value: float, result: str) -> None:
    assert measure(value).result == result


def test_in_the_direction_scheme_green_within_the_tolerance_has_not_met_the_target() -> None:
    settings = support.settings_of(RAG_scheme="Direction")
    found = measure(85.0, Settings=settings)
    assert (found.rating, found.result) == ("Green", CLOSE)


def test_no_figure_waits_and_information_is_not_counted() -> None:
    assert measure().result == WAITING
    assert measure(50.0, cells={"Kind": "Contextual"}).result == NOT_COUNTED


def test_an_annual_measure_counts_with_the_quarter_in_which_it_was_due() -> None:
    found = measure(
        Observations=[support.observation("2025/26 Q2", 70.0)], cells={"Frequency": "Annual", "Due quarter": "Q2"}
    )
    assert (str(found.quarter), found.figure, found.rating, found.result) == ("2025/26 Q2", "70.0%", "Red", INTERVENE)
    assert found.carried
    assert found.quarters == ("Not due", "70.0%", "Not due", "Not due")


def test_counts_add_up_over_the_year_and_rates_do_not() -> None:
    count = {"Unit": "Count", "Decimals": 0, "Aggregation": "Sum", "Unit label": "homes"}
    assert measure(1.0, 2.0, 3.0, 94.0, cells=count).year == "100 homes"
    assert measure(1.0, 2.0, 3.0, 94.0, cells={**count, "Unit": "Rate"}).year == ""
    assert measure(1.0, 2.0, 3.0, 94.0, cells={**count, "Aggregation": "Latest"}).year == ""


def test_percentages_of_cases_are_worked_out_anew_over_the_year() -> None:
    ratio = {"Calculation": "Ratio", "Aggregation": "Sum"}
    rows = [
        support.observation(f"2025/26 Q{n}", None, Numerator=float(top), Denominator=float(bottom))
        for n, (top, bottom) in enumerate(((1, 10), (1, 10), (1, 10), (57, 70)), 1)
    ]
    assert measure(Observations=rows, cells=ratio).year == "60.0%"


def test_a_confidential_quarter_is_not_shown_and_not_by_subtraction() -> None:
    count = {"Unit": "Count", "Decimals": 0, "Aggregation": "Sum"}
    rows = [
        *year("A-1.1a", 1.0, 2.0, 94.0),
        support.observation("2025/26 Q1", SECRET, Shorthand="c", Commentary="Secret."),
    ]
    found = measure(Observations=rows, cells=count)
    assert found.year == ""
    assert found.quarters[0] == "Confidential"
    assert "Secret." not in found.commentary


def test_last_year_and_what_was_said_stand_beside_the_figure() -> None:
    rows = [support.observation("2024/25 Q4", 70.0), *year("A-1.1a", 80.0, Commentary="Fewer staff.")]
    found = measure(Observations=rows)
    assert (found.before, found.direction, found.commentary) == ("70.0%", "Improving", ("Fewer staff.",))


# ---- remits and the work programme ----


def three(**rows: Any) -> tuple[Remit, ...]:
    indicators = [
        support.indicator("A-1.1a", Service="Homes"),
        support.indicator("A-1.1b", Service="Care"),
        support.indicator("A-1.1c", Service="Nobody's"),
    ]
    values = [o for ref in ("A-1.1a", "A-1.1b", "A-1.1c") for o in year(ref, 95.0)]
    return remits(*master(*indicators, **{"Observations": values, **rows}))


def test_measures_go_to_each_committee_of_their_service_and_none_is_lost() -> None:
    found = three()
    assert [(r.committee, [m.ref for m in r.measures]) for r in found] == [
        ("Place Committee", ["A-1.1a", "A-1.1b"]),
        ("People Committee", ["A-1.1b"]),
        ("", ["A-1.1c"]),
    ]
    assert found[0].directors == ("Director of Place",)


def test_where_no_committee_is_named_one_pack_has_everything() -> None:
    [only] = three(Services=[{"Service": "Homes"}])
    assert [m.ref for m in only.measures] == ["A-1.1a", "A-1.1b", "A-1.1c"]


def test_choices_of_any_quarter_of_the_year_count_once() -> None:
    rows = [
        {"Period": "2025/26 Q1", "Ref": "A-1.1a", "Section": "Work programme", "Text": "place committee"},
        {"Period": "2025/26 Q3", "Ref": "A-1.1a", "Section": "Work programme", "Text": "Place Committee"},
        {"Period": "2025/26 Q2", "Ref": "LOST", "Section": "Work programme", "Text": "Place Committee"},
        {"Period": "2024/25 Q2", "Ref": "A-1.1b", "Section": "Work programme", "Text": "Place Committee"},
    ]
    place, people, _ = three(Narrative=rows)
    assert [(c.ref, str(c.said), c.measure is not None) for c in place.choices] == [
        ("A-1.1a", "2025/26 Q1", True),
        ("LOST", "2025/26 Q2", False),
    ]
    assert people.choices == ()


# ---- the documents ----


def packs(rated: Rated, tables: Tables) -> dict[str, Document]:
    return {document.suffix: document for document in documents(KIND, rated, tables)}


def texts(document: Document) -> list[str]:
    body = docx.Document(io.BytesIO(written(document))).element.body
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]


def written(document: Document) -> bytes:
    return render(TEMPLATES / KIND.template, document.values, {}, title=document.title)


@pytest.fixture(scope="module")
def darlington() -> dict[str, Document]:
    tables = read_source(resources.source_tables("darlington-2012"))
    return packs(rate_quarter(tables, parse_quarter("2011/12 Q4"), dt.date(2012, 5, 12)), tables)


def test_there_is_a_file_for_each_committee_and_the_counts_agree(darlington: dict[str, Document]) -> None:
    assert len(darlington) == 5
    for name, document in darlington.items():
        values: Any = document.values
        assert values["committee"] == name
        for result in ("met", "close", "intervene", "waiting", "not_counted"):
            assert sum(p[result] for p in values["plans"][:-1]) == len(values[result]) == values["plans"][-1][result]


def test_a_pack_is_a_sound_document(darlington: dict[str, Document], tmp_path: Path, validator: Validate) -> None:
    document = darlington["Place Scrutiny Committee"]
    path = tmp_path / "pack.docx"
    path.write_bytes(written(document))
    assert validator(path) == []
    assert not [t for t in texts(document) if t in ("", "None", "nan") or "{{" in t or "{%" in t]


def test_the_template_uses_known_names_only() -> None:
    known = field_list(KIND)
    used = {u.name for u in used_names(TEMPLATES / KIND.template)}
    assert not [
        n for n in used if n not in known and not (n.rpartition(".")[0] in known and n.rpartition(".")[2] in PARTS)
    ]


def test_words_meant_for_another_report_are_not_taken_over() -> None:
    rows = [
        {"Period": "2025/26 Q4", "Section": "Purpose", "Text": "For the Cabinet."},
        {"Period": "2025/26 Q4", "Section": "scrutiny-year-end: Recommendation", "Text": "That the year be noted."},
        {"Period": "2025/26 Q2", "Ref": "A", "Section": "Achievement", "Text": "A new roof."},
    ]
    found = packs(*master(support.indicator(Service="Homes"), Observations=year("A-1.1a", 10.0), Narrative=rows))
    values: Any = found["Place Committee"].values
    assert "For the Cabinet." not in values["scrutiny_purpose"]
    assert values["scrutiny_recommendations"] == ["That the year be noted."]
    assert values["achievement_lines"] == ["Homes, quarter 2: A new roof."]
    assert values["consider"] == ["A-1.1a Homes built: Red at the end of 2025/26"]


def test_small_and_empty_masters_give_a_report_without_secrets() -> None:
    tables = {**small_master(), "Services": support.table("Services", SERVICES)}
    for document in documents(KIND, rate_quarter(tables, parse_quarter("2025/26 Q1"), dt.date(2025, 8, 1)), tables):
        assert f"{SECRET:,.0f}" not in " ".join(texts(document))
    empty = support.tables(Outcomes=[], Services=SERVICES)
    made = packs(rate_quarter(empty, END, DAY), empty)
    assert any("No measure in the remit has a rating" in t for t in texts(made["Place Committee"]))
