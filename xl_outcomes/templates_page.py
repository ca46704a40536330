"""Writes docs/templates.md anew: `python -m xl_outcomes.templates_page`."""

from xl_outcomes.reporting.templates_page import templates_page
from xl_outcomes.resources import folder

if __name__ == "__main__":
    (folder("docs") / "templates.md").write_text(templates_page(), encoding="utf-8")
