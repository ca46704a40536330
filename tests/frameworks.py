"""Frameworks by chance, for tests: small, seeded, and full of the corners that the rating rules speak of.

Most rows are right; each kind of fault has a small chance. There are no circular trees and no wrong settings, which
stop a rating. The same seed gives the same tables.
"""

import calendar
import datetime
from random import Random
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

FIRST, LAST = 2022 * 4, 2025 * 4 + 3  # quarters as year * 4 + 0..3: 2022/23 Q1 to 2025/26 Q4
METHODS = ("Average", "Worst", "Majority", "Share green")
WEIGHTS = (None, None, None, None, 1, 0, 2.5, 3, 0.5)
OPTIONAL = {"Outcomes": ("Weight", "Status"), "Indicators": ("Lag days", "Per"), "Observations": ("Area", "Forecast")}


def random_tables(seed: int, indicators: int = 12) -> Tables:
    """A whole framework with its history: the five tables, and mostly Overrides."""
    rng = Random(seed)
    settings, outcomes = _settings(rng), _outcomes(rng)
    rows = [_indicator(rng, number + 1, outcomes) for number in range(indicators)]
    targets, observations = [], []
    for row in rows:
        own = _targets(rng, row)
        targets += own
        observations += _observations(rng, row, own, settings)
    if rng.random() < 0.3:
        rng.shuffle(observations)
    tables = {
        "Settings": [{"Setting": name, "Value": value} for name, value in settings.items()],
        "Outcomes": outcomes,
        "Indicators": rows,
        "Targets": targets,
        "Observations": observations,
    }
    if rng.random() < 0.9:
        tables["Overrides"] = _overrides(rng, [r["Ref"] for r in outcomes + rows])
    _spoil(rng, tables)
    for name, headings in OPTIONAL.items():
        for heading in headings:
            if rng.random() < 0.05:  # a missing optional column is as if blank
                tables[name] = [{h: c for h, c in row.items() if h != heading} for row in tables[name]]
    return tables


def random_period(seed: int) -> str:
    """A quarter from 2023/24 Q1 to 2025/26 Q4."""
    return _key(Random(f"period {seed}").randint(FIRST + 4, LAST))


def random_today(seed: int) -> datetime.date:
    """A day about the deadline of this seed's quarter, on it, the day after, or long after."""
    rng, quarter = Random(f"today {seed}"), Random(f"period {seed}").randint(FIRST + 4, LAST)
    year, month = divmod(quarter * 3 + 2 + 3, 12)
    end = datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return end + datetime.timedelta(days=rng.choice((3, 14, 15, 16, 19, 20, 21, 30, 31, 35, 36, 65, 66, 400)))


# ---- settings and outcomes ----


def _settings(rng: Random) -> Row:
    choices: dict[str, tuple[Any, ...]] = {
        "Council": ("Anyshire",),
        "RAG scheme": ("Tolerance", "Floor", "Direction"),
        "Tolerance": (10, 5, 0, 2.5),
        "Tolerance kind": ("Per cent", "Per cent", "Points"),
        "Rate on": ("As displayed", "Unrounded"),
        "No-change band": (0, 1, 5),
        "Roll-up": METHODS,
        "Green at": (0.75, 0.8, 0.6),
        "Amber at": (0.4, 0.5, 1 / 3),
        "Green over red": ("No", "Yes"),
        "Minimum coverage": (0.5, 0, 0.75, 1),
        "Carry forward": (3, 0, 1, 2),
        "Return due days": (20, 15, 30),
    }
    chosen = {name: rng.choice(values) for name, values in choices.items() if rng.random() < 0.6}
    return {name: None if rng.random() < 0.05 else value for name, value in chosen.items()}


def _outcomes(rng: Random) -> list[Row]:
    rows: list[Row] = []
    for number in range(rng.randint(1, 3)):
        _branch(rng, rows, str(number + 1) if rng.random() < 0.5 else "ABC"[number], None, 1)
    if rng.random() < 0.3:
        rng.shuffle(rows)  # nothing says that a parent stands above its children
    return rows


def _branch(rng: Random, rows: list[Row], ref: str, parent: str | None, tier: int) -> None:
    dead = rng.random() < (0.01 if tier == 1 else 0.04)
    rows.append(
        {
            "Ref": ref,
            "Tier": tier,
            "Parent": parent,
            "Title": f"Outcome {ref}",
            "Council role": rng.choice((None, "Lead", "Support")),
            "Weight": rng.choice(WEIGHTS),
            "Roll-up": rng.choice((None, None, None, None, *METHODS)),
            "Status": rng.choice(("Proposed", "Deleted") if dead else (None, "Live")),
        }
    )
    below = {1: (0, 1, 1, 2, 2), 2: (0, 1, 1, 2), 3: (0, 0, 1, 2), 4: (0,)}[tier]
    for number in range(rng.choice(below)):
        _branch(rng, rows, f"{ref}.{number + 1}" if rng.random() < 0.9 else f"{ref}.{number + 1}0", ref, tier + 1)


