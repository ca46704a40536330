"""The words of councils' tables: what headings mean, and what polarity, frequency, unit and rating are called."""

import re
from collections.abc import Mapping

LEAVE, ROW_KIND = "Leave", "Row kind"
TEXT_USES = (
    *("Definition", "Kind", "Measure", "Unit", "Unit label", "Decimals", "Polarity", "Frequency", "Data owner"),
    *("Service", "Responsible officer", "Portfolio holder", "Status", "Why chosen", "Data source"),
)
TIER_USES = ("Tier 1", "Tier 2", "Tier 3", "Tier 4")
TIMED_USES = ("Figure", "Target", "Amber", "Tolerance", "Rating", "Commentary", "Corrective action", "Forecast")
USES = ("Ref", "Title", *TIER_USES, *TIMED_USES, *TEXT_USES, ROW_KIND, LEAVE)
TIER = "Tier"

_HEADINGS: Mapping[str, str] = {
    "Ref": "ref|ref no|ref number|reference|reference number|no|number|id|code|indicator ref|kpi ref|pi ref|pi no"
    "|kpi no|measure ref|pi code|code|outcome ref|#|unique id",
    "Title": "indicator|indicators|performance indicator|performance indicators|key performance indicator|kpi|kpis|pi"
    "|measure|measures|performance measure|performance measures|measure of success|success measure|metric"
    "|indicator title|indicator name|measure name|pi title|title|name|description|indicator description|what we measure"
    "|how we will measure success|outcome / indicator|outcome and indicator|outcomes and indicators"
    "|outcomes / indicators|outcome/indicator|outcome or indicator|outcome / measure|outcome and measure"
    "|priority / outcome / indicator|priority, outcome, indicator|priority / outcome / measure",
    TIER: "priority|corporate priority|strategic priority|theme|outcome|outcomes|strategic outcome|intermediate outcome"
    "|priority outcome|supporting outcome|sub-outcome|sub outcome|service outcome|objective|corporate objective"
    "|strategic objective|ambition|goal|pillar|aim|priority / theme|council priority|corporate plan priority"
    "|tier 1|tier 2|tier 3|tier 4|theme/outcome",
    "Definition": "definition|technical definition|indicator definition|how measured|how is it measured"
    "|how it is calculated|calculation|formula|rationale and definition",
    "Unit": "unit|units|unit of measure|unit of measurement|measured in|measurement|unit type|data type|value type",
    "Unit label": "unit label|suffix",
    "Decimals": "decimals|decimal places|dp",
    "Kind": "kind|indicator type|tracking or influencing|tracking/influencing",
    "Measure": "measure type|type of measure|outcome or output",
    "Polarity": "polarity|good is|what is good|good to be|good performance|desired direction|desired trend|aim to"
    "|better is|high or low|bigger or smaller is better|good performance is|preferred direction|polarity / aim",
    "Frequency": "frequency|reporting frequency|reported|how often|how often reported|collection frequency"
    "|reporting period|frequency of reporting|collected|update frequency",
    "Data owner": "data owner|data provider|data contact|information owner|who reports|provided by|data lead"
    "|data provided by|data supplied by|return from",
    "Responsible officer": "responsible officer|lead officer|lead|owner|accountable officer|officer|head of service"
    "|assistant director|corporate manager|manager|pi owner|kpi owner|measure owner|indicator owner|ad lead"
    "|officer lead|responsible|accountable|director",
    "Portfolio holder": "portfolio holder|cabinet member|lead member|portfolio|executive member|member lead"
    "|cabinet lead",
    "Service": "service|team|department|directorate|service area|division|service plan",
    "Data source": "data source|source|source of data|system",
    "Why chosen": "why chosen|rationale|why it matters|reason for inclusion|why we measure this",
    "Target": "target|targets|annual target|year end target|target value|standard|ambition level|agreed target"
    "|target for year|tgt",
    "Amber": "amber|amber threshold|amber limit|lower threshold|tolerance limit|threshold|floor",
    "Tolerance": "tolerance|tolerance %|amber tolerance|variance allowed|tolerance (%)",
    "Rating": "rag|rag status|rag rating|rating|traffic light|rag (target)|performance rag|rag against target|colour"
    "|r/a/g|current rag|overall rag",
    "Status": "indicator status|measure status",
    "Commentary": "comment|comments|commentary|note|notes|narrative|explanation|update|latest note|officer comments"
    "|performance commentary|latest update|supporting commentary|context|headline",
    "Corrective action": "action|actions|corrective action|corrective actions|remedial action|remedial actions"
    "|improvement action|improvement actions|action being taken|actions to improve|what we are doing",
    "Forecast": "forecast|year end forecast|year-end forecast|forecast outturn|projected outturn|projection|predicted",
    "Figure": "actual|actuals|outturn|value|figure|result|performance|data|achieved|current|current performance|latest"
    "|latest value|current value|actual performance|year end|year-end|annual|ytd|year to date|cumulative|final|perf",
    LEAVE: "trend|direction of travel|dot|variance|change|benchmark|england average|national average|comparator"
    "|nearest neighbours|nearest neighbour average|regional average|quartile|rank|previous|direction|arrow"
    "|baseline|baseline figure",
}
_BY_HEADING = {phrase: use for use, phrases in _HEADINGS.items() for phrase in phrases.split("|")}
_LAST_RESORT = (
    ("Commentary", "comment|narrative"),
    ("Rating", "rag"),
    ("Corrective action", "remedial|corrective"),
    ("Target", "target"),
    ("Data owner", "data owner|data provider"),
    ("Portfolio holder", "portfolio holder|cabinet member"),
    ("Responsible officer", "lead officer|responsible officer|accountable"),
    ("Frequency", "frequency"),
    ("Forecast", "forecast"),
    (LEAVE, "benchmark|average|trend|travel|variance"),
    ("Title", "indicator|kpi|performance measure"),
    ("Figure", "outturn|actual"),
)

