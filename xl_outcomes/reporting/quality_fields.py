"""The names that the template of the data quality report may use, each with its meaning."""

from xl_outcomes.reporting.prose import Lists, described

_NAMED = {"ref": "The indicator's ref.", "title": "Its title."}
_ANSWERS = {
    "name": "Its name.",
    "asks": "What it asks.",
    "blank": "How many indicators have no answer.",
    "worst": "The refs of those with the worst answer, or Not one.",
}
_LISTS: Lists = {
    "progress": (
        "Definitions and assessments by outcome of tier 1; the last row is all of them.",
        {
            "title": "The outcome.",
            "live": "How many live indicators it has.",
            "defined": "Of how many the definition is complete.",
            "scored": "How many have all six dimensions scored.",
            "signed": "How many are signed off.",
            "done": "How many have all three.",
            "share": "Those in per cent.",
        },
    ),
    "quality_words": (
        "The quality words, each with its number.",
        {"word": "Good, Acceptable, Poor, Part assessed or Not assessed.", "number": "How many indicators have it."},
    ),
    "tests": ("The three selection tests.", {**_ANSWERS, "yes": "How many pass.", "no": "How many fail."}),
    "dimensions": (
        "The six dimensions.",
        {**_ANSWERS, "good": "How many are Good.", "acceptable": "How many Acceptable.", "poor": "How many Poor."},
    ),
    "footing": (
        "The outcomes of tier 1 with what their rated indicators rest on.",
        {
            "title": "The outcome.",
            "rating": "Its rating.",
            "colour": "The colour that goes with it.",
            "rated": "How many of its indicators are rated.",
            "sound": "How many of these rest on Good or Acceptable data.",
            "poor": "How many on Poor data.",
            "open": "How many on data that is not or only part assessed.",
        },
    ),
    "resting": (
        "The ratings that rest on poor data, Reds first.",
        {
            **_NAMED,
            "rating": "Its rating.",
            "colour": "The colour that goes with it.",
            "figure": "Its figure; never a confidential one.",
            "poor": "The dimensions that are Poor.",
            "action": "The improvement action.",
        },
    ),
    "improvements": (
        "The data improvement list.",
        {
            **_NAMED,
            "why": "Why it is listed.",
            "action": "The improvement action.",
            "officer": "The responsible officer.",
            "owner": "The data owner.",
        },
    ),
    "signed_since": (
        "What has been signed off since the last report.",
        {**_NAMED, "quality": "Its quality word.", "by": "Who signed it off.", "on": "When."},
    ),
    "unfinished": (
        "What does not count towards the aim yet.",
        {**_NAMED, "left": "What is left to do.", "officer": "The responsible officer.", "owner": "The data owner."},
    ),
    "owing": (
        "The data owners whose figures have not all come.",
        {
            "owner": "The data owner.",
            "missing": 'How many figures are missing: "2 of 5".',
            "due": "When they were due, and how late they are.",
            "figures": "The missing figures, a paragraph each.",
        },
    ),
    "all_by_outcome": ("The outcomes of tier 1, each with its live indicators.", {"title": "The outcome."}),
    "all_by_outcome.rows": (
        "Its live indicators.",
        {
            **_NAMED,
            "definition": "How far the definition has come.",
            "quality": "The quality word with what is Poor.",
            "tests": "The selection tests.",
            "signed": "Who signed it off and when.",
        },
    ),
}
_PLAIN = {
    "tier_name": "What the council calls an outcome of tier 1.",
    "tier": "What the council calls an outcome of tier 1, in small letters.",
    "tiers": "The same in the plural.",
    "aim": 'The aim: "90%".',
    "assessed": "Whether any assessment is recorded.",
    "data_quality": "Narrative, section Data quality.",
    "progress_summary": "Paragraphs on definitions and assessments against the aim.",
    "found_summary": "Paragraphs on what the assessments say.",
    "reading": "Paragraphs: what to bear in mind when reading the ratings.",
    "since_heading": 'The heading of what has changed: "Changes since 2014/15 Q2".',
    "since_summary": "Paragraphs on what has changed since the last report.",
    "improvement_summary": "A paragraph that leads to the improvement actions, or says that there are none.",
    "unfinished_summary": "A paragraph that leads to what is left to do.",
    "completeness": 'How much of the data has come: "112 of 119 figures received (94%)".',
    "data_summary": "Paragraphs on data received and late.",
    "staffing": "Narrative, section Staffing.",
}
NAMES = described(_PLAIN, _LISTS)
