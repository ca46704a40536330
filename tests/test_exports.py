"""Exports: types, words, keys and relations that hold, the calendar, what is confidential, files and their folder."""

import csv
import datetime as dt
import errno
import io
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.file_operations import At, Died, counted, watched
from tests.support import indicator, observation, tables, target
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import FileError, InputError
from xl_outcomes.export_columns import Field
from xl_outcomes.export_file import _WRITERS, export_master
from xl_outcomes.export_folder import demand_renewable, recovered, renewed
from xl_outcomes.export_keys import KEYS, RELATIONS, ExportTable
from xl_outcomes.exports import Export, export_tables, table_schema, with_own_columns
from xl_outcomes.tables import Table, Tables
from xl_outcomes.workbook.file import Master
from xl_outcomes.workbook.safe_write import Seen

Q1, Q2, Q3 = "2025/26 Q1", "2025/26 Q2", "2025/26 Q3"
REF = "A-1.1a"


def exported(held: Tables, *names: str, **how: bool) -> dict[str, ExportTable]:
    return {t.name: t for t in export_tables(held, names, **how).tables}


def column(made: ExportTable, name: str) -> list[object]:
    return list(made.field(name).values)


def with_column(table: Table, heading: str, *values: object) -> Table:
    """A table to which an officer has added a column."""
    data = table.frame.copy()
    data[heading] = pd.Series(list(values), index=data.index, dtype=object)
    return replace(table, frame=data, columns={**table.columns, heading: 50})


def names_of(made: ExportTable) -> list[str]:
    return [f.name for f in made.fields]


# ---- types ----


def test_every_kind_of_column_gets_its_type() -> None:
    cells = {"Decimals": 1.0, "Per": 1000.0, "Live from": "2025-26 q2", "Unit": "percentage", "Definition": " as is "}
    made = exported(tables(Indicators=[indicator(**cells)]))["Indicators"]
    types = {f.name: f.type for f in made.fields}
    assert (types["Ref"], types["Decimals"], types["Per"]) == ("string", "integer", "number")
    assert column(made, "Decimals") == [1]
    assert column(made, "Live from") == [Q2]
    assert column(made, "Unit") == ["Percentage"]
    assert column(made, "Definition") == [" as is "]
    assert column(made, "Service") == [None]


def test_words_where_a_number_belongs_stand_beside_it_as_written() -> None:
    made = exported(tables(Targets=[target("TBC"), target(80.0, "2025/26 Q1"), target("1,234", "2025/26 Q2")]))
    assert column(made["Targets"], "Target") == [None, 80, 1234]
    assert column(made["Targets"], "Target as written") == ["TBC", None, None]
    assert names_of(made["Targets"]).index("Target as written") == 3


def test_columns_of_figures_and_targets_never_come_and_go() -> None:
    made = exported(tables(Targets=[target(80.0)]))["Targets"]
    written = [name for name in names_of(made) if name.endswith("as written")]
    assert written == [f"{name} as written" for name in ("Target", "Amber", "Lower", "Upper")]


@pytest.mark.parametrize(
    ("cell", "number", "words"),
    [(2.0, 2, None), (2.5, None, "2.5"), ("two", None, "two"), (True, None, "TRUE"), (1e300, None, "1e+300")],
)
def test_what_is_no_whole_number_stands_as_written(cell: object, number: object, words: object) -> None:
    made = exported(tables(Indicators=[indicator(Decimals=cell), indicator("B", Decimals="no")]))["Indicators"]
    assert (column(made, "Decimals")[0], column(made, "Decimals as written")[0]) == (number, words)


def test_dates_and_moments() -> None:
    noon, day = dt.datetime(2025, 7, 21, 12), dt.datetime(2025, 7, 21)
    rows = [{"Ref": "1", "Due": due} for due in (day, noon, "2025-07-21", "next week", None)]
    held = tables(Activities=rows, Observations=[observation(Q1, 1.0, Received=noon)], Indicators=[indicator()])
    made = exported(held)
    assert column(made["Activities"], "Due") == [day.date(), None, day.date(), None, None]
    assert column(made["Activities"], "Due as written") == [None, "2025-07-21T12:00:00", None, "next week", None]
    assert column(made["Observations"], "Received") == [noon]
    assert made["Observations"].field("Received").type == "datetime"


