"""`rate --json` on masters that hold just the data tables, against the naive reading of the rules."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests import naive
from tests.frameworks import random_period, random_tables, random_today
from tests.openpyxl_master import write_master
from xl_outcomes.cli import main

SHARES = ("Score", "Coverage")


def rate(capsys: pytest.CaptureFixture[str], master: Path, period: str, today: str) -> dict[str, Any]:
    """What `rate --json` prints."""
    with pytest.raises(SystemExit) as ended:
        main(["rate", str(master), "--period", period, "--today", today, "--json"])
    assert ended.value.code in (0, 1)
    printed = capsys.readouterr()
    assert printed.err == ""
    return dict(json.loads(printed.out))


@pytest.mark.parametrize("seed", range(5000, 5012))
def test_a_bare_master_is_rated_as_the_rules_say(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables, period, today = random_tables(seed), random_period(seed), random_today(seed)
    master = write_master(tmp_path / "master.xlsx", tables)
    expected = naive.rate(tables, period, today)
    once = rate(capsys, master, period, today.isoformat())
    agrees(expected["results"], once["results"], "Indicator")
    agrees(expected["rollup"], once["rollup"], "Ref")
    written = master.read_bytes()
    assert rate(capsys, master, period, today.isoformat()) == once
    assert master.read_bytes() == written


def agrees(expected: list[dict[str, Any]], found: list[dict[str, Any]], key: str) -> None:
    by_key = {row[key]: row for row in found}
    assert set(by_key) == {row[key] for row in expected}
    for row in expected:
        for heading, value in row.items():
            got = by_key[row[key]][heading]
            if isinstance(value, Fraction):
                assert got == pytest.approx(float(value), rel=1e-9, abs=1e-6 if heading in SHARES else 1e-12), heading
            else:
                assert (got or None) == (value or None), (row[key], heading)
