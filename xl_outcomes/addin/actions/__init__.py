"""The actions of the ribbon, each a function of a `Desk` in one of the modules here.

They import what they need when they run, so that a button starts quickly. With the xlwings add-in,
`RunPython "import xl_outcomes.addin.actions as a; a.rate()"` does the same as the button.
"""

from collections.abc import Callable

from xl_outcomes.addin.listed import ACTIONS


def __getattr__(name: str) -> Callable[[], int]:
    """An action as a function without arguments, for RunPython."""
    action = next((a for a, (_, function) in ACTIONS.items() if function == name), None)
    if action is None:
        raise AttributeError(f"module {__name__} has no attribute {name}")

    def start() -> int:
        from xl_outcomes.addin.__main__ import click

        return click(action)

    return start