def test_numbers_and_truths_in_columns_of_text() -> None:
    held = tables(Settings=[{"Setting": n, "Value": v} for n, v in (("A", 0.4), ("B", 10.0), ("C", True))])
    assert column(exported(held)["Settings"], "Value") == ["0.4", "10", "TRUE"]


def test_a_ref_that_is_a_number_is_text_and_meets_its_like() -> None:
    held = tables(Indicators=[indicator(7.0)], Observations=[observation(Q1, 1.0, ref=" 7 ")])
    made = exported(held)
    assert column(made["Indicators"], "Ref") == column(made["Observations"], "Indicator") == ["7"]


def test_officers_columns_come_last_with_the_type_of_their_cells() -> None:
    held = tables(Targets=[target(1.0), target(2.0, Q2)])
    own = held["Targets"]
    day = dt.datetime(2025, 7, 1)
    cells = {"Our\nnumber": (1.5, None), "day": (day, day), "mixed": (1.0, "n/a"), "yes": (True, False)}
    for heading, values in {**cells, "TARGET AS WRITTEN": ("a", "b")}.items():
        own = with_column(own, heading, *values)
    made = exported({**held, "Targets": own})["Targets"]
    assert names_of(made)[-5:] == ["Our number", "day", "mixed", "yes", "TARGET AS WRITTEN (2)"]
    assert [f.type for f in made.fields[-5:]] == ["number", "date", "string", "boolean", "string"]
    assert column(made, "mixed") == ["1", "n/a"]


def test_columns_of_officers_are_found_by_their_place_on_the_sheet() -> None:
    held = tables(Targets=[target(1.0)])
    found = with_column(held["Targets"], "Mine", "x")
    found = replace(found, frame=found.frame.rename(columns={"Target": " target"}))
    found = replace(found, columns={(" target" if h == "Target" else h): n for h, n in found.columns.items()})
    joined = with_own_columns(held, {"Targets": found}.get)
    assert list(joined["Targets"].frame.columns) == [*SPECS["Targets"].headings, "Mine"]


# ---- which tables ----


def test_tables_without_rows_are_left_out_unless_they_are_named() -> None:
    held = tables(Targets=[target(1.0)])
    assert list(exported(held)) == ["Outcomes", "Targets", "Periods"]
    assert list(exported(held, "issues", "Outcomes")) == ["Outcomes", "Issues"]


def test_a_table_that_there_is_not() -> None:
    with pytest.raises(InputError, match="Reslts"):
        export_tables(tables(), ["Reslts"])


def test_the_calendar_has_every_period_that_is_named_and_the_quarters_of_its_months() -> None:
    seen = [observation("2025/26 M12", 1.0), observation("2025/26 M10", 1.0), observation("soon", 1.0)]
    made = exported(tables(Observations=seen, Targets=[target(1.0, Q1)], Indicators=[indicator()]))["Periods"]
    assert column(made, "Period") == [Q1, "2025/26 Q4", "2025/26 M10", "2025/26 M12"]
    assert column(made, "Kind") == ["Quarter", "Quarter", "Month", "Month"]
    assert column(made, "Quarter") == [Q1, *["2025/26 Q4"] * 3]
    days = [(dt.date(2025, 4, 1), dt.date(2025, 6, 30)), (dt.date(2026, 1, 1), dt.date(2026, 3, 31))]
    days += [(dt.date(2026, 1, 1), dt.date(2026, 1, 31)), (dt.date(2026, 3, 1), dt.date(2026, 3, 31))]
    assert list(zip(column(made, "First day"), column(made, "Last day"), strict=True)) == days


@settings(max_examples=25)
@given(st.integers(1000, 9000), st.integers(1, 12))
def test_a_month_lies_in_its_quarter(year: int, number: int) -> None:
    key = f"{year}/{(year + 1) % 100:02d} M{number:02d}"
    made = exported(tables(Observations=[observation(key, 1.0)]), "Observations")["Periods"]
    (first, month), (last, month_end) = (column(made, h) for h in ("First day", "Last day"))
    assert first <= month < month_end <= last
    assert (month.day, (month_end + dt.timedelta(days=1)).day) == (1, 1)


# ---- what holds ----


def notes(held: Tables, **how: bool) -> tuple[str, ...]:
    return export_tables(held, **how).notes