_HIGHER = (
    "higher is better|high is good|high|higher|bigger is better|bigger|up|increase|increasing|maximise|aim to maximise"
    "|more is better|up is good|higher the better|↑|▲|⬆|h|good to be high|larger is better|aim high|increase is good"
)
_LOWER = (
    "lower is better|low is good|low|lower|smaller is better|smaller|down|decrease|decreasing|minimise|aim to minimise"
    "|less is better|fewer is better|down is good|lower the better|↓|▼|⬇|l|good to be low|reduce|aim low|reduction"
    "|decrease is good"
)
_RANGE = "in range|range|within range|plan is best|on target is best|between|goldilocks"
_NEITHER = "neither|n/a|not applicable|neutral|none|monitor|monitor only|monitoring|context|contextual|no polarity|↔|►◄"
_POLARITIES = {
    **dict.fromkeys(_HIGHER.split("|"), "Higher is better"),
    **dict.fromkeys(_LOWER.split("|"), "Lower is better"),
    **dict.fromkeys(_RANGE.split("|"), "In range"),
    **dict.fromkeys(_NEITHER.split("|"), "Neither"),
}
_IN_TEXT = (
    (
        re.compile(r"\b(?:higher|bigger|larger|more|high) is (?:better|good)\b|\baim to maximise\b|↑|▲|⬆"),
        "Higher is better",
    ),
    (
        re.compile(r"\b(?:lower|smaller|less|fewer|low) is (?:better|good)\b|\baim to minimise\b|↓|▼|⬇"),
        "Lower is better",
    ),
)
_BAD = re.compile(
    r"\b(?:missed|complaints?|vacan\w+|voids?|empty|sickness|absence|arrears|overdue|delay\w*|unemploy\w+|crimes?"
    r"|costs? (?:of|per)|crime rate|homeless\w*|rough sleep\w*|temporary accommodation|waste per|residual"
    r"|emissions?|carbon|fly.?tip\w*|accidents?|injur\w+|deaths?|mortality|obes\w+|poverty|turnover"
    r"|error\w*|backlog|waiting|days (?:taken|lost|to)|time taken|average (?:time|days)|abandoned"
    r"|contamination|reoffend\w*|exclusions?|neet|debt|breaches|collisions|overspend)\b"
)
_GOOD = re.compile(
    r"\b(?:satisf\w+|recycl\w+|compost\w*|on time|in time|within (?:time|target|\d+)|completed|collected"
    r"|delivered|achiev\w+|resolved|settled|employment|occupancy|attend\w+|participat\w+|visits?"
    r"|volunteer\w*|collection rate|compliant|pass\w*|new homes|affordable homes|new businesses"
    r"|good or outstanding|improv\w+|engaged|online|supported|active|ready for school|planted)\b"
)
_FREQUENCIES = {
    **dict.fromkeys(["monthly", "m", "month", "every month", "each month"], "Monthly"),
    **dict.fromkeys(["quarterly", "q", "quarter", "every quarter", "each quarter", "3 monthly", "qtrly"], "Quarterly"),
    **dict.fromkeys(
        [
            "half-yearly",
            "half yearly",
            "six-monthly",
            "six monthly",
            "6 monthly",
            "6-monthly",
            "bi-annual",
            "biannual",
            "bi-annually",
            "biannually",
            "twice a year",
            "half year",
            "twice yearly",
            "1/2 yearly",
            "½ yearly",
        ],
        "Half-yearly",
    ),
    **dict.fromkeys(
        ["annual", "annually", "yearly", "a", "every year", "once a year", "year", "per annum", "end of year"], "Annual"
    ),
}
_UNITS = (
    ("Percentage", re.compile(r"%|\bper ?cent(?:age)?\b|\bproportion\b|^pct$")),
    (
        "Rate",
        re.compile(r"\bper [\d,]+\b|\brate\b|\bper (?:head|household|capita|employee|fte|person|resident)\b|/1,?000"),
    ),
    ("Money", re.compile(r"£|\bgbp\b|\bcosts?\b|\bincome\b|\bspend\b|\bmoney\b|\bcurrency\b|\bpounds\b|\bbudget\b|€")),
    ("Time", re.compile(r"\b(?:days?|weeks?|hours?|hrs|minutes?|mins?|seconds?|months?)\b|^time$")),
    ("Score", re.compile(r"\b(?:score|index|stars?|points)\b")),
    ("Count", re.compile(r"\b(?:number|no\.?|num|count|tonnes?|kg|homes|people|visits|units|total|households)\b|^#$")),
)
_ROW_KINDS = {
    **dict.fromkeys(["actual", "actuals", "outturn", "performance", "result", "value", "achieved"], "Figure"),
    **dict.fromkeys(["target", "targets", "plan", "planned", "profile", "profiled target"], "Target"),
    **dict.fromkeys(["rag", "rag status", "rating", "status"], "Rating"),
    **dict.fromkeys(["comment", "comments", "commentary", "notes", "narrative"], "Commentary"),
    **dict.fromkeys(["variance", "trend", "direction", "direction of travel", "last year", "previous year"], LEAVE),
}
_RATINGS = {
    **dict.fromkeys(["red", "r", "off track", "off target", "not met", "below target"], "Red"),
    **dict.fromkeys(
        ["amber", "a", "yellow", "orange", "at risk", "slightly off track", "near target", "close to target"], "Amber"
    ),
    **dict.fromkeys(["green", "g", "on track", "on target", "met", "achieved", "above target"], "Green"),
}


