"""What Dashboard, Priorities and Framework say: their facts are those of Results, Rollup and the register."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.frameworks import random_period, random_tables, random_today
from tests.support import from_plain, indicator, observation, override, table, tables, target
from xl_outcomes import steps
from xl_outcomes.contract import RATINGS
from xl_outcomes.periods import parse_quarter
from xl_outcomes.reporting.dashboard import CHANGES, QUARTERS, RETURNS
from xl_outcomes.reporting.shown import abridged, movement, padded, records, shape, shortened, since
from xl_outcomes.reporting.view import Link, View
from xl_outcomes.tables import Table

Q1, Q2, Q3 = "2025/26 Q1", "2025/26 Q2", "2025/26 Q3"
REFS = [f"A-1.1{letter}" for letter in "abcdefghijklmnop"]
NOW = steps.Now(dt.datetime(2025, 11, 20, 9), "Officer")
FIXED = {"Dashboard_returns": RETURNS, "Dashboard_quarters": QUARTERS, "Dashboard_changes": CHANGES}


def rated(held: dict[str, Table], *quarters: str, now: steps.Now = NOW) -> dict[str, View]:
    """The views after quarters were rated one after the other, by table."""
    step = None
    for quarter in quarters:
        _, step = steps.rate(held, parse_quarter(quarter), now)
        held = {**held, **step.changed}
    assert step is not None
    return {view.table: view for sheet in step.views for view in sheet.views}


def master(*figures: Mapping[str, object], refs: int = 3, **rows: Any) -> dict[str, Table]:
    """A small master of some percentages with a target of 80."""
    return tables(
        Indicators=[indicator(ref) for ref in REFS[:refs]],
        Targets=[target(80.0, ref=ref) for ref in REFS[:refs]],
        Observations=list(figures),
        **rows,
    )


def figures(quarter: str, *values: float | None) -> list[dict[str, object]]:
    return [observation(quarter, value, ref) for ref, value in zip(REFS, values, strict=False) if value is not None]


def rows(view: View) -> list[dict[str, Any]]:
    return records(view.frame)


def quarter_row(views: Mapping[str, View]) -> dict[str, Any]:
    return rows(views["Dashboard_quarter"])[0]


# ---- the same facts everywhere ----


@pytest.mark.parametrize("seed", range(12))
def test_counts_and_ratings_are_those_of_results_and_rollup(seed: int) -> None:
    held = from_plain(random_tables(seed, 20))
    now = steps.Now(dt.datetime.combine(random_today(seed), dt.time(9)), "Officer")
    period = parse_quarter(random_period(seed))
    done, step = steps.rate(held, period, now)
    views = {view.table: view for sheet in step.views for view in sheet.views}
    results = {r["Indicator"]: r for r in records(done.results)}
    # An outcome under a wrong row is rated, but has no place in the tree.
    placed = {o.ref for o in done.framework.down()}
    rollup = {r["Ref"]: r for r in records(done.rollup) if r["Ref"] in placed}
    for tier, name in ((1, "Dashboard_priorities"), (2, "Dashboard_outcomes")):
        shown = {r["Ref"]: r for r in rows(views[name]) if r["Ref"]}
        assert set(shown) == {ref for ref, r in rollup.items() if r["Tier"] == tier}
        for ref, row in shown.items():
            refs = [i for i in done.framework.indicators_under(ref) if done.framework.counts(i)]
            under = Counter(results[i]["Rating"] for i in refs)
            assert [row[r] for r in RATINGS] == [under[r] for r in RATINGS]
            assert row["Rating"].rstrip("*") == rollup[ref]["Rating"]
            assert row["Rated"] == f"{rollup[ref]['Rated']} of {rollup[ref]['Due']}"
            assert row["Not rated"] == rollup[ref]["Indicators due"] - rollup[ref]["Indicators rated"]
    counted = [ref for ref in results if ref in done.framework.indicators and done.framework.counts(ref)]
    count = Counter(results[ref]["Rating"] for ref in counted)
    assert [quarter_row(views)[r] for r in RATINGS] == [count[r] for r in RATINGS]
    assert {r["Ref"] for r in rows(views["Dashboard_reds"])} - {None} == {
        ref for ref, r in results.items() if r["Rating"] == "Red"
    }
    tree = {r["Ref"]: r["Rating"].rstrip("*") for r in rows(views["Framework_tree"]) if r["Ref"]}
    assert tree == {ref: r["Rating"] for ref, r in rollup.items()}
    assert {name: len(views[name].frame) for name in FIXED} == FIXED
    _links_fit(views)


def _links_fit(views: Mapping[str, View]) -> None:
    for view in views.values():
        assert all(len(links) == len(view.frame) for links in view.links.values()), view.table
        assert set(view.links) <= set(view.frame.columns)
        assert len(view.widths) == len(view.frame.columns), view.table
        assert not view.levels or len(view.levels) == len(view.frame)


def test_key_numbers_count_what_is_missing_held_and_open() -> None:
    held = master(*figures(Q2, 85.0, 50.0))
    held["Returns"] = table(
        "Returns",
        [
            {"Period": Q2, "Data owner": "Housing", "Status": "part accepted", "File": "h.xlsx", "SHA-256": "12345678"},
            {"Period": Q2, "Data owner": "Finance", "Status": "overdue", "Due": dt.datetime(2025, 10, 20)},
        ],
    )
    held["Held"] = table("Held", [{"Issues": "1", "Return": "h.xlsx (12345678)", "Status": "Held"}])
    held["Issues"] = table(
        "Issues", [{"Issue": "1", "Data owner": "Housing", "Severity": "query", "Status": "Open", "File": "h.xlsx"}]
    )
    views = rated(held, Q2)
    row = quarter_row(views)
    assert (row["Indicators"], row["Figures missing"], row["Not rated"]) == ("2 of 3 rated", 1, 1)
    assert (row["Open queries"], row["Figures held"], row["Returns in"]) == (1, 1, "1 of 2")
    assert row["Completeness"] == "66%"
    first, second = ([r[h] for h in r] for r in rows(views["Dashboard_returns"])[:2])
    assert first == ["Finance", "Overdue", 0, 0, 0]
    assert second == ["Housing", "Held", 1, 1, 1]
    assert views["Dashboard_returns"].links["Data owner"][0] == Link("Returns", "Data owner", "Finance", Q2)


def test_the_headline_says_how_it_is_and_how_it_was() -> None:
    views = rated(master(*figures(Q1, 85.0, 85.0, 50.0), *figures(Q2, 85.0, 50.0, 50.0)), Q1, Q2)
    headline = "33% of ratings are Green\n2 Red, 1 more than before\n0 better, 1 worse"
    assert quarter_row(views)["Headline"] == headline
    assert quarter_row(rated(master(), Q2))["Headline"].startswith("Nothing is rated yet.")


# ---- what changed ----


def test_changes_name_was_and_is_the_worst_first() -> None:
    before, after = figures(Q1, 85.0, 85.0, 50.0), figures(Q2, 75.0, 50.0, 85.0)
    shown = rows(rated(master(*before, *after), Q1, Q2)["Dashboard_changes"])
    changed = [(r["Ref"], r["Was"], r["Is"], r["Change"]) for r in shown if r["Ref"] in REFS]
    assert changed == [
        (REFS[1], "Green", "Red", "↓ Worse"),
        (REFS[0], "Green", "Amber", "↓ Worse"),
        (REFS[2], "Red", "Green", "↑ Better"),
    ]


def test_ratings_that_end_or_begin_are_changes_too() -> None:
    views = rated(master(*figures(Q1, 85.0, None, 85.0), *figures(Q2, None, 85.0, 85.0)), Q1, Q2)
    changed = {r["Ref"]: (r["Was"], r["Is"], r["Change"]) for r in rows(views["Dashboard_changes"])}
    assert changed[REFS[0]] == ("Green", "Not rated", "Ended")
    assert changed[REFS[1]] == ("Not rated", "Green", "New")


def test_more_changes_than_there_is_room_for_are_counted() -> None:
    many = [85.0] * len(REFS)
    held = master(*figures(Q1, *many), *figures(Q2, *[50.0] * len(REFS)), refs=len(REFS))
    shown = rated(held, Q1, Q2)["Dashboard_changes"]
    assert rows(shown)[-1]["Title"] == "… and 7 more"
    assert shown.links["Ref"][-1] is None


def test_no_change_and_no_quarter_before_are_said() -> None:
    same = master(*figures(Q1, 85.0, 85.0, 85.0), *figures(Q2, 85.0, 85.0, 85.0))
    assert rows(rated(same, Q1, Q2)["Dashboard_changes"])[0]["Title"] == "No rating has changed"
    assert rows(rated(same, Q2)["Dashboard_changes"])[0]["Title"] == "The quarter before was not rated"


def test_outcomes_say_what_they_were() -> None:
    views = rated(master(*figures(Q1, 85.0, 85.0, 85.0), *figures(Q2, 75.0, 75.0, 75.0)), Q1, Q2)
    assert rows(views["Dashboard_outcomes"])[0]["Since last quarter"] == "↓ Worse: was Green"
    assert rows(views["Dashboard_priorities"])[0]["Reason"] == "Amber: 1 of 1 rated.\nWas Green last quarter."
    assert rows(views["Framework_tree"])[1]["Since last quarter"] == "↓ Worse: was Green"


def test_the_last_quarters_are_blank_where_nothing_was_rated() -> None:
    views = rated(master(*figures(Q1, 85.0, 50.0), *figures(Q2, 85.0, 75.0, 50.0)), Q1, Q2)
    shown = [list(r.values()) for r in rows(views["Dashboard_quarters"])]
    assert shown[-2:] == [[Q1, 1, 0, 1, 1], [Q2, 1, 1, 1, 0]]
    assert shown[0] == ["2024/25 Q1", None, None, None, None]


# ---- reds ----


def test_a_red_says_where_it_hides_and_since_when() -> None:
    held = master(*figures(Q1, 90.0, 90.0, 50.0), *figures(Q2, 90.0, 90.0, 50.0))
    (red,) = rows(rated(held, Q1, Q2)["Dashboard_reds"])
    assert (red["Ref"], red["Quarters red"], red["RAG"]) == (REFS[2], 2, "▲")
    assert red["Hidden under"] == "Amber A-1"


def test_a_red_carried_from_an_earlier_quarter_is_marked() -> None:
    held = tables(
        Indicators=[indicator(Frequency="Annual", **{"Due quarter": "Q1"})],
        Targets=[target(80.0)],
        Observations=[observation(Q1, 50.0)],
    )
    (red,) = rows(rated(held, Q1, Q2)["Dashboard_reds"])
    assert red["Carried from"] == Q1


def test_no_red_is_said() -> None:
    views = rated(master(*figures(Q2, 85.0, 85.0, 85.0)), Q2)
    assert rows(views["Dashboard_reds"])[0]["Indicator"] == "No indicator is Red"


def test_an_override_has_its_asterisk_and_its_shape() -> None:
    views = rated(master(*figures(Q2, 85.0, 85.0, 85.0), Overrides=[override("A", "Red", Q2)]), Q2)
    row = rows(views["Dashboard_priorities"])[0]
    assert (row["Rating"], row["RAG"]) == ("Red*", "▲")
    assert rows(views["Framework_top"])[0]["Rating"] == "Red*"


# ---- frameworks of every shape ----


def test_a_master_without_any_outcome_has_its_sheets() -> None:
    views = rated(tables(Outcomes=[]), Q2)
    assert rows(views["Dashboard_priorities"])[0]["Priority"] == "There is none in this framework yet"
    assert rows(views["Framework_top"])[0]["Outcome"] == "There is none in this framework yet"
    _links_fit(views)


def test_many_masked_reds_are_abridged_and_counted() -> None:
    values = [90.0] * 10 + [50.0] * 6
    views = rated(master(*figures(Q2, *values), refs=16), Q2)
    row = rows(views["Dashboard_priorities"])[0]
    assert row["Masked reds"] == "A-1.1k, A-1.1l, A-1.1m and 3 more"
    assert rows(views["Dashboard_outcomes"])[0]["Hidden reds"] == 6
    assert len(str(rows(views["Framework_tree"])[0]["Masked reds"]).split(", ")) == 6


def test_a_quarter_of_a_changed_framework_shows_what_was_rated() -> None:
    held = master(*figures(Q1, 85.0, 85.0, 85.0))
    _, step = steps.rate(held, parse_quarter(Q1), NOW)
    more = {"Ref": "B", "Tier": 1.0, "Title": "New", "Responsible officer": "D", "Portfolio holder": "M"}
    grown = tables(Outcomes=[*(r for r in _plain(held["Outcomes"])), more])
    views = rated({**held, **step.changed, "Outcomes": grown["Outcomes"]}, Q2)
    assert [r["Ref"] for r in rows(views["Dashboard_priorities"])] == ["A", "B"]


def _plain(one: Table) -> list[dict[str, Any]]:
    return [{h: v for h, v in row.items() if h != "row"} for row in one.rows()]


def test_links_lead_up_and_down_the_thread() -> None:
    views = rated(master(*figures(Q2, 50.0, 85.0, 85.0)), Q2)
    assert views["Dashboard_priorities"].links["Ref"] == [Link("Sheet_A")]
    assert views["Dashboard_priorities"].links["Rated"] == [Link("Framework_tree", "Ref", "A")]
    assert views["Dashboard_outcomes"].links["Ref"] == [Link("Framework_tree", "Ref", "A-1")]
    assert views["Dashboard_reds"].links["Ref"] == [Link("Sheet_A", "Ref", REFS[0])]
    assert views["Framework_tree"].links["Ref"][1] == Link("Outcomes", "Ref", "A-1")
    assert views["Framework_tree"].levels == (0, 1)


# ---- words ----


def test_movement_and_its_words() -> None:
    assert (movement("Red", "Amber"), movement("Green", "Red")) == ("↑ Better", "↓ Worse")
    assert movement("Green", "Green") is movement(None, "Green") is movement("Insufficient data", "Green") is None
    assert since({"A": "Green"}, "A", "Green") == "No change"
    assert since({"A": "Insufficient data"}, "A", "Green") == "New: had no rating"
    assert since({"A": "Green"}, "A", "Nothing due") == "Was Green"
    assert since({}, "A", "Nothing due") == "Not rated before"


def test_texts_and_rows_are_cut_to_measure() -> None:
    assert shortened("A council that residents trust", 20) == "A council that…"
    assert shortened("short", 20) == "short"
    assert abridged("a, b, c") == "a, b, c"
    assert abridged(None) is None
    assert padded([["a", 1]], 2, 2, 0) == [["a", 1], [None, None]]
    assert padded([["a", 1]] * 4, 2, 2, 0) == [["a", 1], ["… and 3 more", None]]
    assert [shape(rating) for rating in (*RATINGS, None, "Overdue")] == ["●", "◆", "▲", None, None]
