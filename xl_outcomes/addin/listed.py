"""The actions of the ribbon: the words that its launcher may send, and the module and function of each."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xl_outcomes.addin.desk import Desk

_PLACE = "xl_outcomes.addin.actions"
ACTIONS: Mapping[str, tuple[str, str]] = {
    "check": ("framework", "check"),
    "thread": ("framework", "thread"),
    "compare": ("framework", "compare"),
    "forms": ("returns", "forms"),
    "validate": ("returns", "validate"),
    "import": ("returns", "import_returns"),
    "settle": ("queries", "settle"),
    "send-back": ("returns", "send_back"),
    "withdraw": ("queries", "withdraw"),
    "who-is-late": ("queries", "who_is_late"),
    "rate": ("performance", "rate"),
    "why": ("performance", "why"),
    "override": ("performance", "override"),
    "dashboard": ("performance", "dashboard"),
    "report": ("reports", "report"),
    "open-last": ("reports", "open_last"),
    "period": ("quarter", "period"),
    "close": ("quarter", "close"),
    "undo": ("quarter", "undo"),
    "guide": ("about", "guide"),
    "about": ("about", "about"),
    "log": ("about", "log"),
}


def run(action: str, desk: "Desk") -> None:
    """Do an action of the list; what goes wrong is raised."""
    module, function = ACTIONS[action]
    getattr(importlib.import_module(f"{_PLACE}.{module}"), function)(desk)
