"""Errors that a person can act on: what was found, where, and what to do."""


class OutcomesError(Exception):
    """Something could not be done; the message is one plain sentence and `fix` says what to do.

    Every error that reaches a user derives from this one. The command line prints `message` and `fix`
    and ends with exit code 2.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class InputError(OutcomesError, ValueError):
    """Something that a person typed or chose cannot be used: a period, a setting, a name."""


class WorkbookError(OutcomesError):
    """A master workbook lacks a table or heading, or holds what stops the work."""


class FileError(OutcomesError, OSError):
    """A file cannot be read or written. `code` is one of the file-... codes of the returns checks."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message, fix)
        self.code = code

    def __str__(self) -> str:
        return OutcomesError.__str__(self)


class TemplateError(OutcomesError):
    """A Word template holds a mistake: the message names the field or tag and the paragraph."""
