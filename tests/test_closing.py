"""A closed quarter stands: every edit of it is found and put back exactly, or recorded as a revision."""

import datetime as dt
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.frameworks import random_tables
from tests.support import from_plain, indicator, observation, override, table, tables, target
from xl_outcomes import closing
from xl_outcomes.contract import SPECS
from xl_outcomes.errors import InputError, WorkbookError
from xl_outcomes.periods import Quarter, parse_quarter
from xl_outcomes.quarter import rate_quarter
from xl_outcomes.tables import Table, Tables, change, extend, get

Q1, Q2, Q3 = (Quarter(2025, n) for n in (1, 2, 3))
AT = dt.datetime(2025, 12, 1, 12)
WHO = "Officer"
KEYS = {"Results": "Indicator", "Rollup": "Ref"}
MANIFEST = "a" * 64

CELLS = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-10, 10),
    st.booleans(),
    st.sampled_from(["Green", "Red", "override", "2025/26 Q1", "2025/26 Q2", "2025/26 Q3", "2025-26 Q1", "soon", "  "]),
    st.text(max_size=8),
)


def _rated(given_tables: Tables, *quarters: Quarter) -> dict[str, Table]:
    """The tables with quarters rated, without the sheets that people read."""
    held = dict(given_tables)
    for quarter in quarters:
        rated = rate_quarter(held, quarter, AT.date(), closing.closed_quarters(held))
        for name, fresh in (("Results", rated.results), ("Rollup", rated.rollup)):
            older = get(held, name)
            kept_rows = older.with_frame(older.frame[older.frame["Period"] != str(quarter)])
            held[name] = extend(kept_rows, fresh.to_dict("records"))
    return {**held, **{n: table(n, _bare(held[n])) for n in KEYS}}


def _bare(held: Table) -> list[dict[str, Any]]:
    return [{h: v for h, v in row.items() if h != "row"} for row in held.rows()]


def _close(held: Tables, quarter: Quarter) -> closing.Done:
    rated = rate_quarter(held, quarter, AT.date(), closing.closed_quarters(held))
    return closing.close(held, rated, AT, WHO)


def _closed(held: Tables, *quarters: Quarter) -> dict[str, Table]:
    now = dict(held)
    for quarter in quarters:
        now |= closing.sealed(_close(now, quarter).changed, quarter, MANIFEST)
    return now


@cache
def _chance(seed: int) -> dict[str, Table]:
    """A framework by chance with three quarters rated and two of them closed."""
    return _closed(_rated(from_plain(random_tables(seed, 6)), Q1, Q2, Q3), Q1, Q2)


def _small(**rows: Any) -> dict[str, Table]:
    """One indicator, Red in Q1 and Green in Q2, beside one without a figure; other tables as given."""
    return {**_small_rated(), **{name: table(name, given_rows) for name, given_rows in rows.items()}}


@cache
def _small_rated() -> dict[str, Table]:
    given_tables = tables(
        Indicators=[indicator(), indicator("A-1.1b", Indicator="Empty homes")],
        Targets=[target(85.0), target(85.0, ref="A-1.1b")],
        Observations=[observation(str(Q1), 20.0), observation(str(Q2), 90.0)],
    )
    return _rated(given_tables, Q1, Q2)


def _edit(held: Tables, name: str, row: int, heading: str, value: object) -> dict[str, Table]:
    return {**held, name: change(held[name], {row: {heading: value}})}


def _row(held: Tables, name: str, quarter: Quarter, ref: str) -> int:
    return next(r["row"] for r in held[name].rows() if (r["Period"], r[KEYS[name]]) == (str(quarter), ref))


def _others(held: Tables, quarter: Quarter, but: int | None = None) -> dict[str, list[dict[str, Any]]]:
    return {n: [r for r in held[n].rows() if r["Period"] != str(quarter) and r["row"] != but] for n in KEYS}


def _plain(table: Table) -> list[dict[str, Any]]:
    return list(table.rows())


# ---- closing ----


