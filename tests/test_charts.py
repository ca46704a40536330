"""The picture of ratings: the same bytes for the same facts, and words that say what it shows."""

import io
import zlib

import pytest
from PIL import Image

from tests.test_facts import OUTCOMES, small_facts
from xl_outcomes.reporting.charts import Picture, rag_chart


@pytest.fixture(scope="module")
def picture() -> Picture:
    return rag_chart(small_facts())


def test_alt_text_has_every_figure_that_is_drawn(picture: Picture) -> None:
    assert picture.alt == (
        "Bar chart of the ratings of indicators by priority in Quarter 1 of 2025/26 (April to June 2025). "
        "Housing & homes 1 Green, 0 Amber, 2 Red, 1 Not rated; Environment 1 Green, 0 Amber, 0 Red, 1 Not rated. "
        "In all: 2 Green, 0 Amber, 2 Red, 2 Not rated; 4 of 6 rated."
    )


def test_same_facts_give_the_same_bytes(picture: Picture) -> None:
    assert rag_chart(small_facts()) == picture


def test_nothing_in_the_file_tells_program_or_time(picture: Picture) -> None:
    kinds = _chunks(picture.png)
    assert not kinds & {b"tEXt", b"iTXt", b"zTXt", b"tIME"}


def test_it_is_sized_for_print(picture: Picture) -> None:
    image = Image.open(io.BytesIO(picture.png))
    assert image.width == pytest.approx(picture.width_mm / 25.4 * 200, abs=2)
    assert image.height < image.width


def test_the_colours_of_the_ratings_are_there(picture: Picture) -> None:
    image = Image.open(io.BytesIO(picture.png)).convert("RGB")
    colours = {colour for _, colour in image.getcolors(1_000_000) or ()}
    assert {(0x1E, 0x7B, 0x34), (0xB3, 0x26, 0x1E)} <= colours


def test_an_empty_framework_gives_a_picture_that_says_so() -> None:
    empty = rag_chart(small_facts(Outcomes=[], Indicators=[], Targets=[], Observations=[], Overrides=[]))
    assert empty.alt == "An empty chart: the framework has no priorities yet."
    assert empty.png.startswith(b"\x89PNG")


def test_priorities_without_indicators_and_odd_titles_are_drawn() -> None:
    odd = [{**OUTCOMES[0], "Title": "Save $5 or $10 on a very long title that goes on and on and on"}]
    drawn = rag_chart(small_facts(Outcomes=odd, Indicators=[], Targets=[], Observations=[], Overrides=[]))
    assert "0 of 0 rated" in drawn.alt


def _chunks(png: bytes) -> set[bytes]:
    kinds, place = set(), 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4], "big")
        kinds.add(png[place + 4 : place + 8])
        body = png[place + 4 : place + 8 + size]
        assert zlib.crc32(body) == int.from_bytes(png[place + 8 + size : place + 12 + size], "big")
        place += size + 12
    return kinds
