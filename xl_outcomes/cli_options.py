"""What the commands of the command line share: their arguments and options, and how they print and end."""

from pathlib import Path
from typing import Annotated, Any

import typer

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

DEFAULT_FRAMEWORK = "mid-suffolk-2022"


def print_json(content: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    import json

    typer.echo(json.dumps(content, ensure_ascii=False, allow_nan=False, default=str))


def end(*, failed: bool) -> None:
    """End with exit code 1 where something was refused, held or failed a check."""
    if failed:
        raise typer.Exit(1)