def test_closing_adds_a_row_and_a_line_of_the_log_and_changes_nothing_else() -> None:
    held = _small()
    done = _close(held, Q1)
    assert set(done.changed) == {"Closed", "Log"}
    (row,) = done.changed["Closed"].rows()
    assert (row["Period"], row["Closed"], row["By"], row["Archive"]) == (str(Q1), AT, WHO, "2025-26-Q1")
    assert (row["Status"], row["Fingerprint"]) == ("Closed", closing.fingerprint(held, Q1))
    assert _plain(done.changed["Log"])[-1]["Detail"] == done.summary
    assert done.summary == (
        "2025/26 Q1 is closed with 2 rows of Results and 2 rows of Rollup. "
        "Missing when it was closed: figures for A-1.1b."
    )
    sealed = closing.sealed(done.changed, Q1, MANIFEST)
    assert closing.closings(sealed)[Q1].manifest == MANIFEST
    assert closing.closed_quarters({**held, **sealed}) == {Q1}


def test_returns_that_have_not_come_are_named() -> None:
    register = [
        {"Period": str(Q1), "Data owner": "Housing", "Status": "overdue"},
        {"Period": str(Q1), "Data owner": "Finance", "Status": "accepted"},
        {"Period": str(Q2), "Data owner": "Leisure", "Status": "awaiting"},
    ]
    assert "Missing when it was closed: returns of Housing; figures for" in _close(_small(Returns=register), Q1).summary


def test_a_closed_quarter_is_not_closed_again() -> None:
    with pytest.raises(InputError, match="2025/26 Q1 was closed by Officer on 1 December 2025"):
        _close(_closed(_small(), Q1), Q1)


def test_what_is_not_rated_or_not_as_its_figures_say_is_not_closed() -> None:
    held = _small()
    with pytest.raises(InputError, match="2025/26 Q3 has not been rated"):
        _close(held, Q3)
    later = change(held["Observations"], {2: {"Value": 86.0}})
    with pytest.raises(InputError, match=r"other figures or ratings now.*A-1.1a, Value: was 20, is 86"):
        _close({**held, "Observations": later}, Q1)
    typed = _edit(held, "Rollup", _row(held, "Rollup", Q1, "A"), "Rating", "Green")
    with pytest.raises(InputError, match=r"Rollup, A, Rating: was \"Green\", is \"Red\""):
        _close(typed, Q1)


def test_a_quarter_with_open_queries_is_not_closed() -> None:
    query = {"Issue": "7", "Severity": "query", "Status": "Open", "File": "r.xlsx (1)"}
    with pytest.raises(InputError, match="2025/26 Q1 has open queries: 7"):
        _close(_small(Issues=[{**query, "Period": str(Q1)}]), Q1)
    later = {**query, "Period": str(Q2)}
    row = {"Issues": "7", "Indicator": "A-1.1a", "Period": "2025/26 M02", "Status": "Held"}
    assert _close(_small(Issues=[later]), Q1).summary
    with pytest.raises(InputError, match="open queries: 7"):
        _close(_small(Issues=[later], Held=[row]), Q1)


def test_closed_ratings_stand_whatever_becomes_of_figures_targets_and_overrides() -> None:
    held = _closed(_small(), Q1)
    changed = {
        **held,
        "Observations": change(held["Observations"], {2: {"Value": 99.0}}),
        "Targets": change(held["Targets"], {2: {"Target": 1.0}}),
        "Overrides": table("Overrides", [override("A-1.1a", "Green", str(Q1))]),
    }
    again = rate_quarter(changed, Q1, AT.date(), closing.closed_quarters(changed))
    assert list(again.results["Rating"]) == ["Red", None]
    with pytest.raises(InputError, match="stand"):
        closing.demand_open(changed, Q1)
    closing.demand_open(changed, Q2)


# ---- edits ----


