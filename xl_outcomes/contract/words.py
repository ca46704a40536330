"""The words that cells may hold, wherever a table or a rule needs them."""

RATINGS = ("Green", "Amber", "Red")
SEVERITIES = ("error", "query", "warning")
SHORTHAND = {
    "p": "provisional",
    "e": "estimated",
    "r": "revised",
    "x": "unavailable",
    "z": "not applicable",
    "c": "confidential",
}
YES_NO = ("Yes", "No")
POLARITIES = ("Higher is better", "Lower is better", "In range", "Neither")
FREQUENCIES = ("Monthly", "Quarterly", "Half-yearly", "Annual")
TOLERANCE_KINDS = ("Per cent", "Points")
ROLL_UPS = ("Average", "Worst", "Majority", "Share green")
LIVE = ("Live", "Baseline year")
