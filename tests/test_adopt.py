"""Councils' own tables made into masters: what is read, guessed and listed; nothing of a table is lost."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Color, PatternFill

from tests.adopt_examples import EXAMPLES
from xl_outcomes import resources
from xl_outcomes.adopt.amounts import read_aim, read_amount
from xl_outcomes.adopt.colours import rating_of_colour
from xl_outcomes.adopt.finish import as_master
from xl_outcomes.adopt.guessing import propose
from xl_outcomes.adopt.ledger import DEFAULT, GUESSED, LEFT, UNCLEAR
from xl_outcomes.adopt.mapping import BookMap, from_toml, to_toml
from xl_outcomes.adopt.questions import Question, settle_doubts
from xl_outcomes.adopt.result import Adopted, adopt
from xl_outcomes.adopt.shapes import Cell, Look, Sheet, Source
from xl_outcomes.adopt.times import ended_before, read_when
from xl_outcomes.adopt.words import use_of
from xl_outcomes.errors import FileError, InputError, WorkbookError
from xl_outcomes.periods import Quarter
from xl_outcomes.starters import read_source as read_starter
from xl_outcomes.steps import Now, check
from xl_outcomes.workbook.adopt_reader import read_source
from xl_outcomes.workbook.create import create_master
from xl_outcomes.workbook.file import read_master

NOW = Quarter(2025, 3)
AT = Now(dt.datetime(2025, 11, 3, 9), "somebody")
INTERPRETED = ("Polarity", "Frequency", "Unit", "Row kind")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("adopt")


@pytest.fixture(scope="module")
def source(folder: Path) -> Callable[[str], Source]:
    return cache(lambda name: read_source(EXAMPLES[name](folder / f"{name} 2025-26.xlsx")))


@pytest.fixture(scope="module")
def adopted(source: Callable[[str], Source]) -> Callable[[str], Adopted]:
    return cache(lambda name: adopt(source(name), propose(source(name), NOW).mapping))


def rows(adopted: Adopted, table: str, *headings: str) -> list[tuple[object, ...]]:
    return [tuple(row[h] for h in headings) for row in adopted.tables[table].rows()]


def row(adopted: Adopted, ref: str) -> dict[str, Any]:
    return next(r for r in adopted.tables["Indicators"].rows() if r["Ref"] == ref)


def noted(adopted: Adopted, kind: str) -> list[tuple[str, str]]:
    return [(note.cell, note.says) for note in adopted.notes if note.kind == kind]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Q1 2024/25", "2024/25 Q1"),
        ("2024-25 Q1", "2024/25 Q1"),
        ("Quarter 3 2024/2025", "2024/25 Q3"),
        ("Qtr 2", "2030/31 Q2"),
        ("Fourth quarter", "2030/31 Q4"),
        ("Apr–Jun 2024", "2024/25 Q1"),
        ("Jan-Mar 2025", "2024/25 Q4"),
        ("October to December", "2030/31 Q3"),
        ("Oct 24 - Dec 24", "2024/25 Q3"),
        ("1 April – 30 September 2017", "2017/18 Q2"),
        ("H1 2024/25", "2024/25 Q2"),
        ("second half year 2024/25", "2024/25 Q4"),
        ("April", "2030/31 M01"),
        ("Mar-25", "2024/25 M12"),
        ("Sept 2024", "2024/25 M06"),
        ("2024/25 M04", "2024/25 M04"),
        ("24/25 actual", "2024/25"),
        ("Target 2024/25", "2024/25"),
        ("Apr 2024 - Mar 2025", "2024/25"),
        ("Target 2026", "2026/27"),
    ],
)
def test_headings_name_periods_in_many_ways(text: str, key: str) -> None:
    when = read_when(text)
    assert when is not None
    assert when.key(2030) == key


@pytest.mark.parametrize("text", ["Comments", "Mayor's target", "13/15", "2024/26", "Feb-May 2024", "", "x" * 500])
def test_other_headings_name_no_period(text: str) -> None:
    assert read_when(text) is None


def test_the_last_quarter_that_ended() -> None:
    days = [dt.date(2025, 4, 1), dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2026, 1, 15)]
    assert [str(ended_before(day)) for day in days] == ["2024/25 Q4", "2024/25 Q4", "2025/26 Q1", "2025/26 Q3"]


@pytest.mark.parametrize(
    ("text", "kind", "numbers", "polarity"),
    [
        ("85%", "number", (85, None, None), None),
        (">= 85%", "number", (85, None, None), "Higher is better"),
        ("85% or more", "number", (85, None, None), "Higher is better"),
        ("at least 1,200", "number", (1200, None, None), "Higher is better"),
        ("95+", "number", (95, None, None), "Higher is better"),
        ("≤5", "number", (5, None, None), "Lower is better"),
        ("13 weeks or less", "number", (13, None, None), "Lower is better"),
        ("no more than £4.50", "number", (4.5, None, None), "Lower is better"),
        ("20 days", "number", (20, None, None), None),
        ("80% - 90%", "range", (None, 80, 90), "In range"),
        ("between 18 and 21", "range", (None, 18, 21), "In range"),
        ("Increase", "later", (None, None, None), "Higher is better"),
        ("Aim to minimise", "later", (None, None, None), "Lower is better"),
        ("↓", "later", (None, None, None), "Lower is better"),
        ("TBC", "later", (None, None, None), None),
        ("Baseline year", "baseline", (None, None, None), None),
        ("Monitor only", "none", (None, None, None), "Neither"),
        ("5,000 by 2027", "unclear", (None, None, None), None),
        ("Top quartile", "unclear", (None, None, None), None),
        ("90 - 80", "unclear", (None, None, None), None),
    ],
)
def test_targets_in_words(
    text: str, kind: str, numbers: tuple[float | None, float | None, float | None], polarity: str | None
) -> None:
    aim = read_aim(Cell(1, 1, text, "text"))
    assert (aim.kind, (aim.number, aim.lower, aim.upper), aim.polarity) == (kind, numbers, polarity)


@pytest.mark.parametrize(
    ("value", "number", "shorthand"),
    [(12.5, 12.5, ""), ("£1,200", 1200, ""), ("45.2 (p)", 45.2, "p"), ("3 days", 3, ""), ("45.2*", 45.2, "")],
)
def test_figures_as_cells_hold_them(value: float | str, number: float, shorthand: str) -> None:
    cell = Cell(1, 1, value, "text" if isinstance(value, str) else "number")
    amount = read_amount(cell)
    assert amount is not None
    assert (float(amount.number), amount.shorthand) == (number, shorthand)


@pytest.mark.parametrize("text", ["n/a", "12 of 15", "closed", "-", "1.2.3"])
def test_texts_that_are_no_figures(text: str) -> None:
    assert read_amount(Cell(1, 1, text, "text")) is None


def test_a_percentage_is_what_people_see() -> None:
    amount = read_amount(Cell(1, 1, 0.57, "number", Look(format="0%"), percent=True))
    assert amount is not None
    assert amount.number == 57


@pytest.mark.parametrize(
    ("colour", "rating"),
    [
        *[("C6EFCE", "Green"), ("00B050", "Green"), ("92D050", "Green"), ("FFEB9C", "Amber"), ("FFC000", "Amber")],
        *[("FFFF00", "Amber"), ("FFC7CE", "Red"), ("FF0000", "Red"), ("1F3864", None), ("D9D9D9", None), ("", None)],
    ],
)
def test_colours_that_people_rate_with(colour: str, rating: str | None) -> None:
    assert rating_of_colour(colour) == rating


@pytest.mark.parametrize(
    ("heading", "use"),
    [
        *[("PI Ref", "Ref"), ("Key performance indicator", "Title"), ("Cabinet Member:", "Portfolio holder")],
        *[("RAG (target)", "Rating"), ("Performance commentary", "Commentary"), ("Strategic outcome", "Tier")],
        *[("Reporting Frequency", "Frequency"), ("Direction of travel", "Leave"), ("Unit of measure*", "Unit")],
    ],
)
def test_headings_that_councils_use(heading: str, use: str) -> None:
    assert use_of(heading) == (use, True)


def test_merged_headings_indents_and_quarters_across(adopted: Callable[[str], Adopted]) -> None:
    found = adopted("indented")
    assert found.council == "Stourfield District Council"
    assert rows(found, "Outcomes", "Ref", "Tier", "Parent", "Title") == [
        ("HOM", 1, None, "Homes for everyone"),
        ("HOM-1", 2, "HOM", "More homes that people can afford"),
        ("HOM-2", 2, "HOM", "Safe and warm homes"),
        ("CLE", 1, None, "A cleaner district"),
        ("CLE-1", 2, "CLE", "Less waste and more of it recycled"),
        ("CLE-2", 2, "CLE", "Cleaner streets"),
    ]
    recycled = row(found, "CLE-1a")
    assert [recycled[h] for h in ("Unit", "Decimals", "Polarity", "Frequency", "Responsible officer")] == [
        *("Percentage", 0, "Higher is better", "Quarterly", "Head of Waste"),
    ]
    figures = [r[1:] for r in rows(found, "Observations", "Indicator", "Period", "Value") if r[0] == "CLE-1a"]
    assert figures == [("2024/25 Q1", 46.1), ("2024/25 Q2", 47.0), ("2024/25 Q3", 44.9)]
    assert row(found, "CLE-1c")["Unit"] == "Money"
    assert row(found, "HOM-1a")["Report as"] == "Year to date"
    assert ("I15", "n/a") in noted(found, UNCLEAR)
    assert any("Dropped" in says for _, says in noted(found, LEFT)), "the hidden row is listed"


def test_a_sheet_for_each_priority_with_coloured_tiers_and_ratings(adopted: Callable[[str], Adopted]) -> None:
    found = adopted("by_priority")
    assert [t for t in rows(found, "Outcomes", "Ref", "Tier") if t[1] == 1] == [("THR", 1), ("HEA", 1), ("COU", 1)]
    assert rows(found, "Indicators", "Ref", "Outcome")[:4] == [
        *[("EC1", "THR-1"), ("EC2", "THR-1"), ("EC3", "THR-2.1"), ("EC4", "THR-2.2")],
    ]
    theirs = [(t.ref, t.period, t.rating, t.told_by) for t in found.theirs][:3]
    assert theirs == [
        ("EC1", "2025/26 Q1", "Amber", "colour"),
        ("EC1", "2025/26 Q2", "Green", "colour"),
        ("EC2", "2025/26 Q1", "Amber", "colour"),
    ]
    assert row(found, "EC2")["Polarity"] == "Lower is better", "its colours beside its figures and target say so"
    assert row(found, "CW1")["Frequency"] == "Quarterly", "its figures are, whatever its column says"
    assert {"Economy", "HR", "Leisure"} <= {owner for (owner,) in rows(found, "Owners", "Data owner")}
    assert not any("Overrides" in name for name in found.tables)


def test_a_flat_list_with_numbers_words_for_targets_and_months(adopted: Callable[[str], Adopted]) -> None:
    found = adopted("numbered")
    assert rows(found, "Outcomes", "Ref", "Tier", "Parent")[:3] == [("1", 1, None), ("1.1", 2, "1"), ("1.2", 2, "1")]
    targets = {r[0]: r[1:] for r in rows(found, "Targets", "Indicator", "Target", "Lower", "Upper", "Basis")}
    assert targets["1.1.1"] == (85, None, None, ">= 85%")
    assert targets["1.2.1"] == ("TBC", None, None, "Increase")
    assert targets["2.1.3"] == (None, 18, 21, "18-21")
    assert "1.2.2" not in targets, "it is only monitored"
    march = [r for r in rows(found, "Observations", "Indicator", "Period", "Value", "Shorthand") if r[3]]
    assert march == [("1.2.1", "2024/25 M03", 45, "p")]
    assert {"13 weeks or less", "5,000 by 2027", "Goldfish", "closed"} <= {says for _, says in noted(found, UNCLEAR)}


def test_tiers_in_merged_columns_and_quarters_by_their_months(adopted: Callable[[str], Adopted]) -> None:
    found = adopted("in_columns")
    assert rows(found, "Outcomes", "Ref", "Parent") == [
        *[("PEO", None), ("PEO-1", "PEO"), ("PEO-2", "PEO"), ("PLA", None), ("PLA-1", "PLA"), ("PLA-2", "PLA")],
    ]
    assert found.tier_names == {1: "Theme", 2: "Strategic outcome"}
    theirs = [(t.period, t.rating, t.told_by) for t in found.theirs if t.ref == "PLA-1a"]
    assert theirs == [("2024/25 Q1", "Red", "word"), ("2024/25 Q2", "Green", "word")]


def test_a_row_each_for_target_and_actual(adopted: Callable[[str], Adopted]) -> None:
    found = adopted("by_rows")
    assert rows(found, "Outcomes", "Ref", "Title") == [("GOO", "Good homes"), ("OPE", "Open council")]
    targets = rows(found, "Targets", "Indicator", "From", "Target")
    assert targets[:3] == [("GOOa", "2025/26 Q1", 30), ("GOOa", "2025/26 Q2", 30), ("GOOa", "2025/26 Q3", 28)]
    figures = [r for r in rows(found, "Observations", "Indicator", "Period", "Value") if r[0] == "OPEa"]
    assert figures == [("OPEa", "2025/26 Q1", 97), ("OPEa", "2025/26 Q2", 100)]
    assert [(t.period, t.rating) for t in found.theirs][:2] == [("2025/26 Q1", "Red"), ("2025/26 Q2", "Green")]
    assert row(found, "GOOa")["Polarity"] == "Lower is better"
    assert ("E11", "not yet") in noted(found, UNCLEAR)


def test_refs_are_readable_and_no_two_are_the_same() -> None:
    texts = [("Priority", "Outcome", "KPI", "Target"), *[(f"Housing {n}", "Rent", f"KPI {n}", "TBC") for n in (1, 2)]]
    cells = {(r, c): Cell(r, c, text, "text") for r, row in enumerate(texts, 1) for c, text in enumerate(row, 1)}
    book = Source("list.xlsx", (Sheet("List", cells=cells),))
    found = adopt(book, propose(book, NOW).mapping)
    assert [ref for (ref,) in rows(found, "Outcomes", "Ref")] == ["HOU", "HOU-1", "HOU2", "HOU2-1"]
    assert [ref for (ref,) in rows(found, "Indicators", "Ref")] == ["HOU-1a", "HOU2-1a"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_choice_without_evidence_is_listed(name: str, adopted: Callable[[str], Adopted]) -> None:
    found = adopted(name)
    listed = {(note.ref, note.done.split(":")[0]) for note in found.notes if note.kind in (DEFAULT, GUESSED, UNCLEAR)}
    for indicator in found.tables["Indicators"].rows():
        if indicator["Polarity"] == "Neither":
            assert (indicator["Ref"], "Polarity") in listed
        if indicator["Unit"] == "Other":
            assert (indicator["Ref"], "Unit") in listed
    assert any(note.done.startswith("Kind: Tracking, Measure: Outcome") for note in found.notes)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_framework_that_comes_out_is_sound(name: str, adopted: Callable[[str], Adopted]) -> None:
    assert [issue for issue in adopted(name).issues if issue.severity != "warning"] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_cell_is_in_the_tables_or_in_the_list(
    name: str, source: Callable[[str], Source], adopted: Callable[[str], Adopted]
) -> None:
    mapping = propose(source(name), NOW).mapping
    uses = {(s, c.column): c.use for table in mapping.tables for s in table.sheets for c in table.columns}
    texts, numbers = _all_that_came_out(adopted(name))
    rated = {(theirs.sheet, theirs.cell) for theirs in adopted(name).theirs}
    for sheet in source(name).sheets:
        for cell in sheet.filled():
            number = _number(cell)
            found = cell.text.casefold() in texts or (number is not None and number in numbers)
            found = found or (sheet.name, cell.address) in rated
            assert found or uses.get((sheet.name, cell.column)) in INTERPRETED, f"{sheet.name} {cell.address}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_is_written_anywhere_is_lost(data: st.DataObject, source: Callable[[str], Source]) -> None:
    book = source(data.draw(st.sampled_from(sorted(EXAMPLES))))
    at = data.draw(st.integers(0, len(book.sheets) - 1))
    places = data.draw(st.lists(st.tuples(st.integers(1, 24), st.integers(1, 14)), min_size=1, max_size=4, unique=True))
    words = [f"Zq{n}x {data.draw(st.sampled_from(WORDS))}" for n, _ in enumerate(places)]
    changed = _with_words(book, at, places, words)
    try:
        found = adopt(changed, propose(changed, NOW).mapping)
    except WorkbookError:
        return  # the words made the table unrecognisable; nothing was made
    texts, _ = _all_that_came_out(found)
    whole = " | ".join(texts)
    assert [word for word in words if word.casefold() not in whole] == []


WORDS = ("pilchard", "2024/25 Q1", "12", "per cent", "owner", "↑", "(p)", "Total")


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 12), st.integers(1, 8)),
        st.one_of(
            st.sampled_from(["Indicator", "Outcome", "Target", "Q1 2024/25", "RAG", "Ref", "Unit", "1.1", "≥ 5", ""]),
            st.text(max_size=12),
            st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
            st.datetimes(min_value=dt.datetime(1950, 1, 1), max_value=dt.datetime(2100, 1, 1)),
        ),
        max_size=60,
    )
)
def test_whatever_a_sheet_holds_it_is_adopted_or_refused_in_plain_words(
    values: dict[tuple[int, int], str | float | bool | dt.datetime],
) -> None:
    kinds: dict[type, Any] = {str: "text", float: "number", bool: "boolean", dt.datetime: "date"}
    cells = {place: Cell(*place, value, kinds[type(value)]) for place, value in values.items() if str(value).strip()}
    book = Source("any.xlsx", (Sheet("Sheet1", cells=cells, merged=((1, 1, 1, 4), (2, 1, 5, 1))),))
    with suppress(WorkbookError):
        mapping = propose(book, NOW).mapping
        adopt(book, from_toml(to_toml(mapping)))


def test_the_proposal_is_a_file_that_gives_the_same_again(source: Callable[[str], Source]) -> None:
    for name in EXAMPLES:
        proposal = propose(source(name), NOW)
        text = to_toml(proposal.mapping)
        again = from_toml(text)
        assert to_toml(replace(again, tables=proposal.mapping.tables)) == text
        assert _plain(again) == _plain(proposal.mapping)


def test_an_edited_mapping_is_followed(source: Callable[[str], Source]) -> None:
    text = to_toml(propose(source("in_columns"), NOW).mapping)
    text = text.replace('"Polarity" = "Neither"', '"Polarity" = "Higher is better"')
    text = text.replace("[table.rows]", '[table.rows]\n4 = "Leave"\n#')
    found = adopt(source("in_columns"), from_toml(text))
    assert "Falls in care homes" not in [title for (title,) in rows(found, "Indicators", "Indicator")]
    assert "Neither" not in [polarity for (polarity,) in rows(found, "Indicators", "Polarity")]
    assert ("C4", "Falls in care homes") in noted(found, LEFT)


def test_hidden_rows_are_taken_where_the_mapping_says_so(source: Callable[[str], Source]) -> None:
    mapping = replace(propose(source("indented"), NOW).mapping, hidden="Take")
    titles = [title for (title,) in rows(adopt(source("indented"), mapping), "Indicators", "Indicator")]
    assert "Dropped: homes inspected by post" in titles


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('is = "Title"', 'is = "Nonsense"', "'Nonsense', which is not allowed"),
        ('column = "B"', 'column = "A"', "column A stands there twice"),
        ('column = "B"', 'column = "B2"', "is no column"),
        ('tiers = "columns"', 'tiers = "magic"', "tiers is 'magic'"),
        ("version = 1", "version = 9", "version 9"),
        ("version = 1", "version == 1", "not a TOML file"),
        ('sheets = ["Plan"]', "sheets = 3", "list of sheet names"),
        ('sheets = ["Plan"]', 'sheet = "Plan"', '"sheet" is not known'),
        ('period = "2024/25 Q1"', 'period = "soon"', "is not a period"),
        ('"Decimals" = 0', '"Decimals" = -1', "Decimals is -1"),
        ("first_row = 3", 'first_row = "three"', "must be the number of a row"),
        ('top = ""', 'top = "above"', "which is no cell"),
        ("[table.rows]", '[table.rows]\nfive = "Leave"\n#', "must have lines such as"),
    ],
)
def test_a_wrong_mapping_is_refused_in_plain_words(
    old: str, new: str, said: str, source: Callable[[str], Source]
) -> None:
    text = to_toml(propose(source("in_columns"), NOW).mapping)
    assert old in text
    with pytest.raises(InputError) as caught:
        from_toml(text.replace(old, new, 1), "mapping.toml")
    assert said in caught.value.message
    assert caught.value.fix


def test_a_mapping_of_another_workbook_is_refused(source: Callable[[str], Source]) -> None:
    mapping = propose(source("in_columns"), NOW).mapping
    with pytest.raises(InputError, match="has no sheet"):
        adopt(source("numbered"), mapping)


def test_a_workbook_without_such_a_table_is_refused() -> None:
    cells = {
        (1, 1): Cell(1, 1, "Name", "text"),
        (1, 2): Cell(1, 2, "Telephone", "text"),
        (2, 1): Cell(2, 1, "A", "text"),
    }
    with pytest.raises(WorkbookError, match=r"No sheet of staff\.xlsx has a table"):
        propose(Source("staff.xlsx", (Sheet("Staff", cells=cells),)), NOW)


def test_a_person_is_asked_only_about_what_is_not_certain(source: Callable[[str], Source]) -> None:
    asked: list[Question] = []

    def ask(question: Question) -> str:
        asked.append(question)
        return "Figure" if question.allowed else ["soon", "2024/25 Q3"][min(1, len(asked) - 2)]

    proposal = propose(source("in_columns"), NOW)
    mapping = settle_doubts(proposal.mapping, ask)
    assert 'column L, "Neighbours"' in asked[0].text
    assert [(c.use, c.period) for c in mapping.tables[0].columns if c.letters == "L"] == [("Figure", "2024/25 Q3")]
    assert len(asked) == 3, "the period is asked for again until it is one"
    assert len(proposal.doubts) == 1


def test_a_master_comes_out_that_opens_and_passes_its_check(
    folder: Path, adopted: Callable[[str], Adopted], validator: Callable[[Path], list[str]]
) -> None:
    usual = read_starter(resources.source_tables("mid-suffolk-2022"))["Settings"]
    tables, views = as_master(adopted("by_priority"), usual, AT)
    frames = {name: table.frame for name, table in tables.items()}
    path = folder / "master.xlsx"
    path.write_bytes(create_master(frames, views, title="Outcomes", created=AT.at))
    assert validator(path) == []
    master = read_master(path)
    assert [issue for issue in check(master.tables) if issue.severity == "error"] == []
    assert {"Adopted", "Adopted ratings"} <= {view.name for view in views}
    named = {r["Setting"]: r["Value"] for r in master.tables["Settings"].rows()}
    assert (named["Current period"], named["Framework"]) == ("2025/26 Q2", "by-priority-2025-26")
    compared = next(view for view in views if view.name == "Adopted ratings").views[0].frame
    assert list(compared["Calculated here"][:2]) == ["Amber", "Green"]


def test_what_openpyxl_tells_of_looks(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet["A1"], sheet["B2"], sheet["C1"] = "x", 0.5, "=1+1"
    sheet["B2"].number_format = "0.0%"
    sheet["A2"].fill = PatternFill("solid", fgColor=Color(theme=9, tint=0.4))
    sheet["A1"].comment = Comment("why", "who")
    book.create_sheet("Empty")
    path = folder / "looks.xlsx"
    book.save(path)
    book.close()
    source = read_source(path)
    cells = source.sheets[0].cells
    assert source.notes
    assert (cells[2, 2].percent, cells[2, 2].look.format, cells[2, 2].text) == (True, "0.0%", "50%")
    assert cells[1, 3].kind == "uncalculated"
    assert cells[2, 1].value is None
    assert len(cells[2, 1].look.fill) == 6


def test_a_cell_far_away_and_other_formats_do_no_harm(folder: Path) -> None:
    book = Workbook()
    book.active["A1"] = "Indicator"
    book.active["XFD1048576"] = "x"
    path = folder / "far.xlsx"
    book.save(path)
    book.close()
    assert len(list(read_source(path).sheets[0].filled())) == 2
    text = folder / "table.csv"
    text.write_text("Indicator,Target\n")
    with pytest.raises(FileError):
        read_source(text)


def _all_that_came_out(adopted: Adopted) -> tuple[set[str], set[float]]:
    """The texts and numbers of the tables, and the texts of the list and of the ratings' sheet."""
    values = [v for t in adopted.tables.values() for r in t.rows() for v in r.values() if v is not None]
    texts = {" ".join(str(v).split()).casefold() for v in values}
    texts |= {part.casefold() for note in adopted.notes for part in (note.says, *note.says.split(" | "), note.done)}
    return texts, {float(v) for v in values if isinstance(v, int | float)}


def _number(cell: Cell) -> float | None:
    amount = read_amount(cell)
    return None if amount is None else float(amount.number)


def _with_words(book: Source, at: int, places: list[tuple[int, int]], words: list[str]) -> Source:
    sheet = book.sheets[at]
    look = {place: sheet.cells[place].look for place in places if place in sheet.cells}
    new = {
        place: Cell(*place, word, "text", look.get(place, Look())) for place, word in zip(places, words, strict=True)
    }
    changed = replace(sheet, cells={**sheet.cells, **new})
    return replace(book, sheets=(*book.sheets[:at], changed, *book.sheets[at + 1 :]))


def _plain(mapping: BookMap) -> list[object]:
    tables = [
        (t.sheets, t.heading_rows, t.tiers, t.top, [(c.column, c.use, c.period) for c in t.columns])
        for t in mapping.tables
    ]
    return [mapping.source, mapping.council, dict(mapping.defaults), tables]