def test_keys_and_relations_that_hold_are_in_the_schema() -> None:
    held = tables(Indicators=[indicator()], Targets=[target(1.0)], Observations=[observation(Q1, 1.0)])
    made = exported(held)
    assert table_schema(made["Targets"])["primaryKey"] == ["Indicator", "From"]
    to_indicators = {"fields": ["Indicator"], "reference": {"resource": "indicators", "fields": ["Ref"]}}
    assert to_indicators in table_schema(made["Observations"])["foreignKeys"]
    assert table_schema(made["Outcomes"])["foreignKeys"][0]["reference"]["resource"] == ""
    assert notes(held) == ()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({"Indicators": [indicator(), indicator()]}, "Indicators: Ref is there before in rows 2, 3 (A-1.1a)"),
        ({"Indicators": [indicator(None)]}, "Indicators: Ref is blank in row 2 (blank), so the table has no key."),
        ({"Indicators": [indicator(Unit="Furlongs")]}, 'Unit holds another word in row 2 ("Furlongs"), so no list'),
        ({"Indicators": [indicator(Decimals=-1.0)]}, 'Decimals is less than 0 in row 2 ("-1"), so no least value'),
        ({"Indicators": [indicator(Decimals=None)]}, "Decimals is blank in row 2, so it is not marked as required."),
        (
            {"Targets": [target(1.0, ref="X")], "Indicators": [indicator()]},
            'is not in Indicators in row 2 ("X"), so no',
        ),
        ({"Targets": [target(1.0, "soon")]}, 'Targets: From is not in Periods in row 2 ("soon"), so no relation'),
    ],
)
def test_what_rows_do_not_meet_is_left_out_and_said(rows: Mapping[str, Any], told: str) -> None:
    assert any(told in line for line in notes(tables(**rows)))


def test_the_keys_and_relations_are_of_the_contract() -> None:
    assert all(set(key) <= set(SPECS[name].headings) for name, key in KEYS.items() if name in SPECS)
    assert all(heading in SPECS[name].headings for name, heading in RELATIONS)


# ---- what is confidential ----

LONG = "Two families who can be recognised by the street."


def secret_rows(**cells: object) -> list[dict[str, object]]:
    """A figure of a quarter that was replaced by a confidential one, and that of the next quarter."""
    old = observation(Q1, 53.0, Superseded="Yes", Commentary=LONG, Forecast=54.0)
    return [old, observation(Q1, None, Shorthand="[C]", **cells), observation(Q2, 60.0, Commentary="Open.")]


def values(made: Mapping[str, ExportTable], name: str, heading: str) -> list[object]:
    return column(made[name], heading)


def test_a_confidential_figure_is_not_exported_nor_the_one_it_replaced() -> None:
    held = tables(Indicators=[indicator()], Observations=secret_rows(Value=52.0, Numerator=52.0, Denominator=100.0))
    made = exported(held)
    for heading in ("Value", "Numerator", "Denominator"):
        assert values(made, "Observations", heading)[:2] == [None, None]
    assert values(made, "Observations", "Forecast") == [None, None, None]
    assert values(made, "Observations", "Commentary") == [None, None, "Open."]
    assert values(made, "Observations", "Shorthand") == [None, "[C]", None]
    assert values(made, "Observations", "Withheld") == ["Yes", "Yes", None]
    assert "2 rows of Observations" in notes(held)[0]


def test_it_is_exported_when_that_is_asked_for() -> None:
    made = exported(tables(Indicators=[indicator()], Observations=secret_rows(Value=52.0)), confidential=True)
    assert values(made, "Observations", "Value") == [53, 52, 60]
    assert "Withheld" not in names_of(made["Observations"])


def test_what_was_confidential_once_and_is_not_any_more() -> None:
    rows = [observation(Q1, 52.0, Shorthand="c", Superseded="Yes"), observation(Q1, 53.0)]
    made = exported(tables(Indicators=[indicator()], Observations=rows))
    assert values(made, "Observations", "Value") == [None, 53]


def result(period: str, value: float, **cells: object) -> dict[str, object]:
    row = {"Period": period, "Indicator": REF, "Value": value, "State": "Rated", "Rating": "Green"}
    return {**row, "Reason": f"{value}% against a target of 50%: on target.", "Variance": 3.0, **cells}