def tidy(text: str) -> str:
    """A text for comparing: small letters, single spaces, without marks at its ends."""
    return " ".join(text.casefold().replace("–", "-").replace("—", "-").split()).strip(" :*†‡.,-")


def use_of(heading: str) -> tuple[str, bool] | None:
    """What a heading means, and whether that is certain; None for words that are not known."""
    plain = tidy(heading)
    if plain in _BY_HEADING:
        return _BY_HEADING[plain], True
    bare = tidy(re.sub(r"\([^)]*\)", " ", plain))
    if bare in _BY_HEADING:
        return _BY_HEADING[bare], True
    if len(plain) > 60:
        return None
    found = (use for use, words in _LAST_RESORT if re.search(rf"\b(?:{words})\b", plain))
    use = next(found, None)
    return None if use is None else (use, False)


def polarity_of(text: str) -> str | None:
    """The polarity that a cell of a polarity column gives, in a word or within a sentence."""
    return polarity_word(text) or polarity_within(text)


def polarity_word(text: str) -> str | None:
    """The polarity that a text is just the name of."""
    return _POLARITIES.get(tidy(text))


def polarity_within(text: str) -> str | None:
    """The polarity that a longer text states in so many words."""
    plain = tidy(text)
    return next((polarity for pattern, polarity in _IN_TEXT if pattern.search(plain)), None)


def polarity_hint(title: str) -> tuple[str, str] | None:
    """The polarity that a title suggests, with the word that does; None where it suggests none, or both."""
    bad, good = _BAD.search(title.casefold()), _GOOD.search(title.casefold())
    if bad and not good:
        return "Lower is better", bad[0]
    return ("Higher is better", good[0]) if good and not bad else None


def frequency_of(text: str) -> str | None:
    """The frequency that a cell names."""
    return _FREQUENCIES.get(tidy(text))


def unit_of(text: str) -> str | None:
    """The unit that a text names or implies; None where it does neither."""
    plain = tidy(text)
    return next((unit for unit, pattern in _UNITS if pattern.search(plain)), None)


def time_word(text: str) -> str:
    """Days, weeks, hours, minutes … as a text says them; blank where it says none."""
    match = re.search(r"\b(days?|weeks?|hours?|minutes?|seconds?|months?)\b", text.casefold())
    return match[1].removesuffix("s") + "s" if match else ""


def row_kind_of(text: str) -> str | None:
    """What a row holds where an indicator has a row each for target, actual, rating …; Leave for a variance."""
    return _ROW_KINDS.get(tidy(text))


def rating_of(text: str) -> str | None:
    """The rating that a cell's word stands for."""
    return _RATINGS.get(tidy(text))
