"""The rating rules a second time, in the plainest words: the tests hold the real implementation against this one.

Nothing here is shared with the package, nothing is remembered between two questions, and every sentence of the rules
is written where it is used. "Reading:" marks a place where the sentence had to be interpreted.
"""

import datetime
import re
import unicodedata
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Period = tuple[str, int]  # ("Q", year * 4 + 0..3) or ("M", year * 12 + 0..11)

NEEDED = ("Settings", "Outcomes", "Indicators", "Targets", "Observations")
SHOWN = ("Baseline year", "Data only", "Target to be confirmed", "Rated")
DUE = ("Rated", "Overdue", "Awaiting", "Incomplete", "Unavailable", "Target to be confirmed")
COLOURS = ("Green", "Amber", "Red")
POINTS = {"Green": Fraction(1), "Amber": Fraction(1, 2), "Red": Fraction(0)}
DEFAULTS: Row = {
    "RAG scheme": "Tolerance", "Tolerance": 10, "Tolerance kind": "Per cent", "Rate on": "As displayed",
    "No-change band": 0, "Roll-up": "Average", "Green at": 0.75, "Amber at": 0.40, "Green over red": "No",
    "Minimum coverage": 0.5, "Carry forward": 3, "Return due days": 20,
}  # fmt: skip
METHODS = ("Average", "Worst", "Majority", "Share green")
INDICATOR_WORDS = {
    "Kind": ("Tracking", "Influencing", "Contextual", "Organisational"),
    "Measure": ("Outcome", "Output", "Input", "How much", "How well", "Better off"),
    "Unit": ("Count", "Percentage", "Money", "Rate", "Time", "Score", "Other"),
    "Polarity": ("Higher is better", "Lower is better", "In range", "Neither"),
    "Frequency": ("Monthly", "Quarterly", "Half-yearly", "Annual"),
    "Calculation": ("Value", "Ratio"),
    "Aggregation": ("Latest", "Sum", "Mean"),
    "Report as": ("In period", "Year to date"),
    "Status": (None, "Live", "Baseline year", "Proposed", "In development", "Deleted"),
    "Due quarter": (None, "Q1", "Q2", "Q3", "Q4"),
}
RESULT_HEADINGS = (
    "Period", "Indicator", "Value", "Target", "Amber limit", "State", "Rating", "Calculated rating", "Previous",
    "Direction", "Last year", "Direction on year", "Forecast", "Forecast rating", "Carried from", "Target from",
    "Flags",
)  # fmt: skip


def rate(tables: Tables, period: str, today: datetime.date) -> dict[str, Any]:
    """Results, roll-up and the refs in Framework error for one quarter; a missing table or a circular tree stops it."""
    for name in NEEDED:
        if name not in tables:
            raise ValueError(f"There is no table {name}.")
    return Naive(tables, today).quarter(quarter_of(period))


# ---- cells ----


def clean(cell: Any) -> Any:
    """Texts are NFKC-normalised and stripped; an empty text is a blank."""
    if isinstance(cell, str):
        return unicodedata.normalize("NFKC", cell).strip() or None
    return cell


