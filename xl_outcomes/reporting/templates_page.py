"""The page docs/templates.md, made from the code that fills the templates.

`python -m xl_outcomes.templates_page` writes it anew; a test compares.
"""

from collections.abc import Iterator, Mapping

from xl_outcomes.reporting.documents import field_list
from xl_outcomes.reporting.fields import FIELDS
from xl_outcomes.reporting.registry import ReportKind, reports

_INTRODUCTION = """# Word templates

A report is written from a Word template in `docx_templates/`, which anybody can edit in Word: type, delete, move and
format as you like. What stands in double braces is filled in: `{{ council }}` becomes the council's name. Copy a
template, change the copy, and check it before you use it:

    xl-outcomes report --check my-template.docx

The check names every field that is not known, with its paragraph and what was probably meant.

| tag | what it does |
|---|---|
| `{{ name }}` | shows a field, in the formatting of the tag |
| `{%p for r in missing %}` … `{%p endfor %}` | repeats the paragraphs between; each tag has its own paragraph |
| `{%tr for r in missing %}` … `{%tr endfor %}` | repeats the table rows between; each tag has its own row |
| `{{ r.title }}` | inside such a loop, a field of the row |
| `{%p if risks %}` … `{%p endif %}` | leaves the paragraphs between them out where there is nothing to show |
| `{% cellbg r.colour %}` | gives a table cell the colour of a rating; the word stays in it |

A field after a dot belongs to the list before the dot. Lists of paragraphs are looped over as well:
`{%p for text in summary %}`, then `{{ text }}`. Templates show fields and nothing else: they cannot calculate, call
anything or read files. A template with a mistake gives an error that names the paragraph, and no report.
"""


def templates_page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_INTRODUCTION, *_common(), *(line for kind in reports() for line in _kind(kind))]) + "\n"


def _common() -> Iterator[str]:
    yield "## Every report\n"
    yield from _table(FIELDS)


def _kind(kind: ReportKind) -> Iterator[str]:
    own = {name: meaning for name, meaning in field_list(kind).items() if name not in FIELDS}
    yield f"\n## {kind.name}\n"
    yield f"{kind.title}. Template: `docx_templates/{kind.template}`.\n"
    if own:
        yield from _table(own)
    else:
        yield "The fields of every report."


def _table(fields: Mapping[str, str]) -> Iterator[str]:
    yield "| field | meaning |\n|---|---|"
    for name, meaning in fields.items():
        yield f"| `{name}` | {meaning.replace('|', '/')} |"
