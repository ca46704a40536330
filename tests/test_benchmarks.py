"""Benchmarks: ranks against a naive ranking, groups, who is left out, position over time; and taking in a CSV file."""

import datetime as dt
import io
import runpy
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Validate
from tests.support import IN_RANGE, LATE, indicator, measure, observation, places, setting, tables, target
from xl_outcomes.benchmark_file import MOST_BYTES, benchmark_rows
from xl_outcomes.benchmarks import (
    ALL,
    Comparison,
    Imported,
    benchmark_issues,
    compare,
    import_benchmarks,
    quartile,
    rank,
)
from xl_outcomes.errors import FileError, InputError, OutcomesError
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import prepare, rate_quarter
from xl_outcomes.reporting.benchmark_view import NONE_YET, benchmark_sheet
from xl_outcomes.reporting.shown import records
from xl_outcomes.reporting.view import ViewSheet
from xl_outcomes.tables import Table
from xl_outcomes.targets import Held
from xl_outcomes.workbook.create import create_sheets

QUARTER, BEFORE = "2025/26 Q2", "2025/26 Q1"
HELD = Held(parse_quarter(QUARTER), lower=Fraction(40), upper=Fraction(60))
NUMBERS = st.integers(0, 12).map(Fraction)
EXAMPLE = Path(__file__).parent.parent / "examples" / "lgbf_ranks.py"


def other(name: str, value: object = None, period: str = QUARTER, **cells: Any) -> dict[str, object]:
    """A row of Benchmarks."""
    return {"Indicator": "A-1.1a", "Period": period, "Comparator": name, "Value": value, **cells}


def compared(*rows: dict[str, object], own: object = 82.0, **given: Any) -> tuple[Comparison, ...]:
    observed = [] if own is None else [observation(QUARTER, own)]
    held = tables(**{"Indicators": [indicator()], "Observations": observed, "Benchmarks": rows, **given})
    return compare(rate_quarter(held, parse_quarter(QUARTER), LATE), held)


def sheet(*rows: dict[str, object], **given: Any) -> ViewSheet | None:
    held = tables(**{"Indicators": [indicator()], "Benchmarks": rows, **given})
    return benchmark_sheet(rate_quarter(held, parse_quarter(QUARTER), LATE), held)


def issues(*rows: dict[str, object], **given: Any) -> list[tuple[str, str, str]]:
    held = tables(**{"Indicators": [indicator()], "Benchmarks": rows, **given})
    history = prepare(held, None, LATE).history
    return places(benchmark_issues(held, history.framework, history.settings))


# ---- ranks ----


@pytest.mark.parametrize(
    ("own", "others", "polarity", "expected"),
    [
        (9, (8, 8, 7), "Higher is better", 1),
        (8, (9, 8, 7), "Higher is better", 2),
        (7, (9, 8, 8), "Higher is better", 4),
        (7, (9, 8, 8), "Lower is better", 1),
        (9, (9, 8, 8), "Lower is better", 3),
        (50, (39, 61, 45), "In range", 1),
        (38, (39, 61, 62), "In range", 3),
        (5, (4, 6), "Neither", None),
        (5, (), "Higher is better", 1),
    ],
)
def test_equals_share_the_better_rank(own: int, others: tuple[int, ...], polarity: str, expected: int | None) -> None:
    assert rank(Fraction(own), [Fraction(o) for o in others], polarity, HELD) == expected


@given(NUMBERS, st.lists(NUMBERS), st.sampled_from(["Higher is better", "Lower is better", "In range"]))
def test_the_rank_is_the_first_place_in_a_sorted_list(own: Fraction, others: list[Fraction], polarity: str) -> None:
    held = Held(parse_quarter(QUARTER), lower=Fraction(4), upper=Fraction(6))

    def badness(value: Fraction) -> Fraction:
        if polarity == "In range":
            return Fraction(0) if 4 <= value <= 6 else min(abs(value - 4), abs(value - 6))
        return value if polarity == "Lower is better" else -value

    ordered = sorted(map(badness, [own, *others]))
    assert rank(own, others, polarity, held) == ordered.index(badness(own)) + 1


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_quartiles_are_four_equal_parts(place: tuple[int, int]) -> None:
    at, count = place
    assert quartile(at, count) == 1 + int(4 * Fraction(at - 1, count))
    assert 1 <= quartile(at, count) <= 4


def test_in_range_without_a_range_has_no_rank() -> None:
    assert rank(Fraction(1), [Fraction(2)], "In range") is None