# ---- indicators and targets ----


def _indicator(rng: Random, number: int, outcomes: list[Row]) -> Row:
    live = [row["Ref"] for row in outcomes if row["Status"] in (None, "Live")] or [outcomes[0]["Ref"]]
    home = rng.choice(live) if rng.random() < 0.97 else rng.choice(outcomes)["Ref"]
    calculation = rng.choice(("Value", "Value", "Ratio"))
    rare = rng.choice(("Baseline year", "Proposed", "In development", "Deleted"))
    return {
        "Ref": f"{home}-{number}",
        "Outcome": home,
        "Indicator": f"Indicator {number}",
        "Kind": rng.choice(("Tracking",) * 5 + ("Influencing",) * 3 + ("Organisational", "Contextual")),
        "Measure": rng.choice(("Outcome", "Output", "Input", "How much", "How well", "Better off")),
        "Unit": rng.choice(("Percentage", "Percentage", "Count", "Money", "Rate", "Time", "Score", "Other")),
        "Decimals": rng.choice((0, 1, 1, 2)),
        "Polarity": rng.choice(
            ("Higher is better",) * 5 + ("Lower is better",) * 4 + ("In range",) * 3 + ("Neither",),
        ),
        "Frequency": rng.choice(("Monthly", "Quarterly", "Quarterly", "Half-yearly", "Annual")),
        "Due quarter": rng.choice((None, None, "Q1", "Q2", "Q3", "Q4")),
        "Live from": _key(rng.randint(FIRST + 3, LAST)) if rng.random() < 0.15 else None,
        "Lag days": rng.choice((None, None, None, 0, 15, 45)),
        "Calculation": calculation,
        "Per": rng.choice((None, None, None, 1000, 100, 1)),
        "Aggregation": rng.choice(("Latest", "Sum", "Sum", "Mean") if calculation == "Value" else ("Latest", "Sum")),
        "Report as": rng.choice(("In period", "Year to date")),
        "Data owner": rng.choice(("Housing", "Finance")),
        "Weight": rng.choice(WEIGHTS),
        "Status": rare if rng.random() < 0.12 else rng.choice((None, "Live")),
    }


def _targets(rng: Random, indicator: Row) -> list[Row]:
    """Rows from chosen quarters, each a little different; now and then none at all."""
    if rng.random() < 0.05:
        return []
    base = rng.choice((85, 80, 12.5, 1000, 33.3, 100, 4, 0, -5, -20))
    yearly = indicator["Report as"] == "Year to date" or rng.random() < 0.4
    starts = set(range(FIRST, LAST, 4)) if yearly else {rng.choice((FIRST, FIRST + 4))}
    starts |= {rng.randint(FIRST, LAST) for _ in range(rng.choice((0, 0, 1, 2)))}
    if rng.random() < 0.2:
        starts.discard(rng.choice(sorted(starts)))
    rows = [_target(rng, indicator, start, base + rng.choice((0, 0, 0, 1, -2.5))) for start in sorted(starts)]
    if rng.random() < 0.2:
        rng.shuffle(rows)
    return rows


def _target(rng: Random, indicator: Row, start: int, target: float) -> Row:
    in_range, cumulative = indicator["Polarity"] == "In range", _cumulative(indicator)
    side = -1 if indicator["Polarity"] == "Higher is better" else 1
    row: Row = {
        "Indicator": indicator["Ref"],
        "From": _typed(rng, _key(start)),
        "Target": target if not in_range or rng.random() < 0.2 else None,
        "Amber": target + side * rng.choice((1, 2.5, 7)) if rng.random() < 0.3 else None,
        "Lower": target if in_range else None,
        "Upper": target + rng.choice((0, 3, 10)) if in_range else None,
        "Tolerance": rng.choice((None, None, None, 0, 5, 12.5, 2)),
        "Tolerance kind": rng.choice((None, None, "Per cent", "Points")),
        "Profile": "Even" if rng.random() < (0.6 if cumulative else 0.06) else None,
    }
    if rng.random() < 0.07:
        row[rng.choice(("Lower", "Upper")) if in_range else "Target"] = rng.choice(("TBC", None))
    return row


