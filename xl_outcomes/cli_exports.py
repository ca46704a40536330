"""The command about exports: a master's tables as files for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xl_outcomes.cli_options import DryRun, Master

app = typer.Typer()


class To(StrEnum):
    """What tables are written as."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


@app.command()
def export(
    master: Master,
    to: Annotated[To, typer.Option("--to", help="What to write.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help='The folder to write (default: beside the master, "<name> export").'),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="NAME", help="Only this table, also without rows; may be repeated."),
    ] = None,
    confidential: Annotated[bool, typer.Option("--confidential", help="Write confidential figures too.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Write the tables as CSV, Parquet or JSON, with a description for other programs."""
    from xl_outcomes import commands, export_file

    run = commands.Run(master, dry_run=dry_run)
    folder = out or export_file.default_folder(master)
    made = export_file.export_master(
        run.master(), to.value, folder, table or (), confidential=confidential, dry_run=dry_run
    )
    for note in made.notes:
        typer.echo(note, err=True)
    for line in made.lines:
        typer.echo(line)
    typer.echo(run.say(made.summary))