# ---- positions ----


def test_a_position_has_us_in_the_ranking_and_not_in_the_mean() -> None:
    (found,) = compared(
        other("B", 90.0), other("C", 70.0), other("D", 80.0), other("E"), other("F", 1.0, Shorthand="c")
    )
    now = found.latest
    assert (found.group, now.value, now.rank, now.count, now.quartile) == (ALL, Fraction(82), 2, 4, 2)
    assert (now.mean, now.median, now.against_median) == (Fraction(80), Fraction(80), "Better")
    assert now.left_out == (("E", "no figure"), ("F", "confidential"))


def test_displayed_figures_are_ranked() -> None:
    (found,) = compared(other("B", 82.04), other("C", "81.96"))
    assert (found.latest.rank, found.latest.against_median) == (1, "The same")


def test_a_comparator_may_be_in_several_groups_and_all_is_everyone() -> None:
    rows = [
        other("B", 90.0, Group="Neighbours, County councils"),
        other("C", 85.0, Group="county councils, All"),
        other("D", 70.0),
        other("b", 95.0, BEFORE, Group="Neighbours"),
        other("N", 99.0, BEFORE, Group="Neighbours"),
    ]
    found = {c.group: c for c in compared(*rows)}
    assert list(found) == [ALL, "Neighbours", "County councils"]
    assert [(c.latest.rank, c.latest.count) for c in found.values()] == [(3, 4), (2, 2), (3, 3)]
    assert found["Neighbours"].latest.left_out == (("N", "no figure"),)


def test_the_position_over_time_is_of_the_quarters_that_can_be_compared() -> None:
    rows = [other("B", 50.0, "2024/25 Q4"), other("B", 90.0, BEFORE), other("B", 1.0, "2025/26 Q3"), other("B", 80.0)]
    observed = [observation("2024/25 Q4", 60.0), observation(QUARTER, 82.0)]
    (found,) = compared(*rows, Observations=observed)
    assert [(str(p.period), p.rank, p.count) for p in found.positions] == [
        ("2024/25 Q4", 1, 2),
        (BEFORE, None, 1),
        (QUARTER, 1, 2),
    ]
    annual = indicator(Frequency="Annual")
    assert compared(other("B", 1.0, BEFORE), Indicators=[annual]) == ()


def test_our_confidential_figure_has_no_rank() -> None:
    (found,) = compared(other("B", 90.0), Observations=[observation(QUARTER, 82.0, Shorthand="c")])
    assert (found.latest.value, found.latest.rank, found.latest.quartile, found.latest.count) == (None, None, None, 1)
    assert found.latest.mean == 90


def test_in_range_is_ranked_by_the_range_of_that_quarter() -> None:
    goals = [target(Lower=0.0, Upper=10.0), target(start=QUARTER, Lower=80.0, Upper=90.0)]
    (found,) = compared(other("B", 79.0), Indicators=[indicator(**IN_RANGE)], Targets=goals)
    assert (found.latest.rank, found.latest.against_median) == (1, "Better")


def test_rows_that_cannot_be_used_are_left_out_and_said() -> None:
    rows = [
        other("B", 90.0),
        other("B", 91.0),
        {**other("C", 1.0), "Indicator": "X"},
        other("C", 1.0, "soon"),
        other("", 1.0),
        other("C", "many"),
        other("C", 5.0, Shorthand="q"),
        other("Anyshire", 99.0),
        {},
    ]
    settings = [setting("Council", "Anyshire")]
    (found,) = compared(*rows, Settings=settings)
    assert found.latest.figures == (("B", Fraction(91)),)
    assert issues(*rows, Settings=settings) == [
        ("benchmark-twice", "Benchmarks", "C3"),
        ("benchmark-unknown", "Benchmarks", "A4"),
        ("benchmark-period", "Benchmarks", "B5"),
        ("benchmark-comparator", "Benchmarks", "C6"),
        ("benchmark-value", "Benchmarks", "E7"),
        ("benchmark-shorthand", "Benchmarks", "F8"),
        ("benchmark-self", "Benchmarks", "C9"),
    ]
    annual = [indicator(Frequency="Annual")]
    assert issues(other("B", 1.0), Indicators=annual) == [("benchmark-not-due", "Benchmarks", "B2")]


# ---- the sheet ----


