"""The command line: one short function for each command.

Exit codes: 0 done; 1 done, and something was refused, held or failed a check; 2 could not be done.
"""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from xl_outcomes import cli_exports, cli_framework, cli_reports
from xl_outcomes.cli_options import (
    DEFAULT_FRAMEWORK,
    By,
    Dask,
    DryRun,
    Framework,
    Jobs,
    Json,
    Master,
    Out,
    Period,
    Returns,
    Synced,
    Today,
    end,
    print_json,
    way,
)
from xl_outcomes.errors import InputError, OutcomesError

app = typer.Typer(
    help="Outcomes frameworks for councils: check returns, rate indicators, roll up the tiers, write reports.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

addin = typer.Typer(help="The Outcomes tab in Excel for Windows: install it, look after it.", no_args_is_help=True)
app.add_typer(cli_reports.app)
app.add_typer(cli_framework.app)
app.add_typer(cli_exports.app)
app.add_typer(addin, name="addin")


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; `--debug`, anywhere among the arguments, shows the traceback of an error."""
    look_for_cycles_less_often()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        app(args=[a for a in given if a != "--debug"], prog_name="xl-outcomes")
    except OutcomesError as error:
        if debug:
            raise
        _stop(f"{error.message}\n{error.fix}".strip())
    except Exception as error:
        if debug:
            raise
        _stop(f"Something unforeseen went wrong ({type(error).__name__}).\nRun it again with --debug to see where.")


def look_for_cycles_less_often() -> None:
    """A command makes millions of small objects and ends: Python's usual search among them costs a fifth of it."""
    gc.set_threshold(50_000, 20, 50)


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path("outcomes-demo"),
    framework: Framework = DEFAULT_FRAMEWORK,
) -> None:
    """A whole year of quarters, with its reports, into DIR."""
    from xl_outcomes.demo.year import run

    run(directory, framework, say=typer.echo)