# ---- observations ----


def _observations(rng: Random, indicator: Row, targets: list[Row], settings: Row) -> list[Row]:
    """A history whose figures fall on limits, a unit beside them, half-way between two displayed figures, or about."""
    rows: list[Row] = []
    window: list[Row] = []
    figures: dict[int, float] = {}
    history_until = rng.choice((FIRST, FIRST, FIRST + 6, LAST)) if indicator["Calculation"] == "Ratio" else FIRST
    last = rng.choice((LAST, LAST, LAST, rng.randint(FIRST + 4, LAST)))  # later ones may be still to come
    for quarter in range(rng.choice((FIRST, FIRST, FIRST + 4)), last + 1):
        if quarter % 4 == 0 or indicator["Report as"] == "In period":
            window = []
        if not _due(indicator, quarter):
            if rng.random() < 0.03:
                rows.append(_observation(indicator, _key(quarter)) | {"Value": 1})
            continue
        year_end = _marks(targets, settings, indicator, quarter // 4 * 4 + 3)
        figures[quarter] = _wanted_figure(rng, indicator, targets, settings, quarter, figures)
        for row in map(dict, _quarter_rows(rng, indicator, quarter, figures[quarter], window)):
            if quarter < history_until and rng.random() < 0.8:
                row |= {"Value": round(figures[quarter], 3), "Numerator": None, "Denominator": None}
            rows += _decorated(rng, indicator, row, year_end)
    return rows


def _wanted_figure(
    rng: Random, indicator: Row, targets: list[Row], settings: Row, quarter: int, figures: dict[int, float]
) -> float:
    unit = 10.0 ** -indicator["Decimals"]
    marks = [*_marks(targets, settings, indicator, quarter)]
    marks += [figures[q] for q in (quarter - 4, quarter - 1) if q in figures]
    mark = rng.choice(marks)
    beside = rng.choice((0, 0, 0, unit, -unit, unit / 2, -unit / 2, unit / 2 - unit / 100, unit / 20 - unit / 2))
    return round(mark + beside if rng.random() < 0.75 else mark * rng.uniform(0.8, 1.25) + rng.uniform(-2, 2), 4)


def _marks(targets: list[Row], settings: Row, indicator: Row, quarter: int) -> list[float]:
    """The numbers that a figure of this quarter may be held to: near enough for finding corners."""
    begun = [row for row in targets if _index(row["From"]) <= quarter]
    if not begun:
        return [10.0, 0.0]
    row = max(begun, key=lambda r: _index(r["From"]))
    share = (quarter % 4 + 1) / 4 if row["Profile"] == "Even" and _cumulative(indicator) else 1
    edges = [row[h] * share for h in ("Target", "Amber") if isinstance(row[h], int | float)]
    edges += [row[h] for h in ("Lower", "Upper") if isinstance(row[h], int | float)]
    amount = row["Tolerance"] if row["Tolerance"] is not None else settings.get("Tolerance") or 10
    points = (row["Tolerance kind"] or settings.get("Tolerance kind")) == "Points"
    wide = [amount if points else amount / 100 * abs(edge) for edge in edges]
    limits = [edge + sign * tolerance for edge, tolerance in zip(edges, wide, strict=True) for sign in (-1, 1)]
    return [*edges, *edges, *limits] or [5.0]


def _quarter_rows(rng: Random, indicator: Row, quarter: int, wanted: float, window: list[Row]) -> list[Row]:
    """The quarter's observations, the last of which brings the window to the wanted figure."""
    monthly = indicator["Frequency"] == "Monthly"
    keys = [_month(quarter * 3 + n) for n in range(3)] if monthly else [_key(quarter)]
    rows = [_observation(indicator, key) for key in keys]
    for row in rows:
        if rng.random() < 0.04:
            row["Shorthand"] = "z"
            continue
        if indicator["Calculation"] == "Value":
            row["Value"] = round(wanted / len(rows) + rng.randint(-3, 3), 2)
        else:
            row["Denominator"] = rng.choice((200, 1000, 40, 8, 3, 7))
            row["Numerator"] = round(wanted * row["Denominator"] / _per(indicator) + rng.randint(-1, 1), 2)
        window.append(row)
    if not any(row["Shorthand"] == "z" for row in rows[-1:]):
        _complete(indicator, window[-1:] if indicator["Aggregation"] == "Latest" else window, wanted)
    return rows


def _complete(indicator: Row, window: list[Row], wanted: float) -> None:
    last, before = window[-1], window[:-1]
    if indicator["Calculation"] == "Value":
        times = len(window) if indicator["Aggregation"] == "Mean" else 1
        last["Value"] = round(wanted * times - sum(row["Value"] for row in before if row["Value"] is not None), 6)
        return
    pairs = [row for row in before if row["Denominator"] is not None]
    whole = sum(row["Denominator"] for row in pairs) + last["Denominator"]
    last["Numerator"] = round(wanted * whole / _per(indicator) - sum(row["Numerator"] for row in pairs), 6)


def _decorated(rng: Random, indicator: Row, row: Row, year_end: list[float]) -> list[Row]:
    """The row as it may come to stand in a real table, with what may stand beside it; or nothing."""
    if rng.random() < 0.03:
        return []
    ratio, other = indicator["Calculation"] == "Ratio", dict(row)
    row["Received"] = rng.choice((None, datetime.date(2024, 5, rng.randint(1, 28)), "2025-01-09"))
    _code(rng, row)
    if ratio and row["Numerator"] is not None:
        _strange_pair(rng, row)
    elif row["Value"] is not None and rng.random() < 0.05:
        row["Value"] = rng.choice((f"{row['Value']:,}", f" {row['Value']} "))
    if rng.random() < 0.2:
        row["Forecast"] = round(rng.choice(year_end) + rng.choice((0, 0, 0, 0.1, -0.1, 0.05, -0.05, 1, -1, 8, -8)), 4)
    beside: list[Row] = []
    heading = "Numerator" if ratio else "Value"
    changed = other | {heading: rng.choice((1, 7, 50))} | ({"Denominator": 100} if ratio else {})
    if rng.random() < 0.05:
        beside.append(changed | {"Superseded": "Yes", "Received": datetime.date(2026, 1, 1)})
    if rng.random() < 0.06:
        beside.append(
            changed | {"Received": rng.choice((None, datetime.date(2024, 5, 14), "2025-01-09", "2025-03-01"))}
        )
    if rng.random() < 0.05:
        beside.append(changed | {"Area": "North"})
    if rng.random() < 0.03:
        wrong_kind = "2024/25 Q2" if indicator["Frequency"] == "Monthly" else "2024/25 M06"
        beside.append(changed | {"Period": wrong_kind})
    row["Period"] = _typed(rng, row["Period"])
    return [row, *beside] if rng.random() < 0.5 else [*beside, row]


def _code(rng: Random, row: Row) -> None:
    if row["Shorthand"] is None and rng.random() < 0.13:
        row["Shorthand"] = rng.choice(("p", "p", "e", "r"))
    elif row["Shorthand"] is None and rng.random() < 0.06:
        row["Shorthand"] = rng.choice(("x", "x", "z", "c"))
        if rng.random() < 0.7:  # else a figure stays beside the code
            row |= {"Value": None, "Numerator": None, "Denominator": None}


def _strange_pair(rng: Random, row: Row) -> None:
    chance = rng.random()
    if chance < 0.03:
        row |= {"Numerator": 0, "Denominator": 0}
    elif chance < 0.05:
        row["Denominator"] = 0
    elif chance < 0.07:
        row |= {"Value": 50, rng.choice(("Numerator", "Denominator")): None}
    elif chance < 0.2:
        row["Value"] = round(row["Numerator"] / row["Denominator"], 2)
    elif chance < 0.23:
        row["Numerator"] = f"{row['Numerator']:,}"


# ---- overrides ----


def _overrides(rng: Random, refs: list[str]) -> list[Row]:
    rows = []
    for _ in range(rng.randint(0, 8)):
        start = rng.randint(FIRST + 2, LAST)
        row: Row = {
            "Ref": rng.choice(refs),
            "Period": _typed(rng, _key(start)),
            "Rating": rng.choice(("Green", "Amber", "Red")),
            "Reason": "Inspection",
            "Approved by": "Cabinet",
            "Last period": _key(start + rng.choice((0, 1, 2, 4, 8))),
        }
        if rng.random() < 0.15:
            row[rng.choice(("Reason", "Approved by", "Last period"))] = None
        rows.append(row)
        if rng.random() < 0.4:  # overlapping: the latest Period wins, then the later row
            again = _key(start + rng.choice((0, 0, 1, -1)))
            rows.append(row | {"Period": again, "Rating": rng.choice(("Green", "Amber", "Red"))})
    return rows


# ---- faults ----


def _spoil(rng: Random, tables: Tables) -> None:
    """Make a few rows wrong, each in one way."""
    for row in list(tables["Indicators"]):
        if rng.random() < 0.08:
            _spoil_indicator(rng, tables, row)
    for row in list(tables["Targets"]):
        if rng.random() < 0.03:
            _spoil_target(rng, tables, row)
    if rng.random() < 0.3:
        _spoil_outcome(rng, tables["Outcomes"], rng.choice(tables["Outcomes"]))


def _spoil_indicator(rng: Random, tables: Tables, row: Row) -> None:
    words = ("Kind", "Measure", "Unit", "Polarity", "Frequency", "Calculation", "Aggregation", "Report as")
    faults: tuple[Row, ...] = (
        {rng.choice((*words, "Ref", "Outcome", "Decimals")): None},
        {rng.choice((*words, "Status", "Due quarter")): "Sometimes"},
        {"Ref": 9.1},
        {"Outcome": "Nowhere"},
        {"Calculation": "Ratio", "Aggregation": "Mean"},
        {"Decimals": "two"},
        {"Live from": rng.choice(("2025/27 Q2", "2024/25 Q5", "soon"))},
        {rng.choice(("Weight", "Lag days", "Per")): "lots"},
    )
    if rng.random() < 0.15:
        tables["Indicators"].append(dict(row))  # a duplicate ref
    else:
        row |= rng.choice(faults)


def _spoil_target(rng: Random, tables: Tables, row: Row) -> None:
    polarity = next((r["Polarity"] for r in tables["Indicators"] if r["Ref"] == row["Indicator"]), None)
    faults: list[Row] = [{"Target": "lots"}, {"Tolerance kind": "Per mille"}, {"Profile": "Odd"}]
    if rng.random() < 0.1:
        faults = [{"From": rng.choice((None, "2025/27 Q2", "now"))}]
    elif polarity == "In range":
        faults = [{"Lower": 50, "Upper": 40}]
    elif polarity in ("Higher is better", "Lower is better") and rng.random() < 0.5:
        faults = [{"Target": 50, "Amber": 60 if polarity == "Higher is better" else 40}]
    if rng.random() < 0.25:
        tables["Targets"].append(dict(row))  # twice for one period
    else:
        row |= rng.choice(faults)


def _spoil_outcome(rng: Random, outcomes: list[Row], row: Row) -> None:
    faults: list[Row] = [
        {"Ref": rng.choice((None, 7.5))},
        {"Tier": rng.choice((0, 5, None, "two", row["Tier"] + 1))},
        {"Roll-up": "Best"},
        {"Status": "Closed"},
        {"Council role": "Onlooker"},
        {"Weight": "lots"},
    ]
    tops = [other["Ref"] for other in outcomes if other["Tier"] == 1 and other is not row]
    faults.append({"Parent": rng.choice(tops)} if row["Tier"] == 1 and tops else {"Parent": "Nowhere"})
    if row["Tier"] > 1:
        faults.append({"Parent": None})
    if rng.random() < 0.15:
        outcomes.append(dict(row))  # a duplicate ref
    else:
        row |= rng.choice(faults)


# ---- small words ----


def _observation(indicator: Row, period: str) -> Row:
    blank = ("Area", "Value", "Numerator", "Denominator", "Shorthand", "Forecast", "Received", "Superseded")
    return {"Indicator": indicator["Ref"], "Period": period} | dict.fromkeys(blank)


def _cumulative(indicator: Row) -> bool:
    words = (indicator["Report as"], indicator["Aggregation"], indicator["Calculation"])
    return words == ("Year to date", "Sum", "Value") and indicator["Frequency"] != "Annual"


def _per(indicator: Row) -> float:
    return float(indicator["Per"] or (100 if indicator["Unit"] == "Percentage" else 1))


def _due(indicator: Row, quarter: int) -> bool:
    nth, frequency = quarter % 4 + 1, indicator["Frequency"]
    if frequency == "Half-yearly":
        return nth in (2, 4)
    return frequency != "Annual" or nth == int((indicator["Due quarter"] or "Q4")[1])


def _key(quarter: int) -> str:
    return f"{quarter // 4}/{(quarter // 4 + 1) % 100:02} Q{quarter % 4 + 1}"


def _month(month: int) -> str:
    return f"{month // 12}/{(month // 12 + 1) % 100:02} M{month % 12 + 1:02}"


def _typed(rng: Random, key: str) -> str:
    """The key as people type it, now and then."""
    if rng.random() < 0.9:
        return key
    year, part = key.split()
    return rng.choice((f"{year.replace('/', '-')} {part}", f"{part} {year}", f"{year} {part.lower()}"))


def _index(typed: str) -> int:
    year, part = sorted(typed.replace("-", "/").split(), key=lambda word: "/" not in word)
    return int(year[:4]) * 4 + int(part[1:]) - 1