@settings(max_examples=80, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2))
def test_any_single_edit_of_a_closed_quarter_is_found_and_put_back_exactly(data: st.DataObject, seed: int) -> None:
    kept = _chance(seed)
    name = data.draw(st.sampled_from(sorted(KEYS)))
    quarter = data.draw(st.sampled_from([Q1, Q2]))
    rows = [r["row"] for r in kept[name].rows() if r["Period"] == str(quarter)]
    row = data.draw(st.sampled_from(rows))
    heading = data.draw(st.sampled_from(SPECS[name].headings))
    edited = _edit(kept, name, row, heading, data.draw(CELLS))
    assume(closing.fingerprint(edited, quarter) != closing.fingerprint(kept, quarter))
    assert quarter in [c.quarter for c in closing.altered(edited)]
    found = closing.differences(edited, kept, quarter)
    assert [(d.table, d.heading) for d in found] == [(name, heading)]
    done = closing.put_back(edited, kept, quarter, AT, WHO)
    after = {**edited, **done.changed}
    assert closing.altered(after) == ()
    assert _plain(after[name]) == _plain(kept[name])
    assert set(done.changed) == {name, "Log"}
    assert found[0].line in done.summary


@settings(max_examples=30, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2))
def test_many_edits_are_put_back_and_other_quarters_are_never_touched(data: st.DataObject, seed: int) -> None:
    kept = _chance(seed)
    edited = dict(kept)
    own = {n: [r["row"] for r in kept[n].rows() if r["Period"] == str(Q1)] for n in KEYS}
    for _ in range(data.draw(st.integers(1, 8))):
        name = data.draw(st.sampled_from(sorted(KEYS)))
        heading = data.draw(st.sampled_from([h for h in SPECS[name].headings if h != "Period"]))
        edited = _edit(edited, name, data.draw(st.sampled_from(own[name])), heading, data.draw(CELLS))
    gone = {n: data.draw(st.sets(st.sampled_from(rows), max_size=3)) for n, rows in own.items()}
    edited |= {n: edited[n].with_frame(edited[n].frame.drop(index=sorted(rows))) for n, rows in gone.items()}
    shuffled = data.draw(st.permutations(list(edited["Results"].frame.index)))
    edited["Results"] = edited["Results"].with_frame(edited["Results"].frame.loc[shuffled])
    added = {"Period": str(Q1), "Indicator": data.draw(st.text(max_size=4)), "Value": 1.0}
    edited["Results"] = extend(edited["Results"], [added])
    done = closing.put_back(edited, kept, Q1, AT, WHO)
    after = {**edited, **done.changed}
    assert closing.altered(after) == ()
    assert _others(after, Q1) == _others(edited, Q1)


def test_a_quarters_fingerprint_is_its_own_and_knows_no_order_of_rows() -> None:
    held = _small()
    back = {n: held[n].with_frame(held[n].frame.iloc[::-1]) for n in KEYS}
    assert closing.fingerprint({**held, **back}, Q1) == closing.fingerprint(held, Q1)
    assert closing.fingerprint(held, Q1) != closing.fingerprint(held, Q2)
    other = _edit(held, "Results", _row(held, "Results", Q2, "A-1.1a"), "Value", 1.0)
    assert closing.fingerprint(other, Q1) == closing.fingerprint(held, Q1)


@pytest.mark.parametrize(("one", "other"), [(0.1 + 0.2, 0.3), (3, 3.0), (0.0, -0.0), ("a\r\nb", "a\nb"), (None, "  ")])
def test_what_excel_shows_alike_is_no_edit(one: object, other: object) -> None:
    held = _small()
    row = _row(held, "Results", Q1, "A-1.1a")
    one_held, other_held = (_edit(held, "Results", row, "Flags", v) for v in (one, other))
    assert closing.fingerprint(one_held, Q1) == closing.fingerprint(other_held, Q1)


@pytest.mark.parametrize(("one", "other"), [(1.1, "1.1"), (1, True), (0, None), ("Red", "red"), (0.3, 0.3000000000001)])
def test_what_is_not_the_same_is_an_edit(one: object, other: object) -> None:
    held = _small()
    row = _row(held, "Results", Q1, "A-1.1a")
    one_held, other_held = (_edit(held, "Results", row, "Flags", v) for v in (one, other))
    assert closing.fingerprint(one_held, Q1) != closing.fingerprint(other_held, Q1)