def number(cell: Any) -> Fraction | None:
    """A number at 15 significant digits; also from a text that is plainly a number; else None."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        text = format(cell, ".15g")
        return Fraction(text) if "n" not in text else None  # neither nan nor inf
    return number_in_text(cell) if isinstance(cell, str) else None


def number_in_text(text: str) -> Fraction | None:
    # Reading: "plainly a number" is what §9 converts: 1,234 · £1,000 · 45% (45) · (12.5) (minus 12.5) · spaces.
    text = "".join(text.split())
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1]
    if text.startswith("-"):
        sign, text = -sign, text[1:]
    text = text.removeprefix("£").removesuffix("%")
    if not re.fullmatch(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|\.\d+", text):
        return None
    return sign * round15(Fraction(text.replace(",", "")))


def round15(x: Fraction) -> Fraction:
    if x == 0:
        return x
    shift = Fraction(1)
    while abs(x) * shift < 10**14:
        shift *= 10
    while abs(x) * shift >= 10**15:
        shift /= 10
    return round_half_away(x * shift, 0) / shift


def round_half_away(x: Fraction, decimals: int) -> Fraction:
    whole = int(abs(x) * 10**decimals + Fraction(1, 2))
    return Fraction(whole if x > 0 else -whole, 10**decimals)


def same(a: Fraction, b: Fraction) -> bool:
    """Two figures are equal when they agree to 15 significant digits."""
    return round15(a) == round15(b)


def at_least(a: Fraction, b: Fraction) -> bool:
    return a > b or same(a, b)


# ---- periods ----


def period_of(text: Any) -> Period | None:
    """A quarter or month as people type it, or None."""
    for pattern in (r"(\d{4})[/-](\d\d)\s+([QM])(\d\d?)", r"([QM])(\d\d?)\s+(\d{4})[/-](\d\d)"):
        found = re.fullmatch(pattern, text, re.IGNORECASE) if isinstance(text, str) else None
        if found:
            parts = found.groups()
            year, end, kind, nth = parts if parts[0].isdigit() else (*parts[2:], *parts[:2])
            per_year = 4 if kind.upper() == "Q" else 12
            if (int(year) + 1) % 100 == int(end) and 1 <= int(nth) <= per_year:
                return kind.upper(), int(year) * per_year + int(nth) - 1
    return None


def quarter_of(text: Any) -> int:
    period = period_of(text)
    if period is None or period[0] != "Q":
        raise ValueError(f"{text!r} is not a quarter.")
    return period[1]


def quarter_or_none(text: Any) -> int | None:
    period = period_of(text)
    return period[1] if period and period[0] == "Q" else None


def key_of(quarter: int) -> str:
    year = quarter // 4
    return f"{year}/{(year + 1) % 100:02} Q{quarter % 4 + 1}"


def last_day(quarter: int) -> datetime.date:
    year, nth = quarter // 4, quarter % 4
    return [
        datetime.date(year, 6, 30),
        datetime.date(year, 9, 30),
        datetime.date(year, 12, 31),
        datetime.date(year + 1, 3, 31),
    ][nth]


def received_at(cell: Any) -> datetime.datetime:
    """When a row was received; blank is earliest (Reading: so is what cannot be read)."""
    if isinstance(cell, str):
        try:
            cell = datetime.datetime.fromisoformat(cell)
        except ValueError:
            cell = None
    if isinstance(cell, datetime.datetime):
        return cell.replace(tzinfo=None)
    return datetime.datetime(cell.year, cell.month, cell.day) if cell else datetime.datetime.min


def alive(outcome: Row) -> bool:
    """Live is status blank or Live. Reading: everything else, Proposed too, is dead."""
    return outcome.get("Status") in (None, "Live")


def ref_text(ref: Any) -> str:
    return ref if isinstance(ref, str) else format(ref, ".15g")


class Naive:
    """One framework and its history, asked afresh for every question."""

    def __init__(self, tables: Tables, today: datetime.date) -> None:
        cleaned = {name: [{h: clean(c) for h, c in row.items()} for row in rows] for name, rows in tables.items()}
        self.today = today
        self.outcomes, self.indicators = cleaned["Outcomes"], cleaned["Indicators"]
        self.targets, self.observations = cleaned["Targets"], cleaned["Observations"]
        self.overrides = cleaned.get("Overrides", [])
        self.settings = dict(DEFAULTS)
        for row in cleaned["Settings"]:
            if row.get("Value") is not None:
                self.settings[str(row.get("Setting"))] = row["Value"]

    def quarter(self, quarter: int) -> dict[str, Any]:
        self.refuse_circles()
        pairs = [(row, self.result(row, quarter)) for row in self.indicators if row.get("Ref") is not None]
        outcomes = [row for row in self.outcomes if alive(row) and not self.wrong_outcome(row)]
        bad = {result["Indicator"] for _, result in pairs if result["State"] == "Framework error"}
        # Reading: a Proposed or Deleted outcome is checked like any other, so it can be in `bad` too.
        bad |= {ref_text(r["Ref"]) for r in self.outcomes if r.get("Ref") is not None and self.wrong_outcome(r)}
        rollup = [self.roll(row, pairs, quarter)["row"] for row in outcomes]
        return {"results": [result for _, result in pairs], "rollup": rollup, "bad": bad}

    def setting(self, name: str) -> Fraction:
        found = number(self.settings[name])
        if found is None:
            raise ValueError(f"Setting {name} is not a number.")
        return found

    # ---- §8: is the row right? ----

    def refuse_circles(self) -> None:
        for start in self.outcomes:
            seen, ref = [start.get("Ref")], start.get("Parent")
            while ref is not None:
                if ref in seen:
                    raise ValueError(f"The outcomes run in a circle at {ref}.")
                seen.append(ref)
                ref = next((row.get("Parent") for row in self.outcomes if row.get("Ref") == ref), None)

    def wrong_outcome(self, row: Row) -> bool:
        ref, parent, tier = row.get("Ref"), row.get("Parent"), number(row.get("Tier"))
        # Reading: of two rows with one ref both are wrong, since nobody can say which is meant.
        if not isinstance(ref, str) or sum(other.get("Ref") == ref for other in self.outcomes) > 1:
            return True
        # Reading: a blank Council role or Roll-up is allowed, a blank Tier is outside 1-4.
        words_right = (
            row.get("Status") in (None, "Live", "Proposed", "Deleted")
            and row.get("Roll-up") in (None, *METHODS)
            and row.get("Council role") in (None, "Lead", "Support", "Influence", "Advocate")
        )
        if tier not in (1, 2, 3, 4) or not words_right or wrong_number(row.get("Weight")):
            return True
        if tier == 1:
            return parent is not None
        # Reading: a parent whose own row is wrong, but which is live and one tier up, does not make its child wrong.
        above = [other for other in self.outcomes if parent is not None and other.get("Ref") == parent]
        return not any(alive(other) and number(other.get("Tier")) == tier - 1 for other in above)

    def wrong_indicator(self, row: Row) -> bool:
        ref, decimals = row.get("Ref"), number(row.get("Decimals"))
        if not isinstance(ref, str) or sum(other.get("Ref") == ref for other in self.indicators) > 1:
            return True
        # Reading: "dead" is not live. An outcome that is live but whose own row is wrong is known and not dead.
        if not any(o.get("Ref") == row.get("Outcome") and alive(o) for o in self.outcomes if o.get("Ref") is not None):
            return True
        if any(row.get(heading) not in words for heading, words in INDICATOR_WORDS.items()):
            return True
        if decimals is None or decimals.denominator != 1 or decimals < 0:
            return True
        if row.get("Live from") is not None and quarter_or_none(row["Live from"]) is None:
            return True
        # Reading: a text in a number's cell is a word that is not allowed; so is a weight or lag below 0.
        if wrong_number(row.get("Weight")) or wrong_number(row.get("Lag days")) or wrong_number(row.get("Per")):
            return True
        return bool(row["Calculation"] == "Ratio" and row["Aggregation"] == "Mean")

    def wrong_target(self, indicator: Row, row: Row) -> bool:
        start = quarter_or_none(row.get("From"))
        twice = [r for r in self.targets if r.get("Indicator") == indicator["Ref"]]
        if start is None or sum(quarter_or_none(r.get("From")) == start for r in twice) > 1:
            return True  # Reading: of two rows for one period both are wrong.
        if row.get("Tolerance kind") not in (None, "Per cent", "Points") or row.get("Profile") not in (None, "Even"):
            return True
        if wrong_number(row.get("Tolerance")):
            return True
        if any(
            not to_confirm(row.get(h)) and number(row.get(h)) is None for h in ("Target", "Amber", "Lower", "Upper")
        ):
            return True
        target, amber, lower, upper = (number(row.get(h)) for h in ("Target", "Amber", "Lower", "Upper"))
        if indicator["Polarity"] == "In range":  # Target and Amber are not used
            return lower is not None and upper is not None and lower > upper
        if target is None or amber is None:
            return False
        # Reading: an Amber equal to the Target is not on the green side: there is just no amber band.
        return (indicator["Polarity"] == "Higher is better" and amber > target) or (
            indicator["Polarity"] == "Lower is better" and amber < target
        )

    # ---- §4: the row in force ----

    def rows_in_force(self, indicator: Row, quarter: int) -> list[Row]:
        """The rows with the latest From up to this quarter: one, or several if a period is given twice."""
        mine = [row for row in self.targets if row.get("Indicator") == indicator["Ref"]]
        # Reading: nobody can say when a row without a readable From is in force: it spoils every quarter.
        lost = [row for row in mine if quarter_or_none(row.get("From")) is None]
        starts = [quarter_or_none(row.get("From")) for row in mine]
        begun = [start for start in starts if start is not None and start <= quarter]
        if not begun:
            return lost
        start = max(begun)
        if indicator["Report as"] == "Year to date" and start // 4 != quarter // 4:
            return lost  # no longer than the end of its financial year
        return lost + [row for row in mine if quarter_or_none(row.get("From")) == start]

    def target_row(self, indicator: Row, quarter: int) -> Row | None:
        """The right row in force, or None where there is none or it is wrong."""
        rows = self.rows_in_force(indicator, quarter)
        return rows[0] if rows and not any(self.wrong_target(indicator, row) for row in rows) else None

    def held_to(self, indicator: Row, row: Row, quarter: int, whole_year: bool) -> tuple[Fraction | None, ...]:
        """Target and amber limit that a figure of this quarter is held to (None where there is none)."""
        target, amber = number(row.get("Target")), number(row.get("Amber"))
        if indicator["Polarity"] == "In range":
            return None, None  # Target and Amber are not used
        # Reading: Even on any other kind of indicator changes nothing: its target is taken as it stands.
        cumulative = indicator["Report as"] == "Year to date" and indicator["Aggregation"] == "Sum"
        scaled = cumulative and indicator["Calculation"] == "Value" and indicator["Frequency"] != "Annual"
        share = Fraction(quarter % 4 + 1, 4)
        if row.get("Profile") == "Even" and scaled and not whole_year:
            target = target * share if target is not None else None
            amber = amber * share if amber is not None else None
        if target is None or indicator["Polarity"] == "Neither":
            return target, None  # Reading: without a target, or a better side, there is no amber limit to show
        if amber is not None or self.settings["RAG scheme"] == "Floor":
            return target, amber
        side = -1 if indicator["Polarity"] == "Higher is better" else 1
        return target, target + side * self.tolerance(row, target)

    def tolerance(self, row: Row, base: Fraction) -> Fraction:
        own = number(row.get("Tolerance"))
        amount = own if own is not None else self.setting("Tolerance")
        kind = row.get("Tolerance kind") or self.settings["Tolerance kind"]
        return amount if kind == "Points" else amount / 100 * abs(base)

    # ---- §1 and §2: from observations to the figure ----

    def live_in(self, indicator: Row, quarter: int) -> bool:
        return indicator.get("Live from") is None or quarter >= quarter_of(indicator["Live from"])

    def due_in(self, indicator: Row, quarter: int) -> bool:
        nth = quarter % 4 + 1
        due = {"Monthly": (1, 2, 3, 4), "Quarterly": (1, 2, 3, 4), "Half-yearly": (2, 4)}
        own = (int((indicator.get("Due quarter") or "Q4")[1]),)
        return nth in due.get(indicator["Frequency"], own) and self.live_in(indicator, quarter)

    def last_due_before(self, indicator: Row, quarter: int) -> int | None:
        return next((q for q in range(quarter - 1, quarter - 5, -1) if self.due_in(indicator, q)), None)

    def periods_in(self, indicator: Row, quarter: int) -> list[Period]:
        if indicator["Frequency"] == "Monthly":
            return [("M", quarter * 3), ("M", quarter * 3 + 1), ("M", quarter * 3 + 2)]
        return [("Q", quarter)]

    def window(self, indicator: Row, quarter: int) -> list[Period]:
        first = quarter // 4 * 4 if indicator["Report as"] == "Year to date" else quarter
        quarters = [q for q in range(first, quarter + 1) if self.due_in(indicator, q)]
        return [period for q in quarters for period in self.periods_in(indicator, q)]

    def counts(self, indicator: Row, row: Row) -> bool:
        if row.get("Superseded") == "Yes":
            return False
        if code_of(row) in ("x", "z", "c"):
            return True  # Reading: the code stands whatever is beside it, also a numerator over 0
        # Reading: a code that nobody declared neither helps nor hurts the figure beside it.
        if indicator["Calculation"] == "Ratio" and has_pair(row):
            return number(row["Denominator"]) != 0 or number(row["Numerator"]) == 0  # Reading: also beside a Value
        return number(row.get("Value")) is not None

    def observation(self, indicator: Row, period: Period) -> Row | None:
        """The council's own row that counts for one period: the later Received, then the later row."""
        best: Row | None = None
        for row in self.observations:
            mine = row.get("Indicator") == indicator["Ref"] and row.get("Area") is None
            if (
                mine
                and period_of(row.get("Period")) == period
                and self.counts(indicator, row)
                and (best is None or received_at(row.get("Received")) >= received_at(best.get("Received")))
            ):
                best = row
        return best

    def figure(self, indicator: Row, quarter: int) -> tuple[str, Fraction | None, list[Row]]:
        """What the window gives: a word, the unrounded figure if the word is "figure", and the rows used."""
        window = self.window(indicator, quarter)
        own = self.periods_in(indicator, quarter)
        if indicator["Aggregation"] == "Latest":
            window = own = window[-1:]
        rows = [self.observation(indicator, period) for period in window]
        if all(self.observation(indicator, period) is None for period in own):
            return "no observation", None, []
        codes = [code_of(row) if row else "missing" for row in rows]
        if "c" in codes:
            return "Confidential", None, []
        if all(code == "z" for code in codes):
            return "Not applicable", None, []
        rest = [row for row, code in zip(rows, codes, strict=True) if code != "z"]
        if all(row is not None and code_of(row) == "x" for row in rest):
            return "Unavailable", None, []
        used = [row for row in rest if row is not None and code_of(row) != "x"]
        if len(used) < len(rest):
            return "Incomplete", None, []
        return self.aggregate(indicator, used)

    def aggregate(self, indicator: Row, used: list[Row]) -> tuple[str, Fraction | None, list[Row]]:
        if indicator["Calculation"] == "Value":
            values = [number(row["Value"]) or Fraction(0) for row in used]
            return "figure", sum(values, Fraction(0)) / (len(values) if indicator["Aggregation"] == "Mean" else 1), used
        # Reading: one period is needed where the window, less the periods marked z, is one.
        if len(used) == 1 and not has_pair(used[0]):
            return "figure", number(used[0]["Value"]), used
        if not all(has_pair(row) for row in used):
            return "Incomplete", None, []
        top = sum((number(row["Numerator"]) or Fraction(0) for row in used), Fraction(0))
        bottom = sum((number(row["Denominator"]) or Fraction(0) for row in used), Fraction(0))
        if bottom == 0:  # Reading: denominators that cancel out under other numerators give no figure either
            return ("Not applicable" if top == 0 else "Incomplete"), None, []
        per = number(indicator.get("Per"))
        per = per if per is not None else Fraction(100 if indicator["Unit"] == "Percentage" else 1)
        return "figure", top / bottom * per, used

    # ---- §3: the state ----

    def state(self, indicator: Row, quarter: int) -> tuple[str, Fraction | None, list[Row]]:
        """State, unrounded figure (only in the last four states), rows used; the first match wins."""
        # Reading: a wrong row is looked for before anything else, so a Deleted indicator on a dead outcome, or with
        # a wrong target row in force, is a Framework error. A wrong target row counts only while it is in force.
        if self.wrong_indicator(indicator):
            return "Framework error", None, []
        if any(self.wrong_target(indicator, row) for row in self.rows_in_force(indicator, quarter)):
            return "Framework error", None, []
        if indicator.get("Status") == "Deleted":
            return "Deleted", None, []
        if indicator.get("Status") in ("In development", "Proposed") or not self.live_in(indicator, quarter):
            return "In development", None, []
        if not self.due_in(indicator, quarter):
            return "Not due", None, []
        word, raw, used = self.figure(indicator, quarter)
        if word == "no observation":
            days = self.setting("Return due days") + (number(indicator.get("Lag days")) or 0)
            deadline = last_day(quarter) + datetime.timedelta(days=int(days))
            return ("Overdue" if self.today > deadline else "Awaiting"), None, []
        if word != "figure":
            return word, None, []
        return self.state_with_figure(indicator, quarter), raw, used

    def state_with_figure(self, indicator: Row, quarter: int) -> str:
        if indicator.get("Status") == "Baseline year":
            return "Baseline year"
        if indicator["Kind"] == "Contextual" or indicator["Polarity"] == "Neither":
            return "Data only"
        row = self.target_row(indicator, quarter)
        headings = ("Lower", "Upper") if indicator["Polarity"] == "In range" else ("Target",)
        if row is None or any(number(row.get(heading)) is None for heading in headings):
            return "Target to be confirmed"
        return "Rated"

    def displayed(self, indicator: Row, raw: Fraction) -> Fraction:
        return round_half_away(raw, int(number(indicator["Decimals"]) or 0))

    def basis(self, indicator: Row, raw: Fraction) -> Fraction:
        """The figure as `Rate on` says."""
        return raw if self.settings["Rate on"] == "Unrounded" else self.displayed(indicator, raw)

    # ---- §4 to §6: one result ----

    def result(self, indicator: Row, quarter: int) -> Row:
        row: Row = dict.fromkeys(RESULT_HEADINGS)
        state, raw, used = self.state(indicator, quarter)
        row |= {"Period": key_of(quarter), "Indicator": ref_text(indicator["Ref"]), "State": state}
        if state in ("Framework error", "Deleted", "In development"):
            return row
        force = self.target_row(indicator, quarter)
        if force is not None:
            row["Target"], row["Amber limit"] = self.held_to(indicator, force, quarter, False)
            row["Target from"] = key_of(quarter_of(force["From"]))
        if state == "Not due":
            return row | self.carried(indicator, quarter)
        row |= self.forecast(indicator, quarter, state)
        if raw is not None:
            row |= self.shown(indicator, quarter, raw, used)
        if raw is not None and force is not None and state == "Rated":
            before = self.comparable_last_year(indicator, quarter)
            row["Rating"] = row["Calculated rating"] = self.colour(indicator, force, raw, before, quarter)
            override = self.override(row["Indicator"], quarter)
            if override is not None:
                row["Rating"] = override
                row["Flags"] = ", ".join(([row["Flags"]] if row["Flags"] else []) + ["override"])
        return row

    def shown(self, indicator: Row, quarter: int, raw: Fraction, used: list[Row]) -> Row:
        """Figure, comparators, directions, flags. Reading: all these are blank in every other state."""
        now, force = self.displayed(indicator, raw), self.target_row(indicator, quarter)
        on_year = self.comparable_last_year(indicator, quarter)
        before: Fraction | None = None
        due = self.last_due_before(indicator, quarter)
        if indicator["Report as"] == "In period" and due is not None:
            before = self.state(indicator, due)[1]
        last_year = self.displayed(indicator, on_year) if on_year is not None else None
        previous = self.displayed(indicator, before) if before is not None else None
        letters = [letter for letter in ("p", "e", "r") if any(code_of(row) == letter for row in used)]
        return {
            "Value": now,
            "Previous": previous,
            "Direction": self.travel(indicator, force, now, previous),
            "Last year": last_year,
            "Direction on year": self.travel(indicator, force, now, last_year),
            "Flags": ", ".join(letters) or None,
        }

    def comparable_last_year(self, indicator: Row, quarter: int) -> Fraction | None:
        """The unrounded figure of the same quarter last year, if it has one that may be compared."""
        # Reading: the comparator is what that quarter's own result shows, so nothing where a wrong row was in force.
        # Reading: the windows' due periods must be the same, also for Latest and whatever was marked z; where they
        # are not, Last year is blank too, and the Direction scheme has no such figure.
        mine = [nth % (12 if kind == "M" else 4) for kind, nth in self.window(indicator, quarter)]
        theirs = [nth % (12 if kind == "M" else 4) for kind, nth in self.window(indicator, quarter - 4)]
        if indicator["Report as"] == "Year to date" and mine != theirs:
            return None
        return self.state(indicator, quarter - 4)[1]

    def colour(
        self, indicator: Row, row: Row, raw: Fraction, last_raw: Fraction | None, quarter: int, whole: bool = False
    ) -> str:
        scheme, value = self.settings["RAG scheme"], self.basis(indicator, raw)
        last = self.basis(indicator, last_raw) if last_raw is not None else None
        if indicator["Polarity"] == "In range":
            return self.colour_in_range(row, value, last)
        target, amber = self.held_to(indicator, row, quarter, whole)
        if target is not None and better_or_equal(indicator, value, target):
            return "Green"
        within = amber is not None and better_or_equal(indicator, value, amber)
        if scheme != "Direction":
            return "Amber" if within else "Red"
        if within:
            return "Green"
        return "Amber" if last is None or better_or_equal(indicator, value, last) else "Red"

    def colour_in_range(self, row: Row, value: Fraction, last: Fraction | None) -> str:
        scheme, lower, upper = self.settings["RAG scheme"], number(row["Lower"]), number(row["Upper"])
        assert lower is not None
        assert upper is not None
        if at_least(value, lower) and at_least(upper, value):
            return "Green"
        low, high = lower - self.tolerance(row, lower), upper + self.tolerance(row, upper)
        within = at_least(value, low) if value < lower else at_least(high, value)
        if scheme == "Floor":
            return "Red"
        if scheme == "Tolerance":
            return "Amber" if within else "Red"
        if within:
            return "Green"
        no_farther = last is None or at_least(distance(last, lower, upper), distance(value, lower, upper))
        return "Amber" if no_farther else "Red"

    def travel(self, indicator: Row, force: Row | None, now: Fraction, before: Fraction | None) -> str | None:
        if before is None:
            return None
        if indicator["Polarity"] == "In range":
            lower, upper = (number(force.get(h)) if force else None for h in ("Lower", "Upper"))
            if lower is None or upper is None:
                return None  # blank if there is no range in force for the rated quarter
            here, there = distance(now, lower, upper), distance(before, lower, upper)
            return "No change" if same(here, there) else "Improving" if here < there else "Worsening"
        band = self.setting("No-change band") / 100 * abs(before)
        if same(now, before) or at_least(band, abs(now - before)):
            return "No change"
        if indicator["Polarity"] == "Neither":
            return "Increasing" if now > before else "Decreasing"
        return "Improving" if better_or_equal(indicator, now, before) else "Worsening"

    def forecast(self, indicator: Row, quarter: int, state: str) -> Row:
        """Forecast and its rating. Reading: the latest one given in the reported quarter by a row that counts."""
        if state in ("Overdue", "Awaiting", "Confidential"):
            return {}
        raw: Fraction | None = None
        for period in self.periods_in(indicator, quarter):
            row = self.observation(indicator, period)
            if row and number(row.get("Forecast")) is not None and code_of(row) != "c":
                raw = number(row["Forecast"])
        if raw is None:
            return {}
        fourth = quarter // 4 * 4 + 3
        force, shown = self.target_row(indicator, fourth), {"Forecast": self.displayed(indicator, raw)}
        # Reading: what could never be rated (contextual, Neither, baseline, no target) has no forecast rating.
        if force is None or self.state_with_figure(indicator, fourth) != "Rated":
            return shown
        before = self.comparable_last_year(indicator, fourth)
        return shown | {"Forecast rating": self.colour(indicator, force, raw, before, fourth, True)}

    def carried(self, indicator: Row, quarter: int) -> Row:
        """Not due: the calculated rating of the last due quarter, if near enough and if that was Rated."""
        last = self.last_due_before(indicator, quarter)
        if last is None or quarter - last > self.setting("Carry forward"):
            return {}
        then = self.result(indicator, last)
        if then["State"] != "Rated":
            return {}
        colour = then["Calculated rating"]
        return {"Rating": colour, "Calculated rating": colour, "Carried from": key_of(last)}

    # ---- §7: overrides and roll-up ----

    def override(self, ref: str, quarter: int) -> str | None:
        """The colour that replaces the calculated one: of several, the latest Period, then the later row."""
        best: tuple[int, str] | None = None
        for row in self.overrides:
            start, end = quarter_or_none(row.get("Period")), quarter_or_none(row.get("Last period"))
            # Reading: incomplete is also without a period, or with a rating that is not one of the three colours.
            whole = (
                row.get("Reason") is not None and row.get("Approved by") is not None and row.get("Rating") in COLOURS
            )
            if row.get("Ref") != ref or not whole or start is None or end is None:
                continue
            if start <= quarter <= end and (best is None or start >= best[0]):
                best = (start, row["Rating"])
        return best[1] if best else None

    def roll(self, outcome: Row, pairs: list[tuple[Row, Row]], quarter: int) -> Row:
        """One outcome: its Rollup row, and what the level above needs."""
        ref = outcome["Ref"]
        below = [o for o in self.outcomes if o.get("Parent") == ref and alive(o) and not self.wrong_outcome(o)]
        rolled = [(weight_of(child), self.roll(child, pairs, quarter)) for child in below]
        attached = [(weight_of(ind), leaf(ind, result)) for ind, result in pairs if ind.get("Outcome") == ref]
        children = [(weight, child) for weight, child in [*rolled, *attached] if weight != 0]
        due = [(weight, child) for weight, child in children if child["due"]]
        rated = [(weight, child) for weight, child in due if child["rating"] in COLOURS]
        coverage = total(rated) / total(due) if due else None
        calculated, score = self.calculated(outcome, rated, coverage)
        override = self.override(ref, quarter) if calculated != "Nothing due" else None
        rating = override or calculated
        masked = [r["Indicator"] for r in masked_reds(pairs, [*rolled, *attached])] if rating != "Red" else []
        row = {
            "Period": key_of(quarter), "Ref": ref, "Tier": int(number(outcome["Tier"]) or 0),
            "Title": outcome.get("Title"), "Rating": rating, "Calculated rating": calculated,
            "Score": POINTS[override] if override else score, "Rated": len(rated), "Due": len(due),
            "Coverage": coverage,
            # Reading: the weight of this outcome itself matters to its parent's counts, not to its own.
            "Indicators rated": sum(child["indicators rated"] for _, child in children),
            "Indicators due": sum(child["indicators due"] for _, child in children),
            "Masked reds": ", ".join(masked) or None, "Flags": "override" if override else None,
        }  # fmt: skip
        reds = [result for _, child in [*rolled, *attached] for result in child["reds"]]
        return {
            "row": row, "due": bool(due), "rating": rating, "score": row["Score"], "reds": reds,
            "indicators rated": row["Indicators rated"], "indicators due": row["Indicators due"],
        }  # fmt: skip

    def calculated(
        self, outcome: Row, rated: list[tuple[Fraction, Row]], coverage: Fraction | None
    ) -> tuple[str, Fraction | None]:
        """The rating before any override, and the outcome's own score."""
        if coverage is None:
            return "Nothing due", None
        if not rated or not at_least(coverage, self.setting("Minimum coverage")):
            return "Insufficient data", None
        weights = {c: total([(w, child) for w, child in rated if child["rating"] == c]) for c in COLOURS}
        method = outcome.get("Roll-up") or self.settings["Roll-up"]
        if method == "Average":
            score = sum((w * child["score"] for w, child in rated), Fraction(0)) / total(rated)
            colour = self.by_thresholds(score)
        elif method == "Share green":
            score = weights["Green"] / total(rated)
            colour = self.by_thresholds(score)
        elif method == "Worst":
            colour = next(c for c in ("Red", "Amber", "Green") if weights[c] > 0)
            score = POINTS[colour]
        else:
            colour = next(c for c in ("Red", "Amber", "Green") if weights[c] == max(weights.values()))
            score = POINTS[colour]
        if self.settings["Green over red"] == "No" and weights["Red"] > 0 and colour == "Green":
            colour = "Amber"  # the score stays
        return colour, score

    def by_thresholds(self, score: Fraction) -> str:
        if at_least(score, self.setting("Green at")):
            return "Green"
        return "Amber" if at_least(score, self.setting("Amber at")) else "Red"


