"""Takes a return in once on being imported, so that a process forked after that has all that it needs loaded."""

import tempfile
from pathlib import Path

from tests.openpyxl_master import write_master
from tests.returns_world import World, council
from xl_outcomes import commands

with tempfile.TemporaryDirectory() as folder:
    world = World(council(), Path(folder))
    master = write_master(Path(folder) / "m.xlsx", {n: t.frame.to_dict("records") for n, t in council().items()})
    run = commands.Run(master, "2025/26 Q1", "2025-07-10", "Officer")
    commands.import_returns(run, [str(world.send())], None, quiet=True)