def test_a_deleted_row_comes_back_though_another_quarter_has_the_like() -> None:
    """Two quarters without a figure have rows that differ in their period alone."""
    held = _rated(tables(Indicators=[indicator(Status="Proposed")]), Q1, Q2)
    kept = _closed(held, Q1)
    row = _row(kept, "Results", Q1, "A-1.1a")
    edited = {**kept, "Results": kept["Results"].with_frame(kept["Results"].frame.drop(index=row))}
    (found,) = closing.differences(edited, kept, Q1)
    assert found.line == "Results: the row of A-1.1a is gone."
    after = {**edited, **closing.put_back(edited, kept, Q1, AT, WHO).changed}
    assert [r["Period"] for r in after["Results"].rows()] == [str(Q2), str(Q1)]
    assert closing.altered(after) == ()


def test_a_row_that_was_moved_into_another_quarter_returns_from_there() -> None:
    held = _rated(tables(Indicators=[indicator(Status="Proposed")]), Q1, Q2)
    kept = _closed(held, Q1)
    edited = _edit(kept, "Results", _row(kept, "Results", Q1, "A-1.1a"), "Period", str(Q2))
    (found,) = closing.differences(edited, kept, Q1)
    assert (found.heading, found.was, found.now) == ("Period", str(Q1), str(Q2))
    after = {**edited, **closing.put_back(edited, kept, Q1, AT, WHO).changed}
    assert sorted(r["Period"] for r in after["Results"].rows()) == [str(Q1), str(Q2)]


def test_a_table_that_was_deleted_comes_back() -> None:
    kept = _closed(_small(), Q1)
    edited = {n: t for n, t in kept.items() if n != "Rollup"}
    after = {**edited, **closing.put_back(edited, kept, Q1, AT, WHO).changed}
    assert closing.altered(after) == ()
    assert len(after["Rollup"].frame) == 2


def test_nothing_is_put_back_where_nothing_differs_or_the_archive_is_another() -> None:
    kept = _closed(_small(), Q1)
    with pytest.raises(InputError, match="is as it was closed"):
        closing.put_back(kept, kept, Q1, AT, WHO)
    with pytest.raises(InputError, match="2025/26 Q2 is not closed"):
        closing.put_back(kept, kept, Q2, AT, WHO)
    edited = _edit(kept, "Results", _row(kept, "Results", Q1, "A-1.1a"), "Value", 1.0)
    with pytest.raises(WorkbookError, match="does not hold 2025/26 Q1"):
        closing.put_back(edited, edited, Q1, AT, WHO)


# ---- revisions and reopening ----


def test_a_revision_keeps_the_new_cells_flags_them_and_closes_the_quarter_anew() -> None:
    kept = _closed(_small(), Q1)
    row = _row(kept, "Results", Q1, "A-1.1a")
    edited = _edit(_edit(kept, "Results", row, "Value", 22.5), "Results", row, "Flags", "override")
    done = closing.as_revision(edited, kept, Q1, "The owner miscounted. ", AT, WHO)
    after = {**edited, **closing.sealed(done.changed, Q1, "b" * 64)}
    now = next(r for r in after["Results"].rows() if r["row"] == row)
    assert (now["Value"], now["Flags"]) == (22.5, "r, override")
    first, second = after["Closed"].rows()
    assert (first["Status"], first["Reason"], first["Ended"]) == ("Revised", "The owner miscounted.", AT)
    assert (second["Status"], second["Archive"], second["Manifest"]) == ("Closed", "2025-26-Q1 (2)", "b" * 64)
    assert first["Manifest"] == MANIFEST
    assert closing.altered(after) == ()
    line = _plain(after["Log"])[-1]
    assert (line["Action"], line["Who"]) == ("Revise closed quarter", WHO)
    assert "A-1.1a, Value: was 20, is 22.5." in line["Detail"]
    assert line["Detail"].endswith("Reason: The owner miscounted.")
    assert _others(after, Q1) == _others(kept, Q1)


def test_an_edit_after_a_revision_is_put_back_to_what_was_revised() -> None:
    kept = _closed(_small(), Q1)
    row = _row(kept, "Results", Q1, "A-1.1a")
    edited = _edit(kept, "Results", row, "Value", 22.5)
    revised = {**edited, **closing.as_revision(edited, kept, Q1, "Miscounted.", AT, WHO).changed}
    again = _edit(revised, "Results", row, "Rating", "Green")
    after = {**again, **closing.put_back(again, revised, Q1, AT, WHO).changed}
    assert _plain(after["Results"]) == _plain(revised["Results"])


