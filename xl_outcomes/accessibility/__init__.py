"""The accessibility of Word documents, ours or others': checked against the list in docs/accessible-documents.md.

`check_document` gives the findings, `lines` prints them, `has_faults` says whether the check fails (exit code 1).
"""

from xl_outcomes.accessibility.check import check_document
from xl_outcomes.accessibility.findings import Finding, Rule, Severity, has_faults, lines
from xl_outcomes.accessibility.rules import RULES

__all__ = ["RULES", "Finding", "Rule", "Severity", "check_document", "has_faults", "lines"]