def test_results_from_before_are_withheld_also_as_previous_and_last_year() -> None:
    later = result("2026/27 Q1", 61.0, Previous=60.5, **{"Last year": 53.0, "Direction on year": "Better"})
    rows = [result(Q1, 53.0), result(Q2, 60.0, Previous=53.0, Direction="Better"), later]
    made = exported(tables(Indicators=[indicator()], Observations=secret_rows(), Results=rows))
    assert values(made, "Results", "Value") == [None, 60, 61]
    assert values(made, "Results", "Reason")[0] is None
    assert values(made, "Results", "Variance") == [None, 3, 3]
    assert values(made, "Results", "Previous") == [None, None, 60.5]
    assert values(made, "Results", "Last year") == [None, None, None]
    assert values(made, "Results", "Direction on year") == [None, None, None]
    assert values(made, "Results", "Rating") == ["Green"] * 3


@pytest.mark.parametrize(
    ("cells", "shown"),
    [({"Report as": "Year to date", "Aggregation": "Sum"}, [None] * 2), ({"Report as": "In period"}, [None, 9])],
)
def test_a_year_to_date_is_confidential_with_each_of_its_quarters(cells: Any, shown: list[object]) -> None:
    results = [result(Q1, 53.0), result(Q3, 9.0)]
    made = exported(tables(Indicators=[indicator(**cells)], Observations=secret_rows(), Results=results))
    assert values(made, "Results", "Value") == shown


def test_where_the_indicator_is_wrong_the_rest_of_the_year_is_withheld() -> None:
    wrong = indicator(Aggregation="Whatever")
    made = exported(tables(Indicators=[wrong], Observations=secret_rows(), Results=[result(Q3, 9.0)]))
    assert values(made, "Results", "Value") == [None]


def area(name: str | None, value: float | None, **cells: object) -> dict[str, object]:
    return observation(Q1, value, Area=name, **cells)


@pytest.mark.parametrize(
    ("whole", "areas", "shown"),
    [
        (100.0, [("N", None), ("S", 30.0), ("E", 20.0)], {None: 100, "N": None, "S": 30, "E": None}),
        (None, [("N", 50.0), ("S", 30.0)], {None: None, "N": None, "S": None}),
        (100.0, [("N", None), ("S", None), ("E", 20.0)], {None: 100, "N": None, "S": None, "E": 20}),
        (100.0, [("N", 50.0), ("S", 50.0)], {None: 100, "N": 50, "S": 50}),
    ],
)
def test_areas_do_not_give_a_confidential_figure_away(
    whole: float | None, areas: list[tuple[str, float | None]], shown: dict[str | None, object]
) -> None:
    rows = [area(name, value, Shorthand=None if value else "c") for name, value in [(None, whole), *areas]]
    held = tables(Indicators=[indicator()], Targets=[target(50.0)], Observations=rows)
    made = exported(held)["Observations"]
    assert dict(zip(column(made, "Area"), column(made, "Value"), strict=True)) == shown


def test_where_a_quarter_cannot_be_rated_all_areas_are_withheld() -> None:
    rows = [area(None, 100.0), area("N", None, Shorthand="c"), area("S", 30.0), area("E", 20.0)]
    circle = [{"Ref": "A", "Tier": 2.0, "Parent": "A", "Title": "Homes"}]
    made = exported(tables(Outcomes=circle, Indicators=[indicator()], Observations=rows))["Observations"]
    assert column(made, "Value") == [100, None, None, None]


def held_row(**cells: object) -> dict[str, object]:
    return {"Issues": "1", "Indicator": REF, "Period": Q1, "Status": "Held", **cells}


def test_a_row_that_waits_makes_the_figure_confidential_and_is_withheld_itself() -> None:
    rows = [held_row(Value=52.0, Shorthand="c"), held_row(Value=7.0, Period=Q2)]
    made = exported(tables(Indicators=[indicator()], Observations=[observation(Q1, 53.0)], Held=rows))
    assert values(made, "Held", "Value") == [None, 7]
    assert values(made, "Observations", "Value") == [None]


