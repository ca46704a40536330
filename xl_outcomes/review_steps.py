"""The step that records a peer review (docs/rules/changes.md)."""

from xl_outcomes.closing import closed_quarters
from xl_outcomes.periods import Quarter
from xl_outcomes.quarter import prepare
from xl_outcomes.returns.intake import log
from xl_outcomes.review import counted, reviews, sign_off
from xl_outcomes.steps import Now, Step
from xl_outcomes.tables import Tables


def record(tables: Tables, period: Quarter, now: Now, *, theme: str | None, approved_by: str, note: str = "") -> Step:
    """A peer review recorded: the sign-offs in Changes, and a row of the log. Raises what `sign_off` raises."""
    history = prepare(tables, period, now.today, closed_quarters(tables)).history
    framework, timelines = history.framework, history.timelines
    changes, refs = sign_off(tables, framework, timelines, period, theme=theme, by=approved_by, note=note, on=now.today)
    of = framework.outcomes[theme].title if theme else "the whole framework"
    told = counted(reviews({**tables, "Changes": changes}, framework, timelines, period))
    if not refs:
        return Step({}, f"Everything of {of} is signed off already. {told}")
    summary = f"{len(refs)} indicators of {of} are signed off by {approved_by.strip()}. {told}"
    return Step({"Changes": changes, "Log": log(tables, now.at, now.who, "Peer review", summary)}, summary)
