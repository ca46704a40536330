"""Help: the guide, what this is, and the log of what failed."""

import sys

from xl_outcomes.addin.desk import Desk


def guide(desk: Desk) -> None:
    """Opens the guide for officers."""
    from markdown_it import MarkdownIt

    from xl_outcomes.new_files import write_new
    from xl_outcomes.resources import guide as text

    body = MarkdownIt("commonmark").enable("table").render(text())
    page = f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Outcomes: guide</title>{_LOOK}{body}</html>'
    desk.talk.show(write_new(desk.memory.folder / "guide.html", page.encode()))


def about(desk: Desk) -> None:
    """Says which version this is, what runs it, and where its log is."""
    from importlib.metadata import version

    lines = (
        f"xl-outcomes {version('xl-outcomes')}: outcomes frameworks for councils.",
        f"Python {sys.version.split()[0]} at {sys.executable}",
        f"Log: {desk.memory.log}",
        "Free software under the MIT licence. It uses no account and no network service.",
    )
    desk.talk.tell("\n".join(lines))


def log(desk: Desk) -> None:
    """Opens the log, where each failure stands under its reference."""
    if desk.memory.log.is_file():
        desk.talk.show(desk.memory.log)
    else:
        desk.talk.tell(
            "Nothing has failed so far, so there is no log. What was done to the master is on its sheet Log."
        )


_LOOK = """<style>
body { font: 17px/1.5 Calibri, Arial, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #222 }
code { background: #f2f2f2; padding: 0 .2em } td, th { border: 1px solid #bbb; padding: .3em .6em; text-align: left }
table { border-collapse: collapse }
</style>"""