def test_issues_of_that_figure_do_not_tell_it() -> None:
    said = {"Indicator": REF, "Value": "520", "Message": "520 is ten times 53.", "Settled value": 52.0, "Note": "52"}
    rows = [{"Issue": "1", "Period": Q1, **said}, {"Issue": "2", "Period": Q3, **said, "Value": "900"}]
    made = exported(tables(Indicators=[indicator()], Observations=secret_rows(), Issues=rows))
    for heading in ("Value", "Message", "Settled value", "Note"):
        assert values(made, "Issues", heading)[0] is None
    # Of a later quarter, what quotes the earlier figure.
    assert values(made, "Issues", "Message")[1] is None
    assert values(made, "Issues", "Value")[1] == "900"


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Down to 53.0% this time.", False),
        ("It was £53, again.", False),
        ("About 53", False),
        (f"They said: {LONG}", False),
        ("See HOU-53, 2053/54 Q1 and 53/54 or 153; on 2025-01-53", True),
        ("Rose by 5.3", True),
    ],
)
def test_texts_about_the_indicator_that_quote_the_figure_are_withheld(text: str, stays: bool) -> None:
    rows = [{"Period": Q1, "Ref": ref, "Section": "Impact", "Text": text} for ref in (REF, "B-1")]
    log = {"When": dt.datetime(2025, 8, 1), "Who": "me", "Action": "Settle", "Detail": f"{REF}: {text}"}
    made = exported(tables(Indicators=[indicator()], Observations=secret_rows(), Narrative=rows, Log=[log]))
    assert values(made, "Narrative", "Text") == [text if stays else None, text]
    assert values(made, "Log", "Detail") == [f"{REF}: {text}" if stays else None]


def test_a_ratio_is_as_confidential_as_its_parts() -> None:
    ratio = indicator(Calculation="Ratio", Aggregation="Sum")
    rows = [observation(Q1, None, Numerator=1.0, Denominator=3.0, Shorthand="c")]
    told = [{"Period": Q1, "Ref": REF, "Section": "Impact", "Text": "Only 33.3% came."}]
    made = exported(tables(Indicators=[ratio], Observations=rows, Narrative=told))
    assert values(made, "Narrative", "Text") == [None]


def test_officers_columns_are_withheld_with_their_row_and_where_they_repeat_the_figure() -> None:
    held = tables(Indicators=[indicator()], Observations=secret_rows(), Results=[result(Q3, 9.0), result(Q2, 8.0)])
    held["Observations"] = with_column(held["Observations"], "Mine", 53.0, "low", 60.0)
    held["Results"] = with_column(held["Results"], "Best yet", 53.0, 60.0)
    made = exported(held)
    assert values(made, "Observations", "Mine") == [None, None, 60]
    assert values(made, "Results", "Best yet") == [None, 60]


def test_other_councils_confidential_figures_are_withheld() -> None:
    row = {"Indicator": REF, "Period": Q1, "Value": 5.0}
    rows = [{**row, "Comparator": "B", "Shorthand": "c"}, {**row, "Comparator": "C"}]
    made = exported(tables(Indicators=[indicator()], Benchmarks=rows))
    assert values(made, "Benchmarks", "Value") == [None, 5]


# ---- files ----

MOMENTS = st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1)
CELLS: Mapping[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(-(2**53) + 1, 2**53 - 1),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": MOMENTS,
}
ROWS = st.lists(st.tuples(*(st.none() | cells for cells in CELLS.values())), max_size=6)
HARD = ("£ é", '"q",', "a\r\nb\rc\n", "=1+1", "NULL", "null", "NA", " ", "\\N", "x" * 32_767, "\ufeff", "'", "\\")


def made_of(rows: list[tuple[Any, ...]]) -> ExportTable:
    columns = list(zip(*rows, strict=True)) or [()] * len(CELLS)
    fields = (Field(f'a "{kind}"', kind, tuple(c)) for kind, c in zip(CELLS, columns, strict=True))
    return ExportTable("T", "", tuple(fields), tuple(range(len(rows))))


def written(made: ExportTable, kind: str, folder: Path) -> Path:
    path = folder / f"it's.{kind}"
    _WRITERS[kind](made, path)
    return path


def by_duckdb(path: Path, made: ExportTable) -> list[tuple[Any, ...]]:
    types = {
        "string": "VARCHAR",
        "number": "DOUBLE",
        "integer": "BIGINT",
        "boolean": "BOOLEAN",
        "datetime": "TIMESTAMP",
    }
    columns = {f.name: types.get(f.type, "DATE") for f in made.fields}
    given = path.as_posix()
    with duckdb.connect() as connection:
        if path.suffix == ".parquet":
            found = connection.execute("SELECT * FROM read_parquet($1)", [given])
            assert [(d[0], str(d[1])) for d in found.description or ()] == list(columns.items())
            return found.fetchall()
        if path.suffix == ".csv":
            how = (
                "header = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\r\\n', max_line_size = 4000000"
            )
            return connection.execute(f"SELECT * FROM read_csv($1, columns = $2, {how})", [given, columns]).fetchall()
        return connection.execute("SELECT * FROM read_json($1, columns = $2)", [given, columns]).fetchall()