# ---- small words ----


def wrong_number(cell: Any) -> bool:
    """Neither blank nor a number of 0 or more."""
    found = number(cell)
    return cell is not None and (found is None or found < 0)


def to_confirm(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and cell.upper() == "TBC")


def code_of(row: Row) -> str | None:
    code = row.get("Shorthand")
    return code.lower() if isinstance(code, str) else None


def has_pair(row: Row) -> bool:
    return number(row.get("Numerator")) is not None and number(row.get("Denominator")) is not None


def better_or_equal(indicator: Row, a: Fraction, b: Fraction) -> bool:
    return at_least(a, b) if indicator["Polarity"] == "Higher is better" else at_least(b, a)


def distance(value: Fraction, lower: Fraction, upper: Fraction) -> Fraction:
    return max(lower - value, value - upper, Fraction(0))


def weight_of(row: Row) -> Fraction:
    found = number(row.get("Weight"))
    return Fraction(1) if found is None else found


def total(weighted: list[tuple[Fraction, Row]]) -> Fraction:
    return sum((weight for weight, _ in weighted), Fraction(0))


def leaf(indicator: Row, result: Row) -> Row:
    """An indicator as a child."""
    could_be = indicator.get("Kind") != "Contextual" and indicator.get("Polarity") != "Neither"
    due = could_be and indicator.get("Status") != "Baseline year" and result["State"] in DUE
    due = due or result["Carried from"] is not None
    rating = result["Rating"]
    return {
        "due": due, "rating": rating, "score": POINTS.get(rating),
        "indicators due": int(due), "indicators rated": int(due and rating is not None),
        "reds": [result] if "Red" in (rating, result["Calculated rating"]) else [],
    }  # fmt: skip


def masked_reds(pairs: list[tuple[Row, Row]], children: list[tuple[Fraction, Row]]) -> list[Row]:
    """The results with a Red anywhere below, of any weight (of outcomes too), in the order of the table."""
    reds = [result for _, child in children for result in child["reds"]]
    return [result for _, result in pairs if any(result is red for red in reds)]
