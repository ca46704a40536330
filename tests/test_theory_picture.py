"""The theory of change as figures: laid out without overlap, readable, the same bytes for the same facts."""

import io
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from tests.support import indicator, setting, tables
from xl_outcomes import resources
from xl_outcomes.errors import InputError
from xl_outcomes.golden_thread import GoldenThread, read_thread
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.reporting import theory_picture
from xl_outcomes.reporting.charts import Picture
from xl_outcomes.reporting.theory_layout import A3, A4, LINE, MM_PER_POINT, PAD, Box, pages, wrapped
from xl_outcomes.reporting.theory_picture import theory_pictures, write_theory
from xl_outcomes.starters import read_source

SMALL = {
    "Settings": [setting("Council", "Anyshire"), setting("Vision", "A place for all")],
    "Outcomes": [
        {"Ref": "A", "Tier": 1, "Title": "Homes"},
        {"Ref": "A-1", "Tier": 2, "Parent": "A", "Title": "New homes"},
        {"Ref": "A-1.1", "Tier": 3, "Parent": "A-1", "Title": "Enough homes"},
    ],
    "Indicators": [indicator("a", Outcome="A-1.1", Measure="Output"), indicator("b", Outcome="A-1.1")],
    "Activities": [{"Ref": "X1", "Activity": "Buy land", "Linked to": "A-1.1, A"}],
}


def _thread(**rows: object) -> GoldenThread:
    return read_thread(tables(**{**SMALL, **rows}))


def _tiny() -> GoldenThread:
    """A framework that takes one figure."""
    return _thread(Outcomes=SMALL["Outcomes"][:2], Indicators=[], Activities=[])


def _large(tops: int, inner: int, lowest: int) -> GoldenThread:
    """A framework of so many tier 1 outcomes, tier 2 outcomes under each and tier 3 outcomes under each of those."""
    outcomes, indicators, activities = [], [], []
    for top in range(tops):
        outcomes.append({"Ref": f"P{top}", "Tier": 1, "Title": f"Priority {top} with a title of some length"})
        for middle in range(inner):
            ref = f"P{top}-{middle}"
            outcomes.append({"Ref": ref, "Tier": 2, "Parent": f"P{top}", "Title": "A strategic outcome " * 3})
            for low in range(lowest):
                own = f"{ref}.{low}"
                outcomes.append({"Ref": own, "Tier": 3, "Parent": ref, "Title": "An intermediate outcome " * (low + 1)})
                indicators += [indicator(f"{own}{n}", Outcome=own, Measure="How much") for n in range(low * 2)]
                activities += [{"Ref": f"X{own}{n}", "Activity": "Do " * 20, "Linked to": own} for n in range(low * 2)]
    return _thread(Outcomes=outcomes, Indicators=indicators, Activities=activities)


def _plain(text: str, bold: bool) -> float:
    return len(text) * (0.58 if bold else 0.53)


# ---- layout ----


def test_a_figure_joins_activities_through_outputs_and_outcomes_to_the_vision() -> None:
    overview, own = pages(_thread(), _plain)
    assert [(b.role, " ".join(b.lines)) for b in own.boxes] == [
        ("activity", "X1 Buy land (also for A-1.1)"),
        ("activity", "X1 Buy land (also for A)"),
        ("output", "a Homes built"),
        ("3", "A-1.1 Enough homes"),
        ("2", "A-1 New homes"),
        ("1", "A Homes"),
        ("vision", "A place for all"),
    ]
    assert [head for _, _, head in own.heads] == [
        *("Activities", "Outputs", "Intermediate outcome", "Strategic outcome", "Priority", "Vision")
    ]
    assert [b.role for b in overview.boxes] == ["2", "1", "vision"]
    assert (overview.name, own.name) == ("overview", "A")


def test_every_box_but_the_left_ones_is_the_end_of_an_arrow() -> None:
    _, own = pages(_thread(), _plain)
    arrows = set(own.arrows)
    assert {(b.left, b.middle) for b in own.boxes if b.role != "activity"} == arrows


