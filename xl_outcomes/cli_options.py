"""What the commands of the command line share: their arguments and options, and how they print and end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_outcomes.errors import InputError

if TYPE_CHECKING:
    from xl_outcomes.checking import Way

Master = Annotated[Path, typer.Argument(metavar="MASTER", help="The master workbook.", show_default=False)]
Returns = Annotated[
    list[str], typer.Argument(metavar="RETURN...", help="Return files, folders or globs.", show_default=False)
]
Period = Annotated[
    str | None, typer.Option("--period", metavar="P", help='A quarter, such as "2025/26 Q2" (default: Current period).')
]
Today = Annotated[str | None, typer.Option("--today", metavar="D", help="The day, as 2025-07-21 (default: today).")]
By = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who does it (default: the user's name).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]
Synced = Annotated[bool, typer.Option("--allow-synced", help="Write although the folder is synchronised.")]
Framework = Annotated[str, typer.Option("--framework", metavar="NAME", help="See `xl-outcomes frameworks`.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.", show_default=False)]

Jobs = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", min=1, help="Check with N processes (default: as many as pay off)."),
]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Check on the Dask cluster with this scheduler.")
]

DEFAULT_FRAMEWORK = "mid-suffolk-2022"


def way(jobs: int | None, dask: str | None) -> "Way":
    """Who does the work, from the options --jobs and --dask."""
    from xl_outcomes.checking import Way

    if jobs is not None and dask is not None:
        raise InputError("--jobs and --dask exclude each other.", "A cluster has as many workers as it has.")
    return Way(jobs, dask)


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    import json

    typer.echo(json.dumps(content, ensure_ascii=False, allow_nan=False, default=str))


def end(*, failed: bool) -> None:
    """End with exit code 1 where something was refused, held or failed a check."""
    if failed:
        raise typer.Exit(1)