@pytest.mark.parametrize(
    ("heading", "value", "why"),
    [
        ("Rating", "Gren", "cannot be a revision"),
        ("Value", "about 20", "cannot be a revision"),
        ("Period", "2025/26 Q4", "keeps the rows"),
        ("Indicator", "A-9", "keeps the rows"),
    ],
)
def test_what_no_revision_can_be_is_refused(heading: str, value: object, why: str) -> None:
    kept = _closed(_small(), Q1)
    edited = _edit(kept, "Results", _row(kept, "Results", Q1, "A-1.1a"), heading, value)
    with pytest.raises(InputError, match=why):
        closing.as_revision(edited, kept, Q1, "Miscounted.", AT, WHO)


def test_a_revision_and_reopening_need_a_reason() -> None:
    kept = _closed(_small(), Q1)
    edited = _edit(kept, "Results", _row(kept, "Results", Q1, "A-1.1a"), "Value", 1.0)
    with pytest.raises(InputError, match="said why 2025/26 Q1 is revised"):
        closing.as_revision(edited, kept, Q1, " ", AT, WHO)
    with pytest.raises(InputError, match="said why 2025/26 Q1 is reopened"):
        closing.reopen(kept, Q1, "", AT, WHO)
    with pytest.raises(InputError, match="2025/26 Q2 is not closed"):
        closing.reopen(kept, Q2, "Why not.", AT, WHO)


def test_a_reopened_quarter_is_rated_and_closed_again_with_an_archive_of_its_own() -> None:
    kept = _closed(_small(), Q1, Q2)
    done = closing.reopen(kept, Q1, "A late figure.", AT, WHO)
    assert "Closed quarters after it stay as they are: 2025/26 Q2." in done.summary
    held = {**kept, **done.changed}
    assert closing.closed_quarters(held) == {Q2}
    held["Observations"] = change(held["Observations"], {2: {"Value": 88.0}})
    rated = rate_quarter(held, Q1, AT.date(), closing.closed_quarters(held))
    assert list(rated.results["Rating"]) == ["Green", None]
    again = _closed(_rated(held, Q1), Q1)
    assert [r["Archive"] for r in again["Closed"].rows()] == ["2025-26-Q1", "2025-26-Q2", "2025-26-Q1 (2)"]
    assert [r["Status"] for r in again["Closed"].rows()] == ["Reopened", "Closed", "Closed"]


def test_a_status_typed_into_closed_opens_nothing() -> None:
    held = _closed(_small(), Q1)
    typed = {**held, "Closed": change(held["Closed"], {-1: {"Status": "Reopened"}})}
    assert closing.closed_quarters(typed) == {Q1}
    spoilt = {**held, "Closed": change(held["Closed"], {-1: {"Period": "soon"}})}
    with pytest.raises(WorkbookError, match='"soon" is not a quarter'):
        closing.closed_quarters(spoilt)


# ---- late figures ----


def test_late_figures_for_a_closed_quarter_are_recorded_and_told() -> None:
    held = _closed(_small(), Q1)
    late = [observation("2025/26 M02", 30.0, Shorthand="r"), observation(str(Q2), 91.0)]
    changed = {"Observations": extend(change(held["Observations"], {3: {"Superseded": "Yes"}}), late)}
    told = closing.told_of_closed(held, changed)
    assert "(2025/26 Q1: A-1.1a)" in told
    assert "Reopen" in told
    assert closing.told_of_closed(held, {"Observations": held["Observations"]}) == ""
    assert closing.told_of_closed(held, {}) == ""
    assert closing.told_of_closed(_small(), changed) == ""
    assert closing.altered({**held, **changed}) == ()


def test_a_master_without_the_table_has_no_closed_quarter() -> None:
    held = _small()
    assert closing.closed_quarters(held) == frozenset()
    assert closing.altered(held) == ()
    assert get(held, "Closed").frame.empty
    assert parse_quarter("2025/26 Q1") == Q1
