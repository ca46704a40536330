"""The council among others, as facts and as strips of dots; spend against results as a picture in four corners."""

import io
from fractions import Fraction

import pytest
from PIL import Image

from tests import support
from xl_outcomes.house_style import SHIPPED
from xl_outcomes.money import CORNERS, Corners, money_lines, spend_and_results
from xl_outcomes.periods import parse_quarter
from xl_outcomes.quarter import Rated, rate_quarter
from xl_outcomes.reporting.benchmark_charts import MOST, benchmark_chart
from xl_outcomes.reporting.benchmark_facts import NO_FIGURE, NO_RANK, Strip, benchmarked, in_quartile, ordinal
from xl_outcomes.reporting.chart_specs import BenchmarkStrips, FourCorners
from xl_outcomes.reporting.charts import draw
from xl_outcomes.reporting.corner_charts import corner_chart
from xl_outcomes.rollup import rows_by
from xl_outcomes.tables import Tables, get

QUARTER = parse_quarter("2022/23 Q1")
COUNCIL = "Anyshire Council"


def other(name: str, value: float | None, group: str = "", ref: str = "A-1.1a") -> dict[str, object]:
    return {"Indicator": ref, "Period": str(QUARTER), "Comparator": name, "Group": group, "Value": value}


def master(own: float | None, *others: dict[str, object], **cells: object) -> tuple[Rated, Tables]:
    tables = support.tables(
        Indicators=[support.indicator(**cells)],
        Targets=[support.target(80.0)],
        Observations=[support.observation(str(QUARTER), own)] if own is not None else [],
        Benchmarks=others,
    )
    return rate_quarter(tables, QUARTER, support.LATE), tables


def strip(own: float | None, *others: dict[str, object], **cells: object) -> Strip:
    [found] = benchmarked(*master(own, *others, **cells))
    return found.whole


THREE = (other("B", 70.0, "Nearest neighbours"), other("C", 90.0), other("D", 95.0, "Nearest neighbours"))


def test_rank_quartile_mean_and_neighbours_are_said_for_people() -> None:
    [found] = benchmarked(*master(92.0, *THREE))
    whole, near = found.whole, found.near
    assert (whole.figure, whole.mean, whole.median, whole.rank, whole.quartile) == (
        "92.0%",
        "85.0%",
        "90.0%",
        "2nd of 4",
        2,
    )
    assert (whole.lowest, whole.highest, whole.period) == ("70.0%", "95.0%", "2022/23 Q1")
    assert near is not None
    assert (near.group, near.rank) == ("Nearest neighbours", "2nd of 3")
    assert in_quartile([found], 2) == (found,)


def test_without_groups_there_are_no_neighbours_and_without_a_figure_no_rank() -> None:
    [found] = benchmarked(*master(None, other("B", 70.0), other("C", 90.0)))
    assert found.near is None
    assert (found.whole.own, found.whole.figure, found.whole.rank, found.whole.quartile) == (
        None,
        NO_FIGURE,
        NO_RANK,
        0,
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (112, "112th"),
    ],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


# ---- strips ----


def test_words_beside_the_strips_give_figure_median_and_rank() -> None:
    picture = benchmark_chart([strip(92.0, *THREE)], COUNCIL, SHIPPED)
    assert picture.alt == (
        "A strip of dots, better figures on the right: Anyshire Council among other councils. "
        "A-1.1a 92.0% (median 90.0%), 2nd of 4."
    )


def test_a_council_without_a_figure_is_not_drawn_and_the_words_say_so() -> None:
    picture = benchmark_chart([strip(None, *THREE)], COUNCIL, SHIPPED)
    assert "A-1.1a no figure to show (median 90.0%), not ranked" in picture.alt
    assert _accent(picture.png) < _accent(benchmark_chart([strip(92.0, *THREE)], COUNCIL, SHIPPED).png)


def test_the_same_strips_give_the_same_bytes_sized_for_print() -> None:
    strips = [strip(92.0, *THREE)] * 3
    one, two = (draw(BenchmarkStrips(tuple(strips), COUNCIL)) for _ in range(2))
    assert one == two
    image = Image.open(io.BytesIO(one.png))
    assert image.width == pytest.approx(one.width_mm / 25.4 * 200, abs=2)


