"""The commands about a framework itself: made, checked, compared, reviewed, looked at, carried into a new year."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from xl_outcomes.cli_options import (
    DEFAULT_FRAMEWORK,
    By,
    DryRun,
    Framework,
    Json,
    Master,
    Period,
    Synced,
    Today,
    end,
    print_json,
)

app = typer.Typer()


@app.command()
def new(
    master: Master,
    framework: Framework = DEFAULT_FRAMEWORK,
    house_style: Annotated[
        Path | None, typer.Option("--house-style", metavar="FILE", help="A house style (.toml) for the new master.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Make a master workbook from a starter."""
    from xl_outcomes import commands

    typer.echo(commands.new_master(commands.Run(master, dry_run=dry_run), framework, house_style))


@app.command()
def adopt(
    theirs: Annotated[
        Path, typer.Argument(metavar="THEIRS", help="The workbook with your own table.", show_default=False)
    ],
    master: Annotated[
        Path | None, typer.Argument(metavar="[MASTER]", help="The new master (default: beside THEIRS).")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="How the table is to be understood (.toml).")
    ] = None,
    write_mapping: Annotated[
        Path | None, typer.Option("--write-mapping", metavar="FILE", help="Only write how it is understood, to edit.")
    ] = None,
    today: Today = None,
    dry_run: DryRun = False,
) -> None:
    """Make a master of the table that you have already."""
    from xl_outcomes import adopting, commands

    run = commands.Run(master or theirs.with_name(f"{theirs.stem} master.xlsx"), None, today, dry_run=dry_run)
    asks = sys.stdin.isatty() and mapping is None and write_mapping is None
    adoption = adopting.adopt(run, theirs, mapping, write_mapping, _ask if asks else None)
    for remark in adoption.remarks:
        typer.echo(f"{' ' if remark.sure else '?'} {remark.where}: {remark.text}", err=True)
    typer.echo(adoption.summary)


def _ask(question: Any) -> str:
    """A question about a table, asked again until the answer is one of those that are allowed."""
    while True:
        given = str(typer.prompt(question.text, default=question.proposed)).strip()
        if not question.allowed or given in question.allowed:
            return given
        typer.echo(f"Choose from: {', '.join(question.allowed)}.")


@app.command()
def frameworks() -> None:
    """List the starter frameworks."""
    from xl_outcomes import resources

    for name in resources.frameworks():
        typer.echo(name + (" (default)" if name == DEFAULT_FRAMEWORK else ""))


@app.command()
def check(master: Master, json: Json = False) -> None:
    """Check the golden thread and the tables."""
    from xl_outcomes import commands, output

    issues = commands.check(master)
    if json:
        print_json(output.check_json(issues))
    else:
        output.show_issues(issues, f"{master.name}: the golden thread and the tables")
    end(failed=output.failed(issues))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The older version of the master.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The newer version.", show_default=False)],
    json: Json = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what is found in the table Changes of NEW.")] = False,
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Compare two versions of a framework, theme by theme."""
    from xl_outcomes import commands, framework_commands, output

    summary = ""
    if keep:
        run = commands.Run(new, None, today, by, dry_run, allow_synced)
        comparison, summary = framework_commands.compare_and_keep(run, old)
    else:
        comparison = commands.compare(old, new)
    if json:
        print_json(output.compare_json(comparison))
    else:
        output.show_comparison(comparison)
        typer.echo(summary, nl=bool(summary))
    end(failed=output.failed(comparison.issues))


@app.command()
def review(
    master: Master,
    approved_by: Annotated[str, typer.Option("--approved-by", metavar="POST", help="Who signs off.")],
    theme: Annotated[
        str | None, typer.Option("--theme", metavar="REF", help="A tier 1 outcome (default: all of them).")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note on the review.")] = "",
    period: Period = None,
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Record a peer review: the indicators of a theme are signed off as they stand."""
    from xl_outcomes import commands, framework_commands

    run = commands.Run(master, period, today, by, dry_run, allow_synced)
    typer.echo(framework_commands.sign_off(run, theme, approved_by, note))


@app.command()
def chase(
    master: Master,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write a message to each owner into this folder.")
    ] = None,
    period: Period = None,
    today: Today = None,
    dry_run: DryRun = False,
) -> None:
    """Say who owes what by when, and write the reminders; nothing is sent."""
    from xl_outcomes import commands, framework_commands

    lines, written = framework_commands.chase(commands.Run(master, period, today, dry_run=dry_run), out)
    for line in (*lines, *(f"Written: {path}" for path in written)):
        typer.echo(line)


@app.command(name="new-year")
def new_year(
    master: Master, today: Today = None, by: By = None, dry_run: DryRun = False, allow_synced: Synced = False
) -> None:
    """Begin the next financial year: targets and reports are rolled forward, to be confirmed."""
    from xl_outcomes import commands, framework_commands

    typer.echo(framework_commands.begin_year(commands.Run(master, None, today, by, dry_run, allow_synced)))


@app.command()
def thread(
    master: Master,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="An outcome, indicator or activity.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the whole thread: .xlsx, .csv or .json.")
    ] = None,
    today: Today = None,
) -> None:
    """Show the golden thread: the way up and down from REF, or the whole with what hangs loose."""
    from xl_outcomes import commands, framework_commands

    run = commands.Run(master, None, today)
    if out is not None:
        typer.echo(f"Written: {framework_commands.write_thread(run, out)}")
    else:
        typer.echo(framework_commands.thread(run, ref))


@app.command()
def theory(
    master: Master,
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", help="A .pdf, .png or .svg file, or a folder.", show_default=False)
    ],
    today: Today = None,
) -> None:
    """Draw the theory of change: activities, outputs, outcomes, vision."""
    from xl_outcomes import commands, framework_commands

    for path in framework_commands.draw_theory(commands.Run(master, None, today), out):
        typer.echo(f"Written: {path}")


@app.command()
def benchmarks(
    master: Master,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file of other councils' figures.")],
    today: Today = None,
    by: By = None,
    dry_run: DryRun = False,
    allow_synced: Synced = False,
) -> None:
    """Take other councils' figures in from a CSV file."""
    from xl_outcomes import commands, framework_commands, output

    run = commands.Run(master, None, today, by, dry_run, allow_synced)
    summary, issues = framework_commands.take_benchmarks(run, file)
    if issues:
        output.show_issues(issues, f"{file.name}: what was left out or is odd")
    typer.echo(summary)
    end(failed=output.failed(issues))