@pytest.mark.parametrize(("tops", "inner", "lowest"), [(1, 1, 1), (2, 3, 4), (12, 4, 2), (1, 12, 3), (3, 1, 7)])
def test_boxes_stand_on_the_paper_without_touching_and_texts_fit_in_them(tops: int, inner: int, lowest: int) -> None:
    for page in pages(_large(tops, inner, lowest), _plain):
        assert 7 <= page.size <= 12
        assert page.paper in (A4, A3)
        for box in page.boxes:
            top, bottom = _span(box)
            assert top >= 30
            assert bottom <= page.paper[1] - 13
            assert box.left + box.width <= page.paper[0] - 9.9
            widest = max(_plain(line, box.bold) for line in box.lines) * page.size * MM_PER_POINT
            assert widest <= box.width - 2 * PAD + 0.01
            assert len(box.lines) * page.size * LINE * MM_PER_POINT < box.height
        assert not [pair for pair in combinations(page.boxes, 2) if _touch(*pair)]
        assert not [box for box in page.boxes for line in page.lines if _crosses(box, *line)]


def test_every_outcome_is_on_a_figure_however_many_it_takes() -> None:
    thread = _large(2, 6, 5)
    made = pages(thread, _plain)
    drawn = {box.lines[0].split()[0] for page in made for box in page.boxes if box.role in "123"}
    assert drawn == set(thread.framework.outcomes)
    assert [page.name for page in made[:3]] == ["overview", "P0", "P0 2"]
    assert "(1 of " in made[1].title


def test_what_is_more_than_a_figure_shows_is_counted() -> None:
    activities = [{"Ref": f"X{n}", "Activity": "Dig", "Linked to": "A-1.1"} for n in range(9)]
    indicators = [indicator(f"a{n}", Outcome="A-1.1", Measure="Output") for n in range(8)]
    _, own = pages(_thread(Activities=activities, Indicators=indicators), _plain)
    texts = [" ".join(box.lines) for box in own.boxes]
    assert "… and 5 more" in texts
    assert "… and 3 more" in texts
    assert sum(box.role == "activity" for box in own.boxes) == 5


def test_what_the_overview_shows_whole_has_no_figure_of_its_own_and_columns_without_boxes_are_left_out() -> None:
    bare = {"Indicators": [], "Activities": []}
    assert [p.name for p in pages(_thread(Outcomes=SMALL["Outcomes"][:2], **bare), _plain)] == ["overview"]
    _, own = pages(_thread(**bare), _plain)
    assert len(own.heads) == 4
    assert "No activities and no outputs are listed yet." in " ".join(own.foot)


def test_texts_are_wrapped_between_words_and_never_cut_without_saying_so() -> None:
    assert wrapped("one two three", 7 * 0.53, 3, _plain) == ("one two", "three")
    assert wrapped("one two three four", 7 * 0.53, 2, _plain) == ("one two", "three…")
    assert wrapped("Donaudampfschiff", 6 * 0.53, 9, _plain) == ("Donaud", "ampfsc", "hiff")
    assert wrapped("", 6, 2, _plain) == ("",)


def test_the_starter_of_six_priorities_has_seven_figures_on_a4() -> None:
    thread = read_thread(read_source(resources.source_tables("mid-suffolk-2022")))
    made = theory_picture._pages(thread, SHIPPED)
    assert [page.name for page in made] == ["overview", "CUS", "WEL", "ENV", "ECO", "COM", "HOU"]
    assert {page.paper for page in made} == {A4}
    assert sum(box.role == "3" for page in made for box in page.boxes) == 66


# ---- pictures ----


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return dict(theory_pictures(_thread()))