def test_better_is_on_the_right_also_where_lower_is_better() -> None:
    """The council is the best in both; its diamond is right of the middle."""
    high = benchmark_chart([strip(99.0, *THREE)], COUNCIL, SHIPPED)
    low = benchmark_chart([strip(50.0, *THREE, Polarity="Lower is better")], COUNCIL, SHIPPED)
    assert min(_middle(high.png), _middle(low.png)) > 0.7


def test_no_strips_and_too_many_are_no_mistake() -> None:
    assert "no other councils" in benchmark_chart([], COUNCIL, SHIPPED).alt
    many = benchmark_chart([strip(92.0, *THREE)] * (MOST + 5), COUNCIL, SHIPPED)
    assert many.alt.startswith(f"{MOST} strips")


def test_one_comparator_with_the_same_figure_is_drawn() -> None:
    assert "1st of 2" in benchmark_chart([strip(70.0, other("B", 70.0))], COUNCIL, SHIPPED).alt


def _blue(png: bytes) -> list[int]:
    """The columns, counted from the left, in which the council's colour stands below the legend."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    width, height = image.size
    below = image.crop((0, 90, width, height))
    raw, accent = below.tobytes(), bytes.fromhex(SHIPPED.colours.accent[1:])
    return [n % width for n in range(len(raw) // 3) if raw[3 * n : 3 * n + 3] == accent]


def _accent(png: bytes) -> int:
    return len(_blue(png))


def _middle(png: bytes) -> float:
    columns = _blue(png)
    return sum(columns) / len(columns) / Image.open(io.BytesIO(png)).width


# ---- four corners ----


def corners(*budgets: float, ratings: tuple[str, ...] = ()) -> Corners:
    """One tier 2 outcome for each budget, with a green, amber or red rating."""
    refs = [f"A-{n}" for n in range(1, len(budgets) + 1)]
    outcomes = [support.OUTCOMES[0], *({**support.OUTCOMES[1], "Ref": ref, "Title": f"Outcome {ref}"} for ref in refs)]
    values = {"Green": 95.0, "Amber": 75.0, "Red": 10.0}
    words = ratings or tuple("Green" for _ in refs)
    tables = support.tables(
        Outcomes=outcomes,
        Indicators=[support.indicator(f"{ref}a", Outcome=ref) for ref in refs],
        Targets=[support.target(80.0, ref=f"{ref}a") for ref in refs],
        Observations=[support.observation(str(QUARTER), values[w], f"{r}a") for r, w in zip(refs, words, strict=True)],
        Resources=[
            {"Linked to": r, "Period": str(QUARTER), "Kind": "Revenue", "Description": r, "Budget": b}
            for r, b in zip(refs, budgets, strict=True)
        ],
    )
    rated = rate_quarter(tables, QUARTER, support.LATE)
    lines = money_lines(get(tables, "Resources"), rated.framework, QUARTER)
    return spend_and_results(lines, rated.framework, rows_by(rated.rollup, "Ref"), rated.settings)


def test_high_spend_on_poor_results_is_named_first_with_its_title() -> None:
    found = corners(100.0, 50.0, 900.0, 40.0, ratings=("Green", "Green", "Red", "Amber"))
    alt = draw(FourCorners(found, 0.75)).alt
    assert alt.partition(". ")[2].startswith("High spend, poor result: A-3 Outcome A-3.")
    assert "Low spend, poor result: A-4" in alt
    assert [alt.index(name) for name in CORNERS.values()] == sorted(alt.index(name) for name in CORNERS.values())


def test_corners_give_the_same_bytes_and_nothing_is_said_to_be_nothing() -> None:
    found = corners(100.0, 50.0, 900.0)
    assert corner_chart(found, 0.75, SHIPPED) == corner_chart(found, 0.75, SHIPPED)
    assert corner_chart(corners(), 0.75, SHIPPED).alt == "An empty figure: no outcome has both money and a rating."


@pytest.mark.parametrize("budgets", [[0.0], [-5.0, 1.0], [0.0, 0.0], [1.0, 1.0, 2500.0, 9e9], [1e-9, 9e9]])
def test_any_budgets_can_be_drawn(budgets: list[float]) -> None:
    found = corners(*budgets)
    assert corner_chart(found, 0.75, SHIPPED).png.startswith(b"\x89PNG")
    assert sum((p.share for p in found.placed), Fraction(0)) in (0, 1)