def test_the_sheet_says_where_we_stand() -> None:
    assert sheet() is None
    rows = [other(n, v, Group="Neighbours") for n, v in (("B", 90.0), ("C", 70.5), ("D", None))]
    made = sheet(*rows, other("B", 95.0, BEFORE), Observations=[observation(QUARTER, 82.0)])
    assert made is not None
    (row,) = records(made.views[0].frame)
    assert row == {
        "Ref": "A-1.1a",
        "Indicator": "Homes built",
        "Group": "Neighbours",
        "Quarter": QUARTER,
        "Our figure": "82.0%",
        "Rank": "2 of 3",
        "Quartile": 2,
        "Mean": "80.3%",
        "Median": "80.3%",
        "Others": 2,
        "Against the median": "Better",
        "Over time": f"{QUARTER}: 2 of 3",
        "Left out": "1: D (no figure)",
    }


def test_the_sheet_without_a_usable_figure_says_so(validator: Validate, tmp_path: Path) -> None:
    made = sheet(other("B", 90.0, "2030/31 Q1"))
    assert made is not None
    assert list(made.views[0].frame["Indicator"]) == [NONE_YET]
    (tmp_path / "b.xlsx").write_bytes(create_sheets([made], title="B", created=dt.datetime(2025, 10, 1)))
    assert validator(tmp_path / "b.xlsx") == []


# ---- a file ----

HEAD = "Indicator,Period,Comparator,Group,Value,Shorthand,Source\n"


def rows_of(text: str | bytes) -> list[dict[str, Any]]:
    return benchmark_rows(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "file.csv")


def taken(text: str, benchmarks: Table | None = None, **cells: Any) -> Imported:
    own = measure(**cells)
    known = {own.ref: own}
    before = benchmarks or tables(Benchmarks=[])["Benchmarks"]
    return import_benchmarks(before, rows_of(text), known, council="Anyshire", file="file.csv")


def held(imported: Imported) -> list[tuple[object, ...]]:
    return [tuple(row) for row in imported.table.frame.itertuples(index=False, name=None)]


def test_a_file_is_taken_in_and_again_changes_nothing() -> None:
    text = (
        HEAD + 'A-1.1a,2025/26 Q2,B,"N, M",82.5,,Return\nA-1.1a,Q2 2025-26,C,,"1,234",p,\nA-1.1a,2025/26 Q2,D,,[c],,\n'
    )
    once = taken(text)
    assert held(once) == [
        ("A-1.1a", QUARTER, "B", "N, M", 82.5, None, "Return"),
        ("A-1.1a", QUARTER, "C", None, 1234.0, "p", None),
        ("A-1.1a", QUARTER, "D", None, None, "c", None),
    ]
    assert (once.summary, once.issues) == ("3 new, 0 replaced, 0 as before, 0 left out.", ())
    again = taken(text, once.table)
    assert again.table.frame.equals(once.table.frame)
    assert (again.summary, again.issues) == ("0 new, 0 replaced, 3 as before, 0 left out.", ())


def test_a_newer_value_replaces_the_old_one_and_says_so() -> None:
    first = taken(HEAD + "A-1.1a,2025/26 Q2,B,N,82.5,,Return\n")
    second = taken(HEAD + "A-1.1a,2025/26 Q2,b,,83.1,,\n", first.table)
    assert held(second) == [("A-1.1a", QUARTER, "B", "N", 83.1, None, "Return")]
    assert [i.message for i in second.issues] == ["A-1.1a, 2025/26 Q2, B: 82.5 becomes 83.1."]
    hidden = taken(HEAD + "A-1.1a,2025/26 Q2,B,,,c,\n", second.table)
    assert held(hidden) == [("A-1.1a", QUARTER, "B", "N", None, "c", "Return")]
    regrouped = taken(HEAD + "A-1.1a,2025/26 Q2,B,M,,c,\n", hidden.table)
    assert (regrouped.summary, held(regrouped)[0][3]) == ("0 new, 1 replaced, 0 as before, 0 left out.", "M")


def test_what_cannot_be_used_is_left_out_with_its_cell_in_the_file() -> None:
    text = (
        "Council;Code;Financial year;Figure\n"
        "B;A-1.1a;2025/26 Q2;eighty\nC;X;2025/26 Q2;1\n;A-1.1a;2025/26 Q2;1\nD;A-1.1a;2025;1\n"
        "\nE;A-1.1a;2025/26 Q2;\nF;A-1.1a;2025/26 Q2;1\nF;a-1.1A;2025/26 Q2;2\nAnyshire;homes built;2025/26 Q2;2\n"
    )
    found = taken(text)
    assert [(i.code, i.cell, i.file) for i in found.issues] == [
        ("benchmark-value", "D2", "file.csv"),
        ("benchmark-unknown", "B3", "file.csv"),
        ("benchmark-comparator", "A4", "file.csv"),
        ("benchmark-period", "C5", "file.csv"),
        ("benchmark-value", "D7", "file.csv"),
        ("benchmark-twice", "A9", "file.csv"),
        ("benchmark-self", "A10", "file.csv"),
    ]
    assert held(found) == [("A-1.1a", QUARTER, "F", None, 2.0, None, None)]
    assert found.left_out == 7


