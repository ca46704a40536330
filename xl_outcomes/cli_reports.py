"""The commands about Word reports: written, listed, refreshed, and their templates checked."""

from pathlib import Path
from typing import Annotated

import typer

from xl_outcomes.cli_options import DryRun, Master, Period, Today, end
from xl_outcomes.errors import InputError

app = typer.Typer()


@app.command()
def report(
    master: Annotated[Path | None, typer.Argument(metavar="[MASTER]", help="The master workbook.")] = None,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="See `xl-outcomes reports MASTER`.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder to write into.")] = None,
    period: Period = None,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE", help="Your own template, for one report.")
    ] = None,
    sources: Annotated[bool, typer.Option("--sources", help="Append where each figure comes from.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF beside each, through LibreOffice.")] = False,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="TEMPLATE", help="Only check a template for mistakes.")
    ] = None,
    accessibility: Annotated[
        Path | None, typer.Option("--accessibility", metavar="FILE", help="Only check a Word file for accessibility.")
    ] = None,
    today: Today = None,
    dry_run: DryRun = False,
) -> None:
    """Write committee reports in Word, from the quarter's ratings."""
    from xl_outcomes import word_files

    if check is not None:
        mistakes = word_files.check(check, names[0] if names else None)
        _told(mistakes, check.name, failed=bool(mistakes))
    if accessibility is not None:
        found, faulty = word_files.accessibility(accessibility)
        _told(found, accessibility.name, failed=faulty)
    if check is not None or accessibility is not None:
        return
    if master is None or not names or out is None:
        fix = "xl-outcomes report MASTER NAME --out DIR; xl-outcomes reports MASTER lists the names."
        raise InputError("It is not said which report is to be written of what, or where.", fix)
    from xl_outcomes import commands, report_commands

    run = commands.Run(master, period, today, dry_run=dry_run)
    wanted = report_commands.Wanted(tuple(names), out, template, sources, pdf)
    for path in report_commands.report(run, wanted):
        typer.echo(run.say(f"{'Write' if dry_run else 'Written'}: {path}"))


@app.command()
def refresh(
    draft: Annotated[Path, typer.Argument(metavar="DRAFT", help="A report that has been edited in Word.")],
    master: Annotated[
        Path | None, typer.Option("--from", metavar="MASTER", help="The master with the new figures.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write there, and leave DRAFT as it is.")
    ] = None,
    mark: Annotated[bool, typer.Option("--mark", help="Show in yellow what has changed.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Only write a copy to publish, without what refreshing needs.")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", metavar="FILE", help="The template it was made with, if your own.")
    ] = None,
    period: Period = None,
    today: Today = None,
    dry_run: DryRun = False,
) -> None:
    """Bring the figures of an edited draft up to date, and keep every word of its author."""
    if finish:
        from xl_outcomes import word_files

        typer.echo(f"Written: {word_files.finish(draft, out)}")
        return
    if master is None:
        raise InputError("It is not said where the new figures come from.", "Name the master with --from MASTER.")
    from xl_outcomes import commands, report_commands

    run = commands.Run(master, period, today, dry_run=dry_run)
    path, lines = report_commands.refresh(run, draft, report_commands.Renewal(template, mark, out))
    for line in lines:
        typer.echo(line)
    typer.echo(run.say(f"{'Write' if dry_run else 'Written'}: {path}"))


@app.command()
def reports(master: Master) -> None:
    """List the reports that there are for a master."""
    from xl_outcomes import report_commands

    for kind in report_commands.reports(master):
        typer.echo(f"{kind.name}: {kind.title}")


def _told(found: list[str], name: str, *, failed: bool) -> None:
    for line in found or [f"{name}: nothing to correct."]:
        typer.echo(line)
    end(failed=failed)
