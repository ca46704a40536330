"""A county collects from its councils: each with a master of its own, their exports read as one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from xl_outcomes import resources

PAGE = Path(__file__).parent.parent.parent / "docs" / "scale.md"
COUNCILS = {"north": "mid-suffolk-2017", "south": "darlington-2012"}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    for council, framework in COUNCILS.items():
        place = folder / "collection" / council
        place.mkdir(parents=True)
        shutil.copy(resources.starter(framework), place / "master.xlsx")
    return folder


def block(word: str) -> str:
    """The indented block of the page that holds a word."""
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    [found] = [b for b in blocks if word in b]
    return "\n".join(line[4:] for line in found.splitlines())


def test_the_loop_of_the_page_exports_every_council_and_its_query_reads_them_as_one(collection: Path) -> None:
    command = re.search(r"xl-outcomes (export .*)", block("for council in"))
    assert command is not None
    for council in COUNCILS:
        words = command[1].replace("$council", f"collection/{council}").replace('"', "").split()
        program = "from xl_outcomes.cli import main; main()"
        ran = subprocess.run([sys.executable, "-c", program, *words], cwd=collection, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    query = block("SELECT").replace("'collection/", f"'{collection.as_posix()}/collection/")
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchall()
    assert {Path(row[0]).parent.parent.name for row in found} == set(COUNCILS)
    assert {row[2] for row in found} == {"Green", "Amber", "Red"}