@settings(max_examples=10)
@given(ROWS)
def test_parquet_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    made = made_of(rows)
    assert by_duckdb(written(made, "parquet", tmp_path_factory.mktemp("p")), made) == rows


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_hard_texts_and_numbers_are_read_back_as_they_were(kind: str, tmp_path: Path) -> None:
    numbers = (1e-300, 123456789012345.6, 12345678901234567890.0, -0.1, 5e-324, 1.7976931348623157e308, 0.1 + 0.2)
    days = (dt.date(1900, 2, 28), dt.date(9999, 12, 31), dt.date(1, 1, 1))
    moments = (dt.datetime(2025, 7, 21, 12, 30, 1, 500), dt.datetime(1899, 12, 31))
    blank = (None,) * 6
    rows = [(text, *blank[1:]) for text in HARD] + [(None, n, *blank[2:]) for n in numbers]
    rows += [("d", *blank[1:4], d, None) for d in days] + [("m", *blank[1:5], m) for m in moments]
    rows += [("i", None, 2**53 - 1, True, None, None)]
    made = made_of(rows)
    assert by_duckdb(written(made, kind, tmp_path), made) == rows


@settings(max_examples=25)
@given(ROWS)
def test_csv_and_json_hold_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    made, folder = made_of(rows), tmp_path_factory.mktemp("c")
    (_, *lines) = csv.reader(io.StringIO(written(made, "csv", folder).read_bytes().decode("utf-8-sig"), newline=""))
    assert [tuple(read(c) if c else None for read, c in zip(READ, line, strict=True)) for line in lines] == rows
    objects = json.loads(written(made, "json", folder).read_bytes())
    assert [tuple(_from_json(read, v) for read, v in zip(READ, o.values(), strict=True)) for o in objects] == rows


READ: tuple[Callable[[str], Any], ...] = (
    str,
    float,
    int,
    lambda text: {"true": True, "false": False}[text],
    dt.date.fromisoformat,
    dt.datetime.fromisoformat,
)


def _from_json(read: Callable[[str], Any], value: Any) -> Any:
    return read(value) if isinstance(value, str) else value


def test_csv_has_excels_mark_and_the_line_ends_of_its_standard(tmp_path: Path) -> None:
    data = written(made_of([("£", 1.0, None, None, None, None)]), "csv", tmp_path).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 2
    assert data.endswith("£,1,,,,\r\n".encode())


# ---- the folder ----


def master_of(held: Tables, name: str = "master.xlsx") -> Master:
    return Master(Path(name), b"", Seen(Path(name), "", 0, 0), held, {})


def put(folder: Path, *, kind: str = "csv", name: str = "master.xlsx", **how: Any) -> tuple[str, ...]:
    held = how.pop("held", None) or tables(Targets=[target(1.0)])
    return export_master(master_of(held, name), kind, folder, **how).notes


def content(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())} if folder.exists() else {}


def test_an_export_is_renewed_and_the_same_master_gives_the_same_bytes(tmp_path: Path) -> None:
    for kind in ("csv", "json", "parquet"):
        folder = tmp_path / "deep" / kind
        put(folder, kind=kind)
        first = content(folder)
        assert put(folder, kind=kind) == ()
        assert content(folder) == first
        assert list(first) == [f"{n}.{kind}" for n in ("Outcomes", "Periods", "Targets")] + ["datapackage.json"]
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["csv", "json", "parquet"]


def test_what_is_no_longer_in_it_and_whose_it_was_is_said(tmp_path: Path) -> None:
    put(tmp_path / "out")
    told = put(tmp_path / "out", name="other.xlsx", names=["Outcomes"])
    assert told == (
        "This takes the place of an export of master.xlsx.",
        "No longer in the export: Targets.csv, Periods.csv.",
    )
    assert list(content(tmp_path / "out")) == ["Outcomes.csv", "datapackage.json"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path / "out", dry_run=True)
    assert list(tmp_path.iterdir()) == []


def _another_file(folder: Path) -> None:
    (folder / "mine.pbix").write_bytes(b"x")


def _changed(folder: Path) -> None:
    (folder / "Targets.csv").write_text("mine")


def _no_package(folder: Path) -> None:
    (folder / "datapackage.json").unlink()


def _other_package(folder: Path) -> None:
    (folder / "datapackage.json").write_text('{"name": "other", "resources": []}')


