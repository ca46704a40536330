"""Direction of travel between two displayed figures (docs/rules/direction-of-travel.md)."""

from fractions import Fraction

from xl_outcomes.exact import at_least, same
from xl_outcomes.rating import distance
from xl_outcomes.targets import Held

_WORDS = {"Higher is better": ("Improving", "Worsening"), "Lower is better": ("Worsening", "Improving")}


def direction(
    now: Fraction | None, then: Fraction | None, polarity: str, band: Fraction, held: Held | None
) -> str | None:
    """Improving, Worsening or No change; Increasing or Decreasing for polarity Neither; None without both figures.

    `band` is per cent of the earlier figure, edge included; In range compares distances to the range `held`.
    """
    if now is None or then is None:
        return None
    if polarity == "In range":
        return _to_range(now, then, held)
    if now == then or (band and at_least(abs(then) * band / 100, abs(now - then))):
        return "No change"
    up, down = _WORDS.get(polarity, ("Increasing", "Decreasing"))
    return up if now > then else down


def _to_range(now: Fraction, then: Fraction, held: Held | None) -> str | None:
    if held is None or held.lower is None or held.upper is None:
        return None
    near, before = distance(now, held), distance(then, held)
    if same(near, before):
        return "No change"
    return "Improving" if near < before else "Worsening"