@app.command()
def forms(
    master: Master,
    out: Out,
    period: Period = None,
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Make return forms, one for each data owner."""
    from xl_outcomes import commands

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    typer.echo(commands.make_forms(run, out))


@app.command()
def validate(
    master: Master,
    returns: Returns,
    period: Period = None,
    today: Today = None,
    json: Json = False,
    jobs: Jobs = None,
    dask: Dask = None,
) -> None:
    """Check returns; nothing is written."""
    from xl_outcomes import commands, output

    checked = commands.validate(commands.Run(master, period, today), returns, way(jobs, dask), quiet=json)
    if json:
        print_json(output.returns_json(checked))
    else:
        output.show_returns(checked)
    end(failed=output.refused(checked))


@app.command(name="import")
def import_(
    master: Master,
    returns: Returns,
    send_back: Annotated[
        Path | None, typer.Option("--send-back", metavar="DIR", help="Write corrected forms into this folder.")
    ] = None,
    period: Period = None,
    today: Today = None,
    by: By = None,
    json: Json = False,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
    jobs: Jobs = None,
    dask: Dask = None,
) -> None:
    """Check returns and take them in."""
    from xl_outcomes import commands, output

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    checked, summary, sent = commands.import_returns(run, returns, send_back, way(jobs, dask), quiet=json)
    if json:
        print_json({**output.returns_json(checked), "summary": summary})
    else:
        output.show_returns(checked)
        typer.echo(summary)
        for path in sent:
            typer.echo(f"To send back: {path}")
    end(failed=output.refused(checked))


@app.command()
def settle(
    master: Master,
    issue: Annotated[
        str | None, typer.Argument(metavar="[ISSUE]", help="The number of the query; none: those decided in the sheet.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "",
    accept: Annotated[bool, typer.Option("--accept", help="Take the figure as given.")] = False,
    value: Annotated[str | None, typer.Option("--value", metavar="X", help="Use another value.")] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Leave the row out.")] = False,
    period: Period = None,
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Settle a query: accept the figure, use another value, or reject it. Without ISSUE, those decided in the sheet."""
    from xl_outcomes import commands

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    if issue is None and not (accept or reject or value or note):
        typer.echo(commands.settle_typed(run))
    else:
        typer.echo(commands.settle(run, issue or "", note, accept=accept, value=value, reject=reject))


@app.command()
def withdraw(
    master: Master,
    owner: Annotated[str, typer.Option("--owner", metavar="O", help="The data owner.")],
    period: Annotated[str, typer.Option("--period", metavar="P", help="The quarter of the return.")],
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Take a return out again; what it replaced comes back."""
    from xl_outcomes import commands

    typer.echo(commands.withdraw(commands.Run(master, period, today, by, dry_run, allow_synced), owner))


@app.command()
def rate(
    master: Master,
    period: Period = None,
    today: Today = None,
    by: By = None,
    json: Json = False,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Rate the indicators and roll up the tiers."""
    from xl_outcomes import commands, output

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    rated, step = commands.rate(run)
    if json:
        print_json(output.rate_json(rated, step))
    else:
        output.show_rating(rated)
        typer.echo(step.summary)
    end(failed=output.failed(rated.issues))


@app.command()
def close(
    master: Master,
    period: Annotated[str, typer.Option("--period", metavar="P", help="The quarter to close.")],
    report: Annotated[
        list[Path] | None,
        typer.Option("--report", metavar="FILE", help="A report to archive too; may be repeated."),
    ] = None,
    put_back: Annotated[bool, typer.Option("--put-back", help="Put edits of a closed quarter back.")] = False,
    revise: Annotated[
        str | None, typer.Option("--revise", metavar="REASON", help="Record edits of it as a revision.")
    ] = None,
    reopen: Annotated[
        str | None, typer.Option("--reopen", metavar="REASON", help="Open a closed quarter again.")
    ] = None,
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Close a quarter: its results are kept as they are, in an archive that can be verified."""
    from xl_outcomes import commands

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    if put_back + (revise is not None) + (reopen is not None) > 1:
        raise InputError("These options exclude each other.", "Give one of --put-back, --revise and --reopen.")
    if put_back:
        typer.echo(commands.put_back(run))
    elif revise is not None:
        typer.echo(commands.revise(run, revise))
    elif reopen is not None:
        typer.echo(commands.reopen(run, reopen))
    else:
        typer.echo(commands.close(run, report or ()))


@app.command()
def verify(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="The folder of a closed quarter.")],
    master: Annotated[
        Path | None, typer.Option("--master", metavar="MASTER", help="The master that keeps the archive's sum.")
    ] = None,
) -> None:
    """Verify that the archive of a closed quarter is unchanged."""
    from xl_outcomes import commands

    found = commands.verify(archive, master)
    for line in found:
        typer.echo(line)
    if not found:
        typer.echo(f"{archive} is unchanged since it was made.")
    end(failed=bool(found))


@app.command()
def log(master: Master, json: Json = False) -> None:
    """Show what was done to a master, when and by whom."""
    from xl_outcomes import commands, output

    rows = commands.log(master)
    if json:
        print_json(output.log_json(rows))
    else:
        output.show_log(rows)


@app.command()
def undo(
    master: Master, today: Today = None, by: By = None, dry_run: DryRun = False, allow_synced: Synced = False
) -> None:
    """Take the last action back, from its backup; a second undo brings it back again."""
    from xl_outcomes import commands

    typer.echo(commands.undo(commands.Run(master, None, today, by, dry_run, allow_synced)))


@addin.command(name="build")
def build_addin() -> None:
    """Build the add-in from its sources (for developers)."""
    from xl_outcomes.addin.build import build

    typer.echo(f"Built: {build()}")


@addin.command()
def install() -> None:
    """Install the Outcomes tab into your Excel; repeat it to update."""
    _findings("install")


@addin.command()
def status() -> None:
    """Say whether the Outcomes tab is installed, and what may stop it."""
    _findings("status")


@addin.command()
def remove() -> None:
    """Remove the Outcomes tab from your Excel."""
    _findings("remove")


def _findings(what: str) -> None:
    from xl_outcomes.addin import install
    from xl_outcomes.console import show_findings

    found = getattr(install, what)(install.real_machine())
    show_findings(found)
    end(failed=any(f.verdict == "Problem" for f in found))


def _stop(message: str) -> None:
    typer.echo(message, err=True)
    sys.exit(2)