def test_pictures_are_sized_for_print_and_told_in_words(pictures: dict[str, Picture]) -> None:
    image = Image.open(io.BytesIO(pictures["A"].png))
    assert image.size == (pytest.approx(297 / 25.4 * 200, abs=2), pytest.approx(210 / 25.4 * 200, abs=2))
    assert pictures["A"].alt == (
        "Theory of change, A Homes: boxes in columns, joined from left to right. The vision: A place for all. What "
        "leads to it: A Homes (from A-1 New homes (from A-1.1 Enough homes)). On the left: 2 boxes for activities and "
        "1 box for outputs."
    )


def test_the_same_facts_give_the_same_pictures(pictures: dict[str, Picture]) -> None:
    assert theory_pictures(_thread())[0][1] == pictures["overview"]


def test_an_empty_framework_and_letters_that_no_font_has_are_drawn() -> None:
    ((name, empty),) = theory_pictures(_thread(Outcomes=[], Indicators=[], Activities=[]))
    assert (name, empty.alt) == ("overview", "An empty figure: the framework has no outcomes yet.")
    odd = _thread(Outcomes=[{"Ref": "A", "Tier": 1, "Title": "Save $5 or $10 🙂 漢字"}], Indicators=[], Activities=[])
    assert theory_pictures(odd)[0][1].png.startswith(b"\x89PNG")


# ---- files ----


def test_a_folder_gets_one_pdf_and_the_pictures(tmp_path: Path) -> None:
    made = write_theory(tmp_path / "out", _thread())
    assert [path.name for path in made] == [
        *("theory-of-change.pdf", "theory-of-change overview.png", "theory-of-change A.png")
    ]
    assert made[0].read_bytes().startswith(b"%PDF")
    assert made[0].read_bytes().count(b"/Type /Page\n") + made[0].read_bytes().count(b"/Type /Page ") == 2


@pytest.mark.parametrize("kind", ["pdf", "svg"])
def test_files_are_the_same_each_time_and_say_no_time_or_program(tmp_path: Path, kind: str) -> None:
    once, again = (write_theory(tmp_path / name / f"t.{kind}", _tiny()) for name in ("a", "b"))
    assert [p.read_bytes() for p in once] == [p.read_bytes() for p in again]
    assert not any(word in p.read_bytes() for p in once for word in (b"CreationDate", b"dc:date"))


def test_refs_that_no_file_can_be_named_by_get_names_that_differ(tmp_path: Path) -> None:
    outcomes = [{**row, "Ref": str(row["Ref"]).replace("A", "A/B")} for row in SMALL["Outcomes"]]
    outcomes = [
        {**row, "Parent": str(row["Parent"]).replace("A", "A/B")} if "Parent" in row else row for row in outcomes
    ]
    made = write_theory(tmp_path / "t.svg", _thread(Outcomes=outcomes, Indicators=[], Activities=[]))
    assert [path.name for path in made] == ["t overview.svg", "t A-B.svg"]
    assert theory_picture._file_names(["A/B", "a:b", ".."]) == ["A-B", "a-b (2)", "outcome"]


def test_another_file_is_kept_and_other_endings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "t.pdf").write_bytes(b"mine")
    write_theory(tmp_path / "t.pdf", _tiny())
    assert (tmp_path / "earlier" / "t (1).pdf").read_bytes() == b"mine"
    with pytest.raises(InputError, match=r"t\.docx ends in \.docx") as refused:
        write_theory(tmp_path / "t.docx", _tiny())
    assert ".svg" in refused.value.fix


def _span(box: Box) -> tuple[float, float]:
    return box.middle - box.height / 2, box.middle + box.height / 2


def _touch(one: Box, other: Box) -> bool:
    (a, b), (c, d) = _span(one), _span(other)
    return one.left == other.left and a < d - 0.01 and c < b - 0.01


def _crosses(box: Box, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Whether a line runs through the inside of a box."""
    top, bottom = _span(box)
    (left, right), (high, low) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    beside = right <= box.left + 0.01 or left >= box.left + box.width - 0.01
    return not beside and not (low <= top + 0.01 or high >= bottom - 0.01)