def test_a_year_stands_for_the_due_quarter_of_an_annual_indicator() -> None:
    text = "Indicator,Year,Authority,Value\nA-1.1a,2024/25,B,1\n"
    assert held(taken(text, Frequency="Annual"))[0][1] == "2024/25 Q4"
    assert [i.code for i in taken(text).issues] == ["benchmark-period"]


def test_percentages_that_look_like_shares_are_queried() -> None:
    text = HEAD + "A-1.1a,2025/26 Q2,B,,0.98,,\nA-1.1a,2025/26 Q2,C,,0.5,,\n"
    assert [i.code for i in taken(text).issues] == ["benchmark-scale"]
    assert taken(text, Unit="Rate").issues == ()


@pytest.mark.parametrize(
    "data",
    [
        "Indicator,Period,Comparator,Value\nA,2025/26 Q2,Brú,1\n".encode("cp1252"),
        "Indicator,Period,Comparator,Value\nA,2025/26 Q2,Brú,1\n".encode("utf-8-sig"),
        "Indicator\tPeriod\tComparator\tValue\r\nA\t2025/26 Q2\tBrú\t1\r\n".encode("utf-16"),
        '\n"Indicator";"Period";"Comparator";"Value"\r\nA;2025/26 Q2;"Brú";1'.encode(),
        "sep=;\nIndicator;Period;Comparator;Value\nA;2025/26 Q2;Brú;1".encode(),
        " indicator ,PERIOD,area_name,Value\rA,2025/26 Q2,Brú,1\r".encode(),
    ],
)
def test_files_as_people_save_them(data: bytes) -> None:
    (row,) = rows_of(data)
    assert [row[h] for h in ("Indicator", "Period", "Comparator", "Value")] == ["A", QUARTER, "Brú", "1"]


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", InputError, "is empty"),
        (b"\n\n", InputError, "is empty"),
        (
            b"Indicator,Period\n",
            InputError,
            "no column Comparator and no column Value; its columns are: Indicator, Per",
        ),
        (b"Indicator,Period,Council,Value,Value\n", InputError, 'has the heading "Value" twice'),
        (b"PK\x03\x04", FileError, "is an Excel workbook"),
        (b"%PDF-1.7", FileError, "is a PDF"),
        (b"a\0b", FileError, "not a text file"),
        (b'Indicator,Period,Council,Value\n"A', FileError, "cannot be read at line"),
        (b"Indicator,Period,Council,Value\nA,2025/26 Q2,B,1,234\n", InputError, "Row 2 of file.csv has more cells"),
        (HEAD.encode() + b"," * 200, FileError, "over 100 columns"),
        (HEAD.encode() + b"A" * 3000, FileError, "over 2,000 characters"),
    ],
)
def test_other_files_are_refused_in_plain_words(data: bytes, error: type[OutcomesError], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        rows_of(data)
    assert caught.value.fix


def test_a_file_that_is_too_large_is_not_read_whole() -> None:
    class Endless(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert size == MOST_BYTES + 1
            return b"," * size

    with pytest.raises(FileError, match="larger than 20 MB"):
        benchmark_rows(Endless(), "file.csv")


# ---- published ranks ----


@pytest.mark.parametrize(("published", "code"), [(1, 0), (2, 1)])
def test_published_ranks_are_checked(
    published: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ["Code,Council,Family group,Period,Value,Numerator,Denominator,Rank,Family rank"]
    figures = [("B", "N", 0.9, 1, published), ("C", "N", 0.9, 1, 1), ("D", "N", 0.5, 3, 3)]
    lines += [f"X 1,{c},{g},2025/26 Q2,{v},1,2,{r}.0,{f}.0" for c, g, v, r, f in figures]
    (tmp_path / "ranks.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "other.csv").write_text("a,b\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["lgbf_ranks.py", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    assert ended.value.code == code
    assert "X 1: Higher is better" in capsys.readouterr().out