def _open_in_excel(folder: Path) -> None:
    (folder / "~$Targets.csv").write_bytes(b"")


@pytest.mark.parametrize(
    ("act", "kind", "told"),
    [
        (_another_file, "csv", "mine.pbix"),
        (_changed, "csv", "Targets.csv in .* has been changed"),
        (_no_package, "csv", "other files"),
        (_other_package, "csv", "other files"),
        (_open_in_excel, "csv", "is open"),
        (lambda folder: None, "json", "as csv, not as json"),
    ],
)
def test_a_folder_that_is_not_ours_alone_is_refused(
    act: Callable[[Path], None], kind: str, told: str, tmp_path: Path
) -> None:
    put(tmp_path / "out")
    act(tmp_path / "out")
    before = content(tmp_path / "out")
    for dry_run in (True, False):
        with pytest.raises((InputError, FileError), match=told):
            put(tmp_path / "out", kind=kind, dry_run=dry_run)
    assert content(tmp_path / "out") == before


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        put(tmp_path / "out")


def test_an_empty_folder_and_one_that_was_looked_at_are_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    put(tmp_path / "out")
    (tmp_path / "out" / "Thumbs.db").write_bytes(b"")
    put(tmp_path / "out")
    assert "Thumbs.db" not in content(tmp_path / "out")


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert len(content(tmp_path / "real")) == 4


OLD, NEW = {"a": b"old", "b": b"old"}, {"a": b"new", "c": b"new"}


def with_old(folder: Path) -> Path:
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in OLD.items():
        (folder / name).write_bytes(data)
    return folder


def renew(folder: Path) -> None:
    with renewed(folder) as beside:
        for name, data in NEW.items():
            (beside / name).write_bytes(data)


def died() -> None:
    raise Died


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_wherever_the_program_dies_the_folder_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    folder = with_old(tmp_path / "run" / "out")
    for number, name in enumerate(counted(lambda: renew(folder))):
        with_old(folder)
        with pytest.raises(Died), watched(At(number, died, dead=True)):
            renew(folder)
        recovered(folder)
        assert content(folder) in (OLD, NEW), name
        renew(folder)
        assert (content(folder), [p.name for p in folder.parent.iterdir()]) == (NEW, ["out"])


def refusal(number: int, folder: Path) -> str:
    """What is said where the system refuses an operation; blank where that stops nothing."""
    try:
        with watched(At(number, full)):
            renew(folder)
    except FileError as error:
        return error.message
    return ""


def test_what_the_system_refuses_is_said_in_plain_words_and_the_old_one_stands(tmp_path: Path) -> None:
    folder = with_old(tmp_path / "run" / "out")
    refused = []
    for number, name in enumerate(counted(lambda: renew(folder))):
        with_old(folder)
        said = refusal(number, folder)
        assert content(folder) == (OLD if said else NEW), name
        if said:
            assert "could not be written" in said
            refused.append(name)
    assert {"mkdir", "open file", "write", "rename"} <= set(refused)


def test_the_description_is_refused_where_it_is_not_one(tmp_path: Path) -> None:
    for text in (
        "[]",
        "{",
        '{"xl-outcomes": 1, "resources": []}',
        '{"xl-outcomes": {}, "resources": [{}]}',
        "[" * 9999,
    ):
        (tmp_path / "datapackage.json").write_text(text)
        with pytest.raises(InputError, match="other files"):
            demand_renewable(tmp_path, "csv")


# ---- formulas ----


def test_texts_that_excel_would_calculate_are_left_as_they_are_and_said(tmp_path: Path) -> None:
    rows = [observation(Q1, 1.0, Commentary='=HYPERLINK("http://x")'), observation(Q2, -5.0, Commentary="- fine")]
    held = tables(Indicators=[indicator()], Observations=rows)
    (told,) = put(tmp_path / "out", held=held)
    assert told.startswith("2 texts begin with =, +, - or @ (first: Observations.csv, Commentary, row 2).")
    assert '"=HYPERLINK(""http://x"")"' in (tmp_path / "out" / "Observations.csv").read_text(encoding="utf-8-sig")
    assert put(tmp_path / "as json", kind="json", held=held) == ()


def test_an_export_says_whether_it_holds_what_is_confidential() -> None:
    assert isinstance(export_tables(tables()), Export)
    assert {export_tables(tables(), confidential=c).confidential for c in (True, False)} == {"left out", "included"}
