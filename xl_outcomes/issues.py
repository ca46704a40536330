"""What a check finds: one shape for the framework's faults, the rating's and the returns'."""

from collections.abc import Iterable
from dataclasses import dataclass

EXIT_SEVERITIES = ("error", "query")


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing found, in plain English: what and where (`message`), and what to do (`fix`).

    `severity` is error, query or warning. `table` is set for issues of the master's tables; `file` for returns.
    """

    code: str
    severity: str
    message: str
    fix: str = ""
    table: str = ""
    sheet: str = ""
    cell: str = ""
    ref: str = ""
    value: str = ""
    owner: str = ""
    file: str = ""


def blocking(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues that are more than a warning."""
    return tuple(i for i in issues if i.severity in EXIT_SEVERITIES)


def count_of(issues: Iterable[Issue], severity: str) -> int:
    """How many issues have that severity."""
    return sum(issue.severity == severity for issue in issues)
