"""The names that the template of the scrutiny report may use beyond the common ones, each with its meaning."""

from collections.abc import Mapping

from xl_outcomes.reporting.fields import FIELDS as COMMON

MOST_CHARTS = 10  # outcomes with a chart of their own


def inside(name: str, meanings: Mapping[str, str]) -> dict[str, str]:
    """The names of a list's rows under the list's own name."""
    return {f"{name}.{field}": meaning for field, meaning in meanings.items()}


def common_rows(name: str, own: str) -> dict[str, str]:
    """The meanings that a common list has, for a list of this report that holds the same rows."""
    rows = {field.removeprefix(f"{name}."): text for field, text in COMMON.items() if field.startswith(f"{name}.")}
    return inside(own, rows)


_SUPPORTING = {
    "ref": "Its ref.",
    "title": "Its title.",
    "role": "The council's role: Lead, Support, Influence or Advocate; Not given.",
    "rating": "Its rating in words, with an asterisk where an officer replaced it.",
    "colour": "The colour that goes with the rating.",
    "coverage": "How many of the indicators under it are rated.",
    "partners": "Its partners in words; Not named.",
}
_BENCHMARK = {
    "ref": "The indicator's ref.",
    "title": "Its title.",
    "figure": "The council's figure with its unit.",
    "period": "The quarter of the figures.",
    "mean": "The mean of the others.",
    "rank": 'Its rank: "3rd of 16"; Not ranked.',
    "quartile": "Top, Second, Third or Bottom; Not ranked.",
    "near": "Its rank among the nearest neighbours, or the narrowest other group.",
}
_OUTCOME = {
    "number": "Its place in the list, from 1.",
    "opens_apart": "Not blank at the first outcome of organisational measures.",
    "aim": "The outcome in a sentence; blank where Outcomes has no statement.",
    "has_roles": "Not blank where the master says what the council's role or partners are.",
    "support_intro": "A sentence that leads to the supporting outcomes.",
    "supporting": "The outcomes right below it.",
    "partners": "A sentence about its partners; blank without any.",
    "strategies": "The strategies that it is tied to, a line each.",
    "attention_intro": "A sentence that leads to the Red and Amber indicators, or says that there are none.",
    "attention": "Indicators rated Red and then those rated Amber, on this quarter's figures.",
    "carried_lines": "Red and Amber ratings that are carried from an earlier quarter, a line each.",
    "improved_lines": "What improved, a line each, with the commentary.",
    "worsened_lines": "What worsened, a line each, with the reason.",
    "benchmark_intro": "Sentences about the comparison with other councils; blank without any.",
    "near_heading": "The name of the group of the column of nearest neighbours.",
    "benchmarks": "The indicators that can be compared with other councils.",
    "improved_lead": "A sentence that leads to what improved.",
    "worsened_lead": "A sentence that leads to what worsened.",
    "money_words": "Sentences on its money; blank where none is tied to it.",
    "delivery_words": "Sentences on its activities; blank without any.",
    "risk_words": "A sentence on its risks; blank without any.",
    "delivery_lines": "Activities at risk, delayed or past their date, a line each.",
}
_OWN = {
    "committee_line": 'The committee and the day: "Scrutiny Commission: 12 June 2019".',
    "report_of": "Whom the report is from, in a line.",
    "outcome_word": "What the council calls a tier 1 outcome.",
    "supporting_word": "What the council calls a tier 2 outcome.",
    "policy": "Narrative, section Policy framework.",
    "scrutiny_background": "Narrative, section Background.",
    "has_organisation": "Not blank where organisational measures are counted apart.",
    "organisation_counts": "Their counts in a line.",
    "organisation_rows": "The tier 1 outcomes of organisational measures.",
    "council_rows": "The other tier 1 outcomes.",
    "comparison": "Paragraphs on the comparison with other councils; empty without any.",
    "quartiles": "How many indicators are in which quartile.",
    "outcome_sections": "The tier 1 outcomes with all that is said about them; the names of `priorities` too.",
    "money_intro": "Paragraphs on the money; empty without any.",
    "money_rows": "The money of each tier 1 outcome, in thousands of pounds.",
    "role_intro": "A sentence on the money by the council's role; blank without roles.",
    "role_rows": "The money by the council's role.",
    "corner_intro": "Sentences on spend against results; blank without money.",
    "corner_lines": "The outcomes of each corner, a line each.",
    "delivery_intro": "Paragraphs on the delivery plan; empty without one.",
    "delivery_rows": "The delivery plan by tier 1 outcome.",
    "risk_intro": "A sentence that leads to the risks.",
    "risk_rows": "The risks, the highest first.",
    "tag_intro": "A sentence that leads to principles and cross-cutting priorities; blank without any.",
    "tag_rows": "Principles and cross-cutting priorities.",
    "completeness": 'How many figures came in: "112 of 119 figures received (94%) for 2025/26 Q1."',
    "data_paragraphs": "Paragraphs on how complete and how sure the figures are.",
    "timetable": "Narrative, section Timetable; empty where nobody wrote it.",
    "background_papers": "Narrative, section Background papers or documents.",
    "circulation": "Narrative, section Circulation.",
    "partnership": "Narrative, section Partnership working.",
}
_MONEY = {
    "title": "The outcome's title.",
    "rating": "Its rating in words.",
    "colour": "The colour that goes with it.",
    "budget": "The budget for the year.",
    "forecast": "What is expected at the year end.",
    "spent": "What was spent from April on.",
    "variance": "Forecast less budget, with + or - before it.",
    "share": "Its share of the budget.",
}
_ROLE = {
    "role": "The role.",
    "outcomes": "How many supporting outcomes have it.",
    "budget": "The budget tied to them.",
    "share": "Its share of the budget.",
    "ratings": "Their ratings in words.",
}
_DELIVERY = {
    "title": "The outcome's title.",
    "all": "How many activities.",
    "complete": "How many are complete.",
    "on_track": "How many are on track.",
    "at_risk": "How many are at risk.",
    "delayed": "How many are delayed.",
    "not_started": "How many are not started.",
}
_RISK = {
    "ref": "Its number in the register.",
    "risk": "The risk.",
    "level": "High, Medium or Low, with likelihood and impact.",
    "mitigation": "What is done about it.",
    "outcomes": "The refs that it is tied to.",
}
_TAG = {
    "tag": "The principle or priority.",
    "outcomes": "How many outcomes have it.",
    "rating": "Its rating, rolled up from them.",
    "colour": "The colour that goes with it.",
    "ratings": "Their ratings in words.",
    "reds": "How many Red indicators are under them.",
}
_QUARTILE = {"quartile": "Top, Second, Third or Bottom.", "count": "How many indicators.", "names": "Which."}

FIELDS: Mapping[str, str] = {
    **_OWN,
    **inside("outcome_sections", _OUTCOME),
    **common_rows("priorities", "outcome_sections"),
    **inside("outcome_sections.supporting", _SUPPORTING),
    **common_rows("priorities.reds", "outcome_sections.attention"),
    **inside("outcome_sections.benchmarks", _BENCHMARK),
    **common_rows("priorities", "council_rows"),
    **common_rows("priorities", "organisation_rows"),
    **inside("quartiles", _QUARTILE),
    **inside("money_rows", _MONEY),
    **inside("role_rows", _ROLE),
    **inside("delivery_rows", _DELIVERY),
    **inside("risk_rows", _RISK),
    **inside("tag_rows", _TAG),
    **{f"benchmark_chart_{n}": f"Picture: outcome {n} among other councils." for n in range(1, MOST_CHARTS + 1)},
    "corner_chart": "Picture: spend against results in four corners.",
    "rag_chart": COMMON["rag_chart"],
}
